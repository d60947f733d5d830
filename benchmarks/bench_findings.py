"""Findings of a large county, after the journeys: 60,000 cells x 12 categories x 4 kinds of day.

The journeys are synthetic: an offer is reached within a radius that differs by kind of day. The
peer does the least that an analyst would: it writes the answers into one long table and sums
residents within reach by municipality with pandas. Every line is measured in a process of its own.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from common import alone, peak_mb, row

from geo_integration.frames import MODES, REASONS, Coverage, Roundtrips
from geo_integration.measures.area_counts import (
    area_coverage,
    area_reasons,
    bands,
    place_coverage,
    place_of_cells,
)
from geo_integration.measures.coverage import Reached, coverage
from geo_integration.measures.disclosure import withheld_cells
from geo_integration.measures.gaps import gaps
from geo_integration.measures.losses import losses
from geo_integration.measures.naming import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

CRS, SIDE_M, COUNTY = "EPSG:25832", 100.0, "K"
CATEGORIES = tuple(f"category{i}" for i in range(12))
DAYS = ("school_day", "holiday", "saturday", "sunday")
WORDS = Words(" and ", "{names} and others", "near {name}", "around {name}", "{n} municipalities")
SERVED, NO_STOP, NOT_IN_TIME = (REASONS.index(r) for r in ("served", "no_stop", "not_in_time"))


class Made(NamedTuple):
    """A county of square cells in villages, with its offers."""

    cells: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    offers: pd.DataFrame
    fit: pd.DataFrame
    trips: pd.DataFrame


def make(count: int, offers: int) -> Made:
    """Cells on a grid, residents around villages, 100 municipalities."""
    rng = np.random.default_rng(1)
    side = int(np.sqrt(count * 2))
    spots = np.sort(rng.choice(side * side, count, replace=False))
    column, line = spots % side, spots // side
    x, y = column * SIDE_M, line * SIDE_M
    shapes = shapely.box(x, y, x + SIDE_M, y + SIDE_M)
    area = (column * 10 // side) * 10 + line * 10 // side
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{i:06}" for i in range(count)],
            "area_id": [f"a{i:03}" for i in area],
            "residents": np.round(np.exp(rng.normal(2.2, 1.2, count))).astype(np.int64),
            "x_m": x + SIDE_M / 2,
            "y_m": y + SIDE_M / 2,
        },
        geometry=shapes,
        crs=CRS,
    )
    ids = sorted(set(cells["area_id"]))
    areas = gpd.GeoDataFrame(
        {"area_id": ids, "name": ids}, geometry=[shapely.box(0, 0, 1, 1)] * len(ids), crs=CRS
    )
    chosen = rng.choice(count, min(2000, count // 30), replace=False)
    places = gpd.GeoDataFrame(
        {
            "name": [f"Place {i}" for i in range(len(chosen))],
            "area_id": cells["area_id"].to_numpy()[chosen],
            "kind": "village",
        },
        geometry=shapely.points(x[chosen], y[chosen]),
        crs=CRS,
    )
    table = pd.DataFrame(
        {
            "offer_id": [f"o{i:03}" for i in range(offers)],
            "category": [CATEGORIES[i % len(CATEGORIES)] for i in range(offers)],
            "counted": True,
        }
    )
    fit = pd.DataFrame({"offer_id": table["offer_id"], "misfit": None, "full": False})
    trips = pd.DataFrame({"line": ["1"], "lead_min": [30.0], "on_demand": [True]})
    return Made(cells, areas, places, table, fit, trips)


def journeys(made: Made) -> Iterator[Roundtrips]:
    """There and back to every offer: near ones in time, far ones not."""
    rng = np.random.default_rng(2)
    xy = made.cells[["x_m", "y_m"]].to_numpy()
    shape = len(DAYS), len(MODES), len(xy)
    nothing = np.full(shape, -1, np.int32)
    for offer_id in made.offers["offer_id"]:
        away = np.hypot(*(xy - xy[rng.integers(len(xy))]).T)
        minutes = np.ceil(away / 200).astype(np.float32) + rng.integers(0, 9, len(xy))
        out = np.broadcast_to(minutes, shape).astype(np.float32)
        far = minutes > np.array([45, 30, 20, 10])[:, None, None]
        reason = np.where(np.broadcast_to(far, shape), NOT_IN_TIME, SERVED).astype(np.int8)
        reason[:, :, rng.random(len(xy)) < 0.02] = NO_STOP
        yield Roundtrips(
            offer_id, reason, nothing, out, out, out, out, out,
            nothing, nothing, nothing, nothing, nothing.astype(np.int8), nothing.astype(np.int8),
            nothing, nothing,
        )  # fmt: skip


def ours(count: int, offers: int) -> tuple[dict[str, float], float]:
    """Seconds of each step, and peak MB."""
    coverage_of(make(50, 12))  # compiles
    made = make(count, offers)
    took: dict[str, float] = {}
    start = time.perf_counter()
    for _ in journeys(made):
        pass
    making = time.perf_counter() - start
    start = time.perf_counter()
    covered, reached = coverage_of(made)
    took["best offers"] = time.perf_counter() - start - making

    def step(name: str, since: float) -> float:
        took[name] = time.perf_counter() - since
        return time.perf_counter()

    now = time.perf_counter()
    cells = made.cells.assign(withheld=withheld_cells(made.cells, min_count=5))
    now = step("withheld cells", now)
    area_coverage(cells, covered, county=COUNTY)
    area_reasons(cells, covered, county=COUNTY)
    place_coverage(cells, place_of_cells(cells, made.places), covered)
    bands(cells, covered, bands_min=(30, 45, 60), county=COUNTY)
    now = step("areas, reasons, places, bands", now)
    losses(cells, covered, reached, county=COUNTY)
    now = step("losses", now)
    gaps(cells, covered, made.areas, made.places, min_residents=25, core_residents=100, words=WORDS)
    step("underserved areas", now)
    return took, peak_mb()


def coverage_of(made: Made) -> tuple[Coverage, Reached]:
    """Coverage of a county that was made."""
    return coverage(
        made.cells, made.offers, made.fit, made.trips, journeys(made),
        categories=CATEGORIES, day_types=DAYS,
    )  # fmt: skip


def peer(count: int, offers: int) -> tuple[float, float]:
    """Seconds, and peak MB, for one long table and its sums by municipality."""
    made = make(count, offers)
    took, served = 0.0, np.zeros((len(CATEGORIES), len(DAYS), count), dtype=bool)
    for place, one in enumerate(journeys(made)):
        served[place % len(CATEGORIES)] |= one.reason[:, 1] == SERVED
    start = time.perf_counter()
    index = pd.MultiIndex.from_product(
        [CATEGORIES, DAYS, made.cells["cell_id"]], names=["category", "day_type", "cell_id"]
    )
    table = pd.DataFrame({"served": served.ravel()}, index=index).reset_index()
    table = table.merge(made.cells[["cell_id", "area_id", "residents"]], on="cell_id")
    table["covered"] = table["residents"].where(table["served"], 0)
    keys = ["area_id", "category", "day_type"]
    table.groupby(keys)[["residents", "covered"]].sum()
    took = time.perf_counter() - start
    return took, peak_mb()


def main() -> int:
    """Measure a county of 12,000 cells and one of 60,000."""
    for count, offers in ((12_000, 300), (60_000, 300)):
        steps, mb = alone(ours, count, offers)
        other, other_mb = alone(peer, count, offers)
        row(f"{count:,} cells x {len(CATEGORIES)} categories x {len(DAYS)} days, {offers} offers")
        for name, took in steps.items():
            row(f"  {name}", f"{took:.2f} s")
        row("  all", f"{sum(steps.values()):.2f} s", f"{mb:.0f} MB")
        row("  pandas, sums by municipality alone", f"{other:.2f} s", f"{other_mb:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
