from __future__ import annotations

import numpy as np
import pytest
import toy

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.profile import ResidentColumns


def grid(*counts, head="cell_id,residents"):
    """Cells of the toy county's south row, from west."""
    lines = [f"{toy.cell_id(i, 0)},{count}" for i, count in enumerate(counts)]
    return "\n".join([head, *lines]) + "\n"


# Grid -------------------------------------------------------------------------------------------


def test_the_toy_county_has_25_cells_of_one_square_kilometre_and_1000_residents(read, faults):
    cells = read(toy.residents_csv())
    assert len(cells) == 25
    assert cells["residents"].sum() == 1000
    assert cells.geometry.area.between(0.998e6, 1.002e6).all()
    assert cells.groupby("area_id")["residents"].sum().tolist() == [442, 558]
    assert faults == []


def test_the_grid_id_names_the_south_west_corner(read):
    cells = read(grid(1)).to_crs("EPSG:3035")
    bounds = cells.geometry.bounds.iloc[0].to_numpy()
    assert np.abs(bounds - [4_190_000, 3_390_000, 4_191_000, 3_391_000]).max() < 1


def test_people_live_in_the_middle_of_their_cell(read):
    cells = read(toy.residents_csv())
    middle = cells.geometry.centroid
    assert np.abs(cells["x_m"] - middle.x).max() < 1e-6
    assert np.abs(cells["y_m"] - middle.y).max() < 1e-6


def test_cells_of_any_size_are_taken(read):
    text = (
        "cell_id,residents\nCRS3035RES100mN3390000E4190000,3\nCRS3035RES1000mN3391000E4190000,4\n"
    )
    assert read(text).geometry.area.round(-2).tolist() == pytest.approx([1e6, 1e4], rel=2e-3)


def test_a_row_whose_id_is_no_grid_id_is_rejected_and_noted(read, faults):
    cells = read(grid(1, 2) + "N3390E4190,5\n,7\n")
    assert cells["residents"].tolist() == [1, 2]
    assert [(f["row"], f["severity"]) for f in faults] == [(4, "rejected"), (5, "rejected")]


@pytest.mark.parametrize("cell", ["x", "4190000", ""])
def test_a_file_without_any_grid_id_is_refused(read, cell):
    with pytest.raises(SourceError, match="Gitter-ID"):
        read(f"cell_id,residents\n{cell},5\n")


def test_the_profile_names_the_columns(read):
    columns = ResidentColumns(id="GITTER_ID_1km", residents="Einwohner")
    assert read(grid(5, head="GITTER_ID_1km,Einwohner"), columns)["residents"].tolist() == [5]


def test_further_columns_are_carried_along_as_numbers_where_they_are(read):
    lines = grid(5, 6).splitlines()
    cells = read("\n".join([lines[0] + ",kinder,art", lines[1] + ',"1,5",a', lines[2] + ",2,b"]))
    assert cells["kinder"].tolist() == [1.5, 2.0]
    assert cells["art"].tolist() == ["a", "b"]


# Counts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["-1", "x", "nan", "inf", "-", "1e9", ""])
def test_a_count_that_is_none_is_rejected_and_noted(read, faults, bad):
    cells = read(grid(3, bad, 4))
    assert cells["residents"].tolist() == [3, 4]
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected")]


def test_modelled_counts_with_decimals_are_rounded(read):
    text = grid("2.4", '"2,6"', "0", "0.2")
    assert read(text)["residents"].tolist() == [2, 3, 0, 0]


def test_a_dot_between_thousands_never_makes_a_city_a_hamlet(read, faults):
    # 1.234 residents, as a German spreadsheet writes them: 1234 or refused, but not 1.
    try:
        cells = read("cell_id;residents\n" + f"{toy.cell_id(0, 0)};1.234\n{toy.cell_id(1, 0)};20\n")
    except SourceError:
        return
    assert cells["residents"].tolist() in ([1234, 20], [20]) or faults


def test_only_the_first_of_two_rows_for_one_cell_counts(read, faults):
    cells = read(grid(3) + f"{toy.cell_id(0, 0)},9\n")
    assert cells["residents"].tolist() == [3]
    assert [(f["row"], f["message"]) for f in faults] == [(3, "Zelle kommt doppelt vor")]


def test_a_file_with_headers_only_is_refused(read):
    with pytest.raises(SourceError):
        read("cell_id,residents\n")


# Areas ------------------------------------------------------------------------------------------


def test_cells_of_the_neighbours_are_left_out_and_noted(read, faults):
    cells = read(grid(3, 4) + "CRS3035RES1000mN3380000E4190000,100\n")
    assert cells["residents"].tolist() == [3, 4]
    assert len(faults) == 1
    assert "1 Zellen außerhalb" in faults[0]["message"]
    assert "100" not in faults[0]["message"]
    assert faults[0]["severity"] == "warning"


def test_a_file_of_another_county_is_refused(read):
    with pytest.raises(SourceError, match="keine Zelle liegt im Landkreis"):
        read("cell_id,residents\nCRS3035RES1000mN2800000E4300000,100\n")


def test_the_municipality_named_in_the_file_comes_first(read):
    lines = grid(5, 6).splitlines()
    text = "\n".join([lines[0] + ",ags", lines[1] + ",03999002", lines[2] + ",03999001"])
    cells = read(text, ResidentColumns(area="ags"))
    assert cells["area_id"].tolist() == ["03999002", "03999001"]


def test_the_result_is_sorted_by_id(read):
    lines = toy.residents_csv().splitlines()
    cells = read("\n".join([lines[0], *reversed(lines[1:])]))
    assert cells["cell_id"].is_monotonic_increasing


def test_fractions_keep_their_sum_and_are_noted(read, faults):
    cells = read(grid(*["0.4"] * 5))
    assert cells["residents"].tolist() == [1, 1, 0, 0, 0]
    assert "Nachkommastellen" in faults[0]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "cell_id,residents,cell_id\n1,2,3\n",
        "residents\n5\n",
        "cell_id,residents,geometry\nCRS3035RES1000mN3390000E4190000,5,x\n",
        "cell_id,residents,x_m,area_id\nCRS3035RES1000mN3390000E4190000,5,1,2\n",
        "cell_id,residents\nCRS3035RES0mN3390000E4190000,5\n",
        "cell_id,residents\nCRS3035RES1000mN99999999999999E4190000,5\n",
    ],
)
def test_odd_tables_are_cells_or_an_error_with_words(read, text):
    try:
        cells = read(text)
    except GeoIntegrationError:
        return
    assert len(cells)


def test_a_second_column_called_residents_does_not_confuse(read):
    text = f"cell_id,residents,Einwohner\n{toy.cell_id(0, 0)},5,7\n"
    try:
        cells = read(text, ResidentColumns(residents="Einwohner"))
    except GeoIntegrationError:
        return
    assert cells["residents"].squeeze() == 7


def test_a_file_that_is_missing_is_told(areas, tmp_path, faults):
    with pytest.raises(SourceError, match=r"keine\.zip: die Datei fehlt"):
        read_cells([tmp_path / "keine.zip"], ResidentColumns(), areas, toy.CRS, faults)
