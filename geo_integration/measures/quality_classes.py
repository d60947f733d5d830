"""Classes of public transport quality (ÖV-Güteklassen): Austrian ÖROK, or Swiss ARE for Germany.

How often something leaves nearby, whatever it is good for: planners ask for it first. It knows
nothing of when courses begin or whether there is a way home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo_integration.frames import QUALITY, QUALITY_RESIDENTS, check_frame

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

FROM_S, UNTIL_S = 6 * 3600, 20 * 3600
# Stops of one name that are no further apart are one.
SAME_STOP_M = 150.0
# Kinds of vehicle, the best first.
_KINDS = ("express", "rail", "tram", "bus")
# GTFS extended types of long-distance and inter-regional trains.
_EXPRESS = (101, 102, 103)


class Method(NamedTuple):
    """The tables of a method. They are second-hand: not compared with the original reports.

    Attributes
    ----------
    name : str
        Id of the method.
    straight : bool
        Distances are by straight line, not on foot.
    distances_m : tuple of float
        Limits of the distances, inclusive.
    intervals_min : tuple of float
        Limits of the minutes between departures in one direction; the last one is inclusive.
    at_limit : {"left", "right"}
        Whether an interval that is exactly a limit belongs to the shorter or the longer ones.
    together : bool
        Departures of all kinds at a stop count as those of the best; else every kind by itself.
    categories : tuple of tuple of int
        Category of a stop, from 1, by kind of vehicle and interval.
    by_distance : tuple of str
        Class by category and distance; the last category is none.
    """

    name: Literal["oerok", "are"]
    straight: bool
    distances_m: tuple[float, ...]
    intervals_min: tuple[float, ...]
    at_limit: Literal["left", "right"]
    together: bool
    categories: tuple[tuple[int, ...], ...]
    by_distance: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, the best first, and "none"."""
        return (*sorted(set("".join(self.by_distance)) - {"-"}), "none")


METHODS = {
    "oerok": Method(
        name="oerok",
        straight=False,
        distances_m=(300, 500, 750, 1000, 1250),
        intervals_min=(5, 10, 20, 40, 60, 120, 210),
        at_limit="right",
        together=False,
        categories=(
            (1, 1, 2, 3, 4, 5, 9),
            (1, 2, 3, 4, 5, 6, 7),
            (2, 3, 4, 5, 6, 7, 8),
            (3, 3, 4, 5, 6, 7, 8),
        ),
        by_distance=(
            "AABCD", "ABCDE", "BCDEF", "CDEFG", "DEFGG", "EFG--", "FGG--", "GG---", "-----",
        ),
    ),
    "are": Method(
        name="are",
        straight=True,
        distances_m=(300, 500, 750, 1000),
        intervals_min=(5, 10, 20, 40, 60, 120),
        at_limit="left",
        together=True,
        categories=(
            (1, 1, 2, 3, 4, 5),
            (1, 1, 2, 3, 4, 5),
            (1, 2, 3, 4, 5, 6),
            (2, 3, 4, 5, 6, 7),
        ),
        by_distance=("AABC", "ABCD", "BCDE", "CDEF", "DEF-", "EF--", "F---", "----"),
    ),
}  # fmt: skip


def quality_classes(
    cells: pd.DataFrame,
    stops: gpd.GeoDataFrame,
    trips: pd.DataFrame,
    connections: Mapping[dt.date, pd.DataFrame],
    service_dates: pd.DataFrame,
    *,
    method: Method,
    start: NDArray[np.int64],
    stop: NDArray[np.int32],
    metres: NDArray[np.float64],
) -> pd.DataFrame:
    """Find the class of every cell on every kind of day.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    stops : GeoDataFrame
        STOPS, in metres.
    trips : DataFrame
        TRIPS; those that run only when booked do not count.
    connections : mapping of date to DataFrame
        CONNECTIONS of every service date.
    service_dates : DataFrame
        SERVICE_DATES; a kind of day with several has the mean of their departures.
    method : Method
        One of METHODS.
    start, stop, metres : ndarray
        How far stops are, on foot or by straight line, as the method has it; sparse: cell i is as
        many `metres` from `stop[start[i]:start[i + 1]]`.

    Returns
    -------
    DataFrame
        QUALITY.
    """
    group = _groups(stops)
    kind = _kinds(trips)
    classes = method.classes
    none = len(classes) - 1
    table = np.array(
        [[classes.index(c.replace("-", "none")) for c in row] for row in method.by_distance]
    )
    band = np.searchsorted(method.distances_m, metres)
    near = band < len(method.distances_m)
    home = np.repeat(np.arange(len(cells)), np.diff(start))[near]
    at, band = group[stop[near]], band[near]
    parts = []
    for day_type, days in service_dates.groupby("day_type", sort=False, observed=True):
        counts = [_departures(connections[date], kind, group) for date in days["date"]]
        category = _category(np.mean(counts, axis=0), method) if counts else None
        best = np.full(len(cells), none)
        if category is not None:
            np.minimum.at(best, home, table[category[at] - 1, band])
        found = {"day_type": day_type, "method": method.name, "quality": np.array(classes)[best]}
        parts.append(pd.DataFrame({"cell_id": cells["cell_id"], **found}))
    columns = list(QUALITY.columns)
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    check_frame(whole, QUALITY)
    return whole


def _groups(stops: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Number of the stop that each platform belongs to: same name, not far apart."""
    if stops.empty:
        return np.empty(0, np.intp)
    xy = np.column_stack((stops.geometry.x, stops.geometry.y))
    pairs = cKDTree(xy).query_pairs(SAME_STOP_M, output_type="ndarray")
    names = stops["name"].to_numpy()
    pairs = pairs[names[pairs[:, 0]] == names[pairs[:, 1]]]
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(stops), len(stops)))
    return np.asarray(connected_components(links, directed=False)[1], np.intp)


def _kinds(trips: pd.DataFrame) -> NDArray[np.intp]:
    """Position in `_KINDS` of each trip; -1 for what runs only when booked."""
    vehicle = trips["vehicle"].to_numpy()
    kind = np.full(len(trips), _KINDS.index("bus"))
    kind[vehicle == "rail"] = _KINDS.index("rail")
    kind[vehicle == "tram"] = _KINDS.index("tram")
    kind[trips["route_type"].isin(_EXPRESS).to_numpy()] = _KINDS.index("express")
    kind[trips["on_demand"].to_numpy(bool)] = -1
    return kind


def _departures(
    connections: pd.DataFrame, kind: NDArray[np.intp], group: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Departures of the day that one may board, by kind and stop."""
    leaves = connections["departure_s"].to_numpy()
    own = kind[connections["trip"].to_numpy()]
    counts = connections["board"].to_numpy(bool) & (leaves >= FROM_S) & (leaves < UNTIL_S)
    counts &= own >= 0
    at = group[connections["from_stop"].to_numpy()[counts]]
    size = int(group.max(initial=-1)) + 1
    flat = np.bincount(own[counts] * size + at, minlength=len(_KINDS) * size)
    return flat.reshape(len(_KINDS), size).astype(np.float64)


def _category(departures: NDArray[np.float64], method: Method) -> NDArray[np.intp]:
    """Best category of each stop; both directions count half each."""
    if method.together:
        best = np.arange(len(_KINDS))[:, None] == (departures > 0).argmax(axis=0)
        departures = np.where(best, departures.sum(axis=0), 0)
    with np.errstate(divide="ignore"):
        interval = (UNTIL_S - FROM_S) / 60 / (departures / 2)
    *limits, longest = method.intervals_min
    row = np.searchsorted(limits, interval, side=method.at_limit)
    found = np.take_along_axis(np.array(method.categories), row, axis=1)
    none = len(method.by_distance)
    return np.asarray(np.where(interval <= longest, found, none).min(axis=0), np.intp)


def residents_by_class(cells: pd.DataFrame, quality: pd.DataFrame, *, county: str) -> pd.DataFrame:
    """Count residents by class.

    Parameters
    ----------
    cells : DataFrame
        CELLS with `withheld`: those cells are in no count.
    quality : DataFrame
        QUALITY.
    county : str
        Key that stands for the whole county.

    Returns
    -------
    DataFrame
        QUALITY_RESIDENTS, every class of the method for every municipality and kind of day.
    """
    shown = cells.loc[~cells["withheld"], ["cell_id", "area_id", "residents"]]
    rows = quality.merge(shown, on="cell_id", validate="many_to_one")
    rows = pd.concat([rows.assign(area_id=county), rows.sort_values("area_id", kind="stable")])
    keys = ["area_id", "day_type", "quality"]
    counts = rows.groupby(keys, sort=False)["residents"].sum()
    areas, days, methods = (rows[key].unique() for key in ("area_id", "day_type", "method"))
    classes = [name for method in methods for name in METHODS[method].classes]
    every = pd.MultiIndex.from_product([areas, days, classes], names=keys)
    found = counts.reindex(every, fill_value=0).reset_index()
    found["method"] = methods[0] if len(methods) else ""
    found["residents"] = found["residents"].astype("int64")
    check_frame(found, QUALITY_RESIDENTS)
    return found
