"""Totals of groups of people, from tables of offices and statistics -> TOTALS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.frames import TOTALS, check_frame
from geo_integration.inputs.sheets import read_sheets
from geo_integration.inputs.stated_numbers import (
    bounds,
    decimal_signs,
    is_ambiguous,
    statistic,
)
from geo_integration.inputs.tables import (
    any_value,
    header_row,
    plain_header,
    require_columns,
    table_of,
)
from geo_integration.profile import People

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo_integration.inputs.area_keys import AreaKeys
    from geo_integration.inputs.sheets import Sheet
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import Table, Total

    Area = tuple[str, str | None]  # key of the municipality, Ortsteil

HINT = "Heißt sie anders, den Namen in county.toml unter [[totals]] eintragen"


class Span(NamedTuple):
    """People of an area: as stated, and the fewest and most that are rounded to it."""

    value: int
    low: int
    high: int


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


def table_with(path: Path, entry: Table, columns: Iterable[str]) -> pd.DataFrame:
    """A table under a header that is looked for, or stands in a certain row.

    Parameters
    ----------
    path : Path
        The file.
    entry : Table
        Where in it: `sheet` and `header_row`; columns of `where` are needed too.
    columns : iterable of str
        Columns that must be there.

    Returns
    -------
    DataFrame
        Text by header; the index holds the row as a spreadsheet counts it.

    Raises
    ------
    SourceError
        When the file cannot be used, or several sheets fit; of the content of the file it tells
        the headers and, for lists of people, nothing.
    """
    needed = list(dict.fromkeys([*columns, *entry.where]))
    names = {plain_header(name) for name in needed}
    sheet = _sheet(path, entry, names)
    head = entry.header_row - 1 if entry.header_row else header_row(sheet, names)[0]
    table = table_of(sheet, head)
    missing = [name for name in needed if name not in table.columns]
    if missing and isinstance(entry, People):  # what stands there instead may be a person
        raise SourceError(
            f"{path}: es fehlt die Spalte {', '.join(map(repr, missing))}. Die Namen in "
            f"county.toml unter [[people]] mit den Überschriften vergleichen; header_row nennt "
            f"ihre Zeile"
        )
    require_columns(path, table.columns, needed, hint=HINT)
    return table


def rows_where(path: Path, entry: Table, table: pd.DataFrame) -> pd.DataFrame:
    """Rows that have the texts of `where`; SourceError when there are none."""
    for column, wanted in entry.where.items():
        said = table[column].map(lambda text: " ".join((text or "").split()))
        table = table[said == " ".join(wanted.split())]
        if table.empty:
            raise SourceError(f"{path}: keine Zeile mit {wanted!r} in Spalte {column!r}")
    return table


def _sheet(path: Path, entry: Table, names: Collection[str]) -> Sheet:
    """The sheet that is named, or the only one that has the headers."""
    sheets = [sheet for sheet in read_sheets(path) if not sheet.hidden and any_value(sheet)]
    if entry.sheet is not None:
        sheets = [sheet for sheet in sheets if sheet.name == entry.sheet]
    if not sheets:
        named = f"kein sichtbares Blatt {entry.sheet!r}" if entry.sheet else "kein sichtbares Blatt"
        raise SourceError(f"{path}: {named} enthält etwas")
    fitting = [sheet for sheet in sheets if header_row(sheet, names)[1] == len(names)]
    if len(fitting) > 1:
        raise SourceError(
            f"{path}: {len(fitting)} Blätter haben diese Spalten; in county.toml mit sheet sagen, "
            f"welches gilt"
        )
    return max(sheets, key=lambda sheet: header_row(sheet, names)[1])


# One entry --------------------------------------------------------------------------------------


class _Row(NamedTuple):
    """One row of a table: where it stands, whose value it is, and the value as it is written."""

    number: int
    area: str | None
    place: str | None
    said: str | None
    text: str | None


def _one(
    total: Total, path: Path, keys: AreaKeys, places: gpd.GeoDataFrame, faults: FaultList
) -> pd.DataFrame:
    """TOTALS of one entry."""
    columns = [name for name in (total.value, total.area, total.place) if name]
    table = table_with(path, total, columns)
    decimal = decimal_signs(table[total.value])
    table = rows_where(path, total, table)
    rows = _of_county(total, path, list(_rows(total, table, keys)), keys, decimal, faults)
    quarters = _quarters(places)
    spans: dict[Area, Span] = {}
    first: dict[Area, int] = {}
    open_ended: set[Area] = set()
    for row in rows:
        place = None
        if row.place is not None:
            place = quarters.get((str(row.area), plain_header(row.place)))
            if place is None:
                message = "Ortsteil nicht bekannt (Datei der Ortsteile): Zeile nicht verwendet"
                column = str(total.place)
                faults.note(path.name, row.number, column, row.place, message, rejected=True)
                continue
        found = statistic(row.text, dash_is_zero=total.dash_is_zero, decimal=decimal)
        if found.remark:
            message = f"{total.label}: {found.remark}"
            wrong = found.is_wrong
            faults.note(path.name, row.number, total.value, row.text, message, rejected=wrong)
        key = str(row.area), place
        if found.value is None:
            open_ended.add(key)
            continue
        if key in spans and not total.sum:
            raise SourceError(
                f"{path}: {total.label}: {row.said or 'der Landkreis'} steht in den Zeilen "
                f"{first[key]} und {row.number}. Mit where in county.toml eine auswählen, oder mit "
                f"sum = true zusammenzählen"
            )
        known = spans.get(key, Span(0, 0, 0))
        low, high = bounds(found.value, total.rounded_to)
        spans[key] = Span(known.value + found.value, known.low + low, known.high + high)
        first.setdefault(key, row.number)
    for key in [key for key in first if key in open_ended]:  # a sum with an unknown part
        message = f"{total.label}: eine der Zeilen ist unbekannt, also auch ihre Summe"
        faults.note(path.name, first[key], total.value, None, message)
        del spans[key]
    if not spans:
        raise SourceError(
            f"{path}: {total.label}: keine Zeile mit einer Zahl nennt den Landkreis oder eine "
            f"seiner Gemeinden in Spalte {total.area!r}"
        )
    _note_reading(total, path, rows, decimal, faults)
    _note_difference(total, path, spans, keys, faults)
    return pd.DataFrame([_row(total, key, span) for key, span in spans.items()])


def _rows(total: Total, table: pd.DataFrame, keys: AreaKeys) -> Iterator[_Row]:
    """Whose each row is; a total in the column of places is that of the municipality."""
    for number, cells in zip(table.index.tolist(), table.to_dict("records"), strict=True):
        said = cells[total.area] if total.area else None
        area = keys.find(said) if total.area else keys.county
        place = cells[total.place] if total.place else None
        if place is not None and keys.is_unnamed(place):
            place = None
        yield _Row(int(number), area, place, said, cells[total.value])


def _of_county(
    total: Total,
    path: Path,
    rows: Sequence[_Row],
    keys: AreaKeys,
    decimal: Collection[str],
    faults: FaultList,
) -> list[_Row]:
    """Rows of the county and its municipalities; how many others there are is told.

    "Insgesamt" is the county's only where the table holds no other county.
    """
    others = [row for row in rows if row.area is None and row.text]
    if any(statistic(row.text, decimal=decimal).value is not None for row in others):
        unnamed = [row for row in rows if row.area and row.said and keys.is_unnamed(row.said)]
        for row in unnamed:
            message = f"{total.label}: nicht verwendet, weil auch andere Gebiete darin stehen"
            faults.note(path.name, row.number, total.area, row.said, message)
        rows = [row for row in rows if row not in unnamed]
    if others:
        many = "1 Zeile nennt" if len(others) == 1 else f"{len(others)} Zeilen nennen"
        message = (
            f"{total.label}: {many} weder den Landkreis noch eine seiner Gemeinden: nicht verwendet"
        )
        faults.note(path.name, others[0].number, total.area, others[0].said, message)
    return [row for row in rows if row.area is not None]


def _quarters(places: gpd.GeoDataFrame) -> dict[tuple[str, str], str]:
    """Municipality and plain name of every Ortsteil -> its name."""
    known = places[places["area_id"].notna()]
    return {
        (str(area), plain_header(name)): str(name)
        for area, name in zip(known["area_id"], known["name"], strict=True)
    }


def _row(total: Total, key: Area, span: Span) -> dict[str, object]:
    """One row of TOTALS."""
    return {
        "total_id": total.id,
        "area_id": key[0],
        "place": key[1],
        **span._asdict(),
        "date": total.date,
        "label": total.label,
        "source": total.source or None,
        "file": total.file,
    }


def _note_reading(
    total: Total,
    path: Path,
    rows: Sequence[_Row],
    decimal: Collection[str],
    faults: FaultList,
) -> None:
    """Tell how numbers were read that might be others, and what speaks against the rounding."""
    known = [(row, statistic(row.text, decimal=decimal).value) for row in rows]
    read = [(row, value) for row, value in known if value is not None]
    grouped = [row for row, _ in read if is_ambiguous(row.text)]
    if grouped:
        message = f"{total.label}: Punkt oder Komma als Tausenderzeichen gelesen; bitte prüfen"
        faults.note(path.name, grouped[0].number, total.value, grouped[0].text, message)
    odd = [row for row, value in read if value % total.rounded_to]
    if odd:
        message = (
            f"{total.label}: {len(odd)} von {len(read)} Werten sind keine Vielfachen von "
            f"{total.rounded_to}; stimmt rounded_to?"
        )
        faults.note(path.name, odd[0].number, total.value, odd[0].text, message)


def _note_difference(
    total: Total,
    path: Path,
    spans: Mapping[Area, Span],
    keys: AreaKeys,
    faults: FaultList,
) -> None:
    """Tell when municipalities do not add up to the county, beyond what rounding explains."""
    parts = [span for (area, place), span in spans.items() if area != keys.county and not place]
    county = spans.get((keys.county, None))
    if county is None or not parts:
        return
    missing = keys.count - len(parts)
    too_many = sum(part.low for part in parts) > county.high
    if too_many or (sum(part.high for part in parts) < county.low and not missing):
        message = (
            f"{total.label}: die Gemeinden ergeben zusammen {sum(part.value for part in parts)}, "
            f"für den Landkreis steht {county.value}; das erklärt keine Rundung. Sind es zwei "
            f"Stände, oder doppelte Zeilen?"
        )
        faults.note(path.name, None, total.value, None, message)
    if missing:
        message = f"{total.label}: {missing} von {keys.count} Gemeinden ohne bekannte Zahl"
        faults.note(path.name, None, total.value, None, message)
