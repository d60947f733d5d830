"use strict";
// Words, numbers and small helpers for the page. All text from the data is put in as text, never
// as markup.

const DATA = JSON.parse(document.getElementById("data").textContent);
const NUMBERS = new Intl.NumberFormat(DATA.lang === "en" ? "en-GB" : "de-DE");

// Words of a key, blanks in braces filled in from `values`; a value is never looked at again.
function say(key, values = {}) {
  return (DATA.words[key] ?? key).replace(/\{(\w+)\}/g, (blank, name) =>
    name in values ? String(values[name]) : blank);
}

// A missing number is a withheld one; what was never computed is undefined.
function count(value) {
  if (value === undefined) return "–";
  return value === null ? say("unit.withheld") : NUMBERS.format(value);
}

// A share in 1/100,000 as whole per cent; some is never shown as none, nor nearly all as all.
function percent(share) {
  if (share === undefined) return "–";
  if (share === null) return say("unit.withheld");
  const exact = share / 1000;
  const some = exact > 0 && exact < 0.5 ? "<\u00a01" : exact < 100 && exact >= 99.5 ? ">\u00a099" : "";
  const whole = some || NUMBERS.format(Math.round(exact));
  return DATA.lang === "en" ? `${whole}%` : `${whole}\u00a0%`;
}

function minutes(value) {
  return `${NUMBERS.format(value)}\u00a0${say("unit.min")}`;
}

function people() {
  return say(DATA.modelled ? "unit.residents_model" : "unit.residents");
}

function peopleCount(value) {
  return `${count(value)} ${people()}`;
}

function isoDate(iso) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso);
  return parts && DATA.lang !== "en" ? `${parts[3]}.${parts[2]}.${parts[1]}` : iso;
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

// A name from the data, kept apart from the direction of the text around it.
function name(text, tag = "bdi") {
  return make(tag, {dir: "auto", class: "name"}, text);
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

function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== ""));
}
