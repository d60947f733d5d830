"""Two runs of the sample county, kept as real ones, are attacked with all that their files tell.

The attacker has the files, the totals of municipalities and groups, and the rules, and is told
which cells have changed and which are small. What is true is looked at only to judge.

Not attacked are numbers whose cells no file tells: what causes a loss, time bands beyond the limit,
residents without a stop, means and Gini coefficients of places; nor the ranges of groups.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import openpyxl
import pandas as pd
import pytest
from attack import (
    Files,
    Knowledge,
    Wish,
    as_printed,
    most_of_group,
    printed,
    read_run,
    said_of_group,
    told_of_withheld,
    wide_enough,
)

from geo_integration import pipeline
from geo_integration.inputs.county import read_county
from geo_integration.settings import read_settings

COUNTY = Path(__file__).resolve().parents[1] / "layers" / "friesland"
K = 5
GROUPS = {
    "auslaender": "Menschen mit ausländischer Staatsangehörigkeit",
    "frauen": "Frauen mit ausländischer Staatsangehörigkeit (Annahme: die Hälfte)",
}
TOTALS = {"auslaender": 6945}  # as the register of foreigners has it, which anybody can look up
ONLY_SMALL_ONE_OF_JEVER = "CRS3035RES1000mN3379000E4176000"
GREW, SHRANK, SHRANK_WHERE_ALL_WERE_SHOWN = (
    "CRS3035RES1000mN3388000E4180000",
    "CRS3035RES1000mN3393000E4177000",
    "CRS3035RES1000mN3375000E4192000",
)
# Residents of the first run and of the second, in Wangerland, and the last four in Zetel.
CHANGED = {
    GREW: (4, 6),
    SHRANK: (7, 4),
    "CRS3035RES1000mN3391000E4188000": (8, 6),
    "CRS3035RES1000mN3394000E4187000": (8, 6),
    "CRS3035RES1000mN3398000E4186000": (8, 9),
    "CRS3035RES1000mN3400000E4184000": (8, 7),
    SHRANK_WHERE_ALL_WERE_SHOWN: (7, 4),
    "CRS3035RES1000mN3374000E4190000": (10, 9),
    "CRS3035RES1000mN3371000E4189000": (11, 9),
    "CRS3035RES1000mN3362000E4180000": (8, 7),
}


class Run(NamedTuple):
    """What the files of a run tell, and what is true."""

    files: Files
    residents: np.ndarray
    people: dict[str, np.ndarray]

    @property
    def withheld(self):
        return np.isnan(self.files.residents)


def run_of(county, folder, categories):
    settings = read_settings(county)
    pipeline.run(settings, folder, categories=categories)
    inputs = read_county(settings)
    need = pipeline.need_of(settings, inputs, inputs.cells)
    assert need.keys() == GROUPS.keys()
    order = inputs.cells["cell_id"].argsort().to_numpy()
    people = {name: one.people[order] for name, one in need.items()}
    return Run(read_run(folder), inputs.cells["residents"].to_numpy()[order], people)


def copy_of_county(folder, rounding):
    """The sample county, told to be a real one."""
    shutil.copytree(COUNTY, folder)
    profile = folder / "county.toml"
    text = profile.read_text(encoding="utf-8")
    for old, new in {
        'status = "sample"': 'status = "real"',
        "rounding = 5": f"rounding = {rounding}",
    }.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    profile.write_text(text, encoding="utf-8")
    return folder


def change(county):
    """Other residents in a few cells, one offer less, another one elsewhere."""
    cells = pd.read_csv(county / "residents.csv", dtype=str).set_index("cell_id")
    for cell, (before, later) in CHANGED.items():
        assert cells.at[cell, "residents"] == str(before)
        cells.at[cell, "residents"] = str(later)
    cells.to_csv(county / "residents.csv")
    book = openpyxl.load_workbook(county / "offers.xlsx")
    sheet = book.active
    at = {row[0].value: row for row in sheet.iter_rows()}
    columns = {cell.value: place for place, cell in enumerate(at["Nr"])}
    moved = at["FRI-037"]  # Frauengesundheit, from the hospital to the town hall
    moved[columns["Straße"]].value, moved[columns["Ortsteil"]].value = "Rathaus", None
    sheet.delete_rows(at["FRI-006"][0].row)  # a language course
    book.save(county / "offers.xlsx")


def two_runs(folder, *, rounding=5, categories=()):
    county = copy_of_county(folder / "county", rounding)
    first = run_of(county, folder / "one", categories)
    change(county)
    second = run_of(county, folder / "two", categories)
    assert len([*(county / "published").glob("*.json.gz")]) == 2
    return [first, second]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The county as it is, and changed."""
    return two_runs(tmp_path_factory.mktemp("rounded"))


@pytest.fixture(scope="module")
def exact(tmp_path_factory):
    """What groups need, without rounding, so that only what is left out protects."""
    needed = ["sprachkurs", "gesundheit", "beratung", "sprachmittlung"]
    return two_runs(tmp_path_factory.mktemp("exact"), rounding=1, categories=needed)


# Residents of cells -----------------------------------------------------------------------------


class Withheld(NamedTuple):
    """One number for each withheld cell, or two where the second run has another than the first."""

    of_run: list[np.ndarray]  # of each run, which number a cell is; -1: it is shown
    size: int

    def earlier(self, run):
        """Numbers that stand for a cell in a run before this one already."""
        return np.unique(self.of_run[:run])

    def names(self, ids):
        found = [""] * self.size
        for which in self.of_run:
            for cell in np.flatnonzero(which >= 0):
                found[which[cell]] = ids[cell]
        return found


def withheld_numbers(runs):
    """A cell is the same number in both runs when nothing has changed there."""
    of_run, size, before = [], 0, None
    for run in runs:
        which = np.full(len(run.residents), -1)
        for cell in np.flatnonzero(run.withheld):
            same = before is not None and run.residents[cell] == before[0].residents[cell]
            if same and before[1][cell] >= 0:
                which[cell] = before[1][cell]
            else:
                which[cell], size = size, size + 1
        of_run.append(which)
        before = run, which
    return Withheld(of_run, size)


def told_residents(runs, numbers):
    """All that the files tell of the withheld numbers: rows of 0 and 1, and what they add up to."""
    rows, sums = [], []
    for run, which in zip(runs, numbers.of_run, strict=True):
        for cells, rest in told_of_withheld(run.files):
            row = np.zeros(numbers.size)
            row[which[cells]] = 1
            rows.append(row)
            sums.append(rest)
    return np.array(rows), np.array(sums)


def roles(runs, numbers, *, alike):
    """Least and most of each number, and whether it may be 0 besides, if it is told what it is.

    A small one is 1 to K - 1. One that is withheld to cover them up is at least K, and no larger
    than the smallest one that could have stood in its place: one that is shown, and was never shown
    before as it is now. As equal ones are treated `alike`, it is even smaller. Any other that was
    withheld before is at least K, or 0.
    """
    everybody = max(max(run.files.totals.values()) for run in runs)
    least, most = np.zeros(numbers.size), np.full(numbers.size, float(everybody))
    or_none = np.zeros(numbers.size, bool)
    for at, (run, which) in enumerate(zip(runs, numbers.of_run, strict=True)):
        is_known, is_held = np.zeros((2, len(which)), bool)
        for earlier in runs[:at]:
            is_known |= ~earlier.withheld & (earlier.residents == run.residents)
            is_held |= earlier.withheld
        free = ~run.withheld & ~is_known & (run.residents >= K)
        for cell in np.flatnonzero(run.withheld & ~np.isin(which, numbers.earlier(at))):
            number, there = which[cell], run.files.area == run.files.area[cell]
            if 0 < run.residents[cell] < K:
                least[number], most[number] = 1, K - 1
                continue
            least[number], or_none[number] = K, is_held[cell]
            if not is_held[cell]:
                most[number] = run.residents[there & free].min(initial=everybody) - alike
    return least, most, or_none


def wishes_for_residents(runs, numbers):
    """Of every small cell, any number from 1 to K - 1 must stay possible."""
    one = np.eye(numbers.size)
    names, found = numbers.names(runs[0].files.cell_ids), {}
    for run, which in zip(runs, numbers.of_run, strict=True):
        for cell in np.flatnonzero(run.withheld & (run.residents > 0) & (run.residents < K)):
            at = which[cell]
            found[at] = wide_enough(names[at], one[at], run.residents[cell], K - 1, K)
    return [wish for pair in found.values() for wish in pair]


def told_apart(runs, *, alike=False):
    """Small cells that do not keep their range, though the attacker knows the part of each cell."""
    numbers = withheld_numbers(runs)
    rows, sums = told_residents(runs, numbers)
    least, most, or_none = roles(runs, numbers, alike=alike)
    known = Knowledge(rows, sums, sums, most, lower=least, or_none=or_none)
    return known.shut_out(wishes_for_residents(runs, numbers))


def pinned_cells(runs):
    """Withheld cells of which only one number is left, whatever is known of their parts."""
    numbers = withheld_numbers(runs)
    rows, sums = told_residents(runs, numbers)
    known = Knowledge(rows, sums, sums, np.full(numbers.size, sums.max()))
    one, names = np.eye(numbers.size), numbers.names(runs[0].files.cell_ids)
    true = np.zeros(numbers.size)
    for run, which in zip(runs, numbers.of_run, strict=True):
        true[which[run.withheld]] = run.residents[run.withheld]
    wishes = [
        Wish(names[at], one[at], sign, true[at] + sign)
        for at in range(numbers.size) for sign in (1, -1)
    ]  # fmt: skip
    lost = known.shut_out(wishes)
    return [name for name in lost if lost.count(name) == 2]


def test_every_count_of_residents_is_a_sum_over_shown_cells(runs):
    for run in runs:
        shown = np.nan_to_num(run.files.residents)
        assert len(run.files.counts) > 30_000
        assert [c.where for c in run.files.counts if shown[c.cells].sum() != c.value] == []
        assert run.files.in_words <= run.files.numbers


def test_what_was_withheld_once_is_never_shown(runs):
    first, second = runs
    ids = first.files.cell_ids.tolist()
    assert not (first.withheld & ~second.withheld).any()
    assert first.withheld[ids.index(GREW)]
    for cell in (SHRANK, SHRANK_WHERE_ALL_WERE_SHOWN):
        assert second.withheld[ids.index(cell)] > first.withheld[ids.index(cell)]


@pytest.mark.parametrize("which", [[0], [0, 1]])
def test_no_small_cell_can_be_told_from_the_files(runs, which):
    assert told_apart([runs[at] for at in which]) == []


def test_no_small_cell_can_be_told_by_one_who_knows_that_equal_ones_are_treated_alike(runs):
    assert told_apart(runs, alike=True) == []


def test_no_withheld_cell_is_pinned(runs):
    assert pinned_cells(runs) == []


def test_cells_would_be_told_if_only_small_ones_were_withheld(runs):
    first = runs[0]
    small = (first.residents > 0) & (first.residents < K)
    careless = first._replace(
        files=first.files._replace(residents=np.where(small, np.nan, first.residents), counts=[])
    )
    assert ONLY_SMALL_ONE_OF_JEVER in pinned_cells([careless])
    assert len(told_apart([careless])) > 1


# Groups -----------------------------------------------------------------------------------------


def known_of_group(runs, name):
    """Sums of all runs; the county's total, with whoever lives where no run shows anything."""
    files = [run.files for run in runs]
    rows, low, high = said_of_group(files, GROUPS[name])
    most = most_of_group(files, GROUPS[name])
    rows = np.c_[rows, np.zeros(len(rows))]
    elsewhere = max(sum(f.totals.values()) - np.nansum(f.residents) for f in files)
    if name in TOTALS:
        rows = np.r_[rows, np.ones((1, rows.shape[1]))]
        low, high = np.r_[low, TOTALS[name]], np.r_[high, TOTALS[name]]
    return Knowledge(rows, low, high, np.r_[np.nan_to_num(most), elsewhere]), rows


def one_makes_it_up(people, rule):
    """Whether one cell has more than its share of a sum, for all that can be printed for it."""
    low, _ = as_printed(printed(int(people.sum()), rule), rule)
    share = np.floor(rule["dominance"] * low)
    return len(people) > 1 and (people.max() > share or share < K - 1)


def wishes_for_group(runs, name, rows):
    """Of small cells, of small sets of cells that no sum parts, and of sums that are left out."""
    people, ids = runs[-1].people[name], runs[0].files.cell_ids
    residents = np.fmin.reduce([run.files.residents for run in runs])
    shown, cap = ~np.isnan(residents), np.nan_to_num(residents)
    small = partial(wide_enough, k=K)
    _, kind = np.unique(rows[:, :-1], axis=1, return_inverse=True)
    sets = [(ids[c], np.arange(len(ids)) == c) for c in np.flatnonzero(shown & (people > 0))]
    sets += [(f"set of {ids[(kind == one).argmax()]}", (kind == one) & shown) for one in set(kind)]
    left_out = [
        (count.where, count.cells)
        for run in runs for count in run.files.groups[GROUPS[name]] if count.value is None
    ]  # fmt: skip
    found = []
    for where, cells in sets + left_out:
        of, count, most = np.r_[cells, False], people[cells].sum(), cap[cells].sum()
        if 0 < count < K:
            found += small(where, of, count, most)
        elif count == most and count:
            found.append(Wish(f"{where}: not all", of, -1, count - (K - 1)))
    for where, cells in left_out:
        of, count, most = np.r_[cells, False], people[cells].sum(), cap[cells].sum()
        if K <= count < most and one_makes_it_up(people[cells], runs[0].files.rule):
            found.append(Wish(f"{where} ({count}): less", of, -1, count - K // 2))
            found.append(Wish(f"{where} ({count}): more", of, 1, count + (K - 1) // 2))
    return found


def told_of_group(runs, name):
    known, rows = known_of_group(runs, name)
    wishes = wishes_for_group(runs, name, rows)
    assert len(wishes) > 500
    return known.shut_out(wishes)


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("which", [[0], [1], [0, 1]])
@pytest.mark.parametrize("kind", ["runs", "exact"])
def test_no_small_number_of_a_group_can_be_told_from_the_files(request, kind, which, name):
    all_runs = request.getfixturevalue(kind)
    assert told_of_group([all_runs[at] for at in which], name) == []


def test_groups_live_where_they_did_so_that_both_runs_can_be_taken_together(runs, exact):
    for first, second in (runs, exact):
        for name, label in GROUPS.items():
            assert (first.people[name] == second.people[name]).all()
            assert first.people[name][second.withheld & ~first.withheld].any()
            values = [[c.value for c in run.files.groups[label]] for run in (first, second)]
            assert values[0] != values[1]
            assert all(None in some for some in values)


@pytest.mark.parametrize("name", GROUPS)
def test_small_numbers_of_groups_would_be_told_if_only_small_sums_were_left_out(exact, name):
    first, label = exact[0], GROUPS[name]
    people = first.people[name]
    counts = []
    for count in first.files.groups[label]:
        true = people[count.cells]
        is_open = true.sum() < K or one_makes_it_up(true, first.files.rule)
        counts.append(count if is_open else count._replace(value=int(true.sum())))
    careless = first._replace(files=first.files._replace(groups={label: counts}))
    assert len(told_of_group([careless], name)) > 1
