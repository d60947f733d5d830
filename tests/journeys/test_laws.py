"""Laws that hold on every day, and a comparison with RAPTOR, on small random days.

The days are full of odd cases: times that coincide, hops without duration, stops where one may not
board or alight, loops, vehicles that go on as another run, changes that are forbidden or that the
vehicle waits for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import feeds
import numpy as np
import pandas as pd
import pytest
import raptor
from hypothesis import assume, given
from hypothesis import strategies as st

from geo_integration.frames import CONNECTIONS, TRANSFERS, check_frame
from geo_integration.journeys.sparse import FAR, dense
from geo_integration.journeys.transit import ALWAYS, changes, latest_departures, search
from geo_integration.journeys.travel_times import Window, travel_times

UNIT_S = 30
RIDES = (1, 2, 3, 4, None)
PERCENTILES = (1, 20, 50, 80, 100)
WINDOWS = (
    Window(300, 1, max_s=1500),
    Window(600, 1, arrive_by=True, max_s=1500),
    Window(120, 9, max_s=1500),
    Window(480, 9, arrive_by=True, max_s=1500),
)


@dataclass(frozen=True)
class Day:
    """A random day: runs, what vehicles go on as, walks between stops, rules, and the doors.

    `access` and `egress` hold walks from doors to stops, `direct` those from door to door.
    """

    runs: list
    next_run: dict
    walks: list
    buffer_s: int
    rules: list
    access: list
    egress: list
    direct: list

    @property
    def stops(self):
        return len(self.walks)

    @property
    def connections(self):
        return feeds.day_of(self.runs, self.next_run)

    @property
    def table_of_rules(self):
        table = pd.DataFrame(self.rules, columns=["from_stop", "to_stop", "kind", "min_s"])
        return table.astype({"from_stop": "int64", "to_stop": "int64", "min_s": float})

    @property
    def change(self):
        return changes(feeds.walks_of(self.walks), self.buffer_s, self.table_of_rules)

    @property
    def doors(self):
        return tuple(feeds.walks_of(rows) for rows in (self.access, self.egress, self.direct))

    @property
    def networks(self):
        return feeds.both_ways(self.connections, self.change)

    def faster(self, factor):
        """The same day with quicker walking, rounded up."""

        def scaled(rows):
            return [{t: -int(-s * factor // 1) for t, s in row.items()} for row in rows]

        return replace(
            self,
            walks=scaled(self.walks), access=scaled(self.access), egress=scaled(self.egress),
            direct=scaled(self.direct),
        )  # fmt: skip


@st.composite
def runs_of(draw, stops, *, first=None, time=None, lasts=(0, 1, 1, 2, 4), begins=(-2, 30)):
    """One run: hops one after another; `lasts` are the durations that occur."""
    often = st.sampled_from([True, True, True, True, False])
    at = draw(st.integers(0, stops - 1)) if first is None else first
    now = draw(st.integers(*begins)) if time is None else time
    hops = []
    for _ in range(draw(st.integers(1, 4))):
        to = draw(st.integers(0, stops - 1))
        arrival = now + draw(st.sampled_from(lasts))
        hop = (at, to, now * UNIT_S, arrival * UNIT_S, draw(often), draw(often))
        hops.append(hop)
        at, now = to, arrival + draw(st.sampled_from([0, 0, 1]))
    return hops


@st.composite
def days(draw, *, at_once=False):
    """A day. `at_once`: hops, changes and going on may all take no time, one right after another.

    Otherwise a day has either hops without duration, or changes and vehicles that go on at once.
    """
    still = at_once or draw(st.booleans())
    instant = at_once or not still
    lasts = (0, 0, 1) if at_once else (0, 1, 1, 2, 4) if still else (1, 1, 2, 4)
    begins = (11, 14) if at_once else draw(st.sampled_from([(-2, 30), (9, 14)]))
    stops = draw(st.integers(2, 5))
    runs, next_run = [], {}
    for _ in range(draw(st.integers(1, 7))):
        runs.append(draw(runs_of(stops, lasts=lasts, begins=begins)))
        while draw(st.sampled_from([False, False, True])):
            last = runs[-1][-1]
            place = draw(st.sampled_from([last[1], last[1], draw(st.integers(0, stops - 1))]))
            later = last[3] // UNIT_S + draw(
                st.sampled_from([0, 0, 1, 2] if instant else [1, 1, 2])
            )
            next_run[len(runs) - 1] = len(runs)
            runs.append(draw(runs_of(stops, first=place, time=later, lasts=lasts)))
    order = draw(st.permutations(range(len(runs))))
    place_of = {run: place for place, run in enumerate(order)}
    runs = [runs[run] for run in order]
    next_run = {place_of[a]: place_of[b] for a, b in next_run.items()}
    seconds = st.integers(0, 8).map(lambda n: n * UNIT_S)
    some = st.sampled_from([None, None, None, 0]).flatmap(
        lambda kind: st.none() if kind is None else seconds
    )
    walks = [{s: 0} for s in range(stops)]
    for u in range(stops):
        for v in range(u):
            between = draw(some)
            if between is not None:
                walks[u][v] = walks[v][u] = between
    kinds = ["recommended", "min_time", "forbidden", *(["timed"] if instant else [])]
    rules = [
        (u, v, kind := draw(st.sampled_from(kinds)), 90 if kind == "min_time" else np.nan)
        for u, v in draw(
            st.lists(
                st.tuples(st.integers(0, stops - 1), st.integers(0, stops - 1)),
                unique=True, max_size=4,
            )
        )
    ]  # fmt: skip
    near = st.dictionaries(st.integers(0, stops - 1), seconds, min_size=1, max_size=3)
    buffer = st.sampled_from([0, 30, 60] if instant else [1, 30, 60])
    origins, goals = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    afoot = st.dictionaries(st.integers(0, goals - 1), st.integers(600, 1800), max_size=1)
    return Day(
        runs, next_run, walks, draw(buffer), rules,
        [draw(near) for _ in range(origins)], [draw(near) for _ in range(goals)],
        [draw(afoot) for _ in range(origins)],
    )  # fmt: skip


def times(day, window, percentiles=PERCENTILES, **changed):
    parts = {"networks": None, "doors": None} | changed
    return travel_times(
        parts["networks"] or day.networks, *(parts["doors"] or day.doors), window, percentiles,
        threads=1,
    )  # fmt: skip


def pairs(profile, stop):
    """Departures and arrivals from one stop, as they are stored."""
    span = slice(profile.start[stop], profile.start[stop] + profile.count[stop])
    return list(zip(profile.departure[span].tolist(), profile.arrival[span].tolist(), strict=True))


def every_pair(profile):
    return [pairs(profile, stop) for stop in range(len(profile.count))]


windows = st.sampled_from(WINDOWS)


# The days and the rules ---------------------------------------------------------------------------


@given(days())
def test_the_days_are_proper_tables(day):
    check_frame(day.connections, CONNECTIONS)
    check_frame(day.table_of_rules, TRANSFERS)


@given(days())
def test_a_change_takes_what_the_rule_says_or_else_the_walk_and_the_buffer(day):
    wanted = [{v: max(seconds, day.buffer_s) for v, seconds in row.items()} for row in day.walks]
    for u, v, kind, least in day.rules:
        walk = wanted[u].get(v)
        if kind == "forbidden" or (kind != "min_time" and walk is None):
            wanted[u].pop(v, None)
        else:
            wanted[u][v] = {"timed": 0, "min_time": least, "recommended": walk}[kind]
    assert [feeds.row_of(day.change, u) for u in range(day.stops)] == wanted


# Against RAPTOR -----------------------------------------------------------------------------------


def by_raptor(day, window):
    """Seconds: number of rides x moment x origin x destination."""
    moments = [window.first_s + 60 * m for m in range(window.minutes)]
    lines = raptor.lines_of(day.connections, day.stops)
    access, egress, direct = day.doors
    if not window.arrive_by:
        return raptor.door_to_door(
            lines, day.change, access, egress, direct, moments, max_s=window.max_s, threads=1
        )
    lines = raptor.lines_of(raptor.mirrored(day.connections), day.stops)
    change = raptor.mirrored_walks(day.change, day.stops)
    back = raptor.mirrored_walks(direct, len(day.egress))
    return raptor.door_to_door(
        lines, change, egress, access, back, [-m for m in moments], max_s=window.max_s, threads=1
    ).swapaxes(2, 3)


def agrees(day, window):
    """Whether RAPTOR finds the same, with any number of rides."""
    wanted = np.sort(by_raptor(day, window), axis=1)
    rank = [-(-p * window.minutes // 100) - 1 for p in PERCENTILES]
    for k, rides in enumerate(RIDES):
        found = times(day, window._replace(max_rides=rides))
        if found.tolist() != wanted[k, rank].tolist():
            return False
    return True


@given(days(), windows)
def test_every_pair_and_every_number_of_rides_is_as_raptor_says(day, window):
    assert agrees(day, window)


@given(days(at_once=True), windows)
def test_raptor_agrees_where_a_hop_and_what_follows_take_no_time(day, window):
    assert agrees(day, window)


LATER, AT_ONCE, FURTHER = [(0, 1, 300, 600)], [(1, 2, 600, 600)], [(2, 3, 600, 900)]


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
)
@pytest.mark.parametrize("window", [Window(240), Window(960, arrive_by=True), Window(180, 2)])
def test_a_vehicle_that_goes_on_twice_at_one_moment_keeps_its_passengers(order, window):
    # Stop 0 at 5:00, stops 1 and 2 both at 10:00 (timetables are in whole minutes), stop 3 at
    # 15:00: one vehicle in three runs, whatever their numbers are.
    runs = dict(zip(order, (LATER, AT_ONCE, FURTHER), strict=True))
    day = Day(
        [[(*hop, True, True) for hop in runs[k]] for k in range(3)],
        {order[0]: order[1], order[1]: order[2]},
        [{s: 0} for s in range(4)], 60, [], [{0: 0}], [{3: 0}], [{}],
    )  # fmt: skip
    assert times(day, window, (100,)).item() == 900 - 300 + (120 if window.minutes == 2 else 60)


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
)
@pytest.mark.parametrize("window", [Window(240), Window(960, arrive_by=True), Window(180, 2)])
@pytest.mark.parametrize("rides", [None, 3])
def test_two_timed_changes_at_one_moment_are_both_reached(order, window, rides):
    # The same with three vehicles that wait for each other.
    runs = dict(zip(order, (LATER, AT_ONCE, FURTHER), strict=True))
    day = Day(
        [[(*hop, True, True) for hop in runs[k]] for k in range(3)], {},
        [{s: 0} for s in range(4)], 60, [(s, s, "timed", np.nan) for s in (1, 2)],
        [{0: 0}], [{3: 0}], [{}],
    )  # fmt: skip
    window = window._replace(max_rides=rides)
    assert times(day, window, (100,)).item() == 900 - 300 + (120 if window.minutes == 2 else 60)


@given(days(), st.lists(st.integers(-100, 1300), min_size=1, max_size=5))
def test_profiles_and_raptor_agree_at_every_stop_and_second(day, moments):
    lines = raptor.lines_of(day.connections, day.stops)
    forward, _ = day.networks
    egress = dense(day.doors[1], 0, day.stops)
    for rides in (2, None):
        profile = search(forward, egress, max_rides=rides)
        for stop in range(day.stops):
            for moment in moments:
                ready = np.full(day.stops, FAR)
                ready[stop] = moment
                alighted = raptor.alighting(lines, day.change, ready, 4)[(rides or 0) - 1]
                wanted = min(int(a + e) for a, e in zip(alighted, egress, strict=True))
                found = min((a for d, a in pairs(profile, stop) if d >= moment), default=FAR)
                assert found == wanted or (found == FAR and wanted >= FAR)


@given(days(), st.integers(0, 1300))
def test_the_search_for_one_deadline_is_the_profile_at_that_deadline(day, deadline):
    for network, by in zip(day.networks, (deadline, -deadline), strict=True):
        egress = dense(day.doors[1], 0, day.stops)
        for rides in (1, 2, None):
            profile = every_pair(search(network, egress, max_rides=rides))
            wanted = [max((d for d, a in own if a <= by), default=-FAR) for own in profile]
            assert latest_departures(network, egress, by, max_rides=rides).tolist() == wanted


# What may only help -------------------------------------------------------------------------------


@given(days(), windows)
def test_more_rides_are_never_slower(day, window):
    found = [times(day, window._replace(max_rides=rides)) for rides in RIDES]
    for fewer, more in pairwise(found):
        assert (more <= fewer).all()


@given(days(), windows)
def test_a_higher_percentile_is_never_faster(day, window):
    assert (np.diff(times(day, window), axis=0) >= 0).all()


@given(days(), windows, st.sampled_from([0.0, 0.3, 0.9]))
def test_walking_faster_is_never_slower(day, window, factor):
    assert (times(day.faster(factor), window) <= times(day, window)).all()


@given(days(), windows, st.data())
def test_a_trip_more_is_never_slower(day, window, data):
    richer = replace(day, runs=[*day.runs, data.draw(runs_of(day.stops))])
    assert (times(richer, window) <= times(day, window)).all()


@given(days(), windows)
def test_going_on_in_the_same_vehicle_is_never_slower_than_leaving_it(day, window):
    for rides in (1, None):
        limited = window._replace(max_rides=rides)
        assert (times(day, limited) <= times(replace(day, next_run={}), limited)).all()


@given(days(), windows, st.integers(0, 1500))
def test_looking_longer_never_loses_a_pair(day, window, less):
    long = times(day, window)
    short = times(day, window._replace(max_s=window.max_s - less))
    assert ((long == short) | (short == FAR)).all()
    # A percentile is only cut, where it is longer than what is looked for.
    assert (short[long <= window.max_s - less] < FAR).all()


# What must not matter -----------------------------------------------------------------------------


@given(days(), windows, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(day, window, random):
    order = list(range(len(day.connections)))
    random.shuffle(order)
    mixed = day.connections.iloc[order].reset_index(drop=True)
    networks = feeds.both_ways(mixed, day.change)
    assert (times(day, window, networks=networks) == times(day, window)).all()


@given(days(), windows, st.randoms(use_true_random=False))
def test_the_numbers_of_the_runs_do_not_matter(day, window, random):
    order = list(range(len(day.runs)))
    random.shuffle(order)
    at = {run: place for place, run in enumerate(order)}
    other = replace(
        day,
        runs=[day.runs[run] for run in order],
        next_run={at[a]: at[b] for a, b in day.next_run.items()},
    )
    assert (times(other, window) == times(day, window)).all()


@given(days(), windows, st.sampled_from([None, 1, 2]))
def test_in_the_mirror_leaving_is_arriving(day, window, rides):
    window = window._replace(max_rides=rides)
    access, egress, direct = day.doors
    mirror = raptor.mirrored(day.connections)
    change = raptor.mirrored_walks(day.change, day.stops)
    doors = egress, access, raptor.mirrored_walks(direct, len(day.egress))
    other = window._replace(first_s=-window.last_s, arrive_by=not window.arrive_by)
    found = times(day, other, networks=feeds.both_ways(mirror, change), doors=doors)
    assert (found.swapaxes(1, 2) == times(day, window)).all()


@given(days(), windows)
def test_a_window_of_one_minute_has_equal_percentiles(day, window):
    found = times(day, window._replace(minutes=1))
    assert (found == found[0]).all()


@given(days(), windows, st.data())
def test_a_trip_in_two_parts_is_as_the_trip_in_one(day, window, data):
    run = data.draw(st.sampled_from(range(len(day.runs))))
    assume(len(day.runs[run]) > 1 and run not in day.next_run)
    cut = data.draw(st.integers(1, len(day.runs[run]) - 1))
    runs = [*day.runs, day.runs[run][cut:]]
    runs[run] = day.runs[run][:cut]
    parted = replace(day, runs=runs, next_run=day.next_run | {run: len(day.runs)})
    for rides in (1, 2, None):
        limited = window._replace(max_rides=rides)
        assert (times(parted, limited) == times(day, limited)).all()


@given(days(), st.booleans())
def test_any_number_of_rides_is_a_large_number_of_rides(day, back):
    network = day.networks[back]
    egress = dense(day.doors[1], 0, day.stops)
    many = every_pair(search(network, egress, max_rides=len(day.runs) * 5))
    assert every_pair(search(network, egress)) == many


@given(days(), st.integers(-100, 1300), st.integers(0, 1000), st.sampled_from([1, 2, None]))
def test_a_narrow_span_holds_the_journeys_of_the_wide_one_that_lie_in_it(day, low, length, rides):
    high = low + length
    for network in day.networks:
        span = (-high, -low) if network.reverse else (low, high)
        egress = dense(day.doors[1], 0, day.stops)
        wide = every_pair(search(network, egress, max_rides=rides))
        for departs, arrives in ((span, ALWAYS), (ALWAYS, (-int(FAR), span[1])), (span, span)):
            narrow = search(network, egress, departs=departs, arrives=arrives, max_rides=rides)
            # What arrives by then and leaves no earlier; the last departure is no limit where a
            # vehicle changed to may leave later.
            end = min(arrives[1], departs[1])
            for own, few in zip(wide, every_pair(narrow), strict=True):
                inside = [(d, a) for d, a in own if departs[0] <= d and a <= end]
                assert set(inside) <= set(few)
                if arrives[1] <= departs[1]:
                    assert inside == few


@given(days(), st.integers(0, 1000))
def test_a_limit_on_the_length_leaves_out_longer_journeys_and_no_others(day, longest):
    for network in day.networks:
        egress = dense(day.doors[1], 0, day.stops)
        every = every_pair(search(network, egress))
        found = every_pair(search(network, egress, longest_s=longest))
        assert found == [[(d, a) for d, a in own if a - d <= longest] for own in every]


@given(days(), st.sampled_from([1, 2, None]))
def test_wider_spans_never_lose_a_journey(day, rides):
    egress = dense(day.doors[1], 0, day.stops)
    network = day.networks[0]
    for narrow, wide in (((200, 700), (100, 900)), ((0, 500), ALWAYS)):
        few, many = (
            every_pair(search(network, egress, departs=s, arrives=s, max_rides=rides))
            for s in (narrow, wide)
        )
        for own, more in zip(few, many, strict=True):
            assert all(any(d >= x and a <= y for d, a in more) for x, y in own)
