"""The map on the net: nothing is asked of anybody before a reader switches it on."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from conftest import FACTS, make_published, make_settings

from geo_integration.outputs.maps import write_pages
from geo_integration.profile import Maps

HOST = "sgx.geodatenzentrum.de"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def net(browser, toy):
    """Open a page with a net behind it, and note what is asked of it.

    `works`: whether the servers answer; "slow": they never do. `asked` has what the page wants,
    `sent` what its policy lets out.
    """
    pages = []

    def open_page(name="index.html", *, folder=None, works=True):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.set_default_timeout(5000)
        made = SimpleNamespace(page=page, asked=[], sent=[], works=works, errors=[])

        def answer(route):
            _note(route.request.url, made.sent)
            if route.request.url.startswith("file:"):
                route.continue_()
            elif made.works is True:
                route.fulfill(body=PICTURE, content_type="image/png")
            elif made.works is False:
                route.abort()

        context.route("**/*", answer)
        page.on("request", lambda sent: _note(sent.url, made.asked))
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.goto(((folder or toy.folder) / name).as_uri())
        page.wait_for_selector("html.ready", state="attached")
        pages.append((context, made))
        return made

    yield open_page
    for context, made in pages:
        context.close()
        assert made.errors == []


def _note(url, asked):
    if not url.startswith(("file:", "data:", "blob:")):
        asked.append(url)


def switch(page):
    if not page.locator("#layers").evaluate("(layers) => layers.open"):
        page.locator("#layers summary").click()
    page.locator("#layer-background").click()
    page.wait_for_timeout(250)


def use(page):
    """Do what readers do: move, choose, search, change the language."""
    page.evaluate("map_karte.setView(drawn.whole.getCenter(), 12, {animate: false})")
    page.fill("#search", "a")
    page.locator("#search").press("Escape")
    page.select_option("#category", "1")
    page.locator("#language").click()
    page.locator("#language").click()
    page.wait_for_timeout(150)


def test_nothing_is_asked_before_the_box_is_ticked(net, toy):
    for path in toy.paths:
        made = net(path.name)
        use(made.page)
        made.page.locator("#layers summary").click()
        made.page.locator("#layer-background").focus()
        made.page.locator("#layer-background").hover()
        made.page.wait_for_timeout(200)
        assert made.asked == []
        assert not made.page.locator("#layer-background").is_checked()


def test_the_box_says_whose_server_sees_the_ip_address(net):
    page = net().page
    page.locator("#layers summary").click()
    box = page.locator("#layer-background")
    note = page.locator(f"#{box.get_attribute('aria-describedby')}")
    assert note.is_visible()
    assert HOST in note.inner_text()
    assert "IP-Adresse" in note.inner_text()


def test_after_it_only_that_host_is_asked_for_pictures(net):
    made = net()
    switch(made.page)
    use(made.page)
    assert len(made.asked) > 3
    assert {urlsplit(url).hostname for url in made.asked} == {HOST}
    assert all(url.startswith("https://") and url.endswith(".png") for url in made.asked)
    assert made.page.locator("#layer-background").is_checked()


def test_switched_off_again_nothing_more_is_asked(net):
    made = net()
    switch(made.page)
    switch(made.page)
    before = len(made.asked)
    use(made.page)
    assert len(made.asked) == before > 0
    assert made.page.locator(".leaflet-background-pane img").count() == 0


def test_the_choice_is_kept_nowhere(net):
    made = net()
    switch(made.page)
    kept = "localStorage.length + sessionStorage.length + document.cookie.length"
    assert made.page.evaluate(kept) == 0
    assert "background" not in made.page.url
    link = made.page.locator("#pages a.page").first.get_attribute("href")
    asked = len(made.asked)
    made.page.reload()
    made.page.wait_for_selector("html.ready", state="attached")
    use(made.page)
    assert len(made.asked) == asked
    assert "sgx" not in link


def test_the_map_is_seen_through_the_cells(net):
    page = net().page
    shown = (
        "['land', 'cells'].map((pane) => { const {display, opacity} ="
        " getComputedStyle(map_karte.getPane(pane)); return [display, Number(opacity)]; })"
    )
    before = page.evaluate(shown)
    switch(page)
    (land, _), (_, cells) = page.evaluate(shown)
    assert land == "none"
    assert 0.4 < cells < 0.9
    order = "['land', 'background', 'cells'].map((p) => +map_karte.getPane(p).style.zIndex)"
    levels = page.evaluate(order)
    assert levels == sorted(levels)
    switch(page)
    assert page.evaluate(shown) == before


def test_who_made_the_map_is_named_while_it_is_there(net):
    page = net().page
    assert page.locator("#background-credit").is_hidden()
    switch(page)
    credit = page.locator("#background-credit").inner_text()
    assert "basemap.de / BKG 20" in credit
    page.locator("#language").click()
    assert page.locator("#layer-background").is_checked()
    switch(page)
    assert page.locator("#background-credit").is_hidden()


def test_a_map_that_cannot_be_loaded_says_so_and_is_taken_off(net):
    made = net(works=False)
    switch(made.page)
    made.page.wait_for_timeout(300)
    assert "lässt sich nicht laden" in made.page.locator("#background-said").inner_text()
    assert not made.page.locator("#layer-background").is_checked()
    before = len(made.asked)
    use(made.page)
    assert len(made.asked) == before
    made.works = True
    switch(made.page)
    assert made.page.locator("#layer-background").is_checked()
    assert made.page.locator("#background-said").inner_text() == ""


def test_a_server_that_never_answers_is_given_up(net):
    made = net(works="slow")
    made.page.clock.install()
    switch(made.page)
    assert made.page.locator("#layer-background").is_checked()
    made.page.clock.fast_forward(16_000)
    assert not made.page.locator("#layer-background").is_checked()
    assert "lässt sich nicht laden" in made.page.locator("#background-said").inner_text()


def test_a_few_missing_pictures_do_no_harm(net):
    made = net()
    switch(made.page)
    made.page.evaluate("background.layer.fire('tileerror')")
    assert made.page.locator("#layer-background").is_checked()


def test_the_policy_of_the_page_stops_any_other_server(net):
    made = net()
    other = "(host) => new Promise((done) => { const picture = new Image();"
    other += " picture.onload = () => done('loaded'); picture.onerror = () => done('stopped');"
    other += " picture.src = `https://${host}/a.png`; })"
    assert made.page.evaluate(other, "example.org") == "stopped"
    assert made.page.evaluate(other, HOST) == "loaded"
    assert {urlsplit(url).hostname for url in made.sent} == {HOST}


def test_a_county_without_it_has_no_box(net, tmp_path):
    settings = make_settings(tmp_path).model_copy(update={"maps": Maps(online_background=False)})
    write_pages(make_published(), settings, tmp_path, facts=FACTS, areas=["03455007"])
    page = net(folder=tmp_path).page
    page.locator("#layers summary").click()
    assert page.locator("#layer-background").count() == 0
    assert HOST not in (tmp_path / "index.html").read_text(encoding="utf-8")
