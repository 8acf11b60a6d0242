const list = byId("list");
const rows = list ? Array.from(list.children) : [];
const found = new Map(rows.map((row, number) => [row, data.findings[number]]));
const weight = new Map(rows.map((row, number) => [row, number]));
const filters = byId("filters");

function prose(text) {
  return text.split(/\n\s*\n/).map((part) => make("p", "", ...codes(part.replace(/\s+/g, " ").trim())));
}
function frame(lines) {
  const pre = make("pre", "frame");
  pre.tabIndex = 0;
  for (const [number, before, marked, after] of lines) {
    const row = make("span", "row", make("span", "number", String(number)), before);
    if (marked) row.append(make("mark", "", marked));
    row.append(after || (before || marked ? "" : " "), "\n");
    pre.append(row);
  }
  return pre;
}
function step(note, number) {
  const label = [number ? `${number}. ` : "", make("span", "place", note.place), " ", make("span", "", ...codes(note.text))];
  if (!note.code.length) return make("li", "", ...label);
  return make("li", "", make("details", "step", make("summary", "", ...label), frame(note.code)));
}
function steps(title, kind, notes) {
  const entries = notes.map((note, number) => step(note, kind === "ol" ? number + 1 : 0));
  return make("div", "", make("h3", "", title), make(kind, "path", ...entries));
}
function part(title, text) {
  return make("div", "", make("h3", "", title), ...prose(text));
}

function body(finding) {
  const rule = data.rules[finding.rule] || { why: "", fix: "", when_not: "" };
  const parts = [];
  if (finding.code) parts.push(frame(finding.code));
  if (finding.flow) parts.push(steps("Path", "ol", finding.flow));
  if (finding.related) parts.push(steps("See also", "ul", finding.related));
  if (finding.accepted) parts.push(part("Does not count", finding.accepted));
  if (rule.why) parts.push(part("Why", rule.why));
  const fix = finding.fix || rule.fix;
  if (fix) parts.push(part("How to fix", fix));
  if (rule.when_not) parts.push(part("When not to", rule.when_not));
  const about = make("a", "", `more on ${finding.rule}`);
  about.href = `#rule-${finding.rule}`;
  const last = make("p", "quiet", finding.symbol ? `in ${finding.symbol} · ` : "", `${finding.confidence} confidence · fingerprint ${finding.fingerprint}`);
  if (byId(`rule-${finding.rule}`)) last.append(" · ", about);
  return make("div", "body", ...parts, last);
}
function unfold(row) {
  if (!row.querySelector(".body")) row.append(body(found.get(row)));
}
rows.forEach((row) => row.addEventListener("toggle", () => row.open && unfold(row)));

// Filters
const haystacks = new Map();
function haystack(row) {
  if (!haystacks.has(row)) {
    const finding = found.get(row);
    haystacks.set(row, `${row.textContent} ${finding.symbol || ""} ${finding.fingerprint}`.toLowerCase());
  }
  return haystacks.get(row);
}
function wanted() {
  const form = new FormData(filters);
  const words = form.get("text").toLowerCase().split(/\s+/).filter(Boolean);
  const severities = new Set(form.getAll("severity"));
  const path = form.get("path").trim().toLowerCase();
  const [rule, owner, state] = [form.get("rule"), form.get("owner"), form.has("state") ? form.get("state") : "new"];
  return (row) => {
    const finding = found.get(row);
    const owners = finding.owners || [];
    return severities.has(finding.severity) && (!rule || finding.rule === rule) && (!state || finding.state === state)
      && (!path || finding.path.toLowerCase().includes(path))
      && (!owner || (owner === "-" ? !owners.length : owners.includes(owner)))
      && words.every((word) => haystack(row).includes(word));
  };
}
function apply() {
  const fits = wanted();
  let number = 0;
  for (const row of rows) {
    const shown = fits(row);
    number += shown;
    if (row.hidden === shown) row.hidden = !shown;
  }
  byId("count").textContent = `${number.toLocaleString("en")} of ${rows.length.toLocaleString("en")} shown`;
  byId("nothing").hidden = number > 0;
}
function order() {
  const byFile = filters.elements.order.value === "file";
  const compare = (a, b) => {
    const [left, right] = [found.get(a), found.get(b)];
    if (!byFile || left.path === right.path) return byFile ? left.line - right.line : weight.get(a) - weight.get(b);
    return left.path < right.path ? -1 : 1;
  };
  rows.sort(compare);
  list.replaceChildren(...rows);
}
function clear() {
  filters.reset();
}
if (filters) {
  let asked = 0;
  filters.hidden = false;
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", (event) => {
    if (event.target.name === "order") return order();
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(apply);
  });
  filters.addEventListener("reset", () => setTimeout(() => { order(); apply(); }));
  byId("clear").addEventListener("click", () => { clear(); filters.elements.text.focus(); });
  apply();
}

// Links inside the page lead to what may be folded or filtered away.
function reveal() {
  const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
  if (!target || target.tagName !== "DETAILS") return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView({ block: "start" });
  target.querySelector("summary").focus({ preventScroll: true });
}
addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
  const link = event.target.closest && event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) reveal();
});

// Keys
function current() {
  return document.activeElement ? document.activeElement.closest(".finding") : null;
}
function move(direction) {
  const shown = rows.filter((row) => !row.hidden);
  const here = current();
  const at = here ? shown.indexOf(here) + direction : direction > 0 ? 0 : -1;
  const next = shown[here ? Math.min(Math.max(at, 0), shown.length - 1) : at < 0 ? shown.length - 1 : at];
  if (!next) return;
  const summary = next.querySelector("summary");
  summary.focus({ preventScroll: true });
  summary.scrollIntoView({ block: "nearest", behavior: "instant" });
}
function togglePath() {
  const here = current();
  if (!here) return;
  here.open = true;
  unfold(here);
  const all = Array.from(here.querySelectorAll("details.step"));
  const open = all.some((one) => !one.open);
  all.forEach((one) => { one.open = open; });
}
const actions = {
  j: () => move(1), k: () => move(-1), p: togglePath, t: nextTheme,
  c: () => filters && clear(),
  "/": () => filters && filters.elements.text.focus(),
  "?": () => keys.showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox";
  if (typing) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const arrow = { ArrowDown: "j", ArrowUp: "k" }[event.key];
  const onRow = event.target.tagName === "SUMMARY" && event.target.parentElement.classList.contains("finding");
  const action = arrow ? onRow && actions[arrow] : actions[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
});

// Paper cannot be unfolded.
let folded = [];
function beforePrint() {
  rows.filter((row) => !row.hidden).forEach(unfold);
  folded = Array.from(document.querySelectorAll("details:not([open])")).filter((one) => !one.hidden);
  folded.forEach((one) => { one.open = true; });
}
function afterPrint() {
  folded.forEach((one) => { one.open = false; });
  folded = [];
}
addEventListener("beforeprint", beforePrint);
addEventListener("afterprint", afterPrint);
matchMedia("print").addEventListener("change", (event) => (event.matches ? beforePrint() : afterPrint()));
reveal();
