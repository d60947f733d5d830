"""Weekly hours and their rhythm, and how dates of calendars (RFC 5545) become such hours."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr  # type: ignore[import-untyped,unused-ignore]

from geo_integration.frames import DAY_S

if TYPE_CHECKING:
    from collections.abc import Sequence

# An end before the start is after midnight; more than this later it is a typing error.
LONGEST_NIGHT_S = 12 * 3600
# A rhythm is told from what happens within two years.
WINDOW = dt.timedelta(weeks=104)
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


def times_of_rrule(
    rule: str,
    start: dt.datetime,
    end: dt.datetime,
    *,
    today: dt.date | None = None,
    zone: str = "Europe/Berlin",
) -> Times:
    """Read the hours of a calendar's series.

    Parameters
    ----------
    rule : str
        "FREQ=WEEKLY;BYDAY=TU,TH", also with "RRULE:" and with lines of EXDATE; "" is a single
        event.
    start, end : datetime
        Of the first event. Aware ones are told in `zone`, others are taken as they are.
    today : date, optional
        With it, a series that is over has no hours any more.
    zone : str
        Where the offers are.

    Returns
    -------
    Times
        A single event, a series that is over, one that does not follow weeks or the weekdays of
        the month, and a rule that is not understood have no hours; `remark` says why.
    """
    lines = [line.strip() for line in rule.strip().splitlines()]
    rules = [re.sub(r"(?i)^RRULE:", "", line) for line in lines if "FREQ=" in line.upper()]
    rest = [line for line in lines if not re.match(r"(?i)(RRULE:|DTSTART|.*FREQ=)", line)]
    try:
        begin, finish = _local(start, zone), _local(end, zone)
        _check_event(begin, finish, rules)
        parts = _parts(rules[0], begin)
        final = _last(parts, begin, zone, today)
        hours = _hours(parts, begin, finish)
    except (ValueError, OverflowError) as error:
        kept = rule.strip() or f"{start:%d.%m.%Y %H:%M}-{end:%H:%M}"
        return Times([], not_understood=kept, remark=str(error))
    remark = f"bis {final:%d.%m.%Y}" if final else ""
    return Times(hours, not_understood="; ".join(filter(None, rest)), remark=remark)


def _local(moment: dt.datetime, zone: str) -> dt.datetime:
    """A moment by the clock on the wall."""
    return (moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment).replace(tzinfo=None)


def _check_event(begin: dt.datetime, finish: dt.datetime, rules: list[str]) -> None:
    """Refuse an event without length or of several days, and what has not one rule."""
    if not begin < finish <= begin + dt.timedelta(days=1):
        raise ValueError("Anfang und Ende passen nicht zusammen")
    if len(rules) != 1:
        raise ValueError("mehrere Regeln" if rules else _single(begin))


def _single(day: dt.date) -> str:
    """Say that there is one event only."""
    return f"einzelner Termin am {day:%d.%m.%Y}"


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


def _dates(parts: dict[str, str], begin: dt.datetime, *without: str) -> Any:  # noqa: ANN401
    """The series of a rule, less some of its parts."""
    kept = ";".join(f"{key}={text}" for key, text in parts.items() if key not in without)
    return rrulestr(kept, dtstart=begin)


def _last(
    parts: dict[str, str], begin: dt.datetime, zone: str, today: dt.date | None
) -> dt.date | None:
    """Last day of a series, None when it has no end; refuses one event, and what is over."""
    until, count = parts.get("UNTIL"), int(parts.get("COUNT", _MOST_DATES + 1))
    if until is None and count > _MOST_DATES:
        return None
    limit = _until(until, zone) if until else None
    count = min(count, _MOST_DATES)
    found: list[dt.datetime] = []
    for moment in _dates(parts, begin, "UNTIL", "COUNT"):
        if (limit and moment > limit) or len(found) == count:
            break
        found.append(moment)
    if not found:
        raise ValueError("Wiederholungsregel ohne Termine")
    if len(found) == 1:
        raise ValueError(_single(found[0]))
    final = limit if limit and len(found) == _MOST_DATES else found[-1]
    if today is not None and final.date() < today:
        raise ValueError(f"die Reihe endete am {final:%d.%m.%Y}")
    return final.date()


def _until(text: str, zone: str) -> dt.datetime:
    """The last moment of "20261231", "20261231T180000", "20261231T170000Z"."""
    plain = text.rstrip("Z") if "T" in text else f"{text}T235959"
    try:
        moment = dt.datetime.strptime(plain, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError as error:
        raise ValueError("das Ende der Reihe ist kein Datum") from error
    return _local(moment.replace(tzinfo=dt.UTC), zone) if text.endswith("Z") else moment


def _hours(parts: dict[str, str], begin: dt.datetime, finish: dt.datetime) -> list[Hours]:
    """Weekdays of a series, each with its rhythm."""
    series = _dates(parts, begin, "UNTIL", "COUNT")
    days = [moment.date() for moment in series.between(begin, begin + WINDOW, inc=True)]
    start_s = begin.hour * 3600 + begin.minute * 60 + begin.second
    end_s = start_s + int((finish - begin).total_seconds())
    if end_s > 2 * DAY_S or not days:
        raise ValueError("Wiederholungsregel ohne Termine")
    hours = []
    for weekday in sorted({day.weekday() for day in days}):
        own = [day for day in days if day.weekday() == weekday]
        rhythm = rhythm_of(own, begin.date(), (begin + WINDOW).date())
        if rhythm is None or (rhythm.endswith("w") and parts["FREQ"] == "MONTHLY"):
            raise ValueError("Wiederholung weder nach Wochen noch nach Wochentagen im Monat")
        hours.append(Hours(weekday, start_s, end_s, rhythm))
    return hours
