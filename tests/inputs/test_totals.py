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
from geo_integration.inputs.totals import read_totals
from geo_integration.profile import Total

CELL = st.one_of(
    st.text(st.characters(exclude_characters='\n\r;"\0', exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["Westdorf", "Ostdorf", "Insgesamt", "Altost", "1.205", "12", "-", "."]),
)


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
    (thousands,) = faults  # a footnote is no area
    assert "als Tausenderzeichen gelesen" in thousands["message"]


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
    found = read(text.replace("3\n", "5\n").replace("4\n", "10\n"), sum=True, rounded_to=5)
    assert values_of(found) == {"03999001": 15}
    assert found[["low", "high"]].to_numpy().tolist() == [[3 + 8, 7 + 12]]


def test_a_sum_of_which_a_part_is_unknown_is_unknown(read, faults):
    text = "Gemeinde;Anzahl\nWestdorf;5\nWestdorf;.\nOstdorf;10\n"
    assert values_of(read(text, sum=True)) == {"03999002": 10}
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "warning"), (2, "warning")]


def test_rows_of_an_ortsteil_are_matched_with_the_places(read, faults):
    text = "Gemeinde;Ortsteil;Anzahl\nOstdorf;altost;4\nOstdorf;Nirgends;5\nOstdorf;;9\n"
    found = read(text, place="Ortsteil")
    rows = found[["place", "value"]].astype(object).where(found["place"].notna(), None)
    assert found["value"].tolist() == [4, 9]
    assert rows["place"].tolist() == ["Altost", None]
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected")]


def test_the_sum_over_all_ortsteile_is_that_of_the_municipality(read):
    text = "Gemeinde;Ortsteil;Anzahl\nOstdorf;Altost;4\nOstdorf;Insgesamt;9\n"
    assert sorted(read(text, place="Ortsteil")["value"]) == [4, 9]


def test_the_total_of_a_table_of_several_counties_is_not_taken_for_the_countys(read, faults):
    text = "Gebiet;Anzahl\nInsgesamt;900\nOstdorf;9\nWittmund;800\n"
    assert values_of(read(text, area="Gebiet")) == {"03999002": 9}
    assert [(f["row"], f["found"]) for f in faults[:2]] == [(2, "Insgesamt"), (4, "Wittmund")]


def test_decimals_in_a_column_are_no_thousands(read):
    text = '"Einheit","Gebiet","Anzahl"\n"%","K03999","6.925"\n"Zahl","K03999","6945"\n'
    text += '"%","K03462","5.21"\n'
    assert values_of(read(text, area="Gebiet", where={"Einheit": "Zahl"})) == {"03999": 6945}
    with pytest.raises(SourceError, match="keine Zeile mit einer Zahl"):
        read(text, area="Gebiet", where={"Einheit": "%"})


def test_values_that_are_not_rounded_as_the_profile_says_are_told(read, faults):
    read("Gemeinde;Anzahl\nWestdorf;5\nOstdorf;7\n", rounded_to=5)
    assert [(f["row"], f["found"]) for f in faults] == [(3, "7")]
    assert "1 von 2 Werten sind keine Vielfachen von 5" in faults[0]["message"]


def test_unknown_values_are_told_and_left_out(read, faults):
    found = read("Gemeinde;Anzahl\nWestdorf;-\nOstdorf;(12)\nLandkreis;zwölf\n")
    assert values_of(found) == {"03999002": 12}
    told = [(f["row"], f["severity"]) for f in faults]
    assert told == [(2, "warning"), (3, "warning"), (4, "rejected")]


@pytest.mark.parametrize(("county_value", "told"), [(30, False), (33, False), (60, True)])
def test_what_no_rounding_explains_is_told(read, faults, county_value, told):
    text = f"Gemeinde;Anzahl\nWestdorf;10\nOstdorf;20\nLandkreis;{county_value}\n"
    read(text, rounded_to=5)
    assert any("das erklärt keine Rundung" in f["message"] for f in faults) == told


def test_municipalities_without_a_number_are_counted(read, faults):
    read("Gemeinde;Anzahl\nWestdorf;10\nLandkreis;30\n")
    assert [f["message"] for f in faults] == ["Ausländer: 1 von 2 Gemeinden ohne bekannte Zahl"]
    faults.clear()
    read("Gemeinde;Anzahl\nWestdorf;40\nLandkreis;30\n")
    assert "das erklärt keine Rundung" in faults[0]["message"]


def test_the_county_alone_needs_no_column_of_areas(read):
    assert values_of(read("Anzahl\n6.945\n", area=None)) == {"03999": 6945}


def test_workbooks_are_read(read, tmp_path):
    book = openpyxl.Workbook()
    for row in [["Ausländische Bevölkerung"], [], ["Gemeinde", "Anzahl"], ["Westdorf", 1205]]:
        book.active.append(row)
    book.save(tmp_path / "totals.xlsx")
    assert values_of(read(None, "totals.xlsx")) == {"03999001": 1205}


def test_of_several_sheets_that_fit_one_has_to_be_named(read, tmp_path):
    book = openpyxl.Workbook()
    for year, value in (("2023", 10), ("2024", 12)):
        sheet = book.create_sheet(year)
        sheet.append(["Gemeinde", "Anzahl"])
        sheet.append(["Westdorf", value])
    book.save(tmp_path / "totals.xlsx")
    with pytest.raises(SourceError, match=r"2 Blätter haben diese Spalten.*sheet"):
        read(None, "totals.xlsx")
    assert values_of(read(None, "totals.xlsx", sheet="2024")) == {"03999001": 12}
    with pytest.raises(SourceError, match="kein sichtbares Blatt '2025'"):
        read(None, "totals.xlsx", sheet="2025")


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("Gemeinde;Zahl\nWestdorf;1\n", {}, "es fehlt die Spalte 'Anzahl'"),
        ("Gemeinde;Anzahl\nWittmund;1\n", {}, "keine Zeile mit einer Zahl nennt den Landkreis"),
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


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=5), st.booleans(), st.sampled_from([1, 5]))
def test_no_cells_raise_anything_but_our_own_errors(read, rows, add, step):
    rows = [*rows, ("Westdorf", "", "5")]
    text = "Gemeinde;Ortsteil;Anzahl\n" + "\n".join(map(";".join, rows))
    try:
        found = read(text, place="Ortsteil", sum=add, rounded_to=step)
    except SourceError:
        return
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()
