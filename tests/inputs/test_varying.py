from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import toy

from geo_integration.frames import DAY_S
from geo_integration.inputs.calendars import choose_service_dates, day_types_of
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.inputs.varying import varying_lines
from geo_integration.profile import DayType, Transit

if TYPE_CHECKING:
    from pathlib import Path

DAYS = [DayType(id="tuesday", label="Dienstag", weekdays=("tu",))]


def read(tmp_path: Path, **tables: str):
    feed = toy.toy_gtfs() | {f"{name}.txt": text for name, text in tables.items()}
    path = toy.write_zip(tmp_path / "feed.zip", feed)
    return read_feeds([path], Transit(), toy.CRS, FaultList())


def chosen(feed):
    counts = trips_by_date(feed)
    dates = choose_service_dates(counts, DAYS, {})
    kinds = day_types_of(list(counts.index), DAYS, {})
    return dates, pd.DataFrame({"trips": counts, "day_type": kinds})


def tidal(tmp_path):
    """The toy timetable with a ferry C - F that leaves 50 minutes later every day."""
    feed = toy.toy_gtfs()
    dates = [toy.FIRST + dt.timedelta(days=i) for i in range((toy.LAST - toy.FIRST).days + 1)]
    trips, times, runs = [], [], []
    for n, date in enumerate(dates):
        start = 6 * 3600 + n * 50 * 60
        for k, (begin, (u, v)) in enumerate([(start, "CF"), (start + 8 * 3600, "FC")]):
            trip = f"tide{n}-{k}"
            clock = [f"{t // 3600:02}:{t // 60 % 60:02}:00" for t in (begin, begin + 3600)]
            trips.append(f"F,T{n},{trip}")
            times += [
                f"{trip},{c},{c},{s},{i}"
                for i, (c, s) in enumerate(zip(clock, (u, v), strict=True))
            ]
        runs.append(f"T{n},{date:%Y%m%d},1")
    added = {
        "routes": "F,Fähre,,4", "trips": "\n".join(trips), "stop_times": "\n".join(times),
        "calendar_dates": "\n".join(runs),
    }  # fmt: skip
    return read(tmp_path, **{n: f"{feed[f'{n}.txt']}\n{text}" for n, text in added.items()})


def test_a_usual_timetable_has_no_such_line(tmp_path):
    assert varying_lines(*((feed := read(tmp_path)), *chosen(feed))) == []


def test_a_ferry_by_the_tide_is_named_and_can_be_taken_on_every_day(tmp_path):
    feed = tidal(tmp_path)
    dates, by_date = chosen(feed)
    assert varying_lines(feed, dates, by_date) == ["Fähre"]
    ferry = feed.trips.index[feed.trips["line"] == "Fähre"]
    assert (feed.trips.loc[ferry, "vehicle"] == "ferry").all()
    for days in range(14):
        table = connections_on(feed, toy.FIRST + dt.timedelta(days=days))
        assert table["trip"].isin(ferry).sum() >= 2


def test_a_line_that_is_missing_on_the_chosen_date_is_named(tmp_path):
    feed = read(tmp_path)
    dates, by_date = chosen(feed)
    tuesdays = [toy.SCHOOL_DAY + dt.timedelta(weeks=week) for week in range(4)]
    date = dates["date"][0]
    assert date in tuesdays
    runs = pd.DataFrame({"service_id": "WD", "date": [d for d in tuesdays if d != date]})
    others = feed.services[feed.services["service_id"] != "WD"]
    feed = feed._replace(services=pd.concat([others, runs.assign(feed="feed.zip")]))
    # Line 9, the call-bus, has the same days.
    assert varying_lines(feed, dates, by_date) == ["1", "9"]


def test_the_last_day_of_a_timetable_has_its_own_night_and_nothing_after_it(tmp_path):
    feed = read(tmp_path)
    plain = connections_on(feed, toy.LAST)
    night = connections_on(feed, toy.LAST, span=(0, 2 * DAY_S))
    pd.testing.assert_frame_equal(plain, night)
