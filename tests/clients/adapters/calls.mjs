// Commands to adapters and what comes back, in words that fit into JSON. One adapter is one socket.

const BINARY = "$binary";

export class Sockets {
  constructor(makeAdapter, tell){
    this.makeAdapter = makeAdapter;
    this.tell = tell;
    this.adapters = new Map();
  }

  // `{socket, command, args}` -> what the adapter answers.
  async call({socket, command, args}){
    if(!this.adapters.has(socket)){
      const notify = notice => this.tell({socket, notice: frozen(notice)});
      this.adapters.set(socket, this.makeAdapter(notify));
    }
    const adapter = this.adapters.get(socket);
    if(command === "disconnect"){ this.adapters.delete(socket); }
    return frozen(await adapter[command](...args.map(thawed)));
  }
}

function frozen(value){
  if(value instanceof ArrayBuffer){ return {[BINARY]: toBase64(value)}; }
  if(Array.isArray(value)){ return value.map(frozen); }
  if(value === null || typeof value !== "object"){ return value; }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, frozen(part)]));
}

function thawed(value){
  if(value === null || typeof value !== "object" || !(BINARY in value)){ return value; }
  return Uint8Array.from(atob(value[BINARY]), letter => letter.charCodeAt(0)).buffer;
}

function toBase64(buffer){
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}
