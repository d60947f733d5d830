from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from porto_alegre import CRS as PORTO_ALEGRE
from porto_alegre import HEXAGONS, POINTS, STREETS, rows_of
from streets_by_hand import ONE_WAY, lattice, streets

from geo_integration import matrix
from geo_integration.inputs.county import read_county
from geo_integration.inputs.streets import read_streets
from geo_integration.journeys.networks import build_street_network
from geo_integration.journeys.reference import build_rides, reference_minutes
from geo_integration.journeys.walking import coordinates
from geo_integration.profile import ReferenceRides
from geo_integration.settings import find_county, read_settings

CRS = "EPSG:25832"
NAN = np.nan


def rides(found=None, *, bike_kmh=15, car_kmh=50, detour_factor=1.3, max_snap_m=500):
    return build_rides(
        found, bike_kmh=bike_kmh, car_kmh=car_kmh, detour_factor=detour_factor,
        max_snap_m=max_snap_m,
    )  # fmt: skip


def homes(*xy, areas=None):
    x, y = np.array(xy, float).T
    return pd.DataFrame({"x_m": x, "y_m": y, "area_id": areas or "main"})


def venues(*rows):
    """Offers of (x, y[, what differs])."""
    usual = {"category": "a", "area_id": "main", "counted": True, "misfit": None, "full": False}
    table = pd.DataFrame([usual | (row[2] if len(row) > 2 else {}) for row in rows])
    table["offer_id"] = [f"O{i}" for i in range(len(rows))]
    points = [None if row[0] is None else shapely.Point(row[:2]) for row in rows]
    fit = table[["offer_id", "misfit", "full"]]
    return gpd.GeoDataFrame(table.drop(columns=["misfit", "full"]), geometry=points, crs=CRS), fit


def found(cells, offers, by, categories=("a",), extra=3.0, islands=()):
    return reference_minutes(
        cells, *offers, by, categories=categories, car_extra_min=extra, islands=islands
    )


def listed(minutes):
    return [[None if np.isnan(m) else m for m in row] for row in minutes.tolist()]


# By hand ----------------------------------------------------------------------------------------


def test_without_streets_the_straight_line_times_the_factor_counts_and_parking_for_cars():
    # 1,000 m, times 1.3: at 15 km/h 312 s, 6 minutes when rounded up; at 50 km/h 93.6 s, so 94,
    # and 180 s for parking: 274 s, 5 minutes.
    both = found(homes((0, 0)), venues((600, 800)), rides())
    assert [listed(both.bike), listed(both.car)] == [[[6]], [[5]]]
    assert both.bike.dtype == both.car.dtype == np.float32


def test_minutes_that_come_out_even_are_not_rounded_up():
    # 5,000 m at 15 km/h: 20 minutes; at 50 km/h 6, and 3 for parking.
    both = found(homes((0, 0)), venues((3000, 4000)), rides(detour_factor=1))
    assert [listed(both.bike), listed(both.car)] == [[[20]], [[9]]]


def test_of_each_category_the_nearest_counts_for_each_home():
    offers = venues((1000, 0), (4000, 0), (0, 500, {"category": "b"}))
    both = found(homes((0, 0), (5000, 0)), offers, rides(detour_factor=1), ("b", "none", "a"))
    assert listed(both.bike) == [[2, 21], [None, None], [4, 4]]  # 5,025 m take 20.1 minutes


def test_only_what_is_counted_and_fits_is_near_but_it_may_be_full():
    for differs, minutes in (
        ({"counted": False}, 20),
        ({"misfit": "age"}, 20),
        ({"category": "b"}, 20),
        ({"full": True}, 4),
        ({}, 4),
    ):
        offers = venues((1000, 0, differs), (5000, 0))
        both = found(homes((0, 0)), offers, rides(detour_factor=1))
        assert listed(both.bike) == [[minutes]], differs


def test_no_offers_are_no_minutes():
    offers = venues((0, 0, {"counted": False}))
    for by in (rides(), rides(streets([(0, 0), (100, 0)], [(0, 1)]))):
        both = found(homes((0, 0), (9, 9)), offers, by, ("a", "b"))
        assert listed(both.bike) == listed(both.car) == [[None, None], [None, None]]


def test_next_door_the_bicycle_is_quicker_because_cars_are_parked():
    both = found(homes((0, 0)), venues((200, 0)), rides())
    assert both.bike < both.car


def test_on_streets_cars_go_as_fast_as_each_street_and_bicycles_everywhere_alike():
    # 2,400 m: at 36 km/h 240 s and 3 minutes of parking; at 15 km/h 576 s.
    network = streets([(0, 0), (2400, 0)], [(0, 1)])
    both = found(homes((0, 0)), venues((2400, 0)), rides(network, car_kmh=99, detour_factor=2))
    assert [listed(both.bike), listed(both.car)] == [[[10]], [[7]]]


def test_one_rides_from_home_to_the_offer_and_not_back():
    # Round a square of 1,200 m one way: 1,200 m there, 3,600 m back.
    square = [(0, 0), (1200, 0), (1200, 1200), (0, 1200)]
    ring = [(i, (i + 1) % 4, ONE_WAY) for i in range(4)]
    both = found(homes((0, 0)), venues((1200, 0)), rides(streets(square, ring)))
    assert [listed(both.bike), listed(both.car)] == [[[5]], [[5]]]


def test_a_home_too_far_from_any_street_is_unknown():
    network = streets([(0, 0), (1000, 0)], [(0, 1)])
    both = found(homes((0, 51), (0, 50)), venues((1000, 0)), rides(network, max_snap_m=50))
    assert listed(both.bike) == [[None, 5]]


def test_streets_without_any_for_cars_leave_cars_unknown():
    closed = {"car_forward": False, "car_backward": False}
    by = rides(streets([(0, 0), (1200, 0)], [(0, 1, closed)]))
    both = found(homes((0, 0)), venues((1200, 0)), by)
    assert by.car is None
    assert [listed(both.bike), listed(both.car)] == [[[5]], [[None]]]


def test_a_straight_line_leads_neither_onto_an_island_nor_off_it():
    cells = homes((0, 0), (1000, 0), areas=["main", "isle"])
    offers = venues((1000, 0, {"area_id": "isle"}), (5000, 0), (5000, 1, {"area_id": None}))
    both = found(cells, offers, rides(detour_factor=1), islands=["isle"])
    assert listed(both.bike) == [[20, None]]
    assert listed(both.car) == [[9, None]]


def test_on_streets_islands_are_where_the_streets_say():
    cells = homes((0, 0), (1000, 0), areas=["main", "isle"])
    by = rides(streets([(0, 0), (1000, 0)], [(0, 1)]))
    both = found(cells, venues((1000, 0, {"area_id": "isle"})), by, islands=["isle"])
    assert listed(both.bike) == [[4, 0]]


def test_the_profile_s_speeds_are_those_of_the_travel_times():
    usual = ReferenceRides()
    assert usual.detour_factor == matrix.DETOUR_FACTOR
    for mode, kmh in (("bike", usual.bike_kmh), ("car", usual.car_kmh)):
        network = build_street_network(None, mode=mode, detour_factor=1, max_snap_m=1)
        assert network.speed_ms * 3.6 == pytest.approx(kmh)


# Laws -------------------------------------------------------------------------------------------

points = st.tuples(st.integers(-30, 530), st.integers(-30, 530))
offers_anywhere = st.lists(
    st.tuples(points, st.sampled_from("ab"), st.booleans()).map(
        lambda o: (*o[0], {"category": o[1], "misfit": "age" if o[2] else None})
    ),
    min_size=1,
    max_size=6,
)
one_ways = st.sets(st.integers(0, 59), max_size=30)


def both_kinds(one_way):
    """By straight line, and on streets some of which are one-way; fast enough to differ."""
    xy, edges = lattice()
    edges = [(a, b, ONE_WAY if i in one_way else {}) for i, (a, b) in enumerate(edges)]
    return rides(bike_kmh=1, car_kmh=5), rides(streets(xy, edges), bike_kmh=1)


@given(st.lists(points, min_size=1, max_size=4), offers_anywhere, one_ways)
def test_one_more_offer_makes_nothing_slower(cells, offers, one_way):
    for by in both_kinds(one_way):
        few = found(homes(*cells), venues(*offers[:-1], (0, 0, {"category": "c"})), by, ("a", "b"))
        many = found(homes(*cells), venues(*offers), by, ("a", "b"))
        for before, after in zip(few, many, strict=True):
            assert (np.isnan(before) | (after <= before)).all()


@settings(max_examples=40)
@given(st.lists(points, min_size=1, max_size=4), offers_anywhere, one_ways)
def test_no_single_offer_is_nearer_than_the_nearest(cells, offers, one_way):
    for by in both_kinds(one_way):
        every = found(homes(*cells), venues(*offers), by, ("a", "b"))
        alone = [found(homes(*cells), venues(offer), by, ("a", "b")) for offer in offers]
        for mode in range(2):
            least = np.fmin.reduce([one[mode] for one in alone])
            assert np.array_equal(every[mode], least, equal_nan=True)


@given(st.lists(points, min_size=1, max_size=4), offers_anywhere, st.integers(0, 20))
def test_parking_adds_its_minutes_to_every_drive_and_to_no_ride(cells, offers, extra):
    by = rides(bike_kmh=1, car_kmh=5)
    free, parked = (
        found(homes(*cells), venues(*offers), by, ("a", "b"), minutes) for minutes in (0, extra)
    )
    assert np.array_equal(free.bike, parked.bike, equal_nan=True)
    assert np.array_equal(free.car + extra, parked.car, equal_nan=True)


# Whole counties ---------------------------------------------------------------------------------


def test_in_the_sample_county_everybody_on_the_mainland_has_minutes_and_they_are_the_least():
    county = read_county(read_settings(find_county("friesland")))
    cells, offers = county.cells, county.offers
    fit = pd.DataFrame({"offer_id": offers["offer_id"], "misfit": None, "full": False})
    categories = sorted(set(offers.loc[offers["counted"], "category"]))
    assert len(categories) > 5
    isle = (cells["area_id"] == "03455021").to_numpy()
    assert 0 < isle.sum() < 20
    both = found(cells, (offers, fit), rides(), categories, islands=["03455021"])
    for minutes in both:
        assert np.isnan(minutes[:, isle]).all()
        assert np.isfinite(minutes[:, ~isle]).all()
    ashore = offers[offers["counted"] & (offers["area_id"] != "03455021")]
    at = coordinates(ashore.geometry)
    for row in (0, 100, 200):
        home = cells.iloc[row]
        metres = np.hypot(at[:, 0] - home["x_m"], at[:, 1] - home["y_m"])
        for number, category in enumerate(categories):
            least = metres[(ashore["category"] == category).to_numpy()].min() * 1.3
            if not isle[row]:
                assert both.bike[number, row] == pytest.approx(least / 250 + 0.5, abs=0.55)
                assert both.car[number, row] == pytest.approx(least / 833.33 + 3.5, abs=0.55)


def test_on_real_streets_the_nearest_is_that_of_shapely_and_scipy(real):
    from scipy_streets import FAR, seconds_by_scipy

    city = read_streets(real(f"porto_alegre/{STREETS}"), PORTO_ALEGRE)
    cells, places = (
        coordinates(
            gpd.GeoSeries.from_xy(
                [float(row["lon"]) for row in rows],
                [float(row["lat"]) for row in rows],
                crs="EPSG:4326",
            ).to_crs(PORTO_ALEGRE)
        )
        for rows in (rows_of(real(f"porto_alegre/{name}")) for name in (HEXAGONS, POINTS))
    )
    cells, by = cells[::12], rides(city)
    offers = venues(*((*xy, {"category": "ab"[i % 2]}) for i, xy in enumerate(places)))
    both = found(homes(*cells), offers, by, ("a", "b"))
    for network, minutes, extra_s in ((by.bike, both.bike, 0), (by.car, both.car, 180)):
        for category in range(2):
            seconds = seconds_by_scipy(network, cells, places[category::2]).min(axis=1)
            wanted = np.where(seconds < FAR, np.ceil((seconds + extra_s) / 60), NAN)
            assert np.array_equal(minutes[category], wanted, equal_nan=True)
            assert np.isfinite(wanted).mean() > 0.9
