"""The only door through which numbers about people leave the house.

Small cells are withheld, and with them a second cell wherever one alone could be had by subtracting
the others from the municipality's total. Every published count of residents is a sum over cells
that are published, so that no combination of tables, maps, categories or days tells more about a
withheld cell than that its municipality's withheld cells hold so many residents together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

CELL_COLUMNS = ["cell_id", "area_id", "residents", "x_m", "y_m", "geometry"]


def withheld_cells(cells: pd.DataFrame, *, min_count: int) -> pd.Series[bool]:
    """Find the cells whose residents must not be published.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    min_count : int
        Smallest count that may be published, apart from 0.

    Returns
    -------
    Series of bool
        Aligned with `cells`. In every municipality with a withheld cell there are at least two.
        As none of them is empty, their sum alone tells of each that it lies between 1 and what is
        left when the others have 1; they are so many that these ends are `min_count` apart, as far
        as the municipality has that many residents.
    """
    hidden = pd.Series(data=False, index=cells.index)
    for _, group in cells.groupby("area_id"):
        hidden[group.index] = _covered_up(group["residents"].to_numpy(np.int64), min_count)
    return hidden


def _covered_up(counts: NDArray[np.int64], min_count: int) -> NDArray[np.bool_]:
    """Small counts, and the smallest others until they cover each other up."""
    hidden = (counts > 0) & (counts < min_count)
    while hidden.any() and (hidden.sum() == 1 or counts[hidden].sum() - hidden.sum() < min_count):
        rest = np.flatnonzero(~hidden & (counts > 0))
        if not len(rest):
            break
        hidden[rest[np.argmin(counts[rest])]] = True
    return hidden


def published_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take away the residents of withheld cells; further columns about people stay inside.

    Parameters
    ----------
    cells : GeoDataFrame
        CELLS with the flag `withheld`.

    Returns
    -------
    GeoDataFrame
        CELLS with `residents` as Int64, missing where withheld.
    """
    table = cells[CELL_COLUMNS].copy()
    table["residents"] = table["residents"].astype("Int64").mask(cells["withheld"])
    return table


def published_shares(table: pd.DataFrame, *, min_share_base: int) -> pd.DataFrame:
    """Take away shares with too small a base.

    Parameters
    ----------
    table : DataFrame
        AREA_COVERAGE.
    min_share_base : int
        Fewest residents that a share may be published for.

    Returns
    -------
    DataFrame
        AREA_COVERAGE.
    """
    base = table["covered"] + table["uncovered"]
    return table.assign(share_covered=table["share_covered"].where(base >= min_share_base))
