"""Underserved areas in the page's block."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_integration.frames import REASONS
from geo_integration.outputs.maps.blocks import MISSING, unpack
from geo_integration.outputs.maps.gap_blocks import add_gaps
from geo_integration.outputs.maps.questions import Blocks


def packed(published, settings, offers=("o1", "o3")):
    blocks = Blocks({}, {})
    about = add_gaps(blocks, published, settings, offers)
    return about, {name: unpack(text, blocks.about[name]) for name, text in blocks.texts.items()}


def test_a_row_says_what_the_frame_says_and_names_what_is_missing(published, settings):
    about, found = packed(published, settings)
    rows, columns = published.gaps, found["gaps-0-0"]
    assert [about["names"][at] for at in columns["name"]] == rows["name"].tolist()
    assert columns["residents"].tolist() == [1600, 240]
    assert [REASONS[at] for at in columns["reason"]] == rows["reason"].tolist()
    assert columns["offer"].tolist() == [0, MISSING["u16"]]
    assert columns["minutes"].tolist() == [55, MISSING["u16"]]
    assert columns["need"].tolist() == [120, MISSING["u32"]]


def test_equal_outlines_and_names_stand_once(published, settings):
    again = published.gaps.assign(day_type="saturday", gap_id=["g3", "g4"])
    both = gpd.GeoDataFrame(pd.concat([published.gaps, again]), crs=published.gaps.crs)
    about, found = packed(published._replace(gaps=both), settings)
    assert [len(about[key]) for key in ("names", "outlines", "at")] == [2, 2, 2]
    assert sorted(found) == ["gaps-0-0", "gaps-0-1"]
    for columns in found.values():
        assert columns["shape"].tolist() == columns["name"].tolist() == [0, 1]


def test_areas_of_other_questions_are_left_out(published, settings):
    other = published.gaps.assign(category=["course", "unknown"])
    _, found = packed(published._replace(gaps=other), settings)
    assert {name: columns["rank"].tolist() for name, columns in found.items()} == {"gaps-0-0": [1]}


def test_without_underserved_areas_there_is_no_block(published, settings):
    assert packed(published._replace(gaps=published.gaps[:0]), settings) == (None, {})


def test_the_point_of_an_outline_lies_inside_of_it(published, settings):
    about, found = packed(published, settings)
    shapes = published.gaps.geometry.to_crs("EPSG:4326").to_numpy()
    points = gpd.points_from_xy(*(np.array(about["at"])[found["gaps-0-0"]["shape"]] / 100_000).T)
    assert all(shape.contains(point) for shape, point in zip(shapes, points, strict=True))
