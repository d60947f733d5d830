from __future__ import annotations

import functools

import pandas as pd
import pytest
from made_feeds import FLAGS, read_made, stop_times

from geo_integration.inputs.gtfs.phoned import is_second_half


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def test_the_half_on_call_is_told_from_the_trip_that_runs_by_itself(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,1", "T,08:10:00,08:11:00,Q,2,2,0",
            "T,08:20:00,08:20:00,R,3,1,0", head=FLAGS,
        )
    )  # fmt: skip
    assert found.trips["trip_id"].tolist() == ["T", "T@telefon"]
    assert is_second_half(found.trips["trip_id"]).tolist() == [False, True]


def test_a_trip_without_another_half_counts_whatever_its_name():
    ids = pd.Series(["1:A", "1:A@telefon", "1:B@telefon", "2:B"], index=[3, 5, 7, 9])
    found = is_second_half(ids)
    assert found.tolist() == [False, True, False, False]
    assert found.index.tolist() == [3, 5, 7, 9]
    assert is_second_half(pd.Series([], dtype=object)).empty
