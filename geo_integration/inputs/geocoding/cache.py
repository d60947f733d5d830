"""Answers of address services, kept for good, and whose turn it is to ask: one SQLite file.

Each answer is one transaction: whoever ends the program at any moment loses none. Several programs
may share the file; a question that one of them is asking the others wait for.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from geo_integration.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType

VERSION = 1
FOUND, NOTHING, FAILED, ASKING = "found", "nothing", "failed", "asking"
HOUR_S, DAY_S = 3600.0, 86_400.0
LEASE_S = 60.0  # so long a question that nobody answered counts as being asked
_LOCK_WAIT_S = 30.0
_FOREVER = 1e15
_LONGEST_PAUSE_S = 3600.0
_ANSWERS = """CREATE TABLE answers (
    service TEXT NOT NULL, query TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    asked REAL NOT NULL, until REAL NOT NULL, PRIMARY KEY (service, query)
) WITHOUT ROWID"""
_PACE = "CREATE TABLE pace (id INTEGER PRIMARY KEY CHECK (id = 1), next REAL NOT NULL)"
_SCHEMA = (_ANSWERS, _PACE, f"PRAGMA user_version = {VERSION}")
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
T = TypeVar("T")


class Answer(NamedTuple):
    """What a service said: kind is found, nothing or failed."""

    kind: str
    body: str


class _UnusableError(Exception):
    """The file is of another version, or no cache at all."""


class Cache:
    """The file of answers.

    Parameters
    ----------
    path : Path
        The file; made where it is missing. One that is damaged or of another version is moved
        aside, and a new one begun; `notes` tells so.
    every_s : float
        Least time between two requests, of all programs that share the file.
    now, sleep : callable
        Clock (seconds since 1970) and how to wait.

    Raises
    ------
    OutputError
        Here and in every method, when the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        *,
        every_s: float = 1.0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path, self.notes = path, list[str]()
        self._every_s, self._now, self._sleep = every_s, now, sleep
        self._db: sqlite3.Connection | None = None
        self._guarded(lambda _db: None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def answer(self, service: str, query: str) -> Answer | None:
        """Look up an answer; None where this question is now ours to ask.

        Waits while another program is asking it. Whoever gets None has to `store` an answer, or to
        `give_up`.
        """
        while True:
            found = self._guarded(lambda db: self._look_or_claim(db, service, query))
            if found is None or found.kind != ASKING:
                return found
            self._sleep(min(0.25, LEASE_S))

    def _look_or_claim(self, db: sqlite3.Connection, service: str, query: str) -> Answer | None:
        """Answer that holds, or the mark that somebody is asking; None: from now on we are."""
        now = self._now()
        wanted = "SELECT kind, body FROM answers WHERE service = ? AND query = ? AND until > ?"
        with _transaction(db):
            row = db.execute(wanted, (service, query, now)).fetchone()
            if row is None:
                values = (service, query, ASKING, "", now, now + LEASE_S)
                db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", values)
        return None if row is None else Answer(str(row[0]), str(row[1]))

    def store(
        self, service: str, query: str, kind: str, body: str = "", *, keep_s: float | None = None
    ) -> None:
        """Keep an answer, for good or for some seconds."""
        now = self._now()
        until = _FOREVER if keep_s is None else now + keep_s

        def put(db: sqlite3.Connection) -> None:
            with _transaction(db):
                values = (service, query, kind, body, now, until)
                db.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", values)

        self._guarded(put)

    def give_up(self, service: str, query: str) -> None:
        """Let others ask what we did not get an answer to."""

        def drop(db: sqlite3.Connection) -> None:
            with _transaction(db):
                what = "DELETE FROM answers WHERE service = ? AND query = ? AND kind = ?"
                db.execute(what, (service, query, ASKING))

        self._guarded(drop)

    def wait_for_turn(self, service: str, query: str, *, longest_s: float = 60.0) -> bool:
        """Wait until the next request of all programs may be sent; False if that is too long."""

        def take(db: sqlite3.Connection) -> float:
            now = self._now()
            with _transaction(db):
                row = db.execute("SELECT next FROM pace").fetchone()
                start = now if row is None else max(now, float(row[0]))
                # A clock that was set back must not stop us for ever.
                start = now if start > now + _LONGEST_PAUSE_S else start
                if start - now <= longest_s:
                    nearest = (start + self._every_s,)
                    db.execute("INSERT OR REPLACE INTO pace VALUES (1, ?)", nearest)
                    db.execute(
                        "UPDATE answers SET until = ? WHERE service = ? AND query = ? AND kind = ?",
                        (start + LEASE_S, service, query, ASKING),
                    )
            return start - now

        pause_s = self._guarded(take)
        if pause_s > longest_s:
            return False
        if pause_s > 0:
            self._sleep(pause_s)
        return True

    def hold_off(self, pause_s: float) -> None:
        """Send nothing for some seconds, in no program: the service asked for it."""

        def put(db: sqlite3.Connection) -> None:
            until = self._now() + min(pause_s, _LONGEST_PAUSE_S)
            with _transaction(db):
                row = db.execute("SELECT next FROM pace").fetchone()
                later = until if row is None else max(until, float(row[0]))
                db.execute("INSERT OR REPLACE INTO pace VALUES (1, ?)", (later,))

        self._guarded(put)

    # The file ---------------------------------------------------------------------------------

    def _guarded(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Work on the file; begin a new one where it turns out to be damaged."""
        for attempt in (1, 2, 3):
            try:
                if self._db is None:
                    self._db = self._open()
                return work(self._db)
            except _UnusableError as error:
                self._set_aside(str(error))
            except sqlite3.DatabaseError as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF
                self.close()
                if code not in _BROKEN:
                    raise self._unwritable(error) from error
                if attempt > 1:  # once may be another program that is just moving it aside
                    self._set_aside("beschädigt")
            except OSError as error:
                raise self._unwritable(error) from error
        raise self._unwritable("mehrmals beschädigt")

    def _unwritable(self, why: object) -> OutputError:
        return OutputError(
            f"{self.path}: der Zwischenspeicher der Adressdienste kann nicht benutzt werden "
            f"({why}). Schreibrechte und freien Platz prüfen, oder die Datei löschen"
        )

    def _open(self) -> sqlite3.Connection:
        """Open the file, and make the tables where there are none."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=_LOCK_WAIT_S, isolation_level=None)
        try:
            _patiently(lambda: db.execute("PRAGMA journal_mode = WAL"))
            db.execute("PRAGMA synchronous = FULL")
            with _transaction(db):
                _prepare(db)
        except BaseException:
            db.close()
            raise
        return db

    def _set_aside(self, why: str) -> None:
        """Give the file another name."""
        self.close()
        number = 1
        while (aside := self.path.with_name(f"{self.path.name}.alt{number}")).exists():
            number += 1
        for end in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + end).replace(aside.with_name(aside.name + end))
        self.notes.append(
            f"{self.path.name} war {why} und heißt jetzt {aside.name}; ein neuer Zwischenspeicher "
            f"ist angelegt"
        )


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables in a new file; refuse a file that is not ours."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not version and not tables:
        for command in _SCHEMA:
            db.execute(command)
    elif version != VERSION:
        raise _UnusableError(f"von einer anderen Fassung des Programms ({version})")


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; others wait."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _patiently(work: Callable[[], object]) -> None:
    """Do what does not wait by itself while another program holds the file."""
    end = time.monotonic() + _LOCK_WAIT_S
    while True:
        try:
            work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
