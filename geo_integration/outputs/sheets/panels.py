"""The panels beside the map: legend, symbols, reasons, table, underserved areas.

Rows that find no room in their column are left out, and the panel says how many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.path import Path

from geo_integration.outputs.labels import number
from geo_integration.outputs.sheets.background import SURFACES, draw_line, signs
from geo_integration.outputs.sheets.drawing import (
    BORDER,
    DOTS,
    LAND,
    LINES,
    OTHER_LAND,
    OUTSIDE,
    Spot,
    draw_badge,
    draw_offer,
)
from geo_integration.outputs.sheets.layout import Box
from geo_integration.outputs.sheets.pencil import INK, QUIET
from geo_integration.outputs.sheets.stacking import Item, Panel, Placed, shared_height
from geo_integration.outputs.sheets.typesetting import broken, height_mm, shortened, width_mm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from geo_integration.outputs.sentences import Context
    from geo_integration.outputs.sheets.content import Gap, Row, Sheet
    from geo_integration.outputs.sheets.layout import Frame, Layout
    from geo_integration.outputs.sheets.pencil import Pencil

HEAD, BODY, SMALL = 8.4, 7.0, 6.2
FIGURE, FIGURE_FILL = 25.0, "#eaf0f5"
_ROW, _KEY = 3.45, 4.0  # heights of rows, mm
_SWATCH = 7.0, 3.0
_BETWEEN = 3.2
_SHARE, _COUNT = 10.0, 11.0  # widths of columns of a table
# Which panels stand in which column, by number of columns.
_ORDER = {
    1: (("figure", "legend", "symbols", "reasons", "table", "gaps"),),
    2: (("figure", "legend", "symbols", "reasons"), ("table", "gaps")),
    3: (("figure", "legend", "symbols"), ("table", "reasons"), ("gaps",)),
}


def place_panels(
    pencil: Pencil,
    context: Context,
    sheet: Sheet,
    layout: Layout,
    spots: Sequence[Spot],
    *,
    figure: bool,
) -> dict[str, Placed]:
    """Measure all panels and give each its place.

    Parameters
    ----------
    pencil : Pencil
        What will draw them.
    context : Context
        What was published.
    sheet : Sheet
        What stands on the sheet.
    layout : Layout
        The columns.
    spots : sequence of Spot
        Symbols of offers on the map, for the legend.
    figure : bool
        Whether the key figure is one of the panels.

    Returns
    -------
    dict of str to Placed
        By name of the panel.
    """
    placed: dict[str, Placed] = {}
    for names, column in zip(_ORDER[len(layout.columns)], layout.columns, strict=True):
        made = _Maker(pencil, context, sheet, layout.frame, column, spots)
        panels = made.panels(names if figure else [name for name in names if name != "figure"])
        between = _BETWEEN * pencil.unit
        heights = shared_height(panels, column.height - between * (len(panels) - 1))
        top = column.top
        for name, panel in panels.items():
            shown = panel.fitting(heights[name])
            placed[name] = Placed(panel, top, shown)
            top -= panel.height(shown) + between
    return placed


def lowest_edge(placed: Mapping[str, Placed]) -> float:
    """Where the longest column of panels ends."""
    return min(one.top - one.panel.height(one.shown) for one in placed.values())


class _Maker:
    """Makes the panels of one column."""

    def __init__(
        self,
        pencil: Pencil,
        context: Context,
        sheet: Sheet,
        frame: Frame,
        column: Box,
        spots: Sequence[Spot],
    ) -> None:
        self._pencil, self._context, self._sheet = pencil, context, sheet
        self._frame, self._column, self._spots = frame, column, spots
        self._unit = pencil.unit

    def panels(self, names: Iterable[str]) -> dict[str, Panel]:
        """Panels by name, those that have something to say."""
        makers = {
            "figure": self.figure,
            "legend": self.legend,
            "symbols": self.symbols,
            "reasons": self.reasons,
            "table": self.table,
            "gaps": self.gaps,
        }
        made = {name: makers[name]() for name in names}
        return {name: panel for name, panel in made.items() if panel is not None}

    # Parts ------------------------------------------------------------------------------------

    def _heading(self, text: str) -> Item:
        """A heading with a line under it."""
        pencil, column, size = self._pencil, self._column, HEAD * self._unit
        shown = shortened(text, size, column.width, bold=True)
        high = height_mm(size)

        def draw(top: float) -> None:
            pencil.lines((column.left, top), [shown], size, bold=True)
            y = top - high - 0.3 * self._unit
            pencil.rule((column.left, y), (column.right, y), line=0.5 * self._unit)

        return Item(high + 1.6 * self._unit, draw)

    def _note(self, text: str, *, most: int = 4) -> list[Item]:
        """Small print."""
        pencil, column, size = self._pencil, self._column, SMALL * self._unit
        lines = broken(text, size, column.width, most=most)

        def draw(top: float) -> None:
            pencil.lines((column.left, top - 0.5 * self._unit), lines, size, colour=QUIET)

        return [Item(height_mm(size, len(lines)) + 0.8 * self._unit, draw)] if lines else []

    def _line(self, texts: Sequence[tuple[str, float, str]], *, bold: bool = False) -> Item:
        """A row: texts, each with where it stands and how it is aligned there."""
        pencil, size = self._pencil, BODY * self._unit
        high = _ROW * self._unit

        def draw(top: float) -> None:
            for text, x, align in texts:
                pencil.text((x, top - high * 0.72), text, size, bold=bold, align=align)

        return Item(high, draw)

    # Panels -----------------------------------------------------------------------------------

    def figure(self) -> Panel:
        """The share in large, the sentence under it."""
        pencil, column, unit, sheet = self._pencil, self._column, self._unit, self._sheet
        margin, size, big = 2.4 * unit, 7.6 * unit, FIGURE * unit
        lines = broken(sheet.headline, size, column.width - 2 * margin, most=12)
        tall = height_mm(big) * 0.86 if sheet.share else 0.0
        high = tall + height_mm(size, len(lines)) + 2.4 * unit

        def draw(top: float) -> None:
            pencil.box(Box(column.left, top - high, column.right, top), fill=FIGURE_FILL)
            left = column.left + margin
            if sheet.share:
                pencil.text((left, top - tall * 0.86), sheet.share, big, bold=True)
            pencil.lines((left, top - tall - 0.6 * unit), lines, size)

        return Panel([Item(high, draw)], [], _nothing)

    def legend(self) -> Panel:
        """Classes with their residents."""
        sheet, say = self._sheet, self._context.say
        rows = [self._class_row(n, value) for n, value in sheet.legend]
        if sheet.withheld_text:
            said = say("print.withheld")
            rows.append(self._swatch_row(said, sheet.withheld_text, "#e9e7e1", DOTS, INK))
        fixed = [self._heading(say("print.legend")), self._people_head(), *rows]
        return Panel(fixed, [], _nothing)

    def _people_head(self) -> Item:
        """What the numbers at the right count."""
        people = self._context.settings.residents.modelled
        say = self._context.say
        said = say("unit.residents_model" if people else "unit.residents")
        pencil, column, size = self._pencil, self._column, SMALL * self._unit

        def draw(top: float) -> None:
            y = top - height_mm(size) * 0.7
            pencil.text((column.left, y), say("print.longer"), size, colour=QUIET)
            pencil.text((column.right, y), said, size, colour=QUIET, align="right")

        return Item(height_mm(size), draw)

    def _class_row(self, n: int, value: str) -> Item:
        look = self._sheet.looks[n]
        hatch = LINES if look.hatch else ""
        return self._swatch_row(look.text, value, look.colour, hatch, look.hatch)

    def _swatch_row(self, text: str, value: str, fill: str, hatch: str, ink: str) -> Item:
        """A class: how it looks, what it is, how many live there."""
        pencil, column, unit = self._pencil, self._column, self._unit
        size, high = BODY * unit, _KEY * unit
        wide, tall = (side * unit for side in _SWATCH)
        left = column.left + wide + 2 * unit
        room = column.right - left - (width_mm(value, size) + 2 * unit if value else 0)
        shown = shortened(text, size, room)

        def draw(top: float) -> None:
            bottom = top - (high + tall) / 2
            box = Box(column.left, bottom, column.left + wide, bottom + tall)
            pencil.box(box, fill=fill, edge=QUIET, line=0.4, hatch=hatch, ink=ink)
            y = top - high * 0.68
            pencil.text((left, y), shown, size)
            if value:
                pencil.text((column.right, y), value, size, align="right")

        return Item(high, draw)

    def symbols(self) -> Panel:
        """Signs on the map, two in a row."""
        signs = list(self._signs())
        rows = [self._sign_row(signs[n : n + 2]) for n in range(0, len(signs), 2)]
        return Panel([self._heading(self._context.say("legend.symbols")), *rows], [], _nothing)

    def _signs(self) -> Iterable[tuple[str, Callable[[tuple[float, float]], None]]]:
        """Words, and what draws the sign at a point."""
        say, pencil, unit = self._context.say, self._pencil, self._unit
        letter = self._sheet.question.category.letter
        for key, found in (
            ("print.offer", [s for s in self._spots if s.offers == 1 and not s.doubtful]),
            ("print.doubtful", [s for s in self._spots if s.offers == 1 and s.doubtful]),
            ("print.several", [s for s in self._spots if s.offers > 1]),
        ):
            for spot in found[:1]:
                yield (
                    say(key, letter=letter),
                    lambda at, spot=spot: draw_offer(pencil, spot._replace(at=at), letter),  # type: ignore[misc]
                )
        if self._sheet.listed:
            yield say("print.gap"), lambda at: draw_badge(pencil, at, "1")
        if len(self._context.published.stops):
            yield say("print.stop"), lambda at: pencil.stops(np.array([at]))
        yield (
            say("print.boundary"),
            lambda at: pencil.rule(
                (at[0] - 2.4 * unit, at[1]), (at[0] + 2.4 * unit, at[1]), line=unit, colour=BORDER
            ),
        )
        tiles = [("print.land", LAND), ("print.outside", OUTSIDE)]
        if self._sheet.question.area_id is not None:
            tiles.insert(1, ("map.others", OTHER_LAND))
        for key, fill in tiles:
            yield say(key), lambda at, fill=fill: self._tile(at, fill)  # type: ignore[misc]
        for key, kind in signs(self._context, self._frame).items():
            yield say(key), lambda at, kind=kind: self._background(at, kind)  # type: ignore[misc]

    def _background(self, at: tuple[float, float], kind: str) -> None:
        """Show what a kind of line or surface looks like."""
        if kind in SURFACES:
            self._tile(at, SURFACES[kind])
        else:
            ends = [(at[0] + side * 2.4 * self._unit, at[1]) for side in (-1, 1)]
            draw_line(self._pencil, Path(np.array(ends)), kind)

    def _tile(self, at: tuple[float, float], fill: str) -> None:
        x, y, unit = *at, self._unit
        box = Box(x - 2.4 * unit, y - 1.4 * unit, x + 2.4 * unit, y + 1.4 * unit)
        self._pencil.box(box, fill=fill, edge=QUIET, line=0.4)

    def _sign_row(self, signs: Sequence[tuple[str, Callable[[tuple[float, float]], None]]]) -> Item:
        pencil, column, unit = self._pencil, self._column, self._unit
        size, high = SMALL * 1.06 * unit, 4.5 * unit
        half = column.width / 2

        def draw(top: float) -> None:
            for n, (text, sign) in enumerate(signs):
                left = column.left + n * half
                sign((left + 2.6 * unit, top - high / 2))
                shown = shortened(text, size, half - 6.2 * unit)
                pencil.text((left + 6.0 * unit, top - high * 0.64), shown, size)

        return Item(high, draw)

    def reasons(self) -> Panel | None:
        """Residents out of reach by reason."""
        sheet, column = self._sheet, self._column
        if not sheet.reasons:
            return None
        size = BODY * self._unit
        rows = []
        for reason, count in sheet.reasons:
            shown = shortened(reason, size, column.width - width_mm(count, size) - 2)
            rows.append(self._line([(shown, column.left, "left"), (count, column.right, "right")]))
        return Panel([self._heading(sheet.reasons_title)], rows, self._unless_all(len(rows)))

    def table(self) -> Panel | None:
        """Municipalities, or Ortsteile; the total first."""
        sheet = self._sheet
        if not sheet.rows:
            return None
        head = self._table_head(sheet.heads)
        total, *parts = sheet.rows
        fixed = [self._heading(sheet.rows_title), head, self._table_row(total, bold=True)]
        return Panel(fixed, [self._table_row(row) for row in parts], self._unless_all(len(parts)))

    def _unless_all(self, every: int) -> Callable[[int], list[Item]]:
        """Say how many of the rows are shown, where it is not all of them."""

        def rest(shown: int) -> list[Item]:
            if shown == every:
                return []
            language = self._context.language
            said = self._context.say("print.rows_more", n=number(every - shown, language))
            return self._note(said)

        return rest

    def _table_row(self, row: Row, *, bold: bool = False) -> Item:
        column, unit, size = self._column, self._unit, BODY * self._unit
        ends = [column.right - (_SHARE + _COUNT) * unit, column.right - _SHARE * unit, column.right]
        room = column.width - (_SHARE + 2 * _COUNT + 0.5) * unit
        name = shortened(row.name, size, room, bold=bold)
        numbers = zip((row.residents, row.covered, row.share), ends, strict=True)
        return self._line(
            [(name, column.left, "left"), *((text, x, "right") for text, x in numbers)], bold=bold
        )

    def _table_head(self, heads: Row) -> Item:
        pencil, column, unit = self._pencil, self._column, self._unit
        size = SMALL * 0.94 * unit
        ends = [column.right - (_SHARE + _COUNT) * unit, column.right - _SHARE * unit, column.right]
        texts = (heads.residents, heads.covered, heads.share)
        stacked = [broken(t, size, (_COUNT + 0.5) * unit, most=2) for t in texts]
        deep = max(len(lines) for lines in stacked)
        high = height_mm(size, deep)

        def draw(top: float) -> None:
            for lines, x in zip([[heads.name], *stacked], [column.left, *ends], strict=True):
                align = "left" if x == column.left else "right"
                start = top - height_mm(size, deep - len(lines))
                pencil.lines((x, start), lines, size, colour=QUIET, align=align)

        return Item(high + 0.4 * unit, draw)

    def gaps(self) -> Panel:
        """The list of underserved areas, as far as there is room."""
        sheet, say = self._sheet, self._context.say
        fixed = [self._heading(say("gap.heading")), *self._note(sheet.gaps_note)]
        every = len(sheet.listed)

        def rest(shown: int) -> list[Item]:
            if shown == every:
                return []
            language = self._context.language
            return self._note(say("print.gaps_more", n=number(every - shown, language)))

        return Panel(fixed, [self._gap_row(gap) for gap in sheet.listed], rest)

    def _gap_row(self, gap: Gap) -> Item:
        """Number, name, facts."""
        pencil, column, unit = self._pencil, self._column, self._unit
        size, small = BODY * unit, SMALL * unit
        indent = 5.2 * unit
        names = broken(gap.name, size, column.width - indent, most=2, bold=True)
        facts = broken(gap.facts, small, column.width - indent, most=2)
        high = height_mm(size, len(names)) + height_mm(small, len(facts)) + 1.1 * unit

        def draw(top: float) -> None:
            draw_badge(pencil, (column.left + 2.0 * unit, top - 2.2 * unit), gap.rank)
            left = column.left + indent
            lower = pencil.lines((left, top - 0.3 * unit), names, size, bold=True)
            pencil.lines((left, lower), facts, small)

        return Item(high, draw)


def _nothing(_shown: int) -> list[Item]:
    return []
