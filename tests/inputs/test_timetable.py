from __future__ import annotations

import datetime as dt
import functools

import pandas as pd
import pytest
import toy
from hypothesis import Phase, given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from made_feeds import (
    BASE,
    CRS,
    DAYS,
    FLAGS,
    MONDAY,
    PLAIN,
    TUESDAY,
    hops,
    read_made,
    stop_times,
    write_made,
)

from geo_integration.errors import FeedError, GeoIntegrationError
from geo_integration.frames import STOPS, TRIPS, check_frame
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.timetable import connections_on, read_feeds, trips_by_date
from geo_integration.profile import Transit


@pytest.fixture
def feed(tmp_path, faults):
    """Read a small feed: the base with other files."""
    return functools.partial(read_made, tmp_path / "gtfs.zip", faults)


# The toy county ---------------------------------------------------------------------------------


def test_the_toy_timetable_gives_the_connections_made_by_hand(toy_folder, county, faults):
    found = read_feeds([toy_folder / "gtfs.zip"], Transit(), CRS, faults)
    assert faults == []
    for date, wanted in county.connections.items():
        table = connections_on(found, date)
        keys = ["trip", "sequence"]
        pd.testing.assert_frame_equal(
            table.sort_values(keys, ignore_index=True),
            wanted.sort_values(keys, ignore_index=True)[list(table.columns)],
            check_dtype=False,
        )
    assert found.trips[["trip_id", "line", "on_demand"]].equals(
        county.trips[["trip_id", "line", "on_demand"]]
    )


def test_the_toy_calendar_gives_the_trips_of_every_date(toy_folder, faults):
    found = read_feeds([toy_folder / "gtfs.zip"], Transit(), CRS, faults)
    counts = trips_by_date(found)
    assert counts.index[0] == toy.FIRST
    assert counts.index[-1] == toy.LAST
    # 11 + 2 trips on weekdays, 4 more on school days, 2 on Sundays; the holiday is as a Sunday.
    assert counts[toy.SCHOOL_DAY] == 17
    assert counts[toy.HOLIDAY] == 13
    assert counts[toy.SUNDAY] == counts[toy.PUBLIC_HOLIDAY] == 2
    assert counts[dt.date(2026, 10, 3)] == 0


# Calendar ---------------------------------------------------------------------------------------


def test_calendar_dates_take_away_and_add(feed):
    found = feed(calendar_dates="service_id,date,exception_type\nS,20260929,2\nS,20261003,1\n")
    counts = trips_by_date(found)
    assert counts[MONDAY] == 1
    assert counts[TUESDAY] == 0
    assert counts[dt.date(2026, 10, 3)] == 1
    assert counts[dt.date(2026, 10, 4)] == 0


def test_calendar_dates_alone_are_enough(feed):
    found = feed(
        calendar=None,
        calendar_dates="service_id,date,exception_type\nS,20260929,1\nS,20261001,1\n",
    )
    assert trips_by_date(found).tolist() == [1, 0, 1]


def test_a_feed_without_any_calendar_is_refused(feed):
    with pytest.raises(FeedError, match=r"weder calendar\.txt noch calendar_dates\.txt"):
        feed(calendar=None)


def test_a_calendar_without_any_date_is_refused(feed):
    with pytest.raises(FeedError, match="keinen einzigen Verkehrstag"):
        feed(calendar=f"service_id,{DAYS},start_date,end_date\nS,0,0,0,0,0,0,0,20260928,20261009\n")


@pytest.mark.parametrize("date", ["2026-09-28", "", "20261301", "x"])
def test_a_date_that_is_none_is_refused(feed, date):
    with pytest.raises(FeedError, match="kein Datum der Form JJJJMMTT"):
        feed(calendar=f"service_id,{DAYS},start_date,end_date\nS,1,1,1,1,1,0,0,{date},20261009\n")


def test_trips_whose_service_never_runs_are_noted(feed, faults):
    feed(trips="route_id,service_id,trip_id\nL,S,T\nL,NEVER,U\n",
         stop_times=stop_times("T,08:00:00,08:00:00,P,1", "T,08:10:00,08:10:00,Q,2",
                               "U,08:00:00,08:00:00,P,1", "U,08:10:00,08:10:00,Q,2"))  # fmt: skip
    assert "1 Fahrten fahren an keinem Tag" in faults[0]["message"]


def test_on_a_day_without_service_there_is_an_error_and_no_empty_day(feed):
    with pytest.raises(FeedError, match=r"Am 03\.10\.2026 fährt nach dem Fahrplan nichts"):
        connections_on(feed(), dt.date(2026, 10, 3))


# The days around --------------------------------------------------------------------------------

LATE = stop_times(
    "T,23:00:00,23:00:00,P,1", "T,23:50:00,23:50:00,Q,2",
    "U,23:55:00,23:55:00,Q,1", "U,24:25:00,24:25:00,R,2",
)  # fmt: skip
TWO = "route_id,service_id,trip_id\nL,S,T\nL,S,U\n"


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        # What still runs after midnight belongs to the day; what ended before does not ...
        ((0, 86_400), [("U", "-0:05"), ("T", "23:00"), ("U", "23:55")]),
        # ... unless ways from the evening before are asked for ...
        ((-5_400, 86_400), [("T", "-1:00"), ("U", "-0:05"), ("T", "23:00"), ("U", "23:55")]),
        ((-600, 86_400), [("U", "-0:05"), ("T", "23:00"), ("U", "23:55")]),
        # ... or ways of the next evenings: 24 + 23 is 47 o'clock.
        ((0, 47 * 3600 + 1), [("U", "-0:05"), ("T", "23:00"), ("U", "23:55"), ("T", "47:00")]),
        ((0, 47 * 3600), [("U", "-0:05"), ("T", "23:00"), ("U", "23:55")]),
        ((0, 71 * 3600 + 1), [("U", "-0:05"), ("T", "23:00"), ("U", "23:55"), ("T", "47:00"),
                              ("U", "47:55"), ("T", "71:00")]),
    ],
)  # fmt: skip
def test_the_days_before_and_after_are_there_as_far_as_they_are_asked_for(feed, span, wanted):
    found = feed(trips=TWO, stop_times=LATE)
    assert [(h[0], h[3]) for h in hops(found, TUESDAY, span=span)] == wanted


def test_a_trip_of_three_days_is_there_on_each(feed):
    found = feed(stop_times=stop_times("T,47:00:00,47:00:00,P,1", "T,50:00:00,50:00:00,Q,2"))
    # Wednesday: that of Wednesday itself, of Tuesday (23 to 26 h) and of Monday (-1 to 2 h).
    times = [h[3:] for h in hops(found, TUESDAY + dt.timedelta(days=1))]
    assert times == [("-1:00", "2:00"), ("23:00", "26:00"), ("47:00", "50:00")]


def test_a_night_bus_of_the_last_day_of_service_runs_on_the_day_without_any(feed):
    found = feed(stop_times=stop_times("T,24:30:00,24:30:00,P,1", "T,24:40:00,24:40:00,Q,2"))
    saturday = dt.date(2026, 10, 3)
    assert [h[3:] for h in hops(found, saturday)] == [("0:30", "0:40")]


# Times ------------------------------------------------------------------------------------------


def test_hops_leave_at_departure_and_end_at_arrival(feed):
    assert hops(feed()) == PLAIN


def test_times_past_midnight_stay_on_their_service_day_and_show_on_the_next(feed):
    found = feed(
        stop_times=stop_times(
            "T,23:30:00,23:30:00,P,1", "T,23:50:00,23:55:00,Q,2", "T,24:20:00,24:20:00,R,3"
        )
    )
    own = [("T", "P", "Q", "23:30", "23:50"), ("T", "Q", "R", "23:55", "24:20")]
    assert hops(found, MONDAY) == own
    # On Tuesday the run of Monday night is there as well, from five to midnight on.
    assert hops(found, TUESDAY) == [("T", "Q", "R", "-0:05", "0:20"), *own]


def test_yesterdays_run_of_a_trip_is_another_run_than_todays(feed):
    found = feed(stop_times=stop_times("T,24:10:00,24:10:00,P,1", "T,24:30:00,24:30:00,Q,2"))
    table = connections_on(found, TUESDAY)
    assert table["trip"].tolist() == [0, 0]
    assert table["run"].tolist() == [0, 1]


def test_blank_times_are_filled_by_the_distance_along_the_trip(feed):
    # Q lies at a quarter of the way from P to R: 8:00 + 40/4 minutes.
    found = feed(
        stop_times=stop_times("T,08:00:00,08:00:00,P,1", "T,,,Q,2", "T,08:40:00,08:40:00,R,3")
    )
    assert hops(found) == [("T", "P", "Q", "8:00", "8:10"), ("T", "Q", "R", "8:10", "8:40")]


def test_several_blank_times_in_several_trips_are_filled(feed):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1", "T,,,Q,2", "T,,,Q,3", "T,08:40:00,08:40:00,R,4",
            "U,09:40:00,09:40:00,R,1", "U,,,Q,2", "U,10:20:00,10:20:00,P,3",
        ),
    )  # fmt: skip
    assert [h[3] for h in hops(found)] == ["8:00", "8:10", "8:10", "9:40", "10:10"]


def test_a_missing_arrival_is_the_departure_and_the_other_way_round(feed):
    found = feed(stop_times=stop_times("T,,08:00:00,P,1", "T,08:10:00,,Q,2"))
    assert hops(found) == [("T", "P", "Q", "8:00", "8:10")]


@pytest.mark.parametrize(
    "rows",
    [
        ("T,,,P,1", "T,08:10:00,08:10:00,Q,2", "T,08:20:00,08:20:00,R,3"),
        ("T,08:00:00,08:00:00,P,1", "T,08:10:00,08:10:00,Q,2", "T,,,R,3"),
        ("T,,,P,1", "T,08:10:00,08:11:00,Q,2", "T,08:20:00,08:20:00,R,3"),
    ],
)
def test_a_trip_without_its_first_or_last_time_is_left_out_and_noted(feed, faults, rows):
    # No time can be known before the first or after the last that is given.
    with pytest.raises(FeedError, match="keine einzige Fahrt ist brauchbar"):
        feed(stop_times=stop_times(*rows))
    assert any("fehlenden oder rückwärts" in f["message"] for f in faults)


def test_a_feed_without_any_time_is_refused(feed):
    with pytest.raises(FeedError, match="keine einzige Fahrt ist brauchbar"):
        feed(stop_times=stop_times("T,,,P,1", "T,,,Q,2"))


@pytest.mark.parametrize(
    "rows",
    [
        ("T,08:00:00,08:00:00,P,1", "T,07:50:00,07:50:00,Q,2"),
        ("T,08:00:00,08:20:00,P,1", "T,08:10:00,08:10:00,Q,2"),
        ("T,08:10:00,08:00:00,P,1", "T,08:20:00,08:20:00,Q,2"),
        ("T,08:00:00,08:00:00,P,x", "T,08:20:00,08:20:00,Q,y"),
    ],
)
def test_trips_that_run_backwards_are_left_out_and_noted(feed, faults, rows):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=stop_times(*rows, "U,09:00:00,09:00:00,P,1", "U,09:10:00,09:10:00,Q,2"),
    )
    assert found.trips["trip_id"].tolist() == ["U"]
    assert hops(found) == [("U", "P", "Q", "9:00", "9:10")]
    assert [f["found"] for f in faults] == ["T"]


def test_rows_in_any_order_are_sorted_by_their_number(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:20:00,08:20:00,R,10", "T,08:00:00,08:00:00,P,2", "T,08:10:00,08:11:00,Q,9"
        )
    )
    assert hops(found) == PLAIN


def test_times_may_have_one_digit_and_spaces(feed):
    found = feed(stop_times=stop_times("T, 8:00:00, 8:00:00,P,1", "T,8:10:00 ,8:10:00 ,Q,2"))
    assert hops(found) == [("T", "P", "Q", "8:00", "8:10")]


def test_a_trip_with_one_stop_is_no_trip(feed):
    found = feed(
        trips="route_id,service_id,trip_id\nL,S,T\nL,S,U\n",
        stop_times=BASE["stop_times.txt"] + "U,09:00:00,09:00:00,P,1\n",
    )
    assert found.trips["trip_id"].tolist() == ["T"]


# Frequencies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("exact", [0, 1])
def test_a_trip_that_runs_every_n_minutes_is_written_out(feed, exact):
    found = feed(
        frequencies="trip_id,start_time,end_time,headway_secs,exact_times\n"
        f"T,09:00:00,10:00:00,1800,{exact}\nT,20:00:00,20:10:00,600,{exact}\n"
    )
    assert found.trips["trip_id"].tolist() == ["T"]
    assert connections_on(found, TUESDAY)["run"].tolist() == [0, 0, 1, 1, 2, 2]
    assert [h[1:] for h in hops(found)] == [
        ("P", "Q", "9:00", "9:10"), ("Q", "R", "9:11", "9:20"),
        ("P", "Q", "9:30", "9:40"), ("Q", "R", "9:41", "9:50"),
        ("P", "Q", "20:00", "20:10"), ("Q", "R", "20:11", "20:20"),
    ]  # fmt: skip
    assert trips_by_date(found)[TUESDAY] == 3
    assert set(found.trips["line"]) == {"7"}


def test_frequencies_of_other_trips_leave_the_rest_alone(feed):
    found = feed(frequencies="trip_id,start_time,end_time,headway_secs\nX,09:00:00,10:00:00,600\n")
    assert hops(found) == PLAIN


def test_frequencies_without_rows_change_nothing(feed):
    assert hops(feed(frequencies="trip_id,start_time,end_time,headway_secs\n")) == PLAIN


# Boarding ---------------------------------------------------------------------------------------


def test_where_one_may_not_board_or_alight_is_kept(feed):
    found = feed(
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,0,1", "T,08:10:00,08:11:00,Q,2,1,0",
            "T,08:20:00,08:20:00,R,3,,1", head=FLAGS,
        )
    )  # fmt: skip
    table = connections_on(found, TUESDAY)
    assert table["board"].tolist() == [True, False]
    assert table["alight"].tolist() == [True, False]
    assert found.trips["on_demand"].tolist() == [False]


def test_a_trip_to_be_phoned_for_wherever_one_may_board_is_a_call_bus(feed):
    rows = [
        "T,08:00:00,08:00:00,P,1,2,1",
        "T,08:10:00,08:11:00,Q,2,2,0",
        "T,08:20:00,08:20:00,R,3,1,0",
    ]
    assert feed(stop_times=stop_times(*rows, head=FLAGS)).trips["on_demand"].tolist() == [True]
    rows[1] = rows[1].replace("Q,2,2", "Q,2,1")
    assert feed(stop_times=stop_times(*rows, head=FLAGS)).trips["on_demand"].tolist() == [True]


@pytest.mark.parametrize(
    ("routes", "on_demand"),
    [
        ("L,7,Küstenbus,3", False),
        ("L,7,Küstenbus,715", True),
        ("L,7,Rufbus Wangerland,3", True),
        ("L,AST 7,Sammeltaxi,3", True),
        ("L,7,Über Astrup nach Altona,3", False),
        ("L,7,bürgerbus Zetel,3", True),
        ("L,7,,3", False),
    ],
)
def test_call_buses_are_known_by_type_or_words(feed, routes, on_demand):
    found = feed(routes=f"route_id,route_short_name,route_long_name,route_type\n{routes}\n")
    assert found.trips["on_demand"].tolist() == [on_demand]


def test_the_profile_names_call_buses_by_line_type_or_pattern(feed):
    assert feed(transit=Transit(on_demand_lines=("7",))).trips["on_demand"].tolist() == [True]
    assert feed(transit=Transit(on_demand_route_types=(3,))).trips["on_demand"].tolist() == [True]
    assert feed(transit=Transit(on_demand_pattern="küste")).trips["on_demand"].tolist() == [True]


def test_booking_rules_tell_how_long_ahead(feed):
    head = FLAGS + ",pickup_booking_rule_id"
    found = feed(
        booking_rules="booking_rule_id,booking_type,prior_notice_duration_min\nB,1,60\nC,1,90\nD,2,\n",
        stop_times=stop_times(
            "T,08:00:00,08:00:00,P,1,2,1,B", "T,08:10:00,08:11:00,Q,2,2,0,C",
            "T,08:20:00,08:20:00,R,3,1,0,", head=head,
        ),
    )  # fmt: skip
    assert found.trips["lead_min"].tolist() == [90.0]


def test_without_booking_rules_the_time_ahead_is_unknown(feed):
    assert feed().trips["lead_min"].isna().tolist() == [True]


def test_the_line_is_its_short_name_or_long_name_or_id(feed):
    head = "route_id,route_short_name,route_long_name,route_type\n"
    assert feed(routes=head + "L,7,Bus,3\n").trips["line"].tolist() == ["7"]
    assert feed(routes=head + "L,,Bus,3\n").trips["line"].tolist() == ["Bus"]
    assert feed(routes="route_id,route_type\nL,3\n").trips["line"].tolist() == ["L"]


# Files ------------------------------------------------------------------------------------------


def test_bom_quotes_column_order_and_line_ends_do_not_matter(feed):
    found = feed(
        stops='\ufeff"stop_lon","stop_lat","stop_name","stop_id"\r\n8.0,53.50,"Halt, P",P\r\n'
        "8.0,53.51,Halt Q,Q\r\n8.0,53.54,Halt R,R\r\n",
        trips='trip_id,"service_id",route_id\n"T","S","L"\n',
    )
    assert found.stops["name"].tolist() == ["Halt, P", "Halt Q", "Halt R"]
    assert hops(found) == PLAIN


def test_a_comma_at_the_end_of_each_row_shifts_nothing(feed):
    text = BASE["stop_times.txt"].replace(",1\n", ",1,\n").replace(",2\n", ",2,\n")
    try:
        found = feed(stop_times=text.replace(",3\n", ",3,\n"))
    except FeedError as error:
        assert "stop_times.txt" in str(error)  # noqa: PT017
        return
    assert hops(found) == PLAIN


def test_a_folder_inside_the_zip_does_not_matter(tmp_path, faults):
    path = toy.write_zip(tmp_path / "g.zip", {f"feed/gtfs/{n}": t for n, t in BASE.items()})
    assert hops(read_feeds([path], Transit(), CRS, faults)) == PLAIN


def test_ids_that_look_like_numbers_stay_text(feed):
    found = feed(
        stops="stop_id,stop_name,stop_lat,stop_lon\n007,P,53.50,8.0\n7,Q,53.51,8.0\n",
        stop_times=stop_times("T,08:00:00,08:00:00,007,1", "T,08:10:00,08:10:00,7,2"),
    )
    assert hops(found) == [("T", "007", "7", "8:00", "8:10")]


def test_stops_that_no_trip_serves_are_left_out(feed):
    found = feed(stops=BASE["stops.txt"] + "X,Halt X,53.6,8.0\n")
    assert found.stops["stop_id"].tolist() == ["P", "Q", "R"]


def test_a_stop_without_name_bears_its_id(feed):
    found = feed(stops=BASE["stops.txt"].replace("Halt Q", ""))
    assert found.stops["name"].tolist() == ["Halt P", "Q", "Halt R"]


@pytest.mark.parametrize("place", ["0,0", ",", "x,y", "153.5,8"])
def test_a_served_stop_without_place_is_left_out_and_noted(feed, faults, place):
    found = feed(stops=BASE["stops.txt"].replace("53.51,8.0", place))
    assert hops(found) == [("T", "P", "R", "8:00", "8:20")]
    assert [f["found"] for f in faults] == ["Q"]


def test_stop_times_at_unknown_stops_or_of_unknown_trips_are_left_out_and_noted(feed, faults):
    found = feed(
        stop_times=BASE["stop_times.txt"] + "T,08:30:00,08:30:00,Z,4\nX,09:00:00,09:00:00,P,1\n"
    )
    assert hops(found) == PLAIN
    assert sorted(f["found"] for f in faults) == ["X", "Z"]


def test_trips_of_unknown_routes_are_left_out_and_noted(feed, faults):
    found = feed(trips="route_id,service_id,trip_id\nL,S,T\nX,S,U\n")
    assert found.trips["trip_id"].tolist() == ["T"]
    assert "1 Fahrten ohne Linie oder doppelt" in faults[0]["message"]


def test_a_trip_that_stands_twice_runs_once(feed, faults):
    found = feed(trips="route_id,service_id,trip_id\nL,S,T\nL,S,T\n")
    assert hops(found) == PLAIN
    assert len(faults) == 1


@pytest.mark.parametrize("name", ["stops", "routes", "trips", "stop_times"])
def test_a_missing_file_is_named(feed, name):
    with pytest.raises(FeedError, match=f"es fehlt {name}.txt"):
        feed(**{name: None})


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("stops", "stop_lat"), ("routes", "route_type"), ("trips", "service_id"),
        ("stop_times", "stop_sequence"),
        ("calendar", "monday"), ("calendar", "service_id"), ("calendar", "end_date"),
    ],
)  # fmt: skip
def test_a_missing_column_is_named(feed, name, column):
    text = BASE[f"{name}.txt"].replace(column, "other")
    with pytest.raises(FeedError, match=rf"{name}\.txt.*{column}"):
        feed(**{name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calendar_dates", "service_id,date\nS,20260929\n"),
        ("calendar_dates", "service_id,date,exception_type\nS,20260929\n"),
        ("frequencies", "trip_id,start_time,end_time\nT,08:00:00,09:00:00\n"),
        ("calendar", f"service_id,{DAYS},start_date,end_date\nS,1,1\n"),
        ("routes", "route_id,route_type,route_short_name\nL,3\n"),
        ("stops", "stop_id,stop_lat,stop_lon,stop_name\nP,53.5\nQ,53.51,8.0,Q\nR,53.54,8,R\n"),
        ("stop_times", stop_times("T,08:00:00,08:00:00,P,1", "T,08:10:00")),
        ("trips", "route_id,service_id,trip_id\nL,S\nL,S,T\n"),
        ("booking_rules", "id\nB\n"),
        ("stops", ""),
        ("stops", "\n\n"),
        ("stop_times", "a\0b"),
        ("trips", "route_id,service_id,trip_id\n"),
        ("stop_times", 'trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"T,1\n'),
    ],
)
def test_tables_that_are_cut_short_are_read_or_refused_with_words(feed, name, text):
    try:
        found = feed(**{name: text})
    except GeoIntegrationError as error:
        assert "gtfs.zip" in str(error)  # noqa: PT017
        return
    assert len(found.trips)


def test_a_missing_zip_is_named(tmp_path, faults):
    with pytest.raises(FeedError, match=r"gone\.zip: die Datei fehlt"):
        read_feeds([tmp_path / "gone.zip"], Transit(), CRS, faults)


def spoilt(data):
    """The zip with one compressed byte after another turned round."""
    data = bytearray(data)
    for at in range(60, 120):
        data[at] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda _: b"no zip", id="no zip"),
        pytest.param(lambda d: d[: len(d) // 2], id="half"),
        pytest.param(spoilt, id="spoilt"),
    ],
)
def test_a_broken_zip_is_refused(tmp_path, faults, spoil):
    path = toy.write_zip(tmp_path / "gtfs.zip", BASE)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(FeedError, match=r"gtfs\.zip"):
        read_feeds([path], Transit(), CRS, faults)


def test_a_zip_with_password_is_refused(tmp_path, faults):
    path = toy.write_zip(tmp_path / "gtfs.zip", BASE)
    data = bytearray(path.read_bytes())
    for head, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(head)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(head, at + 1)
    path.write_bytes(bytes(data))
    with pytest.raises(FeedError, match=r"gtfs\.zip"):
        read_feeds([path], Transit(), CRS, faults)


@given(st.integers(0, 5000), st.integers(1, 255))
@rounds(max_examples=60, phases=[Phase.explicit, Phase.generate])
def test_a_zip_with_any_byte_changed_is_read_or_refused(tmp_path_factory, at, change):
    path = toy.write_zip(tmp_path_factory.getbasetemp() / "flipped.zip", BASE)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= change
    path.write_bytes(bytes(data))
    try:
        found = read_feeds([path], Transit(), CRS, FaultList())
    except GeoIntegrationError:
        return
    assert len(found.trips)


@given(
    st.sampled_from(["stops", "routes", "trips", "stop_times", "calendar"]),
    st.integers(0, 200),
    st.text(alphabet='",\n T1:0S-x', max_size=3),
)
@rounds(max_examples=100, phases=[Phase.explicit, Phase.generate])
def test_a_feed_with_any_cut_in_a_table_is_read_or_refused(tmp_path_factory, name, at, instead):
    text = BASE[f"{name}.txt"]
    at %= len(text)
    tables = BASE | {f"{name}.txt": text[:at] + instead + text[at + 3 :]}
    path = toy.write_zip(tmp_path_factory.getbasetemp() / "cut.zip", tables)
    try:
        found = read_feeds([path], Transit(), CRS, FaultList())
        counts = trips_by_date(found)
        connections_on(found, counts.idxmax())
    except GeoIntegrationError:
        return
    assert len(found.trips)


# Several feeds ----------------------------------------------------------------------------------


def two_feeds(tmp_path, start, end):
    other = BASE | {
        "calendar.txt": f"service_id,{DAYS},start_date,end_date\nS,1,1,1,1,1,1,1,{start},{end}\n",
        "stops.txt": BASE["stops.txt"].replace("53.5", "53.6"),
    }
    return [
        toy.write_zip(tmp_path / "one.zip", BASE),
        toy.write_zip(tmp_path / "two.zip", other),
    ]


def test_several_feeds_are_joined_and_their_ids_told_apart(tmp_path, faults):
    found = read_feeds(two_feeds(tmp_path, "20260930", "20261031"), Transit(), CRS, faults)
    check_frame(found.stops, STOPS, crs=CRS)
    check_frame(found.trips, TRIPS)
    assert found.trips["trip_id"].tolist() == ["1:T", "2:T"]
    assert found.stops["stop_id"].tolist() == ["1:P", "1:Q", "1:R", "2:P", "2:Q", "2:R"]
    both = hops(found, dt.date(2026, 10, 1))
    assert [h[:3] for h in both] == [
        ("1:T", "1:P", "1:Q"), ("1:T", "1:Q", "1:R"), ("2:T", "2:P", "2:Q"), ("2:T", "2:Q", "2:R"),
    ]  # fmt: skip


def test_only_dates_on_which_all_feeds_are_valid_are_offered(tmp_path, faults):
    found = read_feeds(two_feeds(tmp_path, "20260930", "20261031"), Transit(), CRS, faults)
    counts = trips_by_date(found)
    assert (counts.index[0], counts.index[-1]) == (dt.date(2026, 9, 30), dt.date(2026, 10, 9))
    # Wednesday to Friday both, Saturday and Sunday only the second.
    assert counts.tolist() == [2, 2, 2, 1, 1, 2, 2, 2, 2, 2]


def test_feeds_without_a_common_date_are_refused(tmp_path, faults):
    found = read_feeds(two_feeds(tmp_path, "20270101", "20271231"), Transit(), CRS, faults)
    with pytest.raises(FeedError, match=r"keinem gemeinsamen Tag: .*2026 bis .*2027"):
        trips_by_date(found)


def test_two_feeds_of_one_name_in_two_folders_are_told_apart(tmp_path, faults):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = two_feeds(tmp_path, "20270101", "20271231")
    one, two = one.rename(tmp_path / "a" / "g.zip"), two.rename(tmp_path / "b" / "g.zip")
    found = read_feeds([one, two], Transit(), CRS, faults)
    with pytest.raises(FeedError, match="keinem gemeinsamen Tag"):
        trips_by_date(found)


# Feeds that hold for different times ----------------------------------------------------------


@pytest.mark.parametrize(("info", "last"), [(None, 29), ("20260928,20261009", 9)])
def test_a_line_that_rests_does_not_end_the_validity_of_the_others(tmp_path, faults, info, last):
    # The bus runs on weekdays to 9 October; the ferry for the last time on 29 September.
    bus = write_made(tmp_path / "bus.zip")
    ferry = write_made(
        tmp_path / "ferry.zip",
        calendar=None,
        stop_times=stop_times("T,09:00:00,09:00:00,P,1", "T,09:30:00,09:30:00,Q,2"),
        calendar_dates="service_id,date,exception_type\nS,20260928,1\nS,20260929,1\n",
        feed_info=info and f"feed_publisher_name,feed_start_date,feed_end_date\nX,{info}\n",
    )
    counts = trips_by_date(read_feeds([bus, ferry], Transit(), CRS, faults))
    assert counts.index[-1].day == last
    assert counts.iloc[0] == 2
    assert counts.iloc[-1] == (2 if info is None else 1)
