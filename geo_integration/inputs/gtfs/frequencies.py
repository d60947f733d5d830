"""GTFS frequencies: trips that run every so many minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl

from geo_integration.inputs.gtfs.files import number, text
from geo_integration.inputs.gtfs.phoned import ON_CALL
from geo_integration.inputs.gtfs.stop_times import first_rows, seconds

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files
    from geo_integration.inputs.gtfs.stop_times import Rows

COLUMNS = ("trip", "start_s", "end_s", "headway_s", "exact")
_SEED = 1
_MOST_HEADWAY_S = 7 * 24 * 3600
_SHOWN = 3


def first_departures(trips: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """Tell when each trip leaves the first of its stops, also one that is unknown.

    Parameters
    ----------
    trips : polars DataFrame
        Trips.
    rows : Rows
        All their calls, in order.

    Returns
    -------
    polars DataFrame
        trip_id, first_s (negative: not stated).
    """
    first = first_rows(rows.trip)
    return trips[rows.trip[first]].select("trip_id", pl.Series("first_s", rows.departure_s[first]))


def read_frequencies(
    files: Files, trips: pl.DataFrame, rows: Rows, starts: pl.DataFrame
) -> pd.DataFrame:
    """Read which trips stand for many.

    Parameters
    ----------
    files : Files
        The feed.
    trips : polars DataFrame
        Trips, in their final order.
    rows : Rows
        Their calls that are used.
    starts : polars DataFrame
        As `first_departures` gives it.

    Returns
    -------
    DataFrame
        trip (position), start_s, end_s, headway_s, exact (the departures are fixed). Start and end
        are those at the first stop that is used; where the first stops of a trip are left out,
        they are later by the time from there.
    """
    table = files.tables.get("frequencies.txt")
    if table is None or not table.height:
        return no_frequencies()
    spans = table.select(
        "trip_id",
        pl.Series("start_s", seconds(table["start_time"])).cast(pl.Int64),
        pl.Series("end_s", seconds(table["end_time"])).cast(pl.Int64),
        number(table, "headway_secs").fill_null(0).alias("headway_s"),
        (text(table, "exact_times") == "1").alias("exact"),
    )
    good = (
        (spans["start_s"] >= 0) & (spans["start_s"] < spans["end_s"])
        & spans["headway_s"].is_between(1, _MOST_HEADWAY_S)
    )  # fmt: skip
    message = (
        "Takte ohne brauchbare Zeiten oder Abstand: übergangen (eine Fahrt ohne anderen Takt fährt "
        "einmal, wie sie dasteht)"
    )
    _note(files, spans.filter(~good)["trip_id"], message)
    spans = spans.filter(good).with_columns(pl.col("headway_s").cast(pl.Int64))
    again = spans.filter(spans.is_duplicated())
    _note(files, again["trip_id"], "Zeilen stehen mehrfach da: gleiche zählen einmal")
    spans = spans.unique(maintain_order=True)
    found = _of_used_trips(files, spans, trips, _delays(files, trips, rows, starts))
    return pd.DataFrame({name: found[name].to_numpy() for name in COLUMNS})


def _note(files: Files, names: pl.Series, message: str) -> None:
    """Say how many rows are wrong, and of which trips."""
    if len(names):
        shown = ", ".join(names.unique(maintain_order=True)[:_SHOWN])
        files.note("frequencies.txt", shown, f"{len(names)} {message}")


def _delays(files: Files, trips: pl.DataFrame, rows: Rows, starts: pl.DataFrame) -> pl.DataFrame:
    """Trips with calls: id in the feed, position, how much later they leave the first used stop."""
    first = first_rows(rows.trip)
    # Both halves of a trip that is phoned for at some stops run at the same intervals.
    used = pl.DataFrame(
        {
            "trip": rows.trip[first].astype(np.int64),
            "trip_id": trips[rows.trip[first]]["trip_id"].str.strip_suffix(ON_CALL),
            "used_s": rows.departure_s[first].astype(np.int64),
        }
    ).join(starts, on="trip_id", how="left", maintain_order="left")
    named = used["trip_id"].is_in(files.tables["frequencies.txt"]["trip_id"].implode())
    message = (
        "Fahrten im Takt, deren erste Halte ohne Ort und ohne Zeit sind: die Abfahrten gelten für "
        "den ersten Halt mit Ort"
    )
    _note(files, used.filter(named & (pl.col("first_s") < 0))["trip_id"], message)
    late = pl.when(pl.col("first_s") < 0).then(0).otherwise(pl.col("used_s") - pl.col("first_s"))
    return used.select("trip_id", "trip", late.cast(pl.Int64).alias("late_s"))


def _of_used_trips(
    files: Files, spans: pl.DataFrame, trips: pl.DataFrame, used: pl.DataFrame
) -> pl.DataFrame:
    """Rows of the trips that run by stops and times, from the first stop that is used."""
    names = spans["trip_id"]
    unknown = ~names.is_in(files.tables["trips.txt"]["trip_id"].implode())
    _note(files, names.filter(unknown), "Takte unbekannter Fahrten: übergangen")
    flexible = names.is_in(trips["trip_id"].implode()) & ~names.is_in(used["trip_id"].implode())
    message = "Takte von Bedarfsfahrten ohne feste Zeiten: übergangen, es gilt ihr Zeitfenster"
    _note(files, names.filter(flexible), message)
    found = spans.join(used, on="trip_id", how="inner", maintain_order="left")
    return found.with_columns(pl.col("start_s", "end_s") + pl.col("late_s"))


def no_frequencies() -> pd.DataFrame:
    """Make the table of a feed in which every trip stands for itself."""
    kinds = dict.fromkeys(COLUMNS, np.dtype(np.int64)) | {"exact": np.dtype(bool)}
    return pd.DataFrame({name: np.empty(0, kind) for name, kind in kinds.items()})


def departures(
    frequencies: pd.DataFrame, date: dt.date, draw: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write the departures of one date out.

    Parameters
    ----------
    frequencies : DataFrame
        As `read_frequencies` gives it.
    date : date
        The service day.
    draw : int, optional
        Number of a random draw: rows that are not exact leave up to one interval later, the same
        for the same draw and date. Without one all leave at the start of their span. In a span
        shorter than its interval the draw is within the span: the feed says that a vehicle comes,
        so exactly one does.

    Returns
    -------
    tuple of ndarray
        Trip and departure (seconds) of each run; the end of the span is no departure.
    """
    start, end, headway = (
        frequencies[c].to_numpy(np.int64) for c in ("start_s", "end_s", "headway_s")
    )
    if draw is not None and len(start):
        phase = np.random.default_rng([_SEED, draw, date.toordinal()]).random(len(start))
        drawn = (phase * np.minimum(headway, end - start)).astype(np.int64)
        start = np.where(frequencies["exact"].to_numpy(), start, start + drawn)
    runs = np.maximum(-(-(end - start) // headway), 0)
    row = np.repeat(np.arange(len(start)), runs)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(runs) - runs, runs)
    return frequencies["trip"].to_numpy(np.int64)[row], start[row] + turn * headway[row]


def runs_per_trip(frequencies: pd.DataFrame, trips: int) -> NDArray[np.int64]:
    """Count how often each trip runs on a day of its service."""
    counts = np.ones(trips, np.int64)
    trip = frequencies["trip"].to_numpy(np.int64)
    counts[trip] = 0
    span = (frequencies["end_s"] - frequencies["start_s"]).to_numpy(np.int64)
    np.add.at(counts, trip, -(-span // frequencies["headway_s"].to_numpy(np.int64)))
    return counts
