"""Panels in a column: measured, given room, drawn from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Item(NamedTuple):
    """Something of a height, drawn with its upper edge at a height of the sheet."""

    height: float
    draw: Callable[[float], None]


class Panel(NamedTuple):
    """Items that always stand there, rows of which some may be left out, and what is said then."""

    fixed: list[Item]
    rows: list[Item]
    rest: Callable[[int], list[Item]]

    def fitting(self, height: float) -> int:
        """Number of rows that fit."""
        shown = len(self.rows)
        while shown and self.height(shown) > height + 1e-6:
            shown -= 1
        return shown

    def height(self, shown: int | None = None) -> float:
        """Height with so many rows, or with all."""
        shown = len(self.rows) if shown is None else shown
        items = (*self.fixed, *self.rows[:shown], *self.rest(shown))
        return sum(item.height for item in items)


class Placed(NamedTuple):
    """A panel with the upper edge and the number of rows it got."""

    panel: Panel
    top: float
    shown: int

    def draw(self) -> None:
        """Draw it."""
        panel, top = self.panel, self.top
        for item in (*panel.fixed, *panel.rows[: self.shown], *panel.rest(self.shown)):
            item.draw(top)
            top -= item.height


def shared_height(panels: dict[str, Panel], height: float) -> dict[str, float]:
    """Height of every panel: small ones get what they need, the others share the rest."""
    found: dict[str, float] = {}
    by_need = sorted(panels, key=lambda name: panels[name].height())
    for n, name in enumerate(by_need):
        least = panels[name].height(0)
        others = sum(panels[one].height(0) for one in by_need[n + 1 :])
        fair = max(height / (len(by_need) - n), least)
        found[name] = min(panels[name].height(), fair, max(height - others, least))
        height -= found[name]
    return found
