"""Own lists of people, counted while they are read: no name and no address leaves this module.

Faults name file, row and column, never what stands there. Addresses are matched with what the
county folder holds and with nothing else; nothing is kept, cached or asked for on the net.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from python_calamine import PasswordError

from geo_integration.errors import SourceError
from geo_integration.frames import PEOPLE, check_frame
from geo_integration.inputs.geocoding.addresses import town_key
from geo_integration.inputs.geocoding.chain import find_hits
from geo_integration.inputs.geocoding.gazetteer import Lookup
from geo_integration.inputs.stated_numbers import decimal_signs, statistic
from geo_integration.inputs.tables import plain_header
from geo_integration.inputs.totals import rows_where, table_with

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

    from geo_integration.inputs.area_keys import AreaKeys
    from geo_integration.inputs.geocoding.gazetteer import Gazetteer
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import People

# Own data never on cells smaller than this: they would tell of single houses.
LEAST_CELL_M = 500
_SURE = ("house", "street")
_COLUMNS = ("count", "area", "place", "street", "house_number", "postcode", "town")
_SUMS = {
    "summe", "gesamt", "insgesamt", "zusammen", "total", "gesamtsumme", "zwischensumme",
    "teilsumme", "ergebnis", "gesamtergebnis", "teilergebnis",
}  # fmt: skip
_MOST = 10_000  # more than live in one place; a date is such a number
_SHOWN, _FEW = 20, 5
# Causes of errors whose message holds nothing of the content.
_HARMLESS = (csv.Error, OSError, PasswordError)


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
    whole = dict.fromkeys(("people", "rows"), "int64")
    found = found.astype({**whole, "place": "object", "cell_id": "object"})
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
    columns = {name: header for name in _COLUMNS if (header := getattr(entry, name))}
    if not columns:
        raise SourceError(f"{path}: [[people]] {entry.id} nennt keine Spalten")
    whole = _read(path, entry, columns.values())
    table = pd.DataFrame({name: whole[header] for name, header in columns.items()})
    people = _counts(entry, path, table[_usable(entry, path, whole, table, faults)], faults)
    if people.empty:
        raise SourceError(f"{path}: {entry.label}: keine Zeile lässt sich zählen")
    table = table.loc[people.index]
    area, at = _areas(entry, path, table, keys, look, faults)
    rows = pd.DataFrame(
        {
            "area_id": area,
            "place": _places(table, area, look),
            "cell_id": _cells(at, cells),
            "people": people,
            "rows": 1,
        }
    )
    found = rows.groupby(["area_id", "place", "cell_id"], dropna=False).sum().reset_index()
    missing = found[["place", "cell_id"]].astype(object)
    found[["place", "cell_id"]] = missing.where(missing.notna(), None)
    return found.assign(people_id=entry.id)[list(PEOPLE.columns)]


def _read(path: Path, entry: People, columns: Iterable[str]) -> pd.DataFrame:
    """The table; what is wrong with it is told without a word of its content.

    Errors without a cause are our own and hold none; what a library says may, or a sheet's name.
    """
    try:
        return rows_where(path, entry, table_with(path, entry, columns))
    except SourceError as error:
        own = error.__cause__ is None or isinstance(error.__cause__, _HARMLESS)
        said = str(error) if own and "ist zu groß (" not in str(error) else None
    except Exception:  # noqa: BLE001  whatever it says, it may tell of a person
        said = None
    # Raised out here, so that no traceback holds what was said there.
    raise SourceError(said or f"{path}: nicht lesbar; in Excel öffnen und neu als .xlsx speichern")


def _usable(
    entry: People, path: Path, whole: pd.DataFrame, table: pd.DataFrame, faults: FaultList
) -> pd.Series[bool]:
    """Rows that are neither totals of the list nor remarks below it."""
    sums = whole.map(_is_sum).any(axis=1)
    blank = table.isna().all(axis=1)
    for row in table.index[sums]:
        message = f"{entry.label}: Summe der Liste; Zeile nicht gezählt"
        faults.note(path.name, int(row), None, None, message)
    for row in table.index[blank & ~sums]:
        message = f"{entry.label}: in keiner der genannten Spalten steht etwas; Zeile nicht gezählt"
        faults.note(path.name, int(row), None, None, message)
    return ~sums & ~blank


def _is_sum(text: object) -> bool:
    """Whether a cell says that its row adds up others."""
    words = text.split() if isinstance(text, str) else []
    return bool(words) and not _SUMS.isdisjoint((plain_header(words[0]), plain_header(words[-1])))


def _counts(entry: People, path: Path, table: pd.DataFrame, faults: FaultList) -> pd.Series[int]:
    """People of each row that can be counted."""
    if entry.count is None:
        return pd.Series(1, index=table.index, dtype="int64")
    decimal = decimal_signs(table["count"])
    values = table["count"].map(lambda text: statistic(text, decimal=decimal).value).astype(float)
    good = values.notna() & (values <= _MOST)
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
    """Municipality of each row, and the point of its address where that is sure.

    What the row names counts before where the address lies; an address elsewhere is not used.
    """
    records = table.to_dict("records")
    stated = pd.Series([_stated(row, keys, look) for row in records], table.index, dtype=object)
    at = _points(path, table, look)
    by_point = pd.Series(look.areas_of(at), index=table.index, dtype=object)
    at = at.where(~(by_point.notna() & stated.notna() & (by_point != stated)), None)
    found = stated.where(stated.notna(), by_point)
    _note_unknown(entry, path, table, found.isna(), faults)
    if "street" in table and (lost := int(at.isna().sum())):
        message = f"{_rows(lost)} ohne sicher gefundene Anschrift, nur der Gemeinde zugerechnet"
        faults.note(path.name, None, entry.street, None, f"{entry.label}: {message}")
    return found.where(found.notna(), keys.county).astype(str), at


def _stated(row: Mapping[Hashable, str | None], keys: AreaKeys, look: Lookup) -> str | None:
    """The municipality that a row names, itself or by a town or Ortsteil of it."""
    area = keys.find(row.get("area"))
    if area is not None and area != keys.county:
        return area
    named = look.areas_named(*(town_key(row.get(name)) for name in ("area", "town", "place")))
    return min(named) if len(named) == 1 else None


def _note_unknown(
    entry: People, path: Path, table: pd.DataFrame, unknown: pd.Series[bool], faults: FaultList
) -> None:
    """Tell which rows name a municipality that nobody knows, and how many count for the county."""
    named = table.index[unknown & table["area"].notna()] if "area" in table else table.index[:0]
    for row in named[:_SHOWN]:
        message = f"{entry.label}: Gemeinde nicht erkannt; zählt nur im Landkreis"
        faults.note(path.name, int(row), entry.area, None, message)
    if count := int(unknown.sum()):
        message = f"{_rows(count)} ohne bekannte Gemeinde, nur dem Landkreis zugerechnet"
        faults.note(path.name, None, entry.area, None, f"{entry.label}: {message}")


def _rows(count: int) -> str:
    """A number of rows in words."""
    return "1 Zeile" if count == 1 else f"{count} Zeilen"


def _points(path: Path, table: pd.DataFrame, look: Lookup) -> gpd.GeoSeries:
    """Where the addresses are, if they are found to the house or street without doubt."""
    nowhere = gpd.GeoSeries([None] * len(table), index=table.index, crs=look.crs)
    if "street" not in table:
        return nowhere
    asked = table.rename(columns={"area": "municipality"}).astype(object)
    asked = asked.where(asked.notna(), None).assign(offer_id="")
    if "house_number" in table:
        parts = table["street"].fillna("") + " " + table["house_number"].fillna("")
        asked["street"] = parts.str.strip()
    try:
        hits = find_hits(asked, look)
    except Exception:  # noqa: BLE001  whatever it says, it may tell an address
        hits = None
    if hits is None:
        raise SourceError(f"{path}: die Anschriften ließen sich nicht suchen; street weglassen")
    sure = [hit.point if hit.grade in _SURE and not hit.doubtful else None for hit in hits]
    return gpd.GeoSeries(sure, index=table.index, crs=look.crs)


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
    """What `check` says of the lists: how many rows count, people rounded to 5, nothing more."""
    said = []
    for entry in lists:
        own = people[people["people_id"] == entry.id]
        count, rows = int(own["people"].sum()), int(own["rows"].sum())
        about = f"rund {5 * round(count / 5)} Personen" if count >= _FEW else "unter 5 Personen"
        from_rows = f" aus {rows} Zeilen" if rows >= _FEW else ""
        said.append(f"{entry.label}: {about}{from_rows}")
    return "; ".join(said) or "keine"
