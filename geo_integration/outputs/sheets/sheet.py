"""One sheet: head, map, panels, foot, put together on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo_integration.outputs.labels import number
from geo_integration.outputs.sheets.drawing import (
    GAP_INK,
    draw_map,
    extent_of,
    offer_spots,
)
from geo_integration.outputs.sheets.layout import Box, layout_of
from geo_integration.outputs.sheets.panels import FIGURE, FIGURE_FILL, lowest_edge, place_panels
from geo_integration.outputs.sheets.pencil import QUIET, Pencil
from geo_integration.outputs.sheets.typesetting import (
    broken,
    height_mm,
    shortened,
    width_mm,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from geo_integration.outputs.sentences import Context
    from geo_integration.outputs.sheets.content import Sheet
    from geo_integration.outputs.sheets.layout import Paper

_TITLE, _SCOPE, _RULE, _STRIP, _FOOT = 16.0, 11.0, 7.2, 8.6, 6.0
_WARNING_FILL, _WARNING_EDGE = "#ffe9a8", "#b98900"
_MOST_SOURCES = 12
_WATERMARK = 58.0


class Page(NamedTuple):
    """Number of a sheet, and of how many."""

    number: int
    of: int


def sheet_figure(context: Context, sheet: Sheet, paper: Paper, page: Page) -> Figure:
    """Draw a sheet.

    Parameters
    ----------
    context : Context
        What was published.
    sheet : Sheet
        What stands on it.
    paper : Paper
        What it is printed on.
    page : Page
        Which of the sheets it is.

    Returns
    -------
    Figure
        Of the size of the paper.
    """
    pencil = Pencil(paper)
    top = _draw_head(pencil, sheet, paper.printed)
    if not paper.is_wide:
        top = _draw_figure(pencil, sheet, paper.printed, top)
    foot = _draw_foot(pencil, context, sheet, paper, page)
    gap = 3.0 * paper.unit
    body = paper.printed._replace(bottom=foot + gap, top=top - gap)
    extent = extent_of(context, sheet.question.area_id)
    layout, below_mm = layout_of(body, paper, extent), None
    if layout.columns[0].top < body.top:
        spots = offer_spots(context, sheet, layout.frame, paper.unit)
        placed = place_panels(pencil, context, sheet, layout, spots, figure=False)
        below_mm = layout.columns[0].top - lowest_edge(placed)
        layout = layout_of(body, paper, extent, below_mm=below_mm)
    spots = offer_spots(context, sheet, layout.frame, paper.unit)
    placed = place_panels(pencil, context, sheet, layout, spots, figure=paper.is_wide)
    draw_map(pencil, context, sheet, layout.frame, spots=spots, listed=placed["gaps"].shown)
    for panel in placed.values():
        panel.draw()
    if sheet.internal:
        _draw_watermark(pencil, sheet.internal, layout.frame.box)
    return pencil.figure


def _draw_head(pencil: Pencil, sheet: Sheet, box: Box) -> float:
    """Title, place and day, rule, warnings; gives the lower edge."""
    unit, left, top = pencil.unit, box.left, box.top
    if sheet.internal:
        top = pencil.lines((left, top), [sheet.internal], 9 * unit, bold=True, colour=GAP_INK)
    size = _TITLE * unit
    title = broken(sheet.title, size, box.width, most=2, bold=True)
    top = pencil.lines((left, top), title, size, bold=True)
    size = _SCOPE * unit
    top = pencil.lines((left, top), [shortened(sheet.scope, size, box.width)], size)
    size = _RULE * unit
    rule = broken(sheet.rule, size, box.width, most=4)
    top = pencil.lines((left, top - 0.8 * unit), rule, size, colour=QUIET)
    return _draw_warnings(pencil, sheet, box, top - 1.2 * unit)


def _draw_warnings(pencil: Pencil, sheet: Sheet, box: Box, top: float) -> float:
    """That these are sample data, and the county's own note."""
    warning, note = sheet.warnings
    if not warning and not note:
        return top
    unit, margin = pencil.unit, 1.6 * pencil.unit
    size, small = 8.0 * unit, 6.4 * unit
    room = box.width - 2 * margin
    said = [shortened(warning, size, room, bold=True)] if warning else []
    lines = broken(note, small, room, most=3)
    high = height_mm(size, len(said)) + height_mm(small, len(lines)) + 1.6 * unit
    strip = Box(box.left, top - high, box.right, top)
    pencil.box(strip, fill=_WARNING_FILL, edge=_WARNING_EDGE, line=0.6)
    lower = pencil.lines((box.left + margin, top - 0.7 * unit), said, size, bold=True)
    pencil.lines((box.left + margin, lower), lines, small)
    return strip.bottom - 1.4 * unit


def _draw_figure(pencil: Pencil, sheet: Sheet, box: Box, top: float) -> float:
    """The key figure: the share in large, the sentence beside it."""
    unit, margin = pencil.unit, 2.4 * pencil.unit
    size, big = _STRIP * unit, FIGURE * unit
    wide = width_mm(sheet.share, big, bold=True) + 3.5 * unit if sheet.share else 0.0
    lines = broken(sheet.headline, size, box.width - wide - 2 * margin, most=4)
    high = max(height_mm(size, len(lines)), height_mm(big) * 0.8) + 2.4 * unit
    strip = Box(box.left, top - high, box.right, top)
    pencil.box(strip, fill=FIGURE_FILL)
    middle = (strip.top + strip.bottom) / 2
    if sheet.share:
        at = box.left + margin + (wide - 3.5 * unit) / 2, middle
        pencil.text(at, sheet.share, big, bold=True, align="middle")
    start = middle + height_mm(size, len(lines)) / 2
    pencil.lines((box.left + margin + wide, start), lines, size)
    return strip.bottom


def _draw_foot(pencil: Pencil, context: Context, sheet: Sheet, paper: Paper, page: Page) -> float:
    """Dates, coordinate system, sources, run, number of the sheet; gives the upper edge."""
    box, unit = paper.printed, paper.unit
    size = _FOOT * unit
    notes = broken(" ".join(sheet.notes), size, box.width, most=4)
    sources = broken(sheet.sources, size, box.width, most=_MOST_SOURCES)
    high = height_mm(size, len(notes) + len(sources) + 1)
    top = box.bottom + high
    pencil.rule((box.left, top + 0.8 * unit), (box.right, top + 0.8 * unit), line=0.5 * unit)
    lower = pencil.lines((box.left, top), [*notes, *sources], size, colour=QUIET)
    said = context.say(
        "print.sheet",
        n=number(page.number, context.language),
        all=number(page.of, context.language),
    )
    room = box.width - width_mm(said, size) - 4 * unit
    pencil.lines((box.left, lower), [shortened(sheet.made, size, room)], size, colour=QUIET)
    pencil.lines((box.right, lower), [said], size, colour=QUIET, align="right")
    return top + 0.8 * unit


def _draw_watermark(pencil: Pencil, text: str, box: Box) -> None:
    """A word across the map that nobody overlooks."""
    word = text.partition(" ")[0]
    middle = (box.left + box.right) / 2, (box.bottom + box.top) / 2
    pencil.text(
        middle, word, _WATERMARK * pencil.unit,
        colour=GAP_INK, bold=True, align="middle", turned=50.0, alpha=0.22,
    )  # fmt: skip
