"""GitLab's code quality report: an array of issues, as its documentation describes the format for custom tools."""

from __future__ import annotations

from typing import Any

from archlint.engine.status import INCOMPLETE
from archlint.facts.findings import Confidence, Finding, Report, Severity
from archlint.report.escape import json_text
from archlint.report.formats import Layout
from archlint.report.summary import shown


def render(report: Report, layout: Layout) -> str:
    """An issue for each finding. Paths are those of the repository; fingerprints hold no line, and no two are equal."""
    return json_text([_issue(finding, layout) for finding in shown(report, suppressed=False)])


def _issue(finding: Finding, layout: Layout) -> dict[str, Any]:
    place = finding.location
    return {
        "description": f"{finding.rule} {finding.message}",
        "check_name": finding.name,
        "fingerprint": finding.fingerprint,
        "severity": _severity(finding),
        "location": {"path": layout.folder + place.path, "lines": {"begin": place.line}},
    }


def _severity(finding: Finding) -> str:
    """What kept the run from seeing everything blocks; a warning that is not certain weighs less than one that is."""
    if finding.rule in INCOMPLETE:
        return "blocker"
    if finding.severity is Severity.WARNING:
        return "major" if finding.confidence is Confidence.HIGH else "minor"
    return "critical" if finding.severity is Severity.ERROR else "info"
