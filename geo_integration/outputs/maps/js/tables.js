// Legend, list of underserved areas, and the tables below the map.

const order = {column: 0, down: false};

function swatch(entry) {
  const box = make("canvas", {class: "swatch", width: 36, height: 28, "aria-hidden": "true"});
  const brush = box.getContext("2d");
  brush.fillStyle = entry.colour;
  brush.fillRect(0, 0, 36, 28);
  if (entry.pattern) {
    brush.fillStyle = pattern(brush, entry.pattern);
    brush.fillRect(0, 0, 36, 28);
  }
  return box;
}

// Residents by class, over the cells whose number is published; only classes that occur.
function showLegend(state) {
  const cover = coverage(state.category, state.day);
  const sums = new Map();
  const withheld = CELLS.filter((cell) => cell.residents === null).length;
  CELLS.forEach((cell, i) => {
    const key = classOf(cover, state.mode, i);
    sums.set(key, (sums.get(key) ?? 0) + (cell.residents ?? 0));
  });
  const rows = classesOf(state.mode).filter((entry) => sums.has(entry.key)).map((entry) =>
    make("tr", {"data-key": entry.key},
      make("th", {scope: "row"}, swatch(entry), entry.text),
      make("td", {class: "number"}, count(sums.get(entry.key)))));
  if (withheld) {
    rows.push(make("tr", {"data-key": "withheld"},
      make("th", {scope: "row"}, swatch({colour: "#e9e7e1", pattern: "dots"}),
        say("legend.withheld", {k: DATA.min_count})),
      make("td", {class: "number small"}, say("legend.withheld_count", {n: count(withheld)}))));
  }
  fill(byId("classes"), ...rows);
  byId("legend-note").hidden = withheld === 0;
}

function symbolEntry(draw, text) {
  const box = make("canvas", {class: "symbol", width: 56, height: 52, "aria-hidden": "true"});
  const brush = box.getContext("2d");
  brush.scale(2, 2);
  draw(brush, {x: 14, y: 13});
  return make("li", {}, box, text);
}

function showSymbols() {
  const sample = (offers) => (brush, at) => drawSymbol(brush, at, offers, false);
  const exact = DATA.offers.findIndex((offer) => offer.counted && !isDoubtful(offer));
  const doubtful = DATA.offers.findIndex((offer) => offer.counted && isDoubtful(offer));
  const shared = SPOTS.find((spot) => spot.offers.length > 1);
  fill(byId("symbols"),
    exact < 0 ? null : symbolEntry(sample([exact]), say("legend.offer")),
    doubtful < 0 ? null : symbolEntry(sample([doubtful]), say("legend.doubtful")),
    shared ? symbolEntry(sample(shared.offers), say("legend.several")) : null,
    GAPS.length ? symbolEntry((brush, at) => drawBadge(brush, at, "1", false), say("legend.gap")) : null,
    make("li", {}, make("span", {class: "swatch inside"}), say("map.inside")),
    DATA.areas.every(isOwn) ? null : make("li", {}, make("span", {class: "swatch others"}), say("map.others")),
    make("li", {}, make("span", {class: "swatch outside"}), say("map.outside")));
}

// The one sentence to take away: who reaches it, who does not.
function showHeadline(state) {
  const table = areaColumns(state.category, state.day);
  const row = DATA.area === null ? 0 : 1;
  const category = DATA.categories[state.category];
  const day = DATA.days[state.day].label;
  const scope = say("headline.scope", {name: DATA.name, category: category.label, day});
  const [residents, share, uncovered, booked] = ["residents", "share", "uncovered", "booked"]
    .map((key) => table?.[key][row] ?? null);
  const said = [];
  if (residents === null) said.push(say("headline.missing"));
  else if (share === null) said.push(say("headline.withheld"));
  else {
    const blanks = {residents: count(residents), people: people(), minutes: category.max};
    said.push(make("strong", {class: "figure"}, percent(share)), " ", say("headline.main", blanks));
    if (uncovered) said.push(" ", say("headline.uncovered", {n: count(uncovered)}));
    if (uncovered && booked) said.push(" ", say("headline.booked", {n: count(booked)}));
  }
  fill(byId("headline"), make("span", {class: "scope"}, name(scope)), ...said, bandsLine(state));
}

// How many get there and back within 30, 45, 60 minutes each way.
function bandsLine(state) {
  const found = DATA.within[`${DATA.categories[state.category].id} ${DATA.days[state.day].id}`] ?? [];
  if (!found.length) return null;
  const list = found.map(([band, within]) => `${band}\u00a0${say("unit.min")}: ${count(within)}`);
  return make("span", {class: "scope"}, say("headline.bands", {list: list.join(" · ")}));
}

function showGaps(state, choose) {
  const gaps = shownGaps(state);
  const blanks = {category: DATA.categories[state.category].label, day: DATA.days[state.day].label};
  const beyond = DATA.area === null || !gaps.length ? "" : ` ${say("gap.beyond")}`;
  byId("gaps-intro").textContent = say("gap.intro", blanks) + beyond;
  const entries = gaps.map((gap) => {
    const head = button("", () => choose({kind: "gap", gap}), {
      class: "gap", "data-gap": gap.index,
    });
    head.append(make("span", {class: "rank", "aria-hidden": "true"}, count(gap.rank)), name(gap.name));
    return make("li", {}, head, ...gapFacts(gap));
  });
  const cover = coverage(state.category, state.day);
  const nowhere = cover && CELLS.length && CELLS.every((cell, i) => NOWHERE.has(cover.reason(i)));
  const key = nowhere ? "gap.all" : "gap.none";
  const empty = make("li", {class: "small"}, say(key, {n: count(DATA.min_gap)}));
  fill(byId("gap-list"), ...(entries.length ? entries : [empty]));
}

function markGaps(state) {
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
  if (share ?? false) box.style.setProperty("--share", `${share / 1000}%`);
  return box;
}

// Rows of the municipal table: id, name, residents, and by day covered, share, booked.
function areaRows(state) {
  const days = DATA.days.map((_, day) => areaColumns(state.category, day));
  const first = days.find((table) => table !== null);
  return DATA.table.rows.map((id, i) => ({
    id,
    total: i === 0,
    name: i === 0 ? say(DATA.selection ? "areas.selected" : "areas.total") : areaRow(id)?.name ?? id,
    values: [first?.residents[i], ...days.flatMap((table) =>
      [table?.covered[i], table?.share[i], table?.booked[i]])],
  }));
}

function sorted(rows) {
  const value = (row) => (order.column === 0 ? row.name : row.values[order.column - 1]);
  const compare = (a, b) => {
    const [left, right] = [value(a), value(b)];
    const [blank, other] = [left ?? null, right ?? null].map((one) => one === null);
    if (blank || other) return blank - other;
    const step = order.column === 0 ? left.localeCompare(right, DATA.lang) : left - right;
    return order.down ? -step : step;
  };
  return [...rows.filter((row) => row.total), ...rows.filter((row) => !row.total).sort(compare)];
}

function sortHead(text, column, again) {
  const chosen = order.column === column;
  const direction = chosen ? (order.down ? "descending" : "ascending") : "none";
  const head = make("th", {scope: "col", "aria-sort": direction, class: column ? "number" : null});
  head.append(button(text, () => {
    order.down = chosen ? !order.down : column > 0;
    order.column = column;
    again();
    byId("area-table").querySelectorAll("th button")[column].focus();
  }, {class: "sort", title: say("areas.sort", {column: text})}));
  return head;
}

function areaHead(state, again) {
  const parts = ["areas.covered", "areas.share", "areas.booked"];
  const days = DATA.days.map((day, i) => make("th", {
    scope: "colgroup", colspan: 3, class: i === state.day ? "day chosen" : "day"}, day.label));
  const second = DATA.days.flatMap((_, day) => parts.map((key, i) =>
    sortHead(say(key), 2 + 3 * day + i, again)));
  const blank = make("td", {colspan: 2});
  return make("thead", {}, make("tr", {}, blank, ...days),
    make("tr", {}, sortHead(say("areas.name"), 0, again), sortHead(people(), 1, again), ...second));
}

function areaName(row) {
  const page = row.total ? (DATA.area === null ? "" : "index.html") : areaRow(row.id)?.page;
  if (!page || row.id === DATA.area) return name(row.name);
  return make("a", {href: page, class: "page", title: say("page.to_page", {name: row.name})}, name(row.name));
}

function showAreas(state) {
  const category = DATA.categories[state.category].label;
  const rows = sorted(areaRows(state)).map((row) => make("tr",
    {class: row.total ? "total" : null, "data-area": row.id},
    make("th", {scope: "row"}, areaName(row)),
    ...row.values.map((value, i) =>
      (i % 3 === 2 ? bar(value) : make("td", {class: "number"}, count(value))))));
  fill(byId("area-table"),
    make("caption", {}, make("span", {}, say("areas.caption", {category, people: people()}))),
    areaHead(state, () => showAreas(state)), make("tbody", {}, ...rows));
  const blanks = {k: DATA.min_count, base: DATA.min_share_base};
  byId("areas-note").textContent = `${say("areas.note", blanks)} ${say("areas.booked_note")}`;
  keepChoice();
}

function offerArea(offer) {
  return name(offer.area === null ? "–" : DATA.areas[offer.area].name);
}

function showOffers(state, choose) {
  const drawn = DATA.offers.map((offer, i) => [offer, i])
    .filter(([offer]) => offer.category === state.category && offer.counted && offer.at !== null);
  const label = DATA.categories[state.category].label;
  byId("offers-heading").textContent = say("offers.heading", {category: label});
  byId("offers-intro").textContent = drawn.length ? say("offers.intro", {n: count(drawn.length)})
    : say("offers.none");
  const rows = drawn.map(([offer, i]) => make("tr", {},
    make("th", {scope: "row"}, name(offer.name)), make("td", {}, name(offer.provider)),
    make("td", {}, offerArea(offer)), make("td", {}, timesOf(offer)),
    make("td", {}, button(say("card.show"), () => choose(spotOf(i)), {"data-offer": i}))));
  const heads = ["offers.name", "offers.provider", "offers.area", "offers.times", "offers.map"];
  fill(byId("offer-table"), rows.length ? tableHead(heads.map((key) => say(key))) : null,
    make("tbody", {}, ...rows));
}

function spotOf(offer) {
  return {kind: "spot", spots: SPOTS.filter((spot) => spot.offers.includes(offer))};
}

function uncountedReason(offer) {
  const format = offer.extra.find(([key]) => key === "offer.format")?.[1] ?? "";
  if (format.toLowerCase().includes("online")) return make("td", {}, say("uncounted.online"));
  return make("td", {}, offer.note ? name(offer.note) : say(`grade.${offer.grade}`));
}

function showUncounted() {
  const found = DATA.offers.filter((offer) => !offer.counted || offer.at === null);
  byId("uncounted-intro").textContent = found.length
    ? say("uncounted.intro", {n: count(found.length)}) : say("uncounted.none");
  if (!found.length) return;
  const rows = found.map((offer) => make("tr", {},
    make("th", {scope: "row"}, name(offer.name)),
    make("td", {}, name(DATA.categories[offer.category]?.label ?? "")),
    make("td", {}, name(offer.provider)), make("td", {}, offerArea(offer)), uncountedReason(offer)));
  const heads = ["offers.name", "offers.category", "offers.provider", "offers.area", "offers.reason"];
  fill(byId("uncounted-table"), tableHead(heads.map((key) => say(key))), make("tbody", {}, ...rows));
}

function showMethod() {
  const {rule, facts} = DATA;
  const others = DATA.categories.filter((category) => category.max !== rule.max)
    .map((category) => `${category.label} ${category.max} ${say("unit.min")}`).join(", ");
  const limits = others ? ` ${say("method.other_limit", {list: others})}` : "";
  const guards = facts.guards.map((guard) => make("li", {}, name(guard)));
  fill(byId("method-list"),
    pair(say("method.rule"), say("method.rule_text", rule), limits, " ", say("method.rounding")),
    rule.source ? pair(say("method.source"), name(rule.source)) : null,
    pair(say("method.walking"), say("method.walk_text", rule), " ", name(facts.walking)),
    guards.length ? pair(say("method.guards"), make("ul", {}, ...guards)) : null);
  byId("made").textContent = say("page.made", {version: facts.method_version, run: facts.made_from});
}

function showDates() {
  const keys = ["day_type", "weekday", "date", "trips", "trips_median", "candidates"];
  const rows = DATA.dates.map(([day, weekday, date, trips, median, candidates]) => make("tr", {},
    make("th", {scope: "row"}, name(DATA.days[day].label)), make("td", {}, say(`weekday.${weekday}`)),
    make("td", {}, isoDate(date)), make("td", {class: "number"}, count(trips)),
    make("td", {class: "number"}, count(Number(median))), make("td", {class: "number"}, count(candidates))));
  fill(byId("date-table"), tableHead(keys.map((key) => say(`dates.${key}`)), new Set([3, 4, 5])),
    make("tbody", {}, ...rows));
}

function sourceCell(column, text) {
  const word = {status: "status", layer: "source"}[column];
  if (word) return make("td", {}, DATA.words[`${word}.${text}`] ?? name(text));
  return make("td", {}, column === "date" ? isoDate(text) : name(text));
}

function showSources() {
  const [heads, ...rows] = DATA.sources;
  fill(byId("source-table"), tableHead(heads.map((key) => say(`sources.${key}`))),
    make("tbody", {}, ...rows.map((row) =>
      make("tr", {}, ...row.map((text, i) => sourceCell(heads[i], text))))));
  const at = heads.indexOf("attribution");
  const named = at < 0 ? [] : [...new Set(rows.map((row) => row[at]).filter((text) => text !== ""))];
  fill(byId("credit"), make("a", {href: "#sources"}, say("map.sources")), named.length ? ": " : "",
    name(named.join(" · ")));
}
