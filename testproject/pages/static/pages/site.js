// What the demo pages show beyond their templates: the bytes on the wire, and which cell has changed.
(() => {
  const hooks = ((window.DjangoPhoenix ||= {}).hooks ||= {});
  const length = (frame) => new TextEncoder().encode(frame).length;
  const asFrame = ({join_ref, ref, topic, event, payload}) =>
    JSON.stringify([join_ref ?? null, ref ?? null, topic, event, payload]);

  // Prints size, time and text of the view's own frames. Joins are left out: they carry the whole page.
  hooks.Wire = {
    mounted() {
      this.socket = window.liveSocket.getSocket();
      this.sent = new Map();
      this.push = this.socket.push;
      this.socket.push = (message) => {
        if (message.event === "event") {
          this.sent.set(message.ref, performance.now());
          this.write("up", `${length(asFrame(message))} bytes`);
        }
        this.push.call(this.socket, message);
      };
      this.listener = this.socket.onMessage((message) => this.received(message));
    },
    destroyed() {
      this.socket.push = this.push;
      this.socket.off([this.listener]);
    },
    received(message) {
      const since = this.sent.get(message.ref);
      if (since === undefined && message.event !== "diff") return;
      this.sent.delete(message.ref);
      const frame = asFrame(message);
      this.write("down", `${length(frame)} bytes`);
      this.write("frame", frame.length > 600 ? `${frame.slice(0, 600)}…` : frame);
      if (since !== undefined) this.write("time", `${(performance.now() - since).toFixed(1)} ms`);
    },
    write(name, text) {
      this.el.querySelector(`[data-wire="${name}"]`).textContent = text;
    },
  };

  // Brings the one changed cell into view and lights it up.
  hooks.Flash = {
    mounted() {
      this.observer = new MutationObserver((changes) => {
        const cells = new Set(changes.map(({target}) => (target.closest ? target : target.parentElement).closest("td")));
        cells.delete(null);
        if (cells.size === 1) this.show([...cells][0]);
      });
      this.observer.observe(this.el, {subtree: true, childList: true, characterData: true});
    },
    destroyed() {
      this.observer.disconnect();
    },
    show(cell) {
      const row = cell.parentElement;
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.el.scrollTo({
        top: row.offsetTop - this.el.clientHeight / 2,
        behavior: calm ? "auto" : "smooth",
      });
      cell.animate([{backgroundColor: "var(--flash)"}, {backgroundColor: "transparent"}], 2500);
    },
  };
})();
