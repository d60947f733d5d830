"""The same city searched in four ways: every second of every pair has to be the same.

Porto Alegre on a Monday, 2,903 trips with 133,463 hops; 1 metre a second, stops within 30 minutes,
changes within 10, and on foot all the way within 60. What is compared: the search to a place, the
search from a place, the search for one moment, and RAPTOR, which goes another way altogether.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import feeds
import numpy as np
import pytest
import raptor
from porto_alegre import data_folder

from geo_integration.journeys.sparse import FAR, dense
from geo_integration.journeys.transit import search
from geo_integration.journeys.travel_times import Window, ranked_minutes, travel_times

pytestmark = pytest.mark.skipif(
    data_folder() is None,
    reason="no data of Porto Alegre in ../shared/data or GEO_INTEGRATION_SHARED",
)
TWO, THREE, MAX_S = 14 * 3600, 15 * 3600, 2 * 3600
MINUTES = 60
RIDES = (1, 2, 3, 4, None)
PERCENTILES = (1, 5, 25, 50, 75, 95, 100)
ORIGINS, DESTINATIONS, STEP = 60, 300, 5


def sides(day, size):
    """What RAPTOR needs to search a day, and its mirror image."""
    mirror = raptor.mirrored(day.connections)
    return SimpleNamespace(
        forward=(raptor.lines_of(day.connections, size), day.change),
        mirror=(raptor.lines_of(mirror, size), raptor.mirrored_walks(day.change, size)),
    )


@pytest.fixture(scope="module")
def city():
    return feeds.porto_alegre()


@pytest.fixture(scope="module")
def lines(city):
    return sides(city, len(city.stops))


@pytest.fixture(scope="module")
def pairs(city):
    """Homes that people leave, and others that they go to."""
    order = np.random.default_rng(20190513).permutation(len(city.homes))
    origins = city.homes[order[:ORIGINS]]
    destinations = city.homes[order[ORIGINS : ORIGINS + DESTINATIONS]]
    return SimpleNamespace(
        access=feeds.walks_to_stops(city, origins),
        egress=feeds.walks_to_stops(city, destinations),
        direct=feeds.walks_between(city, origins, destinations),
    )


def leaving(lines, pairs, moments):
    """Seconds by RAPTOR: number of rides x moment x origin x destination."""
    return raptor.door_to_door(
        *lines.forward, pairs.access, pairs.egress, pairs.direct, moments, max_s=MAX_S
    )


def arriving(lines, pairs, moments):
    """The same for those who have to be there at a moment: they leave there in the mirror."""
    back = raptor.mirrored_walks(pairs.direct, len(pairs.egress.start) - 1)
    found = raptor.door_to_door(
        *lines.mirror, pairs.egress, pairs.access, back, [-m for m in moments], max_s=MAX_S
    )
    return found.swapaxes(2, 3)


@pytest.fixture(scope="module")
def every_minute(lines, pairs):
    """Brute force: a search for each minute from 14:00."""
    return leaving(lines, pairs, range(TWO, THREE, 60))


@pytest.fixture(scope="module")
def few(pairs):
    """The same with one destination in five."""
    return with_fewer(pairs, STEP)


@pytest.fixture(scope="module")
def by_three(lines, pairs):
    """By 15:00 one has to be there."""
    return arriving(lines, pairs, [THREE])[:, 0]


@pytest.fixture(scope="module")
def every_deadline(lines, few):
    """Brute force: a search for each minute from 15:00 that one has to be there."""
    return arriving(lines, few, range(THREE, THREE + 3600, 60))


def profiles(city, pairs, window, *, at_origins):
    """A function that tells the seconds of all pairs at any moment of the window, by profiles."""
    span = (window.first_s, window.last_s + MAX_S)
    if window.arrive_by:
        span = (window.first_s - MAX_S, window.last_s)
    straight = feeds.table_of(pairs.direct, len(pairs.egress.start) - 1)
    network, roots, leaves = city.networks[0], pairs.egress, pairs.access
    if at_origins:
        network, roots, leaves = city.networks[1], pairs.access, pairs.egress
        span = (-span[1], -span[0])
    else:
        straight = straight.T.copy()

    def profile(root):
        walk = dense(roots, root, network.stops)
        return search(network, walk, departs=span, arrives=span, max_rides=window.max_rides)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(profile, range(len(roots.start) - 1)))

    def seconds(moment):
        rows = [
            ranked_minutes(
                [profile], leaves, straight[root], first_s=-moment if window.arrive_by else moment,
                minutes=1, max_s=MAX_S, ranks=np.array([0]), turned=at_origins != window.arrive_by,
            )[0]
            for root, profile in enumerate(found)
        ]  # fmt: skip
        return np.array(rows) if at_origins else np.array(rows).T

    return seconds


def with_fewer(pairs, step):
    """The same pairs, but only one destination in so many."""
    kept = range(0, len(pairs.egress.start) - 1, step)
    return SimpleNamespace(
        access=pairs.access,
        egress=feeds.walks_of([feeds.row_of(pairs.egress, row) for row in kept]),
        direct=feeds.walks_of(
            [
                {t // step: s for t, s in feeds.row_of(pairs.direct, row).items() if t in kept}
                for row in range(len(pairs.direct.start) - 1)
            ]
        ),
    )


def times(city, pairs, window, percentiles=(50,), **options):
    return travel_times(
        city.networks, pairs.access, pairs.egress, pairs.direct, window, percentiles, **options
    )


def differing(found, wanted):
    return np.count_nonzero(found != wanted)


def row_of(rides):
    """Where RAPTOR keeps the result for a number of rides."""
    return -1 if rides is None else rides - 1


# One moment ---------------------------------------------------------------------------------------


def test_the_pairs_ask_for_riding_changing_and_walking(every_minute, pairs):
    found = every_minute[:, 0]
    afoot = feeds.table_of(pairs.direct, DESTINATIONS)
    assert (found[-1] < FAR).mean() > 0.9
    assert (found[-1] < afoot).mean() > 0.9
    assert ((found[-1] == afoot) & (afoot < FAR)).sum() > 100
    assert (found[1] < found[0]).mean() > 0.3
    assert (found[2] < found[1]).mean() > 0.1
    assert (found[3] < found[2]).sum() > 100


@pytest.mark.parametrize("rides", RIDES)
def test_leaving_at_two_all_searches_agree_on_every_pair(city, pairs, few, every_minute, rides):
    wanted = every_minute[row_of(rides), 0]
    window = Window(TWO, max_s=MAX_S, max_rides=rides)
    assert differing(times(city, pairs, window)[0], wanted) == 0
    assert differing(profiles(city, pairs, window, at_origins=True)(TWO), wanted) == 0
    there, step = (pairs, 1) if rides is None else (few, STEP)
    found = profiles(city, there, window, at_origins=False)(TWO)
    assert differing(found, wanted[:, ::step]) == 0


@pytest.mark.parametrize("rides", RIDES)
def test_being_there_by_three_all_searches_agree_on_every_pair(city, pairs, few, by_three, rides):
    wanted = by_three[row_of(rides)]
    window = Window(THREE, arrive_by=True, max_s=MAX_S, max_rides=rides)
    assert (wanted < FAR).mean() > 0.7
    assert differing(times(city, pairs, window)[0], wanted) == 0
    assert differing(profiles(city, pairs, window, at_origins=True)(THREE), wanted) == 0
    found = profiles(city, few, window, at_origins=False)(THREE)
    assert differing(found, wanted[:, ::STEP]) == 0


def test_whoever_leaves_one_second_after_the_last_moment_comes_too_late(city, lines, pairs):
    # No mirror here: RAPTOR goes forward from the moment that the search says is the last one.
    found = times(city, pairs, Window(THREE, arrive_by=True, max_s=MAX_S))[0]
    reached = np.argwhere(found < FAR)
    some = np.random.default_rng(3).choice(reached, 250, replace=False)
    for origin, destination in some:
        seconds = int(found[origin, destination])
        one = SimpleNamespace(
            access=feeds.walks_of([feeds.row_of(pairs.access, origin)]),
            egress=pairs.egress,
            direct=feeds.walks_of([feeds.row_of(pairs.direct, origin)]),
        )
        in_time, late = leaving(lines, one, (THREE - seconds, THREE - seconds + 1))[-1, :, 0]
        assert in_time[destination] <= seconds
        assert late[destination] > seconds - 1


@pytest.mark.parametrize("rides", [2, None])
def test_with_two_minutes_for_every_change_they_still_agree(city, pairs, rides):
    slower = city.change._replace(seconds=np.maximum(city.change.seconds, np.int32(120)))
    city = city._replace(change=slower, networks=feeds.both_ways(city.connections, slower))
    lines = sides(city, len(city.stops))
    leave, arrive = (
        found[row_of(rides), 0]
        for found in (leaving(lines, pairs, [TWO]), arriving(lines, pairs, [THREE]))
    )
    window = Window(TWO, max_s=MAX_S, max_rides=rides)
    assert differing(times(city, pairs, window)[0], leave) == 0
    window = window._replace(first_s=THREE, arrive_by=True)
    assert differing(times(city, pairs, window)[0], arrive) == 0


# A whole window -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rides", RIDES)
@pytest.mark.parametrize("at_origins", [False, True])
def test_a_profile_equals_a_search_for_each_of_sixty_departures(
    city, few, every_minute, rides, at_origins
):
    window = Window(TWO, MINUTES, max_s=MAX_S, max_rides=rides)
    seconds = profiles(city, few, window, at_origins=at_origins)
    found = np.array([seconds(moment) for moment in range(TWO, THREE, 60)])
    assert differing(found, every_minute[row_of(rides)][..., ::STEP]) == 0


@pytest.mark.parametrize("rides", [2, None])
@pytest.mark.parametrize("at_origins", [False, True])
def test_a_profile_equals_a_search_for_each_of_sixty_deadlines(
    city, few, every_deadline, rides, at_origins
):
    window = Window(THREE, MINUTES, arrive_by=True, max_s=MAX_S, max_rides=rides)
    seconds = profiles(city, few, window, at_origins=at_origins)
    found = np.array([seconds(moment) for moment in range(THREE, THREE + 3600, 60)])
    assert differing(found, every_deadline[row_of(rides)]) == 0


def test_a_profile_also_knows_the_seconds_between_the_minutes(city, lines, few):
    moments = np.random.default_rng(5).integers(TWO, THREE, 20).tolist()
    seconds = profiles(city, few, Window(TWO, MINUTES, max_s=MAX_S), at_origins=False)
    found = np.array([seconds(moment) for moment in moments])
    assert differing(found, leaving(lines, few, moments)[-1]) == 0


def nearest_ranks(every):
    """Percentiles of brute force, as numpy does it: no mean of two, a time that occurs."""
    return np.percentile(every, PERCENTILES, axis=0, method="inverted_cdf")


@pytest.mark.parametrize("rides", RIDES)
def test_percentiles_are_those_of_brute_force(city, pairs, every_minute, rides):
    window = Window(TWO, MINUTES, max_s=MAX_S, max_rides=rides)
    wanted = nearest_ranks(every_minute[row_of(rides)])
    assert differing(times(city, pairs, window, PERCENTILES), wanted) == 0


@pytest.mark.parametrize("rides", [1, 3, None])
def test_percentiles_of_deadlines_are_those_of_brute_force(city, few, every_deadline, rides):
    window = Window(THREE, MINUTES, arrive_by=True, max_s=MAX_S, max_rides=rides)
    wanted = nearest_ranks(every_deadline[row_of(rides)])
    assert differing(times(city, few, window, PERCENTILES), wanted) == 0


@pytest.mark.parametrize(("first_s", "arrive_by"), [(TWO, False), (THREE, True)])
@pytest.mark.parametrize("rides", [2, None])
def test_it_does_not_matter_from_which_side_one_searches(city, pairs, first_s, arrive_by, rides):
    # With few destinations the search starts at these, with many at the origins.
    window = Window(first_s, MINUTES, arrive_by, MAX_S, rides)
    whole = times(city, pairs, window, PERCENTILES)
    few = with_fewer(pairs, 2 * STEP)
    assert len(few.egress.start) < len(few.access.start)
    assert differing(times(city, few, window, PERCENTILES), whole[..., :: 2 * STEP]) == 0


@pytest.mark.parametrize(
    "window",
    [Window(TWO), Window(THREE, arrive_by=True), Window(TWO, MINUTES), Window(TWO, 5, max_rides=2)],
)
def test_one_thread_finds_what_four_find(city, pairs, window):
    found = [times(city, pairs, window, PERCENTILES, threads=n) for n in (1, 4)]
    assert differing(*found) == 0
