from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from made_grids import SOUTH_M, WEST_M, settlements, squares
from pyproj import Transformer

from geo_integration.inputs.residents import grid_ids
from geo_integration.outputs.maps.grid import Grid, grid_of

L_SHAPE = [(7, 3), (8, 3), (7, 4)]


def position(grid: Grid, i, j):
    """Longitude and latitude of a corner, by the polynomial alone."""
    u, v = i / grid.columns, j / grid.rows
    terms = [1, u, v, u * u, u * v, v * v, u**3, u * u * v, u * v * v, v**3]
    x, y = (sum(f * t for f, t in zip(side, terms, strict=True)) for side in (grid.x, grid.y))
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - y / 128))))
    return (x / 256 - 0.5) * 360, lat


def metres(grid: Grid, i, j, crs):
    return Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(*position(grid, i, j))


@pytest.mark.parametrize("grid_crs", ["EPSG:3035", "EPSG:25832"])
def test_squares_of_the_european_grid_and_of_the_countys_own_are_found(grid_crs):
    corner = (WEST_M, SOUTH_M) if grid_crs == "EPSG:3035" else (432_000, 5_934_000)
    grid = grid_of(squares(L_SHAPE, corner=corner, grid_crs=grid_crs))
    # Columns and rows count from the last multiple of five: 5 and 0.
    assert grid.i.tolist() == [2, 3, 2]
    assert grid.j.tolist() == [3, 3, 4]
    assert (grid.columns, grid.rows) == (4, 5)
    assert grid.error_m < 0.01
    assert metres(grid, 2, 3, grid_crs) == pytest.approx(
        (corner[0] + 700, corner[1] + 300), abs=0.01
    )


def test_cells_are_sorted_by_row_then_column_and_order_tells_whose_they_are():
    at = settlements(300, 60)
    cells = squares(at)
    grid = grid_of(cells)
    assert (np.diff(grid.j.astype(int) * 1000 + grid.i) > 0).all()
    assert sorted(grid.order) == list(range(300))
    middles = cells.geometry.centroid.iloc[grid.order]
    x, y = metres(grid, grid.i + 0.5, grid.j + 0.5, "EPSG:25832")
    assert np.hypot(x - middles.x, y - middles.y).max() < 0.1


def test_both_ways_to_write_an_id_give_the_same_grid():
    long = ["CRS3035RES1000mN3380000E4190000", "CRS3035RES1000mN3381000E4192000"]
    short = ["1kmN3380E4190", "1kmN3381E4192"]
    found = []
    for ids in (long, short):
        corner = pd.DataFrame(grid_ids.corners(pl.Series(ids)).to_dict(as_series=False))
        found.append(grid_of(gpd.GeoDataFrame(geometry=grid_ids.squares(corner, "EPSG:25832"))))
    assert found[0].i.tolist() == [0, 2]
    assert found[0].j.tolist() == [0, 1]
    assert found[0].head() == found[1].head()


def test_coarse_squares_are_the_same_on_the_page_of_a_part():
    at = settlements(200, 60)
    whole, part = grid_of(squares(at)), grid_of(squares(at[at[:, 0] > 23]))
    west = metres(whole, 0, 0, "EPSG:3035")[0]
    assert (metres(part, 0, 0, "EPSG:3035")[0] - west) % 500 == pytest.approx(0, abs=0.1)


@given(
    st.sampled_from(["EPSG:3035", "EPSG:25832", "EPSG:25833"]),
    st.sampled_from([100.0, 250.0, 1000.0]),
    st.floats(0, 400_000),
    st.floats(0, 500_000),
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=9, unique=True
    ),
)
def test_every_place_of_germany_is_met_within_a_metre(grid_crs, size, east, north, at):
    corner = {"EPSG:3035": (4_100_000, 2_800_000)}.get(grid_crs, (300_000, 5_300_000))
    corner = (corner[0] + east, corner[1] + north)
    crs = "EPSG:25832" if grid_crs == "EPSG:3035" else grid_crs
    cells = squares(at, size, corner=corner, grid_crs=grid_crs, crs=crs)
    grid = grid_of(cells)
    assert grid.error_m < 1
    assert len(grid.i) == len(at)
    rings = shapely.get_coordinates(cells.geometry.iloc[grid.order].to_numpy()).reshape(-1, 5, 2)
    for di, dj in ((0, 0), (1, 0), (0, 1), (1, 1)):
        found = np.column_stack(metres(grid, grid.i + di, grid.j + dj, crs))
        away = np.hypot(*np.moveaxis(rings - found[:, None], 2, 0)).min(axis=1)
        assert away.max() <= grid.error_m * 1.01 + 1e-6


def test_polygons_of_one_part_are_as_good():
    cells = squares(L_SHAPE)
    parts = cells.set_geometry(
        gpd.GeoSeries([shapely.MultiPolygon([s]) for s in cells.geometry], crs=cells.crs)
    )
    assert grid_of(parts).head() == grid_of(cells).head()


def test_coordinates_rounded_to_decimetres_are_still_a_grid():
    cells = squares(settlements(100, 60))
    cells = cells.set_geometry(cells.geometry.set_precision(0.1, mode="pointwise"))
    exact = grid_of(squares(settlements(100, 60)))
    assert grid_of(cells).i.tolist() == exact.i.tolist()


def no_grids():
    cells = squares(L_SHAPE)
    yield "no cells", cells.iloc[:0]
    mixed = [*squares([(0, 0), (1, 0), (2, 0)]).geometry, *squares([(1, 1)], 1000.0).geometry]
    yield "mixed sizes", cells_of(mixed)
    twice = [*cells.geometry, cells.geometry.iloc[0]]
    yield "one twice", cells_of(twice)
    moved = [*cells.geometry, shapely.affinity.translate(cells.geometry.iloc[0], 330, 20)]
    yield "one beside the grid", cells_of(moved)
    clipped = [*cells.geometry[:2], shapely.box(*cells.geometry.iloc[2].bounds).buffer(-20)]
    yield "one cut smaller", cells_of(clipped)
    yield "hexagons", cells_of([shapely.Point(0, 0).buffer(50, quad_segs=2)])
    diamond = [(400_000, 50), (400_050, 0), (400_100, 50), (400_050, 100)]
    yield "diamonds", cells_of([shapely.Polygon(diamond)])
    yield "oblongs", cells_of([shapely.box(400_000, 5_900_000, 400_100, 5_900_050)])
    yield "degrees", squares(L_SHAPE, 0.01, corner=(8, 53), grid_crs="EPSG:4326", crs="EPSG:25832")
    yield "tiny", squares(L_SHAPE, 2.0)
    yield "hole", cells_of([shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2))])
    yield "missing", cells_of([*cells.geometry, None])
    yield "empty", cells_of([*cells.geometry, shapely.Polygon()])
    yield "too many places", squares([(0, 0), (2500, 2500)])
    yield "too far apart", squares([(0, 0), (500, 600)], 1000.0, corner=(4_100_000, 2_800_000))
    yield "off the earth", cells_of([shapely.box(9e9, 9e9, 9e9 + 100, 9e9 + 100)])


def cells_of(shapes):
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs="EPSG:25832"))


@pytest.mark.parametrize(
    ("name", "cells"), list(no_grids()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_is_no_regular_grid_is_none(name, cells):
    assert name
    assert grid_of(cells) is None
