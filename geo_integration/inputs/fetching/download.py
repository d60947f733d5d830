"""Files from the internet: politely, resumed after a break, and never half done.

What arrives is written to `<name>.part`; beside it `<name>.part.json` says which version of the
file it is the beginning of. Only a file that is whole and is what its name says gets its name.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import errno
import hashlib
import json
import shutil
import time
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.errors import SourceError
from geo_integration.files import beside
from geo_integration.inputs.contents import require_whole
from geo_integration.inputs.fetching.folders import CACHE, one_at_a_time, plain_writing
from geo_integration.inputs.fetching.visiting import TryAgainError, Visitor, plain_failures
from geo_integration.profile import is_this_computer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import requests

MAX_BYTES = 8 * 1024**3
ATTEMPTS = 4
_MOST_REQUESTS = 30  # where every attempt brings the file a little further
_LONGEST_WAIT_S = 120.0
_CHUNK = 256 * 1024
_AGAIN_LATER = (429, 500, 502, 503, 504)
_SAID = {
    401: "der Server verlangt eine Anmeldung (401)",
    403: "der Server lässt den Abruf durch Programme nicht zu (403)",
    404: "unter der Adresse gibt es keine Datei mehr (404)",
    407: "der Proxy verlangt eine Anmeldung (407)",
    410: "unter der Adresse gibt es keine Datei mehr (410)",
    429: "der Server nimmt zurzeit keine weiteren Abrufe an (429)",
}


class Fetched(NamedTuple):
    """A file that is there and whole; `date` of its making, `loaded` when it came just now."""

    path: Path
    size: int
    sha256: str
    date: dt.date
    loaded: bool


class _Origin(NamedTuple):
    """Which version of which file something is."""

    url: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None
    size: int = 0
    sha256: str = ""

    @property
    def validator(self) -> str:
        """What If-Range may name: a strong ETag, or a date."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def date_or(self, other: dt.date) -> dt.date:
        """Day on which the server says that the file was made, or another."""
        try:
            return email.utils.parsedate_to_datetime(self.last_modified).date()
        except ValueError:
            return other


def no_progress(_done: int, _total: int | None) -> None:
    """Show nothing."""


def download(
    url: str,
    target: Path,
    *,
    visitor: Visitor,
    again: bool = False,
    sha256: str = "",
    max_bytes: int = MAX_BYTES,
    progress: Callable[[int, int | None], None] = no_progress,
) -> Fetched:
    """Get a file, unless it is already there.

    Parameters
    ----------
    url : str
        Address; https, or on this computer.
    target : Path
        Where the file goes. One that lies there is checked and taken, wherever it came from.
    visitor : Visitor
        Asks the server.
    again : bool
        Ask whether the server has a newer one, and take that.
    sha256 : str
        Checksum, in hexadecimal, where it is known.
    max_bytes : int
        Larger files are refused.
    progress : callable
        Called with the bytes done, and all or None.

    Returns
    -------
    Fetched
        The file.

    Raises
    ------
    SourceError
        When the server gives no usable file, or the one that is there is none. The message says
        what happened, not where.
    OutputError
        When the file cannot be written.
    """
    if target.exists() and not again:
        return taken(target, sha256)
    if not (url.startswith("https://") or is_this_computer(url)):
        raise SourceError("die Adresse ist nicht verschlüsselt (https://)")
    with plain_writing(target), one_at_a_time(target.parent):
        job = _Job(url, target, visitor, max_bytes, progress)
        origin = _patiently(job, _conditions(url, target) if again else {})
        return taken(target, sha256) if origin is None else _finished(job, origin, sha256)


def taken(target: Path, sha256: str = "") -> Fetched:
    """Take a file that is there already, wherever it came from.

    Raises
    ------
    SourceError
        When it is not usable.
    """
    try:
        require_whole(target, target.name)
        found, status = digest_of(target), target.stat()
    except OSError as error:
        raise SourceError(f"{target.name} liegt schon da, aber {error}") from error
    if sha256 and found != sha256:
        raise SourceError(
            f"{target.name} liegt schon da, hat aber eine andere Prüfsumme ({found[:12]}…, "
            f"erwartet {sha256[:12]}…). Ist es eine andere Ausgabe, sha256 im Profil berichtigen"
        )
    known = _read_origin(_origin_path(target))
    came = dt.datetime.fromtimestamp(status.st_mtime, tz=dt.UTC).date()
    date = known.date_or(came) if known and known.sha256 == found else came
    return Fetched(target, status.st_size, found, date, loaded=False)


def _conditions(url: str, target: Path) -> dict[str, str]:
    """What asks the server only for something newer than the file that is there."""
    known = _read_origin(_origin_path(target))
    if known is None or known.url != url or known.size != _size(target):
        return {}
    if digest_of(target) != known.sha256:
        return {}
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {key: value for key, value in asked.items() if value}


def _finished(job: _Job, origin: _Origin, sha256: str) -> Fetched:
    """Check what has arrived, and give it its name."""
    found = digest_of(job.part)
    try:
        require_whole(job.part, job.target.name)
        _require_digest(found, sha256)
    except SourceError:
        job.forget()
        raise
    size = _size(job.part)
    job.part.replace(job.target)
    job.note.unlink(missing_ok=True)
    _write_origin(_origin_path(job.target), origin._replace(size=size, sha256=found))
    date = origin.date_or(dt.datetime.now(tz=dt.UTC).date())
    return Fetched(job.target, size, found, date, loaded=True)


def _require_digest(found: str, sha256: str) -> None:
    if sha256 and found != sha256:
        raise SourceError(
            f"die Datei hat eine andere Prüfsumme als im Profil ({found[:12]}…, erwartet "
            f"{sha256[:12]}…)"
        )


# Attempts ---------------------------------------------------------------------------------------


class _Job(NamedTuple):
    """What is wanted, and how."""

    url: str
    target: Path
    visitor: Visitor
    max_bytes: int
    progress: Callable[[int, int | None], None]

    @property
    def part(self) -> Path:
        """Where it is written until it is whole."""
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def note(self) -> Path:
        """Which version the part is the beginning of."""
        return self.target.with_name(f"{self.target.name}.part.json")

    def forget(self) -> None:
        """Throw away what was begun; the note last: no part is ever of unknown origin."""
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def _patiently(job: _Job, conditions: dict[str, str]) -> _Origin | None:
    """Ask until the whole file is in the part, or give up; None where there is nothing newer.

    What brings the file further than ever before does not count as a failed attempt.
    """
    failed, furthest, said = 0, _size(job.part), ""
    for _ in range(_MOST_REQUESTS):
        try:
            return _attempt(job, conditions)
        except TryAgainError as error:
            reached = _size(job.part)
            failed = 0 if reached > furthest else failed + 1
            furthest = max(furthest, reached)
            said, wait_s = str(error), max(error.wait_s, 2.0**failed)
        if failed >= ATTEMPTS:
            break
        if wait_s > _LONGEST_WAIT_S:
            raise SourceError(f"{said}; er bittet um {wait_s / 60:.0f} Minuten Geduld")
        job.visitor.sleep(wait_s)
    kept = _size(job.part)
    begun = f"; {kept} Bytes sind da, ein neuer Aufruf macht dort weiter" if kept else ""
    raise SourceError(f"{said}, auch nach mehreren Versuchen{begun}")


def _attempt(job: _Job, conditions: dict[str, str]) -> _Origin | None:
    """One request, and what comes of it."""
    begun, have = _read_origin(job.note), _size(job.part)
    if begun is None or begun.url != job.url or not begun.validator or not have:
        begun, have, headers = None, 0, conditions
    elif have == begun.total:
        return begun
    else:
        headers = {"Range": f"bytes={have}-", "If-Range": begun.validator}
    with plain_failures(), contextlib.closing(job.visitor.get(job.url, headers)) as response:
        if response.status_code == 304 and conditions:
            return None
        _require_success(job, response)
        if response.status_code != 206 or begun is None:
            begun, have = _begin(job, response), 0
        elif not _continues(response, have, begun):
            job.forget()
            raise TryAgainError("der Server setzt die Datei nicht richtig fort")
        _require_room(job, begun, have)
        _receive(job, response, begun, have)
    return begun


def _require_success(job: _Job, response: requests.Response) -> None:
    """Raise unless the answer has a file."""
    code = response.status_code
    if code in {200, 206}:
        return
    if code == 416:
        job.forget()
        raise TryAgainError("der Server setzt die Datei nicht fort (416)")
    said = _SAID.get(code, f"der Server meldet einen Fehler ({code})")
    if code in _AGAIN_LATER:
        raise TryAgainError(said, _seconds_of(response.headers.get("Retry-After", "")))
    raise SourceError(said)


def _seconds_of(retry_after: str) -> float:
    """How long to wait; Retry-After is a number of seconds or a date."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        when = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return 0.0
    return max(0.0, when.timestamp() - time.time())


def _continues(response: requests.Response, have: int, begun: _Origin) -> bool:
    """Whether a partial answer is the rest of what was begun."""
    said = response.headers.get("Content-Range", "").lower()
    total = said.rpartition("/")[2]
    same_size = begun.total is None or total in {str(begun.total), "*"}
    etag = response.headers.get("ETag", "")
    same_version = not etag or not begun.etag or etag == begun.etag
    return said.startswith(f"bytes {have}-") and same_size and same_version


def _begin(job: _Job, response: requests.Response) -> _Origin:
    """Note which version of the file arrives, before its first byte is written."""
    head = response.headers
    length = head.get("Content-Length", "")
    origin = _Origin(job.url)
    if head.get("Content-Encoding", "identity").lower() == "identity" or _is_gzip(job):
        total = int(length) if length.isdecimal() else None
        origin = _Origin(job.url, head.get("ETag", ""), head.get("Last-Modified", ""), total)
    job.forget()
    _write_origin(job.note, origin)
    return origin


def _is_gzip(job: _Job) -> bool:
    """Whether what some servers call the encoding of a file is wanted as it is."""
    return job.target.name.lower().endswith(".gz")


def _require_room(job: _Job, origin: _Origin, have: int) -> None:
    """Raise when the file is too large for the limit or the disk."""
    if origin.total is None:
        return
    if origin.total > job.max_bytes:
        job.forget()
        raise SourceError(_too_large(origin.total, job.max_bytes))
    if shutil.disk_usage(job.target.parent).free < origin.total - have:
        raise OSError(errno.ENOSPC, "No space left on device")


def _too_large(size: int, max_bytes: int) -> str:
    return (
        f"die Datei ist zu groß ({size / 1e9:.1f} GB, erlaubt sind {max_bytes / 1e9:.1f} GB); "
        f"soll es so sein, max_gb im Profil erhöhen"
    )


def _receive(job: _Job, response: requests.Response, origin: _Origin, have: int) -> None:
    """Write what arrives behind what is there."""
    shown = have
    job.progress(have, origin.total)
    with job.part.open("ab") as file:
        # read1: what is there, at once; so nothing is lost when the connection breaks.
        while chunk := response.raw.read1(_CHUNK, decode_content=not _is_gzip(job)):
            file.write(chunk)
            have += len(chunk)
            if have > job.max_bytes:
                break
            if have - shown >= _CHUNK:
                shown = have
                job.progress(have, origin.total)
    job.progress(have, origin.total)
    if have > job.max_bytes:
        job.forget()
        raise SourceError(_too_large(have, job.max_bytes))
    if origin.total is not None and have != origin.total:
        if have > origin.total:
            job.forget()
        raise TryAgainError(f"es kamen {have} statt {origin.total} Bytes an")


# Files beside -----------------------------------------------------------------------------------


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _origin_path(target: Path) -> Path:
    return target.parent / CACHE / f"{target.name}.origin.json"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _write_origin(path: Path, origin: _Origin) -> None:
    with beside(path) as part:
        part.write_text(json.dumps(origin._asdict()), encoding="utf-8")


def _read_origin(path: Path) -> _Origin | None:
    """Give a note; None where there is none, or none that is whole."""
    try:
        origin = _Origin(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    texts = (origin.url, origin.etag, origin.last_modified, origin.sha256)
    sizes = (0 if origin.total is None else origin.total, origin.size)
    whole = all(isinstance(v, str) for v in texts) and all(isinstance(v, int) for v in sizes)
    return origin if whole else None
