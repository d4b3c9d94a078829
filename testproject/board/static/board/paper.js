// The paper: strokes in the server's order on one canvas, lines still being drawn on another, one view on both.

// The board's own units; a screen shows some part of it.
export const WIDTH = 16_000;
export const HEIGHT = 9_000;
export const TOOLS = ["pen", "marker", "eraser"];
const SIZES = {pen: [36, 76, 160], marker: [240, 400, 640], eraser: [300, 560, 1000]};
const CLOSEST = 6;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

// "x, y, then steps", as strokes are sent and kept, and back.
export const steps = (points) => points.map((n, i) => (i < 2 ? n : n - points[i - 2]));
export function positions(steps) {
  const points = steps.slice();
  for (let i = 2; i < points.length; i++) points[i] += points[i - 2];
  return points;
}

export class Paper {
  constructor(element, colour) {
    this.element = element;
    this.colour = colour;
    this.dry = element.querySelector(".dry").getContext("2d");
    this.wet = element.querySelector(".wet").getContext("2d");
    this.strokes = [];
    // Every stroke that was ever here: what its hand still sends of it comes too late.
    this.uids = new Set();
    this.drawing = new Map();
    this.view = null;
    this.inked = () => {};
    this.moved = () => {};
    new ResizeObserver(() => this.resize()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    new MutationObserver(() => this.redraw()).observe(document.documentElement, {attributeFilter: ["data-theme"]});
  }

  // Strokes

  reset(strokes) {
    this.strokes = strokes.map(kept);
    for (const {uid} of strokes) {
      this.uids.add(uid);
      this.drawing.delete(uid);
    }
    this.redraw();
  }

  add(payload) {
    if (this.uids.has(payload.uid)) return;
    this.uids.add(payload.uid);
    this.drawing.delete(payload.uid);
    const stroke = kept(payload);
    const late = this.strokes.length && this.strokes.at(-1).id > stroke.id;
    this.strokes.push(stroke);
    if (late) {
      this.strokes.sort((a, b) => a.id - b.id);
      this.redraw();
    } else {
      this.paint(this.dry, stroke);
      this.repaintWet();
    }
  }

  remove(uid) {
    this.strokes = this.strokes.filter((stroke) => stroke.uid !== uid);
    this.uids.add(uid);
    this.drawing.delete(uid);
    this.redraw();
  }

  // A line that somebody is drawing just now: the points so far.
  draw(uid, stroke, points) {
    if (this.uids.has(uid)) return;
    const line = this.drawing.get(uid) ?? {...stroke, points: []};
    line.points.push(...points);
    this.drawing.set(uid, line);
    this.repaintWet();
  }

  drop(uid) {
    const line = this.drawing.get(uid);
    if (!this.drawing.delete(uid)) return;
    if (line.tool === "eraser") this.redraw();
    else this.repaintWet();
  }

  get empty() { return this.strokes.length === 0 && this.drawing.size === 0; }

  // View: `scale` is pixels per unit, `x` and `y` the board's corner in pixels.

  resize() {
    const {clientWidth: width, clientHeight: height} = this.element;
    const ratio = devicePixelRatio || 1;
    for (const {canvas} of [this.dry, this.wet]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const before = this.view && this.size && this.toBoard(this.size.width / 2, this.size.height / 2);
    const zoom = this.zoom ?? 1;
    this.size = {width, height, ratio};
    if (before) this.look(this.home * zoom, width / 2 - before.x * this.home * zoom, height / 2 - before.y * this.home * zoom);
    else this.lookHome();
  }

  // The scale at which the board fills the paper, and the one at which all of it can be seen.
  get home() { return Math.max(this.size.width / WIDTH, this.size.height / HEIGHT); }
  get whole() { return Math.min(this.size.width / WIDTH, this.size.height / HEIGHT); }

  lookHome() {
    const {width, height} = this.size;
    this.look(this.home, (width - WIDTH * this.home) / 2, (height - HEIGHT * this.home) / 2);
  }

  zoomBy(factor, x = this.size.width / 2, y = this.size.height / 2) {
    const {x: boardX, y: boardY} = this.toBoard(x, y);
    const scale = clamp(this.view.scale * factor, this.whole, this.home * CLOSEST);
    this.look(scale, x - boardX * scale, y - boardY * scale);
  }

  pan(x, y) { this.look(this.view.scale, this.view.x + x, this.view.y + y); }

  look(scale, x, y) {
    const {width, height} = this.size;
    const held = (at, room, length) => (length <= room ? (room - length) / 2 : clamp(at, room - length, 0));
    this.view = {scale, x: held(x, width, WIDTH * scale), y: held(y, height, HEIGHT * scale)};
    this.zoom = scale / this.home;
    const style = this.element.style;
    style.setProperty("--x", `${this.view.x}px`);
    style.setProperty("--y", `${this.view.y}px`);
    style.setProperty("--width", `${WIDTH * scale}px`);
    style.setProperty("--height", `${HEIGHT * scale}px`);
    this.moved();
    this.redraw();
  }

  // How wide a line is on this screen.
  width({tool, size}) { return SIZES[tool][size] * this.view.scale; }

  toBoard(x, y) { return {x: (x - this.view.x) / this.view.scale, y: (y - this.view.y) / this.view.scale}; }
  toScreen(x, y) { return {x: x * this.view.scale + this.view.x, y: y * this.view.scale + this.view.y}; }

  // Painting, at most once a frame

  redraw() { this.soon("all"); }
  repaintWet() { this.soon("wet"); }

  soon(what) {
    const asked = this.asked;
    this.asked = what === "all" || asked === "all" ? "all" : "wet";
    if (!asked) requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    const all = this.asked === "all";
    this.asked = null;
    if (!this.view) return;
    if (all) {
      this.wipe(this.dry);
      for (const stroke of this.strokes) this.paint(this.dry, stroke);
    }
    this.wipe(this.wet);
    for (const line of this.drawing.values()) this.paint(line.tool === "eraser" ? this.dry : this.wet, line);
    this.inked();
  }

  wipe(context) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const {scale, x, y} = this.view, {ratio} = this.size;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio);
    context.beginPath();
    context.rect(0, 0, WIDTH, HEIGHT);
  }

  paint(context, {tool, ink, size, points, path}) {
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = SIZES[tool][size];
    context.strokeStyle = this.colour(ink);
    context.globalAlpha = tool === "marker" ? 0.32 : 1;
    context.globalCompositeOperation = tool === "eraser" ? "destination-out" : "source-over";
    context.stroke(path ?? line(points));
  }

  // A picture of the whole board, as it looks here.
  picture(background) {
    const canvas = Object.assign(document.createElement("canvas"), {width: WIDTH / 5, height: HEIGHT / 5});
    const context = canvas.getContext("2d");
    context.scale(1 / 5, 1 / 5);
    for (const stroke of this.strokes) this.paint(context, stroke);
    context.globalAlpha = 1;
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = background;
    context.fillRect(0, 0, WIDTH, HEIGHT);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  }
}

function kept({id, uid, tool, ink, size, points}) {
  return {id, uid, tool, ink, size, path: line(positions(points))};
}

// A soft line: curves whose ends are the middles between points, and whose handles are the points.
function line(points) {
  const path = new Path2D();
  path.moveTo(points[0], points[1]);
  if (points.length === 2) path.lineTo(points[0] + 0.1, points[1]);
  for (let i = 2; i < points.length - 2; i += 2) {
    path.quadraticCurveTo(points[i], points[i + 1], (points[i] + points[i + 2]) / 2, (points[i + 1] + points[i + 3]) / 2);
  }
  if (points.length > 2) path.lineTo(points.at(-2), points.at(-1));
  return path;
}

// Fewer points, the same line: what is nearer than `near` to the chord between its neighbours goes (Douglas-Peucker).
export function simplified(points, near) {
  const keep = new Set([0, points.length / 2 - 1]);
  const spans = [[0, points.length / 2 - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    let farthest = 0, at = -1;
    for (let i = from + 1; i < to; i++) {
      const distance = distanceToChord(points, i, from, to);
      if (distance > farthest) [farthest, at] = [distance, i];
    }
    if (farthest > near) {
      keep.add(at);
      spans.push([from, at], [at, to]);
    }
  }
  return [...keep].sort((a, b) => a - b).flatMap((i) => [points[2 * i], points[2 * i + 1]]);
}

function distanceToChord(points, i, from, to) {
  const [x, y] = [points[2 * i] - points[2 * from], points[2 * i + 1] - points[2 * from + 1]];
  const [dx, dy] = [points[2 * to] - points[2 * from], points[2 * to + 1] - points[2 * from + 1]];
  const length = Math.hypot(dx, dy);
  return length ? Math.abs(x * dy - y * dx) / length : Math.hypot(x, y);
}
