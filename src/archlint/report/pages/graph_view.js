// Where one looks: zoom, pan, and bringing something into view.
const stage = byId("graph");
const view = { x: 0, y: 0, scale: 1 };
const [LEAST_SCALE, MOST_SCALE] = [0.02, 4];

function move() {
  world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, LEAST_SCALE), MOST_SCALE);
  view.x = x - ((x - view.x) * scale) / view.scale;
  view.y = y - ((y - view.y) * scale) / view.scale;
  view.scale = scale;
  move();
}

// Shows all of the nodes, not larger than life.
function fit(nodes, largest = 1) {
  if (!nodes.length) return;
  const left = Math.min(...nodes.map((node) => node.x));
  const top = Math.min(...nodes.map((node) => node.y));
  const width = Math.max(...nodes.map((node) => node.x + node.width)) - left;
  const height = Math.max(...nodes.map((node) => node.y + node.height)) - top;
  const room = 32;
  const scale = Math.min((stage.clientWidth - room) / width, (stage.clientHeight - room) / height, largest);
  view.scale = Math.min(Math.max(scale, LEAST_SCALE), MOST_SCALE);
  view.x = (stage.clientWidth - width * view.scale) / 2 - left * view.scale;
  view.y = (stage.clientHeight - height * view.scale) / 2 - top * view.scale;
  move();
}

// Moves only if the node cannot be seen, or its words cannot be read.
function bringIn(node) {
  const [left, top] = [node.x * view.scale + view.x, node.y * view.scale + view.y];
  const [right, bottom] = [left + node.width * view.scale, top + Math.min(node.height * view.scale, stage.clientHeight / 2)];
  const isSeen = left >= 0 && top >= 0 && right <= stage.clientWidth && bottom <= stage.clientHeight;
  if (isSeen && view.scale >= 0.5) return;
  view.scale = Math.max(view.scale, 0.7);
  view.x = stage.clientWidth / 2 - (node.x + node.width / 2) * view.scale;
  view.y = stage.clientHeight / 2 - (node.y + Math.min(node.height, 200) / 2) * view.scale;
  move();
}

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = stage.getBoundingClientRect();
  const lines = event.deltaMode === 1 ? 16 : 1;
  zoom(Math.exp(-event.deltaY * lines * 0.0016), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });

// One pointer drags, two stretch. A press that did not move is a click.
const pointers = new Map();
let dragged = false;
function spread() {
  const [a, b] = [...pointers.values()];
  return Math.hypot(a.x - b.x, a.y - b.y);
}
stage.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  dragged = false;
});
addEventListener("pointermove", (event) => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
  if (!dragged && pointers.size === 1 && Math.hypot(dx, dy) < 4) return;
  dragged = true;
  const wide = pointers.size === 2 ? spread() : 0;
  pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  const box = stage.getBoundingClientRect();
  if (wide) zoom(spread() / wide, event.clientX - box.left, event.clientY - box.top);
  else {
    view.x += dx;
    view.y += dy;
    move();
  }
});
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => pointers.delete(event.pointerId));
