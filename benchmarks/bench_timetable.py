"""From GTFS zips to a searchable day: our reader against pynigiri's loader on the same feeds.

Both feeds of Porto Alegre, once and in four copies. Ours is timed in steps: zips to tables, tables
to the CONNECTIONS of 13 May 2019, these to both search networks (forwards and backwards). pynigiri
loads the same zips for the same date, with its walks between stops. Each is measured in a process
of its own. The data are found in GEO_INTEGRATION_SHARED or ../shared/data; pynigiri comes with the
development dependencies where there is a wheel of it.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GEO_INTEGRATION_SHARED", ROOT.parent / "shared" / "data"))
FEEDS = ("poa_eptc.zip", "poa_trensurb.zip")
CRS, DATE = "EPSG:31982", dt.date(2019, 5, 13)
RUNS, COPIES = 5, (1, 4)


def peak_mb() -> float:
    """Peak memory of this process so far, MB."""
    import resource  # noqa: PLC0415  not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def paths_of(copies: int) -> list[Path]:
    """The feeds, several times over."""
    return [SHARED / "porto_alegre" / name for name in FEEDS] * copies


def ours(copies: int) -> dict[str, float]:
    """Seconds of each step, and sizes."""
    import numpy as np  # noqa: PLC0415  pynigiri's process does without

    from geo_integration.inputs.tables import FaultList  # noqa: PLC0415
    from geo_integration.inputs.timetable import connections_on, read_feeds  # noqa: PLC0415
    from geo_integration.journeys.sparse import by_row  # noqa: PLC0415
    from geo_integration.journeys.transit import build_network  # noqa: PLC0415
    from geo_integration.profile import Transit  # noqa: PLC0415

    found: dict[str, list[float]] = {"read": [], "date": [], "networks": [], "all": []}
    for _ in range(RUNS + 1):
        at = [time.perf_counter()]
        feed = read_feeds(paths_of(copies), Transit(), CRS, FaultList())
        at.append(time.perf_counter())
        table = connections_on(feed, DATE)
        at.append(time.perf_counter())
        stops = np.arange(len(feed.stops), dtype=np.int64)
        change = by_row(stops, stops, np.full(len(stops), 120, np.int32), len(stops))
        for reverse in (False, True):
            build_network(table, change, reverse=reverse)
        at.append(time.perf_counter())
        for name, seconds in zip(
            found, (at[1] - at[0], at[2] - at[1], at[3] - at[2], at[3] - at[0]), strict=True
        ):
            found[name].append(seconds)
    # The first run imports and warms up.
    medians = {name: statistics.median(values[1:]) for name, values in found.items()}
    sizes = {"trips": len(feed.trips), "stops": len(feed.stops), "hops": len(table)}
    return medians | sizes | {"cold": found["all"][0], "peak_mb": peak_mb()}


def theirs(copies: int) -> dict[str, float]:
    """Seconds of pynigiri, and sizes."""
    import pynigiri  # noqa: PLC0415  only in its own process

    sources = [
        pynigiri.TimetableSource(str(i), str(path)) for i, path in enumerate(paths_of(copies))
    ]
    seconds = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        table = pynigiri.load_timetable(
            sources, f"{DATE:%Y-%m-%d}", f"{DATE + dt.timedelta(days=1):%Y-%m-%d}"
        )
        seconds.append(time.perf_counter() - start)
    return {
        "all": statistics.median(seconds[1:]),
        "stops": table.n_locations(),
        "transports": table.n_transports(),
        "peak_mb": peak_mb(),
    }


def measured(reader: str, copies: int) -> dict[str, float] | None:
    """Figures of one reader, from a process of its own; None where it cannot."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), reader, str(copies)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        print(f"{reader}: {done.stderr.strip().splitlines()[-1:]}")
        return None
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Measure both, and print."""
    if len(sys.argv) == 3:
        reader = {"ours": ours, "pynigiri": theirs}[sys.argv[1]]
        print(json.dumps(reader(int(sys.argv[2]))))
        return 0
    if not (SHARED / "porto_alegre").is_dir():
        print(f"{SHARED / 'porto_alegre'}: missing; set GEO_INTEGRATION_SHARED")
        return 1
    if importlib.util.find_spec("pynigiri") is None:
        print("pynigiri is not installed: ours only")
    total = {}
    for copies in COPIES:
        own = measured("ours", copies)
        if own is None:
            return 1
        total[copies] = own["all"]
        print(
            f"x{copies}: {own['trips']:.0f} trips, {own['stops']:.0f} stops, {own['hops']:.0f} hops"
            f"\n  ours      {own['all']:.3f} s (read {own['read']:.3f}, date {own['date']:.3f}, "
            f"networks {own['networks']:.3f}; first run {own['cold']:.2f}), {own['peak_mb']:.0f} MB"
        )
        if importlib.util.find_spec("pynigiri") is None:
            continue
        other = measured("pynigiri", copies)
        if other is not None:
            print(
                f"  pynigiri  {other['all']:.3f} s ({other['stops']:.0f} stops, "
                f"{other['transports']:.0f} transports), {other['peak_mb']:.0f} MB"
                f"\n  ours / pynigiri: {own['all'] / other['all']:.2f}"
            )
    print(f"growth from x{COPIES[0]} to x{COPIES[-1]}: {total[COPIES[-1]] / total[COPIES[0]]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
