from __future__ import annotations

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from geo_integration.frames import DAY_S
from geo_integration.inputs.times.opening_hours import times_of_opening_hours
from geo_integration.inputs.times.schedules import Hours, Times, parse_hours, parse_times

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
    assert [tuple(hour)[:3] for hour in parse_hours(text)] == wanted


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
    assert found == [(weekday, start, end if end > start else end + DAY_S, "")]


@pytest.mark.parametrize("text", ["Di" + " " * 300 + "x", "a" * 3000, "Di 18-19" * 300 + "x"])
def test_a_long_remark_is_refused(text):
    with pytest.raises(ValueError, match="verstanden"):
        parse_hours(text)


def test_an_end_before_the_start_is_a_night_or_a_typing_error():
    assert parse_hours("Sa 22-1")[0].end_s == 25 * 3600
    with pytest.raises(ValueError, match="Ende vor dem Anfang"):
        parse_hours("Mo 19:30-18:00")


# Every kind of text ---------------------------------------------------------------------------

DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
ALL = "Mo,Di,Mi,Do,Fr,Sa,So"
WEEK = "Mo,Di,Mi,Do,Fr"


def hours_of(text):
    """ "Mo,Di 9:00-12:00 m1 | Fr 14:00-15:30" written out."""
    hours = []
    for part in filter(None, text.split(" | ")):
        days, span, *rhythm = part.split()
        start, end = span.split("-")
        hours += [Hours(DAYS.index(day), hm(start), hm(end), *rhythm) for day in days.split(",")]
    return sorted(hours)


UNDERSTOOD = [
    # weekdays and times
    ("Di + Do 18–19:30 Uhr", "Di,Do 18:00-19:30"),
    ("Mo.–Fr. 9–12 Uhr", f"{WEEK} 9:00-12:00"),
    (
        "Mo-Fr 9-12 u. 14-17 Uhr, Sa 10-12",
        f"{WEEK} 9:00-12:00 | {WEEK} 14:00-17:00 | Sa 10:00-12:00",
    ),
    ("dienstags von 9:00 bis 11:30 Uhr", "Di 9:00-11:30"),
    ("Mo bis Do 9 bis 12 Uhr", "Mo,Di,Mi,Do 9:00-12:00"),
    ("Di 18h-19h30", "Di 18:00-19:30"),
    ("Di 18.00h-19.30h", "Di 18:00-19:30"),
    ("Di 18 Uhr 30 - 20 Uhr", "Di 18:30-20:00"),
    ("Di 18 Uhr bis 19 Uhr 30", "Di 18:00-19:30"),
    ("Di 18:00:00-19:30:00", "Di 18:00-19:30"),
    ("9-12 Uhr Mo und Di", "Mo,Di 9:00-12:00"),
    ("9-12 Mo, 14-17 Di", "Mo 9:00-12:00 | Di 14:00-17:00"),
    ("10-12 am Dienstag", "Di 10:00-12:00"),
    ("9-12 am Montag", "Mo 9:00-12:00"),
    ("Mo-Fr 9-12, Do auch 14-18", f"{WEEK} 9:00-12:00 | Do 14:00-18:00"),
    (
        "Mo, Di, Do, Fr 8.30-12.00; Do zusätzlich 14.00-17.30",
        "Mo,Di,Do,Fr 8:30-12:00 | Do 14:00-17:30",
    ),
    ("Mo 9-12 / 13-16", "Mo 9:00-12:00 | Mo 13:00-16:00"),
    ("Mo 9-12/13-16", "Mo 9:00-12:00 | Mo 13:00-16:00"),
    ("Mo 9–12, 13–16 Uhr", "Mo 9:00-12:00 | Mo 13:00-16:00"),
    ("Mo-Fr 9-12 Uhr 14-17 Uhr", f"{WEEK} 9:00-12:00 | {WEEK} 14:00-17:00"),
    ("Mo 9-12 Di 14-16", "Mo 9:00-12:00 | Di 14:00-16:00"),
    ("Mo 9 - 12 Uhr. Di 10-11 Uhr.", "Mo 9:00-12:00 | Di 10:00-11:00"),
    ("Mo 9-12, und Di 10-11", "Mo 9:00-12:00 | Di 10:00-11:00"),
    ("Mo Mi Fr 9-12", "Mo,Mi,Fr 9:00-12:00"),
    ("Mo,Di,Mi 9-12", "Mo,Di,Mi 9:00-12:00"),
    ("Mo - Fr: 08.00 - 12.00 Uhr und 14.00 - 16.00 Uhr", f"{WEEK} 8:00-12:00 | {WEEK} 14:00-16:00"),
    ("Montags - Freitags 8-12", f"{WEEK} 8:00-12:00"),
    ("Mo\u00a018\u00a0–\u00a019:30\u00a0Uhr", "Mo 18:00-19:30"),
    ("Mo 9-12 | Di 10-12", "Mo 9:00-12:00 | Di 10:00-12:00"),
    ("• Mo 9-12\n• Di 10-12", "Mo 9:00-12:00 | Di 10:00-12:00"),
    ("Montag:\n9-12 Uhr\nDienstag:\n14-17 Uhr", "Mo 9:00-12:00 | Di 14:00-17:00"),
    ("Mo\r\n9-12\r\nDi\r\n14-16", "Mo 9:00-12:00 | Di 14:00-16:00"),
    ("Öffnungszeiten: Mo-Fr 9-12 Uhr", f"{WEEK} 9:00-12:00"),
    ("Sprechstunde Di 9-12", "Di 9:00-12:00"),
    ("(Mo-Fr) 9-12 Uhr", f"{WEEK} 9:00-12:00"),
    ("Mo-Fr (9-12 Uhr)", f"{WEEK} 9:00-12:00"),
    ("Fr 22-2", "Fr 22:00-26:00"),
    ("So 0-24 Uhr", "So 0:00-24:00"),
    ("Di 9.10-12.10 Uhr", "Di 9:10-12:10"),
    ("Mo 6:00-8:00", "Mo 6:00-8:00"),
    ("Mo 06-08 Uhr", "Mo 6:00-8:00"),
    ("Sonnabends 10-12", "Sa 10:00-12:00"),
    # groups of days, and days left out
    ("täglich 8-20", f"{ALL} 8:00-20:00"),
    ("jeden Tag 8-20 Uhr", f"{ALL} 8:00-20:00"),
    ("täglich außer Mo 10-18", "Di,Mi,Do,Fr,Sa,So 10:00-18:00"),
    ("täglich außer sonntags 10-18 Uhr", "Mo,Di,Mi,Do,Fr,Sa 10:00-18:00"),
    ("Mo-Fr außer Mi 9-12", "Mo,Di,Do,Fr 9:00-12:00"),
    ("Mo-Fr 9-12, Mi geschlossen", "Mo,Di,Do,Fr 9:00-12:00"),
    ("täglich 10-18 Uhr; Mo Ruhetag", "Di,Mi,Do,Fr,Sa,So 10:00-18:00"),
    ("wochenends 10-12", "Sa,So 10:00-12:00"),
    ("am Wochenende 10-12", "Sa,So 10:00-12:00"),
    ("Fr, wochenends 10-12", "Fr,Sa,So 10:00-12:00"),
    # rhythms
    ("jeden 1. Mittwoch im Monat 15-17", "Mi 15:00-17:00 m1"),
    ("1. und 3. Di im Monat 18-20 Uhr", "Di 18:00-20:00 m1,m3"),
    ("1./3. Di im Monat 18-20 Uhr", "Di 18:00-20:00 m1,m3"),
    ("1. u. 3. Mi 15-17", "Mi 15:00-17:00 m1,m3"),
    ("jeden 2. Mi im Monat 15-17", "Mi 15:00-17:00 m2"),
    ("jeden zweiten und vierten Mittwoch 15-17", "Mi 15:00-17:00 m2,m4"),
    ("jeden ersten Mittwoch 15-17", "Mi 15:00-17:00 m1"),
    ("jeden letzten Freitag im Monat, 17.00 - 19.00", "Fr 17:00-19:00 m-1"),
    ("jeden 1. und letzten Freitag im Monat 17-19", "Fr 17:00-19:00 m1,m-1"),
    ("15-17 Uhr am 1. Mittwoch im Monat", "Mi 15:00-17:00 m1"),
    ("jeden Monat am 1. Mittwoch 15-17 Uhr", "Mi 15:00-17:00 m1"),
    ("an jedem 5. Mi des Monats 15-17", "Mi 15:00-17:00 m5"),
    ("Mo 9-12; jeden 1. Mi im Monat 15-17", "Mo 9:00-12:00 | Mi 15:00-17:00 m1"),
    ("jd. 3. Do im Monat 19-21 Uhr", "Do 19:00-21:00 m3"),
    ("14-tägig Do 17-19", "Do 17:00-19:00 2w"),
    ("Do 17-19 (14-tägig)", "Do 17:00-19:00 2w"),
    ("Do 14-tägl. 17-19", "Do 17:00-19:00 2w"),
    ("Do 17-19 Uhr, alle 14 Tage", "Do 17:00-19:00 2w"),
    ("alle zwei Wochen mittwochs 16–18h", "Mi 16:00-18:00 2w"),
    ("jede 2. Woche Di 18-19", "Di 18:00-19:00 2w"),
    ("zweiwöchentlich Di 9-12", "Di 9:00-12:00 2w"),
    ("alle 3 Wochen Do 17:00-19:00", "Do 17:00-19:00 3w"),
    ("Do 17-19 alle vier Wochen", "Do 17:00-19:00 4w"),
    ("wöchentlich Do 17-19", "Do 17:00-19:00"),
    ("Mo 9-12, 14-tägig Do 17-19", "Mo 9:00-12:00 | Do 17:00-19:00 2w"),
    ("Mo 9-12 14-tägig, Do 17-19", "Mo 9:00-12:00 2w | Do 17:00-19:00"),
    ("Mo 9-12; Do 17-19 14-tägig", "Mo 9:00-12:00 | Do 17:00-19:00 2w"),
    # English
    ("Tue & Thu 6-7:30 pm", "Di,Do 18:00-19:30"),
    ("Mon-Fri 9am-5pm", f"{WEEK} 9:00-17:00"),
    ("Mon 9 a.m. to 5 p.m.", "Mo 9:00-17:00"),
    ("Mon 9 am to 5 pm", "Mo 9:00-17:00"),
    ("Monday 11-1 pm", "Mo 11:00-13:00"),
    ("Tue 12-2pm", "Di 12:00-14:00"),
    ("every 1st Wednesday of the month 3-5pm", "Mi 15:00-17:00 m1"),
    ("first and third Tuesday of the month 18-20", "Di 18:00-20:00 m1,m3"),
    ("every other Wednesday 3-5 pm", "Mi 15:00-17:00 2w"),
    ("every two weeks on Wednesday 3-5 pm", "Mi 15:00-17:00 2w"),
    ("weekdays 9am-5pm", f"{WEEK} 9:00-17:00"),
    ("Tu 9-12", "Di 9:00-12:00"),
    # OpenStreetMap
    ("Mo-Fr 09:00-12:00", f"{WEEK} 9:00-12:00"),
    ("Mo-Fr 09:00-12:00; We 14:00-18:00", "Mo,Di,Do,Fr 9:00-12:00 | Mi 14:00-18:00"),
    ("We[1,3] 15:00-17:00", "Mi 15:00-17:00 m1,m3"),
    ("24/7", f"{ALL} 0:00-24:00"),
    ("Mo 09:00-12:00; Mo 14:00-16:00", "Mo 9:00-12:00 | Mo 14:00-16:00"),
    ("Mo-Fr 09:00-12:00, Fr 12:00-14:00", f"{WEEK} 9:00-12:00 | Fr 12:00-14:00"),
]  # fmt: skip
# text, hours, in_holidays, public_holidays, by_appointment, remark
SAID = [
    ("Di 18-19 (außer in den Ferien)", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19 nicht in den Schulferien", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19, nur während der Schulzeit", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19 (nicht in den Ferien!)", "Di 18:00-19:00", False, None, False, ""),
    ("außer in den Ferien Di 18-19", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19, in den Ferien geschlossen", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19, in den Ferien findet kein Kurs statt", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19 außerhalb der Schulferien", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19, term time only", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19, except school holidays", "Di 18:00-19:00", False, None, False, ""),
    ("Di 18-19 auch in den Ferien", "Di 18:00-19:00", True, None, False, ""),
    ("Di 18-19, auch in den Ferien, nicht an Feiertagen", "Di 18:00-19:00", True, False, False, ""),
    ("Di 18-19, außer feiertags", "Di 18:00-19:00", None, False, False, ""),
    ("Di 18-19, feiertags geschlossen", "Di 18:00-19:00", None, False, False, ""),
    ("täglich außer feiertags 10-18", f"{ALL} 10:00-18:00", None, False, False, ""),
    ("Di 18-19, auch an Feiertagen", "Di 18:00-19:00", None, True, False, ""),
    ("Di 18-19 an Schultagen", "Di 18:00-19:00", False, False, False, ""),
    (
        "Mo 9-12; Di 14-16; nicht in den Ferien und an Feiertagen",
        "Mo 9:00-12:00 | Di 14:00-16:00", False, False, False, "",
    ),
    ("Montag\n9-12\nnicht in den Ferien", "Mo 9:00-12:00", False, None, False, ""),
    ("nach Vereinbarung", "", None, None, True, ""),
    ("nur nach Vereinbarung", "", None, None, True, ""),
    ("n. V.", "", None, None, True, ""),
    ("Termine nach Absprache", "", None, None, True, ""),
    ("by appointment only", "", None, None, True, ""),
    ("Mo 9-12 und nach Vereinbarung", "Mo 9:00-12:00", None, None, True, ""),
    ("Mo 9-12 Uhr sowie nach telefonischer Absprache", "Mo 9:00-12:00", None, None, True, ""),
    ("Mo 9-12\nn.V.", "Mo 9:00-12:00", None, None, True, ""),
    ("Mo 9-12 oder auf Anfrage, Di 10-12", "Mo 9:00-12:00 | Di 10:00-12:00", None, None, True, ""),
    ("Di 18:00 - 19:30 (Raum 3)", "Di 18:00-19:30", None, None, False, "Raum 3"),
    ("Di 18-19:30 Uhr, Raum 3", "Di 18:00-19:30", None, None, False, "Raum 3"),
    ("Di 18-19 (2. OG, Zimmer 12)", "Di 18:00-19:00", None, None, False, "2. OG, Zimmer 12"),
    ("Di 18-19 (Kurs A1)", "Di 18:00-19:00", None, None, False, "Kurs A1"),
    ("Di 09:00-12:00 Uhr u. n. Vereinb.", "Di 9:00-12:00", None, None, True, ""),
    ("Di 18-19 (nur für Frauen)", "Di 18:00-19:00", None, None, False, "nur für Frauen"),
    ("Mo 9-12; Anmeldung nötig", "Mo 9:00-12:00", None, None, False, "Anmeldung nötig"),
    ("Mo 9-12; Tel. 04461 919-1234", "Mo 9:00-12:00", None, None, False, "Tel. 04461 919-1234"),
    ("Mo (ungerade KW) 10-12", "Mo 10:00-12:00 2w", None, None, False, "ungerade KW"),
    ("Mo 10-12 in geraden Wochen", "Mo 10:00-12:00 2w", None, None, False, "in geraden Wochen"),
    (
        "Mo 9-12 (ungerade KW), Di 9-10 (gerade KW)", "Mo 9:00-12:00 2w | Di 9:00-10:00 2w",
        None, None, False, "ungerade KW; gerade KW",
    ),
    (
        "Mo-Fr 09:00-12:00; We 14:00-18:00; PH,SH off",
        "Mo,Di,Do,Fr 9:00-12:00 | Mi 14:00-18:00", False, False, False, "",
    ),
    ('Mo-Fr unknown "nach Vereinbarung"', "", None, None, True, ""),
]  # fmt: skip
# text, hours that are sure all the same, what is not understood ("" for all of it)
NOT_UNDERSTOOD = [
    ("ab 18 Uhr", "", ""),
    ("Di ab 18 Uhr", "", ""),
    ("Di 18:00", "", ""),
    ("18-19", "", ""),
    ("Di", "", ""),
    ("werktags 8-16", "", ""),
    ("12.03.2026 18 Uhr", "", ""),
    ("12.03.2026 18-20 Uhr", "", ""),
    ("Di, 12.03.2026, 18-20 Uhr", "", ""),
    ("Di 1.9.-30.9. 18:00-19:30", "", ""),
    ("Di 05.10-12.10 18-19", "", ""),
    ("Di 2026-03-12 18:00-19:00", "", ""),
    ("Mo 9-12 oder 14-16", "", ""),
    ("Mo/Di 9-12/14-16", "", ""),
    ("Mo 9-12-15", "", ""),
    ("Di 8,30-12 Uhr", "", ""),
    ("Di 18³⁰-20 Uhr", "", ""),
    ("Mo 2-5 Uhr", "", ""),
    ("Tue 6-7:30", "", ""),
    ("Thursday 7-9", "", ""),
    ("Mon 9am-5", "", ""),
    ("Mo 19:30-18:00", "", ""),
    ("Di abends 8-10", "", ""),
    ("im Sommer Mo 9-12", "", ""),
    ("Mo 9-12; nur im Sommer", "", ""),
    ("Mo 9-12 (nur im Sommer)", "", ""),
    ("Mo 9-12 (14-16)", "", ""),
    ("täglich (Mo-Fr) 9-12", "", ""),
    ("Mo 9-12 nur in den Ferien", "", ""),
    ("Mo 9-12, in den Ferien 10-11", "", ""),
    ("So 9-12 auch feiertags 14-16", "", ""),
    ("sonn- und feiertags 10-12", "", ""),
    ("jeden 2. Dienstag 18-19", "", ""),
    ("1. Mi 15-17", "", ""),
    ("monatlich Mi 15-17", "", ""),
    ("jeden Werktag 9-12", "", ""),
    ("jeden Mittwoch außer 1. Mittwoch im Monat 9-11", "", ""),
    ("Mo-Fr 9-12 und 14-17 Uhr (Fr nur bis 12 Uhr)", "", ""),
    ("Mo-Fr 7:30-16:30 (Ferien: 8-14)", "", ""),
    ("Di 17-19 Uhr ab 01.09.2026", "", ""),
    ("Di 1700-1900", "", ""),
    ("jeden 1. Montag und 3. Donnerstag im Monat 15-17", "", ""),
    ("2x wöchentlich Mo 9-12", "", ""),
    ("zweiwöchig Mo 9-12", "", ""),
    ("14-tägig Mo 9-12, Do 17-19", "", ""),
    ("Mo 9-12, Do 17-19 14-tägig", "", ""),
    ("14-tägig: Mo 9-12; Do 17-19", "", ""),
    ("Mo (ungerade KW 10-12) 14-16", "", ""),
    ("Mo\nDi\n9-12\n14-16", "", ""),
    ("Mo 9-12\n14-17", "", ""),
    ("Di 18:00-19:30 Do", "", ""),
    ("Mo 9-12 und", "", ""),
    ("Mo 9-12 von", "", ""),
    ("Mo geschlossen", "", ""),
    ("Apr-Oct Mo 09:00-12:00", "", ""),
    ("Apr-Oct Mo 9-12", "", ""),
    ("FREQ=WEEKLY;BYDAY=TU", "", ""),
    ("siehe Homepage", "", ""),
    ("?", "", ""),
    ("Mo 9-12; Di ab 18 Uhr", "Mo 9:00-12:00", "Di ab 18 Uhr"),
    ("Di 14-16 nur im Sommer; Mo 9-12", "Mo 9:00-12:00", "Di 14-16 nur im Sommer"),
    ("Mo-Fr 9-17, Fr 9-14", "Mo,Di,Mi,Do 9:00-17:00", "Fr 9-14"),
    (
        "Di 10-12; in den Sommerferien geschlossen", "Di 10:00-12:00",
        "in den Sommerferien geschlossen",
    ),
    ("Di 18-19 (außer in den Sommerferien)", "Di 18:00-19:00", "außer in den Sommerferien"),
    (
        "Mo 9-12; Di 14–16 (außer in den Ferien)", "Mo 9:00-12:00 | Di 14:00-16:00",
        "außer in den Ferien",
    ),
    (
        "Mo 9-12, nicht in den Ferien, Di 14-16", "Mo 9:00-12:00 | Di 14:00-16:00",
        "nicht in den Ferien",
    ),
    ("Mo-Fr 09:00-12:00; Fr 14:00-16:00", "Mo,Di,Mi,Do 9:00-12:00", ""),
    ("Tu-Fr 9-12; Th 14-18", "Di,Mi,Fr 9:00-12:00", ""),
    ("Mo-Fr 09:00-12:00; Dec 24 off", f"{WEEK} 9:00-12:00", "Dec 24 off"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), UNDERSTOOD)
def test_hours_are_understood_and_nothing_else_is_said(text, wanted):
    assert parse_times(text) == Times(hours_of(wanted))


@pytest.mark.parametrize(("text", "wanted", "term", "public", "appointment", "remark"), SAID)
def test_holidays_appointments_and_remarks_are_understood(
    text, wanted, term, public, appointment, remark
):
    assert parse_times(text) == Times(hours_of(wanted), term, public, appointment, "", remark)


@pytest.mark.parametrize(("text", "sure", "rest"), NOT_UNDERSTOOD)
def test_what_is_not_understood_is_kept_and_only_sure_hours_are_told(text, sure, rest):
    times = parse_times(text)
    assert times.hours == hours_of(sure)
    assert times.not_understood == (rest or text)
    assert (times.in_holidays, times.public_holidays, times.by_appointment) == (None, None, False)


def test_nothing_said_is_nothing_not_understood():
    assert parse_times(" \n ") == Times([])


@pytest.mark.parametrize(
    "text", ["14-tägig Do 17-19", "Di 18-19 auch in den Ferien", "Di 9-10 n.V.", "Di 9-10; Do"]
)
def test_hours_of_every_week_are_asked_for_in_vain(text):
    with pytest.raises(ValueError, match="verstanden"):
        parse_hours(text)


# Laws -----------------------------------------------------------------------------------------

LONG = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
OSM = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
BROKEN = (
    "nur im Sommer", "evtl.", "alternierend", "ab 2027", "entfällt", "(wechselnd)", "bis 31.12.",
    "außer", "nicht", "jeden zweiten", "oder 10-11", "Xy", "10", "9-", "Uhrzeit folgt", "im August",
    "1.", "nur in den Ferien", "(9)", "ab 18 Uhr", "3. Woche", "(Mi)", "(14-16)", "Do", "-",
    "werktags", "gerade", "monatlich", "letzten", "10 Termine", "ca.", "WE", "Ramadan:", "Kl. 8-10",
    "biweekly", "Büro", "außer 1.", "7-10 Kinder",
)  # fmt: skip


@st.composite
def weeks(draw):
    """Statements with days and spans that do not overlap; every day in one of them only."""
    days = draw(st.permutations(range(7)))
    cuts = sorted(draw(st.sets(st.integers(1, 6), min_size=1, max_size=3)))
    groups = [sorted(days[a:b]) for a, b in zip([0, *cuts[:-1]], cuts, strict=True)]
    quarters = st.sets(st.integers(28, 92), min_size=4, max_size=4).map(sorted)
    statements = []
    for group in groups:
        a, b, c, d = draw(quarters)
        spans = [(a * 900, b * 900), (c * 900, d * 900)] if b < c else [(a * 900, d * 900)]
        statements.append((group, spans[: draw(st.integers(1, 2))]))
    return statements


def wanted_of(statements):
    return sorted(Hours(d, *span) for days, spans in statements for d in days for span in spans)


def clock(seconds, style):
    hour, minute = divmod(seconds // 60, 60)
    if style == "osm":
        return f"{hour:02d}:{minute:02d}"
    if style == "h":
        return f"{hour}h{minute:02d}" if minute else f"{hour}h"
    if style == "uhr":
        return f"{hour} Uhr {minute:02d}" if minute else f"{hour} Uhr"
    return f"{hour}{style}{minute:02d}" if minute or hour < 9 else str(hour)


def spelled(statements, names, style, links):
    and_, to, between, end = links
    texts = []
    for days, spans in statements:
        times = between.join(f"{clock(a, style)}{to}{clock(b, style)}" for a, b in spans)
        texts.append(f"{and_.join(names[day] for day in days)} {times}")
    return end.join(texts)


@given(
    weeks(),
    st.sampled_from(
        [DAYS, LONG, [f"{day}." for day in DAYS], [f"{day.lower()}s" for day in LONG]]
    ),
    st.sampled_from([":", ".", "h", "uhr"]),
    st.tuples(
        st.sampled_from([", ", " + ", "/", " und ", " u. ", ",", " & "]),
        st.sampled_from(["-", " – ", " bis ", "–", " - "]),
        st.sampled_from([", ", " und ", " u. ", " + "]),
        st.sampled_from(["; ", "\n", " ;\n", ", ", "\r\n"]),
    ),
)  # fmt: skip
def test_a_week_is_read_back_from_many_spellings(statements, names, style, links):
    text = spelled(statements, names, style, links)
    assume(not re.search(r"\.(0\d|1[0-2])\D+\d+\.(0\d|1[0-2])(?!\d)", text))
    assert parse_times(text) == Times(wanted_of(statements)), text


@given(weeks())
def test_german_and_openstreetmap_agree(statements):
    links = (",", "-", ",", "; ")
    german = parse_times(spelled(statements, DAYS, "osm", links))
    mapped = times_of_opening_hours(spelled(statements, OSM, "osm", links))
    assert german == mapped == Times(wanted_of(statements))


@given(weeks(), st.sampled_from(BROKEN), st.sampled_from([" ", ", ", "; ", "\n"]), st.booleans())
def test_words_that_may_change_all_are_never_passed_over(statements, words, link, first):
    text = spelled(statements, DAYS, ":", (", ", "-", ", ", "; "))
    text = f"{words}{link}{text}" if first else f"{text}{link}{words}"
    times = parse_times(text)
    assert times.not_understood, text
    assert set(times.hours) <= set(wanted_of(statements)), text


@given(weeks(), st.text(max_size=25), st.integers(0, 200))
def test_junk_is_never_read_as_hours(statements, junk, at):
    text = spelled(statements, DAYS, ":", (", ", "-", ", ", "; "))
    assume(
        not re.search(r"\d", junk)
        and not re.search("(?i)mo|di|mi|do|fr|tu|we|th|s|[-–—−‐‑‒]", junk)
    )
    at = min(at, len(text))
    while 0 < at < len(text) and text[at - 1].isalnum():
        at += 1
    times = parse_times(f"{text[:at]} {junk} {text[at:]}")
    assert times.not_understood or times.hours == wanted_of(statements)


words = st.lists(
    st.sampled_from(
        ["Mo", "Di", "Mi-Fr", "So", "9-12", "14-16 Uhr", "18:00-19:30", "14-tägig", "1.", "3.",
         "und", "im Monat", "(", ")", ",", ";", "\n", "außer", "in den Ferien", "nicht", "auch",
         "feiertags", "nach Vereinbarung", "geschlossen", "täglich", "ungerade KW", "jeden", "/",
         "-", "PH", "off", "We[1]", "Tu", "pm", "am", "ab", "bis", "Raum 3", "alle", "2", "Wochen",
         "12.3.", ":", '"']
    ),
    max_size=14,
).map(" ".join)  # fmt: skip


@given(st.one_of(st.text(max_size=80), words, pieces))
@example("Dİ 9-12")
@example("ſa 9-12")
@example("[1] 9-12")
@example("(((")
@example("24/7 off")
@example("\x00")
@example("alle 99 Wochen Mo 9-12")
@example("Mo 9-12 " * 100)
@example("nur in den Ferien und " * 40)
def test_any_text_gives_times_that_hold_together(text):
    times = parse_times(text)
    assert times.hours == sorted(set(times.hours))
    for hour in times.hours:
        assert 0 <= hour.weekday <= 6
        assert 0 <= hour.start_s < hour.end_s <= 2 * DAY_S
        assert re.fullmatch(r"|[2-9]w|[1-5]\dw|m(-1|[1-5])(,m(-1|[1-5]))*", hour.rhythm)
    visible = re.sub(r"[\s\u200b\ufeff\u00ad]", "", text)
    assert times.hours or times.by_appointment or times.not_understood or not visible


@given(words)
def test_a_time_or_day_that_is_told_stands_in_the_text(text):
    for hour in parse_times(text).hours:
        clocks = {9: "9-12", 14: "14-16", 18: "18:00-19:30", 0: "We[1]"}
        assert any(clocks[h] in text for h in clocks if h * 3600 == hour.start_s)
