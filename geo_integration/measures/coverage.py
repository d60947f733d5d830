"""The best way from every cell to every category of offers, with the reason where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.frames import (
    FULL,
    MODES,
    NO_FIT,
    NO_OFFER,
    NOT_LOCATED,
    ONLY_IF_BOOKED,
    ONLY_IN_TERM,
    OVER_LIMIT,
    REASONS,
    SERVED,
    TRANSIT,
    Coverage,
)
from geo_integration.measures.best_offers import BestOffers, no_offers, take

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.frames import Roundtrips

_RANK = {reason: rank for rank, reason in enumerate(REASONS)}
_TRANSIT = MODES.index(TRANSIT)


class Reached(NamedTuple):
    """How far one gets with each counted offer that fits, by scheduled transport or on foot.

    `reason` has the shape (offers, day types, cells) and holds positions in REASONS; `offer` is
    the position of each in the `offer_ids` of Coverage.
    """

    offer: NDArray[np.int64]
    category: NDArray[np.int64]
    reason: NDArray[np.int8]


def coverage(
    cells: pd.DataFrame,
    offers: pd.DataFrame,
    fit: pd.DataFrame,
    trips: pd.DataFrame,
    found: Iterable[Roundtrips],
    *,
    categories: Sequence[str],
    day_types: Sequence[str],
    term_of: Mapping[str, str] | None = None,
) -> tuple[Coverage, Reached]:
    """Best way from every cell to every category of offers, and served or not.

    Parameters
    ----------
    cells, offers, fit, trips : DataFrame
        CELLS, OFFERS, FIT of the same offers, TRIPS.
    found : iterable of Roundtrips
        There and back to the counted offers, for these cells, day types and all modes.
    categories, day_types : sequence of str
        All that the result shall have, with offers or without.
    term_of : mapping of str to str, optional
        Day types in school holidays, with the same in school term.

    Returns
    -------
    tuple of (Coverage, Reached)
        A cell is served when at least one offer that fits and has places is, by scheduled transport
        or on foot. If none is, the reason of the offer that came closest counts; one that is full
        and too far is too far. And how far one gets with each single offer.
    """
    shape = len(categories), len(day_types), len(cells)
    best = no_offers(shape)
    ids = sorted(offers["offer_id"])
    at = {offer: place for place, offer in enumerate(ids)}
    place_of = {name: place for place, name in enumerate(categories)}
    category_of = dict(zip(offers["offer_id"], offers["category"], strict=True))
    fits = dict(zip(fit["offer_id"], fit["misfit"].isna(), strict=True))
    full = fit.set_index("offer_id")["full"].reindex(ids).to_numpy(bool)
    kept: list[tuple[int, int, NDArray[np.int8]]] = []
    for one in found:
        category = place_of.get(category_of[one.offer_id])
        if category is None or not fits[one.offer_id]:
            continue
        place = at[one.offer_id]
        take(best, category, place, full, one)
        reason = one.reason[:, _TRANSIT].copy()
        if full[place]:
            reason[reason == _RANK[SERVED]] = _RANK[FULL]
        kept.append((place, category, reason))
    reached = Reached(
        np.array([row[0] for row in kept], dtype=np.int64),
        np.array([row[1] for row in kept], dtype=np.int64),
        np.array([row[2] for row in kept], dtype=np.int8).reshape(len(kept), *shape[1:]),
    )
    covered = _as_coverage(best, cells, trips, ids, full, tuple(categories), tuple(day_types))
    suits = offers["offer_id"].map(fits).astype(bool)
    return _with_reasons(covered, offers, suits, term_of or {}), reached


def _as_coverage(
    best: BestOffers,
    cells: pd.DataFrame,
    trips: pd.DataFrame,
    offer_ids: Sequence[str],
    full: NDArray[np.bool_],
    categories: tuple[str, ...],
    day_types: tuple[str, ...],
) -> Coverage:
    """What was found, with lines in place of trips; reasons of single offers only."""
    lines, codes = np.unique(trips["line"].to_numpy(str), return_inverse=True)
    line_of: NDArray[np.int32] = np.append(codes, -1).astype(np.int32)
    lead = np.append(trips["lead_min"].where(trips["on_demand"]).to_numpy(np.float32), np.nan)
    return Coverage(
        categories=categories,
        day_types=day_types,
        cell_ids=cells["cell_id"].to_numpy(object),
        offer_ids=np.array([*offer_ids], dtype=object),
        lines=lines.astype(object),
        reason=best.rank,
        complete=np.isin(best.rank, [_RANK[SERVED], _RANK[OVER_LIMIT]])
        & ~np.append(full, [False])[best.offer],
        walk_min=best.walk_min,
        out_min=best.out_min,
        back_min=best.back_min,
        wait_min=best.wait_min,
        booked_min=best.booked_min,
        lead_min=np.fmax(lead[best.booked_out], lead[best.booked_back]),
        offers=best.offers,
        offers_booked=best.offers_booked,
        offer=best.offer,
        session=best.session,
        out_line=line_of[best.out_trip],
        back_line=line_of[best.back_trip],
    )


def _with_reasons(
    covered: Coverage, offers: pd.DataFrame, fits: pd.Series[bool], term_of: Mapping[str, str]
) -> Coverage:
    """Tell the main reason of every cell: of single offers the closest, else of all together."""
    reason = covered.reason
    for place, category in enumerate(covered.categories):
        own = offers["category"] == category
        for answer, flags in (
            (NO_OFFER, own),
            (NO_FIT, own & fits),
            (NOT_LOCATED, own & fits & offers["counted"]),
        ):
            if not flags.any():
                reason[place] = _RANK[answer]
                break
    served = covered.served()
    for day, term in term_of.items():
        here, there = covered.day_types.index(day), covered.day_types.index(term)
        only_in_term = served[:, there] & (reason[:, here] < _RANK[ONLY_IN_TERM])
        reason[:, here][only_in_term] = _RANK[ONLY_IN_TERM]
    booked = (reason < _RANK[ONLY_IF_BOOKED]) & (covered.offers_booked > 0)
    reason[booked] = _RANK[ONLY_IF_BOOKED]
    return covered
