// The client turns to long-polling for as long as the page lives whenever a WebSocket does not open: also when the
// server merely restarts. So once one has worked here, the page stays with WebSockets.

import {LongPoll} from "phoenix"

export function keepWebSocket(socket) {
  socket.onOpen(() => {
    if (socket.transport === LongPoll) return
    socket.ping(() => { socket.longPollFallbackMs = null })
  })
}
