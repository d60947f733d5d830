"""Everything on the page can be done without a mouse, and one always sees where one is."""

from __future__ import annotations

import csv
import io
import re
import time

import numpy as np
import pytest
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.settings import read_settings

MOST_STOPS = 80
# Where the focus is, whether an outline shows it, and whether anything lies on it.
FOCUS = """() => {
  const at = document.activeElement;
  const shown = at.matches(".choices input") ? at.nextElementSibling : at;
  const {outlineStyle, outlineWidth} = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  const [x, y] = [Math.max(box.left, 0) + Math.min(box.width, 20) / 2,
    Math.max(box.top, 0) + Math.min(box.height, 20) / 2];
  const top = document.elementFromPoint(x, y);
  return {
    id: at.id || at.getAttribute("href") || at.className || at.tagName,
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    free: top !== null && (at.contains(top) || shown.contains(top) || top.contains(at)),
    inView: box.width > 0 && box.bottom > 0 && box.top < window.innerHeight,
  };
}"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return pipeline.run(read_settings(write_toy_county(folder / "toy")), folder / "out")


@pytest.fixture
def page(browser, run):
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, reduced_motion="reduce", accept_downloads=True
    )
    opened = context.new_page()
    trouble = []
    opened.on("console", lambda said: trouble.append(said.text))
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.goto(run.index.as_uri())
    opened.wait_for_selector("html.ready", state="attached")
    yield opened
    context.close()
    assert trouble == []


def plain(text):
    return text.replace("\u00a0", " ")


def until(page, script):
    """Wait for a script to be true; the page's policy forbids Playwright's own way."""
    for _ in range(100):
        if page.evaluate(script):
            return
        time.sleep(0.03)
    raise AssertionError(script)


def focused(page):
    return page.evaluate("document.activeElement.id")


def tab_to(page, wanted, key="Tab"):
    """Go on until an element has the focus; on the way every stop has to be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        stop = page.evaluate(FOCUS)
        assert stop["outlined"], stop
        assert stop["inView"], stop
        assert stop["free"], stop
        if stop["id"] == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by {key}")


def within(run, category, day, limit):
    """Residents who get there and home within a limit: in all, and by municipality."""
    table = run.published.coverage.table().merge(
        run.published.cells[["cell_id", "area_id", "residents"]], on="cell_id"
    )
    asked = table[(table["category"] == category) & (table["day_type"] == day)]
    longer = asked[["out_min", "back_min"]].max(axis=1)
    near = asked[asked["complete"] & (longer <= limit)]
    return int(near["residents"].sum()), near.groupby("area_id")["residents"].sum()


def look_for_a_place(page):
    tab_to(page, "search")
    page.keyboard.type("altw")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#panel-card section.own') !== null")


def ask_a_question(page):
    """The focus stays where the reader is."""
    tab_to(page, "category")
    page.keyboard.press("ArrowDown")
    until(page, "state.category === 1")
    tab_to(page, "day-0")
    page.keyboard.press("ArrowRight")
    until(page, "state.day === 1")
    assert focused(page) == "day-1"
    page.keyboard.press("ArrowLeft")
    until(page, "state.day === 0")
    tab_to(page, "limit")
    page.keyboard.press("Home")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    until(page, "state.limit === 45")


def compare_the_answer(page, run):
    """Headline and table against the frames."""
    total, by_area = within(run, "beratung", "school", 45)
    known = int(run.published.cells["residents"].sum())
    until(page, f"byId('headline').textContent.includes('{round(100 * total / known)}\\u00a0%')")
    headline = plain(page.locator("#headline").inner_text())
    assert f"der {known} Einwohner" in headline
    assert f"Für {known - total} gilt das nicht" in headline
    rows = {
        row.get_attribute("data-area"): int(row.locator("td").nth(1).inner_text())
        for row in page.locator("#area-table tbody tr").all()
    }
    assert rows == {"03999": total, **by_area.to_dict()}
    return by_area


def pick_a_cell(page, run):
    """Its card says how people travel."""
    tab_to(page, "map_karte")
    assert page.locator("#crosshair").is_visible()
    page.keyboard.press("ArrowRight")
    until(page, "byId('under').textContent.startsWith('25 Einwohner')")
    page.keyboard.press("Enter")
    until(page, "byId('card-body').textContent.includes('25 Einwohner')")
    covered = run.published.coverage
    at = (1, 0, list(covered.cell_ids).index("CRS3035RES1000mN3392000E4191000"))
    own = plain(page.locator("#panel-card section.own").inner_text())
    assert f"hin {covered.out_min[at]:.0f} min" in own
    assert f"mit {covered.lines[covered.out_line[at]]}" in own
    assert f"zurück {covered.back_min[at]:.0f} min" in own


def choose_an_underserved_area(page, run):
    tab_to(page, "tab-card")
    page.keyboard.press("ArrowRight")
    assert focused(page) == "tab-gaps"
    tab_to(page, "gap")
    rank = int(page.locator(".gap .rank").first.inner_text())
    page.keyboard.press("Enter")
    until(page, f"byId('card-body').textContent.includes('Rang {rank}')")
    gaps = run.published.gaps.query("category == 'beratung' and day_type == 'school'")
    assert gaps.set_index("rank").loc[rank, "name"] in page.locator("#card-body").inner_text()
    assert focused(page) == "tab-card"
    page.keyboard.press("Escape")
    until(page, "state.selected === null && byId('close').hidden")
    assert focused(page) == "tab-card"


def sort_the_table_and_take_it_away(page, run, by_area):
    tab_to(page, "sort-1")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('[aria-sort=descending] #sort-1') !== null")
    assert focused(page) == "sort-1"
    names = page.locator("#area-table tbody th").all_inner_texts()
    residents = run.published.cells.groupby("area_id")["residents"].sum().sort_values()
    named = run.published.areas.set_index("area_id")["name"]
    assert names[1:] == [named[area] for area in residents.index[::-1]]
    tab_to(page, "csv-areas")
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    text = found.value.path().read_bytes().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text), delimiter=";"))[5:]
    assert {line[0]: int(line[2]) for line in lines[1:]} == {
        named[area]: count for area, count in by_area.items()
    }


def test_a_reader_without_a_mouse_gets_everything(page, run):
    look_for_a_place(page)
    ask_a_question(page)
    by_area = compare_the_answer(page, run)
    pick_a_cell(page, run)
    choose_an_underserved_area(page, run)
    sort_the_table_and_take_it_away(page, run, by_area)


def test_the_first_skip_link_leads_to_the_map(page):
    page.keyboard.press("Tab")
    assert page.locator(":focus").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'map_karte'")


def test_the_focus_goes_round_all_controls_in_the_order_of_the_page_and_back(page):
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if focused(page) == "" and page.evaluate("document.activeElement === document.body"):
            break
        stops.append(
            page.evaluate("""[...document.querySelectorAll('*')]
          .indexOf(document.activeElement)""")
        )
    assert page.evaluate("document.activeElement === document.body")
    assert stops == sorted(stops)
    reachable = page.evaluate("""[...document.querySelectorAll('a, button, input, select, summary')]
      .filter((e) => e.tabIndex >= 0 && e.checkVisibility() && !(e.type === 'radio' && !e.checked))
      .map((e) => [...document.querySelectorAll('*')].indexOf(e))""")
    assert set(reachable) <= set(stops)
    for _ in stops:
        page.keyboard.press("Shift+Tab")
    first = page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
    assert first == stops[0]


def test_escape_closes_the_search_list_and_the_card(page):
    page.locator("#search").focus()
    page.keyboard.type("a")
    until(page, "!byId('search-list').hidden")
    page.keyboard.press("Escape")
    until(page, "byId('search-list').hidden")
    assert focused(page) == "search"
    page.evaluate("choose({kind: 'cell', cell: 12})")
    page.locator("#close").focus()
    page.keyboard.press("Escape")
    assert page.locator("#close").is_hidden()
    assert focused(page) == "tab-card"


def test_closing_the_card_by_its_button_does_not_lose_the_reader(page):
    page.evaluate("choose({kind: 'cell', cell: 12})")
    page.locator("#close").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "tab-card"


def test_a_link_in_a_card_does_not_lose_the_reader(page):
    served = np.flatnonzero(page.evaluate("[...question(0, 0).reason].map((r) => r === SERVED)"))
    page.evaluate(f"choose({{kind: 'cell', cell: {served[0]}}})")
    page.locator("#card-body .link").first.focus()
    page.keyboard.press("Enter")
    until(page, "state.selected.kind === 'spot'")
    until(page, "document.activeElement !== document.body")
    assert page.evaluate("byId('detail').contains(document.activeElement)")


def test_radio_buttons_keep_the_focus_while_they_are_filled_anew(page):
    page.locator("#day-0").focus()
    for day in (1, 2, 0):
        page.keyboard.press("ArrowRight")
        until(page, f"state.day === {day}")
        assert focused(page) == f"day-{day}"


def test_nothing_glides_for_readers_who_want_it_still(page):
    page.locator("#map_karte").focus()
    before, after = page.evaluate("""() => {
      const before = map_karte.getCenter();
      map_karte.panBy([80, 0]);
      return [before.lng, map_karte.getCenter().lng];
    }""")
    assert after > before
    assert page.evaluate("(map_karte.zoomIn(1), map_karte._animatingZoom)") in (False, None)
    moving = page.evaluate("""[...document.querySelectorAll('*')].filter((e) =>
      getComputedStyle(e).transitionDuration.split(',').some((t) => parseFloat(t) > 0)
      || getComputedStyle(e).animationName !== 'none').length""")
    assert moving == 0


def test_arrows_on_tabs_follow_the_direction_of_reading(page):
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.locator("#tab-gaps").focus()
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "tab-offers"


def test_what_lies_under_the_crosshair_is_told_aloud(page):
    page.locator("#map_karte").focus()
    page.keyboard.press("ArrowUp")
    until(page, "byId('under').textContent !== ''")
    told = page.locator("#under").text_content()
    assert re.fullmatch(r"\d+ Einwohner: .+|Haltestelle .+|Einwohner: zurückgehalten.+", told)
    page.keyboard.press("ArrowUp")
    until(page, f"byId('under').textContent !== {told!r}")
