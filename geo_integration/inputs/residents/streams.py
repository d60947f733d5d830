"""Grids of a whole country, in blocks: only the rows in and around the county are kept.

A file is never in memory as a whole, and a member of a ZIP is not unpacked to the disk.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import polars as pl

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.grid_ids import EXAMPLE, corners
from geo_integration.inputs.sheets import short

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from geo_integration.inputs.residents.layouts import Layout
    from geo_integration.inputs.tables import FaultList

Window = tuple[float, float, float, float]
ROW = "_row"
_BLOCK = 16 * 2**20
_HEAD = 2**16
_LONGEST_LINE = 2**20
_SEPARATORS = (";", "\t", ",", "|")
_MAX_ODD = 0.001
_SHOWN = 20


class Source(NamedTuple):
    """Where the text of a grid comes from; `name` is what readers are told."""

    name: str
    open: Callable[[], BinaryIO]


class Head(NamedTuple):
    """First line of a table: its headers, what separates them, the number of the line."""

    headers: list[str]
    separator: str
    line: int


def head_of(source: Source) -> Head | None:
    """Headers in the first line that is not empty; None where there is none."""
    with source.open() as stream:
        data = stream.read(_HEAD)
    # A letter that the end of the head cuts in two must not make Latin-1 of it.
    text = _utf8(data[: data.rfind(b"\n") + 1] or data).decode(errors="replace")
    for at, line in enumerate(text.split("\n")):
        if line.strip():
            separator = max(_SEPARATORS, key=line.count)
            headers = next(csv.reader([line.rstrip("\r")], delimiter=separator))
            return Head([header.strip() for header in headers], separator, at + 1)
    return None


def blocks(source: Source, head: Head, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
    """Read a table block by block, all as text.

    Parameters
    ----------
    source : Source
        UTF-8, or Latin-1 as Windows writes it.
    head : Head
        Its headers.
    wanted : collection of str
        The columns that matter.

    Yields
    ------
    DataFrame
        `_row`, the number of the row as a spreadsheet counts it, and the wanted columns.

    Raises
    ------
    SourceError
        When it is no table, or rows have more values than there are headers.
    """
    if len(set(head.headers)) < len(head.headers):
        twice = next(h for h in head.headers if head.headers.count(h) > 1)
        raise SourceError(f"{source.name}: die Spalte {twice!r} kommt doppelt vor")
    names = io.StringIO()
    csv.writer(names, delimiter=head.separator, lineterminator="\n").writerow(head.headers)
    first = names.getvalue().encode()
    columns = [header for header in head.headers if header in wanted]
    row = head.line + 1
    for body in _bodies(source, head.line):
        try:
            block = pl.read_csv(
                io.BytesIO(first + _utf8(body)), columns=columns, separator=head.separator,
                infer_schema=False, row_index_name=ROW, row_index_offset=row,
            )  # fmt: skip
        except pl.exceptions.PolarsError as error:
            raise SourceError(
                f"{source.name}: keine lesbare Tabelle, ab Zeile {row} ({short(error)}). Die Datei "
                f"neu laden; nicht in Excel öffnen und speichern"
            ) from error
        row += len(block)
        yield block


def _bodies(source: Source, skip: int) -> Iterator[bytes]:
    """Blocks of whole lines, without the first ones."""
    with source.open() as stream:
        for _ in range(skip):
            stream.readline(_LONGEST_LINE)
        rest = b""
        while data := stream.read(_BLOCK):
            cut = data.rfind(b"\n") + 1
            if cut:
                yield rest + data[:cut]
            elif len(rest) > _LONGEST_LINE:
                raise SourceError(f"{source.name}: eine Zeile ohne Ende; keine lesbare Tabelle")
            rest = data[cut:] if cut else rest + data
        if rest:
            yield rest


def _utf8(data: bytes) -> bytes:
    """Text in UTF-8, whichever of the two usual encodings it came in."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace").encode()
    return data


class Cut:
    """Gathers the rows in a window, and what is wrong with the others.

    Parameters
    ----------
    layout : Layout
        With the columns of id and, where there are any, of the middle of a square.
    window : tuple of float, optional
        West, south, east, north in EPSG:3035; None keeps all.
    """

    def __init__(self, layout: Layout, window: Window | None) -> None:
        self._key, self._x, self._y = str(layout.id), layout.x, layout.y
        self._window = window
        self._kept: list[pl.DataFrame] = []
        self._strange: list[tuple[int, str | None]] = []
        self._odd: list[tuple[int, str, str]] = []
        self._rows = self._strange_rows = self._odd_rows = 0

    def take(self, block: pl.DataFrame) -> None:
        """Go through some rows: their numbers, ids, middles if any, and values."""
        block = block.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
        self._rows += len(block)
        block = pl.concat([block, corners(block[self._key])], how="horizontal")
        strange = block.filter(pl.col("size_m").is_null())
        self._strange_rows += len(strange)
        shown = strange.select(ROW, pl.col(self._key).cast(pl.String))
        self._strange += shown.head(_SHOWN - len(self._strange)).rows()
        block = self._without_odd(block.filter(pl.col("size_m").is_not_null()))
        self._kept.append(block.filter(self._inside("east_m", "north_m", pl.col("size_m") / 2)))

    def _without_odd(self, block: pl.DataFrame) -> pl.DataFrame:
        """Rows whose id and middle agree."""
        if self._x is None or self._y is None:
            return block
        block = block.with_columns(_metres(self._x).alias("_x"), _metres(self._y).alias("_y"))
        half = pl.col("size_m") / 2
        away_x = (pl.col("_x") - pl.col("east_m") - half).abs()
        away_y = (pl.col("_y") - pl.col("north_m") - half).abs()
        agree = ((away_x <= 0.5) & (away_y <= 0.5)).fill_null(value=False)
        odd = block.filter(~agree)
        self._odd_rows += len(odd)
        near = self._inside("east_m", "north_m", half) | self._inside("_x", "_y", pl.lit(0.0))
        shown = odd.filter(near).select(
            ROW,
            pl.col(self._key).cast(pl.String),
            pl.concat_str(pl.col(self._x, self._y).cast(pl.String).fill_null(""), separator=" / "),
        )
        self._odd += shown.head(_SHOWN - len(self._odd)).rows()
        return block.filter(agree).drop("_x", "_y")

    def _inside(self, x: str, y: str, half: pl.Expr) -> pl.Expr:
        """Whether the middle of a square lies in the window."""
        if self._window is None:
            return pl.lit(value=True)
        west, south, east, north = self._window
        across = (pl.col(x) + half).is_between(west, east)
        return (across & (pl.col(y) + half).is_between(south, north)).fill_null(value=False)

    def finish(self, source: str, file: str, faults: FaultList) -> pl.DataFrame:
        """Give all rows that were kept, with `size_m`, `north_m` and `east_m`.

        Parameters
        ----------
        source, file : str
            The whole path and the mere name, for errors and faults.
        faults : FaultList
            Gets the rows that cannot be used.

        Raises
        ------
        SourceError
            When there is no grid id at all, or when ids and middles of more than one square in a
            thousand do not agree.
        """
        if self._rows == self._strange_rows:
            raise SourceError(
                f"{source}: in Spalte {self._key!r} steht keine Gitter-ID wie {EXAMPLE}. Für "
                f"Punkte in county.toml [residents] lon und lat (Grad) oder x, y und crs angeben"
            )
        if self._odd_rows > _MAX_ODD * self._rows:
            found = "".join(f", etwa in Zeile {r}: {i} und {m}" for r, i, m in self._odd[:1])
            raise SourceError(
                f"{source}: in {self._odd_rows} von {self._rows} Zeilen passen Gitter-ID und "
                f"Mittelpunkt nicht zueinander{found}. Die Datei ist verändert oder beschädigt; "
                f"im Original neu laden"
            )
        for row, shown in self._strange:
            message = f"keine Gitter-ID wie {EXAMPLE}"
            faults.note(file, row, self._key, shown, message, rejected=True)
        for row, shown, middle in self._odd:
            message = "Gitter-ID und Mittelpunkt passen nicht zueinander"
            faults.note(file, row, self._key, f"{shown} und {middle}", message, rejected=True)
        more = self._strange_rows - len(self._strange)
        if more:
            message = f"{more} weitere Zeilen ohne Gitter-ID"
            faults.note(file, None, self._key, None, message, rejected=True)
        return pl.concat(self._kept)


def _metres(column: str) -> pl.Expr:
    """A column of metres, with decimal comma or point."""
    text = pl.col(column).cast(pl.String).str.strip_chars().str.replace(",", ".", literal=True)
    return text.cast(pl.Float64, strict=False)
