"""What is lost on other days: who is served on the first kind of day, and not on another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.frames import LOSS_CAUSES, LOSSES, NOT_ON_DAY, REASONS, SERVED, check_frame
from geo_integration.measures.area_counts import counted_residents, with_county

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.frames import Coverage
    from geo_integration.measures.coverage import Reached

_SERVED, _NOT_ON_DAY = REASONS.index(SERVED), REASONS.index(NOT_ON_DAY)


def losses(
    cells: pd.DataFrame, covered: Coverage, reached: Reached, *, county: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Residents who lose a category of offers on other kinds of day, and through which offers.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`.
    covered, reached : Coverage, Reached
        From `coverage`, for these cells. The first day type is the one compared with.
    county : str
        Key of the county's own rows.

    Returns
    -------
    tuple of DataFrame
        LOSSES; lost = lost_paused + lost_no_way. LOSS_CAUSES, for the county, the offer that most
        residents lose first. An offer that the lost ones reach on the first kind of day is among
        their causes; so one resident may stand with several offers.
    """
    areas, counted = with_county(cells, county), counted_residents(cells)
    served = covered.served()
    first = served[:, :1]
    lost, gained = first & ~served, ~first & served
    paused = lost & ~_takes_place(covered, reached)
    numbers = {
        "covered": np.broadcast_to(first, served.shape),
        "lost": lost,
        "lost_paused": paused,
        "lost_no_way": lost & ~paused,
        "gained": gained,
    }
    # (areas, categories, days): the first day has nothing to lose.
    sums = {name: areas.sums(flags * counted)[:, :, 1:] for name, flags in numbers.items()}
    others = covered.day_types[1:]
    index = pd.MultiIndex.from_product(
        [areas.ids, covered.categories, others], names=list(LOSSES.key)
    )
    flat = {name: values.ravel() for name, values in sums.items()}
    table = pd.DataFrame(flat, index=index).reset_index()
    check_frame(table, LOSSES)
    return table, _causes(covered, reached, lost, counted)


def _takes_place(covered: Coverage, reached: Reached) -> NDArray[np.bool_]:
    """Whether any offer reached on the first day takes place; shape (categories, days, cells)."""
    found = np.zeros(covered.reason.shape, dtype=bool)
    for category, reason in zip(reached.category, reached.reason, strict=True):
        found[category] |= (reason[:1] == _SERVED) & (reason != _NOT_ON_DAY)
    return found


def _causes(
    covered: Coverage,
    reached: Reached,
    lost: NDArray[np.bool_],
    counted: NDArray[np.int64],
) -> pd.DataFrame:
    """LOSS_CAUSES."""
    rows = []
    for offer, category, reason in zip(
        reached.offer, reached.category, reached.reason, strict=True
    ):
        mine = lost[category, 1:] & (reason[:1] == _SERVED)
        for day, residents in enumerate((mine * counted).sum(axis=1).tolist(), start=1):
            if residents:
                paused = bool((reason[day][mine[day - 1]] == _NOT_ON_DAY).all())
                rows.append((category, day, covered.offer_ids[offer], paused, residents))
    names = ["category", "day_type", "offer_id", "paused", "residents"]
    table = pd.DataFrame(rows, columns=names)
    order = ["category", "day_type", "residents", "offer_id"]
    table = table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)
    table["category"] = np.array(covered.categories, object)[table["category"].to_numpy(int)]
    table["day_type"] = np.array(covered.day_types, object)[table["day_type"].to_numpy(int)]
    table = table.astype({"paused": bool, "residents": "int64"})
    check_frame(table, LOSS_CAUSES)
    return table
