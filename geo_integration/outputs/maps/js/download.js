// Tables as CSV, as Excel in Germany opens them: semicolons, decimal comma, byte order mark.

function csvCell(value) {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return "";
    return LANG === "de" ? String(value).replace(".", ",") : String(value);
  }
  // A text that a spreadsheet would take for a formula gets a mark before it.
  const text = String(value ?? "").replace(/^(?=[=+\-@\t\r])/, "'");
  return /[";\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(rows) {
  return `\ufeff${rows.map((row) => row.map(csvCell).join(";")).join("\r\n")}\r\n`;
}

function download(file, rows) {
  const link_ = make("a", {
    href: URL.createObjectURL(new Blob([csv(rows)], {type: "text/csv;charset=utf-8"})), download: file});
  link_.click();
  setTimeout(() => URL.revokeObjectURL(link_.href), 10000);
}

// Head of every file: what it is, of when, and where it comes from.
function aboutRows(what) {
  const names = [what, inLanguage(DATA.categories[state.category].label), inLanguage(DATA.days[state.day].label)];
  return [[names.join(" – ")], [DATA.name, DATA.sample ? say("page.sample") : ""],
    [say("page.made", {version: DATA.facts.method_version, run: DATA.facts.made_from})], []];
}

function fileName(what) {
  const parts = [what, DATA.categories[state.category].id, DATA.days[state.day].id];
  return `${parts.join("_").replace(/[^a-zA-Z0-9_-]+/g, "-")}.csv`;
}

function downloadAreas() {
  const {heads, rows} = areaTable();
  download(fileName("gemeinden"), [...aboutRows(say("areas.heading")), heads, ...rows.map((row) => row.values)]);
}

function downloadCells() {
  const view = shownAs(state);
  const heads = [say("areas.name"), people(), "lat", "lon", say("csv.class"), say("csv.out"), say("csv.back"), say("csv.reason")];
  const {out, back, reason} = question(state.category, state.day);
  const known = (value) => (value === UNKNOWN ? "" : value);
  const rows = Array.from({length: CELLS.count}, (_, i) => {
    const {lat, lng} = drawn.cells.bounds(i).getCenter();
    const area = DATA.areas[CELLS.area[i]];
    return [area ? area.name : "", residentsOf(i) ?? say("unit.withheld"), Number(lat.toFixed(5)), Number(lng.toFixed(5)),
      view.classes[view.of[i]].text, known(out[i]), known(back[i]), say(`reason.${DATA.reasons[reason[i]]}`)];
  });
  download(fileName("zellen"), [...aboutRows(say("csv.cells")), heads, ...rows]);
}

function downloadGaps() {
  const heads = [say("csv.rank"), say("csv.gap"), people(), say("csv.reason"), say("csv.nearest"), say("csv.minutes")];
  const rows = shownGaps().map((gap) => [gap.rank, gap.name, gap.residents, why(gap.reason, gap.category),
    gap.offer === null ? "" : DATA.offers[gap.offer].name, gap.minutes ?? ""]);
  download(fileName("luecken"), [...aboutRows(say("gap.heading")), heads, ...rows]);
}

function downloadOffers() {
  const keys = ["provider", "category", "area", "times"].map((key) => say(`offers.${key}`));
  const rows = DATA.offers.map((offer, i) => [offer, i]).filter(([, i]) => passes(i)).map(([offer]) => [
    offer.name, offer.provider, inLanguage(DATA.categories[offer.category]?.label ?? {}),
    offer.area === null ? "" : DATA.areas[offer.area].name, timesText(offer),
    ...DATA.offer_columns.map((key) => extraText(offer.extra.find(([own]) => own === key)?.[1] ?? ""))]);
  download("angebote.csv", [...aboutRows(say("offers.title")),
    [say("offers.name"), ...keys, ...DATA.offer_columns.map((key) => say(key))], ...rows]);
}
