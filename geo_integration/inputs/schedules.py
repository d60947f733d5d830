"""Times as people write them: "Di + Do 18–19:30 Uhr" -> weekdays and seconds of the day."""

from __future__ import annotations

import re
from typing import NamedTuple

from geo_integration.frames import DAY_S

# An end before the start is after midnight; more than this later it is a typing error.
LONGEST_NIGHT_S = 12 * 3600
_DAYS = {
    "mo": 0, "montag": 0, "montags": 0, "mon": 0, "monday": 0,
    "di": 1, "dienstag": 1, "dienstags": 1, "tu": 1, "tue": 1, "tuesday": 1,
    "mi": 2, "mittwoch": 2, "mittwochs": 2, "we": 2, "wed": 2, "wednesday": 2,
    "do": 3, "donnerstag": 3, "donnerstags": 3, "th": 3, "thu": 3, "thursday": 3,
    "fr": 4, "freitag": 4, "freitags": 4, "fri": 4, "friday": 4,
    "sa": 5, "samstag": 5, "samstags": 5, "sonnabend": 5, "sat": 5, "saturday": 5,
    "so": 6, "sonntag": 6, "sonntags": 6, "su": 6, "sun": 6, "sunday": 6,
}  # fmt: skip
_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_RULE = re.compile(
    rf"(?P<days>[^\d]+?)\s*(?P<times>{_TIME}\s*(?:uhr)?\s*-\s*{_TIME}\s*(?:uhr)?"
    rf"(?:\s*(?:,|und|u\.|\+|&)\s*{_TIME}\s*(?:uhr)?\s*-\s*{_TIME}\s*(?:uhr)?)*)",
)
_SPAN = re.compile(rf"{_TIME}\s*(?:uhr)?\s*-\s*{_TIME}")


class Hours(NamedTuple):
    """One weekday with a start and an end."""

    weekday: int
    start_s: int
    end_s: int


def parse_hours(text: str) -> list[Hours]:
    """Read weekly times.

    Parameters
    ----------
    text : str
        Such as "Di 18:00-19:30; Do 18:00-19:30", "Mo-Fr 9-12 Uhr", "Di + Do 18–19:30 Uhr".

    Returns
    -------
    list of Hours
        Sorted, without doubles. An end before the start is after midnight.

    Raises
    ------
    ValueError
        When any part is not understood. A time that is not understood is never guessed.
    """
    plain = re.sub(r"[–—−]|\bbis\b", "-", text.lower().strip())
    plain = re.sub(r"\bto\b", "-", plain).replace("\n", ";")
    plain = re.sub(r"\s+", " ", plain)
    found: set[Hours] = set()
    rest = plain
    for rule in _RULE.finditer(plain):
        days = _weekdays(rule["days"])
        found |= {Hours(day, *span) for day in days for span in _spans(rule["times"])}
        rest = rest.replace(rule[0], "", 1)
    if not found or re.sub(r"[\s;,.]|uhr", "", rest):
        raise ValueError(f"nicht verstanden: {text!r}")
    return sorted(found)


def _weekdays(text: str) -> list[int]:
    """Weekdays of "mo-fr", "di + do", "mo., mi. und fr."."""
    plain = re.sub(r"[.:;]|\b(?:jeden|jeweils|immer|von)\b", " ", text)
    plain = re.sub(r"\s*-\s*", "-", plain.strip(" ,"))
    days: list[int] = []
    for part in re.split(r"\s*(?:,|\+|&|/|\bund\b|\bu\b|\band\b|\s)\s*", plain):
        if not part:
            continue
        ends = part.split("-")
        if len(ends) > 2 or any(end not in _DAYS for end in ends):
            raise ValueError(f"Wochentag nicht verstanden: {text.strip()!r}")
        first, last = _DAYS[ends[0]], _DAYS[ends[-1]]
        days += [day % 7 for day in range(first, last + 1 + (7 if last < first else 0))]
    if not days:
        raise ValueError("Wochentag fehlt")
    return days


def _spans(text: str) -> list[tuple[int, int]]:
    """Start and end in seconds."""
    spans = []
    for found in _SPAN.finditer(text):
        start = _seconds(found[1], found[2])
        end = _seconds(found[3], found[4])
        if end == start:
            raise ValueError(f"Anfang und Ende sind gleich: {found[0]!r}")
        night = end < start
        if night and end + DAY_S - start > LONGEST_NIGHT_S:
            raise ValueError(f"Ende vor dem Anfang? {found[0]!r}")
        spans.append((start, end + DAY_S if night else end))
    return spans


def _seconds(hours: str, minutes: str | None) -> int:
    """Seconds since midnight."""
    hour, minute = int(hours), int(minutes or 0)
    if hour > 24 or minute > 59:
        raise ValueError(f"keine Uhrzeit: {hours}:{minutes or '00'}")
    return hour * 3600 + minute * 60
