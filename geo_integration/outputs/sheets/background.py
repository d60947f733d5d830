"""What lies around, on the map of a sheet: waters and woods under the cells, lines over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.path import Path

from geo_integration.outputs.sheets.pencil import path_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from geo_integration.outputs.sentences import Context
    from geo_integration.outputs.sheets.layout import Frame
    from geo_integration.outputs.sheets.pencil import Pencil

SURFACES = {"green": "#e9f0df", "water": "#dde6ec"}
_PALE = "#ffffff66"
# Width in points, colour, and up to which scale they are drawn.
_LINES = {
    "shore": (0.5, "#2e6ea080", 2_000_000.0),
    "road": (0.5, "#463a2859", 160_000.0),
    "main_road": (0.7, "#463a2880", 2_000_000.0),
    "rail": (1.2, "#141c26cc", 2_000_000.0),
    "ferry": (0.7, "#2e6ea0cc", 2_000_000.0),
    "bus": (0.5, "#141c2666", 160_000.0),
    "train": (1.2, "#141c26cc", 2_000_000.0),
}
_TRACKS = ("rail", "train")
# Kinds that look alike stand in the legend once, as the first that is there.
_WORDS = {
    "water": "water", "shore": "water", "green": "green", "main_road": "road", "road": "road",
    "rail": "rail", "train": "rail", "ferry": "ferry", "bus": "bus",
}  # fmt: skip


def draw_surfaces(pencil: Pencil, context: Context, frame: Frame) -> None:
    """Fill waters and woods."""
    for kind, shape in _shown(context, frame):
        if kind in SURFACES:
            pencil.outline(path_of(np.array([shape]), frame), fill=SURFACES[kind])


def draw_lines(pencil: Pencil, context: Context, frame: Frame) -> None:
    """Draw roads, railways and the lines of the timetable, each on a pale seam."""
    for kind, shape in _shown(context, frame):
        if kind not in SURFACES:
            draw_line(pencil, _path_of_lines(shape, frame), kind)


def draw_line(pencil: Pencil, path: Path, kind: str) -> None:
    """Draw a line of a kind; railways have a white core."""
    width, colour, _ = _LINES[kind]
    pencil.outline(path, edge=_PALE, line=(width + 0.7) * pencil.unit)
    pencil.outline(path, edge=colour, line=width * pencil.unit)
    if kind in _TRACKS:
        pencil.outline(path, edge="white", line=width / 3 * pencil.unit)


def signs(context: Context, frame: Frame) -> dict[str, str]:
    """What the legend has to explain: the word, and the kind that shows it."""
    shown = {kind for kind, _ in _shown(context, frame)}
    found: dict[str, str] = {}
    for kind, word in _WORDS.items():
        if kind in shown:
            found.setdefault(f"context.{word}", kind)
    return found


def _shown(context: Context, frame: Frame) -> Iterable[tuple[str, BaseGeometry]]:
    """Kinds that are drawn at this scale, cut to the map, from bottom to top."""
    drawn: gpd.GeoDataFrame = context.published.context
    if drawn.empty:
        return
    half = np.array([frame.box.width, frame.box.height]) * frame.scale / 2000
    (west, south), (east, north) = np.array(frame.middle) - half, np.array(frame.middle) + half
    shapes = drawn.geometry.to_crs(context.settings.county.crs).clip_by_rect(
        west, south, east, north
    )
    for kind, shape in zip(drawn["kind"], shapes, strict=True):
        if not shape.is_empty and (kind in SURFACES or frame.scale <= _LINES[kind][2]):
            yield kind, shape


def _path_of_lines(shape: BaseGeometry, frame: Frame) -> Path:
    """Lines in metres as one path on the paper."""
    metres, line = shapely.get_coordinates(shapely.get_parts(shape), return_index=True)
    codes = np.full(len(metres), Path.LINETO, dtype=Path.code_type)
    codes[np.flatnonzero(np.diff(line, prepend=-1))] = Path.MOVETO
    return Path(frame.on_paper(metres), codes)
