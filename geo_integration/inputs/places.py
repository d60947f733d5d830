"""Places: gazetteer -> PLACES."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo_integration.frames import PLACES, check_frame
from geo_integration.inputs.tables import FaultList, cell, number, read_table

if TYPE_CHECKING:
    from pathlib import Path

FAR_M = 100_000
KINDS = PLACES.columns["kind"].values


def read_places(path: Path, crs: str, faults: FaultList) -> gpd.GeoDataFrame:
    """Read the gazetteer: columns name, area_id, lat, lon, kind.

    Rows without usable coordinates are left out and noted in `faults`.
    """
    table = read_table(path, ["name", "lat", "lon"])
    lat, lon = (table[c].map(number) for c in ("lat", "lon"))
    usable = lat.between(-90, 90) & lon.between(-180, 180) & table["name"].notna()
    for row in table.index[~usable]:
        found = f"{cell(table, row, 'lat')}, {cell(table, row, 'lon')}"
        faults.note(
            path.name, row, "lat/lon", found, "Ort ohne brauchbare Koordinaten", rejected=True
        )
    table, lat, lon = table[usable], lat[usable], lon[usable]
    kind = table.get("kind", pd.Series("village", table.index))
    places = gpd.GeoDataFrame(
        {
            "name": table["name"],
            "area_id": table.get("area_id", pd.Series(None, table.index, dtype=object)),
            "kind": kind.where(kind.isin(KINDS), "village"),
        },
        geometry=gpd.points_from_xy(lon, lat, crs="EPSG:4326"),
    )
    places = places.to_crs(crs).reset_index(drop=True)
    check_frame(places, PLACES, crs=crs)
    return places


def note_far(
    path: Path, places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, faults: FaultList
) -> None:
    """Note places that lie far from the county; exchanged coordinates look like that."""
    away = places.distance(areas.union_all().convex_hull)
    for at in places.index[away > FAR_M]:
        message = (
            f"liegt {away[at] / 1000:.0f} km entfernt vom Landkreis: Breite und Länge vertauscht?"
        )
        faults.note(path.name, None, "lat/lon", places.loc[at, "name"], message)
