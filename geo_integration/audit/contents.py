"""One file: what it is by its content, and what it holds, down to the archives inside."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.audit import geodata, media
from geo_integration.audit.columns import tables_of
from geo_integration.audit.packages import check_parts, tables_in, worth_reading
from geo_integration.audit.pages import check_page
from geo_integration.audit.tables import check_internal, check_tables
from geo_integration.audit.texts import packed_data, paths_in, texts_of, without_tags
from geo_integration.errors import SourceError
from geo_integration.inputs.contents import PAGE, kind_of, safe_members
from geo_integration.inputs.sheets import read_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo_integration.audit.report import Report
    from geo_integration.audit.texts import Search

_TO_CHECK = "eingaben_pruefen.xlsx"
MARK = "Kennzeichen INTERN"
_TEMPORARY = re.compile(
    r"^~|^\.|~$|\.(?:part|bak|tmp|temp|old|orig|swp|lock)$|-(?:wal|shm|journal)$|^thumbs\.db$"
    r"|^desktop\.ini$",
    re.IGNORECASE,
)
_TEXTS = {
    ".txt", ".md", ".json", ".xml", ".svg", ".css", ".js", ".qgs", ".qml", ".qmd", ".sld", ".prj",
    ".cpg", ".toml", ".yml", ".yaml", ".ini",
}  # fmt: skip
_WITHOUT_CONTENT = {".shx", ".sbn", ".sbx", ".qix"}
_PAGES = {".html", ".htm", ".xhtml"}
_TABLES = {".csv", ".tsv"}
_VECTORS = {".shp", ".dbf", ".fgb"}
_BLOCK = re.compile(rb"<(script|style)>.*?</\1>", re.DOTALL)
_SMALL = re.compile(
    r"(?<![\w.,:–/-])([1-9][0-9]?)\s(?:Einwohner|Einwohnern|Einwohnerinnen|Personen|Menschen|Geflüchtete[n]?|"
    r"residents|people|persons|refugees)\b"
)
_LIMIT = re.compile(
    r"(?:weniger als|unter|mindestens|ab|höchstens|bis zu|fewer than|less than|at least|von)\s$"
)
_HEAD = 4096
MOST_BYTES, MOST_UNPACKED, MOST_DEPTH = 400 * 2**20, 2 * 2**30, 4


class Auditor(NamedTuple):
    """What every check needs: where findings go, and what must not be found.

    `seen` holds scripts and styles that were looked through already: all our pages have the same.
    """

    report: Report
    search: Search
    seen: set[bytes]


def shown_name(auditor: Auditor, path: Path) -> str:
    """Name of a file as findings have it; one that holds a secret is covered."""
    name = path.as_posix()
    if auditor.search.meanings(name.replace("_", " ")) - {MARK}:
        shown = f"{len(name)} Zeichen langer Name, verdeckt{path.suffix}"
        auditor.report.add(
            shown, "secret", "Name der Datei oder des Ordners", "Text aus den Eingaben"
        )
        return shown
    return name


def check_file(auditor: Auditor, path: Path, shown: str, depth: int = 0) -> None:
    """One file, whatever its bytes."""
    report = auditor.report
    report.files.append(shown)
    if _TEMPORARY.search(path.name):
        report.add(shown, "temporary", "", "Zwischen- oder Sicherungsdatei")
    if path.name.lower() == _TO_CHECK:
        report.add(
            shown,
            "internal_file",
            "",
            "Fehler der Eingaben und nicht übernommene Angebote mit allen Angaben",
        )
    if path.is_symlink():
        report.add(shown, "unreadable", "", "Verknüpfung auf eine andere Datei, nicht prüfbar")
        return
    try:
        _by_content(auditor, path, shown, _bytes_of(path), depth)
    except Exception as error:  # noqa: BLE001  whatever the bytes: what cannot be read is a finding
        said = (
            str(error).replace(str(path), "").lstrip(": ") if isinstance(error, SourceError) else ""
        )
        report.add(shown, "unreadable", "", f"nicht prüfbar {said}".strip())


def _bytes_of(path: Path) -> bytes:
    """All of a file, unless it is too large."""
    if path.stat().st_size > MOST_BYTES:
        raise SourceError(f"größer als {MOST_BYTES // 2**20} MB")
    return path.read_bytes()


def _by_content(auditor: Auditor, path: Path, shown: str, data: bytes, depth: int) -> None:
    """Look through a file by what it is, not by what it is called."""
    report, head = auditor.report, data[:_HEAD]
    if head.startswith(b"PK"):
        _package(auditor, path, shown, depth)
    elif head.startswith(b"\x1f\x8b"):
        _unpacked_gzip(auditor, path, shown, depth)
    elif media.is_picture(head):
        report.unseen["Bilder"] += 1
        media.check_picture(report, shown, data)
        _search(auditor, shown, "", media.not_compressed(data))
    elif kind_of(head) == PAGE or path.suffix.lower() in _PAGES:
        _page(auditor, shown, data)
    else:
        _search(auditor, shown, "", media.not_compressed(data))
        if path.suffix.lower() == ".svg":
            media.check_xmp(report, shown, data.decode("utf-8", "replace"))
        _plain_file(auditor, path, shown, data)


def _plain_file(auditor: Auditor, path: Path, shown: str, data: bytes) -> None:
    """A file that is neither packed nor a page."""
    report, head = auditor.report, data[:_HEAD]
    if b"%PDF-" in head[:1024]:
        parts = media.pdf_parts(data)
        media.check_pdf(report, shown, data, parts)
        for part in parts:
            _search(auditor, shown, "", part)
    elif head.startswith(b"SQLite format 3"):
        geodata.check_database(report, shown, path, auditor.search.points)
    elif head.startswith(b"PAR1"):
        _search_text(auditor, shown, "", geodata.check_parquet(report, shown, path))
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        _old_office(auditor, path, shown)
    else:
        _by_name(auditor, path, shown, data)


def _by_name(auditor: Auditor, path: Path, shown: str, data: bytes) -> None:
    """A file whose first bytes do not tell what it is."""
    suffix = path.suffix.lower()
    if suffix in _VECTORS:
        geodata.check_vector(auditor.report, shown, path, auditor.search.points)
    elif suffix in _TABLES:
        _csv(auditor, path, shown)
    elif suffix in {".geojson", ".json"}:
        _json(auditor, path, shown, data)
    elif suffix not in _TEXTS | _WITHOUT_CONTENT and not _TEMPORARY.search(path.name):
        auditor.report.add(shown, "unreadable", "", "Art der Datei unbekannt, nicht prüfbar")


def _page(auditor: Auditor, shown: str, data: bytes) -> None:
    """A web page; the words that all pages carry are no finding."""
    data = _without_seen(auditor, data)
    _search(auditor, shown, "", data, raw=True)
    text = data.decode("utf-8", "replace")
    kept = check_page(auditor.report, shown, text)
    _search_text(auditor, shown, "", without_tags(kept))
    for packed in packed_data(text):
        if media.is_picture(packed[:16]):
            media.check_picture(auditor.report, shown, packed)


def _without_seen(auditor: Auditor, data: bytes) -> bytes:
    """A page without the scripts and styles that another page has had."""

    def kept(found: re.Match[bytes]) -> bytes:
        known = found[0] in auditor.seen
        auditor.seen.add(found[0])
        return b"" if known else found[0]

    return _BLOCK.sub(kept, data)


def _csv(auditor: Auditor, path: Path, shown: str) -> None:
    for sheet in read_sheets(path):
        geodata.check_text_table(auditor.report, shown, sheet.rows)
        _search_rows(auditor, shown, "", sheet.rows)


def _json(auditor: Auditor, path: Path, shown: str, data: bytes) -> None:
    content = json.loads(data.decode("utf-8-sig"))
    if isinstance(content, dict) and isinstance(content.get("features"), list):
        geodata.check_geojson(auditor.report, shown, content)
    elif path.suffix.lower() == ".geojson":
        geodata.check_geojson(auditor.report, shown, {"features": [content]})


def _old_office(auditor: Auditor, path: Path, shown: str) -> None:
    """Office files before 2007: tables can be read, what is hidden cannot."""
    found = "altes Format; Eigenschaften und Verborgenes sind nicht prüfbar"
    auditor.report.add(shown, "unreadable", "", found)
    if path.suffix.lower() in {".xls", ".xlsb"}:
        _sheets(auditor, path, shown)


def _sheets(auditor: Auditor, path: Path, shown: str) -> None:
    """Tables of a workbook."""
    tables = []
    for sheet in read_sheets(path):
        tables += tables_of(sheet.rows, sheet.name)
        check_internal(auditor.report, shown, f"Blatt {sheet.name!r}", sheet.rows)
        for note in sheet.notes:
            auditor.report.add(shown, "unreadable", "", f"nicht ganz prüfbar: {note}")
        _search_rows(auditor, shown, f"Blatt {sheet.name!r}", sheet.rows)
    check_tables(auditor.report, shown, tables)


# Archives -------------------------------------------------------------------------------------


def _package(auditor: Auditor, path: Path, shown: str, depth: int) -> None:
    """A ZIP: an office document, or an archive whose members are looked at like files."""
    with zipfile.ZipFile(path) as archive:
        members = safe_members(archive, max_bytes=MOST_UNPACKED)
        if "[Content_Types].xml" in members or "META-INF/manifest.xml" in members:
            _document(auditor, path, shown, archive, members, depth)
        elif depth >= MOST_DEPTH:
            raise SourceError("Archive ineinander")
        else:
            if archive.comment:
                _search(auditor, shown, "Kommentar des Archivs", archive.comment)
            with tempfile.TemporaryDirectory() as parent:
                _members(auditor, shown, Path(parent), members, archive.read, depth)


def _members(
    auditor: Auditor, shown: str, folder: Path, members: dict[str, zipfile.ZipInfo],
    read: Callable[[str], bytes], depth: int,
) -> None:  # fmt: skip
    """Unpack members beside each other, so that parts of one layer find each other."""
    for name in members:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read(name))
    for name in members:
        inside = f"{shown} › {shown_name(auditor, Path(name))}"
        check_file(auditor, folder / name, inside, depth + 1)


def _unpacked_gzip(auditor: Auditor, path: Path, shown: str, depth: int) -> None:
    """A gz file: what is in it, up to a limit."""
    if depth >= MOST_DEPTH:
        raise SourceError("Archive ineinander")
    with gzip.open(path) as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise SourceError("entpackt zu groß")
    with tempfile.TemporaryDirectory() as parent:
        inner = Path(parent) / (path.stem or "inhalt")
        inner.write_bytes(data)
        check_file(auditor, inner, f"{shown} › {path.stem}", depth + 1)


def _document(
    auditor: Auditor, path: Path, shown: str, archive: zipfile.ZipFile,
    members: dict[str, zipfile.ZipInfo], depth: int,
) -> None:  # fmt: skip
    """An office document: its parts, its tables, what is embedded in it."""
    names = list(members)
    check_parts(auditor.report, shown, names, archive.read)
    for name in names:
        data = archive.read(name)
        if media.is_picture(data[:16]):
            auditor.report.unseen["Bilder"] += 1
            media.check_picture(auditor.report, f"{shown} › {name}", data)
        else:
            _search(auditor, shown, name, worth_reading(name, data))
    if any(name.startswith("xl/") for name in names) or path.suffix.lower() == ".ods":
        _sheets(auditor, path, shown)
    else:
        texts = [
            n
            for n in names
            if re.fullmatch(r"word/document\d*\.xml|ppt/slides/[^/]+\.xml|content\.xml", n)
        ]
        grids = tables_in({name: archive.read(name) for name in texts})
        for place, rows in grids:
            check_internal(auditor.report, shown, place, rows)
        check_tables(
            auditor.report, shown, [t for place, rows in grids for t in tables_of(rows, place)]
        )
    _embedded(auditor, shown, archive, names, depth)


def _embedded(
    auditor: Auditor, shown: str, archive: zipfile.ZipFile, names: list[str], depth: int
) -> None:
    """Files inside a document: workbooks are read like workbooks."""
    inside = [n for n in names if re.match(r"(?:xl|word|ppt)/embeddings/|Object \d+/?$", n)]
    for name in inside:
        table = name.lower().endswith((".xlsx", ".xlsm")) and not name.startswith("xl/")
        what = "Tabelle hinter einem Bild" if table else "eingebettete Datei"
        auditor.report.add(shown, "embedded_table" if table else "embedded", name, what)
        if depth < MOST_DEPTH:
            with tempfile.TemporaryDirectory() as parent:
                inner = Path(parent) / Path(name).name
                inner.write_bytes(archive.read(name))
                check_file(auditor, inner, f"{shown} › {name}", depth + 1)


# Texts ----------------------------------------------------------------------------------------


def _search(auditor: Auditor, shown: str, place: str, data: bytes, *, raw: bool = False) -> None:
    """Look for what may occur nowhere, in everything that the bytes may say.

    `raw` is the source of a page: which of its words are its own is seen later.
    """
    for path in paths_in(data):
        auditor.report.add(shown, "path", place, path)
    for text in texts_of(data):
        if raw:
            _add_meanings(auditor, shown, place, text, marks=False)
        else:
            _search_text(auditor, shown, place, text)


def _search_text(auditor: Auditor, shown: str, place: str, text: str) -> None:
    """Secrets, the mark of internal runs, and small numbers in one text."""
    _add_meanings(auditor, shown, place, text)
    if re.search(r"<[\w/!?]", text[:4096]):
        text = without_tags(text)
        _add_meanings(auditor, shown, place, text)
    for match in _SMALL.finditer(text):
        before = text[max(0, match.start() - 14) : match.start()]
        if int(match[1]) < auditor.report.rules.min_count and not _LIMIT.search(before):
            auditor.report.add(shown, "small_text", place, f"Im Text steht „{match[0]}“")


def _add_meanings(
    auditor: Auditor, shown: str, place: str, text: str, *, marks: bool = True
) -> None:
    """Secrets of the county in one text, and the mark of internal runs."""
    found = auditor.search.meanings(text)
    for meaning in sorted(found - {MARK}):
        auditor.report.add(shown, "secret", place, meaning)
    if marks and MARK in found:
        auditor.report.add(shown, "internal_mark", place, "aus einem internen Lauf")


def _search_rows(auditor: Auditor, shown: str, place: str, rows: list[list[object]]) -> None:
    """Cells of a row as one text: a street and its number stand beside each other."""
    text = "\n".join(
        " ".join(str(value) for value in row if value not in (None, "")) for row in rows
    )
    _add_meanings(auditor, shown, place, text)
