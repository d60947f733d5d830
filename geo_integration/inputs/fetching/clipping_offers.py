"""Objects of OpenStreetMap that may be offers, cut out for a county and what lies around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import shapely

from geo_integration.errors import SourceError
from geo_integration.files import beside
from geo_integration.inputs.fetching.clipping_streets import date_of
from geo_integration.inputs.offers.osm import NAMES, may_be_shown, objects_of

if TYPE_CHECKING:
    from pathlib import Path


class ClippedOffers(NamedTuple):
    """How many objects are left, and the date of the map, empty where it is unknown."""

    objects: int
    date: str


def clip_offers(source: Path, target: Path, area: shapely.Geometry) -> ClippedOffers:
    """Keep of an OpenStreetMap extract the objects inside that may be offers, as points.

    Places where people live or hide, and private ones, are left out: they never reach the file.

    Parameters
    ----------
    source : Path
        .osm.pbf, .osm, .osm.gz or .osm.bz2.
    target : Path
        .geojson to write: points with their tags, as osmnx saves features.
    area : shapely geometry
        Polygon in degrees (EPSG:4326).

    Returns
    -------
    ClippedOffers
        How much is left, and of when it is.

    Raises
    ------
    SourceError
        When the extract is unreadable, or has nothing of the kind inside.
    OutputError
        When the file cannot be written.
    """
    things = [thing for thing in objects_of(source) if may_be_shown(thing.tags)]
    inside = [
        thing
        for thing in things
        if thing.lon is not None
        and thing.lat is not None
        and shapely.contains_xy(area, thing.lon, thing.lat)
    ]
    if not inside:
        raise SourceError(
            f"{source.name}: enthält im Landkreis keine Objekte, die Angebote sein können. Ist es "
            f"der Auszug einer anderen Gegend?"
        )
    features = [
        {
            "type": "Feature",
            "properties": {"element": NAMES[t.osm_id[0]], "id": int(t.osm_id[1:]), **t.tags},
            "geometry": {"type": "Point", "coordinates": [t.lon, t.lat]},
        }
        for t in sorted(inside, key=lambda thing: (thing.osm_id[0], int(thing.osm_id[1:])))
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    with beside(target) as part:
        part.write_text(text + "\n", encoding="utf-8")
    return ClippedOffers(len(inside), date_of(source))
