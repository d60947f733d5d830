"""OpenStreetMap -> street nodes and edges for walking."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd

from geo_integration.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_NOT_ON_FOOT = frozenset(
    (
        "motorway", "motorway_link", "trunk_link", "construction", "proposed", "raceway",
        "bus_guideway", "abandoned", "razed", "platform", "escape", "corridor", "elevator",
    )
)  # fmt: skip
_BARRED = frozenset(("no", "private", "use_sidepath"))
_OPEN = frozenset(("yes", "designated", "permissive", "destination"))


class Streets(NamedTuple):
    """Walkable streets.

    `nodes` has point geometry in the county's CRS; `edges` has from_node, to_node (positions in
    `nodes`) and length_m, each street once.
    """

    nodes: gpd.GeoDataFrame
    edges: pd.DataFrame


def read_streets(path: Path, crs: str) -> Streets:
    """Read walkable streets from an OpenStreetMap file.

    Parameters
    ----------
    path : Path
        .osm.pbf, .osm, .osm.gz or .osm.bz2.
    crs : str
        The county's metric CRS.

    Returns
    -------
    Streets
        The largest connected network; lengths in metres.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, or holds no walkable street.
    """
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    ends: list[tuple[int, int]] = []
    lonlat: dict[int, tuple[float, float]] = {}
    try:
        processor = osmium.FileProcessor(str(path)).with_locations()
        processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        for way in processor.with_filter(osmium.filter.KeyFilter("highway")):
            if isinstance(way, osmium.osm.Way) and _is_walkable(way.tags):
                refs = [n.ref for n in way.nodes if n.location.valid()]
                lonlat.update({n.ref: (n.lon, n.lat) for n in way.nodes if n.location.valid()})
                ends += list(itertools.pairwise(refs))
    except (RuntimeError, ValueError, OSError) as error:
        raise SourceError(f"{path}: keine lesbare OpenStreetMap-Datei ({error})") from error
    if not ends:
        raise SourceError(f"{path}: enthält keine begehbaren Straßen")
    return _network(ends, lonlat, crs)


def _is_walkable(tags: osmium.osm.TagList) -> bool:
    """Whether people may walk there."""
    foot = tags.get("foot")
    if foot in _OPEN:
        return True
    barred = foot in _BARRED or tags.get("access") in _BARRED
    return tags["highway"] not in _NOT_ON_FOOT and not barred and tags.get("area") != "yes"


def _network(
    ends: list[tuple[int, int]], lonlat: dict[int, tuple[float, float]], crs: str
) -> Streets:
    """Nodes and edges."""
    refs = np.fromiter(lonlat, dtype=np.int64, count=len(lonlat))
    degrees = np.array([lonlat[r] for r in refs.tolist()])
    points = gpd.GeoSeries.from_xy(degrees[:, 0], degrees[:, 1], crs="EPSG:4326").to_crs(crs)
    order = np.argsort(refs)
    pairs = order[np.searchsorted(refs[order], np.array(ends))]
    x, y = points.x.to_numpy(), points.y.to_numpy()
    length = np.hypot(x[pairs[:, 0]] - x[pairs[:, 1]], y[pairs[:, 0]] - y[pairs[:, 1]])
    edges = pd.DataFrame({"from_node": pairs[:, 0], "to_node": pairs[:, 1], "length_m": length})
    edges = edges[edges["from_node"] != edges["to_node"]].reset_index(drop=True)
    return Streets(gpd.GeoDataFrame({"osm_id": refs}, geometry=points), edges)
