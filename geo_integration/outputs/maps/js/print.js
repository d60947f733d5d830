// On paper: the map takes the size that page.css gives it there, and shows what it shows on the screen.

function listenPrint() {
  let before = null;
  const prepare = () => {
    before ??= {fitted: drawn.fitted, bounds: map_karte.getBounds(), center: map_karte.getCenter(), zoom: map_karte.getZoom()};
    document.documentElement.classList.add("printing");
    fillPrintHead();
    map_karte.invalidateSize({animate: false, pan: false});
    if (before.fitted) showWhole();
    else map_karte.fitBounds(before.bounds, {animate: false});
    redrawBase();
  };
  const restore = () => {
    if (!before) return;
    document.documentElement.classList.remove("printing");
    map_karte.invalidateSize({animate: false, pan: false});
    map_karte.setView(before.center, before.zoom, {animate: false});
    before = null;
    redrawBase();
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  // By the style it is told once the sheet is laid out, by some browsers only.
  window.matchMedia("print").addEventListener("change", (event) => (event.matches ? prepare() : restore()));
}

// What a sheet of paper has to say of itself: question, day, date of the timetable, run.
function fillPrintHead() {
  const dates = DATA.dates.filter(([day]) => day === state.day).map(([, , date]) => isoDate(date));
  fill(byId("print-head"),
    make("p", {}, make("strong", {}, inLanguage(DATA.categories[state.category].label)), " – ", inLanguage(DATA.days[state.day].label),
      " – ", state.compare ? byId("compare").selectedOptions[0].textContent : viewText(state.view)),
    make("p", {class: "small"}, choiceText(state), " · ", say("page.print_dates", {list: dates.join(", ")})));
}
