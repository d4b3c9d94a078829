// A form whose files were on their way when the connection broke is submitted, as far as the client is concerned,
// once its view goes. By then its button may have been replaced, and where one with a name stands nowhere the client
// throws and the page stays as it is. So it is given a place outside of the page.

export function keepSubmitters(window) {
  const {document} = window
  const submitters = new Set()

  function seeToThem() {
    for (const submitter of submitters) {
      if (submitter.isConnected) continue
      submitters.delete(submitter)
      if (!submitter.parentElement) document.createElement("div").append(submitter)
    }
  }

  window.addEventListener("submit", ({submitter}) => submitter && submitters.add(submitter), true)
  window.addEventListener("phx:update", seeToThem)
}
