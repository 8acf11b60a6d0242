"""The report for a terminal: findings by file, each with its code, its path, why, and how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from archlint.facts.findings import Confidence, Finding, Location, Note, Report, RuleInfo, Severity
from archlint.report.escape import encodable, inert, visible
from archlint.report.formats import Layout
from archlint.report.styled import Line, columns, painted, wrapped
from archlint.report.summary import aside, completeness, mark, shown, statistics, verdict

_STYLE = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}
_BOLD, _DIM, _PLAIN, _PLACE, _PATH = "1", "2", "", "34", "1;4"
"""SGR codes, as `styled` takes them."""
_LEAST_WIDTH = 40
_INDENT = 6
"""Columns before what is said of a finding below its first line."""
_TAB = "    "


def render(report: Report, layout: Layout) -> str:
    """The whole report as text, coloured if the layout says so, at most `layout.width` columns where words allow."""
    lines = _Lines(layout)
    rules = {rule.id: rule for rule in report.rules}
    explained: set[str] = set()
    for path, group in groupby(shown(report, suppressed=layout.show_suppressed), key=lambda f: f.location.path):
        lines.add([(visible(path), _PATH)])
        for finding in group:
            _finding(lines, finding, layout, rules.get(finding.rule), first=finding.rule not in explained)
            explained.add(finding.rule)
    if layout.statistics:
        for number, rule, name in statistics(report):
            lines.add([(f"{number:>6}  {rule:<8} {name}", _PLAIN)])
        lines.blank()
    style = _STYLE[max((f.severity for f in report.active), default=Severity.NOTE)] if report.active else _BOLD
    lines.add([(visible(verdict(report)), style)])
    lines.add([(visible(completeness(report.completeness)), _DIM)])
    return lines.text


class _Lines:
    """The lines of the report, as they are written."""

    def __init__(self, layout: Layout) -> None:
        self.width = max(layout.width, _LEAST_WIDTH)
        self._color = layout.color
        self._lines: list[str] = []

    def add(self, line: Line, indent: int = 0) -> None:
        """One line, as many as it takes."""
        self._lines += [painted(part, color=self._color).rstrip() for part in wrapped(line, self.width, indent)]

    def add_as_is(self, line: Line) -> None:
        self._lines.append(painted(line, color=self._color).rstrip())

    def blank(self) -> None:
        self._lines.append("")

    @property
    def text(self) -> str:
        return inert(encodable("\n".join([*self._lines, ""])))


def _finding(lines: _Lines, finding: Finding, layout: Layout, rule: RuleInfo | None, *, first: bool) -> None:
    place = finding.location
    lines.add(_head(finding))
    for line in frame(place, layout.source(place.path), layout.width - 6, _STYLE[finding.severity]):
        lines.add_as_is(line)
    _notes(lines, "path", finding.flow, numbered=True)
    _notes(lines, "see", aside(finding), numbered=False)
    if rule is not None and (first or layout.verbose):
        _aside(lines, "why", rule.why if layout.verbose else _first_sentence(rule.why))
    if finding.fix and (first or layout.verbose):
        _aside(lines, "fix", finding.fix)
    lines.blank()


def _head(finding: Finding) -> Line:
    place = finding.location
    head = [
        ("  ", _PLAIN),
        (f"{place.line}:{place.column}", _DIM),
        ("  ", _PLAIN),
        (finding.severity.name.lower(), _STYLE[finding.severity]),
        (f"  {finding.rule} ", _BOLD),
        (f"({finding.name}) ", _DIM),
        (visible(finding.message), _PLAIN),
    ]
    if finding.confidence is not Confidence.HIGH:
        head.append((f"  [{finding.confidence.name.lower()} confidence]", _DIM))
    if mark(finding):
        head.append((f"  [{visible(mark(finding))}]", _DIM))
    return head


def _first_sentence(text: str) -> str:
    flat = " ".join(text.split())
    head, dot, _ = flat.partition(". ")
    return head + "." if dot else flat


def _aside(lines: _Lines, word: str, text: str) -> None:
    lines.add([(f"{word:<5}", _BOLD), (visible(" ".join(text.split())), _PLAIN)], _INDENT)


def _notes(lines: _Lines, word: str, notes: Sequence[Note], *, numbered: bool) -> None:
    for number, note in enumerate(notes, 1):
        line = [(f"{word if number == 1 else '':<5}", _BOLD)]
        if numbered:
            line.append((f"{number}. ", f"{_BOLD};{_DIM}"))
        line.append((f"{visible(note.location.path)}:{note.location.line}", _PLACE))
        line.append((f"  {visible(note.message)}", _PLAIN))
        lines.add(line, _INDENT)


def frame(place: Location, source: str | None, width: int, style: str) -> list[Line]:
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
    code = [(gutter, _DIM), (before + marked + after, _PLAIN)]
    first, _, color = style.partition(";")
    carets = " " * columns(before) + "^" * max(columns(marked), 1)
    return [code, [(" " * 5 + " | ", _DIM), (carets, f"{first};{_DIM};{color}")]]


def _printable(text: str) -> str:
    return visible(text.replace("\t", _TAB))


def _window(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    if columns(before) > room // 2:
        indent = ""
        before = indent + "…" + before[-(room // 2 - 1) :]
    else:
        stripped = before.lstrip(" ")
        # Deep indentation says nothing beside a single line.
        before = " " * min(len(before) - len(stripped), 4) + stripped
    left = room - columns(before)
    if columns(marked) > left:
        return before, marked[: max(left - 1, 1)] + "…", ""
    left -= columns(marked)
    return before, marked, after if columns(after) <= left else after[: max(left - 1, 0)] + "…"
