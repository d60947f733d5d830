from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from by_hand import COUNTY, make_cells, make_covered
from hypothesis import given, settings
from hypothesis import strategies as st
from made_coverage import as_coverage

from geo_integration.frames import TOTALS, empty_frame
from geo_integration.measures.need_coverage import need_coverage, need_of_groups
from geo_integration.measures.needs import Group

NONE = empty_frame(TOTALS)


def county_total(value, low=None, high=None):
    row = {
        "total_id": "t", "area_id": COUNTY, "place": None, "value": value,
        "low": value if low is None else low, "high": value if high is None else high,
        "date": None, "label": "Summe", "source": None, "file": "t.csv",
    }  # fmt: skip
    return pd.DataFrame([row])


def find(foreign, reasons, areas=None, totals=NONE, withheld=None, part=None):
    cells = make_cells([100] * len(foreign), areas=areas, withheld=withheld)
    cells["foreign"] = np.array(foreign, float)
    group = Group("g", "foreign", "t" if len(totals) else None)
    need = need_of_groups(cells, totals, [group], county=COUNTY, modelled=False)
    shown = cells if part is None else cells[part].reset_index(drop=True)
    covered = as_coverage(make_covered(reasons), cells)
    covered = covered if part is None else covered.of_cells(np.array(part))
    table = need_coverage(shown, covered, need, {"kurs": "g"}, everywhere=cells, county=COUNTY)
    return table.set_index("area_id"), need["g"]


def test_people_of_the_group_within_reach_are_those_of_served_cells():
    table, _ = find([8, 4, 3], ["served", "no_stop", "served"], areas=["A", "A", "B"])
    assert table.loc[COUNTY, ["need", "covered"]].tolist() == [15, 11]
    assert table.loc["A", ["need", "covered"]].tolist() == [12, 8]


def test_totals_are_met_exactly_in_whole_people():
    table, need = find([1, 1, 1], ["served", "no_stop", "no_stop"], totals=county_total(10))
    assert need.people.sum() == table.loc[COUNTY, "need"] == 10
    assert sorted(need.people) == [3, 3, 4]


def test_of_a_known_total_the_range_of_all_is_its_rounding_alone():
    everybody, _ = find([6, 4], ["served"] * 2, totals=county_total(10, 8, 12))
    assert everybody.loc[COUNTY, ["low", "covered", "high"]].tolist() == [8, 10, 10]
    nobody, _ = find([6, 4], ["no_stop"] * 2, totals=county_total(10, 8, 12))
    assert nobody.loc[COUNTY, ["low", "covered", "high"]].tolist() == [0, 0, 0]


def test_of_a_part_the_range_is_that_of_the_model():
    table, need = find([60, 40], ["served", "no_stop"], totals=county_total(100))
    v, w = need.variance
    deviation = 1.6448536 * np.sqrt(v * w / (v + w))
    row = table.loc[COUNTY]
    assert row["low"] == np.floor(60 - deviation)
    assert row["high"] == min(np.ceil(60 + deviation), 100)


def test_withheld_cells_are_in_no_number():
    table, _ = find([8, 4, 3], ["served"] * 3, withheld=[True, False, False])
    assert table.loc[COUNTY, ["need", "covered"]].tolist() == [7, 7]


def test_a_selection_has_the_same_numbers_as_the_whole_county():
    areas, reasons = ["A", "A", "B"], ["served", "no_stop", "served"]
    totals = county_total(30)
    whole, _ = find([8, 4, 3], reasons, areas, totals)
    part, _ = find([8, 4, 3], reasons, areas, totals, part=[True, True, False])
    assert whole.loc["A"].tolist() == part.loc["A"].tolist()


def test_categories_that_no_group_needs_are_left_out():
    cells = make_cells([10])
    covered = as_coverage(make_covered(["served"]))
    table = need_coverage(cells, covered, {}, {}, everywhere=cells, county=COUNTY)
    assert len(table) == 0


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.booleans(), st.sampled_from("ABC")),
        min_size=1, max_size=9,
    ),
    st.one_of(st.none(), st.integers(0, 300)),
)  # fmt: skip
def test_ranges_hold_the_estimate_and_areas_add_up(rows, total):
    totals = NONE if total is None else county_total(total)
    if total and not any(n for n, _, _ in rows):
        rows = [(1, True, "A"), *rows]
    table, need = find(
        [n for n, _, _ in rows], ["served" if s else "no_stop" for _, s, _ in rows],
        areas=[a for _, _, a in rows], totals=totals,
    )  # fmt: skip
    parts = table.drop(index=COUNTY)
    assert parts["covered"].sum() == table.loc[COUNTY, "covered"]
    assert parts["need"].sum() == table.loc[COUNTY, "need"] == need.people.sum()
    assert (table["covered"] <= table["need"]).all()
    # Whole people may differ from the estimate by one for each cell.
    assert (table["low"] <= table["covered"] + len(rows)).all()
    assert (table["high"] <= table["need"]).all()
    if total is not None:
        assert table.loc[COUNTY, "need"] == pytest.approx(total, abs=0.5)
