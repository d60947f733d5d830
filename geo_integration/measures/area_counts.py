"""Residents within reach and not, summed per municipality, Ortsteil and county.

Every count but `residents` and `withheld` is a sum over the cells that are not withheld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geo_integration.frames import (
    AREA_COVERAGE,
    AREA_REASONS,
    BANDS,
    PLACE_COVERAGE,
    REASONS,
    check_frame,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.frames import Coverage


class Areas(NamedTuple):
    """Which cells belong to which area: `ids`, and `matrix` of shape (areas, cells), 0 and 1."""

    ids: list[str]
    matrix: csr_array

    def sums(self, values: NDArray[np.generic]) -> NDArray[np.int64]:
        """Sums of values (..., cells) over the areas; shape (areas, ...)."""
        flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
        found = (self.matrix @ flat.T).reshape(len(self.ids), *values.shape[:-1])
        whole: NDArray[np.int64] = np.rint(found).astype(np.int64)
        return whole


def with_county(cells: pd.DataFrame, county: str) -> Areas:
    """The county first, then its municipalities by their keys.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    county : str
        Key of the county's own rows.

    Returns
    -------
    Areas
        Only municipalities with cells.
    """
    ids, code = np.unique(cells["area_id"].to_numpy(str), return_inverse=True)
    count = len(cells)
    rows = np.concatenate([np.zeros(count, np.int64), code + 1])
    columns = np.tile(np.arange(count), 2)
    matrix = csr_array((np.ones(2 * count), (rows, columns)), shape=(len(ids) + 1, count))
    return Areas([county, *ids.tolist()], matrix)


def counted_residents(cells: pd.DataFrame) -> NDArray[np.int64]:
    """Residents per cell, 0 where withheld."""
    return np.where(cells["withheld"], 0, cells["residents"]).astype(np.int64)


def area_coverage(cells: pd.DataFrame, covered: Coverage, *, county: str) -> pd.DataFrame:
    """Residents within reach, per municipality and for the county.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`.
    covered : Coverage
        For these cells.
    county : str
        Key of the county's own rows.

    Returns
    -------
    DataFrame
        AREA_COVERAGE; covered + uncovered + withheld = residents in every row.
    """
    areas = with_county(cells, county)
    counted = counted_residents(cells)
    table = _questions(covered, {"area_id": areas.ids})
    each = len(covered.categories) * len(covered.day_types)
    everybody = np.stack([cells["residents"].to_numpy(), counted])
    residents, known = (np.repeat(column, each) for column in areas.sums(everybody).T)
    table["residents"] = residents
    _add_counts(table, covered, counted, areas)
    table.insert(6, "withheld", residents - known)
    check_frame(table, AREA_COVERAGE)
    return table


def by_place(cells: pd.DataFrame, places: NDArray[np.object_]) -> tuple[list[str], Areas]:
    """Ortsteile by municipality and name.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    places : ndarray of str
        The place of every cell, from `place_of_cells`.

    Returns
    -------
    tuple of (list of str, Areas)
        The municipality of each; and the Ortsteile.
    """
    keys = list(zip(cells["area_id"], places, strict=True))
    known = sorted(set(keys))
    position = {key: i for i, key in enumerate(known)}
    code = [position[key] for key in keys]
    ones = np.ones(len(cells))
    matrix = csr_array((ones, (code, np.arange(len(cells)))), shape=(len(known), len(cells)))
    return [area for area, _ in known], Areas([place for _, place in known], matrix)


def place_coverage(
    cells: pd.DataFrame, places: NDArray[np.object_], covered: Coverage
) -> pd.DataFrame:
    """Residents within reach, per Ortsteil.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`.
    places : ndarray of str
        The place of every cell, from `place_of_cells`.
    covered : Coverage
        For these cells.

    Returns
    -------
    DataFrame
        PLACE_COVERAGE. Withheld cells are in no count, so that nothing can be taken off.
    """
    in_area, areas = by_place(cells, places)
    counted = counted_residents(cells)
    table = _questions(covered, {"area_id": in_area, "place": areas.ids})
    each = len(covered.categories) * len(covered.day_types)
    table["residents"] = np.repeat(areas.sums(counted), each)
    _add_counts(table, covered, counted, areas)
    table = table[table["residents"] > 0].reset_index(drop=True)
    check_frame(table, PLACE_COVERAGE)
    return table


def area_reasons(cells: pd.DataFrame, covered: Coverage, *, county: str) -> pd.DataFrame:
    """Residents not within reach, by main reason.

    Parameters
    ----------
    cells, covered, county
        As in `area_coverage`.

    Returns
    -------
    DataFrame
        AREA_REASONS, reasons without anybody left out; they add up to `uncovered`.
    """
    areas, counted = with_county(cells, county), counted_residents(cells)
    keys = _questions(covered, {"area_id": areas.ids})
    parts = []
    for rank, reason in enumerate(REASONS[:-1]):
        found = areas.sums((covered.reason == rank) * counted).ravel()
        parts.append(keys.assign(rank=rank, reason=reason, residents=found)[found > 0])
    table = pd.concat(parts).rename_axis("row").sort_values(["row", "rank"])
    table = table.drop(columns="rank").reset_index(drop=True)
    check_frame(table, AREA_REASONS)
    return table


def bands(
    cells: pd.DataFrame, covered: Coverage, *, bands_min: Sequence[float], county: str
) -> pd.DataFrame:
    """Residents that get there and back within each of several limits.

    Parameters
    ----------
    cells, covered, county
        As in `area_coverage`.
    bands_min : sequence of float
        Limits of the longer way, minutes, inclusive.

    Returns
    -------
    DataFrame
        BANDS. Offers without known times count by their way out.
    """
    areas, counted = with_county(cells, county), counted_residents(cells)
    longer, limits = covered.longer_min(), [float(band) for band in bands_min]
    within = [areas.sums((covered.complete & (longer <= band)) * counted) for band in limits]
    keys = _questions(covered, {"area_id": areas.ids})
    table = keys.loc[keys.index.repeat(len(limits))].reset_index(drop=True)
    table["band_min"] = np.tile(limits, len(keys))
    everybody = areas.sums(cells["residents"].to_numpy())
    table["residents"] = np.repeat(everybody, len(table) // max(len(areas.ids), 1))
    table["within"] = np.stack(within, axis=-1).ravel() if within else []
    check_frame(table, BANDS)
    return table


def _questions(covered: Coverage, areas: dict[str, list[str]]) -> pd.DataFrame:
    """Keys: a row for each area, category and day type, in that order."""
    count = len(next(iter(areas.values())))
    each = len(covered.categories) * len(covered.day_types)
    columns = {name: np.repeat(np.array(ids, dtype=object), each) for name, ids in areas.items()}
    categories = np.repeat(np.array(covered.categories, dtype=object), len(covered.day_types))
    days = np.array(covered.day_types, dtype=object)
    columns["category"] = np.tile(categories, count)
    columns["day_type"] = np.tile(days, count * len(covered.categories))
    return pd.DataFrame(columns)


def _add_counts(
    table: pd.DataFrame, covered: Coverage, counted: NDArray[np.int64], areas: Areas
) -> None:
    """Counts of those within reach, not within reach, and with call-bus; and the share."""
    served = covered.served()
    table["covered"] = areas.sums(served * counted).ravel()
    table["uncovered"] = areas.sums(~served * counted).ravel()
    table["booked"] = areas.sums((~served & (covered.offers_booked > 0)) * counted).ravel()
    base = table["covered"] + table["uncovered"]
    table["share_covered"] = table["covered"] / base.where(base > 0)


def place_of_cells(cells: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """The place that every cell is counted for: the nearest one in its municipality.

    Parameters
    ----------
    cells, places : GeoDataFrame
        CELLS and PLACES in one metric CRS.

    Returns
    -------
    ndarray of str
        Empty in municipalities without places.
    """
    found = np.full(len(cells), "", dtype=object)
    own = places[places["area_id"].notna() & ~places.geometry.is_empty].sort_values("name")
    xy = cells[["x_m", "y_m"]].to_numpy(float)
    area = cells["area_id"].to_numpy(object)
    for key, group in own.groupby("area_id", sort=True):
        members = np.flatnonzero(area == key)
        at = np.column_stack([group.geometry.x, group.geometry.y])
        far = ((xy[members, None, :] - at[None, :, :]) ** 2).sum(axis=2)
        found[members] = group["name"].to_numpy(object)[far.argmin(axis=1)]
    return found
