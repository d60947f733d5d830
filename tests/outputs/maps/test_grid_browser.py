"""What the page's scripts make of blocks and grids, in a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from made_grids import MAP, PALETTE, page_of, settlements, squares

from geo_integration.outputs.maps.blocks import MISSING, TYPES
from geo_integration.outputs.maps.grid import grid_of

EXTENT = 70
NEAR = 0.1  # points of the canvas
LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")


@pytest.fixture
def shown(browser, tmp_path):
    """Open a page made here; what goes wrong on it fails the test."""
    contexts, trouble = [], []

    def show(html, *, ratio=1.0):
        context = browser.new_context(
            viewport={"width": 600, "height": 400}, device_scale_factor=ratio
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and trouble.append(said.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert trouble == []


# Blocks


def test_every_type_and_coding_is_read_as_it_was_written(shown):
    rng = np.random.default_rng(3)
    columns = {}
    for name, code in TYPES.items():
        dtype = np.dtype(code)
        values = rng.integers(0, 256, 1000 * dtype.itemsize, np.uint8).view(dtype).copy()
        columns[name] = values
        if name in MISSING:
            low = np.iinfo(dtype).min
            columns[f"{name} steps"] = np.append(values, [MISSING[name], low]).astype(dtype)
    columns["none"] = np.zeros(0, np.uint16)
    delta = [name for name in columns if name.endswith("steps")]
    page = shown(page_of({"all": columns}, delta=delta))
    found = page.evaluate(
        "block('all').then((columns) => Object.entries(columns)"
        ".map(([name, values]) => [name, values.constructor.name,"
        " Array.from(new Uint8Array(values.buffer))]))"
    )
    kinds = {
        "u1": "Uint8Array", "u2": "Uint16Array", "i2": "Int16Array", "u4": "Uint32Array",
        "f4": "Float32Array",
    }  # fmt: skip
    assert [name for name, _, _ in found] == list(columns)
    for name, kind, values in found:
        assert kind == kinds[columns[name].dtype.str[1:]]
        assert bytes(values) == columns[name].tobytes()


def test_a_block_is_unpacked_once(shown):
    page = shown(page_of({"one": {"a": np.arange(5, dtype=np.uint8)}}))
    assert page.evaluate("Promise.all([block('one'), block('one')]).then(([a, b]) => a === b)")


@pytest.mark.parametrize(
    "damage",
    [
        "block('two')",
        "(DATA.blocks.one[0][2] = 6, block('one'))",
        "(DATA.blocks.one[0][2] = 4, block('one'))",
        "(DATA.blocks.one[0][1] = 'u64', block('one'))",
        "(document.getElementById('block-one').textContent = 'H4sI', block('one'))",
        "(document.getElementById('block-one').textContent = '<>', block('one'))",
        "(delete window.DecompressionStream, block('one'))",
    ],
)
def test_a_block_that_cannot_be_read_is_an_error(shown, damage):
    page = shown(page_of({"one": {"a": np.arange(5, dtype=np.uint8)}}))
    said = page.evaluate(f"(async () => {damage})().then(() => '', (error) => error.name)")
    assert said.endswith("Error")


# Grid


class Made:
    """Cells like villages, with a class and residents each, and the page that shows them."""

    def __init__(self, *, dotted=False, palette=PALETTE):
        cells = squares(settlements(800, EXTENT), crs="EPSG:25832")
        self.grid = grid_of(cells)
        i, j = self.grid.i.astype(int), self.grid.j.astype(int)
        self.classes = ((i + 2 * j) % 5).astype(np.uint8)
        self.residents = (10 + (7 * i + 3 * j) % 90).astype(np.uint32)
        if dotted:
            self.residents[:] = MISSING["u32"]
        outlines = cells.geometry.iloc[self.grid.order].to_crs("EPSG:4326")
        self.polygons = outlines.to_numpy()
        self.corners = shapely.get_coordinates(self.polygons).reshape(-1, 5, 2)[:, :4, ::-1]
        cells_block = {
            "i": self.grid.i,
            "j": self.grid.j,
            "residents": self.residents,
            "classes": self.classes,
        }
        data = {
            "grid": self.grid.head(),
            "palette": palette,
            "corners": self.corners.tolist(),
        }
        self.html = page_of({"cells": cells_block}, delta=("i", "j"), data=data, script=MAP + LOOKS)


PLAIN = [{"colour": look["colour"]} for look in PALETTE]


@pytest.fixture(scope="module")
def made():
    return Made(palette=PLAIN)


def look(page, zoom, at="layer.bounds(400).getCenter()"):
    return page.evaluate(
        "([zoom, near]) => started.then((layer) => { BORDER.half = -1;"
        f" go(zoom, {at}); return compare(layer, near); }})",
        [zoom, NEAR],
    )


@pytest.mark.parametrize("ratio", [1, 1.5, 2])
def test_cells_are_drawn_where_their_polygons_are(shown, made, ratio):
    page = shown(made.html, ratio=ratio)
    for zoom in (11.75, 12, 13.25, 15, 17):
        found = look(page, zoom)
        assert not found["coarse"]
        assert found["judged"] > 1000
        assert found["outside"] > 1000
        assert (found["wrong"], found["ghosts"]) == (0, 0), found


def test_cells_are_drawn_where_they_are_after_panning_zooming_and_flying(shown, made):
    page = shown(made.html)
    look(page, 13)
    moves = (
        "map_karte.panBy([180, 90], {animate: false})",
        "map_karte.setZoom(14, {animate: true})",
        "map_karte.flyTo(layer.bounds(10).getCenter(), 13, {duration: 0.2})",
        "map_karte.invalidateSize({pan: false})",
    )
    for move in moves:
        page.evaluate(f"started.then((layer) => {{ {move}; }})")
        page.wait_for_timeout(450)
        found = page.evaluate(f"started.then((layer) => compare(layer, {NEAR}))")
        assert found["judged"] > 500
        assert (found["wrong"], found["ghosts"]) == (0, 0), (move, found)


def test_canvas_follows_while_the_map_zooms(shown, made):
    page = shown(made.html)
    look(page, 13)
    before, after, wanted = page.evaluate(
        """started.then((layer) => {
          const box = () => layer._canvas.getBoundingClientRect();
          const [center, before] = [map_karte.getCenter(), box().toJSON()];
          layer._canvas.style.transition = "none";
          map_karte.fire("zoomanim", {zoom: 14, center});
          const size = map_karte.getSize();
          return [before, box().toJSON(),
            {x: 2 * before.x - size.x / 2, y: 2 * before.y - size.y / 2}];
        })"""
    )
    assert after["width"] == pytest.approx(2 * before["width"])
    assert (after["x"], after["y"]) == pytest.approx((wanted["x"], wanted["y"]), abs=1)


def test_dragging_far_draws_what_comes_into_view(shown, made):
    page = shown(made.html)
    look(page, 14)
    page.mouse.move(300, 200)
    page.mouse.down()
    page.mouse.move(590, 390, steps=20)
    # Not let go: the move has not ended.
    found = page.evaluate("started.then((layer) => ({drawn: layer._drawn, view: layer._view(0)}))")
    page.mouse.up()
    for axis in ("x", "y"):
        assert found["drawn"]["min"][axis] <= found["view"]["min"][axis]
        assert found["drawn"]["max"][axis] >= found["view"]["max"][axis]


def test_map_far_away_from_the_grid_is_empty(shown, made):
    page = shown(made.html)
    found = look(page, 14, "[48, 11]")
    assert (found["judged"], found["outside"]) == (0, 0)
    assert look(page, 7)["coarse"]


def test_cell_under_a_point_is_the_polygon_it_lies_in(shown, made):
    page = shown(made.html)
    rng = np.random.default_rng(5)
    west, south, east, north = shapely.total_bounds(made.polygons)
    points = rng.uniform([south - 0.01, west - 0.01], [north + 0.01, east + 0.01], (500, 2))
    tree = shapely.STRtree(made.polygons)
    at, cells = tree.query(shapely.points(points[:, ::-1]), predicate="within")
    expected = np.full(500, None)
    expected[at] = cells
    found = page.evaluate(
        "(points) => started.then((l) => points.map((p) => l.cellAt(p)))", points.tolist()
    )
    assert found == expected.tolist()
    assert 50 < len(at) < 450
    far = [[0, 0], [-53, 8], [53.5, 188], [53.5, -172], [89, 8]]
    assert (
        page.evaluate("(points) => started.then((l) => points.map((p) => l.cellAt(p)))", far)
        == [None] * 5
    )


def test_outlines_and_bounds_are_those_of_the_polygons(shown, made):
    page = shown(made.html)
    rings, *boxes = page.evaluate(
        "started.then((layer) => [layer.rings(7),"
        " layer.bounds(7).toBBoxString(), layer.extent().toBBoxString()])"
    )
    assert len(rings) == 1
    found = {tuple(np.round(corner, 6)) for corner in rings[0]}
    assert found == {tuple(np.round(corner, 6)) for corner in made.corners[7]}
    own, whole = ([float(v) for v in box.split(",")] for box in boxes)
    assert own == pytest.approx(made.polygons[7].bounds, abs=1e-6)
    cells, side = shapely.box(*shapely.total_bounds(made.polygons)), shapely.box(*own)
    assert shapely.box(*whole).buffer(1e-6).covers(cells)
    assert cells.buffer(2 * side.length / 4, join_style="mitre").covers(shapely.box(*whole))


def test_classes_change_and_255_is_not_drawn(shown, made):
    page = shown(made.html)
    look(page, 13)
    inks = page.evaluate(
        """started.then((layer) => {
          const inks = () => [...new Set(see(layer))].sort();
          const all = (key) => {
            layer.recolour(new Uint8Array(DATA.corners.length).fill(key), DATA.palette);
            return inks();
          };
          return [inks().length, all(2), all(255), inkOf(DATA.palette[2].colour)];
        })"""
    )
    assert inks[:3] == [6, [0, inks[3]], [0]]


def test_far_out_squares_of_25_show_the_class_that_most_residents_have(shown, made):
    page = shown(made.html)
    told = page.evaluate(
        """started.then((layer) => {
          const told = [];
          layer.on("coarse", () => told.push(layer.coarse));
          BORDER.half = -1;
          for (const zoom of [11, 10.5, 13, 11]) go(zoom, layer.bounds(400).getCenter());
          return told;
        })"""
    )
    assert told == [True, False, True]
    found = page.evaluate("started.then(squareInks)")
    inks = page.evaluate("DATA.palette.map((look) => inkOf(look.colour))")
    squares_of = (made.grid.j // 5).astype(int) * 1000 + made.grid.i // 5
    for square, ink in zip(squares_of, found, strict=True):
        own = squares_of == square
        totals = [made.residents[own & (made.classes == key)].sum() for key in range(5)]
        assert ink == inks[int(np.argmax(totals))]


def test_patterns_and_borders_are_drawn_only_where_cells_are_large(shown):
    page = shown(Made(dotted=True).html)
    seen = page.evaluate("started.then((layer) => [12, 13, 14].map((z) => inksAt(layer, z)))")
    sides, dots, mixed = zip(*seen, strict=True)
    assert [(side > 8, side > 10) for side in sides] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert mixed[0] == dots[0] == 0
    # 4 of 49 points of the tile are dark, 12 more are pale; in one of five classes there are lines.
    assert dots[1] == pytest.approx(4 / 49, abs=0.01)
    assert 16 / 49 < mixed[1] < 0.5
    assert dots[2] < dots[1]


def test_borders_are_as_thin_as_said(shown, made):
    page = shown(made.html)
    seen = page.evaluate("started.then((layer) => [13, 14, 16].map((z) => inksAt(layer, z)))")
    for side, _, mixed in seen:
        # A point is mixed where it lies less than 0.8 from the edge of its cell.
        expected = 0 if side < 10 else 1 - (1 - 1.6 / side) ** 2
        assert mixed == pytest.approx(expected, abs=0.02)
