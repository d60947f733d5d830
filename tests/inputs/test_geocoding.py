from __future__ import annotations

import unicodedata

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import toy
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.frames import OFFERS, STOPS, check_frame
from geo_integration.inputs.geocoding import (
    Gazetteer,
    locate_offers,
    normalise,
    read_addresses,
    read_stops,
)

CRS = toy.CRS


def table(rows, **columns):
    points = [toy.middle(*at) for at in rows]
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS)


@pytest.fixture
def gazetteer():
    """Westdorf and Ostdorf (5 x 5 km), with a town outside, 10 km east."""
    return Gazetteer(
        areas=toy.toy_frames().areas,
        places=table(
            [(0, 2), (2, 2), (4, 2), (15, 2), (1, 4), (4, 4), (0, 0)],
            name=["Altwest", "Mitte", "Altost", "Ferne", "Neuendorf", "Neuendorf", "Ostdorf"],
            area_id=["03999001", "03999002", "03999002", None, "03999001", "03999002", "03999002"],
            kind=["village"] * 7,
        ),
        stops=table(
            [(1, 1), (1.01, 1), (3, 3), (3, 0)],
            stop_id=["a", "b", "c", "d"],
            name=["Rathaus, Westdorf", "Westdorf Rathaus", "Schule Mitte", "Bahnhof"],
        ),
        addresses=table(
            [(2, 1), (2, 3), (2, 4), (4, 0)],
            key=[
                "muehlenstrasse 12a|ostdorf", "hauptstrasse 1|ostdorf", "hauptstrasse 1|westdorf",
                "hauptstrasse 1|mitte",
            ],
        ),
    )  # fmt: skip


def offer(**values):
    row = dict.fromkeys(
        ["street", "postcode", "town", "place", "municipality", "provider", "format"]
    )
    row |= {"offer_id": "A1", "name": "Kurs", "category": "sprachkurs", "lat": None, "lon": None}
    row |= {"timed": True, "confidential": False, "row": 2}
    return row | values


def locate(gazetteer, faults, *offers):
    rows = pd.DataFrame(list(offers), dtype=object)
    for name in ("lat", "lon"):
        rows[name] = rows[name].astype(float)
    rows = rows.astype({"confidential": "boolean", "timed": bool, "row": int})
    located = locate_offers(rows, gazetteer, CRS, faults, file="offers.xlsx")
    check_frame(located, OFFERS, crs=CRS)
    return located


def one(gazetteer, faults, **values):
    return locate(gazetteer, faults, offer(**values)).iloc[0]


def degrees(i, j):
    point = gpd.GeoSeries([toy.middle(i, j)], crs=CRS).to_crs("EPSG:4326")[0]
    return {"lat": point.y, "lon": point.x}


# Grades -----------------------------------------------------------------------------------------


def test_given_coordinates_come_first(gazetteer, faults):
    row = one(gazetteer, faults, **degrees(3, 4), street="Hauptstraße 1", municipality="Ostdorf")
    assert (row["grade"], row["area_id"], row["counted"]) == ("given", "03999002", True)
    assert row.geometry.distance(toy.middle(3, 4)) < 0.01
    assert faults == []


def test_an_address_of_the_address_file_is_a_house(gazetteer, faults):
    row = one(gazetteer, faults, street="Mühlenstr. 12 a", municipality="Ostdorf")
    assert (row["grade"], row["located_by"], row["counted"]) == ("house", "Adressdatei", True)
    assert row.geometry == toy.middle(2, 1)


def test_the_same_street_in_another_municipality_is_another_house(gazetteer, faults):
    east = one(gazetteer, faults, street="Hauptstr. 1", municipality="Ostdorf")
    west = one(gazetteer, faults, street="Hauptstr. 1", municipality="Westdorf")
    assert east.geometry == toy.middle(2, 3)
    assert west.geometry == toy.middle(2, 4)


def test_the_municipality_counts_before_the_town_where_an_address_is_in_both(gazetteer, faults):
    both = one(gazetteer, faults, street="Hauptstr. 1", municipality="Ostdorf", town="Mitte")
    alone = one(gazetteer, faults, street="Hauptstr. 1", municipality="Ostdorf")
    assert both["grade"] == alone["grade"] == "house"
    assert both.geometry == alone.geometry


def test_of_several_house_numbers_the_first_counts(gazetteer, faults):
    row = one(gazetteer, faults, street="Hauptstr. 1-3", municipality="Ostdorf")
    assert row["grade"] == "house"


def test_an_ortsteil_is_not_looked_for_in_another_municipality_than_named(gazetteer, faults):
    row = one(gazetteer, faults, place="Altost", municipality="Oldenburg")
    assert row["grade"] in ("none", "municipality")
    assert not row["counted"]


def test_a_stop_far_from_the_named_ortsteil_is_not_the_venue(gazetteer, faults):
    row = one(gazetteer, faults, street="Rathaus", place="Altost", municipality="Westdorf")
    assert row["grade"] != "stop"


def test_a_street_with_a_number_lies_at_the_stop_of_that_name_with_a_note(gazetteer, faults):
    row = one(gazetteer, faults, street="Rathaus 7", municipality="Westdorf")
    assert row["grade"] == "stop"
    assert "Hausnummer nicht gefunden" in row["location_note"]


def test_a_venue_named_like_a_stop_lies_at_the_stop(gazetteer, faults):
    row = one(gazetteer, faults, street="Rathaus", municipality="Westdorf")
    assert (row["grade"], row["located_by"]) == ("stop", "Haltestelle Rathaus, Westdorf")
    assert row.geometry.distance(toy.middle(1, 1)) < 10
    assert row["counted"]


def test_a_stop_that_names_no_place_is_too_vague(gazetteer, faults):
    row = one(gazetteer, faults, street="Bahnhof", municipality="Westdorf")
    assert row["grade"] == "municipality"


def test_an_unknown_street_is_put_on_its_village_with_a_note(gazetteer, faults):
    row = one(gazetteer, faults, street="Am Deich 3", place="Altost", municipality="Ostdorf")
    assert (row["grade"], row["located_by"], row["counted"]) == ("place", "Ortsteil Altost", True)
    assert row["location_note"] == "Straße nicht gefunden: auf den Ortsteil gelegt"
    assert [(f["row"], f["column"]) for f in faults] == [(2, "Adresse")]


def test_a_village_of_a_name_that_two_have_is_the_one_in_the_municipality(gazetteer, faults):
    west = one(gazetteer, faults, place="Neuendorf", municipality="Westdorf")
    east = one(gazetteer, faults, place="Neuendorf", municipality="Ostdorf")
    assert (west.geometry, east.geometry) == (toy.middle(1, 4), toy.middle(4, 4))
    vague = one(gazetteer, faults, place="Neuendorf")
    assert vague["grade"] == "none"


def test_an_offer_known_by_its_municipality_only_does_not_count(gazetteer, faults):
    row = one(gazetteer, faults, municipality="Westdorf")
    assert (row["grade"], row["counted"]) == ("municipality", False)
    assert row["area_id"] == "03999001"
    assert "zählt nicht" in faults[0]["message"] or "nicht gezählt" in faults[0]["message"]


def test_a_town_outside_is_too_coarse_to_be_counted(gazetteer, faults):
    row = one(gazetteer, faults, street="Markt 1", town="Ferne")
    assert (row["grade"], row["counted"]) == ("municipality", False)
    assert pd.isna(row["area_id"])


def test_given_coordinates_in_a_town_outside_count(gazetteer, faults):
    row = one(gazetteer, faults, **degrees(15.2, 2), town="Ferne")
    assert (row["grade"], row["counted"]) == ("given", True)
    assert pd.isna(row["area_id"])


def test_an_offer_that_is_nowhere_is_kept_and_does_not_count(gazetteer, faults):
    row = one(gazetteer, faults, street="Irgendwo 7", town="Atlantis")
    assert (row["grade"], row["counted"]) == ("none", False)
    assert row.geometry is None
    assert "Adresse nicht gefunden" in faults[0]["message"]


def test_without_address_file_the_other_ways_are_tried(gazetteer, faults):
    row = one(gazetteer._replace(addresses=None), faults, street="Mühlenstr. 12a", place="Altost")
    assert row["grade"] == "place"


# Doubt ------------------------------------------------------------------------------------------


def test_swapped_coordinates_are_named_and_not_used(gazetteer, faults):
    at = degrees(3, 3)
    row = one(gazetteer, faults, lat=at["lon"], lon=at["lat"], place="Altost")
    assert row["grade"] == "place"
    assert "Breite und Länge sind vertauscht" in faults[0]["message"]


@pytest.mark.parametrize(("lat", "lon"), [(48.1, 11.5), (0.0, 0.0), (-53.5, 8.0), (953.0, 8.0)])
def test_coordinates_far_from_the_county_are_named_and_not_used(gazetteer, faults, lat, lon):
    row = one(gazetteer, faults, lat=lat, lon=lon, place="Altost")
    assert row["grade"] == "place"
    assert "mehr als 60 km" in faults[0]["message"]


def test_one_coordinate_alone_is_named_and_not_used(gazetteer, faults):
    row = one(gazetteer, faults, lat=53.5, place="Altost")
    assert row["grade"] == "place"
    assert "nur eine der beiden Koordinaten" in faults[0]["message"]


def test_coordinates_that_contradict_the_municipality_are_named_and_not_used(gazetteer, faults):
    # (4.9, 2) is 3.4 km east of Westdorf.
    row = one(gazetteer, faults, **degrees(4.9, 2), municipality="Westdorf", place="Altwest")
    assert (row["grade"], row["area_id"]) == ("place", "03999001")
    assert "3 km außerhalb der angegebenen Gemeinde" in faults[0]["message"]


def test_coordinates_just_beyond_the_municipality_are_taken(gazetteer, faults):
    row = one(gazetteer, faults, **degrees(3, 2), municipality="Westdorf")
    assert row["grade"] == "given"
    assert faults == []


def test_coordinates_that_contradict_a_town_outside_are_not_used(gazetteer, faults):
    row = one(gazetteer, faults, **degrees(0, 0), town="Ferne")
    assert row["grade"] == "municipality"
    assert "außerhalb der angegebenen Gemeinde" in faults[0]["message"]


# Who counts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "counted"), [("online", False), (" Online ", False), ("vor Ort", True), (None, True)]
)
def test_online_offers_are_kept_and_do_not_count(gazetteer, faults, kind, counted):
    row = one(gazetteer, faults, **degrees(2, 2), format=kind)
    assert (row["grade"], row["counted"]) == ("given" if counted else "none", counted)
    assert counted or "online" in row["location_note"]
    assert faults == []


def test_the_result_is_sorted_by_id(gazetteer, faults):
    offers = [offer(offer_id=i, row=n, **degrees(2, 2)) for n, i in enumerate(["B", "A", "C"])]
    assert locate(gazetteer, faults, *offers)["offer_id"].tolist() == ["A", "B", "C"]


# Spelling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mühlenstr. 12 a", "Muehlenstraße 12a"),
        ("Mühlenstraße 12A", "Mühlenstrasse 12 a"),
        ("MÜHLENSTRASSE 12", "Mühlenstr.12"),
        ("Lange Str. 3", "Lange Straße 3"),
        ("Lange Str 3", "Lange Straße 3"),
        ("Dr.-Müller-Str. 5", "Dr Müller Strasse 5"),
        ("  Am  Markt 1 ", "am markt 1"),
        ("Mühlenstr 12", "Mühlenstraße 12"),
        (unicodedata.normalize("NFD", "Mühlenstraße 12"), "Mühlenstraße 12"),
    ],
)
def test_spellings_of_one_address_are_alike(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mühlenweg 1", "Mühlenstraße 1"),
        ("Weg 1", "Weg 11"),
        ("Weg 1a", "Weg 1b"),
        ("Weg 1", "Weg 1a"),
    ],
)
def test_different_addresses_stay_different(one, other):
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("text", [None, "", "  ", "-", "..."])
def test_nothing_stays_nothing(text):
    assert normalise(text) == ""


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    plain = normalise(text)
    assert normalise(plain) == plain
    assert not set(plain) - set("abcdefghijklmnopqrstuvwxyz0123456789 ")


# Files ------------------------------------------------------------------------------------------


def test_the_address_file_gives_keys_and_points(tmp_path, faults):
    path = tmp_path / "addresses.csv"
    path.write_text(
        "street,house_number,municipality,lon,lat\nMühlenstr.,12 a,Jever,7.9004,53.5734\n"
        "Weg,1,Jever,x,53\nWeg,2,Jever,,\n",
        encoding="utf-8",
    )
    found = read_addresses(path, CRS, faults)
    assert found["key"].tolist() == ["muehlenstrasse 12a|jever"]
    assert found.crs == CRS
    assert shapely.Point(427_000, 5_936_800).distance(found.geometry.iloc[0]) < 1000
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected"), (4, "rejected")]


def test_the_list_of_stops_gives_stops_once(tmp_path, faults):
    path = tmp_path / "stops.csv"
    path.write_text(
        "stop_id,name,lat,lon\n1,Rathaus,53.5,7.9\n1,Rathaus,53.5,7.9\n2,,53.5,7.9\n3,Kirche,,\n"
        "4,Markt,53.6,7.9\n",
        encoding="utf-8",
    )
    found = read_stops(path, CRS, faults)
    check_frame(found, STOPS, crs=CRS)
    assert found["stop_id"].tolist() == ["1", "4"]
    assert [f["row"] for f in faults] == [3, 4, 5]


def test_an_address_file_without_coordinates_is_refused(tmp_path, faults):
    path = tmp_path / "addresses.csv"
    path.write_text("street,house_number,municipality\nWeg,1,Jever\n", encoding="utf-8")
    with pytest.raises(SourceError, match="'lon', 'lat'"):
        read_addresses(path, CRS, faults)
