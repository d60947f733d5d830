"""Times on foot, by bicycle or car: over the streets, or by straight line x detour factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from geo_integration.frames import DAY_S
from geo_integration.journeys.shortest import Found, whole_seconds, within_reach
from geo_integration.journeys.snapping import snap
from geo_integration.journeys.sparse import FAR, Walks, by_row, rows_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.journeys.networks import StreetNetwork


def coordinates(points: gpd.GeoSeries) -> NDArray[np.float64]:
    """Coordinates of points, shape (n, 2); NaN where there is none."""
    return np.column_stack((points.x.to_numpy(), points.y.to_numpy()))


def walking_times(
    network: StreetNetwork,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    max_s: float,
) -> Walks:
    """Travel times from every origin to every destination within a limit.

    Parameters
    ----------
    network : StreetNetwork
        What people walk, cycle or drive on.
    origins, destinations : ndarray, shape (n, 2)
        Coordinates in metres; rows with NaN reach nothing. Points are taken to the nearest place on
        the streets; the way there is walked.
    max_s : float
        Limit, seconds, inclusive.

    Returns
    -------
    Walks
        Rows: origins, their targets in order. Whole seconds, rounded up. Walking takes the same
        both ways; cycling and driving need not.
    """
    graph = network.graph
    backward = graph is not None and len(destinations) < len(origins)
    roots, targets = (destinations, origins) if backward else (origins, destinations)
    if graph is None:
        found = _straight(network, origins, destinations, max_s)
    else:
        found = within_reach(
            graph,
            snap(graph, roots, network.max_snap_m),
            snap(graph, targets, network.max_snap_m),
            max_s=max_s,
            speed_ms=network.speed_ms,
            backward=backward,
        )
    if backward:
        return by_row(found.target, found.root, found.seconds, len(origins))
    return by_row(found.root, found.target, found.seconds, len(origins))


def walks_between_stops(network: StreetNetwork, stops: NDArray[np.float64], max_s: float) -> Walks:
    """Walking times between stops; each stop reaches itself at once, wherever it lies."""
    walks = walking_times(network, stops, stops, max_s)
    origin, own = rows_of(walks), np.arange(len(stops), dtype=np.int32)
    others = origin != walks.target
    return by_row(
        np.concatenate((own, origin[others])),
        np.concatenate((own, walks.target[others])),
        np.concatenate((np.zeros(len(stops), np.int32), walks.seconds[others])),
        len(stops),
    )


def nearest_times(
    network: StreetNetwork,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    group: NDArray[np.integer],
    groups: int,
) -> NDArray[np.int32]:
    """Travel times from every origin to the nearest destination of each group, however far.

    Parameters
    ----------
    network : StreetNetwork
        What people walk, cycle or drive on.
    origins, destinations : ndarray, shape (n, 2)
        Coordinates in metres, as for `walking_times`.
    group : ndarray of int, shape (destinations,)
        The group of each destination, 0 to `groups` - 1.
    groups : int
        Number of groups.

    Returns
    -------
    ndarray of int32, shape (groups, origins)
        Whole seconds, rounded up; FAR where no way leads there within a day.
    """
    seconds = np.full((groups, len(origins)), FAR, np.int32)
    graph = network.graph
    if graph is not None:
        found = within_reach(
            graph,
            snap(graph, destinations, network.max_snap_m),
            snap(graph, origins, network.max_snap_m),
            max_s=DAY_S,
            speed_ms=network.speed_ms,
            backward=True,
            group=group,
        )
        seconds[found.root, found.target] = found.seconds
        return seconds
    pace = network.detour_factor / network.speed_ms
    here, there = (np.isfinite(xy).all(axis=1) for xy in (origins, destinations))
    for one in np.unique(group[there]):
        away, _ = cKDTree(destinations[there & (group == one)]).query(origins[here])
        seconds[one, here] = whole_seconds(np.asarray(away) * pace)
    return seconds


def _straight(
    network: StreetNetwork,
    origins: NDArray[np.float64],
    destinations: NDArray[np.float64],
    max_s: float,
) -> Found:
    """Pairs within a limit by straight line x detour factor."""
    pace = network.detour_factor / network.speed_ms
    good = [np.flatnonzero(np.isfinite(xy).all(axis=1)) for xy in (origins, destinations)]
    trees = [cKDTree(xy[at]) for xy, at in zip((origins, destinations), good, strict=True)]
    furthest = (max_s + 1e-6) / pace
    near = trees[0].sparse_distance_matrix(trees[1], furthest, output_type="coo_matrix")
    origin, destination = good[0][near.row], good[1][near.col]
    order = np.lexsort((destination, origin))
    seconds = whole_seconds(near.data[order] * pace)
    return Found(origin[order].astype(np.int32), destination[order].astype(np.int32), seconds)
