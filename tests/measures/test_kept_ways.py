from __future__ import annotations

import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st
from made_ways import (
    ON_DEMAND,
    TRANSIT,
    all_parts,
    friesland_ways,
    keeper_of,
    random_county,
    told,
    toy_ways,
)

from geo_integration.errors import FrameError
from geo_integration.frames import MODES
from geo_integration.measures.ways_read import read
from geo_integration.ways import ALIKE, REASON

SCHOOL, SUNDAY = 0, 2


def as_read(ways, offer, day, mode):
    return {
        name: values.tolist() for name, values in read(ways, offer, day, mode)._asdict().items()
    }


def assert_all_is_kept(found, ways):
    for offer, day, mode in all_parts(found):
        assert as_read(ways, offer, day, mode) == told(found[offer], day, mode)


def test_every_way_of_the_toy_county_is_read_out_as_it_was_found():
    kept = toy_ways()
    assert_all_is_kept(kept.found, kept.ways)


def test_every_way_of_the_embedded_county_is_read_out_as_it_was_found():
    kept = friesland_ways()
    assert_all_is_kept(kept.found, kept.ways)


def test_a_way_is_told_with_its_times_and_stops():
    # D rides in 17:30-17:45 and home 19:45-20:00; its neighbour walks 10 minutes more.
    kept = toy_ways()
    cells, stops = kept.frames.cells["cell_id"], kept.frames.stops["stop_id"]
    way = read(kept.ways, 0, SCHOOL, TRANSIT)
    for at, walk in (((0, 4), 0), ((1, 4), 10)):
        h = cells[cells == toy.cell_id(*at)].index[0]
        assert (way.leave_min[h], way.out_min[h]) == (17 * 60 + 30 - walk, 15 + walk)
        assert (way.home_min[h], way.back_min[h]) == (20 * 60 + walk, 15 + walk)
        assert way.wait_min[h] == 15 + 15
        assert stops[way.out_stop[h]] == stops[way.back_stop[h]] == "D"
        assert (way.out_rides[h], way.back_rides[h]) == (1, 1)


def test_what_is_the_same_by_call_bus_is_kept_once():
    ways = toy_ways().ways
    # The call-bus does not run on Sundays.
    assert ways.table[2, SUNDAY, TRANSIT] == ways.table[2, SUNDAY, ON_DEMAND] >= 0
    course = ways.tables[ways.table[0, SCHOOL, ON_DEMAND]]
    assert course.like == ways.table[0, SCHOOL, TRANSIT]
    # F and its two neighbours.
    assert (course.states[course.state][:, REASON] != ALIKE).sum() == 3


def test_walks_that_nobody_takes_are_left_out():
    kept = toy_ways()
    taken = {
        (cell, stop)
        for offer, day, mode in all_parts(kept.found)
        for stops in (kept.found[offer].out_stop, kept.found[offer].back_stop)
        for cell, stop in enumerate(stops[day, mode].tolist())
        if stop >= 0
    }
    access = kept.ways.access
    cells = np.repeat(np.arange(len(access.start) - 1), np.diff(access.start))
    assert set(zip(cells.tolist(), access.stop.tolist(), strict=True)) == taken


@given(
    st.integers(0, 10**6),
    st.sampled_from([1, 7, 20, 60]),
    st.lists(st.integers(5, 60), max_size=3),
    st.booleans(),
    st.integers(0, 40),
    st.integers(0, 20),
)
def test_every_way_of_a_random_county_is_read_out_as_it_was_found(
    seed, scale, starts, drop_in, earliest, wait
):
    found, ways, _ = random_county(seed, scale, starts, drop_in, earliest, wait)
    assert_all_is_kept(found, ways)
    for offer, day, mode in all_parts(found):
        table = ways.tables[ways.table[offer, day, mode]]
        by_bus = ways.table[offer, day, TRANSIT]
        if ways.table[offer, day, mode] >= 0:
            assert table.like == (by_bus if mode == ON_DEMAND and table.like >= 0 else -1)


def test_ways_of_another_timetable_are_refused():
    kept = toy_ways()
    frames = kept.frames
    later = {
        date: table.assign(departure_s=table["departure_s"] + 1)
        for date, table in frames.connections.items()
    }
    access = kept.ways.access
    keeper = keeper_of(frames, later, access, frames.limits, {"O1": 45.0}, 3)
    with pytest.raises(FrameError, match="Fehler im Programm"):
        keeper.add(kept.found[0])


def test_without_offers_there_are_no_ways():
    frames = toy_ways().frames
    keeper = keeper_of(frames, frames.connections, toy_ways().ways.access, frames.limits, {}, 3)
    ways = keeper.done()
    assert ways.offer_ids == ways.tables == ()
    assert ways.table.shape == (0, 3, len(MODES))
