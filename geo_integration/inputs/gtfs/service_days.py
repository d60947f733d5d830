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
        Calendars of more than ten years are cut to those around it.

    Returns
    -------
    Services
        Every date on which each service runs.

    Raises
    ------
    FeedError
        When a date is none, or no service ever runs.
    """
    tables = [files.tables[n] for n in ("calendar.txt", "calendar_dates.txt") if n in files.tables]
    ids = pl.concat([table.select("service_id") for table in tables])
    known = ids.unique().sort("service_id").with_row_index("service")
    keys = np.empty(0, np.int64)
    if "calendar.txt" in files.tables:
        keys = _regular(files, known, reference_date)
    if "calendar_dates.txt" in files.tables:
        keys = _with_exceptions(files, known, keys)
    if not len(keys):
        raise FeedError(f"{files.path}: der Kalender enthält keinen einzigen Verkehrstag")
    found = Services(known["service_id"].to_list(), keys >> 32, keys & 0xFFFFFFFF)
    _compare_with_feed_info(files, int(found.day.min()), int(found.day.max()))
    return found


def _key(service: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number for a service on a day."""
    return (service << 32) | np.maximum(day, 0)


def _positions(table: pl.DataFrame, known: pl.DataFrame) -> NDArray[np.int64]:
    """Position of each row's service."""
    joined = table.select("service_id").join(
        known, on="service_id", how="left", maintain_order="left"
    )
    return joined["service"].to_numpy().astype(np.int64)


def _regular(
    files: Files, known: pl.DataFrame, reference_date: dt.date | None
) -> NDArray[np.int64]:
    """Keys of the days of calendar.txt; rows of one service are put together."""
    table = files.tables["calendar.txt"].unique(maintain_order=True)
    twice = table["service_id"].is_duplicated()
    if twice.any():
        message = (
            f"{table.filter(twice)['service_id'].n_unique()} Kalender stehen mehrfach und "
            f"verschieden da: ihre Tage sind zusammengelegt; bitte prüfen"
        )
        files.note("calendar.txt service_id", table.filter(twice)["service_id"][0], message)
    start, end = _days(files, table["start_date"]), _days(files, table["end_date"])
    start, end = _clipped(files, table["service_id"], start, end, reference_date)
    runs = np.column_stack([table[name].to_numpy() == "1" for name in _WEEKDAYS])
    length = np.maximum(end - start + 1, 0)
    row = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    day = start[row] + np.arange(len(row)) - first[row]
    running = runs[row, (day + _THURSDAY) % 7]
    return np.unique(_key(_positions(table, known)[row][running], day[running]))


def _clipped(
    files: Files,
    names: pl.Series,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    reference_date: dt.date | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Spans cut to ten years: those around the reference date, else the first."""
    backward = start > end
    if backward.any():
        message = f"{int(backward.sum())} Kalender enden vor ihrem Anfang: ohne Verkehrstage"
        files.note("calendar.txt end_date", names[int(np.argmax(backward))], message)
    long = end - start >= _MAX_DAYS
    if not long.any():
        return start, end
    middle = start + _MAX_DAYS // 2
    if reference_date is not None:
        middle = np.clip((reference_date - _EPOCH).days, middle, end - _MAX_DAYS // 2)
    low = np.where(long, middle - _MAX_DAYS // 2, start)
    high = np.where(long, middle + _MAX_DAYS // 2, end)
    message = (
        f"{int(long.sum())} Kalender reichen über mehr als 10 Jahre: gelesen sind nur "
        f"{_date(int(low[long].min())):%d.%m.%Y} bis {_date(int(high[long].max())):%d.%m.%Y}"
    )
    files.note("calendar.txt start_date/end_date", names[int(np.argmax(long))], message)
    return low, high


def _with_exceptions(
    files: Files, known: pl.DataFrame, keys: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Days of calendar_dates.txt added and taken away; of contradicting rows the last counts."""
    table = files.tables["calendar_dates.txt"]
    kind = table["exception_type"].to_numpy()
    odd = (kind != "1") & (kind != "2")
    if odd.any():
        message = f"{int(odd.sum())} Ausnahmen weder 1 (fährt) noch 2 (fährt nicht): übergangen"
        found = kind[int(np.argmax(odd))]
        files.note("calendar_dates.txt exception_type", found, message)
        table, kind = table.filter(~pl.Series(odd)), kind[~odd]
    changed = _key(_positions(table, known), _days(files, table["date"]))
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


def _days(files: Files, texts: pl.Series) -> NDArray[np.int64]:
    """GTFS dates, YYYYMMDD -> days since 1970."""
    plain = texts.str.extract(r"^(\d{8})$").str.to_date("%Y%m%d", strict=False)
    if plain.null_count():
        wrong = texts.filter(plain.is_null())[0]
        raise FeedError(f"{files.path}: {wrong!r} ist kein Datum der Form JJJJMMTT")
    return plain.to_physical().to_numpy().astype(np.int64)


def _date(day: int) -> dt.date:
    """Date of a day since 1970."""
    return _EPOCH + dt.timedelta(days=day)


def _compare_with_feed_info(files: Files, first: int, last: int) -> None:
    """Say so where the calendar runs beyond the validity that the feed states."""
    info = files.tables.get("feed_info.txt")
    if info is None or not info.height:
        return
    texts = [text(info, c)[0] for c in ("feed_start_date", "feed_end_date")]
    stated = [_days(files, pl.Series([t]))[0] if t.isdigit() else None for t in texts]
    starts, ends = stated
    if (starts is not None and first < starts) or (ends is not None and last > ends):
        said = [f"{_date(int(d)):%d.%m.%Y}" if d is not None else "offen" for d in stated]
        message = (
            f"der Fahrplan gilt nach eigener Angabe von {said[0]} bis {said[1]}, sein Kalender "
            f"reicht von {_date(first):%d.%m.%Y} bis {_date(last):%d.%m.%Y}; außerhalb kann er "
            f"unvollständig sein"
        )
        files.note("feed_info.txt feed_start_date/feed_end_date", "; ".join(texts), message)


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
