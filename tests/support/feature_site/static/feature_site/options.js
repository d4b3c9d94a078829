// A site's own script, before the page script: everything that the client takes.
window.DjangoPhoenix = {
  hooks: {Plain: {mounted() { this.el.textContent = "mounted" }}},
  params: (element) => ({zone: `${element.tagName} Europe/Oslo`}),
  options: {
    metadata: {click: (event) => ({shift: event.shiftKey, detail: event.detail})},
    dom: {
      // What a script of the page has set there survives the server's patches.
      onBeforeElUpdated(from, to) { if (from.dataset.open) to.dataset.open = from.dataset.open },
    },
  },
}
