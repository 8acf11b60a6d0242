// What every page has: its data, its theme, its keys.
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);

// Text of the project becomes text nodes and nothing else.
function make(tag, kind, ...children) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.append(...children);
  return element;
}
function codes(text) {
  return text.split(/`([^`]+)`/).map((part, number) => (number % 2 ? make("code", "", part) : part));
}

// Theme
const THEMES = ["auto", "light", "dark"];
let theme = "auto";
function remember(value) {
  try {
    if (value === undefined) return localStorage.getItem("archlint-theme");
    localStorage.setItem("archlint-theme", value);
  } catch { /* a page from a file may have no storage */ }
  return null;
}
function paint(name) {
  theme = THEMES.includes(name) ? name : "auto";
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").textContent = `Theme: ${theme}`;
}
function nextTheme() {
  paint(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]);
  remember(theme);
}
byId("theme").hidden = byId("help").hidden = false;
byId("theme").addEventListener("click", nextTheme);
paint(remember());

const keys = byId("keys");
byId("help").addEventListener("click", () => keys.showModal());
byId("close").addEventListener("click", () => keys.close());
