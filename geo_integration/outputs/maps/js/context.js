// Waters and woods under the cells, roads, railways and the lines of the timetable over them: thin and
// see-through, so that the cells stay what is seen first. Unpacked after the first picture.

const CONTEXT_INKS = {
  light: {green: "#e9f0df", water: "#dbe3e9", shore: "rgba(46, 110, 160, .5)", road: "rgba(70, 58, 40, .3)",
    main_road: "rgba(70, 58, 40, .5)", rail: "rgba(20, 28, 38, .8)", dash: "#fff", ferry: "rgba(46, 110, 160, .8)",
    bus: "rgba(20, 28, 38, .4)", seam: "rgba(255, 255, 255, .4)", train: "rgba(20, 28, 38, .8)"},
  dark: {green: "#27342c", water: "#0b1116", shore: "rgba(120, 180, 225, .55)", road: "rgba(235, 225, 205, .3)",
    main_road: "rgba(235, 225, 205, .5)", rail: "rgba(235, 240, 245, .8)", dash: "#20262d", ferry: "rgba(120, 180, 225, .8)",
    bus: "rgba(235, 240, 245, .4)", seam: "rgba(18, 24, 31, .25)", train: "rgba(235, 240, 245, .8)"},
};
// From bottom to top: from which zoom on it is drawn, and how wide in pixels; areas have no width.
const CONTEXT_LOOKS = {
  green: {from: 10.5}, water: {from: 0}, shore: {from: 0, width: 1, bare: true}, road: {from: 11.5, width: 1.1, bare: true},
  main_road: {from: 0, width: 1.4}, rail: {from: 0, width: 2.2, dashed: true}, ferry: {from: 0, width: 1.4, dots: [4, 4]},
  bus: {from: 11.5, width: 1}, train: {from: 0, width: 2.2, dashed: true},
};
// On dark cells it is the pale seam that shows the line.
const SEAM = 1.6;
// Points of a line nearer to each other than this many pixels are one.
const NEAREST = 2;
const context = [];

// Areas lie under the cells, lines over them.
function isArea(kind) {
  return CONTEXT_LOOKS[kind].width === undefined;
}

async function unpackContext() {
  if (!DATA.blocks.context) return;
  const {parts, sizes, x, y} = await block("context");
  const {kinds, origin, per_degree: perDegree} = DATA.context;
  const world = new Float64Array(2 * x.length);
  let [east, north] = [0, 0];
  for (let k = 0; k < x.length; k += 1) {
    east += x[k];
    north += y[k];
    world[2 * k] = WORLD * ((origin[0] + east / perDegree) / 360 + 0.5);
    world[2 * k + 1] = mercator(origin[1] + north / perDegree);
  }
  let [part, start] = [0, 0];
  kinds.forEach((kind, i) => {
    const outlines = [];
    for (const end = part + parts[i]; part < end; part += 1) {
      const line = world.subarray(2 * start, 2 * (start + sizes[part]));
      outlines.push({line, box: boxAround(line)});
      start += sizes[part];
    }
    context.push({kind, outlines});
  });
}

function boxAround(line) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < line.length; k += 2) {
    box[0] = Math.min(box[0], line[k]);
    box[1] = Math.min(box[1], line[k + 1]);
    box[2] = Math.max(box[2], line[k]);
    box[3] = Math.max(box[3], line[k + 1]);
  }
  return box;
}

function paintContext(brush, frame, {areas}) {
  if (!state.layers.context) return;
  const zoom = map_karte.getZoom();
  for (const {kind, outlines} of context) {
    if (isArea(kind) !== areas || zoom < CONTEXT_LOOKS[kind].from) continue;
    brush.beginPath();
    for (const outline of outlines) traceLine(brush, outline, frame);
    paintPath(brush, kind, zoom < 11.5 ? 0.7 : 1);
  }
}

// Add a line to the path of the brush, without points that hardly bend it.
function traceLine(brush, outline, frame) {
  if (!isSeen(outline, frame)) return;
  const {scale, left, top} = frame;
  const {line} = outline;
  let [x, y] = [line[0] * scale - left, line[1] * scale - top];
  brush.moveTo(x, y);
  for (let k = 2; k < line.length; k += 2) {
    const [nextX, nextY] = [line[k] * scale - left, line[k + 1] * scale - top];
    if (Math.abs(nextX - x) + Math.abs(nextY - y) < NEAREST && k < line.length - 2) continue;
    [x, y] = [nextX, nextY];
    brush.lineTo(x, y);
  }
}

function paintPath(brush, kind, scale) {
  const colours = inks() === INKS.dark ? CONTEXT_INKS.dark : CONTEXT_INKS.light;
  const look = CONTEXT_LOOKS[kind];
  if (isArea(kind)) {
    brush.fillStyle = colours[kind];
    brush.fill("evenodd");
    return;
  }
  brush.lineJoin = "bevel";
  if (!look.bare) strokePath(brush, colours.seam, look.width * scale + SEAM, []);
  strokePath(brush, colours[kind], look.width * scale, look.dots ?? []);
  if (look.dashed) strokePath(brush, colours.dash, look.width * scale / 2, [5, 5]);
}

function strokePath(brush, colour, width, dashes) {
  brush.lineWidth = width;
  brush.strokeStyle = colour;
  brush.setLineDash(dashes);
  brush.stroke();
  brush.setLineDash([]);
}

// What stands in the legend: kinds that look the same stand there once.
const CONTEXT_WORDS = [["water", ["water", "shore"]], ["green", ["green"]], ["road", ["main_road", "road"]], ["rail", ["rail", "train"]],
  ["ferry", ["ferry"]], ["bus", ["bus"]]];

function contextSymbols() {
  const kinds = DATA.context?.kinds ?? [];
  return CONTEXT_WORDS.map(([word, own]) => [word, own.find((kind) => kinds.includes(kind))]).filter(([, kind]) => kind)
    .map(([word, kind]) => symbolEntry((brush) => sampleLine(brush, kind), say(`context.${word}`)));
}

function sampleLine(brush, kind) {
  brush.beginPath();
  if (isArea(kind)) brush.rect(5, 6, 18, 14);
  else {
    brush.moveTo(2, 13);
    brush.lineTo(26, 13);
  }
  paintPath(brush, kind, 1);
}
