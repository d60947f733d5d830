from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from geo_integration.inputs.offers.checks import note_doubles, with_age

ON = dt.date(2026, 11, 23)


def offers(*rows):
    columns = ["name", "provider", "street", "town", "valid_from", "valid_to", "last_confirmed"]
    table = pd.DataFrame([list(row) + [None] * (7 - len(row)) for row in rows], columns=columns)
    table = table.astype(object).where(table.notna(), None)
    table = table.assign(category="sprachkurs", file="offers.xlsx", row=range(2, 2 + len(rows)))
    return table.assign(lat=float("nan"), lon=float("nan"))


@pytest.mark.parametrize(
    ("one", "other", "doubled"),
    [
        (("Deutschkurs A1", "VHS"), ("Deutschkurs A1", "VHS"), True),
        (("Deutschkurs A1", "VHS Jever"), ("Deutsch-Kurs A1", "VHS Jever"), True),
        (("Treff Jever", None, "Mühlenstraße 5"), ("Jever Treff", None, "Muehlenstrasse 5"), True),
        (("Deutschkurs A1", "VHS"), ("Nähkurs", "Landfrauen"), False),
    ],
)
def test_offers_that_may_be_the_same_are_noted_once_and_both_stay(faults, one, other, doubled):
    table = offers(one, other)
    note_doubles(table, faults)
    assert [(f["row"], f["severity"]) for f in faults] == ([(3, "warning")] if doubled else [])
    if doubled:
        assert "offers.xlsx, Zeile 2" in faults[0]["message"]


@pytest.mark.parametrize(("lat", "doubled"), [(53.571, True), (53.58, False)])
def test_offers_of_different_places_are_no_doubles(faults, lat, doubled):
    table = offers(("Sportplatz (ohne Namen)",), ("Sportplatz (ohne Namen)",))
    table["lat"], table["lon"] = [53.57, lat], 7.9
    note_doubles(table, faults)
    assert bool(faults) == doubled


def test_offers_of_two_categories_are_no_doubles(faults):
    table = offers(("Treff", "VHS"), ("Treff", "VHS"))
    table.loc[1, "category"] = "sport"
    note_doubles(table, faults)
    assert faults == []


@pytest.mark.parametrize(
    ("begins", "ends", "current"),
    [
        (None, None, True),
        (ON, ON, True),
        (None, dt.date(2026, 11, 22), False),
        (dt.date(2026, 11, 24), None, False),
    ],
)
def test_offers_count_from_their_first_to_their_last_day(faults, begins, ends, current):
    table = offers(("Kurs", None, None, None, begins, ends))
    assert with_age(table, ON, faults)["current"].tolist() == [current]
    assert len(faults) == (not current)


def test_offers_that_nobody_confirmed_for_six_months_are_stale(faults):
    days = [dt.date(2026, 11, 1), dt.date(2026, 5, 25), dt.date(2026, 5, 23), None]
    table = offers(*(("Kurs", None, None, None, None, None, day) for day in days))
    assert with_age(table, ON, faults)["stale"].tolist() == [False, False, True, True]
    assert [f["message"] for f in faults] == [
        "2 Angebote sind seit mehr als sechs Monaten nicht bestätigt"
    ]


def test_where_nobody_notes_when_offers_were_confirmed_none_is_called_stale(faults):
    assert with_age(offers(("Kurs",), ("Chor",)), ON, faults)["stale"].tolist() == [False, False]
    assert faults == []
