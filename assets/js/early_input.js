// What was typed, ticked or chosen before a view had joined stays, and the server learns of it.

import {isAsItCame, isSame, putState, stateOf} from "./control_state"
import {present} from "./first_joins"

const CONTROLS = "input:not([type=hidden]), textarea, select"

// On a reload some browsers fill in what stood there before, whatever the server says by now: nobody typed that here.
const isNewPage = (window) => window.performance.getEntriesByType("navigation")[0]?.type === "navigate"

const namesakes = (controls, {name, type}) => controls.filter((each) => each.name === name && each.type === type)

export class EarlyInput {
  #touched = new WeakSet()
  #kept = []

  constructor(window, joins, binding) {
    this.window = window
    this.joins = joins
    this.binding = binding
    for (const type of ["input", "change"]) window.addEventListener(type, (event) => this.#touch(event.target), true)
  }

  #touch(control) {
    if (this.joins.isAwaited(this.joins.viewOf(control))) this.#touched.add(control)
  }

  // Of a box with a click of its own the server says whether it is ticked.
  #isField(control) {
    return (control.form || control.hasAttribute(this.binding("change"))) && !control.hasAttribute(this.binding("click"))
  }

  #isTheirs(control) {
    return (this.#touched.has(control) || isNewPage(this.window)) && !isAsItCame(control)
  }

  #fieldsOf(view) {
    const isIts = (control) => this.joins.viewOf(control) === view && this.#isField(control)
    return [...view.querySelectorAll(CONTROLS)].filter(isIts)
  }

  keep(view) {
    const fields = this.#fieldsOf(view)
    const kept = view === this.joins.posted ? fields : fields.filter((control) => this.#isTheirs(control))
    this.#kept = kept.map((control) => ({
      control,
      state: stateOf(control),
      nth: namesakes(fields, control).indexOf(control),
    }))
  }

  // Returns the controls of which the server is to learn.
  putBack(view) {
    const fields = this.#fieldsOf(view)
    // An upload's input has another id in each mount.
    const found = this.#kept.map((each) => ({...each, control: present(each.control) ?? namesakes(fields, each.control)[each.nth]}))
    this.#kept = []
    const here = found.filter(({control}) => control)
    if (view === this.joins.posted) return this.#putBackPosted(here)
    for (const {control, state} of here) putState(control, state)
    return this.#speakers(here.map(({control}) => control))
  }

  // The form that was sent is the one that the mount has emptied. All of it is told, as all of it was sent.
  #putBackPosted(kept) {
    const emptied = kept.filter(({control, state}) => !isSame(stateOf(control), state))
    const forms = new Set(emptied.map(({control}) => control.form))
    for (const {control, state} of emptied) putState(control, state)
    return kept.map(({control}) => control).filter(({form}) => forms.has(form))
  }

  // One for each form, and each file. Not the focused one if there is another: its change may be told only when it
  // loses the focus, which the others have lost.
  #speakers(controls) {
    const change = this.binding("change")
    const speakers = new Map()
    for (const control of controls.sort((a, b) => this.#hasFocus(b) - this.#hasFocus(a))) {
      const isAlone = control.type === "file" || control.hasAttribute(change)
      speakers.set(isAlone ? control : control.form, control)
    }
    return [...speakers.values()]
  }

  tell(controls) {
    for (const control of controls) {
      control.dispatchEvent(new Event("input", {bubbles: true}))
      if (!this.#hasFocus(control)) control.dispatchEvent(new Event("blur"))
    }
  }

  #hasFocus(control) {
    return control === this.window.document.activeElement
  }
}
