"""What the HTML page shows, as plain values: the template lays them out, its script reads `data`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archlint.checklist.score import Section, sections
from archlint.checklist.wording import status_words
from archlint.facts.findings import Finding, ItemResult, Note, Report, RuleInfo, Severity
from archlint.report.checklist import answer_lines, stray_lines, tally
from archlint.report.escape import visible
from archlint.report.formats import Layout
from archlint.report.frames import Frames
from archlint.report.summary import aside, by_weight, count, mark, verdict

_MOST_PLACES = 100
"""Places of evidence that are shown of a checklist item; the number of all stands beside them."""


@dataclass(frozen=True)
class Row:
    """A finding's line in the list."""

    finding: Finding
    severity: str
    owners: tuple[str, ...]

    @property
    def hidden(self) -> bool:
        """Is it seen only when asked for?"""
        return self.finding.state != "new"


@dataclass(frozen=True)
class Item:
    """A checklist item with the findings that refute it, and its places of evidence."""

    result: ItemResult
    status: str
    answer: tuple[str, ...]
    failures: tuple[Finding, ...]
    more: int


@dataclass(frozen=True)
class RuleRow:
    """A rule, and what came of it."""

    rule: RuleInfo
    severity: str
    found: int
    outcome: str


@dataclass(frozen=True)
class Page:
    """Everything on the page. `data` is what the script needs besides: a list parallel to `rows`, and the rules."""

    report: Report
    title: str
    verdict: str
    tiles: tuple[tuple[str, str, str], ...]
    sections: tuple[tuple[Section, str, tuple[Item, ...]], ...]
    stray: tuple[str, ...]
    rows: tuple[Row, ...]
    rules: tuple[RuleRow, ...]
    severities: tuple[tuple[str, int], ...]
    fired: tuple[tuple[str, str, int], ...]
    owners: tuple[str, ...]
    folders: tuple[str, ...]
    states: tuple[str, ...]
    data: dict[str, Any]


def page(report: Report, layout: Layout) -> Page:
    """The page's values. Findings come the most severe first."""
    findings = by_weight(report.findings)
    rows = tuple(Row(f, f.severity.name.lower(), layout.owners(f.location.path)) for f in findings)
    active = Counter(f.severity for f in report.active)
    names = {f.rule: f.name for f in report.findings}
    counts = Counter(f.rule for f in report.findings)
    worst_first = sorted(Severity, reverse=True)
    return Page(
        report=report,
        title=visible(layout.title) or "project",
        verdict=verdict(report),
        tiles=_tiles(report, active),
        sections=tuple(_section(section, report) for section in sections(report.checklist)),
        stray=tuple(stray_lines(report)),
        rows=rows,
        rules=tuple(_rule(rule, report) for rule in report.rules),
        severities=tuple((s.name.lower(), active[s]) for s in worst_first),
        fired=tuple((rule, names[rule], counts[rule]) for rule in sorted(names)),
        owners=tuple(sorted({owner for row in rows for owner in row.owners})),
        folders=_folders(findings),
        states=tuple(sorted({f.state for f in findings} - {"new"})),
        data=_data(rows, report, Frames(layout.source)),
    )


def _tiles(report: Report, active: Counter[Severity]) -> tuple[tuple[str, str, str], ...]:
    """(what, figure, class) of the figures at the top."""
    decided = Counter(item.status for item in report.checklist)
    judged = decided["pass"] + decided["fail"]
    kinds = [s.name.lower() for s in sorted(Severity, reverse=True)]
    numbers = [active[s] for s in sorted(Severity, reverse=True)]
    tiles = [(kind if n == 1 else f"{kind}s", f"{n:,}", kind) for kind, n in zip(kinds, numbers, strict=True)]
    if report.checklist:
        tiles.append(("checklist items pass", f"{decided['pass']} of {judged}" if judged else "none judged", "pass"))
    return (*tiles, ("files read", f"{report.completeness.read:,}", ""))


def _section(section: Section, report: Report) -> tuple[Section, str, tuple[Item, ...]]:
    by_fingerprint = {f.fingerprint: f for f in report.findings}

    def item(result: ItemResult) -> Item:
        found = tuple(by_fingerprint[mark] for mark in result.findings if mark in by_fingerprint)
        shown = min(len(result.evidence), _MOST_PLACES)
        return Item(
            result, status_words(result), tuple(answer_lines(result)), found, max(result.subjects - shown, 0) if shown else 0
        )

    return section, tally(section), tuple(map(item, section.items))


def _rule(rule: RuleInfo, report: Report) -> RuleRow:
    looked = report.completeness
    found = sum(f.rule == rule.id for f in report.active)
    if rule.id in looked.crashed:
        outcome = "crashed"
    elif found:
        outcome = count(found, "finding")
    elif rule.id in looked.idle:
        outcome = "nothing to look at"
    elif rule.id in looked.rules or rule.id.startswith("RUN"):
        outcome = "clean"
    else:
        outcome = "not run"
    return RuleRow(rule, rule.severity.name.lower(), found, outcome)


def _folders(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Every folder that a finding lies in or below, for the path filter to offer."""
    folders = set()
    for finding in findings:
        parts = finding.location.path.split("/")[:-1]
        folders |= {"/".join(parts[: depth + 1]) + "/" for depth in range(len(parts))}
    return tuple(sorted(folders))


def _data(rows: Sequence[Row], report: Report, frames: Frames) -> dict[str, Any]:
    rules = {rule.id: rule for rule in report.rules}
    return {
        "findings": [_details(row, rules.get(row.finding.rule), frames) for row in rows],
        "rules": {rule.id: {"why": rule.why, "fix": rule.fix, "when_not": rule.when_not} for rule in report.rules},
    }


def _details(row: Row, rule: RuleInfo | None, frames: Frames) -> dict[str, Any]:
    """What a finding unfolds to; keys that would be empty are left out, as there may be thousands."""
    finding = row.finding
    own_fix = finding.fix if rule is None or finding.fix != rule.fix else ""
    values = {
        "rule": finding.rule,
        "severity": row.severity,
        "path": visible(finding.location.path),
        "line": finding.location.line,
        "state": finding.state,
        "owners": [visible(owner) for owner in row.owners],
        "confidence": finding.confidence.name.lower(),
        "symbol": visible(finding.symbol),
        "fingerprint": finding.fingerprint,
        "accepted": visible(mark(finding)),
        "fix": own_fix,
        "code": frames.around(finding.location),
        "flow": [_note(note, frames) for note in finding.flow],
        "related": [_note(note, frames) for note in aside(finding)],
    }
    return {key: value for key, value in values.items() if value}


def _note(note: Note, frames: Frames) -> dict[str, Any]:
    return {
        "place": f"{visible(note.location.path)}:{note.location.line}",
        "text": visible(note.message),
        "code": frames.around(note.location, 1),
    }
