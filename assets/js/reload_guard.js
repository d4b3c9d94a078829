// The client answers a join refused as `stale` or `unauthorized` by loading the page anew, to get fresh tokens.
// Where fresh tokens do not help (cookies blocked, a proxy that changes the URL) it would do so for ever.
// So the second refusal of one page in a row stops the client and tells the visitor. Likewise views that lead to one
// another without end: the browser counts redirects of its own, but none of those that a join is answered with.
//
// A logout closes the connection before its own answer is there: who is on the way to another page stays on it.

import {whenReady} from "./ready"

const REASONS = ["stale", "unauthorized"]
const SETTLED_AFTER_MS = 2000
// An ordinary page may hold live views, and no main one.
const VIEW = "[data-phx-session]"
const MAIN = "[data-phx-main]"
const REDIRECTS = 10
const REDIRECTED = "django_phoenix:redirected"
// How long another page may take to come; then what was asked for was none, but a download.
const LEAVING_MS = 10000
// Nobody clicks in a loop: what a visitor does begins the count anew.
const DEEDS = ["click", "submit", "popstate"]

function isLiveJoinReply({event, topic, ref, join_ref}) {
  return event === "phx_reply" && topic.startsWith("lv:") && ref === join_ref
}

const isRedirect = (response) => Boolean(response?.redirect ?? response?.live_redirect)

function isCounted(response) {
  return REASONS.includes(response?.reason) || isRedirect(response)
}

function keyOf(path) {
  return `django_phoenix:refused:${path}`
}

export function createReloadGuard({storage, lasting}, texts, notice) {
  let liveSocket = null
  let settling = null
  let leftAt = -Infinity

  // During a live navigation the page that will be loaded is the target, not what the address bar shows.
  const path = () => new URL(liveSocket.main?.href ?? location.href, location.href).pathname
  const forgetRefusal = () => storage.removeItem(keyOf(path()))

  function forget() {
    forgetRefusal()
    storage.removeItem(REDIRECTED)
  }

  function reload() {
    forget()
    location.reload()
  }

  function stop() {
    liveSocket.disconnect()
    // Chromium says `cookieEnabled` even where a setting blocks them; the storage it then denies tells the truth.
    const text = navigator.cookieEnabled && lasting ? texts.stale : texts.cookies
    notice.show({kind: "stale", text, action: {text: texts.reload, run: reload}, final: true})
  }

  function count(key) {
    const before = Number(storage.getItem(key) ?? 0)
    storage.setItem(key, before + 1)
    return before
  }

  // Without a storage that outlives the page nothing can be counted, and a reload would not help either.
  const refusedAgain = () => count(keyOf(path())) > 0 || !lasting

  const isMain = (topic) => topic === `lv:${liveSocket.main?.id}`

  // What a live navigation leads to was not loaded yet: to load it once is the way there, as a redirect is.
  const isOnTheWay = (topic, response) => isRedirect(response) || (isMain(topic) && liveSocket.main.redirect)

  function goesTooFar(topic, response) {
    return isOnTheWay(topic, response) ? count(REDIRECTED) >= REDIRECTS : refusedAgain()
  }

  const isLeaving = () => performance.now() - leftAt < LEAVING_MS

  function acted({isTrusted}) {
    if (!isTrusted) return
    storage.removeItem(REDIRECTED)
    leftAt = -Infinity
  }

  function joined(topic) {
    if (isMain(topic) || !document.querySelector(MAIN)) settling = setTimeout(forget, SETTLED_AFTER_MS)
  }

  function refused() {
    clearTimeout(settling)
    settling = null
  }

  return {
    // False: the client must not see this message.
    admits(message) {
      if (!isLiveJoinReply(message)) return true
      const {status, response} = message.payload
      if (status === "ok") {
        joined(message.topic)
        return true
      }
      if (!isCounted(response)) return true
      // The client tries again when it has waited for the answer.
      if (isLeaving() && !liveSocket.main?.redirect) return false
      refused()
      if (!goesTooFar(message.topic, response)) return true
      stop()
      return false
    },

    watch(socket) {
      liveSocket = socket
      whenReady(window, () => document.querySelector(VIEW) || forget())
      for (const deed of DEEDS) window.addEventListener(deed, acted, true)
      window.addEventListener("beforeunload", () => (leftAt = performance.now()))
      // A visitor goes sooner than the page has settled, but it was brought to life.
      window.addEventListener("pagehide", () => settling && forgetRefusal())
    },
  }
}
