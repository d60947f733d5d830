from __future__ import annotations

import datetime as dt
from typing import get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_integration import pipeline
from geo_integration.inputs.county import read_county
from geo_integration.measures.quality_classes import (
    METHODS,
    quality_classes,
    residents_by_class,
)
from geo_integration.profile import Quality
from geo_integration.settings import find_county, read_settings

DAY = dt.date(2026, 11, 24)
HOUR = 3600


def stops(*places):
    names, x = zip(*places, strict=True)
    geometry = gpd.points_from_xy(x, [0.0] * len(x))
    ids = [f"s{i}" for i in range(len(x))]
    return gpd.GeoDataFrame({"stop_id": ids, "name": names}, geometry=geometry, crs="EPSG:25832")


def trips(*vehicles):
    rows = [
        {"trip_id": f"t{i}", "vehicle": v.rstrip("*"), "on_demand": v.endswith("*"),
         "route_type": 102 if v == "express" else 3}
        for i, v in enumerate(vehicles)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def hops(*departures):
    """Trip, stop, time of departure, and whether one may board."""
    rows = [(t, s, at, (*board, True)[0]) for t, s, at, *board in departures]
    table = pd.DataFrame(rows, columns=["trip", "from_stop", "departure_s", "board"])
    return table.astype({"trip": int, "from_stop": int, "departure_s": int, "board": bool})


def classes(
    metres, departures, *, vehicles=("bus",), places=(("Markt", 0.0),), days=(DAY,), method="oerok"
):
    """Class of one cell that lies so far from each stop."""
    metres = np.atleast_1d(np.array(metres, float))
    dates = pd.DataFrame({"day_type": "school_day", "date": list(days)})
    per_day = departures if isinstance(departures, dict) else {DAY: departures}
    found = quality_classes(
        pd.DataFrame({"cell_id": ["c"]}), stops(*places), trips(*vehicles), per_day, dates,
        method=METHODS[method], start=np.array([0, len(metres)]),
        stop=np.arange(len(metres), dtype=np.int32), metres=metres,
    )  # fmt: skip
    assert set(found["method"]) == {method}
    return found["quality"].tolist()


def every(minutes, *, trip=0, stop=0, start=6 * HOUR, until=20 * HOUR):
    """Departures from a stop in both directions."""
    times = range(start, until, minutes * 60)
    return [(trip, stop, at) for at in times for _ in range(2)]


@pytest.mark.parametrize(
    ("minutes", "wanted"),
    [(4, "BCDEF"), (5, "BCDEF"), (10, "CDEFG"), (20, "DEFGG"), (40, "EFG--"), (60, "FGG--"),
     (120, "GG---"), (210, "GG---")],
)  # fmt: skip
def test_buses_have_the_classes_of_the_method(minutes, wanted):
    found = [classes(m, hops(*every(minutes)))[0] for m in (300, 500, 750, 1000, 1250)]
    assert "".join(found).replace("none", "-") == wanted


@pytest.mark.parametrize(
    ("vehicle", "wanted"), [("express", "B"), ("rail", "C"), ("tram", "D"), ("bus", "D")]
)
def test_better_vehicles_have_better_classes(vehicle, wanted):
    assert classes(200, hops(*every(25)), vehicles=(vehicle,)) == [wanted]


def test_seven_departures_are_too_few_and_eight_are_enough():
    times = [(0, 0, 7 * HOUR + i * HOUR) for i in range(8)]
    assert classes(100, hops(*times)) == ["G"]
    assert classes(100, hops(*times[:7])) == ["none"]


def test_only_departures_by_day_that_one_may_board_without_booking_count():
    night = [(0, 0, 5 * HOUR + 3599)] * 50 + [(0, 0, 20 * HOUR)] * 50
    assert classes(100, hops(*night)) == ["none"]
    assert classes(100, hops(*[(0, 0, 8 * HOUR, False)] * 50)) == ["none"]
    assert classes(100, hops(*[(0, 0, 8 * HOUR)] * 50), vehicles=("bus*",)) == ["none"]


def test_platforms_of_one_stop_are_counted_together():
    both = [(0, i % 2, 6 * HOUR + i * 900) for i in range(28)]
    near, far = (("Markt", 0.0), ("Markt", 100.0)), (("Markt", 0.0), ("Markt", 200.0))
    other = (("Markt", 0.0), ("Hafen", 100.0))
    found = [classes([200, 200], hops(*both), places=p)[0] for p in (near, far, other)]
    assert found == ["F", "G", "G"]  # every 60 minutes together, every 120 apart


def test_the_best_stop_decides():
    departures = hops(*every(60), *every(20, stop=1))
    assert classes([100, 740], departures, places=(("A", 0.0), ("B", 900.0))) == ["F"]
    assert classes([100, 400], departures, places=(("A", 0.0), ("B", 900.0))) == ["E"]


def test_several_dates_of_one_kind_of_day_count_by_their_mean():
    other = DAY + dt.timedelta(days=1)
    per_day = {DAY: hops(*every(30)), other: hops()}
    assert classes(100, per_day, days=(DAY, other)) == ["F"]  # as every 60 minutes


def test_out_of_reach_of_any_stop_there_is_no_class():
    assert classes(1251, hops(*every(4))) == ["none"]
    assert classes([], hops(*every(4))) == ["none"]


def test_without_a_timetable_there_are_no_classes():
    found = quality_classes(
        pd.DataFrame({"cell_id": ["c"]}), stops(("A", 0.0)).iloc[:0], trips("bus").iloc[:0], {},
        pd.DataFrame({"day_type": [], "date": []}), method=METHODS["oerok"],
        start=np.array([0, 0]), stop=np.empty(0, np.int32), metres=np.empty(0),
    )  # fmt: skip
    assert found.empty
    cells = pd.DataFrame({"cell_id": ["c"], "area_id": "1", "residents": 9, "withheld": False})
    assert residents_by_class(cells, found, county="0").empty


# ARE, as adapted to Germany ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "wanted"),
    [(4, "ABCD-"), (5, "ABCD-"), (6, "BCDE-"), (10, "BCDE-"), (12, "CDEF-"), (20, "CDEF-"),
     (40, "DEF--"), (60, "EF---"), (120, "F----"), (140, "-----")],
)  # fmt: skip
def test_buses_have_the_classes_of_are(minutes, wanted):
    rings = (300, 500, 750, 1000, 1001)
    found = [classes(m, hops(*every(minutes)), method="are")[0] for m in rings]
    assert "".join(found).replace("none", "-") == wanted


@pytest.mark.parametrize(
    ("vehicle", "wanted"),
    [("express", "AABC"), ("rail", "AABC"), ("tram", "ABCD"), ("bus", "BCDE")],
)
def test_better_vehicles_have_better_classes_by_are(vehicle, wanted):
    departures = hops(*every(10))
    rings = (300, 500, 750, 1000)
    found = [classes(m, departures, vehicles=(vehicle,), method="are")[0] for m in rings]
    assert "".join(found) == wanted


@pytest.mark.parametrize(
    ("metres", "wanted"), [(300, "E"), (300.1, "F"), (500, "F"), (501, "none")]
)
def test_a_ring_holds_its_limit(metres, wanted):
    assert classes(metres, hops(*every(60)), method="are") == [wanted]


@pytest.mark.parametrize("method", METHODS)
def test_an_hourly_bus_is_at_a_limit_that_the_methods_draw_on_different_sides(method):
    # 28 departures: 60 minutes. One less is 62.2, one more 57.9.
    found = [
        classes(100, hops(*every(60)[:28], *more)[less:], method=method)[0]
        for more, less in (([], 1), ([], 0), ([(0, 0, 7 * HOUR)], 0))
    ]
    assert found == {"oerok": ["F", "F", "E"], "are": ["F", "E", "E"]}[method]


def test_by_are_all_departures_count_as_those_of_the_best_vehicle():
    # A train every 2 hours, buses every 30 minutes: by themselves V and V; 70 departures, every
    # 24 minutes as of a train: III. Per ÖROK VII and V.
    both = hops(*every(120), *every(30, trip=1))
    assert classes(100, both, vehicles=("rail", "bus"), method="are") == ["B"]
    assert classes(100, both, vehicles=("rail", "bus")) == ["D"]
    assert classes(100, hops(*every(30, trip=1)), vehicles=("rail", "bus"), method="are") == ["D"]


def test_residents_are_counted_by_the_classes_of_the_method():
    cells = pd.DataFrame({"cell_id": ["a"], "area_id": "1", "residents": 10, "withheld": False})
    quality = pd.DataFrame(
        {"cell_id": ["a"], "day_type": "school_day", "method": "are", "quality": "F"}
    )
    table = residents_by_class(cells, quality, county="0")
    assert table["quality"].unique().tolist() == [*"ABCDEF", "none"]
    assert set(table["method"]) == {"are"}


def test_the_profile_knows_the_methods():
    assert set(get_args(Quality.model_fields["method"].annotation)) == set(METHODS)
    assert Quality().method == "oerok"


# Both methods on the county that comes with the package ------------------------------------------


@pytest.fixture(scope="module")
def county():
    return read_county(read_settings(find_county("friesland")))


@pytest.fixture(scope="module")
def both(county):
    """Classes of every cell and kind of day by both methods, as numbers: A is 0, none is 7."""
    usual = read_settings(find_county("friesland"))
    network = pipeline.walk_network(usual, county)
    found = {}
    for name in METHODS:
        settings = usual.model_copy(update={"quality": Quality(method=name)})
        table = pipeline.classes_of(settings, county, network)
        found[name] = table["quality"].map([*"ABCDEFG", "none"].index).to_numpy()
    return pd.DataFrame({"cell_id": table["cell_id"], "day_type": table["day_type"], **found})


def test_nobody_has_a_class_without_a_stop_in_the_outer_ring(county, both):
    homes = gpd.points_from_xy(county.cells["x_m"], county.cells["y_m"])
    away = np.array([county.stops.geometry.distance(home).min() for home in homes])
    far = both["cell_id"].isin(county.cells["cell_id"][away > 1000])
    assert 0 < far.sum() < len(both)
    assert (both.loc[far, "are"] == 7).all()
    assert (both.loc[~far, "are"] < 7).any()


def test_down_to_e_nobody_is_worse_off_by_are(both):
    # Its rings are air-line, its limits belong to the better class, its table is no stricter.
    upper = both["oerok"] <= "ABCDE".index("E")
    assert upper.any()
    assert (both["are"] <= both["oerok"])[upper].all()
    assert (both["are"] < both["oerok"]).any()


def test_by_oerok_people_have_a_class_that_have_none_by_are(both):
    # G, and what is further than 1,000 m: the reason why ÖROK is the default.
    assert "G" not in METHODS["are"].classes
    assert (both["are"] != 6).all()
    assert ((both["are"] == 7) & (both["oerok"] == 6)).any()


# Residents --------------------------------------------------------------------------------------


def test_residents_are_counted_by_class_without_withheld_cells():
    cells = pd.DataFrame(
        {
            "cell_id": ["a", "b", "c"],
            "area_id": ["1", "1", "2"],
            "residents": [10, 4, 30],
            "withheld": [False, True, False],
        }
    )
    quality = pd.DataFrame(
        {"cell_id": ["a", "b", "c"], "day_type": "school_day", "method": "oerok",
         "quality": ["A", "A", "none"]}
    )  # fmt: skip
    table = residents_by_class(cells, quality, county="0")
    found = table.set_index(["area_id", "quality"])["residents"]
    assert found[found > 0].to_dict() == {
        ("0", "A"): 10, ("0", "none"): 30, ("1", "A"): 10, ("2", "none"): 30,
    }  # fmt: skip
    assert len(table) == 3 * 8
