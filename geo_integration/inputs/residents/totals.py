"""Totals of municipalities, and cells that are made to meet them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geo_integration.dasymetric import spread, without_weight
from geo_integration.errors import SourceError
from geo_integration.inputs.residents.values import as_texts, counts
from geo_integration.inputs.tables import plain_header, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo_integration.inputs.tables import FaultList


def read_totals(
    path: Path, column: str, areas: gpd.GeoDataFrame, faults: FaultList
) -> dict[str, int]:
    """Read the residents of municipalities.

    Parameters
    ----------
    path : Path
        Workbook or CSV file with the municipality's key or name in any column.
    column : str
        Header of the column with the residents.
    areas : GeoDataFrame
        AREAS.
    faults : FaultList
        Gets rows that name no municipality of the county.

    Returns
    -------
    dict of str to int
        Residents by `area_id`.

    Raises
    ------
    SourceError
        When the column is missing, or a municipality has two totals.
    """
    hint = "Die Spalte mit den Einwohnern nennt county.toml unter [residents] total"
    table = read_table(path, [column], hint=hint)
    keys = {key: area for area in areas["area_id"] for key in (_short_key(area), area)}
    names = {plain_header(name): area for area, name in areas[["area_id", "name"]].to_numpy()}
    others = [as_texts(table[name]) for name in table.columns if name != column]
    found = [texts.map(lambda text: _area(text, keys, names)) for texts in others]
    best = max(range(len(found)), key=lambda i: int(found[i].notna().sum()), default=None)
    if best is None or found[best].isna().all():
        raise SourceError(
            f"{path}: keine Spalte enthält Schlüssel oder Namen der Gemeinden, etwa "
            f"{areas['area_id'].iloc[0]} oder {areas['name'].iloc[0]}"
        )
    of_row, said = found[best], others[best]
    known = counts(path.name, table[column], faults).values
    for row in table.index[of_row.isna()]:
        message = "keine Gemeinde des Landkreises: nicht gezählt"
        faults.note(path.name, int(row), str(said.name), said[row], message)
    for row in table.index[of_row.notna() & known.isna()]:
        message = "keine Einwohnerzahl: die Gemeinde bleibt ohne Summe"
        faults.note(path.name, int(row), column, table.at[row, column], message, rejected=True)
    usable = of_row[of_row.notna() & known.notna()]
    if usable.duplicated().any():
        second = usable.index[usable.duplicated()][0]
        raise SourceError(f"{path}: die Gemeinde {said[second]} hat zwei Summen (Zeile {second})")
    whole = known[usable.index].round().astype(int)
    return dict(zip(usable, whole, strict=True))


def _area(text: str, keys: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    """Municipality of a key, with or without leading 0, of 8 or 12 digits; or of a name."""
    found = keys.get(text) or keys.get(_short_key(text)) or names.get(plain_header(text))
    return found or names.get(plain_header(text.partition(",")[0]))


def _short_key(text: str) -> str:
    """A municipality's key in 8 digits; the 12 have its association in the middle."""
    digits = re.sub(r"\s", "", text)
    if not digits.isdecimal() or len(digits) > 12:
        return text
    if len(digits) > 8:
        digits = digits.zfill(12)
        digits = digits[:5] + digits[9:]
    return digits.zfill(8)


def met(
    weights: pd.Series[float],
    cells: pd.DataFrame,
    totals: Mapping[str, int],
    areas: gpd.GeoDataFrame,
    file: str,
    faults: FaultList,
) -> pd.Series[float]:
    """Residents of cells so that every municipality has its total exactly.

    Parameters
    ----------
    weights : Series of float
        What residents are spread by; missing counts as 0.
    cells : DataFrame
        With `area_id`, aligned with `weights`.
    totals : mapping of str to int
        Residents by `area_id`.
    areas : GeoDataFrame
        AREAS, for names.
    file : str
        File of the totals, for messages.
    faults : FaultList
        Gets municipalities without a total, without cells, without weights.

    Returns
    -------
    Series of float
        Whole numbers; missing where there is no total.
    """
    names = {area: name for area, name in areas[["area_id", "name"]].to_numpy()}  # noqa: C416  a mapping of an array's rows
    zones = cells["area_id"]
    here = set(zones)
    for area in [area for area in totals if area not in here and totals[area]]:
        message = (
            f"{names[area]}: keine Zelle, auf die {totals[area]} Einwohner verteilt werden "
            f"könnten; sie fehlen in allen Ergebnissen"
        )
        faults.note(file, None, None, area, message, rejected=True)
    for area in sorted(here - set(totals)):
        faults.note(file, None, None, area, f"{names[area]}: in dieser Datei ohne Summe")
    for area in map(str, without_weight(weights, zones)):
        if totals.get(area):
            message = f"{names[area]}: kein Gewicht in den Zellen; gleichmäßig verteilt"
            faults.note(file, None, None, area, message)
    return spread(weights, zones, {area: totals[area] for area in totals if area in here})
