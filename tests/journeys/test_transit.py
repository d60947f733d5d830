from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import oracle
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import build_network, changes, latest_departures, search
from geo_integration.journeys.walking import (
    coordinates,
    walking_times,
    walks_between_stops,
)
from geo_integration.profile import Transit

SEEDS = range(12)
DAYS_PER_SEED = 25
TIMES = range(-12, 70)


def network_of(trips, walks, buffer_s, *, reverse=False):
    change = changes(oracle.as_walks(walks), buffer_s)
    return build_network(oracle.as_connections(trips), change, reverse=reverse)


def forward(trips, walks, buffer_s, egress, **options):
    return search(network_of(trips, walks, buffer_s), oracle.as_seconds(egress), **options)


def backward(trips, walks, buffer_s, egress, **options):
    network = network_of(trips, walks, buffer_s, reverse=True)
    return search(network, oracle.as_seconds(egress), **options)


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
    profile, network = forward(*day), network_of(*day[:3])
    for stop in range(len(day[1])):
        for e in range(profile.start[stop], profile.start[stop] + profile.count[stop]):
            hops = day[0][network.trip[profile.hop[e]]]
            assert any(h[0] == stop and h[2] == profile.departure[e] and h[4] for h in hops)


@given(days)
def test_the_trip_named_on_the_way_back_can_be_left_at_that_stop_and_time(day):
    profile, network = backward(*day), network_of(*day[:3], reverse=True)
    for stop in range(len(day[1])):
        for e in range(profile.start[stop], profile.start[stop] + profile.count[stop]):
            hops = day[0][network.trip[profile.hop[e]]]
            assert any(h[1] == stop and h[3] == -profile.departure[e] and h[5] for h in hops)


@given(days)
def test_backward_equals_forward_on_the_day_turned_round(day):
    one, other = backward(*day), forward(*oracle.reversed_day(day))
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
    table, change = oracle.as_connections(trips), changes(oracle.as_walks(walks), buffer_s)
    order = list(range(len(table)))
    shuffler.shuffle(order)
    for reverse in (False, True):
        profiles = [
            search(build_network(rows, change, reverse=reverse), oracle.as_seconds(egress))
            for rows in (table, table.iloc[order])
        ]
        assert [oracle.journeys(profiles[0], s) for s in range(len(walks))] == [
            oracle.journeys(profiles[1], s) for s in range(len(walks))
        ]


def test_the_connections_are_not_changed_by_the_search():
    table = oracle.as_connections([[(0, 1, 5, 9, True, False)]])
    before = table.copy()
    build_network(table, changes(oracle.as_walks([[(0, 0)], [(1, 0)]]), 60), reverse=True)
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


# One deadline -----------------------------------------------------------------------------------


@given(days, st.integers(-5, 60), st.sampled_from([None, 1, 2, 3]))
def test_the_latest_departure_is_the_last_of_the_profile_that_keeps_the_deadline(
    day, deadline, rides
):
    profile = forward(*day, max_rides=rides)
    egress = oracle.as_seconds(day[3])
    found = latest_departures(network_of(*day[:3]), egress, deadline, max_rides=rides)
    for stop in range(len(day[1])):
        kept = [d for d, a in oracle.journeys(profile, stop) if a <= deadline]
        assert found[stop] == max(kept, default=-FAR)


@given(days, st.integers(-5, 40), st.integers(0, 20))
def test_a_span_of_arrivals_finds_all_journeys_that_arrive_in_it(day, first, width):
    # One may also wait on the way, so as not to arrive before the span.
    whole = forward(*oracle.arriving_in(day, first, first + width))
    part = forward(*day, arrives=(first, first + width))
    for stop in range(len(day[1])):
        assert oracle.journeys(part, stop) == oracle.journeys(whole, stop)


@given(days, st.integers(1, 20))
def test_no_journey_is_longer_than_asked_for_and_none_within_is_lost(day, longest):
    whole, part = forward(*day), forward(*day, longest_s=longest)
    for stop in range(len(day[1])):
        wanted = [(d, a) for d, a in oracle.journeys(whole, stop) if a - d <= longest]
        assert oracle.journeys(part, stop) == wanted


def test_rides_are_limited():
    walks = [[(s, 0)] for s in range(3)]
    trips = [[(0, 1, 0, 100, True, True)], [(1, 2, 220, 300, True, True)]]
    trips.append([(0, 2, 10, 900, True, True)])
    day = trips, walks, 60, [oracle.NEVER, oracle.NEVER, 0]
    assert oracle.journeys(forward(*day, max_rides=1), 0) == [(10, 900)]
    assert oracle.journeys(forward(*day, max_rides=2), 0) == [(10, 900), (0, 300)]


# In the same seat, and what the feed says about changing ------------------------------------------


def two_trips(next_run=-1, *, gap=0):
    table = oracle.as_connections(
        [[(0, 1, 0, 100, True, True)], [(1, 2, 100 + gap, 200, True, True)]]
    )
    table.loc[table["run"] == 0, "next_run"] = next_run
    return table


@pytest.mark.parametrize("reverse", [False, True])
def test_whoever_stays_seated_needs_no_time_to_change_and_no_second_ride(reverse):
    change = changes(oracle.as_walks([[(s, 0)] for s in range(3)]), 60)
    place = oracle.as_seconds([0, oracle.NEVER, oracle.NEVER][:: 1 if reverse else -1])
    stop, wanted = (2, (-200, 0)) if reverse else (0, (0, 200))
    for next_run, found in ((-1, []), (1, [wanted])):
        network = build_network(two_trips(next_run), change, reverse=reverse)
        assert oracle.journeys(search(network, place), stop) == found
        assert oracle.journeys(search(network, place, max_rides=1), stop) == found


def rules(*rows):
    return pd.DataFrame(rows, columns=["from_stop", "to_stop", "kind", "min_s"])


def change_of(walks, buffer_s, *rows):
    found = changes(oracle.as_walks(walks), buffer_s, rules(*rows))
    pairs = np.repeat(np.arange(len(walks)), np.diff(found.start))
    return dict(
        zip(
            zip(pairs.tolist(), found.target.tolist(), strict=True),
            found.seconds.tolist(),
            strict=True,
        )
    )


def test_a_feed_may_shorten_lengthen_open_or_forbid_a_change():
    walks = [[(0, 0), (1, 300)], [(1, 0), (0, 300)], [(2, 0)]]
    usual = {(0, 0): 120, (0, 1): 300, (1, 0): 300, (1, 1): 120, (2, 2): 120}
    assert change_of(walks, 120) == usual
    found = change_of(
        walks, 120,
        (0, 1, "min_time", 90.0), (1, 0, "forbidden", np.nan), (0, 0, "timed", np.nan),
        (1, 1, "min_time", np.nan), (1, 2, "min_time", 400.0), (2, 2, "recommended", np.nan),
    )  # fmt: skip
    assert found == {(0, 0): 0, (0, 1): 90, (1, 1): 120, (1, 2): 400, (2, 2): 120}


def test_a_timed_change_is_caught_in_the_very_second():
    change = changes(oracle.as_walks([[(s, 0)] for s in range(3)]), 60, rules((1, 1, "timed", 0.0)))
    place = oracle.as_seconds([oracle.NEVER, oracle.NEVER, 0])
    for gap, found in ((0, [(0, 200)]), (-1, [])):
        profile = search(build_network(two_trips(gap=gap), change), place)
        assert oracle.journeys(profile, 0) == found


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
    walking = build_street_network(None, speed_kmh=3.6, detour_factor=1.3, max_snap_m=500)
    transfers = walks_between_stops(walking, xy, 300)
    change = changes(transfers, 120)
    egress = np.full(len(xy), FAR, np.int32)
    near = walking_times(walking, xy[[place % len(xy)]] + 50.0, xy, 900)
    egress[near.target] = near.seconds
    assert len(near.target) > 1
    profile = search(build_network(table, change), egress)

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
