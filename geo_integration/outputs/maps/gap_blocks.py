"""Underserved areas -> a block for each question; outlines and names each stand once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo_integration.frames import REASONS
from geo_integration.outputs.maps.blocks import MISSING
from geo_integration.outputs.maps.encode import inside_points, polygons, positions, text, whole

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo_integration.frames import Published
    from geo_integration.outputs.maps.questions import Blocks
    from geo_integration.settings import Settings

# Vertices of a gap this close to a straight line are the corners of its cells, nothing else.
STRAIGHT_M = 2.0
# Beginning of the blocks' names.
NAME = "gaps"


class _Once(NamedTuple):
    """Positions of values, of which equal ones are kept once; `first` is where each first stood."""

    of: NDArray[np.uint32]
    first: NDArray[np.int64]


def add_gaps(
    blocks: Blocks, shown: Published, settings: Settings, offers: Sequence[str]
) -> dict[str, Any] | None:
    """Underserved areas, a block `gaps-C-D` of each category and kind of day, by rank.

    Outlines and names stand in JSON.

    Parameters
    ----------
    blocks : Blocks
        Where the blocks go.
    shown : Published
        What the page shows.
    settings : Settings
        The county profile.
    offers : sequence of str
        Ids of the offers in the order of the page.

    Returns
    -------
    dict or None
        names, outlines (rings as in `polygons`) and at (a point inside of each outline); None
        where there are none.
    """
    categories = [c.id for c in settings.categories]
    days = [d.id for d in settings.day_types]
    gaps = shown.gaps.sort_values(["category", "day_type", "rank", "gap_id"], ignore_index=True)
    gaps = gaps[gaps["category"].isin(categories) & gaps["day_type"].isin(days)]
    if gaps.empty:
        return None
    name, outline = _once(gaps["name"]), _once(gaps.geometry.to_wkb())
    shapes: gpd.GeoSeries = gaps.geometry.iloc[outline.first]
    columns = {
        "rank": gaps["rank"].to_numpy(np.uint16),
        "residents": _numbers(gaps["residents"], np.uint32),
        "cells": gaps["cells"].to_numpy(np.uint32),
        "reason": np.array([REASONS.index(r) for r in gaps["reason"]], np.uint8),
        "offer": _filled(positions(gaps["offer_id"], offers), np.uint16),
        "minutes": _numbers(gaps["minutes"], np.uint16),
        "need": _numbers(gaps["need"], np.uint32),
        "name": name.of,
        "shape": outline.of,
    }
    for (category, day), rows in gaps.groupby(["category", "day_type"]).indices.items():
        question = f"{categories.index(category)}-{days.index(day)}"
        own = {key: values[rows] for key, values in columns.items()}
        blocks.add(f"{NAME}-{question}", own)
    return {
        "names": [text(v) for v in gaps["name"].iloc[name.first]],
        "outlines": polygons(shapes.simplify(STRAIGHT_M)),
        "at": inside_points(shapes),
    }


def _once(values: Iterable[Hashable]) -> _Once:
    """Keep equal values once, in the order in which they come."""
    at: dict[Hashable, int] = {}
    first: list[int] = []
    of = []
    for i, value in enumerate(values):
        if value not in at:
            at[value] = len(first)
            first.append(i)
        of.append(at[value])
    return _Once(np.array(of, np.uint32), np.array(first, np.int64))


def _numbers(values: pd.Series[Any], kind: type[np.unsignedinteger[Any]]) -> NDArray[Any]:
    """Whole numbers, rounded up."""
    return _filled(whole(values), kind)


def _filled(
    values: Iterable[int | None], kind: type[np.unsignedinteger[Any]]
) -> NDArray[np.unsignedinteger[Any]]:
    """Array in which missing numbers are the highest one."""
    missing = MISSING[f"u{8 * np.dtype(kind).itemsize}"]
    return np.array([missing if value is None else value for value in values], kind)
