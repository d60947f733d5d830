"""How the cost grows: with the timetable (x1, x4), and with the offers (x1, x10).

Porto Alegre's hexagons to some of them, the median of 60 departures from 14:00. Copies of the trips
run some seconds later than the trips themselves. No worse than linear is what is hoped for.
"""

from __future__ import annotations

import sys

import common
import feeds
import pandas as pd

from geo_integration.journeys.travel_times import Window, travel_times

WINDOW = Window(14 * common.HOUR, 60)
TASKS = ((1, 30), (4, 30), (1, 300), (4, 300))
SHIFT_S = 37


def copied(connections: pd.DataFrame, times: int) -> pd.DataFrame:
    """The same day with every trip several times, a little later each."""
    runs = int(connections["run"].max()) + 1
    parts = []
    for n in range(times):
        part = connections.copy()
        part["run"] += n * runs
        part["next_run"] = part["next_run"].where(part["next_run"] < 0, part["next_run"] + n * runs)
        part[["departure_s", "arrival_s"]] += n * SHIFT_S
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def measure(times: int, offers: int) -> float:
    """Measure one size."""
    work = common.matrix(1200, offers)
    day = copied(work.city.connections, times)
    networks = feeds.both_ways(day, work.city.change)
    took = common.seconds(
        lambda: travel_times(networks, work.access, work.egress, work.direct, WINDOW, threads=4)
    )
    common.row(f"x{times}", f"{len(day):,}", offers, f"{took:.2f}", f"{common.peak_mb():.0f}")
    return took


def main() -> int:
    """Measure every size in a process of its own, then compare."""
    if not common.here():
        return 0
    common.row("timetable", "hops", "offers", "seconds, 4 threads", "peak MB")
    common.row(*["---"] * 5)
    took = {task: common.alone(measure, *task) for task in TASKS}
    feed = {offers: took[4, offers] / took[1, offers] for offers in (30, 300)}
    offers = {times: took[times, 300] / took[times, 30] for times in (1, 4)}
    print(f"\ntimetable x4: cost x{feed[30]:.1f} (30 offers), x{feed[300]:.1f} (300 offers)")
    print(f"offers x10: cost x{offers[1]:.1f} (timetable x1), x{offers[4]:.1f} (timetable x4)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
