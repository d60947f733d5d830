"""School terms and holidays -> day types -> the service date that stands for each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from geo_integration.errors import FeedError
from geo_integration.frames import SERVICE_DATES, WEEKDAYS, check_frame
from geo_integration.inputs.tables import FaultList, cell, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geo_integration.profile import DayType

SCHOOL_HOLIDAY, PUBLIC_HOLIDAY = "school_holiday", "public_holiday"


def read_calendar(path: Path, faults: FaultList) -> dict[dt.date, str]:
    """Read holidays: columns start, end (ISO dates, inclusive), kind, name.

    Parameters
    ----------
    path : Path
        CSV or xlsx.
    faults : FaultList
        Gets every row that cannot be used.

    Returns
    -------
    dict of date to str
        "school_holiday" or "public_holiday" (the latter where both hold).
    """
    table = read_table(path, ["start", "end", "kind"])
    days: dict[dt.date, str] = {}
    for row in table.index:
        kind = cell(table, row, "kind")
        start, end = (_date(cell(table, row, c)) for c in ("start", "end"))
        if (
            start is None
            or end is None
            or end < start
            or kind not in (SCHOOL_HOLIDAY, PUBLIC_HOLIDAY)
        ):
            found = f"{cell(table, row, 'start')}; {cell(table, row, 'end')}; {kind}"
            message = (
                f"erwartet werden start und end als JJJJ-MM-TT und kind {SCHOOL_HOLIDAY} oder "
                f"{PUBLIC_HOLIDAY}"
            )
            faults.note(path.name, row, "start/end/kind", found, message, rejected=True)
            continue
        for i in range((end - start).days + 1):
            date = start + dt.timedelta(days=i)
            if days.get(date) != PUBLIC_HOLIDAY:
                days[date] = kind
    return days


def _date(text: str | None) -> dt.date | None:
    """ISO or German date, or None."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S"):
        try:
            return dt.datetime.strptime(text or "", pattern).date()  # noqa: DTZ007  a calendar day
        except ValueError:
            continue
    return None


def is_day_type(date: dt.date, day_type: DayType, holidays: dict[dt.date, str]) -> bool:
    """Whether a date is of a kind: weekday, school term, public holiday."""
    kind = holidays.get(date)
    if kind == PUBLIC_HOLIDAY:
        return day_type.public_holidays
    if WEEKDAYS[date.weekday()] not in day_type.weekdays:
        return False
    in_term = kind != SCHOOL_HOLIDAY
    return day_type.school_term is None or day_type.school_term == in_term


def require_validity(first: dt.date, last: dt.date, reference_date: dt.date | None) -> None:
    """Refuse a timetable that is not valid on the reference date.

    Parameters
    ----------
    first, last : date
        Validity of the timetable.
    reference_date : date, optional
        The date from which on service dates are chosen.

    Raises
    ------
    FeedError
        When the timetable has ended before it, or starts after it.
    """
    if reference_date is None or first <= reference_date <= last:
        return
    what = "ist abgelaufen" if reference_date > last else "hat noch nicht begonnen"
    raise FeedError(
        f"Der Fahrplan gilt von {first:%d.%m.%Y} bis {last:%d.%m.%Y} und {what} am "
        f"{reference_date:%d.%m.%Y} ([transit] reference_date). Einen Fahrplan laden, der an "
        f"diesem Tag gilt, oder reference_date ändern"
    )


def choose_service_dates(
    trips_by_date: pd.Series,
    day_types: Sequence[DayType],
    holidays: dict[dt.date, str],
    *,
    reference_date: dt.date | None = None,
) -> pd.DataFrame:
    """Choose the date that stands for each weekday of each day type.

    Of all dates of that kind with service, the one is chosen whose number of trips is nearest to
    their median; of equally near ones the first on or after the reference date. So no single odd
    day (a strike, a half-loaded feed) ever stands for all.

    Parameters
    ----------
    trips_by_date : Series
        Trips on each date of the feed; index: date.
    day_types : sequence of DayType
        The profile's kinds of day.
    holidays : dict of date to str
        From `read_calendar`.
    reference_date : date, optional
        Dates before it are only taken when there is none after.

    Returns
    -------
    DataFrame
        SERVICE_DATES, a row for every weekday of every kind. A public holiday never stands for a
        weekday of its own. A weekday that does not occur in the feed goes by the date of another
        weekday of its kind; its `candidates` are 0.

    Raises
    ------
    FeedError
        When the feed is not valid on any day of a kind, or has no service on any of the dates.
        A kind of day that simply has no service (Sundays, often) is a finding, not an error.
    """
    rows = []
    for day_type in day_types:
        found: list[dict[str, object]] = []
        missing: list[int] = []
        for weekday in sorted(WEEKDAYS.index(day) for day in day_type.weekdays):
            counts = trips_by_date[
                [
                    d.weekday() == weekday
                    and holidays.get(d) != PUBLIC_HOLIDAY
                    and is_day_type(d, day_type, holidays)
                    for d in trips_by_date.index
                ]
            ]
            running = counts[counts > 0]
            if len(counts):
                some = running if len(running) else counts
                found.append(_typical(day_type.id, weekday, some, reference_date))
            else:
                missing.append(weekday)
        if not found:
            first, last = trips_by_date.index[0], trips_by_date.index[-1]
            raise FeedError(
                f"Für den Tagestyp {day_type.label!r} gibt es im Fahrplan "
                f"({first:%d.%m.%Y} bis {last:%d.%m.%Y}) keinen einzigen Tag. Gültigkeit des "
                f"Fahrplans, Kalender und [[day_types]] prüfen"
            )
        rows += found
        # A weekday that the feed is too short for goes by another of its kind, and is named.
        rows += [{**found[0], "weekday": weekday, "candidates": 0} for weekday in missing]
    dates = pd.DataFrame(rows).sort_values(["day_type", "weekday"], key=_order_of(day_types))
    dates = dates.reset_index(drop=True)
    if not dates["trips"].any():
        raise FeedError("Der Fahrplan hat an keinem der ausgewählten Tage Verkehr; ist er leer?")
    check_frame(dates, SERVICE_DATES)
    return dates


def _order_of(day_types: Sequence[DayType]) -> Callable[[pd.Series], pd.Series]:
    """Sort key: day types as in the profile, weekdays as they come."""
    place = {day_type.id: i for i, day_type in enumerate(day_types)}
    return lambda column: column.map(place) if column.name == "day_type" else column


def _typical(
    day_type: str, weekday: int, counts: pd.Series, reference_date: dt.date | None
) -> dict[str, object]:
    """The most typical date."""
    median = float(counts.median())
    away = (counts - median).abs()
    nearest = [d for d in counts.index if away[d] == away.min()]
    later = [d for d in nearest if reference_date is None or d >= reference_date]
    date = (later or nearest)[0]
    return {
        "day_type": day_type,
        "weekday": weekday,
        "date": date,
        "trips": int(counts[date]),
        "trips_median": median,
        "candidates": len(counts),
    }


def day_types_of(
    dates: Sequence[dt.date], day_types: Sequence[DayType], holidays: dict[dt.date, str]
) -> pd.Series[str]:
    """Find the kind of every date.

    Parameters
    ----------
    dates : sequence of date
        The dates.
    day_types : sequence of DayType
        The profile's kinds of day.
    holidays : dict of date to str
        From `read_calendar`.

    Returns
    -------
    Series of str
        Id of the first kind that fits, empty where none does; index: date.
    """
    kinds = [
        next((kind.id for kind in day_types if is_day_type(date, kind, holidays)), "")
        for date in dates
    ]
    return pd.Series(kinds, index=list(dates), dtype=object)
