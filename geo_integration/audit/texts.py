"""Bytes -> texts as a reader or a program may see them, and the search for words in them."""

from __future__ import annotations

import base64
import binascii
import html
import math
import re
import unicodedata
import urllib.parse
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+")
_WINDOW, _OVERLAP = 4 * 2**20, 4096
_BLOCK = 16 * 2**20  # read at once
_FEW = 20  # so few words are looked for one by one
_NUL_SHARE, _NULS_IN_A_ROW = 0.2, 50  # what tells UTF-16 from other bytes
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# Accents that stand by themselves: only then a text is composed anew.
_ACCENTS = "\u0300\u0301\u0302\u0303\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328"
_BREAKS = re.compile(
    r"</(?:\w+:)?(?:p|tc|tr|h|h[1-6]|li|td|th|div|si|table-cell|cell)>|<(?:\w+:)?(?:tab|br|cr)\b[^>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]*>")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile("(?:%[0-9A-Fa-f]{2})+")
_DATA = re.compile(r"data:[\w/+.;=-]*;base64,([A-Za-z0-9+/=\s]{16,})")
# Folders that only one computer has: of people, of drives, of servers; each with what it contains.
_PATHS = (
    *(
        (f"/{name}/", 0, re.compile(rf"(?<![\w/.:-])/{name}/[\w.-]+/?[\w.-]*"))
        for name in ("home", "Users", "root", "media", "mnt", "tmp")
    ),
    (":\\", 1, re.compile(r"(?<![\w\\])[A-Za-z]:\\{1,2}[\w .~-]{2,}\\{1,2}[\w .~-]*")),
    ("file:/", 0, re.compile(r"file:/{2,3}[^\s\"'<>)]{2,}")),
    ("\\\\", 0, re.compile(r"(?<![\\\w])\\\\[A-Za-z][\w.-]{2,}\\[A-Za-z][\w$.-]{2,}")),
)
_MOST_PATHS = 5


def normal(text: str) -> str:
    """Text without what people write differently: ä is ae, Straße is str, case does not count."""
    if not text.isascii():
        for sign in _UNSEEN:
            text = text.replace(sign, "")
        if any(sign in text for sign in _ACCENTS):
            text = unicodedata.normalize("NFC", text)
    text = text.casefold()
    for sign, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("strasse", "str")):
        text = text.replace(sign, plain)
    return text


def words_of(text: str) -> list[str]:
    """Words and numbers of a text, made alike."""
    return _WORD.findall(normal(text))


class _Pattern(NamedTuple):
    """Words in a row, the position of the longest, and what finding them means."""

    words: tuple[str, ...]
    at: int
    meaning: str


class _Spot(NamedTuple):
    """A point as texts write it, either number first, and what finding it means."""

    first: re.Pattern[str]
    pairs: tuple[re.Pattern[str], ...]
    meaning: str


class Search:
    """Finds texts as whole words, whatever stands between them, and points as coordinates."""

    def __init__(self) -> None:
        self._patterns: dict[str, dict[tuple[str, ...], _Pattern]] = {}
        self._spots: list[_Spot] = []
        self.points: list[tuple[float, float, str]] = []

    def add(self, text: str, meaning: str) -> None:
        """Look for a text; of equal ones the first meaning counts."""
        words = tuple(words_of(text))
        if words:
            anchor = max(words, key=len)
            pattern = _Pattern(words, words.index(anchor), meaning)
            self._patterns.setdefault(anchor, {}).setdefault(words, pattern)

    def add_point(self, lat: float, lon: float, meaning: str) -> None:
        """Look for a point: degrees with four digits or more, or in 1/100,000 degree."""
        self.points.append((lat, lon, meaning))
        y, x = (_degrees(value) for value in (lat, lon))
        gap = r"[^0-9]{1,40}?(?:\w{1,12}[^0-9]{1,12})?"
        pairs = tuple(re.compile(f"{a}{gap}{b}") for a, b in ((y, x), (x, y)))
        self._spots.append(_Spot(re.compile(y), pairs, meaning))

    def meanings(self, text: str) -> set[str]:
        """What was found in a text."""
        found: set[str] = set()
        for start in range(0, max(len(text), 1), _WINDOW):
            window = text[max(0, start - _OVERLAP) : start + _WINDOW]
            found |= self._in_window(window)
            for spot in self._spots:
                if spot.first.search(window) and any(p.search(window) for p in spot.pairs):
                    found.add(spot.meaning)
        return found

    def _in_window(self, text: str) -> set[str]:
        """Meanings of the words in a part of a text."""
        plain = normal(text)
        if len(self._patterns) <= _FEW and not any(anchor in plain for anchor in self._patterns):
            return set()
        words = _WORD.findall(plain)
        anchors = self._patterns.keys() & set(words)
        if not anchors:
            return set()
        return {
            pattern.meaning
            for i, word in enumerate(words)
            if word in anchors
            for pattern in self._patterns[word].values()
            if i >= pattern.at
            and tuple(words[i - pattern.at : i - pattern.at + len(pattern.words)]) == pattern.words
        }


def _degrees(value: float) -> str:
    """Pattern of a number of degrees: rounded or cut off, with any more digits, or as a whole."""
    below = math.floor(value * 10_000)
    shown = {f"{number / 10_000:.4f}" for number in (below, below + 1)}
    written = [re.escape(text).replace(r"\.", "[.,]") + "[0-9]*" for text in sorted(shown)]
    below = math.floor(value * 100_000)
    return f"(?<![0-9])(?:{'|'.join([*written, str(below), str(below + 1)])})(?![0-9])"


def texts_of(data: bytes) -> Iterator[str]:
    """Texts that bytes may hold: UTF-8, Latin-1, UTF-16, and what is escaped in them.

    Parameters
    ----------
    data : bytes
        Of any file.

    Yields
    ------
    str
        Each reading once; escapes of JSON, XML and addresses are resolved.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        yield unescaped(data.decode("utf-16", "replace"))
        return
    for start in range(0, max(len(data), 1), _BLOCK):
        yield from _readings(data[max(0, start - _OVERLAP) : start + _BLOCK])


def _readings(data: bytes) -> Iterator[str]:
    """Texts that a part of a file may hold."""
    nuls = data.count(0)
    # A part may begin or end inside a letter.
    data = data.lstrip(bytes(range(0x80, 0xC0))) if len(data) > _OVERLAP else data
    try:
        yield unescaped(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        yield unescaped(data.decode("utf-8", "replace"))
        if not nuls and (len(data) < _BLOCK or error.start < len(data) - 3):
            yield unescaped(data.decode("latin-1"))
    if nuls:
        # Of UTF-16 in whatever place only every second byte counts, as far as Latin-1 goes.
        plain = data.replace(b"\0\0", b" ").replace(b"\0", b"")
        yield unescaped(plain.decode("latin-1"))
    if nuls > max(_NUL_SHARE * len(data), _NULS_IN_A_ROW * data.count(b"\0\0\0")):
        yield from (unescaped(data.decode(code, "replace")) for code in ("utf-16-le", "utf-16-be"))


def unescaped(text: str) -> str:
    """Resolve escapes of JSON, XML and web addresses."""
    if "\\" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = re.sub(r"\\[nrt]", " ", text)
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        text = _PERCENT.sub(lambda found: urllib.parse.unquote(found[0], errors="replace"), text)
    return text


def without_tags(text: str) -> str:
    """Text of XML or HTML as it is read: words that formats split are whole again."""
    return html.unescape(_TAG.sub("", _BREAKS.sub(" ", text)))


def paths_in(data: bytes) -> list[str]:
    """Paths of some computer, the first ones; as written, so before anything is resolved."""
    there = [entry for entry in _PATHS if entry[0].encode() in data]
    text = data.decode("latin-1") if there else ""
    found: dict[str, None] = {}
    for needle, before, path in there:
        at = text.find(needle)
        while at >= 0 and len(found) < _MOST_PATHS:
            match = path.match(text, max(0, at - before))
            if match:
                found[match[0]] = None
            at = text.find(needle, at + len(needle))
    return list(found)


def packed_data(text: str) -> Iterable[bytes]:
    """Files that a text holds as data: addresses."""
    for match in _DATA.finditer(text):
        try:
            yield base64.b64decode(match[1])
        except (binascii.Error, ValueError):
            continue
