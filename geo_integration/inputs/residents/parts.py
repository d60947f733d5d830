"""What one file of residents holds, whatever kind it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.inputs.residents.grid_ids import CORNER, grid_id, squares
from geo_integration.inputs.residents.layouts import OWN
from geo_integration.inputs.residents.streams import ROW
from geo_integration.inputs.residents.values import numbers

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import geopandas as gpd
    import polars as pl

    from geo_integration.inputs.residents.layouts import Layout
    from geo_integration.inputs.residents.streams import Window
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import ResidentColumns


class Wanted(NamedTuple):
    """What is looked for: columns by the profile, the county's CRS, its window in EPSG:3035."""

    columns: ResidentColumns
    crs: str
    window: Window

    @property
    def headers(self) -> set[str]:
        """Headers that the profile names for values."""
        named = self.columns
        own = [named.residents, named.area, named.weight, *named.columns.values()]
        return {header for header in own if header is not None}


class Part(NamedTuple):
    """One file, its rows cut to the county as far as it is a grid.

    `values` has a column for each header, as in the file, indexed by the row that a spreadsheet
    shows; unknown is missing. `ids` are the cells as the file calls them, `keys` the same for one
    cell in all files. `shapes` are the cells in the county's CRS; `at` the points where people
    live, if the file tells. `residents` is the header that counts residents, if there is one.
    `headers` are all that could be named. `cut` tells that the file covers more than the county on
    purpose.
    """

    path: Path
    kind: str
    values: pd.DataFrame
    ids: pd.Series[str]
    keys: pd.Series[str]
    shapes: gpd.GeoSeries
    at: gpd.GeoSeries | None = None
    residents: str | None = None
    headers: tuple[str, ...] = ()
    cut: bool = False


def part_of_grid(
    path: Path, layout: Layout, rows: pl.DataFrame, crs: str, faults: FaultList
) -> Part:
    """Make a part of rows that were cut to the county.

    Parameters
    ----------
    path : Path
        The file, for messages.
    layout : Layout
        What its columns mean.
    rows : DataFrame
        The rows with `_row`, `size_m`, `north_m`, `east_m`.
    crs : str
        The county's CRS.
    faults : FaultList
        Gets how many values are secret or uncertain.
    """
    table = pd.DataFrame(
        {name: pd.Series(rows[name].to_list(), dtype=_dtype(rows[name])) for name in rows.columns}
    )
    table.index = pd.Index(table[ROW].to_numpy("int64"))
    corner = table[list(CORNER)].astype("int64")
    keys = [grid_id(*square) for square in corner.itertuples(index=False)]
    values = table[[name for name in layout.values if name in table]].copy()
    if layout.kind != OWN:
        values = known_values(values, table, layout, path.name, faults)
        _note_marks(table, layout.marks, path.name, faults)
    return Part(
        path, layout.kind, values,
        ids=table[str(layout.id)].map(str.strip).astype(object),
        keys=pd.Series(keys, index=table.index, dtype=object),
        shapes=squares(corner, crs), residents=layout.residents,
        headers=layout.values, cut=layout.kind != OWN,
    )  # fmt: skip


def _dtype(column: pl.Series) -> str:
    """Type in pandas: text stays text, numbers stay numbers."""
    if not column.dtype.is_numeric():
        return "object"
    return "float64" if column.dtype.is_float() or column.null_count() else "int64"


def known_values(
    values: pd.DataFrame, table: pd.DataFrame, layout: Layout, file: str, faults: FaultList
) -> pd.DataFrame:
    """Values of a published grid: negative ones, and those with a flag, are unknown."""
    secret, result = 0, values.copy()
    for name in map(str, values):
        flag = layout.flags.get(name)
        hidden = numbers(values[name]).values < 0
        if flag in table:
            hidden |= numbers(table[flag]).values.fillna(0) != 0
            secret += int(hidden.sum())
        if hidden.any():
            result[name] = values[name].astype(object).where(~hidden, None)
    if secret:
        message = f"{secret} Werte in und um den Landkreis sind geheim (…_CI): unbekannt, nicht 0"
        faults.note(file, None, None, None, message)
    return result


def _note_marks(table: pd.DataFrame, marks: Collection[str], file: str, faults: FaultList) -> None:
    """Tell how many values the office calls uncertain."""
    for mark in marks:
        if mark not in table:
            continue
        found = int((table[mark].astype(str).str.strip().str.upper() == "KLAMMERN").sum())
        if found:
            message = (
                f"{found} Werte in und um den Landkreis sind als unsicher gekennzeichnet "
                f"(KLAMMERN); sie sind enthalten"
            )
            faults.note(file, None, mark, "KLAMMERN", message)
