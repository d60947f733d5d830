from __future__ import annotations

import functools

import polars as pl
import pytest
from made_feeds import hops, read_made, said, stop_times

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.stop_times import BLANK, BROKEN, seconds

HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled"


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("07:05:00", 25500), ("7:05:00", 25500), ("07:05", 25500), ("7:5", 25500),
        ("24:00:00", 86400), ("100:00:01", 360001), ("", BLANK), ("noon", BROKEN),
        ("07:61:00", BROKEN), ("07:05:00:00", BROKEN), ("-1:00:00", BROKEN), ("7", BROKEN),
    ],
)  # fmt: skip
def test_times_are_seconds_or_blank_or_broken(text, value):
    assert seconds(pl.Series([text], dtype=pl.String)).tolist() == [value]


def test_a_time_that_is_none_breaks_its_trip_and_is_noted(feed, faults):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1", "T,noon,noon,Q,2", "T,08:20:00,08:20:00,R,3",
            "U, 7:05:00,07:05,P,1", "U,24:00:00,24:00:00,R,2",
        ),
    )  # fmt: skip
    assert hops(found) == [("U", "P", "R", "7:05", "24:00")]
    assert [f["found"] for f in faults] == ["T"]


def test_the_distance_that_the_feed_states_counts_for_blank_times(feed):
    # By the straight line Q lies at a quarter, by the feed at a half.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0", "T,,,Q,2,5.0", "T,08:40:00,08:40:00,R,3,10", head=HEAD
        )
    )
    assert [h[4] for h in hops(found)] == ["8:20", "8:40"]


@pytest.mark.parametrize("stated", [("0", "", "10"), ("0", "12", "10"), ("0", "0", "0")])
def test_a_distance_that_has_holes_or_does_not_grow_does_not_count(feed, stated):
    found = feed(
        stop_times=stop_times(
            f"T,08:00:00,08:00:00,P,1,{stated[0]}", f"T,,,Q,2,{stated[1]}",
            f"T,08:40:00,08:40:00,R,3,{stated[2]}", head=HEAD,
        )
    )  # fmt: skip
    assert [h[4] for h in hops(found)] == ["8:10", "8:40"]


def test_distances_of_one_trip_say_nothing_of_another(feed):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0", "T,,,Q,2,5.0", "T,08:40:00,08:40:00,R,3,10",
            "U,09:00:00,09:00:00,P,1,", "U,,,Q,2,", "U,09:40:00,09:40:00,R,3,", head=HEAD,
        ),
    )  # fmt: skip
    assert [h[4] for h in hops(found)] == ["8:20", "8:40", "9:10", "9:40"]


def test_calls_with_one_number_go_by_their_times_whatever_the_order_of_the_file(feed, faults):
    rows = ["T,08:00:00,08:00:00,P,1", "T,08:10:00,08:10:00,Q,2", "T,08:20:00,08:20:00,R,2"]
    wanted = [("T", "P", "Q", "8:00", "8:10"), ("T", "Q", "R", "8:10", "8:20")]
    assert hops(feed(stop_times=stop_times(*rows))) == wanted
    assert hops(feed(stop_times=stop_times(*reversed(rows)))) == wanted
    assert "1 Fahrten mit wiederholter stop_sequence" in said(faults)


def test_a_call_that_stands_there_twice_counts_once(feed, faults):
    row = "T,08:10:00,08:10:00,Q,2"
    found = feed(
        stop_times=stop_times("T,08:00:00,08:00:00,P,1", row, row, "T,08:20:00,08:20:00,R,3")
    )
    assert [h[1:3] for h in hops(found)] == [("P", "Q"), ("Q", "R")]
    assert len(faults) == 1


def test_calls_of_all_trips_mixed_up_are_put_in_order(feed):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,U\nL,S,T\n",
        stop_times=stop_times(
            "U,09:20:00,09:20:00,R,7", "T,08:20:00,08:20:00,R,9", "U,09:00:00,09:00:00,P,0",
            "T,08:00:00,08:00:00,P,3",
        ),
    )  # fmt: skip
    assert hops(found) == [("T", "P", "R", "8:00", "8:20"), ("U", "P", "R", "9:00", "9:20")]


def test_pickup_types_that_are_none_count_as_regular(feed):
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type"
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,x,", "T,08:20:00,08:20:00,R,3,9,-1", head=head
        )
    )
    assert found.stop_times["board"].all()
    assert found.trips["on_demand"].tolist() == [False]


def test_continuous_pickup_changes_nothing(feed):
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,continuous_pickup"
    found = feed(
        stop_times=stop_times("T,08:00:00,08:00:00,P,1,0", "T,08:20:00,08:20:00,R,3,0", head=head)
    )
    assert hops(found) == [("T", "P", "R", "8:00", "8:20")]


def test_a_feed_of_single_calls_is_refused(feed):
    with pytest.raises(FeedError, match="keine einzige Fahrt ist brauchbar"):
        feed(stop_times=stop_times("T,08:00:00,08:00:00,P,1"))
