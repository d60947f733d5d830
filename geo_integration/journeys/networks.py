"""The network that people walk, cycle or drive on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from geo_integration.errors import SourceError
from geo_integration.streets import components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.streets import Edges, Streets

Mode = Literal["walk", "bike", "car"]
WALKING_KMH = 4.8
_SPEEDS_KMH: dict[Mode, float] = {"walk": WALKING_KMH, "bike": 15.0, "car": 50.0}
_FOR: dict[Mode, str] = {"walk": "zum Gehen", "bike": "für Fahrräder", "car": "für Autos"}
_LEAST_CELL_M, _CELLS_PER_SEGMENT = 50.0, 2.0


class Arcs(NamedTuple):
    """Node n leads to `node[start[n]:start[n + 1]]` in the `seconds` of the same span."""

    start: NDArray[np.int64]
    node: NDArray[np.int32]
    seconds: NDArray[np.float64]


class Lines(NamedTuple):
    """Straight parts of the streets, and a grid to find the near ones.

    Part i runs from `xy[i, :2]` to `xy[i, 2:]`, which is the stretch from share `share[i, 0]` to
    `share[i, 1]` of the length of `edge[i]`. Square (column, row) of the grid, `size_m` wide and
    counted from `corner`, touches `part[start[c]:start[c + 1]]` with c = row * columns + column.
    """

    xy: NDArray[np.float64]
    edge: NDArray[np.int32]
    share: NDArray[np.float64]
    corner: NDArray[np.float64]
    size_m: float
    columns: int
    rows: int
    start: NDArray[np.int64]
    part: NDArray[np.int32]


class Graph(NamedTuple):
    """Streets that a mode may use.

    Edge e leads from `from_node[e]` to `to_node[e]` in `forward_s[e]` and back in `backward_s[e]`
    seconds, infinite where that is not allowed. `component` numbers the connected parts, whatever
    the direction; 0 is the longest.
    """

    out: Arcs
    back: Arcs
    from_node: NDArray[np.int32]
    to_node: NDArray[np.int32]
    length_m: NDArray[np.float64]
    forward_s: NDArray[np.float64]
    backward_s: NDArray[np.float64]
    component: NDArray[np.int32]
    lines: Lines


class StreetNetwork(NamedTuple):
    """What travel times are computed on.

    `graph` is None where no streets are loaded; then the straight line times `detour_factor`
    counts. `speed_ms` is the speed off the streets: of the straight line, or else of the way on
    foot to the nearest street, which may be `max_snap_m` away.
    """

    speed_ms: float
    detour_factor: float
    max_snap_m: float
    graph: Graph | None = None


class StreetReport(NamedTuple):
    """How connected a network is: number of its parts, share of the length in the longest."""

    components: int
    share_largest: float


def build_street_network(
    streets: Streets | None,
    *,
    mode: Mode = "walk",
    speed_kmh: float | None = None,
    detour_factor: float,
    max_snap_m: float,
) -> StreetNetwork:
    """Build the network of a mode.

    Parameters
    ----------
    streets : Streets or None
        Streets in a metric CRS; None: the straight line counts.
    mode : {"walk", "bike", "car"}
        Walking and cycling are equally fast everywhere. Cars go at the speed of each street.
        Ferries carry cars and bicycles; nobody is taken to walk onto one. Points are taken to
        streets that are open to more than cars: one does not get onto a motorway from beside it.
    speed_kmh : float, optional
        Speed on foot and by bicycle, and of the straight line; 4.8, 15 and 50 unless given.
    detour_factor : float
        Way / straight line, where there are no streets.
    max_snap_m : float
        Furthest that a point may lie from the streets, metres.

    Returns
    -------
    StreetNetwork
        Weights are seconds.

    Raises
    ------
    SourceError
        When there are streets, but none that the mode may use.
    """
    speed = (_SPEEDS_KMH[mode] if speed_kmh is None else speed_kmh) / 3.6
    if streets is None:
        return StreetNetwork(speed, detour_factor, max_snap_m)
    off_street = speed if mode == "walk" else WALKING_KMH / 3.6
    graph = _graph(streets, mode, speed)
    return StreetNetwork(off_street, detour_factor, max_snap_m, graph)


def street_report(network: StreetNetwork) -> StreetReport:
    """Tell how connected the streets are that a mode may use.

    Parameters
    ----------
    network : StreetNetwork
        Of the mode.

    Returns
    -------
    StreetReport
        Where no streets are loaded: no parts, and all of the length.
    """
    graph = network.graph
    if graph is None:
        return StreetReport(0, 1.0)
    part = graph.component[graph.from_node]
    length = np.bincount(part, weights=graph.length_m)
    total = length.sum()
    return StreetReport(len(length), float(length[0] / total) if total else 1.0)


def _graph(streets: Streets, mode: Mode, speed_ms: float) -> Graph:
    """The part of the streets that a mode may use."""
    forward, backward = _seconds(streets.edges, mode, speed_ms)
    edges, size = streets.edges, len(streets.nodes.x_m)
    may = np.isfinite(forward) | np.isfinite(backward)
    used = np.flatnonzero(may)
    near = may & ~edges.ferry & (edges.walk | edges.bike_forward | edges.bike_backward)
    if not near.any():
        raise SourceError(f"das Straßennetz enthält keine Straße {_FOR[mode]}")
    a, b, length = edges.from_node[used], edges.to_node[used], edges.length_m[used]
    forward, backward = forward[used], backward[used]
    return Graph(
        out=_arcs(size, a, b, forward, backward),
        back=_arcs(size, a, b, backward, forward),
        from_node=a,
        to_node=b,
        length_m=length,
        forward_s=forward,
        backward_s=backward,
        component=components(size, a, b, length),
        lines=_lines(edges, np.flatnonzero(near), np.cumsum(may) - 1),
    )


def _seconds(
    edges: Edges, mode: Mode, speed_ms: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds along each street and back; infinite where the mode may not go."""
    if mode == "walk":
        seconds = np.where(edges.walk & ~edges.ferry, edges.length_m / speed_ms, np.inf)
        return seconds, seconds
    by_ferry = edges.length_m / np.where(edges.car_kmh > 0, edges.car_kmh, 1.0) * 3.6
    if mode == "bike":
        seconds = np.where(edges.ferry, by_ferry, edges.length_m / speed_ms)
        allowed = edges.bike_forward, edges.bike_backward
    else:
        seconds, allowed = by_ferry, (edges.car_forward, edges.car_backward)
    forward, backward = (np.where(may, seconds, np.inf) for may in allowed)
    return forward, backward


def _arcs(
    size: int,
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
) -> Arcs:
    """What each node leads to."""
    there, back = np.isfinite(forward), np.isfinite(backward)
    origin = np.r_[a[there], b[back]]
    start, order = _sorted_by(origin, size)
    target = np.r_[b[there], a[back]][order]
    return Arcs(start, target, np.r_[forward[there], backward[back]][order])


def _sorted_by(key: NDArray[np.integer], size: int) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """Where each key starts, and the order; once for a map, so that the compiler stays out."""
    order = np.argsort(key, kind="stable")
    return np.searchsorted(key[order], np.arange(size + 1)), order


def _lines(edges: Edges, near: NDArray[np.int64], number: NDArray[np.int64]) -> Lines:
    """Straight parts of the streets that points are taken to, in a grid."""
    count = np.diff(edges.shape_start)[near] - 1
    ahead = np.cumsum(count) - count
    first = np.arange(count.sum()) + np.repeat(edges.shape_start[near] - ahead, count)
    xy = np.column_stack((edges.shape_xy[first], edges.shape_xy[first + 1]))
    length = np.hypot(xy[:, 2] - xy[:, 0], xy[:, 3] - xy[:, 1])
    whole = np.add.reduceat(length, ahead)
    until = np.cumsum(length)
    until -= np.repeat(until[ahead] - length[ahead], count)
    whole_of = np.repeat(np.where(whole > 0, whole, 1.0), count)
    share = np.column_stack((np.maximum(until - length, 0.0), until)) / whole_of[:, None]
    share[ahead, 0], share[ahead + count - 1, 1] = 0.0, 1.0
    edge = np.repeat(number[near].astype(np.int32), count)
    return Lines(xy, edge, np.minimum(share, 1.0), *_grid(xy))


def _grid(
    xy: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float, int, int, NDArray[np.int64], NDArray[np.int32]]:
    """Squares of a grid, and the straight parts whose bounds touch each."""
    low = np.minimum(xy[:, :2], xy[:, 2:])
    high = np.maximum(xy[:, :2], xy[:, 2:])
    corner = low.min(axis=0)
    width, height = high.max(axis=0) - corner
    room = (width + _LEAST_CELL_M) * (height + _LEAST_CELL_M)
    size = max(_LEAST_CELL_M, float(np.sqrt(room / (len(xy) * _CELLS_PER_SEGMENT))))
    columns, rows = int(width / size) + 1, int(height / size) + 1
    first = ((low - corner) / size).astype(np.int64)
    wide, tall = (((high - corner) / size).astype(np.int64) - first + 1).T
    count = wide * tall
    part = np.repeat(np.arange(len(xy), dtype=np.int32), count)
    within = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
    column = first[part, 0] + within % wide[part]
    row = first[part, 1] + within // wide[part]
    square = row * columns + column
    start, order = _sorted_by(square, columns * rows)
    return corner, size, columns, rows, start, part[order]
