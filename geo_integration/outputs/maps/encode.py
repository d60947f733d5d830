"""Frames -> short strings and whole numbers that JSON holds well.

Rings are differences of coordinates in 1/100,000 degree (about a metre).
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

DEGREE = 100_000
GEOGRAPHIC = "EPSG:4326"
SIMPLIFY_ABOVE = 20_000
SIMPLIFY_M = 20.0


def text(value: object) -> str:
    """Text of one value; empty where it is missing.

    Parameters
    ----------
    value : object
        Any value of a frame.

    Returns
    -------
    str
        The text; dates and times as YYYY-MM-DD.
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float | np.floating):
        return "" if math.isnan(value) else f"{value:g}"
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    return str(value).strip()


def whole(values: Iterable[object]) -> list[int | None]:
    """Whole numbers, rounded up, and None where missing.

    Parameters
    ----------
    values : iterable
        Numbers; missing as None, NaN or NA.

    Returns
    -------
    list of int or None
        Rounded up, so that "at most 45 minutes" can be read off the rounded number.
    """
    numbers = pd.to_numeric(pd.Series(list(values), dtype=object), errors="coerce")
    return [None if math.isnan(v) else math.ceil(v - 1e-6) for v in numbers.astype(float)]


def polygons(shapes: gpd.GeoSeries) -> list[list[list[int]]]:
    """Rings of each polygon as differences of coordinates.

    Parameters
    ----------
    shapes : GeoSeries of Polygon or MultiPolygon
        In any CRS.

    Returns
    -------
    list of list of list of int
        For each shape its rings, outer ones and holes alike (drawn by the even-odd rule): lon and
        lat of the first vertex in 1/100,000 degree, then the steps to the next ones. The vertex
        that closes a ring is left out.
    """
    return [[_ring(part) for part in _rings(shape)] for shape in shapes.to_crs(GEOGRAPHIC).geometry]


def simplified(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Areas with fewer vertices, where they have very many; shared borders stay shared.

    Parameters
    ----------
    shapes : GeoSeries of Polygon or MultiPolygon
        In a metric CRS.

    Returns
    -------
    GeoSeries
        The same index and CRS.
    """
    if shapely.get_num_coordinates(shapes.to_numpy()).sum() <= SIMPLIFY_ABOVE:
        return shapes
    simple = shapely.coverage_simplify(shapes.to_numpy(), SIMPLIFY_M)
    return type(shapes)(simple, index=shapes.index, crs=shapes.crs)


def points(shapes: gpd.GeoSeries) -> list[list[int] | None]:
    """Points as lon, lat in 1/100,000 degree, None where missing.

    Parameters
    ----------
    shapes : GeoSeries of Point
        In any CRS.

    Returns
    -------
    list of list of int or None
        One entry for each point.
    """
    return [
        None if shape is None or shape.is_empty else [_degrees(shape.x), _degrees(shape.y)]
        for shape in shapes.to_crs(GEOGRAPHIC).geometry
    ]


def inside_points(shapes: gpd.GeoSeries) -> list[list[int] | None]:
    """Point inside each polygon, for its badge; as from `points`.

    Parameters
    ----------
    shapes : GeoSeries of Polygon or MultiPolygon
        In any CRS.

    Returns
    -------
    list of list of int or None
        One entry for each shape.
    """
    return points(shapes.representative_point())


def _degrees(value: float) -> int:
    """Degrees in 1/100,000."""
    return round(value * DEGREE)


def _rings(shape: Any) -> Iterable[Any]:  # noqa: ANN401 - shapely geometries are untyped
    """All rings of a polygon or multipolygon."""
    for part in getattr(shape, "geoms", [shape]):
        if part.geom_type == "Polygon" and not part.is_empty:
            yield part.exterior
            yield from part.interiors


def _ring(ring: Any) -> list[int]:  # noqa: ANN401 - shapely geometries are untyped
    """First vertex, then steps; vertices that rounding made equal are dropped."""
    vertices = np.round(np.asarray(ring.coords)[:-1, :2] * DEGREE).astype(int)
    steps = np.diff(vertices, axis=0)
    kept = steps[(steps != 0).any(axis=1)]
    return [int(v) for v in vertices[0]] + [int(v) for v in kept.ravel()]


def positions(values: Iterable[object], known: Sequence[str]) -> list[int | None]:
    """Position of each value among the known ones, None where missing or unknown.

    Parameters
    ----------
    values : iterable
        Ids.
    known : sequence of str
        The ids in order.

    Returns
    -------
    list of int or None
        One entry for each value.
    """
    at = {value: i for i, value in enumerate(known)}
    return [at.get(text(value)) for value in values]
