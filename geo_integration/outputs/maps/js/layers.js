// What lies on the map, from bottom to top: land, context, cells, borders, gaps, stops, offers, names.
// The layers take no clicks themselves: stacked canvases hide each other. `hitAt` looks instead.

// Colours of the map itself; in the dark the paper turns dark, the classes stay as they are.
const INKS = {
  light: {ink: "#1d2733", paper: "#ffffff", halo: "rgba(255, 255, 255, .9)", land: "#fbfaf6", other: "#eceeed",
    border: "#3a4552", gap: "#b3123c"},
  dark: {ink: "#eef2f6", paper: "#12181f", halo: "rgba(18, 24, 31, .9)", land: "#2a3138", other: "#20262d",
    border: "#c6d0da", gap: "#ff6b8f"},
};
const DARK = window.matchMedia("(prefers-color-scheme: dark)");
const STOP_ZOOM = 11.5;
const OFFER_REACH = 14;
const MERGE = 20;
const PANES = ["land", "context", "cells", "borders", "gaps", "stops", "offers", "names"];

function inks() {
  return DARK.matches && !document.documentElement.classList.contains("printing") ? INKS.dark : INKS.light;
}

// Leaflet's canvas, with patterns over a fill.
const PatternCanvas = L.Canvas.extend({
  _fillStroke(context, layer) {
    L.Canvas.prototype._fillStroke.call(this, context, layer);
    for (const kind of layer.options.patterns ?? []) {
      context.globalAlpha = 1;
      context.fillStyle = pattern(context, kind);
      context.fill("evenodd");
    }
  },
});

// "lines": nothing to be had; "dots": number of residents withheld.
function pattern(context, kind) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = kind === "lines" ? 6 : 7;
  const brush = tile.getContext("2d");
  if (kind === "lines") {
    brush.strokeStyle = "rgba(60, 60, 60, .45)";
    for (const shift of [-6, 0, 6]) {
      brush.moveTo(shift, 6);
      brush.lineTo(shift + 6, 0);
    }
    brush.stroke();
  } else {
    brush.fillStyle = "rgba(255, 255, 255, .7)";
    brush.fillRect(1, 1, 4, 4);
    brush.fillStyle = "rgba(20, 20, 20, 1)";
    brush.fillRect(2, 2, 2, 2);
  }
  return context.createPattern(tile, "repeat");
}

const renderers = {};
function preparePanes() {
  PANES.forEach((pane, i) => {
    const element = map_karte.createPane(pane);
    element.style.zIndex = 210 + 20 * i;
    element.style.pointerEvents = "none";
    const Renderer = pane === "cells" ? PatternCanvas : L.Canvas;
    renderers[pane] = new Renderer({pane, padding: 0.3});
  });
}

function shapeLayer(pane, shape, style) {
  const options = {renderer: renderers[pane], pane, interactive: false, smoothFactor: 0, ...style};
  return L.polygon(shape, options);
}

function drawLand() {
  const land = DATA.areas.map((area) => shapeLayer("land", rings(area.rings),
    {stroke: false, fillColor: isOwn(area) ? inks().land : inks().other, fillOpacity: 1}));
  return L.layerGroup(land);
}

function drawBorders() {
  const lines = DATA.areas.map((area) => shapeLayer("borders", rings(area.rings), {
    fill: false, color: inks().border, weight: area.id === DATA.area ? 2.5 : 1.2, opacity: 0.9,
  }));
  return L.layerGroup(lines);
}

// Cells that are no regular grid: each a path of its own.
class ShapeCells {
  constructor(shapes) {
    this.shapes = shapes.map(rings);
    this.boxes = this.shapes.map((shape) => L.latLngBounds(shape.flat()));
    const style = {color: "#ffffff", weight: 0.6, opacity: 0.75, fillOpacity: 0.88};
    this.layers = this.shapes.map((shape) => shapeLayer("cells", shape, style));
    this.coarse = false;
  }

  addTo(map) {
    for (const layer of this.layers) layer.addTo(map);
    return this;
  }

  recolour(of, classes) {
    this.layers.forEach((layer, i) => {
      const look = classes[of[i]];
      const patterns = look.pattern ? [look.pattern] : [];
      if (residentsOf(i) === null) patterns.push("dots");
      layer.setStyle({fillColor: look.colour, patterns});
    });
  }

  cellAt(point) {
    const found = this.boxes.findIndex((box, i) => box.contains(point) && isInside(this.shapes[i], point));
    return found < 0 ? null : found;
  }

  bounds(cell) {
    return this.boxes[cell];
  }

  rings(cell) {
    return this.shapes[cell];
  }
}

function drawCells() {
  return DATA.grid ? new GridLayer({...DATA.grid, i: CELLS.i, j: CELLS.j}, CELLS.residents) : new ShapeCells(DATA.shapes);
}

function drawStops() {
  const {ink, paper} = inks();
  const style = {renderer: renderers.stops, pane: "stops", interactive: false, radius: 2.4,
    color: paper, weight: 0.8, fillColor: ink, fillOpacity: 1};
  return L.layerGroup(DATA.stops.map(([, lon, lat]) => L.circleMarker(place(lon, lat), style)));
}

// A canvas over the map that is drawn anew after each move; `draw` gets its brush.
const Sheet = L.Layer.extend({
  initialize(pane, draw) {
    this._pane = pane;
    this._draw = draw;
  },
  onAdd(map) {
    this._canvas = make("canvas", {class: "leaflet-zoom-hide", "aria-hidden": "true"});
    map.getPane(this._pane).append(this._canvas);
    map.on("moveend zoomend resize", this.redraw, this);
    this.redraw();
  },
  onRemove(map) {
    map.off("moveend zoomend resize", this.redraw, this);
    this._canvas.remove();
  },
  redraw() {
    if (!this._map) return;
    const size = this._map.getSize().multiplyBy(1.6).floor();
    const corner = this._map.getSize().multiplyBy(-0.3).floor();
    const ratio = window.devicePixelRatio || 1;
    const origin = this._map.containerPointToLayerPoint(corner);
    L.DomUtil.setPosition(this._canvas, origin);
    this._canvas.width = size.x * ratio;
    this._canvas.height = size.y * ratio;
    this._canvas.style.width = `${size.x}px`;
    this._canvas.style.height = `${size.y}px`;
    const brush = this._canvas.getContext("2d");
    brush.scale(ratio, ratio);
    this._draw(brush, (at) => this._map.latLngToLayerPoint(at).subtract(origin), size);
  },
});

const FONT = "system-ui, 'Segoe UI', Roboto, Arial, sans-serif";
const NAME_SIZES = [14, 12, 11];
const NAME_ZOOMS = [0, 9.5, 11.5];

const NAME_SHIFTS = [0, 20, -20];

// Place names by rank; each takes the first free spot (on, under or over its place), or none.
function drawNames(brush, pixel, size, taken) {
  const zoom = map_karte.getZoom();
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.lineJoin = "round";
  brush.lineWidth = 3.5;
  brush.strokeStyle = inks().halo;
  brush.fillStyle = inks().ink;
  for (const [text, lon, lat, rank] of DATA.places) {
    if (zoom < NAME_ZOOMS[rank]) continue;
    const {x, y} = pixel(place(lon, lat));
    if (x < 0 || y < 0 || x > size.x || y > size.y) continue;
    brush.font = `${rank === 0 ? 600 : 400} ${NAME_SIZES[rank]}px ${FONT}`;
    const half = brush.measureText(text).width / 2 + 3;
    const boxes = NAME_SHIFTS.map((shift) => [x - half, y + shift - 8, x + half, y + shift + 8]);
    const box = half > 130 ? null : boxes.find((one) => !taken.some((other) => touches(one, other)));
    if (!box) continue;
    taken.push(box);
    brush.strokeText(text, x, box[1] + 8);
    brush.fillText(text, x, box[1] + 8);
  }
}

function touches(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

// One symbol: a disc with the category's letter; dashed and pale where the place is uncertain;
// a square with the number where several offers share a spot.
function drawSymbol(brush, {x, y}, offers, dimmed) {
  const {ink, paper} = inks();
  const first = DATA.offers[offers[0]];
  const several = offers.length > 1;
  const doubtful = offers.every((i) => DATA.offers[i].doubtful);
  const text = several ? String(offers.length) : DATA.categories[first.category]?.letter ?? "?";
  const radius = dimmed ? 8 : 11;
  brush.beginPath();
  if (several) brush.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  else brush.arc(x, y, radius, 0, 2 * Math.PI);
  brush.setLineDash([]);
  brush.lineWidth = 4;
  brush.strokeStyle = paper;
  brush.stroke();
  brush.fillStyle = doubtful || dimmed ? paper : ink;
  brush.fill();
  brush.setLineDash(doubtful ? [3, 2.5] : []);
  brush.lineWidth = dimmed ? 1.2 : 2;
  brush.strokeStyle = ink;
  brush.stroke();
  brush.setLineDash([]);
  brush.font = `700 ${text.length > 1 ? radius : radius + 2}px ${FONT}`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.fillStyle = doubtful || dimmed ? ink : paper;
  brush.fillText(text, x, y + 0.5);
}

function drawBadge(brush, {x, y}, text, chosen) {
  brush.beginPath();
  brush.arc(x, y, chosen ? 11 : 9, 0, 2 * Math.PI);
  brush.fillStyle = chosen ? inks().gap : inks().paper;
  brush.fill();
  brush.lineWidth = 2;
  brush.strokeStyle = inks().gap;
  brush.stroke();
  brush.font = `700 ${text.length > 2 ? 9 : 11}px ${FONT}`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.fillStyle = chosen ? inks().paper : inks().gap;
  brush.fillText(text, x, y + 0.5);
}

// Symbols to draw: spots with offers of the category that pass the filters, and dimmed those with
// others only. Spots that would lie on each other at this scale share one symbol.
function shownSpots() {
  const found = [];
  for (const spot of SPOTS) {
    const wanted = spot.offers.filter(passes);
    const own = wanted.filter((i) => DATA.offers[i].category === state.category);
    if (own.length && state.layers.offers) addSymbol(found, spot, own, false);
    else if (state.layers.others && wanted.length > own.length) {
      addSymbol(found, spot, wanted.filter((i) => !own.includes(i)), true);
    }
  }
  return found.sort((a, b) => b.dimmed - a.dimmed);
}

function addSymbol(found, spot, offers, dimmed) {
  const pixel = map_karte.latLngToLayerPoint(spot.at);
  const near = found.find((entry) =>
    entry.dimmed === dimmed && map_karte.latLngToLayerPoint(entry.at).distanceTo(pixel) < MERGE);
  if (near) {
    near.spots.push(spot);
    near.offers.push(...offers);
  } else found.push({at: spot.at, spots: [spot], offers: [...offers], dimmed});
}

function shownGaps() {
  return GAPS.filter((gap) => gap.category === state.category && gap.day === state.day);
}

// What lies under a point of the map: an offer, a gap's badge, a stop, or a cell.
function hitAt(point) {
  const pixel = map_karte.latLngToContainerPoint(point);
  const near = (at, reach) => map_karte.latLngToContainerPoint(at).distanceTo(pixel) <= reach;
  const symbol = shownSpots().reverse().find((entry) => near(entry.at, OFFER_REACH));
  if (symbol) return {kind: "spot", spots: symbol.spots};
  const gap = state.layers.gaps && shownGaps().find((entry) => near(entry.at, 11));
  if (gap) return {kind: "gap", gap};
  if (state.layers.stops && map_karte.getZoom() >= STOP_ZOOM) {
    const stop = DATA.stops.find(([, lon, lat]) => near(place(lon, lat), 6));
    if (stop) return {kind: "stop", stop};
  }
  const cell = drawn.cells.cellAt(point);
  return cell === null ? null : {kind: "cell", cell};
}
