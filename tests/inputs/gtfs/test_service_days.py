from __future__ import annotations

import datetime as dt
import functools

import pytest
from made_feeds import BASE, DAYS, TUESDAY, hops, read_made, said, stop_times, write_made

from geo_integration.errors import FeedError
from geo_integration.frames import DAY_S
from geo_integration.inputs.gtfs.service_days import day_length_s, day_start_s
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit

BERLIN = "Europe/Berlin"
HEAD = f"service_id,{DAYS},start_date,end_date\n"
AGENCY = "agency_name,agency_url,agency_timezone\nBus,,{}\n"


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def dates(found):
    counts = trips_by_date(found)
    return [date for date in counts.index if counts[date]]


# Calendars --------------------------------------------------------------------------------------


def test_a_calendar_that_is_all_zero_runs_on_its_added_dates_only(feed):
    found = feed(
        calendar=f"{HEAD}S,0,0,0,0,0,0,0,20260928,20261009\n",
        calendar_dates="service_id,date,exception_type\nS,20260929,1\nS,20261001,1\n",
    )
    assert dates(found) == [dt.date(2026, 9, 29), dt.date(2026, 10, 1)]


def test_start_and_end_are_both_days_of_service(feed):
    found = feed(calendar=f"{HEAD}S,1,1,1,1,1,1,1,20260930,20261002\n")
    assert dates(found) == [dt.date(2026, 9, 30), dt.date(2026, 10, 1), dt.date(2026, 10, 2)]


def test_rows_that_stand_twice_change_nothing(feed, faults):
    row = "S,1,0,0,0,0,0,0,20260928,20261009\n"
    found = feed(
        calendar=HEAD + row + row,
        calendar_dates="service_id,date,exception_type\nS,20260928,2\nS,20260928,2\n",
    )
    assert dates(found) == [dt.date(2026, 10, 5)]
    assert faults == []


def test_two_calendars_of_one_service_are_put_together_and_noted(feed, faults):
    found = feed(
        calendar=f"{HEAD}S,1,0,0,0,0,0,0,20260928,20260928\nS,0,1,0,0,0,0,0,20261001,20261009\n"
    )
    assert dates(found) == [dt.date(2026, 9, 28), dt.date(2026, 10, 6)]
    assert "1 Kalender stehen mehrfach" in said(faults)


@pytest.mark.parametrize(("last", "runs"), [("1", True), ("2", False)])
def test_of_contradicting_exceptions_the_last_counts_and_is_noted(feed, faults, last, runs):
    first = {"1": "2", "2": "1"}[last]
    found = feed(
        calendar_dates=f"service_id,date,exception_type\nS,20261003,{first}\nS,20261003,{last}\n"
    )
    assert (dt.date(2026, 10, 3) in dates(found)) == runs
    assert "mit beiden Arten" in said(faults)


def test_an_exception_of_unknown_kind_is_passed_over_and_noted(feed, faults):
    found = feed(calendar_dates="service_id,date,exception_type\nS,20261003,\nS,20260928,3\n")
    assert dt.date(2026, 10, 3) not in dates(found)
    assert dt.date(2026, 9, 28) in dates(found)
    assert "2 Ausnahmen weder 1 (fährt) noch 2" in said(faults)


def test_a_calendar_of_a_hundred_years_is_cut_to_ten_around_the_reference_date(feed, faults):
    found = feed(
        calendar=f"{HEAD}S,1,1,1,1,1,1,1,19800101,20791231\n",
        transit=Transit(reference_date=dt.date(2026, 9, 29)),
    )
    days = dates(found)
    assert len(days) == 3661
    assert days[1830] == dt.date(2026, 9, 29)
    assert "mehr als 10 Jahre" in said(faults)


def test_without_reference_date_the_first_ten_years_are_read(feed):
    found = feed(calendar=f"{HEAD}S,1,1,1,1,1,1,1,20260101,20991231\n")
    assert dates(found)[0] == dt.date(2026, 1, 1)
    assert len(dates(found)) == 3661


def test_a_calendar_that_ends_before_it_starts_has_no_dates(feed, faults):
    with pytest.raises(FeedError, match="keinen einzigen Verkehrstag"):
        feed(calendar=f"{HEAD}S,1,1,1,1,1,1,1,20261009,20260928\n")
    assert "enden vor ihrem Anfang" in said(faults)


@pytest.mark.parametrize(
    ("info", "noted"),
    [("20260928,20261009", False), ("20260901,", False), (",20261001", True), ("20261001,", True)],
)
def test_a_calendar_beyond_the_validity_that_the_feed_states_is_noted(feed, faults, info, noted):
    feed(feed_info=f"feed_publisher_name,feed_start_date,feed_end_date\nX,{info}\n")
    assert ("nach eigener Angabe" in said(faults)) == noted


LONG = f"{HEAD}S,1,1,1,1,1,1,1,20100101,20991231\n"


def test_without_reference_date_a_long_calendar_is_cut_around_the_stated_validity(feed, faults):
    # The middle of 2026 is 2 July; 1830 days before it is 28 June 2021.
    found = feed(
        calendar=LONG,
        feed_info="feed_publisher_name,feed_start_date,feed_end_date\nX,20260101,20261231\n",
    )
    days = dates(found)
    assert (days[0], days[-1]) == (dt.date(2021, 6, 28), dt.date(2031, 7, 6))
    assert "28.06.2021 bis 06.07.2031" in said(faults)


@pytest.mark.parametrize(
    "others",
    [
        {"calendar_dates": "service_id,date,exception_type\nS,20150501,2\nS,20260501,2\n"
         "S,20260503,2\n"},
        {"calendar": LONG + "W,1,1,1,1,1,1,1,20260501,20260503\n"},
    ],
)  # fmt: skip
def test_without_stated_validity_it_is_cut_to_the_ten_years_with_most_of_the_dates(feed, others):
    # 2 May 2026 is in the middle of what is named most.
    days = dates(feed(**({"calendar": LONG} | others)))
    middle = dt.date(2026, 5, 2)
    assert days[0] == middle - dt.timedelta(days=1830)
    assert days[-1] == middle + dt.timedelta(days=1830)


def test_the_reference_date_counts_before_what_the_feed_states(feed):
    found = feed(
        calendar=LONG,
        feed_info="feed_start_date,feed_end_date\n20260101,20261231\n",
        transit=Transit(reference_date=dt.date(2050, 1, 1)),
    )
    assert dates(found)[1830] == dt.date(2050, 1, 1)


def test_dates_before_1970_are_those_dates_and_no_others(feed):
    # 1 January 1960 was a Friday: it and the Monday after it, no day of 1970.
    found = feed(
        calendar=f"{HEAD}S,1,1,1,1,1,0,0,19600101,19600104\n",
        calendar_dates="service_id,date,exception_type\nS,20260929,1\nS,19691231,1\n",
    )
    assert dates(found) == [
        dt.date(1960, 1, 1), dt.date(1960, 1, 4), dt.date(1969, 12, 31), dt.date(2026, 9, 29),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "row",
    ["Z,1,1,1,1,1,1,1,00000000,99999999", "Z,1,1,1,1,1,1,1,20260928,", "# Kommentar",
     "Z,1,1,1,1,1,1,1,2026-09-28,2026-10-09", "Z,1,1,1,1,1,1,1,20260230,20261009"],
)  # fmt: skip
def test_a_calendar_row_without_date_is_named_and_left_out(feed, faults, row):
    found = feed(calendar=f"{HEAD}S,1,0,0,0,0,0,0,20260928,20261009\n{row}\n")
    assert dates(found) == [dt.date(2026, 9, 28), dt.date(2026, 10, 5)]
    assert [(f["column"], f["row"], f["severity"]) for f in faults] == [
        ("calendar.txt", 3, "rejected")
    ]
    assert str(faults[0]["found"]).startswith(row)


@pytest.mark.parametrize("row", ["S,00000000,1", "S,,2", "S,20269999,2"])
def test_an_exception_without_date_is_named_and_left_out(feed, faults, row):
    found = feed(
        calendar=f"{HEAD}S,1,0,0,0,0,0,0,20260928,20261009\n",
        calendar_dates=f"service_id,date,exception_type\n{row}\nS,20261005,2\n",
    )
    assert dates(found) == [dt.date(2026, 9, 28)]
    assert [(f["column"], f["row"], f["found"]) for f in faults] == [("calendar_dates.txt", 2, row)]


def test_rows_of_nothing_but_commas_are_no_rows(feed, faults):
    found = feed(calendar=f"{HEAD}S,1,0,0,0,0,0,0,20260928,20261009\n,,,,,,,,,\n")
    assert len(dates(found)) == 2
    assert faults == []


@pytest.mark.parametrize("stated", ["20269999", "2026-09-28", "²", "bald"])
def test_a_stated_validity_that_is_no_date_is_noted_and_ignored(feed, faults, stated):
    found = feed(feed_info=f"feed_start_date,feed_end_date\n{stated},20261231\n")
    assert len(dates(found)) == 10
    assert [(f["column"], f["found"]) for f in faults] == [
        ("feed_info.txt feed_start_date", stated)
    ]


def test_flags_of_weekdays_may_be_words_or_have_a_decimal(feed, faults):
    found = feed(calendar=f"{HEAD}S,1.0,TRUE,true,True,0.0,FALSE,0,20260928,20261004\n")
    assert dates(found) == [dt.date(2026, 9, d) for d in (28, 29, 30)] + [dt.date(2026, 10, 1)]
    assert faults == []


def test_flags_of_weekdays_that_are_neither_are_no_and_noted(feed, faults):
    found = feed(calendar=f"{HEAD}S,1,2,Y,,0,0,0,20260928,20261004\n")
    assert dates(found) == [dt.date(2026, 9, 28)]
    assert "3 Wochentage sind weder 1 (fährt) noch 0" in said(faults)
    assert faults[0]["found"] == "S,1,2,Y,,0,0,0"


# Days of 23 and 25 hours ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "hours"),
    [
        (dt.date(2026, 3, 27), 24),
        (dt.date(2026, 3, 28), 23),  # clocks go forward in the night to the 29th
        (dt.date(2026, 3, 29), 24),
        (dt.date(2026, 10, 24), 25),
        (dt.date(2026, 10, 25), 24),
    ],
)
def test_the_day_before_a_clock_change_is_shorter_or_longer(date, hours):
    assert day_length_s(date, BERLIN) == hours * 3600
    assert day_length_s(date, "") == day_length_s(date, "Asia/Tokyo") == 24 * 3600


def test_a_service_day_starts_twelve_hours_before_noon():
    # Noon of 25 October 2026 in Berlin is 11:00 UTC; twelve hours before is 23:00 UTC of the 24th.
    start = dt.datetime.fromtimestamp(day_start_s(dt.date(2026, 10, 25), BERLIN), dt.UTC)
    assert start == dt.datetime(2026, 10, 24, 23, tzinfo=dt.UTC)


NIGHT = stop_times("T,25:10:00,25:10:00,P,1", "T,27:00:00,27:00:00,Q,2")
EVERY = f"{HEAD}S,1,1,1,1,1,1,1,20260301,20261231\n"


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        # An ordinary night: 24 hours less.
        (dt.date(2026, 10, 24), [("1:10", "3:00"), ("25:10", "27:00")]),
        # 25:10 of Saturday is 1:10 summer time; Sunday counts from 1:00 summer time on.
        (dt.date(2026, 10, 25), [("0:10", "2:00"), ("25:10", "27:00")]),
        # 25:10 of Saturday is 1:10 winter time; Sunday counts from 23:00 winter time on.
        (dt.date(2026, 3, 29), [("2:10", "4:00"), ("25:10", "27:00")]),
    ],
)
def test_trips_of_the_night_before_are_moved_by_the_true_length_of_the_day(feed, date, wanted):
    found = feed(agency=AGENCY.format(BERLIN), calendar=EVERY, stop_times=NIGHT)
    assert found.timezone == BERLIN
    assert [h[3:] for h in hops(found, date)] == wanted


def test_trips_of_the_next_day_are_moved_by_the_true_length_of_this_one(feed):
    found = feed(agency=AGENCY.format(BERLIN), calendar=EVERY)
    late = hops(found, dt.date(2026, 10, 24), span=(0, 2 * DAY_S))
    assert [h[3] for h in late] == ["8:00", "8:11", "33:00", "33:11"]


# Time zones -------------------------------------------------------------------------------------


def two_zones(tmp_path, first, second):
    return [
        write_made(tmp_path / "one.zip", agency=AGENCY.format(first)),
        write_made(tmp_path / "two.zip", agency=AGENCY.format(second)),
    ]


def test_a_feed_of_another_zone_is_moved_to_that_of_the_first(tmp_path, faults):
    # Eight o'clock in London is nine o'clock in Berlin.
    found = read_feeds(two_zones(tmp_path, BERLIN, "Europe/London"), Transit(),
                       "EPSG:25832", faults)  # fmt: skip
    assert [h[0::3] for h in hops(found)] == [
        ("1:T", "8:00"), ("1:T", "8:11"), ("2:T", "9:00"), ("2:T", "9:11"),
    ]  # fmt: skip


def test_a_trip_that_leaves_today_in_the_first_zone_though_tomorrow_in_its_own_is_there(
    tmp_path, faults
):
    # Half past midnight in Helsinki is half past eleven of the evening before in Berlin.
    early = BASE["stop_times.txt"].replace("T,08:", "T,00:").replace(",08:", ",00:")
    paths = two_zones(tmp_path, BERLIN, BERLIN)
    write_made(paths[1], agency=AGENCY.format("Europe/Helsinki"), stop_times=early)
    found = read_feeds(paths, Transit(), "EPSG:25832", faults)
    times = [h[3] for h in hops(found) if h[0] == "2:T"]
    assert sorted(times) == ["-0:49", "-1:00", "23:00", "23:11"]


def test_an_unknown_zone_is_noted_and_times_stay_as_they_are(feed, faults):
    found = feed(agency=AGENCY.format("Europe/Jever"))
    assert found.timezone == ""
    assert [h[3] for h in hops(found)] == ["8:00", "8:11"]
    assert "unbekannte Zeitzone" in said(faults)


def test_the_runs_of_three_days_have_numbers_without_gaps(feed):
    found = feed(agency=AGENCY.format(BERLIN), calendar=EVERY, stop_times=NIGHT)
    table = connections_on(found, TUESDAY, span=(0, 3 * DAY_S))
    assert table["run"].tolist() == [0, 1, 2]
    assert table["trip"].tolist() == [0, 0, 0]
