"""Rows of the register that `geo-integration fetch` writes, beside those that people write."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.errors import SourceError
from geo_integration.files import beside
from geo_integration.inputs.register import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ENCODINGS = ("utf-8-sig", "cp1252")
MARK = "geo-integration fetch"  # in the note of every row that may be replaced


class _Row(NamedTuple):
    """A row, and the lines of the file on which it stands."""

    first: int
    last: int
    values: list[str]


def note_source(path: Path, row: Mapping[str, str], *, replace: bool) -> None:
    """Write where a file came from into the register.

    Rows that people wrote stay as they are, to the byte. The row that an earlier fetch wrote for
    the same layer and file is replaced; where there is none, one is added below.

    Parameters
    ----------
    path : Path
        register.csv; made where there is none.
    row : mapping of str to str
        Values by column.
    replace : bool
        The file is new. When it is not, a row is only added where the register has none for it.

    Raises
    ------
    SourceError
        When the register is no CSV, or lacks a column.
    OutputError
        When it cannot be written.
    """
    said = {**row, "note": "; ".join(part for part in (row["note"], MARK) if part)}
    if not path.exists():
        text = _line(COLUMNS, ",", "\n") + _line([said[c] for c in COLUMNS], ",", "\n")
        _write(path, text, "utf-8-sig")
        return
    if path.suffix.lower() != ".csv":
        raise SourceError(f"{path.name}: nur CSV kann ergänzt werden; bitte von Hand eintragen")
    text, encoding = _read(path)
    lines = list(io.StringIO(text, newline=""))
    head = lines[0] if lines else ""
    separator = max((";", ",", "\t"), key=head.count)
    rows = _rows(path, lines, separator)
    columns = [value.strip() for value in rows[0].values]
    found = [r for r in rows[1:] if _is_of(r, columns, said)]
    own = [r for r in found if MARK in _value(r, columns, "note")]
    if found and not replace:
        return
    end = "\r\n" if head.endswith("\r\n") else "\n"
    if own:
        old = dict(zip(columns, own[0].values, strict=False))
        new = _line([said.get(c, old.get(c, "")) for c in columns], separator, end)
        lines[own[0].first : own[0].last] = [new]
    else:
        if not lines[-1].endswith(("\n", "\r")):
            lines[-1] += end
        lines.append(_line([said.get(c, "") for c in columns], separator, end))
    _write(path, "".join(lines), encoding)


def _read(path: Path) -> tuple[str, str]:
    """Text of the register, and how it is encoded."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name}: nicht lesbar ({error})") from error
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        has_mark = data.startswith(b"\xef\xbb\xbf")
        return text, "utf-8" if encoding == "utf-8-sig" and not has_mark else encoding
    raise SourceError(f"{path.name}: kein lesbarer Text")


def _rows(path: Path, lines: list[str], separator: str) -> list[_Row]:
    """Rows with their lines; a value may go over several."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows, first = [], 0
    try:
        for values in reader:
            rows.append(_Row(first, reader.line_num, values))
            first = reader.line_num
    except csv.Error as error:
        raise SourceError(f"{path.name}: keine lesbare CSV-Tabelle ({error})") from error
    present = [value.strip() for value in rows[0].values] if rows else []
    missing = [column for column in COLUMNS if column not in present]
    if missing:
        raise SourceError(f"{path.name}: es fehlt die Spalte {', '.join(missing)}")
    return rows


def _is_of(row: _Row, columns: list[str], said: Mapping[str, str]) -> bool:
    """Whether a row is about the same layer and file."""
    return all(_value(row, columns, c) == said[c] for c in ("layer", "file"))


def _value(row: _Row, columns: list[str], name: str) -> str:
    return dict(zip(columns, row.values, strict=False)).get(name, "").strip()


def _line(values: list[str], separator: str, end: str) -> str:
    """One row as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end).writerow(values)
    return text.getvalue()


def _write(path: Path, text: str, encoding: str) -> None:
    """Write beside and rename; what an old encoding lacks makes the file UTF-8."""
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data = text.encode("utf-8-sig")
    with beside(path) as part:
        part.write_bytes(data)
