// npm `phoenix`, as the script calls it: in Node and in a browser.

const INTERNAL = /^(phx_|chan_reply_|presence_)/;

export class Adapter {
  // `transport`: "WebSocket" or "LongPoll", where the client is not to choose for itself.
  constructor(library, notify, {transport} = {}){
    this.library = library;
    this.notify = notify;
    const transports = {WebSocket: globalThis.WebSocket, LongPoll: library.LongPoll};
    this.options = transport ? {transport: transports[transport]} : {};
    this.channels = new Map();
  }

  connect(url, params){
    const socket = this.socket = new this.library.Socket(url, {params, ...this.options});
    return new Promise(resolve => {
      socket.onOpen(() => {
        this.notify({kind: "open"});
        resolve();
      });
      socket.onClose(event => this.notify({kind: "close", code: event?.code}));
      socket.connect();
    });
  }

  join(topic, name){
    const channel = this.socket.channel(topic, {name});
    this.channels.set(topic, channel);
    const tell = (kind, facts) => this.notify({kind, topic, ...facts});
    channel.onMessage = (event, payload) => {
      if(!INTERNAL.test(event)){ tell("event", {event, payload}); }
      return payload;
    };
    channel.onError(() => tell("errored"));
    channel.onClose(() => tell("closed"));
    const presence = new this.library.Presence(channel);
    presence.onSync(() => tell("presence", {keys: presence.list(key => key).sort()}));
    return new Promise(resolve => {
      const push = channel.join();
      push.receive("ok", response => {
        tell("joined");
        resolve({status: "ok", response});
      });
      push.receive("error", response => resolve({status: "error", response}));
      push.receive("timeout", () => resolve({status: "timeout"}));
    });
  }

  send(topic, event, payload){
    this.channels.get(topic).push(event, payload);
  }

  push(topic, event, payload){
    return answer(this.channels.get(topic).push(event, payload));
  }

  leave(topic){
    return answer(this.channels.get(topic).leave());
  }

  disconnect(){
    return new Promise(resolve => this.socket.disconnect(resolve));
  }
}

function answer(push){
  return new Promise(resolve => {
    for(const status of ["ok", "error", "timeout"]){
      push.receive(status, response => resolve({status, response}));
    }
  });
}
