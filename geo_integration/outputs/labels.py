"""Every word a reader sees on pages and in tables: German first, English second.

One flat dictionary per room of the output, merged into one. A key is `room.name`; words in braces
are filled in by whoever shows the text. To add a word, add a line; to add a room, add a dictionary
and name it in `_WORDS`.
"""

from __future__ import annotations

from typing import Literal

from geo_integration.errors import OutputError
from geo_integration.outputs.labels_findings import FINDING_WORDS
from geo_integration.outputs.labels_page import OFFER_WORDS, PAGE_WORDS
from geo_integration.outputs.labels_reasons import REASON_WORDS
from geo_integration.outputs.labels_sheets import SHEET_WORDS
from geo_integration.outputs.labels_tables import TABLE_WORDS

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
Words = dict[str, tuple[str, str]]

_PAGE_WORDS: Words = PAGE_WORDS | REASON_WORDS
_WORDS: Words = _PAGE_WORDS | TABLE_WORDS | FINDING_WORDS | SHEET_WORDS

OFFER_COLUMNS = tuple(key.removeprefix("offer.") for key in OFFER_WORDS)


def label(key: str, lang: Language) -> str:
    """Words for one key.

    Parameters
    ----------
    key : str
        Key such as "page.sample".
    lang : {"de", "en"}
        Language.

    Returns
    -------
    str
        The words; braces are left to be filled in.

    Raises
    ------
    OutputError
        When there is no such key.
    """
    try:
        return _WORDS[key][0 if lang == "de" else 1]
    except KeyError:
        raise OutputError(f"Im Wörterbuch labels.py fehlt der Eintrag {key!r}") from None


def words(lang: Language) -> dict[str, str]:
    """All words of the pages in one language, by key.

    Parameters
    ----------
    lang : {"de", "en"}
        Language.

    Returns
    -------
    dict of str to str
        Key to words.
    """
    return {key: label(key, lang) for key in _PAGE_WORDS}


LITTLE = 0.005


def clock(seconds: int) -> str:
    """Write seconds of the day as HH:MM.

    Parameters
    ----------
    seconds : int
        Of the day; past 24 hours it is the clock of the night after.

    Returns
    -------
    str
        Such as "18:30".
    """
    return f"{seconds // 3600 % 24:02d}:{seconds % 3600 // 60:02d}"


def number(value: float, lang: Language, *, digits: int = 0) -> str:
    """Write a number as the language does: 1.234,5 or 1,234.5.

    Parameters
    ----------
    value : float
        The number.
    lang : {"de", "en"}
        Language.
    digits : int
        Digits after the decimal sign.

    Returns
    -------
    str
        The number as text.
    """
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "de" else text


def percent(share: float, lang: Language) -> str:
    """Write a share (0 to 1) in whole per cent, as the language does: 45 % or 45%.

    Some is never written as none, nor nearly all as all: < 1 %, > 99 %.

    Parameters
    ----------
    share : float
        The share.
    lang : {"de", "en"}
        Language.

    Returns
    -------
    str
        The share as text, in German with a space that does not break.
    """
    whole = number(share * 100, lang)
    if 0 < share < LITTLE:
        whole = "<\N{NO-BREAK SPACE}1"
    elif 1 - LITTLE <= share < 1:
        whole = ">\N{NO-BREAK SPACE}99"
    return f"{whole}%" if lang == "en" else f"{whole}\N{NO-BREAK SPACE}%"
