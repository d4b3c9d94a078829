// Runs something once all deferred scripts have run, so that hooks registered by a later one are there in time.
// A deferred script finds the document "interactive" with others still to come; only the events tell.

export function whenReady(window, run) {
  if (window.document.readyState === "complete") return run()
  let done = false
  const once = () => {
    if (!done) run()
    done = true
  }
  window.document.addEventListener("DOMContentLoaded", once)
  // A script inserted late has missed the first event, but not this one.
  window.addEventListener("load", once)
}
