// A file on its way: chosen, pasted or dropped; shown before it is sent; sent in binary pieces with a bar.
import {bytes, extension} from "./messages.js";

const PIECE = 65_536;
const AHEAD = 4; // pieces on the way before the first is answered
const THUMB = 112;

export class Tray {
  constructor(element, {largest, changed}) {
    Object.assign(this, {element, largest, changed});
    this.file = null;
    this.part = (name) => element.querySelector(`.tray-${name}`);
    this.part("remove").addEventListener("click", () => this.take(null));
  }

  get ready() { return Boolean(this.file) && !this.sending && !this.refused; }

  async take(file) {
    this.stop?.();
    Object.assign(this, {file, sending: false, refused: false, width: 0, height: 0});
    this.element.hidden = !file;
    this.progress(null);
    if (file) {
      this.part("name").textContent = file.name;
      this.part("kind").textContent = extension(file.name);
      this.say(bytes(file.size));
      if (file.size > this.largest) this.refuse(`${bytes(file.size)} is too large: up to ${bytes(this.largest)}, please.`);
      else if (file.size === 0) this.refuse("The file is empty.");
      await this.preview(file);
    }
    this.changed();
  }

  // Painted, not linked: the page's policy lets no picture in but the site's own.
  async preview(file) {
    const canvas = this.part("thumb");
    this.element.classList.remove("pictured");
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return;
    try {
      const picture = await createImageBitmap(file);
      if (file !== this.file) return;
      const side = Math.min(picture.width, picture.height);
      canvas.width = canvas.height = THUMB;
      canvas.getContext("2d").drawImage(
        picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, THUMB, THUMB);
      Object.assign(this, {width: picture.width, height: picture.height});
      this.say(`${picture.width} × ${picture.height}, ${bytes(file.size)}`);
      this.element.classList.add("pictured");
    } catch { /* no picture after all: it goes as a file */ }
  }

  // Through `channel`, as the message `uid` with the text `body`. Resolves when the server has it.
  async send(channel, uid, body) {
    const {file, width, height} = this;
    let stopped = false;
    this.sending = true;
    this.stop = () => { stopped = true; };
    this.progress(0);
    this.changed();
    try {
      await answer(channel.push("upload", {uid, name: file.name, size: file.size, width, height, body}));
      const waiting = [];
      for (let start = 0; start < file.size && !stopped; start += PIECE) {
        const piece = await file.slice(start, start + PIECE).arrayBuffer();
        if (waiting.length >= AHEAD) await waiting.shift();
        if (stopped) break;
        const end = start + piece.byteLength;
        const sent = answer(channel.push("piece", piece)).then(() => this.progress(end / file.size, stopped));
        sent.catch(() => {}); // awaited in its turn
        waiting.push(sent);
      }
      await Promise.all(waiting);
      if (!stopped) this.take(null);
      return !stopped;
    } catch (problem) {
      if (!stopped) {
        this.sending = false;
        this.progress(null);
        this.say(`${problem.message} Press Send to try again.`, true);
        this.changed();
      }
      return false;
    }
  }

  progress(part, stopped) {
    if (stopped) return;
    const bar = this.part("progress");
    bar.hidden = part === null;
    bar.value = part ?? 0;
  }

  refuse(why) {
    this.refused = true;
    this.say(why, true);
  }

  say(text, wrong = false) {
    this.part("note").textContent = text;
    this.element.classList.toggle("wrong", wrong);
  }
}

function answer(push) {
  return new Promise((resolve, reject) => {
    push.receive("ok", resolve)
      .receive("error", (reply) => reject(new Error(reason(reply))))
      .receive("timeout", () => reject(new Error("No answer.")));
  });
}

// An error reply in words: what a ValidationError said, how long to wait, or the bare reason.
export function reason({errors, reason, retry_after: seconds}) {
  if (seconds) return `That was fast. Try again in ${Math.ceil(seconds)} s.`;
  return errors?.__all__?.join(" ") ?? `The server says: ${reason}.`;
}
