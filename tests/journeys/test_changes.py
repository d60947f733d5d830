from __future__ import annotations

import numpy as np
import oracle
import pandas as pd
import pytest

from geo_integration.journeys.sparse import FAR, rows_of
from geo_integration.journeys.transit import changes

# From stop 0 to stop 1 one walks 300 s; stop 2 is out of reach of both. The buffer is 120 s.
WALKS = [[(0, 0), (1, 300)], [(1, 0), (0, 300)], [(2, 0)]]
USUAL = {(0, 0): 120, (0, 1): 300, (1, 0): 300, (1, 1): 120, (2, 2): 120}


def change_of(*rows):
    rules = pd.DataFrame(rows, columns=["from_stop", "to_stop", "kind", "min_s"])
    found = changes(oracle.as_walks(WALKS), 120, rules)
    pairs = zip(rows_of(found).tolist(), found.target.tolist(), strict=True)
    return dict(zip(pairs, found.seconds.tolist(), strict=True))


@pytest.mark.parametrize(
    ("kind", "min_s"), [("recommended", np.nan), ("min_time", np.nan), ("timed", np.nan)]
)
def test_a_rule_without_a_time_carries_nobody_where_it_is_too_far_to_walk(kind, min_s):
    assert change_of((0, 2, kind, min_s), (2, 1, kind, min_s)) == USUAL


def test_walk_as_usual_is_the_walk_and_at_least_the_buffer():
    rules = [(0, 1, "recommended", np.nan), (1, 1, "recommended", 30.0), (1, 0, "min_time", np.nan)]
    assert change_of(*rules) == USUAL


def test_a_vehicle_waits_for_those_who_come_on_foot():
    found = change_of((0, 1, "timed", np.nan), (2, 2, "timed", 50.0))
    assert found == USUAL | {(0, 1): 0, (2, 2): 0}


def test_a_time_that_is_stated_holds_at_any_distance():
    found = change_of((0, 2, "min_time", 900.0), (0, 1, "min_time", 59.2))
    assert found == USUAL | {(0, 2): 900, (0, 1): 60}


@pytest.mark.parametrize("min_s", [float(FAR), 3e9, 1e12, np.inf])
def test_a_time_beyond_all_times_is_no_change_at_all(min_s):
    usual = {pair: s for pair, s in USUAL.items() if pair != (0, 1)}
    assert change_of((0, 1, "min_time", min_s), (0, 2, "min_time", min_s)) == usual
    assert change_of((0, 2, "min_time", float(FAR) - 1)) == USUAL | {(0, 2): int(FAR) - 1}


def test_a_rule_for_a_stop_that_no_walk_names_changes_there():
    walks = oracle.as_walks([[], [(1, 0)]])
    rules = pd.DataFrame(
        {"from_stop": [0], "to_stop": [0], "kind": ["recommended"], "min_s": [np.nan]}
    )
    found = changes(walks, 120, rules)
    assert found.seconds.tolist() == [120, 120]
