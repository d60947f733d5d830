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

// "hin 32 min (Linie 212)"
function wayText(key, value, line) {
  if (value === UNKNOWN) return null;
  const by = line === NO_LINE ? "" : DATA.lines[line] === "" ? say("card.on_foot") : say("card.line", {line: DATA.lines[line]});
  return make("span", {}, `${say(key)} ${minutes(value)}`, by === "" ? "" : " (", name(by), by === "" ? "" : ")");
}

const NO_LINE = 65535;

// The way to one category: to the best offer, or the one that comes closest; with call-bus, on foot.
function categoryEntry(category, cell, best) {
  const asked = question(category, state.day);
  const reason = asked.reason[cell];
  const served = DATA.reasons[reason] === "served";
  const label = inLanguage(DATA.categories[category].label);
  const offer = best.offer[cell] === NO_LINE ? null : DATA.offers[best.offer[cell]];
  const booked = asked.booked[cell] === UNKNOWN || served ? null
    : say(asked.lead[cell] === UNKNOWN ? "card.booked_way" : "card.booked_lead",
      {minutes: minutes(asked.booked[cell]), lead: minutes(asked.lead[cell])});
  const parts = [wayText("card.out", asked.out[cell], best.out_line[cell]),
    wayText("card.back", asked.back[cell], best.back_line[cell]),
    wayText("card.walk", asked.walk[cell], NO_LINE), booked].filter((part) => part !== null);
  const ways = make("p", {class: "ways"}, ...parts.flatMap((part, i) => (i ? [" · ", part] : [part])));
  const head = [letter(category), make("span", {class: "name"}, label), badge(reason)];
  const said = [
    served ? null : make("p", {}, why(reason, category)),
    offer ? make("p", {}, sentence(served ? "card.best" : "card.nearest", "offer", offer.name), " ",
      button(say("card.details"), () => choose(spotOf(best.offer[cell])), {class: "link"})) : null,
    offer ? make("p", {class: "small"}, timesText(offer)) : null,
    parts.length ? ways : null];
  if (category === state.category) return make("section", {class: "own"}, make("h4", {}, ...head), ...said);
  return make("details", {}, make("summary", {}, ...head), ...said);
}

async function cellCard(cell) {
  const area = DATA.areas[CELLS.area[cell]];
  const near = nearestPlace(drawn.cells.bounds(cell).getCenter());
  const {day} = state;
  const best = await Promise.all(DATA.categories.map((_, category) => block(`best-${category}-${day}`)));
  await Promise.all(DATA.categories.map((_, category) => unpackQuestion(category, day)));
  const order = DATA.categories.map((_, i) => i).sort((a, b) => (b === state.category) - (a === state.category));
  await unpackQuality();
  const quality = qualityOf(cell, state.day);
  return [
    make("h3", {}, sentence("card.cell", "area", area ? area.name : say("card.outside"))),
    make("p", {}, near ? sentence("card.near", "place", near) : null, near ? " · " : "",
      make("strong", {}, residentsText(residentsOf(cell)))),
    make("p", {class: "small"}, say("card.on_day", {day: inLanguage(DATA.days[state.day].label)})),
    quality === null ? null : make("p", {class: "small"},
      quality === "none" ? say("legend.quality_none") : say("legend.quality", {letter: quality})),
    ...order.map((category) => categoryEntry(category, cell, best[category])),
  ];
}

function extraText(value) {
  if (typeof value === "boolean") return say(value ? "unit.yes" : "unit.no");
  return typeof value === "number" ? NUMBERS.format(value) : isoDate(value);
}

function offerEntry(at) {
  const offer = DATA.offers[at];
  const extra = offer.extra.map(([key, value]) =>
    pair(say(key), key === "offer.link" ? link(value) : name(extraText(value))));
  const category = DATA.categories[offer.category];
  return make("li", {},
    make("h4", {}, letter(offer.category), name(offer.name, "span")),
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
  return [heading, make("ul", {class: "entries"}, ...order.map(offerEntry))];
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
