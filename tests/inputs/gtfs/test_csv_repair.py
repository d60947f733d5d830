from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.gtfs.csv_repair import rows_of, strict_rows


def rows(text, width, separator=","):
    return [(row.line, row.values) for row in rows_of(text.split("\n"), separator, width)]


def odd(text, width):
    return [row.line for row in rows_of(text.split("\n"), ",", width) if row.odd]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        # Opened and never closed: the mark goes.
        ('1,"Hafen,3', ["1", "Hafen", "3"]),
        # Closed before the value ends: it stands as it is.
        ('1,"Alte Post" Jever,3', ["1", '"Alte Post" Jever', "3"]),
        # Two marks that would swallow a separator between them.
        ('1,"Krone,"3', ["1", "Krone", "3"]),
        # The last value goes to the end of the line.
        ('1,2,"Zur Krone, Jever', ["1", "2", "Zur Krone, Jever"]),
        # A proper value beside a stray mark keeps its comma.
        ('"Jever, Markt",2,"Krone', ["Jever, Markt", "2", "Krone"]),
    ],
)
def test_a_line_with_a_stray_mark_is_read_by_itself(line, values):
    text = f"{line}\n4,5,6\n"
    assert rows(text, 3) == [(0, values), (1, ["4", "5", "6"])]
    assert odd(text, 3) == [0]


@pytest.mark.parametrize(
    "text",
    ['1,5" Rohr,3', '1,"Halt ""Post""",3', '1,"a, b",3', '"1","2","3"', "1, 2,3", '1,"",3'],
)
def test_proper_lines_are_not_odd(text):
    assert odd(text, 3) == []
    assert len(rows(text, 3)) == 1


def test_two_stray_marks_do_not_swallow_the_lines_between():
    text = '1,2,"Hafen\n3,4,Bad\n5,6,"Hafen\n7,8,"Markt"'
    assert [line for line, _ in rows(text, 3)] == [0, 1, 2, 3]
    assert odd(text, 3) == [0, 2]


def test_a_stray_mark_at_the_end_of_a_later_line_swallows_nothing_though_it_would_fit():
    # As CSV this is one row with a last value of two lines; line by line it is two rows.
    assert rows('1,2,"Hafen\n3,4,Hafen"', 3) == [
        (0, ["1", "2", "Hafen"]),
        (1, ["3", "4", 'Hafen"']),
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('1,"Am\nHafen",3\n4,5,6', ["1", "Am\nHafen", "3"]),
        ('1,2,"Am\nHafen"\n4,5,6', ["1", "2", "Am\nHafen"]),
        ('"Am\nHafen",2,3\n4,5,6', ["Am\nHafen", "2", "3"]),
        ('1,"Am\n\nHafen, Tor 2",3\n4,5,6', ["1", "Am\n\nHafen, Tor 2", "3"]),
    ],
)
def test_a_value_of_several_lines_stays_one(text, first):
    assert [values for _, values in rows(text, 3)] == [first, ["4", "5", "6"]]
    assert odd(text, 3) == []


@pytest.mark.parametrize(
    "text",
    [
        # Neither three values by itself nor closed anywhere.
        '1,"Hafen\n3,4,5',
        # Closed behind a line that is a row of its own.
        '1,"Hafen\n3,4,5\nTor",6',
        # Too many values, and closed by the stray mark of a row of its own.
        '1,"Krone, Jever,3\n4,",6',
    ],
)
def test_a_line_that_is_neither_nor_ends_the_reading(text):
    assert rows(text, 3) == [(0, None)]


def test_strict_rows_tell_open_values_from_broken_ones():
    assert strict_rows(['1,"2'], ",") == []
    assert strict_rows(['1,"2" 3'], ",") is None
    assert strict_rows(["1,2"], ",") == [["1", "2"]]


VALUES = st.text(st.sampled_from('ab,";\n '), max_size=6).map(str.strip)


@given(st.lists(st.lists(VALUES, min_size=5, max_size=5), min_size=1, max_size=6))
def test_proper_csv_is_read_as_it_is_or_not_at_all(table):
    """Values are chosen so that lines inside them may look like rows; then nothing is guessed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(table)
    found = [values for _, values in rows(text.getvalue().rstrip("\n"), 5)]
    assert found == table or None in found or odd(text.getvalue(), 5)


@given(st.lists(st.sampled_from(["x", '"x"', '"x', 'x"', 'x"y', '"x" y']), min_size=3, max_size=30))
def test_no_row_is_lost_whatever_marks_stand_in_the_last_value(names):
    text = "\n".join(f"{i},a,b,{name}" for i, name in enumerate(names))
    assert [values[0] for _, values in rows(text, 4)] == [str(i) for i in range(len(names))]
