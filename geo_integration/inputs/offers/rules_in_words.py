"""Recurrence rules of calendars (RFC 5545) -> times as planners write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_LAST = {-1: "letzten", -2: "vorletzten"}
_MOST_DAYS = 3660


class Rule(NamedTuple):
    """How a date recurs.

    `days` are weekdays, 0 Monday, with their number in the month or 0; `month_days` days of the
    month. `dates` is how many dates there are, 0 when that is not limited.
    """

    freq: str
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    until: dt.date | None = None
    dates: int = 0


def read_rule(text: str) -> Rule:
    """Read a rule.

    Parameters
    ----------
    text : str
        "FREQ=WEEKLY;BYDAY=TU,TH", also with "RRULE:" and lines before.

    Returns
    -------
    Rule
        Parts that do not change the days (WKST, BYHOUR) are passed over.

    Raises
    ------
    ValueError
        When it is none, or has parts that are not known here.
    """
    line = next((part for part in text.split() if "FREQ=" in part.upper()), "")
    pairs = (part.split("=", 1) for part in line.upper().removeprefix("RRULE:").split(";") if part)
    return rule_of({pair[0]: pair[-1] for pair in pairs if len(pair) == 2})


def rule_of(parts: Mapping[str, str]) -> Rule:
    """Make a rule of its parts, by their names in capitals.

    Raises
    ------
    ValueError
        When a part is not understood.
    """
    freq = parts.get("FREQ", "").upper()
    interval = _whole(parts.get("INTERVAL") or "1")
    strange = {"BYYEARDAY", "BYWEEKNO", "BYMONTH"} & {key for key, text in parts.items() if text}
    if freq not in _FREQUENCIES or not 1 <= interval <= 1000 or strange:
        raise ValueError("Wiederholungsregel nicht verstanden")
    position = parts.get("BYSETPOS", "")
    days = []
    for part in filter(None, re.split(r"[,;\s]+", parts.get("BYDAY", "").upper())):
        found = _DAY.fullmatch(part)
        if not found:
            raise ValueError(f"Wochentag der Wiederholungsregel nicht verstanden: {part[:20]!r}")
        days.append((int(found[1] or 0), CODES.index(found[2])))
    if position:
        if len(days) != 1 or freq != "MONTHLY":
            raise ValueError("Wiederholungsregel nicht verstanden (BYSETPOS)")
        days = [(int(number), days[0][1]) for number in position.split(",")]
    month_days = [int(part) for part in re.split(r"[,\s]+", parts.get("BYMONTHDAY", "")) if part]
    if any(day != -1 and not 1 <= day <= 31 for day in month_days) or any(
        abs(n) > 5 for n, _ in days
    ):
        raise ValueError("Wiederholungsregel nicht verstanden (Tag im Monat)")
    until = day_of(parts.get("UNTIL"))
    dates = min(_whole(parts.get("COUNT") or "0"), _MOST_DAYS)
    return Rule(freq, interval, tuple(days), tuple(month_days), until, dates)


def _whole(text: str) -> int:
    """A whole number, also written as 2.0."""
    found = re.fullmatch(r"\s*(\d{1,9})(?:\.0*)?\s*", text, re.ASCII)
    if not found:
        raise ValueError(f"keine ganze Zahl in der Wiederholungsregel: {text[:20]!r}")
    return int(found[1])


def day_of(text: str | None) -> dt.date | None:
    """Read the date of "2026-12-31", "20261231T235959", "2026-12-31T18:00:00+01:00"."""
    found = re.match(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?!\d)", text or "", re.ASCII)
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def clock(text: str | None) -> str | None:
    """Read the time of "09:00", "9:00:00", "09:00:00Z", "2026-12-31T09:00:00+01:00" as "09:00"."""
    found = re.fullmatch(
        r"(?:\d{4}-\d{2}-\d{2}[T ])?(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*"
        r"(?:Z|[+-]\d{2}(?::?\d{2})?)?",
        (text or "").strip(),
        re.ASCII | re.IGNORECASE,
    )
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        return None
    return "24:00" if int(found[1]) == 24 else f"{int(found[1]):02d}:{found[2]}"


def weekdays(days: set[int]) -> str:
    """Weekdays in words: "Di, Do", "Mo-Fr"."""
    order = sorted(days)
    whole = len(order) > 2 and order[-1] - order[0] == len(order) - 1
    return f"{DAYS[order[0]]}-{DAYS[order[-1]]}" if whole else ", ".join(DAYS[d] for d in order)


def days_in_words(rule: Rule, start: dt.date | None) -> str:
    """Say on which days a rule falls.

    Parameters
    ----------
    rule : Rule
        The rule.
    start : date or None
        First date; tells the day where the rule does not.

    Returns
    -------
    str
        "Di, Do", "14-tägig Do", "alle 3 Wochen Do", "jeden 1. und 3. Mi im Monat",
        "am 15. jedes Monats".

    Raises
    ------
    ValueError
        When the days cannot be told.
    """
    plain_days = {day for _, day in rule.days}
    if rule.freq == "DAILY" and rule.interval == 1:
        return weekdays(plain_days or set(range(7)))
    if rule.freq == "WEEKLY" or (rule.freq == "DAILY" and rule.interval % 7 == 0):
        if not plain_days and start is not None:
            plain_days = {start.weekday()}
        weeks = rule.interval if rule.freq == "WEEKLY" else rule.interval // 7
        return _weekly(plain_days, weeks)
    if rule.freq == "MONTHLY":
        return _monthly(rule, plain_days, start)
    raise ValueError("Wiederholung weder nach Wochen noch nach Monaten")


def _weekly(days: set[int], weeks: int) -> str:
    """Days of every week, of every second, of every third."""
    if not days:
        raise ValueError("Wochentag der Wiederholung fehlt")
    every = {1: "", 2: "14-tägig "}.get(weeks, f"alle {weeks} Wochen ")
    return f"{every}{weekdays(days)}"


def _monthly(rule: Rule, plain_days: set[int], start: dt.date | None) -> str:
    """Days of every month, or of every second."""
    every = "im Monat" if rule.interval == 1 else f"alle {rule.interval} Monate"
    if rule.days and rule.month_days:
        raise ValueError("Wiederholungsregel nicht verstanden (BYDAY und BYMONTHDAY)")
    numbered = [(number, day) for number, day in rule.days if number]
    if numbered and len(numbered) < len(rule.days):
        raise ValueError("Wiederholungsregel nicht verstanden (BYDAY)")
    if rule.days and not numbered:
        if rule.interval == 1:
            return weekdays(plain_days)
        raise ValueError("Wiederholungsregel nicht verstanden (alle Wochen jedes zweiten Monats)")
    if numbered:
        if len({day for _, day in numbered}) > 1 and len({n for n, _ in numbered}) > 1:
            raise ValueError("Wiederholungsregel nicht verstanden (mehrere Tage im Monat)")
        numbers = [_LAST.get(n, f"{n}.") for n in dict.fromkeys(n for n, _ in numbered)]
        return f"jeden {' und '.join(numbers)} {weekdays(plain_days)} {every}"
    days = rule.month_days or ((start.day,) if start else ())
    if not days:
        raise ValueError("Tag des Monats fehlt")
    said = " und ".join(f"{day}." if day > 0 else "letzten" for day in days)
    return f"am {said} {'jedes Monats' if rule.interval == 1 else every}"


def last_day(rule: Rule, start: dt.date | None) -> dt.date | None:
    """Last date of a rule; None when it has no end, or none within ten years.

    Parameters
    ----------
    rule : Rule
        The rule.
    start : date or None
        First date.
    """
    if rule.until is not None or not rule.dates or start is None:
        return rule.until
    found, day = 0, start
    try:
        for _ in range(_MOST_DAYS):
            found += _falls_on(rule, start, day)
            if found == rule.dates:
                return day
            day += dt.timedelta(days=1)
    except OverflowError:
        return None
    return None


def _falls_on(rule: Rule, start: dt.date, day: dt.date) -> bool:
    """Whether a rule falls on a day."""
    named = not rule.days or any(
        wanted == day.weekday() and number in _numbers(day, number) for number, wanted in rule.days
    )
    if rule.freq == "DAILY":
        return named and (day - start).days % rule.interval == 0
    if rule.freq == "WEEKLY":
        monday = start - dt.timedelta(days=min(start.weekday(), start.toordinal() - 1))
        weeks = (day - monday).days // 7
        same = bool(rule.days) or day.weekday() == start.weekday()
        return named and same and weeks % rule.interval == 0
    if rule.freq == "MONTHLY":
        months = (day.year - start.year) * 12 + day.month - start.month
        wanted = rule.month_days or (() if rule.days else (start.day,))
        left = (dt.date(day.year, day.month, 1) + dt.timedelta(days=32)).replace(day=1) - day
        dated = not wanted or day.day in wanted or -left.days in wanted
        return named and dated and months % rule.interval == 0
    return (day.month, day.day) == (start.month, start.day)


def _numbers(day: dt.date, number: int) -> tuple[int, ...]:
    """Which weekday of its month a day is, from the front or from the back."""
    if number == 0:
        return (0,)
    if number > 0:
        return ((day.day - 1) // 7 + 1,)
    following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    return (-(((following - day).days - 1) // 7 + 1),)
