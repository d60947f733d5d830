"""The page of a large county in a real browser: bytes, seconds until it is ready, frames.

12,000 and 60,000 cells x 12 categories x 4 kinds of day; the county is that of bench_findings. The
peer is folium's GeoJson of the same cells, coloured by one answer, with the same Leaflet inside:
no table, no list, no second question. The phone is a viewport of 390 x 844 at two points per pixel
with a processor four times slower. Needs Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench_findings as county
import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from common import alone, row
from playwright.sync_api import sync_playwright

from geo_integration import frames
from geo_integration.frames import Published, Supply, empty_frame
from geo_integration.measures.area_counts import area_coverage
from geo_integration.measures.disclosure import published_cells, published_shares, withheld_cells
from geo_integration.measures.gaps import gaps
from geo_integration.outputs.maps import write_pages
from geo_integration.outputs.maps.assets import leaflet_script, leaflet_style
from geo_integration.profile import Category, DayType
from geo_integration.settings import Settings, find_county, read_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FACTS = {
    "method_version": "0", "made_from": "0" * 12, "walking": {"de": ""}, "guards": {"de": []},
    "selected": [], "internal": False, "need_sources": {},
}  # fmt: skip
LIMITS = (20, 60, 30, 90, 15, 45)
WEST_M, SOUTH_M = 420_000.0, 5_900_000.0


def settings() -> Settings:
    """The embedded county's profile with the made county's questions."""
    own = read_settings(find_county("friesland"))
    letters = "ABCDEFGHIJKL"
    categories = tuple(
        Category(id=name, label=f"Kategorie {letter}", field=own.fields[0].id, letter=letter)
        for name, letter in zip(county.CATEGORIES, letters, strict=True)
    )
    days = tuple(DayType(id=name, label=name, weekdays=("mo",)) for name in county.DAYS)
    changes = {"categories": categories, "day_types": days, "groups": (), "indicators": ()}
    return own.model_copy(update=changes)


def published(count: int, offers: int) -> tuple[Published, Settings]:
    """What a run of the made county would publish, as far as pages show it."""
    made, profile = county.make(count, offers), settings()
    covered, _ = county.coverage_of(made)
    cells = made.cells.assign(withheld=withheld_cells(made.cells, min_count=5))
    cells.geometry = cells.geometry.translate(WEST_M, SOUTH_M)
    areas = cells.dissolve("area_id").reset_index()[["area_id", "geometry"]]
    areas = areas.assign(name=areas["area_id"], geometry=areas.geometry.convex_hull)
    places = made.places.assign(geometry=made.places.geometry.translate(WEST_M, SOUTH_M))
    found = gaps(
        cells, covered, areas, places, min_residents=200, core_residents=400, words=county.WORDS
    ).drop(columns="members")
    rng = np.random.default_rng(3)
    at = cells.geometry.centroid.to_numpy()
    homes = rng.integers(len(cells), size=800)
    stops = gpd.GeoDataFrame(
        {"stop_id": [str(i) for i in range(800)], "name": [f"Haltestelle {i}" for i in range(800)]},
        geometry=at[homes], crs=cells.crs,
    )  # fmt: skip
    table = made.offers.assign(
        name=[f"Angebot {i} im Gemeindehaus" for i in range(offers)], provider="Verein",
        area_id=cells["area_id"].to_numpy()[homes[:offers]], grade="house", located_by=None,
        location_note=None, doubtful=False, timed=True,
    )  # fmt: skip
    sessions = pd.DataFrame(
        [(o, day, 64_800, 70_200, None, False, False) for o in table["offer_id"] for day in (1, 3)],
        columns=["offer_id", "weekday", "start_s", "end_s", "rhythm", "drop_in", "term_only"],
    )
    shape = len(county.CATEGORIES), len(county.DAYS), len(cells)
    nothing = Supply(np.full(shape, np.nan, np.float32), *np.zeros((2, shape[0]), np.int64))
    by_area = area_coverage(cells, covered, county=profile.county.ags)
    blank = {
        name: empty_frame(getattr(frames, name.upper()))
        for name in ("area_reasons", "place_coverage", "losses", "need_coverage", "indicators",
                     "bands", "service_dates", "quality", "quality_residents", "area_supply", "fit")
    }  # fmt: skip
    shown = Published(
        areas=areas, places=places, stops=stops, cells=published_cells(cells),
        offers=gpd.GeoDataFrame(table, geometry=at[homes[:offers]], crs=cells.crs),
        sessions=sessions, coverage=covered,
        area_coverage=published_shares(by_area, min_share_base=30), gaps=found,
        loss_causes=pd.DataFrame(), sources=pd.DataFrame({"layer": ["residents"]}), supply=nothing,
        **blank,
    )  # fmt: skip
    return shown, profile


def build(count: int, offers: int, folder: str) -> tuple[float, int]:
    """Seconds to write the county's page, and its bytes; writes the peer's page beside it."""
    shown, profile = published(count, offers)
    start = time.perf_counter()
    path = write_pages(shown, profile, Path(folder), facts=FACTS, areas=["none"][:0])[0]
    took = time.perf_counter() - start
    Path(folder, "peer.html").write_text(peer(shown), encoding="utf-8")
    return took, path.stat().st_size


def peer(shown: Published) -> str:
    """Give folium's GeoJson of the cells with a colour for one answer, and Leaflet inside."""
    minutes = shown.coverage.out_min[0, 0]
    cells = shown.cells[["cell_id", "geometry"]].assign(minutes=minutes).to_crs("EPSG:4326")
    cells.geometry = shapely.set_precision(cells.geometry.to_numpy(), 1e-5)
    west, south, east, north = cells.total_bounds
    map_ = folium.Map(location=[(south + north) / 2, (west + east) / 2], zoom_start=10, tiles=None)
    folium.GeoJson(
        cells,
        style_function=lambda one: {
            "fillColor": "#fdf0a0" if (one["properties"]["minutes"] or 999) <= 45 else "#1b2a78",
            "weight": 0, "fillOpacity": 0.9,
        },
    ).add_to(map_)  # fmt: skip
    html = map_.get_root().render()
    html = re.sub(r"<script src=[^>]*></script>|<link rel=[^>]*/>", "", html)
    inside = f"<style>{leaflet_style()}</style><script>{leaflet_script()}</script>"
    shown_now = (
        'requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("ready")))'
    )
    mark = f"<script>{shown_now}</script>"
    return html.replace("<head>", f"<head>{inside}", 1).replace("</html>", f"{mark}</html>")


def ready_ms(page: Page, url: str) -> float:
    """Milliseconds from the start of loading to the mark "ready"."""
    page.goto(url, timeout=180_000)
    for _ in range(1800):
        found: Any = page.evaluate("performance.getEntriesByName('ready').map(e => e.startTime)")
        if found:
            return float(found[0])
        page.wait_for_timeout(100)
    return float("nan")


def slider_ms(page: Page) -> float:
    """Milliseconds from a new limit to the frame that shows it; the slowest of some."""
    return float(
        page.evaluate(f"""async () => {{
        const slider = document.getElementById("limit"), took = [];
        for (const limit of {list(LIMITS)}) {{
            const start = performance.now();
            slider.value = limit;
            slider.dispatchEvent(new Event("input"));
            await new Promise(requestAnimationFrame);
            took.push(performance.now() - start);
        }}
        return Math.max(...took);
    }}""")
    )


def worst_frame_ms(page: Page, zoom: float) -> float:
    """Longest time between two frames while the map moves for two seconds."""
    return float(
        page.evaluate(f"""async () => {{
        map_karte.setZoom({zoom}, {{animate: false}});
        await new Promise((done) => setTimeout(done, 500));
        const frames = [];
        let last = performance.now(), on = true;
        const tick = (now) => {{
            frames.push(now - last);
            last = now;
            if (on) requestAnimationFrame(tick);
        }};
        requestAnimationFrame(tick);
        for (const step of [[200, 60], [-200, -60]]) {{
            map_karte.panBy(step, {{duration: 1}});
            await new Promise((done) => setTimeout(done, 1000));
        }}
        on = false;
        return Math.max(...frames.slice(2));
    }}""")
    )


def measure(browser: Browser, folder: str, *, phone: bool) -> dict[str, float]:
    """What a reader waits for; medians of three for loading."""
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
    found: dict[str, list[float]] = {"ready": [], "peer": []}
    own = Path(folder, "index.html").as_uri()
    for _ in range(3):
        for name, url in (("ready", own), ("peer", Path(folder, "peer.html").as_uri())):
            if phone and name == "peer":
                continue
            context = browser.new_context(viewport=size, device_scale_factor=2 if phone else 1)
            page = context.new_page()
            if phone:
                context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
            found[name].append(ready_ms(page, url))
            if name == "ready":
                found.setdefault("slider", []).append(slider_ms(page))
                found.setdefault("frame", []).append(worst_frame_ms(page, 11))
            context.close()
    return {name: statistics.median(values) for name, values in found.items() if values}


def main() -> int:
    """Measure both counties, on a desk and on a phone."""
    named = os.environ.get("GEO_INTEGRATION_CHROMIUM")
    path = named or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        print("no Chromium: nothing measured")
        return 1
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for count, offers in ((12_000, 300), (60_000, 300)):
            with tempfile.TemporaryDirectory() as folder:
                took, size = alone(build, count, offers, folder)
                other = Path(folder, "peer.html").stat().st_size
                desk = measure(browser, folder, phone=False)
                phone = measure(browser, folder, phone=True)
            row(f"{count:,} cells, {offers} offers")
            row("  written in", f"{took:.1f} s")
            row("  bytes, GeoJson's", f"{size / 1e6:.2f} MB", f"{other / 1e6:.2f} MB")
            ratio = desk["peer"] / desk["ready"]
            row("  ready, GeoJson's", f"{desk['ready']:.0f} ms", f"{desk['peer']:.0f} ms",
                f"{ratio:.1f} x")  # fmt: skip
            row("  slider, longest frame", f"{desk['slider']:.0f} ms", f"{desk['frame']:.0f} ms")
            row("  phone: ready, slider, frame",
                *(f"{phone[name]:.0f} ms" for name in ("ready", "slider", "frame")))  # fmt: skip
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
