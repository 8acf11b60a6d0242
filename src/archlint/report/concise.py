"""One line a finding: `path:line:column: ID message`, as editors and grep read it."""

from __future__ import annotations

from archlint.facts.findings import Report
from archlint.report.escape import encodable, inert, visible
from archlint.report.formats import Layout
from archlint.report.summary import mark, shown, statistics, summary


def render(report: Report, layout: Layout) -> str:
    """The report's findings a line each, then how many there are and what was looked at."""
    lines = []
    for finding in shown(report, suppressed=layout.show_suppressed):
        place = finding.location
        why = f" ({mark(finding)})" if mark(finding) else ""
        lines.append(f"{place.path}:{place.line}:{place.column}: {finding.rule} {finding.message}{why}")
    if layout.statistics:
        lines += [f"{count:>6}  {rule}  {name}" for count, rule, name in statistics(report)]
    lines += summary(report)
    return "".join(inert(encodable(visible(line))) + "\n" for line in lines)
