// `DjangoPhoenix.socket(path, options)`: the official Socket for a page's own channels, told what this page knows.
// Its token makes session and user known; it turns to long-polling as live pages do, and is made where cookies are blocked.

import {Socket} from "phoenix"

import {csrfToken} from "./csrf"
import {keepWebSocket} from "./keep_websocket"
import {reconnectAfterMs} from "./reconnect"

function withToken(params) {
  return () => ({_csrf_token: csrfToken(document), ...(typeof params === "function" ? params() : params)})
}

export function createSocketMaker(config, store) {
  return (path, options = {}) => {
    const socket = new Socket(path, {
      sessionStorage: store.storage,
      longPollFallbackMs: config.longPollFallbackMs,
      reconnectAfterMs,
      ...options,
      params: withToken(options.params),
    })
    keepWebSocket(socket)
    return socket
  }
}
