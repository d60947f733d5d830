from __future__ import annotations

import pandas as pd
import pytest
from by_hand import make_offers

from geo_integration.measures.fit import Audience, age_span, fit, level_span


def misfit(audience, **values):
    """Why one offer does not fit."""
    offers = make_offers(("o1", "kurs"))
    for name, value in values.items():
        offers[name] = pd.Series([value], dtype=object)
    return fit(offers, {"kurs": audience}).loc[0, "misfit"]


def test_an_offer_for_women_fits_a_group_of_women_and_no_mixed_one():
    assert misfit(Audience(), women_only=True) == "women_only"
    assert misfit(Audience(women=True), women_only=True) is None
    assert misfit(Audience(women=True), women_only=False) is None


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        ("ab 16", None), ("ab 18 Jahren", None), ("18-65", None), ("6-12", "age"),
        ("bis 27", "age"), ("16 bis 27 Jahre", "age"), ("ab 60", "age"), ("60+", "age"),
        ("alle", None), (None, None), ("für Jung und Alt", None),
    ],
)  # fmt: skip
def test_everybody_of_the_group_must_be_of_the_right_age(age, expected):
    assert misfit(Audience(ages=(18, 64)), age=age) == expected


def test_an_age_is_no_matter_to_a_group_of_all_ages():
    assert misfit(Audience(), age="6-12") is None


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("A1", None),
        ("A2-B1", None),
        ("B2", "level"),
        ("A1 - B2", None),
        ("", None),
        ("C1/C2", "level"),
    ],
)
def test_one_level_that_helps_is_enough(level, expected):
    assert misfit(Audience(levels=("A1", "A2")), level=level) == expected


def test_one_language_that_is_spoken_is_enough():
    group = Audience(languages=("Arabisch", "Ukrainisch"))
    assert misfit(group, languages="Deutsch, ARABISCH") is None
    assert misfit(group, languages="Deutsch, Englisch") == "language"
    assert misfit(group, languages=None) is None


def test_what_an_offer_asks_for_must_be_what_the_group_has():
    group = Audience(admissions=("BAMF",))
    assert misfit(group, admission="BAMF-Berechtigung") is None
    assert misfit(group, admission="Zuweisung vom Jobcenter") == "admission"
    assert misfit(group, admission="keine") is None
    assert misfit(Audience(), admission="Zuweisung vom Jobcenter") is None


def test_offers_of_categories_without_a_group_fit_everybody():
    offers = make_offers(("o1", "kurs")).assign(women_only=True)
    assert fit(offers, {})["misfit"].tolist() == [None]


@pytest.mark.parametrize(("free", "full"), [(0, True), (3, False), (None, False), (pd.NA, False)])
def test_only_an_offer_that_says_so_is_full(free, full):
    offers = make_offers(("o1", "kurs"))
    offers["places_free"] = pd.Series([free], dtype=object)
    assert fit(offers, {})["full"].tolist() == [full]


def test_no_offers_give_an_empty_table():
    assert len(fit(make_offers(("o1", "kurs")).iloc[:0], {})) == 0


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("6-12", (6, 12)), ("6–12 Jahre", (6, 12)), ("16 bis 27", (16, 27)), ("ab 16", (16, 200)),
        ("bis 27", (0, 27)), ("unter 18", (0, 18)), ("65 und älter", (65, 200)), ("60+", (60, 200)),
        ("Erwachsene", None), ("", None),
    ],
)  # fmt: skip
def test_ages_are_read_as_people_write_them(text, span):
    assert age_span(text) == span


def test_levels_from_to_include_those_between():
    assert level_span("A1-B1") == {"A1", "A2", "B1"}
    assert level_span("a1 und b1") == {"A1", "B1"}
    assert level_span("Alphabetisierung") == set()
