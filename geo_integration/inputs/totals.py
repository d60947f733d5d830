"""Totals of groups of people, from tables of offices and statistics -> TOTALS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.frames import TOTALS, check_frame
from geo_integration.inputs.sheets import read_sheets
from geo_integration.inputs.tables import (
    any_value,
    header_row,
    number,
    plain_header,
    require_columns,
    table_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo_integration.inputs.area_keys import AreaKeys
    from geo_integration.inputs.tables import FaultList
    from geo_integration.settings import Table, Total

HINT = "Heißt sie anders, den Namen in county.toml unter [[totals]] eintragen"
_NOTHING = {"-", "–", "—"}
_UNKNOWN = {"", ".", "/", "x", "X", "...", "…", "*", "•", "k. A.", "k.A.", "kA", "n. v."}
_FOOTNOTE = re.compile(r"[⁰¹²³⁴-⁹⁾⁽]+$|\s*\d?\)$|\s*\*+$")
_THOUSANDS = re.compile(r"-?\d{1,3}([.,'\s\u00a0\u202f]\d{3})+")
_MOST = 100_000_000


class Found(NamedTuple):
    """A number in a table; None where it is not known. `remark` is what has to be told of it."""

    value: int | None
    remark: str | None = None


def statistic(text: str | None, *, dash_is_zero: bool = False) -> Found:
    """Read a count as statistics write it.

    Parameters
    ----------
    text : str or None
        "1.205", "1 205", "595p", "(12)", "1.205¹⁾"; "-", ".", "/", "x", "•" and the like.
    dash_is_zero : bool
        Whether "-" means that there is nobody; else it is not known.

    Returns
    -------
    Found
        A whole number from 0; signs for what is unknown, secret or not to be are unknown.
    """
    plain = (text or "").strip()
    if plain in _NOTHING:
        return Found(0) if dash_is_zero else Found(None, "Null oder geheim: bleibt unbekannt")
    if plain in _UNKNOWN:
        return Found(None, "nicht bekannt oder geheim")
    uncertain = re.fullmatch(r"\((.+)\)", plain)
    bare = _FOOTNOTE.sub("", uncertain[1] if uncertain else plain).strip()
    bare = re.sub(r"(?<=\d)\s*[rpse]$", "", bare)
    if _THOUSANDS.fullmatch(bare):
        bare = re.sub(r"[^\d-]", "", bare)
    value = number(bare)
    if value is None or value < 0 or value > _MOST or value != int(value):
        return Found(None, "keine Zahl von Personen")
    return Found(int(value), "unsicherer Wert" if uncertain else None)


def read_totals(
    totals: Sequence[Total],
    folder: Path,
    keys: AreaKeys,
    places: gpd.GeoDataFrame,
    faults: FaultList,
) -> pd.DataFrame:
    """Read the totals that the profile names.

    Parameters
    ----------
    totals : sequence of Total
        Entries of [[totals]].
    folder : Path
        The county folder.
    keys : AreaKeys
        Municipalities and county.
    places : GeoDataFrame
        PLACES, for rows of an Ortsteil.
    faults : FaultList
        Gets rows that are not used, and totals that do not add up.

    Returns
    -------
    DataFrame
        TOTALS.

    Raises
    ------
    SourceError
        When a file cannot be used, or an area has two rows.
    """
    parts = [_one(total, folder / total.file, keys, places, faults) for total in totals]
    empty = pd.DataFrame(columns=list(TOTALS.columns))
    found = pd.concat(parts, ignore_index=True) if parts else empty
    whole = dict.fromkeys(("value", "low", "high"), "int64")
    found = found.astype({**whole, "place": "object", "date": "object"})
    check_frame(found, TOTALS)
    return found


def rows_of(path: Path, entry: Table, columns: Iterable[str]) -> pd.DataFrame:
    """Rows of a table under a header that is looked for, or stands in a certain row.

    Parameters
    ----------
    path : Path
        The file.
    entry : Table
        Which rows: `header_row` and `where`.
    columns : iterable of str
        Columns that must be there.

    Returns
    -------
    DataFrame
        Text by header; the index holds the row as a spreadsheet counts it.
    """
    needed = [*columns, *entry.where]
    names = {plain_header(name) for name in needed}
    sheets = [sheet for sheet in read_sheets(path) if not sheet.hidden and any_value(sheet)]
    if not sheets:
        raise SourceError(f"{path}: kein sichtbares Blatt enthält etwas")
    best = max(sheets, key=lambda sheet: header_row(sheet, names)[1])
    head = entry.header_row - 1 if entry.header_row else header_row(best, names)[0]
    table = table_of(best, head)
    require_columns(path, table.columns, needed, hint=HINT)
    for column, wanted in entry.where.items():
        said = table[column].map(lambda text: (text or "").strip())
        table = table[said == wanted]
        if table.empty:
            raise SourceError(f"{path}: keine Zeile mit {wanted!r} in Spalte {column!r}")
    return table


def _one(
    total: Total, path: Path, keys: AreaKeys, places: gpd.GeoDataFrame, faults: FaultList
) -> pd.DataFrame:
    """TOTALS of one entry."""
    columns = [name for name in (total.value, total.area, total.place) if name]
    table = rows_of(path, total, columns)
    quarters = _quarters(places)
    rows: dict[tuple[str, str | None], int] = {}
    first: dict[tuple[str, str | None], int] = {}
    outside = 0
    for row, cells in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        area = keys.find(cells[total.area]) if total.area else keys.county
        place = (cells[total.place] or "").strip() or None if total.place else None
        if area is None:
            outside += 1
            continue
        if place and (area, plain_header(place)) not in quarters:
            message = "Ortsteil nicht bekannt (Datei der Ortsteile): Zeile nicht verwendet"
            faults.note(path.name, row, str(total.place), place, message, rejected=True)
            continue
        place = quarters[area, plain_header(place)] if place else None
        found = statistic(cells[total.value], dash_is_zero=total.dash_is_zero)
        if found.remark:
            rejected = found.value is None
            message = f"{total.label}: {found.remark}"
            faults.note(path.name, row, total.value, cells[total.value], message, rejected=rejected)
        if found.value is None:
            continue
        key = area, place
        if key in rows and not total.sum:
            raise SourceError(
                f"{path}: {total.label}: {cells.get(total.area or '') or 'der Landkreis'} steht in "
                f"den Zeilen {first[key]} und {row}. Mit where in county.toml eine auswählen, oder "
                f"mit sum = true zusammenzählen"
            )
        rows[key] = rows.get(key, 0) + found.value
        first.setdefault(key, row)
    if outside:
        message = f"{total.label}: {outside} Zeilen anderer Gebiete nicht verwendet"
        faults.note(path.name, None, total.area, None, message)
    if not rows:
        raise SourceError(
            f"{path}: {total.label}: keine Zeile nennt den Landkreis oder eine seiner Gemeinden in "
            f"Spalte {total.area!r}"
        )
    _note_difference(total, path, rows, keys, faults)
    return pd.DataFrame([_row(total, *key, value) for key, value in rows.items()])


def _quarters(places: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    """Municipality and plain name of every Ortsteil -> its name."""
    known = places[places["area_id"].notna()]
    return {
        (str(area), plain_header(name)): str(name)
        for area, name in zip(known["area_id"], known["name"], strict=True)
    }


def _row(total: Total, area: str, place: str | None, value: int) -> dict[str, object]:
    """One row of TOTALS; of a rounded value what it may have been."""
    low, high = bounds(value, total.rounded_to)
    return {
        "total_id": total.id,
        "area_id": area,
        "place": place,
        "value": value,
        "low": low,
        "high": high,
        "date": total.date,
        "label": total.label,
        "source": total.source or None,
        "file": total.file,
    }


def bounds(value: int, step: int) -> tuple[int, int]:
    """Lowest and highest whole number that is rounded to `value` in steps.

    5 rounded to 5 may have been 3 to 7; with even steps a half may go either way.
    """
    half = step // 2
    return max(0, value - half), value + half


def _note_difference(
    total: Total,
    path: Path,
    rows: dict[tuple[str, str | None], int],
    keys: AreaKeys,
    faults: FaultList,
) -> None:
    """Tell when municipalities do not add up to the county, beyond what rounding explains."""
    parts = [value for (area, place), value in rows.items() if area != keys.county and not place]
    county = rows.get((keys.county, None))
    if county is None or len(parts) < 2:
        return
    slack = (len(parts) + 1) * (total.rounded_to // 2)
    if abs(sum(parts) - county) > slack:
        message = (
            f"{total.label}: die Gemeinden ergeben zusammen {sum(parts)}, für den Landkreis steht "
            f"{county}; das erklärt keine Rundung. Fehlen Gemeinden, oder sind es zwei Stände?"
        )
        faults.note(path.name, None, total.value, None, message)
