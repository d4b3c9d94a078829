// The chat's page: Phoenix's own client, one socket, one channel for each room.
import {showPeople} from "../pages/people.js";
import {connect, nameField} from "../pages/visitor.js";
import {watch} from "../pages/wire.js";
import {newUid, Room} from "./room.js";
import {Tray} from "./upload.js";

const byId = (id) => document.getElementById(id);
const page = byId("chat");
const form = byId("compose");
const {body, file} = form.elements;

const socket = connect();
watch(socket, byId("wire"));
const name = nameField(byId("your-name"), (name) => room.rename(name));

const rooms = new Map([...page.querySelectorAll(".messages")].map((list) => [list.dataset.room, new Room(socket, list.dataset.room, list, {
  name: () => name.value,
  changed: show,
  opened: openPicture,
  say,
  restore: (text) => { body.value ||= text; },
})]));
let room = rooms.get(page.dataset.room);
enter(room.slug);
addEventListener("popstate", ({state}) => enter(state?.room ?? page.dataset.room));

// Rooms

function enter(slug) {
  for (const other of rooms.values()) if (other.slug !== slug) other.look(false);
  room = rooms.get(slug);
  room.look(true);
  for (const [name, {list}] of rooms) list.list.hidden = name !== slug;
  for (const link of page.querySelectorAll("[data-room-link]")) {
    if (link.dataset.roomLink === slug) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  byId("room-name").textContent = slug;
  body.placeholder = `Message #${slug}`;
  room.list.unseenChanged = showNewer;
  room.list.toEnd();
  show(room);
}

page.querySelector(".rooms").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.dataset.roomLink === room.slug) return;
  history.pushState({room: link.dataset.roomLink}, "", link.href);
  enter(link.dataset.roomLink);
});

function show(changed) {
  const badge = page.querySelector(`[data-room-link="${changed.slug}"] .unread`);
  badge.textContent = changed.unread || "";
  if (changed !== room) return;
  const here = room.people;
  const people = here.some(({me}) => me) ? here : []; // not before one is among them
  showPeople(byId("people"), people);
  showPeople(byId("faces"), people);
  byId("here").textContent = ["", "Only you are here"][people.length] ?? `${people.length} here`;
  byId("typing").textContent = room.writers;
  byId("state").dataset.state = room.joined ? "live" : room.everJoined ? "lost" : "";
  byId("state").textContent = room.joined ? "Live" : room.everJoined ? "Reconnecting…" : "Connecting…";
  page.classList.toggle("ready", room.joined);
}

function showNewer() {
  const {unseen} = room.list;
  byId("newer").hidden = unseen === 0;
  byId("newer").textContent = `↓ ${unseen} new`;
}
byId("newer").addEventListener("click", () => room.list.toEnd());

// Saying something

const tray = new Tray(byId("tray"), {largest: Number(page.dataset.largest), changed: showSend});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  name.flush();
  const text = body.value.trim();
  if (tray.ready) {
    tray.send(room.channel, newUid(), text).then((sent) => { if (sent && body.value.trim() === text) clear(); });
  } else if (text && !tray.sending) {
    room.say(text);
    clear();
  }
  body.focus();
});

function clear() {
  body.value = "";
  showSend();
}

body.addEventListener("input", () => {
  room.writing(Boolean(body.value.trim()));
  showSend();
});
body.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

function showSend() {
  form.classList.toggle("empty", !(body.value.trim() || tray.ready));
  form.classList.toggle("sending", Boolean(tray.sending));
}

// Files: chosen, pasted, dropped

byId("attach").addEventListener("click", () => file.click());
file.addEventListener("change", () => { tray.take(file.files[0]); file.value = ""; body.focus(); });
body.addEventListener("paste", (event) => {
  const [pasted] = event.clipboardData.files;
  if (!pasted) return;
  event.preventDefault();
  tray.take(pasted);
});

const talk = page.querySelector(".talk");
talk.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  talk.classList.add("dropping");
});
talk.addEventListener("dragleave", (event) => { if (!talk.contains(event.relatedTarget)) talk.classList.remove("dropping"); });
talk.addEventListener("drop", (event) => {
  event.preventDefault();
  talk.classList.remove("dropping");
  if (event.dataTransfer.files[0]) tray.take(event.dataTransfer.files[0]);
});

function openPicture({url, name, width, height}) {
  const dialog = byId("picture");
  dialog.querySelector("img").replaceWith(Object.assign(new Image(width, height), {src: url, alt: name}));
  dialog.querySelector("a").href = url;
  dialog.querySelector("figcaption span").textContent = name;
  dialog.showModal();
}
byId("picture").addEventListener("click", (event) => { if (!event.target.closest("a")) byId("picture").close(); });

let hush;
function say(text) {
  clearTimeout(hush);
  byId("notice").textContent = text;
  hush = setTimeout(() => { byId("notice").textContent = ""; }, 5000);
}

showSend();
socket.connect();
