// Which views have joined. Until then the client drops what is sent, and its first patch puts back what the page came
// with. Later joins it takes care of itself.

const VIEW = "[data-phx-session]"

export class FirstJoins {
  #joined = new WeakSet()

  // The view in the answer to a form that was sent by HTTP; its mark does not outlive the join.
  constructor(document) {
    this.posted = document.querySelector("[data-phx-posted]")
  }

  viewOf(element) {
    return element.closest?.(VIEW) ?? null
  }

  isAwaited(view) {
    return view !== null && view.matches(VIEW) && !this.#joined.has(view)
  }

  happened(view) {
    this.#joined.add(view)
  }
}

// An element that a patch has made anew is known by its id.
export function present(element) {
  return element.isConnected ? element : element.id ? element.ownerDocument.getElementById(element.id) : null
}
