"""One GTFS feed -> its tables: read, filled, without what is wrong or stands there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.files import read_files
from geo_integration.inputs.gtfs.flex import Flexible, read_flexible, with_fixed_legs
from geo_integration.inputs.gtfs.frequencies import first_departures, read_frequencies
from geo_integration.inputs.gtfs.lines import read_trips, trips_frame
from geo_integration.inputs.gtfs.phoned import with_lead_times, with_phoned_trips
from geo_integration.inputs.gtfs.service_days import read_services, read_timezone, validity_of
from geo_integration.inputs.gtfs.stop_times import (
    NOT_THERE,
    interpolated,
    read_rows,
    without_broken_trips,
)
from geo_integration.inputs.gtfs.stops import note_lost_stops, read_places, served_stops
from geo_integration.inputs.gtfs.transfers import Links, read_links, read_transfers
from geo_integration.inputs.gtfs.twins import without_twins

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.service_days import Services
    from geo_integration.inputs.gtfs.stop_times import Rows
    from geo_integration.inputs.gtfs.stops import Places
    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import Transit


class Part(NamedTuple):
    """One feed, with positions of its own; its stops are a plain table yet."""

    stops: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    services: pd.DataFrame
    transfers: pd.DataFrame
    frequencies: pd.DataFrame
    links: Links
    flexible: Flexible
    timezone: str
    validity: tuple[dt.date, dt.date]


def read_part(
    path: Path,
    transit: Transit,
    crs: str,
    faults: FaultList,
    prefix: str,
    bounds: tuple[float, float, float, float] | None,
) -> Part:
    """Read one feed.

    Parameters
    ----------
    path : Path
        GTFS zip file, or a folder of its tables.
    transit : Transit
        How call-buses are recognised.
    crs : str
        The county's metric CRS.
    faults : FaultList
        Gets what had to be left out.
    prefix : str
        What ids get in front.
    bounds : tuple of float, optional
        West, south, east, north in degrees: trips that call nowhere inside are not read.

    Returns
    -------
    Part
        All trips of all dates.

    Raises
    ------
    FeedError
        When the feed is missing, unreadable, or has no usable trip or date.
    """
    files = read_files(path, faults, bounds=bounds)
    services, places = read_services(files, transit.reference_date), read_places(files, crs)
    running = [services.names[i] for i in np.unique(services.service)]
    trips = with_lead_times(files, read_trips(files, running, transit))
    rows, unknown = read_rows(files, trips, places)
    flexible, trips = read_flexible(files, trips, places, crs)
    rows = with_fixed_legs(rows, flexible)
    rows, starts = _timed(files, trips, rows, places, unknown)
    trips, rows = with_phoned_trips(trips, rows)
    trips, services, kept = _kept(files, trips, rows, services)
    kept |= np.isin(np.arange(trips.height), flexible.calls["trip"].to_numpy(np.int64))
    if not kept.any():
        raise FeedError(f"{path}: keine einzige Fahrt ist brauchbar")
    trips, rows, flexible = _arranged(trips, rows, flexible, kept)
    return _assembled(files, trips, rows, flexible, services, places, prefix, starts)


def _timed(
    files: Files, trips: pl.DataFrame, rows: Rows, places: Places, unknown: pl.Series
) -> tuple[Rows, pl.DataFrame]:
    """Calls at stops with a place, blank times filled; when each trip leaves its very first stop.

    The times of calls that are left out count for those that stay.
    """
    served = np.zeros(len(places.ids) + 1, bool)
    served[rows.stop] = True
    note_lost_stops(files, places, served[:-1], unknown)
    called = np.zeros(trips.height, bool)
    called[rows.trip] = True
    rows = interpolated(rows, places.x_m, places.y_m)
    starts = first_departures(trips, rows)
    rows = rows.take(np.append(places.placed, [False])[rows.stop])
    return without_broken_trips(files, trips, rows, called), starts


def _kept(
    files: Files, trips: pl.DataFrame, rows: Rows, services: Services
) -> tuple[pl.DataFrame, Services, NDArray[np.bool_]]:
    """Which trips have stops and times and do not stand there twice."""
    table = files.tables.get("frequencies.txt")
    ids = [] if table is None else table["trip_id"].unique().to_list()
    repeated = trips["trip_id"].is_in(ids).to_numpy()
    trips, services, kept = without_twins(files, trips, rows, services, repeated)
    return trips, services, kept & (np.bincount(rows.trip, minlength=trips.height) > 0)


def _arranged(
    trips: pl.DataFrame, rows: Rows, flexible: Flexible, kept: NDArray[np.bool_]
) -> tuple[pl.DataFrame, Rows, Flexible]:
    """Only the trips that are kept, in order of their ids; everything else follows them."""
    at = np.flatnonzero(kept)
    order = at[trips[at]["trip_id"].arg_sort().to_numpy()]
    place = np.full(trips.height, -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    moved = place[rows.trip]
    if (moved < 0).any():
        rows, moved = rows.take(moved >= 0), moved[moved >= 0]
    rows = rows._replace(trip=moved)
    if (np.diff(moved) < 0).any():
        rows = rows.take(np.argsort(moved, kind="stable"))
    calls = flexible.calls.assign(trip=place[flexible.calls["trip"].to_numpy(np.int64)])
    calls = calls.sort_values(["trip", "sequence"], kind="stable", ignore_index=True)
    return trips[order], rows, flexible._replace(calls=calls)


def _assembled(
    files: Files,
    trips: pl.DataFrame,
    rows: Rows,
    flexible: Flexible,
    services: Services,
    places: Places,
    prefix: str,
    starts: pl.DataFrame,
) -> Part:
    """Tables of one feed; only stops that are served stay."""
    members = flexible.members["stop"].to_numpy(np.int64)
    served = np.zeros(len(places.ids), bool)
    served[rows.stop] = served[members] = True
    stops = np.where(served, np.cumsum(served) - 1, -1).astype(np.int32)
    areas = {area: prefix + str(area) for area in flexible.calls["area"].unique()}
    flexible = Flexible(
        flexible.calls.assign(area=flexible.calls["area"].map(areas)),
        pd.DataFrame({"area": flexible.members["area"].map(areas), "stop": stops[members]}),
        {areas[area]: zone for area, zone in flexible.zones.items()},
    )
    name = prefix + files.path.name
    return Part(
        served_stops(places, served, prefix),
        trips_frame(trips, prefix, name),
        times_frame(rows, stops[rows.stop]),
        services.frame(prefix, name),
        read_transfers(files, places, served, stops),
        read_frequencies(files, trips, rows, starts),
        read_links(files, trips, rows, places, stops),
        flexible,
        read_timezone(files),
        validity_of(files, services),
    )


def times_frame(rows: Rows | None, stop: NDArray[np.int32]) -> pd.DataFrame:
    """Make the table of stop_times; without rows an empty one."""
    none = np.empty(0, np.int32)
    return pd.DataFrame(
        {
            "trip": none if rows is None else rows.trip,
            "stop": stop,
            "sequence": none if rows is None else rows.sequence,
            "arrival_s": none if rows is None else rows.arrival_s,
            "departure_s": none if rows is None else rows.departure_s,
            "board": none.astype(bool) if rows is None else rows.pickup != NOT_THERE,
            "alight": none.astype(bool) if rows is None else rows.drop_off != NOT_THERE,
        },
        copy=False,
    )
