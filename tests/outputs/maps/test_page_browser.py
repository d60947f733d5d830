"""The page as a reader has it: in a browser, from the disk."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pandas as pd
import pytest
from conftest import FACTS, HOSTILE, make_published, make_settings
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.outputs.maps import write_pages
from geo_integration.settings import read_settings


def shown_number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def choose_day(page, day):
    page.locator(f"label[for=day-{day}]").click()
    page.wait_for_timeout(60)


def click_at(page, latlng):
    at = page.evaluate(f"(() => {{ const p = map_karte.latLngToContainerPoint({latlng});"
                       " const b = map_karte.getContainer().getBoundingClientRect();"
                       " return [p.x + b.x, p.y + b.y]; })()")  # fmt: skip
    page.mouse.click(*at)
    page.wait_for_timeout(150)


def cell_number(page, toy, cell_id):
    """The page's number of a cell, by its middle."""
    cell = toy.published.cells.set_index("cell_id").to_crs("EPSG:4326").loc[cell_id, "geometry"]
    return page.evaluate(f"drawn.cells.cellAt(L.latLng({cell.centroid.y}, {cell.centroid.x}))")


def residents_within(toy, category, day, column="out_min", limit=45.0):
    table = toy.published.coverage.table().merge(toy.published.cells[["cell_id", "residents"]])
    own = table[(table["category"] == category) & (table["day_type"] == day)]
    return int(own.loc[own[column] <= limit, "residents"].sum())


# What it is -------------------------------------------------------------------------------------


def test_pages_open_without_network_errors_or_dialogs(opened, toy):
    for path in toy.paths:
        page = opened(path.name)
        assert page.title().endswith("Wer erreicht welche Integrationsangebote?")
        assert page.evaluate("window.__xss") is None
        assert page.locator("html").get_attribute("lang") == "de"
        assert page.locator(".banner").first.is_visible()


def test_hostile_names_are_shown_literally(opened):
    page = opened()
    page.wait_for_selector("#area-table tbody tr")
    assert page.locator("#area-table tbody th").all_inner_texts()[1:] == [
        HOSTILE["script"],
        HOSTILE["area"],
    ]
    assert HOSTILE["markup"] in page.locator("#gap-list").text_content()
    assert HOSTILE["jinja"] in page.locator("#offer-table").inner_text()
    assert HOSTILE["jinja"] in page.locator("#source-table").inner_text()
    page.locator("#tab-offers").click()
    # What is out of sight has no inner text before the next picture.
    assert HOSTILE["jinja"] in page.locator("#offer-list").text_content()
    page.fill("#search", "<img")
    assert HOSTILE["markup"] in page.locator("#search-list").inner_text()
    assert page.locator("#frame img, #tables img, #detail script, #search-list img").count() == 0
    assert page.evaluate("window.__xss") is None


# Numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", [0, 1])
@pytest.mark.parametrize("day", [0, 1])
def test_legend_counts_equal_the_frames(opened, toy, category, day):
    page = opened()
    page.select_option("#category", str(category))
    page.select_option("#view", "why")
    choose_day(page, day)
    settings = toy.settings
    table = toy.published.coverage.table().merge(toy.published.cells[["cell_id", "residents"]])
    chosen = table["category"].eq(settings.categories[category].id)
    chosen &= table["day_type"].eq(settings.day_types[day].id)
    expected = table[chosen].groupby("reason")["residents"].sum().to_dict()
    rows = page.locator("#classes tr:not([data-key=withheld])").all()
    shown = {
        row.get_attribute("data-key"): shown_number(row.locator("td").inner_text()) for row in rows
    }
    assert shown == expected
    withheld = page.locator("#classes tr[data-key=withheld] td").inner_text()
    assert shown_number(withheld) == int(toy.published.cells["residents"].isna().sum())


def test_the_slider_counts_anew_at_once(opened, toy):
    page = opened()
    page.select_option("#way", "out")
    for limit in (15, 45, 60):
        page.locator("#limit").fill(str(limit))
        within = residents_within(toy, "course", "school_day", limit=limit)
        rows = page.locator("#classes tr[data-key^=to] td").all_inner_texts()
        assert sum(shown_number(text) for text in rows) == within
        assert f"höchstens {limit} Minuten" in page.locator("#headline").inner_text()
    assert page.locator("#classes tr[data-key=none]").count() == 1


def test_there_and_back_is_the_longer_way(opened, toy):
    page = opened()
    table = toy.published.coverage.table().merge(toy.published.cells[["cell_id", "residents"]])
    own = table[(table["category"] == "course") & (table["day_type"] == "school_day")]
    longer = own[["out_min", "back_min"]].max(axis=1)
    expected = int(own.loc[own["complete"] & (longer <= 45), "residents"].sum())
    rows = page.locator("#classes tr[data-key^=to] td").all_inner_texts()
    assert sum(shown_number(text) for text in rows) == expected


def test_the_table_counts_what_the_legend_counts(opened):
    page = opened()
    page.locator("#limit").fill("30")
    page.locator("#limit").dispatch_event("change")
    page.wait_for_timeout(150)
    total = page.locator("#area-table tr.total td").all_inner_texts()
    rows = page.locator("#classes tr[data-key^=to] td").all_inner_texts()
    assert shown_number(total[1]) == sum(shown_number(text) for text in rows)


def test_too_few_residents_have_no_share(opened, toy):
    page = opened()
    page.wait_for_selector("#area-table tbody tr")
    base = toy.settings.disclosure.min_share_base
    page.evaluate(
        "CELLS.residents.forEach((n, i) => { if (CELLS.area[i] === 0) CELLS.residents[i] = 1; })"
    )
    page.locator("#limit").dispatch_event("change")
    page.wait_for_timeout(150)
    row = page.locator("tr[data-area='03455007'] td").all_inner_texts()
    assert shown_number(row[0]) < base
    assert row[2] == "."


def test_losses_are_counted_against_the_first_day(opened, toy):
    page = opened()
    choose_day(page, 1)
    page.select_option("#view", "lost")
    page.wait_for_timeout(100)
    table = toy.published.coverage.table().merge(toy.published.cells[["cell_id", "residents"]])
    own = table[table["category"] == "course"].set_index(["day_type", "cell_id"])
    served = (own["reason"] == "served").unstack("day_type")
    lost = served["school_day"] & ~served["saturday"]
    residents = toy.published.cells.set_index("cell_id")["residents"]
    expected = int(residents[lost[lost].index].sum())
    shown = page.locator("#classes tr[data-key=lost] td")
    assert (shown_number(shown.inner_text()) if shown.count() else 0) == expected


def test_of_badges_on_one_spot_the_best_rank_is_drawn_and_the_chosen_one(opened):
    page = opened()
    ranks = "shownBadges().map((gap) => gap.rank)"
    map_wide = "map_karte.setView([53.5, 8], 7, {animate: false}), "
    assert page.evaluate(ranks) == [1, 2]
    assert page.evaluate(f"({map_wide} {ranks})") == [1]
    page.evaluate("choose({kind: 'gap', gap: shownGaps()[1]}, {fly: false})")
    assert page.evaluate(ranks) == [2]
    # The list has them all.
    assert page.locator("#gap-list .gap").count() == 2


def test_two_categories_are_compared_cell_by_cell(opened, toy):
    page = opened()
    page.select_option("#compare", "k:advice")
    page.wait_for_timeout(100)
    keys = [row.get_attribute("data-key") for row in page.locator("#classes tr").all()]
    assert set(keys) <= {"both", "one", "other", "neither", "withheld"}
    counts = [
        shown_number(text)
        for text in page.locator("#classes tr:not([data-key=withheld]) td").all_inner_texts()
    ]
    assert sum(counts) == int(toy.published.cells["residents"].sum())
    assert "x=k%3Aadvice" in page.url


def test_the_sentence_says_the_share_that_is_compared(opened):
    page = opened()
    page.select_option("#compare", "t:saturday")
    page.wait_for_timeout(100)
    said = page.locator("#headline b").inner_text()
    assert not page.locator("#view").is_visible()
    page.select_option("#compare", "")
    choose_day(page, 1)
    page.wait_for_timeout(100)
    assert page.locator("#headline .figure").inner_text() in said
    assert page.locator("#headline b").count() == 0
    assert page.locator("#view").is_visible()


SHIFTS = """new Promise((done) => {
    const found = [];
    new PerformanceObserver((list) => found.push(...list.getEntries().map((e) =>
        [e.value, e.sources.map(({node}) => node?.id || node?.nodeName)])))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(found), 500);
})"""


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("width", [390, 900, 1024, 1100, 1280, 1440])
def test_nothing_moves_after_the_first_picture(opened, toy, width, number):
    # On a slow machine the head is seen before the rest is filled.
    for slowed in (1, 8):
        page = opened(toy.paths[number].name, width=width, slowed=slowed)
        assert page.evaluate(SHIFTS) == []


def test_a_bicycle_and_a_car_are_shown_for_comparison(opened, toy):
    page = opened()
    residents = toy.published.cells["residents"].astype(float)
    for name, minutes in toy.published.reference._asdict().items():
        page.select_option("#mode", name)
        page.locator("#limit").fill("15")
        page.wait_for_timeout(60)
        expected = int(residents[minutes[0] <= 15].sum())
        rows = page.locator("#classes tr[data-key^=to] td").all_inner_texts()
        assert sum(shown_number(text) for text in rows) == expected
        assert not page.locator("#way").is_visible()


def test_classes_of_transport_quality_are_shown(opened):
    page = opened()
    page.select_option("#view", "quality")
    page.wait_for_timeout(100)
    assert "Güteklasse E" in page.locator("#classes").inner_text()


def test_places_are_shown_only_where_they_are_known(opened):
    page = opened()
    assert "supply" in page.locator("#view option").evaluate_all("all => all.map(o => o.value)")
    page.select_option("#view", "supply")
    page.wait_for_timeout(100)
    assert "ab " in page.locator("#classes").inner_text()
    page.select_option("#category", "1")
    page.wait_for_timeout(100)
    assert page.locator("#view").input_value() == "time"


def test_table_is_sorted_by_its_headings(opened):
    page = opened()
    page.wait_for_selector("#area-table tbody tr")
    ids = "[...document.querySelectorAll('#area-table tbody tr')].map(r => r.dataset.area)"
    head = page.locator("#area-table th button").nth(1)
    head.click()
    page.wait_for_timeout(100)
    down = page.evaluate(ids)
    page.locator("#area-table th button").nth(1).press("Enter")
    page.wait_for_timeout(100)
    assert page.evaluate(ids) == [down[0], *down[:0:-1]]
    assert page.locator("#area-table [aria-sort=ascending]").count() == 1


# Downloads --------------------------------------------------------------------------------------


def downloaded(page, button):
    with page.expect_download() as found:
        page.locator(button).click()
    raw = found.value.path().read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))


def test_all_cells_can_be_downloaded_without_what_is_withheld(opened, toy):
    page = opened()
    rows = downloaded(page, "#csv-cells")[4:]
    assert len(rows) == 1 + len(toy.published.cells)
    residents = [row[1] for row in rows[1:]]
    assert residents.count(".") == int(toy.published.cells["residents"].isna().sum())
    told = sum(int(n) for n in residents if n != ".")
    assert told == int(toy.published.cells["residents"].sum())


def test_tables_can_be_downloaded_and_no_cell_is_a_formula(opened):
    page = opened()
    page.wait_for_selector("#area-table tbody tr")
    for button, tab in (
        ("#csv-areas", None),
        ("#csv-gaps", "#tab-gaps"),
        ("#csv-offers", "#tab-offers"),
    ):
        if tab:
            page.locator(tab).click()
        rows = downloaded(page, button)
        assert len(rows) > 4
        assert not any(cell[:1] in "=+@\t" for row in rows for cell in row if cell)


# Cards, search, filters -------------------------------------------------------------------------


def test_choosing_a_gap_flies_there_and_tells_why(opened):
    page = opened()
    before = page.evaluate("map_karte.getBounds().toBBoxString()")
    page.locator(".gap").nth(1).click()
    page.wait_for_timeout(900)
    assert page.evaluate("map_karte.getBounds().toBBoxString()") != before
    inside = "map_karte.getBounds().contains(L.latLngBounds(shownGaps()[1].rings.flat()))"
    assert page.evaluate(inside)
    card = page.locator("#panel-card").inner_text()
    assert "Rang 2" in card
    assert "240 Einwohner (Modell)" in card
    assert "Keine Haltestelle in 20 Gehminuten" in card
    page.locator("#tab-gaps").click()
    assert page.locator(".gap[aria-pressed=true]").count() == 1


def test_a_cell_tells_minutes_line_offer_and_reason(opened, toy):
    page = opened()
    number = cell_number(page, toy, toy.published.cells["cell_id"].iloc[24])
    page.evaluate(f"choose({{kind: 'cell', cell: {number}}})")
    page.locator("#panel-card section.own").wait_for()
    card = plain(page.locator("#panel-card").inner_text())
    assert "340 Einwohner (Modell)" in card
    own = plain(page.locator("#panel-card section.own").inner_text())
    assert "nicht erreichbar" in own
    assert "Keine Haltestelle in 20 Gehminuten" in own
    other = page.locator("#panel-card details")
    assert other.count() == 1
    other.locator("summary").click()
    assert "Es gibt einen Weg, aber er dauert länger als 60 Minuten." in plain(other.inner_text())


def test_a_cell_tells_every_way_there_and_home(browser, tmp_path):
    run = pipeline.run(read_settings(write_toy_county(tmp_path / "toy")), tmp_path / "out")
    covered = run.published.coverage
    served = np.argwhere(covered.served() & (covered.out_line >= 0) & (covered.back_line >= 0))
    category, day, cell = (int(n) for n in served[0])
    page = browser.new_page()
    page.goto(run.index.as_uri())
    page.wait_for_selector("html.ready", state="attached")
    page.select_option("#category", str(category))
    choose_day(page, day)
    at = cell_number(page, run, covered.cell_ids[cell])
    page.evaluate(f"choose({{kind: 'cell', cell: {at}}})")
    page.locator("#panel-card section.own .ways").first.wait_for()
    own = plain(page.locator("#panel-card section.own").inner_text())
    line = covered.lines[covered.out_line[category, day, cell]]
    out, back = (
        f"{values[category, day, cell]:.0f}" for values in (covered.out_min, covered.back_min)
    )
    assert re.search(rf"hin {out} min: \d\d:\d\d aus dem Haus, ab .+ mit {line}, .*da um \d\d", own)
    assert re.search(rf"zurück {back} min: .*mit .+ bis .+, zu Hause um \d\d:\d\d", own)
    assert not re.search(r"[{}]|undefined|NaN", own)
    page.close()


def test_withheld_residents_are_said_to_be_withheld(opened, toy):
    page = opened()
    number = cell_number(page, toy, toy.published.cells["cell_id"].iloc[3])
    page.evaluate(f"choose({{kind: 'cell', cell: {number}}})")
    page.wait_for_timeout(200)
    assert "zurückgehalten (Geheimhaltung)" in page.locator("#panel-card").inner_text()


def test_offers_at_one_spot_share_a_card(opened):
    page = opened()
    click_at(page, "SPOTS[0].at")
    card = page.locator("#panel-card").inner_text()
    assert "2 Angebote an diesem Ort" in card
    assert HOSTILE["markup"] in card
    assert HOSTILE["jinja"] in card
    assert "Termine unbekannt" in card
    assert "Mo–Fr 09:00–12:00 (nicht in den Ferien)" in card
    assert "05.10.2026" in card
    links = page.locator("#panel-card a")
    assert [a.get_attribute("href") for a in links.all()] == ["https://example.org/kurs"]
    assert links.first.get_attribute("rel") == "noopener noreferrer"


@pytest.mark.parametrize(
    ("rhythm", "lang", "said"),
    [
        ("2w", "de", "Sa 10:00–11:00 (alle 2 Wochen, offen)"),
        ("m1,m3", "de", "Sa 10:00–11:00 (nur 1. und 3. im Monat, offen)"),
        ("m2,m-1", "en", "Sat 10:00–11:00 (only 2nd and last of the month, drop in)"),
    ],
)
def test_what_is_not_every_week_is_told(opened, rhythm, lang, said):
    page = opened()
    page.evaluate(f"setLanguage('{lang}')")
    offer = f"{{...DATA.offers[2], sessions: [[5, 600, 660, '{rhythm}', true, false]]}}"
    assert page.evaluate(f"timesText({offer})") == said


def test_times_that_nobody_could_evaluate_are_shown_as_written(opened):
    page = opened()
    offer = "{sessions: [], timed: false, written: 'montags abends', by_appointment: %s}"
    assert page.evaluate(f"timesText({offer % 'false'})") == "„montags abends“ (nicht ausgewertet)"
    assert page.evaluate(f"timesText({offer % 'true'})") == "nach Vereinbarung"


def test_a_search_finds_places_by_parts_of_words_and_without_umlauts(opened):
    page = opened()
    page.fill("#search", page.evaluate("DATA.places[0][0].slice(0, 3).toUpperCase()"))
    assert page.locator("#search-list li").count() > 0
    assert "Treffer" in page.locator("#search-status").inner_text()
    page.keyboard.press("ArrowDown")
    assert page.locator("#search").get_attribute("aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_timeout(900)
    assert page.locator("#search-list").is_hidden()
    near = "map_karte.getCenter().distanceTo(L.latLng(place(DATA.places[0][1], DATA.places[0][2])))"
    assert page.evaluate(near) < 3000
    assert (
        page.evaluate("folded('Über den Ärmelkanal nach Straße')")
        == "ueber den aermelkanal nach strasse"
    )


def test_filters_choose_list_and_symbols_but_not_the_numbers(opened):
    page = opened()
    page.locator("#tab-offers").click()
    before = page.locator("#classes").inner_text()
    found = page.locator("#offer-list > li").count()
    page.select_option("#filter-weekday", "6")
    assert page.locator("#offer-list > li").count() < found
    assert page.locator("#classes").inner_text() == before
    assert page.evaluate("shownSpots().length") == 0
    page.locator("#filter-reset").click()
    assert page.locator("#offer-list > li").count() == found
    page.select_option("#filter-from", "8")
    assert page.locator("#offer-list > li").count() == 1


def test_all_categories_can_be_listed_and_what_nobody_has_confirmed(browser, toy, tmp_path):
    offers = toy.published.offers.assign(stale=[False, False, True, False])
    path = write_pages(
        toy.published._replace(offers=offers), toy.settings, tmp_path, facts=FACTS, areas=[]
    )[0]
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready", state="attached")
    page.locator("#tab-offers").click()
    assert page.locator("#offer-list > li").count() == 2
    page.locator("label:has(#filter-everything)").click()
    assert page.locator("#offer-list > li").count() == 4
    assert page.locator("#layer-others").is_checked()
    page.locator("label:has(#filter-stale)").click()
    assert page.locator("#offer-list > li").count() == 1
    page.close()


# Ways of reading --------------------------------------------------------------------------------


def test_map_works_by_keyboard(opened):
    page = opened()
    page.locator("#map_karte").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(500)
    assert page.locator("#crosshair").is_visible()
    page.keyboard.press("Enter")
    page.wait_for_timeout(150)
    assert page.locator("#close").is_visible()
    page.locator("#map_karte").press("Escape")
    assert not page.locator("#close").is_visible()


def test_tabs_move_with_the_arrows(opened):
    page = opened()
    page.locator("#tab-gaps").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-offers").get_attribute("aria-selected") == "true"
    assert page.locator("#panel-offers").is_visible()
    page.keyboard.press("Home")
    assert page.locator("#panel-card").is_visible()


def test_first_tab_stops_skip_to_map_list_and_tables(opened):
    page = opened()
    targets = []
    for _ in range(3):
        page.keyboard.press("Tab")
        targets.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert targets == ["#map_karte", "#detail", "#areas"]


def test_choice_is_carried_from_page_to_page(opened):
    page = opened()
    page.select_option("#category", "1")
    choose_day(page, 1)
    page.select_option("#way", "out")
    page.locator("#pages a").first.click()
    page.wait_for_selector("html.ready", state="attached")
    assert page.locator("#category").input_value() == "1"
    assert page.locator("#day-1").is_checked()
    assert page.locator("#way").input_value() == "out"
    page.locator("#pages a", has_text="Ganzer Landkreis").click()
    page.wait_for_selector("html.ready", state="attached")
    assert page.url.split("#")[0].endswith("index.html")


def test_an_address_shows_the_same_view_again(opened):
    page = opened()
    page.select_option("#category", "1")
    page.locator("#limit").fill("30")
    page.locator("#limit").dispatch_event("change")
    page.evaluate("choose({kind: 'cell', cell: 7})")
    page.evaluate("drawn.fitted = false; map_karte.setZoom(11, {animate: false})")
    page.wait_for_timeout(300)
    address = page.url
    center = page.evaluate("map_karte.getCenter()")
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("html.ready", state="attached")
    assert page.evaluate("[state.category, state.limit, state.selected.cell]") == [1, 30, 7]
    assert page.evaluate("map_karte.getZoom()") == 11
    again = page.evaluate("map_karte.getCenter()")
    assert again["lat"] == pytest.approx(center["lat"], abs=1e-3)


def test_strange_address_falls_back_to_the_first_choice(opened):
    page = opened("index.html")
    strange = "?x#k=<img>&t=__proto__&m=constructor&v=x&l=7&x=t:zz&p=99/a/b&c=-1&s=xx"
    page.goto(page.url.split("#")[0] + strange)
    page.wait_for_selector("html.ready", state="attached")
    assert page.locator("#category").input_value() == "0"
    assert page.locator("#mode").input_value() == "transit"
    assert page.evaluate("[state.compare, state.selected, state.limit]") == [None, None, 45]


def test_english_is_a_switch_away_and_back(opened):
    page = opened()
    page.locator("#language").click()
    page.wait_for_timeout(200)
    assert page.locator("html").get_attribute("lang") == "en"
    assert "there and back" in page.locator("#headline").inner_text()
    assert page.locator("#legend-heading").inner_text() == "Legend"
    assert "s=en" in page.url
    page.locator("#language").click()
    page.wait_for_timeout(200)
    assert page.locator("#legend-heading").inner_text() == "Legende"


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_page_never_scrolls_sideways(opened, width):
    page = opened(width=width)
    page.locator(".gap").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#map_karte").bounding_box()["height"] >= 280


def test_on_a_phone_the_map_is_on_the_first_screen(opened):
    page = opened(width=390)
    assert page.locator("#map_karte").bounding_box()["y"] < 400


def test_every_layer_can_be_switched(opened):
    page = opened()
    page.locator("#layers summary").click()
    boxes = page.locator("#layers input:not(#layer-background)").all()
    for box in boxes:
        box.click()
        box.click()
    assert len(boxes) >= 6


def test_a_printed_page_says_what_it_shows(opened):
    page = opened()
    page.emulate_media(media="print")
    page.locator("#print-head p").first.wait_for()
    head = page.locator("#print-head").inner_text()
    assert "Sprachkurs" in head
    assert "Fahrplan vom 23.11.2026" in head
    assert page.locator("#north").is_visible()
    assert not page.locator("#controls").is_visible()
    page.emulate_media(media="screen")
    assert page.locator("#controls").is_visible()


def test_in_the_dark_the_paper_is_dark(browser, toy):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(toy.paths[0].as_uri())
    page.wait_for_selector("html.ready", state="attached")
    ink = page.evaluate("getComputedStyle(document.documentElement).color")
    assert min(int(n) for n in re.findall(r"\d+", ink)[:3]) > 200
    context.close()


def test_without_script_the_shares_are_readable(browser, toy):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(toy.paths[0].as_uri())
    text = plain(page.locator("noscript, body").first.inner_text())
    assert "Die Karte braucht JavaScript" in text
    assert "50 %" in text
    context.close()


def test_english_county_gets_an_english_page(browser, tmp_path):
    settings = make_settings(tmp_path, language="en")
    path = write_pages(make_published(), settings, tmp_path / "en", facts=FACTS)[0]
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready", state="attached")
    assert page.locator("html").get_attribute("lang") == "en"
    assert "residents (model)" in page.locator("#headline").inner_text()
    assert "Sample data" in page.locator(".banner").first.inner_text()
    page.close()


def test_cells_of_no_regular_grid_are_drawn_and_chosen_too(browser, tmp_path):
    published = make_published()
    cells = published.cells.copy()
    cells.geometry = [s.buffer(-10.0 * (i % 7)) for i, s in enumerate(cells.geometry)]
    settings = make_settings(tmp_path)
    path = write_pages(published._replace(cells=cells), settings, tmp_path / "odd", facts=FACTS)[0]
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready", state="attached")
    assert page.evaluate("DATA.grid") is None
    assert page.evaluate("drawn.cells.cellAt(drawn.cells.bounds(12).getCenter())") == 12
    rows = page.locator("#classes tr:not([data-key=withheld]) td").all_inner_texts()
    known = pd.to_numeric(published.cells["residents"]).sum()
    assert sum(shown_number(text) for text in rows) == int(known)
    page.close()
