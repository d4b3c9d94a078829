// What the demo pages show beyond their templates: the bytes on the wire, and which cell has changed.
(() => {
  const hooks = ((window.DjangoPhoenix ||= {}).hooks ||= {});
  const length = (frame) => new TextEncoder().encode(frame).length;

  // Prints size, time and text of the view's own frames, taken where the socket writes and reads them.
  // Joins are left out: they carry the whole page.
  hooks.Wire = {
    mounted() {
      const socket = (this.socket = window.liveSocket.getSocket());
      const {encode, decode} = (this.originals = {encode: socket.encode, decode: socket.decode});
      let sent = null;

      socket.encode = (message, send) => encode(message, (frame) => {
        if (message.event === "event") {
          sent = {ref: message.ref, at: performance.now()};
          this.write("up", `${length(frame)} bytes`);
        }
        send(frame);
      });
      socket.decode = (frame, receive) => {
        const at = performance.now();
        decode(frame, (message) => {
          if (message.ref === sent?.ref && message.event === "phx_reply") {
            this.write("time", `${(at - sent.at).toFixed(1)} ms`);
            this.received(frame);
          } else if (message.event === "diff") {
            this.received(frame);
          }
          receive(message);
        });
      };
    },
    destroyed() {
      Object.assign(this.socket, this.originals);
    },
    received(frame) {
      this.write("down", `${length(frame)} bytes`);
      this.write("frame", frame.length > 600 ? `${frame.slice(0, 600)}…` : frame);
    },
    write(name, text) {
      this.el.querySelector(`[data-wire="${name}"]`).textContent = text;
    },
  };

  // Plays what the player's element says. It is one and the same while the pages around it change.
  hooks.Player = {
    mounted() {
      this.audio = Object.assign(new Audio(), {loop: true});
      this.updated();
    },
    updated() {
      const {src, playing} = this.el.dataset;
      if (src && this.audio.getAttribute("src") !== src) this.audio.src = src;
      if (playing === "true") {
        this.audio.play().catch(({name}) => { if (name === "NotAllowedError") this.pushEvent("toggle", {}); });
      } else {
        this.audio.pause();
      }
    },
    destroyed() {
      this.audio.pause();
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
