"""GTFS files -> tables of text: from a zip or a folder, in whatever shape they come."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import polars as pl

from geo_integration.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    "trips.txt": ("trip_id", "route_id", "service_id", "block_id"),
    "stop_times.txt": (
        "trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time", "pickup_type",
        "drop_off_type", "shape_dist_traveled", "pickup_booking_rule_id", GROUP, ZONE,
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
    "transfers.txt": ("from_stop_id", "to_stop_id"),
    "location_groups.txt": (GROUP,),
    "location_group_stops.txt": (GROUP, "stop_id"),
}
_ALWAYS = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_MAX_MEMBER_BYTES = 4 * 1024**3


class Files(NamedTuple):
    """What was read of one feed: text without missing values, only the columns that matter."""

    path: Path
    tables: dict[str, pl.DataFrame]
    zones: bytes
    faults: FaultList

    def note(self, where: str, found: object, message: str) -> None:
        """Say what is wrong with the feed."""
        self.faults.note(self.path.name, None, where, found, message)


def read_files(
    path: Path,
    faults: FaultList,
    *,
    bounds: tuple[float, float, float, float] | None = None,
) -> Files:
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
        Tables by file name; only the columns that are looked at.

    Raises
    ------
    FeedError
        When the feed is missing or unreadable, or lacks a file or a column.
    """
    if not path.exists():
        raise FeedError(f"{path}: die Datei fehlt")
    wanted = {*_COLUMNS, ZONES}
    try:
        members = _folder(path, wanted) if path.is_dir() else _zip(path, wanted)
    except FeedError:
        raise
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise FeedError(f"{path}: keine lesbare ZIP-Datei ({error})") from error
    zones = members.pop(ZONES, b"")
    missing = [n for n in _ALWAYS if n not in members and not (n == "stops.txt" and zones)]
    if missing:
        raise FeedError(f"{path}: kein vollständiger GTFS-Fahrplan, es fehlt {', '.join(missing)}")
    if not {"calendar.txt", "calendar_dates.txt"} & set(members):
        raise FeedError(f"{path}: weder calendar.txt noch calendar_dates.txt: kein Verkehrstag")
    times = members.pop("stop_times.txt")
    tables = {name: _read_table(path, name, members.pop(name), faults) for name in sorted(members)}
    if "stops.txt" not in tables:
        tables["stops.txt"] = pl.DataFrame({c: [] for c in _REQUIRED["stops.txt"]}).cast(pl.String)
    near = None if bounds is None else _near(times, tables["stops.txt"], bounds)
    if near is None:
        near = _read_table(path, "stop_times.txt", times, faults)
    tables["stop_times.txt"] = near
    _require_columns(path, tables)
    return Files(path, tables, zones, faults)


def _zip(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """Contents of the members of a zip that matter; folders inside do not."""
    with zipfile.ZipFile(path) as archive:
        members = {name.rsplit("/", 1)[-1]: name for name in archive.namelist()}
        found = {name: member for name, member in members.items() if name in wanted}
        for name, member in found.items():
            if archive.getinfo(member).file_size > _MAX_MEMBER_BYTES:
                raise FeedError(f"{path}: {name} ist entpackt größer als 4 GB")
        return {name: archive.read(member) for name, member in found.items()}


def _folder(path: Path, wanted: set[str]) -> dict[str, bytes]:
    """Contents of the files of a folder that matter."""
    return {name: (path / name).read_bytes() for name in wanted if (path / name).is_file()}


def _require_columns(path: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Raise when a column is missing; where an area may stand for it, a stop need not be."""
    for name, columns in _REQUIRED.items():
        if name not in tables:
            continue
        present = tables[name].columns
        flexible = name == "stop_times.txt" and (GROUP in present or ZONE in present)
        needed = columns[:2] if flexible else columns
        lacking = [c for c in needed if c not in present]
        if lacking:
            raise FeedError(f"{path}: in {name} fehlt die Spalte {', '.join(lacking)}")


def _read_table(path: Path, name: str, data: bytes, faults: FaultList) -> pl.DataFrame:
    """One table, all text, empty where nothing stands; only the columns that matter."""
    try:
        table = _parsed(data, name)
    except (pl.exceptions.PolarsError, csv.Error, UnicodeDecodeError):
        table = None
    if table is None:
        text = _decoded(data)
        if text is None:
            message = "kein UTF-8: als Windows-Text (cp1252) gelesen; Umlaute in Namen prüfen"
            faults.note(path.name, None, name, None, message)
            text = data.decode("cp1252", errors="replace")
        table = _patiently(path, name, text)
    if b"\n\n" in data or b"\n\r\n" in data:
        table = table.filter(pl.any_horizontal(pl.all() != ""))
    return table


def _parsed(data: bytes, name: str) -> pl.DataFrame | None:
    """The fast way; None where a value goes over several lines and may not be one at all."""
    end = data.find(b"\n")
    head = data[: len(data) if end < 0 else end].decode("utf-8-sig")
    heads = next(csv.reader([head], strict=True), [])
    plain = _by_plain_name(heads, name)
    at = sorted(heads.index(column) for column in plain.values())
    table = pl.read_csv(data, infer_schema=False, truncate_ragged_lines=True, columns=at)
    known = {heads.index(column): key for key, column in plain.items()}
    table.columns = [known[i] for i in at]
    # Fewer rows than lines: some quotation mark was taken for the start of a long value.
    lines = data.count(b"\n") - data.endswith(b"\n")
    if b'"' in data and table.height < lines and _has_line_breaks(table):
        return None
    if b" " in data or b"\t" in data:
        return table.select(pl.all().fill_null("").str.strip_chars())
    gaps = [series.name for series in table if series.null_count()]
    return table.with_columns(pl.col(gaps).fill_null("")) if gaps else table


def _has_line_breaks(table: pl.DataFrame) -> bool:
    """Whether any value goes over several lines."""
    breaks = pl.all().str.contains("\n", literal=True).any()
    return bool(table.width and table.select(pl.any_horizontal(breaks)).item())


def _near(
    data: bytes, stops: pl.DataFrame, bounds: tuple[float, float, float, float]
) -> pl.DataFrame | None:
    """Calls of trips that call inside the bounds, read piece by piece; None: not readable so."""
    west, south, east, north = bounds
    lat, lon = (number(stops, c) for c in ("stop_lat", "stop_lon"))
    inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
    far = stops.filter(~inside)["stop_id"].to_list() if "stop_id" in stops.columns else []
    try:
        scan = pl.scan_csv(data, infer_schema=False, truncate_ragged_lines=True)
        plain = _by_plain_name(scan.collect_schema().names(), "stop_times.txt")
        calls = scan.select(
            pl.col(head).fill_null("").str.strip_chars().alias(known)
            for known, head in plain.items()
        )
        touched = calls.filter(~pl.col("stop_id").is_in(far)).select("trip_id").unique().collect()
        return calls.join(touched.lazy(), on="trip_id", how="semi", maintain_order="left").collect(
            engine="streaming"
        )
    except pl.exceptions.PolarsError:
        return None


def _by_plain_name(heads: list[str], name: str) -> dict[str, str]:
    """Known column -> header as it stands, with its spaces and marks."""
    plain: dict[str, str] = {}
    for head in heads:
        plain.setdefault(head.strip('\ufeff \t\r"'), head)
    return {c: plain[c] for c in _COLUMNS[name] if c in plain}


def _decoded(data: bytes) -> str | None:
    """The text, if it is UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _patiently(path: Path, name: str, text: str) -> pl.DataFrame:
    """The slow way, for tables with loose quotation marks or values of several lines."""
    try:
        with warnings.catch_warnings():
            # A comma at the end of a row: nothing is lost by leaving it out.
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            table = pd.read_csv(
                io.StringIO(text), dtype=str, keep_default_na=False, index_col=False,
                skipinitialspace=True,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise FeedError(f"{path}: {name} ist keine lesbare Tabelle ({error})") from error
    plain = _by_plain_name([str(c) for c in table.columns], name)
    table.columns = [str(c) for c in table.columns]
    return pl.DataFrame(
        {known: table[head].fillna("").astype(str).tolist() for known, head in plain.items()},
        schema=dict.fromkeys(plain, pl.String),
    ).select(pl.all().str.strip_chars())


def text(table: pl.DataFrame, name: str) -> pl.Series:
    """A column that may be absent, as text."""
    if name in table.columns:
        return table[name]
    return pl.Series(name, [""], dtype=pl.String).new_from_index(0, table.height)


def number(table: pl.DataFrame, name: str) -> pl.Series:
    """A column of numbers; missing where there is none."""
    return text(table, name).cast(pl.Float64, strict=False)
