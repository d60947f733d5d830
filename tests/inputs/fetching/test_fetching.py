from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import socket
import urllib.parse
import zipfile
from pathlib import Path

import pytest
import server as web
import toy

from geo_integration.errors import SettingsError, SourceError
from geo_integration.inputs import starter
from geo_integration.inputs.fetching.layers import fetch, summary
from geo_integration.inputs.fetching.registering import MARK, note_source
from geo_integration.inputs.fetching.visiting import Visitor
from geo_integration.inputs.offers.osm import read_osm_offers
from geo_integration.inputs.register import COLUMNS, read_register
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import Source
from geo_integration.settings import read_settings

CELLS = toy.residents_csv().encode()
PAGE = b"<!DOCTYPE html><html>Bitte anmelden</html>"


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy of this computer between the tests and their server."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Office:
    """A county folder, a server, and what the planner is told."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.said, self.seen, self.clock = [], [], web.Clock()
        self._sources, self.patience_s = [], 5

    def source(self, layer, *, file, path=None, **options):
        """Add a source to the profile."""
        values = {"url": self.server.url(path or f"/{layer}"), "file": file} | {
            "licence": "dl-de/by-2-0", "attribution": "© Amt 2026"} | options  # fmt: skip
        lines = [f"{k} = {v!r}" for k, v in values.items()]
        self._sources += [f"\n[sources.{layer}]", *lines]

    def settings(self):
        path = self.folder / "county.toml"
        path.write_text(toy.PROFILE + "\n".join(self._sources) + "\n", encoding="utf-8")
        return read_settings(self.folder)

    def fetch(self, *layers, **options):
        visitor = Visitor(timeout_s=(5, self.patience_s), sleep=self.clock.sleep, clock=self.clock)
        self.said.clear()
        return fetch(
            self.settings(), layers, visitor=visitor, say=self.said.append,
            progress=lambda *state: self.seen.append(state), **options,
        )  # fmt: skip

    def path(self, name):
        return self.folder / name

    def register(self):
        return read_register(self.path("register.csv"))


@pytest.fixture
def office(tmp_path):
    folder = toy.write_toy_county(tmp_path / "kreis")
    with web.Server() as server:
        yield Office(folder, server)


def states(outcomes):
    return [(found.layer, found.state) for found in outcomes]


# Files ------------------------------------------------------------------------------------------


def test_what_is_missing_is_loaded_and_noted_in_the_register(office):
    office.path("residents.csv").unlink()
    office.source(
        "residents", file="residents.csv", title="Zensus 2022", note="Stichtag 15.05.2022"
    )
    office.server.answers["/residents"] = web.file(CELLS, modified="Tue, 03 Mar 2026 10:00:00 GMT")
    before = office.path("register.csv").read_bytes()
    found = office.fetch()
    assert states(found) == [("residents", "geladen")]
    assert office.path("residents.csv").read_bytes() == CELLS
    assert office.said == []
    assert office.seen[-1] == ("residents", len(CELLS), len(CELLS))
    assert office.path("register.csv").read_bytes().startswith(before)
    row = office.register().iloc[-1]
    assert row.drop("note").tolist() == [
        "residents", "residents.csv", "Zensus 2022", "2026-03-03", "dl-de/by-2-0", "© Amt 2026",
        "real",
    ]  # fmt: skip
    sha256 = hashlib.sha256(CELLS).hexdigest()
    assert row["note"] == f"Stichtag 15.05.2022; sha256 {sha256}; geo-integration fetch"


def test_what_is_there_is_not_asked_for(office):
    office.source("residents", file="residents.csv")
    found = office.fetch()
    assert states(found) == [("residents", "da")]
    assert office.server.asked == []


def test_a_file_from_the_browser_counts_as_well_and_gets_its_row(office):
    office.path("register.csv").unlink()
    office.source("residents", file="residents.csv")
    office.fetch()
    assert list(office.register()["file"]) == ["residents.csv"]
    first = office.path("register.csv").read_bytes()
    office.fetch()
    assert office.path("register.csv").read_bytes() == first


def test_only_the_layers_asked_for_are_fetched_and_boundaries_come_first(office):
    for layer, file in (("residents", "residents.csv"), ("areas", "municipalities.geojson"),
                        ("places", "places.csv")):  # fmt: skip
        office.source(layer, file=file)
    assert [o.layer for o in office.fetch()] == ["areas", "residents", "places"]
    assert [o.layer for o in office.fetch("places", "places")] == ["places"]


def test_an_unknown_layer_is_told_with_those_there_are(office):
    office.source("residents", file="residents.csv")
    with pytest.raises(SettingsError, match=r"gibt es fahrplan nicht; dort stehen: residents"):
        office.fetch("fahrplan")


def test_a_profile_without_sources_is_told(office):
    with pytest.raises(SettingsError, match=r"ohne \[sources\]"):
        office.fetch()


def test_again_asks_for_newer_files_and_replaces_the_own_row_of_the_register(office):
    office.path("residents.csv").unlink()
    office.source("residents", file="residents.csv")
    office.server.answers["/residents"] = [
        web.file(CELLS, modified="Tue, 03 Mar 2026 10:00:00 GMT"),
        web.file(CELLS, modified="Tue, 03 Mar 2026 10:00:00 GMT"),
        web.file(CELLS + b"\n", etag='"2"', modified="Wed, 04 Mar 2026 10:00:00 GMT"),
    ]
    assert states(office.fetch()) == [("residents", "geladen")]
    rows = len(office.register())
    assert states(office.fetch(again=True)) == [("residents", "da")]
    assert states(office.fetch(again=True)) == [("residents", "geladen")]
    assert len(office.register()) == rows
    assert office.register()["date"].iloc[-1] == "2026-03-04"


# Failures ---------------------------------------------------------------------------------------

FAILURES = {
    "403": (web.status(403), "durch Programme nicht zu"),
    "404": (web.status(404), "keine Datei mehr"),
    "429": (web.status(429), "keine weiteren Abrufe"),
    "500": (web.status(500), "Fehler (500)"),
    "silent": (web.silent(1), "Zeitüberschreitung"),
    "page": (web.file(PAGE), "eine Webseite statt der Datei"),
    "hangs up": (web.file(CELLS, until=100), "brach ab"),
    "zip": (web.file(b"PK\x03\x04" + bytes(99)), "ein ZIP-Archiv"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_is_one_line_with_layer_address_reason_and_what_to_do(office, case):
    answer, reason = FAILURES[case]
    office.patience_s = 0.3 if case == "silent" else 5
    office.path("residents.csv").unlink()
    office.source("residents", file="residents.csv", page="https://www.zensus2022.de/gitter",
                  path="/data?key=secret")  # fmt: skip
    office.source("places", file="new_places.csv")
    office.server.answers |= {"/data": answer, "/places": web.file(b"name;kind\n")}
    found = office.fetch()
    assert states(found) == [("residents", "fehlgeschlagen"), ("places", "geladen")]
    line = office.said[0]
    assert line == found[0].message
    assert line.startswith(f"residents: {office.server.url('/data')}: ")
    assert reason in line
    assert "laden: https://www.zensus2022.de/gitter, als residents.csv in den Ordner" in line
    assert line.endswith(f'geo-integration fetch "{office.folder}" residents')
    assert "\n" not in line
    assert "secret" not in line
    assert not office.path("residents.csv").exists()
    assert "residents.csv" not in list(office.register()["note"])


def test_nobody_at_home_is_a_failure_of_the_layer(office):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/f"
        office.source("places", file="new_places.csv", url=address)
        assert states(office.fetch()) == [("places", "fehlgeschlagen")]
    assert office.said[0].startswith(f"places: {address}: der Server nimmt keine Verbindung an")


def test_a_broken_file_from_the_browser_is_told(office):
    office.path("residents.csv").write_bytes(PAGE)
    office.source("residents", file="residents.csv")
    assert states(office.fetch()) == [("residents", "fehlgeschlagen")]
    assert "residents.csv liegt schon da, aber der Inhalt ist eine Webseite" in office.said[0]


def test_without_a_page_the_address_and_the_note_say_what_to_do(office):
    office.source("residents", file="neu.csv", note="Tabelle 1000A, Knopf CSV")
    office.fetch()
    wanted = f"laden: {office.server.url('/residents')} (Tabelle 1000A, Knopf CSV), als neu.csv"
    assert wanted in office.said[0]


def test_a_register_that_cannot_be_written_does_not_undo_the_download(office):
    office.path("register.csv").write_text("layer,file\n", encoding="utf-8")
    office.source("places", file="new_places.csv")
    office.server.answers["/places"] = web.file(b"name;kind\n")
    assert states(office.fetch()) == [("places", "geladen")]
    assert "bitte von Hand: register.csv: es fehlt die Spalte source" in office.said[0]


def test_a_file_that_the_profile_does_not_use_yet_is_told(office):
    office.source("places", file="new_places.csv")
    office.source("timetable", file="neu.zip", clip_km=0, kind="gtfs")
    office.source("zensus_alter", file="alter.csv")
    office.server.answers |= {
        "/places": web.file(b"name;kind\n"),
        "/zensus_alter": web.file(b"a\n"),
        "/timetable": web.file(office.path("gtfs.zip").read_bytes()),
    }
    office.fetch()
    assert office.said == [
        'places: noch nicht benutzt; in county.toml unter [layers]: places = "new_places.csv"',
        'timetable: noch nicht benutzt; in county.toml unter [layers]: timetable = ["neu.zip"]',
    ]


def test_the_summary_says_for_each_layer_what_became_of_it(office):
    office.path("places.csv").unlink()
    office.source("residents", file="residents.csv")
    office.source("places", file="places.csv")
    lines = summary(office.fetch())
    assert re.fullmatch(
        r"residents  da              residents.csv  0,0 MB  \d\d\.\d\d\.\d{4}", lines[0]
    )
    assert lines[1] == "places     fehlgeschlagen  places.csv"
    assert summary([]) == []


# Timetable and streets --------------------------------------------------------------------------


def test_a_timetable_is_cut_to_the_county_and_around(office):
    whole = office.path("gtfs.zip").read_bytes()
    office.path("gtfs.zip").unlink()
    office.source("timetable", file="gtfs.zip", kind="gtfs", clip_km=5)
    office.server.answers["/timetable"] = web.file(whole)
    found = office.fetch()
    assert states(found) == [("timetable", "geladen")]
    assert office.said == ["timetable: ganz-gtfs.zip wird auf den Landkreis und 5 km zugeschnitten"]
    with zipfile.ZipFile(office.path("gtfs.zip")) as archive:
        trips = archive.read("trips.txt").decode().split()
    assert len(trips) == 1 + len(toy.TRIPS)
    assert office.path("ganz-gtfs.zip").read_bytes() == whole
    note = office.register()["note"].iloc[-1]
    assert (
        f"zugeschnitten auf den Landkreis und 5 km; {len(toy.TRIPS)} von {len(toy.TRIPS)}" in note
    )
    assert hashlib.sha256(whole).hexdigest() in note
    assert states(office.fetch()) == [("timetable", "da")]
    assert states(office.fetch(again=True)) == [("timetable", "da")]
    assert len(office.server.asked) == 2


def test_what_was_cut_is_cut_again_from_a_newer_file_put_there_by_hand(office):
    whole = office.path("ganz-gtfs.zip")
    shutil.copy(office.path("gtfs.zip"), whole)
    os.utime(whole, (0, 0))
    office.source("timetable", file="gtfs.zip", kind="gtfs")
    assert states(office.fetch()) == [("timetable", "da")]
    later = office.path("gtfs.zip").stat().st_mtime + 5
    os.utime(whole, (later, later))
    assert states(office.fetch()) == [("timetable", "geladen")]
    assert office.server.asked == []


def test_without_boundaries_nothing_can_be_cut(office):
    office.path("municipalities.geojson").unlink()
    office.path("gtfs.zip").unlink()
    office.source("timetable", file="gtfs.zip", kind="gtfs")
    assert states(office.fetch()) == [("timetable", "fehlgeschlagen")]
    assert "fehlen die Gemeindegrenzen (municipalities.geojson)" in office.said[0]
    assert office.server.asked == []


def test_a_timetable_of_elsewhere_is_a_failure_and_leaves_no_file(office, tmp_path):
    office.path("gtfs.zip").unlink()
    office.source("timetable", file="gtfs.zip", kind="gtfs", clip_km=1)
    moved = {n: t if n != "stops.txt" else re.sub(r",5\d\.", ",48.", t)
             for n, t in toy.toy_gtfs().items()}  # fmt: skip
    office.server.answers["/timetable"] = web.file(
        toy.write_zip(tmp_path / "a.zip", moved).read_bytes()
    )
    assert states(office.fetch()) == [("timetable", "fehlgeschlagen")]
    assert "keine Fahrt hält im Landkreis" in office.said[-1]
    assert "als ganz-gtfs.zip in den Ordner" in office.said[-1]
    assert not office.path("gtfs.zip").exists()


def osm_of_the_county():
    lon, lat = toy.lonlat(2, 2)
    return (
        f'<osm version="0.6"><node id="1" version="1" lat="{lat}" lon="{lon}"/>'
        f'<node id="2" version="1" lat="{lat}" lon="{lon + 0.01}"/>'
        f'<node id="3" version="1" lat="10" lon="10"/>'
        f'<way id="7" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
        f'<way id="8" version="1"><nd ref="3"/><nd ref="3"/><tag k="highway" v="path"/></way></osm>'
    ).encode()


def test_streets_are_cut_out_of_an_extract(office):
    office.source("streets", file="streets.osm.pbf", kind="osm_streets", download="land.osm")
    office.server.answers["/streets"] = web.file(osm_of_the_county())
    assert states(office.fetch()) == [("streets", "geladen")]
    assert office.path("streets.osm.pbf").exists()
    assert "1 Straßen" in office.register()["note"].iloc[-1]


def test_an_overpass_server_is_asked_for_the_streets_of_the_county_only(office):
    office.source("streets", file="streets.osm.pbf", kind="osm_streets", path="/api/interpreter")
    office.server.answers["/api/interpreter"] = web.chunked(osm_of_the_county())
    assert states(office.fetch()) == [("streets", "geladen")]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(office.server.asked[0].path).query)["data"]
    box = [float(x) for x in re.search(r"\(([\d.,-]+)\)", query[0])[1].split(",")]
    lon, lat = toy.lonlat(2, 2)
    assert box[0] < lat < box[2]
    assert box[1] < lon < box[3]
    assert 0.2 < box[2] - box[0] < 0.3
    assert office.path("ganz-streets.osm").exists()


def test_offers_are_cut_out_of_an_extract_but_never_shelters(office):
    office.source("osm", file="osm.geojson", kind="osm_offers", download="land.osm")
    lon, lat = toy.lonlat(2, 2)
    nodes = [
        (1, lon, lat, {"amenity": "library", "name": "Bücherei",
                       "opening_hours": "Tu 10:00-12:00"}),
        (2, lon, lat, {"amenity": "social_facility", "social_facility": "shelter"}),
        (3, lon + 5, lat, {"amenity": "library", "name": "Zu weit"}),
        (4, lon, lat, {"highway": "crossing"}),
    ]  # fmt: skip
    office.server.answers["/osm"] = web.file(osm_with(nodes))
    assert states(office.fetch()) == [("osm", "geladen")]
    saved = json.loads(office.path("osm.geojson").read_text(encoding="utf-8"))["features"]
    assert [feature["properties"]["name"] for feature in saved] == ["Bücherei"]
    assert "shelter" not in office.path("osm.geojson").read_text(encoding="utf-8")
    rows = read_osm_offers(office.path("osm.geojson"), FaultList())
    assert rows.iloc[0][["offer_id", "name", "times"]].tolist() == [
        "osm-n1", "Bücherei", "Tu 10:00-12:00"
    ]  # fmt: skip
    assert "1 Objekte" in office.register()["note"].iloc[-1]


def osm_with(nodes):
    """A map of points."""
    lines = ['<?xml version="1.0"?><osm version="0.6">']
    for number, lon, lat, tags in nodes:
        said = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        lines.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">{said}</node>')
    return "\n".join([*lines, "</osm>"]).encode()


def test_an_overpass_server_is_asked_for_offers_by_their_tags(office):
    office.source("osm", file="osm.geojson", kind="osm_offers", path="/api/interpreter")
    lon, lat = toy.lonlat(2, 2)
    office.server.answers["/api/interpreter"] = web.file(
        osm_with([(1, lon, lat, {"amenity": "library", "name": "Bücherei"})])
    )
    assert states(office.fetch()) == [("osm", "geladen")]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(office.server.asked[0].path).query)["data"]
    assert 'nwr["club"~"^(sport)$"](' in query[0]
    assert "shelter" not in query[0]


def test_a_query_that_overpass_breaks_off_is_a_failure(office):
    office.source("streets", file="streets.osm.pbf", kind="osm_streets", path="/api/interpreter")
    office.server.answers["/api/interpreter"] = web.file(
        b"<?xml version='1.0'?><osm><remark> runtime error: timed out </remark></osm>"
    )
    assert states(office.fetch()) == [("streets", "fehlgeschlagen")]
    assert "Overpass-Server hat die Abfrage abgebrochen" in office.said[0]


# The profile ------------------------------------------------------------------------------------

GOOD = {"url": "https://example.org/a.zip", "file": "a.zip", "licence": "CC0", "attribution": "-"}
BAD = {
    "unknown key": ({"urll": "x"}, "sources areas urll: unbekannter Eintrag"),
    "no licence": ({"licence": None}, "sources areas licence: fehlt"),
    "empty attribution": ({"attribution": ""}, "attribution: darf nicht leer sein"),
    "unencrypted": ({"url": "http://example.org/a.zip"}, "url: erwartet wird eine Adresse, die"),
    "no address": ({"url": "a.zip"}, "url: erwartet wird eine Adresse"),
    "broken address": ({"url": "https://[x"}, "url: erwartet wird eine Adresse"),
    "empty address": ({"url": ""}, "url und file dürfen nicht leer sein"),
    "password": ({"url": "https://a:b@example.org/"}, "Name und Kennwort gehören nicht"),
    "strange page": ({"page": "javascript:x"}, "page: erwartet wird eine Adresse"),
    "other folder": ({"file": "../a.zip"}, "file: erwartet wird ein Dateiname ohne Ordner"),
    "absolute": ({"file": "C:\\a.zip"}, "file: erwartet wird ein Dateiname"),
    "hidden": ({"file": ".a.zip"}, "file: erwartet wird ein Dateiname"),
    "the profile itself": ({"file": "County.toml"}, "file: erwartet wird ein Dateiname"),
    "checksum": ({"sha256": "abc"}, "sources areas sha256"),
    "kind": (
        {"kind": "ftp"}, "kind: erwartet wird 'file', 'gtfs', 'osm_streets' oder 'osm_offers'"
    ),
    "gtfs that is no zip": ({"kind": "gtfs", "file": "a.txt"}, "endet der Name auf .zip"),
    "streets that are no pbf": ({"kind": "osm_streets"}, "endet der Name auf .osm.pbf"),
    "same name": ({"kind": "gtfs", "download": "A.zip"}, "verschiedene Namen"),
    "negative buffer": ({"clip_km": -1}, "clip_km: muss mindestens 0"),
    "whole Overpass": ({"kind": "osm_streets", "file": "a.osm.pbf", "clip_km": 0,
                        "url": "https://example.org/api/interpreter"}, "für Overpass"),
}  # fmt: skip


def profile(tmp_path, **sources):
    lines = []
    for name, values in sources.items():
        lines += [
            f"\n[sources.{name}]",
            *(f"{k} = {v!r}" for k, v in values.items() if v is not None),
        ]
    (tmp_path / "county.toml").write_text(toy.PROFILE + "\n".join(lines) + "\n", encoding="utf-8")
    return read_settings(tmp_path)


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_source_is_told(tmp_path, case):
    changes, said = BAD[case]
    with pytest.raises(SettingsError, match=re.escape(said)):
        profile(tmp_path, areas=GOOD | changes)


def test_two_sources_must_not_write_the_same_file(tmp_path):
    with pytest.raises(SettingsError, match=r"areas und places schreiben dieselbe Datei a\.zip"):
        profile(tmp_path, areas=GOOD, places=GOOD | {"file": "A.zip"})
    with pytest.raises(SettingsError, match="dieselbe Datei"):
        profile(tmp_path, areas=GOOD | {"file": "ganz-a.zip"}, timetable=GOOD | {"kind": "gtfs"})


def test_what_a_source_leaves_open_has_usual_values():
    plain = Source(**GOOD)
    assert (plain.kind, plain.clipped_km, plain.downloaded) == ("file", 0, "a.zip")
    feed = Source(**GOOD, kind="gtfs")
    assert (feed.clipped_km, feed.downloaded) == (50, "ganz-a.zip")
    assert Source(**GOOD, kind="gtfs", clip_km=0).downloaded == "a.zip"
    streets = Source(**(GOOD | {"file": "s.osm.pbf"}), kind="osm_streets")
    assert (streets.clipped_km, streets.downloaded) == (10, "ganz-s.osm.pbf")
    offers = Source(**(GOOD | {"file": "s.geojson"}), kind="osm_offers")
    assert (offers.clipped_km, offers.downloaded) == (10, "ganz-s.osm.pbf")


# The register -----------------------------------------------------------------------------------

ROW = {"layer": "areas", "file": "a.gpkg", "source": "BKG", "date": "2026-01-01", "licence": "CC",
       "attribution": "© BKG", "status": "real", "note": "neu, mit Komma"}  # fmt: skip


def rows_in(path, encoding="utf-8-sig", delimiter=","):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_a_register_that_is_not_there_is_made(tmp_path):
    path = tmp_path / "register.csv"
    note_source(path, ROW, replace=True)
    assert read_register(path).iloc[0].tolist() == [
        *list(ROW.values())[:-1],
        f"neu, mit Komma; {MARK}",
    ]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_rows_of_people_stay_to_the_byte_whatever_the_file_is_like(tmp_path):
    path = tmp_path / "register.csv"
    head = ";".join(["eigen", *reversed(COLUMNS)])
    mine = 'x;"a\nb ""c""";real;© Wir;;2020-01-01;"q";a.gpkg;areas'
    own = f"y;alt {MARK};real;;;2020;;a.gpkg;areas"
    last = "z;;sample;Größe;;;;b.csv;places"
    path.write_bytes(f"{head}\r\n{mine}\r\n{own}\r\n{last}".encode("cp1252"))
    note_source(path, ROW, replace=True)
    lines = path.read_bytes().decode("cp1252").split("\r\n")
    assert lines[:2] == [head, mine]
    assert lines[3] == last
    assert lines[2].startswith("y;")
    assert rows_in(path, "cp1252", ";")[2][1:] == [
        f"neu, mit Komma; {MARK}",
        *list(ROW.values())[-2::-1],
    ]


def test_a_row_of_people_for_the_same_file_gets_a_neighbour_only_when_the_file_is_new(tmp_path):
    path = tmp_path / "register.csv"
    text = ",".join(COLUMNS) + "\nareas,a.gpkg,me,,,,real,mine"
    path.write_text(text, encoding="utf-8")
    note_source(path, ROW, replace=False)
    assert path.read_text(encoding="utf-8") == text
    note_source(path, ROW, replace=True)
    assert path.read_text(encoding="utf-8").startswith(text + "\n")
    assert len(read_register(path)) == 2


def test_what_an_old_encoding_lacks_makes_the_register_utf_8(tmp_path):
    path = tmp_path / "register.csv"
    path.write_bytes((",".join(COLUMNS) + "\nplaces,Straße.csv,,,,,real,\n").encode("cp1252"))
    note_source(path, ROW | {"note": "Łódź"}, replace=True)
    table = read_register(path)
    assert table["file"][0] == "Straße.csv"
    assert table["note"][1] == f"Łódź; {MARK}"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("register.xlsx", b"x", "nur CSV"), ("register.csv", b"", "fehlt die Spalte layer"),
     ("register.csv", b"layer,file\n", "fehlt die Spalte source"),
     ("register.csv", b'layer,"file\n', "keine lesbare CSV")],
)  # fmt: skip
def test_a_register_that_cannot_be_added_to_is_told_and_left_alone(tmp_path, name, data, said):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=said):
        note_source(path, ROW, replace=True)
    assert path.read_bytes() == data


def test_connections_are_closed_in_the_end(office):
    closed = []

    class Watched(Visitor):
        def close(self):
            closed.append(True)
            super().close()

    office.source("residents", file="residents.csv")
    fetch(office.settings(), visitor=Watched(), say=print, progress=print)
    assert closed == [True]


def test_the_starter_profile_explains_every_entry_of_a_source():
    path = Path(starter.__file__).parent / "starter_county.toml"
    text = path.read_text(encoding="utf-8")
    part = text[text.index("\n[sources]") :]
    for name in Source.model_fields:
        assert re.search(rf"^# {name} = .*#", part, re.MULTILINE), name


def test_the_examples_of_the_starter_profile_are_sources(tmp_path):
    path = Path(starter.__file__).parent / "starter_county.toml"
    text = path.read_text(encoding="utf-8")
    at = text.index("\n[sources]")
    examples = re.sub(r"^# (?=\[sources\.|[a-z0-9_]+ = )", "", text[at:], flags=re.MULTILINE)
    (tmp_path / "county.toml").write_text(text[:at] + examples, encoding="utf-8")
    sources = read_settings(tmp_path).sources
    assert {"timetable", "streets", "residents"} <= set(sources)
    assert all(source.url.startswith("https://") and source.page for source in sources.values())
