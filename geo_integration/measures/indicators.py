"""Indicators of the concept: what is to be measured, how far it is, and whether that is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.frames import INDICATORS, check_frame
from geo_integration.measures.area_counts import counted_residents, with_county

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.frames import Coverage
    from geo_integration.measures.area_counts import Areas

REACH, CONFIRMED, OFFERS_PER_1000 = "reach", "confirmed", "offers_per_1000"
PER_1000 = 1000


class Indicator(NamedTuple):
    """What is measured.

    reach: the share of residents, or of a group, that reaches a category on all of some kinds of
    day. confirmed: the share of counted offers that somebody has confirmed lately, whoever they
    are for; open where nobody notes it of any offer. offers_per_1000: counted offers that fit, for
    1,000 residents, or people of a group. Offers are those of `categories`.
    """

    indicator_id: str
    kind: Literal["reach", "confirmed", "offers_per_1000"]
    categories: tuple[str, ...]
    day_types: tuple[str, ...]
    group_id: str | None
    target: float


def indicators(
    cells: pd.DataFrame,
    offers: pd.DataFrame,
    fit: pd.DataFrame,
    covered: Coverage,
    people: Mapping[str, NDArray[np.int64]],
    wanted: Sequence[Indicator],
    *,
    county: str,
) -> pd.DataFrame:
    """Compute indicators for the county and its municipalities.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`; those withheld are in no count.
    offers, fit : DataFrame
        OFFERS, with `last_confirmed` and the flag `stale`; FIT.
    covered : Coverage
        For these cells.
    people : mapping of str to ndarray
        People of each group per cell.
    wanted : sequence of Indicator
        What is measured.
    county : str
        Key of the county's own rows.

    Returns
    -------
    DataFrame
        INDICATORS. Offers outside the county count for the county alone.
    """
    areas, shown = with_county(cells, county), ~cells["withheld"].to_numpy(bool)
    residents = counted_residents(cells)
    counted = offers[offers["counted"].astype(bool)]
    fits = counted["offer_id"].isin(fit.loc[fit["misfit"].isna(), "offer_id"])
    parts = []
    for one in wanted:
        group = residents if one.group_id is None else np.where(shown, people[one.group_id], 0)
        of_kind = counted["category"].isin(one.categories)
        own = counted[of_kind if one.kind == CONFIRMED else of_kind & fits]
        if one.kind == REACH:
            reached = reached_on_all_days(covered, one)
            counts = areas.sums(group * reached), areas.sums(group)
        elif one.kind == CONFIRMED:
            asked = own if offers["last_confirmed"].notna().any() else own.head(0)
            fresh = asked[asked["last_confirmed"].notna() & ~asked["stale"].astype(bool)]
            counts = _offers_in(fresh, areas), _offers_in(asked, areas)
        else:
            counts = _offers_in(own, areas), areas.sums(group)
        rows = pd.DataFrame({"indicator_id": one.indicator_id, "area_id": areas.ids})
        rows["numerator"], rows["denominator"] = counts
        rows["per"] = PER_1000 if one.kind == OFFERS_PER_1000 else 1
        parts.append(with_status(rows.assign(target=float(one.target))))
    columns = [*INDICATORS.columns]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    check_frame(table, INDICATORS)
    return table


def with_status(table: pd.DataFrame) -> pd.DataFrame:
    """Add value and status: `per` x numerator / denominator, and whether the target is met."""
    numerator = table["numerator"].to_numpy(float, na_value=np.nan)
    denominator = table["denominator"].to_numpy(float, na_value=np.nan)
    known = np.nan_to_num(denominator) > 0
    value = np.divide(
        table["per"] * numerator, denominator, out=np.full(len(table), np.nan), where=known
    )
    met = value >= table["target"].to_numpy(float)
    status = np.where(np.isnan(value), "open", np.where(met, "met", "missed")).astype(object)
    return table.assign(value=value, status=status)


def reached_on_all_days(covered: Coverage, one: Indicator) -> NDArray[np.bool_]:
    """Whether a cell reaches the category, or one of several, on each of the kinds of day."""
    places = [covered.categories.index(name) for name in one.categories]
    days = [covered.day_types.index(name) for name in one.day_types]
    served = covered.served()[np.ix_(places, days)]
    reached = np.asarray(served.any(axis=0)).all(axis=0)
    return np.asarray(reached, dtype=bool)


def _offers_in(offers: pd.DataFrame, areas: Areas) -> NDArray[np.int64]:
    """Number of offers in each area; all of them in the county."""
    by_area = offers["area_id"].value_counts()
    found = by_area.reindex(areas.ids).fillna(0).to_numpy().astype(np.int64)
    found[0] = len(offers)
    return found
