// What the cells are coloured by: for every view its classes, and the class of every cell. Light is
// good, dark is bad; all steps differ for all kinds of colour blindness and on a grey copy.

const VIEWS = ["time", "why", "lost", "quality", "supply"];
const MODES = ["transit", "booked", "walk", "bike", "car"];
const WAYS = ["both", "out", "back"];
const WHY_COLOURS = {
  served: "#e4f7a0",
  only_if_booked: "#ffc638",
  full: "#dba9bd",
  over_limit: "#8798ff",
  only_in_term: "#887fae",
  no_way_home: "#3a7d5c",
  not_in_time: "#413dcd",
  no_connection: "#5b2a6e",
  no_stop: "#0b1e25",
};
const STEPS = ["#fdf0a0", "#a9d8b0", "#4fb3bf", "#2c78b0", "#1b2a78"];
const NONE = {colour: "#e9e6e0", pattern: "lines"};
const QUALITY_COLOURS = ["#fffbd0", "#fdf0a0", "#cde6a6", "#8fcdb4", "#4fb3bf", "#2c78b0", "#1b2a78"];

function viewText(view) {
  return say(`view.${view}`, {first: inLanguage(DATA.days[0].label)});
}

// Limits of the minute classes: half of the first band, then the bands of the rule, up to the limit.
function steps(limit) {
  const bands = DATA.bands.map(Number).sort((a, b) => a - b);
  const below = [bands[0] / 2, ...bands].filter((band) => band < limit);
  return [...below.slice(-(STEPS.length - 2)), limit];
}

// Minutes of every cell by a mode; Infinity where there is no way. Kept, because a slider asks for
// the same ones again and again.
const kept = new Map();

function minutesOf(choice, asked) {
  const key = [choice.category, choice.day, choice.mode, choice.way].join();
  if (!kept.has(key)) kept.set(key, minutesBy(choice, asked));
  return kept.get(key);
}

function minutesBy(choice, asked) {
  const {mode, way} = choice;
  const found = new Float32Array(CELLS.count).fill(Infinity);
  if (mode === "bike" || mode === "car") {
    const own = REFERENCE[mode].subarray(choice.category * CELLS.count, (choice.category + 1) * CELLS.count);
    own.forEach((value, i) => { if (value !== UNKNOWN) found[i] = value; });
    return found;
  }
  const {complete, out, back, walk, booked} = asked;
  for (let i = 0; i < found.length; i += 1) {
    if (mode === "walk") {
      if (walk[i] !== UNKNOWN) found[i] = walk[i];
      continue;
    }
    if (way === "out") { if (out[i] !== UNKNOWN) found[i] = out[i]; }
    else if (way === "back") { if (back[i] !== UNKNOWN) found[i] = back[i]; }
    else if (complete[i]) {
      // Of an offer without known times there is only the way out.
      found[i] = back[i] === UNKNOWN ? out[i] : Math.max(out[i], back[i]);
    }
    if (mode === "booked" && way === "both" && booked[i] < found[i]) found[i] = booked[i];
  }
  return found;
}

// The classes of a view in the order of the legend, and the class of every cell.
function shownAs(choice) {
  const asked = question(choice.category, choice.day);
  if (choice.compare !== null) return asCompared(choice, asked);
  if (choice.view === "why") return asWhy(asked);
  if (choice.view === "lost") return asLost(choice, asked);
  if (choice.view === "quality") return asQuality(choice);
  if (choice.view === "supply") return asSupply(choice);
  return asTime(choice, asked);
}

function asTime(choice, asked) {
  const limits = steps(choice.limit);
  const classes = limits.map((limit, i) => ({
    key: `to${limit}`, text: say("legend.minutes_to", {n: written(limit)}), colour: STEPS[i], good: true}));
  classes.push({key: "over", text: say("legend.minutes_over", {n: written(choice.limit)}), colour: STEPS.at(-1)});
  const none = choice.mode === "walk" ? "legend.walk_none" : "legend.minutes_none";
  classes.push({key: "none", text: say(none), ...NONE});
  const values = minutesOf(choice, asked);
  const of = new Uint8Array(CELLS.count);
  for (let i = 0; i < of.length; i += 1) {
    let at = 0;
    while (at < limits.length && values[i] > limits[at]) at += 1;
    of[i] = at === limits.length && values[i] === Infinity ? at + 1 : at;
  }
  return {classes, of, values};
}

function asWhy(asked) {
  const order = ["served", "only_if_booked", "full", "over_limit", "only_in_term", "no_way_home", "not_in_time",
    "no_connection", "no_stop", "not_on_day", "not_located", "no_fit", "no_offer"];
  const classes = order.map((reason) => ({
    key: reason, text: say(`reason.${reason}`), good: reason === "served",
    ...(WHY_COLOURS[reason] ? {colour: WHY_COLOURS[reason]} : NONE),
  }));
  const at = Uint8Array.from(DATA.reasons, (reason) => order.indexOf(reason));
  return {classes, of: asked.reason.map((reason) => at[reason])};
}

// Compared with the first kind of day.
function asLost(choice, asked) {
  const first = question(choice.category, 0);
  const blanks = {day: inLanguage(DATA.days[choice.day].label), first: inLanguage(DATA.days[0].label)};
  const classes = [
    {key: "kept", text: say("legend.kept", blanks), colour: STEPS[0], good: true},
    {key: "gained", text: say("legend.gained", blanks), colour: STEPS[1], good: true},
    {key: "lost", text: say("legend.lost", blanks), colour: "#b3123c"},
    {key: "never", text: say("legend.never", blanks), ...NONE},
  ];
  const of = asked.reason.map((reason, i) => {
    const [now, then] = [reason === SERVED, first.reason[i] === SERVED];
    return now ? (then ? 0 : 1) : then ? 2 : 3;
  });
  return {classes, of};
}

function asQuality(choice) {
  const classes = DATA.quality.classes.map((letter, i) =>
    ({key: letter, text: say("legend.quality", {letter}), colour: QUALITY_COLOURS[i]}));
  classes.push({key: "none", text: say("legend.quality_none"), ...NONE});
  return {classes, of: CELLS.quality.subarray(choice.day * CELLS.count, (choice.day + 1) * CELLS.count)};
}

// Places for 1,000 residents, in classes of about equal numbers of cells.
function asSupply(choice) {
  const own = SUPPLY.get(choice.category)?.subarray(choice.day * CELLS.count, (choice.day + 1) * CELLS.count);
  const known = own ? [...new Set(own)].filter((value) => value > 0 && value < 65535).sort((a, b) => a - b) : [];
  const limits = [0.25, 0.5, 0.75].map((share) => known[Math.floor(share * known.length)]).filter((v) => v !== undefined);
  const edges = [...new Set(limits)].reverse();
  const classes = edges.map((edge, i) =>
    ({key: `from${edge}`, text: say("legend.supply_from", {n: written(edge / 10)}), colour: STEPS[i]}));
  classes.push({key: "little", text: say("legend.supply_little"), colour: STEPS[Math.min(edges.length, 3)]});
  classes.push({key: "nothing", text: say("legend.supply_nothing"), colour: STEPS.at(-1)});
  classes.push({key: "unknown", text: say("legend.supply_unknown"), ...NONE});
  const of = new Uint8Array(CELLS.count).fill(classes.length - 1);
  own?.forEach((value, i) => {
    if (value === 65535) return;
    const at = value === 0 ? edges.length + 1 : edges.findIndex((edge) => value >= edge);
    of[i] = at < 0 ? edges.length : at;
  });
  return {classes, of, values: own ? Float32Array.from(own, (value) => value / 10) : null};
}

// Two kinds of day, or two categories: who has both, one, or neither, within the limit.
function asCompared(choice, asked) {
  const other = {...choice, ...choice.compare};
  const here = minutesOf(choice, asked);
  const there = minutesOf(other, question(other.category, other.day));
  const text = (one) => (choice.compare.day === undefined
    ? inLanguage(DATA.categories[one.category].label) : inLanguage(DATA.days[one.day].label));
  const blanks = {one: text(choice), other: text(other)};
  const classes = [
    {key: "both", text: say("legend.both", blanks), colour: STEPS[0], good: true},
    {key: "one", text: say("legend.only", {what: blanks.one}), colour: "#ffb000"},
    {key: "other", text: say("legend.only", {what: blanks.other}), colour: "#3f63b5"},
    {key: "neither", text: say("legend.neither"), ...NONE},
  ];
  const of = new Uint8Array(CELLS.count);
  for (let i = 0; i < of.length; i += 1) {
    const [now, then] = [here[i] <= choice.limit, there[i] <= choice.limit];
    of[i] = now ? (then ? 0 : 1) : then ? 2 : 3;
  }
  return {classes, of};
}

// Residents and cells of every class, and residents whose cell withholds them: in no number.
function countClasses({classes, of}) {
  const residents = new Float64Array(classes.length);
  const cells = new Uint32Array(classes.length);
  for (let i = 0; i < of.length; i += 1) {
    cells[of[i]] += 1;
    if (CELLS.residents[i] !== WITHHELD) residents[of[i]] += CELLS.residents[i];
  }
  return {residents, cells};
}
