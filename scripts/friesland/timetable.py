"""The model timetable as a GTFS feed."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from friesland.calendars import FIRST_DAY, LAST_DAY, ServiceDays, service_days
from friesland.ferry import CROSSING_MIN, ISLAND_RAIL_MIN, TRANSFER_MIN, build_sailings
from friesland.geography import ISLAND_STATION_ID
from friesland.lines import BUS, FERRY, HOLIDAY, ON_DEMAND, RAIL, REGULAR_LINES, Line
from friesland.schools import SCHOOLS, School, SchoolRun, build_school_runs
from friesland.stop_register import StopRegister

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

SCHOOL_SPEED_KMH = 38.0
BOOKING_RULE = "anmeldung-60"
BOOKING_NOTICE_MIN = 60
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
HARBOUR_MAINLAND, HARBOUR_ISLAND = "8076172", "8007766"
AGENCIES = (
    ("bahn", "Musterbahn Ems-Jade (Modell)"),
    ("bus", "Musterbus Friesland (Modell)"),
    ("stadtbus", "Muster-Stadtverkehr (Modell)"),
    ("schule", "Muster-Schulverkehr Friesland (Modell)"),
    ("rufbus", "Muster-Rufbus Friesland (Modell)"),
    ("insel", "Muster-Inselverkehr Wangerooge (Modell)"),
)
COLORS = {RAIL: "4A4A4A", BUS: "1F5FA8", FERRY: "0B7A75", ON_DEMAND: "B35900"}
SCHOOL_COLOR = "7A5195"

Row = dict[str, object]


@dataclass
class Feed:
    """The tables of the feed as lists of rows."""

    routes: list[Row] = field(default_factory=list)
    trips: list[Row] = field(default_factory=list)
    stop_times: list[Row] = field(default_factory=list)
    calendar: list[Row] = field(default_factory=list)
    calendar_dates: list[Row] = field(default_factory=list)

    @property
    def used_stops(self) -> set[str]:
        """Ids of the stops that some trip serves."""
        return {str(row["stop_id"]) for row in self.stop_times}


def build_feed(stops: gpd.GeoDataFrame, names: dict[str, str]) -> Feed:
    """Build the model timetable.

    Parameters
    ----------
    stops : geopandas.GeoDataFrame
        All stops, EPSG:25832, with ``stop_id``, ``name``, ``suffix``, ``ags``.
    names : dict
        Municipality name by key.

    Returns
    -------
    Feed
        Every line, school run and sailing with its services.
    """
    feed = Feed()
    register = StopRegister(stops)
    for line in REGULAR_LINES:
        _add_line(feed, line, register)
    for school in SCHOOLS:
        _add_route(feed, school.key, school.key, _school_name(school), "schule", BUS, SCHOOL_COLOR)
    for run in build_school_runs(stops, names):
        _add_school_run(feed, run, register)
    _add_island_routes(feed)
    for service in service_days():
        _add_service(feed, service)
    return feed


def write_feed(feed: Feed, stops: gpd.GeoDataFrame, path: Path) -> None:
    """Write the feed as a zip whose bytes depend on its content alone."""
    tables = {
        "agency.txt": _agencies(),
        "booking_rules.txt": _booking_rules(),
        "calendar.txt": pd.DataFrame(feed.calendar),
        "calendar_dates.txt": pd.DataFrame(feed.calendar_dates).sort_values(["service_id", "date"]),
        "feed_info.txt": _feed_info(),
        "routes.txt": pd.DataFrame(feed.routes),
        "stop_times.txt": pd.DataFrame(feed.stop_times).sort_values(["trip_id", "stop_sequence"]),
        "stops.txt": _stop_table(feed, stops),
        "trips.txt": pd.DataFrame(feed.trips).sort_values("trip_id"),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, table in sorted(tables.items()):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, table.to_csv(index=False, lineterminator="\n"))
    path.write_bytes(buffer.getvalue())


def _add_line(feed: Feed, line: Line, register: StopRegister) -> None:
    """Add a line with all its journeys in both directions."""
    ids = register.ids(line.stops)
    if line.minutes:
        elapsed = [sum(line.minutes[:n]) for n in range(len(line.minutes) + 1)]
    else:
        elapsed = register.minutes(ids, line.speed_kmh)
    _add_route(
        feed, line.key, line.short_name, line.long_name, line.agency, line.mode, COLORS[line.mode]
    )
    outward = line.headsigns[0] or register.label(ids[-1])
    homeward = line.headsigns[1] or register.label(ids[0])
    for service, times in line.out.items():
        for start in times:
            _add_trip(
                feed, line.key, service, 0, outward, ids, [start + m for m in elapsed], line.mode
            )
    reverse = [elapsed[-1] - m for m in reversed(elapsed)]
    for service, times in line.back.items():
        for arrival in times:
            moments = [arrival - elapsed[-1] + m for m in reverse]
            _add_trip(feed, line.key, service, 1, homeward, ids[::-1], moments, line.mode)


def _add_school_run(feed: Feed, run: SchoolRun, register: StopRegister) -> None:
    """Add the journeys of one school run to and from the school."""
    ids = list(run.stop_ids)
    elapsed = register.minutes(ids, SCHOOL_SPEED_KMH)
    for service, times in run.arrivals.items():
        for arrival in times:
            moments = [arrival - elapsed[-1] + m for m in elapsed]
            _add_trip(feed, run.school.key, service, 0, run.school.name, ids, moments, BUS, run.key)
    reverse = [elapsed[-1] - m for m in reversed(elapsed)]
    for service, times in run.departures.items():
        for start in times:
            moments = [start + m for m in reverse]
            _add_trip(
                feed,
                run.school.key,
                service,
                1,
                register.label(ids[0]),
                ids[::-1],
                moments,
                BUS,
                run.key,
            )


def _add_island_routes(feed: Feed) -> None:
    """Add ferry and island railway, each day with a service of its own."""
    _add_route(
        feed,
        "FW",
        "Fähre",
        "Fähre Harlesiel – Wangerooge, tideabhängig (Modell)",
        "insel",
        FERRY,
        COLORS[FERRY],
    )
    _add_route(
        feed,
        "IB",
        "Inselbahn",
        "Inselbahn Wangerooge: Hafen – Bahnhof (Modell)",
        "insel",
        RAIL,
        COLORS[RAIL],
    )
    there, back = [HARBOUR_MAINLAND, HARBOUR_ISLAND], [HARBOUR_ISLAND, ISLAND_STATION_ID]
    for sailings in build_sailings():
        service = f"TIDE_{_compact(sailings.day)}"
        for start in sailings.from_mainland:
            landed = start + CROSSING_MIN
            train = landed + TRANSFER_MIN
            _add_trip(feed, "FW", service, 0, "Wangerooge", there, [start, landed], FERRY)
            _add_trip(
                feed,
                "IB",
                service,
                0,
                "Wangerooge Bahnhof",
                back,
                [train, train + ISLAND_RAIL_MIN],
                RAIL,
            )
        for start in sailings.from_island:
            train = start - TRANSFER_MIN - ISLAND_RAIL_MIN
            _add_trip(
                feed, "IB", service, 1, "Hafen", back[::-1], [train, train + ISLAND_RAIL_MIN], RAIL
            )
            _add_trip(
                feed,
                "FW",
                service,
                1,
                "Harlesiel",
                there[::-1],
                [start, start + CROSSING_MIN],
                FERRY,
            )
        feed.calendar_dates.append(
            {"service_id": service, "date": _compact(sailings.day), "exception_type": 1}
        )


def _add_route(
    feed: Feed, key: str, short: str, long: str, agency: str, mode: int, color: str
) -> None:
    """Add one route."""
    feed.routes.append(
        {
            "route_id": key,
            "agency_id": agency,
            "route_short_name": short,
            "route_long_name": long,
            "route_type": mode,
            "route_color": color,
            "route_text_color": "FFFFFF",
        }
    )


def _add_trip(  # noqa: PLR0917  a trip is made of that many things
    feed: Feed,
    route: str,
    service: str,
    direction: int,
    headsign: str,
    ids: list[str],
    moments: list[int],
    mode: int,
    prefix: str = "",
) -> None:
    """Add one trip with its stop times; on-demand trips must be booked an hour ahead."""
    trip_id = f"{prefix or route}-{service}-{'HR'[direction]}-{_hhmm(moments[0]).replace(':', '')}"
    feed.trips.append(
        {
            "route_id": route,
            "service_id": service,
            "trip_id": trip_id,
            "trip_headsign": headsign,
            "direction_id": direction,
        }
    )
    booked = mode == ON_DEMAND
    for sequence, (stop_id, moment) in enumerate(zip(ids, moments, strict=True), start=1):
        time = f"{_hhmm(moment)}:00"
        feed.stop_times.append(
            {
                "trip_id": trip_id,
                "arrival_time": time,
                "departure_time": time,
                "stop_id": stop_id,
                "stop_sequence": sequence,
                "pickup_type": 2 if booked else 0,
                "drop_off_type": 2 if booked else 0,
                "pickup_booking_rule_id": BOOKING_RULE if booked else "",
                "drop_off_booking_rule_id": BOOKING_RULE if booked else "",
            }
        )


def _add_service(feed: Feed, service: ServiceDays) -> None:
    """Add a service: weekdays with exceptions, or dates alone for the weekdays in the holidays."""
    days = set(service.days)
    pattern = sorted({day.weekday() for day in days}) if service.service_id != HOLIDAY else []
    if service.service_id == "SO":
        pattern = [6]
    if pattern:
        names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        row: Row = {"service_id": service.service_id}
        row |= {name: int(number in pattern) for number, name in enumerate(names)}
        feed.calendar.append(
            row | {"start_date": _compact(FIRST_DAY), "end_date": _compact(LAST_DAY)}
        )
    for day, kind in _exceptions(days, pattern):
        feed.calendar_dates.append(
            {"service_id": service.service_id, "date": _compact(day), "exception_type": kind}
        )


def _exceptions(days: set[date], pattern: list[int]) -> Iterator[tuple[date, int]]:
    """Days on which a service runs against its weekly pattern (1) or does not run (2)."""
    for ordinal in range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1):
        day = date.fromordinal(ordinal)
        regular, runs = day.weekday() in pattern, day in days
        if regular != runs:
            yield day, 1 if runs else 2


def _stop_table(feed: Feed, stops: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the served stops."""
    used = stops[stops["stop_id"].isin(feed.used_stops)].sort_values("stop_id")
    return pd.DataFrame(
        {
            "stop_id": used["stop_id"],
            "stop_name": used["name"],
            "stop_lat": used["lat"].map("{:.6f}".format),
            "stop_lon": used["lon"].map("{:.6f}".format),
            "location_type": 0,
        }
    )


def _agencies() -> pd.DataFrame:
    """List the agencies, all invented."""
    return pd.DataFrame(
        [
            {
                "agency_id": key,
                "agency_name": name,
                "agency_url": "https://example.org/",
                "agency_timezone": "Europe/Berlin",
                "agency_lang": "de",
            }
            for key, name in AGENCIES
        ]
    )


def _booking_rules() -> pd.DataFrame:
    """State the rule of the on-demand buses: same day, an hour ahead."""
    return pd.DataFrame(
        [
            {
                "booking_rule_id": BOOKING_RULE,
                "booking_type": 1,
                "prior_notice_duration_min": BOOKING_NOTICE_MIN,
                "message": "Modell: Anmeldung bis 60 Minuten vor der Abfahrt",
            }
        ]
    )


def _feed_info() -> pd.DataFrame:
    """State publisher and validity."""
    return pd.DataFrame(
        [
            {
                "feed_publisher_name": "geo-integration (Modell)",
                "feed_publisher_url": "https://example.org/",
                "feed_lang": "de",
                "feed_start_date": _compact(FIRST_DAY),
                "feed_end_date": _compact(LAST_DAY),
                "feed_version": "modell-1",
            }
        ]
    )


def _school_name(school: School) -> str:
    """Long name of a school line."""
    return f"Schulbus {school.name} (Modell)"


def _hhmm(minutes: int) -> str:
    """Minutes after midnight as HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _compact(day: date) -> str:
    """Date as GTFS writes it."""
    return day.strftime("%Y%m%d")
