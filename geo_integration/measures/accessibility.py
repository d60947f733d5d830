"""Accessibility measures: one section each, all on the same pairs of origins and destinations.

None of them looks at people's rights or wishes; they only weigh opportunities by the way there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Decay = Callable[[Numbers], Numbers]


class Pairs(NamedTuple):
    """Travel times; a pair that is not there cannot be travelled.

    `origin` and `destination` are positions, shape (pairs,), from 0 to `origins` - 1 and
    `destinations` - 1; `minutes` the time of each pair, which occurs once.
    """

    origin: NDArray[np.intp]
    destination: NDArray[np.intp]
    minutes: Numbers
    origins: int
    destinations: int


def _by_origin(pairs: Pairs, values: Numbers) -> Numbers:
    """Sum of what each pair brings, shape (origins,)."""
    return np.bincount(pairs.origin, values, pairs.origins).astype(np.float64)


def _by_destination(pairs: Pairs, values: Numbers) -> Numbers:
    """Sum of what each pair brings, shape (destinations,)."""
    return np.bincount(pairs.destination, values, pairs.destinations).astype(np.float64)


def _share(part: Numbers, whole: Numbers) -> Numbers:
    """Quotients; 0 where there is nothing to share among."""
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)


# Decay functions ------------------------------------------------------------------------------


def binary(limit: float, *, closed: bool = True) -> Decay:
    """Weight 1 up to a limit in minutes, then 0.

    Parameters
    ----------
    limit : float
        Minutes.
    closed : bool
        Whether exactly the limit still counts (<=) or not (<).
    """
    compare = np.less_equal if closed else np.less
    return lambda minutes: compare(minutes, limit).astype(np.float64)


def stepped(limits: Sequence[float], weights: Sequence[float]) -> Decay:
    """Weights by bands of minutes, 0 beyond the last; a limit belongs to the band that it ends.

    With it, `two_step_fca` is the enhanced one (E2SFCA; Luo and Qi 2009).
    """
    if len(limits) != len(weights) or list(limits) != sorted(set(limits)):
        raise ValueError("limits must rise, and each have its weight")
    steps = np.append(np.asarray(weights, float), 0.0)
    return lambda minutes: steps[np.searchsorted(np.asarray(limits, float), minutes)]


def exponential(rate: float) -> Decay:
    """Weight exp(-rate x minutes)."""
    return lambda minutes: np.exp(-rate * minutes)


def power(exponent: float) -> Decay:
    """Weight minutes ** -exponent; under a minute 1."""
    return lambda minutes: np.maximum(minutes, 1.0) ** -exponent


def linear(limit: float) -> Decay:
    """Weight falling from 1 at no minutes to 0 at the limit."""
    return lambda minutes: np.maximum(1.0 - minutes / limit, 0.0)


def logistic(middle: float, spread: float) -> Decay:
    """Weight falling in an S, 1/2 at the middle, by the standard deviation of the curve's logistic.

    1 / (1 + exp((minutes - middle) x pi / (spread x sqrt(3)))); `spread` in minutes.
    """
    scale = np.pi / (spread * np.sqrt(3.0))
    return lambda minutes: 1.0 / (1.0 + np.exp((minutes - middle) * scale))


# Cost to closest ------------------------------------------------------------------------------


def cost_to_closest(pairs: Pairs, opportunities: Numbers, *, n: int = 1) -> Numbers:
    """Minutes to the n-th closest destination that has any opportunity.

    Parameters
    ----------
    pairs : Pairs
        Travel times.
    opportunities : ndarray of float, shape (destinations,)
        What each destination offers.
    n : int
        1 for the closest.

    Returns
    -------
    ndarray of float, shape (origins,)
        Minutes; missing where there are fewer than `n` within reach.
    """
    some = opportunities[pairs.destination] > 0
    origin, minutes = pairs.origin[some], pairs.minutes[some]
    order = np.lexsort((minutes, origin))
    origin, minutes = origin[order], minutes[order]
    start = np.searchsorted(origin, np.arange(pairs.origins + 1))
    at = start[:-1] + n - 1
    found = np.full(pairs.origins, np.nan)
    enough = at < start[1:]
    found[enough] = minutes[at[enough]]
    return found


# Cumulative opportunities ---------------------------------------------------------------------


def cumulative_opportunities(
    pairs: Pairs, opportunities: Numbers, *, limit: float, closed: bool = True
) -> Numbers:
    """Opportunities within a limit.

    Parameters
    ----------
    pairs : Pairs
        Travel times.
    opportunities : ndarray of float, shape (destinations,)
        What each destination offers.
    limit : float
        Minutes.
    closed : bool
        Whether exactly the limit still counts (<=) or not (<).

    Returns
    -------
    ndarray of float, shape (origins,)
        Number of opportunities.
    """
    return gravity(pairs, opportunities, decay=binary(limit, closed=closed))


# Gravity --------------------------------------------------------------------------------------


def gravity(pairs: Pairs, opportunities: Numbers, *, decay: Decay) -> Numbers:
    """Opportunities weighted by the way to them (Hansen 1959).

    Parameters
    ----------
    pairs : Pairs
        Travel times.
    opportunities : ndarray of float, shape (destinations,)
        What each destination offers.
    decay : callable
        Weight of a time, such as `exponential(0.2)`.

    Returns
    -------
    ndarray of float, shape (origins,)
        Weighted number of opportunities.
    """
    return _by_origin(pairs, opportunities[pairs.destination] * decay(pairs.minutes))


# Two-step floating catchment area -------------------------------------------------------------


def two_step_fca(
    pairs: Pairs,
    opportunities: Numbers,
    *,
    demand: Numbers,
    decay: Decay,
) -> Numbers:
    """Places for each person who may want one (2SFCA; Luo and Wang 2003).

    Every destination shares its places among all who reach it; every origin adds up its shares.

    Parameters
    ----------
    pairs : Pairs
        Travel times.
    opportunities : ndarray of float, shape (destinations,)
        Places of each destination.
    demand : ndarray of float, shape (origins,)
        People of each origin who may want a place.
    decay : callable
        `binary(45)` for the plain method, `stepped` for the enhanced one.

    Returns
    -------
    ndarray of float, shape (origins,)
        Places per person. Places that nobody reaches count for nobody. Where everybody reaches
        everything with equal weight, it is all places by all people.
    """
    weight = decay(pairs.minutes)
    reached_by = _by_destination(pairs, demand[pairs.origin] * weight)
    ratio = _share(opportunities.astype(np.float64), reached_by)
    return _by_origin(pairs, ratio[pairs.destination] * weight)


# Spatial availability -------------------------------------------------------------------------


def spatial_availability(
    pairs: Pairs,
    opportunities: Numbers,
    *,
    demand: Numbers,
    decay: Decay,
) -> Numbers:
    """Opportunities that are left for each origin when all compete (Soukhov et al. 2023).

    Parameters
    ----------
    pairs : Pairs
        Travel times.
    opportunities : ndarray of float, shape (destinations,)
        What each destination offers.
    demand : ndarray of float, shape (origins,)
        People of each origin.
    decay : callable
        Weight of a time.

    Returns
    -------
    ndarray of float, shape (origins,)
        Opportunities. They add up to all opportunities that anybody with demand reaches.
    """
    pull = demand[pairs.origin] * decay(pairs.minutes)
    share = _share(pull, _by_destination(pairs, pull)[pairs.destination])
    return _by_origin(pairs, share * opportunities[pairs.destination])
