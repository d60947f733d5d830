"""GTFS files -> trips and services: what the feed says, checked and named."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from geo_integration.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList
    from geo_integration.settings import Transit

_REQUIRED = {
    "stops.txt": ("stop_id", "stop_lat", "stop_lon"),
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
}
_REQUIRED_IF_THERE = {
    "calendar.txt": (
        "service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "sunday", "start_date", "end_date",
    ),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs"),
    "booking_rules.txt": ("booking_rule_id",),
}  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_MEMBER_BYTES = 4 * 1024**3
NOT_THERE, BY_PHONE = "1", "2"


def read_files(path: Path) -> dict[str, pd.DataFrame]:
    """Tables of the zip as text; required files and columns are checked."""
    if not path.is_file():
        raise FeedError(f"{path}: die Datei fehlt")
    wanted = [
        *_REQUIRED,
        "calendar.txt",
        "calendar_dates.txt",
        "frequencies.txt",
        "booking_rules.txt",
    ]
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name.rsplit("/", 1)[-1]: name for name in archive.namelist()}
            files = {n: _read_text(path, archive, members[n]) for n in wanted if n in members}
    except FeedError:
        raise
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise FeedError(f"{path}: keine lesbare ZIP-Datei ({error})") from error
    missing = [name for name in _REQUIRED if name not in files]
    if missing:
        raise FeedError(f"{path}: kein vollständiger GTFS-Fahrplan, es fehlt {', '.join(missing)}")
    for name, columns in (_REQUIRED | _REQUIRED_IF_THERE).items():
        lacking = [c for c in columns if name in files and c not in files[name].columns]
        if lacking:
            raise FeedError(f"{path}: in {name} fehlt die Spalte {', '.join(lacking)}")
    if not {"calendar.txt", "calendar_dates.txt"} & set(files):
        raise FeedError(f"{path}: weder calendar.txt noch calendar_dates.txt: kein Verkehrstag")
    return files


def _read_text(path: Path, archive: zipfile.ZipFile, member: str) -> pd.DataFrame:
    """One table of the zip, all text, empty where nothing stands."""
    if archive.getinfo(member).file_size > _MAX_MEMBER_BYTES:
        raise FeedError(f"{path}: {member} ist entpackt größer als 4 GB")
    data = archive.read(member)
    try:
        with warnings.catch_warnings():
            # A comma at the end of a row: nothing is lost by leaving it out.
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            table = pd.read_csv(
                io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig",
                index_col=False,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise FeedError(f"{path}: {member} ist keine lesbare Tabelle ({error})") from error
    table.columns = [str(c).strip() for c in table.columns]
    return table


def column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column that may be absent, as text."""
    return table.get(name, pd.Series("", index=table.index, dtype=str))


def read_trips(
    path: Path, files: dict[str, pd.DataFrame], transit: Transit, faults: FaultList
) -> pd.DataFrame:
    """TRIPS, with line, route type, and call-bus flag."""
    trips, routes = files["trips.txt"], files["routes.txt"].drop_duplicates("route_id")
    joined = trips.drop_duplicates("trip_id").merge(routes, on="route_id", suffixes=("", "_route"))
    if len(joined) < len(trips):
        lost = len(trips) - len(joined)
        message = f"{lost} Fahrten ohne Linie oder doppelt: nicht verwendet"
        faults.note(path.name, None, "trips.txt route_id", None, message)
    short, long = column(joined, "route_short_name"), column(joined, "route_long_name")
    line = short.where(short != "", long).where(lambda s: s != "", joined["route_id"])
    kind = pd.to_numeric(joined["route_type"], errors="coerce").fillna(3).astype("int64")
    names = short + " " + long + " " + column(joined, "route_desc")
    booked = (
        kind.isin(transit.on_demand_route_types)
        | line.isin(transit.on_demand_lines)
        | _matches(names, transit.on_demand_pattern)
        | joined["trip_id"].isin(_phoned_trips(files))
    )
    return pd.DataFrame(
        {
            "trip_id": joined["trip_id"],
            "service_id": joined["service_id"],
            "line": line,
            "route_type": kind,
            "on_demand": booked.astype(bool),
            "lead_min": joined["trip_id"].map(_lead_times(files)).astype(float),
        }
    )


def _matches(names: pd.Series, pattern: str) -> pd.Series:
    """Which names a pattern is found in, in any case; an empty pattern is found in none."""
    return names.str.contains(pattern, flags=re.IGNORECASE, regex=True) & bool(pattern)


def _phoned_trips(files: dict[str, pd.DataFrame]) -> pd.Index:
    """Trips that must be phoned for wherever one may board."""
    times = files["stop_times.txt"]
    order = pd.to_numeric(times["stop_sequence"], errors="coerce")
    last = order == order.groupby(times["trip_id"]).transform("max")
    times = times[~last]
    kind = column(times, "pickup_type")
    boarding = kind != NOT_THERE
    phoned = (kind == BY_PHONE).groupby(times["trip_id"]).sum()
    return phoned.index[(phoned > 0) & (phoned == boarding.groupby(times["trip_id"]).sum())]


def _lead_times(files: dict[str, pd.DataFrame]) -> pd.Series:
    """Minutes to book ahead, by trip."""
    rules = files.get("booking_rules.txt")
    times = files["stop_times.txt"]
    if rules is None or "pickup_booking_rule_id" not in times.columns:
        return pd.Series(dtype=float)
    minutes = pd.to_numeric(column(rules, "prior_notice_duration_min"), errors="coerce")
    by_rule = pd.Series(minutes.to_numpy(), index=rules["booking_rule_id"])
    by_rule = by_rule[~by_rule.index.duplicated()]
    lead = times["pickup_booking_rule_id"].map(by_rule)
    return lead.groupby(times["trip_id"]).max().dropna()


def read_services(path: Path, files: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Dates of each service: calendar, with the exceptions of calendar_dates."""
    running: set[tuple[str, dt.date]] = set()
    if "calendar.txt" in files:
        for row in files["calendar.txt"].to_dict("records"):
            running |= {(str(row["service_id"]), d) for d in _regular_dates(path, row)}
    if "calendar_dates.txt" in files:
        for row in files["calendar_dates.txt"].to_dict("records"):
            entry = (str(row["service_id"]), _date(path, row["date"]))
            if row["exception_type"].strip() == "2":
                running.discard(entry)
            else:
                running.add(entry)
    if not running:
        raise FeedError(f"{path}: der Kalender enthält keinen einzigen Verkehrstag")
    return pd.DataFrame(sorted(running), columns=["service_id", "date"])


def _regular_dates(path: Path, row: Mapping[Hashable, str]) -> list[dt.date]:
    """Dates of one row of calendar.txt."""
    start, end = _date(path, row["start_date"]), _date(path, row["end_date"])
    days = [row[name].strip() == "1" for name in _WEEKDAYS]
    if (end - start).days > 3660:
        raise FeedError(f"{path}: calendar.txt: Zeitraum {start} bis {end} ist länger als 10 Jahre")
    every = (start + dt.timedelta(days=i) for i in range((end - start).days + 1))
    return [date for date in every if days[date.weekday()]]


def _date(path: Path, text: str) -> dt.date:
    """A GTFS date, YYYYMMDD."""
    try:
        return dt.datetime.strptime(text.strip(), "%Y%m%d").date()  # noqa: DTZ007  no zone yet
    except ValueError as error:
        raise FeedError(f"{path}: {text!r} ist kein Datum der Form JJJJMMTT") from error
