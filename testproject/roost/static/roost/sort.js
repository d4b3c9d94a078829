// Cards that can be laid elsewhere: with a mouse, a finger (press a moment), or Alt and an arrow key.
// What is dragged is a picture of the card; the page itself stays as the server knows it until the card is dropped.
(() => {
  const hooks = ((window.DjangoPhoenix ||= {}).hooks ||= {});
  const SLOP = 6; // pixels: less is a click
  const PRESS = 240; // ms: a finger that moves sooner scrolls
  const EDGE = 56; // pixels from an edge at which lists begin to scroll

  const cardsOf = (lane, but) => [...lane.querySelectorAll("[data-card]")].filter((card) => card !== but);

  hooks.Sort = {
    mounted() {
      this.listeners = new AbortController();
      const {signal} = this.listeners;
      this.el.addEventListener("pointerdown", (event) => this.press(event), {signal});
      this.el.addEventListener("keydown", (event) => this.key(event), {signal});
      this.el.addEventListener("contextmenu", (event) => this.drag && event.preventDefault(), {signal});
      this.el.addEventListener("dragstart", (event) => event.preventDefault(), {signal});
      addEventListener("pointermove", (event) => this.move(event), {signal});
      addEventListener("pointerup", (event) => this.release(event), {signal});
      addEventListener("pointercancel", () => this.cancel(), {signal});
      addEventListener("keydown", (event) => event.key === "Escape" && this.drag && this.cancel(), {signal});
      addEventListener("touchmove", (event) => this.drag && event.preventDefault(), {signal, passive: false});
    },
    destroyed() {
      this.cancel();
      this.listeners.abort();
    },

    // With a pointer.
    press(event) {
      const card = event.target.closest("[data-card]");
      if (!card || event.button !== 0 || event.target.closest("button, input, select")) return;
      this.pressed = {card, x: event.clientX, y: event.clientY, id: event.pointerId};
      if (event.pointerType === "touch") this.pressed.timer = setTimeout(() => this.lift(), PRESS);
    },
    move(event) {
      if (this.drag) return this.carry(event.clientX, event.clientY);
      if (!this.pressed || event.pointerId !== this.pressed.id) return;
      if (Math.hypot(event.clientX - this.pressed.x, event.clientY - this.pressed.y) < SLOP) return;
      if (this.pressed.timer) this.cancel();
      else {
        this.lift();
        this.carry(event.clientX, event.clientY);
      }
    },
    lift() {
      const {card, x, y} = this.pressed;
      const box = card.getBoundingClientRect();
      const ghost = card.cloneNode(true);
      ghost.removeAttribute("id");
      ghost.classList.add("ghost");
      ghost.setAttribute("aria-hidden", "true");
      ghost.style.width = `${box.width}px`;
      const line = Object.assign(document.createElement("div"), {className: "drop-line"});
      document.body.append(ghost, line);
      document.documentElement.classList.add("dragging");
      card.classList.add("lifted");
      this.drag = {id: card.dataset.card, ghost, line, dx: x - box.left, dy: y - box.top};
      this.carry(x, y);
      this.scroll();
    },
    card() {
      return this.el.querySelector(`[data-card="${this.drag.id}"]`);
    },
    carry(x, y) {
      const {ghost, dx, dy} = this.drag;
      ghost.style.transform = `translate(${x - dx}px, ${y - dy}px) rotate(1.5deg)`;
      Object.assign(this.drag, {x, y});
      this.aim();
    },
    // Where the card would come to lie: in the list under the pointer, before the first card whose middle is below it.
    aim() {
      const {x, y, line} = this.drag;
      const card = this.card();
      const lane = this.laneAt(x);
      this.drag.target = null;
      line.hidden = !lane || !card;
      if (line.hidden) return;
      const cards = cardsOf(lane, card);
      const index = cards.findIndex((other) => {
        const box = other.getBoundingClientRect();
        return y < box.top + box.height / 2;
      });
      const at = index < 0 ? cards.length : index;
      this.drag.target = {lane, index: at, before: cards[at] ?? null};
      this.mark(lane, cards, at);
    },
    laneAt(x) {
      return [...this.el.querySelectorAll("[data-lane]")].find((lane) => {
        const box = lane.getBoundingClientRect();
        return x >= box.left - 8 && x <= box.right + 8;
      });
    },
    mark(lane, cards, at) {
      const list = lane.querySelector("[data-cards]").getBoundingClientRect();
      const next = cards[at]?.getBoundingClientRect();
      const last = cards.at(-1)?.getBoundingClientRect();
      const y = next ? next.top - 5 : last ? last.bottom + 3 : list.top + 2;
      const style = this.drag.line.style;
      style.width = `${list.width - 16}px`;
      style.transform = `translate(${list.left + 8}px, ${Math.min(Math.max(y, list.top), list.bottom)}px)`;
    },
    scroll() {
      if (!this.drag) return;
      const {x, y, target} = this.drag;
      const box = this.el.getBoundingClientRect();
      const towards = (at, from, to) => (at < from + EDGE ? -10 : at > to - EDGE ? 10 : 0);
      this.el.scrollLeft += towards(x, Math.max(box.left, 0), Math.min(box.right, innerWidth));
      const list = target?.lane.querySelector("[data-cards]");
      const bounds = list?.getBoundingClientRect();
      if (bounds) list.scrollTop += towards(y, bounds.top, bounds.bottom);
      this.aim();
      requestAnimationFrame(() => this.scroll());
    },
    release(event) {
      if (!this.drag) return this.cancel();
      event.preventDefault();
      addEventListener("click", (click) => { click.preventDefault(); click.stopImmediatePropagation(); }, {capture: true, once: true, signal: AbortSignal.timeout(50)});
      const card = this.card();
      const {target} = this.drag;
      this.cancel();
      if (card && target) this.lay(card, target);
    },
    cancel() {
      clearTimeout(this.pressed?.timer);
      this.pressed = null;
      if (!this.drag) return;
      this.card()?.classList.remove("lifted");
      this.drag.ghost.remove();
      this.drag.line.remove();
      document.documentElement.classList.remove("dragging");
      this.drag = null;
    },

    // With the keyboard.
    async key(event) {
      const card = event.target.closest("[data-card]");
      if (!card || !event.altKey || !event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const target = this.beside(card, event.key);
      if (!target) return;
      await this.lay(card, target);
      this.el.querySelector(`[data-card="${card.dataset.card}"] a`)?.focus();
    },
    beside(card, key) {
      const here = card.closest("[data-lane]");
      const cards = cardsOf(here);
      const at = cards.indexOf(card);
      const rest = cardsOf(here, card);
      const to = at + (key === "ArrowDown" ? 1 : -1);
      if (key === "ArrowUp" || key === "ArrowDown") {
        return to >= 0 && to < cards.length ? {lane: here, index: to, before: rest[to] ?? null} : null;
      }
      const lanes = [...this.el.querySelectorAll("[data-lane]")];
      const lane = lanes[lanes.indexOf(here) + (key === "ArrowRight" ? 1 : -1)];
      if (!lane) return null;
      const others = cardsOf(lane);
      return {lane, index: Math.min(at, others.length), before: others[at] ?? null};
    },

    // Shown at once; the server's answer is then what counts.
    async lay(card, {lane, index, before}) {
      const name = lane.dataset.name;
      lane.querySelector("[data-cards]").insertBefore(card, before);
      const title = card.querySelector(".card-title").textContent;
      document.getElementById("sort-says").textContent = `${title}: ${name}, number ${index + 1}.`;
      await this.pushEvent("move", {id: card.dataset.card, lane: lane.dataset.lane, index});
    },
  };
})();
