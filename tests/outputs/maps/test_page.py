from __future__ import annotations

import json
import math
import re
from collections import Counter
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from branca import element
from conftest import COUNTY, FACTS, HOSTILE, make_published, make_settings
from xyzservices import providers

from geo_integration.errors import OutputError
from geo_integration.frames import REASONS
from geo_integration.inputs import inspection
from geo_integration.outputs.labels import label, number, percent, words
from geo_integration.outputs.maps import assets, build_page, page_names, render_page, write_pages
from geo_integration.outputs.maps.blocks import unpack
from geo_integration.outputs.maps.offers import offer_entries, sessions_of
from geo_integration.outputs.maps.page import data_block
from geo_integration.outputs.maps.questions import in_order
from geo_integration.profile import Maps

SVG = '"http://www.w3.org/2000/svg"'  # a name, never an address to ask
OWN_SCRIPTS = [resources.files(assets.__package__) / "js" / name for name in assets.SCRIPTS]


def page_of(published, settings, area_id=None):
    names = page_names(published.areas)
    return build_page(published, settings, area_id=area_id, facts=FACTS, pages=names)


def block_of(page, name):
    return unpack(page.blocks[name], page.data["blocks"][name])


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


def test_pages_are_ascii_whatever_the_names_are(published, settings):
    html = render_page(page_of(published, settings))
    assert html.isascii()
    assert "\\u00fc" in html  # in the data
    assert "&#252;" in html  # in the text


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_layer_with_a_source_has_a_name_in_words(language):
    layers = set(inspection.NAMES) - {"register"}
    assert [layer for layer in layers if f"source.{layer}" not in words(language)] == []


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
    html = render_page(page_of(published, settings))
    assert seen, "branca makes no templates of its own any more: look again where data could go"
    told = "\n".join(seen)
    for text in (*HOSTILE.values(), "Sprachkurs", "Muster", "ab12cd34"):
        assert text not in told
    assert "{{7*7}} {% raw %} {# weg #}" in html


def test_data_block_cannot_be_left(published, settings):
    block = data_block(page_of(published, settings).data)
    inner = block.removeprefix('<script type="application/json" id="data">')
    inner = inner.removesuffix("</script>")
    assert not set(inner) & set("<>&\u2028\u2029")
    assert json.loads(inner)["offers"][0]["name"] == HOSTILE["markup"]


def test_outside_the_data_block_names_are_escaped(published, settings):
    page = page_of(published, settings, "03455020")
    html = render_page(page).replace(data_block(page.data), "")
    assert HOSTILE["script"] not in html
    assert "&lt;/script&gt;&lt;script&gt;window.__xss=1" in html
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html)


def test_policy_allows_this_page_only(published, settings):
    html = render_page(page_of(published, settings))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; ")
    assert len(re.findall("'sha256-[^']+'", policy)) == 4
    assert html.index("charset") < html.index("Content-Security-Policy") < html.index("<title>")


def pictures_of(published, settings):
    """Where the policy of the page of the county allows pictures from, and the page's data."""
    page = page_of(published, settings)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', render_page(page))[1]
    assert len(re.findall("https?:", policy)) <= 1
    return re.search(r"; img-src ([^;]*); ", policy)[1], page.data["background"]


def test_pictures_come_from_the_one_host_that_readers_may_switch_on(published, settings):
    pictures, background = pictures_of(published, settings)
    assert pictures == "data: https://sgx.geodatenzentrum.de"
    assert background["url"] == providers.BaseMapDE.Grey.build_url()


def test_without_the_background_no_host_is_allowed(published, settings):
    maps = Maps(online_background=False)
    found = pictures_of(published, settings.model_copy(update={"maps": maps}))
    assert found == ("data:", None)


def test_the_official_map_of_germany_is_offered_only_there(published, settings):
    abroad = {
        "areas": published.areas.set_geometry(published.areas.translate(yoff=700_000)),
    }
    assert pictures_of(published._replace(**abroad), settings) == ("data:", None)
    url = "https://tiles.example.org/{z}/{x}/{y}.png"
    maps = Maps(background={"url": url, "attribution": "© Amt"})
    own = settings.model_copy(update={"maps": maps})
    pictures, background = pictures_of(published._replace(**abroad), own)
    assert pictures == "data: https://tiles.example.org"
    assert background == {"url": url, "host": "tiles.example.org", "attribution": "© Amt"}


def test_file_refers_to_no_other_address(published, settings):
    html = render_page(page_of(published, settings))
    assert not re.search(r"<(script|link|img|iframe)[^>]*\s(src|href)=", html)
    assert set(re.findall(r"url\((?!data:)([^)]*)\)", html)) <= {"#default#VML", '"+t+"', "'+t+'"}
    assert "BSD 2-Clause License" in html
    assert "sourceMappingURL" not in html


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda path: path.name)
def test_own_script_never_makes_markup_of_text(script):
    code = script.read_text(encoding="utf-8")
    banned = "innerHTML|outerHTML|insertAdjacentHTML|document.write|eval\\(|new Function"
    banned += "|bindPopup|bindTooltip|divIcon|setAttribute\\(.on|https?://\\w"
    assert re.findall(banned, code.replace(SVG, "")) == []
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


# The data


def test_withheld_numbers_are_missing(published, settings):
    page = page_of(published, settings)
    residents = block_of(page, "cells")["residents"]
    told = published.cells["residents"].fillna(4_294_967_295).astype(np.int64)
    assert sorted(residents.tolist()) == sorted(told)
    county = page.table.by[0, 1]
    assert county["covered"] == [500, 300, None]
    assert county["share"] == [0.1, 0.1, None]


def test_minutes_are_rounded_up_and_tell_a_way_there_and_back(published, settings):
    page = page_of(published, settings)
    order = np.argsort(in_order(published).cells["cell_id"].to_numpy(str))
    part = block_of(page, "q-0-0")
    table = published.coverage.table()
    own = table[(table["category"] == "course") & (table["day_type"] == "school_day")]
    own = own.sort_values("cell_id")
    assert part["out"][order].tolist() == [
        255 if np.isnan(v) else math.ceil(v - 1e-4) for v in own["out_min"]
    ]
    assert (part["reason"][order] >> 7).tolist() == own["complete"].astype(int).tolist()
    assert [REASONS[r & 127] for r in part["reason"][order]] == own["reason"].tolist()


def test_internal_columns_of_offers_stay_inside(published, settings):
    assert "Frau Geheim" not in json.dumps(page_of(published, settings).data)


def test_a_municipal_page_holds_its_own_cells_only(published, settings):
    page = page_of(published, settings, "03455007")
    assert page.data["cells"] == len(block_of(page, "cells")["residents"]) == 15
    assert len(block_of(page, "q-1-1")["out"]) == 15
    assert block_of(page, "gaps-0-0")["rank"].tolist() == [2]
    assert page.data["table"]["rows"] == [COUNTY, "03455007"]
    assert page.data["table"]["by"]["0 1"] == {"residents": 5000, "covered": 500, "share": 0.1}


def test_cells_of_no_regular_grid_are_told_by_their_outlines(published, settings):
    cells = published.cells.copy()
    cells.geometry = cells.geometry.map(lambda shape: shape.buffer(-200 * shape.centroid.x % 70))
    page = page_of(published._replace(cells=cells), settings)
    assert page.data["grid"] is None
    assert len(page.data["shapes"]) == 25
    assert page_of(published, settings).data["shapes"] == []


def test_places_are_told_of_categories_that_have_them(published, settings):
    page = page_of(published, settings)
    assert page.data["supply"] == [True, False]
    tenths = block_of(page, "supply-0")["tenths"]
    assert len(tenths) == 50
    assert tenths.max() == 400
    assert "supply-1" not in page.blocks


def test_quality_is_told_by_kind_of_day(published, settings):
    page = page_of(published, settings)
    classes = page.data["quality"]["classes"]
    codes = block_of(page, "quality")["quality"]
    assert page.data["quality"]["days"] == [True, True]
    assert [classes[c] for c in set(codes[:25])] == ["E"]
    assert set(codes[25:]) == {len(classes)}


def test_unknown_municipality_is_refused(published, settings, tmp_path):
    with pytest.raises(OutputError, match="03455007"):
        build_page(published, settings, area_id="99", facts=FACTS)
    with pytest.raises(OutputError, match="Unbekannte Gemeinde 99"):
        write_pages(published, settings, tmp_path, facts=FACTS, areas=["99"])


def test_sessions_are_told_once_and_in_order(published):
    twice = pd.concat([published.sessions, published.sessions])
    times = sessions_of(twice)
    assert times["o1"] == [[day, 540, 720, "", False, True] for day in range(5)]
    assert times["o3"] == [[5, 600, 660, "", True, False]]


def test_what_is_known_of_an_offer_keeps_its_kind(published, settings):
    offers = published.offers.assign(places_total=[12, None, None, None], by_appointment=True)
    entry = offer_entries(published._replace(offers=offers), settings, ["03455007"])[0]
    extra = dict(entry["extra"])
    assert extra["offer.women_only"] is True
    assert extra["offer.places_total"] == 12
    assert extra["offer.last_confirmed"] == "2026-10-05"
    assert (entry["women_only"], entry["area"], entry["by_appointment"]) == (True, 0, True)
    assert "offer.stale" not in extra


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
    data = page_of(limited, settings).data
    assert data["title"]["de"].startswith(HOSTILE["area"] + ": ")
    assert data["selection"]
    assert data["table"]["rows"] == [COUNTY, "03455007"]


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


def test_no_two_scripts_of_the_page_give_something_the_same_name():
    declared = re.findall(
        r"^(?:async )?(?:function|const|let|class) (\w+)", assets.own_script(), re.MULTILINE
    )
    assert len(declared) > 200
    assert [name for name, often in Counter(declared).items() if often > 1] == []
