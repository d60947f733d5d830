from __future__ import annotations

import datetime as dt
import json
import math
from itertools import pairwise

import numpy as np
import pytest
from made_feeds import BASE, CRS, TUESDAY, clock, hops, read_made, said, write_made

from geo_integration.frames import CONNECTIONS, check_frame
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit

FLEX = (
    "trip_id,stop_sequence,location_group_id,stop_id,arrival_time,departure_time,"
    "start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,drop_off_type"
)
GROUPS = {
    "location_groups": "location_group_id,location_group_name\nG,Gebiet G\nH,Gebiet H\n",
    "location_group_stops": "location_group_id,stop_id\nG,P\nG,Q\nH,R\n",
}


@pytest.fixture
def feed(tmp_path, faults):
    def read(*rows, head=FLEX, **files):
        base = {**GROUPS, "stop_times": "\n".join([head, *rows]) + "\n"}
        return read_made(tmp_path / "gtfs.zip", faults, **(base | files))

    return read


def ride_s(found, one, other, factor=1.3, kmh=30):
    """Straight line times factor at a speed, rounded up."""
    at = found.stops.set_index("stop_id").geometry
    return math.ceil(at[one].distance(at[other]) * factor * 3.6 / kmh)


# From stop to stop ------------------------------------------------------------------------------


def test_a_vehicle_may_leave_every_stop_every_quarter_of_an_hour_while_it_is_served(feed, faults):
    found = feed("T,1,G,,,,09:00:00,09:45:00,2,2")
    ride = ride_s(found, "P", "Q")
    # 1113 m times 1.3 at 30 km/h: not quite three minutes. 9:45 would arrive after the window.
    assert ride == 174
    wanted = [
        ("T", one, other, clock(at), clock(at + ride))
        for at in (32400, 33300, 34200)
        for one, other in (("P", "Q"), ("Q", "P"))
    ]
    assert hops(found) == wanted
    assert found.trips["on_demand"].tolist() == [True]
    assert found.trips["vehicle"].tolist() == ["on_demand"]
    assert faults == []


def test_a_run_is_one_vehicle_leaving_one_stop_at_one_moment(feed):
    found = feed(
        "T,1,G,,,,09:00:00,09:30:00,2,2",
        location_group_stops="location_group_id,stop_id\nG,P\nG,Q\nG,R\n",
    )
    table = connections_on(found, TUESDAY)
    # Two departures (9:30 arrives too late), three stops, two targets each.
    assert len(table) == 2 * 3 * 2
    assert table["run"].tolist() == [n for n in range(6) for _ in range(2)]
    for column in ("from_stop", "departure_s", "trip"):
        assert (table.groupby("run")[column].nunique() == 1).all()
    assert table["board"].all()
    assert table["alight"].all()
    assert (table["next_run"] == -1).all()


def test_a_trip_from_area_to_area_goes_there_and_not_back(feed):
    found = feed("T,1,G,,,,09:00:00,09:00:00,2,1", "T,2,H,,,,09:00:00,10:00:00,1,2")
    assert [h[1:4] for h in hops(found)] == [("P", "R", "9:00"), ("Q", "R", "9:00")]


def test_within_a_trip_of_several_calls_one_rides_from_each_to_all_later_ones(feed):
    found = feed(
        "T,1,G,,,,09:00:00,09:00:00,2,1",
        "T,2,G,,,,09:00:00,10:00:00,1,2",
        "T,3,H,,,,09:00:00,10:00:00,1,2",
    )
    assert [h[1:3] for h in hops(found)] == [("P", "Q"), ("Q", "P"), ("P", "R"), ("Q", "R")]


def test_one_arrives_inside_the_window_of_the_other_area(feed):
    found = feed("T,1,G,,,,09:00:00,10:00:00,2,1", "T,2,H,,,,09:20:00,09:40:00,1,2")
    late = {(h[1], h[3]) for h in hops(found)}
    # P to R takes 12 minutes, Q to R 9: of 9:00 to 10:00 only 9:15 arrives in time.
    assert late == {("P", "9:15"), ("Q", "9:15"), ("Q", "9:30")}
    assert ride_s(found, "P", "R") == 695
    assert ride_s(found, "Q", "R") == 521


def test_a_ride_takes_at_least_a_minute_and_not_longer_than_the_profile_allows(feed):
    near = BASE["stops.txt"].replace("53.51", "53.501")  # P to Q 111 m: 17 s
    row = "T,1,G,,,,09:00:00,09:05:00,2,2"
    table = connections_on(feed(row, stops=near), TUESDAY)
    assert (table["arrival_s"] - table["departure_s"]).tolist() == [60, 60]
    short = Transit(on_demand_max_ride_min=10)
    every = {"location_group_stops": "location_group_id,stop_id\nG,P\nG,Q\nG,R\n"}
    assert {h[1:3] for h in hops(feed(row, transit=short, **every))} == {
        ("P", "Q"), ("Q", "P"),
    }  # fmt: skip


def test_speed_detour_and_interval_stand_in_the_profile(feed):
    found = feed(
        "T,1,G,,,,09:00:00,10:00:00,2,2",
        transit=Transit(on_demand_kmh=60, on_demand_detour=2.0, on_demand_every_min=40),
    )
    table = connections_on(found, TUESDAY)
    assert sorted(set(table["departure_s"])) == [32400, 34800]
    assert set(table["arrival_s"] - table["departure_s"]) == {ride_s(found, "P", "Q", 2.0, 60)}


@pytest.mark.parametrize(("kind", "said_of"), [("mean", "2,3"), ("safe", "2,3")])
def test_the_duration_that_the_feed_states_is_used(feed, kind, said_of):
    head = f"{FLEX},{kind}_duration_factor,{kind}_duration_offset"
    found = feed(f"T,1,G,,,,09:00:00,09:10:00,2,2,{said_of}", head=head)
    table = connections_on(found, TUESDAY)
    plain = found.stops.geometry[0].distance(found.stops.geometry[1]) * 1.3 * 3.6 / 30
    assert set(table["arrival_s"] - table["departure_s"]) == {math.ceil(2 * plain + 180)}


TRIPS = "route_id,service_id,trip_id,safe_duration_factor,safe_duration_offset\nL,S,T,"


@pytest.mark.parametrize(
    ("stated", "factor", "extra_s"),
    [("2,90", 2, 90), ("2,12.5", 2, 12.5), (",600", 1, 600), ("3,", 3, 0)],
)
def test_the_duration_of_a_trip_is_stated_in_seconds(feed, faults, stated, factor, extra_s):
    found = feed("T,1,G,,,,09:00:00,09:59:00,2,2", trips=f"{TRIPS}{stated}\n")
    table = connections_on(found, TUESDAY)
    # 1113 m times 1.3 at 30 km/h: 173.6 s.
    plain = found.stops.geometry[0].distance(found.stops.geometry[1]) * 1.3 * 3.6 / 30
    assert set(table["arrival_s"] - table["departure_s"]) == {math.ceil(factor * plain + extra_s)}
    assert faults == []


def test_the_duration_of_the_trip_counts_before_that_of_the_draft(feed):
    head = f"{FLEX},safe_duration_factor,safe_duration_offset,mean_duration_factor"
    row = "T,1,G,,,,09:00:00,09:59:00,2,2,4,3,5"
    table = connections_on(feed(row, head=head, trips=f"{TRIPS}2,\n"), TUESDAY)
    # The factor of the trip, 2; the offset of the draft, 3 minutes: 2 * 173.6 + 180.
    assert set(table["arrival_s"] - table["departure_s"]) == {528}


@pytest.mark.parametrize("value", ["-2", "nan", "inf", "0", "viel"])
def test_a_factor_that_is_none_is_noted_and_ignored(feed, faults, value):
    rows = ("T,1,G,,,,09:00:00,09:59:00,2,2",)
    for files in (
        {"trips": f"{TRIPS}{value},\n"},
        {"head": f"{FLEX},mean_duration_factor", "rows": (f"{rows[0]},{value}",)},
    ):
        faults.clear()
        table = connections_on(feed(*files.pop("rows", rows), **files), TUESDAY)
        assert set(table["arrival_s"] - table["departure_s"]) == {174}
        assert [(f["found"], f["message"][:2]) for f in faults] == [(value, "1 ")]


@pytest.mark.parametrize("value", ["-600", "nan", "inf"])
def test_an_offset_that_is_none_is_noted_and_ignored(feed, faults, value):
    found = feed("T,1,G,,,,09:00:00,09:59:00,2,2", trips=f"{TRIPS},{value}\n")
    table = connections_on(found, TUESDAY)
    assert set(table["arrival_s"] - table["departure_s"]) == {174}
    assert [f["column"] for f in faults] == ["trips.txt safe_duration_offset"]


def test_stops_beside_another_of_their_area_are_left_to_it(feed):
    # Q2 lies 22 m from Q, S 56 m.
    found = feed(
        "T,1,G,,,,09:00:00,09:10:00,2,2",
        stops=BASE["stops.txt"] + "Q2,,53.5102,8.0\nS,,53.5105,8.0\n",
        location_group_stops="location_group_id,stop_id\nG,P\nG,Q\nG,Q2\nG,S\n",
    )
    assert {h[1] for h in hops(found)} == {"P", "Q", "S"}
    assert "Q2" in set(found.stops["stop_id"])


def test_a_station_in_a_group_stands_for_its_stops(feed):
    found = feed(
        "T,1,G,,,,09:00:00,09:10:00,2,2",
        stops="stop_id,stop_name,stop_lat,stop_lon,parent_station\nZ,,53.52,8.0,\nP,,53.50,8.0,\n"
        "Q,,53.51,8.0,Z\nR,,53.54,8.0,Z\n",
        location_group_stops="location_group_id,stop_id\nG,P\nG,Z\n",
    )
    assert {h[1] for h in hops(found)} == {"P", "Q", "R"}


def test_windows_past_midnight_show_on_the_next_day(feed):
    found = feed("T,1,G,,,,23:45:00,24:30:00,2,2")
    today = [h[3] for h in hops(found, dt.date(2026, 9, 28))]
    assert sorted(set(today)) == ["23:45", "24:00", "24:15"]
    tuesday = [h[3] for h in hops(found)]
    assert sorted(set(tuesday)) == ["0:00", "0:15", "23:45", "24:00", "24:15"]


def test_a_call_at_a_fixed_time_is_met_or_waited_for(feed):
    # From anywhere in G to the train at R at 9:30; the vehicle leaves from 9:00 on.
    found = feed("T,1,G,,,,09:00:00,09:30:00,2,1", "T,2,,R,09:30:00,09:30:00,,,1,0")
    assert {h[4] for h in hops(found)} == {"9:30"}
    assert {h[1:4] for h in hops(found)} == {
        ("P", "R", "9:00"), ("Q", "R", "9:00"), ("P", "R", "9:15"), ("Q", "R", "9:15"),
    }  # fmt: skip
    # And from the train into the area: one departure.
    found = feed("T,1,,R,09:28:00,09:30:00,,,0,1", "T,2,G,,,,09:00:00,10:30:00,1,2")
    assert {h[3] for h in hops(found)} == {"9:30"}


def test_flexible_and_scheduled_trips_stand_side_by_side(feed):
    found = feed(
        "T,1,,P,08:00:00,08:00:00,,,,", "T,2,,R,08:20:00,08:20:00,,,,",
        "U,1,G,,,,09:00:00,09:10:00,2,2",
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
    )  # fmt: skip
    assert found.trips["on_demand"].tolist() == [False, True]
    table = connections_on(found, TUESDAY)
    assert table["run"].tolist() == [0, 1, 2]
    assert table["trip"].tolist() == [0, 1, 1]
    assert trips_by_date(found)[TUESDAY] == 2


def test_trips_that_offer_the_same_count_once_under_the_names_of_all(feed, faults):
    found = feed(
        "T,1,G,,,,09:00:00,09:10:00,2,2", "U,1,G,,,,09:00:00,09:10:00,2,2",
        "V,1,G,,,,09:00:00,09:11:00,2,2",
        routes=BASE["routes.txt"] + "M,8,Küstenbus,3\n",
        trips="route_id,service_id,trip_id\nL,S,T\nM,S,U\nM,S,V\n",
    )  # fmt: skip
    assert found.trips["line"].tolist() == ["7 / 8", "8"]
    assert "1 Bedarfsfahrten bieten dasselbe" in said(faults)


# Spellings --------------------------------------------------------------------------------------


def test_the_older_name_of_the_window_is_known(feed):
    head = FLEX.replace("pickup_drop_off", "pickup_dropoff")
    assert len(hops(feed("T,1,G,,,,09:00:00,09:10:00,2,2", head=head))) == 2


def test_in_the_draft_a_group_lists_its_stops_and_stands_where_a_stop_would(feed):
    head = "trip_id,stop_sequence,stop_id,arrival_time,departure_time,start_pickup_dropoff_window,"
    found = feed(
        "T,1,G,,,09:00:00,09:10:00",
        head=head + "end_pickup_dropoff_window",
        location_groups="location_group_id,location_id\nG,P\nG,Q\n",
        location_group_stops=None,
    )
    assert {h[1:3] for h in hops(found)} == {("P", "Q"), ("Q", "P")}


# Areas ------------------------------------------------------------------------------------------


def zone(south, north, key="Z"):
    ring = [[7.9, south], [8.1, south], [8.1, north], [7.9, north], [7.9, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": key, "properties": {}, "geometry": shape}


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


AREA = FLEX.replace("location_group_id", "location_id")


def test_the_stops_inside_an_area_stand_for_it_and_that_is_said(feed, faults):
    found = feed(
        "T,1,Z,,,,09:00:00,09:10:00,2,2",
        head=AREA,
        **{"locations.geojson": geojson(zone(53.49, 53.52))},
    )
    assert {h[1:3] for h in hops(found)} == {("P", "Q"), ("Q", "P")}
    assert "für es stehen die 2 Haltestellen" in said(faults)
    assert [f["found"] for f in faults] == ["Z"]


def test_stops_of_another_feed_stand_for_an_area_too(tmp_path, faults):
    flexible = write_made(
        tmp_path / "flex.zip",
        stops=None,
        stop_times=f"{AREA}\nT,1,Z,,,,09:00:00,09:10:00,2,2\n",
        **{"locations.geojson": geojson(zone(53.505, 53.55))},
    )
    plain = write_made(tmp_path / "plain.zip")
    found = read_feeds([plain, flexible], Transit(), CRS, faults)
    called = [h[:3] for h in hops(found) if h[0] == "2:T"]
    assert called == [("2:T", "1:Q", "1:R"), ("2:T", "1:R", "1:Q")]


def test_an_area_without_any_stop_is_said(tmp_path, faults):
    path = write_made(
        tmp_path / "flex.zip",
        stops=None,
        stop_times=f"{AREA}\nT,1,Z,,,,09:00:00,09:10:00,2,2\n",
        **{"locations.geojson": geojson(zone(50, 51))},
    )
    found = read_feeds([path], Transit(), CRS, faults)
    assert len(found.rides.offered) == 0
    assert "kein Weg von Haltestelle zu Haltestelle" in said(faults)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"features": [{"properties": null}]}',
        '{"features": [{"id": 1, "geometry": {"type": "X"}}]}',
    ],
)
def test_areas_that_are_not_readable_are_said(feed, faults, text):
    feed(
        "T,1,,P,08:00:00,08:00:00,,,,", "T,2,,R,08:20:00,08:20:00,,,,",
        "U,1,Z,,,,09:00:00,09:10:00,2,2",
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n", head=AREA,
        **{"locations.geojson": text},
    )  # fmt: skip
    assert faults


# What is wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    ["T,1,G,,,,,,2,2", "T,1,G,,,,09:00:00,08:00:00,2,2", "T,1,G,,,,x,y,2,2",
     "T,1,,,,,09:00:00,10:00:00,2,2", "T,1,G,,,,09:00:00,,2,2"],
)  # fmt: skip
def test_a_flexible_trip_without_window_or_area_is_left_out_and_noted(feed, faults, row):
    found = feed(
        row, "U,1,,P,08:00:00,08:00:00,,,,", "U,2,,R,08:20:00,08:20:00,,,,",
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
    )  # fmt: skip
    assert found.trips["trip_id"].tolist() == ["U"]
    assert "Bedarfsfahrten ohne brauchbares Zeitfenster" in said(faults)


def test_unknown_stops_of_a_group_are_noted(feed, faults):
    feed(
        "T,1,G,,,,09:00:00,09:10:00,2,2",
        location_group_stops="location_group_id,stop_id\nG,P\nG,Q\nG,gone\n",
    )
    assert "1 Haltestellen von Bedarfsgebieten sind unbekannt" in said(faults)


# Real feeds -------------------------------------------------------------------------------------

SCHOOL_DAY, SATURDAY, HOLIDAY = dt.date(2023, 6, 14), dt.date(2023, 6, 17), dt.date(2023, 10, 3)


@pytest.fixture(params=["uckermark_flex", "uckermark_flex_draft"])
def uckermark(request, real, faults):
    return read_feeds([real(request.param)], Transit(), "EPSG:25833", faults)


def test_real_call_buses_run_in_their_windows_and_are_booked_an_hour_ahead(uckermark):
    assert set(uckermark.trips["lead_min"]) == {60.0}
    assert uckermark.trips["on_demand"].all()
    spans = uckermark.rides.offered[["trip", "start_s", "end_s"]]
    spans = spans.merge(uckermark.trips["service_id"], left_on="trip", right_index=True)
    found = {tuple(row) for row in spans[["service_id", "start_s", "end_s"]].to_numpy().tolist()}
    assert found == {
        ("flex-weekdays", 17.5 * 3600, 22 * 3600),
        ("flex-weekends", 8 * 3600, 22 * 3600),
        ("flex-weekends", 8 * 3600, 20 * 3600),
    }


def test_real_call_buses_run_on_a_holiday_as_on_a_weekend(uckermark):
    days = [connections_on(uckermark, day) for day in (SCHOOL_DAY, SATURDAY, HOLIDAY)]
    for table in days:
        check_frame(table, CONNECTIONS)
        assert table["run"].max() + 1 == table["run"].nunique()
        ride = table["arrival_s"] - table["departure_s"]
        assert ride.min() >= 60
        assert ride.max() <= 3600
        assert (table["from_stop"] != table["to_stop"]).all()
        first = table.drop_duplicates("run")
        assert not first.duplicated(["trip", "from_stop", "departure_s"]).any()
        assert (np.diff(table["run"]) >= 0).all()
    assert days[1].equals(days[2])
    assert days[0]["departure_s"].min() == 17.5 * 3600
    assert days[1]["departure_s"].min() == 8 * 3600
    assert all(table["arrival_s"].max() <= 22 * 3600 for table in days)


def test_both_spellings_of_the_real_call_buses_serve_their_groups(real, faults):
    new, draft = (
        read_feeds([real(name)], Transit(), "EPSG:25833", faults)
        for name in ("uckermark_flex", "uckermark_flex_draft")
    )
    assert (len(new.stops), len(draft.stops)) == (415, 378)
    assert new.trips["line"].tolist() == ["476 / 477 / 478"] * 2 + ["487 / 488"]
    assert sorted(set(draft.trips["line"])) == ["476", "477", "478", "487", "488"]


def test_stops_of_a_real_area_are_at_least_thirty_metres_apart(uckermark):
    for _, rides in uckermark.rides.rides.groupby("rides"):
        at = uckermark.stops.geometry.iloc[np.unique(rides["from_stop"])]
        near = [a.distance(b) for a, b in pairwise(sorted(at, key=lambda p: (p.x, p.y)))]
        assert min(near) > 30
