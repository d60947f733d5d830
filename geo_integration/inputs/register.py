"""The register of layers: source, date, licence, and whether the data are real."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["layer", "file", "source", "date", "licence", "attribution", "status", "note"]
STATUS = ("real", "modelled", "sample")


def read_register(path: Path | None) -> pd.DataFrame:
    """Read register.csv.

    Parameters
    ----------
    path : Path or None
        The file; None where the profile names none.

    Returns
    -------
    DataFrame
        Text columns layer, file, source, date, licence, attribution, status, note.

    Raises
    ------
    SourceError
        When a column is missing, or a status is not real, modelled or sample.
    """
    if path is None:
        return pd.DataFrame(columns=COLUMNS, dtype=object)
    table = read_table(path, COLUMNS)[COLUMNS].fillna("")
    strange = table.index[~table["status"].isin(STATUS)]
    if len(strange):
        found = table.at[strange[0], "status"]
        raise SourceError(
            f"{path}: Zeile {strange[0]}, Spalte status: {found!r}; erwartet wird "
            f"{', '.join(STATUS)}"
        )
    return table.reset_index(drop=True)
