"""One offer on one kind of day: every session there and back, from every cell.

A session is reached when one leaves home no earlier than the rule allows, arrives at most so many
minutes before it starts, stays to the end, leaves at most so many minutes after it ends, gets home
by the rule's hour, and no way takes longer than its limit. A course is reached on a kind of day
when every one of its sessions on such days is; a drop-in offer when any visit is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from geo_integration.frames import (
    MODES,
    NO_CONNECTION,
    NO_STOP,
    NO_WAY_HOME,
    NOT_IN_TIME,
    NOT_ON_DAY,
    ON_DEMAND,
    OVER_LIMIT,
    SERVED,
    TRANSIT,
    WALK,
)
from geo_integration.journeys.results import RANK, Result, better, nothing, worse
from geo_integration.journeys.transit import (
    FAR,
    Network,
    Profile,
    best_arrivals,
    median_minutes,
    search,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.journeys.walking import Walks

VISIT_STEP_S = 1800
PREFERRED_WEEKDAY = 1


class Limits(NamedTuple):
    """The rule, in seconds: how long, how early, how late."""

    max_direct_s: int
    max_access_s: int
    max_transfer_s: int
    transfer_buffer_s: int
    max_wait_s: int
    earliest_s: int
    latest_s: int
    visit_s: int
    window: tuple[int, int]
    max_minutes: Mapping[str, float]


class Day(NamedTuple):
    """One kind of day: its name, the date of each weekday, whether it lies in school holidays."""

    day_type: str
    dates: Mapping[int, dt.date]
    in_holidays: bool


class Links(NamedTuple):
    """Walking times that every search needs.

    `access`: cells to stops; `egress`: counted offers to stops; `direct`: counted offers to cells;
    `transfers`: stops to stops.
    """

    access: Walks
    egress: Walks
    direct: Walks
    transfers: Walks


class World(NamedTuple):
    """All that the searches share."""

    links: Links
    networks: Mapping[tuple[dt.date, str], tuple[Network, Network]]
    limits: Limits
    has_stop: NDArray[np.bool_]


class Session(NamedTuple):
    """A row of SESSIONS; `code` is its position."""

    code: int
    weekday: int
    start_s: int
    end_s: int
    drop_in: bool
    term_only: bool


class Offer(NamedTuple):
    """A counted offer, with walking seconds from every cell and every stop."""

    timed: bool
    limit_min: float
    sessions: list[Session]
    direct: NDArray[np.int32]
    egress: NDArray[np.int32]


Profiles: TypeAlias = "Callable[[dt.date, str], tuple[Profile, Profile]]"


def all_ways(offer: Offer, world: World, days: Sequence[Day]) -> list[Result]:
    """Results of one offer for every kind of day and mode."""
    profiles = _profiles(offer, world)
    find = _timed if offer.timed else _untimed
    return [find(offer, day, mode, world, profiles) for day in days for mode in MODES]


def _profiles(offer: Offer, world: World) -> Profiles:
    """Searches to and from one offer, each made when it is first asked for."""
    made: dict[tuple[dt.date, str], tuple[Profile, Profile]] = {}

    def profiles(date: dt.date, mode: str) -> tuple[Profile, Profile]:
        networks = world.networks[date, mode]
        if mode == ON_DEMAND and networks is world.networks[date, TRANSIT]:
            mode = TRANSIT
        if (date, mode) not in made:
            transfers, buffer_s = world.links.transfers, world.limits.transfer_buffer_s
            there, back = (search(n, offer.egress, transfers, buffer_s) for n in networks)
            made[date, mode] = there, back
        return made[date, mode]

    return profiles


def _visits(session: Session, visit_s: int) -> Iterable[tuple[int, int]]:
    """Start and end of what one may come for: the course, or any visit in opening hours."""
    length = min(visit_s, session.end_s - session.start_s)
    if not session.drop_in:
        length = session.end_s - session.start_s
    last = session.end_s - length
    for begin in (*range(session.start_s, last, VISIT_STEP_S), last):
        yield begin, begin + length


def _timed(offer: Offer, day: Day, mode: str, world: World, profiles: Profiles) -> Result:
    """All sessions of a course, or the best visit to a drop-in offer, on that kind of day."""
    found: Result | None = None
    for session in offer.sessions:
        date = day.dates.get(session.weekday)
        if date is None or (session.term_only and day.in_holidays):
            continue
        for start, end in _visits(session, world.limits.visit_s):
            if mode == WALK:
                result = _on_foot(start, end, offer, world)
            else:
                result = _by_transit(start, end, offer, world, profiles(date, mode))
            result = result._replace(session=np.full(len(offer.direct), session.code, np.int32))
            if found is None:
                found = result
            else:
                found = better(found, result) if session.drop_in else worse(found, result)
    return nothing(len(offer.direct), NOT_ON_DAY) if found is None else found


def _minutes(seconds: NDArray[np.int32], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Whole minutes, rounded up; missing where not known."""
    return np.where(known, np.ceil(seconds / 60), np.nan)


def _on_foot(start: int, end: int, offer: Offer, world: World) -> Result:
    """There and back on foot."""
    known = offer.direct < FAR
    minutes = _minutes(offer.direct, known)
    limits = world.limits
    leaves, returns = start - offer.direct, end + offer.direct
    in_time = (leaves >= limits.earliest_s) & (returns <= limits.latest_s)
    rank = np.select(
        [~known, ~in_time, minutes > offer.limit_min],
        [RANK[NO_CONNECTION], RANK[NOT_IN_TIME], RANK[OVER_LIMIT]],
        RANK[SERVED],
    ).astype(np.int8)
    return nothing(len(minutes), NO_CONNECTION)._replace(
        rank=rank, out_min=minutes, back_min=minutes, wait_min=np.where(known, 0.0, np.nan)
    )


def _by_transit(
    start: int, end: int, offer: Offer, world: World, profiles: tuple[Profile, Profile]
) -> Result:
    """There and back by timetable."""
    limits, access = world.limits, world.links.access
    out = best_arrivals(
        profiles[0], access, offer.direct,
        deadline=start, max_wait_s=limits.max_wait_s, not_before=limits.earliest_s,
    )  # fmt: skip
    home = best_arrivals(
        profiles[1], access, offer.direct,
        deadline=-end, max_wait_s=limits.max_wait_s, not_before=-limits.latest_s,
    )  # fmt: skip
    goes, returns = out.departure < FAR, home.departure < FAR
    out_min = _minutes(out.arrival - out.departure, goes)
    back_min = _minutes(home.arrival - home.departure, returns)
    wait = (start - out.arrival) + (-end - home.arrival)
    nothing = ~goes & ~out.any_day
    reasons = {
        NO_STOP: nothing & ~world.has_stop,
        NO_CONNECTION: nothing,
        NOT_IN_TIME: ~goes,
        NO_WAY_HOME: ~returns,
        OVER_LIMIT: np.fmax(out_min, back_min) > offer.limit_min,
    }
    ranks = [RANK[reason] for reason in reasons]
    return Result(
        np.select(list(reasons.values()), ranks, RANK[SERVED]).astype(np.int8),
        np.full(len(out_min), -1, np.int32),
        out_min,
        back_min,
        _minutes(wait, goes & returns),
        out.trip,
        home.trip,
    )


def _untimed(offer: Offer, day: Day, mode: str, world: World, profiles: Profiles) -> Result:
    """Median way to an offer whose times are unknown; only the way out."""
    if mode == WALK:
        minutes = _minutes(offer.direct, offer.direct < FAR)
    else:
        weekday = PREFERRED_WEEKDAY if PREFERRED_WEEKDAY in day.dates else min(day.dates)
        there, _ = profiles(day.dates[weekday], mode)
        window = world.limits.window
        minutes = np.ceil(median_minutes(there, world.links.access, offer.direct, window))
    unknown = np.isnan(minutes)
    rank = np.select(
        [unknown & ~world.has_stop & (mode != WALK), unknown, minutes > offer.limit_min],
        [RANK[NO_STOP], RANK[NO_CONNECTION], RANK[OVER_LIMIT]],
        RANK[SERVED],
    ).astype(np.int8)
    return nothing(len(minutes), NO_CONNECTION)._replace(rank=rank, out_min=minutes)
