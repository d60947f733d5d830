from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata

import geopandas as gpd
import pandas as pd
import pytest
import toy

from geo_integration.errors import OutputError
from geo_integration.inputs.geocoding import online as geocode_online
from geo_integration.inputs.geocoding.cache import Cache
from geo_integration.inputs.geocoding.chain import find_hits, locate_offers
from geo_integration.inputs.geocoding.gazetteer import Gazetteer, Lookup
from geo_integration.inputs.geocoding.online import Online, open_online
from geo_integration.profile import Geocoding

pytest.importorskip("geopy")
CRS = toy.CRS


class Service(ThreadingHTTPServer):
    """Plays Nominatim or Photon: a list of replies, the last one for ever."""

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        self.replies, self.asked, self.agents, self.times = [], [], [], []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, _request, _address):
        """Say nothing of clients that went away."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        service = self.server
        service.asked.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))
        service.agents.append(self.headers["User-Agent"])
        service.times.append(time.time())
        reply = service.replies.pop(0) if len(service.replies) > 1 else service.replies[0]
        status, body, headers, wait_s = (*reply, *(200, "", {}, 0)[len(reply) :])
        time.sleep(wait_s)
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else body.encode())

    def log_message(self, *_args):
        pass


@pytest.fixture
def service():
    with Service() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_internet(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        assert address[0] == "127.0.0.1", address
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


class Clock:
    """Waits without waiting."""

    def __init__(self):
        self.offset_s, self.slept = 0.0, []

    def now(self):
        return 1e9 + self.offset_s

    def sleep(self, pause_s):
        self.slept.append(pause_s)
        self.offset_s += pause_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def look():
    places = gpd.GeoDataFrame(
        {"name": ["Ferne"], "area_id": [None], "kind": ["town"]},
        geometry=[toy.middle(15, 2)],
        crs=CRS,
    )
    stops = gpd.GeoDataFrame({"stop_id": [], "name": []}, geometry=[], crs=CRS)
    return Lookup(Gazetteer(toy.toy_frames().areas, places, stops, None), CRS)


@pytest.fixture
def online(service, clock, tmp_path):
    """Make a client of the local service; several share the cache."""
    made = []

    def make(kind="nominatim", **options):
        settings = Geocoding(online=kind, url=service.url, contact="a@example.org")
        cache = Cache(tmp_path / ".cache" / "geocoding.sqlite", now=clock.now, sleep=clock.sleep)
        made.append(Online(settings, cache, sleep=clock.sleep, **{"timeout_s": 5.0} | options))
        return made[-1]

    yield make
    for client in made:
        client.close()


def degrees(i, j):
    point = gpd.GeoSeries([toy.middle(i, j)], crs=CRS).to_crs("EPSG:4326")[0]
    return point.y, point.x


def nominatim(*places):
    """Answer of Nominatim: (i, j, road, number, postcode, town)."""
    answer = []
    for i, j, road, number, code, town in places:
        lat, lon = degrees(i, j)
        address = {"road": road, "house_number": number, "postcode": code, "village": town}
        answer.append({
            "lat": str(lat), "lon": str(lon), "display_name": "x", "class": "building",
            "address": {k: v for k, v in address.items() if v},
        })  # fmt: skip
    return 200, json.dumps(answer)


def photon(*places):
    features = []
    for i, j, road, number, code, town in places:
        lat, lon = degrees(i, j)
        said = {"street": road, "housenumber": number, "postcode": code, "city": town}
        features.append({
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {k: v for k, v in said.items() if v} | {"type": "house"},
        })  # fmt: skip
    return 200, json.dumps({"features": features})


def offer(**values):
    row = dict.fromkeys(["postcode", "town", "place", "provider", "format"])
    row |= {"offer_id": "A1", "name": "Frauenhaus", "category": "sprachkurs", "timed": True}
    row |= {"street": "Mühlenstr. 5", "municipality": "Westdorf", "confidential": False, "row": 2}
    row |= {"file": "o.xlsx"}
    return row | {"lat": float("nan"), "lon": float("nan"), "contact": "Frau Geheim"} | values


def find(client, look, *offers):
    return find_hits(pd.DataFrame(list(offers) or [offer()], dtype=object), look, online=client)


HOUSE = (1, 1, "Mühlenstraße", "5", "11111", "Westdorf")


# Answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "answer"), [("nominatim", nominatim), ("photon", photon)])
def test_a_house_is_found(service, online, look, kind, answer):
    service.replies = [answer(HOUSE)]
    (hit,) = find(online(kind), look)
    assert (hit.grade, hit.counted, hit.doubtful) == ("house", True, False)
    assert hit.located_by == kind.title()
    assert hit.point.distance(toy.middle(1, 1)) < 0.2


def test_only_the_address_is_sent_and_who_asks(service, online, look):
    service.replies = [nominatim()]
    find(
        online(),
        look,
        offer(street="c/o Frau Müller, Mühlenstr. 5", town="Westdorf", postcode="11111"),
    )
    (asked,) = service.asked
    assert {k: v for k, v in asked.items() if k in ("street", "city", "postalcode", "q")} == {
        "street": "Mühlenstr. 5", "city": "Westdorf", "postalcode": "11111",
    }  # fmt: skip
    assert "Frau" not in str(asked)
    assert "Geheim" not in str(asked)
    assert service.agents == [
        f"geo-integration/{metadata.version('geo-integration')} (a@example.org)"
    ]


def test_photon_is_asked_in_words(service, online, look):
    service.replies = [photon()]
    find(online("photon"), look, offer(postcode="11111"))
    assert service.asked[0]["q"] == "Mühlenstr. 5, 11111 Westdorf"


@pytest.mark.parametrize(
    "values",
    [
        {"confidential": True}, {"confidential": "ja"}, {"confidential": "vertraulich!"},
        {"format": "online"}, {"street": None}, {"street": "Rathaus"}, {"street": "bei Anna"},
        {"municipality": None}, {"lat": degrees(1, 1)[0], "lon": degrees(1, 1)[1]},
    ],
)  # fmt: skip
def test_nothing_is_asked_of_what_is_secret_vague_or_known(service, online, look, values):
    service.replies = [nominatim(HOUSE)]
    find(online(), look, offer(**values))
    assert service.asked == []


def test_an_offer_that_is_plainly_not_confidential_is_asked_for(service, online, look):
    service.replies = [nominatim(HOUSE)]
    for i, value in enumerate((None, "", "nein", False, float("nan"), pd.NA)):
        find(online(), look, offer(confidential=value, street=f"Mühlenstr. {i + 1}"))
    assert len(service.asked) == 6


@pytest.mark.parametrize(
    ("place", "grade"),
    [
        ((3, 3, "Mühlenstraße", "5", "", "Ostdorf"), "municipality"),  # elsewhere
        ((1, 1, "Mühlenweg", "5", "", "Westdorf"), "municipality"),  # another street
        ((1, 1, "", "", "", "Westdorf"), "municipality"),  # only the town
        ((900, 1, "Mühlenstraße", "5", "", "Westdorf"), "municipality"),  # far away
        ((1, 1, "Mühlnstraße", "5", "", "Westdorf"), "street"),  # misspelt
        ((1, 1, "Mühlenstraße", "", "", "Westdorf"), "street"),  # no house
        ((1, 1, "Mühlenstraße", "7", "", "Westdorf"), "street"),  # another house
    ],
)
def test_a_poor_answer_is_no_house(service, online, look, place, grade):
    service.replies = [nominatim(place)]
    (hit,) = find(online(), look)
    assert (hit.grade, hit.doubtful) == (grade, True)
    assert hit.counted == (place[2] == "Mühlenstraße" and grade == "street")


def test_another_postcode_is_doubtful(service, online, look):
    service.replies = [nominatim(HOUSE)]
    (hit,) = find(online(), look, offer(postcode="99999"))
    assert (hit.grade, hit.doubtful) == ("house", True)
    assert "Postleitzahl 99999" in hit.note


def test_two_houses_far_apart_are_no_hit(service, online, look):
    service.replies = [nominatim(HOUSE, (1, 4, *HOUSE[2:]))]
    (hit,) = find(online(), look)
    assert hit.grade == "municipality"
    assert "mehrere Antworten" in hit.note
    assert len({c.point for c in hit.candidates if c.grade == "house"}) == 2


def test_a_town_outside_is_told_by_its_name_or_postcode(service, online, look):
    service.replies = [nominatim((15, 2, "Mühlenstraße", "5", "33333", "Ferne"))]
    (hit,) = find(online(), look, offer(municipality=None, town="Ferne"))
    assert (hit.grade, hit.counted) == ("house", True)
    (hit,) = find(online(), look, offer(municipality=None, town="Anders", postcode="33333"))
    assert hit.grade == "house"
    (hit,) = find(online(), look, offer(municipality=None, town="Anders", postcode="44444"))
    assert hit.grade == "none"


# Manners ----------------------------------------------------------------------------------------


def test_nothing_is_asked_twice(service, online, look):
    service.replies = [nominatim(HOUSE)]
    first = find(online(), look, offer(), offer(offer_id="A2"))
    again = find(online(), look)
    assert len(service.asked) == 1
    assert first[0].point == first[1].point == again[0].point


def test_what_is_not_there_is_asked_again_after_a_month(service, online, look, clock):
    service.replies = [nominatim()]
    for days, count in ((0, 1), (29, 1), (2, 2)):
        clock.offset_s += days * 86_400
        assert find(online(), look)[0].grade == "municipality"
        assert len(service.asked) == count


def test_requests_keep_a_second_apart(service, online, look, clock):
    service.replies = [nominatim()]
    find(online(), look, *[offer(street=f"Weg {i}") for i in range(1, 5)])
    assert clock.slept == [1, 1, 1]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_the_service_is_tried_again(service, online, look, clock, status):
    service.replies = [(status, "oops"), (status, "oops"), nominatim(HOUSE)]
    assert find(online(), look)[0].grade == "house"
    assert len(service.asked) == 3
    assert sum(clock.slept) >= 2 + 4


def test_a_lasting_fault_is_remembered_for_an_hour(service, online, look, clock):
    service.replies = [(500, "oops")]
    assert find(online(), look)[0].grade == "municipality"
    find(online(), look)
    assert len(service.asked) == 3
    clock.offset_s += 3700
    service.replies = [nominatim(HOUSE)]
    assert find(online(), look)[0].grade == "house"


def test_too_many_requests_wait_as_long_as_the_service_says(service, online, look, clock):
    service.replies = [(429, "slow", {"Retry-After": "17"}), nominatim(HOUSE)]
    assert find(online(), look)[0].grade == "house"
    assert sum(clock.slept) == pytest.approx(17)


def test_a_long_pause_ends_the_asking_and_holds_for_all(service, online, look, clock):
    service.replies = [(429, "slow", {"Retry-After": "900"}), nominatim(HOUSE)]
    client = online()
    find(client, look, offer(), offer(street="Weg 2"))
    assert len(service.asked) == 1
    assert "längere Pause" in client.trouble[0]
    assert sum(clock.slept) == 0
    find(online(), look)
    assert len(service.asked) == 1
    clock.offset_s += 901
    assert find(online(), look)[0].grade == "house"


GARBAGE = {
    "html": (200, "<html><body>Anmelden</body></html>"),
    "nothing": (200, ""),
    "half": (200, '[{"lat": "53'),
    "another list": (200, "[1, 2, 3]"),
    "another object": (200, '{"a": 1}'),
    "no address": (200, '[{"lat": "53.5", "lon": "8.0", "display_name": "x"}]'),
    "no numbers": (200, '[{"lat": "x", "lon": "y", "display_name": "x", "address": {}}]'),
    "not finite": (
        200,
        '[{"lat": "nan", "lon": "8", "display_name": "x", "address": {"road": "a"}}]',
    ),
    "bytes": (200, b"\xff\xfe\x00\x81"),
    "null": (200, "null"),
    "deep": (200, "[" * 100_000),
}


@pytest.mark.parametrize("kind", ["nominatim", "photon"])
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_no_answer_and_breaks_nothing(service, online, look, name, kind):
    service.replies = [GARBAGE[name]]
    (hit,) = find(online(kind), look)
    assert hit.grade == "municipality"
    assert len(service.asked) == 1


@pytest.mark.parametrize(("status", "asked"), [(400, 1), (404, 3), (401, 1), (403, 1)])
def test_a_refusal_is_taken_for_one(service, online, look, status, asked):
    service.replies = [(status, "no")]
    client = online()
    find(client, look)
    assert len(service.asked) == asked
    assert bool(client.trouble) == (status in (401, 403))


def test_a_slow_service_is_not_waited_for_long(service, online, look):
    service.replies = [(200, "[]", {}, 1.0)]
    start = time.monotonic()
    (hit,) = find(online(timeout_s=0.05), look)
    assert hit.grade == "municipality"
    assert time.monotonic() - start < 2


def test_a_service_that_is_down_is_given_up_after_three_offers(service, online, look, faults):
    service.replies = [(500, "oops")]
    rows = pd.DataFrame([offer(offer_id=f"A{i}", street=f"Weg {i}") for i in range(1, 8)])
    gazetteer = Gazetteer(look.areas, gpd.GeoDataFrame(
        {"name": [], "area_id": [], "kind": []}, geometry=[], crs=CRS
    ), gpd.GeoDataFrame({"stop_id": [], "name": []}, geometry=[], crs=CRS), None)  # fmt: skip
    locate_offers(rows, gazetteer, CRS, faults, file="o.xlsx", online=online())
    assert len(service.asked) == 9
    assert "in diesem Lauf nicht mehr gefragt" in faults[0]["message"]


def test_a_full_disk_ends_the_asking_but_not_the_run(service, online, look, monkeypatch):
    service.replies = [nominatim(HOUSE)]
    client = online()

    def fail(*_args):
        raise OutputError("voll")

    monkeypatch.setattr(client._cache, "answer", fail)
    assert find(client, look)[0].grade == "municipality"
    assert "voll" in client.trouble[0]
    assert service.asked == []


def test_whoever_stops_the_program_leaves_the_question_to_others(
    service, online, look, monkeypatch
):
    service.replies = [nominatim(HOUSE)]
    client = online()

    def stop(_query):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(client, "_request", stop)
        with pytest.raises(KeyboardInterrupt):
            find(client, look)
    assert find(online(), look)[0].grade == "house"


def test_without_a_word_in_the_profile_nothing_is_asked(tmp_path):
    class Settings:
        geocoding, folder = Geocoding(), tmp_path

    assert open_online(Settings) is None
    assert list(tmp_path.iterdir()) == []
    Settings.geocoding = Geocoding(online="photon", contact="a@example.org")
    client = open_online(Settings)
    assert client.url == geocode_online.URLS["photon"]
    client.close()


@pytest.mark.parametrize("contact", ["", "ich", "a@b"])
def test_who_asks_must_be_known(contact):
    with pytest.raises(ValueError, match="contact"):
        Geocoding(online="nominatim", contact=contact)
    assert Geocoding(contact=contact).online is None


@pytest.mark.parametrize(
    "url", ["ftp://x.org", "x.org", "https://u:p@x.org", "https://x.org?a=1", ""]
)
def test_a_service_has_an_address_of_the_web(url):
    with pytest.raises(ValueError, match="url"):
        Geocoding(url=url)
