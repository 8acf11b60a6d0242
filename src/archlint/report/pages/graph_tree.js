// The tree of packages. A module is an array as `graph_page.py` writes it: name, path, layer, role, is it a package.
const [NAME, PATH, LAYER, ROLE, IS_PACKAGE] = [0, 1, 2, 3, 4];
const NO_LAYER = "in no layer";
const modules = data.modules;
const edges = data.edges.map(([importer, imported, imports]) => ({ importer, imported, imports, violations: [] }));
const outgoing = modules.map(() => []);
const incoming = modules.map(() => []);
edges.forEach((edge, number) => {
  outgoing[edge.importer].push(number);
  incoming[edge.imported].push(number);
  edge.isForTypes = edge.imports.every(([, , when]) => when === "typing");
});
const violations = data.violations;
violations.forEach((violation, number) => violation.edges.forEach((edge) => edges[edge].violations.push(number)));
const accused = new Set(violations.flatMap((violation) => violation.modules));

// What is shown: which modules, in what order of frames, and which packages are open (by key).
const shown = { byLayer: data.view.by_layer, everything: data.view.everything, forTypes: true, only: data.view.package };
const open = new Set();

function isBelow(name, package_) {
  return name === package_ || name.startsWith(`${package_}.`);
}

function wanted() {
  const fits = modules.map((module) => shown.everything || module[ROLE] === "production");
  if (!shown.only) return fits;
  const inside = modules.map((module) => isBelow(module[NAME], shown.only));
  const near = (number) => outgoing[number].some((edge) => inside[edges[edge].imported])
    || incoming[number].some((edge) => inside[edges[edge].importer]);
  return fits.map((fit, number) => fit && (inside[number] || near(number)));
}

function branch(parent, name, label, kind) {
  const key = kind === "layer" ? `layer:${name}` : `${parent.group}${name}`;
  const group = kind === "layer" ? `${key}/` : parent.group;
  return { key, group, name, label, kind, parent, children: [], module: -1, count: 0 };
}

// A package's own module is drawn only if it imports, is imported, or is accused.
function isSilent(number) {
  return !outgoing[number].length && !incoming[number].length && !accused.has(number);
}

function grow() {
  const fits = wanted();
  const packages = new Set();
  modules.forEach((module, number) => {
    if (!fits[number]) return;
    for (let at = module[NAME].indexOf("."); at >= 0; at = module[NAME].indexOf(".", at + 1)) packages.add(module[NAME].slice(0, at));
  });
  const root = branch({ group: "" }, "", "", "root");
  const found = new Map();
  const under = (parent, name, label, kind) => {
    const key = `${parent.key}>${name}`;
    if (!found.has(key)) {
      found.set(key, branch(parent, name, label, kind));
      parent.children.push(found.get(key));
    }
    return found.get(key);
  };
  if (shown.byLayer) for (const layer of [...data.layers, NO_LAYER]) under(root, layer, layer, "layer");
  modules.forEach((module, number) => {
    if (!fits[number] || (packages.has(module[NAME]) && isSilent(number))) return;
    let node = shown.byLayer ? under(root, module[LAYER] || NO_LAYER, "", "layer") : root;
    const parts = module[NAME].split(".");
    for (let depth = 1; depth < parts.length; depth += 1) {
      node = under(node, parts.slice(0, depth).join("."), parts[depth - 1], "package");
    }
    const own = packages.has(module[NAME]);
    if (own) node = under(node, module[NAME], parts[parts.length - 1], "package");
    const leaf = branch(node, own ? `${module[NAME]}.__init__` : module[NAME], own ? "__init__" : parts[parts.length - 1], "module");
    leaf.module = number;
    node.children.push(leaf);
  });
  root.children = root.children.filter((child) => child.children.length || child.kind === "module").map(joined);
  if (shown.byLayer) root.children.forEach(unwrap);
  return finish(root);
}

// Does it lie beside the one package that is shown?
function isAside(name) {
  return shown.only && !isBelow(name, shown.only) && !isBelow(shown.only, name);
}

// A package that holds nothing but another one is one box with it.
function joined(node) {
  node.children = node.children.map(joined);
  if (isAside(node.name)) return node;
  const [inner] = node.children;
  if (node.kind !== "package" || node.children.length !== 1 || inner.kind !== "package") return node;
  inner.label = `${node.label}.${inner.label}`;
  return inner;
}

// A frame around all of a layer would say nothing: its name stands before the names of what it holds. One that is folded
// at first stays, so that there is something to unfold.
function unwrap(layer) {
  const [inner] = layer.children;
  if (layer.children.length !== 1 || inner.kind !== "package" || !isOpenAtFirst(inner)) return;
  for (const child of inner.children) child.label = `${inner.label}.${child.label}`;
  layer.children = inner.children;
}

// Numbers the nodes, and tells each which modules are below it: a range of `order`.
function finish(root) {
  const nodes = [];
  const order = [];
  const visit = (node, parent) => {
    node.parent = parent;
    node.id = nodes.push(node) - 1;
    node.from = order.length;
    if (node.module >= 0) order.push(node.module);
    node.children.forEach((child) => visit(child, node));
    node.to = order.length;
    node.count = node.to - node.from;
    const layers = new Set(order.slice(node.from, node.to).map((number) => modules[number][LAYER]));
    node.layer = node.kind === "layer" ? node.name : layers.size === 1 ? [...layers][0] : "";
  };
  visit(root, null);
  return { root, nodes, order };
}

function isOpen(node) {
  return node.kind === "root" || (node.module < 0 && open.has(node.key));
}

// Is it told apart by the drawing that was asked for?
function isOpenAtFirst(node) {
  if (node.kind === "layer") return true;
  const above = shown.only ? shown.only.split(".").length : 0;
  return node.kind === "package" && !isAside(node.name) && node.name.split(".").length < above + data.view.depth;
}

function openAtFirst(tree) {
  open.clear();
  for (const node of tree.nodes) if (isOpenAtFirst(node)) open.add(node.key);
}
