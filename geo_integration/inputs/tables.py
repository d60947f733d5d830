"""Tables as planners keep them: Excel and CSV, read as text, with the row numbers they see."""

from __future__ import annotations

import csv
import difflib
import io
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.frames import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ENCODINGS = ("utf-8-sig", "cp1252")
WORKBOOKS = (".xlsx", ".xlsm")


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


def read_table(path: Path, required: Iterable[str], *, hint: str = "") -> pd.DataFrame:
    """Read an Excel or CSV file as text.

    Parameters
    ----------
    path : Path
        An .xlsx or .csv file; the first row holds the headers.
    required : iterable of str
        Headers that must be there.
    hint : str
        What to do when one is missing.

    Returns
    -------
    DataFrame
        Text, missing where a cell is empty; the index holds the row as a spreadsheet counts it.

    Raises
    ------
    SourceError
        When the file is missing, unreadable, empty, or lacks a column.
    """
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    raw = _read_workbook(path) if path.suffix.lower() in WORKBOOKS else _read_csv(path)
    table = raw.map(_text)
    table.columns = [str(name).strip() for name in table.columns]
    table.index = pd.RangeIndex(2, len(table) + 2)
    require_columns(path, table.columns, required, hint=hint)
    return table[table.notna().any(axis=1)]


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


def _read_workbook(path: Path) -> pd.DataFrame:
    """First sheet of a workbook, values as they are."""
    try:
        return pd.read_excel(path, dtype=object)
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(
            f"{path}: keine lesbare Excel-Datei ({_short(error)}). In Excel öffnen, ein Kennwort "
            f"entfernen und als .xlsx speichern; ist sie gerade geöffnet, zuerst schließen"
        ) from error


def _short(error: Exception) -> str:
    """First line of what a library said, not too long."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:120]


def _read_csv(path: Path) -> pd.DataFrame:
    """CSV with any usual encoding and separator.

    Rows may be shorter or longer than the header; what has no header gets one by its number.
    """
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SourceError(f"{path}: kein lesbarer Text; bitte als CSV UTF-8 speichern")
    head = text.split("\n", 1)[0]
    separator = max((";", ",", "\t"), key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise SourceError(f"{path}: keine lesbare CSV-Tabelle ({_short(error)})") from error
    if not rows or not any(rows[0]):
        raise SourceError(f"{path}: die erste Zeile enthält keine Überschriften")
    width = max(
        len(rows[0]), *(i + 1 for row in rows for i, value in enumerate(row) if value.strip()), 0
    )
    header = [*rows[0], *(f"Spalte {i + 1}" for i in range(len(rows[0]), width))]
    seen: dict[str, int] = {}
    for i, name in enumerate(header):
        seen[name] = seen.get(name, 0) + 1
        header[i] = name if seen[name] == 1 else f"{name}.{seen[name]}"
    body = [(row + [""] * width)[:width] for row in rows[1:]]
    return pd.DataFrame(body, columns=header[:width], dtype=object)


def _text(value: object) -> str | None:
    """One cell as text; empty is missing."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT:
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return str(value).strip() or None


def cell(table: pd.DataFrame, row: int, column: str) -> str | None:
    """One cell of a table that was read as text."""
    value = table.at[row, column]
    return value if isinstance(value, str) else None


def number(text: object) -> float | None:
    """Read a number with decimal comma or point; None when it is none.

    Where both occur the last one is the decimal sign.
    """
    if not isinstance(text, str):
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
    if not path.is_file():
        raise SourceError(f"{path}: die Datei fehlt")
    try:
        with warnings.catch_warnings():
            # GDAL warns of what it cannot read; the checks below tell what that leaves.
            warnings.simplefilter("ignore", RuntimeWarning)
            table = gpd.read_file(path)
    except Exception as error:  # whatever the reader trips over, the file is at fault
        raise SourceError(f"{path}: keine lesbare Geodatei ({_short(error)})") from error
    if not isinstance(table, gpd.GeoDataFrame) or table.geometry.isna().all():
        raise SourceError(f"{path}: enthält keine Geometrien")
    if table.crs is None:
        raise SourceError(f"{path}: ohne Koordinatensystem; bitte mit CRS speichern")
    require_columns(path, table.columns, columns, hint=hint)
    lost = int((table.geometry.isna() | table.geometry.is_empty).sum())
    if lost:
        raise SourceError(f"{path}: {lost} Zeilen ohne lesbare Geometrie; bitte berichtigen")
    if not np.isfinite(table.total_bounds).all():
        raise SourceError(f"{path}: enthält Geometrien ohne brauchbare Koordinaten")
    kept = table[[*columns, "geometry"]].rename(columns=dict(columns))
    return kept.to_crs(crs)
