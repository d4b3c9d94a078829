// What the page tells the script: attributes of the script's own tag, all optional.

const TEXTS = {
  lost: "Connection lost. Trying to reconnect…",
  absent: "Live updates are not available at the moment.",
  error: "Something went wrong. Trying again…",
  stale: "This page could not be brought to life.",
  cookies: "This page needs cookies, and the browser blocks them here.",
  reload: "Reload",
}

// `currentScript` is null in a module or when another script inserted the tag.
function findTag(document) {
  return document.currentScript || document.querySelector("script[data-live-path]")
}

// data-text-lost="…" replaces the English default, so that the server can translate it.
function readTexts(dataset) {
  const texts = {...TEXTS}
  for (const name of Object.keys(TEXTS)) {
    const given = dataset["text" + name[0].toUpperCase() + name.slice(1)]
    if (given) texts[name] = given
  }
  return texts
}

// How long a WebSocket may take to open, and then to answer, before long-polling takes its place. 0: for ever.
const FALLBACK_AFTER_MS = 2500

export function readConfig(document) {
  const dataset = findTag(document)?.dataset ?? {}
  const livePath = (dataset.livePath || "/live").replace(/\/+$/, "")
  const longPollFallbackMs = Number(dataset.longpollFallbackMs ?? FALLBACK_AFTER_MS)
  return {livePath, longPollFallbackMs, texts: readTexts(dataset)}
}
