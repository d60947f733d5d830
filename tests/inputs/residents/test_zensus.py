from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zensus_files import EAST, NORTH, grid_csv, square, theme, zipped

from geo_integration.errors import SourceError
from geo_integration.inputs.residents.cells import read_cells
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import ResidentColumns

NATIONS = "Insgesamt_Bevoelkerung;Deutschland;Ausland_Sonstige"


def messages(faults):
    return [fault["message"] for fault in faults]


# Zensus 2022 ------------------------------------------------------------------------------------


def test_the_zip_of_a_theme_is_read_as_it_is_published(read_files, faults):
    data = theme("Bevoelkerungszahl", "Einwohner", [(0, 0, "3")], [(0, 0, "30"), (1, 0, "12")])
    cells = read_files({"Zensus2022_Bevoelkerungszahl.zip": data})
    assert cells["residents"].tolist() == [30, 12]
    assert cells["cell_id"].tolist() == [square(0, 0)[0], square(1, 0)[0]]
    assert cells.geometry.area.between(0.998e6, 1.002e6).all()
    assert len(faults) == 1
    assert messages(faults)[0].startswith("enthält Gitter zu 100m, 1km, 10km; gelesen ist 1km.")


@pytest.mark.parametrize(("resolution", "residents"), [("100m", 3), ("1km", 30)])
def test_the_profile_chooses_the_size_of_squares(read_files, faults, resolution, residents):
    data = theme("Bevoelkerungszahl", "Einwohner", [(5, 5, "3")], [(0, 0, "30")])
    cells = read_files({"z.zip": data}, resolution=resolution)
    assert cells["residents"].tolist() == [residents]
    assert faults == []


def test_a_size_that_is_not_there_is_told_with_those_that_are(read_files):
    with pytest.raises(SourceError, match="kein Gitter zu 100m, nur zu 1km"):
        read_files({"z.csv": grid_csv([(0, 0, "3")])}, resolution="100m")


def test_a_zip_of_two_themes_is_refused_by_their_names(read_files):
    data = zipped({"a/A_1km-Gitter.csv": grid_csv([]), "b/B_1km-Gitter.csv": grid_csv([])})
    with pytest.raises(SourceError, match=r"A_1km-Gitter\.csv, B_1km-Gitter\.csv"):
        read_files({"z.zip": data})


@pytest.mark.parametrize(
    "data", [zipped({"a.txt": "nichts"}), zipped({"a.shp": "x"}), b"PK\x03\x04x", b"x", b""]
)
def test_a_zip_without_a_grid_is_refused(read_files, data):
    with pytest.raises(SourceError, match=r"z\.zip"):
        read_files({"z.zip": data})


def test_a_zip_that_leaves_its_folder_is_refused(read_files):
    with pytest.raises(SourceError, match=r"z\.zip: das ZIP-Archiv will aus seinem Ordner"):
        read_files({"z.zip": zipped({"../a_1km-Gitter.csv": grid_csv([(0, 0, "3")])})})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_csv_file_alone_is_read_in_any_usual_form(read_files, faults, newline, encoding):
    text = grid_csv([(0, 0, "3"), (1, 0, "–"), (2, 0, "4")], newline=newline)
    cells = read_files({"Gitter.csv": text.encode(encoding)})
    assert cells["residents"].tolist() == [3, 4]
    assert len(faults) == 1


def test_any_order_of_columns_and_any_case_is_read(read_files):
    key, x, y = square(1, 1)
    text = f"einwohner;y_MP_1KM;gitter_id_1km;X_mp_1km\n7;{y};{key};{x}\n"
    assert read_files({"g.csv": text})["residents"].tolist() == [7]


@pytest.mark.parametrize("sign", ["–", "", "-", "—", ".", "/", "x", "..."])
def test_zero_or_suppressed_stays_unknown(read_files, sign):
    rows = [(0, 0, f"30;28;{sign}"), (1, 0, "12;9;3")]
    cells = read_files({"g.csv": grid_csv(rows, NATIONS)}, columns={"foreign": "Ausland_Sonstige"})
    assert np.isnan(cells["foreign"].iloc[0])
    assert cells["foreign"].iloc[1] == 3


def test_cells_without_known_residents_are_told_in_one_line(read_files, faults):
    rows = [(i, j, "–" if i else "5") for j in range(5) for i in range(5)]
    cells = read_files({"g.csv": grid_csv(rows)})
    assert cells["residents"].tolist() == [5] * 5
    assert len(faults) == 1
    assert faults[0]["message"].startswith("20 von 25 Zellen ohne bekannte Einwohnerzahl")
    assert (faults[0]["row"], faults[0]["severity"]) == (3, "rejected")


def test_shares_have_decimal_commas_and_uncertain_ones_are_kept_and_counted(read_files, faults):
    rows = [(0, 0, "12,50;KLAMMERN"), (1, 0, "7,25;")]
    shares = grid_csv(rows, "AnteilAuslaender;werterlaeuternde_Zeichen")
    files = {"p.csv": grid_csv([(0, 0, "30"), (1, 0, "12")]), "s.csv": shares}
    cells = read_files(files)
    assert cells["AnteilAuslaender"].tolist() == [12.5, 7.25]
    assert "werterlaeuternde_Zeichen" not in cells
    assert [m for m in messages(faults) if m.startswith("1 Werte")] != []


def test_whole_numbers_stay_whole(read_files):
    rows = [(0, 0, "30;28;2"), (1, 0, "12;9;3")]
    cells = read_files({"g.csv": grid_csv(rows, NATIONS)})
    assert cells.dtypes[["Deutschland", "Ausland_Sonstige"]].tolist() == ["int64", "int64"]
    assert cells["residents"].tolist() == [30, 12]
    assert "Insgesamt_Bevoelkerung" not in cells


def test_rows_far_away_are_neither_read_nor_told(read_files, faults):
    far = "".join(
        f"CRS3035RES1000mN{2_700_000 + 1000 * n}E4400000;4400500;{2_700_500 + 1000 * n};9\n"
        for n in range(500)
    )
    cells = read_files({"g.csv": grid_csv([(0, 0, "3")]) + far})
    assert cells["residents"].tolist() == [3]
    assert faults == []


def many_with(odd, count=2000):
    """A grid of many far rows, and some in the county whose middle is not that of their id."""
    far = "".join(
        f"CRS3035RES1000mN{2_000_000 + 1000 * n}E4400000;4400500;{2_000_500 + 1000 * n};9\n"
        for n in range(count)
    )
    key, x, y = square(1, 1)
    wrong = f"{key};{x + 1000};{y};8\n" * odd
    return grid_csv([(0, 0, "3")]) + wrong + far


def test_a_row_whose_id_and_middle_disagree_is_rejected(read_files, faults):
    cells = read_files({"g.csv": many_with(1)})
    assert cells["residents"].tolist() == [3]
    assert [(f["row"], f["severity"]) for f in faults] == [(3, "rejected")]
    assert square(1, 1)[0] in faults[0]["found"]


def test_a_file_where_more_than_one_row_in_a_thousand_disagrees_is_refused(read_files):
    with pytest.raises(SourceError, match="in 3 von 2004 Zeilen passen Gitter-ID und Mittelpunkt"):
        read_files({"g.csv": many_with(3)})


def test_a_workbook_saved_from_a_published_file_is_recognised(read_files, tmp_path):
    rows = [(*square(0, 0), 30), (*square(1, 0), "–")]
    path = tmp_path / "made.xlsx"
    titles = ["GITTER_ID_1km", "x_mp_1km", "y_mp_1km", "Einwohner"]
    pd.DataFrame(rows, columns=titles).to_excel(path, index=False, startrow=2)
    assert read_files({"z.xlsx": path.read_bytes()})["residents"].tolist() == [30]


def test_a_wrong_name_of_the_residents_is_told_with_those_there(read_files):
    with pytest.raises(SourceError, match=r"'Einwoner' \(gemeint: 'Einwohner'\?\)"):
        read_files({"g.csv": grid_csv([(0, 0, "3")])}, residents="Einwoner")


def test_a_theme_without_residents_alone_is_refused_with_its_columns(read_files):
    with pytest.raises(SourceError, match="Durchschnittsalter"):
        read_files({"g.csv": grid_csv([(0, 0, "42,5")], "Durchschnittsalter")})


def test_the_grid_of_another_county_is_refused(read_files):
    text = grid_csv([]) + "CRS3035RES1000mN2689000E4337000;4337500;2689500;7\n"
    with pytest.raises(SourceError, match="keine Zelle liegt im Landkreis"):
        read_files({"g.csv": text})


# Zensus 2011 ------------------------------------------------------------------------------------

LONG = (
    "Gitter_ID_100m", "Gitter_ID_100m_neu", "Merkmal", "Auspraegung_Code", "Auspraegung_Text",
    "Anzahl", "Anzahl_q",
)  # fmt: skip


def long_csv(rows, separator=";"):
    """Demography: rows are (i, j, topic, code, text, count)."""
    lines = [separator.join(LONG)]
    for i, j, topic, code, text, count in rows:
        short = f"100mN{NORTH // 100 + j}E{EAST // 100 + i}"
        values = [short, square(i, j, 100)[0], topic, str(code), f'"{text}"', str(count), "0"]
        lines.append(separator.join(values))
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def test_minus_one_of_2011_is_unknown_and_the_cell_absent(read_files, faults):
    head = "Gitter_ID_100m;x_mp_100m;y_mp_100m;Einwohner"
    rows = [(0, 0, "-1"), (1, 0, "12"), (2, 0, "-1")]
    text = grid_csv(rows, size="100m", head=head, newline="\r\n")
    for i in range(3):
        short = f"100mN{NORTH // 100}E{EAST // 100 + i}"
        text = text.replace(square(i, 0, 100)[0], short)
    cells = read_files({"Zensus_Bevoelkerung_100m-Gitter.csv": text})
    assert cells["residents"].tolist() == [12]
    assert cells.geometry.area.between(0.998e4, 1.002e4).all()
    assert messages(faults)[0].startswith("2 von 3 Zellen ohne bekannte Einwohnerzahl")


@pytest.mark.parametrize("separator", [";", ","])
def test_the_long_table_of_2011_gives_a_column_for_each_value_that_is_named(read_files, separator):
    rows = [
        (0, 0, " INSGESAMT", 0, "Einheiten insgesamt", 12),
        (0, 0, "STAATSANGE_KURZ", 2, "Ausland", 4),
        (0, 0, "GEBURTLAND_HLND", 8, "Österreich", 3),
        (1, 0, " INSGESAMT", 0, "Einheiten insgesamt", 9),
        (1, 0, "STAATSANGE_KURZ", 1, "Deutschland", 9),
    ]
    columns = {"foreign": "STAATSANGE_KURZ/Ausland", "austria": "GEBURTLAND_HLND/Österreich"}
    files = {"Bevoelkerung100M.csv": long_csv(rows, separator)}
    cells = read_files(files, columns=columns)
    assert cells["residents"].tolist() == [12, 9]
    assert cells["foreign"].tolist()[0] == 4
    assert np.isnan(cells["foreign"].tolist()[1])
    assert cells["austria"].tolist()[0] == 3
    by_code = read_files(files, columns={"foreign": "STAATSANGE_KURZ/2"})
    assert by_code["foreign"].tolist()[0] == 4


def test_a_value_that_the_long_table_lacks_is_told_with_those_it_has(read_files):
    rows = [(0, 0, "INSGESAMT", 0, "", 12), (0, 0, "STAATSANGE_KURZ", 2, "Ausland", 4)]
    with pytest.raises(SourceError, match="STAATSANGE_KURZ/Ausland"):
        read_files({"l.csv": long_csv(rows)}, columns={"a": "STAATSANGE_KURZ/Auslnd"})


def test_a_long_table_without_totals_needs_names(read_files):
    with pytest.raises(SourceError, match="Es gibt: STAATSANGE_KURZ/Ausland"):
        read_files({"l.csv": long_csv([(0, 0, "STAATSANGE_KURZ", 2, "Ausland", 4)])})


def test_classes_instead_of_numbers_are_refused(read_files):
    head = "Gitter_ID_1km;x_mp_1km;y_mp_1km;Einwohner"
    text = grid_csv([(0, 0, "3")], head=head)
    with pytest.raises(SourceError, match="Größenklassen"):
        read_files({"Zensus_klassierte_Werte_1km-Gitter.csv": text})


# Whatever comes ---------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.integers(0, 300), st.booleans())
def test_no_bytes_make_it_raise_anything_but_source_errors(tmp_path_factory, data, at, packed):
    from toy import CRS

    areas = test_no_bytes_make_it_raise_anything_but_source_errors.areas
    text = grid_csv([(0, 0, "3;1;2"), (1, 0, "4;4;–")], NATIONS).encode()
    changed = text[:at] + data + text[at:]
    if packed:
        changed = zipped({"Zensus_1km-Gitter.csv": changed})
    path = tmp_path_factory.mktemp("z") / ("g.zip" if packed else "g.csv")
    path.write_bytes(changed)
    try:
        cells = read_cells([path], ResidentColumns(), areas, CRS, FaultList())
    except SourceError:
        return
    assert len(cells)


@given(st.binary(min_size=1, max_size=3), st.integers(0, 10_000))
def test_no_damage_to_a_zip_makes_it_raise_anything_but_source_errors(tmp_path_factory, data, at):
    from toy import CRS

    areas = test_no_bytes_make_it_raise_anything_but_source_errors.areas
    whole = theme("B", "Einwohner", [(0, 0, "3")], [(0, 0, "30")])
    at %= len(whole)
    path = tmp_path_factory.mktemp("z") / "g.zip"
    path.write_bytes(whole[:at] + data + whole[at + len(data) :])
    try:
        cells = read_cells([path], ResidentColumns(), areas, CRS, FaultList())
    except SourceError:
        return
    assert cells["residents"].sum() > 0


@pytest.fixture(autouse=True)
def _areas_for_all(areas):
    test_no_bytes_make_it_raise_anything_but_source_errors.areas = areas


# Real values ------------------------------------------------------------------------------------


def test_real_values_in_the_published_format_are_read(real, friesland, tmp_path, faults):
    census = pd.read_csv(real("friesland_census2021_1km/friesland_1km_census2021.csv"))
    lines = [
        f"CRS3035RES1000mN{y}E{x};{x + 500};{y + 500};{t}"
        for x, y, t in zip(census["X"], census["Y"], census["T"], strict=True)
    ]
    text = "\n".join(["GITTER_ID_1km;x_mp_1km;y_mp_1km;Einwohner", *lines]) + "\n"
    path = tmp_path / "Zensus2022_Bevoelkerungszahl.zip"
    path.write_bytes(zipped({"Zensus2022_Bevoelkerungszahl_1km-Gitter.csv": text}))
    cells = read_cells([path], ResidentColumns(), friesland, "EPSG:25832", faults)
    inside = census["AGS_centroid"].notna()
    # 98,635 persons in the 523 cells whose centre is inside, as counted by somebody else.
    assert len(cells) == inside.sum() == 523
    assert cells["residents"].sum() == census.loc[inside, "T"].sum() == 98_635


def test_the_real_zensus_2011_sums_up_to_the_municipalities(real, friesland, tmp_path, faults):
    table = pd.read_csv(real("friesland_zensus2011/friesland_1km_zensus2011.csv"))
    lines = [
        f"1kmN{(y - 500) // 1000}E{(x - 500) // 1000};{x};{y};{n}"
        for x, y, n in zip(
            table["x"], table["y"], table["Einwohner"].fillna(-1).astype(int), strict=True
        )
    ]
    path = tmp_path / "Zensus_spitze_Werte_1km-Gitter.csv"
    path.write_text("\n".join(["Gitter_ID_1km;x_mp_1km;y_mp_1km;Einwohner", *lines]) + "\n")
    cells = read_cells([path], ResidentColumns(), friesland, "EPSG:25832", faults)
    found = cells.groupby("area_id")["residents"].sum()
    # Sums of the published 1-km grid in the boundaries, from another computation.
    assert found.loc[["03455007", "03455020", "03455021"]].tolist() == [14_845, 9_275, 1_170]
    assert found.sum() == 96_983


def test_ids_that_the_profile_names_come_before_those_of_a_published_grid(read_files):
    key, other = square(0, 0)[0], square(1, 0)[0]
    text = f"GRD_ID,T,cell_id,residents\n{other},9,{key},5\n"
    cells = read_files({"own.csv": text})
    assert (cells["cell_id"].tolist(), cells["residents"].tolist()) == ([key], [5])
