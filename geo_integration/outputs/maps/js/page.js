// The reader's choice, and everything that follows from it.

const MODES = ["reach", "out", "back", "walk"];
const LAYERS = {offers: true, others: false, gaps: true, stops: true, places: true, borders: true};
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
const NARROW = window.matchMedia("(max-width: 48rem)");
const state = {category: 0, day: 0, mode: "reach", layers: {...LAYERS}, selected: null};
const drawn = {};

// Choices stand in the address, so that a view can be sent on and kept from page to page.
function readChoice() {
  const found = new URLSearchParams(window.location.hash.slice(1));
  const at = (list, id) => Math.max(0, list.findIndex((entry) => entry.id === id));
  state.category = at(DATA.categories, found.get("k"));
  state.day = at(DATA.days, found.get("t"));
  state.mode = MODES.includes(found.get("m")) ? found.get("m") : "reach";
}

function choiceHash() {
  const parts = {k: DATA.categories[state.category].id, t: DATA.days[state.day].id, m: state.mode};
  return `#${new URLSearchParams(parts)}`;
}

function keepChoice() {
  for (const entry of document.querySelectorAll("a.page")) {
    entry.setAttribute("href", entry.getAttribute("href").split("#")[0] + choiceHash());
  }
}

function showAll() {
  const cover = coverage(state.category, state.day);
  recolour(drawn.cells, cover, state.mode);
  showLegend(state);
  showHeadline(state);
  showAreas(state);
  showOffers(state, choose);
  showGaps(state, choose);
  keepChoice();
  refresh();
}

// What changes with the selection alone.
function refresh() {
  drawGaps();
  drawn.symbols.redraw();
  drawn.names.redraw();
  markGaps(state);
  fill(byId("card-body"), ...cardOf(state.selected, state));
  byId("close").hidden = state.selected === null;
  drawSelection();
}

function drawGaps() {
  drawn.gaps.clearLayers();
  if (!state.layers.gaps) return;
  for (const gap of shownGaps(state)) {
    const chosen = state.selected?.gap === gap;
    const style = {fill: false, color: "#ffffff", weight: chosen ? 7 : 4, opacity: 0.9};
    drawn.gaps.addLayer(shapeLayer("gaps", gap.rings, style));
    drawn.gaps.addLayer(shapeLayer("gaps", gap.rings,
      {...style, color: GAP_INK, weight: chosen ? 4 : 2, opacity: 1}));
  }
}

function drawSelection() {
  drawn.selection.clearLayers();
  if (state.selected?.kind !== "cell") return;
  const shape = state.selected.cell.rings;
  const style = {fill: false, color: "#ffffff", weight: 6};
  drawn.selection.addLayer(shapeLayer("gaps", shape, style));
  drawn.selection.addLayer(shapeLayer("gaps", shape, {...style, color: INK, weight: 3}));
}

function drawSymbols(brush, pixel) {
  if (state.layers.gaps) {
    for (const gap of shownGaps(state).reverse()) {
      drawBadge(brush, pixel(gap.at), String(gap.rank), state.selected?.gap === gap);
    }
  }
  for (const symbol of shownSpots(state)) {
    const {x, y} = pixel(symbol.at);
    drawSymbol(brush, {x, y}, symbol.offers, symbol.dimmed);
    if (!symbol.spots.some((spot) => state.selected?.spots?.includes(spot))) continue;
    brush.beginPath();
    brush.arc(x, y, 17, 0, 2 * Math.PI);
    brush.lineWidth = 3;
    brush.strokeStyle = GAP_INK;
    brush.stroke();
  }
}

// Boxes of all symbols, which the place names must leave free.
function obstacles(pixel) {
  const symbols = shownSpots(state).map((symbol) => [symbol.at, symbol.dimmed ? 9 : 12]);
  const badges = state.layers.gaps ? shownGaps(state).map((gap) => [gap.at, 10]) : [];
  return [...symbols, ...badges].map(([at, reach]) => {
    const {x, y} = pixel(at);
    return [x - reach, y - reach, x + reach, y + reach];
  });
}

// Choose something: show its card, and bring it into view unless it was clicked on the map.
function choose(selected, {fly = true} = {}) {
  state.selected = selected;
  if (selected?.kind === "spot" && !state.layers.others) {
    const offers = selected.spots.flatMap((spot) => spot.offers);
    const own = offers.some((i) => DATA.offers[i].category === state.category);
    if (!own) switchLayer("others", true);
  }
  if (fly && selected) flyTo(selected);
  refresh();
  // On a phone the card lies below the map.
  if (!fly && selected && NARROW.matches) byId("card").scrollIntoView({block: "nearest"});
  else if (!fly) document.querySelector(".gap[aria-pressed=true]")?.scrollIntoView({block: "nearest"});
  const map = byId("map").getBoundingClientRect();
  if (fly && (map.bottom < 80 || map.top > window.innerHeight - 80)) {
    byId("map").scrollIntoView({block: "start", behavior: STILL.matches ? "auto" : "smooth"});
  }
}

function flyTo(selected) {
  const move = {animate: !STILL.matches, duration: 0.6, maxZoom: 12.5, padding: [40, 40]};
  if (selected.kind === "gap") {
    map_karte.flyToBounds(L.latLngBounds(selected.gap.rings.flat()), move);
  } else if (selected.kind === "spot") {
    map_karte.flyTo(selected.spots[0].at, Math.max(map_karte.getZoom(), 12), move);
  }
}

function wholeArea() {
  const shown = DATA.areas.filter(isOwn);
  const borders = shown.flatMap((area) => rings(area.rings).flat());
  const bounds = L.latLngBounds([...borders, ...CELLS.flatMap((cell) => cell.rings.flat())]);
  return bounds.isValid() ? bounds : L.latLngBounds([[47, 6], [55, 15]]);
}

function showWhole() {
  map_karte.fitBounds(wholeArea(), {animate: false, padding: [12, 12]});
}

function switchLayer(key, on) {
  state.layers[key] = on;
  byId(`layer-${key}`).checked = on;
  if (key === "borders") map_karte[on ? "addLayer" : "removeLayer"](drawn.borders);
  if (key === "places") map_karte[on ? "addLayer" : "removeLayer"](drawn.names);
  if (key === "stops") showStops();
}

// Stops would cover the county when it is seen as a whole.
function showStops() {
  const on = state.layers.stops && map_karte.getZoom() >= STOP_ZOOM;
  map_karte[on ? "addLayer" : "removeLayer"](drawn.stops);
}

function radios(id, entries, chosen, change) {
  entries.forEach(([value, text], i) => {
    const box = make("input", {type: "radio", name: id, id: `${id}-${i}`, value, checked: value === chosen});
    box.addEventListener("change", () => change(value));
    byId(id).append(make("label", {for: `${id}-${i}`}, box, make("span", {}, text)));
  });
}

function fillCategories() {
  const select = byId("category");
  const fields = new Map();
  DATA.categories.forEach((category, i) => {
    if (!fields.has(category.field)) {
      fields.set(category.field, make("optgroup", {label: category.field}));
      select.append(fields.get(category.field));
    }
    const text = `${category.letter} – ${category.label}`;
    fields.get(category.field).append(make("option", {value: i}, text));
  });
  select.value = state.category;
  select.addEventListener("change", () => change({category: Number(select.value)}));
}

// A gap belongs to one category and day; with these changed, it is no longer the one meant.
function change(choice) {
  Object.assign(state, choice);
  if (state.selected?.kind === "gap" && !shownGaps(state).includes(state.selected.gap)) {
    state.selected = null;
  }
  window.history.replaceState(null, "", choiceHash());
  showAll();
}

function fillControls() {
  fillCategories();
  radios("day", DATA.days.map((day, i) => [i, day.label]), state.day, (day) => change({day}));
  radios("mode", MODES.map((mode) => [mode, say(`mode.${mode}`)]), state.mode, (mode) => change({mode}));
  for (const key of Object.keys(LAYERS)) {
    const box = make("input", {type: "checkbox", id: `layer-${key}`, checked: state.layers[key]});
    box.addEventListener("change", () => {
      switchLayer(key, box.checked);
      refresh();
    });
    byId("layers").append(make("label", {for: `layer-${key}`}, box, say(`layer.${key}`)));
  }
  byId("layers").append(make("p", {class: "small"}, say("layer.stops_hint")));
  byId("choice").addEventListener("submit", (event) => event.preventDefault());
}

function fillPages() {
  const own = (area) => area.id === DATA.area;
  const whole = say(DATA.selection ? "page.selection" : "page.county");
  const home = DATA.area === null ? make("strong", {"aria-current": "page"}, whole)
    : make("a", {href: "index.html", class: "page"}, whole);
  const listed = DATA.areas.filter((area) => area.page || own(area));
  listed.sort((a, b) => a.name.localeCompare(b.name, DATA.lang));
  const others = listed.map((area) =>
    (own(area) ? make("strong", {"aria-current": "page"}, name(area.name))
      : make("a", {href: area.page, class: "page"}, name(area.name))));
  byId("pages").hidden = others.length === 0;
  fill(byId("pages"), home, ...others);
}

function listen() {
  const pick = (point) => choose(hitAt(point, state), {fly: false});
  map_karte.on("click", (event) => pick(event.latlng));
  map_karte.on("zoomend", showStops);
  map_karte.on("mousemove", (event) => hover(event));
  map_karte.on("mouseout movestart", () => { byId("hover").hidden = true; });
  const container = byId("map_karte");
  container.addEventListener("mousedown", () => container.classList.remove("keys"));
  container.addEventListener("blur", () => container.classList.remove("keys"));
  container.addEventListener("keyup", () => container.classList.add("keys"));
  container.addEventListener("keydown", (event) => {
    if (event.key === "Enter") pick(map_karte.getCenter());
    if (event.key === "Escape") choose(null);
  });
  byId("home").addEventListener("click", showWhole);
  byId("close").addEventListener("click", () => choose(null));
}

function hover(event) {
  const hit = hitAt(event.latlng, state);
  const box = byId("hover");
  box.hidden = hit === null;
  map_karte.getContainer().classList.toggle("hit", hit !== null);
  if (hit === null) return;
  box.textContent = hoverText(hit, state);
  const {x, y} = event.containerPoint;
  const width = map_karte.getSize().x;
  box.style.top = `${y + 14}px`;
  box.style.left = `${Math.max(0, Math.min(x + 12, width - box.offsetWidth - 8))}px`;
}

function drawMap() {
  L.control.zoom({zoomInTitle: say("map.zoom_in"), zoomOutTitle: say("map.zoom_out")}).addTo(map_karte);
  L.control.scale({imperial: false, position: "bottomright"}).addTo(map_karte);
  preparePanes();
  showWhole();
  map_karte.setMaxBounds(wholeArea().pad(0.6));
  drawn.land = drawLand();
  drawn.cells = drawCells();
  drawn.borders = drawBorders().addTo(map_karte);
  drawn.gaps = L.layerGroup().addTo(map_karte);
  drawn.selection = L.layerGroup().addTo(map_karte);
  drawn.stops = drawStops();
  drawn.symbols = new Sheet("offers", drawSymbols).addTo(map_karte);
  drawn.names = new Sheet("names", (brush, pixel, size) => drawNames(brush, pixel, size, obstacles(pixel))).addTo(map_karte);
  showStops();
}

// The map reaches just to the lower edge of the window.
function fitHeight() {
  const head = byId("app").offsetTop;
  document.documentElement.style.setProperty("--head", `${head}px`);
}

function start() {
  readChoice();
  fillControls();
  fillPages();
  fitHeight();
  drawMap();
  listen();
  showSymbols();
  showUncounted();
  showMethod();
  showDates();
  showSources();
  showAll();
  fitHeight();
  map_karte.invalidateSize({pan: false});
  showWhole();
  new ResizeObserver(() => map_karte.invalidateSize({pan: false})).observe(byId("frame"));
  new ResizeObserver(fitHeight).observe(document.querySelector("header"));
  document.documentElement.classList.add("ready");
}

try {
  start();
} catch (error) {
  byId("broken").hidden = false;
  throw error;
}
