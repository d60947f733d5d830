"""GTFS feeds -> stops, trips, and the connections of one service day.

Times are seconds since the start of the service day. What a feed leaves open is filled, what it
says twice or wrongly is left out and noted, feed by feed; then the feeds are joined.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import FeedError
from geo_integration.frames import CONNECTIONS, DAY_S, TRANSFERS, TRIPS, check_frame, empty_frame
from geo_integration.inputs.gtfs.flex import Flexible
from geo_integration.inputs.gtfs.frequencies import no_frequencies, runs_per_trip
from geo_integration.inputs.gtfs.hops import Hops, hops_of, joined
from geo_integration.inputs.gtfs.parts import Part, read_part, times_frame
from geo_integration.inputs.gtfs.phoned import is_second_half
from geo_integration.inputs.gtfs.rides import Rides, build_rides, no_rides
from geo_integration.inputs.gtfs.service_days import day_length_s
from geo_integration.inputs.gtfs.stops import stops_frame
from geo_integration.inputs.gtfs.transfers import Links
from geo_integration.inputs.gtfs.twin_feeds import once_in_all_feeds
from geo_integration.inputs.tables import FaultList

MOST_SHIFT_S = 26 * 3600

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_integration.profile import Transit


class Feed(NamedTuple):
    """One or several feeds, joined. Positions are those in `stops` and `trips`.

    `trips` is TRIPS with the extra columns operator and feed. `stop_times` has, in order of trip
    and sequence: trip, stop, sequence, arrival_s, departure_s, board, alight. `services` has
    service_id, date and feed, a row for each date on which the service runs. `frequencies` holds
    the trips that run at intervals, `links` those after which the vehicle goes on as another,
    `rides` what flexible call-buses offer. `zones` has the time zone of each feed, `timezone` that
    of the first, in which all times are given; empty where it is unknown. `validity` has first and
    last day of each feed.
    """

    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    services: pd.DataFrame
    transfers: pd.DataFrame
    frequencies: pd.DataFrame
    links: Links
    rides: Rides
    zones: dict[str, str]
    timezone: str
    validity: dict[str, tuple[dt.date, dt.date]]


def empty_feed(crs: str) -> Feed:
    """Make a feed without any trip, for a county without timetable."""
    services = pd.DataFrame(
        {
            "service_id": pd.Categorical([]),
            "date": np.empty(0, "datetime64[s]"),
            "feed": pd.Categorical([]),
        }
    )
    return Feed(
        gpd.GeoDataFrame({"stop_id": [], "name": []}, geometry=[], crs=crs),
        empty_frame(TRIPS).assign(operator="", feed=""),
        times_frame(None, np.empty(0, np.int32)),
        services,
        empty_frame(TRANSFERS),
        no_frequencies(),
        Links(pd.DataFrame({"trip": []}), pd.DataFrame({"trip": []})),
        no_rides(),
        {},
        "",
        {},
    )


def read_feeds(
    paths: Sequence[Path],
    transit: Transit,
    crs: str,
    faults: FaultList,
    *,
    bounds: tuple[float, float, float, float] | None = None,
) -> Feed:
    """Read GTFS feeds and join them.

    Parameters
    ----------
    paths : sequence of Path
        GTFS zip files, or folders of their tables. With several, ids get the number of the feed in
        front.
    transit : Transit
        How call-buses are recognised, and how the flexible ones drive.
    crs : str
        The county's metric CRS, for the stops.
    faults : FaultList
        Gets what had to be left out.
    bounds : tuple of float, optional
        West, south, east, north in degrees: trips that call nowhere inside are not read. Keeps
        memory small with feeds far larger than the county.

    Returns
    -------
    Feed
        All trips of all dates.

    Raises
    ------
    FeedError
        When a feed is missing, unreadable, or has no usable trip or date.
    """
    several = len(paths) > 1
    names = [f"{i}:{p.name}" if several else p.name for i, p in enumerate(paths, start=1)]
    found = [FaultList() for _ in paths]
    with ThreadPoolExecutor(max_workers=4) as pool:
        reading = pool.map(
            lambda path, name, own: read_part(
                path, transit, crs, own, name.removesuffix(path.name), bounds
            ),
            paths,
            names,
            found,
        )
        try:
            parts = list(reading)
        finally:
            for own in found:
                faults.extend(own)
    return _joined(parts, names, transit, crs, faults)


def _joined(
    parts: list[Part], names: list[str], transit: Transit, crs: str, faults: FaultList
) -> Feed:
    """All feeds as one; positions of trips and stops go on counting."""
    trips = np.cumsum([0, *(len(p.trips) for p in parts)])
    stops = np.cumsum([0, *(len(p.stops) for p in parts)])
    blocks = np.cumsum([0, *(len(p.links.blocks) for p in parts)])
    moved = [
        _moved(part, int(trips[i]), int(stops[i]), int(blocks[i])) for i, part in enumerate(parts)
    ]

    def table(name: str) -> pd.DataFrame:
        return _stacked([getattr(part, name) for part in moved])

    flexible = Flexible(
        _stacked([p.flexible.calls for p in moved]),
        _stacked([p.flexible.members for p in moved]),
        {area: zone for p in moved for area, zone in p.flexible.zones.items()},
    )
    stops_joined, every = stops_frame(table("stops"), crs), table("trips")
    check_frame(every, TRIPS)
    feed = Feed(
        stops_joined,
        every,
        table("stop_times"),
        _stacked_services([p.services for p in parts]),
        table("transfers"),
        table("frequencies"),
        Links(_stacked([p.links.blocks for p in moved]), _stacked([p.links.pairs for p in moved])),
        build_rides(stops_joined, flexible, transit, faults, ", ".join(names)),
        {name: part.timezone for name, part in zip(names, parts, strict=True)},
        parts[0].timezone,
        {name: part.validity for name, part in zip(names, parts, strict=True)},
    )

    return once_in_all_feeds(feed, faults, ", ".join(names))


def _moved(part: Part, trips: int, stops: int, blocks: int) -> Part:
    """A feed with positions that go on after those of the feeds before it."""
    if not trips and not stops:
        return part

    def move(table: pd.DataFrame) -> pd.DataFrame:
        by = {
            "trip": trips, "next_trip": trips, "stop": stops, "from_stop": stops, "to_stop": stops,
            "first_stop": stops, "last_stop": stops, "block": blocks, "first_station": stops,
            "last_station": stops,
        }  # fmt: skip
        present = {c: table[c] + n for c, n in by.items() if c in table.columns}
        return table.assign(**present)

    return part._replace(
        stop_times=move(part.stop_times),
        transfers=move(part.transfers),
        frequencies=move(part.frequencies),
        links=Links(*(move(table) for table in part.links)),
        flexible=part.flexible._replace(
            calls=move(part.flexible.calls), members=move(part.flexible.members)
        ),
    )


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables one under another; empty ones say nothing of the kinds of their columns."""
    filled = [table for table in tables if len(table)] or tables[:1]
    return filled[0] if len(filled) == 1 else pd.concat(filled, ignore_index=True)


def _stacked_services(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Services one under another, their names kept as codes."""
    if len(tables) == 1:
        return tables[0]
    joined_columns = {}
    for name in ("service_id", "feed"):
        columns = [table[name].array for table in tables]
        starts = np.cumsum([0, *(len(c.categories) for c in columns)])
        codes = [c.codes.astype(np.int64) + s for c, s in zip(columns, starts, strict=False)]
        categories = [value for c in columns for value in c.categories]
        joined_columns[name] = pd.Categorical.from_codes(
            np.concatenate(codes), pd.Index(categories, dtype=object)
        )
    dates = np.concatenate([table["date"].to_numpy() for table in tables])
    return pd.DataFrame({**joined_columns, "date": dates})


def connections_on(
    feed: Feed, date: dt.date, *, span: tuple[int, int] = (0, DAY_S), draw: int | None = None
) -> pd.DataFrame:
    """Hops of all trips of one service day.

    Parameters
    ----------
    feed : Feed
        The feed.
    date : date
        The service day.
    span : tuple of int
        Seconds of that day. What trips of the days before and after still do in it is there too,
        with times counted from the start of `date`.
    draw : int, optional
        Trips that run every so many minutes without fixed times leave at the start of their span;
        with a number, at random up to one interval later, the same for the same number.

    Returns
    -------
    DataFrame
        CONNECTIONS.

    Raises
    ------
    FeedError
        When nothing runs in all that time.
    """
    # Where there are several time zones, a day may begin and end hours before the first feed's.
    zones = MOST_SHIFT_S if len(set(feed.zones.values())) > 1 else 0
    parts = [hops_of(feed, date, draw=draw)]
    latest, day, begins = _latest_s(feed) + zones, date, 0
    while True:
        day -= dt.timedelta(days=1)
        begins -= day_length_s(day, feed.timezone)
        if begins + latest <= span[0]:
            break
        before = hops_of(feed, day, draw=draw, after_s=span[0] - begins - zones).moved(begins)
        parts.insert(0, before.only(before.arrival_s > span[0]))
    day, begins = date, 0
    while True:
        begins += day_length_s(day, feed.timezone)
        day += dt.timedelta(days=1)
        if begins - zones >= span[1]:
            break
        after = hops_of(feed, day, draw=draw).moved(begins)
        parts.append(after.only(after.departure_s < span[1]))
    connections = _connections(joined(parts))
    if connections.empty:
        raise FeedError(f"Am {date:%d.%m.%Y} fährt nach dem Fahrplan nichts; anderes Datum wählen")
    check_frame(connections, CONNECTIONS)
    return connections


def _latest_s(feed: Feed) -> int:
    """When the last vehicle of a service day arrives, or a little later."""
    arrival = feed.stop_times["arrival_s"].to_numpy()
    latest = int(arrival.max(initial=0))
    often = feed.frequencies
    if len(often):
        # A trip at intervals leaves before the end of its span, and takes no longer than this.
        latest += int((often["end_s"] + often["headway_s"]).max())
    return max(latest, int(feed.rides.offered["closes_s"].max()) if len(feed.rides.offered) else 0)


def _connections(hops: Hops) -> pd.DataFrame:
    """Hops as a table."""
    return pd.DataFrame(hops._asdict(), copy=False)


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
    return trips_by_operator(feed).sum(axis=1).astype("int64")


def trips_by_operator(feed: Feed) -> pd.DataFrame:
    """Count the trips of each operator of each feed that start on each date.

    Parameters
    ----------
    feed : Feed
        The feed, or several joined.

    Returns
    -------
    DataFrame of int
        Index as in `trips_by_date`; columns: name of the feed, and of the operator if it has one.

    Raises
    ------
    FeedError
        When the feeds have no date in common.
    """
    services = feed.services
    days = services["date"].to_numpy().astype("datetime64[D]")
    spans = list(feed.validity.values())
    if len(spans) == 1:
        # What holds beyond the last day on which anything runs is of no use.
        spans = [(services["date"].min().date(), services["date"].max().date())]
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    if first > last:
        said = ", ".join(f"{s:%d.%m.%Y} bis {e:%d.%m.%Y}" for s, e in spans)
        raise FeedError(f"Die Fahrpläne gelten an keinem gemeinsamen Tag: {said}")
    runs = runs_per_trip(feed.frequencies, len(feed.trips))
    runs = np.where(is_second_half(feed.trips["trip_id"]), 0, runs)
    ids = services["service_id"].array
    at = ids.categories.get_indexer(feed.trips["service_id"])
    start = np.datetime64(first, "D")
    day = (days - start).astype(np.int64)
    dates = pd.date_range(first, last)
    length = len(dates)
    inside = (day >= 0) & (day < length)
    counts = {}
    names = feed.trips["feed"] + np.where(feed.trips["operator"] != "", ": ", "")
    for name, trips in (names + feed.trips["operator"]).groupby(names + feed.trips["operator"]):
        rows = trips.index.to_numpy()
        own = np.bincount(at[rows], runs[rows], len(ids.categories))
        counts[name] = np.bincount(day[inside], own[ids.codes[inside]], length).astype(np.int64)
    return pd.DataFrame(counts, index=dates.date)
