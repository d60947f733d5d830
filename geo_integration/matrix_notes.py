"""What a reader of travel times has to know of the streets, the timetable and the places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.inputs.gtfs.frequencies import runs_per_trip
from geo_integration.inputs.street_graph import share_unnamed
from geo_integration.journeys.networks import street_report
from geo_integration.journeys.snapping import on_islands, unsnapped

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from geo_integration.inputs.timetable import Feed
    from geo_integration.journeys.networks import StreetNetwork
    from geo_integration.journeys.sparse import Walks
    from geo_integration.journeys.travel_times import Window

# Fewer trips than this share of the median of the weekday, and the date is not a usual one.
THIN = 0.7
# More streets without a kind than this share are told.
_MANY_UNNAMED = 0.01
_LEAST_SPAN_S = 3600


def street_notes(
    path: Path, network: StreetNetwork, places: Mapping[str, NDArray[np.float64]]
) -> list[str]:
    """Tell how connected the streets are, and which places are too far from any.

    Parameters
    ----------
    path : Path
        File of the streets.
    network : StreetNetwork
        What was read from it.
    places : mapping of str to ndarray, shape (n, 2)
        Lists of places by name: metres, NaN where there is no place.

    Returns
    -------
    list of str
        German sentences.
    """
    report = street_report(network)
    share = f"{report.share_largest * 100:.1f}".replace(".", ",")
    notes = [f"Straßennetz: {report.components} Teile, {share} % der Länge im größten"]
    unnamed = share_unnamed(path) if path.suffix.lower() == ".graphml" else 0.0
    if unnamed > _MANY_UNNAMED:
        notes.append(
            f"WARNUNG: {path.name}: {unnamed * 100:.0f} % der Straßen nennen ihre Art nicht "
            f"(highway); sie gelten als Straßen, auf denen alle gehen und fahren dürfen"
        )
    for name, points in places.items():
        notes += _off_streets(name, network, points)
    return notes


def _off_streets(name: str, network: StreetNetwork, points: NDArray[np.float64]) -> list[str]:
    """How many of some places streets do not lead to."""
    placed = points[np.isfinite(points).all(axis=1)]
    lost, cut_off = (int(f(network, placed).sum()) for f in (unsnapped, on_islands))
    notes = []
    if cut_off:
        notes.append(
            f"{name}: {cut_off} von {len(placed)} liegen an Wegen ohne Verbindung zum übrigen Netz"
        )
    if lost:
        loud = "WARNUNG: " if lost == len(placed) else ""
        beyond = int(_beyond(network, placed).sum())
        outside = f" ({beyond} davon außerhalb des Ausschnitts)" if beyond else ""
        notes.append(
            f"{loud}{name}: {lost} von {len(placed)} liegen mehr als {network.max_snap_m:g} m von "
            f"jeder Straße{outside}; dorthin und von dort führt kein Weg"
        )
    return notes


def _beyond(network: StreetNetwork, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie outside of all that the file of the streets covers."""
    if network.graph is None:
        return np.zeros(len(points), bool)
    ends = network.graph.lines.xy.reshape(-1, 2)
    low, high = ends.min(axis=0) - network.max_snap_m, ends.max(axis=0) + network.max_snap_m
    outside: NDArray[np.bool_] = ((points < low) | (points > high)).any(axis=1)
    return outside


def date_notes(feed: Feed, date: dt.date, used: NDArray[np.bool_]) -> list[str]:
    """Tell how much runs on a date, and which timetables do not hold on it.

    Parameters
    ----------
    feed : Feed
        The feed, or several joined.
    date : date
        The service day.
    used : ndarray of bool, shape (trips,)
        The trips that may be taken.

    Returns
    -------
    list of str
        German sentences; a timetable of which less than `THIN` of what is usual on that weekday
        runs is named.
    """
    counts = _daily_trips(feed, used)
    today = {name: int(days.get(pd.Timestamp(date), 0)) for name, days in counts.items()}
    notes = [f"Verkehrstag {date:%d.%m.%Y}: {sum(today.values())} Fahrten"]
    if len(today) > 1:
        notes[0] += f" ({', '.join(f'{name}: {trips}' for name, trips in today.items())})"
    for name, days in counts.items():
        first, last = days.index.min(), days.index.max()
        if not first <= pd.Timestamp(date) <= last:
            notes.append(
                f"WARNUNG: {name} gilt von {first:%d.%m.%Y} bis {last:%d.%m.%Y}, nicht am "
                f"{date:%d.%m.%Y}: seine Fahrten fehlen"
            )
            continue
        weekday = pd.DatetimeIndex(days.index).day_of_week
        same = days[(weekday == date.weekday()) & (days > 0)]
        usual = float(np.median(same)) if len(same) else 0.0
        if today[name] < THIN * usual:
            notes.append(
                f"WARNUNG: {name}: {today[name]} Fahrten sind weniger als {THIN * 100:.0f} % der "
                f"an diesem Wochentag üblichen {usual:g}; ein Feiertag, oder der Fahrplan ist "
                f"unvollständig"
            )
    return notes


def _daily_trips(feed: Feed, used: NDArray[np.bool_]) -> dict[str, pd.Series[int]]:
    """Trips of each feed by date, over all dates on which any of its services runs."""
    services = feed.services
    ids = services["service_id"].array
    at = ids.categories.get_indexer(feed.trips["service_id"])
    runs = runs_per_trip(feed.frequencies, len(feed.trips)) * used
    per_service = np.bincount(at, runs, len(ids.categories)).astype(np.int64)
    table = pd.DataFrame(
        {
            "feed": services["feed"].astype(object),
            "date": services["date"],
            "trips": per_service[ids.codes],
        }
    )
    found = table.groupby(["feed", "date"], sort=True)["trips"].sum()
    names = dict.fromkeys(feed.trips["feed"])
    return {name: found.xs(name, level="feed") for name in names}


def reach_notes(
    names: tuple[str, str], sides: tuple[Walks, Walks], max_walk_min: float
) -> list[str]:
    """Tell how many places have a stop within walking reach.

    Parameters
    ----------
    names : tuple of str
        What origins and destinations are called.
    sides : tuple of Walks
        From every origin, and from every destination, to the stops.
    max_walk_min : float
        Longest walk, minutes.

    Returns
    -------
    list of str
        German sentences.
    """
    count = [int((np.diff(walks.start) > 0).sum()) for walks in sides]
    size = [len(walks.start) - 1 for walks in sides]
    said = [f"{n} von {of} in {name}" for n, of, name in zip(count, size, names, strict=True)]
    notes = [f"Haltestelle in Gehweite ({max_walk_min:g} min): {', '.join(said)}"]
    notes += [
        f"WARNUNG: kein Ort in {name} hat eine Haltestelle in Gehweite, mit der gefahren wird; "
        f"Fahrplan, Lage der Orte, Straßen und --max-walk-minutes prüfen"
        for n, name in zip(count, names, strict=True)
        if not n
    ]
    return notes


def service_notes(
    table: pd.DataFrame,
    on_demand: NDArray[np.bool_],
    sides: tuple[Walks, Walks],
    window: Window,
    *,
    booked: bool,
) -> list[str]:
    """Warn where nothing runs from (or to) the stops in reach at the time asked for.

    Parameters
    ----------
    table : DataFrame
        CONNECTIONS of the day.
    on_demand : ndarray of bool, shape (trips,)
        Which trips are call-buses.
    sides : tuple of Walks
        From every origin, and from every destination, to the stops.
    window : Window
        When one leaves or has to be there; of less than an hour, an hour is looked at.
    booked : bool
        Whether call-buses were asked for.

    Returns
    -------
    list of str
        German sentences; none where all is well.
    """
    first, last = window.first_s, max(window.last_s, window.first_s + _LEAST_SPAN_S)
    if window.arrive_by:
        first, last = min(window.first_s, window.last_s - _LEAST_SPAN_S), window.last_s
    stops = np.unique(sides[int(window.arrive_by)].target)
    if not len(stops):
        return []
    columns, verb, side = ("from_stop", "board", "departure_s"), ("fährt", "ab"), "Startorte"
    if window.arrive_by:
        columns, verb, side = ("to_stop", "alight", "arrival_s"), ("kommt", "an"), "Ziele"
    stop, may, seconds = (table[name].to_numpy() for name in columns)
    near = np.isin(stop, stops) & may.astype(bool)
    inside = near & (seconds >= first) & (seconds <= last)
    span = f"zwischen {_clock(first)} und {_clock(last)} {verb[0]}"
    notes = []
    if not inside.any():
        day = seconds[near]
        other = f"nur von {_clock(day.min())} bis {_clock(day.max())}" if len(day) else "gar nicht"
        notes.append(
            f"WARNUNG: {span} an keiner Haltestelle in Gehweite der {side} etwas {verb[1]} (an "
            f"diesem Tag {other})"
        )
    if booked and not (inside & on_demand[table["trip"].to_numpy(int)]).any():
        known = "" if on_demand.any() else "; im Fahrplan ist gar kein Rufbus erkannt"
        notes.append(f"WARNUNG: {span} an Haltestellen in Gehweite kein Rufbus {verb[1]}{known}")
    return notes


def _clock(seconds: float) -> str:
    """Time of day; hours may pass 24."""
    minutes = int(seconds // 60)
    sign = "-" if minutes < 0 else ""
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def say(fault: dict[str, object]) -> str:
    """Tell a fault of the inputs in one line."""
    row = f", Zeile {fault['row']}" if fault["row"] else ""
    found = f" (gefunden: {fault['found']})" if fault["found"] else ""
    return f"{fault['file']}{row}: {fault['message']}{found}"
