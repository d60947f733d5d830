"""Classes of public transport quality (ÖV-Güteklassen) by the Austrian ÖROK method.

How often something leaves nearby, whatever it is good for: planners ask for it first. It knows
nothing of when courses begin or whether there is a way home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
BANDS_M = (300.0, 500.0, 750.0, 1000.0, 1250.0)
CLASSES = ("A", "B", "C", "D", "E", "F", "G", "none")
NONE = len(CLASSES) - 1
# Stops of one name that are no further apart are one.
SAME_STOP_M = 150.0
# Minutes between departures in one direction: below 5, 10, 20, 40, 60, 120, up to 210.
_INTERVALS_MIN = (5.0, 10.0, 20.0, 40.0, 60.0, 120.0)
_LONGEST_MIN = 210.0
# Category of a stop, 1 to 8, by interval; 9 is none. Columns of the method's table of intervals.
_CATEGORIES = {
    "express": (1, 1, 2, 3, 4, 5, 9),
    "rail": (1, 2, 3, 4, 5, 6, 7),
    "tram": (2, 3, 4, 5, 6, 7, 8),
    "bus": (3, 3, 4, 5, 6, 7, 8),
}
# Class by category and distance: the method's table of distances.
_BY_DISTANCE = ("AABCD", "ABCDE", "BCDEF", "CDEFG", "DEFGG", "EFG--", "FGG--", "GG---", "-----")
# GTFS extended types of long-distance and inter-regional trains.
_EXPRESS = (101, 102, 103)


def quality_classes(
    cells: pd.DataFrame,
    stops: gpd.GeoDataFrame,
    trips: pd.DataFrame,
    connections: Mapping[dt.date, pd.DataFrame],
    service_dates: pd.DataFrame,
    *,
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
    start, stop, metres : ndarray
        Walks on foot, sparse: cell i reaches `stop[start[i]:start[i + 1]]` after as many `metres`.

    Returns
    -------
    DataFrame
        QUALITY.
    """
    group = _groups(stops)
    kind = _kinds(trips)
    table = np.array([[CLASSES.index(c.replace("-", "none")) for c in row] for row in _BY_DISTANCE])
    band = np.searchsorted(BANDS_M, metres)
    near = band < len(BANDS_M)
    home = np.repeat(np.arange(len(cells)), np.diff(start))[near]
    at, band = group[stop[near]], band[near]
    parts = []
    for day_type, days in service_dates.groupby("day_type", sort=False, observed=True):
        counts = [_departures(connections[date], kind, group) for date in days["date"]]
        category = _category(np.mean(counts, axis=0)) if counts else None
        best = np.full(len(cells), NONE)
        if category is not None:
            np.minimum.at(best, home, table[category[at] - 1, band])
        names = np.array(CLASSES)[best]
        parts.append(
            pd.DataFrame({"cell_id": cells["cell_id"], "day_type": day_type, "quality": names})
        )
    columns = list(QUALITY.columns)
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    check_frame(found, QUALITY)
    return found


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
    """Row of `_CATEGORIES` of each trip; -1 for what runs only when booked."""
    vehicle = trips["vehicle"].to_numpy()
    names = list(_CATEGORIES)
    kind = np.full(len(trips), names.index("bus"))
    kind[vehicle == "rail"] = names.index("rail")
    kind[vehicle == "tram"] = names.index("tram")
    kind[trips["route_type"].isin(_EXPRESS).to_numpy()] = names.index("express")
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
    flat = np.bincount(own[counts] * size + at, minlength=len(_CATEGORIES) * size)
    return flat.reshape(len(_CATEGORIES), size).astype(np.float64)


def _category(departures: NDArray[np.float64]) -> NDArray[np.intp]:
    """Best category of each stop; both directions count half each."""
    with np.errstate(divide="ignore"):
        interval = (UNTIL_S - FROM_S) / 60 / (departures / 2)
    row = np.searchsorted(_INTERVALS_MIN, interval, side="right")
    categories = np.array(list(_CATEGORIES.values()))
    found = np.take_along_axis(categories, row, axis=1)
    return np.asarray(np.where(interval <= _LONGEST_MIN, found, 9).min(axis=0), np.intp)


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
        QUALITY_RESIDENTS, every class for every municipality and kind of day.
    """
    shown = cells.loc[~cells["withheld"], ["cell_id", "area_id", "residents"]]
    rows = quality.merge(shown, on="cell_id", validate="many_to_one")
    rows = pd.concat([rows.assign(area_id=county), rows.sort_values("area_id", kind="stable")])
    keys = ["area_id", "day_type", "quality"]
    counts = rows.groupby(keys, sort=False)["residents"].sum()
    areas, days = rows["area_id"].unique(), rows["day_type"].unique()
    every = pd.MultiIndex.from_product([areas, days, CLASSES], names=keys)
    found = counts.reindex(every, fill_value=0).reset_index()
    found["residents"] = found["residents"].astype("int64")
    check_frame(found, QUALITY_RESIDENTS)
    return found
