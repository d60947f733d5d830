"""Places to travel from or to: a table with id, lon, lat, or any vector file."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from geo_integration.errors import SourceError
from geo_integration.inputs.contents import require_own_data
from geo_integration.inputs.sheets import TEXTS, WORKBOOKS, as_text, short
from geo_integration.inputs.tables import plain_header, read_table, require_columns

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from geo_integration.inputs.tables import FaultList

    Floats = NDArray[np.float64]

FAR_KM = 300.0
_PARQUET = (".parquet", ".geoparquet", ".pq")
_NAMES = {
    "id": ("id",),
    "lon": ("lon", "longitude", "lng", "laengengrad"),
    "lat": ("lat", "latitude", "breitengrad"),
}
_HINT = (
    "Erwartet werden id, lon und lat in Grad (auch longitude und latitude); heißen die Spalten "
    "anders und sind es Grad, bitte umbenennen"
)
_EARTH_KM = 6371.0
_SAMPLE = 1000
# Half the height of the region in which the local CRS is taken to hold.
_REGION_DEG = 10.0


class _Raw(NamedTuple):
    """Places as the file has them: degrees, NaN where there are none, and the words for them.

    The index of `ids` is the row.
    """

    ids: pd.Series[str]
    lon: Floats
    lat: Floats
    said: list[str]


def read_points(path: Path, faults: FaultList) -> gpd.GeoDataFrame:
    """Read places.

    Parameters
    ----------
    path : Path
        CSV, Excel or parquet with the columns id, lon, lat (degrees), or a vector file (GeoPackage,
        GeoJSON, Shapefile, GeoParquet ...) with a column id; of lines and areas a point inside is
        taken.
    faults : FaultList
        Gets every place that has no usable coordinates; it stays in the table without a geometry.

    Returns
    -------
    GeoDataFrame
        id (text) and point geometry in EPSG:4326, in the order of the file. The index is the row as
        a spreadsheet counts it, or else the number of the place in the file, from 1.

    Raises
    ------
    SourceError
        When the file is missing, unreadable or empty, an id is missing or occurs twice, or no place
        at all has usable coordinates.
    """
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    raw = _read(path, faults)
    _check_ids(path, raw.ids)
    lon, lat = raw.lon, raw.lat
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ~((lon == 0) & (lat == 0))
    if not good.any():
        raise SourceError(
            f"{path}: kein einziger Ort hat Koordinaten in Grad (gefunden bei der id "
            f"{raw.ids.iloc[0]!r}: {raw.said[0] or 'nichts'}{_likely(lon[0], lat[0])})"
        )
    for at in np.flatnonzero(~good).tolist():
        message = "keine Koordinaten in Grad, daher kein Weg von und zu diesem Ort"
        message += _likely(lon[at], lat[at])
        faults.note(path.name, int(raw.ids.index[at]), "lon/lat", raw.said[at] or None, message)
    places = np.full(len(good), None, object)
    places[good] = shapely.points(lon[good], lat[good])
    table = {"id": raw.ids.to_numpy(object)}
    return gpd.GeoDataFrame(table, geometry=places, crs="EPSG:4326", index=raw.ids.index)


def _read(path: Path, faults: FaultList) -> _Raw:
    """Places of a file of any kind."""
    suffix = path.suffix.lower()
    if suffix in (*TEXTS, *WORKBOOKS):
        known = [name for names in _NAMES.values() for name in names]
        return _of_rows(path, read_table(path, [], known=known), faults)
    if suffix in _PARQUET:
        return _read_parquet(path, faults)
    return _of_shapes(path, _read_vector(path))


def _check_ids(path: Path, ids: pd.Series[str]) -> None:
    """Every place has an id of its own."""
    if ids.empty:
        raise SourceError(f"{path}: enthält keinen einzigen Ort")
    if ids.isna().any():
        raise SourceError(f"{path}, Zeile {ids.index[ids.isna()][0]}: ein Ort hat keine id")
    twice = ids[ids.duplicated()]
    if len(twice):
        row, name = twice.index[0], twice.iloc[0]
        raise SourceError(f"{path}, Zeile {row}: die id {name!r} kommt mehrmals vor")


def _likely(lon: float, lat: float) -> str:
    """What may have gone wrong with numbers that are no degrees."""
    if not np.isfinite([lon, lat]).all() or lon == lat == 0:
        return ""
    return "; lon und lat vertauscht?" if abs(lon) <= 90 and abs(lat) <= 180 else "; sind es Meter?"


# Tables -----------------------------------------------------------------------------------------


def _of_rows(path: Path, table: pd.DataFrame, faults: FaultList) -> _Raw:
    """Places of a table of text, whatever the case of its headers."""
    plain: dict[str, str] = {}
    for header in table.columns:
        plain.setdefault(plain_header(header), header)
    known = {
        plain[other]: name
        for name, others in _NAMES.items()
        if (other := next((o for o in others if o in plain), None)) is not None
    }
    for header in known:
        if f"{header}.2" in table.columns:
            message = f"die Spalte {header} steht mehrmals da: es gilt die erste"
            faults.note(path.name, None, header, None, message)
    table = table.rename(columns=known)
    require_columns(path, table.columns, _NAMES, hint=_HINT)
    words = table[["lon", "lat"]].fillna("")
    lon, lat = (
        pd.to_numeric(words[name].str.replace(",", ".").str.strip(), errors="coerce")
        for name in words
    )
    pairs = zip(words["lon"], words["lat"], strict=True)
    said = [f"{one}; {other}" if one or other else "" for one, other in pairs]
    return _Raw(table["id"].map(as_text), lon.to_numpy(float), lat.to_numpy(float), said)


def _read_parquet(path: Path, faults: FaultList) -> _Raw:
    """Places of a parquet file, drawn or as numbers."""
    import polars as pl  # noqa: PLC0415  heavy, and seldom needed

    try:
        table = pl.read_parquet(path)
        about = json.loads(pl.read_parquet_metadata(path).get("geo", "null"))
        shapes = None if about is None else _decoded(table, about)
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(f"{path}: keine lesbare Parquet-Datei ({short(error)})") from error
    if shapes is not None:
        return _of_shapes(path, shapes)
    columns = {name: [as_text(value) for value in table[name]] for name in table.columns}
    rows = pd.RangeIndex(1, table.height + 1)
    return _of_rows(path, pd.DataFrame(columns, index=rows, dtype=object), faults)


def _decoded(table: pl.DataFrame, about: dict[str, object]) -> gpd.GeoDataFrame:
    """GeoParquet: shapes as WKB, with their CRS in the file's own words."""
    name = str(about["primary_column"])
    column = about["columns"][name]  # type: ignore[index]  # what is missing is told by the caller
    crs = column.get("crs", "OGC:CRS84")
    geometry = gpd.GeoSeries(shapely.from_wkb(table[name].to_list()))
    plain = {n: table[n].to_list() for n in table.columns if plain_header(n) == "id"}
    if crs is not None:
        known = "EPSG:4326" if crs == "OGC:CRS84" else pyproj.CRS.from_json_dict(crs)
        geometry = geometry.set_crs(known)
    return gpd.GeoDataFrame(plain, geometry=geometry)


# Vector files -----------------------------------------------------------------------------------


def _read_vector(path: Path) -> gpd.GeoDataFrame:
    """Shapes of the one layer that has any; a key of the file that is called id is a column."""
    require_own_data(path)
    try:
        with warnings.catch_warnings():
            # GDAL warns of what it cannot read; the checks tell what that leaves.
            warnings.simplefilter("ignore")
            layers = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
            layer = layers[0] if len(layers) == 1 else None
            table = gpd.read_file(path, layer=layer, fid_as_index=True)
            key = pyogrio.read_info(path, layer=layer).get("fid_column", "")
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(f"{path}: keine lesbare Geodatei ({short(error)})") from error
    if len(layers) > 1:
        raise SourceError(
            f"{path}: die Datei hat mehrere Ebenen ({', '.join(layers)}); die gewünschte in QGIS "
            f"allein als Datei speichern (Rechtsklick, Exportieren)"
        )
    if plain_header(key) == "id" and not _id_columns(table):
        table = table.assign(id=table.index)
    return table.reset_index(drop=True)


def _id_columns(table: gpd.GeoDataFrame) -> list[str]:
    """Columns called id, in any case."""
    return [name for name in table.columns if plain_header(name) == "id"]


def _of_shapes(path: Path, table: gpd.GeoDataFrame) -> _Raw:
    """Places of a vector file: of lines and areas a point inside."""
    ids = _id_columns(table)
    if not isinstance(table, gpd.GeoDataFrame) or not ids:
        found = ", ".join(str(c) for c in table.columns) or "keine Spalten"
        raise SourceError(f"{path}: es fehlt die Spalte id oder die Geometrie. Gefunden: {found}")
    if table.crs is None:
        raise SourceError(f"{path}: das Koordinatensystem ist nicht angegeben")
    inside = table.geometry.where(~table.geometry.is_empty, None).representative_point()
    before = shapely.get_coordinates(inside.fillna(shapely.Point(np.nan, np.nan)).array)
    to_degrees = pyproj.Transformer.from_crs(table.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(*before.T)
    said = [f"{x:.10g}; {y:.10g}" if np.isfinite(x) else "ohne Geometrie" for x, y in before]
    names = [as_text(value) for value in table[ids[0]]]
    rows = pd.RangeIndex(1, len(table) + 1)
    return _Raw(pd.Series(names, rows, dtype=object), lon, lat, said)


# Where they lie ---------------------------------------------------------------------------------


def middle(*lists: gpd.GeoDataFrame) -> tuple[float, float]:
    """Find where most places lie, whatever single ones do.

    Parameters
    ----------
    *lists : GeoDataFrame
        Places from `read_points`.

    Returns
    -------
    tuple of float
        Degrees east and north, to a tenth: of all places (of many, a sample spread evenly) the one
        from which the others are nearest in sum; of equal ones the first.
    """
    placed = [points.geometry[points.geometry.notna()] for points in lists]
    lon = np.concatenate([points.x.to_numpy() for points in placed])
    lat = np.concatenate([points.y.to_numpy() for points in placed])
    some = np.unique(np.linspace(0, len(lon) - 1, _SAMPLE).astype(int))
    ways = _ways(lon[some], lat[some])
    sums = np.array([np.linalg.norm(ways - way, axis=1).sum() for way in ways])
    best = some[int(np.argmin(sums.round(9)))]
    return round(float(lon[best]), 1) + 0.0, round(float(lat[best]), 1) + 0.0


def _ways(lon: Floats, lat: Floats) -> Floats:
    """Directions from the centre of the earth, shape (n, 3)."""
    east, north = np.radians(lon), np.radians(lat)
    flat = np.cos(north)
    return np.column_stack((flat * np.cos(east), flat * np.sin(east), np.sin(north)))


def local_name(lon: float, lat: float) -> str:
    """Name the metric CRS around a place, as PROJ reads it: azimuthal equidistant, true there."""
    return f"+proj=aeqd +lat_0={lat:g} +lon_0={lon:g} +datum=WGS84 +units=m"


def local_crs(lon: float, lat: float) -> str:
    """Make the metric CRS around a place.

    Within 100 km of it no distance is wrong by more than 1 in 20,000.

    Parameters
    ----------
    lon, lat : float
        The place, degrees.

    Returns
    -------
    str
        As pyproj takes it. The region that it states, some 1,000 km to each side, is what streets
        and stops are checked against.
    """
    plain = pyproj.CRS.from_proj4(f"{local_name(lon, lat)} +no_defs").to_json_dict()
    wide = _REGION_DEG / max(np.cos(np.radians(lat)), _REGION_DEG / 170)
    region = {
        "south_latitude": max(lat - _REGION_DEG, -90.0),
        "west_longitude": float((lon - wide + 180) % 360 - 180),
        "north_latitude": min(lat + _REGION_DEG, 90.0),
        "east_longitude": float((lon + wide + 180) % 360 - 180),
    }
    return json.dumps({**plain, "scope": "travel times", "area": "region", "bbox": region})


def note_far(
    path: Path, points: gpd.GeoDataFrame, centre: tuple[float, float], faults: FaultList
) -> None:
    """Note places so far from most others that their coordinates are probably wrong.

    Parameters
    ----------
    path : Path
        File of the places.
    points : GeoDataFrame
        Places from `read_points`; they stay as they are.
    centre : tuple of float
        Where most places lie, degrees east and north.
    faults : FaultList
        Gets each of them.
    """
    placed = points.geometry[points.geometry.notna()]
    lon, lat = placed.x.to_numpy(), placed.y.to_numpy()
    apart = _km_from(centre, lon, lat)
    swapped = (np.abs(lon) <= 90) & (_km_from(centre, lat, np.clip(lon, -90, 90)) <= FAR_KM)
    for at in np.flatnonzero(apart > FAR_KM):
        likely = "lon und lat sind wohl vertauscht" if swapped[at] else "bitte prüfen"
        message = f"liegt {apart[at]:.0f} km von der Mitte der Orte ({spoken(*centre)}): {likely}"
        found = f"{lon[at]:.10g}; {lat[at]:.10g}"
        faults.note(path.name, int(placed.index[at]), "lon/lat", found, message)


def _km_from(centre: tuple[float, float], lon: Floats, lat: Floats) -> Floats:
    """Distances over the globe."""
    one = _ways(*(np.array([value]) for value in centre))
    chord = np.linalg.norm(_ways(lon, lat) - one, axis=1)
    apart: Floats = 2 * _EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    return apart


def spoken(lon: float, lat: float) -> str:
    """Say where a place is."""
    signs = (lat, "N" if lat >= 0 else "S"), (lon, "O" if lon >= 0 else "W")
    return " ".join(f"{abs(value):.1f}° {side}".replace(".", ",") for value, side in signs)
