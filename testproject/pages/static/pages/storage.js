// Where cookies are blocked, merely naming the browser's storage throws: then memory has to do.

export function storage(name) {
  try {
    return window[name];
  } catch {
    const items = new Map();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => items.set(key, value),
      removeItem: (key) => items.delete(key),
    };
  }
}
