"""School holidays, public holidays and the services of the model timetable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import pandas as pd

from friesland.lines import HOLIDAY, SATURDAY, SCHOOL, SUNDAY, WEEKDAY

FIRST_DAY = date(2026, 8, 13)
LAST_DAY = date(2027, 1, 31)
SCHOOL_HOLIDAY_SOURCE = "ker-wtm.de/eltern-arbeit/ferientermine (Stand Oktober 2025, ohne Gewähr)"
PUBLIC_HOLIDAY_SOURCE = "Python-Paket holidays 0.109, Deutschland, Niedersachsen"
SCHOOL_HOLIDAYS = (
    (date(2026, 7, 2), date(2026, 8, 12), "Sommerferien"),
    (date(2026, 10, 12), date(2026, 10, 24), "Herbstferien"),
    (date(2026, 12, 23), date(2027, 1, 9), "Weihnachtsferien"),
)
SATURDAY_NUMBER, SUNDAY_NUMBER = 5, 6


@dataclass(frozen=True)
class ServiceDays:
    """The days of one service."""

    service_id: str
    days: tuple[date, ...]


def build_calendar() -> pd.DataFrame:
    """List school and public holidays that touch the validity of the feed.

    Returns
    -------
    pandas.DataFrame
        ``start``, ``end`` (ISO, inclusive), ``kind``, ``name``, ``source``.
    """
    rows = [
        (start, end, "school_holiday", name, SCHOOL_HOLIDAY_SOURCE)
        for start, end, name in SCHOOL_HOLIDAYS
    ]
    rows += [
        (day, day, "public_holiday", name, PUBLIC_HOLIDAY_SOURCE)
        for day, name in public_holidays().items()
    ]
    rows.sort()
    table = pd.DataFrame(rows, columns=["start", "end", "kind", "name", "source"])
    return table.assign(
        start=table["start"].map(date.isoformat), end=table["end"].map(date.isoformat)
    )


def public_holidays() -> dict[date, str]:
    """List the public holidays of Lower Saxony within the validity, by day."""
    found = holidays.country_holidays("DE", subdiv="NI", years=[2026, 2027], language="de")
    return {day: str(found[day]) for day in sorted(found) if FIRST_DAY <= day <= LAST_DAY}


def validity() -> list[date]:
    """List every day of the validity."""
    return [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]


def service_days() -> list[ServiceDays]:
    """List the days of the five day services, public holidays running as Sundays."""
    public = set(public_holidays())
    days: dict[str, list[date]] = {SCHOOL: [], HOLIDAY: [], WEEKDAY: [], SATURDAY: [], SUNDAY: []}
    for day in validity():
        if day in public or day.weekday() == SUNDAY_NUMBER:
            days[SUNDAY].append(day)
        elif day.weekday() == SATURDAY_NUMBER:
            days[SATURDAY].append(day)
        else:
            days[WEEKDAY].append(day)
            days[HOLIDAY if _in_school_holidays(day) else SCHOOL].append(day)
    return [ServiceDays(key, tuple(value)) for key, value in days.items()]


def _in_school_holidays(day: date) -> bool:
    """Whether a day falls into school holidays."""
    return any(start <= day <= end for start, end, _ in SCHOOL_HOLIDAYS)
