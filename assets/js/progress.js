// A thin bar at the top while a page or a patch is on its way. Looks and movement are in phoenix.css.

import {delayed} from "./delayed"

const SHOWN_AFTER_MS = 120

// Its element has a name of its own: a page's selectors do not meet it.
function build(document) {
  const bar = document.createElement("phx-progress")
  bar.className = "phx-progress"
  bar.setAttribute("aria-hidden", "true")
  document.body.append(bar)
  return bar
}

export function watchLoading(window) {
  let bar = null
  const setState = (state) => {
    bar ??= build(window.document)
    bar.dataset.state = state
  }
  const shown = delayed(SHOWN_AFTER_MS, () => setState("loading"))

  // Errors have a notice of their own, and no end that a bar could run towards.
  window.addEventListener("phx:page-loading-start", ({detail}) => detail.kind === "error" || shown.start())
  window.addEventListener("phx:page-loading-stop", () => {
    shown.cancel()
    if (bar) setState("done")
  })
}
