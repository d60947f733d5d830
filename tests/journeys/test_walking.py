from __future__ import annotations

import heapq
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.journeys.walking import (
    build_walk_network,
    coordinates,
    unsnapped,
    walking_times,
    walks_between_stops,
)

CRS = "EPSG:25832"
NAN = math.nan


def straight(speed_kmh=3.6, detour_factor=1.0):
    return build_walk_network(
        None, None, speed_kmh=speed_kmh, detour_factor=detour_factor, max_snap_m=500
    )


def on_streets(xy, edges, *, max_snap_m=500, speed_kmh=3.6):
    nodes = gpd.GeoDataFrame(geometry=[shapely.Point(p) for p in xy], crs=CRS)
    table = pd.DataFrame(edges, columns=["from_node", "to_node", "length_m"])
    return build_walk_network(
        nodes, table, speed_kmh=speed_kmh, detour_factor=9.9, max_snap_m=max_snap_m
    )


def as_dict(walks):
    origin = np.repeat(np.arange(len(walks.start) - 1), np.diff(walks.start))
    return dict(
        zip(
            zip(origin.tolist(), walks.target.tolist(), strict=True),
            walks.seconds.tolist(),
            strict=True,
        )
    )


def times(network, origins, destinations, max_s=10_000):
    found = walking_times(network, np.array(origins, float), np.array(destinations, float), max_s)
    return as_dict(found)


# Straight line ----------------------------------------------------------------------------------


def test_without_streets_the_straight_line_times_the_factor_counts():
    # 300 m east, 400 m north: 500 m, times 1.3 is 650 m; at 4.68 km/h (1.3 m/s) 500 s.
    assert times(straight(4.68, 1.3), [(0, 0)], [(300, 400)]) == {(0, 0): 500}


def test_times_are_rounded_up_to_the_second():
    assert times(straight(), [(0, 0)], [(100.2, 0), (100, 0)]) == {(0, 0): 101, (0, 1): 100}


def test_the_limit_is_inclusive():
    assert times(straight(), [(0, 0)], [(600, 0), (600.01, 0)], 600) == {(0, 0): 600}


def test_a_place_reaches_itself_at_once():
    assert times(straight(), [(5, 5)], [(5, 5)], 60) == {(0, 0): 0}


def test_points_without_coordinates_reach_nothing():
    found = times(straight(), [(NAN, NAN), (0, 0)], [(0, 10), (NAN, 0)])
    assert found == {(1, 0): 10}


@pytest.mark.parametrize(("origins", "destinations"), [(0, 3), (3, 0), (0, 0)])
def test_no_points_give_no_walks_and_a_row_for_each_origin(origins, destinations):
    walks = walking_times(straight(), np.zeros((origins, 2)), np.zeros((destinations, 2)), 60)
    assert walks.start.tolist() == [0] * (origins + 1)
    assert len(walks.target) == 0


def test_no_points_on_streets_give_no_walks_either():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, 100)])
    walks = walking_times(network, np.zeros((0, 2)), np.zeros((2, 2)), 60)
    assert walks.start.tolist() == [0]
    walks = walking_times(network, np.zeros((2, 2)), np.zeros((0, 2)), 60)
    assert walks.start.tolist() == [0, 0, 0]


points = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 400)).map(lambda p: (float(p[0]), float(p[1]))),
    min_size=1,
    max_size=8,
)


@given(points, points, st.integers(1, 400))
def test_the_straight_line_equals_a_double_loop(origins, destinations, max_s):
    wanted = {}
    for o, a in enumerate(origins):
        for d, b in enumerate(destinations):
            metres = math.dist(a, b)
            if metres <= max_s:
                wanted[o, d] = math.ceil(metres - 1e-6)
    assert times(straight(), origins, destinations, max_s) == wanted


# Streets ----------------------------------------------------------------------------------------


def lattice(blocked=()):
    """Nodes 100 m apart, 6 x 6; no street touches the blocked nodes."""
    xy = [(100.0 * i, 100.0 * j) for j in range(6) for i in range(6)]
    edges = []
    for j in range(6):
        for i in range(6):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < 6 and m < 6 and not {(i, j), (k, m)} & set(blocked):
                    edges.append((j * 6 + i, m * 6 + k, 100.0))
    return xy, edges


def slow_dijkstra(edges, start):
    """Shortest lengths from one node, from the textbook."""
    roads = {}
    for a, b, m in edges:
        roads.setdefault(a, []).append((b, m))
        roads.setdefault(b, []).append((a, m))
    best, queue = {}, [(0.0, start)]
    while queue:
        metres, node = heapq.heappop(queue)
        if node in best:
            continue
        best[node] = metres
        for other, m in roads.get(node, []):
            heapq.heappush(queue, (metres + m, other))
    return best


def test_a_river_makes_people_go_round():
    # A wall from the south edge up to the fifth row: from its one side to the other one must climb
    # four blocks, cross two, and come down four: 1000 m instead of 200.
    wall = [(2, j) for j in range(5)]
    xy, edges = lattice(wall)
    found = times(on_streets(xy, edges), [(100, 100)], [(300, 100)])
    assert found == {(0, 0): 1000}


@given(
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=9),
    st.integers(100, 1200),
    st.lists(st.tuples(st.integers(-30, 530), st.integers(-30, 530)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(-30, 530), st.integers(-30, 530)), min_size=1, max_size=5),
)
def test_walking_on_streets_equals_a_textbook_search(blocked, max_s, origins, destinations):
    xy, edges = lattice(blocked)
    parts = {}
    for node in {n for a, b, _ in edges for n in (a, b)}:
        parts[node] = frozenset(slow_dijkstra(edges, node))
    sizes = sorted({p: len(p) for p in parts.values()}.values())
    if not sizes or (len(sizes) > 1 and sizes[-1] == sizes[-2]):
        return  # no streets, or two parts equally large
    largest = max(parts.values(), key=len)

    def near(point):
        away = {node: math.dist(point, xy[node]) for node in largest}
        least = min(away.values())
        ties = [n for n, m in away.items() if m == least]
        return least, ties

    found = times(on_streets(xy, edges), origins, destinations, max_s)
    for o, a in enumerate(origins):
        for d, b in enumerate(destinations):
            (away, starts), (away_to, ends) = near(a), near(b)
            if len(starts) > 1 or len(ends) > 1 or max(away, away_to) > 499:
                continue
            metres = away + slow_dijkstra(edges, starts[0])[ends[0]] + away_to
            if abs(metres - max_s) < 1e-6:
                continue
            assert found.get((o, d)) == (math.ceil(metres - 1e-6) if metres <= max_s else None)


@given(points, points)
def test_walking_is_the_same_both_ways(origins, destinations):
    xy, edges = lattice([(2, 2), (3, 2)])
    for network in (straight(4.8, 1.3), on_streets(xy, edges)):
        there = times(network, origins, destinations, 500)
        back = times(network, destinations, origins, 500)
        assert there == {(o, d): s for (d, o), s in back.items()}


def test_the_limit_is_inclusive_on_streets():
    network = on_streets([(0, 0), (100, 0), (300, 0)], [(0, 1, 100), (1, 2, 200)])
    assert times(network, [(0, 0)], [(300, 0)], 300) == {(0, 0): 300}
    assert times(network, [(0, 0)], [(300, 0)], 299) == {}


def test_the_way_to_the_street_is_walked_too():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, 100)])
    assert times(network, [(0, 30)], [(100, -20)]) == {(0, 0): 150}


def test_a_point_too_far_from_any_street_reaches_nothing():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, 100)], max_snap_m=50)
    found = times(network, [(0, 50), (0, 50.1), (NAN, 0)], [(100, 0), (100, 51)])
    assert found == {(0, 0): 150}
    far = unsnapped(network, np.array([(0, 50), (0, 50.1), (NAN, 0)], float))
    assert far.tolist() == [False, True, True]


def test_where_no_streets_are_loaded_no_point_is_too_far_from_them():
    assert unsnapped(straight(), np.array([(0.0, 0.0)])).tolist() == [False]


def test_of_parallel_streets_the_shortest_counts():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, 250), (1, 0, 120), (0, 1, 180)])
    assert times(network, [(0, 0)], [(100, 0)]) == {(0, 0): 120}


def test_a_street_that_comes_back_to_its_start_changes_nothing():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, 100), (1, 1, 40)])
    assert times(network, [(0, 0)], [(100, 0)]) == {(0, 0): 100}


def test_only_the_largest_connected_part_is_walked_on():
    xy = [(0, 0), (100, 0), (200, 0), (0, 10), (100, 10)]
    network = on_streets(xy, [(0, 1, 100), (1, 2, 100), (3, 4, 100)])
    # (0, 10) lies on the small part, but people get to the large one, 10 m away.
    assert times(network, [(0, 10)], [(200, 0)]) == {(0, 0): 210}


def test_more_than_one_batch_of_origins_gives_the_same_as_one_by_one():
    xy, edges = lattice([(2, 2)])
    network = on_streets(xy, edges)
    rng = np.random.default_rng(1)
    origins, destinations = rng.uniform(0, 500, (600, 2)), rng.uniform(0, 500, (700, 2))
    every = as_dict(walking_times(network, origins, destinations, 400))
    for one in (0, 255, 256, 299, 599):
        alone = as_dict(walking_times(network, origins[[one]], destinations, 400))
        assert {(one, d): s for (_, d), s in alone.items()} == {
            key: s for key, s in every.items() if key[0] == one
        }


# Stops ------------------------------------------------------------------------------------------


def test_each_stop_reaches_itself_at_once_even_off_the_streets():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, 100)], max_snap_m=50)
    stops = np.array([(0, 20), (100, 20), (0, 900)], float)
    found = as_dict(walks_between_stops(network, stops, 600))
    assert found == {(0, 0): 0, (0, 1): 140, (1, 0): 140, (1, 1): 0, (2, 2): 0}


def test_two_stops_at_one_place_reach_each_other_at_once():
    found = as_dict(walks_between_stops(straight(), np.array([(7.0, 7.0), (7.0, 7.0)]), 60))
    assert found == {(0, 0): 0, (0, 1): 0, (1, 0): 0, (1, 1): 0}


def test_no_stops_give_no_walks_between_them():
    walks = walks_between_stops(straight(), np.zeros((0, 2)), 600)
    assert walks.start.tolist() == [0]


def test_missing_points_have_missing_coordinates():
    found = coordinates(gpd.GeoSeries([shapely.Point(1, 2), None], crs=CRS))
    assert found[0].tolist() == [1, 2]
    assert np.isnan(found[1]).all()
