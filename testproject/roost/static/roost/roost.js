// Small things that the browser does by itself.

// What was sent from a one-line form has been taken: room for the next.
addEventListener("phx:composer:clear", ({detail}) => {
  const form = document.getElementById(detail.id);
  for (const field of form?.querySelectorAll("input:not([type=hidden]), textarea") ?? []) field.value = "";
});

// Enter sends a comment, Shift and Enter begins a new line.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (!event.target.matches?.("[data-submit-by-enter]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
