// Pictures of a grid: a colour for each place of it, painted on a canvas point by point. For each
// point the place under it is worked out, so every edge is where it belongs, without blur or seams.

const LINED = 1;
const DOTTED = 2;
const BORDER = {half: 0.3, share: 192, ink: 0xffffff};
const PATTERNS_FROM = 8;
const BORDERS_FROM = 10;
const NOT_DRAWN = 255;
const STEP = 64;

// Colours of the places of a grid, or of squares of `unit` x `unit` of them, with a margin of one
// empty place; `at`: the place of each cell.
function pictureOf(grid, unit) {
  const width = Math.ceil(grid.columns / unit) + 2;
  const height = Math.ceil(grid.rows / unit) + 2;
  const at = new Uint32Array(grid.i.length);
  for (let n = 0; n < at.length; n += 1) {
    at[n] = (Math.floor(grid.j[n] / unit) + 1) * width + Math.floor(grid.i[n] / unit) + 1;
  }
  const [colours, marks] = [new Uint32Array(width * height), new Uint8Array(width * height)];
  return {unit, width, height, at, colours, marks, stale: true};
}

// "#rrggbb" -> as a canvas holds it: alpha, blue, green, red.
function inkOf(colour) {
  const value = Number.parseInt(colour.slice(1), 16);
  return (0xff000000 | (value & 0xff) << 16 | value & 0xff00 | value >> 16) >>> 0;
}

// The class of each cell -> the colour of its place; withheld cells are dotted.
function fillCells(picture, classes, palette, withheld) {
  const inks = palette.map((look) => inkOf(look.colour));
  const marks = palette.map((look) => (look.pattern === "lines" ? LINED : 0));
  classes.forEach((key, n) => {
    const place = picture.at[n];
    picture.colours[place] = key === NOT_DRAWN ? 0 : inks[key];
    picture.marks[place] = key === NOT_DRAWN ? 0 : marks[key] | (withheld(n) ? DOTTED : 0);
  });
}

// For each square the class that most residents have; where nobody has any, that of most cells;
// of equal ones the first in the palette.
function fillSquares(picture, classes, palette, residents) {
  const totals = new Float64Array(picture.colours.length * palette.length);
  for (let n = 0; n < classes.length; n += 1) {
    if (classes[n] !== NOT_DRAWN) totals[picture.at[n] * palette.length + classes[n]] += residents(n) + 1e-3;
  }
  const inks = palette.map((look) => inkOf(look.colour));
  picture.colours.fill(0);
  picture.marks.fill(0);
  for (const place of picture.at) {
    if (picture.colours[place] !== 0) continue;
    let [best, most] = [-1, 0];
    for (let key = 0; key < palette.length; key += 1) {
      const total = totals[place * palette.length + key];
      if (total > most) [best, most] = [key, total];
    }
    if (best < 0) continue;
    picture.colours[place] = inks[best];
    picture.marks[place] = palette[best].pattern === "lines" ? LINED : 0;
  }
}

// The patterns of layers.js as small squares of ink and share (of 256), at the screen's resolution.
function tileOf(kind, ratio) {
  const size = kind === LINED ? 6 : 7;
  const side = Math.max(1, Math.round(size * ratio));
  const tile = {side, inks: new Uint32Array(side * side), shares: new Uint16Array(side * side)};
  for (let k = 0; k < side * side; k += 1) {
    const x = (k % side + 0.5) * size / side;
    const y = (Math.floor(k / side) + 0.5) * size / side;
    if (kind === LINED) {
      const away = Math.abs((x + y + size / 2) % size - size / 2) / Math.SQRT2;
      tile.inks[k] = 0x3c3c3c;
      tile.shares[k] = 115 * Math.max(0, Math.min(1, 1 - away));
    } else {
      const inner = x > 2 && x < 4 && y > 2 && y < 4;
      tile.inks[k] = inner ? 0x141414 : 0xffffff;
      tile.shares[k] = inner ? 256 : x > 1 && x < 5 && y > 1 && y < 5 ? 179 : 0;
    }
  }
  return tile;
}

function mix(under, over, share) {
  const rest = 256 - share;
  const outer = ((under & 0xff00ff) * rest + (over & 0xff00ff) * share) >>> 8 & 0xff00ff;
  const green = ((under & 0xff00) * rest + (over & 0xff00) * share) >>> 8 & 0xff00;
  return (0xff000000 | outer | green) >>> 0;
}

// Paint a picture on `points` (a colour each, `width` x `height`). `spot(x, y)` gives the column and
// row of the picture at a corner of a point; in between it is followed in straight lines.
function paint(picture, points, width, height, spot, finish) {
  for (let top = 0; top < height; top += STEP) {
    const bottom = Math.min(top + STEP, height);
    let [above, below] = [spot(0, top), spot(0, bottom)];
    for (let left = 0; left < width; left += STEP) {
      const right = Math.min(left + STEP, width);
      const [above2, below2] = [spot(right, top), spot(right, bottom)];
      if (!isEmpty(picture, [above, below, above2, below2])) {
        for (let y = top; y < bottom; y += 1) {
          const part = (y + 0.5 - top) / (bottom - top);
          const u = above[0] + (below[0] - above[0]) * part;
          const v = above[1] + (below[1] - above[1]) * part;
          const du = (above2[0] + (below2[0] - above2[0]) * part - u) / (right - left);
          const dv = (above2[1] + (below2[1] - above2[1]) * part - v) / (right - left);
          const run = {at: y * width + left, length: right - left, u: u + du / 2, v: v + dv / 2, du, dv};
          if (finish) paintFinished(picture, points, run, left, y, finish);
          else paintPlain(picture, points, run);
        }
      }
      [above, below] = [above2, below2];
    }
  }
}

// Whether nothing is to be painted between four corners; places are looked through only where they
// are far fewer than points.
function isEmpty(picture, corners) {
  const [us, vs] = [corners.map((corner) => corner[0]), corners.map((corner) => corner[1])];
  const left = Math.max(0, Math.floor(Math.min(...us) - 0.5));
  const right = Math.min(picture.width, Math.ceil(Math.max(...us) + 0.5));
  const low = Math.max(0, Math.floor(Math.min(...vs) - 0.5));
  const high = Math.min(picture.height, Math.ceil(Math.max(...vs) + 0.5));
  if ((right - left) * (high - low) > STEP * STEP / 4) return false;
  for (let j = low; j < high; j += 1) {
    for (let i = left; i < right; i += 1) {
      if (picture.colours[j * picture.width + i] !== 0) return false;
    }
  }
  return true;
}

// A run: points of one line from `at` on, over the places from u, v on in equal steps. What lies
// beyond the picture is empty; a part of a place below 0 falls in the margin, which is empty too.
function paintPlain({width, height, colours}, points, {at, length, u, v, du, dv}) {
  for (let k = 0; k < length; k += 1, u += du, v += dv) {
    const i = u | 0;
    const j = v | 0;
    if (i >>> 0 < width && j >>> 0 < height) points[at + k] = colours[j * width + i];
  }
}

// The same with patterns and white borders. `finish`: length of a place's side in points, the
// screen's ratio, the origin of the patterns, their tiles, and whether borders are drawn.
function paintFinished({width, height, colours, marks}, points, {at, length, u, v, du, dv}, x, y, finish) {
  const {tiles, side, borders, ratio} = finish;
  const reach = BORDER.half * ratio + 0.5;
  const edge = borders ? reach / side : -1;
  for (let k = 0; k < length; k += 1, u += du, v += dv) {
    const i = u | 0;
    const j = v | 0;
    if (i >>> 0 >= width || j >>> 0 >= height) continue;
    const place = j * width + i;
    let ink = colours[place];
    if (ink === 0) continue;
    if (marks[place] & LINED) ink = tiled(ink, tiles[0], finish.x + x + k, finish.y + y);
    if (marks[place] & DOTTED) ink = tiled(ink, tiles[1], finish.x + x + k, finish.y + y);
    const a = u - i;
    const b = v - j;
    if (a < edge || b < edge || 1 - a < edge || 1 - b < edge) {
      const away = Math.min(a, b, 1 - a, 1 - b) * side;
      ink = mix(ink, BORDER.ink, BORDER.share * Math.min(1, reach - away) | 0);
    }
    points[at + k] = ink;
  }
}

function tiled(ink, {side, inks, shares}, x, y) {
  const k = y % side * side + x % side;
  return shares[k] === 0 ? ink : mix(ink, inks[k], shares[k]);
}
