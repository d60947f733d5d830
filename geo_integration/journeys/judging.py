"""The inner loops of the round trips: the best ride of every stop, the verdict for every home."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.compiled import compiled
from geo_integration.frames import (
    NO_CONNECTION,
    NO_STOP,
    NO_WAY_HOME,
    NOT_IN_TIME,
    OVER_LIMIT,
    REASONS,
    SERVED,
)
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import journeys

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_STOP, _NO_CONNECTION, _NOT_IN_TIME, _NO_WAY_HOME, _OVER_LIMIT, _SERVED = (
    REASONS.index(reason)
    for reason in (NO_STOP, NO_CONNECTION, NOT_IN_TIME, NO_WAY_HOME, OVER_LIMIT, SERVED)
)
# Columns of the visits that are judged.
SESSION, START, END, THERE, BACK, OPEN = range(6)
# Rows of the details of a ride.
LEAVES, ARRIVES, TRIP, RIDES, STOP, SECONDS = range(6)


class Limits(NamedTuple):
    """The rule, in seconds: how long, how early, how late.

    `max_way_s` is the longest way that is looked for at all; `visit_s` the shortest visit of
    opening hours; `window` the first moment and the end of the departures to offers without times.
    """

    max_way_s: int
    max_wait_s: int
    earliest_s: int
    latest_s: int
    visit_s: int
    window: tuple[int, int]


class Rides(NamedTuple):
    """The best ride from every stop, for every search that was made for one offer.

    `seconds` has shape (searches, stops), FAR where there is none; `details` (searches, 4, stops):
    departure, arrival, trip, rides, times as in the network that was searched. Where the walk to
    the stop might make one leave home too early, the row `exact_of` of `exact` (rows, 6, homes) has
    the same for every home: departure there, arrival, trip, rides, stop, and last the seconds.
    """

    seconds: NDArray[np.int32]
    details: NDArray[np.int32]
    exact: NDArray[np.int32]
    exact_of: NDArray[np.int32]


@compiled
def best_rides(network, egress, access, farthest, deadline, limits, seconds, details):
    """Fill the best rides that arrive in time for one deadline, and not too early.

    `farthest` is the longest walk to a stop. Returned are exact ones for every home, or for none
    where nobody would have to leave too early.
    """
    not_before = -limits.latest_s if network.reverse else limits.earliest_s
    # Only what arrives in time is looked at: a quicker journey that comes too early must not
    # hide a slower one that does not.
    first = deadline - limits.max_wait_s
    found = journeys(
        network, egress, (max(not_before, first - limits.max_way_s), deadline), (first, deadline),
        limits.max_way_s, -1,
    )  # fmt: skip
    start, count, departure, arrival, hop, rides = found
    early = False
    for s in range(len(count)):
        seconds[s] = FAR
        for e in range(start[s], start[s] + count[s]):
            # Of equally short ones the last.
            if arrival[e] - departure[e] < seconds[s]:
                seconds[s] = arrival[e] - departure[e]
                details[LEAVES, s], details[ARRIVES, s] = departure[e], arrival[e]
                details[TRIP, s], details[RIDES, s] = network.trip[hop[e]], rides[e]
        early = early or (seconds[s] < FAR and details[LEAVES, s] < not_before + farthest)
    exact = np.full((6, len(access.start) - 1 if early else 0), FAR, np.int32)
    for h in range(exact.shape[1]):
        for w in range(access.start[h], access.start[h + 1]):
            s, walk = access.target[w], access.seconds[w]
            for e in range(start[s], start[s] + count[s]):
                leaves = departure[e] - walk
                if leaves < not_before:
                    break
                took = arrival[e] - leaves
                if took < exact[SECONDS, h] or (
                    took == exact[SECONDS, h] and leaves > exact[LEAVES, h]
                ):
                    exact[LEAVES, h], exact[ARRIVES, h] = leaves, arrival[e]
                    exact[TRIP, h], exact[RIDES, h] = network.trip[hop[e]], rides[e]
                    exact[STOP, h], exact[SECONDS, h] = s, took
    return exact


@compiled
def _shortest(ride, w_stop, w_seconds, low, high, seconds):
    """Fill the seconds of every visit from one home by vehicle, both ways."""
    seconds[:] = FAR
    for w in range(low, high):
        row, walk = ride[w_stop[w]], w_seconds[w]
        for k in range(len(seconds)):
            # In this form, with 32 bits throughout, all visits are done at once.
            took = np.int32(row[k] + walk)
            seconds[k] = took if took < seconds[k] else seconds[k]  # noqa: FURB136


@compiled
def _rank(out, home, start, end, direct, afoot, limits, limit_s, any_day, has_stop):
    """How far one gets: the reason why not, or served."""
    if afoot:
        if direct >= FAR:
            return _NO_CONNECTION
        if start - direct < limits.earliest_s:
            return _NOT_IN_TIME
        if end + direct > limits.latest_s:
            return _NO_WAY_HOME
    elif out >= FAR and not any_day:
        return _NO_CONNECTION if has_stop else _NO_STOP
    elif out >= FAR:
        return _NOT_IN_TIME
    elif home >= FAR:
        return _NO_WAY_HOME
    if max(out, home) > limit_s:
        return _OVER_LIMIT
    return _SERVED


@compiled
def _served_span(visits, ranks, chosen):
    """Start of the first visit that is served on the day of the chosen one, and end of the last."""
    session, first, last = visits[chosen, SESSION], FAR, np.int32(-1)
    for k in range(len(ranks)):
        if ranks[k] == _SERVED and visits[k, SESSION] == session:
            first, last = min(first, visits[k, START]), max(last, visits[k, END])
    return first, last


@compiled
def judge(visits, drop_in, rides, open_, access, direct, afoot, limits, limit_min, found):
    """Fill the round trip of every home: the worst session of a course, the best visit else.

    `visits` has a row for each visit: position in SESSIONS, start, end, which of the `rides` lead
    there and back, and which row of `open_` tells the stops with a way at any time of the day.
    `found` are ROUNDTRIPS of one kind of day and mode.
    """
    count = len(visits)
    # Ways are compared in whole minutes, rounded up.
    limit_s = np.int64(np.floor(limit_min) * 60)
    ride = np.empty((0 if afoot else rides.seconds.shape[1], 2 * count), np.int32)
    for k in range(0 if afoot else count):
        ride[:, k] = rides.seconds[visits[k, THERE]]
        ride[:, count + k] = rides.seconds[visits[k, BACK]]
    seconds = np.empty(2 * count, np.int32)
    chosen = np.empty(len(direct), np.int32)
    ways = np.empty((2, len(direct)), np.int32)
    w_start, w_stop, w_seconds = access
    exact, exact_of, reason = rides.exact, rides.exact_of, found.reason
    ranks, found.first_s[:], found.last_s[:] = np.empty(count, np.int8), -1, -1
    for h in range(len(direct)):
        low, high, walk = w_start[h], w_start[h + 1], direct[h]
        if walk >= FAR and (afoot or low == high):
            reason[h] = _NO_CONNECTION if afoot else _NO_STOP
            chosen[h], ways[0, h], ways[1, h] = 0, FAR, FAR
            continue
        _shortest(ride, w_stop, w_seconds, low, low if afoot else high, seconds)
        rank, longer = -1, FAR
        for k in range(count):
            start, end = visits[k, START], visits[k, END]
            there, back = seconds[k], seconds[count + k]
            if not afoot and exact_of[visits[k, THERE]] >= 0:
                there = exact[exact_of[visits[k, THERE]], SECONDS, h]
            if not afoot and exact_of[visits[k, BACK]] >= 0:
                back = exact[exact_of[visits[k, BACK]], SECONDS, h]
            # The search knows no walks from home: only here a way has its whole length.
            there = there if there <= limits.max_way_s else FAR
            back = back if back <= limits.max_way_s else FAR
            if walk <= there and (afoot or start - walk >= limits.earliest_s):
                there = walk
            if walk <= back and (afoot or end + walk <= limits.latest_s):
                back = walk
            any_day = walk < FAR
            if there >= FAR and not any_day and not afoot:
                for w in range(low, high):
                    any_day = any_day or open_[visits[k, OPEN], w_stop[w]]
            r = _rank(there, back, start, end, walk, afoot, limits, limit_s, any_day, high > low)
            ranks[k] = r
            # A way that is not known is not the longest; where both are not, there is none.
            way = max(there if there < FAR else 0, back if back < FAR else 0)
            way = FAR if there >= FAR and back >= FAR else np.int32(way)
            if drop_in:
                take = r > rank or (r == rank and way < longer)
            else:
                take = r < rank or (r == rank and way > longer)
            if take or k == 0:
                rank, longer = r, way
                chosen[h], ways[0, h], ways[1, h] = k, there, back
        reason[h] = rank
        if drop_in and rank == _SERVED:
            found.first_s[h], found.last_s[h] = _served_span(visits, ranks, chosen[h])
    _write(
        visits, chosen, ways[0], direct, rides, access, THERE,
        found.out_min, found.leave_s, found.out_trip, found.out_stop, found.out_rides,
        found.wait_min, found.session,
    )  # fmt: skip
    _write(
        visits, chosen, ways[1], direct, rides, access, BACK,
        found.back_min, found.home_s, found.back_trip, found.back_stop, found.back_rides,
        found.wait_min, found.session,
    )  # fmt: skip


@compiled
def _write(
    visits, chosen, way, direct, rides, access, column,
    minutes, moment, trip, stop, count, wait, session,
):  # fmt: skip
    """Fill one direction of the visit that counts, for every home; the way there comes first."""
    w_start, w_stop, w_seconds = access
    all_seconds, all_details, exact, exact_of = rides
    for h in range(len(way)):
        visit, took, waits = chosen[h], way[h], np.float32(0)
        session[h] = visits[visit, SESSION]
        minutes[h], moment[h], trip[h], stop[h], count[h] = np.nan, np.nan, -1, -1, 0
        if took >= FAR:
            waits = np.float32(np.nan)
        elif took == direct[h]:
            minutes[h] = np.ceil(took / 60)
            moment[h] = (
                visits[visit, START] - took if column == THERE else visits[visit, END] + took
            )
        else:
            search = visits[visit, column]
            x = exact_of[search]
            leaves, arrives = -FAR, np.int32(0)
            if x >= 0:
                leaves, arrives = exact[x, LEAVES, h], exact[x, ARRIVES, h]
                trip[h], count[h], stop[h] = (
                    exact[x, TRIP, h],
                    exact[x, RIDES, h],
                    exact[x, STOP, h],
                )
            for w in range(w_start[h], w_start[h + 1] if x < 0 else w_start[h]):
                s, walk = w_stop[w], w_seconds[w]
                starts = all_details[search, LEAVES, s] - walk
                if all_seconds[search, s] + walk == took and starts > leaves:
                    leaves, arrives = np.int32(starts), all_details[search, ARRIVES, s]
                    trip[h], count[h] = all_details[search, TRIP, s], all_details[search, RIDES, s]
                    stop[h] = s
            minutes[h] = np.ceil(took / 60)
            moment[h] = leaves if column == THERE else -leaves
            waits = np.float32(
                visits[visit, START] - arrives if column == THERE else -visits[visit, END] - arrives
            )
        if column == THERE:
            wait[h] = waits
        else:
            wait[h] = np.ceil((wait[h] + waits) / 60)
