"""Coordinates that the offers' list gives: checked against the county and the rest of the row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from geo_integration.inputs.geocoding.finders import CONTRADICTION_M, Asked, Candidate, Hit

if TYPE_CHECKING:
    from geo_integration.inputs.geocoding.gazetteer import Lookup

FAR_M = 60_000.0
SOURCE = "Angebotsliste"


def by_given(asked: Asked, look: Lookup) -> Hit | None:
    """Coordinates from the workbook, unless they contradict the rest of the row."""
    lat, lon = asked.lat, asked.lon
    if np.isnan(lat) and np.isnan(lon):
        return None
    if np.isnan(lat) or np.isnan(lon):
        asked.doubts.append("nur eine der beiden Koordinaten ist angegeben; nicht verwendet")
        return None
    remark = None
    point = from_utm(lon, lat, look.crs)
    if point is not None:
        remark = "Koordinaten als UTM gelesen (Ost- und Nordwert in Metern)"
    else:
        point = from_degrees(lon, lat, look.crs)
    if point is None or look.county.distance(point) > FAR_M:
        swapped = from_degrees(lat, lon, look.crs)
        if swapped is not None and look.county.distance(swapped) <= FAR_M:
            what = "Breite und Länge sind vertauscht"
            asked.others.append(Candidate(f"Koordinaten: {what}", "given", SOURCE, swapped))
        else:
            what = "liegen mehr als 60 km vom Landkreis entfernt"
        asked.doubts.append(
            f"Koordinaten {lat:g}, {lon:g}: {what}; nicht verwendet, bitte berichtigen"
        )
        return None
    named = look.shape_named(*asked.names("municipality", "town"))
    if named is not None and (away := named.distance(point)) > CONTRADICTION_M:
        label = "Koordinaten, wie sie in der Liste stehen"
        asked.others.append(Candidate(label, "given", SOURCE, point))
        asked.doubts.append(
            f"Koordinaten {lat:g}, {lon:g} liegen {away / 1000:.0f} km außerhalb der angegebenen "
            f"Gemeinde; nicht verwendet, bitte prüfen"
        )
        return None
    return Hit("given", point, "Koordinaten", remark=remark)


def from_degrees(lon: float, lat: float, crs: str) -> shapely.Point | None:
    """Degrees to the county's CRS; None outside the globe."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return _projected(lon, lat, "EPSG:4326", crs)


def from_utm(one: float, other: float, crs: str) -> shapely.Point | None:
    """UTM east and north, in any order, to the county's CRS; None where they are none.

    East may have the zone in front (32 427 000); without one it is the county's, else zone 32.
    """
    east, north = sorted((one, other)) if max(one, other) < 1e7 else sorted((one, other))[::-1]
    zone = int(east // 1_000_000)
    if zone not in (0, 32, 33) or not (1e5 <= east % 1_000_000 <= 9e5 and 5e6 <= north <= 6.5e6):
        return None
    own = 33 if pyproj.CRS(crs) == pyproj.CRS("EPSG:25833") else 32
    return _projected(east % 1_000_000, north, f"EPSG:258{zone or own}", crs)


def _projected(x: float, y: float, source: str, crs: str) -> shapely.Point | None:
    """A point in the county's CRS."""
    point = gpd.GeoSeries.from_xy([x], [y], crs=source).to_crs(crs).iloc[0]
    return point if np.isfinite(shapely.get_coordinates(point)).all() else None
