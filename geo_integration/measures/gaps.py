"""Underserved areas: neighbouring unserved cells joined, named in ordinary words, ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geo_integration.frames import GAPS, SERVED, check_frame
from geo_integration.measures.naming import Names, Words, build_names, name_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOUCH_M = 1.0


def gaps(
    cells: gpd.GeoDataFrame,
    covered: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    min_residents: int,
    core_residents: int,
    words: Words,
) -> gpd.GeoDataFrame:
    """Join unserved cells to areas, for every category and day type.

    Parameters
    ----------
    cells : GeoDataFrame
        CELLS; those withheld belong to no area.
    covered : DataFrame
        COVERAGE.
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

    Returns
    -------
    GeoDataFrame
        GAPS, ranked by residents within category and day type. The id is made of the largest
        cell's, so it stays as long as that cell is unserved.
    """
    homes = cells[(cells["residents"] > 0) & ~cells["withheld"]].reset_index(drop=True)
    residents = homes["residents"].to_numpy()
    neighbours = _neighbours(homes)
    names = build_names(homes, areas, places, words)
    shapes = homes.geometry.to_numpy()
    rows: list[dict[str, object]] = []
    for (category, day_type), group in covered.groupby(["category", "day_type"], sort=False):
        own = group.set_index("cell_id").reindex(homes["cell_id"])
        unserved = np.flatnonzero((own["reason"] != SERVED).to_numpy())
        findings = {n: own[n].to_numpy(object) for n in ("reason", "offer_id")}
        findings["minutes"] = np.fmax(own["out_min"].to_numpy(), own["back_min"].to_numpy())
        for members in _settlements(neighbours, unserved, homes, core_residents):
            if residents[members].sum() >= min_residents:
                found = _describe(members, findings, names)
                shape = shapely.union_all(shapes[members])
                rows.append(
                    {"category": category, "day_type": day_type, **found, "geometry": shape}
                )
    return _ranked(rows, str(cells.crs))


def _ranked(rows: list[dict[str, object]], crs: str) -> gpd.GeoDataFrame:
    """GAPS in order, with rank and id."""
    columns = [*GAPS.columns, "area_ids", "largest", "geometry"]
    table = pd.DataFrame(rows, columns=columns)
    ids = [table[name].astype(str) for name in ("category", "day_type", "largest")]
    table["gap_id"] = ids[0] + "-" + ids[1] + "-" + ids[2]
    order = {"category": True, "day_type": True, "residents": False, "gap_id": True}
    table = table.sort_values(list(order), ascending=list(order.values()), ignore_index=True)
    table["rank"] = table.groupby(["category", "day_type"]).cumcount() + 1
    table = table.drop(columns="largest")
    table = table.astype(
        {"rank": "int64", "residents": "int64", "cells": "int64", "minutes": float}
    )
    found = gpd.GeoDataFrame(table, geometry="geometry", crs=crs)
    check_frame(found, GAPS, crs=crs)
    return found


def _neighbours(cells: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Pairs of cells that touch, shape (2, n)."""
    shapes = cells.geometry.array
    return shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)


def _components(
    neighbours: NDArray[np.int64], members: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """Split cells into groups that hang together."""
    if not len(members):
        return []
    inside = np.isin(neighbours[0], members) & np.isin(neighbours[1], members)
    pairs = np.searchsorted(members, neighbours[:, inside])
    graph = coo_matrix((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(len(members),) * 2)
    count, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    return np.split(members[order], np.searchsorted(label[order], np.arange(1, count)))


def _settlements(
    neighbours: NDArray[np.int64],
    members: NDArray[np.int64],
    homes: gpd.GeoDataFrame,
    core_residents: int,
) -> list[NDArray[np.int64]]:
    """Split cells into settlements: cores, and the thin land around each."""
    core = homes["residents"].to_numpy() >= core_residents
    xy = homes[["x_m", "y_m"]].to_numpy()
    parts: list[NDArray[np.int64]] = []
    for component in _components(neighbours, members):
        cores = _components(neighbours, component[core[component]])
        if not cores:
            parts.append(component)
            continue
        owner = np.full(len(homes), -1)
        for number, cells in enumerate(cores):
            owner[cells] = number
        seeds = np.concatenate(cores)
        nearest = _nearest_seed(neighbours, component, seeds, xy)
        parts += [component[owner[nearest] == number] for number in range(len(cores))]
    return parts


def _nearest_seed(
    neighbours: NDArray[np.int64],
    members: NDArray[np.int64],
    seeds: NDArray[np.int64],
    xy: NDArray[np.float64],
) -> NDArray[np.int64]:
    """For each member the seed that is nearest on a way over members only."""
    inside = np.isin(neighbours[0], members) & np.isin(neighbours[1], members)
    a, b = neighbours[:, inside]
    apart = np.hypot(*(xy[a] - xy[b]).T)
    pairs = np.searchsorted(members, (a, b))
    graph = coo_matrix((np.maximum(apart, TOUCH_M), pairs), shape=(len(members),) * 2).tocsr()
    _, _, nearest = dijkstra(
        graph,
        indices=np.searchsorted(members, np.sort(seeds)),
        min_only=True,
        return_predecessors=True,
    )
    return members[nearest]


def _describe(
    members: NDArray[np.int64], findings: dict[str, NDArray[np.object_]], names: Names
) -> dict[str, object]:
    """Name, residents, main reason and nearest offer of one area."""
    residents = names.residents[members]
    minutes = findings["minutes"][members].astype(np.float64)
    known = ~np.isnan(minutes)
    name, area_ids = name_of(members, names)
    mean = np.average(minutes[known], weights=residents[known]) if known.any() else np.nan
    return {
        "name": name,
        "area_ids": ",".join(area_ids),
        "residents": int(residents.sum()),
        "cells": len(members),
        "reason": _most(findings["reason"][members], residents),
        "offer_id": _most(findings["offer_id"][members], residents),
        "minutes": float(np.ceil(mean)),
        "largest": names.cell_ids[members[np.argmax(residents)]],
    }


def _most(values: NDArray[np.object_], weights: NDArray[np.int64]) -> str | None:
    """Find the value with most residents; the first in the alphabet of equal ones."""
    totals: dict[str, int] = {}
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        if isinstance(value, str):
            totals[value] = totals.get(value, 0) + weight
    return min(totals, key=lambda value: (-totals[value], value)) if totals else None
