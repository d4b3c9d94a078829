// Links that are no mere links, as those of Phoenix: `data-method="post"` sends a form with the page's CSRF token,
// `data-confirm="Really?"` asks first, also before a `phx-click`.

import {csrfToken} from "./csrf"

function field(document, name, value) {
  const input = document.createElement("input")
  input.type = "hidden"
  input.name = name
  input.value = value
  return input
}

// Forms know GET and POST; another method is told as Phoenix and Rails do, for a site that reads it.
function build(document, link, url, method, inNewTab) {
  const form = document.createElement("form")
  form.hidden = true
  form.action = url.href
  form.method = method === "get" ? "get" : "post"
  form.target = inNewTab ? "_blank" : link.getAttribute("target") ?? ""
  if (!["get", "post"].includes(method)) form.append(field(document, "_method", method))
  const isOwn = url.origin === document.location.origin
  if (method !== "get" && isOwn) {
    form.append(field(document, "csrfmiddlewaretoken", link.dataset.csrf ?? csrfToken(document)))
  }
  return form
}

function send(document, link, inNewTab) {
  const url = new URL(link.dataset.to ?? link.href, document.baseURI)
  if (!/^https?:$/.test(url.protocol)) return
  const form = build(document, link, url, link.dataset.method.toLowerCase(), inNewTab)
  document.body.append(form)
  form.submit()
  form.remove()
}

const closest = (event, selector) => event.target.closest?.(selector)

// The client can't patch a view that has not joined: it would load the page where it is, and the click be lost.
function leadsOnlyByHttp(event) {
  const main = event.target.ownerDocument?.querySelector("[data-phx-main]")
  return main && !main.classList.contains("phx-connected") && closest(event, "a[href][data-phx-link=patch]")
}

export function watchLinks(window) {
  const {document} = window

  // Before anything else sees the click.
  window.addEventListener("click", (event) => {
    const asking = closest(event, "[data-confirm]")
    if (!asking || window.confirm(asking.dataset.confirm)) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }, true)

  // So that the browser follows the link.
  window.addEventListener("click", (event) => {
    if (leadsOnlyByHttp(event)) event.stopImmediatePropagation()
  }, true)

  window.addEventListener("click", (event) => {
    const link = closest(event, "a[data-method], [data-method][data-to]")
    if (!link || event.defaultPrevented || event.button > 0) return
    event.preventDefault()
    send(document, link, event.metaKey || event.ctrlKey || event.shiftKey)
  })
}
