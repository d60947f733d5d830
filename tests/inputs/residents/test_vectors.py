from __future__ import annotations

import json

import geopandas as gpd
import polars as pl
import pyproj
import pytest
import shapely
import toy

from geo_integration.errors import SourceError
from geo_integration.frames import CELLS, check_frame
from geo_integration.inputs.residents import vectors
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.profile import ResidentColumns

CRS = toy.CRS


def write_geometries(tmp_path, geometries, crs, **columns):
    path = tmp_path / "cells.gpkg"
    gpd.GeoDataFrame(columns, geometry=geometries, crs=crs).to_file(path)
    return path


def squares(count):
    return [
        shapely.box(4_190_000 + 1000 * i, 3_390_000, 4_191_000 + 1000 * i, 3_391_000)
        for i in range(count)
    ]


def test_polygons_of_a_file_are_the_cells(tmp_path, areas, faults):
    path = write_geometries(
        tmp_path, squares(3), "EPSG:3035", cell_id=["b", "a", "c"], residents=[1, 2, 3]
    )
    cells = read_cells([path], ResidentColumns(), areas, CRS, faults)
    check_frame(cells, CELLS, crs=CRS)
    assert cells["residents"].tolist() == [2, 1, 3]
    assert cells.geometry.area.between(0.998e6, 1.002e6).all()


def test_points_of_a_file_become_the_land_nearest_to_them(tmp_path, areas, faults):
    points = [s.centroid for s in squares(4)]
    path = write_geometries(
        tmp_path, points, "EPSG:3035", cell_id=list("abcd"), residents=[1, 2, 3, 4]
    )
    cells = read_cells([path], ResidentColumns(), areas, CRS, faults)
    assert cells.geometry.geom_type.eq("Polygon").all()
    assert cells["residents"].tolist() == [1, 2, 3, 4]


def test_counts_with_decimals_or_gaps_in_a_file_are_treated_as_in_a_table(tmp_path, areas, faults):
    path = write_geometries(
        tmp_path, squares(4), "EPSG:3035",
        cell_id=list("abcd"), residents=[1.6, None, -2.0, 4.0],
    )  # fmt: skip
    cells = read_cells([path], ResidentColumns(), areas, CRS, faults)
    assert cells["residents"].tolist() == [2, 4]
    assert [f["row"] for f in faults if f["severity"] == "rejected"] == [2, 3]


def test_a_file_in_the_wrong_place_is_refused(tmp_path, areas, faults):
    path = write_geometries(
        tmp_path, [shapely.box(0, 0, 1000, 1000)], "EPSG:3035", cell_id=["a"], residents=[1]
    )
    with pytest.raises(SourceError, match="Stimmen Koordinatensystem und Gebiet"):
        read_cells([path], ResidentColumns(), areas, CRS, faults)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "shp"])
def test_named_columns_of_a_file_come_along(tmp_path, areas, faults, suffix):
    path = tmp_path / f"cells.{suffix}"
    frame = gpd.GeoDataFrame(
        {"cell_id": ["a", "b"], "residents": [1, 2], "Kinder": [0, 1]},
        geometry=squares(2), crs="EPSG:3035",
    )  # fmt: skip
    (frame.to_crs(4326) if suffix == "geojson" else frame).to_file(path)
    named = ResidentColumns(columns={"children": "Kinder"})
    cells = read_cells([path], named, areas, CRS, faults)
    assert cells["children"].tolist() == [0, 1]
    assert cells["children"].dtype == "int64"


def test_the_geopackage_of_eurostat_is_read_by_its_own_headers(tmp_path, areas, faults):
    ids = [f"CRS3035RES1000mN3390000E{4_190_000 + 1000 * i}" for i in range(3)]
    path = write_geometries(
        tmp_path, squares(3), "EPSG:3035",
        GRD_ID=ids, T=[30, -9999, 12], OTH=[2, -9999, -9999],
        T_CI=[None, -9999.0, None], OTH_CI=[None, -9999.0, -9999.0],
    )  # fmt: skip
    named = ResidentColumns(columns={"other": "OTH"})
    cells = read_cells([path], named, areas, CRS, faults)
    assert cells["residents"].tolist() == [30, 12]
    assert cells["other"].isna().tolist() == [False, True]


def test_geometries_in_parquet_are_read(tmp_path, areas, faults):
    path = tmp_path / "cells.parquet"
    crs = pyproj.CRS("EPSG:3035").to_json_dict()
    about = {"version": "1.1.0", "primary_column": "geom",
             "columns": {"geom": {"encoding": "WKB", "crs": crs}}}  # fmt: skip
    frame = pl.DataFrame(
        {"cell_id": ["b", "a"], "residents": [1, 2], "geom": list(shapely.to_wkb(squares(2)))}
    )
    frame.write_parquet(path, metadata={"geo": json.dumps(about)})
    cells = read_cells([path], ResidentColumns(), areas, CRS, faults)
    assert cells["residents"].tolist() == [2, 1]
    assert cells.geometry.area.between(0.998e6, 1.002e6).all()


def test_a_parquet_table_of_points_is_read(tmp_path, areas, faults):
    path = tmp_path / "points.parquet"
    pl.DataFrame(
        {"x": [4_190_500.0, 4_191_500.0], "y": [3_390_500.0] * 2, "residents": [3, 4]}
    ).write_parquet(path)
    named = ResidentColumns(x="x", y="y", crs="EPSG:3035", cell_m=1000)
    assert read_cells([path], named, areas, CRS, faults)["residents"].tolist() == [3, 4]


@pytest.mark.parametrize(
    "shapes", [[shapely.LineString([(0, 0), (1, 1)])], [shapely.Point(4_190_500, 3_390_500)]]
)
def test_lines_and_a_single_point_are_no_cells(tmp_path, areas, faults, shapes):
    path = write_geometries(tmp_path, shapes, "EPSG:3035", cell_id=["a"], residents=[1])
    with pytest.raises(SourceError, match="Punkt"):
        read_cells([path], ResidentColumns(), areas, CRS, faults)


def test_a_file_of_a_continent_is_refused_with_a_way_out(tmp_path, areas, faults, monkeypatch):
    monkeypatch.setattr(vectors, "_MAX_FEATURES", 2)
    path = write_geometries(
        tmp_path, squares(3), "EPSG:3035", cell_id=["b", "a", "c"], residents=[1, 2, 3]
    )
    with pytest.raises(SourceError, match="als CSV oder Parquet"):
        read_cells([path], ResidentColumns(), areas, CRS, faults)
