"""The inner loops of the round trips: the best ride of every stop, the verdict for every home."""

from __future__ import annotations

import numpy as np

from geo_integration.frames import (
    NO_CONNECTION,
    NO_STOP,
    NO_WAY_HOME,
    NOT_IN_TIME,
    OVER_LIMIT,
    REASONS,
    SERVED,
)
from geo_integration.journeys.compiled import compiled
from geo_integration.journeys.transit import FAR

_NO_STOP, _NO_CONNECTION, _NOT_IN_TIME, _NO_WAY_HOME, _OVER_LIMIT, _SERVED = (
    REASONS.index(reason)
    for reason in (NO_STOP, NO_CONNECTION, NOT_IN_TIME, NO_WAY_HOME, OVER_LIMIT, SERVED)
)


@compiled
def best_rides(start, count, departure, arrival, hop, rides, trip, seconds, best):
    """For every stop the shortest journey, of equally short ones the last."""
    for s in range(len(count)):
        for e in range(start[s], start[s] + count[s]):
            if arrival[e] - departure[e] < seconds[s]:
                seconds[s] = arrival[e] - departure[e]
                best[0, s], best[1, s] = departure[e], arrival[e]
                best[2, s], best[3, s] = trip[hop[e]], rides[e]


@compiled
def exact_rides(
    start, count, departure, arrival, hop, rides, trip, w_start, w_stop, w_seconds, not_before, own
):
    """For every home the shortest journey that leaves it no earlier than allowed."""
    for h in range(len(w_start) - 1):
        for w in range(w_start[h], w_start[h + 1]):
            s, walk = w_stop[w], w_seconds[w]
            for e in range(start[s], start[s] + count[s]):
                leaves = departure[e] - walk
                if leaves < not_before:
                    break
                took = arrival[e] - leaves
                if took < own[0, h] or (took == own[0, h] and leaves > own[1, h]):
                    own[0, h], own[1, h], own[2, h] = took, leaves, arrival[e]
                    own[3, h], own[4, h], own[5, h] = trip[hop[e]], rides[e], s


@compiled
def _shortest(ride, w_start, w_end, w_stop, w_seconds, seconds):
    """Fill the seconds of every visit from one home by vehicle, both ways."""
    seconds[:] = FAR
    for w in range(w_start, w_end):
        row, walk = ride[w_stop[w]], w_seconds[w]
        for k in range(len(seconds)):
            # In this form, with 32 bits throughout, all visits are done at once.
            took = np.int32(row[k] + walk)
            seconds[k] = took if took < seconds[k] else seconds[k]  # noqa: FURB136


@compiled
def _which(ride, column, details, exact, exact_of, h, k, w_start, w_end, w_stop, w_seconds, took):
    """The ride of one home for one visit: leaving home, arrival, trip, rides, stop."""
    x = exact_of[k]
    if x >= 0:
        return exact[x, 1, h], exact[x, 2, h], exact[x, 3, h], exact[x, 4, h], exact[x, 5, h]
    leaves, at = -FAR, np.int32(0)
    for w in range(w_start, w_end):
        s = w_stop[w]
        if ride[s, column + k] + w_seconds[w] == took and details[0, s, k] - w_seconds[w] > leaves:
            leaves, at = np.int32(details[0, s, k] - w_seconds[w]), s
    return leaves, details[1, at, k], details[2, at, k], details[3, at, k], at


@compiled
def _rank(out, home, start, end, direct, afoot, earliest, latest, limit_min, any_day, has_stop):
    """How far one gets: the reason why not, or served."""
    if afoot:
        if direct >= FAR:
            return _NO_CONNECTION
        if start - direct < earliest:
            return _NOT_IN_TIME
        if end + direct > latest:
            return _NO_WAY_HOME
    elif out >= FAR and not any_day:
        return _NO_CONNECTION if has_stop else _NO_STOP
    elif out >= FAR:
        return _NOT_IN_TIME
    elif home >= FAR:
        return _NO_WAY_HOME
    if np.ceil(max(out, home) / 60) > limit_min:
        return _OVER_LIMIT
    return _SERVED


@compiled
def judge(
    times, open_, ride, t_details, t_exact, t_exact_of, b_details, b_exact, b_exact_of,
    w_start, w_stop, w_seconds, direct, afoot, earliest, latest, longest, limit_min,
    reason, session, leave_s, out_min, wait_min, back_min, home_s,
    out_trip, back_trip, out_stop, back_stop, out_rides, back_rides,
):  # fmt: skip
    """Fill the round trip of every home: the worst session of a course, the best visit else."""
    visits = len(times)
    seconds = np.empty(ride.shape[1], np.int32)
    unknown = (np.nan, np.nan, np.nan, np.nan, np.nan)
    for h in range(len(direct)):
        low, high, walk = w_start[h], w_start[h + 1], direct[h]
        _shortest(ride, low, low if afoot else high, w_stop, w_seconds, seconds)
        chosen, rank, longer, out, home = 0, -1, FAR, FAR, FAR
        for k in range(visits):
            there, back = seconds[k], seconds[visits + k]
            if t_exact_of[k] >= 0:
                there = t_exact[t_exact_of[k], 0, h]
            if b_exact_of[k] >= 0:
                back = b_exact[b_exact_of[k], 0, h]
            # The search knows no walks from home: only here a way has its whole length.
            there, back = there if there <= longest else FAR, back if back <= longest else FAR
            if walk <= there and (afoot or times[k, 1] - walk >= earliest):
                there = walk
            if walk <= back and (afoot or times[k, 2] + walk <= latest):
                back = walk
            any_day = walk < FAR
            if there >= FAR and not any_day and not afoot:
                for w in range(low, high):
                    any_day = any_day or open_[k, w_stop[w]]
            r = _rank(
                there, back, times[k, 1], times[k, 2], walk, afoot, earliest, latest, limit_min,
                any_day, high > low,
            )  # fmt: skip
            # A way that is not known is not the longest; where both are not, there is none.
            way = max(there if there < FAR else 0, back if back < FAR else 0)
            way = FAR if there >= FAR and back >= FAR else np.int32(way)
            if times[k, 3]:
                take = r > rank or (r == rank and way < longer)
            else:
                take = r < rank or (r == rank and way > longer)
            if take or k == 0:
                chosen, rank, longer, out, home = k, r, way, there, back
        reason[h], session[h] = rank, times[chosen, 0]
        out_min[h], back_min[h], wait_min[h], leave_s[h], home_s[h] = unknown
        out_trip[h] = back_trip[h] = out_stop[h] = back_stop[h] = -1
        out_rides[h] = back_rides[h] = 0
        waits = np.int32(0)
        if out < FAR:
            out_min[h], leave_s[h] = np.ceil(out / 60), times[chosen, 1] - out
            if out != walk:
                leaves, arrives, out_trip[h], out_rides[h], out_stop[h] = _which(
                    ride, 0, t_details, t_exact, t_exact_of, h, chosen, low, high, w_stop,
                    w_seconds, out,
                )  # fmt: skip
                leave_s[h], waits = leaves, times[chosen, 1] - arrives
        if home < FAR:
            back_min[h], home_s[h] = np.ceil(home / 60), times[chosen, 2] + home
            if home != walk:
                leaves, arrives, back_trip[h], back_rides[h], back_stop[h] = _which(
                    ride, visits, b_details, b_exact, b_exact_of, h, chosen, low, high, w_stop,
                    w_seconds, home,
                )  # fmt: skip
                home_s[h], waits = -leaves, waits - times[chosen, 2] - arrives
        if out < FAR and home < FAR:
            wait_min[h] = np.ceil(waits / 60)
