"""Several files of residents -> one table of cells: one defines them, the others add columns."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.layouts import ZENSUS_2011, ZENSUS_2022, is_total
from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_integration.inputs.residents.parts import Part
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import ResidentColumns

# Columns of CELLS that no file may bring along.
RESERVED = ("cell_id", "area_id", "residents", "withheld", "geometry", "x_m", "y_m")
KEY, COUNT, AREA, WEIGHT, FURTHER = "_key", "_count", "_area", "_weight", "further_"


class _Column(NamedTuple):
    """A column under the name that it gets, and where it comes from."""

    name: str
    header: str
    part: Part


class Joined(NamedTuple):
    """All cells of the part that defines them, with the columns of all parts.

    `cells` has `cell_id`, `_key` (the same however the id is written), geometry, `_count`, `_area`
    and `_weight` (missing throughout where nothing says them), and the other columns as "further_"
    and their names, all as in the files. `files` tells where each of the others comes from.
    """

    base: Part
    cells: gpd.GeoDataFrame
    files: dict[str, str]


def joined(parts: Sequence[Part], columns: ResidentColumns, faults: FaultList) -> Joined:
    """Join files by their cells.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    columns : ResidentColumns
        Which column means what, and which are carried along.
    faults : FaultList
        Gets what does not fit together.

    Returns
    -------
    Joined
        The cells of one part with the columns of all.

    Raises
    ------
    SourceError
        When no file counts residents, two of them do, a column is missing or twice there, or files
        have no cell in common.
    """
    base, count = _base(parts, columns)
    cells = gpd.GeoDataFrame({"cell_id": base.ids, KEY: base.keys}, geometry=base.shapes)
    if base.at is not None:
        cells = cells.assign(x_m=base.at.x, y_m=base.at.y)
    cells[COUNT] = None if count is None else base.values[count]
    area = None if columns.area is None else _header(base, columns.area)
    if columns.area is not None and area is None:
        raise _missing([base], columns.area)
    cells[AREA] = None if area is None else base.values[area]
    cells[WEIGHT] = None
    own = {count, area, None if columns.weight is None else _header(base, columns.weight)}
    wanted = _picked(parts, columns) if columns.columns else _all(parts, base, own)
    if columns.weight is not None:
        wanted.append(_Column(WEIGHT, *_find(parts, columns.weight)))
    for column in wanted:
        name = column.name if column.name == WEIGHT else FURTHER + column.name
        cells[name] = _of(base, column, faults)
    _note_vintages(parts, faults)
    return Joined(base, cells, {column.name: column.part.path.name for column in wanted})


def _base(parts: Sequence[Part], columns: ResidentColumns) -> tuple[Part, str | None]:
    """The part that defines the cells, and its count of residents."""
    if columns.weight is not None:
        return _find(parts, columns.weight)[1], None
    named = columns.residents
    if named != type(columns)().residents or any(named in part.values for part in parts):
        header, part = _find(parts, named)
        return part, header
    having = [(part, part.residents) for part in parts if part.residents in part.values]
    proper = [found for found in having if not is_total(found[1])]
    if len(proper) > 1:
        raise _twice(str(proper[0][1]), proper[0][0], proper[1][0])
    if not having:
        raise _missing(parts, named)
    return (proper or having)[0]


def _picked(parts: Sequence[Part], columns: ResidentColumns) -> list[_Column]:
    """The columns that the profile names."""
    return [_Column(name, *_find(parts, header)) for name, header in columns.columns.items()]


def _all(parts: Sequence[Part], base: Part, own: set[str | None]) -> list[_Column]:
    """All columns of all files by their own headers; totals only where they define the cells."""
    found: dict[str, _Column] = {}
    for part in parts:
        for header in map(str, part.values):
            if header in RESERVED or (header in own if part is base else is_total(header)):
                continue
            if header in found:
                raise _twice(header, found[header].part, part)
            found[header] = _Column(header, header, part)
    return list(found.values())


def _find(parts: Sequence[Part], wanted: str) -> tuple[str, Part]:
    """The one part that has a header."""
    having = [(header, part) for part in parts if (header := _header(part, wanted))]
    if not having:
        raise _missing(parts, wanted)
    if len(having) > 1:
        raise _twice(wanted, having[0][1], having[1][1])
    return having[0]


def _header(part: Part, wanted: str) -> str | None:
    """A header of a part as it stands there; the case of letters matters only if it must."""
    if wanted in part.values:
        return wanted
    plain = plain_header(wanted)
    return next((str(h) for h in part.values if plain and plain_header(h) == plain), None)


def _of(base: Part, column: _Column, faults: FaultList) -> pd.Series:
    """Values of a column for the cells of the base; missing where its file has no such cell."""
    part = column.part
    if part is base:
        return part.values[column.header]
    values = part.values[column.header].set_axis(part.keys)
    values = values[~values.index.duplicated()]
    there = base.keys.isin(values.index)
    if not there.any():
        raise SourceError(
            f"{part.path}: keine Zelle kommt auch in {base.path.name} vor ({_example(part)} und "
            f"{_example(base)}). Alle Dateien müssen dieselben Gitterzellen haben; die Größe wählt "
            f"[residents] resolution"
        )
    if not there.all():
        message = (
            f"{int((~there).sum())} von {len(there)} Zellen aus {base.path.name} in und um den "
            f"Landkreis fehlen in dieser Datei: dort unbekannt"
        )
        faults.note(part.path.name, None, column.header, None, message)
    return pd.Series(values.reindex(base.keys).to_numpy(), index=base.keys.index)


def _example(part: Part) -> str:
    """One of its cells."""
    return str(part.keys.iloc[0]) if len(part.keys) else "keine Zelle im Landkreis"


def _note_vintages(parts: Sequence[Part], faults: FaultList) -> None:
    """Warn of comparing two censuses cell by cell."""
    old = [part.path.name for part in parts if part.kind == ZENSUS_2011]
    if old and any(part.kind == ZENSUS_2022 for part in parts):
        message = (
            "Zensus 2011 und Zensus 2022 sind verschieden erhoben und geheim gehalten: "
            "Unterschiede einzelner Zellen bedeuten nichts"
        )
        faults.note(old[0], None, None, None, message)


def _missing(parts: Sequence[Part], wanted: str) -> SourceError:
    """Say which columns there are instead."""
    headers = list(dict.fromkeys(header for part in parts for header in part.headers))
    close = difflib.get_close_matches(wanted, headers, 1, 0.7)
    meant = f" (gemeint: {close[0]!r}?)" if close else ""
    files = ", ".join(dict.fromkeys(str(part.path) for part in parts))
    return SourceError(
        f"{files}: es fehlt die Spalte {wanted!r}{meant}. Gefunden wurden: "
        f"{', '.join(headers[:40]) or 'keine Spalten'}. Heißt sie anders, den Namen in county.toml "
        f"unter [residents] eintragen"
    )


def _twice(header: str, one: Part, other: Part) -> SourceError:
    """Say in which files a column is."""
    return SourceError(
        f"{other.path}: die Spalte {header!r} steht auch in {one.path.name}. Eine der Dateien aus "
        f"[layers] residents nehmen, oder in [residents] columns nur Spalten nennen, die einmal "
        f"vorkommen"
    )
