// Light or dark, before the first paint: the visitor's choice, else the system's.
(() => {
  const root = document.documentElement;
  const chosen = read();
  if (chosen) root.dataset.theme = chosen;

  // On the document, since a live page may bring its button anew.
  document.addEventListener("click", ({target}) => {
    if (!target.closest?.("#theme")) return;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    write(root.dataset.theme);
  });

  // With cookies blocked, storage throws: then the choice lasts as long as the page.
  function read() {
    try { return localStorage.getItem("theme"); } catch { return null; }
  }

  function write(theme) {
    try { localStorage.setItem("theme", theme); } catch { /* see above */ }
  }
})();
