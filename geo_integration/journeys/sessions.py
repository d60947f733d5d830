"""One offer on one kind of day: every session there and back, from every cell.

A session is reached when one leaves home no earlier than the rule allows, arrives at most so many
minutes before it starts, stays to the end, leaves at most so many minutes after it ends, gets home
by the rule's hour, and no way takes longer than its limit. A course is reached on a kind of day
when every one of its sessions on such days is; a drop-in offer when any visit is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.frames import (
    MODES,
    NO_CONNECTION,
    NO_STOP,
    NOT_IN_TIME,
    NOT_ON_DAY,
    OVER_LIMIT,
    REASONS,
    SERVED,
    WALK,
    Roundtrips,
)
from geo_integration.journeys.judging import best_rides, exact_rides, judge
from geo_integration.journeys.transit import FAR, Network, latest_departures, search
from geo_integration.journeys.travel_times import percentile_ranks, ranked_minutes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.journeys.walking import Walks

VISIT_STEP_S = 1800
PREFERRED_WEEKDAY = 1


class Limits(NamedTuple):
    """The rule, in seconds: how long, how early, how late.

    `max_way_s` is the longest way that is looked for at all; `max_minutes` the longest one that
    counts, by category.
    """

    max_direct_s: int
    max_access_s: int
    max_transfer_s: int
    transfer_buffer_s: int
    max_way_s: int
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
    `change`: stop to stop, the least time for a change included.
    """

    access: Walks
    egress: Walks
    direct: Walks
    change: Walks


class World(NamedTuple):
    """All that the searches share: `networks` to a place and from it, by date and mode."""

    links: Links
    networks: Mapping[tuple[dt.date, str], tuple[Network, Network]]
    limits: Limits


class Session(NamedTuple):
    """A row of SESSIONS; `code` is the number of its row."""

    code: int
    weekday: int
    start_s: int
    end_s: int
    drop_in: bool
    term_only: bool


class Offer(NamedTuple):
    """A counted offer, with walking seconds from every cell and every stop."""

    offer_id: str
    timed: bool
    limit_min: float
    sessions: list[Session]
    direct: NDArray[np.int32]
    egress: NDArray[np.int32]


class _Rides(NamedTuple):
    """The best ride from every stop for one visit, in one direction.

    `seconds` has shape (stops,), FAR where there is none; `details` (4, stops): departure, arrival,
    trip, rides, times as in the network of that direction. Where the walk to the stop might make
    one leave home too early, `exact` has (6, homes): seconds, the same details with the time of
    leaving home, stop; else None.
    """

    seconds: NDArray[np.int32]
    details: NDArray[np.int32]
    exact: NDArray[np.int32] | None


class _Search:
    """Searches to and from one offer: each is made once, however many days share it."""

    def __init__(self, offer: Offer, world: World) -> None:
        self._offer, self._world = offer, world
        self._rides: dict[tuple[int, int], _Rides] = {}
        self._open: dict[int, NDArray[np.bool_]] = {}

    def open(self, network: Network) -> NDArray[np.bool_]:
        """From which stops the venue is reached at any time of the day."""
        if id(network) not in self._open:
            leaves = latest_departures(network, self._offer.egress, int(FAR) // 2)
            self._open[id(network)] = leaves > -FAR
        return self._open[id(network)]

    def rides(self, network: Network, deadline: int) -> _Rides:
        """Best rides that arrive at most so many minutes before a deadline."""
        key = id(network), deadline
        if key not in self._rides:
            self._rides[key] = self._find(network, deadline)
        return self._rides[key]

    def _find(self, network: Network, deadline: int) -> _Rides:
        limits, access = self._world.limits, self._world.links.access
        not_before = -limits.latest_s if network.reverse else limits.earliest_s
        # Only what arrives in time is looked at: a quicker journey that comes too early must not
        # hide a slower one that does not.
        first = deadline - limits.max_wait_s
        profile = search(
            network, self._offer.egress,
            departs=(max(not_before, first - limits.max_way_s), deadline),
            arrives=(first, deadline), longest_s=limits.max_way_s,
        )  # fmt: skip
        seconds = np.full(network.stops, FAR, np.int32)
        details = np.full((4, network.stops), FAR, np.int32)
        best_rides(*profile, network.trip, seconds, details)
        if not (details[0] < not_before + limits.max_access_s).any():
            return _Rides(seconds, details, None)
        exact = np.full((6, len(access.start) - 1), FAR, np.int32)
        exact_rides(*profile, network.trip, *access, not_before, exact)
        return _Rides(seconds, details, exact)


def all_ways(offer: Offer, world: World, days: Sequence[Day]) -> Roundtrips:
    """Round trips of one offer for every kind of day and mode, from every cell.

    Parameters
    ----------
    offer : Offer
        The offer.
    world : World
        Walks, networks, rule.
    days : sequence of Day
        The kinds of day.

    Returns
    -------
    Roundtrips
        Arrays of shape (days, modes, cells).
    """
    found = _room(offer.offer_id, (len(days), len(MODES), len(offer.direct)))
    searches = _Search(offer, world)
    made: dict[tuple[object, ...], tuple[int, int]] = {}
    for d, day in enumerate(days):
        for m, mode in enumerate(MODES):
            question = _question(offer, world, day, mode)
            if question in made:
                for values in found[1:]:
                    values[d, m] = values[made[question]]
                continue
            made[question] = d, m
            result = [values[d, m] for values in found[1:]]
            if offer.timed:
                _timed(offer, world, searches, day, mode, result)
            else:
                _untimed(offer, world, searches, day, mode, result)
    return found


def _question(offer: Offer, world: World, day: Day, mode: str) -> tuple[object, ...]:
    """What the result depends on: days with the same sessions and timetable need one search."""
    sessions = [s.code for s in offer.sessions if _is_on(s, day)]
    weekdays = [s.weekday for s in offer.sessions if _is_on(s, day)]
    if not offer.timed:
        weekdays = [_any_weekday(day)]
    if mode == WALK:
        return (mode, *sessions)
    networks = [id(world.networks[day.dates[w], mode][0]) for w in weekdays]
    return (*sessions, *networks)


def _is_on(session: Session, day: Day) -> bool:
    """Whether a session takes place on that kind of day."""
    return session.weekday in day.dates and not (session.term_only and day.in_holidays)


def _any_weekday(day: Day) -> int:
    """The weekday that offers without known times are judged by."""
    return PREFERRED_WEEKDAY if PREFERRED_WEEKDAY in day.dates else min(day.dates)


def _room(offer_id: str, shape: tuple[int, int, int]) -> Roundtrips:
    """Make room for round trips; nothing is filled in."""
    minutes: Any = [np.empty(shape, np.float32) for _ in range(5)]
    codes: Any = [np.empty(shape, np.int32) for _ in range(4)]
    return Roundtrips(
        offer_id,
        np.empty(shape, np.int8),
        np.empty(shape, np.int32),
        *minutes,
        *codes,
        *(np.empty(shape, np.int8) for _ in range(2)),
    )


def _nothing(result: Sequence[NDArray[np.generic]]) -> None:
    """Fill in that the offer is not on."""
    result[0][:] = REASONS.index(NOT_ON_DAY)
    result[1][:] = -1
    for values in result[2:7]:
        values[:] = np.nan
    for values in result[7:11]:
        values[:] = -1
    for values in result[11:]:
        values[:] = 0


def _spans(session: Session, visit_s: int) -> Iterable[tuple[int, int]]:
    """Start and end of what one may come for: the course, or any visit in opening hours."""
    length = session.end_s - session.start_s
    if session.drop_in:
        length = min(visit_s, length)
    last = session.end_s - length
    for begin in (*range(session.start_s, last, VISIT_STEP_S), last):
        yield begin, begin + length


def _timed(
    offer: Offer,
    world: World,
    searches: _Search,
    day: Day,
    mode: str,
    result: list[NDArray[np.generic]],
) -> None:
    """All sessions of a course, or the best visit to a drop-in offer."""
    limits, access = world.limits, world.links.access
    visits = [
        (session, start, end)
        for session in offer.sessions
        if _is_on(session, day)
        for start, end in _spans(session, limits.visit_s)
    ]
    if not visits:
        _nothing(result)
        return
    times = np.array([(s.code, start, end, s.drop_in) for s, start, end in visits], np.int32)
    there, back, open_ = [], [], []
    for session, start, end in visits if mode != WALK else ():
        networks = world.networks[day.dates[session.weekday], mode]
        there.append(searches.rides(networks[0], start))
        back.append(searches.rides(networks[1], -end))
        open_.append(searches.open(networks[0]))
    stops = len(offer.egress)
    rides = [_joined(part, stops, len(times)) for part in (there, back)]
    seconds = np.concatenate([part[0] for part in rides], axis=1)
    judge(
        times, np.array(open_, np.bool_).reshape(len(open_), stops),
        seconds, *rides[0][1:], *rides[1][1:], *access, offer.direct, mode == WALK,
        limits.earliest_s, limits.latest_s, limits.max_way_s, offer.limit_min, *result,
    )  # fmt: skip


def _joined(
    rides: Sequence[_Rides], stops: int, visits: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Rides for all visits side by side: seconds, details, exact ones, and where these are."""
    which = np.full(visits, -1, np.int32)
    if not rides:
        seconds = np.full((stops, visits), FAR, np.int32)
        return seconds, np.empty((4, 0, 0), np.int32), np.empty((0, 6, 0), np.int32), which
    exact = [ride.exact for ride in rides if ride.exact is not None]
    which[[ride.exact is not None for ride in rides]] = np.arange(len(exact))
    return (
        np.stack([ride.seconds for ride in rides], axis=1),
        np.stack([ride.details for ride in rides], axis=2),
        np.stack(exact) if exact else np.empty((0, 6, 0), np.int32),
        which,
    )


def _untimed(
    offer: Offer,
    world: World,
    searches: _Search,
    day: Day,
    mode: str,
    result: list[NDArray[np.generic]],
) -> None:
    """Median way to an offer whose times are unknown; only the way out."""
    _nothing(result)
    reason, minutes, limits, access = result[0], result[3], world.limits, world.links.access
    some_time = np.zeros(len(offer.direct), np.bool_)
    seconds = np.where(offer.direct <= limits.max_way_s, offer.direct, FAR)
    if mode != WALK:
        network = world.networks[day.dates[_any_weekday(day)], mode][0]
        first, end = limits.window
        moments = max(1, -(-(end - first) // 60))
        span = (first, end + limits.max_way_s)
        seconds = ranked_minutes(
            [search(network, offer.egress, departs=span, arrives=span)],
            access, offer.direct,
            first_s=first, minutes=moments, max_s=limits.max_way_s,
            ranks=percentile_ranks([50], moments),
        )[0]  # fmt: skip
        home = np.repeat(np.arange(len(some_time)), np.diff(access.start))
        some_time[home[searches.open(network)[access.target]]] = True
    known = seconds < FAR
    minutes[known] = np.ceil(seconds[known] / 60)
    has_stop = np.diff(access.start) > 0
    reasons = {
        NO_STOP: ~known & ~has_stop & (mode != WALK),
        NOT_IN_TIME: ~known & some_time,
        NO_CONNECTION: ~known,
        OVER_LIMIT: np.ceil(seconds / 60) > offer.limit_min,
    }
    ranks = [REASONS.index(reason) for reason in reasons]
    reason[:] = np.select(list(reasons.values()), ranks, REASONS.index(SERVED))
