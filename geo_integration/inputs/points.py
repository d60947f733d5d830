"""Places to travel from or to: a table with id, lon, lat, or any vector file."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.sheets import WORKBOOKS
from geo_integration.inputs.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList


def read_points(path: Path, faults: FaultList) -> gpd.GeoDataFrame:
    """Read places.

    Parameters
    ----------
    path : Path
        CSV or Excel with the columns id, lon, lat (degrees), or a vector file (GeoPackage, GeoJSON,
        Shapefile ...) with a column id; of lines and areas a point inside is taken.
    faults : FaultList
        Gets every place that has no usable coordinates; it stays in the table without a geometry.

    Returns
    -------
    GeoDataFrame
        id (text) and point geometry in EPSG:4326, in the order of the file.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, empty, or an id is missing or occurs twice.
    """
    is_table = path.suffix.lower() in (".csv", ".txt", ".tsv", *WORKBOOKS)
    points = _read_rows(path, faults) if is_table else _read_vector(path, faults)
    if points.empty:
        raise SourceError(f"{path}: enthält keinen einzigen Ort")
    if points["id"].isna().any() or (points["id"] == "").any():
        raise SourceError(f"{path}: ein Ort hat keine id")
    twice = points["id"][points["id"].duplicated()]
    if len(twice):
        raise SourceError(f"{path}: die id {twice.iloc[0]!r} kommt mehrmals vor")
    return points


def _read_rows(path: Path, faults: FaultList) -> gpd.GeoDataFrame:
    """Places of a table."""
    table = read_table(path, ["id", "lon", "lat"], hint="Erwartet werden id, lon und lat in Grad")
    numbers = table[["lon", "lat"]].apply(
        lambda column: pd.to_numeric(column.str.replace(",", ".").str.strip(), errors="coerce")
    )
    lon, lat = numbers["lon"].to_numpy(float), numbers["lat"].to_numpy(float)
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
    for row in table.index[~good]:
        found = "; ".join(table.loc[row, ["lon", "lat"]].fillna("").astype(str))
        message = "keine Koordinaten in Grad: der Ort wird von nirgends erreicht"
        faults.note(path.name, int(row), "lon/lat", found, message)
    geometry = gpd.points_from_xy(np.where(good, lon, np.nan), np.where(good, lat, np.nan))
    points = gpd.GeoSeries(geometry, crs="EPSG:4326").where(pd.Series(good), None)
    ids = table["id"].astype(object).str.strip().to_numpy()
    return gpd.GeoDataFrame({"id": ids}, geometry=points.to_numpy(), crs="EPSG:4326")


def _read_vector(path: Path, faults: FaultList) -> gpd.GeoDataFrame:
    """Places of a vector file."""
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = gpd.read_file(path)
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(f"{path}: keine lesbare Geodatei ({error})") from error
    if not isinstance(table, gpd.GeoDataFrame) or "id" not in table.columns:
        found = ", ".join(str(c) for c in table.columns) or "keine Spalten"
        raise SourceError(f"{path}: es fehlt die Spalte id oder die Geometrie. Gefunden: {found}")
    if table.crs is None:
        raise SourceError(f"{path}: das Koordinatensystem ist nicht angegeben")
    geometry = table.geometry.where(~table.geometry.is_empty, None)
    inside = geometry.representative_point().to_crs("EPSG:4326")
    for row in np.flatnonzero(inside.isna()):
        message = "ohne Geometrie: der Ort wird von nirgends erreicht"
        faults.note(path.name, int(row) + 1, "geometry", None, message)
    ids = table["id"].map(lambda value: None if pd.isna(value) else str(value)).to_numpy(object)
    return gpd.GeoDataFrame({"id": ids}, geometry=inside.to_numpy(), crs="EPSG:4326")
