"""Offers and their times -> the entries of the page."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_integration.outputs.labels import OFFER_COLUMNS
from geo_integration.outputs.maps.encode import points, positions, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo_integration.frames import Published
    from geo_integration.settings import Settings

# What the page filters by, beside being told.
_FILTERED = (
    "languages",
    "level",
    "target_group",
    "women_only",
    "childcare",
    "barrier_free",
    "format",
)
_MINUTE = 60


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
        Names and texts; `at` is lon, lat in 1/100,000 degree; `sessions` holds weekday, start and
        end in minutes of the day, rhythm, whether any visit counts, and whether only in school
        term; `extra` pairs of a key of the words and a value.
    """
    offers = shown.offers
    times = sessions_of(shown.sessions)
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
            "sessions": times.get(text(row["offer_id"]), []),
            "written": text(row.get("times")),
            "by_appointment": row.get("by_appointment") is True,
            "confirmed": text(_value(row.get("last_confirmed"))),
            "stale": row.get("stale") is True,
            "places_free": _value(row.get("places_free")),
            **{name: _value(row.get(name)) for name in _FILTERED},
            "extra": _extra(row),
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


def sessions_of(sessions: pd.DataFrame) -> dict[str, list[list[Any]]]:
    """Sessions by offer: weekday, start, end (minutes of the day), rhythm, drop_in, term_only.

    Parameters
    ----------
    sessions : DataFrame
        SESSIONS.

    Returns
    -------
    dict of str to list of list
        Sorted; the same one is told once.
    """
    found: dict[str, set[tuple[Any, ...]]] = {}
    rows = zip(
        sessions["offer_id"],
        sessions["weekday"],
        sessions["start_s"],
        sessions["end_s"],
        sessions["rhythm"].fillna(""),
        sessions["drop_in"],
        sessions["term_only"],
        strict=True,
    )
    for offer, weekday, start, end, rhythm, drop_in, term in rows:
        entry = (
            int(weekday), int(start) // _MINUTE, int(end) // _MINUTE, text(rhythm), bool(drop_in),
            bool(term),
        )  # fmt: skip
        found.setdefault(text(offer), set()).add(entry)
    return {offer: [list(entry) for entry in sorted(entries)] for offer, entries in found.items()}


def _extra(row: Mapping[str, Any]) -> list[list[Any]]:
    """Pairs of a key of the words and a value: all else that is known of an offer."""
    known = {**row, "address": row.get("address") or _address(row)}
    known["stale"] = known.get("stale") is True or None  # only worth a word where it is so
    said = {name: _value(known.get(name)) for name in OFFER_COLUMNS}
    return [[f"offer.{name}", value] for name, value in said.items() if value not in (None, "")]


def _address(row: Mapping[str, Any]) -> str:
    """Street, postcode and town, and the quarter in brackets."""
    street, postcode, town, place = (
        text(row.get(name)) for name in ("street", "postcode", "town", "place")
    )
    said = ", ".join(part for part in (street, f"{postcode} {town}".strip()) if part)
    return f"{said} ({place})" if said and place and place != town else said or place


def _value(value: object) -> object:
    """Give a value as JSON has it: yes or no, a number, a date as YYYY-MM-DD, a text, or None."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else int(value) if value.is_integer() else float(value)
    said = text(value)
    return said.removesuffix(" 00:00:00") if isinstance(value, str | dt.date) else said or None
