"""What every format for people ends in: counts, and what the run looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from archlint.facts.findings import Completeness, Finding, Note, Report, Severity

_MOST_REASONS = 3
"""Reasons for which SQL was not parsed that are shown."""
_PLURAL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def shown(report: Report, *, suppressed: bool) -> tuple[Finding, ...]:
    """The findings that a format prints, in the report's order; `suppressed`: those too that do not count, old ones among
    them."""
    return report.findings if suppressed else report.active


def aside(finding: Finding) -> list[Note]:
    """The related places that are worth a line of their own: those that the path does not pass."""
    passed = {(step.location.path, step.location.line) for step in finding.flow}
    return [note for note in finding.related if (note.location.path, note.location.line) not in passed]


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """The most severe first, of those the surest; otherwise in the order given."""
    return sorted(findings, key=lambda f: (-f.severity, -f.confidence))


def count(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `3,000 files`; the last word takes the plural: `2 SQL statements`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def statistics(report: Report) -> list[tuple[int, str, str]]:
    """(findings, rule id, rule name), most first."""
    counts = Counter((f.rule, f.name) for f in report.active)
    return sorted(((n, rule, name) for (rule, name), n in counts.items()), key=lambda row: (-row[0], row[1]))


def verdict(report: Report) -> str:
    """One line on the findings. Says so when nothing was looked at, or not everything."""
    looked = report.completeness
    active = report.active
    by_severity = Counter(f.severity for f in active)
    parts = [count(by_severity[s], _PLURAL[s]) for s in sorted(by_severity, reverse=True)]
    hidden = _hidden(report)
    where = f" on lines changed since {report.diff.revision}" if report.diff else ""
    if active:
        found = f"Found {', '.join([', '.join(parts) + where, *hidden])}."
    else:
        aside = f" ({', '.join(hidden)})" if hidden else ""
        found = f"No findings{where}{aside}."
    if not looked.read:
        return f"{found} Nothing was looked at: no source file was read."
    if looked.failed or looked.crashed:
        return f"{found} The run is incomplete."
    return found


def _hidden(report: Report) -> list[str]:
    """How many findings do not count, by why."""
    states = Counter(f.state for f in report.findings)
    hidden = [f"{states['suppressed']:,} suppressed"] if states["suppressed"] else []
    if states["baselined"]:
        hidden.append(f"{states['baselined']:,} old left in the baseline")
    if report.diff and report.diff.elsewhere:
        hidden.append(f"{report.diff.elsewhere:,} elsewhere")
    return hidden


def mark(finding: Finding) -> str:
    """Why a finding does not count; empty for one that does."""
    if finding.state == "suppressed":
        return f"suppressed: {finding.justification or 'no reason given'}"
    return "in the baseline" if finding.state == "baselined" else ""


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "none"


def _refused(looked: Completeness) -> str:
    """The most frequent reasons for which SQL was not parsed."""
    reasons = [f"{n:,} {reason}" for reason, n in list(looked.statements_refused.items())[:_MOST_REASONS]]
    more = ["…"] if len(looked.statements_refused) > _MOST_REASONS else []
    return f" ({', '.join([*reasons, *more])})" if reasons else ""


def completeness(looked: Completeness) -> str:
    """The line of completeness: all that was looked at, and what was not."""
    skipped = sum(looked.skipped.values())
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(looked.skipped.items(), key=lambda kv: (-kv[1], kv[0])))
    parts = [
        f"{count(looked.read, 'file')} read",
        f"{skipped:,} skipped{f' ({reasons})' if reasons else ''}",
        f"{len(looked.failed):,} failed",
        f"{count(looked.statements, 'SQL statement')} parsed, {looked.statements_unparsed:,} not{_refused(looked)}",
        count(looked.import_edges, "import edge"),
        f"{looked.calls_resolved:,} of {count(looked.calls, 'call')} resolved ({_share(looked.calls_resolved, looked.calls)})",
        count(looked.routes, "route"),
        f"layers: {looked.layout or 'none'}",
    ]
    if looked.services:
        parts.append(f"services: {', '.join(looked.services)}")
    ran = f"{count(len(looked.rules), 'rule')} ran"
    if looked.idle:
        ran += f", {len(looked.idle):,} with nothing to look at ({', '.join(looked.idle)})"
    if looked.crashed:
        ran += f", {len(looked.crashed):,} crashed ({', '.join(looked.crashed)})"
    parts.append(ran)
    return "Looked at: " + "; ".join(parts) + "."


def summary(report: Report) -> list[str]:
    """The closing lines."""
    return [verdict(report), completeness(report.completeness)]
