// The one script of a page: the official clients, unmodified, and the little that a Django page adds to them.

import * as Phoenix from "phoenix"

import {createSocketMaker} from "./channel_socket"
import {watchComponents} from "./components"
import {readConfig} from "./config"
import {watchConnection} from "./connection"
import {watchCrashes} from "./crash"
import {keepWebSocket} from "./keep_websocket"
import {watchLinks} from "./links"
import {createLiveSocket} from "./live_socket"
import {keepSubmitters} from "./lost_submitters"
import {watchMistakes} from "./mistakes"
import {createNotice} from "./notice"
import {watchLoading} from "./progress"
import {whenReady} from "./ready"
import {createRegistry} from "./registry"
import {createReloadGuard} from "./reload_guard"
import {findStore} from "./storage"
import {watchWindowFocus} from "./window_focus"

const config = readConfig(document)
const store = findStore(window, "sessionStorage")
const registry = createRegistry(window)
const notice = createNotice(document)
const guard = createReloadGuard(store, config.texts, notice)
const liveSocket = createLiveSocket(config, registry, store, guard)

registry.liveSocket = liveSocket
registry.socket = createSocketMaker(config, store)
window.liveSocket = liveSocket
window.Phoenix = Phoenix

watchLoading(window)
watchLinks(window)
watchComponents(window)
watchMistakes(window)
watchWindowFocus(window)
keepSubmitters(window)
keepWebSocket(liveSocket.getSocket())
watchConnection(window, liveSocket.getSocket(), config, notice)
watchCrashes(document, liveSocket.getSocket())
guard.watch(liveSocket)
whenReady(window, () => liveSocket.connect())
