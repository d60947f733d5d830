"""Slow, obviously correct searches that the fast ones are compared with.

A day is a list of trips; a trip is a list of hops (from, to, departure, arrival, board, alight) in
the order in which they are ridden. Walks are lists of (stop, seconds), for each stop.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from geo_integration.journeys.sparse import FAR, Walks

NEVER = math.inf


def earliest(trips, walks, buffer_s, ready):
    """Earliest time at which one can alight from a trip at each stop.

    `ready`: when one can board at each stop at first. Rides every trip from wherever one can get
    on, walks on from wherever one can get off, and starts again until nothing gets any earlier.
    """
    ready = list(ready)
    alighted = [NEVER] * len(ready)
    again = True
    while again:
        again = False
        for hops in trips:
            on_board = False
            for u, v, departure, arrival, board, alight in hops:
                on_board = on_board or (board and departure >= ready[u])
                if not (on_board and alight and arrival < alighted[v]):
                    continue
                alighted[v] = arrival
                again = True
                for w, seconds in walks[v]:
                    ready[w] = min(ready[w], arrival + max(seconds, buffer_s))
    return alighted


def arrival_at_place(trips, walks, buffer_s, egress, stop, time):
    """Earliest arrival at the place when one stands at a stop at a time; at least one ride."""
    ready = [NEVER] * len(walks)
    ready[stop] = time
    alighted = earliest(trips, walks, buffer_s, ready)
    return min(at + seconds for at, seconds in zip(alighted, egress, strict=True))


def arrivals_from_place(trips, walks, buffer_s, egress, time):
    """Earliest arrival by bus at each stop when one leaves the place at a time."""
    return earliest(trips, walks, buffer_s, [time + seconds for seconds in egress])


def scan_forward(connections, transfers, buffer_s, stop, time):
    """Earliest alighting at each stop, by one scan in order of departure; for large days.

    Forward and for a single departure, where the searched code goes backward for all of them.
    """
    ready = {stop: time}
    alighted: dict[int, int] = {}
    on_board: set[int] = set()
    for trip, u, v, departure, arrival, board, alight in connections:
        if departure < time:
            continue
        if trip not in on_board:
            if not board or ready.get(u, NEVER) > departure:
                continue
            on_board.add(trip)
        if alight and arrival < alighted.get(v, NEVER):
            alighted[v] = arrival
            for w, seconds in transfers[v]:
                ready[w] = min(ready.get(w, NEVER), arrival + max(seconds, buffer_s))
    return alighted


def as_connections(trips):
    """CONNECTIONS of a list of trips."""
    rows = [
        (k, n, *hop) for k, hops in enumerate(trips) for n, hop in enumerate(hops)
    ]  # fmt: skip
    columns = ["trip", "sequence", "from_stop", "to_stop", "departure_s", "arrival_s"]
    table = pd.DataFrame(rows, columns=[*columns, "board", "alight"])
    table = table.assign(run=table["trip"], next_run=-1)
    return table.astype(dict.fromkeys(columns, "int64") | {"board": bool, "alight": bool})


def as_walks(walks):
    """Walks of lists of (target, seconds)."""
    counts = [len(row) for row in walks]
    return Walks(
        np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.array([w for row in walks for w, _ in row], np.int32),
        np.array([s for row in walks for _, s in row], np.int32),
    )


def as_seconds(values):
    """Seconds with FAR where there is no way."""
    return np.array([FAR if v == NEVER else v for v in values], np.int32)


def journeys(profile, stop):
    """Pairs of departure and arrival from one stop, as they are stored."""
    span = range(profile.start[stop], profile.start[stop] + profile.count[stop])
    return [(int(profile.departure[e]), int(profile.arrival[e])) for e in span]


def arrival_of(profile, stop, time):
    """Arrival when one stands at a stop at a time, read off a profile."""
    return min((a for d, a in journeys(profile, stop) if d >= time), default=NEVER)


def random_day(rng):
    """Trips, walks, buffer and egress of a small random day, full of odd cases."""
    stops = int(rng.integers(2, 6))
    trips = []
    for _ in range(int(rng.integers(0, 8))):
        at, time = int(rng.integers(stops)), int(rng.integers(-5, 30))
        hops = []
        for _ in range(int(rng.integers(1, 6))):
            to = int(rng.integers(stops))
            arrival = time + int(rng.choice([0, 0, 1, 2, 5]))
            hops.append((at, to, time, arrival, bool(rng.random() < 0.8), bool(rng.random() < 0.8)))
            at, time = to, arrival + int(rng.choice([0, 0, 1, 3]))
        trips.append(hops)
        if rng.random() < 0.2:
            trips.append(list(hops))
    walks = [[(s, 0)] for s in range(stops)]
    for u in range(stops):
        for v in range(u):
            if rng.random() < 0.3:
                seconds = int(rng.integers(0, 8))
                walks[u].append((v, seconds))
                walks[v].append((u, seconds))
    egress = [int(rng.integers(0, 6)) if rng.random() < 0.5 else NEVER for _ in range(stops)]
    egress[int(rng.integers(stops))] = 0
    return trips, walks, int(rng.integers(1, 6)), egress


def reversed_day(day):
    """The day with time and directions turned round."""
    trips, walks, buffer_s, egress = day
    turned = [
        [(v, u, -arr, -dep, alight, board) for u, v, dep, arr, board, alight in reversed(hops)]
        for hops in trips
    ]
    return turned, walks, buffer_s, egress


def arriving_in(day, first, last):
    """The same day, on which the place is reached in a span of time only.

    The place becomes a stop of its own; every hop after which one may walk to it in that span gets
    a copy of its trip that ends there.
    """
    trips, walks, buffer_s, egress = day
    place = len(walks)
    copies = [
        [*hops[:n], (u, place, departure, int(arrival + egress[v]), board, True)]
        for hops in trips
        for n, (u, v, departure, arrival, board, alight) in enumerate(hops)
        if alight and egress[v] < NEVER and first <= arrival + egress[v] <= last
    ]
    there = [NEVER] * place + [0]
    return trips + copies, [*walks, [(place, 0)]], buffer_s, there
