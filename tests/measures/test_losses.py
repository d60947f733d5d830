from __future__ import annotations

import numpy as np
import pytest
from by_hand import (
    COUNTY,
    LINES,
    as_roundtrips,
    make_cells,
    make_fit,
    make_offers,
    make_trips,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_integration.measures.coverage import coverage
from geo_integration.measures.losses import losses

NAN = float("nan")


def find(cells, trips, offers=(("o1", "kurs"), ("o2", "kurs")), days=("mo", "fe"), full=()):
    offers = make_offers(*offers)
    covered, reached = coverage(
        cells, offers, make_fit(offers, full=full), LINES, as_roundtrips(trips, cells, days),
        categories=["kurs"], day_types=list(days),
    )  # fmt: skip
    return losses(cells, covered, reached, county=COUNTY)


def way(cell, offer, day, reason):
    minutes = 10 if reason == "served" else NAN
    return cell, offer, day, "transit", reason, minutes, minutes


# c00 loses the bus, c01 the course, c02 nothing, c03 has nothing to lose.
TRIPS = make_trips(
    way("c00", "o1", "mo", "served"), way("c00", "o1", "fe", "no_way_home"),
    way("c01", "o2", "mo", "served"), way("c01", "o2", "fe", "not_on_day"),
    way("c02", "o1", "mo", "served"), way("c02", "o1", "fe", "served"),
    way("c03", "o1", "mo", "no_stop"), way("c03", "o1", "fe", "no_stop"),
)  # fmt: skip


def test_the_lost_are_told_by_whether_the_offer_or_the_way_is_missing():
    cells = make_cells([100, 20, 7, 50], areas=["A", "A", "B", "B"])
    table, _ = find(cells, TRIPS)
    table = table.set_index("area_id")
    names = ["covered", "lost", "lost_paused", "lost_no_way", "gained"]
    assert table.loc[COUNTY, names].tolist() == [127, 120, 20, 100, 0]
    assert table.loc["A", names].tolist() == [120, 120, 20, 100, 0]
    assert table.loc["B", names].tolist() == [7, 0, 0, 0, 0]


def test_the_first_kind_of_day_is_compared_with_all_others():
    table, _ = find(make_cells([100, 20, 7, 50]), TRIPS, days=("mo", "fe", "sa"))
    assert table["day_type"].unique().tolist() == ["fe", "sa"]


def test_the_offers_that_are_missed_come_with_those_who_miss_them():
    _, causes = find(make_cells([100, 20, 7, 50]), TRIPS)
    rows = causes[["offer_id", "paused", "residents"]].values.tolist()
    assert rows == [["o1", False, 100], ["o2", True, 20]]


def test_who_has_another_offer_loses_nothing():
    trips = make_trips(
        way("c00", "o1", "mo", "served"), way("c00", "o1", "fe", "no_connection"),
        way("c00", "o2", "mo", "served"), way("c00", "o2", "fe", "served"),
    )  # fmt: skip
    table, causes = find(make_cells([100]), trips)
    assert table["lost"].tolist() == [0, 0]
    assert len(causes) == 0


def test_one_offer_that_takes_place_makes_it_a_matter_of_the_way():
    trips = make_trips(
        way("c00", "o1", "mo", "served"), way("c00", "o1", "fe", "not_on_day"),
        way("c00", "o2", "mo", "served"), way("c00", "o2", "fe", "not_in_time"),
    )  # fmt: skip
    table, _ = find(make_cells([100]), trips)
    assert table["lost_paused"].tolist() == [0, 0]
    assert table["lost_no_way"].tolist() == [100, 100]


def test_who_is_served_on_the_other_day_only_is_gained():
    trips = make_trips(way("c00", "o1", "mo", "not_on_day"), way("c00", "o1", "fe", "served"))
    table, _ = find(make_cells([100]), trips)
    assert table[["lost", "gained"]].values.tolist() == [[0, 100], [0, 100]]


def test_a_full_offer_is_nobody_s_loss():
    table, causes = find(make_cells([100, 20, 7, 50]), TRIPS, full=("o1", "o2"))
    assert table["covered"].tolist() == [0, 0]
    assert len(causes) == 0


def test_withheld_cells_are_in_no_count():
    cells = make_cells([100, 20, 7, 50], withheld=[True, False, False, False])
    table, causes = find(cells, TRIPS)
    assert table.loc[0, ["covered", "lost"]].tolist() == [27, 20]
    assert causes["offer_id"].tolist() == ["o2"]


REASONS = st.sampled_from(["served", "not_on_day", "no_way_home", "no_stop"])


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 99), *[REASONS] * 4), min_size=1, max_size=6))
def test_what_is_lost_and_kept_is_all_that_there_was(rows):
    cells = make_cells([row[0] for row in rows])
    trips = make_trips(
        *(
            way(f"c{i:02}", offer, day, reason)
            for i, (_, *reasons) in enumerate(rows)
            for (offer, day), reason in zip(
                [("o1", "mo"), ("o1", "fe"), ("o2", "mo"), ("o2", "fe")], reasons, strict=True
            )
        )
    )
    table, causes = find(cells, trips)
    assert (table["lost_paused"] + table["lost_no_way"] == table["lost"]).all()
    assert (table["lost"] <= table["covered"]).all()
    assert causes["residents"].max() <= table["lost"].max() if len(causes) else True
    served = np.array([[r == "served" for r in reasons] for _, *reasons in rows])
    homes = np.array([row[0] for row in rows])
    gone = (served[:, 0] | served[:, 2]) & ~(served[:, 1] | served[:, 3])
    assert table["lost"].tolist() == [homes[gone].sum()] * 2


@pytest.mark.parametrize("days", [("mo",)])
def test_with_one_kind_of_day_there_is_nothing_to_compare(days):
    trips = make_trips(way("c00", "o1", "mo", "served"))
    table, causes = find(make_cells([100]), trips, days=days)
    assert len(table) == len(causes) == 0
