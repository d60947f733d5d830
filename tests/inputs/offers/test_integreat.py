"""Places and events saved from Integreat, with answers worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
import re

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.inputs.offers.integreat import read_integreat
from geo_integration.inputs.offers.lists import read_offers
from geo_integration.inputs.offers.objects import plain
from geo_integration.inputs.offers.sources import sniff
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.times.schedules import parse_hours
from geo_integration.profile import Category

CLOSED = {"allDay": False, "closed": True, "timeSlots": []}


def slots(*spans):
    times = [{"start": a, "end": b, "timezone": "Europe/Berlin"} for a, b in spans]
    return {"allDay": False, "closed": False, "timeSlots": times}


def place(**changes):
    return {
        "id": 5,
        "url": "https://integreat.app/friesland/de/locations/treff/",
        "path": "/friesland/de/locations/treff/",
        "title": "Treff am Markt",
        "content": "<p>Offen f&uuml;r <b>alle</b>.</p><ul><li>Kaffee</li></ul>",
        "available_languages": {"en": {"id": 6, "url": "u", "path": "p"}},
        "website": None,
        "contacts": [
            {"area_of_responsibility": "Leitung", "name": "A. Muster", "email": "a@example.org",
             "phone_number": "04461 1", "mobile_number": None, "website": None},
            {"area_of_responsibility": None, "name": None, "email": "b@example.org"},
        ],
        "category": {"id": 1, "name": "Begegnung", "color": "#fff", "icon": "x"},
        "temporarily_closed": False,
        "opening_hours": [
            slots(("09:00", "12:00"), ("14:00", "16:00")), slots(("10:00", "12:00")), CLOSED,
            CLOSED, CLOSED, {"allDay": True, "closed": False, "timeSlots": []}, CLOSED,
        ],
        "appointment_url": None,
        "location": {"id": 7, "name": "Treff am Markt", "address": "Am Markt 1", "town": "Jever",
                     "state": None, "postcode": 26441, "country": "Deutschland",
                     "latitude": 53.5734, "longitude": "7.9004"},
        "organization": {"id": 1, "slug": "awo", "name": "AWO", "logo": "x", "website": "w"},
        "barrier_free": True,
        **changes,
    }  # fmt: skip


def event(rule=None, start="2026-12-01T18:00:00+01:00", end="2026-12-01T19:30:00+01:00", **changes):
    return {
        "id": 2,
        "path": "/friesland/de/events/kurs/",
        "url": "https://integreat.app/friesland/de/events/kurs/",
        "title": "Sprachtreff",
        "content": "",
        "location": place()["location"],
        "meeting_url": None,
        "event": {"id": 1, "start": start, "end": end, "all_day": False, "only_weekdays": False},
        "recurrence_rule": rule,
        **changes,
    }


@pytest.fixture
def faults():
    return FaultList()


@pytest.fixture
def read(tmp_path, faults):
    def reading(content, **options):
        path = tmp_path / "integreat.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return read_integreat(path, faults, **options)

    return reading


def test_a_place_has_the_text_a_planner_would_have_typed(read, faults):
    row = read([place()]).iloc[0]
    assert row.dropna().to_dict() == {
        "offer_id": "integreat-ort-7", "name": "Treff am Markt", "provider": "AWO",
        "category": "Begegnung", "street": "Am Markt 1", "postcode": "26441", "town": "Jever",
        "lat": "53.5734", "lon": "7.9004",
        "times": "Mo 09:00-12:00, 14:00-16:00; Di 10:00-12:00; Sa 00:00-24:00",
        "times_kind": "offen", "barrier_free": "ja",
        "contact": "Leitung, A. Muster, 04461 1, a@example.org; b@example.org",
        "link": "https://integreat.app/friesland/de/locations/treff/", "format": "vor Ort",
        "remark": "Offen für alle.\nKaffee", "file": "integreat.json", "row": 1,
    }  # fmt: skip
    assert not faults
    assert [h.weekday for h in parse_hours(row["times"])] == [0, 0, 1, 5]


def test_places_and_events_may_stand_in_one_object(read):
    table = read({"locations": [place()], "events": [event()]})
    assert table["name"].tolist() == ["Treff am Markt", "Sprachtreff"]
    assert table["row"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("rule", "times", "first", "last"),
    [
        (None, "Di 18:00-19:30", "2026-12-01", "2026-12-01"),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "Di, Do 18:00-19:30", "2026-12-01", None),
        (
            "DTSTART:20261201T170000\nRRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270301T235959;BYDAY=TU",
            "14-tägig Di 18:00-19:30", "2026-12-01", "2027-02-23",
        ),
        ("RRULE:FREQ=WEEKLY", "Di 18:00-19:30", "2026-12-01", None),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "Di 18:00-19:30", "2026-12-01", "2026-12-15"),
        ("FREQ=MONTHLY;BYDAY=+1TU", "jeden 1. Di im Monat 18:00-19:30", "2026-12-01", None),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=-1", "jeden letzten Di im Monat 18:00-19:30",
         "2026-12-01", None),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "jeden 1. und 3. Di im Monat 18:00-19:30",
         "2026-12-01", None),
        ("FREQ=DAILY", "Mo-So 18:00-19:30", "2026-12-01", None),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Mo-Fr 18:00-19:30", "2026-12-01", None),
    ],
)  # fmt: skip
def test_dates_of_events_become_words(read, faults, rule, times, first, last):
    row = read([event(rule)]).iloc[0]
    assert (row["times"], row["times_kind"]) == (times, "fest")
    assert (row["valid_from"], row["valid_to"]) == (first, last)
    assert not faults


@pytest.mark.parametrize(
    "rule",
    ["FREQ=YEARLY", "FREQ=HOURLY", "quatsch", "FREQ=MONTHLY;BYDAY=XX",
     "FREQ=WEEKLY;INTERVAL=1e400", "FREQ=WEEKLY;BYMONTH=3"],
)  # fmt: skip
def test_a_rule_that_is_not_understood_is_never_guessed(read, faults, rule):
    row = read([event(rule)]).iloc[0]
    assert row["times"] is None
    assert row["remark"] == f"Wiederholung: {rule}"
    assert [(f["row"], f["column"], f["found"]) for f in faults] == [(1, "recurrence_rule", rule)]


def test_an_event_of_some_days_is_valid_on_these(read):
    row = read([event(start="2026-12-03T10:00:00+01:00", end="2026-12-08T16:00:00+01:00")]).iloc[0]
    assert (row["times"], row["valid_from"], row["valid_to"]) == (
        "Mo, Di, Do, Fr, Sa, So 10:00-16:00", "2026-12-03", "2026-12-08",
    )  # fmt: skip


def test_an_event_past_midnight_is_one_evening(read):
    row = read([event(start="2026-12-05T22:00:00+01:00", end="2026-12-06T02:00:00+01:00")]).iloc[0]
    assert (row["times"], row["valid_to"]) == ("Sa 22:00-02:00", "2026-12-05")


def test_past_events_are_noted_and_future_ones_kept(read, faults):
    table = read([event()], on=dt.date(2026, 12, 1))
    assert len(table) == 1
    table = read([event()], on=dt.date(2026, 12, 2))
    assert table.empty
    assert [(f["found"], f["severity"]) for f in faults] == [("Sprachtreff", "rejected")]


def test_single_dates_of_a_series_count_once(read, faults):
    rule = "DTSTART:20261103T170000\nRRULE:FREQ=WEEKLY;BYDAY=TU"
    dates = [event(rule, path=f"/friesland/de/events/kurs$2026-12-{d:02d}/") for d in (1, 8, 15)]
    table = read(dates)
    assert table["valid_from"].tolist() == ["2026-11-03"]
    assert [f["row"] for f in faults] == [2, 3]


def test_of_several_languages_the_german_one_counts(read, faults):
    english = place(path="/friesland/en/locations/treff/", title="Meeting point", id=6)
    assert read([english, place()])["name"].tolist() == ["Treff am Markt"]
    assert [f["row"] for f in faults] == [1]


def test_a_meeting_in_the_net_is_online_only_where_there_is_no_place(read):
    nowhere = dict.fromkeys(place()["location"])
    url = "https://meet.example.org/x"
    online = event(meeting_url=url, location=nowhere)
    both = event(meeting_url=url, event={**event()["event"], "id": 9})
    table = read([online, both])
    assert table["format"].tolist() == ["online", "vor Ort"]
    assert table["remark"].tolist() == [f"online: {url}", f"auch online: {url}"]


def test_what_is_closed_for_now_does_not_count(read, faults):
    table = read([place(temporarily_closed=True), event()])
    assert table["name"].tolist() == ["Sprachtreff"]
    assert [(f["row"], f["severity"]) for f in faults] == [(1, "rejected")]


def test_without_opening_hours_those_of_the_contacts_hold(read):
    week = [CLOSED, CLOSED, slots(("15:00", "17:00")), CLOSED, CLOSED, CLOSED, CLOSED]
    row = read([place(opening_hours=None, contacts=[{"opening_hours": week}])]).iloc[0]
    assert row["times"] == "Mi 15:00-17:00"
    row = read([place(opening_hours=None, contacts=[])]).iloc[0]
    assert row["times"] is None
    assert row["times_kind"] is None


def test_faulty_values_are_noted_and_the_rest_goes_on(read, faults):
    bad = place(
        location={"address": ["a"], "latitude": "hier", "id": None}, organization=3,
        opening_hours=[slots(("9", "zwölf"))] + [CLOSED] * 6, website="javascript:alert(1)",
        contacts=[None, 7, {"name": "B"}], barrier_free=None, unknown={"x": 1},
    )  # fmt: skip
    table = read([bad, place()])
    assert table["name"].tolist() == ["Treff am Markt", "Treff am Markt"]
    assert table["contact"].tolist()[0] == "B"
    assert table["link"].tolist()[0].startswith("https://integreat.app/")
    noted = {f["column"] for f in faults}
    assert noted == {
        "address", "latitude", "organization", "opening_hours", "website", "contacts",
    }  # fmt: skip
    assert {f["row"] for f in faults} == {1}


def test_shelters_go_no_further_than_that_they_are_there(read, faults):
    table = read([place(title="Frauenhaus Jever", website="x")])
    assert table.iloc[0].dropna().to_dict() == {
        "confidential": "ja", "file": "integreat.json", "row": 1,
    }  # fmt: skip
    assert not faults


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1]", "nichts", '{"a": [{"b": 1}]}', "[" * 9999])
def test_a_file_without_places_is_an_error(tmp_path, faults, text):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"x\.json"):
        read_integreat(path, faults)
    assert sniff(path) is None


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("Kurs <script>alert(1)</script>A1", "Kurs A1"),
        ("</script>{{ 7*7 }}{% x %}", "{{ 7*7 }}{% x %}"),
        ("Sport & Spiel", "Sport & Spiel"),
        ("A1 < B1 > A2", "A1 < B1 > A2"),
        ("&lt;b&gt;fett&lt;/b&gt;", "fett"),
        ("\u202eKurs\u200f", "\u202eKurs\u200f"),
        ("=1+1", "=1+1"),
        ("x" * 10_000, "x" * 10_000),
        ("Gr&uuml;&szlig;e<br>Jever", "Grüße\nJever"),
        ("a\x00b\ud800", "ab\ufffd"),
        ("<p></p>", None),
    ],
)
def test_names_lose_their_markup_and_nothing_else(given_text, wanted):
    assert plain(given_text) == wanted


@given(st.text(max_size=300) | st.lists(st.sampled_from("<>!?/-[]&;# ab\"'=")).map("".join))
def test_no_text_keeps_markup(text):
    found = plain(text) or ""
    assert not re.search(r"<[A-Za-z/!?]", found)
    found.encode("utf-8")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=15,
)
KEYS = sorted({*place(), *event(), *event()["event"], *place()["location"]})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON), st.booleans())
def test_any_values_raise_nothing_but_our_own_errors(tmp_path, changes, is_event):
    base = event("FREQ=WEEKLY") if is_event else place()
    path = tmp_path / "any.json"
    path.write_text(json.dumps([{**base, **changes}]), encoding="utf-8")
    faults = FaultList()
    table = read_integreat(path, faults)
    for value in table.drop(columns="row").to_numpy().ravel():
        assert value is None or isinstance(value, str)
    assert not any(re.search(r"<[A-Za-z/!?]", str(v)) for v in table.to_numpy().ravel())
    faults.frame()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_raise_nothing_but_our_own_errors(tmp_path, content):
    path = tmp_path / "any.json"
    path.write_bytes(content)
    sniff(path)
    try:
        read_integreat(path, FaultList())
    except GeoIntegrationError as error:
        assert "any.json" in str(error)  # noqa: PT017


def test_a_course_list_from_bamf_navi_is_read_by_its_own_headers(tmp_path, faults):
    book = openpyxl.Workbook()
    for row in [
        ["Träger", "Kursort", "Straße", "PLZ", "Ort", "Kursart", "Beginn", "Ende", "Kurszeiten",
         "freie Plätze", "Kinderbetreuung", "Format"],
        ["VHS", "VHS-Haus", "Am Markt 1", 26441, "Jever", "Integrationskurs",
         dt.datetime(2026, 9, 1), dt.datetime(2027, 7, 31), "Mo-Fr 8:30-12:45", 4, "ja",  # noqa: DTZ001
         "Präsenz"],
    ]:  # fmt: skip
        book.active.append(row)
    book["Sheet"].insert_cols(1)
    book["Sheet"]["A1"], book["Sheet"]["A2"] = "Kurs", "Allgemeiner Integrationskurs"
    path = tmp_path / "navi.xlsx"
    book.save(path)
    kinds = (Category(id="sprache", label="Sprachkurs", field="f", letter="S",
                      synonyms=("Integrationskurs",)),)  # fmt: skip
    found = read_offers(path, kinds, faults)
    row = found.offers.iloc[0]
    assert (row["provider"], row["venue"], row["street"]) == ("VHS", "VHS-Haus", "Am Markt 1")
    assert (row["postcode"], row["town"], row["category"]) == ("26441", "Jever", "sprache")
    assert (row["valid_from"], row["valid_to"]) == (dt.date(2026, 9, 1), dt.date(2027, 7, 31))
    assert (row["places_free"], row["childcare"]) == (4, True)
    assert found.sessions["weekday"].tolist() == [0, 1, 2, 3, 4]
    assert not faults
