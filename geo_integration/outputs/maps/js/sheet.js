// Canvases over the map, drawn anew after each move, and the outlines that are drawn on them.

const WORLD = 256;
// How much more than the view is drawn, on all sides, so that moving the map shows no edge.
const beyond = {share: 0.2};
// Vertices nearer to each other than this many pixels are one.
const FINEST = 0.6;

function mercator(lat) {
  return WORLD * (0.5 - Math.log(Math.tan(Math.PI / 4 + lat * Math.PI / 360)) / (2 * Math.PI));
}

// Rings of [lat, lon] -> pixels of the world at zoom 0, x and y in turn, with the box around them.
function outlineOf(shape) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const lines = shape.map((vertices) => {
    const line = new Float64Array(2 * vertices.length);
    vertices.forEach(([lat, lon], k) => {
      const x = WORLD * (lon / 360 + 0.5);
      const y = mercator(lat);
      line[2 * k] = x;
      line[2 * k + 1] = y;
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    });
    return line;
  });
  return {lines, box};
}

// A box in pixels of the world at zoom 0 -> degrees; no bounds where there is nothing in it.
function boundsOf([left, top, right, bottom]) {
  const corners = [[left, top], [right, bottom]].map((at) => L.CRS.EPSG3857.pointToLatLng(L.point(at), 0));
  return L.latLngBounds(left <= right ? corners : []);
}

// Whether an outline can be seen. `frame`: pixels of the world at zoom 0 x scale - (left, top) are
// pixels of the sheet.
function isSeen({box}, {scale, left, top, width, height}) {
  return box[0] * scale - left < width && box[2] * scale - left > 0
    && box[1] * scale - top < height && box[3] * scale - top > 0;
}

// Add an outline to the path of the brush.
function trace(brush, outline, frame) {
  if (!isSeen(outline, frame)) return;
  const {scale, left, top} = frame;
  for (const line of outline.lines) {
    let [x, y] = [line[0] * scale - left, line[1] * scale - top];
    brush.moveTo(x, y);
    for (let k = 2; k < line.length; k += 2) {
      const [nextX, nextY] = [line[k] * scale - left, line[k + 1] * scale - top];
      if (Math.abs(nextX - x) + Math.abs(nextY - y) < FINEST && k < line.length - 2) continue;
      [x, y] = [nextX, nextY];
      brush.lineTo(x, y);
    }
    brush.closePath();
  }
}

function strokeOutlines(brush, outlines, frame, colour, width) {
  brush.beginPath();
  for (const outline of outlines) trace(brush, outline, frame);
  brush.strokeStyle = colour;
  brush.lineWidth = width;
  brush.lineJoin = "round";
  brush.stroke();
}

// Points of a canvas for each pixel; paper shows more than a screen. On paper a power of two:
// Chromium prints what is drawn in lines up to 2 % too small with any other.
function pointsPerPixel() {
  const ratio = window.devicePixelRatio || 1;
  if (!document.documentElement.classList.contains("printing")) return ratio;
  return ratio > 2 ? 4 : 2;
}

// `draw` gets a brush, what turns [lat, lon] into a point of the sheet, its size, and its frame.
// A sheet that `follows` is stretched while zooming; any other is hidden as long.
const Sheet = L.Layer.extend({
  initialize(pane, draw, {follows = false} = {}) {
    this._pane = pane;
    this._draw = draw;
    this._follows = follows;
  },

  onAdd(map) {
    const kind = this._follows ? "leaflet-zoom-animated" : "leaflet-zoom-hide";
    this._canvas = make("canvas", {class: kind, "aria-hidden": "true"});
    map.getPane(this._pane).append(this._canvas);
    this.redraw();
  },

  onRemove() {
    this._canvas.remove();
    this._drawn = null;
  },

  getEvents() {
    const events = {moveend: this.redraw, resize: this.redraw};
    return this._follows ? {...events, zoom: this._fly, zoomanim: this._animate} : events;
  },

  redraw() {
    if (!this._map || this._map._animatingZoom) return;
    const map = this._map;
    const size = map.getSize().multiplyBy(1 + 2 * beyond.share).floor();
    const origin = map.containerPointToLayerPoint(map.getSize().multiplyBy(-beyond.share).floor());
    const corner = origin.add(map.getPixelOrigin());
    const ratio = pointsPerPixel();
    this._drawn = {zoom: map.getZoom(), at: map.layerPointToLatLng(origin)};
    Object.assign(this._canvas, {width: size.x * ratio, height: size.y * ratio});
    Object.assign(this._canvas.style, {width: `${size.x}px`, height: `${size.y}px`});
    L.DomUtil.setPosition(this._canvas, origin);
    const brush = this._canvas.getContext("2d");
    brush.scale(ratio, ratio);
    const scale = map.getZoomScale(map.getZoom(), 0);
    const frame = {scale, left: corner.x, top: corner.y, width: size.x, height: size.y};
    this._draw(brush, (at) => map.latLngToLayerPoint(at).subtract(origin), size, frame);
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
