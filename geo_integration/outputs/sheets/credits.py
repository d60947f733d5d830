"""The foot of a sheet in words: service dates, walking, coordinate system, sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyproj import CRS

from geo_integration.outputs.maps.encode import text
from geo_integration.outputs.sheets.typesetting import plain

if TYPE_CHECKING:
    from geo_integration.outputs.sentences import Context
    from geo_integration.profile import DayType

_NAME, _SOURCE = 80, 200
_LAYERS = {
    "areas", "places", "stops", "residents", "offers", "timetable", "calendar", "addresses",
    "streets", "totals", "context",
}  # fmt: skip


def notes(context: Context, day: DayType, paper: str) -> list[str]:
    """Service dates, walking, coordinate system."""
    dates = context.published.service_dates
    dates = dates[dates["day_type"] == day.id]
    days = [
        f"{context.say(f'weekday_short.{int(weekday)}')} {_date(context, date)}"
        for weekday, date in zip(dates["weekday"], dates["date"], strict=True)
    ]
    crs = CRS.from_user_input(context.settings.county.crs)
    k = context.settings.disclosure.min_count
    said = [] if context.facts["internal"] else [context.say("print.withheld_note", k=k)]
    said += [context.say("print.dates", list=", ".join(days))] if days else []
    return [
        *said,
        plain(context.say("print.walking", walking=context.facts["walking"][context.language])),
        plain(
            context.say("print.crs", crs=f"{crs.name} ({context.settings.county.crs})", paper=paper)
        ),
    ]


def sources(context: Context) -> str:
    """Sources and licences; what several layers have in common is said once."""
    layers: dict[tuple[str, str], dict[str, None]] = {}
    dates: dict[tuple[str, str], dict[str, None]] = {}
    for row in context.published.sources.to_dict("records"):
        named = text(row.get("attribution")).strip(" -–") or text(row.get("source"))
        key = plain(named, longest=_SOURCE), plain(text(row.get("licence")), longest=_SOURCE)
        layers.setdefault(key, {})[_layer_name(context, text(row.get("layer")))] = None
        dates.setdefault(key, {})[_date(context, row.get("date"))] = None
    said = []
    for key, of in layers.items():
        stated = ", ".join(date for date in dates[key] if date)
        parts = [*key, context.say("print.source_date", date=plain(stated)) if stated else ""]
        attribution = ", ".join(part for part in parts if part)
        said.append(context.say("print.source", layers=", ".join(of), attribution=attribution))
    return context.say("print.sources", list="; ".join(said)) if said else ""


def _date(context: Context, date: object) -> str:
    """Write a date as the language does; what is none stays as it is."""
    said = plain(text(date), longest=_NAME)
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", said)
    return ".".join(reversed(found.groups())) if found and context.language == "de" else said


def _layer_name(context: Context, layer: str) -> str:
    return context.say(f"source.{layer}") if layer in _LAYERS else plain(layer, longest=_NAME)
