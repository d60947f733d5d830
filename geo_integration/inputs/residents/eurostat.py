"""Eurostat's census grid 2021 in columns (parquet), whole or in tiles.

A tile counts its squares from its own corner and does not say where that is: its place stands in
the names of its folders, `1000/16/13.parquet` (size of squares in metres, column, row).

References
----------
Tiles: https://github.com/jgaffuri/tiled-census2021 (256 squares each way, from 0, 0 in EPSG:3035).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.grid_ids import EXAMPLE
from geo_integration.inputs.residents.layouts import Layout, layout_of
from geo_integration.inputs.residents.parts import Part, Wanted, part_of_grid
from geo_integration.inputs.residents.streams import ROW, Cut
from geo_integration.inputs.residents.values import numbers

if TYPE_CHECKING:
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

_TILE = re.compile(r"(?:^|/)(\d{1,6})/(\d{1,4})/(\d{1,4})\.(?:parquet|csv)$")
_SQUARES, _ROWS = 256, 500_000
_KEY = "GRD_ID"


def read_grid_frame(
    path: Path, frame: pl.LazyFrame, wanted: Wanted, faults: FaultList
) -> Part | None:
    """Read a grid that lies in columns already: parquet, or a tile.

    Parameters
    ----------
    path : Path
        The file; of a tile its folders count.
    frame : LazyFrame
        All columns.
    wanted : Wanted
        Columns and window.
    faults : FaultList
        Gets the rows that cannot be used, and what a tile leaves out.

    Returns
    -------
    Part or None
        None where the headers are those of no published grid.

    Raises
    ------
    SourceError
        When a tile does not lie in folders that say where it is.
    """
    headers = frame.collect_schema().names()
    layout = layout_of(headers)
    if layout is None or layout.long:
        return None
    tile = layout.tile
    if tile:
        layout, frame = _placed(path, layout, frame)
    needed = [h for h in headers if h in {*layout.values, *layout.flags.values()}]
    needed += [key for key in (layout.id, layout.x, layout.y) if key is not None]
    cut = Cut(layout, wanted.window)
    for start in range(0, frame.select(pl.len()).collect().item(), _ROWS):
        block = frame.select(needed).slice(start, _ROWS).collect()
        cut.take(block.with_row_index(ROW, start + 1))
    rows = cut.finish(str(path), path.name, faults)
    part = part_of_grid(path, layout, rows, wanted.crs, faults)
    return _without_missing(part, faults) if tile else part


def _placed(path: Path, layout: Layout, frame: pl.LazyFrame) -> tuple[Layout, pl.LazyFrame]:
    """A tile with grid ids."""
    place = _TILE.search(path.as_posix())
    if place is None:
        raise SourceError(
            f"{path}: eine Kachel ohne Ort. Bitte mit den Ordnern ablegen, die sie auf dem Server "
            f'hat, etwa residents = "1000/16/13.parquet"; oder eine Tabelle mit {EXAMPLE} nehmen'
        )
    size, column, row = (int(number) for number in place.groups())
    x = ((column * _SQUARES + pl.col(str(layout.x)).cast(pl.Int64)) * size).cast(pl.String)
    y = ((row * _SQUARES + pl.col(str(layout.y)).cast(pl.Int64)) * size).cast(pl.String)
    key = pl.concat_str(pl.lit(f"CRS3035RES{size}mN"), y, pl.lit("E"), x)
    placed = layout._replace(id=_KEY, x=None, y=None, size_m=size)
    return placed, frame.with_columns(key.alias(_KEY))


def _without_missing(part: Part, faults: FaultList) -> Part:
    """Tiles write 0 for what a country did not deliver: a column of nothing else is unknown."""
    known = {str(name): numbers(part.values[name]).values for name in part.values}
    empty = [name for name, found in known.items() if len(found) and (found == 0).all()]
    if not empty:
        return part
    message = f"überall 0, also wohl nicht geliefert: {', '.join(empty)}; gilt als unbekannt"
    faults.note(part.path.name, None, None, 0, message)
    return part._replace(values=part.values.assign(**dict.fromkeys(empty, np.nan)))
