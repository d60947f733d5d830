from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from toy import toy_gtfs, write_toy_county, write_zip

from geo_integration import __version__
from geo_integration.cli import cli

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
HEAVY = ("pandas", "numpy", "numba", "geopandas", "shapely", "pyproj", "pydantic", "rich", "osmium")


@pytest.fixture(autouse=True)
def _plain_log():
    """The command sets the level of the root logger; put it back."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.fixture(scope="module")
def toy_source(tmp_path_factory):
    return write_toy_county(tmp_path_factory.mktemp("source") / "toy")


@pytest.fixture
def county(toy_source, tmp_path):
    return shutil.copytree(toy_source, tmp_path / "spielzeug")


def call(*words):
    return CliRunner().invoke(cli, [str(word) for word in words], prog_name="geo-integration")


def failed(*words):
    """Call, expect exit code 2, and return the one line that says why."""
    result = call(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("Fehler: ")]
    assert len(lines) == 1
    return lines[0].removeprefix("Fehler: ")


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# Help -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", cli.commands)
def test_the_help_of_a_command_mentions_every_option_and_argument(name):
    result = call(name, "--help")
    assert result.exit_code == 0
    for parameter in cli.commands[name].params:
        for option in parameter.opts if parameter.param_type_name == "option" else ():
            assert option in result.output
        if parameter.param_type_name == "argument":
            assert parameter.metavar in result.output
    assert f"geo-integration {name}" in result.output


def test_the_help_lists_every_command_and_says_how_to_begin():
    result = call("--help")
    assert set(cli.list_commands(None)) == set(cli.commands)
    for name, command in cli.commands.items():
        assert f"{name} " in result.output
        assert command.short_help in result.output
    assert "geo-integration run friesland" in result.output
    assert call("-h").output == result.output


def test_the_version_is_told():
    assert __version__ in call("--version").output


def test_help_does_not_import_what_is_heavy():
    code = (
        "import sys; from geo_integration.cli import cli\n"
        "try: cli(['run', '--help'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, capture_output=True, check=True, encoding="utf-8", env=ENVIRONMENT,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]"


# A real process ---------------------------------------------------------------------------------


def start(*words):
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "geo_integration", *words],
        cwd=ROOT, capture_output=True, check=False, encoding="utf-8", env=ENVIRONMENT,
    )  # fmt: skip


def test_a_wrong_county_gives_exit_code_two_and_one_line_in_a_real_process():
    done = start("run", "nirgendwo")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "'nirgendwo' ist unbekannt. Mitgeliefert: friesland" in done.stderr


# Faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_wrong_county_is_told_by_every_command_that_takes_one(command):
    assert "unbekannt" in failed(command, "nirgendwo")


def test_debug_keeps_the_traceback():
    done = start("--debug", "run", "nirgendwo")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "SettingsError" in done.stderr


def test_a_missing_column_is_told_with_what_was_found(county, tmp_path):
    replace(county / "offers.csv", ";Kategorie;", ";Farbe;")
    message = failed("run", county, "-o", tmp_path / "out")
    assert "es fehlt die Spalte 'Kategorie'" in message
    assert "Farbe" in message
    assert "offers.csv" in message
    assert not (tmp_path / "out").exists()


def test_a_misspelt_column_is_told_with_what_may_be_meant(county, tmp_path):
    replace(county / "residents.csv", "residents", "residens")
    assert "gemeint: 'residens'?" in failed("run", county, "-o", tmp_path / "out")


def test_a_timetable_that_is_no_zip_is_told(county, tmp_path):
    (county / "gtfs.zip").write_bytes(b"<html>404</html>")
    message = failed("run", county, "-o", tmp_path / "out")
    assert "gtfs.zip" in message
    assert "ZIP" in message


@pytest.mark.parametrize("member", ["stops.txt", "trips.txt", "stop_times.txt", "routes.txt"])
def test_a_timetable_that_lacks_a_table_is_told(county, tmp_path, member):
    tables = toy_gtfs()
    del tables[member]
    write_zip(county / "gtfs.zip", tables)
    assert member in failed("run", county, "-o", tmp_path / "out")


def test_several_faults_are_counted_and_check_tells_them_all(county, tmp_path):
    (county / "gtfs.zip").write_bytes(b"x")
    (county / "residents.csv").unlink()
    assert "weitere Fehler" in failed("run", county, "-o", tmp_path / "out")
    result = call("check", county)
    assert result.exit_code == 2
    told = [line for line in result.output.splitlines() if line.startswith("FEHLER")]
    assert any("gtfs.zip" in line for line in told)
    assert any("residents.csv" in line for line in told)
    assert f"{len(told)} Fehler" in result.output


def test_an_unknown_municipality_is_told_with_those_that_there_are(county, tmp_path):
    message = failed("run", county, "-g", "Norddorf", "-o", tmp_path / "out")
    assert "Unbekannte Gemeinde Norddorf" in message
    assert "Westdorf, Ostdorf" in message


def test_an_unknown_category_is_told_with_those_that_there_are(county, tmp_path):
    message = failed("run", county, "-k", "Töpfern", "-o", tmp_path / "out")
    assert "Unbekannte Kategorie Töpfern" in message
    assert "Sprachkurs, Beratung, Sport" in message


def test_coordinates_mixed_up_are_told_with_their_row_and_the_offer_is_not_placed_there(county):
    lines = (county / "offers.csv").read_text(encoding="utf-8").splitlines()
    cells = lines[3].split(";")
    cells[3], cells[4] = cells[4], cells[3]
    lines[3] = ";".join(cells)
    (county / "offers.csv").write_text("\n".join(lines), encoding="utf-8")
    result = call("check", county)
    assert result.exit_code == 0
    told = [line for line in result.output.splitlines() if "vertauscht" in line]
    assert len(told) == 1
    assert told[0].startswith("HINWEIS  offers.csv, Zeile 4")
    assert "3 Angebote, davon zählen 2" in result.output


def test_an_unknown_option_is_told_and_ends_with_two():
    assert call("run", "friesland", "--fast").exit_code == 2


def test_a_file_in_the_way_of_the_results_is_told(county, tmp_path):
    (tmp_path / "maps").write_text("keine")
    message = failed("run", county, "-o", tmp_path / "maps" / "neu")
    assert "kann nicht geschrieben werden" in message


# What goes well ---------------------------------------------------------------------------------


def test_check_says_what_each_layer_holds(county):
    result = call("check", county)
    assert result.exit_code == 0
    for what in ("2 Gemeinden", "25 Zellen, 1000 Einwohner", "3 Angebote", "6 Haltestellen"):
        assert what in result.output


def test_check_of_the_bundled_county_ends_with_zero_and_fits_a_screen():
    result = call("check", "friesland")
    assert result.exit_code == 0
    assert "Es kann gerechnet werden" in result.output
    assert "99652 Einwohner" in result.output
    assert len(result.output.splitlines()) <= 43


def test_check_says_when_data_are_samples(county):
    assert "Beispieldaten (data_status" in call("check", county).output.splitlines()[0]
    replace(county / "county.toml", '"sample"', '"real"')
    assert call("check", county).output.splitlines()[0].endswith("spielzeug)")


def test_check_says_what_to_do_first(county):
    (county / "gtfs.zip").write_bytes(b"x")
    lines = call("check", county).output.splitlines()
    first = lines.index("Zuerst:")
    assert lines[first + 1] == "  1. Fahrplan: in Ordnung bringen, siehe FEHLER"
    assert lines[-1] == "1 Fehler: so kann nicht gerechnet werden."


def test_check_writes_all_it_found_into_a_workbook(county, tmp_path):
    with (county / "places.csv").open("a", encoding="utf-8") as file:
        file.write("Nirgends,,x,y,village\n" * 10)
    report = tmp_path / "neu" / "prüfung.xlsx"
    result = call("check", county, "--report", report)
    assert result.exit_code == 0, result.output
    assert f"Alle Befunde: {report}" in result.output
    book = openpyxl.load_workbook(report)
    assert book.sheetnames == ["Ebenen", "Befunde"]
    assert book["Befunde"].max_row == 11
    assert call("check", county, "--report", report).exit_code == 0


def test_the_report_of_check_is_written_though_a_layer_cannot_be_used(county, tmp_path):
    (county / "gtfs.zip").write_bytes(b"x")
    result = call("check", county, "--report", tmp_path / "r.xlsx")
    assert result.exit_code == 2
    rows = list(openpyxl.load_workbook(tmp_path / "r.xlsx")["Befunde"].values)
    assert rows[1][:2] == ("Fahrplan", "Ebene unbrauchbar")


def test_the_report_of_check_replaces_no_input(county):
    before = (county / "offers.csv").read_bytes()
    assert "auf .xlsx" in failed("check", county, "--report", county / "offers.csv")
    assert (county / "offers.csv").read_bytes() == before


def test_run_writes_into_the_folder_asked_for_and_names_the_page_to_open(county, tmp_path):
    result = call("run", county, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "index.html").is_file()
    assert f"Im Browser öffnen: {(tmp_path / 'out' / 'index.html').resolve()}" in result.stdout
    assert "Sprachkurs" in result.stdout
    assert "Beispieldaten" in result.stdout


def test_a_selection_never_replaces_the_whole_county(county, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call("run", county, "-g", "Westdorf", "-k", "Sprachkurs")
    assert result.exit_code == 0, result.output
    made = [path.name for path in (tmp_path / "maps").iterdir()]
    assert made == ["spielzeug-westdorf-sprachkurs"]


def test_brackets_in_a_path_are_shown_as_they_are(county, tmp_path):
    result = call("run", county, "-o", tmp_path / "Karten [alt]")
    assert "Karten [alt]" in result.stdout


def test_a_county_s_name_may_hold_brackets(county, tmp_path):
    replace(county / "county.toml", "Landkreis Spielzeug", "Spielzeug [/x]")
    result = call("run", county, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.exception
    assert "Spielzeug [/x]" in result.stdout


def test_a_category_without_any_counted_offer_is_no_crash(county, tmp_path):
    replace(county / "offers.csv", "sport", "beratung")
    result = call("run", county, "-k", "Sport", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output


# A new county -----------------------------------------------------------------------------------


def test_a_new_folder_is_made_and_check_says_what_is_still_missing(tmp_path):
    folder = tmp_path / "neu"
    result = call("init", folder)
    assert result.exit_code == 0
    assert sorted(p.name for p in folder.iterdir()) == [
        "LIESMICH.txt",
        "county.toml",
        "offers.xlsx",
    ]
    result = call("check", folder)
    assert result.exit_code == 2
    assert "municipalities.geojson: die Datei fehlt" in result.output
    assert "offers.xlsx: kein brauchbares Angebot" in result.output


def test_init_keeps_what_is_there(tmp_path):
    call("init", tmp_path)
    (tmp_path / "county.toml").write_text("# meins", encoding="utf-8")
    result = call("init", tmp_path)
    assert (tmp_path / "county.toml").read_text(encoding="utf-8") == "# meins"
    assert result.output.count("vorhanden") == 3


def test_the_script_for_one_municipality_runs_by_its_path(tmp_path):
    script = Path(__file__).resolve().parent.parent / "scripts" / "coverage.py"
    result = subprocess.run(
        [sys.executable, script, "Wangerooge"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "maps" / "friesland-wangerooge" / "index.html").is_file()


def test_who_stops_a_command_is_told_so_in_german(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("geo_integration.pipeline.run", stop)
    result = call("run", "friesland")
    assert result.exit_code == 130
    assert result.output.splitlines()[-1] == "Abgebrochen."


def test_help_shows_no_control_characters():
    assert "\\b" not in call("run", "--help").output
