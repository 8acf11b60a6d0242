// What is chosen, in words: a box with what it imports and who imports it, an arrow with its lines, a violation with its path.
const details = byId("details");
const MOST_LINES = 100;
const WHEN = { load: "", call: "inside a function", typing: "for types only" };

function button(label, action, kind = "plain") {
  const made = make("button", kind, ...(Array.isArray(label) ? label : [label]));
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

// A long list shows its beginning, and the rest when it is asked for.
function listed(entries, made_, kind = "ul") {
  const list = make(kind, "entries", ...entries.slice(0, MOST_LINES).map(made_));
  if (entries.length <= MOST_LINES) return [list];
  const more = button(`Show ${(entries.length - MOST_LINES).toLocaleString("en")} more`, () => {
    list.append(...entries.slice(MOST_LINES).map(made_));
    more.remove();
  });
  return [list, more];
}

// Why it is not red.
function remarkOn(violation) {
  return violation.state === "new" ? "only noted" : violation.state;
}

function violationButton(number) {
  const violation = violations[number];
  const state = counts(violation) ? [] : [" ", make("span", "state", remarkOn(violation))];
  return make("li", violation.severity, button([make("span", "rule", violation.rule), " ", ...codes(violation.message), ...state], () => choose({ violation: number }), "text"));
}

function importLine(edge, [line, text, when]) {
  const place = make("span", "place", `${modules[edge.importer][PATH]}:${line}`);
  const remark = WHEN[when] ? [make("span", "state", WHEN[when])] : [];
  return make("li", "import", place, " ", ...remark, make("code", "statement", text));
}

function heading(text) {
  return make("h3", "", text);
}

function violationsOf(numbers) {
  const unique = [...new Set(numbers)];
  return unique.length ? [heading(unique.length === 1 ? "Violation" : "Violations"), ...listed(unique, violationButton)] : [];
}

function aboutLink(link) {
  const lines = link.edges.flatMap((number) => edges[number].imports.map((given) => [edges[number], given]));
  const parts = [
    make("h2", "", make("span", "name", link.source.name), " → ", make("span", "name", link.target.name)),
    make("p", "quiet", lines.length === 1 ? "1 import" : `${lines.length.toLocaleString("en")} imports`),
    ...listed(lines, ([edge, given]) => importLine(edge, given)),
    ...violationsOf(link.edges.flatMap((number) => edges[number].violations)),
    make("p", "", button(`Go to ${link.source.name}`, () => choose({ key: link.source.key })), " ", button(`Go to ${link.target.name}`, () => choose({ key: link.target.key }))),
  ];
  return parts;
}

function linkButton(link, other) {
  const wrong = link.rules.size ? [" ", make("span", "rule wrong", [...link.rules].sort().join(" "))] : [];
  const amount = make("span", "quiet", ` ${link.imports.toLocaleString("en")}`);
  return make("li", "", button([make("span", "name", other.name), amount, ...wrong], () => choose({ from: link.source.key, to: link.target.key }), "text"));
}

function aboutNode(node) {
  const within = (other) => node.from <= other.from && other.to <= node.to;
  const [out, into] = [[], []];
  for (const link of state.links) {
    const [a, b] = [within(link.source), within(link.target)];
    if (a && !b) out.push(link);
    if (b && !a) into.push(link);
  }
  const parts = [make("h2", "", make("span", "name", node.name))];
  const facts = [node.module >= 0 ? modules[node.module][PATH] : subtitle(node)];
  if (node.layer && node.kind !== "layer") facts.push(`layer ${node.layer}`);
  if (node.module >= 0 && modules[node.module][ROLE] !== "production") facts.push(modules[node.module][ROLE]);
  parts.push(make("p", "quiet place", facts.filter(Boolean).join(" · ")));
  if (node.module < 0) {
    const actions = [button(isOpen(node) ? "Fold" : "Unfold", () => toggle(node))];
    if (node.kind === "package") {
      const isOnly = shown.only === node.name;
      actions.push(" ", button(isOnly ? "Show all again" : "Show only this", () => focusOn(isOnly ? "" : node.name)));
    }
    parts.push(make("p", "", ...actions));
  }
  parts.push(...violationsOf([...node.wrong]));
  if (out.length) parts.push(heading(`Imports (${out.length})`), ...listed(out, (link) => linkButton(link, link.target)));
  if (into.length) parts.push(heading(`Imported by (${into.length})`), ...listed(into, (link) => linkButton(link, link.source)));
  if (!out.length && !into.length) parts.push(make("p", "quiet", "Nothing that is drawn imports it or is imported by it."));
  return parts;
}

function aboutViolation(number) {
  const violation = violations[number];
  const lines = violation.edges.flatMap((edge) => edges[edge].imports.map((given) => [edges[edge], given]));
  const own = violation.edges.length ? [heading("Imports"), ...listed(lines, ([edge, given]) => importLine(edge, given), "ol")] : [];
  return [
    make("h2", "", make("span", "rule", violation.rule), ` ${violation.name}`),
    make("p", "", ...codes(violation.message)),
    make("p", "quiet", make("span", "place", violation.place), ` · ${violation.severity}${counts(violation) ? "" : ` · ${remarkOn(violation)}`}`),
    ...own,
  ];
}

function tell() {
  const { chosen } = state;
  let parts = [make("p", "quiet", "Choose a box or an arrow to see what it is.")];
  if (chosen.violation !== undefined) parts = aboutViolation(chosen.violation);
  else if (chosen.key !== undefined && nodeOf(chosen.key)) parts = aboutNode(nodeOf(chosen.key));
  else if (chosen.from !== undefined && linkOf(chosen.from, chosen.to)) parts = aboutLink(linkOf(chosen.from, chosen.to));
  details.replaceChildren(...parts);
}
