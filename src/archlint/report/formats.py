"""Which formats there are, and what each may know besides the report."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from msgspec import Struct

from archlint.facts.findings import Report

FORMATS = ("text", "concise", "json", "sarif")


def _no_source(path: str) -> str | None:  # noqa: ARG001  the signature is `Layout.source`'s
    return None


class Layout(Struct, frozen=True, kw_only=True):
    """How to show a report. `source` gives a file's decoded text for code frames, or None."""

    source: Callable[[str], str | None] = _no_source
    color: bool = False
    width: int = 100
    statistics: bool = False
    show_suppressed: bool = False
    verbose: bool = False


def render(report: Report, form: str, layout: Layout | None = None) -> str:
    """The report in the format `form` (one of `FORMATS`), ending in a newline. Raises ValueError for any other."""
    if form not in FORMATS:
        raise ValueError(f"unknown output format {form!r}; there are {', '.join(FORMATS)}")
    # A format is imported when it is asked for: rich alone costs a tenth of a second.
    module = import_module(f"archlint.report.{form if form != 'json' else 'json_report'}")
    text: str = module.render(report, layout or Layout())
    return text
