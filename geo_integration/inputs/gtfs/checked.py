"""Numbers of GTFS tables, looked at before they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from geo_integration.inputs.gtfs.files import number, text

if TYPE_CHECKING:
    from geo_integration.inputs.gtfs.files import Files


def checked_number(
    files: Files, table: pl.DataFrame, where: str, message: str, *, least: float = 0
) -> pl.Series:
    """Read a column of finite numbers.

    Parameters
    ----------
    files : Files
        The feed; gets a note of what is no such number.
    table : polars DataFrame
        Some rows of one of its files.
    where : str
        File and column, as "stops.txt stop_lat".
    message : str
        What is said after the number of wrong values.
    least : float
        The least number that is right.

    Returns
    -------
    polars Series of float
        Missing where nothing stands or something wrong.
    """
    column = where.split()[1]
    said, value = text(table, column), number(table, column)
    good = (value.is_finite() & (value >= least)).fill_null(value=False)
    wrong = said.filter(~good & (said != ""))
    if len(wrong):
        files.note(where, wrong[0], f"{len(wrong)} {message}")
    return pl.select(pl.when(good).then(value)).to_series().alias(column)
