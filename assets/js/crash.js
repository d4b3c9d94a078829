// With DEBUG the server says why a view has failed: a panel for whoever writes it, until it is closed.

function element(document, name, className, text) {
  const made = document.createElement(name)
  made.className = className
  made.textContent = text
  return made
}

function build(document) {
  const panel = element(document, "section", "phx-crash", "")
  panel.setAttribute("role", "alert")
  const close = element(document, "button", "phx-notice-action", "Close")
  close.type = "button"
  close.addEventListener("click", () => panel.remove())
  panel.append(close)
  return panel
}

function show(document, {error, notes}) {
  document.querySelector(".phx-crash")?.remove()
  const panel = build(document)
  panel.append(element(document, "h2", "phx-crash-error", error))
  for (const note of notes ?? []) panel.append(element(document, "p", "phx-crash-note", note))
  panel.append(element(document, "p", "phx-crash-hint", "The traceback is in the server's log. DEBUG is on."))
  document.body.append(panel)
}

function crashOf({topic, event, payload}) {
  if (!topic.startsWith("lv:")) return null
  return event === "phx_error" ? payload : event === "phx_reply" ? payload.response : null
}

export function watchCrashes(document, socket) {
  socket.onMessage((message) => {
    const crash = crashOf(message)
    if (crash?.error && crash.reason) show(document, crash)
  })
}
