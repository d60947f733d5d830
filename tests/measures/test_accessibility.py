from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.measures.accessibility import (
    Pairs,
    binary,
    cost_to_closest,
    cumulative_opportunities,
    exponential,
    gravity,
    linear,
    logistic,
    power,
    spatial_availability,
    stepped,
    two_step_fca,
)

FIVE = [
    "89a88cdb57bffff", "89a88cdb597ffff", "89a88cdb5b3ffff", "89a88cdb5cfffff", "89a88cd909bffff",
]  # fmt: skip


def pairs(*rows, origins=None, destinations=None):
    origin, destination, minutes = zip(*rows, strict=True) if rows else ((), (), ())
    return Pairs(
        np.array(origin, np.intp),
        np.array(destination, np.intp),
        np.array(minutes, float),
        origins or max(origin) + 1,
        destinations or max(destination) + 1,
    )


def array(*values):
    return np.array(values, float)


# Two homes, three schools: 10 and 30 minutes from the first, 20 and 30 from the second.
TOWN = pairs((0, 0, 10), (0, 1, 30), (1, 1, 20), (1, 2, 30))
SEATS = array(2, 0, 6)


def test_the_closest_is_the_closest_that_offers_anything():
    np.testing.assert_equal(cost_to_closest(TOWN, SEATS), [10, 30])
    np.testing.assert_equal(cost_to_closest(TOWN, array(1, 1, 1), n=2), [30, 30])
    np.testing.assert_equal(cost_to_closest(TOWN, SEATS, n=2), [np.nan, np.nan])


def test_nothing_within_reach_is_missing_and_never_a_number():
    lonely = pairs((1, 0, 5), origins=3)
    np.testing.assert_equal(cost_to_closest(lonely, array(1)), [np.nan, 5, np.nan])
    assert cumulative_opportunities(lonely, array(4), limit=10).tolist() == [0, 4, 0]


@pytest.mark.parametrize(("closed", "wanted"), [(True, [2, 6]), (False, [2, 0])])
def test_whether_the_limit_itself_counts_is_said(closed, wanted):
    found = cumulative_opportunities(TOWN, SEATS, limit=30, closed=closed)
    assert found.tolist() == wanted


@pytest.mark.parametrize(
    ("decay", "wanted"),
    [
        (binary(20), [1, 1, 0]),
        (stepped([10, 20], [1, 0.5]), [1, 0.5, 0]),
        (exponential(0.1), [np.exp(-1), np.exp(-2), np.exp(-3)]),
        (power(2), [0.01, 0.0025, 1 / 900]),
        (linear(20), [0.5, 0, 0]),
        (logistic(20, 5), [1 / (1 + np.exp(-10 * np.pi / (5 * np.sqrt(3)))), 0.5, None]),
    ],
)
def test_weights_fall_with_the_minutes(decay, wanted):
    for found, value in zip(decay(array(10, 20, 30)), wanted, strict=True):
        assert value is None or found == pytest.approx(value)


def test_weights_of_no_time_are_finite():
    assert power(2)(array(0, 0.5)).tolist() == [1, 1]
    assert linear(20)(array(0)).tolist() == [1]


def test_steps_that_do_not_rise_are_an_error():
    with pytest.raises(ValueError, match="limits must rise"):
        stepped([20, 10], [1, 1])


def test_places_are_shared_among_all_who_reach_them():
    # School 0: 2 places for 4 people; school 2: 6 places for 3 people.
    found = two_step_fca(TOWN, SEATS, demand=array(4, 3), decay=binary(30))
    assert found.tolist() == [0.5, 2]


def test_places_that_nobody_reaches_count_for_nobody():
    found = two_step_fca(TOWN, SEATS, demand=array(4, 0), decay=binary(30))
    assert found.tolist() == [0.5, 0]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_without_limit_everybody_has_all_places_by_all_people(origins, destinations, seed):
    random = np.random.default_rng(seed)
    every = pairs(
        *[(i, j, random.uniform(0, 100)) for i in range(origins) for j in range(destinations)]
    )
    places, people = random.uniform(1, 9, destinations), random.uniform(1, 9, origins)
    found = two_step_fca(every, places, demand=people, decay=binary(np.inf))
    np.testing.assert_allclose(found, places.sum() / people.sum())
    left = spatial_availability(every, places, demand=people, decay=exponential(0.02))
    assert left.sum() == pytest.approx(places.sum())


@given(st.integers(0, 2**32 - 1))
def test_all_places_that_are_reached_are_given_to_somebody(seed):
    random = np.random.default_rng(seed)
    rows = [
        (i, j, random.uniform(0, 60)) for i in range(5) for j in range(4) if random.random() < 0.5
    ]
    some = pairs(*rows, origins=5, destinations=4)
    places, people = random.uniform(0, 9, 4), random.uniform(1, 9, 5)
    found = two_step_fca(some, places, demand=people, decay=linear(60))
    reached = np.isin(np.arange(4), some.destination)
    assert (found * people).sum() == pytest.approx(places[reached].sum())
    longer = some._replace(minutes=some.minutes + 5)
    assert (
        gravity(longer, places, decay=linear(60)) <= gravity(some, places, decay=linear(60))
    ).all()


def test_spatial_availability_of_the_toy_of_its_authors():
    # Soukhov et al. 2023, as the R package accessibility prints it.
    minutes = [[15, 30, 100], [30, 15, 100], [100, 100, 15]]
    toy = pairs(*[(i, j, minutes[i][j]) for i in range(3) for j in range(3)])
    found = spatial_availability(
        toy, array(100_000, 100_000, 10_000), demand=array(50_000, 150_000, 10_000),
        decay=exponential(0.1),
    )  # fmt: skip
    assert found.round().tolist() == [66_833, 133_203, 9_963]


# Published values of the R package accessibility ------------------------------------------------


@pytest.fixture(scope="module")
def published(real):
    """Its values for Belo Horizonte, as they were printed."""
    path = real("../reference/peers_reference_values.json")
    return json.loads(path.read_text(encoding="utf-8"))["ipea_accessibility_belo_horizonte"]


@pytest.fixture(scope="module")
def city(real):
    """Travel times, and what the hexagons hold."""
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
    return matrix, land, at


def among(matrix, cells):
    """Pairs between these cells."""
    some = np.isin(matrix.origin, cells) & np.isin(matrix.destination, cells)
    kept = {name: getattr(matrix, name)[some] for name in ("origin", "destination", "minutes")}
    return matrix._replace(**kept)


def column(land, name):
    return land[name].to_numpy().astype(float)


def test_published_cumulative_opportunities_are_met(city, published):
    matrix, land, at = city
    jobs = cumulative_opportunities(matrix, column(land, "jobs"), limit=30)
    wanted = published["cumulative_jobs_30min_first6"]
    assert {cell: int(jobs[at[cell]]) for cell in wanted} == wanted


def test_published_gravity_is_met(city, published):
    matrix, land, at = city
    schools = gravity(matrix, column(land, "schools"), decay=exponential(0.2))
    wanted = published["gravity_schools_exp_0.2"]
    assert {cell: round(schools[at[cell]], 8) for cell in wanted} == wanted


def test_published_floating_catchments_are_met(city, published):
    matrix, land, at = city
    jobs, people = column(land, "jobs"), column(land, "population")
    found = two_step_fca(matrix, jobs, demand=people, decay=binary(50))
    wanted = published["2sfca_jobs_per_pop_binary50"]
    assert {cell: round(found[at[cell]], 7) for cell in wanted} == wanted


def test_published_floating_catchments_of_five_cells_are_met(city, published):
    matrix, land, at = city
    cells = [at[cell] for cell in FIVE]
    jobs, people = column(land, "jobs"), column(land, "population")
    found = two_step_fca(among(matrix, cells), jobs, demand=people, decay=binary(45))
    assert [round(found[cell], 4) for cell in cells] == published["five_ids_only_2sfca_45"]
