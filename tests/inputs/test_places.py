from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geo_integration.errors import SourceError
from geo_integration.frames import PLACES, check_frame
from geo_integration.inputs.places import note_far, read_places

CRS = "EPSG:25832"


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


def test_places_far_from_the_county_are_noted(tmp_path, faults):
    path = places(tmp_path, "Jever,1,53.5734,7.9004,town", "Tausch,1,7.9004,53.5734,town")
    areas = gpd.GeoSeries([shapely.box(420_000, 5_900_000, 450_000, 5_960_000)], crs=CRS)
    note_far(path, read_places(path, CRS, faults), areas, faults)
    assert [fault["found"] for fault in faults] == ["Tausch"]
    assert "Breite und Länge vertauscht?" in faults[0]["message"]
