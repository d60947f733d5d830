from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs.residents.grid_ids import corners, grid_id

SIZES = st.sampled_from([100, 250, 1000, 10_000, 100_000])


def rows(*ids):
    return corners(pl.Series(ids, dtype=pl.String)).rows()


def test_the_long_id_names_size_and_south_west_corner():
    assert rows("CRS3035RES1000mN2689000E4337000") == [(1000, 2_689_000, 4_337_000)]


@pytest.mark.parametrize(
    ("text", "corner"),
    [
        ("1kmN2689E4337", (1000, 2_689_000, 4_337_000)),
        ("100mN26891E43370", (100, 2_689_100, 4_337_000)),
        ("10kmN268E433", (10_000, 2_680_000, 4_330_000)),
    ],
)
def test_the_short_id_counts_in_units_of_its_size(text, corner):
    assert rows(text) == [corner]


def test_case_and_spaces_do_not_matter():
    assert rows(" crs3035res100mn2689100e4337000 ", "1KMN2689E4337") == [
        (100, 2_689_100, 4_337_000),
        (1000, 2_689_000, 4_337_000),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", None, "x", "CRS3035RES0mN1E1", "CRS3035RES1000mN99999999E1", "1000mN1E1",
        "CRS3035RES1000mN-5E1", "CRS3035RES1000mN1E2E3", "CRS3035RES1000mN1", "N1E1",
    ],
)  # fmt: skip
def test_what_is_no_id_of_europe_has_no_corner(text):
    # Beside a good id, so that both ways of reading are tried.
    good = "CRS3035RES1000mN2689000E4337000"
    assert rows(good, text)[1] == (None, None, None)
    assert rows(text) == [(None, None, None)]


def test_ids_of_different_sizes_stand_side_by_side():
    ids = ["CRS3035RES1000mN2689000E4337000", "CRS3035RES100mN2689100E4337000", "1kmN1E2"]
    assert [size for size, _, _ in rows(*ids)] == [1000, 100, 1000]


@given(st.lists(st.tuples(SIZES, st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1))
def test_corner_to_id_and_back_is_the_same_corner(squares):
    assert rows(*(grid_id(*square) for square in squares)) == squares


@given(st.sampled_from([("100m", 100), ("1km", 1000), ("10km", 10_000)]), st.integers(0, 999))
def test_both_ways_to_write_an_id_name_the_same_square(size, count):
    name, metres = size
    assert rows(f"{name}N{count}E{count}") == rows(grid_id(metres, count * metres, count * metres))


@given(st.lists(st.text(), max_size=5))
def test_no_text_makes_it_raise(texts):
    assert len(rows(*texts)) == len(texts)
