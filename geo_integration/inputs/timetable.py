"""GTFS feeds -> stops, trips, and the connections of one service day.

Read are agency-independent parts only: stops, routes, trips, stop_times, calendar, calendar_dates,
frequencies and booking_rules. Times are seconds since the start of the service day.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.errors import FeedError
from geo_integration.frames import CONNECTIONS, DAY_S, STOPS, TRIPS, check_frame
from geo_integration.inputs.gtfs import read_files, read_services, read_trips
from geo_integration.inputs.stop_times import (
    interpolated,
    read_served_stops,
    read_stop_times,
    with_frequencies,
    without_broken_trips,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from geo_integration.inputs.tables import FaultList
    from geo_integration.settings import Transit


class Feed(NamedTuple):
    """One or several feeds, joined.

    `stop_times` has, in order of trip and sequence: trip and stop (positions in `trips` and
    `stops`), sequence, arrival_s, departure_s, board, alight. `services` has service_id, date and
    feed (where it comes from), a row for each date on which the service runs.
    """

    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    services: pd.DataFrame


def read_feeds(paths: Sequence[Path], transit: Transit, crs: str, faults: FaultList) -> Feed:
    """Read GTFS feeds and join them.

    Parameters
    ----------
    paths : sequence of Path
        GTFS zip files. With several, ids get the number of the feed in front.
    transit : Transit
        How call-buses are recognised.
    crs : str
        The county's metric CRS, for the stops.
    faults : FaultList
        Gets what had to be left out.

    Returns
    -------
    Feed
        All trips of all dates.

    Raises
    ------
    FeedError
        When a feed is missing, unreadable, or has no usable trip or date.
    """
    feeds = [
        _read_feed(path, transit, crs, faults, prefix=f"{i}:" if len(paths) > 1 else "")
        for i, path in enumerate(paths, start=1)
    ]
    if len(feeds) == 1:
        return feeds[0]
    times = []
    trips = stops = 0
    for feed in feeds:
        times.append(
            feed.stop_times.assign(
                trip=feed.stop_times["trip"] + trips, stop=feed.stop_times["stop"] + stops
            )
        )
        trips, stops = trips + len(feed.trips), stops + len(feed.stops)
    return Feed(
        pd.concat([f.stops for f in feeds], ignore_index=True),
        pd.concat([f.trips for f in feeds], ignore_index=True),
        pd.concat(times, ignore_index=True),
        pd.concat([f.services for f in feeds], ignore_index=True),
    )


def _read_feed(path: Path, transit: Transit, crs: str, faults: FaultList, *, prefix: str) -> Feed:
    """One feed."""
    files = read_files(path)
    trips = read_trips(path, files, transit, faults)
    services = read_services(path, files)
    times = read_stop_times(path, files, trips, faults)
    trips, times = with_frequencies(path, files, trips, times, faults)
    stops, times = read_served_stops(path, files, times, crs, faults)
    times = interpolated(stops, times)
    times = without_broken_trips(path, times, faults)
    times = times.sort_values(["trip_id", "sequence"], kind="stable")
    trips = trips[trips["trip_id"].isin(times["trip_id"])].sort_values("trip_id", ignore_index=True)
    if trips.empty:
        raise FeedError(f"{path}: keine einzige Fahrt ist brauchbar")
    idle = ~trips["service_id"].isin(services["service_id"])
    if idle.any():
        message = f"{int(idle.sum())} Fahrten fahren an keinem Tag (service_id ohne Kalender)"
        faults.note(path.name, None, "service_id", None, message)
    times["trip"] = pd.Index(trips["trip_id"]).get_indexer(times["trip_id"])
    columns = ["trip", "stop", "sequence", "arrival_s", "departure_s", "board", "alight"]
    for table, names in ((trips, ("trip_id", "service_id")), (stops, ("stop_id",))):
        for name in names:
            table[name] = prefix + table[name]
    services["service_id"] = prefix + services["service_id"]
    services["feed"] = prefix + path.name
    check_frame(stops, STOPS, crs=crs)
    check_frame(trips, TRIPS)
    return Feed(stops, trips, times[columns].reset_index(drop=True), services)


def connections_on(feed: Feed, date: dt.date, *, next_night: bool = False) -> pd.DataFrame:
    """Hops of all trips of one service day.

    Parameters
    ----------
    feed : Feed
        The feed.
    date : date
        The service day. Trips of the day before that run past midnight are there too, with their
        times counted from the start of `date`.
    next_night : bool
        Whether the trips of the next service day are there too, for ways home after midnight.

    Returns
    -------
    DataFrame
        CONNECTIONS.

    Raises
    ------
    FeedError
        When nothing runs on that date.
    """
    today = _hops(feed, date)
    if today.empty:
        raise FeedError(f"Am {date:%d.%m.%Y} fährt nach dem Fahrplan nichts; anderes Datum wählen")
    before = _hops(feed, date - dt.timedelta(days=1))
    before = before[before["arrival_s"] > DAY_S].copy()
    before[["departure_s", "arrival_s"]] -= DAY_S
    # A trip that also runs on the day itself must not be mixed up with its run of the day before.
    before["trip"] += len(feed.trips)
    after = _hops(feed, date + dt.timedelta(days=1)) if next_night else today.iloc[:0].copy()
    after[["departure_s", "arrival_s"]] += DAY_S
    after["trip"] += 2 * len(feed.trips)
    connections = pd.concat([before, today, after], ignore_index=True)
    check_frame(connections, CONNECTIONS)
    return connections


def _hops(feed: Feed, date: dt.date) -> pd.DataFrame:
    """Hops of the trips that start on one date."""
    running = feed.services.loc[feed.services["date"] == date, "service_id"]
    trips = np.flatnonzero(feed.trips["service_id"].isin(running))
    times = feed.stop_times[feed.stop_times["trip"].isin(trips)]
    first, last = times.iloc[:-1], times.iloc[1:]
    same = first["trip"].to_numpy() == last["trip"].to_numpy()
    first, last = first[same], last[same]
    return pd.DataFrame(
        {
            "trip": first["trip"].to_numpy(),
            "sequence": first["sequence"].to_numpy(),
            "from_stop": first["stop"].to_numpy(),
            "to_stop": last["stop"].to_numpy(),
            "departure_s": first["departure_s"].to_numpy(),
            "arrival_s": last["arrival_s"].to_numpy(),
            "board": first["board"].to_numpy(),
            "alight": last["alight"].to_numpy(),
        }
    )


def trips_by_date(feed: Feed) -> pd.Series:
    """Count the trips that start on each date.

    Parameters
    ----------
    feed : Feed
        The feed, or several joined.

    Returns
    -------
    Series of int
        Index: every date on which all joined feeds are valid, ascending, without gaps.

    Raises
    ------
    FeedError
        When there is no such date.
    """
    spans = feed.services.groupby("feed")["date"].agg(["min", "max"])
    first, last = spans["min"].max(), spans["max"].min()
    if first > last:
        said = ", ".join(f"{s:%d.%m.%Y} bis {e:%d.%m.%Y}" for s, e in spans.to_numpy())
        raise FeedError(f"Die Fahrpläne gelten an keinem gemeinsamen Tag: {said}")
    per_service = feed.trips.groupby("service_id").size()
    trips = feed.services["service_id"].map(per_service).fillna(0)
    counts = trips.groupby(feed.services["date"]).sum()
    return counts.reindex(pd.date_range(first, last).date, fill_value=0).astype("int64")
