from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.stated_numbers import bounds, decimal_signs, statistic


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("1.205", 1205), ("1 205", 1205), ("1\u00a0205", 1205), ("1,205", 1205),
        ("1'205", 1205), ("12.345.678", 12_345_678), ("595p", 595), ("595 r", 595),
        ("1.205 (p)", 1205), ("1.205¹⁾", 1205), ("1.205¹⁾ *", 1205), ("1205 1)", 1205),
        ("1 205 *", 1205), ("17*", 17), ("5,0", 5), ("1.205,0", 1205), ("0", 0), ("(12)", 12),
        ("(1.205) p", 1205),
    ],
)  # fmt: skip
def test_counts_are_read_as_statistics_write_them(text, value):
    assert statistic(text).value == value


@pytest.mark.parametrize(
    "text",
    ["", None, ".", "/", "x", "X", "•", "*", "()", "k. A.", "K.A.", "keine Angabe", "...", "…"],
)
def test_signs_for_unknown_or_secret_are_no_number(text):
    assert statistic(text) == (None, "nicht bekannt oder geheim", False)


@pytest.mark.parametrize(
    "text",
    ["-3", "+3", "12,5", "zwölf", "1e3", "1e400", "1_000", "12)", "1205 2 3", "1.2.3", "12.34.567",
     "1.205 980", "inf", "nan", "999999999999999"],
)  # fmt: skip
def test_what_may_be_another_number_is_none(text):
    assert statistic(text) == (None, "keine Zahl von Personen", True)


@pytest.mark.parametrize("dash", ["-", "–", "—", "−"])
def test_a_dash_is_unknown_unless_the_profile_says_that_it_is_nothing(dash):
    assert statistic(dash).value is None
    assert "Null oder geheim" in statistic(dash).remark
    assert statistic(dash, dash_is_zero=True) == (0, None, False)


def test_brackets_are_told_as_uncertain():
    assert statistic("(12)") == (12, "unsicherer Wert", False)


@pytest.mark.parametrize(
    ("column", "signs"),
    [
        (["1.205", "980"], ""), (["1.205", "6.92"], "."), (["1205.0"], "."), (["1.205,5"], ","),
        (["1,205.000"], "."), (["12.345.678"], ""), (["6,9¹⁾", "1.205"], ","), ([None, "-"], ""),
    ],
)  # fmt: skip
def test_a_sign_is_decimal_where_it_cannot_part_thousands(column, signs):
    assert decimal_signs(column) == set(signs)


def test_beside_decimals_three_digits_are_decimals_too():
    assert statistic("6.925", decimal={"."}).value is None
    assert statistic("6,925", decimal={"."}).value == 6925
    assert statistic("6.000", decimal={"."}).value == 6


@given(st.text(max_size=20), st.sets(st.sampled_from(".,")))
def test_no_text_is_more_than_a_count_or_unknown(text, decimal):
    found = statistic(text, decimal=decimal)
    assert found.value is None or 0 <= found.value <= 100_000_000
    assert found.value is not None or found.remark


@given(st.integers(0, 100_000_000), st.sampled_from([".", " ", "\u202f", "'"]))
def test_a_number_with_its_thousands_parted_is_the_number(number, sign):
    assert statistic(f"{number:,}".replace(",", sign)).value == number


@pytest.mark.parametrize(
    ("value", "step", "wanted"),
    [(5, 5, (3, 7)), (0, 5, (0, 2)), (120, 5, (118, 122)), (7, 1, (7, 7)), (20, 10, (15, 25))],
)
def test_a_rounded_value_may_have_been_any_in_its_span(value, step, wanted):
    assert bounds(value, step) == wanted
