// Starts something after a while, unless it was called off before. What lasts only a moment is not worth saying.

export function delayed(ms, run) {
  let timer = null
  return {
    start() { timer ??= setTimeout(run, ms) },
    cancel() {
      clearTimeout(timer)
      timer = null
    },
  }
}
