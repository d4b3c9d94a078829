// The client's `dom` option, so that nothing is lost of what a user does before a view's first join.

import {EarlyInput} from "./early_input"
import {EarlySubmit} from "./early_submit"
import {FirstJoins} from "./first_joins"

export function withEarly(dom, window, binding) {
  const joins = new FirstJoins(window.document)
  const input = new EarlyInput(window, joins, binding)
  const submit = new EarlySubmit(window, joins, binding)
  return {
    ...dom,
    onPatchStart(container) {
      if (joins.isAwaited(container)) input.keep(container)
      dom?.onPatchStart?.(container)
    },
    onPatchEnd(container) {
      dom?.onPatchEnd?.(container)
      if (!joins.isAwaited(container)) return
      joins.happened(container)
      const controls = input.putBack(container)
      // The client is still at work on the join.
      queueMicrotask(() => {
        input.tell(controls)
        submit.release()
      })
    },
  }
}
