from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geo_integration.errors import SourceError
from geo_integration.inputs.points import read_points
from geo_integration.inputs.tables import FaultList


def read(folder, text, name="places.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    faults = FaultList()
    return read_points(path, faults), faults


@pytest.mark.parametrize(
    "text",
    [
        "id,lon,lat\na,7.9,53.5\nb,8.0,53.6\n",
        "id;lat;lon;name\na;53,5;7,9;x\nb;53,6;8,0;y\n",
        "\ufefflon,lat,id\n7.9,53.5,a\n8.0,53.6,b\n",
    ],
)
def test_tables_are_read_in_any_order_of_columns_and_with_german_numbers(tmp_path, text):
    points, faults = read(tmp_path, text)
    assert points["id"].tolist() == ["a", "b"]
    assert points.geometry.x.tolist() == [7.9, 8.0]
    assert points.geometry.y.tolist() == [53.5, 53.6]
    assert points.crs == "EPSG:4326"
    assert faults == []


def test_ids_stay_text(tmp_path):
    points, _ = read(tmp_path, "id,lon,lat\n007,7.9,53.5\n")
    assert points["id"].tolist() == ["007"]


@pytest.mark.parametrize("where", [",", "abc,53.5", "7.9,95", "200,53.5", "0,0"])
def test_a_place_without_coordinates_stays_and_is_told(tmp_path, where):
    points, faults = read(tmp_path, f"id,lon,lat\na,7.9,53.5\nb,{where}\n")
    assert points["id"].tolist() == ["a", "b"]
    assert points.geometry.isna().tolist() == [False, True]
    assert [(f["file"], f["row"]) for f in faults] == [("places.csv", 3)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,lon\na,1\n", "lat"),
        ("id,lon,lat\n", "keine"),
        ("id,lon,lat\na,1,2\na,3,4\n", "'a' kommt mehrmals vor"),
        ("id,lon,lat\n,1,2\n", "keine id"),
    ],
)
def test_tables_that_cannot_be_used_say_why(tmp_path, text, message):
    with pytest.raises(SourceError, match=message):
        read(tmp_path, text)


def test_of_areas_in_any_crs_a_point_inside_counts(tmp_path):
    square = gpd.GeoSeries.from_xy([7.9], [53.5], crs="EPSG:4326").to_crs("EPSG:25832").buffer(500)
    table = gpd.GeoDataFrame({"id": [5, 6]}, geometry=[square[0], None], crs="EPSG:25832")
    table.to_file(tmp_path / "cells.gpkg")
    faults = FaultList()
    points = read_points(tmp_path / "cells.gpkg", faults)
    assert points["id"].tolist() == ["5", "6"]
    assert points.geometry[0].distance(shapely.Point(7.9, 53.5)) < 0.01
    assert points.geometry.isna().tolist() == [False, True]
    assert len(faults) == 1


def test_vector_files_need_an_id(tmp_path):
    table = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(7, 53)], crs="EPSG:4326")
    table.to_file(tmp_path / "cells.geojson")
    with pytest.raises(SourceError, match="Spalte id"):
        read_points(tmp_path / "cells.geojson", FaultList())


@pytest.mark.parametrize("name", ["nowhere.csv", "nowhere.gpkg"])
def test_a_missing_file_is_named(tmp_path, name):
    with pytest.raises(SourceError, match=name):
        read_points(tmp_path / name, FaultList())


def test_a_file_that_is_no_map_is_named(tmp_path):
    with pytest.raises(SourceError, match="keine lesbare Geodatei"):
        read(tmp_path, "nonsense", "broken.geojson")
