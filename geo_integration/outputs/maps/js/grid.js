// The cells of a regular grid as one layer of the map, and which of them lies where.
// outputs/maps/grid.py says what a grid holds.

const COARSE = 5;
const COARSE_BELOW = 3;
const WITHHELD = 4294967295;
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

// The polynomial of a grid and its slopes; f: factors of 1, u, v, uu, uv, vv, uuu, uuv, uvv, vvv.
function cubic(f, u, v) {
  return f[0] + u * (f[1] + u * (f[3] + u * f[6])) + v * (f[2] + v * (f[5] + v * f[9]))
    + u * v * (f[4] + u * f[7] + v * f[8]);
}

function slopes(f, u, v) {
  return [
    f[1] + u * (2 * f[3] + 3 * u * f[6]) + v * (f[4] + 2 * u * f[7] + v * f[8]),
    f[2] + v * (2 * f[5] + 3 * v * f[9]) + u * (f[4] + u * f[7] + 2 * v * f[8]),
  ];
}

// Column and row -> pixel of the world at zoom 0.
function worldOf(grid, i, j) {
  const [u, v] = [i / grid.columns, j / grid.rows];
  return L.point(cubic(grid.x, u, v), cubic(grid.y, u, v));
}

// Pixel of the world at zoom 0 -> column and row, with parts; by Newton's method.
function gridAt(grid, x, y) {
  let [u, v] = [0.5, 0.5];
  for (let k = 0; k < 8; k += 1) {
    const dx = x - cubic(grid.x, u, v);
    const dy = y - cubic(grid.y, u, v);
    const [xu, xv] = slopes(grid.x, u, v);
    const [yu, yv] = slopes(grid.y, u, v);
    const area = xu * yv - xv * yu;
    const du = (yv * dx - xv * dy) / area;
    const dv = (xu * dy - yu * dx) / area;
    u += du;
    v += dv;
    if (Math.abs(du) + Math.abs(dv) < 1e-10) break;
  }
  return [u * grid.columns, v * grid.rows];
}

function latLngOf({x, y}) {
  const {lat, lng} = L.CRS.EPSG3857.pointToLatLng(L.point(x, y), 0);
  return [lat, lng];
}

// Where some columns and rows of a grid lie, in pixels of the world at zoom 0.
function boxOf(grid, columns, rows) {
  const box = L.bounds([]);
  for (let k = 0; k <= 16; k += 1) {
    const [i, j] = [columns, rows].map(([first, end]) => first + (end - first) * k / 16);
    const edge = [[i, rows[0]], [i, rows[1]], [columns[0], j], [columns[1], j]];
    for (const at of edge) box.extend(worldOf(grid, ...at));
  }
  return box;
}

// Layer of the cells. `grid`: columns, rows, least, x, y of the page's data and i, j of the block "cells";
// `residents` of the same block: they decide where 5 x 5 cells are drawn as one, and cells with
// withheld ones are dotted. Fires "coarse" when `coarse` has changed.
const GridLayer = L.Layer.extend({
  options: {pane: "cells", opacity: 0.88},

  initialize(grid, residents, options) {
    L.setOptions(this, options);
    this.grid = grid;
    this.coarse = false;
    this._residents = residents;
    this._pictures = new Map();
    this._box = boxOf(grid, [0, grid.columns], [0, grid.rows]);
    const [i, j] = [grid.columns / 2, grid.rows / 2];
    this._side = worldOf(grid, i - 0.5, j).distanceTo(worldOf(grid, i + 0.5, j));
  },

  onAdd(map) {
    this._canvas = make("canvas", {class: "leaflet-zoom-animated", "aria-hidden": "true"});
    this._canvas.style.opacity = this.options.opacity;
    map.getPane(this.options.pane).append(this._canvas);
    this.redraw();
  },

  onRemove() {
    this._canvas.remove();
    this._drawn = null;
  },

  getEvents() {
    const events = {moveend: this.redraw, resize: this.redraw, move: this._follow, zoom: this._fly};
    return {...events, zoomanim: this._animate};
  },

  // `classes`: for each cell a position in `palette`, or 255 (not drawn); `palette`: classes as from
  // classesOf, {colour: "#rrggbb", pattern: "lines" or nothing}.
  recolour(classes, palette) {
    this._classes = classes;
    this._palette = palette;
    for (const picture of this._pictures.values()) picture.stale = true;
    this.redraw();
  },

  // Number of the cell at a point, or null.
  cellAt(latlng) {
    const {x, y} = L.CRS.EPSG3857.latLngToPoint(L.latLng(latlng), 0);
    const [i, j] = gridAt(this.grid, x, y).map(Math.floor);
    if (!(i >= 0 && i < this.grid.columns && j >= 0 && j < this.grid.rows)) return null;
    const {width, at, colours} = this._pictureOf(1);
    if (!this._numbers) {
      this._numbers = new Int32Array(colours.length).fill(-1);
      at.forEach((place, n) => { this._numbers[place] = n; });
    }
    const cell = this._numbers[(j + 1) * width + i + 1];
    return cell < 0 ? null : cell;
  },

  // Outline of a cell, as `rings` in data.js gives it.
  rings(cell) {
    const [i, j] = [this.grid.i[cell], this.grid.j[cell]];
    return [CORNERS.map(([right, up]) => latLngOf(worldOf(this.grid, i + right, j + up)))];
  },

  bounds(cell) {
    return L.latLngBounds(this.rings(cell)[0]);
  },

  // Where the cells are, and as far as their rows and columns reach.
  extent() {
    const {least: [i, j], columns, rows} = this.grid;
    const {min, max} = boxOf(this.grid, [i, columns], [j, rows]);
    return this.grid.i.length === 0 ? L.latLngBounds([]) : boundsOf([min.x, min.y, max.x, max.y]);
  },

  redraw() {
    // While zooming, the canvas is moved as it is; the end of the move draws it anew.
    if (!this._map || !this._classes || this._map._animatingZoom) return;
    const scale = this._map.getZoomScale(this._map.getZoom(), 0);
    const picture = this._picture(this._side * scale < COARSE_BELOW);
    const {min, max} = this._view(beyond.share);
    const ratio = pointsPerPixel();
    const width = Math.max(0, Math.ceil((max.x - min.x) * ratio));
    const height = Math.max(0, Math.ceil((max.y - min.y) * ratio));
    this._drawn = {min, max, zoom: this._map.getZoom(), at: latLngOf(min.divideBy(scale))};
    Object.assign(this._canvas, {width, height});
    Object.assign(this._canvas.style, {width: `${width / ratio}px`, height: `${height / ratio}px`});
    L.DomUtil.setPosition(this._canvas, min.subtract(this._map.getPixelOrigin()));
    if (width > 0 && height > 0) this._paint(picture, min, scale, ratio);
    const coarse = picture.unit > 1;
    if (this.coarse === coarse) return;
    this.coarse = coarse;
    this.fire("coarse");
  },

  // What is in view and `more` of it on all sides, no further than the grid: pixels of the world
  // at this zoom.
  _view(more) {
    const scale = this._map.getZoomScale(this._map.getZoom(), 0);
    const view = this._map.getPixelBounds();
    const margin = view.getSize().multiplyBy(more);
    const [from, to] = [view.min.subtract(margin), view.max.add(margin)];
    const [least, most] = [this._box.min.multiplyBy(scale), this._box.max.multiplyBy(scale)];
    return {
      min: L.point(Math.max(from.x, least.x), Math.max(from.y, least.y)).floor(),
      max: L.point(Math.min(to.x, most.x), Math.min(to.y, most.y)).ceil(),
    };
  },

  // Made when it is asked for: from far away nobody sees single cells.
  _pictureOf(unit) {
    if (!this._pictures.has(unit)) this._pictures.set(unit, pictureOf(this.grid, unit));
    return this._pictures.get(unit);
  },

  _picture(coarse) {
    const picture = this._pictureOf(coarse ? COARSE : 1);
    if (!picture.stale) return picture;
    const residents = this._residents;
    if (coarse) {
      const known = (n) => (residents[n] === WITHHELD ? 1 : residents[n]);
      fillSquares(picture, this._classes, this._palette, known);
    } else fillCells(picture, this._classes, this._palette, (n) => residents[n] === WITHHELD);
    picture.stale = false;
    return picture;
  },

  _paint(picture, min, scale, ratio) {
    const {width, height} = this._canvas;
    const brush = this._canvas.getContext("2d");
    const image = brush.createImageData(width, height);
    const spot = (x, y) => {
      const at = gridAt(this.grid, (min.x + x / ratio) / scale, (min.y + y / ratio) / scale);
      return at.map((place) => place / picture.unit + 1);
    };
    const side = this._side * picture.unit * scale;
    const finish = {
      side: side * ratio, ratio, borders: side >= BORDERS_FROM,
      x: Math.round(min.x * ratio), y: Math.round(min.y * ratio),
      tiles: [tileOf(LINED, ratio), tileOf(DOTTED, ratio)],
    };
    const points = new Uint32Array(image.data.buffer);
    paint(picture, points, width, height, spot, side >= PATTERNS_FROM ? finish : null);
    brush.putImageData(image, 0, 0);
  },

  // Moved further than what was drawn beyond the view.
  _follow() {
    if (!this._drawn || this._drawn.zoom !== this._map.getZoom()) return;
    const {min, max} = this._view(0);
    const empty = min.x >= max.x || min.y >= max.y;
    if (!empty && !L.bounds(this._drawn.min, this._drawn.max).contains(L.bounds(min, max))) this.redraw();
  },

  _fly() {
    if (this._drawn) this._stretch(this._map.getZoom(), this._map.latLngToLayerPoint(this._drawn.at));
  },

  _animate({zoom, center}) {
    if (this._drawn) this._stretch(zoom, this._map._latLngToNewLayerPoint(this._drawn.at, zoom, center));
  },

  _stretch(zoom, at) {
    L.DomUtil.setTransform(this._canvas, at, this._map.getZoomScale(zoom, this._drawn.zoom));
  },
});
