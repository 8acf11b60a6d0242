// What is to be seen of the tree, and the imports between that.
const SEVERITY = { note: 1, warning: 2, error: 3 };

// Every node that is drawn, outer ones first.
function visibleNodes(tree) {
  const found = [];
  const visit = (node) => {
    found.push(node);
    if (isOpen(node)) node.children.forEach(visit);
  };
  tree.root.children.forEach(visit);
  return found;
}

// For each module the node that stands for it (-1: none does).
function standIns(tree, visible) {
  const stands = new Int32Array(modules.length).fill(-1);
  for (const node of visible) {
    if (isOpen(node)) continue;
    for (let at = node.from; at < node.to; at += 1) stands[tree.order[at]] = node.id;
  }
  return stands;
}

function counts(violation) {
  return violation.state === "new" && violation.severity !== "note";
}

// The imports between the boxes, each pair of boxes once; and what is wrong inside of each box.
function linksOf(tree, stands) {
  const links = new Map();
  edges.forEach((edge, number) => {
    if (shown.only && ![edge.importer, edge.imported].some((module) => isBelow(modules[module][NAME], shown.only))) return;
    const [source, target] = [stands[edge.importer], stands[edge.imported]];
    if (source < 0 || target < 0 || source === target || (edge.isForTypes && !shown.forTypes)) return;
    const key = source * tree.nodes.length + target;
    if (!links.has(key)) {
      links.set(key, { source: tree.nodes[source], target: tree.nodes[target], edges: [], imports: 0, isForTypes: true, severity: 0, rules: new Set() });
    }
    const link = links.get(key);
    link.edges.push(number);
    link.imports += edge.imports.length;
    link.isForTypes = link.isForTypes && edge.isForTypes;
    for (const violation of edge.violations.map((index) => violations[index]).filter(counts)) {
      link.severity = Math.max(link.severity, SEVERITY[violation.severity]);
      link.rules.add(violation.rule);
    }
  });
  return [...links.values()];
}

function accuse(tree, stands) {
  for (const node of tree.nodes) node.wrong = new Set();
  violations.forEach((violation, number) => {
    if (!counts(violation)) return;
    const inner = violation.edges.filter((edge) => stands[edges[edge].importer] === stands[edges[edge].imported])
      .map((edge) => edges[edge].importer);
    for (const module of violation.edges.length ? inner : violation.modules) {
      if (stands[module] >= 0) tree.nodes[stands[module]].wrong.add(number);
    }
  });
}
