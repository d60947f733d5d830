from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from geo_integration.errors import OutputError
from geo_integration.inputs.geocoding.cache import (
    ASKING,
    FAILED,
    FOUND,
    LEASE_S,
    NOTHING,
    Answer,
    Cache,
)

SERVICE = "nominatim https://example.org"


class Clock:
    """Time that passes only by waiting."""

    def __init__(self):
        self.now_s, self.slept = 1_000_000.0, []

    def now(self):
        return self.now_s

    def sleep(self, pause_s):
        self.slept.append(pause_s)
        self.now_s += pause_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".cache" / "geocoding.sqlite"


def cache_at(path, clock):
    return Cache(path, now=clock.now, sleep=clock.sleep)


# Answers ----------------------------------------------------------------------------------------


def test_an_answer_is_asked_for_once(path, clock):
    with cache_at(path, clock) as cache:
        assert cache.answer(SERVICE, "q") is None
        cache.store(SERVICE, "q", FOUND, "body")
        clock.now_s += 1e10
        assert cache.answer(SERVICE, "q") == Answer(FOUND, "body")
        assert cache.answer("another service", "q") is None
    with cache_at(path, clock) as cache:
        assert cache.answer(SERVICE, "q") == Answer(FOUND, "body")


@pytest.mark.parametrize("kind", [NOTHING, FAILED])
def test_failures_are_remembered_for_a_while(path, clock, kind):
    with cache_at(path, clock) as cache:
        cache.answer(SERVICE, "q")
        cache.store(SERVICE, "q", kind, keep_s=100)
        clock.now_s += 99
        assert cache.answer(SERVICE, "q") == Answer(kind, "")
        clock.now_s += 2
        assert cache.answer(SERVICE, "q") is None


def test_who_gives_up_lets_others_ask(path, clock):
    with cache_at(path, clock) as one, cache_at(path, clock) as other:
        assert one.answer(SERVICE, "q") is None
        one.give_up(SERVICE, "q")
        assert other.answer(SERVICE, "q") is None
        assert clock.slept == []


def test_a_question_that_another_asks_is_waited_for(path, clock):
    with cache_at(path, clock) as one, cache_at(path, clock) as other:
        assert one.answer(SERVICE, "q") is None

        def sleep(pause_s):
            clock.sleep(pause_s)
            if len(clock.slept) == 3:
                one.store(SERVICE, "q", FOUND, "body")

        other._sleep = sleep
        assert other.answer(SERVICE, "q") == Answer(FOUND, "body")
        assert len(clock.slept) == 3


def test_a_question_of_one_that_was_killed_is_asked_again(path, clock):
    with cache_at(path, clock) as one, cache_at(path, clock) as other:
        assert one.answer(SERVICE, "q") is None
        assert other.answer(SERVICE, "q") is None
        assert LEASE_S <= sum(clock.slept) < LEASE_S + 1


# Pace -------------------------------------------------------------------------------------------


def test_one_request_a_second_leaves_all_programs_together(path, clock):
    sent = []
    with cache_at(path, clock) as one, cache_at(path, clock) as other:
        for cache in (one, other, one, one, other):
            assert cache.wait_for_turn(SERVICE, "q")
            sent.append(clock.now_s)
    assert sent == [1_000_000.0 + i for i in range(5)]


def test_a_pause_that_the_service_wants_holds_for_all(path, clock):
    with cache_at(path, clock) as one, cache_at(path, clock) as other:
        one.hold_off(30)
        assert other.wait_for_turn(SERVICE, "q")
        assert clock.slept == [30]
        one.hold_off(600)
        assert not other.wait_for_turn(SERVICE, "q")
        assert clock.slept == [30]


def test_a_clock_that_was_set_back_stops_nobody(path, clock):
    with cache_at(path, clock) as cache:
        cache.wait_for_turn(SERVICE, "q")
        clock.now_s -= 1e6
        assert cache.wait_for_turn(SERVICE, "q")
        assert clock.slept == []


# The file ---------------------------------------------------------------------------------------


def test_a_damaged_file_is_moved_aside_with_a_note(path, clock):
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    with cache_at(path, clock) as cache:
        assert "beschädigt" in cache.notes[0]
        cache.store(SERVICE, "q", FOUND, "body")
    assert path.with_name("geocoding.sqlite.alt1").read_bytes().startswith(b"no database")
    with cache_at(path, clock) as cache:
        assert cache.answer(SERVICE, "q") == Answer(FOUND, "body")
        assert cache.notes == []


def test_a_file_that_is_damaged_under_way_is_moved_aside(path, clock):
    with cache_at(path, clock) as cache:
        for i in range(500):
            cache.store(SERVICE, f"q{i}", FOUND, "body" * 50)
        cache.close()
        data = bytearray(path.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        path.write_bytes(data)
        assert cache.answer(SERVICE, "q7") is None
        cache.store(SERVICE, "q7", FOUND, "new")
        assert cache.answer(SERVICE, "q7") == Answer(FOUND, "new")
        assert len(cache.notes) == 1


@pytest.mark.parametrize("command", ["PRAGMA user_version = 99", "CREATE TABLE other (a)"])
def test_a_file_of_another_version_is_moved_aside_with_a_note(path, clock, command):
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE something (a)")
    db.execute(command)
    db.close()
    with cache_at(path, clock) as cache:
        assert "anderen Fassung" in cache.notes[0]
        assert cache.answer(SERVICE, "q") is None


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path, clock):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="Zwischenspeicher"):
        cache_at(tmp_path / "file" / "geocoding.sqlite", clock)


# Programs ---------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from geo_integration.inputs.geocoding.cache import FOUND, Cache
cache = Cache(Path(sys.argv[1]), every_s=0)
for i in range(100_000):
    if cache.answer("s", f"q{i}") is None:
        cache.wait_for_turn("s", f"q{i}")
        cache.store("s", f"q{i}", FOUND, f"body {i}")
        print(i, flush=True)
"""
ASKER = """
import sys, time
from pathlib import Path
from geo_integration.inputs.geocoding.cache import FOUND, Cache
cache = Cache(Path(sys.argv[1]), every_s=0.02)
for i in range(40):
    found = cache.answer("s", f"q{i}")
    if found is None:
        cache.wait_for_turn("s", f"q{i}")
        print(i, time.time(), flush=True)
        cache.store("s", f"q{i}", FOUND, f"body {i}")
    else:
        assert found.body == f"body {i}"
"""


def start(script, path):
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")
@pytest.mark.parametrize("after", [1, 25, 60])
def test_a_program_that_is_killed_loses_no_answer(path, after):
    with start(WRITER, path) as writer:
        told = [int(writer.stdout.readline()) for _ in range(after)]
        os.kill(writer.pid, signal.SIGKILL)
        told += [int(line) for line in writer.stdout.read().splitlines()]
    with Cache(path) as cache:
        assert cache.notes == []
        for i in told:
            assert cache.answer("s", f"q{i}") == Answer(FOUND, f"body {i}")


def test_two_programs_share_answers_and_pace(path):
    with start(ASKER, path) as one, start(ASKER, path) as other:
        lines = [line for p in (one, other) for line in p.communicate()[0].splitlines()]
        assert (one.returncode, other.returncode) == (0, 0)
    asked = [int(line.split()[0]) for line in lines]
    assert sorted(asked) == list(range(40))
    times = sorted(float(line.split()[1]) for line in lines)
    assert times[-1] - times[0] > 39 * 0.02 - 0.1


def test_threads_that_open_the_same_new_file_at_once_all_succeed(path):
    faults = []

    def work(number):
        try:
            with Cache(path, every_s=0) as cache:
                cache.answer("s", f"q{number}")
                cache.store("s", f"q{number}", FOUND)
        except OutputError as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with Cache(path) as cache:
        assert all(cache.answer("s", f"q{i}") == Answer(FOUND, "") for i in range(8))
        assert cache.notes == []


def test_the_mark_of_a_question_is_no_answer(path):
    with Cache(path, sleep=lambda _s: time.sleep(0)) as cache:
        cache.answer("s", "q")
        row = cache._db.execute("SELECT kind FROM answers").fetchone()
    assert row == (ASKING,)
