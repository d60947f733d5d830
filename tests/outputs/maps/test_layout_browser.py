"""The page keeps its shape: narrow, enlarged, from right to left, in high contrast, on paper.

No pictures are kept to compare with: letters differ from machine to machine. What must not change
is read from the page instead: the colours of known cells, and that nothing covers or leaves
anything else.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import FACTS, HOSTILE, make_published, make_settings
from PIL import Image

from geo_integration.outputs.maps import write_pages

CELL, OFFERS, LAYERS = (
    "choose({kind: 'cell', cell: 12})",
    "byId('tab-offers').click()",
    "byId('layers').open = true",
)
# What sticks out of the window sideways, but for what scrolls on its own.
BEYOND = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && e.checkVisibility()
    && (box.right > window.innerWidth + 1 || box.left < -1)
    && !e.closest('#map_karte, .wide, #pages, #day-choices, .unseen, .skip');
}).map((e) => `${e.tagName}#${e.id}.${e.className}`)"""
# Texts that are cut off by the box they stand in.
CUT = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const style = getComputedStyle(e);
  if (!e.checkVisibility() || e.closest('#map_karte, .unseen, #hover, bdi, #pages')) return false;
  if (!e.textContent.trim() || /SELECT|OPTION|CANVAS/.test(e.tagName)) return false;
  const hides = (axis) => ['hidden', 'clip'].includes(style[`overflow${axis}`]);
  return (hides('X') && e.scrollWidth > e.clientWidth + 1)
    || (hides('Y') && e.scrollHeight > e.clientHeight + 1);
}).map((e) => `${e.tagName}#${e.id}.${e.className}`)"""
OVERLAPS = """(ids) => {
  const boxes = ids.map((id) => [id, document.querySelector(id)]).filter(([, e]) => e?.checkVisibility())
    .map(([id, e]) => [id, e.getBoundingClientRect()]);
  return boxes.flatMap(([a, one], i) => boxes.slice(i + 1).filter(([, other]) =>
    one.left < other.right - 1 && other.left < one.right - 1
    && one.top < other.bottom - 1 && other.top < one.bottom - 1).map(([b]) => `${a} ${b}`));
}"""  # noqa: E501 - JavaScript
PARTS = ["header", "#headline", "#choice > :nth-child(1)", "#choice > :nth-child(2)", "#frame",
         "#credit", "#legend", "#detail", "#areas", "#offers", "footer"]  # fmt: skip
ON_MAP = ["#home", ".leaflet-control-zoom", ".leaflet-control-scale"]


def text_spacing(page):
    """Wider, as readers may set it (WCAG 1.4.12)."""
    for rule in (
        "* { line-height: 1.5 !important }",
        "* { letter-spacing: .12em !important; word-spacing: .16em !important }",
        "p { margin-bottom: 2em !important; }",
    ):
        page.evaluate("(rule) => document.styleSheets[1].insertRule(rule, 0)", rule)


def whole_width(page):
    """Width of all that a picture of the whole page would show."""
    session = page.context.new_cdp_session(page)
    return session.send("Page.getLayoutMetrics")["cssContentSize"]["width"]


def assert_in_shape(page, width):
    page.wait_for_timeout(120)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert whole_width(page) <= width
    assert page.evaluate(BEYOND) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAPS, PARTS) == []
    assert page.evaluate(OVERLAPS, ON_MAP) == []


# Narrow and enlarged ----------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 390, 800, 1024, 1440])
def test_nothing_leaves_the_window_and_nothing_lies_on_anything_else(opened, width):
    page = opened(width=width)
    for step in (CELL, OFFERS, LAYERS, "byId('language').click()"):
        page.evaluate(step)
        assert_in_shape(page, width)


def test_at_four_times_the_size_everything_is_still_there(opened):
    """1280 x 1024 at 400 % are 320 x 256 pixels (WCAG 1.4.10)."""
    page = opened(width=320, height=256)
    page.evaluate(CELL)
    assert_in_shape(page, 320)
    page.locator("#map_karte").scroll_into_view_if_needed()
    assert page.locator("#map_karte").bounding_box()["height"] <= 300


@pytest.mark.parametrize("width", [640, 1280])
def test_letters_of_twice_the_size_are_not_cut_off(opened, width):
    page = opened(width=width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate(CELL)
    assert_in_shape(page, width)


@pytest.mark.parametrize("width", [320, 1280])
def test_wider_spacing_of_text_cuts_nothing_off(opened, width):
    page = opened(width=width)
    text_spacing(page)
    page.evaluate(CELL)
    assert_in_shape(page, width)


def test_on_a_phone_the_warning_can_be_unfolded(opened):
    page = opened(width=390)
    banner = page.locator("details.banner")
    assert "Beispieldaten" in banner.inner_text()
    assert "Erfunden" not in banner.inner_text()
    banner.locator("summary").click()
    assert "Erfunden" in banner.inner_text()


# From right to left -----------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 1280])
def test_from_right_to_left_all_is_mirrored_but_the_map(opened, width):
    page = opened(width=width)
    page.evaluate("document.documentElement.style.fontSize = '100%'")
    middle = """(selector) => {
      const {left, right} = document.querySelector(selector).getBoundingClientRect();
      return (left + right) / 2;
    }"""
    pairs = [(".rank", ".gap .name"), ("#classes th", "#classes td"),
             ("#classes .swatch", "#classes th"),
             ("#area-table th .sort", "#area-table th.day")]  # fmt: skip
    pairs += [("#controls", "#frame"), ("#frame", "#detail")] if width > 900 else []
    before = [[page.evaluate(middle, one) for one in pair] for pair in pairs]
    cells = "document.querySelector('.leaflet-cells-pane canvas').toDataURL()"
    corner = "map_karte.latLngToContainerPoint(drawn.whole.getNorthWest()).x"
    drawn = page.evaluate(f"[{cells}, {corner}]")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert_in_shape(page, width)
    after = [[page.evaluate(middle, one) for one in pair] for pair in pairs]
    assert all(a < b for a, b in before)
    assert all(a > b for a, b in after)
    assert page.evaluate(f"[{cells}, {corner}]") == drawn


def test_names_keep_their_own_direction(opened):
    page = opened()
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.evaluate("choose({kind: 'cell', cell: 12})")
    page.locator("#panel-card section.own").wait_for()
    names = page.locator("bdi.name")
    assert names.count() > 10
    assert {name.get_attribute("dir") for name in names.all()} == {"auto"}
    strange = page.evaluate("""[...document.querySelectorAll('bdi.name')].filter((e) =>
      e.checkVisibility() && !e.closest('.total, .name .name')
      && getComputedStyle(e).unicodeBidi !== 'isolate').length""")
    assert strange == 0


# High contrast, dark ----------------------------------------------------------------------------


def test_in_high_contrast_what_is_chosen_can_be_told(browser, toy):
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(toy.paths[0].as_uri())
    page.wait_for_selector("html.ready", state="attached")
    ground = "(selector) => getComputedStyle(document.querySelector(selector)).backgroundColor"
    chosen = ["[role=tab][aria-selected=true]", ".choices input:checked + span", ".wide th.chosen"]
    others = ["[role=tab][aria-selected=false]", ".choices input:not(:checked) + span",
              ".wide th.day:not(.chosen)"]  # fmt: skip
    for one, other in zip(chosen, others, strict=True):
        assert page.evaluate(ground, one) != page.evaluate(ground, other)
    swatch = page.evaluate(ground, ".swatch.outside")
    assert swatch == page.evaluate(ground, "#map_karte")
    context.close()


# What the map shows -----------------------------------------------------------------------------

SIDE = 7
POINTS = """() => {
  const land = inks() === INKS.dark ? [42, 49, 56] : [251, 250, 246];
  return {land, cells: Array.from({length: CELLS.count}, (_, i) => {
    const corners = drawn.cells.rings(i)[0].map((at) => map_karte.latLngToContainerPoint(at));
    const look = drawn.view.classes[drawn.view.of[i]];
    return {plain: !look.pattern && residentsOf(i) !== null, colour: look.colour,
      corners: corners.map(({x, y}) => [x, y])};
  })};
}"""


def assert_cells_are_as_told(page):
    """Most of each cell has the colour of its class, with the land showing through by 12 %."""
    told = page.evaluate(POINTS)
    raw = page.locator("#map_karte").screenshot()
    seen = np.asarray(Image.open(io.BytesIO(raw)).convert("RGB")).astype(int)
    checked = 0
    for cell in told["cells"]:
        if not cell["plain"]:
            continue
        corners = np.array(cell["corners"])
        parts = (np.arange(SIDE) + 1) / (SIDE + 1)
        a, b, _, d = corners
        points = [a + u * (b - a) + v * (d - a) for u in parts for v in parts]
        colour = np.array([int(cell["colour"][at : at + 2], 16) for at in (1, 3, 5)])
        wanted = 0.88 * colour + 0.12 * np.array(told["land"])
        found = [seen[round(y), round(x)] for x, y in points]
        near = np.abs(np.array(found) - wanted).max(axis=1) <= 6
        assert near.mean() > 0.55, (cell, near.mean())
        checked += 1
    assert checked > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("number", "width"), [(0, 1280), (1, 1280), (0, 390)])
def test_cells_lie_where_they_are_in_the_colour_of_their_class(browser, toy, number, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(toy.paths[number].as_uri())
    page.wait_for_selector("html.ready", state="attached")
    page.evaluate(
        "for (const key of ['gaps', 'offers', 'places', 'stops']) switchLayer(key, false)"
    )
    page.evaluate("redrawBase()")
    assert_cells_are_as_told(page)
    page.evaluate("change({day: 1, view: 'why'})")
    page.wait_for_timeout(150)
    assert_cells_are_as_told(page)
    context.close()


def test_underserved_areas_stay_in_order_however_often_the_map_is_drawn(opened):
    page = opened()
    for _ in range(3):
        page.evaluate("drawn.symbols.redraw()")
        assert page.evaluate("shownGaps().map((gap) => gap.rank)") == [1, 2]


# On paper ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("landscape", [False, True])
def test_on_paper_the_first_sheet_has_map_and_legend_in_their_colours(opened, tmp_path, landscape):
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm fehlt (Debian: poppler-utils)")
    page = opened()
    page.emulate_media(color_scheme="dark")
    page.pdf(path=tmp_path / "a.pdf", format="A4", landscape=landscape)
    first = ["pdftoppm", "-r", "60", "-png", "-singlefile", tmp_path / "a.pdf", tmp_path / "a"]
    subprocess.run(first, check=True)
    seen = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    assert seen[:20].min() == 255  # white paper, also for readers in the dark
    for key in page.evaluate("drawn.view.classes.filter((_, i) => drawn.view.of.includes(i))"):
        colour = np.array([int(key["colour"][at : at + 2], 16) for at in (1, 3, 5)])
        swatch = (np.abs(seen - colour).max(axis=2) <= 8).sum()
        on_map = (np.abs(seen - (0.88 * colour + 0.12 * 250)).max(axis=2) <= 8).sum()
        assert swatch > 20, key
        assert on_map > 400, key


def test_printing_leaves_the_map_as_it_was(opened):
    page = opened()
    page.evaluate("drawn.fitted = false; map_karte.setZoom(11, {animate: false})")
    before = page.evaluate("[map_karte.getCenter(), map_karte.getZoom(), map_karte.getSize()]")
    page.pdf(format="A4")
    page.wait_for_timeout(200)
    after = page.evaluate("[map_karte.getCenter(), map_karte.getZoom(), map_karte.getSize()]")
    assert after[0]["lat"] == pytest.approx(before[0]["lat"], abs=1e-3)
    assert after[1:] == before[1:]


def test_tables_fit_on_the_sheet(opened):
    page = opened(width=703)  # A4 between its margins
    page.emulate_media(media="print")
    page.wait_for_timeout(100)
    wide = page.locator(".wide table").evaluate_all("all => all.map((t) => t.scrollWidth)")
    assert len(wide) >= 4
    assert max(wide) <= 703


# Old browsers -----------------------------------------------------------------------------------


def test_an_old_browser_says_so_and_shows_the_tables(browser, toy):
    context = browser.new_context()
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(toy.paths[0].as_uri())
    page.locator("#broken").wait_for()
    assert "aktuellen Browser" in page.locator("#broken [role=alert]").inner_text()
    tables = page.locator("#broken table")
    assert tables.count() == 2
    text = tables.first.inner_text().replace("\u00a0", " ")
    assert "50 %" in text
    assert HOSTILE["script"] in text
    assert not page.locator("#app").is_visible()
    assert page.evaluate("window.__xss") is None
    context.close()


def test_a_browser_that_cannot_read_the_script_says_so_too(browser, toy, tmp_path):
    html = toy.paths[0].read_text(encoding="utf-8")
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    broken = html.replace("// The field for searching", "const = ;\n//", 1)
    broken = broken.replace('"use strict";\n// Words', 'const = ;\n"use strict";\n// Words', 1)
    assert broken != html
    (tmp_path / "old.html").write_text(broken, encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / "old.html").as_uri())
    page.locator("#broken").wait_for()
    assert page.locator("#broken table").count() == 2
    page.close()


# Names ------------------------------------------------------------------------------------------

LONG = "Sehrlangername" * 715


@pytest.fixture(scope="module", params=["long", "markup"])
def strange(request, tmp_path_factory):
    """Pages on which everything has one name, of 10,000 letters or made to do harm."""
    name = LONG if request.param == "long" else HOSTILE["markup"]
    folder = tmp_path_factory.mktemp("strange")
    published = make_published()
    columns = {"areas": "name", "places": "name", "stops": "name", "offers": "name", "gaps": "name"}
    named = {
        frame: getattr(published, frame).assign(**{column: name})
        for frame, column in columns.items()
    }
    named["offers"] = named["offers"].assign(provider=name)
    settings = make_settings(folder, name=name[:200])
    return name, write_pages(published._replace(**named), settings, folder, facts=FACTS)


@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_any_kind_are_shown_as_they_are_and_break_nothing(browser, strange, width):
    name, paths = strange
    page = browser.new_page(viewport={"width": width, "height": 800})
    trouble = []
    page.on("console", lambda said: trouble.append(said.text))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda box: (trouble.append(box.message), box.dismiss()))
    page.goto(paths[0].as_uri())
    page.wait_for_selector("html.ready", state="attached")
    shown = {
        "title": page.title(),
        "gaps": page.locator("#gap-list").text_content(),
        "areas": page.locator("#area-table").text_content(),
        "offers": page.locator("#offer-table").text_content(),
        "pages": page.locator("#pages").text_content(),
        "headline": page.locator("#headline .scope").first.text_content(),
    }
    page.fill("#search", name[:5])
    shown["search"] = page.locator("#search-list").text_content()
    page.keyboard.press("Escape")
    shown["hover"] = page.evaluate("hoverText({kind: 'gap', gap: shownGaps()[0]})")
    page.evaluate("choose({kind: 'spot', spots: SPOTS.slice(0, 1)})")
    page.wait_for_timeout(300)
    shown["card"] = page.locator("#card-body").text_content()
    shown["printed"] = page.evaluate("(fillPrintHead(), document.body.textContent)")
    assert [key for key, text in shown.items() if name[:200] not in text] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#map_karte").bounding_box()
    assert box["y"] < 500
    assert box["height"] > 250
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    assert page.evaluate("byId('hover').offsetHeight") <= 100
    assert page.locator("#frame img, #detail img, #tables img, #pages img").count() == 0
    assert page.evaluate("window.__xss") is None
    assert trouble == []
    page.close()


def test_files_have_plain_names_whatever_things_are_called(browser, strange):
    _, paths = strange
    page = browser.new_page()
    page.goto(paths[0].as_uri())
    page.wait_for_selector("html.ready", state="attached")
    for button, tab in {"areas": None, "cells": None, "gaps": "gaps", "offers": "offers"}.items():
        if tab:
            page.locator(f"#tab-{tab}").click()
        with page.expect_download() as found:
            page.locator(f"#csv-{button}").click()
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,80}\.csv", found.value.suggested_filename)
    page.close()


# Marks at two places of the frame: beside each other one drawn on a sheet and one of HTML.
MARKS = """(pane) => {
    const mark = () => {
        document.querySelectorAll(".mark").forEach((one) => one.remove());
        const {x, y} = map_karte.getSize();
        const canvas = drawn[pane]._canvas, brush = canvas.getContext("2d");
        const [own, all] = [canvas, map_karte.getPane("mapPane")].map(L.DomUtil.getPosition);
        const at = own.add(all);
        for (const [left, top] of [[40, 40], [x - 60, y - 60]]) {
            brush.fillStyle = "#00ff00";
            brush.fillRect(left - at.x, top - at.y, 12, 12);
            const box = make("div", {class: "mark"});
            box.style.cssText = `left: ${left + 20}px; top: ${top}px; position: absolute;`
                + "z-index: 999; width: 12px; height: 12px; background: #f0f;"
                + "-webkit-print-color-adjust: exact";
            byId("frame").append(box);
        }
    };
    window.addEventListener("beforeprint", mark);
    window.matchMedia("print").addEventListener("change", ({matches}) => matches && mark());
}"""


@pytest.mark.parametrize("pane", ["land", "lines", "symbols"])
@pytest.mark.parametrize("ratio", [1, 1.5, 3])
def test_on_paper_every_sheet_lies_where_the_others_do(browser, toy, tmp_path, pane, ratio):
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm fehlt (Debian: poppler-utils)")
    page = browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=ratio)
    page.goto(toy.paths[0].as_uri())
    page.wait_for_selector("html.ready", state="attached")
    page.evaluate(MARKS, pane)
    page.pdf(path=tmp_path / "a.pdf", format="A4")
    page.close()
    first = ["pdftoppm", "-r", "144", "-png", "-singlefile", tmp_path / "a.pdf", tmp_path / "a"]
    subprocess.run(first, check=True)
    seen = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    middles = []
    for colour in ([0, 255, 0], [255, 0, 255]):
        rows, columns = np.nonzero(np.abs(seen - colour).max(axis=2) < 40)
        upper = rows < (rows.min() + rows.max()) / 2
        middles.append([[columns[part].mean(), rows[part].mean()] for part in (upper, ~upper)])
    drawn, html = np.array(middles)
    assert np.abs((drawn[1] - drawn[0]) - (html[1] - html[0])).max() < 2
