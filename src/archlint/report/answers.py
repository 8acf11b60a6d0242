"""The list of a project's answers, for a terminal and for scripts."""

from __future__ import annotations

from archlint.checklist.wording import status_words
from archlint.facts.findings import Report
from archlint.report.checklist import answer_lines, stray_lines
from archlint.report.escape import encodable, json_text, visible
from archlint.report.json_report import SCHEMA, item, stray_answers

FORMATS = ("text", "json")


def render(report: Report, form: str) -> str:
    """The answers in `form`, one of `FORMATS`, in the checklist's order. Raises ValueError for any other."""
    if form not in FORMATS:
        raise ValueError(f"unknown output format {form!r}; there are {', '.join(FORMATS)}")
    return _json(report) if form == "json" else _text(report)


def _text(report: Report) -> str:
    lines = []
    for result in report.checklist:
        if result.answer is not None:
            lines.append(f"{result.id}  {status_words(result)}")
            lines += [f"    {said}" for said in answer_lines(result)]
    lines += stray_lines(report)
    return encodable("".join(f"{visible(line)}\n" for line in lines or ["no answers"]))


def _json(report: Report) -> str:
    return json_text(
        {
            "schema": SCHEMA,
            "tool": {"name": "archlint", "version": report.version},
            "items": [item(result) for result in report.checklist if result.answer is not None],
            "stray_answers": stray_answers(report),
        }
    )
