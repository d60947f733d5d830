from __future__ import annotations

import itertools
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from toy import RESIDENTS, write_toy_county

from geo_integration import pipeline
from geo_integration.audit.folder import audit_folder
from geo_integration.audit.report import Rules
from geo_integration.cli import cli
from geo_integration.errors import OutputError
from geo_integration.frames import OVER_LIMIT, REASONS, SERVED
from geo_integration.outputs.labels_sheets import SHEET_WORDS
from geo_integration.outputs.sentences import Context
from geo_integration.outputs.sheets import Selection, write_sheets
from geo_integration.outputs.sheets.classes import (
    MINUTE_COLOURS,
    OTHER_COLOUR,
    class_of_cells,
    lightness,
    limits_of,
    looks,
)
from geo_integration.outputs.sheets.content import Question, sheet_content
from geo_integration.outputs.sheets.drawing import DOTS, LINES
from geo_integration.outputs.sheets.layout import Box, Taken, layout_of, paper_of, round_scale
from geo_integration.outputs.sheets.sheet import Page, sheet_figure
from geo_integration.outputs.sheets.typesetting import broken, plain, shortened, width_mm
from geo_integration.outputs.sheets.write import _file_names, _style
from geo_integration.profile import Group
from geo_integration.settings import read_settings

PAGES = Path(__file__).parents[2] / "geo_integration" / "outputs" / "maps" / "js"
OST, WEST = "03999002", "03999001"
# 1000 residents; those in the cells with 2, 4 and 5 are withheld, as is the other 5's municipality.
HOSTILE = {
    "mathtext": r"Kurs $\frac{1}{0}$ für 5 $ und 10 $",
    "backslash": "\\textbf{x} \\ \\n %s {name}",
    "long": "Donaudampfschifffahrtskapitän" * 345,
    "controls": "A\x00B\x07C\r\nD\u2028E\x9f",
    "bidi": "\u202egnp.exe\u202c \u2067abc\u2069",
    "scripts": "مركز دورة 漢字 🙂",
    "accents": "Z" + "\u0301" * 300 + "algo",
    "empty": "   ",
}


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("sheets") / "toy")
    return pipeline.compute(read_settings(folder))


@pytest.fixture
def made(computed):
    """Context of the toy county; changes go to the county, the facts, or the frames."""

    def make(*, facts=None, frames=None, categories=None, **county):
        own = computed.settings.county.model_copy(update=county)
        update = {"county": own} | ({"categories": categories} if categories else {})
        settings = computed.settings.model_copy(update=update)
        published = computed.published._replace(**(frames or {}))
        return Context(published, settings, own.language, computed.facts | (facts or {}))

    return make


def content_of(context, area=None):
    named = {c.id: c for c in context.settings.categories}
    days = {d.id: d for d in context.settings.day_types}
    return sheet_content(context, Question(named["sprachkurs"], days["school"], area), paper="A4")


@pytest.fixture(scope="module")
def files(computed, tmp_path_factory):
    """Sheets of the toy county on two kinds of day: the PDF, then its pictures."""
    return written(computed, tmp_path_factory.mktemp("files"), days=("school", "sunday"))


@pytest.fixture(scope="module")
def usual(computed):
    """Texts of the usual sheet."""
    context = Context(computed.published, computed.settings, "de", computed.facts)
    return texts_of(drawn(context))


def drawn(context, *, area=None, size="a4", wide=False):
    """The figure of a sheet."""
    paper = paper_of(size, "landscape" if wide else "portrait")
    with _style():
        content = content_of(context, area=area)
        return sheet_figure(context, content, paper, Page(2, 3))


def texts_of(figure):
    """Texts of a figure, halos left out."""
    return [t.get_text() for t in figure.axes[0].texts if not t.get_path_effects()]


def written(computed, folder, *, categories=("sprachkurs",), days=("school",), areas=(), **facts):
    kept = [c for c in computed.settings.categories if c.id in categories]
    chosen = [d for d in computed.settings.day_types if d.id in days]
    return write_sheets(
        computed.published,
        computed.settings,
        folder,
        facts=computed.facts | facts,
        selection=Selection(kept, chosen, areas),
    )


# What stands there ------------------------------------------------------------------------------


def test_a_sheet_says_what_it_is_about_by_which_rule_and_from_what_data(usual):
    said = " ".join(usual)
    for expected in (
        "Sprachkurs – erreichbar hin und zurück",
        "Landkreis Spielzeug · Schultag",
        "hin und zurück je höchstens 45 Minuten von Tür zu Tür",
        "Aufbruch ab 06:00 Uhr, daheim bis 22:30 Uhr",
        "Beispieldaten – nicht für Entscheidungen.",
        "Fahrplantage: Mo 28.09.2026",
        "ETRS89 / UTM zone 32N (EPSG:25832)",
        "Quellen: Gemeinden, Einwohner, Angebote, Fahrplan, Kalender: erfunden, CC0, Stand",
        "Verfahren",
        "Blatt 2 von 3",
        "Westdorf",
        "Haltestelle",
    ):
        assert expected in said
    assert re.search(r"\b1 : [\d.]+\b", said)


def test_the_key_figure_is_the_published_one(made, computed):
    table = computed.published.area_coverage
    row = table.query("area_id == '03999' and category == 'sprachkurs' and day_type == 'school'")
    sheet = content_of(made())
    assert sheet.share == f"{row['share_covered'].item() * 100:.0f}\N{NO-BREAK SPACE}%"
    assert f"{row['uncovered'].item()}." in sheet.headline
    assert sheet.headline.startswith("der 1.000 Einwohner")


def test_residents_of_the_legend_add_up_to_all_that_are_published(made, computed):
    sheet = content_of(made())
    shown = computed.published.cells["residents"]
    assert sum(int(n) for _, n in sheet.legend) == int(shown.sum()) < 1000


def test_withheld_cells_are_dotted_and_counted_in_the_legend(made, computed):
    withheld = computed.published.cells["residents"].isna().sum()
    small = sum(0 < n < 5 for row in RESIDENTS for n in row)
    assert withheld > small == 2
    figure = drawn(made())
    assert {f"{withheld} Zellen", "Einwohner zurückgehalten"} <= set(texts_of(figure))
    hatches = [p.get_hatch() for p in figure.axes[0].patches]
    assert hatches.count(DOTS) == 3  # near and not reached on the map, and in the legend


def test_classes_that_are_not_reached_are_hatched_on_the_map_and_in_the_legend(made):
    hatches = [p.get_hatch() for p in drawn(made()).axes[0].patches]
    assert hatches.count(LINES) == 4  # too long, and for other reasons


def test_nothing_is_dotted_where_nothing_is_withheld(made, computed):
    cells = computed.published.cells
    figure = drawn(made(frames={"cells": cells.assign(residents=cells["residents"].fillna(0))}))
    assert DOTS not in [p.get_hatch() for p in figure.axes[0].patches]
    assert "Einwohner zurückgehalten" not in texts_of(figure)


def test_the_table_lists_municipalities_with_most_residents_out_of_reach_first(made, computed):
    sheet = content_of(made())
    table = computed.published.area_coverage
    of = table.query("category == 'sprachkurs' and day_type == 'school'").set_index("area_id")
    assert sheet.rows[0][:3] == ("Landkreis gesamt", "1.000", str(of.loc["03999", "covered"]))
    names = {"Westdorf": WEST, "Ostdorf": OST}
    left = [of.loc[names[row.name], "uncovered"] for row in sheet.rows[1:]]
    assert left == sorted(left, reverse=True)


def test_the_sheet_of_a_municipality_lists_its_ortsteile_and_its_own_cells(made, computed):
    sheet = content_of(made(), area=OST)
    cells = computed.published.cells
    assert sheet.scope == "Ostdorf · Schultag"
    assert sheet.rows[0].name == "Ostdorf"
    assert {row.name for row in sheet.rows[1:]} == {"Mitte", "Altost"}
    own = cells.loc[cells["area_id"] == OST, "residents"]
    assert sum(int(n) for _, n in sheet.legend) == int(own.sum())
    assert "andere Gemeinden" in texts_of(drawn(made(), area=OST))


def test_withheld_counts_are_a_dot(made, computed):
    table = computed.published.area_coverage.astype({"covered": "Int64", "uncovered": "Int64"})
    table.loc[:, ["covered", "uncovered"]] = pd.NA
    table["share_covered"] = float("nan")
    sheet = content_of(made(frames={"area_coverage": table}))
    assert sheet.share == "."
    assert "zurückgehalten" in sheet.headline
    assert all((row.covered, row.share) == (".", ".") for row in sheet.rows)


def test_every_listed_gap_has_its_number_on_the_map_and_in_the_list(made, usual):
    sheet = content_of(made())
    assert [gap.rank for gap in sheet.listed] == ["1", "2"]
    assert [usual.count(gap.rank) for gap in sheet.listed] == [3, 2]  # 1 is the legend's, too


def test_gaps_that_find_no_room_are_counted(made, computed):
    gaps = computed.published.gaps
    first = gaps[(gaps["category"] == "sprachkurs") & (gaps["day_type"] == "school")].iloc[[0] * 60]
    ranks = range(1, 61)
    many = first.assign(rank=ranks, gap_id=[f"g{n:02}" for n in ranks])
    texts = texts_of(drawn(made(frames={"gaps": many})))
    listed = sum(text.endswith("Westdorf)") or "Ostdorf)" in text for text in texts)
    (rest,) = [text for text in texts if "weitere (in der Karte umrandet" in text]
    assert 0 < listed < 60
    assert rest.startswith(f"… und {60 - listed} weitere")


def test_where_there_is_no_gap_the_sheet_says_so(made, computed):
    sheet = content_of(made(frames={"gaps": computed.published.gaps.iloc[:0]}))
    assert sheet.gaps_note.startswith("Keine Lücke ab 25 Einwohnern")


def test_people_who_need_it_are_an_estimate_with_a_range(computed):
    course = computed.settings.categories[0].model_copy(update={"group": "alle"})
    group = Group(id="alle", label="Alle", formula="residents")
    base = computed.settings.model_copy(update={"groups": (group,), "categories": (course,)})
    need = pd.DataFrame(
        [("03999", "sprachkurs", "school", "alle", 400, 200, 150, 250)],
        columns=["area_id", "category", "day_type", "group_id", "need", "covered", "low", "high"],
    )
    context = Context(computed.published._replace(need_coverage=need), base, "de", computed.facts)
    said = content_of(context).headline
    assert said.endswith("Alle (Schätzung): 200 von 400 erreichen es, Spanne 150 bis 250.")


def test_an_english_county_gets_english_sheets(made):
    said = " ".join(texts_of(drawn(made(language="en"))))
    assert "Sprachkurs – within reach, there and back" in said
    assert "Sheet 2 of 3" in said
    assert not re.search(r"Einwohner|erreichbar|Blatt", said)


def test_every_word_of_the_sheets_is_used():
    sources = Path(sheet_figure.__code__.co_filename).parent.glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    built = {"print.uncovered", "print.booked"}
    assert [key for key in SHEET_WORDS if key not in text and key not in built] == []


# Colours ----------------------------------------------------------------------------------------


def test_the_colours_are_those_of_the_pages():
    scripts = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.js"))
    assert ", ".join(f'"{colour}"' for colour in MINUTE_COLOURS) in scripts
    assert OTHER_COLOUR in scripts


def test_on_a_grey_copy_farther_is_darker_by_clear_steps():
    grey = [lightness(colour) for colour in MINUTE_COLOURS]
    assert all(near - far > 0.1 for near, far in itertools.pairwise(grey))


def test_only_cells_that_are_not_reached_are_hatched(made):
    every = looks(made(), [15, 30, 45])
    assert [bool(look.hatch) for look in every] == [False] * 4 + [True] * 2
    for look in every[4:]:
        assert abs(lightness(look.colour) - lightness(look.hatch)) > 0.4


def test_classes_end_at_the_limit_of_the_category():
    assert limits_of((30, 45, 60), 45) == [15, 30, 45]
    assert limits_of((60, 30, 45), 60) == [15, 30, 45, 60]
    assert limits_of((30, 45, 60), 20) == [15, 20]
    assert limits_of((10, 20, 30, 40, 50), 60) == [30, 40, 50, 60]


def test_a_cell_is_classed_by_its_whole_minutes_and_by_whether_it_is_reached():
    served, too_long = REASONS.index(SERVED), REASONS.index(OVER_LIMIT)
    other = REASONS.index("no_way_home")
    rows = [
        (served, 15.0, 0), (served, 15.00001, 0), (served, 15.2, 1), (served, 45.0, 2),
        (served, 45.00005, 2), (served, np.nan, 3), (too_long, 50.0, 4), (too_long, np.nan, 4),
        (other, 20.0, 5), (other, np.nan, 5),
    ]  # fmt: skip
    reasons, minutes, expected = (np.array(column) for column in zip(*rows, strict=True))
    found = class_of_cells(reasons.astype(np.int8), minutes.astype(np.float32), [15, 30, 45])
    assert found.tolist() == expected.tolist()


# Names that try to do harm ----------------------------------------------------------------------


@pytest.fixture
def hostile(made, computed):
    """The toy county with one hostile name everywhere."""

    def make(name):
        published = computed.published
        named = {
            frame: getattr(published, frame).assign(name=name)
            for frame in ("areas", "places", "stops", "offers", "gaps")
        }
        places = published.place_coverage.assign(place=name)
        sources = published.sources.assign(attribution=name, licence=name, date=name, layer=name)
        category = computed.settings.categories[0].model_copy(update={"label": name or "x"})
        return made(
            frames=named | {"place_coverage": places, "sources": sources},
            facts={"walking": {"de": name, "en": name}, "selected": [name]},
            categories=(category, *computed.settings.categories[1:]),
            name=name,
            status_note=name,
        )

    return make


@pytest.mark.parametrize(("kind", "area"), [*((kind, None) for kind in HOSTILE), ("long", OST)])
def test_hostile_names_are_shown_as_they_are_and_stay_on_the_paper(hostile, kind, area):
    figure = drawn(hostile(HOSTILE[kind]), area=area)  # a warning would be an error
    figure.set_dpi(72)
    renderer, paper = FigureCanvasAgg(figure).get_renderer(), figure.bbox
    for text in figure.axes[0].texts:
        assert not text.get_parse_math()
        kinds = {unicodedata.category(sign) for sign in text.get_text()}
        assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        with _style():
            box = text.get_window_extent(renderer)
        assert box.x0 > paper.x0 - 1
        assert box.x1 < paper.x1 + 1
        assert box.y0 > paper.y0 - 1
        assert box.y1 < paper.y1 + 1


def test_a_dollar_sign_is_a_dollar_sign(hostile):
    said = " ".join(texts_of(drawn(hostile(HOSTILE["mathtext"]))))
    assert r"Kurs $\frac{1}{0}$ für 5 $ und 10 $" in said


def test_hostile_names_reach_the_files_without_a_warning(computed, tmp_path):
    name = "".join(HOSTILE.values())
    areas = computed.published.areas.assign(name=name)
    own = computed._replace(published=computed.published._replace(areas=areas))
    for path in written(own, tmp_path, areas=[OST]):
        assert re.fullmatch(r"[a-z0-9-]{1,120}\.(pdf|png)", path.name)


def test_signs_that_the_typeface_does_not_have_are_shown_as_such():
    assert plain("漢🙂a") == "\ufffd\ufffda"
    assert plain("Łódź, Θέση, Центр, مركز") == "Łódź, Θέση, Центр, مركز"


@given(st.text(max_size=60), st.floats(4, 30), st.floats(5, 200), st.booleans())
@rounds(max_examples=60)
def test_lines_are_never_wider_than_asked(text, size, width, bold):
    clean = plain(text)
    assert width_mm(shortened(clean, size, width, bold=bold), size, bold=bold) <= max(
        width, width_mm("…", size, bold=bold)
    )
    widest = max((width_mm(sign, size, bold=bold) for sign in clean), default=0)
    lines = broken(clean, size, width, most=3, bold=bold)
    assert len(lines) <= 3
    for line in lines:
        assert width_mm(line, size, bold=bold) <= max(width, widest, width_mm("…", size, bold=bold))


def test_a_text_is_broken_at_spaces_and_ends_with_an_ellipsis():
    assert broken("eins zwei drei", 10, width_mm("eins zwei", 10)) == ["eins zwei", "drei"]
    assert broken("eins zwei drei", 10, width_mm("eins zw…", 10), most=1) == ["eins zw…"]


# Paper ------------------------------------------------------------------------------------------


@given(
    st.floats(500, 300_000), st.floats(500, 300_000),
    st.sampled_from(["a4", "a3"]), st.sampled_from(["portrait", "landscape"]),
)  # fmt: skip
@rounds(max_examples=80)
def test_the_map_holds_all_it_has_to_show_and_nothing_lies_on_it(wide, high, size, orientation):
    paper = paper_of(size, orientation)
    body = paper.printed._replace(top=paper.printed.top - 45, bottom=paper.printed.bottom + 30)
    layout = layout_of(body, paper, (0, 0, wide, high))
    frame = layout.frame
    placed = frame.on_paper(np.array([[0.0, 0.0], [wide, high]]))
    assert (placed[0] > [frame.box.left, frame.box.bottom]).all()
    assert (placed[1] < [frame.box.right, frame.box.top]).all()
    for column in layout.columns:
        apart = column.left >= frame.box.right or column.top <= frame.box.bottom
        assert apart
        assert column.right <= body.right + 1e-6


def test_scales_are_round_numbers_that_are_large_enough():
    assert [round_scale(n) for n in (100, 201_000, 250_000, 273_000, 990_000)] == [
        5_000, 225_000, 250_000, 275_000, 1_000_000,
    ]  # fmt: skip


def test_a_name_takes_the_first_spot_where_nothing_else_stands():
    taken = Taken(Box(0, 0, 10, 10))
    taken.take(Box(0, 0, 5, 5))
    assert taken.first_free([Box(4, 4, 6, 6), Box(8, 8, 11, 9), Box(5, 0, 9, 5)]) == Box(5, 0, 9, 5)
    assert taken.first_free([Box(6, 1, 7, 2)]) is None


@pytest.mark.parametrize(("size", "wide"), [("a4", True), ("a3", False), ("a3", True)])
def test_every_paper_carries_the_same_words(made, usual, size, wide):
    words = {"Gemeinden", "Zeichen", "Versorgungslücken", "Landkreis gesamt", "Blatt 2 von 3"}
    assert words <= set(usual)
    assert words <= set(texts_of(drawn(made(), size=size, wide=wide)))


# Files ------------------------------------------------------------------------------------------


def test_each_category_is_a_pdf_with_its_days_as_pages_and_each_page_a_picture(files):
    assert [path.name for path in files] == [
        "landkreis-spielzeug-sprachkurs.pdf",
        "landkreis-spielzeug-sprachkurs-1-schultag.png",
        "landkreis-spielzeug-sprachkurs-2-sonntag.png",
    ]
    assert sorted(files[0].parent.iterdir()) == sorted(files)
    assert len(re.findall(rb"/Type /Page\b", files[0].read_bytes())) == 2


def test_a_picture_has_300_dots_per_inch_of_a4(files):
    picture = files[1].read_bytes()
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (2480, 3507)
    at = picture.index(b"pHYs") + 4
    assert int.from_bytes(picture[at : at + 4], "big") == 11811  # dots per metre


def test_two_runs_write_the_same_bytes(computed, files, tmp_path):
    again = written(computed, tmp_path, days=("school", "sunday"))
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in files]


def test_a_pdf_keeps_its_letters_and_tells_nothing_of_who_made_it(files):
    pdf = files[0].read_bytes()
    assert b"/FontFile2" in pdf
    assert b"/ToUnicode" in pdf
    for told in (
        b"/Author",
        b"/CreationDate",
        b"/ModDate",
        b"/Producer",
        str(files[0].parent).encode(),
    ):
        assert told not in pdf
    assert "Sprachkurs – erreichbar".encode("utf-16-be") in _unescaped(pdf)


def _unescaped(pdf):
    """Strings of a PDF without its escapes."""
    pdf = re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), pdf)
    return re.sub(rb"\\(.)", rb"\1", pdf, flags=re.DOTALL)


def test_the_map_is_drawn_as_lines_not_as_a_picture(files):
    assert b"/Subtype /Image" not in files[0].read_bytes()


def test_names_of_files_are_told_apart():
    assert _file_names(["Zur Börse", "zur boerse!", "漢字", "字"]) == [
        "zur-boerse", "zur-boerse-2", "ohne-namen", "ohne-namen-2",
    ]  # fmt: skip


def test_a_municipality_that_is_not_there_is_told(computed, tmp_path):
    with pytest.raises(OutputError, match=r"'05111000'.*03999001, 03999002"):
        written(computed, tmp_path, areas=["05111000"])


def test_public_sheets_pass_the_audit(files):
    report = audit_folder(files[0].parent, Rules())
    assert len(report.files) == 3
    assert not report.fails


def test_internal_sheets_bear_a_watermark_and_the_audit_finds_every_file(computed, made, tmp_path):
    figure = drawn(made(facts={"internal": True}))
    marks = [t for t in figure.axes[0].texts if t.get_text() == "INTERN"]
    assert [m.get_rotation() for m in marks] == [50.0]
    assert "INTERN – nicht veröffentlichen" in texts_of(figure)
    paths = written(computed, tmp_path, internal=True)
    found = {f.file for f in audit_folder(tmp_path, Rules()).findings if f.kind == "internal_mark"}
    assert found == {path.name for path in paths}


def test_sheets_of_real_data_bear_no_warning(made):
    said = " ".join(texts_of(drawn(made(data_status="real", status_note=""))))
    assert "Beispieldaten" not in said
    assert "INTERN" not in said


# The command ------------------------------------------------------------------------------------


def call(*words):
    return CliRunner().invoke(cli, ["sheet", *map(str, words)], prog_name="geo-integration")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-k", "Golf"), "Unbekannte Kategorie Golf. Bekannt: Sprachkurs, Beratung, Sport"),
        (("-t", "Montag"), "Unbekannte Tagesart Montag. Bekannt: Schultag, Ferientag, Sonntag"),
        (("-g", "Norddorf"), "Unbekannte Gemeinde Norddorf. Bekannt: Westdorf, Ostdorf"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(toy_folder, tmp_path, words, said):
    result = call(toy_folder, *words, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert f"Fehler: {said}" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("internal", "kept"), [((), True), (("--internal",), False)])
def test_the_command_writes_what_was_asked_for_and_keeps_what_real_data_tell(
    toy_folder, tmp_path, internal, kept
):
    profile = toy_folder / "county.toml"
    text = profile.read_text(encoding="utf-8")
    profile.write_text(text.replace('"sample"', '"real"'), encoding="utf-8")
    before = {path.name for path in toy_folder.iterdir()}
    out = tmp_path / "out"
    words = "-k", "Beratung", "-t", "Sonntag", "-g", "Ostdorf", "-o", out
    result = call(toy_folder, *words, *internal)
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in out.iterdir())
    assert names == ["ostdorf-beratung-1-sonntag.png", "ostdorf-beratung.pdf"]
    assert f"Geschrieben: {out / 'ostdorf-beratung.pdf'}" in result.output
    assert ({path.name for path in toy_folder.iterdir()} > before) == kept


def test_other_commands_do_not_load_matplotlib():
    code = "import sys, geo_integration.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "matplotlib" not in loaded.stdout.split()
