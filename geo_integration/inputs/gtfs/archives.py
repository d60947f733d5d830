"""GTFS zips and folders -> the contents of the files that matter, by name."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from geo_integration.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

_MAX_MEMBER_BYTES = 4 * 1024**3
_ENCRYPTED = 0x1
# Tables of a timetable shrink to 1/10 or 1/40; a bomb of equal lines to 1/1000.
_MAX_RATIO, _RATIO_FROM_BYTES = 300, 8 * 1024**2


def read_members(
    path: Path,
    wanted: Collection[str],
    is_complete: Callable[[Collection[str]], bool],
    note: Callable[[str, object, str], None],
) -> dict[str, bytes]:
    """Read the files of a feed that matter.

    Parameters
    ----------
    path : Path
        A zip file, or a folder.
    wanted : collection of str
        Names of files, in small letters; the feed may write them otherwise.
    is_complete : callable
        Tells of names whether they make a whole feed.
    note : callable
        Gets where, what was found, and what it means.

    Returns
    -------
    dict of str to bytes
        Contents by the name as wanted.

    Raises
    ------
    FeedError
        When the zip is unreadable or protected, or several folders in it may be meant.
    """
    if path.is_dir():
        files = {p.name: p for p in sorted(path.iterdir()) if p.is_file()}
        chosen = _by_name(files, wanted, note)
        return {name: files[file].read_bytes() for name, file in chosen.items()}
    try:
        with zipfile.ZipFile(path) as archive:
            members = _one_folder(path, archive.namelist(), wanted, is_complete, note)
            return {name: _content(path, archive, name, member) for name, member in members}
    except FeedError:
        raise
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise FeedError(f"{path}: keine lesbare ZIP-Datei ({error})") from error


def _one_folder(
    path: Path,
    names: Iterable[str],
    wanted: Collection[str],
    is_complete: Callable[[Collection[str]], bool],
    note: Callable[[str, object, str], None],
) -> list[tuple[str, str]]:
    """Wanted name and name in the zip of the files of the one folder that is the feed."""
    folders: dict[str, dict[str, str]] = {}
    for name in names:
        *above, base = name.replace("\\", "/").split("/")
        if "__MACOSX" in above or base.startswith("._") or base.lower() not in wanted:
            continue
        folder = folders.setdefault("/".join(above), {})
        if base in folder:
            note(base, name, "die Datei steht mehrfach im ZIP: es gilt die letzte")
        folder[base] = name
    found = {folder: _by_name(members, wanted, note) for folder, members in sorted(folders.items())}
    if len(found) > 1:
        whole = [folder for folder, members in found.items() if is_complete(members)]
        shown = ", ".join(f"{folder or '(oberste Ebene)'}" for folder in found)
        if len(whole) != 1:
            raise FeedError(
                f"{path}: Fahrplan-Dateien stehen in mehreren Ordnern ({shown}); "
                f"{len(whole) or 'keiner'} davon ist ein vollständiger Fahrplan: den richtigen "
                f"entpacken und allein angeben"
            )
        chosen = whole[0] or "die oberste Ebene"
        note("ZIP", shown, f"Fahrplan-Dateien in mehreren Ordnern: gelesen ist nur {chosen}")
        found = {whole[0]: found[whole[0]]}
    return [
        (name, folders[folder][base]) for folder, files in found.items()
        for name, base in files.items()
    ]  # fmt: skip


def _by_name(
    names: Iterable[str], wanted: Collection[str], note: Callable[[str, object, str], None]
) -> dict[str, str]:
    """Wanted name -> name as it stands; of two spellings the usual one."""
    found: dict[str, str] = {}
    for name in names:
        plain = name.lower()
        if plain not in wanted:
            continue
        if plain in found:
            note(plain, name, f"zwei Schreibweisen einer Datei: gelesen ist {plain!r}")
            if found[plain] == plain:
                continue
        found[plain] = name
    return found


def _content(path: Path, archive: zipfile.ZipFile, name: str, member: str) -> bytes:
    """Content of one file of a zip."""
    info = archive.getinfo(member)
    if info.flag_bits & _ENCRYPTED:
        raise FeedError(
            f"{path}: das ZIP ist mit einem Kennwort geschützt; ohne Kennwort neu packen oder den "
            f"entpackten Ordner angeben"
        )
    if info.file_size > _MAX_MEMBER_BYTES:
        raise FeedError(f"{path}: {name} ist entpackt größer als 4 GB")
    if info.file_size > max(_RATIO_FROM_BYTES, _MAX_RATIO * info.compress_size):
        raise FeedError(
            f"{path}: {name} würde entpackt {info.file_size / 1e6:.0f} MB groß aus "
            f"{info.compress_size / 1e3:.0f} kB; das ist kein Fahrplan und nicht geheuer"
        )
    return archive.read(member)
