// With cookies blocked, merely reading `window.sessionStorage` throws. The clients take any object of its shape.

class MemoryStorage {
  items = new Map()
  getItem(key) { return this.items.get(key) ?? null }
  setItem(key, value) { this.items.set(key, String(value)) }
  removeItem(key) { this.items.delete(key) }
}

export function findStore(window, name) {
  try {
    const storage = window[name]
    storage.getItem("django_phoenix")
    return {storage, lasting: true}
  } catch {
    return {storage: new MemoryStorage(), lasting: false}
  }
}
