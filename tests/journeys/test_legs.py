from __future__ import annotations

import itertools

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.journeys.legs import PLACE, Leg, journey_legs
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import build_network, changes, search


def network_of(day, next_run=()):
    trips, walks, buffer_s, _ = day
    table = oracle.as_connections(trips)
    for run, following in next_run:
        last = table.index[table["run"] == run][-1]
        table.loc[last, "next_run"] = following
    return build_network(table, changes(oracle.as_walks(walks), buffer_s))


def at_stops(stops, *pairs):
    seconds = np.full(stops, FAR, np.int32)
    for stop, walk in pairs:
        seconds[stop] = walk
    return seconds


def check_ride(day, leg):
    """That the trip can be boarded there and then, and left there and then."""
    hops = day[0][leg.trip]
    boards = [n for n, h in enumerate(hops) if (h[0], h[2], h[4]) == (*leg[1:4:2], True)]
    ends = [n for n, h in enumerate(hops) if (h[1], h[3], h[5]) == (*leg[2:5:2], True)]
    assert any(b <= e for b in boards for e in ends)


@given(
    st.integers(0, 10**6), st.integers(-5, 40), st.booleans(), st.sampled_from([None, 1, 2, 3]),
    st.integers(5, 60),
)  # fmt: skip
def test_the_legs_can_be_walked_and_ridden_one_after_the_other_and_take_as_long_as_was_found(
    seed, time, leave, max_rides, direct
):
    rng = np.random.default_rng(seed)
    day = oracle.random_day(rng)
    _, walks, buffer_s, egress = day
    stops = len(walks)
    access = at_stops(stops, *((s, int(rng.integers(0, 6))) for s in range(stops) if s % 2 == 0))
    network, place = network_of(day), oracle.as_seconds(egress)
    when = {"leave_s": time} if leave else {"arrive_s": time}
    legs = journey_legs(network, access, place, direct, **when, max_s=50, max_rides=max_rides)

    ways = [(time, time + direct) if leave else (time - direct, time)] if direct <= 50 else []
    span = (time, time + 50) if leave else (time - 50, time)
    profile = search(network, place, departs=span, arrives=span, max_rides=max_rides)
    for stop in np.flatnonzero(access < FAR).tolist():
        ways += [(d - int(access[stop]), a) for d, a in oracle.journeys(profile, stop)]
    ways = [w for w in ways if w[0] >= span[0] and w[1] <= span[1]]
    if not ways:
        assert legs == []
        return
    best = min(ways, key=lambda w: (w[1], -w[0]) if leave else (-w[0], w[1]))
    if best[0] == best[1] or not legs:
        return
    assert (legs[0].departure_s, legs[-1].arrival_s) == best
    assert all(leg.departure_s <= leg.arrival_s for leg in legs)
    rides = [leg for leg in legs if leg.trip >= 0]
    assert max_rides is None or len(rides) <= max_rides
    for leg in rides:
        check_ride(day, leg)
    change = changes(oracle.as_walks(walks), buffer_s)
    for one, other in itertools.pairwise(rides):
        span = slice(change.start[one.to_stop], change.start[one.to_stop + 1])
        least = min(
            s
            for t, s in zip(change.target[span], change.seconds[span], strict=True)
            if t == other.from_stop
        )
        assert other.departure_s - one.arrival_s >= least
    for one, other in itertools.pairwise(legs):
        assert one.to_stop == other.from_stop
        assert one.arrival_s <= other.departure_s


def example():
    """Two buses with a walk between, by minutes of 60: 0 to 1, on foot to 2, 2 to 3."""
    walks = [[(0, 0)], [(1, 0), (2, 180)], [(2, 0), (1, 180)], [(3, 0)]]
    trips = [[(0, 1, 600, 1200, True, True)], [(2, 3, 1500, 2000, True, True)]]
    return trips, walks, 60, [oracle.NEVER] * 3 + [90]


def test_a_journey_is_told_leg_by_leg():
    day = example()
    legs = journey_legs(
        network_of(day), at_stops(4, (0, 120)), oracle.as_seconds(day[3]), leave_s=0
    )
    assert legs == [
        Leg(-1, PLACE, 0, 480, 600),
        Leg(0, 0, 1, 600, 1200),
        Leg(-1, 1, 2, 1200, 1380),
        Leg(1, 2, 3, 1500, 2000),
        Leg(-1, 3, PLACE, 2000, 2090),
    ]


@pytest.mark.parametrize(("time", "found"), [({"leave_s": 481}, 0), ({"arrive_s": 2089}, 0)])
def test_what_does_not_fit_is_no_journey(time, found):
    day = example()
    network, place = network_of(day), oracle.as_seconds(day[3])
    assert len(journey_legs(network, at_stops(4, (0, 120)), place, **time)) == found


def test_walking_all_the_way_is_one_leg():
    day = example()
    network, place = network_of(day), oracle.as_seconds(day[3])
    assert journey_legs(network, at_stops(4, (0, 120)), place, 900, arrive_s=2090) == [
        Leg(-1, PLACE, PLACE, 1190, 2090)
    ]


def test_whoever_stays_seated_has_a_leg_for_each_trip_and_none_between():
    trips = [[(0, 1, 0, 100, True, True)], [(1, 2, 100, 200, True, True)]]
    day = trips, [[(s, 0)] for s in range(3)], 60, [oracle.NEVER, oracle.NEVER, 0]
    place = oracle.as_seconds(day[3])
    network = network_of(day, next_run=[(0, 1)])
    assert journey_legs(network, at_stops(3, (0, 0)), place, leave_s=0, max_rides=1) == [
        Leg(0, 0, 1, 0, 100),
        Leg(1, 1, 2, 100, 200),
    ]
    assert journey_legs(network_of(day), at_stops(3, (0, 0)), place, leave_s=0) == []
