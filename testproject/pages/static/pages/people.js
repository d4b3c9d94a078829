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
    .list((key, {metas}) => ({key, name: metas.at(-1).name, tabs: metas.length, me: key === me()}))
    .sort((a, b) => b.me - a.me || a.name.localeCompare(b.name));
}

export function showPeople(list, people) {
  list.replaceChildren(...people.map(({key, name, tabs, me}) => {
    const item = document.createElement("li");
    item.className = "person";
    item.title = name;
    const label = document.createElement("span");
    label.className = "person-name";
    label.textContent = name;
    item.append(face(key, name), label);
    const notes = [me && "you", tabs > 1 && `${tabs} tabs`].filter(Boolean);
    if (notes.length) {
      const note = document.createElement("small");
      note.textContent = notes.join(", ");
      item.append(note);
    }
    return item;
  }));
}
