// Classes and their colours. Light is good, dark is bad; yellow is reached, blue is not. The steps
// in lightness hold for all kinds of colour blindness and on a grey copy.

const REACH_COLOURS = {
  served: "#fdea7a",
  only_if_booked: "#f2c34a",
  over_limit: "#9db3d6",
  full: "#cdb5e3",
  only_in_term: "#9a78bd",
  no_way_home: "#7391c4",
  not_in_time: "#4b6ca8",
  no_connection: "#2d4a86",
  no_stop: "#0b2350",
};
const MINUTE_COLOURS = ["#fdf0a0", "#a9d8b0", "#4fb3bf", "#2c78b0", "#1b2a78"];
const NONE = {colour: "#c4c0b8", pattern: "lines"};
const REACH_ORDER = ["served", "only_if_booked", "over_limit", "full", "only_in_term", "no_way_home",
  "not_in_time", "no_connection", "no_stop", "not_on_day", "not_located", "no_fit", "no_offer"];

// Limits of the minute classes: half of the first band, then the bands of the rule.
const BANDS = (() => {
  const bands = DATA.bands.map(Number).sort((a, b) => a - b).slice(0, 3);
  return [bands[0] / 2, ...bands];
})();

// All classes of a display: key, words, colour, pattern; in the order of the legend.
function classesOf(mode) {
  const unknown = {key: "unknown", text: say("legend.unknown"), ...NONE};
  if (mode === "reach") {
    const found = REACH_ORDER.map((reason) => ({
      key: reason,
      text: say(`reason.${reason}`),
      ...(REACH_COLOURS[reason] ? {colour: REACH_COLOURS[reason]} : NONE),
    }));
    return [...found, unknown];
  }
  const steps = MINUTE_COLOURS.length - BANDS.length - 1;
  const bands = BANDS.map((limit, i) => ({
    key: `band${i}`,
    text: say("legend.minutes_to", {n: NUMBERS.format(limit)}),
    colour: MINUTE_COLOURS[i + steps],
  }));
  const over = {
    key: "over",
    text: say("legend.minutes_over", {n: NUMBERS.format(BANDS.at(-1))}),
    colour: MINUTE_COLOURS.at(-1),
  };
  const none = say(mode === "walk" ? "legend.walk_none" : "legend.minutes_none");
  return [...bands, over, {key: "none", text: none, ...NONE}, unknown];
}

// The class that a cell falls in.
function classOf(cover, mode, i) {
  if (!cover || cover.reason(i) === null) return "unknown";
  if (mode === "reach") return DATA.reasons[cover.reason(i)];
  const value = cover[mode][i];
  if (value === null) return "none";
  const band = BANDS.findIndex((limit) => value <= limit);
  return band < 0 ? "over" : `band${band}`;
}
