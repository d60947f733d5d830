"""What a search found for every cell: minutes and lines, or the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.frames import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

RANK = {reason: rank for rank, reason in enumerate(REASONS)}


class Result(NamedTuple):
    """One offer on one kind of day by one mode, an entry for each cell."""

    rank: NDArray[np.int8]
    session: NDArray[np.int32]
    out_min: NDArray[np.float64]
    back_min: NDArray[np.float64]
    wait_min: NDArray[np.float64]
    out_trip: NDArray[np.int32]
    back_trip: NDArray[np.int32]


def nothing(homes: int, reason: str) -> Result:
    """Make a result that reaches nothing."""
    return Result(
        np.full(homes, RANK[reason], np.int8),
        np.full(homes, -1, np.int32),
        *(np.full(homes, np.nan) for _ in range(3)),
        *(np.full(homes, -1, np.int32) for _ in range(2)),
    )


def longer(result: Result) -> NDArray[np.float64]:
    """Minutes of the longer way; infinite where there is none."""
    longer = np.fmax(result.out_min, result.back_min)
    return np.where(np.isnan(longer), np.inf, longer)


def better(one: Result, other: Result) -> Result:
    """Cell by cell the better of two results: closer to success, then shorter."""
    shorter = (other.rank == one.rank) & (longer(other) < longer(one))
    return _pick((other.rank > one.rank) | shorter, one, other)


def worse(one: Result, other: Result) -> Result:
    """Cell by cell the worse of two results: a course is reached when every session is."""
    slower = (other.rank == one.rank) & (longer(other) > longer(one))
    return _pick((other.rank < one.rank) | slower, one, other)


def _pick(take: NDArray[np.bool_], one: Result, other: Result) -> Result:
    """Take the other where told so."""
    pairs: Iterable[tuple[NDArray[Any], NDArray[Any]]] = zip(one, other, strict=True)
    return Result(*(np.where(take, second, first) for first, second in pairs))
