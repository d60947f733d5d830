"""Where people live: one file or several -> CELLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import shapely

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.frames import CELLS, check_frame
from geo_integration.inputs.contents import require_file
from geo_integration.inputs.residents.eurostat import read_grid_frame
from geo_integration.inputs.residents.grid_ids import GRID_CRS
from geo_integration.inputs.residents.joined import AREA, COUNT, FURTHER, KEY, WEIGHT, joined
from geo_integration.inputs.residents.own import has_points, read_own_table
from geo_integration.inputs.residents.parts import Part, Wanted
from geo_integration.inputs.residents.totals import met, read_totals
from geo_integration.inputs.residents.values import counts, note_rows, numbers, tidy, whole
from geo_integration.inputs.residents.vectors import read_own_parquet, read_own_vector
from geo_integration.inputs.residents.zensus import read_published
from geo_integration.inputs.sheets import TEXTS, WORKBOOKS, short

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo_integration.inputs.residents.streams import Window
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import ResidentColumns

# The county's outline in another CRS may bulge a little beyond the box of its corners.
_AROUND_M = 1000


def read_cells(
    paths: Sequence[Path],
    columns: ResidentColumns,
    areas: gpd.GeoDataFrame,
    crs: str,
    faults: FaultList,
    *,
    totals: Path | None = None,
) -> gpd.GeoDataFrame:
    """Read the residents' cells.

    Grids of the census are read as they are published (Zensus 2022 and 2011, Eurostat 2021); other
    files by the columns that the profile names: squares by grid id, points (each cell is the land
    nearest to its point, or a square around it), polygons. See docs/residents.md.

    Parameters
    ----------
    paths : sequence of Path
        The files. The one that counts residents defines the cells; the others add columns.
    columns : ResidentColumns
        Which column means what.
    areas : GeoDataFrame
        AREAS; cells are counted for the area named in the file, else the one that holds their
        centre; cells in no area belong to neighbours and are left out, and noted.
    crs : str
        The county's metric CRS.
    faults : FaultList
        Gets every row that cannot be used.
    totals : Path, optional
        Residents of the municipalities; the cells are made to meet them.

    Returns
    -------
    GeoDataFrame
        CELLS in `crs`. Further columns are carried along: those of `columns.columns` under their
        names, or all by their own headers. Unknown is missing, never 0.

    Raises
    ------
    SourceError
        When a file cannot be used, or no cell lies in the county.
    """
    wanted = Wanted(columns, crs, _window(areas))
    parts = [_guarded(path, wanted, faults) for path in paths]
    base, cells, files = joined(parts, columns, faults)
    file = base.path.name
    cells = _with_areas(base, _with_ids(file, cells, faults), areas, faults)
    weights = _counted(cells, faults, file) if columns.weight is None else _weights(
        cells, faults, file
    )  # fmt: skip
    cells, weights = cells.loc[weights.index], weights.rename("residents")
    cells = _without_doubles(file, cells, faults).sort_values("cell_id")
    weights = weights.loc[cells.index]
    if totals is not None and columns.total is not None:
        known = read_totals(totals, columns.total, areas, faults)
        shares = met(weights, cells, known, areas, totals.name, faults)
        weights = shares if columns.weight is not None else shares.fillna(weights)
        cells = cells[weights.notna()]
    cells = cells.assign(residents=whole(file, weights.dropna(), faults), withheld=False)
    if cells.empty:
        raise SourceError(f"{base.path}: keine Zelle im Landkreis hat eine bekannte Einwohnerzahl")
    cells = _tidied(cells.reset_index(drop=True), files, faults)
    check_frame(cells, CELLS, crs=crs)
    return cells


def _window(areas: gpd.GeoDataFrame) -> Window:
    """The county's bounding box in the CRS of the grids, and a little more."""
    west, south, east, north = areas.to_crs(GRID_CRS).total_bounds
    return west - _AROUND_M, south - _AROUND_M, east + _AROUND_M, north + _AROUND_M


# One file ---------------------------------------------------------------------------------------


def _guarded(path: Path, wanted: Wanted, faults: FaultList) -> Part:
    """Read one file; whatever a reader trips over, the file is at fault."""
    require_file(path)
    try:
        return _part(path, wanted, faults)
    except GeoIntegrationError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        said = short(error) if isinstance(error, Exception) else "beschädigt"
        raise SourceError(f"{path}: nicht lesbar ({said})") from error


def _part(path: Path, wanted: Wanted, faults: FaultList) -> Part:
    """Read one file by its kind."""
    suffix, points = path.suffix.lower(), has_points(wanted.columns)
    found = None
    if suffix == ".parquet":
        if not points:
            found = read_grid_frame(path, pl.scan_parquet(path), wanted, faults)
        return found or read_own_parquet(path, wanted, faults)
    if suffix == ".zip" or (suffix in TEXTS and not points):
        found = read_published(path, wanted, faults)
        if found is None and path.parent.name.isdigit():
            found = read_grid_frame(path, pl.scan_csv(path, infer_schema=False), wanted, faults)
        return found or read_own_table(path, wanted, faults)
    if suffix in (*TEXTS, *WORKBOOKS):
        return read_own_table(path, wanted, faults)
    return read_own_vector(path, wanted, faults)


# All files --------------------------------------------------------------------------------------


def _with_ids(file: str, cells: gpd.GeoDataFrame, faults: FaultList) -> gpd.GeoDataFrame:
    """Cells that have an id."""
    without = cells["cell_id"].isna()
    note_rows(faults, file, cells["cell_id"], without, "ohne Kennung der Zelle")
    kept = cells[~without].copy()
    kept["cell_id"] = kept["cell_id"].astype(str)
    return kept


def _with_areas(
    base: Part, cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, faults: FaultList
) -> gpd.GeoDataFrame:
    """Give each cell its municipality; leave out the neighbours' cells."""
    centres = cells.geometry.centroid
    if "x_m" not in cells.columns:
        cells = cells.assign(x_m=centres.x, y_m=centres.y)
    named = cells[AREA].astype(object)
    if named.isna().any():
        at = shapely.STRtree(areas.geometry.array).query(centres.array, predicate="intersects")
        names = pd.Series(areas["area_id"].to_numpy()[at[1]], index=cells.index[at[0]])
        by_centre = names[~names.index.duplicated()].reindex(cells.index)
        named = named.where(named.notna(), by_centre)
    known = named.isin(areas["area_id"])
    if not known.any():
        raise SourceError(
            f"{base.path}: keine Zelle liegt im Landkreis. Stimmen Koordinatensystem und Gebiet?"
        )
    if not known.all() and not base.cut:
        message = f"{int((~known).sum())} Zellen außerhalb des Landkreises werden nicht gezählt"
        faults.note(base.path.name, None, "area_id", None, message)
    return cells.assign(area_id=named)[known].astype({"area_id": str})


def _counted(cells: gpd.GeoDataFrame, faults: FaultList, file: str) -> pd.Series[float]:
    """Residents of the cells that can be counted: where they are unknown, none can be."""
    given = cells[COUNT].rename("residents")
    found = counts(file, given, faults)
    if found.unknown.any():
        row = int(found.unknown.index[found.unknown][0])
        message = (
            f"{int(found.unknown.sum())} von {len(cells)} Zellen ohne bekannte Einwohnerzahl "
            f"(leer, unbewohnt oder geheim), die erste in dieser Zeile: nicht gezählt"
        )
        faults.note(file, row, "residents", given[row], message, rejected=True)
    message = "keine Einwohnerzahl: erwartet wird eine ganze Zahl ab 0"
    note_rows(faults, file, given, found.odd, message)
    known: pd.Series[float] = found.values.dropna()
    return whole(file, known, faults).astype(float)


def _weights(cells: gpd.GeoDataFrame, faults: FaultList, file: str) -> pd.Series[float]:
    """What residents are spread by; unknown ones get none."""
    found = numbers(cells[WEIGHT])
    wrong = found.values.isna() | (found.values < 0)
    if wrong.any():
        message = f"{int(wrong.sum())} Zellen ohne bekanntes Gewicht bekommen keine Einwohner"
        faults.note(file, None, None, None, message)
    return found.values.where(~wrong, 0.0)


def _without_doubles(file: str, cells: gpd.GeoDataFrame, faults: FaultList) -> gpd.GeoDataFrame:
    """Only the first row of each cell."""
    twice = cells[KEY].duplicated()
    note_rows(faults, file, cells["cell_id"], twice, "Zelle kommt doppelt vor")
    return cells[~twice]


def _tidied(cells: gpd.GeoDataFrame, files: dict[str, str], faults: FaultList) -> gpd.GeoDataFrame:
    """The declared columns, and further ones as numbers or text under their names."""
    kept = cells[[*CELLS.columns, "geometry"]].copy()
    for name, file in files.items():
        if FURTHER + name in cells:
            kept[name] = tidy(file, cells[FURTHER + name].rename(name), faults)
    return kept
