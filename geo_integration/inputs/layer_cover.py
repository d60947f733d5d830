"""What `check` says of a layer's coverage: numbers that show a wrong file at once.

Every function takes what was read of a county and gives findings. About people there are only
sums of municipalities, nothing about single cells.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_integration.frames import COUNTED_GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geo_integration.inputs.geocoding.gazetteer import Gazetteer
    from geo_integration.inputs.timetable import Feed
    from geo_integration.profile import DayType
    from geo_integration.settings import Settings
    from geo_integration.streets import Streets

WRONG, WORTH, OPEN = 3, 2, 1  # probably the wrong file; wrong numbers; could be better
_LISTED = 12
_LEAST_SHARE, _LEAST_NEAR = 0.5, 0.3
_BEYOND = dt.timedelta(days=60)  # longest stretch without any holiday


class Finding(NamedTuple):
    """One thing said of a layer; with `todo` and its `weight` where something is to be done."""

    text: str
    todo: str = ""
    weight: int = 0


def about_areas(areas: gpd.GeoDataFrame) -> list[Finding]:
    """Number and size of the municipalities, and whether they lie where they should."""
    text = f"{len(areas)} Gemeinden, {areas.area.sum() / 1e6:.0f} km²"
    if _fits(areas):
        return [Finding(text)]
    todo = "Breite und Länge vertauscht, oder falsches Koordinatensystem: Grenzen neu speichern"
    return [Finding(f"{text}, aber weit weg", todo, WRONG)]


def _fits(areas: gpd.GeoDataFrame) -> bool:
    """Whether the county lies where its coordinate system is made for."""
    use = None if areas.crs is None else areas.crs.area_of_use
    if use is None:
        return True
    bounds = areas.to_crs("EPSG:4326").total_bounds
    lon, lat = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    return bool(use.west <= lon <= use.east and use.south <= lat <= use.north)


def about_residents(cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> list[Finding]:
    """Sums of the municipalities, and how much of the county the cells span."""
    total = int(cells["residents"].sum())
    sums = cells.groupby(cells["area_id"].astype(str))["residents"].sum()
    county = areas.geometry.union_all()
    span = shapely.convex_hull(shapely.union_all(cells.geometry.to_numpy()))
    share = span.intersection(county).area / county.area if county.area else 0.0
    text = (
        f"{len(cells)} Zellen, {total} Einwohner; sie umspannen {_percent(share)} des Landkreises"
    )
    todo = "die Datei deckt den Landkreis nicht ab: Ausschnitt und Koordinatensystem prüfen"
    found = [Finding(text, todo, WRONG) if share < _LEAST_SHARE else Finding(text)]
    names = dict(zip(areas["area_id"].astype(str), areas["name"].astype(str), strict=True))
    each = {names[key]: int(sums.get(key, 0)) for key in names}
    found.append(Finding("Einwohner je Gemeinde: " + _amounts(each)))
    empty = [name for name, number in each.items() if not number]
    if empty:
        todo = "Gemeinden ohne Einwohner fehlen in jeder Zahl: Datei ergänzen"
        found.append(Finding(f"Gemeinden ohne bewohnte Zelle: {some(empty)}", todo, WRONG))
    return found


def about_timetable(
    feed: Feed, dates: pd.DataFrame | None, settings: Settings, today: dt.date
) -> list[Finding]:
    """Size, validity, and what runs on the dates that were chosen."""
    if feed.trips.empty:
        return [Finding("keine Fahrten: es wird nur zu Fuß gerechnet")]
    spans = list(feed.validity.values())
    first, last = max(span[0] for span in spans), min(span[1] for span in spans)
    said = f"{len(feed.stops)} Haltestellen, {len(feed.trips)} Fahrten"
    found = [Finding(f"{said}; gilt {first:%d.%m.%Y} bis {last:%d.%m.%Y}")]
    if settings.transit.reference_date is None and not first <= today <= last:
        what = "abgelaufen" if today > last else "noch nicht gültig"
        found.append(
            Finding(f"am {today:%d.%m.%Y} {what}", "einen Fahrplan laden, der heute gilt", WORTH)
        )
    if dates is not None:
        found += _days(dates, settings.day_types)
        if settings.transit.reference_date is None and dates["date"].max() < today <= last:
            todo = f"in county.toml [transit] reference_date = {today} eintragen"
            found.append(Finding("alle gewählten Tage sind schon vorbei", todo, OPEN))
    return found


def _days(dates: pd.DataFrame, day_types: Sequence[DayType]) -> list[Finding]:
    """Which dates stand for which kind of day, and how much runs there."""
    said, idle = [], []
    for day in day_types:
        if day.starts_from:
            continue  # the dates are those of a whole day
        own = dates[dates["day_type"] == day.id]
        if own["trips"].sum() == 0:
            idle.append(day.label)
        else:
            span = _span(own["date"].min(), own["date"].max())
            said.append(f"{day.label} ({span}) {own['trips'].median():.0f}")
    found = [Finding(f"Fahrten am Tag: {'; '.join(said)}")]
    if idle:
        todo = f"{', '.join(idle)}: prüfen, ob dann wirklich nichts fährt"
        found.append(Finding(f"ganz ohne Fahrten: {', '.join(idle)}", todo, WORTH))
    return found


def _span(first: dt.date, last: dt.date) -> str:
    """Two dates as Germans write them; once where they are the same."""
    if first == last:
        return f"{last:%d.%m.%Y}"
    return f"{first:%d.%m.}{'' if first.year == last.year else first.year}–{last:%d.%m.%Y}"


def about_reach(
    feed: Feed,
    dates: pd.DataFrame | None,
    cells: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame,
    settings: Settings,
) -> list[Finding]:
    """Municipalities without a stop that is served, and the residents near one."""
    if feed.trips.empty or dates is None:
        return []
    stops = feed.stops.geometry[_served(feed, dates)]
    x, y = stops.x.to_numpy(), stops.y.to_numpy()
    found = []
    without = [n for n, many in zip(areas["name"], per_area(areas, x, y), strict=True) if not many]
    if without:
        text = f"Gemeinden ohne Haltestelle, an der etwas fährt: {some(without)}"
        todo = f"{some(without)} ohne Haltestelle: fehlt ein Fahrplan (Bahn, Fähre)?"
        found.append(Finding(text, todo, WORTH))
    total = 0 if cells is None else int(cells["residents"].sum())
    if cells is None or not total:
        return found
    walking = settings.walking
    limit = walking.max_access_min * walking.speed_kmh / 60 * 1000 / walking.detour_factor
    near = cells.loc[_is_near(cells, x, y, limit), "residents"].sum() / total
    text = (
        f"{_percent(near)} der Einwohner wohnen höchstens {limit:.0f} m Luftlinie "
        f"({walking.max_access_min:g} Minuten zu Fuß) von einer Haltestelle, an der etwas fährt"
    )
    todo = "kaum jemand wohnt an einer Haltestelle: gehört der Fahrplan zu diesem Landkreis?"
    found.append(Finding(text, todo, WRONG) if near < _LEAST_NEAR else Finding(text))
    return found


def _served(feed: Feed, dates: pd.DataFrame) -> NDArray[np.bool_]:
    """Stops at which a trip calls on any of the dates."""
    days = pd.to_datetime(pd.Series(sorted(set(dates["date"]))))
    running = feed.services.loc[feed.services["date"].isin(days), "service_id"].astype(str)
    trips = feed.trips["service_id"].astype(str).isin(set(running)).to_numpy()
    times = feed.stop_times
    served = np.zeros(len(feed.stops), np.bool_)
    served[times.loc[trips[times["trip"].to_numpy()], "stop"].to_numpy()] = True
    offered = feed.rides.offered
    sets = offered.loc[trips[offered["trip"].to_numpy()], "rides"]
    called = feed.rides.rides[feed.rides.rides["rides"].isin(sets)]
    served[called["from_stop"].to_numpy()] = True
    return served


def _is_near(
    cells: gpd.GeoDataFrame, x: NDArray[np.float64], y: NDArray[np.float64], limit: float
) -> NDArray[np.bool_]:
    """Cells whose point has a place within a distance."""
    homes = gpd.points_from_xy(cells["x_m"], cells["y_m"])
    stops = gpd.GeoSeries(gpd.points_from_xy(x, y))
    near = np.zeros(len(cells), np.bool_)
    near[stops.sindex.query(homes, predicate="dwithin", distance=limit)[0]] = True
    return near


def about_calendar(holidays: Mapping[dt.date, str], feed: Feed | None) -> list[Finding]:
    """Span of the holidays, against that of the timetable."""
    if not holidays:
        todo = "Ferien und Feiertage in die Kalenderdatei eintragen"
        return [Finding("kein einziger freier Tag", todo, WORTH)]
    first, last = min(holidays), max(holidays)
    found = [Finding(f"{len(holidays)} freie Tage, {first:%d.%m.%Y} bis {last:%d.%m.%Y}")]
    spans = [] if feed is None else list(feed.validity.values())
    if spans:
        begins, ends = min(span[0] for span in spans), max(span[1] for span in spans)
        if begins < first - _BEYOND or ends > last + _BEYOND:
            text = f"der Fahrplan gilt {begins:%d.%m.%Y} bis {ends:%d.%m.%Y}, also weiter als sie"
            todo = "Ferien und Feiertage für die ganze Zeit des Fahrplans eintragen"
            found.append(Finding(text, todo, WORTH))
    return found


def about_offers(
    offers: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, settings: Settings
) -> list[Finding]:
    """Per category and municipality, and how well places and times are known."""
    lost = ~offers["grade"].isin(COUNTED_GRADES) & ~_online(offers)
    unsure = offers["doubtful"] & ~lost
    counted = offers[offers["counted"]]
    sure = len(offers) - int(lost.sum()) - int(unsure.sum())
    found = [
        Finding(f"{len(offers)} Angebote, davon zählen {len(counted)}"),
        Finding(f"Ort: {sure} sicher, {unsure.sum()} zu prüfen, {lost.sum()} ohne Ort"),
    ]
    if lost.any() or unsure.any():
        todo = f'unsichere Orte entscheiden: geo-integration geocode review "{settings.folder}"'
        found[-1] = found[-1]._replace(todo=todo, weight=WORTH)
    timed, current = int(offers["timed"].sum()), _flag(offers, "current", default=True)
    stale = int((_flag(offers, "stale", default=False) & current).sum())
    text = f"Zeiten: {timed} verstanden, {len(offers) - timed} unbekannt"
    text += f"; {(~current).sum()} abgelaufen oder noch nicht begonnen" if (~current).any() else ""
    found.append(Finding(text))
    if stale:
        text = f"{stale} seit mehr als sechs Monaten nicht bestätigt"
        todo = f'bestätigen lassen: geo-integration offers send "{settings.folder}"'
        found.append(Finding(text, todo, OPEN))
    return found + _spread(counted, areas, settings)


def _spread(
    counted: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, settings: Settings
) -> list[Finding]:
    """Offers that count, by category and municipality."""
    many = counted["category"].value_counts()
    each = {entry.label: int(many.get(entry.id, 0)) for entry in settings.categories}
    found = [Finding("je Kategorie: " + _amounts(each))]
    empty = [label for label, number in each.items() if not number]
    if empty:
        todo = f"{some(empty)}: gibt es wirklich kein Angebot, oder fehlt es in der Liste?"
        found.append(Finding(f"kein Angebot, das zählt: {some(empty)}", todo, WORTH))
    here = set(counted["area_id"].dropna().astype(str))
    without = areas.loc[~areas["area_id"].astype(str).isin(here), "name"]
    if len(without):
        found.append(Finding(f"Gemeinden ohne Angebot: {some(without)}"))
    return found


def _online(offers: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Offers that nobody has to go to."""
    said = offers["location_note"].fillna("").astype(str)
    online: pd.Series[bool] = said.str.startswith("findet online statt")
    return online


def _flag(offers: pd.DataFrame, name: str, *, default: bool) -> pd.Series[bool]:
    """A flag of the offers, where it was worked out."""
    if name not in offers or offers[name].dtype != bool:
        return pd.Series(default, offers.index)
    return offers[name]


def about_places(places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> list[Finding]:
    """Places per municipality."""
    return _spots("Orte", places, areas, "Orte (Namen, Koordinaten) für sie ergänzen")


def about_stops(gazetteer: Gazetteer, areas: gpd.GeoDataFrame) -> list[Finding]:
    """Stops by which venues are found, per municipality."""
    return _spots("Haltestellen", gazetteer.stops, areas, "Liste der Haltestellen ergänzen")


def about_addresses(gazetteer: Gazetteer, areas: gpd.GeoDataFrame) -> list[Finding]:
    """Addresses per municipality."""
    if gazetteer.addresses is None:
        return []
    return _spots("Adressen", gazetteer.addresses, areas, "Adressen für sie ergänzen")


def _spots(what: str, table: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, todo: str) -> list[Finding]:
    """How many points lie in each municipality, and where there is none."""
    points = table.geometry.representative_point()
    many = per_area(areas, points.x.to_numpy(), points.y.to_numpy())
    text = f"{len(table)} {what}"
    if len(table) and not many.any():
        wrong = "Datei oder Koordinatensystem passt nicht zum Landkreis"
        return [Finding(f"{text}, keine im Landkreis", wrong, WRONG)]
    if len(many) and many.any():
        text += f", je Gemeinde {many.min()} bis {many.max()}"
    without = areas.loc[many == 0, "name"]
    if not len(without) or not len(table):
        return [Finding(text)]
    return [Finding(text), Finding(f"Gemeinden ohne {what}: {some(without)}", todo, OPEN)]


def about_streets(streets: Streets, areas: gpd.GeoDataFrame) -> list[Finding]:
    """Length of the network, and municipalities without a street."""
    edges = streets.edges
    text = f"{len(edges.length_m)} Abschnitte, {edges.length_m.sum() / 1000:.0f} km"
    many = per_area(areas, streets.nodes.x_m, streets.nodes.y_m)
    if not many.any():
        todo = "die Datei gehört nicht zu diesem Landkreis"
        return [Finding(f"{text}, keine im Landkreis", todo, WRONG)]
    without = areas.loc[many == 0, "name"]
    if not len(without):
        return [Finding(text)]
    todo = "für den ganzen Landkreis laden (geo-integration fetch)"
    return [Finding(text), Finding(f"Gemeinden ohne Straße: {some(without)}", todo, WRONG)]


def about_register(register: pd.DataFrame, named: Iterable[str]) -> list[Finding]:
    """Number of sources, and layers without."""
    found = [Finding(f"{len(register)} Quellen")]
    without = [name for name in named if name not in set(register["layer"])]
    if without:
        todo = "Quelle, Datum und Lizenz in der Quellenliste eintragen (für Karten nötig)"
        found.append(Finding(f"ohne Quelle: {', '.join(without)}", todo, OPEN))
    return found


def per_area(
    areas: gpd.GeoDataFrame, x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Count the points in each municipality."""
    many = np.zeros(len(areas), np.int64)
    for i, area in enumerate(areas.geometry):
        west, south, east, north = area.bounds
        near = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        shapely.prepare(area)
        many[i] = int(shapely.contains_xy(area, x[near], y[near]).sum())
    return many


def some(names: Iterable[object]) -> str:
    """Names as a list; of many the first."""
    every = [str(name) for name in names]
    more = f" und {len(every) - _LISTED} weitere" if len(every) > _LISTED else ""
    return ", ".join(every[:_LISTED]) + more


def _percent(share: float) -> str:
    """A share in whole per cent; only all is 100."""
    return f"{int(share * 100)} %"


def _amounts(each: Mapping[str, int]) -> str:
    """Names with their numbers; of many the least and the greatest."""
    if len(each) <= _LISTED:
        return ", ".join(f"{name} {number}" for name, number in each.items())
    ranked = sorted(each.items(), key=lambda item: item[1])
    ends = [
        ", ".join(f"{name} {number}" for name, number in part) for part in (ranked[:3], ranked[-3:])
    ]
    return f"am wenigsten {ends[0]}; am meisten {ends[1]}"
