from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo_integration.errors import SourceError
from geo_integration.inputs.geocoding.address_files import (
    COLUMNS,
    read_addresses,
    read_osm_addresses,
)

CRS = "EPSG:25832"
JEVER = (
    "N;DENIAL4400001;A;03;4;55;007;0000;01234;12;a;32427123,456;5935987,654;"
    "Mühlenstraße;26441;Jever;;Moorwarfen"
)


def hk(tmp_path, *lines, encoding="utf-8", end="\n"):
    path = tmp_path / "hk.txt"
    path.write_bytes(end.join([*lines, ""]).encode(encoding))
    return path


# House coordinates ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_house_coordinates_are_read_in_both_encodings(tmp_path, faults, encoding, end):
    path = hk(tmp_path, "# Entschlüsselung", JEVER, encoding=encoding, end=end)
    found = read_addresses(path, CRS, faults, ags="03455").iloc[0]
    assert found[list(COLUMNS)].tolist() == [
        "Mühlenstraße", "12a", "26441", "", "03455007", "Moorwarfen", "A",
    ]  # fmt: skip
    assert found.geometry.distance(shapely.Point(427_123.456, 5_935_987.654)) < 0.001
    assert faults == []


def test_the_first_line_counts_though_a_byte_order_mark_stands_before_it(tmp_path, faults):
    path = hk(tmp_path, JEVER, JEVER.replace(";12;a;", ";14;;"), encoding="utf-8-sig")
    assert len(read_addresses(path, CRS, faults, ags="03455")) == 2


def test_only_the_county_is_kept(tmp_path, faults):
    others = [JEVER.replace(";4;55;", f";4;{kreis};") for kreis in ("54", "56", "05")]
    path = hk(tmp_path, *others, JEVER, JEVER.replace("N;", "L;", 1).replace(";12;", ";13;"))
    assert read_addresses(path, CRS, faults, ags="03455")["number"].tolist() == ["12a"]
    assert len(read_addresses(path, CRS, faults, ags="03")) == 4


def test_blocks_may_end_anywhere(tmp_path, faults, monkeypatch):
    path = hk(tmp_path, *[JEVER.replace(";12;a;", f";{n};;") for n in range(1, 60)])
    for size in (7, 64, 1000):
        monkeypatch.setattr("geo_integration.inputs.geocoding.address_files._BLOCK", size)
        found = read_addresses(path, CRS, faults, ags="03455")
        assert found["number"].tolist() == [str(n) for n in range(1, 60)]


def test_a_last_line_without_end_counts(tmp_path, faults):
    path = tmp_path / "hk.txt"
    path.write_text(JEVER, encoding="utf-8")
    assert len(read_addresses(path, CRS, faults, ags="03455")) == 1


@pytest.mark.parametrize(("east", "zone"), [("427123,456", 32), ("33427123,456", 33)])
def test_zones_in_front_of_the_easting_are_heeded(tmp_path, faults, east, zone):
    path = hk(tmp_path, JEVER.replace("32427123,456", east))
    found = read_addresses(path, f"EPSG:258{zone}", faults, ags="03455")
    assert found.geometry.iloc[0].distance(shapely.Point(427_123.456, 5_935_987.654)) < 0.001


@pytest.mark.parametrize(
    ("part", "other"),
    [("5935987,654", "x"), ("32427123,456", ""), (";12;a;", ";;;"), ("32427123,456", "32000001")],
)
def test_lines_that_cannot_be_used_are_noted(tmp_path, faults, part, other):
    path = hk(tmp_path, JEVER, JEVER.replace(part, other))
    assert len(read_addresses(path, CRS, faults, ags="03455")) == 1
    assert [f["severity"] for f in faults] == ["rejected"]


def test_a_file_of_another_county_is_refused(tmp_path, faults):
    with pytest.raises(SourceError, match="keine Adresse mit dem Schlüssel 09472"):
        read_addresses(hk(tmp_path, JEVER), CRS, faults, ags="09472")


# Tables -----------------------------------------------------------------------------------------


def test_a_table_gives_streets_numbers_and_points(tmp_path, faults):
    path = tmp_path / "addresses.csv"
    path.write_text(
        "street,house_number,municipality,lon,lat\nMühlenstr.,12 a,Jever,7.9004,53.5734\n"
        "Weg,1,Jever,x,53\nWeg,2,Jever,,\n",
        encoding="utf-8",
    )
    found = read_addresses(path, CRS, faults)
    assert found[["street", "number", "municipality"]].to_numpy().tolist() == [
        ["Mühlenstr.", "12a", "Jever"]
    ]
    assert found.crs == CRS
    assert shapely.Point(427_000, 5_936_800).distance(found.geometry.iloc[0]) < 1000
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected"), (4, "rejected")]


def test_columns_and_coordinates_may_be_named_in_the_profile(tmp_path, faults):
    path = tmp_path / "adressen.csv"
    path.write_text(
        "STRASSE;HNR;ZUSATZ;PLZ;ORT;RECHTS;HOCH\nMühlenstr.;12;a;26441;Jever;427123,4;5935987,6\n",
        encoding="cp1252",
    )
    columns = {
        "street": "STRASSE", "house_number": "HNR", "suffix": "ZUSATZ", "postcode": "PLZ",
        "municipality": "ORT", "lon": "RECHTS", "lat": "HOCH",
    }  # fmt: skip
    found = read_addresses(path, CRS, faults, columns=columns, coordinates=CRS).iloc[0]
    assert found[list(COLUMNS)[:4]].tolist() == ["Mühlenstr.", "12a", "26441", "Jever"]
    assert found.geometry.distance(shapely.Point(427_123.4, 5_935_987.6)) < 0.01


def test_street_and_number_may_stand_in_one_column(tmp_path, faults):
    path = tmp_path / "addresses.csv"
    path.write_text("street,lon,lat\nMühlenstr. 12 a,7.9,53.5\nAm Markt,7.9,53.5\n", "utf-8")
    found = read_addresses(path, CRS, faults)
    assert found[["street", "number"]].to_numpy().tolist() == [
        ["Mühlenstr.", "12a"], ["Am Markt", ""],
    ]  # fmt: skip


def test_an_address_file_without_coordinates_is_refused(tmp_path, faults):
    path = tmp_path / "addresses.csv"
    path.write_text("street,house_number,municipality\nWeg,1,Jever\n", encoding="utf-8")
    with pytest.raises(SourceError, match="'lon', 'lat'"):
        read_addresses(path, CRS, faults)


def test_a_file_that_is_not_there_is_named(tmp_path, faults):
    with pytest.raises(SourceError, match="die Datei fehlt"):
        read_addresses(tmp_path / "no.csv", CRS, faults)
    with pytest.raises(SourceError, match="die Datei fehlt"):
        read_osm_addresses(tmp_path / "no.osm.pbf", CRS)


# OpenStreetMap ----------------------------------------------------------------------------------

OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="53.5000" lon="7.9000"><tag k="addr:street" v="Weg"/>
  <tag k="addr:housenumber" v="3;5"/><tag k="addr:city" v="Jever"/></node>
 <node id="2" lat="53.5010" lon="7.9000"/><node id="3" lat="53.5010" lon="7.9020"/>
 <node id="4" lat="53.5030" lon="7.9020"/><node id="5" lat="53.5030" lon="7.9000"/>
 <node id="6" lat="53.6" lon="7.9"/><node id="7" lat="53.61" lon="7.9"/>
 <way id="10"><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="5"/><nd ref="2"/>
  <tag k="building" v="yes"/><tag k="addr:place" v="Minsen"/><tag k="addr:housenumber" v="7a"/>
  <tag k="addr:postcode" v="26434"/></way>
 <way id="11"><nd ref="6"/><nd ref="7"/><tag k="highway" v="residential"/>
  <tag k="name" v="Neuer Weg"/></way>
</osm>"""


def test_houses_buildings_and_streets_of_openstreetmap_are_found(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text(OSM, encoding="utf-8")
    found = read_osm_addresses(path, "EPSG:4326")
    rows = found.sort_values(["street", "number"])[["street", "number", "postcode", "municipality"]]
    assert rows.to_numpy().tolist() == [
        ["Minsen", "7a", "26434", ""], ["Neuer Weg", "", "", ""],
        ["Weg", "3", "", "Jever"], ["Weg", "5", "", "Jever"],
    ]  # fmt: skip
    building = found[found["number"] == "7a"].geometry.iloc[0]
    assert (building.x, building.y) == pytest.approx((7.901, 53.502))


def test_what_was_read_is_kept_and_a_damaged_file_made_anew(tmp_path):
    path, cache = tmp_path / "a.osm", tmp_path / ".cache"
    path.write_text(OSM, encoding="utf-8")
    first = read_osm_addresses(path, CRS, cache=cache)
    (kept,) = cache.iterdir()
    again = read_osm_addresses(path, CRS, cache=cache)
    assert first.equals(again)
    kept.write_bytes(b"PK\x03\x04 damaged")
    assert read_osm_addresses(path, CRS, cache=cache).equals(first)


def test_no_extract_at_all_is_an_error(tmp_path):
    path = tmp_path / "a.osm"
    path.write_text("<osm><node", encoding="utf-8")
    with pytest.raises(SourceError, match="keine lesbare OpenStreetMap-Datei"):
        read_osm_addresses(path, CRS)


def test_a_real_extract_has_houses_with_postcodes(real):
    found = read_osm_addresses(real("bayreuth_osm/north-bayreuth.osm.gz"), CRS)
    houses = found[found["number"] != ""]
    assert len(houses) > 700
    assert (houses["postcode"].str.len() == 5).mean() > 0.95
    assert np.isfinite(shapely.get_coordinates(found.geometry)).all()
