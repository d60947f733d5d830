"""A county folder -> all its frames, with everything that is wrong with any of its files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import geopandas as gpd
import pandas as pd
import shapely

from geo_integration.errors import FeedError, GeoIntegrationError, SettingsError, SourceError
from geo_integration.frames import CONNECTIONS, DAY_S, SERVICE_DATES, empty_frame
from geo_integration.inputs.area_keys import AreaKeys
from geo_integration.inputs.areas import read_areas
from geo_integration.inputs.calendars import (
    choose_service_dates,
    day_types_of,
    read_calendar,
    require_validity,
)
from geo_integration.inputs.context import Context, read_context, with_credit, with_network
from geo_integration.inputs.geocoding.chain import read_gazetteer
from geo_integration.inputs.geocoding.county import locate_in_county
from geo_integration.inputs.geocoding.ledger import LEDGER
from geo_integration.inputs.houses import houses_in_cells
from geo_integration.inputs.line_network import line_network
from geo_integration.inputs.offers.checks import note_doubles, with_age
from geo_integration.inputs.offers.lists import OfferInputs, read_offers, rows_with
from geo_integration.inputs.people import read_people, told
from geo_integration.inputs.places import note_far, read_places
from geo_integration.inputs.register import read_register
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.inputs.streets import Streets, read_streets
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import (
    Feed,
    connections_on,
    empty_feed,
    read_feeds,
    trips_by_date,
    trips_by_operator,
)
from geo_integration.inputs.totals import read_totals
from geo_integration.inputs.varying import varying_lines
from geo_integration.profile import PROFILE, seconds_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from geo_integration.inputs.geocoding.gazetteer import Gazetteer
    from geo_integration.settings import Settings

# Stands for every date where no timetable is loaded and people only walk.
NO_DATE = dt.date(1, 1, 1)
# Trips that call nowhere within this distance of the county are of no use to it.
AROUND_M = 50_000
STEPS = 12
LAYERS = (
    "areas",
    "places",
    "stops",
    "residents",
    "offers",
    "calendar",
    "register",
    "addresses",
    "streets",
    "timetable",
    "context",
)
T = TypeVar("T")


class Inputs(NamedTuple):
    """What was read of a county; the frames are declared in frames.py.

    `trips_by_date` has the trips and the day type of every date of the timetable; `varying_lines`
    those lines for which the service dates are not typical.
    """

    areas: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    offers: gpd.GeoDataFrame
    sessions: pd.DataFrame
    stops: gpd.GeoDataFrame
    trips: pd.DataFrame
    transfers: pd.DataFrame
    connections: Mapping[dt.date, pd.DataFrame]
    service_dates: pd.DataFrame
    trips_by_date: pd.DataFrame
    varying_lines: list[str]
    streets: Streets | None
    totals: pd.DataFrame
    people: pd.DataFrame
    sources: pd.DataFrame
    faults: pd.DataFrame
    rejected_offers: pd.DataFrame
    doubtful_offers: pd.DataFrame
    context: gpd.GeoDataFrame
    houses: pd.DataFrame | None = None


class Inspection(NamedTuple):
    """What an inspection of a county folder found.

    `inputs` is None when there are `errors`. `held` says what each layer holds, `parts` are the
    layers as they were read, `failed` says of the others why they could not be.
    """

    inputs: Inputs | None
    errors: list[str]
    faults: FaultList
    held: dict[str, str]
    parts: dict[str, object]
    failed: dict[str, str]


class _Reader:
    """Reads layers one by one; goes on after one that cannot be used."""

    def __init__(self, progress: Callable[[int, int], None]) -> None:
        self.errors: list[str] = []
        self.held: dict[str, str] = {}
        self.parts: dict[str, object] = {}
        self.failed: dict[str, str] = {}
        self._progress = progress

    def read(self, layer: str, read: Callable[[], T], say: Callable[[T], str]) -> T | None:
        """Read one layer, or note why not."""
        try:
            result = read()
        except GeoIntegrationError as error:
            self._fail(layer, str(error))
            return None
        except OSError as error:  # rights that are missing, a drive that is gone, a name too long
            name = error.filename or layer
            self._fail(
                layer,
                f"{name}: nicht lesbar ({error.strerror or error}). Ist die Datei in einem anderen "
                f"Programm geöffnet, dort schließen; sonst Rechte, Namen und Laufwerk prüfen",
            )
            return None
        self.held[layer], self.parts[layer] = say(result), result
        self._progress(min(len(self.held), STEPS), STEPS)
        return result

    def _fail(self, layer: str, message: str) -> None:
        """Note why a layer cannot be used."""
        self.errors.append(message)
        self.held[layer], self.failed[layer] = "unbrauchbar", message


def _no_progress(_done: int, _total: int) -> None:
    """Show nothing."""


def read_county(
    settings: Settings, *, progress: Callable[[int, int], None] = _no_progress
) -> Inputs:
    """Read and check every layer of a county.

    Parameters
    ----------
    settings : Settings
        The county profile.
    progress : callable
        Called with (done, total).

    Returns
    -------
    Inputs
        All frames.

    Raises
    ------
    SourceError
        When a layer cannot be used; names the first and counts the others.
    """
    found = inspect_county(settings, progress=progress)
    if found.inputs is None:
        more = len(found.errors) - 1
        others = f" (und {more} weitere Fehler; alle zeigt: geo-integration check)" if more else ""
        raise SourceError(found.errors[0] + others)
    return found.inputs


def inspect_county(
    settings: Settings, *, progress: Callable[[int, int], None] = _no_progress
) -> Inspection:
    """Read every layer of a county, and gather what is wrong with any.

    Parameters
    ----------
    settings : Settings
        The county profile.
    progress : callable
        Called with (done, total).

    Returns
    -------
    Inspection
        The frames if all could be read, the errors, the faults of single rows.
    """
    reader, faults = _Reader(progress), FaultList()
    crs = settings.county.crs
    areas = reader.read(
        "areas",
        lambda: _areas(settings, faults),
        lambda a: f"{len(a)} Gemeinden",
    )
    places = reader.read(
        "places", lambda: _places(settings, areas, faults), lambda p: f"{len(p)} Orte"
    )
    feed = reader.read("timetable", lambda: _feed(settings, areas, faults), _say_feed)
    holidays = reader.read(
        "calendar", lambda: _holidays(settings, faults), lambda h: f"{len(h)} freie Tage"
    )
    dates = None
    if feed is not None and holidays is not None:
        dates = reader.read("dates", lambda: _dates(settings, feed, holidays), _say_dates)
    cells = None
    if areas is not None:
        cells = reader.read(
            "residents",
            lambda: read_cells(
                settings.files("residents"),
                settings.residents,
                areas,
                crs,
                faults,
                totals=settings.folder / name if (name := settings.residents.totals) else None,
            ),
            lambda c: f"{len(c)} Zellen, {c['residents'].sum()} Einwohner",
        )
    found = reader.read(
        "offers",
        lambda: _offers(settings, faults),
        lambda o: f"{len(o.offers)} Angebote, {len(o.sessions)} Termine",
    )
    offers = gazetteer = None
    if areas is not None and places is not None and feed is not None:
        gazetteer = reader.read(
            "addresses",
            lambda: read_gazetteer(settings, areas, places, feed.stops, faults),
            _say_addresses,
        )
    if found is not None and gazetteer is not None:
        offers = reader.read(
            "geocoding",
            lambda: _located(settings, found, gazetteer, dates, faults),
            lambda o: f"{int(o['counted'].sum())} von {len(o)} Angeboten zählen",
        )
    totals = people = None
    if areas is not None and places is not None:
        keys = AreaKeys(areas, settings.county.ags, settings.county.name)
        totals = reader.read(
            "totals",
            lambda: read_totals(settings.totals, settings.folder, keys, places, faults),
            _say_totals,
        )
        if gazetteer is not None and cells is not None:
            people = reader.read(
                "people",
                lambda: read_people(
                    settings.people, settings.folder, keys, gazetteer, cells, faults
                ),
                lambda found: told(found, settings.people),
            )
    houses = None
    if (
        areas is not None
        and cells is not None
        and gazetteer is not None
        and settings.maps.addresses
    ):
        houses = reader.read(
            "houses",
            lambda: houses_in_cells(gazetteer, areas, cells),
            lambda h: f"{len(h)} Hausnummern für die Suche",
        )
    streets = reader.read("streets", lambda: _streets(settings), _say_streets)
    context = None
    if areas is not None and "streets" not in reader.failed:
        context = reader.read("context", lambda: _context(settings, areas, faults), _say_context)
    sources = reader.read(
        "register", lambda: read_register(settings.layer("register")), lambda r: f"{len(r)} Quellen"
    )
    inputs = None
    if (
        areas is not None
        and places is not None
        and cells is not None
        and found is not None
        and offers is not None
        and feed is not None
        and dates is not None
        and sources is not None
        and totals is not None
        and people is not None
        and context is not None
        and not reader.errors
    ):
        connections = _connections(
            feed, dates[0], until_s=seconds_of_day(settings.rule.latest_return)
        )
        network = line_network(feed.stops, feed.trips, connections.values())
        inputs = Inputs(
            areas=areas,
            places=places,
            cells=cells,
            offers=offers,
            sessions=found.sessions[found.sessions["offer_id"].isin(offers["offer_id"])],
            stops=feed.stops,
            trips=feed.trips,
            transfers=feed.transfers,
            connections=connections,
            service_dates=dates[0],
            trips_by_date=dates[1],
            varying_lines=varying_lines(feed, *dates),
            streets=streets,
            totals=totals,
            people=people,
            sources=with_credit(sources, [*context.osm, *_searched_osm(settings)]),
            faults=faults.frame(),
            rejected_offers=found.rejected,
            doubtful_offers=rows_with(found.raw, faults, "warning"),
            context=with_network(context.drawn, network, areas),
            houses=houses,
        )
    return Inspection(inputs, reader.errors, faults, reader.held, reader.parts, reader.failed)


def input_files(settings: Settings) -> list[Path]:
    """Every file of the folder that a run reads and whose digest may be published.

    Lists of people are not among them: the digest of a short list can be guessed and tried.
    """
    files = [path for name in (*LAYERS, "totals") for path in settings.files(name)]
    files += [settings.folder / name] if (name := settings.residents.totals) else []
    files += [settings.folder / settings.geocoding.osm] if settings.geocoding.osm else []
    files += [ledger] if (ledger := settings.folder / LEDGER).is_file() else []
    return [settings.folder / PROFILE, *files]


def area_names(settings: Settings) -> list[str]:
    """Names of the municipalities; none where their file cannot be read yet."""
    try:
        return sorted(_areas(settings, FaultList())["name"])
    except GeoIntegrationError:
        return []


def _needed(settings: Settings, layer: str) -> Path:
    """Path of a layer that the profile must name."""
    path = settings.layer(layer)
    if path is None:
        raise SettingsError(f"county.toml: [layers] {layer} fehlt")
    return path


def _areas(settings: Settings, faults: FaultList) -> gpd.GeoDataFrame:
    """AREAS; none may bear the key that stands for the whole county."""
    path, county = _needed(settings, "areas"), settings.county
    areas = read_areas(path, settings.areas, county.crs, county=county.ags, faults=faults)
    if settings.county.ags in set(areas["area_id"]):
        raise SettingsError(
            f"county.toml: [county] ags {settings.county.ags!r} ist der Schlüssel einer Gemeinde; "
            f"erwartet wird der Schlüssel des Landkreises"
        )
    return areas


def _places(
    settings: Settings, areas: gpd.GeoDataFrame | None, faults: FaultList
) -> gpd.GeoDataFrame:
    """PLACES; empty where the profile names none."""
    path = settings.layer("places")
    if path is not None:
        places = read_places(path, settings.county.crs, faults)
        if areas is not None:
            note_far(path, places, areas, faults)
        return places
    empty: dict[str, list[str]] = {"name": [], "area_id": [], "kind": []}
    return gpd.GeoDataFrame(empty, geometry=[], crs=settings.county.crs)


def _feed(settings: Settings, areas: gpd.GeoDataFrame | None, faults: FaultList) -> Feed:
    """Joined feeds, without trips that come nowhere near; empty where the profile names none."""
    paths = settings.files("timetable")
    bounds = None
    if areas is not None:
        around = shapely.box(*areas.total_bounds).buffer(AROUND_M)
        west, south, east, north = (
            gpd.GeoSeries([around], crs=areas.crs).to_crs("EPSG:4326").total_bounds
        )
        bounds = west, south, east, north
    if paths:
        return read_feeds(paths, settings.transit, settings.county.crs, faults, bounds=bounds)
    return empty_feed(settings.county.crs)


def _say_feed(feed: Feed) -> str:
    if feed.trips.empty:
        return "keiner: nur Fußwege"
    return f"{len(feed.stops)} Haltestellen, {len(feed.trips)} Fahrten"


def _holidays(settings: Settings, faults: FaultList) -> dict[dt.date, str]:
    """Holidays by date; none where the profile names no calendar."""
    path = settings.layer("calendar")
    return {} if path is None else read_calendar(path, faults)


def _dates(
    settings: Settings, feed: Feed, holidays: dict[dt.date, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SERVICE_DATES; trips, day type, and trips of each operator of every date."""
    if feed.trips.empty:
        return empty_frame(SERVICE_DATES), pd.DataFrame(columns=["trips", "day_type"])
    counts, by_operator = trips_by_date(feed), trips_by_operator(feed)
    require_validity(counts.index[0], counts.index[-1], settings.transit.reference_date)
    dates = choose_service_dates(
        counts, settings.day_types, holidays, reference_date=settings.transit.reference_date
    )
    kinds = day_types_of(list(counts.index), settings.day_types, holidays)
    by_date = pd.DataFrame({"trips": counts, "day_type": kinds})
    return dates, by_date.join(by_operator)


def _say_dates(found: tuple[pd.DataFrame, pd.DataFrame]) -> str:
    dates = [f"{date:%d.%m.%Y}" for date in found[0]["date"]]
    return ", ".join(dates) or "keine Fahrplantage"


def _connections(
    feed: Feed, service_dates: pd.DataFrame, *, until_s: int
) -> dict[dt.date, pd.DataFrame]:
    """CONNECTIONS of every date that is needed; none on a date without service."""
    empty = empty_frame(CONNECTIONS)
    if service_dates.empty:
        return {NO_DATE: empty}
    found = {}
    for date in service_dates["date"].unique():
        try:
            found[date] = connections_on(feed, date, span=(0, max(until_s, DAY_S)))
        except FeedError:  # a kind of day that has no service is a finding
            found[date] = empty
    return found


def _offers(settings: Settings, faults: FaultList) -> OfferInputs:
    """Offers as their files have them."""
    found = read_offers(settings.files("offers"), settings.categories, faults)
    note_doubles(found.offers, faults)
    return found


def _located(
    settings: Settings,
    found: OfferInputs,
    gazetteer: Gazetteer,
    dates: tuple[pd.DataFrame, pd.DataFrame] | None,
    faults: FaultList,
) -> gpd.GeoDataFrame:
    """OFFERS, located by what the folder holds; those that are over are not counted."""
    file = _needed(settings, "offers").name
    located = locate_in_county(found.offers, gazetteer, settings, faults, file=file)
    day = settings.transit.reference_date
    if day is None and dates is not None and len(dates[0]):
        day = dates[0]["date"].min()
    if day is None:
        return located.assign(stale=False)
    aged = with_age(located, day, faults)
    over = ~aged["current"]
    aged.loc[over, "location_note"] = f"am {day:%d.%m.%Y} nicht gültig"
    return aged.assign(counted=aged["counted"] & ~over)


def _say_addresses(gazetteer: Gazetteer) -> str:
    lists = [table for table in (gazetteer.addresses, gazetteer.osm) if table is not None]
    return f"{sum(map(len, lists))} Adressen" if lists else "keine"


def _searched_osm(settings: Settings) -> list[str]:
    """The OpenStreetMap extract whose addresses the pages can search, if they do."""
    if not settings.maps.addresses or settings.layers.addresses is not None:
        return []
    return [name for name in (settings.geocoding.osm or settings.layers.streets,) if name]


def _say_totals(totals: pd.DataFrame) -> str:
    several = totals.groupby("label", sort=False)["value"]
    said = [
        f"{label}: {'1 Gebiet' if len(values) == 1 else f'{len(values)} Gebiete'}"
        for label, values in several
    ]
    return "; ".join(said) or "keine"


def _streets(settings: Settings) -> Streets | None:
    """Streets, if the profile names any."""
    path = settings.layer("streets")
    if path is None:
        return None
    return read_streets(path, settings.county.crs, cache=settings.folder / ".cache")


def _context(settings: Settings, areas: gpd.GeoDataFrame, faults: FaultList) -> Context:
    """CONTEXT of the files that the profile names, else of the streets."""
    files, streets = settings.files("context"), settings.layer("streets")
    return read_context(files, streets, areas, faults, cache=settings.folder / ".cache")


def _say_context(context: Context) -> str:
    if context.drawn.empty:
        return "keiner: nur die Linien des Fahrplans"
    return f"{context.drawn.length.sum() / 1000:.0f} km Straßen, Bahn, Ufer"


def _say_streets(streets: Streets | None) -> str:
    if streets is None:
        return "keine: Luftlinie mal Umwegfaktor"
    return f"{len(streets.edges.length_m)} Abschnitte"
