"""Ids of the European grid: what corner and size they name, and the squares they stand for.

Two ways to write the same square of EPSG:3035 are in use; both name its south-west corner:

- ``CRS3035RES1000mN2689000E4337000``: size and corner in metres (Zensus 2022, Eurostat);
- ``1kmN2689E4337``, ``100mN26891E43370``: the corner in units of the size (Zensus 2011).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import polars as pl
import shapely

if TYPE_CHECKING:
    import pandas as pd

GRID_CRS = "EPSG:3035"
EXAMPLE = "CRS3035RES1000mN3390000E4190000"
CORNER = ("size_m", "north_m", "east_m")
_LONG = re.compile(r"\s*CRS3035RES(\d{1,6})mN", re.IGNORECASE)
_ANY = r"(?i)^\s*(?:CRS3035RES(\d{1,6})m|(1|10|100)(k?m))N(\d{1,8})E(\d{1,8})\s*$"
_MAX_SIZE_M, _MAX_COORDINATE_M = 100_000, 10_000_000


def grid_id(size_m: int, north_m: int, east_m: int) -> str:
    """Write the long id of a square by the size and south-west corner that it has in EPSG:3035."""
    return f"CRS3035RES{size_m}mN{north_m}E{east_m}"


def corners(ids: pl.Series) -> pl.DataFrame:
    """Read sizes and south-west corners out of ids.

    Parameters
    ----------
    ids : Series of str
        In either way of writing; upper and lower case, spaces around do not matter.

    Returns
    -------
    DataFrame
        `size_m`, `north_m`, `east_m`, metres in EPSG:3035; missing in all three where a text is no
        such id, or names no square of Europe.
    """
    texts = ids.cast(pl.String).alias("id").to_frame()
    found = _by_prefix(texts)
    if found is None:
        found = _by_pattern(texts)
    good = (
        pl.col("size_m").is_between(1, _MAX_SIZE_M)
        & pl.col("north_m").is_between(0, _MAX_COORDINATE_M)
        & pl.col("east_m").is_between(0, _MAX_COORDINATE_M)
    )
    return found.select(pl.when(good).then(pl.col(name)).alias(name) for name in CORNER)


def _by_prefix(texts: pl.DataFrame) -> pl.DataFrame | None:
    """The same where all ids begin alike, several times as fast; None where one does not."""
    first = _LONG.match(texts["id"][0] or "") if len(texts) else None
    if first is None:
        return None
    parts = pl.col("id").str.strip_prefix(first[0]).str.splitn("E", 2)
    numbers = texts.select(parts).unnest("id").select(pl.all().cast(pl.Int64, strict=False))
    if any(numbers.null_count().row(0)):
        return None
    numbers.columns = ["north_m", "east_m"]
    return numbers.select(pl.lit(int(first[1]), dtype=pl.Int64).alias("size_m"), pl.all())


def _by_pattern(texts: pl.DataFrame) -> pl.DataFrame:
    """Corners by a pattern, in either way of writing."""
    parts = texts.select(pl.col("id").str.extract_groups(_ANY)).unnest("id")
    metres, count, unit, north, east = (pl.col(str(i)) for i in range(1, 6))
    thousand = unit.str.to_lowercase() == "km"
    short = count.cast(pl.Int64) * pl.when(thousand).then(1000).otherwise(1)
    scale = pl.when(metres.is_null()).then(short).otherwise(1)
    return parts.select(
        pl.coalesce(metres.cast(pl.Int64), short).alias("size_m"),
        (north.cast(pl.Int64) * scale).alias("north_m"),
        (east.cast(pl.Int64) * scale).alias("east_m"),
    )


def squares(at: pd.DataFrame, crs: str) -> gpd.GeoSeries:
    """Squares of corners (`size_m`, `north_m`, `east_m`), in another CRS."""
    size, north, east = (at[name].to_numpy(float) for name in CORNER)
    boxes = shapely.box(east, north, east + size, north + size)
    return gpd.GeoSeries(boxes, index=at.index, crs=GRID_CRS).to_crs(crs)
