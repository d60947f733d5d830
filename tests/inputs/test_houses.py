"""In which cell a house number lies."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from toy import GRID_EAST, GRID_NORTH, STOPS

from geo_integration import pipeline
from geo_integration.errors import SettingsError, SourceError
from geo_integration.inputs.county import read_county
from geo_integration.inputs.geocoding.address_files import COLUMNS
from geo_integration.inputs.geocoding.gazetteer import Gazetteer
from geo_integration.inputs.houses import houses_in_cells
from geo_integration.settings import read_settings

CRS = "EPSG:25832"


def addresses(*rows):
    """ADDRESSES of (x, y, {column: text})."""
    table = {name: [said.get(name, "") for *_, said in rows] for name in COLUMNS}
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(x, y) for x, y, _ in rows], crs=CRS)


def house(x, y, street="Deichweg", number="1", **said):
    return x, y, {"street": street, "number": number, **said}


@pytest.fixture
def areas():
    """Two municipalities side by side, 5 km wide."""
    shapes = [shapely.box(0, 0, 5000, 5000), shapely.box(5000, 0, 10_000, 5000)]
    names = {"area_id": ["w", "e"], "name": ["Westdorf, Stadt", "Ostdorf"]}
    return gpd.GeoDataFrame(names, geometry=shapes, crs=CRS)


@pytest.fixture
def cells():
    """One cell in each."""
    shapes = [shapely.box(1000, 1000, 2000, 2000), shapely.box(6000, 1000, 7000, 2000)]
    return gpd.GeoDataFrame({"cell_id": ["cw", "ce"]}, geometry=shapes, crs=CRS)


def found(areas, cells, *rows, osm=None):
    table = addresses(*rows) if rows else None
    return houses_in_cells(Gazetteer(areas, None, None, table, osm), areas, cells)


def test_a_house_is_in_the_cell_around_it(areas, cells):
    houses = found(areas, cells, house(1500, 1500), house(6500, 1500, number="2a"))
    assert houses[["area_id", "number", "cell_id", "nearby"]].to_numpy().tolist() == [
        ["w", "1", "cw", False],
        ["e", "2a", "ce", False],
    ]
    assert "geometry" not in houses.columns
    assert houses.select_dtypes(np.number).empty


def test_up_to_300_metres_away_the_nearest_cell_will_do(areas, cells):
    houses = found(areas, cells, house(2299, 1500), house(2301, 1500, number="2"))
    assert houses["cell_id"].fillna("none").tolist() == ["cw", "none"]
    assert houses["nearby"].tolist() == [True, False]


def test_a_key_of_the_file_counts_before_the_position(areas, cells):
    houses = found(areas, cells, house(1500, 1500, area_id="e"), house(1500, 1500, area_id="xx"))
    assert sorted(houses["area_id"]) == ["e", "w"]


def test_houses_in_no_municipality_are_left_out(areas, cells):
    assert found(areas, cells, house(20_000, 1500)).empty


def test_the_name_of_the_municipality_is_no_town(areas, cells):
    rows = [
        house(1500, 1500, town=town, number=str(n))
        for n, town in enumerate(("Westdorf", "Siel"), 1)
    ]
    assert found(areas, cells, *rows)["town"].tolist() == ["", "Siel"]


def test_of_equal_houses_the_one_in_a_cell_is_kept(areas, cells):
    rows = [house(4000, 4000), house(2100, 1500), house(1500, 1500, street="Deich-Weg")]
    assert found(areas, cells, *rows)[["cell_id", "nearby"]].to_numpy().tolist() == [["cw", False]]


def test_a_street_itself_is_kept_where_it_has_no_house(areas, cells):
    rows = [house(1500, 1500, number=""), house(1500, 1500), house(1500, 1500, "Am Siel", "")]
    assert found(areas, cells, *rows)[["street", "number"]].to_numpy().tolist() == [
        ["Deichweg", "1"],
        ["Am Siel", ""],
    ]


def test_the_county_s_own_file_counts_before_openstreetmap(areas, cells):
    osm = addresses(house(1500, 1500, "Siel"))
    assert found(areas, cells, house(1500, 1500, "Deich"), osm=osm)["street"].tolist() == ["Deich"]
    assert found(areas, cells, osm=osm)["street"].tolist() == ["Siel"]


def test_without_any_addresses_the_profile_is_at_fault(areas, cells):
    with pytest.raises(SettingsError, match=r"\[maps\] addresses = true braucht eine Adressdatei"):
        found(areas, cells)


# A county folder ---------------------------------------------------------------------------------


@pytest.fixture
def folder(toy_folder):
    """Toy county whose address file has two houses in cell A (Westdorf), one in C (Ostdorf)."""
    rows = ["street,house_number,lon,lat"]
    for name, number in (("A", "1"), ("A", "2a"), ("C", "1")):
        column, row = STOPS[name]
        point = gpd.GeoSeries([shapely.Point(*middle_of(column, row))], crs="EPSG:3035")
        at = point.to_crs("EPSG:4326").iloc[0]
        rows.append(f"Ringstraße,{number},{at.x},{at.y}")
    (toy_folder / "addresses.csv").write_text("\n".join(rows), encoding="utf-8")
    return toy_folder


def middle_of(column, row):
    """Metres of the European grid."""
    return GRID_EAST + 1000 * column + 500, GRID_NORTH + 1000 * row + 500


def settings_of(folder, layer, maps):
    """The profile with one more layer, and a table of pages."""
    path = folder / "county.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[layers]\n", f"[layers]\n{layer}\n", 1) + maps, encoding="utf-8")
    return read_settings(folder)


def test_houses_are_read_only_if_the_profile_says_so(folder):
    layer = 'addresses = "addresses.csv"'
    assert read_county(settings_of(folder, layer, "")).houses is None
    inputs = read_county(settings_of(folder, "", "\n[maps]\naddresses = true\n"))
    names = dict(zip(inputs.areas["area_id"], inputs.areas["name"], strict=True))
    houses = inputs.houses
    assert [(names[row.area_id], row.number) for row in houses.itertuples()] == [
        ("Westdorf", "1"),
        ("Westdorf", "2a"),
        ("Ostdorf", "1"),
    ]
    cells = inputs.cells.set_index("cell_id").loc[houses["cell_id"], "area_id"]
    assert cells.tolist() == houses["area_id"].tolist()
    part, _ = pipeline.with_municipalities(inputs, ["Ostdorf"])
    assert part.houses["number"].tolist() == ["1"]


def test_without_an_address_file_the_county_cannot_be_read(toy_folder):
    with pytest.raises(SourceError, match=r"\[maps\] addresses = true braucht eine Adressdatei"):
        read_county(settings_of(toy_folder, "", "\n[maps]\naddresses = true\n"))


def test_without_an_own_file_those_of_openstreetmap_are_taken_and_named(toy_folder):
    point = gpd.GeoSeries([shapely.Point(*middle_of(*STOPS["A"]))], crs="EPSG:3035")
    at = point.to_crs("EPSG:4326").iloc[0]
    (toy_folder / "a.osm").write_text(
        f'<osm version="0.6"><node id="1" version="1" lat="{at.y}" lon="{at.x}">'
        '<tag k="addr:street" v="Ringstraße"/><tag k="addr:housenumber" v="7"/></node></osm>',
        encoding="utf-8",
    )
    maps = '\n[maps]\naddresses = true\n\n[geocoding]\nosm = "a.osm"\n'
    inputs = read_county(settings_of(toy_folder, "", maps))
    assert inputs.houses["number"].tolist() == ["7"]
    assert "© OpenStreetMap-Mitwirkende (ODbL)" in inputs.sources["attribution"].tolist()
