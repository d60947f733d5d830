from __future__ import annotations

import json
import zipfile

import pytest
import toy
from hypothesis import HealthCheck, given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from geo_integration.cli import cli
from geo_integration.errors import SourceError
from geo_integration.frames import PEOPLE, check_frame
from geo_integration.inputs.county import inspect_county, read_county
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
    assert [f["row"] for f in rejected] == [6]
    told = " ".join(str(f["message"]) for f in found.faults)
    assert "2 Zeilen ohne bekannte Gemeinde, nur dem Landkreis zugerechnet" in told
    assert "ohne sicher gefundene Anschrift" in told


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
    assert "Leistungsberechtigte: rund 20." in said
    with pytest.raises(SystemExit):
        cli(["check", str(folder(ROWS[:1]))])
    assert "Leistungsberechtigte: unter 5." in capsys.readouterr().out


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


@given(st.lists(st.text(st.characters(exclude_characters="\n\r\0"), max_size=20), max_size=6))
@rounds(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_rows_raise_anything_but_our_own_errors_or_show_in_them(folder, rows):
    secret = [f"{CANARY};{row};{row};{row};{STREET};1" for row in rows]
    found = inspect_county(read_settings(folder(secret)))
    assert CANARY not in str(found.errors)
    assert CANARY not in str(list(found.faults))
    assert STREET not in str(list(found.faults))
