// One room: its channel, who looks at it, its messages, and what this page wants to say there.
import {Presence} from "../django_phoenix/phoenix.mjs";
import {visitors} from "../pages/people.js";
import {leavesAsOther, reason, withHistory} from "../pages/visitor.js";
import {MessageList} from "./messages.js";

const QUIET = 3000; // milliseconds after which somebody is no longer writing

export class Room {
  // `page`: name(), opened(file), changed(room), say(text), restore(text).
  constructor(socket, slug, list, page) {
    Object.assign(this, {slug, page});
    this.me = null;
    this.known = new Set(); // every key that has been this visitor's; without cookies each connection has one
    this.joined = false;
    this.everJoined = false;
    this.looking = false;
    this.unread = 0;
    this.unsent = new Map(); // by uid, until the server has them: so they survive a lost connection
    this.list = new MessageList(list, {isMine: (key) => this.known.has(key), opened: page.opened});
    this.channel = withHistory(socket, `room:${slug}`);
    this.presence = new Presence(this.channel);
    this.presence.onSync(() => page.changed(this));
    this.channel.on("new_msg", (message) => this.heard(message));
    this.channel.onError(() => { this.joined = false; page.changed(this); });
    this.channel.join()
      .receive("ok", (reply) => this.welcome(reply))
      .receive("error", (reply) => page.say(reason(reply)));
  }

  get people() { return visitors(this.presence, () => this.me); }

  welcome({you, now, messages, phx_history: {gap}}) {
    if (leavesAsOther(this.me, you)) return;
    this.me = you;
    this.known.add(you);
    this.backAt = this.everJoined ? new Date(now) : null;
    this.joined = this.everJoined = true;
    this.list.back();
    if (messages) this.fill(messages);
    else if (gap) this.channel.push("latest").receive("ok", ({messages}) => this.fill(messages));
    this.written = false;
    if (this.looking) this.channel.push("enter", {name: this.page.name()});
    for (const uid of this.unsent.keys()) this.send(uid);
    this.page.changed(this);
  }

  fill(messages) {
    for (const message of messages) this.list.add(message, this.isMissed(message), true);
    this.page.changed(this);
  }

  heard(message) {
    if (!this.list.add(message, this.isMissed(message))) return;
    if (!this.looking && !this.known.has(message.author)) this.unread += 1;
    this.page.changed(this);
  }

  // By the server's clock alone.
  isMissed(message) { return this.backAt !== null && new Date(message.at) < this.backAt; }

  // Looking at the room is what makes one a visitor of it.
  look(yes) {
    if (this.looking === yes) return;
    this.looking = yes;
    this.writing(false);
    if (yes) this.unread = 0;
    if (this.joined) this.channel.push(yes ? "enter" : "leave", {name: this.page.name()});
  }

  rename(name) { if (this.looking && this.joined) this.channel.push("enter", {name}); }

  // Saying

  say(body) {
    this.writing(false);
    const uid = newUid();
    this.unsent.set(uid, body);
    this.list.expect({uid, body, author: this.me ?? "", name: this.page.name(), at: new Date()});
    if (this.joined) this.send(uid);
  }

  send(uid) {
    const body = this.unsent.get(uid);
    this.channel.push("new_msg", {uid, body})
      .receive("ok", () => this.unsent.delete(uid))
      .receive("error", (reply) => {
        this.unsent.delete(uid);
        this.list.withdraw(uid);
        this.page.say(reason(reply));
        this.page.restore(body);
      });
  }

  // Writing is part of one's presence: it ends with the connection, too.

  writing(on) {
    clearTimeout(this.quiet);
    if (on) this.quiet = setTimeout(() => this.writing(false), QUIET);
    if (on === this.written || !this.joined) return;
    this.written = on;
    this.channel.push("typing", {on});
  }

  get writers() {
    const names = this.people.filter(({me, metas}) => !me && metas.some(({typing}) => typing)).map(({name}) => name);
    if (names.length === 0) return "";
    if (names.length > 3) return "Several people are writing…";
    const all = names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
    return `${all} ${names.length === 1 ? "is" : "are"} writing…`;
  }
}

export const newUid = () => [...crypto.getRandomValues(new Uint32Array(3))].map((n) => n.toString(36)).join("-");
