// The whiteboard's page: two channels over one socket. "board:…" keeps the strokes, "hands:…" shows the hands.
import {Presence} from "../django_phoenix/phoenix.mjs";
import {showPeople, visitors} from "../pages/people.js";
import {connect, leavesAsOther, nameField, reason, withHistory} from "../pages/visitor.js";
import {watch} from "../pages/wire.js";
import {OtherHands, OwnHand} from "./hands.js";
import {Paper, simplified, steps} from "./paper.js";
import {Pen} from "./pen.js";
import {Toolbox} from "./tools.js";

const page = document.getElementById("board");
const element = document.getElementById("paper");
const own = crypto.getRandomValues(new Uint32Array(1))[0];
const byId = (id) => document.getElementById(id);

const tools = new Toolbox(page);
const paper = new Paper(element, (ink) => tools.colour(ink));
const socket = connect();
watch(socket, byId("wire"), {many: true});

// Strokes

const board = withHistory(socket, `board:${page.dataset.board}`);
const unsent = new Map(); // until the server has them: then they survive a lost connection
let line = null;
let lines = 0;

board.on("stroke", (stroke) => paper.add(stroke));
board.on("undone", ({uid}) => paper.remove(uid));
board.on("cleared", () => paper.reset([]));
board.join()
  .receive("ok", ({strokes, phx_history: {gap}}) => {
    if (strokes) paper.reset(strokes);
    else if (gap) board.push("all").receive("ok", ({strokes}) => paper.reset(strokes));
    for (const uid of unsent.keys()) send(uid);
    state("live", "Live");
  })
  .receive("error", (reply) => say(reason(reply)));
board.onError(() => state("lost", "Reconnecting…"));

function send(uid) {
  board.push("stroke", unsent.get(uid))
    .receive("ok", () => unsent.delete(uid))
    .receive("error", (reply) => { unsent.delete(uid); paper.drop(uid); say(reason(reply)); });
}

// Hands

const hands = socket.channel(`hands:${page.dataset.board}`, () => ({hand: own, name: name.value}));
const ownHand = new OwnHand(hands);
const otherHands = new OtherHands(element.querySelector(".hands"), paper, own);
const presence = new Presence(hands);
const name = nameField(byId("your-name"), (name) => hands.push("rename", {name}));
let me = null;

hands.on("moves", (frame) => otherHands.receive(frame));
hands.join()
  .receive("ok", ({you}) => {
    if (leavesAsOther(me, you)) return;
    me = you;
    meet();
  })
  .receive("error", (reply) => say(reason(reply)));
presence.onSync(meet);

function meet() {
  const people = visitors(presence, () => me);
  showPeople(byId("people"), people);
  byId("here").textContent = ["", "Only you"][people.length] ?? `${people.length} here`;
  const byHand = presence.list((key, {metas}) => metas.map(({hand, name}) => [hand, {key, name}])).flat();
  otherHands.meet(new Map(byHand));
}

// The visitor's own hand

const nib = element.querySelector(".nib");

function hover(x, y) {
  const at = paper.toScreen(x, y);
  nib.style.translate = `${at.x}px ${at.y}px`;
  nib.style.setProperty("--nib", `${paper.width(tools.chosen)}px`);
  nib.classList.toggle("shown", tools.chosen.tool !== "pen");
}

new Pen(paper, {
  moved(x, y) {
    hover(x, y);
    ownHand.move(x, y);
  },
  left: () => ownHand.leave(),
  began() {
    lines += 1;
    line = {uid: `${own}.${lines & 0xffff}`, number: lines, ...tools.chosen};
  },
  drew(points, x, y) {
    if (points.length) paper.draw(line.uid, line, points);
    hover(x, y);
    ownHand.move(x, y, line, points);
  },
  ended(points) {
    const {uid, tool, ink, size} = line;
    unsent.set(uid, {uid, tool, ink, size, points: steps(simplified(points, 6))});
    send(uid);
  },
  gaveUp: () => paper.drop(line.uid),
});

// Buttons

paper.inked = () => page.classList.toggle("blank", paper.empty);
paper.moved = () => {
  byId("zoom-home").textContent = `${Math.round(paper.zoom * 100)}%`;
  otherHands.placeAll();
};

const buttons = {
  undo: () => board.push("undo").receive("error", (reply) => say(reason(reply))),
  clear: () => byId("ask-clear").showModal(),
  "zoom-in": () => paper.zoomBy(1.4),
  "zoom-out": () => paper.zoomBy(1 / 1.4),
  "zoom-home": () => paper.lookHome(),
  save: async () => {
    const picture = await paper.picture(getComputedStyle(element).backgroundColor);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(picture);
    link.download = "whiteboard.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  },
};
for (const [id, press] of Object.entries(buttons)) byId(id).addEventListener("click", press);

byId("ask-clear").addEventListener("close", ({target}) => {
  if (target.returnValue === "yes") board.push("clear").receive("error", (reply) => say(reason(reply)));
  target.returnValue = "";
});

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, dialog")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") {
    event.preventDefault();
    buttons.undo();
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
    tools.key(event.key);
  }
});

function state(kind, text) {
  byId("state").dataset.state = kind;
  byId("state").textContent = text;
}

let hush;
function say(text) {
  clearTimeout(hush);
  byId("notice").textContent = text;
  hush = setTimeout(() => { byId("notice").textContent = ""; }, 4000);
}

socket.connect();
