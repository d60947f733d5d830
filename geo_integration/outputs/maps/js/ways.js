// All ways of one cell, unpacked when it is chosen. outputs/maps/ways_blocks.py writes the blocks.
//
// Of each offer some vehicles are known: with which hop one gets on at the latest (on the way home:
// off at the earliest), and when one is at the venue. A cell takes the one that brings it there in
// the shortest time, its walk included; of equal ones that which lets it leave last.

const AFOOT = 1;
const RIDE = 2;
const USUAL = 3;
const ALIKE = 99;
const ABOUT = {out: [0, 1], back: [2, 3], wait: 4, leave: 5, home: 6};
const WAYS_MODES = ["walk", "transit", "on_demand"];
const waysStarts = new Map();

// Where the rows of each table start, from their number; reckoned once.
function startsOf(counts) {
  if (!waysStarts.has(counts)) {
    const starts = new Uint32Array(counts.length + 1);
    for (let k = 0; k < counts.length; k += 1) starts[k + 1] = starts[k] + counts[k];
    waysStarts.set(counts, starts);
  }
  return waysStarts.get(counts);
}

function known(values, at) {
  const missing = 2 ** (8 * values.BYTES_PER_ELEMENT) - 1;
  return values[at] === missing ? null : values[at];
}

// Ways of a cell to every offer that is on that kind of day, one for each offer: {offer, reason,
// session, visits, walk, wait, out, back, booked}. `session` is null or [weekday, from, to], `visits`
// null or start of the first visit and end of the last one that are possible then, `out` and `back`
// are null or {minutes, leave (or home), stop, line, rides, onDemand, lead}, with positions in
// DATA.ways.stops and DATA.ways.lines, null on foot; times are minutes of the day. `booked` is the way with
// call-buses where that is another, and whole: the same, and `minutes` of the longer way.
async function waysOf(cell, day) {
  const found = new Map();
  for (const {mode, ...way} of await allWays(cell, day)) {
    if (mode === "transit") found.set(way.offer, {...way, booked: null});
    else if (way.out && way.back) found.get(way.offer).booked = {...way, minutes: longerWay(way)};
  }
  return [...found.values()];
}

function longerWay(way) {
  return Math.max(way.out ? way.out.minutes : 0, way.back ? way.back.minutes : 0);
}

// The same for each mode, those with call-buses only where they are others.
async function allWays(cell, day) {
  const shared = await block("ways");
  const own = await block(`ways-${day}`);
  const days = [...new Set(own.at_day)];
  const blocks = new Map(await Promise.all(days.map(async (d) => [d, await block(`ways-${d}`)])));
  const home = homeOf(shared, cell);
  const found = [];
  for (let k = 0; k < own.at_table.length; k += 1) {
    const way = wayIn(shared, blocks.get(own.at_day[k]), own.at_table[k], home, own.at_offer[k]);
    if (way) found.push({offer: own.at_offer[k], mode: WAYS_MODES[own.at_mode[k]], ...way});
  }
  return found;
}

// A cell's stops with the walk to them, and its walks to offers.
function homeOf(shared, cell) {
  const starts = startsOf(shared.access_count);
  const stops = [];
  for (let k = starts[cell]; k < starts[cell + 1]; k += 1) {
    stops.push([shared.access_stop[k], shared.access_s[k]]);
  }
  const walks = new Map();
  const first = startsOf(shared.afoot_count);
  shared.afoot_offer.forEach((offer, k) => {
    const at = shared.afoot_cell.subarray(first[k], first[k + 1]).indexOf(cell);
    if (at >= 0) walks.set(offer, shared.afoot_min[first[k] + at]);
  });
  return {cell, stops, walks};
}

function stateOf(tables, table, cell) {
  const {band} = DATA.ways;
  const columns = tables.table_limit.length;
  const cells = columns ? tables.state.length / columns : 0;
  const first = table - (table % band);
  const width = Math.min(band, columns - first);
  return startsOf(tables.state_count)[table]
    + tables.state[first * cells + cell * width + (table - first)];
}

function exceptionsOf(tables, table, cell) {
  const starts = startsOf(tables.exception_count);
  const found = new Map();
  for (let k = starts[table]; k < starts[table + 1]; k += 1) {
    if (tables.exception_cell[k] === cell) found.set(tables.exception_about[k], tables.exception_value[k]);
  }
  return found;
}

// One table for one cell; null where the cell goes as by scheduled vehicles alone.
function wayIn(shared, tables, table, home, offer) {
  const at = stateOf(tables, table, home.cell);
  if (tables.state_reason[at] === ALIKE) return null;
  const label = tables.state_label[at];
  const visit = startsOf(tables.label_count)[table] + label;
  const [start, end] = [tables.label_start[visit], tables.label_end[visit]];
  const odd = exceptionsOf(tables, table, home.cell);
  const walk = home.walks.get(offer) ?? null;
  const out = direction(1, tables.state_out[at]);
  const back = direction(-1, tables.state_back[at]);
  const isTimed = out !== null && back !== null && out.leave !== null;
  return {
    reason: (longerWay({out, back}) > tables.table_limit[table] ? tables.state_far : tables.state_reason)[at],
    walk,
    session: sessionAt(tables, visit),
    visits: visitsAt(tables, startsOf(tables.span_count)[table] + tables.state_span[at]),
    wait: isTimed ? odd.get(ABOUT.wait) ?? Math.ceil((out.waits + back.waits) / 60) : null,
    out: out && leg(out, "leave", odd.get(ABOUT.leave)),
    back: back && leg(back, "home", odd.get(ABOUT.home)),
  };

  function direction(sign, kind) {
    if (kind === AFOOT) {
      const leave = sign > 0 ? Math.floor(start / 60) - walk : Math.ceil(end / 60) + walk;
      return {minutes: walk, leave, waits: 0, rides: 0};
    }
    if (kind === USUAL) return {minutes: tables.state_minutes[at], leave: null, waits: 0, rides: 0};
    if (kind !== RIDE) return null;
    const way = sign > 0 ? "out" : "back";
    const ride = rideOf(shared, tables, table, way, label, home, odd);
    const took = sign > 0 ? ride.venue - ride.moment : ride.moment - ride.venue;
    return {
      minutes: Math.ceil(took / 60),
      leave: sign > 0 ? Math.floor(ride.moment / 60) : Math.ceil(ride.moment / 60),
      waits: sign > 0 ? start - ride.venue : ride.venue - end,
      ...ride,
    };
  }
}

function sessionAt(tables, visit) {
  const weekday = known(tables.label_weekday, visit);
  return weekday === null ? null
    : [weekday, tables.label_from[visit] / 60, tables.label_to[visit] / 60];
}

function visitsAt(tables, span) {
  const first = known(tables.span_first, span);
  return first === null ? null : [first, known(tables.span_last, span)];
}

function leg(way, moment, odd) {
  return {
    minutes: way.minutes,
    [moment]: odd ?? way.leave,
    stop: way.stop ?? null,
    line: way.line ?? null,
    rides: way.rides,
    onDemand: way.onDemand ?? false,
    lead: way.lead ?? null,
  };
}

// The vehicle that a cell takes, leaving home or being home at `moment` (seconds of the day).
function rideOf(shared, tables, table, way, label, home, odd) {
  const sign = way === "out" ? 1 : -1;
  const starts = startsOf(tables[`${way}_count`]);
  const [oddEntry, oddHop] = ABOUT[way].map((about) => odd.get(about) ?? null);
  let best = null;
  for (let e = starts[table]; e < starts[table + 1]; e += 1) {
    if (tables[`${way}_label`][e] !== label) continue;
    if (oddEntry !== null && e - starts[table] !== oddEntry) continue;
    for (const call of callsOf(shared, tables[`${way}_run`][e], tables[`${way}_hop`][e], sign, home)) {
      if (oddHop !== null ? call.hop !== oddHop : isTooEarly(sign, call.moment)) continue;
      const venue = tables[`${way}_venue`][e];
      const ride = {took: sign * (venue - call.moment), venue, entry: e, ...call};
      if (!best || isBetter(ride, best, sign)) best = ride;
    }
  }
  const run = tables[`${way}_run`][best.entry];
  return {
    venue: best.venue,
    moment: best.moment,
    stop: shared.stop_name[best.stop],
    line: shared.run_line[run],
    rides: tables[`${way}_rides`][best.entry],
    onDemand: shared.run_booked[run] === 1,
    lead: known(shared.run_lead, run),
  };
}

// Shorter; else leaving home later, or being home earlier; else from a stop that is named before.
function isBetter(ride, best, sign) {
  if (ride.took !== best.took) return ride.took < best.took;
  if (ride.moment !== best.moment) return sign * (ride.moment - best.moment) > 0;
  return ride.rank < best.rank;
}

// Before the rule's first hour, or after its last.
function isTooEarly(sign, moment) {
  return sign > 0 ? moment < DATA.ways.earliest : moment > DATA.ways.latest;
}

// Calls of a run at a cell's stops: on the way out up to a hop, on the way home from it on.
function callsOf(shared, run, hop, sign, home) {
  const starts = startsOf(shared.pattern_count);
  const pattern = shared.run_pattern[run];
  const [first, end] = [starts[pattern], starts[pattern + 1]];
  const at = sign > 0 ? shared.hop_from : shared.hop_to;
  const time = sign > 0 ? shared.hop_leaves : shared.hop_at;
  const found = [];
  for (let k = sign > 0 ? first : first + hop; k < (sign > 0 ? first + hop + 1 : end); k += 1) {
    home.stops.forEach(([stop, walk], rank) => {
      if (at[k] !== stop) return;
      found.push({rank, stop, hop: k - first, moment: shared.run_start[run] + time[k] - sign * walk});
    });
  }
  return found;
}
