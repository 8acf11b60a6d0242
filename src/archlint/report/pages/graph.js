// Puts it together: what is chosen, what the controls and keys do.
const [MOST_BOXES, DENSE] = [1500, 200];
const state = { tree: null, visible: [], links: [], chosen: {}, isWhole: true };

function nodeOf(key) {
  return state.tree.nodes.find((node) => node.key === key);
}
function linkOf(from, to) {
  return state.links.find((link) => link.source.key === from && link.target.key === to);
}
function shapeOf(node) {
  return world.querySelector(`[data-id="${node.id}"]`);
}

function plant() {
  state.tree = grow();
}

// Lays out and draws what is open.
function render() {
  const { tree } = state;
  state.visible = visibleNodes(tree);
  const stands = standIns(tree, state.visible);
  state.links = linksOf(tree, stands);
  accuse(tree, stands);
  layOut(tree, state.links);
  paintAll();
}

function paintAll() {
  const { chosen } = state;
  const isAsked = (link) => chosen.key === link.source.key || chosen.key === link.target.key
    || (chosen.from === link.source.key && chosen.to === link.target.key);
  const drawn = drawAll(state.visible, state.links, isAsked);
  stage.classList.toggle("dense", drawn > DENSE);
  state.isWhole = drawn === state.links.length;
  const boxes = state.visible.filter((node) => !isOpen(node)).length;
  const left = state.links.length - drawn;
  byId("count").textContent = `${boxes.toLocaleString("en")} boxes, ${state.links.length.toLocaleString("en")} arrows`
    + (left ? `; ${left.toLocaleString("en")} are not drawn until a box is chosen` : "");
  highlight();
  tell();
}

// Where all arrows are drawn already, a choice changes only how they look.
function repaint() {
  if (!state.isWhole) return paintAll();
  highlight();
  return tell();
}

// The chosen and what it is joined to stay bright.
function highlight() {
  const { chosen } = state;
  for (const shape of world.querySelectorAll(".chosen, .lit")) shape.classList.remove("chosen", "lit");
  for (const shape of world.querySelectorAll("[tabindex='0']")) shape.tabIndex = -1;
  const current = (chosen.key !== undefined && nodeOf(chosen.key)) || state.visible.find((node) => !isOpen(node)) || state.visible[0];
  if (current && shapeOf(current)) shapeOf(current).tabIndex = 0;
  let isBright = () => false;
  if (chosen.violation !== undefined) {
    const own = new Set(violations[chosen.violation].edges);
    isBright = (link) => link.edges.some((edge) => own.has(edge));
  } else if (chosen.from !== undefined) isBright = (link) => link.source.key === chosen.from && link.target.key === chosen.to;
  else if (chosen.key !== undefined) isBright = (link) => link.source.key === chosen.key || link.target.key === chosen.key;
  let bright = 0;
  const light = (node, kind) => shapeOf(node) && shapeOf(node).classList.add(kind);
  for (const shape of world.querySelectorAll(".link")) {
    const link = state.links[Number(shape.dataset.link)];
    if (!isBright(link)) continue;
    bright += 1;
    shape.classList.add("lit");
    light(link.source, "lit");
    light(link.target, "lit");
  }
  if (chosen.key !== undefined && current) light(current, "chosen");
  if (chosen.violation !== undefined) for (const node of seats(chosen.violation)) light(node, "lit");
  stage.classList.toggle("dim", bright > 0 || chosen.violation !== undefined);
}

// The boxes in which a violation's modules are now.
function seats(number) {
  const stands = standIns(state.tree, state.visible);
  return [...new Set(violations[number].modules.map((module) => stands[module]).filter((id) => id >= 0))].map((id) => state.tree.nodes[id]);
}

function openAbove(node) {
  let opened = false;
  for (let at = node.parent; at && at.kind !== "root"; at = at.parent) {
    if (open.has(at.key)) continue;
    open.add(at.key);
    opened = true;
  }
  return opened;
}

// Shows what a choice is about, unfolding what hides it.
function choose(chosen, look = true) {
  state.chosen = chosen;
  details.parentElement.scrollTop = 0;
  for (const entry of byId("violations").querySelectorAll("[aria-current]")) entry.removeAttribute("aria-current");
  if (chosen.violation !== undefined) {
    chooseViolation(chosen.violation);
  } else if (chosen.key !== undefined) {
    const node = nodeOf(chosen.key);
    if (node && openAbove(node)) render();
    else repaint();
    if (node && look) bringIn(nodeOf(chosen.key));
  } else {
    repaint();
    const link = chosen.from !== undefined && linkOf(chosen.from, chosen.to);
    if (link && look) [link.source, link.target].forEach(bringIn);
  }
}

function chooseViolation(number) {
  const own = new Set(violations[number].modules);
  const isHidden = () => [...own].some((module) => !state.tree.order.includes(module));
  if (isHidden() && shown.only) focusOn("");
  if (isHidden()) {
    shown.everything = true;
    byId("everything").checked = true;
    plant();
  }
  for (const node of state.tree.nodes) if (own.has(node.module)) openAbove(node);
  render();
  fit(seats(number));
  byId("violations").querySelector(`[data-violation="${number}"]`).setAttribute("aria-current", "true");
}

// Folds or unfolds; the node stays where it is on the screen.
function toggle(node) {
  const before = { x: (node.x + node.width / 2) * view.scale + view.x, y: node.y * view.scale + view.y };
  if (open.has(node.key)) open.delete(node.key);
  else open.add(node.key);
  state.chosen = { key: node.key };
  render();
  view.x = before.x - (node.x + node.width / 2) * view.scale;
  view.y = before.y - node.y * view.scale;
  move();
  shapeOf(node).focus({ preventScroll: true });
}

function focusOn(name) {
  shown.only = name;
  plant();
  if (name) for (const node of state.tree.nodes) if (isBelow(name, node.name) || node.name === name) open.add(node.key);
  render();
  fit(state.tree.root.children);
}

function unfoldLevel() {
  const folded = state.visible.filter((node) => node.module < 0 && !isOpen(node));
  const boxes = state.visible.length + folded.reduce((sum, node) => sum + node.children.length, 0);
  if (boxes > MOST_BOXES) {
    byId("count").textContent = `${boxes.toLocaleString("en")} boxes are too many for one drawing: unfold single packages, or show only one`;
    return;
  }
  folded.forEach((node) => open.add(node.key));
  render();
  fit(state.tree.root.children);
}
function foldLevel() {
  const unfolded = state.visible.filter((node) => node.module < 0 && isOpen(node));
  const deepest = unfolded.filter((node) => !node.children.some((child) => child.module < 0 && isOpen(child)));
  deepest.forEach((node) => open.delete(node.key));
  render();
  fit(state.tree.root.children);
}

// Search
const search = byId("search");
function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = words.length ? state.tree.nodes.filter((node) => node.name && words.every((word) => node.name.toLowerCase().includes(word))) : [];
  fits.sort((a, b) => a.name.length - b.name.length || a.id - b.id);
  const entries = fits.slice(0, 50).map((node) => make("li", "", button([make("span", "name", node.name)], () => choose({ key: node.key }), "text")));
  byId("hits").replaceChildren(...entries);
  byId("hits").hidden = !words.length;
  byId("hit-count").textContent = words.length ? `${fits.length.toLocaleString("en")} found${fits.length > 50 ? ", the first 50 are shown" : ""}` : "";
}
search.addEventListener("input", find);
search.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && byId("hits").firstChild) byId("hits").firstChild.firstChild.click();
});

// Controls
const change = (id, action) => byId(id) && byId(id).addEventListener("change", action);
change("types", (event) => { shown.forTypes = event.target.checked; render(); });
change("everything", (event) => { shown.everything = event.target.checked; plant(); render(); fit(state.tree.root.children); });
change("frames", (event) => {
  shown.byLayer = event.target.value === "layers";
  plant();
  openAtFirst(state.tree);
  state.chosen = {};
  render();
  fit(state.tree.root.children);
});
const presses = {
  "zoom-in": () => zoom(1.4), "zoom-out": () => zoom(1 / 1.4), fit: () => fit(state.tree.root.children), unfold: unfoldLevel, fold: foldLevel,
};
for (const [id, action] of Object.entries(presses)) byId(id).addEventListener("click", action);
byId("violations").addEventListener("click", (event) => {
  const entry = event.target.closest("[data-violation]");
  if (entry) choose({ violation: Number(entry.dataset.violation) });
});
stage.addEventListener("click", (event) => {
  if (dragged) return;
  const node = event.target.closest("[data-id]");
  const link = event.target.closest("[data-link]");
  if (node && event.target.closest(".sign")) toggle(state.tree.nodes[Number(node.dataset.id)]);
  else if (node) {
    const chosen = state.tree.nodes[Number(node.dataset.id)];
    choose({ key: chosen.key }, false);
    shapeOf(chosen).focus({ preventScroll: true });
  } else if (link) {
    const { source, target } = state.links[Number(link.dataset.link)];
    choose({ from: source.key, to: target.key }, false);
  } else choose({});
});
stage.addEventListener("dblclick", (event) => {
  const node = event.target.closest("[data-id]");
  if (node && state.tree.nodes[Number(node.dataset.id)].module < 0) toggle(state.tree.nodes[Number(node.dataset.id)]);
});

// Keys
function here() {
  const shape = document.activeElement && document.activeElement.closest && document.activeElement.closest("[data-id]");
  return shape ? state.tree.nodes[Number(shape.dataset.id)] : null;
}
const ASIDE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
function step(key) {
  const from = here();
  const [dx, dy] = ASIDE[key];
  const middle = (node) => [node.x + node.width / 2, isOpen(node) ? node.y + 14 : node.y + node.height / 2];
  const [x, y] = middle(from);
  let best = null;
  let least = Infinity;
  for (const node of state.visible) {
    if (node === from) continue;
    const [nx, ny] = middle(node);
    const along = (nx - x) * dx + (ny - y) * dy;
    const across = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
    if (along <= 0.5 || along + across * 2 >= least) continue;
    [best, least] = [node, along + across * 2];
  }
  if (!best) return;
  choose({ key: best.key });
  shapeOf(best).focus({ preventScroll: true });
}
function nextViolation(by) {
  if (!violations.length) return;
  const at = state.chosen.violation;
  choose({ violation: at === undefined ? (by > 0 ? 0 : violations.length - 1) : (at + by + violations.length) % violations.length });
}
const actions = {
  "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: () => fit(state.tree.root.children), u: unfoldLevel, f: foldLevel,
  n: () => nextViolation(1), p: () => nextViolation(-1), t: nextTheme, "/": () => search.focus(), "?": () => keys.showModal(),
  Escape: () => choose({}),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
  if (/^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox") {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const node = here();
  let action = actions[event.key];
  if (node && ASIDE[event.key]) action = () => step(event.key);
  if (node && (event.key === "Enter" || event.key === " ")) action = () => (node.module < 0 ? toggle(node) : choose({ key: node.key }));
  if (!action) return;
  event.preventDefault();
  action();
});

byId("controls").hidden = false;
plant();
openAtFirst(state.tree);
render();
fit(state.tree.root.children);
addEventListener("resize", () => stage.clientWidth && move());
