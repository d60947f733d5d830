from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import toy

from geo_integration.frames import CONNECTIONS, MODES, ROUNDTRIPS, TRIPS, check_frame
from geo_integration.journeys.roundtrips import build_links, roundtrip_table, roundtrips
from geo_integration.journeys.sessions import Day

LETTER = {
    "served": "+", "over_limit": "L", "no_way_home": "H", "not_in_time": "T",
    "no_connection": "C", "no_stop": "S", "not_on_day": "D",
}  # fmt: skip


def compute(county, **changes):
    frames = county._replace(**changes)
    links = build_links(frames.network, frames.cells, frames.offers, frames.stops, frames.walks)
    found = roundtrips(
        frames.cells, frames.offers, frames.sessions, frames.trips, frames.connections, links,
        days=frames.days, limits=frames.limits, max_minutes=frames.max_minutes,
    )  # fmt: skip
    return roundtrip_table(
        found, frames.cells, frames.sessions, frames.trips, frames.stops, frames.days
    )


@pytest.fixture(scope="module")
def table(county):
    return compute(county)


def picture(table, offer, day, mode):
    """Reasons as a map, north on top."""
    rows = table[(table["offer_id"] == offer) & (table["day_type"] == day)]
    reason = rows[rows["mode"] == mode].set_index("cell_id")["reason"]
    return "/".join(
        "".join(LETTER[reason[toy.cell_id(i, j)]] for i in range(toy.SIZE))
        for j in reversed(range(toy.SIZE))
    )


def way(table, at, offer, day="school", mode="transit"):
    """One row of the table as a dict, missing values as None."""
    rows = table[
        (table["cell_id"] == toy.cell_id(*at))
        & (table["offer_id"] == offer)
        & (table["day_type"] == day)
        & (table["mode"] == mode)
    ]
    assert len(rows) == 1
    row = rows.astype(object).iloc[0]
    return {name: None if pd.isna(value) else value for name, value in row.items()}


def minutes(row):
    return row["out_min"], row["back_min"], row["wait_min"]


# Reasons, worked out by hand --------------------------------------------------------------------


def test_the_course_on_school_days_by_bus(table):
    # North to south:
    # j=4  D rides in on line 2 (17:30-17:45) and home (19:45-20:00); its neighbour walks 10 more;
    #      (2,4) has no stop; E and its neighbour ride in 17:00-17:45, but nothing goes back to E.
    # j=3  (0,3) walks to A; 1 to 3 walk all the way; (4,3) can ride from E, 10 + 45 = 55 > 45.
    # j=2  A rides; 1 to 3 walk; C arrives 17:20 (40 minutes early, 30 allowed) or 18:20 (late).
    # j=1  (0,1) walks to A; 1 to 3 walk; (4,1) is near C and F: as C.
    # j=0  no stop within 12 minutes; F has only the call-bus, which does not run by itself.
    assert picture(table, "O1", "school", "transit") == "++SHH/++++L/++++T/++++T/SSSCC"


def test_the_course_on_school_days_with_call_bus(table):
    # F rides 17:00-17:40 and 19:35-20:15; its neighbours need 10 minutes more: 50 > 45.
    assert picture(table, "O1", "school", "on_demand") == "++SHH/++++L/++++T/++++L/SSSL+"


def test_the_course_on_foot(table):
    # 10 minutes to straight neighbours, 15 to diagonal ones.
    assert picture(table, "O1", "school", "walk") == "CCCCC/C+++C/C+++C/C+++C/CCCCC"


@pytest.mark.parametrize("mode", MODES)
def test_a_course_in_term_only_is_not_on_in_the_holidays(table, mode):
    assert picture(table, "O1", "holidays", mode) == "DDDDD/DDDDD/DDDDD/DDDDD/DDDDD"


@pytest.mark.parametrize("offer", ["O1", "O2"])
@pytest.mark.parametrize("mode", MODES)
def test_offers_without_a_session_on_sundays_are_not_on(table, offer, mode):
    assert picture(table, offer, "sunday", mode) == "DDDDD/DDDDD/DDDDD/DDDDD/DDDDD"


def test_a_course_that_goes_on_in_the_holidays_lacks_the_school_bus(county):
    # Line 2 does not run: D and E have nothing; (4,3) has only C left, as C itself.
    table = compute(county, sessions=toy.toy_sessions(term_only=False))
    assert picture(table, "O1", "holidays", "transit") == "CCSCC/++++T/++++T/++++T/SSSCC"


def test_advice_with_opening_hours_on_school_days(table):
    # j=4  D changes at B: 9:30-10:00, back 11:00-11:30; E gets there but not back.
    # j=3  (1,3) and (1,1) have no stop; (0,3) via A; (2,3) via B; 3 and 4 walk.
    # j=0  F has only the call-bus.
    assert picture(table, "O2", "school", "transit") == "++SHH/+S+++/+++++/+S+++/SSSCC"
    # The call-bus comes in at 17:40, when the advice is over.
    assert picture(table, "O2", "school", "on_demand") == "++SHH/+S+++/+++++/+S+++/SSSTT"


def test_sport_without_times_is_judged_by_the_median_way_out(table):
    # j=4  D leaves 9:30, at A 11:20: median 170 minutes; E the same train of buses.
    # j=3  (4,3) walks 10 to C: median 44: just within.
    # j=1  (4,1) as (4,3).  (2,3), (2,1), (3,2) by B; (1,3), (1,1) on foot; (3,3), (3,1): no stop.
    assert picture(table, "O3", "school", "transit") == "LLSLL/+++S+/+++++/+++S+/SSSCC"


def test_every_reason_of_a_journey_occurs(table):
    assert set(table["reason"].astype(str)) == set(LETTER)


# Minutes, worked out by hand --------------------------------------------------------------------


def test_a_ride_there_and_back_has_minutes_waits_and_lines(table):
    # A 17:25 - B 17:35, 25 minutes early; B 19:40 - A 19:50, 10 minutes after the end.
    row = way(table, (0, 2), "O1")
    assert minutes(row) == (10, 10, 35)
    assert (row["out_line"], row["back_line"], row["session_id"]) == ("1", "1", "O1/1")


def test_the_walk_to_the_stop_is_part_of_the_way(table):
    assert minutes(way(table, (0, 1), "O1")) == (20, 20, 35)


def test_the_shorter_of_two_lines_is_taken(table):
    # (0,3) is near D (10 + 15 minutes by line 2) and near A (10 + 10 by line 1).
    row = way(table, (0, 3), "O1")
    assert (minutes(row), row["out_line"], row["back_line"]) == ((20, 20, 35), "1", "1")


def test_walking_counts_as_a_way_by_bus_too(table):
    # (1,2) could ride from A, 10 + 10 minutes; walking to B takes 10, and needs no waiting.
    row = way(table, (1, 2), "O1")
    assert minutes(row) == (10, 10, 0)
    assert row["out_line"] is row["back_line"] is None


def test_a_change_of_buses_is_found_with_the_line_near_home(table):
    # D 9:30 - B 9:45, B 9:50 - C 10:00; C 11:00 - B 11:10, B 11:15 - D 11:30. The visits that fit
    # are 10:00-10:30 (0 + 30 minutes of waiting) and 10:30-11:00 (30 + 0).
    row = way(table, (0, 4), "O2")
    assert minutes(row) == (30, 30, 30)
    assert (row["out_line"], row["back_line"]) == ("2", "2")


def test_without_time_to_change_there_is_no_such_journey(county):
    # 5 minutes at B both ways: with 6 asked for, D has no way to C at 10:00 any more; the next
    # one is at 17:45.
    tight = county.walks._replace(transfer_buffer_s=301)
    table = compute(county, walks=tight)
    assert way(table, (0, 4), "O2")["reason"] == "not_in_time"


def test_no_way_home_still_tells_the_way_out(table):
    row = way(table, (4, 4), "O1")
    assert (row["reason"], minutes(row)) == ("no_way_home", (45, None, None))


def test_over_the_limit_tells_the_minutes(table):
    row = way(table, (4, 3), "O1")
    assert (row["reason"], row["out_min"], row["back_min"]) == ("over_limit", 55, 20)


def test_a_call_bus_is_named(table):
    row = way(table, (4, 0), "O1", mode="on_demand")
    assert (minutes(row), row["out_line"], row["back_line"]) == ((40, 40, 25), "9", "9")


def test_times_that_are_unknown_give_a_median_and_no_way_back(table):
    # From C at minute m of the hour from 8:00: buses at 8:05, 8:35, 9:05, 20 minutes each. Over
    # the 60 minutes every whole number from 20 to 49 occurs twice: half of them are at most 34.
    row = way(table, (4, 2), "O3")
    assert minutes(row) == (34, None, None)
    # From B the same buses, 10 minutes each, at 8:15, 8:45, 9:15: 10 to 39 twice each.
    assert way(table, (2, 2), "O3")["out_min"] == 24
    # From D only at 9:30, to A at 11:20 (change at B): 200 down to 141 minutes.
    assert way(table, (0, 4), "O3")["out_min"] == 170


def test_on_sundays_the_one_bus_comes_too_late_for_the_morning(table):
    # C 16:00 - A 16:20: more than three hours, the longest way looked for, from 8:00 to 8:59.
    row = way(table, (4, 2), "O3", day="sunday")
    assert (row["reason"], row["out_min"]) == ("not_in_time", None)


# Rules ------------------------------------------------------------------------------------------


def late_bus(county, *times):
    """Add trips from B to A after midnight, on the school day."""
    number = sorted(toy.TRIPS).index("w1930")
    run = county.connections[toy.SCHOOL_DAY]["run"].max() + 1
    rows = [
        {
            "trip": number, "run": run + n, "next_run": -1,
            "sequence": 90 + n, "from_stop": 1, "to_stop": 0,
            "departure_s": toy.seconds(a), "arrival_s": toy.seconds(b),
            "board": True, "alight": True,
        }
        for n, (a, b) in enumerate(times)
    ]  # fmt: skip
    day = pd.concat([county.connections[toy.SCHOOL_DAY], pd.DataFrame(rows)], ignore_index=True)
    return county.connections | {toy.SCHOOL_DAY: day}


def test_a_session_past_midnight_is_reached_with_a_bus_past_midnight(county):
    # 18:00 to 24:30; the bus leaves at 24:40 and is at A at 24:50, allowed until 25:00.
    changed = {
        "sessions": toy.toy_sessions(end_s=toy.seconds("24:30")),
        "connections": late_bus(county, ("24:40", "24:50")),
    }
    open_late = county.limits._replace(latest_s=toy.seconds("25:00"))
    row = way(compute(county, limits=open_late, **changed), (0, 2), "O1")
    assert (row["reason"], minutes(row)) == ("served", (10, 10, 35))
    row = way(compute(county, **changed), (0, 2), "O1")
    assert row["reason"] == "no_way_home"


def test_on_foot_too_one_has_to_be_home_in_time(county):
    sessions = toy.toy_sessions(end_s=toy.seconds("22:25"))
    table = compute(county, sessions=sessions)
    assert way(table, (1, 2), "O1", mode="walk")["reason"] == "no_way_home"
    assert way(table, (2, 2), "O1", mode="walk")["reason"] == "served"


def test_on_foot_too_one_cannot_leave_before_the_earliest_hour(county):
    sessions = toy.toy_sessions(start_s=toy.seconds("6:10"))
    table = compute(county, sessions=sessions)
    assert way(table, (1, 2), "O1", mode="walk")["reason"] == "served"
    assert way(table, (1, 1), "O1", mode="walk")["reason"] == "not_in_time"


def test_a_course_is_reached_only_when_each_of_its_sessions_is(county):
    # A second session, 20:00 to 21:30: nothing goes home after it.
    both = pd.concat(
        [
            toy.toy_sessions(),
            toy.toy_sessions(
                session_id="O1/2", start_s=toy.seconds("20:00"), end_s=toy.seconds("21:30")
            ).head(1),
        ],
        ignore_index=True,
    )
    row = way(compute(county, sessions=both), (0, 2), "O1")
    assert (row["reason"], row["session_id"]) == ("no_way_home", "O1/2")


def test_a_drop_in_offer_is_reached_when_one_visit_is(county):
    # 9:00 to 12:00: no bus fits a visit at 9:00 or 11:30, one fits at 10:00.
    row = way(compute(county), (0, 2), "O2")
    assert (row["reason"], minutes(row)) == ("served", (20, 20, 30))
    # As a course one has to stay from 9:00 to 12:00.
    sessions = toy.toy_sessions()
    sessions["drop_in"] = False
    assert way(compute(county, sessions=sessions), (0, 2), "O2")["reason"] == "no_way_home"


def test_opening_hours_shorter_than_a_visit_are_one_visit(county):
    sessions = toy.toy_sessions()
    sessions.loc[1, ["start_s", "end_s"]] = [toy.seconds("10:00"), toy.seconds("10:10")]
    row = way(compute(county, sessions=sessions), (4, 2), "O2")
    assert (row["reason"], minutes(row)) == ("served", (0, 0, 0))


def test_a_visit_may_begin_as_late_as_it_still_fits(county):
    # Open 9:00 to 10:40: the last visit is 10:10-10:40 (bus in 10:00, bus out 11:00: 10 + 20).
    sessions = toy.toy_sessions()
    sessions.loc[1, "end_s"] = toy.seconds("10:40")
    row = way(compute(county, sessions=sessions), (0, 2), "O2")
    assert row["reason"] == "served"
    # Open 9:00 to 10:25: the last visit ends 35 minutes before the bus.
    sessions.loc[1, "end_s"] = toy.seconds("10:25")
    row = way(compute(county, sessions=sessions), (0, 2), "O2")
    assert row["reason"] == "no_way_home"


def test_the_limit_of_the_category_counts(county):
    wider = county.max_minutes | {"sprachkurs": 55.0}
    assert way(compute(county, max_minutes=wider), (4, 3), "O1")["reason"] == "served"


def test_the_limit_counts_for_the_way_home_too(county):
    # Instead of 10 minutes at 19:40, the bus home takes 60 from 19:31.
    day = late_bus(county, ("19:31", "20:31"))[toy.SCHOOL_DAY]
    number = sorted(toy.TRIPS).index("w1930")
    day = day[(day["trip"] != number) | (day["sequence"] >= 90)]
    table = compute(county, connections=county.connections | {toy.SCHOOL_DAY: day})
    row = way(table, (0, 2), "O1")
    assert (row["reason"], row["out_min"], row["back_min"]) == ("over_limit", 10, 60)


# The table --------------------------------------------------------------------------------------


def test_no_cell_drops_out(table):
    assert len(table) == 25 * 3 * 3 * 3
    assert not table.duplicated(["cell_id", "offer_id", "day_type", "mode"]).any()
    check_frame(table, ROUNDTRIPS)


def test_served_means_out_back_and_wait_within_the_rule(table):
    served = table[(table["reason"] == "served") & (table["offer_id"] != "O3")]
    assert len(served) > 0
    assert served[["out_min", "back_min"]].max(axis=None) <= 45
    assert served["wait_min"].between(0, 60).all()
    assert served["session_id"].notna().all()
    others = table[(table["reason"] == "served") & (table["offer_id"] == "O3")]
    assert others["out_min"].max() <= 45
    assert others["back_min"].isna().all()


def test_what_is_never_reached_has_no_minutes(table):
    nothing = table["reason"].isin(["no_stop", "not_in_time", "not_on_day"])
    assert table.loc[nothing & (table["mode"] != "walk"), "out_min"].isna().all()


def test_the_same_frames_give_the_same_table_again(county, table):
    pd.testing.assert_frame_equal(table, compute(county))


def test_the_frames_are_not_changed(county):
    before = county.sessions.copy(), county.connections[toy.SCHOOL_DAY].copy(), county.trips.copy()
    compute(county)
    after = county.sessions, county.connections[toy.SCHOOL_DAY], county.trips
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_the_order_of_sessions_and_offers_does_not_matter(county, table):
    turned = compute(
        county,
        sessions=county.sessions.iloc[::-1],
        offers=county.offers.iloc[::-1].reset_index(drop=True),
    )
    keys = ["cell_id", "offer_id", "day_type", "mode"]
    frames = [t.astype(object).sort_values(keys, ignore_index=True) for t in (table, turned)]
    pd.testing.assert_frame_equal(*frames)


def test_offers_that_do_not_count_are_left_out(county):
    offers = county.offers.assign(counted=[True, False, True])
    assert set(compute(county, offers=offers)["offer_id"]) == {"O1", "O3"}


def test_without_any_counted_offer_the_table_is_empty_but_whole(county):
    found = compute(county, offers=county.offers.assign(counted=False))
    assert found.empty
    assert list(found.columns) == list(ROUNDTRIPS.columns)


def test_without_a_timetable_people_walk(county):
    # No stop and no trip: every mode is on foot.
    empty = pd.DataFrame({name: [] for name in CONNECTIONS.columns})
    trips = pd.DataFrame({name: [] for name in TRIPS.columns})
    table = compute(
        county,
        stops=county.stops.iloc[:0],
        trips=trips,
        connections=dict.fromkeys(county.connections, empty),
    )
    wanted = "SSSSS/S+++S/S+++S/S+++S/SSSSS"
    assert picture(table, "O1", "school", "transit") == wanted
    assert picture(table, "O1", "school", "on_demand") == wanted


def test_progress_counts_every_offer(county):
    told = []
    links = build_links(county.network, county.cells, county.offers, county.stops, county.walks)
    found = roundtrips(
        county.cells, county.offers, county.sessions, county.trips, county.connections, links,
        days=county.days, limits=county.limits, max_minutes=county.max_minutes,
        progress=lambda *at: told.append(at),
    )  # fmt: skip
    assert [one.offer_id for one in found] == county.offers["offer_id"].tolist()
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_day_of_several_weekdays_takes_the_session_of_its_own_weekday(county):
    # On Mondays nothing but line 1 runs here; the course is on Tuesdays, so line 2 counts.
    days = [Day("school", {0: toy.HOLIDAY, 1: toy.SCHOOL_DAY}, in_holidays=False)]
    assert way(compute(county, days=days), (0, 4), "O1")["reason"] == "served"
    monday = toy.toy_sessions(weekday=0)
    row = way(compute(county, days=days, sessions=monday), (0, 4), "O1")
    assert row["reason"] == "no_connection"


def test_homes_without_coordinates_stay_in_the_table(county):
    cells = county.cells.copy()
    cells.loc[0, ["x_m", "y_m"]] = math.nan
    table = compute(county, cells=cells)
    first = table[table["cell_id"] == cells["cell_id"][0]]
    assert len(first) == 27
    assert not (first["reason"] == "served").any()
    assert np.isnan(first["out_min"]).all()
