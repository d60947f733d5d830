from __future__ import annotations

import pandas as pd
import pytest
from by_hand import COUNTY, make_cells, make_covered
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_integration.measures.coverage import area_coverage, bands
from geo_integration.measures.disclosure import (
    published_area_coverage,
    published_bands,
    published_cells,
    published_gaps,
)
from geo_integration.measures.gaps import gaps

K, BASE = 5, 30
COUNTS = ["covered", "uncovered", "booked"]
quickly = settings(max_examples=60, deadline=None)


def areas_of(**numbers):
    """AREA_COVERAGE of one question; per municipality (covered, uncovered, booked)."""
    rows = [(area, *values) for area, values in numbers.items()]
    table = pd.DataFrame(rows, columns=["area_id", *COUNTS])
    total = table[COUNTS].sum().to_frame().T.assign(area_id=COUNTY)
    table = pd.concat([total, table], ignore_index=True)
    table = table.assign(category="kurs", day_type="mo")
    table["residents"] = table["covered"] + table["uncovered"]
    table["share_covered"] = table["covered"] / table["residents"].where(table["residents"] > 0)
    return table.astype(dict.fromkeys([*COUNTS, "residents"], "int64"))


def published(table, k=K, base=BASE):
    out = published_area_coverage(table, county=COUNTY, min_count=k, min_share_base=base)
    return out.set_index("area_id")


def withheld(table, column="covered"):
    return set(table.index[table[column].isna()])


def choices(table, true, column, area):
    """Every value that a hidden count may have, for all that can be read from the table."""
    parts = table.drop(index=COUNTY)
    hidden = withheld(parts, column)
    limit = true.set_index("area_id")["residents"]
    if pd.isna(table.at[COUNTY, column]):
        return range(limit[area] + 1)
    rest = int(table.at[COUNTY, column]) - int(parts[column].sum())
    others = sum(limit[other] for other in hidden - {area})
    return range(max(0, rest - others), min(rest, limit[area]) + 1)


# Cells ------------------------------------------------------------------------------------------


def test_small_cells_are_withheld_and_large_ones_are_not():
    table = published_cells(make_cells([3, 4, 5, 60, 0]), min_count=K)
    assert table["residents"].isna().tolist() == [True, True, False, False, False]
    assert table["residents"].tolist()[2:] == [5, 60, 0]


def test_a_single_small_cell_is_covered_by_the_next_smallest_of_its_municipality():
    cells = make_cells([3, 60, 7, 8], areas=["A", "A", "A", "B"])
    table = published_cells(cells, min_count=K)
    assert table["residents"].isna().tolist() == [True, False, True, False]


def test_two_cells_that_are_small_even_together_get_a_third():
    table = published_cells(make_cells([1, 2, 60, 7]), min_count=K)
    assert table["residents"].isna().tolist() == [True, True, False, True]


def test_an_empty_cell_never_covers_another():
    table = published_cells(make_cells([3, 0, 60]), min_count=K)
    assert table["residents"].isna().tolist() == [True, False, True]


def test_further_columns_about_people_stay_inside_and_the_cells_unchanged():
    cells = make_cells([3, 60]).assign(foreign_residents=[1, 2])
    before = cells.copy()
    table = published_cells(cells, min_count=K)
    assert "foreign_residents" not in table.columns
    assert len(table) == len(cells)
    pd.testing.assert_frame_equal(cells, before)


# Municipalities ---------------------------------------------------------------------------------


@pytest.mark.parametrize("small", [1, 4])
def test_a_small_count_is_withheld_with_its_counterpart_and_share(small):
    table = published(areas_of(A=(small, 100, 0), B=(50, 50, 0), C=(70, 20, 0)))
    assert table.loc["A", ["covered", "uncovered", "share_covered"]].isna().all()


@pytest.mark.parametrize("count", [0, 5])
def test_nothing_and_the_smallest_allowed_count_are_published(count):
    table = published(areas_of(A=(count, 100, 0), B=(50, 50, 0)))
    assert withheld(table) == set()
    assert table.at["A", "covered"] == count


def test_a_single_withheld_count_is_covered_by_a_second_one():
    table = published(areas_of(A=(3, 100, 0), B=(50, 50, 0), C=(70, 20, 0)))
    assert withheld(table) == {"A", "B"}
    assert table.at[COUNTY, "covered"] == 123


def test_the_county_minus_its_municipalities_does_not_give_a_hidden_count():
    true = areas_of(A=(3, 100, 0), B=(50, 50, 0), C=(70, 20, 0))
    table = published(true)
    assert len(choices(table, true, "covered", "A")) > K


def test_a_small_count_not_reached_is_withheld_too():
    table = published(areas_of(A=(100, 2, 0), B=(50, 50, 0), C=(70, 20, 0)))
    assert "A" in withheld(table)
    assert "A" in withheld(table, "uncovered")


def test_a_small_count_of_the_county_is_withheld():
    table = published(areas_of(A=(3, 100, 0), B=(0, 50, 0)))
    assert COUNTY in withheld(table)


def test_small_counts_by_call_bus_are_withheld_without_the_others():
    table = published(areas_of(A=(50, 50, 2), B=(50, 50, 20), C=(70, 20, 0)))
    assert withheld(table, "booked") == {"A", "B"}
    assert withheld(table, "covered") == set()


def test_shares_below_the_base_are_missing_but_their_counts_stay():
    table = published(areas_of(A=(10, 19, 0), B=(10, 20, 0)))
    assert pd.isna(table.at["A", "share_covered"])
    assert table.at["A", "covered"] == 10
    assert table.at["B", "share_covered"] == pytest.approx(1 / 3)


def test_questions_are_looked_at_one_by_one():
    one = areas_of(A=(3, 100, 0), B=(50, 50, 0))
    other = areas_of(A=(50, 53, 0), B=(50, 50, 0)).assign(day_type="sa")
    out = published_area_coverage(
        pd.concat([one, other], ignore_index=True),
        county=COUNTY,
        min_count=K,
        min_share_base=BASE,
    )
    assert set(out.loc[out["covered"].isna(), "day_type"]) == {"mo"}


@pytest.mark.xfail(reason="disclosure.py publishes the residents of every municipality")
def test_a_municipality_with_fewer_residents_than_the_least_count_is_withheld():
    table = published(areas_of(A=(3, 0, 0), B=(50, 50, 0), C=(70, 20, 0)))
    assert pd.isna(table.at["A", "residents"])


@pytest.mark.xfail(reason="disclosure.py does not look at uncovered minus booked")
def test_who_is_not_even_reached_by_call_bus_cannot_be_told_when_few():
    table = published(areas_of(A=(50, 22, 20), B=(50, 60, 20), C=(70, 60, 30)))
    rest = table["uncovered"] - table["booked"]
    assert not rest.between(1, K - 1).any()


# Bands and gaps ---------------------------------------------------------------------------------


def test_small_bands_are_withheld_and_so_are_bands_that_leave_few_out():
    cells = make_cells([3, 60, 40, 50, 40, 2], areas=["A", "A", "B", "B", "C", "C"])
    covered = make_covered(["served"] * 6, minutes=[10, 40, 10, 40, 40, 70])
    table = bands(cells, covered, bands_min=(30, 60), county=COUNTY)
    out = published_bands(table, county=COUNTY, min_count=K)
    out = out.set_index(["area_id", "band_min"])["within"]
    assert pd.isna(out["A", 30])
    assert pd.isna(out["C", 60])
    assert out["C", 30] == 0
    assert "beyond" not in out.to_frame().columns


@pytest.mark.xfail(reason="disclosure.py looks at each band alone, not at what lies between two")
def test_two_bands_do_not_tell_the_few_between_them():
    cells = make_cells([60, 3, 40, 60, 70, 80], areas=["A", "A", "A", "B", "B", "B"])
    covered = make_covered(["served"] * 6, minutes=[10, 40, 50, 10, 40, 50])
    table = bands(cells, covered, bands_min=(30, 45), county=COUNTY)
    out = published_bands(table, county=COUNTY, min_count=K)
    own = out[out["area_id"] == "A"].set_index("band_min")["within"]
    assert pd.isna(own[45.0] - own[30.0])


@pytest.mark.parametrize(("least", "left"), [(5, [60, 5]), (6, [60])])
def test_gaps_with_too_few_residents_are_left_out(least, left):
    cells = make_cells([5, 60, 4], at=[(0, 0), (3, 0), (6, 0)])
    areas = pd.DataFrame({"area_id": ["A"], "name": ["Adorf"]})
    places = make_cells([]).rename(columns={"cell_id": "name"}).assign(kind=[])
    covered = make_covered(["no_stop"] * 3)
    table = gaps(cells, covered, areas, places, min_residents=1, core_residents=100)
    assert published_gaps(table, min_count=least)["residents"].tolist() == left


# Laws -------------------------------------------------------------------------------------------

SIZES = st.one_of(st.integers(0, 12), st.integers(0, 400))


@st.composite
def tables(draw):
    """AREA_COVERAGE of two to six municipalities, each with at least K residents."""
    size = draw(st.integers(2, 6))
    numbers = {}
    for area in "ABCDEF"[:size]:
        covered, uncovered = draw(
            st.tuples(SIZES, SIZES).filter(lambda pair: sum(pair) >= K), label=area
        )
        numbers[area] = (covered, uncovered, draw(st.integers(0, uncovered)))
    return areas_of(**numbers)


@quickly
@given(tables(), st.sampled_from([3, 5, 10]))
def test_no_published_count_lies_between_one_and_the_least(true, k):
    table = published(true, k)
    for column in COUNTS:
        values = table[column].dropna()
        assert ((values == 0) | (values >= k)).all()


@quickly
@given(tables())
def test_what_is_published_is_true(true):
    table, true = published(true), true.set_index("area_id")
    for column in [*COUNTS, "share_covered"]:
        shown = table[column].notna()
        assert (table.loc[shown, column] == true.loc[shown, column]).all()
    assert table["residents"].equals(true["residents"])


@quickly
@given(tables())
def test_covered_and_uncovered_and_the_share_are_withheld_together(true):
    table = published(true)
    assert withheld(table) == withheld(table, "uncovered")
    assert withheld(table) <= withheld(table, "share_covered")


@quickly
@given(tables())
def test_no_hidden_small_count_can_be_computed_from_the_others(true):
    table, truth = published(true), true.set_index("area_id")
    for column in COUNTS:
        for area in withheld(table.drop(index=COUNTY), column):
            if 0 < truth.at[area, column] < K:
                assert len(choices(table, true, column, area)) > 1


@quickly
@given(tables())
def test_where_all_counts_are_large_nothing_is_withheld(true):
    large = true.copy()
    large[COUNTS] *= K
    large["residents"] = large["covered"] + large["uncovered"]
    assert not published(large)[COUNTS].isna().any().any()


@quickly
@given(st.lists(st.tuples(SIZES, st.sampled_from("AB")), min_size=1, max_size=8))
def test_no_published_cell_is_small_and_the_hidden_ones_are_not_alone(homes):
    cells = make_cells([n for n, _ in homes], areas=[a for _, a in homes])
    table = published_cells(cells, min_count=K)
    shown = table["residents"].dropna()
    assert ((shown == 0) | (shown >= K)).all()
    assert (shown == cells.loc[shown.index, "residents"]).all()
    for _, group in cells.groupby("area_id"):
        hidden = group[table.loc[group.index, "residents"].isna()]
        if len(hidden):
            inhabited = (group["residents"] > 0).sum()
            assert len(hidden) >= min(2, inhabited)
            assert hidden["residents"].sum() >= min(K, group["residents"].sum())


@quickly
@given(
    st.lists(st.tuples(SIZES, st.integers(1, 70), st.sampled_from("AB")), min_size=1, max_size=8)
)
def test_no_published_band_is_small_or_leaves_few_out(homes):
    cells = make_cells([n for n, _, _ in homes], areas=[a for _, _, a in homes])
    covered = make_covered(["served"] * len(homes), minutes=[m for _, m, _ in homes])
    table = bands(cells, covered, bands_min=(30, 45, 60), county=COUNTY)
    out = published_bands(table, county=COUNTY, min_count=K)
    shown = out[out["within"].notna()]
    for values in (shown["within"], shown["residents"] - shown["within"]):
        assert ((values == 0) | (values >= K)).all()


@quickly
@given(st.lists(st.tuples(SIZES, st.booleans(), st.sampled_from("AB")), min_size=1, max_size=8))
def test_bands_and_coverage_of_the_same_limit_withhold_the_same(homes):
    cells = make_cells([n for n, _, _ in homes], areas=[a for _, _, a in homes])
    covered = make_covered(
        ["served" if near else "over_limit" for _, near, _ in homes],
        minutes=[20 if near else 60 for _, near, _ in homes],
    )
    by_area = published(area_coverage(cells, covered, county=COUNTY))
    table = bands(cells, covered, bands_min=(45,), county=COUNTY)
    in_band = published_bands(table, county=COUNTY, min_count=K).set_index("area_id")
    assert withheld(by_area) == withheld(in_band, "within")
