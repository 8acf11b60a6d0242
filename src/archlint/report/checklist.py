"""The checklist's formats: text for a terminal, Markdown for a review, JSON for scripts, the page of the whole report."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.style import Style
from rich.text import Text

from archlint.checklist.answers import FILE
from archlint.checklist.score import Section, sections
from archlint.checklist.wording import status_words
from archlint.facts.findings import ItemResult, Report
from archlint.report.escape import encodable, json_text, markdown_text, visible
from archlint.report.formats import Layout
from archlint.report.json_report import SCHEMA, item, stray_answers
from archlint.report.summary import completeness
from archlint.report.terminal import Page

FORMATS = ("text", "markdown", "json", "html")
_MARK = {"pass": "✓", "fail": "✗", "not applicable": "–", "manual": "?", "unknown": "·"}
_STYLE = {
    "pass": Style(color="green"),
    "fail": Style(color="red", bold=True),
    "not applicable": Style(dim=True),
    "manual": Style(color="yellow"),
    "unknown": Style(color="magenta"),
}
_PLACES = 5
"""Places of evidence that are shown of an item unless all are asked for."""


def render(report: Report, form: str, layout: Layout | None = None) -> str:
    """The checklist of a report in `form`, one of `FORMATS`. Raises ValueError for any other."""
    renderers = {"text": _text, "markdown": _markdown, "json": _json, "html": _html}
    if form not in renderers:
        raise ValueError(f"unknown output format {form!r}; there are {', '.join(FORMATS)}")
    return renderers[form](report, layout or Layout())


def tally(section: Section) -> str:
    """`score 2 of 3 (67%, 1 by answer); 1 not applicable, 4 unknown`."""
    decided = section.counts.get("pass", 0) + section.counts.get("fail", 0)
    answered = f", {section.answered} by answer" if section.answered else ""
    passed = section.counts.get("pass", 0)
    score = "no score" if section.score is None else f"score {passed} of {decided} ({section.score:.0%}{answered})"
    others = [f"{n} {name}" for name, n in section.counts.items() if name not in ("pass", "fail")]
    return "; ".join([score, ", ".join(others)]) if others else score


def _places(result: ItemResult, layout: Layout) -> tuple[list[str], int]:
    """The first places, equal lines once, and how many subjects they leave out."""
    evidence = Counter(f"{e.location.path}:{e.location.line}  {e.text}" for e in result.evidence)
    shown = Counter(dict(islice(evidence.items(), None if layout.verbose else _PLACES)))
    return list(shown), max(result.subjects - shown.total(), 0) if shown else 0


def _findings(report: Report, result: ItemResult) -> list[str]:
    by_fingerprint = {f.fingerprint: f for f in report.findings}
    found = [by_fingerprint[fingerprint] for fingerprint in result.findings if fingerprint in by_fingerprint]
    return [f"{f.location.path}:{f.location.line}  {f.rule} {f.message}" for f in found]


def _text(report: Report, layout: Layout) -> str:
    page = Page(layout)
    console = page.console
    for section in sections(report.checklist):
        head = Text(section.name, style=Style(bold=True))
        head.append(f"  {tally(section)}", style=Style(dim=True, bold=False))
        console.print(head)
        for result in section.items:
            _item(console, report, result, layout)
        console.print()
    for said in stray_lines(report):
        console.print(Text(visible(said), style=Style(color="yellow")))
    console.print(Text(visible(completeness(report.completeness)), style=Style(dim=True)))
    return page.text


def _item(console: Console, report: Report, result: ItemResult, layout: Layout) -> None:
    line = Text(f"  {_MARK[result.status]} ", style=_STYLE[result.status])
    line.append(result.title, style=Style(bold=result.status == "fail", dim=False))
    line.append(f"  {visible(status_words(result))}", style=_STYLE[result.status])
    line.append(f"  ({result.id})", style=Style(dim=True, bold=False))
    console.print(line)
    console.print(Padding(Text(visible(result.reason)), (0, 0, 0, 4)))
    for said in answer_lines(result):
        console.print(Padding(Text(visible(said), style=Style(italic=True)), (0, 0, 0, 4)))
    failures = _findings(report, result)
    for place in failures[: len(failures) if layout.verbose else _PLACES]:
        console.print(Padding(Text(visible(place), style=Style(dim=True)), (0, 0, 0, 6)))
    if len(failures) > _PLACES and not layout.verbose:
        console.print(Padding(Text(f"and {len(failures) - _PLACES} more", style=Style(dim=True)), (0, 0, 0, 6)))
    if result.status == "fail" and failures:
        return
    places, more = _places(result, layout)
    for place in places:
        console.print(Padding(Text(visible(place), style=Style(dim=True)), (0, 0, 0, 6)))
    if more:
        console.print(Padding(Text(f"and {more} more", style=Style(dim=True)), (0, 0, 0, 6)))


def answer_lines(result: ItemResult) -> list[str]:
    """What a person said of the item, and why it does not count if so; lines to be escaped."""
    answer = result.answer
    if answer is None:
        return []
    signed = ", ".join(part for part in (answer.by, answer.date) if part)
    until = f", until {answer.until}" if answer.until else ""
    lines = [f"answer: {answer.verdict or 'no verdict'} ({signed}{until}): {' '.join(answer.why.split())}"]
    if answer.link:
        lines.append(f"see {answer.link}")
    if answer.problem:
        lines.append(f"the answer is {answer.standing}: {answer.problem}")
    return lines


def stray_lines(report: Report) -> list[str]:
    """What is said of answers that belong to no item; lines to be escaped."""
    return [f"{FILE}: {stray.id}: {stray.problem}" for stray in report.stray_answers]


def _markdown(report: Report, layout: Layout) -> str:
    lines = ["# Architecture checklist", ""]
    for section in sections(report.checklist):
        lines += [f"## {section.name}", "", tally(section)[:1].upper() + tally(section)[1:] + ".", ""]
        for result in section.items:
            box = {"pass": "[x]", "not applicable": "[-]"}.get(result.status, "[ ]")
            state = status_words(result, markdown_text)
            lines.append(f"- {box} **{result.title}** (`{result.id}`): **{state}**. {markdown_text(result.reason)}.")
            lines += [f"  - {markdown_text(said)}" for said in answer_lines(result)]
            places = _findings(report, result) if result.status == "fail" else []
            limit = len(places) if layout.verbose else _PLACES
            shown, more = (places[:limit], len(places) - limit) if places else _places(result, layout)
            lines += [f"  - {markdown_text(place)}" for place in shown]
            if more > 0:
                lines.append(f"  - and {more} more")
        lines.append("")
    lines += [line for said in stray_lines(report) for line in (markdown_text(said), "")]
    lines.append(markdown_text(completeness(report.completeness)))
    return encodable("\n".join(lines) + "\n")


def _html(report: Report, layout: Layout) -> str:
    """The page of the whole report: it begins with the checklist, and its items lead to the findings."""
    from archlint.report import html  # noqa: PLC0415  the page shows the checklist, in words of this module

    return html.render(report, layout)


def _json(report: Report, layout: Layout) -> str:  # noqa: ARG001  one signature for all formats
    def section(found: Section) -> dict[str, Any]:
        return {"name": found.name, "score": found.score, "counts": dict(found.counts), "answered": found.answered}

    return json_text(
        {
            "schema": SCHEMA,
            "tool": {"name": "archlint", "version": report.version},
            "sections": [section(s) for s in sections(report.checklist)],
            "items": [item(result) for result in report.checklist],
            "stray_answers": stray_answers(report),
        }
    )
