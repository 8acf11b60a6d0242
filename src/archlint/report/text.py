"""The report for a terminal: findings by file, each with its code, its path, why, and how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from archlint.facts.findings import Confidence, Finding, Location, Note, Report, RuleInfo, Severity
from archlint.report.escape import visible
from archlint.report.formats import Layout
from archlint.report.summary import aside, completeness, mark, shown, statistics, verdict
from archlint.report.terminal import Page

_STYLE = {
    Severity.ERROR: Style(color="red", bold=True),
    Severity.WARNING: Style(color="yellow", bold=True),
    Severity.NOTE: Style(color="cyan", bold=True),
}
_DIM = Style(dim=True)
_TAB = "    "


def render(report: Report, layout: Layout) -> str:
    """The whole report as text, coloured if the layout says so, at most `layout.width` columns where words allow."""
    page = Page(layout)
    console = page.console
    rules = {rule.id: rule for rule in report.rules}
    explained: set[str] = set()
    for path, group in groupby(shown(report, suppressed=layout.show_suppressed), key=lambda f: f.location.path):
        console.print(Text(visible(path), style=Style(bold=True, underline=layout.color)))
        for finding in group:
            _finding(console, finding, layout, rules.get(finding.rule), first=finding.rule not in explained)
            explained.add(finding.rule)
    if layout.statistics:
        for number, rule, name in statistics(report):
            console.print(Text(f"{number:>6}  {rule:<8} {name}"))
        console.print()
    style = _STYLE[max((f.severity for f in report.active), default=Severity.NOTE)] if report.active else Style(bold=True)
    console.print(Text(visible(verdict(report)), style=style))
    console.print(Text(visible(completeness(report.completeness)), style=_DIM))
    return page.text


def _finding(console: Console, finding: Finding, layout: Layout, rule: RuleInfo | None, *, first: bool) -> None:
    place = finding.location
    head = Text("  ")
    head.append(f"{place.line}:{place.column}", style=_DIM)
    head.append("  ")
    head.append(finding.severity.name.lower(), style=_STYLE[finding.severity])
    head.append(f"  {finding.rule} ", style=Style(bold=True))
    head.append(f"({finding.name}) ", style=_DIM)
    head.append(visible(finding.message))
    if finding.confidence is not Confidence.HIGH:
        head.append(f"  [{finding.confidence.name.lower()} confidence]", style=_DIM)
    if mark(finding):
        head.append(f"  [{visible(mark(finding))}]", style=_DIM)
    lines = [
        *_wrapped(console, head, 0),
        *frame(place, layout.source(place.path), layout.width - 6, _STYLE[finding.severity]),
        *_notes(console, "path", finding.flow, numbered=True),
        *_notes(console, "see", aside(finding), numbered=False),
    ]
    if rule is not None and (first or layout.verbose):
        lines += _aside(console, "why", rule.why if layout.verbose else _first_sentence(rule.why))
    if finding.fix and (first or layout.verbose):
        lines += _aside(console, "fix", finding.fix)
    # laid out already, and printed at once: printing costs more than all the rest
    console.print(Text("\n").join(lines), "", sep="\n", no_wrap=True, overflow="ignore", crop=False)


def _wrapped(console: Console, text: Text, indent: int) -> list[Text]:
    """The lines of a text that stands `indent` columns to the right, with each line's blanks in front."""
    lines = list(text.wrap(console, max(console.width - indent, 1)))
    for line in lines:
        line.pad_left(indent)
    return lines


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    head, dot, _ = flat.partition(". ")
    return head + "." if dot else flat


def _aside(console: Console, word: str, text: str) -> list[Text]:
    body = Text(f"{word:<5}", style=Style(bold=True))
    body.append(visible(" ".join(text.split())), style=Style(bold=False))
    return _wrapped(console, body, 6)


def _notes(console: Console, word: str, notes: Sequence[Note], *, numbered: bool) -> list[Text]:
    lines: list[Text] = []
    for number, note in enumerate(notes, 1):
        line = Text(f"{word if number == 1 else '':<5}", style=Style(bold=True))
        if numbered:
            line.append(f"{number}. ", style=_DIM)
        line.append(f"{visible(note.location.path)}:{note.location.line}", style=Style(bold=False, color="blue"))
        line.append(f"  {visible(note.message)}", style=Style(bold=False))
        lines += _wrapped(console, line, 6)
    return lines


def frame(place: Location, source: str | None, width: int, style: Style) -> list[Text]:
    """The source line with its span underlined; a long line is cut to a window around the span. Empty without source."""
    if source is None:
        return []
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not 1 <= place.line <= len(lines):
        return []
    raw = lines[place.line - 1]
    start = min(place.column - 1, len(raw))
    stop = min(place.end_column - 1, len(raw)) if place.end_line == place.line else len(raw.rstrip())
    stop = max(stop, min(start + 1, len(raw)))
    before, marked, after = (_printable(raw[:start]), _printable(raw[start:stop]), _printable(raw[stop:]))
    gutter = f"{place.line:>5} | "
    room = max(width - len(gutter), 20)
    before, marked, after = _window(before.expandtabs(4), marked, after, room)
    code = Text(gutter, style=_DIM)
    code.append(Text(before + marked + after, style=Style(dim=False)))
    under = Text(" " * 5 + " | ", style=_DIM)
    under.append(" " * cell_len(before) + "^" * max(cell_len(marked), 1), style=style)
    return [code, under]


def _printable(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def _window(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    if cell_len(before) > room // 2:
        indent = ""
        before = indent + "…" + before[-(room // 2 - 1) :]
    else:
        stripped = before.lstrip(" ")
        # Deep indentation says nothing beside a single line.
        before = " " * min(len(before) - len(stripped), 4) + stripped
    left = room - cell_len(before)
    if cell_len(marked) > left:
        return before, marked[: max(left - 1, 1)] + "…", ""
    left -= cell_len(marked)
    return before, marked, after if cell_len(after) <= left else after[: max(left - 1, 0)] + "…"
