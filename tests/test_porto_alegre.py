"""A whole county that is not German: Porto Alegre, with real streets, buses and hexagons."""

from __future__ import annotations

import datetime as dt
import re
import time
import zipfile

import geopandas as gpd
import openpyxl
import pytest
from porto_alegre import CRS, FEEDS, HEXAGONS, POINTS, STREETS, data_folder, rows_of
from porto_alegre import write_porto_alegre as make

from geo_integration import pipeline
from geo_integration.inputs.streets import read_streets
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.transit import build_network, changes
from geo_integration.journeys.travel_times import Window, travel_times
from geo_integration.journeys.walking import coordinates, walking_times, walks_between_stops
from geo_integration.profile import Transit
from geo_integration.settings import read_settings

DATA = data_folder()
pytestmark = pytest.mark.skipif(
    DATA is None, reason="no data of Porto Alegre in ../shared/data or GEO_INTEGRATION_SHARED"
)
CELLS, AREAS = 1227, 2
# Minutes from public_market, r5r's documentation rendered with R5 7.5.1: 13 May 2019, ten
# departures from 14:00, 3.6 km/h, median. The same engine moved by up to three minutes between
# two releases on the same data, so no more than that is asked for. Peers that link stops in
# another way miss farrapos_station by seven minutes; this one does not, so it stays in.
PUBLISHED = {
    "bus_central_station": 14,
    "gasometer_museum": 12,
    "santa_casa_hospital": 15,
    "townhall": 3,
    "piratini_palace": 17,
    "metropolitan_cathedral": 17,
    "farroupilha_park": 18,
    "moinhos_de_vento_hospital": 20,
    "farrapos_station": 21,
}
SPEED_KMH, BUFFER_S, WINDOW = 3.6, 60, Window(14 * 3600, minutes=10)


@pytest.fixture(scope="module")
def hexagons():
    return rows_of(DATA / HEXAGONS)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = make(tmp_path_factory.mktemp("porto_alegre"), DATA)
    started = time.perf_counter()
    result = pipeline.run(read_settings(folder), folder / "out")
    print(f"Porto Alegre: {time.perf_counter() - started:.1f} s")  # noqa: T201  shown with -s
    return result


@pytest.fixture(scope="module")
def city():
    """Streets, stops and points of interest, ready to search."""
    streets = read_streets(DATA / STREETS, CRS)
    networks = {
        speed: build_street_network(
            streets, speed_kmh=speed * SPEED_KMH, detour_factor=1.3, max_snap_m=500
        )
        for speed in (1.0, 1.5)
    }
    feed = read_feeds([DATA / name for name in FEEDS], Transit(), CRS, FaultList())
    points = rows_of(DATA / POINTS)
    lon, lat = ([float(row[axis]) for row in points] for axis in ("lon", "lat"))
    xy = coordinates(gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs(CRS))
    places = {row["id"]: xy[[i]] for i, row in enumerate(points)}
    stops = coordinates(feed.stops.geometry)
    day = connections_on(feed, dt.date(2019, 5, 13))
    return networks, stops, day, walks_between_stops(networks[1.0], stops, 600), places


def minutes(city, origin, goal, *, buffer_s=BUFFER_S, access_s=1200, speed=1.0):
    networks, stops, table, between, places = city
    change = changes(between, buffer_s)
    access, egress = (
        walking_times(networks[speed], places[place], stops, access_s) for place in (origin, goal)
    )
    found = travel_times(
        tuple(build_network(table, change, reverse=reverse) for reverse in (False, True)),
        access, egress, walking_times(networks[speed], places[origin], places[goal], 3600), WINDOW,
    )  # fmt: skip
    return found[0, 0, 0] / 60


@pytest.mark.parametrize("goal", PUBLISHED)
def test_median_minutes_are_those_that_r5_published(city, goal):
    found = minutes(city, "public_market", goal)
    assert found == pytest.approx(PUBLISHED[goal], abs=3, rel=0.1)


@pytest.mark.parametrize("goal", ["moinhos_de_vento_hospital", "farroupilha_park"])
def test_walking_faster_or_changing_quicker_never_takes_longer(city, goal):
    slow = minutes(city, "public_market", goal, buffer_s=300)
    quick = minutes(city, "public_market", goal, buffer_s=1)
    assert quick <= slow
    assert minutes(city, "public_market", goal, buffer_s=1, speed=1.5) <= quick


def test_no_hexagon_drops_out(run, hexagons):
    assert len(hexagons) == CELLS
    assert set(run.published.cells["cell_id"]) == {row["id"] for row in hexagons}
    per_question = (
        run.published.coverage.table().groupby(["category", "day_type"])["cell_id"].nunique()
    )
    assert set(per_question) == {CELLS}


def test_every_resident_of_the_grid_is_counted_once(run, hexagons):
    total = sum(int(row["population"]) for row in hexagons)
    table = run.published.area_coverage
    county = table[table["area_id"] == "4314902"]
    halves = table[table["area_id"] != "4314902"]
    assert set(county["residents"]) == {total}
    assert set(halves.groupby(["category", "day_type"])["residents"].sum()) == {total}
    assert set(county["covered"] + county["uncovered"] + county["withheld"]) == {total}
    assert county["withheld"].max() < 0.001 * total


def test_hexagons_are_drawn_from_their_centres(run):
    shapes = run.published.cells.geometry
    inner = shapes[shapes.area.between(0.9 * shapes.area.median(), 1.1 * shapes.area.median())]
    corners = inner.simplify(5).count_coordinates() - 1
    assert len(inner) > 0.7 * CELLS
    assert (corners == 6).mean() > 0.95
    joined = shapes.union_all()
    assert joined.area == pytest.approx(shapes.area.sum(), rel=1e-6)


def test_walks_go_over_the_streets_and_the_workbook_says_so(run):
    book = openpyxl.load_workbook(run.folder / "tables" / "erreichbarkeit.xlsx", read_only=True)
    rows = dict(book["Assumptions"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert rows["Walking"] == f"over the street network {STREETS}"


def test_most_residents_reach_the_public_market_on_a_weekday(run):
    table = run.published.area_coverage.set_index(["area_id", "category", "day_type"])
    assert table.loc[("4314902", "market", "weekday"), "share_covered"] > 0.9


def test_without_saturday_buses_fewer_reach_it_on_saturday(run):
    # The bus feed runs from Monday to Friday; on Saturday only the train is left.
    with zipfile.ZipFile(DATA / FEEDS[0]) as feed:
        head, *rows = feed.read("calendar.txt").decode("utf-8-sig").split()
    at = head.split(",").index("saturday")
    assert {row.split(",")[at] for row in rows} == {"0"}
    table = run.published.area_coverage.set_index(["area_id", "category", "day_type"])
    shares = table["share_covered"]
    assert shares["4314902", "market", "saturday"] < 0.2 * shares["4314902", "market", "weekday"]


def test_no_public_holiday_stands_for_its_weekday_even_without_a_calendar(run):
    dates = set(run.published.service_dates["date"])
    assert len(dates) == 6
    thin = {dt.date(2019, 4, 19), dt.date(2019, 5, 1), dt.date(2019, 6, 20)}
    assert not dates & thin


def test_hexagons_and_stops_that_hang_badly_on_the_streets_are_named(run):
    # Every hexagon lies within 500 m of some street, but some on paths that lead nowhere else; a
    # third of the stops lie outside the extract of the streets.
    guards = {guard["guard"]: guard["count"] for guard in run.guards}
    assert 0 < guards["cells_on_islands"] < 50
    assert guards["stops_off_street"] > 1000
    assert guards["residents_total"] == 812935


def test_pages_are_english(run):
    assert [page.name for page in run.pages] == [
        "index.html", "e-east.html", "w-west.html", "befunde.html",
    ]  # fmt: skip
    for page in run.pages:
        html = page.read_text(encoding="utf-8")
        assert '<html lang="en"' in html
        # The words of the other language stand in the data, for the switch.
        shown = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        assert "Underserved areas" in shown or "Most urgent gaps" in shown
        assert "Versorgungslücken" not in shown


def test_what_the_guards_found_is_told_in_english(run):
    assert not [note for note in run.notes if " bis " in note or " weitere" in note]


def test_areas_without_a_place_have_english_names(run):
    assert not run.published.gaps["name"].str.contains("Gebiet um|bei | und ").any()


def test_the_geopackage_is_in_the_city_s_own_crs(run):
    cells = gpd.read_file(run.folder / "coverage.gpkg", layer="cells")
    assert cells.crs == CRS
    assert len(cells) == CELLS
