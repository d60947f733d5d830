"""There and back: every cell x offer x kind of day x mode, offer by offer."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.frames import (
    CONNECTIONS,
    MODES,
    ON_DEMAND,
    REASONS,
    ROUNDTRIPS,
    TRANSIT,
    Roundtrips,
    check_frame,
    empty_frame,
)
from geo_integration.journeys.sessions import Day, Links, Offer, Session, World, all_ways
from geo_integration.journeys.sparse import Walks, dense
from geo_integration.journeys.transit import Network, build_network, changes
from geo_integration.journeys.walking import (
    coordinates,
    walking_times,
    walks_between_stops,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.journeys.judging import Limits
    from geo_integration.journeys.networks import StreetNetwork


MOST_THREADS = 16
SWITCH_S = 5e-4


class WalkLimits(NamedTuple):
    """The longest walks, and the least time between two rides, seconds."""

    max_direct_s: int
    max_access_s: int
    max_transfer_s: int
    transfer_buffer_s: int


def build_links(
    network: StreetNetwork,
    cells: gpd.GeoDataFrame,
    offers: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    limits: WalkLimits,
    transfers: pd.DataFrame | None = None,
) -> Links:
    """Compute the walking times between homes, counted offers and stops.

    Parameters
    ----------
    network : StreetNetwork
        What people walk on.
    cells, offers, stops : GeoDataFrame
        CELLS, OFFERS, STOPS in one metric CRS.
    limits : WalkLimits
        How far one walks.
    transfers : DataFrame, optional
        TRANSFERS: what the timetable says about changing.

    Returns
    -------
    Links
        Sparse times, seconds.
    """
    homes = cells[["x_m", "y_m"]].to_numpy(float)
    venues, halts = coordinates(_counted(offers).geometry), coordinates(stops.geometry)
    return Links(
        access=walking_times(network, homes, halts, limits.max_access_s),
        egress=walking_times(network, venues, halts, limits.max_access_s),
        direct=walking_times(network, venues, homes, limits.max_direct_s),
        change=changes(
            walks_between_stops(network, halts, limits.max_transfer_s),
            limits.transfer_buffer_s,
            transfers,
        ),
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
    max_minutes: Mapping[str, float],
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Roundtrips]:
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
    max_minutes : mapping of str to float
        The longest way that counts, by category.
    threads : int, optional
        How many offers are searched at once; default: one for each processor.
    progress : callable, optional
        Called with (done, total) after each offer.

    Yields
    ------
    Roundtrips
        One for each counted offer, in their order; two for each thread are held at a time.
        Walking counts as a way by the other modes too; `on_demand` has all scheduled trips as well.
    """
    world = _build_world(trips, connections, links, days, limits)
    own = _offers_of(_counted(offers), sessions, world.links, max_minutes, len(cells))
    threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
    waiting: deque[Future[Roundtrips]] = deque()
    pool, interval = ThreadPoolExecutor(threads), sys.getswitchinterval()
    # The searches are short: a thread that waits for its turn must not wait longer than one takes.
    sys.setswitchinterval(SWITCH_S)
    try:
        for done, offer in enumerate([*own, *[None] * 2 * threads], start=1 - 2 * threads):
            if offer is not None:
                waiting.append(pool.submit(all_ways, offer(), world, days))
            if done > 0 and waiting:
                yield waiting.popleft().result()
                if progress is not None:
                    progress(done, len(own))
    finally:
        sys.setswitchinterval(interval)
        pool.shutdown(cancel_futures=True)


def _counted(offers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Offers that enter coverage."""
    return offers[offers["counted"]].reset_index(drop=True)


def _both_ways(connections: pd.DataFrame, change: Walks) -> tuple[Network, Network]:
    """Networks to search to a place, and from it."""
    return build_network(connections, change), build_network(connections, change, reverse=True)


def _build_world(
    trips: pd.DataFrame,
    connections: Mapping[dt.date, pd.DataFrame],
    links: Links,
    days: Sequence[Day],
    limits: Limits,
) -> World:
    """Sort the service days for the search."""
    booked = trips["on_demand"].to_numpy(bool)
    made: dict[bytes, tuple[Network, Network]] = {}
    networks = {}
    for date in sorted({date for day in days for date in day.dates.values()}):
        table = connections[date]
        scheduled = ~booked[table["trip"].to_numpy(int)]
        for mode, kept in ((TRANSIT, table[scheduled]), (ON_DEMAND, table)):
            same = _digest(kept)
            if same not in made:
                made[same] = _both_ways(kept, links.change)
            networks[date, mode] = made[same]
    return World(links, networks, limits)


def _digest(connections: pd.DataFrame) -> bytes:
    """What tells two service days apart."""
    digest = hashlib.blake2b()
    for name in CONNECTIONS.columns:
        digest.update(connections[name].to_numpy().tobytes())
    return digest.digest()


def _offers_of(
    counted: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    links: Links,
    max_minutes: Mapping[str, float],
    homes: int,
) -> list[Callable[[], Offer]]:
    """Counted offers with their sessions, each made when its turn comes."""
    names = ("weekday", "start_s", "end_s", "term_only")
    values = [sessions[name].tolist() for name in names]
    own: dict[str, list[Session]] = {}
    for code, (offer_id, *row) in enumerate(zip(sessions["offer_id"], *values, strict=True)):
        own.setdefault(offer_id, []).append(Session(code, *row))
    drop_in = set(sessions.loc[sessions["drop_in"].to_numpy(bool), "offer_id"])
    stops = len(links.change.start) - 1

    def maker(row: int, offer_id: str, category: str, timed: object) -> Callable[[], Offer]:
        return lambda: Offer(
            offer_id,
            bool(timed),
            offer_id in drop_in,
            max_minutes[category],
            own.get(offer_id, []),
            dense(links.direct, row, homes),
            dense(links.egress, row, stops),
        )

    rows = zip(counted["offer_id"], counted["category"], counted["timed"], strict=True)
    return [maker(row, *values) for row, values in enumerate(rows)]


def roundtrip_table(
    found: Iterable[Roundtrips],
    cells: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    trips: pd.DataFrame,
    stops: pd.DataFrame,
    days: Sequence[Day],
) -> pd.DataFrame:
    """Write round trips out as one long table.

    Parameters
    ----------
    found : iterable of Roundtrips
        From `roundtrips`.
    cells, sessions, trips, stops, days
        What they were computed with.

    Returns
    -------
    DataFrame
        ROUNDTRIPS. For a few offers, or a small county: a row for each cell, day type and mode.
    """
    parts = [_as_table(one, cells, sessions, trips, stops, days) for one in found]
    if not parts:
        return empty_frame(ROUNDTRIPS)
    table = pd.concat(parts, ignore_index=True)
    check_frame(table, ROUNDTRIPS)
    return table


def _as_table(
    found: Roundtrips,
    cells: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    trips: pd.DataFrame,
    stops: pd.DataFrame,
    days: Sequence[Day],
) -> pd.DataFrame:
    """ROUNDTRIPS of one offer."""
    shape = found.reason.shape
    day, mode, cell = (index.ravel() for index in np.indices(shape))
    flat = found._replace(**{n: getattr(found, n).ravel() for n in found._fields[1:]})
    lead = np.append(trips["lead_min"].to_numpy(float), np.nan)
    booked = np.append(trips["on_demand"].to_numpy(bool), False)
    leads = [np.where(booked[trip], lead[trip], np.nan) for trip in (flat.out_trip, flat.back_trip)]
    return pd.DataFrame(
        {
            "cell_id": _texts(cells["cell_id"], cell),
            "offer_id": found.offer_id,
            "day_type": _texts([d.day_type for d in days], day),
            "mode": _texts(MODES, mode),
            "reason": _texts(REASONS, flat.reason),
            "session_id": _texts(sessions["session_id"], flat.session),
            "leave_s": flat.leave_s,
            "out_min": flat.out_min,
            "wait_min": flat.wait_min,
            "back_min": flat.back_min,
            "home_s": flat.home_s,
            "away_min": np.ceil((flat.home_s - flat.leave_s) / 60),
            "out_line": _texts(trips["line"], flat.out_trip),
            "out_stop": _texts(stops["name"], flat.out_stop),
            "out_rides": flat.out_rides,
            "back_line": _texts(trips["line"], flat.back_trip),
            "back_stop": _texts(stops["name"], flat.back_stop),
            "back_rides": flat.back_rides,
            "lead_min": np.fmax(*leads),
        }
    )


def _texts(names: Iterable[str], codes: NDArray[np.integer]) -> NDArray[np.object_]:
    """Texts by their position; None for -1."""
    found: NDArray[np.object_] = np.array([*names, None], dtype=object)[codes]
    return found
