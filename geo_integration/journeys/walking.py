"""Walking times: over a street network, or straight line x detour factor where none is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_ROOTS_AT_ONCE = 256


class Walks(NamedTuple):
    """Walking times between two sets of points, sparse.

    Row i of the first set reaches `target[start[i]:start[i+1]]` in `seconds` of the same span.
    """

    start: NDArray[np.int64]
    target: NDArray[np.int32]
    seconds: NDArray[np.int32]


class WalkNetwork(NamedTuple):
    """What walking times are computed on.

    `nodes` and `graph` (lengths in metres, symmetric) are None where no streets are loaded; then
    the straight line times `detour_factor` counts.
    """

    speed_ms: float
    detour_factor: float
    max_snap_m: float
    nodes: NDArray[np.float64] | None = None
    graph: csr_matrix | None = None


def coordinates(points: gpd.GeoSeries) -> NDArray[np.float64]:
    """Coordinates of points, shape (n, 2); NaN where there is none."""
    return np.column_stack((points.x.to_numpy(), points.y.to_numpy()))


def build_walk_network(
    nodes: gpd.GeoDataFrame | None,
    edges: pd.DataFrame | None,
    *,
    speed_kmh: float,
    detour_factor: float,
    max_snap_m: float,
) -> WalkNetwork:
    """Build the network that people walk on.

    Parameters
    ----------
    nodes : GeoDataFrame or None
        Street nodes in a metric CRS; None: no streets.
    edges : DataFrame or None
        from_node, to_node (positions in `nodes`), length_m.
    speed_kmh : float
        Walking speed.
    detour_factor : float
        Way / straight line, where there are no streets.
    max_snap_m : float
        Furthest a point may lie from the streets, metres.

    Returns
    -------
    WalkNetwork
        With streets: their largest connected part.
    """
    speed = speed_kmh / 3.6
    if nodes is None or edges is None:
        return WalkNetwork(speed, detour_factor, max_snap_m)
    size = len(nodes)
    ends = edges["from_node"].to_numpy(), edges["to_node"].to_numpy()
    pairs = np.sort(np.column_stack(ends), axis=1)
    # Parallel streets: the shortest counts (a sparse matrix would add them up).
    table = pd.DataFrame({"a": pairs[:, 0], "b": pairs[:, 1], "m": edges["length_m"]})
    shortest = table.groupby(["a", "b"])["m"].min()
    a, b = (shortest.index.get_level_values(i).to_numpy() for i in range(2))
    m = np.maximum(shortest.to_numpy(), 0.01)
    graph = csr_matrix((np.r_[m, m], (np.r_[a, b], np.r_[b, a])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    largest = np.flatnonzero(part == np.bincount(part).argmax())
    xy = np.column_stack((nodes.geometry.x.to_numpy(), nodes.geometry.y.to_numpy()))
    return WalkNetwork(speed, detour_factor, max_snap_m, xy[largest], graph[largest][:, largest])


def walking_times(
    network: WalkNetwork,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    max_s: float,
) -> Walks:
    """Walking times from every origin to every destination within a limit.

    Parameters
    ----------
    network : WalkNetwork
        What people walk on.
    origins, destinations : ndarray, shape (n, 2)
        Coordinates in metres; rows with NaN reach nothing.
    max_s : float
        Limit, seconds, inclusive.

    Returns
    -------
    Walks
        Rows: origins. Walking is the same both ways.
    """
    limit_m = max_s * network.speed_ms
    if network.graph is None or network.nodes is None:
        pairs = _straight(origins, destinations, limit_m / network.detour_factor)
        pairs["metres"] *= network.detour_factor
    else:
        pairs = _by_streets(
            cKDTree(network.nodes),
            network.graph,
            origins,
            destinations,
            limit_m,
            network.max_snap_m,
        )
    pairs = pairs.sort_values(["origin", "destination"])
    counts = np.bincount(pairs["origin"], minlength=len(origins))
    start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    seconds = np.ceil(pairs["metres"].to_numpy() / network.speed_ms - 1e-6).astype(np.int32)
    return Walks(start, pairs["destination"].to_numpy(np.int32), seconds)


def walks_between_stops(network: WalkNetwork, stops: NDArray[np.float64], max_s: float) -> Walks:
    """Walking times between stops; each stop reaches itself at once, wherever it lies."""
    walks = walking_times(network, stops, stops, max_s)
    origin = np.repeat(np.arange(len(stops)), np.diff(walks.start))
    others = origin != walks.target
    own = np.arange(len(stops))
    origin = np.concatenate((origin[others], own))
    target = np.concatenate((walks.target[others], own.astype(np.int32)))
    seconds = np.concatenate((walks.seconds[others], np.zeros(len(stops), np.int32)))
    order = np.lexsort((target, origin))
    counts = np.bincount(origin, minlength=len(stops))
    start = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return Walks(start, target[order], seconds[order])


def _straight(
    origins: NDArray[np.float64], destinations: NDArray[np.float64], limit_m: float
) -> pd.DataFrame:
    """Pairs within a straight-line distance: origin, destination, metres."""
    good = [np.flatnonzero(np.isfinite(xy).all(axis=1)) for xy in (origins, destinations)]
    trees = [cKDTree(xy[at]) for xy, at in zip((origins, destinations), good, strict=True)]
    found = trees[0].sparse_distance_matrix(trees[1], limit_m, output_type="coo_matrix")
    return pd.DataFrame(
        {"origin": good[0][found.row], "destination": good[1][found.col], "metres": found.data}
    )


def _by_streets(
    tree: cKDTree,
    graph: csr_matrix,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    limit_m: float,
    max_snap_m: float,
) -> pd.DataFrame:
    """Pairs within a distance over the streets, the way to the street included."""
    if len(destinations) < len(origins):
        turned = _by_streets(tree, graph, destinations, origins, limit_m, max_snap_m)
        return turned.rename(columns={"origin": "destination", "destination": "origin"})
    away, at = _snap(tree, origins, max_snap_m)
    away_to, at_to = _snap(tree, destinations, max_snap_m)
    snapped, snapped_to = np.flatnonzero(at >= 0), np.flatnonzero(at_to >= 0)
    parts = []
    for chunk in np.array_split(snapped, max(1, len(snapped) // _ROOTS_AT_ONCE)):
        reached = dijkstra(graph, directed=False, indices=at[chunk], limit=limit_m)
        metres = away[chunk, None] + reached[:, at_to[snapped_to]] + away_to[snapped_to]
        row, column = np.nonzero(metres <= limit_m)
        parts.append(
            pd.DataFrame(
                {
                    "origin": chunk[row],
                    "destination": snapped_to[column],
                    "metres": metres[row, column],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _snap(
    tree: cKDTree, points: NDArray[np.float64], max_snap_m: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to, and position of, the nearest street node; -1 where none is near."""
    good = np.isfinite(points).all(axis=1)
    away = np.full(len(points), np.inf)
    at = np.full(len(points), -1, dtype=np.int64)
    away[good], at[good] = tree.query(points[good])
    at[away > max_snap_m] = -1
    return away, at


def unsnapped(network: WalkNetwork, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie too far from any street to walk; none where no streets are loaded."""
    if network.nodes is None:
        return np.zeros(len(points), dtype=bool)
    return _snap(cKDTree(network.nodes), points, network.max_snap_m)[1] < 0
