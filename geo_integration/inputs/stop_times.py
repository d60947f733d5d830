"""GTFS stop times: seconds of the service day, blanks filled, broken trips left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.inputs.gtfs import NOT_THERE, column

if TYPE_CHECKING:
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList


def read_stop_times(
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
            "board": column(raw, "pickup_type") != NOT_THERE,
            "alight": column(raw, "drop_off_type") != NOT_THERE,
        }
    ).sort_values(["trip_id", "sequence"], kind="stable")


def _seconds(times: pd.Series) -> pd.Series:
    """Times like "25:10:00" -> 90600; missing where blank or not a time."""
    parts = pd.Series(times.unique(), dtype=str)
    found = parts.str.strip().str.extract(r"^(\d{1,3}):([0-5]?\d):([0-5]?\d)$").astype(float)
    values = found[0] * 3600 + found[1] * 60 + found[2]
    return times.map(dict(zip(parts, values, strict=True))).astype(float)


def with_frequencies(
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


def read_served_stops(
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
    name = column(good, "stop_name").where(lambda s: s != "", good["stop_id"])
    stops = gpd.GeoDataFrame(
        {"stop_id": good["stop_id"].to_numpy(), "name": name.to_numpy()},
        geometry=gpd.points_from_xy(lon[good.index], lat[good.index], crs="EPSG:4326"),
    ).to_crs(crs)
    times = times[times["stop_id"].isin(stops["stop_id"])]
    return stops, times.assign(stop=pd.Index(stops["stop_id"]).get_indexer(times["stop_id"]))


def interpolated(stops: gpd.GeoDataFrame, times: pd.DataFrame) -> pd.DataFrame:
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


def without_broken_trips(path: Path, times: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
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
