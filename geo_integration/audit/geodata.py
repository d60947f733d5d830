"""Geodata: layers, columns about people, points that are dwellings, rows that are only deleted."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from geo_integration.audit.columns import layer_table, role_of, tables_of
from geo_integration.audit.tables import check_cells, check_internal, check_tables
from geo_integration.inputs.contents import require_own_data

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_integration.audit.report import Report

    Points = Sequence[tuple[float, float, str]]

_NEAR = 1e-4  # degrees, about ten metres
_LAYERS = {"municipalities", "cells", "underserved_areas", "offers", "stops"}
_SYSTEM = ("gpkg_", "rtree_", "sqlite_", "idx_", "trigger_")
_CELL_IDS = ("cell_id", "zelle", "gitter_id", "grid_id")
_COORDINATES = (
    {"lon", "lat"},
    {"x", "y"},
    {"laenge", "breite"},
    {"länge", "breite"},
    {"longitude", "latitude"},
)


def check_columns(
    report: Report, file: str, place: str, columns: Sequence[str], rows: Sequence[Sequence[object]],
    *, points: bool,
) -> None:  # fmt: skip
    """Columns of one layer or table of places.

    Parameters
    ----------
    report : Report
        Gets the findings.
    file, place : str
        Name of the file and of the layer.
    columns : sequence of str
        Names of the columns.
    rows : sequence of sequence
        Their values.
    points : bool
        Whether the rows are points.
    """
    names = [column.lower() for column in columns]
    people = [column for column in columns if role_of(column) in {"people", "residents", "need"}]
    cells = any(name in names for name in _CELL_IDS)
    if people and points and not cells:
        report.add(
            file,
            "dwellings",
            f"Ebene {place!r}",
            f"Punkte mit Zahlen von Personen ({', '.join(people)})",
        )
    check_internal(report, file, f"Ebene {place!r}", [list(columns), *rows])
    if cells and "residents" in names:
        area = names.index("area_id") if "area_id" in names else None
        at = names.index("residents")
        areas = [row[area] if area is not None else "" for row in rows]
        check_cells(report, file, place, areas, [row[at] for row in rows])
        rest = [i for i in range(len(columns)) if i != at]
        columns, rows = [columns[i] for i in rest], [[row[i] for i in rest] for row in rows]
    check_tables(report, file, [layer_table(place, columns, rows)])


def check_database(report: Report, file: str, path: Path, secret: Points) -> None:
    """Look through a GeoPackage or another SQLite file, without changing a byte of it."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as base:
        base.text_factory = lambda data: data.decode("utf-8", "replace")
        tables = [
            row[0]
            for row in base.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            )
        ]
        if base.execute("PRAGMA freelist_count").fetchone()[0]:
            report.add(file, "deleted_rows", "", "In der Datei stecken noch gelöschte Daten")
        if (
            "gpkg_metadata" in tables
            and base.execute("SELECT count(*) FROM gpkg_metadata").fetchone()[0]
        ):
            report.add(file, "leftover", "gpkg_metadata", "Metadaten (Herkunft, Bearbeitung)")
        shapes: dict[str, tuple[str, str, int]] = {}
        if "gpkg_geometry_columns" in tables:
            found = base.execute(
                "SELECT table_name, column_name, geometry_type_name, srs_id "
                "FROM gpkg_geometry_columns"
            )
            shapes = {row[0]: row[1:] for row in found}
        for name in tables:
            if name.startswith(_SYSTEM):
                continue
            if name not in _LAYERS:
                text = "Diese Ebene gehört nicht zu den Ergebnissen"
                report.add(file, "layer", f"Ebene {name!r}", text)
            _check_layer(report, file, base, name, shapes.get(name, ("", "", 0))[:2])
            if secret and name in shapes:
                column, _, srs = shapes[name]
                blobs = base.execute(f"SELECT {_quoted(column)} FROM {_quoted(name)}")  # noqa: S608
                wkb = [_without_header(row[0]) for row in blobs if isinstance(row[0], bytes)]
                _check_points(report, file, name, wkb, f"EPSG:{srs}", secret)


def _without_header(blob: bytes) -> bytes:
    """The WKB in a geometry of a GeoPackage."""
    return blob[8 + (0, 32, 48, 48, 64, 0, 0, 0)[blob[3] >> 1 & 7] :] if len(blob) > 8 else b""


def _check_points(
    report: Report, file: str, place: str, wkb: Sequence[bytes], crs: object, secret: Points
) -> None:
    """Points that lie where a confidential offer does."""
    import pyproj  # noqa: PLC0415  slow, and only needed with a county
    import shapely  # noqa: PLC0415  the same

    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    points = shapes[shapely.get_type_id(shapes) == 0]
    move = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = move.transform(shapely.get_x(points), shapely.get_y(points))
    for y, x, meaning in secret:
        if ((abs(lat - y) < _NEAR) & (abs(lon - x) < _NEAR)).any():
            report.add(file, "secret", f"Ebene {place!r}", meaning)


def _quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _check_layer(
    report: Report, file: str, base: sqlite3.Connection, name: str, shape: tuple[str, str]
) -> None:
    """One table of a database; columns that tell nothing of people are not read."""
    quoted = _quoted(name)
    columns = [row[1] for row in base.execute(f"PRAGMA table_info({quoted})")]
    kept = [c for c in columns if c != shape[0] and not c.endswith(("__status", "_min"))]
    if not kept:
        return
    wanted = ", ".join(map(_quoted, kept))
    rows = base.execute(f"SELECT {wanted} FROM {quoted}").fetchall()  # noqa: S608  quoted names
    check_columns(report, file, name, kept, rows, points="POINT" in shape[1].upper())


def check_geojson(report: Report, file: str, data: dict[str, object]) -> None:
    """Features of a GeoJSON."""
    features = data.get("features")
    entries = [f for f in features if isinstance(f, dict)] if isinstance(features, list) else []
    records = [f.get("properties") or {} for f in entries]
    columns = list(dict.fromkeys(key for record in records for key in record))
    rows = [[record.get(column) for column in columns] for record in records]
    kinds = {str((f.get("geometry") or {}).get("type", "")) for f in entries}
    check_columns(
        report,
        file,
        str(data.get("name", "")),
        columns,
        rows,
        points=any("Point" in k for k in kinds),
    )


def check_parquet(report: Report, file: str, path: Path) -> str:
    """Columns of a Parquet file; gives its texts, because they are packed in the file."""
    import polars as pl  # noqa: PLC0415  slow, and seldom needed

    table = pl.read_parquet(path)
    known = pl.read_parquet_metadata(path)
    geo = json.loads(known.get("geo", "{}")).get("columns", {})
    kinds = [str(kind) for column in geo.values() for kind in column.get("geometry_types", [])]
    kept = [c for c in table.columns if table[c].dtype != pl.Binary]
    table = table.select(kept)
    points = any("Point" in kind for kind in kinds) or _has_coordinates(kept)
    check_columns(report, file, path.stem, kept, table.rows(), points=points)
    texts = [c for c in kept if table[c].dtype == pl.String]
    return "\n".join(
        [" ".join(map(str, known.values())), table.select(texts).write_csv() if texts else ""]
    )


def check_vector(report: Report, file: str, path: Path, secret: Points) -> None:
    """Attributes of a Shapefile or the like."""
    import pyogrio  # noqa: PLC0415  slow, and seldom needed

    require_own_data(path)
    info = pyogrio.read_info(path)
    table = pyogrio.read_dataframe(path, read_geometry=False)
    points = "Point" in str(info.get("geometry_type") or "")
    rows = table.astype(object).where(table.notna(), None).to_numpy().tolist()
    if secret and points:
        _, _, wkb, _ = pyogrio.raw.read(path)
        _check_points(report, file, path.stem, list(wkb), info["crs"] or "EPSG:4326", secret)
    check_columns(report, file, path.stem, list(map(str, table.columns)), rows, points=points)


def check_text_table(report: Report, file: str, rows: Sequence[Sequence[object]]) -> None:
    """A CSV file: points with people are dwellings there as well."""
    titles = [str(value) for value in rows[0]] if rows else []
    people = [title for title in titles if role_of(title) in {"people", "residents", "need"}]
    if people and _has_coordinates(titles) and not {t.lower() for t in titles} & set(_CELL_IDS):
        report.add(file, "dwellings", "", f"Punkte mit Zahlen von Personen ({', '.join(people)})")
    check_internal(report, file, "", rows)
    check_tables(report, file, tables_of(rows, ""))


def _has_coordinates(columns: Sequence[str]) -> bool:
    """Whether columns say where a row is."""
    names = {column.lower() for column in columns}
    return any(pair <= names for pair in _COORDINATES)
