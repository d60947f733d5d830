"""Travel times as a long table: parquet or csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo_integration.files import beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIXES = (".parquet", ".csv")


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
        for name, values, positions in zip(("from_id", "to_id"), ids, index, strict=True)
    }
    columns |= {name: pl.Series(values.ravel()).fill_nan(None) for name, values in minutes.items()}
    table = pl.DataFrame(columns)
    with beside(path) as part:
        if path.suffix.lower() == ".parquet":
            table.write_parquet(part)
        else:
            table.write_csv(part)
