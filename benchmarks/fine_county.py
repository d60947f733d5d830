"""The embedded county made fine: cells of 100 m, and hundreds of offers in twelve categories.

Borders, stops, places, timetable and calendar are the embedded county's. The residents of each of
its cells of 1 km live around one spot of it, in as many cells of 100 m as it takes; offers lie
near stops, most of them on two or three afternoons a week.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyproj

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTY = Path(__file__).resolve().parents[1] / "layers" / "friesland"
COPIED = (
    "municipalities.geojson", "places.csv", "stops.csv", "timetable.zip", "calendar.csv",
    "register.csv",
)  # fmt: skip
LETTERS = "ABCDEFGHIJKL"
DAYS = ("school_day", "holiday_weekday", "saturday", "sunday")
HOURS = ("09:00-10:30", "10:00-12:00", "14:30-16:00", "16:00-17:30", "17:30-19:00", "18:30-20:00")
SIDE_M, PARENT_M = 100, 1000
INSIDE = (PARENT_M // SIDE_M) ** 2
_ID = re.compile(r"N(\d+)E(\d+)$")


def make(folder: Path, *, cells: int, offers: int) -> Path:
    """Write a county of its own.

    Parameters
    ----------
    folder : Path
        An empty folder.
    cells, offers : int
        How many; at most 100 cells for each of the embedded county's.

    Returns
    -------
    Path
        The folder.
    """
    for name in COPIED:
        shutil.copy(COUNTY / name, folder / name)
    _write(folder / "residents.csv", ["cell_id", "ags", "residents"], _residents(cells))
    heads = ["Nr", "Name", "Träger", "Kategorie", "Breite", "Länge", "Termine"]
    _write(folder / "offers.csv", heads, _offers(offers))
    (folder / "county.toml").write_text(_profile(), encoding="utf-8")
    return folder


def _residents(count: int) -> Iterable[list[object]]:
    """Cells of 100 m with their residents; most live near one spot of each cell of 1 km."""
    rng = np.random.default_rng(1)
    parents = pd.read_csv(COUNTY / "residents.csv", dtype={"ags": str})
    corner = parents["cell_id"].str.extract(_ID).astype(int).to_numpy()
    column, row = np.divmod(np.arange(INSIDE), PARENT_M // SIDE_M)
    spot = rng.uniform(0, PARENT_M // SIDE_M, (len(parents), 2, 1))
    away = np.hypot(row - spot[:, 0], column - spot[:, 1])
    weight = parents["residents"].to_numpy(float)[:, None] * np.exp(-away / 2)
    least = np.partition(weight.ravel(), -count)[-count]
    weight[weight < least] = 0
    weight *= parents["residents"].to_numpy(float)[:, None] / np.maximum(
        weight.sum(1, keepdims=True), 1e-9
    )
    for parent, child in np.argwhere(weight > 0):
        north, east = corner[parent] + SIDE_M * np.array([row[child], column[child]])
        residents = max(1, round(weight[parent, child]))
        yield [f"CRS3035RES100mN{north}E{east}", parents["ags"][parent], residents]


def _offers(count: int) -> Iterable[list[object]]:
    """Offers near stops with their times."""
    rng = np.random.default_rng(2)
    stops = pd.read_csv(COUNTY / "stops.csv")
    stops = stops[stops["ags"].notna()].reset_index(drop=True)
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True)
    at = rng.integers(len(stops), size=count)
    x, y = to_metres.transform(stops["lon"][at], stops["lat"][at])
    moved = np.column_stack((x, y)) + rng.normal(0, 150, (count, 2))
    lon, lat = to_metres.transform(*moved.T, direction="INVERSE")
    for n in range(count):
        week = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
        days = rng.choice(7, size=rng.integers(1, 4), replace=False, p=[0.18] * 5 + [0.07, 0.03])
        times = "; ".join(f"{week[d]} {rng.choice(HOURS)}" for d in sorted(days))
        kind = f"Kategorie {LETTERS[n % len(LETTERS)]}"
        where = stops["name"][at[n]].split(",")[0]
        yield [f"A{n:04}", f"Angebot {n} {where}", "Verein", kind, lat[n], lon[n], times]


def _profile() -> str:
    """The embedded county's profile with twelve categories and four kinds of day."""
    own = (COUNTY / "county.toml").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\[)", own)
    dropped = ("[[categories]]", "[[groups]]", "[[totals]]", "[[indicators]]")
    kept = [block for block in blocks if not block.startswith(dropped) and _is_day(block)]
    text = "\n".join(kept).replace("offers.xlsx", "offers.csv")
    text = re.sub(r"^columns = .*$", "", text, flags=re.MULTILINE)
    categories = (
        f'[[categories]]\nid = "k{letter.lower()}"\nlabel = "Kategorie {letter}"\n'
        f'field = "sprache"\nletter = "{letter}"\n'
        for letter in LETTERS
    )
    return text + "\n" + "\n".join(categories)


def _is_day(block: str) -> bool:
    """Whether a block is no kind of day, or one of those that are wanted."""
    return not block.startswith("[[day_types]]") or any(f'id = "{day}"' in block for day in DAYS)


def _write(path: Path, heads: list[str], rows: Iterable[list[object]]) -> None:
    """Write a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
