from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import sqlite3
import struct
import urllib.parse
import zipfile
import zlib

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest
import shapely
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from PIL import Image
from toy import PROFILE, write_toy_county

from geo_integration import pipeline
from geo_integration.audit.columns import number_of, role_of
from geo_integration.audit.folder import audit_folder
from geo_integration.audit.report import Rules
from geo_integration.audit.secrets import county_secrets
from geo_integration.audit.texts import Search, paths_in, texts_of
from geo_integration.cli_audit import audit
from geo_integration.errors import SourceError
from geo_integration.outputs.labels_tables import TABLE_WORDS
from geo_integration.outputs.maps.blocks import MISSING, pack
from geo_integration.settings import find_county, read_settings

RULES = Rules(5, 30, 1)
POLICY = "default-src 'none'; img-src data:"
# Nobody else in any file has such names.
CANARY, STREET, REMARK = "Kanarienvogelsang", "Papageienpfad", "Zugang über den Hinterhof"


def kinds(folder, rules=RULES, secrets=None):
    return {finding.kind for finding in audit_folder(folder, rules, secrets).findings}


@pytest.fixture
def of_file(tmp_path):
    """Kinds of findings in a folder with this one file."""

    def check(name, content, **options):
        path = tmp_path / "papers" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return kinds(tmp_path / "papers", **options)

    return check


@pytest.fixture(scope="module")
def toy_run(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("audit") / "toy")
    pipeline.run(read_settings(folder), folder / "out")
    return folder


@pytest.fixture
def clean(toy_run, tmp_path):
    """A copy of finished outputs, and of the county they are from."""
    shutil.copytree(toy_run, tmp_path / "toy")
    return tmp_path / "toy" / "out"


# Clean outputs ----------------------------------------------------------------------------------


def test_clean_outputs_of_the_toy_county_pass(clean):
    report = audit_folder(clean, secrets=county_secrets(read_settings(clean.parent))[0])
    assert not report.lines()
    assert len(report.files) == len([p for p in clean.rglob("*") if p.is_file()])


def test_the_command_says_how_much_was_read_and_ends_with_0(clean):
    result = CliRunner().invoke(audit, [str(clean), "--county", str(clean.parent)])
    assert result.exit_code == 0
    assert result.output.startswith(f"{len([p for p in clean.rglob('*') if p.is_file()])} Dateien")
    assert len(result.output.splitlines()) == 1


def test_a_run_of_friesland_may_be_published(tmp_path):
    settings = read_settings(find_county("friesland"))
    pipeline.run(settings, tmp_path / "out")
    secrets, troubles = county_secrets(settings)
    report = audit_folder(tmp_path / "out", secrets=secrets)
    assert not troubles
    assert len(report.files) > 10
    assert not report.fails, report.lines()


def test_the_command_ends_with_1_and_names_file_place_and_what_to_do(clean):
    book = openpyxl.load_workbook(clean / "tables" / "erreichbarkeit.xlsx")
    sheet = book["Gemeinden"]
    sheet["F2"] = 3
    book.properties.creator = ""
    book.save(clean / "tables" / "erreichbarkeit.xlsx")
    result = CliRunner().invoke(audit, [str(clean)])
    line = next(line for line in result.output.splitlines() if "kleiner als 5" in line)
    assert result.exit_code == 1
    assert line.startswith("FEHLER  tables/erreichbarkeit.xlsx: Blatt 'Gemeinden', Zeile 2, Spalte")
    assert "Diese Zahl zurückhalten" in line


def test_a_folder_that_is_missing_is_an_error_in_one_line(tmp_path):
    result = CliRunner().invoke(audit, [str(tmp_path / "nirgends")])
    assert result.exit_code == 2
    assert result.output.startswith("Fehler: ")


# Web pages --------------------------------------------------------------------------------------


def page(head="", body="", policy=POLICY):
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    return f"<!DOCTYPE html><html><head>{meta}{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "part",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        '<link rel="stylesheet" href="//cdn.example.org/a.css">',
        '<img src="https://example.org/a.png">',
        '<img srcset="a.png 1x, https://example.org/b.png 2x">',
        '<iframe src="http://example.org"></iframe>',
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>p {background: url(https://example.org/a.png)}</style>",
        '<p style="background: url(//example.org/a.png)">',
        "<script>fetch('https://example.org/a.json')</script>",
        "<script>r.open('GET', 'https://example.org/a.json')</script>",
        '<script>import a from "https://example.org/a.mjs"</script>',
        '<meta http-equiv="refresh" content="0; url=https://example.org">',
        '<form action="https://example.org"></form>',
        '<svg><image xlink:href="https://example.org/a.png"/></svg>',
    ],
)
def test_a_page_that_loads_from_another_server_is_found(of_file, part):
    assert of_file("a.html", page(body=part)) == {"remote"}


def test_links_and_pictures_inside_the_page_are_no_finding(of_file):
    picture = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    body = f'<a href="https://example.org">mehr</a>{picture}'
    assert of_file("a.html", page(body=body)) == set()


@pytest.mark.parametrize(
    "policy", [None, "default-src *", "default-src 'none'; img-src https:", "img-src data:"]
)
def test_a_page_without_a_strict_policy_is_found(of_file, policy):
    assert of_file("a.html", page(policy=policy)) == {"policy"}


BACKGROUND = {
    "url": "https://tiles.example.org/{z}/{x}/{y}.png",
    "host": "tiles.example.org",
    "attribution": "© Amt",
}


def of_background(of_file, pictures, background=BACKGROUND, rest=""):
    policy = f"default-src 'none'; img-src {pictures}{rest}; base-uri 'none'"
    data = json.dumps({"background": background, "blocks": {}})
    block = f'<script type="application/json" id="data">{data}</script>'
    return of_file("a.html", page(body=block, policy=policy)) & {"policy", "remote"}


def test_pictures_of_the_map_that_readers_may_switch_on_are_allowed(of_file):
    assert of_background(of_file, "data: https://tiles.example.org") == set()


@pytest.mark.parametrize(
    ("pictures", "background", "rest"),
    [
        ("data: https://tiles.example.org", None, ""),
        ("data: https://other.example.org", BACKGROUND, ""),
        ("data: https://tiles.example.org https://other.example.org", BACKGROUND, ""),
        ("data: https:", BACKGROUND, ""),
        ("data: https://*.example.org", BACKGROUND, ""),
        ("data: https://tiles.example.org", BACKGROUND, "; connect-src https://tiles.example.org"),
        ("data: https://other.example.org", BACKGROUND | {"host": "other.example.org"}, ""),
        ("data: https:", BACKGROUND | {"host": ""}, ""),
        ("data: http://tiles.example.org", BACKGROUND, ""),
    ],
)
def test_any_other_server_in_the_policy_is_found(of_file, pictures, background, rest):
    assert of_background(of_file, pictures, background, rest) == {"policy"}


def test_the_map_may_not_be_loaded_before_a_reader_switches_it_on(of_file):
    picture = '<img src="https://tiles.example.org/0/0/0.png">'
    data = json.dumps({"background": BACKGROUND, "blocks": {}})
    block = f'<script type="application/json" id="data">{data}</script>'
    policy = "default-src 'none'; img-src data: https://tiles.example.org"
    assert "remote" in of_file("a.html", page(body=block + picture, policy=policy))


def data_page(
    *,
    areas=(0, 0, 0, 1, 1),
    residents=(8, None, None, 0, 12),
    extra=None,
    gap=(25, 10),
    **changes,
):
    columns = {
        "area": np.array(areas, np.uint16),
        "residents": np.array([MISSING["u32"] if n is None else n for n in residents], np.uint32),
    }
    packed, about = pack(columns | (extra or {}))
    number = np.array([MISSING["u32"] if n is None else n for n in gap], np.uint32)
    packed_gap, about_gap = pack(
        {"name": np.zeros(1, np.uint32), "residents": number[:1], "need": number[1:]}
    )
    data = {
        "lang": "de",
        "words": {"de": {"page.internal": "INTERN – nicht veröffentlichen"}},
        "cells": len(areas),
        "table": {
            "rows": ["03", "0301", "0302"],
            "by": {"0 0": {"residents": 120, "covered": 60, "share": 0.5}},
        },
        "gaps": {"names": ["Ort"], "outlines": [], "at": []},
        "blocks": {"cells": about, "gaps-0-0": about_gap},
    }  # fmt: skip
    block = json.dumps(data | changes)
    return page(
        body=f'<script type="application/json" id="data">{block}</script>'
        f'<script type="text/plain" id="block-cells">{packed}</script>'
        f'<script type="text/plain" id="block-gaps-0-0">{packed_gap}</script>'
    )


def test_the_data_of_a_page_pass_when_they_hold_nothing_small(of_file):
    assert of_file("index.html", data_page()) == set()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"areas": [0], "residents": [4]}, "small_count"),
        ({"areas": [0, 0, 1], "residents": [8, None, 9]}, "derivable"),
        ({"extra": {"foreign": np.array([1], np.uint8)}}, "unknown_key"),
        ({"blocks": {"cells": []}}, "unknown_key"),
        ({"blocks": {"cells": [["area", "u16", 99, ""]]}}, "unreadable"),
        ({"gap": (2, None)}, "small_count"),
        ({"gap": (200, 3)}, "small_count"),
        ({"gaps": {"names": []}}, "unreadable"),
        ({"people": 1}, "unknown_key"),
        ({"offers": [{"name": "A", "remark": "x"}]}, "unknown_key"),
        ({"offers": [{"name": "A", "extra": [["offer.confirmed_by", "x"]]}]}, "unknown_key"),
        (
            {"table": {"rows": [], "by": {"0 0": {"residents": 120, "covered": 4, "share": 0.03}}}},
            "small_count",
        ),
        (
            {"table": {"rows": [], "by": {"0 0": {"residents": 20, "covered": 10, "share": 0.5}}}},
            "small_base",
        ),
        ({"table": "nichts"}, "unreadable"),
    ],
)
def test_the_data_of_a_page_are_looked_through(of_file, changes, kind):
    assert kind in of_file("index.html", data_page(**changes))


def test_tables_of_a_page_are_looked_through(of_file):
    body = "<table><tr><th>Ort</th><th>Einwohner</th></tr><tr><td>A</td><td>3</td></tr></table>"
    assert of_file("a.html", page(body=body)) == {"small_count"}


def test_a_number_in_running_text_is_a_hint(of_file):
    body = "<p>Dort leben 3 <b>Personen</b>; weniger als 4 Personen zählen nicht.</p>"
    assert of_file("a.html", page(body=body)) == {"small_text"}


# Workbooks --------------------------------------------------------------------------------------

TITLES = ["Gemeinde", "Kategorie", "Tag", "Einwohner", "erreichen ein Angebot", "Anteil",
          "erreichen keines", "in keiner Zahl (geheim)"]  # fmt: skip
TOTAL = ["Landkreis gesamt", "Sport", "Schultag", 200, 120, 0.6, 60, 20]
WEST = ["Westdorf", "Sport", "Schultag", 110, 70, 0.7, 30, 10]
EAST = ["Ostdorf", "Sport", "Schultag", 90, 50, 0.6, 30, 10]


def book(rows, change=None, sheet="Gemeinden"):
    """Bytes of a workbook without traces, but for what `change` does to it."""
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in rows:
        made.active.append(row)
    if change is not None:
        change(made)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def with_parts(data, **parts):
    """A package with further parts, or other ones in their place."""
    out = io.BytesIO()
    names = {name.replace("__", "/"): content for name, content in parts.items()}
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name not in names:
                new.writestr(name, old.read(name))
        for name, content in names.items():
            new.writestr(name, content)
    return out.getvalue()


def test_a_workbook_without_faults_passes(of_file):
    assert of_file("a.xlsx", book([TITLES, TOTAL, WEST, EAST])) == set()


def changed(row, **values):
    return [values.get(f"c{i}", value) for i, value in enumerate(row)]


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([TITLES, changed(WEST, c4=3, c6=97)], "small_count"),
        ([TITLES, changed(WEST, c7=2, c6=38)], "small_count"),
        ([TITLES, changed(WEST, c4=66)], "difference"),
        ([TITLES, changed(WEST, c4=None, c5=None)], "derivable"),
        ([TITLES, changed(WEST, c4=None, c6=None)], "derivable"),
        ([TITLES, changed(WEST, c3=25, c4=10, c6=5)], "small_base"),
        ([TITLES[:4], TOTAL[:4], WEST[:4], changed(EAST[:4], c3=None)], "derivable"),
        ([TITLES[:4], TOTAL[:4], WEST[:4], changed(EAST[:4], c3="*")], "derivable"),
        ([TITLES[:4], TOTAL[:4], WEST[:4], changed(EAST[:4], c3=87)], "difference"),
        ([["Name", "Bestätigt von"], ["Kurs", "Koordination"]], "internal_column"),
        ([["Liste"], ["Name", "Träger", "Bemerkung"], ["Kurs", "VHS", "x"]], "internal_column"),
        ([["Gemeinde", "Personen"], ["A", "1,5"]], "small_count"),
        ([["Stand 2026"], [], ["Gemeinde", "davon Geflüchtete"], ["A", "2"]], "small_count"),
        ([["Geflüchtete nach Herkunft"], ["Ort", "Syrien", "Irak"], ["A", 12, 3]], "small_count"),
        (
            [
                ["Personen nach Herkunft"],
                ["Ort", "Syrien", "Irak", "gesamt"],
                ["A", 12, None, 19],
                ["B", 9, 8, 17],
            ],
            "derivable",
        ),
        ([["Einwohner", 12, 4]], "small_count"),
        ([["gezählt", "Zähler", "Nenner", "Wert"], ["Einwohner", 2, 40, 0.05]], "small_count"),
        ([["gezählt", "Zähler", "Nenner", "Wert"], ["Einwohner", 10, 20, 0.5]], "small_base"),
        ([["Municipality", "Residents (model)"], ["A", 4]], "small_count"),
    ],
)
def test_numbers_of_people_in_a_workbook_are_looked_through(of_file, rows, kind):
    assert kind in of_file("a.xlsx", book(rows))


@pytest.mark.parametrize(
    "rows",
    [
        [["Kategorie", "Plätze", "Personen je Termin"], ["Sport", 3, 2]],
        [["Gemeinde", "Einwohner", "Zellen", "bis Minuten je Weg"], ["A", 30, 2, 3]],
        [["Gemeinde", "Einwohner"], ["A", 0], ["B", 5], ["C", None]],
        [
            TITLES[:4],
            TOTAL[:4],
            changed(WEST[:4], c3=None),
            changed(EAST[:4], c3="."),
            ["Süd", "Sport", "Schultag", 9],
        ],
        [["Linie", "Fahrten"], ["211", 3]],
        [["Aufgabe", "Bemerkung"], ["Kurs", "läuft"]],
        [["Name", "Träger", "Bestätigt von"], ["Kurs", "VHS", None]],
        [["gezählt", "Zähler", "Nenner", "Wert"], ["Angebote", 1, 4, 0.25]],
        [
            ["Ziel", "Was gemessen wird", "Zähler", "Nenner", "Wert"],
            [
                "A",
                "Anteil der gezählten Angebote, in den letzten sechs Monaten bestätigt",
                1,
                4,
                0.25,
            ],
            ["B", "gezählte Angebote je 1.000 Einwohner", 1, 4000, 0.25],
        ],
    ],
)
def test_other_numbers_of_a_workbook_are_no_finding(of_file, rows):
    assert of_file("a.xlsx", book(rows, sheet="Tabelle")) == set()


def test_totals_on_one_sheet_and_parts_on_another_are_put_together(of_file):
    def parts(made):
        sheet = made.create_sheet("Teile")
        for row in (TITLES[:4], WEST[:4], changed(EAST[:4], c3=None)):
            sheet.append(row)

    assert of_file("a.xlsx", book([TITLES[:4], TOTAL[:4]], parts)) == {"derivable"}


def test_rounded_numbers_do_not_tell_the_one_that_is_missing(of_file):
    rows = [["Gemeinde", "Bedarf"], ["gesamt", 200], ["A", 100], ["B", 60], ["C", None]]
    assert of_file("a.xlsx", book(rows), rules=Rules(5, 30, 5)) == set()
    assert of_file("a.xlsx", book(rows), rules=RULES) == {"derivable"}


def hide_sheet(made):
    made.create_sheet("versteckt").sheet_state = "hidden"


def hide_row(made):
    made.active.row_dimensions[2].hidden = True


def hide_column(made):
    made.active.column_dimensions["B"].hidden = True


def comment(made):
    made.active["A1"].comment = Comment("bitte löschen", "x")


def name_range(made):
    made.defined_names["geheim"] = DefinedName("geheim", attr_text="Gemeinden!$A$1")


def creator(made):
    made.properties.creator = "Erika Mustermann"


def last_by(made):
    made.properties.lastModifiedBy = "emustermann"


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (hide_sheet, "hidden"), (hide_row, "hidden"), (hide_column, "hidden"),
        (comment, "comment"), (name_range, "defined_name"), (creator, "author"),
        (last_by, "author"),
    ],
)  # fmt: skip
def test_what_a_workbook_hides_is_found(of_file, change, kind):
    assert of_file("a.xlsx", book([TITLES, WEST], change)) == {kind}


RELATED = (
    '<Relationships><Relationship Id="r1" Type="x/oleObject" Target="a.xlsx" '
    'TargetMode="External"/></Relationships>'
)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("xl__externalLinks__externalLink1.xml", "<externalLink/>", "link"),
        ("xl__connections.xml", "<connections/>", "link"),
        ("xl__pivotCache__pivotCacheDefinition1.xml", "<pivotCacheDefinition/>", "leftover"),
        ("xl__revisions__revisionLog1.xml", "<revisions/>", "leftover"),
        ("xl__vbaProject.bin", "x", "embedded"),
        ("xl__embeddings__a.csv", "Linie;Fahrten\n211;3\n", "embedded"),
        ("xl__persons__person.xml", '<personList><person displayName="E"/></personList>', "author"),
        ("docProps__custom.xml", "<Properties><property name='Az'/></Properties>", "leftover"),
        ("docProps__app.xml", "<Properties><Company>Landkreis</Company></Properties>", "author"),
        ("docProps__app.xml", "<Properties><Manager>Muster</Manager></Properties>", "author"),
        ("customXml__item1.xml", "<akte>4711</akte>", "leftover"),
        ("docProps__thumbnail.emf", "x", "leftover"),
        ("xl__worksheets___rels__sheet1.xml.rels",
         RELATED, "link"),
        ("xl__drawings__d.xml", "<a>C:\\Users\\emuster\\Akten\\liste.xlsx</a>", "path"),
    ],
)  # fmt: skip
def test_parts_of_a_workbook_that_nobody_sees_are_found(of_file, name, content, kind):
    data = book([TITLES, WEST])
    assert kind in of_file("a.xlsx", with_parts(data, **{name: content}))


def test_a_formula_whose_result_nobody_has_stored_cannot_be_checked(of_file):
    rows = [["Ort", "Einwohner"], ["A", "=1+2"]]
    assert of_file("a.xlsx", book(rows)) == {"unreadable"}


def test_our_own_filter_and_a_programs_name_are_no_finding(of_file):
    data = io.BytesIO()
    made = xlsxwriter.Workbook(data, {"in_memory": True})
    made.set_properties({"author": "XlsxWriter"})
    sheet = made.add_worksheet("Linien")
    sheet.write_row(0, 0, ["Linie", "Fahrten"])
    sheet.autofilter(0, 0, 3, 1)
    sheet.repeat_rows(0)
    made.close()
    assert of_file("a.xlsx", data.getvalue()) == set()


def test_tables_of_people_in_csv_and_ods_are_looked_through(of_file, tmp_path):
    assert of_file("a.csv", "Ort;Einwohner\nA;3\n") == {"small_count"}
    (tmp_path / "papers" / "a.csv").unlink()
    rows = odf_table(["Ort", "Einwohner"], ["A", 3])
    assert of_file("a.ods", odf("spreadsheet", rows)) == {"small_count"}


def odf_table(*rows):
    def cell(value):
        kind = "string" if isinstance(value, str) else f"float' office:value='{value}"
        return (
            f"<table:table-cell office:value-type='{kind}'><text:p>{value}</text:p>"
            "</table:table-cell>"
        )

    lines = ("".join(map(cell, row)) for row in rows)
    inner = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    table = f"<table:table table:name='T'>{inner}</table:table>"
    return f"<office:spreadsheet>{table}</office:spreadsheet>"


def odf(kind, body, meta=""):
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = [f'xmlns:{n}="{urn}:{n}:1.0"' for n in ("office", "table", "text", "meta")]
    space = " ".join([*spaces, "xmlns:dc='http://purl.org/dc/elements/1.1/'"])
    content = f"<office:body>{body}</office:body>"
    made = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "META-INF/manifest.xml": f"<manifest:manifest xmlns:manifest='{urn}:manifest:1.0'/>",
        "content.xml": f"<office:document-content {space}>{content}</office:document-content>",
        "meta.xml": f"<office:document-meta {space}>{meta}</office:document-meta>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, text in made.items():
            package.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "meta", "kind"),
    [
        ("<text:p>x</text:p>", "<dc:creator>Erika</dc:creator>", "author"),
        ("<office:annotation><text:p>x</text:p></office:annotation>", "", "comment"),
        ("<text:tracked-changes/>", "", "tracked"),
        ("<text:hidden-text>x</text:hidden-text>", "", "hidden"),
        ("TABLE", "", "small_count"),
    ],
)  # fmt: skip
def test_texts_of_libreoffice_are_looked_through(of_file, body, meta, kind):
    body = body.replace("TABLE", odf_table(["Ort", "Personen"], ["A", 4]))
    assert of_file("a.odt", odf("text", f"<office:text>{body}</office:text>", meta)) == {kind}


# Documents --------------------------------------------------------------------------------------


def docx(body="<w:p><w:r><w:t>Bericht</w:t></w:r></w:p>", **parts):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    made = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
    }
    made |= {name.replace("__", "/"): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in made.items():
            package.writestr(name, content)
    return out.getvalue()


def word_table(*rows):
    def cell(text):
        return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"

    lines = ("".join(map(cell, row)) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{line}</w:tr>' for line in lines)}</w:tbl>"


def test_a_document_without_faults_passes(of_file):
    assert of_file("a.docx", docx(word_table(["Ort", "Einwohner"], ["A", "1.234"]))) == set()


@pytest.mark.parametrize(
    ("body", "parts", "kind"),
    [
        ("<w:p><w:ins w:author='E'><w:r><w:t>x</w:t></w:r></w:ins></w:p>", {}, "tracked"),
        ("<w:p><w:del w:author='E'><w:delText>x</w:delText></w:del></w:p>", {}, "tracked"),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>", {}, "hidden"),
        ("", {"word__comments.xml": "<w:comments><w:comment w:id='0'/></w:comments>"}, "comment"),
        ("", {"docProps__core.xml": "<c><dc:creator>Erika</dc:creator></c>"}, "author"),
        ("", {"word__embeddings__oleObject1.bin": b"\xd0\xcf\x11\xe0xxxx"}, "embedded"),
        ("", {"word__media__a.jpg": b"\xff\xd8\xff\xfe\x00\x07Erika\xff\xd9"}, "author"),
        (word_table(["Ort", "Personen"], ["A", "3"]), {}, "small_count"),
        (word_table(["Ort", "Personen"], ["Summe", "40"], ["A", "9"], ["B", "."]), {}, "derivable"),
    ],
)  # fmt: skip
def test_what_a_document_hides_is_found(of_file, body, parts, kind):
    assert kind in of_file("a.docx", docx(body, **parts))


def test_a_workbook_behind_a_chart_is_read_like_a_workbook(of_file):
    inside = book([["Ort", "Einwohner"], ["A", 3]])
    found = of_file("a.docx", docx(**{"word__embeddings__t.xlsx": inside}))
    assert found == {"embedded_table", "small_count"}


def test_notes_and_hidden_slides_of_a_presentation_are_found(of_file):
    parts = {
        "[Content_Types].xml": "<Types/>",
        "ppt/slides/slide1.xml": '<p:sld xmlns:p="p" show="0"/>',
        "ppt/notesSlides/notesSlide1.xml": "<p:notes><a:t>nicht vorlesen</a:t></p:notes>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert of_file("a.pptx", out.getvalue()) == {"hidden", "comment"}


def pdf(extra=b""):
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + extra + b"\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    ("extra", "kinds_found"),
    [
        (b"", {"unseen"}),
        (b"<< /Author (Erika Muster) >>", {"unseen", "author"}),
        (b"<< /Author <FEFF0045> >>", {"unseen", "author"}),
        (b"<< /Author () >>", {"unseen"}),
        (
            b"stream\n" + zlib.compress(b"<< /Author (Erika) >>") + b"\nendstream",
            {"unseen", "author"},
        ),
        (
            b"<x:xmpmeta><dc:creator><rdf:li>Erika</rdf:li></dc:creator></x:xmpmeta>",
            {"unseen", "author"},
        ),
        (b"<< /EmbeddedFiles 3 0 R >>", {"unseen", "embedded"}),
        (b"<< /Subtype /Text /Contents (x) >>", {"unseen", "comment"}),
        (b"startxref\nstartxref\n", {"unseen", "leftover"}),
        (b"<< /Encrypt 5 0 R >>", {"unreadable"}),
    ],
)
def test_a_pdf_is_looked_through_as_far_as_it_is_read_and_no_more_is_claimed(
    of_file, extra, kinds_found
):
    assert of_file("a.pdf", pdf(extra)) == kinds_found


def png(*chunks):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in chunks) + chunk(b"IEND", b"")


def exif(tag, value):
    entry = (
        struct.pack("<HHII", tag, 2, len(value), 26)
        if tag != 0x8825
        else struct.pack("<HHII", tag, 4, 1, 26)
    )
    return b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0) + value


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        (
            "a.png",
            png((b"tEXt", b"Software\0Matplotlib version 3.9, https://matplotlib.org/")),
            set(),
        ),
        ("a.png", png((b"tEXt", b"Author\0Erika")), {"author"}),
        ("a.png", png((b"zTXt", b"Author\0\0" + zlib.compress(b"Erika"))), {"author"}),
        ("a.png", png((b"iTXt", b"Author\0\0\0\0\0Erika")), {"author"}),
        ("a.png", png((b"eXIf", exif(0x013B, b"Erika\0"))), {"author"}),
        ("a.png", png((b"tEXt", b"Source\0/home/erika/karten/a.qgz")), {"path"}),
        ("a.jpg", b"\xff\xd8\xff\xd9", set()),
        (
            "a.jpg",
            b"\xff\xd8\xff\xe1\x00\x32Exif\0\0" + exif(0x8825, b"") + b"\xff\xd9" * 12,
            {"author"},
        ),
        ("a.tif", exif(0x013B, b"Erika\0"), {"author"}),
    ],
)
def test_what_a_picture_tells_of_its_making_is_found(of_file, name, content, found):
    assert of_file(name, content) == found


# Geodata ----------------------------------------------------------------------------------------

SQUARES = [shapely.box(i, 0, i + 1, 1) for i in range(4)]


@pytest.fixture
def package(tmp_path):
    """Kinds of findings in a GeoPackage with one layer, changed before the audit."""

    def check(columns, layer="cells", shapes=SQUARES, change=None):
        folder = tmp_path / "geo"
        folder.mkdir(exist_ok=True)
        path = folder / "a.gpkg"
        table = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:25832")
        table.to_file(path, layer=layer, driver="GPKG", engine="pyogrio")
        if change is not None:
            base = sqlite3.connect(path)
            change(base)
            base.commit()
            base.close()
        return kinds(folder)

    return check


CELLS = {"cell_id": list("abcd"), "area_id": ["w", "w", "o", "o"], "residents": [8, 9, 0, 7]}


def test_a_geopackage_without_faults_passes(package):
    assert package(CELLS) == set()


@pytest.mark.parametrize(
    ("columns", "options", "kind"),
    [
        (CELLS | {"residents": [8, 9, 0, 4]}, {}, "small_count"),
        (CELLS | {"residents": pd.array([8, None, 0, 7], "Int64")}, {}, "derivable"),
        (CELLS | {"foreign_residents": [8, 9, 0, 4]}, {}, "small_count"),
        (CELLS | {"sport__share": [0.5] * 4}, {"layer": "cells"}, None),
        ({"area_id": list("abcd"), "residents": [12] * 4, "sport__share": [0.5] * 4},
         {"layer": "municipalities"}, "small_base"),
        (CELLS, {"layer": "haushalte"}, "layer"),
        ({"name": list("abcd"), "personen": [9] * 4},
         {"layer": "offers", "shapes": [shapely.Point(i, 0) for i in range(4)]}, "dwellings"),
        ({"name": list("abcd"), "confirmed_by": list("abcd")}, {"layer": "offers"},
         "internal_column"),
    ],
)  # fmt: skip
def test_layers_of_a_geopackage_are_looked_through(package, columns, options, kind):
    assert package(columns, **options) == ({kind} if kind else set())


def drop_table(base):
    base.execute("CREATE TABLE alt (t TEXT)")
    base.executemany("INSERT INTO alt VALUES (?)", [("x" * 3000,)] * 20)
    base.commit()
    base.execute("DROP TABLE alt")


def add_metadata(base):
    base.execute("CREATE TABLE gpkg_metadata (id INTEGER, metadata TEXT)")
    base.execute("INSERT INTO gpkg_metadata VALUES (1, 'Bearbeitung')")


@pytest.mark.parametrize(
    ("change", "kind"), [(drop_table, "deleted_rows"), (add_metadata, "leftover")]
)
def test_what_is_left_over_in_a_geopackage_is_found(package, change, kind):
    assert package(CELLS, change=change) == {kind}


def test_the_audit_of_a_geopackage_leaves_no_trace(package, tmp_path):
    package(CELLS)
    assert [p.name for p in (tmp_path / "geo").iterdir()] == ["a.gpkg"]


def test_points_of_people_are_found_in_every_format(tmp_path):
    table = gpd.GeoDataFrame({"Personen": [9]}, geometry=[shapely.Point(8, 53)], crs="EPSG:4326")
    for name in ("a.geojson", "a.shp"):
        folder = tmp_path / name.replace(".", "_")
        folder.mkdir()
        table.to_file(folder / name, engine="pyogrio")
        assert kinds(folder) == {"dwellings"}, name
    folder = tmp_path / "parquet"
    folder.mkdir()
    pl.DataFrame({"lon": [8.0], "lat": [53.0], "Personen": [9]}).write_parquet(folder / "a.parquet")
    assert kinds(folder) == {"dwellings"}
    (folder / "a.parquet").unlink()
    (folder / "a.csv").write_text("lon,lat,Personen\n8.0,53.0,9\n", encoding="utf-8")
    assert kinds(folder) == {"dwellings"}


def test_small_counts_are_found_in_parquet_and_shapefiles(tmp_path):
    pl.DataFrame({"ort": ["A"], "residents": [3]}).write_parquet(tmp_path / "a.parquet")
    assert kinds(tmp_path) == {"small_count"}
    (tmp_path / "a.parquet").unlink()
    table = gpd.GeoDataFrame({"residents": [3]}, geometry=[SQUARES[0]], crs="EPSG:25832")
    table.to_file(tmp_path / "a.shp", engine="pyogrio")
    assert kinds(tmp_path) == {"small_count"}


# Archives ---------------------------------------------------------------------------------------


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def test_an_archive_in_an_archive_is_looked_through(of_file):
    table = "Ort;Einwohner\nA;3\n"
    assert of_file("a.zip", zipped(b__zip=zipped(a__csv=table))) == {"small_count"}
    assert of_file("a.zip", zipped(a__csv="Ort;Einwohner\nA;30\n")) == set()


def test_a_packed_file_is_looked_through(of_file):
    assert of_file("a.csv.gz", gzip.compress(b"Ort;Einwohner\nA;3\n")) == {"small_count"}


def test_an_archive_that_is_a_bomb_or_leaves_its_folder_cannot_be_checked(of_file):
    assert of_file("a.zip", zipped(a__txt=b"0" * 200_000_000)) == {"unreadable"}
    assert of_file("a.zip", zipped(**{"../a__txt": "x"})) == {"unreadable"}


# Secrets of the county --------------------------------------------------------------------------

PEOPLE = """
[[people]]
id = "lists"
label = "Leistungsberechtigte"
file = "liste.csv"
area = "Gemeinde"
street = "Straße"
house_number = "Nr"

[[people]]
id = "names"
label = "Namen"
file = "namen.csv"
area = "Gemeinde"
"""
NAMES = [
    "Vorname;Nachname;Gemeinde;Sachbearbeitung",
    "Uhu;Rotkehl;Westdorf;",
    ";;Ostdorf;Zeisig, Finka",
]
HEADERS = (
    "Nr;Name;Träger;Kategorie;Straße;Ort;Breite;Länge;Termine;Kontakt;Vertraulich;"
    "Bestätigt von;Bemerkung"
)
COURSE = (
    "O1;Kurs am Abend;Volkshochschule;sprachkurs;Am Markt 1;Mitte;;;Di 18:00-19:30;;nein;"
    f"Kollegin Spatzenfeld;{REMARK}"
)
REFUGE = (
    "O2;Haus Schwalbennest;Verein;beratung;Elsternweg 7;Mitte;53,12345;8,65432;Di 9-12;"
    "Eva Star, 04461 987654;ja;;"
)
OFFERS = [HEADERS, COURSE, REFUGE]
PERSONS = [
    "Name;Gemeinde;Straße;Nr;Herkunft;Geboren",
    f"{CANARY};Westdorf;{STREET};12;Absurdistan;01.02.1990",
    "Volkshochschule;Mitte;Am Markt;1;;",
    "Li;Ostdorf;Hauptstraße;;;",
]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("secret") / "toy")
    (folder / "offers.csv").write_text("\n".join(OFFERS), encoding="utf-8")
    (folder / "liste.csv").write_text("\n".join(PERSONS), encoding="utf-8")
    (folder / "namen.csv").write_text("\n".join(NAMES), encoding="utf-8")
    (folder / "county.toml").write_text(PROFILE + PEOPLE, encoding="utf-8")
    found, troubles = county_secrets(read_settings(folder))
    assert not troubles
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"Frau {CANARY} sagt", "Angabe aus einer Personenliste (Liste liste.csv, Zeile 2)"),
        (f"in {STREET} 12", "Anschrift aus einer Personenliste (Liste liste.csv, Zeile 2)"),
        (f"{STREET.upper()}\n12", "Anschrift aus einer Personenliste (Liste liste.csv, Zeile 2)"),
        ("im Haus  Schwalbennest", "Name eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        ("Elsternweg 7", "Anschrift eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        ("bei Frau Uhu Rotkehl", "Angabe aus einer Personenliste (Liste namen.csv, Zeile 2)"),
        ("bei Rotkehl, Uhu", "Angabe aus einer Personenliste (Liste namen.csv, Zeile 2)"),
        ("Finka Zeisig", "Angabe aus einer Personenliste (Liste namen.csv, Zeile 3)"),
        ("Tel. 04461/987654", "Kontakt eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        ("53.12345, 8.65432", "Koordinaten eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        ("[8.65432, 53.1234512]", "Koordinaten eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        ("53,1235;8,6543", "Koordinaten eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        ('"at":[865432,5312345]', "Koordinaten eines vertraulichen Angebots (offers.csv, Zeile 3)"),
        (f"({REMARK})", "Bemerkung eines Angebots (offers.csv, Zeile 2)"),
        ("Kollegin Spatzenfeld", "Bestätigt von eines Angebots (offers.csv, Zeile 2)"),
    ],
)  # fmt: skip
def test_secrets_of_the_county_are_found_and_only_their_row_is_said(secrets, tmp_path, text, said):
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    report = audit_folder(tmp_path, RULES, secrets)
    assert [(f.kind, f.found) for f in report.findings] == [("secret", said)]
    assert not any(
        word in "".join(report.lines()) for word in (CANARY, STREET, "Schwalben", "987654", "8,65")
    )


@pytest.mark.parametrize(
    "text",
    [
        "Uhu", "Westdorf", "Die Volkshochschule in Mitte, Am Markt 1", "Hauptstraße", STREET,
        f"{CANARY}er Weg", "01.02.1990", "Absurdistan", "Li", "sprachkurs", "Elsternweg 71",
        "53.12345 und sonst nichts",
        "53.99999, 8.65432", f"{STREET} 120",
    ],
)  # fmt: skip
def test_common_words_and_parts_of_words_are_no_secret(secrets, of_file, text):
    assert of_file("a.txt", text, secrets=secrets) == set()


WORD = "Müßiggänger"


@pytest.mark.parametrize(
    "data",
    [
        WORD.encode(),
        WORD.encode("latin-1"),
        "Frau Voß".encode("latin-1") + b" " + WORD.encode("latin-1"),
        WORD.encode("utf-16"),
        WORD.encode("utf-16-le"),
        b"\0" + WORD.encode("utf-16-be"),
        json.dumps(WORD).encode(),
        json.dumps(f"x\n{WORD}").encode(),
        b"M&#252;&szlig;igg&#xE4;nger",
        urllib.parse.quote(WORD).encode(),
        "Mu\u0308ßigga\u0308nger".encode(),
        "Mü\u00adßig\u200bgänger".encode(),
        b"Muessiggaenger",
        WORD.upper().encode(),
        bytes(range(128, 256)) + b" " + WORD.encode() + b" ",
    ],
)
def test_a_word_is_found_however_it_is_written(data):
    search = Search()
    search.add(WORD, "gefunden")
    assert any(search.meanings(text) == {"gefunden"} for text in texts_of(data))


def test_a_word_is_found_across_the_borders_of_parts_of_a_long_text():
    search = Search()
    search.add(f"{CANARY} und {STREET}", "gefunden")
    for at in (4 * 2**20 - 50, 4 * 2**20 - 20, 4 * 2**20 - 8):
        assert search.meanings(f"{'x ' * (at // 2)}{CANARY}, und {STREET}!") == {"gefunden"}


@pytest.mark.parametrize("before", [b"x ", "ü ".encode()])
def test_a_word_is_found_wherever_a_large_file_is_cut(before):
    search = Search()
    search.add(WORD, "gefunden")
    for at in (16 * 2**20 - 9, 16 * 2**20 - 3, 16 * 2**20 + 1):
        data = before * (at // len(before)) + b" " + WORD.encode() + b" " + before * 9
        assert any(search.meanings(text) == {"gefunden"} for text in texts_of(data)), at


SPLIT = f"<w:p><w:r><w:t>{CANARY[:6]}</w:t></w:r><w:r><w:t>{CANARY[6:]}</w:t></w:r></w:p>"
POOL = [["Straße", "Nr"], [STREET, 12]]


def in_database(tmp_path):
    path = tmp_path / "s.gpkg"
    table = gpd.GeoDataFrame({"name": [CANARY]}, geometry=[SQUARES[0]], crs="EPSG:25832")
    table.to_file(path, layer="offers", driver="GPKG", engine="pyogrio")
    return path.read_bytes()


def in_parquet(tmp_path):
    pl.DataFrame({"name": [CANARY] * 500}).write_parquet(tmp_path / "s.parquet")
    return (tmp_path / "s.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.docx", lambda _: docx(SPLIT)),
        ("a.xlsx", lambda _: book([[CANARY]])),
        ("a.xlsx", lambda _: book(POOL)),
        ("a.html", lambda _: page(body=f"{CANARY[:5]}<b>{CANARY[5:]}</b>")),
        ("a.html", lambda _: data_page(county=CANARY)),
        ("a.zip", lambda _: zipped(b__zip=zipped(a__txt=CANARY))),
        ("a.txt.gz", lambda _: gzip.compress(CANARY.encode())),
        ("a.pdf", lambda _: pdf(b"stream\n" + zlib.compress(CANARY.encode()) + b"\nendstream")),
        ("a.png", lambda _: png((b"tEXt", b"Title\0" + CANARY.encode()))),
        ("a.gpkg", in_database),
        ("a.parquet", in_parquet),
        (f"{CANARY}.txt", lambda _: b"x"),
        ("a.bin", lambda _: b"\xff\x00\x01 " + CANARY.encode() + b" \x00"),
    ],
)
def test_a_secret_is_found_in_every_kind_of_file_and_never_printed(secrets, tmp_path, name, make):
    content = make(tmp_path)
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    report = audit_folder(folder, RULES, secrets)
    assert "secret" in {finding.kind for finding in report.findings}
    assert CANARY not in "".join(report.lines())


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp"])
def test_a_point_where_a_confidential_offer_is_held_is_found(secrets, tmp_path, name):
    for lat, found in ((53.12346, {"secret"}), (53.13, set())):
        folder = tmp_path / str(lat)
        folder.mkdir()
        table = gpd.GeoDataFrame(
            {"name": ["A"]}, geometry=[shapely.Point(8.65431, lat)], crs="EPSG:4326"
        )
        options = {"layer": "offers"} if name == "a.gpkg" else {}
        table.to_crs("EPSG:25832").to_file(folder / name, engine="pyogrio", **options)
        assert kinds(folder, secrets=secrets) == found


def test_a_secret_in_another_finding_is_covered(secrets, tmp_path):
    def author(made):
        made.properties.creator = f"Eva {CANARY}"

    (tmp_path / "a.xlsx").write_bytes(book([["Linie"]], author))
    report = audit_folder(tmp_path, RULES, secrets)
    assert {finding.kind for finding in report.findings} == {"author", "secret"}
    assert CANARY not in "".join(report.lines())


def test_a_list_of_people_that_cannot_be_read_is_said_without_its_content(toy_run, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(toy_run, folder)
    (folder / "liste.csv").write_text(f"{CANARY};{STREET}\n", encoding="utf-8")
    (folder / "county.toml").write_text(PROFILE + PEOPLE, encoding="utf-8")
    result = CliRunner().invoke(audit, [str(folder / "out"), "--county", str(folder)])
    assert result.exit_code == 1
    assert "liste.csv: Eingabe des Landkreises: nicht lesbar" in result.output
    assert CANARY not in result.output


# The folder -------------------------------------------------------------------------------------


def test_the_list_of_rows_that_were_not_taken_is_internal(of_file):
    content = book([["Zeile", "Grund"], [4, "Name fehlt"]])
    assert of_file("eingaben_pruefen.xlsx", content) == {"internal_file"}


@pytest.mark.parametrize(
    "name",
    [
        "~$a.docx",
        "a.part",
        "a.gpkg-wal",
        "a.gpkg-journal",
        "a.xlsx.bak",
        "Thumbs.db",
        ".DS_Store",
        "a.tmp",
        "~a.txt",
    ],
)
def test_temporary_files_are_found(of_file, name):
    assert of_file(name, "x") == {"temporary"}


@pytest.mark.parametrize(
    "text",
    [
        "/home/erika/daten", r"C:\Users\erika\daten", r"P:\Amt 50\Listen", "file:///srv/daten",
        r"\\server01\amt50$\listen", json.dumps(r"C:\Users\erika\daten"),
    ],
)  # fmt: skip
def test_paths_of_a_computer_are_found(of_file, text):
    assert of_file("a.txt", f"aus {text}") == {"path"}


@pytest.mark.parametrize(
    "text", ["https://example.org/home/karte", "und/oder", "10:30", r"\n\t", "a:b"]
)
def test_addresses_and_other_signs_are_no_paths(text):
    assert paths_in(text.encode()) == []


def test_the_mark_of_internal_runs_is_found_in_pages_tables_and_documents(of_file):
    mark = "INTERN – nicht veröffentlichen"
    assert of_file("a.html", page(body=f"<p>{mark}</p>")) == {"internal_mark"}
    assert of_file("a.xlsx", book([[mark]])) == {"internal_mark"}
    assert of_file("a.docx", docx(f"<w:p><w:r><w:t>{mark}</w:t></w:r></w:p>")) == {"internal_mark"}
    assert of_file("a.txt", "INTERNAL – do not publish") == {"internal_mark"}


def test_an_internal_run_is_found_by_its_manifest(clean):
    path = clean / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {"profile": "public"}), encoding="utf-8")
    assert kinds(clean) == set()
    path.write_text(json.dumps(manifest | {"profile": "internal"}), encoding="utf-8")
    assert kinds(clean) == {"internal_mark"}


def test_files_that_were_added_changed_or_taken_away_are_hints(clean):
    (clean / "notiz.txt").write_text("x", encoding="utf-8")
    with (clean / "index.html").open("a", encoding="utf-8") as file:
        file.write(" ")
    (clean / "coverage.gpkg").unlink()
    report = audit_folder(clean)
    assert {finding.kind for finding in report.findings} == {"unnamed", "changed", "missing"}
    assert not report.fails


def test_the_rules_of_the_strictest_run_count(of_file, tmp_path):
    strict = {
        "outputs": {},
        "settings": {"disclosure": {"min_count": 10, "min_share_base": 50, "rounding": 5}},
    }
    of_file("lauf/manifest.json", json.dumps(strict))
    assert "small_count" in of_file("a.csv", "Ort;Einwohner\nA;8\n")
    (tmp_path / "papers" / "lauf" / "manifest.json").unlink()
    assert "small_count" not in of_file("a.csv", "Ort;Einwohner\nA;8\n")


def test_without_any_rules_the_usual_ones_are_named(tmp_path):
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert "mindestens 5 Personen" in audit_folder(tmp_path).lines()[0]


def test_what_is_unknown_or_broken_cannot_be_checked(of_file):
    assert of_file("a.xyz", b"\x00\x01") == {"unreadable"}


@pytest.mark.parametrize(
    "name", ["a.xlsx", "a.gpkg", "a.docx", "a.parquet", "a.shp", "a.geojson", "a.zip", "a.doc"]
)
@pytest.mark.parametrize(
    "head", [b"PK\x03\x04", b"SQLite format 3\x00", b"PAR1", b"\xd0\xcf\x11\xe0", b"{"]
)
def test_a_broken_file_is_a_finding(of_file, name, head):
    assert "unreadable" in of_file(name, head + b"\x07" * 40)


def test_a_link_to_another_file_is_not_followed(tmp_path):
    (tmp_path / "geheim.txt").write_text(CANARY, encoding="utf-8")
    folder = tmp_path / "papers"
    folder.mkdir()
    try:
        (folder / "a.txt").symlink_to(tmp_path / "geheim.txt")
    except OSError:
        pytest.skip("this system makes no links")
    assert kinds(folder) == {"unreadable"}


def test_the_audit_changes_nothing_on_disk(clean):
    def state():
        return {
            p: (p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).digest())
            for p in clean.rglob("*")
            if p.is_file()
        }

    before = state()
    audit_folder(clean)
    assert state() == before


SUFFIXES = [
    "html",
    "xlsx",
    "csv",
    "gpkg",
    "geojson",
    "parquet",
    "pdf",
    "png",
    "jpg",
    "zip",
    "json",
    "shp",
    "txt",
    "gz",
]
HEADS = [
    b"", b"PK\x03\x04", b"%PDF-1.7\n/Author (", b"\x89PNG\r\n\x1a\n", b"{", b"PAR1", b"MM\0*",
    b"\xff\xd8\xff\xe1\x00\x20Exif\0\0II*\0", b"<!DOCTYPE html><table><td>",
    b"SQLite format 3\x00", b"\x1f\x8b\x08", b"RIFF....WEBPEXIF",
]  # fmt: skip


@rounds(max_examples=60)
@given(suffix=st.sampled_from(SUFFIXES), head=st.sampled_from(HEADS), data=st.binary(max_size=300))
def test_no_bytes_make_it_fail(tmp_path_factory, suffix, head, data):
    folder = tmp_path_factory.mktemp("bytes")
    (folder / f"a.{suffix}").write_bytes(head + data)
    report = audit_folder(folder, RULES)
    assert report.files == [f"a.{suffix}"]
    assert all(line.startswith(("FEHLER  a.", "HINWEIS a.")) for line in report.lines())


@given(st.text(max_size=40))
def test_every_text_is_a_number_or_none(text):
    found = number_of(text)
    assert found is None or isinstance(found, float)


@pytest.mark.parametrize(
    "name",
    [
        "residents", "residents_model", "covered", "uncovered", "booked", "withheld", "within",
        "lost", "lost_paused", "lost_no_way", "gained", "residents_counted",
    ],
)  # fmt: skip
def test_all_titles_of_our_own_tables_of_people_are_known_in_both_languages(name):
    assert {bool(role_of(text)) for text in TABLE_WORDS[f"column.{name}"]} == {True}
    assert not {role_of(text) for text in TABLE_WORDS[f"column.{name}"]} & {"share"}


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "a").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError):
        audit_folder(tmp_path / "a")


def test_chance_bytes_of_compressed_parts_are_no_path_of_a_computer(of_file):
    chance = b"P:\\9K\\abc C:\\Users\\abc"
    chunk = len(chance).to_bytes(4, "big") + b"IDAT" + chance + b"\0\0\0\0"
    picture = io.BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    whole = picture.getvalue()
    at = whole.index(b"IDAT") - 4
    assert "path" not in of_file("a.png", whole[:at] + chunk + whole[at:])
    text = len(chance).to_bytes(4, "big") + b"tEXt" + chance + b"\0\0\0\0"
    assert "path" in of_file("b.png", whole[:at] + text + whole[at:])
