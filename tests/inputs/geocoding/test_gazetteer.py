from __future__ import annotations

import random

import geopandas as gpd
import osmium
import pytest
import toy
from rapidfuzz.distance import OSA

from geo_integration.inputs.geocoding.address_files import COLUMNS
from geo_integration.inputs.geocoding.addresses import loose_key
from geo_integration.inputs.geocoding.gazetteer import ALIKE, AddressIndex, Gazetteer, Lookup

CRS = toy.CRS
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def index_of(names, area="03999001"):
    columns = {name: [""] * len(names) for name in COLUMNS} | {
        "street": list(names), "area_id": [area] * len(names), "number": ["1"] * len(names),
    }  # fmt: skip
    points = [toy.middle(0, 0)] * len(names)
    table = gpd.GeoDataFrame(columns, geometry=points, crs=CRS)
    return AddressIndex(table, "Adressdatei", {area: "Westdorf"})


def streets_of(index, rows):
    return sorted({index.street[row] for row in rows})


def named_ways(path):
    ways = osmium.FileProcessor(str(path)).with_filter(osmium.filter.KeyFilter("highway"))
    names = [way.tags.get("name") for way in ways]
    return sorted({name for name in names if name})


def misspelt(name, rng):
    """One letter too few, too many, another one, or two swapped."""
    i = rng.randrange(len(name) - 1)
    return rng.choice([
        name[:i] + name[i + 1 :],
        name[:i] + rng.choice(LETTERS) + name[i:],
        name[:i] + rng.choice(LETTERS) + name[i + 1 :],
        name[:i] + name[i + 1] + name[i] + name[i + 2 :],
    ])  # fmt: skip


# Streets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Mühlenstr.", "Muehlen-Straße", "Muhlenstrasse", "MÜHLENSTR"])
def test_a_street_is_found_however_it_is_spelt(name):
    index = index_of(["Mühlenstraße", "Mühlenweg"])
    assert streets_of(index, index.rows_of(name)) == ["Mühlenstraße"]


def test_two_streets_that_are_alike_only_loosely_are_told_apart():
    index = index_of(["Neue Straße", "Neustraße"])
    assert streets_of(index, index.rows_of("Neue Str.")) == ["Neue Straße"]
    assert streets_of(index, index.rows_of("Neustr.")) == ["Neustraße"]


@pytest.mark.parametrize("name", ["Mühlnstraße", "Mühlenstrasße", "Mühelnstr.", "Mülenstraße"])
def test_a_misspelt_street_is_the_most_similar_one(name):
    index = index_of(["Mühlenstraße", "Mühlenweg", "Hauptstraße"])
    assert streets_of(index, index.rows_like(name, ["03999001"])) == ["Mühlenstraße"]


@pytest.mark.parametrize(
    ("name", "where"),
    [("Bergstraße", ["03999001"]), ("Weg", ["03999001"]), ("Mühlnstraße", ["03999002"]),
     ("", ["03999001"]), ("Mühlnstraße", [])],
)  # fmt: skip
def test_what_is_not_similar_enough_or_elsewhere_is_not_found(name, where):
    index = index_of(["Mühlenstraße", "Hauptstraße"])
    assert not len(index.rows_like(name, where))


def test_two_streets_that_are_equally_similar_are_not_guessed():
    index = index_of(["Burgstraße", "Bergstraße"])
    assert not len(index.rows_like("Burgstrase".replace("u", "i"), ["03999001"]))


@pytest.mark.parametrize("town", ["north-bayreuth.osm.gz", "herrenberg-minimal.osm.pbf"])
def test_real_names_with_one_wrong_letter_are_found_and_never_taken_for_another(real, town):
    names = named_ways(
        real(f"{'bayreuth_osm' if town.endswith('gz') else 'boeblingen_gtfs'}/{town}")
    )
    names = [name for name in names if len(loose_key(name)) > 4]
    index, rng = index_of(names), random.Random(1)  # noqa: S311  no secret
    found = wrong = tried = 0
    for name in names * 5:
        asked = misspelt(name.lower(), rng)
        if len(index.rows_of(asked)):
            continue
        hits = streets_of(index, index.rows_like(asked, ["03999001"]))
        tried += 1
        found += loose_key(name) in {loose_key(hit) for hit in hits}
        wrong += bool(hits) and loose_key(name) not in {loose_key(hit) for hit in hits}
    assert tried > 800
    assert found / tried > 0.9
    assert wrong == 0


def test_few_real_streets_of_a_town_are_so_alike_that_they_could_be_mixed_up(real):
    names = named_ways(real("bayreuth_osm/north-bayreuth.osm.gz"))
    keys = sorted({loose_key(name) for name in names})
    alike = [k for k in keys
             if any(k != o and OSA.normalized_similarity(k, o) >= ALIKE for o in keys)]  # fmt: skip
    assert len(alike) / len(keys) < 0.1


# Places -----------------------------------------------------------------------------------------


@pytest.fixture
def look():
    places = gpd.GeoDataFrame(
        {
            "name": ["Altwest", "Neuendorf", "Neuendorf", "Ferne"],
            "area_id": ["03999001", "03999001", "03999002", None],
            "kind": ["village"] * 4,
        },
        geometry=[toy.middle(*at) for at in ((0, 2), (1, 4), (4, 4), (15, 2))],
        crs=CRS,
    )
    stops = gpd.GeoDataFrame(
        {"stop_id": ["a", "b"], "name": ["Rathaus, Westdorf", "Westdorf Schule"]},
        geometry=[toy.middle(0, 0), toy.middle(1, 1)],
        crs=CRS,
    )
    return Lookup(Gazetteer(toy.toy_frames().areas, places, stops, None), CRS)


def test_a_name_stands_for_its_municipality_or_those_of_its_villages(look):
    assert look.areas_named("westdorf") == {"03999001"}
    assert look.areas_named("altwest") == {"03999001"}
    assert look.areas_named("neuendorf") == {"03999001", "03999002"}
    assert look.areas_named("ferne") == look.areas_named("nirgends") == frozenset()


def test_a_town_outside_is_a_disc(look):
    assert look.shape_named("ferne").contains(toy.middle(14, 2))
    assert look.shape_named("nirgends", "westdorf").contains(toy.middle(0, 0))
    assert look.shape_named("nirgends") is None


def test_stops_are_found_by_all_words(look):
    assert [s.name for s in look.stops_with({"rathaus"})] == ["Rathaus, Westdorf"]
    assert len(look.stops_with({"westdorf"})) == 2
    assert look.stops_with({"rathaus", "schule"}) == []
    assert look.stops_with(set()) == []
