// When a portal goes, the client removes what it held, but takes leave of a child view only if the portal shows
// nothing else. A view that has been left behind so would keep its place, and could not be shown again.

const childrenOf = (root) => Object.values(root.children ?? {}).flatMap((views) => Object.values(views))

function leaveLost(liveSocket) {
  for (const root of Object.values(liveSocket.roots)) {
    for (const view of childrenOf(root)) {
      if (!view.el.isConnected && !view.isJoinPending()) view.destroy()
    }
  }
}

// The client's `dom` option, with this at the end of each patch.
export function withLostChildren(dom, liveSocket) {
  return {
    ...dom,
    onPatchEnd(container) {
      leaveLost(liveSocket())
      dom?.onPatchEnd?.(container)
    },
  }
}
