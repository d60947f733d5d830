"""Where things stand on the paper, in millimetres from the lower left corner."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Format = Literal["a4", "a3"]
Orientation = Literal["portrait", "landscape"]

_SIZES: dict[Format, tuple[float, float]] = {"a4": (210.0, 297.0), "a3": (297.0, 420.0)}
# Types and symbols grow less than the paper: a larger sheet is for more map.
_UNITS: dict[Format, float] = {"a4": 1.0, "a3": 1.25}
# Left there is room for holes.
_LEFT, _RIGHT, _TOP, _BOTTOM = 19.0, 11.0, 10.0, 9.0
_GUTTER = 4.0
_COLUMN = 62.0
_LOWEST = 92.0  # height of panels below the map
_NARROWEST = 60.0
_EDGE = 3.0  # between what is shown and the frame of the map
_ROUND = (1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 10)
_LARGEST_SCALE = 5000.0


class Box(NamedTuple):
    """A rectangle, in millimetres."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    def grown(self, by: float) -> Box:
        """Larger by a margin on all sides."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)


class Paper(NamedTuple):
    """A sheet of paper: its name, size, the part that is printed on, and the unit of its types."""

    name: str
    width: float
    height: float
    printed: Box
    unit: float

    @property
    def is_wide(self) -> bool:
        """Whether it is landscape."""
        return self.width > self.height


class Frame(NamedTuple):
    """The map on the paper: where, at which scale, and what lies in its middle (metres)."""

    box: Box
    scale: float
    middle: tuple[float, float]

    def on_paper(self, metres: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coordinates in metres, of shape (n, 2), as millimetres on the paper."""
        box = self.box
        centre = np.array([(box.left + box.right) / 2, (box.bottom + box.top) / 2])
        placed: NDArray[np.float64] = centre + (metres - np.array(self.middle)) * 1000 / self.scale
        return placed


class Layout(NamedTuple):
    """The map and the columns of panels."""

    frame: Frame
    columns: list[Box]


def paper_of(size: Format, orientation: Orientation) -> Paper:
    """Paper of a size; landscape is wide."""
    short, long = _SIZES[size]
    width, height = (short, long) if orientation == "portrait" else (long, short)
    printed = Box(_LEFT, _BOTTOM, width - _RIGHT, height - _TOP)
    return Paper(size.upper(), width, height, printed, _UNITS[size])


def layout_of(
    body: Box,
    paper: Paper,
    extent: tuple[float, float, float, float],
    *,
    below_mm: float | None = None,
) -> Layout:
    """Place map and panels so that the map becomes as large as possible, at a round scale.

    Parameters
    ----------
    body : Box
        Between head and foot of the sheet.
    paper : Paper
        On landscape paper panels never stand below the map.
    extent : tuple of float
        West, south, east, north of what the map shows, metres.
    below_mm : float, optional
        Height of panels below the map, if they need less than usual.

    Returns
    -------
    Layout
        Panels stand beside the map in one to three columns, or below it in three; where two ways
        give the same scale, the one with more room for them.
    """
    west, south, east, north = extent
    middle = (west + east) / 2, (south + north) / 2
    found = []
    for columns, box in _ways(body, paper, below_mm or _LOWEST * paper.unit):
        if min(box.width, box.height) >= _NARROWEST:
            room = box.grown(-_EDGE)
            metres = max((east - west) / room.width, (north - south) / room.height)
            found.append((round_scale(metres * 1000), -len(columns), columns, box))
    scale, _, columns, box = min(found, key=lambda way: way[:2])
    return Layout(Frame(box, scale, middle), columns)


def _ways(body: Box, paper: Paper, below_mm: float) -> list[tuple[list[Box], Box]]:
    """Columns of panels, and the map's box, for every way to part the body."""
    ways = []
    wide = _COLUMN * paper.unit
    for count in (1, 2, 3):
        left = body.right - count * wide - (count - 1) * _GUTTER
        starts = [left + n * (wide + _GUTTER) for n in range(count)]
        columns = [Box(start, body.bottom, start + wide, body.top) for start in starts]
        ways.append((columns, body._replace(right=left - _GUTTER)))
    if paper.is_wide:
        return ways
    each = (body.width - 2 * _GUTTER) / 3
    top = body.bottom + below_mm
    below = [
        Box(left, body.bottom, left + each, top)
        for left in (body.left + n * (each + _GUTTER) for n in range(3))
    ]
    return [*ways, (below, body._replace(bottom=top + _GUTTER))]


def round_scale(at_least: float) -> float:
    """The next rounder number of a scale 1 : n, not smaller than what fits."""
    wanted = max(at_least, _LARGEST_SCALE)
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(power * n for n in _ROUND if power * n >= wanted * (1 - 1e-9))


def bar_metres(scale: float, longest_mm: float) -> float:
    """Length of a scale bar: 1, 2 or 5 with zeros, not longer on the paper than asked."""
    most = longest_mm * scale / 1000
    power = 10.0 ** math.floor(math.log10(most))
    return max(power * n for n in (1, 2, 5) if power * n <= most)


class Taken:
    """Rectangles that are taken on the map; labels find the first free spot."""

    def __init__(self, within: Box) -> None:
        self._within = within
        self._boxes = np.empty((0, 4))

    def is_free(self, box: Box) -> bool:
        """Whether a rectangle lies on the map and touches none that is taken."""
        own, within = self._boxes, self._within
        inside = (
            box.left >= within.left
            and box.right <= within.right
            and box.bottom >= within.bottom
            and box.top <= within.top
        )
        apart = (
            (own[:, 0] >= box.right)
            | (own[:, 2] <= box.left)
            | (own[:, 1] >= box.top)
            | (own[:, 3] <= box.bottom)
        )
        return inside and bool(apart.all())

    def take(self, box: Box) -> None:
        """Keep a rectangle free of all that comes later."""
        self._boxes = np.vstack([self._boxes, box])

    def first_free(self, boxes: list[Box]) -> Box | None:
        """Take the first rectangle that is free; None where none is."""
        for box in boxes:
            if self.is_free(box):
                self.take(box)
                return box
        return None
