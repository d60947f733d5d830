from __future__ import annotations

import functools

import pytest
from made_feeds import (
    BASE,
    CRS,
    MONDAY,
    TUESDAY,
    calendar,
    hops,
    read_made,
    said,
    stop_times,
    write_made,
)

from geo_integration.inputs.gtfs.twin_feeds import once_in_all_feeds
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit

# T and T2 run alike from P to Q; V goes on from Q to R, V2 alike, W goes back to P.
RUNS = {
    "T": ("08:00:00", "P", "08:10:00", "Q"), "T2": ("08:00:00", "P", "08:10:00", "Q"),
    "V": ("08:12:00", "Q", "08:30:00", "R"), "V2": ("08:12:00", "Q", "08:30:00", "R"),
    "W": ("08:12:00", "Q", "08:20:00", "P"),
}  # fmt: skip


def made(**blocks):
    """Trips by name, each with its block; "S:b" also names the service."""
    trips, times = [], []
    for name, stated in blocks.items():
        service, _, block = stated.rpartition(":")
        trips.append(f"L,{service or 'S'},{name},{block}")
        start, one, end, other = RUNS[name]
        times += [f"{name},{start},{start},{one},1", f"{name},{end},{end},{other},2"]
    head = "route_id,service_id,trip_id,block_id"
    return {"trips": "\n".join([head, *trips]) + "\n", "stop_times": stop_times(*times)}


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def goes_on(found, date=TUESDAY):
    """Trips of a date, each with the one that its vehicle goes on as."""
    table = connections_on(found, date)
    ids = found.trips["trip_id"]
    trip_of = table.groupby("run")["trip"].first()
    return {
        ids[row.trip]: ids[trip_of[row.next_run]] if row.next_run >= 0 else None
        for row in table.groupby("run").tail(1).itertuples()
    }


# Within a feed ----------------------------------------------------------------------------------


def test_twins_whose_vehicles_go_on_elsewhere_are_none(feed, faults):
    found = feed(**made(T="1", T2="2", V="1", W="2"))
    assert goes_on(found) == {"T": "V", "T2": "W", "V": None, "W": None}
    assert faults == []


def test_a_trip_that_goes_on_is_no_twin_of_one_that_does_not(feed, faults):
    found = feed(**made(T="", T2="2", V="2"))
    assert goes_on(found) == {"T": None, "T2": "V", "V": None}
    assert faults == []


def test_blocks_of_a_single_trip_say_nothing(feed, faults):
    found = feed(**made(T="1", T2="2", V=""))
    assert goes_on(found) == {"T": None, "V": None}
    assert "1 Fahrten stehen am selben Tag doppelt" in said(faults)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_block_that_stands_there_twice_counts_once_as_a_whole(feed, faults, swapped):
    one, other = ("2", "1") if swapped else ("1", "2")
    found = feed(**made(T="1", T2="2", V=one, V2=other))
    assert goes_on(found) == ({"T": "V2", "V2": None} if swapped else {"T": "V", "V": None})
    assert "2 Fahrten stehen am selben Tag doppelt" in said(faults)


def test_a_block_that_stands_there_twice_on_some_days_counts_once_on_these(feed):
    # The first block on Monday and Tuesday, the second on Tuesday and Wednesday.
    found = feed(
        **made(T="A:1", V="A:1", T2="B:2", V2="B:2"),
        calendar=calendar(("A", "1100000"), ("B", "0110000")),
    )
    for day, names in ((28, ("T", "V")), (29, ("T", "V")), (30, ("T2", "V2"))):
        assert goes_on(found, MONDAY.replace(day=day)) == {names[0]: names[1], names[1]: None}


def test_blocks_that_differ_on_some_day_are_not_the_same(feed, faults):
    # T and T2 run on both days; V follows T on Monday, V2 follows T2 on Tuesday.
    found = feed(
        **made(T="S:1", V="A:1", T2="S:2", V2="B:2"),
        calendar=calendar(("S", "1100000"), ("A", "1000000"), ("B", "0100000")),
    )
    assert goes_on(found, MONDAY) == {"T": "V", "T2": None, "V": None}
    assert goes_on(found) == {"T": None, "T2": "V2", "V2": None}
    assert faults == []


def test_a_trip_that_stands_twice_in_its_block_counts_once_and_goes_on(feed, faults):
    found = feed(**made(T="1", T2="1", V="1"))
    assert goes_on(found) == {"T": "V", "V": None}
    assert "1 Fahrten stehen am selben Tag doppelt" in said(faults)


PAIRS = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\n"


@pytest.mark.parametrize("pairs", ["Q,Q,4,T2,W\n", "Q,Q,4,T,V\nQ,Q,4,T2,W\n"])
def test_twins_that_are_said_to_go_on_elsewhere_are_none(feed, faults, pairs):
    found = feed(**made(T="", T2="", V="", W=""), transfers=f"{PAIRS}{pairs}")
    assert goes_on(found)["T2"] == "W"
    assert goes_on(found)["T"] == ("V" if "T,V" in pairs else None)
    assert faults == []


def test_twins_that_are_said_to_go_on_alike_count_once(feed, faults):
    pairs = f"{PAIRS}Q,Q,4,T,V\nQ,Q,4,T2,V2\n"
    assert goes_on(feed(**made(T="", T2="", V="", V2=""), transfers=pairs)) == {
        "T": "V", "V": None,
    }  # fmt: skip
    assert "2 Fahrten stehen am selben Tag doppelt" in said(faults)


# In several feeds -------------------------------------------------------------------------------


@pytest.fixture
def joined(tmp_path, faults):
    """Join two feeds and look for twins; the second is made of the first with other files."""

    def read(first, **second):
        paths = [
            write_made(tmp_path / "a.zip", **first),
            write_made(tmp_path / "b.zip", **(first | second)),
        ]
        return once_in_all_feeds(read_feeds(paths, Transit(), CRS, faults), faults, "a, b")

    return read


def test_a_feed_joined_with_itself_counts_every_trip_once(joined, faults):
    found = joined(made(T="1", V="1", W=""))
    assert found.trips["trip_id"].tolist() == ["1:T", "1:V", "1:W"]
    assert goes_on(found) == {"1:T": "1:V", "1:V": None, "1:W": None}
    assert trips_by_date(found)[TUESDAY] == 3
    assert "3 Fahrten stehen am selben Tag in mehreren Fahrplänen" in said(faults)


def test_the_other_feed_counts_on_days_that_are_its_own(joined):
    found = joined(
        made(T="1", V="1") | {"calendar": calendar(("S", "1100000"))},
        calendar=calendar(("S", "0110000")),
    )
    assert trips_by_date(found)[TUESDAY] == 2
    assert goes_on(found, MONDAY) == goes_on(found) == {"1:T": "1:V", "1:V": None}
    assert goes_on(found, MONDAY.replace(day=30)) == {"2:T": "2:V", "2:V": None}


def test_twins_within_and_between_feeds_keep_days_of_their_own(joined):
    # First: T on Tuesday. Second: T on Monday and Tuesday, T2 alike on Tuesday and Wednesday.
    found = joined(
        made(T="A:") | {"calendar": calendar(("A", "0100000"))},
        **made(T="A:", T2="B:"),
        calendar=calendar(("A", "1100000"), ("B", "0110000")),
    )
    ran = [goes_on(found, MONDAY.replace(day=day)) for day in (28, 29, 30)]
    assert ran == [{"2:T": None}, {"1:T": None}, {"2:T2": None}]


def test_names_of_services_stay_different(joined):
    # In the second feed T is left with Monday of its service, V with Wednesday.
    second = made(T="A:", V="A~1:")
    found = joined(
        made(T="A:", V="A~1:") | {"calendar": calendar(("A", "0100000"), ("A~1", "0100000"))},
        **second,
        calendar=calendar(("A", "1100000"), ("A~1", "0110000")),
    )
    assert found.trips["service_id"].is_unique
    ran = [set(goes_on(found, MONDAY.replace(day=day))) for day in (28, 29, 30)]
    assert ran == [{"2:T"}, {"1:T", "1:V"}, {"2:V"}]


def test_what_only_the_other_feed_has_stays(joined):
    found = joined(made(T="", W=""), **made(T2="", V=""))
    assert found.trips["trip_id"].tolist() == ["1:T", "1:W", "2:V"]
    assert [h[:3] for h in hops(found)] == [
        ("1:T", "1:P", "1:Q"), ("1:W", "1:Q", "1:P"), ("2:V", "2:Q", "2:R"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("second", "twins"),
    [
        ({}, True),
        # 55 m further, with another name or id, but not both.
        ({"stops": BASE["stops.txt"].replace("53.51,", "53.5105,")}, True),
        ({"stops": BASE["stops.txt"].replace("Halt Q,53.51,", "Markt,53.5105,")}, True),
        # 111 m further.
        ({"stops": BASE["stops.txt"].replace("53.51,", "53.511,")}, False),
        ({"routes": "route_id,route_short_name,route_type\nL,8,3\n"}, False),
        ({"agency": "agency_name,agency_timezone\nWestbus,Europe/London\n"}, False),
        ({"stop_times": made(T="")["stop_times"].replace("08:10", "08:11")}, False),
    ],
)
def test_trips_of_two_feeds_are_the_same_if_line_places_and_times_are(joined, second, twins):
    first = made(T="") | {"agency": "agency_name,agency_timezone\nOstbus,Europe/Berlin\n"}
    assert len(joined(first, **second).trips) == (1 if twins else 2)


@pytest.mark.parametrize(("name", "twins"), [("Halt Q", True), ("Markt", False)])
def test_stops_with_another_id_are_the_same_by_their_name(joined, name, twins):
    times = made(T="")["stop_times"].replace(",Q,", ",Y,")
    stops = BASE["stops.txt"].replace("Q,Halt Q,53.51,", f"Y,{name},53.5105,")
    found = joined(made(T=""), stop_times=times, stops=stops)
    assert len(found.trips) == (1 if twins else 2)


def test_trips_at_intervals_are_the_same_if_the_intervals_are(joined):
    often = "trip_id,start_time,end_time,headway_secs,exact_times\nT,10:00:00,11:00:00,1800,1\n"
    first = made(T="") | {"frequencies": often}
    assert trips_by_date(joined(first))[TUESDAY] == 2
    other = joined(first, frequencies=often.replace("10:00", "10:15"))
    assert trips_by_date(other)[TUESDAY] == 4


FLEX = {
    "trips": "route_id,service_id,trip_id\nL,S,F\n",
    "location_groups": "location_group_id,location_group_name\nG,Gebiet G\n",
    "location_group_stops": "location_group_id,stop_id\nG,P\nG,Q\n",
    "stop_times": "trip_id,stop_sequence,location_group_id,start_pickup_drop_off_window,"
    "end_pickup_drop_off_window,pickup_type,drop_off_type\nF,1,G,09:00:00,09:45:00,2,2\n",
}


def test_flexible_trips_of_two_feeds_are_the_same_if_their_rides_are(joined):
    found = joined(FLEX)
    assert found.trips["trip_id"].tolist() == ["1:F"]
    # From P to Q and back at 9:00, 9:15 and 9:30; leaving at 9:45 it would be too late.
    assert len(hops(found)) == 6
    later = FLEX["stop_times"].replace("09:45", "10:00")
    assert joined(FLEX, stop_times=later).trips["trip_id"].tolist() == ["1:F", "2:F"]
    members = FLEX["location_group_stops"] + "G,R\n"
    assert len(joined(FLEX, location_group_stops=members).trips) == 2


def test_the_vehicle_that_goes_on_in_one_feed_only_stays(joined, faults):
    found = joined(made(T="", V=""), **made(T="1", V="1"))
    assert goes_on(found)["2:T"] == "2:V"
    assert len(found.trips) == 4
    assert faults == []


def test_a_single_feed_is_left_alone(feed, faults):
    found = feed(**made(T="", V=""))
    assert once_in_all_feeds(found, faults, "a") is found
