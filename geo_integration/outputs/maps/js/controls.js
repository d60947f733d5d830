// Controls: what can be chosen, the layers, the links to the other pages, the tabs.

function radios(id, entries, chosen, change_) {
  fill(byId(`${id}-choices`), ...entries.map(([value, text], i) => {
    const box = make("input", {type: "radio", name: id, id: `${id}-${i}`, value, checked: value === chosen});
    box.addEventListener("change", () => change_(value));
    return make("label", {for: `${id}-${i}`}, box, make("span", {}, text));
  }));
}

function fillSelect(id, entries, chosen, change_) {
  const select = byId(id);
  const groups = new Map();
  const parts = [];
  for (const [value, text, group] of entries) {
    const option = make("option", {value}, text);
    if (group === undefined) parts.push(option);
    else {
      if (!groups.has(group)) {
        groups.set(group, make("optgroup", {label: group}));
        parts.push(groups.get(group));
      }
      groups.get(group).append(option);
    }
  }
  fill(select, ...parts);
  select.value = String(chosen);
  select.onchange = () => change_(select.value);
}

// A gap belongs to one category and day; with these changed, it is no longer the one meant.
function change(choice) {
  const before = state.category;
  Object.assign(state, choice);
  if (state.category !== before && choice.limit === undefined) {
    state.limit = Number(DATA.categories[state.category].max);
  }
  if (state.selected?.kind === "gap" && !shownGaps().includes(state.selected.gap)) state.selected = null;
  if (state.compare?.day === state.day || state.compare?.category === state.category) state.compare = null;
  fillControls();
  return showAll();
}

function compareEntries() {
  const days = DATA.days.map((day, i) => [`t:${day.id}`, inLanguage(day.label), i !== state.day, say("control.day")]);
  const categories = DATA.categories.map((one, i) => [`k:${one.id}`, inLanguage(one.label), i !== state.category, say("control.category")]);
  return [["", say("control.compare_none")], ...[...days, ...categories].filter((entry) => entry[2])
    .map(([value, text, , group]) => [value, text, group])];
}

function compareValue() {
  if (state.compare === null) return "";
  const {day, category} = state.compare;
  return day === undefined ? `k:${DATA.categories[category].id}` : `t:${DATA.days[day].id}`;
}

function fillControls() {
  fillSelect("category", DATA.categories.map((one, i) =>
    [i, `${one.letter} – ${inLanguage(one.label)}`, inLanguage(one.field)]), state.category,
  (value) => change({category: Number(value)}));
  radios("day", DATA.days.map((day, i) => [i, inLanguage(day.label)]), state.day, (day) => change({day}));
  const views = VIEWS.filter((view) => (view !== "lost" || state.day > 0) && (view !== "supply" || DATA.supply[state.category])
    && (view !== "quality" || DATA.quality?.days[state.day]));
  if (!views.includes(state.view)) state.view = "time";
  fillSelect("view", views.map((view) => [view, viewText(view)]), state.view, (view) => change({view}));
  const modes = MODES.filter((mode) => DATA.reference || (mode !== "bike" && mode !== "car"));
  fillSelect("mode", modes.map((mode) => [mode, say(`mode.${mode}`)]), state.mode, (mode) => change({mode}));
  fillSelect("way", WAYS.map((way) => [way, say(`way.${way}`)]), state.way, (way) => change({way}));
  fillSelect("compare", compareEntries(), compareValue(), (value) => change({compare: readCompare(value)}));
  const timed = state.view === "time" || state.compare !== null;
  for (const id of ["mode-row", "limit-row"]) byId(id).hidden = !timed;
  byId("view-row").hidden = state.compare !== null;
  byId("way-row").hidden = !timed || state.mode !== "transit";
  byId("limit").value = state.limit;
  showLimit();
}

function showLimit() {
  byId("limit-value").textContent = minutes(state.limit);
  byId("limit").setAttribute("aria-valuetext", minutes(state.limit));
}

// The slider recolours at once; the tables follow when it rests.
function listenLimit() {
  const slider = byId("limit");
  slider.addEventListener("input", () => {
    state.limit = Number(slider.value);
    showLimit();
    recolour();
  });
  slider.addEventListener("change", () => {
    showAreas();
    keepAddress();
  });
}

function fillLayers() {
  fill(byId("layers-list"), ...Object.keys(LAYERS).filter((key) => key !== "context" || DATA.blocks.context).map((key) => {
    const box = make("input", {type: "checkbox", id: `layer-${key}`, checked: state.layers[key]});
    box.addEventListener("change", () => {
      switchLayer(key, box.checked);
      refresh();
    });
    return make("label", {for: `layer-${key}`}, box, say(`layer.${key}`));
  }), make("p", {class: "small"}, say("layer.stops_hint")), fillBackground());
}

function fillPages() {
  const own = (area) => area.id === DATA.area;
  const whole = say(DATA.selection ? "page.selection" : "page.county");
  const home = DATA.area === null ? make("strong", {"aria-current": "page"}, whole)
    : make("a", {href: "index.html", class: "page"}, whole);
  const listed = DATA.areas.filter((area) => area.page || own(area));
  listed.sort((a, b) => byName(a.name, b.name));
  const others = listed.map((area) =>
    (own(area) ? make("strong", {"aria-current": "page"}, name(area.name))
      : make("a", {href: area.page, class: "page", "data-share": area.id}, name(area.name),
        DATA.area === null ? make("span", {class: "part"}) : null)));
  byId("pages").hidden = others.length === 0;
  fill(byId("pages"), home, ...others, make("a", {href: "befunde.html"}, say("page.findings")));
}

// Tabs beside the map, by the ARIA practices: arrows move, Home and End too.
const TABS = ["card", "gaps", "offers"];

function openTab(wanted, {focus = false} = {}) {
  // Who has chosen in a list that is hidden now goes on at the tab that is open.
  const isLeft = TABS.some((tab) => tab !== wanted && byId(`panel-${tab}`).contains(document.activeElement));
  for (const tab of TABS) {
    const chosen = tab === wanted;
    const head = byId(`tab-${tab}`);
    head.setAttribute("aria-selected", String(chosen));
    head.tabIndex = chosen ? 0 : -1;
    byId(`panel-${tab}`).hidden = !chosen;
    if (chosen && (focus || isLeft)) head.focus({preventScroll: !focus});
  }
}

function listenTabs() {
  TABS.forEach((tab, i) => {
    byId(`tab-${tab}`).addEventListener("click", () => openTab(tab));
    byId(`tab-${tab}`).addEventListener("keydown", (event) => {
      const ahead = getComputedStyle(event.target).direction === "rtl" ? -1 : 1;
      const next = {ArrowRight: i + ahead, ArrowLeft: i - ahead, Home: 0, End: TABS.length - 1}[event.key];
      if (next === undefined) return;
      event.preventDefault();
      openTab(TABS[(next + TABS.length) % TABS.length], {focus: true});
    });
  });
  const close = () => {
    choose(null);
    byId("tab-card").focus();
  };
  byId("close").addEventListener("click", close);
  byId("detail").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.selected) close();
  });
}

// Who moves the map by keyboard is told what lies under the crosshair; and nothing glides for those
// who want it still.
function listenKeys() {
  const container = byId("map_karte");
  container.addEventListener("keydown", () => container.classList.add("keys"), {capture: true});
  map_karte.on("moveend", () => {
    const hit = container.classList.contains("keys") ? hitAt(map_karte.getCenter()) : null;
    byId("under").textContent = hit ? hoverText(hit) : "";
  });
  if (!STILL.matches) return;
  map_karte._zoomAnimated = false;
  map_karte.panBy = (offset, options) => L.Map.prototype.panBy.call(map_karte, offset, {...options, animate: false});
}
