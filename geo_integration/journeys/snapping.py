"""Points -> the nearest place on the streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.journeys.networks import Graph, StreetNetwork


class Snapped(NamedTuple):
    """Where points lie on the streets.

    `edge` is the position in the network's edges, -1 where none is near; `share` of the edge's
    length lies before the place; the point is `away_m` from it.
    """

    edge: NDArray[np.int64]
    share: NDArray[np.float64]
    away_m: NDArray[np.float64]


def snap(graph: Graph, points: NDArray[np.float64], max_snap_m: float) -> Snapped:
    """Find the nearest place on any street that the mode may use.

    Parameters
    ----------
    graph : Graph
        The mode's streets.
    points : ndarray, shape (n, 2)
        Coordinates in metres; NaN is near nothing.
    max_snap_m : float
        Furthest that a street may be, metres, inclusive.

    Returns
    -------
    Snapped
        Of equally near streets the first one counts.
    """
    found = Snapped(
        np.full(len(points), -1, np.int64), np.zeros(len(points)), np.zeros(len(points))
    )
    lines = graph.lines
    _nearest(
        np.ascontiguousarray(points, float),
        float(max_snap_m),
        lines.xy,
        lines.edge,
        lines.share,
        (lines.corner[0], lines.corner[1], lines.size_m, lines.columns, lines.rows),
        lines.start,
        lines.part,
        *found,
    )
    return found


def unsnapped(network: StreetNetwork, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie too far from any street; none where no streets are loaded.

    Parameters
    ----------
    network : StreetNetwork
        Of a mode.
    points : ndarray, shape (n, 2)
        Coordinates in metres.

    Returns
    -------
    ndarray of bool, shape (n,)
        Points without coordinates are too far where there are streets.
    """
    if network.graph is None:
        return np.zeros(len(points), dtype=bool)
    return snap(network.graph, points, network.max_snap_m).edge < 0


def on_islands(network: StreetNetwork, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie on streets that do not connect to the largest part of the network.

    Parameters
    ----------
    network : StreetNetwork
        Of a mode.
    points : ndarray, shape (n, 2)
        Coordinates in metres.

    Returns
    -------
    ndarray of bool, shape (n,)
        False for points that are too far from any street, and where no streets are loaded.
    """
    graph = network.graph
    if graph is None:
        return np.zeros(len(points), dtype=bool)
    edge = snap(graph, points, network.max_snap_m).edge
    away = graph.component[graph.from_node[edge]] > 0
    return away & (edge >= 0)


@compiled
def _nearest(points, furthest, xy, edge, share, grid, start, part, at, along, away):
    """Search the grid in growing rings around each point."""
    left, bottom, size, columns, rows = grid
    for i in range(len(points)):
        px, py = points[i]
        if not (np.isfinite(px) and np.isfinite(py)):
            continue
        column, row = int(np.floor((px - left) / size)), int(np.floor((py - bottom) / size))
        # The first ring that touches the grid, for points outside of it.
        ring = max(0, -column, column - columns + 1, -row, row - rows + 1)
        best = furthest * furthest * (1 + 1e-12)
        while max(ring - 1, 0) * size <= np.sqrt(best):
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                whole = abs(r - row) == ring
                step = 1 if whole or ring == 0 else 2 * ring
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    square = r * columns + c
                    for k in range(start[square], start[square + 1]):
                        p = part[k]
                        square_m, t = _away(px, py, xy[p])
                        nearer = square_m < best or (square_m == best and at[i] < 0)
                        if nearer or (square_m == best and edge[p] < at[i]):
                            best = square_m
                            at[i] = edge[p]
                            along[i] = share[p, 0] + t * (share[p, 1] - share[p, 0])
                            if t == 1.0:
                                along[i] = share[p, 1]
            ring += 1
        away[i] = np.sqrt(best) if at[i] >= 0 else np.inf


@compiled
def _away(px, py, line):
    """Square of the distance from a line, and where on it the nearest place lies, 0 to 1."""
    ax, ay, bx, by = line
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    t = ((px - ax) * dx + (py - ay) * dy) / square if square > 0 else 0.0
    if t <= 0:
        return (px - ax) ** 2 + (py - ay) ** 2, 0.0
    if t >= 1:
        return (px - bx) ** 2 + (py - by) ** 2, 1.0
    return (px - ax - t * dx) ** 2 + (py - ay - t * dy) ** 2, t
