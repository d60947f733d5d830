"""A sheet of paper to draw on, in millimetres: texts, lines, rectangles, symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import Stroke

from geo_integration.outputs.sheets.typesetting import height_mm, typeface

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.artist import Artist
    from numpy.typing import NDArray

    from geo_integration.outputs.sheets.layout import Box, Frame, Paper

DPI = 300
INK, QUIET = "#1d2733", "#4d5a68"
_MM = 25.4
_HALO = 0.9
_ASCENT = 0.98  # from the top of a line to where its letters stand, in heights of the type


class Pencil:
    """Draws on one sheet; `clip` keeps what is drawn inside the map."""

    def __init__(self, paper: Paper) -> None:
        inches = paper.width / _MM, paper.height / _MM
        self.figure = Figure(figsize=inches, dpi=DPI, facecolor="white")
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, paper.width)
        self.axes.set_ylim(0, paper.height)
        self.axes.set_axis_off()
        self.unit = paper.unit
        self._clip: Rectangle | None = None
        self._order = 1.0

    def clip(self, box: Box | None) -> None:
        """Show only what lies in a rectangle, from now on; None shows all."""
        self._clip = None
        if box is not None:
            self._clip = Rectangle(
                (box.left, box.bottom), box.width, box.height, transform=self.axes.transData
            )

    def _add(self, artist: Artist) -> None:
        """Put something over all that is there."""
        self._order += 1
        artist.set_zorder(self._order)
        self.axes.add_artist(artist)
        if self._clip is not None:
            artist.set_clip_path(self._clip)

    def text(
        self,
        at: tuple[float, float],
        text: str,
        size: float,
        *,
        colour: str = INK,
        bold: bool = False,
        align: str = "left",
        halo: str | None = None,
        turned: float = 0.0,
        alpha: float = 1.0,
    ) -> None:
        """Write a line; `at` is where its letters stand, or its middle if `align` is "middle"."""
        middle = align == "middle"
        # The halo is an outline of its own, so that the letters over it stay letters in the PDF.
        rim = [Stroke(linewidth=2 * _HALO * self.unit, foreground=halo, joinstyle="round")]
        for effects in [rim, []] if halo else [[]]:
            self._order += 1
            written = self.axes.text(
                *at,
                text,
                fontproperties=typeface(size, bold=bold),
                color=colour,
                ha="center" if middle else align,
                va="center" if middle else "baseline",
                rotation=turned,
                rotation_mode="anchor",
                alpha=alpha,
                path_effects=effects,
                zorder=self._order,
                parse_math=False,
            )
            if self._clip is not None:
                written.set_clip_path(self._clip)

    def lines(
        self,
        at: tuple[float, float],
        lines: Iterable[str],
        size: float,
        **style: Any,  # noqa: ANN401
    ) -> float:
        """Write lines under each other; `at` is the upper left corner. Gives the lower edge."""
        left, top = at
        for line in lines:
            self.text((left, top - height_mm(size) / 1.28 * _ASCENT), line, size, **style)
            top -= height_mm(size)
        return top

    def box(self, box: Box, **style: Any) -> None:  # noqa: ANN401  as of `outline`
        """Draw a rectangle."""
        left, bottom, right, top = box
        corners = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
        self.outline(Path(np.array(corners), closed=True), **style)

    def rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        line: float,
        colour: str = QUIET,
    ) -> None:
        """Draw a straight line."""
        path = Path(np.array([start, end]))
        self._add(PathPatch(path, facecolor="none", edgecolor=colour, lw=line))

    def outline(
        self,
        path: Path,
        *,
        fill: str = "none",
        edge: str = "none",
        line: float = 0.5,
        hatch: str = "",
        ink: str = INK,
    ) -> None:
        """Draw an area: filled, bordered, and hatched in its own ink."""
        if fill != "none" or edge != "none":
            width = line if edge != "none" else 0
            self._add(PathPatch(path, facecolor=fill, edgecolor=edge, lw=width, joinstyle="round"))
        if hatch:
            self._add(PathPatch(path, facecolor="none", edgecolor=ink, lw=0, hatch=hatch))

    def disc(
        self,
        at: tuple[float, float],
        radius: float,
        *,
        fill: str,
        edge: str,
        line: float = 0.8,
        dashed: bool = False,
    ) -> None:
        """Draw a circle with a white rim."""
        self._add(Circle(at, radius + 0.35, facecolor="white", edgecolor="none"))
        style = (0, (2.0, 1.4)) if dashed else "solid"
        self._add(Circle(at, radius, facecolor=fill, edgecolor=edge, lw=line, linestyle=style))

    def stops(self, at: NDArray[np.float64]) -> None:
        """Draw stops as small points; `at` has the shape (n, 2)."""
        size = 1.7 * self.unit
        points = Line2D(
            at[:, 0], at[:, 1], ls="none", marker="o", ms=size, mfc=INK, mec="white", mew=0.3
        )
        self._add(points)


def path_of(shapes: NDArray[np.object_], frame: Frame) -> Path:
    """Polygons in metres as one path on the paper."""
    rings = shapely.get_rings(shapely.get_parts(shapes))
    metres, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(metres), Path.LINETO, dtype=Path.code_type)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[first] = Path.MOVETO
    codes[np.append(first[1:], len(metres))[: len(first)] - 1] = Path.CLOSEPOLY
    return Path(frame.on_paper(metres), codes)
