"""Residents within reach: per cell, per municipality, with the reason where not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo_integration.frames import (
    AREA_COVERAGE,
    BANDS,
    COVERAGE,
    NO_OFFER,
    NOT_LOCATED,
    ONLY_IF_BOOKED,
    OVER_LIMIT,
    REASONS,
    SERVED,
    check_frame,
)
from geo_integration.measures.best_offers import BestOffers, no_offers, take

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo_integration.frames import Roundtrips


def coverage(
    cells: pd.DataFrame,
    offers: pd.DataFrame,
    trips: pd.DataFrame,
    found: Iterable[Roundtrips],
    *,
    categories: Sequence[str],
    day_types: Sequence[str],
) -> pd.DataFrame:
    """Best way from every cell to every category of offers, and served or not.

    Parameters
    ----------
    cells, offers, trips : DataFrame
        CELLS, OFFERS, TRIPS.
    found : iterable of Roundtrips
        There and back to the counted offers, for these cells, day types and all modes.
    categories, day_types : sequence of str
        All that the result shall have, with offers or without.

    Returns
    -------
    DataFrame
        COVERAGE, a row for each cell, category and day type. A cell is served when at least one
        offer is, by scheduled transport or on foot. If none is, the reason of the offer that came
        closest counts.
    """
    best = no_offers((len(categories), len(day_types), len(cells)))
    category = offers.set_index("offer_id")["category"]
    ids = sorted(offers["offer_id"])
    for one in found:
        if category[one.offer_id] in categories:
            place = list(categories).index(category[one.offer_id])
            take(best, place, ids.index(one.offer_id), one)
    # In the order of COVERAGE: cell, category, day type.
    flat: Any = (values.transpose(2, 0, 1).ravel() for values in best)
    rows = BestOffers(*flat)
    lead = np.append(trips["lead_min"].where(trips["on_demand"]).to_numpy(float), np.nan)
    table = pd.DataFrame(
        {
            "cell_id": np.repeat(
                cells["cell_id"].to_numpy(object), len(categories) * len(day_types)
            ),
            "category": np.tile(np.repeat(list(categories), len(day_types)), len(cells)),
            "day_type": np.tile(list(day_types), len(cells) * len(categories)),
            "walk_min": rows.walk_min,
            "out_min": rows.out_min,
            "back_min": rows.back_min,
            "wait_min": rows.wait_min,
            "booked_min": rows.booked_min,
            "offers": rows.offers,
            "offers_booked": rows.offers_booked,
            "offer_id": _texts(ids, rows.offer),
            "out_line": _texts(trips["line"], rows.out_trip),
            "back_line": _texts(trips["line"], rows.back_trip),
            "lead_min": np.fmax(lead[rows.booked_out], lead[rows.booked_back]),
            "complete": np.isin(rows.rank, [REASONS.index(SERVED), REASONS.index(OVER_LIMIT)]),
        }
    )
    table.insert(3, "reason", _reasons(table, _texts(REASONS, rows.rank), offers))
    check_frame(table, COVERAGE)
    return table


def _texts(names: Iterable[str], codes: NDArray[np.integer]) -> NDArray[np.object_]:
    """Texts by their position; None for -1."""
    found: NDArray[np.object_] = np.array([*names, None], dtype=object)[codes]
    return found


def _reasons(
    table: pd.DataFrame, closest: NDArray[np.object_], offers: pd.DataFrame
) -> NDArray[np.object_]:
    """Tell the main reason of every row."""
    present = set(offers["category"])
    counted = set(offers.loc[offers["counted"], "category"])
    reason = np.where(table["category"].isin(counted), closest, NOT_LOCATED)
    reason = np.where(table["category"].isin(present), reason, NO_OFFER)
    booked = (reason != SERVED) & (table["offers_booked"] > 0).to_numpy()
    return np.where(booked, ONLY_IF_BOOKED, reason)


def area_coverage(cells: pd.DataFrame, covered: pd.DataFrame, *, county: str) -> pd.DataFrame:
    """Residents within reach, per municipality and for the county.

    Parameters
    ----------
    cells : DataFrame
        CELLS with the flag `withheld`.
    covered : DataFrame
        COVERAGE.
    county : str
        Key of the county's own rows.

    Returns
    -------
    DataFrame
        AREA_COVERAGE; covered + uncovered + withheld = residents in every row.
    """
    rows = _with_areas(cells, covered, county)
    is_served = rows["reason"] == SERVED
    rows["covered"] = rows["counted"].where(is_served, 0)
    rows["uncovered"] = rows["counted"].where(~is_served, 0)
    rows["withheld"] = rows["residents"] - rows["counted"]
    rows["booked"] = rows["counted"].where(rows["reason"] == ONLY_IF_BOOKED, 0)
    keys = list(AREA_COVERAGE.key)
    numbers = ["residents", "covered", "uncovered", "withheld", "booked"]
    table = rows.groupby(keys, sort=False, as_index=False)[numbers].sum()
    base = table["covered"] + table["uncovered"]
    table["share_covered"] = table["covered"] / base.where(base > 0)
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
    longer = _longer(rows)
    complete = rows["complete"].to_numpy(bool) & ~np.isnan(longer)
    parts = []
    for band in bands_min:
        within = rows["counted"].where(complete & (longer <= band), 0)
        parts.append(rows.assign(band_min=float(band), within=within))
    table = (
        pd.concat(parts)
        .groupby(list(BANDS.key), sort=False, as_index=False)[["residents", "within"]]
        .sum()
    )
    check_frame(table, BANDS)
    return table


def _longer(table: pd.DataFrame) -> NDArray[np.float64]:
    """Minutes of the longer way; NaN where there is none."""
    longer: NDArray[np.float64] = np.fmax(
        table["out_min"].to_numpy(float), table["back_min"].to_numpy(float)
    )
    return longer


def _with_areas(cells: pd.DataFrame, covered: pd.DataFrame, county: str) -> pd.DataFrame:
    """COVERAGE with residents, all and counted ones, for municipality and county."""
    homes = cells[["cell_id", "area_id", "residents"]].assign(
        counted=cells["residents"].where(~cells["withheld"], 0)
    )
    rows = covered.merge(homes, on="cell_id", validate="many_to_one")
    rows = rows.sort_values(["area_id"], kind="stable")
    return pd.concat([rows.assign(area_id=county), rows], ignore_index=True)
