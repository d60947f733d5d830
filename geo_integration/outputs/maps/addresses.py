"""HOUSES -> one block for the search: streets, house numbers, and the cell that each lies in.

There are no coordinates. The houses of a street stand in order, odd numbers first, since
neighbours share a cell; a `move` then tells the cell of each, and most moves are 0.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from geo_integration.outputs.maps.questions import Blocks

NAME = "addresses"
# Moves: the same cell as the house before; the next one of the street; from here on that many back.
STAY, NEXT, BACK = 0, 1, 2
MOST_BACK = 200
_NUMBER = re.compile(r"(?:(\d{1,4})([a-z]?))?")


class _Row(NamedTuple):
    """A row of HOUSES within its street."""

    street: str
    town: str
    postcode: str
    number: str
    cell_id: str
    nearby: bool


class _House(NamedTuple):
    """A house: letter 0 is none, 1 is a; `cell` as the page counts them."""

    number: int
    letter: int
    cell: int
    nearby: bool


class _Street(NamedTuple):
    """Its name, where it is (municipality, Ortsteil or postcode), and its houses."""

    name: str
    place: tuple[int, str]
    houses: list[_House]


def add_addresses(
    blocks: Blocks, houses: pd.DataFrame | None, cells: Sequence[str], areas: Sequence[str]
) -> dict[str, Any] | None:
    """Pack the house numbers of a page.

    The block has `names` (UTF-8, a line for each street); of each street its `place`, its number of
    `houses` and of `cells`; of each house its `number`, `letter` (1 is a) and `move`; of each cell
    that a move leads to its number `cell` on the page (the number of cells: none) and whether the
    houses lie beside it (`nearby`).

    Parameters
    ----------
    blocks : Blocks
        Gets the block `addresses`.
    houses : DataFrame or None
        HOUSES that the page is to find.
    cells, areas : sequence of str
        Ids in the order of the page.

    Returns
    -------
    dict or None
        `places`: position of the municipality, and Ortsteil or postcode. None where there is
        nothing.
    """
    streets = [] if houses is None else _streets(houses, list(cells), list(areas))
    if not streets:
        return None
    places = sorted({street.place for street in streets})
    moves = [_moves(street.houses) for street in streets]
    visited = [cell for _, cells_of in moves for cell in cells_of]
    flat = [house for street in streets for house in street.houses]
    names = "\n".join(street.name for street in streets).encode()
    blocks.add(
        NAME,
        {
            "names": np.frombuffer(names, np.uint8),
            "place": _whole([places.index(street.place) for street in streets]),
            "houses": _whole([len(street.houses) for street in streets]),
            "cells": _whole([len(cells_of) for _, cells_of in moves]),
            "number": np.array([house.number for house in flat], np.uint16),
            "letter": np.array([house.letter for house in flat], np.uint8),
            "move": np.array([move for steps, _ in moves for move in steps], np.uint8),
            "cell": np.array([cell for cell, _ in visited], np.uint32),
            "nearby": np.array([nearby for _, nearby in visited], np.uint8),
        },
        delta=("number", "cell"),
    )
    return {"places": [list(place) for place in places]}


def _whole(numbers: list[int]) -> Any:  # noqa: ANN401 - an array
    """Small whole numbers; there may be many."""
    return np.array(numbers, np.uint32)


def _streets(houses: pd.DataFrame, cells: list[str], areas: list[str]) -> list[_Street]:
    """Streets by municipality and name, those of each Ortsteil, else postcode, on their own."""
    cell_at = {cell: at for at, cell in enumerate(cells)}
    area_at = {area: at for at, area in enumerate(areas)}
    named: dict[tuple[str, str], list[_Row]] = {}
    columns = [houses[name] for name in _Row._fields]
    for area, key, *said in zip(houses["area_id"], houses["key"], *columns, strict=True):
        if area in area_at:
            named.setdefault((area, key), []).append(_Row(*said))
    found = []
    for (area, _), rows in sorted(named.items()):
        towns, codes = {row.town for row in rows}, {row.postcode for row in rows}
        by_code = towns == {""} and len(codes - {""}) > 1
        parts: dict[str, list[_Row]] = {}
        for row in rows:
            parts.setdefault(row.postcode if by_code else row.town, []).append(row)
        for part, own in sorted(parts.items()):
            name = Counter(" ".join(row.street.split()) for row in own).most_common(1)[0][0]
            numbers = _houses(own, cell_at)
            found += [_Street(name, (area_at[area], part), numbers)] if numbers else []
    return found


def _houses(rows: list[_Row], cell_at: dict[str, int]) -> list[_House]:
    """Houses of a street in order: odd numbers, then even ones; 0 is the street itself."""
    found: dict[tuple[int, int], _House] = {}
    for row in rows:
        read = _NUMBER.fullmatch(row.number)
        if read is None:
            continue
        number, letter = int(read[1] or 0), ord(read[2]) - ord("a") + 1 if read[2] else 0
        at = cell_at.get(row.cell_id, len(cell_at))
        house = _House(number, letter, at, bool(row.nearby) and at < len(cell_at))
        # Of a number that comes twice, one that lies in a cell.
        if (number, letter) not in found or found[number, letter].cell == len(cell_at):
            found[number, letter] = house
    return sorted(found.values(), key=lambda house: (house.number % 2 == 0, *house))


def _moves(houses: Iterable[_House]) -> tuple[list[int], list[tuple[int, bool]]]:
    """How one gets from the cell of a house to that of the next, and the cells in that order."""
    cells: list[tuple[int, bool]] = []
    moves = []
    here = -1
    for *_, cell, nearby in houses:
        known = cells.index((cell, nearby)) if (cell, nearby) in cells else -1
        if here >= 0 and known == here:
            moves.append(STAY)
            continue
        back = len(cells) - 1 - known
        if known >= 0 and back <= MOST_BACK:
            here = known
            moves.append(BACK + back)
        else:
            cells.append((cell, nearby))
            here = len(cells) - 1
            moves.append(NEXT)
    return moves, cells
