"""The population model: municipal totals placed on 1 km cells by settlement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

from friesland.geography import METRIC_CRS, place_of_stop

if TYPE_CHECKING:
    from pathlib import Path

GRID_CRS = "EPSG:3035"
CELL_M = 1_000
FINE_M = 100
FOREIGN_RESIDENTS_2022 = 6_450  # AZR, county total at 31.12.2022, LSN Integrationsmonitoring

# Kernel widths in metres by size of the place: a denser place spreads further from its stops.
KERNEL_TOWN_M = 400.0
KERNEL_VILLAGE_M = 300.0
KERNEL_HAMLET_M = 250.0
KERNEL_FARMS_M = 600.0
TOWN_FROM = 4_000
VILLAGE_FROM = 500
CORE_M = 2_000.0  # stops without an Ortsteil belong to the town up to here
CENTRE_SHARE = 0.3  # share of a place around its centre, the rest around its stops
DEFAULT_PER_STOP = 60  # residents of an Ortsteil without a guess, per stop
LONE_STOP = 35  # residents around a stop that names no place
FARMS_AT_STOPS = 0.4  # share of the scattered residents that lives near stops
# Scattered residents per km2: marsh (single farms), geest (settlement in rows).
SCATTERED_PER_KM2 = {
    "Jever": 15.0,
    "Sande": 12.0,
    "Schortens": 18.0,
    "Wangerland": 11.0,
    "Wangerooge": 0.0,
    "Bockhorn": 25.0,
    "Varel": 25.0,
    "Zetel": 22.0,
}

# Guessed residents by Ortsteil: no source, round figures set before any comparison.
# Only the proportions within a municipality count; the totals are those of the census.
SIZES: dict[tuple[str, str], int] = {
    ("Jever", "Jever"): 10500,
    ("Jever", "Moorwarfen"): 1100,
    ("Jever", "Cleverns"): 700,
    ("Jever", "Rahrdum"): 350,
    ("Jever", "Sandel"): 100,
    ("Jever", "Möns"): 150,
    ("Jever", "Siebetshaus"): 250,
    ("Jever", "Schenum"): 50,
    ("Schortens", "Schortens"): 5500,
    ("Schortens", "Heidmühle"): 6500,
    ("Schortens", "Oestringfelde"): 900,
    ("Schortens", "Ostiem"): 1000,
    ("Schortens", "Sillenstede"): 2200,
    ("Schortens", "Roffhausen"): 1500,
    ("Schortens", "Middelsfähr"): 700,
    ("Schortens", "Grafschaft"): 1000,
    ("Schortens", "Accum"): 700,
    ("Schortens", "Schoost"): 150,
    ("Schortens", "Upjever"): 300,
    ("Schortens", "Addernhausen"): 250,
    ("Schortens", "Glarum"): 150,
    ("Schortens", "Moorhausen"): 150,
    ("Sande", "Sande"): 5200,
    ("Sande", "Cäciliengroden"): 1400,
    ("Sande", "Neustadtgödens"): 900,
    ("Sande", "Dykhausen"): 250,
    ("Sande", "Mariensiel"): 300,
    ("Sande", "Sanderahm"): 150,
    ("Sande", "Sandergroden"): 60,
    ("Sande", "Gödens"): 60,
    ("Sande", "Altgödens"): 60,
    ("Sande", "Silland"): 30,
    ("Sande", "Sanderbusch"): 150,
    ("Varel", "Varel"): 10500,
    ("Varel", "Obenstrohe"): 3800,
    ("Varel", "Büppel"): 2200,
    ("Varel", "Langendamm"): 2000,
    ("Varel", "Dangastermoor"): 900,
    ("Varel", "Dangast"): 550,
    ("Varel", "Borgstede"): 600,
    ("Varel", "Winkelsheide"): 350,
    ("Varel", "Altjührden"): 700,
    ("Varel", "Neuenwege"): 500,
    ("Varel", "Rosenberg"): 250,
    ("Varel", "Seghorn"): 250,
    ("Varel", "Streek"): 150,
    ("Varel", "Hohenberge"): 200,
    ("Varel", "Jethausen"): 250,
    ("Varel", "Neudorf"): 150,
    ("Varel", "Grünenkamp"): 150,
    ("Varel", "Jeringhave"): 200,
    ("Varel", "Bramlage"): 100,
    ("Varel", "Rahling"): 80,
    ("Zetel", "Zetel"): 5000,
    ("Zetel", "Neuenburg"): 3000,
    ("Zetel", "Bohlenbergerfeld"): 900,
    ("Zetel", "Bohlenberge"): 600,
    ("Zetel", "Schweinebrück"): 350,
    ("Zetel", "Driefel"): 200,
    ("Zetel", "Collstede"): 150,
    ("Zetel", "Astederfeld"): 200,
    ("Zetel", "Ruttel"): 80,
    ("Zetel", "Ruttelerfeld"): 80,
    ("Zetel", "Neuenburgerfeld"): 150,
    ("Zetel", "Zetelermarsch"): 80,
    ("Zetel", "Ellens"): 80,
    ("Zetel", "Blauhand"): 60,
    ("Zetel", "Fuhrenkamp"): 50,
    ("Bockhorn", "Bockhorn"): 4000,
    ("Bockhorn", "Steinhausen"): 1100,
    ("Bockhorn", "Grabstede"): 900,
    ("Bockhorn", "Grabstederfeld"): 150,
    ("Bockhorn", "Bockhornerfeld"): 350,
    ("Bockhorn", "Osterforde"): 250,
    ("Bockhorn", "Bredehorn"): 300,
    ("Bockhorn", "Kranenkamp"): 300,
    ("Bockhorn", "Jührdenerfeld"): 150,
    ("Bockhorn", "Ellenserdamm"): 120,
    ("Bockhorn", "Adelheidsgroden"): 30,
    ("Bockhorn", "Petersgroden"): 40,
    ("Wangerland", "Hohenkirchen"): 1800,
    ("Wangerland", "Hooksiel"): 2000,
    ("Wangerland", "Horumersiel"): 900,
    ("Wangerland", "Schillig"): 150,
    ("Wangerland", "Minsen"): 350,
    ("Wangerland", "Förrien"): 80,
    ("Wangerland", "Tettens"): 700,
    ("Wangerland", "Waddewarden"): 700,
    ("Wangerland", "Wiarden"): 250,
    ("Wangerland", "Oldorf"): 100,
    ("Wangerland", "Middoge"): 120,
    ("Wangerland", "Westrum"): 80,
    ("Wangerland", "Wiefels"): 150,
    ("Wangerland", "Friederikensiel"): 100,
    ("Wangerland", "Altgarmssiel"): 80,
    ("Wangerland", "Neugarmssiel"): 40,
    ("Wangerooge", "Wangerooge"): 1069,
}

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Kernel:
    """Residents spread around points by a normal kernel."""

    points: FloatArray
    residents: float
    width_m: float


def build_residents(
    municipalities: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    places: pd.DataFrame,
    totals: pd.DataFrame,
) -> pd.DataFrame:
    """Place the census totals of the municipalities on 1 km cells.

    Parameters
    ----------
    municipalities : geopandas.GeoDataFrame
        Land areas, EPSG:4326.
    stops : geopandas.GeoDataFrame
        Stops, EPSG:25832.
    places : pandas.DataFrame
        Gazetteer with ``municipality`` and ``guess``.
    totals : pandas.DataFrame
        Facts by municipality: ``name``, ``pop_zensus2022_20220515``,
        ``born_abroad_2022_1km_cells``.

    Returns
    -------
    pandas.DataFrame
        ``cell_id``, ``ags``, ``residents``, ``foreign_residents``; sums equal the totals.
    """
    foreign = largest_remainder(
        totals["born_abroad_2022_1km_cells"].to_numpy(float), FOREIGN_RESIDENTS_2022
    )
    parts = []
    for municipality in municipalities.itertuples(index=False):
        row = totals["name"] == municipality.name
        cells = _cell_weights(municipality, stops[stops["ags"] == municipality.ags], places)
        total = int(totals.loc[row, "pop_zensus2022_20220515"].iloc[0])
        cells["residents"] = largest_remainder(cells["weight"].to_numpy(float), total)
        cells = cells[cells["residents"] > 0].copy()
        cells["foreign_residents"] = largest_remainder(
            cells["residents"].to_numpy(float), int(foreign[row.to_numpy()][0])
        )
        parts.append(cells.assign(ags=municipality.ags))
    columns = ["cell_id", "ags", "residents", "foreign_residents"]
    return pd.concat(parts)[columns].sort_values("cell_id", ignore_index=True)


def largest_remainder(weights: FloatArray, total: int) -> npt.NDArray[np.int64]:
    """Split a total into integers in proportion to weights, by largest remainder."""
    exact = weights / weights.sum() * total
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    missing = total - int(counts.sum())
    result: npt.NDArray[np.int64] = counts + np.isin(np.arange(len(counts)), order[:missing])
    return result


def compare_with_census(
    residents: pd.DataFrame, census: Path, names: dict[str, str]
) -> pd.DataFrame:
    """Compare the model with a census grid it has not seen.

    Parameters
    ----------
    residents : pandas.DataFrame
        The finished model.
    census : Path
        Census grid 2021, 1 km: ``X``, ``Y`` (south-west corner, EPSG:3035), ``T``,
        ``AGS_centroid``.
    names : dict
        Municipality name by key.

    Returns
    -------
    pandas.DataFrame
        One row per municipality and one for the county: totals, populated cells,
        ``pearson_r``, ``pearson_r_log1p``, ``share_misplaced`` (0 to 1, scaled to one total).
    """
    grid = pd.read_csv(census, dtype={"AGS_centroid": str})
    grid = grid[grid["AGS_centroid"].notna()]
    grid = grid.assign(cell_id=[cell_id(x, y) for x, y in zip(grid["X"], grid["Y"], strict=True)])
    both = residents.merge(
        grid[["cell_id", "T", "AGS_centroid"]].rename(columns={"T": "census"}),
        on="cell_id",
        how="outer",
    )
    both["ags"] = both["ags"].fillna(both["AGS_centroid"])
    both[["residents", "census"]] = both[["residents", "census"]].fillna(0)
    rows = [_comparison("03455", "Landkreis Friesland", both)]
    rows += [_comparison(ags, name, both[both["ags"] == ags]) for ags, name in names.items()]
    return pd.DataFrame(rows)


def cell_id(east: float, north: float) -> str:
    """Name a 1 km cell after its south-west corner in EPSG:3035."""
    return f"CRS3035RES{CELL_M}mN{int(north)}E{int(east)}"


def _comparison(ags: str, name: str, cells: pd.DataFrame) -> dict[str, object]:
    """Figures of one municipality, or of the county."""
    model, census = cells["residents"].to_numpy(float), cells["census"].to_numpy(float)
    scaled = model * census.sum() / model.sum()
    return {
        "ags": ags,
        "name": name,
        "residents_model": int(model.sum()),
        "residents_census_grid": int(census.sum()),
        "cells_model": int((model > 0).sum()),
        "cells_census": int((census > 0).sum()),
        "pearson_r": round(float(np.corrcoef(model, census)[0, 1]), 3),
        "pearson_r_log1p": round(float(np.corrcoef(np.log1p(model), np.log1p(census))[0, 1]), 3),
        "share_misplaced": round(float(0.5 * np.abs(scaled - census).sum() / census.sum()), 3),
    }


def _cell_weights(
    municipality: object, stops: gpd.GeoDataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Weights of the cells whose centre lies in one municipality."""
    name, area = municipality.name, municipality.geometry  # type: ignore[attr-defined]
    fine = _fine_points(area)
    metric = _transformed(fine[["x", "y"]].to_numpy(float), GRID_CRS, METRIC_CRS)
    weight = np.zeros(len(fine))
    for kernel in _kernels(name, stops, places):
        weight += _spread(kernel, metric)
    scattered = SCATTERED_PER_KM2[name] * len(fine) * (FINE_M / 1_000) ** 2
    weight += scattered * (1 - FARMS_AT_STOPS) / len(fine)
    if len(stops):
        anchors = np.column_stack([stops.geometry.x, stops.geometry.y])
        weight += _spread(Kernel(anchors, scattered * FARMS_AT_STOPS, KERNEL_FARMS_M), metric)
    fine["weight"] = weight
    summed = fine.groupby("cell_id", sort=True)["weight"].sum()
    return summed.reset_index()


def _fine_points(area: object) -> pd.DataFrame:
    """Points every 100 m in the cells whose centre lies in the area."""
    projected = gpd.GeoSeries([area], crs="EPSG:4326").to_crs(GRID_CRS).iloc[0]
    west, south, east, north = (int(value // CELL_M) * CELL_M for value in projected.bounds)
    corners = pd.DataFrame(
        [
            (x, y)
            for x in range(west, east + CELL_M, CELL_M)
            for y in range(south, north + CELL_M, CELL_M)
        ],
        columns=["east", "north"],
    )
    centres = gpd.points_from_xy(corners["east"] + CELL_M / 2, corners["north"] + CELL_M / 2)
    corners = corners[centres.within(projected)]
    steps = np.arange(FINE_M / 2, CELL_M, FINE_M)
    offsets = pd.DataFrame([(dx, dy) for dx in steps for dy in steps], columns=["dx", "dy"])
    fine = corners.merge(offsets, how="cross")
    points = gpd.points_from_xy(fine["east"] + fine["dx"], fine["north"] + fine["dy"])
    on_land = points.within(projected)
    ids = [cell_id(x, y) for x, y in zip(fine["east"], fine["north"], strict=True)]
    table = pd.DataFrame(
        {"cell_id": ids, "x": fine["east"] + fine["dx"], "y": fine["north"] + fine["dy"]}
    )
    return table.loc[np.asarray(on_land)].reset_index(drop=True)


def _kernels(municipality: str, stops: gpd.GeoDataFrame, places: pd.DataFrame) -> list[Kernel]:
    """Every place around its centre and its stops; lone stops as small hamlets."""
    own = places[places["municipality"] == municipality]
    named = stops["name"].map(lambda name: place_of_stop(name, own["name"].tolist()))
    centres = _transformed(own[["lon", "lat"]].to_numpy(float), "EPSG:4326", METRIC_CRS)
    xy = np.column_stack([stops.geometry.x, stops.geometry.y])
    unnamed = (named == "").to_numpy()
    in_core = unnamed & _near_core(municipality, own, centres, xy)
    kernels = [
        Kernel(
            xy[unnamed & ~in_core], LONE_STOP * float((unnamed & ~in_core).sum()), KERNEL_HAMLET_M
        )
    ]
    for place, guess, centre in zip(own["name"], own["guess"], centres, strict=True):
        mine = in_core if place == municipality else (named == place).to_numpy()
        size = float(guess) if guess else float(DEFAULT_PER_STOP * max(int(mine.sum()), 1))
        width = _width(size)
        share = CENTRE_SHARE if mine.any() else 1.0
        kernels.append(Kernel(centre[None, :], size * share, width))
        kernels.append(Kernel(xy[mine], size * (1 - share), width))
    return [kernel for kernel in kernels if kernel.residents > 0 and len(kernel.points)]


def _near_core(
    municipality: str, own: pd.DataFrame, centres: FloatArray, xy: FloatArray
) -> npt.NDArray[np.bool_]:
    """Tell which stops lie near the centre of the town that names the municipality."""
    core = centres[(own["name"] == municipality).to_numpy()]
    if not len(core):
        return np.zeros(len(xy), dtype=bool)
    return np.asarray(np.hypot(*(xy - core[0]).T) <= CORE_M)


def _width(size: float) -> float:
    """Kernel width of a place by its size."""
    if size >= TOWN_FROM:
        return KERNEL_TOWN_M
    return KERNEL_VILLAGE_M if size >= VILLAGE_FROM else KERNEL_HAMLET_M


def _spread(kernel: Kernel, metric: FloatArray) -> FloatArray:
    """Residents of a kernel at every fine point; nobody is lost at the border."""
    density = np.zeros(len(metric))
    tree = cKDTree(metric)
    for point in kernel.points:
        near = tree.query_ball_point(point, 4 * kernel.width_m)
        distance = np.hypot(*(metric[near] - point).T)
        density[near] += np.exp(-0.5 * (distance / kernel.width_m) ** 2)
    total = density.sum()
    return density * kernel.residents / total if total > 0 else density


def _transformed(coords: FloatArray, source: str, target: str) -> FloatArray:
    """Project an array of x, y."""
    transformer = Transformer.from_crs(source, target, always_xy=True)
    return np.column_stack(transformer.transform(coords[:, 0], coords[:, 1]))
