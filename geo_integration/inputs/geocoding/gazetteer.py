"""What is found where: municipalities, villages, stops and addresses, indexed once."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo_integration.inputs.geocoding.addresses import (
    loose_key,
    normalise,
    postcode,
    street_key,
    town_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Floats = NDArray[np.float64]

TOWN_RADIUS_M = 10_000.0
_DIGITS = re.compile(r"\d+")
# Least likeness of a street's name that is taken to be misspelt, and how much less like it the
# next one must be. Measured on 1,319 names of real German streets and stops (docs/geocoding.md):
# 99 of 100 names with one wrong letter are found, and none is taken for another.
ALIKE, CLEARLY = 0.82, 0.05


class Gazetteer(NamedTuple):
    """Everything that a place can be found by; geometries in the county's CRS.

    `addresses` and `osm` are ADDRESSES (see `address_files`), of the county's own file and of an
    OpenStreetMap extract.
    """

    areas: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame | None
    osm: gpd.GeoDataFrame | None = None

    @property
    def county(self) -> BaseGeometry:
        """Outline of the county."""
        outline: BaseGeometry = self.areas.geometry.union_all()
        return outline


class Place(NamedTuple):
    """A village of the gazetteer; `area_id` is "" outside the county."""

    name: str
    area_id: str
    point: shapely.Point


class Stop(NamedTuple):
    """A stop, and the words of its name."""

    name: str
    words: frozenset[str]
    point: shapely.Point


class Lookup:
    """A gazetteer whose names are normalised and indexed.

    Parameters
    ----------
    gazetteer : Gazetteer
        What the county folder holds.
    crs : str
        The county's metric CRS.
    """

    def __init__(self, gazetteer: Gazetteer, crs: str) -> None:
        self.crs = crs
        self.areas = gazetteer.areas
        self.county = gazetteer.county
        shapely.prepare(self.county)
        self.area_names = dict(
            zip(gazetteer.areas["area_id"], gazetteer.areas["name"], strict=True)
        )
        self.area_shapes: dict[str, BaseGeometry] = dict(
            zip(gazetteer.areas["area_id"], gazetteer.areas.geometry, strict=True)
        )
        self.area_of_name = {town_key(name): key for key, name in self.area_names.items()}
        self.places: dict[str, list[Place]] = {}
        table = gazetteer.places
        for name, key, point in zip(table["name"], table["area_id"], table.geometry, strict=True):
            place = Place(name, "" if key is None or pd.isna(key) else str(key), point)
            self.places.setdefault(town_key(name), []).append(place)
        self.stops: list[Stop] = []
        self._stops_of_word: dict[str, list[int]] = {}
        for name, point in zip(gazetteer.stops["name"], gazetteer.stops.geometry, strict=True):
            words = frozenset(normalise(name).split())
            for word in words:
                self._stops_of_word.setdefault(word, []).append(len(self.stops))
            self.stops.append(Stop(name, words, point))
        self.addresses = self._indexed(gazetteer.addresses, "Adressdatei")
        self.osm = self._indexed(gazetteer.osm, "OpenStreetMap")

    @cached_property
    def towns(self) -> frozenset[str]:
        """Names of municipalities and villages, as `town_key` has them."""
        return frozenset(self.area_of_name) | frozenset(self.places)

    @cached_property
    def surroundings(self) -> BaseGeometry:
        """Where an offer of the county may be: up to 60 km around it."""
        around: BaseGeometry = self.county.buffer(60_000.0)
        return around

    @property
    def sources(self) -> list[AddressIndex]:
        """The address files there are, best first."""
        return [index for index in (self.addresses, self.osm) if index is not None]

    def stops_with(self, words: set[str]) -> list[Stop]:
        """Stops whose names have all of these words."""
        if not words:
            return []
        rarest = min(words, key=lambda word: len(self._stops_of_word.get(word, [])))
        every = [self.stops[i] for i in self._stops_of_word.get(rarest, [])]
        return [stop for stop in every if words <= stop.words]

    def shape_named(self, *names: str) -> BaseGeometry | None:
        """Polygon of the first name that is a municipality, or disc around a town outside."""
        for name in names:
            if name in self.area_of_name:
                return self.area_shapes[self.area_of_name[name]]
            outside = [place for place in self.places.get(name, []) if not place.area_id]
            if outside:
                disc: BaseGeometry = outside[-1].point.buffer(TOWN_RADIUS_M)
                return disc
        return None

    def areas_named(self, *names: str) -> frozenset[str]:
        """Municipalities that the first known name stands for: its own, or those of a village."""
        for name in names:
            if name in self.area_of_name:
                return frozenset([self.area_of_name[name]])
            inside = frozenset(place.area_id for place in self.places.get(name, []))
            if inside - {""}:
                return inside - {""}
        return frozenset()

    def areas_of(self, points: gpd.GeoSeries) -> list[str | None]:
        """Municipality that holds each point."""
        found: list[str | None] = [None] * len(points)
        present = np.flatnonzero(points.notna())
        at = self.areas.sindex.query(points.iloc[present].array, predicate="intersects")
        keys = self.areas["area_id"].to_numpy()
        for point, area in zip(present[at[0]], keys[at[1]], strict=True):
            found[point] = found[point] or str(area)
        return found

    def _indexed(self, table: gpd.GeoDataFrame | None, source: str) -> AddressIndex | None:
        """Index of an address file; its municipalities are told by keys, else by position."""
        if table is None or table.empty:
            return None
        known = table["area_id"].isin(self.area_names)
        if not known.all():
            by_place = [key or "" for key in self.areas_of(table.geometry)]
            table = table.assign(area_id=table["area_id"].where(known, by_place))
        return AddressIndex(table, source, self.area_names)


class AddressIndex:
    """One address file, found by street.

    Parameters
    ----------
    table : GeoDataFrame
        ADDRESSES with `area_id` of the county, or "".
    source : str
        What the file is called in messages.
    area_names : dict of str to str
        Names of municipalities, by key.
    """

    def __init__(self, table: gpd.GeoDataFrame, source: str, area_names: dict[str, str]) -> None:
        self.source = source
        self.street = table["street"].to_numpy(object)
        self.number = table["number"].to_numpy(object)
        self.quality = table["quality"].to_numpy(object)
        self.town = table["town"].to_numpy(object)
        self.area_id = table["area_id"].to_numpy(object)
        self.postcode = np.array([postcode(code) for code in table["postcode"]], object)
        self.municipality = np.array([town_key(name) for name in table["municipality"]], object)
        self.town_key = np.array([town_key(name) for name in self.town], object)
        self.xy: Floats = shapely.get_coordinates(table.geometry)
        self.area_names = area_names
        self._rows: dict[str, NDArray[np.int64]] = {}
        self._of_loose: dict[str, list[str]] = {}
        keys = pd.Series([street_key(name) for name in self.street], dtype=object)
        for key, rows in keys.groupby(keys).indices.items():
            if key:
                self._rows[str(key)] = np.asarray(rows, np.int64)
                self._of_loose.setdefault(loose_key(self.street[rows[0]]), []).append(str(key))
        self._names: dict[str, list[str]] = {}
        self._alike: dict[tuple[str, str], list[str]] = {}

    def rows_of(self, street: str) -> NDArray[np.int64]:
        """Rows of a street of this name, however it is spelt."""
        exact = self._rows.get(street_key(street))
        if exact is not None:
            return exact
        return self._joined(self._of_loose.get(loose_key(street), []))

    def rows_like(self, street: str, where: Iterable[str]) -> NDArray[np.int64]:
        """Rows of the streets with the most similar name in these municipalities or postcodes.

        Parameters
        ----------
        street : str
            Name that is in no row.
        where : iterable of str
            Keys of municipalities, or postcodes.

        Returns
        -------
        array of int
            Rows; of none, where no name is similar enough, or two are about equally similar.
        """
        key = loose_key(street)
        if len(key) < 4:
            return self._joined([])
        names = {name for part in where for name in self._like(key, part)}
        found = sorted(((OSA.normalized_similarity(key, n), n) for n in names), reverse=True)
        best = {name for alike, name in found if alike > found[0][0] - CLEARLY}
        if len(best) != 1:
            return self._joined([])
        return self._joined(self._of_loose[best.pop()])

    def _like(self, key: str, part: str) -> list[str]:
        """Names of streets in one municipality, or of one postcode, that are similar enough."""
        if (key, part) not in self._alike:
            names = self._names_in(part)
            ratio = OSA.normalized_similarity
            hits = process.extract(key, names, scorer=ratio, score_cutoff=ALIKE, limit=4)
            # Kreisstraße 11 is no misspelt Kreisstraße 12.
            digits = _DIGITS.findall(key)
            same = [name for name, _, _ in hits if _DIGITS.findall(name) == digits]
            self._alike[key, part] = same
        return self._alike[key, part]

    def _names_in(self, part: str) -> list[str]:
        """Loose keys of all streets in one municipality, or of one postcode."""
        if part not in self._names:
            inside = (self.area_id == part) | (self.postcode == part)
            keys = {loose_key(name) for name in pd.unique(self.street[inside])}
            self._names[part] = sorted(keys - {""})
        return self._names[part]

    def _joined(self, keys: list[str]) -> NDArray[np.int64]:
        """Rows of several streets."""
        rows = [self._rows[key] for key in keys]
        return np.concatenate(rows) if rows else np.empty(0, np.int64)

    def label(self, row: int) -> str:
        """An address as a person reads it."""
        house = " ".join(part for part in (self.street[row], self.number[row]) if part)
        area = self.area_names.get(self.area_id[row], "") or self.municipality[row].title()
        place = " ".join(part for part in (self.postcode[row], area) if part)
        town = self.town[row]
        extra = f" ({town})" if town and town_key(town) != town_key(area) else ""
        return ", ".join(part for part in (house, place) if part) + extra
