"""Whether a file is what its name says, and whole; and which members of a ZIP may be unpacked.

A server that wants a login, or a firewall, often answers with a web page under the name of the
file. Nothing here trusts a name or what the server says of the content: the first bytes count.
"""

from __future__ import annotations

import bz2
import difflib
import gzip
import re
import stat
import zipfile
import zlib
from typing import TYPE_CHECKING

from geo_integration.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "eine Webseite"
_ZIP, _PBF, _GZIP, _BZIP2 = "ein ZIP-Archiv", "ein OSM-Auszug (PBF)", "eine gz-Datei", "bz2"
_SQLITE, _PARQUET, _TIFF = "ein GeoPackage", "eine Parquet-Datei", "ein GeoTIFF"
_JSON, _XML, _TEXT, _OTHER = "JSON", "XML", "Text", "etwas anderes"
_MAGIC = (
    (0, b"PK\x03\x04", _ZIP),
    (0, b"PK\x05\x06", _ZIP),
    (4, b"\x0a\x09OSMHeader", _PBF),
    (0, b"\x1f\x8b", _GZIP),
    (0, b"BZh", _BZIP2),
    (0, b"SQLite format 3\x00", _SQLITE),
    (0, b"PAR1", _PARQUET),
    (0, b"II*\x00", _TIFF),
    (0, b"MM\x00*", _TIFF),
    (0, b"II+\x00", _TIFF),
)
_BY_SUFFIX = {
    ".zip": _ZIP, ".xlsx": _ZIP, ".xlsm": _ZIP, ".ods": _ZIP, ".pbf": _PBF, ".gz": _GZIP,
    ".bz2": _BZIP2, ".gpkg": _SQLITE, ".parquet": _PARQUET, ".tif": _TIFF, ".tiff": _TIFF,
    ".json": _JSON, ".geojson": _JSON, ".osm": _XML, ".xml": _XML, ".gml": _XML, ".graphml": _XML,
    ".csv": _TEXT, ".txt": _TEXT,
}  # fmt: skip
_HEAD, _TAIL, _CHUNK = 4096, 1024, 1024 * 1024
_HTML = re.compile(
    rb"(?>\s*<!--.*?-->)*+\s*<(!doctype\s+html|html|head|body|script)\b", re.IGNORECASE | re.DOTALL
)

# How the files begin by which GDAL finds data elsewhere: virtual layers, services, pipelines.
_REFERENCE = re.compile(
    rb"<(OGR\w*DataSource|VRT\w*|GDAL_\w+|MiraMon\w*)|gdal_streamed_alg|^\s*(https?|ftp|/vsi)",
    re.IGNORECASE,
)
_REFERENCE_HEAD = 64 * 1024

MAX_MEMBERS = 100_000
MAX_UNPACKED_BYTES = 32 * 1024**3
MAX_RATIO = 400  # a table of equal rows shrinks to 1/100, a bomb to 1/1000
_RATIO_FROM_BYTES = 64 * 1024**2


def require_file(path: Path) -> None:
    """Raise unless there is a file of that name.

    Raises
    ------
    SourceError
        When there is none, with what there is instead: a folder, a link to nowhere, a file of
        nearly this name.
    """
    try:
        if path.is_file():
            return
        if path.is_dir():
            raise SourceError(f"{path}: ist ein Ordner; erwartet wird eine Datei")
        if path.is_symlink():
            raise SourceError(f"{path}: die Verknüpfung führt zu keiner Datei")
        others = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    except (PermissionError, ValueError) as error:
        raise SourceError(
            f"{path}: darf nicht gelesen werden; Rechte des Ordners prüfen"
        ) from error
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path}: nicht lesbar ({error.strerror})") from error
    close = difflib.get_close_matches(path.name, others, 1, 0.8)
    raise SourceError(f"{path}: die Datei fehlt" + (f" (gemeint: {close[0]}?)" if close else ""))


def require_own_data(path: Path) -> None:
    """Raise when a file holds no data but tells GDAL to fetch them elsewhere.

    GDAL goes by the content, not the name: a virtual layer called .geojson would read any other
    file of this computer, or ask a server.

    Parameters
    ----------
    path : Path
        A vector file, or a ZIP with some.

    Raises
    ------
    SourceError
        When it does, or the ZIP is not to be trusted.
    """
    try:
        with path.open("rb") as file:
            heads = [file.read(_REFERENCE_HEAD)]
        if heads[0].startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                for member in safe_members(archive).values():
                    with archive.open(member) as part:
                        heads.append(part.read(_REFERENCE_HEAD))
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceError(f"{path}: kein lesbares ZIP-Archiv") from error
    except OSError as error:
        raise SourceError(
            f"{path}: nicht lesbar ({error.strerror}); ist die Datei in einem anderen Programm "
            f"geöffnet, zuerst dort schließen"
        ) from error
    if any(_REFERENCE.search(head) for head in heads):
        raise SourceError(
            f"{path}: enthält keine Geodaten, sondern einen Verweis auf andere Dateien oder einen "
            f"Server. Die Daten selbst als GeoPackage oder GeoJSON speichern"
        )


def require_whole(path: Path, name: str) -> None:
    """Raise unless a file is what its name says, and complete as far as that can be seen.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        The name that it has or is to get; its ending tells what it should be.

    Raises
    ------
    SourceError
        With what the file is, in a clause: "der Inhalt ist eine Webseite …".
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    if not head:
        raise SourceError("die Datei ist leer")
    suffix = f".{name.lower().rpartition('.')[2]}"
    found, wanted = kind_of(head), _BY_SUFFIX.get(suffix)
    if found == PAGE:
        raise SourceError(
            f"der Inhalt ist {PAGE} statt der Datei (eine Anmeldung, eine Einwilligung oder die "
            f"Sperre einer Firewall)"
        )
    if wanted is not None and found != wanted:
        raise SourceError(f"der Inhalt ist {found}; nach dem Namen {name} wäre es {wanted}")
    if not _is_whole(path, found if wanted else "", tail):
        raise SourceError("die Datei ist beschädigt oder unvollständig")
    if suffix == ".osm" and b"<remark>" in tail:
        raise SourceError("der Overpass-Server hat die Abfrage abgebrochen; später noch einmal")


def kind_of(head: bytes) -> str:
    """What a file is, by its first bytes, as a reader would call it."""
    for offset, magic, kind in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return kind
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _TEXT
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(plain) or _HTML.match(re.sub(rb"^<\?xml.*?\?>", b"", plain, flags=re.DOTALL)):
        return PAGE
    if plain[:1] in {b"{", b"["}:
        return _JSON
    if re.match(rb"<(\?xml|[a-z])", plain, re.IGNORECASE):
        return _XML
    return _OTHER if b"\x00" in head else _TEXT


def _is_whole(path: Path, kind: str, tail: bytes) -> bool:
    """Whether the end of a file is there, and its checksums hold where it has any."""
    checks = {_ZIP: _is_whole_zip, _PBF: _is_whole_pbf, _SQLITE: _is_whole_sqlite,
              _GZIP: _is_whole_packed, _BZIP2: _is_whole_packed}  # fmt: skip
    try:
        if kind in checks:
            return checks[kind](path)
    except (zipfile.BadZipFile, EOFError, zlib.error, gzip.BadGzipFile, NotImplementedError):
        return False
    except OSError as error:
        if isinstance(error, SourceError) or error.errno is not None:
            raise
        return False  # bz2 says so of what is no bz2
    if kind == _PARQUET:
        return tail.endswith(b"PAR1")
    return tail.rstrip().endswith({_JSON: (b"}", b"]"), _XML: (b">",)}.get(kind, (b"",)))


def _is_whole_zip(path: Path) -> bool:
    """Whether the checksums of all members hold."""
    with zipfile.ZipFile(path) as archive:
        safe_members(archive)
        return archive.testzip() is None


def _is_whole_packed(path: Path) -> bool:
    """Whether all of a gz or bz2 can be unpacked."""
    with path.open("rb") as raw:
        packed = raw.read(1) == b"\x1f"
    with gzip.open(path) if packed else bz2.open(path) as file:
        while file.read(_CHUNK):
            pass
    return True


def _is_whole_pbf(path: Path) -> bool:
    """Whether the last block of a PBF ends where the file ends."""
    size, at = path.stat().st_size, 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            length = int.from_bytes(file.read(4), "big")
            header = file.read(length) if 0 < length < 65536 else b""
            data = _data_size(header)
            if len(header) < length or data is None:
                return False
            at += 4 + length + data
    return at == size


def _data_size(header: bytes) -> int | None:
    """Size of the data after the header of a block: field 3, a number in groups of 7 bits."""
    at = 0
    while at < len(header):
        key = header[at]
        value, shift, at = 0, 0, at + 1
        while at < len(header):
            byte = header[at]
            value |= (byte & 127) << shift
            at, shift = at + 1, shift + 7
            if byte < 128:
                break
        if key == 0x18:
            return value
        if key & 7 == 2:
            at += value
    return None


def _is_whole_sqlite(path: Path) -> bool:
    """Whether a database has as many pages as it says."""
    with path.open("rb") as file:
        head = file.read(100)
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    return len(head) == 100 and path.stat().st_size >= pages * (65536 if page == 1 else page)


# ZIP --------------------------------------------------------------------------------------------


def safe_members(
    archive: zipfile.ZipFile, *, max_bytes: int = MAX_UNPACKED_BYTES
) -> dict[str, zipfile.ZipInfo]:
    """Members of a ZIP that may be unpacked, without doing so.

    Archives inside are members like any other; nobody opens them unasked.

    Parameters
    ----------
    archive : ZipFile
        Open for reading.
    max_bytes : int
        Most that all members together may hold.

    Returns
    -------
    dict of str to ZipInfo
        Files by their full names; folders and what macOS adds are left out.

    Raises
    ------
    SourceError
        When a member would leave the folder, needs a password, is a link or there twice, or when
        the archive would unpack to far more than it is.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"das ZIP-Archiv enthält {len(members)} Dateien; das ist nicht geheuer")
    found: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        if member.is_dir() or member.filename.startswith("__MACOSX/"):
            continue
        _require_harmless(member)
        if member.filename in found:
            raise SourceError(f"das ZIP-Archiv enthält {member.filename} zweimal")
        found[member.filename] = member
    total = sum(member.file_size for member in found.values())
    packed = sum(member.compress_size for member in found.values())
    if total > max_bytes or (total > _RATIO_FROM_BYTES and total > MAX_RATIO * max(packed, 1)):
        raise SourceError(
            f"das ZIP-Archiv enthielte entpackt {total / 1e9:.1f} GB aus {packed / 1e6:.1f} MB; "
            f"das ist nicht geheuer"
        )
    if archive.fp is not None and packed > archive.fp.seek(0, 2):
        raise SourceError("im ZIP-Archiv überlappen sich Dateien; das ist nicht geheuer")
    return found


def _require_harmless(member: zipfile.ZipInfo) -> None:
    """Raise when a member is not a plain file inside the folder."""
    parts = re.split(r"[/\\]", member.filename)
    if ".." in parts or not parts[0] or ":" in member.filename:
        raise SourceError(f"das ZIP-Archiv will aus seinem Ordner hinaus ({member.filename!r})")
    if member.flag_bits & 1:
        raise SourceError("das ZIP-Archiv ist mit einem Kennwort geschützt; ohne speichern")
    # Even a bad packer makes little of what it cannot pack; more than that hides a bomb.
    if member.compress_size > member.file_size + member.file_size // 4 + 1024:
        raise SourceError(f"das ZIP-Archiv gibt {member.filename!r} zu klein an; nicht geheuer")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise SourceError(f"das ZIP-Archiv enthält eine Verknüpfung ({member.filename!r})")
