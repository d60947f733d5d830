"""Real German feeds against a reading with nothing but csv, and against gtfs-kit."""

from __future__ import annotations

import csv
import datetime as dt
import io
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
from made_feeds import DAYS, said

from geo_integration.errors import FeedError
from geo_integration.inputs.gtfs.hops import hops_of
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit

LINES = [f"boeblingen_gtfs/vvs-bus-{line}-only.gtfs.zip" for line in ("751", "764")]


def rows_of(path, name):
    with zipfile.ZipFile(path) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def trips_plainly(path):
    """Trips that start on each date, read with nothing but csv."""
    services = {}
    for row in rows_of(path, "calendar.txt"):
        date = dt.date.fromisoformat(row["start_date"])
        while date <= dt.date.fromisoformat(row["end_date"]):
            if row[DAYS.split(",")[date.weekday()]] == "1":
                services.setdefault(date, set()).add(row["service_id"])
            date += dt.timedelta(days=1)
    for row in rows_of(path, "calendar_dates.txt"):
        running = services.setdefault(dt.date.fromisoformat(row["date"]), set())
        {"1": running.add, "2": running.discard}[row["exception_type"]](row["service_id"])
    trips = rows_of(path, "trips.txt")
    return {
        date: {t["trip_id"] for t in trips if t["service_id"] in running}
        for date, running in services.items()
    }


def seconds(text):
    hours, minutes, rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def todays(found, date):
    """Hops of the trips that start on a date, without those of the night before."""
    return pd.DataFrame(hops_of(found, date)._asdict())


@pytest.mark.parametrize("name", LINES)
def test_on_every_date_of_a_real_line_exactly_the_trips_of_its_calendar_run(real, faults, name):
    found = read_feeds([real(name)], Transit(), "EPSG:25832", faults)
    wanted = trips_plainly(real(name))
    counts = trips_by_date(found)
    assert len(counts) > 300
    for date in counts.index:
        running = wanted.get(date, set())
        assert counts[date] == len(running)
        if running:
            table = todays(found, date)
            assert set(found.trips["trip_id"].iloc[np.unique(table["trip"])]) == running, date
            assert table["run"].nunique() == len(running)
    assert faults == []


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("date", [dt.date(2020, 3, 4), dt.date(2020, 4, 13), dt.date(2020, 8, 8)])
def test_a_real_line_leaves_its_stops_when_its_timetable_says(real, faults, name, date):
    found = read_feeds([real(name)], Transit(), "EPSG:25832", faults)
    running = trips_plainly(real(name)).get(date, set())
    if not running:
        with pytest.raises(FeedError, match="fährt nach dem Fahrplan nichts"):
            connections_on(found, date)
        return
    calls = {}
    for row in rows_of(real(name), "stop_times.txt"):
        if row["trip_id"] in running and row["departure_time"]:
            calls.setdefault(row["trip_id"], []).append(
                (int(row["stop_sequence"]), row["stop_id"], seconds(row["departure_time"]))
            )
    wanted = {(trip, s, at) for trip, rows in calls.items() for _, s, at in sorted(rows)[:-1]}
    table = todays(found, date)
    stops, trips = found.stops["stop_id"], found.trips["trip_id"]
    departures = {(trips[h.trip], stops[h.from_stop], h.departure_s) for h in table.itertuples()}
    assert wanted <= departures


@pytest.mark.parametrize("name", LINES)
def test_a_real_line_runs_as_gtfs_kit_reads_it(real, faults, name):
    kit = pytest.importorskip("gtfs_kit")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = kit.read_feed(real(name), dist_units="km")
        found = read_feeds([real(name)], Transit(), "EPSG:25832", faults)
        for date in (dt.date(2020, 3, 4), dt.date(2020, 7, 31), dt.date(2020, 10, 3)):
            wanted = set(other.get_trips(f"{date:%Y%m%d}")["trip_id"])
            if wanted:
                table = todays(found, date)
                assert set(found.trips["trip_id"].iloc[np.unique(table["trip"])]) == wanted
            else:
                assert trips_by_date(found)[date] == 0


def test_a_feed_broken_on_purpose_is_read_and_every_loss_is_said(real, faults):
    found = read_feeds([real("broken_gtfs/test_broken_gtfs.zip")], Transit(), "EPSG:3067", faults)
    assert len(found.trips) == 62
    assert len(connections_on(found, trips_by_date(found).idxmax())) > 0
    for words in (
        "1 Fahrten ohne Linie oder doppelt",
        "32 Zeilen mit unbekannter Fahrt",
        "23 bediente Haltestellen unbekannt oder ohne Koordinaten",
        "9 Haltestellen in den Umsteigeregeln sind unbekannt",
    ):
        assert words in said(faults)


def test_several_real_feeds_are_joined_with_runs_without_gaps(real, faults):
    paths = [real(f"porto_alegre/poa_{name}.zip") for name in ("eptc", "trensurb")]
    found = read_feeds(paths, Transit(), "EPSG:31982", faults)
    assert found.timezone == "America/Sao_Paulo"
    table = connections_on(found, dt.date(2019, 5, 13))
    assert len(table) == 133463
    assert sorted(table["run"].unique()) == list(range(table["run"].max() + 1))
    assert set(found.trips["vehicle"]) == {"bus", "rail"}
