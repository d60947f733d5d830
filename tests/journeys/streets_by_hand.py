"""Streets written by hand, and a textbook search to check what is found on them."""

from __future__ import annotations

import heapq
import math

import numpy as np

from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.walking import walking_times
from geo_integration.streets import Edges, Nodes, Streets, components

OPEN = {
    "walk": True,
    "bike_forward": True,
    "bike_backward": True,
    "car_forward": True,
    "car_backward": True,
    "car_kmh": 36.0,  # 10 m/s
    "ferry": False,
}
ONE_WAY = {"bike_backward": False, "car_backward": False}


def streets(xy, edges):
    """Streets of nodes' coordinates and edges (from, to[, flags[, points between]])."""
    rows, shapes = [], []
    for a, b, *more in edges:
        rows.append((a, b, OPEN | (more[0] if more else {})))
        between = more[1] if len(more) > 1 else []
        shapes.append(np.array([xy[a], *between, xy[b]], float))
    length = np.array([np.hypot(*np.diff(s, axis=0).T).sum() for s in shapes])
    a, b = (np.array([r[i] for r in rows], np.int32) for i in range(2))
    columns = [np.array([r[2][name] for r in rows]) for name in OPEN]
    start = np.r_[0, np.cumsum([len(s) for s in shapes])].astype(np.int64)
    x, y = np.array(xy, float).T
    nodes = Nodes(x, y, components(len(xy), a, b, length))
    return Streets(nodes, Edges(a, b, length, *columns, start, np.vstack(shapes)))


def on_streets(xy, edges, *, mode="walk", speed_kmh=3.6, max_snap_m=500):
    """A network on which people walk and ride one metre a second."""
    return build_street_network(
        streets(xy, edges),
        mode=mode,
        speed_kmh=speed_kmh,
        detour_factor=9.9,
        max_snap_m=max_snap_m,
    )


def straight(speed_kmh=3.6, detour_factor=1.0):
    return build_street_network(
        None, speed_kmh=speed_kmh, detour_factor=detour_factor, max_snap_m=500
    )


def as_dict(walks):
    origin = np.repeat(np.arange(len(walks.start) - 1), np.diff(walks.start))
    return dict(
        zip(
            zip(origin.tolist(), walks.target.tolist(), strict=True),
            walks.seconds.tolist(),
            strict=True,
        )
    )


def times(network, origins, destinations, max_s=10_000):
    points = (np.array(p, float).reshape(-1, 2) for p in (origins, destinations))
    return as_dict(walking_times(network, *points, max_s))


def lattice(blocked=()):
    """Nodes 100 m apart, 6 x 6; no street touches the blocked nodes."""
    xy = [(100.0 * i, 100.0 * j) for j in range(6) for i in range(6)]
    edges = []
    for j in range(6):
        for i in range(6):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < 6 and m < 6 and not {(i, j), (k, m)} & set(blocked):
                    edges.append((j * 6 + i, m * 6 + k))
    return xy, edges


def slow_dijkstra(arcs, starts):
    """Shortest seconds from some nodes at some seconds, from the textbook."""
    best, heap = {}, [(seconds, node) for node, seconds in starts.items()]
    heapq.heapify(heap)
    while heap:
        seconds, node = heapq.heappop(heap)
        if node in best:
            continue
        best[node] = seconds
        for a, b, cost in arcs:
            if a == node and b not in best:
                heapq.heappush(heap, (seconds + cost, b))
    return best


def slow_snap(xy, edges, point):
    """(away, edge, share) of each nearest place; streets are straight."""
    found = []
    for number, (a, b, *_) in enumerate(edges):
        (ax, ay), (bx, by), (px, py) = xy[a], xy[b], point
        square = (bx - ax) ** 2 + (by - ay) ** 2
        t = min(max(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square, 0), 1)
        away = math.dist(point, (ax + t * (bx - ax), ay + t * (by - ay)))
        found.append((away, number, t))
    return min(found)


def slow_seconds(xy, edges, origin, destination):
    """Seconds from point to point where all streets are straight and taken at 1 m/s; or None."""
    arcs = []
    for a, b, *flags in edges:
        arcs.append((a, b, math.dist(xy[a], xy[b])))
        if not (flags and flags[0] == ONE_WAY):
            arcs.append((b, a, math.dist(xy[a], xy[b])))
    both = {(a, b) for a, b, _ in arcs}
    (away, one, share), (away_to, two, share_to) = (
        slow_snap(xy, edges, p) for p in (origin, destination)
    )
    a, b, *_ = edges[one]
    c, d, *_ = edges[two]
    length, length_to = math.dist(xy[a], xy[b]), math.dist(xy[c], xy[d])
    starts = {b: (1 - share) * length}
    if (b, a) in both or share == 0:
        starts[a] = min(share * length, starts.get(a, math.inf))
    reached = slow_dijkstra(arcs, starts)
    ways = [reached[c] + share_to * length_to] if c in reached else []
    if d in reached and ((d, c) in both or share_to == 1):
        ways.append(reached[d] + (1 - share_to) * length_to)
    if one == two and (share_to >= share or (b, a) in both):
        ways.append(abs(share_to - share) * length)
    return min(ways) + away + away_to if ways else None
