"""GTFS stop times: seconds of the service day, blanks filled, broken trips left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from geo_integration.inputs.gtfs.files import GROUP, ZONE, number, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.stops import Places

REGULAR, NOT_THERE, BY_PHONE = 0, 1, 2
_KINDS = (0.0, 1.0, 2.0, 3.0)
BLANK, BROKEN = -1, -2
_TIME = r"^(\d{1,3}):([0-5]?\d)(?::([0-5]?\d))?$"
WINDOWS = (
    ("start_pickup_drop_off_window", "end_pickup_drop_off_window"),
    ("start_pickup_dropoff_window", "end_pickup_dropoff_window"),
)


class Rows(NamedTuple):
    """Calls of trips at stops, in order of trip and sequence; one array for each column.

    `trip` and `stop` are positions (an unknown stop is -1), times are seconds (BLANK, BROKEN),
    `pickup` and `drop_off` the GTFS types, `travelled` the distance along the trip as the feed
    states it, missing where not.
    """

    trip: NDArray[np.int32]
    stop: NDArray[np.int32]
    sequence: NDArray[np.int32]
    arrival_s: NDArray[np.int32]
    departure_s: NDArray[np.int32]
    pickup: NDArray[np.int8]
    drop_off: NDArray[np.int8]
    travelled: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Rows:
        """Some of the rows, or all in another order."""
        if rows.dtype == bool and rows.all():
            return self
        return Rows._make(values[rows] for values in self)


def seconds(times: pl.Series) -> NDArray[np.int32]:
    """Turn times like "25:10:00" or "7:05" into seconds.

    Parameters
    ----------
    times : polars Series of str
        Times of day, without spaces around.

    Returns
    -------
    ndarray of int32
        BLANK where nothing stands, BROKEN where it is no time.
    """
    parts = times.unique()
    found = parts.str.extract_groups(_TIME).struct.unnest().cast(pl.Int32)
    value = found["1"] * 3600 + found["2"] * 60 + found["3"].fill_null(0)
    table = pl.DataFrame({"time": parts, "s": value.fill_null(BROKEN)}).with_columns(
        pl.when(pl.col("time") == "").then(BLANK).otherwise(pl.col("s")).cast(pl.Int32).alias("s")
    )
    joined = pl.DataFrame({"time": times}).join(table, on="time", how="left", maintain_order="left")
    return joined["s"].to_numpy()


def flexible_rows(files: Files, places: Places) -> pl.Series:
    """Tell which rows of stop_times are calls of GTFS-Flex.

    Parameters
    ----------
    files, places
        The feed and its stops.

    Returns
    -------
    polars Series of bool
        True on all rows of a trip that has a window of time, a group of stops or an area; also
        where, as in drafts of the format, stop_id names the group or the area.
    """
    table = files.tables["stop_times.txt"]
    marks = [c for c in (GROUP, ZONE, *WINDOWS[0], *WINDOWS[1]) if c in table.columns]
    flexible = pl.Series([False]).new_from_index(0, table.height)
    for column in marks:
        flexible |= table[column] != ""
    groups = files.tables.get("location_groups.txt")
    if groups is not None and "stop_id" in table.columns:
        named = set(groups[GROUP]) - set(places.ids)
        flexible |= table["stop_id"].is_in(list(named))
    if not flexible.any():
        return flexible
    return table["trip_id"].is_in(table.filter(flexible)["trip_id"].unique().to_list())


def read_rows(files: Files, trips: pl.DataFrame, places: Places) -> tuple[Rows, pl.Series]:
    """Read the calls of all trips that go by stops and times.

    Parameters
    ----------
    files, places
        The feed and its stops.
    trips : polars DataFrame
        Trips as `lines.read_trips` gives them; calls of those that are not running are left out.

    Returns
    -------
    tuple of Rows and polars Series
        The calls in order, also those at stops that are unknown (-1) or without place; ids of
        unknown stops. Trips without any call are noted.
    """
    table = files.tables["stop_times.txt"]
    _note_trips_without_calls(files, trips)
    joined = table.select("trip_id").join(
        trips.select("trip_id", "running").with_row_index("trip"),
        on="trip_id", how="left", maintain_order="left",
    )  # fmt: skip
    unknown = joined["trip"].is_null()
    if unknown.any():
        message = f"{int(unknown.sum())} Zeilen mit unbekannter Fahrt: nicht verwendet"
        files.note("stop_times.txt trip_id", table.filter(unknown)["trip_id"][0], message)
    kept = joined["running"].fill_null(value=False)
    if may_be_flexible(files):
        kept &= ~flexible_rows(files, places)
    if not kept.all():
        table, joined = table.filter(kept), joined.filter(kept)
    stop = places.find(text(table, "stop_id"))
    lost = table.filter(pl.Series(stop < 0))["stop_id"].unique() if (stop < 0).any() else stop[:0]
    rows = _rows(files, table, joined["trip"].to_numpy().astype(np.int32), stop.astype(np.int32))
    return _ordered(files, trips, rows), pl.Series(lost, dtype=pl.String)


def _note_trips_without_calls(files: Files, trips: pl.DataFrame) -> None:
    """Say how many trips have no row in stop_times, inside the bounds or elsewhere."""
    called = pl.concat([files.tables["stop_times.txt"]["trip_id"].unique(), files.elsewhere])
    lost = trips.filter(~pl.col("trip_id").is_in(called.implode()))["trip_id"]
    if len(lost):
        message = (
            f"{len(lost)} von {trips.height} Fahrten aus trips.txt haben keine Zeile in "
            f"stop_times.txt: ist die Datei vollständig?"
        )
        files.note("stop_times.txt trip_id", lost[0], message)


def may_be_flexible(files: Files) -> bool:
    """Tell whether the feed may have calls of GTFS-Flex at all."""
    columns = files.tables["stop_times.txt"].columns
    marks = (GROUP, ZONE, *WINDOWS[0], *WINDOWS[1])
    return any(c in columns for c in marks) or "location_groups.txt" in files.tables


def _rows(
    files: Files, table: pl.DataFrame, trip: NDArray[np.int32], stop: NDArray[np.int32]
) -> Rows:
    """Columns of stop_times as numbers."""
    arrives, leaves = text(table, "arrival_time"), text(table, "departure_time")
    departure = seconds(leaves)
    arrival = departure if arrives.equals(leaves) else seconds(arrives)
    sequence = number(table, "stop_sequence")
    return Rows(
        trip=trip,
        stop=stop,
        sequence=sequence.cast(pl.Int32, strict=False).fill_null(-1).to_numpy(),
        arrival_s=np.where(arrival == BLANK, departure, arrival),
        departure_s=np.where(departure == BLANK, arrival, departure),
        pickup=_kinds(files, table, "pickup_type"),
        drop_off=_kinds(files, table, "drop_off_type"),
        travelled=_travelled(table),
    )


def _kinds(files: Files, table: pl.DataFrame, column: str) -> NDArray[np.int8]:
    """Types of boarding or alighting; what is no type is noted and taken as regular."""
    if column not in table.columns:
        return np.zeros(table.height, np.int8)
    said = table[column]
    kinds = (
        said.unique().to_frame().with_columns(kind=pl.col(column).cast(pl.Float64, strict=False))
    )
    kinds = kinds.with_columns(pl.when(pl.col("kind").is_in(_KINDS)).then("kind").cast(pl.Int8))
    odd = kinds.filter(pl.col("kind").is_null() & (pl.col(column) != ""))[column]
    if len(odd):
        wrong = said.is_in(odd.implode())
        message = f"{int(wrong.sum())} Werte sind weder 0 bis 3 noch leer: als 0 (regulär) gelesen"
        files.note(f"stop_times.txt {column}", said.filter(wrong)[0], message)
    found = said.to_frame().join(kinds, on=column, how="left", maintain_order="left")
    return found["kind"].fill_null(REGULAR).to_numpy()


def _travelled(table: pl.DataFrame) -> NDArray[np.float64]:
    """Distance along the trip as the feed states it."""
    if "shape_dist_traveled" not in table.columns:
        return np.full(table.height, np.nan)
    stated = number(table, "shape_dist_traveled").fill_null(float("nan")).to_numpy()
    return np.where(np.isfinite(stated), stated, np.nan)


def _ordered(files: Files, trips: pl.DataFrame, rows: Rows) -> Rows:
    """Rows in order of trip and sequence; rows that stand twice once."""
    key = (rows.trip.astype(np.int64) << 32) | (rows.sequence.astype(np.int64) & 0xFFFFFFFF)
    if (np.diff(key) > 0).all():
        return rows
    order = np.argsort(key, kind="stable")
    sure = rows.sequence[order][1:] >= 0
    again = np.flatnonzero((np.diff(key[order]) == 0) & sure) + 1
    if not len(again):
        return rows.take(order)
    # Of calls with one number the earlier comes first, whatever the order of the file.
    late = np.where(rows.departure_s < 0, np.iinfo(np.int32).max, rows.departure_s)
    order = np.lexsort((rows.stop, late, key))
    rows = rows.take(order)
    same = np.ones(len(again), bool)
    for values in (rows.stop, rows.arrival_s, rows.departure_s):
        same &= values[again] == values[again - 1]
    which = np.unique(rows.trip[again])
    message = (
        f"{len(which)} Fahrten mit wiederholter stop_sequence: gleiche Zeilen zählen einmal, "
        f"verschiedene in der Reihenfolge ihrer Zeiten"
    )
    files.note("stop_times.txt stop_sequence", trips["trip_id"][int(which[0])], message)
    kept = np.ones(len(rows.trip), bool)
    kept[again[same]] = False
    return rows.take(kept)


def interpolated(rows: Rows, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Rows:
    """Fill blank times by the distance along the trip, as GTFS asks for.

    Parameters
    ----------
    rows : Rows
        Calls in order, also those at stops without place: what they say of the time counts.
    x_m, y_m : ndarray of float
        Coordinates of the stops, metres; missing where there is no place.

    Returns
    -------
    Rows
        The distance that the feed states counts for trips that have it everywhere and where it
        grows; otherwise the straight line from stop to stop. A call without place is taken to be
        in equal steps between those around it; before the first and after the last place a step is
        as long as the mean one of the trip. Blanks before the first and after the last given time
        stay blank.
    """
    blank = rows.departure_s == BLANK
    known = np.flatnonzero(~blank)
    if len(known) in (0, len(blank)):
        return rows
    trip, along = rows.trip, _along(rows, x_m, y_m)
    holes = np.flatnonzero(blank)
    at = np.searchsorted(known, holes)
    before, after = known[np.maximum(at - 1, 0)], known[np.minimum(at, len(known) - 1)]
    inside = (trip[before] == trip[holes]) & (trip[after] == trip[holes])
    inside &= (before < holes) & (holes < after)
    inside &= (rows.departure_s[before] >= 0) & (rows.arrival_s[after] >= 0)
    holes, before, after = holes[inside], before[inside], after[inside]
    start, end = rows.departure_s[before], rows.arrival_s[after]
    length = along[after] - along[before]
    share = (along[holes] - along[before]) / np.where(length > 0, length, 1)
    arrival, departure = rows.arrival_s.copy(), rows.departure_s.copy()
    arrival[holes] = departure[holes] = np.round(start + share * (end - start))
    return rows._replace(arrival_s=arrival, departure_s=departure)


def _along(rows: Rows, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance along all trips, one after another."""
    # The last entry is that of unknown stops.
    x, y = np.append(x_m, np.nan)[rows.stop], np.append(y_m, np.nan)[rows.stop]
    hop = np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])) + 0.01
    first = first_rows(rows.trip)
    if np.isnan(x).any():
        hop = _steps(hop, x, y, first)
    along = np.cumsum(hop)
    if np.isnan(rows.travelled).all():
        return along
    step = np.diff(rows.travelled, prepend=np.nan)
    step[first] = 0
    fit = ~np.isnan(rows.travelled) & (step >= 0)
    good = np.logical_and.reduceat(fit, first) & (np.add.reduceat(step, first) > 0)
    lengths = np.diff(np.append(first, len(rows.trip)))
    return np.where(np.repeat(good, lengths), rows.travelled, along)


def _steps(
    hop: NDArray[np.float64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    first: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Hops, also from and to calls without place."""
    hop = np.where(np.isnan(hop), 1.0, hop)
    bounds = np.append(first, len(x))
    lost = np.unique(np.searchsorted(first, np.flatnonzero(np.isnan(x)), side="right") - 1)
    for i in lost.tolist():
        own = slice(bounds[i], bounds[i + 1])
        at = np.flatnonzero(~np.isnan(x[own]))
        if len(at) < 2:
            hop[own] = 1.0
            continue
        place = np.arange(bounds[i + 1] - bounds[i])
        steps = np.hypot(
            np.diff(np.interp(place, at, x[own][at])), np.diff(np.interp(place, at, y[own][at]))
        )
        inside = steps[at[0] : at[-1]]
        steps[: at[0]] = steps[at[-1] :] = inside.mean()
        hop[own] = np.append(0.0, steps) + 0.01
    return hop


def first_rows(trip: NDArray[np.int32]) -> NDArray[np.int64]:
    """Position of the first row of each trip; rows of a trip stand together."""
    return np.flatnonzero(np.diff(trip, prepend=-1))


def without_broken_trips(
    files: Files, trips: pl.DataFrame, rows: Rows, called: NDArray[np.bool_]
) -> Rows:
    """Leave out trips with unknown or backward times, and those of single stops.

    Parameters
    ----------
    files : Files
        The feed.
    trips : polars DataFrame
        Trips.
    rows : Rows
        Their calls at stops with a place.
    called : ndarray of bool
        Trips that had calls at all, at whatever stops.
    """
    bad = (rows.sequence < 0) | (rows.arrival_s < 0) | (rows.departure_s < 0)
    bad |= rows.departure_s < rows.arrival_s
    bad[1:] |= (rows.trip[1:] == rows.trip[:-1]) & (rows.arrival_s[1:] < rows.departure_s[:-1])
    broken = np.unique(rows.trip[bad])
    calls = np.bincount(rows.trip, minlength=trips.height)
    single = np.flatnonzero(called & (calls < 2))
    broken = np.setdiff1d(broken, single)
    if len(broken):
        message = (
            f"{len(broken)} Fahrten mit fehlenden oder rückwärts laufenden Zeiten: nicht verwendet"
        )
        files.note("stop_times.txt", trips["trip_id"][int(broken[0])], message)
    if len(single):
        message = f"{len(single)} Fahrten mit weniger als zwei brauchbaren Halten: nicht verwendet"
        files.note("stop_times.txt", trips["trip_id"][int(single[0])], message)
    calls[broken] = 0
    return rows.take(calls[rows.trip] > 1)
