// Everything that follows from the reader's choice: the map, and when what is drawn.

// Everything that the colours need is there before anything is drawn; a later choice overtakes.
let asked = 0;
async function showAll() {
  asked += 1;
  const own = asked;
  await unpackChoice();
  if (own !== asked) return;
  showChoice();
  refresh();
}

function unpackChoice() {
  const {category, day} = state;
  const other = {category, day: state.view === "lost" ? 0 : day, ...state.compare};
  return Promise.all([unpackQuestion(category, day), unpackQuestion(other.category, other.day),
    unpackGaps(category, day), unpackView(state)]);
}

function showChoice() {
  recolour();
  showGaps();
  showTables();
}

function showTables() {
  showOfferList();
  showOffersTable();
  showAreas();
  keepChoice();
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
  drawn.lines.redraw();
  drawn.symbols.redraw();
  showSelected();
}

function showSelected() {
  markGaps();
  showCard();
  byId("close").hidden = state.selected === null;
  keepAddress();
}

let cards = 0;
async function showCard() {
  cards += 1;
  const own = cards;
  const parts = await cardOf(state.selected);
  const notes = state.selected?.notes ?? [];
  if (own === cards) fill(byId("card-body"), ...notes.map(([key, values]) => make("p", {class: "note"}, say(key, values))), ...parts);
}

function drawSymbols(brush, pixel, size) {
  if (areStopsShown()) drawStops(brush, pixel, size);
  for (const gap of shownBadges().reverse()) {
    drawBadge(brush, pixel(gap.at), String(gap.rank), state.selected?.gap === gap);
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
  if (state.layers.places) drawNames(brush, pixel, size, obstacles(pixel));
}

// Boxes of all symbols, which the place names must leave free.
function obstacles(pixel) {
  const symbols = shownSpots().map((symbol) => [symbol.at, symbol.dimmed ? 9 : 12]);
  const badges = shownBadges().map((gap) => [gap.at, 10]);
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
  const bounds = drawn.cells.extent();
  for (const {area, outline} of BORDERS) if (isOwn(area)) bounds.extend(boundsOf(outline.box));
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
  if (key === "context") drawn.land.redraw();
  if (key === "others") {
    byId("filter-everything").checked = on;
    showOfferList();
  }
}

function listen() {
  // A stop has no more to tell than its name, which the pointer tells: chosen is the cell under it.
  const pick = (point) => {
    const hit = hitAt(point);
    const cell = hit?.kind === "stop" ? drawn.cells.cellAt(point) : null;
    choose(cell === null ? hit : {kind: "cell", cell}, {fly: false});
  };
  map_karte.on("click", (event) => pick(event.latlng));
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
  byId("print").addEventListener("click", () => window.print());
  byId("language").addEventListener("click", () => {
    setLanguage(LANGUAGES.find((lang) => lang !== LANG));
    showWords();
    showTexts();
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

// Land and lines have colours of their own in the dark and on paper.
function redrawBase() {
  drawn.land.redraw();
  refresh();
}

function drawMap() {
  drawn.zoom = L.control.zoom().addTo(map_karte);
  sayZoom();
  L.control.scale({imperial: false, position: "bottomright"}).addTo(map_karte);
  preparePanes();
  drawn.whole = wholeArea();
  if (state.position) map_karte.setView([state.position.lat, state.position.lng], state.position.zoom, {animate: false});
  else showWhole();
  // Only now: a view outside would be moved back slowly, and end after all that follows.
  map_karte.setMaxBounds(drawn.whole.pad(0.6));
  drawn.land = new Sheet("land", drawLand, {follows: true}).addTo(map_karte);
  drawn.cells.addTo(map_karte);
  drawn.lines = new Sheet("lines", drawLines, {follows: true}).addTo(map_karte);
  drawn.symbols = new Sheet("symbols", drawSymbols).addTo(map_karte);
}

// The map reaches just to the lower edge of the window.
function fitHeight() {
  const head = document.querySelector("main").offsetTop;
  document.documentElement.style.setProperty("--head", `${head}px`);
}

function sayZoom() {
  for (const key of ["in", "out"]) {
    const control = document.querySelector(`.leaflet-control-zoom-${key}`);
    control?.setAttribute("title", say(`map.zoom_${key}`));
    control?.setAttribute("aria-label", say(`map.zoom_${key}`));
  }
}

// All fixed words, once at the start and again in another language.
function showWords() {
  sayPage();
  fillControls();
  fillPages();
  showSymbols();
  showCredit();
  sayZoom();
}

function showTexts() {
  fillLayers();
  fillFilters(() => { showOfferList(); showOffersTable(); drawn.symbols.redraw(); });
  showMethod();
  showDates();
  showSources();
}

const FIRST_LISTED = 10;
const MARGIN = beyond.share;

// Words and numbers come first, unseen: they decide how much room there is for the map. So the page
// is laid out once, and the map is drawn once. What lies out of sight comes after.
async function start() {
  readChoice();
  if (NARROW.matches) document.querySelector("details.banner")?.removeAttribute("open");
  const unpacking = Promise.all([unpackCells(), unpackChoice()]);
  showWords();
  if (state.cell !== null) state.selected = {kind: "cell", cell: state.cell};
  openTab(state.selected ? "card" : "gaps");
  await unpacking;
  drawn.cells = drawCells();
  recolour();
  showGaps({most: FIRST_LISTED});
  fitHeight();
  document.documentElement.classList.add("filled");
  beyond.share = 0;
  drawMap();
  beyond.share = MARGIN;
  showSelected();
  listen();
  listenSearch();
  listenTabs();
  listenKeys();
  listenLimit();
  listenPrint();
  performance.mark("ready");
  await nextFrame();
  unpackContext().then(() => { for (const layer of [drawn.cells, drawn.land, drawn.lines, drawn.symbols]) layer.redraw(); });
  showTexts();
  if (shownGaps().length > FIRST_LISTED) showGaps();
  showTables();
  watchSizes();
  document.documentElement.classList.add("ready");
}

// After the next picture on the screen; where there is none, as in a hidden tab, soon.
function nextFrame() {
  return new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
    setTimeout(done, 200);
  });
}

function watchSizes() {
  new ResizeObserver(() => {
    const before = map_karte.getSize();
    map_karte.invalidateSize({animate: false});
    if (drawn.fitted && !before.equals(map_karte.getSize())) showWhole();
  }).observe(byId("frame"));
  new ResizeObserver(fitHeight).observe(document.querySelector("header"));
}

start().catch((error) => {
  byId("broken").hidden = false;
  throw error;
});
