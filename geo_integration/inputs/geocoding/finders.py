"""One way to find an offer each: house, street, stop, Ortsteil, municipality.

All take what is asked and where to look, and give a hit or None. What they found but do not
vouch for goes to `Asked.others`, what is doubtful to `Asked.doubts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geo_integration.inputs.geocoding.addresses import (
    Address,
    normalise,
    parse_address,
    sounds_like_street,
    town_key,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.inputs.geocoding.gazetteer import AddressIndex, Lookup, Place

    Ints = NDArray[np.int64]

CONTRADICTION_M = 2_000.0
SAME_PLACE_M, APART_M, STREET_M = 1_000.0, 200.0, 2_000.0
NEAR_PLACE_M = 3_000.0
MOST_CANDIDATES = 5
NO_HOUSE_AT_STOP = "Hausnummer nicht gefunden: auf die Haltestelle gleichen Namens gelegt"
NOT_COUNTED = "das Angebot wird nicht gezählt"


class Candidate(NamedTuple):
    """A place where an offer may be."""

    label: str
    grade: str
    source: str
    point: shapely.Point
    misspelt: bool = False


class Hit(NamedTuple):
    """A located offer.

    `note` tells the doubt, `remark` what was done without doubt. `candidates` has the point itself
    first; `runner_up_m` is the distance to the next of them.
    """

    grade: str
    point: shapely.Point | None
    located_by: str | None
    note: str | None = None
    doubtful: bool = False
    counted: bool = True
    remark: str | None = None
    candidates: tuple[Candidate, ...] = ()
    runner_up_m: float | None = None


@dataclass
class Asked:
    """An offer's place as its row tells it; names as `town_key` has them."""

    offer_id: str
    text: str
    address: Address
    municipality: str
    town: str
    place: str
    area_ids: frozenset[str]
    outside: bool = False
    venue: str = ""
    lat: float = float("nan")
    lon: float = float("nan")
    doubts: list[str] = field(default_factory=list)
    others: list[Candidate] = field(default_factory=list)

    def names(self, *parts: str) -> list[str]:
        """Names that the row tells, out of municipality, town, place."""
        return [name for part in parts if (name := getattr(self, part))]


def ask(row: Mapping[str, object], look: Lookup, offer_id: str = "") -> Asked:
    """Take an offer's place from its row: street, postcode, town, place, municipality, venue."""
    said = {
        part: value.strip() if isinstance(value := row.get(part), str) else ""
        for part in ("street", "town", "place", "municipality", "venue")
    }
    address = parse_address(
        said["street"],
        code=row.get("postcode"),
        town=said["town"],
        place=said["place"],
        known=look.towns,
    )
    municipality, town = town_key(said["municipality"]), town_key(address.town)
    place = town_key(address.place)
    stated = municipality or town or place
    areas = look.areas_named(stated)
    outside = not areas and stated in look.places
    return Asked(
        offer_id, said["street"], address, municipality, town, place, areas, outside, said["venue"]
    )


# Addresses --------------------------------------------------------------------------------------


def by_house(asked: Asked, look: Lookup) -> Hit | None:
    """House in the county's address file, else in OpenStreetMap."""
    if not asked.address.street or not asked.address.number:
        return None
    for index in look.sources:
        rows = index.rows_of(asked.address.street)
        same = rows[index.number[rows] == asked.address.house]
        hit = _best_of(asked, look, index, same, "house")
        if hit is not None:
            return hit
    return None


def by_street(asked: Asked, look: Lookup) -> Hit | None:
    """Street: the house with the nearest number, else the middle of the street."""
    address = asked.address
    if not address.street:
        return None
    for index in look.sources:
        rows, rank = _fitting(asked, index, index.rows_of(address.street))
        if not len(rows):
            continue
        rows = rows[rank == rank[0]]
        near = _nearest_number(index, rows, address.number)
        hit = _best_of(asked, look, index, rows if near is None else near, "street")
        if hit is None:
            continue
        if not address.number:
            return hit
        label = index.number[near[0]] if near is not None else ""
        where = f"auf Nr. {label} gelegt" if label else "auf die Mitte der Straße gelegt"
        note = f"Hausnummer {address.house} nicht gefunden: {where}"
        return hit._replace(note=_joined(note, hit.note), doubtful=True)
    _remember_misspelt(asked, look)
    return None


def _nearest_number(index: AddressIndex, rows: Ints, number: str) -> Ints | None:
    """Rows of the house whose number is nearest; None where the street has no numbers."""
    numbers = np.array([int(re.sub(r"\D", "", n) or -1) for n in index.number[rows]])
    if not number or not (numbers >= 0).any():
        return None
    # Even and odd numbers are on two sides of the street.
    away = np.abs(numbers - int(number)) * 2 + (numbers - int(number)) % 2 * 3
    away = np.where(numbers < 0, away.max() + 1, away)
    nearest: Ints = rows[away == away.min()]
    ordered: Ints = nearest[np.argsort(index.number[nearest].astype(str), kind="stable")]
    return ordered


def _fitting(asked: Asked, index: AddressIndex, rows: Ints) -> tuple[Ints, Ints]:
    """Rows that lie where the offer says, best first, and how well; others are remembered.

    A row fits by its municipality, or by its postcode if its municipality is not another one.
    """
    if not len(rows):
        return rows, rows
    area = index.area_id[rows]
    stated = next(iter(asked.names("municipality", "town")), "")
    named = (index.municipality[rows] == stated) & (stated != "")
    inside = np.isin(area.astype(str), list(asked.area_ids))
    elsewhere = ~inside & (len(asked.area_ids) > 0) & (area != "")
    code, theirs = asked.address.postcode, index.postcode[rows]
    coded = (theirs == code) & (code != "")
    contrary = (theirs != "") & (code != "") & ~coded
    village = index.town_key[rows]
    near = 2 * ((village == asked.place) & (asked.place != ""))
    near += (village == asked.town) & (asked.town != "")
    fits = named | inside | (coded & ~elsewhere & ~np.bool_(asked.outside))
    rank = 16 * coded - 16 * contrary + 8 * named + 4 * inside + near
    order = np.flatnonzero(fits)[np.argsort(-rank[fits], kind="stable")]
    for row in rows[~fits][:MOST_CANDIDATES]:
        _remember(asked, index, row, "house" if index.number[row] else "street")
    return rows[order], rank[order]


def _best_of(asked: Asked, look: Lookup, index: AddressIndex, rows: Ints, grade: str) -> Hit | None:
    """Hit among equal addresses; None where they are far apart."""
    rows, rank = _fitting(asked, index, rows)
    if not len(rows):
        return None
    best = rows[rank == rank[0]]
    xy = index.xy[best]
    apart = float(np.hypot(*np.ptp(xy, axis=0)))
    if np.ptp(xy, axis=0).max() > (SAME_PLACE_M if grade == "house" else STREET_M):
        for row in _far_ones(index, best):
            _remember(asked, index, row, grade)
        asked.doubts.append(f"mehrere gleichnamige Adressen, bis {apart / 1000:.1f} km auseinander")
        return None
    away = np.hypot(*(xy - xy.mean(axis=0)).T)
    quality = np.array([" ABR".find(q or "R") for q in index.quality[best]])
    chosen = best[np.lexsort((away, quality))[0]]
    point = shapely.Point(index.xy[chosen])
    shapes = [look.area_shapes[key] for key in asked.area_ids]
    if shapes and min(shape.distance(point) for shape in shapes) > CONTRADICTION_M:
        _remember(asked, index, int(chosen), grade)
        asked.doubts.append("die Adresse liegt weit außerhalb der angegebenen Gemeinde")
        return None
    for row in (r for r in _far_ones(index, rows) if r != chosen):
        _remember(asked, index, row, grade)
    plot = " (Flurstück)" if index.quality[chosen] in ("B", "R") else ""
    doubts = [*_doubts(asked, look, index, chosen)]
    limit = APART_M if grade == "house" else SAME_PLACE_M
    if apart > limit:
        what = "Fundstellen" if grade == "house" else "Teile der Straße"
        doubts.append(f"{what} bis {apart:.0f} m auseinander")
    candidate = Candidate(index.label(chosen), grade, index.source + plot, point)
    note = "; ".join(doubts) or None
    by = index.source + plot if grade == "house" else f"Straße {index.street[chosen]}"
    return Hit(grade, point, by, note, doubtful=bool(doubts), candidates=(candidate,))


def _doubts(asked: Asked, look: Lookup, index: AddressIndex, row: int) -> list[str]:
    """What of the offer's row speaks against an address."""
    doubts = []
    code, theirs = asked.address.postcode, index.postcode[row]
    if code and theirs and code != theirs:
        doubts.append(f"Postleitzahl {code} angegeben, die Adresse hat {theirs}")
    area = index.area_id[row]
    if asked.area_ids and area and area not in asked.area_ids:
        doubts.append(f"liegt in {look.area_names[area]}, nicht in der angegebenen Gemeinde")
    villages = [p.point for name in asked.names("place") for p in look.places.get(name, [])]
    if villages:
        away = min(point.distance(shapely.Point(index.xy[row])) for point in villages)
        if away > NEAR_PLACE_M:
            doubts.append(f"liegt {away / 1000:.0f} km vom angegebenen Ortsteil")
    return doubts


def _far_ones(index: AddressIndex, rows: Ints) -> list[int]:
    """First of those rows that are not near each other."""
    chosen: list[int] = []
    for row in rows[:500]:
        away = index.xy[chosen] - index.xy[row]
        if not len(away) or np.hypot(away[:, 0], away[:, 1]).min() > APART_M:
            chosen.append(int(row))
        if len(chosen) == MOST_CANDIDATES:
            break
    return chosen


def _remember(
    asked: Asked, index: AddressIndex, row: int, grade: str, *, misspelt: bool = False
) -> None:
    """Keep an address for the review list."""
    point = shapely.Point(index.xy[row])
    found = Candidate(index.label(row), grade, index.source, point, misspelt)
    if found not in asked.others:
        asked.others.append(found)


def _remember_misspelt(asked: Asked, look: Lookup) -> None:
    """Keep houses and streets of a similar name; they never are hits that count."""
    if not is_street(asked):
        return
    where = sorted(asked.area_ids) or [asked.address.postcode]
    if not where[0] or any(len(index.rows_of(asked.address.street)) for index in look.sources):
        return
    for index in look.sources:
        rows = index.rows_like(asked.address.street, where)
        rows = rows[np.isin(index.area_id[rows], where) | np.isin(index.postcode[rows], where)]
        same = rows[index.number[rows] == asked.address.house]
        near = _nearest_number(index, rows, asked.address.number) if len(rows) else None
        found = same if len(same) else rows if near is None else near
        for row in _far_ones(index, found)[:2]:
            _remember(asked, index, row, "house" if len(same) else "street", misspelt=True)


# Stops ------------------------------------------------------------------------------------------


def by_stop(asked: Asked, look: Lookup) -> Hit | None:
    """Stop that bears the venue's name: "Rathaus", Bockhorn -> stop "Rathaus, Bockhorn".

    For "Hauptstraße 5" the stop "Hauptstraße" will do, with a note.
    """
    parts = [part for part in re.split(r"[,;\n]", asked.text) if part.strip()]
    for text in dict.fromkeys([asked.text, *parts, asked.address.street, asked.venue]):
        venue = normalise(text).split()
        hit = _stop_called(set(venue), asked, look)
        if hit is not None:
            return hit
        street = [word for word in venue if not word[0].isdigit()]
        hit = None if street == venue else _stop_called(set(street), asked, look)
        if hit is not None:
            return hit._replace(note=NO_HOUSE_AT_STOP, doubtful=True)
    return None


def _stop_called(venue: set[str], asked: Asked, look: Lookup) -> Hit | None:
    """Stop with these words and none that the row does not name, in the right place."""
    around = {w for name in asked.names("town", "place", "municipality") for w in name.split()}
    if not venue or not around:
        return None
    found = [
        stop
        for stop in look.stops_with(venue)
        if stop.words <= venue | around and stop.words & around
    ]
    if not found:
        return None
    named = look.shape_named(*asked.names("municipality", "town")) or look.surroundings
    found = [stop for stop in found if stop.point.distance(named) <= CONTRADICTION_M]
    villages = [p.point for name in asked.names("place") for p in look.places.get(name, [])]
    if villages:
        near = shapely.MultiPoint(villages)
        found = [stop for stop in found if stop.point.distance(near) <= NEAR_PLACE_M]
    if not found:
        return None
    by = f"Haltestelle {found[0].name}"
    every = [Candidate(f"Haltestelle {s.name}", "stop", "Haltestellen", s.point) for s in found]
    return _one_point("stop", every, by, asked)


# Coarse -----------------------------------------------------------------------------------------


def by_place(asked: Asked, look: Lookup) -> Hit | None:
    """Ortsteil from the gazetteer, in the municipality that the row names."""
    stated = {n for n in asked.names("municipality", "town") if n in look.area_of_name}
    keys = {look.area_of_name[name] for name in stated}
    for name in asked.names("place", "town"):
        if name in look.area_of_name:
            continue
        elsewhere = {*asked.names("municipality", "town")} - {name}
        if not stated and elsewhere:
            continue
        inside = [p for p in look.places.get(name, []) if p.area_id]
        inside = [p for p in inside if p.area_id in keys] if stated else inside
        hit = _one_point("place", _of_places(inside, look), "", asked) if inside else None
        if hit is not None:
            note = "Straße nicht gefunden: auf den Ortsteil gelegt" if asked.text else None
            by = f"Ortsteil {inside[0].name}"
            return hit._replace(located_by=by, note=note, doubtful=True)
    return None


def _of_places(places: Sequence[Place], look: Lookup) -> list[Candidate]:
    """Candidates of villages."""
    found = []
    for place in places:
        area = look.area_names.get(place.area_id, "")
        label = f"Ortsteil {place.name}" + (f", {area}" if area else "")
        found.append(Candidate(label, "place", "Ortsverzeichnis", place.point))
    return found


def by_municipality(asked: Asked, look: Lookup) -> Hit | None:
    """Centre of the municipality, or of a town outside: too coarse to be counted."""
    note = f"nur die Gemeinde ist bekannt: {NOT_COUNTED}"
    for name in asked.names("municipality", "town"):
        point, by = None, ""
        if name in look.places:
            point, by = look.places[name][0].point, f"Ort {look.places[name][0].name}"
        elif name in look.area_of_name:
            key = look.area_of_name[name]
            point = look.area_shapes[key].representative_point()
            by = f"Gemeinde {look.area_names[key]}"
        if point is not None:
            here = Candidate(by, "municipality", "Gemeinden", point)
            return Hit(
                "municipality", point, by, note, doubtful=True, counted=False, candidates=(here,)
            )
    return None


def _one_point(grade: str, found: list[Candidate], located_by: str, asked: Asked) -> Hit | None:
    """Hit in the middle, if all candidates are at the same place."""
    xy = np.array([(c.point.x, c.point.y) for c in found]).reshape(-1, 2)
    if np.ptp(xy, axis=0).max() > SAME_PLACE_M:
        asked.others += found[:MOST_CANDIDATES]
        return None
    point = shapely.Point(xy.mean(axis=0))
    return Hit(grade, point, located_by, candidates=(found[0]._replace(point=point),))


def is_street(asked: Asked) -> bool:
    """Whether the row names a street, with or without a number."""
    return bool(asked.address.number) or sounds_like_street(asked.address.street)


def _joined(*notes: str | None) -> str | None:
    """Notes as one text."""
    return "; ".join(note for note in notes if note) or None
