"""Flexible trips that also stop at fixed stops and times: what one may ride without a call."""

from __future__ import annotations

import pytest
from made_feeds import CRS, write_made

from geo_integration.inputs.gtfs.files import read_files
from geo_integration.inputs.gtfs.flex import CALLS, read_flexible, with_fixed_legs
from geo_integration.inputs.gtfs.lines import read_trips
from geo_integration.inputs.gtfs.phoned import with_lead_times
from geo_integration.inputs.gtfs.stop_times import read_rows
from geo_integration.inputs.gtfs.stops import read_places
from geo_integration.profile import Transit

HEAD = (
    "trip_id,stop_sequence,location_group_id,stop_id,arrival_time,departure_time,"
    "start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,drop_off_type,"
    "pickup_booking_rule_id"
)
FILES = {
    "location_groups": "location_group_id,location_group_name\nG,Gebiet G\n",
    "location_group_stops": "location_group_id,stop_id\nG,Q\n",
    "booking_rules": "booking_rule_id,booking_type,prior_notice_duration_min\nB,1,60\n",
}
AREA = "T,2,G,,,,08:05:00,08:25:00,2,2,B"


@pytest.fixture
def read(tmp_path, faults):
    """Trips, flexible calls, and all calls of scheduled trips, as plain rows."""

    def read(*rows, **files):
        text = "\n".join([HEAD, *rows]) + "\n"
        path = write_made(tmp_path / "gtfs.zip", **(FILES | {"stop_times": text} | files))
        feed = read_files(path, faults)
        places = read_places(feed, CRS)
        trips = with_lead_times(feed, read_trips(feed, ["S"], Transit()))
        scheduled, _ = read_rows(feed, trips, places)
        flexible, trips = read_flexible(feed, trips, places, CRS)
        every = with_fixed_legs(scheduled, flexible)
        ids = trips["trip_id"].to_list()
        calls = [
            (ids[int(trip)], places.ids[int(stop)], *map(int, rest))
            for trip, stop, *rest in zip(*every[:7], strict=True)
        ]
        assert list(flexible.calls.columns) == list(CALLS)
        on_call = [(ids[t], area) for t, area in flexible.calls[["trip", "area"]].to_numpy()]
        return trips, on_call, calls

    return read


def test_the_way_between_fixed_stops_of_a_trip_is_scheduled_and_the_whole_trip_on_call(read):
    trips, on_call, calls = read(
        "T,1,,P,08:00:00,08:00:00,,,0,0,", AREA, "T,3,,R,08:30:00,08:31:00,,,0,0,"
    )
    columns = ["trip_id", "on_demand", "lead_min", "block"]
    assert trips.select(columns).rows() == [("T", False, None, ""), ("T@telefon", True, 60.0, "")]
    assert on_call == [("T@telefon", "P"), ("T@telefon", "G"), ("T@telefon", "R")]
    # stop, sequence, arrival, departure, boarding, alighting
    assert calls == [("T", "P", 1, 28800, 28800, 0, 0), ("T", "R", 3, 30600, 30660, 0, 0)]


def test_a_fixed_stop_that_is_to_be_phoned_for_is_not_served_by_itself(read):
    _, _, calls = read(
        "T,1,,P,08:00:00,08:00:00,,,0,0,", AREA, "T,3,,Q,08:28:00,08:28:00,,,2,2,B",
        "T,4,,R,08:30:00,08:30:00,,,1,3,",
    )  # fmt: skip
    assert [call[1:2] + call[5:] for call in calls] == [("P", 0, 0), ("Q", 1, 1), ("R", 1, 0)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("T,1,,P,08:00:00,08:00:00,,,2,0,", "T,3,,R,08:30:00,08:30:00,,,0,0,"),
        ("T,1,,P,08:00:00,08:00:00,,,0,0,", "T,3,,R,08:30:00,08:30:00,,,0,2,"),
        ("T,1,,P,08:00:00,08:00:00,,,1,0,", "T,3,,R,08:30:00,08:30:00,,,0,0,"),
        ("T,1,G,,,,08:00:00,08:10:00,0,0,", "T,3,,R,08:30:00,08:30:00,,,0,0,"),
    ],
)
def test_where_nobody_rides_between_fixed_stops_without_a_call_the_trip_is_on_call(
    read, first, last
):
    trips, on_call, calls = read(first, AREA, last)
    assert trips["trip_id"].to_list() == ["T"]
    assert trips["on_demand"].to_list() == [True]
    assert len(on_call) == 3
    assert calls == []


def test_of_a_line_that_is_a_call_bus_all_is_on_call(read):
    trips, _, calls = read(
        "T,1,,P,08:00:00,08:00:00,,,0,0,", AREA, "T,3,,R,08:30:00,08:31:00,,,0,0,",
        routes="route_id,route_short_name,route_type\nL,7,715\n",
    )  # fmt: skip
    assert trips["trip_id"].to_list() == ["T"]
    assert calls == []


def test_the_calls_stand_among_those_of_other_trips_in_order(read):
    _, _, calls = read(
        "U,1,,P,09:00:00,09:00:00,,,0,0,", "U,2,,Q,09:10:00,09:10:00,,,0,0,",
        "T,1,,P,08:00:00,08:00:00,,,0,0,", AREA, "T,3,,R,08:30:00,08:30:00,,,0,0,",
        trips="route_id,service_id,trip_id\nL,S,U\nL,S,T\n",
    )  # fmt: skip
    assert [call[:3] for call in calls] == [
        ("T", "P", 1), ("T", "R", 3), ("U", "P", 1), ("U", "Q", 2),
    ]  # fmt: skip
