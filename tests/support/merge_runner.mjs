// Merges LiveView diffs with the official client's own code, one case a line.
//
// in   {"initial": diff, "diffs": [diff, …]}
// out  {"html": […], "client": […], "stale": […]}   or   {"error": text}
//
// `html`    the complete HTML after the first render and after each diff, without what the client adds.
// `client`  what the real renderer hands to the DOM patcher: HTML with data-phx-id and data-phx-skip; a list of
//           {cid, html} for a diff of components only; null when a diff renders nothing.
// `stale`   subtrees that the client would have skipped although their HTML is not what it rendered last.
import { createInterface } from "node:readline";

import Rendered from "live_view_source/rendered.js";
import { RenderingBuffer } from "live_view_source/rendered/buffer.ts";

globalThis.window = globalThis; // the client asks it for structuredClone

const VIEW_ID = "phx-V1";
const MAGIC_ID = "data-phx-id";

// The renderer walks a skipped root like any other and only then empties it, so a buffer that does not
// rewrite roots gets the full HTML.
const fullBuffer = (stale, watch) => {
  const rendered = new Map();
  return class extends RenderingBuffer {
    constructor(preMerge, cid) {
      super(preMerge, cid);
      this.roots = [];
      this.watched = !watch.cids || watch.cids.includes(cid) || watch.inside.at(-1);
      watch.inside.push(this.watched);
    }
    toString() {
      watch.inside.pop();
      return super.toString();
    }
    beginRoot() {
      this.roots.push(this.html.length);
    }
    endRoot(attrs, skip) {
      const root = this.html.slice(this.roots.pop());
      const id = attrs[MAGIC_ID];
      if (this.watched && skip && rendered.get(id) !== root) {
        stale.push({ id, shown: rendered.get(id) ?? null, now: root });
      }
      rendered.set(id, root);
    }
  };
};

const isEmpty = (object) => Object.keys(object).length === 0;

const clientRender = (tree, diff) => {
  if (isEmpty(diff)) {
    return null;
  }
  const cids = tree.componentCIDs(diff);
  const componentsOnly = tree.isComponentOnlyDiff(diff);
  tree.mergeDiff(diff);
  return componentsOnly
    ? cids.map((cid) => ({ cid, html: tree.componentToString(cid).buffer }))
    : tree.toString(cids).buffer;
};

const mergeCase = ({ initial, diffs }) => {
  const stale = [];
  const watch = { cids: null, inside: [] };
  const first = () => Rendered.extract(structuredClone(initial)).diff;
  const bufferClass = fullBuffer(stale, watch);
  const full = new Rendered(VIEW_ID, first(), () => bufferClass);
  const client = new Rendered(VIEW_ID, first());
  const answer = { html: [full.toString().buffer], client: [client.toString().buffer], stale };
  for (const text of diffs) {
    const { diff } = Rendered.extract(structuredClone(text));
    // Components alone are patched by themselves: what stands around them is not looked at.
    watch.cids = full.isComponentOnlyDiff(diff) ? full.componentCIDs(diff) : null;
    full.mergeDiff(diff);
    answer.html.push(full.toString().buffer);
    answer.client.push(clientRender(client, Rendered.extract(structuredClone(text)).diff));
  }
  return answer;
};

const answerLine = (line) => {
  try {
    return mergeCase(JSON.parse(line));
  } catch (error) {
    return { error: String(error?.stack ?? error) };
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answerLine(line)) + "\n");
}
