"use strict";
// Words, numbers and small helpers for the page. All text from the data is put in as text, never
// as markup.

const DATA = JSON.parse(document.getElementById("data").textContent);
const LANGUAGES = Object.keys(DATA.words);
let LANG = DATA.lang;

function setLanguage(lang) {
  LANG = LANGUAGES.includes(lang) ? lang : DATA.lang;
  document.documentElement.lang = LANG;
}

// What there is in several languages, in the one that is read.
function inLanguage(texts) {
  return texts[LANG] ?? texts[DATA.lang] ?? "";
}

// Words of a key, blanks in braces filled in from `values`; a value is never looked at again.
function say(key, values = {}) {
  return (DATA.words[LANG][key] ?? key).replace(/\{(\w+)\}/g, (blank, name) =>
    name in values ? String(values[name]) : blank);
}

// Fixed words of the page: data-say is the text, data-say-label the label for screen readers,
// data-say-hint what stands in an empty field. The file has them in its own language.
let saidIn = DATA.lang;

function sayPage() {
  if (saidIn === LANG) return;
  saidIn = LANG;
  const blanks = {people: people(), name: DATA.name, title: inLanguage(DATA.title)};
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say, blanks);
  }
  for (const element of document.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel, blanks));
  }
  for (const element of document.querySelectorAll("[data-say-hint]")) {
    element.setAttribute("placeholder", say(element.dataset.sayHint, blanks));
  }
  document.title = inLanguage(DATA.title);
}

// A number as the language writes it: 1.234,5 or 1,234.5. (The browser's own way costs 20 ms to
// start.)
function written(value) {
  const [whole, part] = String(Number(value.toFixed(3))).split(".");
  const [group, point] = LANG === "en" ? [",", "."] : [".", ","];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return part === undefined ? grouped : `${grouped}${point}${part}`;
}

// A missing number is a withheld one; what was never computed is undefined.
function count(value) {
  if (value === undefined) return "–";
  return value === null ? say("unit.withheld") : written(value);
}

// A share (0 to 1) in whole per cent; some is never shown as none, nor nearly all as all.
function percent(share) {
  if (share === undefined) return "–";
  if (share === null) return say("unit.withheld");
  const exact = share * 100;
  const some = exact > 0 && exact < 0.5 ? "<\u00a01" : exact < 100 && exact >= 99.5 ? ">\u00a099" : "";
  const whole = some || written(Math.round(exact));
  return LANG === "en" ? `${whole}%` : `${whole}\u00a0%`;
}

function minutes(value) {
  return `${written(value)}\u00a0${say("unit.min")}`;
}

// Seconds or minutes of the day as 17:05; past midnight it is the clock of the night after.
function clock(minute) {
  const two = (n) => String(n).padStart(2, "0");
  return `${two(Math.floor(minute / 60) % 24)}:${two(Math.floor(minute % 60))}`;
}

function people() {
  return say(DATA.modelled ? "unit.residents_model" : "unit.residents");
}

function peopleCount(value) {
  return `${count(value)} ${people()}`;
}

function isoDate(iso) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso);
  return parts && LANG !== "en" ? `${parts[3]}.${parts[2]}.${parts[1]}` : iso;
}

// Folded for searching: small letters, umlauts and accents as plain letters.
function folded(text) {
  return text.toLowerCase().replace(/ß/g, "ss").replace(/[äöü]/g, (sign) => ({ä: "ae", ö: "oe", ü: "ue"})[sign])
    .normalize("NFD").replace(/[\u0300-\u036f]/g, "");
}

// Which of two names comes first. (The browser's own way costs 10 ms to start.)
function byName(a, b) {
  const [one, other] = [folded(a), folded(b)];
  return one < other ? -1 : Number(one > other);
}

function byId(id) {
  return document.getElementById(id);
}

// make("td", {class: "number"}, "12", child, ...): an element with attributes, texts and children.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

// The same for a part of a small picture (SVG), which has no text in it.
function drawing(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// A name from the data, kept apart from the direction of the text around it.
function name(text, tag = "bdi") {
  return make(tag, {dir: "auto", class: "name"}, text);
}

// One line with a name from the data in it, such as "Bestes Angebot: ...".
function sentence(key, blank, text) {
  const [before, after] = say(key).split(`{${blank}}`);
  return make("span", {}, before, name(text), after ?? "");
}

// Words of a key with several names from the data in them.
function withNames(key, values, names) {
  const parts = say(key, values).split(/\{(\w+)\}/);
  return parts.map((part, i) => (i % 2 ? name(names[part] ?? "") : part));
}

function button(text, action, attributes = {}) {
  const element = make("button", {type: "button", ...attributes}, text);
  element.addEventListener("click", action);
  return element;
}

// A link only where the address is harmless; anything else stays plain text.
function link(text) {
  const harmless = /^(https:\/\/|mailto:|tel:)[^\s]+$/i.test(text);
  if (!harmless) return name(text);
  return make("a", {href: text, rel: "noopener noreferrer", target: "_blank"}, text);
}

// New content. The focus stays where it was: on what has the same id now, else on what lies around.
function fill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  element.replaceChildren(...children.filter((child) => child !== null && child !== ""));
  if (focused && focused !== element) (byId(focused.id) ?? element.closest("[tabindex]"))?.focus({preventScroll: true});
}
