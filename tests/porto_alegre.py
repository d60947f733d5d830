"""Makes a county folder of Porto Alegre from public data that is not part of this project.

The data come with the R package r5r: streets, two timetables, a hexagon grid, points of interest.
They lie in a folder beside the repository, or where GEO_INTEGRATION_SHARED points to.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

CRS = "EPSG:31982"
STREETS, HEXAGONS, POINTS = "poa_osm.pbf", "poa_hexgrid.csv", "poa_points_of_interest.csv"
FEEDS = ("poa_eptc.zip", "poa_trensurb.zip")
# Only these have times; they lie inside the hours that the bus feed is cut to.
TIMES = {
    "gasometer_museum": "Mo-Fr 14:30-16:00",
    "piratini_palace": "Mo 14:30-16:00; Sa 14:00-15:30",
}
CATEGORIES = {
    "market": ("Markt", "Market", ("public_market",)),
    "culture": ("Kultur", "Culture", ("gasometer_museum", "piratini_palace")),
    "places": ("Orte", "Places", ()),
}
PROFILE = """
[county]
name = "Porto Alegre"
ags = "4314902"
crs = "EPSG:31982"
language = "en"
data_status = "real"

[layers]
areas = "municipalities.geojson"
residents = "poa_hexgrid.csv"
offers = "offers.csv"
timetable = ["poa_eptc.zip", "poa_trensurb.zip"]
streets = "poa_osm.pbf"

[residents]
id = "id"
residents = "population"
lon = "lon"
lat = "lat"

[walking]
speed_kmh = 3.6

[transit]
window = ["14:00", "15:00"]

[rule]
max_minutes = 60
earliest_departure = "12:00"
latest_return = "17:00"
source = "test"

[disclosure]
min_count = 5
min_share_base = 30
rounding = 5
dominance = 0.9
smallest_unit_m = 1000

[[fields]]
id = "all"
label = "Alles"
label_en = "Everything"
"""
CATEGORY = """
[[categories]]
id = "{id}"
label = "{german}"
label_en = "{english}"
field = "all"
letter = "{letter}"
"""
DAY_TYPES = """
[[day_types]]
id = "weekday"
label = "Werktag"
label_en = "Weekday"
weekdays = ["mo", "tu", "we", "th", "fr"]

[[day_types]]
id = "saturday"
label = "Samstag"
label_en = "Saturday"
weekdays = ["sa"]
"""


def data_folder() -> Path | None:
    """Folder of the data, or None where it is not there."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("GEO_INTEGRATION_SHARED", beside))
    folder = root / "porto_alegre"
    wanted = (STREETS, HEXAGONS, POINTS, *FEEDS)
    return folder if all((folder / name).is_file() for name in wanted) else None


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_porto_alegre(folder: Path, data: Path) -> Path:
    """Write the county folder; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (STREETS, HEXAGONS, *FEEDS):
        shutil.copyfile(data / name, folder / name)
    _write_areas(folder / "municipalities.geojson", rows_of(data / HEXAGONS))
    _write_offers(folder / "offers.csv", rows_of(data / POINTS))
    categories = "".join(
        CATEGORY.format(id=key, german=german, english=english, letter=english[0])
        for key, (german, english, _) in CATEGORIES.items()
    )
    (folder / "county.toml").write_text(PROFILE + categories + DAY_TYPES, encoding="utf-8")
    return folder


def _write_areas(path: Path, hexagons: list[dict[str, str]]) -> None:
    """Two halves of the box around all hexagons, split by a meridian."""
    lon = [float(row["lon"]) for row in hexagons]
    lat = [float(row["lat"]) for row in hexagons]
    edge, south, north = 0.01, min(lat) - 0.01, max(lat) + 0.01
    west, middle, east = min(lon) - edge, sorted(lon)[len(lon) // 2], max(lon) + edge
    halves = [("W", "West", west, middle), ("E", "East", middle, east)]
    features = [
        {
            "type": "Feature",
            "properties": {"ags": key, "name": name},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[a, south], [b, south], [b, north], [a, north], [a, south]]],
            },
        }
        for key, name, a, b in halves
    ]
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection), encoding="utf-8")


def _write_offers(path: Path, points: list[dict[str, str]]) -> None:
    """One offer for each point of interest."""
    category_of = {name: key for key, (_, _, names) in CATEGORIES.items() for name in names}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Nr", "Name", "Kategorie", "Breite", "Länge", "Termine"])
        for row in points:
            name = row["id"]
            category = category_of.get(name, "places")
            writer.writerow([name, name, category, row["lat"], row["lon"], TIMES.get(name, "")])
