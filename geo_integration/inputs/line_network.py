"""The timetable -> where its lines run, straight from stop to stop, to be drawn on maps."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo_integration.frames import CONTEXT, check_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

# Platforms of one name as near to each other as this are one stop.
SAME_STOP_M = 200.0
# Where the way over stops in between is hardly longer, a ride past them is drawn along it.
LEAST_DETOUR = 1.05
KIND_OF = {"rail": "train", "tram": "train", "bus": "bus", "other": "bus", "ferry": "ferry"}


def line_network(
    stops: gpd.GeoDataFrame, trips: pd.DataFrame, connections: Iterable[pd.DataFrame]
) -> gpd.GeoDataFrame:
    """Draw every hop from stop to stop once, by kind of vehicle.

    What runs only when it is booked is left out: it serves areas rather than lines.

    Parameters
    ----------
    stops : GeoDataFrame
        STOPS.
    trips : DataFrame
        TRIPS.
    connections : iterable of DataFrame
        CONNECTIONS of each service date.

    Returns
    -------
    GeoDataFrame
        CONTEXT: train (rail and trams), bus, ferry, as far as there are any.
    """
    kinds = trips["vehicle"].map(KIND_OF).where(~trips["on_demand"].astype(bool)).to_numpy(object)
    at, stop = _joined(stops)
    hops = {kind: _hops(connections, kinds == kind, stop) for kind in ("ferry", "bus", "train")}
    lines = {
        kind: merged(shapely.linestrings(list(at[kept])))
        for kind, pairs in hops.items()
        if len(kept := _over_stops(at, pairs))
    }
    network = gpd.GeoDataFrame({"kind": list(lines)}, geometry=list(lines.values()), crs=stops.crs)
    check_frame(network, CONTEXT)
    return network


def merged(lines: NDArray[np.object_]) -> BaseGeometry:
    """Lines as one geometry, those that meet where no other does as one line."""
    whole: BaseGeometry = shapely.line_merge(shapely.MultiLineString(list(lines)))
    return whole


def _joined(stops: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], NDArray[np.integer]]:
    """Places of stops, platforms of one name joined in their middle; and the place of each row."""
    xy = shapely.get_coordinates(stops.geometry.to_numpy())
    names = stops["name"].to_numpy(object)
    near = np.empty((0, 2), np.int64)
    if len(xy):
        near = cKDTree(xy).query_pairs(SAME_STOP_M, output_type="ndarray")
    one, other = near[names[near[:, 0]] == names[near[:, 1]]].T
    same = csr_array((np.ones(len(one)), (one, other)), shape=(len(xy), len(xy)))
    places, place = connected_components(same, directed=False)
    many = np.bincount(place, minlength=places)
    sums = [np.bincount(place, axis, minlength=places) for axis in xy.T]
    return np.column_stack(sums) / many[:, None], place


def _hops(
    connections: Iterable[pd.DataFrame], wanted: NDArray[np.bool_], stop: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Pairs of places that wanted trips join, each once, whichever way they go."""
    pairs = [np.empty((0, 2), np.int64)]
    for hops in connections:
        own = hops[wanted[hops["trip"].to_numpy(np.int64)]]
        ends = stop[own[["from_stop", "to_stop"]].to_numpy(np.int64)]
        pairs.append(np.unique(np.sort(ends, axis=1), axis=0))
    found = np.unique(np.concatenate(pairs), axis=0)
    moving: NDArray[np.int64] = found[found[:, 0] != found[:, 1]]
    return moving


def _over_stops(at: NDArray[np.float64], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Hops without those that pass stops which shorter hops lead over."""
    lengths = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
    places = [complex(*xy) for xy in at.tolist()]
    ways: dict[int, list[int]] = {}
    kept = []
    for n in np.argsort(lengths, kind="stable").tolist():
        start, end = pairs[n].tolist()
        if not _is_led(ways, places, start, end):
            kept.append(n)
            ways.setdefault(start, []).append(end)
            ways.setdefault(end, []).append(start)
    hops: NDArray[np.int64] = pairs[sorted(kept)]
    return hops


def _is_led(ways: dict[int, list[int]], places: list[complex], start: int, end: int) -> bool:
    """Whether hops that are kept lead there, hardly longer than straight."""
    most = LEAST_DETOUR * abs(places[start] - places[end])
    least, heap = {start: 0.0}, [(0.0, start)]
    while heap:
        gone, place = heapq.heappop(heap)
        if place == end:
            return True
        for near in ways.get(place, ()):
            length = gone + abs(places[near] - places[place])
            rest = abs(places[near] - places[end])
            if length + rest <= most and length < least.get(near, np.inf):
                least[near] = length
                heapq.heappush(heap, (length, near))
    return False
