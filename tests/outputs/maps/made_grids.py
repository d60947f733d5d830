"""Cells on regular grids, and a small page that shows them."""

from __future__ import annotations

import json
from importlib import resources

import geopandas as gpd
import numpy as np
import shapely

from geo_integration.outputs.maps import assets
from geo_integration.outputs.maps.blocks import pack

WEST_M, SOUTH_M = 4_190_000, 3_380_000  # near Jever, in EPSG:3035
SCRIPTS = ("text.js", "blocks.js", "sheet.js", "raster.js", "grid.js")
POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"


def squares(at, size=100.0, *, corner=(WEST_M, SOUTH_M), grid_crs="EPSG:3035", crs="EPSG:25832"):
    """Squares at columns and rows (cells x 2) from a corner on, in the CRS of a county."""
    west, south = (np.asarray(at, float) * size + corner).T
    boxes = shapely.box(west, south, west + size, south + size)
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(boxes, crs=grid_crs).to_crs(crs))


def settlements(count, extent, seed=1):
    """Columns and rows of cells that lie together like villages."""
    rng = np.random.default_rng(seed)
    villages = rng.uniform(0, extent, (count // 60, 2))
    spread = rng.gamma(2.0, 2.2, len(villages))
    found = np.zeros((0, 2), int)
    while len(found) < count:
        which = rng.integers(0, len(villages), count)
        more = np.floor(rng.normal(villages[which], spread[which, None])).astype(int)
        inside = ((more >= 0) & (more < extent)).all(axis=1)
        found = np.unique(np.concatenate([found, more[inside]]), axis=0)
    return rng.permutation(found)[:count]


def page_of(columns_by_block, *, delta=(), data=None, script=""):
    """HTML with Leaflet, the blocks and the scripts that read and draw them."""
    packed = {name: pack(columns, delta=delta) for name, columns in columns_by_block.items()}
    said = {
        "lang": "de",
        "words": {},
        **(data or {}),
        "blocks": {n: d for n, (_, d) in packed.items()},
    }
    folder = resources.files(assets.__package__) / "js"
    own = "\n".join((folder / name).read_text(encoding="utf-8") for name in SCRIPTS)
    blocks = "".join(
        f'<script type="text/plain" id="block-{name}">{text}</script>'
        for name, (text, _) in packed.items()
    )
    return (
        f'<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>-</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<style>{assets.leaflet_style()} body {{ margin: 0 }} "
        f"#map_karte {{ width: 100vw; height: 100vh }}</style></head><body>"
        f'<div id="map_karte"></div>{blocks}'
        f'<script type="application/json" id="data">{json.dumps(said)}</script>'
        f"<script>{assets.leaflet_script()}</script><script>{own}\n{script}</script></body></html>"
    )


# A map with the layer of the cells, as the page has it.
MAP = """
const map_karte = L.map("map_karte", {zoomSnap: 0, minZoom: 5, maxZoom: 18});
map_karte.createPane("cells").style.zIndex = 210;
map_karte.setView([53.5, 8], 12, {animate: false});
async function ready() {
  const cells = await block("cells");
  const layer = new GridLayer({...DATA.grid, i: cells.i, j: cells.j}, cells.residents);
  layer.recolour(cells.classes, DATA.palette);
  return layer.addTo(map_karte);
}
const started = ready();
"""
PALETTE = [
    {"colour": "#fdea7a"},
    {"colour": "#9db3d6"},
    {"colour": "#2d4a86"},
    {"colour": "#c4c0b8", "pattern": "lines"},
    {"colour": "#0b2350"},
]
