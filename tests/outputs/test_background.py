"""What lies around, on printed maps."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from matplotlib.colors import to_hex
from toy import write_toy_county

from geo_integration import pipeline
from geo_integration.outputs.sentences import Context
from geo_integration.outputs.sheets.background import SURFACES, signs
from geo_integration.outputs.sheets.content import Question, sheet_content
from geo_integration.outputs.sheets.layout import Box, Frame, paper_of
from geo_integration.outputs.sheets.sheet import Page, sheet_figure
from geo_integration.settings import read_settings

WORDS = {"Gewässer", "Wald und Grün", "Straße", "Bahn", "Fähre", "Bus (Luftlinie)"}


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    folder = write_toy_county(tmp_path_factory.mktemp("background") / "toy")
    return pipeline.compute(read_settings(folder))


@pytest.fixture
def made(computed):
    """Context of the toy county, with other things around: lines across it, and squares in it."""

    def make(*kinds):
        west, south, east, north = computed.published.areas.total_bounds
        across = shapely.LineString([(west - 1e5, (south + north) / 2), (east, north)])
        inside = shapely.box(west, south, (west + east) / 2, (south + north) / 2)
        shapes = [inside if kind in SURFACES else across for kind in kinds]
        context = gpd.GeoDataFrame(
            {"kind": kinds}, geometry=shapes, crs=computed.settings.county.crs
        )
        published = computed.published._replace(context=context)
        return Context(published, computed.settings, "de", computed.facts)

    return make


def drawn(context):
    """Texts of a sheet, and the colours that lines and areas are drawn in, with opacity."""
    category, day = context.settings.categories[0], context.settings.day_types[0]
    content = sheet_content(context, Question(category, day, None), paper="A4")
    figure = sheet_figure(context, content, paper_of("a4", "portrait"), Page(1, 1))
    axes = figure.axes[0]
    colours = [to_hex(p.get_edgecolor(), keep_alpha=True) for p in axes.patches + axes.artists]
    colours += [to_hex(p.get_facecolor(), keep_alpha=True) for p in axes.patches + axes.artists]
    return {text.get_text() for text in axes.texts}, colours


def test_all_kinds_are_drawn_and_told(made):
    texts, colours = drawn(made("green", "water", "shore", "main_road", "rail", "ferry"))
    assert texts & WORDS == WORDS - {"Bus (Luftlinie)"}
    for colour in ("#e9f0dfff", "#2e6ea080", "#463a2880", "#141c26cc", "#2e6ea0cc"):
        assert colour in colours


def test_without_anything_around_the_sheet_tells_of_nothing(made):
    assert not drawn(made())[0] & WORDS


@pytest.mark.parametrize(
    ("scale", "told"), [(100_000.0, {"context.road", "context.bus"}), (300_000.0, {"context.road"})]
)
def test_small_roads_and_bus_lines_are_drawn_on_large_scales_only(made, scale, told):
    context = made("main_road", "road", "bus")
    west, south, east, north = context.published.areas.total_bounds
    frame = Frame(Box(0, 0, 200, 200), scale, ((west + east) / 2, (south + north) / 2))
    assert set(signs(context, frame)) == told
    assert signs(context, frame)["context.road"] == "main_road"


def test_what_lies_off_the_map_is_not_told(made):
    context = made("rail")
    assert signs(context, Frame(Box(0, 0, 200, 200), 50_000.0, (0.0, 0.0))) == {}
