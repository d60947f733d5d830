"""Where an offer is: given coordinates, address file, stops, places, municipality.

Every hit has a grade. An offer that is placed no better than its municipality is not counted.
Nothing is looked up on the net.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_integration.frames import COUNTED_GRADES, OFFERS, STOPS, check_frame
from geo_integration.inputs.tables import FaultList, cell, number, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

FAR_M = 60_000.0
CONTRADICTION_M = 2_000.0
SAME_PLACE_M = 1_000.0
NEAR_PLACE_M = 3_000.0
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_RANGE = re.compile(r"(\d+\s*[a-z]?)\s*[-–/]\s*\d+\s*[a-z]?\s*$", re.IGNORECASE)


class Gazetteer(NamedTuple):
    """Everything that a place can be found by; geometries in the county's CRS."""

    areas: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame | None

    @property
    def county(self) -> BaseGeometry:
        """Outline of the county."""
        outline: BaseGeometry = self.areas.geometry.union_all()
        return outline


class Hit(NamedTuple):
    """A located offer."""

    grade: str
    point: shapely.Point | None
    located_by: str | None
    note: str | None


ONLINE = Hit("none", None, None, "findet online statt: niemand muss hinfahren")


def normalise(text: str | None) -> str:
    """Make spellings alike: "Mühlenstr. 12 a" and "Muehlenstraße 12a" become the same."""
    plain = unicodedata.normalize("NFC", text or "").lower().translate(_UMLAUTS)
    plain = re.sub(r"str(?:\.|asse\b|\b)", "strasse ", plain)
    plain = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    return re.sub(r"(\d) ([a-z])\b", r"\1\2", plain)


def read_addresses(path: Path, crs: str, faults: FaultList) -> gpd.GeoDataFrame:
    """Read the county's address file: street, house_number, municipality, lon, lat, postcode.

    Returns
    -------
    GeoDataFrame
        Columns `key` (normalised street, number, municipality) and point geometry in `crs`.
    """
    table = read_table(path, ["street", "house_number", "municipality", "lon", "lat"])
    lon, lat = table["lon"].map(number), table["lat"].map(number)
    good = lon.between(-180, 180) & lat.between(-90, 90)
    for row in table.index[~good]:
        message = "Adresse ohne brauchbare Koordinaten"
        faults.note(path.name, row, "lon/lat", cell(table, row, "lon"), message, rejected=True)
    table = table[good]
    parts = zip(table["street"], table["house_number"], table["municipality"], strict=True)
    keys = ["|".join((normalise(f"{s} {n}"), normalise(m))) for s, n, m in parts]
    points = gpd.points_from_xy(lon[good], lat[good], crs="EPSG:4326")
    return gpd.GeoDataFrame({"key": keys}, geometry=points).to_crs(crs)


def read_stops(path: Path, crs: str, faults: FaultList) -> gpd.GeoDataFrame:
    """Read a list of stops to find venues by: stop_id, name, lat, lon."""
    table = read_table(path, ["stop_id", "name", "lat", "lon"])
    lon, lat = table["lon"].map(number), table["lat"].map(number)
    good = lon.between(-180, 180) & lat.between(-90, 90) & table["name"].notna()
    good &= ~table["stop_id"].duplicated() & table["stop_id"].notna()
    for row in table.index[~good]:
        message = "Haltestelle doppelt oder ohne brauchbare Koordinaten"
        faults.note(path.name, row, "stop_id", cell(table, row, "stop_id"), message, rejected=True)
    points = gpd.points_from_xy(lon[good], lat[good], crs="EPSG:4326")
    stops = gpd.GeoDataFrame(table.loc[good, ["stop_id", "name"]], geometry=points).to_crs(crs)
    check_frame(stops, STOPS, crs=crs)
    return stops.reset_index(drop=True)


def locate_offers(
    offers: pd.DataFrame, gazetteer: Gazetteer, crs: str, faults: FaultList, *, file: str
) -> gpd.GeoDataFrame:
    """Locate every offer.

    Parameters
    ----------
    offers : DataFrame
        From `read_offers`: text columns street, place, town, municipality; lat, lon in degrees.
    gazetteer : Gazetteer
        What the county folder holds.
    crs : str
        The county's metric CRS.
    faults : FaultList
        Gets every doubt.
    file : str
        Name of the offers' file, for messages.

    Returns
    -------
    GeoDataFrame
        OFFERS, sorted by id. Not counted: grade municipality or none, and online offers.
    """
    kept = offers.reset_index(drop=True)
    online = _is_online(kept)
    hits = [
        ONLINE if at_home else _locate(offer, gazetteer, crs)
        for at_home, (_, offer) in zip(online, kept.iterrows(), strict=True)
    ]
    for offer, hit in zip(kept.itertuples(), hits, strict=True):
        if hit.note and hit is not ONLINE:
            parts = (offer.street, offer.place, offer.town, offer.municipality)
            found = ", ".join(dict.fromkeys(str(part) for part in parts if part)) or None
            faults.note(file, int(str(offer.row)), "Adresse", found, f"{offer.name}: {hit.note}")
    located = gpd.GeoDataFrame(kept, geometry=[hit.point for hit in hits], crs=crs)
    located["grade"] = [hit.grade for hit in hits]
    located["located_by"] = [hit.located_by for hit in hits]
    located["location_note"] = [hit.note for hit in hits]
    located["counted"] = located["grade"].isin(COUNTED_GRADES)
    located["area_id"] = _area_of(located.geometry, gazetteer.areas)
    located = located.sort_values("offer_id", ignore_index=True)
    check_frame(located, OFFERS, crs=crs)
    return located


def _is_online(offers: pd.DataFrame) -> pd.Series:
    """Offers that nobody has to travel to."""
    return offers["format"].fillna("").str.strip().str.lower().eq("online")


def _area_of(points: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> list[str | None]:
    """Municipality that holds each point."""
    found: list[str | None] = [None] * len(points)
    present = np.flatnonzero(points.notna())
    at = areas.sindex.query(points.iloc[present].array, predicate="intersects")
    for point, area in zip(present[at[0]], areas["area_id"].to_numpy()[at[1]], strict=True):
        found[point] = found[point] or str(area)
    return found


def _locate(offer: pd.Series, gazetteer: Gazetteer, crs: str) -> Hit:
    """Best hit for one offer."""
    doubts: list[str] = []
    point = _given_point(offer, gazetteer, crs, doubts)
    if point is not None:
        return Hit("given", point, "Koordinaten", None)
    finders = (_by_address, _by_stop, _by_place, _by_municipality)
    for finder in finders:
        hit = finder(offer, gazetteer)
        if hit is not None:
            notes = "; ".join([*doubts, *([hit.note] if hit.note else [])])
            return hit._replace(note=notes or None)
    doubts.append("Adresse nicht gefunden: das Angebot wird nicht gezählt")
    return Hit("none", None, None, "; ".join(doubts))


def _given_point(
    offer: pd.Series, gazetteer: Gazetteer, crs: str, doubts: list[str]
) -> shapely.Point | None:
    """Coordinates from the workbook, unless they contradict the rest of the row."""
    lat, lon = offer["lat"], offer["lon"]
    if pd.isna(lat) and pd.isna(lon):
        return None
    if pd.isna(lat) or pd.isna(lon):
        doubts.append("nur eine der beiden Koordinaten ist angegeben; nicht verwendet")
        return None
    county = gazetteer.county
    point = _project(lon, lat, crs)
    if point is None or county.distance(point) > FAR_M:
        swapped = _project(lat, lon, crs)
        if swapped is not None and county.distance(swapped) <= FAR_M:
            what = "Breite und Länge sind vertauscht"
        else:
            what = "liegen mehr als 60 km vom Landkreis entfernt"
        doubts.append(f"Koordinaten {lat:g}, {lon:g}: {what}; nicht verwendet, bitte berichtigen")
        return None
    named = _named_area(offer, gazetteer)
    if named is not None and (away := named.distance(point)) > CONTRADICTION_M:
        doubts.append(
            f"Koordinaten {lat:g}, {lon:g} liegen {away / 1000:.0f} km außerhalb der angegebenen "
            f"Gemeinde; nicht verwendet, bitte prüfen"
        )
        return None
    return point


def _project(lon: float, lat: float, crs: str) -> shapely.Point | None:
    """Degrees to the county's CRS; None outside the globe."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    point = gpd.GeoSeries.from_xy([lon], [lat], crs="EPSG:4326").to_crs(crs).iloc[0]
    return point if np.isfinite(shapely.get_coordinates(point)).all() else None


def _names(offer: pd.Series, *columns: str) -> list[str]:
    """Normalised texts of those columns that are filled."""
    return [name for c in columns if (name := normalise(offer[c]))]


def _named_area(offer: pd.Series, gazetteer: Gazetteer) -> BaseGeometry | None:
    """Polygon of the municipality that the row names, or a disc for a town outside."""
    areas = {
        normalise(n): g
        for n, g in zip(gazetteer.areas["name"], gazetteer.areas.geometry, strict=True)
    }
    places = {
        normalise(n): g.buffer(10_000)
        for n, a, g in zip(
            gazetteer.places["name"],
            gazetteer.places["area_id"],
            gazetteer.places.geometry,
            strict=True,
        )
        if a is None or pd.isna(a)
    }
    shapes: dict[str, BaseGeometry] = places | areas
    return next((shapes[n] for n in _names(offer, "municipality", "town") if n in shapes), None)


def _by_address(offer: pd.Series, gazetteer: Gazetteer) -> Hit | None:
    """House in the county's address file."""
    if gazetteer.addresses is None or not offer["street"]:
        return None
    house = normalise(_RANGE.sub(r"\1", offer["street"]))
    keys = [f"{house}|{m}" for m in _names(offer, "municipality", "town")[:1]]
    found = gazetteer.addresses[gazetteer.addresses["key"].isin(keys)]
    return _one_point("house", found.geometry, "Adressdatei")


def _by_stop(offer: pd.Series, gazetteer: Gazetteer) -> Hit | None:
    """Stop that bears the venue's name: "Rathaus", Bockhorn -> stop "Rathaus, Bockhorn".

    For "Hauptstraße 5" the stop "Hauptstraße" will do, with a note.
    """
    venue = normalise(offer["street"]).split()
    street = [word for word in venue if not word[0].isdigit()]
    hit = _stop_called(set(venue), offer, gazetteer)
    if hit is None and street != venue:
        hit = _stop_called(set(street), offer, gazetteer)
        if hit is not None:
            note = "Hausnummer nicht gefunden: auf die Haltestelle gleichen Namens gelegt"
            return hit._replace(note=note)
    return hit


def _stop_called(venue: set[str], offer: pd.Series, gazetteer: Gazetteer) -> Hit | None:
    """Stop with these words and none that the row does not name, in the right place."""
    around = {w for name in _names(offer, "town", "place", "municipality") for w in name.split()}
    if not venue or not around:
        return None
    fits = [
        venue <= words and words <= venue | around and bool(words & around)
        for words in (set(normalise(name).split()) for name in gazetteer.stops["name"])
    ]
    found = gazetteer.stops[fits]
    named = _named_area(offer, gazetteer)
    named = gazetteer.county.buffer(FAR_M) if named is None else named
    found = found[found.geometry.distance(named) <= CONTRADICTION_M]
    around_place = _place_points(offer, gazetteer)
    if len(around_place):
        found = found[found.geometry.distance(around_place.union_all()) <= NEAR_PLACE_M]
    if found.empty:
        return None
    return _one_point("stop", found.geometry, f"Haltestelle {found['name'].iloc[0]}")


def _place_points(offer: pd.Series, gazetteer: Gazetteer) -> gpd.GeoSeries:
    """Points of the Ortsteil that the row names."""
    names = _names(offer, "place")
    return gazetteer.places.geometry[gazetteer.places["name"].map(normalise).isin(names)]


def _by_place(offer: pd.Series, gazetteer: Gazetteer) -> Hit | None:
    """Ortsteil from the gazetteer, in the municipality that the row names."""
    areas = dict(
        zip(gazetteer.areas["area_id"], gazetteer.areas["name"].map(normalise), strict=True)
    )
    stated = set(_names(offer, "municipality", "town")) & set(areas.values())
    for name in _names(offer, "place", "town"):
        if name in areas.values():
            continue
        elsewhere = set(_names(offer, "municipality", "town")) - {name}
        if not stated and elsewhere:
            continue
        same = gazetteer.places[gazetteer.places["name"].map(normalise) == name]
        inside = same[same["area_id"].map(areas).isin(stated)] if stated else same
        inside = inside[inside["area_id"].notna()]
        if len(inside):
            note = "Straße nicht gefunden: auf den Ortsteil gelegt" if offer["street"] else None
            hit = _one_point("place", inside.geometry, f"Ortsteil {inside['name'].iloc[0]}")
            if hit is not None:
                return hit._replace(note=note)
    return None


def _by_municipality(offer: pd.Series, gazetteer: Gazetteer) -> Hit | None:
    """Centre of the municipality, or of a town outside: too coarse to be counted."""
    note = "nur die Gemeinde ist bekannt: das Angebot wird nicht gezählt"
    for name in _names(offer, "municipality", "town"):
        same = gazetteer.places[gazetteer.places["name"].map(normalise) == name]
        if len(same):
            where = f"Ort {same['name'].iloc[0]}"
            return Hit("municipality", same.geometry.iloc[0], where, note)
        area = gazetteer.areas[gazetteer.areas["name"].map(normalise) == name]
        if len(area):
            where = f"Gemeinde {area['name'].iloc[0]}"
            return Hit("municipality", area.geometry.iloc[0].representative_point(), where, note)
    return None


def _one_point(grade: str, points: Iterable[shapely.Point], located_by: str) -> Hit | None:
    """Hit, if all candidates are at the same place."""
    xy = np.array([(p.x, p.y) for p in points]).reshape(-1, 2)
    if not len(xy) or np.ptp(xy, axis=0).max() > SAME_PLACE_M:
        return None
    return Hit(grade, shapely.Point(xy.mean(axis=0)), located_by, None)
