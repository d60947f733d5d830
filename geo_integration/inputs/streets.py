"""OpenStreetMap, or a network saved by OSMnx -> the streets for walking, cycling and driving."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import re
import tempfile
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import osmium
import pyproj

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.files import beside
from geo_integration.inputs.street_graph import Ways, build_streets, way_lengths
from geo_integration.inputs.street_tags import Use, remembering, use_of
from geo_integration.streets import Edges, Nodes, Streets

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

__all__ = ["Streets", "read_streets"]

_FORMAT = 1  # of the cache; counts up when the rules or the tables change
_ENTITIES = osmium.osm.NODE | osmium.osm.WAY
_OPL = "opl,locations_on_ways=true,add_metadata=false"
_LINES_AT_ONCE = 2000
_TO_BLANKS = str.maketrans("Nxy,\n", "     ")
_SIGN = re.compile("%([0-9a-fA-F]+)%")
_EDGE_OF_USE_DEG, _MOST_DISTORTED = 6.0, 0.02
_SAMPLE = 500


class Drawn(NamedTuple):
    """Ways as the file has them.

    `node` are the points' numbers in the file, way after way (`start`); `xy` their coordinates in
    `crs`, NaN where the file lacks them.
    """

    node: NDArray[np.int64]
    xy: NDArray[np.float64]
    start: NDArray[np.int64]
    use: NDArray[np.int64]
    uses: list[Use]
    crs: Any = "EPSG:4326"
    length_m: NDArray[np.float64] | None = None


def read_streets(path: Path, crs: str, *, cache: Path | None = None) -> Streets:
    """Read the streets of a county.

    Parameters
    ----------
    path : Path
        .osm.pbf, .osm, .osm.gz or .osm.bz2 from OpenStreetMap, or .graphml saved by OSMnx.
    crs : str
        The county's metric CRS. Lengths are measured in it; OSMnx's own lengths are kept.
    cache : Path, optional
        Folder that keeps the network, so that the same file is not read twice. A network there that
        is damaged is built anew; a folder that cannot be written to is passed over.

    Returns
    -------
    Streets
        All of them, unconnected parts too.

    Raises
    ------
    SourceError
        When the file is missing, cut or unreadable, holds no walkable street, or lies where the
        CRS does not hold.
    """
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    kept = None if cache is None else cache / f"streets-{_digest(path, crs)}.npz"
    streets = None if kept is None else _load(kept)
    if streets is None:
        saved = path.suffix.lower() == ".graphml"
        streets = _built(path, _read_graphml(path) if saved else _read_osm(path), crs)
        if kept is not None:
            _save(kept, streets)
    return streets


# OpenStreetMap ----------------------------------------------------------------------------------


def _read_osm(path: Path) -> Drawn:
    """Ways that somebody may use, in one pass."""
    sizes, numbers, codes = array("q"), array("q"), dict[Use, int]()
    find_use = remembering(_plain)
    parts = [np.empty((0, 3))]
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            contextlib.closing(_streets_as_text(path, Path(folder) / "ways.opl")) as lines,
        ):
            while chunk := list(itertools.islice(lines, _LINES_AT_ONCE)):
                points = []
                for line in chunk:
                    _, tags, nodes = line.split(" ", 2)
                    use = find_use(_tags(tags).get)
                    if use is not None:
                        points.append(nodes)
                        sizes.append(nodes.count("n"))
                        numbers.append(codes.setdefault(use, len(codes)))
                parts.append(_numbers(points))
    except (RuntimeError, ValueError, OSError) as error:
        raise SourceError(
            f"{path}: keine lesbare OpenStreetMap-Datei, oder sie ist unvollständig ({error})"
        ) from error
    table = np.concatenate(parts)
    return Drawn(
        table[:, 0].astype(np.int64),
        table[:, 1:],
        np.r_[0, np.cumsum(np.array(sizes, np.int64))],
        np.array(numbers, np.int64),
        list(codes),
    )


def _streets_as_text(path: Path, text: Path) -> Generator[str, None, None]:
    """Streets and ferries, one a line: number, tags, points with their places.

    Osmium filters and writes many times as fast as ways can be handed over one by one.
    """
    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    wanted = osmium.filter.EntityFilter(osmium.osm.WAY), osmium.filter.KeyFilter("highway", "route")
    with (
        osmium.SimpleWriter(osmium.io.File(str(text), _OPL)) as writer,
        osmium.io.Reader(str(path), _ENTITIES) as reader,
    ):
        osmium.apply(reader, places, *wanted, writer)
    with text.open(encoding="utf-8") as file:
        yield from file


def _tags(field: str) -> dict[str, str]:
    """Tags of a line: Tkey=value,key=value."""
    return dict([tag.split("=", 1) for tag in field[1:].split(",")])


def _plain(value: str) -> str:
    """Tag whose blanks and other signs are written as %hexadecimal%."""
    return _SIGN.sub(lambda code: chr(int(code[1], 16)), value)


def _numbers(points: list[str]) -> NDArray[np.float64]:
    """Points of lines, Nn1x8.1y53.5,n2x8.2y53.6: number, degrees east and north."""
    text = " ".join(points).replace("n", " ").replace("xy", " nan nan").translate(_TO_BLANKS)
    return np.fromstring(text, sep=" ").reshape(-1, 3)


# OSMnx ------------------------------------------------------------------------------------------


def _read_graphml(path: Path) -> Drawn:
    """Streets of a network that OSMnx saved."""
    import networkx as nx  # noqa: PLC0415  heavy, and seldom needed
    import osmnx  # noqa: PLC0415

    try:
        graph = osmnx.load_graphml(path)
        crs = pyproj.CRS.from_user_input(graph.graph["crs"])
        places = {n: (float(d["x"]), float(d["y"])) for n, d in graph.nodes(data=True)}
        streets = _once(graph.edges(keys=True, data=True))
    except (
        nx.NetworkXError, ValueError, KeyError, TypeError, AttributeError, SyntaxError, OSError
    ) as error:  # fmt: skip
        raise SourceError(f"{path}: kein lesbares Straßennetz von OSMnx ({error!r})") from error
    number = {node: i for i, node in enumerate(places)}
    refs, xy, sizes, numbers, lengths = array("q"), [], array("q"), array("q"), array("d")
    codes: dict[Use, int] = {}
    free = len(number)
    for (u, v), tags, both in streets:
        use = use_of(_words(tags, both=both).get)
        if use is None:
            continue
        shape = tags.get("geometry")
        inner = [] if shape is None else list(shape.coords)[1:-1]
        refs.extend([number[u], *range(free, free + len(inner)), number[v]])
        xy += [places[u], *inner, places[v]]
        free += len(inner)
        sizes.append(len(inner) + 2)
        lengths.append(float(tags.get("length", np.nan)))
        numbers.append(codes.setdefault(use, len(codes)))
    return Drawn(
        np.array(refs, np.int64),
        np.array(xy, float).reshape(-1, 2),
        np.r_[0, np.cumsum(np.array(sizes, np.int64))],
        np.array(numbers, np.int64),
        list(codes),
        crs,
        np.array(lengths, float),
    )


def _once(edges: Any) -> list[tuple[tuple[Any, Any], dict[str, Any], bool]]:  # noqa: ANN401
    """Each street once, with whether the network has it in both directions."""
    found: list[tuple[tuple[Any, Any], dict[str, Any], bool]] = []
    waiting: dict[tuple[Any, ...], list[int]] = {}
    for u, v, _, data in edges:
        osmid = data.get("osmid")
        name = str(sorted(osmid, key=str) if isinstance(osmid, list) else osmid)
        length = round(float(data.get("length", 0)), 1)
        partners = waiting.get((v, u, name, length))
        if partners:
            at = partners.pop()
            found[at] = (*found[at][:2], True)
        else:
            waiting.setdefault((u, v, name, length), []).append(len(found))
            found.append(((u, v), data, False))
    return found


def _words(data: dict[str, Any], *, both: bool) -> dict[str, str]:
    """Tags as OpenStreetMap has them; joined streets have lists of values."""
    words = {
        key: ";".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in data.items()
        if key not in {"geometry", "oneway", "highway"} and value is not None
    }
    highway = data.get("highway", "unclassified")
    words["highway"] = str(highway[0] if isinstance(highway, list) else highway)
    return words | {"oneway": "no" if both else "yes"}


# To the network ---------------------------------------------------------------------------------


def _built(path: Path, drawn: Drawn, crs: str) -> Streets:
    """Project, check, and put together."""
    present = np.isfinite(drawn.xy).all(axis=1)
    if len(drawn.node) and not present.any():
        raise SourceError(
            f"{path}: enthält Straßen, aber nicht deren Punkte. Vielleicht ist die Datei nicht "
            f"sortiert: osmium sort hilft"
        )
    at = np.flatnonzero(present)
    _, first, place = np.unique(drawn.node[at], return_index=True, return_inverse=True)
    node = np.full(len(drawn.node), -1, np.int64)
    node[at] = place
    xy = drawn.xy[at[first]]
    metres = _projected(path, xy, drawn.crs, crs) if len(xy) else xy
    stretch = np.ones(len(drawn.use))
    ways = Ways(node, metres, drawn.start, drawn.use, drawn.uses, stretch)
    ways = _at_ferry_speed(ways)
    if drawn.length_m is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = drawn.length_m / way_lengths(ways)
        ways = ways._replace(stretch=np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0))
    walkable = np.array([use.walk and not use.ferry for use in ways.uses], bool)
    joined = (node[:-1] >= 0) & (node[1:] >= 0) & (node[:-1] != node[1:])
    way = np.repeat(np.arange(len(ways.use)), np.diff(ways.start))
    joined &= way[:-1] == way[1:]
    if not walkable[ways.use[way[:-1][joined]]].any():
        raise SourceError(f"{path}: enthält keine begehbaren Straßen")
    return build_streets(ways)


def _at_ferry_speed(ways: Ways) -> Ways:
    """Ferries whose duration is known, at the speed that makes it so."""
    lasts = np.array([use.duration_s for use in ways.uses], float)
    timed = np.flatnonzero(lasts[ways.use] > 0)
    if not len(timed):
        return ways
    lengths = way_lengths(ways)
    uses, use = list(ways.uses), ways.use.copy()
    for way in timed:
        known = uses[use[way]]
        kmh = lengths[way] / known.duration_s * 3.6
        use[way] = len(uses)
        uses.append(known._replace(car_kmh=max(kmh, 0.1)))
    return ways._replace(uses=uses, use=use)


def _projected(path: Path, xy: NDArray[np.float64], source: Any, crs: str) -> NDArray[np.float64]:  # noqa: ANN401
    """Coordinates in the county's CRS, after checking that it holds there."""
    target = pyproj.CRS.from_user_input(crs)
    source = pyproj.CRS.from_user_input(source)
    lonlat = xy
    if not source.is_geographic:
        to_degrees = pyproj.Transformer.from_crs(source, "EPSG:4326", always_xy=True)
        lonlat = np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1]))
    lon, lat = np.median(lonlat, axis=0)
    transformer = pyproj.Transformer.from_crs(source, target, always_xy=True)
    metres = np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
    if not (np.isfinite(metres).all() and _holds(target, lon, lat) and _is_true(lonlat, metres)):
        raise SourceError(
            f"{path}: die Straßen liegen um {abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, "
            f"{abs(lon):.2f}° {'O' if lon >= 0 else 'W'}; dort gilt das Koordinatensystem {crs} "
            f"des Landkreises nicht. Passenden Auszug nehmen oder crs in county.toml berichtigen"
        )
    return metres


def _holds(crs: pyproj.CRS, lon: float, lat: float) -> bool:
    """Whether a place lies in the area that a CRS is made for, or somewhat east or west of it."""
    area = crs.area_of_use
    if area is None:
        return True
    east = (lon - area.west) % 360 <= (area.east - area.west) % 360 + _EDGE_OF_USE_DEG
    west = (area.east - lon) % 360 <= (area.east - area.west) % 360 + _EDGE_OF_USE_DEG
    return area.south <= lat <= area.north and (east or west)


def _is_true(lonlat: NDArray[np.float64], metres: NDArray[np.float64]) -> bool:
    """Whether distances in the CRS are those on the ground, by a sample."""
    if len(lonlat) < 2:
        return True
    at = np.unique(np.linspace(0, len(lonlat) - 2, _SAMPLE).astype(int))
    (lon, lat), (lon_to, lat_to) = lonlat[at].T, lonlat[at + 1].T
    ground = pyproj.Geod(ellps="GRS80").inv(lon, lat, lon_to, lat_to)[2]
    drawn = np.hypot(*(metres[at + 1] - metres[at]).T)
    return bool(abs(drawn.sum() - ground.sum()) <= _MOST_DISTORTED * ground.sum())


# Cache ------------------------------------------------------------------------------------------


def _digest(path: Path, crs: str) -> str:
    """Name of what is built from this content with these rules."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise SourceError(f"{path}: kann nicht gelesen werden ({error})") from error
    digest.update(f"|{path.suffix.lower()}|{crs}|{_FORMAT}".encode())
    return digest.hexdigest()


def _save(path: Path, streets: Streets) -> None:
    """Keep a network, if that is possible."""
    tables = {f"nodes_{k}": v for k, v in streets.nodes._asdict().items()}
    tables |= {f"edges_{k}": v for k, v in streets.edges._asdict().items()}
    with contextlib.suppress(GeoIntegrationError, OSError), beside(path) as part:
        np.savez(part, allow_pickle=False, **tables)


def _load(path: Path) -> Streets | None:
    """Give a network that was kept; None where there is none, or none that is whole."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as tables:
            nodes = Nodes(*(tables[f"nodes_{name}"] for name in Nodes._fields))
            edges = Edges(*(tables[f"edges_{name}"] for name in Edges._fields))
    except Exception:  # noqa: BLE001  whatever is wrong with it, it can be built anew
        return None
    return Streets(nodes, edges) if _is_whole(nodes, edges) else None


def _is_whole(nodes: Nodes, edges: Edges) -> bool:
    """Whether the tables fit together."""
    size, start = len(edges.from_node), edges.shape_start
    ends = np.r_[edges.from_node, edges.to_node]
    return (
        all(len(column) == len(nodes.x_m) for column in nodes)
        and all(len(column) == size for column in edges[:10])
        and len(start) == size + 1
        and size > 0
        and start[0] == 0
        and start[-1] == len(edges.shape_xy)
        and bool((np.diff(start) >= 2).all())
        and ends.min() >= 0
        and ends.max() < len(nodes.x_m)
    )
