// What an input, a textarea or a select holds: read, put back, and compared with what its HTML says.

export function stateOf(control) {
  if (control.type === "file") return {files: [...control.files]}
  if (["checkbox", "radio"].includes(control.type)) return {checked: control.checked}
  if (control.localName !== "select") return {value: control.value}
  return {chosen: [...control.options].filter((each) => each.selected).map((each) => each.value)}
}

function choose(control, files) {
  const transfer = new DataTransfer()
  for (const file of files) transfer.items.add(file)
  control.files = transfer.files
}

export function putState(control, {chosen, files, ...state}) {
  if (files && !control.files.length) choose(control, files)
  for (const each of chosen ? control.options : []) each.selected = chosen.includes(each.value)
  // Only what differs: setting a value moves the cursor.
  for (const [name, value] of Object.entries(state)) if (control[name] !== value) control[name] = value
}

export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other)

// A reset copy shows what the browser makes of the HTML: of `min`, of options without a mark and the like.
export function isAsItCame(control) {
  if (control.type === "file") return control.files.length === 0
  const form = control.ownerDocument.createElement("form")
  const copy = form.appendChild(control.cloneNode(true))
  form.reset()
  return isSame(stateOf(copy), stateOf(control))
}
