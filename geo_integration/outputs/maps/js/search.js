// The search field: places, stops, offers, and addresses where the page has them. A combobox as the
// ARIA practices describe it: arrows, Enter, Escape; what was found is told aloud.

const MOST_FOUND = 8;
const found = {entries: [], at: -1};

const INDEX = (() => {
  const entries = [];
  DATA.places.forEach(([text, lon, lat]) => entries.push({kind: "place", text, at: place(lon, lat), rank: 0}));
  DATA.offers.forEach((offer, i) => entries.push({kind: "offer", text: offer.name, offer: i, rank: 1}));
  const stops = new Map();
  DATA.stops.forEach(([text, lon, lat]) => { if (!stops.has(text)) stops.set(text, place(lon, lat)); });
  stops.forEach((at, text) => entries.push({kind: "stop", text, at, rank: 2}));
  return entries.map((entry) => ({...entry, folded: folded(entry.text)}));
})();

// Entries that begin with what was typed, then those with a word that does, then the rest.
function search(text) {
  const typed = folded(text.trim());
  if (typed === "") return [];
  const score = (entry) => {
    const at = entry.folded.indexOf(typed);
    if (at < 0) return null;
    return (at === 0 ? 0 : /[^a-z0-9]/.test(entry.folded[at - 1]) ? 10 : 20) + entry.rank;
  };
  return INDEX.map((entry) => [score(entry), entry]).filter(([points]) => points !== null)
    .sort((a, b) => a[0] - b[0] || a[1].text.length - b[1].text.length).slice(0, MOST_FOUND).map(([, entry]) => entry);
}

function showFound() {
  const input = byId("search");
  const list = byId("search-list");
  list.hidden = found.entries.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  if (found.at >= 0) input.setAttribute("aria-activedescendant", `found-${found.at}`);
  else input.removeAttribute("aria-activedescendant");
  fill(list, ...found.entries.map((entry, i) => {
    const option = make("li", {role: "option", id: `found-${i}`, "aria-selected": String(i === found.at)},
      make("span", {class: "small"}, say(`search.${entry.kind}`)), " ", name(entry.text));
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      take(entry);
    });
    return option;
  }));
}

function take(entry) {
  byId("search").value = entry.text;
  found.entries = [];
  showFound();
  if (entry.kind === "offer") {
    const {counted, at} = DATA.offers[entry.offer];
    choose(counted && at !== null ? spotOf(entry.offer) : {kind: "offer", offer: entry.offer});
    return;
  }
  drawn.fitted = false;
  map_karte.flyTo(entry.at, Math.max(map_karte.getZoom(), 12.5), {animate: !STILL.matches, duration: 0.6});
  const cell = drawn.cells.cellAt(L.latLng(entry.at));
  if (cell !== null) choose({kind: "cell", cell}, {fly: false});
  else byId("search-status").textContent = say("search.outside");
}

function listenSearch() {
  const input = byId("search");
  input.addEventListener("input", () => {
    found.entries = search(input.value);
    found.at = -1;
    byId("search-status").textContent = input.value.trim() === "" ? ""
      : say(found.entries.length ? "search.found" : "search.none", {n: count(found.entries.length)});
    showFound();
  });
  input.addEventListener("keydown", (event) => {
    const last = found.entries.length - 1;
    if (event.key === "ArrowDown" && last >= 0) found.at = found.at >= last ? 0 : found.at + 1;
    else if (event.key === "ArrowUp" && last >= 0) found.at = found.at <= 0 ? last : found.at - 1;
    else if (event.key === "Escape") found.entries = [];
    else if (event.key === "Enter" && last >= 0) {
      event.preventDefault();
      take(found.entries[Math.max(0, found.at)]);
      return;
    } else return;
    event.preventDefault();
    showFound();
  });
  input.addEventListener("blur", () => { found.entries = []; showFound(); });
}
