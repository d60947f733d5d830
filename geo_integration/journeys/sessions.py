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
from geo_integration.journeys.judging import Limits, Rides, best_rides, judge
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import Network, latest_departures, search
from geo_integration.journeys.travel_times import percentile_ranks, ranked_minutes

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.journeys.sparse import Walks

VISIT_STEP_S = 1800
PREFERRED_WEEKDAY = 1


class Day(NamedTuple):
    """One kind of day: its name, the date of each weekday, whether it lies in school holidays.

    Only what starts at `starts_s`, seconds of the day, or later counts.
    """

    day_type: str
    dates: Mapping[int, dt.date]
    in_holidays: bool
    starts_s: int = 0


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
    term_only: bool


class Offer(NamedTuple):
    """A counted offer, with walking seconds from every cell and every stop.

    Of one that is `drop_in` any visit counts, of others every session.
    """

    offer_id: str
    timed: bool
    drop_in: bool
    limit_min: float
    sessions: list[Session]
    direct: NDArray[np.int32]
    egress: NDArray[np.int32]


class _Searches:
    """Searches to and from one offer: each is made once, however many days share it."""

    def __init__(self, offer: Offer, world: World) -> None:
        self._offer, self._world = offer, world
        self._wanted: dict[tuple[int, int], tuple[Network, int]] = {}
        self._row: dict[tuple[int, int], int] = {}
        self._days: dict[int, Network] = {}

    def row(self, network: Network, deadline: int) -> int:
        """Ask for the best rides for one deadline; the row of `rides` that will have them."""
        key = id(network), deadline
        self._wanted.setdefault(key, (network, deadline))
        return self._row.setdefault(key, len(self._row))

    def day(self, network: Network) -> int:
        """Ask for the stops with a way at any time; the row of `open` that will tell them."""
        self._days.setdefault(id(network), network)
        return list(self._days).index(id(network))

    def open(self) -> NDArray[np.bool_]:
        """From which stops the venue is reached at any time of the day; shape (days, stops)."""
        egress = self._offer.egress
        found = [_some_time(day, egress) for day in self._days.values()]
        return np.array(found, np.bool_).reshape(len(found), len(egress))

    def rides(self) -> Rides:
        """Make all searches that were asked for."""
        access, count, stops = self._world.links.access, len(self._row), len(self._offer.egress)
        seconds = np.empty((count, stops), np.int32)
        details = np.empty((count, 4, stops), np.int32)
        farthest = int(access.seconds.max(initial=0))
        exact: list[NDArray[np.int32]] = []
        exact_of = np.full(count, -1, np.int32)
        for row, (network, deadline) in enumerate(self._wanted.values()):
            own = best_rides(
                network, self._offer.egress, access, farthest, deadline, self._world.limits,
                seconds[row], details[row],
            )  # fmt: skip
            if own.size:
                exact_of[row] = len(exact)
                exact.append(own)
        homes = len(access.start) - 1
        kept = np.stack(exact) if exact else np.empty((0, 6, homes), np.int32)
        return Rides(seconds, details, kept, exact_of)


def _some_time(network: Network, egress: NDArray[np.int32]) -> NDArray[np.bool_]:
    """From which stops the venue is reached at any time of the day; shape (stops,)."""
    return latest_departures(network, egress, int(FAR) // 2) > -FAR


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
    questions = {
        (d, m): _question(offer, world, day, mode)
        for d, day in enumerate(days)
        for m, mode in enumerate(MODES)
    }
    # Days with the same sessions and timetable need one answer.
    first = {question: at for at, question in reversed(questions.items())}
    searches = _Searches(offer, world)
    visits = {
        at: _visits(offer, world, searches, days[at[0]], MODES[at[1]]) for at in first.values()
    }
    rides, open_ = searches.rides(), searches.open()
    for at, question in questions.items():
        result = _part(found, at)
        if first[question] != at:
            known = _part(found, first[question])
            for name in Roundtrips._fields[1:]:
                getattr(result, name)[:] = getattr(known, name)
        elif not offer.timed:
            _untimed(offer, world, days[at[0]], MODES[at[1]], result)
        elif len(visits[at]):
            judge(
                visits[at], offer.drop_in, rides, open_, world.links.access, offer.direct,
                MODES[at[1]] == WALK, world.limits, offer.limit_min, result,
            )  # fmt: skip
        else:
            _nothing(result)
    return found


def _question(offer: Offer, world: World, day: Day, mode: str) -> tuple[object, ...]:
    """What the result depends on: days with the same sessions and timetable need one search."""
    sessions = [s.code for s in offer.sessions if _is_on(s, day)]
    weekdays = [s.weekday for s in offer.sessions if _is_on(s, day)]
    if not offer.timed:
        weekdays = [_any_weekday(day)]
    if mode == WALK:
        return (mode, day.starts_s, *sessions)
    networks = [id(world.networks[day.dates[w], mode][0]) for w in weekdays]
    return (day.starts_s, *sessions, *networks)


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
        *(np.empty(shape, np.int32) for _ in range(2)),
    )


def _part(found: Roundtrips, at: tuple[int, int]) -> Roundtrips:
    """One kind of day and mode; shape (cells,)."""
    return Roundtrips(found.offer_id, *(values[at] for values in found[1:]))


def _nothing(found: Roundtrips) -> None:
    """Fill in that the offer is not on."""
    found.reason[:] = REASONS.index(NOT_ON_DAY)
    for values in (found.leave_s, found.out_min, found.wait_min, found.back_min, found.home_s):
        values[:] = np.nan
    for codes in (
        found.session, found.out_trip, found.back_trip, found.out_stop, found.back_stop,
        found.first_s, found.last_s,
    ):  # fmt: skip
        codes[:] = -1
    for rides in (found.out_rides, found.back_rides):
        rides[:] = 0


def _visits(
    offer: Offer, world: World, searches: _Searches, day: Day, mode: str
) -> NDArray[np.int32]:
    """All that one may come for on a kind of day, as `judge` takes it, with the searches needed."""
    rows = []
    for session in offer.sessions if offer.timed else ():
        if not _is_on(session, day):
            continue
        for start, end in _spans(session, world.limits.visit_s if offer.drop_in else None):
            if day.starts_s and start < day.starts_s:
                continue
            rides = (-1, -1, -1)
            if mode != WALK:
                there, back = world.networks[day.dates[session.weekday], mode]
                rides = searches.row(there, start), searches.row(back, -end), searches.day(there)
            rows.append((session.code, start, end, *rides))
    return np.array(rows, np.int32).reshape(len(rows), 6)


def _spans(session: Session, visit_s: int | None) -> Iterable[tuple[int, int]]:
    """Start and end of what one may come for: the course, or any visit in opening hours."""
    length = session.end_s - session.start_s
    if visit_s is not None:
        length = min(visit_s, length)
    last = session.end_s - length
    for begin in (*range(session.start_s, last, VISIT_STEP_S), last):
        yield begin, begin + length


def _untimed(offer: Offer, world: World, day: Day, mode: str, found: Roundtrips) -> None:
    """Median way to an offer whose times are unknown; only the way out."""
    _nothing(found)
    if day.starts_s:
        return  # whether it is open then, nobody knows
    limits, access = world.limits, world.links.access
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
        some_time[home[_some_time(network, offer.egress)[access.target]]] = True
    known = seconds < FAR
    found.out_min[known] = np.ceil(seconds[known] / 60)
    has_stop = np.diff(access.start) > 0
    reasons = {
        NO_STOP: ~known & ~has_stop & (mode != WALK),
        NOT_IN_TIME: ~known & some_time,
        NO_CONNECTION: ~known,
        OVER_LIMIT: np.ceil(seconds / 60) > offer.limit_min,
    }
    ranks = [REASONS.index(reason) for reason in reasons]
    found.reason[:] = np.select(list(reasons.values()), ranks, REASONS.index(SERVED))
