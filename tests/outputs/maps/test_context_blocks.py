from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import FACTS, make_published, make_settings

from geo_integration.audit.pages import BLOCK_COLUMNS, PAGE_KEYS
from geo_integration.frames import CONTEXT_KINDS, NO_CONTEXT
from geo_integration.outputs.maps.blocks import unpack
from geo_integration.outputs.maps.context_blocks import PER_DEGREE, add_context, cut
from geo_integration.outputs.maps.payload import build_page
from geo_integration.outputs.maps.questions import Blocks

CRS = "EPSG:25832"
NEAR_M = 4.0  # half of a grid of 5.6 m by 3.3 m, corner to corner


def context_of(**shapes):
    return gpd.GeoDataFrame({"kind": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


def at(x, y):
    """A place in kilometres from a corner in the county."""
    return 432_000.0 + 1000 * x, 5_934_000.0 + 1000 * y


def lines(*parts):
    return shapely.MultiLineString([[at(*point) for point in part] for part in parts])


def lake():
    return shapely.Polygon(
        [at(0, 0), at(4, 0), at(4, 4), at(0, 4)], [[at(1, 1), at(2, 1), at(2, 2), at(1, 2)]]
    )


def packed(context):
    """What a page would read: vertices in metres, by kind."""
    blocks = Blocks({}, {})
    about = add_context(blocks, context)
    columns = unpack(blocks.texts["context"], blocks.about["context"])
    steps = np.column_stack([columns["x"], columns["y"]]).astype(float)
    degrees = steps.cumsum(axis=0) / about["per_degree"] + about["origin"]
    points = gpd.GeoSeries(gpd.points_from_xy(*degrees.T), crs="EPSG:4326").to_crs(CRS)
    parts = np.split(shapely.get_coordinates(points), np.cumsum(columns["sizes"])[:-1])
    found, start = {}, 0
    for kind, count in zip(about["kinds"], columns["parts"].tolist(), strict=True):
        found[kind] = parts[start : start + count]
        start += count
    assert start == len(parts)
    return found, about, columns


def test_lines_and_rings_come_back_within_half_a_step():
    context = context_of(
        water=lake(),
        road=lines([(5, 5), (6, 6), (7, 5)], [(0, 9), (9, 9)]),
        bus=lines([(9, 0), (0, 0)]),
    )
    found, about, _ = packed(context)
    assert about["kinds"] == ["water", "road", "bus"]
    assert [len(parts) for parts in found.values()] == [2, 2, 1]
    for kind, shape in zip(context["kind"], context.geometry, strict=True):
        drawn = shapely.MultiLineString([shapely.LineString(part) for part in found[kind]])
        lines_of = shape.boundary if kind == "water" else shape
        assert shapely.hausdorff_distance(drawn, lines_of) < NEAR_M
        assert drawn.length == pytest.approx(lines_of.length, rel=1e-3)


def test_lines_that_shrink_to_a_point_are_dropped():
    found, _, _ = packed(context_of(road=lines([(0, 0), (5, 0)], [(5, 5), (5.0005, 5)])))
    assert len(found["road"]) == 1


def test_steps_stay_short_in_the_widest_country():
    wide = shapely.LineString([(-200_000, 5_200_000), (1_200_000, 6_900_000)])
    found, about, columns = packed(context_of(rail=wide))
    assert about["per_degree"] < PER_DEGREE / 5
    assert max(np.abs(columns["x"]).max(), np.abs(columns["y"]).max()) <= 32_000
    ends = found["rail"][0]
    assert np.hypot(*(ends - np.array(wide.coords)).T).max() < 100


def test_a_place_without_width_is_no_trouble():
    found, _, _ = packed(context_of(bus=lines([(0, 0), (0, 3)])))
    assert len(found["bus"][0]) == 2


def test_of_nothing_there_is_no_block():
    blocks = Blocks({}, {})
    assert add_context(blocks, NO_CONTEXT) is None
    assert blocks.texts == {}


def test_pages_cut_it_to_what_they_show():
    context = context_of(water=lake(), road=lines([(-5, 2), (20, 2)]), rail=lines([(8, 8), (9, 9)]))
    window = shapely.box(*at(2, 0), *at(6, 6))
    inside = cut(context, window)
    assert inside["kind"].tolist() == ["water", "road"]
    assert inside.area.tolist() == [pytest.approx(8e6), 0]
    assert inside.length.iloc[1] == pytest.approx(4000)
    assert cut(NO_CONTEXT, window).empty


def test_a_page_holds_it_and_the_page_of_a_municipality_only_what_is_near(tmp_path):
    far = lines([(0, 1), (4, 1)], [(0, 30), (4, 30)])
    published, settings = (
        make_published()._replace(context=context_of(road=far)),
        make_settings(tmp_path),
    )
    whole = build_page(published, settings, facts=FACTS)
    own = build_page(published, settings, facts=FACTS, area_id="03455007")
    parts = [
        unpack(p.blocks["context"], p.data["blocks"]["context"])["parts"] for p in (whole, own)
    ]
    assert [part.tolist() for part in parts] == [[2], [1]]
    assert set(whole.data["context"]) == PAGE_KEYS["context"]
    assert {column[0] for column in whole.data["blocks"]["context"]} == BLOCK_COLUMNS["context"]


def test_a_page_without_it_says_so(tmp_path):
    page = build_page(make_published(), make_settings(tmp_path), facts=FACTS)
    assert page.data["context"] is None
    assert "context" not in page.blocks


def test_every_kind_has_its_look_and_its_word():
    from geo_integration.outputs.labels import words
    from geo_integration.outputs.maps.assets import own_script

    script = own_script()
    looks = script.split("const CONTEXT_LOOKS", 1)[1].split("};", 1)[0]
    listed = script.split("const CONTEXT_WORDS", 1)[1].split(";", 1)[0]
    for kind in CONTEXT_KINDS:
        assert f"{kind}: {{" in looks
        assert f'"{kind}"' in listed
    for word in ("water", "green", "road", "rail", "ferry", "bus"):
        assert words("de")[f"context.{word}"]
