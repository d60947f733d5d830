"""Municipalities and places: boundary files and gazetteer -> AREAS, PLACES."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from geo_integration.errors import SourceError
from geo_integration.frames import AREAS, PLACES, check_frame
from geo_integration.inputs.tables import FaultList, cell, number, read_table, read_vector

if TYPE_CHECKING:
    from pathlib import Path

    from geo_integration.settings import AreaColumns

HINT = "Heißt sie anders, den Namen in county.toml unter [areas] eintragen"
KINDS = PLACES.columns["kind"].values


def read_areas(path: Path, columns: AreaColumns, crs: str) -> gpd.GeoDataFrame:
    """Read the municipalities; parts of one municipality are joined.

    Parameters
    ----------
    path : Path
        Polygons, any vector format and CRS.
    columns : AreaColumns
        Columns with key and name.
    crs : str
        The county's metric CRS.

    Returns
    -------
    GeoDataFrame
        AREAS, sorted by key, in `crs`.

    Raises
    ------
    SourceError
        When the file cannot be used.
    """
    raw = read_vector(path, {columns.id: "area_id", columns.name: "name"}, crs, hint=HINT)
    polygons = raw[raw.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise SourceError(f"{path}: enthält keine Flächen")
    nameless = int(polygons["area_id"].isna().sum())
    if nameless:
        raise SourceError(
            f"{path}: {nameless} Flächen ohne Schlüssel in Spalte {columns.id!r}; bitte ergänzen "
            f"oder löschen"
        )
    polygons = polygons.assign(
        area_id=polygons["area_id"].map(_key), name=polygons["name"].astype(str)
    )
    polygons = polygons.set_geometry(_mended(polygons.geometry))
    areas = polygons.dissolve("area_id", aggfunc="first").reset_index()
    areas = gpd.GeoDataFrame(areas[["area_id", "name", "geometry"]], crs=crs)
    check_frame(areas, AREAS, crs=crs)
    return areas


def _key(value: object) -> str:
    """A key as text; 3455001.0 is what a spreadsheet made of 3455001."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(str(value).split(".")[0])) if whole else str(value)


def _mended(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Valid polygons; lines and points that mending leaves over are dropped."""
    parts = shapes.make_valid().explode()
    parts = parts[parts.geom_type.isin(["Polygon", "MultiPolygon"])]
    joined = parts.groupby(level=0).agg(lambda group: shapely.union_all(group.to_numpy()))
    return gpd.GeoSeries(joined, crs=shapes.crs)


def read_places(path: Path, crs: str, faults: FaultList) -> gpd.GeoDataFrame:
    """Read the gazetteer: columns name, area_id, lat, lon, kind.

    Rows without usable coordinates are left out and noted in `faults`.
    """
    table = read_table(path, ["name", "lat", "lon"])
    lat, lon = (table[c].map(number) for c in ("lat", "lon"))
    usable = lat.between(-90, 90) & lon.between(-180, 180) & table["name"].notna()
    for row in table.index[~usable]:
        found = f"{cell(table, row, 'lat')}, {cell(table, row, 'lon')}"
        faults.note(
            path.name, row, "lat/lon", found, "Ort ohne brauchbare Koordinaten", rejected=True
        )
    table, lat, lon = table[usable], lat[usable], lon[usable]
    kind = table.get("kind", pd.Series("village", table.index))
    places = gpd.GeoDataFrame(
        {
            "name": table["name"],
            "area_id": table.get("area_id", pd.Series(None, table.index, dtype=object)),
            "kind": kind.where(kind.isin(KINDS), "village"),
        },
        geometry=gpd.points_from_xy(lon, lat, crs="EPSG:4326"),
    )
    places = places.to_crs(crs).reset_index(drop=True)
    check_frame(places, PLACES, crs=crs)
    return places
