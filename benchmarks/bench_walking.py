"""Walking times within 60 minutes: ours against scipy's Dijkstra on the same graph.

1,200 hexagons of Porto Alegre and 12,000 seeded random points on its streets, each to 300 hexagons.
scipy searches from the 300 with the same limit; its times are looked up at one end of each point's
street, which is less than ours gives. The data are found in GEO_INTEGRATION_SHARED or
../shared/data.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyproj
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_integration.inputs.streets import read_streets
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.snapping import snap
from geo_integration.journeys.walking import walking_times

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("GEO_INTEGRATION_SHARED", ROOT.parent / "shared" / "data"))
CRS = "EPSG:31982"
RUNS, LIMIT_S, FEW = 5, 3600, 300


def peak_mb() -> float:
    """Peak memory of this process so far, MB."""
    import resource  # noqa: PLC0415  not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def quickest(work: Callable[[], object]) -> float:
    """Seconds of the quickest of several runs."""
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def hexagons(path: Path) -> NDArray[np.float64]:
    """Midpoints in metres."""
    with path.open(encoding="utf-8") as file:
        rows = [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)]
    metres = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    return np.column_stack(metres.transform(*np.array(rows).T))


def looked_up(
    matrix: csr_matrix, roots: NDArray[np.int32], ends: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Seconds by scipy, shape (roots, ends)."""
    found: NDArray[np.float64] = dijkstra(matrix, indices=roots, limit=LIMIT_S)[:, ends]
    return found


def main() -> int:
    """Measure both, and print."""
    folder = SHARED / "porto_alegre"
    if not folder.is_dir():
        print(f"{folder}: not here. GEO_INTEGRATION_SHARED names the folder of the data")
        return 1
    streets = read_streets(folder / "poa_osm.pbf", CRS)
    network = build_street_network(streets, detour_factor=1.3, max_snap_m=500)
    graph = network.graph
    if graph is None:
        return 1
    midpoints = hexagons(folder / "poa_hexgrid.csv")
    rng = np.random.default_rng(1)
    shape = streets.edges.shape_xy
    goals = midpoints[rng.permutation(len(midpoints))[:FEW]]
    many = {
        "hexagons": midpoints[:1200],
        "points on streets": shape[rng.integers(len(shape), size=12_000)],
    }
    size = len(graph.out.start) - 1
    matrix = csr_matrix((graph.out.seconds, graph.out.node, graph.out.start), shape=(size, size))
    print(f"{size} nodes, {len(graph.from_node)} edges")
    for name, origins in many.items():
        walks = walking_times(network, origins, goals, LIMIT_S)  # compiled, if it was not yet
        own = quickest(partial(walking_times, network, origins, goals, LIMIT_S))
        before = peak_mb()
        roots, ends = (graph.from_node[snap(graph, p, 500).edge] for p in (goals, origins))
        peer = quickest(partial(looked_up, matrix, roots, ends))
        print(
            f"{len(origins)} {name} x {len(goals)}, {len(walks.target)} pairs: "
            f"ours {own:.3f} s, {before:.0f} MB; scipy {peer:.3f} s, {peak_mb():.0f} MB; "
            f"scipy / ours {peer / own:.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
