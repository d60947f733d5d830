"""Sparse tables of travel times: for every row its targets, and the seconds to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAR = np.int32(2**30)


class Walks(NamedTuple):
    """Travel times between two sets of points, sparse.

    Row i of the first set reaches `target[start[i]:start[i+1]]` in `seconds` of the same span.
    """

    start: NDArray[np.int64]
    target: NDArray[np.int32]
    seconds: NDArray[np.int32]


@compiled
def grouped(key, size):
    """Sort positions by a key from 0 to size - 1, equal ones in their order.

    Returned are where each key starts, and the positions.
    """
    start = np.zeros(size + 1, np.int64)
    for k in key:
        start[k + 1] += 1
    start = np.cumsum(start)
    after = start[:-1].copy()
    order = np.empty(len(key), np.int64)
    for i in range(len(key)):
        order[after[key[i]]] = i
        after[key[i]] += 1
    return start, order


def by_row(
    row: NDArray[np.integer],
    target: NDArray[np.integer],
    seconds: NDArray[np.int32],
    rows: int,
) -> Walks:
    """Collect pairs by row; the targets of a row stay in the order of the pairs."""
    start, order = grouped(row, rows)
    return Walks(start, target[order].astype(np.int32), seconds[order])


def rows_of(walks: Walks) -> NDArray[np.int32]:
    """Row of each pair."""
    rows = np.arange(len(walks.start) - 1, dtype=np.int32)
    return np.repeat(rows, np.diff(walks.start))


def turned_round(walks: Walks, size: int) -> Walks:
    """Walks from the targets, of which there are `size`, to the rows."""
    return by_row(walks.target, rows_of(walks), walks.seconds, size)


def dense(walks: Walks, row: int, size: int) -> NDArray[np.int32]:
    """One row of walking times, FAR where it is too far; shape (size,)."""
    seconds = np.full(size, FAR, np.int32)
    span = slice(walks.start[row], walks.start[row + 1])
    seconds[walks.target[span]] = walks.seconds[span]
    return seconds
