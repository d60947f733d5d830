from __future__ import annotations

import functools

import pytest
from made_feeds import hops, read_made, said, stop_times

from geo_integration.inputs.gtfs.files import read_files
from geo_integration.inputs.gtfs.stops import read_places

HEAD = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


def test_a_stop_without_place_has_that_of_its_station_up_to_three_levels_up(feed, faults):
    found = feed(
        stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,,,0,Q1\nQ1,,,,1,Q2\nQ2,,,,1,Q3\n"
        "Q3,,53.51,8.0,1,\nR,R,53.54,8.0,,\n"
    )
    assert [h[1:3] for h in hops(found)] == [("P", "Q"), ("Q", "R")]
    x, y = found.stops.geometry.x, found.stops.geometry.y
    assert y[1] - y[0] == pytest.approx(1113, abs=1)
    assert abs(x[1] - x[0]) < 20
    assert faults == []


def test_a_stop_with_a_place_keeps_it_beside_its_station(feed):
    found = feed(
        stops=f"{HEAD}P,P,53.50,8.0,,Z\nQ,Q,53.51,8.0,0,Z\nZ,,54.0,9.0,1,\nR,R,53.54,8.0,,\n"
    )
    y = found.stops.geometry.y
    assert y[1] - y[0] == pytest.approx(1113, abs=1)


@pytest.mark.parametrize("parent", ["Q", "nobody", "Z"])
def test_a_station_that_is_missing_or_its_own_or_in_a_circle_does_no_harm(feed, faults, parent):
    found = feed(stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,,,0,{parent}\nZ,Z,,,1,Q\nR,R,53.54,8.0,,\n")
    assert [h[1:3] for h in hops(found)] == [("P", "R")]
    assert "1 bediente Haltestellen unbekannt oder ohne Koordinaten" in said(faults)


@pytest.mark.parametrize("kind", ["1", "2", "3", "4", "x"])
def test_trips_may_call_at_stations_and_entrances(feed, faults, kind):
    found = feed(stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,53.51,8.0,{kind},\nR,R,53.54,8.0,,\n")
    assert len(hops(found)) == 2
    assert faults == []


def test_exchanged_coordinates_are_left_out_and_said_and_not_moved(feed, faults):
    found = feed(stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,8.0,53.51,,\nR,R,53.54,8.0,,\n")
    assert found.stops["stop_id"].tolist() == ["P", "R"]
    assert "1 bediente Haltestellen mit vertauschter Breite und Länge" in said(faults)
    assert [f["found"] for f in faults] == ["Q"]


def test_a_stop_far_away_is_not_taken_for_exchanged(feed, faults):
    # Szczecin, east of the county's zone.
    found = feed(stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,53.43,14.55,,\nR,R,53.54,8.0,,\n")
    assert len(found.stops) == 3
    assert faults == []


def test_the_station_of_a_stop_is_the_topmost(tmp_path, faults, feed):
    feed(
        stops=f"{HEAD}A,,53.5,8.0,,B\nB,,,,1,C\nC,,,,1,\nP,,53.5,8.0,,\nQ,,53.5,8.0,,\nR,,53.6,8,,\n"
    )
    places = read_places(read_files(tmp_path / "gtfs.zip", faults), "EPSG:25832")
    assert places.ids.to_list()[:3] == ["A", "B", "C"]
    assert places.station[:3].tolist() == [2, 2, 2]


def test_names_of_stops_are_kept(feed):
    found = feed(
        stops=f'{HEAD}P,Süderstraße,53.50,8.0,,\nQ,,53.51,8.0,,\nR,"Ost, R",53.54,8.0,,\n',
        stop_times=stop_times("T,08:00:00,08:00:00,P,1", "T,08:01:00,08:01:00,Q,2",
                              "T,08:02:00,08:02:00,R,3"),
    )  # fmt: skip
    assert found.stops["name"].tolist() == ["Süderstraße", "Q", "Ost, R"]


def test_stops_that_stand_twice_and_differ_are_noted_and_the_first_counts(feed, faults):
    found = feed(
        stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,53.51,8.0,,\nR,R,53.54,8.0,,\nP,P2,53.9,8.5,,\n"
    )
    assert found.stops["name"].tolist() == ["P", "Q", "R"]
    assert [(f["column"], f["found"]) for f in faults] == [("stops.txt stop_id", "P")]
    assert "1 Haltestellen stehen mehrfach und verschieden da" in said(faults)


def test_stops_that_stand_twice_and_do_not_differ_are_no_matter(feed, faults):
    found = feed(
        stops=f"{HEAD}P,P,53.50,8.0,,\nQ,Q,53.51,8.0,,\nR,R,53.54,8.0,,\nP,P,53.50,8.0,,\n"
    )
    assert len(found.stops) == 3
    assert faults == []


@pytest.mark.parametrize(
    ("place", "noted"),
    [
        ("53.50,-8.0", True),  # 16 degrees of longitude, each 66 km: 1,056 km
        ("53.50,-6.0", False),  # 14 degrees: 924 km
        ("-53.50,8.0", True),
        ("62.60,8.0", True),  # 9.09 degrees of latitude, each 111.2 km: 1,011 km
        ("62.40,8.0", False),  # 8.89: 989 km
    ],
)
def test_a_stop_far_from_all_others_is_noted_and_kept(feed, faults, place, noted):
    found = feed(stops=f"{HEAD}P,P,{place},,\nQ,Q,53.51,8.0,,\nR,R,53.51,8.0,,\n")
    assert found.stops["stop_id"].tolist() == ["P", "Q", "R"]
    assert [f["found"] for f in faults] == (["P"] if noted else [])
    assert ("mehr als 1.000 km" in said(faults)) == noted


def test_a_stop_far_away_that_nobody_serves_is_not_noted(feed, faults):
    feed(stops=f"{HEAD}P,P,53.5,8.0,,\nQ,Q,53.51,8.0,,\nR,R,53.54,8.0,,\nX,X,10,-70,,\n")
    assert faults == []
