// Headline, legend, list of underserved areas, and the tables below the map.

const order = {column: 0, down: false};

// Patterns as in layers.js: thin lines to the upper right, dark dots with a light edge.
const SWATCH_PATTERNS = {
  lines: [{d: "M0 6 6 0M0 12 12 0M4 14 18 0M10 14 18 6M16 14 18 12", stroke: "#3c3c3c", "stroke-opacity": 0.45}],
  dots: [[1, 4, "#fff", 0.7], [2, 2, "#141414", 1]].map(([from, side, fill, opacity]) => ({fill, "fill-opacity": opacity,
    d: [0, 7].flatMap((y) => [0, 7, 14].map((x) => `M${x + from} ${y + from}h${side}v${side}h${-side}z`)).join("")})),
};

function swatch({colour, pattern: kind}) {
  return drawing("svg", {class: "swatch", viewBox: "0 0 18 14", "aria-hidden": "true"},
    drawing("rect", {width: 18, height: 14, fill: colour}),
    ...(SWATCH_PATTERNS[kind] ?? []).map((path) => drawing("path", path)));
}

// Residents by class, over the cells whose number is published; only classes that occur.
function showLegend() {
  const {residents, cells} = countClasses(drawn.view);
  const withheld = CELLS.residents.reduce((sum, value) => sum + (value === WITHHELD), 0);
  const rows = drawn.view.classes.map((entry, i) => (cells[i] === 0 ? null : make("tr", {"data-key": entry.key},
    make("th", {scope: "row"}, swatch(entry), entry.text),
    make("td", {class: "number"}, count(residents[i])))));
  if (withheld) {
    rows.push(make("tr", {"data-key": "withheld"},
      make("th", {scope: "row"}, swatch({colour: "#e9e7e1", pattern: "dots"}),
        say("legend.withheld", {k: DATA.min_count})),
      make("td", {class: "number small"}, say("legend.withheld_count", {n: count(withheld)}))));
  }
  fill(byId("classes"), ...rows);
  byId("legend-note").hidden = withheld === 0;
  byId("legend-coarse").hidden = !drawn.cells.coarse;
}

// Drawn after the map: the room for it is there at once.
function symbolEntry(draw, text) {
  const box = make("canvas", {class: "symbol", width: 56, height: 52, "aria-hidden": "true"});
  nextFrame().then(() => {
    const brush = box.getContext("2d");
    brush.scale(2, 2);
    draw(brush, {x: 14, y: 13});
  });
  return make("li", {}, box, text);
}

function showSymbols() {
  const sample = (offers) => (brush, at) => drawSymbol(brush, at, offers, false);
  const exact = DATA.offers.findIndex((offer) => offer.counted && !offer.doubtful);
  const doubtful = DATA.offers.findIndex((offer) => offer.counted && offer.doubtful);
  const shared = SPOTS.find((spot) => spot.offers.length > 1);
  fill(byId("symbols"),
    exact < 0 ? null : symbolEntry(sample([exact]), say("legend.offer")),
    doubtful < 0 ? null : symbolEntry(sample([doubtful]), say("legend.doubtful")),
    shared ? symbolEntry(sample(shared.offers), say("legend.several")) : null,
    DATA.gaps ? symbolEntry((brush, at) => drawBadge(brush, at, "1", false), say("legend.gap")) : null,
    make("li", {}, make("span", {class: "swatch inside"}), say("map.inside")),
    DATA.areas.every(isOwn) ? null : make("li", {}, make("span", {class: "swatch others"}), say("map.others")),
    make("li", {}, make("span", {class: "swatch outside"}), say("map.outside")),
    ...contextSymbols());
}

// Whether what is shown is what the tables of the run hold: there and back by scheduled transport,
// within the limit of the category.
function isStandard(choice) {
  return choice.mode === "transit" && choice.way === "both" && choice.limit === Number(DATA.categories[choice.category].max);
}

// Residents within the limit, of all whose number is published: of every municipality (by number),
// and of all cells.
function reachedBy(choice) {
  const values = minutesOf(choice, question(choice.category, choice.day));
  const nowhere = DATA.areas.length;
  const [all, reached] = [new Float64Array(nowhere + 2), new Float64Array(nowhere + 2)];
  for (let i = 0; i < CELLS.count; i += 1) {
    if (CELLS.residents[i] === WITHHELD) continue;
    const area = Math.min(CELLS.area[i], nowhere);
    all[area] += CELLS.residents[i];
    if (values[i] <= choice.limit) reached[area] += CELLS.residents[i];
  }
  all[nowhere + 1] = all.reduce((sum, one) => sum + one, 0);
  reached[nowhere + 1] = reached.reduce((sum, one) => sum + one, 0);
  const at = (area) => ({all: all[area], reached: reached[area],
    share: all[area] < DATA.min_share_base ? null : reached[area] / all[area]});
  return {areas: DATA.areas.map((_, area) => at(area)), whole: at(nowhere + 1)};
}

// What people do, and how far they go, in words: "mit Bus und Bahn hin und zurück in 45 Minuten".
function choiceText(choice) {
  const way = choice.mode === "walk" || choice.mode === "bike" || choice.mode === "car" ? "one" : choice.way;
  return say(`headline.${way}`, {mode: say(`by.${choice.mode}`), minutes: written(choice.limit)});
}

// The one sentence to take away: who reaches it, who does not; compared, also the other one's share.
function showHeadline() {
  const {whole: {all, reached, share}, areas} = reachedBy(state);
  showShares(areas);
  const names = {name: DATA.name, category: inLanguage(DATA.categories[state.category].label), day: inLanguage(DATA.days[state.day].label)};
  const said = [];
  if (share === null) said.push(say("headline.withheld"));
  else {
    said.push(make("strong", {class: "figure"}, percent(share)), " ",
      say("headline.main", {residents: count(all), people: people(), how: choiceText(state)}), " ",
      say("headline.uncovered", {n: count(all - reached)}));
  }
  if (state.compare !== null) said.push(" ", comparison());
  const changed = isStandard(state) ? "" : say("headline.changed", {limit: DATA.categories[state.category].max});
  fill(byId("headline"), make("span", {class: "scope"}, name(say("headline.scope", names)), changed), ...said);
}

function comparison() {
  const {category, day} = state.compare;
  const other = inLanguage((day === undefined ? DATA.categories[category] : DATA.days[day]).label);
  const {reached, share} = reachedBy({...state, ...state.compare}).whole;
  const key = share === null ? "headline.compared_withheld" : "headline.compared";
  return make("b", {}, say(key, {other, share: percent(share), n: count(reached)}));
}

// At first only as many as can be seen: a page of a large county has hundreds.
function showGaps({most = Infinity} = {}) {
  const gaps = shownGaps().slice(0, most);
  const blanks = {category: inLanguage(DATA.categories[state.category].label), day: inLanguage(DATA.days[state.day].label)};
  const beyond = DATA.area === null || !gaps.length ? "" : ` ${say("gap.beyond")}`;
  byId("gaps-intro").textContent = say("gap.intro", blanks) + beyond;
  const entries = gaps.map((gap) => {
    const head = button("", () => choose({kind: "gap", gap}), {class: "gap", "data-gap": gap.index});
    head.append(make("span", {class: "rank", "aria-hidden": "true"}, count(gap.rank)), name(gap.name));
    return make("li", {}, head, ...gapFacts(gap).filter((part) => part !== null));
  });
  const {reason} = question(state.category, state.day);
  const nowhere = ["no_offer", "no_fit", "not_located", "not_on_day"].map((key) => REASON[key]);
  const key = CELLS.count && reason.every((value) => nowhere.includes(value)) ? "gap.all" : "gap.none";
  const empty = make("li", {class: "small"}, say(key, {n: count(DATA.min_gap)}));
  fill(byId("gap-list"), ...(entries.length ? entries : [empty]));
}

function markGaps() {
  for (const entry of document.querySelectorAll(".gap")) {
    entry.setAttribute("aria-pressed", String(state.selected?.gap?.index === Number(entry.dataset.gap)));
  }
}

function tableHead(texts, numeric = new Set()) {
  return make("thead", {}, make("tr", {}, ...texts.map((text, i) =>
    make("th", {scope: "col", class: numeric.has(i) ? "number" : null}, text))));
}

function bar(share) {
  const box = make("td", {class: "number share"}, percent(share));
  if (share ?? false) box.style.setProperty("--share", `${share * 100}%`);
  return box;
}

// The municipal table: name, residents, and for every kind of day those within the limit, with the
// share. Of the county a municipality's page knows the standard numbers only.
function areaTable() {
  const own = DATA.table.rows.map((id, i) => ({id, total: i === 0, at: DATA.areas.findIndex((area) => area.id === id)}));
  const days = DATA.days.map((_, day) => ({...state, day}));
  const counted = days.map(reachedBy);
  const rows = own.map(({id, total, at}) => {
    const text = total ? say(DATA.selection ? "areas.selected" : "areas.total") : areaOf(id)?.name ?? id;
    const found = days.map((choice, day) => {
      if (!total || DATA.area === null) return total ? counted[day].whole : counted[day].areas[at];
      const published = DATA.table.by[`${choice.category} ${choice.day}`];
      const known = isStandard(choice) && published !== undefined;
      return known ? {all: published.residents, reached: published.covered, share: published.share} : {};
    });
    const residents = found[0].all;
    return {id, total, text, values: [text, residents, ...found.flatMap(({reached, share}) => [reached, share])]};
  });
  const heads = [say("areas.name"), people(), ...DATA.days.flatMap((day) =>
    [`${inLanguage(day.label)}: ${say("areas.covered")}`, `${inLanguage(day.label)}: ${say("areas.share")}`])];
  return {heads, rows};
}

function sorted(rows) {
  const compare = (a, b) => {
    const [left, right] = [a.values[order.column], b.values[order.column]];
    const [blank, other] = [left ?? null, right ?? null].map((one) => one === null);
    if (blank || other) return blank - other;
    const step = order.column === 0 ? byName(left, right) : left - right;
    return order.down ? -step : step;
  };
  return [...rows.filter((row) => row.total), ...rows.filter((row) => !row.total).sort(compare)];
}

function sortHead(text, column) {
  const chosen = order.column === column;
  const direction = chosen ? (order.down ? "descending" : "ascending") : "none";
  const head = make("th", {scope: "col", "aria-sort": direction, class: column ? "number" : null});
  head.append(button(text, () => {
    order.down = chosen ? !order.down : column > 0;
    order.column = column;
    showAreas();
  }, {class: "sort", id: `sort-${column}`, title: say("areas.sort", {column: text})}));
  return head;
}

function areaHead() {
  const days = DATA.days.map((day, i) => make("th", {
    scope: "colgroup", colspan: 2, class: i === state.day ? "day chosen" : "day"}, inLanguage(day.label)));
  const second = DATA.days.flatMap((_, day) =>
    [sortHead(say("areas.covered"), 2 + 2 * day), sortHead(say("areas.share"), 3 + 2 * day)]);
  return make("thead", {}, make("tr", {}, make("td", {colspan: 2}), ...days),
    make("tr", {}, sortHead(say("areas.name"), 0), sortHead(people(), 1), ...second));
}

function areaName(row) {
  const page = row.total ? (DATA.area === null ? "" : "index.html") : areaOf(row.id)?.page;
  if (!page || row.id === DATA.area) return name(row.text);
  return make("a", {href: page, class: "page", title: say("page.to_page", {name: row.text})}, name(row.text));
}

async function showAreas() {
  const asked = {...state};
  await Promise.all(DATA.days.map((_, day) => unpackQuestion(asked.category, day)));
  if (asked.category !== state.category) return;
  const category = inLanguage(DATA.categories[state.category].label);
  const rows = sorted(areaTable().rows).map((row) => make("tr",
    {class: row.total ? "total" : null, "data-area": row.id},
    make("th", {scope: "row"}, areaName(row)),
    ...row.values.slice(1).map((value, i) =>
      (i > 0 && i % 2 === 0 ? bar(value) : make("td", {class: "number"}, count(value))))));
  fill(byId("area-table"),
    make("caption", {}, make("span", {}, say("areas.caption", {category, people: people(), how: choiceText(state)}))),
    areaHead(), make("tbody", {}, ...rows));
  byId("areas-note").textContent = say("areas.note", {k: DATA.min_count, base: DATA.min_share_base});
  keepChoice();
}

// The county's page links the others with the share that is asked for.
function showShares(areas) {
  if (DATA.area !== null) return;
  for (const entry of document.querySelectorAll("#pages [data-share]")) {
    const {share} = areas[DATA.areas.findIndex(({id}) => id === entry.dataset.share)];
    entry.querySelector(".part").textContent = share === null ? "" : percent(share);
  }
}

function showOffersTable() {
  const shown = DATA.offers.map((offer, i) => [offer, i])
    .filter(([offer, i]) => offer.category === state.category && passes(i));
  const label = inLanguage(DATA.categories[state.category].label);
  byId("offers-heading").textContent = say("offers.heading", {category: label});
  byId("offers-intro").textContent = shown.length ? say("offers.intro", {n: count(shown.length)}) : say("offers.none");
  const rows = shown.map(([offer, i]) => make("tr", {},
    make("th", {scope: "row"}, name(offer.name)), make("td", {}, name(offer.provider)),
    make("td", {}, offerArea(offer)), make("td", {}, timesText(offer)),
    make("td", {}, offer.confirmed ? isoDate(offer.confirmed) : "–", offer.stale ? ` (${say("offers.stale")})` : ""),
    make("td", {}, offer.counted && offer.at !== null
      ? button(say("card.show"), () => choose(spotOf(i)), {"data-offer": i}) : uncountedText(offer))));
  const heads = ["offers.name", "offers.provider", "offers.area", "offers.times", "offers.confirmed", "offers.map"];
  fill(byId("offer-table"), rows.length ? tableHead(heads.map((key) => say(key))) : null,
    make("tbody", {}, ...rows));
}

function offerArea(offer) {
  return name(offer.area === null ? "–" : DATA.areas[offer.area].name);
}

function showMethod() {
  const {rule, facts} = DATA;
  const others = DATA.categories.filter((category) => category.max !== rule.max)
    .map((category) => `${inLanguage(category.label)} ${category.max} ${say("unit.min")}`).join(", ");
  const limits = others ? ` ${say("method.other_limit", {list: others})}` : "";
  const guards = inLanguage(facts.guards).map((guard) => make("li", {}, name(guard)));
  fill(byId("method-list"),
    pair(say("method.rule"), say("method.rule_text", ruleText()), limits, " ", say("method.rounding")),
    rule.source ? pair(say("method.source"), name(rule.source)) : null,
    pair(say("method.walking"), say("method.walk_text", ruleText()), " ", name(inLanguage(facts.walking))),
    guards.length ? pair(say("method.guards"), make("ul", {}, ...guards)) : null);
  byId("made").textContent = say("page.made", {version: facts.method_version, run: facts.made_from});
}

// The numbers of the rule as the language writes them.
function ruleText() {
  return Object.fromEntries(Object.entries(DATA.rule).map(([key, value]) =>
    [key, /^\d+\.\d+$/.test(value) ? written(Number(value)) : value]));
}

function showDates() {
  const keys = ["day_type", "weekday", "date", "trips", "trips_median", "candidates"];
  const rows = DATA.dates.map(([day, weekday, date, trips, median, candidates]) => make("tr", {},
    make("th", {scope: "row"}, name(inLanguage(DATA.days[day].label))), make("td", {}, say(`weekday.${weekday}`)),
    make("td", {}, isoDate(date)), make("td", {class: "number"}, count(trips)),
    make("td", {class: "number"}, count(Number(median))), make("td", {class: "number"}, count(candidates))));
  fill(byId("date-table"), tableHead(keys.map((key) => say(`dates.${key}`)), new Set([3, 4, 5])),
    make("tbody", {}, ...rows));
}

function sourceCell(column, text) {
  const word = {status: "status", layer: "source"}[column];
  if (word) return make("td", {}, DATA.words[LANG][`${word}.${text}`] ?? name(text));
  return make("td", {}, column === "date" ? isoDate(text) : name(text));
}

function showSources() {
  const [heads, ...rows] = DATA.sources;
  fill(byId("source-table"), tableHead(heads.map((key) => say(`sources.${key}`))),
    make("tbody", {}, ...rows.map((row) =>
      make("tr", {}, ...row.map((text, i) => sourceCell(heads[i], text))))));
}

// The line under the map: whose data it shows.
function showCredit() {
  const [heads, ...rows] = DATA.sources;
  const at = heads.indexOf("attribution");
  const named = at < 0 ? [] : [...new Set(rows.map((row) => row[at]).filter((text) => text !== ""))];
  fill(byId("credit"), make("a", {href: "#sources"}, say("map.sources")), named.length ? ": " : "",
    name(named.join(" · ")));
}
