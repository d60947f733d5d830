from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_integration.frames import CONNECTIONS, STOPS, TRIPS, empty_frame
from geo_integration.inputs.line_network import line_network

CRS = "EPSG:25832"
TRIP = ("bus", "bus", "rail", "tram", "ferry", "bus", "other")
ON_DEMAND = (False, False, False, False, False, True, False)
TRIPS_OF = pd.DataFrame({"vehicle": TRIP, "on_demand": ON_DEMAND})


def stops_of(**places):
    """Stops by name; a digit at the end tells platforms apart."""
    return gpd.GeoDataFrame(
        {"stop_id": list(places), "name": [name.rstrip("0123456789") for name in places]},
        geometry=[shapely.Point(at) for at in places.values()],
        crs=CRS,
    )


STOPS_OF = stops_of(A=(0, 0), B=(1000, 0), C=(2000, 0), D=(2000, 1000))


def hops(*rows):
    """A day's hops as (trip, from, to)."""
    return pd.DataFrame(rows, columns=["trip", "from_stop", "to_stop"])


def network(*days, stops=STOPS_OF, trips=TRIPS_OF):
    found = line_network(stops, trips, days)
    return dict(zip(found["kind"], found.geometry, strict=True))


def test_every_hop_is_drawn_once_whichever_way_and_on_whichever_day():
    lines = network(hops((0, 0, 1), (1, 1, 0), (0, 0, 1)), hops((0, 1, 3)))
    assert list(lines) == ["bus"]
    assert lines["bus"].length == pytest.approx(1000 + 1000 * 2**0.5)


def test_vehicles_are_told_apart():
    lines = network(hops((0, 0, 1), (2, 1, 2), (3, 2, 3), (4, 0, 3), (6, 1, 3)))
    lengths = {kind: round(shape.length) for kind, shape in lines.items()}
    assert lengths == {"ferry": 2236, "bus": 1000 + 1414, "train": 2000}


def test_what_has_to_be_booked_has_no_line():
    assert network(hops((5, 0, 1))) == {}


def test_platforms_of_one_stop_are_joined_in_their_middle():
    stops = stops_of(A=(0, 0), B1=(1000, 30), B2=(1000, -30), C=(2000, 0))
    lines = network(hops((0, 0, 1), (0, 1, 3), (1, 3, 2), (1, 2, 0), (1, 1, 2)), stops=stops)
    assert lines["bus"].equals(shapely.LineString([(0, 0), (1000, 0), (2000, 0)]))


def test_stops_of_one_name_far_apart_and_of_other_names_nearby_stay_apart():
    stops = stops_of(A=(0, 0), B1=(1000, 0), B2=(1000, 400), C=(1000, 500))
    lines = network(hops((0, 0, 1), (0, 0, 2), (0, 0, 3)), stops=stops)
    away = [1000, (1000**2 + 400**2) ** 0.5, (1000**2 + 500**2) ** 0.5]
    assert lines["bus"].length == pytest.approx(sum(away))


def test_a_ride_past_stops_is_drawn_over_them():
    lines = network(hops((0, 0, 1), (0, 1, 2), (1, 0, 2)))
    assert lines["bus"].length == pytest.approx(2000)


def test_a_ride_far_from_the_stops_of_others_has_its_own_line():
    lines = network(hops((0, 0, 2), (0, 2, 3), (1, 0, 3)))
    assert lines["bus"].length == pytest.approx(2000 + 1000 + 5**0.5 * 1000)


def test_a_ride_is_not_drawn_over_stops_of_other_vehicles():
    lines = network(hops((2, 0, 1), (2, 1, 2), (0, 0, 2)))
    assert lines["bus"].length == pytest.approx(2000)


def test_without_a_timetable_there_are_no_lines():
    stops = gpd.GeoDataFrame(empty_frame(STOPS), geometry=[], crs=CRS)
    assert network(stops=stops, trips=empty_frame(TRIPS)) == {}
    assert network(empty_frame(CONNECTIONS), stops=stops, trips=empty_frame(TRIPS)) == {}
