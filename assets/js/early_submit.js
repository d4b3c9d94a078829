// A form that is sent before its view has joined is sent when it has. One with an upload, of whose change the server
// has not answered yet, waits for the answer: the client would send it without the files just chosen.

import {present} from "./first_joins"

const WAITING = "phx-submit-loading"
const TELLING = "phx-change-loading"

const tellsOfFiles = (form) =>
  form.classList.contains(TELLING) && [...form.elements].some((each) => each.hasAttribute("data-phx-upload-ref"))

export class EarlySubmit {
  #held = null

  constructor(window, joins, binding) {
    this.joins = joins
    this.binding = binding
    window.addEventListener("submit", (event) => this.#consider(event), true)
  }

  #isEarly(form) {
    return this.joins.isAwaited(this.joins.viewOf(form)) || tellsOfFiles(form)
  }

  #consider(event) {
    const {target: form, submitter} = event
    if (!form.hasAttribute(this.binding("submit")) || !this.#isEarly(form)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.#held = {form, submitter}
    form.classList.add(WAITING)
    this.release()
  }

  release() {
    const form = this.#held && present(this.#held.form)
    if (!form || this.joins.isAwaited(this.joins.viewOf(form))) return
    if (tellsOfFiles(form)) return this.#releaseWhenTold(form)
    const {submitter} = this.#held
    this.#held = null
    form.classList.remove(WAITING)
    form.requestSubmit(submitter?.isConnected ? submitter : null)
  }

  #releaseWhenTold(form) {
    const observer = new MutationObserver(() => {
      if (tellsOfFiles(form)) return
      observer.disconnect()
      this.release()
    })
    observer.observe(form, {attributeFilter: ["class"]})
  }
}
