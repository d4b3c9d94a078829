// What the visitor draws with: a tool, an ink, a size; chosen by click or key and remembered.
import {storage} from "../pages/storage.js";

const local = storage("localStorage");
const KEYS = {p: ["tool", "pen"], m: ["tool", "marker"], e: ["tool", "eraser"]};

export class Toolbox {
  constructor(page) {
    this.page = page;
    this.buttons = [...page.querySelectorAll("[data-choose]")];
    this.chosen = {tool: "pen", ink: 0, size: 1};
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(button.dataset.choose, button.dataset.value));
    }
    try {
      Object.entries(JSON.parse(local.getItem("board-tools") ?? "{}")).forEach(([what, value]) => this.choose(what, value));
    } catch { /* not written by us */ }
    this.show();
  }

  choose(what, value) {
    const button = this.buttons.find(({dataset}) => dataset.choose === what && dataset.value === String(value));
    if (!button) return;
    this.chosen[what] = what === "tool" ? value : Number(value);
    if (what === "ink" && this.chosen.tool === "eraser") this.chosen.tool = "pen";
    local.setItem("board-tools", JSON.stringify(this.chosen));
    this.show();
  }

  key(key) {
    if (key in KEYS) this.choose(...KEYS[key]);
    else if (key === "[" || key === "]") this.choose("size", this.chosen.size + (key === "]" ? 1 : -1));
    else if (key >= "1" && key <= "8") this.choose("ink", Number(key) - 1);
  }

  show() {
    for (const button of this.buttons) {
      const {choose, value} = button.dataset;
      button.setAttribute("aria-pressed", String(this.chosen[choose]) === value);
    }
    this.page.dataset.tool = this.chosen.tool;
    this.page.style.setProperty("--chosen-ink", `var(--ink-${this.chosen.ink})`);
  }

  // An ink's colour in this page's light or dark.
  colour(ink) {
    return getComputedStyle(this.buttons.find(({dataset}) => dataset.choose === "ink" && dataset.value === String(ink))).color;
  }
}
