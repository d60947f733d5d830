"""Pictures and PDF: what they tell about who made them, and where."""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo_integration.audit.report import Report

_PNG, _JPEG, _TIFF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", (b"II*\0", b"MM\0*")
_EXIF = {
    0x010E: "Bildbeschreibung", 0x013B: "Urheber", 0x013C: "Rechner", 0x8298: "Urheberrecht",
    0x9286: "Kommentar", 0x9C9B: "Titel", 0x9C9C: "Kommentar", 0x9C9D: "Urheber",
    0xA430: "Besitzer der Kamera", 0xA431: "Nummer der Kamera",
}  # fmt: skip
_GPS, _SUB = 0x8825, 0x8769
_WORDS = {"author", "artist", "creator", "owner", "comment", "description", "copyright", "by-line"}
_PROGRAMS = re.compile(r"created with|matplotlib|gimp|qgis|inkscape", re.IGNORECASE)
_MOST_TAGS = 500
_UNPACKED = 64 * 2**20
_XMP = re.compile(
    r"<(dc:creator|dc:rights|pdf:Author|xmp:Author|photoshop:AuthorsPosition|tiff:Artist|"
    r"dc:description|pdfx:\w+|xmpMM:DerivedFrom)\b[^>]*>(.{0,4000}?)</\1>", re.DOTALL,
)  # fmt: skip
_PDF_AUTHOR = re.compile(
    rb"/(Author|Company|Manager|SourceModified)\s*(\((?:\\.|[^()\\])*\)|<[0-9A-Fa-f\s]*>)",
    re.DOTALL,
)


def is_picture(head: bytes) -> bool:
    """Whether a file begins like a picture that can be looked through."""
    web = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return web or head.startswith((_PNG, _JPEG, *_TIFF, b"GIF8"))


def check_picture(report: Report, file: str, data: bytes) -> None:
    """Look for names, remarks and places in the metadata of a picture."""
    if data.startswith(_PNG):
        for name, text in _png_texts(data):
            if name == "eXIf":
                _check_exif(report, file, text)
            elif name.startswith("XML"):
                check_xmp(report, file, text.decode("utf-8", "replace"))
            elif (
                name.lower() in _WORDS
                and text.strip()
                and not _PROGRAMS.search(text.decode("latin-1"))
            ):
                report.add(file, "author", f"Bildtext {name}", text.decode("utf-8", "replace"))
    elif data.startswith(_JPEG):
        _check_jpeg(report, file, data)
    elif data.startswith(_TIFF):
        _check_exif(report, file, data)
    elif data[:4] == b"RIFF" and (at := data.find(b"EXIF")) > 0:
        _check_exif(report, file, data[at + 8 :].removeprefix(b"Exif\0\0"))
    if b"<x:xmpmeta" in data:
        check_xmp(report, file, data.decode("utf-8", "replace"))


def _png_texts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Texts of a PNG: keyword and content."""
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        key, _, rest = body.partition(b"\0")
        name = key.decode("latin-1")[:80]
        if kind == b"eXIf":
            yield "eXIf", body
        elif kind == b"tEXt":
            yield name, rest
        elif kind == b"zTXt":
            yield name, inflated(rest[1:])
        elif kind == b"iTXt" and len(rest) > 2:
            packed, text = rest[0], rest[2:].split(b"\0", 2)[-1]
            yield name, inflated(text) if packed else text


def inflated(data: bytes) -> bytes:
    """Unpack as far as it goes, and not without end."""
    worker = zlib.decompressobj()
    try:
        return worker.decompress(data, _UNPACKED)
    except zlib.error:
        return b""


def _check_jpeg(report: Report, file: str, data: bytes) -> None:
    """Segments of a JPEG before the picture itself."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {0xD9, 0xDA}:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)
        if kind == 0xE1 and body.startswith(b"Exif\0\0"):
            _check_exif(report, file, body[6:])
        elif kind == 0xFE and body.strip(b"\0 ") and not _PROGRAMS.search(body.decode("latin-1")):
            report.add(file, "author", "Kommentar im Bild", body.decode("utf-8", "replace"))
        elif kind == 0xED and re.search(rb"\x1c\x02[\x50\x55\x74\x7a]", body):
            report.add(file, "author", "IPTC-Angaben im Bild", "Urheber oder Beschreibung")


def _check_exif(report: Report, file: str, data: bytes) -> None:
    """Tags of the first pictures of an EXIF block, and of the parts they point to."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 8:
        return
    todo = [struct.unpack(order + "I", data[4:8])[0]]
    seen: set[int] = set()
    while todo and len(seen) < 8:
        start = todo.pop()
        if start in seen or start + 2 > len(data):
            continue
        seen.add(start)
        (count,) = struct.unpack(order + "H", data[start : start + 2])
        for n in range(min(count, _MOST_TAGS)):
            entry = data[start + 2 + 12 * n : start + 14 + 12 * n]
            if len(entry) < 12:
                break
            tag, kind, length, value = struct.unpack(order + "HHII", entry)
            if tag == _GPS:
                report.add(file, "author", "EXIF-Angaben im Bild", "Ort der Aufnahme (GPS)")
            elif tag == _SUB:
                todo.append(value)
            elif tag in _EXIF:
                text = (
                    entry[8 : 8 + length] if length <= 4 else data[value : value + min(length, 500)]
                )
                plain = text.decode("utf-16-le" if kind == 1 else "utf-8", "replace").strip("\0 ")
                if plain and not _PROGRAMS.search(plain):
                    report.add(file, "author", f"EXIF-Angaben im Bild, {_EXIF[tag]}", plain)


def check_xmp(report: Report, file: str, text: str) -> None:
    """Look for names and remarks in an XMP block."""
    for found in _XMP.finditer(text[: 4 * 2**20]):
        plain = " ".join(re.sub(r"<[^>]*>", " ", found[2]).split())
        if plain:
            report.add(file, "author", f"Metadaten (XMP), {found[1]}", plain)


# PDF ------------------------------------------------------------------------------------------


def pdf_parts(data: bytes) -> list[bytes]:
    """Streams of a PDF, unpacked where they are packed in the usual way."""
    parts, total, at = [], 0, data.find(b"stream")
    while at >= 0 and total < 4 * _UNPACKED:
        end = data.find(b"endstream", at)
        if end < 0:
            break
        part = inflated(data[at + len(b"stream") : end].lstrip(b"\r\n"))
        total += len(part)
        parts += [part] if part else []
        at = data.find(b"stream", end + len(b"endstream"))
    return parts


def check_pdf(report: Report, file: str, data: bytes, parts: list[bytes]) -> None:
    """Look through the metadata of a PDF; its text is not read, and that is told."""
    report.unseen["PDF"] += 1
    if b"/Encrypt" in data:
        report.add(file, "unreadable", "", "PDF mit Kennwort oder Verschlüsselung, nicht prüfbar")
        return
    for part in (data, *parts):
        for found in _PDF_AUTHOR.finditer(part):
            text = _pdf_text(found[2])
            if text.strip():
                report.add(file, "author", f"Metadaten, {found[1].decode()}", text)
        if b"<x:xmpmeta" in part:
            check_xmp(report, file, part.decode("utf-8", "replace"))
        if b"/EmbeddedFile" in part:
            report.add(file, "embedded", "Anhang", "Im PDF stecken weitere Dateien")
        if re.search(rb"/Subtype\s*/(?:Text|FreeText|Popup|Highlight)\b", part):
            report.add(file, "comment", "Anmerkungen", "Das PDF enthält Kommentare")
    if data.count(b"startxref") > 2:
        found_text = "Das PDF wurde nach dem Speichern geändert; frühere Fassungen stecken darin"
        report.add(file, "leftover", "", found_text)
    report.add(file, "unseen", "", "Der Text dieses PDF wurde nicht gelesen, nur seine Metadaten")


def _pdf_text(raw: bytes) -> str:
    """A string of a PDF."""
    if raw.startswith(b"<"):
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", raw)
        data = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        data = re.sub(rb"\\([0-7]{1,3})", lambda m: bytes([int(m[1], 8) & 255]), raw[1:-1])
        data = re.sub(rb"\\(.)", rb"\1", data)
    if data.startswith(b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("latin-1")


_STREAM = re.compile(rb"(?<!end)stream\r?\n.*?endstream", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"
_PIXELS = (b"IDAT", b"fdAT")


def not_compressed(data: bytes) -> bytes:
    """A PDF or a picture without its compressed parts, in which any text may stand by chance.

    Parameters
    ----------
    data : bytes
        A file; what is neither stays as it is.

    Returns
    -------
    bytes
        Without the streams of a PDF (`pdf_parts` gives them unpacked) and the pixels of a PNG.
    """
    if b"%PDF-" in data[:1024]:
        return _STREAM.sub(b"stream endstream", data)
    if not data.startswith(_PNG):
        return data
    kept, at = [_PNG], len(_PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if data[at + 4 : at + 8] not in _PIXELS:
            kept.append(data[at:end])
        at = end
    return b"".join([*kept, data[at:]])
