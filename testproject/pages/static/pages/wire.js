// What went over a channel's socket, taken where the client writes and reads its frames.

const size = (frame) => (typeof frame === "string" ? new TextEncoder().encode(frame).length : frame.byteLength);
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");

// A binary broadcast: kind, lengths of topic and event, these two, then the payload.
function readable(frame) {
  if (typeof frame === "string") return frame.slice(0, 300);
  const [kind, topic, event] = new Uint8Array(frame, 0, 3);
  if (kind !== 2) return hex(new Uint8Array(frame).subarray(0, 60));
  const text = (from, length) => new TextDecoder().decode(new Uint8Array(frame, from, length));
  return `${text(3, topic)} ${text(3 + topic, event)} ${hex(new Uint8Array(frame, 3 + topic + event).subarray(0, 60))}`;
}

// How much went one way: the last frame, or what went within a second where many do.
class Flow {
  constructor(many) { Object.assign(this, {many, frames: []}); }
  add(bytes) {
    if (!this.many) this.frames = [];
    this.frames.push([performance.now(), bytes]);
  }
  toString() {
    if (!this.many) return this.frames.length ? `${this.frames[0][1]} bytes` : "–";
    const second = performance.now() - 1000;
    this.frames = this.frames.filter(([at]) => at > second);
    const bytes = this.frames.reduce((sum, [, bytes]) => sum + bytes, 0);
    return `${this.frames.length}/s · ${bytes < 10_000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`}`;
  }
}

// Prints into a <dl>: what went up and down, how long a push and its reply took, and the last frame.
export function watch(socket, list, {many = false} = {}) {
  const up = new Flow(many), down = new Flow(many), sent = new Map();
  const {encode, decode} = socket;
  let last = null;
  const write = (name, text) => { list.querySelector(`[data-wire="${name}"]`).textContent = text; };

  socket.encode = (message, send) => encode(message, (frame) => {
    if (message.topic !== "phoenix") up.add(size(frame));
    sent.set(message.ref, performance.now());
    send(frame);
  });
  socket.decode = (frame, receive) => {
    const at = performance.now();
    decode(frame, (message) => {
      const since = message.event === "phx_reply" && sent.get(message.ref);
      if (since) write("time", `${(at - since).toFixed(1)} ms`);
      sent.delete(message.ref);
      if (message.topic !== "phoenix") {
        down.add(size(frame));
        last = frame;
      }
      receive(message);
    });
  };
  setInterval(() => {
    write("up", `${up}`);
    write("down", `${down}`);
    if (last) write("frame", readable(last));
  }, 500);
  // A push without a reply leaves its ref behind; and somebody may like to know how far the server is.
  setInterval(() => { sent.clear(); if (!document.hidden) socket.ping(() => {}); }, 5000);
}
