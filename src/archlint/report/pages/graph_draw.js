// Draws the laid out tree as SVG.
const SVG = "http://www.w3.org/2000/svg";
const MOST_LINKS = 2500;
const world = byId("world");

function draw(kind, attributes, ...children) {
  const element = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

function described(node) {
  const kind = node.kind === "layer" ? "layer" : node.module < 0 ? "package" : "module";
  const layer = node.layer && node.kind !== "layer" ? `, layer ${node.layer}` : "";
  const below = subtitle(node);
  return `${kind} ${node.name}${below ? `, ${below}` : ""}${layer}`;
}

function layerClass(node) {
  const number = data.layers.indexOf(node.layer);
  return number < 0 ? "" : ` layer l${number % 8}`;
}

function nodeShape(node) {
  const unfolded = isOpen(node);
  const kind = `node ${unfolded ? "frame" : "box"} ${node.module < 0 ? "package" : "module"}${layerClass(node)}${node.wrong.size ? " wrong" : ""}`;
  const group = draw("g", {
    class: kind, transform: `translate(${node.x} ${node.y})`, "data-id": node.id, "data-name": node.name,
    role: "button", tabindex: -1, "aria-label": described(node),
  });
  if (node.module < 0) group.setAttribute("aria-expanded", String(unfolded));
  group.append(draw("title", {}, described(node)), draw("rect", { width: node.width, height: node.height, rx: 7 }));
  const sign = node.module < 0 ? (unfolded ? "− " : "+ ") : "";
  const middle = node.width / 2;
  const below = subtitle(node);
  const y = unfolded ? 20 : below ? 21 : 22;
  const label = draw("text", { x: unfolded ? 14 : middle, y, class: "label" }, draw("tspan", { class: "sign" }, sign), shortened(node.label));
  group.append(label);
  if (!unfolded && below) group.append(draw("text", { x: middle, y: 38, class: "below" }, below));
  return group;
}

// The sides at which links leave and arrive, spread so that they do not lie on each other.
function portsOf(links) {
  const sides = new Map();
  const ask = (node, side, link, other) => {
    const key = `${node.id} ${side}`;
    if (!sides.has(key)) sides.set(key, []);
    sides.get(key).push({ node, link, other });
  };
  for (const link of links) {
    const [source, target] = [link.source, link.target];
    if (target.y >= source.y + source.height) link.way = "down";
    else if (target.y + target.height <= source.y) link.way = "up";
    else link.way = target.x > source.x ? "right" : "left";
    const [leave, arrive] = { down: ["bottom", "top"], up: ["top", "bottom"], right: ["right", "left"], left: ["left", "right"] }[link.way];
    ask(source, leave, link, target);
    ask(target, arrive, link, source);
  }
  const ports = new Map();
  for (const [key, asked] of sides) {
    const side = key.split(" ")[1];
    const flat = side === "top" || side === "bottom";
    const middle = (node) => (flat ? node.x + node.width / 2 : node.y + node.height / 2);
    asked.sort((a, b) => middle(a.other) - middle(b.other));
    asked.forEach(({ node, link }, number) => {
      const share = (number + 1) / (asked.length + 1);
      const point = flat
        ? [node.x + node.width * share, side === "top" ? node.y : node.y + node.height]
        : [side === "left" ? node.x : node.x + node.width, node.y + node.height * share];
      ports.set(link, [...(ports.get(link) || []), [node, point]]);
    });
  }
  return ports;
}

// A long way straight down would lie below what stands there: it goes around, on the side on which it leaves.
function bowOf(link, sx, tx, span) {
  if (span < 130 || Math.abs(tx - sx) > span / 2) return 0;
  return Math.sign(sx - link.source.x - link.source.width / 2 || tx - sx || 1) * Math.min(span * 0.3, 260);
}

function curve(link, ports) {
  const ends = ports.get(link);
  const [sx, sy] = ends.find(([node]) => node === link.source)[1];
  const [tx, ty] = ends.find(([node]) => node === link.target)[1];
  if (link.way === "down" || link.way === "up") {
    const span = Math.abs(ty - sy);
    const bend = Math.max(24, span / 2) * (link.way === "down" ? 1 : -1);
    const bow = bowOf(link, sx, tx, span);
    return `M${sx} ${sy}C${sx + bow} ${sy + bend} ${tx + bow} ${ty - bend} ${tx} ${ty}`;
  }
  const bend = Math.max(16, Math.abs(tx - sx) / 2) * (link.way === "right" ? 1 : -1);
  return `M${sx} ${sy}C${sx + bend} ${sy} ${tx - bend} ${ty} ${tx} ${ty}`;
}

function linkTitle(link) {
  const wrong = link.rules.size ? ` (${[...link.rules].sort().join(", ")})` : "";
  return `${link.source.name} imports ${link.target.name}: ${link.imports === 1 ? "1 import" : `${link.imports.toLocaleString("en")} imports`}${wrong}`;
}

function linkShape(link, number, ports) {
  const d = curve(link, ports);
  const kind = `link${link.isForTypes ? " types" : ""}${link.severity ? " wrong" : ""}`;
  const width = Math.min(1 + Math.log2(link.imports) * 0.45, 5);
  const group = draw("g", { class: kind, "data-link": number, "data-from": link.source.name, "data-to": link.target.name });
  group.append(
    draw("title", {}, linkTitle(link)),
    draw("path", { class: "line", d, "stroke-width": width.toFixed(2), "marker-end": `url(#${link.severity ? "tip-wrong" : "tip"})` }),
    draw("path", { class: "hit", d }),
  );
  return group;
}

// Draws everything; the links that are too many to be drawn are those that no violation is on and nobody asked for.
function drawAll(visible, links, isAsked) {
  const few = links.length <= MOST_LINKS;
  const drawn = links.map((link, number) => [link, number]).filter(([link]) => few || link.severity || isAsked(link));
  drawn.sort(([a], [b]) => a.severity - b.severity);
  const ports = portsOf(drawn.map(([link]) => link));
  world.replaceChildren(
    ...visible.filter(isOpen).map(nodeShape),
    draw("g", { class: "links", "aria-hidden": "true" }, ...drawn.map(([link, number]) => linkShape(link, number, ports))),
    ...visible.filter((node) => !isOpen(node)).map(nodeShape),
  );
  return drawn.length;
}
