"""There and back: 12,000 homes x 300 offers x 5 weekly sessions x 4 kinds of day.

Timed is the whole of `roundtrips` (building the networks of all days included) with `coverage`
that consumes it; reading and the walks are printed beside it. Three timetables:

city         Porto Alegre as it is. Its weekdays are alike, and the search knows: days that are
             equal are searched once.
city, mixed  The same, but no two dates are alike: each runs some seconds later than the last.
county       The embedded county; straight-line walks.

There is no peer that answers the same question. What nigiri would need for one journey out
and one home for every home and session is estimated from a sample of its queries.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import common
import feeds
import geopandas as gpd
import numpy as np
import pandas as pd
from porto_alegre import CRS, STREETS, data_folder

from geo_integration import pipeline
from geo_integration.inputs.county import read_county
from geo_integration.inputs.streets import read_streets
from geo_integration.inputs.timetable import connections_on
from geo_integration.journeys.judging import Limits
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.roundtrips import WalkLimits, build_links, roundtrips
from geo_integration.journeys.sessions import Day, Links
from geo_integration.measures.coverage import coverage
from geo_integration.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

HOMES, OFFERS, SESSIONS = 12_000, 300, 5
COUNTY = Path(__file__).resolve().parents[1] / "layers" / "friesland"
CATEGORIES = ("a", "b", "c")
WEEK = dt.timedelta(days=7)
WALKS = WalkLimits(
    max_direct_s=45 * 60, max_access_s=20 * 60, max_transfer_s=10 * 60, transfer_buffer_s=120
)
LIMITS = Limits(
    max_way_s=180 * 60, max_wait_s=30 * 60, earliest_s=6 * 3600, latest_s=22 * 3600 + 1800,
    visit_s=1800, window=(14 * 3600, 15 * 3600),
)  # fmt: skip


class Work(NamedTuple):
    """All that `roundtrips` and `coverage` take."""

    cells: gpd.GeoDataFrame
    offers: gpd.GeoDataFrame
    sessions: pd.DataFrame
    trips: pd.DataFrame
    connections: Mapping[dt.date, pd.DataFrame]
    links: Links
    days: list[Day]
    limits: Limits


def homes_at(points: NDArray[np.float64], crs: object) -> gpd.GeoDataFrame:
    """CELLS of which only what is needed here is filled in."""
    names = [f"home {n}" for n in range(len(points))]
    return gpd.GeoDataFrame(
        {"cell_id": names, "x_m": points[:, 0], "y_m": points[:, 1]},
        geometry=gpd.points_from_xy(*points.T), crs=crs,
    )  # fmt: skip


def offers_at(points: NDArray[np.float64], crs: object) -> gpd.GeoDataFrame:
    """OFFERS of which only what is needed here is filled in."""
    rows = np.arange(len(points))
    return gpd.GeoDataFrame(
        {
            "offer_id": [f"offer {n:03d}" for n in rows],
            "category": [CATEGORIES[n % len(CATEGORIES)] for n in rows],
            "counted": True,
            "timed": True,
        },
        geometry=gpd.points_from_xy(*points.T), crs=crs,
    )  # fmt: skip


def sessions_of(offers: gpd.GeoDataFrame, hours: tuple[float, float]) -> pd.DataFrame:
    """Seeded courses of an hour or an hour and a half, on random weekdays, inside some hours."""
    rng = np.random.default_rng(3)
    count = len(offers) * SESSIONS
    length = rng.choice([3600, 5400], count)
    latest = (hours[1] * 3600 - length - hours[0] * 3600) // 300
    start = hours[0] * 3600 + (rng.random(count) * latest).astype(int) * 300
    offer = np.repeat(offers["offer_id"].to_numpy(), SESSIONS)
    return pd.DataFrame(
        {
            "session_id": [f"{name}-{n % SESSIONS}" for n, name in enumerate(offer)],
            "offer_id": offer,
            "weekday": rng.integers(0, 7, count),
            "start_s": start.astype(int),
            "end_s": (start + length).astype(int),
            "drop_in": False,
            "term_only": False,
        }
    )


def city(*, mixed: bool) -> Work:
    """Porto Alegre on two weeks of May 2019, the second taken for holidays."""
    here = feeds.porto_alegre()
    streets = read_streets(data_folder() / STREETS, CRS)
    network = build_street_network(streets, speed_kmh=4.8, detour_factor=1.3, max_snap_m=500)
    cells = homes_at(common.points_on(streets, HOMES, 1), CRS)
    offers = offers_at(common.points_on(streets, OFFERS, 2), CRS)
    weekdays = {n: feeds.MONDAY + dt.timedelta(days=n) for n in range(7)}
    days = [
        Day("school", {n: weekdays[n] for n in range(5)}, in_holidays=False),
        Day("holiday", {n: weekdays[n] + WEEK for n in range(5)}, in_holidays=True),
        Day("saturday", {5: weekdays[5]}, in_holidays=False),
        Day("sunday", {6: weekdays[6]}, in_holidays=False),
    ]
    dates = sorted({date for day in days for date in day.dates.values()})
    connections = {date: connections_on(here.feed, date) for date in dates}
    if mixed:
        for n, table in enumerate(connections.values()):
            table[["departure_s", "arrival_s"]] += 7 * n
    links = build_links(network, cells, offers, here.feed.stops, WALKS)
    # The bus feed is cut to 12 to 17 o'clock: sessions leave half an hour for each way.
    sessions = sessions_of(offers, (12.5, 16.5))
    return Work(cells, offers, sessions, here.feed.trips, connections, links, days, LIMITS)


def county() -> Work:
    """The embedded county with homes anywhere in it, and offers near its stops."""
    settings = read_settings(COUNTY)
    inputs = read_county(settings)
    rng = np.random.default_rng(4)
    whole = inputs.areas.geometry.union_all()
    low_x, low_y, high_x, high_y = whole.bounds
    drawn = rng.uniform((low_x, low_y), (high_x, high_y), (6 * HOMES, 2))
    inside = gpd.GeoSeries.from_xy(*drawn.T).within(whole).to_numpy()
    cells = homes_at(drawn[inside][:HOMES], inputs.areas.crs)
    stops = np.column_stack((inputs.stops.geometry.x, inputs.stops.geometry.y))
    near = stops[rng.integers(len(stops), size=OFFERS)] + rng.normal(0, 200, (OFFERS, 2))
    offers = offers_at(near, inputs.areas.crs)
    limits, walks = pipeline.limits_of(settings), pipeline.walk_limits_of(settings)
    network = pipeline.walk_network(settings, inputs)
    links = build_links(network, cells, offers, inputs.stops, walks, inputs.transfers)
    days = pipeline.days_of(settings, inputs.service_dates)
    return Work(
        cells, offers, sessions_of(offers, (9, 20)), inputs.trips, inputs.connections, links,
        days, limits,
    )  # fmt: skip


def measure(name: str) -> None:
    """Measure one timetable."""
    start = time.perf_counter()
    work = county() if name == "county" else city(mixed=name == "city, mixed")
    made = time.perf_counter() - start

    def task() -> pd.DataFrame:
        found = roundtrips(
            work.cells, work.offers, work.sessions, work.trips, work.connections, work.links,
            days=work.days, limits=work.limits,
            max_minutes=dict.fromkeys(CATEGORIES, 45.0), threads=4,
        )  # fmt: skip
        return coverage(
            work.cells, work.offers, work.trips, found,
            categories=CATEGORIES, day_types=[day.day_type for day in work.days],
        )  # fmt: skip

    took = common.seconds(task)
    served = (task()["reason"] == "served").mean()
    hops = max(map(len, work.connections.values()))
    links = len(work.links.access.target) / HOMES
    common.row(
        name, f"{hops:,}", f"{links:.0f}", len(work.days), f"{served:.0%}", f"{took:.1f}",
        f"{common.peak_mb():.0f}", f"{made:.1f}",
    )  # fmt: skip


def estimate() -> None:
    """What a search pair by pair would need."""
    work = common.matrix(1200, OFFERS)
    with tempfile.TemporaryDirectory() as folder:
        rate = common.peer(work, Path(folder) / "city.zip", 300)
    if rate is None:
        print("\nnigiri is not installed: no estimate")
        return
    queries = HOMES * OFFERS * SESSIONS * 2
    print(
        f"\nnigiri: {rate[0] * 1000:.2f} ms a query, measured on {rate[1]} pairs (stops within 30 "
        f"minutes at 1 m/s); {queries:,} queries would take {rate[0] * queries / 3600:.0f} hours"
    )


def main() -> int:
    """Measure every timetable in a process of its own."""
    names = ["city", "city, mixed", "county"] if common.here() else ["county"]
    common.row(
        "timetable", "hops a day", "stops a home", "kinds of day", "served", "seconds", "peak MB",
        "reading and walks, s",
    )  # fmt: skip
    common.row(*["---"] * 8)
    for name in names:
        common.alone(measure, name)
    if len(names) > 1:
        common.alone(estimate)
    return 0


if __name__ == "__main__":
    sys.exit(main())
