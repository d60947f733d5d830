from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from by_hand import COUNTY, make_cells, make_covered, make_fit, make_offers
from made_coverage import as_coverage

from geo_integration.measures.indicators import Indicator, indicators

CELLS = make_cells([100, 20, 30, 50], areas=["A", "A", "B", "B"])
COVERED = as_coverage(
    pd.concat(
        [
            make_covered(["served", "served", "no_stop", "served"], day_type="mo"),
            make_covered(["served", "no_stop", "no_stop", "served"], day_type="fe"),
        ]
    )
)
PEOPLE = {"g": np.array([5, 4, 3, 8])}


def find(one, cells=CELLS, offers=None, misfits=None):
    offers = make_offers(("o1", "kurs"), ("o2", "kurs")) if offers is None else offers
    offers = offers if "stale" in offers else offers.assign(stale=False, last_confirmed=None)
    table = indicators(
        cells, offers, make_fit(offers, misfits), COVERED, PEOPLE, [one], county=COUNTY
    )
    return table.set_index("area_id")


def reach(days=("mo",), target=0.8, group=None):
    return Indicator("i", "reach", ("kurs",), days, group, target)


def test_reach_counts_those_who_reach_it_on_all_days():
    table = find(reach(("mo", "fe")))
    assert table["numerator"].to_dict() == {COUNTY: 150, "A": 100, "B": 50}
    assert table["denominator"].to_dict() == {COUNTY: 200, "A": 120, "B": 80}
    assert table["value"].to_dict() == pytest.approx({COUNTY: 0.75, "A": 100 / 120, "B": 0.625})


def test_a_goal_is_met_from_its_target_on():
    assert find(reach(("mo", "fe"), target=0.75)).loc[COUNTY, "status"] == "met"
    assert find(reach(("mo", "fe"), target=0.7501)).loc[COUNTY, "status"] == "missed"


def test_need_counts_people_of_the_group():
    table = find(reach(("mo", "fe"), group="g"))
    assert table["numerator"].to_dict() == {COUNTY: 13, "A": 5, "B": 8}
    assert table["denominator"].to_dict() == {COUNTY: 20, "A": 9, "B": 11}


def test_withheld_cells_are_in_neither_number():
    cells = CELLS.assign(withheld=[True, False, False, False])
    table = find(reach(), cells=cells)
    assert table.loc[COUNTY, ["numerator", "denominator"]].tolist() == [70, 100]
    assert find(reach(group="g"), cells=cells).loc[COUNTY, "denominator"] == 15


def test_what_nobody_can_reach_because_nobody_lives_there_is_open():
    table = find(reach(), cells=make_cells([0, 0, 30, 50], areas=["A", "A", "B", "B"]))
    assert table.loc["A", "status"] == "open"
    assert np.isnan(table.loc["A", "value"])


def test_confirmed_is_the_share_of_counted_offers_whoever_they_are_for():
    offers = make_offers(
        ("o1", "kurs"), ("o2", "kurs"), ("o3", "kurs", False), ("o4", "sport"), ("o5", "kurs")
    )
    offers["stale"] = [True, False, False, True, True]
    offers["last_confirmed"] = [dt.date(2025, 1, 1), dt.date(2026, 9, 1), None, None, None]
    offers["area_id"] = ["A", "B", "A", "A", None]
    one = Indicator("i", "confirmed", ("kurs",), (), None, 0.5)
    table = find(one, offers=offers)
    assert table.loc[COUNTY, ["numerator", "denominator"]].tolist() == [1, 3]
    assert table.loc["B", "status"] == "met"
    misfit = find(one, offers=offers, misfits={"o1": "age"})
    assert misfit.loc[COUNTY, "denominator"] == 3
    per_1000 = find(one._replace(kind="offers_per_1000"), offers=offers, misfits={"o1": "age"})
    assert per_1000.loc[COUNTY, ["numerator", "per"]].tolist() == [2, 1000]
    never = find(one, offers=offers.assign(last_confirmed=None, stale=False))
    assert never["status"].tolist() == ["open"] * 3


def test_offers_for_a_thousand_residents():
    table = find(Indicator("i", "offers_per_1000", ("kurs",), (), None, 10))
    assert table.loc[COUNTY, "value"] == pytest.approx(1000 * 2 / 200)
    assert table.loc[COUNTY, "status"] == "met"
    assert table.loc["B", "value"] == 0


def test_no_indicators_give_an_empty_table():
    table = indicators(
        CELLS, make_offers(("o1", "kurs")).assign(stale=False, last_confirmed=None),
        make_fit(make_offers(("o1", "kurs"))), COVERED, {}, [], county=COUNTY,
    )  # fmt: skip
    assert len(table) == 0
