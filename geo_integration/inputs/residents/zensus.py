"""Grids of the census as they are published: a CSV file, or the ZIP of a theme.

References
----------
Zensus 2022, Gitterdaten: https://www.zensus2022.de. Zensus 2011: https://www.zensus2011.de.
"""

from __future__ import annotations

import zipfile
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import polars as pl

from geo_integration.errors import SourceError
from geo_integration.inputs.contents import safe_members
from geo_integration.inputs.residents.grid_ids import CORNER
from geo_integration.inputs.residents.layouts import SIZES_M, Layout, layout_of
from geo_integration.inputs.residents.parts import Part, Wanted, part_of_grid
from geo_integration.inputs.residents.streams import ROW, Cut, Head, Source, blocks, head_of
from geo_integration.inputs.tables import plain_header

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

_TEXTS = (".csv", ".txt")
_CLASSES = "klassiert"
_SHOWN = 40


class _Grid(NamedTuple):
    """A table of a published grid, not read yet."""

    source: Source
    head: Head
    layout: Layout


def _member(path: Path, name: str) -> BinaryIO:
    """Open a member of a ZIP."""
    with zipfile.ZipFile(path) as archive:  # an open member keeps the file open
        return cast("BinaryIO", archive.open(name))


def read_published(path: Path, wanted: Wanted, faults: FaultList) -> Part | None:
    """Read a published grid, cut to the county.

    Parameters
    ----------
    path : Path
        CSV file, or a ZIP with the same in several sizes, in any folder inside.
    wanted : Wanted
        Which columns, of which size of squares, in which window.
    faults : FaultList
        Gets the rows that cannot be used, and which of several sizes was taken.

    Returns
    -------
    Part or None
        None where the headers of a CSV file are those of no published grid, or the profile names
        another column of ids that is there.

    Raises
    ------
    SourceError
        When a ZIP holds no grid, or not one of the size that is wanted.
    """
    if path.suffix.lower() == ".zip":
        grid = _chosen(path, _members(path), wanted, faults)
    else:
        found = _grid(Source(str(path), lambda: path.open("rb")))
        own = wanted.columns.id
        if found is None or (own in found.head.headers and own != found.layout.id):
            return None
        grid = _chosen(path, [found], wanted, faults)
    if _CLASSES in grid.source.name.lower():
        raise SourceError(
            f"{grid.source.name}: enthält Größenklassen statt Zahlen. Die Datei mit spitzen Werten "
            f"nehmen (Zensus_spitze_Werte_1km-Gitter.csv)"
        )
    if grid.layout.long:
        return _long(path, grid, wanted, faults)
    cut = Cut(grid.layout, wanted.window)
    for block in blocks(grid.source, grid.head, _needed(grid.layout, wanted)):
        cut.take(block)
    rows = cut.finish(grid.source.name, path.name, faults)
    return part_of_grid(path, grid.layout, rows, wanted.crs, faults)


def _needed(layout: Layout, wanted: Wanted) -> set[str]:
    """Headers that have to be read: all, or those the profile names."""
    needed = {layout.id, layout.x, layout.y, layout.residents, *layout.marks}
    named = {plain_header(header) for header in wanted.headers}
    values = [
        header
        for header in layout.values
        if not wanted.columns.columns or plain_header(header) in named
    ]
    needed |= {*values, *(layout.flags[header] for header in values if header in layout.flags)}
    needed.add(layout.flags.get(layout.residents or ""))
    return {header for header in needed if header is not None}


# Which table ------------------------------------------------------------------------------------


def _grid(source: Source) -> _Grid | None:
    """A table by its headers, if it is a published grid with ids."""
    head = head_of(source)
    layout = layout_of(head.headers) if head is not None else None
    if head is None or layout is None or layout.id is None:
        return None
    return _Grid(source, head, layout)


def _members(path: Path) -> list[_Grid]:
    """Grids in a ZIP."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in safe_members(archive) if name.lower().endswith(_TEXTS)]
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error
    except zipfile.BadZipFile as error:
        raise SourceError(f"{path}: kein lesbares ZIP-Archiv; bitte neu laden") from error
    found = [_grid(Source(f"{path}/{name}", partial(_member, path, name))) for name in names]
    return [grid for grid in found if grid is not None]


def _chosen(path: Path, grids: list[_Grid], wanted: Wanted, faults: FaultList) -> _Grid:
    """The table of the size that is wanted, or 1 km."""
    if not grids:
        raise SourceError(
            f"{path}: im ZIP-Archiv ist keine CSV-Datei mit Gitter-IDs (GITTER_ID_…, GRD_ID). "
            f"Andere Dateien auspacken und einzeln unter [layers] residents eintragen"
        )
    names = {metres: name for name, metres in SIZES_M.items()}
    sizes = sorted({grid.layout.size_m or 0 for grid in grids})
    told = ", ".join(names[size] for size in sizes)
    size = SIZES_M[wanted.columns.resolution or names[1000 if 1000 in sizes else sizes[0]]]
    if wanted.columns.resolution is None and len(sizes) > 1:
        other = names[next(metres for metres in sizes if metres != size)]
        message = (
            f"enthält Gitter zu {told}; gelesen ist {names[size]}. Ein anderes wählt in "
            f'county.toml [residents] resolution = "{other}"'
        )
        faults.note(path.name, None, None, None, message)
    fitting = [grid for grid in grids if grid.layout.size_m == size]
    if not fitting:
        raise SourceError(
            f"{path}: kein Gitter zu {names[size]}, nur zu {told}. In county.toml [residents] "
            f"resolution ändern oder die passende Datei laden"
        )
    if len(fitting) > 1:
        several = ", ".join(grid.source.name.rpartition("/")[2] for grid in fitting)
        raise SourceError(
            f"{path}: enthält mehrere Tabellen zu {names[size]}: {several}. Die gewünschten "
            f"auspacken und als Liste unter [layers] residents eintragen"
        )
    return fitting[0]


# Zensus 2011, one row for each value ------------------------------------------------------------

_Value = tuple[str, str, str]


def _long(path: Path, grid: _Grid, wanted: Wanted, faults: FaultList) -> Part:
    """Residents and the values that the profile names, a column each."""
    names = {plain_header(header): header for header in grid.head.headers}
    topic, code, text = (names[f] for f in ("merkmal", "auspraegungcode", "auspraegungtext"))
    count, key = names["anzahl"], str(grid.layout.id)
    cut = Cut(grid.layout, wanted.window)
    there: dict[_Value, None] = {}
    for block in blocks(grid.source, grid.head, {key, topic, code, text, count}):
        stripped = block.with_columns(pl.col(topic, code, text).str.strip_chars().fill_null(""))
        there.update(dict.fromkeys(stripped.select(topic, code, text).unique().rows()))
        picked = [(*value, name) for value, name in _picks(there, wanted.headers).items()]
        schema = dict.fromkeys((topic, code, text, "_name"), pl.String)
        chosen = pl.DataFrame(picked, schema=schema, orient="row")
        cut.take(stripped.join(chosen, on=[topic, code, text]))
    every = [f"{value[0]}/{value[2] or value[1]}" for value in sorted(there) if any(value)]
    picks = _picks(there, wanted.headers)
    if not picks:
        raise SourceError(
            f"{path}: nichts davon verlangt county.toml unter [residents] columns. Es gibt: "
            f"{', '.join(every[:_SHOWN]) or 'keine Zeilen'}"
        )
    rows = cut.finish(grid.source.name, path.name, faults)
    shown = list(dict.fromkeys(picks.values()))
    layout = grid.layout._replace(values=tuple(shown))
    part = part_of_grid(path, layout, _wide(rows, key, count, shown), wanted.crs, faults)
    total = part.residents if part.residents in part.values else None
    return part._replace(headers=tuple(dict.fromkeys((*shown, *every))), residents=total)


def _wide(rows: pl.DataFrame, key: str, count: str, names: Collection[str]) -> pl.DataFrame:
    """One row for each square, with a column for each value; missing where there is no row."""
    square = list(CORNER)
    wide = rows.group_by(square, maintain_order=True).agg(pl.col(key, ROW).first())
    for name in names:
        of_name = rows.filter(pl.col("_name") == name).unique(square, keep="first")
        values = of_name.select(*square, pl.col(count).alias(name))
        wide = wide.join(values, on=square, how="left", maintain_order="left")
    return wide


def _picks(there: Collection[_Value], headers: set[str]) -> dict[_Value, str]:
    """Which values are wanted, and what they are called: "STAATSANGE_KURZ/Ausland" or ".../2"."""
    split = [(header, *header.partition("/")) for header in headers if "/" in header]
    asked = {(plain_header(s[1]), plain_header(s[3])): s[0] for s in split}
    found = {}
    for value in there:
        topic, code, text = (plain_header(word) for word in value)
        name = asked.get((topic, text)) or asked.get((topic, code))
        if topic == "insgesamt":
            name = name or "INSGESAMT"
        if name is not None:
            found[value] = name
    return found
