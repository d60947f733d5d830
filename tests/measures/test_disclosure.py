from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from by_hand import COUNTY, GERMAN, make_areas, make_cells, make_covered, make_places
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from made_coverage import as_coverage

from geo_integration.errors import DisclosureError
from geo_integration.measures.area_counts import area_coverage, bands
from geo_integration.measures.disclosure import (
    _covered_up,
    published_cells,
    published_shares,
    withheld_cells,
)
from geo_integration.measures.gaps import gaps

K, BASE = 5, 30
quickly = settings(max_examples=40)


def withheld(residents, areas=None, k=K):
    return withheld_cells(make_cells(residents, areas=areas), min_count=k).tolist()


def with_withheld(cells, k=K):
    return cells.assign(withheld=withheld_cells(cells, min_count=k))


# Cells ------------------------------------------------------------------------------------------


def test_small_cells_are_withheld_and_large_or_empty_ones_are_not():
    assert withheld([3, 4, 5, 60, 90, 0]) == [True, True, True, False, False, False]


@pytest.mark.parametrize(("k", "expected"), [(3, False), (4, True), (10, True)])
def test_the_profile_says_what_is_small(k, expected):
    assert withheld([3, 3, 3, 100], k=k)[:3] == [expected] * 3


def test_a_single_small_cell_is_covered_by_the_next_smallest_of_its_municipality():
    assert withheld([3, 60, 7, 6], ["A", "A", "A", "B"]) == [True, False, True, False]


def test_two_cells_that_are_small_even_together_get_a_third():
    assert withheld([1, 2, 60, 7]) == [True, True, False, True]


def test_an_empty_cell_never_covers_another():
    assert withheld([3, 0, 60]) == [True, False, True]


@pytest.mark.parametrize("residents", [[3], [3, 0], [4, 4], [2, 2, 2]])
def test_where_nobody_is_left_to_cover_a_small_cell_nothing_is_published(residents):
    with pytest.raises(DisclosureError, match="nicht geheim halten"):
        withheld(residents)


def test_cells_with_equal_counts_are_treated_alike():
    assert withheld([3, 7, 7, 60]) == [True, True, True, False]


def test_municipalities_are_looked_at_one_by_one_so_a_selection_withholds_the_same():
    cells = make_cells([3, 60, 7, 4, 9, 80], areas=["A", "A", "A", "B", "B", "B"])
    whole = withheld_cells(cells, min_count=K)
    for area in "AB":
        part = cells[cells["area_id"] == area]
        assert withheld_cells(part, min_count=K).tolist() == whole[part.index].tolist()


def test_published_cells_lack_what_is_withheld_and_all_further_columns_about_people():
    cells = with_withheld(make_cells([3, 60, 9])).assign(foreign_residents=[1, 2, 3])
    before = cells.copy()
    table = published_cells(cells)
    assert table["residents"].isna().tolist() == [True, False, True]
    assert table["residents"].tolist()[1] == 60
    assert "foreign_residents" not in table.columns
    assert len(table) == len(cells)
    pd.testing.assert_frame_equal(cells, before)


# Runs -------------------------------------------------------------------------------------------


def withheld_again(residents, before, known=None):
    cells = make_cells(residents)
    flags = np.array(before, dtype=bool), None if known is None else np.array(known, dtype=bool)
    return withheld_cells(cells, min_count=K, before=flags[0], known=flags[1]).tolist()


def test_what_was_withheld_stays_so_even_when_it_is_large_or_empty_now():
    assert withheld_again([70, 0, 60], [1, 1, 0]) == [True, True, False]


def test_a_newly_small_cell_is_covered_by_one_that_was_not_withheld_before():
    # With 7 alone, the sums of both runs would tell the 3 by subtraction.
    assert withheld_again([2, 7, 3, 50, 9], [1, 1, 0, 0, 0]) == [True, True, True, False, True]


def test_only_where_nobody_else_is_left_those_withheld_before_cover_a_newly_small_cell():
    assert withheld_again([2, 7, 3, 50], [1, 1, 0, 0], [0, 0, 0, 1]) == [True, True, True, False]
    with pytest.raises(DisclosureError):
        withheld_again([2, 0, 3, 50], [1, 1, 0, 0], [0, 0, 0, 1])


def test_a_cell_whose_cover_has_become_empty_gets_another():
    assert withheld_again([3, 0, 60, 8], [1, 1, 0, 0]) == [True, True, False, True]
    assert withheld_again([3, 90, 60, 8], [1, 1, 0, 0]) == [True, True, False, False]


def may_be(which, members, sums):
    """What a cell may hold for one who knows sums, and of every cell whether it is small."""
    spans = [range(1, K) if small else range(K, 80) for small in members]
    return {
        values[which]
        for values in itertools.product(*spans)
        if all(sum(values[i] for i in of) == total for of, total in sums)
    }


@settings(max_examples=60)
@given(
    st.lists(st.integers(0, 14), min_size=3, max_size=7),
    st.dictionaries(st.integers(0, 6), st.integers(0, 14), max_size=3),
)
def test_two_runs_tell_no_small_cell_by_subtraction(residents, changes):
    first = hideable(make_cells(residents))["withheld"].to_numpy(bool)
    now = np.array([changes.get(i, n) for i, n in enumerate(residents)])
    known = ~first & (now == residents)
    try:
        second = withheld_cells(make_cells(now), min_count=K, before=first, known=known)
    except DisclosureError:
        assume(condition=False)
    second = second.to_numpy(bool)
    assert (second | ~first).all()
    assert ((now == 0) | (now >= K))[~second].all()
    fresh = np.flatnonzero(second & ~first)
    secret = [i for i in fresh if 0 < now[i] < K and not known[i]]
    assume(len(secret) > 0 and len(fresh) - len(secret) > 0 and len(fresh) < 5)
    # The first run's sum, if it holds still, tells the sum of the newly withheld.
    at = {cell: i for i, cell in enumerate(fresh)}
    members = [0 < now[i] < K for i in fresh]
    sums = [(range(len(fresh)), now[fresh].sum())]
    for cell in secret:
        assert {1, K - 1} <= may_be(at[cell], members, sums)


# Shares -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("uncovered", "missing"), [(19, True), (20, False)])
def test_shares_below_the_base_are_missing_and_their_counts_stay(uncovered, missing):
    cells = make_cells([10, uncovered])
    table = area_coverage(cells, as_coverage(make_covered(["served", "no_stop"])), county=COUNTY)
    out = published_shares(table, min_share_base=BASE)
    assert out["share_covered"].isna().tolist() == [missing] * 2
    assert out["covered"].tolist() == [10, 10]


def test_withheld_residents_are_no_part_of_the_base_of_a_share():
    cells = with_withheld(make_cells([4, 25, 4]))
    table = area_coverage(cells, as_coverage(make_covered(["served"] * 3)), county=COUNTY)
    assert table["residents"].tolist() == [33, 33]
    assert published_shares(table, min_share_base=BASE)["share_covered"].isna().all()


# Laws -------------------------------------------------------------------------------------------

SIZES = st.one_of(st.integers(0, 12), st.integers(0, 400))
WHY = ["served", "over_limit", "no_stop", "only_if_booked"]


def hideable(cells):
    """The same cells with withheld ones found; counties where that cannot be are left out."""
    try:
        return with_withheld(cells)
    except DisclosureError:
        assume(condition=False)


@st.composite
def counties(draw):
    """Cells of up to three municipalities and two questions, with reasons and minutes."""
    size = draw(st.integers(1, 10))
    residents = draw(st.lists(SIZES, min_size=size, max_size=size))
    areas = draw(st.lists(st.sampled_from("ABC"), min_size=size, max_size=size))
    cells = hideable(make_cells(residents, areas=areas))
    questions = []
    for day in ("mo", "sa"):
        reasons = draw(st.lists(st.sampled_from(WHY), min_size=size, max_size=size))
        minutes = draw(st.lists(st.integers(1, 70), min_size=size, max_size=size))
        questions.append(make_covered(reasons, day_type=day, minutes=minutes))
    return cells, as_coverage(pd.concat(questions, ignore_index=True))


@quickly
@given(st.lists(st.tuples(SIZES, st.sampled_from("AB")), min_size=1, max_size=8))
def test_no_published_cell_is_small_and_the_withheld_ones_are_not_alone(homes):
    cells = hideable(make_cells([n for n, _ in homes], areas=[a for _, a in homes]))
    shown = published_cells(cells)["residents"].dropna()
    assert ((shown == 0) | (shown >= K)).all()
    assert (shown == cells.loc[shown.index, "residents"]).all()
    for _, group in cells.groupby("area_id"):
        hidden = group.loc[group["withheld"], "residents"]
        if len(hidden):
            assert len(hidden) >= min(2, (group["residents"] > 0).sum())
            assert hidden.sum() >= min(K, group["residents"].sum())
            assert (hidden > 0).all()


@quickly
@given(st.lists(SIZES, min_size=1, max_size=8))
def test_nothing_is_withheld_where_no_cell_is_small(residents):
    assert not any(withheld([n * K for n in residents]))


def test_as_many_withheld_residents_as_cells_would_tell_that_each_has_one():
    residents = [1, 1, 1, 1, 1, 60]
    hidden = [n for n, w in zip(residents, withheld(residents), strict=True) if w]
    assert sum(hidden) > len(hidden)


@quickly
@given(counties())
def test_no_published_count_lies_between_one_and_the_least(county):
    cells, covered = county
    by_area = area_coverage(cells, covered, county=COUNTY)
    by_band = bands(cells, covered, bands_min=(30, 45, 60), county=COUNTY)
    for values in (by_area["covered"], by_area["uncovered"], by_area["booked"], by_band["within"]):
        assert ((values == 0) | (values >= K)).all()


@quickly
@given(counties())
def test_no_difference_of_published_counts_lies_between_one_and_the_least(county):
    cells, covered = county
    by_area = area_coverage(cells, covered, county=COUNTY)
    not_even_booked = by_area["uncovered"] - by_area["booked"]
    assert ((not_even_booked == 0) | (not_even_booked >= K)).all()
    by_band = bands(cells, covered, bands_min=(30, 45, 60), county=COUNTY)
    for _, rows in by_band.groupby(["area_id", "day_type"]):
        steps = np.diff(rows.sort_values("band_min")["within"])
        assert ((steps == 0) | (steps >= K)).all()


@quickly
@given(counties())
def test_every_published_count_is_the_same_whatever_a_withheld_cell_holds(county):
    # So no combination of tables, categories and days can tell anything about one of them.
    cells, covered = county
    other = cells.copy()
    other.loc[other["withheld"], "residents"] = 1
    places, areas = make_places(), make_areas(A="Adorf", B="Bestadt", C="Cehausen")
    for measure, columns in (
        (lambda c: area_coverage(c, covered, county=COUNTY),
         ["covered", "uncovered", "booked", "share_covered"]),
        (lambda c: bands(c, covered, bands_min=(30, 60), county=COUNTY), ["within"]),
        (lambda c: gaps(c, covered, areas, places, min_residents=K, core_residents=100,
                        words=GERMAN),
         ["gap_id", "rank", "name", "residents", "cells", "reason", "minutes"]),
        (published_cells, ["cell_id", "residents"]),
    ):  # fmt: skip
        one, two = measure(cells)[columns], measure(other)[columns]
        pd.testing.assert_frame_equal(one, two)


@quickly
@given(counties())
def test_what_is_withheld_is_one_number_for_each_municipality_whatever_the_question(county):
    cells, covered = county
    table = area_coverage(cells, covered, county=COUNTY)
    for area, rows in table.groupby("area_id"):
        own = cells if area == COUNTY else cells[cells["area_id"] == area]
        assert set(rows["withheld"]) == {own.loc[own["withheld"], "residents"].sum()}


def test_every_pair_of_counts_is_withheld_together_or_not_at_all():
    for pair in itertools.product(range(12), repeat=2):
        try:
            hidden = withheld(list(pair))
        except DisclosureError:
            continue
        small = [0 < n < K for n in pair]
        if any(small):
            assert hidden == [n > 0 for n in pair], pair
        else:
            assert hidden == [False, False], pair


def test_whoever_knows_the_rule_the_total_and_all_that_is_published_cannot_tell_a_small_cell():
    # All counties of three cells with up to 16 residents each; whatever looks the same from outside
    # is one case. In none of them is a small cell's number the only one that fits.
    cases = {}
    for residents in itertools.product(range(17), repeat=3):
        never = np.zeros(len(residents), dtype=bool)
        hidden = _covered_up(np.array(residents), K, never, never)
        if hidden is None:
            continue
        shown = tuple(n for n, w in zip(residents, hidden, strict=True) if not w)
        cases.setdefault((tuple(hidden.tolist()), shown, sum(residents)), []).append(residents)
    assert len(cases) > 100
    for (hidden, _, _), counties in cases.items():
        for place in (i for i, w in enumerate(hidden) if w):
            fits = {residents[place] for residents in counties}
            assert not (min(fits) < K and len(fits) == 1)
