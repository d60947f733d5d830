"""Vector files and parquet files of residents: cells of any shape, or points."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import polars as pl
import pyogrio
from pyproj import CRS

from geo_integration.errors import SourceError
from geo_integration.inputs.contents import require_own_data
from geo_integration.inputs.residents.grid_ids import corners, grid_id
from geo_integration.inputs.residents.layouts import OWN, layout_of
from geo_integration.inputs.residents.own import HINT, has_points, nearest_land, part_of_table
from geo_integration.inputs.residents.parts import Part, Wanted, known_values
from geo_integration.inputs.sheets import short
from geo_integration.inputs.tables import read_vector, require_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

_MAX_FEATURES = 1_000_000


def read_own_vector(path: Path, wanted: Wanted, faults: FaultList) -> Part:
    """Read cells or points of a vector file; of its columns those that the profile names.

    Raises
    ------
    SourceError
        When the file cannot be used, or covers a continent.
    """
    require_own_data(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            about = pyogrio.read_info(path)
    except Exception:  # noqa: BLE001  read_vector says in words what is wrong
        about = {"fields": [], "features": 0}
    headers = [str(header) for header in about["fields"]]
    if about["features"] > _MAX_FEATURES:
        raise SourceError(
            f"{path}: {about['features']} Zellen; gelesen werden höchstens {_MAX_FEATURES}. "
            f"Dieselben Daten als CSV oder Parquet nehmen, oder in QGIS zuschneiden"
        )
    named = wanted.columns
    published = layout_of(headers) if named.id not in headers else None
    key, residents = named.id, named.residents
    if published is not None:
        key = published.id or key
        residents = residents if residents in headers else published.residents or residents
    picked = [h for h in headers if h in {residents, *wanted.headers} - {key}]
    flags = [published.flags[h] for h in picked if published and h in published.flags]
    columns = {name: name for name in [key, *picked, *flags]}
    table = read_vector(path, columns, wanted.crs, hint=HINT)
    part = _part(path, table.drop(columns=flags), key, residents, headers)
    if published is None:
        return part
    table.index = part.values.index
    values = known_values(part.values, pd.DataFrame(table), published, path.name, faults)
    return part._replace(kind=published.kind, values=values)


def read_own_parquet(path: Path, wanted: Wanted, faults: FaultList) -> Part:
    """Read a parquet file that is no published grid: ids, points, or geometries as WKB.

    Raises
    ------
    SourceError
        When a column is missing, the geometries cannot be read, or there are too many.

    References
    ----------
    GeoParquet 1.1: https://geoparquet.org (key "geo" of the file's metadata).
    """
    named = wanted.columns
    frame = pl.read_parquet(path, n_rows=_MAX_FEATURES + 1)
    if len(frame) > _MAX_FEATURES:
        raise SourceError(f"{path}: mehr als {_MAX_FEATURES} Zellen; bitte zuschneiden")
    table = pd.DataFrame({name: frame[name].to_list() for name in frame.columns})
    table.index = pd.RangeIndex(1, len(table) + 1)
    about = json.loads(pl.read_parquet_metadata(path).get("geo") or "{}")
    geometry = about.get("primary_column")
    if geometry not in table or has_points(named):
        return part_of_table(path, table, wanted, faults)
    try:
        crs = CRS.from_user_input(about["columns"][geometry].get("crs") or "OGC:CRS84")
        shapes = gpd.GeoSeries.from_wkb(table.pop(geometry), crs=crs)
    except Exception as error:
        raise SourceError(f"{path}: keine lesbaren Geometrien ({short(error)})") from error
    headers = [str(header) for header in table]
    require_columns(path, headers, [named.id], hint=HINT)
    whole = gpd.GeoDataFrame(table, geometry=shapes).to_crs(wanted.crs)
    return _part(path, whole, named.id, named.residents, headers)


def _part(
    path: Path, table: gpd.GeoDataFrame, key: str, residents: str, headers: Sequence[str]
) -> Part:
    """Cells of geometries; of points the land nearest to them."""
    table = table.set_axis(pd.RangeIndex(1, len(table) + 1), axis=0)
    kinds = set(table.geometry.geom_type)
    if kinds != {"Point"} and not kinds <= {"Polygon", "MultiPolygon"}:
        raise SourceError(f"{path}: erwartet werden nur Flächen oder nur Punkte")
    if kinds == {"Point"} and len(table) < 2:
        raise SourceError(f"{path}: aus einem einzigen Punkt werden keine Zellen")
    at = table.geometry if kinds == {"Point"} else None
    ids = table[key].map(lambda value: None if pd.isna(value) else str(value)).astype(object)
    values = pd.DataFrame(table.drop(columns=[key, table.geometry.name]))
    return Part(
        path, OWN, values, ids, _keys(ids), table.geometry if at is None else nearest_land(at), at,
        residents=residents if residents in values else None, headers=tuple(headers),
    )  # fmt: skip


def _keys(ids: pd.Series[str]) -> pd.Series[str]:
    """Grid ids in one way of writing; other ids as they are."""
    squares = corners(pl.Series(ids.tolist(), dtype=pl.String)).rows()
    keys = [
        text if square[0] is None else grid_id(*square)
        for square, text in zip(squares, ids, strict=True)
    ]
    return pd.Series(keys, index=ids.index, dtype=object)
