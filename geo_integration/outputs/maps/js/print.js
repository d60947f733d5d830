// On paper: the map takes the width of the sheet and shows what it shows on the screen.

function listenPrint() {
  let before = null;
  const prepare = () => {
    if (before) return;
    before = {bounds: map_karte.getBounds(), wide: byId("frame").getAttribute("style") ?? ""};
    document.documentElement.classList.add("printing");
    fillPrintHead();
    map_karte.invalidateSize({animate: false, pan: false});
    map_karte.fitBounds(before.bounds, {animate: false});
    redrawBase();
  };
  const restore = () => {
    if (!before) return;
    document.documentElement.classList.remove("printing");
    map_karte.invalidateSize({animate: false, pan: false});
    map_karte.fitBounds(before.bounds, {animate: false});
    before = null;
    redrawBase();
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  // Some browsers tell of printing by the style only.
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? prepare() : restore()));
}

// What a sheet of paper has to say of itself: question, day, date of the timetable, run.
function fillPrintHead() {
  const dates = DATA.dates.filter(([day]) => day === state.day).map(([, , date]) => isoDate(date));
  fill(byId("print-head"),
    make("p", {}, make("strong", {}, inLanguage(DATA.categories[state.category].label)), " – ", inLanguage(DATA.days[state.day].label),
      " – ", state.compare ? byId("compare").selectedOptions[0].textContent : say(`view.${state.view}`)),
    make("p", {class: "small"}, choiceText(state), " · ", say("page.print_dates", {list: dates.join(", ")})));
}
