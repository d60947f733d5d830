"""Offers and their times -> the entries of the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from geo_integration.outputs.labels import OFFER_COLUMNS, Language, clock, label, number
from geo_integration.outputs.maps.encode import points, positions, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo_integration.frames import Published
    from geo_integration.settings import Settings

RUN = 3


def offer_entries(shown: Published, settings: Settings, areas: list[str]) -> list[dict[str, Any]]:
    """One entry for each offer, in the order of the frame.

    Parameters
    ----------
    shown : Published
        The frames of the page.
    settings : Settings
        The county profile.
    areas : list of str
        Area ids in the order of the page.

    Returns
    -------
    list of dict
        Names and texts; `at` is lon, lat in 1/100,000 degree; `extra` holds pairs of key of the
        words and text.
    """
    lang = settings.county.language
    offers = shown.offers
    times = session_texts(shown.sessions, lang)
    records: list[dict[str, Any]] = offers.drop(columns="geometry").to_dict("records")
    return [
        {
            "name": text(row["name"]),
            "provider": text(row["provider"]),
            "category": category,
            "area": area,
            "grade": text(row["grade"]),
            "note": text(row["location_note"]),
            "doubtful": bool(row["doubtful"]),
            "counted": bool(row["counted"]),
            "timed": bool(row["timed"]),
            "times": [*times.get(text(row["offer_id"]), []), *_other_times(row, lang)],
            "extra": _extra(row, lang),
            "at": at,
        }
        for row, category, area, at in zip(
            records,
            positions(offers["category"], [c.id for c in settings.categories]),
            positions(offers["area_id"], areas),
            points(offers.geometry),
            strict=True,
        )
    ]


def session_texts(sessions: pd.DataFrame, lang: Language) -> dict[str, list[str]]:
    """Say when every offer takes place, equal times of several weekdays in one text.

    Parameters
    ----------
    sessions : DataFrame
        SESSIONS.
    lang : {"de", "en"}
        Language.

    Returns
    -------
    dict of str to list of str
        Offer id to texts such as "Mo-Fr 09:00-12:00 (offen)", with en dashes.
    """
    found: dict[str, list[tuple[int, int, str]]] = {}
    keys = ["offer_id", "start_s", "end_s", "rhythm", "drop_in", "term_only"]
    told = sessions.assign(rhythm=sessions["rhythm"].fillna(""))
    for key, part in told.groupby(keys, observed=True):
        offer, start, end, rhythm, drop_in, term = cast(
            "tuple[str, int, int, str, bool, bool]", key
        )
        weekdays = sorted({int(v) for v in part["weekday"]})
        said = f"{_weekdays(weekdays, lang)} {clock(int(start))}–{clock(int(end))}"
        flags = {"time.drop_in": drop_in, "time.term_only": term}
        notes = [_rhythm(rhythm, lang)] if rhythm else []
        notes += [label(key, lang) for key, flag in flags.items() if flag]
        said += f" ({', '.join(notes)})" if notes else ""
        found.setdefault(text(offer), []).append((weekdays[0], int(start), said))
    return {offer: [said for _, _, said in sorted(times)] for offer, times in found.items()}


def _rhythm(rhythm: str, lang: Language) -> str:
    """Say a rhythm of SESSIONS: "alle 2 Wochen", "nur 1. und 3. im Monat"."""
    if rhythm.endswith("w"):
        return label("time.weeks", lang).replace("{n}", rhythm[:-1])
    numbers = [part.removeprefix("m") for part in rhythm.split(",")]
    said = [label("time.last", lang) if n == "-1" else _ordinal(int(n), lang) for n in numbers]
    return label("time.of_month", lang).replace("{numbers}", label("time.and", lang).join(said))


def _ordinal(n: int, lang: Language) -> str:
    """Say 1. or 1st."""
    return f"{n}." if lang == "de" else f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }"


def _other_times(row: Mapping[str, Any], lang: Language) -> list[str]:
    """Say what is known of the times besides: by appointment, or what nobody could evaluate."""
    if row.get("by_appointment"):
        return [label("time.appointment", lang)]
    written = text(row.get("times"))
    if written and not row["timed"]:
        return [label("time.as_written", lang).replace("{text}", written)]
    return []


def _weekdays(days: list[int], lang: Language) -> str:
    """Short names; three or more in a row as a range."""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = [[label(f"weekday_short.{day}", lang) for day in run] for run in runs]
    return ", ".join(f"{n[0]}–{n[-1]}" if len(n) >= RUN else ", ".join(n) for n in names)


def _extra(row: Mapping[str, Any], lang: Language) -> list[list[str]]:
    """Pairs of a key of the words and a text: all else that is known of an offer."""
    known = {**row, "address": row.get("address") or _address(row)}
    known["stale"] = known.get("stale") or None  # only worth a word where it is so
    said = {name: _say(known.get(name), lang) for name in OFFER_COLUMNS}
    return [[f"offer.{name}", words] for name, words in said.items() if words]


def _address(row: Mapping[str, Any]) -> str:
    """Street, postcode and town, and the quarter in brackets."""
    street, postcode, town, place = (
        text(row.get(name)) for name in ("street", "postcode", "town", "place")
    )
    said = ", ".join(part for part in (street, f"{postcode} {town}".strip()) if part)
    return f"{said} ({place})" if said and place and place != town else said or place


def _say(value: object, lang: Language) -> str:
    """Say a value as a reader expects it: yes or no, a date, a number, or the text itself."""
    if isinstance(value, bool | np.bool_):
        return label("unit.yes" if value else "unit.no", lang)
    said = text(value)
    if isinstance(value, int | float) and said:
        return number(float(value), lang)
    return date_text(said.removesuffix(" 00:00:00"), lang)


def date_text(iso: str, lang: Language) -> str:
    """Write a date as the language does: 24.11.2026, or 2026-11-24.

    Parameters
    ----------
    iso : str
        YYYY-MM-DD; anything else is given back as it is.
    lang : {"de", "en"}
        Language.

    Returns
    -------
    str
        The date.
    """
    if lang == "de" and re.fullmatch(r"\d{4}-\d\d-\d\d", iso):
        return ".".join(reversed(iso.split("-")))
    return iso
