"""GTFS stops -> where they are, and which of them belong to one station."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
from pyproj import CRS, Transformer

from geo_integration.frames import STOPS, check_frame
from geo_integration.inputs.gtfs.files import number, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files

_LEVELS = 3
_SHOWN = 3
_EARTH_M, _FAR_M = 6_371_000, 1_000_000


class Places(NamedTuple):
    """All stops and stations of a feed, in order of their id.

    `x_m` and `y_m` are missing where there is no usable place, `parent` is -1 where there is none,
    `station` is the topmost parent. `far` are those more than 1,000 km from the middle of all.
    """

    ids: pl.Series
    names: pl.Series
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    parent: NDArray[np.int64]
    station: NDArray[np.int64]
    swapped: NDArray[np.bool_]
    far: NDArray[np.bool_]

    def find(self, ids: pl.Series) -> NDArray[np.int64]:
        """Position of each id; -1 for an unknown one."""
        known = pl.DataFrame({"id": self.ids}).with_row_index("at")
        found = pl.DataFrame({"id": ids}).join(known, on="id", how="left", maintain_order="left")
        return found["at"].cast(pl.Int64).fill_null(-1).to_numpy()

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which have a usable place."""
        return np.isfinite(self.x_m)


def read_places(files: Files, crs: str) -> Places:
    """Read all stops and stations.

    Parameters
    ----------
    files : Files
        The feed.
    crs : str
        The county's metric CRS.

    Returns
    -------
    Places
        A stop without place has that of its station, up to three levels up. Without place are
        those at 0/0, outside the globe, and those whose latitude and longitude are exchanged.
    """
    raw = _once(files).sort("stop_id")
    parent = _parents(raw)
    lat, lon = (
        number(raw, c).fill_null(float("nan")).to_numpy().copy() for c in ("stop_lat", "stop_lon")
    )
    placed = (np.abs(lat) <= 90) & (np.abs(lon) <= 180) & ~((lat == 0) & (lon == 0))
    blank = ((text(raw, "stop_lat") == "") & (text(raw, "stop_lon") == "")).to_numpy()
    station = np.arange(raw.height)
    for _ in range(_LEVELS):
        up = parent[station]
        # A place is lent by the nearest level above that has one.
        lent = blank & ~placed & (up >= 0)
        lat[lent], lon[lent], placed[lent] = lat[up[lent]], lon[up[lent]], placed[up[lent]]
        station = np.where(up >= 0, up, station)
    swapped = placed & _are_swapped(lat, lon, crs)
    lat[~placed | swapped] = lon[~placed | swapped] = np.nan
    far = _are_far(lat, lon)
    x, y = _transformer(crs).transform(lon, lat)
    x, y = (np.where(np.isfinite(v), v, np.nan) for v in (x, y))
    name = text(raw, "stop_name")
    names = pl.select(pl.when(name != "").then(name).otherwise(raw["stop_id"])).to_series()
    return Places(raw["stop_id"], names, x, y, parent, station, swapped, far)


def _once(files: Files) -> pl.DataFrame:
    """Stops with an id, each once: of different rows the first."""
    raw = files.tables["stops.txt"]
    raw = raw.filter(raw["stop_id"] != "")
    once = raw.unique("stop_id", keep="first", maintain_order=True)
    if once.height < raw.height:
        different = raw.unique(maintain_order=True)
        twice = different.filter(different["stop_id"].is_duplicated())["stop_id"]
        if len(twice):
            message = (
                f"{twice.n_unique()} Haltestellen stehen mehrfach und verschieden da: es gilt die "
                f"jeweils erste Zeile; bitte prüfen"
            )
            files.note("stops.txt stop_id", twice[0], message)
    return once


def _parents(raw: pl.DataFrame) -> NDArray[np.int64]:
    """Position of each stop's parent; -1 where there is none."""
    if "parent_station" not in raw.columns:
        return np.full(raw.height, -1)
    known = raw.select(pl.col("stop_id").alias("parent_station")).with_row_index("at")
    joined = raw.select("parent_station").join(
        known, on="parent_station", how="left", maintain_order="left"
    )
    parent = joined["at"].cast(pl.Int64).fill_null(-1).to_numpy().copy()
    parent[parent == np.arange(len(parent))] = -1
    return parent


@lru_cache(maxsize=8)
def _transformer(crs: str) -> Transformer:
    """From degrees to metres."""
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True)


@lru_cache(maxsize=8)
def _area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the CRS, if it is bounded."""
    area = CRS.from_user_input(crs).area_of_use
    return None if area is None else area.bounds


def _are_swapped(lat: NDArray[np.float64], lon: NDArray[np.float64], crs: str) -> NDArray[np.bool_]:
    """Which lie outside the county's CRS, but inside it with both numbers exchanged."""
    area = _area_of_use(crs)
    if area is None:
        return np.zeros(len(lat), bool)
    west, south, east, north = area

    def inside(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (west <= x) & (x <= east) & (south <= y) & (y <= north)

    return ~inside(lon, lat) & inside(lat, lon)


def _are_far(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which lie far off the median position."""
    placed = np.isfinite(lat)
    if not placed.any():
        return np.zeros(len(lat), bool)
    at = np.radians([np.median(lat[placed]), np.median(lon[placed])])
    y, x = np.radians(np.where(placed, lat, 0)), np.radians(np.where(placed, lon, 0))
    half = np.sin((y - at[0]) / 2) ** 2
    half += np.cos(y) * np.cos(at[0]) * np.sin((x - at[1]) / 2) ** 2
    apart = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    far: NDArray[np.bool_] = placed & (apart > _FAR_M)
    return far


def note_lost_stops(
    files: Files, places: Places, served: NDArray[np.bool_], unknown: pl.Series
) -> None:
    """Name the stops that trips call at, but that are nowhere, or far away."""
    lost = served & ~places.placed & ~places.swapped
    if lost.any() or len(unknown):
        ids = [*places.ids.filter(pl.Series(lost)), *sorted(unknown)]
        message = (
            f"{len(ids)} bediente Haltestellen unbekannt oder ohne Koordinaten: nicht verwendet"
        )
        files.note("stops.txt stop_id", ", ".join(ids[:_SHOWN]), message)
    swapped = served & places.swapped
    if swapped.any():
        ids = places.ids.filter(pl.Series(swapped)).to_list()
        message = (
            f"{len(ids)} bediente Haltestellen mit vertauschter Breite und Länge: nicht verwendet; "
            f"stop_lat und stop_lon berichtigen"
        )
        files.note("stops.txt stop_lat/stop_lon", ", ".join(ids[:_SHOWN]), message)
    far = served & places.far
    if far.any():
        ids = places.ids.filter(pl.Series(far)).to_list()
        message = (
            f"{len(ids)} bediente Haltestellen liegen mehr als 1.000 km von der Mitte aller "
            f"Haltestellen: stop_lat und stop_lon prüfen (Vorzeichen, vertauscht)"
        )
        files.note("stops.txt stop_lat/stop_lon", ", ".join(ids[:_SHOWN]), message)


def served_stops(places: Places, served: NDArray[np.bool_], prefix: str) -> pd.DataFrame:
    """List the stops that are served: stop_id, name, x_m, y_m.

    Parameters
    ----------
    places : Places
        All stops of the feed.
    served : ndarray of bool
        Which of them are wanted.
    prefix : str
        What ids get in front.
    """
    kept = places.ids.to_frame("stop_id").with_columns(name=places.names).filter(pl.Series(served))
    return pd.DataFrame(
        {
            "stop_id": [prefix + key for key in kept["stop_id"]]
            if prefix
            else list(kept["stop_id"]),
            "name": kept["name"].to_list(),
            "x_m": places.x_m[served],
            "y_m": places.y_m[served],
        }
    )


def stops_frame(stops: pd.DataFrame, crs: str) -> gpd.GeoDataFrame:
    """Make STOPS of stop_id, name, x_m and y_m."""
    frame = gpd.GeoDataFrame(
        stops[["stop_id", "name"]],
        geometry=gpd.points_from_xy(stops["x_m"], stops["y_m"]),
        crs=crs,
    )
    check_frame(frame, STOPS, crs=crs)
    return frame
