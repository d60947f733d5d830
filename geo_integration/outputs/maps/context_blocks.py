"""CONTEXT -> one block of small steps, from vertex to vertex, over all lines and rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo_integration.outputs.maps.encode import GEOGRAPHIC

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_integration.outputs.maps.questions import Blocks

NAME = "context"
# Vertices lie on a grid of this many lines a degree (5.6 m), or fewer, so that steps stay short.
PER_DEGREE = 20_000
LONGEST_STEP = 32_000


def cut(context: gpd.GeoDataFrame, extent: BaseGeometry) -> gpd.GeoDataFrame:
    """Cut lines and areas to what a page shows.

    Parameters
    ----------
    context : GeoDataFrame
        CONTEXT.
    extent : shapely geometry
        Rectangle in the CRS of the context.

    Returns
    -------
    GeoDataFrame
        CONTEXT, without kinds of which nothing is left.
    """
    shapes = context.geometry.clip_by_rect(*extent.bounds)
    return context.set_geometry(shapes)[~shapes.is_empty]


def add_context(blocks: Blocks, context: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Pack what the map shows below its cells.

    The block has `parts` (number of lines or rings of each kind), `sizes` (number of vertices of
    each) and the steps `x` and `y` from vertex to vertex, the first one from the origin.

    Parameters
    ----------
    blocks : Blocks
        Gets the block `context`.
    context : GeoDataFrame
        CONTEXT.

    Returns
    -------
    dict or None
        kinds in order; origin (degrees east and north); per_degree. None where there is nothing.
    """
    if context.empty:
        return None
    shapes = context.geometry.to_crs(GEOGRAPHIC)
    west, south, east, north = shapes.total_bounds
    per_degree = int(min(PER_DEGREE, LONGEST_STEP / max(east - west, north - south, 1e-9)))
    lines = [_lines(shape, np.array([west, south]), per_degree) for shape in shapes]
    flat = [line for of_kind in lines for line in of_kind]
    vertices = np.concatenate([np.zeros((1, 2)), *flat])
    steps = np.diff(vertices, axis=0).astype(np.int16)
    blocks.add(
        NAME,
        {
            "parts": np.array([len(of_kind) for of_kind in lines], np.uint32),
            "sizes": np.array([len(line) for line in flat], np.uint32),
            "x": steps[:, 0].copy(),
            "y": steps[:, 1].copy(),
        },
    )
    return {
        "kinds": list(context["kind"]),
        "origin": [round(float(west), 6), round(float(south), 6)],
        "per_degree": per_degree,
    }


def _lines(
    shape: BaseGeometry, origin: NDArray[np.float64], per_degree: int
) -> list[NDArray[np.float64]]:
    """Lines, or rings, on the grid, from west to east; those that shrink to a point are dropped."""
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts[shapely.get_dimensions(parts) == 2])
    whole = np.concatenate([rings, parts[shapely.get_dimensions(parts) == 1]])
    found = []
    for line in whole[np.argsort(shapely.bounds(whole)[:, 0], kind="stable")]:
        at = np.round((shapely.get_coordinates(line) - origin) * per_degree)
        moves = np.r_[True, (np.diff(at, axis=0) != 0).any(axis=1)]
        if moves.sum() > 1:
            found.append(at[moves])
    return found
