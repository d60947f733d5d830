"""Tables as planners keep them: Excel and CSV, read as text, with the row numbers they see."""

from __future__ import annotations

import difflib
import re
import unicodedata
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_integration.errors import SourceError
from geo_integration.frames import FAULTS
from geo_integration.inputs.contents import require_file, require_own_data
from geo_integration.inputs.sheets import as_text, read_sheets, short

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from geo_integration.inputs.sheets import Sheet

_HEADER_ROWS = 60
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class FaultList(list[dict[str, object]]):
    """Collects what was wrong with the inputs, one row for each fault."""

    def note(
        self,
        file: str,
        row: int | None,
        column: str | None,
        found: object,
        message: str,
        *,
        rejected: bool = False,
    ) -> None:
        """Add one fault; `rejected` when the row does not go on."""
        self.append(
            {
                "file": file,
                "row": row,
                "column": column,
                "found": None if found is None else str(found)[:200],
                "message": message,
                "severity": "rejected" if rejected else "warning",
            }
        )

    def frame(self) -> pd.DataFrame:
        """Make the FAULTS table."""
        table = pd.DataFrame(list(self), columns=list(FAULTS.columns))
        return table.astype({"row": "Int64"})


def read_table(
    path: Path, required: Iterable[str], *, hint: str = "", known: Iterable[str] = ()
) -> pd.DataFrame:
    """Read an Excel or CSV file as text.

    Parameters
    ----------
    path : Path
        .xlsx, .xlsm, .xlsb, .xls, .ods, or .csv; of several sheets the visible one whose headers
        fit best. Title rows above the headers are passed over.
    required : iterable of str
        Headers that must be there.
    hint : str
        What to do when one is missing.
    known : iterable of str
        Further headers that tell the row of the headers from others.

    Returns
    -------
    DataFrame
        Text, missing where a cell is empty; the index holds the row as a spreadsheet counts it.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, empty, or lacks a column.
    """
    needed = list(required)
    names = {plain_header(name) for name in (*needed, *known)}
    sheets = [sheet for sheet in read_sheets(path) if not sheet.hidden and any_value(sheet)]
    if not sheets:
        raise SourceError(f"{path}: kein sichtbares Blatt enthält etwas")
    best = max(sheets, key=lambda sheet: header_row(sheet, names)[1])
    table = table_of(best, header_row(best, names)[0])
    require_columns(path, table.columns, needed, hint=hint)
    return table


def plain_header(text: object) -> str:
    """A header without what people write differently: "Straße / Nr." is "strassenr"."""
    plain = unicodedata.normalize("NFKC", str(text)).lower().translate(_UMLAUTS)
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFD", plain))


def any_value(sheet: Sheet) -> bool:
    """Whether a sheet is not empty."""
    return any(as_text(value) for row in sheet.rows for value in row)


def header_row(sheet: Sheet, names: Collection[str]) -> tuple[int, int]:
    """Find the row with most of the headers that are looked for.

    Returns
    -------
    tuple of int
        Position of the row, and how many of the names (plain headers) it has. Where there is none
        of them, the first row that is not empty.
    """
    best, most = -1, 0
    for at, row in enumerate(sheet.rows[:_HEADER_ROWS]):
        texts = {plain_header(text) for value in row if (text := as_text(value))}
        found = len(texts & set(names))
        if found > most or (best < 0 and texts):
            best, most = at, found
    return max(best, 0), most


def table_of(sheet: Sheet, head: int) -> pd.DataFrame:
    """Rows below the headers as text; empty ones, and headers once more, are left out.

    Columns without a header get one by their number if they hold anything; of equal headers the
    later ones get a number.
    """
    rows = [[as_text(value) for value in row] for row in sheet.rows[head:]]
    width = max((i + 1 for row in rows for i, value in enumerate(row) if value), default=0)
    rows = [(row + [None] * width)[:width] for row in rows]
    seen: dict[str, int] = {}
    header = []
    for i, value in enumerate(rows[0] if rows else []):
        name = " ".join((value or f"Spalte {i + 1}").split())
        seen[name] = seen.get(name, 0) + 1
        header.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    kept = {head + 1 + i: row for i, row in enumerate(rows) if i and any(row) and row != rows[0]}
    return pd.DataFrame(
        list(kept.values()), columns=header, index=pd.Index(kept, dtype="int64"), dtype=object
    )


def require_columns(
    path: Path, present: Iterable[str], required: Iterable[str], *, hint: str = ""
) -> None:
    """Raise SourceError when a column is missing; say which one it may be meant to be."""
    headers = list(present)
    missing = [name for name in required if name not in headers]
    if not missing:
        return
    hints = [
        f"{name!r} (gemeint: {close[0]!r}?)"
        if (close := difflib.get_close_matches(name, headers, 1, 0.7))
        else repr(name)
        for name in missing
    ]
    raise SourceError(
        f"{path}: es fehlt die Spalte {', '.join(hints)}. Gefunden wurden: "
        f"{', '.join(headers[:40]) or 'keine Spalten'}" + (f". {hint}" if hint else "")
    )


def cell(table: pd.DataFrame, row: int, column: str) -> str | None:
    """One cell of a table that was read as text."""
    value = table.at[row, column]
    return value if isinstance(value, str) else None


def number(text: object) -> float | None:
    """Read a number with decimal comma or point; None when it is none.

    Where both occur the last one is the decimal sign.
    """
    if not isinstance(text, str) or "_" in text:  # Python takes 1_000 for a number
        return None
    plain = text.replace("\u00a0", "").replace(" ", "")
    if plain.rfind(",") > plain.rfind("."):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def read_vector(
    path: Path, columns: Mapping[str, str], crs: str, *, hint: str = ""
) -> gpd.GeoDataFrame:
    """Read a vector file into the county's CRS.

    Parameters
    ----------
    path : Path
        GeoPackage, GeoJSON, Shapefile, anything that GDAL reads.
    columns : mapping of str to str
        Column in the file -> column in the result; the others are dropped.
    crs : str
        CRS of the result.
    hint : str
        What to do when a column is missing.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, without CRS, or lacks a column.
    """
    table = open_vector(path)
    require_columns(path, table.columns, columns, hint=hint)
    return in_crs(path, table[[*columns, "geometry"]].rename(columns=dict(columns)), crs)


def open_vector(
    path: Path, *, layer: str | None = None, encoding: str | None = None
) -> gpd.GeoDataFrame:
    """Read a vector file as it is.

    Parameters
    ----------
    path : Path
        GeoPackage, GeoJSON, Shapefile, anything that GDAL reads.
    layer : str, optional
        One of several.
    encoding : str, optional
        How texts are written, where the file does not say.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, or without CRS.
    """
    require_file(path)
    require_own_data(path)
    options = {"layer": layer, "encoding": encoding}
    try:
        with warnings.catch_warnings():
            # GDAL warns of what it cannot read; the checks below tell what that leaves.
            warnings.simplefilter("ignore")
            table = gpd.read_file(path, **{key: v for key, v in options.items() if v})
    except Exception as error:  # whatever the reader trips over, the file is at fault
        odd = "; im Namen von Datei oder Ordner stören ; und !, umbenennen"
        hint = odd if set(";!") & set(str(path)) else ""
        raise SourceError(f"{path}: keine lesbare Geodatei ({short(error)}){hint}") from error
    if not isinstance(table, gpd.GeoDataFrame) or table.geometry.isna().all():
        raise SourceError(f"{path}: enthält keine Geometrien")
    if table.crs is None:
        part = " (bei Shapefiles steht es in der Datei .prj daneben)"
        raise SourceError(
            f"{path}: ohne Koordinatensystem{part if path.suffix.lower() == '.shp' else ''}; bitte "
            f"mit CRS speichern"
        )
    return table


def in_crs(path: Path, table: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Move geometries into another CRS.

    Raises
    ------
    SourceError
        When some are empty, or have no usable coordinates.
    """
    lost = int((table.geometry.isna() | table.geometry.is_empty).sum())
    if lost:
        raise SourceError(f"{path}: {lost} Zeilen ohne lesbare Geometrie; bitte berichtigen")
    if not np.isfinite(table.total_bounds).all():
        raise SourceError(f"{path}: enthält Geometrien ohne brauchbare Koordinaten")
    moved = table.to_crs(crs)
    if not np.isfinite(shapely.get_coordinates(moved.geometry)).all():
        raise SourceError(
            f"{path}: die Koordinaten passen nicht zum Koordinatensystem der Datei ({table.crs}). "
            f"Stehen Meter in einer Datei, die Grad angibt? Mit dem richtigen CRS speichern"
        )
    return moved
