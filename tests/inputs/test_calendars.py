from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import FeedError, SourceError
from geo_integration.frames import SERVICE_DATES, check_frame
from geo_integration.inputs.calendars import (
    PUBLIC_HOLIDAY,
    SCHOOL_HOLIDAY,
    choose_service_dates,
    day_types_of,
    is_day_type,
    read_calendar,
    require_validity,
)
from geo_integration.profile import DayType

WORK = ("mo", "tu", "we", "th", "fr")
SCHOOL = DayType(id="school", label="Schultag", weekdays=WORK, school_term=True)
HOLIDAYS = DayType(id="holidays", label="Ferientag", weekdays=WORK, school_term=False)
WEEKDAY = DayType(id="weekday", label="Werktag", weekdays=WORK)
SATURDAY = DayType(id="saturday", label="Samstag", weekdays=("sa",))
SUNDAY = DayType(id="sunday", label="Sonntag", weekdays=("su",), public_holidays=True)

MONDAY = dt.date(2026, 9, 28)


def day(number):
    """Days after Monday, 28 September 2026."""
    return MONDAY + dt.timedelta(days=number)


def counts(*numbers):
    return pd.Series(list(numbers), index=[day(n) for n in range(len(numbers))])


def write(tmp_path, *lines, head="start,end,kind,name"):
    path = tmp_path / "calendar.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


# The file ---------------------------------------------------------------------------------------


def test_holidays_hold_on_every_date_from_start_to_end(tmp_path, faults):
    found = read_calendar(write(tmp_path, "2026-10-12,2026-10-14,school_holiday,Herbst"), faults)
    assert found == {dt.date(2026, 10, n): SCHOOL_HOLIDAY for n in (12, 13, 14)}
    assert faults == []


@pytest.mark.parametrize("turned", [False, True])
def test_where_both_hold_it_is_a_public_holiday(tmp_path, faults, turned):
    lines = [
        "2026-10-01,2026-10-05,school_holiday,x",
        "2026-10-03,2026-10-03,public_holiday,Einheit",
    ]
    found = read_calendar(write(tmp_path, *(lines[::-1] if turned else lines)), faults)
    assert found[dt.date(2026, 10, 3)] == PUBLIC_HOLIDAY
    assert found[dt.date(2026, 10, 4)] == SCHOOL_HOLIDAY


@pytest.mark.parametrize("text", ["2026-10-03", "03.10.2026", "3.10.2026", "2026-10-03 00:00:00"])
def test_dates_may_be_iso_or_german_or_from_excel(tmp_path, faults, text):
    found = read_calendar(write(tmp_path, f"{text},{text},public_holiday,x"), faults)
    assert found == {dt.date(2026, 10, 3): PUBLIC_HOLIDAY}


@pytest.mark.parametrize(
    "line",
    [
        "2026-10-03,2026-10-02,public_holiday,x",
        "2026-10-03,,public_holiday,x",
        ",,,x",
        "2026-02-30,2026-03-01,school_holiday,x",
        "10/03/2026,10/04/2026,school_holiday,x",
        "2026-10-03,2026-10-03,Feiertag,x",
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_and_noted(tmp_path, faults, line):
    found = read_calendar(write(tmp_path, line, "2026-12-25,2026-12-25,public_holiday,y"), faults)
    assert found == {dt.date(2026, 12, 25): PUBLIC_HOLIDAY}
    assert [(f["row"], f["severity"]) for f in faults] == [(2, "rejected")]


def test_a_calendar_without_kind_is_refused(tmp_path, faults):
    with pytest.raises(SourceError, match="'kind'"):
        read_calendar(write(tmp_path, "2026-10-03,2026-10-03", head="start,end"), faults)


# Day types --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "day_type", "fits"),
    [
        (None, SCHOOL, True), (None, HOLIDAYS, False), (None, WEEKDAY, True),
        (SCHOOL_HOLIDAY, SCHOOL, False), (SCHOOL_HOLIDAY, HOLIDAYS, True),
        (SCHOOL_HOLIDAY, WEEKDAY, True),
        (PUBLIC_HOLIDAY, SCHOOL, False), (PUBLIC_HOLIDAY, HOLIDAYS, False),
        (PUBLIC_HOLIDAY, WEEKDAY, False), (PUBLIC_HOLIDAY, SUNDAY, True),
        (None, SATURDAY, False), (None, SUNDAY, False),
    ],
)  # fmt: skip
def test_a_monday_is_of_the_kind_that_the_calendar_makes_it(kind, day_type, fits):
    holidays = {MONDAY: kind} if kind else {}
    assert is_day_type(MONDAY, day_type, holidays) == fits


def test_a_sunday_is_a_sunday_also_in_the_school_holidays():
    assert is_day_type(day(6), SUNDAY, {})
    assert is_day_type(day(6), SUNDAY, {day(6): SCHOOL_HOLIDAY})
    assert is_day_type(day(6), SUNDAY, {day(6): PUBLIC_HOLIDAY})
    assert not is_day_type(day(6), WEEKDAY, {})


def test_every_date_has_the_first_kind_that_fits():
    dates = [day(n) for n in range(7)]
    kinds = day_types_of(
        dates, (SCHOOL, HOLIDAYS, SUNDAY), {day(1): SCHOOL_HOLIDAY, day(2): PUBLIC_HOLIDAY}
    )
    assert kinds.tolist() == ["school", "holidays", "sunday", "school", "school", "", "sunday"]
    assert kinds.index.tolist() == dates


# The date that stands for a kind ----------------------------------------------------------------


def test_each_weekday_has_the_date_with_the_median_number_of_trips():
    # Mondays with 100, 90 (strike?), 100, 101: the median is 100.
    week = [50] * 6
    trips = counts(90, *week, 100, *week, 100, *week, 101)
    dates = choose_service_dates(trips, (WEEKDAY,), {})
    check_frame(dates, SERVICE_DATES)
    monday = dates.iloc[0]
    assert (monday["weekday"], monday["date"], monday["trips"]) == (0, day(7), 100)
    assert (monday["trips_median"], monday["candidates"]) == (100.0, 4)


def test_one_odd_day_never_stands_for_all():
    trips = counts(3, *[50] * 6, 100, *[50] * 6, 100)
    assert choose_service_dates(trips, (WEEKDAY,), {})["date"][0] == day(7)
    trips = counts(999, *[50] * 6, 100, *[50] * 6, 100)
    assert choose_service_dates(trips, (WEEKDAY,), {})["date"][0] == day(7)


def test_days_without_any_service_are_no_candidates():
    trips = counts(0, *[50] * 6, 0, *[50] * 6, 80)
    monday = choose_service_dates(trips, (WEEKDAY,), {}).iloc[0]
    assert (monday["date"], monday["candidates"]) == (day(14), 1)


def test_the_reference_date_is_the_first_to_be_taken():
    trips = counts(*[100] * 28)
    one = choose_service_dates(trips, (WEEKDAY,), {}, reference_date=day(8))
    assert one["date"].tolist() == [day(14), day(8), day(9), day(10), day(11)]
    late = choose_service_dates(trips, (WEEKDAY,), {}, reference_date=day(400))
    assert late["date"][0] == day(0)


def test_school_days_and_holidays_have_dates_of_their_own():
    trips = counts(*[100] * 7, *[60] * 7)
    holidays = {day(n): SCHOOL_HOLIDAY for n in range(7, 14)}
    dates = choose_service_dates(trips, (SCHOOL, HOLIDAYS, SUNDAY), holidays)
    assert dates.loc[dates["day_type"] == "school", "date"].tolist() == [day(n) for n in range(5)]
    assert dates.loc[dates["day_type"] == "holidays", "date"].tolist() == [
        day(n) for n in range(7, 12)
    ]
    assert dates.loc[dates["day_type"] == "sunday", ["date", "candidates"]].to_numpy().tolist() == [
        [day(6), 2]
    ]


def test_a_public_holiday_never_stands_for_a_weekday():
    trips = counts(20, *[50] * 6, 100)
    dates = choose_service_dates(trips, (WEEKDAY,), {day(0): PUBLIC_HOLIDAY})
    assert dates["date"][0] == day(7)


def test_a_weekday_without_service_keeps_its_date_without_trips():
    trips = counts(100, 0, 100, 100, 100, 50, 20)
    dates = choose_service_dates(trips, (WEEKDAY,), {})
    assert dates["weekday"].tolist() == [0, 1, 2, 3, 4]
    assert dates["trips"].tolist() == [100, 0, 100, 100, 100]
    assert dates["date"].tolist()[1] == day(1)


def test_a_weekday_that_the_feed_is_too_short_for_goes_by_another_of_its_kind():
    dates = choose_service_dates(counts(100, 90), (WEEKDAY,), {})
    assert dates["weekday"].tolist() == [0, 1, 2, 3, 4]
    assert dates["candidates"].tolist() == [1, 1, 0, 0, 0]
    assert dates["date"].tolist()[2:] == [day(0)] * 3


def test_a_feed_without_any_service_on_the_chosen_dates_is_an_error():
    with pytest.raises(FeedError, match="keinem der ausgewählten Tage Verkehr"):
        choose_service_dates(counts(0, 0, 0, 0, 0), (WEEKDAY,), {})


def test_a_kind_of_day_without_any_service_is_an_error_that_names_it():
    with pytest.raises(FeedError, match=r"'Sonntag' .*28\.09\.2026 bis 03\.10\.2026"):
        choose_service_dates(counts(9, 9, 9, 9, 9, 9), (WEEKDAY, SUNDAY), {})
    with pytest.raises(FeedError, match="'Ferientag'"):
        choose_service_dates(counts(*[9] * 14), (SCHOOL, HOLIDAYS), {})


@given(st.lists(st.integers(0, 120), min_size=7, max_size=70), st.integers(-5, 80))
def test_the_chosen_date_has_service_and_no_other_is_nearer_to_the_median(numbers, reference):
    trips = counts(*numbers)
    try:
        dates = choose_service_dates(trips, (WEEKDAY,), {}, reference_date=day(reference))
    except FeedError:
        assert not any(n for i, n in enumerate(numbers) if i % 7 < 5)
        return
    for row in dates.itertuples():
        same = [n for i, n in enumerate(numbers) if i % 7 == row.weekday and n]
        assert row.date.weekday() == row.weekday
        assert row.trips == trips[row.date]
        if not same:
            assert row.trips == 0
            continue
        assert row.trips_median == pd.Series(same).median()
        assert abs(row.trips - row.trips_median) == min(abs(n - row.trips_median) for n in same)


# Validity ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", [None, dt.date(2026, 1, 1), dt.date(2026, 6, 30)])
def test_a_timetable_that_is_valid_on_the_reference_date_is_taken(reference):
    require_validity(dt.date(2026, 1, 1), dt.date(2026, 6, 30), reference)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (dt.date(2026, 7, 1), r"ist abgelaufen am 01\.07\.2026"),
        (dt.date(2025, 12, 31), r"hat noch nicht begonnen am 31\.12\.2025"),
    ],
)
def test_a_timetable_that_is_not_valid_on_the_reference_date_is_refused(reference, said):
    with pytest.raises(FeedError, match=said):
        require_validity(dt.date(2026, 1, 1), dt.date(2026, 6, 30), reference)
