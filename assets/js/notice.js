// One small message at the edge of the page. It stands outside every live container, so no patch touches it; its
// element has a name of its own, so a page's selectors do not meet it.

function build(document) {
  const element = document.createElement("phx-notice")
  element.className = "phx-notice"
  element.setAttribute("role", "status")
  element.setAttribute("popover", "manual")
  element.hidden = true
  document.body.append(element)
  return element
}

function button(document, {text, run}) {
  const element = document.createElement("button")
  element.type = "button"
  element.className = "phx-notice-action"
  element.textContent = text
  element.addEventListener("click", run)
  return element
}

export function createNotice(document) {
  let element = null
  let shown = null

  return {
    // A final notice stays: whatever happens to the connection later says less than it does.
    show(notice) {
      if (shown?.final) return
      element ??= build(document)
      element.dataset.kind = notice.kind
      element.replaceChildren(notice.text)
      if (notice.action) element.append(button(document, notice.action))
      element.hidden = false
      // A popover lies over the dialogs that were opened before it.
      if (shown) element.hidePopover?.()
      element.showPopover?.()
      shown = notice
    },

    hide(kind) {
      if (shown?.kind !== kind || shown.final) return
      element.hidden = true
      element.hidePopover?.()
      shown = null
    },
  }
}
