from __future__ import annotations

import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.frames import FAULTS, check_frame
from geo_integration.inputs.tables import (
    FaultList,
    number,
    read_table,
    read_vector,
    require_columns,
)

CRS = "EPSG:25832"


def csv(tmp_path, data, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def rows(table):
    return [[None if pd.isna(v) else v for v in row] for row in table.to_numpy().tolist()]


def workbook(tmp_path, table):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(table):
            sheet.write_row(r, 0, row)
    return path


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_of_any_usual_separator_and_encoding_is_read(tmp_path, separator, encoding, newline):
    text = newline.join([separator.join(r) for r in (("Straße", "b"), ("Mühle", "2"))]) + newline
    table = read_table(csv(tmp_path, text.encode(encoding)), ["Straße"])
    assert list(table.columns) == ["Straße", "b"]
    assert rows(table) == [["Mühle", "2"]]


def test_all_values_are_text_and_empty_ones_missing(tmp_path):
    table = read_table(csv(tmp_path, "a;b;c\n007; x ;NA\n;;\n1;;\n"), ["a"])
    assert rows(table) == [["007", "x", "NA"], ["1", None, None]]


def test_the_index_is_the_row_as_a_spreadsheet_counts_it(tmp_path):
    table = read_table(csv(tmp_path, "a;b\n1;2\n\n;\n3;4\n"), ["a"])
    assert table.index.tolist() == [2, 5]


def test_quoted_values_may_hold_separators_and_line_breaks(tmp_path):
    table = read_table(csv(tmp_path, 'a,b\n"x, y","1\n2"\nz,3\n'), ["a"])
    assert rows(table) == [["x, y", "1\n2"], ["z", "3"]]


def test_spaces_around_headers_do_not_matter(tmp_path):
    assert list(read_table(csv(tmp_path, " a ; b\n1;2\n"), ["a", "b"]).columns) == ["a", "b"]


def test_rows_that_are_too_short_miss_values(tmp_path):
    assert rows(read_table(csv(tmp_path, "a;b;c\n1\n"), ["a"])) == [["1", None, None]]


def test_a_separator_at_the_end_of_each_row_shifts_nothing(tmp_path):
    path = csv(tmp_path, "a;b;c\n1;2;3;\n4;5;6;\n")
    try:
        table = read_table(path, ["a"])
    except SourceError:
        return  # refusing it is fine; shifting all values by one column is not
    assert table["a"].tolist() == ["1", "4"]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"nirgends\.csv: die Datei fehlt"):
        read_table(tmp_path / "nirgends.csv", [])


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SourceError, match="ist ein Ordner"):
        read_table(tmp_path, [])


def test_a_missing_column_is_named_with_what_it_may_be(tmp_path):
    path = csv(tmp_path, "Nane;Kategorie\nx;y\n")
    with pytest.raises(SourceError, match=r"es fehlt die Spalte 'Name' \(gemeint: 'Nane'\?\)"):
        read_table(path, ["Name", "Kategorie"])


def test_all_missing_columns_are_named_at_once(tmp_path):
    with pytest.raises(SourceError, match=r"'lat', 'lon'\. Gefunden wurden: a, b"):
        require_columns(tmp_path / "t.csv", ["a", "b"], ["lat", "lon"])


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_csv_is_refused(tmp_path, data):
    with pytest.raises(SourceError, match=r"t\.csv"):
        read_table(csv(tmp_path, data), ["a"])


def test_a_table_with_headers_only_has_no_rows(tmp_path):
    assert read_table(csv(tmp_path, "a;b\n"), ["a"]).empty


def test_bytes_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(SourceError, match="kein lesbarer Text"):
        read_table(csv(tmp_path, b"a;b\n\x81\x8d;1\n"), ["a"])


def test_a_quote_that_never_ends_is_refused(tmp_path):
    with pytest.raises(SourceError, match="keine lesbare CSV-Tabelle"):
        read_table(csv(tmp_path, 'a,b\n"x,1\ny,2\n'), ["a"])


def test_a_workbook_is_read_as_text_with_whole_numbers_whole(tmp_path):
    path = workbook(tmp_path, [["a", "b", "c"], [7.0, 1.5, "007"], ["", "", ""], [True, " x ", 3]])
    table = read_table(path, ["a"])
    assert rows(table) == [["7", "1.5", "007"], ["ja", "x", "3"]]
    assert table.index.tolist() == [2, 4]


def test_an_empty_workbook_lacks_its_columns(tmp_path):
    with pytest.raises(SourceError, match="kein sichtbares Blatt enthält etwas"):
        read_table(workbook(tmp_path, []), ["a"])


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def broken_member(tmp_path):
    good = workbook(tmp_path, [["a"], [1]])
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[:60] if name.endswith("sheet1.xml") else data)
    return path.read_bytes()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"a;b\n1;2\n", id="a csv"),
        pytest.param(lambda _: b"PK\x03\x04 cut off", id="cut off"),
        pytest.param(lambda p: workbook(p, [["a"]]).read_bytes()[:900], id="half"),
        pytest.param(lambda _: OLE + bytes(2000), id="with password, or an old .xls"),
        pytest.param(broken_member, id="broken sheet"),
    ],
)
def test_a_broken_workbook_is_refused_with_the_way_out(tmp_path, make):
    path = tmp_path / "t.xlsx"
    path.write_bytes(make(tmp_path))
    with pytest.raises(SourceError, match="keine lesbare Excel-Datei"):
        read_table(path, ["a"])


@given(st.binary(max_size=300))
def test_any_bytes_as_csv_are_a_table_or_a_source_error(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    try:
        table = read_table(path, [])
    except GeoIntegrationError:
        return
    assert table.notna().any(axis=1).all()


@given(st.text(alphabet='ab;,\t"\n\r 1ä\x00', max_size=60))
def test_any_text_as_csv_is_a_table_or_a_source_error(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        table = read_table(path, [])
    except GeoIntegrationError:
        return
    assert all(v is None or (isinstance(v, str) and v) for row in rows(table) for v in row)


@given(st.binary(max_size=200))
def test_any_bytes_as_workbook_are_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    path.write_bytes(data)
    with pytest.raises(SourceError):
        read_table(path, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3", -3), ("53,5734", 53.5734), ("53.5734", 53.5734), ("1.234,5", 1234.5),
        (" 7 ", 7), ("1 234", 1234), ("1\u00a0234,5", 1234.5), ("1e3", 1000), ("0", 0),
        (None, None), ("", None), ("x", None), ("12x", None), ("nan", None), ("inf", None),
        ("1,2,3", None), ("53°", None), (float("nan"), None),
    ],
)  # fmt: skip
def test_numbers_have_a_decimal_comma_or_point(text, value):
    assert number(text) == value


@given(st.text(max_size=20))
def test_any_text_is_a_finite_number_or_none(text):
    value = number(text)
    assert value is None or abs(value) < float("inf")


def test_faults_make_a_checked_table():
    faults = FaultList()
    faults.note("f.csv", 3, "a", "x" * 500, "falsch", rejected=True)
    faults.note("f.csv", None, None, None, "allgemein")
    table = faults.frame()
    check_frame(table, FAULTS)
    assert table["severity"].tolist() == ["rejected", "warning"]
    assert len(table["found"][0]) == 200


def test_no_faults_make_an_empty_table():
    table = FaultList().frame()
    check_frame(table, FAULTS)
    assert table.empty


# Vector files -----------------------------------------------------------------------------------


def square(**columns):
    return gpd.GeoDataFrame({**columns, "geometry": [shapely.box(8, 53, 8.1, 53.1)]}, crs=4326)


def test_a_vector_file_comes_in_the_crs_and_with_the_columns_asked_for(tmp_path):
    path = tmp_path / "a.geojson"
    square(ags=["1"], name=["X"], more=[3]).to_file(path)
    table = read_vector(path, {"ags": "area_id", "name": "name"}, CRS)
    assert list(table.columns) == ["area_id", "name", "geometry"]
    assert table.crs == CRS
    assert 400_000 < table.geometry.centroid.x[0] < 500_000


def test_a_vector_file_without_a_column_hints_at_another(tmp_path):
    path = tmp_path / "a.gpkg"
    square(AGS_0=["1"], name=["X"]).to_file(path)
    with pytest.raises(SourceError, match="gemeint: 'AGS_0'"):
        read_vector(path, {"AGS": "area_id"}, CRS)


def test_a_vector_file_without_crs_is_refused(tmp_path):
    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame({"ags": ["1"]}, geometry=[shapely.box(0, 0, 1, 1)])
    with pytest.warns(UserWarning, match="crs"):
        table.to_file(path)
    with pytest.raises(SourceError, match="ohne Koordinatensystem"):
        read_vector(path, {"ags": "area_id"}, CRS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.geojson", ""),
        ("a.geojson", "{"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}'),
        ("a.geojson", "[1, 2]"),
        ("a.gpkg", "no database"),
        ("a.shp", "no shape"),
        ("a.csv", "ags,name\n1,x\n"),
        ("a.geojson", '{"type":"Feature","properties":{"ags":"1"},"geometry":null}'),
        (
            "a.geojson",
            (
                '{"type":"Feature","properties":{"ags":"1"},"geometry":'
                '{"type":"Polygon","coordinates":[[[8,53],[9,53],[9,54]]]}}'
            ),
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_broken_vector_file_is_refused(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"a\.(geojson|gpkg|shp|csv)"):
        read_vector(path, {"ags": "area_id"}, CRS)


def test_a_missing_vector_file_is_named(tmp_path):
    with pytest.raises(SourceError, match="die Datei fehlt"):
        read_vector(tmp_path / "a.gpkg", {}, CRS)
