// What lies on the map, from bottom to top: land with waters and woods, cells, lines (roads, railways,
// bus lines, borders, underserved areas, what is chosen), symbols (stops, offers, names). The layers
// take no clicks themselves: stacked canvases hide each other. `hitAt` looks instead.

// Colours of the map itself; in the dark the paper turns dark, the classes stay as they are.
const INKS = {
  light: {ink: "#1d2733", paper: "#ffffff", halo: "rgba(255, 255, 255, .9)", land: "#fbfaf6", other: "#eceeed",
    border: "#3a4552", gap: "#b3123c"},
  dark: {ink: "#eef2f6", paper: "#12181f", halo: "rgba(18, 24, 31, .9)", land: "#2a3138", other: "#20262d",
    border: "#c6d0da", gap: "#ff6b8f"},
};
const DARK = window.matchMedia("(prefers-color-scheme: dark)");
const STOP_ZOOM = 11.5;
const THIN_BELOW = 10.5;
const OFFER_REACH = 14;
const MERGE = 20;
const BADGE = 20;
const PANES = ["land", "cells", "lines", "symbols"];

function inks() {
  return DARK.matches && !document.documentElement.classList.contains("printing") ? INKS.dark : INKS.light;
}

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

function preparePanes() {
  PANES.forEach((pane, i) => {
    const element = map_karte.createPane(pane);
    element.style.zIndex = 210 + 20 * i;
    element.style.pointerEvents = "none";
  });
}

const BORDERS = DATA.areas.map((area) => ({area, outline: outlineOf(rings(area.rings))}));

function drawLand(brush, _pixel, _size, frame) {
  for (const {area, outline} of BORDERS) {
    brush.beginPath();
    trace(brush, outline, frame);
    brush.fillStyle = isOwn(area) ? inks().land : inks().other;
    brush.fill("evenodd");
  }
  paintContext(brush, frame, {areas: true});
}

// Borders, underserved areas, and the cell that was chosen: dark on a light seam.
function drawLines(brush, _pixel, _size, frame) {
  paintContext(brush, frame, {areas: false});
  if (state.layers.borders) {
    for (const {area, outline} of BORDERS) {
      strokeOutlines(brush, [outline], frame, inks().border, area.id === DATA.area ? 2.5 : 1.2);
    }
  }
  if (state.layers.gaps) {
    const chosen = (gap) => state.selected?.gap === gap;
    const [usual, marked] = [shownGaps().filter((gap) => !chosen(gap)), shownGaps().filter(chosen)];
    // From far away they are many and small.
    const thin = map_karte.getZoom() < THIN_BELOW ? 0.65 : 1;
    for (const [gaps, seam, line] of [[usual, 4 * thin, 2 * thin], [marked, 7, 4]]) {
      const outlines = gaps.map((gap) => gap.outline);
      strokeOutlines(brush, outlines, frame, inks().paper, seam);
      strokeOutlines(brush, outlines, frame, inks().gap, line);
    }
  }
  if (state.selected?.kind === "cell") {
    const outline = outlineOf(drawn.cells.rings(state.selected.cell));
    strokeOutlines(brush, [outline], frame, inks().paper, 6);
    strokeOutlines(brush, [outline], frame, inks().ink, 3);
  }
}

// Cells that are no regular grid: each a path of its own.
const ShapeCells = Sheet.extend({
  initialize(shapes) {
    Sheet.prototype.initialize.call(this, "cells", this._paint, {follows: true});
    this.shapes = shapes.map(rings);
    this.boxes = this.shapes.map((shape) => L.latLngBounds(shape.flat()));
    this.outlines = this.shapes.map(outlineOf);
    this.coarse = false;
  },

  recolour(of, classes) {
    this._classes = classes;
    this._of = of;
    this.redraw();
  },

  _paint(brush, _pixel, _size, frame) {
    if (!this._of) return;
    this.outlines.forEach((outline, i) => {
      const look = this._classes[this._of[i]];
      const patterns = [look.pattern, residentsOf(i) === null ? "dots" : null];
      brush.beginPath();
      trace(brush, outline, frame);
      brush.globalAlpha = 0.88;
      brush.fillStyle = look.colour;
      brush.fill("evenodd");
      brush.globalAlpha = 1;
      for (const kind of patterns.filter((one) => one)) {
        brush.fillStyle = pattern(brush, kind);
        brush.fill("evenodd");
      }
    });
    strokeOutlines(brush, this.outlines, frame, "rgba(255, 255, 255, .75)", 0.6);
  },

  cellAt(point) {
    const found = this.boxes.findIndex((box, i) => box.contains(point) && isInside(this.shapes[i], point));
    return found < 0 ? null : found;
  },

  bounds(cell) {
    return this.boxes[cell];
  },

  extent() {
    return this.boxes.reduce((all, box) => all.extend(box), L.latLngBounds([]));
  },

  rings(cell) {
    return this.shapes[cell];
  },
});

function drawCells() {
  return DATA.grid ? new GridLayer({...DATA.grid, i: CELLS.i, j: CELLS.j}, CELLS.residents) : new ShapeCells(DATA.shapes);
}

// Stops would cover the county when it is seen as a whole.
function areStopsShown() {
  return state.layers.stops && map_karte.getZoom() >= STOP_ZOOM;
}

function drawStops(brush, pixel, size) {
  brush.fillStyle = inks().ink;
  brush.strokeStyle = inks().paper;
  brush.lineWidth = 0.8;
  brush.beginPath();
  for (const [, lon, lat] of DATA.stops) {
    const {x, y} = pixel(place(lon, lat));
    if (x < 0 || y < 0 || x > size.x || y > size.y) continue;
    brush.moveTo(x + 2.4, y);
    brush.arc(x, y, 2.4, 0, 2 * Math.PI);
  }
  brush.fill();
  brush.stroke();
}

const FONT = "system-ui, 'Segoe UI', Roboto, Arial, sans-serif";
const NAME_SIZES = [14, 12, 12];
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
  brush.font = `600 ${dimmed || text.length > 1 ? 12 : 14}px ${FONT}`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.fillStyle = doubtful || dimmed ? ink : paper;
  brush.fillText(text, x, y + 0.5);
}

function drawBadge(brush, {x, y}, text, chosen) {
  brush.beginPath();
  brush.arc(x, y, chosen ? 11 : text.length > 1 ? 10 : 9, 0, 2 * Math.PI);
  brush.fillStyle = chosen ? inks().gap : inks().paper;
  brush.fill();
  brush.lineWidth = 2;
  brush.strokeStyle = inks().gap;
  brush.stroke();
  brush.font = `600 ${text.length > 2 ? 9 : 12}px ${FONT}`;
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

// Gaps whose badge is drawn: the chosen one, and of those that would lie on each other the one of
// the best rank.
function shownBadges() {
  if (!state.layers.gaps) return [];
  const chosen = state.selected?.gap;
  const [kept, taken] = [[], []];
  for (const gap of [...shownGaps()].sort((a, b) => (b === chosen) - (a === chosen))) {
    const pixel = map_karte.latLngToLayerPoint(gap.at);
    if (taken.some((other) => other.distanceTo(pixel) < BADGE)) continue;
    kept.push(gap);
    taken.push(pixel);
  }
  return kept;
}

// What lies under a point of the map: an offer, a gap's badge, a stop, or a cell.
function hitAt(point) {
  const pixel = map_karte.latLngToContainerPoint(point);
  const near = (at, reach) => map_karte.latLngToContainerPoint(at).distanceTo(pixel) <= reach;
  const symbol = shownSpots().reverse().find((entry) => near(entry.at, OFFER_REACH));
  if (symbol) return {kind: "spot", spots: symbol.spots};
  const gap = shownBadges().find((entry) => near(entry.at, BADGE / 2));
  if (gap) return {kind: "gap", gap};
  if (areStopsShown()) {
    const stop = DATA.stops.find(([, lon, lat]) => near(place(lon, lat), 6));
    if (stop) return {kind: "stop", stop};
  }
  const cell = drawn.cells.cellAt(point);
  return cell === null ? null : {kind: "cell", cell};
}
