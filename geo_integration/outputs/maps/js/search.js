// The search field: places, stops, offers, coordinates, and addresses where the page has them. A
// combobox as the ARIA practices describe it: arrows, Enter, Escape; what was found is told aloud.

const MOST_FOUND = 8;
const MOST_STREETS = 5;
// Where nobody lives, the nearest cell within this distance is shown.
const NEAR_M = 500;
const METRES_OF_DEGREE = 111320;
const found = {entries: [], at: -1, index: null};

if (DATA.addresses) {
  Object.assign(byId("search").dataset, {sayLabel: "search.label_addresses", sayHint: "search.label_addresses"});
  byId("search-list").dataset.sayLabel = "search.label_addresses";
}

// All names, gathered when somebody types for the first time.
function namesOfPage() {
  const entries = [];
  DATA.places.forEach(([text, lon, lat]) => entries.push({kind: "place", text, at: place(lon, lat), rank: 0}));
  DATA.offers.forEach((offer, i) => entries.push({kind: "offer", text: offer.name, offer: i, rank: 1}));
  const stops = new Map();
  DATA.stops.forEach(([text, lon, lat]) => { if (!stops.has(text)) stops.set(text, place(lon, lat)); });
  stops.forEach((at, text) => entries.push({kind: "stop", text, at, rank: 2}));
  return entries.map((entry) => ({...entry, folded: folded(entry.text), spelt: spelt(entry.text)}));
}

function spelt(text) {
  return wordsOf(text).map(whole).join(" ");
}

// Entries that begin with what was typed, then those with a word that does, then the rest.
function search(text) {
  const typed = folded(text.trim());
  if (typed === "") return [];
  const point = coordinatesIn(text);
  if (point) return [point];
  const ways = [["folded", typed], ["spelt", spelt(text)], ["spelt", wordsOf(text).join(" ")]].filter(([, part]) => part);
  found.index ??= namesOfPage();
  const named = found.index.map((entry) => ({...entry, points: Math.min(...ways.map(([key, part]) => pointsOf(entry[key], part))) + entry.rank}));
  const better = (a, b) => a.points - b.points || a.text.length - b.text.length;
  const others = named.filter(({points}) => points < Infinity).sort(better).slice(0, MOST_FOUND);
  const streets = addressesLike(text).sort(better);
  const most = Math.max(MOST_STREETS, MOST_FOUND - others.length);
  return [...others, ...streets.slice(0, most)].sort(better).slice(0, MOST_FOUND);
}

function pointsOf(text, typed) {
  const at = text.indexOf(typed);
  if (at < 0) return Infinity;
  return at === 0 ? 0 : /[^a-z0-9]/.test(text[at - 1]) ? 10 : 20;
}

// Coordinates ------------------------------------------------------------------------------------

// "53.5741, 7.9012", "53,5741 7,9012", "N 53.57 E 7.90", "geo:53.57,7.90", 53° 34' 26" N ...
function coordinatesIn(text) {
  const plain = text.trim().replace(/^geo:/i, "").replace(/[;?](?:u|z|crs)=.*$/i, "").toUpperCase()
    .replace(/\b(?:LAT|LON|LNG|BREITE|LÄNGE)\b[.:=]?/g, " ")
    .replace(/(\d{1,3})\s*°\s*(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*(?:["″”]|''))?/g,
      (_, degrees, min, sec = "0") => String(Number(degrees) + decimal(min) / 60 + decimal(sec) / 3600));
  if (!/^[-+\d.,;/°\sNSEWO]+$/.test(plain)) return null;
  const numbers = plain.match(/[-+]?\d{1,3}(?:[.,]\d+)?/g) ?? [];
  if (numbers.length !== 2 || !numbers.some((number) => /[.,]\d{2}/.test(number))) return null;
  const signs = plain.match(/[NSEWO]/g) ?? [];
  if (signs.length !== 0 && signs.length !== 2) return null;
  const values = numbers.map((number, i) => decimal(number) * (/[SW]/.test(signs[i] ?? "") ? -1 : 1));
  const [lat, lon] = /[EWO]/.test(signs[0] ?? "") ? values.reverse() : values;
  const isHere = (at) => Math.abs(at[0]) <= 90 && drawn.whole.pad(0.3).contains(at);
  const swapped = signs.length === 0 && !isHere([lat, lon]) && isHere([lon, lat]);
  const at = swapped ? [lon, lat] : [lat, lon];
  if (Math.abs(at[0]) > 90 || Math.abs(at[1]) > 180) return null;
  const [north, east] = at.map((value) => degreesText(value));
  return {kind: "point", text: say("search.coordinates", {north, east}), at, swapped};
}

function decimal(text) {
  return Number(text.replace(",", "."));
}

function degreesText(value) {
  return LANG === "en" ? value.toFixed(4) : value.toFixed(4).replace(".", ",");
}

// The field --------------------------------------------------------------------------------------

function showFound() {
  const input = byId("search");
  const list = byId("search-list");
  list.hidden = found.entries.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  if (found.at >= 0 && found.at < found.entries.length) input.setAttribute("aria-activedescendant", `found-${found.at}`);
  else input.removeAttribute("aria-activedescendant");
  fill(list, ...found.entries.map((entry, i) => {
    const option = make("li", {role: "option", id: `found-${i}`, "aria-selected": String(i === found.at)},
      make("span", {class: "small"}, say(`search.${entry.kind}`)), " ", name(entry.text),
      ...remarksOn(entry).map((remark) => make("span", {class: "small remark"}, remark)));
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(entry);
    });
    return option;
  }));
}

function remarksOn({missing, astray}) {
  return [missing && say("search.missing", {asked: missing}), astray && say("search.other_town")].filter((remark) => remark);
}

// Told aloud; what no card says is to be seen as well.
function tellSearch(text, {seen = false} = {}) {
  byId("search-status").textContent = text;
  byId("search-status").classList.toggle("unseen", !seen || text === "");
}

function closeSearch() {
  Object.assign(found, {entries: [], at: -1});
  tellSearch("");
  showFound();
}

function take(entry) {
  byId("search").value = entry.text;
  closeSearch();
  if (entry.kind === "offer") {
    const {counted, at} = DATA.offers[entry.offer];
    choose(counted && at !== null ? spotOf(entry.offer) : {kind: "offer", offer: entry.offer});
    return;
  }
  const {cell, notes} = entry.street ? cellOfAddress(entry) : cellAtPoint(entry);
  if (cell !== null) {
    flyToCell(cell, entry.at);
    choose({kind: "cell", cell, notes}, {fly: false});
    // Who searches wants the card; on a phone it lies far below the field.
    if (NARROW.matches) byId("detail").scrollIntoView();
  } else {
    choose(null);
    if (entry.at && drawn.whole.pad(0.3).contains(entry.at)) flyToCell(null, entry.at);
    tellSearch(notes.map(([key, values]) => say(key, values)).join(" "), {seen: true});
  }
}

// Near enough to see a cell and what lies around it.
function flyToCell(cell, at) {
  drawn.fitted = false;
  const around = cell === null ? null : drawn.cells.bounds(cell);
  const zoom = around ? Math.min(15, map_karte.getBoundsZoom(around.pad(6))) : 0;
  map_karte.flyTo(at ?? around.getCenter(), Math.max(map_karte.getZoom(), 12.5, zoom), {animate: !STILL.matches, duration: 0.6});
}

// Cell of a place, stop or point, or the nearest one, and what has to be said of it.
function cellAtPoint({at, swapped}) {
  const point = L.latLng(at);
  const notes = swapped ? [["search.swapped", {}]] : [];
  const cell = drawn.cells.cellAt(point);
  if (cell !== null) return {cell, notes};
  const area = DATA.areas.find((one) => isInside(rings(one.rings), point));
  if (area && !isOwn(area)) return {cell: null, notes: [...notes, ["search.elsewhere", {name: area.name}]]};
  const near = nearestCell(point);
  if (near) return {cell: near.cell, notes: [...notes, ["search.nearest", {metres: written(near.metres)}]]};
  return {cell: null, notes: [...notes, [area ? "search.outside" : "search.beyond", {name: DATA.name, metres: NEAR_M}]]};
}

// The first cell on wider and wider circles around a point; metres are rounded to 50.
function nearestCell(point) {
  for (let metres = 25; metres <= NEAR_M; metres += 25) {
    for (let k = 0; k < 32; k += 1) {
      const [up, right] = [Math.sin(k * Math.PI / 16), Math.cos(k * Math.PI / 16)].map((part) => part * metres / METRES_OF_DEGREE);
      const cell = drawn.cells.cellAt(L.latLng(point.lat + up, point.lng + right / Math.cos(point.lat * Math.PI / 180)));
      if (cell !== null) return {cell, metres: Math.ceil(metres / 50) * 50};
    }
  }
  return null;
}

function showResults() {
  const {value} = byId("search");
  found.entries = search(value);
  found.at = -1;
  tellSearch(value.trim() === "" ? ""
    : say(found.entries.length ? "search.found" : "search.none", {n: count(found.entries.length)}));
  showFound();
}

function listenSearch() {
  const input = byId("search");
  input.addEventListener("input", async () => {
    showResults();
    if (!DATA.addresses || ADDRESSES.streets) return;
    const typed = input.value;
    await unpackAddresses();
    if (document.activeElement === input && input.value === typed) showResults();
  });
  input.addEventListener("keydown", (event) => {
    const last = found.entries.length - 1;
    if (event.key === "ArrowDown" && last >= 0) found.at = found.at >= last ? 0 : found.at + 1;
    else if (event.key === "ArrowUp" && last >= 0) found.at = found.at <= 0 ? last : found.at - 1;
    else if (event.key === "Escape") closeSearch();
    else if (event.key === "Enter" && last >= 0) {
      event.preventDefault();
      take(found.entries[Math.max(0, found.at)]);
      return;
    } else return;
    event.preventDefault();
    showFound();
  });
  input.addEventListener("blur", closeSearch);
}
