from __future__ import annotations

import functools

import numpy as np
import pytest
from made_feeds import FLAGS, MONDAY, TUESDAY, hops, read_made, stop_times

from geo_integration.inputs.timetable import connections_on, trips_by_date

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
