"""Spreadsheets and CSV files as grids of cells: every sheet, merged cells filled, as they are."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, NamedTuple

from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

from geo_integration.errors import SourceError
from geo_integration.inputs.contents import require_file, safe_members

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TEXTS = (".csv", ".txt", ".tsv")
MOST_BYTES = 100 * 2**20
MOST_UNPACKED = 600 * 2**20
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 200_000, 500, 10_000_000
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
# A formula whose result was never stored: the file was made by a program, not by Excel.
_UNCOUNTED = re.compile(
    rb'<c [^>]*?r="([A-Z]+[0-9]+)"[^>]*>\s*<f[^>]*>[^<]*</f>\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
# A cell that is more than a format, and where it stands; some programs leave that out.
_FILLED = re.compile(rb"<(?:\w+:)?c(?:>|\s[^>]*(?<!/)>)")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,9})["']""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["'][A-Za-z]{0,3}([0-9]{1,9})["']""")
_COLUMN = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})[0-9]""")
_CELL, _ROW = re.compile(rb"<(?:\w+:)?c[\s/>]"), re.compile(rb"<(?:\w+:)?row[\s/>]")
# What is no text: control characters, and marks that are not seen but turn or hide letters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
_CSV_FAULTS = (
    ("field larger", "ein Feld ist länger als 131072 Zeichen: fehlt ein Anführungszeichen?"),
    ("unexpected end", "ein Anführungszeichen wird nicht geschlossen"),
    ("expected after", "Text hinter einem schließenden Anführungszeichen"),
)


class Sheet(NamedTuple):
    """One sheet: its name ("" for a CSV file), whether it is hidden, its rows of values.

    Row i of `rows` is row i + 1 of the spreadsheet, or line i + 1 of a simple CSV file. A value is
    text, number, truth value, date, time, or "" where the cell is empty. Merged cells all have the
    value of the first one. `notes` tells in words what may be missing.
    """

    name: str
    hidden: bool
    rows: list[list[object]]
    notes: list[str]


def read_sheets(path: Path) -> list[Sheet]:
    """Read all sheets of a workbook, or the one table of a CSV file.

    Parameters
    ----------
    path : Path
        .xlsx, .xlsm, .xlsb, .xls, .ods; anything else is read as CSV.

    Returns
    -------
    list of Sheet
        In their order.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, open in Excel, protected, too large, or empty.
    """
    require_file(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise SourceError(
            f"{path}: nicht lesbar ({error.strerror}); ist die Datei in Excel geöffnet, zuerst "
            f"dort schließen"
        ) from error
    if size > MOST_BYTES:
        raise SourceError(
            f"{path}: {size / 2**20:.0f} MB; gelesen werden höchstens {MOST_BYTES / 2**20:.0f} MB. "
            f"Nur das benötigte Blatt in eine neue Datei kopieren"
        )
    # What the file is counts, not what it is called.
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return _workbook(path)
    if path.suffix.lower() in WORKBOOKS:
        raise SourceError(
            f"{path}: keine lesbare Excel-Datei (weder xlsx noch xls noch ods). In Excel öffnen "
            f"und als .xlsx speichern"
        )
    return [_text_table(path)]


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook; none where it is none."""
    try:
        return CalamineWorkbook.from_path(str(path)).sheet_names
    except Exception:  # noqa: BLE001  whatever the reader trips over, it is no such workbook
        return []


def _workbook(path: Path) -> list[Sheet]:
    """All sheets of a workbook; charts and macros are none."""
    notes = _check_package(path)
    sheets = []
    try:
        book = CalamineWorkbook.from_path(str(path))
        for info in book.sheets_metadata:
            sheet = book.get_sheet_by_name(info.name)
            if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
                notes.append(
                    f"Blatt {info.name!r} ist zu groß ({sheet.total_height} Zeilen, "
                    f"{sheet.total_width} Spalten): nicht gelesen"
                )
                continue
            rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
            _fill_merged(path, rows, sheet.merged_cell_ranges or [])
            hidden = info.visible != SheetVisibleEnum.Visible
            sheets.append(Sheet(info.name, hidden, rows, notes))
    except SourceError:
        raise
    except PasswordError as error:
        raise SourceError(f"{path}: mit Kennwort geschützt; ohne Kennwort speichern") from error
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(
            f"{path}: keine lesbare Excel-Datei ({short(error)}). In Excel öffnen, ein Kennwort "
            f"entfernen und als .xlsx speichern; ist sie gerade geöffnet, zuerst schließen"
        ) from error
    if not sheets:
        raise SourceError(f"{path}: kein lesbares Blatt. {'; '.join(notes)}".rstrip(". "))
    return sheets


def _check_package(path: Path) -> list[str]:
    """Refuse packages that unpack to too much; tell formulas without a stored result."""
    if not zipfile.is_zipfile(path):
        return []
    notes = []
    try:
        with zipfile.ZipFile(path) as package:
            _require_small(package)
            for part in safe_members(package):
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part, re.IGNORECASE):
                    notes += _check_sheet(part, package.read(part))
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(
            f"{path}: keine lesbare Excel-Datei ({short(error)}). In Excel öffnen und als .xlsx "
            f"speichern"
        ) from error
    return notes


def _require_small(package: zipfile.ZipFile) -> None:
    """Refuse a package that unpacks to too much."""
    if sum(part.file_size for part in package.infolist()) > MOST_UNPACKED:
        raise SourceError(
            f"ausgepackt größer als {MOST_UNPACKED / 2**20:.0f} MB. Nur das benötigte Blatt in "
            f"eine neue Datei kopieren"
        )


def _check_sheet(part: str, data: bytes) -> list[str]:
    """Refuse a sheet whose cells stand so far apart that its grid would fill the memory."""
    height, width = _extent(data)
    if height * width > MOST_CELLS:
        raise SourceError(
            f"{part.rpartition('/')[2]} reicht bis Zeile {height}, Spalte {width}: zu groß. Nur "
            f"den benötigten Bereich in eine neue Datei kopieren"
        )
    cells = _UNCOUNTED.findall(data)
    if not cells:
        return []
    first = cells[0].decode()
    note = f"{len(cells)} Formeln ohne gespeichertes Ergebnis, zuerst in Zelle {first}: "
    return [note + "gelten als leer; die Datei in Excel öffnen und speichern"]


def _extent(data: bytes) -> tuple[int, int]:
    """Last row and column of a sheet; cells of far ones that are only formatted do not count."""
    numbers = _ROW_NUMBER.findall(data)
    height, width = _last(numbers, _COLUMN.findall(data))
    tags = len(_CELL.findall(data)) + len(_ROW.findall(data))
    if len(numbers) >= tags and height * width <= MOST_CELLS:
        return height, width
    filled = [_PLACE.search(tag) for tag in _FILLED.findall(data)]
    if all(filled):
        places = [place.groups() for place in filled if place]
        return _last([row for _, row in places], [column for column, _ in places])
    # Cells that do not say their place stand behind those that do, one after the other.
    most = max(len(_CELL.findall(row)) for row in _ROW.split(data))
    return height + len(_ROW.findall(data)), width + most


def _last(rows: Iterable[bytes], columns: Iterable[bytes]) -> tuple[int, int]:
    """Greatest of some rows, and of some columns."""
    height = max(map(int, set(rows)), default=0)
    return height, max(map(_column_number, set(columns)), default=0)


def _column_number(letters: bytes) -> int:
    """Number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _fill_merged(
    path: Path,
    rows: list[list[object]],
    ranges: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    """Give all cells of a merged range the value of its first one."""
    height, width = len(rows), len(rows[0]) if rows else 0
    filled = sum(
        (min(bottom + 1, height) - top) * (min(right + 1, width) - left)
        for (top, left), (bottom, right) in ranges
        if top < height and left < width
    )
    if filled > height * width:
        raise SourceError(
            f"{path}: verbundene Zellen überlappen sich; in Excel öffnen und neu speichern"
        )
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            width = min(right + 1, len(row))
            row[left:width] = [value] * (width - left)


def _text_table(path: Path) -> Sheet:
    """A CSV file with any usual encoding and separator."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: nicht lesbar ({error.strerror})") from error
    text = _decoded(path, data)
    lines = text.splitlines()
    first = lines[0].strip() if lines else ""
    # Excel's own way to say what separates.
    stated = re.fullmatch(r'"?sep=(.)"?', first, re.IGNORECASE)
    separator = stated[1] if stated else _separator(lines)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows: list[list[object]] = [list(row) for row in reader]
    except csv.Error as error:
        said = next((g for e, g in _CSV_FAULTS if e in str(error)), short(error))
        raise SourceError(
            f"{path}: keine lesbare CSV-Tabelle (Zeile {reader.line_num}: {said})"
        ) from error
    if stated:
        rows[0] = []
    if not any(value for row in rows for value in row):
        raise SourceError(f"{path}: die Datei enthält keine Tabelle")
    return Sheet("", hidden=False, rows=rows, notes=[])


def _decoded(path: Path, data: bytes) -> str:
    """Text of a file in one of the usual encodings."""
    encodings = [code for mark, code in _MARKS.items() if data.startswith(mark)]
    if not encodings and b"\0" in data:
        encodings = _without_mark(data[:2000])
        if not encodings:
            raise SourceError(
                f"{path}: enthält NUL-Zeichen, ist also beschädigt oder kein Text; bitte noch "
                f"einmal als CSV UTF-8 speichern"
            )
    for encoding in encodings or ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{path}: kein lesbarer Text; bitte als CSV UTF-8 speichern")


def _without_mark(head: bytes) -> list[str]:
    """UTF-16 that lacks its mark: every other byte is NUL."""
    even, odd = head[::2], head[1::2]
    if odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return ["utf-16-le"]
    return ["utf-16-be"] if even.count(0) > 0.8 * len(even) and not odd.count(0) else []


def _separator(lines: list[str]) -> str:
    """The sign that splits most lines most evenly; commas inside numbers are none."""
    sample = [re.sub(r'"[^"]*"', "", line) for line in lines[:50] if line.strip()]

    def regular(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in sample]
        usual = max(set(counts), key=counts.count, default=0)
        return (usual > 0) * counts.count(usual), usual

    return max((";", "\t", "|", ","), key=regular)


def as_text(value: object) -> str | None:
    """One cell as text; empty is missing, dates are ISO, whole numbers have no decimals."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, dt.datetime | dt.time | dt.timedelta):
        return _clock(value)
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124  NaN
            return None
        if value.is_integer() and abs(value) < 1e15:
            value = int(value)
    return _UNSEEN.sub("", str(value)).replace("\u00a0", " ").strip() or None


def _clock(value: dt.datetime | dt.time | dt.timedelta) -> str:
    """A date, a time of day, or hours and minutes."""
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def short(error: Exception) -> str:
    """First line of what a library said, not too long."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]
