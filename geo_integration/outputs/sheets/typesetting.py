"""Texts on paper: made harmless, measured in millimetres, broken into lines."""

from __future__ import annotations

import functools
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

if TYPE_CHECKING:
    from collections.abc import Iterable

MM_PER_POINT = 25.4 / 72
LINE = 1.28  # from line to line, in heights of the type
ELLIPSIS = "…"
UNKNOWN_SIGN = "\N{REPLACEMENT CHARACTER}"
_FACES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_LONGEST = 2000
_ACCENTS = 2


def plain(value: object, *, longest: int = _LONGEST) -> str:
    """Text as it is printed: no sign that steers, none that the typeface does not have.

    Parameters
    ----------
    value : object
        Any text of the data.
    longest : int
        What is longer ends with an ellipsis.

    Returns
    -------
    str
        One line. Signs that DejaVu Sans does not have are replaced by U+FFFD.
    """
    text = str(value)
    if len(text) > longest:
        text = text[: longest - 1] + ELLIPSIS
    found, accents = [], 0
    for sign in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(sign)
        accents = accents + 1 if kind.startswith("M") else 0
        if kind in ("Cc", "Zl", "Zp"):
            found.append(" ")
        elif kind != "Cf" and accents <= _ACCENTS:
            found.append(sign if _is_known(sign) else UNKNOWN_SIGN)
    return re.sub(" +", " ", "".join(found)).strip(" ")


def typeface(size: float, *, bold: bool = False) -> FontProperties:
    """Make the properties of DejaVu Sans as it comes with matplotlib: alike on every computer."""
    return FontProperties(fname=_path(bold=bold), size=size)


def width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text of `size` points, in millimetres."""
    return sum(_advance(sign, bold=bold) for sign in text) * size * MM_PER_POINT


def height_mm(size: float, lines: int = 1) -> float:
    """Height of lines of text of `size` points, in millimetres."""
    return lines * size * LINE * MM_PER_POINT


def shortened(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """One line that is not wider than `width` millimetres; what is cut off is an ellipsis."""
    if width_mm(text, size, bold=bold) <= width:
        return text
    end = len(text)
    while end and width_mm(text[:end].rstrip() + ELLIPSIS, size, bold=bold) > width:
        end -= max(1, end // 16)
    return text[: max(end, 0)].rstrip() + ELLIPSIS


def broken(
    text: str, size: float, width: float, *, most: int = 99, bold: bool = False
) -> list[str]:
    """Lines of at most `width` millimetres, at most `most` of them; the rest is an ellipsis."""
    lines: list[str] = []
    current = ""
    for word in _pieces(text.split(" "), size, width, bold=bold):
        longer = f"{current} {word}" if current else word
        if current and width_mm(longer, size, bold=bold) > width:
            lines.append(current)
            current = word
        else:
            current = longer
    lines += [current] if current else []
    if len(lines) > most:
        lines = [*lines[: most - 1], shortened(" ".join(lines[most - 1 :]), size, width, bold=bold)]
    return lines


def _pieces(words: Iterable[str], size: float, width: float, *, bold: bool) -> Iterable[str]:
    """Words, those that are wider than a line in pieces."""
    for word in words:
        rest = word
        while rest and width_mm(rest, size, bold=bold) > width:
            fits = 1
            while width_mm(rest[: fits + 1], size, bold=bold) <= width:
                fits += 1
            yield rest[:fits]
            rest = rest[fits:]
        if rest:
            yield rest


def _path(*, bold: bool) -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / _FACES[bold]


@functools.cache
def _font(*, bold: bool) -> FT2Font:
    # Not matplotlib's own, whose size changes with all that is drawn.
    font = FT2Font(_path(bold=bold))
    font.set_size(100, 72)
    return font


@functools.lru_cache(maxsize=4096)
def _is_known(sign: str) -> bool:
    """Whether both weights of the typeface have a sign."""
    return all(_font(bold=bold).get_char_index(ord(sign)) for bold in _FACES)


@functools.lru_cache(maxsize=4096)
def _advance(sign: str, *, bold: bool) -> float:
    """Width of a sign, in sizes of the type."""
    glyph = _font(bold=bold).load_char(ord(sign), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / 100
