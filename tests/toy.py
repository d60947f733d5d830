"""The toy county: 5 x 5 cells of 1 km, three offers, two bus lines, a call-bus, a river.

Column i runs east, row j north, both 0 to 4; every stop and venue lies in the middle of a cell.
People walk 100 m a minute in a straight line (the river is no obstacle: no streets are loaded), so
a neighbour is 10 minutes away, a diagonal neighbour 15 (14.1 rounded up); at most 12 minutes to a
stop (so: straight neighbours only) and 15 from door to door (so: diagonal ones too).

::

    j=4   D . . . E      line 1   A - B - C, 10 minutes each hop, every weekday; one pair on Sundays
    j=3   . . . . .      line 2   E - D - B in, B - D out (never back to E), school days only
    j=2   A . B . C      line 9   F - B and back, only when booked
    j=1   . . . . .      course   at B, Tuesdays 18:00 to 19:30, not in school holidays
    j=0   . . . . F      advice   at C, open Tuesdays 9:00 to 12:00
          0 1 2 3 4      sport    at A, times unknown

In the frames the cells are exact squares of EPSG:25832. In the files they are squares of the
European grid (EPSG:3035), whose lengths differ by less than 1 in 1000, so that every answer but
the last minute is the same.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geo_integration.journeys.judging import Limits
from geo_integration.journeys.networks import StreetNetwork
from geo_integration.journeys.roundtrips import WalkLimits
from geo_integration.journeys.sessions import Day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CRS = "EPSG:25832"
EAST, NORTH = 440_000, 5_930_000
GRID_EAST, GRID_NORTH = 4_190_000, 3_390_000
SIZE = 5
TO_DEGREES = Transformer.from_crs("EPSG:3035", "EPSG:4326", always_xy=True)

# Inhabitants, north on top, as on a map. In all 1000: Westdorf 442, Ostdorf 558.
RESIDENTS = (
    (30, 20, 4, 60, 80),
    (50, 2, 40, 0, 35),
    (120, 25, 150, 21, 90),
    (70, 45, 33, 0, 20),
    (10, 70, 5, 8, 12),
)
STOPS = {"A": (0, 2), "B": (2, 2), "C": (4, 2), "D": (0, 4), "E": (4, 4), "F": (4, 0)}
OFFERS = {"O1": "B", "O2": "C", "O3": "A"}

SCHOOL_DAY = dt.date(2026, 9, 29)
HOLIDAY = dt.date(2026, 10, 13)
SUNDAY = dt.date(2026, 10, 4)
PUBLIC_HOLIDAY = dt.date(2026, 10, 6)
FIRST, LAST = dt.date(2026, 9, 28), dt.date(2026, 10, 25)

# trip: service, line, stops with times.
TRIPS = {
    "e0830": ("WD", "1", "A 8:30 B 8:40 C 8:50"),
    "e0940": ("WD", "1", "A 9:40 B 9:50 C 10:00"),
    "e1725": ("WD", "1", "A 17:25 B 17:35 C 17:45"),
    "e1925": ("WD", "1", "A 19:25 B 19:35 C 19:45"),
    "w0805": ("WD", "1", "C 8:05 B 8:15 A 8:25"),
    "w0835": ("WD", "1", "C 8:35 B 8:45 A 8:55"),
    "w0905": ("WD", "1", "C 9:05 B 9:15 A 9:25"),
    "w1100": ("WD", "1", "C 11:00 B 11:10 A 11:20"),
    "w1710": ("WD", "1", "C 17:10 B 17:20 A 17:30"),
    "w1810": ("WD", "1", "C 18:10 B 18:20 A 18:30"),
    "w1930": ("WD", "1", "C 19:30 B 19:40 A 19:50"),
    "s_in1": ("SCHOOL", "2", "E 9:00 D 9:30 B 9:45"),
    "s_in2": ("SCHOOL", "2", "E 17:00 D 17:30 B 17:45"),
    "s_out1": ("SCHOOL", "2", "B 11:15 D 11:30"),
    "s_out2": ("SCHOOL", "2", "B 19:45 D 20:00"),
    "call_in": ("WD", "9", "F 17:00 B 17:40"),
    "call_out": ("WD", "9", "B 19:35 F 20:15"),
    "sun_e": ("SUN", "1", "A 10:00 B 10:10 C 10:20"),
    "sun_w": ("SUN", "1", "C 16:00 B 16:10 A 16:20"),
}
CATEGORIES = {"O1": "sprachkurs", "O2": "beratung", "O3": "sport"}
NAMES = {"O1": "Sprachkurs am Markt", "O2": "Offene Beratung", "O3": "Sportverein West"}
TIMES = {"O1": "Di 18:00-19:30", "O2": "Di 9:00-12:00", "O3": ""}


class Toy(NamedTuple):
    """The frames of the toy county, and what a search needs besides."""

    areas: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    offers: gpd.GeoDataFrame
    sessions: pd.DataFrame
    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    connections: dict[dt.date, pd.DataFrame]
    days: list[Day]
    walks: WalkLimits
    limits: Limits
    max_minutes: dict[str, float]
    network: StreetNetwork


def cell_id(i: int, j: int) -> str:
    """Id of the cell in column i (from west) and row j (from south)."""
    return f"CRS3035RES1000mN{GRID_NORTH + 1000 * j}E{GRID_EAST + 1000 * i}"


def middle(i: float, j: float) -> shapely.Point:
    """Middle of a cell in the frames' CRS."""
    return shapely.Point(EAST + 1000 * i + 500, NORTH + 1000 * j + 500)


def lonlat(i: float, j: float) -> tuple[float, float]:
    """Middle of a cell in the files, degrees."""
    return TO_DEGREES.transform(GRID_EAST + 1000 * i + 500, GRID_NORTH + 1000 * j + 500)


def seconds(time: str) -> int:
    """ "9:30" -> 34200."""
    hours, minutes = time.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def runs_of(trip: str) -> list[tuple[str, int]]:
    """Stops of a trip with their times."""
    words = TRIPS[trip][2].split()
    return [(s, seconds(t)) for s, t in zip(words[::2], words[1::2], strict=True)]


def toy_limits() -> Limits:
    """The rule of the toy county."""
    return Limits(
        max_way_s=seconds("3:00"),
        max_wait_s=1800,
        earliest_s=seconds("6:00"),
        latest_s=seconds("22:30"),
        visit_s=1800,
        window=(seconds("8:00"), seconds("9:00")),
    )


def toy_frames() -> Toy:
    """Build the toy county as frames, sorted by id as the inputs make them."""
    grid = [(i, j) for j in range(SIZE) for i in range(SIZE)]
    grid.sort(key=lambda at: cell_id(*at))
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [cell_id(i, j) for i, j in grid],
            "area_id": ["03999001" if i < 2 else "03999002" for i, _ in grid],
            "residents": [RESIDENTS[SIZE - 1 - j][i] for i, j in grid],
            "x_m": [middle(i, j).x for i, j in grid],
            "y_m": [middle(i, j).y for i, j in grid],
        },
        geometry=[middle(i, j).buffer(500, cap_style="square") for i, j in grid],
        crs=CRS,
    )
    stops = gpd.GeoDataFrame(
        {"stop_id": list(STOPS), "name": [f"Halt {s}" for s in STOPS]},
        geometry=[middle(*at) for at in STOPS.values()],
        crs=CRS,
    )
    names = sorted(TRIPS)
    trips = pd.DataFrame(
        {
            "trip_id": names,
            "service_id": [TRIPS[t][0] for t in names],
            "line": [TRIPS[t][1] for t in names],
            "route_type": [3] * len(names),
            "vehicle": ["bus"] * len(names),
            "on_demand": [TRIPS[t][1] == "9" for t in names],
            "lead_min": [np.nan] * len(names),
        }
    )
    services = {SCHOOL_DAY: {"WD", "SCHOOL"}, HOLIDAY: {"WD"}, SUNDAY: {"SUN"}}
    return Toy(
        areas=_areas(),
        places=_places(),
        cells=cells,
        offers=_offers(),
        sessions=toy_sessions(),
        stops=stops,
        trips=trips,
        connections={date: _connections(running) for date, running in services.items()},
        days=[
            Day("school", {1: SCHOOL_DAY}, in_holidays=False),
            Day("holidays", {1: HOLIDAY}, in_holidays=True),
            Day("sunday", {6: SUNDAY}, in_holidays=False),
        ],
        walks=WalkLimits(
            max_direct_s=900, max_access_s=720, max_transfer_s=300, transfer_buffer_s=120
        ),
        limits=toy_limits(),
        max_minutes={"sprachkurs": 45.0, "beratung": 45.0, "sport": 45.0},
        network=StreetNetwork(100 / 60, 1.0, 500.0),
    )


def _areas() -> gpd.GeoDataFrame:
    """Two municipalities: columns 0 and 1, columns 2 to 4."""
    split, end = EAST + 2000, EAST + 5000
    return gpd.GeoDataFrame(
        {"area_id": ["03999001", "03999002"], "name": ["Westdorf", "Ostdorf"]},
        geometry=[
            shapely.box(EAST, NORTH, split, NORTH + 5000),
            shapely.box(split, NORTH, end, NORTH + 5000),
        ],
        crs=CRS,
    )


def _places() -> gpd.GeoDataFrame:
    """One village in each municipality, and one in the middle."""
    return gpd.GeoDataFrame(
        {
            "name": ["Altwest", "Mitte", "Altost"],
            "area_id": ["03999001", "03999002", "03999002"],
            "kind": ["village", "town", "village"],
        },
        geometry=[middle(*STOPS[s]) for s in "ABC"],
        crs=CRS,
    )


def _offers() -> gpd.GeoDataFrame:
    """Course at B, advice at C, sport at A."""
    return gpd.GeoDataFrame(
        {
            "offer_id": list(OFFERS),
            "name": [NAMES[o] for o in OFFERS],
            "provider": [None, None, None],
            "category": [CATEGORIES[o] for o in OFFERS],
            "area_id": ["03999002", "03999002", "03999001"],
            "grade": "given",
            "located_by": "Koordinaten",
            "location_note": [None, None, None],
            "doubtful": False,
            "counted": True,
            "timed": [True, True, False],
        },
        geometry=[middle(*STOPS[s]) for s in OFFERS.values()],
        crs=CRS,
    )


def toy_sessions(**changes: object) -> pd.DataFrame:
    """Build the two sessions; `changes` go to the course."""
    course = {
        "session_id": "O1/1", "offer_id": "O1", "weekday": 1,
        "start_s": seconds("18:00"), "end_s": seconds("19:30"),
        "rhythm": None, "drop_in": False, "term_only": True,
    }  # fmt: skip
    advice = {
        "session_id": "O2/1", "offer_id": "O2", "weekday": 1,
        "start_s": seconds("9:00"), "end_s": seconds("12:00"),
        "rhythm": None, "drop_in": True, "term_only": False,
    }  # fmt: skip
    return pd.DataFrame([course | changes, advice])


def _connections(services: set[str]) -> pd.DataFrame:
    """Hops of all trips of those services."""
    position = {stop: n for n, stop in enumerate(STOPS)}
    rows = []
    for number, trip in enumerate(sorted(TRIPS)):
        if TRIPS[trip][0] not in services:
            continue
        halts = runs_of(trip)
        for n, ((u, dep), (v, arr)) in enumerate(itertools.pairwise(halts)):
            rows.append((number, n, position[u], position[v], dep, arr, True, True))
    columns = ["trip", "sequence", "from_stop", "to_stop", "departure_s", "arrival_s"]
    table = pd.DataFrame(rows, columns=[*columns, "board", "alight"])
    return table.assign(run=pd.factorize(table["trip"])[0], next_run=-1)


# Files ----------------------------------------------------------------------------------------

PROFILE = """
[county]
name = "Landkreis Spielzeug"
ags = "03999"
crs = "EPSG:25832"
data_status = "sample"

[layers]
areas = "municipalities.geojson"
residents = "residents.csv"
offers = "offers.csv"
timetable = ["gtfs.zip"]
places = "places.csv"
calendar = "calendar.csv"
register = "register.csv"

[walking]
speed_kmh = 6.0
detour_factor = 1.0
max_direct_min = 15
max_access_min = 12
max_transfer_min = 5

[transit]
transfer_buffer_s = 120
window = ["08:00", "09:00"]

[rule]
max_minutes = 45
max_way_min = 180
max_wait_min = 30
earliest_departure = "06:00"
latest_return = "22:30"
visit_min = 30

[disclosure]
min_count = 5
min_share_base = 30
rounding = 5
dominance = 0.9
smallest_unit_m = 1000

[[fields]]
id = "sprache"
label = "Sprache"

[[fields]]
id = "teilhabe"
label = "Teilhabe"

[[categories]]
id = "sprachkurs"
label = "Sprachkurs"
field = "sprache"
letter = "S"

[[categories]]
id = "beratung"
label = "Beratung"
field = "teilhabe"
letter = "B"

[[categories]]
id = "sport"
label = "Sport"
field = "teilhabe"
letter = "P"

[[day_types]]
id = "school"
label = "Schultag"
weekdays = ["mo", "tu", "we", "th", "fr"]
school_term = true

[[day_types]]
id = "holidays"
label = "Ferientag"
weekdays = ["mo", "tu", "we", "th", "fr"]
school_term = false

[[day_types]]
id = "sunday"
label = "Sonntag"
weekdays = ["su"]
public_holidays = true
"""
CALENDAR = f"""start,end,kind,name,source
2026-10-12,2026-10-24,school_holiday,Herbstferien,erfunden
{PUBLIC_HOLIDAY},{PUBLIC_HOLIDAY},public_holiday,Spielzeugtag,erfunden
"""
REGISTER = """layer,file,source,date,licence,attribution,status,note
areas,municipalities.geojson,erfunden,2026-09-01,CC0,-,sample,
residents,residents.csv,erfunden,2026-09-01,CC0,-,sample,
offers,offers.csv,erfunden,2026-09-01,CC0,-,sample,
timetable,gtfs.zip,erfunden,2026-09-01,CC0,-,sample,
calendar,calendar.csv,erfunden,2026-09-01,CC0,-,sample,
"""


def write_toy_county(folder: Path) -> Path:
    """Write the toy county as a folder that `geo-integration run` takes; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "county.toml": PROFILE,
        "calendar.csv": CALENDAR,
        "register.csv": REGISTER,
        "residents.csv": residents_csv(),
        "places.csv": _places_csv(),
        "offers.csv": _offers_csv(),
        "municipalities.geojson": areas_geojson(),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    write_zip(folder / "gtfs.zip", toy_gtfs())
    return folder


def residents_csv() -> str:
    """Inhabitants of each cell of the European grid."""
    lines = ["cell_id,residents"]
    for j in range(SIZE):
        lines += [f"{cell_id(i, j)},{RESIDENTS[SIZE - 1 - j][i]}" for i in range(SIZE)]
    return "\n".join(lines) + "\n"


def _places_csv() -> str:
    lines = ["name,area_id,lat,lon,kind"]
    for name, area, stop, kind in (
        ("Altwest", "03999001", "A", "village"),
        ("Mitte", "03999002", "B", "town"),
        ("Altost", "03999002", "C", "village"),
    ):
        lon, lat = lonlat(*STOPS[stop])
        lines.append(f"{name},{area},{lat:.7f},{lon:.7f},{kind}")
    return "\n".join(lines) + "\n"


def _offers_csv() -> str:
    kinds = {"O1": "fest;nein", "O2": "offen;ja", "O3": ";"}
    lines = ["Nr;Name;Kategorie;Breite;Länge;Termine;Terminart;In den Ferien"]
    for offer, stop in OFFERS.items():
        lon, lat = (f"{value:.7f}".replace(".", ",") for value in lonlat(*STOPS[stop]))
        lines.append(
            f"{offer};{NAMES[offer]};{CATEGORIES[offer]};{lat};{lon};{TIMES[offer]};{kinds[offer]}"
        )
    return "\n".join(lines) + "\n"


def areas_geojson() -> str:
    """Two municipalities; the line between them is that of the grid."""
    features = []
    for key, name, west, east in (
        ("03999001", "Westdorf", 0, 2),
        ("03999002", "Ostdorf", 2, 5),
    ):
        corners = [(west, 0), (east, 0), (east, 5), (west, 5), (west, 0)]
        ring = [list(lonlat(i - 0.5, j - 0.5)) for i, j in corners]
        features.append(
            {
                "type": "Feature",
                "properties": {"ags": key, "name": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features})


def toy_gtfs() -> dict[str, str]:
    """Tables of the toy timetable."""
    stops = ["stop_id,stop_name,stop_lat,stop_lon"]
    for stop, at in STOPS.items():
        lon, lat = lonlat(*at)
        stops.append(f"{stop},Halt {stop},{lat:.7f},{lon:.7f}")
    trips, times = ["route_id,service_id,trip_id"], []
    for trip, (service, line, _) in TRIPS.items():
        trips.append(f"R{line},{service},{trip}")
        for n, (stop, at) in enumerate(runs_of(trip)):
            time = f"{at // 3600:02d}:{at // 60 % 60:02d}:00"
            times.append(f"{trip},{time},{time},{stop},{n}")
    days = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    span = f"{FIRST:%Y%m%d},{LAST:%Y%m%d}"
    return {
        "agency.txt": "agency_name,agency_url,agency_timezone\nToy,http://example.org,Europe/Berlin",
        "stops.txt": "\n".join(stops),
        "routes.txt": "route_id,route_short_name,route_long_name,route_type\n"
        "R1,1,Talbus,3\nR2,2,Schulbus,3\nR9,9,Rufbus Süd,3",
        "trips.txt": "\n".join(trips),
        "stop_times.txt": "\n".join(
            ["trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times]
        ),
        "calendar.txt": f"service_id,{days},start_date,end_date\n"
        f"WD,1,1,1,1,1,0,0,{span}\n"
        f"SCHOOL,1,1,1,1,1,0,0,{FIRST:%Y%m%d},20261009\n"
        f"SUN,0,0,0,0,0,0,1,{span}",
        "calendar_dates.txt": "service_id,date,exception_type\n"
        "WD,20261006,2\nSCHOOL,20261006,2\nSUN,20261006,1",
    }


def write_zip(path: Path, tables: Mapping[str, str | bytes]) -> Path:
    """Write texts into a zip file; return its path."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    path.write_bytes(data.getvalue())
    return path
