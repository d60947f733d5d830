"""Words and signs of times as people write them."""

from __future__ import annotations

import re
from typing import NamedTuple

from geo_integration.inputs.times.opening_hours import APPOINTMENT, SIGN_UP, is_remark

WEEKDAYS = {
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
ORDINALS = {
    "erste": 1, "first": 1, "1st": 1, "zweite": 2, "second": 2, "2nd": 2, "dritte": 3, "third": 3,
    "3rd": 3, "vierte": 4, "fourth": 4, "4th": 4, "fünfte": 5, "fifth": 5, "5th": 5,
    "letzte": -1, "last": -1,
}  # fmt: skip
_NUMBERS = {
    "zwei": 2, "two": 2, "zweite": 2, "second": 2, "other": 2, "vierzehn": 2, "drei": 3, "three": 3,
    "dritte": 3, "third": 3, "vier": 4, "four": 4, "vierte": 4, "fünf": 5, "sechs": 6, "acht": 8,
}  # fmt: skip
_DAY = (
    rf"(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})"
    r"(?=(?:vormittag|nachmittag|abend)s?\b|(?![^\W\d_]))\.?"
)
COUNTED = (
    r"(?:(?<!\d)[1-5]\s?\.|(?:1st|2nd|3rd|4th|5th|first|second|third|fourth|fifth|last)\b"
    r"|(?:erste|zweite|dritte|vierte|fünfte|letzte)[nrsm]?\b)"
)
_AND = r"(?:,|/|\+|&|und\b|u\.|sowie\b|and\b)"
TO = r"(?:-|\bbis\b|\bto\b|\buntil\b|\btill\b)"
_AM = r"\s?(?:[ap]\.m\.|pm\b|(?<=\d)am\b|am\b(?=\s*$|\s*[^\w\s]|\s+(?:to|until|till)\b))"
# "20 Uhr 10", but neither "20 Uhr 10 Termine" nor "20 Uhr 10,50 €".
_MINUTES_END = r"(?!\d|[.,]\d|\s*€|[^\S\n]*(?!(?:bis|to|und|u|uhr)\b)[^\W\d_])"
_CLOCK = (
    rf"\d{{1,2}}(?:\s?(?:uhr|h)[^\S\n]?[0-5]\d{_MINUTES_END}"
    rf"|(?:[:.][0-5]\d(?::00)?)?(?:\s?(?:uhr|h)\b|{_AM})?)"
)
HOLIDAYS = (
    r"(?:(?:in|während|during|on)\s+)?(?:(?:den|der|the)\s+)?"
    r"(?:(?:(?:nieders|nds)(?:\.|ächsischen)\s*)?(?:schul)?ferien(?:zeit(?:en)?)?|school\s+holidays)"
)
PUBLIC = (
    r"(?:(?:an|on)\s+)?(?:(?:den|the)\s+)?(?:(?:gesetzlichen\s+)?feiertag(?:en?)?|feiertags"
    r"|(?:public|bank)\s+holidays)"
)
_SUNDAYS = (
    r"(?:sonn-\s*|(?:so|sonntags?)\.?\s*)(?:,|/|\+|&|und|u\.|sowie)\s*(?:an\s+)?"
    r"(?:feiertag(?:en?)?|feiertags)"
)
_FREE = rf"(?:{HOLIDAYS}|{PUBLIC})"
_OR = r"\s*(?:und\b|u\.|oder\b|sowie\b|and\b|or\b|\+|&|/)\s*"
_NOT_FREE = rf"{_FREE}(?:{_OR}(?:nicht\s+)?{_FREE})*"
_ALSO_FREE = rf"{_FREE}(?:{_OR}(?:auch\s+)?{_FREE})*"
# What may not follow at once: then the phrase is of something else.
_GOES_ON = r"(?!\s*:?\s*(?:geöffnet|offen|open|geschlossen|closed|auch|nur|ab|bis)\b)"
_NO_COURSE = (
    r"kein(?:e|en)?\s+(?:kurs|termine?|treffen?|training|angebot|unterricht|sprechstunde|beratung)"
)
_SHUT = r"(?:geschlossen|ausgenommen|closed|entfällt|fällt\s+aus|frei|pause|nicht)"
_WITH = r"(?:(?:und|aber|jedoch|but)\s+)?"
_BREAKS = r"(?:sommer|herbst|winter|oster|weihnachts|pfingst)ferien"

# What only tells of money, age, or that one comes just so; signing up, at the end.
_GAP = r"[^\S\n]*"
_YEARS = r"(?:jahren?\b|j\b\.?)"
_MONEY = r"\d{1,3}(?:[.,]\d\d)?"
_NO_TIME_YET = ("day", "daily", "weekend", "colon", "leading", "closed")
_PHONE = r"(?:tel(?:efon)?|mobil|handy|phone)\b[.:]*\s*\+?\d[\d/() ]*\d{3}(?:\s?[-/]\s?\d+)*"
_NOTE = (
    r"\b(?:kostenlos|kostenfrei|gebührenfrei|eintritt\s+frei|ohne\s+(?:vorherige\s+)?"
    r"(?:terminvereinbarung|termin|anmeldung|voranmeldung)"
    r"|keine?\s+(?:termin|anmeldung|voranmeldung)\s+(?:erforderlich|nötig|notwendig))\b"
    rf"|(?:\b(?:kosten|gebühr|beitrag|eintritt)\b\s*:?\s*)?(?<![\d.,:])"
    rf"{_MONEY}(?:{_GAP}-{_GAP}{_MONEY})?{_GAP}(?:€|eur\b|euro\b)"
    r"|(?<![\w.,:-])(?:(?:für\s+)?(?:kinder|jugendliche)\s+)?(?:von\s+)?"
    rf"(?:\d{{1,2}}{_GAP}(?:-|bis){_GAP}\d{{1,2}}|(?:ab|bis)\s+\d{{1,2}}){_GAP}{_YEARS}"
    rf"|(?<![\d.,:-])\d{{1,4}}{_GAP}(?:ue|ustd|unterrichtsstunden|unterrichtseinheiten)\b\.?"
    rf"|\b(?:{SIGN_UP}|{_PHONE})(?=[\s.!]*\Z)"
)

TOKEN = re.compile(
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
                rf"|ausserhalb|{_NO_COURSE}|except(?:\s+for)?|not|geschlossen|closed|entfällt|pause)\s+{_NOT_FREE}\b{_GOES_ON}"
                rf"|{_NOT_FREE}(?:\s*:)?\s+(?:(?:ist|sind|findet|finden)\s+)?"
                rf"(?:{_SHUT}|{_NO_COURSE}(?:\s+statt)?)))\b"
                r"|(?<!auch\s)(?<!also\s)\b(?:nur\s+|only\s+)?"
                r"(?:(?:(?:während|in)\s+der\s+|(?<=nur\s))schulzeit|an\s+schultagen"
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
            "sundays": (
                rf"\b{_SUNDAYS}\s*:?\s*(?:geschlossen|closed)\b"
                rf"|\b(?:außer|ausser|ausgenommen)\s+(?:an\s+)?{_SUNDAYS}\b"
            ),
            "note": _NOTE,
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
            "vague": (
                r"\b(?:werktags?|wochentags|an\s+werktagen|unter\s+der\s+woche"
                r"|(?<!am\s)(?-i:WE|we)|we\s+open)\b"
            ),
            "weekly": r"\b(?:jede\s+woche|wöchentlich|weekly|every\s+week)\b",
            "monthly": (
                r"\b(?:im|des|d\.|pro|in\s+jedem|jede[ns]|eines(?:\s+jeden)?)\s+monat(?:e?s)?\b"
                r"|\bmonatlich\b|\b(?:of|in)\s+(?:the|each|every)\s+month\b"
            ),
            "counted": rf"{COUNTED}(?:\s*{_AND}\s*{COUNTED})*(?=\s*{_DAY})",
            "daily": r"\b(?:(?:täglich|daily|jeden\s+tag|every\s+day)\b|tgl\.)",
            "weekend": (
                r"\b(?:(?:am\s+)?wochenende|am\s+we|an\s+wochenenden|wochenends|weekends?|weekdays?)\b"
            ),
            "day": rf"(?<![^\W_])(?!so\s+auch\b){_DAY}",
            "span": (
                r"(?:(?P<part>vormittags?|morgens|nachmittags?|abends?)\b\s*[:,]?\s*(?:von\s+)?)?"
                rf"(?<!\d)(?<!\d[:.])(?P<from>{_CLOCK})\s*{TO}\s*(?P<till>{_CLOCK})"
                rf"(?!\d|[:.]\d|\s?(?:uhr|h)\b|\s*{TO}\s*\d|(?<=\.0[1-9]|\.1[0-2])\.)"
            ),
            "closed": r"\b(?:geschlossen|closed|ruhetag)\b",
            "every": r"\b(?:an\s+)?(?:jede[nrsm]?|every|each)\b|\bjd\.",
            "but": r"\b(?:außer|ausser|ausgenommen|except)\b",
            "dash": TO,
            "slash": "/",
            "comma": ",",
            "and": r"\+|&|\b(?:und|u|sowie|and)\b\.?",
            "colon": ":",
            "leading": r"\b(?:von|am|an|in\s+der\s+zeit|from|on|the)\b",
            "filler": (
                r"\bjew\.|\b(?:uhr|h|jeweils|immer|auch|zusätzlich|außerdem|ebenfalls|also|öffnungszeiten|sprechzeiten|sprechstunden?"
                r"|bürozeiten|kurszeiten?|unterrichtszeiten?|termine|zeiten|geöffnet|open"
                r"|opening\s+hours)\b|[.!]"
                r"|\b(?:beratung(?:szeit(?:en)?)?|offene[rn]?\s+(?:sprechstunden?|beratung|treff)"
                r"|(?:deutsch|sprach|integrations|abend|intensiv)?kurs|treff(?:en|punkt)?|unterricht|training)\b(?!\s*\d)"
            ),
            "unknown": r"\w+|.",
        }.items()
    ),
    re.IGNORECASE,
)
# Signs that look or mean the same, one for one; three letters that would pass for plain ones.
PLAIN = str.maketrans(
    "–—−‐‑‒\r\u2028\u2029\x0b\x0c\x85\u200b\ufeff\u00adİıſ",
    "------\n\n\n\n\n\n   Iis",
)


class Token(NamedTuple):
    """One word or sign: its kind, how it stands, and where; `inside` brackets or not."""

    kind: str
    text: str
    start: int
    end: int
    numbers: tuple[int, ...] = ()
    inside: bool = False


def tokens_of(text: str, offset: int) -> list[Token]:
    """Words and signs of a text; brackets are opened where all of their words are known."""
    tokens = []
    for found in TOKEN.finditer(text):
        kind = str(found.lastgroup)
        token = Token(kind, found[0], found.start() + offset, found.end() + offset)
        if kind == "bracket":
            tokens += _bracket(token)
        elif kind in {"weeks", "n1", "n2", "n3", "n4"}:
            number = next((found[n] for n in ("n1", "n2", "n3", "n4") if found[n]), "2")
            tokens.append(token._replace(kind="weeks", numbers=(_number(number),)))
        elif kind == "note":
            # "Mo 9-12 €": then the time is missing, or this is it.
            timeless = token.text[0].isdigit() and tokens and tokens[-1].kind in _NO_TIME_YET
            tokens.append(token._replace(kind="unknown" if timeless else "remark"))
        elif kind == "sundays":
            tokens += _sundays(token)
        elif kind != "space":
            tokens.append(token)
    return tokens


def _sundays(token: Token) -> list[Token]:
    """What "Sonn- und Feiertage geschlossen", "außer So und feiertags" say of both."""
    left_out = token.text.lower().startswith("au")
    kinds = ("but", "day", "public") if left_out else ("day", "closed", "public")
    return [token._replace(kind=kind, text="So" if kind == "day" else token.text) for kind in kinds]


def _number(word: str) -> int:
    """A number in words or digits."""
    plain = word.lower().strip(" .")
    return _NUMBERS.get(plain) or int(plain)


def _bracket(token: Token) -> list[Token]:
    """What stands in brackets: a remark, words that are known, or neither."""
    inner = token.text[1:-1]
    if is_remark(inner):
        return [token._replace(kind="remark", text=inner.strip())]
    tokens = tokens_of(inner, token.start + 1)
    kinds = {found.kind for found in tokens}
    whole = bool(kinds & {"day", "daily", "weekend"}) and "span" in kinds
    if kinds & {"unknown", "date", "strong", "vague"} or whole or not tokens:
        return [token._replace(kind="unknown")]
    left_out = tokens[0].kind == "but" or "closed" in kinds
    return [found._replace(inside=not left_out) for found in tokens]
