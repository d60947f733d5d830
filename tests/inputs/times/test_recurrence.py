from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo_integration.inputs.times.recurrence import Hours, Times, rhythm_of, times_of_rrule

TUESDAY = dt.datetime(2026, 9, 1, 18, 0)  # noqa: DTZ001
END = dt.datetime(2026, 9, 1, 19, 30)  # noqa: DTZ001
START_S, END_S = 18 * 3600, 19 * 3600 + 1800
TODAY = dt.date(2026, 11, 1)


def at(*days, rhythm=""):
    return [Hours(day, START_S, END_S, rhythm) for day in days]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("FREQ=WEEKLY", at(1)),
        ("RRULE:FREQ=WEEKLY;WKST=MO", at(1)),
        ("freq=weekly;byday=tu,th", at(1, 3)),
        ("FREQ=WEEKLY;BYDAY=TU,TH;INTERVAL=2", at(1, 3, rhythm="2w")),
        ("FREQ=WEEKLY;INTERVAL=3", at(1, rhythm="3w")),
        ("FREQ=DAILY", at(*range(7))),
        ("FREQ=DAILY;BYDAY=MO,TU,WE", at(0, 1, 2)),
        ("FREQ=DAILY;INTERVAL=7", at(1)),
        ("FREQ=DAILY;INTERVAL=14", at(1, rhythm="2w")),
        ("FREQ=MONTHLY;BYDAY=1WE", at(2, rhythm="m1")),
        ("FREQ=MONTHLY;BYDAY=+1WE,3WE", at(2, rhythm="m1,m3")),
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=1", at(2, rhythm="m1")),
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2,-1", at(2, rhythm="m2,m-1")),
        ("FREQ=MONTHLY;BYDAY=-1FR", at(4, rhythm="m-1")),
        ("FREQ=MONTHLY;BYDAY=5FR", at(4, rhythm="m5")),
        ("FREQ=MONTHLY;BYDAY=1MO,3TH", [*at(0, rhythm="m1"), *at(3, rhythm="m3")]),
        ("FREQ=MONTHLY;BYDAY=WE", at(2)),
        ("DTSTART:20260901T180000\nRRULE:FREQ=WEEKLY", at(1)),
    ],
)
def test_series_become_weekdays_with_a_rhythm(rule, wanted):
    assert times_of_rrule(rule, TUESDAY, END, today=TODAY) == Times(wanted)


@pytest.mark.parametrize(
    ("rule", "remark"),
    [
        ("FREQ=WEEKLY;UNTIL=20261231", "bis 29.12.2026"),
        ("FREQ=WEEKLY;UNTIL=20261229T165959Z", "bis 22.12.2026"),
        ("FREQ=WEEKLY;UNTIL=20261229T170000Z", "bis 29.12.2026"),
        ("FREQ=WEEKLY;UNTIL=20261229T180000", "bis 29.12.2026"),
        ("FREQ=WEEKLY;COUNT=12", "bis 17.11.2026"),
        ("FREQ=DAILY;INTERVAL=7;COUNT=12", "bis 17.11.2026"),
        ("FREQ=WEEKLY;COUNT=99999999", ""),
    ],
)
def test_the_end_of_a_series_is_told(rule, remark):
    assert times_of_rrule(rule, TUESDAY, END, today=TODAY) == Times(at(1), remark=remark)


@pytest.mark.parametrize(
    ("rule", "remark"),
    [
        ("FREQ=WEEKLY;COUNT=5", "die Reihe endete am 29.09.2026"),
        ("FREQ=WEEKLY;UNTIL=20261020", "die Reihe endete am 20.10.2026"),
        ("FREQ=WEEKLY;COUNT=1", "einzelner Termin am 01.09.2026"),
        ("FREQ=WEEKLY;UNTIL=20260903", "einzelner Termin am 01.09.2026"),
        ("FREQ=WEEKLY;UNTIL=20260101", "Wiederholungsregel ohne Termine"),
        ("FREQ=DAILY;INTERVAL=2", "alle 2 Tage, nicht an einem Wochentag"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", "Wiederholungsregel ohne Termine"),
        ("FREQ=MONTHLY", "an einem Tag des Monats, nicht an einem Wochentag"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1WE", "Wiederholung weder"),
        ("FREQ=MONTHLY;INTERVAL=12;BYDAY=1WE", "Wiederholung weder"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1", "Wiederholung weder"),
        ("FREQ=MONTHLY;BYDAY=-2WE", "Wiederholung weder"),
        ("FREQ=WEEKLY;INTERVAL=53", "Wiederholung weder"),
        ("FREQ=WEEKLY;BYDAY=1TU", "Wiederholungsregel nicht verstanden"),
        ("FREQ=WEEKLY;BYMONTH=5", "Wiederholungsregel nicht verstanden"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "Wiederholungsregel nicht verstanden"),
        ("FREQ=MONTHLY;BYDAY=1TU;BYSETPOS=5", "Wiederholungsregel nicht verstanden"),
        ("FREQ=WEEKLY;BYHOUR=9", "Wiederholungsregel nicht verstanden"),
        ("FREQ=WEEKLY;INTERVAL=0", "Wiederholungsregel nicht verstanden"),
        ("FREQ=YEARLY", "Wiederholungsregel nicht verstanden"),
        ("FREQ=SECONDLY", "Wiederholungsregel nicht verstanden"),
        ("FREQ=WEEKLY;FREQ=DAILY", "Wiederholungsregel nicht verstanden"),
        ("FREQ=WEEKLY;UNTIL=20269999", "das Ende der Reihe ist kein Datum"),
        ("FREQ=WEEKLY\nRRULE:FREQ=DAILY", "mehrere Regeln"),
    ],
)
def test_what_is_over_single_or_not_by_weekdays_has_no_hours(rule, remark):
    times = times_of_rrule(rule, TUESDAY, END, today=TODAY)
    assert times == Times([], not_understood=rule, remark=times.remark)
    assert times.remark.startswith(remark)


def test_without_a_rule_it_is_a_single_event():
    wanted = Times(
        [], not_understood="01.09.2026 18:00-19:30", remark="einzelner Termin am 01.09.2026"
    )
    assert times_of_rrule("", TUESDAY, END) == wanted


def test_dates_left_out_are_kept_for_people():
    times = times_of_rrule("RRULE:FREQ=WEEKLY\nEXDATE:20261006T180000", TUESDAY, END)
    assert times == Times(at(1), not_understood="EXDATE:20261006T180000")


def test_a_past_series_has_hours_when_nobody_says_what_day_it_is():
    assert times_of_rrule("FREQ=WEEKLY;COUNT=5", TUESDAY, END).hours == at(1)


def test_aware_times_are_told_by_the_clock_on_the_wall():
    start = dt.datetime(2026, 9, 1, 16, 0, tzinfo=dt.UTC)
    times = times_of_rrule("FREQ=WEEKLY", start, start + dt.timedelta(minutes=90))
    assert times.hours == at(1)


def test_a_night_ends_on_the_next_day():
    times = times_of_rrule("FREQ=WEEKLY", TUESDAY, TUESDAY + dt.timedelta(hours=8))
    assert times.hours == [Hours(1, START_S, 26 * 3600)]


@pytest.mark.parametrize("hours", [-1, 0, 25])
def test_an_event_without_length_or_of_days_is_told(hours):
    times = times_of_rrule("FREQ=WEEKLY", TUESDAY, TUESDAY + dt.timedelta(hours=hours))
    assert times.hours == []
    assert times.remark == "Anfang und Ende passen nicht zusammen"


PARTS = (
    "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=MONTHLY", "FREQ=YEARLY", "INTERVAL=2", "INTERVAL=999",
    "INTERVAL=-1", "COUNT=3", "COUNT=x", "UNTIL=20270101", "UNTIL=99991231", "UNTIL=0", "WKST=SU",
    "BYDAY=MO", "BYDAY=1MO,-1FR", "BYDAY=", "BYSETPOS=-1", "BYSETPOS=1,5", "BYMONTH=2", "X", "=",
)  # fmt: skip


@given(
    st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PARTS), max_size=6).map(";".join)),
    st.datetimes(),
    st.timedeltas(),
)
@example("FREQ=WEEKLY", dt.datetime.max, dt.timedelta(0))  # noqa: DTZ901
@example("FREQ=WEEKLY", dt.datetime(9998, 12, 30), dt.timedelta(hours=1))  # noqa: DTZ001
@example("FREQ=MONTHLY;BYDAY=5MO;INTERVAL=999", dt.datetime(2024, 2, 1), dt.timedelta(hours=1))  # noqa: DTZ001
def test_any_rule_gives_times_that_hold_together(rule, start, length):
    try:
        end = start + length
    except OverflowError:
        end = start
    times = times_of_rrule(rule, start, end, today=TODAY)
    assert times.hours == sorted(set(times.hours))
    assert times.hours or times.not_understood


@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 52))
def test_weeks_between_dates_are_told(first, step):
    days = [first + dt.timedelta(weeks=i) for i in range(0, 105, step)]
    rhythm = rhythm_of(days, first, first + dt.timedelta(weeks=104))
    assert rhythm == (f"{step}w" if step > 1 else "")


def test_dates_that_stop_half_way_have_no_rhythm():
    first = dt.date(2026, 1, 5)
    days = [first + dt.timedelta(weeks=i) for i in range(30)]
    assert rhythm_of(days, first, first + dt.timedelta(weeks=104)) is None
    assert rhythm_of([], first, first) is None
