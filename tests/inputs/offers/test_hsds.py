"""Services of HSDS as JSON and as tables, with answers worked out by hand."""

from __future__ import annotations

import copy
import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.inputs.offers.hsds import read_hsds
from geo_integration.inputs.offers.sources import read_source, sniff
from geo_integration.inputs.tables import FaultList

SERVICE = {
    "id": "s1",
    "name": "Sprachcafé",
    "description": "<p>Für alle</p>",
    "status": "active",
    "url": "https://example.org/cafe",
    "email": "c@example.org",
    "eligibility_description": "Erwachsene",
    "minimum_age": 16,
    "maximum_age": "99",
    "application_process": "Anmeldung",
    "assured_date": "2026-09-01",
    "organization": {"id": "o1", "name": "AWO", "description": "x", "email": "awo@example.org"},
    "languages": [{"id": "l1", "name": "Deutsch"}, {"id": "l2", "code": "ar"}],
    "cost_options": [{"id": "c1", "amount": 5, "currency": "EUR", "option": "ermäßigt"}],
    "required_documents": [{"id": "d1", "document": "Ausweis"}],
    "phones": [{"id": "p1", "number": '"04461 1"', "extension": 12}],
    "contacts": [{"id": "k1", "name": "A. Muster", "phones": [{"number": "04461 2"}]}],
    "attributes": [
        {"id": "a1", "taxonomy_term": {"id": "t1", "name": "Frauen"}},
        {"id": "a2", "taxonomy_term": {"id": "t2", "name": "Begegnung"}},
    ],
    "service_at_locations": [
        {
            "id": "at1",
            "location": {
                "id": "p1", "location_type": "physical", "name": "Bürgerhaus",
                "latitude": 53.5734, "longitude": 7.9004,
                "addresses": [
                    {"address_1": "Postfach 1", "city": "Jever", "address_type": "postal"},
                    {"address_1": "Am Markt 1", "city": "Jever", "region": "Moorwarfen",
                     "postal_code": "26441", "address_type": "physical"},
                ],
                "accessibility": [{"description": "Wheelchair access on all levels."}],
            },
            "schedules": [
                {"id": "x1", "freq": "WEEKLY", "byday": "TU,TH", "opens_at": "15:00+01:00",
                 "closes_at": "17:00+01:00", "valid_from": "2026-09-01", "valid_to": "2027-07-31"},
            ],
        },
        {"id": "at2", "location": {"id": "p2", "location_type": "virtual"}},
    ],
}  # fmt: skip


def service(**changes):
    return {**copy.deepcopy(SERVICE), **changes}


def scheduled(**schedule):
    return service(service_at_locations=[], schedules=[{"id": "x", **schedule}])


@pytest.fixture
def faults():
    return FaultList()


@pytest.fixture
def read(tmp_path, faults):
    def reading(content, **options):
        path = tmp_path / "hsds.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        assert sniff(path) == "hsds"
        return read_hsds(path, faults, **options)

    return reading


def test_a_service_at_each_of_its_locations_is_one_offer(read, faults):
    table = read([service()], known=["Begegnung"])
    assert table.iloc[0].dropna().to_dict() == {
        "offer_id": "at1", "name": "Sprachcafé", "provider": "AWO", "category": "Begegnung",
        "venue": "Bürgerhaus", "street": "Am Markt 1", "postcode": "26441", "town": "Jever",
        "place": "Moorwarfen", "lat": "53.5734", "lon": "7.9004",
        "times": "Di, Do 15:00-17:00", "times_kind": "offen",
        "valid_from": "2026-09-01", "valid_to": "2027-07-31", "languages": "Deutsch, Arabisch",
        "target_group": "Erwachsene", "age": "16-99", "barrier_free": "ja",
        "cost": "5 EUR (ermäßigt)", "admission": "Anmeldung; Ausweis",
        "contact": "A. Muster, 04461 2; 04461 1-12; c@example.org",
        "link": "https://example.org/cafe", "format": "vor Ort", "last_confirmed": "2026-09-01",
        "remark": "Für alle\nWeitere Begriffe: Frauen\nWheelchair access on all levels.",
        "file": "hsds.json", "row": 1,
    }  # fmt: skip
    assert table.iloc[1][["offer_id", "format", "street"]].tolist() == ["at2", "online", None]
    assert [f["column"] for f in faults] == ["schedules"]  # opening hours or courses: not told


@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: s,
        lambda s: [s],
        lambda s: {"page_number": 1, "contents": [s]},
        lambda s: {"id": "o1", "name": "AWO", "services": [
            {k: v for k, v in s.items() if k != "organization"}]},
        lambda s: {**s["service_at_locations"][0],
                   "service": {k: v for k, v in s.items() if k != "service_at_locations"}},
    ],
)  # fmt: skip
def test_all_forms_of_the_api_are_read(read, wrap):
    table = read(wrap(service()))
    assert table.iloc[0][["offer_id", "name", "provider"]].tolist() == ["at1", "Sprachcafé", "AWO"]
    assert table.iloc[0]["category"] == "Frauen"  # no known names: the first term


@pytest.mark.parametrize("status", ["inactive", "defunct", "temporarily closed"])
def test_only_active_services_count(read, faults, status):
    assert read([service(status=status)]).empty
    assert {(f["found"], f["severity"]) for f in faults} == {(status, "rejected")}


def test_a_service_without_status_counts_and_is_noted(read, faults):
    lacking = service()
    del lacking["status"]
    assert len(read([lacking])) == 2
    assert "status" in {f["column"] for f in faults}


@pytest.mark.parametrize(
    ("schedule", "times", "last"),
    [
        ({"freq": "WEEKLY", "interval": 2, "byday": "TH", "dtstart": "2026-09-03",
          "opens_at": "17:00", "closes_at": "19:00"}, "14-tägig Do 17:00-19:00", None),
        ({"freq": "MONTHLY", "byday": "1SA", "opens_at": "09:00:00Z", "closes_at": "17:00:00Z",
          "until": "2026-11-07"}, "jeden 1. Sa im Monat 09:00-17:00", "2026-11-07"),
        ({"byday": "MO", "opens_at": "9:00", "closes_at": "12:00"}, "Mo 09:00-12:00", None),
        ({"dtstart": "2026-12-05", "opens_at": "9:00", "closes_at": "12:00"}, "Sa 09:00-12:00",
         "2026-12-05"),
        ({"freq": "WEEKLY", "byday": "MO", "dtstart": "2026-11-30", "count": 2, "opens_at": "9:00",
          "closes_at": "12:00"}, "Mo 09:00-12:00", "2026-12-07"),
        ({"description": "nach Vereinbarung"}, "nach Vereinbarung", None),
        ({"freq": "WEEKLY", "byday": "MO", "opens_at": "9 Uhr"}, None, None),
        ({"freq": "WEEKLY", "byday": "MO", "byweekno": "41", "opens_at": "09:00",
          "closes_at": "10:00"}, None, None),
    ],
)  # fmt: skip
def test_schedules_become_words(read, schedule, times, last):
    row = read([scheduled(**schedule)]).iloc[0]
    assert (row["times"], row["valid_to"]) == (times, last)


def test_times_of_other_zones_are_told(read, faults):
    read([scheduled(byday="MO", opens_at="09:00Z", closes_at="12:00Z")])
    assert "opens_at" in {f["column"] for f in faults}


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ("barrierefrei", "ja"), ("nicht barrierefrei", "nein"), ("nur mit Rampe stufenlos", None),
        ("not all rooms are wheelchair accessible", None), ("Hörschleife", None),
    ],
)  # fmt: skip
def test_barriers_are_told_only_where_it_is_clear(read, said, flag):
    found = service()
    found["service_at_locations"][0]["location"]["accessibility"] = [{"description": said}]
    assert read([found]).iloc[0]["barrier_free"] == flag


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Notunterkunft", "status": "inactive"},
        {"attributes": [{"taxonomy_term": {"name": "Frauenhäuser"}}]},
        {"organization": {"name": "Frauenhaus Jever"}, "url": "x"},
    ],
)
def test_shelters_go_no_further_than_that_they_are_there(read, faults, changes):
    table = read([service(**changes)])
    assert set(table.iloc[0].dropna().index) == {"confidential", "file", "row"}
    assert not faults


# Tables ---------------------------------------------------------------------------------------

TABLES = {
    "organizations.csv": "id,name,description\no1,AWO,x\n",
    "services.csv": "id,organization_id,name,status,url\ns1,o1,Sprachcafé,active,\ns2,o9,Kurs,active,null\n",  # noqa: E501
    "locations.csv": "id,location_type,name\np1,physical,Haus\n",
    "service_at_location.csv": "id,service_id,location_id\na1,s1,p1\na2,s2,p9\na3,s9,p1\n",
    "schedules.csv": "id,service_id,service_at_location_id,freq,byday,opens_at,closes_at\n"
    'x1,s1,,WEEKLY,"MO,TU",09:00,12:00\nx2,s1,a9,WEEKLY,WE,09:00,12:00\n',
    "taxonomy_terms.csv": "id,name,description\nt1,Begegnung,x\n",
    "attributes.csv": "id,link_id,taxonomy_term_id,link_entity\nb1,s1,t1,service\nb2,s1,t9,service\n",  # noqa: E501
    "addresses.csv": "id,location_id,address_1,city,state_province,postal_code,country\n"
    "d1,p1,Am Markt 1,Jever,,26441,DE\n",
}  # fmt: skip


def packed(path, tables, prefix=""):
    with zipfile.ZipFile(path, "w") as package:
        for name, text in tables.items():
            package.writestr(prefix + name, text)
    return path


@pytest.mark.parametrize("form", ["zip", "zip in a folder", "folder", "old names"])
def test_tables_are_joined_and_ids_that_point_nowhere_noted(tmp_path, faults, form):
    path = tmp_path / "paket.zip"
    if form == "folder":
        path = tmp_path / "paket"
        path.mkdir()
        for name, text in TABLES.items():
            (path / name).write_text(text, encoding="utf-8-sig")
    else:
        names = {
            "services.csv": "service.csv", "addresses.csv": "address.csv",
            "taxonomy_terms.csv": "taxonomy_term.csv",
        } if form == "old names" else {}  # fmt: skip
        tables = {names.get(name, name): text for name, text in TABLES.items()}
        packed(path, tables, "hsds/" if form == "zip in a folder" else "")
    assert sniff(path) == "hsds"
    table = read_source(path, "hsds", faults)
    assert table["name"].tolist() == ["Sprachcafé", "Kurs"]
    first = table.iloc[0]
    assert first[["provider", "category", "street", "times"]].tolist() == [
        "AWO", "Begegnung", "Am Markt 1", "Mo, Di 09:00-12:00",
    ]  # fmt: skip
    assert table.iloc[1]["provider"] is None
    noted = {(f["column"], f["found"]) for f in faults}
    assert noted >= {
        ("services.organization_id", "o9"), ("service_at_locations.location_id", "p9"),
        ("service_at_locations.service_id", "s9"), ("schedules.service_at_location_id", "a9"),
        ("attributes.taxonomy_term_id", "t9"), ("address_type", None), ("state_province", None),
    }  # fmt: skip


def test_rows_without_id_and_double_ids_are_left_out(tmp_path, faults):
    tables = {**TABLES, "organizations.csv": "id,name,description\no1,AWO,\n,X,x\no1,Y,x\n\n"}
    table = read_hsds(packed(tmp_path / "p.zip", tables), faults)
    assert table["provider"].tolist() == ["AWO", None]
    assert [(f["row"], f["column"]) for f in faults if "organizations.csv" in str(f["file"])] == [
        (3, "id"), (4, "id"), (2, "description"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "tables",
    [{}, {"services.csv": "id,name\n"}, {**TABLES, "services.csv": "id,name\n"},
     {**TABLES, "services.csv": b"\xff\xfe\xff"}],
)  # fmt: skip
def test_a_package_without_services_is_an_error(tmp_path, faults, tables):
    with pytest.raises(SourceError, match=r"p\.zip"):
        read_hsds(packed(tmp_path / "p.zip", tables), faults)


def test_a_timetable_is_no_package(tmp_path):
    assert sniff(packed(tmp_path / "gtfs.zip", {"stops.txt": "stop_id\n"})) is None
    assert sniff(tmp_path / "missing.zip") is None
    assert sniff(tmp_path) is None
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04")
    assert sniff(tmp_path / "broken.zip") is None
    with pytest.raises(SourceError):
        read_hsds(tmp_path / "broken.zip", FaultList())
    with pytest.raises(SourceError):
        read_hsds(tmp_path / "missing.zip", FaultList())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=15,
)
PLACE = SERVICE["service_at_locations"][0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted({*SERVICE, "schedules", "fees"})), JSON),
    st.dictionaries(st.sampled_from(sorted({*PLACE["location"], "schedules"})), JSON),
    st.dictionaries(
        st.sampled_from([*PLACE["schedules"][0], "interval", "count", "dtstart", "until"]), JSON
    ),
)
def test_any_values_raise_nothing_but_our_own_errors(tmp_path, changes, place, schedule):
    found = service()
    found["service_at_locations"][0]["location"].update(place)
    found["service_at_locations"][0]["schedules"][0].update(schedule)
    path = tmp_path / "any.json"
    path.write_text(json.dumps([{**found, **changes}]), encoding="utf-8")
    faults = FaultList()
    try:
        table = read_hsds(path, faults)
    except GeoIntegrationError:
        return
    for value in table.drop(columns="row").to_numpy().ravel():
        assert value is None or isinstance(value, str)
    faults.frame()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(TABLES)),
        st.text(st.sampled_from("id,name\n\"'o1s1a1;\x00\ufeffü-"), max_size=80)
        | st.binary(max_size=50),
    )
)
def test_any_tables_raise_nothing_but_our_own_errors(tmp_path, changes):
    content = io.BytesIO()
    packed(content, {**TABLES, **changes})
    path = tmp_path / "any.zip"
    path.write_bytes(content.getvalue())
    faults = FaultList()
    try:
        read_hsds(path, faults)
    except GeoIntegrationError:
        return
    faults.frame()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@pytest.mark.parametrize("suffix", [".json", ".zip"])
def test_any_bytes_raise_nothing_but_our_own_errors(tmp_path, suffix, content):
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    sniff(path)
    try:
        read_hsds(path, FaultList())
    except GeoIntegrationError as error:
        assert "any" in str(error)  # noqa: PT017
