"""Municipalities, stops and places of the sample county."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import MultiPolygon, Polygon, mapping, shape

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

METRIC_CRS = "EPSG:25832"
GEOGRAPHIC_CRS = "EPSG:4326"
LAND_WITH_STRUCTURE = 4
COORDINATE_DECIMALS = 5
NEIGHBOUR_BUFFER_M = 5_000.0
DUPLICATE_STOP_M = 200.0
NAME_LIMIT = 50
RING_POINTS = 4
SUFFIXES = (
    "Bockhorn (Jadebusen)",
    "Friedeburg (Ostfriesland)",
    "Wilhelmshaven",
    "Wittmund",
    "Zetel",
    "Jade",
    "Uplengen",
    "Ovelgönne",
    "Neuharlingersiel",
)
ADDITIONS = re.compile(r" \((Jadebusen|Ostfriesland)\)$")
WRONG_LABELS = {
    "Heidmühle(Schortens) Klosterweg/Östringfelde, Frie": "Klosterweg/Östringfelde, Schortens"
}
PLACE_NAMES = {
    "Grafschaft(Friesl)": "Grafschaft",
    "Steinhausen(Bockhorn)": "Steinhausen",
    "Wüppelser": "Wüppelser Altendeich",
}
SEATS_WITHOUT_OWN_NAME = {"Wangerland": "Hohenkirchen"}
VILLAGE_FROM_RESIDENTS = 500
TOWN_FROM_RESIDENTS = 10_000
ISLAND_STATION_ID = "modell-wangerooge-bahnhof"


def read_municipalities(path: Path) -> gpd.GeoDataFrame:
    """Read the land areas of the municipalities.

    Parameters
    ----------
    path : Path
        VG250 extract as GeoJSON in EPSG:4326; nested feature collections are flattened.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per municipality, sorted by key: ``ags``, ``name``, ``type`` and
        ``geometry`` (EPSG:4326, rounded to five decimals).
    """
    found = [
        feature
        for feature in _flatten(json.loads(path.read_text(encoding="utf-8")))
        if feature["properties"]["GF"] == LAND_WITH_STRUCTURE
    ]
    rows = [
        {
            "ags": str(feature["properties"]["AGS"]),
            "name": str(feature["properties"]["GEN"]),
            "type": str(feature["properties"]["BEZ"]),
            "geometry": _rounded(shape(feature["geometry"])),
        }
        for feature in found
    ]
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=GEOGRAPHIC_CRS)
    return frame.dissolve(by="ags", as_index=False).sort_values("ags", ignore_index=True)[
        ["ags", "name", "type", "geometry"]
    ]


def write_municipalities(municipalities: gpd.GeoDataFrame, path: Path) -> None:
    """Write the municipalities as compact GeoJSON, one feature per line."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {"ags": row.ags, "name": row.name, "type": row.type},
                "geometry": mapping(row.geometry),
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row in municipalities.itertuples(index=False)
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def read_stops(
    path: Path, municipalities: gpd.GeoDataFrame, station_table: Path
) -> gpd.GeoDataFrame:
    """Read the stops of the county and its neighbourhood.

    Parameters
    ----------
    path : Path
        Flattened extract of db-hafas-stations.
    municipalities : geopandas.GeoDataFrame
        Land areas, EPSG:4326.
    station_table : Path
        Railway stations of the facts sheet; those that the extract lacks are added.

    Returns
    -------
    geopandas.GeoDataFrame
        ``stop_id``, ``name``, ``lat``, ``lon``, ``ags`` (empty outside the county),
        ``suffix`` (name of the municipality as the label has it), point geometry in
        EPSG:25832, sorted by ``stop_id``. The whole extract; see ``near_county``.
    """
    raw = pd.read_csv(path, dtype={"id": str, "products": str})
    table = pd.DataFrame(
        {
            "stop_id": raw["id"],
            "name": raw["name"].map(_full_name),
            "lat": raw["lat"].round(6),
            "lon": raw["lon"].round(6),
            "served": raw["products"].notna(),
        }
    )
    missing = _missing_stations(station_table, set(table["stop_id"]))
    table = pd.concat([table, missing, _island_station(station_table.parent)], ignore_index=True)
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=GEOGRAPHIC_CRS)
    stops = gpd.GeoDataFrame(table, geometry=points)
    joined = stops.sjoin(municipalities[["ags", "geometry"]], how="left", predicate="within")
    stops["ags"] = joined["ags"].groupby(level=0).first().fillna("")
    stops["suffix"] = stops["name"].str.rsplit(", ", n=1).str[-1]
    stops = stops.to_crs(METRIC_CRS)
    return _without_duplicates(stops).sort_values("stop_id", ignore_index=True)


def near_county(
    stops: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, used: set[str]
) -> gpd.GeoDataFrame:
    """Keep the stops within five kilometres of the county and those the timetable uses."""
    county = municipalities.to_crs(METRIC_CRS).union_all()
    near = stops.geometry.distance(county) <= NEIGHBOUR_BUFFER_M
    return stops[near | stops["stop_id"].isin(used)].reset_index(drop=True)


def build_places(
    facts: Path, municipalities: gpd.GeoDataFrame, sizes: dict[tuple[str, str], int]
) -> pd.DataFrame:
    """Build the gazetteer of towns, villages and hamlets.

    Parameters
    ----------
    facts : Path
        Folder of the facts sheet.
    municipalities : geopandas.GeoDataFrame
        Land areas, EPSG:4326.
    sizes : dict
        Guessed residents by (municipality, place).

    Returns
    -------
    pandas.DataFrame
        ``name``, ``area_id``, ``lat``, ``lon``, ``kind``, ``municipality``, ``guess``
        (residents, guessed; 0 outside); towns first, then by municipality and name.
    """
    by_name = dict(zip(municipalities["name"], municipalities["ags"], strict=True))
    parts = [
        _town_rows(facts, by_name),
        _village_rows(facts, by_name),
        _outside_rows(facts, by_name),
    ]
    places = pd.concat(parts, ignore_index=True).drop_duplicates(["name", "area_id"], keep="first")
    places["guess"] = [
        sizes.get((municipality, name), 0)
        for municipality, name in zip(places["municipality"], places["name"], strict=True)
    ]
    places.loc[(places["kind"] == "") & (places["guess"] >= VILLAGE_FROM_RESIDENTS), "kind"] = (
        "village"
    )
    places.loc[places["kind"] == "", "kind"] = "hamlet"
    order = {"town": 0, "village": 1, "hamlet": 2}
    places["rank"] = places["kind"].map(order)
    places["outside"] = places["area_id"] == ""
    places = places.sort_values(["outside", "rank", "area_id", "name"], ignore_index=True)
    return places.drop(columns=["rank", "outside"])


def _flatten(node: dict[str, Any]) -> list[dict[str, Any]]:
    """List the features of a collection whose members may be collections."""
    if node["type"] == "Feature":
        return [node]
    return [feature for member in node["features"] for feature in _flatten(member)]


def _rounded(geometry: BaseGeometry) -> BaseGeometry:
    """Round every vertex alike, so that shared borders stay shared."""
    parts = []
    for polygon in getattr(geometry, "geoms", [geometry]):
        rings = [_rounded_ring(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
        parts.append(Polygon(rings[0], [ring for ring in rings[1:] if len(ring) >= RING_POINTS]))
    result: BaseGeometry = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return result if result.is_valid else result.buffer(0)


def _rounded_ring(coords: Iterable[tuple[float, ...]]) -> list[tuple[float, float]]:
    """Round a ring and drop vertices that fall together."""
    points = [(round(x, COORDINATE_DECIMALS), round(y, COORDINATE_DECIMALS)) for x, y, *_ in coords]
    return [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]


def _full_name(name: str) -> str:
    """Complete a municipality cut at fifty characters, and drop "(Jadebusen)" and the like."""
    if name in WRONG_LABELS:
        return WRONG_LABELS[name]
    if ", " not in name:
        return name
    head, tail = name.rsplit(", ", 1)
    if len(name) >= NAME_LIMIT - 1:
        fits = [suffix for suffix in SUFFIXES if suffix.startswith(tail)]
        tail = fits[0] if len(fits) == 1 else tail
    return f"{head}, {ADDITIONS.sub('', tail)}"


def _missing_stations(path: Path, known: set[str]) -> pd.DataFrame:
    """Read the stations of the facts sheet that the extract does not hold."""
    table = pd.read_csv(path, dtype={"id": str})
    table = table[~table["id"].isin(known)]
    return pd.DataFrame(
        {
            "stop_id": table["id"],
            "name": table["name"],
            "lat": table["lat"],
            "lon": table["lon"],
            "served": True,
        }
    )


def _island_station(facts: Path) -> pd.DataFrame:
    """Place the terminus of the island railway, which the extract lacks, at the village."""
    table = pd.read_csv(facts / "places_geonames_cities500.csv")
    village = table[table["name"] == "Nordseeheilbad Wangerooge"].iloc[0]
    return pd.DataFrame(
        [
            {
                "stop_id": ISLAND_STATION_ID,
                "name": "Wangerooge Bahnhof",
                "lat": float(village["lat"]),
                "lon": float(village["lon"]),
                "served": True,
            }
        ]
    )


def _without_duplicates(stops: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep one of several records of the same stop (same first part, close together)."""
    ordered = stops.assign(
        head=stops["name"].str.rsplit(", ", n=1).str[0],
        number=pd.to_numeric(stops["stop_id"], errors="coerce"),
    ).sort_values(["served", "number"], ascending=[False, True])
    kept: dict[str, list[BaseGeometry]] = {}
    keep = []
    for row in ordered.itertuples():
        near = [p for p in kept.get(row.head, []) if p.distance(row.geometry) <= DUPLICATE_STOP_M]
        if not near:
            kept.setdefault(row.head, []).append(row.geometry)
            keep.append(row.Index)
    return stops.loc[keep]


def _town_rows(facts: Path, by_name: dict[str, str]) -> pd.DataFrame:
    """Centres of the municipalities: from GeoNames where it has the town."""
    table = pd.read_csv(facts / "places_geonames_cities500.csv")
    table["name"] = table["name"].replace({"Nordseeheilbad Wangerooge": "Wangerooge"})
    table = table[table["name"].isin(by_name)]
    return pd.DataFrame(
        {
            "name": table["name"],
            "area_id": table["name"].map(by_name),
            "lat": table["lat"],
            "lon": table["lon"],
            "kind": "town",
            "municipality": table["name"],
        }
    )


def _village_rows(facts: Path, by_name: dict[str, str]) -> pd.DataFrame:
    """Ortsteile: centroid of the stops that carry their name."""
    table = pd.read_csv(facts / "places_from_stop_names.csv")
    table["ortsteil"] = table["ortsteil"].replace(PLACE_NAMES)
    table["seat"] = [
        SEATS_WITHOUT_OWN_NAME.get(municipality) == part
        for municipality, part in zip(table["municipality"], table["ortsteil"], strict=True)
    ]
    return pd.DataFrame(
        {
            "name": table["ortsteil"],
            "area_id": table["municipality"].map(by_name),
            "lat": table["lat"],
            "lon": table["lon"],
            "kind": table["seat"].map({True: "town", False: ""}),
            "municipality": table["municipality"],
        }
    )


def _outside_rows(facts: Path, by_name: dict[str, str]) -> pd.DataFrame:
    """Towns and villages just outside the county, from GeoNames."""
    table = pd.read_csv(facts / "places_geonames_cities500.csv")
    inside = {*by_name, "Nordseeheilbad Wangerooge", "Sillenstede", "Schillig"}
    table = table[~table["name"].isin(inside)]
    town = table["population"] >= TOWN_FROM_RESIDENTS
    return pd.DataFrame(
        {
            "name": table["name"],
            "area_id": "",
            "lat": table["lat"],
            "lon": table["lon"],
            "kind": town.map({True: "town", False: "village"}),
            "municipality": "",
        }
    )


def place_of_stop(name: str, places: list[str]) -> str:
    """Find the Ortsteil a stop is named after; empty if it carries none."""
    head = re.sub(r"\((Friesl|Bockhorn|Schortens)\)", "", name.rsplit(", ", 1)[0])
    fits = [place for place in places if head == place or head.startswith(place + " ")]
    return max(fits, key=len, default="")
