"""Offers as an HSDS package: complete, equal for equal input, and read again as they were."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from geo_integration.errors import OutputError
from geo_integration.inputs.offers.hsds import read_hsds
from geo_integration.inputs.offers.sources import sniff
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.times.schedules import parse_hours
from geo_integration.measures.disclosure import published_offers
from geo_integration.outputs.hsds import write_hsds

CATEGORIES = {"sprache": "Sprachkurs", "sport": "Sport"}
HOUR = 3600
BLANK = {
    "provider": None, "located_by": None, "location_note": None, "counted": True, "timed": True,
    "times": None, "street": None, "postcode": None, "town": None, "place": None,
    "municipality": None, "languages": None, "level": None, "target_group": None,
    "women_only": pd.NA, "childcare": pd.NA, "barrier_free": pd.NA, "cost": None,
    "places_total": pd.NA, "places_free": pd.NA, "contact": None, "link": None, "format": None,
    "last_confirmed": None, "stale": False, "valid_from": None, "valid_to": None, "age": None,
    "admission": None, "venue": None, "area_id": None, "grade": "none", "geometry": None,
}  # fmt: skip
OFFERS = [
    {
        "offer_id": "A-1", "name": "Deutsch A1", "provider": "VHS", "category": "sprache",
        "grade": "house", "geometry": Point(440_000, 5_936_000), "venue": "Bürgerhaus",
        "street": "Am Markt 1", "postcode": "26441", "town": "Jever", "place": "Moorwarfen",
        "municipality": "Jever", "languages": "Deutsch, Arabisch", "level": "A1",
        "target_group": "Erwachsene", "women_only": True, "childcare": False,
        "barrier_free": True, "cost": "kostenlos", "places_total": 20, "places_free": 0,
        "contact": "Frau Muster, 04461 1; a@example.org", "link": "https://example.org/?a=1&copy=2",
        "format": "vor Ort", "last_confirmed": dt.date(2026, 9, 1),
        "valid_from": dt.date(2026, 9, 1), "valid_to": dt.date(2027, 7, 31), "age": "ab 16",
        "admission": "BAMF-Berechtigung",
    },
    {
        "offer_id": "A-2", "name": '=HYPERLINK("x")', "category": "sport", "grade": "place",
        "geometry": Point(441_000, 5_936_000), "town": "Jever", "barrier_free": False,
        "times": "nach Vereinbarung", "age": "für alle", "link": "www.example.org",
        "valid_to": dt.date(2026, 12, 31), "format": "hybrid",
    },
    {"offer_id": "A-3", "name": "Netz", "provider": "VHS", "category": "sprache",
     "format": "online", "street": "Am Markt 2", "barrier_free": True, "age": "6-12"},
]  # fmt: skip
SESSIONS = pd.DataFrame(
    [
        ("A-1/1", "A-1", 1, 18 * HOUR, 19 * HOUR + 1800, None, False, True),
        ("A-1/2", "A-1", 3, 18 * HOUR, 19 * HOUR + 1800, None, False, True),
        ("A-3/1", "A-3", 5, 22 * HOUR, 26 * HOUR, None, True, False),
    ],
    columns=[
        "session_id",
        "offer_id",
        "weekday",
        "start_s",
        "end_s",
        "rhythm",
        "drop_in",
        "term_only",
    ],
)


def frame(rows):
    table = gpd.GeoDataFrame([{**BLANK, **row} for row in rows], crs="EPSG:25832")
    flags = {"women_only": "boolean", "childcare": "boolean", "barrier_free": "boolean"}
    return published_offers(
        table.astype({**flags, "places_total": "Int64", "places_free": "Int64"})
    )


def write(path, rows=OFFERS, sessions=SESSIONS):
    write_hsds(path, frame(rows), sessions, county="Friesland", ags="03455", categories=CATEGORIES)
    return path


def tables(path):
    with zipfile.ZipFile(path) as package:
        texts = {n: package.read(n).decode() for n in package.namelist()}
    return {n: list(csv.DictReader(io.StringIO(t, newline=""))) for n, t in texts.items()
            if n.endswith(".csv")}, json.loads(texts["datapackage.json"])  # fmt: skip


@pytest.fixture
def package(tmp_path):
    return write(tmp_path / "angebote.zip")


def test_what_is_written_is_read_again(package):
    faults = FaultList()
    assert sniff(package) == "hsds"
    table = read_hsds(package, faults).set_index("name")
    # Of "nach Vereinbarung" nobody knows whether it is a course.
    assert [f["column"] for f in faults] == ["schedules"]
    first = table.loc["Deutsch A1"].dropna().to_dict()
    assert first.pop("offer_id")
    assert first == {
        "provider": "VHS", "category": "Sprachkurs", "venue": "Bürgerhaus",
        "street": "Am Markt 1", "postcode": "26441", "town": "Jever", "place": "Moorwarfen",
        "municipality": "Jever", "lat": first["lat"], "lon": first["lon"],
        "times": "Di 18:00-19:30; Do 18:00-19:30", "times_kind": "fest", "in_holidays": "nein",
        "valid_from": "2026-09-01", "valid_to": "2027-07-31", "languages": "Deutsch, Arabisch",
        "level": "A1", "target_group": "Erwachsene", "age": "ab 16", "women_only": "ja",
        "childcare": "nein", "barrier_free": "ja", "cost": "kostenlos", "places_total": "20",
        "places_free": "0", "contact": "Frau Muster, 04461 1; a@example.org",
        "link": "https://example.org/?a=1&copy=2", "format": "vor Ort",
        "last_confirmed": "2026-09-01", "admission": "BAMF-Berechtigung",
        "file": "angebote.zip", "row": first["row"],
    }  # fmt: skip
    assert float(first["lat"]) == pytest.approx(53.573, abs=0.01)
    assert [(h.weekday, h.start_s, h.end_s) for h in parse_hours(first["times"])] == [
        (1, 18 * HOUR, 19 * HOUR + 1800), (3, 18 * HOUR, 19 * HOUR + 1800),
    ]  # fmt: skip
    second = table.loc['=HYPERLINK("x")']
    columns = ["provider", "town", "lat", "times", "barrier_free", "age", "link", "valid_to",
               "format"]  # fmt: skip
    assert second[columns].tolist() == [
        None, "Jever", None, "nach Vereinbarung", "nein", "für alle", "www.example.org",
        "2026-12-31", "hybrid",
    ]  # fmt: skip
    third = table.loc["Netz"]
    assert third[["format", "street", "barrier_free", "age", "times", "times_kind"]].tolist() == [
        "online", "Am Markt 2", "ja", "6-12", "Sa 22:00-02:00", "offen",
    ]  # fmt: skip
    assert third["in_holidays"] == "ja"


def test_equal_input_gives_equal_bytes(tmp_path, package):
    again = write(tmp_path / "again.zip", OFFERS[::-1], SESSIONS.iloc[::-1])
    assert again.read_bytes() == package.read_bytes()


def test_every_required_field_has_a_value_and_every_id_points_somewhere(package):
    rows, about = tables(package)
    ids = {name: {row["id"] for row in own} for name, own in rows.items()}
    for resource in about["resources"]:
        own = rows[resource["path"]]
        schema = resource["schema"]
        assert not own or list(own[0]) == [field["name"] for field in schema["fields"]]
        for field in schema["fields"]:
            values = [row[field["name"]] for row in own]
            assert all(values) or not field["constraints"]["required"], field
            assert len(set(values)) == len(values) or not field["constraints"]["unique"]
        for key in schema["foreignKeys"]:
            wanted = ids[f"{key['reference']['resource']}.csv"]
            assert {row[key["fields"]] for row in own} <= wanted
    assert {row["link_id"] for row in rows["attributes.csv"]} <= ids["services.csv"]
    assert {row["status"] for row in rows["services.csv"]} == {"active"}
    assert rows["addresses.csv"][0]["state_province"] == "Niedersachsen"


def test_only_places_that_are_well_known_get_coordinates(package):
    rows, _ = tables(package)
    assert [bool(row["latitude"]) for row in rows["locations.csv"]] == [True, False, False]
    assert [row["location_type"] for row in rows["locations.csv"]] == [
        "physical", "physical", "virtual",
    ]  # fmt: skip


@pytest.mark.parametrize("column", ["confidential", "remark", "confirmed_by"])
def test_offers_with_columns_for_the_staff_are_refused(tmp_path, column):
    with pytest.raises(OutputError, match=column):
        write_hsds(
            tmp_path / "x.zip", frame(OFFERS).assign(**{column: "geheim"}), SESSIONS,
            county="Friesland", ags="03455", categories=CATEGORIES,
        )  # fmt: skip
    assert not (tmp_path / "x.zip").exists()


def test_offers_whose_times_are_not_known_keep_their_validity(tmp_path):
    rows, _ = tables(write(tmp_path / "x.zip", OFFERS[:1], SESSIONS[:0]))
    found = rows["schedules.csv"][0]
    assert (found["valid_to"], found["freq"], found["opens_at"]) == ("2027-07-31", "", "")


def test_a_package_without_offers_has_all_tables(tmp_path):
    path = tmp_path / "x.zip"
    none = frame(OFFERS).iloc[:0]
    write_hsds(path, none, SESSIONS[:0], county="F", ags="03455", categories=CATEGORIES)
    rows, about = tables(path)
    assert {r["path"] for r in about["resources"]} == set(rows)
    assert not any(rows.values())


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(NAMES.filter(str.strip), NAMES, NAMES)
def test_any_texts_are_written_and_read_again(tmp_path, name, provider, contact):
    offer = {**OFFERS[0], "name": name, "provider": provider, "contact": contact}
    path = write(tmp_path / "any.zip", [offer])
    rows, _ = tables(path)
    assert rows["services.csv"][0]["name"] == name
    assert len(read_hsds(path, FaultList())) == 1


@pytest.mark.parametrize(
    "name",
    [
        "+49 Kurs",
        "-Kurs",
        "@Kurs",
        "{{ 7*7 }}",
        "\u202eKurs",
        "x" * 10_000,
        "a;b,\"c\"'d'",
        "null ",
    ],
)
def test_hostile_names_arrive_as_they_are(tmp_path, name):
    path = write(tmp_path / "x.zip", [{**OFFERS[0], "name": name}])
    assert read_hsds(path, FaultList())["name"].tolist() == [name.strip()]
