from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.errors import GeoIntegrationError, SourceError
from geo_integration.frames import SESSIONS, check_frame
from geo_integration.inputs.offers.columns import COLUMNS, ONLY_READ
from geo_integration.inputs.offers.lists import read_offers
from geo_integration.inputs.tables import FaultList, plain_header
from geo_integration.profile import Category

CATEGORIES = (
    Category(
        id="sprachkurs", label="Sprachkurs", label_en="Language course", field="f", letter="S"
    ),
    Category(id="beratung", label="Beratung", field="f", letter="B"),
)
HEAD = "Nr;Name;Kategorie;Termine;Terminart;In den Ferien;Vertraulich;Breite;Länge"


@pytest.fixture
def read(tmp_path, faults):
    """Write an offers' table and read it."""

    def read(*lines, head=HEAD):
        path = tmp_path / "offers.csv"
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        found = read_offers(path, CATEGORIES, faults)
        check_frame(found.sessions, SESSIONS)
        return found

    return read


def test_an_offer_has_its_sessions(read, faults):
    found = read('A1;Kurs;sprachkurs;"Di 18:00-19:30; Do 9-10";fest;nein;;;')
    assert found.sessions.to_dict("list") == {
        "session_id": ["A1/1", "A1/2"],
        "offer_id": ["A1", "A1"],
        "weekday": [1, 3],
        "start_s": [64800, 32400],
        "end_s": [70200, 36000],
        "rhythm": [None, None],
        "drop_in": [False, False],
        "term_only": [True, True],
    }
    assert found.offers["timed"].tolist() == [True]
    assert faults == []


def test_an_offer_without_times_is_kept_and_untimed(read, faults):
    found = read("A1;Kurs;sprachkurs;;;;;;")
    assert found.offers["timed"].tolist() == [False]
    assert found.sessions.empty
    assert faults == []


@pytest.mark.parametrize("category", ["sprachkurs", "Sprachkurs", "SPRACHKURS", "language course"])
def test_a_category_is_known_by_id_or_label(read, category):
    assert read(f"A1;Kurs;{category};;;;;;").offers["category"].tolist() == ["sprachkurs"]


def test_an_unknown_category_rejects_the_row_and_names_the_known(read, faults):
    found = read("A1;Kurs;Sprachkurs;;;;;;", "A2;Chor;Musik;;;;;;")
    assert found.offers["offer_id"].tolist() == ["A1"]
    assert found.rejected["Zeile"].tolist() == [3]
    reason = found.rejected["Grund"][0]
    assert "bekannt: Sprachkurs, Beratung. " in reason
    assert "synonyms eintragen (gefunden: Musik)" in reason
    assert [(f["row"], f["column"], f["severity"]) for f in faults] == [
        (3, "Kategorie", "rejected")
    ]


def test_a_missing_name_rejects_the_row(read):
    found = read("A1;Kurs;Sprachkurs;;;;;;", "A2;;Sprachkurs;;;;;;", "A3;  ;Sprachkurs;;;;;;")
    assert found.rejected["Zeile"].tolist() == [3, 4]
    assert set(found.rejected["Grund"]) == {"Name: Name fehlt (gefunden: nichts)"}


def test_of_two_rows_with_one_number_the_first_counts(read):
    found = read("A1;Kurs;Sprachkurs;;;;;;", "A1;Anderer;Sprachkurs;;;;;;")
    assert found.offers["name"].tolist() == ["Kurs"]
    assert found.rejected["Grund"].tolist() == ["Nr: Nr kommt doppelt vor (gefunden: A1)"]


def test_rejected_rows_are_kept_as_they_were(read):
    head = HEAD + ";Eigene Spalte"
    found = read(
        "A1;Kurs;Sprachkurs;;;;;;;", "A2; Chor ;Musik;Di 18-19;fest;ja;;53,1;8;x y", head=head
    )
    row = found.rejected.iloc[0]
    assert list(found.rejected.columns) == ["Zeile", "Grund", *head.split(";")]
    assert row[["Nr", "Name", "Kategorie", "Termine", "Breite", "Eigene Spalte"]].tolist() == [
        "A2", "Chor", "Musik", "Di 18-19", "53,1", "x y",
    ]  # fmt: skip


def test_every_row_of_the_file_is_an_offer_or_rejected(read):
    found = read(
        "A1;Kurs;Sprachkurs;;;;;;", "A2;;Sprachkurs;;;;;;", ";Ohne Nummer;Beratung;;;;;;",
        "A1;Doppelt;Beratung;;;;;;", "A3;Chor;Musik;;;;;;",
    )  # fmt: skip
    rows = sorted([*found.offers["row"], *found.rejected["Zeile"]])
    assert rows == [2, 3, 4, 5, 6]


def test_an_offer_without_number_keeps_its_made_one_wherever_it_stands(read):
    one, other = ";Chor;Beratung;;;;;;", ";Treff;Beratung;Di 9-10;;;;;"
    first = read("A1;Kurs;Sprachkurs;;;;;;", one, other).offers.set_index("name")["offer_id"]
    later = read(other, one).offers.set_index("name")["offer_id"]
    assert first[["Chor", "Treff"]].tolist() == later[["Chor", "Treff"]].tolist()
    assert first.is_unique


def test_two_equal_offers_without_number_are_both_kept(read):
    found = read(";Chor;Beratung;;;;;;", ";Chor;Beratung;;;;;;")
    assert found.offers["offer_id"].is_unique
    assert len(found.offers) == 2


def test_times_that_are_not_understood_leave_the_offer_untimed_and_noted(read, faults):
    found = read(
        "A1;Kurs;Sprachkurs;sobald genug da sind;;;;;", "A2;Kurs;Sprachkurs;Di 9-10;manchmal;;;;"
    )
    assert found.offers["timed"].tolist() == [False, False]
    assert [(f["row"], f["column"], f["severity"]) for f in faults] == [
        (2, "Termine", "warning"), (3, "Terminart", "warning"),
    ]  # fmt: skip
    assert "zählt mit unbekannten Zeiten" in faults[0]["message"]
    assert found.rejected.empty


def test_what_is_understood_of_the_times_counts_and_the_rest_is_noted(read, faults):
    found = read('A1;Kurs;Sprachkurs;"Di 9-10; Anmeldung bei Frau Meyer";;;;;')
    assert found.sessions["weekday"].tolist() == [1]
    assert [f["column"] for f in faults] == ["Termine"]
    assert "'Anmeldung bei Frau Meyer'" in faults[0]["message"]
    assert "nur das Übrige zählt" in faults[0]["message"]


def test_times_by_appointment_are_understood_but_not_known(read, faults):
    found = read("A1;Kurs;Sprachkurs;nach Vereinbarung;;;;;", "A2;Kurs;Beratung;Mo 9-10;;;;;")
    assert found.offers["by_appointment"].tolist() == [True, False]
    assert found.offers["timed"].tolist() == [False, True]
    assert faults == []


def test_a_rhythm_in_the_month_is_kept(read, faults):
    found = read("A1;Kurs;Sprachkurs;jeden 1. und 3. Mi im Monat 15-17 Uhr;;;;;")
    assert found.sessions[["weekday", "rhythm"]].to_numpy().tolist() == [[2, "m1,m3"]]
    assert faults == []


@pytest.mark.parametrize(
    ("times", "column", "term_only", "notes"),
    [
        ("Di 9-10, nicht in den Ferien", "", True, 0),
        ("Di 9-10, auch in den Ferien", "", False, 0),
        ("Di 9-10, auch in den Ferien", "nein", True, 0),
        ("Di 9-10, nicht in den Ferien", "nein", True, 0),
        ("Di 9-10, nicht in den Ferien", "ja", True, 1),
        ("Di 9-10", "", False, 0),
    ],
)
def test_holidays_are_told_by_the_column_and_by_the_times(
    read, faults, times, column, term_only, notes
):
    found = read(f'A1;Kurs;Sprachkurs;"{times}";;{column};;;')
    assert found.sessions["term_only"].tolist() == [term_only]
    assert found.offers["in_holidays"].tolist() == [not term_only]
    assert len(faults) == notes


def test_several_lists_are_one_and_equal_numbers_stay_apart(tmp_path, faults):
    for name in ("eine.csv", "andere.csv"):
        text = f"{HEAD}\nA1;Kurs {name};sprachkurs;Di 9-10;;;;;\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [tmp_path / "eine.csv", tmp_path / "andere.csv"]
    found = read_offers(paths, CATEGORIES, faults)
    assert found.offers["offer_id"].tolist() == ["A1", "A1-andere-csv"]
    assert found.sessions["offer_id"].tolist() == ["A1", "A1-andere-csv"]
    assert found.offers["file"].tolist() == ["eine.csv", "andere.csv"]
    assert faults == []


def test_a_file_of_another_program_is_read_like_a_typed_list(tmp_path, faults):
    place = {
        "type": "Feature",
        "properties": {"amenity": "language_school", "name": "Sprachen am Markt",
                       "opening_hours": "Tu 09:00-12:00; PH off"},
        "geometry": {"type": "Point", "coordinates": [7.9, 53.57]},
    }  # fmt: skip
    unknown = place | {"properties": {"amenity": "library", "name": "Bücherei"}}
    path = tmp_path / "osm.geojson"
    features = {"type": "FeatureCollection", "features": [place, unknown]}
    path.write_text(json.dumps(features), encoding="utf-8")
    found = read_offers(path, CATEGORIES, faults)
    offer = found.offers.iloc[0]
    assert (offer["name"], offer["category"], offer["lat"]) == (
        "Sprachen am Markt", "sprachkurs", 53.57
    )  # fmt: skip
    assert found.sessions[["weekday", "drop_in"]].to_numpy().tolist() == [[1, True]]
    assert found.rejected["Name"].tolist() == ["Bücherei"]
    assert "Bücherei" in found.rejected["Grund"][0]


@pytest.mark.parametrize(
    ("remark", "mark", "shown"),
    [
        ("Adresse bitte vertraulich behandeln", "", 0), ("nicht veröffentlichen!", "", 0),
        ("vertraulich war es früher", "nein", 1), ("Anmeldung erwünscht", "", 1),
    ],
)  # fmt: skip
def test_what_a_remark_calls_confidential_is_held_back(tmp_path, faults, remark, mark, shown):
    path = tmp_path / "liste.csv"
    text = f"Name;Art;Bemerkung;Vertraulich\nKurs;Beratung;;\nHaus;Beratung;{remark};{mark}\n"
    path.write_text(text, encoding="utf-8")
    found = read_offers(path, CATEGORIES, faults)
    assert ("Haus" in found.offers["name"].tolist()) == bool(shown)
    assert len(faults) == 1 - shown
    assert not any("Haus" in str(fault) or remark in str(fault) for fault in faults)
    assert len(found.raw) == 1 + shown


def test_online_in_the_place_of_a_street_means_that_nobody_has_to_go(tmp_path, faults):
    path = tmp_path / "liste.csv"
    path.write_text("Name;Art;Straße\nKurs;Beratung;online\n", encoding="utf-8")
    assert read_offers(path, CATEGORIES, faults).offers["format"].tolist() == ["online"]


def test_a_time_without_end_is_told_as_such(read, faults):
    read("A1;Kurs;Sprachkurs;Fr 18.00 Uhr;;;;;")
    assert "(das Ende fehlt)" in faults[0]["message"]


def test_a_number_after_the_street_is_that_of_the_house(tmp_path, faults):
    path = tmp_path / "liste.csv"
    text = "Nr;Name;Art;Straße;Nr.;Ort\nA7;Kurs;Sprachkurs;Kirchplatz;13;26441 Jever\n"
    path.write_text(text, encoding="utf-8")
    offer = read_offers(path, CATEGORIES, faults).offers.iloc[0]
    assert (offer["offer_id"], offer["street"], offer["postcode"]) == (
        "A7", "Kirchplatz 13", "26441"
    )  # fmt: skip
    assert faults == []


def test_a_category_is_known_with_or_without_its_accents(tmp_path, faults):
    kinds = (CATEGORIES[0].model_copy(update={"synonyms": ("Sprachcafé",)}),)
    path = tmp_path / "liste.csv"
    path.write_text("Name;Art\nTreff;Sprachcafe\n", encoding="utf-8")
    assert read_offers(path, kinds, faults).offers["category"].tolist() == ["sprachkurs"]


def test_of_a_list_of_courses_the_kind_is_the_name(tmp_path, faults):
    path = tmp_path / "navi.csv"
    text = "Träger;Kursort;Kursart;Kurszeiten\nVHS;VHS-Haus;Sprachkurs;Mo-Fr 8:30-12:45\n"
    path.write_text(text, encoding="utf-8")
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers[["name", "provider", "category"]].to_numpy().tolist() == [
        ["Sprachkurs", "VHS", "sprachkurs"]
    ]
    assert len(found.sessions) == 5
    assert faults == []


@pytest.mark.parametrize(
    ("kind", "drop_in"), [("offen", True), ("Öffnungszeiten", True), ("fest", False), ("", False)]
)
def test_the_kind_of_times_tells_courses_from_opening_hours(read, kind, drop_in):
    found = read(f"A1;Kurs;Sprachkurs;Di 9-10;{kind};;;;")
    assert found.sessions["drop_in"].tolist() == [drop_in]


@pytest.mark.parametrize(
    ("text", "term_only"),
    [
        ("ja", False),
        ("JA", False),
        ("x", False),
        ("1", False),
        ("", False),
        ("nein", True),
        ("no", True),
    ],
)
def test_yes_and_no_are_understood_and_holidays_included_by_default(read, text, term_only):
    found = read(f"A1;Kurs;Sprachkurs;Di 9-10;;{text};;;")
    assert found.sessions["term_only"].tolist() == [term_only]


def test_neither_yes_nor_no_is_noted(read, faults):
    found = read("A1;Kurs;Sprachkurs;Di 9-10;;vielleicht;;;")
    assert [(f["column"], f["found"]) for f in faults] == [("In den Ferien", "vielleicht")]
    assert found.sessions["term_only"].tolist() == [False]


def test_what_may_be_confidential_is_never_taken_as_open(read):
    # A mark that is not understood must not publish a shelter's address.
    found = read(
        "A1;Haus;Beratung;;;;ja;;", "A2;Haus;Beratung;;;;vertraulich!;;", "A3;H;Beratung;;;;;;"
    )
    assert found.offers["offer_id"].tolist() == ["A3"]


def test_nothing_of_a_confidential_row_reaches_a_message_or_a_list(read, faults):
    found = read(
        "A1;Geheimhaus;gibt es nicht;Mo irgendwann Geheimweg 9;;;ja;Geheim;Geheim",
        "A2;Haus;Beratung;;;;;;",
    )
    assert [(f["row"], f["column"], f["found"]) for f in faults] == [(2, "Vertraulich", None)]
    assert found.rejected.empty
    assert not any("Geheim" in str(f) for f in faults)


def test_coordinates_may_have_a_decimal_comma(read, faults):
    found = read("A1;Kurs;Sprachkurs;;;;;53,5734;7.9004", "A2;Kurs;Sprachkurs;;;;;N53;7,9")
    assert found.offers["lat"].tolist()[:1] == [53.5734]
    assert found.offers["lat"].isna().tolist() == [False, True]
    assert [(f["row"], f["column"], f["found"]) for f in faults] == [(3, "Breite", "N53")]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("id,name,category,times", "A1,Kurs,sprachkurs,Di 9-10"),
        ("NR.,ANGEBOT,KATEGORIE,ZEITEN", "A1,Kurs,sprachkurs,Di 9-10"),
        ("Termine,Kategorie,Name,Nr", "Di 9-10,sprachkurs,Kurs,A1"),
    ],
)
def test_headers_may_be_english_or_other_and_in_any_order(read, head, line):
    found = read(line, head=head)
    assert found.offers[["offer_id", "name", "times"]].iloc[0].tolist() == ["A1", "Kurs", "Di 9-10"]


@pytest.mark.parametrize("key", COLUMNS)
def test_no_header_stands_for_two_columns(key):
    own = {plain_header(header) for header in COLUMNS[key].headers}
    for other, column in COLUMNS.items():
        if other != key:
            assert not own & {plain_header(header) for header in column.headers}


def test_a_file_without_names_or_categories_is_refused(read):
    with pytest.raises(SourceError, match=r"'Kategorie' \(gemeint: 'Kategorien'\?\)"):
        read("A1;Kurs;x", head="Nr;Name;Kategorien")


def test_a_file_without_usable_row_is_refused_with_the_reasons(read):
    with pytest.raises(SourceError, match=r"kein brauchbares Angebot \(Kategorie: unbekannte"):
        read("A1;Kurs;Musik;;;;;;")
    with pytest.raises(SourceError, match="keine Zeilen"):
        read()


def test_workbooks_are_read_like_csv(tmp_path, faults):
    path = tmp_path / "offers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nr", "Name", "Kategorie", "Breite", "Länge", "Termine"])
        sheet.write_row(1, 0, [7, "Kurs", "Sprachkurs", 53.5, 7.9, "Mo-Fr 9-12 Uhr"])
    found = read_offers(path, CATEGORIES, faults)
    assert found.offers.loc[0, ["offer_id", "lat", "lon"]].tolist() == ["7", 53.5, 7.9]
    assert len(found.sessions) == 5
    assert faults == []


@given(
    st.lists(
        st.lists(st.text(alphabet='aJj1 ;-,:"DiMo9Nn', max_size=8), min_size=9, max_size=9),
        max_size=4,
    )
)
def test_any_cells_are_offers_or_an_error_with_words(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "any_offers.csv"
    table = pd.DataFrame(lines, columns=HEAD.split(";"))
    table.loc[:, "Kategorie"] = "sprachkurs"
    table.to_csv(path, sep=";", index=False)
    faults = FaultList()
    try:
        found = read_offers(path, CATEGORIES, faults)
    except GeoIntegrationError:
        return
    check_frame(found.sessions, SESSIONS)
    assert not found.offers["offer_id"].duplicated().any()


@pytest.mark.parametrize("key", [key for key in COLUMNS if key not in ONLY_READ])
def test_the_manual_explains_every_column(key):
    text = (Path(__file__).parents[3] / "docs" / "anleitung.md").read_text(encoding="utf-8")
    assert f"| {COLUMNS[key].header} | {COLUMNS[key].meaning} |" in text
