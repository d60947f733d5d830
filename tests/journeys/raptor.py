"""A second timetable search, of another kind, that the one under proof is compared with.

RAPTOR [1]_: no connections in order of time but lines, ridden from stop to stop in rounds; round k
finds what is reached with k rides. It goes forward from one departure, knows the number of rides
at every step, and shares nothing with Connection Scan but the question.

What the paper leaves out is added in its spirit: a line is a list of hops, so that a vehicle that
goes on as another run is one line, even where it goes on from another stop; boarding and alighting
may be forbidden on a hop; times for changing are given for pairs of stops.

References
----------
.. [1] Delling, Pajor, Werneck: Round-Based Public Transit Routing. ALENEX 2012, 130-140.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numba import njit

FAR = 2**30


class Lines(NamedTuple):
    """Vehicles that make the same hops and do not overtake each other, earliest first.

    Line p has the hops `first[p]:first[p + 1]` and `vehicles[p]` vehicles; the times of its vehicle
    n at its hop i stand at `times[p] + n * hops + i`. Stop s is where the hops
    `at_start[s]:at_start[s + 1]` of `at_line` and `at_hop` may be boarded.
    """

    first: np.ndarray
    vehicles: np.ndarray
    times: np.ndarray
    leaves: np.ndarray
    reaches: np.ndarray
    board: np.ndarray
    alight: np.ndarray
    departure: np.ndarray
    arrival: np.ndarray
    at_start: np.ndarray
    at_line: np.ndarray
    at_hop: np.ndarray


def lines_of(connections, stops):
    """Sort CONNECTIONS into lines."""
    names = ["from_stop", "to_stop", "board", "alight", "departure_s", "arrival_s"]
    table = connections.sort_values(["run", "sequence"], kind="stable")
    runs = {int(run): rows for run, rows in table.groupby("run", sort=False)}
    after = {run: int(rows["next_run"].iloc[-1]) for run, rows in runs.items()}
    after = {run: follower for run, follower in after.items() if follower in runs}
    groups = {}
    for run in runs:
        if run in after.values():
            continue
        joined = [run]
        while joined[-1] in after:
            joined.append(after[joined[-1]])
        hops = np.concatenate([runs[r][names].to_numpy(np.int64) for r in joined])
        groups.setdefault(hops[:, :4].tobytes(), []).append(hops)
    lines = [line for same in groups.values() for line in _without_overtaking(same)]
    count = [len(line[0]) for line in lines]
    first = np.r_[0, np.cumsum(count)].astype(np.int64)
    shapes = np.concatenate([line[0][:, :4] for line in lines] or [np.empty((0, 4), np.int64)])
    size = [len(line) * n for line, n in zip(lines, count, strict=True)]
    times = np.concatenate([np.concatenate(v)[:, 4:] for v in lines] or [np.empty((0, 2))])
    line_of_hop = np.repeat(np.arange(len(lines)), count)
    board = np.flatnonzero(shapes[:, 2])
    order = board[np.argsort(shapes[board, 0], kind="stable")]
    return Lines(
        first=first,
        vehicles=np.array([len(line) for line in lines], np.int64),
        times=np.r_[0, np.cumsum(size)].astype(np.int64),
        leaves=shapes[:, 0].copy(),
        reaches=shapes[:, 1].copy(),
        board=shapes[:, 2] > 0,
        alight=shapes[:, 3] > 0,
        departure=times[:, 0].astype(np.int64),
        arrival=times[:, 1].astype(np.int64),
        at_start=np.searchsorted(shapes[order, 0], np.arange(stops + 1)),
        at_line=line_of_hop[order],
        at_hop=order - first[line_of_hop[order]],
    )


def _without_overtaking(same):
    """Split vehicles with the same hops so that in each part nobody overtakes."""
    parts = []
    for hops in sorted(same, key=lambda hops: hops[:, 4:].tolist()):
        for part in parts:
            if (part[-1][:, 4:] <= hops[:, 4:]).all():
                part.append(hops)
                break
        else:
            parts.append([hops])
    return parts


def mirrored(connections):
    """The same day seen in a mirror: time runs backward and every vehicle too."""
    goes_on = connections[connections["next_run"] >= 0]
    before = connections["run"].map(dict(zip(goes_on["next_run"], goes_on["run"], strict=True)))
    first = connections.groupby("run")["sequence"].transform("min") == connections["sequence"]
    return connections.assign(
        sequence=-connections["sequence"],
        next_run=before.where(first).fillna(-1).astype("int64"),
        from_stop=connections["to_stop"],
        to_stop=connections["from_stop"],
        departure_s=-connections["arrival_s"],
        arrival_s=-connections["departure_s"],
        board=connections["alight"],
        alight=connections["board"],
    )


def mirrored_walks(walks, targets):
    """The same walks gone the other way, from each of the targets."""
    pairs = sorted(
        (int(t), row, int(s))
        for row in range(len(walks.start) - 1)
        for t, s in zip(
            *(v[walks.start[row] : walks.start[row + 1]] for v in walks[1:]), strict=True
        )
    )
    counts = np.bincount([t for t, _, _ in pairs], minlength=targets)
    return type(walks)(
        np.r_[0, np.cumsum(counts)].astype(np.int64),
        np.array([row for _, row, _ in pairs], np.int32),
        np.array([seconds for _, _, seconds in pairs], np.int32),
    )


@njit(cache=True, nogil=True)
def _rounds(  # noqa: C901, PLR0912, PLR0917  one loop in one piece, arrays one by one
    first, vehicles, times, leaves, reaches, board, alight, departure, arrival, at_start, at_line,
    at_hop, c_start, c_stop, c_seconds, ready, latest, alighted,
):  # fmt: skip
    """Fill `alighted` (rounds + 1, stops): row k has at most k + 1 rides, the last one any number.

    `ready` is when one can board at each stop before the first ride.
    """
    rows, stops = alighted.shape
    best = np.full(stops, FAR)
    marked = ready < FAR
    done = 0
    while True:
        start_at = np.full(len(vehicles), -1)
        for s in range(stops):
            if marked[s]:
                for j in range(at_start[s], at_start[s + 1]):
                    p = at_line[j]
                    if start_at[p] < 0 or at_hop[j] < start_at[p]:
                        start_at[p] = at_hop[j]
        marked[:] = False
        improved = np.zeros(stops, np.bool_)
        for p in range(len(vehicles)):
            if start_at[p] < 0:
                continue
            hops = first[p + 1] - first[p]
            n = vehicles[p]
            for i in range(start_at[p], hops):
                u, v = leaves[first[p] + i], reaches[first[p] + i]
                if board[first[p] + i] and ready[u] < FAR:
                    while n > 0 and departure[times[p] + (n - 1) * hops + i] >= ready[u]:
                        n -= 1
                if n < vehicles[p] and alight[first[p] + i]:
                    at = arrival[times[p] + n * hops + i]
                    if at < best[v] and at <= latest:
                        best[v] = at
                        improved[v] = True
        again = False
        for v in range(stops):
            if improved[v]:
                for j in range(c_start[v], c_start[v + 1]):
                    if best[v] + c_seconds[j] < ready[c_stop[j]]:
                        ready[c_stop[j]] = best[v] + c_seconds[j]
                        marked[c_stop[j]] = True
                        again = True
        if done < rows - 1:
            alighted[done] = best
        done += 1
        if not again:
            for k in range(done, rows):
                alighted[k - 1] = best
            alighted[rows - 1] = best
            return


@njit(cache=True, nogil=True)
def _doors(alighted, e_start, e_stop, e_seconds, afoot, departure, longest, into):
    """Seconds from one door to all others, for every number of rides."""
    for k in range(len(alighted)):
        for d in range(len(afoot)):
            least = afoot[d]
            for j in range(e_start[d], e_start[d + 1]):
                if alighted[k, e_stop[j]] < FAR:
                    least = min(least, alighted[k, e_stop[j]] + e_seconds[j] - departure)
            into[k, d] = least if least <= longest else FAR


def alighting(lines, change, ready, rides, latest=FAR):
    """When one can get off at each stop at the earliest; rows as in `_rounds`."""
    alighted = np.full((rides + 1, len(change.start) - 1), FAR, np.int64)
    _rounds(*lines, *change, np.asarray(ready, np.int64).copy(), latest, alighted)
    return alighted


def door_to_door(lines, change, access, egress, direct, moments, *, max_s, rides=4, threads=4):
    """Seconds from door to door for every departure.

    Shape (rides + 1, moments, origins, destinations): the first index is the number of rides less
    one, the last of them stands for any number. FAR where it takes more than `max_s`.
    """
    stops, goals = len(change.start) - 1, len(egress.start) - 1
    origins = len(access.start) - 1
    seconds = np.full((rides + 1, len(moments), origins, goals), FAR, np.int64)

    def one(origin):
        near = slice(access.start[origin], access.start[origin + 1])
        walk = slice(direct.start[origin], direct.start[origin + 1])
        afoot = np.full(goals, FAR, np.int64)
        afoot[direct.target[walk]] = direct.seconds[walk]
        for m, moment in enumerate(moments):
            ready = np.full(stops, FAR, np.int64)
            ready[access.target[near]] = moment + access.seconds[near].astype(np.int64)
            alighted = alighting(lines, change, ready, rides, moment + max_s)
            _doors(alighted, *egress, afoot, moment, max_s, seconds[:, m, origin])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, range(origins)))
    return seconds
