// Read anew at every connect: the masked token in the page's head is what Django gave this very page.

export function csrfToken(document) {
  return document.querySelector("meta[name='csrf-token']")?.content ?? ""
}
