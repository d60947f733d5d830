"""Statements of a text of times: between semicolons, on a line; understood as a whole or not."""

from __future__ import annotations

import re
from itertools import groupby, takewhile
from typing import NamedTuple

from geo_integration.inputs.times.opening_hours import is_remark, tells_where
from geo_integration.inputs.times.pairs import LINKS, Pair, are_weekdays, pairs_of
from geo_integration.inputs.times.words import Token, tokens_of

_FLAGS = ("appointment", "term", "always", "breaks", "public")
_DAYS = ("day", "daily", "weekend")


class Statement(NamedTuple):
    """What one statement says; `wrong` tells why it is not understood, "" when it is."""

    start: int
    end: int
    pairs: list[Pair]
    flags: list[Token]
    remarks: list[str]
    wrong: str = ""
    named: bool = False


def statements_of(text: str) -> list[Statement]:
    """All statements of a text."""
    parts: list[list[Token]] = [[]]
    for token in tokens_of(text, 0):
        if token.kind == "strong":
            parts.append([])
        else:
            parts[-1].append(token)
    parts = [part for part in parts if part]
    return [_statement(text, part) for part in _with_headings(text, parts)]


def _with_headings(text: str, parts: list[list[Token]]) -> list[list[Token]]:
    """Lines with weekdays only, each joined with the line of times below.

    Only where such lines take turns from the first to the last.
    """
    timed = [part for part in parts if _sides(part)]
    kinds = ["".join(_sides(part)) for part in timed]
    if kinds != ["d", "t"] * (len(timed) // 2) or re.search(r"[;|\t]", text):
        return parts
    joined = [a + b for a, b in zip(timed[::2], timed[1::2], strict=True)]
    return joined + [part for part in parts if not _sides(part)]


def _sides(tokens: list[Token]) -> set[str]:
    """Whether a statement holds days ("d"), times ("t"), and anything strange ("x")."""
    sides = {
        "day": "d", "daily": "d", "weekend": "d", "counted": "d", "span": "t", "closed": "t",
        "unknown": "x", "date": "x", "vague": "d",
    }  # fmt: skip
    return {sides[token.kind] for token in tokens if token.kind in sides}


def _statement(text: str, tokens: list[Token]) -> Statement:
    """Read one statement."""
    start, end = tokens[0].start, tokens[-1].end
    tokens = _with_notes(text, tokens)
    flags = [token for token in tokens if token.kind in _FLAGS]
    remarks = [token.text for token in tokens if token.kind in {"remark", "room", "parity"}]
    empty = Statement(start, end, [], flags, remarks)
    if is_remark(text[start:end]):
        return empty._replace(remarks=[text[start:end]])
    named = bool(_sides(tokens) & {"d"})
    try:
        tokens = _without_days_by_appointment(tokens)
        _check_flags(tokens)
        body = _without_flags(tokens)
        if any(flag.kind == "appointment" for flag in flags) and are_weekdays(body):
            return empty._replace(remarks=[*remarks, text[start:end]])
        pairs = pairs_of(body)
    except ValueError as error:
        return empty._replace(wrong=str(error), named=named)
    return empty._replace(pairs=pairs, named=named)


def _with_notes(text: str, tokens: list[Token]) -> list[Token]:
    """Unknown words that only tell where or for whom become remarks.

    They stand after times, after a comma, or before all, and neither times nor numbers follow.
    """
    runs = [(strange, list(run)) for strange, run in groupby(tokens, lambda t: t.kind == "unknown")]
    kept: list[Token] = []
    for i, (strange, run) in enumerate(runs):
        after = runs[i + 1][1] if i + 1 < len(runs) else []
        kinds = [token.kind for token in after[:2]]
        alone = kinds[:1] in ([], ["comma"], ["day"]) or kinds == ["colon", "day"]
        whole = text[run[0].start : run[-1].end]
        before = not kept or kept[-1].kind in {"comma", "filler"} or _is_clock(kept[-1])
        told = strange and alone and before and tells_where(whole)
        kept += [run[0]._replace(kind="remark", text=whole, end=run[-1].end)] if told else run
    return kept


def _without_days_by_appointment(tokens: list[Token]) -> list[Token]:
    """Tokens less the days without hours of "Mo 9-12, Di und Do nach Vereinbarung, Fr 9-12"."""
    kept: list[Token] = []
    for i, token in enumerate(tokens):
        if token.kind == "appointment":
            before = list(takewhile(lambda t: t.kind in {"day", "dash", *LINKS}, reversed(kept)))
            after = next((t.kind for t in tokens[i + 1 :] if t.kind not in LINKS), "day")
            whole = kept[: len(kept) - len(before)]
            if after == "day" and are_weekdays(before) and whole:
                if before[-1].kind in LINKS and whole[-1].kind in {"span", "closed"}:
                    kept = [*whole, before[-1]]
                elif len(before) > 1 and before[0].kind == "day":
                    raise ValueError("für welche Tage gilt das?")
        kept.append(token)
    return kept


def _is_clock(token: Token) -> bool:
    """Whether it is times for sure: "9-12 Uhr", "9:00-12", while "9-12" may be an age."""
    return token.kind == "span" and bool(re.search(r"[h:.]", token.text.lower()))


def _check_flags(tokens: list[Token]) -> None:
    """Refuse flags whose days or times are not clear.

    Times that follow holidays may be the holidays' own; "Mo n. V., Di 9-12" has no time on
    Mondays.
    """
    kinds = [token.kind for token in tokens if token.kind in (*_DAYS, *_FLAGS, "span", "closed")]
    for i, kind in enumerate(kinds[1:-1], start=1):
        if kind in _FLAGS and {kinds[i - 1], kinds[i + 1]} <= {*_DAYS}:
            raise ValueError("für welche Tage gilt das?")
    spans = 0
    holidays = False
    for token in tokens:
        if token.kind == "span":
            if holidays and spans:
                raise ValueError("Zeiten in den Ferien, oder sonst?")
            spans += 1
        holidays = token.kind in {"term", "always", "breaks"} or (holidays and token.kind in LINKS)


def _without_flags(tokens: list[Token]) -> list[Token]:
    """Tokens less flags and remarks, and less the "und" or comma before or after them."""
    kept: list[Token] = []
    cut = False
    for token in tokens:
        if token.kind in (*_FLAGS, "remark", "room"):
            if kept and kept[-1].kind in LINKS:
                link = kept.pop()
                kept += [link._replace(kind="comma")] if link.kind == "comma" else []
            cut = True
        elif not (cut and token.kind in LINKS and (not kept or kept[-1].kind in LINKS)):
            kept.append(token)
            cut = False
    return kept
