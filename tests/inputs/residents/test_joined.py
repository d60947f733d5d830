from __future__ import annotations

import numpy as np
import pytest
from test_zensus import long_csv
from zensus_files import grid_csv, theme

from geo_integration.errors import SourceError

NATIONS = "Insgesamt_Bevoelkerung;Deutschland;Ausland_Sonstige"
AGES = "Insgesamt_Bevoelkerung;Unter18;a18bis29"
PEOPLE = grid_csv([(0, 0, "30"), (1, 0, "12"), (2, 0, "5")])


def test_other_files_add_columns_by_cell(read_files, faults):
    files = {
        "n.csv": grid_csv([(1, 0, "12;9;3"), (0, 0, "30;28;2"), (2, 0, "5;–;–")], NATIONS),
        "p.csv": PEOPLE,
        "a.csv": grid_csv([(0, 0, "31;6;4"), (1, 0, "12;3;–")], AGES),
    }
    cells = read_files(files, columns={"foreign": "Ausland_Sonstige", "under_18": "Unter18"})
    assert cells["residents"].tolist() == [30, 12, 5]
    assert cells["foreign"].tolist()[:2] == [2, 3]
    assert cells["under_18"].tolist()[:2] == [6, 3]
    assert cells[["foreign", "under_18"]].iloc[2].isna().all()
    assert not {"Deutschland", "Insgesamt_Bevoelkerung"} & {*cells}
    assert [
        fault["message"] for fault in faults if "fehlen in dieser Datei" in fault["message"]
    ] == ["1 von 3 Zellen aus p.csv in und um den Landkreis fehlen in dieser Datei: dort unbekannt"]


def test_zips_of_several_themes_are_joined(read_files):
    files = {
        "p.zip": theme("B", "Einwohner", [(0, 0, "3")], [(0, 0, "30")]),
        "n.zip": theme("S", NATIONS, [(0, 0, "3;3;–")], [(0, 0, "30;28;2")]),
    }
    assert read_files(files)["Ausland_Sonstige"].tolist() == [2]


def test_without_names_all_columns_come_by_their_own(read_files):
    files = {"p.csv": PEOPLE, "n.csv": grid_csv([(0, 0, "30;28;2")], NATIONS)}
    cells = read_files(files)
    assert cells["Deutschland"].tolist()[0] == 28
    assert "Insgesamt_Bevoelkerung" not in cells


def test_a_header_in_two_files_is_an_error_that_names_both(read_files):
    files = {"p.csv": PEOPLE}
    files |= {name: grid_csv([(0, 0, "30;28;2")], NATIONS) for name in ("a.csv", "b.csv")}
    with pytest.raises(SourceError, match=r"b\.csv: die Spalte 'Deutschland' steht auch in a\.csv"):
        read_files(files)


def test_two_counts_of_residents_are_an_error(read_files):
    with pytest.raises(SourceError, match="'Einwohner' steht auch in"):
        read_files({"p.csv": PEOPLE, "q.csv": PEOPLE})


def test_a_column_nobody_has_is_an_error_with_those_there(read_files):
    with pytest.raises(SourceError, match=r"'Unter16' \(gemeint: 'Unter18'\?\)"):
        read_files({"a.csv": grid_csv([(0, 0, "31;6;4")], AGES)}, columns={"u": "Unter16"})


def test_squares_of_another_size_have_no_cell_in_common(read_files):
    files = {"p.csv": PEOPLE, "n.csv": grid_csv([(0, 0, "3;3;–")], NATIONS, size="100m")}
    with pytest.raises(SourceError, match="keine Zelle kommt auch in"):
        read_files(files)


def test_a_table_of_the_county_joins_by_grid_id(read_files):
    own = "cell_id,Unterkuenfte\n1kmN3390E4190,40\n"
    cells = read_files({"p.csv": PEOPLE, "own.csv": own}, columns={"shelters": "Unterkuenfte"})
    assert cells["shelters"].tolist()[0] == 40


def test_two_censuses_are_not_compared_without_a_word(read_files, faults):
    files = {
        "p.csv": grid_csv([(0, 0, "30")], size="100m"),
        "old.csv": long_csv([(0, 0, "STAATSANGE_KURZ", 2, "Ausland", 4)]),
    }
    cells = read_files(files, columns={"foreign_2011": "STAATSANGE_KURZ/Ausland"})
    assert cells["foreign_2011"].tolist() == [4]
    assert sum("Unterschiede einzelner Zellen bedeuten nichts" in f["message"] for f in faults) == 1


def test_one_census_alone_gives_no_such_warning(read_files, faults):
    read_files({"old.csv": long_csv([(0, 0, "INSGESAMT", 0, "", 4)])})
    assert faults == []


def test_the_first_file_need_not_be_that_of_the_residents(read_files):
    files = {"n.csv": grid_csv([(0, 0, "30;28;2"), (4, 4, "9;9;–")], NATIONS), "p.csv": PEOPLE}
    cells = read_files(files)
    assert len(cells) == 3
    assert np.isnan(cells["Deutschland"].tolist()[2])


def test_unknown_values_are_told_with_the_file_they_come_from(read_files, faults):
    files = {"p.csv": grid_csv([(0, 0, "30")]), "n.csv": grid_csv([(0, 0, "30;28;–")], NATIONS)}
    read_files(files, columns={"foreign": "Ausland_Sonstige"})
    assert [(fault["file"], fault["column"]) for fault in faults] == [("n.csv", "foreign")]
