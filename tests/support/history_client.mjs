// The official client with the documentation's way to keep its place: tells on stdout what it is told.
//
// node history_client.mjs <phoenix.mjs> <module with joinWithHistory> <ws url> <topic>

const [phoenix, page, url, topic] = process.argv.slice(2)
const {Socket} = await import(phoenix)
const {joinWithHistory} = await import(page)
const say = line => process.stdout.write(`${JSON.stringify(line)}\n`)

const socket = new Socket(url)
socket.onOpen(() => say({socket: "open"}))
socket.onClose(() => say({socket: "closed"}))
const channel = joinWithHistory(socket, topic, {onGap: () => say({gap: true})})
channel.on("shout", ({body}) => say({body}))
channel.joinPush.receive("ok", ({pid, phx_history}) => say({joined: pid, told: phx_history}))
socket.connect()
