"""Classes of cells on a sheet: minutes of the longer way as on the pages, and what is not reached.

Reached cells are plain; all others are hatched, so that a grey copy tells them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo_integration.frames import OVER_LIMIT, REASONS, SERVED
from geo_integration.outputs.sheets.typesetting import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo_integration.outputs.sentences import Context

# As on the pages (maps/js/views.js): light is near, dark is far.
MINUTE_COLOURS = ("#fdf0a0", "#a9d8b0", "#4fb3bf", "#2c78b0", "#1b2a78")
OTHER_COLOUR = "#e9e6e0"
UNKNOWN_COLOUR = "#ffffff"
# Minutes are whole on all outputs; what floating point adds must not make one more of them.
_ROUNDING = 1e-4
_MOST_BANDS = len(MINUTE_COLOURS) - 2


class Look(NamedTuple):
    """How a class of cells is drawn, and what the legend says; `hatch` is a colour or empty."""

    text: str
    colour: str
    hatch: str


def limits_of(bands_min: Sequence[float], limit: float) -> list[float]:
    """Limits of the classes: half of the first band, the bands below the limit, the limit."""
    bands = sorted(bands_min)
    below = [band for band in (bands[0] / 2, *bands) if band < limit]
    return [*below[-_MOST_BANDS:], limit]


def looks(context: Context, limits: Sequence[float]) -> list[Look]:
    """All classes in the order of the legend; `class_of_cells` counts them so."""
    say = context.say
    reached = [
        Look(plain(say("legend.minutes_to", n=n)), colour, "")
        for n, colour in zip(limits, MINUTE_COLOURS, strict=False)
    ]
    too_long = plain(say("print.too_long", minutes=say("legend.minutes_over", n=limits[-1])))
    return [
        *reached,
        Look(say("print.unknown"), UNKNOWN_COLOUR, ""),
        Look(too_long, MINUTE_COLOURS[-1], _ink_on(MINUTE_COLOURS[-1])),
        Look(say("print.other"), OTHER_COLOUR, _ink_on(OTHER_COLOUR)),
    ]


def class_of_cells(
    reason: NDArray[np.int8], longer_min: NDArray[np.float32], limits: Sequence[float]
) -> NDArray[np.int64]:
    """Class of every cell, as a position in `looks`.

    Parameters
    ----------
    reason : ndarray of int8
        Position in REASONS.
    longer_min : ndarray of float
        Minutes of the longer way; NaN where they are not known.
    limits : sequence of float
        From `limits_of`.

    Returns
    -------
    ndarray of int64
        Reached within each limit; reached in a time that is not known; the way takes too long;
        not reached for any other reason.
    """
    known = np.isfinite(longer_min)
    minutes = np.ceil(np.where(known, longer_min, 0) - _ROUNDING)
    # Who is served keeps to the limit, whatever rounding does.
    band = np.searchsorted(np.asarray(limits[:-1], dtype=float), minutes, side="left")
    unknown, too_long, other = range(len(limits), len(limits) + 3)
    found: NDArray[np.int64] = np.full(len(reason), other)
    found[reason == REASONS.index(OVER_LIMIT)] = too_long
    served = reason == REASONS.index(SERVED)
    found[served] = np.where(known[served], band[served], unknown)
    return found


def lightness(colour: str) -> float:
    """Lightness of a colour on a grey copy, 0 (black) to 1 (white)."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ink_on(colour: str) -> str:
    """A colour for lines that is seen on another."""
    return "#6a6a6a" if lightness(colour) > 0.5 else "#dfe3ee"
