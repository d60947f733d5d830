from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.dasymetric import spread, without_weight
from geo_integration.errors import FrameError


def over(weights, zones, totals, **options):
    return spread(
        pd.Series(weights, dtype=float), pd.Series(list(zones)), totals, **options
    ).tolist()


def test_a_total_is_spread_in_proportion():
    assert over([1, 3], "aa", {"a": 8}) == [2, 6]


def test_the_largest_remainder_is_rounded_up():
    # 10 over 1 : 2 is 3.33 and 6.67.
    assert over([1, 2], "aa", {"a": 10}) == [3, 7]


def test_of_equal_remainders_the_first_cells_get_more():
    assert over([1, 1, 1], "aaa", {"a": 5}) == [2, 2, 1]


def test_every_zone_has_its_own_total():
    assert over([1, 5, 1, 5], "abab", {"a": 4, "b": 3}) == [2, 2, 2, 1]


def test_fractions_are_kept_where_they_are_wanted():
    assert over([1, 2], "aa", {"a": 1}, whole=False) == pytest.approx([1 / 3, 2 / 3])


def test_unknown_weights_count_as_none():
    assert over([np.nan, 2], "aa", {"a": 7}) == [0, 7]


def test_a_zone_without_weights_is_spread_evenly_and_named():
    weights, zones = pd.Series([0, np.nan, 3.0]), pd.Series(list("aab"))
    assert spread(weights, zones, {"a": 3, "b": 1}).tolist() == [2, 1, 1]
    assert without_weight(weights, zones) == ["a"]


def test_cells_of_a_zone_without_a_total_are_missing():
    shares = over([1, 1], "ab", {"a": 3})
    assert shares[0] == 3
    assert np.isnan(shares[1])


def test_the_index_is_that_of_the_weights():
    weights = pd.Series([1.0, 1.0], index=[7, 3])
    assert spread(weights, pd.Series(["a", "a"], index=[7, 3]), {"a": 2}).index.tolist() == [7, 3]


def test_nothing_is_spread_over_nothing():
    assert over([], "", {}) == []


@pytest.mark.parametrize(
    ("weights", "zones", "totals"),
    [
        ([-1], "a", {"a": 1}),
        ([np.inf], "a", {"a": 1}),
        ([1], "a", {"a": -1}),
        ([1], "a", {"a": 1.5}),
        ([1], "a", {"a": np.nan}),
        ([1], "a", {"a": 1, "b": 2}),
        ([1], [None], {}),
    ],
)
def test_what_cannot_be_spread_is_an_error(weights, zones, totals):
    with pytest.raises(FrameError):
        over(weights, zones, totals)


WEIGHTS = st.one_of(st.floats(0, 1e300), st.integers(0, 9), st.just(float("nan")))
CELLS = st.lists(st.tuples(WEIGHTS, st.integers(0, 3)), min_size=1, max_size=60)


@given(CELLS, st.lists(st.integers(0, 10_000_000), min_size=4, max_size=4))
def test_totals_are_met_exactly_and_no_cell_is_off_by_one(cells, amounts):
    weights = pd.Series([float(w) for w, _ in cells])
    zones = pd.Series([z for _, z in cells])
    totals = {zone: amounts[zone] for zone in set(zones)}
    shares = spread(weights, zones, totals)
    assert (shares % 1 == 0).all()
    assert (shares >= 0).all()
    assert shares.groupby(zones).sum().to_dict() == totals
    exact = spread(weights, zones, totals, whole=False)
    assert (shares - exact).abs().max() < 1 + 1e-6


@given(CELLS, st.integers(0, 1000))
def test_the_same_cells_get_the_same(cells, total):
    weights, zones = pd.Series([float(w) for w, _ in cells]), pd.Series([0] * len(cells))
    one, two = (spread(weights, zones, {0: total}) for _ in range(2))
    assert one.equals(two)
