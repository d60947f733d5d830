"""Columns of numbers -> one short text that a page holds, and back.

Columns stand one after the other, numbers of several bytes in planes: the lowest bytes of all
values, then the next ones. Neighbours are alike, so planes compress better than numbers, and the
steps from value to value ("delta") better still where values grow. js/blocks.js reads the same.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import math
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo_integration.errors import OutputError, SourceError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

# Name, type, number of values and coding of each column, in order.
Description = list[tuple[str, str, int, str]]

TYPES: Final = {"u8": "<u1", "u16": "<u2", "i16": "<i2", "u32": "<u4", "f32": "<f4"}
# What stands for a missing value; in f32 it is NaN.
MISSING: Final = {"u8": 255, "u16": 65_535, "i16": 32_767, "u32": 4_294_967_295}
PLAIN, DELTA = "", "delta"
PLAIN_MARK = "."
MAX_BYTES = 1 << 28
_LEVEL = 9
_NAMES = {np.dtype(code): name for name, code in TYPES.items()}
_UNSIGNED = {1: "<u1", 2: "<u2", 4: "<u4"}


def pack(
    columns: Mapping[str, NDArray[Any]], *, delta: Collection[str] = (), plain: bool = False
) -> tuple[str, Description]:
    """Pack columns into a text.

    Parameters
    ----------
    columns : mapping of str to array
        One-dimensional arrays of uint8, uint16, int16, uint32 or float32, of any length each.
    delta : collection of str
        Columns of whole numbers that are kept as steps from value to value.
    plain : bool
        Not compressed: a browser has it at once, without waiting.

    Returns
    -------
    text : str
        Base64 of a gzip stream, or, after a dot, of the columns as they are; the same columns give
        the same text.
    description : list of tuple
        Name, type, number of values and coding of each column: what `unpack` has to know.

    Raises
    ------
    OutputError
        When an array has another type or shape, or steps are wanted of a column that has none.
    """
    description: Description = []
    parts: list[bytes] = []
    for name, values in columns.items():
        type_ = _NAMES.get(values.dtype.newbyteorder("<"))
        coding = DELTA if name in delta else PLAIN
        if type_ is None or values.ndim != 1 or (coding == DELTA and type_ == "f32"):
            raise OutputError(
                f"Spalte {name} (Typ {values.dtype}, {values.ndim} Dimensionen, "
                f"Kodierung {coding!r}) lässt sich nicht in die Karte schreiben"
            )
        description.append((name, type_, len(values), coding))
        parts.append(_planes(values, coding))
    data = b"".join(parts)
    text = base64.b64encode(data if plain else _gzip(data)).decode("ascii")
    return PLAIN_MARK + text if plain else text, description


def unpack(text: str, description: Sequence[Sequence[Any]]) -> dict[str, NDArray[Any]]:
    """Read the columns of a text again.

    Parameters
    ----------
    text : str
        From `pack`.
    description : sequence
        From `pack`; lists, as JSON gives them, are as good as tuples.

    Returns
    -------
    dict of str to array
        The columns, as they were packed.

    Raises
    ------
    SourceError
        When text and description do not belong together, or hold more than 256 MiB.
    """
    try:
        entries = [(str(n), np.dtype(TYPES[t]), int(c), str(k)) for n, t, c, k in description]
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise SourceError(f"Unbekannte Beschreibung eines Datenblocks: {error!r}") from error
    sizes = [dtype.itemsize * count for _, dtype, count, _ in entries]
    if any(size < 0 for size in sizes) or {k for *_, k in entries} - {PLAIN, DELTA}:
        raise SourceError("Unbekannte Beschreibung eines Datenblocks")
    data = _gunzip(text, sum(sizes))
    columns: dict[str, NDArray[Any]] = {}
    start = 0
    for (name, dtype, count, coding), size in zip(entries, sizes, strict=True):
        columns[name] = _values(data[start : start + size], dtype, count, coding)
        start += size
    return columns


def _planes(values: NDArray[Any], coding: str) -> bytes:
    """Bytes of a column: all lowest bytes, then all next ones."""
    size = values.dtype.itemsize
    plain = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    whole = plain.view(_UNSIGNED[size])
    if coding == DELTA:
        # Whole numbers without sign run round: the steps lead back to every value.
        whole = np.diff(whole, prepend=whole.dtype.type(0))
    return whole.view(np.uint8).reshape(-1, size).T.tobytes()


def _values(data: bytes, dtype: np.dtype[Any], count: int, coding: str) -> NDArray[Any]:
    """Column of such bytes."""
    size = dtype.itemsize
    planes = np.frombuffer(data, np.uint8).reshape(size, count)
    whole = np.array(planes.T, order="C").reshape(-1).view(_UNSIGNED[size])
    if coding == DELTA:
        whole = np.cumsum(whole, dtype=whole.dtype)
    return whole.view(dtype)


def _gzip(data: bytes) -> bytes:
    """Compress without time and name, so that only the data decide on the bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", _LEVEL, packed, mtime=0) as stream:
        stream.write(data)
    return packed.getvalue()


def _gunzip(text: str, size: int) -> bytes:
    """Uncompressed bytes: exactly `size`, and not one more is unpacked to find out."""
    if size > MAX_BYTES:
        raise SourceError(f"Datenblock von {math.ceil(size / 2**20)} MiB: zu groß für eine Karte")
    stream = zlib.decompressobj(wbits=31)
    plain = text.startswith(PLAIN_MARK)
    try:
        data = base64.b64decode(text.removeprefix(PLAIN_MARK), validate=True)
        data = data if plain else stream.decompress(data, size + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise SourceError(f"Datenblock ist beschädigt ({error})") from error
    if len(data) != size or not (plain or stream.eof) or stream.unused_data:
        raise SourceError(f"Datenblock ist beschädigt: {size} Bytes erwartet, {len(data)} gefunden")
    return data
