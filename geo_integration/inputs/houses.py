"""Addresses -> HOUSES: in which cell each house number lies, for the search of the pages.

Coordinates end here: licences of official house coordinates forbid passing them on, and a page
needs only the cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_integration.errors import SettingsError
from geo_integration.frames import HOUSES, check_frame
from geo_integration.inputs.geocoding.addresses import postcode, street_key, town_key

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geo_integration.inputs.geocoding.gazetteer import Gazetteer

# A house in no inhabited cell is looked up in the nearest one up to here.
NEARBY_M = 300.0
_SAME = ("area_id", "key", "town", "postcode", "number")


def houses_in_cells(
    gazetteer: Gazetteer, areas: gpd.GeoDataFrame, cells: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Look up the cell of every house number of the county.

    Parameters
    ----------
    gazetteer : Gazetteer
        Its address file counts, else the addresses of its OpenStreetMap extract.
    areas, cells : GeoDataFrame
        AREAS and CELLS, in the CRS of the addresses.

    Returns
    -------
    DataFrame
        HOUSES; addresses in no municipality are left out, of equal ones all but the first.

    Raises
    ------
    SettingsError
        When there are no addresses.
    """
    table = gazetteer.osm if gazetteer.addresses is None else gazetteer.addresses
    if table is None:
        raise SettingsError(
            "county.toml: [maps] addresses = true braucht eine Adressdatei ([layers] addresses) "
            "oder einen Auszug aus OpenStreetMap ([geocoding] osm, [layers] streets)"
        )
    area = _areas_of(table, areas)
    names = dict(zip(areas["area_id"], map(town_key, areas["name"]), strict=True))
    found = pd.DataFrame(
        {
            "area_id": area,
            "street": table["street"].to_numpy(object),
            "town": [
                "" if town_key(town) == names.get(key) else town
                for key, town in zip(area, table["town"], strict=True)
            ],
            "postcode": [postcode(code) for code in table["postcode"]],
            "number": table["number"].to_numpy(object),
        }
    )
    found["key"] = [street_key(street) for street in found["street"]]
    found["cell_id"], found["nearby"] = _cells_of(table, cells)
    kept = found["area_id"].notna() & (found["key"] != "")
    # The name of a street alone is of use only where it has no house.
    streets = [found["area_id"], found["key"]]
    numbered = found["number"].ne("").groupby(streets, dropna=False).transform("any")
    kept &= found["number"].ne("") | (~numbered & found["cell_id"].notna())
    # Of a number that comes several times, one that lies in a cell.
    found = found[kept].sort_values("nearby", kind="stable")
    found = found.sort_values("cell_id", key=pd.isna, kind="stable")
    houses = found.drop_duplicates(list(_SAME)).sort_index().reset_index(drop=True)
    check_frame(houses, HOUSES)
    return houses


def _areas_of(table: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Municipality of each address: by its key, else by where it lies; None outside."""
    keys = table["area_id"].to_numpy(object)
    known = np.isin(keys.astype(str), areas["area_id"].to_numpy(str))
    by_place = _first_of(table, areas)
    own = areas["area_id"].to_numpy(object)
    placed = np.where(by_place < 0, None, own[by_place])
    return np.where(known, keys, placed)


def _cells_of(
    table: gpd.GeoDataFrame, cells: gpd.GeoDataFrame
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Cell of each address, None where there is none, and whether it lies beside it."""
    at = _first_of(table, cells)
    nearby = at < 0
    if nearby.any() and len(cells):
        outside = np.flatnonzero(nearby)
        pairs = cells.sindex.nearest(
            table.geometry.iloc[outside].array, return_all=False, max_distance=NEARBY_M
        )
        at[outside[pairs[0]]] = pairs[1]
    ids = np.array([*cells["cell_id"], None], dtype=object)
    return ids[at], nearby & (at >= 0)


def _first_of(points: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Position of the first shape that each point lies in, or -1."""
    found = np.full(len(points), -1, np.int64)
    point, shape = shapes.sindex.query(points.geometry.array, predicate="intersects")
    order = np.argsort(-shape, kind="stable")
    found[point[order]] = shape[order]
    return found
