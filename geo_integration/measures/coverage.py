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
    OVER_LIMIT,
    REASONS,
    SERVED,
    TRANSIT,
    WALK,
    check_frame,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


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
    rows = _Rows(cells, offers, trips, categories, day_types)
    best = rows.best(TRANSIT)
    table = pd.DataFrame(
        {
            "cell_id": np.repeat(
                cells["cell_id"].to_numpy(object), len(categories) * len(day_types)
            ),
            "category": np.tile(np.repeat(list(categories), len(day_types)), len(cells)),
            "day_type": np.tile(list(day_types), len(cells) * len(categories)),
            "walk_min": rows.shortest(WALK, served_only=False),
            "out_min": rows.take(best, "out_min"),
            "back_min": rows.take(best, "back_min"),
            "wait_min": rows.take(best, "wait_min"),
            "booked_min": rows.shortest(ON_DEMAND, served_only=True),
            "offers": rows.served(TRANSIT),
            "offers_booked": rows.served(ON_DEMAND),
            "offer_id": rows.take(best, "offer_id"),
            "out_line": rows.take(best, "out_line"),
            "back_line": rows.take(best, "back_line"),
        }
    )
    closest = rows.take(best, "reason")
    table.insert(3, "reason", _reasons(table, closest, offers))
    table["complete"] = np.isin(closest.astype(str), (SERVED, OVER_LIMIT))
    check_frame(table, COVERAGE)
    return table


class _Rows:
    """ROUNDTRIPS by the row of COVERAGE that they belong to."""

    def __init__(
        self,
        cells: pd.DataFrame,
        offers: pd.DataFrame,
        trips: pd.DataFrame,
        categories: Sequence[str],
        day_types: Sequence[str],
    ) -> None:
        category = trips["offer_id"].map(offers.set_index("offer_id")["category"])
        places = [
            pd.Index(wanted).get_indexer(pd.Index(values))
            for wanted, values in (
                (cells["cell_id"], trips["cell_id"]),
                (categories, category),
                (day_types, trips["day_type"]),
            )
        ]
        self._size = len(cells) * len(categories) * len(day_types)
        self._row = (places[0] * len(categories) + places[1]) * len(day_types) + places[2]
        self._known = np.all([place >= 0 for place in places], axis=0)
        self._trips = trips
        self._mode = trips["mode"].to_numpy(object)
        self._rank = pd.Index(REASONS).get_indexer(pd.Index(trips["reason"]))
        self._longer = _longer(trips)

    def _of(self, mode: str, *, served_only: bool = False) -> NDArray[np.int64]:
        """Positions of the round trips by one mode."""
        wanted = self._known & (self._mode == mode)
        if served_only:
            wanted &= self._rank == REASONS.index(SERVED)
        return np.flatnonzero(wanted)

    def best(self, mode: str) -> NDArray[np.int64]:
        """Position of each row's offer that is reached best, or comes closest; -1 if none."""
        at = self._of(mode)
        longer = np.where(np.isnan(self._longer[at]), np.inf, self._longer[at])
        name = np.argsort(np.argsort(self._trips["offer_id"].to_numpy(object)[at], kind="stable"))
        order = np.lexsort((name, longer, -self._rank[at], self._row[at]))
        rows, first = np.unique(self._row[at][order], return_index=True)
        best = np.full(self._size, -1)
        best[rows] = at[order][first]
        return best

    def take(self, positions: NDArray[np.int64], column: str) -> NDArray[np.object_]:
        """Values of a column at the positions; missing at -1."""
        values = self._trips[column]
        number = pd.api.types.is_float_dtype(values)
        every = values.to_numpy(float if number else object)
        if not len(every):
            return np.full(len(positions), np.nan if number else None, dtype=every.dtype)
        found = every.take(positions)
        known = (positions >= 0) & ~pd.isna(found)
        return np.where(known, found, np.array(np.nan if number else None, dtype=found.dtype))

    def shortest(self, mode: str, *, served_only: bool) -> NDArray[np.float64]:
        """Minutes of the longer way to the nearest offer; NaN if there is none."""
        at = self._of(mode, served_only=served_only)
        at = at[~np.isnan(self._longer[at])]
        shortest = np.full(self._size, np.inf)
        np.minimum.at(shortest, self._row[at], self._longer[at])
        return np.where(np.isfinite(shortest), shortest, np.nan)

    def served(self, mode: str) -> NDArray[np.int64]:
        """Count the offers within reach."""
        return np.bincount(self._row[self._of(mode, served_only=True)], minlength=self._size)


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
