"""Municipalities: boundary files, above all the editions of VG250 -> AREAS."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from geo_integration.errors import SourceError
from geo_integration.frames import AREAS, check_frame
from geo_integration.inputs.contents import require_file, require_own_data, safe_members
from geo_integration.inputs.sheets import short
from geo_integration.inputs.tables import in_crs, open_vector, require_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo_integration.inputs.tables import FaultList
    from geo_integration.profile import AreaColumns

HINT = "Heißt sie anders, den Namen in county.toml unter [areas] eintragen"
# Keys in the editions of VG250, the short one of eight digits first.
KEYS, NAME, KIND, WATER = ("ags", "ars", "rs", "ags_0", "ars_0", "rs_0"), "gen", "bez", "gf"
_LAND = (3, 4, 9)  # the others are waters
_LAYER = re.compile(r"vg(25|250|1000|2500)(-ew)?[_:]gem$|(^|[_:])gem(einden?)?$", re.IGNORECASE)
_VECTORS = (".shp", ".gpkg", ".geojson", ".json", ".gml", ".fgb")
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MOST_BYTES = 4 * 1024**3
_NESTED = 2
_SHOWN = 3


def read_areas(
    path: Path,
    columns: AreaColumns,
    crs: str,
    *,
    county: str = "",
    faults: FaultList | None = None,
) -> gpd.GeoDataFrame:
    """Read the municipalities; parts of one municipality are joined.

    Parameters
    ----------
    path : Path
        Polygons, any vector format and CRS, also in a ZIP. Of several layers that of the
        municipalities is taken.
    columns : AreaColumns
        Columns with key and name; where they are not there, those of VG250 (AGS, ARS or RS; GEN),
        in any case.
    crs : str
        The county's metric CRS.
    county : str
        Official key of the county: of a file with more, only its municipalities are kept.
    faults : FaultList, optional
        Gets what was left out or changed.

    Returns
    -------
    GeoDataFrame
        AREAS, sorted by key, in `crs`; waters (VG250's GF) are left out.

    Raises
    ------
    SourceError
        When the file cannot be used.
    """
    notes: list[str] = []
    raw = _opened(path, columns)
    key, name = _column(path, raw, columns.id, KEYS), _column(path, raw, columns.name, (NAME,))
    keys = raw[key].map(_key)
    table = raw.assign(area_id=keys, name=_names(path, raw, name))
    table = _of_county(path, table, county, notes)
    table = _land(table, notes)
    nameless = int(table["area_id"].isna().sum())
    if nameless:
        raise SourceError(
            f"{path}: {nameless} Flächen ohne Schlüssel in Spalte {key!r}; bitte ergänzen "
            f"oder löschen"
        )
    table["name"] = _told_apart(table)
    areas = _joined(path, table[["area_id", "name", "geometry"]], crs)
    if faults is not None:
        for note in notes:
            faults.note(path.name, None, key, None, note)
    check_frame(areas, AREAS, crs=crs)
    return areas


def _joined(path: Path, table: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """One valid polygon for each key."""
    moved = in_crs(path, table, crs)
    polygons = moved[moved.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise SourceError(f"{path}: enthält keine Flächen")
    polygons = polygons.set_geometry(_mended(polygons.geometry))
    areas = polygons.dissolve("area_id", aggfunc="first").reset_index()
    return gpd.GeoDataFrame(areas[["area_id", "name", "geometry"]], crs=crs)


def _mended(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Valid polygons; lines and points that mending leaves over are dropped."""
    parts = shapes.make_valid().explode()
    parts = parts[parts.geom_type.isin(["Polygon", "MultiPolygon"])]
    joined = parts.groupby(level=0).agg(lambda group: shapely.union_all(group.to_numpy()))
    return gpd.GeoSeries(joined, crs=shapes.crs)


# Files ------------------------------------------------------------------------------------------


def _opened(path: Path, columns: AreaColumns) -> gpd.GeoDataFrame:
    """The layer of the municipalities as it is."""
    require_file(path)
    require_own_data(path)
    if path.suffix.lower() == ".zip":
        with tempfile.TemporaryDirectory() as folder:
            return _layer(_unpacked(path, Path(folder), columns.layer), columns, path)
    return _layer(path, columns, path)


def _unpacked(path: Path, folder: Path, layer: str | None) -> Path:
    """The vector file of a ZIP with the municipalities, with the files that belong to it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = safe_members(archive, max_bytes=_MOST_BYTES)
            found = [name for name in members if Path(name).suffix.lower() in _VECTORS]
            names = [Path(name).stem for name in found]
            named = [at for at, name in enumerate(names) if name.lower() == (layer or "").lower()]
            chosen = found[named[0]] if len(named) == 1 else _chosen(path, found, names)
            stem = chosen.rpartition(".")[0]
            for name, member in members.items():
                part = Path(name).suffix.lower()
                same = name.rpartition(".")[0].lower() == stem.lower() and part in _SHAPE_PARTS
                if name == chosen or same:
                    target = folder / f"{Path(stem).name}{part}"
                    with archive.open(member) as source, target.open("wb") as file:
                        shutil.copyfileobj(source, file)
    except SourceError as error:
        raise SourceError(f"{path}: {error}".replace(f"{path}: {path}", str(path))) from error
    except Exception as error:
        raise SourceError(f"{path}: keine lesbare ZIP-Datei ({short(error)})") from error
    return folder / f"{Path(stem).name}{Path(chosen).suffix.lower()}"


def _chosen(path: Path, found: Sequence[str], names: Sequence[str]) -> str:
    """The one with the municipalities: by its name, or because there is no other."""
    fitting = [one for one, name in zip(found, names, strict=True) if _LAYER.search(name)]
    if len(fitting) == 1 or (len(found) == 1 and not fitting):
        return (fitting or list(found))[0]
    if not found:
        raise SourceError(f"{path}: enthält keine Geodatei")
    said = ", ".join(names[:20])
    many = "mehrere Ebenen mit Gemeinden" if fitting else "mehrere Ebenen, keine heißt VG250_GEM"
    raise SourceError(
        f"{path}: {many} ({said}); die richtige in county.toml unter [areas] layer eintragen"
    )


def _layer(path: Path, columns: AreaColumns, shown: Path) -> gpd.GeoDataFrame:
    """One layer of a vector file."""
    if path.suffix.lower() in {".geojson", ".json"} and _is_nested(path):
        return _flattened(path, shown)
    _require_parts(path, shown)
    layer = columns.layer
    try:
        layers = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    except Exception:  # noqa: BLE001  open_vector says in words what is wrong
        layers = []
    if layer is None and len(layers) > 1:
        layer = _chosen(shown, layers, layers)
    if layer is not None and layer not in layers:
        same = [name for name in layers if name.lower() == layer.lower()]
        if not same:
            raise SourceError(
                f"{shown}: eine Ebene {layer!r} gibt es nicht; vorhanden: {', '.join(layers[:20])}"
            )
        layer = same[0]
    try:
        table = open_vector(path, layer=layer)
        if path.suffix.lower() == ".shp" and _is_broken(table):
            table = open_vector(path, layer=layer, encoding="cp1252")
    except SourceError as error:
        raise SourceError(str(error).replace(str(path), str(shown))) from error
    return table


def _require_parts(path: Path, shown: Path) -> None:
    """Raise when a Shapefile comes without the files that belong to it."""
    if path.suffix.lower() != ".shp":
        return
    parts = (".shx", ".dbf")
    missing = [
        part
        for part in parts
        if not any(path.with_suffix(ending).is_file() for ending in (part, part.upper()))
    ]
    if missing:
        raise SourceError(
            f"{shown}: zum Shapefile fehlt {' und '.join(missing)}; alle Dateien dieses Namens in "
            f"denselben Ordner (oder das ZIP-Archiv) legen"
        )


def _is_broken(table: gpd.GeoDataFrame) -> bool:
    """Whether texts hold signs that could not be read."""
    texts = table.drop(columns=table.geometry.name).select_dtypes(["object", "string"])
    return any(texts[name].astype(str).str.contains("\ufffd").any() for name in texts)


def _is_nested(path: Path) -> bool:
    """Whether collections stand in a collection, which GDAL passes over without a word."""
    found = 0
    rest = b""
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                found += (rest + block).count(b'"FeatureCollection"')
                rest = block[-18:]
                if found >= _NESTED:
                    return True
    except OSError:
        return False
    return False


def _flattened(path: Path, shown: Path) -> gpd.GeoDataFrame:
    """Features of a collection of collections."""
    try:
        features = list(_features(json.loads(path.read_text(encoding="utf-8-sig"))))
        table = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    except Exception as error:
        raise SourceError(f"{shown}: kein lesbares GeoJSON ({short(error)})") from error
    if table.empty or table.geometry.isna().all():
        raise SourceError(f"{shown}: enthält keine Geometrien")
    return table


def _features(content: object) -> Iterator[dict[str, object]]:
    """All features, however deep."""
    if isinstance(content, dict):
        if content.get("type") == "Feature":
            yield content
        else:
            for part in content.get("features") or ():
                yield from _features(part)


# Columns ----------------------------------------------------------------------------------------


def _column(path: Path, table: gpd.GeoDataFrame, wanted: str, known: Sequence[str]) -> str:
    """The column of that name, else of a known one, in any case."""
    by_name = {str(name).lower(): str(name) for name in table.columns}
    if wanted in table.columns:
        return wanted
    found = [by_name[name] for name in (wanted.lower(), *known) if name in by_name]
    if not found:
        require_columns(path, table.columns, [wanted], hint=HINT)
    return found[0]


def _key(value: object) -> str | None:
    """A key as text; 3455001.0 is what a spreadsheet made of 3455001."""
    if value is None or value != value or not str(value).strip():  # noqa: PLR0124  NaN
        return None
    whole = isinstance(value, float) and value.is_integer()
    return str(int(str(value).split(".")[0])) if whole else str(value).strip()


def _names(path: Path, table: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Names; what was UTF-8 and read as Latin-1 is put right."""
    missing = int(table[name].isna().sum())
    if missing:
        raise SourceError(f"{path}: {missing} Flächen ohne Namen in Spalte {name!r}")
    names: pd.Series[str] = table[name].astype(str).map(_put_right)
    return names


def _put_right(text: str) -> str:
    """Mend "GroÃŸheide"."""
    for encoding in ("latin-1", "cp1252"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _of_county(
    path: Path, table: gpd.GeoDataFrame, county: str, notes: list[str]
) -> gpd.GeoDataFrame:
    """Rows of the county, with keys of eight digits, where the keys are official ones."""
    keys = table["area_id"]
    plain = keys.dropna()
    if not county.isdigit() or not plain.str.fullmatch(r"\d{7,8}|\d{11,12}").all():
        return table
    full = plain.where(~plain.str.len().isin([7, 11]), "0" + plain)
    padded = int((full != plain).sum())
    short_keys = full.where(full.str.len() == 8, full.str[:5] + full.str[9:])
    own = short_keys.str.startswith(county).reindex(table.index, fill_value=False)
    if not own.any():
        shown = ", ".join(plain.unique()[:_SHOWN])
        raise SourceError(
            f"{path}: keine Gemeinde mit einem Schlüssel, der mit {county} beginnt (gefunden: "
            f"{shown} …). Stimmt county.toml [county] ags, und ist es die richtige Datei?"
        )
    if padded and (full != plain)[own[own].index.intersection(full.index)].any():
        notes.append(f"{padded} Schlüssel ohne führende Null: ergänzt")
    if nameless := int(keys.isna().sum()):
        notes.append(f"{nameless} Flächen ohne Schlüssel nicht gelesen; bitte prüfen")
    others = int((~own & keys.notna()).sum())
    if others:
        notes.append(f"{others} Flächen anderer Landkreise nicht gelesen")
    return table.assign(area_id=short_keys)[own]


def _land(table: gpd.GeoDataFrame, notes: list[str]) -> gpd.GeoDataFrame:
    """Without waters; a municipality that has nothing else keeps them."""
    column = next((name for name in table.columns if str(name).lower() == WATER), None)
    if column is None:
        return table
    land = pd.to_numeric(table[column], errors="coerce").isin(_LAND)
    only_water = ~table["area_id"].isin(table.loc[land, "area_id"])
    waters = int((~land & ~only_water).sum())
    if waters:
        notes.append(f"{waters} Wasserflächen (GF) nicht gezählt")
    if only_water.any():
        names = ", ".join(sorted(set(table.loc[only_water, "name"])))
        notes.append(f"nur Wasserflächen (GF), trotzdem gezählt: {names}")
    return table[land | only_water]


def _told_apart(table: gpd.GeoDataFrame) -> pd.Series:
    """Names; equal ones of different municipalities get their kind or their key."""
    names: pd.Series[str] = table["name"]
    kind = next((name for name in table.columns if str(name).lower() == KIND), None)
    for more in (table[kind] if kind else None, table["area_id"]):
        several = table.assign(name=names).groupby("name")["area_id"].transform("nunique") > 1
        if more is not None:
            names = names.where(~several, names + " (" + more.astype(str) + ")")
    return names
