"""Counts as offices and statistics write them: thousands, footnotes, signs for what is unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_NOTHING = {"-", "–", "—", "−", "‒", "―"}
_UNKNOWN = {
    "", ".", "·", "/", "x", "...", "…", "*", "•", "()", "k.a.", "ka", "n.v.", "nv", "keineangabe",
    "unbekannt", "geheim",
}  # fmt: skip
_FOOTNOTE = re.compile(r"(?:\s*[⁰¹²³⁴-⁹]+[⁾)]?|\s+[0-9]{1,2}\)|\s*\*+\)?)+$")
_STATUS = re.compile(r"(?<=[0-9])\s*(?:[rpse]|\([rpse]\))$")
_AMBIGUOUS = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")
_LAST_SIGN = re.compile(r"([.,])([0-9]+)$")
_DECIMAL, _GROUPING = (".", ","), (".", ",", "'", "’", " ")
_MOST = 100_000_000


class Found(NamedTuple):
    """A number in a table; None where it is not known.

    `remark` is what has to be told of it, `is_wrong` whether somebody should put it right.
    """

    value: int | None
    remark: str | None = None
    is_wrong: bool = False


def statistic(
    text: str | None, *, dash_is_zero: bool = False, decimal: Collection[str] | None = None
) -> Found:
    """Read a count as statistics write it.

    Parameters
    ----------
    text : str or None
        "1.205", "1 205", "595p", "(12)", "1.205¹⁾"; "-", ".", "/", "x", "•" and the like.
    dash_is_zero : bool
        Whether "-" means that there is nobody; else it is not known.
    decimal : collection of str, optional
        Signs before decimals in this table (`decimal_signs`); the others part thousands.

    Returns
    -------
    Found
        A whole number from 0; signs for what is unknown, secret or not to be are unknown.
    """
    plain = " ".join((text or "").split())
    if plain in _NOTHING:
        return Found(0) if dash_is_zero else Found(None, "Null oder geheim: bleibt unbekannt")
    if plain.lower().replace(" ", "") in _UNKNOWN:
        return Found(None, "nicht bekannt oder geheim")
    bare = _bare(plain)
    signs = decimal_signs([text]) if decimal is None else decimal
    parting = "".join(re.escape(sign) for sign in _GROUPING if sign not in signs)
    tail = f"(?:[{''.join(map(re.escape, signs))}]0+)?" if signs else ""
    whole = rf"([0-9]{{1,3}}([{parting}])[0-9]{{3}}(?:\2[0-9]{{3}})*|[0-9]{{1,12}}){tail}"
    found = re.fullmatch(whole, bare)
    if not found or int(digits := re.sub(r"[^0-9]", "", found[1])) > _MOST:
        return Found(None, "keine Zahl von Personen", is_wrong=True)
    return Found(int(digits), "unsicherer Wert" if plain.startswith("(") else None)


def decimal_signs(texts: Iterable[str | None]) -> frozenset[str]:
    """Tell which signs stand before decimals in a column: those not followed by three digits.

    Where "6.92" stands, "6.925" is no thousand; nor "6,925" where "1.205,5" stands.
    """
    signs = set()
    for text in texts:
        bare = _bare(text or "")
        if found := _LAST_SIGN.search(bare):
            others = set(_DECIMAL) & set(bare[: found.start()]) - {found[1]}
            if len(found[2]) != 3 or others:
                signs.add(found[1])
    return frozenset(signs)


def _bare(text: str) -> str:
    """A number without brackets, footnotes, and letters for its status."""
    plain = " ".join(text.split())
    if found := re.fullmatch(r"\(([^()]*)\)(.*)", plain):
        plain = found[1].strip() + found[2]
    return _STATUS.sub("", _FOOTNOTE.sub("", plain)).strip()


def bounds(value: int, step: int) -> tuple[int, int]:
    """Lowest and highest whole number that is rounded to `value` in steps.

    5 rounded to 5 may have been 3 to 7; with even steps a half may go either way.
    """
    half = step // 2
    return max(0, value - half), value + half


def is_ambiguous(text: str | None) -> bool:
    """Whether a point or comma may part thousands as well as stand before decimals."""
    return bool(_AMBIGUOUS.fullmatch(_bare(text or "")))
