from __future__ import annotations

import functools

import polars as pl
import pytest
from made_feeds import BASE, CRS, FLAGS, hops, read_made, said, stop_times, write_made

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.stop_times import BLANK, BROKEN, seconds
from geo_integration.inputs.timetable import read_feeds
from geo_integration.profile import Transit

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


# Stops that are left out ------------------------------------------------------------------------


def test_a_time_stated_at_an_unknown_stop_counts_for_the_blank_ones_around_it(feed):
    # X lies halfway between P and Q, unknown as it is: 8:20 at X leaves twenty minutes from X over
    # Q to R. P to Q is one part, so X to Q half a part, Q to R three: Q at 8:20 + 20 * 0.5 / 3.5.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1", "T,08:20:00,08:20:00,X,2", "T,,,Q,3",
            "T,08:40:00,08:40:00,R,4",
        )
    )  # fmt: skip
    assert [h[1:3] for h in hops(found)] == [("P", "Q"), ("Q", "R")]
    assert hops(found)[0][4] == "8:22:51"


def test_a_trip_whose_first_stop_is_unknown_is_kept_from_the_second_on(feed):
    # From X to P it takes as long as a mean step, (1 + 3) / 2 = 2 parts of the 2 + 1 to Q.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,X,1", "T,,,P,2", "T,08:09:00,08:09:00,Q,3",
            "T,08:20:00,08:20:00,R,4",
        )
    )  # fmt: skip
    assert hops(found) == [("T", "P", "Q", "8:06", "8:09"), ("T", "Q", "R", "8:09", "8:20")]


def test_the_stated_distance_of_an_unknown_stop_counts(feed):
    # X is at 6 of 10: four minutes of ten are left, and Q at 7 is a quarter of them further.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0", "T,08:06:00,08:06:00,X,2,6", "T,,,Q,3,7",
            "T,08:10:00,08:10:00,R,4,10", head=HEAD,
        )
    )  # fmt: skip
    assert hops(found)[0][4] == "8:07"


def test_a_trip_with_one_place_has_equal_steps(feed):
    # Of X, Q, Y, R only Q and R are known; from X to Q and from Q over Y to R it is 1 and 1 + 1.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,X,1", "T,,,Q,2", "T,,,Y,3", "T,08:30:00,08:30:00,R,4",
        )
    )  # fmt: skip
    assert hops(found) == [("T", "Q", "R", "8:10", "8:30")]


def test_a_last_stop_that_is_unknown_gives_its_time_to_those_before(feed):
    # Q to R is the only step with two places, so from R to X it is as long: R in the middle.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,Q,1", "T,,,R,2", "T,08:20:00,08:20:00,X,3",
        )
    )  # fmt: skip
    assert hops(found) == [("T", "Q", "R", "8:00", "8:10")]


@pytest.mark.parametrize("far", ["inf", "NaN", "1e999"])
def test_a_distance_beyond_all_measure_does_not_count(feed, far):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0", f"T,,,Q,2,{far}", "T,08:40:00,08:40:00,R,3,10", head=HEAD
        )
    )
    assert [h[4] for h in hops(found)] == ["8:10", "8:40"]


# What is left out is told -----------------------------------------------------------------------

TWO = "route_id,service_id,trip_id\nL,S,T\nL,S,U\n"


def test_a_trip_with_one_stop_is_noted(feed, faults):
    feed(trips=TWO, stop_times=BASE["stop_times.txt"] + "U,08:00:00,08:00:00,P,1\n")
    assert [f["found"] for f in faults] == ["U"]
    assert "1 Fahrten mit weniger als zwei brauchbaren Halten" in said(faults)


def test_a_trip_with_unknown_stops_only_is_noted(feed, faults):
    feed(
        trips=TWO,
        stop_times=BASE["stop_times.txt"] + "U,08:00:00,08:00:00,X,1\nU,08:09:00,08:09:00,Y,2\n",
    )
    assert [f["found"] for f in faults] == ["X, Y", "U"]


def test_trips_without_any_call_are_counted_and_noted(feed, faults):
    feed(trips=TWO + "L,S,V\nL,S,W\n")
    assert "3 von 4 Fahrten aus trips.txt haben keine Zeile" in said(faults)
    assert "ist die Datei vollständig?" in said(faults)
    assert [f["found"] for f in faults] == ["U"]


def test_trips_that_call_outside_the_bounds_do_have_calls(tmp_path, faults):
    path = write_made(
        tmp_path / "gtfs.zip",
        stops=BASE["stops.txt"] + "V,V,50.0,10.0\nW,W,50.1,10.0\n",
        trips=TWO + "L,S,V\n",
        stop_times=BASE["stop_times.txt"] + "U,08:00:00,08:00:00,V,1\nU,08:10:00,08:10:00,W,2\n",
    )
    read_feeds([path], Transit(), CRS, faults, bounds=(7.0, 53.0, 9.0, 54.0))
    assert "1 von 3 Fahrten" in said(faults)


@pytest.mark.parametrize(("kind", "boards"), [("1.0", False), ("01", False), ("0.0", True),
                                              ("3.0", True), ("", True)])  # fmt: skip
def test_types_of_boarding_may_have_a_decimal(feed, faults, kind, boards):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,0", f"T,08:10:00,08:11:00,Q,2,{kind},{kind}",
            "T,08:20:00,08:20:00,R,3,0,0", head=FLAGS,
        )
    )  # fmt: skip
    assert found.stop_times["board"].tolist() == [True, boards, True]
    assert found.stop_times["alight"].tolist() == [True, boards, True]
    assert faults == []


def test_types_of_boarding_that_are_none_are_counted_and_noted_once_per_column(feed, faults):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,9,0", "T,08:10:00,08:11:00,Q,2,x,-1",
            "T,08:20:00,08:20:00,R,3,9,1.5", head=FLAGS,
        )
    )  # fmt: skip
    assert found.stop_times["board"].all()
    assert [(f["column"], f["found"], str(f["message"])[:2]) for f in faults] == [
        ("stop_times.txt pickup_type", "9", "3 "), ("stop_times.txt drop_off_type", "-1", "2 "),
    ]  # fmt: skip
