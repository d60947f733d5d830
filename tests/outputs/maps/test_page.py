from __future__ import annotations

import json
import re
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from branca import element
from conftest import COUNTY, FACTS, HOSTILE, make_published, make_settings

from geo_integration.errors import OutputError
from geo_integration.frames import REASONS
from geo_integration.outputs.labels import label, number, percent, words
from geo_integration.outputs.maps import assets, build_payload, page_names, render_page, write_pages
from geo_integration.outputs.maps.offers import offer_entries, session_texts
from geo_integration.outputs.maps.page import data_block

OWN_SCRIPTS = [resources.files(assets.__package__) / "js" / name for name in assets.SCRIPTS]


def payload_of(published, settings, area_id=None):
    names = page_names(published.areas)
    return build_payload(published, settings, area_id=area_id, facts=FACTS, pages=names)


def shown_number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


# What stands in the file


def test_two_builds_are_equal_byte_by_byte(tmp_path):
    built = []
    for name in ("one", "two"):
        settings = make_settings(tmp_path)
        paths = write_pages(make_published(), settings, tmp_path / name, facts=FACTS)
        built.append([(path.name, path.read_bytes()) for path in paths])
    assert built[0] == built[1]


def test_no_value_of_the_data_reaches_a_template(published, settings, monkeypatch):
    seen = []

    class Recorder(element.Template):
        def __new__(cls, source, *args, **kwargs):
            seen.append(source)
            return super().__new__(cls, source, *args, **kwargs)

        def render(self, *args, **kwargs):
            seen.extend(str(value) for value in kwargs.get("kwargs", {}).values())
            return super().render(*args, **kwargs)

    monkeypatch.setattr(element, "Template", Recorder)
    html = render_page(payload_of(published, settings))
    assert seen, "branca makes no templates of its own any more: look again where data could go"
    told = "\n".join(seen)
    for text in (*HOSTILE.values(), "Sprachkurs", "Muster", "ab12cd34"):
        assert text not in told
    assert "{{7*7}} {% raw %} {# weg #}" in html


def test_data_block_cannot_be_left(published, settings):
    block = data_block(payload_of(published, settings))
    inner = block.removeprefix('<script type="application/json" id="data">')
    inner = inner.removesuffix("</script>")
    assert not set(inner) & set("<>&\u2028\u2029")
    assert json.loads(inner)["offers"][0]["name"] == HOSTILE["markup"]


def test_outside_the_data_block_names_are_escaped(published, settings):
    payload = payload_of(published, settings, "03455020")
    html = render_page(payload).replace(data_block(payload), "")
    assert HOSTILE["script"] not in html
    assert "&lt;/script&gt;&lt;script&gt;window.__xss=1" in html
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)


def test_policy_allows_this_page_only(published, settings):
    html = render_page(payload_of(published, settings))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert len(re.findall("'sha256-[^']+'", policy)) == 4
    assert html.index("charset") < html.index("Content-Security-Policy") < html.index("<title>")


def test_file_refers_to_no_other_address(published, settings):
    html = render_page(payload_of(published, settings))
    assert not re.search(r"<(script|link|img|iframe)[^>]*\s(src|href)=", html)
    assert set(re.findall(r"url\((?!data:)([^)]*)\)", html)) <= {"#default#VML", '"+t+"', "'+t+'"}
    assert "BSD 2-Clause License" in html
    assert "sourceMappingURL" not in html


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda path: path.name)
def test_own_script_never_makes_markup_of_text(script):
    code = script.read_text(encoding="utf-8")
    banned = "innerHTML|outerHTML|insertAdjacentHTML|document.write|eval\\(|new Function"
    banned += "|bindPopup|bindTooltip|divIcon|setAttribute\\(.on|https?://\\w"
    assert re.findall(banned, code) == []
    assert len(code.splitlines()) < 400


def test_words_that_the_script_asks_for_exist():
    known = words("de")
    code = "\n".join(path.read_text(encoding="utf-8") for path in OWN_SCRIPTS)
    asked = re.findall(r'say\("([a-z_.]+)"', code)
    assert asked
    assert sorted(set(asked) - set(known)) == []
    for reason in REASONS:
        assert {f"reason.{reason}", f"why.{reason}"} <= set(known)


def test_wrong_leaflet_is_refused(monkeypatch):
    monkeypatch.setitem(assets.LEAFLET_SHA256, "leaflet.js", "0" * 64)
    assets.leaflet_script.cache_clear()
    with pytest.raises(OutputError, match="nicht die erwartete Fassung"):
        assets.leaflet_script()


def test_missing_leaflet_is_an_error_with_a_way_out(monkeypatch):
    monkeypatch.setattr(assets, "LEAFLET_PACKAGE", "xstatic.pkg.nowhere")
    assets.leaflet_style.cache_clear()
    with pytest.raises(OutputError, match="pip install XStatic-Leaflet"):
        assets.leaflet_style()


# The payload


def test_payload_holds_withheld_numbers_as_missing(published, settings):
    payload = payload_of(published, settings)
    assert payload["cells"]["residents"][3] is None
    column = payload["table"]["by"]["course saturday"]
    assert payload["pool"][column["covered"]] == "500,300,"
    assert payload["pool"][column["share"]] == "10000,10000,"


def test_minutes_are_rounded_up(published, settings):
    payload = payload_of(published, settings)
    part = payload["coverage"]["by"]["course school_day"]
    assert payload["pool"][part["out_min"]].startswith("11,13,15,")
    assert payload["pool"][part["out_min"]].endswith(",")


def test_internal_columns_of_offers_stay_inside(published, settings):
    assert "Frau Geheim" not in json.dumps(payload_of(published, settings))


def test_municipal_payload_holds_its_own_cells_only(published, settings):
    payload = payload_of(published, settings, "03455007")
    assert len(payload["cells"]["residents"]) == 15
    assert [gap["rank"] for gap in payload["gaps"]] == [2]
    assert payload["table"]["rows"] == [COUNTY, "03455007"]


def test_unknown_municipality_is_refused(published, settings, tmp_path):
    with pytest.raises(OutputError, match="03455007"):
        build_payload(published, settings, area_id="99", facts=FACTS)
    with pytest.raises(OutputError, match="Unbekannte Gemeinde 99"):
        write_pages(published, settings, tmp_path, facts=FACTS, areas=["99"])


def test_same_times_on_several_weekdays_are_one_text(published):
    times = session_texts(published.sessions, "de")
    assert times["o1"] == ["Mo–Fr 09:00–12:00 (nicht in den Ferien)"]
    assert times["o3"] == ["Sa 10:00–11:00 (offen)"]


@pytest.mark.parametrize(
    ("rhythm", "lang", "said"),
    [
        ("2w", "de", "Sa 10:00–11:00 (alle 2 Wochen, offen)"),
        ("m1,m3", "de", "Sa 10:00–11:00 (nur 1. und 3. im Monat, offen)"),
        ("m2,m-1", "en", "Sat 10:00–11:00 (only 2nd and last of the month, drop in)"),
    ],
)
def test_what_is_not_every_week_is_told(published, rhythm, lang, said):
    own = published.sessions["offer_id"] == "o3"
    sessions = published.sessions.assign(rhythm=np.where(own, rhythm, None))
    assert session_texts(sessions, lang)["o3"] == [said]


def test_times_that_nobody_could_evaluate_are_shown_as_written(published, settings):
    offers = published.offers.assign(timed=False, by_appointment=[True, False, False, False])
    offers["times"] = ["nach Vereinbarung", "montags abends", None, None]
    shown = published._replace(offers=offers, sessions=published.sessions.iloc[:0])
    times = [entry["times"] for entry in offer_entries(shown, settings, [])]
    assert times == [["nach Vereinbarung"], ["„montags abends“ (nicht ausgewertet)"], [], []]


# Files


@pytest.mark.parametrize("name", [*HOSTILE.values(), "", "CON", "../../etc", "Ä Ö/Ü\\ß:*?"])
def test_file_names_are_harmless_whatever_the_name(name):
    areas = pd.DataFrame({"area_id": ["03455007", "A/1"], "name": [name, name]})
    names = list(page_names(areas).values())
    assert len(set(names)) == 2
    for file in names:
        assert re.fullmatch(r"[a-z0-9-]{1,125}\.html", file)


def test_names_that_would_be_one_file_are_kept_apart():
    areas = pd.DataFrame({"area_id": ["1", "1/", "1."], "name": ["A", "a", "A!"]})
    assert sorted(page_names(areas).values()) == ["1-a--2.html", "1-a--3.html", "1-a.html"]


def test_nothing_half_written_is_left_behind(toy):
    assert sorted(path.name for path in toy.folder.iterdir()) == sorted(p.name for p in toy.paths)


def test_unwritable_file_is_an_output_error(published, settings, tmp_path):
    (tmp_path / "index.html").mkdir()
    with pytest.raises(OutputError, match="kann nicht geschrieben werden"):
        write_pages(published, settings, tmp_path, facts=FACTS)


def test_only_chosen_municipalities_are_written_and_linked(published, settings, tmp_path):
    told = []
    paths = write_pages(
        published,
        settings,
        tmp_path / "out",
        facts=FACTS,
        areas=["03455007"],
        progress=lambda done, total: told.append((done, total)),
    )
    assert [path.name[:8] for path in paths] == ["index.ht", "03455007"]
    assert told == [(1, 2), (2, 2)]
    assert "03455020-" not in paths[0].read_text(encoding="utf-8")


def test_run_for_some_municipalities_is_not_called_the_county(published, settings):
    some = published.area_coverage["area_id"] != "03455020"
    limited = published._replace(area_coverage=published.area_coverage[some])
    payload = payload_of(limited, settings)
    assert payload["title"].startswith(HOSTILE["area"] + ": ")
    assert payload["selection"]
    assert payload["table"]["rows"] == [COUNTY, "03455007"]


def test_numbers_follow_the_language():
    assert number(1234.5, "de", digits=1) == "1.234,5"
    assert number(1234.5, "en", digits=1) == "1,234.5"
    assert percent(0.45, "de") == "45\N{NO-BREAK SPACE}%"
    assert [percent(share, "en") for share in (0, 0.001, 0.994, 0.999, 1)] == [
        "0%",
        "<\N{NO-BREAK SPACE}1%",
        "99%",
        ">\N{NO-BREAK SPACE}99%",
        "100%",
    ]
    with pytest.raises(OutputError, match="fehlt"):
        label("no.such", "de")


# In the browser


def test_pages_open_without_network_errors_or_dialogs(opened, toy):
    for path in toy.paths:
        page = opened(path.name)
        assert page.title().endswith("Wer erreicht welche Integrationsangebote?")
        assert page.evaluate("window.__xss") is None
        assert page.locator("html").get_attribute("lang") == "de"
        assert page.locator(".banner").first.is_visible()


def test_hostile_names_are_shown_literally(opened):
    page = opened()
    assert page.locator("#area-table tbody th").all_inner_texts()[1:] == [
        HOSTILE["script"],
        HOSTILE["area"],
    ]
    assert HOSTILE["markup"] in page.locator("#gap-list").inner_text()
    assert HOSTILE["jinja"] in page.locator("#offer-table").inner_text()
    assert HOSTILE["script"] in page.locator("#uncounted-table").inner_text()
    assert HOSTILE["jinja"] in page.locator("#source-table").inner_text()
    assert page.locator("#frame img, #tables img, #detail script").count() == 0


@pytest.mark.parametrize("category", [0, 1])
@pytest.mark.parametrize("day", [0, 1])
def test_legend_counts_equal_the_frames(opened, toy, category, day):
    page = opened()
    page.select_option("#category", str(category))
    page.locator(f"label[for=day-{day}]").click()
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


def test_minutes_are_classed_by_the_bands(opened, toy):
    page = opened()
    page.locator("label[for=mode-1]").click()
    table = toy.published.coverage.table().merge(toy.published.cells[["cell_id", "residents"]])
    table = table[(table["category"] == "course") & (table["day_type"] == "school_day")]
    within = table.loc[table["out_min"] <= 15, "residents"].sum()
    first = page.locator("#classes tr").first
    assert first.locator("th").inner_text() == "bis 15 min"
    assert shown_number(first.locator("td").inner_text()) == within
    assert page.locator("#classes tr[data-key=none]").count() == 1


def test_municipal_table_shows_the_frame_and_withheld_as_a_dot(opened):
    page = opened()
    row = page.locator("tr[data-area='03455020']")
    texts = [text.replace("\u00a0", " ") for text in row.locator("td").all_inner_texts()]
    assert texts == ["2.000", "1.000", "50 %", "7", ".", ".", "."]
    total = page.locator("tr[data-area='03455'] td").all_inner_texts()
    assert [text.replace("\u00a0", " ") for text in total[:4]] == ["5.000", "2.500", "50 %", "7"]
    headline = page.locator("#headline").inner_text().replace("\u00a0", " ")
    assert "50 % der 5.000 Einwohner (Modell)" in headline
    assert "30 min: 1.200 · 45 min: ." in headline


def test_table_is_sorted_by_its_headings(opened):
    page = opened()
    ids = "[...document.querySelectorAll('#area-table tbody tr')].map(r => r.dataset.area)"
    head = page.locator("#area-table th button").nth(1)
    head.click()
    assert page.evaluate(ids) == ["03455", "03455007", "03455020"]
    page.keyboard.press("Enter")
    assert page.evaluate(ids) == ["03455", "03455020", "03455007"]
    assert page.locator("#area-table [aria-sort=ascending]").count() == 1


def test_choosing_a_gap_flies_there_and_tells_why(opened):
    page = opened()
    before = page.evaluate("map_karte.getBounds().toBBoxString()")
    page.locator(".gap").nth(1).click()
    page.wait_for_timeout(900)
    assert page.evaluate("map_karte.getBounds().toBBoxString()") != before
    inside = "map_karte.getBounds().contains(L.latLngBounds(GAPS[1].rings.flat()))"
    assert page.evaluate(inside)
    assert page.locator(".gap[aria-pressed=true]").count() == 1
    card = page.locator("#card").inner_text()
    assert "Rang 2" in card
    assert "240 Einwohner (Modell)" in card
    assert "Keine Haltestelle in 20 Gehminuten" in card


def click_at(page, latlng):
    at = page.evaluate(f"(() => {{ const p = map_karte.latLngToContainerPoint({latlng});"
                       " const b = map_karte.getContainer().getBoundingClientRect();"
                       " return [p.x + b.x, p.y + b.y]; })()")  # fmt: skip
    page.mouse.click(*at)
    page.wait_for_timeout(100)


def test_clicking_a_cell_tells_minutes_line_and_reason(opened):
    page = opened()
    page.locator("#layer-gaps").uncheck()
    click_at(page, "CELLS[24].bounds.getCenter()")
    card = page.locator("#card").inner_text()
    assert "340 Einwohner (Modell)" in card
    assert "Keine Haltestelle in 20 Gehminuten" in card
    assert "Es gibt einen Weg, aber er dauert länger als 60 Minuten." in card
    assert "hin 68 min (Linie Linie <212>) · zurück 71 min" in card.replace("\u00a0", " ")


def test_withheld_residents_are_said_to_be_withheld(opened):
    page = opened()
    click_at(page, "CELLS[3].bounds.getCenter()")
    assert "zurückgehalten (Geheimhaltung)" in page.locator("#card").inner_text()


def test_offers_at_one_spot_share_a_card(opened):
    page = opened()
    click_at(page, "SPOTS[0].at")
    card = page.locator("#card").inner_text()
    assert "2 Angebote an diesem Ort" in card
    assert HOSTILE["markup"] in card
    assert HOSTILE["jinja"] in card
    assert "Termine unbekannt" in card
    assert "05.10.2026" in card
    links = page.locator("#card a")
    assert [a.get_attribute("href") for a in links.all()] == ["https://example.org/kurs"]
    assert links.first.get_attribute("rel") == "noopener noreferrer"


def test_map_works_by_keyboard(opened):
    page = opened()
    page.locator("#map_karte").focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(500)
    assert page.locator("#crosshair").is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#close").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#close").is_visible()


def test_first_tab_stops_skip_to_map_gaps_and_tables(opened):
    page = opened()
    targets = []
    for _ in range(3):
        page.keyboard.press("Tab")
        targets.append(page.evaluate("document.activeElement.getAttribute('href')"))
    assert targets == ["#map_karte", "#gaps", "#areas"]


def test_choice_is_carried_from_page_to_page(opened):
    page = opened()
    page.select_option("#category", "1")
    page.locator("label[for=day-1]").click()
    page.locator("#pages a").first.click()
    page.wait_for_selector("html.ready", state="attached")
    assert page.locator("#category").input_value() == "1"
    assert page.locator("#day-1").is_checked()
    page.locator("#pages a", has_text="Ganzer Landkreis").click()
    page.wait_for_selector("html.ready", state="attached")
    assert page.url.split("#")[0].endswith("index.html")


def test_strange_address_falls_back_to_the_first_choice(opened):
    page = opened("index.html")
    page.goto(page.url.split("#")[0] + "?x#k=<img>&t=__proto__&m=constructor")
    page.wait_for_selector("html.ready", state="attached")
    assert page.locator("#category").input_value() == "0"
    assert page.locator("#mode-0").is_checked()


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1440])
def test_page_never_scrolls_sideways(opened, width):
    page = opened(width=width)
    page.locator(".gap").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#map_karte").bounding_box()["height"] >= 300


def test_every_layer_can_be_switched(opened):
    page = opened()
    for box in page.locator("#layers input").all():
        box.click()
        box.click()
    assert page.locator("#layers input").count() == 6


def test_without_script_the_shares_are_readable(browser, toy):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(toy.paths[0].as_uri())
    text = page.locator("noscript, body").first.inner_text().replace("\u00a0", " ")
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
    assert "5,000 residents (model)" in page.locator("#headline").inner_text()
    assert "Sample data" in page.locator(".banner").first.inner_text()
    page.close()
