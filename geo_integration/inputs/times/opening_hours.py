"""OpenStreetMap's opening_hours -> weekly hours; the library evaluates, here it is asked."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from opening_hours import (  # type: ignore[import-not-found,unused-ignore]
    OpeningHours,
    State,
)

from geo_integration.frames import DAY_S
from geo_integration.inputs.times.recurrence import (
    LONGEST_NIGHT_S,
    Hours,
    Times,
    rhythm_in_month,
)

# A Monday; any would do, as no rule that is evaluated knows years, months, or holidays. In the
# half year from there every weekday has months with four and with five of its kind.
_MONDAY = dt.datetime(2024, 1, 1)  # noqa: DTZ001
_HALF_YEAR = dt.timedelta(weeks=26)
_NIGHT = dt.timedelta(seconds=LONGEST_NIGHT_S)
_DAY = dt.timedelta(days=1)
_LONGEST = 500

_WEEKDAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_ITEM = rf"{_WEEKDAY}(?:-{_WEEKDAY}|\[(?:[1-5]|-1)(?:,(?:[1-5]|-1))*\])?"
_CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d"
_LATE = r"(?:[0-3]?\d|4[0-8]):[0-5]\d"
_SPANS = rf"{_CLOCK} ?- ?{_LATE}(?: ?, ?{_CLOCK} ?- ?{_LATE})*"
_HOLIDAYS = r"(?:PH|SH)(?: ?, ?(?:PH|SH))*"
# What can be evaluated for any week: weekdays, times, open or not; and words in quotes.
_RULE = re.compile(
    rf"(?P<week>week 0?(?P<odd>[12])-5[23]/2 )?"
    rf"(?P<days>(?:{_ITEM}|PH|SH)(?: ?, ?(?:{_ITEM}|PH|SH))*)?:? ?"
    rf"(?P<times>{_SPANS}|24/7)?(?P<rest> ?[^\"]*?) ?(?P<comment>\"[^\"]*\")?"
)
_STATES = ("", "open", "off", "closed", "unknown")
_SHUT = ("off", "closed")
_SEPARATOR = re.compile(
    rf"\s*(?:(;)|(\|\|)|(?<=[\dfdn\"+])\s*(,)(?=\s*(?:{_WEEKDAY}|PH|SH)\b))\s*(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"
)
_DATES = re.compile(
    r"(?:(?:\d{4} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d\d?\b"
    r"|easter\b)[^\"]*\b(?:off|closed)(?: ?\"[^\"]*\")?"
)

APPOINTMENT = (
    r"(?:(?:termine?|beratung(?:en)?|sprechstunden?|weitere|sonst|ansonsten|gerne?|oder|nur|auch"
    r"|ausschließlich|sowie|und|u\.|or|and|also|only|außerdem|zusätzlich)\s+)*"
    r"(?:(?:nach|auf|mit|per)\s+(?:(?:vorherige[rn]?|telefonische[rn]?|tel\.|persönliche[rn]?"
    r"|individuelle[rn]?)\s+)*(?:termin-?)?(?:vereinbarung|absprache|vereinb\.|abspr\.|anfrage)"
    r"|n\.?\s?v\.|n\.\s?(?:vereinb|abspr)(?:\.|arung|ache)|(?:nur\s+)?mit\s+termin|termin(?:vereinbarung)?\s+(?:erforderlich|notwendig)"
    r"|(?:only\s+)?(?:by|on)\s+appointment(?:\s+only)?)"
)
_APPOINTMENT = re.compile(APPOINTMENT, re.IGNORECASE)
_PLACES = frozenset(
    (
        "raum", "räume", "zimmer", "saal", "haus", "gebäude", "etage", "stock", "stockwerk", "og",
        "eg", "ug", "dg", "keller", "halle", "foyer", "eingang", "hintereingang",
        "seiteneingang", "turnhalle", "aula", "bibliothek", "bücherei", "küche", "hof",
        "gemeindehaus", "rathaus", "familienzentrum", "mehrgenerationenhaus", "dachgeschoss",
        "erdgeschoss", "obergeschoss", "untergeschoss", "gruppenraum", "seminarraum", "café",
        "room", "floor", "hall",
        "frauen", "männer", "kinder", "jugendliche", "eltern", "senioren", "familien", "mädchen",
        "jungen", "anfänger", "fortgeschrittene", "women", "men", "children", "parents",
        "beginners", "kurs", "gruppe", "deutschkurs", "sprachkurs", "sprachcafé", "niveau",
    )
)  # fmt: skip
_LEVEL = re.compile(r"[abc][12](?:\.\d)?(?:[-+][abc][12](?:\.\d)?)?")
_GLUE = frozenset(
    (
        "im", "in", "der", "die", "das", "dem", "den", "für", "nur", "und", "&", "großer", "großen",
        "kleiner", "kleinen", "nr", "nr.", "for", "the", "only",
    )
)  # fmt: skip
# Not the bare word: that may head the hours of the office.
SIGN_UP = (
    r"(?:(?:bitte\s+|nur\s+)*(?:mit|nach|ohne|um)\s+(?:vorherige[rn]?\s+|telefonische[rn]?\s+)*"
    r"(?:anmeldung|voranmeldung)|bitte\s+(?:vorher\s+)?anmelden"
    r"|(?:vorherige\s+|telefonische\s+)*(?:anmeldung|voranmeldung)\s+(?:ist\s+)?"
    r"(?:erforderlich|erwünscht|erbeten|notwendig|nötig))"
)
_SIGN_UP = re.compile(SIGN_UP, re.IGNORECASE)

_CONTACT = re.compile(
    r"(?:tel(?:efon)?|fax|mobil|handy|phone)\b[.:]*\s*\+?[\d\s/()-]{5,}"
    r"|(?:e-?mail:?\s*)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+",
    re.IGNORECASE,
)


class _Rule(NamedTuple):
    """What is to be evaluated of one rule, the sign before it, and which weeks it is of."""

    sign: str
    asked: str
    weeks: str = ""


class _Read:
    """What is found while the rules are read one by one."""

    def __init__(self) -> None:
        self.rules: list[_Rule] = []
        self.holidays: dict[str, bool | None] = {"PH": None, "SH": None}
        self.shut: dict[str, str] = {}
        self.also: list[tuple[str, str, str]] = []
        self.rest: list[str] = []
        self.remarks: list[str] = []
        self.by_appointment = False


def is_remark(text: str) -> bool:
    """Whether words only tell where, for whom, or that one signs up: nothing of times.

    Every word must be known: "Raum 3", "2. OG", "nur für Frauen", "Anmeldung erforderlich",
    "Tel. 04461 919".
    """
    return bool(
        _SIGN_UP.fullmatch(text.strip())
        or _CONTACT.fullmatch(text.strip())
        or tells_where(text.rstrip(": "))
    )


def tells_where(text: str) -> bool:
    """Whether words only tell where or for whom: "Raum 3", "2. OG", "nur für Frauen"."""
    words = [word for word in re.split(r"[\s,/]+", text.lower().strip()) if word]
    known = [word in _PLACES or bool(_LEVEL.fullmatch(word)) for word in words]
    return any(known) and all(
        place or word in _GLUE or re.fullmatch(r"[a-z]?\d{1,3}[a-z]?\.?|[a-h]", word, re.ASCII)
        for place, word in zip(known, words, strict=True)
    )


def is_appointment(text: str) -> bool:
    """Whether words say that one makes an appointment."""
    return bool(_APPOINTMENT.fullmatch(text.strip()))


def times_of_opening_hours(text: str) -> Times:
    """Read OpenStreetMap's opening_hours.

    Parameters
    ----------
    text : str
        "Mo-Fr 09:00-12:00; We 14:00-18:00; PH,SH off". A rule after ";" replaces what stood for
        its days, one after "," is added.

    Returns
    -------
    Times
        Without hours where they do not hold all year; "PH off" and "SH off" are False of
        `public_holidays` and `in_holidays`. Single dates that are closed are in
        `not_understood`, the hours stay.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
    """
    plain = re.sub(r"\s+", " ", text).strip().rstrip(";, ")
    if not plain:
        return Times([])
    try:
        _parse(plain)
        read = _read(plain)
        hours = _evaluated(read)
        _also_then(read, hours)
    except ValueError as error:
        return Times([], not_understood=text.strip(), remark=str(error))
    remark = "; ".join(dict.fromkeys(read.remarks))
    if not hours and not read.by_appointment:
        return Times([], not_understood=text.strip(), remark=remark)
    said = read.holidays
    rest = "; ".join(dict.fromkeys(read.rest))
    return Times(hours, said["SH"], said["PH"], read.by_appointment, rest, remark)


def _parse(text: str) -> OpeningHours:
    """What the library makes of it."""
    if len(text) > _LONGEST:
        raise ValueError("zu lang")
    try:
        return OpeningHours(text, auto_country=False, auto_timezone=False)
    except Exception as error:  # its ParserError is no public name
        raise ValueError("keine Öffnungszeiten wie in OpenStreetMap") from error


def _read(text: str) -> _Read:
    """All rules of a text."""
    read, at, sign = _Read(), 0, ""
    pieces = []
    for found in _SEPARATOR.finditer(text):
        pieces.append((sign, text[at : found.start()]))
        at, sign = found.end(), found[1] or found[2] or found[3]
    for mark, piece in [*pieces, (sign, text[at:])]:
        _add(read, mark, piece.strip())
    return read


def _add(read: _Read, sign: str, text: str) -> None:
    """Take up one rule."""
    found = _RULE.fullmatch(text)
    state = found["rest"].strip() if found else ""
    if found is None or state not in _STATES:
        _add_strange(read, sign, text)
        return
    comment = (found["comment"] or "").strip('" ')
    spans, days, state = found["times"] or "", found["days"] or "", _said(read, comment, state)
    if sign == "||" and (spans or state not in {"unknown", "appointment"}):
        raise ValueError("Regel nach || nicht verstanden")
    if state == "unknown" and not is_appointment(comment):
        read.rest.append(text)
    if sign == "||":
        return
    days = _without_holidays(read, text, days, spans, state)
    if days is None:
        return
    if not spans and state in {"", "open"}:
        raise ValueError("Tage ohne Uhrzeiten")
    for begin, end in re.findall(rf"({_CLOCK}) ?- ?({_LATE})", spans):
        _check_span(begin, end)
    weeks = {"1": "ungerade KW", "2": "gerade KW"}.get(found["odd"] or "", "")
    if weeks:
        read.remarks.append(weeks)
    asked = " ".join(filter(None, (days, spans, state.replace("appointment", ""))))
    if asked:
        read.rules.append(_Rule(sign, asked, weeks))


def _said(read: _Read, comment: str, state: str) -> str:
    """Take up what stands in quotes; the state that it makes of a rule."""
    if not comment:
        return state
    if is_appointment(comment):
        read.by_appointment = True
        return state or "appointment"
    if is_remark(comment) and state != "unknown":
        read.remarks.append(comment)
        return state
    if state in _SHUT:
        return state
    return "unknown"


def _add_strange(read: _Read, sign: str, text: str) -> None:
    """Take up a rule of dates; whatever else is strange spoils the whole."""
    if not _DATES.fullmatch(text) or sign == "||":
        raise ValueError("gilt nicht das ganze Jahr, oder ohne festes Ende")
    read.rest.append(text)


def _without_holidays(read: _Read, text: str, days: str, spans: str, state: str) -> str | None:
    """Weekdays of a rule less holidays, which are noted; None when it is of holidays only."""
    parts = re.findall(rf"{_ITEM}|PH|SH", days)
    named = [part for part in parts if part in read.holidays]
    if not named:
        _reopen(read, days or spans)
        return days
    others = ",".join(part for part in parts if part not in read.holidays)
    _reopen(read, others)
    for name in named:
        read.holidays[name] = False
        if state in _SHUT and not spans:
            read.shut[name] = text
            continue
        if others and state in {"", "open"}:
            read.also.append((name, spans, text))
        else:
            read.rest.append(text)
    return others or None


def _reopen(read: _Read, days: str) -> None:
    """Weekdays after "PH off" take its place, though hardly anybody means that: it is told."""
    if days:
        for name, text in read.shut.items():
            read.holidays[name] = None
            read.rest.append(text)
        read.shut.clear()


def _check_span(begin: str, end: str) -> None:
    """Refuse a span without length, and a night that is too long."""
    first, last = (int(t.split(":")[0]) * 60 + int(t.split(":")[1]) for t in (begin, end))
    length = (last - first) * 60 + (DAY_S if last < first else 0)
    night = last < first or last > 24 * 60
    if length <= 0 or length > DAY_S or (night and length > LONGEST_NIGHT_S) or first == 24 * 60:
        raise ValueError(f"Ende vor dem Anfang? {begin}-{end}")


# Evaluation -----------------------------------------------------------------------------------


def _evaluated(read: _Read) -> list[Hours]:
    """Hours of the rules that hold every week, or on counted weekdays of the month."""
    rules = read.rules
    if not rules:
        return []
    if any(rule.weeks for rule in rules):
        return _every_second(rules)
    asked = rules[0].asked + "".join(f"{rule.sign} {rule.asked}" for rule in rules[1:])
    counted = "[" in asked
    pieces = _pieces(_parse(asked), _HALF_YEAR if counted else dt.timedelta(weeks=1))
    days: dict[tuple[int, int, int], list[dt.date]] = {}
    for begin, end in pieces:
        start_s = begin.hour * 3600 + begin.minute * 60
        key = begin.weekday(), start_s, start_s + int((end - begin).total_seconds())
        days.setdefault(key, []).append(begin.date())
    if not counted:
        return sorted(Hours(*key) for key in days)
    hours = []
    for key, found in days.items():
        rhythm = rhythm_in_month(found, _MONDAY.date(), (_MONDAY + _HALF_YEAR - _DAY).date())
        if rhythm is None:
            raise ValueError("weder nach Wochen noch nach Wochentagen im Monat")
        hours.append(Hours(*key, rhythm))
    return sorted(hours)


def _every_second(rules: list[_Rule]) -> list[Hours]:
    """Hours of rules of odd or of even weeks; only where all are of the same."""
    if len({rule.weeks for rule in rules}) > 1 or any("[" in rule.asked for rule in rules):
        raise ValueError("verschiedene Wochen")
    read = _Read()
    read.rules = [rule._replace(weeks="") for rule in rules]
    return [hour._replace(rhythm="2w") for hour in _evaluated(read)]


def _pieces(hours: OpeningHours, length: dt.timedelta) -> list[tuple[dt.datetime, dt.datetime]]:
    """When it is open, night by night: long spells are cut at midnight."""
    pieces = []
    for begin, end, state, _ in hours.intervals(_MONDAY - _DAY, _MONDAY + length + _DAY):
        if state != State.OPEN:
            continue
        start = begin
        while start < end:
            midnight = start.replace(hour=0, minute=0) + _DAY
            night = start > midnight - _DAY and end - midnight <= _NIGHT
            stop = end if night or end <= midnight else midnight
            pieces.append((start, stop))
            start = stop
    return [piece for piece in pieces if _MONDAY <= piece[0] < _MONDAY + length]


def _also_then(read: _Read, hours: list[Hours]) -> None:
    """Holidays that are named with weekdays: with the same hours as every day, or told."""
    for name, spans, text in read.also:
        on_days = {(hour.start_s, hour.end_s) for hour in hours}
        one_rule = len(read.rules) == 1
        if spans and on_days and one_rule:
            read.holidays[name] = True
        elif text not in read.rest:
            read.rest.append(text)
