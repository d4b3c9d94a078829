// Tabs: the browser switches them, unless the server does; arrow keys go from one to the next.
// Everything else of the core set works without a script.

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
