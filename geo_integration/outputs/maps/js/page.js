// Everything that follows from the reader's choice: the map, and when what is drawn.

// Everything that the colours need is there before anything is drawn; a later choice overtakes.
let asked = 0;
async function showAll() {
  asked += 1;
  const own = asked;
  const {category, day} = state;
  const other = {category, day: state.view === "lost" ? 0 : day, ...state.compare};
  await Promise.all([unpackQuestion(category, day), unpackQuestion(other.category, other.day), unpackView(state)]);
  if (own !== asked) return;
  recolour();
  showGaps();
  showOfferList();
  showOffersTable();
  showAreas();
  keepChoice();
  refresh();
}

// What changes with limit and way alone: colours, counts, headline.
function recolour() {
  drawn.view = shownAs(state);
  drawn.cells.recolour(drawn.view.of, drawn.view.classes);
  showLegend();
  showHeadline();
}

// What changes with the selection alone.
function refresh() {
  drawGaps();
  drawn.symbols.redraw();
  drawn.names.redraw();
  markGaps();
  showCard();
  byId("close").hidden = state.selected === null;
  drawSelection();
  keepAddress();
}

let cards = 0;
async function showCard() {
  cards += 1;
  const own = cards;
  const parts = await cardOf(state.selected);
  if (own === cards) fill(byId("card-body"), ...parts);
}

function drawGaps() {
  drawn.gaps.clearLayers();
  if (!state.layers.gaps) return;
  for (const gap of shownGaps()) {
    const chosen = state.selected?.gap === gap;
    const style = {fill: false, color: inks().paper, weight: chosen ? 7 : 4, opacity: 0.9};
    drawn.gaps.addLayer(shapeLayer("gaps", gap.rings, style));
    drawn.gaps.addLayer(shapeLayer("gaps", gap.rings,
      {...style, color: inks().gap, weight: chosen ? 4 : 2, opacity: 1}));
  }
}

function drawSelection() {
  drawn.selection.clearLayers();
  if (state.selected?.kind !== "cell") return;
  const shape = drawn.cells.rings(state.selected.cell);
  const style = {fill: false, color: inks().paper, weight: 6};
  drawn.selection.addLayer(shapeLayer("gaps", shape, style));
  drawn.selection.addLayer(shapeLayer("gaps", shape, {...style, color: inks().ink, weight: 3}));
}

function drawSymbols(brush, pixel) {
  if (state.layers.gaps) {
    for (const gap of shownGaps().reverse()) {
      drawBadge(brush, pixel(gap.at), String(gap.rank), state.selected?.gap === gap);
    }
  }
  for (const symbol of shownSpots()) {
    const {x, y} = pixel(symbol.at);
    drawSymbol(brush, {x, y}, symbol.offers, symbol.dimmed);
    if (!symbol.spots.some((spot) => state.selected?.spots?.includes(spot))) continue;
    brush.beginPath();
    brush.arc(x, y, 17, 0, 2 * Math.PI);
    brush.lineWidth = 3;
    brush.strokeStyle = inks().gap;
    brush.stroke();
  }
}

// Boxes of all symbols, which the place names must leave free.
function obstacles(pixel) {
  const symbols = shownSpots().map((symbol) => [symbol.at, symbol.dimmed ? 9 : 12]);
  const badges = state.layers.gaps ? shownGaps().map((gap) => [gap.at, 10]) : [];
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
  if (selected) openTab("card");
  refresh();
  // On a phone the card lies below the map.
  if (!fly && selected && NARROW.matches) byId("detail").scrollIntoView({block: "nearest"});
  const map = byId("map").getBoundingClientRect();
  if (fly && selected && (map.bottom < 80 || map.top > window.innerHeight - 80)) {
    byId("map").scrollIntoView({block: "start", behavior: STILL.matches ? "auto" : "smooth"});
  }
}

function flyTo(selected) {
  drawn.fitted = false;
  const move = {animate: !STILL.matches, duration: 0.6, maxZoom: 12.5, padding: [40, 40]};
  if (selected.kind === "gap") {
    map_karte.flyToBounds(L.latLngBounds(selected.gap.rings.flat()), move);
  } else if (selected.kind === "spot") {
    map_karte.flyTo(selected.spots[0].at, Math.max(map_karte.getZoom(), 12), move);
  }
}

function wholeArea() {
  const borders = DATA.areas.filter(isOwn).flatMap((area) => rings(area.rings).flat());
  const bounds = L.latLngBounds(borders);
  for (let cell = 0; cell < CELLS.count; cell += 1) bounds.extend(drawn.cells.bounds(cell));
  return bounds.isValid() ? bounds : L.latLngBounds([[47, 6], [55, 15]]);
}

// Until somebody moves the map, it shows the whole area, however wide the window is.
function showWhole() {
  drawn.fitted = true;
  map_karte.fitBounds(drawn.whole, {animate: false, padding: [12, 12]});
}

function switchLayer(key, on) {
  state.layers[key] = on;
  byId(`layer-${key}`).checked = on;
  const layer = {borders: drawn.borders, places: drawn.names, context: drawn.context}[key];
  if (layer) map_karte[on ? "addLayer" : "removeLayer"](layer);
  if (key === "stops") showStops();
  if (key === "others") showOfferList();
}

// Stops would cover the county when it is seen as a whole.
function showStops() {
  const on = state.layers.stops && map_karte.getZoom() >= STOP_ZOOM;
  map_karte[on ? "addLayer" : "removeLayer"](drawn.stops);
}

function listen() {
  const pick = (point) => choose(hitAt(point), {fly: false});
  map_karte.on("click", (event) => pick(event.latlng));
  map_karte.on("zoomend", showStops);
  drawn.cells.on?.("coarse", () => { byId("legend-coarse").hidden = !drawn.cells.coarse; });
  map_karte.on("moveend", keepAddress);
  map_karte.on("mousemove", (event) => hover(event));
  map_karte.on("mouseout movestart", () => { byId("hover").hidden = true; });
  const container = byId("map_karte");
  for (const moved of ["mousedown", "wheel", "touchstart", "keydown"]) {
    container.addEventListener(moved, () => { drawn.fitted = false; }, {passive: true});
  }
  container.addEventListener("mousedown", () => container.classList.remove("keys"));
  container.addEventListener("blur", () => container.classList.remove("keys"));
  container.addEventListener("keyup", () => container.classList.add("keys"));
  container.addEventListener("keydown", (event) => {
    if (event.key === "Enter") pick(map_karte.getCenter());
    if (event.key === "Escape") choose(null);
  });
  byId("home").addEventListener("click", showWhole);
  byId("close").addEventListener("click", () => choose(null));
  byId("print").addEventListener("click", () => window.print());
  byId("language").addEventListener("click", () => {
    setLanguage(LANGUAGES.find((lang) => lang !== LANG));
    showWords();
    showAll();
  });
  for (const [id, action] of Object.entries({areas: downloadAreas, cells: downloadCells, gaps: downloadGaps, offers: downloadOffers})) {
    byId(`csv-${id}`).addEventListener("click", action);
  }
  DARK.addEventListener("change", redrawBase);
}

function hover(event) {
  if (NARROW.matches) return;
  const hit = hitAt(event.latlng);
  const box = byId("hover");
  box.hidden = hit === null;
  map_karte.getContainer().classList.toggle("hit", hit !== null);
  if (hit === null) return;
  box.textContent = hoverText(hit);
  const {x, y} = event.containerPoint;
  const width = map_karte.getSize().x;
  box.style.top = `${y + 14}px`;
  box.style.left = `${Math.max(0, Math.min(x + 12, width - box.offsetWidth - 8))}px`;
}

// Land, borders and stops have colours of their own in the dark and on paper.
function redrawBase() {
  for (const [key, make_] of [["land", drawLand], ["borders", drawBorders], ["stops", drawStops]]) {
    const on = map_karte.hasLayer(drawn[key]);
    map_karte.removeLayer(drawn[key]);
    drawn[key] = make_();
    if (on) drawn[key].addTo(map_karte);
  }
  drawn.context?.redraw();
  refresh();
}

function drawMap() {
  drawn.zoom = L.control.zoom().addTo(map_karte);
  L.control.scale({imperial: false, position: "bottomright"}).addTo(map_karte);
  preparePanes();
  map_karte.setView([53, 8], 9);
  drawn.land = drawLand().addTo(map_karte);
  drawn.context = DATA.blocks.context ? drawContext().addTo(map_karte) : null;
  drawn.cells = drawCells().addTo(map_karte);
  drawn.whole = wholeArea();
  if (state.position) map_karte.setView([state.position.lat, state.position.lng], state.position.zoom, {animate: false});
  else showWhole();
  // Only now: a view outside would be moved back slowly, and end after all that follows.
  map_karte.setMaxBounds(drawn.whole.pad(0.6));
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
  document.documentElement.style.setProperty("--head", `${byId("app").offsetTop}px`);
}

// All fixed words, once at the start and again in another language.
function showWords() {
  sayPage();
  fillControls();
  fillLayers();
  fillPages();
  fillFilters(() => { showOfferList(); showOffersTable(); drawn.symbols.redraw(); drawn.names.redraw(); });
  showSymbols();
  showMethod();
  showDates();
  showSources();
  document.querySelector(".leaflet-control-zoom-in")?.setAttribute("title", say("map.zoom_in"));
  document.querySelector(".leaflet-control-zoom-in")?.setAttribute("aria-label", say("map.zoom_in"));
  document.querySelector(".leaflet-control-zoom-out")?.setAttribute("title", say("map.zoom_out"));
  document.querySelector(".leaflet-control-zoom-out")?.setAttribute("aria-label", say("map.zoom_out"));
}

async function start() {
  await unpackCells();
  readChoice();
  drawMap();
  showWords();
  listen();
  listenSearch();
  listenTabs();
  listenLimit();
  listenPrint();
  if (state.cell !== null) state.selected = {kind: "cell", cell: state.cell};
  openTab(state.selected ? "card" : "gaps");
  const {position} = state;
  await showAll();
  map_karte.invalidateSize({animate: false});
  if (position) map_karte.setView([position.lat, position.lng], position.zoom, {animate: false});
  new ResizeObserver(() => {
    map_karte.invalidateSize({animate: false});
    if (drawn.fitted) showWhole();
  }).observe(byId("frame"));
  new ResizeObserver(fitHeight).observe(document.querySelector("header"));
  performance.mark("ready");
  document.documentElement.classList.add("ready");
}

start().catch((error) => {
  byId("broken").hidden = false;
  throw error;
});
