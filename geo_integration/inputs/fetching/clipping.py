"""National timetables, cut down to a county and what lies around it."""

from __future__ import annotations

import contextlib
import csv
import glob
import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import shapely
import shapely.geometry

from geo_integration.errors import FeedError, GeoIntegrationError
from geo_integration.files import beside
from geo_integration.inputs.contents import safe_members

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Bounds = tuple[float, float, float, float]
_GROUP, _ZONE, _ZONES = "location_group_id", "location_id", "locations.geojson"
_TIMES, _PLACES = "stop_times.txt", ("stop_id", _GROUP, _ZONE)
_CALENDARS = ("calendar.txt", "calendar_dates.txt")
_NEEDED = ("stops.txt", "routes.txt", "trips.txt", _TIMES)
# What is kept of each table: rows whose columns name something that is kept. All other tables
# (shapes, fares, translations) are left out; nothing here needs them.
_BY = {
    "trips.txt": ("trip_id",),
    "frequencies.txt": ("trip_id",),
    "routes.txt": ("route_id",),
    "calendar.txt": ("service_id",),
    "calendar_dates.txt": ("service_id",),
    "agency.txt": ("agency_id",),
    "location_group_stops.txt": (_GROUP, "stop_id"),
    "location_groups.txt": (_GROUP,),
    "booking_rules.txt": ("booking_rule_id",),
    "stops.txt": ("stop_id",),
    "transfers.txt": (
        "from_stop_id", "to_stop_id", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id",
    ),
    "pathways.txt": ("from_stop_id", "to_stop_id"),
    "attributions.txt": ("agency_id", "route_id", "trip_id"),
    "feed_info.txt": (),
    "levels.txt": (),
}  # fmt: skip
_BLANK_MATTERS = ("trips.txt", "frequencies.txt", "routes.txt", "stops.txt")
_STATIONS_ABOVE = 3
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that the same feed gives the same bytes


class ClippedFeed(NamedTuple):
    """What is left of a timetable: trips of how many, and which tables were left out."""

    trips: int
    of_trips: int
    left_out: list[str]


def clip_gtfs(source: Path, target: Path, bounds: Bounds) -> ClippedFeed:
    """Keep of a timetable the trips that call at least once inside, whole.

    What the trips need is kept with them: stops and their stations, lines, calendars, transfers,
    areas and rules of call-buses. Stops inside are kept even where nothing calls. Tables are read
    piece by piece, so that a national timetable needs little memory.

    Parameters
    ----------
    source : Path
        GTFS zip.
    target : Path
        GTFS zip to write.
    bounds : tuple of float
        West, south, east, north in degrees.

    Returns
    -------
    ClippedFeed
        How much is left.

    Raises
    ------
    FeedError
        When the timetable is unreadable, incomplete, or calls nowhere inside.
    OutputError
        When the file cannot be written.
    """
    prefix = f"~{target.name}-"
    for left_by_a_kill in target.parent.glob(f"{glob.escape(prefix)}*"):
        shutil.rmtree(left_by_a_kill, ignore_errors=True)
    try:
        with (
            zipfile.ZipFile(source) as archive,
            tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as scratch,
        ):
            feed = _Feed(archive, Path(scratch), source)
            clipped = feed.clip(bounds)
            with beside(target) as part:
                feed.write(part)
    except GeoIntegrationError:
        raise
    except (zipfile.BadZipFile, pl.exceptions.PolarsError, UnicodeError, ValueError) as error:
        raise FeedError(f"{source.name}: lässt sich nicht zuschneiden ({error})") from error
    return clipped


class _Feed:
    """The tables of a timetable in a folder of their own: as they came, and what is kept."""

    def __init__(self, archive: zipfile.ZipFile, scratch: Path, source: Path) -> None:
        self._archive, self._folder, self._source = archive, scratch, source
        members = safe_members(archive)
        self._members = {name.rsplit("/", 1)[-1]: info for name, info in members.items()}
        self._kept: dict[str, Path] = {}
        self._zones: list[dict[str, Any]] = []
        missing = [n for n in _NEEDED if n not in self._members]
        if _ZONES in self._members:
            missing = [n for n in missing if n != "stops.txt"]
        if missing:
            raise FeedError(
                f"{source.name}: kein vollständiger GTFS-Fahrplan, es fehlt {', '.join(missing)}"
                + self._hint()
            )

    def _hint(self) -> str:
        """Where the timetable may be instead."""
        inner = [n for n in self._members if n.lower().endswith(".zip")]
        return f"; darin liegt aber {inner[0]}: auspacken und diese Datei nehmen" if inner else ""

    def clip(self, bounds: Bounds) -> ClippedFeed:
        """Keep what belongs to the trips that call inside."""
        stops, groups = self._stops(bounds), self._groups()
        zones = self._read_zones(bounds)
        far = _far(stops, groups, zones)
        times = self._scan(_TIMES)
        columns = [c for c in _PLACES if c in times.collect_schema().names()]
        near = pl.any_horizontal(
            (pl.col(c) != "") & ~pl.col(c).is_in(far.implode()) for c in columns
        )
        trips = _column(times.filter(near), "trip_id")
        of_trips = int(
            times.select(pl.col("trip_id").n_unique()).collect(engine="streaming").item()
        )
        if trips.is_empty():
            raise FeedError(
                f"{self._source.name}: keine Fahrt hält im Landkreis oder in seiner Umgebung. "
                f"Ist es der Fahrplan einer anderen Gegend?"
            )
        self._write_kept(_TIMES, times.join(trips.to_frame().lazy(), on="trip_id", how="semi"))
        self._drop(_TIMES)
        self._keep_used(trips, columns, stops, groups)
        left_out = sorted(set(self._members) - set(self._kept) - {_ZONES})
        return ClippedFeed(len(trips), of_trips, left_out)

    def _keep_used(
        self, trips: pl.Series, columns: list[str], stops: pl.DataFrame, groups: pl.DataFrame
    ) -> None:
        """Keep the rows of all other tables that the kept trips need."""
        times = pl.scan_csv(self._kept[_TIMES], infer_schema=False)
        used = pl.concat([_column(times, c).alias("id") for c in columns]).unique()
        members = groups.filter(pl.col("group").is_in(used.implode()))
        used = pl.concat([used, members["member"].alias("id")]).unique()
        kept = _with_stations(stops, used)
        self._zones = [z for z in self._zones if str(z.get("id", "")) in set(used)]
        rules = [_column(times, f"{way}_booking_rule_id") for way in ("pickup", "drop_off")]
        rule = pl.concat([found.alias("id") for found in rules])
        ids = {"trip_id": trips, "stop_id": kept, _GROUP: used, "booking_rule_id": rule}
        for name in ("trips.txt", "routes.txt", *(n for n in _BY if n not in _NEEDED), "stops.txt"):
            if name not in self._members:
                continue
            table = self._scan(name)
            present = table.collect_schema().names()
            if name == "trips.txt" and "shape_id" in present:
                table = table.drop("shape_id")
            self._write_kept(name, table.filter(*_kept_rows(name, present, ids)))
            self._drop(name)
            if name == "trips.txt":
                ids |= {c: self._ids(name, c) for c in ("route_id", "service_id")}
            if name == "routes.txt":
                ids["agency_id"] = self._ids(name, "agency_id")

    def _ids(self, name: str, column: str) -> pl.Series:
        """What the kept rows of a table name in a column."""
        return _column(pl.scan_csv(self._kept[name], infer_schema=False), column)

    def _stops(self, bounds: Bounds) -> pl.DataFrame:
        """Stops: id, station, and whether inside; missing where nobody knows where they are."""
        if "stops.txt" not in self._members:
            return pl.DataFrame(schema={"id": pl.String, "parent": pl.String, "inside": pl.Boolean})
        west, south, east, north = bounds
        table = _with_columns(self._scan("stops.txt"), "stop_id", "parent_station")
        lat, lon = (pl.col(c).cast(pl.Float64, strict=False) for c in ("stop_lat", "stop_lon"))
        stops = table.select(
            pl.col("stop_id").alias("id"),
            pl.col("parent_station").alias("parent"),
            (lat.is_between(south, north) & lon.is_between(west, east)).alias("inside"),
        ).collect()
        for _ in range(_STATIONS_ABOVE):
            above = stops.select(pl.col("id").alias("parent"), pl.col("inside").alias("there"))
            stops = stops.join(
                above.unique("parent"), on="parent", how="left", maintain_order="left"
            )
            stops = stops.select("id", "parent", pl.coalesce("inside", "there"))
        return stops

    def _groups(self) -> pl.DataFrame:
        """Groups of call-buses and what belongs to them, in both spellings of GTFS-Flex."""
        parts = [pl.DataFrame(schema={"group": pl.String, "member": pl.String})]
        for name, member in (
            ("location_group_stops.txt", "stop_id"),
            ("location_groups.txt", _ZONE),
        ):
            if name in self._members:
                table = _with_columns(self._scan(name), _GROUP, member)
                pair = table.select(pl.col(_GROUP).alias("group"), pl.col(member).alias("member"))
                parts.append(pair.filter(pl.col("member") != "").collect())
        return pl.concat(parts)

    def _read_zones(self, bounds: Bounds) -> dict[str, bool]:
        """Areas of call-buses, and whether they lie outside altogether."""
        if _ZONES not in self._members:
            return {}
        box = shapely.box(*bounds)
        self._zones = json.loads(self._archive.read(self._members[_ZONES]))["features"]
        far = {}
        for zone in self._zones:
            with contextlib.suppress(shapely.errors.ShapelyError, ValueError, KeyError, TypeError):
                shape = shapely.make_valid(shapely.geometry.shape(zone["geometry"]))
                far[str(zone.get("id", ""))] = not shape.intersects(box)
        return far

    def _scan(self, name: str) -> pl.LazyFrame:
        """A table, all text, with plain headers, to be read piece by piece."""
        path = self._folder / name
        new = not path.exists()
        if new:
            self._unpack(name, path)
        scan = pl.scan_csv(path, infer_schema=False, truncate_ragged_lines=True)
        if new:
            _require_all_rows(path, name, scan)
        heads = {head: head.strip(' \t\r"') for head in scan.collect_schema().names()}
        return scan.select(
            pl.col(h).fill_null("").str.strip_chars().alias(p) for h, p in heads.items() if p
        )

    def _unpack(self, name: str, path: Path) -> None:
        """Unpack a table as UTF-8 without mark."""
        for encoding in ("utf-8-sig", "cp1252"):
            with (
                contextlib.suppress(UnicodeDecodeError),
                self._archive.open(self._members[name]) as raw,
                io.TextIOWrapper(
                    raw,
                    encoding,
                    errors="replace" if encoding == "cp1252" else "strict",
                    newline="",
                ) as text,
                path.open("w", encoding="utf-8", newline="") as file,
            ):
                shutil.copyfileobj(text, file, 1024 * 1024)
                return

    def _drop(self, name: str) -> None:
        """Give back the room of a table that is not needed any more."""
        (self._folder / name).unlink(missing_ok=True)

    def _write_kept(self, name: str, table: pl.LazyFrame) -> None:
        self._kept[name] = self._folder / f"kept-{name}"
        table.sink_csv(self._kept[name], maintain_order=True)

    def write(self, path: Path) -> None:
        """Write what is kept; tables that have no rows left are written where they are needed."""
        filled = {name for name, kept in self._kept.items() if _has_rows(kept)}
        needed = _NEEDED if filled & set(_CALENDARS) else (*_NEEDED, *_CALENDARS)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, kept in sorted(self._kept.items()):
                if name in needed or name in filled:
                    info = zipfile.ZipInfo(name, _LONG_AGO)
                    info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, kept.stat().st_size
                    with kept.open("rb") as raw, archive.open(info, "w") as file:
                        shutil.copyfileobj(raw, file, 1024 * 1024)
            if self._zones:
                zones = {"type": "FeatureCollection", "features": self._zones}
                info = zipfile.ZipInfo(_ZONES, _LONG_AGO)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, json.dumps(zones, ensure_ascii=False))


def _far(stops: pl.DataFrame, groups: pl.DataFrame, zones: Mapping[str, bool]) -> pl.Series:
    """Ids of stops, areas and groups that lie outside for certain."""
    far = set(stops.filter(~pl.col("inside"))["id"]) | {
        z for z, outside in zones.items() if outside
    }
    whole = groups.group_by("group").agg(pl.col("member").is_in(list(far)).all().alias("far"))
    return pl.Series("id", sorted(far | set(whole.filter("far")["group"])), dtype=pl.String)


def _with_stations(stops: pl.DataFrame, used: pl.Series) -> pl.Series:
    """Stops that are used or lie inside, and the stations above them."""
    kept = set(stops.filter(pl.col("id").is_in(used.implode()) | pl.col("inside"))["id"])
    above = dict(stops.filter(pl.col("parent") != "").select("id", "parent").iter_rows())
    for _ in range(_STATIONS_ABOVE):
        kept |= {above[stop] for stop in kept if stop in above}
    return pl.Series("id", sorted(kept), dtype=pl.String)


def _kept_rows(name: str, present: list[str], ids: Mapping[str, pl.Series]) -> Iterator[pl.Expr]:
    """Conditions on the rows of a table; a column where nothing stands says nothing."""
    for column in _BY[name]:
        known = ids.get(column.removeprefix("from_").removeprefix("to_"))
        if column not in present or known is None:
            continue
        if name == "agency.txt" and (known == "").any():
            continue  # a line without operator belongs to whichever there is
        row = pl.col(column).is_in(known.implode())
        yield row if name in _BLANK_MATTERS else row | (pl.col(column) == "")


def _require_all_rows(path: Path, name: str, scan: pl.LazyFrame) -> None:
    """Raise when a loose quotation mark has swallowed rows; values of several lines are fine."""
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(1024 * 1024), b"")
        quoted, lines = False, 0
        for chunk in chunks:
            quoted |= b'"' in chunk
            lines += chunk.count(b"\n")
    rows = int(scan.select(pl.len()).collect(engine="streaming").item()) if quoted else lines
    if rows in {lines, lines - 1}:
        return
    with path.open(encoding="utf-8", newline="") as file:
        try:
            found = sum(1 for row in csv.reader(file, strict=True) if row) - 1
        except csv.Error:
            found = -1
    if found != rows:
        raise FeedError(
            f"{name}: Anführungszeichen ohne Gegenstück; so lässt sich der Fahrplan nicht "
            f"zuschneiden (clip_km = 0 nimmt ihn ganz)"
        )


def _column(table: pl.LazyFrame, name: str) -> pl.Series:
    """What occurs in a column; a missing column is empty everywhere."""
    table = _with_columns(table, name).select(pl.col(name).fill_null("")).unique()
    return table.collect(engine="streaming").to_series().sort()


def _with_columns(table: pl.LazyFrame, *names: str) -> pl.LazyFrame:
    """A table with these columns, empty where it lacked them."""
    present = table.collect_schema().names()
    return table.with_columns(pl.lit("").alias(name) for name in names if name not in present)


def _has_rows(path: Path) -> bool:
    """Whether anything stands below the headers."""
    with path.open("rb") as file:
        return bool(file.readline() and file.readline())
