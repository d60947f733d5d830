"""Travel times as a long table: parquet or csv."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from geo_integration.errors import OutputError
from geo_integration.files import beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIXES = (".parquet", ".csv")
# Stands in every file beside a table, and tells it from the files of others.
MADE_BY = "geo-integration travel-times"
_IDS = ["from_id", "to_id"]


def side_file(path: Path) -> Path:
    """Name the file beside a table that says what it was made from."""
    return path.with_name(f"{path.name}.json")


def require_own(path: Path) -> None:
    """Make sure that neither a table nor the file beside it replaces anything of others.

    Parameters
    ----------
    path : Path
        Where a table is to be written.

    Raises
    ------
    OutputError
        When there is a file that was not written by `write_matrix`, or beside it one that does not
        say who made it.
    """
    what = "eine fremde Datei, die nicht ersetzt wird; für das Ergebnis einen anderen Namen wählen"
    if path.is_file() and path.stat().st_size and not _is_matrix(path):
        raise OutputError(f"{path}: ist {what}")
    side = side_file(path)
    if side.is_file() and side.stat().st_size and not _says_who(side):
        raise OutputError(f"{side}: ist {what}")


def _is_matrix(path: Path) -> bool:
    """Whether a file is a table of travel times."""
    import polars as pl  # noqa: PLC0415  heavy, and seldom needed

    try:
        if path.suffix.lower() == ".parquet":
            return list(pl.read_parquet_schema(path))[:2] == _IDS
        with path.open(encoding="utf-8-sig") as file:
            return file.readline().strip().replace(";", ",").split(",")[:2] == _IDS
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return False


def _says_who(side: Path) -> bool:
    """Whether a file beside a table is one of ours."""
    try:
        about = json.loads(side.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and about.get("made_by") == MADE_BY


def write_matrix(
    path: Path,
    origins: Sequence[str],
    destinations: Sequence[str],
    minutes: Mapping[str, NDArray[np.float32]],
) -> None:
    """Write a row for every pair: from_id, to_id, and the minutes; empty where there is no way.

    Parameters
    ----------
    path : Path
        .parquet or .csv.
    origins, destinations : sequence of str
        Ids.
    minutes : mapping of str to ndarray, shape (origins, destinations)
        Columns; NaN where there is no way.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import polars as pl  # noqa: PLC0415  heavy, and only needed here

    index = np.indices((len(origins), len(destinations)), dtype=np.int32)
    ids = (pl.Series(values, dtype=pl.String) for values in (list(origins), list(destinations)))
    columns = {
        name: values.gather(positions.ravel())
        for name, values, positions in zip(_IDS, ids, index, strict=True)
    }
    columns |= {name: pl.Series(values.ravel()).fill_nan(None) for name, values in minutes.items()}
    table = pl.DataFrame(columns)
    with beside(path) as part:
        if path.suffix.lower() == ".parquet":
            table.write_parquet(part)
        else:
            table.write_csv(part)
