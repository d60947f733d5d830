"""The only door through which numbers about people leave the house.

Small cells are withheld, and with them others that cover them up. Every published count of
residents is a sum over cells that are published, so that no combination of tables, maps,
categories or days tells more about a withheld cell than its municipality's total does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    cells: pd.DataFrame,
    *,
    min_count: int,
    known: NDArray[np.bool_] | None = None,
    before: NDArray[np.bool_] | None = None,
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
    before : ndarray of bool, optional
        Cells that were withheld before. They stay so: shown now, a cell would tell what it held
        then, by subtraction.

    Returns
    -------
    Series of bool
        Aligned with `cells`. Withheld are the small cells, and with them so many of the next
        larger ones of their municipality that, for all that can be told from its total and from
        what is published, each small cell may hold any number from 1 to `min_count` - 1. Small
        cells that were not withheld before are covered up by others that were not, so that the
        totals of two runs do not tell them either; only where there are none, by all.

    Raises
    ------
    DisclosureError
        When a municipality has too few residents to hide a small cell among.
    """
    hidden = pd.Series(data=False, index=cells.index)
    none = np.zeros(len(cells), dtype=bool)
    told = pd.Series(none if known is None else known, index=cells.index)
    held = pd.Series(none if before is None else before, index=cells.index)
    for area, group in cells.groupby("area_id"):
        counts = group["residents"].to_numpy(np.int64)
        found = _covered_up(
            counts, min_count, told[group.index].to_numpy(), held[group.index].to_numpy()
        )
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
    counts: NDArray[np.int64],
    min_count: int,
    known: NDArray[np.bool_],
    before: NDArray[np.bool_],
) -> NDArray[np.bool_] | None:
    """Small counts, what covers them up, and what was withheld before; None when nothing does."""
    small: NDArray[np.bool_] = (counts > 0) & (counts < min_count)
    free: NDArray[np.bool_] = (counts >= min_count) & ~known & ~before
    hidden: NDArray[np.bool_] = small | before
    fresh, old = small & ~known & ~before, small & ~known & before
    if fresh.any():
        added = _cover(counts, min_count, fresh, np.zeros_like(fresh), free)
        if added is None:
            old |= fresh
        else:
            hidden |= added
    if old.any():
        held = before & ~small & ~known
        added = _cover(counts, min_count, old, held, free & ~hidden)
        if added is None:
            return None
        hidden |= added
    return hidden


def _cover(
    counts: NDArray[np.int64],
    min_count: int,
    secret: NDArray[np.bool_],
    held: NDArray[np.bool_],
    free: NDArray[np.bool_],
) -> NDArray[np.bool_] | None:
    """The smallest of the free cells that cover secret ones up, with others that are held back.

    Somebody who knows the total, all that is published and this rule knows the sum of the withheld
    cells, that those added to cover the small ones lie between `min_count` and one less than the
    smallest published one, and at worst which is which. Cells with equal counts are treated alike,
    but for those that are known from earlier: what hides a small cell must be unknown itself.
    """
    limits = np.unique(counts[free])
    for limit in [0, *limits.tolist()] if held.any() else limits.tolist():
        added: NDArray[np.bool_] = free & (counts <= limit)
        hidden = secret | held | added
        published = counts[(counts > limit) & ~hidden]
        # Equal ones are treated alike: what was added is smaller than what is shown.
        most = int(published.min()) - 1 if len(published) else int(counts.sum())
        others = _Others(int(added.sum()), most, some=bool(held.any()))
        if _keeps_range(int(counts[hidden].sum()), int(secret.sum()), others, min_count):
            return added
    return None


class _Others(NamedTuple):
    """Cells that cover up small ones: how many, the most each holds, and whether `some` more do.

    Of those it is known only that each is empty or not small.
    """

    added: int
    most: int
    some: bool


def _keeps_range(total: int, small: int, others: _Others, min_count: int) -> bool:
    """Whether a small cell can have 1, and `min_count` - 1, whatever the others have."""
    top = min_count - 1
    can_have_one = others.some or total <= 1 + (small - 1) * top + others.added * others.most
    least = top + (small - 1) + max(others.added, others.some) * min_count
    return can_have_one and total >= least


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
