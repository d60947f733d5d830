// A map on the net under the cells, for those who switch it on. Nothing is asked of its server
// before; the choice is kept nowhere, so the next page begins without it.

// After so long without a picture, or so many failures in a row, it is taken off again.
const PATIENCE_MS = 15000;
const MOST_FAILED = 6;
const background = {layer: null, loaded: 0, failed: 0, said: ""};

function fillBackground() {
  const {background: offered} = DATA;
  if (!offered) return "";
  const box = make("input", {type: "checkbox", id: "layer-background", checked: background.layer !== null,
    "aria-describedby": "background-note"});
  box.addEventListener("change", () => (box.checked ? addBackground() : removeBackground()));
  return make("div", {id: "background"},
    make("label", {for: "layer-background"}, box, say("background.label")),
    make("p", {class: background.said ? "note" : "", id: "background-said", role: "status"}, background.said && say(background.said)),
    make("p", {class: "small", id: "background-note"}, say("background.note", {host: offered.host})));
}

function addBackground() {
  const {url} = DATA.background;
  if (!map_karte.getPane("background")) {
    const pane = map_karte.createPane("background");
    pane.style.zIndex = Number(map_karte.getPane("land").style.zIndex) + 1;
    pane.style.pointerEvents = "none";
  }
  const layer = L.tileLayer(url, {pane: "background", minZoom: 7, maxZoom: 18});
  Object.assign(background, {layer, loaded: 0, failed: 0});
  const giveUp = () => { if (background.layer === layer) removeBackground("background.failed"); };
  layer.on("tileload", () => Object.assign(background, {loaded: background.loaded + 1, failed: 0}));
  layer.on("tileerror", () => {
    background.failed += 1;
    if (background.failed >= MOST_FAILED) giveUp();
  });
  layer.on("load", () => { if (background.loaded === 0) giveUp(); });
  setTimeout(() => { if (background.loaded === 0) giveUp(); }, PATIENCE_MS);
  layer.addTo(map_karte);
  showBackground("");
}

function removeBackground(said = "") {
  const {layer} = background;
  background.layer = null;
  layer?.remove();
  showBackground(said);
}

// Land and waters of our own would hide it, and the cells let it shine through.
function showBackground(said) {
  const isOn = background.layer !== null;
  background.said = said;
  map_karte.getContainer().classList.toggle("online", isOn);
  byId("layer-background").checked = isOn;
  byId("background-said").textContent = said && say(said);
  byId("background-said").classList.toggle("note", said !== "");
  byId("background-credit").hidden = !isOn;
  byId("background-credit").textContent = isOn
    ? say("background.credit", {text: DATA.background.attribution.replace("{year}", new Date().getFullYear())}) : "";
}
