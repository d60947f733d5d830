"""Objects of OpenStreetMap that may be offers; shelters are none."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.inputs.offers.osm import KINDS, category_of, read_osm_offers
from geo_integration.inputs.offers.sources import read_source, sniff
from geo_integration.inputs.tables import FaultList

SCHOOL = {
    "amenity": "language_school", "name": "Sprachschule", "operator": "VHS",
    "addr:street": "Am Markt", "addr:housenumber": "1", "addr:postcode": "26441",
    "addr:city": "Jever", "addr:suburb": "Moorwarfen", "opening_hours": "Mo-Fr 09:00-12:00",
    "wheelchair": "limited", "website": "www.example.org/a?x=1&copy=2", "phone": "+49 4461 1",
    "contact:email": "a@example.org", "language:de": "yes", "language:ar": "main",
    "language:en": "no", "check_date": "2026-05-01", "fee": "no", "description": "Nur mit Termin",
}  # fmt: skip


def osm(*things):
    """A map of (kind, number, tags, more)."""
    lines = ["<?xml version='1.0'?><osm version='0.6' generator='t'>"]
    for kind, number, tags, more in things:
        at = f" lat='{more[1]}' lon='{more[0]}'" if kind == "node" else ""
        lines.append(f"<{kind} id='{number}' version='1'{at}>")
        if kind == "way":
            lines += [f"<nd ref='{ref}'/>" for ref in more]
        if kind == "relation":
            lines += [f"<member type='{k}' ref='{r}' role='{o}'/>" for k, r, o in more]
        lines += [f"<tag k={_quoted(k)} v={_quoted(v)}/>" for k, v in tags.items()]
        lines.append(f"</{kind}>")
    return "\n".join([*lines, "</osm>"])


def _quoted(text):
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;")):
        text = text.replace(sign, name)
    return f'"{text}"'


CORNERS = [("node", 11 + i, {}, at) for i, at in enumerate([(8, 53), (9, 53), (9, 54), (8, 54)])]


@pytest.fixture
def faults():
    return FaultList()


@pytest.fixture
def read(tmp_path, faults):
    def reading(*things):
        path = tmp_path / "karte.osm"
        path.write_text(osm(*things), encoding="utf-8")
        return read_osm_offers(path, faults)

    return reading


def test_an_object_has_the_text_a_planner_would_have_typed(read, faults):
    assert read(("node", 1, SCHOOL, (7.9, 53.57))).iloc[0].dropna().to_dict() == {
        "offer_id": "osm-n1", "name": "Sprachschule", "provider": "VHS", "category": "Sprachkurs",
        "street": "Am Markt", "house_number": "1", "postcode": "26441", "town": "Jever",
        "place": "Moorwarfen", "lat": "53.5700000", "lon": "7.9000000",
        "times": "Mo-Fr 09:00-12:00", "times_kind": "offen", "languages": "Arabisch, Deutsch",
        "cost": "kostenlos", "contact": "+49 4461 1; a@example.org",
        "link": "https://www.example.org/a?x=1&copy=2", "format": "vor Ort",
        "last_confirmed": "2026-05-01", "remark": "Nur mit Termin\neingeschränkt barrierefrei",
        "file": "karte.osm", "row": 1,
    }  # fmt: skip
    assert not faults


def test_ways_and_relations_stand_at_their_middle(read):
    library = {"amenity": "library", "name": "B"}
    inner = [("node", 21 + i, {}, at) for i, at in enumerate([(8.1, 53.1), (8.2, 53.1)])]
    table = read(
        *CORNERS, *inner,
        ("way", 1, library, [11, 12, 13, 14, 11]),
        ("way", 2, {}, [11, 12, 13]), ("way", 3, {}, [13, 14, 11]), ("way", 4, {}, [21, 22]),
        ("relation", 5, {**library, "type": "multipolygon"},
         [("way", 2, "outer"), ("way", 3, "outer"), ("way", 4, "inner")]),
        ("relation", 6, {**library, "type": "site"}, [("node", 11, ""), ("node", 13, "")]),
        ("relation", 7, library, [("way", 99, "")]),
    ).set_index("offer_id")  # fmt: skip
    for offer_id in ("osm-w1", "osm-r5", "osm-r6"):
        assert table.loc[offer_id, ["lon", "lat"]].tolist() == ["8.5000000", "53.5000000"]
    assert table.loc["osm-r7", "lat"] is None


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "social_facility", "social_facility": "shelter"},
        {"amenity": "social_facility", "social_facility": "outreach;shelter"},
        {"amenity": "refugee_site"},
        {"amenity": "social_facility", "social_facility:for": "refugee"},
        {"amenity": "social_facility", "social_facility:for": "migrant;displaced"},
        {"amenity": "community_centre", "social_facility:for": "asylum_seeker"},
        {"amenity": "social_facility", "social_facility": "group_home",
         "social_facility:for": "women"},
        {"amenity": "social_facility", "name": "Frauenhaus"},
        {"office": "ngo", "alt_name": "Gemeinschaftsunterkunft Nord"},
    ],
)  # fmt: skip
def test_shelters_are_only_counted(read, faults, tags):
    library = {"amenity": "library", "name": "Bücherei"}
    secret = {"name": "GEHEIM", "addr:street": "GEHEIM", "website": "GEHEIM", **tags}
    table = read(("node", 1, secret, (8, 53)), ("node", 2, library, (8, 53)))
    assert table["name"].tolist() == ["Bücherei"]
    assert [f["message"][:2] for f in faults] == ["1 "]
    said = json.dumps([*faults, table.to_dict("records")], ensure_ascii=False)
    assert not any(word in said for word in ("GEHEIM", "Frauenhaus", "Nord"))


def test_advice_for_migrants_is_an_offer(read):
    tags = {"amenity": "social_facility", "social_facility": "outreach",
            "social_facility:for": "migrant;women", "name": "Beratung"}  # fmt: skip
    row = read(("node", 1, tags, (8, 53))).iloc[0]
    assert (row["category"], row["target_group"]) == ("Sozialberatung", "Zugewanderte, Frauen")


def test_objects_without_a_name_get_one_and_private_ones_are_left_out(read, faults):
    table = read(
        ("node", 1, {"leisure": "pitch"}, (8, 53)),
        ("node", 2, {"leisure": "pitch", "operator": "TuS"}, (8, 53)),
        ("node", 3, {"leisure": "swimming_pool"}, (8, 53)),
        ("node", 4, {"leisure": "pitch", "access": "private"}, (8, 53)),
        ("node", 5, {"highway": "bus_stop", "name": "Halt"}, (8, 53)),
    )
    assert table["name"].tolist() == ["Sportplatz (ohne Namen)", "Sportplatz (TuS)"]
    assert [f["message"][:2] for f in faults] == ["2 "]


@pytest.mark.parametrize(("key", "value", "category"), KINDS)
def test_every_kind_is_what_the_table_says(key, value, category):
    assert category_of({key: value}) == category


def test_kinds_are_in_the_documentation():
    text = (Path(__file__).parents[3] / "docs/sources.md").read_text(encoding="utf-8")
    for key, value, category in KINDS:
        assert f"`{key}={value}`" in text, (key, value)
        assert f"{category} |" in text


def test_hostile_names_arrive_as_plain_text(read):
    names = ["<script>x</script>Treff", "</script>{{ 1 }}", "\u202eTreff", "x" * 255, "=1+1"]
    things = [("node", i, {"amenity": "library", "name": n}, (8, 53)) for i, n in enumerate(names)]
    assert read(*things)["name"].tolist() == [
        "Treff", "{{ 1 }}", "\u202eTreff", "x" * 255, "=1+1",
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", [".osm.pbf", ".osm.gz", ".osm.bz2"])
def test_all_forms_of_maps_are_read(tmp_path, faults, suffix):
    plain, path = tmp_path / "a.osm", tmp_path / f"karte{suffix}"
    plain.write_text(osm(("node", 1, SCHOOL, (7.9, 53.57))), encoding="utf-8")
    with osmium.SimpleWriter(str(path)) as writer:
        osmium.apply(str(plain), writer)
    assert sniff(path) == "osm"
    assert read_source(path, "osm", faults)["name"].tolist() == ["Sprachschule"]


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.json"])
def test_what_osmnx_saved_is_read(tmp_path, faults, name):
    square = Polygon([(8, 53), (9, 53), (9, 54), (8, 54)])
    table = gpd.GeoDataFrame(
        {"element": ["node", "way", "node"], "id": [1, 2, 3], "amenity": ["library", None, None],
         "leisure": [None, "pitch", None], "name": ["B", None, "GEHEIM"],
         "social_facility": [None, None, "shelter"], "nodes": [None, "[1, 2]", None],
         "addr:postcode": [26441, None, None], "check_date": ["2026-05-01", None, None]},
        geometry=[Point(8, 53), square, Point(8, 53)], crs="EPSG:4326",
    )  # fmt: skip
    table.loc[2, "amenity"] = "social_facility"
    path = tmp_path / name
    table.to_file(path, driver="GPKG" if name.endswith("gpkg") else "GeoJSON")
    assert sniff(path) == "osm"
    found = read_source(path, "osm", faults)
    assert found["offer_id"].tolist() == ["osm-n1", "osm-w2"]
    assert found["lon"].tolist() == ["8.0000000", "8.5000000"]
    assert found.loc[0, ["postcode", "last_confirmed"]].tolist() == ["26441", "2026-05-01"]
    assert "GEHEIM" not in str(list(faults))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.osm", ""), ("a.osm", "<osm/>"), ("a.osm", "x"), ("a.osm.pbf", "x"),
        ("a.geojson", "{}"), ("a.geojson", '{"type": "FeatureCollection", "features": []}'),
        ("a.gpkg", "x"), ("a.osm", osm(("node", 1, {"amenity": "bench"}, (8, 53)))),
        ("a.geojson", '{"type": "Point", "coordinates": [8, 53]}'),
    ],
)  # fmt: skip
def test_a_file_without_such_objects_is_an_error(tmp_path, faults, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="a\\."):
        read_osm_offers(path, faults)
    with pytest.raises(SourceError, match="fehlt"):
        read_osm_offers(tmp_path / f"missing{name}", faults)


TAGS = st.dictionaries(
    st.sampled_from([*SCHOOL, "leisure", "social_facility", "access", "charge"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
    | st.sampled_from(["pitch", "shelter", "yes", "library"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TAGS)
def test_any_tags_raise_nothing_but_our_own_errors(tmp_path, tags):
    path = tmp_path / "any.osm"
    library = {"amenity": "library", "name": "B"}
    path.write_text(osm(("node", 1, tags, (8, 53)), ("node", 2, library, (8, 53))), "utf-8")
    faults = FaultList()
    table = read_osm_offers(path, faults)
    assert 1 <= len(table) <= 2
    faults.frame()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
@pytest.mark.parametrize("suffix", [".osm", ".osm.pbf", ".osm.gz", ".geojson", ".gpkg"])
def test_any_bytes_raise_nothing_but_our_own_errors(tmp_path, suffix, content):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    with pytest.raises(GeoIntegrationError):
        read_osm_offers(path, FaultList())


def test_a_real_map_gives_its_town_halls_and_sports_grounds(real, faults):
    path = real("bayreuth_osm/north-bayreuth.osm.gz")
    assert sniff(path) == "osm"
    counts = read_osm_offers(path, faults)["category"].value_counts()
    # Counted in the file with grep.
    assert (counts["Rathaus"], counts["Kita"], counts["Sportplatz"]) == (3, 3, 25)
