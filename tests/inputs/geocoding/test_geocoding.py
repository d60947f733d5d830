from __future__ import annotations

import functools
import re
import traceback

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import toy
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.frames import OFFERS, STOPS, check_frame
from geo_integration.inputs.geocoding import chain as geocoding
from geo_integration.inputs.geocoding.address_files import COLUMNS
from geo_integration.inputs.geocoding.chain import (
    Gazetteer,
    find_hits,
    locate_offers,
    match_locally,
    read_gazetteer,
    read_stops,
)
from geo_integration.inputs.geocoding.gazetteer import Lookup
from geo_integration.inputs.geocoding.given import from_utm
from geo_integration.profile import Geocoding
from geo_integration.settings import read_settings

CRS = toy.CRS


def table(rows, **columns):
    points = [toy.middle(*at) for at in rows]
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS)


def addresses(rows, **columns):
    empty = {name: [""] * len(rows) for name in COLUMNS}
    return table(rows, **(empty | columns))


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
        addresses=addresses(
            [(2, 1), (2, 3), (1, 4), (4, 0)],
            street=["Mühlenstraße", "Hauptstraße", "Hauptstraße", "Hauptstraße"],
            number=["12a", "1", "1", "1"],
            municipality=["Ostdorf", "Ostdorf", "Westdorf", "Mitte"],
        ),
    )  # fmt: skip


def offer(**values):
    row = dict.fromkeys(
        ["street", "postcode", "town", "place", "municipality", "provider", "format"]
    )
    row |= {"offer_id": "A1", "name": "Kurs", "category": "sprachkurs", "lat": None, "lon": None}
    row |= {"timed": True, "confidential": False, "row": 2, "file": "offers.xlsx"}
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
    assert west.geometry == toy.middle(1, 4)


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


def test_a_venue_of_its_own_column_lies_at_its_stop(gazetteer, faults):
    row = one(gazetteer, faults, street="Nirgends 1", venue="Rathaus", municipality="Westdorf")
    assert (row["grade"], row["located_by"]) == ("stop", "Haltestelle Rathaus, Westdorf")


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


def test_coordinates_that_are_not_used_are_candidates(gazetteer):
    at = degrees(3, 3)
    swapped = offer(lat=at["lon"], lon=at["lat"], municipality="Westdorf")
    contrary = offer(**degrees(4.9, 2), municipality="Westdorf")
    rows = pd.DataFrame([swapped, contrary])
    one_hit, other = find_hits(rows, Lookup(gazetteer, CRS))
    assert one_hit.candidates[1].point.distance(toy.middle(3, 3)) < 0.01
    assert other.candidates[1].point.distance(toy.middle(4.9, 2)) < 0.01
    assert {one_hit.grade, other.grade} == {"municipality"}


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


# Addresses --------------------------------------------------------------------------------------


def streets(*rows):
    """Addresses: (i, j, street, number, municipality, postcode, village)."""
    names = ("street", "number", "municipality", "postcode", "town")
    columns = {name: [row[k + 2] for row in rows] for k, name in enumerate(names)}
    return addresses([row[:2] for row in rows], **columns)


@pytest.fixture
def town(gazetteer):
    """Streets of Westdorf (columns 0 and 1) and Ostdorf (2 to 4)."""
    return gazetteer._replace(
        addresses=streets(
            (0.1, 1, "Mühlenstraße", "1", "Westdorf", "11111", ""),
            (0.2, 1, "Mühlenstraße", "2", "Westdorf", "11111", ""),
            (0.3, 1, "Mühlenstraße", "3a", "Westdorf", "11111", ""),
            (3, 1, "Mühlenstraße", "1", "Ostdorf", "22222", ""),
            (0, 0, "Hauptstraße", "1", "Westdorf", "11111", "Altwest"),
            (1, 4, "Hauptstraße", "1", "Westdorf", "11111", "Neuendorf"),
            (1, 2, "Kirchplatz", "4", "Westdorf", "11111", ""),
        )
    )


@pytest.mark.parametrize(
    "street",
    ["Mühlenstr. 1", "Muehlenstrasse 1", "Muhlenstr. 1", "MÜHLEN-STRASSE 1", "Mühlenstr. 1-3",
     "Mühlenstr. 1/3", "Mühlenstr. Nr. 1", "Rathaus, Mühlenstr. 1", "Mühlenstr. 1 (Hinterhaus)",
     "11111 Westdorf, Mühlenstr. 1", "Mühlenstr. 1, D-11111 Westdorf"],
)  # fmt: skip
def test_a_house_is_found_however_its_address_is_spelt(town, faults, street):
    row = one(town, faults, street=street, municipality="Westdorf")
    assert (row["grade"], row["counted"], row["doubtful"]) == ("house", True, False)
    assert row.geometry == toy.middle(0.1, 1)
    assert faults == []


def test_a_postcode_alone_tells_which_house(town, faults):
    for code, place in (("11111", (0.1, 1)), ("22222", (3, 1))):
        row = one(town, faults, street="Mühlenstr. 1", postcode=code)
        assert (row["grade"], row.geometry) == ("house", toy.middle(*place))


def test_another_postcode_than_stated_is_doubtful_and_counts(town, faults):
    row = one(town, faults, street="Mühlenstr. 1", postcode="22222", municipality="Westdorf")
    assert (row["grade"], row["counted"], row["doubtful"]) == ("house", True, True)
    assert row.geometry == toy.middle(0.1, 1)
    assert "Postleitzahl 22222 angegeben, die Adresse hat 11111" in faults[0]["message"]


def test_the_village_tells_which_of_two_streets_of_a_name(town, faults):
    near = {"municipality": "Westdorf", "street": "Hauptstr. 1"}
    for village, place in (("Altwest", (0, 0)), ("Neuendorf", (1, 4))):
        row = one(town, faults, **near, place=village)
        assert (row["grade"], row.geometry) == ("house", toy.middle(*place))


def test_two_streets_of_a_name_far_apart_are_no_hit_but_candidates(town):
    rows = pd.DataFrame([offer(street="Hauptstr. 1", municipality="Westdorf")])
    (hit,) = find_hits(rows, Lookup(town, CRS))
    assert (hit.grade, hit.counted, hit.doubtful) == ("municipality", False, True)
    assert "mehrere gleichnamige Adressen" in hit.note
    found = {c.point for c in hit.candidates if c.grade == "house"}
    assert found == {toy.middle(0, 0), toy.middle(1, 4)}


def test_a_missing_house_number_lies_at_the_nearest_one_and_is_doubtful(town, faults):
    row = one(town, faults, street="Mühlenstr. 5", municipality="Westdorf")
    assert (row["grade"], row["counted"], row["doubtful"]) == ("street", True, True)
    assert row.geometry == toy.middle(0.3, 1)
    assert row["location_note"] == "Hausnummer 5 nicht gefunden: auf Nr. 3a gelegt"
    row = one(town, faults, street="Mühlenstr. 2b", municipality="Westdorf")
    assert (row["grade"], row.geometry) == ("street", toy.middle(0.2, 1))


def test_a_street_without_a_number_is_a_street(town, faults):
    row = one(town, faults, street="Mühlenstraße", municipality="Westdorf")
    assert (row["grade"], row["located_by"]) == ("street", "Straße Mühlenstraße")
    assert not row["doubtful"]


def test_a_misspelt_street_is_shown_but_does_not_count(town, faults):
    row = one(town, faults, street="Mühlnstraße 1", municipality="Westdorf")
    assert (row["grade"], row["counted"], row["doubtful"]) == ("street", False, True)
    assert row.geometry == toy.middle(0.1, 1)
    assert "vielleicht gemeint: Mühlenstraße 1" in row["location_note"]
    assert "bis jemand es bestätigt" in row["location_note"]


def test_a_misspelt_street_does_not_uncount_what_the_village_finds(town, faults):
    values = {"street": "Mühlnstraße 1", "municipality": "Westdorf", "place": "Altwest"}
    row = one(town, faults, **values)
    assert (row["grade"], row["counted"], row["doubtful"]) == ("place", True, True)
    (hit,) = find_hits(pd.DataFrame([offer(**values)]), Lookup(town, CRS))
    assert [c.point for c in hit.candidates] == [toy.middle(0, 2), toy.middle(0.1, 1)]
    assert hit.runner_up_m == pytest.approx(toy.middle(0, 2).distance(toy.middle(0.1, 1)))


def test_a_house_in_another_municipality_is_a_candidate_only(town, faults):
    row = one(town, faults, street="Kirchplatz 4", municipality="Ostdorf")
    assert (row["grade"], row["counted"]) == ("municipality", False)
    (hit,) = find_hits(
        pd.DataFrame([offer(street="Kirchplatz 4", municipality="Ostdorf")]), Lookup(town, CRS)
    )
    assert toy.middle(1, 2) in {c.point for c in hit.candidates}


@pytest.mark.parametrize("where", [{"town": "Ferne"}, {"municipality": "Oldenburg"}, {}])
def test_a_house_here_is_not_one_of_another_town(town, faults, where):
    row = one(town, faults, street="Kirchplatz 4", **where)
    assert row["grade"] in ("municipality", "none")


def test_a_house_far_from_the_stated_village_is_doubtful(town, faults):
    row = one(town, faults, street="Mühlenstr. 1", municipality="Ostdorf", place="Ostdorf")
    assert not row["doubtful"] or "Ortsteil" in row["location_note"]
    row = one(town, faults, street="Mühlenstr. 1", municipality="Westdorf", place="Neuendorf")
    assert (row["grade"], row["counted"], row["doubtful"]) == ("house", True, True)
    assert "km vom angegebenen Ortsteil" in row["location_note"]


def test_openstreetmap_has_what_the_address_file_lacks(town, faults):
    osm = streets(
        (3, 3, "Neuer Weg", "7", "", "", ""),
        (3.2, 3, "Neuer Weg", "", "", "", ""),
        (1.9, 1, "Mühlenstraße", "1", "", "11111", ""),
    )
    town = town._replace(osm=osm)
    row = one(town, faults, street="Neuer Weg 7", municipality="Ostdorf")
    assert (row["grade"], row["located_by"]) == ("house", "OpenStreetMap")
    row = one(town, faults, street="Neuer Weg 8", municipality="Ostdorf")
    assert (row["grade"], row.geometry) == ("street", toy.middle(3, 3))
    row = one(town, faults, street="Mühlenstr. 1", municipality="Westdorf")
    assert (row["located_by"], row.geometry) == ("Adressdatei", toy.middle(0.1, 1))


def test_a_town_with_its_quarter_is_understood(town, faults):
    row = one(town, faults, street="Hauptstr. 1", town="Westdorf-Altwest")
    assert (row["grade"], row.geometry) == ("house", toy.middle(0, 0))


def test_utm_values_are_recognised_with_a_remark(gazetteer, faults):
    at = toy.middle(3, 3)
    for lat, lon in ((at.y, at.x), (at.x, at.y), (at.y, at.x + 32e6)):
        row = one(gazetteer, faults, lat=lat, lon=lon)
        assert row["grade"] == "given"
        assert row.geometry.distance(at) < 0.01
        assert not row["doubtful"]
        assert row["location_note"] is None
    assert "als UTM gelesen" in faults[0]["message"]


@pytest.mark.parametrize("east", [33_400_000.0, 400_000.0])
def test_utm_values_of_zone_33_are_those_of_a_county_there(east):
    assert from_utm(east, 5_800_000.0, "EPSG:25833") == shapely.Point(400_000, 5_800_000)
    assert from_utm(5_800_000.0, 32_400_000.0, "EPSG:25832") == shapely.Point(400_000, 5_800_000)
    assert from_utm(7.9, 53.5, "EPSG:25832") is None


def test_an_index_gives_the_same_as_a_table_of_one_address(town):
    """Every house is found by its own address, in its own municipality."""
    look = Lookup(town, CRS)
    table = town.addresses
    rows = pd.DataFrame(
        [
            offer(street=f"{s} {n}", municipality=m, place=t or None)
            for s, n, m, t in zip(
                table["street"], table["number"], table["municipality"], table["town"], strict=True
            )
        ]
    )
    hits = find_hits(rows, look)
    assert [hit.point for hit in hits] == list(table.geometry)


# Laws -------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["Mühlenstr.", "Mühlnstraße", "Hauptstr. 1", "1", "2b", "999", "Westdorf", "Ostdorf", "Mitte",
     "Ferne", "Altwest", "Neuendorf", "11111", "22222", "Rathaus", ",", "OT", "c/o", "(", "-", ""]
)  # fmt: skip
TEXTS = st.one_of(st.none(), st.text(max_size=30), st.lists(WORDS, max_size=5).map(" ".join))


@given(st.fixed_dictionaries(
    dict.fromkeys(["street", "postcode", "town", "place", "municipality"], TEXTS)
))  # fmt: skip
def test_a_grade_is_never_better_than_its_evidence(where):
    look = laws_look()
    (hit,) = find_hits(pd.DataFrame([offer(**where)], dtype=object), look)
    assert len(hit.candidates) <= 5
    assert hit.counted or hit.doubtful
    if hit.grade == "house":
        at = np.hypot(*(look.addresses.xy - [hit.point.x, hit.point.y]).T)
        number = look.addresses.number[at < 0.01]
        assert any(re.search(rf"(?<!\d)0*{n[:-1] or n}", where["street"]) for n in number)
    if hit.counted:
        assert hit.grade in ("house", "street", "stop", "place")
        assert hit.doubtful or hit.grade != "place"
    if hit.grade == "none":
        assert hit.point is None


@functools.cache
def laws_look():
    gaz = gazetteer.__pytest_wrapped__.obj() if hasattr(gazetteer, "__pytest_wrapped__") else None
    gaz = gazetteer.__wrapped__() if gaz is None else gaz
    fixed = town.__wrapped__ if hasattr(town, "__wrapped__") else town.__pytest_wrapped__.obj
    return Lookup(fixed(gaz), CRS)


# Persons ----------------------------------------------------------------------------------------


def persons(*rows):
    columns = ("street", "postcode", "town", "place", "municipality")
    return pd.DataFrame([dict.fromkeys(columns) | row for row in rows])


def test_persons_are_counted_per_municipality_and_cell(town, county):
    table = persons(
        {"street": "Mühlenstr. 1", "municipality": "Westdorf"},
        {"street": "Mühlenstr. 2", "municipality": "Westdorf"},
        {"street": "Mühlenstr. 1", "municipality": "Ostdorf"},
        {"street": "Gibt es nicht 3", "municipality": "Ostdorf"},
        {"street": "Mühlnstraße 1", "municipality": "Westdorf"},
        {"street": "Nirgends 1"},
    )
    found = match_locally(table, town, CRS, cells=county.cells)
    areas = dict(found.areas.itertuples(index=False))
    assert areas == {"03999001": 3, "03999002": 2}
    assert found.cells["persons"].sum() == 3
    assert found.cells["persons"].max() == 2
    assert found.grades == {"house": 3, "municipality": 2, "none": 1}


def test_persons_addresses_are_asked_of_no_service_and_written_nowhere(
    town, monkeypatch, tmp_path, caplog
):
    def fail(*_args, **_options):
        raise AssertionError("asked")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("socket.socket.connect", fail)
    monkeypatch.setattr("sqlite3.connect", fail)
    monkeypatch.setattr("builtins.open", fail)
    monkeypatch.setattr("pathlib.Path.open", fail)
    with caplog.at_level("DEBUG"):
        match_locally(persons({"street": "Geheimweg 7", "town": "Jever"}), town, CRS)
    assert "Geheimweg" not in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_no_error_tells_a_persons_address(town, monkeypatch):
    def fail(asked, _look):
        raise ValueError(f"broken: {asked.text}")

    table = persons({"street": "Geheimweg 7", "town": "Jever"})
    monkeypatch.setattr(geocoding, "LOCAL", (fail,))
    with pytest.raises(SourceError, match="Zeile 1 konnte nicht") as caught:
        match_locally(table, town, CRS)
    assert "Geheimweg" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# Files ------------------------------------------------------------------------------------------

HK = "N;X;A;03;9;99;001;0;0;7;;32440500,0;5931500,0;Neuer Weg;11111;Westdorf;;\n"


def test_everything_that_the_profile_names_is_read(toy_folder, county, faults):
    (toy_folder / "hk.txt").write_text(HK, encoding="utf-8")
    (toy_folder / "more.osm").write_text(
        '<osm version="0.6"><node id="1" lat="53.5" lon="8.1"><tag k="addr:street" v="Weg"/>'
        '<tag k="addr:housenumber" v="3"/></node></osm>',
        encoding="utf-8",
    )
    settings = read_settings(toy_folder)
    layers = settings.layers.model_copy(update={"addresses": "hk.txt", "stops": None})
    options = Geocoding(osm="more.osm")
    settings = settings.model_copy(update={"layers": layers, "geocoding": options})
    found = read_gazetteer(settings, county.areas, county.places, county.stops, faults)
    assert found.addresses["number"].tolist() == ["7"]
    assert found.osm["street"].tolist() == ["Weg"]
    assert found.stops is county.stops
    row = locate(found, faults, offer(street="Neuer Weg 7", municipality="Westdorf")).iloc[0]
    assert (row["grade"], row["area_id"]) == ("house", "03999001")
    assert faults == []


def test_a_profile_without_addresses_has_none(toy_folder, county, faults):
    settings = read_settings(toy_folder)
    found = read_gazetteer(settings, county.areas, county.places, county.stops, faults)
    assert found.addresses is None
    assert found.osm is None


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
