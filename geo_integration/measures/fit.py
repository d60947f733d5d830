"""Whether an offer suits the group that its category is needed by, and has a free place.

An offer fits when everybody of the group may come. What a list does not say excludes nobody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.frames import FIT, check_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
_NONE_NEEDED = ("keine", "kein", "nein", "offen", "ohne", "none", "no", "-", "–")
_SPAN = re.compile(r"(\d{1,3})\s*(?:-|–|—|bis|to)\s*(?:unter\s+)?(\d{1,3})\b")
_FROM = re.compile(r"(?:ab|from|mindestens|über)\s*(\d{1,3})\b|\b(\d{1,3})\s*(?:\+|und älter)")
_UP_TO = re.compile(r"(?:bis|to|unter|höchstens|under)\s*(?:zu\s+)?(\d{1,3})\b")


class Audience(NamedTuple):
    """Who the group is, as far as offers ask for it; None or empty: they are of all kinds.

    `ages` are the youngest and the oldest; `levels` those that help the group; `languages` those
    that it speaks, one of which is enough; `admissions` what everybody of it has.
    """

    women: bool = False
    ages: tuple[int, int] | None = None
    levels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    admissions: tuple[str, ...] = ()


def fit(offers: gpd.GeoDataFrame, audiences: Mapping[str, Audience]) -> pd.DataFrame:
    """Tell of every offer whether it fits, and whether it is full.

    Parameters
    ----------
    offers : GeoDataFrame
        OFFERS.
    audiences : mapping of str to Audience
        By category; offers of other categories fit everybody.

    Returns
    -------
    DataFrame
        FIT, a row for each offer, with the first reason why not.
    """
    rows = []
    for offer in offers.to_dict("records"):
        audience = audiences.get(str(offer["category"]))
        said = {str(name): value for name, value in offer.items()}
        misfit = None if audience is None else _misfit(said, audience)
        free = offer.get("places_free")
        full = free is not None and bool(pd.notna(free)) and int(free) == 0
        rows.append((offer["offer_id"], misfit, full))
    table = pd.DataFrame(rows, columns=["offer_id", "misfit", "full"])
    table = table.astype({"misfit": object, "full": bool})
    check_frame(table, FIT)
    return table


def _misfit(offer: Mapping[str, object], audience: Audience) -> str | None:
    """Why not everybody of the group may come, or None."""
    if offer.get("women_only") is True and not audience.women:
        return "women_only"
    ages = age_span(_text(offer, "age"))
    if ages and audience.ages and not (ages[0] <= audience.ages[0] and audience.ages[1] <= ages[1]):
        return "age"
    levels = level_span(_text(offer, "level"))
    if levels and audience.levels and not levels & set(audience.levels):
        return "level"
    spoken = _text(offer, "languages").lower()
    if spoken and audience.languages and not _names_one(spoken, audience.languages):
        return "language"
    asked = _text(offer, "admission").lower()
    asks = asked and asked not in _NONE_NEEDED
    if asks and audience.admissions and not _names_one(asked, audience.admissions):
        return "admission"
    return None


def _names_one(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text names one of some words."""
    return any(word.lower() in text for word in words)


def _text(offer: Mapping[str, object], name: str) -> str:
    """A text of an offer; empty where there is none."""
    value = offer.get(name)
    return value.strip() if isinstance(value, str) else ""


def age_span(text: str) -> tuple[int, int] | None:
    """Youngest and oldest: "6-12", "ab 16", "bis 27 Jahre"; None where it says nothing of that."""
    plain = text.lower()
    if found := _SPAN.search(plain):
        return int(found[1]), int(found[2])
    if found := _FROM.search(plain):
        return int(found[1] or found[2]), 200
    if found := _UP_TO.search(plain):
        return 0, int(found[1])
    return None


def level_span(text: str) -> set[str]:
    """Levels of the European framework: "A2", "A1-B1" is all from A1 to B1; empty for none."""
    found = [LEVELS.index(level) for level in re.findall(r"\b[ABC][12]\b", text.upper())]
    if len(found) == 2 and re.search(r"\d\s*(?:-|–|—|bis|to)\s*[abc]", text.lower()):
        return set(LEVELS[min(found) : max(found) + 1])
    return {LEVELS[i] for i in found}
