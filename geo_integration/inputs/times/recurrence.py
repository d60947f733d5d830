"""Weekly hours and their rhythm, and how series of calendars (RFC 5545) are told in words."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from dateutil.rrule import rrulestr  # type: ignore[import-untyped,unused-ignore]

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

# An end before the start is after midnight; more than this later it is a typing error.
LONGEST_NIGHT_S = 12 * 3600
# A rhythm is told from what happens within two years.
WINDOW = dt.timedelta(weeks=104)
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_ANY_MONDAY = dt.date(2024, 1, 1)
_CODES = "MO|TU|WE|TH|FR|SA|SU"
_KNOWN = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY"),
    "INTERVAL": re.compile(r"0*[1-9]\d{0,2}"),
    "COUNT": re.compile(r"0*[1-9]\d{0,8}"),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?"),
    "WKST": re.compile(_CODES),
    "BYDAY": re.compile(rf"([+-]?[1-5])?({_CODES})(,([+-]?[1-5])?({_CODES}))*"),
    "BYSETPOS": re.compile(r"[+-]?[1-5](,[+-]?[1-5])*"),
}
# So many dates are a series without end.
_MOST_DATES = 1000


class Hours(NamedTuple):
    """One weekday with a start and an end.

    `weekday` is 0 Monday to 6 Sunday; `start_s` and `end_s` are seconds of that day, after
    midnight more than 24 hours. `rhythm` is one of

    - "": every week,
    - "2w", "3w", ... "52w": every second, third, ... week (which one is not known),
    - "m1" ... "m5": the first to fifth such weekday of every month,
    - "m-1": the last such weekday of every month,
    - several of the latter two, in this order, with commas: "m1,m3", "m2,m-1".
    """

    weekday: int
    start_s: int
    end_s: int
    rhythm: str = ""


class Times(NamedTuple):
    """What a text says of times.

    Attributes
    ----------
    hours : list of Hours
        Sorted, without doubles. Of a part of the text either all hours or none.
    in_holidays : bool or None
        False: not in school holidays; True: expressly also then; None: nothing said, or not
        understood.
    public_holidays : bool or None
        The same for public holidays. False means that `hours` do not hold then.
    by_appointment : bool
        Whether one may, or must, make an appointment.
    not_understood : str
        The rest as it stood, "" when all was understood. Where there are neither hours nor
        appointments it is never empty, unless the text was.
    remark : str
        For people: rooms and the like, which weeks, when a series ends, why a part was not
        understood.
    """

    hours: list[Hours]
    in_holidays: bool | None = None
    public_holidays: bool | None = None
    by_appointment: bool = False
    not_understood: str = ""
    remark: str = ""


def rhythm_of(days: Sequence[dt.date], first: dt.date, last: dt.date) -> str | None:
    """Tell in which rhythm a weekday's dates come.

    Parameters
    ----------
    days : sequence of date
        All dates between `first` and `last`, in order, all on the same weekday.
    first, last : date
        About two years.

    Returns
    -------
    str or None
        As in `Hours`; None when it is none of these.
    """
    if not days:
        return None
    steps = {(b - a).days // 7 for a, b in pairwise(days)}
    if len(steps) == 1:
        step = steps.pop()
        early, late = (days[0] - first).days, (last - days[-1]).days
        if max(early, late) <= 7 * step and 1 <= step <= 52:
            return "" if step == 1 else f"{step}w"
    return rhythm_in_month(days, first, last)


def rhythm_in_month(days: Sequence[dt.date], first: dt.date, last: dt.date) -> str | None:
    """Tell which weekdays of the month they are, where it is known that they are such.

    Parameters
    ----------
    days : sequence of date
        All dates between `first` and `last`, all on the same weekday.
    first, last : date
        Long enough for months with four and with five such weekdays.

    Returns
    -------
    str or None
        As in `Hours`; None when they are no such days.
    """
    found = set(days)
    start = min(days)
    start -= dt.timedelta(days=(start - first).days // 7 * 7)
    every = [start + dt.timedelta(weeks=i) for i in range((last - start).days // 7 + 1)]
    if found == set(every):
        return ""
    at_end = {day for day in every if (day + dt.timedelta(weeks=1)).month != day.month}
    for ends in (set[dt.date](), at_end):
        numbers = {_number(day) for day in found - ends}
        if {day for day in every if _number(day) in numbers} | ends == found:
            return rhythm_words([*numbers, -1] if ends else [*numbers])
    return None


def _number(day: dt.date) -> int:
    """Which such weekday of its month a day is."""
    return (day.day - 1) // 7 + 1


def rhythm_words(numbers: Sequence[int]) -> str:
    """Write numbers of a month's weekdays as a rhythm: "m1,m3", "m-1"."""
    return ",".join(f"m{n}" for n in sorted(set(numbers), key=lambda n: (n < 0, n)))


# RRULE ----------------------------------------------------------------------------------------


class Series(NamedTuple):
    """Dates that recur, in words that `parse_times` reads.

    `days` such as "Di, Do", "14-tägig Do", "jeden 1. und 3. Mi im Monat"; `last` the last date,
    None where there is no end; `rest` lines that are no rule, such as dates left out.
    """

    days: tuple[str, ...]
    last: dt.date | None
    rest: str = ""


def series_of(rule: str, first: dt.date | None) -> Series:
    """Tell a rule of a calendar in words.

    Parameters
    ----------
    rule : str
        "FREQ=WEEKLY;BYDAY=TU,TH", also with "RRULE:" and with further lines (DTSTART, EXDATE).
    first : date or None
        First date of the series; None where it is not known.

    Returns
    -------
    Series
        The days and the last of them.

    Raises
    ------
    ValueError
        When the rule is not understood, or follows neither weeks nor weekdays of the month.
    """
    lines = rule.split()
    rules = [re.sub(r"(?i)^RRULE:", "", line) for line in lines if "FREQ=" in line.upper()]
    rest = [line for line in lines if not re.match(r"(?i)(RRULE:|DTSTART|.*FREQ=)", line)]
    if len(rules) != 1:
        raise ValueError("mehrere Wiederholungsregeln" if rules else "keine Wiederholungsregel")
    try:
        begin = dt.datetime.combine(first or _ANY_MONDAY, dt.time())
        parts = _parts(rules[0], begin)
        if first is None and "BYDAY" not in parts:
            raise ValueError("Wochentag der Wiederholung fehlt")
        last = _last(parts, begin) if first else _until(parts)
        rhythms = _rhythms(parts, begin)
    except OverflowError as error:
        raise ValueError("Wiederholungsregel ohne Termine") from error
    words = tuple(_in_words(rhythm, days) for rhythm, days in rhythms.items())
    return Series(words, last, "; ".join(filter(None, rest)))


def weekdays(days: Collection[int]) -> str:
    """Weekdays in words: "Di, Do", "Mo-Fr"."""
    order = sorted(days)
    whole = len(order) > 2 and order[-1] - order[0] == len(order) - 1
    return f"{DAYS[order[0]]}-{DAYS[order[-1]]}" if whole else ", ".join(DAYS[d] for d in order)


def _in_words(rhythm: str, days: Collection[int]) -> str:
    """Say on which days: "Di, Do", "alle 3 Wochen Do", "jeden letzten Fr im Monat"."""
    said = weekdays(days)
    if rhythm.startswith("m"):
        numbers = [part[1:] for part in rhythm.split(",")]
        told = " und ".join("letzten" if n == "-1" else f"{n}." for n in numbers)
        return f"jeden {told} {said} im Monat"
    every = {"": "", "2w": "14-tägig "}.get(rhythm, f"alle {rhythm[:-1]} Wochen ")
    return f"{every}{said}"


def _parts(rule: str, begin: dt.datetime) -> dict[str, str]:
    """The parts of a rule; only such as may follow weeks, and all of them known."""
    pairs = [part.partition("=") for part in rule.upper().strip("; ").split(";")]
    parts = {key.strip(): text.strip() for key, _, text in pairs}
    if len(parts) < len(pairs):
        raise ValueError("Wiederholungsregel nicht verstanden")
    for key, text in parts.items():
        if key not in _KNOWN or not _KNOWN[key].fullmatch(text):
            raise ValueError(f"Wiederholungsregel nicht verstanden: {key[:20]}={text[:30]}")
    freq, days = parts["FREQ"], parts.get("BYDAY", "")
    numbered = bool(re.search(r"\d", days))
    if (numbered or "BYSETPOS" in parts) and (freq != "MONTHLY" or not days):
        raise ValueError("Wiederholungsregel nicht verstanden: gezählte Tage ohne Monat")
    if numbered and "BYSETPOS" in parts:
        raise ValueError("Wiederholungsregel nicht verstanden: zweimal gezählte Tage")
    if freq == "MONTHLY" and not days:
        raise ValueError("an einem Tag des Monats, nicht an einem Wochentag")
    if freq == "DAILY" and int(parts.get("INTERVAL", 1)) > 1:
        _check_steps(int(parts["INTERVAL"]), days, begin)
    return parts


def _check_steps(interval: int, days: str, begin: dt.datetime) -> None:
    """Refuse steps of days that are no weeks, or that never meet their weekday."""
    if interval % 7:
        raise ValueError(f"alle {interval} Tage, nicht an einem Wochentag")
    if days and _CODES.split("|")[begin.weekday()] not in days.split(","):
        raise ValueError("Wiederholungsregel ohne Termine")


def _dates(parts: dict[str, str], begin: dt.datetime) -> Any:  # noqa: ANN401
    """The series of a rule without its end."""
    kept = ";".join(f"{k}={text}" for k, text in parts.items() if k not in {"UNTIL", "COUNT"})
    return rrulestr(kept, dtstart=begin)


def _last(parts: dict[str, str], begin: dt.datetime) -> dt.date | None:
    """Last date of a series, None when it has no end; refuses a series without dates."""
    until, count = _until(parts), int(parts.get("COUNT", _MOST_DATES + 1))
    if until is None and count > _MOST_DATES:
        return None
    found: list[dt.date] = []
    for moment in _dates(parts, begin):
        if (until and moment.date() > until) or len(found) == min(count, _MOST_DATES):
            break
        found.append(moment.date())
    if not found:
        raise ValueError("Wiederholungsregel ohne Termine")
    return until if until and len(found) == _MOST_DATES else found[-1]


def _until(parts: dict[str, str]) -> dt.date | None:
    """The date of "20261231", "20261231T180000", "20261231T170000Z"."""
    if "UNTIL" not in parts:
        return None
    try:
        return dt.datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError as error:
        raise ValueError("das Ende der Reihe ist kein Datum") from error


def _rhythms(parts: dict[str, str], begin: dt.datetime) -> dict[str, list[int]]:
    """Rhythms of a series, each with its weekdays."""
    days = [m.date() for m in _dates(parts, begin).between(begin, begin + WINDOW, inc=True)]
    if not days:
        raise ValueError("Wiederholungsregel ohne Termine")
    found: dict[str, list[int]] = {}
    for weekday in sorted({day.weekday() for day in days}):
        own = [day for day in days if day.weekday() == weekday]
        rhythm = rhythm_of(own, begin.date(), (begin + WINDOW).date())
        if rhythm is None or (rhythm.endswith("w") and parts["FREQ"] == "MONTHLY"):
            raise ValueError("Wiederholung weder nach Wochen noch nach Wochentagen im Monat")
        found.setdefault(rhythm, []).append(weekday)
    return found
