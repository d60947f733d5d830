"""Which sums over cells of a small group may be published: time, memory, and what is lost.

    python benchmarks/bench_suppression.py [friesland | county]

The cells are synthetic: strewn at random, with few residents in most and many in some, and a group
of about one in thirteen that is 0 to 4 in most cells. For every category of offers and kind of day,
the cells within a radius of some places are within reach, with ragged edges, and less far on each
further kind of day. Sums: everybody, and those within reach, of the county, each municipality and
each Ortsteil; a municipality is wanted ten times as much as an Ortsteil, the county ten times more.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from bench_walking import peak_mb
from scipy.sparse import csr_array, vstack
from scipy.spatial import cKDTree

from geo_integration.measures.suppression import Rule, decide, utility

if TYPE_CHECKING:
    from numpy.typing import NDArray

# cells, municipalities, Ortsteile, categories, kinds of day
SIZES = {"friesland": (612, 8, 80, 12, 5), "county": (60_000, 100, 2_000, 12, 4)}
RULES = (Rule(3, 5, 1.0), Rule(5, 5, 1.0), Rule(10, 5, 1.0), Rule(5, 1, 1.0))


class Case(NamedTuple):
    """Group and residents of each cell; sums, and their level (0 county ... 2 Ortsteil)."""

    counts: NDArray[np.int64]
    residents: NDArray[np.int64]
    members: csr_array
    level: NDArray[np.int64]


def nearest(points: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.intp]:
    """Nearest place of each point."""
    found: NDArray[np.intp] = cKDTree(places).query(points)[1]
    return found


def made(size: tuple[int, int, int, int, int]) -> Case:
    """Make a county up; kilometres."""
    cells, municipalities, ortsteile, categories, days = size
    rng = np.random.default_rng(1)
    side = np.sqrt(cells / 0.6)
    xy = rng.uniform(0, side, (cells, 2))
    towns = rng.uniform(0, side, (municipalities, 2))
    of_town = nearest(xy, towns)
    villages = xy[rng.choice(cells, ortsteile, replace=False)]
    of_village = nearest(villages, towns)
    ortsteil = ortsteile + of_town
    for town in range(municipalities):
        own, mine = np.flatnonzero(of_village == town), np.flatnonzero(of_town == town)
        if len(own):
            ortsteil[mine] = own[nearest(xy[mine], villages[own])]
    outside = np.hypot(*(xy - villages[nearest(xy, villages)]).T)
    residents = np.maximum(2, np.exp(rng.normal(3.7, 1.6, cells) - 0.3 * outside)).astype(int)
    group = rng.binomial(residents, np.clip(rng.beta(1.2, 14, cells), 0, 0.9))
    reach = within_reach(rng, xy, towns, categories, days)
    sums, levels = [], []
    for level, area in enumerate((np.zeros(cells, int), of_town, ortsteil)):
        every = csr_array((np.ones(cells, np.int8), (area, np.arange(cells))))
        every = every[np.diff(every.indptr) > 0]
        for near in reach:
            part = csr_array(every.multiply(near[None, :].astype(np.int8)))
            part.eliminate_zeros()
            sums += [every, part]
            levels += [level] * (2 * every.shape[0])
    return Case(group, residents, csr_array(vstack(sums, "csr")), np.array(levels))


def within_reach(
    rng: np.random.Generator,
    xy: NDArray[np.float64],
    towns: NDArray[np.float64],
    categories: int,
    days: int,
) -> list[NDArray[np.bool_]]:
    """Whether each cell is within reach, for all categories and kinds of day."""
    found = []
    for _ in range(categories):
        places = towns[rng.random(len(towns)) < rng.uniform(0.1, 0.9)]
        places = places if len(places) else towns[:1]
        distance = cKDTree(places).query(xy)[0] + rng.normal(0, 0.7, len(xy))
        radius = rng.uniform(2, 8)
        for day in range(days):
            ragged = distance + rng.normal(0, 0.3, len(xy))
            found.append(ragged < radius * (1 - 0.2 * day))
    return found


def measured(name: str, rule: Rule) -> str:
    """One line: seconds, peak of memory, and what is not published, by level."""
    case = made(SIZES[name])
    weight = 10.0 ** (2 - case.level)
    few = csr_array(np.ones((1, 2), np.int8))
    decide([3, 9], [50, 50], few, rule)  # compiles
    start = time.perf_counter()
    decision = decide(case.counts, case.residents, case.members, rule, weight=weight)
    seconds = time.perf_counter() - start
    first = utility(case.members, case.counts, ~decision.primary)
    lost = utility(case.members, case.counts, decision.published)
    levels = [f"{1 - decision.published[case.level == level].mean():.1%}" for level in range(3)]
    return (
        f"| {name}, at least {rule.min_count}, multiples of {rule.rounding} | {seconds:.1f} | "
        f"{peak_mb():.0f} | {first.sums:.1%}, {lost.sums:.1%} | "
        f"{first.persons:.2%}, {lost.persons:.2%} | {', '.join(levels)} |"
    )


def main() -> int:
    """Measure, and print; every line in a process of its own."""
    print("| | seconds | peak MB | sums lost: small, all | persons | county, municip., Ortsteile |")
    print("| --- | --- | --- | --- | --- | --- |")
    fresh = multiprocessing.get_context("spawn")
    for name in sys.argv[1:] or SIZES:
        for rule in RULES:
            with ProcessPoolExecutor(1, mp_context=fresh) as pool:
                print(pool.submit(measured, name, rule).result(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
