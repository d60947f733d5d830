// Compares the canvas of a layer with the true outlines of its cells, DATA.corners.

// Colours of all points of the canvas.
function see(layer) {
  const {width, height} = layer._canvas;
  if (!width || !height) return new Uint32Array(0);
  const image = layer._canvas.getContext("2d").getImageData(0, 0, width, height);
  return new Uint32Array(image.data.buffer);
}

function go(zoom, at) {
  map_karte.setView(at, zoom, {animate: false});
}

// Corners of a cell in points of the canvas, as Leaflet projects them, not rounded.
function pixelsOf(layer, cell) {
  const ratio = window.devicePixelRatio;
  const box = layer._canvas.getBoundingClientRect();
  const frame = map_karte.getContainer().getBoundingClientRect();
  const world = map_karte.getPixelBounds().min;
  return DATA.corners[cell].map((corner) => {
    const {x, y} = map_karte.project(corner);
    return [x - world.x + frame.left - box.left, y - world.y + frame.top - box.top]
      .map((length) => length * ratio);
  });
}

// How far a point lies within four corners; below 0 outside.
function depth(corners, x, y) {
  let [least, most] = [Infinity, -Infinity];
  corners.forEach(([ax, ay], k) => {
    const [bx, by] = corners[(k + 1) % 4];
    const away = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / Math.hypot(bx - ax, by - ay);
    [least, most] = [Math.min(least, away), Math.max(most, away)];
  });
  return Math.max(least, -most);
}

// Points that lie more than `near` within a cell, and those of them that have not its colour; points
// more than `near` outside all cells, and those of them that have any.
function compare(layer, near) {
  const [seen, {width, height}] = [see(layer), layer._canvas];
  const free = new Uint8Array(seen.length).fill(1);
  const found = {judged: 0, wrong: 0, outside: 0, ghosts: 0, coarse: layer.coarse};
  DATA.corners.forEach((_, cell) => {
    const corners = pixelsOf(layer, cell);
    const [xs, ys] = [corners.map((at) => at[0]), corners.map((at) => at[1])];
    const ink = inkOf(DATA.palette[layer._classes[cell]].colour);
    const [right, bottom] = [Math.min(width - 1, Math.max(...xs) + 1), Math.min(height - 1, Math.max(...ys) + 1)];
    for (let y = Math.max(0, Math.floor(Math.min(...ys)) - 1); y <= bottom; y += 1) {
      for (let x = Math.max(0, Math.floor(Math.min(...xs)) - 1); x <= right; x += 1) {
        const within = depth(corners, x + 0.5, y + 0.5);
        if (within > -near) free[y * width + x] = 0;
        if (within <= near) continue;
        found.judged += 1;
        if (seen[y * width + x] !== ink) found.wrong += 1;
      }
    }
  });
  free.forEach((one, k) => {
    found.outside += one;
    if (one && seen[k] !== 0) found.ghosts += 1;
  });
  return found;
}

// Colour in the middle of the square of 5 x 5 that each cell lies in.
function squareInks(layer) {
  const [seen, {width}] = [see(layer), layer._canvas];
  const scale = map_karte.getZoomScale(map_karte.getZoom(), 0);
  return Array.from(layer.grid.i, (i, n) => {
    const j = layer.grid.j[n];
    const at = worldOf(layer.grid, i - i % 5 + 2.5, j - j % 5 + 2.5).multiplyBy(scale);
    const {x, y} = at.subtract(layer._drawn.min).floor();
    return seen[y * width + x];
  });
}

// Side of a cell, share of black points, share of points that have no colour of the palette.
function inksAt(layer, zoom) {
  go(zoom, layer.bounds(400).getCenter());
  const plain = new Set(DATA.palette.map((look) => inkOf(look.colour)));
  const seen = see(layer).filter((ink) => ink !== 0);
  const share = (is) => seen.filter(is).length / seen.length;
  const side = layer._side * map_karte.getZoomScale(zoom, 0);
  return [side, share((ink) => ink === 0xff141414), share((ink) => !plain.has(ink))];
}
