"""Where an offer is: the chain of ways to find it, best first.

Given coordinates, what a person confirmed, house, online services if the profile says so, street,
stop, Ortsteil, municipality. Every hit has a grade; what is doubtful is marked, and listed for
review. Addresses of persons are matched by `match_locally`, which asks nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.frames import COUNTED_GRADES, OFFERS, STOPS, check_frame
from geo_integration.inputs.geocoding.address_files import (
    is_osm,
    read_addresses,
    read_osm_addresses,
)
from geo_integration.inputs.geocoding.addresses import normalise
from geo_integration.inputs.geocoding.finders import (
    MOST_CANDIDATES,
    NOT_COUNTED,
    Asked,
    Candidate,
    Hit,
    ask,
    by_house,
    by_municipality,
    by_place,
    by_stop,
    by_street,
)
from geo_integration.inputs.geocoding.gazetteer import Gazetteer, Lookup
from geo_integration.inputs.geocoding.given import by_given
from geo_integration.inputs.geocoding.ledger import Confirmed, confirmed_hit
from geo_integration.inputs.tables import FaultList, cell, number, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import shapely

    from geo_integration.settings import Settings

    Finder = Callable[[Asked, Lookup], Hit | None]

__all__ = [
    "Assignment",
    "Gazetteer",
    "Hit",
    "find_hits",
    "locate_offers",
    "match_locally",
    "normalise",
    "read_addresses",
    "read_gazetteer",
    "read_stops",
]

LOCAL: tuple[Finder, ...] = (by_house, by_street, by_stop, by_place, by_municipality)
ONLINE = Hit("none", None, None, "findet online statt: niemand muss hinfahren", counted=False)
_PLAIN = ("", "nein", "n", "no", "false", "0", "falsch")


class OnlineService(Protocol):
    """An address service on the net, or a stand-in; `trouble` tells what went wrong."""

    @property
    def trouble(self) -> list[str]:
        """What went wrong, in words."""

    def find(self, asked: Asked, look: Lookup) -> Hit | None:
        """Find one address."""


class Assignment(NamedTuple):
    """How many rows of a list of persons lie where; counts, to go through disclosure control.

    `areas` has area_id and persons, `cells` cell_id and persons (None where no cells were given),
    `grades` how many rows were found how well. Rows that are no better than their municipality are
    in no cell; rows that are in no municipality are in `grades` only.
    """

    areas: pd.DataFrame
    cells: pd.DataFrame | None
    grades: dict[str, int]


def read_gazetteer(
    settings: Settings,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    faults: FaultList,
) -> Gazetteer:
    """Read everything that places are found by.

    Parameters
    ----------
    settings : Settings
        The county profile.
    areas, places : GeoDataFrame
        AREAS and PLACES.
    stops : GeoDataFrame
        STOPS of the timetable; taken where the profile names no list of stops.
    faults : FaultList
        Gets every row that cannot be used.

    Returns
    -------
    Gazetteer
        With the addresses of the files that the profile names.

    Raises
    ------
    SourceError
        When a file is named and cannot be used.
    """
    crs, options = settings.county.crs, settings.geocoding
    own, listed = settings.layer("addresses"), settings.layer("stops")
    streets = settings.layer("streets")
    extract = settings.folder / options.osm if options.osm else streets
    if extract is not None and not is_osm(extract):
        extract = None
    addresses = None
    if own is not None:
        addresses = read_addresses(
            own,
            crs,
            faults,
            ags=settings.county.ags,
            columns={str(part): name for part, name in options.columns.items()},
            coordinates=options.coordinates,
        )
    osm = None
    if extract is not None:
        osm = read_osm_addresses(extract, crs, cache=settings.folder / ".cache")
    stops = stops if listed is None else read_stops(listed, crs, faults)
    return Gazetteer(areas, places, stops, addresses, osm)


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
    offers: pd.DataFrame,
    gazetteer: Gazetteer,
    crs: str,
    faults: FaultList,
    *,
    file: str,
    ledger: Mapping[str, Confirmed] | None = None,
    online: OnlineService | None = None,
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
    ledger : mapping of str to Confirmed, optional
        Places that a person confirmed, by offer.
    online : OnlineService, optional
        Service on the net that is asked for houses that no file has.

    Returns
    -------
    GeoDataFrame
        OFFERS, sorted by id. Not counted: grade municipality or none, what waits for a
        confirmation, and online offers. `doubtful` marks those to look at.
    """
    kept = offers.reset_index(drop=True)
    look = Lookup(gazetteer, crs)
    hits = find_hits(kept, look, ledger=ledger, online=online)
    for trouble in [] if online is None else online.trouble:
        faults.note(file, None, "Adresse", None, trouble)
    for offer, hit in zip(kept.itertuples(), hits, strict=True):
        said = "; ".join(part for part in (hit.note, hit.remark) if part)
        if said and hit is not ONLINE:
            parts = (offer.street, offer.place, offer.town, offer.municipality)
            found = ", ".join(dict.fromkeys(str(part) for part in parts if part)) or None
            at = str(offer.file), int(str(offer.row))
            faults.note(*at, "Adresse", found, f"{offer.name}: {said}")
    located = gpd.GeoDataFrame(kept, geometry=[hit.point for hit in hits], crs=crs)
    located["grade"] = [hit.grade for hit in hits]
    located["located_by"] = [hit.located_by for hit in hits]
    located["location_note"] = [hit.note for hit in hits]
    located["doubtful"] = [hit.doubtful for hit in hits]
    located["counted"] = [hit.counted and hit.grade in COUNTED_GRADES for hit in hits]
    located["area_id"] = look.areas_of(located.geometry)
    located = located.sort_values("offer_id", ignore_index=True)
    check_frame(located, OFFERS, crs=crs)
    return located


def find_hits(
    offers: pd.DataFrame,
    look: Lookup,
    *,
    ledger: Mapping[str, Confirmed] | None = None,
    online: OnlineService | None = None,
) -> list[Hit]:
    """Find every offer.

    Parameters
    ----------
    offers : DataFrame
        From `read_offers`.
    look : Lookup
        Where to look.
    ledger : mapping of str to Confirmed, optional
        Places that a person confirmed, by offer.
    online : OnlineService, optional
        Service on the net.

    Returns
    -------
    list of Hit
        In the order of the offers, with at most five candidates each.
    """
    hits = []
    for row in _records(offers):
        if _plain(row.get("format")) == "online":
            hits.append(ONLINE)
            continue
        asked = ask(row, look, str(row["offer_id"]))
        asked.lat, asked.lon = _degrees(row.get("lat")), _degrees(row.get("lon"))
        finders: list[Finder] = [by_given]
        if ledger:
            finders.append(_by_ledger(ledger, row))
        finders += LOCAL
        if online is not None and _plain(row.get("confidential")) in _PLAIN:
            finders.insert(finders.index(by_street), online.find)
        hits.append(_first(asked, look, finders))
    return hits


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as dictionaries."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def _by_ledger(ledger: Mapping[str, Confirmed], row: Mapping[str, object]) -> Finder:
    """Finder of what was confirmed."""
    return lambda asked, look: confirmed_hit(ledger, row, asked, look)


def _first(asked: Asked, look: Lookup, finders: Sequence[Finder]) -> Hit:
    """First hit of the chain, with what the others found."""
    hit = next((found for find in finders if (found := find(asked, look)) is not None), None)
    if hit is None or not hit.counted:
        hit = _misspelt(asked) or hit
    if hit is None:
        why = f"Adresse nicht gefunden: {NOT_COUNTED}"
        hit = Hit("none", None, None, why, doubtful=True, counted=False)
    if hit.grade == "confirmed":  # whatever the list says besides, a person has decided
        said = "; ".join(dict.fromkeys(asked.doubts))
        return hit._replace(remark=said or None)
    notes = [*asked.doubts, *([hit.note] if hit.note else [])]
    doubtful = hit.doubtful or (bool(asked.doubts) and hit.grade != "given")
    # What was left out of an address matters only where there is doubt.
    notes += [note for note in asked.address.notes if doubtful and hit.grade != "none"]
    hit = hit._replace(note="; ".join(dict.fromkeys(notes)) or None, doubtful=doubtful)
    return _with_candidates(hit, asked, look)


def _misspelt(asked: Asked) -> Hit | None:
    """A street of a similar name: shown, but not counted until a person confirms it."""
    found = [other for other in asked.others if other.misspelt]
    if not found:
        return None
    what = f"vielleicht gemeint: {found[0].label}; {NOT_COUNTED}, bis jemand es bestätigt"
    by = f"ähnlicher Name: {found[0].label}"
    return Hit(
        "street", found[0].point, by, what, doubtful=True, counted=False, candidates=(found[0],)
    )


def _with_candidates(hit: Hit, asked: Asked, look: Lookup) -> Hit:
    """Up to five candidates: the hit itself, then those in the named place, then others."""
    named = look.shape_named(*asked.names("municipality", "town"))

    def order(other: Candidate) -> tuple[bool, bool]:
        return not other.misspelt, named is not None and other.point.distance(named) > 0

    own = hit.candidates
    if not hit.doubtful and not own:
        return hit
    rest = sorted(asked.others, key=order)
    every = list(dict.fromkeys([*own, *rest]))[:MOST_CANDIDATES]
    away = [c.point.distance(hit.point) for c in every[len(own) :]] if hit.point else []
    return hit._replace(candidates=tuple(every), runner_up_m=away[0] if away else None)


def _plain(value: object) -> str:
    """A word in lower case; "" where nothing is written, or a plain no."""
    if value is None or value is False or (not isinstance(value, str) and pd.isna(str(value))):
        return ""
    text = str(value).strip().lower()
    return "" if text in ("nan", "<na>", "none") else text


def _degrees(value: object) -> float:
    """A coordinate; NaN where there is none."""
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else float("nan")


def match_locally(
    table: pd.DataFrame,
    gazetteer: Gazetteer,
    crs: str,
    *,
    cells: gpd.GeoDataFrame | None = None,
) -> Assignment:
    """Count the rows of a list of persons per municipality and cell.

    Only files of the county folder are looked at: there is no way from here to a service on the
    net. Nothing is written, and no error tells anything of an address.

    Parameters
    ----------
    table : DataFrame
        Text columns street (with number), postcode, town, place, municipality; what is missing
        counts as empty. Other columns are not looked at.
    gazetteer : Gazetteer
        What the county folder holds.
    crs : str
        The county's metric CRS.
    cells : GeoDataFrame, optional
        CELLS.

    Returns
    -------
    Assignment
        Counts.

    Raises
    ------
    SourceError
        When a row cannot be worked on; tells its number only.
    """
    look = Lookup(gazetteer, crs)
    found: list[tuple[str, shapely.Point | None, str | None]] = []
    for row in _records(table):
        try:
            found.append(_matched(row, look))
        except Exception:  # noqa: BLE001  whatever it says, it may tell an address
            break
    if len(found) < len(table):
        row_number = len(found) + 1
        raise SourceError(f"Personenliste: Zeile {row_number} konnte nicht verarbeitet werden")
    grades = [grade for grade, _, _ in found]
    points = gpd.GeoSeries([point for _, point, _ in found], crs=crs)
    areas = [own or key for key, (_, _, own) in zip(look.areas_of(points), found, strict=True)]
    counted = None if cells is None else _counts("cell_id", _cells_of(points, cells))
    by_grade = {grade: grades.count(grade) for grade in sorted(set(grades))}
    return Assignment(_counts("area_id", areas), counted, by_grade)


def _matched(
    row: Mapping[str, object], look: Lookup
) -> tuple[str, shapely.Point | None, str | None]:
    """Grade, point where it is a house or street, and the municipality where only that is known."""
    asked = ask(row, look)
    hit = _first(asked, look, LOCAL)
    if hit.counted and hit.grade in ("house", "street"):
        return hit.grade, hit.point, None
    if hit.counted:  # a stop or village: good enough for the municipality only
        key = look.areas_of(gpd.GeoSeries([hit.point], crs=look.crs))[0]
        return hit.grade, None, key
    if len(asked.area_ids) == 1:
        return "municipality", None, min(asked.area_ids)
    return "none", None, None


def _cells_of(points: gpd.GeoSeries, cells: gpd.GeoDataFrame) -> list[str | None]:
    """Cell that holds each point; the first one on a border."""
    found: list[str | None] = [None] * len(points)
    present = np.flatnonzero(points.notna())
    at = cells.sindex.query(points.iloc[present].array, predicate="intersects", sort=True)
    for point, key in zip(present[at[0]], cells["cell_id"].to_numpy()[at[1]], strict=True):
        found[point] = found[point] or str(key)
    return found


def _counts(key: str, found: Sequence[str | None]) -> pd.DataFrame:
    """How often each key occurs, sorted by it."""
    counts = pd.Series([one for one in found if one], dtype=object).value_counts().sort_index()
    return pd.DataFrame({key: counts.index.astype(object), "persons": counts.to_numpy()})
