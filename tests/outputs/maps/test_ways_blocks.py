from __future__ import annotations

import numpy as np
import pytest
from made_ways import toy_ways

from geo_integration.outputs.maps.ways_blocks import narrow, ways_blocks


def blocks_of(offer_ids):
    return ways_blocks(toy_ways().ways, offer_ids)


@pytest.mark.parametrize(
    ("values", "kind", "told"),
    [
        ([0, 254, -1], np.uint8, [0, 254, 255]),
        ([255, -1], np.uint16, [255, 65_535]),
        ([65_535, -1], np.uint32, [65_535, 4_294_967_295]),
        ([], np.uint8, []),
    ],
)
def test_numbers_are_as_short_as_they_can_be_beside_what_is_missing(values, kind, told):
    found = narrow(values)
    assert found.dtype == kind
    assert found.tolist() == told


def test_there_is_a_block_for_each_kind_of_day_and_one_for_all():
    assert list(blocks_of(["O1", "O2", "O3"]).blocks) == ["ways", "ways-0", "ways-1", "ways-2"]


def test_what_was_told_on_an_earlier_day_is_not_told_again():
    # The sport without times has the same timetable on Tuesdays in and out of term, but line 2.
    # Advice is on in the holidays, too: without line 2 its ways are others.
    day = blocks_of(["O1", "O2", "O3"]).blocks["ways-2"]
    # On Sundays there is only the sport, the same by both modes.
    assert day["at_offer"].tolist() == [2]
    assert (day["at_day"].tolist(), day["at_table"].tolist()) == ([2], [0])


def test_offers_that_the_page_does_not_show_are_left_out():
    blocks = blocks_of(["O3", "O1"]).blocks
    assert set(blocks["ways"]["afoot_offer"].tolist()) == {0, 1}
    assert set(blocks["ways-0"]["at_offer"].tolist()) == {0, 1}
    # Line 9, the call-bus to the course, and both lines.
    assert set(blocks_of(["O3", "O1"]).data["lines"]) == {"1", "2", "9"}


def test_a_page_without_offers_has_blocks_without_rows():
    made = blocks_of([])
    assert all(len(values) == 0 for values in made.blocks["ways-0"].values())
    assert made.data["lines"] == []
