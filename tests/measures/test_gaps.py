from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from by_hand import CRS, GERMAN, make_areas, make_cells, make_covered, make_places
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from made_coverage import as_coverage

from geo_integration.measures.gaps import gaps

NOWHERE = make_places()
AREAS = make_areas(A="Adorf", B="Bestadt", C="Cehausen")
quickly = settings(max_examples=25, phases=[Phase.generate])


def find(cells, covered, places=NOWHERE, min_residents=1, core_residents=100, **more):
    return gaps(
        cells,
        as_coverage(covered, cells),
        AREAS,
        places,
        min_residents=min_residents,
        core_residents=core_residents,
        words=GERMAN,
        **more,
    )


def row_of(marks, residents=50):
    """A row of cells from a text: "x" unserved, "s" served."""
    cells = make_cells([residents] * len(marks))
    return cells, make_covered(["served" if m == "s" else "no_stop" for m in marks])


def cells_in(cells, gap):
    return cells["cell_id"][cells.geometry.representative_point().within(gap.geometry)].tolist()


# Joining ----------------------------------------------------------------------------------------


def test_two_groups_apart_are_two_gaps():
    cells, covered = row_of("xxsx")
    table = find(cells, covered)
    assert table["cells"].tolist() == [2, 1]
    assert table["residents"].tolist() == [100, 50]
    assert [cells_in(cells, gap) for gap in table.itertuples()] == [["c00", "c01"], ["c03"]]


def test_cells_that_only_touch_at_a_corner_are_one_gap():
    cells = make_cells([50, 50], at=[(0, 0), (1, 1)])
    assert find(cells, make_covered(["no_stop"] * 2))["cells"].tolist() == [2]


def test_uninhabited_land_neither_joins_nor_makes_gaps():
    cells = make_cells([50, 0, 50])
    table = find(cells, make_covered(["no_stop"] * 3))
    assert table["cells"].tolist() == [1, 1]


def test_withheld_cells_belong_to_no_gap_and_join_none():
    cells = make_cells([50, 4, 60], withheld=[False, True, False])
    table = find(cells, make_covered(["no_stop"] * 3))
    assert table["residents"].tolist() == [60, 50]
    assert [cells_in(cells, gap) for gap in table.itertuples()] == [["c02"], ["c00"]]


def test_everybody_served_gives_no_gap_and_a_complete_empty_table():
    cells, covered = row_of("sss")
    table = find(cells, covered)
    assert len(table) == 0
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.crs == CRS


def test_a_county_that_is_unserved_outside_its_towns_falls_into_settlements():
    # Two villages with thin land between them: one net of touching cells, two names.
    cells = make_cells([200, 10, 10, 10, 10, 300])
    covered = make_covered(["no_stop"] * 6)
    places = make_places(("Nordum", "village", 0, 0), ("Südum", "village", 5, 0))
    table = find(cells, covered, places)
    assert table["name"].tolist() == ["Südum (Adorf)", "Nordum (Adorf)"]
    assert table["residents"].tolist() == [320, 220]
    assert table["cells"].tolist() == [3, 3]


def test_a_village_of_several_dense_cells_stays_one():
    cells = make_cells([200, 200, 10, 10, 300])
    table = find(cells, make_covered(["no_stop"] * 5))
    assert sorted(table["cells"]) == [2, 3]
    assert table["cells"].sum() == 5


def test_thin_land_without_any_village_is_one_gap():
    cells = make_cells([10, 20, 30])
    assert find(cells, make_covered(["no_stop"] * 3))["residents"].tolist() == [60]


def test_gaps_are_found_for_every_category_and_day_on_its_own():
    cells = make_cells([50, 50])
    covered = pd.concat(
        [
            make_covered(["no_stop", "served"], "kurs", "mo"),
            make_covered(["served", "no_way_home"], "kurs", "sa"),
            make_covered(["served", "served"], "sport", "mo"),
            make_covered(["served", "served"], "sport", "sa"),
        ]
    )
    table = find(cells, covered)
    found = table[["category", "day_type", "reason", "rank"]].values.tolist()
    assert found == [["kurs", "mo", "no_stop", 1], ["kurs", "sa", "no_way_home", 1]]


def test_cells_that_no_path_joins_are_parted_though_they_touch():
    cells = make_cells([50, 60, 0, 70, 80])
    covered = make_covered(["no_stop"] * 5)
    apart = np.array([[1, 3], [0, 4]])
    assert find(cells, covered)["residents"].tolist() == [150, 110]
    table = find(cells, covered, parted=apart)
    assert table["residents"].tolist() == [80, 70, 60, 50]


def test_areas_are_ranked_by_those_who_need_the_category():
    cells, covered = row_of("xxsx")
    need = {"kurs": np.array([1.5, 1.0, 9.0, 4.0])}
    table = find(cells, covered, need=need)
    assert table["need"].tolist() == [4.0, 2.5]
    assert table["residents"].tolist() == [50, 100]


def test_the_offer_told_is_the_one_that_goes_with_the_main_reason():
    cells = make_cells([30, 40, 50])
    covered = make_covered(["over_limit", "over_limit", "no_stop"], minutes=[50, 61, None])
    covered["offer_id"] = ["o1", "o1", "o2"]
    covered["session"] = [4, 4, 7]
    row = find(cells, covered).iloc[0]
    assert (row["reason"], row["offer_id"], row["session"]) == ("over_limit", "o1", 4)
    assert row["minutes"] == 57  # (30 x 50 + 40 x 61) / 70 = 56.3


# Names ------------------------------------------------------------------------------------------


def test_a_gap_is_named_after_the_place_inside():
    cells, covered = row_of("xx")
    places = make_places(("Osterdorf", "village", 1, 0))
    assert find(cells, covered, places)["name"].tolist() == ["Osterdorf (Adorf)"]


def test_a_gap_of_two_places_names_both_the_larger_first():
    cells = make_cells([50, 60])
    places = make_places(("Weiler", "hamlet", 1, 0), ("Dorf", "village", 0, 0))
    table = find(cells, make_covered(["no_stop"] * 2), places)
    assert table["name"].tolist() == ["Dorf und Weiler (Adorf)"]


def test_a_gap_of_many_places_names_two_and_says_that_there_are_more():
    cells = make_cells([50, 70, 60])
    places = make_places(*((n, "village", i, 0) for i, n in enumerate(["Eins", "Zwei", "Drei"])))
    table = find(cells, make_covered(["no_stop"] * 3), places)
    assert table["name"].tolist() == ["Zwei, Drei und weitere Orte (Adorf)"]


def test_a_gap_between_places_is_named_after_the_nearest_one():
    cells = make_cells([50, 50], at=[(0, 0), (1, 0)])
    places = make_places(("Fern", "town", 9, 0), ("Nah", "hamlet", 3, 0))
    table = find(cells, make_covered(["no_stop"] * 2), places)
    assert table["name"].tolist() == ["bei Nah (Adorf)"]


def test_without_any_place_a_gap_still_has_a_name():
    cells, covered = row_of("x")
    assert find(cells, covered)["name"].tolist() == ["Gebiet um c00 (Adorf)"]


def test_places_outside_the_county_name_no_gap():
    cells, covered = row_of("x")
    places = make_places(("Nachbar", "town", 0, 0), ("Eigen", "hamlet", 5, 5))
    places.loc[0, "area_id"] = None
    assert find(cells, covered, places)["name"].tolist() == ["bei Eigen (Adorf)"]


@pytest.mark.parametrize(
    ("areas", "where"),
    [
        (["A", "A", "A"], "Adorf"),
        (["A", "B", "B"], "Bestadt und Adorf"),
        (["A", "B", "C"], "3 Gemeinden"),
    ],
)
def test_a_gap_names_its_municipalities(areas, where):
    cells = make_cells([50, 50, 50], areas=areas)
    table = find(cells, make_covered(["no_stop"] * 3))
    assert table["name"].item().endswith(f"({where})")
    assert set(table["area_ids"].item().split(",")) == set(areas)


# Numbers ----------------------------------------------------------------------------------------


def test_gaps_are_ranked_by_residents():
    cells = make_cells([30, 50, 70, 50, 50], at=[(0, 0), (2, 0), (4, 0), (6, 0), (8, 0)])
    table = find(cells, make_covered(["no_stop"] * 5))
    assert table["residents"].tolist() == [70, 50, 50, 50, 30]
    assert table["rank"].tolist() == [1, 2, 3, 4, 5]
    assert table["gap_id"].tolist()[1:4] == ["kurs-mo-c01", "kurs-mo-c03", "kurs-mo-c04"]


@pytest.mark.parametrize(("least", "left"), [(49, 2), (50, 2), (51, 1), (101, 0)])
def test_smaller_gaps_than_asked_for_are_left_out(least, left):
    cells = make_cells([50, 100], at=[(0, 0), (2, 0)])
    assert len(find(cells, make_covered(["no_stop"] * 2), min_residents=least)) == left


def test_the_main_reason_is_the_one_of_most_residents_not_of_most_cells():
    cells = make_cells([10, 10, 90])
    table = find(cells, make_covered(["no_stop", "no_stop", "no_way_home"]))
    assert table["reason"].item() == "no_way_home"


def test_minutes_are_the_residents_mean_rounded_up_and_leave_out_who_has_none():
    cells = make_cells([10, 30, 20, 9])
    reasons = ["over_limit", "over_limit", "no_stop", "over_limit"]
    covered = make_covered(reasons, minutes=[50, 61, None, None])
    assert find(cells, covered)["minutes"].item() == 59  # (10 * 50 + 30 * 61) / 40 = 58.25


def test_minutes_are_missing_where_nobody_has_a_way():
    cells, covered = row_of("x")
    assert find(cells, covered)["minutes"].isna().all()


def test_the_nearest_offer_is_the_one_of_most_residents():
    cells = make_cells([10, 90])
    covered = make_covered(["over_limit"] * 2, offer_id=["o1", "o2"])
    assert find(cells, covered)["offer_id"].item() == "o2"


# Stability --------------------------------------------------------------------------------------


def test_an_id_stays_when_the_gap_grows_or_shrinks_at_its_edge():
    cells = make_cells([20, 90, 20, 20])
    ids = {
        find(cells, make_covered(["served" if m == "s" else "no_stop" for m in marks]))
        .iloc[0]["gap_id"]
        for marks in ("xxxx", "sxxx", "xxss", "sxss")
    }  # fmt: skip
    assert ids == {"kurs-mo-c01"}


def test_an_id_stays_when_the_least_number_of_residents_moves_a_little():
    cells = make_cells([20, 90, 20, 20])
    covered = make_covered(["no_stop"] * 4)
    ids = {find(cells, covered, min_residents=n)["gap_id"].item() for n in (1, 25, 26, 150)}
    assert len(ids) == 1


def test_the_order_of_the_cells_does_not_matter():
    cells = make_cells([20, 90, 20, 40], at=[(0, 0), (1, 0), (4, 4), (9, 0)])
    covered = make_covered(["no_stop"] * 4)
    turned = cells.iloc[::-1].reset_index(drop=True)
    columns = ["gap_id", "rank", "name", "residents", "cells"]
    one, other = find(cells, covered), find(turned, covered.iloc[::-1])
    assert one[columns].values.tolist() == other[columns].values.tolist()
    assert one.geometry.geom_equals(other.geometry).all()


def test_the_arguments_are_not_changed():
    cells, covered = row_of("xsx")
    before = cells.copy(), covered.copy()
    find(cells, covered)
    pd.testing.assert_frame_equal(before[0], cells)
    pd.testing.assert_frame_equal(before[1], covered)


# Laws -------------------------------------------------------------------------------------------


@st.composite
def grids(draw):
    """A 5 x 5 grid with random residents, served or not."""
    residents = draw(st.lists(st.sampled_from([0, 5, 40, 150, 400]), min_size=25, max_size=25))
    served = draw(st.lists(st.booleans(), min_size=25, max_size=25))
    cells = make_cells(residents, at=[(i % 5, i // 5) for i in range(25)])
    return cells, make_covered(["served" if s else "no_connection" for s in served])


@quickly
@given(grids())
def test_without_a_least_number_gaps_hold_every_unserved_resident_once(grid):
    cells, covered = grid
    table = find(cells, covered)
    unserved = cells.loc[(covered["reason"] != "served").to_numpy(), "residents"]
    assert table["residents"].sum() == unserved.sum()
    assert table["cells"].sum() == (unserved > 0).sum()


@quickly
@given(grids(), st.integers(1, 300))
def test_no_cell_belongs_to_two_gaps_and_all_listed_cells_are_unserved(grid, least):
    cells, covered = grid
    table = find(cells, covered, min_residents=least)
    listed = [cell for gap in table.itertuples() for cell in cells_in(cells, gap)]
    served = set(covered.loc[covered["reason"] == "served", "cell_id"])
    assert len(listed) == len(set(listed)) == table["cells"].sum()
    assert not served & set(listed)
    assert (table["residents"] >= least).all()
    assert table["gap_id"].is_unique


@quickly
@given(grids())
def test_every_gap_hangs_together(grid):
    cells, covered = grid
    for gap in find(cells, covered).itertuples():
        grown = gap.geometry.buffer(1.0)
        assert grown.geom_type == "Polygon", cells_in(cells, gap)


@quickly
@given(grids(), st.sampled_from([1, 50, 200, 10_000]))
def test_where_cores_are_drawn_changes_no_sum(grid, core):
    cells, covered = grid
    assert (
        find(cells, covered, core_residents=core)["residents"].sum()
        == find(cells, covered)["residents"].sum()
    )


def test_a_gap_does_not_jump_over_served_land():
    # Two arms, joined at the top; the foot of the right arm is nearer to the left village.
    #   . . B        B, A: villages; s: served; .: thin land, unserved
    #   . s .
    #   . s .
    #   A s .
    at = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (2, 2), (2, 1), (2, 0)]
    cells = make_cells([200, 10, 10, 10, 10, 200, 10, 10, 10], at=at)
    table = find(cells, make_covered(["no_stop"] * 9))
    assert [gap.geometry.buffer(1.0).geom_type for gap in table.itertuples()] == ["Polygon"] * 2
