"""GTFS files -> tables of text: from a zip or a folder, in whatever shape they come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.archives import read_members
from geo_integration.inputs.gtfs.csv_tables import (
    Layout,
    Source,
    as_utf8,
    is_blank,
    layout_of,
    lines_of,
    read_table,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

GROUP, ZONE = "location_group_id", "location_id"
ZONES = "locations.geojson"
# The columns that are looked at, where they are there; all others stay unread.
_COLUMNS = {
    "agency.txt": ("agency_id", "agency_name", "agency_timezone"),
    "stops.txt": ("stop_id", "stop_name", "stop_lat", "stop_lon", "parent_station"),
    "routes.txt": (
        "route_id", "agency_id", "route_short_name", "route_long_name", "route_desc", "route_type",
    ),
    "trips.txt": (
        "trip_id", "route_id", "service_id", "block_id", "safe_duration_factor",
        "safe_duration_offset",
    ),
    "stop_times.txt": (
        "trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time", "pickup_type",
        "drop_off_type", "shape_dist_traveled", "pickup_booking_rule_id",
        "drop_off_booking_rule_id", GROUP, ZONE,
        "start_pickup_drop_off_window", "end_pickup_drop_off_window",
        "start_pickup_dropoff_window", "end_pickup_dropoff_window", "mean_duration_factor",
        "mean_duration_offset", "safe_duration_factor", "safe_duration_offset",
    ),
    "calendar.txt": (
        "service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "sunday", "start_date", "end_date",
    ),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs", "exact_times"),
    "transfers.txt": (
        "from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time", "from_route_id",
        "to_route_id", "from_trip_id", "to_trip_id",
    ),
    "booking_rules.txt": (
        "booking_rule_id", "booking_type", "prior_notice_duration_min", "prior_notice_last_day",
    ),
    "location_groups.txt": (GROUP, ZONE),
    "location_group_stops.txt": (GROUP, "stop_id"),
    "feed_info.txt": ("feed_start_date", "feed_end_date"),
}  # fmt: skip
_REQUIRED = {
    "stops.txt": ("stop_id", "stop_lat", "stop_lon"),
    "routes.txt": ("route_id", "route_type"),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time"),
    "calendar.txt": _COLUMNS["calendar.txt"],
    "calendar_dates.txt": _COLUMNS["calendar_dates.txt"],
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs"),
    "booking_rules.txt": ("booking_rule_id",),
    "location_groups.txt": (GROUP,),
    "location_group_stops.txt": (GROUP, "stop_id"),
}
_ALWAYS = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_CALENDARS = ("calendar.txt", "calendar_dates.txt")
_ENDS = ("from_stop_id", "to_stop_id")
_SHOWN = 5
_Bounds = tuple[float, float, float, float]


class Files(NamedTuple):
    """What was read of one feed: text without missing values, only the columns that matter.

    `elsewhere` has the ids of trips whose calls were left out because none is inside the bounds.
    """

    path: Path
    tables: dict[str, pl.DataFrame]
    zones: bytes
    faults: FaultList
    elsewhere: pl.Series

    def note(self, where: str, found: object, message: str) -> None:
        """Say what is wrong with the feed."""
        self.faults.note(self.path.name, None, where, found, message)

    def note_rows(self, name: str, wrong: pl.Series, message: str) -> None:
        """Say which rows of a table are left out: how many, where, and what the first says."""
        at = wrong.arg_true()
        if not len(at):
            return
        lines = ", ".join(str(i + 2) for i in at[:_SHOWN]) + (" …" if len(at) > _SHOWN else "")
        found = ",".join(self.tables[name].row(int(at[0])))
        message = f"{len(at)} Zeilen ({lines}): {message}"
        self.faults.note(self.path.name, int(at[0]) + 2, name, found, message, rejected=True)


def read_files(path: Path, faults: FaultList, *, bounds: _Bounds | None = None) -> Files:
    """Read the tables of a feed as text.

    Parameters
    ----------
    path : Path
        A zip file, or a folder with the .txt files.
    faults : FaultList
        Gets what was odd.
    bounds : tuple of float, optional
        West, south, east, north in degrees: of stop_times only trips that call inside are kept.

    Returns
    -------
    Files
        Tables by file name; only the columns that are looked at. Optional files without any row
        are as if they were not there.

    Raises
    ------
    FeedError
        When the feed is missing or unreadable, or lacks a file or a column.
    """
    if not path.exists():
        raise FeedError(f"{path}: die Datei fehlt")
    note = partial(faults.note, path.name, None)
    members = read_members(path, {*_COLUMNS, ZONES}, _is_complete, note)
    zones = members.pop(ZONES, b"")
    _check_files(path, members, faults, zones=zones)
    times = members.pop("stop_times.txt")
    tables = {name: _read(path, name, members.pop(name), faults) for name in sorted(members)}
    tables = {name: t for name, t in tables.items() if t.height or name in (*_ALWAYS, *_CALENDARS)}
    if "stops.txt" not in tables:
        tables["stops.txt"] = pl.DataFrame({c: [] for c in _REQUIRED["stops.txt"]}).cast(pl.String)
    if "transfers.txt" in tables:
        table = tables["transfers.txt"]
        tables["transfers.txt"] = table.with_columns(text(table, end).alias(end) for end in _ENDS)
    far = pl.Series([], dtype=pl.String)
    if bounds is not None:
        far = _far_stops(tables["stops.txt"], bounds)
    if len(far):
        tables["stop_times.txt"], elsewhere = _read_near(path, times, faults, far)
    else:
        tables["stop_times.txt"] = _read(path, "stop_times.txt", times, faults)
        elsewhere = pl.Series("trip_id", [], dtype=pl.String)
    return Files(path, tables, zones, faults, elsewhere)


def _is_complete(names: Collection[str]) -> bool:
    """Whether files of these names make a feed."""
    needed = set(_ALWAYS) - ({"stops.txt"} if ZONES in names else set())
    return needed <= set(names) and any(name in names for name in _CALENDARS)


def _check_files(path: Path, members: dict[str, bytes], faults: FaultList, *, zones: bytes) -> None:
    """Leave out optional files that are empty; raise when one that is needed is missing."""
    for name in [name for name, data in members.items() if is_blank(data)]:
        if name in _ALWAYS and not (name == "stops.txt" and zones):
            raise FeedError(f"{path}: {name} ist leer; den Fahrplan neu beschaffen")
        faults.note(path.name, None, name, None, "die Datei ist leer: als wäre sie nicht da")
        del members[name]
    missing = [n for n in _ALWAYS if n not in members and not (n == "stops.txt" and zones)]
    if missing:
        raise FeedError(f"{path}: kein vollständiger GTFS-Fahrplan, es fehlt {', '.join(missing)}")
    if not any(name in members for name in _CALENDARS):
        raise FeedError(f"{path}: weder calendar.txt noch calendar_dates.txt: kein Verkehrstag")


def _lacking(name: str, present: Collection[str]) -> list[str]:
    """Columns that are needed but missing; where an area may stand for it, a stop need not be."""
    needed = _REQUIRED.get(name, ())
    if name == "stop_times.txt" and (GROUP in present or ZONE in present):
        needed = needed[:2]
    return [column for column in needed if column not in present]


def _opened(path: Path, name: str, data: bytes, faults: FaultList) -> tuple[Source, bytes, Layout]:
    """A table with its header understood; raise when a column that is needed is missing."""
    source = Source(path, name, _COLUMNS[name], partial(_lacking, name), faults)
    data = as_utf8(source, data)
    layout = layout_of(source, data)
    lacking = source.lacking(layout.places)
    if lacking and (lines_of(data, layout) > 0 or name in _ALWAYS):
        found = ", ".join(layout.heads)[:200]
        raise FeedError(
            f"{path}: in {name} fehlt die Spalte {', '.join(lacking)}; in der Kopfzeile stehen: "
            f"{found}"
        )
    return source, data, layout


def _read(path: Path, name: str, data: bytes, faults: FaultList) -> pl.DataFrame:
    """One table, all text."""
    return read_table(*_opened(path, name, data, faults))


def _far_stops(stops: pl.DataFrame, bounds: _Bounds) -> pl.Series:
    """Ids of the stops that are for sure outside."""
    west, south, east, north = bounds
    lat, lon = (number(stops, c) for c in ("stop_lat", "stop_lon"))
    inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
    return text(stops, "stop_id").filter(~inside)


def _read_near(
    path: Path, data: bytes, faults: FaultList, far: pl.Series
) -> tuple[pl.DataFrame, pl.Series]:
    """Calls of trips that call inside the bounds, and ids of the others."""
    source, data, layout = _opened(path, "stop_times.txt", data, faults)
    found = _streamed(data, layout, far)
    if found is None:
        calls = read_table(source, data, layout)
        trips = _trips(calls.lazy(), far).collect()
        near = trips.filter("near").select("trip_id")
        found = calls.join(near, on="trip_id", how="semi", maintain_order="left"), trips
    calls, trips = found
    return calls, trips.filter(~pl.col("near"))["trip_id"]


def _trips(calls: pl.LazyFrame, far: pl.Series) -> pl.LazyFrame:
    """For each trip whether it calls at a stop that may be inside, and its number of rows."""
    has_stop = "stop_id" in calls.collect_schema().names()
    near = ~pl.col("stop_id").is_in(far.implode()) if has_stop else pl.lit(value=True)
    others = pl.col("others") if "others" in calls.collect_schema().names() else pl.lit(0)
    return calls.group_by("trip_id").agg(
        near.any().alias("near"), pl.len().alias("rows"), others.sum().alias("others")
    )


def _streamed(
    data: bytes, layout: Layout, far: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Calls inside and all trips, read piece by piece; None: the table is not readable so."""
    try:
        scan = pl.scan_csv(data, infer_schema=False, separator=layout.separator)
        names = scan.collect_schema().names()
        if len(names) != len(layout.heads) or layout.lines > 1:
            return None
        plain = [
            pl.col(names[i]).fill_null("").str.strip_chars().alias(column)
            for column, i in layout.places.items()
        ]
        # All columns have to be looked at: only so a row with too many values is an error.
        gaps = pl.sum_horizontal(pl.col(names).is_null().cast(pl.UInt32)).alias("others")
        trips = _trips(scan.select(*plain, gaps), far).collect(engine="streaming")
        if b'"' in data and trips["rows"].sum() < lines_of(data, layout):
            return None
        near = trips.lazy().filter("near").select("trip_id")
        calls = scan.select(plain).join(near, on="trip_id", how="semi", maintain_order="left")
        found = calls.filter(pl.any_horizontal(pl.all() != "")).collect(engine="streaming")
    except pl.exceptions.PolarsError:
        return None
    return found, trips


def text(table: pl.DataFrame, name: str) -> pl.Series:
    """A column that may be absent, as text."""
    if name in table.columns:
        return table[name]
    return pl.Series(name, [""], dtype=pl.String).new_from_index(0, table.height)


def number(table: pl.DataFrame, name: str) -> pl.Series:
    """A column of numbers; missing where there is none."""
    return text(table, name).cast(pl.Float64, strict=False)
