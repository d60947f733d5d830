"""What people write into the cells of an offers' table: yes and no, dates, places."""

from __future__ import annotations

import calendar
import datetime as dt
import re

YES = ("ja", "j", "yes", "y", "true", "1", "x", "wahr", "✓", "✔")
NO = ("nein", "n", "no", "false", "0", "falsch", "-", "–", "—")
DROP_IN = ("offen", "offene zeiten", "öffnungszeiten", "open", "drop-in", "offener treff")
FIXED = ("fest", "feste zeiten", "kurs", "fixed")
_ONLINE = ("online", "digital", "virtuell", "virtual", "online-kurs", "onlinekurs", "nur online")
_FULL = ("voll", "ausgebucht", "belegt", "keine", "full", "booked out")
_MONTHS = {
    name: i
    for i, names in enumerate(
        (
            ("jan", "januar", "january"), ("feb", "februar", "february"),
            ("mär", "mrz", "märz", "maerz", "mar", "march"), ("apr", "april"),
            ("mai", "may"), ("jun", "juni", "june"), ("jul", "juli", "july"),
            ("aug", "august"), ("sep", "sept", "september"), ("okt", "oktober", "oct", "october"),
            ("nov", "november"), ("dez", "dezember", "dec", "december"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t].*)?")
_GERMAN = re.compile(r"(?:(\d{1,2})\.\s*)?(?:(\d{1,2})[./]\s*)?(\d{4}|\d{2})")
_WORDS = re.compile(r"(?:(\d{1,2})\.?\s+)?([a-zäöü]+)\.?\s+(\d{4})")
_TIME = re.compile(r"\d{1,2}([:.]\d{2})?\s*(uhr|h)?", re.IGNORECASE)


def flag(text: str | None) -> bool | None:
    """Read yes or no; None when it is neither."""
    plain = (text or "").strip().lower()
    return True if plain in YES else False if plain in NO else None


def places(text: str | None) -> int | None:
    """Read a number of places: "12", "ca. 15 Plätze", "ausgebucht"; None when it is not known."""
    plain = (text or "").strip().lower()
    if plain in _FULL:
        return 0
    found = re.fullmatch(r"(?:ca\.?|max\.?|bis zu|noch)?\s*(\d{1,5})\s*[a-zäöü. ]*", plain)
    return int(found[1]) if found else None


def format_of(text: str | None) -> str | None:
    """Read how it is held: "online" where nobody has to go; any other text as it stands."""
    return "online" if (text or "").strip().lower() in _ONLINE else text


def looks_like_time(text: str | None) -> bool:
    """Whether a text is a time of day and no date."""
    plain = (text or "").strip()
    found = _TIME.fullmatch(plain)
    return bool(found and (found[1] or found[2]))


def date_of(text: str, *, last: bool = False) -> dt.date | None:
    """Read a date.

    Parameters
    ----------
    text : str
        "31.12.2026", "31.12.26", "2026-12-31", "12/2026", "Dezember 2026", "1. März 2026".
    last : bool
        Of a month or a year the last day, else the first.

    Returns
    -------
    date or None
        None when it is none.
    """
    plain = text.strip().lower()
    day: str | None
    month: str | int | None
    if found := _ISO.fullmatch(plain):
        year, month, day = found[1], found[2], found[3]
    elif found := _WORDS.fullmatch(plain):
        day, month, year = found[1], _MONTHS.get(found[2]), found[3]
        if month is None:
            return None
    elif found := _GERMAN.fullmatch(plain):
        day, month, year = found[1], found[2], found[3]
        if day and not month:
            day, month = None, day
        if not month and len(year) == 2:
            return None
    else:
        return None
    number = int(year) + (2000 if len(year) == 2 else 0)
    return _day(number, month, day, last=last)


def _day(year: int, month: str | int | None, day: str | None, *, last: bool) -> dt.date | None:
    """A day of a year; where month or day are open, the first or last one."""
    at_month = int(month) if month else 12 if last else 1
    try:
        at_day = int(day) if day else calendar.monthrange(year, at_month)[1] if last else 1
        return dt.date(year, at_month, at_day)
    except (ValueError, calendar.IllegalMonthError):
        return None
