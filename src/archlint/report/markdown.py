"""A summary for a pull request or a job's page, as Markdown of bounded length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from archlint.checklist.score import ORDER, sections
from archlint.facts.findings import Confidence, Finding, Report, Severity
from archlint.report.escape import encodable, markdown_text
from archlint.report.formats import Layout
from archlint.report.summary import by_weight, completeness, count, mark, shown, verdict

_AT_ONCE = 20
"""Findings that are seen without unfolding."""
_LONGEST_MESSAGE = 600
_LONGEST_PATH = 160
_LONGEST_CLOSING = 6000
_MOST_RULES = 100
_RESERVE = 400
_CODE = re.compile(r"`([^`]+)`")
_HEAD = ["| Severity | Rule | Finding | Place |", "| --- | --- | --- | --- |"]


def render(report: Report, layout: Layout) -> str:
    """Counts, the rules that have findings, the findings with their places, the checklist's scores, what was looked at.

    At most `layout.limit` characters: findings that do not fit are counted, the most severe come first.
    """
    opening = [f"## archlint: {markdown_text(verdict(report))}", ""]
    closing = [*_checklist(report), prose(_cut(completeness(report.completeness), _LONGEST_CLOSING))]
    findings = by_weight(shown(report, suppressed=layout.show_suppressed))
    if findings:
        opening += [*_rules(report), ""]
    rest = layout.limit - _length(opening) - _length(closing) - _RESERVE
    return encodable("\n".join([*opening, *_findings(findings, layout, rest), *closing]) + "\n")


def prose(text: str) -> str:
    """Text with names in backticks. They become code elements, where Markdown's escapes hold."""
    parts = _CODE.split(text)
    return "".join(f"<code>{markdown_text(p)}</code>" if n % 2 else markdown_text(p) for n, p in enumerate(parts))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _length(lines: Iterable[str]) -> int:
    """In bytes: GitHub bounds a comment in characters, a job summary in bytes, and bytes are never fewer."""
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


def _rules(report: Report) -> list[str]:
    counts = Counter((f.rule, f.severity) for f in report.active)
    titles = {rule.id: rule.title for rule in report.rules}
    names = {f.rule: f.name for f in report.active}
    worst_first = sorted(Severity, reverse=True)
    order = sorted(names, key=lambda rule: (tuple(-counts[rule, severity] for severity in worst_first), rule))
    lines = ["| Rule | What it reports | Errors | Warnings | Notes |", "| --- | --- | ---: | ---: | ---: |"]
    for rule in order[:_MOST_RULES]:
        figures = (str(counts[rule, severity] or "") for severity in worst_first)
        title = f"{rule} `{names[rule]}` | {prose(titles.get(rule, ''))}"
        lines.append(f"| {title} | {' | '.join(figures)} |")
    return lines


def _findings(findings: Sequence[Finding], layout: Layout, room: int) -> list[str]:
    """As many rows as there is room for, those after the first twenty folded away, and a line on what is left out."""
    rows: list[str] = []
    for finding in findings:
        row = _row(finding, layout)
        room -= _length([row])
        if room < 0:
            break
        rows.append(row)
    if not rows:
        return [_left_out(len(findings)), ""] if findings else []
    lines = ["### Findings", "", *_HEAD, *rows[:_AT_ONCE], ""]
    if len(rows) > _AT_ONCE:
        more = count(len(rows) - _AT_ONCE, "more finding")
        lines += [f"<details><summary>{more}</summary>", "", *_HEAD, *rows[_AT_ONCE:], "", "</details>", ""]
    return lines if len(rows) == len(findings) else [*lines, _left_out(len(findings) - len(rows)), ""]


def _left_out(number: int) -> str:
    return f"{count(number, 'finding')} more, for which there is no room here."


def _row(finding: Finding, layout: Layout) -> str:
    place = finding.location
    path = place.path if len(place.path) <= _LONGEST_PATH else "…" + place.path[1 - _LONGEST_PATH :]
    target = layout.links + quote(encodable(layout.folder + place.path), safe="/") + f"#L{place.line}"
    message = prose(_cut(finding.message, _LONGEST_MESSAGE))
    if finding.confidence is not Confidence.HIGH:
        message += f" _({finding.confidence.name.lower()} confidence)_"
    if mark(finding):
        message += f" _({markdown_text(_cut(mark(finding), _LONGEST_PATH))})_"
    return (
        f"| {finding.severity.name.lower()} | {finding.rule} | {message} | [{markdown_text(path)}:{place.line}](<{target}>) |"
    )


def _checklist(report: Report) -> list[str]:
    if not report.checklist:
        return []
    names = [name.capitalize() for name in ORDER]
    lines = ["### Checklist", "", f"| Section | Score | {' | '.join(names)} |", "| --- | ---: |" + " ---: |" * len(ORDER)]
    for section in sections(report.checklist):
        score = "" if section.score is None else f"{section.score:.0%}"
        figures = " | ".join(str(section.counts.get(status, "")) for status in ORDER)
        lines.append(f"| {markdown_text(section.name)} | {score} | {figures} |")
    return [*lines, ""]
