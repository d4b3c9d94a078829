// Says when the server is out of reach, when a view fails, and, to developers, when no socket was ever there.

import {warnAbsent} from "./absent"
import {delayed} from "./delayed"

const LOST_AFTER_MS = 800
const ERROR_AFTER_MS = 1500
const ABSENT_AFTER_FAILURES = 8

function watchSocket(socket, {texts, livePath}, notice) {
  let opened = false
  let failures = 0
  const lost = delayed(LOST_AFTER_MS, () => notice.show({kind: "lost", text: texts.lost}))

  socket.onOpen(() => {
    opened = true
    lost.cancel()
    notice.hide("lost")
    notice.hide("absent")
  })
  socket.onClose((event) => {
    // Code 1000 is an end that someone asked for: the page goes away or the client reloads it.
    if (opened) return event?.code === 1000 || lost.start()
    failures += 1
    if (failures !== ABSENT_AFTER_FAILURES) return
    warnAbsent(livePath)
    notice.show({kind: "absent", text: texts.absent})
  })
}

function watchErrors(window, {texts}, notice) {
  const error = delayed(ERROR_AFTER_MS, () => notice.show({kind: "error", text: texts.error}))

  window.addEventListener("phx:page-loading-start", ({detail}) => {
    if (detail.errorKind === "server") error.start()
  })
  window.addEventListener("phx:page-loading-stop", () => {
    error.cancel()
    notice.hide("error")
  })
}

export function watchConnection(window, socket, config, notice) {
  watchSocket(socket, config, notice)
  watchErrors(window, config, notice)
}
