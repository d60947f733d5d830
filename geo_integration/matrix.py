"""Travel times between any two lists of places, without a county folder: one step after another."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from geo_integration import runs
from geo_integration.errors import FeedError, OutputError, SourceError
from geo_integration.files import require_writable
from geo_integration.inputs.points import (
    local_crs,
    local_name,
    middle,
    note_far,
    read_points,
    spoken,
)
from geo_integration.inputs.streets import read_streets
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.shortest import whole_seconds
from geo_integration.journeys.snapping import snap, unsnapped
from geo_integration.journeys.sparse import FAR, Walks, by_row, rows_of
from geo_integration.journeys.transit import build_network, changes
from geo_integration.journeys.travel_times import STEP_S, Window, travel_times
from geo_integration.journeys.walking import coordinates, walking_times, walks_between_stops
from geo_integration.matrix_notes import (
    date_notes,
    reach_notes,
    say,
    service_notes,
    street_notes,
)
from geo_integration.outputs.matrix import MADE_BY, require_own, side_file, write_matrix
from geo_integration.profile import Transit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.inputs.timetable import Feed
    from geo_integration.journeys.networks import StreetNetwork
    from geo_integration.journeys.transit import Network

    Floats = NDArray[np.float64]

DETOUR_FACTOR, MAX_SNAP_M = 1.3, 500.0
MAX_CHANGE_S, LEAST_CHANGE_S = 600, 60
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

    `notes` says, in German, what a reader has to know; `faults` what is wrong with rows of the
    inputs; `made_from` what it was computed from.
    """

    origins: list[str]
    destinations: list[str]
    minutes: dict[str, NDArray[np.float32]]
    notes: list[str]
    faults: list[str]
    made_from: dict[str, object]


def asked_window(
    stated_s: int, minutes: int, *, arrive_by: bool, max_s: int, max_rides: int | None = None
) -> Window:
    """Make the window that is asked for.

    Parameters
    ----------
    stated_s : int
        The time that is stated, seconds of the day: the earliest one of leaving, or, with
        `arrive_by`, the latest one of being there.
    minutes : int
        How many minutes, from the stated one on, or up to it.
    arrive_by : bool
        Whether it is about being there.
    max_s : int
        Longest way.
    max_rides : int, optional
        Most vehicles.

    Returns
    -------
    Window
        With `arrive_by` it may begin on the day before.
    """
    first = stated_s - (minutes - 1) * STEP_S if arrive_by else stated_s
    return Window(first, minutes, arrive_by=arrive_by, max_s=max_s, max_rides=max_rides)


def find_matrix(
    question: Question,
    *,
    faults: FaultList | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Matrix:
    """Read the files and compute all travel times.

    Parameters
    ----------
    question : Question
        What is asked for.
    faults : FaultList, optional
        Gets what is wrong with rows of the inputs, also when an error follows.
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
    faults = FaultList() if faults is None else faults
    for path in question.gtfs:
        if not path.exists():
            raise SourceError(f"{path}: die Datei fehlt")
    lists = [read_points(path, faults) for path in (question.origins, question.destinations)]
    centre = middle(*lists)
    for path, points in zip((question.origins, question.destinations), lists, strict=True):
        note_far(path, points, centre, faults)
    crs = local_crs(*centre)
    places = dict(
        zip(
            _names(question),
            (coordinates(points.to_crs(crs).geometry) for points in lists),
            strict=True,
        )
    )
    network = _street_network(question, list(places.values()), centre)
    notes = [f"Ohne Straßennetz: Luftlinie mal {DETOUR_FACTOR:g}".replace(".", ",")]
    feed = _feed(question, crs, faults) if question.by_timetable else None
    if question.streets is not None:
        stops = {} if feed is None else {"Haltestellen": coordinates(feed.stops.geometry)}
        notes = street_notes(question.streets, network, places | stops)
    limit_s = question.window.max_s
    if feed is not None:
        limit_s = min(limit_s, int(2 * question.max_walk_min * 60))
    origins, destinations = places.values()
    direct = _direct(network, origins, destinations, limit_s)
    if feed is not None:
        days, access, egress, found = _timetable(question, network, places, feed)
        notes += found
        seconds = travel_times(
            days[0], access, egress, direct, question.window, question.percentiles,
            draws=days[1:], progress=progress,
        )  # fmt: skip
        names = [column_name(p) for p in question.percentiles]
    else:
        seconds = _filled(direct, len(lists[1]))[None]
        names = ["travel_time_min"]
    return Matrix(
        lists[0]["id"].tolist(),
        lists[1]["id"].tolist(),
        {name: _minutes(values) for name, values in zip(names, seconds, strict=True)},
        notes,
        list(dict.fromkeys(say(fault) for fault in faults)),
        _made_from(question, local_name(*centre)),
    )


def column_name(percentile: float) -> str:
    """Name of the column of a percentile."""
    return f"travel_time_p{percentile:02g}_min"


def check_output(question: Question, path: Path) -> None:
    """Make sure, before anything is computed, that the result can be written where it should go.

    Parameters
    ----------
    question : Question
        Its files stay as they are.
    path : Path
        Where the table is to be written.

    Raises
    ------
    OutputError
        When that, or the file beside it, is an input, is somebody else's, or cannot be written.
    """
    for output in (path, side_file(path)):
        for given in _inputs(question):
            same = output.exists() and given.exists() and output.samefile(given)
            if same or output.resolve() == given.resolve():
                raise OutputError(
                    f"{output}: ist eine der Eingaben und wird nicht ersetzt; für das Ergebnis "
                    f"(-o) einen anderen Namen wählen"
                )
    require_own(path)
    for output in (path, side_file(path)):
        require_writable(output)


def write(matrix: Matrix, path: Path) -> Path:
    """Write the table, and beside it what it was made from.

    Returns
    -------
    Path
        The file that says what the table was made from.
    """
    write_matrix(path, matrix.origins, matrix.destinations, matrix.minutes)
    side = side_file(path)
    runs.write_manifest(
        side,
        {
            "made_by": MADE_BY,
            **matrix.made_from,
            "run": runs.run_digest(matrix.made_from),
            "notes": [*matrix.notes, *matrix.faults],
            "outputs": {path.name: runs.digest(path)},
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        },
    )
    return side


def _inputs(question: Question) -> list[Path]:
    """All files that are read; of folders what is in them."""
    files = [question.origins, question.destinations]
    for path in question.gtfs:
        files += sorted(f for f in path.iterdir() if f.is_file()) if path.is_dir() else [path]
    return files + ([question.streets] if question.streets else [])


def _names(question: Question) -> tuple[str, str]:
    """What origins and destinations are called: their files, which may be the same."""
    one, other = question.origins.name, question.destinations.name
    return (one, other) if one != other else (f"{one} (Start)", f"{other} (Ziel)")


# Streets ----------------------------------------------------------------------------------------


def _street_network(
    question: Question, places: list[Floats], centre: tuple[float, float]
) -> StreetNetwork:
    """What is walked, cycled or driven on; an error where it lies elsewhere than all places."""
    mode: Literal["walk", "bike", "car"] = "walk"
    if question.modes in ("bike", "car"):
        mode = "bike" if question.modes == "bike" else "car"
    path, crs, streets = question.streets, local_crs(*centre), None
    elsewhere = (
        f"{path}: die Straßen liegen woanders als die Orte ({spoken(*centre)}). Passenden Auszug "
        f"nehmen, oder in den Listen der Orte lon und lat prüfen"
    )
    if path is not None:
        try:
            streets = read_streets(path, crs)
        except SourceError as error:
            # Who reads streets names the CRS where it does not hold for them.
            raise SourceError(elsewhere) if crs in str(error) else error from error
    network = build_street_network(
        streets, mode=mode, speed_kmh=question.walk_kmh if mode == "walk" else None,
        detour_factor=DETOUR_FACTOR, max_snap_m=MAX_SNAP_M,
    )  # fmt: skip
    if streets is not None and all(unsnapped(network, points).all() for points in places):
        raise SourceError(elsewhere)
    return network


def _direct(network: StreetNetwork, origins: Floats, destinations: Floats, limit_s: float) -> Walks:
    """Times of all pairs without a vehicle of the timetable.

    Where no street lies between two places, because they are nearer to each other than one of them
    to any street, the straight line is walked if that is quicker, as it is walked to the streets.
    """
    walks = walking_times(network, origins, destinations, limit_s)
    graph = network.graph
    if graph is None:
        return walks
    away = []
    for xy in (origins, destinations):
        snapped = snap(graph, xy, network.max_snap_m)
        away.append(np.where(snapped.edge < 0, 0.0, snapped.away_m))
    row, column = _nearer(origins, destinations, away[0])
    back = _nearer(destinations, origins, away[1])
    row, column = np.concatenate((row, back[1])), np.concatenate((column, back[0]))
    apart = np.hypot(*(origins[row] - destinations[column]).T)
    seconds = whole_seconds(apart / network.speed_ms)
    kept = seconds <= limit_s
    return _quickest(walks, row[kept], column[kept], seconds[kept])


def _nearer(
    places: Floats, others: Floats, within_m: Floats
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of a place and another that is no farther from it than so many metres."""
    one, two = (np.flatnonzero(np.isfinite(xy).all(axis=1)) for xy in (places, others))
    found = cKDTree(others[two]).query_ball_point(places[one], within_m[one], return_sorted=True)
    count = np.array([len(some) for some in found], np.int64)
    column = np.fromiter((i for some in found for i in some), np.int64, int(count.sum()))
    return np.repeat(one, count), two[column]


def _quickest(
    walks: Walks,
    row: NDArray[np.int64],
    target: NDArray[np.int64],
    seconds: NDArray[np.int32],
) -> Walks:
    """Walks with further ones; of several between the same two the quickest."""
    rows = np.concatenate((rows_of(walks), row.astype(np.int32)))
    targets = np.concatenate((walks.target, target.astype(np.int32)))
    both = np.concatenate((walks.seconds, seconds))
    order = np.lexsort((both, targets, rows))
    rows, targets, both = rows[order], targets[order], both[order]
    first = np.ones(len(rows), bool)
    first[1:] = (np.diff(rows) != 0) | (np.diff(targets) != 0)
    return by_row(rows[first], targets[first], both[first], len(walks.start) - 1)


# The timetable ----------------------------------------------------------------------------------


def _feed(question: Question, crs: str, faults: FaultList) -> Feed:
    """The timetables; calendars of many years are read around the date."""
    if not question.gtfs or question.date is None:
        raise SourceError("Mit transit werden --gtfs und --date gebraucht")
    transit = question.transit.model_copy(update={"reference_date": question.date})
    return read_feeds(question.gtfs, transit, crs, faults)


def _timetable(
    question: Question, network: StreetNetwork, places: Mapping[str, Floats], feed: Feed
) -> tuple[list[tuple[Network, Network]], Walks, Walks, list[str]]:
    """The service day, once or in several draws; walks to the stops; what must be said of it."""
    halts = coordinates(feed.stops.geometry)
    access, egress = (
        walking_times(network, points, halts, question.max_walk_min * 60)
        for points in places.values()
    )
    change = changes(
        walks_between_stops(network, halts, MAX_CHANGE_S), LEAST_CHANGE_S, feed.transfers
    )
    by_chance = bool((~feed.frequencies["exact"]).any())
    tables = [_runs(question, feed, draw) for draw in (range(DRAWS) if by_chance else (None,))]
    days = [
        (build_network(table, change), build_network(table, change, reverse=True))
        for table in tables
    ]
    one, other = places
    notes = [
        *date_notes(feed, _date(question), _used(question, feed)),
        *reach_notes((one, other), (access, egress), question.max_walk_min),
        *service_notes(
            tables[0], feed.trips["on_demand"].to_numpy(bool), (access, egress), question.window,
            booked="on_demand" in question.modes,
        ),
    ]  # fmt: skip
    if by_chance:
        notes.append(f"Fahrten nach Takt ohne feste Zeiten: {DRAWS} Ziehungen zusammen ausgewertet")
    return days, access, egress, notes


def _date(question: Question) -> dt.date:
    """The service day, which is there wherever a timetable is."""
    if question.date is None:
        raise SourceError("Mit transit wird --date gebraucht")
    return question.date


def _used(question: Question, feed: Feed) -> NDArray[np.bool_]:
    """Which trips may be taken."""
    booked = feed.trips["on_demand"].to_numpy(bool)
    return np.ones(len(booked), bool) if "on_demand" in question.modes else ~booked


def _runs(question: Question, feed: Feed, draw: int | None) -> pd.DataFrame:
    """CONNECTIONS of the service day, by the vehicles that may be taken."""
    date, used = _date(question), _used(question, feed)
    try:
        table = connections_on(feed, date, span=question.window.span_s, draw=draw)
    except FeedError as error:
        told = [note for note in date_notes(feed, date, used) if "gilt von" in note]
        words = [str(error), *(note.removeprefix("WARNUNG: ") for note in told)]
        raise FeedError("; ".join(words)) from error
    allowed = used[table["trip"].to_numpy(int)]
    if not allowed.any():
        raise FeedError(
            f"Am {date:%d.%m.%Y} fahren nach dem Fahrplan nur Rufbusse; mit --modes "
            f"walk,transit,on_demand zählen sie mit"
        )
    runs_then: pd.DataFrame = table[allowed]
    return runs_then


# The result -------------------------------------------------------------------------------------


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


def _made_from(question: Question, crs: str) -> dict[str, object]:
    """All that the numbers depend on."""
    used = question if question.by_timetable else replace(question, gtfs=())
    return {
        "versions": runs.versions(),
        "inputs": runs.input_digests(question.origins.parent, _inputs(used)),
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
