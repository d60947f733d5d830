"""A map as .osm.pbf -> a network ready for walking: ours against OSMnx.

OSMnx reads no .pbf; the detour over .osm that its users take is counted. Each reader runs in its
own process, three times; the median counts. Memory is the peak of the whole process, and what lies
above its bare imports. The map is that of Porto Alegre, found in GEO_INTEGRATION_SHARED or
../shared/data, or a file given on the command line together with its metric CRS.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GEO_INTEGRATION_SHARED", ROOT.parent / "shared" / "data"))
RUNS = 3


def peak_mb() -> float:
    """Peak memory of this process so far, MB."""
    import resource  # noqa: PLC0415  not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def ours(path: Path, crs: str) -> dict[str, float]:
    """Seconds and memory of our reader and builder."""
    from geo_integration.inputs.streets import read_streets  # noqa: PLC0415
    from geo_integration.journeys.networks import build_street_network  # noqa: PLC0415

    bare, start = peak_mb(), time.perf_counter()
    streets = read_streets(path, crs)
    network = build_street_network(streets, detour_factor=1.3, max_snap_m=500)
    seconds = time.perf_counter() - start
    nodes = 0 if network.graph is None else len(network.graph.out.start) - 1
    return {"seconds": seconds, "mb": peak_mb(), "bare_mb": bare, "nodes": nodes}


def osmnx(path: Path, _crs: str) -> dict[str, float]:
    """Seconds and memory of OSMnx, with the detour over .osm; its network stays in degrees."""
    import osmium  # noqa: PLC0415
    import osmnx as ox  # noqa: PLC0415

    bare, start = peak_mb(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "map.osm"
        with osmium.SimpleWriter(str(plain)) as writer:
            for thing in osmium.FileProcessor(str(path)):
                writer.add(thing)
        graph = ox.graph_from_xml(plain, simplify=True)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "mb": peak_mb(), "bare_mb": bare, "nodes": len(graph)}


def alone(name: str, path: Path, crs: str) -> dict[str, float]:
    """Median of several runs, each in a process of its own."""
    command = [sys.executable, __file__, name, str(path), crs]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(RUNS)
    ]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def main() -> int:
    """Measure both, and print."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "porto_alegre" / "poa_osm.pbf"
    crs = sys.argv[2] if len(sys.argv) > 2 else "EPSG:31982"
    if not path.is_file():
        print(f"{path}: not here. GEO_INTEGRATION_SHARED names the folder of the data")
        return 1
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    found = {name: alone(name, path, crs) for name in ("ours", "osmnx")}
    for name, run in found.items():
        print(
            f"{name:6} {run['seconds']:7.2f} s  {run['mb']:6.0f} MB, of it above the imports "
            f"{run['mb'] - run['bare_mb']:6.0f} MB  {run['nodes']:.0f} nodes"
        )
    one, two = found["ours"], found["osmnx"]
    above = [max(run["mb"] - run["bare_mb"], 0.1) for run in (one, two)]
    print(
        f"osmnx / ours: {two['seconds'] / one['seconds']:.1f} x the time, "
        f"{two['mb'] / one['mb']:.1f} x the memory, {above[1] / above[0]:.1f} x above the imports"
    )
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 3:
        measured = {"ours": ours, "osmnx": osmnx}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
        sys.stdout.write(json.dumps(measured))
        sys.exit(0)
    sys.exit(main())
