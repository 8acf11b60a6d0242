"""What a rule is in one project: whether it runs, with which parameters and severity, and where it fired."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from archlint.engine.scopes import Scopes
from archlint.engine.select import select
from archlint.facts.findings import Finding, Report
from archlint.rulebook import Rule, Rulebook


@dataclass(frozen=True)
class Variant:
    """A rule with one set of parameters. `folders` are those of the configurations that give it, `""` the root's;
    `changed` names the parameters whose values are not the rule's own; `severity` is the configured one, if any."""

    folders: tuple[str, ...]
    parameters: dict[str, object]
    changed: frozenset[str]
    severity: str


@dataclass(frozen=True)
class Here:
    """`outcome` is one line on the run; `variants` is empty for a rule that does not run, and for one without a check."""

    project: str
    variants: tuple[Variant, ...]
    outcome: str
    findings: tuple[Finding, ...]


def rule_here(rule: Rule, rulebook: Rulebook, scopes: Scopes, report: Report, project: str) -> Here:
    """The rule in the project of a report. Raises SelectionError for settings that do not fit the rules."""
    findings = tuple(finding for finding in report.findings if finding.rule == rule.id)
    bound = [one for one in select(rulebook, scopes).rules if one.rule.id == rule.id]
    variants = []
    for one in bound:
        folders = tuple(sorted(one.folders))
        values = msgspec.to_builtins(one.params)
        own = msgspec.to_builtins(rule.bind({}))
        settings = scopes.settings[folders[0]]
        severity = settings.severity.get(rule.id) or settings.severity.get(rule.name) or ""
        variants.append(Variant(folders, values, frozenset(key for key in values if values[key] != own[key]), severity))
    return Here(project, tuple(variants), _outcome(rule, report, findings, runs=bool(bound)), findings)


def _outcome(rule: Rule, report: Report, findings: tuple[Finding, ...], *, runs: bool) -> str:
    looked = report.completeness
    if rule.has_check and not runs:
        preview = rule.document.status == "preview"
        return "does not run here: it is a preview rule" if preview else "does not run here: it is not selected"
    if rule.id in looked.crashed:
        return "crashed here"
    if not findings:
        return "had nothing to look at here" if rule.id in looked.idle else "finds nothing here"
    counted = sum(finding.state == "new" for finding in findings)
    accepted = f"{len(findings) - counted} accepted" if counted < len(findings) else ""
    fired = {0: "", 1: "fires once here"}.get(counted, f"fires {counted:,} times here")
    return ", ".join(part for part in (fired, accepted) if part)
