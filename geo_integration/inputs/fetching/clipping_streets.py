"""State-wide street maps, cut down to a county and what lies around it."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import osmium
import shapely

from geo_integration.errors import SourceError
from geo_integration.files import beside

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


_KEYS = ("highway", "route", "railway", "waterway", "natural")
# Of these keys only what maps show for orientation, see inputs/context.py.
_ONLY = {
    "railway": ("rail", "light_rail", "narrow_gauge", "subway", "tram"),
    "waterway": ("river", "canal", "riverbank"),
    "natural": ("coastline", "water"),
}


class ClippedStreets(NamedTuple):
    """What is left of a street map; `date` of the map, empty where it is unknown."""

    ways: int
    nodes: int
    date: str


def clip_streets(source: Path, target: Path, area: shapely.Geometry) -> ClippedStreets:
    """Keep of an OpenStreetMap extract the streets and ferries that have a point inside, whole.

    Railways, coast, rivers and simple lakes stay too, because maps show them. Names of mappers,
    dates of changes and everything else are left out.

    Parameters
    ----------
    source : Path
        .osm.pbf, .osm, .osm.gz or .osm.bz2.
    target : Path
        .osm.pbf to write.
    area : shapely geometry
        Polygon in degrees (EPSG:4326).

    Returns
    -------
    ClippedStreets
        How much is left, and of when it is.

    Raises
    ------
    SourceError
        When the extract is unreadable, or has no street inside.
    OutputError
        When the file cannot be written.
    """
    try:
        way, start, refs = _streets_of(source)
        inside = _inside(source, np.unique(refs), area)
        touched = np.isin(refs, inside)
        kept = np.add.reduceat(touched, start) > 0 if len(start) else np.zeros(0, bool)
        nodes = np.unique(refs[np.repeat(kept, np.diff(np.r_[start, len(refs)]))])
        date = date_of(source)
        if kept.any():
            with beside(target) as part:
                _write_streets(source, part, way[kept], nodes)
    except (RuntimeError, ValueError) as error:
        raise SourceError(
            f"{source.name}: keine lesbare OpenStreetMap-Datei, oder unvollständig ({error})"
        ) from error
    if not kept.any():
        raise SourceError(
            f"{source.name}: enthält im Landkreis keine Straße. Ist es der Auszug einer anderen "
            f"Gegend?"
        )
    return ClippedStreets(int(kept.sum()), len(nodes), date)


def _streets_of(source: Path) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of ways, where the points of each start, and the numbers of the points."""
    ways, start, refs = array("q"), array("q"), array("q")
    streets: Any = osmium.FileProcessor(str(source), osmium.osm.WAY)
    for street in streets.with_filter(osmium.filter.KeyFilter(*_KEYS)):
        if not _is_kept(street.tags):
            continue
        ways.append(street.id)
        start.append(len(refs))
        refs.extend([node.ref for node in street.nodes])
        if start[-1] == len(refs):
            ways.pop()
            start.pop()
    return np.array(ways, np.int64), np.array(start, np.int64), np.array(refs, np.int64)


def _is_kept(tags: Any) -> bool:  # noqa: ANN401 - osmium's list of tags
    """Whether a way is a street or ferry, or shown for orientation."""
    if "highway" in tags or "route" in tags:
        return True
    return any(tags.get(key) in values for key, values in _ONLY.items())


def _inside(source: Path, wanted: NDArray[np.int64], area: shapely.Geometry) -> NDArray[np.int64]:
    """Those of the wanted points that lie inside."""
    shapely.prepare(area)
    west, south, east, north = shapely.bounds(area)
    ids, lon, lat = array("q"), array("d"), array("d")
    nodes: Any = osmium.FileProcessor(str(source), osmium.osm.NODE)
    for node in nodes.with_filter(osmium.filter.IdFilter(array("q", wanted.tobytes()))):
        place = node.location
        if place.valid() and west <= place.lon <= east and south <= place.lat <= north:
            ids.append(node.id)
            lon.append(place.lon)
            lat.append(place.lat)
    return np.array(ids, np.int64)[shapely.contains_xy(area, np.array(lon), np.array(lat))]


def _write_streets(
    source: Path, target: Path, ways: NDArray[np.int64], nodes: NDArray[np.int64]
) -> None:
    """Write streets and their points, in the order of the file."""
    points, streets = (osmium.filter.IdFilter(array("q", ids.tobytes())) for ids in (nodes, ways))
    points.enable_for(osmium.osm.NODE)
    streets.enable_for(osmium.osm.WAY)
    file = osmium.io.File(str(target), "pbf,add_metadata=false")
    with (
        osmium.SimpleWriter(file) as writer,
        osmium.io.Reader(str(source), osmium.osm.NODE | osmium.osm.WAY) as reader,
    ):
        osmium.apply(reader, points, streets, writer)


def date_of(source: Path) -> str:
    """Tell the day of a map, where its head says so; else nothing."""
    with osmium.io.Reader(str(source), osmium.osm.NOTHING) as reader:
        return str(reader.header().get("osmosis_replication_timestamp"))[:10]
