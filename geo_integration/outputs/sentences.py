"""Findings as sentences: an underserved area, a goal, what falls away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.frames import NO_WAY_HOME, NOT_IN_TIME
from geo_integration.outputs.labels import clock, label, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_integration.frames import Facts, Published
    from geo_integration.outputs.labels import Language
    from geo_integration.profile import Indicator, Named
    from geo_integration.settings import Settings


# Reasons that are about the times of an offer.
_TIMED = {NOT_IN_TIME, NO_WAY_HOME}


class Context(NamedTuple):
    """What every sheet and sentence needs."""

    published: Published
    settings: Settings
    language: Language
    facts: Facts

    def say(self, key: str, **values: object) -> str:
        """Words in the county's language, with the blanks filled in; numbers as it writes them."""
        text = label(key, self.language)
        # One pass: what is filled in is never looked at again.
        parts = text.split("{")
        filled = [parts[0]]
        for part in parts[1:]:
            name, _, rest = part.partition("}")
            known = name in values
            filled += [self.text(values[name]) if known else f"{{{name}}}", rest]
        return "".join(filled)

    def text(self, value: object) -> str:
        """A value as readers write it."""
        if not isinstance(value, int | float) or pd.isna(value):
            return str(value)
        return number(value, self.language, digits=0 if float(value).is_integer() else 1)

    def name_of(self, entries: Sequence[Named]) -> dict[str, str]:
        """What readers call them, by id."""
        return {entry.id: entry.name_in(self.language) for entry in entries}

    def areas(self) -> dict[str, str]:
        """Names of municipalities, and of the sum over all that were computed."""
        areas = self.published.areas
        total = "county.selection" if self.facts["selected"] else "county.total"
        names = dict(zip(areas["area_id"], areas["name"].astype(str), strict=True))
        return {self.settings.county.ags: self.say(total)} | names

    def groups(self) -> dict[str, str]:
        """What readers call the group that needs each category."""
        names = self.name_of(self.settings.groups)
        return {c.id: names[c.group] for c in self.settings.categories if c.group is not None}


def gap_sentences(context: Context, table: pd.DataFrame) -> list[str]:
    """Each underserved area in one sentence: where, how many, what is missing.

    Parameters
    ----------
    context : Context
        What every sentence needs.
    table : DataFrame
        Rows of GAPS.

    Returns
    -------
    list of str
        Such as "Minsen (Wangerland): 240 Einwohner; von „Kurs“ nach 19:30 Uhr keine Rückfahrt."
    """
    published = context.published
    names = dict(zip(published.offers["offer_id"], published.offers["name"], strict=True))
    starts, ends, drop_in = (
        published.sessions[c].to_numpy() for c in ("start_s", "end_s", "drop_in")
    )
    groups, found = context.groups(), []
    for gap in table.drop(columns="geometry").to_dict("records"):
        at, key = gap["session"], f"gap.why.{gap['reason']}"
        if gap["reason"] in _TIMED and (at < 0 or drop_in[at]):
            key += ".untimed" if at < 0 else ".open"
        why = context.say(
            key,
            access=context.settings.walking.max_access_min,
            offer=names.get(gap["offer_id"], ""),
            start=clock(starts[at]) if at >= 0 else "–",
            end=clock(ends[at]) if at >= 0 else "–",
            minutes=gap["minutes"],
        )
        need = gap.get("need")
        key = "gap.people" if need is None or pd.isna(need) else "gap.people_need"
        group = groups.get(gap["category"], "")
        people = context.say(key, n=gap["residents"], need=need, group=group)
        found.append(context.say("gap.sentence", name=gap["name"], people=people, why=why))
    return found


def definition(context: Context, one: Indicator) -> str:
    """What an indicator measures, in words."""
    categories = context.name_of(context.settings.categories)
    days = context.name_of(context.settings.day_types)
    return context.say(
        f"measure.{one.kind}",
        category=categories.get(one.category or "", ""),
        max=context.settings.max_minutes(one.category or ""),
        days=", ".join(days[day] for day in one.day_types),
    )


def measured(context: Context, one: Indicator) -> str:
    """Who or what an indicator counts, in words."""
    if one.kind == "confirmed":
        return context.say("measure.offers")
    if one.of == "need":
        return context.groups().get(one.category or "", "")
    return context.say("measure.residents")
