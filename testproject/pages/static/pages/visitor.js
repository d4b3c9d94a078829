// Who the visitor says to be, and the socket that pages with channels share.
import {LongPoll, Socket} from "../django_phoenix/phoenix.mjs";
import {storage} from "./storage.js";

const local = storage("localStorage");

// Where the site is mounted, its static files are: so this works below a path, too.
const PATH = new URL("../../socket", import.meta.url).pathname;

export function connect() {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const socket = new Socket(PATH, {
    params: {_csrf_token: token},
    longPollFallbackMs: 2500,
    reconnectAfterMs: (tries) => [50, 100, 250, 500, 1000][tries - 1] ?? 2000,
    sessionStorage: storage("sessionStorage"),
  });
  // Once a WebSocket has got through, a lost connection is no reason to do without.
  socket.onOpen(() => {
    if (socket.transport !== LongPoll) socket.ping(() => { socket.longPollFallbackMs = null; });
  });
  return socket;
}

// Who had logged in and has logged out meanwhile gets the page that they would get now. Whether that is so: then
// this page says no more, least of all the name that it has shown.
export function leavesAsOther(before, now) {
  const leaves = Boolean(before?.startsWith("user-") && before !== now);
  if (leaves) location.reload();
  return leaves;
}

// An error reply in words: what is wrong with the payload, how long to wait, or the bare reason.
export function reason({errors, reason, retry_after: seconds}) {
  if (seconds) return `That was fast. Try again in ${Math.ceil(seconds)} s.`;
  return errors ? Object.values(errors).flat().join(" ") : `The server says: ${reason}.`;
}

// A channel whose topic has a history: it remembers how far it came, and says so when it joins again.
export function withHistory(socket, topic) {
  let offset;
  const channel = socket.channel(topic, () => (offset ? {phx_offset: offset} : {}));
  channel.onMessage = (event, payload) => {
    offset = payload?.phx_offset ?? payload?.response?.phx_history?.offset ?? offset;
    return payload;
  };
  return channel;
}

// The input "You are": what was chosen last time, else what the page proposes. `renamed` hears of changes.
export function nameField(input, renamed) {
  if (!input.readOnly) input.value = local.getItem("name") || input.value;
  let waiting;
  const tell = () => {
    clearTimeout(waiting);
    waiting = null;
    local.setItem("name", input.value.trim());
    renamed(input.value);
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(tell, 300); });
  input.addEventListener("change", () => waiting && tell());
  addEventListener("storage", ({key, newValue}) => {
    if (key !== "name" || !newValue || input.readOnly) return;
    input.value = newValue;
    renamed(newValue);
  });
  return {get value() { return input.value; }, flush: () => waiting && tell()};
}

// The same colour for the same visitor on every screen: twelve hues, by key.
export function hue(key) {
  let sum = 0;
  for (const char of key) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return 15 + 30 * (sum % 12);
}

export function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0] ?? "").join("").toUpperCase();
}
