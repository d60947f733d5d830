"""Underserved areas: neighbouring unserved cells joined, named in ordinary words, ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geo_integration.frames import GAPS, REASONS, check_frame
from geo_integration.measures.naming import Names, Words, build_names, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo_integration.frames import Coverage

TOUCH_M = 1.0


def gaps(
    cells: gpd.GeoDataFrame,
    covered: Coverage,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    min_residents: int,
    core_residents: int,
    words: Words,
    need: Mapping[str, NDArray[np.float64]] | None = None,
    parted: NDArray[np.int64] | None = None,
) -> gpd.GeoDataFrame:
    """Join unserved cells to areas, for every category and day type.

    Parameters
    ----------
    cells : GeoDataFrame
        CELLS; those withheld belong to no area.
    covered : Coverage
        For these cells.
    areas, places : GeoDataFrame
        AREAS and PLACES, for the names.
    min_residents : int
        Smaller areas are left out.
    core_residents : int
        From this number on a cell is part of a settlement's core. Unserved cells of one core are
        joined; thinly populated ones go to the nearest core that they hang together with. So a
        county that is served in its towns only falls into named settlements, not into one area
        with holes.
    words : Words
        The words that join names.
    need : mapping of str to ndarray, optional
        People who need the category, per cell; by category.
    parted : ndarray of int, optional
        Pairs of touching cells that no path joins, shape (2, n): they are not neighbours.

    Returns
    -------
    GeoDataFrame
        GAPS, ranked within category and day type by those who need it, else by residents; and
        `members`, the ids of the cells. The id is made of the largest cell's, so it stays as long
        as that cell is unserved.
    """
    lived_in = ((cells["residents"] > 0) & ~cells["withheld"]).to_numpy(bool)
    homes, covered = cells[lived_in].reset_index(drop=True), covered.of_cells(lived_in)
    need = {name: values[lived_in] for name, values in (need or {}).items()}
    neighbours = _neighbours(homes, lived_in, parted)
    names = build_names(homes, areas, places, words)
    shapes = homes.geometry.to_numpy()
    # Cells that neither overlap nor leave slivers are joined far faster.
    is_coverage = bool(len(shapes)) and shapely.coverage_is_valid(shapes)
    join = shapely.coverage_union_all if is_coverage else shapely.union_all
    core = names.residents >= core_residents
    served, longer = covered.served(), covered.longer_min()
    rows: list[dict[str, object]] = []
    # On several kinds of day, and in several categories, the same cells hang together.
    known: dict[bytes, dict[str, object]] = {}
    for c, category in enumerate(covered.categories):
        for d, day_type in enumerate(covered.day_types):
            found = _Findings(
                covered.reason[c, d],
                covered.offer[c, d],
                covered.session[c, d],
                longer[c, d],
                need.get(category),
            )
            for members in _settlements(neighbours, ~served[c, d], core):
                if names.residents[members].sum() < min_residents:
                    continue
                key = members.tobytes()
                if key not in known:
                    known[key] = {**_place(members, names), "geometry": join(shapes[members])}
                about = _describe(members, found, names.residents, covered.offer_ids)
                question = {"category": category, "day_type": day_type}
                rows.append({**question, **known[key], **about})
    return _ranked(rows, str(cells.crs))


def touching(cells: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Pairs of cells that touch, each once, shape (2, n).

    Parameters
    ----------
    cells : GeoDataFrame
        CELLS.

    Returns
    -------
    ndarray of int
        Positions in `cells`, the smaller one first.
    """
    shapes = cells.geometry.array
    pairs = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    return pairs[:, pairs[0] < pairs[1]]


class _Findings(NamedTuple):
    """What was found for one category on one kind of day, per cell."""

    reason: NDArray[np.int8]
    offer: NDArray[np.int32]
    session: NDArray[np.int32]
    minutes: NDArray[np.float32]
    need: NDArray[np.float64] | None


class _Neighbours(NamedTuple):
    """Pairs of cells that touch, each once, and how far their homes are apart, metres."""

    pairs: NDArray[np.int64]
    apart: NDArray[np.float64]


def _neighbours(
    homes: gpd.GeoDataFrame, lived_in: NDArray[np.bool_], parted: NDArray[np.int64] | None
) -> _Neighbours:
    """Pairs of cells that touch, but for those that no path joins."""
    pairs = touching(homes)
    if parted is not None and parted.size:
        at = np.cumsum(lived_in) - 1
        both = lived_in[parted].all(axis=0)
        gone = np.sort(at[parted[:, both]], axis=0)
        count = len(homes)
        pairs = pairs[:, ~np.isin(pairs[0] * count + pairs[1], gone[0] * count + gone[1])]
    xy = homes[["x_m", "y_m"]].to_numpy()
    apart = np.hypot(*(xy[pairs[0]] - xy[pairs[1]]).T)
    return _Neighbours(pairs, np.maximum(apart, TOUCH_M))


def _ranked(rows: list[dict[str, object]], crs: str) -> gpd.GeoDataFrame:
    """GAPS in order, with rank and id."""
    columns = [*GAPS.columns, "area_ids", "members", "largest", "geometry"]
    table = pd.DataFrame(rows, columns=columns)
    ids = [table[name].astype(str) for name in ("category", "day_type", "largest")]
    table["gap_id"] = ids[0] + "-" + ids[1] + "-" + ids[2]
    order = {"category": True, "day_type": True, "need": False, "residents": False, "gap_id": True}
    table = table.sort_values(list(order), ascending=list(order.values()), ignore_index=True)
    table["rank"] = table.groupby(["category", "day_type"]).cumcount() + 1
    table = table.drop(columns="largest")
    whole = dict.fromkeys(("rank", "residents", "cells", "session"), "int64")
    table = table.astype({**whole, "minutes": float, "need": float})
    found = gpd.GeoDataFrame(table, geometry="geometry", crs=crs)
    check_frame(found, GAPS, crs=crs)
    return found


def _settlements(
    neighbours: _Neighbours, unserved: NDArray[np.bool_], core: NDArray[np.bool_]
) -> list[NDArray[np.int64]]:
    """Split unserved cells into settlements: cores, and the thin land around each."""
    count = len(unserved)
    a, b = neighbours.pairs
    inside = unserved[a] & unserved[b]
    owner, cores = _components(neighbours.pairs[:, inside & core[a] & core[b]], count)
    seeds = np.flatnonzero(unserved & core)
    near = coo_matrix(
        (neighbours.apart[inside], neighbours.pairs[:, inside]), shape=(count, count)
    ).tocsr()
    if len(seeds):
        _, _, source = dijkstra(
            near, directed=False, indices=seeds, min_only=True, return_predecessors=True
        )
        reached = source >= 0
        owner[reached] = owner[source[reached]]
    else:
        reached = np.zeros(count, dtype=bool)
    # What hangs together with no core is a settlement of its own.
    alone, _ = _components(neighbours.pairs[:, inside], count)
    owner[~reached] = cores + alone[~reached]
    members = np.flatnonzero(unserved)
    order = np.argsort(owner[members], kind="stable")
    borders = np.flatnonzero(np.diff(owner[members][order])) + 1
    return [part for part in np.split(members[order], borders) if len(part)]


def _components(pairs: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], int]:
    """Number of the group that each cell hangs together with, and how many groups there are."""
    graph = coo_matrix((np.ones(pairs.shape[1]), pairs), shape=(count, count))
    groups, label = connected_components(graph, directed=False)
    return label.astype(np.int64), groups


def _place(members: NDArray[np.int64], names: Names) -> dict[str, object]:
    """What an area is, whatever is missing there: its name, residents and cells."""
    residents = names.residents[members]
    name, area_ids = name_of(members, names)
    return {
        "name": name,
        "area_ids": ",".join(area_ids),
        "residents": int(residents.sum()),
        "cells": len(members),
        "members": names.cell_ids[members],
        "largest": names.cell_ids[members[np.argmax(residents)]],
    }


def _describe(
    members: NDArray[np.int64],
    found: _Findings,
    residents: NDArray[np.int64],
    offer_ids: NDArray[np.object_],
) -> dict[str, object]:
    """What is missing in an area: main reason, nearest offer, need."""
    reason = _most(found.reason[members], residents[members])
    own = members[found.reason[members] == reason]
    offer = _most(found.offer[own], residents[own])
    own = own[found.offer[own] == offer]
    minutes, weights = found.minutes[own].astype(np.float64), residents[own]
    known = ~np.isnan(minutes)
    mean = np.nan
    if known.any():
        mean = float(np.ceil(minutes[known] @ weights[known] / weights[known].sum()))
    return {
        "need": np.nan if found.need is None else float(found.need[members].sum()),
        "reason": REASONS[reason],
        "offer_id": None if offer < 0 else offer_ids[offer],
        "session": _most(found.session[own], weights),
        "minutes": mean,
    }


def _most(values: NDArray[np.integer], weights: NDArray[np.int64]) -> int:
    """Find the value, -1 or more, with most residents; of equal ones the smallest."""
    return int(np.bincount(values + 1, weights).argmax()) - 1
