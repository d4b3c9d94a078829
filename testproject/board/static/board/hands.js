// Everybody's hands: what this one does goes out at most every 40 ms, what the others do is shown as it comes.
import {hue} from "../pages/visitor.js";
import {TOOLS} from "./paper.js";

const BEAT = 40;
const REST = 4000;
const GONE = -1;

// A move is a few 16-bit numbers: x, y, and while drawing: the line's number, its style, and its new points.
const styleOf = ({tool, ink, size}) => TOOLS.indexOf(tool) * 64 + size * 16 + ink;
const readStyle = (code) => ({tool: TOOLS[code >> 6] ?? "pen", size: Math.min((code >> 4) & 3, 2), ink: code & 7});

export class OwnHand {
  constructor(channel) {
    this.channel = channel;
    this.next = null;
    this.resting = true;
  }

  move(x, y, stroke = null, points = []) {
    const line = this.next?.line ?? (stroke && {number: stroke.number, style: styleOf(stroke), points: []});
    if (line && stroke && line.number !== stroke.number) {
      this.send();
      return this.move(x, y, stroke, points);
    }
    line?.points.push(...points);
    this.next = {x, y, line};
    if (this.resting) this.beat();
  }

  leave() { this.move(GONE, GONE); }

  beat() {
    this.resting = this.next === null;
    if (this.resting) return;
    this.send();
    setTimeout(() => this.beat(), BEAT);
  }

  send() {
    const {x, y, line} = this.next;
    this.next = null;
    if (!this.channel.canPush()) return; // a move that comes late is worth nothing
    const numbers = line ? [x, y, line.number, line.style, ...line.points] : [x, y];
    const view = new DataView(new ArrayBuffer(2 * numbers.length));
    numbers.forEach((number, i) => view.setInt16(2 * i, number, true));
    this.channel.push("move", view.buffer);
  }
}

export class OtherHands {
  constructor(layer, paper, own) {
    this.layer = layer;
    this.paper = paper;
    this.own = own;
    this.hands = new Map();
    this.people = new Map();
    this.template = layer.querySelector("template");
  }

  // One frame: for each hand that moved its number (32 bits), the length of its move (16 bits), the move.
  receive(buffer) {
    const view = new DataView(buffer);
    for (let at = 0; at < view.byteLength;) {
      const hand = view.getUint32(at, true), length = view.getUint16(at + 4, true);
      const numbers = [];
      for (let i = at + 6; i < at + 6 + length; i += 2) numbers.push(view.getInt16(i, true));
      at += 6 + length;
      if (hand !== this.own) this.move(hand, numbers);
    }
  }

  move(hand, [x, y, number, code, ...points]) {
    if (points.length) this.paper.draw(`${hand}.${number & 0xffff}`, readStyle(code), points);
    const shown = this.hands.get(hand) ?? this.show(hand);
    Object.assign(shown, {x, y});
    this.place(shown);
    shown.element.classList.remove("resting");
    clearTimeout(shown.timer);
    shown.timer = setTimeout(() => shown.element.classList.add("resting"), REST);
  }

  show(hand) {
    const element = this.template.content.firstElementChild.cloneNode(true);
    const shown = {element};
    this.hands.set(hand, shown);
    this.label(hand, shown);
    this.layer.append(element);
    return shown;
  }

  label(hand, {element}) {
    const person = this.people.get(hand);
    element.hidden = !person;
    if (!person) return;
    element.style.setProperty("--hue", hue(person.key));
    element.querySelector(".hand-name").textContent = person.name;
  }

  // Off the visible part, a hand waits at its edge.
  place({element, x, y}) {
    if (x === undefined || !this.paper.view) return;
    const {width, height} = this.paper.size;
    const at = this.paper.toScreen(x, y);
    const inside = at.x >= 0 && at.x <= width && at.y >= 0 && at.y <= height;
    element.classList.toggle("gone", x === GONE);
    element.classList.toggle("outside", !inside);
    if (x === GONE) return;
    element.classList.toggle("flipped", at.x > width - 120);
    element.style.translate = `${Math.min(Math.max(at.x, 6), width - 18)}px ${Math.min(Math.max(at.y, 6), height - 26)}px`;
  }

  placeAll() { for (const shown of this.hands.values()) this.place(shown); }

  // Who is here, from Presence: hand → visitor. What those who left were drawing goes with them.
  meet(people) {
    this.people = people;
    for (const [hand, shown] of this.hands) {
      if (people.has(hand)) this.label(hand, shown);
      else this.forget(hand, shown);
    }
    for (const uid of [...this.paper.drawing.keys()]) {
      const hand = Number(uid.split(".")[0]);
      if (hand !== this.own && !people.has(hand)) this.paper.drop(uid);
    }
  }

  forget(hand, {element, timer}) {
    clearTimeout(timer);
    element.remove();
    this.hands.delete(hand);
  }
}
