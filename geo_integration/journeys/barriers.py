"""Neighbours that no path joins: a river, a canal or a motorway lies between them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

from geo_integration.journeys.walking import walking_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.journeys.networks import StreetNetwork

DETOUR = 3.0


def parted(
    network: StreetNetwork,
    homes: NDArray[np.float64],
    pairs: NDArray[np.int64],
    *,
    metres_per_s: float,
    slack_m: float,
) -> NDArray[np.int64]:
    """Find the pairs between which the way on foot is a long detour, or there is none.

    Parameters
    ----------
    network : StreetNetwork
        What people walk on. By straight line nothing is parted.
    homes : ndarray of float, shape (cells, 2)
        Metric coordinates.
    pairs : ndarray of int, shape (2, n)
        Positions in `homes`.
    metres_per_s : float
        How fast people walk on `network`.
    slack_m : float
        Metres that do not count as detour, because homes lie off the street.

    Returns
    -------
    ndarray of int, shape (2, k)
        The pairs whose way is longer than `DETOUR` times the straight line and `slack_m`.
    """
    apart = np.hypot(*(homes[pairs[0]] - homes[pairs[1]]).T)
    longest = DETOUR * apart + slack_m
    walks = walking_times(network, homes, homes, math.ceil(longest.max(initial=0.0) / metres_per_s))
    # A second more, so that nobody who lives at the same spot looks like nobody at all.
    table = csr_matrix(
        (walks.seconds + 1, walks.target, walks.start), shape=(len(homes), len(homes))
    )
    seconds = np.asarray(table[pairs[0], pairs[1]]).ravel() - 1.0
    return pairs[:, (seconds < 0) | (seconds * metres_per_s > longest)]
