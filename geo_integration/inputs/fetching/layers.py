"""The sources of a county profile -> files in its folder, and rows in its register."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

import geopandas as gpd

from geo_integration.errors import GeoIntegrationError, SettingsError, SourceError
from geo_integration.inputs.areas import read_areas
from geo_integration.inputs.fetching.clipping import clip_gtfs
from geo_integration.inputs.fetching.clipping_offers import clip_offers
from geo_integration.inputs.fetching.clipping_streets import clip_streets
from geo_integration.inputs.fetching.download import Fetched, download, taken
from geo_integration.inputs.fetching.folders import one_at_a_time, plain_writing
from geo_integration.inputs.fetching.registering import note_source
from geo_integration.inputs.fetching.visiting import Visitor
from geo_integration.inputs.offers.osm import KINDS
from geo_integration.profile import Layers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import shapely

    from geo_integration.profile import Source
    from geo_integration.settings import Settings

REGISTER = "register.csv"
State = Literal["da", "geladen", "fehlgeschlagen"]
_OVERPASS = "[out:xml][timeout:100];({parts});(._;>;);out body;"
_STREETS = (
    'way["highway"]',
    'way["route"="ferry"]',
    'way["railway"~"^(rail|light_rail|narrow_gauge|subway|tram)$"]',
    'way["waterway"~"^(river|canal|riverbank)$"]',
    'way["natural"~"^(coastline|water)$"]',
)


class Outcome(NamedTuple):
    """What became of a layer: already there, loaded now, or failed with a `message`."""

    layer: str
    state: State
    file: str
    size: int = 0
    date: dt.date | None = None
    message: str = ""


class _Way(NamedTuple):
    """How files are got: who asks, whether for newer ones, and who hears of it."""

    visitor: Visitor
    again: bool
    progress: Callable[[str, int, int | None], None]
    say: Callable[[str], None]


def fetch(
    settings: Settings,
    layers: Sequence[str] = (),
    *,
    progress: Callable[[str, int, int | None], None],
    say: Callable[[str], None],
    again: bool = False,
    visitor: Visitor | None = None,
) -> list[Outcome]:
    """Get the files of a county from the sources that its profile names.

    A layer that fails does not keep the others from coming. Files that are there already, however
    they came, are checked and left alone.

    Parameters
    ----------
    settings : Settings
        The county profile.
    layers : sequence of str
        Names under [sources]; none means all.
    progress : callable
        Called with layer, bytes done, and all or None.
    say : callable
        Gets lines for the planner: what failed and what to do, and hints.
    again : bool
        Ask for newer files than those that are there.
    visitor : Visitor, optional
        Asks the servers.

    Returns
    -------
    list of Outcome
        One for each layer.

    Raises
    ------
    SettingsError
        When the profile has no sources, or none of a given name.
    """
    chosen = _chosen(settings, layers)
    with contextlib.closing(visitor or Visitor()) as asking:
        way = _Way(asking, again, progress, say)
        return [_outcome(settings, layer, settings.sources[layer], way) for layer in chosen]


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """Table of what became of the layers, line by line."""
    rows = []
    for found in outcomes:
        size = f"{found.size / 1e6:.1f} MB".replace(".", ",") if found.size else ""
        date = "" if found.date is None else f"{found.date:%d.%m.%Y}"
        rows.append((found.layer, found.state, found.file, size, date))
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(5)]
    return [
        "  ".join(
            text.rjust(width) if i == 3 else text.ljust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _chosen(settings: Settings, layers: Sequence[str]) -> list[str]:
    """Layers to fetch, the boundaries first: others are cut along them."""
    known = settings.sources
    if not known:
        raise SettingsError(
            f"{settings.folder / 'county.toml'}: ohne [sources] ist nicht bekannt, woher die "
            f"Dateien kommen. Wie man sie einträgt, zeigt das Profil von geo-integration init"
        )
    strange = [layer for layer in layers if layer not in known]
    if strange:
        raise SettingsError(
            f"Unter [sources] gibt es {', '.join(strange)} nicht; dort stehen: {', '.join(known)}"
        )
    names = list(dict.fromkeys(layers or known))
    return sorted(names, key=lambda name: name != "areas")


def _outcome(settings: Settings, layer: str, source: Source, way: _Way) -> Outcome:
    """Get one layer, and say what went wrong in one line."""
    try:
        fetched, remarks = _got(settings, layer, source, way)
    except GeoIntegrationError as error:
        message = _failure(settings, layer, source, str(error))
        way.say(message)
        return Outcome(layer, "fehlgeschlagen", source.file, message=message)
    try:
        _register(settings, layer, source, fetched, remarks)
    except GeoIntegrationError as error:
        way.say(f"{layer}: die Herkunft steht noch nicht im Register, bitte von Hand: {error}")
    _hint(settings, layer, source, way)
    state: State = "geladen" if fetched.loaded else "da"
    return Outcome(layer, state, source.file, fetched.size, fetched.date)


def _failure(settings: Settings, layer: str, source: Source, what: str) -> str:
    """One line: which layer, which address, what happened, what to do by hand."""
    page = source.page or _shown(source.url)
    hint = f" ({source.note})" if source.note and not source.page else ""
    plain = " ".join(what.split()).rstrip(".")
    end = "" if plain.endswith("?") else "."
    return (
        f"{layer}: {_shown(source.url)}: {plain}{end} Von Hand: Datei im Browser laden: "
        f"{page}{hint}, als {source.downloaded} in den Ordner {settings.folder} legen, dann erneut "
        f'geo-integration fetch "{settings.folder}" {layer}'
    )


def _shown(url: str) -> str:
    """Address without what may be a key."""
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _hint(settings: Settings, layer: str, source: Source, way: _Way) -> None:
    """Tell when the profile does not use a file yet."""
    field = "register_" if layer == "register" else layer
    if field not in Layers.model_fields:
        return
    named = getattr(settings.layers, field)
    if source.file not in ((named,) if isinstance(named, str) else named or ()):
        # The own list of offers stays the first; a timetable takes the place of the one before.
        own = named if layer == "offers" else ()
        several = layer in ("timetable", "offers")
        files = [*own, source.file] if several else source.file
        shown = json.dumps(files, ensure_ascii=False)
        way.say(f"{layer}: noch nicht benutzt; in county.toml unter [layers]: {layer} = {shown}")


# One layer --------------------------------------------------------------------------------------


def _got(settings: Settings, layer: str, source: Source, way: _Way) -> tuple[Fetched, list[str]]:
    """The file of a layer, and what the register should say of it."""
    target, whole = settings.folder / source.file, settings.folder / source.downloaded
    if not source.clipped_km:
        return _downloaded(source.url, target, layer, source, way), []
    if target.exists() and not way.again and not _is_newer(whole, target):
        return taken(target), []
    area = _surroundings(settings, source.clipped_km)
    url = _query(source, area) if source.is_query else source.url
    fetched = _downloaded(url, whole, layer, source, way)
    if target.exists() and not fetched.loaded and not _is_newer(whole, target):
        return taken(target), []
    around = f"auf den Landkreis und {source.clipped_km:g} km"
    way.say(f"{layer}: {whole.name} wird {around} zugeschnitten")
    remarks = [f"zugeschnitten {around}"]
    with plain_writing(target), one_at_a_time(settings.folder):
        if source.kind == "gtfs":
            feed = clip_gtfs(whole, target, area.bounds)
            remarks.append(f"{feed.trips} von {feed.of_trips} Fahrten")
        elif source.kind == "osm_offers":
            found = clip_offers(whole, target, area)
            remarks += [f"{found.objects} Objekte"] + [f"Stand {found.date}"] * bool(found.date)
        else:
            streets = clip_streets(whole, target, area)
            remarks += [f"{streets.ways} Straßen"] + [f"Stand {streets.date}"] * bool(streets.date)
    size = target.stat().st_size
    return fetched._replace(path=target, size=size, loaded=True), remarks


def _is_newer(whole: Path, target: Path) -> bool:
    """Whether what a file is cut from came after it was cut."""
    return whole.exists() and whole.stat().st_mtime > target.stat().st_mtime


def _downloaded(url: str, target: Path, layer: str, source: Source, way: _Way) -> Fetched:
    return download(
        url,
        target,
        visitor=way.visitor,
        again=way.again,
        sha256=source.sha256,
        max_bytes=int(source.max_gb * 1e9),
        progress=lambda done, total: way.progress(layer, done, total),
    )


def _surroundings(settings: Settings, km: float) -> shapely.Polygon:
    """The county and what lies around it, in degrees."""
    path = settings.folder / settings.layers.areas
    if not path.is_file():
        raise SourceError(
            f"zum Zuschneiden fehlen die Gemeindegrenzen ({path.name}); zuerst diese beschaffen"
        )
    areas = read_areas(path, settings.areas, settings.county.crs, county=settings.county.ags)
    around = areas.geometry.union_all().buffer(km * 1000, quad_segs=4).simplify(50)
    found: shapely.Polygon = gpd.GeoSeries([around], crs=areas.crs).to_crs("EPSG:4326").iloc[0]
    return found


def _query(source: Source, area: shapely.Polygon) -> str:
    """Address that asks an Overpass server for what is needed around the county."""
    west, south, east, north = area.bounds
    box = f"({south:.4f},{west:.4f},{north:.4f},{east:.4f})"
    asked: tuple[str, ...] = _STREETS
    if source.kind == "osm_offers":
        values: dict[str, list[str]] = {}
        for key, value, _ in KINDS:
            values.setdefault(key, []).append(value)
        asked = tuple(f'nwr["{key}"~"^({"|".join(v)})$"]' for key, v in values.items())
    data = _OVERPASS.format(parts="".join(f"{part}{box};" for part in asked))
    return f"{source.url}?{urlencode({'data': data})}"


def _register(
    settings: Settings, layer: str, source: Source, fetched: Fetched, remarks: Sequence[str]
) -> None:
    """Note where a file came from."""
    parts = [source.note, *remarks, f"sha256 {fetched.sha256}"]
    row = {
        "layer": layer,
        "file": source.file,
        "source": source.title or _shown(source.url),
        "date": fetched.date.isoformat(),
        "licence": source.licence,
        "attribution": source.attribution,
        "status": "real",
        "note": "; ".join(part for part in parts if part),
    }
    path = settings.layer("register") or settings.folder / REGISTER
    note_source(path, row, replace=fetched.loaded)
