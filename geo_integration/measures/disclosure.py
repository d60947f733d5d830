"""The only door through which numbers about people leave the house.

Small cells are withheld, and with them others that cover them up. Every published count of
residents is a sum over cells that are published, so that no combination of tables, maps,
categories or days tells more about a withheld cell than its municipality's total does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.errors import DisclosureError
from geo_integration.frames import OFFERS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

OFFER_COLUMNS = [
    *OFFERS.columns,
    "times", "street", "postcode", "town", "place", "municipality", "languages", "level",
    "target_group", "women_only", "childcare", "barrier_free", "cost", "places_total",
    "places_free", "contact", "link", "format", "last_confirmed", "stale", "valid_from", "valid_to",
    "age", "admission", "venue", "by_appointment", "geometry",
]  # fmt: skip
CELL_COLUMNS = ["cell_id", "area_id", "residents", "x_m", "y_m", "geometry"]


def withheld_cells(
    cells: pd.DataFrame, *, min_count: int, known: NDArray[np.bool_] | None = None
) -> pd.Series[bool]:
    """Find the cells whose residents must not be published.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    min_count : int
        Smallest count that may be published, apart from 0.
    known : ndarray of bool, optional
        Cells that were published before as they are now: they hide nothing any more.

    Returns
    -------
    Series of bool
        Aligned with `cells`. Withheld are the small cells, and with them so many of the next
        larger ones of their municipality that, for all that can be told from its total and from
        what is published, each small cell may hold any number from 1 to `min_count` - 1.

    Raises
    ------
    DisclosureError
        When a municipality has too few residents to hide a small cell among.
    """
    hidden = pd.Series(data=False, index=cells.index)
    before = np.zeros(len(cells), dtype=bool) if known is None else known
    told = pd.Series(before, index=cells.index)
    for area, group in cells.groupby("area_id"):
        counts, is_told = group["residents"].to_numpy(np.int64), told[group.index].to_numpy()
        found = _covered_up(counts, min_count, is_told)
        if found is None:
            raise DisclosureError(
                f"Gemeinde {area}: eine Zelle mit weniger als {min_count} Einwohnern lässt sich "
                f"nicht geheim halten, weil es dort zu wenige andere gibt, die noch nie "
                f"veröffentlicht wurden. Die Gemeinde mit einer anderen zusammenlegen oder die "
                f"Zelle weglassen"
            )
        hidden[group.index] = found
    return hidden


def _covered_up(
    counts: NDArray[np.int64], min_count: int, known: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Small counts and what covers them up; None when nothing does.

    Somebody who knows the total, all that is published and this rule knows the sum of the withheld
    cells, that those added to cover the small ones lie between `min_count` and the smallest
    published one, and at worst which is which. Cells with equal counts are treated alike, but for
    those that are known from earlier: what hides a small cell must be unknown itself.
    """
    small: NDArray[np.bool_] = (counts > 0) & (counts < min_count)
    secret = small & ~known
    if not secret.any():
        return small
    for limit in np.unique(counts[(counts >= min_count) & ~known]):
        added: NDArray[np.bool_] = (counts >= min_count) & (counts <= limit) & ~known
        published = counts[counts > limit]
        most = int(published.min()) if len(published) else int(counts.sum())
        hidden = secret | added
        if _keeps_range(
            int(counts[hidden].sum()), int(secret.sum()), int(added.sum()), most, min_count
        ):
            return hidden | small
    return None


def _keeps_range(total: int, small: int, added: int, most: int, min_count: int) -> bool:
    """Whether a small cell can have 1, and `min_count` - 1, whatever the others have."""
    top = min_count - 1
    can_have_one = total <= 1 + (small - 1) * top + added * most
    can_have_top = total >= top + (small - 1) + added * min_count
    return can_have_one and can_have_top


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


def published_offers(offers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep what may be shown of offers; remarks and who confirmed stay inside.

    Parameters
    ----------
    offers : GeoDataFrame
        OFFERS.

    Returns
    -------
    GeoDataFrame
        OFFERS with known columns only.
    """
    return offers[[name for name in OFFER_COLUMNS if name in offers.columns]].copy()
