"""Offers as objects of other programs' files -> rows of text, as planners would have typed them.

What the readers of Integreat, HSDS and OpenStreetMap share: text without markup, values of the
wrong type noted instead of trusted, and the table that goes the same way as a workbook's rows.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import math
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.sheets import MOST_BYTES, short
from geo_integration.inputs.tables import number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

Item = dict[str, Any]
Row = dict[str, str | int | None]
LANGUAGES = {
    "am": "Amharisch", "ar": "Arabisch", "bg": "Bulgarisch", "bs": "Bosnisch", "ckb": "Sorani",
    "cs": "Tschechisch", "de": "Deutsch", "el": "Griechisch", "en": "Englisch", "es": "Spanisch",
    "fa": "Persisch", "fa-af": "Dari", "fr": "Französisch", "hr": "Kroatisch", "hu": "Ungarisch",
    "it": "Italienisch", "kmr": "Kurmandschi", "ku": "Kurdisch", "nl": "Niederländisch",
    "pl": "Polnisch", "prs": "Dari", "ps": "Paschtu", "pt": "Portugiesisch", "ro": "Rumänisch",
    "ru": "Russisch", "so": "Somali", "sq": "Albanisch", "sr": "Serbisch", "ti": "Tigrinya",
    "tr": "Türkisch", "uk": "Ukrainisch", "ur": "Urdu", "vi": "Vietnamesisch", "zh": "Chinesisch",
}  # fmt: skip
# Whatever is called so may be a place where people are to be safe from being found.
_SHELTERS = re.compile(
    r"frauenhaus|frauenhäuser|frauenschutz|schutzwohnung|zufluchts"
    r"|(flüchtlings|asyl\w*|geflüchteten)[- ]?(unterkunft|unterkünfte|heim|wohnheim|lager)"
    r"|gemeinschaftsunterkunft|gemeinschaftsunterkünfte|notunterkunft|notunterkünfte"
    r"|erstaufnahme|ankerzentrum|ankunftszentrum|asylbewerberheim|sammelunterkunft"
    r"|women'?s (shelter|refuge)|refugee (shelter|camp|accommodation)",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = frozenset(
    ("br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6")
)
_UNSEEN = frozenset(("script", "style", "template", "noscript"))
_ROUNDS = 3
_MOST_HTML, _MOST_OPEN = 500_000, 100


def load_json(path: Path) -> object:
    """Read a JSON file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    object
        What it holds.

    Raises
    ------
    SourceError
        When it is missing, too large, or no JSON.
    """
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(f"{path}: größer als {MOST_BYTES / 2**20:.0f} MB; nicht gelesen")
        found: object = json.loads(path.read_bytes())
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(
            f"{path}: kein lesbares JSON ({short(error)}); die Datei noch einmal herunterladen"
        ) from error
    except OSError as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path}: nicht lesbar ({error.strerror})") from error
    return found


# Text -----------------------------------------------------------------------------------------


class _Words(HTMLParser):
    """Collects the text of a piece of HTML; blocks begin a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen = max(0, self.unseen - (tag in _UNSEEN))
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.words.append(data)


def plain(text: str) -> str | None:
    """Take the markup out of a text; all else stays as it is.

    Parameters
    ----------
    text : str
        HTML or plain text, from anybody.

    Returns
    -------
    str or None
        Text without tags, character references and control characters; None when nothing is left.
        Signs that begin a tag that never ends are kept with a blank behind.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for _ in range(_ROUNDS):
        if not (_TAG.search(text) or "&" in text):
            break
        before, text = text, _without_tags(text)
        if text == before:
            break
    text = _TAG.sub("< ", _CONTROL.sub("", text))
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def _without_tags(text: str) -> str:
    """Text of a piece of HTML, once."""
    if len(text) > _MOST_HTML or text.count("<") > text.count(">") + _MOST_OPEN:
        return _roughly_without_tags(text)
    words = _Words()
    try:
        words.feed(text)
        words.close()
    except AssertionError:  # the parser gives up on some broken declarations
        return _roughly_without_tags(text)
    return "".join(words.words)


def _roughly_without_tags(text: str) -> str:
    """Text of what no browser wrote: the parser would take minutes for thousands of open tags."""
    return html.unescape(re.sub(r"<[A-Za-z/!?][^<>]*>", " ", text))


def one_line(text: str | None) -> str | None:
    """Text without line breaks."""
    return " ".join(text.split()) or None if text else None


def joined(texts: Iterable[str | None], between: str = "; ") -> str | None:
    """Texts put together, each once; None when there is none."""
    return between.join(dict.fromkeys(text for text in texts if text)) or None


def is_shelter(*texts: str | None) -> bool:
    """Whether a name says that people live or hide there."""
    return any(_SHELTERS.search(text) for text in texts if text)


def language(code: str | None) -> str | None:
    """German name of a language by its code; what is no known code stays as it is."""
    return LANGUAGES.get((code or "").lower().replace("_", "-"), code)


# Values ---------------------------------------------------------------------------------------


class Asker:
    """Takes values out of one object; what has the wrong type is noted, and counts as missing."""

    def __init__(self, file: str, row: int, faults: FaultList) -> None:
        self.file, self.row, self.faults = file, row, faults

    def note(self, key: str | None, found: object, message: str, *, rejected: bool = False) -> None:
        """Note a fault of this object."""
        said = plain(found) if isinstance(found, str) else found
        self.faults.note(self.file, self.row, key, said, message, rejected=rejected)

    def text(self, item: Item, key: str) -> str | None:
        """Text on one line; numbers and truth values become text."""
        return one_line(self.lines(item, key))

    def lines(self, item: Item, key: str) -> str | None:
        """Text with its line breaks."""
        value = item.get(key)
        if value is None or isinstance(value, str):
            return plain(value) if value else None
        if isinstance(value, bool):
            return "ja" if value else "nein"
        if isinstance(value, int) and abs(value) < 10**15:
            return str(value)
        if isinstance(value, float) and math.isfinite(value):
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
        self.note(key, _shown(value), "erwartet wird Text; wird nicht verwendet")
        return None

    def table(self, item: Item, key: str) -> Item:
        """An object inside an object; empty when it is missing."""
        value = item.get(key)
        if isinstance(value, dict):
            return value
        if value not in (None, "", []):
            self.note(key, _shown(value), "erwartet wird ein Objekt; wird nicht verwendet")
        return {}

    def items(self, item: Item, key: str) -> list[Item]:
        """Objects of a list inside an object."""
        value = item.get(key)
        if isinstance(value, list):
            found = [entry for entry in value if isinstance(entry, dict)]
            if len(found) < sum(entry is not None for entry in value):
                self.note(key, _shown(value), "erwartet werden Objekte; andere nicht verwendet")
            return found
        if value not in (None, "", {}):
            self.note(key, _shown(value), "erwartet wird eine Liste; wird nicht verwendet")
        return []

    def link(self, item: Item, key: str) -> str | None:
        """Address in the net; what is none is noted."""
        value = item.get(key)
        if value in (None, ""):
            return None
        address = value.strip() if isinstance(value, str) else ""
        if re.fullmatch(r"https?://[^\s<>\"'`{}|\\^\x00-\x1f\x7f\ud800-\udfff]+", address):
            return address
        self.note(key, value, "keine Adresse mit https://; wird nicht verwendet")
        return None

    def number(self, item: Item, key: str) -> str | None:
        """Number as text; what is none is noted."""
        text = self.text(item, key)
        if text is None or number(text) is not None:
            return text
        self.note(key, text, "erwartet wird eine Zahl; wird nicht verwendet")
        return None

    def flag(self, item: Item, key: str) -> bool:
        """Whether a value is a clear yes."""
        return (self.text(item, key) or "").lower() in {"ja", "true", "1", "yes"}


def _shown(value: object) -> str:
    """What stood there, short."""
    return repr(value)[:100] if isinstance(value, int | float) else f"{type(value).__name__}"


def offer_rows(file: str, rows: list[Row]) -> pd.DataFrame:
    """Make the table of offers as text.

    Parameters
    ----------
    file : str
        Name of the file.
    rows : list of dict
        Values by the names of `COLUMNS`, and `row`, the object's running number.

    Returns
    -------
    DataFrame
        All columns of `COLUMNS` as text, None where nothing is known; `file` and `row`.
    """
    columns = [*COLUMNS, "row"]
    table = pd.DataFrame([{key: row.get(key) for key in columns} for row in rows], columns=columns)
    table = table.astype(object).where(table.notna(), None)
    return table.assign(file=file, row=table["row"].astype("int64"))


# Dates and times ------------------------------------------------------------------------------


def day_of(text: str | None) -> dt.date | None:
    """Read the date of "2026-12-31", "20261231T235959", "2026-12-31T18:00:00+01:00"."""
    found = re.match(r"\s*(\d{4})-?(\d{2})-?(\d{2})(?!\d)", text or "", re.ASCII)
    try:
        return dt.date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def clock(text: str | None) -> str | None:
    """Read the time of "09:00", "9:00:00", "09:00:00Z", "2026-12-31T09:00:00+01:00" as "09:00"."""
    found = re.fullmatch(
        r"(?:\d{4}-\d{2}-\d{2}[T ])?(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*"
        r"(?:Z|[+-]\d{2}(?::?\d{2})?)?",
        (text or "").strip(),
        re.ASCII | re.IGNORECASE,
    )
    if not found or int(found[1]) > 24 or int(found[2]) > 59:
        return None
    return "24:00" if int(found[1]) == 24 else f"{int(found[1]):02d}:{found[2]}"
