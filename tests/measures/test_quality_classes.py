from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_integration.measures.quality_classes import (
    quality_classes,
    residents_by_class,
)

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


def classes(metres, departures, *, vehicles=("bus",), places=(("Markt", 0.0),), days=(DAY,)):
    """Class of one cell that lies so far from each stop."""
    metres = np.atleast_1d(np.array(metres, float))
    dates = pd.DataFrame({"day_type": "school_day", "date": list(days)})
    per_day = departures if isinstance(departures, dict) else {DAY: departures}
    found = quality_classes(
        pd.DataFrame({"cell_id": ["c"]}), stops(*places), trips(*vehicles), per_day, dates,
        start=np.array([0, len(metres)]), stop=np.arange(len(metres), dtype=np.int32),
        metres=metres,
    )  # fmt: skip
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
        pd.DataFrame({"day_type": [], "date": []}),
        start=np.array([0, 0]), stop=np.empty(0, np.int32), metres=np.empty(0),
    )  # fmt: skip
    assert found.empty


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
        {"cell_id": ["a", "b", "c"], "day_type": "school_day", "quality": ["A", "A", "none"]}
    )
    table = residents_by_class(cells, quality, county="0")
    found = table.set_index(["area_id", "quality"])["residents"]
    assert found[found > 0].to_dict() == {
        ("0", "A"): 10, ("0", "none"): 30, ("1", "A"): 10, ("2", "none"): 30,
    }  # fmt: skip
    assert len(table) == 3 * 8
