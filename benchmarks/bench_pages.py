"""The pages of a large county in a real browser: bytes, seconds until it is ready, frames.

The county is the embedded one made fine: 12,000 and 60,000 cells of 100 m, 300 offers in 12
categories, 4 kinds of day, all ways there and back. The peer is folium's GeoJson of the same cells,
coloured by one answer, with the same Leaflet inside: no table, no list, no second question. The
phone is a viewport of 390 x 844 at two points per pixel with a processor four times slower. Ready
is the second frame after the page says so. Needs Chromium.
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

import fine_county
import folium
import shapely
from common import alone, peak_mb, row
from playwright.sync_api import sync_playwright

from geo_integration import pipeline
from geo_integration.outputs.maps import write_pages
from geo_integration.outputs.maps.assets import leaflet_script, leaflet_style
from geo_integration.settings import read_settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from geo_integration.frames import Published

LIMITS = (20, 60, 30, 90, 15, 45)
OFFERS = 300
PAUSE_S = 1.0  # in which the browser takes down the last page, the peer's with all its elements
ROUNDS = {12_000: 15, 60_000: 3}  # by cells; the peer takes half a minute with many
# Run before the page's own scripts: its mark is followed by another when two frames have passed.
MARK = """
new PerformanceObserver((_, watch) => {
  watch.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("seen")));
}).observe({type: "mark"});
"""


def build(count: int, folder: str) -> dict[str, float]:
    """Write all pages and the peer's; seconds, bytes and MB."""
    county = Path(folder, "county")
    county.mkdir()
    settings = read_settings(fine_county.make(county, cells=count, offers=OFFERS))
    start = time.perf_counter()
    found = pipeline.compute(settings)
    computed = time.perf_counter()
    paths = write_pages(found.published, found.settings, Path(folder), facts=found.facts)
    took = {"computed": computed - start, "written": time.perf_counter() - computed}
    other = Path(folder, "peer.html")
    other.write_text(peer(found.published), encoding="utf-8")
    sizes = [path.stat().st_size for path in paths]
    return {
        **took, "index": sizes[0], "others": max(sizes[1:]), "peer": other.stat().st_size,
        "memory": peak_mb(),
    }  # fmt: skip


def peer(shown: Published) -> str:
    """Folium's GeoJson of the cells with a colour for one answer, and Leaflet inside."""
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
    mark = '<script>performance.mark("ready")</script>'
    return html.replace("<head>", f"<head>{inside}", 1).replace("</html>", f"{mark}</html>")


def ready_ms(page: Page, url: str) -> float:
    """Milliseconds from the start of loading to the mark."""
    page.add_init_script(MARK)
    page.goto(url, timeout=180_000)
    for _ in range(1800):
        found: Any = page.evaluate("performance.getEntriesByName('seen').map(e => e.startTime)")
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


def measure(browser: Browser, folder: str, *, rounds: int, phone: bool) -> dict[str, float]:
    """What a reader waits for; medians of some rounds, page and peer in turn."""
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
    found: dict[str, list[float]] = {"ready": [], "peer": []}
    own = Path(folder, "index.html").as_uri()
    for _ in range(rounds):
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
            time.sleep(PAUSE_S)
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
        for count, rounds in ROUNDS.items():
            with tempfile.TemporaryDirectory() as folder:
                made = alone(build, count, folder)
                desk = measure(browser, folder, rounds=rounds, phone=False)
                phone = measure(browser, folder, rounds=5, phone=True)
            row(f"{count:,} cells, {OFFERS} offers", "")
            row("  computed, nine pages written, memory", f"{made['computed']:.1f} s",
                f"{made['written']:.1f} s", f"{made['memory']:.0f} MB")  # fmt: skip
            sizes = (f"{made[name] / 1e6:.2f} MB" for name in ("index", "others", "peer"))
            row("  county, largest municipality, GeoJson", *sizes)
            ratio = desk["peer"] / desk["ready"]
            row("  ready, GeoJson", f"{desk['ready']:.0f} ms", f"{desk['peer']:.0f} ms",
                f"{ratio:.1f} x")  # fmt: skip
            row("  slider, longest frame", f"{desk['slider']:.0f} ms", f"{desk['frame']:.0f} ms")
            row("  phone: ready, slider, frame",
                *(f"{phone[name]:.0f} ms" for name in ("ready", "slider", "frame")))  # fmt: skip
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
