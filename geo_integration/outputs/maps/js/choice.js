// The reader's choice, and the address that keeps it.

const LAYERS = {offers: true, others: false, gaps: true, stops: true, places: true, borders: true, context: true};
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
const NARROW = window.matchMedia("(max-width: 48rem)");
const state = {category: 0, day: 0, view: "time", mode: "transit", way: "both", limit: 45, compare: null,
  layers: {...LAYERS}, selected: null};
const drawn = {};

// Choices stand in the address, so that a view can be sent on and kept from page to page. What
// stands there is checked: it may come from anywhere.
function readChoice() {
  const asked = new URLSearchParams(window.location.hash.slice(1));
  const at = (list, id) => Math.max(0, list.findIndex((entry) => entry.id === id));
  const one = (known, value, usual) => (known.includes(value) ? value : usual);
  setLanguage(asked.get("s"));
  state.category = at(DATA.categories, asked.get("k"));
  state.day = at(DATA.days, asked.get("t"));
  state.view = one(VIEWS, asked.get("v"), "time");
  state.mode = one(MODES, asked.get("m"), "transit");
  state.way = one(WAYS, asked.get("w"), "both");
  const limit = Number(asked.get("l"));
  const usual = Number(DATA.categories[state.category].max);
  state.limit = limit >= 5 && limit <= MOST_MINUTES && limit % 5 === 0 ? limit : usual;
  state.compare = readCompare(asked.get("x") ?? "");
  const [zoom, lat, lng] = (asked.get("p") ?? "").split("/").map(Number);
  state.position = zoom >= 6 && zoom <= 18 && Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? {zoom, lat, lng} : null;
  const cell = asked.get("c");
  state.cell = /^\d{1,6}$/.test(cell ?? "") && Number(cell) < CELLS.count ? Number(cell) : null;
}

const MOST_MINUTES = 120;

function readCompare(text) {
  const [kind, id] = text.split(":");
  const list = {t: DATA.days, k: DATA.categories}[kind];
  const at = list ? list.findIndex((entry) => entry.id === id) : -1;
  if (at < 0) return null;
  return kind === "t" ? {day: at} : {category: at};
}

function choiceHash({whole = false} = {}) {
  const parts = {k: DATA.categories[state.category].id, t: DATA.days[state.day].id};
  if (state.view !== "time") parts.v = state.view;
  if (state.mode !== "transit") parts.m = state.mode;
  if (state.way !== "both") parts.w = state.way;
  if (state.limit !== Number(DATA.categories[state.category].max)) parts.l = state.limit;
  if (state.compare) {
    const {day, category} = state.compare;
    parts.x = day === undefined ? `k:${DATA.categories[category].id}` : `t:${DATA.days[day].id}`;
  }
  if (LANG !== DATA.lang) parts.s = LANG;
  if (whole && !drawn.fitted) {
    const {lat, lng} = map_karte.getCenter();
    parts.p = `${map_karte.getZoom()}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
  }
  if (whole && state.selected?.kind === "cell") parts.c = state.selected.cell;
  return `#${new URLSearchParams(parts)}`;
}

function keepAddress() {
  window.history.replaceState(null, "", choiceHash({whole: true}));
}

function keepChoice() {
  for (const entry of document.querySelectorAll("a.page")) {
    entry.setAttribute("href", entry.getAttribute("href").split("#")[0] + choiceHash());
  }
}
