from __future__ import annotations

import functools
import math
import re
from importlib import resources

import pytest
from made_feeds import FLAGS, MONDAY, TUESDAY, calendar, hops, read_made, said, stop_times

from geo_integration.frames import VEHICLES
from geo_integration.inputs.gtfs.lines import vehicle_of
from geo_integration.inputs.timetable import trips_by_date, trips_by_operator
from geo_integration.profile import Transit


@pytest.fixture
def feed(tmp_path, faults):
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


ROUTES = "route_id,route_short_name,route_long_name,route_type\n"


# Vehicles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vehicle", "types"),
    [
        ("rail", (1, 2, 12, 100, 106, 109, 117, 199, 400, 401, 500, 600, 699)),
        ("bus", (3, 11, 200, 208, 299, 700, 704, 714, 716, 717, 799, 800)),
        ("tram", (0, 5, 900, 906)),
        ("ferry", (4, 1000, 1200)),
        ("on_demand", (715,)),
        ("other", (6, 7, 8, 99, 300, 1100, 1300, 1400, 1500, 1501, 1702, 123456)),
    ],
)
def test_every_route_type_has_its_kind_of_vehicle(vehicle, types):
    assert {vehicle_of(kind) for kind in types} == {vehicle}
    assert vehicle in VEHICLES


@pytest.mark.parametrize("kind", [3, 106, 715, 1702, 99999])
def test_no_route_type_is_refused(feed, kind, faults):
    found = feed(routes=f"{ROUTES}L,7,Küstenlinie,{kind}\n")
    assert found.trips["route_type"].tolist() == [kind]
    assert found.trips["vehicle"].tolist() == [vehicle_of(kind)]
    assert faults == []


@pytest.mark.parametrize("kind", ["bus", "-1", "?"])
def test_a_route_type_that_is_no_number_is_a_bus_and_noted(feed, kind, faults):
    found = feed(routes=f"{ROUTES}L,7,Küstenlinie,{kind}\n")
    assert found.trips["vehicle"].tolist() == ["bus"]
    assert "keine Zahl" in said(faults)


def test_the_profile_sets_the_type_of_a_line_right(feed):
    found = feed(transit=Transit(route_types={"7": 4}), routes=f"{ROUTES}L,7,Inselverkehr,3\n")
    assert found.trips[["route_type", "vehicle"]].to_numpy().tolist() == [[4, "ferry"]]


def test_a_line_that_is_a_call_bus_by_name_is_one_by_vehicle(feed):
    found = feed(routes=f"{ROUTES}L,7,Rufbus,3\n")
    assert found.trips["vehicle"].tolist() == ["on_demand"]


# By phone ---------------------------------------------------------------------------------------


def test_a_trip_to_be_phoned_for_at_one_stop_runs_twice_by_itself_and_on_call(feed):
    # P is served by itself; at Q one is picked up on a call only.
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,1", "T,08:10:00,08:11:00,Q,2,2,0",
            "T,08:20:00,08:20:00,R,3,1,0", head=FLAGS,
        )
    )  # fmt: skip
    assert found.trips["trip_id"].tolist() == ["T", "T@telefon"]
    assert found.trips["on_demand"].tolist() == [False, True]
    flags = found.stop_times[["trip", "board", "alight"]].to_numpy().tolist()
    assert flags == [
        [0, True, False], [0, False, True], [0, False, True],
        [1, True, False], [1, True, True], [1, False, True],
    ]  # fmt: skip
    assert [h[0] for h in hops(found)] == ["T", "T", "T@telefon", "T@telefon"]


def test_a_stop_where_one_gets_off_on_a_call_only_is_not_served_by_itself(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,1", "T,08:10:00,08:11:00,Q,2,0,2",
            "T,08:20:00,08:20:00,R,3,1,0", head=FLAGS,
        )
    )  # fmt: skip
    by_trip = found.stop_times.groupby("trip")["alight"].apply(list).tolist()
    assert by_trip == [[False, False, True], [False, True, True]]


def test_where_everybody_gets_off_on_a_call_only_the_whole_trip_is_on_call(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,1", "T,08:20:00,08:20:00,R,2,1,2", head=FLAGS
        )
    )
    assert found.trips["on_demand"].tolist() == [True]


def test_asking_the_driver_is_as_scheduled(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,3,1", "T,08:10:00,08:11:00,Q,2,3,3",
            "T,08:20:00,08:20:00,R,3,1,3", head=FLAGS,
        )
    )  # fmt: skip
    assert found.trips["on_demand"].tolist() == [False]
    assert found.stop_times["board"].tolist() == [True, True, False]
    assert found.stop_times["alight"].tolist() == [False, True, True]


def test_a_call_at_the_last_stop_where_nobody_boards_decides_nothing(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,2", "T,08:20:00,08:20:00,R,2,2,0", head=FLAGS
        )
    )
    assert found.trips["trip_id"].tolist() == ["T"]
    assert found.trips["on_demand"].tolist() == [False]


def test_only_the_half_on_call_must_be_booked_ahead(feed):
    found = feed(
        booking_rules="booking_rule_id,booking_type,prior_notice_duration_min\nB,1,60\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,0,", "T,08:10:00,08:11:00,Q,2,2,0,B",
            "T,08:20:00,08:20:00,R,3,0,0,", head=FLAGS + ",pickup_booking_rule_id",
        ),
    )  # fmt: skip
    plain, called = found.trips["lead_min"].tolist()
    assert math.isnan(plain)
    assert called == 60


@pytest.mark.parametrize(
    ("rule", "minutes"),
    [("0,,", 0), ("1,45,", 45), ("2,,1", 1440), ("2,,2", 2880), ("2,90,", 90), ("1,,", None),
     ("1,-5,", None), (",30,", 30)],
)  # fmt: skip
def test_booking_rules_of_every_kind_give_minutes(feed, rule, minutes):
    head = "booking_rule_id,booking_type,prior_notice_duration_min,prior_notice_last_day"
    found = feed(
        booking_rules=f"{head}\nB,{rule}\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,2,0,B", "T,08:20:00,08:20:00,R,3,0,0,",
            head=FLAGS + ",pickup_booking_rule_id",
        ),
    )  # fmt: skip
    lead = found.trips["lead_min"].tolist()
    assert lead == [minutes] if minutes is not None else math.isnan(lead[0])


# Twice in the feed ------------------------------------------------------------------------------

TWO = stop_times(
    "T,08:00:00,08:00:00,P,1", "T,08:20:00,08:20:00,R,2",
    "U,08:00:00,08:00:00,P,5", "U,08:20:00,08:20:00,R,9",
)  # fmt: skip


def test_a_trip_that_stands_there_twice_counts_once(feed, faults):
    found = feed(trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n", stop_times=TWO)
    assert found.trips["trip_id"].tolist() == ["T"]
    assert "1 Fahrten stehen am selben Tag doppelt" in said(faults)


def test_a_twin_keeps_the_dates_that_are_its_own(feed, faults):
    # T on Mondays and Tuesdays, U on Tuesdays and Wednesdays: Tuesday counts once.
    found = feed(
        trips="route_id,service_id,trip_id\nL,A,T\nL,B,U\n",
        stop_times=TWO,
        calendar=calendar(("A", "1100000"), ("B", "0110000")),
    )
    assert [trips_by_date(found)[MONDAY.replace(day=d)] for d in (28, 29, 30)] == [1, 1, 1]
    assert [h[0] for h in hops(found)] == ["T"]
    assert [h[0] for h in hops(found, MONDAY.replace(day=30))] == ["U"]
    assert "1 Fahrten stehen am selben Tag doppelt" in said(faults)


@pytest.mark.parametrize(
    ("trips", "times"),
    [
        ("L,A,T\nL,B,U\n", TWO),  # other dates
        ("L,A,T\nM,A,U\n", TWO),  # another line
        ("L,A,T\nL,A,U\n", TWO.replace("08:20:00,08:20:00,R,9", "08:21:00,08:21:00,R,9")),
        ("L,A,T\nL,A,U\n", TWO.replace("R,9", "Q,9")),
    ],
)
def test_trips_that_differ_in_anything_are_no_twins(feed, faults, trips, times):
    found = feed(
        routes=f"{ROUTES}L,7,,3\nM,8,,3\n",
        trips=f"route_id,service_id,trip_id\n{trips}",
        stop_times=times,
        calendar=calendar(("A", "1100000"), ("B", "0010000")),
    )
    assert len(found.trips) == 2
    assert faults == []


# Operators --------------------------------------------------------------------------------------


def test_trips_are_counted_for_each_operator(feed):
    found = feed(
        agency="agency_id,agency_name,agency_url,agency_timezone\n"
        "a,Westbus,,Europe/Berlin\nb,Ostbus,,Europe/Berlin\n",
        routes="route_id,agency_id,route_short_name,route_type\nL,a,7,3\nM,b,8,3\n",
        trips="route_id,service_id,trip_id\nL,A,T\nM,B,U\n",
        stop_times=TWO,
        calendar=calendar(("A", "1100000"), ("B", "0100000")),
    )
    counts = trips_by_operator(found)
    assert counts.columns.tolist() == ["gtfs.zip: Ostbus", "gtfs.zip: Westbus"]
    assert counts.loc[MONDAY].tolist() == [0, 1]
    assert counts.loc[TUESDAY].tolist() == [1, 1]


def test_an_agency_without_id_and_address_does_no_harm(feed, faults):
    found = feed(agency="agency_name,agency_timezone\nWestbus,Europe/Berlin\n")
    assert found.trips["operator"].tolist() == ["Westbus"]
    assert faults == []


# Numbers and names that are odd ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["nan", "inf", "-inf", "99999999999", "3.7"])
def test_a_route_type_that_is_no_number_of_gtfs_is_a_bus_and_noted(feed, kind, faults):
    found = feed(routes=f"{ROUTES}L,7,Küstenlinie,{kind}\n")
    assert found.trips[["route_type", "vehicle"]].to_numpy().tolist() == [[3, "bus"]]
    assert [(f["found"], f["message"][:2]) for f in faults] == [(kind, "1 ")]


def test_a_line_that_stands_there_twice_is_noted_where_the_rows_differ(feed, faults):
    found = feed(routes=f"{ROUTES}L,7,Küstenbus,3\nL,7,Küstenbus,3\n")
    assert faults == []
    found = feed(routes=f"{ROUTES}L,7,Küstenbus,3\nL,7,Küstenbus,3\nL,8,Rufbus,715\n")
    assert found.trips["line"].tolist() == ["7"]
    assert "1 Linien stehen mehrfach und verschieden da" in said(faults)


CALLED = (
    "Rufbus", "RufBus 476", "Ruf-Bus", "Ruf-Taxi", "RUFTAXI", "Ruf-mich-Bus", "Flächenrufbus",
    "Anrufbus", "Anruf-Sammel-Taxi", "AnrufLinienTaxi", "Bedarfsbus", "Bedarfsverkehr",
    "Bürgerbus Zetel", "Buergerbus", "BÜRGER-BUS", "AST", "AST 7", "AST7", "AST_7", "ALT-7",
)  # fmt: skip
ORDINARY = (
    "Rufach", "Bastei", "BASTEI", "Anrufung", "Astrup", "Altstadt", "ALTONA", "Bedarfshalt",
    "Berufsschule", "Bürgerhaus",
)  # fmt: skip


@pytest.mark.parametrize("name", CALLED)
def test_call_buses_are_known_by_name_however_it_is_spelt(feed, name):
    assert feed(routes=f"{ROUTES}L,{name},,3\n").trips["on_demand"].tolist() == [True]
    assert feed(routes=f"{ROUTES}L,7,Linie {name},3\n").trips["on_demand"].tolist() == [True]


@pytest.mark.parametrize("name", ORDINARY)
def test_ordinary_words_make_no_call_bus(feed, name):
    assert feed(routes=f"{ROUTES}L,{name},,3\n").trips["on_demand"].tolist() == [False]


def test_the_starter_profile_knows_call_buses_by_the_same_names():
    starter = resources.files("geo_integration.inputs").joinpath("starter_county.toml")
    stated = re.search(r"^on_demand_pattern = '(.*)'", starter.read_text("utf-8"), re.MULTILINE)
    assert stated[1] == Transit().on_demand_pattern


@pytest.mark.parametrize(
    ("description", "on_demand"),
    [
        ("Anschluss zum Rufbus 122 in Varel", False),
        ("Jever - Varel, abends Anruf-Sammel-Taxi", False),
        ("Rufbus", True),
        ("Anruf-Linien-Taxi, eine Stunde vorher bestellen", True),
        ("Flächenrufbus Angermünde", True),
        ("", False),
    ],
)
def test_a_description_makes_a_call_bus_by_its_first_word_only(feed, description, on_demand):
    routes = "route_id,route_short_name,route_long_name,route_type,route_desc\n"
    found = feed(routes=f'{routes}L,121,Jever - Varel,3,"{description}"\n')
    assert found.trips["on_demand"].tolist() == [on_demand]


def test_the_lines_of_an_operator_of_call_buses_are_call_buses(feed):
    found = feed(
        agency="agency_id,agency_name,agency_timezone\na,Bürgerbusverein Zetel,Europe/Berlin\n"
        "b,Westbus,Europe/Berlin\n",
        routes="route_id,agency_id,route_short_name,route_type\nL,a,1,3\nM,b,2,3\n",
        trips="route_id,service_id,trip_id\nL,S,T\nM,S,U\n",
        stop_times=TWO,
    )
    assert found.trips["on_demand"].tolist() == [True, False]


# Booking ahead ----------------------------------------------------------------------------------

RULES = "booking_rule_id,booking_type,prior_notice_duration_min\n"
ENDS = f"{FLAGS},pickup_booking_rule_id,drop_off_booking_rule_id"


@pytest.mark.parametrize("notice", ["inf", "nan", "NaN", "-5", "bald"])
def test_a_notice_that_is_no_time_is_noted_and_none(feed, faults, notice):
    found = feed(
        booking_rules=f"{RULES}B,1,{notice}\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,2,0,B,", "T,08:20:00,08:20:00,R,3,0,0,,", head=ENDS
        ),
    )
    assert math.isnan(found.trips["lead_min"][0])
    assert [(f["column"], f["found"]) for f in faults] == [
        ("booking_rules.txt prior_notice_duration_min", notice)
    ]


def test_getting_off_is_booked_ahead_too(feed):
    # One boards at P as one likes; getting off at R is to be booked an hour ahead.
    found = feed(
        booking_rules=f"{RULES}B,1,60\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,1,,", "T,08:20:00,08:20:00,R,3,1,2,,B", head=ENDS
        ),
    )
    assert found.trips["on_demand"].tolist() == [True]
    assert found.trips["lead_min"].tolist() == [60]


def test_the_longest_time_of_all_calls_counts_but_not_of_ends_that_are_closed(feed):
    # P: board 60 min ahead; nobody gets off (B2, 90 min). R: get off 75 min ahead; nobody boards.
    found = feed(
        booking_rules=f"{RULES}B1,1,60\nB2,1,90\nB3,1,75\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,2,1,B1,B2", "T,08:20:00,08:20:00,R,3,1,2,B2,B3", head=ENDS
        ),
    )
    assert found.trips["lead_min"].tolist() == [75]
