// The payload, unpacked: rings to degrees, pooled columns to lists of numbers.

const DEGREE = 100000;
const REASON = Object.fromEntries(DATA.reasons.map((reason, i) => [reason, i]));
const NOWHERE = new Set(["no_offer", "no_fit", "not_located", "not_on_day"].map((r) => REASON[r]));
const columns = new Map();

// Steps of a ring -> [[lat, lon], ...].
function ring(steps) {
  const vertices = [];
  let lon = 0;
  let lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    vertices.push([lat / DEGREE, lon / DEGREE]);
  }
  return vertices;
}

function rings(shape) {
  return shape.map(ring);
}

function place(lon, lat) {
  return [lat / DEGREE, lon / DEGREE];
}

// A pooled column as numbers; null where the value is missing.
function numbers(at) {
  if (at === undefined) return null;
  if (!columns.has(at)) {
    const parsed = DATA.pool[at].split(",").map((v) => (v === "" ? null : Number(v)));
    columns.set(at, parsed);
  }
  return columns.get(at);
}

// Coverage of one category on one day type: reason and minutes of every cell, or null.
function coverage(category, day) {
  const packed = DATA.coverage.by[`${DATA.categories[category].id} ${DATA.days[day].id}`];
  if (!packed) return null;
  const letters = DATA.pool[packed.reason];
  return {
    reason: (i) => (letters[i] === "-" ? null : letters.charCodeAt(i) - 97),
    out: numbers(packed.out_min),
    back: numbers(packed.back_min),
    walk: numbers(packed.walk_min),
    booked: numbers(packed.booked_min),
    lead: numbers(packed.lead_min),
    offers: numbers(packed.offers),
    offer: numbers(packed.offer),
    outLine: numbers(packed.out_line),
    backLine: numbers(packed.back_line),
  };
}

// Columns of the municipal table for one category on one day type, or null.
function areaColumns(category, day) {
  const packed = DATA.table.by[`${DATA.categories[category].id} ${DATA.days[day].id}`];
  if (!packed) return null;
  return Object.fromEntries(Object.entries(packed).map(([key, at]) => [key, numbers(at)]));
}

function areaRow(id) {
  return DATA.areas.find((area) => area.id === id) ?? null;
}

const CELLS = DATA.cells.rings.map((shape, i) => {
  const parts = rings(shape);
  return {
    index: i,
    rings: parts,
    bounds: L.latLngBounds(parts.flat()),
    area: DATA.cells.area[i] === null ? null : DATA.areas[DATA.cells.area[i]],
    residents: DATA.cells.residents[i],
  };
});

const GAPS = DATA.gaps.map((gap, i) =>
  ({...gap, index: i, rings: rings(JSON.parse(DATA.pool[gap.rings])), at: place(...gap.at)}));

// Offers that are drawn, gathered by spot.
const SPOTS = (() => {
  const found = new Map();
  DATA.offers.forEach((offer, i) => {
    if (!offer.counted || offer.at === null) return;
    const key = offer.at.join(" ");
    if (!found.has(key)) found.set(key, {at: place(...offer.at), offers: []});
    found.get(key).offers.push(i);
  });
  return [...found.values()];
})();

function isDoubtful(offer) {
  return offer.doubtful;
}

// Even-odd rule over all rings of a shape.
function isInside(shape, point) {
  let inside = false;
  for (const vertices of shape) {
    for (let i = 0, j = vertices.length - 1; i < vertices.length; j = i, i += 1) {
      const [lat, lon] = vertices[i];
      const [lat2, lon2] = vertices[j];
      const crosses = (lat > point.lat) !== (lat2 > point.lat);
      if (crosses && point.lng < ((lon2 - lon) * (point.lat - lat)) / (lat2 - lat) + lon) {
        inside = !inside;
      }
    }
  }
  return inside;
}

function cellAt(point) {
  return CELLS.find((cell) => cell.bounds.contains(point) && isInside(cell.rings, point)) ?? null;
}

// The nearest place name within about three kilometres, for the heading of a cell.
function nearestPlace(point) {
  let best = null;
  let least = 3000;
  for (const [text, lon, lat] of DATA.places) {
    const distance = map_karte.distance(point, place(lon, lat));
    if (distance < least) [best, least] = [text, distance];
  }
  return best;
}
