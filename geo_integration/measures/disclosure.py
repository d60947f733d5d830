"""The only door through which numbers about people leave the house.

Counts between 1 and the profile's minimum are withheld; so is a second count wherever the first
could be found again by subtracting its neighbours from their published sum. Shares need a base.
What is withheld is missing, not hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

CELL_COLUMNS = ["cell_id", "area_id", "residents", "x_m", "y_m", "geometry"]


def published_cells(cells: gpd.GeoDataFrame, *, min_count: int) -> gpd.GeoDataFrame:
    """Withhold small cells; further columns about people stay inside.

    Parameters
    ----------
    cells : GeoDataFrame
        CELLS.
    min_count : int
        Smallest count that may be published, apart from 0.

    Returns
    -------
    GeoDataFrame
        CELLS with `residents` as Int64, missing where withheld.
    """
    table = cells[CELL_COLUMNS].copy()
    table["residents"] = table["residents"].astype("Int64")
    for _, group in table.groupby("area_id"):
        hidden = _withheld(group["residents"].to_numpy(dtype="int64"), min_count)
        table.loc[group.index[hidden], "residents"] = pd.NA
    return table


def published_area_coverage(
    table: pd.DataFrame, *, county: str, min_count: int, min_share_base: int
) -> pd.DataFrame:
    """Withhold small counts per area, and what would give them away.

    Parameters
    ----------
    table : DataFrame
        AREA_COVERAGE.
    county : str
        Key of the county's rows, the sums of the others.
    min_count : int
        Smallest count that may be published, apart from 0.
    min_share_base : int
        Fewest residents that a share may be published for.

    Returns
    -------
    DataFrame
        AREA_COVERAGE with missing values: covered, uncovered and share go together, because with
        the residents one tells the other.
    """
    table = table.astype(dict.fromkeys(("covered", "uncovered", "booked"), "Int64"))
    small = (table["residents"] < min_share_base).to_numpy()
    table.loc[small, "share_covered"] = float("nan")
    for columns in (["covered", "uncovered"], ["booked"]):
        hidden = _withheld_areas(table, columns, county, min_count)
        table.loc[hidden, columns] = pd.NA
        if "covered" in columns:
            table.loc[hidden, "share_covered"] = float("nan")
    return table


def published_bands(table: pd.DataFrame, *, county: str, min_count: int) -> pd.DataFrame:
    """Withhold small counts of BANDS, and what would give them away."""
    table = table.astype({"within": "Int64"})
    table["beyond"] = table["residents"] - table["within"]
    for _, group in table.groupby("band_min"):
        hidden = _withheld_areas(group, ["within", "beyond"], county, min_count)
        table.loc[hidden, "within"] = pd.NA
    return table.drop(columns="beyond")


def published_gaps(gaps: gpd.GeoDataFrame, *, min_count: int) -> gpd.GeoDataFrame:
    """Leave out areas with too few residents."""
    return gaps[gaps["residents"] >= min_count].reset_index(drop=True)


def _withheld_areas(
    table: pd.DataFrame, columns: list[str], county: str, min_count: int
) -> pd.Index:
    """Rows in which any of the columns must be withheld."""
    rows: list[int] = []
    for _, group in table.groupby(["category", "day_type"]):
        parts = group[group["area_id"] != county]
        hidden = pd.Series(data=False, index=parts.index)
        for column in columns:
            hidden |= _withheld(parts[column].to_numpy(dtype="int64"), min_count)
        if hidden.any():
            # One hidden row would be the county minus the others: hide a second.
            if hidden.sum() == 1 and len(parts) > 1:
                hidden |= hidden.index == parts.loc[~hidden, "residents"].idxmin()
            rows += parts.index[hidden].tolist()
        total = group[group["area_id"] == county]
        for column in columns:
            small = (total[column] > 0) & (total[column] < min_count)
            rows += total.index[small].tolist()
    return pd.Index(sorted(set(rows)))


def _withheld(counts: NDArray[np.int64], min_count: int) -> NDArray[np.bool_]:
    """Which counts of a published sum are withheld: small ones, and a cover for a single one."""
    values = pd.Series(counts)
    hidden = (values > 0) & (values < min_count)
    while hidden.any() and (hidden.sum() < 2 or values[hidden].sum() < min_count):
        rest = values[~hidden & (values > 0)]
        if rest.empty:
            break
        hidden |= hidden.index == rest.idxmin()
    return hidden.to_numpy(bool)
