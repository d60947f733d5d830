"""No rule of WCAG 2.1 AA that a machine can judge is broken, in whatever state a page is.

What axe leaves open (text on bars, text that is scrolled out of sight) is measured here.
"""

from __future__ import annotations

import pytest

axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python fehlt")

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
COUNTY, MUNICIPALITY = 0, 1
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}
# One after the other; each starts from where the one before has ended.
STATES = {
    "start": "0",
    "selection": "byId('tab-card').click()",
    "offers": "byId('tab-offers').click()",
    "cell": "choose({kind: 'cell', cell: 12})",
    "gap": "shownGaps().length && choose({kind: 'gap', gap: shownGaps()[0]})",
    "gaps": "byId('tab-gaps').click()",
    "spot": "choose({kind: 'spot', spots: SPOTS.slice(0, 1)})",
    "other spot": "choose({kind: 'spot', spots: SPOTS.slice(1)})",
    "layers": "byId('layers').open = true",
    "why": "change({view: 'why'})",
    "lost": "change({day: 1, view: 'lost'})",
    "quality": "change({view: 'quality'})",
    "supply": "change({view: 'supply'})",
    "compared": "change({view: 'time', compare: {category: 1}})",
    "search": "byId('search').focus(), byId('search').value = 'e',"
    " byId('search').dispatchEvent(new Event('input')),"
    " byId('search').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown'}))",
    "search left": "byId('search').blur()",
    "English": "byId('language').click()",
}
# Every text against the colours behind it: 4.5 to 1, or 3 to 1 where it is large (1.4.3).
PALE = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (a, b) => {
    const [one, other] = [light(a), light(b)];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  };
  const grounds = (element) => {
    const found = [];
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const bar = style.backgroundImage.match(/rgba?\\([^)]*\\)/);
      if (bar) found.push(channels(bar[0]));
      const own = channels(style.backgroundColor);
      if (own.length < 4 || own[3] === 1) return [...found, own];
    }
    return [...found, [255, 255, 255]];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true})
      || element.closest("script, noscript, option")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    const worst = Math.min(...grounds(element).map((ground) => contrast(channels(style.color), ground)));
    if (worst < least) found.push(`${worst.toFixed(2)} ${element.tagName}.${element.className} ${texts.currentNode.data}`);
  }
  return found;
}"""  # noqa: E501 - JavaScript
# Edges of controls, and the mark of the focus, against what is around them: 3 to 1 (1.4.11).
EDGES = """() => {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["field", "focus", "accent", "gap", "paper", "ground", "band"]
    .map((name) => [name, style.getPropertyValue(`--${name}`)]));
}"""


@pytest.fixture(scope="module")
def opened(browser, toy):
    """Open a page of the toy county, by its number, in a look."""
    contexts = []

    def open_page(number, look):
        context = browser.new_context(**LOOKS[look], reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.goto(toy.paths[number].as_uri())
        page.wait_for_selector("html.ready", state="attached")
        page.evaluate(axe.AXE_SCRIPT + "; 0")
        return page

    yield open_page
    for context in contexts:
        context.close()


def told(result):
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def assert_sound(page, states):
    for state in states:
        page.evaluate(f"async () => {{ await ({STATES[state]}); }}")
        page.wait_for_timeout(60)
        result = page.evaluate("(options) => axe.run(document, options)", OPTIONS)
        assert told(result) == [], state
        assert page.evaluate(PALE) == [], state


def test_no_rule_is_broken_in_any_state(opened):
    assert_sound(opened(COUNTY, "light"), STATES)


@pytest.mark.parametrize("number", [COUNTY, MUNICIPALITY])
@pytest.mark.parametrize("look", [look for look in LOOKS if look != "light"])
def test_no_rule_is_broken_in_any_look(opened, number, look):
    assert_sound(opened(number, look), ["start", "cell", "compared"])


def test_a_rule_that_is_broken_is_found(opened):
    page = opened(COUNTY, "light")
    page.evaluate("byId('print').textContent = ''")
    page.evaluate("byId('headline').style.color = '#aaa'")
    result = page.evaluate("(options) => axe.run(document, options)", OPTIONS)
    assert "button-name" in {rule["id"] for rule in result["violations"]}
    assert page.evaluate(PALE) != []


def contrast(one, other):
    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_edges_of_controls_and_the_focus_stand_out(opened, look):
    colours = opened(COUNTY, look).evaluate(EDGES)
    for edge in ("field", "focus", "accent", "gap"):
        for ground in ("paper", "ground", "band"):
            assert contrast(colours[edge], colours[ground]) >= 3, (edge, ground)
