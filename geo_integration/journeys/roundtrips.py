"""There and back: every cell x offer x kind of day, in time for the offer's own sessions.

A session is reached when one leaves home no earlier than the rule allows, arrives at most so many
minutes before it starts, stays to the end, leaves at most so many minutes after it ends, gets home
by the rule's hour, and no way takes longer than its limit.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

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
DAY_LENGTH_S = 48 * 3600


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
    lines: NDArray[np.object_]
    limits: Limits
    stops: int


class _Result(NamedTuple):
    """One offer on one kind of day by one mode, an entry for each cell."""

    rank: NDArray[np.int8]
    session: NDArray[np.int32]
    out_min: NDArray[np.float64]
    back_min: NDArray[np.float64]
    wait_min: NDArray[np.float64]
    out_trip: NDArray[np.int32]
    back_trip: NDArray[np.int32]


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
    world = _build_world(trips, connections, links, days, limits)
    sessions = sessions.reset_index(drop=True)
    done = 0
    parts: list[pd.DataFrame] = []

    def compute(position: int) -> pd.DataFrame:
        return _offer_table(position, counted, sessions, cells, world, days)

    with ThreadPoolExecutor() as pool:
        for part in pool.map(compute, range(len(counted))):
            parts.append(part)
            done += 1
            if progress is not None:
                progress(done, len(counted))
    table = _joined(parts)
    check_frame(table, ROUNDTRIPS)
    return table


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All offers' tables, ids as categories."""
    if not parts:
        return pd.DataFrame(columns=list(ROUNDTRIPS.columns))
    return pd.concat(parts, ignore_index=True).astype(
        {"cell_id": "category", "offer_id": "category", "session_id": "category"}
    )


def _counted(offers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Offers that enter coverage."""
    return offers[offers["counted"]].reset_index(drop=True)


def _build_world(
    trips: pd.DataFrame,
    connections: Mapping[dt.date, pd.DataFrame],
    links: Links,
    days: Sequence[Day],
    limits: Limits,
) -> _World:
    """Sort the service days for the search."""
    stops = len(links.transfers.start) - 1
    dates = sorted({date for day in days for date in day.dates.values()})
    booked = trips["on_demand"].to_numpy(bool)
    networks = {}
    for date in dates:
        table = connections[date]
        scheduled = ~booked[table["trip"].to_numpy(int) % max(len(trips), 1)]
        networks[date, TRANSIT] = _both_ways(table[scheduled], stops)
        networks[date, ON_DEMAND] = (
            networks[date, TRANSIT] if scheduled.all() else _both_ways(table, stops)
        )
    return _World(links, networks, trips["line"].to_numpy(object), limits, stops)


def _both_ways(connections: pd.DataFrame, stops: int) -> tuple[Network, Network]:
    """Networks to search to a place, and from it."""
    return build_network(connections, stops), build_network(connections, stops, reverse=True)


def _dense(walks: Walks, row: int, size: int) -> NDArray[np.int32]:
    """One row of walking times, FAR where it is too far."""
    seconds = np.full(size, FAR, np.int32)
    span = slice(walks.start[row], walks.start[row + 1])
    seconds[walks.target[span]] = walks.seconds[span]
    return seconds


def _offer_table(
    position: int,
    offers: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    cells: gpd.GeoDataFrame,
    world: _World,
    days: Sequence[Day],
) -> pd.DataFrame:
    """ROUNDTRIPS of one offer."""
    offer = offers.iloc[position]
    own = sessions[sessions["offer_id"] == offer["offer_id"]]
    direct = _dense(world.links.direct, position, len(cells))
    egress = _dense(world.links.egress, position, world.stops)
    limit = world.limits.max_minutes[offer["category"]]
    searches: dict[tuple[dt.date, str], tuple[Profile, Profile]] = {}

    def profiles(date: dt.date, mode: str) -> tuple[Profile, Profile]:
        if (date, mode) not in searches:
            there, back = world.networks[date, mode]
            if mode == ON_DEMAND and there is world.networks[date, TRANSIT][0]:
                searches[date, mode] = profiles(date, TRANSIT)
            else:
                searches[date, mode] = tuple(
                    search(n, egress, world.links.transfers, world.limits.transfer_buffer_s)
                    for n in (there, back)
                )
        return searches[date, mode]

    parts = []
    for day in days:
        for mode in MODES:
            if not offer["timed"]:
                result = _untimed(day, mode, direct, world, profiles, limit)
            else:
                result = _timed(own, day, mode, direct, world, profiles, limit)
            parts.append(_as_table(result, offer, day, mode, cells, own, world))
    return pd.concat(parts, ignore_index=True)


def _nothing(homes: int, reason: str) -> _Result:
    """A result that reaches nothing."""
    return _Result(
        np.full(homes, RANK[reason], np.int8),
        np.full(homes, -1, np.int32),
        *(np.full(homes, np.nan) for _ in range(3)),
        *(np.full(homes, -1, np.int32) for _ in range(2)),
    )


def _visits(session: object, visit_s: int) -> Iterable[tuple[int, int]]:
    """Start and end of what one may come for: the course, or any visit in opening hours."""
    start, end = int(session.start_s), int(session.end_s)  # type: ignore[attr-defined]
    if not session.drop_in:  # type: ignore[attr-defined]
        yield start, end
        return
    length = min(visit_s, end - start)
    for begin in (*range(start, end - length, VISIT_STEP_S), end - length):
        yield begin, begin + length


def _timed(own, day, mode, direct, world, profiles, limit):
    """Best of all sessions that the offer has on that kind of day."""
    best = _nothing(len(direct), NOT_ON_DAY)
    for session in own.itertuples():
        date = day.dates.get(session.weekday)
        if date is None or (session.term_only and day.in_holidays):
            continue
        for start, end in _visits(session, world.limits.visit_s):
            if mode == WALK:
                result = _on_foot(start, end, direct, world.limits, limit)
            else:
                there, back = profiles(date, mode)
                result = _by_transit(start, end, there, back, direct, world, limit)
            best = _better(best, result._replace(session=np.full(len(direct), session.Index, np.int32)))
    return best


def _on_foot(start, end, direct, limits, limit):
    """There and back on foot."""
    result = _nothing(len(direct), NO_CONNECTION)
    minutes = np.where(direct < FAR, np.ceil(direct / 60), np.nan)
    in_time = (start - direct >= limits.earliest_s) & (end + direct <= limits.latest_s)
    known = direct < FAR
    rank = np.select(
        [~known, ~in_time, minutes > limit],
        [RANK[NO_CONNECTION], RANK[NOT_IN_TIME], RANK[OVER_LIMIT]],
        RANK[SERVED],
    ).astype(np.int8)
    wait = np.where(known, 0.0, np.nan)
    return result._replace(rank=rank, out_min=minutes, back_min=minutes, wait_min=wait)


def _by_transit(start, end, there, back, direct, world, limit):
    """There and back by timetable."""
    limits = world.limits
    out = best_arrivals(
        there, world.links.access, direct,
        deadline=start, max_wait_s=limits.max_wait_s, not_before=limits.earliest_s,
    )  # fmt: skip
    home = best_arrivals(
        back, world.links.access, direct,
        deadline=-end, max_wait_s=limits.max_wait_s, not_before=-limits.latest_s,
    )  # fmt: skip
    goes, returns = out.departure < FAR, home.departure < FAR
    out_min = np.where(goes, np.ceil((out.arrival - out.departure) / 60), np.nan)
    back_min = np.where(returns, np.ceil((home.arrival - home.departure) / 60), np.nan)
    wait = np.where(goes & returns, (start - out.arrival) + (-end - home.arrival), np.nan)
    near_stop = np.diff(world.links.access.start) > 0
    rank = np.select(
        [
            ~goes & ~out.any_day & ~near_stop,
            ~goes & ~out.any_day,
            ~goes,
            ~returns,
            np.fmax(out_min, back_min) > limit,
        ],
        [RANK[NO_STOP], RANK[NO_CONNECTION], RANK[NOT_IN_TIME], RANK[NO_WAY_HOME], RANK[OVER_LIMIT]],
        RANK[SERVED],
    ).astype(np.int8)
    session = np.full(len(direct), -1, np.int32)
    return _Result(rank, session, out_min, back_min, np.ceil(wait / 60), out.trip, home.trip)


def _untimed(day, mode, direct, world, profiles, limit):
    """Median way to an offer whose times are unknown; only the way out."""
    result = _nothing(len(direct), NO_CONNECTION)
    if mode == WALK:
        minutes = np.where(direct < FAR, np.ceil(direct / 60), np.nan)
    else:
        weekday = PREFERRED_WEEKDAY if PREFERRED_WEEKDAY in day.dates else min(day.dates)
        profile = profiles(day.dates[weekday], mode)[0]
        minutes = np.ceil(median_minutes(profile, world.links.access, direct, world.limits.window))
    near_stop = (np.diff(world.links.access.start) > 0) | (mode == WALK)
    rank = np.select(
        [np.isnan(minutes) & ~near_stop, np.isnan(minutes), minutes > limit],
        [RANK[NO_STOP], RANK[NO_CONNECTION], RANK[OVER_LIMIT]],
        RANK[SERVED],
    ).astype(np.int8)
    return result._replace(rank=rank, out_min=minutes)


def _better(one: _Result, other: _Result) -> _Result:
    """Cell by cell the better of two results: closer to success, then shorter."""
    longer = [np.fmax(r.out_min, r.back_min) for r in (one, other)]
    longer = [np.where(np.isnan(minutes), np.inf, minutes) for minutes in longer]
    take = (other.rank > one.rank) | ((other.rank == one.rank) & (longer[1] < longer[0]))
    return _Result(*(np.where(take, b, a) for a, b in zip(one, other, strict=True)))


def _as_table(result, offer, day, mode, cells, own, world):
    """ROUNDTRIPS of one offer, kind of day and mode."""
    lines = np.append(world.lines, None)
    size = max(len(world.lines), 1)

    def line(trips):
        return lines[np.where(trips >= 0, trips % size, len(world.lines))]

    names = np.append(own["session_id"].to_numpy(object), None)
    position = {index: i for i, index in enumerate(own.index)} | {-1: len(own)}
    session = names[[position[i] for i in result.session.tolist()]]
    return pd.DataFrame(
        {
            "cell_id": cells["cell_id"].to_numpy(),
            "offer_id": offer["offer_id"],
            "day_type": pd.Categorical.from_codes(np.zeros(len(cells), int), [day.day_type]),
            "mode": mode,
            "reason": np.array(REASONS, object)[result.rank],
            "session_id": session,
            "out_min": result.out_min,
            "back_min": result.back_min,
            "wait_min": result.wait_min,
            "out_line": line(result.out_trip),
            "back_line": line(result.back_trip),
        }
    )
