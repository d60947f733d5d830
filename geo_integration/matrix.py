"""Travel times between any two lists of places, without a county folder: one step after another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from geo_integration import runs
from geo_integration.errors import SourceError
from geo_integration.inputs.points import read_points
from geo_integration.inputs.streets import read_streets
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.journeys.networks import build_street_network, street_report
from geo_integration.journeys.snapping import on_islands, unsnapped
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.transit import build_network, changes
from geo_integration.journeys.travel_times import Window, travel_times
from geo_integration.journeys.walking import coordinates, walking_times, walks_between_stops
from geo_integration.outputs.matrix import write_matrix
from geo_integration.settings import Transit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.journeys.networks import StreetNetwork
    from geo_integration.journeys.sparse import Walks
    from geo_integration.journeys.transit import Network

DETOUR_FACTOR, MAX_SNAP_M = 1.3, 500.0
MAX_CHANGE_S, LEAST_CHANGE_S = 600, 60
# Fewer trips than this share of the median of the weekday, and the date is not a usual one.
THIN = 0.7
DRAWS = 20

Modes = Literal["walk,transit", "walk,transit,on_demand", "walk", "bike", "car"]


@dataclass(frozen=True)
class Question:
    """What is asked for.

    `window` is when one leaves, or has to be there; `max_walk_min` the longest walk to or from a
    stop, and half of the longest one all the way.
    """

    origins: Path
    destinations: Path
    modes: Modes
    window: Window
    percentiles: tuple[float, ...] = (50,)
    date: dt.date | None = None
    gtfs: tuple[Path, ...] = ()
    streets: Path | None = None
    walk_kmh: float = 4.8
    max_walk_min: float = 30.0
    transit: Transit = field(default_factory=Transit)

    @property
    def by_timetable(self) -> bool:
        """Whether vehicles are taken."""
        return "transit" in self.modes


class Matrix(NamedTuple):
    """Travel times: minutes by column name, shape (origins, destinations), NaN: no way.

    `notes` says, in German, what a reader has to know; `made_from` what it was computed from.
    """

    origins: list[str]
    destinations: list[str]
    minutes: dict[str, NDArray[np.float32]]
    notes: list[str]
    made_from: dict[str, object]


def find_matrix(
    question: Question, *, progress: Callable[[int, int], None] | None = None
) -> Matrix:
    """Read the files and compute all travel times.

    Parameters
    ----------
    question : Question
        What is asked for.
    progress : callable, optional
        Called with (done, total) searches.

    Returns
    -------
    Matrix
        Every pair is there.

    Raises
    ------
    GeoIntegrationError
        When a file cannot be used, or nothing runs on the date.
    """
    faults = FaultList()
    origins = read_points(question.origins, faults)
    destinations = read_points(question.destinations, faults)
    crs = _metric_crs(question, origins)
    places = [coordinates(points.to_crs(crs).geometry) for points in (origins, destinations)]
    streets = None if question.streets is None else read_streets(question.streets, crs)
    mode: Literal["walk", "bike", "car"] = "walk"
    if question.modes in ("bike", "car"):
        mode = "bike" if question.modes == "bike" else "car"
    network = build_street_network(
        streets, mode=mode, speed_kmh=question.walk_kmh if mode == "walk" else None,
        detour_factor=DETOUR_FACTOR, max_snap_m=MAX_SNAP_M,
    )  # fmt: skip
    notes = _street_notes(question, network, places)
    limit_s = question.window.max_s
    if question.by_timetable:
        limit_s = min(limit_s, int(2 * question.max_walk_min * 60))
    direct = walking_times(network, places[0], places[1], limit_s)
    if question.by_timetable:
        days, access, egress, found = _timetable(question, network, places, crs, faults)
        notes += found
        seconds = travel_times(
            days[0], access, egress, direct, question.window, question.percentiles,
            draws=days[1:], progress=progress,
        )  # fmt: skip
        names = [f"travel_time_p{p:02g}_min" for p in question.percentiles]
    else:
        seconds = _filled(direct, len(destinations))[None]
        names = ["travel_time_min"]
    return Matrix(
        origins["id"].tolist(),
        destinations["id"].tolist(),
        {name: _minutes(values) for name, values in zip(names, seconds, strict=True)},
        list(dict.fromkeys([*notes, *(_say(fault) for fault in faults)])),
        _made_from(question, crs),
    )


def write(matrix: Matrix, path: Path) -> Path:
    """Write the table, and beside it what it was made from.

    Returns
    -------
    Path
        The file that says what the table was made from.
    """
    write_matrix(path, matrix.origins, matrix.destinations, matrix.minutes)
    sidecar = path.with_suffix(".json")
    runs.write_manifest(
        sidecar,
        {
            **matrix.made_from,
            "run": runs.run_digest(matrix.made_from),
            "notes": matrix.notes,
            "outputs": {path.name: runs.digest(path)},
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        },
    )
    return sidecar


def _metric_crs(question: Question, origins: gpd.GeoDataFrame) -> str:
    """The UTM zone that the origins lie in."""
    known = origins[origins.geometry.notna()]
    if known.empty:
        raise SourceError(f"{question.origins}: kein einziger Ort hat Koordinaten")
    return str(known.estimate_utm_crs())


def _street_notes(
    question: Question, network: StreetNetwork, places: Sequence[NDArray[np.float64]]
) -> list[str]:
    """How walking is measured, and who is too far from any street."""
    if question.streets is None:
        return [f"Ohne Straßennetz: Luftlinie mal {DETOUR_FACTOR:g}".replace(".", ",")]
    report = street_report(network)
    share = f"{report.share_largest * 100:.1f}".replace(".", ",")
    notes = [f"Straßennetz: {report.components} Teile, {share} % der Länge im größten"]
    for path, points in zip((question.origins, question.destinations), places, strict=True):
        lost, cut_off = (int(f(network, points).sum()) for f in (unsnapped, on_islands))
        if cut_off:
            notes.append(
                f"{path.name}: {cut_off} von {len(points)} Orten liegen an Wegen ohne Verbindung "
                f"zum übrigen Netz"
            )
        if lost:
            notes.append(
                f"{path.name}: {lost} von {len(points)} Orten liegen mehr als {MAX_SNAP_M:g} m von "
                f"jeder Straße; von dort führt kein Weg"
            )
    return notes


def _timetable(
    question: Question,
    network: StreetNetwork,
    places: Sequence[NDArray[np.float64]],
    crs: str,
    faults: FaultList,
) -> tuple[list[tuple[Network, Network]], Walks, Walks, list[str]]:
    """The service day, once or in several draws; walks to the stops; what must be said of it."""
    if not question.gtfs or question.date is None:
        raise SourceError("Mit transit werden --gtfs und --date gebraucht")
    feed = read_feeds(question.gtfs, question.transit, crs, faults)
    halts = coordinates(feed.stops.geometry)
    access, egress = (
        walking_times(network, points, halts, question.max_walk_min * 60) for points in places
    )
    change = changes(
        walks_between_stops(network, halts, MAX_CHANGE_S), LEAST_CHANGE_S, feed.transfers
    )
    scheduled = ~feed.trips["on_demand"].to_numpy(bool)
    by_chance = bool((~feed.frequencies["exact"]).any())
    days = []
    for draw in range(DRAWS) if by_chance else (None,):
        table = connections_on(
            feed, question.date, span=question.window.span_s, draw=draw
        )  # fmt: skip
        if "on_demand" not in question.modes:
            table = table[scheduled[table["trip"].to_numpy(int)]]
        days.append((build_network(table, change), build_network(table, change, reverse=True)))
    notes = _date_notes(question.date, trips_by_date(feed))
    if by_chance:
        notes.append(f"Fahrten nach Takt ohne feste Zeiten: {DRAWS} Ziehungen zusammen ausgewertet")
    return days, access, egress, notes


def _date_notes(date: dt.date, counts: pd.Series) -> list[str]:
    """Say when much less runs on a date than is usual on its weekday."""
    same = counts[[d.weekday() == date.weekday() for d in counts.index]]
    usual = float(same[same > 0].median()) if len(same) else 0.0
    trips = int(counts.get(date, 0))
    notes = [f"Verkehrstag {date:%d.%m.%Y}: {trips} Fahrten"]
    if trips < THIN * usual:
        notes.append(
            f"WARNUNG: das sind weniger als {THIN * 100:.0f} % der an diesem Wochentag üblichen "
            f"{usual:g}; ein Feiertag, oder der Fahrplan ist unvollständig"
        )
    return notes


def _filled(walks: Walks, size: int) -> NDArray[np.int32]:
    """Walking times of all pairs, FAR where it is too far."""
    seconds = np.full((len(walks.start) - 1, size), FAR, np.int32)
    row = np.repeat(np.arange(len(seconds)), np.diff(walks.start))
    seconds[row, walks.target] = walks.seconds
    return seconds


def _minutes(seconds: NDArray[np.int32]) -> NDArray[np.float32]:
    """Minutes, to the hundredth; NaN where there is no way."""
    minutes: NDArray[np.float32] = np.where(seconds < FAR, seconds / 60, np.nan).astype(np.float32)
    return minutes.round(2)


def _say(fault: dict[str, object]) -> str:
    """A fault of the inputs in one line."""
    row = f", Zeile {fault['row']}" if fault["row"] else ""
    found = f" (gefunden: {fault['found']})" if fault["found"] else ""
    return f"{fault['file']}{row}: {fault['message']}{found}"


def _made_from(question: Question, crs: str) -> dict[str, object]:
    """All that the numbers depend on."""
    files = [question.origins, question.destinations, *question.gtfs]
    files += [question.streets] if question.streets else []
    return {
        "versions": runs.versions(),
        "inputs": runs.input_digests(question.origins.parent, files),
        "crs": crs,
        "modes": question.modes,
        "date": question.date,
        "window": question.window._asdict(),
        "percentiles": list(question.percentiles),
        "walk_kmh": question.walk_kmh,
        "max_walk_min": question.max_walk_min,
        "detour_factor": DETOUR_FACTOR if question.streets is None else None,
        "max_change_s": MAX_CHANGE_S,
        "least_change_s": LEAST_CHANGE_S,
    }
