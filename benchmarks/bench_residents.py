"""Residents as they are published -> the cells of one county: ours against plain pandas.

The files are synthetic, in the format of the Zensus 2022: all populated squares of a country at
1 km, and of a state at 100 m with several columns, each zipped as a theme. The peer reads the
member with pandas, makes every square and cuts with GeoPandas, as one does at first. Every line is
measured in a process of its own.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from common import alone, peak_mb, row

from geo_integration.inputs.residents.cells import read_cells
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import ResidentColumns

if TYPE_CHECKING:
    from collections.abc import Callable

CRS = "EPSG:25832"
# A county of about 26 x 55 km in the window of a country, EPSG:3035.
COUNTY = (4_176_000, 3_357_000, 4_202_000, 3_412_000)
COUNTRY = (4_050_000, 2_700_000, 4_650_000, 3_450_000)
STATE = (4_050_000, 3_150_000, 4_350_000, 3_450_000)
NATIONS = ("Insgesamt_Bevoelkerung", "Deutschland", "Ausland_Sonstige", "EU27_Land",
           "Sonstiges_Europa", "Sonstige_Welt", "Sonstige")  # fmt: skip


class Case(NamedTuple):
    """One file: its size of squares, rows, window, columns."""

    name: str
    size: str
    rows: int
    window: tuple[int, int, int, int]
    columns: tuple[str, ...]


CASES = (
    Case("country, 1 km, 1 column", "1km", 220_000, COUNTRY, ("Einwohner",)),
    Case("state, 100 m, 1 column", "100m", 1_500_000, STATE, ("Einwohner",)),
    Case("state, 100 m, 7 columns", "100m", 1_500_000, STATE, NATIONS),
    Case("country, 100 m, 1 column", "100m", 3_100_000, COUNTRY, ("Einwohner",)),
)


def write(folder: Path, case: Case) -> Path:
    """Write the ZIP of a theme with seeded random squares and counts, sorted as published."""
    rng = np.random.default_rng(1)
    metres = {"100m": 100, "1km": 1000}[case.size]
    west, south, east, north = case.window
    wide = (east - west) // metres
    chosen = np.sort(rng.choice(wide * ((north - south) // metres), case.rows, replace=False))
    y, x = south + chosen // wide * metres, west + chosen % wide * metres
    table = pd.DataFrame({f"GITTER_ID_{case.size}": [
        f"CRS3035RES{metres}mN{n}E{e}" for n, e in zip(y, x, strict=True)
    ]})  # fmt: skip
    table[f"x_mp_{case.size}"], table[f"y_mp_{case.size}"] = x + metres // 2, y + metres // 2
    for column in case.columns:
        counts = rng.poisson(20 if column in {"Einwohner", NATIONS[0]} else 3, case.rows)
        table[column] = np.where(counts < 3, "–", counts.astype(str))
    path = folder / f"{case.name.replace(' ', '_').replace(',', '')}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        name = f"Zensus2022_Thema_{case.size}-Gitter.csv"
        with archive.open(name, "w", force_zip64=True) as member:
            table.to_csv(member, sep=";", index=False)
    return path


def county() -> gpd.GeoDataFrame:
    """One municipality as large as a county."""
    shape = gpd.GeoSeries([shapely.box(*COUNTY)], crs="EPSG:3035").to_crs(CRS)
    return gpd.GeoDataFrame({"area_id": ["03999001"], "name": ["Muster"]}, geometry=shape)


def ours(path: Path, _size: str) -> int:
    """Read with the county's reader; number of cells."""
    return len(read_cells([path], ResidentColumns(), county(), CRS, FaultList()))


def peer(path: Path, size: str) -> int:
    """Read all with pandas, make all squares, keep those whose middle lies in the county."""
    table = pd.read_csv(path, sep=";", na_values=["–"])
    x, y, half = table[f"x_mp_{size}"], table[f"y_mp_{size}"], 50 if size == "100m" else 500
    squares = gpd.GeoSeries(shapely.box(x - half, y - half, x + half, y + half), crs="EPSG:3035")
    cells = gpd.GeoDataFrame(table, geometry=squares.to_crs(CRS))
    middles = cells.set_geometry(cells.geometry.centroid)
    count = table.columns[3]
    return int(gpd.sjoin(middles, county(), predicate="within")[count].notna().sum())


def measured(read: Callable[[Path, str], int], path: Path, size: str) -> tuple[float, float, int]:
    """Seconds, peak MB and cells of one reading, imports left out."""
    start = time.perf_counter()
    cells = read(path, size)
    return time.perf_counter() - start, peak_mb(), cells


def main() -> int:
    """Write the files, measure both readers, and print."""
    row("residents", "ZIP", "cells", "seconds", "s per million rows", "peak MB", "pandas")
    row(*["---"] * 7)
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            path = alone(write, Path(folder), case)
            runs = [alone(measured, ours, path, case.size) for _ in range(3)]
            seconds = sorted(run[0] for run in runs)[1]
            peak, cells = max(run[1] for run in runs), runs[0][2]
            theirs = alone(measured, peer, path, case.size)
            row(
                case.name, f"{path.stat().st_size / 1e6:.0f} MB", f"{cells:,}", f"{seconds:.2f}",
                f"{seconds / case.rows * 1e6:.2f}", f"{peak:.0f}",
                f"{theirs[0]:.1f} s, {theirs[1]:.0f} MB, {theirs[2]:,} cells",
            )  # fmt: skip
            path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
