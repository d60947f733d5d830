"""The county's own tables of residents, by the columns that the profile names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import shapely
from pyproj import CRS
from scipy.spatial import cKDTree

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.grid_ids import GRID_CRS, grid_id
from geo_integration.inputs.residents.layouts import HEADERS, OWN, Layout, layout_of
from geo_integration.inputs.residents.parts import Part, Wanted, part_of_grid
from geo_integration.inputs.residents.streams import ROW, Cut
from geo_integration.inputs.residents.values import as_texts, note_rows, numbers
from geo_integration.inputs.tables import read_table, require_columns

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo_integration.inputs.residents.streams import Window
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import ResidentColumns

HINT = "Heißt sie anders, den Namen in county.toml unter [residents] eintragen"
DEGREES = "EPSG:4326"
_MAX_METRES = 25_000_000


def read_own_table(path: Path, wanted: Wanted, faults: FaultList) -> Part:
    """Read a workbook or a CSV file: cells by grid id, or points.

    A published grid that somebody saved as a workbook is recognised by its headers.
    """
    named = wanted.columns
    keys = [named.id, named.lon, named.lat, named.x, named.y]
    known = [*(key for key in keys if key), *wanted.headers, *HEADERS]
    return part_of_table(path, read_table(path, [], known=known), wanted, faults)


def part_of_table(path: Path, table: pd.DataFrame, wanted: Wanted, faults: FaultList) -> Part:
    """Make a part of a table whose index counts its rows.

    Raises
    ------
    SourceError
        When a column is missing, or hardly a row can be placed.
    """
    named = wanted.columns
    if has_points(named):
        return _point_part(path, table, wanted, faults)
    headers = [str(header) for header in table.columns]
    layout = layout_of(headers) if named.id not in headers else None
    window: Window | None = wanted.window
    if layout is None or layout.id is None or layout.long:
        require_columns(path, headers, [named.id], hint=HINT)
        residents = named.residents if named.residents in headers else None
        others = tuple(header for header in headers if header != named.id)
        layout, window = Layout(OWN, named.id, residents=residents, values=others), None
    texts = {str(name): [v or None for v in as_texts(c)] for name, c in table.items()}
    schema = dict.fromkeys(texts, pl.String)
    rows = pl.DataFrame(texts, schema=schema).with_columns(pl.Series(ROW, table.index.to_numpy()))
    cut = Cut(layout, window)
    cut.take(rows)
    return part_of_grid(path, layout, cut.finish(str(path), path.name, faults), wanted.crs, faults)


# Points -----------------------------------------------------------------------------------------


def has_points(named: ResidentColumns) -> bool:
    """Whether the profile names columns of coordinates."""
    return named.lon is not None or named.x is not None


def _point_part(path: Path, table: pd.DataFrame, wanted: Wanted, faults: FaultList) -> Part:
    """Cells around points: squares of a given size, else the land nearest to each."""
    named = wanted.columns
    x, y = str(named.lon or named.x), str(named.lat or named.y)
    headers = [str(header) for header in table.columns]
    require_columns(path, headers, [x, y], hint=HINT)
    at = _points(path, table, x, y, wanted, faults)
    size = named.cell_m
    if size:
        at = _as_middles(path, at, size, f"{x}/{y}", faults)
        boxes = shapely.box(at.x - size / 2, at.y - size / 2, at.x + size / 2, at.y + size / 2)
        shapes = gpd.GeoSeries(boxes, index=at.index, crs=at.crs).to_crs(wanted.crs)
    else:
        shapes = nearest_land(at.to_crs(wanted.crs))
    ids = _ids_of(path, table.loc[at.index], named)
    others = [header for header in headers if header not in {named.id, x, y}]
    return Part(
        path, OWN, table.loc[at.index, others], ids, _keys(ids, at, size), shapes,
        at.to_crs(wanted.crs), residents=named.residents if named.residents in others else None,
        headers=tuple(others),
    )  # fmt: skip


def _points(
    path: Path, table: pd.DataFrame, x: str, y: str, wanted: Wanted, faults: FaultList
) -> gpd.GeoSeries:
    """Points of a table, in the CRS they are given in; rows without any are noted."""
    degrees = wanted.columns.lon is not None
    east, north = numbers(table[x]).values, numbers(table[y]).values
    limits = (180, 90) if degrees else (_MAX_METRES, _MAX_METRES)
    good = east.abs().le(limits[0]) & north.abs().le(limits[1])
    pairs = (as_texts(table[x]) + ", " + as_texts(table[y])).rename(f"{x}/{y}")
    kind = "Grad (WGS84)" if degrees else "Metern"
    note_rows(faults, path.name, pairs, ~good, f"keine Koordinaten in {kind}")
    if good.sum() < (1 if wanted.columns.cell_m else 2):
        raise SourceError(f"{path}: zu wenige Zeilen mit brauchbaren Koordinaten")
    crs = DEGREES if degrees else wanted.columns.crs or wanted.crs
    return gpd.GeoSeries.from_xy(east[good], north[good], index=table.index[good], crs=crs)


def _as_middles(
    path: Path, at: gpd.GeoSeries, size: float, column: str, faults: FaultList
) -> gpd.GeoSeries:
    """Middles of squares; what can only be corners of the European grid is moved, and told."""
    if at.crs != CRS.from_user_input(GRID_CRS) or ((at.x % size) + (at.y % size)).any():
        return at
    message = "Südwestecken des europäischen Gitters statt Mitten: um eine halbe Zelle verschoben"
    faults.note(path.name, None, column, f"{at.x.iloc[0]:g}, {at.y.iloc[0]:g}", message)
    return at.translate(size / 2, size / 2)


def _keys(ids: pd.Series[str], at: gpd.GeoSeries, size: float | None) -> pd.Series[str]:
    """Ids by which other files know the cells: the grid's, if these are its squares."""
    if not size or at.crs != CRS.from_user_input(GRID_CRS):
        return ids
    corners = zip((at.y - size / 2).round(), (at.x - size / 2).round(), strict=True)
    keys = [grid_id(int(size), int(north), int(east)) for north, east in corners]
    return pd.Series(keys, index=at.index, dtype=object)


def _ids_of(path: Path, table: pd.DataFrame, named: ResidentColumns) -> pd.Series[str]:
    """Ids of the profile's column; the rows' numbers where there is none by the usual name."""
    if named.id in table:
        ids = as_texts(table[named.id])
        return ids.where(ids != "", None)
    if named.id != type(named)().id:
        require_columns(path, [str(header) for header in table.columns], [named.id], hint=HINT)
    return pd.Series([f"Zeile {row}" for row in table.index], index=table.index, dtype=object)


def nearest_land(points: gpd.GeoSeries) -> gpd.GeoSeries:
    """Cut the plane into the land nearest to each point, no further than its neighbours are.

    Parameters
    ----------
    points : GeoSeries of Point
        In a metric CRS; doubles share one polygon's place and get a small disc.

    Returns
    -------
    GeoSeries of Polygon
        Aligned with `points`. For a regular grid these are its squares or hexagons.
    """
    xy = shapely.get_coordinates(points.array)
    at_points = points.to_numpy()
    spacing = _spacing(xy)
    discs = np.asarray(shapely.buffer(at_points, 0.75 * spacing))
    outline = shapely.union_all(discs)
    polygons: NDArray[np.object_] = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(xy), extend_to=outline.envelope)
    )
    at = shapely.STRtree(polygons).query(at_points, predicate="within")
    cells = np.array(shapely.buffer(at_points, spacing / 4))
    cells[at[0]] = shapely.intersection(polygons[at[1]], discs[at[0]])
    return gpd.GeoSeries(cells, index=points.index, crs=points.crs)


def _spacing(xy: np.ndarray) -> float:
    """Typical distance from a point to its neighbour, metres."""
    away = np.asarray(cKDTree(xy).query(xy, k=2)[0])[:, 1]
    return float(np.median(away[away > 0])) if (away > 0).any() else 100.0
