from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.outputs.workbook import write_to_check, write_workbook
from geo_integration.settings import read_settings

SHEETS = {
    "de": ["Lesehinweis", "Kennzahlen", "Ziele", "Bedarf", "Gemeinden", "Gründe", "Ortsteile",
           "Bedarf je Ortsteil", "Plätze", "Verluste", "Verlorene Angebote",
           "Zeitbänder",
           "ÖV-Güteklassen", "Versorgungslücken",
           "Angebote", "Nicht gezählt", "Annahmen", "Fahrplantage", "Prüfungen",
           "Quellen"],
    "en": ["Read first", "Key figures", "Goals", "Need", "Municipalities", "Reasons", "Places",
           "Need by place", "Capacity", "Losses", "Offers lost",
           "Time bands",
           "Transport quality", "Underserved areas",
           "Offers", "Not counted", "Assumptions", "Service dates", "Checks",
           "Sources"],
}  # fmt: skip
FACTS = {
    "method_version": "1",
    "made_from": "abcdef123456",
    "walking": {"de": "Luftlinie mal 1,3", "en": "straight line"},
    "selected": [],
    "guards": {"de": ["alles gut"], "en": ["fine"]},
    "need_sources": {},
    "internal": False,
}
GUARDS = [{"guard": "residents_total", "level": "info", "count": 1, "detail": ""}]
NO_FAULTS = pd.DataFrame(columns=["file", "row", "column", "found", "message", "severity"])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("workbook") / "toy")
    settings = read_settings(folder)
    return settings, pipeline.run(settings, folder / "out").published


@pytest.fixture
def write(run, tmp_path):
    """Write a workbook; changes go to the settings' county, the facts, or the frames."""
    settings, published = run

    def write_and_open(*, facts=None, language="de", frames=None, **county):
        county = settings.county.model_copy(update={"language": language, **county})
        path = tmp_path / "a.xlsx"
        write_workbook(
            path,
            published._replace(**(frames or {})),
            settings.model_copy(update={"county": county}),
            facts=FACTS | (facts or {}),
            guards=GUARDS,
        )
        return openpyxl.load_workbook(path)

    return write_and_open


def rows_of(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def guide_of(book):
    return [row[0] for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize("language", SHEETS)
def test_every_sheet_is_there_in_the_county_s_language(write, language):
    assert write(language=language).sheetnames == SHEETS[language]


@pytest.mark.parametrize("language", SHEETS)
def test_every_column_has_a_title_of_its_own(write, language):
    for sheet in write(language=language).worksheets[1:]:
        titles = [cell.value for cell in sheet[1]]
        assert all(titles)
        assert len(set(titles)) == len(titles)
        assert not any("column." in title or "{" in title for title in titles)


def test_headers_are_frozen_and_filtered(write):
    for sheet in write().worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        if sheet.max_row > 1:
            assert sheet.auto_filter.ref == sheet.dimensions


def test_numbers_are_numbers_shares_are_per_cent_and_dates_are_dates(write):
    book = write()
    head = [cell.value for cell in book["Gemeinden"][1]]
    first = dict(zip(head, book["Gemeinden"][2], strict=True))
    assert isinstance(first["Einwohner"].value, int)
    assert first["Anteil"].number_format == "0.0%"
    assert first["Schlüssel"].value.startswith("03999")
    assert isinstance(first["Schlüssel"].value, str)
    date = book["Fahrplantage"]["C2"]
    assert isinstance(date.value, dt.datetime)
    assert date.number_format == "dd.mm.yyyy"


def test_missing_shares_are_empty_cells_and_no_text(run, write):
    _, published = run
    table = published.area_coverage.assign(share_covered=float("nan"))
    rows = rows_of(write(frames={"area_coverage": table})["Gemeinden"])
    assert {row["Anteil"] for row in rows} == {None}


def test_every_number_of_residents_is_that_of_the_frame(run, write):
    _, published = run
    table = published.area_coverage
    rows = rows_of(write()["Kennzahlen"]) + rows_of(write()["Gemeinden"])
    assert [row["erreichen ein Angebot"] for row in rows] == table["covered"].tolist()
    assert [row["erreichen keines"] for row in rows] == table["uncovered"].tolist()
    quality = rows_of(write()["ÖV-Güteklassen"])
    told = [row[name] for row in quality for name in list(row)[3:]]
    assert told == published.quality_residents["residents"].tolist()
    assert sum(told) > 0
    assert {row["Verfahren"] for row in quality} == {"ÖROK (Österreich)"}
    reasons = rows_of(write()["Gründe"])
    assert [row["Einwohner"] for row in reasons] == published.area_reasons["residents"].tolist()
    places = rows_of(write()["Ortsteile"])
    told = [row["erreichen ein Angebot"] for row in places]
    assert told == published.place_coverage["covered"].tolist()
    lost = rows_of(write()["Verluste"])
    told = [row["davon nicht an diesem Tag"] for row in lost]
    assert told == published.losses["lost"].tolist()
    assert sum(told) > 0
    missed = rows_of(write()["Verlorene Angebote"])
    assert [row["Einwohner"] for row in missed] == published.loss_causes["residents"].tolist()
    bands = rows_of(write()["Zeitbänder"])
    assert [row["Einwohner darin"] for row in bands] == published.bands["within"].tolist()


def test_the_county_s_row_is_called_a_selection_when_it_is_one(write):
    names = {row["Gemeinde"] for row in rows_of(write()["Kennzahlen"])}
    assert names == {"Landkreis gesamt"}
    book = write(facts={"selected": ["Westdorf"]})
    assert {row["Gemeinde"] for row in rows_of(book["Kennzahlen"])} == {"Auswahl gesamt"}
    assert any("Auswahl: Westdorf" in line for line in guide_of(book))


def test_sample_data_are_called_so_on_the_first_sheet_and_real_data_are_not(write):
    warning = "Beispieldaten – nicht für Entscheidungen."
    assert warning in guide_of(write(data_status="sample"))
    assert warning not in guide_of(write(data_status="real"))


def test_the_guide_says_which_run_it_is_and_what_is_withheld(write):
    text = " ".join(guide_of(write()))
    assert "abcdef123456" in text
    assert "kleiner als 5" in text or "unter 5" in text or "weniger als 5" in text
    assert "30" in text


def test_the_rule_is_printed_with_its_values(write):
    rows = {row["Annahme"]: row["Wert"] for row in rows_of(write()["Annahmen"])}
    assert rows["längster Weg, Minuten (hin, zurück je)"] == "45"
    assert rows["Gehgeschwindigkeit, km/h"] == "6"
    assert rows["Gehwege"] == "Luftlinie mal 1,3"
    assert rows["Abfahrten für Angebote ohne Zeiten"] == "08:00 – 09:00"


def test_offers_are_listed_once_counted_or_not(run, write):
    _, published = run
    offers = published.offers.assign(counted=[True, False, True])
    book = write(frames={"offers": offers})
    counted = [row["Nr"] for row in rows_of(book["Angebote"])]
    others = [row["Nr"] for row in rows_of(book["Nicht gezählt"])]
    assert (counted, others) == (["O1", "O3"], ["O2"])


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x";"y")', "@SUM(1)", "+1", "-1", "http://x.org", "{=1}", "=1+1"]
)
def test_what_looks_like_a_formula_or_a_link_stays_text(run, write, text):
    _, published = run
    offers = published.offers.assign(name=text)
    cell = write(frames={"offers": offers})["Angebote"]["B2"]
    assert cell.value == text
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_very_long_texts_are_cut_to_what_excel_takes(run, write):
    _, published = run
    offers = published.offers.assign(name="x" * 40_000)
    assert len(write(frames={"offers": offers})["Angebote"]["B2"].value) == 32_000


def test_equal_frames_give_equal_bytes(write, tmp_path):
    write()
    one = (tmp_path / "a.xlsx").read_bytes()
    write()
    assert (tmp_path / "a.xlsx").read_bytes() == one


def test_faults_and_rejected_rows_are_written_as_they_were(tmp_path):
    fault = ["offers.csv", 7, "Kategorie", "Yoga", "unbekannte Kategorie", "rejected"]
    faults = pd.DataFrame([fault], columns=NO_FAULTS.columns).astype({"row": "Int64"})
    rows = pd.DataFrame({"Zeile": [7], "Grund": ["Name fehlt"], "Name": [None], "Nr": ["=1"]})
    write_to_check(tmp_path / "r.xlsx", faults, rows, rows.head(0), "de")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["Eingabefehler", "Nicht übernommen"]
    row = rows_of(book["Eingabefehler"])[0]
    assert [row[n] for n in ("Datei", "Zeile", "Spalte", "gefunden")] == fault[:4]
    assert row["Folge"] == "Zeile nicht übernommen"
    found = rows_of(book["Nicht übernommen"])[0]
    assert str(found["Zeile"]) == "7"
    assert found["Grund"] == "Name fehlt"
    assert found["Name"] is None
    assert found["Nr"] == "=1"
