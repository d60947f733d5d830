"""What the need of sums of cells may be, the totals of areas being known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.formulas import formula_columns

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.measures.needs import Group

    Numbers = NDArray[np.float64]

# Where a range comes from.
ROUNDING = "rounding"  # the total is rounded
CENSUS_NOISE = "census_noise"  # counts of the census are changed a little on purpose
MODEL_SPREAD = "model_spread"  # homes are estimated
RANGE_SOURCES = (ROUNDING, CENSUS_NOISE, MODEL_SPREAD)

# 90 of 100 normal values lie within so many standard deviations.
Z_90 = 1.6448536


class Controls(NamedTuple):
    """Areas whose total is known, for one group.

    `zone` is the area of each cell, as position in the others; -1: no total. `total` is met
    exactly; `low` to `high` is what is rounded to it.
    """

    zone: NDArray[np.int64]
    total: Numbers
    low: Numbers
    high: Numbers


class Parts(NamedTuple):
    """What sums of cells have in each area with a known total: a row per sum and area.

    `of` is the sum; `best` and `inside` the need and variance of its cells in the area, `outside`
    the variance of the area's other cells; `total`, `low`, `high` those of the area, missing where
    no total is known.
    """

    of: NDArray[np.int64]
    best: Numbers
    inside: Numbers
    outside: Numbers
    total: Numbers
    low: Numbers
    high: Numbers


class Ranges(NamedTuple):
    """Best estimate of sums, and the range that holds the true one in 90 of 100 cases."""

    low: Numbers
    best: Numbers
    high: Numbers


def sum_parts(
    need: Numbers, variance: Numbers, known: Controls, sums: NDArray[np.int64], count: int
) -> Parts:
    """Add up the need of one group over sets of cells, area by area.

    Parameters
    ----------
    need, variance : ndarray of float, shape (cells,)
        Of one group, from NEEDS.
    known : Controls
        The same group's.
    sums : ndarray of int, shape (cells,)
        Which sum each cell belongs to; -1: none.
    count : int
        Number of sums.

    Returns
    -------
    Parts
        For `ranges`.
    """
    zones = len(known.total) + 1  # the last one: no total
    zone = np.where(known.zone >= 0, known.zone, zones - 1)
    taken = sums >= 0
    key = sums[taken] * zones + zone[taken]
    there = np.flatnonzero(np.bincount(key, minlength=count * zones))
    of, at = np.divmod(there, zones)
    inside = _added(key, variance[taken], count * zones)[there]
    every = _added(zone, variance, zones)[at]
    outside = np.where(inside < every * (1 - 1e-12), every - inside, 0.0)
    missing = np.array([np.nan])
    return Parts(
        of,
        _added(key, need[taken], count * zones)[there],
        inside,
        outside,
        *(np.r_[span, missing][at] for span in (known.total, known.low, known.high)),
    )


def ranges(parts: Parts, count: int) -> Ranges:
    r"""Range of sums of need, the totals being known.

    Parameters
    ----------
    parts : Parts
        See `sum_parts`; arrays of any origin do.
    count : int
        Number of sums.

    Returns
    -------
    Ranges
        Arrays of shape (count,). `best` is the sum of its parts; 0 for a sum without any.

    Notes
    -----
    Let S be the true number in the cells of the sum and R that in the other cells of the area:
    independent, normal, with means s and r and variances v and w. Known is S + R = T, and the
    estimates add up to it: s + r = T. Then S and S + R are normal together, with covariance v, and
    given the sum S has the mean s + v / (v + w) * (T - s - r) = s and the variance
    v - v**2 / (v + w) = v * w / (v + w). It vanishes where the sum holds the whole area (w = 0). In
    different areas errors are independent and their variances add.

    The range is Z_90 standard deviations to either side. The total itself lies between `low` and
    `high`; each part moves with it in proportion, and these spans add, because nothing is known of
    how they go together. No range reaches below 0 or above the totals of its areas.
    """
    known = np.isfinite(parts.total)
    both = parts.inside + parts.outside
    share = np.divide(parts.outside, both, out=np.zeros(len(both)), where=both > 0)
    variance = np.where(known, parts.inside * share, parts.inside)
    portion = np.divide(parts.best, parts.total, out=1.0 - share, where=known & (parts.total > 0))
    less = np.where(known, portion * (parts.total - parts.low), 0.0)
    more = np.where(known, portion * (parts.high - parts.total), 0.0)
    best = _added(parts.of, parts.best, count)
    deviation = Z_90 * np.sqrt(_added(parts.of, variance, count))
    least = best - deviation - _added(parts.of, less, count)
    most = best + deviation + _added(parts.of, more, count)
    above = _added(parts.of, np.where(known, parts.high, np.inf), count)
    return Ranges(np.maximum(least, 0.0), best, np.maximum(np.minimum(most, above), best))


def _added(keys: NDArray[np.int64], values: Numbers, count: int) -> Numbers:
    """Sums of values by key."""
    return np.bincount(keys, values, minlength=count).astype(float, copy=False)


def range_sources(group: Group, known: Controls, table: pd.DataFrame) -> list[str]:
    """Where the ranges of a group come from, out of RANGE_SOURCES.

    Parameters
    ----------
    group : Group
        The group.
    known : Controls
        Its areas with totals.
    table : DataFrame
        Its rows of NEEDS.

    Returns
    -------
    list of str
        In the order of RANGE_SOURCES.
    """
    applies = {
        ROUNDING: bool((known.high > known.low).any()),
        CENSUS_NOISE: formula_columns(group.formula) != ["residents"],
        MODEL_SPREAD: bool(table["modelled"].any()),
    }
    return [source for source in RANGE_SOURCES if applies[source]]
