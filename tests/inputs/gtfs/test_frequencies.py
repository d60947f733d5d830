from __future__ import annotations

import functools

import numpy as np
import pytest
from made_feeds import (
    BASE,
    CRS,
    FLAGS,
    MONDAY,
    TUESDAY,
    hops,
    read_made,
    said,
    stop_times,
    write_made,
)

from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit

HEAD = "trip_id,start_time,end_time,headway_secs,exact_times\n"


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def departures(found, **options):
    table = connections_on(found, TUESDAY, **options)
    return table.groupby("run")["departure_s"].min().tolist()


@pytest.mark.parametrize("exact", ["0", "1", ""])
def test_departures_are_counted_from_the_start_and_the_end_is_none(feed, exact):
    # 9:00, 9:25, 9:50; 10:15 would be the end.
    found = feed(frequencies=f"{HEAD}T,09:00:00,10:15:00,1500,{exact}\n")
    assert departures(found) == [32400, 33900, 35400]
    assert trips_by_date(found)[TUESDAY] == 3


def test_a_draw_moves_what_is_not_exact_by_less_than_one_interval(feed):
    found = feed(frequencies=f"{HEAD}T,09:00:00,10:00:00,600,0\nT,12:00:00,13:00:00,600,1\n")
    drawn = [departures(found, draw=k) for k in range(30)]
    loose, fixed = [d[:-6] for d in drawn], [d[-6:] for d in drawn]
    assert fixed == [[43200, 43800, 44400, 45000, 45600, 46200]] * 30
    phases = np.array([d[0] - 32400 for d in loose])
    assert ((phases >= 0) & (phases < 600)).all()
    assert phases.max() - phases.min() > 300
    assert all(set(np.diff(d)) == {600} for d in loose)
    assert all(len(d) == 6 for d in loose)


def test_the_same_draw_gives_the_same_departures(feed):
    found = feed(frequencies=f"{HEAD}T,09:00:00,10:00:00,600,0\n")
    assert connections_on(found, TUESDAY, draw=3).equals(connections_on(found, TUESDAY, draw=3))
    assert departures(found, draw=3) != departures(found, draw=4)


def test_trips_of_the_night_before_keep_the_draw_of_their_own_day(feed):
    found = feed(frequencies=f"{HEAD}T,24:30:00,25:30:00,3600,0\n")
    own = connections_on(found, MONDAY, draw=1)["departure_s"].to_numpy()
    night = connections_on(found, TUESDAY, draw=1)["departure_s"].to_numpy()
    assert (night[:2] == own - 86400).all()


def test_the_first_departure_of_the_template_is_no_run_of_its_own(feed):
    found = feed(frequencies=f"{HEAD}T,09:00:00,09:10:00,600,1\n")
    assert [h[3] for h in hops(found)] == ["9:00", "9:11"]


@pytest.mark.parametrize("row", ["T,09:00:00,08:00:00,600,1", "T,09:00:00,10:00:00,0,1",
                                 "T,x,10:00:00,600,1", "X,09:00:00,10:00:00,600,1"])  # fmt: skip
def test_an_interval_that_is_none_leaves_the_trip_as_it_is(feed, faults, row):
    found = feed(frequencies=f"{HEAD}{row}\n")
    assert [h[3] for h in hops(found)] == ["8:00", "8:11"]
    assert [f["column"] for f in faults] == ["frequencies.txt"]


def test_both_halves_of_a_trip_that_is_phoned_for_run_at_the_same_intervals(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,0", "T,08:10:00,08:11:00,Q,2,2,0",
            "T,08:20:00,08:20:00,R,3,0,0", head=FLAGS,
        ),
        frequencies=f"{HEAD}T,09:00:00,10:00:00,1800,1\n",
    )  # fmt: skip
    assert found.trips["trip_id"].tolist() == ["T", "T@telefon"]
    assert departures(found) == [32400, 34200, 32400, 34200]


@pytest.mark.parametrize(
    "stops",
    [
        BASE["stops.txt"].replace("P,Halt P,53.50,8.0", "P,Halt P,,"),
        BASE["stops.txt"].replace("P,Halt P,53.50,8.0\n", ""),
    ],
)
def test_a_trip_that_lost_its_first_stop_keeps_the_time_from_there(feed, stops):
    # From P it leaves at 9:00 and 9:30; Q follows eleven minutes later, R nine after that.
    found = feed(stops=stops, frequencies=f"{HEAD}T,09:00:00,10:00:00,1800,1\n")
    assert [h[1:] for h in hops(found)] == [
        ("Q", "R", "9:11", "9:20"), ("Q", "R", "9:41", "9:50"),
    ]  # fmt: skip
    assert trips_by_date(found)[TUESDAY] == 2


def test_where_the_lost_first_stop_has_no_time_the_next_one_counts_and_it_is_noted(feed, faults):
    found = feed(
        stop_times=stop_times("T,,,X,1", "T,08:10:00,08:10:00,Q,2", "T,08:20:00,08:20:00,R,3"),
        frequencies=f"{HEAD}T,09:00:00,09:30:00,1800,1\n",
    )
    assert [h[1:] for h in hops(found)] == [("Q", "R", "9:00", "9:10")]
    assert "die Abfahrten gelten für den ersten Halt mit Ort" in said(faults)


@pytest.mark.parametrize("headway", ["nan", "inf", "-inf", "1e30", "", "-600", "0.5", "x"])
def test_an_interval_beyond_all_measure_is_noted_and_left_out(feed, faults, headway):
    found = feed(frequencies=f"{HEAD}T,09:00:00,10:00:00,{headway},1\nT,12:00:00,13:00:00,3600,1\n")
    assert departures(found) == [43200]
    assert "1 Takte ohne brauchbare Zeiten oder Abstand" in said(faults)


def test_rows_that_say_the_same_count_once(feed, faults):
    found = feed(
        frequencies=f"{HEAD}T,09:00:00,10:00:00,1800,1\nT,9:00:00,10:00,1800.0,1\n"
        "T,09:00:00,10:00:00,1800,0\n"
    )
    # The third is not exact, so it is another one.
    assert sorted(departures(found)) == [32400, 32400, 34200, 34200]
    assert "gleiche zählen einmal" in said(faults)


def test_intervals_of_a_flexible_trip_are_noted_and_its_window_counts(feed, faults):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,F\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,,1,,", "T,08:10:00,08:10:00,Q,,2,,",
            "F,,,,g,1,09:00:00,12:00:00", "F,,,,g,2,09:00:00,12:00:00",
            head="trip_id,arrival_time,departure_time,stop_id,location_group_id,stop_sequence,"
            "start_pickup_drop_off_window,end_pickup_drop_off_window",
        ),
        location_groups="location_group_id\ng\n",
        location_group_stops="location_group_id,stop_id\ng,P\ng,R\n",
        frequencies=f"{HEAD}F,10:00:00,11:00:00,600,1\nT,09:00:00,10:00:00,1800,1\n",
    )  # fmt: skip
    assert {h[0] for h in hops(found)} == {"T", "F"}
    assert [h[3] for h in hops(found) if h[0] == "T"] == ["9:00", "9:30"]
    # Two runs of T and the flexible offer.
    assert trips_by_date(found)[TUESDAY] == 3
    assert "1 Takte von Bedarfsfahrten ohne feste Zeiten" in said(faults)


def test_a_span_shorter_than_its_interval_has_one_departure_in_every_draw(feed):
    found = feed(frequencies=f"{HEAD}T,10:00:00,10:10:00,1800,0\n")
    assert departures(found) == [36000]
    drawn = [departures(found, draw=k) for k in range(50)]
    assert {len(d) for d in drawn} == {1}
    assert all(36000 <= d[0] < 36600 for d in drawn)
    assert max(drawn) > min(drawn)
    assert trips_by_date(found)[TUESDAY] == 1


def test_intervals_of_trips_outside_the_bounds_are_not_noted(tmp_path, faults):
    path = write_made(
        tmp_path / "gtfs.zip",
        stops=BASE["stops.txt"] + "V,V,50.0,10.0\nW,W,50.1,10.0\n",
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=BASE["stop_times.txt"] + "U,08:00:00,08:00:00,V,1\nU,08:10:00,08:10:00,W,2\n",
        frequencies=f"{HEAD}U,09:00:00,10:00:00,1800,1\n",
    )
    found = read_feeds([path], Transit(), CRS, faults, bounds=(7.0, 53.0, 9.0, 54.0))
    assert found.frequencies.empty
    assert faults == []
