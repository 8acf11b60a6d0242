"""Which findings touch lines that changed since a commit. Pure: the texts of then and now come in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from difflib import SequenceMatcher

from msgspec.structs import replace

from archlint.engine.status import INCOMPLETE
from archlint.facts.findings import Diff, Finding, Location, Report

_LINE_END = re.compile(r"\r\n|\r|\n")
_ALIKE = 0.5
"""The share of equal lines from which a new file counts as an old one renamed; git's own default."""
_CANDIDATES = 1_000
"""Lost files that are compared with a new one; git's own bound."""
_LONG = 20_000
"""Lines from which a changed stretch is taken as changed throughout."""


class Changed:
    """The changed lines of files, each worked out when it is first asked for.

    `before`: path → text of then, `lost`: the same of files that are gone, `now` the present text of a path.  A line that
    was taken out leaves its mark on the lines around it: what it did is missing there.
    """

    def __init__(self, before: Mapping[str, str], lost: Mapping[str, str], now: Callable[[str], str | None]) -> None:
        self._before = before
        self._now = now
        self._lost = dict(sorted(lost.items())[:_CANDIDATES])
        self._lines: dict[str, frozenset[int] | None] = {}
        self._lost_lines: dict[str, Counter[str]] | None = None

    def touches(self, place: Location) -> bool:
        """Whether a line of the place changed."""
        lines = self._of(place.path)
        last = place.end_line if place.end_column > 1 else max(place.end_line - 1, place.line)
        return lines is None or any(line in lines for line in range(place.line, last + 1))

    def file(self, path: str) -> bool:
        """Whether anything in the file changed."""
        lines = self._of(path)
        return lines is None or bool(lines)

    def _of(self, path: str) -> frozenset[int] | None:
        """The changed lines; None: all of them."""
        if path not in self._lines:
            now = self._now(path)
            old = self._before.get(path)
            if old is None and now is not None:
                old = self._renamed_from(path, now)
            self._lines[path] = None if now is None or old is None else changed_lines(_split(old), _split(now))
        return self._lines[path]

    def _renamed_from(self, path: str, now: str) -> str | None:
        """The text of the lost file that this one was made of; of several the most alike, then the first by path."""
        if self._lost_lines is None:
            self._lost_lines = {lost: Counter(_split(text)) for lost, text in self._lost.items()}
        suffix, lines = path.rpartition(".")[2], Counter(_split(now))
        alike = [(-_alike(old, lines), lost) for lost, old in self._lost_lines.items() if lost.rpartition(".")[2] == suffix]
        share, source = min(alike, default=(0.0, ""))
        return self._lost[source] if -share >= _ALIKE else None


def _alike(old: Counter[str], new: Counter[str]) -> float:
    """The share of characters that stand on lines which both have, as git measures it."""
    size = max(_size(old), _size(new))
    return _size(old & new) / size if size else 0.0


def _size(lines: Mapping[str, int]) -> int:
    return sum((len(line) + 1) * count for line, count in lines.items())


def _split(text: str) -> list[str]:
    return _LINE_END.split(text)


def changed_lines(old: list[str], new: list[str]) -> frozenset[int]:
    """The 1-based lines of `new` that `old` has not, and those beside which a line is missing. Line ends do not count."""
    shared = min(len(old), len(new))
    head = next((n for n in range(shared) if old[n] != new[n]), shared)
    tail = next((n for n in range(shared - head) if old[-1 - n] != new[-1 - n]), shared - head)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    found: set[int] = set()
    for first, last in _stretches(before, after):
        found |= set(range(head + first + 1, head + last + 1)) or {head + first, head + first + 1}
    return frozenset(line for line in found if 0 < line <= len(new))


def _stretches(before: list[str], after: list[str]) -> Iterable[tuple[int, int]]:
    """Where `after` differs, as half-open ranges of its lines; an empty one where lines were only taken out."""
    if max(len(before), len(after)) > _LONG:
        return [(0, len(after))]
    opcodes = SequenceMatcher(None, before, after).get_opcodes()
    return [(first, last) for kind, _, _, first, last in opcodes if kind != "equal"]


def only_changed(report: Report, changed: Changed, diff: Diff) -> Report:
    """The report with the findings that touch a changed line: at their place, at a related one or on their path.

    A finding about a file as a whole (what an app lacks) is kept when anything in the file changed.  What makes the run
    incomplete is kept in any case.
    """
    kept = [finding for finding in report.findings if finding.rule in INCOMPLETE or _is_touched(finding, changed)]
    elsewhere = len(report.active) - sum(finding.state == "new" for finding in kept)
    return replace(report, findings=tuple(kept), diff=replace(diff, elsewhere=elsewhere))


def _is_touched(finding: Finding, changed: Changed) -> bool:
    if finding.whole and changed.file(finding.location.path):
        return True
    return any(changed.touches(place) for place in _places(finding))


def paths_of(report: Report) -> set[str]:
    """Every file that a finding has a place in."""
    return {place.path for finding in report.findings for place in _places(finding)}


def _places(finding: Finding) -> Iterable[Location]:
    yield finding.location
    yield from (note.location for note in (*finding.related, *finding.flow))
