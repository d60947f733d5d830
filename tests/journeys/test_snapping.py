from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from streets_by_hand import lattice, on_streets, straight

from geo_integration.inputs.streets import read_streets
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.snapping import on_islands, snap, unsnapped

NAN = math.nan


def snapped(network, *points, max_snap_m=500.0):
    found = snap(network.graph, np.array(points, float), max_snap_m)
    return list(zip(*(column.tolist() for column in found), strict=True))


def test_a_point_is_taken_to_the_nearest_place_on_a_street():
    network = on_streets([(0, 0), (100, 0), (100, 100)], [(0, 1), (1, 2)])
    assert snapped(network, (30, 7)) == [(0, 0.3, 7)]
    assert snapped(network, (103, 60)) == [(1, 0.6, 3)]
    assert snapped(network, (-3, -4)) == [(0, 0, 5)]
    assert snapped(network, (103, 104)) == [(1, 1, 5)]


def test_on_a_bent_street_the_share_of_the_length_counts():
    network = on_streets([(0, 0), (100, 0)], [(0, 1, {}, [(0, 100), (100, 100)])])
    assert snapped(network, (2, 50)) == [(0, pytest.approx(1 / 6), 2)]
    assert snapped(network, (50, 101)) == [(0, pytest.approx(1 / 2), 1)]


def test_of_equally_near_streets_the_first_counts():
    xy, edges = [(0, 0), (100, 0), (100, 100)], [(0, 1), (1, 2)]
    assert snapped(on_streets(xy, edges), (100, 0))[0][:2] == (0, 1)
    assert snapped(on_streets(xy, edges[::-1]), (100, 0))[0][:2] == (0, 0)
    twice = on_streets(xy, [(0, 1), (0, 1)])
    assert snapped(twice, (40, 9))[0][0] == 0


def test_what_is_too_far_is_near_no_street():
    network = on_streets([(0, 0), (100, 0)], [(0, 1)])
    assert [s[0] for s in snapped(network, (0, 50), (0, 50.001), max_snap_m=50)] == [0, -1]
    assert [s[0] for s in snapped(network, (NAN, 0), (0, NAN), (math.inf, 0))] == [-1, -1, -1]
    assert snapped(network, (1e9, -1e9), max_snap_m=5000)[0][0] == -1


def test_points_outside_of_all_streets_find_them():
    network = on_streets(*lattice())
    assert snapped(network, (-900, 250), max_snap_m=1000)[0][2] == 900
    assert snapped(network, (250, 1400), max_snap_m=1000)[0][2] == 900
    assert snapped(network, (900, 250), max_snap_m=399) == [(-1, 0, math.inf)]


def test_a_street_without_length_is_a_place_too():
    network = on_streets([(0, 0), (0, 0), (100, 0)], [(0, 1), (1, 2)])
    assert snapped(network, (-3, 4))[0] == (0, 0, 5)


@given(
    st.lists(st.tuples(*[st.integers(0, 3000)] * 4), min_size=1, max_size=12),
    st.lists(st.tuples(*[st.integers(-500, 3500)] * 2), min_size=1, max_size=6),
    st.sampled_from([60.0, 400.0, 5000.0]),
)
def test_the_nearest_street_is_that_of_shapely(lines, points, max_snap_m):
    lines = [(a, b, c, d) for a, b, c, d in lines if (a, b) != (c, d)]
    if not lines:
        return
    xy = [p for a, b, c, d in lines for p in ((a, b), (c, d))]
    network = on_streets(xy, [(2 * i, 2 * i + 1) for i in range(len(lines))])
    found = snapped(network, *points, max_snap_m=max_snap_m)
    strings = [shapely.LineString([line[:2], line[2:]]) for line in lines]
    for point, (edge, share, away) in zip(points, found, strict=True):
        wanted = min(s.distance(shapely.Point(point)) for s in strings)
        if edge < 0:
            assert wanted > max_snap_m - 1e-6
            continue
        assert away == pytest.approx(wanted, abs=1e-6)
        place = strings[edge].interpolate(share, normalized=True)
        assert place.distance(shapely.Point(point)) == pytest.approx(wanted, abs=1e-6)


def test_real_points_are_snapped_as_by_shapely(real):
    streets = read_streets(real("porto_alegre/poa_osm.pbf"), "EPSG:31982")
    network = build_street_network(streets, detour_factor=1.3, max_snap_m=500)
    shape = streets.edges.shape_xy
    rng = np.random.default_rng(4)
    points = rng.uniform(shape.min(axis=0), shape.max(axis=0), (2000, 2))
    found = snap(network.graph, points, 500)
    tree = shapely.STRtree(shapely.linestrings(network.graph.lines.xy.reshape(-1, 2, 2)))
    at, away = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
    assert at[0].tolist() == list(range(2000))
    near = away <= 500
    assert (found.edge >= 0).tolist() == near.tolist()
    assert found.away_m[near] == pytest.approx(away[near], abs=1e-6)


# Told of ----------------------------------------------------------------------------------------


def test_points_too_far_from_any_street_are_told():
    network = on_streets([(0, 0), (100, 0)], [(0, 1)], max_snap_m=50)
    far = unsnapped(network, np.array([(0, 50), (0, 50.1), (NAN, 0)], float))
    assert far.tolist() == [False, True, True]


def test_where_no_streets_are_loaded_no_point_is_too_far_or_on_an_island():
    assert unsnapped(straight(), np.array([(0.0, 0.0)])).tolist() == [False]
    assert on_islands(straight(), np.array([(0.0, 0.0)])).tolist() == [False]


def test_points_on_islands_are_told():
    xy = [(0, 0), (50, 0), (0, 300), (90, 300)]
    network = on_streets(xy, [(0, 1), (2, 3)], max_snap_m=100)
    points = np.array([(10, 10), (10, 290), (0, 1000), (NAN, 0)], float)
    assert on_islands(network, points).tolist() == [True, False, False, False]


def test_what_is_an_island_depends_on_the_mode():
    xy = [(0, 0), (100, 0), (200, 0), (250, 0)]
    only_on_foot = dict.fromkeys(
        ("bike_forward", "bike_backward", "car_forward", "car_backward"), False
    )
    edges = [(0, 1), (1, 2, only_on_foot), (2, 3)]
    point = np.array([(225.0, 0.0)])
    assert not on_islands(on_streets(xy, edges), point)[0]
    assert on_islands(on_streets(xy, edges, mode="bike"), point)[0]
    assert on_islands(on_streets(xy, edges, mode="car"), point)[0]
