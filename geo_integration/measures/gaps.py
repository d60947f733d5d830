"""Underserved areas: neighbouring unserved cells joined, named in ordinary words, ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_integration.frames import GAPS, SERVED, check_frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOUCH_M = 1.0
PLACES_NAMED = 2
SIZE = {"town": 2, "village": 1, "hamlet": 0}


def gaps(
    cells: gpd.GeoDataFrame,
    covered: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    min_residents: int,
) -> gpd.GeoDataFrame:
    """Join unserved cells to areas, for every category and day type.

    Parameters
    ----------
    cells : GeoDataFrame
        CELLS.
    covered : DataFrame
        COVERAGE.
    areas, places : GeoDataFrame
        AREAS and PLACES, for the names.
    min_residents : int
        Smaller areas are left out.

    Returns
    -------
    GeoDataFrame
        GAPS, ranked by residents within category and day type. The id is made of the largest
        cell's, so it stays as long as that cell is unserved.
    """
    homes = cells[cells["residents"] > 0].reset_index(drop=True)
    neighbours = _neighbours(homes)
    named = _Names(homes, areas, places)
    parts = []
    for (category, day_type), rows in covered.groupby(["category", "day_type"], sort=False):
        rows = rows.set_index("cell_id").reindex(homes["cell_id"])
        unserved = np.flatnonzero((rows["reason"] != SERVED).to_numpy())
        for members in _components(neighbours, unserved):
            if homes["residents"].to_numpy()[members].sum() >= min_residents:
                parts.append(_gap(str(category), str(day_type), members, homes, rows, named))
    table = gpd.GeoDataFrame(
        pd.DataFrame(parts, columns=[*GAPS.columns, "area_ids", "geometry"]), crs=cells.crs
    )
    table = table.sort_values(["category", "day_type", "residents", "gap_id"],
                              ascending=[True, True, False, True], ignore_index=True)  # fmt: skip
    table["rank"] = table.groupby(["category", "day_type"]).cumcount() + 1
    table = table.astype({"rank": "int64", "residents": "int64", "cells": "int64"})
    check_frame(table, GAPS, crs=str(cells.crs))
    return table


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


def _gap(category, day_type, members, homes, rows, named):
    """One row of GAPS."""
    residents = homes["residents"].to_numpy()[members]
    own = rows.iloc[members]
    minutes = np.fmax(own["out_min"], own["back_min"]).to_numpy()
    known = ~np.isnan(minutes)
    largest = homes["cell_id"].iloc[members[np.argmax(residents)]]
    name, area_ids = named.of(members)
    return {
        "gap_id": f"{category}-{day_type}-{largest}",
        "category": category,
        "day_type": day_type,
        "rank": 1,
        "name": name,
        "residents": int(residents.sum()),
        "cells": len(members),
        "reason": _most(own["reason"], residents),
        "offer_id": _most(own["offer_id"], residents),
        "minutes": (
            float(np.ceil(np.average(minutes[known], weights=residents[known])))
            if known.any()
            else np.nan
        ),
        "area_ids": area_ids,
        "geometry": shapely.union_all(homes.geometry.iloc[members].array, grid_size=0.1),
    }


def _most(values: pd.Series, weights: NDArray[np.int64]) -> str | None:
    """Value with most residents; the first in the alphabet of equal ones."""
    totals = pd.Series(weights, values.to_numpy(object)).groupby(level=0).sum()
    return None if totals.empty else str(totals.idxmax())


class _Names:
    """Names for groups of cells: the places inside them, largest first."""

    def __init__(
        self, cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, places: gpd.GeoDataFrame
    ) -> None:
        self._cells = cells
        self._areas = areas.set_index("area_id")["name"]
        inside = places[places["area_id"].notna()].reset_index(drop=True)
        self._places = inside
        at = np.empty((2, 0), dtype=np.int64)
        if len(inside):
            at = shapely.STRtree(inside.geometry.array).query_nearest(
                cells.geometry.centroid.array, all_matches=False
            )
            own = shapely.STRtree(cells.geometry.array).query_nearest(
                inside.geometry.array, all_matches=False
            )
            self._cell_of = dict(zip(own[0].tolist(), own[1].tolist(), strict=True))
            self._holds = shapely.distance(
                inside.geometry.array[own[0]], cells.geometry.array[own[1]]
            ) < TOUCH_M
        self._nearest = dict(zip(at[0].tolist(), at[1].tolist(), strict=True))

    def of(self, members: NDArray[np.int64]) -> tuple[str, str]:
        """Name of a group, and the keys of its municipalities, most residents first."""
        cells = self._cells.iloc[members]
        totals = cells.groupby("area_id")["residents"].sum().sort_values(ascending=False, kind="stable")
        names = [str(self._areas.get(a, a)) for a in totals.index]
        where = " und ".join(names[:2]) if len(names) <= 2 else f"{len(names)} Gemeinden"
        return f"{self._place_names(members)} ({where})", ",".join(totals.index)

    def _place_names(self, members: NDArray[np.int64]) -> str:
        """The largest places inside; the nearest one where there is none."""
        if not len(self._places):
            return f"Gebiet um {self._cells['cell_id'].iloc[members[0]]}"
        group = set(members.tolist())
        inside = [p for p, c in self._cell_of.items() if c in group and self._holds[p]]
        residents = self._cells["residents"].to_numpy()
        inside.sort(
            key=lambda p: (
                -SIZE[self._places["kind"].iloc[p]],
                -residents[self._cell_of[p]],
                self._places["name"].iloc[p],
            )
        )
        names = list(dict.fromkeys(self._places["name"].iloc[p] for p in inside))
        if not names:
            largest = members[np.argmax(residents[members])]
            return f"bei {self._places['name'].iloc[self._nearest[int(largest)]]}"
        if len(names) > PLACES_NAMED:
            return f"{', '.join(names[:PLACES_NAMED])} und weitere Orte"
        return " und ".join(names)
