from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import toy
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.inputs.residents.own import nearest_land
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import ResidentColumns

CRS = toy.CRS
POINTS = ResidentColumns(lon="lon", lat="lat")


def point_table(points, crs, ids="c{}"):
    """Residents' table of points, given in a CRS."""
    degrees = gpd.GeoSeries.from_xy(*zip(*points, strict=True), crs=crs).to_crs("EPSG:4326")
    lines = [f"{ids.format(n)},{p.x:.8f},{p.y:.8f},10" for n, p in enumerate(degrees)]
    return "cell_id,lon,lat,residents\n" + "\n".join(lines) + "\n"


def hexagons(spacing, count):
    """Lattice of points, each with six neighbours at the same distance."""
    height = spacing * 3**0.5 / 2
    return [
        (4_190_800 + spacing * (i + 0.5 * (j % 2)), 3_390_800 + height * j)
        for j in range(count)
        for i in range(count)
    ]


def test_points_of_a_hexagon_lattice_become_hexagons_of_its_size(read):
    cells = read(point_table(hexagons(300, 9), "EPSG:3035"), POINTS)
    assert len(cells) == 81
    number = cells["cell_id"].str[1:].astype(int)
    inner = cells[(number % 9).between(1, 7) & number.between(9, 71)]
    assert len(inner) == 49
    area = 3**0.5 / 2 * 300**2
    assert inner.geometry.area.between(0.998 * area, 1.002 * area).all()
    corners = inner.geometry.simplify(1).count_coordinates() - 1
    assert set(corners) == {6}


def test_points_of_a_square_lattice_become_its_squares(read):
    points = [(4_190_500 + 1000 * i, 3_390_500 + 1000 * j) for j in range(5) for i in range(5)]
    cells = read(point_table(points, "EPSG:3035", ids="p{:02d}"), POINTS)
    inner = cells[
        cells["cell_id"].isin(["p06", "p07", "p08", "p11", "p12", "p13", "p16", "p17", "p18"])
    ]
    assert inner.geometry.area.between(0.998e6, 1.002e6).all()


def test_people_live_at_the_points_of_the_table(read):
    # At the rim the land of a point reaches outwards; the people still live at the point.
    points = [(4_190_500 + 1000 * i, 3_390_500 + 1000 * j) for j in range(4) for i in range(4)]
    cells = read(point_table(points, "EPSG:3035", ids="p{:02d}"), POINTS)
    wanted = gpd.GeoSeries.from_xy(*zip(*points, strict=True), crs="EPSG:3035").to_crs(CRS)
    away = np.hypot(cells["x_m"].to_numpy() - wanted.x, cells["y_m"].to_numpy() - wanted.y)
    assert away.max() < 1


def test_no_land_belongs_to_two_points():
    rng = np.random.default_rng(3)
    points = gpd.GeoSeries.from_xy(*rng.uniform(0, 5000, (2, 40)), crs=CRS)
    cells = nearest_land(points)
    assert cells.geom_type.eq("Polygon").all()
    assert cells.contains(points).all()
    assert cells.area.sum() == pytest.approx(cells.union_all().area)


def test_two_rows_at_one_point_both_keep_their_residents(read):
    points = [(4_190_500, 3_390_500), (4_190_500, 3_390_500), (4_191_500, 3_390_500)]
    cells = read(point_table(points, "EPSG:3035"), POINTS)
    assert cells["residents"].tolist() == [10, 10, 10]


def test_points_on_one_line_are_taken(read):
    points = [(4_190_500 + 500 * i, 3_391_500) for i in range(6)]
    assert len(read(point_table(points, "EPSG:3035"), POINTS)) == 6


@pytest.mark.parametrize(
    "bad", ["c9,,,5", "c9,8,,5", "c9,x,y,5", "c9,8.1,153,5", "c9,4190000,3390000,5"]
)
def test_a_point_without_degrees_is_rejected_and_noted(read, faults, bad):
    points = [(4_190_500, 3_390_500), (4_191_500, 3_390_500), (4_191_500, 3_391_500)]
    cells = read(point_table(points, "EPSG:3035") + bad + "\n", POINTS)
    assert len(cells) == 3
    assert [(f["row"], f["severity"]) for f in faults] == [(5, "rejected")]


@pytest.mark.parametrize("rows", ["a,,,1\nb,,,2\n", "a,x,y,1\nb,x,y,2\n", "a,8,53,1\n"])
def test_a_table_without_usable_points_is_refused(read, rows):
    with pytest.raises(SourceError, match="zu wenige Zeilen"):
        read("cell_id,lon,lat,residents\n" + rows, POINTS)


def test_swapped_degrees_lie_in_no_county(read):
    text = point_table([(4_190_500, 3_390_500), (4_191_500, 3_390_500)], "EPSG:3035")
    with pytest.raises(SourceError, match="keine Zelle liegt im Landkreis"):
        read(text, ResidentColumns(lon="lat", lat="lon"))


# Metres -----------------------------------------------------------------------------------------


def metre_table(points, head="cell_id;ost;nord;residents"):
    lines = [f"c{n};{x:.1f};{y:.1f};10".replace(".", ",") for n, (x, y) in enumerate(points)]
    return "\n".join([head, *lines]) + "\n"


def test_points_in_metres_lie_in_the_countys_system_unless_told(read_files):
    points = [(436_500 + 1000 * i, 5_941_500) for i in range(3)]
    cells = read_files({"p.csv": metre_table(points)}, x="ost", y="nord")
    assert cells["x_m"].tolist() == [436_500, 437_500, 438_500]
    assert cells["residents"].tolist() == [10, 10, 10]


def test_points_in_another_system_are_moved(read_files):
    middles = [(4_190_500 + 1000 * i, 3_390_500) for i in range(3)]
    cells = read_files({"p.csv": metre_table(middles)}, x="ost", y="nord", crs="EPSG:3035")
    wanted = gpd.GeoSeries.from_xy(*zip(*middles, strict=True), crs="EPSG:3035").to_crs(CRS)
    assert np.allclose(cells["x_m"], wanted.x)


def test_middles_of_squares_become_the_squares(read_files):
    table = metre_table([(4_190_500, 3_390_500), (4_191_500, 3_390_500)])
    named = {"x": "ost", "y": "nord", "crs": "EPSG:3035", "cell_m": 1000}
    cells = read_files({"p.csv": table}, **named)
    bounds = cells.to_crs("EPSG:3035").geometry.bounds.iloc[0].to_numpy()
    assert np.abs(bounds - [4_190_000, 3_390_000, 4_191_000, 3_391_000]).max() < 1


def test_corners_of_the_european_grid_are_not_taken_for_middles(read_files, faults):
    table = metre_table([(4_190_000, 3_390_000), (4_191_000, 3_390_000)])
    named = {"x": "ost", "y": "nord", "crs": "EPSG:3035", "cell_m": 1000}
    cells = read_files({"p.csv": table}, **named)
    bounds = cells.to_crs("EPSG:3035").geometry.bounds.iloc[0].to_numpy()
    assert np.abs(bounds - [4_190_000, 3_390_000, 4_191_000, 3_391_000]).max() < 1
    assert [f["message"] for f in faults] == [
        "Südwestecken des europäischen Gitters statt Mitten: um eine halbe Zelle verschoben"
    ]


def test_points_need_no_id(read_files, faults):
    text = "ost;nord;Einwohner\n436500;5941500;3\n436500;5941500;4\n437500;5941500;5\n"
    cells = read_files({"p.csv": text}, x="ost", y="nord", residents="Einwohner")
    assert cells["residents"].tolist() == [3, 4, 5]
    assert cells["cell_id"].tolist() == ["Zeile 2", "Zeile 3", "Zeile 4"]
    assert faults == []


def test_an_id_that_is_named_has_to_be_there(read_files):
    with pytest.raises(SourceError, match="es fehlt die Spalte 'Nr'"):
        read_files(
            {"p.csv": metre_table([(436_500, 5_941_500), (437_500, 5_941_500)])},
            x="ost",
            y="nord",
            id="Nr",
        )


def test_a_workbook_of_points_is_read(read_files, tmp_path):
    table = pd.DataFrame({"ost": [436_500, 437_500], "nord": [5_941_500] * 2, "residents": [3, 4]})
    path = tmp_path / "made.xlsx"
    table.to_excel(path, index=False, startrow=1)
    cells = read_files({"p.xlsx": path.read_bytes()}, x="ost", y="nord")
    assert cells["residents"].tolist() == [3, 4]


@given(
    st.binary(max_size=200), st.sampled_from(["csv", "xlsx", "parquet", "geojson", "gpkg", "txt"])
)
def test_no_bytes_make_it_raise_anything_but_source_errors(tmp_path_factory, data, suffix):
    path = tmp_path_factory.mktemp("p") / f"p.{suffix}"
    path.write_bytes(data)
    area = gpd.GeoDataFrame(
        {"area_id": ["1"], "name": ["A"]}, geometry=[shapely.box(0, 0, 9e5, 9e6)], crs=CRS
    )
    with pytest.raises(SourceError):
        read_cells([path], ResidentColumns(), area, CRS, FaultList())


@given(st.text(max_size=100))
def test_no_table_of_points_makes_it_raise_anything_but_source_errors(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("p") / "p.csv"
    points = "cell_id,lon,lat,residents\na,8.1,53.5,1\nb,8.2,53.5,2\n"
    path.write_text(points + text, encoding="utf-8", errors="replace")
    area = gpd.GeoDataFrame(
        {"area_id": ["1"], "name": ["A"]}, geometry=[shapely.box(0, 0, 9e5, 9e6)], crs=CRS
    )
    try:
        cells = read_cells([path], POINTS, area, CRS, FaultList())
    except SourceError:
        return
    assert cells["residents"].sum() >= 3
