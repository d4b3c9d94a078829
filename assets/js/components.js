// What components of django-components need that appear in a later diff: their styles, their scripts, and the
// call of their `$onComponent`. The server says it by the event `djc:load`, dispatched after the patch.
//
// Everything goes through the public functions of django-components' own script, which is loaded when first
// needed. A component is called once: the client keeps an element through patches and rejoins, and so do we.

const EVENT = "phx:djc:load"

// Class ids and ids of the components that an element has been given to.
const called = new WeakMap()

const elementsOf = (document, id) => [...document.querySelectorAll(`[data-djc-id-${id}]`)]

function markCalled(element, classId, id) {
  const calls = called.get(element) ?? new Map()
  called.set(element, calls.set(classId, id))
}

// After a join all components are news to the server: what has been called for an element stays as it is.
function isCalled(element, classId, id, isJoin) {
  const known = called.get(element)?.get(classId)
  return isJoin ? known !== undefined : known === id
}

// Those of the first response were called by django-components itself: it reads them from the page.
function noteFirstCalls(document) {
  for (const script of document.querySelectorAll("script[data-djc]")) {
    for (const [classId, id] of JSON.parse(script.text).componentJsCalls ?? []) {
      for (const element of elementsOf(document, atob(id))) markCalled(element, atob(classId), atob(id))
    }
  }
}

function insert(document, {tag, attrs, content}) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : value)
  }
  if (content) element.textContent = content
  return element
}

function loaded(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve)
    element.addEventListener("error", () => reject(new Error(`django_phoenix: ${element.src} could not be loaded.`)))
  })
}

function createLoader(window) {
  const {document} = window
  const scripts = new Map()
  let manager = null

  function findManager(tag) {
    if (window.DjangoComponents) return Promise.resolve()
    if (!manager) {
      const script = insert(document, tag)
      manager = loaded(script)
      document.head.append(script)
    }
    return manager
  }

  // django-components takes a script for loaded as soon as it has been inserted: who comes second waits here.
  function loadScript(tag) {
    const key = tag.attrs.src ?? tag.content
    if (!scripts.has(key)) scripts.set(key, startScript(tag))
    return scripts.get(key)
  }

  function startScript(tag) {
    if (!tag.attrs.src) return document.head.append(insert(document, tag))
    const {el, promise} = window.DjangoComponents.manager.loadJs(tag)
    return el.isConnected ? Promise.race([promise, loaded(el)]) : promise
  }

  function loadStyle(tag) {
    if (tag.tag === "link") return window.DjangoComponents.manager.loadCss(tag)
    const key = `style ${tag.content}`
    if (!scripts.has(key)) scripts.set(key, document.head.append(insert(document, tag)))
  }

  // Its own queue stops for good at a component that is gone: ask only for those that are there.
  function call([classId, id, data], isJoin) {
    const elements = elementsOf(document, id)
    if (elements.every((element) => isCalled(element, classId, id, isJoin))) return
    for (const element of elements) markCalled(element, classId, id)
    window.DjangoComponents.manager.callComponent(classId, id, data)?.catch?.(() => {})
  }

  return async ({manager: tag, css = [], js = [], calls = [], join = false}) => {
    await findManager(tag)
    css.forEach(loadStyle)
    await Promise.all(js.map(loadScript))
    for (const each of calls) call(each, join)
  }
}

export function watchComponents(window) {
  const load = createLoader(window)
  noteFirstCalls(window.document)
  window.addEventListener(EVENT, ({detail}) => { load(detail).catch((error) => console.error(error)) })
}
