"""A rule's page for a terminal: why it is there, what it reports and what not, its parameters, and where it fired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.text import Text

from archlint.engine.here import Here, Variant
from archlint.facts.findings import Finding, RuleInfo, Severity
from archlint.report.escape import visible
from archlint.report.formats import Layout
from archlint.report.rule_docs import toml
from archlint.report.summary import mark
from archlint.report.terminal import Page

_BOLD, _DIM = Style(bold=True), Style(dim=True)
_STYLE = {
    Severity.ERROR: Style(color="red", bold=True),
    Severity.WARNING: Style(color="yellow", bold=True),
    Severity.NOTE: Style(color="cyan", bold=True),
}
_MOST_PLACES = 20
_READABLE = 100
"""Columns: prose that is wider is hard to read."""


def render(rule: RuleInfo, parameters: Mapping[str, object], here: Here | None, layout: Layout) -> str:
    """The page; without `here` the rule's document alone."""
    page = Page(layout)
    console = page.console
    head = Text(f"{rule.id} {rule.name}", style=_BOLD)
    head.append("  ")
    head.append(rule.severity.name.lower(), style=_STYLE[rule.severity])
    head.append(f", {rule.status}, since {rule.since}", style=Style(dim=True, bold=False))
    console.print(head)
    console.print(Text(rule.title))
    for heading, prose in (("Why", rule.why), ("How to fix", rule.fix), ("When not to", rule.when_not)):
        _section(console, heading, [" ".join(part.split()) for part in prose.split("\n\n") if part.strip()])
    _examples(console, "Reported", rule.bad, _STYLE[rule.severity])
    _examples(console, "Not reported", rule.good, _DIM)
    if here is None or not here.variants:
        _parameters(console, "Parameters", parameters, parameters, frozenset())
    else:
        for variant in here.variants:
            _variant(console, variant, parameters, alone=len(here.variants) == 1)
    if here is not None:
        _places(console, here, layout)
    _section(console, "Guides", rule.guides, between=False)
    _section(console, "Serves the checklist items", rule.checklist, between=False)
    _section(console, "Tags", (*rule.cwe, *rule.owasp), between=False)
    if not rule.id.startswith("RUN"):
        _section(console, "Accept one finding", [f"# archlint: ignore[{rule.id}] why"])
    return page.text


def _section(console: Console, heading: str, lines: Sequence[str], *, between: bool = True) -> None:
    """A heading over paragraphs, with a blank line `between` them."""
    if not lines:
        return
    console.print()
    console.print(Text(heading, style=_BOLD))
    for number, line in enumerate(lines):
        if between and number:
            console.print()
        console.print(Padding(Text(visible(line)), (0, 0, 0, 2)), width=min(console.width, _READABLE))


def _examples(console: Console, heading: str, examples: Sequence[str], style: Style) -> None:
    """Code as it is written; the marks of lines that are reported stand out."""
    if not examples:
        return
    console.print()
    console.print(Text(heading, style=_BOLD))
    for number, example in enumerate(examples):
        if number:
            console.print()
        for line in example.splitlines():
            text = Text(f"    {visible(line)}")
            text.highlight_regex(r"(?:#|--) error.*$", style)
            console.print(text, no_wrap=True, overflow="ignore", crop=False)


def _variant(console: Console, variant: Variant, own: Mapping[str, object], *, alone: bool) -> None:
    where = "" if alone else f" in {', '.join(visible(folder) or 'the root' for folder in variant.folders)}"
    _parameters(console, f"Parameters{where}", variant.parameters, own, variant.changed)
    if variant.severity:
        console.print(Padding(Text(f"severity = {visible(variant.severity)} (configured)"), (0, 0, 0, 2)))


def _parameters(
    console: Console, heading: str, values: Mapping[str, object], own: Mapping[str, object], changed: frozenset[str]
) -> None:
    if not values:
        return
    console.print()
    console.print(Text(heading, style=_BOLD))
    for key, value in values.items():
        line = Text(f"{key} = {visible(toml(value))}")
        if key in changed:
            line.append(f"  (configured here; the rule's own: {visible(toml(own[key]))})", style=_DIM)
        console.print(Padding(line, (0, 0, 0, 2)))


def _places(console: Console, here: Here, layout: Layout) -> None:
    console.print()
    console.print(Text(f"In {visible(here.project)}: {here.outcome}", style=_BOLD))
    limit = len(here.findings) if layout.verbose else _MOST_PLACES
    for finding in here.findings[:limit]:
        console.print(Padding(_place(finding), (0, 0, 0, 2)))
    if len(here.findings) > limit:
        console.print(Padding(Text(f"and {len(here.findings) - limit:,} more", style=_DIM), (0, 0, 0, 2)))


def _place(finding: Finding) -> Text:
    line = Text(f"{visible(finding.location.path)}:{finding.location.line}", style=Style(color="blue"))
    line.append(f"  {visible(finding.message)}", style=Style(color="default"))
    if mark(finding):
        line.append(f"  [{visible(mark(finding))}]", style=_DIM)
    return line
