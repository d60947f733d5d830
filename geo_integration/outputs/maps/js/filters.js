// The offers: which are wanted, and the list of them. Filters choose symbols and list; what is
// counted as within reach is computed for all offers and does not change.

const FLAGS = ["barrier_free", "childcare", "women_only", "free", "stale"];
const filters = {text: "", language: "", level: "", group: "", weekday: "", from: "", flags: new Set()};

function valuesOf(key) {
  const found = new Map();
  for (const offer of DATA.offers) {
    for (const part of String(offer[key] ?? "").split(/[,;/]/)) {
      const text = part.trim();
      if (text !== "" && text.length <= 40 && !found.has(folded(text))) found.set(folded(text), text);
    }
  }
  return [...found].sort((a, b) => byName(a[1], b[1]));
}

function hasValue(offer, key, wanted) {
  return wanted === "" || String(offer[key] ?? "").split(/[,;/]/).some((part) => folded(part.trim()) === wanted);
}

function isOnAt(offer) {
  if (filters.weekday === "" && filters.from === "") return true;
  return offer.sessions.some(([weekday, start]) =>
    (filters.weekday === "" || weekday === Number(filters.weekday))
    && (filters.from === "" || start >= Number(filters.from) * 60));
}

function passes(i) {
  const offer = DATA.offers[i];
  if (filters.text !== "" && !folded(offerText(offer)).includes(folded(filters.text))) return false;
  if (!hasValue(offer, "languages", filters.language) || !hasValue(offer, "level", filters.level)) return false;
  if (!hasValue(offer, "target_group", filters.group) || !isOnAt(offer)) return false;
  for (const flag of filters.flags) {
    if (flag === "free" ? offer.places_free === 0 : offer[flag] !== true) return false;
  }
  return true;
}

function offerText(offer) {
  const category = DATA.categories[offer.category];
  return [offer.name, offer.provider, category ? inLanguage(category.label) : "",
    ...offer.extra.map(([, value]) => (typeof value === "string" ? value : ""))].join(" ");
}

function isFiltered() {
  return filters.flags.size > 0 || Object.entries(filters).some(([key, value]) => key !== "flags" && value !== "");
}

function filterSelect(key, entries, again) {
  const select = make("select", {id: `filter-${key}`}, make("option", {value: ""}, say("filter.any")),
    ...entries.map(([value, text]) => make("option", {value}, text)));
  select.value = filters[key];
  select.addEventListener("change", () => { filters[key] = select.value; again(); });
  return make("label", {}, make("span", {}, say(`filter.${key}`)), select);
}

function fillFilters(again) {
  const text = make("input", {type: "search", id: "filter-text", autocomplete: "off"});
  text.value = filters.text;
  text.addEventListener("input", () => { filters.text = text.value.trim(); again(); });
  const weekdays = [0, 1, 2, 3, 4, 5, 6].map((day) => [String(day), say(`weekday.${day}`)]);
  const hours = [8, 10, 12, 14, 16, 17, 18, 19].map((hour) => [String(hour), `${hour}:00`]);
  const used = FLAGS.filter((flag) => DATA.offers.some((offer) =>
    (flag === "free" ? offer.places_free === 0 : offer[flag] === true)));
  const boxes = used.map((flag) => {
    const box = make("input", {type: "checkbox", id: `filter-${flag}`, checked: filters.flags.has(flag)});
    box.addEventListener("change", () => {
      filters.flags[box.checked ? "add" : "delete"](flag);
      again();
    });
    return make("label", {class: "check"}, box, make("span", {}, say(`filter.${flag}`)));
  });
  const everything = make("input", {type: "checkbox", id: "filter-everything", checked: state.layers.others});
  everything.addEventListener("change", () => {
    switchLayer("others", everything.checked);
    again();
  });
  const several = (key, column) => {
    const entries = valuesOf(column);
    return entries.length > 1 ? filterSelect(key, entries, again) : null;
  };
  fill(byId("filters"),
    make("label", {class: "whole"}, make("span", {}, say("filter.text")), text),
    filterSelect("weekday", weekdays, again), filterSelect("from", hours, again),
    several("language", "languages"), several("level", "level"), several("group", "target_group"),
    ...boxes,
    make("label", {class: "check"}, everything, make("span", {}, say("filter.everything"))),
    button(say("filter.reset"), () => {
      Object.assign(filters, {text: "", language: "", level: "", group: "", weekday: "", from: ""});
      filters.flags.clear();
      fillFilters(again);
      again();
    }, {id: "filter-reset", class: "whole"}));
}

function spotOf(offer) {
  return {kind: "spot", spots: SPOTS.filter((spot) => spot.offers.includes(offer))};
}

// The list: offers of the category first, then the others where they are shown too.
function showOfferList() {
  const all = DATA.offers.map((offer, i) => i)
    .filter((i) => state.layers.others || DATA.offers[i].category === state.category);
  const found = all.filter(passes);
  byId("offers-found").textContent = say("filter.found", {n: count(found.length), all: count(all.length)});
  const order = found.sort((a, b) =>
    (DATA.offers[b].category === state.category) - (DATA.offers[a].category === state.category)
    || byName(DATA.offers[a].name, DATA.offers[b].name));
  fill(byId("offer-list"), ...order.slice(0, MOST_LISTED).map((i) => {
    const offer = DATA.offers[i];
    const isDrawn = offer.counted && offer.at !== null;
    const head = button("", () => choose(isDrawn ? spotOf(i) : {kind: "offer", offer: i}), {class: "link"});
    head.append(letter(offer.category), name(offer.name));
    return make("li", {}, head,
      make("p", {class: "small"}, name(offer.provider), offer.provider ? " · " : "", timesText(offer)),
      isDrawn ? null : make("p", {class: "small"}, say("filter.not_on_map")));
  }), order.length > MOST_LISTED
    ? make("li", {class: "small"}, say("filter.more", {n: count(order.length - MOST_LISTED)})) : null);
}

const MOST_LISTED = 200;

// "Mo–Fr 09:00–12:00 (offen)": equal times of several weekdays in one text.
function timesOf(offer) {
  const groups = new Map();
  for (const [weekday, start, end, rhythm, dropIn, term] of offer.sessions) {
    const key = [start, end, rhythm, dropIn, term].join("|");
    if (!groups.has(key)) groups.set(key, {start, end, rhythm, dropIn, term, days: []});
    groups.get(key).days.push(weekday);
  }
  const said = [...groups.values()].sort((a, b) => a.days[0] - b.days[0] || a.start - b.start).map((group) => {
    const notes = [group.rhythm ? rhythmText(group.rhythm) : "", group.dropIn ? say("time.drop_in") : "",
      group.term ? say("time.term_only") : ""].filter((note) => note !== "");
    const when = `${weekdaysText(group.days)} ${clock(group.start)}–${clock(group.end)}`;
    return notes.length ? `${when} (${notes.join(", ")})` : when;
  });
  if (offer.by_appointment) said.push(say("time.appointment"));
  else if (offer.written && !offer.timed) said.push(say("time.as_written", {text: offer.written}));
  return said;
}

function timesText(offer) {
  const said = timesOf(offer);
  return said.length ? said.join("; ") : say("card.times_unknown");
}

// "alle 2 Wochen", "nur 1. und 3. im Monat".
function rhythmText(rhythm) {
  if (rhythm.endsWith("w")) return say("time.weeks", {n: rhythm.slice(0, -1)});
  const ordinal = (n) => (LANG === "de" ? `${n}.` : `${n}${{1: "st", 2: "nd", 3: "rd"}[n] ?? "th"}`);
  const numbers = rhythm.split(",").map((part) => part.replace("m", ""))
    .map((n) => (n === "-1" ? say("time.last") : ordinal(n)));
  return say("time.of_month", {numbers: numbers.join(say("time.and"))});
}

// Short names; three or more in a row as a range.
function weekdaysText(days) {
  const runs = [];
  for (const day of [...new Set(days)].sort((a, b) => a - b)) {
    if (runs.length && runs.at(-1).at(-1) === day - 1) runs.at(-1).push(day);
    else runs.push([day]);
  }
  const short = (day) => say(`weekday_short.${day}`);
  return runs.map((run) => (run.length >= 3 ? `${short(run[0])}–${short(run.at(-1))}` : run.map(short).join(", "))).join(", ");
}
