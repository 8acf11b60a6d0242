// Places the boxes: who imports stands above what is imported. Each open package is laid out by itself, then is a box.
const [GAP_X, GAP_Y, PADDING, HEADER] = [22, 52, 16, 30];
const MOST_LETTERS = 44;

function shortened(text) {
  const letters = Array.from(text);
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join("")}…` : text;
}

function textWidth(text) {
  let width = 0;
  for (const letter of text) width += letter.codePointAt(0) > 0x2e80 ? 14 : 7.4;
  return width;
}

// How many modules a folded package has, which it says below its name.
function subtitle(node) {
  const parts = [];
  if (node.module < 0) parts.push(node.count === 1 ? "1 module" : `${node.count.toLocaleString("en")} modules`);
  if (node.wrong.size) parts.push(node.wrong.size === 1 ? "1 violation" : `${node.wrong.size} violations`);
  return parts.join(" · ");
}

function layOut(tree, links) {
  const levels = levelsOf(links);
  const size = (node) => {
    if (!isOpen(node)) {
      const below = subtitle(node);
      node.width = Math.max(84, textWidth(shortened(node.label)) + 28, textWidth(below) * 0.85 + 28);
      node.height = below ? 48 : 34;
      return;
    }
    node.children.forEach(size);
    const rows = rowsOf(node, levels.get(node.id) || new Map());
    place(node, rows);
  };
  size(tree.root);
  const settle = (node, x, y) => {
    node.x = x;
    node.y = y;
    if (isOpen(node)) for (const child of node.children) settle(child, x + child.dx, y + child.dy);
  };
  settle(tree.root, 0, 0);
}

function ancestors(node) {
  const found = [];
  for (let at = node; at; at = at.parent) found.push(at);
  return found.reverse();
}

// For each open node the imports between its children, whichever boxes below them they join.
function levelsOf(links) {
  const levels = new Map();
  for (const link of links) {
    const [above, below] = [ancestors(link.source), ancestors(link.target)];
    let depth = 0;
    while (above[depth + 1] === below[depth + 1]) depth += 1;
    const id = above[depth].id;
    if (!levels.has(id)) levels.set(id, new Map());
    const level = levels.get(id);
    const [a, b] = [above[depth + 1], below[depth + 1]];
    if (!level.has(a)) level.set(a, new Map());
    level.get(a).set(b, (level.get(a).get(b) || 0) + link.edges.length);
  }
  return levels;
}

function rowsOf(node, level) {
  const children = node.children;
  if (children.length && children[0].kind === "layer") return children.map((child) => [child]);
  const joined = new Set([...level.keys(), ...[...level.values()].flatMap((targets) => [...targets.keys()])]);
  const connected = children.filter((child) => joined.has(child));
  const ranks = rankOf(connected, level);
  const rows = [];
  for (const child of connected) (rows[ranks.get(child)] ||= []).push(child);
  const alone = children.filter((child) => !joined.has(child));
  const ordered = sorted(rows.filter(Boolean), level);
  return alone.length ? [...ordered, alone] : ordered;
}

// An order of the nodes in which few imports run backwards (Eades, Lin and Smyth 1993).
function orderOf(nodes, level) {
  const after = new Map(nodes.map((node) => [node, []]));
  const before = new Map(nodes.map((node) => [node, []]));
  const [out, into] = [new Map(nodes.map((node) => [node, 0])), new Map(nodes.map((node) => [node, 0]))];
  for (const [source, targets] of level) {
    for (const [target, weight] of targets) {
      after.get(source).push([target, weight]);
      before.get(target).push([source, weight]);
      out.set(source, out.get(source) + weight);
      into.set(target, into.get(target) + weight);
    }
  }
  const left = new Set(nodes);
  const [head, tail] = [[], []];
  const take = (node) => {
    left.delete(node);
    for (const [target, weight] of after.get(node)) into.set(target, into.get(target) - weight);
    for (const [source, weight] of before.get(node)) out.set(source, out.get(source) - weight);
  };
  const ends = (amounts) => [...left].filter((node) => amounts.get(node) === 0);
  while (left.size) {
    const sinks = ends(out);
    const sources = sinks.length ? [] : ends(into);
    if (sinks.length) sinks.forEach((node) => { tail.push(node); take(node); });
    else if (sources.length) sources.forEach((node) => { head.push(node); take(node); });
    else {
      let best = null;
      for (const node of left) if (!best || out.get(node) - into.get(node) > out.get(best) - into.get(best)) best = node;
      head.push(best);
      take(best);
    }
  }
  return [...head, ...tail.reverse()];
}

// Rows by the longest way from above; what nothing above holds up moves down to what it imports.
function rankOf(nodes, level) {
  const order = orderOf(nodes, level);
  const position = new Map(order.map((node, number) => [node, number]));
  const forward = (node) => [...(level.get(node) || new Map()).keys()].filter((target) => position.get(target) > position.get(node));
  const rank = new Map(order.map((node) => [node, 0]));
  for (const node of order) for (const target of forward(node)) rank.set(target, Math.max(rank.get(target), rank.get(node) + 1));
  const held = new Set(order.flatMap(forward));
  for (const node of [...order].reverse()) {
    const targets = forward(node);
    if (!held.has(node) && targets.length) rank.set(node, Math.min(...targets.map((target) => rank.get(target))) - 1);
  }
  return rank;
}

// Puts each near the middle of what it is joined to, down and up a few times.
function sorted(rows, level) {
  const joined = new Map();
  const join = (a, b) => (joined.get(a) || joined.set(a, []).get(a)).push(b);
  for (const [source, targets] of level) for (const target of targets.keys()) { join(source, target); join(target, source); }
  const at = new Map();
  const number = (row) => row.forEach((node, index) => at.set(node, (index + 0.5) / row.length));
  rows.forEach(number);
  for (let sweep = 0; sweep < 6; sweep += 1) {
    for (const row of sweep % 2 ? [...rows].reverse() : rows) {
      const middle = new Map(row.map((node) => {
        const near = joined.get(node) || [];
        return [node, near.length ? near.reduce((sum, other) => sum + at.get(other), 0) / near.length : at.get(node)];
      }));
      row.sort((a, b) => middle.get(a) - middle.get(b) || a.id - b.id);
      number(row);
    }
  }
  return rows;
}

// Rows that are too wide for a picture of that area are broken; all are centred.
function place(node, rows) {
  const area = node.children.reduce((sum, child) => sum + (child.width + GAP_X) * (child.height + GAP_Y), 0);
  const widest = Math.max(0, ...node.children.map((child) => child.width));
  const most = Math.max(560, widest, Math.sqrt(area) * 1.5);
  const lines = rows.flatMap((row) => broken(row, most));
  const width = Math.max(0, ...lines.map(lineWidth));
  const header = node.kind === "root" ? 0 : HEADER;
  let y = header + (node.kind === "root" ? 0 : PADDING / 2);
  for (const line of lines) {
    let x = (node.kind === "root" ? 0 : PADDING) + (width - lineWidth(line)) / 2;
    for (const child of line) {
      child.dx = x;
      child.dy = y;
      x += child.width + GAP_X;
    }
    y += Math.max(...line.map((child) => child.height)) + GAP_Y;
  }
  node.width = Math.max(width + 2 * PADDING, textWidth(shortened(node.label)) + 48);
  node.height = y - (lines.length ? GAP_Y : 0) + PADDING;
}

function lineWidth(line) {
  return line.reduce((sum, child) => sum + child.width, 0) + GAP_X * (line.length - 1);
}

function broken(row, most) {
  const lines = [[]];
  let width = 0;
  for (const child of row) {
    if (width && width + child.width > most) {
      lines.push([]);
      width = 0;
    }
    lines[lines.length - 1].push(child);
    width += child.width + GAP_X;
  }
  return lines;
}
