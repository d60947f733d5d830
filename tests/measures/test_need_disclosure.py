from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from by_hand import COUNTY, GERMAN, make_areas, make_cells, make_covered, make_places
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_coverage import as_coverage
from scipy.optimize import Bounds, LinearConstraint, milp

from geo_integration.frames import TOTALS, empty_frame
from geo_integration.measures.gaps import gaps
from geo_integration.measures.indicators import Indicator, indicators
from geo_integration.measures.need_coverage import need_coverage, need_of_groups
from geo_integration.measures.need_disclosure import NeedTables, published_need
from geo_integration.measures.needs import Group
from geo_integration.measures.suppression import Known, Rule, intervals

K = 5
RULE = Rule(K, 5, 1.0)
GOAL = Indicator("goal", "reach", ("kurs",), ("mo", "sa"), "g", 0.5)


class County:
    """Cells in a row with people of one group, and who reaches the course on two kinds of day."""

    def __init__(self, people, reasons, *, residents=None, areas=None):
        self.cells = make_cells(residents or [60] * len(people), areas=areas)
        self.cells["foreign"] = np.array(people, float)
        parts = [make_covered(r, day_type=d) for d, r in zip(("mo", "sa"), reasons, strict=True)]
        self.covered = as_coverage(pd.concat(parts), self.cells)
        self.people = {"g": np.array(people)}

    def tables(self):
        need = need_of_groups(
            self.cells, empty_frame(TOTALS), [Group("g", "foreign", None)],
            county=COUNTY, modelled=False,
        )  # fmt: skip
        no_offers = pd.DataFrame(
            {"offer_id": [], "category": [], "counted": [], "stale": [], "area_id": []}
        ).astype({"counted": bool})
        fit = pd.DataFrame({"offer_id": [], "misfit": []})
        names = make_areas(**{a: a for a in sorted(set(self.cells["area_id"]))})
        return NeedTables(
            need_coverage(
                self.cells, self.covered, need, {"kurs": "g"}, everywhere=self.cells, county=COUNTY
            ),
            indicators(
                self.cells, no_offers, fit, self.covered, self.people, [GOAL], county=COUNTY
            ),
            gaps(
                self.cells, self.covered, names, make_places(), min_residents=1,
                core_residents=30, words=GERMAN, need={"kurs": self.people["g"].astype(float)},
            ),
        )  # fmt: skip

    def publish(self, *, rule=RULE, before=None, smallest_unit_m=1000):
        return published_need(
            self.cells, self.covered, self.people, {"kurs": "g"}, [GOAL], self.tables(), rule,
            county=COUNTY, smallest_unit_m=smallest_unit_m, before=before,
        )  # fmt: skip


def area(table, key, day="mo"):
    own = table[(table["area_id"] == key) & (table["day_type"] == day)]
    return own.iloc[0]


ALL = ["served"] * 4
HALF = ["served", "served", "no_stop", "no_stop"]


def test_numbers_of_groups_are_rounded():
    tables, _ = County([33, 41, 52, 68], [HALF, ALL]).publish()
    row = area(tables.need_coverage, COUNTY)
    assert (row["need"], row["covered"]) == (195, 75)
    goal = tables.indicators.set_index("area_id").loc[COUNTY]
    assert (goal["numerator"], goal["denominator"]) == (75, 195)
    assert goal["value"] == pytest.approx(75 / 195)
    assert goal["status"] == "missed"


def test_ranges_are_no_narrower_than_the_rounding():
    tables, _ = County([33, 41, 52, 68], [HALF, ALL]).publish()
    shown = tables.need_coverage
    assert (shown[["low", "high"]] % 5 == 0).all().all()
    assert (shown["low"] <= shown["covered"]).all()
    assert (shown["covered"] <= shown["high"]).all()


def test_small_numbers_are_missing_everywhere():
    tables, done = County([3, 41, 52, 68], [["served", *["no_stop"] * 3], ALL]).publish()
    row = area(tables.need_coverage, COUNTY)
    assert row[["covered", "low", "high"]].isna().all()
    assert tables.indicators.set_index("area_id").loc[COUNTY, "status"] == "open"
    assert done.withheld > 0


def test_what_would_tell_a_small_number_by_subtraction_is_missing_too():
    # Total 164 and 161 within reach: the difference is the small cell.
    tables, _ = County([3, 41, 52, 68], [["no_stop", *["served"] * 3], ALL]).publish(
        rule=Rule(K, 1, 1.0)
    )
    row = area(tables.need_coverage, COUNTY)
    assert row["need"] == 164
    assert pd.isna(row["covered"])


def test_nobody_is_told_as_nobody():
    tables, _ = County([33, 41, 0, 0], [["no_stop"] * 2 + ["served"] * 2, ALL]).publish()
    assert area(tables.need_coverage, COUNTY)["covered"] == 0


def test_withheld_cells_are_in_no_sum():
    county = County([33, 41, 52, 68], [ALL, ALL])
    county.cells["withheld"] = [True, False, False, False]
    tables, _ = county.publish()
    assert area(tables.need_coverage, COUNTY)["need"] == 160


def test_areas_smaller_than_the_smallest_unit_tell_nothing_of_groups():
    county = County([33, 41, 52, 68], [HALF, ALL])
    tables, _ = county.publish()
    assert tables.gaps["need"].tolist() == [120]
    tables, _ = county.publish(smallest_unit_m=1500)
    assert tables.gaps["need"].isna().all()


def test_one_cell_must_not_make_up_a_whole_number():
    tables, _ = County([33, 3, 52, 1], [["served", "served", "no_stop", "no_stop"], ALL]).publish(
        rule=Rule(K, 5, 0.9)
    )
    assert pd.isna(area(tables.need_coverage, COUNTY)["covered"])


def test_gaps_are_ranked_by_what_is_published():
    county = County(
        [30, 2, 50, 60], [["no_stop", "served", "no_stop", "served"], ALL],
        residents=[100, 100, 90, 90],
    )  # fmt: skip
    tables, _ = county.publish()
    assert tables.gaps[["need", "rank"]].values.tolist() == [[50, 1], [30, 2]]
    assert "members" not in tables.gaps


def test_a_category_without_a_group_has_no_numbers_of_one():
    county = County([30, 2, 50, 60], [HALF, ALL])
    tables, done = published_need(
        county.cells, county.covered, {}, {}, [],
        NeedTables(
            county.tables().need_coverage.iloc[:0],
            county.tables().indicators.iloc[:0],
            county.tables().gaps,
        ),
        RULE, county=COUNTY, smallest_unit_m=1000,
    )  # fmt: skip
    assert tables.gaps["need"].isna().all()
    assert done.sums == 0


# Attack -----------------------------------------------------------------------------------------


def published_sums(county, tables):
    """What an attacker reads: masks over cells with the intervals of the printed numbers."""
    served = county.covered.served()[0]
    area_ids = county.cells["area_id"].to_numpy()
    found = []

    def read(mask, key, value):
        if not pd.isna(value):
            low, high = intervals([int(value)], RULE)
            inside = mask & (np.ones(len(area_ids), bool) if key == COUNTY else area_ids == key)
            found.append((inside & ~county.cells["withheld"].to_numpy(), low[0], high[0]))

    everybody = np.ones(len(area_ids), bool)
    for row in tables.need_coverage.itertuples():
        read(everybody, row.area_id, row.need)
        read(served[("mo", "sa").index(row.day_type)], row.area_id, row.covered)
    for row in tables.indicators.itertuples():
        read(everybody, row.area_id, row.denominator)
        read(served.all(axis=0), row.area_id, row.numerator)
    shapes = county.cells.geometry.representative_point()
    for gap in tables.gaps.itertuples():
        read(shapes.within(gap.geometry).to_numpy(), COUNTY, gap.need)
    return found


def pinned(counts, upper, sums):
    """Small cells of which not every number from 1 to K - 1 stays possible; by whole numbers."""
    rows = np.array([mask for mask, _, _ in sums], float)
    low, high = (np.array([s[i] for s in sums], float) for i in (1, 2))
    found = []
    for cell in np.flatnonzero((counts > 0) & (counts < K)):
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(counts))
            cost[cell] = sign
            answer = milp(
                cost, integrality=np.ones(len(counts)), bounds=Bounds(0, upper),
                constraints=LinearConstraint(rows, low, high) if len(sums) else (),
            )  # fmt: skip
            assert answer.status == 0
            ends.append(round(answer.x[cell]))
        if ends[0] > 1 or ends[1] < min(K - 1, upper[cell]):
            found.append((int(cell), *ends))
    return found


def as_known(sums):
    members = np.array([mask for mask, _, _ in sums], float)
    low, high = (np.array([s[i] for s in sums], np.int64) for i in (1, 2))
    from scipy.sparse import csr_array

    return Known(csr_array(members), low, high)


WHY = st.sampled_from(["served", "no_stop"])


@st.composite
def counties(draw):
    """Two runs over the same people; between them other offers are reached."""
    size = draw(st.integers(2, 7))
    people = draw(st.lists(st.integers(0, 14), min_size=size, max_size=size))
    areas = draw(st.lists(st.sampled_from("AB"), min_size=size, max_size=size))
    reasons = st.lists(WHY, min_size=size, max_size=size)
    runs = [[draw(reasons), draw(reasons)] for _ in range(2)]
    return [County(people, run, areas=areas) for run in runs]


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(counties())
def test_no_small_number_can_be_told_from_all_that_two_runs_publish(runs):
    first, second = runs
    counts = first.people["g"]
    upper = first.cells["residents"].to_numpy()
    told, _ = first.publish()
    known = published_sums(first, told)
    assert pinned(counts, upper, known) == []
    later, _ = second.publish(before={"g": as_known(known)} if known else None)
    assert pinned(counts, upper, [*known, *published_sums(second, later)]) == []


def test_without_protection_the_attack_succeeds():
    county = County([3, 41, 52, 68], [["no_stop", *["served"] * 3], ALL])
    raw = county.tables()
    exact = []
    for row in raw.need_coverage.itertuples():
        mask = np.ones(4, bool) if row.day_type == "sa" else county.covered.served()[0, 0]
        exact.append((mask, row.covered, row.covered))
    assert pinned(county.people["g"], np.full(4, 60), exact) == [(0, 3, 3)]
