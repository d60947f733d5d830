from __future__ import annotations

import json
import tomllib
import traceback
import zipfile

import openpyxl
import pytest
import toy
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.cli import cli
from geo_integration.errors import SourceError
from geo_integration.frames import PEOPLE, check_frame
from geo_integration.inputs.area_keys import AreaKeys
from geo_integration.inputs.county import inspect_county, read_county
from geo_integration.inputs.geocoding.gazetteer import Gazetteer
from geo_integration.inputs.people import read_people
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import People
from geo_integration.settings import read_settings

# Nobody else in the toy county has such a name or street.
CANARY, STREET = "Kanarienvogelsang", "Papageienpfad"
ENTRY = """
[[people]]
id = "lists"
label = "Leistungsberechtigte"
file = "liste.csv"
count = "Personen"
area = "Gemeinde"
place = "Ortsteil"
street = "Straße"
house_number = "Nr"
"""
HEAD = "Name;Personen;Gemeinde;Ortsteil;Straße;Nr"
ROWS = [
    f"{CANARY};3;Westdorf;Altwest;{STREET};1",
    f"{CANARY};2;Stadt Westdorf;;{STREET};1",
    f"{CANARY};4;Ostdorf;Altost;{STREET};9",
    f"{CANARY};5;Nirgendwo;;{STREET};1",
    f"{CANARY};viele;Westdorf;;{STREET};1",
    f"{CANARY};6;;;Unbekannte Gasse;3",
]


@pytest.fixture
def folder(toy_folder):
    """The toy county with a list of people and an address file."""

    def make(rows=ROWS, entry=ENTRY, head=HEAD):
        lon, lat = toy.lonlat(1, 1)
        addresses = f"street,house_number,municipality,lon,lat\n{STREET},1,Westdorf,{lon},{lat}\n"
        (toy_folder / "addresses.csv").write_text(addresses, encoding="utf-8")
        (toy_folder / "liste.csv").write_text("\n".join([head, *rows, ""]), encoding="utf-8")
        profile = toy.PROFILE.replace("[layers]", '[layers]\naddresses = "addresses.csv"')
        (toy_folder / "county.toml").write_text(profile + entry, encoding="utf-8")
        return toy_folder

    return make


def counts(people):
    table = people.astype(object).where(people.notna(), None)
    return {tuple(row[:3]): row[3] for row in table.iloc[:, 1:].to_numpy().tolist()}


def test_people_are_counted_by_municipality_quarter_and_cell(folder):
    people = read_county(read_settings(folder())).people
    check_frame(people, PEOPLE)
    assert counts(people) == {
        ("03999001", "Altwest", toy.cell_id(1, 1)): 3,
        ("03999001", None, toy.cell_id(1, 1)): 2,
        ("03999002", "Altost", None): 4,  # no such house there
        ("03999", None, None): 5 + 6,  # neither municipality nor address are known
    }


def test_every_row_is_counted_once_or_rejected(folder):
    found = inspect_county(read_settings(folder()))
    people = found.inputs.people
    rejected = [f for f in found.faults if f["file"] == "liste.csv" and f["severity"] == "rejected"]
    assert people["people"].sum() == 20
    assert people["rows"].sum() == len(ROWS) - len(rejected)
    assert [f["row"] for f in rejected] == [6]
    told = " ".join(str(f["message"]) for f in found.faults)
    assert "2 Zeilen ohne bekannte Gemeinde, nur dem Landkreis zugerechnet" in told
    assert "3 Zeilen ohne sicher gefundene Anschrift, nur der Gemeinde zugerechnet" in told
    unknown = [f for f in found.faults if "Gemeinde nicht erkannt" in str(f["message"])]
    assert [(f["row"], f["column"], f["found"]) for f in unknown] == [(5, "Gemeinde", None)]


def test_totals_of_a_list_and_remarks_below_it_are_no_people(folder):
    more = ["Summe:;5;;;;", ";5;Insgesamt;;;", "Westdorf Ergebnis;5;Westdorf;;;", "Stand: Mai;;;;;"]
    found = inspect_county(read_settings(folder(ROWS[:2] + more)))
    assert found.inputs.people["people"].sum() == 5
    told = [f for f in found.faults if "nicht gezählt" in str(f["message"])]
    assert [f["row"] for f in told] == [4, 5, 6, 7]
    assert {(f["found"], f["severity"]) for f in told} == {(None, "warning")}


@pytest.mark.parametrize(
    ("columns", "area", "place"),
    [
        ({"town": "Ort"}, "03999001", None), ({"place": "Ort"}, "03999002", "Altost"),
        ({"area": "Ort", "town": "Ort", "street": "Ort"}, "03999001", None),
        ({"area": "Name", "place": "Ort"}, "03999002", "Altost"),
    ],
)  # fmt: skip
def test_a_town_or_ortsteil_tells_the_municipality_too(folder, columns, area, place):
    entry = '[[people]]\nid = "a"\nlabel = "A"\nfile = "liste.csv"\n'
    entry += "".join(f'{name} = "{header}"\n' for name, header in columns.items())
    town = place or "Stadt Westdorf"
    people = read_county(read_settings(folder([f"{CANARY};{town}"], entry, "Name;Ort"))).people
    assert counts(people) == {(area, place, None): 1}


@pytest.mark.parametrize(
    ("text", "people"), [("3", 3), ("3,0", 3), ("1.000", 1000), ("45292", 0), ("-1", 0), ("", 0)]
)
def test_only_what_is_a_number_of_people_counts(folder, text, people):
    found = inspect_county(read_settings(folder([f"X;{text};Westdorf;;;", "X;1;Westdorf;;;"])))
    assert found.inputs.people["people"].sum() == people + 1
    rejected = [f["row"] for f in found.faults if f["severity"] == "rejected"]
    assert rejected == ([] if people else [2])


def test_rows_count_as_people_where_no_column_says_how_many(folder):
    entry = ENTRY.replace('count = "Personen"\n', "")
    assert read_county(read_settings(folder(entry=entry))).people["people"].sum() == 6


def test_an_address_that_contradicts_its_municipality_is_not_put_on_a_cell(folder):
    people = read_county(read_settings(folder([f"X;3;Ostdorf;;{STREET};1"]))).people
    assert people[["area_id", "people"]].to_numpy().tolist() == [["03999002", 3]]
    assert people["cell_id"].isna().all()


def test_small_cells_get_no_people(folder, monkeypatch):
    monkeypatch.setattr("geo_integration.inputs.people.LEAST_CELL_M", 1200)
    people = read_county(read_settings(folder())).people
    assert people["cell_id"].isna().all()
    assert people["people"].sum() == 20


def test_nothing_of_a_person_is_in_any_message_or_file(folder, tmp_path, capsys):
    county, out, report = folder(), tmp_path / "out", tmp_path / "bericht.xlsx"
    for arguments in (
        ["check", str(county), "--report", str(report)], ["run", str(county), "-o", str(out)],
        ["geocode", "review", str(county), "-o", str(tmp_path / "review.xlsx")],
    ):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            cli(arguments, standalone_mode=True)
        assert ended.value.code in (0, 2), arguments
    said = "".join(capsys.readouterr())
    assert "Leistungsberechtigte" in said
    assert CANARY not in said
    assert STREET not in said
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert (out / "index.html") in written
    for path in written:
        if path.name not in {"liste.csv", "addresses.csv"}:
            content = contents(path)
            assert CANARY not in content, path
            assert STREET not in content, path


def contents(path):
    """Text of a file; workbooks unpacked."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())


def test_no_digest_of_the_list_is_published(folder, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(SystemExit):
        cli(["run", str(folder()), "-o", str(out)])
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert "liste.csv" not in manifest["inputs"]
    assert "addresses.csv" in manifest["inputs"]


def test_check_tells_how_many_roughly_and_nothing_more(folder, capsys):
    with pytest.raises(SystemExit):
        cli(["check", str(folder())])
    said = capsys.readouterr().out
    assert "Leistungsberechtigte: rund 20 Personen aus 5 Zeilen." in said
    with pytest.raises(SystemExit):
        cli(["check", str(folder(ROWS[:1]))])
    assert "Leistungsberechtigte: unter 5 Personen." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (ENTRY.replace("Straße", "Strasse"), "es fehlt die Spalte 'Strasse'"),
        (ENTRY.replace("liste.csv", "fehlt.csv"), "fehlt"),
        ('\n[[people]]\nid = "a"\nlabel = "A"\nfile = "liste.csv"\n', "nennt keine Spalten"),
    ],
)
def test_a_list_that_cannot_be_used_is_an_error_without_its_content(folder, entry, message):
    with pytest.raises(SourceError, match=message) as found:
        read_county(read_settings(folder(entry=entry)))
    assert CANARY not in str(found.value)


def test_a_list_without_headers_shows_nobody_in_its_error(folder):
    with pytest.raises(SourceError, match="es fehlt die Spalte 'Personen'") as found:
        read_county(read_settings(folder(ROWS[1:], head=ROWS[0])))
    said = "".join(traceback.format_exception(found.value))
    assert CANARY not in said
    assert STREET not in said


@pytest.mark.parametrize("reader", ["table_with", "find_hits"])
def test_whatever_a_reader_trips_over_shows_nobody_in_its_error(folder, monkeypatch, reader):
    def fail(*_args):
        cause = ValueError(f"could not convert {CANARY!r}")
        raise SourceError(f"liste.csv: ({cause})") from cause

    monkeypatch.setattr(f"geo_integration.inputs.people.{reader}", fail)
    with pytest.raises(SourceError, match=r"liste\.csv: ") as found:
        read_county(read_settings(folder()))
    assert CANARY not in "".join(traceback.format_exception(found.value))


def test_a_sheet_called_by_a_name_is_not_named(folder, monkeypatch, toy_folder):
    monkeypatch.setattr("geo_integration.inputs.sheets.MOST_ROWS", 0)
    county = folder(entry=ENTRY.replace("liste.csv", "liste.xlsx"))
    book = openpyxl.Workbook()
    book.active.title = CANARY
    for row in [HEAD.split(";"), ROWS[0].split(";")]:
        book.active.append(row)
    book.save(toy_folder / "liste.xlsx")
    with pytest.raises(SourceError, match="nicht lesbar") as found:
        read_county(read_settings(county))
    assert CANARY not in str(found.value)


def test_a_list_of_which_no_row_counts_is_an_error(folder):
    with pytest.raises(SourceError, match="Leistungsberechtigte: keine Zeile lässt sich zählen"):
        read_county(read_settings(folder([f"{CANARY};viele;Westdorf;;;"])))


@given(
    st.lists(st.text(st.characters(exclude_characters="\n\r\0"), max_size=20), max_size=6),
    st.booleans(),
)
@rounds(max_examples=25)
def test_no_rows_raise_anything_but_our_own_errors_or_show_in_them(county, tmp_path, rows, headed):
    secret = [f"{CANARY};{row};{row};{row};{STREET};1" for row in rows]
    text = "\n".join([HEAD] * headed + secret)
    said = str(outcome(county, tmp_path, text.encode("utf-8", "replace"), "liste.csv"))
    assert CANARY not in said
    assert STREET not in said


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.ods", "a.xls"]))
@rounds(max_examples=40)
def test_no_bytes_raise_anything_but_our_own_errors(county, tmp_path, content, file):
    outcome(county, tmp_path, content, file)


def outcome(county, folder, content, file):
    """What is told of a list: its error, or the faults of its rows."""
    (folder / file).write_bytes(content)
    entry = tomllib.loads(ENTRY.replace("liste.csv", file))["people"][0]
    keys = AreaKeys(county.areas, "03999", "Landkreis Spielzeug")
    gazetteer = Gazetteer(county.areas, county.places, county.stops, None)
    faults = FaultList()
    try:
        found = read_people([People(**entry)], folder, keys, gazetteer, county.cells, faults)
    except SourceError as error:
        return traceback.format_exception(error), faults
    assert found["people"].sum() >= found["rows"].sum() > 0
    return None, faults
