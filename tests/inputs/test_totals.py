from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.frames import TOTALS, check_frame
from geo_integration.inputs.area_keys import AreaKeys
from geo_integration.inputs.totals import bounds, read_totals, statistic
from geo_integration.settings import Total


@pytest.fixture
def read(tmp_path, county, faults):
    """Write a table and read it as a total."""

    def reading(text, file="totals.csv", **values):
        path = tmp_path / file
        if isinstance(text, str):
            path.write_text(text, encoding="utf-8")
        elif text is not None:
            path.write_bytes(text)
        defaults = {"id": "foreign", "label": "Ausländer", "file": file, "value": "Anzahl"}
        entry = Total(**{**defaults, "area": "Gemeinde", **values})
        keys = AreaKeys(county.areas, "03999", "Landkreis Muster")
        found = read_totals([entry], tmp_path, keys, county.places, faults)
        check_frame(found, TOTALS)
        return found

    return reading


def values_of(found):
    return dict(zip(found["area_id"], found["value"], strict=True))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("1.205", 1205), ("1 205", 1205), ("1\u00a0205", 1205), ("1,205", 1205),
        ("12.345.678", 12_345_678), ("595p", 595), ("595 r", 595), ("1.205¹⁾", 1205),
        ("1205 1)", 1205), ("17*", 17), ("5,0", 5), ("0", 0), ("(12)", 12),
        ("", None), (None, None), (".", None), ("/", None), ("x", None), ("•", None),
        ("k. A.", None), ("...", None), ("-3", None), ("12,5", None), ("zwölf", None),
        ("1e400", None),
    ],
)  # fmt: skip
def test_counts_are_read_as_statistics_write_them(text, value):
    assert statistic(text).value == value


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_a_dash_is_unknown_unless_the_profile_says_that_it_is_nothing(dash):
    assert statistic(dash).value is None
    assert "Null oder geheim" in statistic(dash).remark
    assert statistic(dash, dash_is_zero=True) == (0, None)


@given(st.text(max_size=20))
def test_no_text_is_more_than_a_count_or_unknown(text):
    found = statistic(text)
    assert found.value is None or 0 <= found.value <= 100_000_000
    assert found.value is not None or found.remark


@pytest.mark.parametrize(
    ("value", "step", "wanted"),
    [(5, 5, (3, 7)), (0, 5, (0, 2)), (120, 5, (118, 122)), (7, 1, (7, 7)), (20, 10, (15, 25))],
)
def test_a_rounded_value_may_have_been_any_in_its_span(value, step, wanted):
    assert bounds(value, step) == wanted


def test_totals_of_municipalities_and_county(read, faults):
    found = read(
        "Stand: 31.12.2024;;\nGemeinde;Anzahl;Anteil\nStadt Westdorf;1.205;5 %\n3999002;115;1 %\n"
        "Insgesamt;1.320;6 %\n* gerundet\n",
        rounded_to=5, date=dt.date(2024, 12, 31), source="AZR",
    )  # fmt: skip
    assert values_of(found) == {"03999001": 1205, "03999002": 115, "03999": 1320}
    assert found[["low", "high"]].to_numpy().tolist()[1] == [113, 117]
    assert set(found["date"]) == {dt.date(2024, 12, 31)}
    assert set(found["source"]) == {"AZR"}
    assert [f["message"] for f in faults] == ["Ausländer: 1 Zeilen anderer Gebiete nicht verwendet"]


def test_an_export_with_many_lines_above_is_read_from_the_row_that_is_named(read):
    lines = ["LSN-Online", "Tabelle A100", "", "Anzahl;Gemeinde", "Einheit;Name", "Gemeinde;Anzahl"]
    found = read("\n".join([*lines, "Westdorf;12", ""]), header_row=6)
    assert values_of(found) == {"03999001": 12}


def test_monitoring_files_are_read_by_year_and_key(read, faults):
    text = (
        '"Year","Gebietseinheit","Geschlecht","GeoCode","Value"\n'
        '2024,"Muster","Insgesamt","K03999",6945\n2024,"Muster","männlich","K03999",3500\n'
        '"2024 / 2005","","","",252\n2023,"Muster","Insgesamt","K03999",6815\n'
        '2024,"Andere","Insgesamt","K03462",1\n'
    )
    found = read(
        text.encode("utf-8-sig"), area="GeoCode", value="Value",
        where={"Year": "2024", "Geschlecht": "Insgesamt"},
    )  # fmt: skip
    assert values_of(found) == {"03999": 6945}
    assert len(faults) == 1


def test_two_rows_of_one_area_are_an_error_unless_they_are_to_be_added(read):
    text = "Gemeinde;Anzahl\nWestdorf;3\nWestdorf;4\n"
    with pytest.raises(SourceError, match=r"Westdorf steht in den Zeilen 2 und 3.*sum = true"):
        read(text)
    assert values_of(read(text, sum=True)) == {"03999001": 7}


def test_rows_of_an_ortsteil_are_matched_with_the_places(read, faults):
    text = "Gemeinde;Ortsteil;Anzahl\nOstdorf;altost;4\nOstdorf;Nirgends;5\nOstdorf;;9\n"
    found = read(text, place="Ortsteil")
    rows = found[["place", "value"]].astype(object).where(found["place"].notna(), None)
    assert found["value"].tolist() == [4, 9]
    assert rows["place"].tolist() == ["Altost", None]
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected")]


def test_unknown_values_are_told_and_left_out(read, faults):
    found = read("Gemeinde;Anzahl\nWestdorf;-\nOstdorf;(12)\n")
    assert values_of(found) == {"03999002": 12}
    assert [(f["row"], f["severity"]) for f in faults] == [(2, "rejected"), (3, "warning")]


@pytest.mark.parametrize(("county_value", "told"), [(30, False), (33, False), (60, True)])
def test_what_no_rounding_explains_is_told(read, faults, county_value, told):
    text = f"Gemeinde;Anzahl\nWestdorf;10\nOstdorf;20\nLandkreis;{county_value}\n"
    read(text, rounded_to=5)
    assert any("das erklärt keine Rundung" in f["message"] for f in faults) == told


def test_the_county_alone_needs_no_column_of_areas(read):
    assert values_of(read("Anzahl\n6.945\n", area=None)) == {"03999": 6945}


def test_workbooks_are_read(read, tmp_path):
    book = openpyxl.Workbook()
    for row in [["Ausländische Bevölkerung"], [], ["Gemeinde", "Anzahl"], ["Westdorf", 1205]]:
        book.active.append(row)
    book.save(tmp_path / "totals.xlsx")
    assert values_of(read(None, "totals.xlsx")) == {"03999001": 1205}


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("Gemeinde;Zahl\nWestdorf;1\n", {}, "es fehlt die Spalte 'Anzahl'"),
        ("Gemeinde;Anzahl\nWittmund;1\n", {}, "keine Zeile nennt den Landkreis"),
        ("Gemeinde;Anzahl\nWestdorf;1\n", {"where": {"Gemeinde": "X"}}, "keine Zeile mit 'X'"),
        ("", {}, "enthält keine Tabelle"),
    ],
)
def test_a_table_that_cannot_be_used_is_an_error(read, text, values, message):
    with pytest.raises(SourceError, match=message):
        read(text, **values)


@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx", ".ods", ".xls"]))
@rounds(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise_anything_but_our_own_errors(read, content, suffix):
    with pytest.raises(SourceError):
        read(content, f"t{suffix}")
