from __future__ import annotations

import datetime as dt
import shutil

import openpyxl
import pytest

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.offers.lists import read_offers
from geo_integration.inputs.offers.review import ANSWER, HISTORY, merge_rounds, write_rounds
from geo_integration.inputs.tables import FaultList
from geo_integration.profile import Category

SENT, MERGED = dt.date(2026, 10, 1), dt.date(2026, 11, 2)
CATEGORIES = (Category(id="kurs", label="Kurs", field="f", letter="K"),)
HEAD = ["Nr", "Name", "Anbieter", "Kategorie", "Gemeinde", "Wann", "Eigene Spalte", "Vertraulich"]
ROWS = [
    ["A1", "Deutsch", "VHS", "Kurs", "Jever", "Di 18-19", "innen", None],
    ["A2", "Yoga", "TuS", "Kurs", "Jever", "Mo 9-10", "=1+1", None],
    ["A3", "Chor", "VHS", "Kurs", "Varel", "Mi 9-10", None, None],
    ["A4", "Schutzhaus", "Verein", "Kurs", "Varel", "Mi 9-10", None, "ja"],
]


@pytest.fixture
def offers(tmp_path):
    book = openpyxl.Workbook()
    for row in [["Unsere Angebote"], HEAD, *ROWS]:
        book.active.append(row)
    book.save(tmp_path / "offers.xlsx")
    return tmp_path / "offers.xlsx"


def sent(offers, by="municipality"):
    return write_rounds(offers, offers.parent / "out", by=by, county="03455", on=SENT)


def edit(path, *edits, add=()):
    """Change a workbook as a reader would: (Nr, header, value)."""
    book = openpyxl.load_workbook(path)
    sheet = book["Angebote"]
    rows = {str(c.value): c.row for c in sheet["B"]}
    head = {str(c.value): c.column for c in sheet[rows["Nr"]]}
    for number, header, value in edits:
        text(sheet.cell(rows[number], head[header]), value)
    for line in add:
        row = sheet.max_row + 1
        for header, value in line.items():
            text(sheet.cell(row, head[header]), value)
    book.save(path)
    return path


def text(cell, value):
    """As Excel writes what is typed into a column of texts."""
    cell.value, cell.data_type = value, "s"


def merge(offers, *files):
    return merge_rounds(offers, files, county="03455", on=MERGED)


def now(offers):
    found = read_offers(offers, CATEGORIES, FaultList())
    return found.offers.set_index("offer_id")


def outcomes(merged):
    return merged.history[["offer_id", "column", "after", "outcome"]].to_numpy().tolist()


def test_each_municipality_gets_its_own_offers_and_nobody_a_confidential_one(offers):
    files = sent(offers)
    assert [f.name for f in files] == [
        "pruefung_jever_2026-10-01.xlsx", "pruefung_varel_2026-10-01.xlsx",
    ]  # fmt: skip
    for file, numbers in zip(files, (["A1", "A2"], ["A3"]), strict=True):
        sheet = openpyxl.load_workbook(file)["Angebote"]
        assert [c.value for c in sheet["B"] if str(c.value).startswith("A")] == numbers
        texts = [str(c.value) for page in openpyxl.load_workbook(file) for r in page for c in r]
        assert not any("Schutzhaus" in text for text in texts)


def test_offers_may_be_sent_by_provider(offers):
    assert [f.stem.split("_")[1] for f in sent(offers, "provider")] == ["tus", "vhs"]


def test_what_came_back_unchanged_and_unanswered_changes_nothing(offers):
    before = offers.read_bytes()
    assert merge(offers, *sent(offers)).history.empty
    assert offers.read_bytes() == before


def test_a_change_is_taken_over_with_who_and_when_and_all_else_stays(offers):
    jever, _ = sent(offers)
    edit(jever, ("A2", "Termine", "Mo 10-11"), ("A2", "Bestätigt von", "Frau X"))
    merged = merge(offers, jever)
    assert outcomes(merged) == [["A2", "Termine", "Mo 10-11", "übernommen"]]
    assert merged.history[["when", "who", "before"]].to_numpy().tolist() == [
        ["2026-11-02", "Frau X", "Mo 9-10"]
    ]
    offer = now(offers).loc["A2"]
    assert (offer["times"], offer["last_confirmed"], offer["confirmed_by"]) == (
        "Mo 10-11", MERGED, "Frau X",
    )  # fmt: skip
    sheet = openpyxl.load_workbook(offers).active
    assert sheet["A1"].value == "Unsere Angebote"
    assert [c.value for c in sheet["G"]][2:4] == ["innen", "=1+1"]
    assert now(offers).loc["A1", "last_confirmed"] is None


def test_an_answer_alone_confirms(offers):
    jever, _ = sent(offers)
    edit(jever, ("A1", ANSWER, "stimmt"))
    assert outcomes(merge(offers, jever)) == [["A1", None, None, "bestätigt"]]
    assert now(offers).loc["A1", "last_confirmed"] == MERGED
    assert now(offers).loc["A1", "confirmed_by"] == "Jever"


def test_a_cell_that_changed_on_both_sides_is_a_conflict_and_stays(offers):
    jever, _ = sent(offers)
    edit(jever, ("A1", "Termine", "Do 18-19"), ("A1", "Kosten", "frei"))
    book = openpyxl.load_workbook(offers)
    book.active["F3"] = "Fr 18-19"
    book.save(offers)
    assert outcomes(merge(offers, jever)) == [
        ["A1", "Termine", "Do 18-19", "Konflikt"], ["A1", "Kosten", "frei", "übernommen"],
    ]  # fmt: skip
    offer = now(offers).loc["A1"]
    assert (offer["times"], offer["cost"]) == ("Fr 18-19", "frei")
    assert offer["last_confirmed"] is None


def test_newer_knowledge_is_never_overwritten(offers):
    jever, varel = sent(offers)
    book = openpyxl.load_workbook(offers)
    book.active["I2"], book.active["I3"] = "Zuletzt bestätigt", "15.10.2026"
    book.save(offers)
    edit(jever, ("A1", "Termine", "Do 18-19"))
    assert outcomes(merge(offers, jever)) == [["A1", "Termine", "Do 18-19", "Konflikt"]]
    assert now(offers).loc["A1", "times"] == "Di 18-19"
    assert varel.exists()


def test_two_returned_workbooks_that_differ_are_a_conflict(offers):
    jever, _ = sent(offers)
    other = jever.with_name("zweite.xlsx")
    shutil.copy(jever, other)
    edit(jever, ("A1", "Termine", "Do 18-19"))
    edit(other, ("A1", "Termine", "Fr 18-19"))
    assert [line[3] for line in outcomes(merge(offers, jever, other))] == ["übernommen", "Konflikt"]
    assert now(offers).loc["A1", "times"] == "Do 18-19"


def test_new_rows_are_added_with_a_number_of_their_own(offers):
    jever, _ = sent(offers)
    edit(jever, add=[{"Name": "Treff", "Kategorie": "Kurs", "Gemeinde": "Jever",
                      "Rückmeldung": "neu", "Kontakt": "=1+1"}])  # fmt: skip
    (line,) = outcomes(merge(offers, jever))
    assert line[3] == "neu aufgenommen"
    offer = now(offers).loc[line[0]]
    assert (offer["name"], offer["contact"]) == ("Treff", "=1+1")
    cells = [c for row in openpyxl.load_workbook(offers).active for c in row if c.value == "=1+1"]
    assert [c.data_type for c in cells] == ["f", "s"]


def test_an_offer_that_is_gone_ends_on_that_day(offers):
    _, varel = sent(offers)
    edit(varel, ("A3", ANSWER, "entfällt"))
    assert outcomes(merge(offers, varel)) == [["A3", "Gültig bis", "02.11.2026", "übernommen"]]
    assert now(offers).loc["A3", "valid_to"] == MERGED


def test_a_row_that_did_not_come_back_is_named_and_stays(offers):
    jever, _ = sent(offers)
    book = openpyxl.load_workbook(jever)
    sheet = book["Angebote"]
    sheet.delete_rows(next(c.row for c in sheet["B"] if c.value == "A2"))
    book.save(jever)
    assert outcomes(merge(offers, jever)) == [["A2", None, None, "fehlt im Rücklauf"]]
    assert "A2" in now(offers).index


def test_merging_the_same_workbook_again_changes_nothing_more(offers):
    jever, _ = sent(offers)
    edit(jever, ("A2", "Termine", "Mo 10-11"))
    merge(offers, jever)
    table = now(offers)["times"].tolist()
    merge(offers, jever)
    assert now(offers)["times"].tolist() == table


def test_the_version_before_and_the_history_are_kept(offers):
    before = offers.read_bytes()
    jever, varel = sent(offers)
    merge(offers, edit(jever, ("A1", "Kosten", "=2+3")))
    merge(offers, edit(varel, ("A3", "Kosten", "5 €")))
    kept = sorted(p.name for p in (offers.parent / "history").iterdir())
    assert kept == ["offers_2026-11-02_1.xlsx", "offers_2026-11-02_2.xlsx"]
    assert (offers.parent / "history" / kept[0]).read_bytes() == before
    lines = (offers.parent / HISTORY).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 3
    assert ";'=2+3;" in lines[1]


def test_other_workbooks_and_those_of_other_counties_are_refused_and_the_rest_goes_on(offers):
    jever, varel = sent(offers)
    foreign = write_rounds(offers, offers.parent / "x", by="provider", county="03462", on=SENT)[0]
    merged = merge(offers, offers, foreign, edit(varel, ("A3", "Kosten", "5 €")), jever)
    assert ["keine Prüfliste" in merged.refused[0], "03462" in merged.refused[1]] == [True, True]
    assert outcomes(merged) == [["A3", "Kosten", "5 €", "übernommen"]]


def test_offers_in_a_csv_cannot_be_written_back(offers):
    path = offers.with_suffix(".csv")
    path.write_text("Name;Kategorie\nYoga;Kurs\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"als \.xlsx speichern"):
        merge(path)


def test_offers_without_number_are_found_again_and_get_one(tmp_path):
    book = openpyxl.Workbook()
    for row in [["Name", "Kategorie", "Gemeinde"], ["Yoga", "Kurs", "Jever"]]:
        book.active.append(row)
    path = tmp_path / "o.xlsx"
    book.save(path)
    (file,) = write_rounds(path, tmp_path / "out", by="municipality", county="1", on=SENT)
    sheet = openpyxl.load_workbook(file)["Angebote"]
    number = next(c.value for c in sheet["B"] if str(c.value).startswith("o-"))
    edit(file, (number, "Name", "Yoga für alle"))
    merge_rounds(path, [file], county="1", on=MERGED)
    offer = read_offers(path, CATEGORIES, FaultList()).offers.iloc[0]
    assert (offer["offer_id"], offer["name"]) == (number, "Yoga für alle")


def test_the_lists_have_every_column_but_the_internal_ones(offers):
    sheet = openpyxl.load_workbook(sent(offers)[0])["Angebote"]
    row = next(c.row for c in sheet["B"] if c.value == "Nr")
    headers = [c.value for c in sheet[row]]
    assert headers[0] == ANSWER
    assert COLUMNS["remark"].header not in headers
    assert COLUMNS["confidential"].header not in headers


@pytest.fixture
def messy(tmp_path):
    """A list without numbers, with the house number beside the street, and a footnote."""
    book = openpyxl.Workbook()
    for row in [
        ["Name", "Kategorie", "Straße", "Nr.", "PLZ Ort", "Tag", "Uhrzeit"],
        ["Treff", "Kurs", "Kirchplatz", "13", "26441 Jever", "Mi", "15-17"],
        ["Chor", "Kurs", "Am Hafen", "2", "26434 Hooksiel", "Do", "9-10"],
        ["* Angaben ohne Gewähr"],
    ]:
        book.active.append(row)
    book.save(tmp_path / "offers.xlsx")
    return tmp_path / "offers.xlsx"


def test_the_list_to_check_shows_house_numbers_and_no_footnotes(messy):
    (file, _) = sent(messy)
    sheet = openpyxl.load_workbook(file)["Angebote"]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(row for row in rows if ANSWER in row)
    found = [dict(zip(head, row, strict=True)) for row in rows[rows.index(head) + 1 :]]
    keys = ("Name", "Straße", "Hausnummer", "Wochentag", "Termine")
    assert [[row[key] for key in keys] for row in found] == [
        ["Chor", "Am Hafen", "2", "Do", "9-10"]
    ]


def test_a_house_number_that_was_corrected_is_entered_where_it_stood(messy):
    file = sent(messy)[1]
    book = openpyxl.load_workbook(file)
    number = book["Angebote"].cell(8, 2).value
    edit(file, (number, "Hausnummer", "15"), (number, ANSWER, "geändert"))
    merged = merge(messy, file)
    assert outcomes(merged) == [[number, "Hausnummer", "15", "übernommen"]]
    assert now(messy).loc[number, ["street", "postcode", "town"]].tolist() == [
        "Kirchplatz 15", "26441", "Jever"
    ]  # fmt: skip


def test_the_municipality_may_be_told_by_where_the_offer_is(messy):
    def locate(table):
        assert table["street"].tolist() == ["Kirchplatz 13", "Am Hafen 2"]
        assert table["town"].tolist() == ["Jever", "Hooksiel"]
        return [None, "Wangerland"]

    files = write_rounds(
        messy, messy.parent / "out", by="municipality", county="03455", on=SENT, locate=locate
    )
    assert [file.name for file in files] == [
        "pruefung_jever_2026-10-01.xlsx", "pruefung_wangerland_2026-10-01.xlsx",
    ]  # fmt: skip


def test_groups_whose_names_differ_in_signs_only_get_files_of_their_own(offers):
    book = openpyxl.load_workbook(offers)
    for row, name in ((3, "-1"), (4, "=1"), (5, "1")):
        text(book.active.cell(row, 3), name)
    book.save(offers)
    files = sent(offers, by="provider")
    assert len({*files}) == 3
    numbers = [openpyxl.load_workbook(file)["Angebote"].cell(8, 2).value for file in files]
    assert sorted(numbers) == ["A1", "A2", "A3"]
