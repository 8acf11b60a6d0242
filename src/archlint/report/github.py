"""Annotations for GitHub's runner: workflow commands on standard output, and a closing line.

Escapes as GitHub's own toolkit does (actions/toolkit, packages/core/src/command.ts).  The runner shows ten annotations of
each level a step and fifty a job (actions/toolkit#734), so the most severe come first and the rest is counted.
"""

from __future__ import annotations

from itertools import groupby

from archlint.facts.findings import Finding, Report, Severity
from archlint.report.escape import encodable, inert, visible
from archlint.report.formats import Layout
from archlint.report.summary import by_weight, count, shown, summary

_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_MOST_OF_A_LEVEL = 10
_MOST_STEPS = 8
_LONGEST = 4000


def render(report: Report, layout: Layout) -> str:
    """A workflow command for each finding within the caps, then what was left out, the verdict, what was looked at."""
    findings = by_weight(shown(report, suppressed=False))
    kept = [f for _, same in groupby(findings, key=lambda f: f.severity) for f in list(same)[:_MOST_OF_A_LEVEL]]
    lines = [_annotation(finding, layout) for finding in kept]
    left = len(findings) - len(kept)
    closing = [_left_out(left, layout), *summary(report)] if left else summary(report)
    return "".join(encodable(line) + "\n" for line in (*lines, *(inert(visible(line)) for line in closing)))


def _left_out(number: int, layout: Layout) -> str:
    where = "the job summary names them" if layout.summarised else "`archlint check` with the format text shows them"
    return f"{count(number, 'finding')} more than GitHub shows as annotations; {where}."


def _annotation(finding: Finding, layout: Layout) -> str:
    place = finding.location
    properties = {"file": layout.folder + place.path, "line": str(place.line)}
    if place.end_line == place.line:  # columns of more than one line are refused
        properties |= {"col": str(place.column), "endColumn": str(max(place.end_column - 1, place.column))}
    properties |= {"endLine": str(place.end_line), "title": f"{finding.rule} {finding.name}"}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_LEVEL[finding.severity]} {given}::{_data(_message(finding, layout.folder))}"


def _message(finding: Finding, folder: str) -> str:
    shown_steps = enumerate(finding.flow[:_MOST_STEPS], 1)
    steps = [f"{n}. {folder}{s.location.path}:{s.location.line}  {s.message}" for n, s in shown_steps]
    if len(finding.flow) > _MOST_STEPS:
        steps.append(f"and {count(len(finding.flow) - _MOST_STEPS, 'step')} more")
    fix = [f"How to fix: {' '.join(finding.fix.split())}"] if finding.fix else []
    text = "\n".join([finding.message, *steps, *fix])
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
