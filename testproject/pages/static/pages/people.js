// Who is here, from Phoenix's Presence: each visitor once, however many tabs they have open.
import {hue, initials} from "./visitor.js";

export function face(key, name) {
  const made = document.createElement("span");
  made.className = "face";
  made.setAttribute("aria-hidden", "true");
  made.style.setProperty("--hue", hue(key));
  made.textContent = initials(name);
  return made;
}

// One entry per key, its newest name, and how many tabs; oneself first, then by name.
export function visitors(presence, me) {
  return presence
    .list((key, {metas}) => ({key, metas, name: metas.at(-1).name, tabs: metas.length, me: key === me()}))
    .sort((a, b) => b.me - a.me || a.name.localeCompare(b.name));
}

// Entries that have not changed stay as they are.
export function showPeople(list, people) {
  const before = new Map([...list.children].map((item) => [item.dataset.about, item]));
  list.replaceChildren(...people.map((person) => {
    const about = JSON.stringify([person.key, person.name, person.tabs, person.me]);
    return before.get(about) ?? entry(person, about, [...before.values()].some((item) => item.dataset.key === person.key));
  }));
}

function entry({key, name, tabs, me}, about, wasHere) {
  const item = document.createElement("li");
  item.className = wasHere ? "person" : "person new";
  Object.assign(item.dataset, {key, about});
  item.title = name;
  const text = document.createElement("span");
  text.className = "person-text";
  text.append(Object.assign(document.createElement("span"), {className: "person-name", textContent: name}));
  const notes = [me && "you", tabs > 1 && `${tabs} tabs`].filter(Boolean);
  if (notes.length) text.append(Object.assign(document.createElement("small"), {textContent: notes.join(", ")}));
  item.append(face(key, name), text);
  return item;
}
