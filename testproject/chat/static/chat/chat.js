// The chat's page: Phoenix's own client, one channel, and a list of messages.
import {Socket} from "../django_phoenix/phoenix.mjs";
import {storage} from "../pages/storage.js";

const page = document.getElementById("chat");
const list = document.getElementById("messages");
const form = document.getElementById("compose");
const note = document.getElementById("typing");
const {name, body} = form.elements;
const time = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const seen = new Set();
const local = storage("localStorage");

name.value = page.dataset.name || local.getItem("chat-name") || "";

const socket = new Socket("/socket", {sessionStorage: storage("sessionStorage")});
const channel = socket.channel(`room:${page.dataset.room}`);

channel.on("new_msg", add);
channel.on("typing", ({name}) => say(`${name} is writing…`, 2000));
channel.join()
  .receive("ok", ({messages}) => { messages.forEach(add); ready(true); })
  .receive("error", ({reason}) => say(reason));
channel.onError(() => ready(false));
socket.connect();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  local.setItem("chat-name", name.value);
  channel.push("new_msg", {name: name.value, body: body.value})
    .receive("ok", () => { body.value = ""; say(""); })
    .receive("error", ({reason}) => say(reason))
    .receive("timeout", () => say("No answer yet; still trying."));
});

let told = 0;
body.addEventListener("input", () => {
  if (!name.value || Date.now() - told < 1000) return;
  told = Date.now();
  channel.push("typing", {name: name.value});
});

function ready(yes) {
  form.querySelector("button").disabled = !yes;
  page.classList.toggle("ready", yes);
}

let hush;
function say(text, milliseconds) {
  clearTimeout(hush);
  note.textContent = text;
  if (milliseconds) hush = setTimeout(() => { note.textContent = ""; }, milliseconds);
}

// After a lost connection the room tells its history again: show nothing twice.
function add(message) {
  if (seen.has(message.id)) return;
  seen.add(message.id);
  const item = document.createElement("li");
  item.className = message.name === name.value ? "message mine" : "message";
  item.append(element("b", message.name), element("time", time.format(new Date(message.at))),
              element("p", message.body));
  list.append(item);
  list.scrollTop = list.scrollHeight;
}

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
