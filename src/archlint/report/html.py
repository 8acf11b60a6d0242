"""The report as one page that needs nothing else."""

from __future__ import annotations

from archlint.facts.findings import Report
from archlint.report.formats import Layout
from archlint.report.html_page import page
from archlint.report.self_contained import filled


def render(report: Report, layout: Layout) -> str:
    """The page, ending in a newline. Suppressed and baselined findings are in it, behind a filter."""
    shown = page(report, layout)
    return filled("report.html", shown.data, styles=("report.css",), scripts=("report.js",), page=shown)
