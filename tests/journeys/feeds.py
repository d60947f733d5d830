"""Days and feeds for the proofs: written by hand, or a whole city from real feeds."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import zipfile
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from porto_alegre import CRS, FEEDS, HEXAGONS, STREETS, data_folder, rows_of

from geo_integration.inputs.streets import read_streets
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import Feed, connections_on, read_feeds
from geo_integration.journeys.networks import StreetNetwork, build_street_network
from geo_integration.journeys.sparse import FAR, Walks, dense
from geo_integration.journeys.transit import build_network, changes
from geo_integration.journeys.walking import (
    coordinates,
    walking_times,
    walks_between_stops,
)
from geo_integration.profile import Transit

MONDAY = dt.date(2019, 5, 13)
ACCESS_S, TRANSFER_S, DIRECT_S = 1800, 600, 3600


# By hand ------------------------------------------------------------------------------------------


def day_of(runs, next_run=None):
    """CONNECTIONS of runs, each a list of hops (from, to, departure, arrival[, board, alight]).

    `next_run` tells for a run the one that its vehicle goes on as.
    """
    rows = [
        (k, k, n, *hop, *(True, True)[: 6 - len(hop)])
        for k, hops in enumerate(runs)
        for n, hop in enumerate(hops)
    ]
    whole = ["trip", "run", "sequence", "from_stop", "to_stop", "departure_s", "arrival_s"]
    table = pd.DataFrame(rows, columns=[*whole, "board", "alight"])
    table = table.astype(dict.fromkeys(whole, "int64") | {"board": bool, "alight": bool})
    last = ~table["run"].duplicated(keep="last")
    following = table["run"].map(next_run or {}).where(last).fillna(-1).astype("int64")
    return table.assign(next_run=following)


def walks_of(rows):
    """Walks of a list of {target: seconds}."""
    counts = [len(row) for row in rows]
    return Walks(
        np.r_[0, np.cumsum(counts)].astype(np.int64),
        np.array([t for row in rows for t in sorted(row)], np.int32),
        np.array([row[t] for row in rows for t in sorted(row)], np.int32),
    )


def row_of(walks, row):
    """One row of walks: {target: seconds}."""
    span = slice(walks.start[row], walks.start[row + 1])
    return dict(zip(walks.target[span].tolist(), walks.seconds[span].tolist(), strict=True))


def both_ways(connections, change):
    """Networks to search to a place, and from it."""
    return build_network(connections, change), build_network(connections, change, reverse=True)


def write_feed(path, stops, lines, *, date=MONDAY, frequencies=(), transfers=()):
    """Write a GTFS zip for one date.

    `stops` are (longitude, latitude); `lines` are (name, trips), a trip a list of calls
    (stop, arrival, departure) with seconds; trips are called <line>-<n>, stops by their number.
    `frequencies` are (trip, first, end, headway), `transfers` (from, to, seconds).
    """
    service = f"{date:%Y%m%d}"
    calls = [
        (f"{name}-{n}", clock(arrival), clock(departure), stop, position)
        for name, trips in lines
        for n, trip in enumerate(trips)
        for position, (stop, arrival, departure) in enumerate(trip)
    ]
    tables = {
        "agency.txt": [
            ("agency_id", "agency_name", "agency_url", "agency_timezone"),
            ("A", "A", "https://example.org", "Etc/UTC"),
        ],
        "stops.txt": [
            ("stop_id", "stop_name", "stop_lat", "stop_lon"),
            *[(n, f"Stop {n}", lat, lon) for n, (lon, lat) in enumerate(stops)],
        ],
        "routes.txt": [
            ("route_id", "agency_id", "route_short_name", "route_type"),
            *[(name, "A", name, 3) for name, _ in lines],
        ],
        "trips.txt": [
            ("route_id", "service_id", "trip_id"),
            *[(name, "S", f"{name}-{n}") for name, trips in lines for n in range(len(trips))],
        ],
        "stop_times.txt": [
            ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"),
            *calls,
        ],
        "calendar_dates.txt": [("service_id", "date", "exception_type"), ("S", service, 1)],
    }
    if frequencies:
        tables["frequencies.txt"] = [
            ("trip_id", "start_time", "end_time", "headway_secs", "exact_times"),
            *[(trip, clock(first), clock(end), gap, 0) for trip, first, end, gap in frequencies],
        ]
    if transfers:
        tables["transfers.txt"] = [
            ("from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time"),
            *[(u, v, 2, seconds) for u, v, seconds in transfers],
        ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(rows)
            archive.writestr(name, text.getvalue())
    return path


def lines_in(connections):
    """One line for each run of CONNECTIONS, as `write_feed` wants them."""
    table = connections.sort_values(["run", "sequence"], kind="stable")
    columns = ["from_stop", "to_stop", "departure_s", "arrival_s"]
    lines = []
    for run, rows in table.groupby("run"):
        leaves, reaches, departure, arrival = rows[columns].to_numpy().T.tolist()
        stops, came = [leaves[0], *reaches], [departure[0], *arrival]
        calls = list(zip(stops, came, [*departure, arrival[-1]], strict=True))
        lines.append((f"{run}", [calls]))
    return lines


def clock(seconds):
    """Seconds as GTFS writes them."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


# A real city --------------------------------------------------------------------------------------


class City(NamedTuple):
    """A Monday of Porto Alegre: homes are the points of its hexagon grid."""

    streets: StreetNetwork
    feed: Feed
    homes: np.ndarray
    stops: np.ndarray
    connections: pd.DataFrame
    change: Walks
    networks: tuple


@functools.cache
def porto_alegre(buffer_s=0):
    """Streets, stops and the timetable of 13 May 2019, walking 1 metre a second."""
    data = data_folder()
    streets = build_street_network(
        read_streets(data / STREETS, CRS), speed_kmh=3.6, detour_factor=1.3, max_snap_m=500
    )
    feed = read_feeds([data / name for name in FEEDS], Transit(), CRS, FaultList())
    rows = rows_of(data / HEXAGONS)
    lon, lat = ([float(row[axis]) for row in rows] for axis in ("lon", "lat"))
    homes = coordinates(gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs(CRS))
    stops = coordinates(feed.stops.geometry)
    connections = connections_on(feed, MONDAY)
    change = changes(walks_between_stops(streets, stops, TRANSFER_S), buffer_s)
    networks = both_ways(connections, change)
    return City(streets, feed, homes, stops, connections, change, networks)


def walks_to_stops(city, places):
    """Walks from places to all stops."""
    return walking_times(city.streets, places, city.stops, ACCESS_S)


def walks_between(city, origins, destinations):
    """Walks from door to door."""
    return walking_times(city.streets, origins, destinations, DIRECT_S)


def table_of(walks, size):
    """Walks as a table, FAR where it is too far."""
    return np.array([dense(walks, row, size) for row in range(len(walks.start) - 1)]).reshape(
        -1, size
    )


__all__ = [
    "ACCESS_S",
    "DIRECT_S",
    "FAR",
    "MONDAY",
    "TRANSFER_S",
    "City",
    "both_ways",
    "clock",
    "day_of",
    "lines_in",
    "porto_alegre",
    "row_of",
    "table_of",
    "walks_between",
    "walks_of",
    "walks_to_stops",
    "write_feed",
]
