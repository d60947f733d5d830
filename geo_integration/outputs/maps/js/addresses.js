// House numbers for the search, unpacked when somebody types for the first time. outputs/maps/addresses.py
// writes them: streets, numbers, and the cell of each; there are no coordinates.

const STAY = 0;
const NEXT = 1;
const LETTER_A = 97;
const LONG_WORDS = {st: "sankt", dr: "doktor", prof: "professor", gr: "grosse", kl: "kleine", pl: "platz",
  bgm: "buergermeister", buergerm: "buergermeister", gebr: "gebrueder"};
const BEFORE_NUMBER = ["nr", "hausnr", "hausnummer", "nummer"];
// Streets; of each house its number, letter (0: none), and which of `cell` it lies in.
const ADDRESSES = {streets: null, towns: null};

async function unpackAddresses() {
  if (!DATA.addresses || ADDRESSES.streets) return;
  const columns = await block("addresses");
  const {move, number, letter, cell, nearby} = columns;
  const at = new Uint32Array(move.length);
  const names = new TextDecoder().decode(columns.names).split("\n");
  let [house, seen] = [0, 0];
  const streets = names.map((text, i) => {
    const [area, apart] = DATA.addresses.places[columns.place[i]];
    const own = {text, area, apart, first: house, end: house + columns.houses[i], ...keysOf(text)};
    own.where = wordsOf(`${DATA.areas[area].name} ${apart}`);
    let [here, last] = [-1, seen - 1];
    for (; house < own.end; house += 1) {
      if (move[house] === NEXT) here = last += 1;
      else if (move[house] !== STAY) here = last - (move[house] - 2);
      at[house] = here;
    }
    seen += columns.cells[i];
    return own;
  });
  const towns = new Set([...streets.flatMap(({where}) => where), ...DATA.places.flatMap(([text]) => wordsOf(text))]);
  Object.assign(ADDRESSES, {number, letter, at, cell, nearby, streets, towns: [...towns]});
}

// Spelling ---------------------------------------------------------------------------------------

// "Mühlenstr. 12 a" and "Muehlenstraße 12a": the same words.
function wordsOf(text) {
  const plain = folded(text).replace(/[^a-z0-9]+/g, " ").trim().replace(/([a-z]{4}|\bstr)(\d)/g, "$1 $2");
  return plain.replace(/(\d) ([a-z])\b/g, "$1$2").split(" ").filter((word) => word !== "");
}

function whole(word) {
  return LONG_WORDS[word] ?? word.replace(/str$/, "strasse");
}

// Words without blanks between them; a for ae, s for ss: whoever leaves the dots out finds it too.
function joinedKey(words) {
  return words.join("").replace(/([aou])e/g, "$1").replace(/ss/g, "s");
}

// The name of a street to compare with, and the same from each later word on.
function keysOf(text) {
  const words = wordsOf(text).map(whole);
  return {key: joinedKey(words), later: words.slice(1).map((_, i) => joinedKey(words.slice(i + 1)))};
}

// What may be meant: which words are the street, which the town, what the number is.
function readingsOf(text) {
  const words = wordsOf(text).filter((word) => !/^\d{5}$/.test(word));
  const codes = wordsOf(text).filter((word) => /^\d{5}$/.test(word));
  const readings = [{street: words, number: null, town: codes}];
  const at = words.findIndex((word, i) => i > 0 && /^\d{1,4}[a-z]?$/.test(word)
    && !words.slice(i + 1).some((later, k) => /^\d{1,4}[a-z]?$/.test(later) && k > 0));
  if (at < 0) return readings;
  const street = words.slice(0, BEFORE_NUMBER.includes(words[at - 1]) ? at - 1 : at);
  const town = [...codes, ...words.slice(at + 1).filter((word) => !/^\d/.test(word))];
  const [, number, letter] = /^(\d+)([a-z]?)$/.exec(words[at]);
  readings.push({street, number: Number(number), letter, town});
  // "Hauptstr. 3 J" on the way to Jever.
  if (/\d\s[a-z]$/i.test(text.trim())) readings.push({street, number: Number(number), letter: "", town: [letter, ...town]});
  return readings;
}

// All ways to part the words into a street and a town before or after it, as keys.
function splitsOf({street, town}) {
  const found = [];
  for (let k = 1; k <= street.length; k += 1) {
    found.push([street.slice(0, k), street.slice(k)], [street.slice(-k), street.slice(0, -k)]);
  }
  return found.slice(0, -1).flatMap(([words, rest]) => {
    const where = [...rest, ...town];
    // "Str" may be a whole word, or the beginning of one.
    const keys = new Set([joinedKey(words.map(whole)), joinedKey(words)]);
    return [...keys].filter((key) => key.length > 1).map((key) => ({key, where}));
  });
}

// How well a street fits: 0 its name, 1 the beginning of it, 2 a later word of it; null not at all.
// `isThere`: whether a word may be where the street is.
function fitOf(street, splits, isThere) {
  let best = null;
  for (const {key, where} of splits) {
    const fit = street.key === key ? 0 : street.key.startsWith(key) ? 1
      : street.later.some((later) => later.startsWith(key)) ? 2 : null;
    if (fit === null || (best !== null && best <= fit)) continue;
    if (where.every((word) => isThere(street, word))) best = fit;
  }
  return best;
}

// A postcode narrows only where the page knows any.
function isWhere(street, word) {
  if (/^\d{5}$/.test(word) && !/^\d{5}$/.test(street.apart)) return true;
  return street.where.some((known) => known.startsWith(word));
}

// Finding ----------------------------------------------------------------------------------------

// The house of a number, or the nearest one: even and odd numbers are on two sides of the street.
function houseOf(street, number, letter) {
  const wanted = letter === "" ? 0 : letter.charCodeAt(0) - LETTER_A + 1;
  let [best, least] = [null, Infinity];
  for (let k = street.first; k < street.end; k += 1) {
    const away = Math.abs(ADDRESSES.number[k] - number);
    const far = (2 * away + 3 * (away % 2)) * 100 + Math.abs(ADDRESSES.letter[k] - wanted);
    if (ADDRESSES.number[k] > 0 && far < least) [best, least] = [k, far];
  }
  return best === null ? null : {house: best, exact: least === 0};
}

function numberText(house) {
  const letter = ADDRESSES.letter[house];
  return `${ADDRESSES.number[house]}${letter ? String.fromCharCode(LETTER_A + letter - 1) : ""}`;
}

function addressText(street, number) {
  const place = DATA.areas[street.area].name;
  return `${street.text}${number ? ` ${number}` : ""}, ${place}${street.apart ? ` (${street.apart})` : ""}`;
}

// Entries of the search: houses, the nearest ones where a number is missing, whole streets. Where a
// town has no such street, those of all others, which say so.
function addressesLike(text) {
  if (!ADDRESSES.streets) return [];
  const readings = readingsOf(text);
  const found = entriesOf(readings, isWhere);
  if (found.length) return found;
  const anywhere = readings.slice(1, 2).map((reading) => ({...reading, town: []}));
  const isTown = (_, word) => ADDRESSES.towns.some((known) => known.startsWith(word));
  return entriesOf(anywhere, isTown).map((entry) => ({...entry, astray: true}));
}

function entriesOf(readings, isThere) {
  const found = [];
  const add = (street, points, entry) => {
    const before = found.find((one) => one.street === street);
    if (!before) found.push({street, points, ...entry});
    else if (points < before.points) Object.assign(before, {house: null, missing: null, points, ...entry});
  };
  for (const reading of readings) {
    const splits = splitsOf(reading);
    for (const street of ADDRESSES.streets) {
      const fit = fitOf(street, splits, isThere);
      if (fit === null) continue;
      const hit = reading.number === null ? null : houseOf(street, reading.number, reading.letter);
      if (hit) {
        const missing = hit.exact ? null : `${reading.number}${reading.letter}`;
        add(street, (hit.exact ? -20 : -10) + fit, {kind: "address", house: hit.house, missing,
          text: addressText(street, numberText(hit.house))});
      } else add(street, [0.5, 1.5, 11.5][fit], {kind: "street", text: addressText(street, "")});
    }
  }
  return found.filter((entry) => !entry.missing || !found.some((other) => other.kind === "address" && !other.missing
    && other.street.area === entry.street.area && other.street.key === entry.street.key));
}

// Cell of a found address, or of the middle of a street, and what has to be said of it.
function cellOfAddress({street, house, missing, astray, text}) {
  const notes = astray ? [["search.astray", {text}]] : [];
  if (missing) notes.push(["search.no_number", {asked: missing, shown: numberText(house)}]);
  const at = house ?? middleOf(street);
  if (house === undefined || house === null) notes.push(["search.middle", {}]);
  const visited = at === null ? -1 : ADDRESSES.at[at];
  const cell = ADDRESSES.cell[visited];
  if (visited < 0 || cell >= CELLS.count) {
    return {cell: null, notes: [...notes, [DATA.area === null ? "search.no_cell" : "search.no_cell_here", {}]]};
  }
  if (ADDRESSES.nearby[visited]) notes.push(["search.nearby", {}]);
  return {cell, notes};
}

// The house of a street that lies nearest to the middle of all its houses.
function middleOf(street) {
  const points = [];
  for (let k = street.first; k < street.end; k += 1) {
    const cell = ADDRESSES.cell[ADDRESSES.at[k]];
    if (cell < CELLS.count) points.push([k, drawn.cells.bounds(cell).getCenter()]);
  }
  if (points.length === 0) return null;
  const mean = (key) => points.reduce((sum, [, point]) => sum + point[key], 0) / points.length;
  const middle = L.latLng(mean("lat"), mean("lng"));
  const away = points.map(([, point]) => middle.distanceTo(point));
  return points[away.indexOf(Math.min(...away))][0];
}
