"""The offer that serves a cell best: the loop over all round trips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.compiled import compiled
from geo_integration.frames import FULL, MODES, ON_DEMAND, REASONS, SERVED, TRANSIT, WALK

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WALK, _TRANSIT, _ON_DEMAND = (MODES.index(mode) for mode in (WALK, TRANSIT, ON_DEMAND))
_SERVED, _FULL = REASONS.index(SERVED), REASONS.index(FULL)


class BestOffers(NamedTuple):
    """The best offer so far; arrays of shape (categories, day types, cells)."""

    rank: NDArray[np.int8]
    longer: NDArray[np.float32]
    walk_min: NDArray[np.float32]
    out_min: NDArray[np.float32]
    back_min: NDArray[np.float32]
    wait_min: NDArray[np.float32]
    booked_min: NDArray[np.float32]
    offers: NDArray[np.int32]
    offers_booked: NDArray[np.int32]
    offer: NDArray[np.int32]
    session: NDArray[np.int32]
    out_trip: NDArray[np.int32]
    back_trip: NDArray[np.int32]
    booked_out: NDArray[np.int32]
    booked_back: NDArray[np.int32]


def no_offers(shape: tuple[int, int, int]) -> BestOffers:
    """No offer so far."""
    minutes: Any = [np.full(shape, np.nan, np.float32) for _ in range(5)]
    counts: Any = [np.zeros(shape, np.int32) for _ in range(2)]
    codes: Any = [np.full(shape, -1, np.int32) for _ in range(6)]
    rank, longer = np.full(shape, -1, np.int8), np.full(shape, np.inf, np.float32)
    return BestOffers(rank, longer, *minutes, *counts, *codes)


@compiled
def take(best, c, offer, is_full, one):
    """Take an offer for every day type and cell where it is better; of a full one only the way.

    `is_full` tells it of every offer, by position; what is full and too far stays too far.
    """
    full = is_full[offer]
    for d in range(one.reason.shape[0]):
        for h in range(one.reason.shape[2]):
            afoot = _longer_way(one.out_min[d, _WALK, h], one.back_min[d, _WALK, h])
            if afoot < np.inf and not best.walk_min[c, d, h] <= afoot:
                best.walk_min[c, d, h] = afoot
            rank = one.reason[d, _TRANSIT, h]
            if full and rank == _SERVED:
                rank = np.int8(_FULL)
            way = _longer_way(one.out_min[d, _TRANSIT, h], one.back_min[d, _TRANSIT, h])
            other = best.offer[c, d, h]
            if (rank, not full, -way, -offer) > (
                best.rank[c, d, h],
                other < 0 or not is_full[other],
                -best.longer[c, d, h],
                -other,
            ):
                best.rank[c, d, h], best.longer[c, d, h], best.offer[c, d, h] = rank, way, offer
                best.out_min[c, d, h] = one.out_min[d, _TRANSIT, h]
                best.back_min[c, d, h] = one.back_min[d, _TRANSIT, h]
                best.wait_min[c, d, h] = one.wait_min[d, _TRANSIT, h]
                best.session[c, d, h] = one.session[d, _TRANSIT, h]
                best.out_trip[c, d, h] = one.out_trip[d, _TRANSIT, h]
                best.back_trip[c, d, h] = one.back_trip[d, _TRANSIT, h]
            best.offers[c, d, h] += rank == _SERVED
            if full or one.reason[d, _ON_DEMAND, h] != _SERVED:
                continue
            best.offers_booked[c, d, h] += 1
            way = _longer_way(one.out_min[d, _ON_DEMAND, h], one.back_min[d, _ON_DEMAND, h])
            if not way >= best.booked_min[c, d, h]:
                best.booked_min[c, d, h] = way
                best.booked_out[c, d, h] = one.out_trip[d, _ON_DEMAND, h]
                best.booked_back[c, d, h] = one.back_trip[d, _ON_DEMAND, h]


@compiled
def _longer_way(out, back):
    """Minutes of the longer of two ways, one of which may be unknown; infinite without any."""
    if np.isnan(out):
        return np.float32(np.inf) if np.isnan(back) else back
    return out if np.isnan(back) else max(out, back)
