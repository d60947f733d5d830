"""Times as people write them: "Di + Do 18–19:30 Uhr" -> weekdays and seconds of the day.

A text is cut into statements at semicolons and line ends. A statement is understood as a whole or
not at all: every word of it must be known.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from geo_integration.inputs.times.opening_hours import times_of_opening_hours
from geo_integration.inputs.times.recurrence import LONGEST_NIGHT_S, Hours, Times
from geo_integration.inputs.times.statements import Statement, statements_of
from geo_integration.inputs.times.words import HOLIDAYS, PLAIN, PUBLIC, Token, tokens_of

if TYPE_CHECKING:
    from geo_integration.inputs.times.pairs import Pair

__all__ = ["LONGEST_NIGHT_S", "Hours", "Times", "parse_hours", "parse_times"]

_LONGEST = 1000
# What German and OpenStreetMap write alike, and what only OpenStreetMap writes.
_MAP = re.compile(
    r"(?:\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH|off|closed|open|unknown|week|easter|days?|sunrise|sunset"
    r"|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|\d{1,2}:\d\d|\d{1,4}|24/7|\"[^\"]*\""
    r"|[-,;:|+/\s\[\]()])+"
)
_ONLY_MAP = re.compile(
    r"\b(?:Tu|We|Th|Su|PH|SH|off|unknown|week|easter|sunrise|sunset)\b|24/7|\[|\"|\|\|"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)
# Words of a statement without weekday that may be about all hours.
_LIMITS = re.compile(
    r"\d|:\s*$|\b(?:nur|außer|ausser|nicht|kein\w*|ab|bis|seit|während|alle|jede\w*|\w*monat\w*|\w*woche\w*"
    r"|\w*w(?:ö|oe)chentlich\w*|\w*t(?:ä|ae)g(?:ig|l)\w*|kws?|fortnight\w*|bi-?weekly|other"
    r"|\w*ferien\w*|sommer\w*|winter\w*|frühjahr\w*|frühling\w*|herbst\w*"
    r"|saison\w*|wechsel\w*|abwechselnd|entfäll\w*|fällt|zurzeit|zur\s+zeit|derzeit|momentan|aktuell"
    r"|vorübergehend|geschlossen|pausiert|pause|sobald|wenn|falls|je\s+nach|nach|evtl|eventuell"
    r"|unregelmäßig|gelegentlich|manchmal|meist\w*|teils|teilweise|ggf|ca|circa|etwa|gegen|später|früher"
    r"|verschoben|\w*semester\w*|\w*halbjahr\w*|quartal\w*|jan\w*|feb\w*|mär\w*|apr\w*|mai|jun\w*"
    r"|jul\w*|aug\w*|sep\w*|okt\w*|nov\w*|dez\w*|only|except|not|no|from|until|every|closed|usually"
    r"|sometimes|if|when|about)\b",
    re.IGNORECASE,
)
# A dash or star before lines, which is no "to".
_BULLET = re.compile(r"^[^\S\n]*[-*](?=[^\S\n])", re.MULTILINE)
# Headings of hours at which nobody comes to an offer, and words that say it alone.
_ELSEWHERE = re.compile(
    r"\W*(?:per\s+|via\s+)?(?:online|digital|virtuell|telefonisch|telefon|zoom|video)\W*",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:tel|telefon\w*|phone|mobil|handy|fax|hotline|online\w*|digital\w*|virtuell\w*|zoom|\w*büro\w*"
    r"|annahme\w*|einlass|(?<!ohne\s)\w*anmeld\w*)\b",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"(sprech|öffnungs|büro|beratung|kurs|unterricht)(?=s?zeit|s?stunde|\W*(?:mo|di|mi|do|fr|sa|so))",
    re.IGNORECASE,
)


# The doors ------------------------------------------------------------------------------------


def parse_times(text: str) -> Times:
    """Read times as people write them, in German or English, or as OpenStreetMap has them.

    Parameters
    ----------
    text : str
        Such as "Di 18:00-19:30; Do 18:00-19:30", "Mo-Fr 9-12 Uhr, nicht in den Ferien",
        "jeden 1. Mittwoch im Monat 15-17", "14-tägig Do 17-19", "Mo-Fr 09:00-12:00; PH off".

    Returns
    -------
    Times
        Of every statement (between semicolons, on a line) all hours or none; what is not
        understood is kept in `not_understood`. Where it may limit the other statements, there
        are no hours at all. Never raises.
    """
    own = unicodedata.normalize("NFC", text)
    plain = own.translate(PLAIN)
    if not plain.strip():
        return Times([])
    if len(plain) > _LONGEST or any(sign.isdigit() and not sign.isascii() for sign in plain):
        return Times([], not_understood=own.strip(), remark="zu lang, oder fremde Ziffern")
    if _BULLET.match(plain):
        plain = _BULLET.sub(lambda found: " " * len(found[0]), plain)
    mapped = Times([])
    looks_mapped = bool(_MAP.fullmatch(plain.strip()))
    if looks_mapped:
        mapped = times_of_opening_hours(plain)
        if _ONLY_MAP.search(plain) and (mapped.hours or mapped.by_appointment):
            return mapped
    statements = statements_of(plain)
    found = _joined(own, statements)
    if looks_mapped and (mapped.hours or _ONLY_MAP.search(plain)):
        return _as_both(own, found, mapped, statements)
    return found


def parse_hours(text: str) -> list[Hours]:
    """Read times that hold every week, and nothing else.

    Parameters
    ----------
    text : str
        Such as "Di 18:00-19:30; Do 18:00-19:30", "Mo-Fr 9-12 Uhr", "Di + Do 18–19:30 Uhr".

    Returns
    -------
    list of Hours
        Sorted, without doubles. An end before the start is after midnight.

    Raises
    ------
    ValueError
        When any part is not understood, or does not hold every week of the year.
    """
    times = parse_times(text)
    flags = (times.in_holidays, times.public_holidays)
    weekly = all(not hour.rhythm for hour in times.hours)
    if not times.hours or times.not_understood or times.by_appointment or not weekly:
        reason = f" ({times.remark})" if times.remark and times.not_understood else ""
        raise ValueError(f"nicht verstanden: {text!r}{reason}")
    if flags != (None, None):
        raise ValueError(f"Ferien und Feiertage nicht verstanden: {text!r}")
    return times.hours


def _as_both(text: str, found: Times, mapped: Times, statements: list[Statement]) -> Times:
    """Hours that are the same whether a text is read as German or as OpenStreetMap's.

    "Mo-Fr 09:00-12:00; Fr 14:00-16:00": there the second rule replaces the first on Fridays, here
    it is added. A weekday for which the same days are named each time is not doubtful.
    """
    ours, theirs = _spells(found.hours), _spells(mapped.hours)
    pairs = [pair for statement in statements for pair in statement.pairs]
    doubtful = {
        day
        for day in range(7)
        if ours.get(day) != theirs.get(day)
        and len({pair.days for pair in pairs if day in pair.days}) > 1
    }
    if not doubtful:
        return found
    hours = [hour for hour in found.hours if hour.weekday not in doubtful]
    remark = "zu den vorigen Zeiten hinzu oder an ihrer Stelle?"
    return Times(hours, not_understood=text.strip(), remark=remark)


def _spells(hours: list[Hours]) -> dict[int, list[tuple[int, int]]]:
    """From when to when it is open on each weekday, without cuts between."""
    spells: dict[int, list[tuple[int, int]]] = {}
    for hour in hours:
        own = spells.setdefault(hour.weekday, [])
        if own and own[-1][1] >= hour.start_s:
            own[-1] = own[-1][0], max(own[-1][1], hour.end_s)
        else:
            own.append((hour.start_s, hour.end_s))
    return spells


# All together ---------------------------------------------------------------------------------


def _joined(text: str, statements: list[Statement]) -> Times:
    """What all statements say together."""
    pairs = [pair for statement in statements for pair in statement.pairs]
    rest = [(s.start, s.end) for s in statements if s.wrong]
    remarks = [remark for s in statements for remark in s.remarks]
    remarks += [s.wrong for s in statements if s.wrong]
    flags = [flag for s in statements for flag in s.flags if not s.wrong]
    by_appointment = any(flag.kind == "appointment" for flag in flags)
    hours, doubtful = _without_conflicts(pairs)
    if doubtful:
        remarks.append("Zeiten widersprechen sich")
    rest += doubtful
    of_others = _is_of_others(text, statements)
    if of_others or _limits(text, statements) or _heads_all(text, statements):
        hours = []
        rest = [(0, len(text))]
    if of_others:
        remarks.append("welche Zeiten sind die des Angebots?")
    said, unclear = _holidays(statements)
    rest += unclear
    if not hours and not by_appointment:
        rest = [(0, len(text))]
    return Times(
        hours,
        said.get("term"),
        said.get("public"),
        by_appointment,
        _slices(text, rest),
        "; ".join(dict.fromkeys(remarks)),
    )


def _limits(text: str, statements: list[Statement]) -> bool:
    """Whether a statement that is not understood may be about all hours."""
    strange = [text[s.start : s.end] for s in statements if s.wrong and not s.named]
    return any(_LIMITS.search(part) or _ELSEWHERE.fullmatch(part) for part in strange)


def _is_of_others(text: str, statements: list[Statement]) -> bool:
    """Whether hours may be those of the office, of signing up, or of the telephone.

    Such a heading stands before hours; or hours of courses and of offices are told apart.
    """
    last = max((s.start for s in statements if s.pairs), default=0)
    heads = [
        text[s.start : s.end]
        for s in statements
        if not s.pairs and s.start < last and (s.wrong or not s.flags)
    ]
    labels = {found.lower() for found in _LABELS.findall(text)}
    return any(_OTHERS.search(head) for head in heads) or (
        len(labels) > 1 and not labels <= {"sprech", "öffnungs", "beratung"}
    )


def _heads_all(text: str, statements: list[Statement]) -> bool:
    """Whether a rhythm may be of several statements: "14-tägig: Mo 9-12; Do 17-19"."""
    if len(statements) < 2:
        return False
    for statement in statements:
        part = text[statement.start : statement.end].translate(PLAIN)
        kinds = [token.kind for token in tokens_of(part, 0)]
        if any(
            kind in {"weeks", "parity", "monthly"} and after == "colon"
            for kind, after in pairwise(kinds)
        ):
            return True
    return False


def _without_conflicts(pairs: list[Pair]) -> tuple[list[Hours], list[tuple[int, int]]]:
    """All hours but those of weekdays of which two things are said, and where that is."""
    doubtful: list[tuple[int, int]] = []
    days: set[int] = set()
    for one, two in combinations(pairs, 2):
        bad = _conflict(one, two)
        if bad:
            days |= bad
            doubtful.append((two.start, two.end))
    shut = {day for pair in pairs if not pair.hours for day in pair.days}
    hours = {hour for pair in pairs for hour in pair.hours if hour.weekday not in days | shut}
    return sorted(hours), doubtful


def _conflict(one: Pair, two: Pair) -> set[int]:
    """Weekdays on which two pairs cannot both hold.

    "Mo-Fr 8-12 und 14-16, Fr 8-12": who tells a time again tells all times of that day.
    """
    if not one.hours or not two.hours:
        open_days = set(one.days if one.hours else two.days)
        closed = set(two.days if one.hours else one.days)
        return closed if (one.hours or two.hours) and open_days <= closed else set()
    few, many = sorted((one, two), key=lambda pair: len(pair.days))
    again = {hour.weekday for hour in set(few.hours) & set(many.hours)}
    return {hour.weekday for hour in set(many.hours) - set(few.hours)} & again | {
        a.weekday
        for a in one.hours
        for b in two.hours
        if a.weekday == b.weekday
        and a != b
        and a.start_s < b.end_s
        and b.start_s < a.end_s
        and not (a.rhythm and b.rhythm)
    }


def _holidays(statements: list[Statement]) -> tuple[dict[str, bool], list[tuple[int, int]]]:
    """What is said of holidays, and where it is not clear.

    It is of all hours when it is a statement of its own, or there is one statement only and it
    stands before or after all hours; it must not stand between.
    """
    said: dict[str, bool] = {}
    unclear: list[tuple[int, int]] = []
    timed = [s for s in statements if s.pairs]
    first = min((s.pairs[0].start for s in timed), default=0)
    last = max((s.pairs[-1].end for s in timed), default=0)
    several = sum(len(s.pairs) for s in timed) > 1
    flags = [(s, flag) for s in statements if not s.wrong for flag in s.flags]
    flags = [(s, flag) for s, flag in flags if flag.kind != "appointment"]
    heard = {item for _, flag in flags for item in _free(flag).items()}
    contrary = {key for key, value in heard if (key, not value) in heard}
    for statement, flag in flags:
        new = _free(flag)
        between = several and first <= flag.start < last
        apart = flag.kind != "public" and (between or (statement.pairs and len(timed) > 1))
        if apart or not new or contrary & set(new):
            unclear.append((flag.start, flag.end))
        if not apart:
            said.update({key: value for key, value in new.items() if key not in contrary})
    return said, unclear


def _free(flag: Token) -> dict[str, bool]:
    """Of what a phrase is: school holidays "term", public holidays "public"; and what it says."""
    if flag.kind == "breaks":
        return {}
    value = flag.kind == "always"
    text = flag.text.lower()
    if re.search(r"ganzjährig|schulzeit|term", text):
        return {"term": value}
    if "schultagen" in text:
        return {"term": value, "public": value}
    keys = {"term": re.search(HOLIDAYS, text), "public": re.search(PUBLIC, text)}
    return {key: value for key, found in keys.items() if found}


def _slices(text: str, places: list[tuple[int, int]]) -> str:
    """Parts of a text as they stand there, each once."""
    parts = [text[start:end].strip(" \t\n,;") for start, end in sorted(set(places))]
    whole = text.strip()
    if (0, len(text)) in places:
        return whole
    return "; ".join(part for part in dict.fromkeys(parts) if part)
