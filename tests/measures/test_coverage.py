from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from by_hand import (
    COUNTY,
    LINES,
    as_roundtrips,
    make_cells,
    make_covered,
    make_fit,
    make_offers,
    make_places,
    make_trips,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from made_coverage import as_coverage

from geo_integration.measures.area_counts import (
    area_coverage,
    area_reasons,
    bands,
    place_coverage,
    place_of_cells,
)
from geo_integration.measures.coverage import coverage

NAN = float("nan")


def cover(cells, offers, trips, categories=("kurs",), day_types=("mo",), fit=None, **more):
    found = as_roundtrips(trips, cells, day_types)
    fit = make_fit(offers) if fit is None else fit
    covered, _ = coverage(
        cells, offers, fit, LINES, found, categories=categories, day_types=day_types, **more
    )
    return covered.table()


def one(trips, offers=None):
    """COVERAGE of one cell, one category, one day."""
    offers = make_offers(("o1", "kurs"), ("o2", "kurs")) if offers is None else offers
    table = cover(make_cells([10]), offers, trips)
    assert len(table) == 1
    return table.iloc[0]


def nothing():
    return make_trips(("c00", "o1", "mo", "transit", "served", 1, 1)).iloc[:0]


# Cells ------------------------------------------------------------------------------------------


def test_cells_that_nothing_reaches_or_nobody_lives_in_stay_in_the_table():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "served", 10, 12),
        ("c01", "o1", "mo", "transit", "no_stop", NAN, NAN),
        ("c02", "o1", "mo", "transit", "no_connection", NAN, NAN),
    )
    table = cover(make_cells([5, 7, 0]), make_offers(("o1", "kurs")), trips)
    assert table["cell_id"].tolist() == ["c00", "c01", "c02"]
    assert table["reason"].tolist() == ["served", "no_stop", "no_connection"]


def test_every_cell_category_and_day_has_one_row_even_without_offers():
    cells = make_cells([5, 7])
    offers = make_offers(("o1", "kurs"))
    trips = make_trips(
        *((c, "o1", d, "transit", "served", 10, 10) for c in ("c00", "c01") for d in ("mo", "sa"))
    )
    table = cover(cells, offers, trips, ("kurs", "sport"), ("mo", "sa"))
    assert len(table) == 2 * 2 * 2
    assert not table.duplicated(["cell_id", "category", "day_type"]).any()


def test_the_arguments_are_not_changed():
    cells, offers = make_cells([5]), make_offers(("o1", "kurs"))
    trips = make_trips(("c00", "o1", "mo", "transit", "served", 10, 12))
    before = [table.copy() for table in (cells, offers, trips)]
    cover(cells, offers, trips)
    for old, new in zip(before, (cells, offers, trips), strict=True):
        pd.testing.assert_frame_equal(old, new)


# Reasons ----------------------------------------------------------------------------------------


WAYS = ("not_on_day", "no_stop", "no_connection", "not_in_time", "no_way_home", "over_limit")


@pytest.mark.parametrize("reason", WAYS)
def test_a_reason_why_not_is_told_as_it_is(reason):
    assert one(make_trips(("c00", "o1", "mo", "transit", reason, NAN, NAN)))["reason"] == reason


@pytest.mark.parametrize(("closer", "further"), list(itertools.pairwise(WAYS[::-1])))
def test_the_offer_that_came_closest_gives_the_reason(closer, further):
    trips = make_trips(
        ("c00", "o1", "mo", "transit", further, NAN, NAN),
        ("c00", "o2", "mo", "transit", closer, NAN, NAN),
    )
    row = one(trips)
    assert (row["reason"], row["offer_id"]) == (closer, "o2")


def test_one_served_offer_is_enough():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "over_limit", 50, 50),
        ("c00", "o2", "mo", "transit", "served", 44, 20),
    )
    row = one(trips)
    assert (row["reason"], row["offer_id"], row["offers"]) == ("served", "o2", 1)


def test_a_category_nobody_offers_says_so():
    table = cover(make_cells([5]), make_offers(("o1", "kurs")), nothing(), ("sport",))
    assert table["reason"].tolist() == ["no_offer"]


def test_offers_whose_place_is_unknown_are_told_from_no_offers():
    offers = make_offers(("o1", "kurs", False))
    assert one(nothing(), offers)["reason"] == "not_located"


def test_categories_without_offers_or_places_keep_their_reasons_beside_others():
    offers = make_offers(("o1", "kurs"), ("o2", "sport", False))
    trips = make_trips(("c00", "o1", "mo", "transit", "served", 10, 10))
    table = cover(make_cells([5]), offers, trips, ("kurs", "sport", "rat"))
    assert table["reason"].tolist() == ["served", "not_located", "no_offer"]


def test_an_unlocated_offer_beside_a_located_one_does_not_hide_its_reason():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs", False))
    trips = make_trips(("c00", "o1", "mo", "transit", "no_way_home", 20, NAN))
    assert one(trips, offers)["reason"] == "no_way_home"


def test_what_only_the_call_bus_reaches_is_not_served():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "no_connection", NAN, NAN),
        ("c00", "o1", "mo", "on_demand", "served", 25, 31),
    )
    row = one(trips)
    assert row["reason"] == "only_if_booked"
    assert (row["offers"], row["offers_booked"], row["booked_min"]) == (0, 1, 31)
    assert row["lead_min"] == 90  # the longer of the two lines' times to book ahead
    assert np.isnan(row["out_min"])


def test_who_is_served_anyway_does_not_need_the_call_bus():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "served", 40, 40),
        ("c00", "o1", "mo", "on_demand", "served", 25, 31),
    )
    assert one(trips)["reason"] == "served"


def test_a_call_bus_that_takes_too_long_does_not_count():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "no_connection", NAN, NAN),
        ("c00", "o1", "mo", "on_demand", "over_limit", 55, 55),
    )
    row = one(trips)
    assert row["reason"] == "no_connection"
    assert np.isnan(row["booked_min"])


def test_a_call_bus_comes_before_a_way_that_takes_too_long():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "over_limit", 50, 50),
        ("c00", "o1", "mo", "on_demand", "served", 25, 31),
    )
    row = one(trips)
    assert (row["reason"], row["offers_booked"]) == ("over_limit", 1)


def test_an_offer_that_does_not_suit_is_as_if_it_were_not_there():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs"))
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "served", 10, 10),
        ("c00", "o2", "mo", "transit", "no_way_home", 20, NAN),
    )
    fit = make_fit(offers, {"o1": "women_only"})
    row = cover(make_cells([10]), offers, trips, fit=fit).iloc[0]
    assert (row["reason"], row["offer_id"], row["offers"]) == ("no_way_home", "o2", 0)


def test_a_category_in_which_nothing_suits_says_so():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs", False))
    trips = make_trips(("c00", "o1", "mo", "transit", "served", 10, 10))
    fit = make_fit(offers, {"o1": "age", "o2": "level"})
    assert cover(make_cells([10]), offers, trips, fit=fit)["reason"].tolist() == ["no_fit"]
    fit = make_fit(offers, {"o1": "age"})
    assert cover(make_cells([10]), offers, trips, fit=fit)["reason"].tolist() == ["not_located"]


@pytest.mark.parametrize("mode", ["transit", "on_demand"])
def test_a_full_offer_serves_nobody_and_one_with_places_further_off_is_closer(mode):
    offers = make_offers(("o1", "kurs"), ("o2", "kurs"))
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "served", 10, 10),
        ("c00", "o1", "mo", "on_demand", "served", 10, 10),
        ("c01", "o1", "mo", "transit", "served", 10, 10),
        ("c01", "o2", "mo", mode, "over_limit", 50, 50),
        ("c02", "o1", "mo", "transit", "over_limit", 50, 50),
        ("c03", "o1", "mo", "transit", "over_limit", 50, 50),
        ("c03", "o2", "mo", "transit", "over_limit", 70, 70),
    )
    table = cover(make_cells([1] * 4), offers, trips, fit=make_fit(offers, full=("o1",)))
    second = "over_limit" if mode == "transit" else "full"
    assert table["reason"].tolist() == ["full", second, "over_limit", "over_limit"]
    assert table["offers"].sum() == table["offers_booked"].sum() == 0
    # In no band of time, however wide, does a full offer serve.
    assert table["complete"].tolist() == [False, mode == "transit", False, True]
    assert table["out_min"].tolist()[2:] == [50, 70]


def test_what_is_within_reach_in_term_only_says_so_unless_something_comes_closer():
    offers = make_offers(("o1", "kurs"))
    rows = [(f"c{i:02}", "o1", "mo", "transit", "served", 10, 10) for i in range(4)]
    holidays = ["no_way_home", "not_on_day", "over_limit", "served"]
    rows += [(f"c{i:02}", "o1", "fe", "transit", r, 50, 50) for i, r in enumerate(holidays)]
    rows += [("c04", "o1", day, "transit", "no_stop", NAN, NAN) for day in ("mo", "fe")]
    table = cover(
        make_cells([1] * 5), offers, make_trips(*rows), day_types=("mo", "fe"),
        term_of={"fe": "mo"},
    )  # fmt: skip
    found = table[table["day_type"] == "fe"]["reason"].tolist()
    assert found == ["only_in_term", "only_in_term", "over_limit", "served", "no_stop"]
    assert table[table["day_type"] == "mo"]["reason"].tolist() == ["served"] * 4 + ["no_stop"]


# Minutes ----------------------------------------------------------------------------------------


def test_the_best_offer_is_the_one_with_the_shorter_longer_way():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "served", 10, 40),
        ("c00", "o2", "mo", "transit", "served", 30, 30),
    )
    row = one(trips)
    assert (row["offer_id"], row["out_min"], row["back_min"], row["offers"]) == ("o2", 30, 30, 2)


def test_of_equally_good_offers_the_first_id_is_taken_whatever_the_order():
    rows = [("c00", o, "mo", "transit", "served", 20, 20) for o in ("o2", "o1")]
    assert one(make_trips(*rows))["offer_id"] == "o1"
    assert one(make_trips(*rows[::-1]))["offer_id"] == "o1"


def test_walking_minutes_are_the_shortest_walk_to_any_offer():
    trips = make_trips(
        ("c00", "o1", "mo", "transit", "served", 10, 10),
        ("c00", "o1", "mo", "walk", "over_limit", 70, 70),
        ("c00", "o2", "mo", "walk", "over_limit", 50, 50),
    )
    assert one(trips)["walk_min"] == 50


def test_an_offer_without_times_counts_by_its_way_out():
    row = one(make_trips(("c00", "o1", "mo", "transit", "served", 20, NAN)))
    assert row["reason"] == "served"
    assert row["out_min"] == 20
    assert np.isnan(row["back_min"])


def test_offers_of_other_categories_and_days_do_not_count():
    offers = make_offers(("o1", "kurs"), ("o2", "sport"))
    trips = make_trips(
        ("c00", "o1", "sa", "transit", "served", 10, 10),
        ("c00", "o1", "mo", "transit", "not_on_day", NAN, NAN),
        ("c00", "o2", "mo", "transit", "served", 10, 10),
        ("c00", "o2", "sa", "transit", "not_on_day", NAN, NAN),
    )
    table = cover(make_cells([1]), offers, trips, ("kurs", "sport"), ("mo", "sa"))
    found = dict(zip(zip(table["category"], table["day_type"], strict=True), table["reason"],
                     strict=True))  # fmt: skip
    assert found == {
        ("kurs", "mo"): "not_on_day",
        ("kurs", "sa"): "served",
        ("sport", "mo"): "served",
        ("sport", "sa"): "not_on_day",
    }


# Municipalities ---------------------------------------------------------------------------------


def test_residents_per_municipality_are_those_worked_out_by_hand():
    cells = make_cells([100, 20, 30, 4], areas=["A", "A", "B", "B"])
    covered = make_covered(["served", "no_stop", "only_if_booked", "served"])
    table = area_coverage(cells, as_coverage(covered), county=COUNTY).set_index("area_id")
    columns = ["residents", "covered", "uncovered", "booked"]
    assert table.loc["A", columns].tolist() == [120, 100, 20, 0]
    assert table.loc["B", columns].tolist() == [34, 4, 30, 30]
    assert table.loc[COUNTY, columns].tolist() == [154, 104, 50, 30]
    assert table["share_covered"].to_dict() == pytest.approx(
        {"K": 104 / 154, "A": 100 / 120, "B": 4 / 34}
    )


def test_withheld_cells_are_in_the_residents_and_in_no_other_count():
    cells = make_cells([100, 20, 4, 3], withheld=[False, False, True, True])
    covered = make_covered(["served", "only_if_booked", "served", "only_if_booked"])
    row = area_coverage(cells, as_coverage(covered), county=COUNTY).set_index("area_id").loc["A"]
    columns = ["residents", "covered", "uncovered", "booked", "withheld"]
    assert row[columns].tolist() == [127, 100, 20, 20, 7]
    assert row["share_covered"] == pytest.approx(100 / 120)
    served = make_covered(["served"] * 4, minutes=[10] * 4)
    assert bands(cells, as_coverage(served), bands_min=(30,), county=COUNTY)["within"].tolist() == [
        120,
        120,
    ]


def test_a_municipality_without_residents_has_no_share():
    table = area_coverage(make_cells([0]), as_coverage(make_covered(["served"])), county=COUNTY)
    assert table["residents"].tolist() == [0, 0]
    assert table["share_covered"].isna().all()


def test_bands_count_the_longer_way_and_include_their_limit():
    cells = make_cells([1, 2, 4, 8])
    covered = make_covered(["served"] * 4, minutes=[29, 30, 31, 46])
    table = bands(cells, as_coverage(covered), bands_min=(30, 45), county=COUNTY)
    assert table[table["area_id"] == "A"]["within"].tolist() == [3, 7]
    covered["back_min"] = [31.0, 30.0, 10.0, 46.0]
    table = bands(cells, as_coverage(covered), bands_min=(30, 45), county=COUNTY)
    assert table[table["area_id"] == "A"]["within"].tolist() == [2, 7]


def test_bands_do_not_count_who_cannot_get_home():
    covered = make_covered(["no_way_home", "not_in_time", "only_if_booked"], minutes=[10, 10, 10])
    table = bands(make_cells([1, 2, 4]), as_coverage(covered), bands_min=(30,), county=COUNTY)
    assert table["within"].tolist() == [0, 0]


def test_bands_beyond_the_rule_s_limit_count_who_takes_longer():
    covered = make_covered(["served", "over_limit"], minutes=[20, 55])
    table = bands(make_cells([1, 2]), as_coverage(covered), bands_min=(45, 60), county=COUNTY)
    assert table[table["area_id"] == COUNTY]["within"].tolist() == [1, 3]


def test_reasons_add_up_to_those_not_within_reach():
    cells = make_cells([100, 20, 30, 4, 9], areas=["A", "A", "B", "B", "B"])
    reasons = ["served", "no_stop", "over_limit", "no_stop", "no_stop"]
    cells["withheld"] = [False, False, False, True, False]
    covered = as_coverage(make_covered(reasons))
    table = area_reasons(cells, covered, county=COUNTY)
    found = table[["area_id", "reason", "residents"]].values.tolist()
    assert found == [
        ["K", "no_stop", 29], ["K", "over_limit", 30], ["A", "no_stop", 20], ["B", "no_stop", 9],
        ["B", "over_limit", 30],
    ]  # fmt: skip
    uncovered = area_coverage(cells, covered, county=COUNTY).set_index("area_id")["uncovered"]
    assert table.groupby("area_id")["residents"].sum().to_dict() == uncovered.to_dict()


def test_a_cell_is_counted_for_the_nearest_place_of_its_own_municipality():
    cells = make_cells([1, 1, 1], areas=["A", "A", "B"])
    places = make_places(("Westum", "village", 0, 0), ("Ostum", "village", 2, 0))
    assert place_of_cells(cells, places).tolist() == ["Westum", "Ostum", ""]


def test_ortsteile_count_published_cells_only_so_that_nothing_can_be_taken_off():
    cells = make_cells([100, 20, 4, 30], withheld=[False, False, True, False])
    covered = as_coverage(make_covered(["served", "no_stop", "served", "only_if_booked"]))
    places = np.array(["West", "West", "West", "Ost"], dtype=object)
    table = place_coverage(cells, places, covered).set_index("place")
    names = ["residents", "covered", "uncovered", "booked"]
    assert table.loc["West", names].tolist() == [120, 100, 20, 0]
    assert table.loc["Ost", names].tolist() == [30, 0, 30, 30]
    assert table["share_covered"].to_dict() == pytest.approx({"West": 100 / 120, "Ost": 0})


def test_an_ortsteil_of_withheld_cells_only_is_not_named():
    cells = make_cells([4, 30], withheld=[True, False])
    covered = as_coverage(make_covered(["served", "served"]))
    table = place_coverage(cells, np.array(["Klein", "Ost"], dtype=object), covered)
    assert table["place"].tolist() == ["Ost"]


# Laws -------------------------------------------------------------------------------------------

AREA_IDS = st.sampled_from(["A", "B", "C"])
HOMES = st.lists(st.tuples(st.integers(0, 500), AREA_IDS, st.booleans()), min_size=1, max_size=8)
MINUTES = st.one_of(st.none(), st.integers(0, 90))
LIMIT = 45
quickly = settings(max_examples=25)


def reason_of(out, back, limit):
    """The rule in one line: served when both ways are there and neither takes too long."""
    if out is None:
        return "no_connection"
    if back is None:
        return "no_way_home"
    return "served" if max(out, back) <= limit else "over_limit"


def trips_of(ways, limit, mode="transit"):
    rows = [
        (f"c{i:02}", f"o{j}", "mo", mode, reason_of(out, back, limit),
         NAN if out is None else out, NAN if back is None else back)
        for j, column in enumerate(ways)
        for i, (out, back) in enumerate(column)
    ]  # fmt: skip
    return make_trips(*rows)


@st.composite
def counties(draw):
    """Cells, and for each of one to four offers the minutes there and back of every cell."""
    homes = draw(HOMES)
    residents, areas, withheld = zip(*homes, strict=True)
    cells = make_cells(residents, areas=list(areas), withheld=list(withheld))
    column = st.lists(st.tuples(MINUTES, MINUTES), min_size=len(homes), max_size=len(homes))
    return cells, draw(st.lists(column, min_size=1, max_size=4))


def covered_of(cells, ways, limit=LIMIT):
    offers = make_offers(*((f"o{j}", "kurs") for j in range(len(ways))))
    return cover(cells, offers, trips_of(ways, limit))


def served_cells(table):
    return set(table.loc[table["reason"] == "served", "cell_id"])


@quickly
@given(counties())
def test_covered_uncovered_and_withheld_are_always_all_residents(county):
    cells, ways = county
    table = area_coverage(cells, as_coverage(covered_of(cells, ways)), county=COUNTY)
    parts = table["covered"] + table["uncovered"] + table["withheld"]
    assert (parts == table["residents"]).all()
    assert (table["booked"] <= table["uncovered"]).all()
    assert table.loc[table["area_id"] == COUNTY, "residents"].item() == cells["residents"].sum()


@quickly
@given(counties())
def test_the_county_is_the_sum_of_its_municipalities(county):
    cells, ways = county
    table = area_coverage(cells, as_coverage(covered_of(cells, ways)), county=COUNTY)
    numbers = ["residents", "covered", "uncovered", "withheld", "booked"]
    whole = table.loc[table["area_id"] == COUNTY, numbers].iloc[0]
    assert whole.tolist() == table.loc[table["area_id"] != COUNTY, numbers].sum().tolist()


@quickly
@given(counties())
def test_one_more_offer_never_lowers_coverage(county):
    cells, ways = county
    nobody = [(None, None)] * len(cells)
    fewer, more = covered_of(cells, [*ways[:-1], nobody]), covered_of(cells, ways)
    assert served_cells(fewer) <= served_cells(more)
    assert (more["offers"] >= fewer["offers"]).all()
    both = (fewer["reason"] == "served").to_numpy()
    longer = [np.fmax(t["out_min"], t["back_min"]).to_numpy()[both] for t in (fewer, more)]
    assert (longer[1] <= longer[0]).all()


@quickly
@given(counties(), st.integers(0, 60), st.integers(0, 60))
def test_a_higher_limit_never_lowers_coverage(county, limit, more):
    cells, ways = county
    low, high = covered_of(cells, ways, limit), covered_of(cells, ways, limit + more)
    assert served_cells(low) <= served_cells(high)


@quickly
@given(counties(), st.lists(st.integers(1, 120), min_size=1, max_size=5, unique=True))
def test_a_wider_band_never_holds_fewer_residents(county, limits):
    cells, ways = county
    table = bands(
        cells, as_coverage(covered_of(cells, ways)), bands_min=sorted(limits), county=COUNTY
    )
    for _, rows in table.groupby("area_id"):
        assert rows.sort_values("band_min")["within"].is_monotonic_increasing
        assert (rows["within"] <= rows["residents"]).all()


@quickly
@given(counties())
def test_the_band_of_the_rule_s_limit_holds_just_those_covered(county):
    cells, ways = county
    table = covered_of(cells, ways)
    within = bands(cells, as_coverage(table), bands_min=(LIMIT,), county=COUNTY).set_index(
        "area_id"
    )["within"]
    covered = area_coverage(cells, as_coverage(table), county=COUNTY).set_index("area_id")[
        "covered"
    ]
    assert within.to_dict() == covered.to_dict()


@quickly
@given(counties(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(county, random):
    cells, ways = county
    offers = make_offers(*((f"o{j}", "kurs") for j in range(len(ways))))
    trips = trips_of(ways, LIMIT)
    order = list(range(len(trips)))
    random.shuffle(order)
    pd.testing.assert_frame_equal(
        cover(cells, offers, trips), cover(cells, offers, trips.iloc[order])
    )


@quickly
@given(counties())
def test_the_call_bus_is_only_told_where_nothing_else_serves(county):
    cells, ways = county
    offers = make_offers(*((f"o{j}", "kurs") for j in range(len(ways))))
    scheduled = trips_of([[(None, None)] * len(cells), *ways[1:]], LIMIT)
    booked = trips_of(ways, LIMIT, mode="on_demand")
    table = cover(cells, offers, pd.concat([scheduled, booked], ignore_index=True))
    without = cover(cells, offers, scheduled)
    assert served_cells(table) == served_cells(without)
    by_bus = (table["reason"] == "only_if_booked").to_numpy()
    assert (table["offers_booked"].to_numpy()[by_bus] > 0).all()
    neither = ~by_bus & ~table["reason"].isin(["served", "over_limit"])
    assert (table["offers_booked"].to_numpy()[neither] == 0).all()
