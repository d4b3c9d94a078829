// One room's messages: grouped by writer and day, at the end unless the reader has scrolled up.
import {face} from "../pages/people.js";

const TOGETHER = 5 * 60_000; // what one writes within five minutes stands under one name
const MOST = 300;
const time = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit"});
const date = new Intl.DateTimeFormat(undefined, {weekday: "long", day: "numeric", month: "long"});

export class MessageList {
  // `isMine(key)`; `opened(file)`: somebody wants to see a picture as large as it is.
  constructor(list, {isMine, opened}) {
    Object.assign(this, {list, isMine, opened});
    this.items = new Map(); // by uid
    this.ids = new Set();
    this.unseen = 0;
    this.unseenChanged = () => {};
    this.following = true;
    list.addEventListener("scroll", () => {
      this.following = this.atEnd;
      if (this.following) this.seen();
    });
    // What grows below the list must not push its end out of sight.
    new ResizeObserver(() => { if (this.following) this.toEnd(); }).observe(list);
  }

  get atEnd() { return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60; }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.seen();
  }

  seen() {
    this.unseen = 0;
    this.unseenChanged();
  }

  // A message from the server: false if the page has it. One that is shown as being sent takes its place there.
  // `missed`: it came while the page was away. `calm`: it is one of many.
  add(message, missed = false, calm = false) {
    if (this.ids.has(message.id)) return false;
    this.ids.add(message.id);
    const waiting = message.uid && this.items.get(message.uid);
    const follow = this.following || this.isMine(message.author);
    waiting?.remove();
    if (missed && !this.isMine(message.author)) this.markAway();
    const item = this.item(message);
    item.classList.toggle("fresh", !waiting && !calm);
    this.items.set(message.uid, item);
    this.list.insertBefore(item, this.firstPending);
    this.arrange(item);
    this.trim();
    if (follow) this.toEnd();
    else { this.unseen += 1; this.unseenChanged(); }
    return true;
  }

  // A message that is being sent stands after all that the server has.
  expect(message) {
    const item = this.item(message);
    item.classList.add("pending", "mine");
    this.items.set(message.uid, item);
    this.list.append(item);
    this.arrange(item);
    this.toEnd();
  }

  withdraw(uid) {
    this.items.get(uid)?.remove();
    this.items.delete(uid);
  }

  get firstPending() { return this.list.querySelector(".pending"); }

  // One mark for each time away, before the first message that was missed.
  markAway() {
    if (this.away) return;
    this.list.querySelector(".away")?.remove();
    this.away = true;
    this.list.insertBefore(divider("away", "While you were away"), this.firstPending);
  }

  back() { this.away = false; }

  // A day begins with its name, and what one person says at a stretch with theirs.
  arrange(item) {
    for (const one of [item, item.nextElementSibling]) if (one?.dataset.at) this.head(one);
  }

  head(item) {
    const before = item.previousElementSibling;
    const {at, author, name} = item.dataset;
    const continued = before?.dataset.author === author && before.dataset.name === name && at - before.dataset.at < TOGETHER;
    item.classList.toggle("first", !continued);
    const day = new Date(Number(at)).toDateString();
    if (day === this.day) return;
    this.day = day;
    this.list.insertBefore(divider("day", dayName(new Date(Number(at)))), item);
  }

  trim() {
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
  }

  item({uid, name, author, body, file, at: iso}) {
    const at = new Date(iso);
    const item = make("li", "message");
    Object.assign(item.dataset, {uid, author, name, at: at.getTime()});
    item.classList.toggle("mine", this.isMine(author));
    item.title = `${date.format(at)}, ${time.format(at)}`;
    const head = make("div", "message-head");
    head.append(make("b", "", name), Object.assign(make("time", "", time.format(at)), {dateTime: at.toISOString()}));
    item.append(face(author, name), head);
    if (file) item.append(file.picture ? this.picture(file) : download(file));
    if (body) item.append(make("p", "", body));
    return item;
  }

  // Its place is kept before it is loaded.
  picture(file) {
    const button = make("button", "message-picture");
    const image = Object.assign(new Image(file.width || 400, file.height || 300), {src: file.url, alt: file.name, loading: "lazy"});
    image.addEventListener("load", () => button.classList.add("loaded"));
    button.type = "button";
    button.style.setProperty("--ratio", (file.width || 4) / (file.height || 3));
    button.style.setProperty("--natural", `${file.width || 400}px`);
    button.append(image);
    button.addEventListener("click", () => this.opened(file));
    return button;
  }
}

function download(file) {
  const link = make("a", "message-file");
  Object.assign(link, {href: file.url, download: file.name});
  link.append(make("span", "file-icon", extension(file.name)), make("span", "file-name", file.name), make("small", "", bytes(file.size)));
  return link;
}

export const extension = (name) => (name.includes(".") ? name.split(".").at(-1).slice(0, 4) : "file").toUpperCase();
export const bytes = (size) => (size < 1000 ? `${size} B` : size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`);

export function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function divider(className, text) {
  const item = make("li", `divider ${className}`);
  item.append(make("span", "", text));
  return item;
}

function dayName(day) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 86_400_000);
  return ["Today", "Yesterday"][days] ?? date.format(day);
}
