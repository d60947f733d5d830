from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.measures.accessibility import Pairs, cumulative_opportunities
from geo_integration.measures.inequality import concentration, gini, palma, theil

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


def array(*values):
    return np.array(values, float)


def test_where_all_have_the_same_nothing_is_uneven():
    same, people = array(3, 3, 3), array(1, 5, 2)
    assert gini(same, people) == pytest.approx(0)
    assert theil(same, people) == pytest.approx(0)
    assert concentration(same, people, rank_by=array(1, 2, 3)) == pytest.approx(0)
    assert palma(np.full(10, 3.0), np.ones(10), rank_by=np.arange(10.0)) == pytest.approx(1)


def test_where_one_of_four_has_all():
    values, people = array(0, 0, 0, 8), array(1, 1, 1, 1)
    assert gini(values, people) == pytest.approx(0.75)  # 1 - 1/n
    assert theil(values, people) == pytest.approx(np.log(4))
    rank = array(1, 2, 3, 4)
    assert concentration(values, people, rank_by=rank) == pytest.approx(0.75)
    assert concentration(values, people, rank_by=-rank) == pytest.approx(-0.75)
    assert concentration(values, people, rank_by=rank, corrected=True) == pytest.approx(0.75)


def test_two_halves_of_which_one_has_three_times_as_much():
    # Lorenz curve through (1/2, 1/4): the area above it is 1/4 of the triangle's.
    assert gini(array(1, 3), array(10, 10)) == pytest.approx(0.25)
    halves = 0.5 * (0.5 * np.log(0.5) + 1.5 * np.log(1.5))
    assert theil(array(1, 3), array(10, 10)) == pytest.approx(halves)


def test_palma_sets_the_tenth_against_the_four_tenths():
    values = array(*[1] * 4, *[2] * 5, 6)
    rank, people = np.arange(10.0), np.ones(10)
    assert palma(values, people, rank_by=rank) == pytest.approx(6)
    assert np.isnan(palma(values * 0, people, rank_by=rank))


def test_cells_without_people_or_value_do_not_count():
    values, people = array(1, 3, 99, np.nan), array(10, 10, 0, 5)
    assert gini(values, people) == pytest.approx(0.25)


def test_palma_is_missing_where_no_cell_is_among_the_highest_tenth():
    assert np.isnan(palma(array(1, 2, 3), array(1, 5, 2), rank_by=array(1, 2, 3)))


@pytest.mark.parametrize("values", [[], [0.0, 0.0]])
def test_where_nobody_has_anything_it_is_missing(values):
    values, people = np.array(values), np.ones(len(values))
    found = [gini(values, people), theil(values, people)]
    found.append(concentration(values, people, rank_by=people))
    assert np.isnan(found).all()


@given(VALUES, st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_neither_unit_nor_division_of_cells_nor_order_matters(values, parts, seed):
    values = np.array(values)
    people = np.random.default_rng(seed).integers(1, 50, len(values)).astype(float)
    if (values * people).sum() < 1e-3:
        return
    mixed = np.random.default_rng(seed).permutation(len(values) * parts)
    many, few = np.tile(values, parts)[mixed], np.tile(people, parts)[mixed] / parts
    for measure in (gini, theil):
        whole = measure(values, people)
        assert -1e-9 <= whole <= np.log(people.sum()) + 1
        assert measure(many * 7, few) == pytest.approx(whole, abs=1e-9)


@given(VALUES, st.integers(0, 2**32 - 1))
def test_ranked_by_itself_concentration_is_gini(values, seed):
    values = np.array(values)
    people = np.random.default_rng(seed).integers(1, 50, len(values)).astype(float)
    if (values * people).sum() < 1e-3:
        return
    found = concentration(values, people, rank_by=values)
    assert found == pytest.approx(gini(values, people), abs=1e-9)


# Published values of the R package accessibility ------------------------------------------------


@pytest.fixture(scope="module")
def published(real):
    """Its values for Belo Horizonte, as they were printed."""
    path = real("../reference/peers_reference_values.json")
    return json.loads(path.read_text(encoding="utf-8"))["ipea_accessibility_belo_horizonte"]


@pytest.fixture(scope="module")
def city(real):
    """Jobs within 30 minutes, people and income of every hexagon, and its position."""
    folder = real("belo_horizonte")
    land = pl.read_parquet(folder / "land_use_data.parquet")
    times = pl.read_parquet(folder / "travel_matrix.parquet")
    at = {cell: n for n, cell in enumerate(land["id"])}
    matrix = Pairs(
        np.array([at[cell] for cell in times["from_id"]], np.intp),
        np.array([at[cell] for cell in times["to_id"]], np.intp),
        times["travel_time"].to_numpy().astype(float),
        len(land),
        len(land),
    )
    columns = [
        land[name].to_numpy().astype(float) for name in ("jobs", "population", "income_per_capita")
    ]
    return cumulative_opportunities(matrix, columns[0], limit=30), *columns[1:], at


def test_published_palma_ratio_is_met(city, published):
    jobs, people, income, _ = city
    assert round(palma(jobs, people, rank_by=income), 6) == published["all_palma_jobs30"]


def test_published_indices_of_five_cells_are_met(city, published):
    jobs, people, income, at = city
    cells = [at[cell] for cell in published["five_ids"]]
    jobs, people, income = jobs[cells], people[cells], income[cells]
    assert round(gini(jobs, people), 4) == published["five_ids_gini_cum30"]
    found = concentration(jobs, people, rank_by=income)
    assert round(found, 4) == published["five_ids_concentration_std"]
    found = concentration(jobs, people, rank_by=income, corrected=True)
    assert round(found, 4) == published["five_ids_concentration_corrected"]
