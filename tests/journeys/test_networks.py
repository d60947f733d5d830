from __future__ import annotations

import numpy as np
import pytest
from streets_by_hand import on_streets, straight, streets

from geo_integration.errors import SourceError
from geo_integration.journeys.networks import build_street_network, street_report

LINE = [(0, 0), (100, 0), (200, 0), (300, 0), (400, 0)]


def test_weights_are_seconds():
    graph = on_streets(LINE, [(0, 1), (1, 2)], speed_kmh=7.2).graph
    assert graph.forward_s.tolist() == graph.backward_s.tolist() == [50, 50]
    graph = on_streets(LINE, [(0, 1), (1, 2, {"car_kmh": 72.0})], mode="car").graph
    assert graph.forward_s.tolist() == [10, 5]


def test_walking_weighs_the_same_both_ways():
    graph = on_streets(LINE, [(0, 1), (1, 2), (2, 0, {}, [(100, 50)])]).graph
    for one, other in zip(graph.out, graph.back, strict=True):
        assert np.array_equal(np.sort(one), np.sort(other))


def test_arcs_lead_where_streets_lead():
    graph = on_streets(LINE, [(0, 1, {"car_backward": False}), (1, 2)], mode="car").graph
    pairs = [
        sorted(
            (node, int(to))
            for node in range(5)
            for to in arcs.node[arcs.start[node] : arcs.start[node + 1]]
        )
        for arcs in (graph.out, graph.back)
    ]
    assert pairs == [[(0, 1), (1, 2), (2, 1)], [(1, 0), (1, 2), (2, 1)]]


def test_the_report_counts_parts_and_the_share_of_the_longest():
    report = street_report(on_streets(LINE, [(0, 1), (1, 2), (3, 4)]))
    assert report == (2, pytest.approx(2 / 3))


def test_the_report_is_that_of_the_mode():
    closed = {"car_forward": False, "car_backward": False}
    edges = [(0, 1), (1, 2), (2, 3, closed), (3, 4)]
    assert street_report(on_streets(LINE, edges)) == (1, 1)
    assert street_report(on_streets(LINE, edges, mode="car")) == (2, pytest.approx(2 / 3))


def test_without_streets_there_are_no_parts():
    assert street_report(straight()) == (0, 1)


@pytest.mark.parametrize(("mode", "word"), [("bike", "Fahrräder"), ("car", "Autos")])
def test_streets_that_a_mode_may_not_use_at_all_are_refused(mode, word):
    closed = dict.fromkeys(("bike_forward", "bike_backward", "car_forward", "car_backward"), False)
    with pytest.raises(SourceError, match=word):
        on_streets(LINE, [(0, 1, closed)], mode=mode)


def test_streets_are_not_changed_by_building():
    made = streets(LINE, [(0, 1), (1, 2)])
    before = [column.copy() for table in made for column in table]
    build_street_network(made, mode="car", detour_factor=1.3, max_snap_m=500)
    after = [column for table in made for column in table]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
