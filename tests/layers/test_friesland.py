"""The sample county Friesland keeps its promises, file by file."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
import io
import os
import re
import subprocess
import sys
import tomllib
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTY = ROOT / "layers" / "friesland"
TOTALS = {  # Zensus 2022, Tabelle 1000A-0000, 15.05.2022
    "03455007": 14580,
    "03455014": 8588,
    "03455015": 20718,
    "03455020": 9084,
    "03455021": 1069,
    "03455025": 9007,
    "03455026": 24560,
    "03455027": 12046,
}
FOREIGN_TOTAL = 6450
WEST, SOUTH, EAST, NORTH = 7.55, 53.25, 8.35, 53.85
RAIL, BUS, FERRY, ON_DEMAND = 2, 3, 4, 715
TOP_KMH = {RAIL: 160, BUS: 100, ON_DEMAND: 100, FERRY: 30}
NOT_DATA = {"county.toml", "README.md", "register.csv"}
REQUIRED = {
    "agency": {"agency_id", "agency_name", "agency_url", "agency_timezone"},
    "stops": {"stop_id", "stop_name", "stop_lat", "stop_lon"},
    "routes": {"route_id", "agency_id", "route_short_name", "route_long_name", "route_type"},
    "trips": {"route_id", "service_id", "trip_id"},
    "stop_times": {"trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence"},
    "calendar": {"service_id", "monday", "sunday", "start_date", "end_date"},
    "calendar_dates": {"service_id", "date", "exception_type"},
    "feed_info": {
        "feed_publisher_name",
        "feed_publisher_url",
        "feed_lang",
        "feed_start_date",
        "feed_end_date",
    },
    "booking_rules": {"booking_rule_id", "booking_type", "prior_notice_duration_min"},
}

Feed = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def areas() -> gpd.GeoDataFrame:
    return gpd.read_file(COUNTY / "municipalities.geojson", engine="pyogrio")


@pytest.fixture(scope="module")
def residents() -> pd.DataFrame:
    return pd.read_csv(COUNTY / "residents.csv", dtype={"ags": str})


@pytest.fixture(scope="module")
def feed() -> Feed:
    with zipfile.ZipFile(COUNTY / "timetable.zip") as archive:
        return {
            Path(name).stem: pd.read_csv(
                io.BytesIO(archive.read(name)), dtype=str, keep_default_na=False
            )
            for name in archive.namelist()
        }


@pytest.fixture(scope="module")
def offers() -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(COUNTY / "offers.xlsx")["Angebote"]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip([str(name) for name in header], row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def profile() -> dict[str, object]:
    return tomllib.loads((COUNTY / "county.toml").read_text(encoding="utf-8"))


# Areas, places, stops


def test_there_are_the_eight_municipalities_with_valid_land_areas(areas: gpd.GeoDataFrame) -> None:
    assert sorted(areas["ags"]) == sorted(TOTALS)
    assert areas["name"].is_unique
    assert areas.geometry.is_valid.all()
    assert set(areas.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    assert areas.to_crs("EPSG:25832").area.sum() / 1e6 == pytest.approx(620.3, abs=0.5)


def test_rounding_leaves_no_gaps_or_overlaps_between_neighbours(areas: gpd.GeoDataFrame) -> None:
    metric = areas.to_crs("EPSG:25832")
    overlap = metric.area.sum() - metric.union_all().area
    assert abs(overlap) < 10_000  # one hectare on 620 km2


def test_every_stop_carries_the_municipality_it_lies_in(areas: gpd.GeoDataFrame) -> None:
    stops = pd.read_csv(COUNTY / "stops.csv", dtype=str, keep_default_na=False)
    assert stops["stop_id"].is_unique
    points = gpd.GeoDataFrame(
        stops,
        geometry=gpd.points_from_xy(stops["lon"].astype(float), stops["lat"].astype(float)),
        crs="EPSG:4326",
    )
    joined = points.sjoin(areas[["ags", "geometry"]].rename(columns={"ags": "inside"}), how="left")
    assert (joined["inside"].fillna("") == joined["ags"]).all()
    assert set(stops["ags"]) == {"", *TOTALS}


def test_places_have_one_kind_and_towns_come_first() -> None:
    places = pd.read_csv(COUNTY / "places.csv", dtype=str, keep_default_na=False)
    assert list(places.columns) == ["name", "area_id", "lat", "lon", "kind"]
    assert set(places["kind"]) == {"town", "village", "hamlet"}
    assert not places.duplicated(["name", "area_id"]).any()
    inside = places[places["area_id"] != ""]
    assert set(inside["area_id"]) == set(TOTALS)
    rank = inside["kind"].map({"town": 0, "village": 1, "hamlet": 2})
    assert rank.is_monotonic_increasing
    assert {"Wilhelmshaven", "Wittmund", "Friedeburg", "Wiesmoor", "Carolinensiel"} <= set(
        places.loc[places["area_id"] == "", "name"]
    )


# Residents


def test_cells_sum_exactly_to_the_census_totals_of_the_municipalities(
    residents: pd.DataFrame,
) -> None:
    assert residents.groupby("ags")["residents"].sum().to_dict() == TOTALS


def test_foreign_residents_sum_exactly_to_the_county_total(residents: pd.DataFrame) -> None:
    assert residents["foreign_residents"].sum() == FOREIGN_TOTAL
    assert (residents["foreign_residents"] >= 0).all()
    assert (residents["foreign_residents"] <= residents["residents"]).all()


def test_cell_ids_are_unique_inspire_ids(residents: pd.DataFrame) -> None:
    assert residents["cell_id"].is_unique
    assert residents["cell_id"].str.fullmatch(r"CRS3035RES1000mN\d+000E\d+000").all()
    assert (residents["residents"] > 0).all()


def test_the_centre_of_every_cell_lies_in_its_municipality(
    residents: pd.DataFrame, areas: gpd.GeoDataFrame
) -> None:
    corner = residents["cell_id"].str.extract(r"N(?P<north>\d+)E(?P<east>\d+)$").astype(int)
    centres = gpd.GeoDataFrame(
        residents,
        geometry=gpd.points_from_xy(corner["east"] + 500, corner["north"] + 500),
        crs="EPSG:3035",
    )
    joined = centres.sjoin(
        areas[["ags", "geometry"]].rename(columns={"ags": "inside"}).to_crs("EPSG:3035")
    )
    assert len(joined) == len(residents)
    assert (joined["inside"] == joined["ags"]).all()


def test_the_readme_quotes_the_figures_of_the_check_with_the_census() -> None:
    check = pd.read_csv(COUNTY / "model_check.csv", dtype={"ags": str})
    text = (COUNTY / "README.md").read_text(encoding="utf-8")
    for row in check.itertuples(index=False):
        figures = (row.pearson_r, row.pearson_r_log1p, row.share_misplaced)
        quoted = " | ".join(f"{value:.3f}".replace(".", ",") for value in figures)
        assert f"| {row.cells_model} | {row.cells_census} | {quoted} |" in text
    assert check["pearson_r"].iloc[0] >= 0.8


# Timetable. gtfs_kit 13 has no validator, only assess_quality: the rules are checked here.


def test_gtfs_kit_reads_the_feed_and_finds_no_quality_fault() -> None:
    with warnings.catch_warnings():
        # A future release of a library that gtfs_kit imports must not fail the data.
        warnings.simplefilter("ignore", DeprecationWarning)
        kit = importlib.import_module("gtfs_kit")
    read = kit.read_feed(COUNTY / "timetable.zip", dist_units="km")
    assert len(read.get_dates()) == 172
    assert not read.stop_times.empty
    quality = read.assess_quality().set_index("indicator")["value"]
    for fault in (  # the overall grade is left out: it asks for shapes, which the model lacks
        "num_route_short_names_duplicated",
        "num_direction_ids_missing",
        "num_departure_times_missing",
        "num_first_departure_times_missing",
        "num_last_departure_times_missing",
    ):
        assert int(quality[fault]) == 0, fault


def test_the_readme_quotes_the_journeys_of_every_day_type(feed: Feed) -> None:
    text = (COUNTY / "README.md").read_text(encoding="utf-8")
    trips = _trips_with_type(feed)
    for label, services in (
        ("Schultag", ["MF", "MF_SCHULE"]),
        ("Ferientag", ["MF", "MF_FERIEN"]),
        ("Samstag", ["SA"]),
        ("Sonn- und Feiertag", ["SO"]),
    ):
        running = trips.loc[trips["service_id"].isin(services), "route_type"]
        counts = [int((running == mode).sum()) for mode in (BUS, ON_DEMAND, RAIL)]
        assert f"| {label} | {len(running)} | {' | '.join(map(str, counts))} |" in text


def test_the_readme_quotes_the_numbers_of_stops_and_offers(
    offers: list[dict[str, object]],
) -> None:
    text = (COUNTY / "README.md").read_text(encoding="utf-8")
    assert f"| {len(pd.read_csv(COUNTY / 'stops.csv'))} Haltestellen" in text
    assert f"| {len(offers)} Musterangebote |" in text


def test_every_file_of_the_feed_has_its_required_fields(feed: Feed) -> None:
    assert set(feed) == set(REQUIRED)
    for name, columns in REQUIRED.items():
        assert columns <= set(feed[name].columns), name
        for column in columns:
            assert (feed[name][column] != "").all(), (name, column)


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("agency", "agency_id"),
        ("stops", "stop_id"),
        ("routes", "route_id"),
        ("trips", "trip_id"),
        ("calendar", "service_id"),
        ("booking_rules", "booking_rule_id"),
    ],
)
def test_keys_are_unique(feed: Feed, table: str, key: str) -> None:
    assert feed[table][key].is_unique


def test_every_reference_has_its_target_and_nothing_is_unused(feed: Feed) -> None:
    trips, times = feed["trips"], feed["stop_times"]
    services = set(feed["calendar"]["service_id"]) | set(feed["calendar_dates"]["service_id"])
    assert set(feed["routes"]["agency_id"]) == set(feed["agency"]["agency_id"])
    assert set(trips["route_id"]) == set(feed["routes"]["route_id"])
    assert set(trips["service_id"]) == services
    assert set(times["trip_id"]) == set(trips["trip_id"])
    assert set(times["stop_id"]) == set(feed["stops"]["stop_id"])
    rules = set(times["pickup_booking_rule_id"]) | set(times["drop_off_booking_rule_id"])
    assert rules - {""} == set(feed["booking_rules"]["booking_rule_id"])


def test_stops_of_the_feed_are_those_of_the_gazetteer(feed: Feed) -> None:
    gazetteer = pd.read_csv(COUNTY / "stops.csv", dtype=str, keep_default_na=False).set_index(
        "stop_id"
    )
    served = feed["stops"].set_index("stop_id")
    assert set(served.index) <= set(gazetteer.index)
    assert (gazetteer.loc[served.index, "name"] == served["stop_name"]).all()
    lat, lon = served["stop_lat"].astype(float), served["stop_lon"].astype(float)
    assert lat.between(SOUTH, NORTH).all()
    assert lon.between(WEST, EAST).all()
    assert not served.duplicated(["stop_lat", "stop_lon"]).any()


def test_times_rise_strictly_within_every_trip(feed: Feed) -> None:
    legs = _legs(feed)
    assert (legs["seconds"] > 0).all()
    assert feed["stop_times"].groupby("trip_id").size().min() >= 2
    clock = feed["stop_times"]["departure_time"].map(_seconds)
    assert clock.min() >= 4 * 3600
    assert clock.max() < 24 * 3600


def test_no_leg_is_faster_than_its_mode_allows(feed: Feed) -> None:
    legs = _legs(feed)
    kmh = legs["metres"] / 1_000 / (legs["seconds"] / 3_600)
    assert (kmh <= legs["route_type"].map(TOP_KMH)).all()
    assert (legs["metres"] > 0).all()


def test_no_trip_takes_longer_than_two_hours_or_crawls(feed: Feed) -> None:
    trips = _legs(feed).groupby("trip_id")[["seconds", "metres"]].sum()
    assert trips["seconds"].max() <= 2 * 3_600
    assert (trips["metres"] / 1_000 / (trips["seconds"] / 3_600)).min() >= 5


def test_journeys_per_day_fall_from_school_day_to_holiday_to_saturday_to_sunday(feed: Feed) -> None:
    days = [
        dt.date(2026, 11, 24),
        dt.date(2026, 10, 20),
        dt.date(2026, 11, 21),
        dt.date(2026, 11, 22),
    ]
    counts = [_buses(feed, day) for day in days]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == len(counts)
    assert counts[-1] > 0


def test_most_bus_journeys_of_a_school_day_run_on_school_days_only(feed: Feed) -> None:
    school, holiday = _buses(feed, dt.date(2026, 11, 24)), _buses(feed, dt.date(2026, 10, 20))
    trips = _trips_with_type(feed)
    only = (trips["route_type"].eq(BUS) & trips["service_id"].eq("MF_SCHULE")).sum()
    assert only == school - holiday
    assert only / school > 0.55


def test_public_holidays_run_as_sundays_and_school_holidays_without_school_buses(
    feed: Feed,
) -> None:
    services = _services_by_day(feed)
    day_services = {"MF", "MF_SCHULE", "MF_FERIEN", "SA", "SO"}
    calendar = pd.read_csv(COUNTY / "calendar.csv")
    for row in calendar.itertuples(index=False):
        for day in pd.date_range(row.start, row.end):
            running = services.get(day.date(), set()) & day_services
            if row.kind == "public_holiday":
                assert running == {"SO"}
            else:
                assert "MF_SCHULE" not in running
    assert services[dt.date(2026, 11, 24)] & day_services == {"MF", "MF_SCHULE"}
    assert services[dt.date(2026, 10, 20)] & day_services == {"MF", "MF_FERIEN"}


def test_every_day_of_the_validity_has_service(feed: Feed) -> None:
    services = _services_by_day(feed)
    first, last = (
        pd.Timestamp(feed["feed_info"][f"feed_{end}_date"].iloc[0]) for end in ("start", "end")
    )
    assert last >= pd.Timestamp("2027-01-30")
    for day in pd.date_range(first, last):
        assert len(services[day.date()]) >= 2, day  # a day service and the tide
    assert set(services) == {day.date() for day in pd.date_range(first, last)}


def test_the_ferry_sails_three_or_four_times_each_way_and_shifts_every_day(feed: Feed) -> None:
    first = feed["stop_times"][feed["stop_times"]["stop_sequence"] == "1"]
    ferry = feed["trips"][feed["trips"]["route_id"] == "FW"].merge(first, on="trip_id")
    counts = ferry.groupby(["service_id", "direction_id"]).size()
    assert counts.between(3, 4).all()
    by_day = ferry.groupby("service_id")["departure_time"].apply(tuple)
    assert (by_day != by_day.shift()).all()
    assert by_day.nunique() > len(by_day) / 4
    hours = ferry["departure_time"].str[:2].astype(int)
    assert hours.between(6, 19).all()
    assert "TIDE_20260813" not in set(feed["calendar"]["service_id"])


def test_every_ship_has_its_island_train(feed: Feed) -> None:
    times = feed["stop_times"].merge(feed["trips"], on="trip_id")
    harbour = times[times["stop_id"] == "8007766"]
    clock = harbour["departure_time"].map(_seconds)
    for _, day in harbour.assign(clock=clock).groupby(["service_id", "direction_id"]):
        ships = sorted(day.loc[day["route_id"] == "FW", "clock"])
        trains = sorted(day.loc[day["route_id"] == "IB", "clock"])
        assert len(ships) == len(trains)
        assert all(
            300 <= abs(train - ship) <= 900 for ship, train in zip(ships, trains, strict=True)
        )


def test_on_demand_trips_must_be_booked_and_others_must_not(feed: Feed) -> None:
    trips = _trips_with_type(feed)
    times = feed["stop_times"].merge(trips[["trip_id", "route_type"]], on="trip_id")
    booked = times["route_type"] == ON_DEMAND
    assert booked.any()
    for column, yes, no in (
        ("pickup_type", "2", "0"),
        ("drop_off_type", "2", "0"),
        ("pickup_booking_rule_id", "anmeldung-60", ""),
        ("drop_off_booking_rule_id", "anmeldung-60", ""),
    ):
        assert (times[column] == booked.map({True: yes, False: no})).all(), column
    rule = feed["booking_rules"].iloc[0]
    assert (rule["booking_type"], rule["prior_notice_duration_min"]) == ("1", "60")
    names = feed["routes"].set_index("route_id")
    demand = names["route_type"] == str(ON_DEMAND)
    assert (names["route_short_name"].str.contains("Rufbus") == demand).all()


def test_agencies_and_routes_say_that_they_are_a_model(feed: Feed) -> None:
    assert feed["agency"]["agency_name"].str.contains("Modell").all()
    assert feed["routes"]["route_long_name"].str.contains("Modell").all()
    assert "Modell" in feed["feed_info"]["feed_publisher_name"].iloc[0]
    assert set(feed["agency"]["agency_timezone"]) == {"Europe/Berlin"}


def test_nearly_every_stop_of_the_county_is_served_on_school_days(feed: Feed) -> None:
    stops = pd.read_csv(COUNTY / "stops.csv", dtype=str, keep_default_na=False)
    inside = stops[stops["ags"] != ""]
    assert inside["stop_id"].isin(feed["stops"]["stop_id"]).mean() > 0.9


# Calendar, offers, register


def test_the_calendar_names_a_source_for_every_holiday() -> None:
    calendar = pd.read_csv(COUNTY / "calendar.csv", dtype=str, keep_default_na=False)
    assert list(calendar.columns) == ["start", "end", "kind", "name", "source"]
    assert set(calendar["kind"]) == {"school_holiday", "public_holiday"}
    assert (calendar["start"] <= calendar["end"]).all()
    assert (calendar["source"] != "").all()
    assert {"Herbstferien", "Weihnachtsferien", "Reformationstag"} <= set(calendar["name"])


def test_every_offer_says_that_it_is_a_sample(offers: list[dict[str, object]]) -> None:
    assert 40 <= len(offers) <= 60
    for offer in offers:
        assert "Muster" in str(offer["Name"])
        assert "Muster" in str(offer["Träger"])
    numbers = [str(offer["Nr"]) for offer in offers]
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"FRI-\d{3}", number) for number in numbers)


def test_offers_cover_every_category_and_only_those(
    offers: list[dict[str, object]], profile: dict[str, list[dict[str, str]]]
) -> None:
    by_name = {name: c["id"] for c in profile["categories"] for name in (c["id"], c["label"])}
    assert {by_name[str(offer["Kategorie"])] for offer in offers} == set(by_name.values())


def test_letters_and_fields_of_the_categories_fit(profile: dict[str, list[dict[str, str]]]) -> None:
    letters = [category["letter"] for category in profile["categories"]]
    assert len(set(letters)) == len(letters)
    assert {category["field"] for category in profile["categories"]} == {
        field["id"] for field in profile["fields"]
    }
    assert len(profile["fields"]) == 5


def test_offers_run_in_the_morning_the_evening_and_at_weekends(
    offers: list[dict[str, object]],
) -> None:
    sessions = " ".join(str(offer["Termine"] or "") for offer in offers)
    assert re.search(r"\bSa \d", sessions)
    assert re.search(r"\bSo \d", sessions)
    assert re.search(r"18:00-19:30", sessions)
    assert re.search(r"18:30–20:30 Uhr", sessions)
    assert {"fest", "offen"} <= {str(offer["Terminart"]) for offer in offers}
    assert {"ja", "nein"} <= {str(offer["In den Ferien"]) for offer in offers}


def test_offers_hold_the_oddities_of_real_lists(
    offers: list[dict[str, object]], areas: gpd.GeoDataFrame
) -> None:
    assert sum(not offer["Termine"] for offer in offers) >= 2
    assert any(str(offer["PLZ"]) == "00000" for offer in offers)
    assert any(
        offer["Gemeinde"] == "Wangerland" and not offer["Ort"] and not offer["Straße"]
        for offer in offers
    )
    assert any(offer["Vertraulich"] == "ja" for offer in offers)
    assert any(offer["Format"] == "online" for offer in offers)
    points = [
        (float(str(o["Breite"])), float(str(o["Länge"])), o["Gemeinde"])
        for o in offers
        if o["Breite"]
    ]
    assert any(lat < 10 for lat, _, _ in points)
    located = gpd.GeoDataFrame(
        {"said": [name for *_, name in points]},
        geometry=gpd.points_from_xy([lon for _, lon, _ in points], [lat for lat, *_ in points]),
        crs="EPSG:4326",
    ).sjoin(areas[["name", "geometry"]], how="left")
    assert (located["name"].notna() & (located["name"] != located["said"])).any()
    dates = [offer["Zuletzt bestätigt"] for offer in offers]
    assert all(isinstance(day, dt.datetime) for day in dates)
    assert any(day.year <= 2023 for day in dates if isinstance(day, dt.datetime))


def test_few_offers_lie_where_gaps_are_expected(offers: list[dict[str, object]]) -> None:
    by_area = pd.Series([str(offer["Gemeinde"] or "") for offer in offers]).value_counts()
    assert by_area["Wangerooge"] == 1
    assert by_area["Sande"] <= 3
    assert by_area[""] >= 4  # outside, online and unknown
    assert by_area["Varel"] > 2 * by_area["Sande"]


def test_every_data_file_stands_in_the_register_and_every_entry_has_its_file() -> None:
    with (COUNTY / "register.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    files = {path.name for path in COUNTY.iterdir() if path.is_file()} - NOT_DATA
    assert {row["file"] for row in rows} == files
    for row in rows:
        assert row["status"] in {"real", "modelled", "sample"}
        assert all(row[column] for column in ("source", "date", "licence")), row


def test_the_profile_names_files_that_exist(profile: dict[str, dict[str, object]]) -> None:
    for value in profile["layers"].values():
        for name in [value] if isinstance(value, str) else list(value):  # type: ignore[call-overload]
            assert (COUNTY / name).is_file()


def test_no_file_holds_a_path_of_a_machine() -> None:
    texts = [
        p.read_text(encoding="utf-8") for p in COUNTY.iterdir() if p.suffix not in {".xlsx", ".zip"}
    ]
    sources = [
        ROOT / "scripts" / "build_friesland.py",
        *(ROOT / "scripts" / "friesland").glob("*.py"),
    ]
    texts += [path.read_text(encoding="utf-8") for path in sources]
    assert not [text[:60] for text in texts if re.search(r"/(work|tmp|root|home)/", text)]


def test_two_builds_from_the_sources_equal_the_folder_byte_by_byte(tmp_path: Path) -> None:
    sources = Path(os.environ.get("GEO_INTEGRATION_SOURCES", ROOT.parent / "shared" / "data"))
    facts = Path(os.environ.get("GEO_INTEGRATION_FACTS", sources.parent / "facts"))
    census = sources / "friesland_census2021_1km" / "friesland_1km_census2021.csv"
    if (
        not (sources / "npm_db_hafas_stations").is_dir()
        or not facts.is_dir()
        or not census.is_file()
    ):
        pytest.skip(f"not in {sources}: set GEO_INTEGRATION_SOURCES and GEO_INTEGRATION_FACTS")
    script = ROOT / "scripts" / "build_friesland.py"
    for out in (tmp_path / "first", tmp_path / "second"):
        command = [
            sys.executable,
            "-B",
            str(script),
            "--sources",
            str(sources),
            "--facts",
            str(facts),
        ]
        command += ["--census", str(census), "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
    for path in sorted((tmp_path / "first").iterdir()):
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name
        assert path.read_bytes() == (COUNTY / path.name).read_bytes(), path.name


def _seconds(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def _trips_with_type(feed: Feed) -> pd.DataFrame:
    trips = feed["trips"].merge(feed["routes"][["route_id", "route_type"]], on="route_id")
    return trips.assign(route_type=trips["route_type"].astype(int))


def _legs(feed: Feed) -> pd.DataFrame:
    stops = feed["stops"].set_index("stop_id")
    points = gpd.GeoSeries(
        gpd.points_from_xy(stops["stop_lon"].astype(float), stops["stop_lat"].astype(float)),
        index=stops.index,
        crs="EPSG:4326",
    ).to_crs("EPSG:25832")
    times = feed["stop_times"].assign(order=feed["stop_times"]["stop_sequence"].astype(int))
    times = times.sort_values(["trip_id", "order"], ignore_index=True)
    x, y = (
        points.x.reindex(times["stop_id"]).to_numpy(),
        points.y.reindex(times["stop_id"]).to_numpy(),
    )
    clock = times["departure_time"].map(_seconds).to_numpy()
    same = (times["trip_id"] == times["trip_id"].shift()).to_numpy()
    frame = pd.DataFrame(
        {
            "trip_id": times["trip_id"],
            "seconds": np.diff(clock, prepend=0),
            "metres": np.hypot(np.diff(x, prepend=0), np.diff(y, prepend=0)),
        }
    )[same]
    return frame.merge(_trips_with_type(feed)[["trip_id", "route_type"]], on="trip_id")


def _services_by_day(feed: Feed) -> dict[dt.date, set[str]]:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    running: dict[dt.date, set[str]] = {}
    for row in feed["calendar"].to_dict("records"):
        for day in pd.date_range(row["start_date"], row["end_date"]):
            if row[names[day.weekday()]] == "1":
                running.setdefault(day.date(), set()).add(row["service_id"])
    for row in feed["calendar_dates"].to_dict("records"):
        day = pd.Timestamp(row["date"]).date()
        if row["exception_type"] == "1":
            running.setdefault(day, set()).add(row["service_id"])
        else:
            running[day].remove(row["service_id"])
    return running


def _buses(feed: Feed, day: dt.date) -> int:
    trips = _trips_with_type(feed)
    running = trips["service_id"].isin(_services_by_day(feed)[day])
    return int((running & (trips["route_type"] == BUS)).sum())
