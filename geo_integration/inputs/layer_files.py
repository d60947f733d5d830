"""What `check` says of a layer's files: kind, size, date, and what the register knows of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import pyogrio

from geo_integration.inputs.contents import PAGE, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

UNKNOWN, ABSENT = "keine Angabe", "fehlt oder nicht lesbar"
_NAMES = {
    ".xlsx": "Excel-Datei", ".xlsm": "Excel-Datei", ".xls": "Excel-Datei", ".xlsb": "Excel-Datei",
    ".ods": "LibreOffice-Tabelle", ".csv": "CSV", ".txt": "Text", ".tsv": "Text",
    ".geojson": "GeoJSON", ".json": "JSON", ".shp": "Shapefile", ".gpkg": "GeoPackage",
    ".parquet": "Parquet", ".pbf": "OpenStreetMap (PBF)", ".osm": "OpenStreetMap (XML)",
    ".gz": "gepackt (gz)", ".bz2": "gepackt (bz2)", ".graphml": "GraphML", ".zip": "ZIP",
    ".gml": "GML", ".tif": "GeoTIFF",
}  # fmt: skip
_SQLITE = b"SQLite format 3\0"  # whatever else GDAL would open may point elsewhere
_MANY = 3


class LayerFile(NamedTuple):
    """One file of a layer; `size` in bytes and `changed` are None where there is none."""

    path: Path
    kind: str
    size: int | None
    changed: dt.date | None

    def __str__(self) -> str:
        if self.size is None:
            return f"{self.path.name} ({self.kind})"
        return f"{self.path.name} ({self.kind}, {size_text(self.size)})"


class Origin(NamedTuple):
    """Where a layer comes from, as the register has it: newest date, sources, licences."""

    date: str
    source: str
    licence: str


def layer_file(path: Path) -> LayerFile:
    """Say what a file is, without reading it."""
    try:
        if path.is_dir():
            return LayerFile(path, "Ordner", None, None)
        about = path.stat()
    except (OSError, ValueError):
        return LayerFile(path, ABSENT, None, None)
    changed = dt.datetime.fromtimestamp(about.st_mtime, dt.UTC).date()
    return LayerFile(path, _kind(path), about.st_size, changed)


def _kind(path: Path) -> str:
    """Kind by the name; what the content contradicts is said."""
    suffix = path.suffix.lower()
    name = _NAMES.get(suffix, f"{suffix or 'ohne Endung'}")
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return f"{name}, nicht lesbar"
    if not head:
        return f"{name}, leer"
    if kind_of(head) == PAGE:
        return f"{name}, Inhalt aber {PAGE}"
    return name + _layers(path) if head.startswith(_SQLITE) else name


def _layers(path: Path) -> str:
    """Names of the layers of a GeoPackage."""
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
    except Exception:  # noqa: BLE001  whatever the library trips over, its reader says so
        return ""
    more = "" if len(names) <= _MANY else f" und {len(names) - _MANY} weitere"
    return f", Layer {', '.join(names[:_MANY])}{more}" if names else ""


def size_text(size: int) -> str:
    """Size of a file in words."""
    for unit, step in (("GB", 2**30), ("MB", 2**20), ("KB", 2**10)):
        if size >= step:
            return f"{size / step:.1f} {unit}".replace(".0 ", " ").replace(".", ",")
    return f"{size} Byte"


def origin(register: pd.DataFrame | None, layer: str, files: Sequence[LayerFile]) -> Origin:
    """Look a layer up in the register.

    Parameters
    ----------
    register : DataFrame or None
        From `read_register`; None where it could not be read.
    layer : str
        Name of the layer.
    files : sequence of LayerFile
        Its files; rows that name one of them count before others of the layer.

    Returns
    -------
    Origin
        Empty texts where the register says nothing.
    """
    if register is None or register.empty:
        return Origin("", "", "")
    rows = register[register["layer"] == layer]
    own = rows[rows["file"].isin([file.path.name for file in files])]
    rows = own if len(own) else rows
    dates = sorted(text for text in rows["date"] if text)
    return Origin(
        german(dates[-1]) if dates else "", _listed(rows["source"]), _listed(rows["licence"])
    )


def german(text: str) -> str:
    """An ISO date as Germans write it; any other text as it is."""
    try:
        return f"{dt.date.fromisoformat(text):%d.%m.%Y}"
    except ValueError:
        return text


def _listed(texts: pd.Series) -> str:
    """Different texts, in their order."""
    return "; ".join(dict.fromkeys(text for text in texts if text))
