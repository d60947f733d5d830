"""Own lists of people, counted while they are read: no name and no address leaves this module.

Faults name file, row and column, never what stands there. Addresses are matched with what the
county folder holds and with nothing else; nothing is kept, cached or asked for on the net.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.frames import PEOPLE, check_frame
from geo_integration.inputs.geocoding.addresses import town_key
from geo_integration.inputs.geocoding.chain import find_hits
from geo_integration.inputs.geocoding.gazetteer import Lookup
from geo_integration.inputs.tables import number
from geo_integration.inputs.totals import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_integration.inputs.area_keys import AreaKeys
    from geo_integration.inputs.geocoding.gazetteer import Gazetteer
    from geo_integration.inputs.tables import FaultList
    from geo_integration.settings import People

# Own data never on cells smaller than this: they would tell of single houses.
LEAST_CELL_M = 500
_SURE = ("house", "street")
_ADDRESS = ("street", "house_number", "postcode", "town")
_MOST = 1_000_000


def read_people(
    lists: Sequence[People],
    folder: Path,
    keys: AreaKeys,
    gazetteer: Gazetteer,
    cells: gpd.GeoDataFrame,
    faults: FaultList,
) -> pd.DataFrame:
    """Count the people of the lists that the profile names.

    Parameters
    ----------
    lists : sequence of People
        Entries of [[people]].
    folder : Path
        The county folder.
    keys : AreaKeys
        Municipalities and county.
    gazetteer : Gazetteer
        What the county folder knows of addresses and places.
    cells : GeoDataFrame
        CELLS; people are counted by cell where cells are at least `LEAST_CELL_M` wide.
    faults : FaultList
        Gets rows that cannot be counted, by their number only.

    Returns
    -------
    DataFrame
        PEOPLE. The counts of a list add up to its usable rows.

    Raises
    ------
    SourceError
        When a file cannot be used; of its content only the headers are named.
    """
    look = Lookup(gazetteer, str(cells.crs))
    parts = [_one(entry, folder / entry.file, keys, look, cells, faults) for entry in lists]
    empty = pd.DataFrame(columns=list(PEOPLE.columns))
    found = pd.concat(parts, ignore_index=True) if parts else empty
    found = found.astype({"people": "int64", "place": "object", "cell_id": "object"})
    check_frame(found, PEOPLE)
    return found


def _one(
    entry: People,
    path: Path,
    keys: AreaKeys,
    look: Lookup,
    cells: gpd.GeoDataFrame,
    faults: FaultList,
) -> pd.DataFrame:
    """PEOPLE of one list."""
    names = ("count", "area", "place", *_ADDRESS)
    columns = {name: header for name in names if (header := getattr(entry, name))}
    table = _read(path, entry, list(columns.values()))
    table = table[list(columns.values())].rename(columns={v: k for k, v in columns.items()})
    people = _counts(entry, path, table, faults)
    table = table.loc[people.index]
    area, at = _areas(entry, path, table, keys, look, faults)
    cell = _cells(at, cells)
    place = _places(table, area, look)
    counted = pd.DataFrame({"area_id": area, "place": place, "cell_id": cell, "people": people})
    grouped = counted.groupby(["area_id", "place", "cell_id"], dropna=False)["people"].sum()
    found = grouped.reset_index().assign(people_id=entry.id)
    missing = found[["place", "cell_id"]].astype(object)
    found[["place", "cell_id"]] = missing.where(missing.notna(), None)
    return found[list(PEOPLE.columns)]


def _read(path: Path, entry: People, columns: list[str]) -> pd.DataFrame:
    """The table; what is wrong with it is told without a word of its content."""
    if not columns:
        raise SourceError(f"{path}: [[people]] {entry.id} nennt keine Spalten")
    try:
        table = rows_of(path, entry, columns)
    except SourceError as error:
        raise SourceError(str(error)) from None
    if table.empty:
        raise SourceError(f"{path}: keine Zeilen")
    return table


def _counts(entry: People, path: Path, table: pd.DataFrame, faults: FaultList) -> pd.Series[int]:
    """People of each row that can be counted."""
    if entry.count is None:
        return pd.Series(1, index=table.index, dtype="int64")
    values = table["count"].map(number).astype(float)
    good = values.between(0, _MOST) & (values % 1 == 0)
    for row in table.index[~good]:
        message = f"{entry.label}: keine Zahl von Personen; Zeile nicht gezählt"
        faults.note(path.name, int(row), entry.count, None, message, rejected=True)
    return values[good & (values > 0)].astype("int64")


def _areas(
    entry: People,
    path: Path,
    table: pd.DataFrame,
    keys: AreaKeys,
    look: Lookup,
    faults: FaultList,
) -> tuple[pd.Series[str], gpd.GeoSeries]:
    """Municipality of each row, and the point of its address where that is sure."""
    said = table["area"].map(keys.find) if "area" in table else pd.Series(None, table.index)
    at = _points(entry, table, look)
    by_point = pd.Series(look.areas_of(at), index=table.index, dtype=object)
    found = said.where(said.notna() & (said != keys.county), by_point)
    contrary = by_point.notna() & said.notna() & (said != keys.county) & (by_point != said)
    at = at.where(~contrary, None)
    unknown = found.isna()
    if _has_address(entry) and int(at.isna().sum()):
        faults.note(
            path.name,
            None,
            None,
            None,
            f"{entry.label}: {int(at.isna().sum())} Zeilen ohne sicher gefundene Anschrift, nur "
            f"der Gemeinde zugerechnet",
        )
    if unknown.any():
        faults.note(
            path.name,
            None,
            entry.area,
            None,
            f"{entry.label}: {int(unknown.sum())} Zeilen ohne bekannte Gemeinde, nur dem Landkreis "
            f"zugerechnet",
        )
    return found.where(~unknown, keys.county).astype(str), at


def _has_address(entry: People) -> bool:
    """Whether there is a column with streets."""
    return entry.street is not None


def _points(entry: People, table: pd.DataFrame, look: Lookup) -> gpd.GeoSeries:
    """Where the addresses are, if they are found to the house or street without doubt."""
    nowhere = gpd.GeoSeries([None] * len(table), index=table.index, crs=look.crs)
    if not _has_address(entry) or table.empty:
        return nowhere
    asked = pd.DataFrame(index=range(len(table)), columns=list(_ASKED), dtype=object)
    for name, source in _ASKED.items():
        if source in table:
            asked[name] = table[source].to_numpy()
    if "house_number" in table:
        number_of = table["house_number"].fillna("").to_numpy()
        asked["street"] = (asked["street"].fillna("") + " " + number_of).str.strip()
    asked = asked.where(asked.notna(), None)
    asked["offer_id"] = [str(i) for i in range(len(table))]
    asked["lat"], asked["lon"] = np.nan, np.nan
    hits = find_hits(asked, look)
    sure = [hit.point if hit.grade in _SURE and not hit.doubtful else None for hit in hits]
    return gpd.GeoSeries(sure, index=table.index, crs=look.crs)


_ASKED = {
    "street": "street", "postcode": "postcode", "town": "town", "place": "place",
    "municipality": "area", "provider": "", "name": "", "venue": "", "format": "",
}  # fmt: skip


def _cells(at: gpd.GeoSeries, cells: gpd.GeoDataFrame) -> pd.Series[str]:
    """Cell of each point; missing where cells are too small for own data, or there is none."""
    found = pd.Series(None, index=at.index, dtype=object)
    wide = np.sqrt(cells.geometry.area.to_numpy()) >= LEAST_CELL_M * 0.99
    usable, there = cells[wide], at.notna().to_numpy()
    if usable.empty or not there.any():
        return found
    hits = usable.sindex.query(at[there].to_numpy(), predicate="intersects")
    which = pd.Series(usable["cell_id"].to_numpy()[hits[1]], index=at.index[there][hits[0]])
    which = which[~which.index.duplicated()]
    found.loc[which.index] = which
    return found


def _places(table: pd.DataFrame, area: pd.Series[str], look: Lookup) -> pd.Series[str]:
    """Ortsteil of each row, as the county's list writes it; missing where it is not known."""
    if "place" not in table:
        return pd.Series(None, index=table.index, dtype=object)
    found = [
        next((p.name for p in look.places.get(town_key(text or ""), []) if p.area_id == key), None)
        for key, text in zip(area, table["place"], strict=True)
    ]
    return pd.Series(found, index=table.index, dtype=object)


def told(people: pd.DataFrame, lists: Sequence[People]) -> str:
    """What `check` says of the lists: how many people, rounded to 5, and nothing more."""
    counts = people.groupby("people_id")["people"].sum()
    said = []
    for entry in lists:
        count = int(counts.get(entry.id, 0))
        said.append(f"{entry.label}: {f'rund {5 * round(count / 5)}' if count >= 5 else 'unter 5'}")
    return "; ".join(said) or "keine"
