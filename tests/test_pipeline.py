"""The whole job: on the county that comes with the package, and on the toy county."""

from __future__ import annotations

import itertools
import json
import shutil
import zipfile

import geopandas as gpd
import openpyxl
import pytest
from toy import write_toy_county

from geo_integration import pipeline, runs
from geo_integration.errors import FeedError, SettingsError, SourceError
from geo_integration.settings import find_county, read_settings

COUNTY, RESIDENTS, CELLS = "03455", 99652, 612
MUNICIPALITIES = {
    "03455007": "Jever",
    "03455014": "Sande",
    "03455015": "Schortens",
    "03455020": "Wangerland",
    "03455021": "Wangerooge",
    "03455025": "Bockhorn",
    "03455026": "Varel",
    "03455027": "Zetel",
}
KEY = ["area_id", "category", "day_type"]


@pytest.fixture(scope="session")
def friesland():
    return read_settings(find_county("friesland"))


@pytest.fixture(scope="session")
def whole(friesland, tmp_path_factory):
    return pipeline.run(friesland, tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="session")
def part(friesland, tmp_path_factory):
    folder = tmp_path_factory.mktemp("part")
    return pipeline.run(friesland, folder, municipalities=["wangerland"], categories=["Sprachkurs"])


def files_in(folder):
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def manifest_of(run):
    return json.loads(run.manifest.read_text(encoding="utf-8"))


def sheet_of(run, name):
    """Rows of a sheet as dictionaries."""
    book = openpyxl.load_workbook(run.folder / "tables" / "erreichbarkeit.xlsx")
    head, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


# What is written --------------------------------------------------------------------------------


def test_the_run_writes_pages_tables_geopackage_and_manifest(whole):
    pages = {f"{key}-{name.lower()}.html" for key, name in MUNICIPALITIES.items()}
    rest = {"index.html", "befunde.html", "coverage.gpkg", "manifest.json"}
    rest |= {"tables/erreichbarkeit.xlsx"}
    assert set(files_in(whole.folder)) == pages | rest
    assert {page.name for page in whole.pages} == pages | {"index.html", "befunde.html"}
    assert whole.index == whole.folder / "index.html"


def test_the_same_run_twice_gives_equal_bytes(friesland, whole, tmp_path):
    again = pipeline.run(friesland, tmp_path / "again")
    one, two = files_in(whole.folder), files_in(again.folder)
    assert set(one) == set(two)
    differ = [n for n in one if one[n].read_bytes() != two[n].read_bytes()]
    assert differ in ([], ["manifest.json"])
    manifests = [manifest_of(run) for run in (whole, again)]
    for manifest in manifests:
        assert manifest.pop("created").startswith("20")
    assert manifests[0] == manifests[1]


def test_the_manifest_says_what_the_numbers_were_made_from(friesland, whole):
    manifest = manifest_of(whole)
    folder = friesland.folder
    assert manifest["inputs"]["county.toml"] == runs.digest(folder / "county.toml")
    named = {"residents.csv", "offers.xlsx", "timetable.zip", "municipalities.geojson",
             "calendar.csv", "places.csv", "stops.csv", "register.csv"}  # fmt: skip
    assert named < set(manifest["inputs"])
    assert manifest["versions"] == runs.versions()
    assert manifest["settings"]["rule"]["max_minutes"] == 45
    assert "folder" not in manifest["settings"]
    days = {(row["day_type"], row["weekday"]) for row in manifest["service_dates"]}
    assert len(days) == 5 + 5 + 5 + 1 + 1
    assert all("2026-08-13" <= r["date"] <= "2027-01-31" for r in manifest["service_dates"])
    assert {g["guard"] for g in manifest["guards"]} >= {"residents_total", "feed_validity"}
    assert manifest["municipalities"] == []
    assert len(manifest["run"]) == 12


def test_the_manifest_holds_the_digest_of_every_other_file(whole):
    digests = manifest_of(whole)["outputs"]
    files = files_in(whole.folder)
    del files["manifest.json"]
    assert digests == {name: runs.digest(path) for name, path in files.items()}


def test_no_output_names_a_folder_of_this_machine(friesland, whole):
    for path in files_in(whole.folder).values():
        data = path.read_bytes()
        for folder in (friesland.folder, whole.folder):
            assert str(folder).encode() not in data


def test_a_confidential_offer_is_in_no_output(friesland, whole):
    book = openpyxl.load_workbook(friesland.layer("offers"))
    head, *rows = book.active.iter_rows(values_only=True)
    table = [dict(zip(head, row, strict=True)) for row in rows]
    secret = [row["Name"] for row in table if row["Vertraulich"] == "ja"]
    assert secret
    for name in secret:
        assert name not in set(whole.published.offers["name"])
        for path in files_in(whole.folder).values():
            if path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as archive:
                    data = b"".join(archive.read(member) for member in archive.namelist())
            else:
                data = path.read_bytes()
            for written in (
                name,
                json.dumps(name)[1:-1],
                name.encode("ascii", "xmlcharrefreplace"),
            ):
                coded = written if isinstance(written, bytes) else written.encode()
                assert coded not in data, path.name


def test_internal_columns_of_the_offers_stay_inside(whole):
    layer = gpd.read_file(whole.folder / "coverage.gpkg", layer="offers")
    inside = {"confidential", "confirmed_by", "remark", "row"}
    assert not inside & set(layer.columns)
    assert not inside & set(whole.published.offers.columns)
    assert "foreign_residents" not in whole.published.cells.columns


# Numbers ----------------------------------------------------------------------------------------


def test_the_county_has_the_residents_of_the_census(whole):
    rows = sheet_of(whole, "Kennzahlen")
    assert {row["Einwohner (Modell)"] for row in rows} == {RESIDENTS}
    assert len(rows) == 10 * 5


def test_no_cell_drops_out(whole):
    per_question = (
        whole.published.coverage.table().groupby(["category", "day_type"])["cell_id"].nunique()
    )
    assert set(per_question) == {CELLS}
    assert len(whole.published.cells) == CELLS


def test_covered_uncovered_and_withheld_are_all_residents(whole):
    table = whole.published.area_coverage
    parts = table["covered"] + table["uncovered"] + table["withheld"]
    assert (parts == table["residents"]).all()
    per_area = table[table["area_id"] != COUNTY].groupby(["category", "day_type"])["residents"]
    assert set(per_area.sum()) == {RESIDENTS}


def test_every_published_count_is_a_sum_over_published_cells(whole):
    cells = whole.published.cells.set_index("cell_id")
    assert cells["residents"].isna().any()
    rows = whole.published.coverage.table().join(cells[["area_id", "residents"]], on="cell_id")
    served = rows[rows["reason"] == "served"]
    sums = served.groupby(KEY, observed=True)["residents"].sum()
    table = whole.published.area_coverage.set_index(KEY)["covered"].drop(COUNTY)
    assert (table == sums.reindex(table.index).fillna(0)).all()
    counts = whole.published.area_coverage[["covered", "uncovered", "booked"]]
    assert not counts.isin(range(1, 5)).any().any()


def test_no_more_residents_lie_in_gaps_than_are_unserved(whole):
    gaps = whole.published.gaps.groupby(["category", "day_type"])["residents"].sum()
    table = whole.published.area_coverage.set_index(KEY)["uncovered"].loc[COUNTY]
    assert (gaps <= table.reindex(gaps.index)).all()
    assert (whole.published.gaps["residents"] >= 25).all()


@pytest.mark.parametrize("sheet", ["Kennzahlen", "Gemeinden"])
def test_the_numbers_of_the_workbook_are_those_of_the_frames(friesland, whole, sheet):
    labels = {entry.label: entry.id for entry in (*friesland.categories, *friesland.day_types)}
    table = whole.published.area_coverage.set_index(KEY)
    rows = sheet_of(whole, sheet)
    assert {row["Schlüssel"] for row in rows} == (
        {COUNTY} if sheet == "Kennzahlen" else set(MUNICIPALITIES)
    )
    for row in rows:
        own = table.loc[(row["Schlüssel"], labels[row["Kategorie"]], labels[row["Tag"]])]
        assert row["Einwohner (Modell)"] == own["residents"]
        assert row["erreichen ein Angebot"] == own["covered"]
        assert row["erreichen keines"] == own["uncovered"]
        assert row["von diesen mit Rufbus"] == own["booked"]
        assert row["Anteil"] == pytest.approx(own["share_covered"], abs=1e-12)


def test_the_gaps_of_the_workbook_are_those_of_the_frame(whole):
    rows = sheet_of(whole, "Versorgungslücken")
    gaps = whole.published.gaps
    assert [row["Kennung"] for row in rows] == gaps["gap_id"].tolist()
    assert [row["Einwohner (Modell)"] for row in rows] == gaps["residents"].tolist()
    assert [row["Gebiet"] for row in rows] == gaps["name"].tolist()


def test_the_guide_warns_of_sample_data(friesland, whole):
    book = openpyxl.load_workbook(whole.folder / "tables" / "erreichbarkeit.xlsx")
    assert book.sheetnames[0] == "Lesehinweis"
    lines = [row[0] for row in book["Lesehinweis"].iter_rows(values_only=True)]
    assert "Beispieldaten – nicht für Entscheidungen." in lines
    assert friesland.county.status_note in lines
    for page in whole.pages:
        assert "Beispieldaten" in page.read_text(encoding="utf-8")


def test_the_guards_of_a_run_are_told_in_words(whole):
    assert len(whole.notes) == len(whole.guards)
    assert any("99.652 Einwohner in 612 Zellen" in note for note in whole.notes)
    assert not any("{" in note for note in whole.notes)


def test_holidays_have_fewer_connections_than_school_days(whole):
    table = whole.published.area_coverage.set_index(KEY)["covered"].loc[COUNTY].unstack("day_type")
    assert (table["holiday_weekday"] <= table["school_day"]).all()
    assert table["holiday_weekday"].sum() < table["school_day"].sum()


# Selections -------------------------------------------------------------------------------------


def test_a_selection_only_writes_what_was_asked_for(part):
    assert {page.name for page in part.pages} == {
        "index.html", "03455020-wangerland.html", "befunde.html"
    }  # fmt: skip
    assert set(part.published.cells["area_id"]) == {"03455020"}
    assert part.published.coverage.categories == ("sprachkurs",)
    assert {row["Gemeinde"] for row in sheet_of(part, "Gemeinden")} == {"Wangerland"}
    assert {row["Kategorie"] for row in sheet_of(part, "Gemeinden")} == {"Sprachkurs"}
    assert manifest_of(part)["municipalities"] == ["03455020"]
    assert {c["id"] for c in manifest_of(part)["settings"]["categories"]} == {"sprachkurs"}


def test_a_selection_says_so_on_its_guide_and_in_its_sum(part):
    book = openpyxl.load_workbook(part.folder / "tables" / "erreichbarkeit.xlsx")
    lines = [row[0] for row in book["Lesehinweis"].iter_rows(values_only=True)]
    assert "Auswahl: Wangerland. Nur dafür wurde gerechnet." in lines
    assert {row["Gemeinde"] for row in sheet_of(part, "Kennzahlen")} == {"Auswahl gesamt"}


def test_a_selection_gives_the_same_numbers_as_the_whole_county(whole, part):
    columns = ["residents", "covered", "uncovered", "withheld", "booked"]
    tables = [run.published.area_coverage.set_index(KEY)[columns] for run in (whole, part)]
    keys = [("03455020", "sprachkurs", day) for day in ("school_day", "saturday", "sunday")]
    assert tables[0].loc[keys].equals(tables[1].loc[keys])
    cells = [run.published.cells.set_index("cell_id")["residents"] for run in (whole, part)]
    assert cells[0].loc[cells[1].index].equals(cells[1])


def test_another_selection_is_another_run(whole, part):
    assert manifest_of(whole)["run"] != manifest_of(part)["run"]


@pytest.mark.parametrize("name", ["wangerland", "WANGERLAND", "03455020"])
def test_municipalities_are_found_by_name_or_key(friesland, name):
    inputs = pipeline.read_county(friesland)
    chosen, keys = pipeline.with_municipalities(inputs, [name])
    assert keys == ["03455020"]
    assert set(chosen.cells["area_id"]) == {"03455020"}
    assert len(inputs.cells) == CELLS


@pytest.mark.parametrize("name", ["sprachkurs", "Sprachkurs", "Language course"])
def test_categories_are_found_by_id_or_label_of_both_languages(friesland, name):
    kept = pipeline.with_categories(friesland, [name]).categories
    assert [c.id for c in kept] == ["sprachkurs"]


def test_unknown_names_are_settings_errors(friesland):
    with pytest.raises(SettingsError, match="Unbekannte Kategorie Yoga"):
        pipeline.with_categories(friesland, ["Yoga"])


# The toy county ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toy_source(tmp_path_factory):
    return write_toy_county(tmp_path_factory.mktemp("source") / "toy")


@pytest.fixture
def toy(toy_source, tmp_path):
    return shutil.copytree(toy_source, tmp_path / "toy")


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_progress_goes_through_all_steps_in_order_and_comes_to_an_end(toy):
    told = []
    pipeline.run(read_settings(toy), toy / "out", progress=lambda *step: told.append(step))
    steps = [name for name, _ in itertools.groupby(step for step, _, _ in told)]
    assert steps == ["read", "journeys", "measures", "pages", "tables"]
    for name in steps:
        counts = [(done, total) for step, done, total in told if step == name]
        assert counts == sorted(counts)
        assert counts[-1][0] == counts[-1][1]


def test_rejected_offers_are_written_as_they_were_and_the_list_goes_when_all_are_right(toy):
    path = toy / "offers.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "O9;Yoga;Entspannung;;;;;\n", encoding="utf-8")
    run = pipeline.run(read_settings(toy), toy / "out")
    book = openpyxl.load_workbook(toy / "out-pruefen" / "eingaben_pruefen.xlsx")
    assert run.to_check == toy / "out-pruefen" / "eingaben_pruefen.xlsx"
    head, row = book["Nicht übernommen"].iter_rows(values_only=True)
    found = dict(zip(head, row, strict=True))
    assert found["Name"] == "Yoga"
    assert found["Zeile"] in (5, "5")
    assert "unbekannte Kategorie" in found["Grund"]
    assert book["Eingabefehler"].max_row == 2
    path.write_text(good, encoding="utf-8")
    again = pipeline.run(read_settings(toy), toy / "out")
    assert not run.to_check.exists()
    assert again.to_check is None


def test_what_is_wrong_with_the_inputs_is_in_no_file_that_may_be_published(toy):
    path = toy / "offers.csv"
    good = path.read_text(encoding="utf-8")
    path.write_text(good + "O9;Yoga;Entspannung;;;;;\n", encoding="utf-8")
    run = pipeline.run(read_settings(toy), toy / "out")
    assert manifest_of(run)["faults"] == {"rejected": 1}
    for file in files_in(run.folder).values():
        assert b"Entspannung" not in file.read_bytes()
    book = openpyxl.load_workbook(run.folder / "tables" / "erreichbarkeit.xlsx")
    assert "Eingabefehler" not in book.sheetnames


def test_without_a_timetable_people_only_walk_and_that_is_said(toy):
    change(toy / "county.toml", 'timetable = ["gtfs.zip"]\n', "")
    run = pipeline.run(read_settings(toy), toy / "out")
    assert "no_timetable" in {guard["guard"] for guard in run.guards}
    table = run.published.coverage.table()
    served = table[table["reason"] == "served"]
    assert len(served) > 0
    assert served["out_line"].isna().all()


def test_places_and_register_are_not_needed(toy):
    for line in ('places = "places.csv"\n', 'register = "register.csv"\n'):
        change(toy / "county.toml", line, "")
    run = pipeline.run(read_settings(toy), toy / "out")
    assert run.index.is_file()
    assert run.published.sources.empty


def test_a_changed_input_is_another_run(toy):
    one = manifest_of(pipeline.run(read_settings(toy), toy / "one"))
    change(toy / "residents.csv", ",120\n", ",121\n")
    two = manifest_of(pipeline.run(read_settings(toy), toy / "two"))
    assert one["run"] != two["run"]
    differ = {n for n in one["inputs"] if one["inputs"][n] != two["inputs"][n]}
    assert differ == {"residents.csv"}


def test_a_layer_may_lie_in_another_folder(toy, tmp_path):
    shutil.move(toy / "residents.csv", tmp_path / "elsewhere.csv")
    path = (tmp_path / "elsewhere.csv").as_posix()
    change(toy / "county.toml", 'residents = "residents.csv"', f'residents = "{path}"')
    pipeline.run(read_settings(toy), toy / "out")


def test_a_county_of_the_same_key_as_a_municipality_is_not_counted_twice(toy):
    change(toy / "county.toml", 'ags = "03999"', 'ags = "03999001"')
    try:
        run = pipeline.run(read_settings(toy), toy / "out")
    except (SettingsError, SourceError):
        return
    assert run.published.area_coverage["residents"].max() <= 1000


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("residents.csv", SourceError),
        ("offers.csv", SourceError),
        ("municipalities.geojson", SourceError),
        ("calendar.csv", SourceError),
        ("places.csv", SourceError),
        ("gtfs.zip", (FeedError, SourceError)),
    ],
)
def test_a_missing_layer_is_an_error_that_names_it_and_nothing_is_written(toy, name, error):
    (toy / name).unlink()
    with pytest.raises(error, match=name):
        pipeline.run(read_settings(toy), toy / "out")
    assert not (toy / "out").exists()
