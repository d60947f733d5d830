from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.residents.values import counts, numbers, tidy, whole


@pytest.mark.parametrize("sign", ["–", "", "-", "—", ".", "/", "x", "X", "...", "…", "nan", " – "])
def test_signs_for_unknown_are_missing_and_never_zero(sign):
    found = numbers(pd.Series(["3", sign, None]))
    assert found.values.isna().tolist() == [False, True, True]
    assert found.unknown.tolist() == [False, True, True]
    assert not found.odd.any()


def test_decimal_commas_are_read():
    assert numbers(pd.Series(["12,50", "7", "0,5"])).values.tolist() == [12.5, 7, 0.5]


def test_what_is_neither_known_nor_unknown_is_odd():
    found = numbers(pd.Series(["3", "viele"]))
    assert found.odd.tolist() == [False, True]


def test_columns_of_numbers_pass_through():
    found = numbers(pd.Series([3.0, np.nan, np.inf]))
    assert found.unknown.tolist() == [False, True, False]
    assert found.odd.tolist() == [False, False, True]


def test_whole_numbers_have_no_decimals(faults):
    column = tidy("f", pd.Series(["3", "4"], name="a"), faults)
    assert column.dtype == "int64"


def test_whole_numbers_with_unknown_ones_stay_missing(faults):
    column = tidy("f", pd.Series(["3", "–"], name="a"), faults)
    assert column.tolist()[0] == 3
    assert np.isnan(column.tolist()[1])


def test_a_column_of_nothing_but_unknown_is_missing_throughout(faults):
    assert tidy("f", pd.Series(["–", "–"], name="a"), faults).isna().all()


def test_words_stay_words(faults):
    assert tidy("f", pd.Series(["Dorf", "Stadt", None], name="a"), faults).tolist() == [
        "Dorf", "Stadt", None,
    ]  # fmt: skip
    assert faults == []


def test_a_word_among_numbers_is_missing_and_told_once(faults):
    column = tidy("f", pd.Series(["1", "2", "3", "drei", "vier"], name="a"), faults)
    assert column.isna().tolist() == [False] * 3 + [True] * 2
    assert [fault["message"].split()[0] for fault in faults] == ["2"]
    assert faults[0]["found"] == "drei"


def test_dots_between_thousands_are_told(faults):
    assert counts("f", pd.Series(["1.234", "20"]), faults).values.tolist() == [1234, 20]
    assert "Tausenderpunkte" in faults[0]["message"]


def test_a_sign_for_unknown_is_no_dot_between_thousands(faults):
    assert counts("f", pd.Series([".", "1.234"]), faults).values.tolist()[1] == 1234


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_rounding_keeps_the_sum(values):
    from geo_integration.inputs.tables import FaultList

    rounded = whole("f", pd.Series(values), FaultList())
    assert abs(rounded.sum() - sum(values)) <= 0.5 + 1e-6
    assert (rounded - pd.Series(values)).abs().max() <= 1


@given(st.lists(st.one_of(st.none(), st.text(), st.floats(), st.booleans(), st.binary())))
def test_no_content_makes_it_raise(values):
    found = numbers(pd.Series(values, dtype=object))
    assert len(found.values) == len(values)
    assert (found.values.isna() == (found.unknown | found.odd)).all()


def test_official_keys_keep_their_leading_zero(faults):
    assert tidy("f", pd.Series(["03455007", "10041001"], name="ags"), faults).tolist() == [
        "03455007", "10041001",
    ]  # fmt: skip
