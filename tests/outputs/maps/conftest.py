"""A toy county of 25 cells around Jever, with names that try to do harm."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from made_coverage import as_coverage

from geo_integration.frames import AREA_SUPPLY, PLACE_NEED, Published, Reference, Supply
from geo_integration.outputs.maps import write_pages
from geo_integration.settings import Settings
from geo_integration.ways import Access, Afoot, Named, Runs, Ways

CRS = "EPSG:25832"
WEST_M, SOUTH_M, SIDE_M = 432_000.0, 5_934_000.0, 1000.0
COUNTY = "03455"

HOSTILE = {
    "area": "Jever <b>fett</b> & \"Söhne\" 'x'",
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "script": "</script><script>window.__xss=1</script>",
    "jinja": "{{7*7}} {% raw %} {# weg #} {{ cycler.__init__ }}",
    "backtick": "`${alert(3)}` \\",
    "bidi": "\u202egnp.exe\u202c \u2067abc\u2069",
    "long": "Sehrlangername" * 30,
    "separator": "vor\u2028nach\u2029ende",
}
FACTS = {
    "method_version": "1.0",
    "made_from": "ab12cd34",
    "walking": {"de": "Luftlinie mal 1,3 " + HOSTILE["jinja"], "en": "straight line times 1.3"},
    "guards": {
        "de": ["Alle Zellen haben ein Ergebnis.", HOSTILE["markup"]],
        "en": ["All is well."],
    },
}


def make_settings(folder: Path, **county: str) -> Settings:
    days = [
        {"id": "school_day", "label": "Schultag", "label_en": "School day", "weekdays": ["mo"]},
        {"id": "saturday", "label": "Samstag", "label_en": "Saturday", "weekdays": ["sa"]},
    ]
    categories = [
        {"id": "course", "label": "Sprachkurs", "field": "language", "letter": "S"},
        {
            "id": "advice",
            "label": "Beratung " + HOSTILE["backtick"],
            "field": "language",
            "letter": "B",
            "max_minutes": 60,
        },
    ]
    named = {"name": "Kreis <i>Muster</i>", "ags": COUNTY, "crs": CRS, "data_status": "sample"}
    return Settings(
        folder=folder,
        county={**named, "status_note": "Erfunden: " + HOSTILE["script"], **county},
        layers={"areas": "a", "residents": "r", "offers": "o"},
        residents={"modelled": True},
        disclosure={
            "min_count": 5,
            "min_share_base": 30,
            "rounding": 5,
            "dominance": 0.9,
            "smallest_unit_m": 1000,
        },
        fields=[{"id": "language", "label": "Sprache"}],
        categories=categories,
        day_types=days,
    )


def _square(column: int, row: int) -> shapely.Polygon:
    x, y = WEST_M + column * SIDE_M, SOUTH_M + row * SIDE_M
    return shapely.box(x, y, x + SIDE_M, y + SIDE_M)


def _point(column: float, row: float) -> shapely.Point:
    return shapely.Point(WEST_M + column * SIDE_M, SOUTH_M + row * SIDE_M)


def _cells() -> gpd.GeoDataFrame:
    at = [(column, row) for row in range(5) for column in range(5)]
    cells = gpd.GeoDataFrame(
        {
            "cell_id": [f"c{row}{column}" for column, row in at],
            "area_id": ["03455007" if row < 3 else "03455020" for _, row in at],
            "residents": pd.array([100 + 10 * i for i in range(25)], dtype="Int64"),
            "x_m": [WEST_M + (column + 0.5) * SIDE_M for column, _ in at],
            "y_m": [SOUTH_M + (row + 0.5) * SIDE_M for _, row in at],
        },
        geometry=[_square(*cell) for cell in at],
        crs=CRS,
    )
    cells.loc[[3, 17], "residents"] = pd.NA
    return cells


def _offers() -> gpd.GeoDataFrame:
    rows = [
        ("o1", HOSTILE["markup"], "course", "house", None, True, True, _point(1.5, 1.5)),
        ("o2", HOSTILE["jinja"], "course", "place", "nur Ort", True, False, _point(1.5, 1.5)),
        ("o3", HOSTILE["bidi"], "advice", "stop", None, True, True, _point(3.5, 3.5)),
        ("o4", HOSTILE["script"], "advice", "none", HOSTILE["long"], False, False, None),
    ]
    names = [
        "offer_id",
        "name",
        "category",
        "grade",
        "location_note",
        "counted",
        "timed",
        "geometry",
    ]
    offers = gpd.GeoDataFrame(pd.DataFrame(rows, columns=names), geometry="geometry", crs=CRS)
    return offers.assign(
        doubtful=[False, True, False, True],
        provider=["VHS", None, HOSTILE["long"], HOSTILE["backtick"]],
        area_id=["03455007", "03455007", "03455020", None],
        located_by=None,
        link=["https://example.org/kurs", "javascript:alert(4)", None, None],
        women_only=[True, None, False, None],
        last_confirmed=["2026-10-05", None, None, None],
        confirmed_by="Frau Geheim",
    )


def _sessions() -> pd.DataFrame:
    rows = [("o1", day, 32_400, 43_200, False, True) for day in range(5)]
    rows += [("o3", 5, 36_000, 39_600, True, False)]
    names = ["offer_id", "weekday", "start_s", "end_s", "drop_in", "term_only"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(session_id=[f"s{i}" for i in range(len(table))], rhythm=None)


def _quality(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    days = ["school_day", "saturday"]
    rows = [(cell, day, "oerok", "E" if day == "school_day" else "none")
            for cell in cells["cell_id"] for day in days]  # fmt: skip
    return pd.DataFrame(rows, columns=["cell_id", "day_type", "method", "quality"])


def _quality_residents() -> pd.DataFrame:
    rows = [
        (area, day, "oerok", name, residents if name == "E" else 0)
        for area, residents in (("99", 300), ("03455007", 300))
        for day in ("school_day", "saturday")
        for name in (*"ABCDEFG", "none")
    ]
    columns = ["area_id", "day_type", "method", "quality", "residents"]
    return pd.DataFrame(rows, columns=columns)


def _coverage(cells: gpd.GeoDataFrame) -> pd.DataFrame:
    parts = []
    for category, offer in (("course", "o1"), ("advice", "o3")):
        for day_type in ("school_day", "saturday"):
            part = pd.DataFrame({"cell_id": cells["cell_id"]})
            part["category"], part["day_type"] = category, day_type
            part["out_min"] = np.arange(25) * 2.0 + (10.2 if category == "course" else 20.0)
            part["back_min"] = part["out_min"] + 3
            part["reason"] = np.where(part["back_min"] <= 45, "served", "over_limit")
            part["walk_min"] = np.where(np.arange(25) < 8, np.arange(25) * 5.0, np.nan)
            part["booked_min"] = np.nan
            part["lead_min"] = np.nan
            part["offers"] = np.where(part["reason"] == "served", 1, 0)
            part["offers_booked"] = 0
            part["offer_id"] = offer
            part["session"] = 0
            part["wait_min"] = 5.0
            part["complete"] = True
            part["out_line"] = np.where(np.arange(25) < 5, None, "Linie <212>")
            part["back_line"] = part["out_line"]
            if (category, day_type) == ("course", "saturday"):
                part["reason"] = np.where(np.arange(25) < 4, "served", "no_way_home")
                part.loc[part["reason"] != "served", "back_min"] = np.nan
            parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    late = table["cell_id"].eq("c44") & table["category"].eq("course")
    table.loc[late, ["reason", "out_min", "back_min", "offer_id"]] = ["no_stop", None, None, None]
    return table


def _area_coverage() -> pd.DataFrame:
    rows = []
    for category in ("course", "advice"):
        for day_type, share in (("school_day", 0.5), ("saturday", 0.1)):
            for area, residents in ((COUNTY, 5000), ("03455007", 3000), ("03455020", 2000)):
                covered = int(residents * share)
                rows.append(
                    (area, category, day_type, residents, covered, residents - covered, 7, share)
                )
    names = ["area_id", "category", "day_type", "residents"]
    table = pd.DataFrame(rows, columns=[*names, "covered", "uncovered", "booked", "share_covered"])
    table = table.astype(dict.fromkeys(("covered", "uncovered", "booked"), "Int64"))
    hidden = table["area_id"].eq("03455020") & table["day_type"].eq("saturday")
    table.loc[hidden, ["covered", "uncovered", "booked"]] = pd.NA
    table.loc[hidden, "share_covered"] = float("nan")
    return table


def _fit() -> pd.DataFrame:
    ids = _offers()["offer_id"].tolist()
    return pd.DataFrame({"offer_id": ids, "misfit": None, "full": False})


def _area_reasons() -> pd.DataFrame:
    names = ["area_id", "category", "day_type", "reason", "residents"]
    return pd.DataFrame([(COUNTY, "course", "school_day", "over_limit", 2500)], columns=names)


def _place_coverage() -> pd.DataFrame:
    table = _area_coverage().query("area_id == '03455007'").drop(columns="residents")
    return table.assign(place=HOSTILE["markup"], residents=table["covered"] + table["uncovered"])


def _losses() -> pd.DataFrame:
    names = ["area_id", "category", "day_type", "covered", "lost", "lost_paused", "lost_no_way"]
    table = pd.DataFrame([(COUNTY, "course", "saturday", 2500, 2000, 500, 1500)], columns=names)
    return table.assign(gained=0)


def _loss_causes() -> pd.DataFrame:
    names = ["category", "day_type", "offer_id", "paused", "residents"]
    return pd.DataFrame([("course", "saturday", "o1", True, 2000)], columns=names)


def _need_coverage() -> pd.DataFrame:
    names = ["area_id", "category", "day_type", "group_id", "need", "covered", "low", "high"]
    rows = [(COUNTY, "course", "school_day", "people", 400, 200, 150, 250)]
    return pd.DataFrame(rows, columns=names)


def _indicators() -> pd.DataFrame:
    names = ["indicator_id", "area_id", "numerator", "denominator", "value", "target", "status"]
    rows = [("goal", COUNTY, 200.0, 400.0, 0.5, 0.8, "missed")]
    return pd.DataFrame(rows, columns=names)


def _bands() -> pd.DataFrame:
    names = ["area_id", "category", "day_type", "band_min", "residents", "within"]
    rows = [
        (COUNTY, "course", "school_day", 45.0, 5000, None),
        (COUNTY, "course", "school_day", 30.0, 5000, 1200),
        ("03455007", "course", "school_day", 30.0, 3000, 700),
    ]
    return pd.DataFrame(rows, columns=names).astype({"within": "Int64"})


def _gaps(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = [cells.geometry.iloc[20:25].union_all(), cells.geometry.iloc[[14]].union_all()]
    return gpd.GeoDataFrame(
        {
            "gap_id": ["g1", "g2"],
            "category": ["course", "course"],
            "day_type": ["school_day", "school_day"],
            "rank": [1, 2],
            "name": [HOSTILE["markup"], HOSTILE["jinja"]],
            "residents": [1600, 240],
            "cells": [5, 1],
            "reason": ["over_limit", "no_stop"],
            "offer_id": ["o1", None],
            "session": [0, -1],
            "minutes": [55.0, float("nan")],
            "need": [120.0, float("nan")],
        },
        geometry=shapes,
        crs=CRS,
    )


def make_published() -> Published:
    cells = _cells()
    areas = gpd.GeoDataFrame(
        {"area_id": ["03455007", "03455020"], "name": [HOSTILE["area"], HOSTILE["script"]]},
        geometry=[cells.geometry.iloc[:15].union_all(), cells.geometry.iloc[15:].union_all()],
        crs=CRS,
    )
    places = gpd.GeoDataFrame(
        {
            "name": [HOSTILE["jinja"], HOSTILE["bidi"], HOSTILE["long"]],
            "area_id": ["03455007", "03455020", None],
            "kind": ["town", "village", "hamlet"],
        },
        geometry=[_point(1, 1), _point(3, 4), _point(6, 2)],
        crs=CRS,
    )
    stops = gpd.GeoDataFrame(
        {"stop_id": ["h1"], "name": [HOSTILE["markup"]]}, geometry=[_point(2, 2)], crs=CRS
    )
    dates = pd.DataFrame(
        {
            "day_type": ["school_day", "saturday"],
            "weekday": [0, 5],
            "date": [dt.date(2026, 11, 23), dt.date(2026, 11, 28)],
            "trips": [1200, 300],
            "trips_median": [1190.5, 301.0],
            "candidates": [12, 9],
        }
    )
    sources = pd.DataFrame(
        {
            "layer": ["areas", HOSTILE["markup"]],
            "file": ["a.geojson", "x"],
            "source": ["BKG", HOSTILE["jinja"]],
            "date": ["2026-01-01", "2025"],
            "licence": ["dl-de/by-2-0", ""],
            "attribution": ["© BKG", HOSTILE["script"]],
            "status": ["real", "sample"],
            "note": ["", HOSTILE["separator"]],
        }
    )
    tables = {
        "areas": areas,
        "places": places,
        "stops": stops,
        "cells": cells,
        "offers": _offers(),
        "sessions": _sessions(),
        "fit": _fit(),
        "coverage": as_coverage(_coverage(cells), cells),
        "area_coverage": _area_coverage(),
        "area_reasons": _area_reasons(),
        "place_coverage": _place_coverage(),
        "losses": _losses(),
        "loss_causes": _loss_causes(),
        "need_coverage": _need_coverage(),
        "place_need": pd.DataFrame(columns=list(PLACE_NEED.columns)),
        "indicators": _indicators(),
        "bands": _bands(),
        "gaps": _gaps(cells),
        "service_dates": dates,
        "sources": sources,
        "quality": _quality(cells),
        "quality_residents": _quality_residents(),
        "supply": _supply(cells),
        "area_supply": _area_supply(),
        "ways": _no_ways(cells),
        "reference": Reference(*(_ride_minutes(cells, first) for first in (12.0, 4.0))),
    }
    return Published(**tables)


def _supply(cells: pd.DataFrame) -> Supply:
    """Places of the first category alone."""
    per_1000 = np.full((2, 2, len(cells)), np.nan, np.float32)
    per_1000[0] = np.linspace(0, 40, 2 * len(cells)).reshape(2, -1)
    return Supply(per_1000, np.array([1, 0]), np.array([2, 1]))


def _no_ways(cells: pd.DataFrame) -> Ways:
    """No ways to single offers."""
    none, start = np.empty(0, np.int32), np.zeros(len(cells) + 1, np.int64)
    return Ways(
        (),
        np.empty((0, 2, 3), np.int32),
        (),
        Runs(none, np.zeros(1, np.int64), none, none, none, none),
        Access(start, none, none),
        Afoot(np.zeros(1, np.int64), none, none),
        Named(
            np.empty(0, object), np.empty(0, bool), np.empty(0), np.empty(0, object),
            np.empty((0, 3), np.int64),
        ),
        0,
        86_400,
    )  # fmt: skip


def _ride_minutes(cells: pd.DataFrame, first: float) -> np.ndarray:
    """Minutes that grow from cell to cell; of the last one nothing is known."""
    minutes = np.tile(first + np.arange(len(cells)), (2, 1)).astype(np.float32)
    minutes[:, -1] = np.nan
    return minutes


def _area_supply() -> pd.DataFrame:
    """One row."""
    row = [COUNTY, "course", "school_day", 2, 1, 12.5, 300, 0.4]
    return pd.DataFrame([row], columns=list(AREA_SUPPLY.columns))


@pytest.fixture
def published() -> Published:
    return make_published()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path)


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    published, settings = make_published(), make_settings(folder)
    paths = write_pages(published, settings, folder, facts=FACTS)
    return SimpleNamespace(published=published, settings=settings, folder=folder, paths=paths)


def _chromium() -> str | None:
    named = os.environ.get("GEO_INTEGRATION_CHROMIUM")
    found = [named] if named else []
    found += [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return next((path for path in found if path and Path(path).is_file()), None)


@pytest.fixture(scope="session")
def browser():
    path = _chromium()
    if path is None:
        pytest.skip("kein Chromium gefunden (GEO_INTEGRATION_CHROMIUM nennt den Pfad)")
    api = pytest.importorskip("playwright.sync_api", reason="playwright fehlt")
    quiet = ["background-networking", "component-update", "sync", "gpu"]
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, toy):
    """Open a page of the toy county; what went wrong while it was open is noted."""
    pages = []

    def open_page(
        name: str = "index.html", *, width: int = 1280, height: int = 800, slowed: int = 1
    ):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(5000 * slowed)
        if slowed > 1:
            speed = page.context.new_cdp_session(page)
            speed.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        trouble: list[str] = []
        page.on("console", lambda said: trouble.append(f"console {said.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error {error}"))
        page.on("dialog", lambda box: (trouble.append(f"dialog {box.message}"), box.dismiss()))
        page.on("request", lambda sent: _note_request(sent.url, trouble))
        page.goto((toy.folder / name).as_uri())
        page.wait_for_selector("html.ready", state="attached")
        pages.append((page, trouble))
        return page

    yield open_page
    noted = [text for _, trouble in pages for text in trouble]
    for page, _ in pages:
        page.close()
    assert noted == []


def _note_request(url: str, trouble: list[str]) -> None:
    if not url.startswith(("file:", "data:", "blob:")):
        trouble.append(f"request {url}")
