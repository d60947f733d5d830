"""Inner loops of the ways that are kept: which vehicles a table needs, and what its rule gives.

Ways back are looked at with all times negated, as the search does: leaving home "late" is then the
same as being home early.
"""

# numba infers the types of its kernels, and pays for every array that is handed on.
# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0912, PLR0917
# mypy: allow-untyped-defs, allow-untyped-calls, allow-untyped-decorators

from __future__ import annotations

import numpy as np

from geo_integration.compiled import compiled
from geo_integration.frames import OVER_LIMIT, REASONS, SERVED
from geo_integration.ways import (
    AFOOT,
    END_S,
    HOME,
    HOP,
    LEAVE,
    NONE,
    OF_LABEL,
    RIDE,
    RIDES,
    START_S,
    USUAL,
    VENUE_S,
    WAIT,
)

_SERVED, _OVER_LIMIT = REASONS.index(SERVED), REASONS.index(OVER_LIMIT)
_EMPTY = -1
_LATE = 2**30


@compiled
def same(one, other):
    """Whether two arrays hold the same; missing minutes are alike."""
    for h in range(len(one)):
        if one[h] != other[h] and not (np.isnan(one[h]) and np.isnan(other[h])):
            return False
    return True


@compiled
def numbered(keys):
    """Numbers from 0 for equal keys, in the order of their first appearance; and those keys."""
    size = 1
    while size < 2 * len(keys) + 2:
        size *= 2
    slots, known = np.full(size, _EMPTY, np.int32), np.empty(len(keys), np.int64)
    number, count = np.empty(len(keys), np.int32), 0
    for i in range(len(keys)):
        if i and keys[i] == keys[i - 1]:
            number[i] = number[i - 1]
            continue
        at = (keys[i] * 0x9E3779B1 >> 8) & (size - 1)
        while slots[at] != _EMPTY and known[slots[at]] != keys[i]:
            at = (at + 1) & (size - 1)
        if slots[at] == _EMPTY:
            slots[at], known[count] = count, keys[i]
            count += 1
        number[i] = slots[at]
    return number, known[:count]


@compiled
def _found(first, last, stop, called, i_stop, i_time):
    """Position of a call in a span that is sorted by stop and time; -1 where there is none."""
    low, high = first, last
    while low < high:
        middle = (low + high) // 2
        if i_stop[middle] < stop or (i_stop[middle] == stop and i_time[middle] < called):
            low = middle + 1
        else:
            high = middle
    return low if low < last and i_stop[low] == stop and i_time[low] == called else -1


@compiled
def match(sign, moment, took, trip, stop, access, index, stops, used):
    """Find how everybody goes: the hop that is taken, and when one is at the venue.

    `moment` is when one leaves home, or is home again; `index` has where each trip starts, and for
    all calls of trips, sorted by stop and time, the stop, the time and the hop. Returned are kinds,
    minutes, hops, the first and the last moment at the venue that agree with the minutes, and the
    first home whose vehicle is not known, or -1. Walks that are taken are marked in `used`.
    """
    a_start, a_stop, a_seconds = access
    i_start, i_stop, i_time, i_hop = index
    kind, minutes = np.empty(len(trip), np.int8), np.empty(len(trip), np.int32)
    hop = np.full(len(trip), -1, np.int32)
    low, high = np.zeros(len(trip), np.int32), np.zeros(len(trip), np.int32)
    # The vehicle that was last found at each stop: most who walk there take the same.
    before = np.full(stops, -1, np.int64)
    for h in range(len(trip)):
        if np.isnan(took[h]):
            kind[h], minutes[h] = NONE, -1
            continue
        minutes[h] = np.int32(took[h])
        if trip[h] < 0:
            kind[h] = USUAL if np.isnan(moment[h]) else AFOOT
            continue
        kind[h] = RIDE
        walk = np.int32(-1)
        for w in range(a_start[h], a_start[h + 1]):
            if a_stop[w] == stop[h]:
                walk = a_seconds[w]
                used[w] = True
        called = np.int32(moment[h]) + sign * walk
        low_at, end = i_start[trip[h]], i_start[trip[h] + 1]
        first = before[stop[h]]
        if not (low_at <= first < end and i_time[first] == called):
            first = _found(low_at, end, stop[h], called, i_stop, i_time)
        if walk < 0 or first < 0:
            return kind, minutes, hop, low, high, h
        before[stop[h]] = first
        hop[h] = i_hop[first]
        high[h] = sign * np.int32(moment[h]) + 60 * minutes[h]
        low[h] = high[h] - 59
    return kind, minutes, hop, low, high, -1


@compiled
def visits(session, times, kinds, minutes, left, home, venue, step):
    """Tell which visit everybody comes for, as far as the ways tell: session and start, as a key.

    `times` are start, end, length of a visit and drop-in of sessions; `left` and `home` when one
    leaves home and is back, `venue` when one is there at the earliest, and gone at the latest.
    """
    starts, ends, length, drop_in = times
    keys = np.empty(len(session), np.int64)
    for h in range(len(session)):
        s = session[h]
        begin, last = np.int64(starts[s]), ends[s] - length[s]
        if drop_in[s]:
            out, back = kinds[0][h], kinds[1][h]
            if out == AFOOT:
                begin = np.int32(left[h]) // 60 * 60 + 60 * minutes[0][h]
            elif back == AFOOT:
                begin = -(-np.int32(home[h]) // 60) * 60 - 60 * minutes[1][h] - length[s]
            elif out == RIDE:
                begin -= (begin - venue[0][h]) // step * step
            elif back == RIDE:
                begin += (-venue[1][h] - length[s] - begin) // step * step
        keys[h] = np.int64(s + 1) << 20 | min(max(begin, starts[s]), last)
    return keys


@compiled
def state_keys(reason, label, kinds, minutes, span):
    """All that a state stands for, as one number; what is served or too far is one."""
    keys = np.empty(len(reason), np.int64)
    for h in range(len(reason)):
        r = _SERVED if reason[h] == _OVER_LIMIT else np.int64(reason[h])
        usual = minutes[h] if kinds[0][h] == USUAL else 0
        how = np.int64(kinds[0][h] << 2 | kinds[1][h])
        keys[h] = ((np.int64(span[h]) << 8 | r) << 16 | (label[h] + 1)) << 20 | how << 16 | usual
    return keys


@compiled
def distinct(label, hop, rides, low, high):
    """Vehicles that are taken: label, hop, rides, and the span that suits all who take them."""
    size = 1
    while size < 2 * len(hop) + 2:
        size *= 2
    slots, found = np.full(size, _EMPTY, np.int32), np.empty((len(hop), 5), np.int64)
    count = 0
    for h in range(len(hop)):
        if hop[h] < 0:
            continue
        at = ((np.int64(hop[h]) * 64 + label[h]) * 0x9E3779B1 >> 8) & (size - 1)
        while slots[at] != _EMPTY:
            one = found[slots[at]]
            if (
                one[0] == label[h] and one[1] == hop[h] and one[2] == rides[h]
                and max(one[3], low[h]) <= min(one[4], high[h])
            ):  # fmt: skip
                break
            at = (at + 1) & (size - 1)
        if slots[at] == _EMPTY:
            slots[at] = count
            found[count, 0], found[count, 1], found[count, 2] = label[h], hop[h], rides[h]
            found[count, 3], found[count, 4] = low[h], high[h]
            count += 1
        else:
            one = found[slots[at]]
            one[3], one[4] = max(one[3], low[h]), min(one[4], high[h])
    return found[:count]


@compiled
def merged(found, run_of):
    """Join vehicles that differ by the stop only; sorted by label, run, and hop from the venue on.

    Where it is known but for a few seconds when one is at the venue, it is when others are.
    """
    kept, count = np.empty((len(found), 5), np.int64), 0
    for one in found:
        last = kept[count - 1]
        if (
            count and last[0] == one[0] and run_of[last[1]] == run_of[one[1]]
            and last[2] == one[2] and max(last[3], one[3]) <= min(last[4], one[4])
        ):  # fmt: skip
            last[3], last[4] = max(last[3], one[3]), min(last[4], one[4])
        else:
            kept[count] = one
            count += 1
    kept = kept[:count]
    moments, known = np.empty(count, np.int64), 0
    entries = np.empty((count, 4), np.int32)
    for e in np.argsort(kept[:, 4] - kept[:, 3], kind="mergesort"):
        low, high = kept[e, 3], kept[e, 4]
        venue = high
        for k in range(known):
            if low <= moments[k] <= high:
                venue = moments[k]
                break
        if venue == high:
            moments[known] = high
            known += 1
        entries[e] = kept[e, 0], kept[e, 1], venue, kept[e, 2]
    return entries


@compiled
def by_rule(
    sign, label, rides, entries, labels, runs, access, stops, not_before, entry, hop, leaves
):  # fmt: skip
    """Fill which vehicle the rule has everybody take who takes one: entry, hop, leaving home.

    `runs` has the run of each hop, where runs start, and stops and times of hops; times of entries,
    and those of leaving, have the sign.
    """
    a_start, a_stop, a_seconds = access
    run_of, r_start, h_stop, h_time = runs
    head = np.full(stops, -1, np.int32)
    start, order = _grouped(label, labels)
    room = 0
    for e in range(len(entries)):
        room += r_start[run_of[entries[e, HOP]] + 1] - r_start[run_of[entries[e, HOP]]]
    # Vehicles by the stop where one gets on: the next one there, entry, hop, seconds, departure.
    calls = np.empty((room, 5), np.int32)
    first = 0
    for k in range(labels):
        last = first
        while last < len(entries) and entries[last, OF_LABEL] == k:
            last += 1
        count = 0
        for e in range(last - 1, first - 1, -1):
            at = entries[e, HOP]
            low = r_start[run_of[at]] if sign > 0 else at
            high = at if sign > 0 else r_start[run_of[at] + 1] - 1
            for j in range(high, low - 1, -1):
                if h_stop[j] >= 0:
                    departs = sign * h_time[j]
                    calls[count, 0], calls[count, 1], calls[count, 2] = head[h_stop[j]], e, j
                    calls[count, 3], calls[count, 4] = entries[e, VENUE_S] - departs, departs
                    head[h_stop[j]] = count
                    count += 1
        for i in range(start[k], start[k + 1]):
            h = order[i]
            if not rides[h]:
                continue
            least, last_leave, taken = np.int32(_LATE), np.int32(-_LATE), -1
            for w in range(a_start[h], a_start[h + 1]):
                c, walk = head[a_stop[w]], a_seconds[w]
                while c >= 0:
                    took, left = calls[c, 3] + walk, calls[c, 4] - walk
                    if left >= not_before and (
                        took < least or (took == least and left > last_leave)
                    ):
                        least, last_leave, taken = took, left, c
                    c = calls[c, 0]
            if taken >= 0:
                entry[h], hop[h], leaves[h] = calls[taken, 1], calls[taken, 2], last_leave
        for c in range(count):
            head[h_stop[calls[c, 2]]] = -1
        first = last


@compiled
def _grouped(label, labels):
    """Where each label starts, and its homes; those without a label are left out."""
    start = np.zeros(labels + 1, np.int64)
    for k in label:
        if k >= 0:
            start[k + 1] += 1
    start = np.cumsum(start)
    after, order = start[:-1].copy(), np.empty(start[-1], np.int64)
    for h in range(len(label)):
        if label[h] >= 0:
            order[after[label[h]]] = h
            after[label[h]] += 1
    return start, order


@compiled
def wrong(sign, way, label, entries, run_of, ruled):
    """Homes that take another vehicle than by the rule, with theirs filled into `ruled`."""
    kind, hop, low, high, rides = way
    entry, by_rule_hop, _ = ruled
    found, count = np.empty(len(hop), np.int32), 0
    for h in range(len(hop)):
        if kind[h] != RIDE:
            continue
        e = entry[h]
        if (
            e >= 0 and by_rule_hop[h] == hop[h] and entries[e, RIDES] == rides[h]
            and low[h] <= entries[e, VENUE_S] <= high[h]
        ):  # fmt: skip
            continue
        for e in range(len(entries)):
            at = entries[e, HOP]
            if (
                entries[e, OF_LABEL] == label[h] and entries[e, RIDES] == rides[h]
                and run_of[at] == run_of[hop[h]] and sign * (at - hop[h]) >= 0
                and low[h] <= entries[e, VENUE_S] <= high[h]
            ):  # fmt: skip
                entry[h] = e
                break
        by_rule_hop[h] = hop[h]
        found[count] = h
        count += 1
    return found[:count]


@compiled
def misfits(label, labels, kinds, minutes, entry, venue, left, home, wait):
    """Times that do not follow from visits, vehicles and walks: home, what about, minutes.

    `venue` are the times at the venue of the entries for both ways, without a sign.
    """
    found, count = np.empty((3 * len(label), 3), np.int32), 0
    for h in range(len(label)):
        k = label[h]
        out, back = kinds[0][h], kinds[1][h]
        waits = 0
        if out == RIDE:
            waits += labels[k, START_S] - venue[0][entry[0][h]]
        if back == RIDE:
            waits += venue[1][entry[1][h]] - labels[k, END_S]
        both = out not in (NONE, USUAL) and back != NONE
        wanted = -1 if np.isnan(wait[h]) else np.int32(wait[h])
        if wanted != (-(-waits // 60) if both else -1):
            found[count] = h, WAIT, wanted
            count += 1
        if out == AFOOT:
            wanted = np.int32(left[h]) // 60
            if wanted != labels[k, START_S] // 60 - minutes[0][h]:
                found[count] = h, LEAVE, wanted
                count += 1
        if back == AFOOT:
            wanted = -(-np.int32(home[h]) // 60)
            if wanted != -(-labels[k, END_S] // 60) + minutes[1][h]:
                found[count] = h, HOME, wanted
                count += 1
    return found[:count]
