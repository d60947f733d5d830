from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.geocoding.addresses import (
    Address,
    house_numbers,
    loose_key,
    normalise,
    parse_address,
    postcode,
    street_key,
    town_key,
)

# Spelling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mühlenstr. 12 a", "Muehlenstraße 12a"),
        ("Mühlenstraße 12A", "Mühlenstrasse 12 a"),
        ("MÜHLENSTRASSE 12", "Mühlenstr.12"),
        ("MÜHLENSTRAẞE 12", "Mühlenstraße12"),
        ("Lange Str. 3", "Lange Straße 3"),
        ("Lange Str 3", "Lange Straße 3"),
        ("Lange-Str. 3", "Lange Straße 3"),
        ("Dr.-Müller-Str. 5", "Dr Müller Strasse 5"),
        ("  Am  Markt 1 ", "am markt 1"),
        ("Am\u00a0Markt\u20111", "Am Markt-1"),
        ("Mühlenstr 12", "Mühlenstraße 12"),
        ("Café-Straße 2", "Cafe Str. 2"),
        (unicodedata.normalize("NFD", "Mühlenstraße 12"), "Mühlenstraße 12"),
    ],
)
def test_spellings_of_one_address_are_alike(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mühlenweg 1", "Mühlenstraße 1"),
        ("Weg 1", "Weg 11"),
        ("Weg 1a", "Weg 1b"),
        ("Weg 1", "Weg 1a"),
        ("Strandweg 1", "Strassenweg 1"),
    ],
)
def test_different_addresses_stay_different(one, other):
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize("text", [None, "", "  ", "-", "..."])
def test_nothing_stays_nothing(text):
    assert normalise(text) == street_key(text) == town_key(text) == ""
    assert parse_address(text) == Address()


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    plain = normalise(text)
    assert normalise(plain) == plain
    assert not set(plain) - set("abcdefghijklmnopqrstuvwxyz0123456789 ")


@given(st.lists(st.sampled_from(["str", "straße", ".", "_", "1", "a", " ", "ß", "ü", "-", "weg"])))
def test_normalising_twice_changes_nothing_near_the_rules(parts):
    plain = normalise("".join(parts))
    assert normalise(plain) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bahnhof-Str.", "Bahnhofstraße"),
        ("St. Jürgen-Str.", "Sankt-Jürgen-Straße"),
        ("Gr. Burgstr.", "Große Burgstraße"),
    ],
)
def test_blanks_hyphens_and_abbreviations_of_streets_are_alike(one, other):
    assert street_key(one) == street_key(other)


def test_a_for_umlaut_is_alike_only_loosely():
    assert loose_key("Muhlenstr.") == loose_key("Mühlenstraße")
    assert street_key("Neue Straße") != street_key("Neustraße")


@pytest.mark.parametrize("text", ["Stadt Jever", "Jever, Stadt", "JEVER", "Jever (Stadt)"])
def test_what_a_town_is_officially_called_is_left_out(text):
    assert town_key(text) == "jever"
    assert town_key("Neustadt") == "neustadt"
    assert town_key("Stadt") == "stadt"


# Parts ------------------------------------------------------------------------------------------

CASES = {
    "Am Markt 1, 26441 Jever": ("Am Markt", "1", "", "26441", "Jever", ""),
    "26441 Jever, Am Markt 1": ("Am Markt", "1", "", "26441", "Jever", ""),
    "D-26441 Jever, Am Markt 1": ("Am Markt", "1", "", "26441", "Jever", ""),
    "Am Markt 1 D-26441 Jever": ("Am Markt", "1", "", "26441", "Jever", ""),
    "Am Markt 1\n26441 Jever": ("Am Markt", "1", "", "26441", "Jever", ""),
    "Am Markt 1; 26441 Jever": ("Am Markt", "1", "", "26441", "Jever", ""),
    "Am Markt 1, Jever": ("Am Markt", "1", "", "", "Jever", ""),
    "Hauptstr. 12 a": ("Hauptstr.", "12", "a", "", "", ""),
    "Hauptstr. 12A": ("Hauptstr.", "12", "a", "", "", ""),
    "Hauptstr.12": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstraße12": ("Hauptstraße", "12", "", "", "", ""),
    "Hauptstr. 012": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstr. 12-14": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstr. 12 – 14": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstr. 12/14": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstr. 12 bis 14": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstr. 12 u. 14": ("Hauptstr.", "12", "", "", "", ""),
    "Hauptstr. 12a-c": ("Hauptstr.", "12", "a", "", "", ""),
    "Hauptstr. Nr. 5": ("Hauptstr.", "5", "", "", "", ""),
    "Hauptstr., 5": ("Hauptstr.", "5", "", "", "", ""),
    "Hauptstr. 5.": ("Hauptstr.", "5", "", "", "", ""),
    "Nr. 5": ("", "5", "", "", "", ""),
    "Straße des 17. Juni 3": ("Straße des 17. Juni", "3", "", "", "", ""),
    "Straße des 17. Juni": ("Straße des 17. Juni", "", "", "", "", ""),
    "Hauptstr. 5 (Hinterhaus)": ("Hauptstr.", "5", "", "", "", ""),
    "Hauptstr. 5 (OT Minsen)": ("Hauptstr.", "5", "", "", "", "Minsen"),
    "Hauptstr. 5, OT Minsen, 26434 Wangerland": (
        "Hauptstr.", "5", "", "26434", "Wangerland", "Minsen",
    ),
    "Rathaus, Am Kirchplatz 1": ("Am Kirchplatz", "1", "", "", "", ""),
    "Haus am Meer, Strandstr. 4, 1. OG": ("Strandstr.", "4", "", "", "", ""),
    "c/o Evangelische Kirche, Hauptstr. 3": ("Hauptstr.", "3", "", "", "", ""),
    "Rathaus": ("Rathaus", "", "", "", "", ""),
    "ZOB/Bahnhof": ("ZOB/Bahnhof", "", "", "", "", ""),
    "B 437": ("B 437", "", "", "", "", ""),
    "L815": ("L815", "", "", "", "", ""),
    "26441": ("", "", "", "26441", "", ""),
    "12": ("12", "", "", "", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_addresses_in_any_usual_order_are_taken_apart(text):
    assert parse_address(text)[:6] == CASES[text]


def test_what_was_left_out_is_told():
    assert parse_address("Weg 12-14").notes == ("von mehreren Hausnummern gilt die erste (12)",)
    assert "c/o nicht verwendet" in parse_address("c/o Amt, Weg 1").notes
    assert "Gebäudename nicht verwendet" in parse_address("Rathaus, Weg 1").notes
    assert parse_address("Weg 12a").notes == ()


@pytest.mark.parametrize(
    "town", ["Jever-Moorwarfen", "Jever OT Moorwarfen", "Jever (Moorwarfen)", "Jever / Moorwarfen"]
)
def test_a_town_with_its_quarter_is_split_where_the_town_is_known(town):
    found = parse_address("Weg 1", town=town, known={"jever"})
    assert (found.town, found.place) == ("Jever", "Moorwarfen")


def test_a_town_with_a_hyphen_of_its_own_is_not_split():
    known = {"horumersiel", "horumersiel schillig"}
    assert parse_address("", town="Horumersiel-Schillig", known=known).place == ""
    assert parse_address("", town="Castrop-Rauxel", known={"jever"}).town == "Castrop-Rauxel"


def test_what_stands_in_columns_counts_before_the_text():
    found = parse_address("Weg 1, 11111 Anders", code="26441", town="Jever", place="Cleverns")
    assert found[3:6] == ("26441", "Jever", "Cleverns")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("26441", "26441"), (26441, "26441"), ("26441.0", "26441"), ("D-26441", "26441"),
        ("1067", "01067"), (1067, "01067"), (" 26 441 ", "26441"),
        ("", ""), (None, ""), ("00000", ""), ("123", ""), ("264411", ""), ("unbekannt", ""),
    ],
)  # fmt: skip
def test_postcodes_have_five_digits_or_none(text, code):
    assert postcode(text) == code


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("12", ["12"]), ("012", ["12"]), ("12 a", ["12a"]), ("12A", ["12a"]),
        ("12-14", ["12", "13", "14"]), ("12;14", ["12", "14"]), ("12,14a", ["12", "14a"]),
        ("12/1", ["12"]), ("12-900", ["12"]), ("", []), (None, []), ("ohne", []),
    ],
)  # fmt: skip
def test_numbers_of_address_files_stand_for_every_house(text, numbers):
    assert house_numbers(text) == numbers


@given(st.text(max_size=500), st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_the_parser(text, code, town):
    found = parse_address(text, code=code, town=town, known={"jever"})
    assert not found.number or found.number.isdigit()
    assert not found.postcode or len(found.postcode) == 5
    assert len(found.suffix) <= 1


@given(st.text("0123456789 -/+.,;()abisNrstr\n", max_size=400))
def test_no_text_made_of_numbers_breaks_the_parser(text):
    parse_address(text, known=frozenset())
    house_numbers(text)
