"""What the benchmarks share: the data, the clock, a peer."""

from __future__ import annotations

import importlib
import multiprocessing
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))
sys.path.insert(0, str(TESTS / "journeys"))

import feeds  # noqa: E402  found by the path above
from porto_alegre import data_folder  # noqa: E402

try:
    import resource
except ImportError:  # Windows
    resource = None

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from geo_integration.journeys.sparse import Walks
    from geo_integration.streets import Streets

MISSING = "no data of Porto Alegre in ../shared/data or GEO_INTEGRATION_SHARED: nothing measured"
MINUTE, HOUR = 60, 3600


class Matrix(NamedTuple):
    """Homes and destinations of Porto Alegre with their walks."""

    city: feeds.City
    access: Walks
    egress: Walks
    direct: Walks


def matrix(origins: int, destinations: int | None = None) -> Matrix:
    """Take the first hexagons as homes, and some of them (None: the same) as destinations."""
    city = feeds.porto_alegre()
    homes = city.homes[:origins]
    places = homes
    if destinations is not None:
        chosen = np.random.default_rng(1).choice(origins, destinations, replace=False)
        places = homes[np.sort(chosen)]
    return Matrix(
        city,
        feeds.walks_to_stops(city, homes),
        feeds.walks_to_stops(city, places),
        feeds.walks_between(city, homes, places),
    )


def seconds(task: Callable[[], object], runs: int = 3) -> float:
    """Median seconds of some runs, after one that is not counted."""
    task()
    took = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def peak_mb() -> float:
    """Most memory that this process has had so far, MB; NaN where that is not told."""
    if resource is None:
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def alone(task: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    """Run a task in a process of its own, so that its peak of memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(task, *arguments).result()


def row(*cells: object) -> None:
    """Print a row of a Markdown table."""
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def here() -> bool:
    """Whether the data are here; says so if not."""
    if data_folder() is None:
        print(MISSING)
    return data_folder() is not None


def points_on(streets: Streets, count: int, seed: int) -> NDArray[np.float64]:
    """Seeded random points on the streets that people walk on, shape (count, 2)."""
    edges = streets.edges
    inner = np.ones(len(edges.shape_xy) - 1, bool)
    inner[edges.shape_start[1:-1] - 1] = False
    inner &= np.repeat(edges.walk, np.diff(edges.shape_start))[:-1]
    first = np.flatnonzero(inner)
    a, b = edges.shape_xy[first], edges.shape_xy[first + 1]
    length = np.hypot(*(b - a).T)
    rng = np.random.default_rng(seed)
    part = rng.choice(len(first), count, p=length / length.sum())
    along = rng.random((count, 1))
    return a[part] + along * (b[part] - a[part])


def peer(work: Matrix, path: Path, pairs: int) -> tuple[float, int] | None:
    """Seconds that nigiri needs for a query, by the median of pairs at 14:00; None: not installed.

    What is timed is the call that searches one pair, and no preparation: reading the feed, walks
    and the lists of stops near both ends are made before.
    """
    try:
        nigiri = importlib.import_module("pynigiri")
    except ImportError:
        return None
    timetable, at, midnight = loaded(nigiri, work.city, path)

    def offsets(walks: Walks, place: int) -> list[Any]:
        near = feeds.row_of(walks, place)
        return [nigiri.Offset(at[stop], s // MINUTE, 0) for stop, s in near.items()]

    rng = np.random.default_rng(2)
    queries = []
    for _ in range(pairs):
        query = nigiri.Query()
        query.start_match_mode = query.dest_match_mode = nigiri.LocationMatchMode.INTERMODAL
        query.start_time, query.max_travel_time = midnight + 14 * 60, 120
        query.start = offsets(work.access, int(rng.integers(len(work.access.start) - 1)))
        query.destination = offsets(work.egress, int(rng.integers(len(work.egress.start) - 1)))
        query.use_start_footpaths = False
        queries.append(query)
    total = seconds(lambda: [nigiri.route(timetable, query) for query in queries])
    return total / pairs, pairs


def loaded(nigiri: Any, city: feeds.City, path: Path) -> tuple[Any, list[Any], int]:  # noqa: ANN401
    """Write the city's day for nigiri and load it: timetable, its stops, midnight in minutes."""
    places = city.feed.stops.geometry.to_crs(4326)
    leaves = np.repeat(np.arange(len(places)), np.diff(city.change.start))
    transfers = zip(
        leaves.tolist(), city.change.target.tolist(), city.change.seconds.tolist(), strict=True
    )
    stops = list(zip(places.x, places.y, strict=True))
    feeds.write_feed(path, stops, feeds.lines_in(city.connections), transfers=transfers)
    options, config = nigiri.FinalizeOptions(), nigiri.LoaderConfig()
    options.adjust_footpaths, options.max_footpath_length = False, 10
    config.link_stop_distance = 0
    source = nigiri.TimetableSource("city", str(path), config)
    span = f"{feeds.MONDAY}", f"{feeds.MONDAY.replace(day=feeds.MONDAY.day + 1)}"
    timetable = nigiri.load_timetable([source], *span, options)
    at = [timetable.find_location(str(stop)) for stop in range(len(places))]
    return timetable, at, (feeds.MONDAY - feeds.MONDAY.replace(1970, 1, 1)).days * 1440
