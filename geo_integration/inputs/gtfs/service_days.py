"""GTFS calendars -> the dates of each service; how long a service day is, and in which zone."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl

from geo_integration.errors import FeedError
from geo_integration.frames import DAY_S
from geo_integration.inputs.gtfs.files import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo_integration.inputs.gtfs.files import Files

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EPOCH = dt.date(1970, 1, 1)
_THURSDAY = 3  # the first of January 1970
_MAX_DAYS = 3660
_YES, _NO = ("1", "1.0", "true"), ("0", "0.0", "false")
# Days before 1970 are negative; a key needs a number that is not.
_SHIFT = 1 << 20
_NEVER = np.iinfo(np.int64).min
_NOON_S = DAY_S // 2


class Services(NamedTuple):
    """Dates of services, one entry for each running day, in order of service and day.

    `names` are the ids; `service` is a position in them, `day` counts from 1970-01-01.
    """

    names: list[str]
    service: NDArray[np.int64]
    day: NDArray[np.int64]

    def days_of(self, service: int) -> NDArray[np.int64]:
        """Days on which one service runs."""
        low, high = np.searchsorted(self.service, (service, service + 1))
        return self.day[low:high]

    def frame(self, prefix: str, feed: str) -> pd.DataFrame:
        """Table of service_id, date and feed."""
        names = pd.Index([prefix + name for name in self.names], dtype=object)
        return pd.DataFrame(
            {
                "service_id": pd.Categorical.from_codes(
                    self.service, pd.Index(names, dtype=object)
                ),
                "date": self.day.astype("datetime64[D]").astype("datetime64[s]"),
                "feed": pd.Categorical.from_codes(
                    np.zeros(len(self.day), np.int8), pd.Index([feed], dtype=object)
                ),
            }
        )


def read_services(files: Files, reference_date: dt.date | None = None) -> Services:
    """Read calendar, with the exceptions of calendar_dates.

    Parameters
    ----------
    files : Files
        The feed.
    reference_date : date, optional
        Calendars of more than ten years are cut to those around it. Without one they are cut to
        those around the validity that the feed states, else to those that hold most of the dates
        the feed names, else to the first.

    Returns
    -------
    Services
        Every date on which each service runs. Rows without readable date are noted and left out.

    Raises
    ------
    FeedError
        When no service ever runs.
    """
    stated = _stated_validity(files)
    calendar, exceptions = _readable(files, "calendar.txt"), _readable(files, "calendar_dates.txt")
    ids = [table.select("service_id") for table in (calendar, exceptions) if table is not None]
    known = pl.concat(ids).unique().sort("service_id").with_row_index("service")
    keys = np.empty(0, np.int64)
    if calendar is not None:
        middle = _middle(calendar, exceptions, reference_date, stated)
        keys = _regular(files, calendar, known, middle)
    if exceptions is not None:
        keys = _with_exceptions(files, exceptions, known, keys)
    if not len(keys):
        raise FeedError(
            f"{files.path}: der Kalender enthält keinen einzigen Verkehrstag{_unread(files)}"
        )
    found = Services(known["service_id"].to_list(), keys >> 32, (keys & 0xFFFFFFFF) - _SHIFT)
    _compare_with_feed_info(files, stated, int(found.day.min()), int(found.day.max()))
    return found


def _readable(files: Files, name: str) -> pl.DataFrame | None:
    """Rows of a calendar that have dates; the others are noted."""
    table = files.tables.get(name)
    if table is None:
        return None
    wrong = pl.Series(_without_date(table))
    message = "ohne lesbares Datum der Form JJJJMMTT; nicht verwendet"
    files.note_rows(name, wrong, message)
    return table.filter(~wrong)


def _without_date(table: pl.DataFrame) -> NDArray[np.bool_]:
    """Rows in which a date is none."""
    dates = [c for c in ("start_date", "end_date", "date") if c in table.columns]
    found: NDArray[np.bool_] = np.any([_days(table[c]) == _NEVER for c in dates], axis=0)
    return found


def _unread(files: Files) -> str:
    """What to add when no date is left: the first that is none."""
    for name in ("calendar.txt", "calendar_dates.txt"):
        for column in ("start_date", "end_date", "date"):
            table = files.tables.get(name)
            if table is not None and column in table.columns:
                wrong = table[column].filter(pl.Series(_days(table[column]) == _NEVER))
                if len(wrong):
                    return f" ({name}: {wrong[0]!r} ist kein Datum der Form JJJJMMTT)"
    return ""


def validity_of(files: Files, services: Services) -> tuple[dt.date, dt.date]:
    """First and last day on which a feed holds.

    The days on which something runs, and where the feed states a longer validity, that one: a
    ferry that only runs in summer is known not to run in winter.
    """
    first, last = int(services.day.min()), int(services.day.max())
    starts, ends = _stated_validity(files, quiet=True)
    low = first if starts is None else min(first, starts)
    return _date(low), _date(last if ends is None else max(last, ends))


def _key(service: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for a service on a day."""
    return (service << 32) | (day + _SHIFT)


def _middle(
    calendar: pl.DataFrame,
    exceptions: pl.DataFrame | None,
    reference_date: dt.date | None,
    stated: tuple[int | None, int | None],
) -> int | None:
    """The day around which calendars of more than ten years are cut; None: nothing tells."""
    start, end = _days(calendar["start_date"]), _days(calendar["end_date"])
    if not (end - start >= _MAX_DAYS).any():
        return None
    if reference_date is not None:
        return (reference_date - _EPOCH).days
    first, last = stated
    if first is not None and last is not None and 0 <= last - first < _MAX_DAYS:
        return (first + last) // 2
    short = (end >= start) & (end - start < _MAX_DAYS)
    named = [start[short], end[short]]
    if exceptions is not None:
        named.append(_days(exceptions["date"]))
    days = np.sort(np.concatenate([*named, [d for d in stated if d is not None]])).astype(np.int64)
    if not len(days):
        return None
    beyond = np.searchsorted(days, days + _MAX_DAYS)
    best = int(np.argmax(beyond - np.arange(len(days))))
    return int(days[best] + days[beyond[best] - 1]) // 2


def _positions(table: pl.DataFrame, known: pl.DataFrame) -> NDArray[np.int64]:
    """Position of each row's service."""
    joined = table.select("service_id").join(
        known, on="service_id", how="left", maintain_order="left"
    )
    return joined["service"].to_numpy().astype(np.int64)


def _regular(
    files: Files, table: pl.DataFrame, known: pl.DataFrame, middle: int | None
) -> NDArray[np.int64]:
    """Keys of the days of calendar.txt; rows of one service are put together."""
    table = table.unique(maintain_order=True)
    twice = table["service_id"].is_duplicated()
    if twice.any():
        message = (
            f"{table.filter(twice)['service_id'].n_unique()} Kalender stehen mehrfach und "
            f"verschieden da: ihre Tage sind zusammengelegt; bitte prüfen"
        )
        files.note("calendar.txt service_id", table.filter(twice)["service_id"][0], message)
    start, end = _days(table["start_date"]), _days(table["end_date"])
    start, end = _clipped(files, table["service_id"], start, end, middle)
    runs = _weekdays(files, table)
    length = np.maximum(end - start + 1, 0)
    row = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    day = start[row] + np.arange(len(row)) - first[row]
    running = runs[row, (day + _THURSDAY) % 7]
    return np.unique(_key(_positions(table, known)[row][running], day[running]))


def _weekdays(files: Files, table: pl.DataFrame) -> NDArray[np.bool_]:
    """Whether each row runs on each day of the week; what is neither yes nor no is no."""
    said = table.select(pl.col(_WEEKDAYS).str.to_lowercase())
    odd = said.select(~pl.col(_WEEKDAYS).is_in(_YES + _NO))
    count = int(odd.sum().sum_horizontal().item()) if odd.height else 0
    if count:
        row = odd.select(pl.any_horizontal(pl.all())).to_series().arg_true()[0]
        first = ",".join(table.select("service_id", *_WEEKDAYS).row(int(row)))
        message = f"{count} Wochentage sind weder 1 (fährt) noch 0: an ihnen fährt nichts"
        files.note("calendar.txt monday … sunday", first, message)
    return said.select(pl.col(_WEEKDAYS).is_in(_YES)).to_numpy()


def _clipped(
    files: Files,
    names: pl.Series,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    around: int | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Spans cut to ten years: those around a day, else the first."""
    backward = start > end
    if backward.any():
        message = f"{int(backward.sum())} Kalender enden vor ihrem Anfang: ohne Verkehrstage"
        files.note("calendar.txt end_date", names[int(np.argmax(backward))], message)
    long = end - start >= _MAX_DAYS
    if not long.any():
        return start, end
    middle = start + _MAX_DAYS // 2
    if around is not None:
        middle = np.where(long, np.clip(around, middle, end - _MAX_DAYS // 2), middle)
    low = np.where(long, middle - _MAX_DAYS // 2, start)
    high = np.where(long, middle + _MAX_DAYS // 2, end)
    message = (
        f"{int(long.sum())} Kalender reichen über mehr als 10 Jahre: gelesen sind nur "
        f"{_date(int(low[long].min())):%d.%m.%Y} bis {_date(int(high[long].max())):%d.%m.%Y}"
    )
    files.note("calendar.txt start_date/end_date", names[int(np.argmax(long))], message)
    return low, high


def _with_exceptions(
    files: Files, table: pl.DataFrame, known: pl.DataFrame, keys: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Days of calendar_dates.txt added and taken away; of contradicting rows the last counts."""
    kind = table["exception_type"].to_numpy()
    odd = (kind != "1") & (kind != "2")
    if odd.any():
        message = f"{int(odd.sum())} Ausnahmen weder 1 (fährt) noch 2 (fährt nicht): übergangen"
        found = kind[int(np.argmax(odd))]
        files.note("calendar_dates.txt exception_type", found, message)
        table, kind = table.filter(~pl.Series(odd)), kind[~odd]
    changed = _key(_positions(table, known), _days(table["date"]))
    # np.unique tells the first of equal ones; from behind that is the last.
    unique, last = np.unique(changed[::-1], return_index=True)
    kept = kind[::-1][last]
    either = np.unique(np.column_stack((changed, kind == "1")), axis=0) if len(changed) else changed
    if len(either) > len(unique):
        message = (
            f"{len(either) - len(unique)} Tage stehen mit beiden Arten von Ausnahme da: es gilt "
            f"die letzte Zeile"
        )
        files.note("calendar_dates.txt", None, message)
    keys = np.setdiff1d(keys, unique[kept == "2"], assume_unique=True)
    return np.union1d(keys, unique[kept == "1"])


def _days(texts: pl.Series) -> NDArray[np.int64]:
    """GTFS dates, YYYYMMDD -> days since 1970; _NEVER where it is no date."""
    plain = texts.str.extract(r"^([0-9]{8})$").str.to_date("%Y%m%d", strict=False)
    return plain.to_physical().cast(pl.Int64).fill_null(_NEVER).to_numpy()


def _date(day: int) -> dt.date:
    """Date of a day since 1970."""
    return _EPOCH + dt.timedelta(days=day)


def _stated_validity(files: Files, *, quiet: bool = False) -> tuple[int | None, int | None]:
    """First and last day that the feed states for itself, where it does."""
    info = files.tables.get("feed_info.txt")
    if info is None or not info.height:
        return None, None
    found: list[int | None] = []
    for column in ("feed_start_date", "feed_end_date"):
        said = text(info, column)[:1]
        day = int(_days(said)[0])
        if day == _NEVER and said[0] and not quiet:
            message = "kein Datum der Form JJJJMMTT: nicht beachtet"
            files.note(f"feed_info.txt {column}", said[0], message)
        found.append(None if day == _NEVER else day)
    return found[0], found[1]


def _compare_with_feed_info(
    files: Files, stated: tuple[int | None, int | None], first: int, last: int
) -> None:
    """Say so where the calendar runs beyond the validity that the feed states."""
    starts, ends = stated
    if (starts is not None and first < starts) or (ends is not None and last > ends):
        said = [f"{_date(d):%d.%m.%Y}" if d is not None else "offen" for d in stated]
        message = (
            f"der Fahrplan gilt nach eigener Angabe von {said[0]} bis {said[1]}, sein Kalender "
            f"reicht von {_date(first):%d.%m.%Y} bis {_date(last):%d.%m.%Y}; außerhalb kann er "
            f"unvollständig sein"
        )
        files.note("feed_info.txt feed_start_date/feed_end_date", "; ".join(said), message)


def read_timezone(files: Files) -> str:
    """Read the zone that the times of a feed are meant in; empty where none is known."""
    agency = files.tables.get("agency.txt")
    names = [] if agency is None else [n for n in text(agency, "agency_timezone").to_list() if n]
    if not names:
        return ""
    if len(set(names)) > 1:
        message = "mehrere Zeitzonen in einem Fahrplan: es gilt die erste"
        files.note("agency.txt agency_timezone", ", ".join(sorted(set(names))), message)
    if _zone(names[0]) is None:
        message = "unbekannte Zeitzone: die Zeiten gelten, wie sie dastehen"
        files.note("agency.txt agency_timezone", names[0], message)
        return ""
    return str(names[0])


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    """The zone of a name, or None."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # not found, not a name, a folder
        return None


def day_start_s(date: dt.date, zone: str) -> int:
    """Tell the moment from which a service day's times are counted: noon minus twelve hours.

    Parameters
    ----------
    date : date
        The service day.
    zone : str
        IANA name of the time zone; empty or unknown: UTC.

    Returns
    -------
    int
        Seconds since 1970, UTC.
    """
    noon = dt.datetime.combine(date, dt.time(12), tzinfo=(_zone(zone) if zone else None) or dt.UTC)
    return int(noon.timestamp()) - _NOON_S


def day_length_s(date: dt.date, zone: str) -> int:
    """Tell how many seconds lie between the start of a service day and that of the next.

    Parameters
    ----------
    date : date
        The service day.
    zone : str
        IANA name of the time zone; empty or unknown: every day has 24 hours.

    Returns
    -------
    int
        23, 24 or 25 hours. As times count from noon minus twelve hours, it is the day before a
        clock change that is shorter or longer.
    """
    return day_start_s(date + dt.timedelta(days=1), zone) - day_start_s(date, zone)
