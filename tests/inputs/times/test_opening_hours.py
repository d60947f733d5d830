from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo_integration.inputs.times.opening_hours import (
    is_appointment,
    is_remark,
    times_of_opening_hours,
)
from geo_integration.inputs.times.recurrence import Hours, Times

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALL = "Mo,Tu,We,Th,Fr,Sa,Su"
WEEK = "Mo,Tu,We,Th,Fr"


def seconds(text):
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def hours_of(text):
    """ "Mo,Tu 9:00-12:00 m1 | Fr 14:00-15:30" written out."""
    hours = []
    for part in filter(None, text.split(" | ")):
        days, span, *rhythm = part.split()
        start, end = span.split("-")
        hours += [
            Hours(DAYS.index(day), seconds(start), seconds(end), *rhythm) for day in days.split(",")
        ]
    return sorted(hours)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Mo-Fr 09:00-12:00", f"{WEEK} 9:00-12:00"),
        ("Mo-Fr 9:00-12:00;", f"{WEEK} 9:00-12:00"),
        ("Mo,We,Fr 10:00-12:00,14:00-16:00", "Mo,We,Fr 10:00-12:00 | Mo,We,Fr 14:00-16:00"),
        ("Mo-Fr 09:00-12:00; We 14:00-18:00", "Mo,Tu,Th,Fr 9:00-12:00 | We 14:00-18:00"),
        ("Mo-Fr 09:00-12:00, Th 14:00-18:00", f"{WEEK} 9:00-12:00 | Th 14:00-18:00"),
        ("Mo-Fr 09:00-12:00; Fr off", "Mo,Tu,We,Th 9:00-12:00"),
        (
            "Mo-Fr 08:00-18:00; 12:00-13:00 off",
            f"{WEEK} 8:00-12:00 | {WEEK} 13:00-18:00",
        ),
        ("Su-Mo 10:00-12:00", "Su,Mo 10:00-12:00"),
        ("10:00-12:00", f"{ALL} 10:00-12:00"),
        ("24/7", f"{ALL} 0:00-24:00"),
        ("Mo-Su 00:00-24:00", f"{ALL} 0:00-24:00"),
        ("Fr 22:00-02:00", "Fr 22:00-26:00"),
        ("Fr 22:00-26:00", "Fr 22:00-26:00"),
        ("Su 22:00-02:00", "Su 22:00-26:00"),
        ("Sa 20:00-24:00; Su 00:00-13:00", "Sa 20:00-24:00 | Su 0:00-13:00"),
        ("We[1,3] 15:00-17:00", "We 15:00-17:00 m1,m3"),
        ("We[-1] 10:00-12:00", "We 10:00-12:00 m-1"),
        ("Fr[1,-1] 10:00-12:00", "Fr 10:00-12:00 m1,m-1"),
        ("We[5] 10:00-12:00", "We 10:00-12:00 m5"),
        ("We[1] 10:00-12:00; We[3] 14:00-16:00", "We 10:00-12:00 m1 | We 14:00-16:00 m3"),
        ("We[1] 10:00-12:00; Mo 9:00-10:00", "We 10:00-12:00 m1 | Mo 9:00-10:00"),
        ("We 10:00-12:00; We[1] off", "We 10:00-12:00 m2,m3,m4,m5"),
    ],
)
def test_weekly_hours_are_evaluated(text, wanted):
    assert times_of_opening_hours(text) == Times(hours_of(wanted))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Mo-Fr 09:00-12:00; We 14:00-18:00; PH,SH off",
            Times(hours_of("Mo,Tu,Th,Fr 9:00-12:00 | We 14:00-18:00"),
            in_holidays=False, public_holidays=False),
        ),
        ("Mo 10:00-12:00; SH closed", Times(hours_of("Mo 10:00-12:00"), in_holidays=False)),
        ("Mo 10:00-12:00, PH off", Times(hours_of("Mo 10:00-12:00"), public_holidays=False)),
        (
            'Mo 10:00-12:00; PH off "zu; zu"',
            Times(hours_of("Mo 10:00-12:00"), public_holidays=False),
        ),
        ("Su,PH 10:00-12:00", Times(hours_of("Su 10:00-12:00"), public_holidays=True)),
        ("Mo-Su,PH 10:00-12:00", Times(hours_of(f"{ALL} 10:00-12:00"), public_holidays=True)),
        ("Mo-Fr,SH 10:00-12:00", Times(hours_of(f"{WEEK} 10:00-12:00"), in_holidays=True)),
        (
            "Mo-Sa 09:00-18:00; Su,PH 10:00-12:00",
            Times(
                hours_of("Mo,Tu,We,Th,Fr,Sa 9:00-18:00 | Su 10:00-12:00"),
                public_holidays=False, not_understood="Su,PH 10:00-12:00",
            ),
        ),
        (
            "Mo-Fr 08:00-12:00; PH off; SH 09:00-11:00",
            Times(
                hours_of(f"{WEEK} 8:00-12:00"),
                in_holidays=False, public_holidays=False, not_understood="SH 09:00-11:00"
            ),
        ),
        (
            "PH off; Mo 10:00-12:00",
            Times(hours_of("Mo 10:00-12:00"), not_understood="PH off"),
        ),
        ("PH off; 10:00-12:00", Times(hours_of(f"{ALL} 10:00-12:00"), not_understood="PH off")),
        ('Mo-Fr unknown "nach Vereinbarung"', Times([], by_appointment=True)),
        ('"by appointment"', Times([], by_appointment=True)),
        (
            'Mo-Fr 09:00-12:00 || "by appointment"',
            Times(hours_of(f"{WEEK} 9:00-12:00"), by_appointment=True),
        ),
        (
            'Mo-Th 09:00-12:00; Fr unknown "nach Absprache"',
            Times(hours_of("Mo,Tu,We,Th 9:00-12:00"), by_appointment=True),
        ),
        (
            'Mo 10:00-12:00 open "Raum 3"',
            Times(hours_of("Mo 10:00-12:00"), remark="Raum 3"),
        ),
        (
            "week 01-53/2 Mo 10:00-12:00",
            Times(hours_of("Mo 10:00-12:00 2w"), remark="ungerade KW"),
        ),
        (
            "Mo-Fr 09:00-12:00; Dec 24 off",
            Times(hours_of(f"{WEEK} 9:00-12:00"), not_understood="Dec 24 off"),
        ),
        (
            "Mo-Fr 09:00-12:00; Fr unknown",
            Times(hours_of("Mo,Tu,We,Th 9:00-12:00"), not_understood="Fr unknown"),
        ),
        (
            'Mo-Th 09:00-12:00; Fr 09:00-11:00 "im Sommer"',
            Times(
                hours_of("Mo,Tu,We,Th 9:00-12:00"), not_understood='Fr 09:00-11:00 "im Sommer"'
            ),
        ),
    ],
)  # fmt: skip
def test_holidays_appointments_and_comments_are_told(text, wanted):
    assert times_of_opening_hours(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Apr-Oct Mo 09:00-12:00",
        "Mo-Fr 09:00-12:00; Jul-Aug off",
        "Jan 01-Feb 28 Mo 10:00-12:00",
        "2026 Mo 10:00-12:00",
        "week 10-20 Mo 10:00-12:00",
        "week 01-53/2 Mo 10:00-12:00; Tu 10:00-12:00",
        "Mo[2] +1 day 10:00-12:00",
        "Mo 18:00+",
        "Mo sunrise-sunset",
        "Mo 10:00-16:00/01:30",
        "Mo 10:00-10:00",
        "Mo 12:00-11:00",
        "Mo 25:00-27:00",
        "Mo",
        "Mo-Fr open",
        "SH Mo 10:00-12:00",
        "Mo 09:00-12:00; SH Mo 10:00-12:00",
        "PH 10:00-12:00",
        "PH,SH off",
        "off",
        "easter off",
        'Mo 10:00-12:00 "im Sommer"',
        "Mo 10:00-12:00 || Tu 09:00-10:00",
        "Di 09:00-12:00",
        "Mo 9-12",
        "Montag 09:00-12:00",
        "nach Vereinbarung",
        "Mo 09:00-12:00;" * 40,
    ],
)
def test_what_does_not_hold_every_week_or_is_none_is_kept_as_it_stood(text):
    times = times_of_opening_hours(text)
    assert times == Times([], not_understood=text, remark=times.remark)


def test_no_text_says_nothing():
    assert times_of_opening_hours("  ") == Times([])


pieces = st.lists(
    st.sampled_from(
        ["Mo", "Tu-Fr", "We[1]", "Su[-1]", "PH", "SH", "09:00-12:00", "22:00-02:00", "14:00-16:00",
         "off", "open", "unknown", '"Raum 3"', '"by appointment"', ";", ",", ", ", "||", "24/7",
         "week 01-53/2", "Apr", "Dec 24", "easter", "+", "closed", ":", "10:00", "sunset", '"', "-"]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(st.one_of(st.text(max_size=60), pieces, pieces.map(lambda text: text.replace(" ", ""))))
@example("Mo 00:00-24:00; Tu 00:00-01:00")
@example("\x00")
def test_any_text_gives_times_that_hold_together(text):
    times = times_of_opening_hours(text)
    assert times.hours == sorted(set(times.hours))
    assert all(0 <= h.start_s < h.end_s <= 36 * 3600 for h in times.hours)
    assert (
        times.hours
        or times.by_appointment
        or times.not_understood
        or not re.sub(r"[\s;,]", "", text)
    )


def days_of(weekday, numbers):
    """All dates of ten years that are one of these weekdays of their month."""
    days = (dt.date(2020, 1, 1) + dt.timedelta(days=i) for i in range(3653))
    own = [day for day in days if day.weekday() == weekday]
    last = [day for day in own if (day + dt.timedelta(days=7)).month != day.month]
    return [d for d in own if (d.day - 1) // 7 + 1 in numbers or (-1 in numbers and d in last)]


@given(st.integers(0, 6), st.sets(st.sampled_from([1, 2, 3, 4, 5, -1]), min_size=1, max_size=6))
def test_counted_weekdays_of_the_month_are_found_again(day, numbers):
    text = f"{DAYS[day]}[{','.join(str(n) for n in sorted(numbers))}] 10:00-12:00"
    (hour,) = times_of_opening_hours(text).hours
    found = {int(part[1:]) for part in hour.rhythm.split(",") if part} or {1, 2, 3, 4, 5}
    assert hour[:3] == (day, 36000, 43200)
    assert days_of(day, found) == days_of(day, numbers)


@pytest.mark.parametrize(
    "text",
    ["Raum 3", "2. OG", "nur für Frauen", "Saal A", "Anmeldung erforderlich", "Tel. 04461 919-12"],
)
def test_rooms_groups_and_telephones_are_remarks(text):
    assert is_remark(text)


@pytest.mark.parametrize(
    "text", ["3", "14-16", "Raum ab 18", "ab", "Frauen Mo", "nur", "Raum 1030", "Haus zu", ""]
)
def test_whatever_may_tell_times_is_no_remark(text):
    assert not is_remark(text)


@pytest.mark.parametrize("text", ["nach Vereinbarung", "n.V.", "by appointment", "nur mit Termin"])
def test_appointments_are_known(text):
    assert is_appointment(text)
    assert not is_appointment(f"nicht {text}")
