"""What maps show around the findings: waters, roads and railways of own files or OpenStreetMap."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pyogrio
import shapely

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.files import beside
from geo_integration.frames import CONTEXT, CONTEXT_KINDS, check_frame
from geo_integration.inputs.contents import require_file, require_own_data
from geo_integration.inputs.line_network import merged
from geo_integration.inputs.tables import in_crs, open_vector, plain_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geo_integration.inputs.tables import FaultList

_ATTRIBUTION, _LICENCE = "© OpenStreetMap-Mitwirkende (ODbL)", "Open Database License 1.0 (ODbL)"
_FORMAT = 1  # of what is kept; counts up when the rules change
# So far around the county maps show something.
AROUND_M = 15_000.0
# At 1:100,000 this is a tenth of a millimetre.
SIMPLIFY_M = 10.0
SMALLEST_M2 = {"water": 20_000.0, "green": 100_000.0}
# Where main roads are rarer, metres per square metre, tertiary ones are drawn, too.
_FEW_ROADS = 0.4e-3
# Platforms of the timetable as near to a track as this lie on it.
_ON_TRACK_M = 400.0
_RIVER, _TERTIARY = "river", "tertiary"
_OWN, _OSM = ("kind", "art"), ("highway", "railway", "natural", "waterway", "landuse", "fclass")
_WORDS = {
    "green": "green grün grünfläche wald forest wood park",
    "water": "water gewässer see meer wasser wasserfläche riverbank reservoir",
    "shore": "shore coast küste küstenlinie coastline ufer",
    _RIVER: "fluss kanal river canal",
    "main_road": "road straße straßen hauptstraße autobahn bundesstraße motorway trunk primary",
    "road": "nebenstraße landesstraße landstraße kreisstraße secondary",
    _TERTIARY: "tertiary",
    "rail": "rail bahn bahnlinie eisenbahn schiene railway light_rail narrow_gauge subway tram",
}
_KIND_OF = {plain_header(word): kind for kind, words in _WORDS.items() for word in words.split()}
_AREAS, _LINES = ("Polygon", "MultiPolygon"), ("LineString", "MultiLineString")
SURFACES = ("green", "water")
_NEEDED = (
    "erwartet wird eine Spalte kind mit water, coast, road, rail oder green (auch Gewässer, Küste, "
    "Straße, Bahn, Grün), oder Spalten von OpenStreetMap (highway, railway, natural, waterway)"
)
_OF_LINES = osmium.filter.TagFilter(
    *(("highway", value) for value in ("motorway", "trunk", "primary", "secondary", "tertiary")),
    *(("railway", value) for value in ("rail", "light_rail", "narrow_gauge", "subway", "tram")),
    *(("waterway", value) for value in ("river", "canal")),
    ("natural", "coastline"),
)
_OF_LAKES = osmium.filter.TagFilter(("natural", "water"), ("waterway", "riverbank"))


class Context(NamedTuple):
    """CONTEXT of files, and the names of those that hold data of OpenStreetMap."""

    drawn: gpd.GeoDataFrame
    osm: list[str]


def read_context(
    files: Sequence[Path],
    streets: Path | None,
    areas: gpd.GeoDataFrame,
    faults: FaultList,
    *,
    cache: Path | None = None,
) -> Context:
    """Read what maps show around the findings.

    Parameters
    ----------
    files : sequence of Path
        Lines and polygons, any vector format and CRS, also in a ZIP; of all their layers.
    streets : Path or None
        Streets of OpenStreetMap; read where there are no such files.
    areas : GeoDataFrame
        AREAS; what lies more than 15 km around them is left out.
    faults : FaultList
        Gets what cannot be understood.
    cache : Path, optional
        Folder that keeps what was taken from the streets; one that cannot be used is passed over.

    Returns
    -------
    Context
        In the CRS of the areas.

    Raises
    ------
    SourceError
        When a file cannot be used.
    """
    osm: list[str] = []
    if files or streets is None or streets.suffix.lower() == ".graphml":
        found = [_read_file(path, str(areas.crs), faults, osm) for path in files]
        return Context(_drawn(found, areas), osm)
    kept = None if cache is None else cache / f"context-{_digest(streets, areas)}.json"
    drawn = None if kept is None else _load(kept, areas.crs)
    if drawn is None:
        noted = len(faults)
        drawn = _drawn([_read_osm(streets, faults).to_crs(areas.crs)], areas)
        if kept is not None and len(faults) == noted:
            _save(kept, drawn)
    return Context(drawn, [streets.name])


def with_credit(sources: pd.DataFrame, osm: Sequence[str]) -> pd.DataFrame:
    """Name OpenStreetMap among the sources, where it is used and the register does not say so."""
    if not osm or sources["attribution"].str.contains("OpenStreetMap").any():
        return sources
    row = {
        "layer": "context", "file": ", ".join(osm), "source": "OpenStreetMap", "licence": _LICENCE,
        "attribution": _ATTRIBUTION, "status": "real",
    }  # fmt: skip
    return pd.concat([sources, pd.DataFrame([row])], ignore_index=True).fillna("")


def with_network(
    drawn: gpd.GeoDataFrame, network: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Add the lines of the timetable; rides between stops on drawn tracks are left to these.

    Parameters
    ----------
    drawn, network : GeoDataFrame
        CONTEXT of files, and of the timetable.
    areas : GeoDataFrame
        AREAS.

    Returns
    -------
    GeoDataFrame
        CONTEXT, from bottom to top.
    """
    shapes = dict(zip(network["kind"], network.geometry, strict=True))
    tracks = drawn.loc[drawn["kind"] == "rail", "geometry"].union_all()
    if "train" in shapes and not tracks.is_empty:
        shapes["train"] = _beside(shapes["train"], tracks.buffer(_ON_TRACK_M))
    window = _window(areas)
    shapes = {
        kind: _simple(kind, shapely.get_parts(shape), window) for kind, shape in shapes.items()
    }
    return _context(shapes | dict(zip(drawn["kind"], drawn.geometry, strict=True)), drawn.crs)


def _beside(lines: BaseGeometry, near: BaseGeometry) -> BaseGeometry:
    """Rides of which an end lies off the tracks."""
    parts = [np.asarray(part.coords) for part in shapely.get_parts(lines)]
    hops = shapely.linestrings([pair for at in parts for pair in itertools.pairwise(at)])
    ends = shapely.get_point(hops, 0), shapely.get_point(hops, -1)
    shapely.prepare(near)
    on_track = shapely.intersects(near, ends[0]) & shapely.intersects(near, ends[1])
    return merged(hops[~on_track])


# Own files --------------------------------------------------------------------------------------


def _read_file(path: Path, crs: str, faults: FaultList, osm: list[str]) -> gpd.GeoDataFrame:
    """All layers of a file: kind and geometry of what can be understood."""
    layers = [open_vector(path, layer=name) for name in _layers(path)] or [open_vector(path)]
    headers = {plain_header(name) for layer in layers for name in layer.columns}
    if headers & set(_OSM):
        osm.append(path.name)
    found = [_understood(path, layer, crs, faults) for layer in layers]
    known = [layer for layer in found if layer is not None]
    if not known:
        raise SourceError(f"{path}: nicht zu erkennen, was die Linien und Flächen sind; {_NEEDED}")
    whole: gpd.GeoDataFrame = pd.concat(known, ignore_index=True)
    return whole


def _layers(path: Path) -> list[str]:
    """Names of the layers that hold geometries."""
    require_file(path)
    require_own_data(path)
    try:
        names = [str(name) for name, shape in pyogrio.list_layers(path) if shape is not None]
        return [name for name in names if pyogrio.read_info(path, layer=name)["features"] != 0]
    except Exception:  # noqa: BLE001  open_vector says in words what is wrong
        return []


def _understood(
    path: Path, table: gpd.GeoDataFrame, crs: str, faults: FaultList
) -> gpd.GeoDataFrame | None:
    """Kind and geometry of the rows of a layer; None where no column tells of kinds."""
    named = {plain_header(name): name for name in reversed(table.columns)}
    own = [named[name] for name in _OWN if name in named]
    osm = [named[plain_header(name)] for name in _OSM if plain_header(name) in named]
    if not own and not osm:
        return None
    empty = table.geometry.isna() | table.geometry.is_empty
    _note(path, table.index[empty], (None, None), "ohne Geometrie", faults)
    table = in_crs(path, table[~empty], crs)
    values = {name: table[name].map(_plain) for name in (*own, *osm)}
    kind = pd.Series(None, index=table.index, dtype=object)
    for said in values.values():
        kind = kind.where(kind.notna(), said.map(_KIND_OF))
    for name in own:
        strange = table[name].where(kind.isna() & (values[name] != ""))
        for word, rows in strange.groupby(strange).groups.items():
            _note(path, rows, (name, word), f"unbekannt ({_NEEDED})", faults)
    silent = pd.concat(values, axis=1).eq("").all(axis=1)
    told = (own or osm)[0]
    _note(path, table.index[silent], (told, None), f"ohne Angabe ({_NEEDED})", faults)
    found = gpd.GeoDataFrame({"kind": kind}, geometry=_flat(table), crs=table.crs)
    if "service" in named:  # sidings and yards
        found = found[~((kind == "rail") & (table[named["service"]].map(_plain) != ""))]
    return _fitting(path, found[found["kind"].notna()], faults)


def _plain(value: object) -> str:
    """A word of a column as the list of words has it; empty where it is missing."""
    return plain_header(value) if isinstance(value, str) else ""


def _flat(table: gpd.GeoDataFrame) -> NDArray[np.object_]:
    flat: NDArray[np.object_] = shapely.force_2d(table.geometry.to_numpy())
    return flat


def _fitting(path: Path, found: gpd.GeoDataFrame, faults: FaultList) -> gpd.GeoDataFrame:
    """Polygons of what has a surface, lines of what has none; of coasts their outline."""
    kind = found["kind"]
    found = found.set_geometry(found.geometry.where(kind != "shore", _outlines(found.geometry)))
    shape = found.geometry.geom_type
    lines, areas = shape.isin(_LINES), shape.isin(_AREAS)
    kind = kind.where(~(lines & kind.isin(["water", _RIVER])), "shore")
    kind = kind.where(~(areas & kind.eq(_RIVER)), "water")
    fits = (areas & kind.isin(SURFACES)) | (lines & ~kind.isin(SURFACES))
    said = "erwartet werden Gewässer und Grün als Flächen, Straßen und Bahn als Linien"
    _note(path, found.index[~fits], (None, None), said, faults)
    return found.assign(kind=kind)[fits]


def _outlines(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Borders of polygons; all else as it is."""
    return shapes.boundary.where(shapes.geom_type.isin(_AREAS), shapes)


def _note(
    path: Path,
    rows: pd.Index[int],
    about: tuple[str | None, str | None],
    said: str,
    faults: FaultList,
) -> None:
    """Note rows that are left out: the first, and how many; `about` is a column and its value."""
    if len(rows):
        many = f"{len(rows)} Zeilen" if len(rows) > 1 else "diese Zeile"
        message = f"{said}; {many} nicht gezeichnet"
        faults.note(path.name, int(rows.min()) + 1, *about, message, rejected=True)


# OpenStreetMap ----------------------------------------------------------------------------------


def _read_osm(path: Path, faults: FaultList) -> gpd.GeoDataFrame:
    """Main roads, railways and waters of an extract."""
    ways: Any = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    lakes: Any = osmium.FileProcessor(str(path)).with_areas(_OF_LAKES)
    wanted = [osmium.filter.EntityFilter(kind) for kind in (osmium.osm.WAY, osmium.osm.AREA)]
    try:
        found = list(_lines(ways.with_filter(wanted[0]).with_filter(_OF_LINES)))
    except (RuntimeError, ValueError, OSError) as error:
        raise SourceError(
            f"{path}: keine lesbare OpenStreetMap-Datei, oder sie ist unvollständig ({error})"
        ) from error
    try:
        found += list(_surfaces(lakes.with_filter(wanted[1]).with_filter(_OF_LAKES)))
    except (RuntimeError, ValueError, OSError) as error:
        message = f"Seen sind nicht zu lesen und nicht gezeichnet ({error}); osmium sort hilft"
        faults.note(path.name, None, None, None, message)
    kinds, shapes = [kind for kind, _ in found], [shape for _, shape in found]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, crs="EPSG:4326")


def _lines(ways: Iterable[Any]) -> Iterator[tuple[str, BaseGeometry]]:
    """Roads, railways, coast and rivers; where points are missing, what is left of them."""
    for way in ways:
        kind = _kind_of(way.tags)
        places = (node.location for node in way.nodes)
        at = [(place.lon, place.lat) for place in places if place.valid()]
        if kind and len(at) > 1:
            yield ("shore" if kind == _RIVER else kind), shapely.LineString(at)


def _surfaces(areas: Iterable[Any]) -> Iterator[tuple[str, BaseGeometry]]:
    """Lakes and wide rivers whose shores are closed."""
    to_wkb = osmium.geom.WKBFactory()
    for area in areas:
        if area.num_rings()[0]:
            yield "water", shapely.from_wkb(to_wkb.create_multipolygon(area))


def _kind_of(tags: Mapping[str, str]) -> str:
    """What tags tell of; sidings and yards are nothing."""
    values = (tags.get(key) for key in _OSM)
    kind = next((k for v in values if v and (k := _KIND_OF.get(plain_header(v)))), "")
    return "" if kind == "rail" and tags.get("service") else kind


def _digest(path: Path, areas: gpd.GeoDataFrame) -> str:
    """Name of what is drawn of this content for these areas."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise SourceError(f"{path}: kann nicht gelesen werden ({error})") from error
    digest.update(
        f"|{areas.crs}|{areas.total_bounds.tolist()}|{areas.area.sum()}|{_FORMAT}".encode()
    )
    return digest.hexdigest()


def _save(path: Path, drawn: gpd.GeoDataFrame) -> None:
    """Keep what is drawn, if that is possible."""
    shapes = dict(zip(drawn["kind"], drawn.geometry.to_wkb(hex=True), strict=True))
    with contextlib.suppress(GeoIntegrationError, OSError), beside(path) as part:
        part.write_text(json.dumps(shapes), encoding="ascii")


def _load(path: Path, crs: Any) -> gpd.GeoDataFrame | None:  # noqa: ANN401
    """Give what was kept; None where there is nothing, or nothing whole."""
    try:
        shapes = json.loads(path.read_text(encoding="ascii"))
        return _context({kind: shapely.from_wkb(shape) for kind, shape in shapes.items()}, crs)
    except Exception:  # noqa: BLE001  whatever is wrong with it, it can be read anew
        return None


# What is drawn ----------------------------------------------------------------------------------


def _drawn(found: Sequence[gpd.GeoDataFrame], areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """CONTEXT: one simple geometry of each kind, in and around the county."""
    window = _window(areas)
    parts: dict[str, list[NDArray[np.object_]]] = {}
    for table in found:
        for kind, of_kind in table.groupby("kind"):
            near = of_kind.geometry[of_kind.geometry.intersects(window)]
            parts.setdefault(str(kind), []).append(near.to_numpy())
    shapes = {kind: np.concatenate(of_kind) for kind, of_kind in parts.items()}
    tertiary = shapes.pop(_TERTIARY, np.empty(0, object))
    if len(tertiary) and _are_few([shapes.get(kind) for kind in ("main_road", "road")], areas):
        shapes["road"] = np.concatenate([shapes.get("road", tertiary[:0]), tertiary])
    simple = {kind: _simple(kind, of_kind, window) for kind, of_kind in shapes.items()}
    return _context(simple, areas.crs)


def _window(areas: gpd.GeoDataFrame) -> BaseGeometry:
    """What maps may show."""
    around: BaseGeometry = shapely.box(*areas.total_bounds).buffer(AROUND_M, join_style="mitre")
    return around


def _context(shapes: Mapping[str, BaseGeometry], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """CONTEXT of what is not empty, from bottom to top."""
    kinds = [kind for kind in CONTEXT_KINDS if kind in shapes and not shapes[kind].is_empty]
    context = gpd.GeoDataFrame({"kind": kinds}, geometry=[shapes[k] for k in kinds], crs=crs)
    check_frame(context, CONTEXT)
    return context


def _are_few(roads: Sequence[NDArray[np.object_] | None], areas: gpd.GeoDataFrame) -> bool:
    """Whether the county has hardly any of these roads."""
    county = shapely.union_all(shapely.simplify(areas.geometry.to_numpy(), 10 * SIMPLIFY_M))
    inside = [shapely.intersection(lines, county) for lines in roads if lines is not None]
    return float(sum(shapely.length(part).sum() for part in inside)) < _FEW_ROADS * county.area


def _simple(kind: str, shapes: NDArray[np.object_], window: BaseGeometry) -> BaseGeometry:
    """Joined, cut, and with no more points than can be seen."""
    if kind in SURFACES:
        whole = shapely.union_all(shapely.make_valid(shapes))
        cut = shapely.get_parts(shapely.intersection(whole, window))
        large = cut[shapely.area(cut) >= SMALLEST_M2[kind]]
        return shapely.MultiPolygon(list(shapely.simplify(large, SIMPLIFY_M)))
    parts = shapely.get_parts(shapely.intersection(shapes, window))
    lines = shapely.get_parts(parts[shapely.get_dimensions(parts) == 1])
    simple: BaseGeometry = shapely.simplify(merged(lines[~shapely.is_empty(lines)]), SIMPLIFY_M)
    return simple
