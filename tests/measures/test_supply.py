from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from by_hand import COUNTY, LINES, as_roundtrips, make_cells, make_fit, make_offers, make_trips
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.measures.coverage import coverage
from geo_integration.measures.supply import area_supply, supply

SERVED = "served"


def find(
    residents,
    ways,
    places,
    *,
    withheld=None,
    full=(),
    days=("mo",),
    categories=("kurs",),
    whole=True,
):
    """Places that go round; `ways` are (cell, offer, day, reason), `places` by offer."""
    cells = make_cells(residents, withheld=withheld)
    offers = make_offers(*((offer, "kurs") for offer in places))
    offers["places_total"] = pd.array(list(places.values()), "Int64")
    trips = make_trips(*((c, o, d, "transit", why, 10, 10) for c, o, d, why in ways))
    covered, reached = coverage(
        cells, offers, make_fit(offers, full=full), LINES, as_roundtrips(trips, cells, days),
        categories=categories, day_types=days,
    )  # fmt: skip
    found = supply(cells, offers, covered, reached, whole=whole)
    return found, area_supply(cells, covered, found, county=COUNTY)


def test_every_offer_shares_its_places_among_all_who_reach_it():
    ways = [("c00", "o1", "mo", SERVED), ("c01", "o1", "mo", SERVED), ("c01", "o2", "mo", SERVED)]
    found, table = find([100, 300, 50], ways, {"o1": 20, "o2": 30})
    # Of the first 20 go round among 400, of the second 30 among 300.
    np.testing.assert_allclose(found.per_1000[0, 0], [50, 150, 0])
    row = table.set_index("area_id").loc[COUNTY]
    assert row["per_1000"] == pytest.approx(1000 * 50 / 450)
    assert row["without"] == 50
    assert row["gini"] > 0


def test_who_comes_too_late_gets_no_place_and_takes_none():
    ways = [("c00", "o1", "mo", SERVED), ("c01", "o1", "mo", "over_limit")]
    found, _ = find([100, 300], ways, {"o1": 20})
    assert found.per_1000[0, 0].tolist() == [200, 0]


def test_places_that_are_taken_are_places_all_the_same():
    found, _ = find([100], [("c00", "o1", "mo", SERVED)], {"o1": 20}, full=("o1",))
    assert found.per_1000[0, 0].tolist() == [200]


def test_residents_of_withheld_cells_are_in_no_number():
    ways = [("c00", "o1", "mo", SERVED), ("c01", "o1", "mo", SERVED)]
    one, table = find([100, 3], ways, {"o1": 20}, withheld=[False, True])
    other, _ = find([100, 4], ways, {"o1": 20}, withheld=[False, True])
    assert one.per_1000.tolist() == other.per_1000.tolist() == [[[200, 200]]]
    assert table["without"].tolist() == [0, 0]


def test_offers_that_do_not_say_how_many_places_they_have_are_told_and_left_out():
    ways = [("c00", "o1", "mo", SERVED), ("c00", "o2", "mo", SERVED)]
    found, table = find([100], ways, {"o1": 20, "o2": None})
    assert found.per_1000[0, 0].tolist() == [200]
    assert (found.known.tolist(), found.offers.tolist()) == ([1], [2])
    assert table[["offers_known", "offers"]].to_numpy().tolist() == [[1, 2], [1, 2]]


def test_where_no_offer_says_how_many_places_it_has_nothing_is_told():
    found, table = find([100], [("c00", "o1", "mo", SERVED)], {"o1": None})
    assert np.isnan(found.per_1000).all()
    assert len(table) == 0


def test_of_a_selection_nothing_is_told_because_who_else_competes_is_not_known():
    found, table = find([100], [("c00", "o1", "mo", SERVED)], {"o1": 20}, whole=False)
    assert np.isnan(found.per_1000).all()
    assert len(table) == 0


def test_on_a_day_without_any_way_nobody_has_a_place():
    found, table = find([100], [("c00", "o1", "mo", SERVED)], {"o1": 20}, days=("mo", "so"))
    assert found.per_1000[0].tolist() == [[200], [0]]
    sunday = table[table["day_type"] == "so"].iloc[0]
    assert (sunday["per_1000"], sunday["without"]) == (0, 100)
    assert pd.isna(sunday["gini"])


@given(
    st.lists(st.integers(0, 500), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.lists(st.integers(0, 60), min_size=2, max_size=2),
)
def test_what_residents_have_together_are_the_places_that_anybody_reaches(residents, flags, places):
    pairs = [(f"c{i:02}", o) for i in range(3) for o in ("o1", "o2")]
    why = [SERVED if is_there else "no_connection" for is_there in flags]
    ways = [(*pair, "mo", reason) for pair, reason in zip(pairs, why, strict=True)]
    found, _ = find(residents, ways, dict(zip(("o1", "o2"), places, strict=True)))
    reached = {o for c, o, _, reason in ways if reason == SERVED and residents[int(c[1:])]}
    expected = sum(n for o, n in zip(("o1", "o2"), places, strict=True) if o in reached)
    together = found.per_1000[0, 0].astype(float) @ np.array(residents) / 1000
    assert together == pytest.approx(expected, rel=1e-5)
