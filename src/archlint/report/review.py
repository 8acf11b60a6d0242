"""The list of a review for scripts and pipes: what there is, in which order, and what was decided about it."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct
from msgspec.structs import asdict

from archlint.engine.review_session import Decision
from archlint.facts.findings import Finding, Report
from archlint.report.escape import json_text, visible

FORMATS = ("text", "json")


class Listed(Struct, frozen=True):
    """A finding, the words for its state, and what was decided."""

    finding: Finding
    states: tuple[str, ...]
    decided: Decision | None


def nothing(report: Report, *, filtered: bool = False) -> str:
    """Why there is nothing to be reviewed: it may all be left out by a filter, or be accepted elsewhere."""
    if filtered:
        return "No finding is left by the filter."
    states: Counter[str] = Counter(finding.state for finding in report.findings)
    kinds = (("baselined", "old in the baseline"), ("suppressed", "suppressed"))
    accepted = " and ".join(f"{states[state]:,} {word}" for state, word in kinds if states[state])
    hint = "; `archlint check --no-baseline` shows what is old" if states["baselined"] else ""
    return f"Nothing is there to be reviewed{f': {accepted}' if accepted else ''}{hint}."


def render(listed: list[Listed], stale: list[Decision], form: str, empty: str) -> str:
    """`text`: a line a finding, `empty` for none; `json`: `findings`, and `stale`: decisions about what is gone."""
    return _json(listed, stale) if form == "json" else _text(listed, stale) or f"{empty}\n"


def _text(listed: list[Listed], stale: list[Decision]) -> str:
    lines = []
    for item in listed:
        finding = item.finding
        place = f"{visible(finding.location.path)}:{finding.location.line}"
        state = ",".join(item.states)
        lines.append(f"{finding.fingerprint}  {state:<10}  {finding.severity.name.lower():<7}  {finding.rule}  {place}")
        lines.append(f"    {visible(finding.message)}")
        if item.decided is not None and item.decided.reason:
            until = f", until {item.decided.until}" if item.decided.until else ""
            lines.append(f"    {item.decided.verdict}: {visible(item.decided.reason)}{until}")
    for decision in stale:
        lines.append(f"{decision.fingerprint}  gone  {decision.rule}  {visible(decision.path)}: was {decision.verdict}")
    return "".join(f"{line}\n" for line in lines)


def _json(listed: list[Listed], stale: list[Decision]) -> str:
    return json_text({"schema": 1, "findings": [_item(item) for item in listed], "stale": [_decision(d) for d in stale]})


def _item(item: Listed) -> dict[str, object]:
    finding = item.finding
    return {
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "path": finding.location.path,
        "line": finding.location.line,
        "column": finding.location.column,
        "message": finding.message,
        "states": list(item.states),
        "decision": None if item.decided is None else _decision(item.decided),
    }


def _decision(decision: Decision) -> dict[str, object]:
    known = asdict(decision)
    return {name: known[name] for name in ("fingerprint", "rule", "path", "line", "message", "verdict", "reason", "until")}
