"""Cells and findings -> the packed columns that a page draws them from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.frames import REASONS, Published, Reference
from geo_integration.outputs.maps.blocks import MISSING, Description, pack
from geo_integration.outputs.maps.encode import polygons, positions
from geo_integration.outputs.maps.grid import Grid, grid_of
from geo_integration.outputs.maps.ways_blocks import STEPS, ways_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo_integration.settings import Settings

MINUTES = ("out", "back", "walk", "booked", "lead")
# What the first picture needs.
FIRST = ("cells", "q-0-0", "gaps-0-0")
# Seven bits hold the reason, the eighth that there is a way there and back, however long.
COMPLETE = 128
MOST_MINUTES = 254
# Places for 1,000 residents are told in tenths.
TENTHS = 10
# Minutes are whole already; what floating point adds must not make one more of them.
ROUNDING = 1e-4


class Blocks(NamedTuple):
    """Packed columns by name, and what the page has to know to unpack them."""

    texts: dict[str, str]
    about: dict[str, Description]

    def add(self, name: str, columns: dict[str, NDArray[Any]], delta: Sequence[str] = ()) -> None:
        """Pack columns under a name; those of the first picture so that nobody waits for them."""
        self.texts[name], self.about[name] = pack(columns, delta=delta, plain=name in FIRST)


def add_cells(blocks: Blocks, shown: Published, areas: list[str]) -> dict[str, Any]:
    """Pack where the cells are, their municipality and residents.

    Parameters
    ----------
    blocks : Blocks
        Gets the block `cells`.
    shown : Published
        The frames of the page; its cells are in the order in which the page has them.
    areas : list of str
        Area ids in the order of the page.

    Returns
    -------
    dict
        `cells`: their number; `grid`: what `grid.Grid.head` tells, or None; `shapes`: else the
        rings of each.
    """
    cells = shown.cells
    grid = grid_of(cells)
    missing = MISSING["u16"]
    area = [missing if at is None else at for at in positions(cells["area_id"], areas)]
    residents = cells["residents"].fillna(MISSING["u32"]).to_numpy(np.int64)
    columns: dict[str, NDArray[Any]] = {
        "area": np.array(area, np.uint16),
        "residents": residents.astype(np.uint32),
    }
    if grid is not None:
        columns |= {"i": grid.i, "j": grid.j}
    blocks.add("cells", columns, delta=("i", "j") if grid is not None else ())
    return {
        "cells": len(cells),
        "grid": None if grid is None else grid.head(),
        "shapes": [] if grid is not None else polygons(cells.geometry),
    }


def in_order(shown: Published) -> Published:
    """Cells, and all that is said of them, by row and column of their grid, if they have one."""
    grid: Grid | None = grid_of(shown.cells)
    if grid is None:
        return shown
    supply = shown.supply
    return shown._replace(
        cells=shown.cells.iloc[grid.order],
        coverage=shown.coverage.of_cells(grid.order),
        supply=supply._replace(per_1000=supply.per_1000[..., grid.order]),
        ways=shown.ways.of_cells(grid.order),
        reference=Reference(*(minutes[..., grid.order] for minutes in shown.reference)),
    )


def add_questions(blocks: Blocks, shown: Published, settings: Settings) -> None:
    """Pack reasons and minutes of every category and kind of day, a block `q-C-D` for each."""
    covered = shown.coverage
    for c, category in enumerate(settings.categories):
        for d, day in enumerate(settings.day_types):
            at = covered.categories.index(category.id), covered.day_types.index(day.id)
            reason = covered.reason[at].astype(np.uint8)
            reason[covered.complete[at]] |= COMPLETE
            minutes = {name: whole(getattr(covered, f"{name}_min")[at]) for name in MINUTES}
            blocks.add(f"q-{c}-{d}", {"reason": reason, **minutes})


def add_ways(blocks: Blocks, shown: Published, offers: list[str]) -> dict[str, Any]:
    """Pack all ways of all cells, a block `ways` and one `ways-D` for each kind of day.

    Returns
    -------
    dict
        What the page has to know beside them: lines, stops ...
    """
    made = ways_blocks(shown.ways, offers)
    for name, columns in made.blocks.items():
        blocks.add(name, columns, delta=[column for column in STEPS if column in columns])
    return made.data


def whole(minutes: NDArray[Any]) -> NDArray[np.uint8]:
    """Minutes rounded up, so that "at most 45 minutes" can be read off; 255 where not known."""
    known = ~np.isnan(minutes)
    numbers = np.ceil(np.where(known, minutes, 0) - ROUNDING).clip(0, MOST_MINUTES)
    return np.where(known, numbers, MISSING["u8"]).astype(np.uint8)


def add_quality(blocks: Blocks, shown: Published, settings: Settings) -> dict[str, Any] | None:
    """Pack the classes of public transport quality, kind of day after kind of day.

    Returns
    -------
    dict or None
        `classes`, the best first, without "none"; `days`: of which kinds of day they are told.
        None where there are no classes at all.
    """
    table = shown.quality
    if table.empty:
        return None
    classes = sorted({*shown.quality_residents["quality"], *table["quality"]} - {"none"})
    code = {name: i for i, name in enumerate(classes)} | {"none": len(classes)}
    wide = table.assign(code=table["quality"].map(code)).pivot(
        index="cell_id", columns="day_type", values="code"
    )
    wide = wide.reindex(shown.cells["cell_id"])
    days = [day.id for day in settings.day_types]
    told = [day in wide.columns for day in days]
    columns = [
        wide[day].to_numpy(np.uint8) if there else np.full(len(wide), MISSING["u8"], np.uint8)
        for day, there in zip(days, told, strict=True)
    ]
    blocks.add("quality", {"quality": np.concatenate(columns)})
    return {"classes": classes, "days": told}


def add_reference(blocks: Blocks, shown: Published, settings: Settings) -> bool:
    """Pack minutes by bicycle and car, category after category; tells whether there are any."""
    at = [shown.coverage.categories.index(category.id) for category in settings.categories]
    columns = {name: whole(getattr(shown.reference, name)[at].ravel()) for name in ("bike", "car")}
    some = any((values != MISSING["u8"]).any() for values in columns.values())
    if some:
        blocks.add("reference", columns)
    return some


def add_supply(blocks: Blocks, shown: Published, settings: Settings) -> list[bool]:
    """Pack places for 1,000 residents in tenths, a block `supply-C` for each category.

    Returns
    -------
    list of bool
        Of which categories places are known.
    """
    covered, supply = shown.coverage, shown.supply
    days = [covered.day_types.index(day.id) for day in settings.day_types]
    told = []
    for c, category in enumerate(settings.categories):
        at = covered.categories.index(category.id)
        told.append(bool(supply.known[at]))
        if supply.known[at]:
            tenths = np.round(supply.per_1000[at][days].astype(np.float64) * TENTHS)
            # Somebody who has some is never shown as having none.
            tenths = np.maximum(tenths, supply.per_1000[at][days] > 0)
            values = np.minimum(tenths, MISSING["u16"] - 1).astype(np.uint16)
            blocks.add(f"supply-{c}", {"tenths": values.ravel()})
    return told


assert len(REASONS) < COMPLETE  # noqa: S101  a reason has seven bits
