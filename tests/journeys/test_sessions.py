from __future__ import annotations

import datetime as dt
import math

import numpy as np
import oracle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.frames import MODES, REASONS, SERVED
from geo_integration.journeys.judging import Limits
from geo_integration.journeys.sessions import Day, Links, Offer, Session, World, all_ways
from geo_integration.journeys.transit import build_network, changes, search

MONDAY = dt.date(2026, 11, 23)
NIGHT = 10**6
MOST = REASONS.index(SERVED)


def world_of(day, access, **limits):
    trips, walks, buffer_s, _ = day
    change = changes(oracle.as_walks(walks), buffer_s)
    table = oracle.as_connections(trips)
    networks = tuple(build_network(table, change, reverse=r) for r in (False, True))
    nobody = oracle.as_walks([[]])
    links = Links(oracle.as_walks(access), nobody, nobody, change)
    rule = {
        "max_way_s": NIGHT, "max_wait_s": 300, "earliest_s": -NIGHT, "latest_s": NIGHT,
        "visit_s": 1800, "window": (0, 3600),
    } | limits  # fmt: skip
    both = {(MONDAY, mode): networks for mode in MODES}
    return World(links, both, Limits(**rule)), networks


def reached(
    day, access, direct, sessions, *, limit_min=1000.0, timed=True, drop_in=False, **limits
):
    """Round trips by timetable of an offer with these sessions, one entry for each home."""
    world, _ = world_of(day, access, **limits)
    offer = Offer(
        "O",
        timed,
        drop_in,
        limit_min,
        sessions,
        oracle.as_seconds(direct),
        oracle.as_seconds(day[3]),
    )
    found = all_ways(offer, world, [Day("day", {0: MONDAY}, in_holidays=False)])
    assert found.reason.shape == (1, len(MODES), len(direct))
    return found._replace(
        **{name: getattr(found, name)[0, MODES.index("transit")] for name in found._fields[1:]}
    )


def course(start, end):
    return [Session(0, 0, start, end, term_only=False)]


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


def profile_of(day):
    trips, walks, buffer_s, egress = day
    change = changes(oracle.as_walks(walks), buffer_s)
    return search(build_network(oracle.as_connections(trips), change), oracle.as_seconds(egress))


def all_journeys(day, access, deadline, max_wait, not_before):
    """Each journey that keeps the rule, by home: seconds, departure from home, arrival."""
    profile = profile_of(oracle.arriving_in(day, deadline - max_wait, deadline))
    return [
        [
            (a - (d - walk), d - walk, a)
            for stop, walk in own
            for d, a in oracle.journeys(profile, stop)
            if d - walk >= not_before
        ]
        for own in access
    ]


@given(
    st.integers(0, 10**6), st.integers(-5, 60), st.integers(0, 20), st.integers(-10, 40),
)  # fmt: skip
def test_the_way_there_is_the_shortest_of_all_and_of_those_the_last(
    seed, deadline, max_wait, not_before
):
    day, access, direct = homes_of(seed)
    found = reached(
        day, access, direct, course(deadline, deadline + 5),
        max_wait_s=max_wait, earliest_s=not_before,
    )  # fmt: skip
    whole = profile_of(day)
    for home, ways in enumerate(all_journeys(day, access, deadline, max_wait, not_before)):
        afoot = direct[home] if deadline - direct[home] >= not_before else oracle.NEVER
        riding = min((w[0] for w in ways), default=oracle.NEVER)
        if min(afoot, riding) == oracle.NEVER:
            assert np.isnan(found.out_min[home])
            assert np.isnan(found.leave_s[home])
            assert found.out_trip[home] == -1
            any_day = direct[home] < oracle.NEVER or any(whole.count[s] for s, _ in access[home])
            wanted = "no_stop" if not access[home] else "no_connection"
            assert REASONS[found.reason[home]] == ("not_in_time" if any_day else wanted)
            continue
        assert found.out_min[home] == math.ceil(min(afoot, riding) / 60)
        if afoot <= riding:
            assert found.leave_s[home] == deadline - afoot
            assert found.out_trip[home] == found.out_stop[home] == -1
            assert found.out_rides[home] == 0
        else:
            assert found.leave_s[home] == max(w[1] for w in ways if w[0] == riding)
            assert found.out_trip[home] >= 0
            assert found.out_stop[home] in [s for s, _ in access[home]]
            assert found.out_rides[home] >= 1


@given(st.integers(0, 10**6), st.integers(-5, 60), st.integers(0, 20), st.integers(-10, 60))
def test_the_way_home_is_the_shortest_that_leaves_soon_and_gets_home_in_time(
    seed, end, max_wait, latest
):
    day, access, direct = homes_of(seed)
    found = reached(
        day, access, direct, course(end - 5, end), max_wait_s=max_wait, latest_s=latest,
    )  # fmt: skip
    turned = oracle.reversed_day(day)
    for home, ways in enumerate(all_journeys(turned, access, -end, max_wait, -latest)):
        afoot = direct[home] if end + direct[home] <= latest else oracle.NEVER
        shortest = min([afoot, *(w[0] for w in ways)])
        if shortest == oracle.NEVER:
            assert np.isnan(found.back_min[home])
            assert REASONS[found.reason[home]] != SERVED
        else:
            assert found.back_min[home] == math.ceil(shortest / 60)
            homes = [-w[1] for w in ways if w[0] == shortest]
            assert found.home_s[home] == (end + afoot if afoot == shortest else min(homes))


def one_bus(*times):
    """One stop, and buses from it straight to the place; none goes back."""
    trips = [[(0, 1, d, a, True, True)] for d, a in times]
    return trips, [[(0, 0)], [(1, 0)]], 60, [oracle.NEVER, 0]


def way_there(day, *, direct=oracle.NEVER, walk=0, deadline=1000, **limits):
    """Leaving home, trip."""
    limits = {"max_wait_s": 300, "earliest_s": 0} | limits
    found = reached(day, [[(0, walk)]], [direct], course(deadline, deadline + 9), **limits)
    leave = found.leave_s[0]
    return (None if np.isnan(leave) else int(leave)), int(found.out_trip[0])


def test_an_arrival_on_the_dot_counts_and_one_second_later_does_not():
    assert way_there(one_bus((500, 1000))) == (500, 0)
    assert way_there(one_bus((500, 1001))) == (None, -1)


def test_the_wait_limit_is_inclusive():
    assert way_there(one_bus((500, 700))) == (500, 0)
    assert way_there(one_bus((500, 699))) == (None, -1)


def test_one_may_leave_home_at_the_earliest_hour_and_not_before():
    assert way_there(one_bus((500, 900)), walk=100, earliest_s=400) == (400, 0)
    assert way_there(one_bus((500, 900)), walk=100, earliest_s=401) == (None, -1)


def test_of_two_equally_short_journeys_the_later_one_is_taken():
    assert way_there(one_bus((500, 800), (600, 900))) == (600, 1)


def test_a_shorter_journey_is_taken_before_a_later_one():
    assert way_there(one_bus((500, 750), (600, 900))) == (500, 0)


def test_walking_is_taken_before_an_equally_long_ride():
    assert way_there(one_bus((700, 1000)), direct=300) == (700, -1)
    assert way_there(one_bus((701, 1000)), direct=300) == (701, 0)


def test_a_bus_that_comes_too_early_does_not_hide_a_slower_one_that_comes_in_time():
    # 300 seconds early are allowed. The express leaves later and is there sooner: too soon.
    slow, express = (0, 900), (100, 400)
    assert way_there(one_bus(slow)) == (0, 0)
    assert way_there(one_bus(express)) == (None, -1)
    assert way_there(one_bus(slow, express)) == (0, 0)


def test_waiting_on_the_way_is_part_of_the_way():
    # A bus to the town, and from there two to the place: the first arrives 400 seconds early.
    trips = [[(0, 1, 100, 200, True, True)]]
    trips += [[(1, 2, d, d + 300, True, True)] for d in (300, 600)]
    day = trips, [[(s, 0)] for s in range(3)], 60, [oracle.NEVER, oracle.NEVER, 0]
    found = reached(day, [[(0, 0)]], [oracle.NEVER], course(1000, 1009), max_wait_s=300)
    assert (found.leave_s[0], found.out_min[0]) == (100, math.ceil(800 / 60))


@given(st.integers(0, 10**6), st.integers(5, 60), st.integers(0, 20), st.booleans())
def test_a_trip_more_never_makes_an_offer_unreached_or_a_way_longer(seed, start, wait, drop_in):
    day, access, direct = homes_of(seed)
    if not day[0]:
        return
    session = [Session(0, 0, start, start + 8, term_only=False)]
    less, more = (
        reached(
            (trips, *day[1:]), access, direct, session, drop_in=drop_in, max_wait_s=wait, visit_s=4
        )
        for trips in (day[0][:-1], day[0])
    )
    assert (more.reason >= less.reason).all()
    if not drop_in:
        for name in ("out_min", "back_min"):
            before, now = getattr(less, name), getattr(more, name)
            assert (np.isnan(before) | (now <= before)).all()


def test_a_way_longer_than_is_looked_for_is_none():
    assert way_there(one_bus((500, 1000)), max_way_s=500) == (500, 0)
    assert way_there(one_bus((500, 1000)), max_way_s=499) == (None, -1)


def test_a_journey_that_is_too_late_still_counts_as_one_of_the_day():
    for bus, reason in (((500, 2000), "not_in_time"), (None, "no_connection")):
        day = one_bus(*([bus] if bus else []))
        found = reached(day, [[(0, 0)]], [oracle.NEVER], course(1000, 2000))
        assert REASONS[found.reason[0]] == reason


def there_and_back(*, end=2000):
    """A bus there 500-900, and one home 2100-2500, by minutes: 7 out, 2 + 2 waiting, 7 back."""
    trips = [[(0, 1, 500, 900, True, True)], [(1, 0, 2100, 2500, True, True)]]
    day = trips, [[(0, 0)], [(1, 0)]], 60, [oracle.NEVER, 0]
    return reached(day, [[(0, 30)]], [oracle.NEVER], course(1000, end), earliest_s=0)


def test_a_round_trip_tells_all_its_parts():
    found = there_and_back()
    assert REASONS[found.reason[0]] == SERVED
    assert (found.leave_s[0], found.out_min[0]) == (470, math.ceil(430 / 60))
    assert (found.home_s[0], found.back_min[0]) == (2530, math.ceil(430 / 60))
    assert found.wait_min[0] == math.ceil((100 + 100) / 60)
    assert (found.out_trip[0], found.back_trip[0]) == (0, 1)
    assert (found.out_stop[0], found.back_stop[0]) == (0, 0)
    assert (found.out_rides[0], found.back_rides[0]) == (1, 1)


def test_whoever_must_stay_past_the_last_bus_has_no_way_home():
    found = there_and_back(end=2101)
    assert REASONS[found.reason[0]] == "no_way_home"
    assert found.out_min[0] == 8
    assert np.isnan([found.back_min[0], found.wait_min[0], found.home_s[0]]).all()


def test_a_course_past_midnight_is_reached_with_the_night_bus():
    hour = 3600
    trips = [
        [(0, 1, 22 * hour, 22 * hour + 600, True, True)],
        [(1, 0, 25 * hour, 25 * hour + 600, True, True)],
    ]
    day = trips, [[(0, 0)], [(1, 0)]], 60, [oracle.NEVER, 0]
    night = course(22 * hour + 900, 24 * hour + 1800)
    for latest, reason in ((25 * hour + 600, SERVED), (25 * hour + 599, "no_way_home")):
        found = reached(
            day, [[(0, 0)]], [oracle.NEVER], night, earliest_s=0, latest_s=latest, max_wait_s=1800
        )
        assert REASONS[found.reason[0]] == reason


def test_a_course_is_as_good_as_its_worst_session_and_opening_hours_as_their_best():
    buses = one_bus((500, 900), (5000, 5900))[0]
    home = [[(1, 0, 1200, 1300, True, True)], [(1, 0, 6200, 6300, True, True)]]
    day = buses + home, [[(0, 0)], [(1, 0)]], 60, [oracle.NEVER, 0]
    spans = [(1000, 1100), (6000, 6100)]
    for drop_in, out_min, session in ((False, 15, 1), (True, 7, 0)):
        sessions = [
            Session(code, 0, start, end, term_only=False) for code, (start, end) in enumerate(spans)
        ]
        found = reached(
            day, [[(0, 0)]], [oracle.NEVER], sessions, drop_in=drop_in, earliest_s=0, visit_s=100
        )
        assert REASONS[found.reason[0]] == SERVED
        assert (found.out_min[0], found.session[0]) == (out_min, session)


@given(st.integers(0, 10**6), st.integers(0, 40), st.integers(0, 12))
def test_first_and_last_visit_are_those_that_are_reached_as_courses(seed, start, wait):
    (trips, walks, buffer_s, egress), access, direct = homes_of(seed)
    scale = 400
    trips = [[(u, v, d * scale, a * scale, b, e) for u, v, d, a, b, e in own] for own in trips]
    day = trips, walks, buffer_s, egress
    opens, rule = start * scale, {"max_wait_s": wait * scale, "visit_s": 1000}
    hours = Session(7, 0, opens, opens + 9000, term_only=False)
    found = reached(day, access, direct, [hours], drop_in=True, limit_min=60.0, **rule)
    begins = [*range(opens, opens + 8000, 1800), opens + 8000]
    alone = [
        reached(day, access, direct, course(begin, begin + 1000), limit_min=60.0, **rule).reason
        for begin in begins
    ]
    for home in range(len(direct)):
        served = [b for b, reason in zip(begins, alone, strict=True) if reason[home] == MOST]
        expected = (served[0], served[-1] + 1000) if served else (-1, -1)
        assert (found.first_s[home], found.last_s[home]) == expected


def test_first_and_last_visit_lie_on_the_day_of_the_session_and_courses_have_none():
    buses = one_bus((500, 900))[0]
    home = [[(1, 0, 1200, 1300, True, True)]]
    day = buses + home, [[(0, 0)], [(1, 0)]], 60, [oracle.NEVER, 0]
    for drop_in, expected in ((True, (1000, 1100)), (False, (-1, -1))):
        found = reached(
            day, [[(0, 0)]], [oracle.NEVER], course(1000, 1100), drop_in=drop_in, earliest_s=0,
            visit_s=100,
        )  # fmt: skip
        assert (found.first_s[0], found.last_s[0]) == expected


def test_without_known_times_the_median_way_counts_not_the_best_one():
    # One bus an hour, 10 minutes long, at the half hour: of the 60 minutes of the hour the first 31
    # take 40, 39, ... 10 minutes, the others 69, 68, ... 41 (next bus). The 30th shortest is 39.
    day = one_bus((1800, 2400), (5400, 6000))
    found = reached(day, [[(0, 0)]], [oracle.NEVER], [], timed=False)
    assert found.out_min[0] == 39
    assert REASONS[found.reason[0]] == SERVED


@pytest.mark.parametrize(("departure", "reason"), [(1740, SERVED), (1739, "not_in_time")])
def test_without_known_times_half_of_the_departures_must_reach_it(departure, reason):
    day = one_bus((departure, departure + 60))
    found = reached(day, [[(0, 0)]], [oracle.NEVER], [], timed=False)
    assert REASONS[found.reason[0]] == reason


def test_days_with_the_same_timetable_give_the_same_answer():
    day, access, direct = homes_of(5)
    world, networks = world_of(day, access)
    other = dt.date(2026, 12, 28)
    both = dict(world.networks) | {(other, mode): networks for mode in MODES}
    world = world._replace(networks=both)
    seconds = oracle.as_seconds(direct), oracle.as_seconds(day[3])
    offer = Offer("O", True, False, 60.0, course(20, 30), *seconds)  # noqa: FBT003  a named tuple
    days = [Day("a", {0: MONDAY}, in_holidays=False), Day("b", {0: other}, in_holidays=True)]
    found = all_ways(offer, world, days)
    for values in found[1:]:
        np.testing.assert_array_equal(values[0], values[1])


# Evenings ---------------------------------------------------------------------------------------


def evening_of(sessions, starts, **offer):
    """Whether an offer next door is on, on a kind of day that begins late."""
    world, _ = world_of(([], [[]], 60, []), [[]])
    values = {"timed": True, "drop_in": False} | offer
    one = Offer(
        "O", values["timed"], values["drop_in"], 45.0, sessions,
        oracle.as_seconds([60]), oracle.as_seconds([oracle.NEVER]),
    )  # fmt: skip
    day = Day("evening", {0: MONDAY}, in_holidays=False, starts_s=starts)
    found = all_ways(one, world, [day])
    at = 0, MODES.index("transit"), 0
    return REASONS[found.reason[at]], found.session[at]


HOUR = 3600


def test_on_evenings_only_what_starts_then_counts():
    early = Session(0, 0, 9 * HOUR, 11 * HOUR, term_only=False)
    late = Session(1, 0, 18 * HOUR, 19 * HOUR, term_only=False)
    assert evening_of([early, late], 17 * HOUR) == (SERVED, 1)
    assert evening_of([early], 17 * HOUR) == ("not_on_day", -1)
    assert evening_of([late], 18 * HOUR) == (SERVED, 1)


def test_opening_hours_count_on_evenings_if_a_visit_fits_after_their_start():
    hours = [Session(0, 0, 14 * HOUR, 18 * HOUR, term_only=False)]
    assert evening_of(hours, 17 * HOUR, drop_in=True) == (SERVED, 0)
    assert evening_of(hours, 18 * HOUR, drop_in=True) == ("not_on_day", -1)


def test_an_offer_of_unknown_times_is_not_taken_to_be_on_in_the_evening():
    assert evening_of([], 17 * HOUR, timed=False) == ("not_on_day", -1)
    assert evening_of([], 0, timed=False)[0] == SERVED
