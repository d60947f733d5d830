"""House numbers packed for the search, and what is not in the page."""

from __future__ import annotations

import numpy as np
import pandas as pd
from conftest import FACTS, make_published, make_settings
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.outputs.maps import build_page
from geo_integration.outputs.maps.addresses import add_addresses
from geo_integration.outputs.maps.blocks import unpack
from geo_integration.outputs.maps.questions import Blocks

CELLS = ["c0", "c1", "c2"]
AREAS = ["w", "e"]
NONE = len(CELLS)


def houses(*rows):
    """HOUSES of (area, street, number, cell, {more})."""
    usual = {"town": "", "postcode": "", "nearby": False}
    return pd.DataFrame(
        [
            {**usual, "area_id": area, "street": street, "key": street.lower().replace(" ", ""),
             "number": number, "cell_id": cell, **(more[0] if more else {})}
            for area, street, number, cell, *more in rows
        ]
    )  # fmt: skip


def packed(table, cells=CELLS):
    """Streets as the page reads them: name, place, {number: (cell, nearby)}."""
    blocks = Blocks({}, {})
    data = add_addresses(blocks, table, cells, AREAS)
    return read(unpack(blocks.texts["addresses"], blocks.about["addresses"]), data)


def read(block, data):
    names = block["names"].tobytes().decode().split("\n")
    found, at, seen = [], 0, 0
    for i, name in enumerate(names):
        numbers, here, last = {}, -1, seen - 1
        for k in range(at, at + int(block["houses"][i])):
            move = int(block["move"][k])
            if move == 1:
                last += 1
                here = last
            elif move > 1:
                here = last - (move - 2)
            letter = int(block["letter"][k])
            number = f"{block['number'][k]}{chr(96 + letter) if letter else ''}"
            numbers[number] = (int(block["cell"][here]), bool(block["nearby"][here]))
        at += int(block["houses"][i])
        seen += int(block["cells"][i])
        found.append((name, *data["places"][block["place"][i]], numbers))
    assert (at, seen) == (len(block["number"]), len(block["cell"]))
    return found


def test_every_number_has_its_cell():
    cells = {"1": "c0", "2": "c1", "3": "c0", "3a": "c1", "10": "c0"}
    rows = [("w", "Deichweg", number, cell) for number, cell in cells.items()]
    rows += [("e", "Am Siel", "7", "c2"), ("w", "Deichweg", "12", None)]
    assert packed(houses(*rows)) == [
        ("Am Siel", 1, "", {"7": (2, False)}),
        ("Deichweg", 0, "", {"1": (0, False), "3": (0, False), "3a": (1, False), "2": (1, False),
                             "10": (0, False), "12": (NONE, False)}),
    ]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(AREAS),
            st.sampled_from(["Weg", "Straße", "Ring"]),
            st.from_regex(r"[1-9][0-9]{0,3}[a-z]?", fullmatch=True),
            st.one_of(st.none(), st.integers(0, 400)),
            st.booleans(),
        ),
        min_size=1,
        unique_by=lambda row: row[:3],
    )
)
def test_whatever_houses_there_are_come_back(rows):
    cells = [f"c{n}" for n in range(401)]
    table = houses(
        *((a, s, n, None if c is None else f"c{c}", {"nearby": near}) for a, s, n, c, near in rows)
    )
    found = {
        (AREAS[area], name, number): at
        for name, area, _, numbers in packed(table, cells)
        for number, at in numbers.items()
    }
    expected = {(a, s, n): (401, False) if c is None else (c, near) for a, s, n, c, near in rows}
    assert found == expected


def test_a_street_that_comes_back_to_far_too_many_cells_is_still_right():
    cells = [f"c{n}" for n in range(300)]
    rows = [("w", "Landstraße", str(2 * n + 1), f"c{n}") for n in range(300)]
    rows += [("w", "Landstraße", "2", "c0"), ("w", "Landstraße", "4", "c299")]
    ((_, _, _, numbers),) = packed(houses(*rows), cells)
    assert [numbers[n][0] for n in ("1", "599", "2", "4")] == [0, 299, 0, 299]


def test_streets_of_one_name_are_told_apart_by_ortsteil_else_postcode():
    rows = [
        ("w", "Dorfstraße", "1", "c0", {"town": "Minsen", "postcode": "26434"}),
        ("w", "Dorfstraße", "1", "c1", {"town": "Hooksiel", "postcode": "26434"}),
        ("w", "Ring", "1", "c0", {"postcode": "26434"}),
        ("w", "Ring", "1", "c1", {"postcode": "26441"}),
        ("w", "Weg", "1", "c1", {"postcode": "26441"}),
    ]
    assert [street[:3] for street in packed(houses(*rows))] == [
        ("Dorfstraße", 0, "Hooksiel"),
        ("Dorfstraße", 0, "Minsen"),
        ("Ring", 0, "26434"),
        ("Ring", 0, "26441"),
        ("Weg", 0, ""),
    ]


def test_a_street_without_houses_has_the_number_0():
    assert packed(houses(("w", "Am Siel", "", "c2"))) == [("Am Siel", 0, "", {"0": (2, False)})]


def test_a_number_that_comes_twice_is_in_a_cell_if_it_can_be():
    rows = [
        ("w", "Ring", "1", None, {"postcode": "1"}),
        ("w", "Ring", "1", "c1", {"postcode": "1"}),
    ]
    assert packed(houses(*rows)) == [("Ring", 0, "", {"1": (1, False)})]


def test_without_addresses_there_is_no_block():
    blocks = Blocks({}, {})
    assert add_addresses(blocks, None, CELLS, AREAS) is None
    assert add_addresses(blocks, houses(("x", "Weg", "1", "c0")), CELLS, AREAS) is None
    assert blocks.texts == {}


def toy_houses():
    return houses(("03455007", "Kirchplatz", "13", "c11"), ("03455020", "Am Hafen", "5", "c44"))


def test_a_page_has_the_addresses_of_its_own_municipality(tmp_path):
    published = make_published()._replace(houses=toy_houses())
    found = {}
    for area in (None, "03455007", "03455020"):
        page = build_page(published, make_settings(tmp_path), area_id=area, facts=FACTS)
        block = unpack(page.blocks["addresses"], page.data["blocks"]["addresses"])
        found[area] = [street[0] for street in read(block, page.data["addresses"])]
        cells = unpack(page.blocks["cells"], page.data["blocks"]["cells"])
        assert (block["cell"] < len(cells["residents"])).all()
    assert found == {
        None: ["Kirchplatz", "Am Hafen"],
        "03455007": ["Kirchplatz"],
        "03455020": ["Am Hafen"],
    }


def test_a_county_of_fifty_thousand_houses_costs_little():
    draw = np.random.default_rng(1)
    rows, cells = [], 4000
    for street in range(1800):
        home, spread = draw.integers(100, cells - 100), draw.integers(1, 8)
        for number in range(1, 2 + int(draw.lognormal(2.9, 0.75))):
            at = home + spread * number // 20 + (number % 2) * 60
            rows.append(("w", f"Musterstraße {street}", str(number), f"c{at}"))
            if draw.random() < 0.1:
                rows.append(("w", f"Musterstraße {street}", f"{number}a", f"c{at}"))
    assert len(rows) > 45_000
    blocks = Blocks({}, {})
    add_addresses(blocks, houses(*rows), [f"c{n}" for n in range(cells)], AREAS)
    assert len(blocks.texts["addresses"]) < 120_000
