"""GTFS frequencies: trips that run every so many minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl

from geo_integration.inputs.gtfs.files import number, text
from geo_integration.inputs.gtfs.phoned import ON_CALL
from geo_integration.inputs.gtfs.stop_times import seconds

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files

COLUMNS = ("trip", "start_s", "end_s", "headway_s", "exact")
_SEED = 1


def read_frequencies(files: Files, trips: pl.DataFrame) -> pd.DataFrame:
    """Read which trips stand for many.

    Parameters
    ----------
    files : Files
        The feed.
    trips : polars DataFrame
        Trips, in their final order.

    Returns
    -------
    DataFrame
        trip (position), start_s, end_s, headway_s, exact (the departures are fixed).
    """
    table = files.tables.get("frequencies.txt")
    if table is None or not table.height:
        return no_frequencies()
    start, end = seconds(table["start_time"]), seconds(table["end_time"])
    # Both halves of a trip that is phoned for at some stops run at the same intervals.
    known = trips.select(pl.col("trip_id").str.strip_suffix(ON_CALL)).with_row_index("trip")
    spans = table.select(
        "trip_id",
        pl.Series("start_s", start),
        pl.Series("end_s", end),
        number(table, "headway_secs").fill_null(0).alias("headway_s"),
        (text(table, "exact_times") == "1").alias("exact"),
    ).join(known, on="trip_id", how="left", maintain_order="left")
    good = (
        spans["trip"].is_not_null() & (spans["start_s"] >= 0) & (spans["headway_s"] >= 1)
        & (spans["start_s"] < spans["end_s"])
    )  # fmt: skip
    for name in spans.filter(~good)["trip_id"]:
        message = "Takt ohne brauchbare Zeiten oder Abstand: die Fahrt bleibt, wie sie ist"
        files.note("frequencies.txt", name, message)
    spans = spans.filter(good)
    found = {name: spans[name].cast(pl.Int64).to_numpy() for name in COLUMNS[:-1]}
    return pd.DataFrame({**found, "exact": spans["exact"].to_numpy()})


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
        for the same draw and date. Without one all leave at the start of their span.

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
        drawn = (phase * headway).astype(np.int64)
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
