from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import shapely
from attack import Knowledge, wide_enough
from by_hand import COUNTY, GERMAN, make_areas, make_cells, make_places
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo_integration.frames import REASONS, TOTALS, Coverage, empty_frame
from geo_integration.measures.gaps import gaps
from geo_integration.measures.indicators import Indicator, indicators
from geo_integration.measures.need_coverage import need_coverage, need_of_groups, place_need
from geo_integration.measures.need_disclosure import NeedTables, known_totals, published_need
from geo_integration.measures.need_ranges import Controls
from geo_integration.measures.needs import Group
from geo_integration.measures.suppression import Known, Rule, intervals

K = 5
RULE = Rule(K, 5, 1.0)
DAYS = ("mo", "sa")


def no_ways(cells, categories, day_types, reasons):
    """Coverage from reasons alone, an array of shape (categories, day types, cells)."""
    rank = {name: at for at, name in enumerate(REASONS)}
    codes = np.vectorize(rank.__getitem__, otypes=[np.int8])(reasons)
    served = reasons == "served"
    minutes = ("walk_min", "out_min", "back_min", "wait_min", "booked_min", "lead_min")
    unknown = np.full(codes.shape, -1, np.int32)
    return Coverage(
        categories=categories,
        day_types=day_types,
        cell_ids=cells["cell_id"].to_numpy(object),
        offer_ids=np.array([], dtype=object),
        lines=np.array([], dtype=object),
        reason=codes,
        complete=served,
        **{name: np.full(codes.shape, np.nan, np.float32) for name in minutes},
        offers=served.astype(np.int32),
        offers_booked=np.zeros(codes.shape, np.int32),
        offer=unknown,
        session=unknown,
        out_line=unknown,
        back_line=unknown,
    )


@cache
def areas_named(keys):
    return make_areas(**{key: key for key in keys})


class County:
    """Cells in a row with people of groups, and who reaches their courses on two kinds of day.

    `groups` tells of each group the people and the reasons, by kind of day. The group g needs the
    category kurs, the group g1 needs kurs1 and so on.
    """

    def __init__(self, groups, *, residents=None, areas=None):
        self.people = {name: np.array(people) for name, (people, _) in groups.items()}
        size = len(next(iter(self.people.values())))
        self.cells = make_cells(residents or [60] * size, areas=areas)
        self.group_of = {name.replace("g", "kurs"): name for name in groups}
        self.goals = [
            Indicator(f"goal_{group}", "reach", (category,), DAYS, group, 0.5)
            for category, group in self.group_of.items()
        ]
        for name, people in self.people.items():
            self.cells[name] = people.astype(float)
        self.need = need_of_groups(
            self.cells, empty_frame(TOTALS), [Group(name, name, None) for name in groups],
            county=COUNTY, modelled=False,
        )  # fmt: skip
        self.now_reached([reasons for _, reasons in groups.values()])

    def now_reached(self, reasons):
        """Other offers: who reaches what, group by group and day by day."""
        self.covered = no_ways(self.cells, tuple(self.group_of), DAYS, np.array(reasons))
        return self

    def tables(self):
        names = areas_named(tuple(sorted(set(self.cells["area_id"]))))
        need = {c: self.people[group].astype(float) for c, group in self.group_of.items()}
        return NeedTables(
            need_coverage(
                self.cells, self.covered, self.need, self.group_of, everywhere=self.cells,
                county=COUNTY,
            ),
            indicators(
                self.cells, NO_OFFERS, NO_FIT, self.covered, self.people, self.goals, county=COUNTY
            ),
            gaps(
                self.cells, self.covered, names, NO_PLACES, min_residents=1,
                core_residents=30, words=GERMAN, need=need,
            ),
            place_need(self.cells, self.places(), self.covered, self.people, self.group_of),
        )  # fmt: skip

    def places(self):
        """Two Ortsteile, by turns."""
        return np.array(["Nord", "Süd"] * len(self.cells), dtype=object)[: len(self.cells)]

    def publish(self, *, rule=RULE, before=None, smallest_unit_m=1000):
        return published_need(
            self.cells, self.covered, self.people, self.group_of, self.goals, self.tables(), rule,
            county=COUNTY, smallest_unit_m=smallest_unit_m, places=self.places(), before=before,
        )  # fmt: skip


NO_PLACES = make_places()
NO_FIT = pd.DataFrame({"offer_id": [], "misfit": []})
NO_OFFERS = pd.DataFrame(
    {"offer_id": [], "category": [], "counted": [], "stale": [], "area_id": []}
).astype({"counted": bool})


def of_one(people, reasons, **more):
    """A county with one group."""
    return County({"g": (people, reasons)}, **more)


def area(table, key, day="mo"):
    own = table[(table["area_id"] == key) & (table["day_type"] == day)]
    return own.iloc[0]


ALL = ["served"] * 4
HALF = ["served", "served", "no_stop", "no_stop"]


def test_numbers_of_groups_are_rounded():
    tables, _ = of_one([33, 41, 52, 68], [HALF, ALL]).publish()
    row = area(tables.need_coverage, COUNTY)
    assert (row["need"], row["covered"]) == (195, 75)
    goal = tables.indicators.set_index("area_id").loc[COUNTY]
    assert (goal["numerator"], goal["denominator"]) == (75, 195)
    assert goal["value"] == pytest.approx(75 / 195)
    assert goal["status"] == "missed"


def test_ranges_are_no_narrower_than_the_rounding():
    tables, _ = of_one([33, 41, 52, 68], [HALF, ALL]).publish()
    shown = tables.need_coverage
    assert (shown[["low", "high"]] % 5 == 0).all().all()
    assert (shown["low"] <= shown["covered"]).all()
    assert (shown["covered"] <= shown["high"]).all()


def test_small_numbers_are_missing_everywhere():
    tables, done = of_one([3, 41, 52, 68], [["served", *["no_stop"] * 3], ALL]).publish()
    row = area(tables.need_coverage, COUNTY)
    assert row[["covered", "low", "high"]].isna().all()
    assert tables.indicators.set_index("area_id").loc[COUNTY, "status"] == "open"
    assert done.withheld > 0


def test_what_would_tell_a_small_number_by_subtraction_is_missing_too():
    # Total 164 and 161 within reach: the difference is the small cell.
    tables, _ = of_one([3, 41, 52, 68], [["no_stop", *["served"] * 3], ALL]).publish(
        rule=Rule(K, 1, 1.0)
    )
    row = area(tables.need_coverage, COUNTY)
    assert row["need"] == 164
    assert pd.isna(row["covered"])


def test_nobody_is_told_as_nobody():
    tables, _ = of_one([33, 41, 0, 0], [["no_stop"] * 2 + ["served"] * 2, ALL]).publish()
    assert area(tables.need_coverage, COUNTY)["covered"] == 0


def test_withheld_cells_are_in_no_sum():
    county = of_one([33, 41, 52, 68], [ALL, ALL])
    county.cells["withheld"] = [True, False, False, False]
    tables, _ = county.publish()
    assert area(tables.need_coverage, COUNTY)["need"] == 160


def test_areas_smaller_than_the_smallest_unit_tell_nothing_of_groups():
    county = of_one([33, 41, 52, 68], [HALF, ALL])
    tables, _ = county.publish()
    assert tables.gaps["need"].tolist() == [120]
    tables, _ = county.publish(smallest_unit_m=1500)
    assert tables.gaps["need"].isna().all()


def test_one_cell_must_not_make_up_a_whole_number():
    tables, _ = of_one([33, 3, 52, 1], [["served", "served", "no_stop", "no_stop"], ALL]).publish(
        rule=Rule(K, 5, 0.9)
    )
    assert pd.isna(area(tables.need_coverage, COUNTY)["covered"])


def test_gaps_are_ranked_by_what_is_published():
    county = of_one(
        [30, 2, 50, 60], [["no_stop", "served", "no_stop", "served"], ALL],
        residents=[100, 100, 90, 90],
    )  # fmt: skip
    tables, _ = county.publish()
    assert tables.gaps[["need", "rank"]].values.tolist() == [[50, 1], [30, 2]]
    assert "members" not in tables.gaps


def test_a_category_without_a_group_has_no_numbers_of_one():
    county = of_one([30, 2, 50, 60], [HALF, ALL])
    tables, done = published_need(
        county.cells, county.covered, {}, {}, [],
        NeedTables(
            county.tables().need_coverage.iloc[:0],
            county.tables().indicators.iloc[:0],
            county.tables().gaps,
            county.tables().place_need.iloc[:0],
        ),
        RULE, county=COUNTY, smallest_unit_m=1000, places=county.places(),
    )  # fmt: skip
    assert tables.gaps["need"].isna().all()
    assert done.sums == 0


# Attack -----------------------------------------------------------------------------------------


def published_sums(county, tables, group):
    """What an attacker reads of a group: masks over cells, with the spans of printed numbers."""
    category = group.replace("g", "kurs")
    served = county.covered.served()[county.covered.categories.index(category)]
    area_ids = county.cells["area_id"].to_numpy()
    shown = ~county.cells["withheld"].to_numpy()
    found = []

    def read(mask, key, value):
        if not pd.isna(value):
            low, high = intervals([int(value)], RULE)
            inside = mask & shown & ((area_ids == key) | (key == COUNTY))
            found.append((inside, low[0], high[0]))

    def rows(table, column, value):
        return table[table[column] == value].itertuples()

    everybody = np.ones(len(area_ids), bool)
    for row in rows(tables.need_coverage, "category", category):
        read(everybody, row.area_id, row.need)
        read(served[DAYS.index(row.day_type)], row.area_id, row.covered)
    for row in rows(tables.indicators, "indicator_id", f"goal_{group}"):
        read(everybody, row.area_id, row.denominator)
        read(served.all(axis=0), row.area_id, row.numerator)
    for row in rows(tables.place_need, "category", category):
        there = county.places() == row.place
        read(there, row.area_id, row.need)
        read(there & served[DAYS.index(row.day_type)], row.area_id, row.covered)
    spots = shapely.points(county.cells[["x_m", "y_m"]].to_numpy())
    for gap in rows(tables.gaps, "category", category):
        read(shapely.within(spots, gap.geometry), COUNTY, gap.need)
    return found


def pinned(counts, upper, sums):
    """Small cells of which not 1 or less, or not K - 1, stays possible; by whole numbers."""
    rows, low, high = (np.array([one[i] for one in sums]) for i in range(3))
    one = np.eye(len(counts))
    wishes = [
        wish
        for cell in np.flatnonzero((counts > 0) & (counts < K))
        for wish in wide_enough(str(cell), one[cell], counts[cell], upper[cell], K)
    ]
    return Knowledge(rows, low, high, upper).shut_out(wishes)


def as_known(sums):
    rows, low, high = (np.array([one[i] for one in sums]) for i in range(3))
    return Known(csr_array(rows.astype(float)), low, high)


GROUPS = ("g",)


@st.composite
def counties(draw):
    """A county with people of groups, and what is reached in a first run and in a second."""
    size = draw(st.integers(2, 7))
    people = st.lists(st.integers(0, 14), min_size=size, max_size=size)
    areas = draw(st.lists(st.sampled_from("AB"), min_size=size, max_size=size))
    of_day = st.lists(st.sampled_from(["served", "no_stop"]), min_size=size, max_size=size)
    reasons = [[[draw(of_day) for _ in DAYS] for _ in GROUPS] for _ in range(2)]
    groups = {name: (draw(people), first) for name, first in zip(GROUPS, reasons[0], strict=True)}
    return County(groups, areas=areas), reasons[1]


@settings(
    max_examples=200 // len(GROUPS), deadline=None, suppress_health_check=list(HealthCheck),
    derandomize=True,
)  # fmt: skip
@given(counties())
def test_no_small_number_can_be_told_from_all_that_two_runs_publish(drawn):
    county, later = drawn
    told, _ = county.publish()
    first = {name: published_sums(county, told, name) for name in GROUPS}
    county.now_reached(later)
    told, _ = county.publish(before={n: as_known(sums) for n, sums in first.items() if sums})
    upper = county.cells["residents"].to_numpy()
    for name in GROUPS:  # what the first run tells by itself, both tell
        both = [*first[name], *published_sums(county, told, name)]
        assert pinned(county.people[name], upper, both) == []


def test_without_protection_the_attack_succeeds():
    county = of_one([3, 41, 52, 68], [["no_stop", *["served"] * 3], ALL])
    raw = county.tables()
    exact = []
    for row in raw.need_coverage.itertuples():
        mask = np.ones(4, bool) if row.day_type == "sa" else county.covered.served()[0, 0]
        exact.append((mask, row.covered, row.covered))
    assert pinned(county.people["g"], np.full(4, 60), exact) == ["0 (3): less", "0 (3): more"]


# Totals -----------------------------------------------------------------------------------------


def controls(zone, total):
    total = np.array(total, float)
    return Controls(np.array(zone), total, total - 2, total + 2)


def test_what_offices_state_is_known_to_everybody_in_whole_people():
    known = known_totals(controls([0, 0, 1, -1], [12.4, 7]), np.array([5, 7, 7, 9]))
    assert known.members.toarray().tolist() == [[1, 1, 0, 0], [0, 0, 1, 0]]
    assert (known.low.tolist(), known.high.tolist()) == ([12, 7], [12, 7])


def test_of_a_selection_of_cells_no_total_is_known():
    known = known_totals(controls([0, 0, 1, -1], [12, 7]), np.array([5, 7]))
    assert known.members.shape == (0, 2)


def test_a_number_that_the_total_would_tell_is_left_out():
    # Two municipalities; of the second there is one small cell, and the total of the county.
    county = of_one([30, 41, 52, 3], [ALL, ALL], areas=["A", "A", "A", "B"])
    told, _ = county.publish()
    assert told.need_coverage.set_index("area_id").loc["A", "need"].notna().all()
    known = known_totals(controls([0] * 4, [126]), np.array([30, 41, 52, 3]))
    told, _ = county.publish(before={"g": known}, rule=Rule(K, 1, 1.0))
    assert told.need_coverage.set_index("area_id").loc["A", "need"].isna().all()
