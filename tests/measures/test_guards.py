from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from by_hand import make_cells, make_covered, make_offers
from made_coverage import as_coverage

from geo_integration.frames import DOUBTFUL
from geo_integration.measures.guards import OffStreets, find_guards
from geo_integration.outputs.labels_tables import TABLE_WORDS

HOUR = 3600
SPAN = (6 * HOUR, 22 * HOUR)
MONDAY = dt.date(2026, 11, 2)
ALL = {
    *(f"need_{doubt}" for doubt in (*DOUBTFUL, "above")),
    "group_unused",
    "groups_exposed",
    "groups_withheld",
    "atypical_date",
    "cells_off_street",
    "cells_on_islands",
    "cells_withheld",
    "cells_without_stop",
    "feed_validity",
    "no_timetable",
    "lent_date",
    "lone_date",
    "no_service",
    "nobody_reached",
    "offers_off_street",
    "offers_on_islands",
    "stops_off_street",
    "stops_on_islands",
    "on_demand_lines",
    "offers_doubtful",
    "offers_outside",
    "offers_uncounted",
    "offers_untimed",
    "rejected_rows",
    "residents_total",
    "same_on_days",
    "sessions_outside_rule",
    "thin_dates",
    "varying_lines",
    "thin_operators",
}


NO_FEED = pd.DataFrame({"trips": pd.Series(dtype="int64"), "day_type": []})


def weeks(count=4, **changes):
    """A hundred trips on every day of some weeks; `changes` name weekdays, or a date as d02."""
    days = [MONDAY + dt.timedelta(days=i) for i in range(7 * count)]
    trips = [changes.get(f"d{d.day:02}", changes.get(f"{d:%a}", 100)) for d in days]
    return pd.DataFrame({"trips": trips, "day_type": "mo"}, index=days)


def chosen(*rows):
    """SERVICE_DATES as (date, trips, median)."""
    table = {"day_type": "mo", "weekday": 0, "date": [r[0] for r in rows]}
    table |= {"trips": [r[1] for r in rows], "trips_median": [float(r[2]) for r in rows]}
    return pd.DataFrame(table).assign(candidates=4)


def make_sessions(*rows):
    """Sessions as (offer, start hour, end hour, drop in)."""
    table = pd.DataFrame(rows, columns=["offer_id", "start_s", "end_s", "drop_in"])
    table["session_id"] = [f"{offer}/1" for offer in table["offer_id"]]
    table[["start_s", "end_s"]] = (table[["start_s", "end_s"]] * HOUR).astype("int64")
    return table.assign(weekday=0, term_only=False)


def guard(**changes):
    """What the guards find; without changes nothing is wrong."""
    cells = changes.pop("cells", make_cells([10, 20]))
    offers = changes.pop("offers", make_offers(("o1", "kurs")))
    covered = changes.pop(
        "covered",
        pd.concat(
            [
                make_covered(["served", "over_limit"], minutes=[10, 50]),
                make_covered(["served", "over_limit"], day_type="sa", minutes=[11, 50]),
            ]
        ),
    )
    values = {
        "has_stop": np.ones(len(cells), dtype=bool),
        "streets": {
            name: OffStreets(
                changes.pop(f"{name}_off", np.zeros(size, dtype=bool)),
                changes.pop(f"{name}_island", np.zeros(size, dtype=bool)),
            )
            for name, size in (("cells", len(cells)), ("offers", len(offers)), ("stops", 3))
        },
        "varying_lines": [],
        "span": SPAN,
        "rejected": 0,
    }
    found = find_guards(
        cells,
        offers,
        changes.pop("sessions", make_sessions(("o1", 9, 11, False))),
        changes.pop("lines", pd.DataFrame({"line": ["1"], "on_demand": [False]})),
        as_coverage(covered),
        changes.pop("dates", chosen((MONDAY, 100, 100))),
        changes.pop("trips", weeks()),
        **(values | changes),
    )
    names = [entry["guard"] for entry in found]
    assert len(names) == len(set(names))
    return {entry["guard"]: entry for entry in found}


def warnings(**changes):
    return {name for name, entry in guard(**changes).items() if entry["level"] == "warning"}


def test_when_nothing_is_wrong_no_guard_warns():
    found = guard()
    assert set(found) == {"residents_total", "feed_validity"}
    assert found["residents_total"]["count"] == 30
    assert found["residents_total"]["detail"] == "2"
    assert "02.11.2026" in found["feed_validity"]["detail"]
    assert "29.11.2026" in found["feed_validity"]["detail"]


def test_withheld_cells_are_told_in_one_sum_and_in_no_other_count():
    cells = make_cells([50, 4, 3], withheld=[False, True, True])
    covered = make_covered(["served"] * 3, minutes=[1, 2, 3])
    nowhere = np.zeros(3, dtype=bool)
    found = guard(cells=cells, covered=covered, has_stop=nowhere, cells_off=~nowhere)
    withheld = found["cells_withheld"]
    assert (withheld["count"], withheld["detail"], withheld["level"]) == (2, "7", "info")
    assert found["cells_without_stop"]["detail"] == "50"
    assert found["cells_off_street"]["detail"] == "50"
    assert found["residents_total"]["count"] == 57


def test_categories_and_days_are_called_what_readers_call_them():
    covered = make_covered(["no_stop"] * 2)
    names = {"kurs": "Sprachkurs", "mo": "Montag"}
    detail = guard(covered=covered, names=names)["nobody_reached"]["detail"]
    assert "Sprachkurs" in detail
    assert "Montag" in detail


def test_no_timetable_is_said_and_stops_are_then_not_missed():
    found = guard(trips=NO_FEED, has_stop=np.zeros(2, dtype=bool))
    assert set(found) == {"residents_total", "no_timetable"}
    assert found["no_timetable"]["level"] == "warning"


def test_dates_with_few_trips_are_counted_against_their_own_weekday():
    assert warnings(trips=weeks(Sun=20)) == set()  # thin every week is usual
    found = guard(trips=weeks(Sun=20, d02=69))["thin_dates"]
    assert (found["count"], found["detail"]) == (1, "02.11.2026")
    assert warnings(trips=weeks(Sun=20, d02=70)) == set()


def test_dates_with_few_trips_are_counted_against_their_own_kind_of_day():
    trips = weeks(d02=60)
    assert "thin_dates" in warnings(trips=trips)
    trips.loc[trips["trips"] == 60, "day_type"] = "holidays"
    assert warnings(trips=trips) == set()


def operators(**columns):
    """Four weeks of a hundred trips a day, and the trips of each operator on every day."""
    return weeks().assign(**columns)


def test_an_operator_that_is_missing_for_a_week_is_named_though_the_sum_hardly_falls():
    small = [8] * 7 + [0] * 7 + [8] * 14
    found = guard(trips=operators(Westbus=92, Ostbus=small))["thin_operators"]
    assert (found["level"], found["count"]) == ("warning", 1)
    assert found["detail"] == "Ostbus: 7 (09.11.2026)"
    assert "thin_dates" not in guard(trips=operators(Westbus=92, Ostbus=small))


def test_an_operator_that_is_missing_most_of_the_time_is_named():
    found = guard(trips=operators(Westbus=92, Ostbus=[8] * 14 + [0] * 14))["thin_operators"]
    assert found["detail"] == "Ostbus: 14 (16.11.2026)"


def test_an_operator_that_runs_thinner_on_some_days_is_named():
    found = guard(trips=operators(Westbus=92, Ostbus=[5] + [8] * 27))["thin_operators"]
    assert found["detail"] == "Ostbus: 1 (02.11.2026)"


@pytest.mark.parametrize(
    "trips",
    [
        [8] * 28,
        [6] + [8] * 27,  # three quarters
        [4, 0, 4, 4] * 7,  # too few to tell
        ([8] * 5 + [0, 0]) * 4,  # never at weekends
    ],
)
def test_an_operator_that_runs_as_usual_is_not_named(trips):
    assert "thin_operators" not in guard(trips=operators(Westbus=92, Ostbus=trips))


def test_one_operator_alone_is_not_told_apart_from_the_whole():
    assert "thin_operators" not in guard(trips=operators(Westbus=[0] + [92] * 27))


def test_dates_that_belong_to_no_kind_of_day_tell_nothing_of_operators():
    trips = operators(Westbus=92, Ostbus=[0] + [8] * 27)
    trips.loc[MONDAY, "day_type"] = ""
    assert "thin_operators" not in guard(trips=trips)


def test_a_date_without_a_second_of_its_kind_is_told():
    lone = chosen((MONDAY, 100, 100)).assign(candidates=1)
    found = guard(dates=lone)["lone_date"]
    assert (found["level"], found["detail"]) == ("info", "02.11.2026")


@pytest.mark.parametrize(("trips", "fires"), [(100, False), (70, False), (69, True), (131, True)])
def test_a_chosen_date_far_from_the_usual_is_named(trips, fires):
    found = guard(dates=chosen((MONDAY, trips, 100)))
    assert ("atypical_date" in found) is fires
    if fires:
        assert found["atypical_date"]["detail"] == "02.11.2026"


def test_populated_cells_without_a_stop_are_counted_with_their_residents():
    cells = make_cells([10, 20, 0])
    covered = make_covered(["served"] * 3, minutes=[1, 2, 3])
    found = guard(cells=cells, covered=covered, has_stop=np.array([True, False, False]))
    assert found["cells_without_stop"]["count"] == 1
    assert found["cells_without_stop"]["detail"] == "20"
    without = guard(cells=cells, covered=covered, has_stop=np.array([True, True, False]))
    assert "cells_without_stop" not in without


def test_populated_cells_off_the_streets_are_counted_with_their_residents():
    cells = make_cells([10, 0])
    found = guard(cells=cells, cells_off=np.array([True, True]))["cells_off_street"]
    assert (found["count"], found["detail"]) == (1, "10")
    assert "cells_off_street" not in guard(cells=cells, cells_off=np.array([False, True]))


def test_cells_off_the_streets_are_counted_without_a_timetable_too():
    assert "cells_off_street" in guard(trips=NO_FEED, cells_off=np.array([True, True]))


def test_what_hangs_on_an_island_of_the_streets_is_told():
    both = np.array([True, True])
    found = guard(
        offers=make_offers(("o1", "kurs"), ("o2", "kurs")),
        cells_island=both, offers_island=both, stops_island=np.array([1, 0, 1], bool),
    )  # fmt: skip
    assert (found["cells_on_islands"]["count"], found["cells_on_islands"]["detail"]) == (2, "30")
    assert found["offers_on_islands"]["detail"] == "Angebot o1, Angebot o2"
    assert (found["stops_on_islands"]["count"], found["stops_on_islands"]["detail"]) == (2, "3")
    assert found["stops_on_islands"]["level"] == "warning"


def test_lines_that_run_differently_from_day_to_day_are_told():
    found = guard(varying_lines=["Faehre"])["varying_lines"]
    assert (found["count"], found["detail"], found["level"]) == (1, "Faehre", "warning")


def test_stops_that_nobody_can_walk_to_are_told():
    found = guard(stops_off=np.array([False, True, False]))["stops_off_street"]
    assert (found["count"], found["detail"]) == (1, "3")


def test_offers_that_do_not_count_are_named():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs", False))
    found = guard(offers=offers)["offers_uncounted"]
    assert (found["count"], found["detail"]) == (1, "Angebot o2")


def test_counted_offers_off_the_streets_are_named_but_not_those_that_do_not_count():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs", False))
    found = guard(offers=offers, offers_off=np.array([True, True]))["offers_off_street"]
    assert (found["count"], found["detail"]) == (1, "Angebot o1")
    off = np.array([False, True])
    assert "offers_off_street" not in guard(offers=offers, offers_off=off)


def test_counted_offers_without_times_are_named():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs"), ("o3", "kurs", False))
    offers["timed"] = [True, False, False]
    found = guard(offers=offers)["offers_untimed"]
    assert (found["count"], found["detail"]) == (1, "Angebot o2")


def test_counted_offers_whose_place_is_doubtful_are_counted_apart():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs"), ("o3", "kurs", False))
    offers["doubtful"] = [False, True, True]
    found = guard(offers=offers)["offers_doubtful"]
    assert (found["count"], found["detail"]) == (1, "Angebot o2")


def test_counted_offers_outside_the_county_are_told_without_a_warning():
    offers = make_offers(("o1", "kurs"))
    offers["area_id"] = None
    found = guard(offers=offers)["offers_outside"]
    assert (found["count"], found["level"]) == (1, "info")


@pytest.mark.parametrize(
    ("start", "end", "drop_in", "fires"),
    [
        (6, 22, False, False),
        (5, 8, False, True),
        (20, 23, False, True),
        (5, 23, True, False),
    ],
)
def test_fixed_sessions_outside_the_rule_s_hours_are_named(start, end, drop_in, fires):
    found = guard(sessions=make_sessions(("o1", start, end, drop_in)))
    assert ("sessions_outside_rule" in found) is fires


def test_sessions_of_offers_that_do_not_count_are_no_matter():
    offers = make_offers(("o1", "kurs"), ("o2", "kurs", False))
    sessions = make_sessions(("o2", 4, 5, False))
    assert "sessions_outside_rule" not in guard(offers=offers, sessions=sessions)


def test_a_question_that_nobody_is_reached_in_is_named():
    covered = pd.concat(
        [make_covered(["no_stop"] * 2), make_covered(["served"] * 2, "sport", minutes=[1, 2])]
    )
    found = guard(covered=covered)["nobody_reached"]
    assert (found["count"], found["detail"]) == (1, "kurs: mo")


def test_two_days_with_the_same_results_are_named():
    same = [
        make_covered(["served", "no_stop"], day_type=d, minutes=[7, None]) for d in ("mo", "sa")
    ]
    found = guard(covered=pd.concat(same))["same_on_days"]
    assert (found["count"], found["detail"]) == (1, "mo = sa")


def test_days_that_differ_in_a_single_minute_are_not_the_same():
    days = [make_covered(["served"], day_type=d, minutes=[m]) for d, m in (("mo", 7), ("sa", 8))]
    assert "same_on_days" not in guard(cells=make_cells([10]), covered=pd.concat(days))


def test_days_that_are_alike_because_nothing_is_reached_are_not_named_as_alike():
    days = [make_covered(["no_offer"], day_type=d) for d in ("mo", "sa")]
    found = guard(cells=make_cells([10]), covered=pd.concat(days))
    assert "same_on_days" not in found
    assert found["nobody_reached"]["count"] == 2


@pytest.mark.parametrize(("rejected", "fires"), [(0, False), (3, True)])
def test_rejected_rows_are_counted(rejected, fires):
    found = guard(rejected=rejected)
    assert ("rejected_rows" in found) is fires
    if fires:
        assert found["rejected_rows"]["count"] == rejected


def test_long_lists_are_cut_and_say_how_many_more():
    offers = make_offers(*((f"o{i}", "kurs", False) for i in range(8)))
    detail = guard(offers=offers, sessions=make_sessions(("o9", 9, 10, False)))["offers_uncounted"][
        "detail"
    ]
    assert detail == "Angebot o0, Angebot o1, Angebot o2, Angebot o3, Angebot o4 (+3)"


def test_names_of_any_length_are_cut():
    offers = make_offers(("o1", "kurs", False))
    offers["name"] = "x" * 10_000
    sessions = make_sessions(("o9", 9, 10, False))
    detail = guard(offers=offers, sessions=sessions)["offers_uncounted"]["detail"]
    assert detail == "x" * 39 + "…"


def test_every_guard_has_its_words_in_both_languages():
    said = {k.removeprefix("guard."): v for k, v in TABLE_WORDS.items() if k.startswith("guard.")}
    assert set(said) == ALL
    assert all(german and english and german != english for german, english in said.values())


def test_lines_taken_as_call_buses_are_named():
    lines = pd.DataFrame({"line": ["1", "R2", "R2"], "on_demand": [False, True, True]})
    assert guard(lines=lines)["on_demand_lines"]["detail"] == "R2"


def test_a_chosen_date_without_any_service_is_named():
    assert "no_service" in warnings(dates=chosen((MONDAY, 0, 100)))
    assert "no_service" not in warnings()


def test_a_weekday_that_goes_by_another_is_named():
    dates = chosen((MONDAY, 100, 100)).assign(candidates=0)
    assert "lent_date" in warnings(dates=dates)
