"""The report as JSON, for scripts. The format is described in docs/json-report.md; `schema` rises when it changes."""

from __future__ import annotations

from typing import Any

from archlint.facts.baseline import BaselineUse
from archlint.facts.findings import AnswerState, Diff, Finding, ItemResult, Location, Note, Report, RuleInfo
from archlint.report.escape import json_text
from archlint.report.formats import Layout
from archlint.report.summary import shown

SCHEMA = 1


def location(place: Location) -> dict[str, Any]:
    """A location's keys, in order."""
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"location": location(note.location), "message": note.message}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "message": finding.message,
        "location": location(finding.location),
        "symbol": finding.symbol,
        "snippet": finding.snippet,
        "related": [_note(n) for n in finding.related],
        "path": [_note(n) for n in finding.flow],
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
        "state": finding.state,
        "justification": finding.justification,
    }


def _baseline(use: BaselineUse) -> dict[str, Any]:
    stale, unasked = (sum(entry.count for entry in entries) for entries in (use.stale, use.unasked))
    return {"path": use.path, "stale": stale, "not_looked_at": unasked}


def _diff(diff: Diff) -> dict[str, Any]:
    return {"revision": diff.revision, "base": diff.base, "elsewhere": diff.elsewhere}


def _rule(rule: RuleInfo) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "title": rule.title,
        "severity": rule.severity.name.lower(),
        "status": rule.status,
        "guides": list(rule.guides),
        "cwe": list(rule.cwe),
        "owasp": list(rule.owasp),
        "checklist": list(rule.checklist),
    }


def item(result: ItemResult) -> dict[str, Any]:
    """One checklist item's keys, in order."""
    return {
        "id": result.id,
        "section": result.section,
        "title": result.title,
        "question": result.question,
        "guide": result.guide,
        "status": result.status,
        "reason": result.reason,
        "subjects": result.subjects,
        "proven": result.proven,
        "accepted": result.accepted,
        "evidence": [{"location": location(e.location), "text": e.text} for e in result.evidence],
        "findings": list(result.findings),
        "rules": list(result.rules),
        "answer": _answer(result.answer) if result.answer else None,
    }


def _answer(answer: AnswerState) -> dict[str, Any]:
    return {
        "standing": answer.standing,
        "verdict": answer.verdict,
        "why": answer.why,
        "by": answer.by,
        "date": answer.date,
        "until": answer.until or None,
        "link": answer.link or None,
        "watch": list(answer.watch),
        "problem": answer.problem or None,
        "status_by_code": answer.by_code,
    }


def stray_answers(report: Report) -> list[dict[str, str]]:
    """The answers that belong to no item."""
    return [{"id": stray.id, "problem": stray.problem} for stray in report.stray_answers]


def render(report: Report, layout: Layout) -> str:
    """The whole report; keys in a fixed order, so equal runs give equal bytes."""
    looked = report.completeness
    document = {
        "schema": SCHEMA,
        "tool": {"name": "archlint", "version": report.version},
        "findings": [_finding(f) for f in shown(report, suppressed=layout.show_suppressed)],
        "suppressed": sum(f.state == "suppressed" for f in report.findings),
        "baselined": sum(f.state == "baselined" for f in report.findings),
        "baseline": _baseline(report.baseline) if report.baseline else None,
        "diff": _diff(report.diff) if report.diff else None,
        "completeness": {
            "read": looked.read,
            "skipped": dict(sorted(looked.skipped.items())),
            "failed": list(looked.failed),
            "sql_statements": {
                "parsed": looked.statements,
                "not_parsed": looked.statements_unparsed,
                "reasons": looked.statements_refused,
            },
            "import_edges": looked.import_edges,
            "calls": {"all": looked.calls, "resolved": looked.calls_resolved},
            "routes": looked.routes,
            "layers": looked.layout,
            "services": list(looked.services),
            "rules": {"ran": list(looked.rules), "idle": list(looked.idle), "crashed": list(looked.crashed)},
        },
        "rules": [_rule(r) for r in report.rules],
        "checklist": [item(r) for r in report.checklist],
        "stray_answers": stray_answers(report),
    }
    return json_text(document)
