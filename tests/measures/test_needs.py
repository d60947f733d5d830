from __future__ import annotations

import ast
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from geo_integration import formulas
from geo_integration.errors import SettingsError, SourceError
from geo_integration.formulas import evaluate, formula_columns
from geo_integration.frames import TOTALS, check_frame
from geo_integration.measures import needs as module
from geo_integration.measures.need_ranges import Controls, Parts, range_sources, ranges, sum_parts
from geo_integration.measures.needs import (
    CELL_KEY_VARIANCE,
    NEEDS,
    Group,
    controls,
    needs,
)

COUNTY = "03999"
WEST, EAST = "03999001", "03999002"
NAN = float("nan")


def cells_of(areas, residents, size_m=0, **columns):
    """Cells in a row; with a size they are squares."""
    count = len(areas)
    table = pd.DataFrame(
        {
            "cell_id": [f"c{at}" for at in range(count)],
            "area_id": areas,
            "residents": residents,
            "withheld": False,
            "x_m": 0.0,
            "y_m": 0.0,
            **columns,
        }
    )
    if not size_m:
        return table
    left = np.arange(count) * size_m
    return gpd.GeoDataFrame(
        table, geometry=shapely.box(left, 0, left + size_m, size_m), crs="EPSG:25832"
    )


def totals_of(*rows, total_id="azr", half=0):
    """TOTALS out of (area, value) or (area, value, place)."""
    table = pd.DataFrame(
        {
            "total_id": total_id,
            "area_id": [row[0] for row in rows],
            "place": [row[2] if len(row) > 2 else None for row in rows],
            "value": [row[1] for row in rows],
            "low": [max(row[1] - half, 0) for row in rows],
            "high": [row[1] + half for row in rows],
            "date": None,
            "label": "Ausländer",
            "source": None,
            "file": "azr.csv",
        }
    )
    check_frame(table, TOTALS)
    return table


def needed(cells, formula, totals=None, **more):
    """NEEDS of one group."""
    group = Group("g", formula, None if totals is None else "azr")
    table = needs(cells, totals, [group], county=COUNTY, **more)
    check_frame(table, NEEDS)
    return table


FOUR = cells_of([WEST, WEST, EAST, EAST], [100, 300, 50, 50], foreign=[10, 30, 0, 20])


# Formulas ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "values"),
    [
        ("a", [6, 2, 0]),
        ("  a\n + b ", [8, 6, 1]),
        ("a - b", [4, 0, 0]),  # -2 and -1 become 0
        ("-(b - a)", [4, 0, 0]),
        ("0.5 * (a + b)", [4, 3, 0.5]),
        ("a + b * 2", [10, 10, 2]),
        ("a / b", [3, 0.5, 0]),
        ("b / a", [1 / 3, 2, NAN]),  # 1 / 0
        ("min(a, b)", [2, 2, 0]),
        ("max(a, b, 3)", [6, 4, 3]),
        ("b + 2 * max(a - b, 0)", [10, 4, 1]),
        ("1e-1 * a", [0.6, 0.2, 0]),
    ],
)
def test_a_formula_is_arithmetic_on_columns(formula, values):
    table = pd.DataFrame({"a": [6, 2, 0], "b": [2, 4, 1]})
    assert evaluate(formula, table) == pytest.approx(values, nan_ok=True)


def test_a_missing_value_stays_missing_in_a_formula():
    table = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": [2.0, 3.0]})
    for formula in ("a + b", "min(b, a)", "0 * a"):
        assert np.isnan(evaluate(formula, table)).tolist() == [False, True]


def test_a_formula_names_its_columns_once_in_the_order_of_the_text():
    assert formula_columns("b + 2 * max(a - b, 0)") == ["b", "a"]
    assert formula_columns("größe + a_1") == ["größe", "a_1"]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("", "leer"),
        (" \n", "leer"),
        ("5", "keine Spalte"),
        ("a +", "nicht zu lesen"),
        ("a b", "nicht zu lesen"),
        ("2 × a", "nicht zu lesen"),
        ("residents – german", "nicht zu lesen"),
        ("0,5 * a", "'0,5' ist nicht eindeutig"),
        ("min(0,5 * a, b)", "'0,5' ist nicht eindeutig"),
        ("a, b", "'a, b' ist nicht möglich"),
        ("a ** 2", "'a ** 2' ist nicht möglich"),
        ("9 ** 9 ** 9 ** 9 * a", "ist nicht möglich"),
        ("a ^ 2", "'a ^ 2' ist nicht möglich"),
        ("a // 2", "'a // 2' ist nicht möglich"),
        ("a % 2", "'a % 2' ist nicht möglich"),
        ("a > 2", "'a > 2' ist nicht möglich"),
        ("a and b", "'a and b' ist nicht möglich"),
        ("not a", "'not a' ist nicht möglich"),
        ("a if b else c", "ist nicht möglich"),
        ("a.b", "'a.b' ist nicht möglich"),
        ("a[0]", "ist nicht möglich"),
        ("'a' * 9", "ist nicht möglich"),
        ("True * a", "'True' ist nicht möglich"),
        ("1j * a", "'1j' ist nicht möglich"),
        ("1e999 * a", "'1e999' ist nicht möglich"),
        ("9" * 400 + " * a", "ist nicht möglich"),
        ("a # b", "'#' ist nicht möglich"),
        ("sum(a, b)", "'sum(a, b)' ist nicht möglich"),
        ("__import__('os').system('x')", "ist nicht möglich"),
        ("().__class__.__bases__[0]", "ist nicht möglich"),
        ("(lambda: a)()", "ist nicht möglich"),
        ("[a for a in b]", "ist nicht möglich"),
        ("(a := 3)", "ist nicht möglich"),
        ("f'{a}'", "ist nicht möglich"),
        ("min(a)", "zwei Werte"),
        ("min(*a)", "zwei Werte"),
        ("min(a, *b)", "'*b' ist nicht möglich"),
        ("min(a, b, key=c)", "ist nicht möglich"),
        ("min", "min braucht Klammern"),
        ("a; b", "nicht zu lesen"),
        ("a\0b", "nicht zu lesen"),
        ("\ud800 + a", "nicht zu lesen"),
        ("a" * 10_000, "10000 Zeichen"),
        ("(" * 240 + "a" + ")" * 240, "nicht zu lesen"),
        ("-" * 400 + "a", "zu tief"),
        ("a" + "+a" * 200, "zu tief"),
    ],
)
def test_what_is_no_arithmetic_is_refused_in_words(formula, said):
    with pytest.raises(SettingsError, match=r"^(Die Formel|Formel)") as raised:
        formula_columns(formula)
    assert said in str(raised.value)


WORDS = (
    "a b min max __import__ lambda __class__ 1 1e308 0.5 0x 1if ( ) [ ] { } + - * ** / //".split()  # noqa: SIM905
)
SIGNS = [*".,:='\"\\\n\0#ä–é\u2028\ud800@% ", ", ", "9" * 50]
PIECES = st.sampled_from([*WORDS, *SIGNS])


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)))
@example("a/" + "(" * 100 + "b" + ")" * 100)
@example("1e308*1e308*a")
def test_hostile_formulas_give_numbers_or_a_value_error_and_nothing_else(formula):
    table = pd.DataFrame({"a": [1.0, 0.0, NAN], "b": [2, 3, 4]})
    try:
        names = formula_columns(formula)
        values = evaluate(formula, table)
    except ValueError:
        return
    assert names
    assert set(names) <= {"a", "b"}
    assert values.shape == (3,)
    assert np.isnan(values[~(values >= 0)]).all()


ARITHMETIC = st.recursive(
    st.sampled_from(["a", "b", "3", "0.25"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"-{text}"),
    ),
    max_leaves=8,
)


@given(ARITHMETIC)
def test_a_formula_gives_what_a_reader_of_arithmetic_expects(formula):
    if not {"a", "b"} & set(formula):
        return
    table = pd.DataFrame({"a": [3.0, 7.0], "b": [5.0, 2.0]})
    expected = [
        max(eval(formula, {"__builtins__": {}}, {"a": a, "b": b}), 0)  # noqa: S307  made above
        for a, b in zip(table["a"], table["b"], strict=True)
    ]
    assert evaluate(formula, table) == pytest.approx(expected)


def test_a_column_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(SettingsError, match=r"keine Spalte 'german'; es gibt residents, .*foreign"):
        evaluate("residents - german", FOUR)


@pytest.mark.parametrize("name", ["area_id", "withheld"])
def test_a_column_without_numbers_is_refused(name):
    with pytest.raises(SettingsError, match=f"Spalte '{name}' enthält keine Zahlen"):
        evaluate(name, FOUR)


def test_nothing_but_a_walk_over_the_tree_stands_behind_a_formula():
    tree = ast.parse(Path(formulas.__file__).read_text("utf-8"))
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)
              and isinstance(node.func, ast.Name)}  # fmt: skip
    assert not called & {"eval", "exec", "compile", "__import__"}


# Without totals ---------------------------------------------------------------------------------


def test_without_a_total_a_column_stands_as_it_is_and_is_not_modelled():
    found = needed(FOUR, "foreign")
    assert found["need"].tolist() == [10, 30, 0, 20]
    assert not found["modelled"].any()
    assert set(found["origin"]) == {"stated"}
    assert found["variance"].tolist() == pytest.approx([CELL_KEY_VARIANCE] * 4)  # no model


def test_residents_themselves_have_no_variance():
    found = needed(FOUR, "residents")
    assert found["variance"].tolist() == [0, 0, 0, 0]
    assert not found["modelled"].any()


def test_several_columns_are_a_model_even_without_a_total():
    found = needed(FOUR, "0.5 * (residents - foreign)")
    assert found["need"].tolist() == [45, 135, 25, 15]
    assert found["modelled"].all()
    assert set(found["origin"]) == {"formula"}
    # a quarter of the noise of foreign; counting; the spread on fine cells
    noise, spread = 0.25 * CELL_KEY_VARIANCE, (module.FINE_RESIDENTS * 45) ** 2
    assert found["variance"][0] == pytest.approx(noise + 45 + spread)


def test_where_just_these_people_are_counted_and_nothing_is_scaled_only_the_noise_is_left():
    group = Group("g", "residents - foreign", None, counted=True)
    found = needs(FOUR, None, [group], county=COUNTY)
    assert found["variance"].tolist() == pytest.approx([CELL_KEY_VARIANCE] * 4)
    assert found["modelled"].all()


def test_negative_results_are_zero_and_told():
    found = needed(FOUR, "foreign - 15")
    assert found["need"].tolist() == [0, 15, 0, 5]
    assert found["origin"].tolist() == ["negative", "formula", "negative", "formula"]


def test_needs_are_listed_group_by_group_in_the_order_of_the_cells():
    groups = [Group("x", "foreign", None), Group("y", "residents", None)]
    found = needs(FOUR, totals_of((COUNTY, 1)), groups, county=COUNTY)
    assert found["group_id"].tolist() == ["x"] * 4 + ["y"] * 4
    assert found["cell_id"].tolist() == ["c0", "c1", "c2", "c3"] * 2
    assert needs(FOUR, None, [], county=COUNTY).empty


# Totals -----------------------------------------------------------------------------------------


def test_the_total_of_the_county_is_met_in_proportion():
    found = needed(FOUR, "foreign", totals_of((COUNTY, 120)))
    assert found["need"].tolist() == [20, 60, 0, 40]
    assert found["modelled"].all()
    assert set(found["origin"]) == {"scaled"}


def test_the_total_of_each_municipality_is_met():
    found = needed(FOUR, "foreign", totals_of((WEST, 20), (EAST, 60)))
    assert found["need"].tolist() == [5, 15, 0, 60]


def test_municipalities_without_a_total_share_what_is_left_of_the_county():
    found = needed(FOUR, "foreign", totals_of((WEST, 20), (COUNTY, 70)))
    assert found["need"].tolist() == [5, 15, 0, 50]


def test_without_a_county_total_other_municipalities_are_scaled_alike():
    found = needed(FOUR, "foreign", totals_of((WEST, 20)))  # half of what the column says
    assert found["need"].tolist() == [5, 15, 0, 10]
    assert set(found["origin"]) == {"scaled"}
    known = controls(FOUR, totals_of((WEST, 20)), Group("g", "foreign", "azr"), county=COUNTY)
    assert known.zone.tolist() == [0, 0, -1, -1]


def test_totals_of_ortsteile_and_of_other_groups_do_not_count():
    rows = [totals_of((WEST, 20), (WEST, 5, "Dorf"), (COUNTY, 70))]
    rows.append(totals_of((EAST, 999), total_id="other"))
    found = needed(FOUR, "foreign", pd.concat(rows, ignore_index=True))
    assert found["need"].tolist() == [5, 15, 0, 50]


def test_a_municipality_without_any_weight_is_spread_by_residents_and_told():
    cells = FOUR.assign(foreign=[0, 0, 0, 20])
    found = needed(cells, "foreign", totals_of((WEST, 20), (EAST, 60)))
    assert found["need"].tolist() == [5, 15, 0, 60]  # residents 100 : 300
    assert found["origin"].tolist() == ["even", "even", "scaled", "scaled"]


def test_within_rounding_the_municipalities_count_and_not_the_county():
    totals = totals_of((WEST, 20), (EAST, 60), (COUNTY, 85), half=2)  # 76 to 84, and 83 to 87
    found = needed(FOUR, "foreign", totals)
    assert found["need"].sum() == pytest.approx(80)


@pytest.mark.parametrize("county", [70, 90])
def test_beyond_rounding_municipalities_and_county_are_a_contradiction(county):
    totals = totals_of((WEST, 20), (EAST, 60), (COUNTY, county), half=2)
    with pytest.raises(SourceError, match=f"zusammen 80, für den Landkreis steht {county}") as told:
        needed(FOUR, "foreign", totals)
    assert "azr.csv: Ausländer" in str(told.value)


def test_municipalities_may_leave_nothing_of_the_county_but_not_less():
    found = needed(FOUR, "foreign", totals_of((WEST, 20), (COUNTY, 18), half=2))
    assert found["need"].tolist() == [5, 15, 0, 0]
    with pytest.raises(SourceError, match="keine Rundung"):
        needed(FOUR, "foreign", totals_of((WEST, 20), (COUNTY, 15), half=2))


def test_a_total_where_nobody_lives_is_an_error():
    with pytest.raises(SourceError, match="7 in Gemeinde 03999003, aber keine Zelle"):
        needed(FOUR, "foreign", totals_of((WEST, 20), ("03999003", 7)))
    found = needed(FOUR, "foreign", totals_of(("03999003", 0), (WEST, 20), (EAST, 60)))
    assert found["need"].tolist() == [5, 15, 0, 60]


def test_a_group_without_any_total_in_the_table_is_an_error():
    totals = totals_of((WEST, 5, "Dorf"))
    with pytest.raises(SourceError, match=r"'azr' .* keine Zahl für den Landkreis"):
        needed(FOUR, "foreign", totals)


WEIGHTS = st.lists(
    st.tuples(
        st.sampled_from("ABCD"),
        st.integers(0, 500),
        st.one_of(st.none(), st.integers(0, 50), st.floats(0, 1e6)),
    ),
    min_size=1,
    max_size=30,
)
FORMULAS = st.sampled_from(["f", "f + 0.01 * residents", "residents - f", "f / residents", "f - f"])


@given(WEIGHTS, FORMULAS, st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 10_000)))
def test_totals_are_always_met_and_needs_are_never_negative_or_missing(rows, formula, towns):
    areas, residents, f = zip(*rows, strict=True)
    cells = cells_of(list(areas), list(residents), f=np.array(f, float))
    towns = {town: total for town, total in towns.items() if town in areas}
    rest = 0 if set(areas) == set(towns) else 77
    totals = totals_of(*towns.items(), (COUNTY, sum(towns.values()) + rest))
    try:
        found = needed(cells, formula, totals)  # keeps its declaration
    except SourceError as error:
        assert "in keiner" in str(error)  # noqa: PT017  nothing is known of any inhabited cell
        return
    sums = found["need"].groupby(cells["area_id"].to_numpy()).sum()
    for town, total in towns.items():
        assert sums[town] == pytest.approx(total, rel=1e-9, abs=1e-6)
    assert found["need"].sum() == pytest.approx(sum(towns.values()) + rest, rel=1e-9, abs=1e-6)
    assert found["variance"].notna().all()


# Missing values ---------------------------------------------------------------------------------


def test_a_missing_count_is_what_is_usual_but_no_more_than_can_be_hidden():
    # 22 foreigners among 22,000 residents (the hidden ones count as 0): 1 in 1000.
    cells = cells_of([WEST] * 3, [20_000, 1000, 1000], foreign=[22, NAN, 0])
    found = needed(cells, "foreign")
    # Expected is 1. Chances of 0, 1, 2 behind the sign, but for a factor: 1, 1 * 2/3, 1/2 * 1/3.
    chances = np.array([1, 2 / 3, 1 / 6]) / (1 + 2 / 3 + 1 / 6)
    mean = chances[1] + 2 * chances[2]
    assert found["need"].tolist() == pytest.approx([22, mean, 0])
    assert found["variance"][1] == pytest.approx(chances[1] + 4 * chances[2] - mean**2)
    assert found["origin"].tolist() == ["stated", "filled", "stated"]
    assert found["modelled"].tolist() == [False, True, False]


def test_however_many_live_there_a_hidden_count_stays_below_three():
    cells = cells_of([WEST] * 2, [1000, 900], foreign=[50, NAN])  # 50 of 1900: 24 are usual
    found = needed(cells, "foreign")
    assert 1.8 < found["need"][1] < 2


def test_where_too_many_are_usual_a_missing_value_is_not_taken_for_a_small_one():
    cells = cells_of([WEST] * 2, [10_000, 4000], foreign=[1000, NAN])  # 10 %: 400 of 4000
    found = needed(cells, "foreign")
    assert found["need"].tolist() == pytest.approx([1000, 400])
    assert found["origin"].tolist() == ["stated", "unknown"]
    assert found["variance"][1] == pytest.approx(400 + (module.FINE_RESIDENTS * 400) ** 2)


def test_a_missing_value_of_a_difference_is_filled_before_the_formula():
    # Of 30 residents hardly any is German: at most 2, so at least 28 are not.
    cells = cells_of([WEST] * 3, [1000, 1000, 30], german=[950, 940, NAN])
    found = needed(cells, "residents - german")
    assert found["need"][:2].tolist() == [50, 60]
    assert 28 < found["need"][2] < 29
    assert found["origin"][2] == "filled"


def test_the_rate_is_that_of_the_municipality_and_of_the_county_where_it_has_none():
    cells = cells_of([WEST, WEST, EAST, EAST], [1000, 1000, 3000, 1000], share=[0.1, 0.3, 0.5, NAN])
    assert needed(cells, "share * residents")["need"].tolist() == [100, 300, 1500, 500]
    cells["share"] = [0.125, 0.25, NAN, NAN]
    found = needed(cells, "share * residents")
    assert found["need"].tolist() == pytest.approx([125, 250, 0.1875 * 3000, 187.5])
    assert found["origin"].tolist() == ["formula", "formula", "unknown", "unknown"]


def test_a_municipality_of_which_nothing_is_shown_has_the_rate_of_the_county_and_not_0():
    cells = cells_of([WEST, WEST, EAST], [600, 400, 100], foreign=[5, 5, NAN])  # 1 in 100
    found = needed(cells, "foreign")
    # Expected is 1, of which 0, 1, 2 may be hidden: 1 : 2/3 : 1/6.
    assert found["need"][2] == pytest.approx((2 / 3 + 2 / 6) / (1 + 2 / 3 + 1 / 6))
    assert found["origin"][2] == "filled"


def test_a_division_by_zero_is_filled_by_the_usual_rate_and_told():
    cells = cells_of([WEST] * 3, [100, 100, 50], a=[20, 40, 5], b=[2, 4, 0])
    found = needed(cells, "a / b")  # 10 and 10 of 200 residents: one in ten
    assert found["need"].tolist() == pytest.approx([10, 10, 5])
    assert found["origin"].tolist() == ["formula", "formula", "unknown"]


def test_a_column_without_any_value_is_an_error():
    cells = cells_of([WEST] * 2, [10, 10], foreign=[NAN, NAN])
    with pytest.raises(SourceError, match=r"Spalte 'foreign' .* in keiner Zelle"):
        needed(cells, "foreign + residents")


def test_filling_up_is_right_on_average_when_counts_are_hidden_as_the_census_hides_them():
    rng = np.random.default_rng(1)
    residents = rng.integers(1, 60, 20_000)
    true = rng.poisson(0.05 * residents)
    luck = rng.random(len(true))
    shown = np.where(true == 1, np.where(luck < 1 / 3, 3, 0), true)
    shown = np.where(true == 2, np.where(luck < 2 / 3, 3, 0), shown)
    cells = cells_of(["A"] * len(true), residents, foreign=np.where(shown == 0, NAN, shown))
    found = needed(cells, "foreign")
    hidden = shown == 0
    off = found["need"][hidden].sum() - true[hidden].sum()
    assert abs(off) < 3 * np.sqrt(found["variance"][hidden].sum())
    assert abs(off) < 0.03 * true[hidden].sum()


@pytest.mark.parametrize("formula", ["foreign / residents", "nothing"])
def test_a_formula_that_cannot_be_computed_is_told_with_its_group(formula):
    cells = cells_of([WEST] * 2, [0, 0], foreign=[10, 5], nothing=[NAN, NAN])
    with pytest.raises(SourceError, match=r"^county\.toml, \[\[groups\]\] g: "):
        needed(cells, formula)


# Variance ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size_m", "counted", "modelled", "c"),
    [
        (1000, False, False, module.WIDE_RESIDENTS),
        (1000, False, True, module.WIDE_MODELLED),
        (1000, True, False, module.WIDE_COUNTED),
        (500, False, False, module.WIDE_RESIDENTS),
        (100, False, False, module.FINE_RESIDENTS),
        (100, True, False, module.FINE_COUNTED),
    ],
)
def test_the_spread_goes_by_the_width_of_the_cells_and_by_what_is_counted(
    size_m, counted, modelled, c
):
    cells = cells_of([WEST, EAST], [100, 100], size_m)
    group = Group("g", "residents", "azr", counted)
    found = needs(cells, totals_of((COUNTY, 40)), [group], county=COUNTY, modelled=modelled)
    assert found["variance"].tolist() == pytest.approx([20 + (20 * c) ** 2] * 2)


def test_the_noise_of_the_census_is_scaled_with_the_number():
    found = needed(FOUR, "foreign", totals_of((COUNTY, 120)))  # twice the column
    assert found["variance"][2] == pytest.approx(4 * CELL_KEY_VARIANCE)  # nobody: noise alone


# Ranges -----------------------------------------------------------------------------------------


def parts_of(*rows):
    """Parts out of (of, best, inside, outside, total, low, high)."""
    of, *others = zip(*rows, strict=True)
    return Parts(np.array(of), *(np.array(values, float) for values in others))


def test_a_sum_over_a_whole_area_knows_only_the_rounding_of_its_total():
    found = ranges(parts_of((0, 100, 900, 0, 100, 98, 102)), 1)
    assert [span.tolist() for span in found] == [[98], [100], [102]]


def test_a_sum_over_a_part_is_conditioned_on_the_total():
    # 300 * 100 / 400 = 75; 1.6449 * sqrt(75) = 14.245; 60 % of the rounding on top.
    found = ranges(parts_of((0, 60, 300, 100, 100, 98, 102)), 1)
    assert found.low[0] == pytest.approx(60 - 14.245 - 1.2, abs=1e-3)
    assert found.high[0] == pytest.approx(60 + 14.245 + 1.2, abs=1e-3)


def test_a_range_is_never_below_nobody_nor_above_the_total():
    found = ranges(parts_of((0, 1, 100, 100, 100, 98, 102), (1, 99, 100, 100, 100, 98, 102)), 2)
    assert found.low[0] == 0
    assert found.high[1] == 102


def test_in_different_areas_variances_add():
    row = 60, 300, 100, 100, 98, 102
    found = ranges(parts_of((0, *row), (0, *row)), 1)
    assert found.best[0] == 120
    assert found.high[0] == pytest.approx(120 + 1.6448536 * np.sqrt(150) + 2.4)


def test_without_a_total_the_variance_of_the_sum_stands():
    found = ranges(parts_of((0, 60, 100, 50, NAN, NAN, NAN)), 1)
    assert found.low[0] == pytest.approx(60 - 16.448536)
    assert found.high[0] == pytest.approx(60 + 16.448536)


def test_a_total_of_0_that_was_rounded_may_be_more():
    found = ranges(parts_of((0, 0, 0, 0, 0, 0, 2)), 1)
    assert [span.tolist() for span in found] == [[0], [0], [2]]


def test_a_sum_of_no_cells_is_0():
    found = ranges(parts_of((0, 1, 1, 1, 9, 9, 9)), 2)
    assert [span[1] for span in found] == [0, 0, 0]


def test_parts_are_added_up_by_sum_and_area():
    known = Controls(np.array([0, 0, 1, 1, -1]), *np.array([[30, 28, 32], [50, 48, 52]], float).T)
    need, variance = np.array([10, 20, 20, 30, 7.0]), np.array([1, 2, 4, 8, 16.0])
    found = sum_parts(need, variance, known, np.array([0, 1, 1, 1, 1]), 2)
    assert found.of.tolist() == [0, 1, 1, 1]
    assert found.best.tolist() == [10, 20, 50, 7]
    assert found.inside.tolist() == [1, 2, 12, 16]
    assert found.outside.tolist() == [2, 1, 0, 0]
    assert found.total.tolist() == pytest.approx([30, 30, 50, NAN], nan_ok=True)
    alone = sum_parts(need, variance, known, np.array([-1, -1, 0, -1, -1]), 1)
    assert (alone.best.tolist(), alone.outside.tolist()) == ([20], [8])


@given(WEIGHTS, st.lists(st.integers(-1, 3), min_size=30, max_size=30))
def test_ranges_hold_the_best_estimate_and_all_cells_give_the_total(rows, sums):
    areas, residents, f = zip(*rows, strict=True)
    cells = cells_of(list(areas), list(residents), f=np.array(f, float))
    group = Group("g", "f + residents + 1", "azr")
    totals = totals_of((COUNTY, 500), half=2)
    try:
        found = needs(cells, totals, [group], county=COUNTY)
    except SourceError:
        return
    known = controls(cells, totals, group, county=COUNTY)
    need, variance = found["need"].to_numpy(), found["variance"].to_numpy()
    codes = np.array(sums[: len(cells)])
    low, best, high = ranges(sum_parts(need, variance, known, codes, 4), 4)
    assert best == pytest.approx(np.bincount(codes[codes >= 0], need[codes >= 0], minlength=4))
    assert ((low >= 0) & (low <= best) & (best <= high)).all()
    assert (high <= 502.001).all()
    every = ranges(sum_parts(need, variance, known, codes * 0, 1), 1)
    assert [span[0] for span in every] == pytest.approx([498, 500, 502])


def test_ninety_of_a_hundred_true_sums_lie_in_their_range_when_the_model_holds():
    rng = np.random.default_rng(2)
    need = rng.uniform(5, 50, 40)
    variance = need + (0.45 * need) ** 2
    known = Controls(np.zeros(40, np.int64), *np.array([[need.sum()]] * 3))
    inside = 0
    for _ in range(2000):
        true = rng.normal(need, np.sqrt(variance))
        true += (need.sum() - true.sum()) * variance / variance.sum()  # given the total
        sums = (rng.random(40) < 0.4).astype(np.int64) - 1
        found = ranges(sum_parts(need, variance, known, sums, 1), 1)
        inside += bool(found.low[0] <= true[sums == 0].sum() <= found.high[0])
    assert 0.88 < inside / 2000 < 0.92


def test_what_a_range_comes_from_is_told():
    group, totals = Group("g", "foreign", "azr"), totals_of((COUNTY, 60), half=2)
    known = controls(FOUR, totals, group, county=COUNTY)
    table = needs(FOUR, totals, [group], county=COUNTY)
    assert range_sources(group, known, table) == ["rounding", "census_noise", "model_spread"]
    plain = Group("g", "residents", None)
    known = controls(FOUR, totals, plain, county=COUNTY)
    assert range_sources(plain, known, needs(FOUR, None, [plain], county=COUNTY)) == []


# Real censuses ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quality(real):
    """The measurements of benchmarks/bench_dasymetric.py, where the data are here."""
    real("friesland_zensus2011"), real("friesland_census2021_1km")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
        yield pytest.importorskip("bench_dasymetric")


def test_foreigners_of_100_m_cells_are_found_better_by_the_weight_than_by_dwellings(quality):
    cells = quality.fine(quality.coarse())
    r = {
        formula: np.corrcoef(evaluate(formula, cells), cells["true"])[0, 1]
        for formula in (
            "dwellings",
            "share * residents",
            "share * residents * (2 - min(buildings / max(dwellings, 1), 1))",
        )
    }
    plain, by_share, by_flats = r.values()
    assert plain < 0.26
    assert by_flats > by_share > 0.33
    assert by_flats > 0.35


@pytest.mark.parametrize("by", ["county", "municipalities"])
def test_people_born_abroad_around_a_place_lie_in_the_range_in_nine_of_ten_cases(quality, by):
    cells = quality.later(quality.coarse())
    case = quality.Case("", cells, "residents", "WIDE_RESIDENTS")
    assert 0.87 < quality.held(case, module.WIDE_RESIDENTS, "3 km", by) < 0.97
    assert quality.held(case, module.WIDE_RESIDENTS / 2, "3 km", by) < 0.8
