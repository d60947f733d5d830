from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streets_by_hand import (
    ONE_WAY,
    as_dict,
    lattice,
    on_streets,
    slow_seconds,
    straight,
    streets,
    times,
)

from geo_integration.inputs.streets import read_streets
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.sparse import FAR
from geo_integration.journeys.walking import (
    coordinates,
    nearest_times,
    walking_times,
    walks_between_stops,
)

CRS = "EPSG:25832"
NAN = math.nan

# Straight line ----------------------------------------------------------------------------------


def test_without_streets_the_straight_line_times_the_factor_counts():
    # 300 m east, 400 m north: 500 m, times 1.3 is 650 m; at 4.68 km/h (1.3 m/s) 500 s.
    assert times(straight(4.68, 1.3), [(0, 0)], [(300, 400)]) == {(0, 0): 500}


@pytest.mark.parametrize(("mode", "seconds"), [("walk", 750), ("bike", 240), ("car", 72)])
def test_without_streets_each_mode_has_its_speed(mode, seconds):
    # 1000 m at 4.8, 15 and 50 km/h.
    network = build_street_network(None, mode=mode, detour_factor=1.0, max_snap_m=500)
    assert times(network, [(0, 0)], [(600, 800)]) == {(0, 0): seconds}


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
    for network in (straight(), on_streets([(0, 0), (100, 0)], [(0, 1)])):
        walks = walking_times(network, np.zeros((origins, 2)), np.zeros((destinations, 2)), 60)
        assert walks.start.tolist() == [0] * (origins + 1)
        assert len(walks.target) == 0


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


def test_a_wall_makes_people_go_round():
    # A wall from the south edge up to the fifth row: from its one side to the other one must climb
    # four blocks, cross two, and come down four: 1000 m instead of 200.
    wall = [(2, j) for j in range(5)]
    found = times(on_streets(*lattice(wall)), [(100, 100)], [(300, 100)])
    assert found == {(0, 0): 1000}


def test_the_limit_is_inclusive_on_streets():
    network = on_streets([(0, 0), (100, 0), (300, 0)], [(0, 1), (1, 2)])
    assert times(network, [(0, 0)], [(300, 0)], 300) == {(0, 0): 300}
    assert times(network, [(0, 0)], [(300, 0)], 299) == {}


def test_the_way_to_the_street_is_walked_too():
    network = on_streets([(0, 0), (100, 0)], [(0, 1)])
    assert times(network, [(10, 30)], [(80, -20)]) == {(0, 0): 30 + 70 + 20}
    fast = on_streets([(0, 0), (100, 0)], [(0, 1)], speed_kmh=7.2)
    assert times(fast, [(10, 30)], [(80, -20)]) == {(0, 0): 60}


def test_points_get_onto_a_street_anywhere():
    # From (50, 10) along to the junction at 100, then up 30.
    network = on_streets([(0, 0), (100, 0), (100, 100)], [(0, 1), (1, 2)])
    assert times(network, [(50, 10)], [(100, 30)]) == {(0, 0): 10 + 50 + 30}


def test_bends_count_by_their_length():
    # Up 100, across 100, down 100; the points are a third and two thirds of the way.
    bent = [(0, 1, {}, [(0, 100), (100, 100)])]
    network = on_streets([(0, 0), (100, 0)], bent)
    assert times(network, [(-5, 100)], [(105, 100)]) == {(0, 0): 110}
    assert times(network, [(50, 105)], [(0, 0)]) == {(0, 0): 155}


def test_two_points_on_one_street_reach_each_other_along_it():
    network = on_streets([(0, 0), (1000, 0)], [(0, 1)])
    found = times(network, [(400, 0), (600, 0)], [(400, 0), (600, 0)], 300)
    assert found == {(0, 0): 0, (0, 1): 200, (1, 0): 200, (1, 1): 0}


def test_two_points_on_one_street_go_round_where_that_is_shorter():
    # Between the ends of a bent street of 820 m lies a short cut of 20 m.
    bent = [(0, 1, {}, [(0, 400), (20, 400)]), (0, 1)]
    network = on_streets([(0, 0), (20, 0)], bent)
    assert times(network, [(0, 100)], [(20, 100)]) == {(0, 0): 220}


def test_a_point_too_far_from_any_street_reaches_nothing():
    network = on_streets([(0, 0), (100, 0)], [(0, 1)], max_snap_m=50)
    found = times(network, [(0, 50), (0, 50.1), (NAN, 0)], [(100, 0), (100, 51)])
    assert found == {(0, 0): 150}


def test_of_parallel_streets_the_shortest_counts():
    edges = [(0, 1, {}, [(50, 200)]), (1, 0), (0, 1, {}, [(50, -200)])]
    assert times(on_streets([(0, 0), (100, 0)], edges), [(0, 0)], [(100, 0)]) == {(0, 0): 100}


def test_a_street_that_comes_back_to_its_start_is_walked_the_shorter_way():
    ring = [(0, 1), (1, 1, {}, [(200, 0), (200, 100), (100, 100)])]
    network = on_streets([(0, 0), (100, 0)], ring)
    assert times(network, [(0, 0)], [(100, 0), (200, 40), (100, 90)]) == {
        (0, 0): 100,
        (0, 1): 100 + 140,
        (0, 2): 100 + 90,
    }


def test_a_point_on_an_island_reaches_what_is_on_it_only():
    xy = [(0, 0), (100, 0), (200, 0), (0, 30), (100, 30)]
    network = on_streets(xy, [(0, 1), (1, 2), (3, 4)])
    assert times(network, [(0, 25)], [(200, 0), (100, 30)]) == {(0, 1): 105}


def test_nobody_walks_onto_a_ferry():
    xy = [(0, 0), (100, 0), (200, 0), (300, 0)]
    network = on_streets(xy, [(0, 1), (1, 2, {"ferry": True}), (2, 3)])
    assert times(network, [(0, 0)], [(100, 0), (300, 0)]) == {(0, 0): 100}


def test_more_than_one_batch_of_origins_gives_the_same_as_one_by_one():
    network = on_streets(*lattice([(2, 2)]))
    rng = np.random.default_rng(1)
    origins, destinations = rng.uniform(0, 500, (600, 2)), rng.uniform(0, 500, (700, 2))
    every = as_dict(walking_times(network, origins, destinations, 400))
    for one in (0, 255, 256, 299, 599):
        alone = as_dict(walking_times(network, origins[[one]], destinations, 400))
        assert {(one, d): s for (_, d), s in alone.items()} == {
            key: s for key, s in every.items() if key[0] == one
        }


def test_targets_stand_in_order():
    network = on_streets(*lattice())
    rng = np.random.default_rng(2)
    for sizes in ((40, 90), (90, 40)):
        walks = walking_times(network, *(rng.uniform(0, 500, (n, 2)) for n in sizes), 300)
        for a, b in zip(walks.start[:-1], walks.start[1:], strict=True):
            assert (np.diff(walks.target[a:b]) > 0).all()
        assert walks.target.dtype == walks.seconds.dtype == np.int32


places = st.lists(st.tuples(st.integers(-30, 530), st.integers(-30, 530)), min_size=1, max_size=5)
blocks = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=9)


@given(blocks, st.data(), st.integers(100, 1200), places, places)
def test_times_equal_a_textbook_search(blocked, data, max_s, origins, destinations):
    xy, edges = lattice(blocked)
    if not edges:
        return
    one_way = data.draw(st.sets(st.integers(0, len(edges) - 1), max_size=25))
    edges = [(a, b, ONE_WAY if i in one_way else {}) for i, (a, b) in enumerate(edges)]
    for mode in ("walk", "bike"):
        network = on_streets(xy, edges, mode=mode)._replace(speed_ms=1.0)
        legal = [(a, b) for a, b, _ in edges] if mode == "walk" else edges
        found = times(network, origins, destinations, max_s)
        for o, a in enumerate(origins):
            for d, b in enumerate(destinations):
                seconds = slow_seconds(xy, legal, a, b)
                if seconds is not None and abs(seconds - max_s) < 1e-5:
                    continue
                within = seconds is not None and seconds <= max_s
                assert found.get((o, d)) == (math.ceil(seconds - 1e-6) if within else None)


# By bicycle and car -----------------------------------------------------------------------------

ROUND = [(0, 1), (1, 2), (2, 3), (3, 0)]  # a square of 100 m
SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]


@pytest.mark.parametrize(("mode", "there", "back"), [("walk", 100, 100), ("bike", 100, 300)])
def test_one_way_streets_make_bicycles_go_round(mode, there, back):
    one_way = [(a, b, ONE_WAY) for a, b in ROUND]
    network = on_streets(SQUARE, one_way, mode=mode)
    assert times(network, [(0, 0)], [(100, 0)]) == {(0, 0): there}
    assert times(network, [(100, 0)], [(0, 0)]) == {(0, 0): back}


def test_on_one_one_way_street_one_goes_on_or_round():
    network = on_streets(SQUARE, [(a, b, ONE_WAY) for a, b in ROUND], mode="bike")
    assert times(network, [(20, 0)], [(70, 0)]) == {(0, 0): 50}
    assert times(network, [(70, 0)], [(20, 0)]) == {(0, 0): 350}


def test_a_one_way_street_without_a_way_round_is_left_at_its_end_only():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, ONE_WAY)], mode="car")
    assert times(network, [(0, 0), (50, 0)], [(0, 0), (100, 0)]) == {
        (0, 0): 0,
        (0, 1): 10,
        (1, 1): 5,
    }


def test_cars_go_at_the_speed_of_each_street_and_people_walk_to_it():
    # 100 m at 72 km/h, 100 m at 36 km/h; 12 m on foot at 4.8 km/h take 9 s.
    edges = [(0, 1, {"car_kmh": 72.0}), (1, 2)]
    network = on_streets([(0, 0), (100, 0), (200, 0)], edges, mode="car")
    assert times(network, [(0, 12)], [(200, 0)]) == {(0, 0): 9 + 5 + 10}


def test_cars_keep_off_what_is_not_open_to_them():
    closed = {"car_forward": False, "car_backward": False}
    network = on_streets(SQUARE, [(0, 1, closed), *ROUND[1:]], mode="car")
    assert times(network, [(0, 0)], [(100, 0)]) == {(0, 0): 30}
    assert times(network, [(50, 1)], [(100, 50)], 38) == {}  # not onto the footway, but 50 m away


def test_cars_use_a_motorway_but_do_not_get_onto_it_from_beside():
    motorway = {"walk": False, "bike_forward": False, "bike_backward": False, "car_kmh": 72.0}
    xy = [(0, 0), (0, 100), (400, 100), (400, 0)]
    network = on_streets(xy, [(0, 1), (1, 2, motorway), (2, 3)], mode="car")
    # (200, 90) is 10 m from the motorway; it belongs to the street at x = 0, 200 m away (150 s).
    assert times(network, [(0, 0)], [(400, 0), (200, 90)]) == {(0, 0): 40, (0, 1): 9 + 150}


def test_ferries_carry_bicycles_and_cars_for_as_long_as_they_take():
    # 100 m in 120 s: 3 km/h.
    ferry = {"ferry": True, "car_kmh": 3.0}
    xy = [(0, 0), (100, 0), (200, 0), (300, 0)]
    edges = [(0, 1), (1, 2, ferry), (2, 3)]
    assert times(on_streets(xy, edges, mode="bike"), [(0, 0)], [(300, 0)]) == {(0, 0): 320}
    assert times(on_streets(xy, edges, mode="car"), [(0, 0)], [(300, 0)]) == {(0, 0): 140}


# Laws -------------------------------------------------------------------------------------------


@given(points, points)
def test_walking_is_the_same_both_ways(origins, destinations):
    for network in (straight(4.8, 1.3), on_streets(*lattice([(2, 2), (3, 2)]))):
        there = times(network, origins, destinations, 500)
        back = times(network, destinations, origins, 500)
        assert there == {(o, d): s for (d, o), s in back.items()}


@given(points, points, st.sets(st.integers(0, 59), max_size=30))
def test_the_time_does_not_depend_on_which_side_has_more_points(origins, destinations, one_way):
    xy, edges = lattice()
    edges = [(a, b, ONE_WAY if i in one_way else {}) for i, (a, b) in enumerate(edges)]
    network = on_streets(xy, edges, mode="bike")
    every = times(network, origins, destinations, 700)
    for d, point in enumerate(destinations):
        alone = times(network, origins, [point], 700)
        assert {(o, d): s for (o, _), s in alone.items()} == {
            key: s for key, s in every.items() if key[1] == d
        }


@given(points, st.integers(0, 600), st.integers(0, 600))
def test_a_larger_limit_never_loses_a_pair(found, limit, more):
    network = on_streets(*lattice([(1, 1)]))
    few, many = (times(network, found, found, s) for s in (limit, limit + more))
    assert few.items() <= many.items()
    assert all(s <= limit for s in few.values())


@given(points)
def test_no_way_over_a_third_place_on_the_streets_is_shorter(found):
    network = on_streets(*lattice([(1, 1), (3, 3)]))
    found = [(x, 500.0) for x, _ in found] + [(500.0, y) for _, y in found]
    every = times(network, found, found)
    for a in range(len(found)):
        for b in range(len(found)):
            for c in range(len(found)):
                # Rounding up makes each part at most a second longer.
                assert every[a, c] <= every[a, b] + every[b, c]


# The nearest of a group -------------------------------------------------------------------------


def nearest(network, origins, destinations, group, groups):
    points = (np.array(p, float).reshape(-1, 2) for p in (origins, destinations))
    return nearest_times(network, *points, np.array(group, np.int64), groups).tolist()


def test_of_each_group_the_nearest_counts_and_of_an_empty_one_nothing():
    goals = [(300, 0), (100, 0), (0, 250), (NAN, 0)]
    on_line = on_streets([(0, 0), (400, 0)], [(0, 1)])
    for network in (straight(), on_line):
        found = nearest(network, [(0, 0), (400, 0), (NAN, 0)], goals, [0, 0, 2, 1], 4)
        assert found[0] == [100, 100, FAR]
        assert found[1] == found[3] == [FAR, FAR, FAR]
        assert found[2][0] == 250


def test_the_nearest_is_searched_towards_it_along_one_way_streets():
    # Round the square one way: from (0, 100), the fourth corner, it is 100 m to the first and
    # 200 m to the second; against the arrows the second would be as near.
    network = on_streets(SQUARE, [(a, b, ONE_WAY) for a, b in ROUND], mode="bike")
    assert nearest(network, [(0, 100)], [(100, 0), (100, 100)], [0, 1], 2) == [[200], [300]]


def test_the_nearest_may_lie_on_the_same_street():
    network = on_streets([(0, 0), (1000, 0)], [(0, 1)])
    assert nearest(network, [(400, 0)], [(600, 0), (350, 0), (900, 0)], [0, 0, 1], 2) == [
        [50],
        [500],
    ]


@pytest.mark.parametrize(("origins", "destinations"), [(0, 3), (3, 0), (0, 0)])
def test_no_points_are_near_nothing(origins, destinations):
    for network in (straight(), on_streets([(0, 0), (100, 0)], [(0, 1)], mode="bike")):
        group = np.zeros(destinations, np.int64)
        found = nearest_times(
            network, np.zeros((origins, 2)), np.zeros((destinations, 2)), group, 2
        )
        assert found.shape == (2, origins)
        assert (found[1] == FAR).all()


@given(blocks, st.data(), places, places)
def test_the_nearest_is_the_least_of_all_times(blocked, data, origins, destinations):
    xy, edges = lattice(blocked)
    if not edges:
        return
    one_way = data.draw(st.sets(st.integers(0, len(edges) - 1), max_size=25))
    edges = [(a, b, ONE_WAY if i in one_way else {}) for i, (a, b) in enumerate(edges)]
    group = [data.draw(st.integers(0, 2)) for _ in destinations]
    for network in (straight(4.8, 1.3), on_streets(xy, edges, mode="bike")):
        wanted = [[int(FAR)] * len(origins) for _ in range(3)]
        for (o, d), seconds in times(network, origins, destinations).items():
            wanted[group[d]][o] = min(wanted[group[d]][o], seconds)
        assert nearest(network, origins, destinations, group, 3) == wanted


# Stops ------------------------------------------------------------------------------------------


def test_each_stop_reaches_itself_at_once_even_off_the_streets():
    network = on_streets([(0, 0), (100, 0)], [(0, 1)], max_snap_m=50)
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


# Real streets -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["walk", "bike", "car"])
def test_all_points_of_the_streets_reach_each_other_as_shapely_and_scipy_say(real, mode):
    from scipy_streets import seconds_by_scipy

    found = read_streets(real("porto_alegre/poa_osm.pbf"), "EPSG:31982")
    network = build_street_network(found, mode=mode, detour_factor=1.3, max_snap_m=500)
    rng = np.random.default_rng(5)
    low, high = found.edges.shape_xy.min(axis=0), found.edges.shape_xy.max(axis=0)
    origins, destinations = rng.uniform(low, high, (120, 2)), rng.uniform(low, high, (50, 2))
    wanted = seconds_by_scipy(network, origins, destinations)
    for limit in (900, 3600):
        walks = walking_times(network, origins, destinations, limit)
        dense = np.full(wanted.shape, -1)
        dense[np.repeat(np.arange(len(origins)), np.diff(walks.start)), walks.target] = (
            walks.seconds
        )
        assert np.array_equal(dense, np.where(wanted <= limit, wanted, -1))
        assert (dense >= 0).sum() > 40


def test_networks_by_hand_are_whole():
    network = streets(SQUARE, ROUND)
    assert network.edges.length_m.tolist() == [100] * 4
