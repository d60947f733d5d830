"""Where people live: grid tables, point tables, vector files -> CELLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geo_integration.errors import SourceError
from geo_integration.frames import CELLS, check_frame
from geo_integration.inputs.tables import (
    FaultList,
    cell,
    number,
    read_table,
    read_vector,
    require_columns,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo_integration.settings import ResidentColumns

# Columns of CELLS that no file may bring along.
OWN_COLUMNS = ("geometry", "x_m", "y_m", "withheld")
TABLES = (".csv", ".xlsx", ".xlsm", ".txt")
GRID_ID = r"^CRS3035RES(\d+)mN(\d+)E(\d+)$"
GRID_CRS = "EPSG:3035"
MAX_COUNT = 10_000_000
MAX_CELL_M, MAX_COORDINATE_M = 100_000, 10_000_000
HINT = "Heißt sie anders, den Namen in county.toml unter [residents] eintragen"


def read_cells(
    path: Path,
    columns: ResidentColumns,
    areas: gpd.GeoDataFrame,
    crs: str,
    faults: FaultList,
) -> gpd.GeoDataFrame:
    """Read the residents' cells.

    Cells come as a table with INSPIRE ids (squares), as a table of points (each cell is the land
    nearest to its point), or as a vector file of polygons or points.

    Parameters
    ----------
    path : Path
        The file.
    columns : ResidentColumns
        Which column means what.
    areas : GeoDataFrame
        AREAS; cells are counted for the area named in the file, else the one that holds their
        centre; cells in no area belong to neighbours and are left out, and noted.
    crs : str
        The county's metric CRS.
    faults : FaultList
        Gets every row that cannot be used.

    Returns
    -------
    GeoDataFrame
        CELLS in `crs`; further columns of the file are carried along.

    Raises
    ------
    SourceError
        When the file cannot be used, or no cell lies in the county.
    """
    if path.suffix.lower() in TABLES:
        raw = _read_tabular(path, columns, crs, faults)
    else:
        raw = _read_geometries(path, columns, crs)
    raw = _with_counts(path, raw, faults)
    raw = _without_doubles(path, raw, faults)
    cells = _with_areas(path, raw, areas, faults)
    cells = cells.sort_values("cell_id", ignore_index=True)
    cells["withheld"] = False
    check_frame(cells, CELLS, crs=crs)
    return cells


def _read_tabular(
    path: Path, columns: ResidentColumns, crs: str, faults: FaultList
) -> gpd.GeoDataFrame:
    """Cells from a table: by grid id, or by coordinates of points."""
    points = columns.lon is not None and columns.lat is not None
    wanted = [columns.id, columns.residents]
    wanted += [str(columns.lon), str(columns.lat)] if points else []
    wanted += [columns.area] if columns.area else []
    table = read_table(path, wanted, hint=HINT)
    renamed = {columns.id: "cell_id", columns.residents: "residents"}
    if columns.area:
        renamed[columns.area] = "area_id"
    reserved = (*renamed.values(), *OWN_COLUMNS)
    taken = [name for name in table.columns if name in reserved and name not in renamed]
    others = table.drop(columns=taken).rename(columns=renamed)
    if points:
        at = _points(path, table, columns, crs, faults)
        cells = gpd.GeoDataFrame(others.loc[at.index], geometry=nearest_land(at))
        return cells.assign(x_m=at.x, y_m=at.y)
    squares = _grid_squares(path, table[columns.id], crs, faults)
    return gpd.GeoDataFrame(others.loc[squares.index], geometry=squares)


def _grid_squares(path: Path, ids: pd.Series, crs: str, faults: FaultList) -> gpd.GeoSeries:
    """Squares of INSPIRE ids; the id names the south-west corner in EPSG:3035."""
    parts = ids.str.extract(GRID_ID)
    good = parts.notna().all(axis=1)
    for row in ids.index[~good]:
        message = "keine Gitter-ID wie CRS3035RES1000mN3390000E4190000"
        faults.note(path.name, row, str(ids.name), ids[row], message, rejected=True)
    if not good.any():
        raise SourceError(
            f"{path}: in Spalte {ids.name!r} steht keine Gitter-ID wie "
            f"CRS3035RES1000mN3390000E4190000. Für Punkte in county.toml [residents] lon und lat "
            f"angeben"
        )
    numbers = parts.where(good).astype(float)
    good &= (numbers[0] <= MAX_CELL_M) & (numbers[[1, 2]] <= MAX_COORDINATE_M).all(axis=1)
    for row in ids.index[parts.notna().all(axis=1) & ~good]:
        message = "liegt nicht in Europa"
        faults.note(path.name, row, str(ids.name), ids[row], message, rejected=True)
    size, north, east = (numbers.loc[good, i] for i in range(3))
    squares = shapely.box(east, north, east + size, north + size)
    return gpd.GeoSeries(squares, index=ids.index[good], crs=GRID_CRS).to_crs(crs)


def _points(
    path: Path, table: pd.DataFrame, columns: ResidentColumns, crs: str, faults: FaultList
) -> gpd.GeoSeries:
    """Points of a table."""
    lon, lat = table[str(columns.lon)].map(number), table[str(columns.lat)].map(number)
    good = lon.between(-180, 180) & lat.between(-90, 90)
    for row in table.index[~good]:
        faults.note(
            path.name,
            row,
            f"{columns.lon}/{columns.lat}",
            f"{cell(table, row, str(columns.lon))}, {cell(table, row, str(columns.lat))}",
            "keine Koordinaten in Grad (WGS84)",
            rejected=True,
        )
    if good.sum() < 2:
        raise SourceError(f"{path}: zu wenige Zeilen mit brauchbaren Koordinaten")
    points = gpd.GeoSeries.from_xy(lon[good], lat[good], index=table.index[good], crs="EPSG:4326")
    return points.to_crs(crs)


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


def _read_geometries(path: Path, columns: ResidentColumns, crs: str) -> gpd.GeoDataFrame:
    """Cells from a vector file."""
    wanted = {columns.id: "cell_id", columns.residents: "residents"}
    if columns.area:
        wanted[columns.area] = "area_id"
    cells = read_vector(path, wanted, crs, hint=HINT)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    if (cells.geometry.geom_type == "Point").all():
        at = cells.geometry
        cells = cells.set_geometry(nearest_land(at)).assign(x_m=at.x, y_m=at.y)
    return cells


def _with_counts(path: Path, cells: gpd.GeoDataFrame, faults: FaultList) -> gpd.GeoDataFrame:
    """Residents as whole numbers; rows with another content are rejected."""
    counts = _counts(path, cells["residents"], faults)
    bad = counts.isna() | (counts < 0) | (counts > MAX_COUNT) | cells["cell_id"].isna()
    for row in cells.index[bad]:
        found = cells.loc[row, "residents"]
        message = "keine Einwohnerzahl: erwartet wird eine ganze Zahl ab 0"
        faults.note(path.name, int(row), "residents", found, message, rejected=True)
    kept = cells[~bad].copy()
    kept["residents"] = _whole(path, counts[~bad], faults)
    kept["cell_id"] = kept["cell_id"].astype(str)
    for name in kept.columns.difference(["cell_id", "area_id", "residents", *OWN_COLUMNS]):
        values = kept[name].map(lambda v: number(None if v is None else str(v)))
        if values.notna().any():
            kept[name] = values
    return kept


def _whole(path: Path, counts: pd.Series, faults: FaultList) -> pd.Series:
    """Whole numbers with the same sum: the largest fractions are rounded up."""
    floor = np.floor(counts)
    fraction = counts - floor
    if (fraction > 0).any():
        message = "Einwohnerzahlen mit Nachkommastellen: auf ganze gerundet, die Summe bleibt"
        faults.note(path.name, None, "residents", f"{counts[fraction > 0].iloc[0]:g}", message)
        up = fraction.sort_values(ascending=False, kind="stable").index[: round(fraction.sum())]
        floor[up] += 1
    whole: pd.Series[int] = floor.astype("int64")
    return whole


def _counts(path: Path, column: pd.Series, faults: FaultList) -> pd.Series:
    """Numbers of residents; 1.234 is a thousand and more where every dot stands so."""
    texts = column.where(column.notna(), "").astype(str).str.strip()
    dotted = texts[texts.str.contains(".", regex=False)]
    thousands = len(dotted) > 0 and dotted.str.fullmatch(r"\d{1,3}(\.\d{3})+").all()
    if thousands and pd.api.types.is_string_dtype(column):
        texts = texts.str.replace(".", "", regex=False)
        message = "Punkte in den Einwohnerzahlen sind als Tausenderpunkte gelesen; bitte prüfen"
        faults.note(path.name, None, "residents", dotted.iloc[0], message)
    return texts.map(number).astype(float)


def _without_doubles(path: Path, cells: gpd.GeoDataFrame, faults: FaultList) -> gpd.GeoDataFrame:
    """Only the first row of each id."""
    twice = cells["cell_id"].duplicated()
    for row in cells.index[twice]:
        found = cells.loc[row, "cell_id"]
        faults.note(path.name, int(row), "cell_id", found, "Zelle kommt doppelt vor", rejected=True)
    return cells[~twice]


def _with_areas(
    path: Path, cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, faults: FaultList
) -> gpd.GeoDataFrame:
    """Give each cell its municipality; leave out the neighbours' cells."""
    centres = cells.geometry.centroid
    if "x_m" not in cells.columns:
        cells = cells.assign(x_m=centres.x, y_m=centres.y)
    if "area_id" not in cells.columns:
        cells["area_id"] = None
    if cells["area_id"].isna().any():
        at = shapely.STRtree(areas.geometry.array).query(centres.array, predicate="intersects")
        names = pd.Series(areas["area_id"].to_numpy()[at[1]], index=cells.index[at[0]])
        by_centre = names[~names.index.duplicated()].reindex(cells.index)
        cells["area_id"] = cells["area_id"].where(cells["area_id"].notna(), by_centre)
    known = cells["area_id"].isin(areas["area_id"])
    if not known.any():
        raise SourceError(
            f"{path}: keine Zelle liegt im Landkreis. Stimmen Koordinatensystem und Gebiet?"
        )
    if not known.all():
        message = f"{int((~known).sum())} Zellen außerhalb des Landkreises werden nicht gezählt"
        faults.note(path.name, None, "area_id", None, message)
    require_columns(path, cells.columns, ["cell_id", "residents"])
    kept = cells[known].copy()
    kept["area_id"] = kept["area_id"].astype(str)
    return kept
