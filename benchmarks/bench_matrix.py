"""Many to many by timetable: Porto Alegre's hexagons on a Monday afternoon.

Timed is `travel_times` alone; reading and the walks to stops are printed beside it. The peer is
nigiri, which searches one pair at a time, so its seconds are those of a sample times all pairs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import common

from geo_integration.journeys.travel_times import Window, travel_times

TWO = 14 * common.HOUR
TASKS = (
    ("one departure, 1,200 x 300", 1200, 300, Window(TWO), (50,), 1),
    ("one departure, 1,200 x 300", 1200, 300, Window(TWO), (50,), 4),
    ("60 departures, median, 1,200 x 300", 1200, 300, Window(TWO, 60), (50,), 1),
    ("60 departures, median, 1,200 x 300", 1200, 300, Window(TWO, 60), (50,), 4),
    ("120 departures, five percentiles, 1,227 x 1,227", 1227, None, Window(TWO, 120),
     (5, 25, 50, 75, 95), 4),
)  # fmt: skip
SAMPLE = 1000


def measure(number: int) -> None:
    """Measure one task."""
    name, origins, destinations, window, percentiles, threads = TASKS[number]
    start = time.perf_counter()
    work = common.matrix(origins, destinations)
    made = time.perf_counter() - start

    def task() -> None:
        travel_times(
            work.city.networks, work.access, work.egress, work.direct, window, percentiles,
            threads=threads,
        )  # fmt: skip

    took = common.seconds(task)
    ratio = ""
    if number == 0:
        with tempfile.TemporaryDirectory() as folder:
            rate = common.peer(work, Path(folder) / "city.zip", SAMPLE)
        if rate is not None:
            pairs = origins * (destinations or origins)
            ratio = (
                f"nigiri {rate[0] * 1000:.2f} ms a pair, measured on {rate[1]} pairs, so "
                f"{rate[0] * pairs:.0f} s: {rate[0] * pairs / took:.0f} times"
            )
    common.row(name, threads, f"{took:.2f}", f"{common.peak_mb():.0f}", f"{made:.1f}", ratio)


def main() -> int:
    """Measure every task in a process of its own."""
    if not common.here():
        return 0
    common.row("task", "threads", "seconds", "peak MB", "reading and walks, s", "peer")
    common.row(*["---"] * 6)
    for number in range(len(TASKS)):
        common.alone(measure, number)
    return 0


if __name__ == "__main__":
    sys.exit(main())
