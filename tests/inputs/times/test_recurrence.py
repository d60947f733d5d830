from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo_integration.inputs.times.recurrence import Series, rhythm_of, series_of
from geo_integration.inputs.times.schedules import parse_times

TUESDAY = dt.date(2026, 9, 1)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY", ["Di"]),
        ("RRULE:FREQ=WEEKLY;WKST=MO", ["Di"]),
        ("freq=weekly;byday=tu,th", ["Di, Do"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;INTERVAL=2", ["14-tägig Di, Do"]),
        ("FREQ=WEEKLY;INTERVAL=3", ["alle 3 Wochen Di"]),
        ("FREQ=DAILY", ["Mo-So"]),
        ("FREQ=DAILY;BYDAY=MO,TU,WE", ["Mo-Mi"]),
        ("FREQ=DAILY;INTERVAL=7", ["Di"]),
        ("FREQ=DAILY;INTERVAL=14", ["14-tägig Di"]),
        ("FREQ=MONTHLY;BYDAY=1WE", ["jeden 1. Mi im Monat"]),
        ("FREQ=MONTHLY;BYDAY=+1WE,3WE", ["jeden 1. und 3. Mi im Monat"]),
        ("FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2,-1", ["jeden 2. und letzten Mi im Monat"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["jeden letzten Fr im Monat"]),
        ("FREQ=MONTHLY;BYDAY=5FR", ["jeden 5. Fr im Monat"]),
        ("FREQ=MONTHLY;BYDAY=1MO,3TH", ["jeden 1. Mo im Monat", "jeden 3. Do im Monat"]),
        ("FREQ=MONTHLY;BYDAY=1MO,1TH", ["jeden 1. Mo, Do im Monat"]),
        ("FREQ=MONTHLY;BYDAY=WE", ["Mi"]),
        ("DTSTART:20260901T180000\nRRULE:FREQ=WEEKLY", ["Di"]),
        ("FREQ=WEEKLY;COUNT=99999999", ["Di"]),
    ],
)
def test_rules_become_words(rule, days):
    assert series_of(rule, TUESDAY) == Series(tuple(days), None)


@pytest.mark.parametrize(
    ("rule", "last"),
    [
        ("FREQ=WEEKLY;UNTIL=20261231", dt.date(2026, 12, 29)),
        ("FREQ=WEEKLY;UNTIL=20261229T165959Z", dt.date(2026, 12, 29)),
        ("FREQ=WEEKLY;COUNT=12", dt.date(2026, 11, 17)),
        ("FREQ=DAILY;INTERVAL=7;COUNT=12", dt.date(2026, 11, 17)),
        ("FREQ=WEEKLY;COUNT=1", TUESDAY),
        ("FREQ=WEEKLY;UNTIL=20260903", TUESDAY),
    ],
)
def test_the_last_date_of_a_series_is_told(rule, last):
    assert series_of(rule, TUESDAY) == Series(("Di",), last)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
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
        ("FREQ=WEEKLY\nRRULE:FREQ=DAILY", "mehrere Wiederholungsregeln"),
        ("", "keine Wiederholungsregel"),
    ],
)
def test_what_does_not_follow_weekdays_is_no_series(rule, message):
    with pytest.raises(ValueError, match=message):
        series_of(rule, TUESDAY)


def test_dates_left_out_are_kept_for_people():
    found = series_of("RRULE:FREQ=WEEKLY\nEXDATE:20261006T180000", TUESDAY)
    assert found == Series(("Di",), None, "EXDATE:20261006T180000")


def test_without_a_first_date_the_rule_must_name_the_day():
    found = series_of("FREQ=WEEKLY;BYDAY=TH;COUNT=3;UNTIL=20200101", None)
    assert found == Series(("Do",), dt.date(2020, 1, 1))
    with pytest.raises(ValueError, match="Wochentag der Wiederholung fehlt"):
        series_of("FREQ=WEEKLY", None)


PARTS = (
    "FREQ=WEEKLY", "FREQ=DAILY", "FREQ=MONTHLY", "FREQ=YEARLY", "INTERVAL=2", "INTERVAL=3",
    "INTERVAL=7", "INTERVAL=-1", "INTERVAL=999", "COUNT=3", "COUNT=x", "UNTIL=20270101",
    "UNTIL=99991231", "UNTIL=0", "WKST=SU", "BYDAY=MO", "BYDAY=TU,TH,FR,SA", "BYDAY=1MO,-1FR",
    "BYDAY=1MO,3MO", "BYDAY=", "BYSETPOS=-1", "BYSETPOS=1,5", "BYMONTH=2", "X", "=",
)  # fmt: skip
RULES = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PARTS), max_size=5).map(";".join))


@given(RULES, st.none() | st.dates())
@example("FREQ=WEEKLY", dt.date.max)
@example("FREQ=MONTHLY;BYDAY=5MO;INTERVAL=999", dt.date(2024, 2, 1))
@example("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1,5", dt.date(2024, 2, 1))
def test_words_of_any_rule_are_read_as_just_these_days(rule, first):
    try:
        found = series_of(rule, first)
    except ValueError as error:
        assert str(error)  # noqa: PT017
        return
    assert found.days
    assert not found.last or not first or found.last >= first
    for words in found.days:
        times = parse_times(f"{words} 18:00-19:30")
        assert times.hours
        assert times.not_understood == ""


@pytest.mark.parametrize("rhythm", ["", "2w", "3w", "m1", "m1,m3", "m2,m-1", "m-1"])
def test_words_and_rhythms_say_the_same(rhythm):
    rules = {
        "": "FREQ=WEEKLY", "2w": "FREQ=WEEKLY;INTERVAL=2", "3w": "FREQ=WEEKLY;INTERVAL=3",
        "m1": "FREQ=MONTHLY;BYDAY=1TU", "m1,m3": "FREQ=MONTHLY;BYDAY=1TU,3TU",
        "m2,m-1": "FREQ=MONTHLY;BYDAY=2TU,-1TU", "m-1": "FREQ=MONTHLY;BYDAY=-1TU",
    }  # fmt: skip
    words = series_of(rules[rhythm], TUESDAY).days[0]
    (hour,) = parse_times(f"{words} 18:00-19:30").hours
    assert (hour.weekday, hour.rhythm) == (1, rhythm)


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
