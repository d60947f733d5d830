"""The review of doubtful places, from a county folder and back into it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import geopandas as gpd

from geo_integration.errors import GeoIntegrationError, SettingsError
from geo_integration.inputs.areas import read_areas
from geo_integration.inputs.geocoding.chain import find_hits, locate_offers, read_gazetteer
from geo_integration.inputs.geocoding.gazetteer import Lookup
from geo_integration.inputs.geocoding.ledger import LEDGER, read_ledger
from geo_integration.inputs.geocoding.online import open_online
from geo_integration.inputs.geocoding.review import confirm, write_review
from geo_integration.inputs.offers.lists import read_offers
from geo_integration.inputs.places import read_places
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import empty_feed, read_feeds

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pandas as pd

    from geo_integration.inputs.geocoding.gazetteer import Gazetteer
    from geo_integration.settings import Settings


def locate_in_county(
    offers: pd.DataFrame, gazetteer: Gazetteer, settings: Settings, faults: FaultList, *, file: str
) -> gpd.GeoDataFrame:
    """Locate offers with what was confirmed, and with the service that the profile names.

    Parameters
    ----------
    offers : DataFrame
        From `read_offers`.
    gazetteer : Gazetteer
        From `read_gazetteer`.
    settings : Settings
        The county profile.
    faults : FaultList
        Gets every doubt.
    file : str
        Name of the offers' file, for messages.

    Returns
    -------
    GeoDataFrame
        OFFERS, as `locate_offers` gives them.
    """
    ledger = read_ledger(settings.folder / LEDGER, faults)
    online = open_online(settings)
    with contextlib.closing(online) if online else contextlib.nullcontext():
        return locate_offers(
            offers, gazetteer, settings.county.crs, faults, file=file, ledger=ledger, online=online
        )


def municipality_names(settings: Settings, offers: pd.DataFrame) -> list[str | None]:
    """Tell in which municipality offers are, with what the folder holds; nobody else is asked.

    Parameters
    ----------
    settings : Settings
        The county profile.
    offers : DataFrame
        Texts of places by the names of the offers' columns.

    Returns
    -------
    list of str or None
        Names in the order of the offers; None where the place is not found in the county, or the
        folder lacks the boundaries.
    """
    try:
        areas = _areas(settings)
        faults = FaultList()
        places, stops = _places(settings, faults), _stops(settings, faults)
        look = Lookup(read_gazetteer(settings, areas, places, stops, faults), settings.county.crs)
        ledger = read_ledger(settings.folder / LEDGER, faults)
    except GeoIntegrationError:
        return [None] * len(offers)
    hits = find_hits(offers, look, ledger=ledger)
    points = gpd.GeoSeries([hit.point for hit in hits], crs=settings.county.crs)
    names = dict(zip(areas["area_id"], areas["name"], strict=True))
    return [None if key is None else names[key] for key in look.areas_of(points)]


def review_county(settings: Settings, path: Path, faults: FaultList) -> int:
    """Write the workbook of doubtful places.

    Parameters
    ----------
    settings : Settings
        The county profile.
    path : Path
        The workbook.
    faults : FaultList
        Gets what is wrong with the files that are read.

    Returns
    -------
    int
        Number of offers to look at.

    Raises
    ------
    SourceError, OutputError
        When a file cannot be used, or the workbook not be written.
    """
    crs = settings.county.crs
    offers = _offers(settings, faults)
    places = _places(settings, faults)
    gazetteer = read_gazetteer(settings, _areas(settings), places, _stops(settings, faults), faults)
    ledger = read_ledger(settings.folder / LEDGER, faults)
    online = open_online(settings)
    with contextlib.closing(online) if online else contextlib.nullcontext():
        hits = find_hits(offers, Lookup(gazetteer, crs), ledger=ledger, online=online)
        for trouble in online.trouble if online else []:
            faults.note(path.name, None, None, None, trouble)
    return write_review(path, offers, hits, crs)


def confirm_county(
    settings: Settings, path: Path, faults: FaultList, *, by: str, today: dt.date
) -> int:
    """Take over a workbook that was filled in.

    Parameters
    ----------
    settings : Settings
        The county profile.
    path : Path
        The workbook.
    faults : FaultList
        Gets every row that cannot be taken over.
    by : str
        Who confirms, where the workbook does not say.
    today : date
        Day of confirmation.

    Returns
    -------
    int
        Number of offers newly confirmed.

    Raises
    ------
    SourceError, OutputError
        When a file cannot be used, or the ledger not be written.
    """
    areas = _areas(settings)
    return confirm(
        path,
        _offers(settings, FaultList()),
        settings.folder / LEDGER,
        faults,
        county=areas.geometry.union_all(),
        crs=settings.county.crs,
        by=by,
        today=today,
        areas=areas,
    )


def _offers(settings: Settings, faults: FaultList) -> pd.DataFrame:
    """Offers as their files have them."""
    return read_offers(settings.files("offers"), settings.categories, faults).offers


def _areas(settings: Settings) -> gpd.GeoDataFrame:
    """AREAS."""
    county = settings.county
    return read_areas(_needed(settings, "areas"), settings.areas, county.crs, county=county.ags)


def _places(settings: Settings, faults: FaultList) -> gpd.GeoDataFrame:
    """PLACES; empty where the profile names none."""
    path = settings.layer("places")
    if path is not None:
        return read_places(path, settings.county.crs, faults)
    empty: dict[str, list[str]] = {"name": [], "area_id": [], "kind": []}
    return gpd.GeoDataFrame(empty, geometry=[], crs=settings.county.crs)


def _stops(settings: Settings, faults: FaultList) -> gpd.GeoDataFrame:
    """STOPS of the timetable; empty where another list is named, or there is no timetable."""
    paths = settings.files("timetable")
    if paths and settings.layer("stops") is None:
        return read_feeds(paths, settings.transit, settings.county.crs, faults).stops
    return empty_feed(settings.county.crs).stops


def _needed(settings: Settings, layer: str) -> Path:
    """Path of a layer that the profile must name."""
    path = settings.layer(layer)
    if path is None:
        raise SettingsError(f"county.toml: [layers] {layer} fehlt")
    return path
