// The card of what was chosen: a cell, the offers at a spot, an underserved area, a stop.

function why(reason, category) {
  const said = DATA.reasons[reason];
  return say(`why.${said}`, {max: DATA.categories[category].max, access: DATA.rule.access, wait: DATA.rule.wait});
}

function letter(category) {
  const known = DATA.categories[category];
  return make("span", {class: "letter", "aria-hidden": "true"}, known ? known.letter : "?");
}

function lineText(at) {
  if (at === null || at === undefined) return "";
  const line = DATA.coverage.lines[at];
  return line === "" ? say("card.on_foot") : say("card.line", {line});
}

// "hin 32 min (Linie 212)"
function wayText(key, value, line) {
  if (value === null) return "";
  const by = lineText(line);
  return `${say(key)} ${minutes(value)}${by ? ` (${by})` : ""}`;
}

function ways(cover, i) {
  const walk = cover.walk[i];
  return [
    wayText("card.out", cover.out[i], cover.outLine?.[i]),
    wayText("card.back", cover.back[i], cover.backLine?.[i]),
    walk === null ? "" : `${say("card.walk")} ${minutes(walk)}`,
    cover.booked[i] === null || DATA.reasons[cover.reason(i)] === "served" ? "" : bookedText(cover, i),
  ].filter((part) => part !== "").join(" · ");
}

// The way by call-bus, and how long before it has to be booked, where that is known.
function bookedText(cover, i) {
  const way = `${say("card.booked")} ${minutes(cover.booked[i])}`;
  return cover.lead[i] === null ? way : `${way} (${say("card.lead", {n: count(cover.lead[i])})})`;
}

function badge(reason) {
  const said = DATA.reasons[reason];
  const kind = said === "served" ? "reached" : said === "only_if_booked" ? "booked" : "missed";
  const key = {reached: "card.reached", booked: "card.booked", missed: "card.not_reached"}[kind];
  return make("span", {class: `badge ${kind}`}, say(key));
}

// One line with a name from the data in it, such as "Bestes Angebot: ...".
function sentence(key, blank, text) {
  const [before, after] = say(key).split(`{${blank}}`);
  return make("span", {}, before, name(text), after ?? "");
}

function offerLine(reason, at) {
  if (at === null) return null;
  const key = DATA.reasons[reason] === "served" ? "card.best" : "card.nearest";
  return make("p", {}, sentence(key, "offer", DATA.offers[at].name));
}

function categoryEntry(category, cell, day) {
  const cover = coverage(category, day);
  const reason = cover ? cover.reason(cell.index) : null;
  const head = make("h4", {}, letter(category), name(DATA.categories[category].label, "span"));
  if (reason === null) return make("li", {}, head, make("p", {}, say("legend.unknown")));
  const served = DATA.reasons[reason] === "served";
  const choice = cover.offers[cell.index];
  head.append(badge(reason));
  return make("li", {}, head,
    served ? null : make("p", {}, why(reason, category)),
    make("p", {class: "ways"}, ways(cover, cell.index)),
    offerLine(reason, cover.offer[cell.index]),
    served && choice > 1 ? make("p", {class: "small"}, say("card.choice.many", {n: count(choice)})) : null);
}

function residentsText(value) {
  if (value !== null) return peopleCount(value);
  return `${people()}: ${say("unit.withheld_long", {k: DATA.min_count})}`;
}

function cellCard(cell, state) {
  const area = cell.area ? cell.area.name : say("card.outside");
  const near = nearestPlace(cell.bounds.getCenter());
  const order = DATA.categories.map((_, i) => i)
    .sort((a, b) => (b === state.category) - (a === state.category));
  return [
    make("h3", {}, sentence("card.cell", "area", area)),
    make("p", {}, near ? sentence("card.near", "place", near) : null, near ? " · " : "",
      make("strong", {}, residentsText(cell.residents))),
    make("p", {class: "small"}, say("card.on_day", {day: DATA.days[state.day].label})),
    make("ul", {class: "entries"}, ...order.map((i) => categoryEntry(i, cell, state.day))),
  ];
}

function pair(term, ...value) {
  return make("div", {}, make("dt", {}, term), make("dd", {}, ...value));
}

function timesOf(offer) {
  return offer.times.length ? offer.times.join("; ") : say("card.times_unknown");
}

function offerEntry(at) {
  const offer = DATA.offers[at];
  const extra = offer.extra.map(([key, text]) =>
    pair(say(key), key === "offer.link" ? link(text) : name(text)));
  const label = DATA.categories[offer.category]?.label ?? "";
  return make("li", {},
    make("h4", {}, letter(offer.category), name(offer.name, "span")),
    make("p", {class: "small"}, name(label), offer.provider ? " · " : "", name(offer.provider)),
    make("dl", {},
      pair(say("card.times"), timesOf(offer)),
      ...extra,
      pair(say("card.grade"), say(`grade.${offer.grade}`)),
      offer.note ? pair(say("card.note"), name(offer.note)) : null));
}

function spotCard(offers, state) {
  const order = [...offers].sort((a, b) =>
    (DATA.offers[b].category === state.category) - (DATA.offers[a].category === state.category));
  const heading = offers.length > 1 ? make("h3", {}, say("card.spot", {n: count(offers.length)})) : null;
  return [heading, make("ul", {class: "entries"}, ...order.map(offerEntry))].filter(Boolean);
}

function gapCard(gap) {
  return [
    make("h3", {}, say("card.gap", {rank: count(gap.rank)})),
    make("p", {}, name(gap.name)),
    ...gapFacts(gap),
  ];
}

function gapFacts(gap) {
  const cells = say(gap.cells === 1 ? "unit.cell" : "unit.cells");
  const way = gap.minutes === null ? "" : ` (${say("gap.minutes", {n: count(gap.minutes)})})`;
  const nearest = gap.offer === null ? null
    : make("p", {class: "small"}, sentence("gap.nearest", "offer", DATA.offers[gap.offer].name), way);
  return [
    make("p", {}, make("strong", {}, peopleCount(gap.residents)), ` · ${count(gap.cells)} ${cells}`),
    make("p", {}, why(gap.reason, gap.category)),
    nearest,
  ].filter(Boolean);
}

function cardOf(selected, state) {
  if (!selected) return [make("p", {class: "small"}, say("card.hint"))];
  if (selected.kind === "cell") return cellCard(selected.cell, state);
  if (selected.kind === "gap") return gapCard(selected.gap);
  if (selected.kind === "stop") return [make("h3", {}, sentence("card.stop", "name", selected.stop[0]))];
  return spotCard(selected.spots.flatMap((spot) => spot.offers), state);
}

// One line beside the pointer; everything in it also stands in the card.
function hoverText(hit, state) {
  if (hit.kind === "stop") return say("card.stop", {name: hit.stop[0]});
  if (hit.kind === "gap") return `${hit.gap.name}: ${peopleCount(hit.gap.residents)}`;
  if (hit.kind === "spot") {
    const offers = hit.spots.flatMap((spot) => spot.offers);
    return offers.length > 1 ? say("card.spot", {n: count(offers.length)}) : DATA.offers[offers[0]].name;
  }
  const cover = coverage(state.category, state.day);
  const key = classOf(cover, state.mode, hit.cell.index);
  const value = state.mode === "reach" || !cover ? null : cover[state.mode][hit.cell.index];
  const look = classesOf(state.mode).find((entry) => entry.key === key);
  return `${residentsText(hit.cell.residents)}: ${value === null ? look.text : minutes(value)}`;
}
