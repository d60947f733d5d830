from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import errno
import gzip
import hashlib
import importlib.metadata
import io
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import zipfile

import pytest
import server as web

from geo_integration.errors import OutputError, SourceError
from geo_integration.inputs.contents import kind_of, require_whole, safe_members
from geo_integration.inputs.fetching import download as module
from geo_integration.inputs.fetching import folders, visiting
from geo_integration.inputs.fetching.download import download
from geo_integration.inputs.fetching.folders import one_at_a_time
from geo_integration.inputs.fetching.visiting import Visitor

VERSION = importlib.metadata.version("geo-integration")
DATA = b"id;value\n" + b"".join(b"%d;%d\n" % (i, i * i) for i in range(40_000))
PAGE = b"<!DOCTYPE html><html><body>Bitte anmelden</body></html>"
DAY = "Tue, 03 Mar 2026 10:00:00 GMT"


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy of this computer between the tests and their server."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server():
    with web.Server() as running:
        yield running


@pytest.fixture
def clock():
    return web.Clock()


@pytest.fixture
def visitor(clock):
    with contextlib.closing(Visitor(timeout_s=(5, 5), sleep=clock.sleep, clock=clock)) as asking:
        yield asking


@pytest.fixture
def hurried(clock):
    """One that waits for answers only for a moment."""
    with contextlib.closing(Visitor(timeout_s=(5, 0.3), sleep=clock.sleep, clock=clock)) as asking:
        yield asking


@pytest.fixture
def target(tmp_path):
    return tmp_path / "table.csv"


def zipped(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (members or {"a.txt": "a" * 5000}).items():
            archive.writestr(name, text)
    return data.getvalue()


def left_behind(target):
    """Files in the folder, but for the cache."""
    return sorted(p.name for p in target.parent.iterdir() if p.name != ".cache")


def fails(match, server, visitor, target, path="/f", error=SourceError, **options):
    with pytest.raises(error, match=match) as caught:
        download(server.url(path), target, visitor=visitor, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What goes well ---------------------------------------------------------------------------------


def test_a_file_is_loaded_whole_and_nothing_is_left_beside_it(server, visitor, target):
    server.answers["/f"] = web.file(DATA, modified=DAY)
    seen = []
    got = download(
        server.url("/f"), target, visitor=visitor, progress=lambda *state: seen.append(state)
    )
    assert target.read_bytes() == DATA
    assert got == (target, len(DATA), hashlib.sha256(DATA).hexdigest(), dt.date(2026, 3, 3), True)
    assert left_behind(target) == ["table.csv"]
    assert seen[0] == (0, len(DATA))
    assert seen[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_request_says_who_asks_and_nothing_about_persons(server, visitor, target):
    server.answers["/f"] = web.file(DATA)
    download(server.url("/f"), target, visitor=visitor)
    headers = server.asked[0].headers
    assert headers.pop("User-Agent").startswith(f"geo-integration/{VERSION}")
    assert headers == {
        "Host": f"127.0.0.1:{server.port}",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }


def test_no_login_is_sent_even_where_one_lies_ready(server, visitor, target, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("default login jane password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.answers |= {"/f": web.moved(server.url("/g", "localhost")), "/g": web.file(DATA)}
    download(server.url("/f"), target, visitor=visitor)
    assert [asked.headers.get("Authorization") for asked in server.asked] == [None, None]


def test_the_home_page_of_the_package_is_named(monkeypatch):
    class Metadata:
        def get_all(self, _):
            return ["Source, https://example.org/src", "Homepage, https://example.org"]

    monkeypatch.setattr(importlib.metadata, "metadata", lambda _: Metadata())
    assert visiting.user_agent() == f"geo-integration/{VERSION} (+https://example.org)"


def test_from_a_folder_that_is_not_installed_the_name_is_enough(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert visiting.user_agent() == "geo-integration"


def test_a_file_that_is_there_is_taken_without_asking(server, visitor, target):
    target.write_bytes(DATA)
    got = download(server.url("/f"), target, visitor=visitor)
    assert (got.loaded, got.size) == (False, len(DATA))
    assert got.date == dt.datetime.fromtimestamp(target.stat().st_mtime, tz=dt.UTC).date()
    assert server.asked == []


def test_after_a_break_the_rest_is_loaded(server, visitor, target):
    server.answers["/f"] = [web.file(DATA, until=100_000), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA
    assert server.ranges() == [None, "bytes=100000-"]
    assert server.asked[1].headers["If-Range"] == '"1"'


def test_a_connection_that_is_reset_is_taken_up_again(server, visitor, target):
    server.answers["/f"] = [web.file(DATA, until=100_000, reset=True), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA


def test_the_date_of_the_file_stands_in_where_there_is_no_strong_etag(server, visitor, target):
    options = {"etag": 'W/"1"', "modified": DAY}
    server.answers["/f"] = [web.file(DATA, until=9000, **options), web.file(DATA, **options)]
    download(server.url("/f"), target, visitor=visitor)
    assert server.asked[1].headers["If-Range"] == DAY
    assert target.read_bytes() == DATA


def test_without_any_mark_of_the_version_the_file_is_loaded_anew(server, visitor, target):
    server.answers["/f"] = [web.file(DATA, until=9000, etag=""), web.file(DATA, etag="")]
    download(server.url("/f"), target, visitor=visitor)
    assert server.ranges() == [None, None]
    assert target.read_bytes() == DATA


def test_a_server_that_ignores_ranges_starts_anew(server, visitor, target):
    server.answers["/f"] = [web.file(DATA, until=9000), web.file(DATA, ranges=False)]
    download(server.url("/f"), target, visitor=visitor)
    assert server.ranges() == [None, "bytes=9000-"]
    assert target.read_bytes() == DATA


def test_a_file_that_changes_between_two_attempts_is_never_mixed(server, visitor, target):
    newer = DATA.replace(b";", b",")
    server.answers["/f"] = [web.file(DATA, until=9000), web.file(newer, etag='"2"')]
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == newer


def test_a_server_that_goes_on_with_another_version_is_not_believed(server, visitor, target):
    newer = DATA.replace(b";", b",")
    lying = web.file(newer, etag='"2"', weak_206=True)
    server.answers["/f"] = [web.file(DATA, until=9000), lying]
    download(server.url("/f"), target, visitor=visitor)
    assert server.ranges() == [None, "bytes=9000-", None]
    assert target.read_bytes() == newer


def test_a_range_that_the_server_does_not_have_starts_anew(server, visitor, target):
    server.answers["/f"] = [web.file(DATA, until=9000), web.status(416), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA


def test_a_part_that_is_whole_is_not_asked_for_again(server, visitor, target):
    target.with_name("table.csv.part").write_bytes(DATA)
    note = {"url": server.url("/f"), "etag": '"1"', "total": len(DATA)}
    target.with_name("table.csv.part.json").write_text(json.dumps(note))
    assert download(server.url("/f"), target, visitor=visitor).loaded
    assert server.asked == []
    assert left_behind(target) == ["table.csv"]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "{}",
        "[1]",
        '{"url": 1}',
        '{"url": "x", "total": "y"}',
        '{"url": "http://other/f", "etag": "1"}',
    ],
)
def test_a_part_of_unknown_origin_is_thrown_away(server, visitor, target, note):
    target.with_name("table.csv.part").write_bytes(b"something else")
    target.with_name("table.csv.part.json").write_text(note)
    server.answers["/f"] = web.file(DATA)
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA
    assert server.ranges() == [None]


def test_compressed_transport_is_undone(server, visitor, target):
    packed = gzip.compress(DATA)
    server.answers["/f"] = web.file(packed, headers={"Content-Encoding": "gzip"})
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA


def test_a_gz_file_stays_one_whatever_the_server_calls_it(server, visitor, tmp_path):
    packed = gzip.compress(DATA)
    server.answers["/f"] = web.file(packed, headers={"Content-Encoding": "gzip"})
    download(server.url("/f"), tmp_path / "a.osm.gz", visitor=visitor)
    assert (tmp_path / "a.osm.gz").read_bytes() == packed


def test_a_file_of_unsaid_size_is_loaded(server, visitor, target):
    server.answers["/f"] = web.chunked(DATA)
    assert download(server.url("/f"), target, visitor=visitor).size == len(DATA)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_redirects_are_followed_to_other_hosts_too(server, visitor, target, host):
    server.answers |= {"/f": web.moved(server.url("/g", host)), "/g": web.file(DATA)}
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA


def test_the_checksum_is_kept(server, visitor, target):
    server.answers["/f"] = web.file(DATA)
    right = hashlib.sha256(DATA).hexdigest()
    assert download(server.url("/f"), target, visitor=visitor, sha256=right).sha256 == right


# Newer files ------------------------------------------------------------------------------------


def test_again_takes_a_newer_file(server, visitor, target):
    server.answers["/f"] = [web.file(DATA), web.file(DATA * 2, etag='"2"')]
    download(server.url("/f"), target, visitor=visitor)
    assert download(server.url("/f"), target, visitor=visitor, again=True).loaded
    assert target.read_bytes() == DATA * 2


def test_again_leaves_a_file_that_is_still_the_newest(server, visitor, target):
    server.answers["/f"] = web.file(DATA, modified=DAY)
    download(server.url("/f"), target, visitor=visitor)
    got = download(server.url("/f"), target, visitor=visitor, again=True)
    assert not got.loaded
    assert got.date == dt.date(2026, 3, 3)
    assert server.asked[1].headers["If-None-Match"] == '"1"'
    assert server.asked[1].headers["If-Modified-Since"] == DAY


def test_again_replaces_a_file_that_was_changed_by_hand(server, visitor, target):
    server.answers["/f"] = web.file(DATA)
    download(server.url("/f"), target, visitor=visitor)
    target.write_bytes(DATA[::-1])
    assert download(server.url("/f"), target, visitor=visitor, again=True).loaded
    assert target.read_bytes() == DATA


def test_when_again_fails_the_old_file_stays(server, visitor, target):
    target.write_bytes(DATA)
    server.answers["/f"] = web.status(503)
    fails("503", server, visitor, target, again=True)
    assert target.read_bytes() == DATA


# Patience ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_errors_that_may_pass_are_waited_for(server, visitor, clock, target, code):
    server.answers["/f"] = [web.status(code), web.status(code), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA
    assert clock.waits == [2, 4]


@pytest.mark.parametrize("date", [False, True])
def test_retry_after_is_honoured(server, visitor, clock, target, date):
    when = email.utils.formatdate(time.time() + 30, usegmt=True) if date else "30"
    server.answers["/f"] = [web.status(429, Retry_After=when), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert len(clock.waits) == 1
    assert 28 <= clock.waits[0] <= 30


@pytest.mark.parametrize("strange", ["soon", "", "-5", "Tue, 99 Foo 2026"])
def test_a_retry_after_that_says_nothing_is_passed_over(server, visitor, clock, target, strange):
    server.answers["/f"] = [web.status(503, Retry_After=strange), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert clock.waits == [2]


def test_nobody_waits_for_hours(server, visitor, clock, target):
    server.answers["/f"] = web.status(429, Retry_After="3600")
    fails("429.*60 Minuten Geduld", server, visitor, target)
    assert clock.waits == []


def test_the_same_host_is_asked_once_a_second(server, visitor, clock, tmp_path):
    server.answers |= {"/f": web.file(DATA), "/g": web.file(DATA)}
    download(server.url("/f"), tmp_path / "f.csv", visitor=visitor)
    download(server.url("/g"), tmp_path / "g.csv", visitor=visitor)
    assert clock.waits == [1]
    clock.now += 5
    download(server.url("/g"), tmp_path / "h.csv", visitor=visitor)
    assert clock.waits == [1]


def test_small_steps_forward_are_no_failures(server, visitor, target):
    steps = range(30_000, len(DATA), 30_000)
    assert len(steps) > module.ATTEMPTS
    server.answers["/f"] = [*(web.file(DATA, until=at) for at in steps), web.file(DATA)]
    download(server.url("/f"), target, visitor=visitor)
    assert target.read_bytes() == DATA


def test_even_small_steps_come_to_an_end(server, visitor, target, monkeypatch):
    monkeypatch.setattr(module, "_MOST_REQUESTS", 5)
    server.answers["/f"] = [web.file(DATA, until=at) for at in range(1000, 9000, 1000)]
    fails("5000 Bytes sind da, ein neuer Aufruf macht dort weiter", server, visitor, target)
    assert len(server.asked) == 5


# What goes wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [(401, "Anmeldung"), (403, "durch Programme nicht zu"), (404, "keine Datei mehr"),
     (410, "keine Datei mehr"), (400, r"Fehler \(400\)"), (204, r"Fehler \(204\)")],
)  # fmt: skip
def test_answers_without_file_are_told_at_once(server, visitor, clock, target, code, said):
    server.answers["/f"] = web.status(code, b"" if code == 204 else b"no")
    fails(said, server, visitor, target)
    assert len(server.asked) == 1
    assert clock.waits == []
    assert left_behind(target) == []


def test_a_server_that_never_answers_is_given_up(server, hurried, target):
    server.answers["/f"] = web.silent(1)
    fails("Zeitüberschreitung.*auch nach mehreren Versuchen", server, hurried, target)
    assert len(server.asked) == module.ATTEMPTS


def test_a_server_that_falls_silent_midway_is_taken_up_again(server, hurried, target):
    server.answers["/f"] = [web.slow(DATA, step=9000, pause_s=0.6), web.file(DATA)]
    download(server.url("/f"), target, visitor=hurried)
    assert server.ranges() == [None, "bytes=9000-"]
    assert target.read_bytes() == DATA


def test_a_server_that_always_hangs_up_is_given_up(server, visitor, target):
    server.answers["/f"] = web.file(DATA, until=9000)
    fails("brach ab.*9000 Bytes sind da", server, visitor, target)
    assert left_behind(target) == ["table.csv.part", "table.csv.part.json"]


def test_a_file_shorter_than_said_is_not_taken(server, visitor, target):
    server.answers["/f"] = web.file(DATA, length=len(DATA) + 10, ranges=False)
    fails("brach ab", server, visitor, target)
    assert not target.exists()


def test_a_chunked_file_without_end_is_not_taken(server, visitor, target):
    server.answers["/f"] = web.chunked(DATA, whole=False)
    fails("brach ab", server, visitor, target)
    assert not target.exists()


def test_broken_compression_is_not_taken(server, visitor, target):
    server.answers["/f"] = web.file(b"no gzip", headers={"Content-Encoding": "gzip"})
    fails("brach ab", server, visitor, target)
    assert not target.exists()


def test_nobody_listening_is_told(visitor, target):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/f"
        with pytest.raises(SourceError, match="nimmt keine Verbindung an"):
            download(url, target, visitor=visitor)


def test_an_unknown_host_is_told_at_once(visitor, clock, target, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SourceError, match=r"Name des Servers.*Verbindung ins Internet"):
        download("https://nowhere.invalid/f", target, visitor=visitor)
    assert clock.waits == []


@pytest.mark.parametrize("url", ["http://example.org/f", "ftp://example.org/f", "file:///f"])
def test_only_encrypted_addresses_are_asked(visitor, target, url):
    with pytest.raises(SourceError, match="nicht verschlüsselt"):
        download(url, target, visitor=visitor)


def test_a_redirect_to_an_unencrypted_address_is_refused(server, visitor, target, monkeypatch):
    server.answers |= {"/f": web.moved(server.url("/g", "localhost")), "/g": web.file(DATA)}
    monkeypatch.setattr(visiting, "is_this_computer", lambda url: "127.0.0.1" in url)
    fails("unverschlüsselte Adresse", server, visitor, target)
    assert not target.exists()


def test_redirects_without_end_are_told(server, visitor, target):
    server.answers["/f"] = web.moved(server.url("/f"))
    fails("leitet immer weiter um", server, visitor, target)


def test_a_wrong_checksum_is_told_and_nothing_kept(server, visitor, target):
    server.answers["/f"] = web.file(DATA)
    fails("andere Prüfsumme", server, visitor, target, sha256="0" * 64)
    assert left_behind(target) == []


def test_a_wrong_checksum_of_a_file_that_is_there_is_told(server, visitor, target):
    target.write_bytes(DATA)
    fails("liegt schon da.*andere Prüfsumme", server, visitor, target, sha256="0" * 64)
    assert target.exists()


@pytest.mark.parametrize("name", ["a.zip", "a.csv", "a.osm.pbf", "a.gpkg", "a.geojson", "a.dat"])
def test_a_web_page_is_no_data(server, visitor, tmp_path, name):
    server.answers["/f"] = web.file(PAGE)
    fails("eine Webseite statt der Datei", server, visitor, tmp_path / name)
    assert left_behind(tmp_path / name) == []


def test_a_web_page_saved_by_hand_is_no_data(server, visitor, target):
    target.write_bytes(PAGE)
    fails("table.csv liegt schon da, aber der Inhalt ist eine Webseite", server, visitor, target)


def test_a_zip_that_lost_its_end_is_no_zip(server, visitor, tmp_path):
    server.answers["/f"] = web.file(zipped()[:-30])
    fails("beschädigt oder unvollständig", server, visitor, tmp_path / "a.zip")


@pytest.mark.parametrize("said", [True, False])
def test_what_is_too_large_is_refused(server, visitor, target, said):
    server.answers["/f"] = web.file(DATA) if said else web.chunked(DATA)
    fails("zu groß", server, visitor, target, max_bytes=10_000)
    assert left_behind(target) == []


# The folder -------------------------------------------------------------------------------------


def test_a_full_disk_is_told_before_loading(server, visitor, target, monkeypatch):
    server.answers["/f"] = web.file(DATA)
    usage = shutil.disk_usage(target.parent)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    fails("Datenträger ist voll", server, visitor, target, error=OutputError)


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "Datenträger ist voll"), (errno.EROFS, "darf nicht geschrieben werden"),
     (errno.EACCES, "darf nicht geschrieben werden"), (errno.EIO, "kann nicht geschrieben werden")],
)  # fmt: skip
def test_what_keeps_from_writing_is_told(server, visitor, target, monkeypatch, number, said):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    server.answers["/f"] = web.file(DATA)
    monkeypatch.setattr(module, "_receive", refuse)
    fails(said, server, visitor, target, error=OutputError)


def test_a_folder_that_cannot_be_made_is_told(server, visitor, tmp_path):
    (tmp_path / "file").write_text("")
    fails("kann nicht geschrieben", server, visitor, tmp_path / "file" / "a.csv", error=OutputError)


def test_two_at_once_do_not_write_the_same_folder(server, visitor, target):
    with one_at_a_time(target.parent):
        fails("ein anderer Aufruf lädt gerade", server, visitor, target, error=OutputError)
    server.answers["/f"] = web.file(DATA)
    download(server.url("/f"), target, visitor=visitor)
    assert folders.CACHE == ".cache"


SCRIPT = """
import sys
from pathlib import Path
from geo_integration.inputs.fetching.download import download
from geo_integration.inputs.fetching.visiting import Visitor
download(sys.argv[1], Path(sys.argv[2]), visitor=Visitor())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_after_a_kill_the_next_call_goes_on_where_it_was(server, visitor, target):
    server.answers["/f"] = [web.slow(DATA, step=50_000, pause_s=0.2), web.file(DATA)]
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, server.url("/f"), str(target)])
    part = target.with_name("table.csv.part")
    until = time.monotonic() + 60
    while not (part.exists() and part.stat().st_size):
        assert process.poll() is None, "ended too early"
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not target.exists()
    have = part.stat().st_size
    download(server.url("/f"), target, visitor=visitor)
    assert server.ranges() == [None, f"bytes={have}-"]
    assert target.read_bytes() == DATA
    assert left_behind(target) == ["table.csv"]


# Offices ----------------------------------------------------------------------------------------


def test_the_proxy_of_the_environment_is_used(server, visitor, target, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url(""))
    server.answers["http://127.0.0.1:9/f"] = web.file(DATA)
    download("http://127.0.0.1:9/f", target, visitor=visitor)
    assert server.asked[0].path == "http://127.0.0.1:9/f"
    assert target.read_bytes() == DATA


def test_a_proxy_that_does_not_answer_is_told(visitor, clock, target, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(SourceError, match="der Proxy stellt keine Verbindung her; HTTPS_PROXY"):
        download("https://example.org/f", target, visitor=visitor)
    assert clock.waits == []


def test_a_list_of_certificates_that_is_not_there_is_told(visitor, target, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with pytest.raises(SourceError, match="REQUESTS_CA_BUNDLE ist nicht lesbar"):
        download("https://localhost:9/f", target, visitor=visitor)


@pytest.fixture
def secure(tmp_path):
    """A server with a certificate that nobody knows, and where that lies."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",  # noqa: S607
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with web.Server(context) as running:
        running.answers["/f"] = web.file(DATA)
        yield running, certificate


def test_an_unknown_certificate_is_not_accepted(secure, visitor, clock, target):
    with pytest.raises(SourceError, match=r"Zertifikat.*REQUESTS_CA_BUNDLE"):
        download(secure[0].url("/f", "localhost"), target, visitor=visitor)
    assert clock.waits == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_certificate_of_a_firewall_can_be_made_known(
    secure, clock, target, monkeypatch, variable
):
    running, certificate = secure
    monkeypatch.setenv(variable, str(certificate))
    with contextlib.closing(Visitor(sleep=clock.sleep, clock=clock)) as asking:
        download(running.url("/f", "localhost"), target, visitor=asking)
    assert target.read_bytes() == DATA


# Contents ---------------------------------------------------------------------------------------

KINDS = {
    "a.zip": zipped(), "a.xlsx": zipped(), "a.osm.gz": gzip.compress(b"<osm></osm>"),
    "a.csv": "\ufeffÄ;b\n1;2\n".encode(), "b.csv": "Ä;b\n".encode("cp1252"),
    "c.csv": "a\tb\n".encode("utf-16"), "a.geojson": b' {"a": 1}\n', "a.json": b"[]",
    "a.osm": b'<?xml version="1.0"?>\n<osm></osm>\n', "a.xml": b"\xef\xbb\xbf<a></a>",
    "a.tif": b"II*\x00" + bytes(20), "a.parquet": b"PAR1" + bytes(9) + b"PAR1",
    "a.dat": b"\x00\x01", "README": b"text",
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_what_is_as_its_name_says_is_taken(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(KINDS[name])
    require_whole(path, name)


WRONG = {
    "empty": ("a.csv", b"", "ist leer"),
    "comments": ("a.zip", b"<!---->" * 580, "Text; nach"),
    "page": ("a.zip", b"\n<!-- x --><!-- --> <HTML lang='de'>", "Webseite"),
    "xhtml": ("a.xml", b'<?xml version="1.0"?><!DOCTYPE html><html>', "Webseite"),
    "zip as csv": ("a.csv", zipped(), "ein ZIP-Archiv; nach dem Namen a.csv wäre es Text"),
    "csv as zip": ("a.zip", b"a;b\n", "Text; nach dem Namen a.zip wäre es ein ZIP-Archiv"),
    "json as csv": ("a.csv", b'{"error": "quota"}', "JSON; nach"),
    "cut json": ("a.geojson", b'{"features": [1, ', "beschädigt oder unvollständig"),
    "cut osm": ("a.osm", b"<osm><node id='1'", "unvollständig"),
    "cut gzip": ("a.osm.gz", gzip.compress(os.urandom(9000))[:-3000], "unvollständig"),
    "damaged zip": ("a.zip", zipped().replace(b"\x00\x00a", b"\x00\x01a", 1)[:-5], "unvollständig"),
    "cut parquet": ("a.parquet", b"PAR1" + bytes(90), "unvollständig"),
    "cut database": ("a.gpkg", b"SQLite format 3\x00\x10\x00" + bytes(10) + b"\x00\x00\x00\x09"
                     + bytes(100), "unvollständig"),
    "broken off": ("a.osm", b"<osm>\n<remark> runtime error: Query timed out </remark>\n</osm>",
                   "Overpass-Server hat die Abfrage abgebrochen"),
    "bz2": ("a.osm.bz2", b"BZh9 nonsense", "unvollständig"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_not_what_its_name_says_is_told(tmp_path, case):
    name, data, said = WRONG[case]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError, match=said):
        require_whole(path, name)


def test_an_osm_extract_is_whole_only_with_its_last_block(real, tmp_path):
    source = real("boeblingen_gtfs/ehningen-minimal.osm.pbf")
    require_whole(source, source.name)
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(source.read_bytes()[:-10])
    with pytest.raises(SourceError, match="unvollständig"):
        require_whole(path, path.name)
    assert kind_of(source.read_bytes()[:100]) == "ein OSM-Auszug (PBF)"


# ZIP --------------------------------------------------------------------------------------------


def members(data, **options):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return safe_members(archive, **options)


def test_plain_files_and_archives_inside_are_members():
    found = members(zipped(**{"a/b.txt": "x", "inner.zip": zipped(), "__MACOSX/._b": "", "a/": ""}))
    assert sorted(found) == ["a/b.txt", "inner.zip"]


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/a", "..\\a", "C:\\a", "\\a", "C:/a"])
def test_a_member_that_leaves_its_folder_is_refused(name):
    with pytest.raises(SourceError, match="aus seinem Ordner hinaus"):
        members(zipped(**{name: "x"}))


def test_a_bomb_is_refused_by_what_it_would_become():
    with pytest.raises(SourceError, match=r"entpackt 0\.1 GB aus"):
        members(zipped(a="0" * 100_000_000))
    with pytest.raises(SourceError, match="nicht geheuer"):
        members(zipped(a="abc"), max_bytes=2)


def test_a_link_is_refused():
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(SourceError, match="Verknüpfung"):
        members(data.getvalue())


def test_a_password_is_told():
    data = bytearray(zipped(a="x"))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(SourceError, match="Kennwort"):
        members(bytes(data))


def test_the_same_name_twice_is_refused():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", "2")
    with pytest.raises(SourceError, match="zweimal"):
        members(data.getvalue())
