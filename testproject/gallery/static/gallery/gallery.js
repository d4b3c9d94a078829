// The copy button: its command dispatches gallery:copy on the code.

addEventListener("gallery:copy", async ({target, detail}) => {
  const button = detail.dispatcher;
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(target.innerText);
    button.textContent = "Copied";
  } catch {
    // Not allowed, or no secure page: then the visitor copies what is marked.
    getSelection().selectAllChildren(target);
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { button.textContent = said; }, 1600);
});
