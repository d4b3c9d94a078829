// An upload's input says which file was chosen. A patch would empty it, as no HTML can say the same: unless it
// has the focus, as far as the client is concerned; and unless its files are gone, as far as we are.

function keepFile(from, to) {
  // The client also tells of an element that is about to take over what it missed: then the two are one.
  if (from !== to && from.type === "file" && from.files.length && to.getAttribute("data-phx-active-refs")) {
    Object.defineProperty(to, "value", {value: from.value, configurable: true})
  }
}

// The client's `dom` option, with this before each element is updated.
export function withKeptFiles(dom) {
  return {
    ...dom,
    onBeforeElUpdated(from, to) {
      keepFile(from, to)
      return dom?.onBeforeElUpdated?.(from, to)
    },
  }
}
