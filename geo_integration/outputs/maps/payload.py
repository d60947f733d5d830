"""Published frames -> what the page draws: one JSON block, and packed columns.

Nothing is computed here. Frames are cut to what a page shows, numbers are rounded up to whole
minutes, names are looked up, and everything is written short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from geo_integration.errors import OutputError
from geo_integration.frames import REASONS, Published, Reference
from geo_integration.outputs.labels import LANGUAGES, OFFER_COLUMNS, Language, label, words
from geo_integration.outputs.maps.addresses import add_addresses
from geo_integration.outputs.maps.context_blocks import add_context, cut
from geo_integration.outputs.maps.encode import (
    GEOGRAPHIC,
    points,
    polygons,
    simplified,
    text,
)
from geo_integration.outputs.maps.gap_blocks import add_gaps
from geo_integration.outputs.maps.offers import offer_entries
from geo_integration.outputs.maps.questions import (
    Blocks,
    add_cells,
    add_quality,
    add_questions,
    add_reference,
    add_supply,
    add_ways,
    in_order,
)
from geo_integration.outputs.maps.tables import AreaTable, area_table, counted, dates, sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo_integration.profile import Named
    from geo_integration.settings import Settings

Payload = dict[str, Any]

# Around a municipality, offers and place names are still shown this far beyond its bounds.
MARGIN_M = 3000.0
NAMED = 3
PLACE_RANKS = ("town", "village", "hamlet")
GERMANY = shapely.box(5.8, 47.2, 15.1, 55.1)


class Page(NamedTuple):
    """What one page is made of: `data` for JSON, packed `blocks` by name, and the main table."""

    data: Payload
    blocks: dict[str, str]
    table: AreaTable


def build_page(
    published: Published,
    settings: Settings,
    *,
    facts: Mapping[str, object],
    area_id: str | None = None,
    pages: Mapping[str, str] | None = None,
) -> Page:
    """Everything that one page shows.

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
    Page
        `data` is made of dict, list, str, int, float, bool and None only.

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
    shown = in_order(published if area_id is None else _cut(published, area_id))
    offer_ids = [text(v) for v in shown.offers["offer_id"]]
    table = area_table(published, settings, area_id)
    blocks = Blocks({}, {})
    data = {
        "lang": settings.county.language,
        "words": {lang: words(lang) for lang in LANGUAGES},
        **_frame_of_page(settings, shown, area_id, facts),
        "areas": _areas(published, settings, pages or {}),
        "places": _places(shown),
        "stops": _stops(shown),
        **add_cells(blocks, shown, known),
        "quality": add_quality(blocks, shown, settings),
        "supply": add_supply(blocks, shown, settings),
        "reference": add_reference(blocks, shown, settings),
        "ways": add_ways(blocks, shown, offer_ids),
        "context": add_context(blocks, shown.context),
        "addresses": add_addresses(blocks, shown.houses, list(shown.cells["cell_id"]), known),
        "background": _background(settings, published),
        "offers": offer_entries(shown, settings, known),
        "offer_columns": [f"offer.{name}" for name in OFFER_COLUMNS],
        "gaps": add_gaps(blocks, shown, settings, offer_ids),
        "table": {"rows": table.rows, "by": {} if area_id is None else table.first_rows()},
        "sources": sources(published),
        "dates": dates(published, settings),
        "blocks": blocks.about,
    }
    add_questions(blocks, shown, settings)
    return Page(data, blocks.texts, table)


def _in_languages(entry: Named) -> dict[str, str]:
    """What readers call it, by language."""
    return {lang: entry.name_in(lang) for lang in LANGUAGES}


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
    return {
        "county": county.name,
        "name": name,
        "title": {one: label("page.title", one).replace("{name}", name) for one in LANGUAGES},
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
        "days": [{"id": d.id, "label": _in_languages(d)} for d in settings.day_types],
        "rule": _rule(settings),
        "facts": {
            "method_version": text(facts.get("method_version")),
            "made_from": text(facts.get("made_from")),
            "walking": facts["walking"],
            "guards": facts["guards"],
        },
    }


def _listed(names: list[str], lang: Language) -> str:
    """Few names in a row; of many, the number."""
    if len(names) <= NAMED:
        return ", ".join(names)
    return label("page.selection_of", lang).replace("{n}", str(len(names)))


def _categories(settings: Settings) -> list[Payload]:
    """Categories with the names of their fields of action."""
    fields = {f.id: _in_languages(f) for f in settings.fields}
    return [
        {
            "id": c.id,
            "label": _in_languages(c),
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
        supply=published.supply._replace(per_1000=published.supply.per_1000[..., here]),
        ways=published.ways.of_cells(np.flatnonzero(here)),
        reference=Reference(*(minutes[..., here] for minutes in published.reference)),
        gaps=gaps,
        offers=offers,
        sessions=published.sessions[published.sessions["offer_id"].isin(offers["offer_id"])],
        places=published.places[published.places.geometry.intersects(extent)],
        stops=published.stops[published.stops.geometry.intersects(extent)],
        context=cut(published.context, extent),
        houses=_houses_of(published.houses, area_id),
    )


def _houses_of(houses: pd.DataFrame | None, area_id: str) -> pd.DataFrame | None:
    """Addresses of one municipality."""
    return None if houses is None else houses[houses["area_id"] == area_id]


def _background(settings: Settings, published: Published) -> dict[str, str] | None:
    """The map on the net that readers may switch on; the official one of Germany only there."""
    background = settings.maps.background
    if not settings.maps.online_background:
        return None
    county = shapely.box(*published.areas.to_crs(GEOGRAPHIC).total_bounds)
    if background.is_german and not GERMANY.contains(county.centroid):
        return None
    attribution = background.attribution
    return {"url": background.url, "host": background.host, "attribution": attribution}


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
