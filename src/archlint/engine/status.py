"""How a run ends: which findings are asked for, and the exit status that they mean."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from archlint.facts.findings import Report

INCOMPLETE = frozenset({"RUN001", "RUN002", "RUN003", "RUN004", "RUN005", "RUN006"})
"""A run with one of these has not seen everything; its exit status is 2."""

CLEAN, FINDINGS, INCOMPLETE_RUN = 0, 1, 2


def narrowed(report: Report, paths: Sequence[str]) -> Report:
    """The report with only the findings at or below the given paths (none: all), and what the run says of itself.

    The whole project was analysed all the same: a path through it does not end at the edge of what is asked about.
    """
    if not paths:
        return report
    folders = tuple(f"{path}/" for path in paths)
    kept = (
        finding
        for finding in report.findings
        if finding.rule in INCOMPLETE or finding.location.path in paths or finding.location.path.startswith(folders)
    )
    return replace(report, findings=tuple(kept))


def exit_status(report: Report, *, exit_zero: bool = False) -> int:
    """2 for an incomplete run, whatever was found; else 1 for a finding at or above the fail level, unless they are
    not to count; else 0."""
    if any(finding.rule in INCOMPLETE for finding in report.active):
        return INCOMPLETE_RUN
    if any(finding.severity >= report.fail_level for finding in report.active) and not exit_zero:
        return FINDINGS
    return CLEAN
