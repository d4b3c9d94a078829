// A file on its way: chosen, pasted or dropped; shown before it is sent; sent in binary pieces with a bar.
import {reason} from "../pages/visitor.js";
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
    Object.assign(this, {file, turn: null, sending: false, refused: false, width: 0, height: 0});
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
      if (!this.refused) this.say(`${picture.width} × ${picture.height}, ${bytes(file.size)}`);
      this.element.classList.add("pictured");
    } catch { /* no picture after all: it goes as a file */ }
  }

  // Through `channel`, as the message `uid` with the text `body`. Resolves to whether the server has it.
  async send(channel, uid, body) {
    const stopped = new Promise((resolve) => { this.stop = () => resolve("stopped"); });
    const lost = new Promise((resolve, reject) => {
      this.binding = channel.onError(() => reject(new Error("The connection was lost.")));
    });
    this.sending = true;
    this.progress(0);
    this.changed();
    try {
      const end = await Promise.race([this.sendPieces(channel, uid, body), stopped, lost]);
      if (end !== "stopped") this.take(null);
      return end !== "stopped";
    } catch (problem) {
      Object.assign(this, {sending: false, turn: null});
      this.progress(null);
      this.say(`${problem.message} Press Send to try again.`, true);
      this.changed();
      return false;
    } finally {
      channel.off("phx_error", this.binding);
    }
  }

  async sendPieces(channel, uid, body) {
    const {file, width, height} = this;
    const turn = this.turn = {};
    const goesOn = () => this.turn === turn;
    await answer(channel.push("upload", {uid, name: file.name, size: file.size, width, height, body}));
    const waiting = [];
    for (let start = 0; start < file.size && goesOn(); start += PIECE) {
      const piece = await file.slice(start, start + PIECE).arrayBuffer();
      if (waiting.length >= AHEAD) await waiting.shift();
      if (!goesOn()) break;
      const sent = answer(channel.push("piece", piece))
        .then(() => goesOn() && this.progress((start + piece.byteLength) / file.size));
      sent.catch(() => {}); // awaited in its turn
      waiting.push(sent);
    }
    await Promise.all(waiting);
  }

  progress(part) {
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
