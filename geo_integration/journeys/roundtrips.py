"""There and back: every cell x offer x kind of day, in time for the offer's own sessions.

A session is reached when one leaves home no earlier than the rule allows, arrives at most so many
minutes before it starts, stays to the end, leaves at most so many minutes after it ends, gets home
by the rule's hour, and no way takes longer than its limit. A course is reached on a kind of day
when every one of its sessions on such days is; a drop-in offer when any visit is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from geo_integration.frames import (
    MODES,
    NO_CONNECTION,
    NO_STOP,
    NO_WAY_HOME,
    NOT_IN_TIME,
    NOT_ON_DAY,
    ON_DEMAND,
    OVER_LIMIT,
    REASONS,
    ROUNDTRIPS,
    SERVED,
    TRANSIT,
    WALK,
    check_frame,
    empty_frame,
)
from geo_integration.journeys.transit import (
    FAR,
    Network,
    Profile,
    best_arrivals,
    build_network,
    median_minutes,
    search,
)
from geo_integration.journeys.walking import (
    WalkNetwork,
    Walks,
    coordinates,
    walking_times,
    walks_between_stops,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

RANK = {reason: rank for rank, reason in enumerate(REASONS)}
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


class _World(NamedTuple):
    """All that the searches share."""

    links: Links
    networks: Mapping[tuple[dt.date, str], tuple[Network, Network]]
    limits: Limits
    has_stop: NDArray[np.bool_]


class _Session(NamedTuple):
    """A row of SESSIONS; `code` is its position."""

    code: int
    weekday: int
    start_s: int
    end_s: int
    drop_in: bool
    term_only: bool


class _Offer(NamedTuple):
    """A counted offer, with walking seconds from every cell and every stop."""

    timed: bool
    limit_min: float
    sessions: list[_Session]
    direct: NDArray[np.int32]
    egress: NDArray[np.int32]


class _Result(NamedTuple):
    """One offer on one kind of day by one mode, an entry for each cell."""

    rank: NDArray[np.int8]
    session: NDArray[np.int32]
    out_min: NDArray[np.float64]
    back_min: NDArray[np.float64]
    wait_min: NDArray[np.float64]
    out_trip: NDArray[np.int32]
    back_trip: NDArray[np.int32]


Profiles: TypeAlias = "Callable[[dt.date, str], tuple[Profile, Profile]]"


def build_links(
    network: WalkNetwork,
    cells: gpd.GeoDataFrame,
    offers: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    limits: Limits,
) -> Links:
    """Compute the walking times between homes, counted offers and stops.

    Parameters
    ----------
    network : WalkNetwork
        What people walk on.
    cells, offers, stops : GeoDataFrame
        CELLS, OFFERS, STOPS in one metric CRS.
    limits : Limits
        The rule.

    Returns
    -------
    Links
        Sparse walking times, seconds.
    """
    homes = cells[["x_m", "y_m"]].to_numpy(float)
    venues, halts = coordinates(_counted(offers).geometry), coordinates(stops.geometry)
    return Links(
        access=walking_times(network, homes, halts, limits.max_access_s),
        egress=walking_times(network, venues, halts, limits.max_access_s),
        direct=walking_times(network, venues, homes, limits.max_direct_s),
        transfers=walks_between_stops(network, halts, limits.max_transfer_s),
    )


def roundtrips(
    cells: gpd.GeoDataFrame,
    offers: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    trips: pd.DataFrame,
    connections: Mapping[dt.date, pd.DataFrame],
    links: Links,
    *,
    days: Sequence[Day],
    limits: Limits,
    progress: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Compute there and back for every cell, counted offer, kind of day and mode.

    Parameters
    ----------
    cells, offers, sessions, trips : DataFrame
        CELLS, OFFERS (only those counted are used), SESSIONS, TRIPS.
    connections : mapping of date to DataFrame
        CONNECTIONS of every date that occurs in `days`.
    links : Links
        Walking times, from `build_links` on the same frames.
    days : sequence of Day
        The kinds of day.
    limits : Limits
        The rule.
    progress : callable, optional
        Called with (done, total) after each offer.

    Returns
    -------
    DataFrame
        ROUNDTRIPS: minutes rounded up to whole minutes, missing where there is no way. Walking
        counts as a way by the other modes too; `on_demand` has all scheduled trips as well.
    """
    counted = _counted(offers)
    sessions = sessions.reset_index(drop=True)
    world = _build_world(trips, connections, links, days, limits)
    own = _offers_of(counted, sessions, world, len(cells))
    results: list[list[_Result]] = []
    with ThreadPoolExecutor() as pool:
        for result in pool.map(lambda offer: _all_ways(offer, world, days), own):
            results.append(result)
            if progress is not None:
                progress(len(results), len(own))
    if not results:
        return empty_frame(ROUNDTRIPS)
    table = _as_table(results, cells, counted, sessions, trips, days)
    check_frame(table, ROUNDTRIPS)
    return table


def _counted(offers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Offers that enter coverage."""
    return offers[offers["counted"]].reset_index(drop=True)


def _both_ways(connections: pd.DataFrame, stops: int) -> tuple[Network, Network]:
    """Networks to search to a place, and from it."""
    return build_network(connections, stops), build_network(connections, stops, reverse=True)


def _build_world(
    trips: pd.DataFrame,
    connections: Mapping[dt.date, pd.DataFrame],
    links: Links,
    days: Sequence[Day],
    limits: Limits,
) -> _World:
    """Sort the service days for the search."""
    stops = len(links.transfers.start) - 1
    booked = trips["on_demand"].to_numpy(bool)
    networks = {}
    for date in sorted({date for day in days for date in day.dates.values()}):
        table = connections[date]
        scheduled = ~booked[table["trip"].to_numpy(int) % max(len(trips), 1)]
        networks[date, TRANSIT] = _both_ways(table[scheduled], stops)
        networks[date, ON_DEMAND] = (
            networks[date, TRANSIT] if scheduled.all() else _both_ways(table, stops)
        )
    return _World(links, networks, limits, np.diff(links.access.start) > 0)


def _offers_of(
    counted: gpd.GeoDataFrame, sessions: pd.DataFrame, world: _World, homes: int
) -> list[_Offer]:
    """Counted offers with their sessions."""
    names = ("weekday", "start_s", "end_s", "drop_in", "term_only")
    values = [sessions[name].tolist() for name in names]
    own: dict[str, list[_Session]] = {}
    for code, (offer_id, *row) in enumerate(zip(sessions["offer_id"], *values, strict=True)):
        own.setdefault(offer_id, []).append(_Session(code, *row))
    stops = len(world.links.transfers.start) - 1
    rows = zip(counted["offer_id"], counted["category"], counted["timed"], strict=True)
    return [
        _Offer(
            bool(timed),
            world.limits.max_minutes[category],
            own.get(offer_id, []),
            _dense(world.links.direct, row, homes),
            _dense(world.links.egress, row, stops),
        )
        for row, (offer_id, category, timed) in enumerate(rows)
    ]


def _dense(walks: Walks, row: int, size: int) -> NDArray[np.int32]:
    """One row of walking times, FAR where it is too far."""
    seconds = np.full(size, FAR, np.int32)
    span = slice(walks.start[row], walks.start[row + 1])
    seconds[walks.target[span]] = walks.seconds[span]
    return seconds


def _all_ways(offer: _Offer, world: _World, days: Sequence[Day]) -> list[_Result]:
    """Results of one offer for every kind of day and mode."""
    profiles = _profiles(offer, world)
    find = _timed if offer.timed else _untimed
    return [find(offer, day, mode, world, profiles) for day in days for mode in MODES]


def _profiles(offer: _Offer, world: _World) -> Profiles:
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


def _nothing(homes: int, reason: str) -> _Result:
    """Make a result that reaches nothing."""
    return _Result(
        np.full(homes, RANK[reason], np.int8),
        np.full(homes, -1, np.int32),
        *(np.full(homes, np.nan) for _ in range(3)),
        *(np.full(homes, -1, np.int32) for _ in range(2)),
    )


def _visits(session: _Session, visit_s: int) -> Iterable[tuple[int, int]]:
    """Start and end of what one may come for: the course, or any visit in opening hours."""
    length = min(visit_s, session.end_s - session.start_s)
    if not session.drop_in:
        length = session.end_s - session.start_s
    last = session.end_s - length
    for begin in (*range(session.start_s, last, VISIT_STEP_S), last):
        yield begin, begin + length


def _timed(offer: _Offer, day: Day, mode: str, world: _World, profiles: Profiles) -> _Result:
    """All sessions of a course, or the best visit to a drop-in offer, on that kind of day."""
    found: _Result | None = None
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
                found = _better(found, result) if session.drop_in else _worse(found, result)
    return _nothing(len(offer.direct), NOT_ON_DAY) if found is None else found


def _minutes(seconds: NDArray[np.int32], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Whole minutes, rounded up; missing where not known."""
    return np.where(known, np.ceil(seconds / 60), np.nan)


def _on_foot(start: int, end: int, offer: _Offer, world: _World) -> _Result:
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
    return _nothing(len(minutes), NO_CONNECTION)._replace(
        rank=rank, out_min=minutes, back_min=minutes, wait_min=np.where(known, 0.0, np.nan)
    )


def _by_transit(
    start: int, end: int, offer: _Offer, world: _World, profiles: tuple[Profile, Profile]
) -> _Result:
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
    return _Result(
        np.select(list(reasons.values()), ranks, RANK[SERVED]).astype(np.int8),
        np.full(len(out_min), -1, np.int32),
        out_min,
        back_min,
        _minutes(wait, goes & returns),
        out.trip,
        home.trip,
    )


def _untimed(offer: _Offer, day: Day, mode: str, world: _World, profiles: Profiles) -> _Result:
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
    return _nothing(len(minutes), NO_CONNECTION)._replace(rank=rank, out_min=minutes)


def _longer(result: _Result) -> NDArray[np.float64]:
    """Minutes of the longer way; infinite where there is none."""
    longer = np.fmax(result.out_min, result.back_min)
    return np.where(np.isnan(longer), np.inf, longer)


def _better(one: _Result, other: _Result) -> _Result:
    """Cell by cell the better of two results: closer to success, then shorter."""
    shorter = (other.rank == one.rank) & (_longer(other) < _longer(one))
    return _pick((other.rank > one.rank) | shorter, one, other)


def _worse(one: _Result, other: _Result) -> _Result:
    """Cell by cell the worse of two results: a course is reached when every session is."""
    longer = (other.rank == one.rank) & (_longer(other) > _longer(one))
    return _pick((other.rank < one.rank) | longer, one, other)


def _pick(take: NDArray[np.bool_], one: _Result, other: _Result) -> _Result:
    """Take the other where told so."""
    pairs: Iterable[tuple[NDArray[Any], NDArray[Any]]] = zip(one, other, strict=True)
    return _Result(*(np.where(take, second, first) for first, second in pairs))


def _as_table(
    results: Sequence[Sequence[_Result]],
    cells: gpd.GeoDataFrame,
    counted: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    trips: pd.DataFrame,
    days: Sequence[Day],
) -> pd.DataFrame:
    """ROUNDTRIPS of all offers; texts as categories, so that millions of rows stay small."""
    flat = [result for own in results for result in own]
    homes, kinds = len(cells), len(days) * len(MODES)
    joined = _Result(*(np.concatenate(parts) for parts in zip(*flat, strict=True)))
    lines, line_of = np.unique(trips["line"].to_numpy(str), return_inverse=True)
    line_of = np.append(line_of, -1)

    def line(trip: NDArray[np.int32]) -> pd.Categorical:
        return _categories(line_of[np.where(trip >= 0, trip % max(len(trips), 1), -1)], lines)

    offer = np.repeat(np.arange(len(counted)), kinds * homes)
    day = np.tile(np.repeat(np.arange(len(days)), len(MODES) * homes), len(counted))
    mode = np.tile(np.repeat(np.arange(len(MODES)), homes), len(counted) * len(days))
    return pd.DataFrame(
        {
            "cell_id": _categories(np.tile(np.arange(homes), len(flat)), cells["cell_id"]),
            "offer_id": _categories(offer, counted["offer_id"]),
            "day_type": _categories(day, [d.day_type for d in days]),
            "mode": _categories(mode, MODES),
            "reason": _categories(joined.rank, REASONS, ordered=True),
            "session_id": _categories(joined.session, sessions["session_id"]),
            "out_min": joined.out_min,
            "back_min": joined.back_min,
            "wait_min": joined.wait_min,
            "out_line": line(joined.out_trip),
            "back_line": line(joined.back_trip),
        }
    )


def _categories(
    codes: NDArray[np.integer], names: Iterable[str], *, ordered: bool = False
) -> pd.Categorical:
    """Texts by their position; -1 is missing."""
    index = pd.Index(list(names), dtype=object)
    return pd.Categorical.from_codes(codes, categories=index, ordered=ordered)
