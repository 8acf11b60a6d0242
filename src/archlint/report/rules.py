"""Rules as people read about them: one explained, or all in a table. Pure; text in the terminal's own colours is not used."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence

from archlint.facts.findings import RuleInfo, Severity

_WIDTH = 88
_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def explain(rule: RuleInfo, parameters: Mapping[str, object]) -> str:
    """Everything that a rule's document says, for a terminal."""
    parts = [
        f"{rule.id} {rule.name} ({_SEVERITY[rule.severity]}, {rule.status}, since {rule.since})",
        rule.title,
        *_section("Why", rule.why),
        *_section("How to fix", rule.fix),
        *_section("When not to", rule.when_not),
        *_examples("Reported", rule.bad),
        *_examples("Not reported", rule.good),
        *_list("Parameters", [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in parameters.items()]),
        *_list("Guides", rule.guides),
        *_list("Serves the checklist items", rule.checklist),
        *_list("Tags", (*rule.cwe, *rule.owasp)),
        *([] if rule.id.startswith("RUN") else [f"Accept one finding: # archlint: ignore[{rule.id}] why"]),
    ]
    return "\n\n".join(parts) + "\n"


def table(rules: Sequence[RuleInfo]) -> str:
    """A line a rule: id, severity, name, title."""
    wide = max((len(rule.name) for rule in rules), default=0)
    return "".join(f"{r.id}  {_SEVERITY[r.severity]:<7}  {r.name:<{wide}}  {r.title}{_status(r)}\n" for r in rules)


def markdown(rules: Sequence[RuleInfo]) -> str:
    """The table of the README."""
    lines = ["| Rule | Name | Severity | What it reports |", "| --- | --- | --- | --- |"]
    lines += [f"| {r.id} | `{r.name}` | {_SEVERITY[r.severity]} | {_cell(r.title)}{_status(r)} |" for r in rules]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def as_json(rules: Sequence[RuleInfo]) -> str:
    """An array of objects, one a rule, in the order of their ids."""
    return json.dumps([_fields(rule) for rule in rules], ensure_ascii=False, indent=2) + "\n"


def _fields(rule: RuleInfo) -> dict[str, object]:
    values = {name: getattr(rule, name) for name in rule.__struct_fields__}
    return {**values, "severity": _SEVERITY[rule.severity]}


def _status(rule: RuleInfo) -> str:
    return "" if rule.status == "stable" else f" ({rule.status})"


def _section(heading: str, prose: str) -> list[str]:
    paragraphs = [textwrap.fill(" ".join(p.split()), _WIDTH) for p in prose.split("\n\n") if p.strip()]
    return ["\n".join((f"{heading}:", *paragraphs))] if paragraphs else []


def _examples(heading: str, examples: Sequence[str]) -> list[str]:
    return [f"{heading}:\n" + textwrap.indent("\n\n".join(examples), "    ")] if examples else []


def _list(heading: str, items: Sequence[str]) -> list[str]:
    return ["\n".join((f"{heading}:", *(f"    {item}" for item in items)))] if items else []
