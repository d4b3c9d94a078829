// The visitor's own hand: pointer events become lines, moves and changes of the view.
import {HEIGHT, WIDTH} from "./paper.js";

const NEAREST = 12;
const MOST_POINTS = 3500;

export class Pen {
  // `listener`: moved(x, y), began(), drew(points), ended(points), gaveUp(), left().
  constructor(paper, listener) {
    this.paper = paper;
    this.listener = listener;
    this.pointers = new Map();
    this.points = null;
    const on = (type, handler) => paper.element.addEventListener(type, handler.bind(this));
    on("pointerdown", this.down);
    on("pointermove", this.move);
    on("pointerup", this.up);
    on("pointercancel", this.cancel);
    on("pointerleave", () => { if (!this.points) listener.left(); });
    paper.element.addEventListener("wheel", (event) => this.wheel(event), {passive: false});
  }

  at(event) {
    const box = this.paper.element.getBoundingClientRect();
    const {x, y} = this.paper.toBoard(event.clientX - box.left, event.clientY - box.top);
    return [Math.min(Math.max(Math.round(x), 0), WIDTH), Math.min(Math.max(Math.round(y), 0), HEIGHT)];
  }

  down(event) {
    if (event.button !== 0 || event.target.closest("button")) return;
    this.paper.element.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (this.pointers.size > 1) return this.giveUp();
    event.preventDefault();
    document.activeElement?.blur(); // keys are for the board now
    this.points = this.at(event);
    this.listener.began();
    this.listener.drew(this.points.slice(), ...this.points);
  }

  move(event) {
    if (this.pointers.size > 1) return this.pinch(event);
    const [x, y] = this.at(event);
    if (!this.points) return this.listener.moved(x, y);
    const fresh = [];
    for (const part of event.getCoalescedEvents?.() ?? [event]) this.extend(this.at(part), fresh);
    this.listener.drew(fresh, x, y);
    if (this.points.length >= 2 * MOST_POINTS) this.finish();
  }

  extend([x, y], fresh) {
    const [lastX, lastY] = this.points.slice(-2);
    if (Math.hypot(x - lastX, y - lastY) < NEAREST) return;
    this.points.push(x, y);
    fresh.push(x, y);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    this.finish();
    if (event.pointerType !== "mouse") this.listener.left();
  }

  cancel(event) {
    this.pointers.delete(event.pointerId);
    this.giveUp();
  }

  finish() {
    const {points} = this;
    this.points = null;
    if (points) this.listener.ended(points);
  }

  giveUp() {
    if (this.points) this.listener.gaveUp();
    this.points = null;
  }

  // Two fingers move and stretch the paper.
  pinch(event) {
    if (!this.pointers.has(event.pointerId)) return;
    const before = middle([...this.pointers.values()]);
    this.pointers.set(event.pointerId, event);
    const after = middle([...this.pointers.values()]);
    const box = this.paper.element.getBoundingClientRect();
    if (before.spread > 0) this.paper.zoomBy(after.spread / before.spread, before.x - box.left, before.y - box.top);
    this.paper.pan(after.x - before.x, after.y - before.y);
  }

  // With Ctrl (which is also what a trackpad's pinch says) it zooms; else it moves what is larger than its place.
  wheel(event) {
    const box = this.paper.element.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.paper.zoomBy(Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
    } else if (this.paper.zoom > 1.001) {
      event.preventDefault();
      this.paper.pan(-event.deltaX, -event.deltaY);
    }
  }
}

function middle([a, b]) {
  return {
    x: (a.clientX + b.clientX) / 2,
    y: (a.clientY + b.clientY) / 2,
    spread: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
  };
}
