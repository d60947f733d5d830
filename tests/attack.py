"""What somebody works out who has nothing but the published files of a county.

`read_run` takes the numbers from the files, with the cells that each is about. `Knowledge` is what
is known of whole numbers, and tells how small and how large any sum of them can be.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from geo_integration.frames import REASONS
from geo_integration.outputs.labels import label

if TYPE_CHECKING:
    from pathlib import Path


def said(key: str) -> str:
    """What a reader sees."""
    return label(key, "de")


COUNTY = said("county.total")
SHEETS = (
    "figures",
    "areas",
    "reasons",
    "places",
    "losses",
    "bands",
    "quality",
    "need",
    "place_need",
    "indicators",
)
_COLUMNS = (
    "area", "category", "day_type", "place", "reason", "band", "within", "residents_model",
    "residents_counted", "covered", "uncovered", "booked", "lost", "lost_paused", "lost_no_way",
    "gained", "group", "need", "need_covered", "definition", "indicator", "counted", "numerator",
    "denominator",
)  # fmt: skip
_NAMES = {said(f"column.{name}"): name for name in _COLUMNS}
_REACH = re.escape(said("measure.reach"))
_REACH = _REACH.replace(r"\{category\}", "(?P<category>.*)").replace(r"\{max\}", ".*?")
_REACH = _REACH.replace(r"\{days\}", "(?P<days>.*)")
# A number of people in befunde.html: alone in a cell of a table, or in a sentence.
_COUNT = r"(?<![\d.,])(\d{1,3}(?:\.\d{3})*)(?=</td>| Einwohner)"


class Count(NamedTuple):
    """A printed number and the cells that it is about; None: it is withheld."""

    where: str
    cells: np.ndarray
    value: int | None


class Files(NamedTuple):
    """All that the files of one run tell; `residents` are missing where withheld.

    `totals` by municipality, `counts` of residents, `groups` of people of a group by its label.
    """

    def __repr__(self):
        """Short: it is printed with every test that fails."""
        return "the files of a run"

    cell_ids: np.ndarray
    area: np.ndarray
    residents: np.ndarray
    totals: dict[str, int]
    counts: list[Count]
    groups: dict[str, list[Count]]
    rule: dict[str, float]
    numbers: set[int]
    in_words: set[int]


# Reading ----------------------------------------------------------------------------------------


def read_run(folder: Path) -> Files:
    """Read pages, workbook, GeoPackage and manifest of one run, and nothing else."""
    texts = {p.name: p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.html"))}
    in_words = texts.pop("befunde.html")
    pages = {name: Page(text) for name, text in texts.items()}
    book = read_book(folder / "tables" / "erreichbarkeit.xlsx")
    layers = {
        name: gpd.read_file(folder / "coverage.gpkg", layer=name)
        for name in ("cells", "municipalities", "underserved_areas")
    }
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    reader = _Reader(pages, book, layers, manifest["settings"])
    counts = [*reader.counts()]
    return Files(
        reader.cells["cell_id"].to_numpy(object),
        reader.area,
        reader.residents,
        reader.totals(),
        counts,
        reader.groups(),
        manifest["settings"]["disclosure"],
        _numbers(book),
        {int(n.replace(".", "")) for n in re.findall(_COUNT, in_words)},
    )


def _numbers(book: dict[str, pd.DataFrame]) -> set[int]:
    """All whole numbers of a workbook."""
    values = [v for sheet in book.values() for v in sheet.to_numpy(object).ravel()]
    return {int(v) for v in values if isinstance(v, int | float) and v % 1 == 0}


class Page:
    """One page: its data, and what it says of cells, in the order of their ids.

    Pages hold columns in their data, or packed in blocks of their own.
    """

    def __init__(self, html):
        self.data = json.loads(re.search(r'json" id="data">(.*?)</script>', html)[1])
        packed = re.findall(r'id="block-([\w-]+)">(.*?)</script>', html)
        self.blocks = {name: self._unpacked(name, text) for name, text in packed}

    def _unpacked(self, name, text):
        from geo_integration.outputs.maps.blocks import unpack

        return unpack(text, self.data["blocks"][name])

    def areas(self):
        """Keys of the municipalities of the cells."""
        column = self.blocks["cells"]["area"] if self.blocks else self.data["cells"]["area"]
        return [self.data["areas"][at]["id"] for at in column]

    def residents(self):
        if not self.blocks:
            return np.array(self.data["cells"]["residents"], float)
        column = self.blocks["cells"]["residents"]
        return np.where(column == np.iinfo(column.dtype).max, np.nan, column)

    def question(self, category, day):
        """Reason of each cell, and whether a call-bus would bring it there."""
        names = self.data["reasons"]
        if not self.blocks:
            columns = self.data["coverage"]["by"][f"{category} {day}"]
            letters, booked = (self.data["pool"][columns[n]] for n in ("reason", "booked_min"))
            reason = [names[ord(letter) - ord("a")] for letter in letters]
            return np.array(reason, object), np.array([v != "" for v in booked.split(",")])
        ids = [[one["id"] for one in self.data[n]] for n in ("categories", "days")]
        block = self.blocks[f"q-{ids[0].index(category)}-{ids[1].index(day)}"]
        booked = block["booked"]
        reason = np.array(names, object)[block["reason"] & 127]
        return reason, booked != np.iinfo(booked.dtype).max


def read_book(path: Path) -> dict[str, pd.DataFrame]:
    """The sheets of a workbook; those that are looked at, and their columns, by short names."""
    book, found = openpyxl.load_workbook(path, read_only=True), {}
    short = {said(f"sheet.{name}"): name for name in SHEETS}
    for sheet in book.worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        table = pd.DataFrame(rows, columns=[_NAMES.get(name, name) for name in head])
        found[short.get(sheet.title, sheet.title)] = table
    return found


class _Reader:
    """One run's files, and which cells each question is about."""

    def __init__(self, pages, book, layers, settings):
        self.pages, self.book, self.layers = pages, book, layers
        self.cells = layers["cells"].sort_values("cell_id", ignore_index=True)
        self.categories, self.days = (
            {one["label"]: one["id"] for one in settings[name]}
            for name in ("categories", "day_types")
        )
        self.limit = {
            one["id"]: one["max_minutes"] or settings["rule"]["max_minutes"]
            for one in settings["categories"]
        }
        areas = layers["municipalities"]
        self.areas = dict(zip(areas["name"], areas["area_id"], strict=True))
        self.area = self.cells["area_id"].to_numpy(object)
        self.spots = shapely.points(self.cells[["x_m", "y_m"]].to_numpy(float))
        self.gap_cells = self._gap_cells()
        self.place = self._places()
        self.residents = self._residents()

    def _residents(self):
        """Residents of each cell; no page tells others than the GeoPackage."""
        found = self.cells["residents"].to_numpy(float)
        for page in self.pages.values():
            inside = self._of_page(page.data["area"])
            assert page.areas() == self.area[inside].tolist()
            assert np.array_equal(found[inside], page.residents(), equal_nan=True)
        return found

    @cache  # noqa: B019
    def reason(self, category, day):
        """What keeps each cell from the category; pages have to say the same."""
        found = self.cells[f"{category}__{day}__status"].to_numpy(object)
        for page in self.pages.values():
            told, _ = page.question(category, day)
            assert (told == found[self._of_page(page.data["area"])]).all()
        return found

    @cache  # noqa: B019
    def served(self, category, day):
        return self.reason(category, day) == "served"

    @cache  # noqa: B019
    def booked(self, category, day):
        _, by_bus = self.pages["index.html"].question(category, day)
        return by_bus & ~self.served(category, day)

    def longer(self, category, day):
        """The longer way, minutes; the way out where nothing is known of the other."""
        ways = [f"{category}__{day}__{way}" for way in ("out_min", "back_min")]
        return self.cells[ways].max(axis=1).to_numpy(float)

    @cache  # noqa: B019
    def inside(self, name):
        """Cells of a municipality, or of the county."""
        if name == COUNTY:
            return np.ones(len(self.area), bool)
        return self.area == self.areas[name]

    def _gap_cells(self):
        gaps, tree = self.layers["underserved_areas"], shapely.STRtree(self.spots)
        row, cell = tree.query(gaps.geometry.to_numpy(), predicate="contains")
        found = np.zeros((len(gaps), len(self.spots)), bool)
        found[row, cell] = True
        return found

    def _places(self):
        """The Ortsteil of each cell: the nearest one of its municipality."""
        places = pd.DataFrame(
            self.pages["index.html"].data["places"], columns=["name", "lon", "lat", "rank"]
        )
        spots = gpd.GeoDataFrame(
            places, geometry=gpd.points_from_xy(places["lon"] / 1e5, places["lat"] / 1e5, crs=4326)
        ).to_crs(self.cells.crs)
        own = spots.sjoin(self.layers["municipalities"][["area_id", "geometry"]])
        found = np.full(len(self.area), "", object)
        for area, group in own.sort_values("name").groupby("area_id"):
            cells = np.flatnonzero(self.area == area)
            far = shapely.distance(self.spots[cells, None], group.geometry.to_numpy()[None, :])
            found[cells] = group["name"].to_numpy(object)[far.argmin(axis=1)]
        return found

    def totals(self):
        """Residents of every municipality, which anybody can look up."""
        rows = self.book["areas"]
        pairs = zip(rows["area"].map(self.areas), rows["residents_model"], strict=True)
        found = {}
        for area, total in pairs:
            assert found.setdefault(area, total) == total
        return found

    def _rows(self, sheet):
        """Rows of a sheet with ids, and the cells of the municipality."""
        for row in self.book[sheet].to_dict("records"):
            category, day = self.categories.get(row.get("category")), self.days[row["day_type"]]
            place = row["area"]
            where = f"{sheet}: {place}, {category}, {day}"
            yield where, self.inside(place), category, day, row

    def counts(self):
        """Every count of residents, with the cells it is about, but for the totals."""
        return [
            *self._figures(), *self._reasons(), *self._losses(), *self._bands(),
            *self._quality(), *self._gaps(), *self._goals(), *self._gaps_of_pages(),
        ]  # fmt: skip

    def _figures(self):
        for sheet in ("figures", "areas", "places"):
            for where, inside, category, day, row in self._rows(sheet):
                own, served = inside, self.served(category, day)
                if sheet == "places":
                    own = inside & (self.place == row["place"])
                    yield Count(where, own, row["residents_counted"])
                yield Count(where, own & served, row["covered"])
                yield Count(where, own & ~served, row["uncovered"])
                yield Count(where, own & self.booked(category, day), row["booked"])

    def _reasons(self):
        ids = {said(f"reason.{name}"): name for name in REASONS}
        for where, inside, category, day, row in self._rows("reasons"):
            mask = self.reason(category, day) == ids[row["reason"]]
            yield Count(where, inside & mask, row["residents_model"])

    def _losses(self):
        title, first = next(iter(self.days.items()))
        title = said("column.covered_first").replace("{day}", title)
        for where, inside, category, day, row in self._rows("losses"):
            before, now = self.served(category, first), self.served(category, day)
            lost = row["lost_paused"] + row["lost_no_way"]
            yield Count(where, inside & before, row[title])
            yield Count(where, inside & before & ~now, row["lost"])
            yield Count(where, inside & before & ~now, lost)
            yield Count(where, inside & ~before & now, row["gained"])

    def _bands(self):
        """Beyond the limit, cells may be near an offer that is full, which no file tells."""
        for where, inside, category, day, row in self._rows("bands"):
            if row["band"] <= self.limit[category]:
                near = self._within(category, day, row["band"])
                yield Count(where, inside & near, row["within"])

    @cache  # noqa: B019
    def _within(self, category, day, minutes):
        return self.served(category, day) & (self.longer(category, day) <= minutes)

    def _quality(self):
        for where, inside, _, day, row in self._rows("quality"):
            classes = self.cells[f"quality__{day}"].to_numpy(object)
            for name in ("none", *"ABCDEFG"):
                value = row.get(said(f"quality.{name}"), 0)
                yield Count(where, inside & (classes == name), value)

    def _gaps(self):
        gaps = self.layers["underserved_areas"]
        for at, residents in enumerate(gaps["residents"]):
            yield Count(f"gap {gaps['gap_id'][at]}", self.gap_cells[at], residents)

    def _goals(self):
        for where, inside, reached, row in self._goal_rows():
            if row["counted"] == said("measure.residents"):
                yield Count(where, inside, row["denominator"])
                yield Count(where, inside & reached, row["numerator"])

    def _goal_rows(self):
        """Goals about reach: their cells follow from what is said to be measured."""
        for row in self.book["indicators"].to_dict("records"):
            told = re.fullmatch(_REACH, row["definition"])
            if told:
                category = self.categories[told["category"]]
                days = self._days(told["days"])
                reached = np.logical_and.reduce([self.served(category, day) for day in days])
                where = f"indicators: {row['area']}, {row['indicator']}"
                yield where, self.inside(row["area"]), reached, row

    def _days(self, text):
        """Kinds of day in a list of labels, which may have commas themselves."""
        found = []
        while text:
            longest = max((x for x in self.days if text.startswith(x)), key=len)
            found.append(self.days[longest])
            text = text[len(longest) :].removeprefix(", ")
        return found

    def _gaps_of_pages(self):
        """Underserved areas of pages, found again by question and rank."""
        gaps = self.layers["underserved_areas"]
        known = zip(gaps["category"], gaps["day_type"], gaps["rank"], strict=True)
        at = {key: row for row, key in enumerate(known)}
        categories, days = [*self.categories.values()], [*self.days.values()]
        for name, page in self.pages.items():
            for block in (block for block in page.blocks if block.startswith("gaps-")):
                category, day = (int(n) for n in block.split("-")[1:])
                columns = (page.blocks[block][key].tolist() for key in ("rank", "residents"))
                for rank, residents in zip(*columns, strict=True):
                    row = at[categories[category], days[day], rank]
                    yield Count(f"{name}: {block}, {rank}", self.gap_cells[row], residents)

    def _of_page(self, area):
        """Cells of a municipality by its key; of the county by any other."""
        return self.area == area if area in self.areas.values() else np.ones(len(self.area), bool)

    def groups(self):
        """Every number of each group, by its label, with the shown cells that it is about."""
        found, shown, group_of = {}, ~np.isnan(self.residents), {}
        for where, inside, category, day, row in self._rows("need"):
            group = group_of[category] = row["group"]
            served = self.served(category, day)
            found.setdefault(group, []).extend(
                [
                    Count(where, inside & shown, _known(row["need"])),
                    Count(where, inside & shown & served, _known(row["need_covered"])),
                ]
            )
        for where, inside, category, day, row in self._rows("place_need"):
            own = inside & shown & (self.place == row["place"])
            found[row["group"]] += [
                Count(f"{where}, {row['place']}", own, _known(row["need"])),
                Count(
                    f"{where}, {row['place']}",
                    own & self.served(category, day),
                    _known(row["need_covered"]),
                ),
            ]
        for where, inside, reached, row in self._goal_rows():
            if row["counted"] in found:
                found[row["counted"]] += [
                    Count(where, inside & shown, _known(row["denominator"])),
                    Count(where, inside & shown & reached, _known(row["numerator"])),
                ]
        gaps = self.layers["underserved_areas"]
        for at, (category, need) in enumerate(zip(gaps["category"], gaps["need"], strict=True)):
            if category in group_of:
                where = f"gap {gaps['gap_id'][at]}"
                found[group_of[category]].append(
                    Count(where, self.gap_cells[at] & shown, _known(need))
                )
        return found


def _known(value: float | None) -> int | None:
    """A number of a table; None where nothing stands."""
    return None if value is None or np.isnan(value) else int(value)


# What follows from it ---------------------------------------------------------------------------


class Wish(NamedTuple):
    """What must be possible: `sign` * (sum of the numbers in `of`) >= `sign` * `bound`."""

    name: str
    of: np.ndarray
    sign: int
    bound: float


class Knowledge:
    """Whole numbers from `lower` to `upper`, and sums of them from `low` to `high`.

    `rows` tells what is in each sum, 0 and 1. `or_none` are numbers that may be 0 as well.
    """

    def __init__(self, rows, low, high, upper, *, lower=0.0, or_none=None):
        kind = np.ones(len(upper)) if or_none is None else np.where(or_none, 3, 1)
        self.kind, self.bounds = kind, Bounds(lower, upper)
        rows = np.reshape(rows, (-1, len(upper)))
        self.limits = LinearConstraint(csr_array(rows.astype(float)), low, high)

    def table(self, cost):
        """Numbers that agree with all that is known, with the least cost."""
        found = milp(cost, integrality=self.kind, bounds=self.bounds, constraints=self.limits)
        if found.status:
            raise ValueError(found.message)
        return np.rint(found.x)

    def shut_out(self, wishes: list[Wish]) -> list[str]:
        """Wishes that no table fulfils. A table is tried for all, for whichever it was made."""
        if not wishes:
            return []
        of = np.array([wish.of for wish in wishes], float)
        sign, bound = (np.array([wish[i] for wish in wishes], float) for i in (2, 3))
        open_, lost = np.ones(len(wishes), bool), []

        def tried(cost):
            met = open_ & (sign * (of @ self.table(cost)) >= sign * bound)
            open_[met] = False
            return met

        for way in (1, -1):  # many at once, as long as that helps
            while (own := open_ & (sign == way)).any() and tried(-way * of[own].sum(axis=0)).any():
                pass
        for at, wish in enumerate(wishes):
            if open_[at] and not tried(-sign[at] * of[at])[at]:
                lost.append(wish.name)
        return lost


def wide_enough(name: str, of: np.ndarray, count: int, cap: float, k: int) -> list[Wish]:
    """What must be possible of a number below k: 1 or less, and k - 1, or all that there are.

    Of all residents it must be possible that one of them is not.
    """
    top = min(k - 1, cap)
    return [
        Wish(f"{name} ({count}): less", of, -1, min(1, top - 1)),
        Wish(f"{name} ({count}): more", of, 1, top),
    ]


def printed(count: int, rule: dict[str, float]) -> int:
    """How a number of a group is printed."""
    step, k = int(rule["rounding"]), int(rule["min_count"])
    nearest = (2 * count + step) // (2 * step) * step
    return max(nearest, -(-k // step) * step) if count else 0


def as_printed(value: int, rule: dict[str, float]) -> tuple[int, int]:
    """The smallest and the largest number that is printed like this."""
    step, k = int(rule["rounding"]), int(rule["min_count"])
    near = [0, *range(max(k, value - step), value + step)]
    possible = [count for count in near if printed(count, rule) == value]
    return possible[0], possible[-1]


def told_of_withheld(run: Files) -> list[tuple[np.ndarray, float]]:
    """Sets of withheld cells, and the residents they have together.

    From the totals of municipalities; and from every count that is not the sum of the shown cells:
    what is beyond it must live in the withheld ones.
    """
    shown, withheld = np.nan_to_num(run.residents), np.isnan(run.residents)
    totals = [Count(area, run.area == area, total) for area, total in run.totals.items()]
    found = [(c.cells & withheld, c.value - shown[c.cells].sum()) for c in totals]
    found += [
        (c.cells & withheld, c.value - shown[c.cells].sum())
        for c in run.counts if shown[c.cells].sum() != c.value
    ]  # fmt: skip
    return [(cells, rest) for cells, rest in found if cells.any()]


def said_of_group(runs: list[Files], label: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The different sums about a group that runs print, and the span of each.

    That not everybody belongs is known as well: sums of which everybody does are never printed.
    """
    rows, spans = [], []
    for run in runs:
        for count in run.groups[label]:
            if count.value is not None:
                most = np.nansum(run.residents[count.cells])
                low, high = as_printed(count.value, run.rule)
                rows.append(count.cells)
                spans.append((low, min(high, most - 1) if high else 0))
    rows, which = np.unique(np.array(rows), axis=0, return_inverse=True)
    low, high = np.zeros(len(rows)), np.full(len(rows), np.inf)
    for at, span in zip(which, spans, strict=True):
        low[at], high[at] = max(low[at], span[0]), min(high[at], span[1])
    return rows, low, high


def most_of_group(runs: list[Files], label: str) -> np.ndarray:
    """How many of a group can live in each cell: its residents, and the share that one may have.

    Nobody knows how many there are in cells that are withheld in every run.
    """
    most = np.fmin.reduce([run.residents for run in runs])
    for run in runs:
        for count in run.groups[label]:
            several = (run.residents[count.cells] > 0).sum() > 1
            if count.value and several:
                low, _ = as_printed(count.value, run.rule)
                share = np.floor(run.rule["dominance"] * low)
                most[count.cells] = np.fmin(most[count.cells], share)
    return most
