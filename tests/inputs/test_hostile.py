"""Hostile and damaged input: what each attack comes to. Other attacks are tested beside the module
they aim at: bombs and paths in test_download.py, feeds in gtfs/, markup in outputs/maps/."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import toy
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.cli import cli
from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.inputs import sheets
from geo_integration.inputs.areas import read_areas
from geo_integration.inputs.calendars import read_calendar
from geo_integration.inputs.contents import require_file, require_whole, safe_members
from geo_integration.inputs.county import inspect_county
from geo_integration.inputs.fetching.clipping import clip_gtfs
from geo_integration.inputs.geocoding.address_files import read_addresses, read_osm_addresses
from geo_integration.inputs.geocoding.chain import read_stops
from geo_integration.inputs.geocoding.ledger import Confirmed, read_ledger, write_ledger
from geo_integration.inputs.geocoding.review import confirm
from geo_integration.inputs.layer_files import layer_file
from geo_integration.inputs.places import read_places
from geo_integration.inputs.points import read_points
from geo_integration.inputs.register import read_register
from geo_integration.inputs.sheets import as_text, read_sheets
from geo_integration.inputs.tables import FaultList, number, read_table, read_vector
from geo_integration.outputs.workbook import write_texts
from geo_integration.profile import AreaColumns
from geo_integration.settings import read_settings

FILES = (
    "municipalities.geojson", "residents.csv", "offers.csv", "gtfs.zip", "places.csv",
    "calendar.csv", "register.csv",
)  # fmt: skip
TABLES = tuple(name for name in FILES if name.endswith(".csv"))
# What spreadsheets compute, pages run, or eyes misread.
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@A1",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
)
MARKUP = "<script>alert(1)</script>{{7*7}}${7*7}</textarea><img src=x onerror=alert(1)>"
UNSEEN = "\x00\x1b\u202e\u200b\u2066\ufeff"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return toy.write_toy_county(tmp_path_factory.mktemp("source") / "toy")


@pytest.fixture
def folder(source, tmp_path):
    return shutil.copytree(source, tmp_path / "toy")


def look(folder):
    return inspect_county(read_settings(folder))


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="geo-integration")


def renamed(folder, name, new):
    """Give a file of the county another name, in the profile too."""
    (folder / name).rename(folder / new)
    profile = folder / "county.toml"
    text = profile.read_text(encoding="utf-8")
    quoted = f'"{new}"'.replace("\\", "\\\\") if '"' not in new else f"'''{new}'''"
    profile.write_text(text.replace(f'"{name}"', quoted), encoding="utf-8")


def write_cell(path, column, values):
    """Put values into a column of a CSV file, from the first row on."""
    separator = ";" if path.name == "offers.csv" else ","
    lines = [line.split(separator) for line in path.read_text(encoding="utf-8").splitlines()]
    at = lines[0].index(column)
    for row, value in enumerate(values, start=1):
        lines[row][at] = value
    path.write_text("\n".join(map(separator.join, lines)) + "\n", encoding="utf-8")


# Files that are none ------------------------------------------------------------------------------


def empty(path):
    path.write_bytes(b"")


def a_folder(path):
    path.unlink()
    path.mkdir()


def a_loop(path):
    path.unlink()
    path.symlink_to(path)


def a_web_page(path):
    path.write_bytes(b"<!doctype html><html><body>Anmelden</body></html>")


@pytest.mark.parametrize("attack", [empty, a_folder, a_loop, a_web_page])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_none_is_one_german_message_that_names_it(folder, name, attack):
    attack(folder / name)
    found = look(folder)
    told = [error for error in found.errors if name in error]
    assert len(told) == 1
    assert any(
        word in told[0] for word in ("fehlt", "lesbar", "Ordner", "Verknüpfung", "keine Tabelle")
    )
    assert found.inputs is None


@pytest.mark.parametrize("error", [
    PermissionError(13, "Permission denied", "Z:/offers.csv"),
    OSError(36, "File name too long", "x" * 300),
    OSError(5, "Input/output error"),
])  # fmt: skip
def test_what_the_system_refuses_is_told_and_the_other_layers_are_read(folder, monkeypatch, error):
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr("geo_integration.inputs.county.read_offers", refuse)
    found = look(folder)
    assert len(found.errors) == 1
    assert "nicht lesbar" in found.errors[0]
    assert "Laufwerk prüfen" in found.errors[0]
    assert {"areas", "residents", "timetable"} <= set(found.parts)


def test_a_table_that_excel_holds_open_says_to_close_it(tmp_path, monkeypatch):
    path = tmp_path / "offers.xlsx"
    openpyxl.Workbook().save(path)

    def locked(self, *_, **__):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(
        SourceError, match=r"offers\.xlsx.*in Excel geöffnet, zuerst dort schließen"
    ):
        read_sheets(path)


def test_the_lock_file_of_excel_beside_an_input_changes_nothing(folder):
    (folder / "~$offers.csv").write_bytes(b"\x05Name" + b"\x00" * 160)
    assert look(folder).errors == []


def test_a_file_that_is_nearly_called_so_is_named(tmp_path):
    (tmp_path / "offers (1).xlsx").write_bytes(b"")
    with pytest.raises(SourceError, match=r"die Datei fehlt \(gemeint: offers \(1\)\.xlsx\?\)"):
        require_file(tmp_path / "offers.xlsx")


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "a\0b.csv", "x" * 300 + "/y.csv"])
def test_a_name_that_no_file_can_have_is_told(tmp_path, name):
    with pytest.raises(SourceError):
        require_file(tmp_path / name)


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", [
    "Gemeinden Übersicht (Kopie) 'neu' & alt",
    "ä" * 100,
    "CON",
    "50% [x] {y} $HOME `id`",
    "-rf --help",
])  # fmt: skip
def test_files_may_have_any_name(folder, stem):
    for name in ("municipalities.geojson", "offers.csv", "gtfs.zip", "residents.csv"):
        renamed(folder, name, f"{stem} {name[0]}{Path(name).suffix}")
    found = look(folder)
    assert found.errors == []
    assert found.parts["residents"]["residents"].sum() == 1000


def test_signs_that_gdal_takes_for_its_own_are_named(tmp_path, monkeypatch):
    path = tmp_path / "Grenzen; neu!.geojson"
    path.write_text(toy.areas_geojson(), encoding="utf-8")
    monkeypatch.setattr("geopandas.read_file", lambda _: 1 / 0)
    with pytest.raises(SourceError, match="stören ; und !, umbenennen"):
        read_vector(path, {"name": "name"}, toy.CRS)


def test_the_folder_may_have_any_name(source, tmp_path):
    here = shutil.copytree(source, tmp_path / "Landkreis Ölß 'x' [alt] & 100%")
    result = call("check", here)
    assert result.exit_code == 0, result.output
    assert str(here) in result.output


def test_check_writes_nothing_into_the_folder_of_the_county(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert call("check", folder).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


OSM = """<osm version="0.6"><node id="1" lat="53.6" lon="8.0"><tag k="addr:street" v="Weg"/>
<tag k="addr:housenumber" v="1"/></node></osm>"""


def test_a_folder_in_which_nothing_can_be_kept_is_read_all_the_same(tmp_path):
    (tmp_path / "o.osm").write_text(OSM, encoding="utf-8")
    (tmp_path / ".cache").write_text("in the way", encoding="utf-8")
    found = read_osm_addresses(tmp_path / "o.osm", toy.CRS, cache=tmp_path / ".cache")
    assert len(found) == 1


# Text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("name", TABLES)
def test_tables_of_any_usual_encoding_are_the_same(source, tmp_path, name, encoding):
    text = (source / name).read_text(encoding="utf-8")
    (tmp_path / name).write_bytes(text.encode(encoding))
    pd.testing.assert_frame_equal(read_table(tmp_path / name, []), read_table(source / name, []))


@pytest.mark.parametrize("data", [b"a;b\n1;\0\n", b"\0" * 5000, b"name\0\0;x\n", b"\0a;b\n"])
def test_nul_bytes_are_no_text(tmp_path, data):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(SourceError, match="NUL-Zeichen"):
        read_table(path, [])


def test_a_line_without_end_is_told_with_its_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"a;b\n1;2\n" + b"x" * 300_000 + b"\n")
    with pytest.raises(SourceError, match="Zeile 3: ein Feld ist länger als"):
        read_table(path, [])


def test_a_file_of_a_gigabyte_is_not_read(tmp_path):
    path = tmp_path / "x.csv"
    with path.open("wb") as file:
        file.truncate(2**30)  # takes no room on the disk
    with pytest.raises(SourceError, match="1024 MB; gelesen werden höchstens 100 MB"):
        read_table(path, [])


def test_a_quotation_mark_without_end_is_told_in_german(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b'a;b\n"1;2\n')
    with pytest.raises(SourceError, match="Anführungszeichen wird nicht geschlossen"):
        read_table(path, [])


@pytest.mark.parametrize("sign", [*UNSEEN, "\u00ad", "\u2060", "\x7f", "\ud800"])
def test_signs_that_nobody_sees_are_left_out(sign):
    assert as_text(f"Sprach{sign}kurs") == "Sprachkurs"
    assert as_text(sign) is None


def test_line_breaks_letters_and_emoji_stay():
    for text in ("a\nb\tc", "می\u200cخواهم", "👩\u200d👧", "Straße", "e\u0301"):
        assert as_text(text) == text


def test_a_category_with_a_soft_hyphen_is_known(folder):
    path = folder / "offers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sprachkurs", "Sprach\u00adkurs\u200b"), encoding="utf-8")
    found = look(folder)
    assert found.faults == []
    assert found.parts["geocoding"]["category"].tolist()[0] == "sprachkurs"


# Workbooks ----------------------------------------------------------------------------------------

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0"?>'
_NAME = 't="inlineStr"><is><t>Name</t></is></c>'


def workbook(path, rows, *, before="", after="", more=()):
    """The smallest workbook that holds these rows."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f"{before}<worksheet {_MAIN}><sheetData>{rows}</sheetData>"
        f"{after}</worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in (*parts.items(), *more):
            book.writestr(name, _XML + text if isinstance(text, str) else text)
    return path


HEAD = f'<row r="1"><c r="A1" {_NAME}</row>'


@pytest.mark.parametrize(
    "rows",
    [
        HEAD + f'<row r="1048576"><c r="XFD1048576" {_NAME}</row>',
        HEAD + f"<row r='1048576'><c r = 'XFD1048576' {_NAME}</row>",
        HEAD + f'<row r="1048576"><c s=">" r="XFD1048576" {_NAME}</row>',
        f'<row r="1"><c {_NAME}</row><row r="1048576">'
        + '<c s="0"/>' * 16_000
        + f"<c {_NAME}</row>",
        f'<row r="1"><c r="ZZ1" {_NAME}</row><row r="99999"><c r="A99999" {_NAME}</row>',
    ],
)
def test_two_cells_a_million_rows_apart_do_not_fill_the_memory(tmp_path, rows):
    path = workbook(tmp_path / "o.xlsx", rows)
    assert path.stat().st_size < 10_000
    with pytest.raises(SourceError, match=r"o\.xlsx: sheet1\.xml reicht bis Zeile.*zu groß"):
        read_sheets(path)


def test_far_cells_that_are_only_formatted_do_no_harm(tmp_path):
    rows = HEAD + '<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0" /></row>'
    assert read_sheets(workbook(tmp_path / "o.xlsx", rows))[0].rows == [["Name"]]


def test_a_size_that_a_sheet_only_claims_is_not_believed(tmp_path):
    after = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    path = workbook(tmp_path / "o.xlsx", HEAD, after=after)
    assert read_sheets(path)[0].rows == [["Name"]]


def test_cells_merged_over_and_over_are_refused(tmp_path):
    merged = '<mergeCell ref="A1:A2"/>' * 1000
    rows = HEAD + f'<row r="2"><c r="A2" {_NAME}</row>'
    path = workbook(tmp_path / "o.xlsx", rows, after=f"<mergeCells>{merged}</mergeCells>")
    with pytest.raises(SourceError, match="verbundene Zellen überlappen sich"):
        read_sheets(path)


def test_entities_are_neither_multiplied_nor_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("streng geheim", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    for kind, name in (
        (f'<!ENTITY l0 "lol">{laughs}', "l9"),
        (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', "x"),
    ):
        rows = f'<row r="1"><c r="A1" t="inlineStr"><is><t>&{name};</t></is></c></row>'
        path = workbook(tmp_path / "o.xlsx", rows, before=f"<!DOCTYPE w [{kind}]>")
        with pytest.raises(SourceError, match="keine lesbare Excel-Datei") as told:
            read_sheets(path)
        assert "geheim" not in str(told.value)


def test_links_to_other_workbooks_are_left_alone(tmp_path):
    link = f'<externalLink {_MAIN}><externalBook r:id="r1" xmlns:r="{_OFFICE}"/></externalLink>'
    target = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/externalLinkPath" Target="file://server/x.xlsx" TargetMode="External"/>'
        "</Relationships>"
    )
    more = (
        ("xl/externalLinks/externalLink1.xml", link),
        ("xl/externalLinks/_rels/externalLink1.xml.rels", target),
    )
    path = workbook(tmp_path / "o.xlsx", HEAD, more=more)
    assert read_sheets(path)[0].rows == [["Name"]]


def test_a_workbook_that_would_leave_its_folder_is_refused(tmp_path):
    path = workbook(tmp_path / "o.xlsx", HEAD, more=(("../../x.xml", "<x/>"),))
    with pytest.raises(SourceError, match=r"o\.xlsx.*aus seinem Ordner hinaus"):
        read_sheets(path)


def test_a_part_that_is_much_more_than_it_says_is_refused(tmp_path):
    path = tmp_path / "o.xlsx"
    noise = b"".join(hashlib.sha256(bytes([i % 256, i // 256])).digest() for i in range(3000))
    workbook(path, HEAD, more=(("xl/media/image1.png", noise),))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"image1.png"))
    assert struct.unpack_from("<I", data, at + 24)[0] == len(noise)
    struct.pack_into("<I", data, at + 24, 10)
    path.write_bytes(data)
    with pytest.raises(SourceError, match="zu klein an"):
        read_sheets(path)
    with zipfile.ZipFile(path) as archive, pytest.raises(SourceError):
        safe_members(archive)


def test_a_sheet_of_libre_office_repeated_a_million_times_is_refused(tmp_path):
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<o:document-content xmlns:o="{office}:office:1.0" xmlns:table="{office}:table:1.0" '
        f'xmlns:text="{office}:text:1.0" xmlns:office="{office}:office:1.0"><o:body><o:spreadsheet>'
        '<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table></o:spreadsheet>"
        "</o:body></o:document-content>"
    )
    path = tmp_path / "o.ods"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("META-INF/manifest.xml", f"{_XML}<m/>")
        book.writestr("content.xml", _XML + content)
    with pytest.raises(SourceError, match="keine lesbare Excel-Datei"):
        read_sheets(path)


def test_the_extent_of_a_usual_sheet_is_that_of_its_cells(tmp_path):
    book = openpyxl.Workbook()
    book.active["AB7"] = "x"
    book.save(tmp_path / "o.xlsx")
    with zipfile.ZipFile(tmp_path / "o.xlsx") as package:
        assert sheets._extent(package.read("xl/worksheets/sheet1.xml")) == (7, 28)


# Archives -----------------------------------------------------------------------------------------


def test_a_timetable_in_a_zip_in_a_zip_is_told(folder):
    inner = (folder / "gtfs.zip").read_bytes()
    toy.write_zip(folder / "gtfs.zip", {"gtfs.zip": inner})
    found = look(folder)
    assert len(found.errors) == 1
    assert "kein vollständiger GTFS-Fahrplan" in found.errors[0]


def test_a_timetable_never_writes_outside(folder):
    before = sorted(path for path in folder.parent.rglob("*"))
    tables = {f"../../{name}": text for name, text in toy.toy_gtfs().items()}
    toy.write_zip(folder / "gtfs.zip", tables)
    look(folder)
    assert sorted(path for path in folder.parent.rglob("*")) == before


def test_a_timetable_with_a_bomb_is_not_cut(tmp_path):
    tables = toy.toy_gtfs() | {"shapes.txt": b"0" * 70_000_000}
    path = toy.write_zip(tmp_path / "bomb.zip", tables)
    assert path.stat().st_size < 200_000
    with pytest.raises(SourceError, match="nicht geheuer"):
        clip_gtfs(path, tmp_path / "out.zip", (7, 53, 9, 54))
    assert not (tmp_path / "out.zip").exists()


# Numbers and places -------------------------------------------------------------------------------

ODD = ("NaN", "Infinity", "-inf", "1e308", "1e400", "1_000", "0x10", "=1+1", "-1e-400x")


@pytest.mark.parametrize("text", ODD)
def test_odd_numbers_are_none(text):
    value = number(text)
    assert value is None or (text == "1e308" and value == 1e308)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("residents.csv", ["residents"]),
        ("places.csv", ["lat", "lon"]),
        ("offers.csv", ["Breite", "Länge"]),
    ],
)
def test_odd_numbers_in_any_column_are_told_and_reach_no_table(folder, name, columns):
    for column in columns:
        for start in range(0, 3 if name == "offers.csv" else len(ODD), 3):
            shutil.copy(folder / name, folder / "kept")
            write_cell(folder / name, column, ODD[start : start + 2])
            found = look(folder)
            assert found.faults
            assert all(fault["row"] in {2, 3, None} for fault in found.faults)
            for part in ("residents", "places", "geocoding"):
                table = found.parts[part]
                assert np.isfinite(table.geometry.dropna().bounds.to_numpy()).all()
                numbers = table.select_dtypes("number").to_numpy(float)
                assert not np.isinf(numbers).any()
            shutil.move(folder / "kept", folder / name)


def test_coordinates_the_wrong_way_round_are_told_and_metres_are_understood(folder):
    x, y = toy.middle(2, 2).x, toy.middle(2, 2).y
    write_cell(folder / "offers.csv", "Breite", ["8,05", f"{y:.0f}", f"{y:.0f}"])
    write_cell(folder / "offers.csv", "Länge", ["53,62", f"{x:.0f}", f"32{x:.0f}"])
    found = look(folder)
    told = [str(fault["message"]) for fault in found.faults]
    assert sum("vertauscht" in message for message in told) == 1
    assert sum("als UTM gelesen" in message for message in told) == 2
    points = found.parts["geocoding"].geometry
    assert points.iloc[1].distance(toy.middle(2, 2)) < 2
    assert points.iloc[2].distance(toy.middle(2, 2)) < 2


def test_metres_in_a_file_of_degrees_are_told(tmp_path):
    path = tmp_path / "x.geojson"
    text = toy.areas_geojson().replace("[8.", "[800000.").replace(", 53.", ", 5300000.")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="Stehen Meter in einer Datei"):
        read_vector(path, {"name": "name"}, toy.CRS)


def test_a_county_with_latitude_and_longitude_exchanged_is_far_away(county):
    from shapely import transform

    from geo_integration.inputs.layer_cover import about_areas

    degrees = county.areas.to_crs("EPSG:4326")
    turned = degrees.set_geometry(
        [transform(shape, lambda points: points[:, ::-1]) for shape in degrees.geometry],
        crs="EPSG:4326",
    )
    said = about_areas(turned.to_crs(toy.CRS))
    assert "weit weg" in said[0].text
    assert "vertauscht" in said[0].todo
    assert about_areas(county.areas)[0].todo == ""


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>"
)


@pytest.mark.parametrize(
    "text",
    [
        VRT.format("/etc/passwd"),
        " \n<!-- x -->" + VRT.format("/vsicurl/http://127.0.0.1:9/x.geojson"),
        "<OGRWFSDataSource><URL>http://127.0.0.1:9/</URL></OGRWFSDataSource>",
        '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read x"}',
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_that_only_points_elsewhere_is_never_followed(tmp_path, monkeypatch, text, zipped):
    def follow(*_, **__):
        raise AssertionError

    monkeypatch.setattr("geopandas.read_file", follow)
    path = tmp_path / ("areas.zip" if zipped else "areas.geojson")
    if zipped:
        toy.write_zip(path, {"areas.geojson": text})
    else:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="einen Verweis auf andere Dateien oder einen Server"):
        read_vector(path, {"name": "name"}, toy.CRS)


def test_what_only_points_elsewhere_is_not_followed_to_say_what_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr("pyogrio.list_layers", lambda _: 1 / 0)
    path = tmp_path / "areas.gpkg"
    path.write_text(VRT.format("/etc/passwd"), encoding="utf-8")
    assert layer_file(path).kind == "GeoPackage"


def test_names_in_a_vector_file_may_speak_of_servers(tmp_path):
    path = tmp_path / "areas.geojson"
    text = toy.areas_geojson().replace("Westdorf", "https://westdorf.de /vsicurl/ VRT")
    path.write_text(text, encoding="utf-8")
    assert read_vector(path, {"name": "name"}, toy.CRS)["name"][0].startswith("https")


# What we write ------------------------------------------------------------------------------------


def formulas_in(path):
    """Cells of a workbook that a spreadsheet would compute."""
    book = openpyxl.load_workbook(path)
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [(cell.coordinate, cell.value) for cell in cells if cell.data_type == "f"]


def test_tables_of_texts_hold_no_formula_whatever_the_texts(tmp_path):
    table = pd.DataFrame({"=head": [*FORMULAS, MARKUP, UNSEEN, "\ud800", "x" * 50_000]})
    write_texts(tmp_path / "t.xlsx", {"A": table})
    assert formulas_in(tmp_path / "t.xlsx") == []
    assert "=1+1" in [c.value for c in openpyxl.load_workbook(tmp_path / "t.xlsx")["A"]["A"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_ledger_keeps_texts_that_look_like_formulas_as_texts(tmp_path, text, faults):
    path = tmp_path / "geocoding.csv"
    plain = " ".join(text.split())
    entry = Confirmed(plain, text, 8.0, 53.5, "confirmed", text, "2026-01-01")
    write_ledger(path, {plain: entry})
    for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]:
        for value in line.replace('"', "").split(";"):
            assert value[:1] not in tuple("=+@\t\r")
            assert value[:1] != "-" or value[1:].replace(".", "").isdigit()
    assert read_ledger(path, faults)[plain].address == plain


def hostile_offers(folder):
    """Offers whose every text is an attack."""
    head = "Nr;Name;Träger;Kategorie;Breite;Länge;Termine;Straße;Ort;Bemerkung"
    lat, lon = (f"{value:.6f}" for value in reversed(toy.lonlat(2, 2)))
    lines = [head]
    for i, text in enumerate((*FORMULAS, MARKUP, f"x{UNSEEN}y")):
        quoted, first, second = (
            '"' + word.replace('"', '""') + '"' for word in (text, f"{text}{i}", f"{text}r{i}")
        )
        at = f"{lat};{lon}" if i % 2 else ";"
        lines.append(f"{first};{quoted};{quoted};sport;{at};{quoted};{quoted};{quoted};{quoted}")
        lines.append(f"{second};{quoted};{quoted};{quoted};;;;;;{quoted}")
    text = "\n".join(lines).replace("\0", "")
    (folder / "offers.csv").write_text(text, encoding="utf-8", newline="\n")


def test_hostile_offers_go_through_a_whole_run_as_text(folder, tmp_path):
    hostile_offers(folder)
    out = tmp_path / "out"
    result = call("run", folder, "-o", out)
    assert result.exit_code == 0, result.output
    books = sorted(path.name for path in out.rglob("*.xlsx"))
    assert books == ["erreichbarkeit.xlsx"]
    assert (tmp_path / "out-pruefen" / "eingaben_pruefen.xlsx").is_file()
    for path in tmp_path.rglob("*.xlsx"):
        assert formulas_in(path) == []
    pages = "".join(path.read_text(encoding="utf-8") for path in out.glob("*.html"))
    assert "alert(1)" in pages
    assert "<script>alert" not in pages
    assert "<img src=x" not in pages
    assert not any(sign in pages for sign in "\x1b\u202e\u2066")


def test_the_list_of_doubtful_places_holds_no_formula(folder, tmp_path):
    hostile_offers(folder)
    result = call("geocode", "review", folder, "-o", tmp_path / "r.xlsx")
    assert result.exit_code == 0, result.output
    assert formulas_in(tmp_path / "r.xlsx") == []


def test_the_report_of_check_holds_no_formula(folder, tmp_path):
    hostile_offers(folder)
    result = call("check", folder, "--report", tmp_path / "r.xlsx")
    assert result.exit_code == 0, result.output
    assert formulas_in(tmp_path / "r.xlsx") == []
    assert not any(sign in result.output for sign in "\x1b\u202e\u2066")


def text_cell(sheet, row, column, text):
    """Write a text that openpyxl would take for a formula."""
    cell = sheet.cell(row, column)
    cell.value, cell.data_type = text, "s"


def test_lists_that_go_out_and_come_back_never_hold_a_formula(folder, tmp_path):
    renamed(folder, "offers.csv", "offers.xlsx")
    book = openpyxl.Workbook()
    book.active.append(["Nr", "Name", "Kategorie", "Ort", "Gemeinde", "Termine", "Kontakt"])
    for i, text in enumerate(FORMULAS, start=2):
        row = [f"{text}{i}", text, "sport", text, "Westdorf", text, text]
        for column, value in enumerate(row, start=1):
            text_cell(book.active, i, column, value)
    book.save(folder / "offers.xlsx")
    result = call("offers", "send", folder, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    (sent,) = (tmp_path / "out").glob("*.xlsx")
    assert formulas_in(sent) == []
    back = openpyxl.load_workbook(sent)
    sheet = back.worksheets[0]
    at = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    for i in range(len(FORMULAS)):
        row = at["Rückmeldung"].row + 1 + i
        text_cell(sheet, row, at["Rückmeldung"].column, "geändert")
        text_cell(sheet, row, at["Kontakt"].column, f"=2+{i}")
    back.save(sent)
    result = call("offers", "merge", folder, sent)
    assert result.exit_code == 0, result.output
    assert f"übernommen: {len(FORMULAS)}" in result.output
    assert formulas_in(folder / "offers.xlsx") == []
    history = (folder / "offers_history.csv").read_text(encoding="utf-8-sig")
    values = [value.strip('"') for line in history.splitlines() for value in line.split(";")]
    assert "'=2+0" in values
    assert not any(value.startswith(("=", "+", "@", "\t", "\r")) for value in values)


def held_open(monkeypatch, name):
    """Let Windows refuse to replace a file, as it does while Excel shows it."""
    replace = Path.replace

    def refuse(self, target):
        if Path(target).name == name:
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("name", ["erreichbarkeit.xlsx", "coverage.gpkg", "index.html"])
def test_an_output_that_is_open_stops_the_run_and_nothing_is_half_written(
    folder, tmp_path, monkeypatch, name
):
    held_open(monkeypatch, name)
    out = tmp_path / "out"
    result = call("run", folder, "-o", out)
    assert result.exit_code == 2
    told = [line for line in result.stderr.splitlines() if line.startswith("Fehler")]
    assert len(told) == 1
    assert name in told[0]
    assert "Dort schließen" in told[0]
    assert [path.name for path in out.rglob("~*")] == []
    assert not (out / "manifest.json").exists()


def test_a_report_that_is_open_is_told_and_the_old_one_stays(folder, tmp_path, monkeypatch):
    report = tmp_path / "r.xlsx"
    assert call("check", folder, "--report", report).exit_code == 0
    before = report.read_bytes()
    held_open(monkeypatch, "r.xlsx")
    result = call("check", folder, "--report", report)
    assert result.exit_code == 2
    assert "Excel" in result.stderr
    assert report.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.xlsx", "toy"]


# Whatever the bytes -------------------------------------------------------------------------------


def _confirm(path):
    offers = pd.DataFrame({"offer_id": ["1"], "name": ["x"]})
    confirm(
        path, offers, path.with_name("ledger.csv"), FaultList(),
        county=toy.middle(2, 2).buffer(5000), crs=toy.CRS, by="x", today=dt.date(2026, 1, 1),
    )  # fmt: skip


def _members(path):
    try:
        with zipfile.ZipFile(path) as archive:
            safe_members(archive)
    except zipfile.BadZipFile:
        pass


def _settings(path):
    path.replace(path.with_name("county.toml"))
    read_settings(path.parent)


READERS = {
    "calendar": (read_calendar, "csv", b"start,end,kind\n"),
    "register": (lambda path, _: read_register(path), "csv", b"layer,file,source,date,licence\n"),
    "places": (lambda path, faults: read_places(path, toy.CRS, faults), "csv", b"name,lat,lon\n"),
    "stops": (
        lambda path, faults: read_stops(path, toy.CRS, faults), "csv", b"stop_id,name,lat,lon\n",
    ),
    "ledger": (read_ledger, "csv", b"offer_id;address;lon;lat;grade;by;date\n"),
    "points": (read_points, "csv", b"id,lon,lat\n"),
    "point shapes": (read_points, "geojson", b'{"type":"FeatureCollection","features":['),
    "areas": (
        lambda path, _: read_areas(path, AreaColumns(), toy.CRS), "geojson",
        b'{"type":"FeatureCollection","features":[',
    ),
    "geopackage": (
        lambda path, _: read_areas(path, AreaColumns(), toy.CRS), "gpkg", b"SQLite format 3\0",
    ),
    "addresses": (
        lambda path, faults: read_addresses(path, toy.CRS, faults, ags="03999"), "csv",
        b"strasse;hausnummer;plz;ort;lat;lon\n",
    ),
    "house coordinates": (
        lambda path, faults: read_addresses(path, toy.CRS, faults, ags="03999"), "txt",
        b"N;DENIAL1234567890;A;03;4;55;001;0000;00001;1;;32441000,0;5931000,0;Weg;26441;Ort;\n",
    ),
    "osm": (lambda path, _: read_osm_addresses(path, toy.CRS), "osm", b'<osm version="0.6">'),
    "review": (lambda path, _: _confirm(path), "xlsx", b""),
    "kind": (lambda path, _: layer_file(path), "gpkg", b"SQLite format 3\0"),
    "whole": (lambda path, _: require_whole(path, path.name), "zip", b"PK\x03\x04"),
    "members": (lambda path, _: _members(path), "zip", b"PK\x05\x06"),
    "profile": (lambda path, _: _settings(path), "toml", b"[county]\nname = "),
}  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
@given(data=st.binary(max_size=200), headed=st.booleans())
@rounds(max_examples=30)
def test_whatever_the_bytes_only_our_own_errors_leave_a_reader(
    tmp_path_factory, kind, data, headed
):
    read, suffix, head = READERS[kind]
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(head + data if headed else data)
    with contextlib.suppress(GeoIntegrationError):
        read(path, FaultList())


@given(
    at=st.integers(0, 10_000), instead=st.binary(min_size=1, max_size=6), cut=st.integers(0, 400)
)
@rounds(max_examples=150)
def test_a_workbook_with_any_damage_is_read_or_refused(tmp_path_factory, at, instead, cut):
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    data = bytearray(workbook(path, HEAD).read_bytes())
    position = at % len(data)
    data[position : position + len(instead)] = instead
    path.write_bytes(data[: len(data) - cut] if cut > 200 else data)
    with contextlib.suppress(SourceError):
        assert all(sheet.name for sheet in read_sheets(path))


@given(body=st.text(alphabet=st.sampled_from(list('<>/cr ="AZ19rowvst')), max_size=120))
@rounds(max_examples=150)
def test_a_sheet_of_any_tags_is_read_or_refused(tmp_path_factory, body):
    path = workbook(tmp_path_factory.getbasetemp() / "tags.xlsx", HEAD + body)
    with contextlib.suppress(SourceError):
        assert all(sheet.name for sheet in read_sheets(path))
