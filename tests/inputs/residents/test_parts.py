from __future__ import annotations

import polars as pl
import pytest
from zensus_files import square

from geo_integration.inputs.residents.layouts import EUROSTAT, OWN, ZENSUS_2022, Layout
from geo_integration.inputs.residents.parts import part_of_grid

ROWS = pl.DataFrame(
    {"_row": [2, 3], "id": [square(0, 0)[0], f" {square(1, 0)[0]}"], "n": ["5", "-1"],
     "flag": ["0", "1"], "mark": ["KLAMMERN", None], "size_m": [1000, 1000],
     "north_m": [3_390_000, 3_390_000], "east_m": [4_190_000, 4_191_000]}
)  # fmt: skip


def part(tmp_path, faults, kind, **layout):
    made = Layout(kind, "id", values=("n",), **layout)
    return part_of_grid(tmp_path / "f.csv", made, ROWS, "EPSG:25832", faults)


def test_rows_keep_their_numbers_and_ids_lose_their_spaces(tmp_path, faults):
    made = part(tmp_path, faults, OWN)
    assert made.values.index.tolist() == [2, 3]
    assert made.ids.tolist() == made.keys.tolist() == [square(0, 0)[0], square(1, 0)[0]]


@pytest.mark.parametrize(("kind", "value"), [(OWN, "-1"), (ZENSUS_2022, None)])
def test_negative_values_of_published_grids_are_unknown(tmp_path, faults, kind, value):
    assert part(tmp_path, faults, kind).values["n"].tolist() == ["5", value]


def test_values_with_a_flag_are_unknown_and_told(tmp_path, faults):
    made = part(tmp_path, faults, EUROSTAT, flags={"n": "flag"})
    assert made.values["n"].tolist() == ["5", None]
    assert faults[0]["message"].startswith("1 Werte in und um den Landkreis sind geheim")


def test_uncertain_values_are_kept_and_told(tmp_path, faults):
    made = part(tmp_path, faults, ZENSUS_2022, marks=("mark",))
    assert made.values["n"].tolist()[0] == "5"
    assert [fault["found"] for fault in faults] == ["KLAMMERN"]
