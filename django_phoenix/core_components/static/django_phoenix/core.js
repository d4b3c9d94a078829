// What of the core set needs a script: tabs and modals.

// Tabs: the browser switches them, unless the server does; arrow keys go from one to the next.

(() => {
  "use strict";

  const STEPS = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};

  // In a live page through the client: what it sets outlives the server's patches.
  function set(element, name, value) {
    const js = window.liveSocket?.js?.();
    if (value === null) js ? js.removeAttribute(element, name) : element.removeAttribute(name);
    else js ? js.setAttribute(element, name, value) : element.setAttribute(name, value);
  }

  function tabsBeside(tab) {
    return [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  }

  function show(chosen) {
    for (const tab of tabsBeside(chosen)) {
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      set(tab, "aria-selected", String(tab === chosen));
      if (panel) set(panel, "hidden", tab === chosen ? null : "");
    }
  }

  function isSwitchedHere(tab) {
    return tab.closest(".phx-tabs")?.dataset.switch === "browser";
  }

  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.(".phx-tabs [role=tab]");
    if (tab && isSwitchedHere(tab)) show(tab);
  });

  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.(".phx-tabs [role=tab]");
    if (!tab || event.ctrlKey || event.altKey || event.metaKey) return;
    const tabs = tabsBeside(tab);
    const towardsEnd = getComputedStyle(tab).direction === "rtl" ? -1 : 1;
    let next;
    if (event.key in STEPS) {
      const horizontal = event.key === "ArrowLeft" || event.key === "ArrowRight";
      const step = STEPS[event.key] * (horizontal ? towardsEnd : 1);
      next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    } else if (event.key === "Home") next = tabs[0];
    else if (event.key === "End") next = tabs[tabs.length - 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (isSwitchedHere(next)) show(next);
  });
})();

// Modals: the browser's own <dialog>, opened by the server (data-show) or by the event modal:open.
(() => {
  "use strict";

  const hooks = ((window.DjangoPhoenix ||= {}).hooks ||= {});

  function isBeside(dialog, {target, clientX, clientY}) {
    const {left, right, top, bottom} = dialog.getBoundingClientRect();
    return target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom);
  }

  hooks.PhxModal ||= {
    mounted() {
      const {el} = this;
      this.js().ignoreAttributes(el, ["open"]);
      el.addEventListener("modal:open", () => this.open());
      el.addEventListener("modal:close", () => el.close());
      el.addEventListener("cancel", (event) => this.stays() && event.preventDefault());
      el.addEventListener("close", () => this.closed());
      el.addEventListener("mousedown", (event) => { this.pressed = isBeside(el, event); });
      el.addEventListener("click", (event) => {
        if (this.pressed && isBeside(el, event) && !this.stays()) el.close();
      });
      this.follow();
    },
    updated() {
      if (this.shown !== this.el.hasAttribute("data-show")) this.follow();
    },
    // Removed while open: the browser would leave the focus nowhere.
    destroyed() {
      if (this.opener?.isConnected) this.opener.focus();
    },
    stays() {
      return this.el.hasAttribute("data-stays");
    },
    follow() {
      this.shown = this.el.hasAttribute("data-show");
      if (this.shown) this.open();
      else this.closeQuietly();
    },
    open() {
      if (this.el.matches(":modal")) return;
      this.closeQuietly();
      this.opener = document.activeElement;
      // The page does not scroll meanwhile: its scrollbar's place stays free, so that nothing moves.
      const root = document.documentElement;
      root.style.setProperty("--phx-scrollbar", `${window.innerWidth - root.clientWidth}px`);
      this.el.showModal();
    },
    // The server, not the visitor: nobody needs to be told.
    closeQuietly() {
      if (!this.el.open) return;
      this.quiet = true;
      this.el.close();
    },
    closed() {
      this.opener = null;
      const commands = this.el.dataset.onClose;
      if (!this.quiet && commands) this.js().exec(commands);
      this.quiet = false;
    },
  };
})();
