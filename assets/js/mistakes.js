// With DEBUG the server says which event it could not take, and why: in the console, for whoever writes the page.

export function watchMistakes(window) {
  window.addEventListener("phx:dev:mistake", ({detail}) => console.warn(`django_phoenix: ${detail.text}`))
}
