"""Times as people write them: "Di + Do 18–19:30 Uhr" -> weekdays and seconds of the day.

A text is cut into statements at semicolons and line ends. A statement is understood as a whole or
not at all: every word of it must be known.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations, pairwise
from typing import NamedTuple

from geo_integration.frames import DAY_S
from geo_integration.inputs.times.opening_hours import (
    APPOINTMENT,
    is_remark,
    times_of_opening_hours,
)
from geo_integration.inputs.times.recurrence import LONGEST_NIGHT_S, Hours, Times, rhythm_words

__all__ = ["LONGEST_NIGHT_S", "Hours", "Times", "parse_hours", "parse_times"]

_LONGEST = 1000

# Words ----------------------------------------------------------------------------------------

_DAYS = {
    "mo": 0, "montag": 0, "montags": 0, "mon": 0, "monday": 0, "mondays": 0,
    "di": 1, "dienstag": 1, "dienstags": 1, "tu": 1, "tue": 1, "tues": 1, "tuesday": 1,
    "tuesdays": 1,
    "mi": 2, "mittwoch": 2, "mittwochs": 2, "we": 2, "wed": 2, "wednesday": 2, "wednesdays": 2,
    "do": 3, "donnerstag": 3, "donnerstags": 3, "th": 3, "thu": 3, "thur": 3, "thurs": 3,
    "thursday": 3, "thursdays": 3,
    "fr": 4, "freitag": 4, "freitags": 4, "fri": 4, "friday": 4, "fridays": 4,
    "sa": 5, "samstag": 5, "samstags": 5, "sonnabend": 5, "sonnabends": 5, "sat": 5,
    "saturday": 5, "saturdays": 5,
    "so": 6, "sonntag": 6, "sonntags": 6, "su": 6, "sun": 6, "sunday": 6, "sundays": 6,
}  # fmt: skip
_ORDINALS = {
    "erste": 1, "first": 1, "1st": 1, "zweite": 2, "second": 2, "2nd": 2, "dritte": 3, "third": 3,
    "3rd": 3, "vierte": 4, "fourth": 4, "4th": 4, "fünfte": 5, "fifth": 5, "5th": 5,
    "letzte": -1, "last": -1,
}  # fmt: skip
_NUMBERS = {
    "zwei": 2, "two": 2, "zweite": 2, "second": 2, "other": 2, "vierzehn": 2, "drei": 3, "three": 3,
    "dritte": 3, "third": 3, "vier": 4, "four": 4, "vierte": 4, "fünf": 5, "sechs": 6, "acht": 8,
}  # fmt: skip
_DAY = rf"(?:{'|'.join(sorted(_DAYS, key=len, reverse=True))})(?![^\W\d_])\.?"
_COUNTED = (
    r"(?:(?<!\d)[1-5]\s?\.|(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth|last)\b"
    r"|(?:erste|zweite|dritte|vierte|fünfte|letzte)[nrsm]?\b)"
)
_AND = r"(?:,|/|\+|&|und\b|u\.|sowie\b|and\b)"
_TO = r"(?:-|\bbis\b|\bto\b|\buntil\b|\btill\b)"
_AM = r"\s?(?:[ap]\.m\.|pm\b|(?<=\d)am\b|am\b(?=\s*$|\s*[^\w\s]|\s+(?:to|until|till)\b))"
_CLOCK = (
    r"\d{1,2}(?:\s?uhr\s?[0-5]\d(?!\d)|\s?h\s?[0-5]\d(?!\d)"
    rf"|(?:[:.][0-5]\d(?::00)?)?(?:\s?(?:uhr|h)\b|{_AM})?)"
)
_HOLIDAYS = (
    r"(?:(?:in|während|during|on)\s+)?(?:(?:den|der|the)\s+)?"
    r"(?:(?:nieders(?:\.|ächsischen)\s*)?(?:schul)?ferien(?:zeit(?:en)?)?|school\s+holidays)"
)
_PUBLIC = (
    r"(?:(?:an|on)\s+)?(?:(?:den|the)\s+)?(?:(?:gesetzlichen\s+)?feiertagen?|feiertags"
    r"|(?:public|bank)\s+holidays)"
)
_FREE = rf"(?:{_HOLIDAYS}|{_PUBLIC})"
_OR = r"\s*(?:und\b|u\.|oder\b|sowie\b|and\b|or\b|\+|&|/)\s*"
_NOT_FREE = rf"{_FREE}(?:{_OR}(?:nicht\s+)?{_FREE})*"
_ALSO_FREE = rf"{_FREE}(?:{_OR}(?:auch\s+)?{_FREE})*"
# What may not follow at once: then the phrase is of something else.
_GOES_ON = r"(?!\s*:?\s*(?:geöffnet|offen|open|geschlossen|closed|auch|nur|ab|bis)\b)"
_NO_COURSE = r"kein(?:e|en)?\s+(?:kurs|termine?|treffen?|training|angebot|unterricht|sprechstunde)"
_SHUT = r"(?:geschlossen|ausgenommen|closed|entfällt|fällt\s+aus|frei|pause|nicht)"
_WITH = r"(?:(?:und|aber|jedoch|but)\s+)?"
_BREAKS = r"(?:sommer|herbst|winter|oster|weihnachts|pfingst)ferien"

_TOKEN = re.compile(
    "|".join(
        f"(?P<{kind}>{pattern})"
        for kind, pattern in {
            "space": r"[^\S\n]+",
            "strong": r"[;\n|•·]\s*",
            "bracket": r"\([^()]*\)|\[[^\[\]]*\]",
            "date": r"(?<![\d.])\d{1,2}\.\s?(?:0?[1-9]|1[0-2])\.(?:\s?\d{2,4})?(?!\d)",
            "appointment": rf"(?<!\w){APPOINTMENT}(?!\w)",
            "term": (
                rf"\b{_WITH}(?:(?:(?:nur\s+)?(?:außer|ausser|ausgenommen|ohne|nicht|außerhalb"
                rf"|ausserhalb|{_NO_COURSE}|except(?:\s+for)?|not)\s+{_NOT_FREE}\b{_GOES_ON}"
                rf"|{_NOT_FREE}(?:\s*:)?\s+(?:(?:ist|sind|findet|finden)\s+)?"
                rf"(?:{_SHUT}|{_NO_COURSE}(?:\s+statt)?)))\b"
                r"|(?<!auch\s)(?<!also\s)\b(?:nur\s+|only\s+)?"
                r"(?:(?:während|in)\s+der\s+schulzeit|an\s+schultagen"
                r"|(?:during|in)\s+term(?:\s?time)?)(?:\s+only)?\b|\bterm\s?time\s+only\b"
            ),
            "always": (
                rf"\b{_WITH}(?:auch|also|including|inkl\.|inklusive)\s+{_ALSO_FREE}(?:\s+geöffnet)?\b"
                rf"{_GOES_ON}"
                r"|\bganzjährig\b"
            ),
            "breaks": (
                rf"\b{_WITH}(?:außer|ausser|ausgenommen|nicht|auch|ohne)\s+(?:in\s+)?(?:den\s+)?"
                rf"{_BREAKS}\b{_GOES_ON}|\b(?:in\s+den\s+)?{_BREAKS}(?:\s*:)?\s+{_SHUT}\b"
            ),
            "room": r"\b(?:im\s+|in\s+)?(?:raum|zimmer|saal|room)\s+(?:nr\.?\s*)?[a-z]?\d{1,3}"
            r"[a-z]?\b(?!\s*[-:.]\s*\d|\s*(?:uhr|h|bis)\b)",
            "weeks": (
                r"\b(?:alle|every)\s+(?P<n1>zwei|drei|vier|fünf|sechs|acht|two|three|four|\d{1,2})"
                r"\s+(?:wochen|weeks)\b"
                r"|\b(?:jede|every)\s+(?P<n2>zweite|dritte|vierte|second|third|other|[2-9]\s?\.)\s+"
                r"(?:woche|week)\b"
                rf"|\bevery\s+(?P<n3>other)(?=\s+{_DAY})|\bfortnightly\b"
                r"|\b(?:(?:alle\s+)(?:14|vierzehn)\s+tage|(?:14|vierzehn)\s?-?\s?t(?:ä|ae)g(?:ig"
                r"|lich|l)?(?:e[nrs]?)?(?:\.|\b)|im\s+14-tage-rhythmus)"
                r"|\b(?P<n4>zwei|drei|vier|[2-9])-?w(?:ö|oe)chentlich(?:e[nrs]?)?\b"
            ),
            "parity": (
                r"\b(?:nur\s+)?(?:in\s+)?(?:den\s+)?(?:jede[rn]?\s+)?(?:(?:un)?gerade[nr]?|odd|even)"
                r"\s+(?:kws?\b\.?|kalenderwochen?\b|wochen?\b|weeks?\b)(?!\s*\d)"
            ),
            "vague": r"\b(?:werktags?|wochentags|an\s+werktagen|unter\s+der\s+woche)\b",
            "weekly": r"\b(?:jede\s+woche|wöchentlich|weekly|every\s+week)\b",
            "monthly": (
                r"\b(?:im|des|pro|in\s+jedem|jede[ns]|eines(?:\s+jeden)?)\s+monat(?:e?s)?\b"
                r"|\bmonatlich\b|\b(?:of|in)\s+(?:the|each|every)\s+month\b"
            ),
            "counted": rf"{_COUNTED}(?:\s*{_AND}\s*{_COUNTED})*(?=\s*{_DAY})",
            "daily": r"\b(?:täglich|daily|jeden\s+tag|every\s+day)\b",
            "weekend": (
                r"\b(?:(?:am\s+)?wochenende|an\s+wochenenden|wochenends|weekends?|weekdays?)\b"
            ),
            "day": rf"(?<![^\W_]){_DAY}",
            "span": (
                rf"(?<!\d)(?<!\d[:.])(?P<from>{_CLOCK})\s*{_TO}\s*(?P<till>{_CLOCK})"
                rf"(?!\d|[:.]\d|\s?(?:uhr|h)\b|\s*{_TO}\s*\d)"
            ),
            "closed": r"\b(?:geschlossen|closed|ruhetag)\b",
            "every": r"\b(?:an\s+)?(?:jede[nrsm]?|every|each)\b|\bjd\.",
            "but": r"\b(?:außer|ausser|ausgenommen|except)\b",
            "dash": _TO,
            "slash": "/",
            "comma": ",",
            "and": r"\+|&|\b(?:und|u|sowie|and)\b\.?",
            "colon": ":",
            "leading": r"\b(?:von|am|an|in\s+der\s+zeit|from|on|the)\b",
            "filler": (
                r"\b(?:uhr|h|jeweils|immer|auch|zusätzlich|außerdem|ebenfalls|also|öffnungszeiten|sprechzeiten|sprechstunden?"
                r"|bürozeiten|kurszeiten?|unterrichtszeiten?|termine|zeiten|geöffnet|open"
                r"|opening\s+hours)\b|[.!]"
            ),
            "unknown": r"\w+|.",
        }.items()
    ),
    re.IGNORECASE,
)
_DATED = re.compile(rf"\d{{1,2}}\.(?:0[1-9]|1[0-2])\s*{_TO}\s*\d{{1,2}}\.(?:0[1-9]|1[0-2])")
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
    r"\d|\b(?:nur|außer|ausser|nicht|kein\w*|ab|bis|seit|während|alle|jede\w*|monat\w*|woche\w*"
    r"|wöchentlich\w*|\w*tägig\w*|\w*ferien|sommer\w*|winter\w*|frühjahr\w*|frühling\w*|herbst\w*"
    r"|saison\w*|wechsel\w*|abwechselnd|entfäll\w*|fällt|zurzeit|zur\s+zeit|derzeit|momentan|aktuell"
    r"|vorübergehend|geschlossen|pausiert|pause|sobald|wenn|falls|je\s+nach|nach|evtl|eventuell"
    r"|unregelmäßig|gelegentlich|manchmal|meist\w*|teils|teilweise|ggf|ca|circa|etwa|gegen|später|früher"
    r"|verschoben|\w*semester\w*|\w*halbjahr\w*|quartal\w*|jan\w*|feb\w*|mär\w*|apr\w*|mai|jun\w*"
    r"|jul\w*|aug\w*|sep\w*|okt\w*|nov\w*|dez\w*|only|except|not|no|from|until|every|closed|usually"
    r"|sometimes|if|when|about)\b",
    re.IGNORECASE,
)
# Signs that look or mean the same, one for one; three letters that would pass for plain ones.
_PLAIN = str.maketrans(
    "–—−‐‑‒\r\u2028\u2029\x0b\x0c\x85\u200b\ufeff\u00adİıſ",
    "------\n\n\n\n\n\n   Iis",
)


class _Token(NamedTuple):
    """One word or sign: its kind, how it stands, and where; `inside` brackets or not."""

    kind: str
    text: str
    start: int
    end: int
    numbers: tuple[int, ...] = ()
    inside: bool = False


class _Pair(NamedTuple):
    """Weekdays with their times, and where in the text they stand; closed ones have no times."""

    days: tuple[int, ...]
    hours: tuple[Hours, ...]
    start: int
    end: int


class _Statement(NamedTuple):
    """What one statement says; `wrong` tells why it is not understood, "" when it is."""

    start: int
    end: int
    pairs: list[_Pair]
    flags: list[_Token]
    remarks: list[str]
    wrong: str = ""
    named: bool = False


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
    plain = own.translate(_PLAIN)
    if not plain.strip():
        return Times([])
    if len(plain) > _LONGEST or any(sign.isdigit() and not sign.isascii() for sign in plain):
        return Times([], not_understood=own.strip(), remark="zu lang, oder fremde Ziffern")
    mapped = Times([])
    looks_mapped = bool(_MAP.fullmatch(plain.strip()))
    if looks_mapped:
        mapped = times_of_opening_hours(plain)
        if _ONLY_MAP.search(plain) and (mapped.hours or mapped.by_appointment):
            return mapped
    statements = _statements(plain)
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


def _as_both(text: str, found: Times, mapped: Times, statements: list[_Statement]) -> Times:
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


# Statements -----------------------------------------------------------------------------------


def _statements(text: str) -> list[_Statement]:
    """All statements of a text."""
    parts: list[list[_Token]] = [[]]
    for token in _tokens(text, 0):
        if token.kind == "strong":
            parts.append([])
        else:
            parts[-1].append(token)
    parts = [part for part in parts if part]
    return [_statement(text, part) for part in _with_headings(text, parts)]


def _tokens(text: str, offset: int) -> list[_Token]:
    """Words and signs of a text; brackets are opened where all of their words are known."""
    tokens = []
    for found in _TOKEN.finditer(text):
        kind = str(found.lastgroup)
        token = _Token(kind, found[0], found.start() + offset, found.end() + offset)
        if kind == "bracket":
            tokens += _bracket(token)
        elif kind in {"weeks", "n1", "n2", "n3", "n4"}:
            number = next((found[n] for n in ("n1", "n2", "n3", "n4") if found[n]), "2")
            tokens.append(token._replace(kind="weeks", numbers=(_number(number),)))
        elif kind != "space":
            tokens.append(token)
    return tokens


def _number(word: str) -> int:
    """A number in words or digits."""
    plain = word.lower().strip(" .")
    return _NUMBERS.get(plain) or int(plain)


def _bracket(token: _Token) -> list[_Token]:
    """What stands in brackets: a remark, words that are known, or neither."""
    inner = token.text[1:-1]
    if is_remark(inner):
        return [token._replace(kind="remark", text=inner.strip())]
    tokens = _tokens(inner, token.start + 1)
    kinds = {found.kind for found in tokens}
    whole = bool(kinds & {"day", "daily", "weekend"}) and bool(kinds & {"span", "closed"})
    if kinds & {"unknown", "date", "strong", "vague"} or whole or not tokens:
        return [token._replace(kind="unknown")]
    return [found._replace(inside=True) for found in tokens]


def _with_headings(text: str, parts: list[list[_Token]]) -> list[list[_Token]]:
    """Lines with weekdays only, each joined with the line of times below.

    Only where such lines take turns from the first to the last.
    """
    timed = [part for part in parts if _sides(part)]
    kinds = ["".join(_sides(part)) for part in timed]
    if kinds != ["d", "t"] * (len(timed) // 2) or ";" in text or "|" in text:
        return parts
    joined = [a + b for a, b in zip(timed[::2], timed[1::2], strict=True)]
    return joined + [part for part in parts if not _sides(part)]


def _sides(tokens: list[_Token]) -> set[str]:
    """Whether a statement holds days ("d"), times ("t"), and anything strange ("x")."""
    sides = {
        "day": "d", "daily": "d", "weekend": "d", "counted": "d", "span": "t", "closed": "t",
        "unknown": "x", "date": "x", "vague": "d",
    }  # fmt: skip
    return {sides[token.kind] for token in tokens if token.kind in sides}


def _statement(text: str, tokens: list[_Token]) -> _Statement:
    """Read one statement."""
    start, end = tokens[0].start, tokens[-1].end
    flags = [token for token in tokens if token.kind in _FLAGS]
    remarks = [token.text for token in tokens if token.kind in {"remark", "room", "parity"}]
    empty = _Statement(start, end, [], flags, remarks)
    if is_remark(text[start:end]):
        return empty._replace(remarks=[text[start:end]])
    named = bool(_sides(tokens) & {"d"})
    try:
        _check_flags(tokens)
        pairs = _pairs(_without_flags(tokens))
    except ValueError as error:
        return empty._replace(wrong=str(error), named=named)
    return empty._replace(pairs=pairs, named=named)


_FLAGS = ("appointment", "term", "always", "breaks")
_LINKS = ("comma", "and", "slash")


def _check_flags(tokens: list[_Token]) -> None:
    """Refuse holidays that are followed by further times: they may be the holidays' own."""
    spans = 0
    holidays = False
    for token in tokens:
        if token.kind == "span":
            if holidays and spans:
                raise ValueError("Zeiten in den Ferien, oder sonst?")
            spans += 1
        holidays = token.kind in {"term", "always", "breaks"} or (holidays and token.kind in _LINKS)


def _without_flags(tokens: list[_Token]) -> list[_Token]:
    """Tokens less flags and remarks, and less the "und" or comma before or after them."""
    kept: list[_Token] = []
    cut = False
    for token in tokens:
        if token.kind in (*_FLAGS, "remark", "room"):
            if kept and kept[-1].kind in _LINKS:
                link = kept.pop()
                kept += [link._replace(kind="comma")] if link.kind == "comma" else []
            cut = True
        elif not (cut and token.kind in _LINKS and (not kept or kept[-1].kind in _LINKS)):
            kept.append(token)
            cut = False
    return kept


# Weekdays and times ---------------------------------------------------------------------------

_SIDE = {
    "day": "d", "dash": "d", "counted": "d", "every": "d", "but": "d", "daily": "d",
    "weekend": "d", "span": "t", "closed": "t", "weeks": "r", "parity": "r", "weekly": "r",
}  # fmt: skip


class _Block(NamedTuple):
    """Neighbours of one side: days "d", times "t", rhythms "r"; whether links are around."""

    side: str
    tokens: list[_Token]
    before: bool


def _pairs(tokens: list[_Token]) -> list[_Pair]:
    """Weekdays with their times.

    Raises
    ------
    ValueError
        When anything is not understood.
    """
    _check_words(tokens)
    blocks = _blocks(tokens)
    sides = "".join(block.side for block in blocks if block.side != "r")
    if not sides and not blocks:
        if any(token.kind == "monthly" for token in tokens):
            raise ValueError("Wochentag fehlt")
        return []
    if sides not in {"dt" * (len(sides) // 2), "td" * (len(sides) // 2)} or not sides:
        raise ValueError("Wochentag oder Uhrzeit fehlt")
    monthly = any(token.kind == "monthly" for token in tokens)
    rhythms = _rhythms(blocks)
    plain = [block for block in blocks if block.side != "r"]
    pairs = [
        _pair(plain[2 * i : 2 * i + 2], rhythms[i], monthly=monthly) for i in range(len(plain) // 2)
    ]
    if monthly and not any(token.kind == "counted" for token in tokens):
        raise ValueError("welcher Tag im Monat?")
    return pairs


def _check_words(tokens: list[_Token]) -> None:
    """Refuse words that are not known, that end nowhere, or may mean two things."""
    if tokens and tokens[-1].kind == "leading":
        raise ValueError("am Ende fehlt etwas")
    strange = [token.text for token in tokens if token.kind in {"unknown", "date"}]
    for kinds in ({"day", "daily", "weekend"}, {"span", "closed"}):
        if len({token.inside for token in tokens if token.kind in kinds}) > 1:
            raise ValueError("was bedeuten die Klammern?")
    if any(token.kind == "vague" for token in tokens):
        raise ValueError("werktags: mit dem Samstag, oder ohne?")
    if strange:
        raise ValueError(f"nicht verstanden: {' '.join(strange)[:60]}")


def _blocks(tokens: list[_Token]) -> list[_Block]:
    """Neighbouring tokens of the same side together."""
    blocks: list[_Block] = []
    links: list[_Token] = []
    for token in tokens:
        side = _SIDE.get(token.kind)
        if token.kind in _LINKS:
            links.append(token)
        if side is None:
            continue
        if blocks and blocks[-1].side == side != "r":
            blocks[-1].tokens.extend([*links, token])
        else:
            if links and links[-1].kind != "comma" and blocks[-1:] and blocks[-1].side == "d":
                raise ValueError("Wochentag fehlt")
            blocks.append(_Block(side, [token], bool(links)))
        links = []
    if any(link.kind != "comma" for link in links):
        raise ValueError("am Ende fehlt etwas")
    return blocks


def _rhythms(blocks: list[_Block]) -> list[list[_Token]]:
    """The rhythms of every pair.

    One that stands between two pairs belongs where no comma is; one before the first or after the
    last is of all, or of that one only: that is not known unless each pair has its own.
    """
    count = sum(block.side != "r" for block in blocks) // 2
    rhythms: list[list[_Token]] = [[] for _ in range(count)]
    edges: list[tuple[int, int]] = []
    seen = 0
    for i, block in enumerate(blocks):
        if block.side != "r":
            seen += 1
            continue
        pair, inside = divmod(seen, 2)
        if count > 1 and not inside:
            after = next((b.before for b in blocks[i + 1 :]), False)
            if 0 < pair < count and block.before == after:
                raise ValueError("zu welchem Tag gehört der Rhythmus?")
            pair = pair if pair == 0 or (block.before and pair < count) else pair - 1
            edges.append((pair, seen))
        rhythms[min(pair, count - 1)] += block.tokens
    outer = [pair for pair, seen in edges if seen in {0, 2 * count}]
    if outer and not all(rhythms):
        raise ValueError("zu welchem Tag gehört der Rhythmus?")
    return rhythms


def _pair(blocks: list[_Block], rhythms: list[_Token], *, monthly: bool) -> _Pair:
    """One pair of weekdays and times."""
    days, times = sorted(blocks, key=lambda block: block.side)
    weekdays, numbers = _weekdays(days.tokens, monthly=monthly)
    rhythm = _rhythm(rhythms)
    if numbers and rhythms:
        raise ValueError("zwei Rhythmen")
    if numbers:
        rhythm = rhythm_words(numbers)
    late = 8 if any(_ENGLISH.match(token.text) for token in days.tokens) else 6
    spans = [_span(token.text, late) for token in times.tokens if token.kind == "span"]
    closed = any(token.kind == "closed" for token in times.tokens)
    if closed and (spans or rhythm or blocks[0].side == "t"):
        raise ValueError("geschlossen, oder nicht?")
    if len(spans) > 1 and _has_slash(days) and _has_slash(times):
        raise ValueError("welche Uhrzeit an welchem Tag?")
    for one, two in combinations(sorted(set(spans)), 2):
        if two[0] < one[1]:
            raise ValueError("Zeiten überschneiden sich")
    hours = sorted({Hours(day, *span, rhythm) for day in weekdays for span in spans})
    ends = [token for block in blocks for token in block.tokens]
    return _Pair(
        tuple(sorted(weekdays)), tuple(hours), ends[0].start, max(token.end for token in ends)
    )


_ENGLISH = re.compile(r"(?:mon|tue?s?|wed?|thu?r?s?|fri|sat|sun?)\.?$|.*days?$", re.IGNORECASE)


def _has_slash(block: _Block) -> bool:
    """Whether slashes stand between the days, or between the times."""
    return any(token.kind == "slash" for token in block.tokens)


def _rhythm(tokens: list[_Token]) -> str:
    """The rhythm in weeks: "", "2w"; even or odd weeks are every second."""
    steps = {n for token in tokens for n in token.numbers}
    steps |= {1 for token in tokens if token.kind == "weekly"}
    parities = {
        "ungerade" in t.text.lower() or "odd" in t.text for t in tokens if t.kind == "parity"
    }
    if parities:
        steps.add(2)
    if len(steps) > 1 or len(parities) > 1 or any(not 1 <= n <= 52 for n in steps):
        raise ValueError("zwei Rhythmen")
    return f"{steps.pop()}w" if steps and steps != {1} else ""


def _weekdays(tokens: list[_Token], *, monthly: bool) -> tuple[set[int], list[int]]:
    """Weekdays of "Mo-Fr", "Di + Do", "täglich außer So", and which ones of the month."""
    every = any(token.kind == "every" for token in tokens)
    items = [token for token in tokens if token.kind != "every"]
    words = "".join(_SHORT[token.kind] for token in items)
    if not _WEEKDAYS.fullmatch(words):
        raise ValueError("Wochentage nicht verstanden")
    head, _, tail = words.partition("b")
    found, numbers = _named(items[: len(head)])
    if tail:
        left_out, _ = _named(items[len(head) + 1 :])
        if numbers or not left_out < found:
            raise ValueError("Wochentage nicht verstanden")
        found -= left_out
    if numbers:
        _check_counted(head, numbers, every=every, monthly=monthly)
    return found, sorted(set(numbers))


_SHORT = {
    "day": "d", "dash": "-", "counted": "c", "daily": "a", "weekend": "w", "but": "b",
    "comma": ",", "and": ",", "slash": ",",
}  # fmt: skip
_WEEKDAYS = re.compile(
    r"(?:a|(?:w|c?d(?:-d)?)(?:,+(?:w|c?d(?:-d)?)|(?<=d)c?d(?:-d)?)*)(?:,?bd(?:-d)?(?:,*d(?:-d)?)*)?"
)


def _named(items: list[_Token]) -> tuple[set[int], list[int]]:
    """Weekdays and numbers that are named one after the other."""
    days: set[int] = set()
    numbers: list[int] = []
    first: int | None = None
    for i, token in enumerate(items):
        word = token.text.lower().rstrip(". ")
        if token.kind == "counted":
            numbers += [_ordinal(word) for word in re.findall(_COUNTED, token.text.lower())]
        elif token.kind == "daily":
            days |= set(range(7))
        elif token.kind == "weekend":
            days |= set(range(5)) if "weekday" in word else {5, 6}
        elif token.kind == "day":
            last = _DAYS[word]
            days |= {last}
            if first is not None:
                days |= {day % 7 for day in range(first, last + (7 if last < first else 0))}
            dashed = i + 1 < len(items) and items[i + 1].kind == "dash"
            first = last if dashed else None
    return days, numbers


def _ordinal(word: str) -> int:
    """The number of "1.", "ersten", "3rd", "last"."""
    plain = word.strip(" .")
    if plain.isdigit():
        return int(plain)
    return _ORDINALS.get(plain) or _ORDINALS[plain.rstrip("nrsm")]


def _check_counted(words: str, numbers: list[int], *, every: bool, monthly: bool) -> None:
    """Refuse "jeden 2. Dienstag" (of the month, or every second?) and lists of several days."""
    if not re.fullmatch(r"cd", words):
        raise ValueError("welche Tage im Monat?")
    sure = every and set(numbers) <= {1, -1}
    if not monthly and not sure and len(set(numbers)) < 2:
        raise ValueError("im Monat, oder jede wievielte Woche?")


def _span(text: str, late: int) -> tuple[int, int]:
    """Start and end in seconds; a bare hour up to `late` may be one of the afternoon."""
    found = _TOKEN.fullmatch(text)
    if found is None or found["from"] is None:
        raise ValueError(f"keine Uhrzeit: {text}")
    begin, end = found["from"].lower(), found["till"].lower()
    half = _half(end)
    if half and not _half(begin):
        start, stop = _seconds(begin, half), _seconds(end, half)
        if start >= stop:
            start = _seconds(begin, "am" if half == "pm" else "pm")
        if start >= stop:
            raise ValueError(f"vormittags oder nachmittags? {text}")
    elif _half(begin) and not half:
        raise ValueError(f"vormittags oder nachmittags? {text}")
    else:
        start, stop = _seconds(begin, _half(begin)), _seconds(end, half)
    if _DATED.fullmatch(text):
        raise ValueError(f"Uhrzeit oder Datum? {text}")
    if not half and re.fullmatch(rf"[1-{late}]\D*", begin) and stop <= DAY_S / 2:
        raise ValueError(f"vormittags oder nachmittags? {text}")
    return _night(start, stop, text)


def _night(start: int, stop: int, text: str) -> tuple[int, int]:
    """Start and end, the latter of the next day when it is before the start."""
    if start == stop:
        raise ValueError(f"Anfang und Ende sind gleich: {text}")
    if start == DAY_S:
        raise ValueError(f"keine Uhrzeit: {text}")
    if stop < start and stop + DAY_S - start > LONGEST_NIGHT_S:
        raise ValueError(f"Ende vor dem Anfang? {text}")
    return start, stop + DAY_S if stop < start else stop


def _half(clock: str) -> str:
    """The half of the day of "6 pm", "9 a.m."."""
    found = re.search(r"([ap])\.?m\b", clock)
    return f"{found[1]}m" if found else ""


def _seconds(clock: str, half: str) -> int:
    """Seconds since midnight."""
    hour, minute = (int(n) for n in [*re.findall(r"\d+", clock), "0"][:2])
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"keine Uhrzeit: {clock}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(f"keine Uhrzeit: {clock}")
    return hour * 3600 + minute * 60


# All together ---------------------------------------------------------------------------------


def _joined(text: str, statements: list[_Statement]) -> Times:
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
    limits = any(
        s.wrong and not s.named and _LIMITS.search(text[s.start : s.end]) for s in statements
    )
    if limits or _heads_all(text, statements):
        hours = []
        rest = [(0, len(text))]
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


def _heads_all(text: str, statements: list[_Statement]) -> bool:
    """Whether a rhythm may be of several statements: "14-tägig: Mo 9-12; Do 17-19"."""
    if len(statements) < 2:
        return False
    for statement in statements:
        part = text[statement.start : statement.end].translate(_PLAIN)
        kinds = [token.kind for token in _tokens(part, 0)]
        if any(
            kind in {"weeks", "parity", "monthly"} and after == "colon"
            for kind, after in pairwise(kinds)
        ):
            return True
    return False


def _without_conflicts(pairs: list[_Pair]) -> tuple[list[Hours], list[tuple[int, int]]]:
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


def _conflict(one: _Pair, two: _Pair) -> set[int]:
    """Weekdays on which two pairs cannot both hold."""
    if not one.hours or not two.hours:
        open_days = set(one.days if one.hours else two.days)
        closed = set(two.days if one.hours else one.days)
        return closed if (one.hours or two.hours) and open_days <= closed else set()
    return {
        a.weekday
        for a in one.hours
        for b in two.hours
        if a.weekday == b.weekday
        and a != b
        and a.start_s < b.end_s
        and b.start_s < a.end_s
        and not (a.rhythm and b.rhythm)
    }


def _holidays(statements: list[_Statement]) -> tuple[dict[str, bool], list[tuple[int, int]]]:
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
    for statement in statements:
        for flag in statement.flags:
            if flag.kind == "appointment" or statement.wrong:
                continue
            between = several and first <= flag.start < last
            shared = bool(statement.pairs) and len(timed) > 1
            new = _free(flag)
            clash = any(said.get(key, value) != value for key, value in new.items())
            if between or shared or clash or not new:
                unclear.append((flag.start, flag.end))
            if clash:
                said = {key: value for key, value in said.items() if key not in new}
            elif not between and not shared:
                said.update(new)
    return said, unclear


def _free(flag: _Token) -> dict[str, bool]:
    """Of what a phrase is: school holidays "term", public holidays "public"; and what it says."""
    if flag.kind == "breaks":
        return {}
    value = flag.kind == "always"
    text = flag.text.lower()
    if re.search(r"ganzjährig|schulzeit|term", text):
        return {"term": value}
    if "schultagen" in text:
        return {"term": value, "public": value}
    keys = {"term": re.search(_HOLIDAYS, text), "public": re.search(_PUBLIC, text)}
    return {key: value for key, found in keys.items() if found}


def _slices(text: str, places: list[tuple[int, int]]) -> str:
    """Parts of a text as they stand there, each once."""
    parts = [text[start:end].strip(" \t\n,;") for start, end in sorted(set(places))]
    whole = text.strip()
    if (0, len(text)) in places:
        return whole
    return "; ".join(part for part in dict.fromkeys(parts) if part)
