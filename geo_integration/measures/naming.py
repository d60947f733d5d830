"""Names for groups of cells, in ordinary words: the places inside, and the municipality."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

PLACES_NAMED = 2
AREAS_NAMED = 2
SIZE = {"town": 2, "village": 1, "hamlet": 0}


class Words(NamedTuple):
    """The words that join names, in the readers' language; braces are filled in."""

    both: str
    more: str
    near: str
    around: str
    areas: str


class Names(NamedTuple):
    """What a group of cells can be named by.

    Per cell its municipality, residents, and the nearest place; `inside` has the places of every
    cell, the more important ones first.
    """

    cell_ids: NDArray[np.object_]
    area_ids: NDArray[np.object_]
    residents: NDArray[np.int64]
    area_names: dict[str, str]
    nearest: list[str]
    inside: dict[int, list[tuple[int, str]]]
    words: Words


def build_names(
    cells: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    words: Words,
) -> Names:
    """Find the places of every cell.

    Parameters
    ----------
    cells, areas, places : GeoDataFrame
        CELLS, AREAS, PLACES in one metric CRS. Places outside the county name nothing.
    words : Words
        The words that join names.

    Returns
    -------
    Names
        For `name_of`.
    """
    own = places[places["area_id"].notna()].reset_index(drop=True)
    titles = own["name"].astype(str).tolist()
    nearest: list[str] = []
    inside: dict[int, list[tuple[int, str]]] = {}
    if titles:
        points = own.geometry.array
        at = shapely.STRtree(points).query_nearest(cells.geometry.centroid.array, all_matches=False)
        nearest = [titles[i] for i in at[1].tolist()]
        held = shapely.STRtree(cells.geometry.array).query(points, predicate="intersects")
        sizes = [SIZE[kind] for kind in own["kind"]]
        for place, cell in zip(*held.tolist(), strict=True):
            inside.setdefault(cell, []).append((sizes[place], titles[place]))
    return Names(
        cells["cell_id"].to_numpy(object),
        cells["area_id"].to_numpy(object),
        cells["residents"].to_numpy(np.int64),
        dict(zip(areas["area_id"], areas["name"].astype(str), strict=True)),
        nearest,
        inside,
        words,
    )


def name_of(members: NDArray[np.int64], names: Names) -> tuple[str, list[str]]:
    """Name a group of cells.

    Parameters
    ----------
    members : ndarray of int
        Positions of the cells.
    names : Names
        From `build_names`.

    Returns
    -------
    tuple of (str, list of str)
        Such as "Minsen und Förrien (Wangerland)", and the keys of the municipalities, the one with
        most residents first.
    """
    totals: dict[str, int] = {}
    for cell in members.tolist():
        area = str(names.area_ids[cell])
        totals[area] = totals.get(area, 0) + int(names.residents[cell])
    area_ids = sorted(totals, key=lambda area: (-totals[area], area))
    titles = [names.area_names.get(area, area) for area in area_ids]
    where = names.words.areas.replace("{n}", str(len(titles)))
    if len(titles) <= AREAS_NAMED:
        where = names.words.both.join(titles)
    return f"{_places_of(members, names)} ({where})", area_ids


def _places_of(members: NDArray[np.int64], names: Names) -> str:
    """Say the largest places inside; the nearest one where there is none."""
    found = [
        (-size, -int(names.residents[cell]), title)
        for cell in members.tolist()
        for size, title in names.inside.get(cell, [])
    ]
    titles = list(dict.fromkeys(title for _, _, title in sorted(found)))
    if not titles:
        largest = int(members[np.argmax(names.residents[members])])
        if not names.nearest:
            return names.words.around.replace("{name}", str(names.cell_ids[largest]))
        return names.words.near.replace("{name}", names.nearest[largest])
    if len(titles) > PLACES_NAMED:
        return names.words.more.replace("{names}", ", ".join(titles[:PLACES_NAMED]))
    return names.words.both.join(titles)
