// `window.DjangoPhoenix`: where a site's own scripts meet ours, whichever of them runs first.
//
//   hooks    name -> hook object, for phx-hook. May be filled before or after this script has run.
//   params   object, or function of the view's element: sent with every join, read by the server as connect params.
//   socket   function of a path and options: the official Socket for channels of your own. There once this script has run.
//   options  further LiveSocket options (dom, metadata, uploaders, …). Must be set before this script runs.

export function createRegistry(window) {
  const registry = (window.DjangoPhoenix ??= {})
  registry.hooks ??= {}
  registry.params ??= {}
  registry.options ??= {}
  return registry
}
