"""Cells that are squares of one regular grid -> column and row, and where on earth these lie.

The squares are equal and parallel in one CRS: that of the European grid, or the county's own. A
page needs no more than column and row of each cell, and one cubic polynomial from these to
pixels of the world in Web Mercator. What was lost that way is measured on every corner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

EUROPEAN = "EPSG:3035"
GEOGRAPHIC = "EPSG:4326"
# Corners may lie this far from where column and row put them.
TOLERANCE_M = 1.0
LEAST_SIZE_M = 10.0
# Columns begin at a multiple of this, so that coarse squares are the same ones on every page.
COARSE = 5
MAX_PLACES = 4_000_000
WORLD_PX = 256.0
EARTH_M: Final = 2 * np.pi * 6_378_137.0
_NODES = 13
_CORNERS = 4


class Grid(NamedTuple):
    """Cells of a regular grid.

    Attributes
    ----------
    order : array of int, shape (cells,)
        Row in the table of each cell, by row and column of the grid: everything that a page says
        of cells is put in this order.
    i, j : array of uint16, shape (cells,)
        Column (to the east) and row (to the north), in that order.
    columns, rows : int
        Size of the grid.
    x, y : list of float
        Ten factors each, for 1, u, v, u², uv, v², u³, u²v, uv², v³, with u = i / columns and
        v = j / rows: pixels of the world at zoom 0 (256 px wide, Web Mercator) of the south-west
        corner of (i, j), and with i + 1 and j + 1 of the other corners.
    error_m : float
        Largest distance of a corner from there, metres on the ground.
    """

    order: NDArray[np.intp]
    i: NDArray[np.uint16]
    j: NDArray[np.uint16]
    columns: int
    rows: int
    x: list[float]
    y: list[float]
    error_m: float

    def head(self) -> dict[str, Any]:
        """Give what the page has to know beside the columns i and j.

        Returns
        -------
        dict
            `columns`, `rows`, `x`, `y`, and as `least` the first column and row with a cell; ready
            for JSON.
        """
        least = [int(self.i.min()), int(self.j.min())]
        return {
            "columns": self.columns,
            "rows": self.rows,
            "least": least,
            "x": self.x,
            "y": self.y,
        }


def grid_of(cells: gpd.GeoDataFrame) -> Grid | None:
    """Find the regular grid that cells are squares of.

    Parameters
    ----------
    cells : GeoDataFrame
        Polygons in any CRS.

    Returns
    -------
    Grid or None
        None where cells are no squares, of several sizes, of no common grid, twice the same one,
        in a grid of more than 4 million places, or so far apart that one polynomial is more than
        a metre wrong.
    """
    shapes = cells.geometry.to_numpy()
    if not len(shapes) or (shapely.get_num_coordinates(shapes) != _CORNERS + 1).any():
        return None
    for crs in (EUROPEAN, cells.crs):
        found = _lattice(cells.geometry.to_crs(crs))
        if found is not None:
            return _fitted(found, str(crs), cells.geometry)
    return None


class _Lattice(NamedTuple):
    """Squares of `size` from a corner on: column and row of each corner of each cell."""

    at: NDArray[np.int64]  # shape (cells, 4, 2), from 0
    south_west: NDArray[np.float64]  # of column 0, row 0, metres
    size: float


def _corners(shapes: gpd.GeoSeries) -> NDArray[np.float64]:
    """Four corners of each shape, as (cells, 4, 2)."""
    found = shapely.get_coordinates(shapes.to_numpy()).reshape(-1, _CORNERS + 1, 2)
    return np.asarray(found[:, :-1], float)


def _lattice(shapes: gpd.GeoSeries) -> _Lattice | None:
    """Column and row of every corner, where the shapes are squares of one grid in their CRS."""
    corners = _corners(shapes)
    if shapes.crs.is_geographic or not np.isfinite(corners).all():
        return None
    size = float(np.round(np.median(np.ptp(corners, axis=1))))
    if size < LEAST_SIZE_M:
        return None
    # Steps from the first corner; then what all together are off.
    at = np.round((corners - corners[0, 0]) / size)
    origin = corners[0, 0] + np.mean(corners - corners[0, 0] - at * size, axis=(0, 1))
    if np.abs(corners - origin - at * size).max() > TOLERANCE_M:
        return None
    # Counted from the zero of the CRS, so that every page finds the same coarse squares.
    at += np.round(origin / size)
    phase = origin - np.round(origin / size) * size
    least = np.floor(at.min(axis=(0, 1)) / COARSE) * COARSE
    whole = (at - least).astype(np.int64)
    south_west = whole.min(axis=1)
    inside = whole - south_west[:, None, :]
    codes = np.sort(inside[:, :, 0] + 2 * inside[:, :, 1], axis=1)
    if inside.max() > 1 or (codes != np.arange(_CORNERS)).any():
        return None
    return _Lattice(whole, phase + least * size, size)


def _fitted(lattice: _Lattice, crs: str, shapes: gpd.GeoSeries) -> Grid | None:
    """Sort the cells and fit the polynomial; None where it is too far off."""
    columns, rows = (int(n) for n in lattice.at.max(axis=(0, 1)))
    at = lattice.at.min(axis=1)
    places = at[:, 1] * columns + at[:, 0]
    if columns * rows > MAX_PLACES or max(columns, rows) >= 1 << 16:
        return None
    order = np.argsort(places, kind="stable")
    if (np.diff(places[order]) == 0).any():
        return None
    u, v = (grid.ravel() for grid in np.meshgrid(*[np.linspace(0.0, 1.0, _NODES)] * 2))
    metres = lattice.south_west + np.column_stack([u * columns, v * rows]) * lattice.size
    lon, lat = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True).transform(*metres.T)
    if not np.isfinite([lon, lat]).all():
        return None
    factors = np.linalg.lstsq(_terms(u, v), _world(lon, lat), rcond=None)[0]
    corner_u, corner_v = (lattice.at / (columns, rows)).reshape(-1, 2).T
    true = _corners(shapes.to_crs(GEOGRAPHIC)).reshape(-1, 2).T
    error_px = np.hypot(*(_terms(corner_u, corner_v) @ factors - _world(*true)).T)
    error_m = float((error_px / WORLD_PX * EARTH_M * np.cos(np.radians(true[1]))).max())
    if not error_m < TOLERANCE_M:
        return None
    i, j = at[order].astype(np.uint16).T
    x, y = (factors[:, axis].tolist() for axis in (0, 1))
    return Grid(order, i, j, columns, rows, x, y, error_m)


def _terms(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Terms of the polynomial, one row for each place."""
    return np.column_stack(
        [np.ones_like(u), u, v, u * u, u * v, v * v, u**3, u * u * v, u * v * v, v**3]
    )


def _world(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels of the world at zoom 0, Web Mercator, y to the south; one row for each place."""
    x = WORLD_PX * (lon / 360.0 + 0.5)
    y = WORLD_PX * (0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi))
    return np.column_stack([x, y])
