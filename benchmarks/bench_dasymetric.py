"""How far groups of people that are spread over cells are off, on two real censuses of Friesland.

Foreigners by 100 m cell (Zensus 2011) are predicted from what is known of 1 km cells and from
dwellings and buildings; people born abroad by 1 km cell (census of 2021/22) from residents, from
the sample county's modelled residents, and from the foreigners of 2011. Factors are fitted on all
municipalities but one, or on five of six sets of 5 km blocks, and tested on what was left out.
Counts of 1 and 2 were hidden or rounded, so no prediction could reach r = 1.

The third table measures the noise that the census adds on purpose. The last one gives the share of
true sums that lie in their 90 % range, which is how the spreads of `measures/needs.py` were chosen.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from common import row
from scipy.optimize import minimize_scalar

from geo_integration.dasymetric import spread
from geo_integration.formulas import evaluate
from geo_integration.measures import needs as model
from geo_integration.measures.need_ranges import ranges, sum_parts
from geo_integration.measures.needs import Group, controls, needs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("GEO_INTEGRATION_SHARED", ROOT.parent / "shared" / "data"))
OLD, NEW = DATA / "friesland_zensus2011", DATA / "friesland_census2021_1km"
COUNTY = "03455"
# 1 where every dwelling has a building of its own, towards the factor where many share one.
FLATS = "share * residents * ({0:.3f} - ({0:.3f} - 1) * min(buildings / max(dwellings, 1), 1))"
SMOOTHED = "foreign + {:.3f} * residents"
KM = 1000
DRAWS = 400


class Case(NamedTuple):
    """A prediction to be held against the truth: cells with `true`, and formula."""

    name: str
    cells: gpd.GeoDataFrame
    formula: str
    constant: str
    counted: bool = False
    modelled: bool = False


# Data -------------------------------------------------------------------------------------------


def squares(table: pd.DataFrame, size_m: int) -> gpd.GeoDataFrame:
    """CELLS out of middles `x_m`, `y_m`, with the key of the 1 km square."""
    x, y, half = table["x_m"], table["y_m"], size_m / 2
    return gpd.GeoDataFrame(
        table.assign(
            cell_id=[f"{n}" for n in range(len(table))],
            square=[f"{b // KM:.0f}/{a // KM:.0f}" for a, b in zip(x, y, strict=True)],
            withheld=False,
        ),
        geometry=shapely.box(x - half, y - half, x + half, y + half),
        crs="EPSG:3035",
    )


def coarse() -> gpd.GeoDataFrame:
    """1 km cells of 2011 with `residents` and `foreign`; what is hidden is missing."""
    table = pd.read_csv(OLD / "friesland_1km_zensus2011.csv", dtype={"AGS": str})
    table = table[table["Einwohner"] > 0]
    share = table["Auslaender_A"].where(table["Auslaender_A"] >= 0) / 100
    people = (table["Einwohner"] * share).round()
    table = table.assign(foreign=people.where(people > 0), share=share)
    names = {"AGS": "area_id", "Einwohner": "residents", "x": "x_m", "y": "y_m"}
    return squares(table.rename(columns=names), KM)


def fine(km: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """100 m cells of 2011 with `dwellings`, `buildings`, `true` and what their 1 km cell tells.

    `share` of foreigners as published for the 1 km cell; `residents` of it, by dwellings.
    """
    table = pd.read_csv(OLD / "friesland_100m_zensus2011.csv", dtype={"AGS": str})
    names = {"AGS": "area_id", "x": "x_m", "y": "y_m", "foreigners_2011": "true"}
    cells = squares(table.rename(columns=names), 100)
    cells["dwellings"], cells["buildings"] = cells["dwellings_2011"], cells["buildings_2011"]
    known = km["share"].notna()
    usual = (km["share"] * km["residents"])[known].sum() / km["residents"][known].sum()
    by_square = km.set_index("square")
    cells["share"] = cells["square"].map(by_square["share"]).fillna(usual)
    around = cells["square"].map(by_square["residents"])
    cells["residents"] = within(cells, cells["dwellings"], around)
    return cells


def within(cells: pd.DataFrame, weights: pd.Series, totals: pd.Series) -> Numbers:
    """Totals of 1 km cells, given for each of their cells, spread by weights."""
    by_square = totals.fillna(0.0).groupby(cells["square"]).first().to_dict()
    return spread(weights, cells["square"], by_square, whole=False).to_numpy()


def later(km: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """1 km cells of 2021/22: `residents`, `true` (born abroad), `foreign` of 2011."""
    table = pd.read_csv(NEW / "friesland_1km_census2021.csv", dtype={"AGS_centroid": str})
    table = table[table["AGS_centroid"].notna()]
    table = table.assign(
        x_m=table["X"] + KM / 2, y_m=table["Y"] + KM / 2, true=table["EU_OTH"] + table["OTH"]
    )
    cells = squares(table.rename(columns={"T": "residents", "AGS_centroid": "area_id"}), KM)
    return cells.merge(km[["square", "foreign"]], on="square", how="left")


def sample(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The sample county's modelled cells, with `true` of 2021/22 (0 where nobody lived)."""
    table = pd.read_csv(ROOT / "layers" / "friesland" / "residents.csv", dtype={"ags": str})
    corner = table["cell_id"].str.extract(r"N(\d+)E(\d+)").astype(float) + KM / 2
    table = table.assign(x_m=corner[1], y_m=corner[0])
    true = cells[["x_m", "y_m", "true", "area_id"]]
    both = table.merge(true, on=["x_m", "y_m"], how="outer")
    both["area_id"] = both["ags"].fillna(both["area_id"])
    counts = ["residents", "foreign_residents", "true"]
    both[counts] = both[counts].fillna(0)
    return squares(both.drop(columns="cell_id"), KM)


# How near ---------------------------------------------------------------------------------------


def scores(name: str, predicted: Numbers, true: Numbers, fitted: str = "") -> None:
    """Print r, r of logarithms, and the share of people that are in the wrong cell."""
    scaled = predicted / predicted.sum() * true.sum()
    r = np.corrcoef(scaled, true)[0, 1]
    log_r = np.corrcoef(np.log1p(scaled), np.log1p(true))[0, 1]
    wrong = np.abs(scaled - true).sum() / 2 / true.sum()
    row(name, fitted, f"{r:.3f}", f"{log_r:.3f}", f"{wrong:.3f}")


def left_out(
    folds: NDArray[np.int64], predict: Callable[[float], Numbers], true: Numbers, most: float
) -> tuple[Numbers, str]:
    """Predict each fold with the factor with the best r in the others."""
    predicted, factors = np.empty(len(true)), []
    for fold in np.unique(folds):
        train = folds != fold

        def misfit(factor: float, train: NDArray[np.bool_] = train) -> float:
            return -float(np.corrcoef(predict(factor)[train], true[train])[0, 1])

        best = minimize_scalar(misfit, bounds=(0, most), method="bounded").x
        predicted[~train] = predict(best)[~train]
        factors.append(best)
    return predicted, f"{min(factors):.3g} - {max(factors):.3g}"


def blocks(cells: pd.DataFrame) -> NDArray[np.int64]:
    """Squares of 5 km, dealt out to six folds."""
    names = [f"{x // 5000:.0f}/{y // 5000:.0f}" for x, y in zip(cells.x_m, cells.y_m, strict=True)]
    return pd.factorize(np.array(names))[0] % 6


def fine_steps(cells: gpd.GeoDataFrame) -> None:
    """The predictions of 100 m cells, step by step."""
    true = cells["true"].to_numpy(float)
    row("foreigners by 100 m cell, 2011", "fitted factor", "r", "log r", "in the wrong cell")
    row(*["---"] * 5)
    for formula in ("dwellings", "residents", "share * dwellings", "share * residents"):
        scores(formula, evaluate(formula, cells), true)

    def predict(factor: float) -> Numbers:
        return evaluate(FLATS.format(factor), cells)

    for name, folds in (
        ("municipality", pd.factorize(cells["area_id"].to_numpy())[0]),
        ("5 km blocks", blocks(cells)),
    ):
        found, factors = left_out(folds, predict, true, 10.0)
        scores(f"... x 1 to factor, by dwellings a building; {name} left out", found, true, factors)
    scores("... with the factor 2", predict(2.0), true)
    known = within(cells, pd.Series(predict(2.0)), cells.groupby("square")["true"].transform("sum"))
    scores("(if the 1 km cells were known exactly)", known, true)
    scores("(if this were the true mean)", *luck(predict(2.0), true.sum()))


def luck(mean: Numbers, people: float) -> tuple[Numbers, Numbers]:
    """A mean, and counts drawn from it and hidden as the census does."""
    rng = np.random.default_rng(1)
    count = rng.poisson(mean / mean.sum() * people)
    kept = rng.random(len(count)) < count / 3
    return mean, np.where(count >= 3, count, np.where(kept, 3, 0)).astype(float)


def noise(cells: gpd.GeoDataFrame) -> None:
    """Variance that secrecy adds to a count: total minus parts, each with noise of its own."""
    print()
    row("noise of the census of 2021/22", "cells", "variance of a count")
    row(*["---"] * 3)
    for parts in (["M", "F"], ["Y_LT15", "Y_1564", "Y_GE65"], ["NAT", "EU_OTH", "OTH"]):
        shown = cells[(cells[parts] > 0).all(axis=1)]
        off = shown["residents"] - shown[parts].sum(axis=1)
        row(f"{' + '.join(parts)} against T", len(shown), f"{off.var() / (len(parts) + 1):.1f}")


def coarse_steps(cells: gpd.GeoDataFrame, modelled: gpd.GeoDataFrame) -> None:
    """The predictions of 1 km cells."""
    true = cells["true"].to_numpy(float)
    print()
    row("born abroad by 1 km cell, 2021/22", "fitted factor", "r", "log r", "in the wrong cell")
    row(*["---"] * 5)
    of_model = modelled["true"].to_numpy(float)
    scores("sample county: residents", evaluate("residents", modelled), of_model)
    scores("sample county: foreign_residents", evaluate("foreign_residents", modelled), of_model)
    scores("residents", evaluate("residents", cells), true)
    filled = cells.assign(foreign=cells["foreign"].fillna(0))
    scores("foreigners of 2011", evaluate("foreign", filled), true)

    def predict(factor: float) -> Numbers:
        return evaluate(SMOOTHED.format(factor), filled)

    towns = pd.factorize(cells["area_id"].to_numpy())[0]
    found, factors = left_out(towns, predict, true, 1.0)
    scores("... + factor x residents; municipality left out", found, true, factors)


# How sure ---------------------------------------------------------------------------------------


def sets_of(cells: gpd.GeoDataFrame, kind: str) -> list[NDArray[np.bool_]]:
    """Cells as one asks about them: around a place, one side of the county, any."""
    rng = np.random.default_rng(1)
    x, y = cells["x_m"].to_numpy(), cells["y_m"].to_numpy()
    found = []
    for _ in range(DRAWS):
        if kind == "one cell":
            chosen = np.arange(len(x)) == rng.integers(len(x))
        elif kind == "any":
            chosen = rng.random(len(x)) < rng.uniform(0.1, 0.9)
        elif kind == "one side":
            angle = rng.uniform(0, 2 * np.pi)
            along = np.cos(angle) * x + np.sin(angle) * y
            chosen = along < np.quantile(along, rng.uniform(0.1, 0.9))
        else:
            place = rng.integers(len(x))
            chosen = np.hypot(x - x[place], y - y[place]) < float(kind.removesuffix(" km")) * KM
        found.append(chosen)
    return found


def held(case: Case, c: float, kind: str, by: str) -> float:
    """Share of sums that lie in their range, with the spread c."""
    cells = case.cells.reset_index(drop=True)
    if by == "county":
        sums = {COUNTY: cells["true"].sum()}
    else:
        sums = cells.groupby("area_id")["true"].sum().to_dict()
    totals = pd.DataFrame({"total_id": "t", "area_id": list(sums), "value": list(sums.values())})
    totals = totals.assign(
        place=None, low=totals["value"], high=totals["value"], label="", file="", date=None
    )
    group = Group("g", case.formula, "t", case.counted)
    kept = getattr(model, case.constant)
    setattr(model, case.constant, c)
    try:
        table = needs(cells, totals, [group], county=COUNTY, modelled=case.modelled)
    finally:
        setattr(model, case.constant, kept)
    known = controls(cells, totals, group, county=COUNTY)
    need, variance = table["need"].to_numpy(), table["variance"].to_numpy()
    true, inside = cells["true"].to_numpy(float), []
    for chosen in sets_of(cells, kind):
        sums_of = np.where(chosen, 0, -1)
        low, _, high = ranges(sum_parts(need, variance, known, sums_of, 1), 1)
        inside.append(low[0] - 0.5 <= true[chosen].sum() <= high[0] + 0.5)
    return float(np.mean(inside))


def calibration(cases: list[Case]) -> None:
    """Print for each case how often its range held the truth."""
    kinds = ("one cell", "any", "3 km", "6 km", "one side")
    print()
    row("90 % ranges that hold the truth", "totals of", "c", *kinds)
    row(*["---"] * (3 + len(kinds)))
    for case in cases:
        chosen = getattr(model, case.constant)
        for by in ("county", "municipalities"):
            for c in (chosen / 2, chosen, chosen * 1.5):
                shares = [f"{held(case, c, kind, by):.2f}" for kind in kinds]
                marked = f"**{c:.3g}**" if c == chosen else f"{c:.3g}"
                row(case.name, by, marked, *shares)


def main() -> int:
    """Print the tables."""
    if not OLD.exists() or not NEW.exists():
        print("no data of Friesland in ../shared/data or GEO_INTEGRATION_SHARED: nothing measured")
        return 1
    km = coarse()
    small, large = fine(km), later(km)
    modelled = sample(large)
    fine_steps(small)
    coarse_steps(large, modelled)
    noise(large)
    calibration(
        [
            Case("1 km, foreigners of 2011", large, "foreign", "WIDE_COUNTED", counted=True),
            Case("1 km, residents", large, "residents", "WIDE_RESIDENTS"),
            Case("1 km, sample", modelled, "residents", "WIDE_MODELLED", modelled=True),
            Case("100 m, 1 km shares", small, FLATS.format(2), "FINE_COUNTED", counted=True),
            Case("100 m, dwellings", small, "dwellings", "FINE_RESIDENTS"),
        ]
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
