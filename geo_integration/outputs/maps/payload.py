"""Published frames -> the one JSON block that the page draws.

Nothing is computed here. Frames are cut to what a page shows, numbers are rounded up to whole
minutes, names are looked up, and everything is written short.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from geo_integration.errors import OutputError
from geo_integration.frames import REASONS, Published
from geo_integration.outputs.labels import Language, label, words
from geo_integration.outputs.maps.encode import (
    Pool,
    inside_points,
    points,
    polygons,
    positions,
    simplified,
    text,
    whole,
)
from geo_integration.outputs.maps.offers import offer_entries
from geo_integration.outputs.maps.tables import area_table, counted, dates, sources, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from geo_integration.settings import Settings

Payload = dict[str, Any]

# Around a municipality, offers and place names are still shown this far beyond its bounds.
MARGIN_M = 3000.0
# Vertices of a gap this close to a straight line are the corners of its cells, nothing else.
STRAIGHT_M = 2.0
NAMED = 3
MINUTES = ("out_min", "back_min", "walk_min", "booked_min", "lead_min")
LINES = ("out_line", "back_line")
_LETTERS = [chr(ord("a") + i) for i in range(len(REASONS))]
# Minutes are whole already; what floating point adds must not make one more of them.
ROUNDING = 1e-4
PLACE_RANKS = ("town", "village", "hamlet")


def build_payload(
    published: Published,
    settings: Settings,
    *,
    facts: Mapping[str, object],
    area_id: str | None = None,
    pages: Mapping[str, str] | None = None,
) -> Payload:
    """Everything that one page shows, ready for JSON.

    Parameters
    ----------
    published : Published
        The frames that disclosure control let through, geometries in the county's metric CRS.
    settings : Settings
        The county profile.
    facts : mapping of str to object
        Plain values for display: method_version, made_from, walking (text), guards (list of text).
    area_id : str, optional
        Municipality of the page; without it the page of the whole county.
    pages : mapping of str to str, optional
        File names of the municipalities' pages, by area id; those without one get no link.

    Returns
    -------
    dict
        Made of dict, list, str, int, bool and None only.

    Raises
    ------
    OutputError
        When there is no such municipality.
    """
    known = [text(v) for v in published.areas["area_id"]]
    if area_id is not None and area_id not in known:
        raise OutputError(
            f"Für die Gemeinde {area_id!r} gibt es keine Karte; bekannt sind {', '.join(known)}"
        )
    shown = published if area_id is None else _cut(published, area_id)
    pool = Pool()
    offer_ids = [text(v) for v in shown.offers["offer_id"]]
    return {
        "lang": settings.county.language,
        "words": words(settings.county.language),
        **_frame_of_page(settings, shown, area_id, facts),
        "areas": _areas(published, settings, pages or {}),
        "places": _places(shown),
        "stops": _stops(shown),
        "cells": _cells(shown, known),
        "coverage": _coverage(shown, settings, offer_ids, pool),
        "offers": offer_entries(shown, settings, known),
        "gaps": _gaps(shown, settings, offer_ids, pool),
        "table": area_table(published, settings, pool, area_id),
        "within": within(published, area_id or settings.county.ags),
        "sources": sources(published),
        "dates": dates(published, settings),
        "pool": pool.strings,
    }


def _frame_of_page(
    settings: Settings, shown: Published, area_id: str | None, facts: Mapping[str, object]
) -> Payload:
    """Names, rule, and the lists to choose from."""
    lang, county = settings.county.language, settings.county
    limited_to = counted(shown)
    selection = len(limited_to) < len(shown.areas)
    name = county.name
    if area_id is not None or selection:
        own = shown.areas["area_id"].isin(limited_to if area_id is None else [area_id])
        name = _listed([text(v) for v in shown.areas.loc[own, "name"]], lang)
    guards = facts.get("guards") or []
    return {
        "county": county.name,
        "name": name,
        "title": label("page.title", lang).replace("{name}", name),
        "area": area_id,
        "selection": selection,
        "sample": county.data_status == "sample",
        "internal": bool(facts.get("internal")),
        "status_note": county.status_note,
        "modelled": settings.residents.modelled,
        "min_count": settings.disclosure.min_count,
        "min_share_base": settings.disclosure.min_share_base,
        "min_gap": settings.gaps.min_residents,
        "reasons": list(REASONS),
        "bands": [f"{band:g}" for band in settings.rule.bands_min],
        "categories": _categories(settings),
        "days": [
            {"id": d.id, "label": d.label_en if lang == "en" and d.label_en else d.label}
            for d in settings.day_types
        ],
        "rule": _rule(settings),
        "facts": {
            "method_version": text(facts.get("method_version")),
            "made_from": text(facts.get("made_from")),
            "walking": text(facts.get("walking")),
            "guards": [text(g) for g in guards] if isinstance(guards, list | tuple) else [],
        },
    }


def _listed(names: list[str], lang: Language) -> str:
    """Few names in a row; of many, the number."""
    if len(names) <= NAMED:
        return ", ".join(names)
    return label("page.selection_of", lang).replace("{n}", str(len(names)))


def _categories(settings: Settings) -> list[Payload]:
    """Categories with the names of their fields of action."""
    english = settings.county.language == "en"
    fields = {f.id: f.label_en if english and f.label_en else f.label for f in settings.fields}
    return [
        {
            "id": c.id,
            "label": c.label_en if english and c.label_en else c.label,
            "letter": c.letter,
            "field": fields[c.field],
            "max": f"{settings.max_minutes(c.id):g}",
        }
        for c in settings.categories
    ]


def _rule(settings: Settings) -> dict[str, str]:
    """Numbers of the rule, for the blanks in the words."""
    rule, walking = settings.rule, settings.walking
    return {
        "max": f"{rule.max_minutes:g}",
        "wait": f"{rule.max_wait_min:g}",
        "early": rule.earliest_departure,
        "late": rule.latest_return,
        "visit": f"{rule.visit_min:g}",
        "access": f"{walking.max_access_min:g}",
        "direct": f"{walking.max_direct_min:g}",
        "speed": f"{walking.speed_kmh:g}",
        "source": rule.source,
    }


def _cut(published: Published, area_id: str) -> Published:
    """Cut the frames to what the page of one municipality shows."""
    shape = published.areas.loc[published.areas["area_id"] == area_id, "geometry"].union_all()
    extent = shape.buffer(MARGIN_M).envelope
    here = (published.cells["area_id"] == area_id).to_numpy(bool)
    cells, coverage = published.cells[here], published.coverage.of_cells(here)
    touches = published.gaps.geometry.intersection(shape).area > 1.0
    gaps = published.gaps[touches]
    best = np.unique(coverage.offer)
    named = {*coverage.offer_ids[best[best >= 0]], *gaps["offer_id"].dropna()}
    offers = published.offers
    inside = offers.geometry.notna() & offers.geometry.intersects(extent)
    kept = (offers["area_id"] == area_id).fillna(value=False) | offers["offer_id"].isin(named)
    offers = offers[kept | inside]
    return published._replace(
        cells=cells,
        coverage=coverage,
        gaps=gaps,
        offers=offers,
        sessions=published.sessions[published.sessions["offer_id"].isin(offers["offer_id"])],
        places=published.places[published.places.geometry.intersects(extent)],
        stops=published.stops[published.stops.geometry.intersects(extent)],
    )


def _areas(published: Published, settings: Settings, pages: Mapping[str, str]) -> list[Payload]:
    """Municipalities with their borders and the links to their pages."""
    areas = published.areas
    shapes = polygons(simplified(areas.geometry.to_crs(settings.county.crs)))
    return [
        {"id": text(i), "name": text(name), "page": pages.get(text(i), ""), "rings": rings}
        for i, name, rings in zip(areas["area_id"], areas["name"], shapes, strict=True)
    ]


def _places(shown: Published) -> list[list[Any]]:
    """Name, lon, lat, rank; the most important first."""
    found = zip(
        shown.places["name"], shown.places["kind"], points(shown.places.geometry), strict=True
    )
    entries = [
        [text(name), *at, PLACE_RANKS.index(kind)] for name, kind, at in found if at is not None
    ]
    return sorted(entries, key=lambda entry: entry[3])


def _stops(shown: Published) -> list[list[Any]]:
    """Name, lon, lat; platforms of one name at one spot are one."""
    found = zip(shown.stops["name"], points(shown.stops.geometry), strict=True)
    entries = {(text(name), *at): None for name, at in found if at is not None}
    return [list(entry) for entry in entries]


def _cells(shown: Published, areas: list[str]) -> Payload:
    """Squares, municipality and residents of every cell; withheld numbers are None."""
    return {
        "rings": polygons(shown.cells.geometry),
        "area": positions(shown.cells["area_id"], areas),
        "residents": whole(shown.cells["residents"]),
    }


def _coverage(shown: Published, settings: Settings, offers: list[str], pool: Pool) -> Payload:
    """By category and day type: reasons as letters, all else as positions in the pool."""
    covered = shown.coverage
    used = np.unique(np.concatenate([getattr(covered, name).ravel() for name in LINES]))
    used = used[used >= 0]
    line = np.full(len(covered.lines) + 1, -1)
    line[used] = np.arange(1, len(used) + 1)
    offer = np.array([*positions(covered.offer_ids, offers), None], dtype=object)
    columns = {
        f"{category} {day}": {
            "reason": pool.add("".join(_LETTERS[r] for r in covered.reason[c, d].tolist())),
            "offer": pool.add(_joined(offer[covered.offer[c, d]])),
            "offers": pool.add(_whole(covered.offers[c, d])),
            **{name: pool.add(_whole(getattr(covered, name)[c, d])) for name in MINUTES},
            **{name: pool.add(_whole(line[getattr(covered, name)[c, d]])) for name in LINES},
        }
        for c, category in enumerate(covered.categories)
        for d, day in enumerate(covered.day_types)
        if {category, day} <= {e.id for e in (*settings.categories, *settings.day_types)}
    }
    return {"lines": ["", *map(text, covered.lines[used])], "by": columns}


def _whole(values: NDArray[Any]) -> str:
    """Numbers as one string; those not known, or below 0, are empty."""
    known = values >= 0
    numbers = np.ceil(np.where(known, values, 0) - ROUNDING).astype(int).tolist()
    return ",".join(str(n) if k else "" for n, k in zip(numbers, known.tolist(), strict=True))


def _joined(values: Iterable[int | None]) -> str:
    """Positions as one string."""
    return ",".join("" if v is None else str(v) for v in values)


def _gaps(shown: Published, settings: Settings, offers: list[str], pool: Pool) -> list[Payload]:
    """Underserved areas, by category, day type and rank; equal outlines are kept once."""
    categories = [c.id for c in settings.categories]
    days = [d.id for d in settings.day_types]
    gaps = shown.gaps.sort_values(["category", "day_type", "rank", "gap_id"])
    return [
        {
            "category": categories.index(row.category),
            "day": days.index(row.day_type),
            "rank": int(row.rank),
            "name": text(row.name),
            "residents": residents,
            "cells": int(row.cells),
            "reason": REASONS.index(row.reason),
            "offer": offer,
            "minutes": minutes,
            "rings": pool.add(json.dumps(rings, separators=(",", ":"))),
            "at": at,
        }
        for row, residents, offer, minutes, rings, at in zip(
            gaps.itertuples(index=False),
            whole(gaps["residents"]),
            positions(gaps["offer_id"], offers),
            whole(gaps["minutes"]),
            polygons(gaps.geometry.simplify(STRAIGHT_M)),
            inside_points(gaps.geometry),
            strict=True,
        )
        if row.category in categories and row.day_type in days
    ]
