"""Address files -> ADDRESSES: official house coordinates, tables, OpenStreetMap extracts.

ADDRESSES has one row for each house number, with point geometry in the county's CRS and the text
columns `street`, `number` ("12a"; "" for a street itself), `postcode`, `municipality`, `area_id`
(official key, "" where the file has none), `town` (village or quarter) and `quality` (A building,
B plot, "" unknown).
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pyproj

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.files import beside
from geo_integration.inputs.contents import require_file
from geo_integration.inputs.geocoding.addresses import house_numbers, postcode, split_house
from geo_integration.inputs.tables import FaultList, cell, number, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COLUMNS = ("street", "number", "postcode", "municipality", "area_id", "town", "quality")
# What the columns of a table are called where the profile does not say otherwise.
HEADERS = {
    "street": "street", "house_number": "house_number", "suffix": "suffix", "lon": "lon",
    "postcode": "postcode", "municipality": "municipality", "town": "town", "lat": "lat",
    "area_id": "area_id",
}  # fmt: skip
HINT = "Heißen sie anders, die Namen in county.toml unter [geocoding] columns eintragen"
# NBA;OI;QUA;LAN;RBZ;KRS;GMD;OTT;SSS;HNR;ADZ;E;N;STN;PLZ;ONM;ZON;POT
_HK_FIELDS = 18
_HK_LINE = re.compile(rb'^"?[A-Z]?"?;[^;]*;"?[A-Z]?"?;"?\d{1,2}"?;"?\d?"?;"?\d{1,2}"?;"?\d{1,3}"?;')
_BLOCK = 8 * 2**20
_SHOWN = 20
_OSM = (".pbf", ".osm", ".gz", ".bz2", ".xml", ".o5m")
_FORMAT = 1  # of the cache; counts up when what is read of an extract changes
_HIGHWAYS = re.compile(
    r"(?:motorway|trunk|primary|secondary|tertiary)(?:_link)?|unclassified|residential|service|"
    r"living_street|pedestrian|track|footway|cycleway|path|road|square"
)


class _Row(NamedTuple):
    """One address, with coordinates as its file has them."""

    street: str
    number: str
    postcode: str
    municipality: str
    area_id: str
    town: str
    quality: str
    x: float
    y: float


def read_addresses(
    path: Path,
    crs: str,
    faults: FaultList,
    *,
    ags: str = "",
    columns: Mapping[str, str] | None = None,
    coordinates: str = "EPSG:4326",
) -> gpd.GeoDataFrame:
    """Read the county's address file.

    Parameters
    ----------
    path : Path
        House coordinates as the survey offices deliver them (HK-DE: 18 fields, no header), told by
        their contents; or a table with the columns `HEADERS`.
    crs : str
        CRS of the result.
    faults : FaultList
        Gets every row that cannot be used.
    ags : str
        Beginning of the official keys that are kept of house coordinates; "" keeps all.
    columns : mapping of str to str, optional
        Other names of the columns of a table: {"street": "STRASSE"}.
    coordinates : str
        CRS of the coordinates in a table.

    Returns
    -------
    GeoDataFrame
        ADDRESSES in `crs`.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, lacks a column, or has no address of the county.
    """
    require_file(path)
    with path.open("rb") as file:
        is_hk = any(_HK_LINE.match(line) for line in file.read(65_536).splitlines()[:200])
    if is_hk:
        return _read_hk(path, crs, faults, ags)
    return _read_columns(path, crs, faults, columns or {}, coordinates)


# House coordinates ------------------------------------------------------------------------------


def _read_hk(path: Path, crs: str, faults: FaultList, ags: str) -> gpd.GeoDataFrame:
    """House coordinates of one county out of a file of the whole state."""
    lines = list(_lines_of(path, ags))
    if not lines:
        raise SourceError(
            f"{path}: keine Adresse mit dem Schlüssel {ags}; [county] ags in county.toml prüfen, "
            f"oder die Datei des richtigen Landes nehmen"
        )
    whole = b"\n".join(lines)
    try:
        text = whole.decode("utf-8")
    except UnicodeDecodeError:
        text = whole.decode("iso-8859-1")
    rows: dict[int, list[_Row]] = {}
    bad = 0
    for line in text.split("\n"):
        found = _hk_row(line.replace('"', "").split(";"))
        if found is None:
            bad += 1
            if bad <= _SHOWN:
                message = "Hauskoordinate nicht lesbar (18 Felder erwartet); nicht verwendet"
                faults.note(path.name, None, None, line[:60], message, rejected=True)
        elif found[1].number != "-":
            rows.setdefault(found[0], []).append(found[1])
    if bad > _SHOWN:
        message = f"insgesamt {bad} Hauskoordinaten nicht lesbar"
        faults.note(path.name, None, None, None, message, rejected=True)
    tables = [_frame(part, f"EPSG:258{zone}", crs) for zone, part in sorted(rows.items())]
    if not tables:
        raise SourceError(f"{path}: keine lesbare Hauskoordinate (18 Felder, durch ; getrennt)")
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=crs)


def _lines_of(path: Path, ags: str) -> Iterator[bytes]:
    """Lines whose keys (LAN, RBZ, KRS, GMD) begin with `ags`; the file is read in blocks."""
    widths, rest, fields = (2, 1, 2, 3), ags, []
    for width in widths:
        part, rest = rest[:width], rest[width:]
        if len(part) == width:
            fields.append(rf'"?{re.escape(part)}"?')
        else:
            fields.append(rf'"?{re.escape(part)}[^;\n]*')
    first = r"[^;\r\n#]*;[^;\n]*;[^;\n]*;"
    wanted = re.compile(f"^{first}{';'.join(fields)};[^\\r\\n]*".encode(), re.MULTILINE)
    left = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            whole, sign, end = (left + block).rpartition(b"\n")
            left = end if sign else left + block
            yield from wanted.findall(whole if sign else b"")
    yield from wanted.findall(left)


def _hk_row(fields: list[str]) -> tuple[int, _Row] | None:
    """Zone and address; the number is "-" where the row tells that the house is gone."""
    if len(fields) < _HK_FIELDS - 1:
        return None
    east, north = _metres(fields[11]), _metres(fields[12])
    numbers = house_numbers(fields[9])
    if east is None or north is None or not numbers or not fields[13].strip():
        return None
    zone = int(east // 1_000_000) or 32
    if zone not in (32, 33) or not (1e5 < east % 1_000_000 < 9e5 and 5e6 < north < 6.5e6):
        return None
    suffix = re.sub(r"[^a-z]", "", fields[10].lower())[:1]
    row = _Row(
        street=fields[13].strip(),
        number="-" if fields[0].strip() == "L" else numbers[0] + suffix,
        postcode=postcode(fields[14]),
        municipality="",
        area_id="".join(part.strip() for part in fields[3:7]),
        town=(fields[17].strip() if len(fields) >= _HK_FIELDS else "") or fields[15].strip(),
        quality=fields[2].strip()[:1],
        x=east % 1_000_000,
        y=north,
    )
    return zone, row


def _metres(text: str) -> float | None:
    """A coordinate with decimal comma."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


# Tables -----------------------------------------------------------------------------------------


def _read_columns(
    path: Path, crs: str, faults: FaultList, columns: Mapping[str, str], coordinates: str
) -> gpd.GeoDataFrame:
    """A table with a column for each part; street and number may stand in one."""
    names = {**HEADERS, **columns}
    wanted = [names["street"], names["lon"], names["lat"], *columns.values()]
    table = read_table(path, list(dict.fromkeys(wanted)), hint=HINT, known=list(names.values()))
    x, y = table[names["lon"]].map(number), table[names["lat"]].map(number)
    good = x.notna() & y.notna()
    if pyproj.CRS(coordinates).is_geographic:
        good &= x.between(-180, 180) & y.between(-90, 90)
    rows = []
    for row in table.index:
        if not good[row]:
            message = "Adresse ohne brauchbare Koordinaten"
            found = cell(table, row, names["lon"])
            faults.note(path.name, row, "lon/lat", found, message, rejected=True)
            continue
        said = {
            part: cell(table, row, name) or "" if name in table.columns else ""
            for part, name in names.items()
        }
        rows += _table_rows(said, float(x[row]), float(y[row]))
    return _frame(rows, coordinates, crs)


def _table_rows(said: Mapping[str, str], x: float, y: float) -> list[_Row]:
    """Addresses of one row of a table; several where it names several houses."""
    street = said["street"]
    houses = house_numbers(said["house_number"] + said["suffix"])
    if not said["house_number"]:
        street, single, suffix, _ = split_house(street)
        houses = [single + suffix]
    code, key = postcode(said["postcode"]), said["area_id"]
    rest = (code, said["municipality"], key, said["town"], "", x, y)
    return [_Row(street, house, *rest) for house in houses or [""] if street]


# OpenStreetMap ----------------------------------------------------------------------------------


def is_osm(path: Path) -> bool:
    """Whether a file is called as extracts of OpenStreetMap are."""
    return path.suffix.lower() in _OSM


def read_osm_addresses(path: Path, crs: str, *, cache: Path | None = None) -> gpd.GeoDataFrame:
    """Read addresses of nodes and buildings, and names of streets, from an OpenStreetMap extract.

    Parameters
    ----------
    path : Path
        .osm.pbf, .osm, .osm.gz or .osm.bz2.
    crs : str
        CRS of the result.
    cache : Path, optional
        Folder that keeps what was read; a file there that is damaged is made anew, and a folder
        that cannot be written to is passed over.

    Returns
    -------
    GeoDataFrame
        ADDRESSES in `crs`; rows without number are parts of streets.

    Raises
    ------
    SourceError
        When the file is missing or unreadable.
    """
    require_file(path)
    kept = None if cache is None else cache / f"addresses-{_digest(path)}.npz"
    rows = None if kept is None else _load(kept)
    if rows is None:
        try:
            rows = list(_osm_rows(path))
        except (RuntimeError, ValueError, OSError) as error:
            raise SourceError(
                f"{path}: keine lesbare OpenStreetMap-Datei, oder sie ist unvollständig ({error})"
            ) from error
        if kept is not None:
            _save(kept, rows)
    return _frame(rows, "EPSG:4326", crs)


def _osm_rows(path: Path) -> Iterator[_Row]:
    """Houses, and one row for each named way."""
    wanted = osmium.filter.KeyFilter("addr:housenumber", "highway")
    houses = osmium.filter.KeyFilter("addr:housenumber")
    objects = osmium.FileProcessor(str(path)).with_locations().with_areas(houses)
    for thing in objects.with_filter(wanted):
        tags = thing.tags
        if "addr:housenumber" in tags:
            at = _middle_of(thing)
            if at is not None:
                said = dict(tags)
                yield from [_osm_row(said, h, at) for h in house_numbers(said["addr:housenumber"])]
        elif (
            isinstance(thing, osmium.osm.Way)
            and "name" in tags
            and _HIGHWAYS.fullmatch(tags["highway"])
        ):
            nodes = [node for node in thing.nodes if node.location.valid()]
            if nodes:
                middle = nodes[len(nodes) // 2]
                yield _Row(tags["name"], "", "", "", "", "", "", middle.lon, middle.lat)


def _osm_row(tags: Mapping[str, str], house: str, at: tuple[float, float]) -> _Row:
    """One house; houses without a street bear the name of their village."""
    said = {key: tags.get(f"addr:{key}") or "" for key in ("street", "place", "suburb", "city")}
    return _Row(
        street=said["street"] or said["place"],
        number=house,
        postcode=postcode(tags.get("addr:postcode")),
        municipality=said["city"],
        area_id="",
        town=said["place"] or said["suburb"],
        quality="",
        x=at[0],
        y=at[1],
    )


def _middle_of(thing: object) -> tuple[float, float] | None:
    """Degrees east and north of a node, or of the middle of a building's outline."""
    if isinstance(thing, osmium.osm.Node):
        return (thing.lon, thing.lat) if thing.location.valid() else None
    if not isinstance(thing, osmium.osm.Area):
        return None
    rings = thing.outer_rings()
    points = np.array([(n.lon, n.lat) for ring in rings for n in ring if n.location.valid()])
    if not len(points):
        return None
    low, high = points.min(axis=0), points.max(axis=0)
    return float((low[0] + high[0]) / 2), float((low[1] + high[1]) / 2)


def _digest(path: Path) -> str:
    """Short digest of a file and of the way it is read."""
    digest = hashlib.sha256(f"{_FORMAT}".encode())
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()[:16]


def _load(path: Path) -> list[_Row] | None:
    """What was kept of an extract; None where there is none, or it is damaged."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            texts, xy = kept["texts"], kept["xy"]
        pairs = zip(texts.tolist(), xy.tolist(), strict=True)
        return [_Row(*text, *at) for text, at in pairs]
    except Exception:  # noqa: BLE001  whatever is wrong with it, it is made anew
        return None


def _save(path: Path, rows: list[_Row]) -> None:
    """Keep what was read, if that is possible."""
    texts = np.array([row[:-2] for row in rows], dtype=str).reshape(len(rows), len(COLUMNS))
    xy = np.array([row[-2:] for row in rows], dtype=float).reshape(len(rows), 2)
    try:
        with beside(path) as part, part.open("wb") as file:
            np.savez_compressed(file, texts=texts, xy=xy)
    except GeoIntegrationError:
        return


def _frame(rows: list[_Row], source: str, crs: str) -> gpd.GeoDataFrame:
    """ADDRESSES of rows."""
    table = pd.DataFrame([row[:-2] for row in rows], columns=list(COLUMNS), dtype=object)
    xy = np.array([row[-2:] for row in rows], dtype=float).reshape(len(rows), 2)
    points = gpd.points_from_xy(xy[:, 0], xy[:, 1], crs=source)
    frame = gpd.GeoDataFrame(table, geometry=points).to_crs(crs)
    inside = np.isfinite(frame.geometry.x) & np.isfinite(frame.geometry.y)
    return frame[inside].reset_index(drop=True)
