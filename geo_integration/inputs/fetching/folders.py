"""The county folder while files are fetched: one command at a time, and plain words."""

from __future__ import annotations

import contextlib
import errno
import sys
from typing import IO, TYPE_CHECKING

from geo_integration.errors import GeoIntegrationError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CACHE = ".cache"
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@contextlib.contextmanager
def plain_writing(target: Path) -> Iterator[None]:
    """Say in words why a file cannot be written."""
    try:
        yield
    except GeoIntegrationError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            said = "der Datenträger ist voll; Platz schaffen, der nächste Aufruf macht weiter"
        elif isinstance(error, PermissionError) or error.errno == errno.EROFS:
            said = (
                f"in den Ordner {target.parent} darf nicht geschrieben werden, oder {target.name} "
                f"ist in einem anderen Programm geöffnet"
            )
        else:
            said = f"{target.name} kann nicht geschrieben werden ({error.strerror or error})"
        raise OutputError(said) from error


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Hold the folder, so that two commands never write the same files; a kill lets go of it.

    Raises
    ------
    OutputError
        When another process holds it.
    """
    path = folder / CACHE / "fetch.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            _lock(file)
        except OSError as error:
            raise OutputError(
                "ein anderer Aufruf lädt gerade in diesen Ordner; warten, bis er fertig ist"
            ) from error
        yield


def _lock(file: IO[bytes]) -> None:
    """Lock a file until it is closed."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
