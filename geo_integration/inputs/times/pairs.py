"""Weekdays with their times: "Mo-Fr außer Mi 9-12 und 14-17" -> weekdays, seconds, rhythm."""

from __future__ import annotations

import re
from itertools import combinations
from typing import NamedTuple

from geo_integration.frames import DAY_S
from geo_integration.inputs.times.recurrence import LONGEST_NIGHT_S, Hours, rhythm_words
from geo_integration.inputs.times.words import (
    COUNTED,
    ORDINALS,
    TO,
    TOKEN,
    WEEKDAYS,
    Token,
)

LINKS = ("comma", "and", "slash")

_DATED = re.compile(rf"\d{{1,2}}(?:\.(?:0[1-9]|1[0-2]))?\s*{TO}\s*\d{{1,2}}\.(?:0[1-9]|1[0-2])")


class Pair(NamedTuple):
    """Weekdays with their times, and where in the text they stand; closed ones have no times."""

    days: tuple[int, ...]
    hours: tuple[Hours, ...]
    start: int
    end: int


_SIDE = {
    "day": "d", "dash": "d", "counted": "d", "every": "d", "but": "d", "daily": "d",
    "weekend": "d", "span": "t", "closed": "t", "weeks": "r", "parity": "r", "weekly": "r",
}  # fmt: skip


class _Block(NamedTuple):
    """Neighbours of one side: days "d", times "t", rhythms "r"; whether links are around."""

    side: str
    tokens: list[Token]
    before: bool


def pairs_of(tokens: list[Token]) -> list[Pair]:
    """Weekdays with their times.

    Raises
    ------
    ValueError
        When anything is not understood.
    """
    _check_words(tokens)
    blocks = _with_left_out(_blocks(tokens))
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


def are_weekdays(tokens: list[Token]) -> bool:
    """Whether tokens are nothing but weekdays."""
    return {"day"} <= {token.kind for token in tokens} <= {"day", "dash", *LINKS}


def _with_left_out(blocks: list[_Block]) -> list[_Block]:
    """Days and times, with weekdays that are left out after them: "Mo-Fr 9-12 außer Mi"."""
    sides = [block.side for block in blocks]
    if sides != ["d", "t", "d"] or blocks[2].tokens[0].kind != "but":
        return blocks
    return [blocks[0]._replace(tokens=blocks[0].tokens + blocks[2].tokens), blocks[1]]


def _check_words(tokens: list[Token]) -> None:
    """Refuse words that are not known, that end nowhere, or may mean two things."""
    if tokens and tokens[-1].kind == "leading":
        raise ValueError("am Ende fehlt etwas")
    strange = [token.text for token in tokens if token.kind in {"unknown", "date"}]
    for kinds in ({"day", "daily", "weekend"}, {"span", "closed"}):
        if len({token.inside for token in tokens if token.kind in kinds}) > 1:
            raise ValueError("was bedeuten die Klammern?")
    vague = [token.text for token in tokens if token.kind == "vague"]
    if vague and vague[0].lower().startswith("we"):
        raise ValueError(f"Wochenende, oder Mittwoch? {vague[0]}")
    if vague:
        raise ValueError("werktags: mit dem Samstag, oder ohne?")
    firm = [token for token in tokens if token.kind not in LINKS]
    for one, two, three in zip(firm, firm[1:], firm[2:], strict=False):
        if two.kind == "colon" and {one.kind, three.kind} <= {"day", "daily", "weekend"}:
            raise ValueError(f"Uhrzeit fehlt: {one.text}")
    if strange:
        raise ValueError(f"nicht verstanden: {' '.join(strange)[:60]}")


def _blocks(tokens: list[Token]) -> list[_Block]:
    """Neighbouring tokens of the same side together."""
    blocks: list[_Block] = []
    links: list[Token] = []
    for token in tokens:
        side = _SIDE.get(token.kind)
        if token.kind in LINKS:
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


def _rhythms(blocks: list[_Block]) -> list[list[Token]]:
    """The rhythms of every pair.

    One that stands between two pairs belongs where no comma is; one before the first or after the
    last is of all, or of that one only: that is not known unless each pair has its own.
    """
    count = sum(block.side != "r" for block in blocks) // 2
    rhythms: list[list[Token]] = [[] for _ in range(count)]
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


def _pair(blocks: list[_Block], rhythms: list[Token], *, monthly: bool) -> Pair:
    """One pair of weekdays and times."""
    days, times = sorted(blocks, key=lambda block: block.side)
    weekdays, numbers = _weekdays(days.tokens, monthly=monthly)
    rhythm = _rhythm(rhythms)
    if numbers and rhythms:
        raise ValueError("zwei Rhythmen")
    if numbers:
        rhythm = rhythm_words(numbers)
    english = any(_ENGLISH.match(token.text) for token in days.tokens)
    spans = [_span(token.text, english=english) for token in times.tokens if token.kind == "span"]
    closed = any(token.kind == "closed" for token in times.tokens)
    if closed and (spans or rhythm or blocks[0].side == "t"):
        raise ValueError("geschlossen, oder nicht?")
    if len(spans) > 1 and _has_slash(days) and _has_slash(times):
        raise ValueError("welche Uhrzeit an welchem Tag?")
    if spans != sorted(spans):
        raise ValueError("Uhrzeiten nicht der Reihe nach")
    for one, two in combinations(sorted(set(spans)), 2):
        if two[0] < one[1]:
            raise ValueError("Zeiten überschneiden sich")
    hours = sorted({Hours(day, *span, rhythm) for day in weekdays for span in spans})
    ends = [token for block in blocks for token in block.tokens]
    return Pair(
        tuple(sorted(weekdays)), tuple(hours), ends[0].start, max(token.end for token in ends)
    )


_ENGLISH = re.compile(r"(?:mon|tue?s?|wed?|thu?r?s?|fri|sat|sun?)\.?$|.*days?$", re.IGNORECASE)


def _has_slash(block: _Block) -> bool:
    """Whether slashes stand between the days, or between the times."""
    return any(token.kind == "slash" for token in block.tokens)


def _rhythm(tokens: list[Token]) -> str:
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


def _weekdays(tokens: list[Token], *, monthly: bool) -> tuple[set[int], list[int]]:
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


def _named(items: list[Token]) -> tuple[set[int], list[int]]:
    """Weekdays and numbers that are named one after the other."""
    days: set[int] = set()
    numbers: list[int] = []
    first: int | None = None
    for i, token in enumerate(items):
        word = token.text.lower().rstrip(". ")
        if token.kind == "counted":
            numbers += [_ordinal(word) for word in re.findall(COUNTED, token.text.lower())]
        elif token.kind == "daily":
            days |= set(range(7))
        elif token.kind == "weekend":
            days |= set(range(5)) if "weekday" in word else {5, 6}
        elif token.kind == "day":
            last = WEEKDAYS[word]
            days |= {last}
            if first is not None and last == first - 1 < 5:
                raise ValueError("Wochentage nicht verstanden")
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
    return ORDINALS.get(plain) or ORDINALS[plain.rstrip("nrsm")]


def _check_counted(words: str, numbers: list[int], *, every: bool, monthly: bool) -> None:
    """Refuse "jeden 2. Dienstag" (of the month, or every second?) and lists of several days."""
    if not re.fullmatch(r"cd", words):
        raise ValueError("welche Tage im Monat?")
    sure = every and set(numbers) <= {1, -1}
    if not monthly and not sure and len(set(numbers)) < 2:
        raise ValueError("im Monat, oder jede wievielte Woche?")


# Starts that may be of the afternoon: bare hours, and such with minutes.
_LATE = {
    False: re.compile(r"[1-6]\D*|[1-5]\D+\d+\D*"),
    True: re.compile(r"[1-8]\D*|[1-7]\D+\d+\D*"),
}


# Hours between which a part of the day is.
_PARTS = {"vormittag": (5, 13), "morgen": (5, 13), "nachmittag": (12, 20), "abend": (16, 30)}


def _span(text: str, *, english: bool) -> tuple[int, int]:
    """Start and end in seconds; English hours of the day may be those of the afternoon."""
    found = TOKEN.fullmatch(text)
    if found is None or found["from"] is None:
        raise ValueError(f"keine Uhrzeit: {text}")
    begin, end = found["from"].lower(), found["till"].lower()
    part = (found["part"] or "").lower().rstrip("s")
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
    if _DATED.fullmatch(f"{begin}-{end}"):
        raise ValueError(f"Uhrzeit oder Datum? {text}")
    if not half and _LATE[english].fullmatch(begin) and stop <= DAY_S / 2:
        raise ValueError(f"vormittags oder nachmittags? {text}")
    first, last = _PARTS.get(part, (0, 48))
    start, stop = _night(start, stop, text)
    if not first * 3600 <= start < stop <= last * 3600:
        raise ValueError(f"vormittags oder nachmittags? {text}")
    return start, stop


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
