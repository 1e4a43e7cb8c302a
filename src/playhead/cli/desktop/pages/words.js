"use strict";
/* Content of the scripted agent's pages: drawn from a seeded generator, so that every run shows the same. */

/** Numbers in [0, 1), the same sequence for the same seed (a 32-bit multiply-and-xorshift mixer). */
function dice(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
  };
}

const FIRST = "Ada Bela Chidi Dunya Elif Farid Greta Hana Ivo Joana Kofi Lena Mara Nils Olga Pavel".split(" ");
const LAST = "Amsel Birch Castro Dahl Eklund Ferro Grieg Holm Iversen Jansen Keller Lund Moser Nord".split(" ");
const PRODUCTS = "router handset meter modem sensor gateway tablet charger".split(" ");
const STREETS = "Mill Lane, Station Road, Harbour Street, Church Walk, Park Avenue, North Terrace".split(", ");
const TOWNS = "Ashford Brinton Calder Dunmore Elmswell Fenwick Garston Halton".split(" ");
const WORDS = ("the a customer order device line account after before when until new old number address invoice call " +
  "agent supervisor contract period day week morning delivery engineer visit replaced returned checked confirmed " +
  "opened closed written asked explained with without between during and or but because therefore always never " +
  "usually often first second next last screen page field button form letter message signal cable power light red " +
  "green steady blinking restart update version setting menu list report claim credit refund amount balance").split(" ");

const pick = (next, list) => list[Math.floor(next() * list.length)];
const number = (next, low, high) => low + Math.floor(next() * (high - low + 1));

function sentence(next) {
  const words = Array.from({ length: number(next, 7, 18) }, () => pick(next, WORDS));
  const text = words.join(" ");
  return text[0].toUpperCase() + text.slice(1) + ".";
}

const paragraph = (next) => Array.from({ length: number(next, 3, 7) }, () => sentence(next)).join(" ");

function element(name, text, attributes) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  return node;
}

function row(cells, name) {
  const line = element("tr");
  for (const cell of cells) line.append(cell instanceof Node ? cell : element(name || "td", cell));
  return line;
}

function state(next) {
  const cell = element("td");
  const text = pick(next, ["open", "late", "done", "done", "waiting"]);
  cell.append(element("span", text, { class: `tag ${text}` }));
  return cell;
}
