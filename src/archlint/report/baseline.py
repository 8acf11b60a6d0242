"""A baseline as it is shown: how many old findings of which rule, in which files, and what was added to it and why."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from archlint.facts.baseline import Baseline, Entry
from archlint.report.escape import encodable, json_text, visible
from archlint.report.json_report import SCHEMA
from archlint.report.summary import count

FORMATS = ("text", "json")


def render(baseline: Baseline, path: str, form: str) -> str:
    """The baseline of the file `path` in `form`, one of `FORMATS`. Raises ValueError for any other."""
    renderers = {"text": _text, "json": _json}
    if form not in renderers:
        raise ValueError(f"unknown output format {form!r}; there are {', '.join(FORMATS)}")
    return renderers[form](baseline, path)


def _total(entries: tuple[Entry, ...]) -> int:
    return sum(entry.count for entry in entries)


def _by_rule(baseline: Baseline) -> list[tuple[str, int, int]]:
    """(rule, findings, files), most findings first."""
    findings: Counter[str] = Counter()
    for entry in baseline.entries:
        findings[entry.rule] += entry.count
    files = Counter(rule for rule, _ in {(entry.rule, entry.path) for entry in baseline.entries})
    return sorted(((rule, n, files[rule]) for rule, n in findings.items()), key=lambda row: (-row[1], row[0]))


def _by_file(baseline: Baseline) -> list[tuple[str, tuple[Entry, ...]]]:
    return [(path, tuple(entries)) for path, entries in groupby(baseline.entries, key=lambda entry: entry.path)]


def _text(baseline: Baseline, path: str) -> str:
    files = _by_file(baseline)
    lines = [f"{path}: {count(_total(baseline.entries), 'old finding')} in {count(len(files), 'file')}"]
    lines += [f"{n:>6}  {rule}  in {count(of, 'file')}" for rule, n, of in _by_rule(baseline)]
    for name, entries in files:
        lines += ["", name]
        for entry in entries:
            times = f" ×{entry.count}" if entry.count > 1 else ""
            where = f" ({entry.symbol})" if entry.symbol else ""
            lines.append(f"  {entry.rule}{times}{where}  {entry.message}")
    if baseline.increases:
        lines += ["", "Increases:"]
        lines += [f"  {i.date}  {i.rule} by {i.by:,}: {i.why}" for i in baseline.increases]
    return "".join(encodable(visible(line)) + "\n" for line in lines)


def _json(baseline: Baseline, path: str) -> str:
    def entry(of: Entry) -> dict[str, Any]:
        keys = ("rule", "fingerprint", "count", "symbol", "subject", "message")
        return {key: getattr(of, key) for key in keys}

    return json_text(
        {
            "schema": SCHEMA,
            "path": path,
            "findings": _total(baseline.entries),
            "rules": [{"rule": rule, "findings": n, "files": files} for rule, n, files in _by_rule(baseline)],
            "files": [
                {"path": name, "findings": _total(entries), "entries": [entry(e) for e in entries]}
                for name, entries in _by_file(baseline)
            ],
            "increases": [{"rule": i.rule, "by": i.by, "why": i.why, "date": i.date} for i in baseline.increases],
        }
    )
