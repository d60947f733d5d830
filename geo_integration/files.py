"""Files: written beside and renamed, and named so that every system takes them."""

from __future__ import annotations

import contextlib
import re
import tempfile
import unicodedata
from typing import TYPE_CHECKING

from geo_integration.errors import GeoIntegrationError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_MAX_NAME = 60


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and rename it when all went well.

    The path beside is always the same one: what a run left there that was ended by force is
    replaced by the next run that writes this file.

    Raises
    ------
    OutputError
        When the file cannot be written, for example because Excel holds it open.
    """
    part = path.with_name(f"~{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except GeoIntegrationError:
        raise
    except PermissionError as error:
        raise OutputError(
            f"{path}: kann nicht geschrieben werden. Ist die Datei noch in einem anderen Programm "
            f"(Excel, QGIS) geöffnet? Dort schließen und noch einmal starten"
        ) from error
    except OSError as error:
        raise OutputError(f"{path}: kann nicht geschrieben werden ({error})") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def require_writable(path: Path) -> None:
    """Make sure that a file can be written, before a long computation; nothing is changed.

    Raises
    ------
    OutputError
        When it cannot.
    """
    folder = next((f for f in path.absolute().parents if f.exists()), path.absolute().parent)
    if path.is_dir():
        raise OutputError(f"{path}: ist ein Ordner; einen anderen Namen wählen")
    try:
        if path.exists():
            with path.open("ab"):
                pass
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"{path}: kann nicht geschrieben werden ({error.strerror}). Einen anderen Ordner "
            f"wählen, oder das Programm schließen, in dem die Datei geöffnet ist"
        ) from error


def remove(path: Path) -> None:
    """Remove a file, if it is there.

    Raises
    ------
    OutputError
        When it is there and cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path}: die Datei eines früheren Laufs kann nicht entfernt werden. Ist sie noch in "
            f"einem anderen Programm geöffnet? Dort schließen und noch einmal starten"
        ) from error


def slug(name: str) -> str:
    """Name for files: lower-case ASCII letters, digits and hyphens."""
    composed = unicodedata.normalize("NFC", name.lower()).translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", composed).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_MAX_NAME].strip("-") or "ohne-namen"
