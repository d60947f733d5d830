"""GTFS feeds -> stops, trips, and the connections of one service day.

Read are agency-independent parts only: stops, routes, trips, stop_times, calendar, calendar_dates,
frequencies and booking_rules. Times are seconds since the start of the service day.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import FeedError
from geo_integration.frames import CONNECTIONS, DAY_S, STOPS, TRIPS, check_frame

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
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
_NO, _PHONE = "1", "2"


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
    files = _read_files(path)
    trips = _trips(path, files, transit, faults)
    services = _services(path, files)
    times = _stop_times(path, files, trips, faults)
    trips, times = _with_frequencies(path, files, trips, times, faults)
    stops, times = _stops(path, files, times, crs, faults)
    times = _interpolated(stops, times)
    times = _without_broken_trips(path, times, faults)
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


def _read_files(path: Path) -> dict[str, pd.DataFrame]:
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


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    """A column that may be absent, as text."""
    return table.get(name, pd.Series("", index=table.index, dtype=str))


def _trips(
    path: Path, files: dict[str, pd.DataFrame], transit: Transit, faults: FaultList
) -> pd.DataFrame:
    """TRIPS, with line, route type, and call-bus flag."""
    trips, routes = files["trips.txt"], files["routes.txt"].drop_duplicates("route_id")
    joined = trips.drop_duplicates("trip_id").merge(routes, on="route_id", suffixes=("", "_route"))
    if len(joined) < len(trips):
        lost = len(trips) - len(joined)
        message = f"{lost} Fahrten ohne Linie oder doppelt: nicht verwendet"
        faults.note(path.name, None, "trips.txt route_id", None, message)
    short, long = _column(joined, "route_short_name"), _column(joined, "route_long_name")
    line = short.where(short != "", long).where(lambda s: s != "", joined["route_id"])
    kind = pd.to_numeric(joined["route_type"], errors="coerce").fillna(3).astype("int64")
    names = short + " " + long + " " + _column(joined, "route_desc")
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
    kind = _column(times, "pickup_type")
    boarding = kind != _NO
    phoned = (kind == _PHONE).groupby(times["trip_id"]).sum()
    return phoned.index[(phoned > 0) & (phoned == boarding.groupby(times["trip_id"]).sum())]


def _lead_times(files: dict[str, pd.DataFrame]) -> pd.Series:
    """Minutes to book ahead, by trip."""
    rules = files.get("booking_rules.txt")
    times = files["stop_times.txt"]
    if rules is None or "pickup_booking_rule_id" not in times.columns:
        return pd.Series(dtype=float)
    minutes = pd.to_numeric(_column(rules, "prior_notice_duration_min"), errors="coerce")
    by_rule = pd.Series(minutes.to_numpy(), index=rules["booking_rule_id"])
    by_rule = by_rule[~by_rule.index.duplicated()]
    lead = times["pickup_booking_rule_id"].map(by_rule)
    return lead.groupby(times["trip_id"]).max().dropna()


def _services(path: Path, files: dict[str, pd.DataFrame]) -> pd.DataFrame:
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


def _stop_times(
    path: Path, files: dict[str, pd.DataFrame], trips: pd.DataFrame, faults: FaultList
) -> pd.DataFrame:
    """Stop times in seconds; missing where the feed leaves them blank."""
    raw = files["stop_times.txt"]
    flexible = raw["stop_id"] == ""
    if flexible.any():
        message = (
            f"{int(raw.loc[flexible, 'trip_id'].nunique())} Fahrten ohne Haltestelle (Bedarfsgebiet"
            f" nach GTFS-Flex) werden nicht ausgewertet"
        )
        faults.note(path.name, None, "stop_times.txt stop_id", None, message)
    known = raw["trip_id"].isin(trips["trip_id"])
    if not known.all():
        message = f"{int((~known).sum())} Zeilen mit unbekannter Fahrt: nicht verwendet"
        faults.note(
            path.name, None, "stop_times.txt trip_id", raw["trip_id"][~known].iloc[0], message
        )
    raw = raw[known & ~flexible]
    arrival, departure = _seconds(raw["arrival_time"]), _seconds(raw["departure_time"])
    return pd.DataFrame(
        {
            "trip_id": raw["trip_id"],
            "stop_id": raw["stop_id"],
            "sequence": pd.to_numeric(raw["stop_sequence"], errors="coerce"),
            "arrival_s": arrival.fillna(departure),
            "departure_s": departure.fillna(arrival),
            "board": _column(raw, "pickup_type") != _NO,
            "alight": _column(raw, "drop_off_type") != _NO,
        }
    ).sort_values(["trip_id", "sequence"], kind="stable")


def _seconds(times: pd.Series) -> pd.Series:
    """Times like "25:10:00" -> 90600; missing where blank or not a time."""
    parts = pd.Series(times.unique(), dtype=str)
    found = parts.str.strip().str.extract(r"^(\d{1,3}):([0-5]?\d):([0-5]?\d)$").astype(float)
    values = found[0] * 3600 + found[1] * 60 + found[2]
    return times.map(dict(zip(parts, values, strict=True))).astype(float)


def _with_frequencies(
    path: Path,
    files: dict[str, pd.DataFrame],
    trips: pd.DataFrame,
    times: pd.DataFrame,
    faults: FaultList,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write trips that run "every n minutes" out as single trips."""
    table = files.get("frequencies.txt")
    if table is None or table.empty:
        return trips, times
    first = times.groupby("trip_id")["departure_s"].first()
    new_trips: list[pd.DataFrame] = []
    new_times: list[pd.DataFrame] = []
    templates: set[str] = set()
    spans = zip(
        table["trip_id"], _seconds(table["start_time"]), _seconds(table["end_time"]),
        pd.to_numeric(table["headway_secs"], errors="coerce"), strict=True,
    )  # fmt: skip
    for trip_id, start, end, headway in spans:
        if trip_id not in first.index or not (headway > 0 and start < end):
            message = "Takt ohne brauchbare Zeiten oder Abstand: die Fahrt bleibt, wie sie ist"
            faults.note(path.name, None, "frequencies.txt", trip_id, message)
            continue
        templates.add(trip_id)
        pattern, entry = times[times["trip_id"] == trip_id], trips[trips["trip_id"] == trip_id]
        for departure in np.arange(start, end, headway):
            name, shift = f"{trip_id}@{len(new_trips)}", departure - first[trip_id]
            new_trips.append(entry.assign(trip_id=name))
            moved = {c: pattern[c] + shift for c in ("arrival_s", "departure_s")}
            new_times.append(pattern.assign(trip_id=name, **moved))
    return (
        pd.concat([trips[~trips["trip_id"].isin(templates)], *new_trips], ignore_index=True),
        pd.concat([times[~times["trip_id"].isin(templates)], *new_times], ignore_index=True),
    )


def _stops(
    path: Path, files: dict[str, pd.DataFrame], times: pd.DataFrame, crs: str, faults: FaultList
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """STOPS that are served and have a place; stop times at the others are left out."""
    raw = files["stops.txt"].drop_duplicates("stop_id")
    lat, lon = (pd.to_numeric(raw[c], errors="coerce") for c in ("stop_lat", "stop_lon"))
    placed = lat.between(-90, 90) & lon.between(-180, 180) & ~((lat == 0) & (lon == 0))
    served = raw["stop_id"].isin(times["stop_id"])
    unplaced = served & ~placed
    dangling = sorted(set(times["stop_id"]) - set(raw["stop_id"]))
    if unplaced.any() or dangling:
        lost = [*raw.loc[unplaced, "stop_id"], *dangling]
        message = (
            f"{len(lost)} bediente Haltestellen unbekannt oder ohne Koordinaten: nicht verwendet"
        )
        faults.note(path.name, None, "stops.txt stop_id", ", ".join(lost[:3]), message)
    good = raw[served & placed].sort_values("stop_id")
    name = _column(good, "stop_name").where(lambda s: s != "", good["stop_id"])
    stops = gpd.GeoDataFrame(
        {"stop_id": good["stop_id"].to_numpy(), "name": name.to_numpy()},
        geometry=gpd.points_from_xy(lon[good.index], lat[good.index], crs="EPSG:4326"),
    ).to_crs(crs)
    times = times[times["stop_id"].isin(stops["stop_id"])]
    return stops, times.assign(stop=pd.Index(stops["stop_id"]).get_indexer(times["stop_id"]))


def _interpolated(stops: gpd.GeoDataFrame, times: pd.DataFrame) -> pd.DataFrame:
    """Fill blank times by the distance along the trip, as GTFS asks for."""
    blank = times["departure_s"].isna().to_numpy()
    if not blank.any():
        return times
    x, y = stops.geometry.x.to_numpy(), stops.geometry.y.to_numpy()
    at, trip = times["stop"].to_numpy(), times["trip_id"].to_numpy()
    hop = np.hypot(np.diff(x[at], prepend=x[at[0]]), np.diff(y[at], prepend=y[at[0]])) + 0.01
    along = np.cumsum(hop)
    known = np.flatnonzero(~blank)
    if not len(known):
        return times
    here = np.arange(len(trip))
    before = np.clip(np.searchsorted(known, here, side="right") - 1, 0, None)
    after = np.clip(np.searchsorted(known, here), None, len(known) - 1)
    same = (trip[known[before]] == trip) & (trip[known[after]] == trip)
    same &= (known[before] <= here) & (here <= known[after])
    start = times["departure_s"].to_numpy()[known[before]]
    end = times["arrival_s"].to_numpy()[known[after]]
    length = along[known[after]] - along[known[before]]
    share = (along - along[known[before]]) / np.where(length > 0, length, 1)
    filled = np.where(same, np.round(start + share * (end - start)), np.nan)
    arrival = np.where(blank, filled, times["arrival_s"])
    departure = np.where(blank, filled, times["departure_s"])
    return times.assign(arrival_s=arrival, departure_s=departure)


def _without_broken_trips(path: Path, times: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Leave out trips with unknown or backward times; single stops make no trip."""
    same = times["trip_id"] == times["trip_id"].shift()
    backward = same & (times["arrival_s"] < times["departure_s"].shift())
    broken = backward | times[["sequence", "arrival_s", "departure_s"]].isna().any(axis=1)
    broken |= times["departure_s"] < times["arrival_s"]
    bad = set(times.loc[broken, "trip_id"])
    if bad:
        message = (
            f"{len(bad)} Fahrten mit fehlenden oder rückwärts laufenden Zeiten: nicht verwendet"
        )
        faults.note(path.name, None, "stop_times.txt", min(bad), message)
    stops = times.groupby("trip_id")["stop_id"].transform("size")
    kept = times[~times["trip_id"].isin(bad) & (stops > 1)].copy()
    return kept.astype({"sequence": "int64", "arrival_s": "int64", "departure_s": "int64"})


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
