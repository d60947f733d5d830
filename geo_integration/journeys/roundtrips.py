"""There and back: every cell x offer x kind of day x mode, as one table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.frames import (
    MODES,
    ON_DEMAND,
    REASONS,
    ROUNDTRIPS,
    TRANSIT,
    check_frame,
    empty_frame,
)
from geo_integration.journeys.results import Result
from geo_integration.journeys.sessions import Day, Limits, Links, Offer, Session, World, all_ways
from geo_integration.journeys.transit import FAR, Network, build_network
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
    results: list[list[Result]] = []
    with ThreadPoolExecutor() as pool:
        for result in pool.map(lambda offer: all_ways(offer, world, days), own):
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
) -> World:
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
    return World(links, networks, limits, np.diff(links.access.start) > 0)


def _offers_of(
    counted: gpd.GeoDataFrame, sessions: pd.DataFrame, world: World, homes: int
) -> list[Offer]:
    """Counted offers with their sessions."""
    names = ("weekday", "start_s", "end_s", "drop_in", "term_only")
    values = [sessions[name].tolist() for name in names]
    own: dict[str, list[Session]] = {}
    for code, (offer_id, *row) in enumerate(zip(sessions["offer_id"], *values, strict=True)):
        own.setdefault(offer_id, []).append(Session(code, *row))
    stops = len(world.links.transfers.start) - 1
    rows = zip(counted["offer_id"], counted["category"], counted["timed"], strict=True)
    return [
        Offer(
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


def _as_table(
    results: Sequence[Sequence[Result]],
    cells: gpd.GeoDataFrame,
    counted: gpd.GeoDataFrame,
    sessions: pd.DataFrame,
    trips: pd.DataFrame,
    days: Sequence[Day],
) -> pd.DataFrame:
    """ROUNDTRIPS of all offers; texts as categories, so that millions of rows stay small."""
    flat = [result for own in results for result in own]
    homes, kinds = len(cells), len(days) * len(MODES)
    joined = Result(*(np.concatenate(parts) for parts in zip(*flat, strict=True)))
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
