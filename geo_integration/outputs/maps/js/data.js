// The payload, unpacked: rings to degrees, questions to typed arrays, offers to spots.

const DEGREE = 100000;
const UNKNOWN = 255;
const REASON = Object.fromEntries(DATA.reasons.map((reason, i) => [reason, i]));
const SERVED = REASON.served;

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

function areaOf(id) {
  return DATA.areas.find((area) => area.id === id) ?? null;
}

// The municipalities that the page is about: one, all of the county, or a selection.
function isOwn(area) {
  return DATA.area === null ? DATA.table.rows.includes(area.id) : DATA.area === area.id;
}

const CELLS = {count: DATA.cells, area: null, residents: null, quality: null};
const SUPPLY = new Map();
const REFERENCE = {};

async function unpackCells() {
  Object.assign(CELLS, await block("cells"));
}

// What a view needs beside the question: it is unpacked when it is first asked for.
async function unpackView(choice) {
  if (choice.view === "quality") await unpackQuality();
  if (choice.view === "supply" && DATA.supply[choice.category]) {
    SUPPLY.set(choice.category, (await block(`supply-${choice.category}`)).tenths);
  }
  if (choice.mode === "bike" || choice.mode === "car") Object.assign(REFERENCE, await block("reference"));
}

async function unpackQuality() {
  if (DATA.quality && CELLS.quality === null) CELLS.quality = (await block("quality")).quality;
}

// Class of public transport quality of a cell: null where it is not told, "none" where there is none.
function qualityOf(cell, day) {
  if (!CELLS.quality || !DATA.quality.days[day]) return null;
  return DATA.quality.classes[CELLS.quality[day * CELLS.count + cell]] ?? "none";
}

// Residents of a cell; null where they are withheld.
function residentsOf(cell) {
  return CELLS.residents[cell] === WITHHELD ? null : CELLS.residents[cell];
}

// One question: a category on one kind of day. Reasons and minutes of every cell.
const QUESTIONS = new Map();

async function unpackQuestion(category, day) {
  const key = `q-${category}-${day}`;
  if (!QUESTIONS.has(key)) {
    const columns = await block(key);
    const {reason: packed} = columns;
    const reason = packed.map((value) => value & 127);
    const complete = packed.map((value) => value >> 7);
    QUESTIONS.set(key, {...columns, reason, complete});
  }
  return QUESTIONS.get(key);
}

// A question that has been unpacked before.
function question(category, day) {
  return QUESTIONS.get(`q-${category}-${day}`) ?? null;
}

// Underserved areas of each question, by rank; outlines are worked out when they are first drawn.
const GAPS = new Map();

async function unpackGaps(category, day) {
  const key = `gaps-${category}-${day}`;
  if (GAPS.has(key)) return;
  const columns = Object.hasOwn(DATA.blocks, key) ? await block(key) : {rank: []};
  GAPS.set(key, Array.from(columns.rank, (_, at) => new Gap(category, columns, at)));
}

class Gap {
  constructor(category, columns, index) {
    this.category = category;
    for (const [key, values] of Object.entries(columns)) this[key] = known(values, index);
    this.index = index;
    this.at = place(...DATA.gaps.at[this.shape]);
    this.name = DATA.gaps.names[this.name];
  }

  get rings() {
    return rings(DATA.gaps.outlines[this.shape]);
  }

  get outline() {
    this.drawn ??= outlineOf(this.rings);
    return this.drawn;
  }
}

function shownGaps() {
  return GAPS.get(`gaps-${state.category}-${state.day}`) ?? [];
}

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
