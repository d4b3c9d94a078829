// `phx-window-focus` and `phx-window-blur`: the client of these versions passes over events whose target is the
// window itself, which are just these. It takes them when they come from the page's root element.

const NAMES = ["focus", "blur"]

export function watchWindowFocus(window) {
  const {document} = window
  for (const name of NAMES) {
    window.addEventListener(name, ({target}) => {
      if (target !== window || !document.querySelector(`[phx-window-${name}]`)) return
      document.documentElement.dispatchEvent(new FocusEvent(name, {bubbles: true}))
    })
  }
}
