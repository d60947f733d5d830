"""GTFS-Flex: trips that serve areas or groups of stops inside windows of time.

Both spellings are read: the adopted one (location_group_stops.txt, stop_times.location_group_id)
and the draft in which location_groups.txt lists the stops and stop_times.stop_id names the group;
areas come from locations.geojson. What a vehicle may do is written down once per feed as rides
from stop to stop (RIDES) and spans of time in which they are offered (OFFERED).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import shapely
from pyproj import Transformer

from geo_integration.inputs.gtfs.checked import checked_number
from geo_integration.inputs.gtfs.files import GROUP, ZONE, number, text
from geo_integration.inputs.gtfs.phoned import ON_CALL, without_lead_times
from geo_integration.inputs.gtfs.stop_times import (
    BLANK,
    BY_PHONE,
    NOT_THERE,
    REGULAR,
    WINDOWS,
    Rows,
    first_rows,
    flexible_rows,
    may_be_flexible,
    seconds,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.stops import Places

CALLS = {
    "trip": np.int64,  # position in TRIPS
    "sequence": np.int64,
    "area": object,  # id of a group, an area or a stop
    "start_s": np.int64,  # the window; of a call with fixed times arrival and departure
    "end_s": np.int64,
    "pickup": bool,
    "drop_off": bool,
    "factor": np.float64,  # of the ride's duration, and what is added, seconds
    "extra_s": np.float64,
    "timed": bool,  # a call at fixed times
}
_FIXED = (("arrival_time", "departure_time"), ("departure_time", "arrival_time"))
_NOT_BY_ITSELF = [str(NOT_THERE), str(BY_PHONE)]
_SHOWN = 3
# Name, value where none is stated, unit of the draft in seconds, least value.
_DURATIONS = (("factor", 1.0, 1, 0.01), ("offset", 0.0, 60, 0.0))


class Flexible(NamedTuple):
    """Flexible trips of one feed or several.

    `calls` has the columns CALLS in order of trip and sequence, `members` area and stop (position
    in STOPS), `zones` the polygons of areas in the county's CRS. `legs` are calls at fixed stops
    and times between which one may ride without a call, of trips that also leave the fixed way.
    """

    calls: pd.DataFrame
    members: pd.DataFrame
    zones: dict[str, shapely.Geometry]
    legs: Rows | None = None


def no_flexible() -> Flexible:
    """Make what a feed without flexible trips has."""
    calls = pd.DataFrame({name: np.empty(0, kind) for name, kind in CALLS.items()})
    return Flexible(calls, pd.DataFrame({"area": [], "stop": []}, dtype=object), {})


def read_flexible(
    files: Files, trips: pl.DataFrame, places: Places, crs: str
) -> tuple[Flexible, pl.DataFrame]:
    """Read the flexible trips of a feed.

    Parameters
    ----------
    files, places
        The feed and its stops.
    trips : polars DataFrame
        All trips; those of flexible calls become call-buses.
    crs : str
        The county's metric CRS.

    Returns
    -------
    tuple of Flexible and polars DataFrame
        What is flexible, with positions in `places`; the trips. Of trips of one service that serve
        the same areas in the same windows one is kept, with the lines of all. A trip that one may
        also ride between fixed stops without a call stands there twice: scheduled, with the fixed
        calls alone (`with_fixed_legs` adds them to the others), and on demand with all of them (its
        id ends in ON_CALL; these come last).
    """
    table = files.tables["stop_times.txt"]
    if not may_be_flexible(files):
        return no_flexible(), trips
    flexible = flexible_rows(files, places)
    if not flexible.any():
        return no_flexible(), trips
    calls, trips, legs = _split(_calls(files, table.filter(flexible), trips), trips, places)
    zones = _zones(files, crs)
    groups = _groups(files)
    members = _members(files, places, calls["area"].unique(), groups, zones)
    calls, trips = _once(files, calls, trips)
    serving = pl.Series("trip", np.unique(calls["trip"].to_numpy(np.int64)))
    trips = trips.with_columns(
        on_demand=trips["on_demand"] | pl.Series(np.isin(np.arange(trips.height), serving))
    )
    used = {area: zones[area] for area in calls["area"].unique() if area in zones}
    return Flexible(calls, members, used, legs), trips


def with_fixed_legs(rows: Rows, flexible: Flexible) -> Rows:
    """Add the calls at fixed stops and times of trips that also leave the fixed way.

    Parameters
    ----------
    rows : Rows
        Calls of all other trips, at positions in the feed's stops.
    flexible : Flexible
        As `read_flexible` gives it.

    Returns
    -------
    Rows
        In order of trip and sequence.
    """
    if flexible.legs is None or not len(flexible.legs.trip):
        return rows
    pairs: list[tuple[NDArray[np.generic], ...]] = [tuple(rows), tuple(flexible.legs)]
    both = Rows._make(np.concatenate(values) for values in zip(*pairs, strict=True))
    return both.take(np.argsort(both.trip, kind="stable"))


def _split(
    calls: pd.DataFrame, trips: pl.DataFrame, places: Places
) -> tuple[pd.DataFrame, pl.DataFrame, Rows | None]:
    """Calls on demand, trips, and the calls of those that are scheduled between fixed stops."""
    on_call = calls[list(CALLS)]
    booked = trips["on_demand"].to_numpy()[calls["trip"].to_numpy(np.int64)]
    stop = places.find(pl.Series(calls["area"].to_list(), dtype=pl.String))
    fixed = calls["timed"].to_numpy() & (stop >= 0) & ~booked
    rows, stop = calls[fixed], stop[fixed].astype(np.int32)
    trip = rows["trip"].to_numpy().astype(np.int32)
    scheduled = np.zeros(trips.height, bool)
    if len(rows):
        first, at = first_rows(trip), np.arange(len(trip))
        boards = np.minimum.reduceat(np.where(rows["boards"], at, len(at)), first)
        scheduled[trip[first]] = boards < np.maximum.reduceat(
            np.where(rows["alights"], at, -1), first
        )
    if not scheduled.any():
        return on_call, trips, None
    place = np.where(scheduled, np.cumsum(scheduled) - 1 + trips.height, np.arange(trips.height))
    extra = trips.filter(pl.Series(scheduled)).with_columns(
        trip_id=pl.col("trip_id") + ON_CALL, on_demand=True, block=pl.lit("")
    )
    legs = Rows(
        trip=trip,
        stop=stop,
        sequence=rows["sequence"].to_numpy().astype(np.int32),
        arrival_s=rows["start_s"].to_numpy().astype(np.int32),
        departure_s=rows["end_s"].to_numpy().astype(np.int32),
        pickup=np.where(rows["boards"], REGULAR, NOT_THERE).astype(np.int8),
        drop_off=np.where(rows["alights"], REGULAR, NOT_THERE).astype(np.int8),
        travelled=np.full(len(rows), np.nan),
    )
    trips = without_lead_times(trips, scheduled)
    on_call = on_call.assign(trip=place[on_call["trip"].to_numpy(np.int64)])
    return on_call, pl.concat([trips, extra]), legs.take(scheduled[trip])


def _calls(files: Files, table: pl.DataFrame, trips: pl.DataFrame) -> pd.DataFrame:
    """Calls of flexible trips; those without usable window or place are left out.

    Besides CALLS: boards and alights, whether one may do so without a call.
    """
    known = trips.filter("running").select("trip_id")
    at = trips.select("trip_id").with_row_index("trip").join(known, on="trip_id", how="semi")
    table = table.join(at, on="trip_id", how="inner", maintain_order="left")
    start, end = (_first_time(table, i, fixed) for i, fixed in enumerate(_FIXED))
    area = pl.select(
        pl.coalesce([
            pl.when(text(table, c) != "").then(text(table, c)) for c in (GROUP, ZONE, "stop_id")
        ]).fill_null("")
    ).to_series()  # fmt: skip
    factor, extra = _durations(files, table)
    calls = pd.DataFrame(
        {
            "trip": table["trip"].to_numpy().astype(np.int64),
            "sequence": _sequence(table),
            "area": np.array(area.to_list(), dtype=object),
            "start_s": start.astype(np.int64),
            "end_s": end.astype(np.int64),
            "pickup": (text(table, "pickup_type") != str(NOT_THERE)).to_numpy(),
            "drop_off": (text(table, "drop_off_type") != str(NOT_THERE)).to_numpy(),
            "factor": factor,
            "extra_s": extra,
            "timed": _without_window(table),
            "boards": (~text(table, "pickup_type").is_in(_NOT_BY_ITSELF)).to_numpy(),
            "alights": (~text(table, "drop_off_type").is_in(_NOT_BY_ITSELF)).to_numpy(),
        }
    ).sort_values(["trip", "sequence"], kind="stable", ignore_index=True)
    broken = (calls["start_s"] < 0) | (calls["end_s"] < calls["start_s"]) | (calls["area"] == "")
    if broken.any():
        lost = calls.loc[broken, "trip"].unique()
        message = (
            f"{len(lost)} Bedarfsfahrten ohne brauchbares Zeitfenster oder Gebiet: nicht verwendet"
        )
        files.note("stop_times.txt", trips["trip_id"][int(lost[0])], message)
        calls = calls[~calls["trip"].isin(lost)].reset_index(drop=True)
    return calls


def _sequence(table: pl.DataFrame) -> NDArray[np.int64]:
    """Order of the calls; what is no number comes first."""
    found = number(table, "stop_sequence").cast(pl.Int64, strict=False).fill_null(0)
    return found.to_numpy()


def _first_time(table: pl.DataFrame, end: int, fixed: tuple[str, str]) -> NDArray[np.int32]:
    """Start (0) or end (1) of the window; where there is none, the fixed time of the call."""
    found = np.full(table.height, BLANK, np.int32)
    for column in (*(pair[end] for pair in WINDOWS), *fixed):
        found = np.where(found == BLANK, seconds(text(table, column)), found)
    return found


def _without_window(table: pl.DataFrame) -> NDArray[np.bool_]:
    """Calls that have no window of time."""
    blank = [(text(table, column) == "").to_numpy() for pair in WINDOWS for column in pair]
    found: NDArray[np.bool_] = np.all(blank, axis=0)
    return found


def _durations(
    files: Files, table: pl.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Factor and extra seconds of a ride.

    trips.txt has them in seconds, as GTFS took them up; the draft has them in stop_times.txt in
    minutes, the safe ones before the mean ones.
    """
    trips = files.tables["trips.txt"].unique("trip_id", keep="first")
    by_trip = table.select("trip_id").join(trips, on="trip_id", how="left", maintain_order="left")
    found = []
    for name, plain, draft_unit, least in _DURATIONS:
        message = "Angaben zur Fahrzeit von Bedarfsfahrten sind unbrauchbar: übergangen"
        sources = (
            (by_trip, f"trips.txt safe_duration_{name}", 1),
            (table, f"stop_times.txt safe_duration_{name}", draft_unit),
            (table, f"stop_times.txt mean_duration_{name}", draft_unit),
        )
        stated = [
            checked_number(files, rows, where, message, least=least) * unit
            for rows, where, unit in sources
        ]
        found.append(pl.select(pl.coalesce(*stated).fill_null(plain)).to_series().to_numpy())
    return found[0], found[1]


def _zones(files: Files, crs: str) -> dict[str, shapely.Geometry]:
    """Areas of locations.geojson, in the county's CRS."""
    if not files.zones:
        return {}
    try:
        features = json.loads(files.zones.decode("utf-8-sig"))["features"]
        shapes = {
            str(f["id"] if "id" in f else f["properties"]["id"]): shapely.from_geojson(
                json.dumps(f["geometry"])
            )
            for f in features
        }
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.GEOSException):
        message = "keine lesbaren Gebiete: Fahrten, die in ihnen verkehren, sind nicht verwendet"
        files.note("locations.geojson", None, message)
        return {}
    project = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return {
        key: shapely.make_valid(
            shapely.transform(
                shape, lambda xy: np.column_stack(project.transform(xy[:, 0], xy[:, 1]))
            )
        )
        for key, shape in shapes.items()
    }


def _groups(files: Files) -> dict[str, list[str]]:
    """Stops, stations or areas of each group, by id."""
    found: dict[str, list[str]] = {}
    for name, column in (("location_group_stops.txt", "stop_id"), ("location_groups.txt", ZONE)):
        table = files.tables.get(name)
        if table is None or column not in table.columns:
            continue
        known = table.filter(pl.col(column) != "")
        for group, member in known.select(GROUP, column).iter_rows():
            found.setdefault(group, []).append(member)
    return found


def _members(
    files: Files,
    places: Places,
    areas: NDArray[np.object_],
    groups: dict[str, list[str]],
    zones: dict[str, shapely.Geometry],
) -> pd.DataFrame:
    """Stops of every area that is called at: area, stop (position in `places`)."""
    lost: list[str] = []
    found = []
    for area in areas:
        names = groups.get(area, [area])
        at = places.find(pl.Series(names, dtype=pl.String))
        lost += [n for n, i in zip(names, at, strict=True) if i < 0 and n not in zones]
        inside = [_inside(places, zones[n]) for n in names if n in zones]
        stops = np.concatenate([_with_children(places, at[at >= 0]), *inside])
        stops = np.unique(stops[places.placed[stops]])
        found.append(pd.DataFrame({"area": area, "stop": stops}))
        if inside:
            message = (
                f"ein Gebiet ohne eigene Haltestellen: für es stehen die {len(stops)} Haltestellen "
                f"des Fahrplans, die darin liegen"
            )
            files.note("locations.geojson", area, message)
    if lost:
        message = f"{len(lost)} Haltestellen von Bedarfsgebieten sind unbekannt: nicht verwendet"
        files.note("location_groups.txt", ", ".join(sorted(lost)[:_SHOWN]), message)
    return pd.concat(found, ignore_index=True) if found else no_flexible().members


def _inside(places: Places, zone: shapely.Geometry) -> NDArray[np.int64]:
    """Stops inside an area."""
    x, y = (np.where(places.placed, v, 0) for v in (places.x_m, places.y_m))
    return np.flatnonzero(places.placed & shapely.contains_xy(zone, x, y))


def _with_children(places: Places, stops: NDArray[np.int64]) -> NDArray[np.int64]:
    """Stops, and for stations all their stops instead."""
    below = np.flatnonzero(np.isin(places.station, stops))
    above = np.unique(places.parent[places.parent >= 0])
    return np.setdiff1d(np.union1d(stops, below), above)


def _once(
    files: Files, calls: pd.DataFrame, trips: pl.DataFrame
) -> tuple[pd.DataFrame, pl.DataFrame]:
    """Of flexible trips that offer the same at the same time one, with the lines of all."""
    service, lead = trips["service_id"].to_list(), trips["lead_min"].to_list()
    lines = trips["line"].to_list()
    alike: dict[object, list[int]] = {}
    offered = [c for c in calls.columns if c not in ("trip", "sequence")]
    for trip, rows in calls.groupby("trip"):
        at = int(str(trip))
        key = (service[at], lead[at], *map(tuple, rows[offered].to_numpy(object).tolist()))
        alike.setdefault(key, []).append(at)
    twins = [group for group in alike.values() if len(group) > 1]
    if not twins:
        return calls, trips
    for group in twins:
        lines[group[0]] = " / ".join(dict.fromkeys(lines[i] for i in group))
    dropped = {i for group in twins for i in group[1:]}
    message = (
        f"{len(dropped)} Bedarfsfahrten bieten dasselbe wie eine andere (gleiche Haltestellen und "
        f"Zeiten): sie zählen einmal, unter den Namen aller"
    )
    files.note("trips.txt trip_id", trips["trip_id"][min(dropped)], message)
    calls = calls[~calls["trip"].isin(dropped)].reset_index(drop=True)
    return calls, trips.with_columns(line=pl.Series(lines, dtype=pl.String))
