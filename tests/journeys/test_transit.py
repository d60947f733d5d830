from __future__ import annotations

import datetime as dt
import statistics
from itertools import pairwise

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.journeys.transit import (
    FAR,
    best_arrivals,
    build_network,
    median_minutes,
    search,
)
from geo_integration.journeys.walking import (
    build_walk_network,
    coordinates,
    walking_times,
    walks_between_stops,
)
from geo_integration.settings import Transit

SEEDS = range(12)
DAYS_PER_SEED = 25
TIMES = range(-12, 70)


def forward(trips, walks, buffer_s, egress):
    network = build_network(oracle.as_connections(trips), len(walks))
    return search(network, oracle.as_seconds(egress), oracle.as_walks(walks), buffer_s)


def backward(trips, walks, buffer_s, egress):
    network = build_network(oracle.as_connections(trips), len(walks), reverse=True)
    return search(network, oracle.as_seconds(egress), oracle.as_walks(walks), buffer_s)


def days_of(seed):
    rng = np.random.default_rng(seed)
    return [oracle.random_day(rng) for _ in range(DAYS_PER_SEED)]


days = st.integers(0, 2**32 - 1).map(lambda seed: oracle.random_day(np.random.default_rng(seed)))


# Against the oracle -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_profile_equals_brute_force_at_every_stop_and_second(seed):
    for day in days_of(seed):
        trips, walks, buffer_s, egress = day
        profile = forward(*day)
        for stop in range(len(walks)):
            wanted = [
                oracle.arrival_at_place(trips, walks, buffer_s, egress, stop, t) for t in TIMES
            ]
            assert [oracle.arrival_of(profile, stop, t) for t in TIMES] == wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_the_way_back_equals_brute_force_from_the_place_at_every_stop_and_second(seed):
    for day in days_of(seed):
        trips, walks, buffer_s, egress = day
        profile = backward(*day)
        arrivals = {t: oracle.arrivals_from_place(trips, walks, buffer_s, egress, t) for t in TIMES}
        for stop in range(len(walks)):
            for by in TIMES:
                leaves = [t for t in TIMES if arrivals[t][stop] <= by]
                wanted = -max(leaves) if leaves else oracle.NEVER
                assert oracle.arrival_of(profile, stop, -by) == wanted


def test_the_random_days_hold_the_odd_cases():
    found = set()
    for seed in SEEDS:
        for trips, walks, buffer_s, egress in days_of(seed):
            hops = [hop for trip in trips for hop in trip]
            found |= {"no time"} if any(h[2] == h[3] for h in hops) else set()
            found |= {"no boarding"} if any(not h[4] for h in hops) else set()
            found |= {"no alighting"} if any(not h[5] for h in hops) else set()
            found |= {"hop to itself"} if any(h[0] == h[1] for h in hops) else set()
            found |= {"loop"} if any(len({h[0] for h in t}) < len(t) for t in trips) else set()
            found |= {"before midnight"} if any(h[2] < 0 for h in hops) else set()
            found |= {"same twice"} if any(a == b for a, b in pairwise(trips)) else set()
            found |= {"walks"} if any(len(row) > 1 for row in walks) else set()
            found |= {"nothing runs"} if not trips else set()
            ride = forward(trips, walks, buffer_s, egress)
            for stop in range(len(walks)):
                span = slice(ride.start[stop], ride.start[stop] + ride.count[stop])
                found |= {"change"} if (ride.rides[span] > 1).any() else set()
    assert found == {
        "no time", "no boarding", "no alighting", "hop to itself", "loop", "before midnight",
        "same twice", "walks", "nothing runs", "change",
    }  # fmt: skip


@given(days)
def test_no_journey_of_a_profile_leaves_earlier_and_arrives_later_than_another(day):
    profile = forward(*day)
    for stop in range(len(day[1])):
        found = oracle.journeys(profile, stop)
        assert found == sorted(found, reverse=True)
        assert len({d for d, _ in found}) == len({a for _, a in found}) == len(found)


@given(days)
def test_the_trip_named_can_be_boarded_at_that_stop_and_time(day):
    profile = forward(*day)
    for stop in range(len(day[1])):
        for e in range(profile.start[stop], profile.start[stop] + profile.count[stop]):
            hops = day[0][profile.trip[e]]
            assert any(h[0] == stop and h[2] == profile.departure[e] and h[4] for h in hops)


@given(days)
def test_the_trip_named_on_the_way_back_can_be_left_at_that_stop_and_time(day):
    profile = backward(*day)
    for stop in range(len(day[1])):
        for e in range(profile.start[stop], profile.start[stop] + profile.count[stop]):
            hops = day[0][profile.trip[e]]
            assert any(h[1] == stop and h[3] == -profile.departure[e] and h[5] for h in hops)


def reversed_day(day):
    trips, walks, buffer_s, egress = day
    turned = [
        [(v, u, -arr, -dep, alight, board) for u, v, dep, arr, board, alight in reversed(hops)]
        for hops in trips
    ]
    return turned, walks, buffer_s, egress


@given(days)
def test_backward_equals_forward_on_the_day_turned_round(day):
    one, other = backward(*day), forward(*reversed_day(day))
    for stop in range(len(day[1])):
        assert oracle.journeys(one, stop) == oracle.journeys(other, stop)


# Laws -------------------------------------------------------------------------------------------


def never_slower(quick, slow, stops):
    return all(
        oracle.arrival_of(quick, s, t) <= oracle.arrival_of(slow, s, t)
        for s in range(stops)
        for t in TIMES
    )


@given(days)
def test_one_trip_more_never_makes_anything_slower(day):
    trips, walks, buffer_s, egress = day
    if trips:
        fewer = forward(trips[:-1], walks, buffer_s, egress)
        assert never_slower(forward(*day), fewer, len(walks))


@given(days, st.integers(0, 4), st.integers(0, 4), st.integers(0, 8))
def test_more_walking_never_makes_anything_slower(day, u, v, seconds):
    trips, walks, buffer_s, egress = day
    more = [list(row) for row in walks]
    u, v = u % len(walks), v % len(walks)
    more[u].append((v, seconds))
    more[v].append((u, seconds))
    assert never_slower(forward(trips, more, buffer_s, egress), forward(*day), len(walks))


@given(days, st.integers(1, 10))
def test_a_longer_buffer_never_makes_anything_faster(day, longer):
    trips, walks, buffer_s, egress = day
    slow = forward(trips, walks, buffer_s + longer, egress)
    assert never_slower(forward(*day), slow, len(walks))


@given(days, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(day, shuffler):
    trips, walks, buffer_s, egress = day
    table = oracle.as_connections(trips)
    order = list(range(len(table)))
    shuffler.shuffle(order)
    for reverse in (False, True):
        profiles = [
            search(
                build_network(rows, len(walks), reverse=reverse),
                oracle.as_seconds(egress), oracle.as_walks(walks), buffer_s,
            )
            for rows in (table, table.iloc[order])
        ]  # fmt: skip
        assert [oracle.journeys(profiles[0], s) for s in range(len(walks))] == [
            oracle.journeys(profiles[1], s) for s in range(len(walks))
        ]


def test_the_connections_are_not_changed_by_the_search():
    table = oracle.as_connections([[(0, 1, 5, 9, True, False)]])
    before = table.copy()
    build_network(table, 2, reverse=True)
    assert table.equals(before)


def test_a_day_without_connections_has_no_journeys():
    profile = forward([], [[(0, 0)], [(1, 0)]], 60, [0, oracle.NEVER])
    assert profile.count.tolist() == [0, 0]


def test_a_change_needs_the_buffer_and_no_second_more():
    walks = [[(s, 0)] for s in range(3)]
    trips = [[(0, 1, 0, 100, True, True)], [(1, 2, 220, 300, True, True)]]
    assert oracle.arrival_of(forward(trips, walks, 120, [oracle.NEVER] * 2 + [0]), 0, 0) == 300
    late = forward(trips, walks, 121, [oracle.NEVER] * 2 + [0])
    assert oracle.arrival_of(late, 0, 0) == oracle.NEVER


def test_staying_on_board_needs_no_buffer():
    walks = [[(s, 0)] for s in range(3)]
    trips = [[(0, 1, 0, 100, True, True), (1, 2, 100, 200, True, True)]]
    assert oracle.arrival_of(forward(trips, walks, 600, [oracle.NEVER] * 2 + [0]), 0, 0) == 200


# From homes -------------------------------------------------------------------------------------


def homes_of(seed):
    """Random access and direct walks of four homes."""
    rng = np.random.default_rng(seed + 1000)
    day = oracle.random_day(np.random.default_rng(seed))
    stops = len(day[1])
    access = [
        [(s, int(rng.integers(0, 9))) for s in range(stops) if rng.random() < 0.6] for _ in range(4)
    ]
    direct = [int(rng.integers(0, 25)) if rng.random() < 0.4 else oracle.NEVER for _ in range(4)]
    return day, access, direct


def all_ways(profile, access, deadline, max_wait, not_before):
    """Each journey of one home that keeps the rule: seconds, departure from home, arrival."""
    return [
        (a - (d - walk), d - walk, a)
        for stop, walk in access
        for d, a in oracle.journeys(profile, stop)
        if deadline - max_wait <= a <= deadline and d - walk >= not_before
    ]


@given(
    st.integers(0, 10**6), st.integers(-5, 60), st.integers(0, 20), st.integers(-10, 40)
)  # fmt: skip
def test_the_best_arrival_is_the_shortest_of_all_and_of_those_the_last(
    seed, deadline, max_wait, not_before
):
    day, access, direct = homes_of(seed)
    profile = forward(*day)
    best = best_arrivals(
        profile, oracle.as_walks(access), oracle.as_seconds(direct),
        deadline=deadline, max_wait_s=max_wait, not_before=not_before,
    )  # fmt: skip
    for home in range(4):
        ways = all_ways(profile, access[home], deadline, max_wait, not_before)
        on_foot = direct[home] if deadline - direct[home] >= not_before else oracle.NEVER
        riding = min((w[0] for w in ways), default=oracle.NEVER)
        found = (int(best.departure[home]), int(best.arrival[home]))
        if min(on_foot, riding) == oracle.NEVER:
            assert found == (FAR, FAR)
            assert best.trip[home] == -1
        elif on_foot <= riding:
            assert found == (deadline - on_foot, deadline)
            assert best.trip[home] == -1
        else:
            last = max(w[1:] for w in ways if w[0] == riding)
            assert found == last
            assert best.trip[home] >= 0
        any_day = direct[home] < oracle.NEVER or any(profile.count[s] for s, _ in access[home])
        assert best.any_day[home] == any_day


def one_bus(*times):
    """One stop, and buses from it straight to the place."""
    trips = [[(0, 1, d, a, True, True)] for d, a in times]
    return forward(trips, [[(0, 0)], [(1, 0)]], 60, [oracle.NEVER, 0])


def best_of(profile, *, direct=oracle.NEVER, walk=0, deadline=1000, max_wait=300, not_before=0):
    best = best_arrivals(
        profile, oracle.as_walks([[(0, walk)]]), oracle.as_seconds([direct]),
        deadline=deadline, max_wait_s=max_wait, not_before=not_before,
    )  # fmt: skip
    return tuple(int(part[0]) for part in best[:3])


def test_an_arrival_on_the_dot_counts_and_one_second_later_does_not():
    assert best_of(one_bus((500, 1000))) == (500, 1000, 0)
    assert best_of(one_bus((500, 1001))) == (FAR, FAR, -1)


def test_the_wait_limit_is_inclusive():
    assert best_of(one_bus((500, 700))) == (500, 700, 0)
    assert best_of(one_bus((500, 699))) == (FAR, FAR, -1)


def test_one_may_leave_home_at_the_earliest_hour_and_not_before():
    assert best_of(one_bus((500, 900)), walk=100, not_before=400) == (400, 900, 0)
    assert best_of(one_bus((500, 900)), walk=100, not_before=401) == (FAR, FAR, -1)


def test_of_two_equally_short_journeys_the_later_one_is_taken():
    assert best_of(one_bus((500, 800), (600, 900))) == (600, 900, 1)


def test_a_shorter_journey_is_taken_before_a_later_one():
    assert best_of(one_bus((500, 750), (600, 900))) == (500, 750, 0)


def test_walking_is_taken_before_an_equally_long_ride():
    assert best_of(one_bus((700, 1000)), direct=300) == (700, 1000, -1)
    assert best_of(one_bus((701, 1000)), direct=300) == (701, 1000, 0)


def test_a_journey_that_is_too_late_still_counts_as_one_of_the_day():
    best = best_arrivals(
        one_bus((500, 2000)), oracle.as_walks([[(0, 0)]]), oracle.as_seconds([oracle.NEVER]),
        deadline=1000, max_wait_s=300, not_before=0,
    )  # fmt: skip
    assert best.departure[0] == FAR
    assert best.any_day[0]


@given(st.integers(0, 10**6), st.integers(1, 12))
@rounds(max_examples=60)
def test_the_median_equals_brute_force_over_every_departure_minute(seed, minutes):
    day, access, direct = homes_of(seed)
    trips = [[(u, v, d * 60, a * 60, b, x) for u, v, d, a, b, x in hops] for hops in day[0]]
    profile = forward(trips, *day[1:])
    window = (-120, -120 + 60 * minutes)
    found = median_minutes(profile, oracle.as_walks(access), oracle.as_seconds(direct), window)
    for home in range(4):
        times = [
            min(
                [oracle.arrival_of(profile, s, t + w) - t for s, w in access[home]] + [direct[home]]
            )
            / 60
            for t in range(*window, 60)
        ]
        wanted = statistics.median(times)
        assert (np.isnan(found[home]) and wanted == oracle.NEVER) or found[home] == wanted


def test_the_median_is_not_the_best_case():
    # One bus an hour, 10 minutes long, at the half hour: of the 60 minutes of the hour the first 31
    # take 40, 39, ... 10 minutes, the others 69, 68, ... 41 (next bus). Half are below 39.5.
    profile = one_bus((1800, 2400), (5400, 6000))
    found = median_minutes(
        profile, oracle.as_walks([[(0, 0)]]), oracle.as_seconds([oracle.NEVER]), (0, 3600)
    )
    assert found.tolist() == [39.5]


def test_the_median_is_missing_where_more_than_half_of_the_departures_reach_nothing():
    profile = one_bus((1200, 1800))
    found = median_minutes(
        profile, oracle.as_walks([[(0, 0)]]), oracle.as_seconds([oracle.NEVER]), (0, 3600)
    )
    assert np.isnan(found[0])


# Real timetables --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def porto_alegre(real):
    folder = real("porto_alegre")
    paths = [folder / "poa_eptc.zip", folder / "poa_trensurb.zip"]
    feed = read_feeds(paths, Transit(), "EPSG:32722", FaultList())
    table = connections_on(feed, dt.date(2019, 5, 14))
    # The sample has its buses between 12 and 17 o'clock.
    return feed, table[table["departure_s"].between(13 * 3600, 15 * 3600)]


@pytest.mark.parametrize("place", [3, 700])
def test_on_a_real_day_the_profile_equals_a_forward_scan_of_single_departures(porto_alegre, place):
    feed, table = porto_alegre
    xy = coordinates(feed.stops.geometry)
    walking = build_walk_network(None, None, speed_kmh=3.6, detour_factor=1.3, max_snap_m=500)
    transfers = walks_between_stops(walking, xy, 300)
    egress = np.full(len(xy), FAR, np.int32)
    near = walking_times(walking, xy[[place % len(xy)]] + 50.0, xy, 900)
    egress[near.target] = near.seconds
    assert len(near.target) > 1
    profile = search(build_network(table, len(xy)), egress, transfers, 120)

    ordered = table.sort_values(["departure_s", "trip", "sequence"])
    names = ["trip", "from_stop", "to_stop", "departure_s", "arrival_s", "board", "alight"]
    rows = list(zip(*(ordered[n].tolist() for n in names), strict=True))
    span = zip(transfers.start[:-1], transfers.start[1:], strict=True)
    target, seconds = transfers.target.tolist(), transfers.seconds.tolist()
    walks = [list(zip(target[a:b], seconds[a:b], strict=True)) for a, b in span]
    compared = 0
    for stop in np.random.default_rng(place).choice(np.unique(table["from_stop"]), 8).tolist():
        for time in (13 * 3600, 13 * 3600 + 1811):
            alighted = oracle.scan_forward(rows, walks, 120, stop, time)
            ways = [at + int(egress[s]) for s, at in alighted.items() if egress[s] < FAR]
            wanted = min(ways, default=oracle.NEVER)
            compared += wanted < oracle.NEVER
            assert oracle.arrival_of(profile, stop, time) == wanted
    assert compared >= 8
