"""Small feeds made by hand, and their hops in words."""

from __future__ import annotations

import datetime as dt

import toy

from geo_integration.frames import CONNECTIONS, STOPS, TRANSFERS, TRIPS, check_frame
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.profile import Transit

CRS = "EPSG:25832"
MONDAY, TUESDAY = dt.date(2026, 9, 28), dt.date(2026, 9, 29)
DAYS = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"

# Three stops on one meridian, P to Q 1/100 degree, Q to R 3/100.
BASE = {
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nP,Halt P,53.50,8.0\nQ,Halt Q,53.51,8.0\n"
    "R,Halt R,53.54,8.0\n",
    "routes.txt": "route_id,route_short_name,route_long_name,route_type\nL,7,Küstenbus,3\n",
    "trips.txt": "route_id,service_id,trip_id\nL,S,T\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "T,08:00:00,08:00:00,P,1\nT,08:10:00,08:11:00,Q,2\nT,08:20:00,08:20:00,R,3\n",
    "calendar.txt": f"service_id,{DAYS},start_date,end_date\nS,1,1,1,1,1,0,0,20260928,20261009\n",
}
PLAIN = [("T", "P", "Q", "8:00", "8:10"), ("T", "Q", "R", "8:11", "8:20")]
FLAGS = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type"


def write_made(path, **files):
    """Write the base with other files; None leaves one out."""
    tables = BASE | {(name if "." in name else f"{name}.txt"): text for name, text in files.items()}
    return toy.write_zip(path, {n: t for n, t in tables.items() if t is not None})


def read_made(path, faults, *, transit=None, crs=CRS, **files):
    """Read the base with other files."""
    found = read_feeds([write_made(path, **files)], transit or Transit(), crs, faults)
    check_frame(found.stops, STOPS, crs=crs)
    check_frame(found.trips, TRIPS)
    check_frame(found.transfers, TRANSFERS)
    return found


def stop_times(*rows, head="trip_id,arrival_time,departure_time,stop_id,stop_sequence"):
    return "\n".join([head, *rows]) + "\n"


def calendar(*rows):
    """Calendar of services that run from 28 September to 9 October 2026: name and seven days."""
    lines = [f"{name},{','.join(days)},20260928,20261009" for name, days in rows]
    return "\n".join([f"service_id,{DAYS},start_date,end_date", *lines]) + "\n"


def hops(found, date=TUESDAY, **options):
    """Hops as (trip, from, to, departure, arrival), names and clock times."""
    table = connections_on(found, date, **options)
    check_frame(table, CONNECTIONS)
    assert sorted(set(table["run"])) == list(range(table["run"].nunique()))
    names, ids = found.stops["stop_id"].tolist(), found.trips["trip_id"].tolist()
    return [
        (
            ids[c.trip], names[c.from_stop], names[c.to_stop],
            clock(c.departure_s), clock(c.arrival_s),
        )
        for c in table.itertuples()
    ]  # fmt: skip


def clock(seconds):
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}" + (
        f":{seconds % 60:02d}" if seconds % 60 else ""
    )


def said(faults):
    """All that was noted, as one text."""
    return " | ".join(str(fault["message"]) for fault in faults)
