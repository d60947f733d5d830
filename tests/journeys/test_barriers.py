from __future__ import annotations

import numpy as np
from streets_by_hand import streets

from geo_integration.journeys.barriers import parted
from geo_integration.journeys.networks import build_street_network

HOMES = np.array([[0.0, 0.0], [1000.0, 0.0], [0.0, 1000.0], [1000.0, 1000.0]])
PAIRS = np.array([[0, 0, 1, 2], [1, 2, 3, 3]])


def apart(edges, pairs=PAIRS, slack_m=0.0):
    network = build_street_network(
        streets([tuple(home) for home in HOMES], edges),
        speed_kmh=3.6, detour_factor=1.3, max_snap_m=100,
    )  # fmt: skip
    found = parted(network, HOMES, pairs, metres_per_s=1.0, slack_m=slack_m)
    return list(zip(*found.tolist(), strict=True))


def test_neighbours_with_a_street_between_them_are_not_parted():
    assert apart([(0, 1), (0, 2), (1, 3), (2, 3)]) == []


def test_three_sides_of_a_block_are_no_barrier_and_more_is():
    assert apart([(0, 1), (0, 2), (1, 3)]) == []  # 2 to 3 are 3,000 m instead of 1,000
    long_way = (1, 3, {}, [(5000.0, 500.0)])
    assert apart([(0, 1), (0, 2), long_way]) == [(1, 3), (2, 3)]


def test_where_no_way_leads_at_all_all_are_parted():
    assert apart([(0, 1), (2, 3)]) == [(0, 2), (1, 3)]


def test_metres_off_the_street_are_no_detour():
    long_way = (1, 3, {}, [(1500.0, -1000.0), (1500.0, 1000.0)])
    way = np.hypot(500, 1000) + 2000 + 500
    assert apart([(0, 1), long_way], pairs=PAIRS[:, 2:3]) == [(1, 3)]
    assert apart([(0, 1), long_way], pairs=PAIRS[:, 2:3], slack_m=way - 3000 + 2) == []


def test_homes_at_the_same_spot_are_not_parted():
    network = build_street_network(
        streets([(0.0, 0.0), (100.0, 0.0)], [(0, 1)]),
        speed_kmh=3.6, detour_factor=1.3, max_snap_m=100,
    )  # fmt: skip
    homes, pairs = np.zeros((2, 2)), np.array([[0], [1]])
    assert parted(network, homes, pairs, metres_per_s=1.0, slack_m=0.0).size == 0
