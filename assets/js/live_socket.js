// Start-up: one LiveSocket for the page. It connects only when the page holds a live view.

import {Serializer, Socket} from "phoenix"
import {LiveSocket} from "phoenix_live_view"

import {csrfToken} from "./csrf"
import {withEarly} from "./early"
import {withKeptFiles} from "./kept_files"
import {withLostChildren} from "./lost_children"
import {reconnectAfterMs} from "./reconnect"
import {findStore} from "./storage"

// Asked for each view's element, and without one when the socket itself connects: then a page's function is not.
function joinParams(registry) {
  return (element) => {
    const {params} = registry
    const own = typeof params === "function" ? element && params(element) : params
    return {...own, _csrf_token: csrfToken(document)}
  }
}

// The one place where a message can be seen before the client acts on it.
function guardedDecode(guard) {
  return (raw, callback) => Serializer.decode(raw, (message) => guard.admits(message) && callback(message))
}

export function createLiveSocket(config, registry, store, guard) {
  const dom = withKeptFiles(withLostChildren(registry.options.dom, () => liveSocket))
  const liveSocket = new LiveSocket(config.livePath, Socket, {
    sessionStorage: store.storage,
    localStorage: findStore(window, "localStorage").storage,
    longPollFallbackMs: config.longPollFallbackMs,
    reconnectAfterMs,
    ...registry.options,
    hooks: registry.hooks,
    dom: withEarly(dom, window, (name) => liveSocket.binding(name)),
    params: joinParams(registry),
    decode: guardedDecode(guard),
  })
  return liveSocket
}
