// npm `@supabase/realtime-js`, by what it documents: channels of `realtime:` topics, send, on, track.

export class Adapter {
  constructor(library, notify, {vsn} = {}){
    this.RealtimeClient = library.RealtimeClient;
    this.notify = notify;
    this.vsn = vsn;
    this.channels = new Map();
  }

  connect(url, params){
    const client = this.client = new this.RealtimeClient(url, {vsn: this.vsn, params: {apikey: "none", ...params}});
    client.connect();
    // There is no event for it.
    return new Promise(resolve => {
      const look = () => client.isConnected() ? resolve() : setTimeout(look, 5);
      look();
    });
  }

  join(topic, name){
    const config = {broadcast: {ack: true}, presence: {key: name}};
    const channel = this.client.channel(topic.replace(/^realtime:/, ""), {config});
    this.channels.set(topic, channel);
    const tell = (kind, facts) => this.notify({kind, topic, ...facts});
    channel.on("broadcast", {event: "*"}, ({event, payload}) => tell("event", {event, payload}));
    channel.on("presence", {event: "sync"}, () => tell("presence", {keys: Object.keys(channel.presenceState()).sort()}));
    return new Promise(resolve => {
      channel.subscribe((status, error) => {
        if(status === "SUBSCRIBED"){
          channel.track({});
          tell("joined");
          resolve({status: "ok"});
        } else if(status === "CHANNEL_ERROR"){
          tell("errored");
          resolve({status: "error", response: {reason: error.message}});
        } else if(status === "CLOSED"){
          tell("closed");
        }
      });
    });
  }

  send(topic, event, payload){
    this.channels.get(topic).send({type: "broadcast", event, payload});
  }

  async push(topic, event, payload){
    return {status: await this.channels.get(topic).send({type: "broadcast", event, payload})};
  }

  async leave(topic){
    return {status: await this.client.removeChannel(this.channels.get(topic))};
  }

  disconnect(){
    return this.client.disconnect();
  }
}
