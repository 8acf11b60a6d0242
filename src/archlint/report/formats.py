"""Which formats there are, and what each may know besides the report."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from msgspec import Struct

from archlint.facts.findings import Report

FORMATS = ("text", "concise", "json", "sarif", "html", "markdown", "github", "gitlab", "junit")
MOST_OF_A_COMMENT = 65_000
"""Characters of a Markdown report: GitHub refuses a comment of more than 65,536."""


def _no_source(path: str) -> str | None:  # noqa: ARG001  the signature is `Layout.source`'s
    return None


def _no_owner(path: str) -> tuple[str, ...]:  # noqa: ARG001  the signature is `Layout.owners`'s
    return ()


class Layout(Struct, frozen=True, kw_only=True):
    """How to show a report.

    `source` gives a file's decoded text for code frames, or None; `owners` who looks after a file.  `title` is the
    project's name.  `folder` is the project's place in its repository (`backend/`, or empty), where the reader's paths
    begin there; `links` is the address of the repository's files, up to the path.  `limit` bounds a Markdown report.
    `summarised`: what a bounded format leaves out is named in a job summary.
    """

    source: Callable[[str], str | None] = _no_source
    owners: Callable[[str], tuple[str, ...]] = _no_owner
    title: str = ""
    folder: str = ""
    links: str = ""
    limit: int = MOST_OF_A_COMMENT
    summarised: bool = False
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
