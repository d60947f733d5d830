from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from geo_integration.frames import DAY_S
from geo_integration.inputs.schedules import parse_hours

MO, TU, WE, TH, FR, SA, SU = range(7)
WORK = [MO, TU, WE, TH, FR]


def hm(text):
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def on(days, *spans):
    return sorted((d, hm(a), hm(b)) for d in days for a, b in (s.split("-") for s in spans))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Di 18:00-19:30", on([TU], "18:00-19:30")),
        ("Di 18:00-19:30; Do 18:00-19:30", on([TU, TH], "18:00-19:30")),
        ("Di 18:00-19:30\nDo 9:00-10:00", [*on([TU], "18:00-19:30"), *on([TH], "9:00-10:00")]),
        ("Di 18:00-19:30, Do 9:00-10:00", [*on([TU], "18:00-19:30"), *on([TH], "9:00-10:00")]),
        ("Di + Do 18–19:30 Uhr", on([TU, TH], "18:00-19:30")),
        ("Di & Do 18—19.30", on([TU, TH], "18:00-19:30")),
        ("Di/Do 18:00 − 19:30 Uhr", on([TU, TH], "18:00-19:30")),
        ("di und do 18:00 bis 19:30 Uhr", on([TU, TH], "18:00-19:30")),
        ("dienstags und donnerstags von 18:00 bis 19:30 Uhr", on([TU, TH], "18:00-19:30")),
        ("Dienstag, Donnerstag 18.00-19.30 Uhr", on([TU, TH], "18:00-19:30")),
        ("jeden Dienstag 18 Uhr - 19 Uhr", on([TU], "18:00-19:00")),
        ("Mo-Fr 9-12 Uhr", on(WORK, "9:00-12:00")),
        ("Mo bis Fr 9 bis 12 Uhr", on(WORK, "9:00-12:00")),
        ("Montag bis Freitag: 09:00 - 12:00 Uhr", on(WORK, "9:00-12:00")),
        ("Mo - Do 9-12, Fr 9-11", [*on(WORK[:4], "9:00-12:00"), *on([FR], "9:00-11:00")]),
        ("Mo., Mi. u. Fr. 9-12 Uhr", on([MO, WE, FR], "9:00-12:00")),
        ("Mo-Mi, Fr 8:30-12", on([MO, TU, WE, FR], "8:30-12:00")),
        ("Mo 9-12 und 14-17 Uhr", on([MO], "9:00-12:00", "14:00-17:00")),
        ("Mo 9-12, 14-17", on([MO], "9:00-12:00", "14:00-17:00")),
        ("Sa+So 10-12", on([SA, SU], "10:00-12:00")),
        ("Fr-Mo 10-12", on([FR, SA, SU, MO], "10:00-12:00")),
        ("Sonnabend 10-12", on([SA], "10:00-12:00")),
        ("Mo-Fr 09:00-12:00; Mo 9-12", on(WORK, "9:00-12:00")),
        ("Tue 18:00-19:30", on([TU], "18:00-19:30")),
        ("Mo to Fr 9 to 12", on(WORK, "9:00-12:00")),
        ("Monday and Friday 9:00-12:00", on([MO, FR], "9:00-12:00")),
        ("  DI   18:00  -  19:30  ", on([TU], "18:00-19:30")),
        ("So 0-24", on([SU], "0:00-24:00")),
        ("Fr 22:00-2:00", on([FR], "22:00-26:00")),
        ("Fr 20-0", on([FR], "20:00-24:00")),
    ],
)
def test_times_are_read_as_people_write_them(text, wanted):
    assert [tuple(hour) for hour in parse_hours(text)] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "nach Vereinbarung",
        "Di",
        "18:00-19:30",
        "Di 18:00",
        "Di ab 18 Uhr",
        "Di 18:00-",
        "Di 18-19:3",
        "Di 18-195",
        "Di 8:5-9",
        "Di 25:00-26:00",
        "Di 18:60-19:00",
        "Di 18:00-18:00",
        "Di 18:00-19:30 außer in den Ferien",
        "jeden 2. Dienstag 18:00-19:30",
        "1. Di im Monat 18:00-19:30",
        "gerade KW Di 18:00-19:30",
        "Di 18:00-19:30 (14-tägig)",
        "Di 18:00-19:30; Do",
        "Di 18:00-19:30; nach Vereinbarung",
        "Mo-Mi-Fr 9-12",
        "Xy 9-12",
        "Feiertage 9-12",
        "Mo 9-12 / 14-17 nur im Sommer",
        "Mo 9-12; 14-17",
        "Di 18:00-19:30 Do",
        "01.10.2026 18:00-19:30",
        "Di 1.9.-30.9. 18:00-19:30",
    ],
)
def test_what_is_not_understood_is_refused_and_never_guessed(text):
    with pytest.raises(ValueError, match=r"verstanden|Wochentag|Uhrzeit|gleich"):
        parse_hours(text)


pieces = st.lists(
    st.sampled_from(
        ["Mo", "Di", "so", "Fr.", "dienstags", "-", "–", " bis ", "18", "9:30", "24", "0", "19.15",
         " ", ",", ";", "\n", "und", "+", "/", "Uhr", "x", ":", ".", "von", "7-8", "22-2"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.one_of(st.text(max_size=60), pieces))
@example("Mo 0:00-24:00")
@example("mo ٣-٤")
@example("İ 1-2")
def test_any_text_is_either_refused_or_has_starts_before_ends(text):
    try:
        hours = parse_hours(text)
    except ValueError:
        return
    assert hours
    assert len(set(hours)) == len(hours)
    for hour in hours:
        assert 0 <= hour.weekday <= 6
        assert 0 <= hour.start_s < hour.end_s <= 2 * DAY_S
        assert hour.end_s - hour.start_s <= DAY_S


@given(
    st.sampled_from(["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]),
    st.integers(0, 23), st.integers(0, 59), st.integers(0, 23), st.integers(0, 59),
)  # fmt: skip
def test_every_plain_time_is_read_back(day, h1, m1, h2, m2):
    start, end = h1 * 60 + m1, h2 * 60 + m2
    assume(end > start or end + 24 * 60 - start <= 12 * 60)
    if (h1, m1) == (h2, m2):
        return
    start, end = h1 * 3600 + m1 * 60, h2 * 3600 + m2 * 60
    found = parse_hours(f"{day} {h1:02d}:{m1:02d}-{h2:02d}:{m2:02d}")
    weekday = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"].index(day)
    assert found == [(weekday, start, end if end > start else end + DAY_S)]


@pytest.mark.parametrize("text", ["Di" + " " * 300 + "x", "a" * 3000, "Di 18-19" * 300 + "x"])
def test_a_long_remark_is_refused(text):
    with pytest.raises(ValueError, match="verstanden"):
        parse_hours(text)


def test_an_end_before_the_start_is_a_night_or_a_typing_error():
    assert parse_hours("Sa 22-1")[0].end_s == 25 * 3600
    with pytest.raises(ValueError, match="Ende vor dem Anfang"):
        parse_hours("Mo 19:30-18:00")
