"""What the page makes of waters, roads and lines, in a browser."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, FACTS, make_published, make_settings

from geo_integration.outputs.maps import write_pages

WEST_M, SOUTH_M = 432_000.0, 5_934_000.0
FAINT = 40
ROWS = {"main_road": 0.5, "road": 1.5, "bus": 2.5, "rail": 3.5, "train": 4.5}


def at(x, y):
    return WEST_M + 1000 * x, SOUTH_M + 1000 * y


def made_context():
    """Lines from west to east, each in a row of cells; a lake north of them."""
    shapes = {"water": shapely.box(*at(0, 6), *at(2, 7))}
    shapes |= {kind: shapely.LineString([at(-1, y), at(6, y)]) for kind, y in ROWS.items()}
    return gpd.GeoDataFrame({"kind": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("context")
    published, settings = make_published()._replace(context=made_context()), make_settings(folder)
    paths = write_pages(published, settings, folder, facts=FACTS)
    return SimpleNamespace(published=published, settings=settings, folder=folder, paths=paths)


def degrees(x, y):
    """A place as [lat, lon]."""
    place = gpd.GeoSeries([shapely.Point(at(x, y))], crs=CRS).to_crs("EPSG:4326").iloc[0]
    return [place.y, place.x]


def drawn_page(opened, zoom=None):
    page = opened()
    page.wait_for_function("context.length > 0")
    page.evaluate("Object.assign(state.layers, {borders: false, gaps: false}); refresh()")
    if zoom is not None:
        page.evaluate(f"map_karte.setView({degrees(2.5, 3)}, {zoom}, {{animate: false}})")
    return page


def opacity(page, pane, x, y):
    """Strongest opacity within two pixels of a place, 0 to 255; None where there is no canvas."""
    return page.evaluate(
        """([pane, at]) => {
          const canvas = document.querySelector(`.leaflet-${pane}-pane canvas`);
          if (!canvas) return null;
          const box = canvas.getBoundingClientRect();
          const map = map_karte.getContainer().getBoundingClientRect();
          const {x, y} = map_karte.latLngToContainerPoint(at);
          const corner = [x + map.x - box.x - 2, y + map.y - box.y - 2].map(Math.round);
          const copy = document.createElement("canvas").getContext("2d");
          copy.drawImage(canvas, ...corner, 5, 5, 0, 0, 5, 5);
          const {data} = copy.getImageData(0, 0, 5, 5);
          return Math.max(...data.filter((_, k) => k % 4 === 3));
        }""",
        [pane, degrees(x, y)],
    )


def test_lines_are_unpacked_where_they_were_packed(opened):
    page = drawn_page(opened)
    found = page.evaluate(
        "context.map(({kind, outlines}) => [kind, outlines.map(({line}) =>"
        " Array.from({length: line.length / 2}, (_, k) => {"
        " const at = L.CRS.EPSG3857.pointToLatLng(L.point(line[2 * k], line[2 * k + 1]), 0);"
        " return [at.lng, at.lat]; }))])"
    )
    assert [kind for kind, _ in found] == ["water", *ROWS]
    context = made_context().set_index("kind")
    for kind, parts in found:
        drawn = gpd.GeoSeries([shapely.MultiLineString(parts)], crs="EPSG:4326").to_crs(CRS)
        shape = context.geometry[kind]
        lines = shape.boundary if kind == "water" else shape
        assert drawn.iloc[0].hausdorff_distance(lines) < 4


def test_near_by_all_lines_are_drawn_over_the_cells_and_water_below(opened):
    page = drawn_page(opened, zoom=12.5)
    for y in ROWS.values():
        assert opacity(page, "lines", 2.3, y) > FAINT
        assert opacity(page, "lines", 2.3, y + 0.5) == 0
    assert opacity(page, "land", 1, 6.5) == 255
    assert opacity(page, "lines", 1, 6.5) == 0
    panes = page.evaluate("PANES")
    assert panes.index("land") < panes.index("cells") < panes.index("lines")


def test_from_afar_only_main_roads_and_railways_are_drawn(opened):
    page = drawn_page(opened, zoom=11)
    seen = {kind for kind, y in ROWS.items() if opacity(page, "lines", 2.3, y) > FAINT}
    assert seen == {"main_road", "rail", "train"}


def test_they_can_be_switched_off_and_on(opened):
    page = drawn_page(opened, zoom=12.5)
    page.locator("#layers summary").click()
    assert page.locator("label[for=layer-context]").inner_text() == "Gewässer, Straßen, Linien"
    page.locator("#layer-context").uncheck()
    assert opacity(page, "lines", 2.3, ROWS["rail"]) == 0
    page.locator("#layer-context").check()
    assert opacity(page, "lines", 2.3, ROWS["rail"]) > FAINT


def test_the_legend_tells_what_is_there_and_the_same_look_once(opened):
    page = drawn_page(opened)
    listed = page.locator("#symbols li").all_inner_texts()
    assert listed[-4:] == ["Gewässer", "Straße", "Bahn", "Bus (Luftlinie)"]
    page.click("#language")
    assert page.locator("#symbols li").all_inner_texts()[-4:] == [
        "Water", "Road", "Railway", "Bus (straight line)",
    ]  # fmt: skip


def test_lines_take_no_clicks(opened):
    page = drawn_page(opened, zoom=12.5)
    found = page.evaluate(f"hitAt(L.latLng({degrees(2.3, ROWS['main_road'])})).kind")
    assert found == "cell"


def test_in_the_dark_lines_are_light(opened):
    page = drawn_page(opened, zoom=12.5)
    colour = (
        "(() => { const b = document.createElement('canvas').getContext('2d');"
        " b.beginPath(); b.moveTo(0, 10); b.lineTo(40, 10); paintPath(b, 'main_road', 4);"
        " return b.getImageData(20, 10, 1, 1).data[0]; })()"
    )
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) > light + 50


def test_a_page_of_a_municipality_has_only_what_is_near(opened, toy):
    page = opened(next(path.name for path in toy.paths if "03455007" in path.name))
    page.wait_for_function("context.length > 0")
    page.evaluate("Object.assign(state.layers, {borders: false, gaps: false}); refresh()")
    boxes = page.evaluate("context.map(({outlines}) => outlines.map(({box}) => box))")
    assert np.isfinite(np.array([box for kind in boxes for box in kind])).all()
