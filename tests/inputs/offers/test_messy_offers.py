"""Offers as they lie on the disks of county offices."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pandas as pd
import pytest

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.lists import read_offers, rows_with
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import Category

CATEGORIES = (
    Category(
        id="sprachkurs", label="Sprachkurs", field="f", letter="S",
        synonyms=("Integrationskurs", "Alphabetisierungskurs"),
    ),
    Category(id="sport", label="Sportverein", field="f", letter="V"),
)  # fmt: skip
PLACES = ("places_total", "places_free")
HEAD = ["Angebot", "Anbieter", "Kategorie", "Wann"]


@pytest.fixture
def faults():
    return FaultList()


def book(path, *sheets, hide=(), merge=()):
    """A workbook of (name, rows)."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merge:
            sheet.merge_cells(cells)
        if name in hide:
            sheet.sheet_state = "hidden"
    made.save(path)
    return path


def said(faults):
    return [(f["file"], f["row"], f["column"], f["message"]) for f in faults]


def test_title_rows_above_and_footnotes_below_are_no_offers(tmp_path, faults):
    path = book(tmp_path / "o.xlsx", ("A", [
        ["Angebote im Landkreis"], ["Stand: Oktober 2026"], [], HEAD,
        ["Deutsch A1", "VHS", "Sprachkurs", "Di 18-19:30"], [],
        ["Yoga", "TuS", "Sportverein", "Mo 9-10"], ["* ohne Gewähr"], ["Quelle: eigene Erhebung"],
    ]))  # fmt: skip
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers["name"].tolist() == ["Deutsch A1", "Yoga"]
    assert found.offers["row"].tolist() == [5, 7]
    assert found.rejected.empty
    assert [(f["row"], f["found"]) for f in faults] == [
        (8, "* ohne Gewähr"), (9, "Quelle: eigene Erhebung"),
    ]  # fmt: skip


def test_merged_cells_hold_for_all_their_rows(tmp_path, faults):
    path = book(tmp_path / "o.xlsx", ("A", [
        HEAD, ["Deutsch A1", "VHS", "Sprachkurs", "Di 18-19:30"],
        ["Deutsch A2", None, None, "Do 18-19:30"], ["Yoga", "TuS", "Sportverein", "Mo 9-10"],
    ]), merge=["B2:B3", "C2:C3"])  # fmt: skip
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers["provider"].tolist() == ["VHS", "VHS", "TuS"]
    assert found.offers["category"].tolist() == ["sprachkurs", "sprachkurs", "sport"]


def test_every_visible_sheet_with_offers_is_read_and_rows_are_named_with_their_sheet(
    tmp_path, faults
):
    path = book(
        tmp_path / "o.xlsx",
        ("Varel", [HEAD, ["Deutsch A1", "VHS", "Sprachkurs", "Di 18-19:30"]]),
        ("Jever", [["Liste Jever"], HEAD, ["Yoga", "TuS", "Musik", "Mo 9-10"],
                   ["Judo", "TuS", "Sportverein", "irgendwann"]]),
        ("alt", [HEAD, ["Alt", "VHS", "Sprachkurs", ""]]),
        ("Notizen", [["Bitte anrufen"]]),
        hide=["alt"],
    )  # fmt: skip
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers["name"].tolist() == ["Deutsch A1", "Judo"]
    assert found.rejected[["Zeile", "Angebot"]].to_numpy().tolist() == [[3, "Yoga"]]
    notes = said(faults)
    assert ("o.xlsx", None, "Blatt", "Blatt ausgeblendet: nicht gelesen") in notes
    assert any(f[:3] == ("o.xlsx, Blatt Jever", 4, "Termine") for f in notes)
    assert any("ohne die Spalten" in f[3] for f in notes)


def test_numbers_dates_and_times_of_excel_are_understood(tmp_path, faults):
    head = [*HEAD, "PLZ/Ort", "Plätze", "freie Plätze", "Stand", "Beginn", "Ende"]
    path = book(tmp_path / "o.xlsx", ("A", [
        head,
        ["Deutsch A1", "VHS", "Integrationskurs", "Di 18-19:30", "26441 Jever", 20.0, "ausgebucht",
         dt.date(2026, 9, 1), dt.date(2026, 9, 7), "31.07.2027"],
    ]))  # fmt: skip
    offer = read_offers(path, CATEGORIES, faults).offers.iloc[0]
    assert offer["category"] == "sprachkurs"
    assert (offer["postcode"], offer["town"]) == ("26441", "Jever")
    assert (offer["places_total"], offer["places_free"]) == (20, 0)
    assert offer["last_confirmed"] == dt.date(2026, 9, 1)
    assert (offer["valid_from"], offer["valid_to"]) == (dt.date(2026, 9, 7), dt.date(2027, 7, 31))
    assert faults == []


@pytest.mark.parametrize(
    ("total", "free", "read", "message"),
    [
        ("20", "-3", (20, None), "keine Anzahl von Plätzen"),
        ("auf Anfrage", "4", (None, 4), "keine Anzahl von Plätzen"),
        ("12", "15", (12, 15), "mehr freie Plätze als Plätze (12)"),
    ],
)
def test_places_that_cannot_be_are_told(tmp_path, faults, total, free, read, message):
    head = [*HEAD, "Plätze", "freie Plätze"]
    row = ["Deutsch A1", "VHS", "Integrationskurs", "Di 18-19:30", total, free]
    offer = read_offers(book(tmp_path / "o.xlsx", ("A", [head, row])), CATEGORIES, faults).offers
    found = [None if pd.isna(offer[c].item()) else offer[c].item() for c in PLACES]
    assert tuple(found) == read
    assert [f["message"].startswith(message) for f in faults] == [True]


def test_weekday_and_hours_in_columns_of_their_own_are_put_together(tmp_path, faults):
    head = ["Angebot", "Kategorie", "Wochentag", "Beginn", "Ende"]
    path = book(tmp_path / "o.xlsx", ("A", [
        head, ["Yoga", "Sportverein", "Mo", dt.time(18, 30), dt.time(20, 0)],
        ["Judo", "Sportverein", "Di + Do", "17:00", "18:00"],
    ]))  # fmt: skip
    sessions = read_offers(path, CATEGORIES, faults).sessions
    assert sessions[["weekday", "start_s", "end_s"]].to_numpy().tolist() == [
        [0, 66600, 72000], [1, 61200, 64800], [3, 61200, 64800],
    ]  # fmt: skip


def test_contacts_in_several_columns_are_put_together(tmp_path, faults):
    head = ["Angebot", "Kategorie", "Ansprechpartner", "Telefon", "E-Mail"]
    path = book(
        tmp_path / "o.xlsx", ("A", [head, ["Yoga", "Sportverein", "Frau X", "04461 1", "a@b.de"]])
    )
    assert read_offers(path, CATEGORIES, faults).offers["contact"].tolist() == [
        "Frau X; 04461 1; a@b.de"
    ]


def test_two_columns_that_mean_the_same_and_differ_are_noted(tmp_path, faults):
    head = ["Angebot", "Kategorie", "Ort", "Stadt"]
    path = book(tmp_path / "o.xlsx", ("A", [head, ["Yoga", "Sportverein", "Jever", "Varel"],
                                           ["Judo", "Sportverein", None, "Zetel"]]))  # fmt: skip
    assert read_offers(path, CATEGORIES, faults).offers["town"].tolist() == ["Jever", "Zetel"]
    assert [(f["row"], f["found"]) for f in faults] == [(2, "Jever / Varel")]


def test_the_headers_once_more_in_the_middle_are_no_offer(tmp_path, faults):
    row = ["Yoga", "TuS", "Sportverein", "Mo 9-10"]
    path = book(tmp_path / "o.xlsx", ("A", [HEAD, row, HEAD, [*row[:3], "Di 9-10"]]))
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers["row"].tolist() == [2, 4]
    assert faults == []


def test_formulas_without_a_stored_result_are_told(tmp_path, faults):
    path = book(tmp_path / "o.xlsx", ("A", [HEAD, ["Yoga", '="Tu"&"S"', "Sportverein", "Mo 9-10"]]))
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers["provider"].tolist() == [None]
    assert "1 Formeln ohne gespeichertes Ergebnis, zuerst in Zelle B2" in faults[0]["message"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Angebot;Anbieter;Kategorie;Wann\nYoga für Große;TuS;Sportverein;Mo 9-10\n", "cp1252"),
        ("Angebot;Anbieter;Kategorie;Wann\r\nYoga für Große;TuS;Sportverein;Mo 9-10\r\n", "utf-16"),
        ("sep=;\nAngebot;Anbieter;Kategorie;Wann\nYoga für Große;TuS;Sportverein;Mo 9-10", "utf-8"),
        ("Angebot\tKategorie\nYoga für Große\tSportverein\n", "utf-8-sig"),
        ('Angebot,Kategorie,Breite\nYoga für Große,Sportverein,"53,5"\n', "utf-8"),
        ("Angebot|Kategorie\nYoga für Große|Sportverein\n", "utf-8"),
    ],
)
def test_csv_of_every_kind_is_read(tmp_path, faults, text, encoding):
    path = tmp_path / "o.csv"
    path.write_bytes(text.encode(encoding))
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers[["name", "category"]].to_numpy().tolist() == [["Yoga für Große", "sport"]]
    assert faults == []


ODS = (
    '<?xml version="1.0"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="A">{rows}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def test_a_sheet_of_libre_office_is_read(tmp_path, faults):
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(
        f"<table:table-row>{''.join(cell.format(v) for v in row)}</table:table-row>"
        for row in (HEAD, ["Yoga", "TuS", "Sportverein", "Mo 9-10"])
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path = tmp_path / "o.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr("META-INF/manifest.xml", (
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
            "</m:manifest>"
        ))  # fmt: skip
        package.writestr("content.xml", ODS.format(rows=rows))
    assert read_offers(path, CATEGORIES, faults).offers["name"].tolist() == ["Yoga"]


def test_a_category_that_is_nearly_known_is_named(tmp_path, faults):
    path = book(tmp_path / "o.xlsx", ("A", [HEAD, ["Yoga", "", "Sportverein", ""],
                                           ["Judo", "", "Sport-Verien", ""]]))  # fmt: skip
    assert "(gemeint: 'Sportverein'?)" in read_offers(path, CATEGORIES, faults).rejected["Grund"][0]


def test_an_unpacked_giant_is_refused_before_it_is_unpacked(tmp_path, faults, monkeypatch):
    monkeypatch.setattr("geo_integration.inputs.sheets.MOST_UNPACKED", 1000)
    path = book(tmp_path / "o.xlsx", ("A", [HEAD]))
    with pytest.raises(SourceError, match="ausgepackt größer als"):
        read_offers(path, CATEGORIES, faults)


def test_a_giant_file_is_refused_before_it_is_read(tmp_path, faults, monkeypatch):
    monkeypatch.setattr("geo_integration.inputs.sheets.MOST_BYTES", 100)
    with pytest.raises(SourceError, match="MB; gelesen werden höchstens"):
        read_offers(book(tmp_path / "o.xlsx", ("A", [HEAD])), CATEGORIES, faults)


def test_no_row_is_lost_in_a_sheet_of_five_thousand(tmp_path, faults):
    rows = [
        [f"Angebot {i}", f"Träger {i % 50}", ("Sportverein", "Musik")[i % 10 == 0], "Mo 9-10"]
        for i in range(5000)
    ]
    found = read_offers(book(tmp_path / "o.xlsx", ("A", [HEAD, *rows])), CATEGORIES, faults)
    assert len(found.offers) == 4500
    assert sorted([*found.offers["row"], *found.rejected["Zeile"]]) == list(range(2, 5002))
    assert isinstance(found.rejected, pd.DataFrame)


def test_rows_with_hints_are_listed_as_they_were(tmp_path, faults):
    path = book(tmp_path / "o.xlsx", ("A", [[*HEAD, "Eigene"],
        ["Yoga", "TuS", "Sportverein", "irgendwann", "=1"],
        ["Judo", "TuS", "Sportverein", "Mo 9-10", "b"]]))  # fmt: skip
    found = read_offers(path, CATEGORIES, faults)
    doubtful = rows_with(found.raw, faults, "warning")
    assert doubtful[["Zeile", "Angebot"]].to_numpy().tolist() == [[2, "Yoga"]]
    assert doubtful["Grund"][0].startswith("Termine: ")


def test_a_sum_below_the_table_is_no_offer(tmp_path, faults):
    path = tmp_path / "liste.csv"
    path.write_text("Name;Art;Plätze\nChor;Sport;12\nSumme:;;12\n", encoding="utf-8")
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers["name"].tolist() == ["Chor"]
    assert found.rejected.empty
    assert [f["message"] for f in faults] == ["Summe unter der Tabelle: kein Angebot"]
