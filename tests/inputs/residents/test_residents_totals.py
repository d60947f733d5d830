from __future__ import annotations

import pandas as pd
import pytest

from geo_integration.errors import SourceError

WEST, OST = "03999001", "03999002"
# Columns 0 and 1 are Westdorf, the others Ostdorf.
HOUSES = (
    "cell_id,dwellings\n"
    "CRS3035RES1000mN3390000E4190000,1\n"
    "CRS3035RES1000mN3390000E4191000,2\n"
    "CRS3035RES1000mN3390000E4192000,5\n"
    "CRS3035RES1000mN3390000E4193000,–\n"
)
SPREAD = {"weight": "dwellings", "total": "Einwohner", "totals": "t.csv"}


def test_totals_are_spread_by_dwellings_and_met_exactly(read_files, faults):
    totals = f"ags;Einwohner\n{WEST};10\n{OST};7\n"
    cells = read_files({"h.csv": HOUSES, "t.csv": totals}, **SPREAD)
    # Westdorf 10 over 1 : 2 is 3.33 and 6.67, so 3 and 7.
    assert cells["residents"].tolist() == [3, 7, 7, 0]
    assert [fault["message"] for fault in faults] == [
        "1 Zellen ohne bekanntes Gewicht bekommen keine Einwohner"
    ]


@pytest.mark.parametrize(
    "totals",
    [
        "Gemeinde;Einwohner\nWestdorf;10\nOstdorf, Stadt;7\n",
        "Schlüssel;Einwohner\n3999001;10\n3999002;7\n",
        "ARS;Einwohner\n039990000001;10\n039990000002;7\n",
        "Nr;Gemeinde;Einwohner\n1;WESTDORF;10\n2;Ostdorf;7\n",
    ],
)
def test_municipalities_are_found_by_key_or_name(read_files, totals):
    cells = read_files({"h.csv": HOUSES, "t.csv": totals}, **SPREAD)
    assert cells.groupby("area_id")["residents"].sum().tolist() == [10, 7]


def test_a_workbook_with_titles_and_a_sum_is_read_and_the_sum_told(read_files, faults, tmp_path):
    path = tmp_path / "made.xlsx"
    table = pd.DataFrame(
        {"Gemeinde": ["Westdorf", "Ostdorf", "Landkreis"], "Einwohner": [1234, 7, 1241]}
    )
    table.to_excel(path, index=False, startrow=2)
    named = {**SPREAD, "totals": "t.xlsx"}
    cells = read_files({"h.csv": HOUSES, "t.xlsx": path.read_bytes()}, **named)
    assert cells["residents"].sum() == 1241
    assert [(f["row"], f["found"]) for f in faults if "keine Gemeinde" in f["message"]] == [
        (6, "Landkreis")
    ]


def test_residents_of_a_grid_are_scaled_to_the_totals(read_files):
    grid = HOUSES.replace("dwellings", "residents").replace("–", "5")
    totals = f"ags;Einwohner\n{WEST};30\n{OST};5\n"
    cells = read_files({"g.csv": grid, "t.csv": totals}, total="Einwohner", totals="t.csv")
    # Ostdorf 5 over 5 : 5 is 2.5 each; the first gets the third.
    assert cells["residents"].tolist() == [10, 20, 3, 2]


def test_a_municipality_without_a_total_keeps_its_residents_and_is_told(read_files, faults):
    grid = HOUSES.replace("dwellings", "residents").replace("–", "5")
    files = {"g.csv": grid, "t.csv": f"ags;Einwohner\n{WEST};30\n"}
    cells = read_files(files, total="Einwohner", totals="t.csv")
    assert cells["residents"].tolist() == [10, 20, 5, 5]
    assert [fault["message"] for fault in faults] == ["Ostdorf: in dieser Datei ohne Summe"]


def test_a_municipality_without_dwellings_is_spread_evenly_and_told(read_files, faults):
    houses = HOUSES.replace(",5\n", ",0\n")
    totals = f"ags;Einwohner\n{WEST};3\n{OST};8\n"
    cells = read_files({"h.csv": houses, "t.csv": totals}, **SPREAD)
    assert cells["residents"].tolist() == [1, 2, 4, 4]
    assert any("Ostdorf: kein Gewicht" in fault["message"] for fault in faults)


def test_a_municipality_without_cells_is_told_with_who_is_missing(read_files, faults):
    houses = "\n".join(HOUSES.splitlines()[:3])
    totals = f"ags;Einwohner\n{WEST};3\n{OST};8\n"
    cells = read_files({"h.csv": houses, "t.csv": totals}, **SPREAD)
    assert cells["residents"].tolist() == [1, 2]
    told = [fault["message"] for fault in faults if fault["severity"] == "rejected"]
    assert len(told) == 1
    assert told[0].startswith("Ostdorf: keine Zelle, auf die 8 Einwohner verteilt")


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        (f"ags;Einwohner\n{WEST};1\n{WEST};2\n", "hat zwei Summen"),
        ("ags;Einwohner\nNirgends;1\n", "keine Spalte enthält Schlüssel oder Namen"),
        ("Einwohner\n1\n", "keine Spalte enthält Schlüssel oder Namen"),
        (f"ags;Menschen\n{WEST};1\n", "es fehlt die Spalte 'Einwohner'"),
    ],
)
def test_totals_that_cannot_be_used_are_an_error(read_files, totals, said):
    with pytest.raises(SourceError, match=said):
        read_files({"h.csv": HOUSES, "t.csv": totals}, **SPREAD)


def test_a_total_that_is_no_number_is_told(read_files, faults):
    totals = f"ags;Einwohner\n{WEST};10\n{OST};viele\n"
    cells = read_files({"h.csv": HOUSES, "t.csv": totals}, **SPREAD)
    assert cells["residents"].tolist() == [3, 7]
    assert [f["row"] for f in faults if "ohne Summe" in f["message"]] == [3, None]
