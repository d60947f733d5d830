"""Residents within reach: per cell, per municipality, with the reason where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.frames import (
    AREA_COVERAGE,
    BANDS,
    COVERAGE,
    NO_OFFER,
    NOT_LOCATED,
    ON_DEMAND,
    ONLY_IF_BOOKED,
    REASONS,
    SERVED,
    TRANSIT,
    WALK,
    check_frame,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = ["cell_id", "category", "day_type"]


def coverage(
    cells: pd.DataFrame,
    offers: pd.DataFrame,
    trips: pd.DataFrame,
    *,
    categories: Sequence[str],
    day_types: Sequence[str],
) -> pd.DataFrame:
    """Best way from every cell to every category of offers, and served or not.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    offers : DataFrame
        OFFERS.
    trips : DataFrame
        ROUNDTRIPS of the counted offers.
    categories, day_types : sequence of str
        All that the result shall have, with offers or without.

    Returns
    -------
    DataFrame
        COVERAGE, a row for each cell, category and day type. A cell is served when at least one
        offer is, by scheduled transport or on foot. If none is, the reason of the offer that came
        closest counts.
    """
    every = pd.MultiIndex.from_product([cells["cell_id"], categories, day_types], names=KEY)
    trips = trips.assign(
        category=trips["offer_id"].astype(str).map(offers.set_index("offer_id")["category"]),
        cell_id=trips["cell_id"].astype(str),
        day_type=trips["day_type"].astype(str),
        longer_min=np.fmax(trips["out_min"], trips["back_min"]),
        rank=trips["reason"].map({r: i for i, r in enumerate(REASONS)}).astype(int),
    )
    by_mode = {mode: trips[trips["mode"] == mode] for mode in (WALK, TRANSIT, ON_DEMAND)}
    best = _best(by_mode[TRANSIT]).reindex(every)
    served = {m: t[t["reason"] == SERVED].groupby(KEY) for m, t in by_mode.items()}
    table = best[["reason", "out_min", "back_min", "offer_id", "out_line", "back_line"]].copy()
    table["walk_min"] = by_mode[WALK].groupby(KEY)["longer_min"].min().reindex(every)
    table["booked_min"] = served[ON_DEMAND]["longer_min"].min().reindex(every)
    for column, mode in (("offers", TRANSIT), ("offers_booked", ON_DEMAND)):
        table[column] = served[mode].size().reindex(every, fill_value=0).astype("int64")
    table = table.reset_index()
    table["reason"] = _reasons(table, offers)
    table["offer_id"] = table["offer_id"].astype(object).where(table["offer_id"].notna(), None)
    table = table[list(COVERAGE.columns)]
    check_frame(table, COVERAGE)
    return table


def _best(trips: pd.DataFrame) -> pd.DataFrame:
    """Row of the offer that is reached best, or comes closest to it."""
    order = trips.sort_values(
        [*KEY, "rank", "longer_min", "offer_id"], ascending=[True] * 3 + [False, True, True]
    )
    return order.drop_duplicates(KEY).set_index(KEY)


def _reasons(table: pd.DataFrame, offers: pd.DataFrame) -> pd.Series:
    """Main reason of every row."""
    present = set(offers["category"])
    counted = set(offers.loc[offers["counted"], "category"])
    reason = table["reason"].astype(object)
    reason = reason.where(table["category"].isin(counted), NOT_LOCATED)
    reason = reason.where(table["category"].isin(present), NO_OFFER)
    booked = (reason != SERVED) & (table["offers_booked"] > 0)
    return reason.mask(booked, ONLY_IF_BOOKED)


def area_coverage(cells: pd.DataFrame, covered: pd.DataFrame, *, county: str) -> pd.DataFrame:
    """Residents within reach, per municipality and for the county.

    Parameters
    ----------
    cells : DataFrame
        CELLS.
    covered : DataFrame
        COVERAGE.
    county : str
        Key of the county's own rows.

    Returns
    -------
    DataFrame
        AREA_COVERAGE; covered + uncovered = residents in every row.
    """
    rows = _with_areas(cells, covered, county)
    is_served = rows["reason"] == SERVED
    rows["covered"] = rows["residents"].where(is_served, 0)
    rows["uncovered"] = rows["residents"].where(~is_served, 0)
    rows["booked"] = rows["residents"].where(rows["reason"] == ONLY_IF_BOOKED, 0)
    keys = list(AREA_COVERAGE.key)
    numbers = ["residents", "covered", "uncovered", "booked"]
    table = rows.groupby(keys, sort=False, as_index=False)[numbers].sum()
    share = table["covered"] / table["residents"].where(table["residents"] > 0)
    table["share_covered"] = share
    check_frame(table, AREA_COVERAGE)
    return table


def bands(
    cells: pd.DataFrame, covered: pd.DataFrame, *, bands_min: Sequence[float], county: str
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
    rows = _with_areas(cells, covered, county)
    longer = np.fmax(rows["out_min"], rows["back_min"])
    complete = rows["reason"].isin([SERVED, "over_limit"]) & longer.notna()
    parts = []
    for band in bands_min:
        within = rows["residents"].where(complete & (longer <= band), 0)
        parts.append(rows.assign(band_min=float(band), within=within))
    table = (
        pd.concat(parts)
        .groupby(list(BANDS.key), sort=False, as_index=False)[["residents", "within"]]
        .sum()
    )
    check_frame(table, BANDS)
    return table


def _with_areas(cells: pd.DataFrame, covered: pd.DataFrame, county: str) -> pd.DataFrame:
    """COVERAGE with residents, once for the municipality and once for the county."""
    homes = cells[["cell_id", "area_id", "residents"]]
    rows = covered.merge(homes, on="cell_id", validate="many_to_one")
    rows = rows.sort_values(["area_id"], kind="stable")
    return pd.concat([rows.assign(area_id=county), rows], ignore_index=True)
