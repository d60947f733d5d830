from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_integration.inputs import street_tags
from geo_integration.inputs.street_tags import duration_s, remembering, speed_kmh, use_of


def use(**tags):
    return use_of({k.replace("__", ":"): v for k, v in tags.items()}.get)


def may(found):
    """Who may go there, as letters: on foot, bicycle and car forward, lower case backward."""
    if found is None:
        return ""
    flags = zip("WBbCc", found[:5], strict=True)
    return "".join(letter for letter, allowed in flags if allowed)


@pytest.mark.parametrize(
    ("highway", "wanted"),
    [
        ("motorway", "C"), ("motorway_link", "Cc"), ("trunk", "Cc"), ("trunk_link", "Cc"),
        ("primary", "WBbCc"), ("residential", "WBbCc"), ("living_street", "WBbCc"),
        ("service", "WBbCc"), ("track", "WBb"), ("path", "WBb"), ("cycleway", "WBb"),
        ("footway", "W"), ("pedestrian", "W"), ("bridleway", "W"), ("steps", "W"),
        ("construction", ""), ("proposed", ""), ("raceway", ""), ("platform", ""),
        ("no such class", ""),
    ],
)  # fmt: skip
def test_where_nothing_else_is_said_the_class_of_the_street_decides(highway, wanted):
    assert may(use(highway=highway)) == wanted


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"highway": "residential", "foot": "no"}, "BbCc"),
        ({"highway": "residential", "foot": "use_sidepath"}, "BbCc"),
        ({"highway": "residential", "access": "private"}, ""),
        ({"highway": "residential", "access": "no", "foot": "yes"}, "W"),
        ({"highway": "service", "access": "private", "foot": "permissive"}, "W"),
        ({"highway": "residential", "access": "destination"}, "WBbCc"),
        ({"highway": "residential", "access": "no", "bicycle": "yes"}, "Bb"),
        ({"highway": "residential", "vehicle": "no"}, "W"),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, "WBb"),
        ({"highway": "residential", "vehicle": "no", "motor_vehicle": "yes"}, "WCc"),
        ({"highway": "residential", "motor_vehicle": "no", "motorcar": "yes"}, "WBbCc"),
        ({"highway": "residential", "motor_vehicle": "private"}, "WBb"),
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, "W"),
        ({"highway": "track", "motor_vehicle": "agricultural;forestry"}, "WBb"),
        ({"highway": "track", "motor_vehicle": "yes"}, "WBbCc"),
        ({"highway": "track", "access": "yes"}, "WBb"),
        ({"highway": "footway", "bicycle": "yes"}, "WBb"),
        ({"highway": "footway", "access": "yes"}, "W"),
        ({"highway": "footway", "motor_vehicle": "yes"}, "W"),
        ({"highway": "path", "bicycle": "dismount"}, "W"),
        ({"highway": "steps", "bicycle": "yes"}, "W"),
        ({"highway": "primary", "bicycle": "use_sidepath"}, "WCc"),
        ({"highway": "primary", "motorroad": "yes"}, "Cc"),
        ({"highway": "trunk", "sidewalk": "both"}, "WCc"),
        ({"highway": "trunk", "foot": "yes"}, "WCc"),
        ({"highway": "platform", "foot": "yes"}, "W"),
        ({"highway": "construction", "foot": "yes"}, ""),
        ({"highway": "pedestrian", "area": "yes"}, ""),
        ({"highway": "residential", "foot": "what?", "access": "maybe"}, "WBbCc"),
        ({"railway": "rail"}, ""),
    ],
)
def test_what_the_tags_say_of_access_counts(tags, wanted):
    assert may(use_of(tags.get)) == wanted


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({"oneway": "yes"}, "WBC"),
        ({"oneway": "true"}, "WBC"),
        ({"oneway": "1"}, "WBC"),
        ({"oneway": "-1"}, "Wbc"),
        ({"oneway": "no"}, "WBbCc"),
        ({"oneway": "reversible"}, "WBbCc"),
        ({"oneway": "perhaps"}, "WBbCc"),
        ({"oneway": "yes", "oneway__bicycle": "no"}, "WBbC"),
        ({"oneway": "yes", "cycleway": "opposite"}, "WBbC"),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, "WBbC"),
        ({"oneway": "yes", "cycleway__left": "opposite_track"}, "WBbC"),
        ({"oneway": "yes", "cycleway__left": "lane", "cycleway__left__oneway": "-1"}, "WBbC"),
        ({"oneway": "yes", "cycleway": "lane"}, "WBC"),
        ({"oneway": "-1", "oneway__bicycle": "no"}, "WBbc"),
        ({"junction": "roundabout"}, "WBC"),
        ({"junction": "roundabout", "oneway": "no"}, "WBbCc"),
        ({"junction": "yes"}, "WBbCc"),
    ],
)
def test_one_way_streets_hold_for_vehicles_and_not_for_people_on_foot(tags, wanted):
    assert may(use(highway="residential", **tags)) == wanted


@pytest.mark.parametrize(
    ("value", "kmh"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("DE:urban", 50), ("DE:rural", 100),
        ("DE:motorway", 130), ("DE:zone30", 30), ("DE:zone:20", 20), ("DE:30", 30), ("walk", 7),
        ("DE:walk", 7), ("DE:living_street", 7), ("none", 130), ("50;30", 30), ("70|100", 70),
        ("50; 30 mph", 48.28032), ("signals", None), ("", None), ("fast", None), ("DE:what", None),
        ("0", None), ("3", 5), ("999", 130), ("30;signals", 30), ("50 furlongs", None),
        ("DE:zone:0", None),
    ],
)  # fmt: skip
def test_speed_limits_are_understood_or_left(value, kmh):
    assert speed_kmh(value) == (None if kmh is None else pytest.approx(kmh))


def test_the_speed_of_cars_is_the_limit_or_that_of_the_class():
    assert use(highway="residential").car_kmh == 30
    assert use(highway="residential", maxspeed="50").car_kmh == 50
    assert use(highway="secondary", maxspeed="signals").car_kmh == 60
    assert use(highway="secondary", source__maxspeed="DE:rural").car_kmh == 100
    assert use(highway="secondary", maxspeed="nonsense", zone__maxspeed="DE:30").car_kmh == 30
    assert use(highway="footway", maxspeed="50").car_kmh == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0:20", 1200), ("01:30", 5400), ("00:05:30", 330), ("20", 1200), (" 20 ", 1200),
        ("PT15M", 900), ("PT1H30M", 5400), ("P1DT2H", 93600), ("pt45s", 45), ("", 0), ("long", 0),
        ("12:5", 43500), ("P", 0), ("-5", 0),
    ],
)  # fmt: skip
def test_durations_are_understood_or_left(value, seconds):
    assert duration_s(value) == seconds


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({}, "W"),
        ({"foot": "no"}, ""),
        ({"motor_vehicle": "yes"}, "WBbCc"),
        ({"motorcar": "yes", "bicycle": "no"}, "WCc"),
        ({"bicycle": "yes"}, "WBb"),
        ({"access": "private"}, ""),
        ({"motor_vehicle": "no", "bicycle": "yes", "foot": "no"}, "Bb"),
        ({"motor_vehicle": "yes", "oneway": "yes"}, "WBC"),
    ],
)
def test_ferries_carry_whom_they_are_said_to_carry(tags, wanted):
    found = use(route="ferry", **tags)
    assert may(found) == wanted
    assert found is None or (found.ferry and found.car_kmh == 15)


def test_other_routes_are_no_ferries():
    assert use(route="bus") is None


def test_turning_a_way_round_twice_changes_nothing():
    found = use(highway="residential", oneway="yes", oneway__bicycle="no")
    assert may(found.turned()) == "WBbc"
    assert found.turned().turned() == found


VALUES = ["yes", "no", "private", "opposite", "-1", "30", "DE:urban", "roundabout", "both", "?"]
KEYS = [*street_tags._ALWAYS[1:], *street_tags._AGAINST, *street_tags._LIMITS, *street_tags._BESIDE]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*street_tags._CLASSES, "other"]),
            st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=6),
        ),
        max_size=8,
    )
)
def test_looking_at_equal_tags_once_gives_the_same(ways):
    quick = remembering()
    for highway, tags in ways:
        every = {"highway": highway, **tags}
        assert quick(every.get) == use_of(every.get)


def test_a_ferry_is_found_by_the_quick_way_too():
    quick = remembering()
    assert quick({"route": "ferry", "duration": "20"}.get).duration_s == 1200
    assert quick({"route": "ferry", "duration": "30"}.get).duration_s == 1800
