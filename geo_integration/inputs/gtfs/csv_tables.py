"""One table of a GTFS feed: bytes -> columns of text, in whatever shape it comes.

The quick way reads all columns at once. Where lines are missing afterwards, or have too many
values, the table is read line by line: nothing is shifted or swallowed without a word.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.csv_repair import rows_of, strict_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

_SEPARATORS = (",", ";", "\t")
_NAMED = {";": "Semikolon", "\t": "Tabulator"}
_SURPLUS, _SHOWN = 16, 5
_HEADER_LINES = 3


class Source(NamedTuple):
    """A table as it comes: whose it is, which columns matter, and which of them it cannot lack."""

    path: Path
    name: str
    columns: Sequence[str]
    lacking: Callable[[Collection[str]], list[str]]
    faults: FaultList

    def note(
        self, found: object, message: str, *, row: int | None = None, rejected: bool = False
    ) -> None:
        """Say what is odd about the table."""
        self.faults.note(self.path.name, row, self.name, found, message, rejected=rejected)


class Layout(NamedTuple):
    """How a table is written: headers as they stand, separator, known columns by their header.

    `lines` is the number of lines the header takes, `before` that of blank lines before it, `at`
    where the rows start.
    """

    heads: list[str]
    separator: str
    places: dict[str, int]
    lines: int
    before: int
    at: int


def is_blank(data: bytes) -> bool:
    """Tell whether a file has nothing but white space."""
    return not data.removeprefix(codecs.BOM_UTF8).lstrip()[:1]


def as_utf8(source: Source, data: bytes) -> bytes:
    """Turn UTF-16 into UTF-8, and line ends of old kinds into those of today."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            data = data.decode("utf-16").encode()
        except UnicodeDecodeError as error:
            raise FeedError(
                f"{source.path}: {source.name} ist kein lesbares UTF-16; als UTF-8 speichern"
            ) from error
        source.note(None, "UTF-16 statt UTF-8: umgewandelt")
    if b"\n" not in data[: 1 << 16] and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return data


def layout_of(source: Source, data: bytes) -> Layout:
    """Find the header: its names, the separator, the known columns.

    Parameters
    ----------
    source : Source
        Where it comes from.
    data : bytes
        The table, in UTF-8 or something alike.

    Returns
    -------
    Layout
        With commas, if that or nothing gives the columns that are needed; else with the separator
        that does. Names in other letters count where the usual ones are missing.
    """
    body = data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    skipped = len(data) - len(body)
    before = data[:skipped].count(b"\n")
    found = [_with_separator(source, body, separator) for separator in _SEPARATORS]
    best = next((f for f in found if f[2] and not source.lacking(f[2])), found[0])
    heads, separator, places, lines, length = best
    if separator != _SEPARATORS[0]:
        source.note(
            heads[0][:80], f"{_NAMED[separator]} statt Komma zwischen den Werten: so gelesen"
        )
    other = [heads[i] for column, i in places.items() if heads[i] != column]
    if other:
        source.note(", ".join(other), "Spaltennamen in anderer Schreibweise: so gelesen")
    return Layout(heads, separator, places, lines, before, skipped + length)


def _with_separator(
    source: Source, body: bytes, separator: str
) -> tuple[list[str], str, dict[str, int], int, int]:
    """Headers, separator, places of known columns, lines and bytes of the header."""
    found: list[list[str]] | None = []
    lines = end = 0
    while not found and found is not None and lines < _HEADER_LINES:
        lines, end = lines + 1, body.find(b"\n", end) + 1 or len(body)
        found = strict_rows(_header(body[:end]).split("\n"), separator)
    if not found or len(found) != 1:
        lines, end = 1, body.find(b"\n") + 1 or len(body)
        found = [_header(body[:end]).split(separator)]
    heads = [head.strip(' \t\r\n"') for head in found[0]]
    lower = [head.lower() for head in heads]
    places = {
        column: (heads if column in heads else lower).index(column)
        for column in source.columns
        if column in lower
    }
    return heads, separator, places, lines, end


def _header(data: bytes) -> str:
    """The header as text."""
    return data.decode("utf-8", errors="replace").rstrip("\r\n")


def read_table(source: Source, data: bytes, layout: Layout) -> pl.DataFrame:
    """Read one table: all text, empty where nothing stands; only the columns that matter.

    Parameters
    ----------
    source : Source
        Where it comes from.
    data : bytes
        The table.
    layout : Layout
        As `layout_of` gives it.

    Returns
    -------
    polars DataFrame
        Rows with text beyond the last column are noted and left out.

    Raises
    ------
    FeedError
        When a line with stray quotation marks can be read in more than one way.
    """
    table = _quickly(data, layout)
    if table is None and not _is_utf8(data):
        message = "kein UTF-8: als Windows-Text (cp1252) gelesen; Umlaute in Namen prüfen"
        source.note(None, message)
        head = data[: layout.at].decode("cp1252", errors="replace").encode()
        data = head + data[layout.at :].decode("cp1252", errors="replace").encode()
        layout = layout._replace(at=len(head))
        table = _quickly(data, layout)
    if table is None:
        table = _with_surplus(source, data, layout)
    if table is None:
        table = _line_by_line(source, data, layout)
    return _tidied(table, has_spaces=b" " in data or b"\t" in data)


def _is_utf8(data: bytes) -> bool:
    """Whether it is UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _tidied(table: pl.DataFrame, *, has_spaces: bool) -> pl.DataFrame:
    """Without spaces around values, gaps and blank rows."""
    if has_spaces:
        table = table.select(pl.all().fill_null("").str.strip_chars())
    else:
        gaps = [series.name for series in table if series.null_count()]
        table = table.with_columns(pl.col(gaps).fill_null("")) if gaps else table
    if table.width and (table[:, 0] == "").any():
        table = table.filter(pl.any_horizontal(pl.all() != ""))
    return table


def _quickly(data: bytes, layout: Layout) -> pl.DataFrame | None:
    """The quick way; None where some line may be swallowed or too long."""
    if layout.lines > 1:
        return None
    try:
        # All columns: only so a row with too many values is an error.
        table = pl.read_csv(data, infer_schema=False, separator=layout.separator)
    except pl.exceptions.PolarsError:
        return None
    if table.width != len(layout.heads) or _swallows(data, layout, table.height):
        return None
    return _named(table, layout.places)


def _swallows(data: bytes, layout: Layout, height: int) -> bool:
    """Whether there are fewer rows than lines: some mark was taken for the start of a value."""
    return b'"' in data and height < lines_of(data, layout)


def lines_of(data: bytes, layout: Layout) -> int:
    """Count the lines after the header."""
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return lines - layout.before - layout.lines


def _named(table: pl.DataFrame, places: dict[str, int]) -> pl.DataFrame:
    """Only the known columns, under their names."""
    if not places:
        return pl.DataFrame(height=table.height)
    return pl.DataFrame([table.to_series(i).alias(column) for column, i in places.items()])


def _with_surplus(source: Source, data: bytes, layout: Layout) -> pl.DataFrame | None:
    """The quick way for rows with too many values; None where that is not the matter."""
    if layout.lines > 1:
        return None
    width = len(layout.heads)
    names = [str(i) for i in range(width + _SURPLUS)]
    head = layout.separator.join(names).encode() + b"\n"
    try:
        table = pl.read_csv(
            head + data[layout.at :], infer_schema=False, separator=layout.separator
        )
    except pl.exceptions.PolarsError:
        return None
    if _swallows(data, layout, table.height):
        return None
    filled = pl.any_horizontal(pl.col(names[width:]).fill_null("").str.strip_chars() != "")
    long = table.select(filled).to_series()
    if long.any():
        at = long.arg_true()
        first = table.row(int(at[0]))
        text = layout.separator.join(v or "" for v in first).rstrip(layout.separator)
        _note_surplus(source, [int(i) + layout.before + 2 for i in at], text, table.height)
        table = table.filter(~long)
    return _named(table, layout.places)


def _note_surplus(source: Source, lines: list[int], first: str, height: int) -> None:
    """Say which lines have text beyond the last column; raise if these are all."""
    shown = ", ".join(str(i) for i in lines[:_SHOWN]) + (" …" if len(lines) > _SHOWN else "")
    what = (
        f"{len(lines)} Zeilen haben mehr Werte als die Kopfzeile Spalten (Zeile {shown}), meist "
        f"wegen eines Kommas in einem Text ohne Anführungszeichen"
    )
    if len(lines) == height and source.lacking(()):
        raise FeedError(
            f"{source.path}: {source.name}: alle {what}; Kopfzeile oder Texte berichtigen"
        )
    source.note(first, f"{what}: nicht verwendet", row=lines[0], rejected=True)


def _line_by_line(source: Source, data: bytes, layout: Layout) -> pl.DataFrame:
    """The slow way, for tables with stray quotation marks or values of several lines."""
    text = data[layout.at :].decode("utf-8", errors="replace")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    width, separator = len(layout.heads), layout.separator
    first = layout.before + layout.lines + 1
    odd: list[int] = []
    long: list[int] = []
    kept: list[str] = []
    for row in rows_of(lines, separator, width):
        line = lines[row.line]
        if row.values is None:
            raise _unclear(source, row.line + first, line)
        if row.odd:
            odd.append(row.line)
        if len(row.values) > width and any(value.strip() for value in row.values[width:]):
            long.append(row.line)
        elif row.plain and len(row.values) <= width:
            kept.append(line)
        else:
            kept.append(_quoted(row.values[:width], separator))
    if odd:
        message = (
            f"{len(odd)} Zeilen mit Anführungszeichen ohne Gegenstück oder mitten im Wert: jede "
            f"Zeile ist als eine eigene gelesen; bitte prüfen"
        )
        source.note(lines[odd[0]], message, row=odd[0] + first)
    if long:
        height = len(kept) + len(long)
        _note_surplus(source, [i + first for i in long], lines[long[0]], height)
    return _named(_proper(source, kept, width, separator), layout.places)


def _quoted(values: list[str], separator: str) -> str:
    """A row as proper CSV."""
    return separator.join('"' + value.replace('"', '""') + '"' for value in values)


def _proper(source: Source, rows: list[str], width: int, separator: str) -> pl.DataFrame:
    """A table of rows that are proper CSV."""
    head = separator.join(str(i) for i in range(width))
    text = "\n".join([head, *rows])
    try:
        table = pl.read_csv(text.encode(), infer_schema=False, separator=separator)
    except pl.exceptions.PolarsError as error:
        raise FeedError(
            f"{source.path}: {source.name} ist keine lesbare Tabelle ({error})"
        ) from error
    if table.height != len(rows):
        raise FeedError(
            f"{source.path}: {source.name} ist keine lesbare Tabelle ({len(rows)} Zeilen, gelesen "
            f"{table.height}); Anführungszeichen prüfen"
        )
    return table


def _unclear(source: Source, line: int, text: str) -> FeedError:
    """What to say of a line that can be read in several ways, or in none."""
    return FeedError(
        f"{source.path}: {source.name}, Zeile {line}: ein Anführungszeichen ohne Gegenstück "
        f"({text[:80]!r}); es lässt sich nicht sagen, wo der Wert endet: das Zeichen entfernen "
        f"oder verdoppeln"
    )
