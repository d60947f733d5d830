from __future__ import annotations

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import build_network, changes, search
from geo_integration.journeys.travel_times import (
    Window,
    percentile_ranks,
    ranked_minutes,
    travel_times,
)


def by_minutes(trips):
    return [[(u, v, d * 60, a * 60, b, x) for u, v, d, a, b, x in hops] for hops in trips]


def networks_of(trips, walks, buffer_s):
    change = changes(oracle.as_walks(walks), buffer_s)
    table = oracle.as_connections(trips)
    return tuple(build_network(table, change, reverse=reverse) for reverse in (False, True))


def places(rng, stops, count):
    return [
        [(s, int(rng.integers(0, 9)) * 30) for s in range(stops) if rng.random() < 0.6]
        for _ in range(count)
    ]


def random_city(seed):
    """A random day, walks of four origins and three destinations to stops, and without."""
    rng = np.random.default_rng(seed)
    trips, walks, buffer_s, _ = oracle.random_day(rng)
    direct = [
        [(d, int(rng.integers(0, 1500))) for d in range(3) if rng.random() < 0.3] for _ in range(4)
    ]
    stops = len(walks)
    return by_minutes(trips), walks, buffer_s, places(rng, stops, 4), places(rng, stops, 3), direct


def brute_force(city, leave, origin, destination, max_s):
    """Seconds when one leaves at a time, by the slow search."""
    trips, walks, buffer_s, origins, destinations, direct = city
    ready = [oracle.NEVER] * len(walks)
    for stop, walk in origins[origin]:
        ready[stop] = leave + walk
    alighted = oracle.earliest(trips, walks, buffer_s, ready)
    ways = [alighted[s] + walk - leave for s, walk in destinations[destination]]
    ways += [seconds for d, seconds in direct[origin] if d == destination]
    shortest = min(ways, default=oracle.NEVER)
    return FAR if shortest > max_s else shortest


@given(
    st.integers(0, 10**6), st.integers(1, 9), st.sampled_from([900, 3600]), st.booleans(),
)  # fmt: skip
@rounds(max_examples=60, deadline=None)
def test_every_percentile_equals_brute_force_over_every_departure(seed, minutes, max_s, turn):
    city = random_city(seed)
    if turn:
        # More origins than destinations or fewer: the search is rooted at the fewer.
        origins, destinations = city[3], city[4]
        flipped = [[(o, s) for o in range(4) for dd, s in city[5][o] if dd == d] for d in range(3)]
        city = (*city[:3], destinations, origins, flipped)
    percentiles = (0, 5, 50, 95, 100)
    window = Window(300, minutes, max_s=max_s)
    found = travel_times(
        networks_of(*city[:3]), oracle.as_walks(city[3]), oracle.as_walks(city[4]),
        oracle.as_walks(city[5]), window, percentiles,
    )  # fmt: skip
    leaves = range(300, 300 + 60 * minutes, 60)
    for o in range(len(city[3])):
        for d in range(len(city[4])):
            times = sorted(brute_force(city, t, o, d, max_s) for t in leaves)
            wanted = [times[r] for r in percentile_ranks(percentiles, minutes)]
            assert found[:, o, d].tolist() == wanted


@given(st.integers(0, 10**6), st.integers(1, 9))
@rounds(max_examples=60, deadline=None)
def test_arriving_by_a_time_takes_the_last_journey_that_keeps_it(seed, minutes):
    city = random_city(seed)
    window = Window(1200, minutes, arrive_by=True, max_s=2400)
    found = travel_times(
        networks_of(*city[:3]), oracle.as_walks(city[3]), oracle.as_walks(city[4]),
        oracle.as_walks(city[5]), window, (0, 50, 100),
    )  # fmt: skip
    there, _ = networks_of(*city[:3])
    for d in range(3):
        egress = np.full(len(city[1]), FAR, np.int32)
        for stop, walk in city[4][d]:
            egress[stop] = walk
        profile = search(there, egress)
        for o in range(4):
            times = []
            for by in range(1200, 1200 + 60 * minutes, 60):
                ways = [
                    by - (leave - walk)
                    for stop, walk in city[3][o]
                    for leave, arrive in oracle.journeys(profile, stop)
                    if arrive <= by
                ]
                ways += [seconds for dd, seconds in city[5][o] if dd == d]
                times.append(min([w for w in ways if w <= 2400], default=int(FAR)))
            ranks = percentile_ranks((0, 50, 100), minutes)
            assert found[:, o, d].tolist() == [sorted(times)[r] for r in ranks]


@pytest.mark.parametrize(
    ("percentiles", "size", "ranks"),
    [((50,), 60, [29]), ((5, 50, 95), 120, [5, 59, 113]), ((0, 100), 7, [0, 6]), ((50,), 1, [0])],
)
def test_percentiles_are_times_that_occur(percentiles, size, ranks):
    assert percentile_ranks(percentiles, size).tolist() == ranks


def test_a_bus_an_hour_is_judged_by_its_median_not_by_the_best_case():
    walks = [[(0, 0)], [(1, 0)]]
    trips = [[(0, 1, d, a, True, True)] for d, a in ((1800, 2400), (5400, 6000))]
    there, _ = networks_of(trips, walks, 60)
    profile = search(there, oracle.as_seconds([oracle.NEVER, 0]))
    found = ranked_minutes(
        [profile], oracle.as_walks([[(0, 0)]]), oracle.as_seconds([oracle.NEVER]),
        first_s=0, minutes=60, max_s=7200, ranks=percentile_ranks((0, 50, 100), 60),
    )  # fmt: skip
    # Of the 60 minutes the first 31 take 40, 39, ... 10 minutes, the others 69, 68, ... 41.
    assert (found[:, 0] / 60).tolist() == [10, 39, 69]


def test_one_thread_or_several_give_the_same():
    city = random_city(11)
    args = (
        networks_of(*city[:3]), oracle.as_walks(city[3]), oracle.as_walks(city[4]),
        oracle.as_walks(city[5]), Window(300, 5),
    )  # fmt: skip
    np.testing.assert_array_equal(travel_times(*args, threads=1), travel_times(*args, threads=3))


def test_where_chance_decides_the_minutes_of_all_draws_count():
    # A bus every ten minutes that leaves on the dot in one draw, five minutes later in the other.
    walks = [[(0, 0)], [(1, 0)]]
    days = [
        networks_of([[(0, 1, m, m + 60, True, True)] for m in range(s, 3000, 600)], walks, 60)
        for s in (0, 300)
    ]
    found = travel_times(
        days[0], oracle.as_walks([[(0, 0)]]), oracle.as_walks([[(1, 0)]]),
        oracle.as_walks([[]]), Window(0, 10), (0, 50, 100), draws=days[1:],
    )  # fmt: skip
    # Waits of 0 and 9 down to 1 minutes, twice each; one minute of riding.
    assert (found[:, 0, 0] / 60).tolist() == [1, 5, 10]
