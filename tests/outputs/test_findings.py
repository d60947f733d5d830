from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.frames import REASONS
from geo_integration.outputs.findings import _values, findings_page
from geo_integration.outputs.labels import label
from geo_integration.outputs.sentences import Context, gap_sentences
from geo_integration.settings import read_settings

FACTS = {
    "method_version": "1",
    "made_from": "abcdef123456",
    "walking": {"de": "Luftlinie mal 1,3", "en": "straight line"},
    "selected": [],
    "guards": {"de": ["alles gut"], "en": ["fine"]},
    "need_sources": {},
    "internal": False,
}
HOSTILE = [
    "<img src=x onerror=alert(1)>", "</style><script>alert(2)</script>", "{{7*7}} {% raw %}",
    "`${alert(3)}`", "\u202egnp.exe", "a & b", "{name} {0}",
]  # fmt: skip


class Reader(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.links = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("href", "src")]
        assert not [k for k, _ in attrs if k.startswith("on")]

    def handle_data(self, data):
        if self.tags and self.tags[-1] != "style":
            self.texts.append(data)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("findings") / "toy")
    settings = read_settings(folder)
    return settings, pipeline.run(settings, folder / "out").published


@pytest.fixture
def page(run):
    """The page; changes go to the settings' county, the facts, or the frames."""
    settings, published = run

    def write(*, language="de", facts=None, frames=None, **county):
        own = settings.county.model_copy(update={"language": language, **county})
        return findings_page(
            published._replace(**(frames or {})),
            settings.model_copy(update={"county": own}),
            facts=FACTS | (facts or {}),
        )

    return write


def test_the_page_needs_no_script_and_loads_nothing(page):
    html = page()
    read = Reader(html)
    assert "script" not in read.tags
    assert read.links == ["index.html"]
    assert "default-src 'none'" in html
    assert not re.search(r"url\(|@import", html)


def test_two_pages_of_the_same_run_are_equal(page):
    assert page() == page()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_the_county_s_language_and_leaves_no_blank(page, language):
    html = page(language=language)
    assert f'<html lang="{language}">' in html
    text = " ".join(Reader(html).texts)
    assert label("findings.short", language) in text
    assert not re.search(r"\{[a-z_]+\}|findings\.|column\.|NaN|nan\b|<NA>|None", text)


def test_shares_are_those_of_the_frame(run, page):
    _, published = run
    table = published.area_coverage
    own = table[(table["area_id"] == "03999") & (table["category"] == "sprachkurs")]
    texts = Reader(page()).texts
    first = texts.index("Sprachkurs")
    shown = texts[first + 1 : first + 1 + len(own)]
    assert [t.replace("\u00a0", " ") for t in shown] == [
        f"{share:.0%}".replace("%", " %") for share in own["share_covered"]
    ]


def test_withheld_numbers_are_a_point(run, page):
    _, published = run
    hidden = published.area_coverage.assign(share_covered=float("nan"))
    texts = Reader(page(frames={"area_coverage": hidden})).texts
    first = texts.index("Sprachkurs")
    assert texts[first + 1] == "."


@pytest.mark.parametrize("text", HOSTILE)
def test_names_of_the_data_never_become_markup(run, page, text):
    _, published = run
    gaps = published.gaps.assign(name=text)
    offers = published.offers.assign(name=text)
    html = page(frames={"gaps": gaps, "offers": offers}, status_note=text)
    read = Reader(html)
    assert not {"script", "img"} & set(read.tags)
    shown = text.replace("\u202e", "")
    assert any(shown in part for part in read.texts)


def test_characters_that_html_cannot_hold_are_left_out(page):
    html = page(status_note="a\x00b\x0bc\ud800d\ufffee")
    assert "ab" in html
    html.encode("utf-8")
    assert "\x00" not in html


def test_sample_data_are_warned_of(page):
    assert "Beispieldaten – nicht für Entscheidungen." in page(data_status="sample")
    assert "Beispieldaten – nicht" not in page(data_status="real", status_note="")


# Sentences --------------------------------------------------------------------------------------


def sentence(run, **values):
    settings, published = run
    row = published.gaps.iloc[:1].assign(
        name="Minsen (Wangerland)", residents=1240, need=pd.NA, minutes=71.0,
        offer_id=published.offers["offer_id"].iloc[0], session=0, category="sprachkurs",
    ).assign(**values)  # fmt: skip
    context = Context(published, settings, "de", FACTS)
    return gap_sentences(context, row)[0]


@pytest.mark.parametrize("reason", REASONS[:-1])
def test_every_reason_makes_a_whole_sentence(run, reason):
    said = sentence(run, reason=reason)
    assert said.startswith("Minsen (Wangerland): 1.240 Einwohner; ")
    assert said.endswith(".")
    assert not re.search(r"[{}]|nan|None", said)


def test_a_sentence_names_offer_minutes_and_hours(run):
    assert "„Sprachkurs am Markt“, im Mittel 71 Minuten auf dem längeren Weg" in sentence(
        run, reason="over_limit"
    )
    assert "„Sprachkurs am Markt“ nach 19:30 Uhr keine Rückfahrt" in sentence(
        run, reason="no_way_home"
    )


@pytest.mark.parametrize("reason", ["not_in_time", "no_way_home"])
def test_of_an_offer_without_times_no_hour_is_told(run, reason):
    said = sentence(run, reason=reason, session=-1)
    assert "(Zeiten nicht bekannt)" in said
    assert "Uhr" not in said


def test_of_an_offer_that_is_open_the_hours_are_told(run):
    at = int(np.flatnonzero(run[1].sessions["drop_in"])[0])
    opening = "(09:00 bis 12:00 Uhr)"
    assert opening in sentence(run, reason="not_in_time", session=at)
    assert f"nach einem Besuch bei „Sprachkurs am Markt“ {opening} keine Rückfahrt" in sentence(
        run, reason="no_way_home", session=at
    )


def test_a_target_that_is_nearly_met_is_not_written_like_its_value(run):
    settings, published = run
    context = Context(published, settings, "de", FACTS)
    row = {"value": 43 / 48, "target": 0.9, "status": "missed"}
    assert _values(context, "confirmed", row) == ["89,6\xa0%", "90,0\xa0%"]
    assert _values(context, "confirmed", row | {"value": 0.7}) == ["70\xa0%", "90\xa0%"]
    assert _values(context, "reach", row | {"value": 0.9, "status": "met"}) == ["90\xa0%"] * 2
