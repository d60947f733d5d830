from __future__ import annotations

import pytest
from made_feeds import TUESDAY, calendar, read_made, said, stop_times

from geo_integration.inputs.timetable import connections_on

HEAD = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
# Q1 and Q2 are platforms of the station Q, which is part of the area Z.
STOPS = (
    "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "P,Halt P,53.50,8.0,0,\nQ,Bahnhof,53.51,8.0,1,Z\nQ1,Steig 1,53.51,8.0,0,Q\n"
    "Q2,Steig 2,53.5101,8.0,0,Q\nR,Halt R,53.54,8.0,,\nZ,Platz,53.51,8.0,1,\n"
)
TIMES = stop_times(
    "T,08:00:00,08:00:00,P,1", "T,08:10:00,08:10:00,Q1,2",
    "U,08:20:00,08:20:00,Q2,1", "U,08:40:00,08:40:00,R,2",
)  # fmt: skip


@pytest.fixture
def feed(tmp_path, faults):
    base = {
        "stops": STOPS,
        "stop_times": TIMES,
        "trips": "route_id,service_id,trip_id,block_id\nL,S,T,b1\nL,S,U,b1\n",
    }

    def read(**files):
        return read_made(tmp_path / "gtfs.zip", faults, **(base | files))

    return read


def rules(found):
    names = found.stops["stop_id"].tolist()
    return {
        (names[r.from_stop], names[r.to_stop]): (r.kind, None if r.min_s != r.min_s else r.min_s)
        for r in found.transfers.itertuples()
    }


# Changing ---------------------------------------------------------------------------------------


def test_every_kind_of_rule_between_stops_is_read(feed, faults):
    found = feed(transfers=f"{HEAD}P,Q1,0,\nQ1,Q2,1,\nQ2,R,2,180\nR,P,3,\nP,R,,99\nR,Q1,2,\n")
    assert rules(found) == {
        ("P", "Q1"): ("recommended", None),
        ("Q1", "Q2"): ("timed", None),
        ("Q2", "R"): ("min_time", 180),
        ("R", "P"): ("forbidden", None),
        ("P", "R"): ("recommended", None),
        ("R", "Q1"): ("min_time", None),
    }
    assert faults == []


def test_what_holds_for_a_station_holds_for_all_its_stops(feed):
    found = feed(transfers=f"{HEAD}Q,Q,2,240\nZ,R,2,300\n")
    assert rules(found) == {
        ("Q1", "Q1"): ("min_time", 240), ("Q1", "Q2"): ("min_time", 240),
        ("Q2", "Q1"): ("min_time", 240), ("Q2", "Q2"): ("min_time", 240),
        ("Q1", "R"): ("min_time", 300), ("Q2", "R"): ("min_time", 300),
    }  # fmt: skip


def test_a_stop_counts_before_its_station_and_the_later_row_before_the_earlier(feed):
    found = feed(transfers=f"{HEAD}Q1,Q2,2,60\nQ1,Q2,2,90\nQ,Q2,2,120\nQ,Q,2,240\n")
    assert rules(found)["Q1", "Q2"] == ("min_time", 90)
    assert rules(found)["Q2", "Q2"] == ("min_time", 120)
    assert rules(found)["Q2", "Q1"] == ("min_time", 240)


def test_rules_for_single_lines_are_counted_and_left_out(feed, faults):
    head = "from_stop_id,to_stop_id,transfer_type,from_route_id,to_trip_id\n"
    found = feed(transfers=f"{head}Q1,Q2,1,L,\nQ1,Q2,2,,U\nP,R,1,,\n")
    assert rules(found) == {("P", "R"): ("timed", None)}
    assert [f["message"][:2] for f in faults] == ["2 "]


def test_rules_for_unknown_stops_or_of_unknown_kind_are_noted(feed, faults):
    found = feed(transfers=f"{HEAD}Q1,X,1,\nP,R,7,\n")
    assert rules(found) == {}
    assert "1 Regeln zum Umsteigen von unbekannter Art" in said(faults)
    assert "1 Haltestellen in den Umsteigeregeln sind unbekannt" in said(faults)


def test_a_feed_without_rules_has_none(feed):
    assert feed().transfers.empty
    assert feed(transfers=HEAD).transfers.empty


# Staying in the vehicle -------------------------------------------------------------------------


def follows(found, date=TUESDAY):
    """Pairs (trip, next trip) of one date; the mark stands on the last hop of a run only."""
    table = connections_on(found, date)
    ids = found.trips["trip_id"]
    trip_of = table.groupby("run")["trip"].first()
    last = table.groupby("run").tail(1)
    assert (table.drop(last.index)["next_run"] == -1).all()
    return [
        (ids[row.trip], ids[trip_of[row.next_run]])
        for row in last.itertuples()
        if row.next_run >= 0
    ]


def test_one_stays_in_the_vehicle_of_a_block_at_the_same_station(feed):
    assert follows(feed()) == [("T", "U")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"stop_times": TIMES.replace("Q2,1", "P,1")}, "starts elsewhere"),
        ({"stop_times": TIMES.replace("08:20:00", "08:09:00")}, "starts before the end"),
        ({"trips": "route_id,service_id,trip_id,block_id\nL,S,T,b1\nL,S,U,b2\n"}, "other block"),
        ({"trips": "route_id,service_id,trip_id,block_id\nL,S,T,\nL,S,U,\n"}, "no block"),
        (
            {
                "trips": "route_id,service_id,trip_id,block_id\nL,A,T,b1\nL,B,U,b1\n",
                "calendar": calendar(("A", "0100000"), ("B", "0010000")),
            },
            "other day",
        ),
    ],
)
def test_one_does_not_stay_where_the_block_does_not_go_on_here(feed, change, why):
    assert follows(feed(**change)) == [], why


def test_stops_within_a_hundred_metres_are_one_place_for_a_block(feed):
    # Q2 lies 11 m north of Q1; 100 m are 0.0009 degrees.
    loose = STOPS.replace(",Q\n", ",\n")
    assert follows(feed(stops=loose)) == [("T", "U")]
    far = loose.replace("53.5101", "53.5110")
    assert follows(feed(stops=far)) == []


def test_a_block_may_have_other_trips_on_other_days(feed):
    found = feed(
        trips="route_id,service_id,trip_id,block_id\nL,S,T,b\nL,A,U,b\nL,B,V,b\n",
        stop_times=TIMES + "V,08:30:00,08:30:00,Q2,1\nV,08:50:00,08:50:00,R,2\n",
        calendar=calendar(("S", "1111100"), ("A", "0100000"), ("B", "0010000")),
    )
    assert follows(found) == [("T", "U")]
    assert follows(found, TUESDAY.replace(day=30)) == [("T", "V")]


PAIRS = "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\n"


def test_trips_that_are_said_to_go_on_do_so_without_a_block(feed):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n", transfers=f"{PAIRS}Q1,Q2,4,T,U\n"
    )
    assert follows(found) == [("T", "U")]


def test_trips_after_which_one_must_get_off_do_not_go_on(feed, faults):
    assert follows(feed(transfers=f"{PAIRS}Q1,Q2,5,T,U\n")) == []
    assert faults == []


def test_no_run_follows_two_others(feed):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\nL,S,V\n",
        stop_times=TIMES + "V,08:05:00,08:05:00,P,1\nV,08:15:00,08:15:00,Q1,2\n",
        transfers=f"{PAIRS}Q1,Q2,4,T,U\nQ1,Q2,4,V,U\n",
    )
    assert follows(found) == [("T", "U")]


SPLIT = TIMES + "V,08:15:00,08:15:00,Q1,1\nV,08:30:00,08:30:00,P,2\n"


def test_a_train_that_is_divided_is_followed_into_one_part_and_noted(feed, faults):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\nL,S,V\n",
        stop_times=SPLIT,
        transfers=f"{PAIRS}Q1,Q2,4,T,U\nQ1,Q1,4,T,V\n",
    )
    assert follows(found) == [("T", "U")]
    assert [(f["column"], f["found"]) for f in faults] == [("transfers.txt", "T: U, V")]
    assert "1 Fahrten gehen in mehrere andere über" in said(faults)


def test_trains_that_are_joined_are_noted(feed, faults):
    feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\nL,S,V\n",
        stop_times=TIMES + "V,08:05:00,08:05:00,P,1\nV,08:15:00,08:15:00,Q1,2\n",
        transfers=f"{PAIRS}Q1,Q2,4,T,U\nQ1,Q2,4,V,U\nQ1,Q2,5,T,V\n",
    )
    assert [f["found"] for f in faults] == ["U: T, V"]
    assert "1 Fahrten gehen aus mehreren anderen hervor" in said(faults)


def test_the_run_of_yesterday_goes_on_as_the_run_of_yesterday(feed):
    late = TIMES
    for at, then in (("08:0", "23:5"), ("08:10", "24:10"), ("08:20", "24:20"), ("08:40", "24:40")):
        late = late.replace(at, then)
    table = connections_on(feed(stop_times=late), TUESDAY)
    # Rows: T and U of Monday night, T and U of Tuesday night.
    assert table["departure_s"].tolist() == [-600, 1200, 85800, 87600]
    assert table["next_run"].tolist() == [1, -1, 3, -1]


# Odd numbers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", ["inf", "nan", "-60", "bald"])
def test_a_time_to_change_that_is_no_time_is_noted_and_none(feed, faults, time):
    assert rules(feed(transfers=f"{HEAD}Q1,Q2,2,{time}\n")) == {("Q1", "Q2"): ("min_time", None)}
    assert [(f["column"], f["found"]) for f in faults] == [
        ("transfers.txt min_transfer_time", time)
    ]


def test_a_time_to_change_counts_only_where_a_time_is_asked_for(feed, faults):
    assert rules(feed(transfers=f"{HEAD}Q1,Q2,0,inf\n")) == {("Q1", "Q2"): ("recommended", None)}
    assert faults == []
