"""CSV with stray quotation marks -> its rows, line by line, without losing any.

A quotation mark at the start of a value opens it, one before a separator or the end of the line
closes it; between the two a value may go over several lines. A mark without its counterpart opens a
value too, and would swallow the lines up to the next one.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_LINES = 200


class Row(NamedTuple):
    """One row: the line on which it starts (from 0), its values, whether its marks were odd.

    `values` is None where the line can be read in several ways, or in none. `plain` are rows of one
    line in which every reader finds the same values.
    """

    line: int
    values: list[str] | None
    odd: bool
    plain: bool = False


def strict_rows(lines: Sequence[str], separator: str) -> list[list[str]] | None:
    """Read lines as proper CSV; None where they are none, empty where a value is still open."""
    try:
        return list(
            csv.reader(
                [line + "\n" for line in lines],
                delimiter=separator, strict=True, skipinitialspace=True,
            )
        )  # fmt: skip
    except csv.Error as error:
        return [] if "end of data" in str(error) else None


def rows_of(lines: Sequence[str], separator: str, width: int) -> Iterator[Row]:
    """Read rows one after another.

    Parameters
    ----------
    lines : sequence of str
        Lines without their ends.
    separator : str
        Between values.
    width : int
        How many values a row has.

    Yields
    ------
    Row
        All rows but blank lines, up to the first that is neither a row of its own nor for sure a
        part of a longer one. A value goes over several lines only if these are no rows.
    """
    at = 0
    while at < len(lines):
        for row in _single_lines(lines, at, separator):
            at = row.line + 1
            if row.values:
                yield row
        if at < len(lines):
            row, used = _unclear(lines, at, separator, width)
            yield row
            if row.values is None:
                return
            at += used


def _single_lines(lines: Sequence[str], at: int, separator: str) -> Iterator[Row]:
    """Rows of one line each, as far as these go; blank lines have no values."""
    reader = csv.reader(
        (lines[i] + "\n" for i in range(at, len(lines))),
        delimiter=separator, strict=True, skipinitialspace=True,
    )  # fmt: skip
    spaced = separator + " "
    try:
        for number, values in enumerate(reader, start=1):
            if reader.line_num > number:
                return
            line = lines[at + number - 1]
            plain = '"' not in line or (spaced not in line and '"' not in "".join(values))
            yield Row(at + number - 1, values, odd=False, plain=plain)
    except csv.Error:
        return


def _unclear(lines: Sequence[str], at: int, separator: str, width: int) -> tuple[Row, int]:
    """The row that starts on a line with an odd mark, and how many lines it takes."""
    plain, opened = _pieces(lines[at], separator)
    if opened == width - 1 and len(plain) > width:
        # The last value was opened and never closed: it goes to the end of the line.
        plain = [*plain[:opened], separator.join(plain[opened:])]
    single = len(plain) == width
    long = _over_lines(lines, at, separator, width)
    if long is None:
        if not single:
            return Row(at, None, odd=True), 1
        return Row(at, [_without_stray_mark(v) for v in plain], odd=True), 1
    values, used = long
    inner = [line for line in lines[at + 1 : at + used] if line.strip()]
    rows = [len(_pieces(line, separator)[0]) == width for line in inner]
    if single and all(rows):
        return Row(at, [_without_stray_mark(v) for v in plain], odd=True), 1
    # Where the first line is cut short, the one on which the value ends may look like a row.
    suspicious = rows[:-1] if len(plain) < width else rows
    return Row(at, None if any(suspicious) else values, odd=any(suspicious)), used


def _over_lines(
    lines: Sequence[str], at: int, separator: str, width: int
) -> tuple[list[str], int] | None:
    """Values of a row with a value of several lines, and how many; None: there is no such row."""
    for used in range(2, min(_MOST_LINES, len(lines) - at) + 1):
        if '"' not in lines[at + used - 1]:
            continue
        found = strict_rows(lines[at : at + used], separator)
        if found == []:
            continue
        if found is None or len(found) != 1 or len(found[0]) != width:
            return None
        return found[0], used
    return None


def _pieces(line: str, separator: str) -> tuple[list[str], int]:
    """Values of one line, marks that are not closed left in; where the first such one is (-1)."""
    found: list[str] = []
    at, opened = 0, -1
    while True:
        end = _closed_at(line, at, separator)
        if end < 0:
            if opened < 0 and line[at:].lstrip(" ").startswith('"'):
                opened = len(found)
            end = line.find(separator, at)
            end = len(line) if end < 0 else end
        found.append(line[at:end])
        if end >= len(line):
            return found, opened
        at = end + len(separator)


def _closed_at(line: str, at: int, separator: str) -> int:
    """Where a properly quoted value that starts here ends; -1 where there is none."""
    start = at
    while line[start : start + 1] == " ":
        start += 1
    if line[start : start + 1] != '"':
        return -1
    start += 1
    while True:
        mark = line.find('"', start)
        if mark < 0:
            return -1
        if line[mark + 1 : mark + 2] == '"':
            start = mark + 2
            continue
        end = mark + 1
        while line[end : end + 1] in (" ", "\r"):
            end += 1
        return end if end >= len(line) or line.startswith(separator, end) else -1


def _without_stray_mark(value: str) -> str:
    """A value without the marks around it, or the one that has no counterpart."""
    plain = value.strip()
    if len(plain) > 1 and plain[0] == plain[-1] == '"':
        return plain[1:-1].replace('""', '"')
    if plain.count('"') % 2 and plain[:1] == '"':
        return plain[1:]
    return plain
