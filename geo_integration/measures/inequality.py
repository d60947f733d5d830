"""How unevenly something is spread over people: Gini, Palma, Theil, concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


def _used(*arrays: Numbers) -> list[Numbers]:
    """Arrays without the cells where one is missing, or nobody lives (the last array)."""
    table = np.array([np.asarray(array, float) for array in arrays])
    kept = np.isfinite(table).all(axis=0) & (table[-1] > 0)
    return list(table[:, kept])


def gini(values: Numbers, people: Numbers) -> float:
    """Gini coefficient of values that people have.

    Parameters
    ----------
    values : ndarray of float, shape (cells,)
        What each person of a cell has, not below 0.
    people : ndarray of float, shape (cells,)
        Number of people.

    Returns
    -------
    float
        0 when all have the same, towards 1 when one has all; missing when nobody has anything.
    """
    x, w = _used(values, people)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    if not len(x) or (x * w).sum() <= 0:
        return float("nan")
    share, held = w / w.sum(), np.cumsum(x * w) / (x * w).sum()
    # Rounding may leave a trifle below 0 where all have the same.
    return max(0.0, float(1 - (share * (held + np.r_[0, held[:-1]])).sum()))


def theil(values: Numbers, people: Numbers) -> float:
    """Theil's T index of values that people have.

    Parameters
    ----------
    values : ndarray of float, shape (cells,)
        What each person of a cell has, not below 0; nothing counts as 0 log 0 = 0.
    people : ndarray of float, shape (cells,)
        Number of people.

    Returns
    -------
    float
        0 when all have the same, up to log(number of people); missing when nobody has anything.
    """
    x, w = _used(values, people)
    if not len(x) or (x * w).sum() <= 0:
        return float("nan")
    ratio = x / np.average(x, weights=w)
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return float(np.average(ratio * logs, weights=w))


def palma(values: Numbers, people: Numbers, *, rank_by: Numbers) -> float:
    """Palma ratio: mean of the 10 % of the people highest in rank by that of the lowest 40 %.

    Parameters
    ----------
    values : ndarray of float, shape (cells,)
        What each person of a cell has.
    people : ndarray of float, shape (cells,)
        Number of people.
    rank_by : ndarray of float, shape (cells,)
        What people are ranked by, such as income. Cells are not divided: lowest are those up to
        the weighted quantile 0.4, highest those above 0.9.

    Returns
    -------
    float
        1 when both have the same; missing where there is nobody in one of them, or the lowest
        have nothing.
    """
    x, rank, w = _used(values, rank_by, people)
    if not len(x):
        return float("nan")
    low, high = rank <= _quantile(rank, w, 0.4), rank > _quantile(rank, w, 0.9)
    if not low.any() or not high.any() or (x[low] * w[low]).sum() <= 0:
        return float("nan")
    return float(np.average(x[high], weights=w[high]) / np.average(x[low], weights=w[low]))


def _quantile(values: Numbers, weights: Numbers, share: float) -> float:
    """Quantile of values that stand for as many equal ones as their weights say."""
    order = np.argsort(values, kind="stable")
    until = np.cumsum(weights[order])
    place = 1 + (until[-1] - 1) * share
    at = np.searchsorted(until, [np.floor(place), np.floor(place) + 1])
    below, above = values[order][np.minimum(at, len(values) - 1)]
    part = place % 1
    return float((1 - part) * below + part * above)


def concentration(
    values: Numbers, people: Numbers, *, rank_by: Numbers, corrected: bool = False
) -> float:
    """Concentration index: whether those high in rank have more.

    Parameters
    ----------
    values : ndarray of float, shape (cells,)
        What each person of a cell has.
    people : ndarray of float, shape (cells,)
        Number of people.
    rank_by : ndarray of float, shape (cells,)
        What people are ranked by, such as income; equals in the order of their number.
    corrected : bool
        The index of Erreygers (2009), with the lowest and highest of `values` as bounds.

    Returns
    -------
    float
        Below 0 when those low in rank have more, above 0 when those high in rank do; missing
        when nobody has anything, or, corrected, when all have the same.
    """
    x, rank, w = _used(values, rank_by, people)
    order = np.lexsort((w, rank))
    x, w = x[order], w[order]
    if not len(x) or (x * w).sum() <= 0:
        return float("nan")
    share = w / w.sum()
    middle = np.cumsum(share) - share / 2
    mean = (share * x).sum()
    moment = (share * (x - mean) * middle).sum()
    if not corrected:
        return float(2 * moment / mean)
    width = x.max() - x.min()
    return float(8 * moment / width) if width > 0 else float("nan")
