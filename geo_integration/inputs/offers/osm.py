"""Objects of OpenStreetMap that may be offers -> rows of an offers' table as text.

Which tags are read, and what category they become, stands in `KINDS`; the categories are German
words that the county's profile maps by synonyms. Shelters and other places where refugees, women,
or anybody else live are never read: only their number is told.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from geo_integration.errors import SourceError
from geo_integration.inputs.contents import require_file, require_own_data
from geo_integration.inputs.offers.objects import (
    Asker,
    Row,
    day_of,
    is_shelter,
    joined,
    language,
    offer_rows,
    plain,
)
from geo_integration.inputs.sheets import as_text, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from geo_integration.inputs.tables import FaultList

Tags = dict[str, str]
MAPS = (".osm", ".pbf", ".osm.gz", ".osm.bz2")
SAVED = (".geojson", ".gpkg")
# (key, value, category); the first that fits decides, so the special ones come first.
KINDS = (
    ("social_facility", "food_bank", "Tafel"),
    ("social_facility", "soup_kitchen", "Tafel"),
    ("social_facility", "clothing_bank", "Kleiderkammer"),
    ("social_facility", "outreach", "Sozialberatung"),
    ("social_facility", "day_care", "Tagesbetreuung"),
    ("social_facility", "workshop", "Werkstatt"),
    ("amenity", "social_facility", "Soziale Einrichtung"),
    ("amenity", "language_school", "Sprachkurs"),
    ("healthcare", "counselling", "Beratung"),
    ("office", "employment_agency", "Arbeitsvermittlung"),
    ("amenity", "youth_centre", "Jugendzentrum"),
    ("amenity", "community_centre", "Begegnungsstätte"),
    ("amenity", "social_centre", "Begegnungsstätte"),
    ("amenity", "library", "Bücherei"),
    ("amenity", "training", "Weiterbildung"),
    ("amenity", "college", "Berufsschule"),
    ("amenity", "school", "Schule"),
    ("amenity", "kindergarten", "Kita"),
    ("amenity", "townhall", "Rathaus"),
    ("amenity", "arts_centre", "Kulturzentrum"),
    ("amenity", "place_of_worship", "Religiöser Ort"),
    ("club", "sport", "Sportverein"),
    ("leisure", "sports_hall", "Sporthalle"),
    ("leisure", "sports_centre", "Sportstätte"),
    ("leisure", "pitch", "Sportplatz"),
    ("leisure", "swimming_pool", "Schwimmbad"),
    ("amenity", "public_bath", "Schwimmbad"),
    ("office", "government", "Behörde"),
    ("office", "ngo", "Verein"),
    ("office", "association", "Verein"),
    ("office", "charity", "Verein"),
)
_RELIGIONS = {"muslim": "Moschee", "christian": "Kirche", "jewish": "Synagoge"}
_KEYS = tuple(dict.fromkeys(key for key, _, _ in KINDS))
# Never points on a map: where people live who may be in danger.
_PROTECTED = re.compile(r"refugee|displaced|asylum", re.IGNORECASE)
_HOMES = frozenset(
    ("shelter", "group_home", "assisted_living", "nursing_home", "hospice", "dormitory")
)
_FOR = {
    "migrant": "Zugewanderte", "migrants": "Zugewanderte", "women": "Frauen", "woman": "Frauen",
    "juvenile": "Jugendliche", "child": "Kinder", "children": "Kinder", "senior": "Senioren",
    "senior_citizen": "Senioren", "family": "Familien", "families": "Familien",
    "unemployed": "Arbeitslose", "underprivileged": "Bedürftige", "homeless": "Wohnungslose",
    "disabled": "Menschen mit Behinderung", "men": "Männer",
}  # fmt: skip
_SPOKEN = frozenset(("yes", "main", "only", "designated"))
_PREFIXES = {"node": "n", "way": "w", "relation": "r"}
NAMES = {letter: name for name, letter in _PREFIXES.items()}


class Thing(NamedTuple):
    """One object: its id ("n1", "w2", "r3"), tags, and place."""

    osm_id: str
    tags: Tags
    lon: float | None
    lat: float | None


def read_osm_offers(path: Path, faults: FaultList) -> pd.DataFrame:
    """Read the objects of OpenStreetMap that may be offers.

    Parameters
    ----------
    path : Path
        .osm, .osm.pbf, .osm.gz or .osm.bz2 as downloaded, or GeoJSON or GeoPackage as saved by
        osmnx (columns are tags, the index is kept as `element` and `id` or `osmid`).
    faults : FaultList
        Gets how many objects were left out and why; protected ones are not named.

    Returns
    -------
    DataFrame
        Text by the names of `COLUMNS`, with `file` and `row` (running number).

    Raises
    ------
    SourceError
        When the file is unreadable, or holds no such object.
    """
    things = _saved(path) if path.suffix.lower() in (*SAVED, ".json") else objects_of(path)
    rows: list[Row] = []
    left = {"protected": 0, "private": 0}
    for thing in things:
        why = _left_out(thing.tags)
        if why:
            left[why] += 1
            continue
        row = len(rows) + 1
        rows.append(_row(Asker(path.name, row, faults), thing))
    _tell(path, left, rows, faults)
    if not rows:
        raise SourceError(f"{path}: enthält keine Objekte, die Angebote sein können")
    return offer_rows(path.name, rows)


def _tell(path: Path, left: dict[str, int], rows: list[Row], faults: FaultList) -> None:
    """Say how many objects are not used, or not whole."""
    if left["protected"]:
        message = (
            f"{left['protected']} Unterkünfte und geschützte Orte nicht gelesen: sie dürfen auf "
            f"keiner Karte stehen"
        )
        faults.note(path.name, None, None, None, message)
    if left["private"]:
        message = f"{left['private']} private Anlagen (access=private, Gartenbecken) nicht gelesen"
        faults.note(path.name, None, None, None, message)
    lost = sum(row["lat"] is None for row in rows)
    if lost:
        message = f"{lost} Objekte ohne Ort: ihre Punkte fehlen im Auszug"
        faults.note(path.name, None, "lat", None, message)


# Which objects --------------------------------------------------------------------------------


def category_of(tags: Mapping[str, str]) -> str | None:
    """Category of an object, as `KINDS` has it; None when it is no offer."""
    for key, value, category in KINDS:
        if value in tags.get(key, "").split(";"):
            if value == "place_of_worship":
                return _RELIGIONS.get(tags.get("religion", ""), category)
            if value == "community_centre" and "juvenile" in tags.get("community_centre:for", ""):
                return "Jugendzentrum"
            return category
    return "Unterkunft" if tags.get("amenity") == "refugee_site" else None


def may_be_shown(tags: Tags) -> bool:
    """Whether an object is neither protected nor private."""
    return not _left_out(tags)


def _left_out(tags: Tags) -> str:
    """Why an object is not read: because it is protected, or private; or not at all."""
    kinds = {tags.get("amenity", ""), *tags.get("social_facility", "").split(";")}
    if (
        "refugee_site" in kinds
        or kinds & _HOMES
        or _PROTECTED.search(tags.get("social_facility:for", ""))
        or is_shelter(*(value for key, value in tags.items() if "name" in key))
    ):
        return "protected"
    pool = tags.get("leisure") == "swimming_pool" and not tags.get("name")
    return "private" if pool or tags.get("access") in {"private", "no"} else ""


# What they say --------------------------------------------------------------------------------


def _row(ask: Asker, thing: Thing) -> Row:
    """One object by the columns of the offers' table."""
    tags: dict[str, Any] = thing.tags
    category = category_of(tags) or ""
    operator = ask.text(tags, "operator")
    name = ask.text(tags, "name") or ask.text(tags, "official_name")
    street = ask.text(tags, "addr:street") or ask.text(tags, "addr:place")
    hours = ask.text(tags, "opening_hours")
    wheelchair = ask.text(tags, "wheelchair")
    return {
        "row": ask.row,
        "offer_id": f"osm-{thing.osm_id}",
        "name": name or f"{category} ({operator or 'ohne Namen'})",
        "provider": operator,
        "category": category,
        "street": street,
        "house_number": ask.text(tags, "addr:housenumber"),
        "postcode": ask.text(tags, "addr:postcode"),
        "town": ask.text(tags, "addr:city"),
        "place": ask.text(tags, "addr:suburb") or ask.text(tags, "addr:village"),
        "lat": None if thing.lat is None else f"{thing.lat:.7f}",
        "lon": None if thing.lon is None else f"{thing.lon:.7f}",
        "times": hours,
        "times_kind": "offen" if hours else None,
        "languages": _languages(tags),
        "target_group": _target_group(tags),
        "barrier_free": {"yes": "ja", "designated": "ja", "no": "nein"}.get(wheelchair or ""),
        "cost": _cost(ask, tags),
        "contact": _contact(ask, tags),
        "link": _link(ask, tags),
        "format": "vor Ort",
        "last_confirmed": _confirmed(ask, tags),
        "remark": _remark(ask, tags, wheelchair),
    }


def _languages(tags: Tags) -> str | None:
    """Languages of language:xx=yes."""
    codes = (k.split(":", 1)[1] for k in sorted(tags) if re.fullmatch(r"language:[\w-]+", k))
    return joined((language(code) for code in codes if tags[f"language:{code}"] in _SPOKEN), ", ")


def _target_group(tags: Tags) -> str | None:
    """Whom it is for, of the words that are known."""
    said = tags.get("social_facility:for") or tags.get("community_centre:for") or ""
    return joined((_FOR.get(word.strip()) for word in said.split(";")), ", ")


def _cost(ask: Asker, tags: Tags) -> str | None:
    """What it costs."""
    charge = ask.text(dict(tags), "charge")
    return charge or {"no": "kostenlos", "yes": "kostenpflichtig"}.get(tags.get("fee", ""))


def _contact(ask: Asker, tags: Tags) -> str | None:
    """Telephone and e-mail."""
    keys = ("phone", "contact:phone", "email", "contact:email")
    return joined(ask.text(dict(tags), key) for key in keys)


def _link(ask: Asker, tags: Tags) -> str | None:
    """Address in the net; one without https:// gets it."""
    for key in ("website", "contact:website", "url"):
        address = tags.get(key, "").split(";")[0].strip()
        if re.match(r"www\.|[\w-]+(\.[\w-]+)+(/|$)", address):
            address = f"https://{address}"
        if found := ask.link({key: address}, key):
            return found
    return None


def _confirmed(ask: Asker, tags: Tags) -> str | None:
    """Day somebody last looked."""
    keys = ("check_date", "check_date:opening_hours")
    days = [day for key in keys if (day := day_of(ask.text(dict(tags), key)))]
    return max(days).isoformat() if days else None


def _remark(ask: Asker, tags: Tags, wheelchair: str | None) -> str | None:
    """What is only for the staff."""
    partly = "eingeschränkt barrierefrei" if wheelchair == "limited" else None
    sport = ask.text(dict(tags), "sport")
    said = plain(tags.get("description", ""))
    return joined([said, f"Sport: {sport}" if sport else None, partly], "\n")


# Maps -----------------------------------------------------------------------------------------


def objects_of(path: Path) -> list[Thing]:
    """Read all objects of a map that may be offers, also those that may not be shown.

    Parameters
    ----------
    path : Path
        .osm, .osm.pbf, .osm.gz or .osm.bz2.

    Raises
    ------
    SourceError
        When the file is unreadable.
    """
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    try:
        relations = list(_relations(path))
        members = {ref for _, _, refs in relations for ref in refs}
        things, lines = _nodes_and_ways(path, members)
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(
            f"{path}: keine lesbare OpenStreetMap-Datei ({short(error)}); noch einmal herunterladen"
        ) from error
    for number, tags, refs in relations:
        shape = [lines[ref] for ref in refs if ref in lines]
        things.append(Thing(f"r{number}", tags, *_middle(shape)))
    return things


def _relations(path: Path) -> Iterator[tuple[int, Tags, list[tuple[str, int]]]]:
    """Relations that may be offers, with their members."""
    found: Any = osmium.FileProcessor(str(path), osmium.osm.RELATION)
    for relation in found.with_filter(osmium.filter.KeyFilter(*_KEYS)):
        tags = {tag.k: tag.v for tag in relation.tags}
        if category_of(tags):
            members = [(m.type, m.ref) for m in relation.members if m.role != "inner"]
            yield relation.id, tags, members


def _nodes_and_ways(
    path: Path, members: set[tuple[str, int]]
) -> tuple[list[Thing], dict[tuple[str, int], list[tuple[float, float]]]]:
    """Points and ways that may be offers, and the shapes of members of relations."""
    things: list[Thing] = []
    ways: dict[int, tuple[Tags, list[int]]] = {}
    tagged: Any = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
    for thing in tagged.with_filter(osmium.filter.KeyFilter(*_KEYS)):
        tags = {tag.k: tag.v for tag in thing.tags}
        if category_of(tags) is None:
            continue
        if thing.is_way():
            ways[thing.id] = tags, [node.ref for node in thing.nodes]
        else:
            place = thing.location
            at = (place.lon, place.lat) if place.valid() else (None, None)
            things.append(Thing(f"n{thing.id}", tags, *at))
    refs = {way: nodes for way, (_, nodes) in ways.items()}
    refs |= _refs(path, {ref for kind, ref in members if kind == "w"} - set(refs))
    points = _points(path, {ref for kind, ref in members if kind == "n"}.union(*refs.values()))
    lines = {("w", way): [points[n] for n in own if n in points] for way, own in refs.items()}
    lines |= {("n", ref): [points[ref]] for kind, ref in members if kind == "n" and ref in points}
    things += [
        Thing(f"w{way}", tags, *_middle([lines["w", way]])) for way, (tags, _) in ways.items()
    ]
    return things, lines


def _refs(path: Path, wanted: Iterable[int]) -> dict[int, list[int]]:
    """Points of ways, by the ways' numbers."""
    numbers = array("q", sorted(wanted))
    if not numbers:
        return {}
    ways: Any = osmium.FileProcessor(str(path), osmium.osm.WAY)
    found = ways.with_filter(osmium.filter.IdFilter(numbers))
    return {way.id: [node.ref for node in way.nodes] for way in found}


def _points(path: Path, wanted: Iterable[int]) -> dict[int, tuple[float, float]]:
    """Places of points, by their numbers."""
    numbers = array("q", sorted(wanted))
    if not numbers:
        return {}
    nodes: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    found = nodes.with_filter(osmium.filter.IdFilter(numbers))
    return {n.id: (n.location.lon, n.location.lat) for n in found if n.location.valid()}


def _middle(shape: list[list[tuple[float, float]]]) -> tuple[float | None, float | None]:
    """Centroid of areas, else of lines, else of points."""
    lines = [line for line in shape if len(line) > 1]
    if not lines:
        spots = [spot for line in shape for spot in line]
        centre = shapely.centroid(shapely.MultiPoint(spots)) if spots else shapely.Point()
    else:
        drawn = [shapely.LineString(line) for line in lines]
        areas = shapely.get_parts(shapely.polygonize(drawn))
        flat = shapely.union_all(areas) if len(areas) else shapely.union_all(drawn)
        centre = shapely.centroid(flat)
    return (None, None) if centre.is_empty else (float(centre.x), float(centre.y))


def _saved(path: Path) -> list[Thing]:
    """Objects that osmnx saved: columns are tags."""
    require_file(path)
    require_own_data(path)
    try:
        with warnings.catch_warnings():
            # GDAL warns of what it cannot read; the checks below tell what that leaves.
            warnings.simplefilter("ignore", RuntimeWarning)
            table = gpd.read_file(path)
        if not isinstance(table, gpd.GeoDataFrame) or table.crs is None:
            raise SourceError(f"{path}: ohne Geometrien oder Koordinatensystem")  # noqa: TRY301
        table = table.to_crs("EPSG:4326")
        centres = shapely.centroid(table.geometry.to_numpy())
        records: list[dict[str, Any]] = table.drop(columns=table.geometry.name).to_dict("records")
    except SourceError:
        raise
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(f"{path}: keine lesbare Geodatei ({short(error)})") from error
    if not set(table.columns) & {*_KEYS}:
        raise SourceError(
            f"{path}: ohne Spalten wie amenity, leisure oder office; gespeichert wird mit osmnx "
            f"features_from_place(...).reset_index().to_file(...)"
        )
    things = []
    for number, (record, centre) in enumerate(zip(records, centres, strict=True), start=1):
        tags = {str(key): text for key, value in record.items() if (text := _tag(value))}
        if category_of(tags):
            empty = centre is None or centre.is_empty
            at = (None, None) if empty else (float(centre.x), float(centre.y))
            things.append(Thing(_id_of(record, number), tags, *at))
    return things


def _tag(value: object) -> str | None:
    """A tag as text; GDAL makes dates and numbers of some."""
    if value is None or value is pd.NaT or not isinstance(value, str | int | float | dt.date):
        return None
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    return as_text(value)


def _id_of(record: dict[str, Any], number: int) -> str:
    """Id of an object that osmnx saved; without one, its running number."""
    kind = record.get("element") or record.get("element_type")
    own = record.get("osmid", record.get("id"))
    if isinstance(own, str) and (found := re.fullmatch(r"(node|way|relation)/(\d+)", own)):
        return f"{_PREFIXES[found[1]]}{found[2]}"
    if kind in _PREFIXES and re.fullmatch(r"\d+(\.0)?", str(own)):
        return f"{_PREFIXES[kind]}{str(own).removesuffix('.0')}"
    return f"nr{number}"
