"""Office documents: what is hidden in them, who made them, what lies behind their pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo_integration.audit.report import Report

# Programs write themselves in; nobody learns of a person by that.
_PROGRAMS = {
    "openpyxl", "xlsxwriter", "python-docx", "python-pptx", "microsoft office user", "un-named",
    "apache poi", "pandas",
}  # fmt: skip
_NAMES = {
    "creator": "Verfasser", "lastModifiedBy": "zuletzt geändert von", "description": "Kommentar",
    "Company": "Firma", "Manager": "Verantwortlich", "initial-creator": "Verfasser",
    "printed-by": "gedruckt von", "user-defined": "eigene Angabe", "keywords": "Stichwörter",
}  # fmt: skip
_OWN_NAMES = re.compile(r"_xlnm\.(?:_FilterDatabase|Print_Area|Print_Titles)", re.IGNORECASE)
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_HIDDEN_ROW = re.compile(r"""<(?:\w+:)?(row|col)\b[^>]*?\shidden\s*=\s*["'](?:1|true)["']""")
_EMPTY_XML = re.compile(r"bibliography|coverPageProps|contentTypeSchema|sharepoint", re.IGNORECASE)


class _Sign(NamedTuple):
    """A part or an element that tells something: which parts, which content, what it means."""

    part: str
    content: str
    kind: str
    found: str


# Which parts of a document, by pattern of name and of content, are a finding.
_SIGNS = (
    _Sign(
        r"xl/(?:threadedComments|comments)", r"<(?:\w+:)?(?:comment|threadedComment)\b",
        "comment", "Kommentare an Zellen",
    ),
    _Sign(r"word/comments.*\.xml", r"<w:comment\b", "comment", "Kommentare"),
    _Sign(r"ppt/comments/", r"<", "comment", "Kommentare"),
    _Sign(
        r"ppt/notesSlides/[^/]+\.xml", r"<a:t>\s*[^<\d\s]", "comment", "Notizen zu einer Folie"
    ),
    _Sign(
        r"(?:xl/persons|word/people)", r"(?:displayName|w15:author)=",
        "author", "Namen von Bearbeitenden",
    ),
    _Sign(r"xl/externalLinks/", r"<", "link", "Verknüpfung mit einer anderen Datei"),
    _Sign(r"xl/(?:connections|queryTables)", r"<", "link", "Verbindung zu einer Datenquelle"),
    _Sign(r"xl/pivotCache/", r"<", "leftover", "Quelldaten einer Pivot-Tabelle"),
    _Sign(r"xl/revisions/", r"<", "leftover", "frühere Fassungen (Änderungsprotokoll)"),
    _Sign(r"(?:xl|word|ppt)/vbaProject", r"", "embedded", "Makros"),
    _Sign(r"docProps/thumbnail", r"", "leftover", "Vorschaubild einer früheren Fassung"),
    _Sign(r"docProps/custom\.xml", r"<property\b", "leftover", "eigene Dokumenteigenschaften"),
    _Sign(
        r"xl/styles\.xml", r"""formatCode=["'];;;["']""",
        "hidden", "Zahlenformat, das Werte unsichtbar macht",
    ),
    _Sign(
        r"word/.*\.xml",
        r"<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange|cellIns|cellDel)\s",
        "tracked", "nachverfolgte Änderungen",
    ),
    _Sign(
        r"word/(?!styles).*\.xml",
        r"<w:vanish(?:\s+w:val=[\"'](?:1|true|on)[\"'])?\s*/>",
        "hidden", "verborgener Text",
    ),
    _Sign(
        r"ppt/slides/[^/]+\.xml", r"""<p:sld\b[^>]*\sshow=["'](?:0|false)["']""",
        "hidden", "ausgeblendete Folie",
    ),
    _Sign(r"content\.xml", r"<office:annotation\b", "comment", "Kommentare"),
    _Sign(
        r"content\.xml", r"<(?:text|table):tracked-changes\b",
        "tracked", "nachverfolgte Änderungen",
    ),
    _Sign(
        r"content\.xml", r"<text:hidden-(?:text|paragraph)\b|text:display=[\"']none[\"']",
        "hidden", "verborgener Text",
    ),
    _Sign(
        r"content\.xml", r"""table:display=["']false["']""", "hidden", "ausgeblendetes Blatt"
    ),
    _Sign(
        r"content\.xml", r"""table:visibility=["'](?:collapse|filter)["']""",
        "hidden", "ausgeblendete Zeilen oder Spalten",
    ),
    _Sign(
        r"content\.xml", r"<table:named-(?:range|expression)\b",
        "defined_name", "benannte Bereiche",
    ),
    _Sign(
        r"content\.xml", r"<table:(?:table-source|cell-range-source)\b",
        "link", "Verknüpfung mit einer anderen Datei",
    ),
)  # fmt: skip


def check_parts(report: Report, file: str, names: list[str], read: Callable[[str], bytes]) -> None:
    """Look at every part of an office document for what a reader does not see.

    Parameters
    ----------
    report : Report
        Gets the findings.
    file : str
        Name of the document.
    names : list of str
        Its parts.
    read : callable
        Content of a part.
    """
    for name in names:
        signs = [sign for sign in _SIGNS if re.match(sign.part, name)]
        special = name.endswith((".rels", "workbook.xml", "meta.xml")) or name.startswith(
            ("docProps/", "xl/worksheets/", "customXml/")
        )
        if not signs and not special:
            continue
        text = read(name).decode("utf-8", "replace")
        for sign in signs:
            if not sign.content or re.search(sign.content, text):
                report.add(file, sign.kind, name, sign.found)
        if special:
            _check_special(report, file, name, text)


def _check_special(report: Report, file: str, name: str, text: str) -> None:
    """Parts that need a closer look than one pattern."""
    if name in ("docProps/core.xml", "docProps/app.xml", "meta.xml"):
        _check_names(report, file, name, text)
    elif name == "xl/workbook.xml":
        _check_workbook(report, file, text)
    elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
        for what in sorted(set(_HIDDEN_ROW.findall(text))):
            german = "Zeilen" if what == "row" else "Spalten"
            report.add(file, "hidden", name, f"ausgeblendete {german}")
    elif name.endswith(".rels"):
        for tag in _RELATION.findall(text):
            outside = _attribute(tag, "TargetMode").lower() == "external"
            if outside and not _attribute(tag, "Type").endswith("/hyperlink"):
                report.add(file, "link", name, "lädt oder verknüpft eine andere Datei")
    elif re.match(r"customXml/item\d+\.xml", name) and not _EMPTY_XML.search(text):
        report.add(file, "leftover", name, "eigene XML-Daten")


def _check_workbook(report: Report, file: str, text: str) -> None:
    """Hidden sheets, and names for ranges other than filters and what is printed."""
    for tag in _SHEET.findall(text):
        if re.search(r"""state\s*=\s*["'](?:hidden|veryHidden)""", tag):
            report.add(file, "hidden", _attribute(tag, "name"), "ausgeblendetes Blatt")
    for tag in re.findall(r"<(?:\w+:)?definedName\b[^>]*>", text):
        if not _OWN_NAMES.search(tag):
            report.add(file, "defined_name", _attribute(tag, "name"), "benannter Bereich")


def _check_names(report: Report, file: str, name: str, text: str) -> None:
    """Names in the properties of a document."""
    for tag, attributes, content in re.findall(
        r"<(?:[\w.-]+:)?([\w-]+)\b([^>]*)>([^<]*)(?=<)", text
    ):
        if tag in _NAMES and content.strip() and content.strip().lower() not in _PROGRAMS:
            report.add(file, "author", f"Eigenschaften, {_NAMES[tag]}", content)
        elif tag == "template" and "href=" in attributes:
            report.add(file, "path", name, "Vorlage")


def _attribute(tag: str, name: str) -> str:
    """Value of an attribute of a tag."""
    found = re.search(rf"""\b{name}\s*=\s*["']([^"']*)""", tag)
    return found[1] if found else ""


def worth_reading(name: str, data: bytes) -> bytes:
    """A part without numbers and formats of cells, which are read as a table anyway."""
    if not name.startswith("xl/worksheets/") or b"<is>" in data or b"<f" in data:
        return data
    before, _, rest = data.partition(b"<sheetData>")
    return before + rest.rpartition(b"</sheetData>")[2]


def tables_in(parts: Mapping[str, bytes]) -> list[tuple[str, list[list[object]]]]:
    """Tables of a text document or of slides, as rows of texts.

    Parameters
    ----------
    parts : mapping of str to bytes
        XML by name of the part.

    Returns
    -------
    list of tuple
        Where the table is, and its rows.
    """
    found: list[tuple[str, list[list[object]]]] = []
    for data in parts.values():
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            continue
        for table in ET.fromstring(data).iter():  # noqa: S314  no entities, and small
            tag = table.tag.rpartition("}")[2] if isinstance(table.tag, str) else ""
            if tag == "tbl":
                rows = _rows_of(table, "tr", "tc")
            elif tag == "table":
                rows = _rows_of(table, "table-row", "table-cell")
            else:
                continue
            found.append((f"Tabelle {len(found) + 1}", rows))
    return found


def _rows_of(table: ET.Element, row: str, cell: str) -> list[list[object]]:
    """Texts of the cells of a table."""
    return [
        [" ".join("".join(c.itertext()).split()) for c in r.iter() if _is(c, cell)]
        for r in table.iter()
        if _is(r, row)
    ]


def _is(element: ET.Element, name: str) -> bool:
    """Whether an element has a name, whatever its namespace."""
    return isinstance(element.tag, str) and element.tag.rpartition("}")[2] == name
