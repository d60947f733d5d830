// The card of what was chosen: a cell, the offers at a spot, an underserved area, a stop.

function why(reason, category) {
  const said = DATA.reasons[reason];
  return say(`why.${said}`, {max: DATA.categories[category].max, access: DATA.rule.access, wait: DATA.rule.wait});
}

function letter(category) {
  const known = DATA.categories[category];
  return make("span", {class: "letter", "aria-hidden": "true"}, known ? known.letter : "?");
}

function badge(reason) {
  const said = DATA.reasons[reason];
  const kind = said === "served" ? "reached" : said === "only_if_booked" ? "booked" : "missed";
  const key = {reached: "card.reached", booked: "card.booked", missed: "card.not_reached"}[kind];
  return make("span", {class: `badge ${kind}`}, say(key));
}

function residentsText(value) {
  if (value !== null) return peopleCount(value);
  return `${people()}: ${say("unit.withheld_long", {k: DATA.min_count})}`;
}

function pair(term, ...value) {
  return make("div", {}, make("dt", {}, term), make("dd", {}, ...value));
}

// "hin 32 min: 17:12 ab Rathaus mit Linie 212, an 17:50"
function wayLine(key, way, arrive) {
  if (!way) return null;
  const blanks = {minutes: minutes(way.minutes), leave: way.leave === null ? "–" : clock(way.leave),
    arrive: arrive === null ? "–" : clock(arrive)};
  if (way.line === null) return make("p", {class: "ways"}, say(`${key}_on_foot`, blanks));
  const words = way.rides > 1 ? `${key}_changes` : key;
  const names = {stop: DATA.ways.stops[way.stop], line: DATA.ways.lines[way.line]};
  return make("p", {class: "ways"}, ...withNames(words, {...blanks, changes: count(way.rides - 1)}, names));
}

// One offer from one cell: how to get there and home, or why not.
function offerWay(way) {
  const offer = DATA.offers[way.offer];
  const head = button("", () => choose(spotOf(way.offer)), {class: "link"});
  head.append(name(offer.name));
  return make("li", {}, make("h5", {}, head, badge(way.reason)),
    DATA.reasons[way.reason] === "served" ? null : make("p", {}, why(way.reason, offer.category)),
    way.session === null ? null : make("p", {class: "small"}, sessionText(way.session)),
    way.visits === null ? null
      : make("p", {class: "small"}, say("line.visits", {first: clock(way.visits[0]), last: clock(way.visits[1])})),
    wayLine("line.out", way.out, way.out ? way.out.leave === null ? null : way.out.leave + way.out.minutes : null),
    wayLine("line.back", way.back, way.back ? way.back.home : null),
    way.walk === null || way.out?.line === null ? null : make("p", {class: "ways"}, say("line.walk", {minutes: minutes(way.walk)})),
    way.booked && DATA.reasons[way.reason] !== "served" ? bookedLine(way.booked) : null);
}

// The way by call-bus, and how long before it has to be booked, where that is known.
function bookedLine(booked) {
  const lead = Math.max(booked.out.lead ?? 0, booked.back.lead ?? 0);
  return make("p", {class: "ways"}, lead
    ? say("line.booked_lead", {minutes: minutes(booked.minutes), lead: minutes(lead)})
    : say("line.booked", {minutes: minutes(booked.minutes)}));
}

function sessionText(session) {
  const [weekday, start, end] = session;
  return say("line.session", {day: say(`weekday.${weekday}`), start: clock(start), end: clock(end)});
}

// Served first, then by how close it comes; within that the shorter way.
function orderOfWays(a, b) {
  const longer = (way) => Math.max(way.out?.minutes ?? 0, way.back?.minutes ?? 0) || 999;
  return b.reason - a.reason || longer(a) - longer(b);
}

function categoryEntry(category, cell, ways) {
  const asked = question(category, state.day);
  const reason = asked.reason[cell];
  const own = ways.filter((way) => DATA.offers[way.offer].category === category).sort(orderOfWays);
  const label = inLanguage(DATA.categories[category].label);
  const list = make("ul", {class: "entries"}, ...own.map(offerWay));
  const said = DATA.reasons[reason] === "served" || own.length ? null : make("p", {}, why(reason, category));
  if (category === state.category) {
    return make("section", {class: "own"}, make("h4", {}, letter(category), make("span", {class: "name"}, label), badge(reason)), said, list);
  }
  return make("details", {}, make("summary", {}, letter(category), make("span", {class: "name"}, label), badge(reason)), said, list);
}

async function cellCard(cell) {
  const area = DATA.areas[CELLS.area[cell]];
  const near = nearestPlace(drawn.cells.bounds(cell).getCenter());
  await Promise.all(DATA.categories.map((_, category) => unpackQuestion(category, state.day)));
  const ways = await waysOf(cell, state.day);
  const order = DATA.categories.map((_, i) => i).sort((a, b) => (b === state.category) - (a === state.category));
  await unpackQuality();
  const quality = qualityOf(cell, state.day);
  return [
    make("h3", {}, sentence("card.cell", "area", area ? area.name : say("card.outside"))),
    make("p", {}, near ? sentence("card.near", "place", near) : null, near ? " · " : "",
      make("strong", {}, residentsText(residentsOf(cell)))),
    make("p", {class: "small"}, say("card.on_day", {day: inLanguage(DATA.days[state.day].label)})),
    quality === null ? null : make("p", {class: "small"},
      quality === "none" ? say("card.quality_none") : say("card.quality", {letter: quality})),
    ...order.map((category) => categoryEntry(category, cell, ways)),
  ];
}

function extraText(value) {
  if (typeof value === "boolean") return say(value ? "unit.yes" : "unit.no");
  return typeof value === "number" ? written(value) : isoDate(value);
}

function offerEntry(at, heading) {
  const offer = DATA.offers[at];
  const extra = offer.extra.map(([key, value]) =>
    pair(say(key), key === "offer.link" ? link(value) : name(extraText(value))));
  const category = DATA.categories[offer.category];
  return make("li", {},
    make(heading, {}, letter(offer.category), name(offer.name, "span")),
    make("p", {class: "small"}, category ? inLanguage(category.label) : "", offer.provider ? " · " : "", name(offer.provider)),
    offer.counted ? null : make("p", {class: "note"}, uncountedText(offer)),
    make("dl", {},
      pair(say("card.times"), timesText(offer)),
      ...extra,
      pair(say("card.grade"), say(`grade.${offer.grade}`)),
      offer.note ? pair(say("card.note"), name(offer.note)) : null));
}

function uncountedText(offer) {
  return say(String(offer.format ?? "").toLowerCase().includes("online") ? "uncounted.online" : "uncounted.one");
}

function spotCard(offers) {
  const order = [...offers].sort((a, b) =>
    (DATA.offers[b].category === state.category) - (DATA.offers[a].category === state.category));
  const heading = offers.length > 1 ? make("h3", {}, say("card.spot", {n: count(offers.length)})) : null;
  return [heading, make("ul", {class: "entries"}, ...order.map((at) => offerEntry(at, heading ? "h4" : "h3")))];
}

function gapFacts(gap) {
  const cells = say(gap.cells === 1 ? "unit.cell" : "unit.cells");
  const way = gap.minutes === null ? "" : ` (${say("gap.minutes", {n: count(gap.minutes)})})`;
  const nearest = gap.offer === null ? null
    : make("p", {class: "small"}, sentence("gap.nearest", "offer", DATA.offers[gap.offer].name), way);
  const need = gap.need === null ? "" : ` · ${say("gap.need", {n: count(gap.need)})}`;
  return [
    make("p", {}, make("strong", {}, peopleCount(gap.residents)), need, ` · ${count(gap.cells)} ${cells}`),
    make("p", {}, why(gap.reason, gap.category)),
    nearest,
  ];
}

function gapCard(gap) {
  return [make("h3", {}, say("card.gap", {rank: count(gap.rank)})), make("p", {}, name(gap.name)), ...gapFacts(gap)];
}

async function cardOf(selected) {
  if (!selected) return [make("p", {class: "small"}, say("card.hint"))];
  if (selected.kind === "cell") return cellCard(selected.cell);
  if (selected.kind === "gap") return gapCard(selected.gap);
  if (selected.kind === "stop") return [make("h3", {}, sentence("card.stop", "name", selected.stop[0]))];
  if (selected.kind === "offer") return spotCard([selected.offer]);
  return spotCard(selected.spots.flatMap((spot) => spot.offers));
}

// One line beside the pointer; everything in it also stands in the card.
function hoverText(hit) {
  if (hit.kind === "stop") return say("card.stop", {name: hit.stop[0]});
  if (hit.kind === "gap") return `${hit.gap.name}: ${peopleCount(hit.gap.residents)}`;
  if (hit.kind === "spot") {
    const offers = hit.spots.flatMap((spot) => spot.offers);
    return offers.length > 1 ? say("card.spot", {n: count(offers.length)}) : DATA.offers[offers[0]].name;
  }
  const {classes, of, values} = drawn.view;
  const value = values && values[hit.cell] < Infinity && state.view === "time" ? minutes(values[hit.cell]) : classes[of[hit.cell]].text;
  return `${residentsText(residentsOf(hit.cell))}: ${value}`;
}
