"""Small frames whose answers can be worked out on paper."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_integration.frames import (
    AREAS,
    CELLS,
    COVERAGE,
    FIT,
    MODES,
    OFFERS,
    PLACES,
    REASONS,
    Roundtrips,
    check_frame,
)
from geo_integration.measures.naming import Words

CRS = "EPSG:25832"
WEST, SOUTH, SIDE = 430_000.0, 5_930_000.0, 1000.0
COUNTY = "K"
GERMAN = Words(
    " und ", "{names} und weitere Orte", "bei {name}", "Gebiet um {name}", "{n} Gemeinden"
)


def square(column, row, side=SIDE):
    x, y = WEST + column * side, SOUTH + row * side
    return shapely.box(x, y, x + side, y + side)


def make_cells(residents, at=None, areas=None, withheld=None):
    """Cells named c00, c01, ... ; `at` holds (column, row) of each, one row of cells by default."""
    at = at or [(i, 0) for i in range(len(residents))]
    shapes = [square(*place) for place in at]
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{i:02}" for i in range(len(residents))],
            "area_id": areas or ["A"] * len(residents),
            "residents": np.array(residents, dtype="int64"),
            "withheld": np.array(withheld or [False] * len(residents), dtype=bool),
            "x_m": [s.centroid.x for s in shapes],
            "y_m": [s.centroid.y for s in shapes],
        },
        geometry=shapes,
        crs=CRS,
    )
    check_frame(cells, CELLS, crs=CRS)
    return cells


def make_areas(**names):
    """Municipalities by key; their shapes are not looked at."""
    shapes = [square(10 * i, 0, 10 * SIDE) for i in range(len(names))]
    table = {"area_id": list(names), "name": list(names.values())}
    areas = gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)
    check_frame(areas, AREAS, crs=CRS)
    return areas


def make_places(*rows):
    """Places as (name, kind, column, row), in the middle of that square."""
    points = [square(column, row).centroid for _, _, column, row in rows]
    table = {
        "name": [row[0] for row in rows],
        "area_id": pd.Series(["A"] * len(rows), dtype=object),
        "kind": [row[1] for row in rows],
    }
    places = gpd.GeoDataFrame(table, geometry=points, crs=CRS)
    check_frame(places, PLACES, crs=CRS)
    return places


def make_offers(*rows):
    """Offers as (id, category) or (id, category, counted)."""
    table = gpd.GeoDataFrame(
        {
            "offer_id": [row[0] for row in rows],
            "name": [f"Angebot {row[0]}" for row in rows],
            "provider": None,
            "category": [row[1] for row in rows],
            "area_id": "A",
            "grade": ["given" if (*row, True)[2] else "none" for row in rows],
            "located_by": None,
            "location_note": None,
            "doubtful": False,
            "counted": np.array([(*row, True)[2] for row in rows], dtype=bool),
            "timed": np.ones(len(rows), dtype=bool),
        },
        geometry=[square(0, 0).centroid for _ in rows],
        crs=CRS,
    )
    check_frame(table, OFFERS, crs=CRS)
    return table


def make_fit(offers, misfits=None, full=()):
    """FIT where all offers fit and have places, but for those named."""
    ids = offers["offer_id"].tolist()
    misfit = pd.Series([(misfits or {}).get(i) for i in ids], dtype=object)
    table = pd.DataFrame({"offer_id": ids, "misfit": misfit, "full": [i in full for i in ids]})
    check_frame(table, FIT)
    return table


LINES = pd.DataFrame(
    {"line": ["Linie 1", "Linie 2"], "lead_min": [60.0, 90.0], "on_demand": [True, True]}
)


def make_trips(*rows):
    """Round trips as (cell, offer, day, mode, reason, out_min, back_min)."""
    names = ["cell_id", "offer_id", "day_type", "mode", "reason", "out_min", "back_min"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"out_min": float, "back_min": float})


def as_roundtrips(table, cells, day_types):
    """What the journeys would have found; what has no row is not on that day."""
    shape = len(day_types), len(MODES), len(cells)
    for offer, rows in table.groupby("offer_id", sort=False):
        found = Roundtrips(
            str(offer),
            np.full(shape, REASONS.index("not_on_day"), np.int8),
            np.full(shape, -1, np.int32),
            *(np.full(shape, np.nan, np.float32) for _ in range(5)),
            *(np.full(shape, -1, np.int32) for _ in range(4)),
            *(np.zeros(shape, np.int8) for _ in range(2)),
            *(np.full(shape, -1, np.int32) for _ in range(2)),
        )
        for row in rows.itertuples():
            at = (
                list(day_types).index(row.day_type),
                MODES.index(row.mode),
                cells["cell_id"].tolist().index(row.cell_id),
            )
            found.reason[at] = REASONS.index(row.reason)
            found.out_min[at], found.back_min[at], found.wait_min[at] = row.out_min, row.back_min, 0
            if row.mode != "walk":
                found.out_trip[at], found.back_trip[at] = 0, 1
        yield found


def make_covered(reasons, category="kurs", day_type="mo", minutes=None, offer_id=None):
    """COVERAGE of cells c00, c01, ... for one question, from the reasons alone."""
    minutes = [np.nan] * len(reasons) if minutes is None else minutes
    table = pd.DataFrame(
        {
            "cell_id": [f"c{i:02}" for i in range(len(reasons))],
            "category": category,
            "day_type": day_type,
            "reason": reasons,
            "complete": [reason in ("served", "over_limit") for reason in reasons],
            "wait_min": np.nan,
            "walk_min": np.nan,
            "out_min": np.array(minutes, dtype=float),
            "back_min": np.array(minutes, dtype=float),
            "booked_min": np.nan,
            "lead_min": np.nan,
            "offers": [int(reason == "served") for reason in reasons],
            "offers_booked": [int(reason == "only_if_booked") for reason in reasons],
            "offer_id": offer_id,
            "session": -1,
            "out_line": None,
            "back_line": None,
        }
    )
    check_frame(table, COVERAGE)
    return table
