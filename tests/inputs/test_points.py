from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import pyogrio
import pyproj
import pytest
import shapely

from geo_integration.errors import SourceError
from geo_integration.inputs.points import local_crs, middle, note_far, read_points
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
        "ID,Lon,LAT\na,7.9,53.5\nb,8.0,53.6\n",
        "Id,Longitude,Latitude\na,7.9,53.5\nb,8.0,53.6\n",
        "sep=;\nid;lon;lat\na;7,9;53,5\nb;8,0;53,6\n",
    ],
)
def test_tables_are_read_in_any_order_of_columns_and_with_german_numbers(tmp_path, text):
    points, faults = read(tmp_path, text)
    assert points["id"].tolist() == ["a", "b"]
    assert points.geometry.x.tolist() == [7.9, 8.0]
    assert points.geometry.y.tolist() == [53.5, 53.6]
    assert points.crs == "EPSG:4326"
    assert faults == []


def test_tables_in_utf_16_are_read(tmp_path):
    (tmp_path / "p.csv").write_text("id\tlon\tlat\nö\t7,9\t53,5\n", encoding="utf-16")
    assert read_points(tmp_path / "p.csv", FaultList())["id"].tolist() == ["ö"]


def test_the_index_is_the_row_of_the_spreadsheet(tmp_path):
    points, _ = read(tmp_path, "id,lon,lat\na,7.9,53.5\n\nb,8.0,53.6\n")
    assert points.index.tolist() == [2, 4]


def test_a_column_that_is_there_twice_is_told(tmp_path):
    _, faults = read(tmp_path, "id,lon,lat,lon\na,7.9,53.5,9\n")
    assert "lon steht mehrmals da" in faults[0]["message"]


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
        ("id,lon,lat\n,1,2\n", "Zeile 2: ein Ort hat keine id"),
        ("id,x,y\na,1,2\n", "'lon', 'lat'.*longitude und latitude"),
        ("id,lon,lat\na,427166,5936439\n", "427166; 5936439; sind es Meter"),
        ("id,lon,lat\na,,\n", "kein einziger Ort.*gefunden.*nichts"),
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
    assert points.geometry.iloc[0].distance(shapely.Point(7.9, 53.5)) < 0.01
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


# Vector files -----------------------------------------------------------------------------------

POINTS = [shapely.Point(7.9, 53.5), shapely.Point(8.0, 53.6)]


def drawn(crs="EPSG:4326", points=POINTS, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(points), crs=crs)


def test_shapes_in_metres_that_claim_to_be_degrees_are_told(tmp_path):
    drawn(points=[shapely.Point(427166, 5936439), POINTS[0]], id=["a", "b"]).to_file(
        tmp_path / "p.gpkg"
    )
    faults = FaultList()
    points = read_points(tmp_path / "p.gpkg", faults)
    assert points.geometry.isna().tolist() == [True, False]
    assert faults[0]["found"] == "427166; 5936439"
    assert "Meter" in faults[0]["message"]


def test_ids_of_shapes_are_text_without_blanks_and_decimals(tmp_path):
    drawn(id=[1000000.0, 3.5]).to_file(tmp_path / "n.gpkg")
    assert read_points(tmp_path / "n.gpkg", FaultList())["id"].tolist() == ["1000000", "3.5"]
    drawn(ID=[" a", "b "]).to_file(tmp_path / "b.gpkg")
    assert read_points(tmp_path / "b.gpkg", FaultList())["id"].tolist() == ["a", "b"]


@pytest.mark.parametrize("ids", [["a", " "], ["a", None]])
def test_shapes_without_an_id_are_an_error(tmp_path, ids):
    drawn(id=ids).to_file(tmp_path / "p.gpkg")
    with pytest.raises(SourceError, match="Zeile 2: ein Ort hat keine id"):
        read_points(tmp_path / "p.gpkg", FaultList())


def test_the_key_of_a_geopackage_may_be_the_id(tmp_path):
    pyogrio.write_dataframe(
        drawn(name=["x", "y"]), tmp_path / "p.gpkg", layer_options={"FID": "id"}
    )
    assert read_points(tmp_path / "p.gpkg", FaultList())["id"].tolist() == ["1", "2"]


def test_of_several_layers_none_is_guessed(tmp_path):
    drawn(id=["old", "older"]).to_file(tmp_path / "p.gpkg", layer="entwurf")
    drawn(id=["a", "b"]).to_file(tmp_path / "p.gpkg", layer="orte")
    with pytest.raises(SourceError, match=r"mehrere Ebenen \(entwurf, orte\)"):
        read_points(tmp_path / "p.gpkg", FaultList())


def test_a_table_of_styles_beside_the_layer_does_no_harm(tmp_path):
    drawn(id=["a", "b"]).to_file(tmp_path / "p.gpkg", layer="orte")
    styles = gpd.pd.DataFrame({"style": ["x"]})
    pyogrio.write_dataframe(styles, tmp_path / "p.gpkg", layer="layer_styles", append=True)
    assert read_points(tmp_path / "p.gpkg", FaultList())["id"].tolist() == ["a", "b"]


def test_parquet_without_shapes_is_a_table(tmp_path):
    pl.DataFrame({"ID": [7, 8], "lon": [7.9, None], "lat": [53.5, 53.6]}).write_parquet(
        tmp_path / "p.parquet"
    )
    faults = FaultList()
    points = read_points(tmp_path / "p.parquet", faults)
    assert points["id"].tolist() == ["7", "8"]
    assert points.geometry.isna().tolist() == [False, True]
    assert faults[0]["row"] == 2


@pytest.mark.parametrize("crs", ["EPSG:25832", "EPSG:4326"])
def test_geoparquet_is_a_vector_file(tmp_path, crs):
    shapes = drawn().to_crs(crs).geometry
    about = {
        "version": "1.0.0",
        "primary_column": "shape",
        "columns": {"shape": {"encoding": "WKB", "crs": shapes.crs.to_json_dict()}},
    }
    if crs == "EPSG:4326":  # what is not stated are degrees
        del about["columns"]["shape"]["crs"]
    pl.DataFrame({"id": ["a", "b"], "shape": shapely.to_wkb(shapes).tolist()}).write_parquet(
        tmp_path / "p.parquet", metadata={"geo": json.dumps(about)}
    )
    points = read_points(tmp_path / "p.parquet", FaultList())
    assert points["id"].tolist() == ["a", "b"]
    assert points.geometry.iloc[1].distance(POINTS[1]) < 1e-6


def test_a_parquet_file_that_is_none_is_named(tmp_path):
    with pytest.raises(SourceError, match="keine lesbare Parquet-Datei"):
        read(tmp_path, "nonsense", "p.parquet")


# Where they lie ---------------------------------------------------------------------------------


def places(*lonlat):
    lon, lat = zip(*lonlat, strict=True)
    ids = [str(i) for i in range(len(lon))]
    return drawn(points=shapely.points(lon, lat), id=ids)


def test_single_places_far_away_do_not_move_the_middle():
    good = [(8 + i / 100, 53.5) for i in range(5)]
    assert middle(places(*good)) == middle(places(*good, (53.5, 8), (128, 53.5))) == (8.0, 53.5)


def test_half_of_the_places_far_away_do_not_put_the_middle_between():
    assert middle(places((8, 53.5), (8.1, 53.5)), places((53.5, 8), (53.5, 8.1)))[1] in (53.5, 8)


def test_the_middle_of_places_at_the_date_line_is_there():
    lon, lat = middle(places((179.9, -16), (-179.9, -16), (179.8, -16.1)))
    assert abs(lon) > 179
    assert lat == pytest.approx(-16, abs=0.11)


def test_a_place_without_coordinates_has_no_part_in_the_middle():
    table = places((8, 53.5), (0, 0))
    assert middle(table.assign(geometry=[table.geometry[0], None])) == (8.0, 53.5)


@pytest.mark.parametrize("centre", [(8.0, 53.5), (-51.2, -30.0), (179.9, -16.5), (20.0, 78.0)])
def test_distances_within_a_region_are_those_on_the_ground(centre):
    crs, globe = pyproj.CRS(local_crs(*centre)), pyproj.Geod(ellps="WGS84")
    rng = np.random.default_rng(1)
    lon, lat, _ = globe.fwd(
        *np.repeat([centre], 400, axis=0).T, rng.uniform(0, 360, 400), rng.uniform(0, 1e5, 400)
    )
    x, y = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    drawn_m = np.hypot(x[:200] - x[200:], y[:200] - y[200:])
    ground_m = globe.inv(lon[:200], lat[:200], lon[200:], lat[200:])[2]
    assert np.abs(drawn_m / ground_m - 1).max() < 5e-5
    area = crs.area_of_use
    assert area.south < centre[1] < area.north


def test_places_at_home_are_not_far_and_those_exchanged_are_named():
    faults = FaultList()
    table = places((8, 53.5), (53.5, 8), (11.5, 53.5), (14, 53.5))
    note_far(Path("p.csv"), table.set_axis([2, 3, 4, 5]), (8.0, 53.5), faults)
    assert [fault["row"] for fault in faults] == [3, 5]
    assert "vertauscht" in faults[0]["message"]
    assert "liegt 397 km" in faults[1]["message"]
