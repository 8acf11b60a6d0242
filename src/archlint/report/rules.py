"""All rules in a table: for a terminal, for the README, as data."""

from __future__ import annotations

import json
from collections.abc import Sequence

from archlint.facts.findings import RuleInfo, Severity

_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


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
