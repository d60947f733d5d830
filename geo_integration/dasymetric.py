"""Totals of areas spread over smaller cells by what is known of the cells.

References
----------
Wright (1936), A method of mapping densities of population, Geographical Review 26. The rounding is
the method of largest remainders (Hare, Niemeyer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.errors import FrameError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from numpy.typing import NDArray

# Fractions nearer to each other than this are equal: the rest is noise of floating point.
_DECIMALS = 9


def spread(
    weights: pd.Series, zones: pd.Series, totals: Mapping[Hashable, float], *, whole: bool = True
) -> pd.Series[float]:
    """Spread each zone's total over its cells in proportion to their weights.

    Whole numbers come by largest remainder; of equal remainders the cells that come first get
    more, so the same order gives the same result. Cells of a zone without any weight get equal
    shares (`without_weight` names such zones); cells of a zone without a total are missing.

    Parameters
    ----------
    weights : Series of float
        One per cell, 0 or more; missing counts as 0.
    zones : Series
        The zone of each cell, aligned with `weights`.
    totals : mapping
        Total by zone, 0 or more; with `whole`, whole numbers.
    whole : bool
        Whether cells get whole numbers.

    Returns
    -------
    Series of float
        One per cell, index of `weights`. Per zone the sum is the total: exactly with `whole`, else
        to the precision of floating point.

    Raises
    ------
    FrameError
        When weights or totals are negative or not finite, a total is not whole where it has to be,
        a cell has no zone, or a total belongs to a zone without cells.
    """
    amounts: NDArray[np.float64] = np.asarray(weights.astype(float).fillna(0.0), dtype=float)
    codes, names = pd.factorize(zones.to_numpy())
    _check(amounts, codes, names, totals, whole=whole)
    if not len(amounts):
        return pd.Series(amounts, index=weights.index, dtype=float)
    given = np.array([totals.get(name, np.nan) for name in names], dtype=float)
    # Scaled by the largest, so that no sum overflows and no tiny weight vanishes beside a huge one.
    largest = np.zeros(len(names))
    np.maximum.at(largest, codes, amounts)
    amounts = np.divide(
        amounts, largest[codes], out=np.ones_like(amounts), where=largest[codes] > 0
    )
    shares = given[codes] * amounts / np.bincount(codes, amounts)[codes]
    if whole:
        shares = _rounded(shares, codes, given)
    return pd.Series(shares, index=weights.index)


def without_weight(weights: pd.Series, zones: pd.Series) -> list[Hashable]:
    """Zones in which no cell has a weight above 0, in the order of the cells."""
    known = weights.astype(float).fillna(0.0)
    best = known.groupby(zones.to_numpy(), sort=False).max()
    return [zone for zone, weight in best.items() if not weight > 0]


def _rounded(
    shares: NDArray[np.float64], codes: NDArray[np.int64], given: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Whole numbers: what is left after rounding down goes to the largest remainders."""
    floor = np.floor(shares)
    remainder = np.round(shares - floor, _DECIMALS)
    left = given - np.bincount(codes, floor)
    order = np.lexsort((np.arange(len(codes)), -remainder, codes))
    size = np.bincount(codes)
    first = np.cumsum(size) - size
    rank = np.empty(len(codes), dtype=np.int64)
    rank[order] = np.arange(len(codes)) - first[codes[order]]
    return floor + (rank < left[codes])


def _check(
    amounts: NDArray[np.float64],
    codes: NDArray[np.int64],
    names: NDArray[np.object_],
    totals: Mapping[Hashable, float],
    *,
    whole: bool,
) -> None:
    """Raise for what cannot be spread."""
    if (codes < 0).any():
        raise FrameError("eine Zelle gehört zu keinem Gebiet")
    if not np.isfinite(amounts).all() or (amounts < 0).any():
        raise FrameError("Gewichte müssen endlich und mindestens 0 sein")
    known = set(names)
    for zone, total in totals.items():
        if not np.isfinite(total) or total < 0 or (whole and total != int(total)):
            wanted = "eine ganze Zahl" if whole else "eine Zahl"
            raise FrameError(f"Summe von {zone}: erwartet wird {wanted} ab 0 (gefunden: {total})")
        if total and zone not in known:
            raise FrameError(f"{zone}: keine Zelle, auf die {total:g} verteilt werden könnten")
