from __future__ import annotations

import numpy as np
import pytest
from made_ways import all_parts, friesland_ways, toy_ways

from geo_integration.measures.ways_read import read
from geo_integration.ways import HOP


@pytest.mark.parametrize("county", [toy_ways, friesland_ways], ids=["toy", "friesland"])
def test_some_cells_have_the_ways_that_they_had_among_all(county):
    kept = county()
    rng = np.random.default_rng(2)
    cells = rng.permutation(len(kept.frames.cells))[:20]
    some = kept.ways.of_cells(cells)
    for part in all_parts(kept.found):
        whole, own = read(kept.ways, *part), read(some, *part)
        assert [v[cells].tolist() for v in whole] == [v.tolist() for v in own]


def test_no_cells_have_no_ways():
    ways = toy_ways().ways.of_cells(np.empty(0, np.int64))
    assert len(ways.access.stop) == len(ways.afoot.cell) == 0
    assert all(len(table.state) == len(table.exceptions) == 0 for table in ways.tables)


def test_vehicles_that_stop_nowhere_near_some_cells_are_left_out_for_them():
    kept = friesland_ways()
    some = kept.ways.of_cells(np.arange(5))
    near = set(some.access.stop.tolist())
    runs = kept.ways.runs
    for table in some.tables:
        for hop in table.out[:, HOP]:
            first = runs.start[np.searchsorted(runs.start, hop, side="right") - 1]
            assert near & set(runs.from_stop[first : hop + 1].tolist())
    assert sum(len(t.out) for t in some.tables) < sum(len(t.out) for t in kept.ways.tables) / 2
