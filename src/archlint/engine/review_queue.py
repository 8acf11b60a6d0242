"""In which order findings are gone through, and which of them a filter leaves."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from archlint.facts.findings import Finding, Location, Note, Severity

KEYS = ("severity", "rule", "path", "is")
STATES = ("open", "skipped", "noted", "suppressed", "baselined", "changed")


class FilterError(Exception):
    """A filter that is not understood, or words that name no finding; `problems` say why."""

    def __init__(self, problem: str) -> None:
        self.problems = (problem,)
        super().__init__(problem)


class Filter(Struct, frozen=True):
    """All of it must hold. `severities`, `rules`, `paths`, `states`: one of the words of each that has any."""

    severities: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def keeps(self, finding: Finding, states: frozenset[str]) -> bool:
        """`states` are the finding's, of `STATES`."""
        path = finding.location.path
        said = f"{finding.rule} {finding.name} {finding.message} {path} {finding.symbol}".lower()
        return (
            (not self.severities or finding.severity.name.lower() in self.severities)
            and (not self.rules or any(finding.rule.startswith(w.upper()) or finding.name == w for w in self.rules))
            and (not self.paths or any(word in path or fnmatch.fnmatchcase(path, word) for word in self.paths))
            and (not self.states or bool(states & set(self.states)))
            and all(text in said for text in self.texts)
        )


def filter_of(text: str) -> Filter:
    """`severity:error rule:SQL path:shop/** is:open words`; several of a kind with commas. Raises FilterError."""
    found: dict[str, list[str]] = {"severity": [], "rule": [], "path": [], "is": [], "": []}
    for part in text.split():
        key, colon, value = part.partition(":")
        if colon and key in found and value:
            found[key] += [word for word in value.split(",") if word]
        elif colon and key in found:
            raise FilterError(f"`{part}` says nothing behind the colon")
        else:
            found[""].append(part.lower())
    for word in found["severity"]:
        if word.upper() not in Severity.__members__:
            raise FilterError(f"`{word}` is no severity; there are error, warning and note")
    for word in found["is"]:
        if word not in STATES:
            raise FilterError(f"`{word}` is no state; there are {', '.join(STATES)}")
    severity, rule, path, state, texts = (tuple(found[key]) for key in ("severity", "rule", "path", "is", ""))
    return Filter(tuple(word.lower() for word in severity), rule, path, state, texts)


def ordered(findings: Iterable[Finding], changed: frozenset[str]) -> list[Finding]:
    """By severity × confidence × whether its code is changed (twice as much), then by severity, then by place."""

    def weight(finding: Finding) -> tuple[object, ...]:
        score = finding.severity * finding.confidence * (2 if finding.fingerprint in changed else 1)
        return -score, -finding.severity, finding.location, finding.rule, finding.fingerprint

    return sorted(findings, key=weight)


class Row(Struct, frozen=True, kw_only=True):
    """A rule with findings. `severity` is the highest of them; `decided` are those that are not open any more."""

    rule: str
    name: str
    severity: Severity
    open: int
    decided: int


def rows(findings: Iterable[Finding], states: Mapping[str, frozenset[str]]) -> list[Row]:
    """The rules by count of open findings, most first."""
    found: dict[str, Row] = {}
    for finding in findings:
        row = found.get(finding.rule) or Row(rule=finding.rule, name=finding.name, severity=finding.severity, open=0, decided=0)
        is_open = "open" in states[finding.fingerprint]
        found[finding.rule] = replace(
            row,
            severity=max(row.severity, finding.severity),
            open=row.open + is_open,
            decided=row.decided + (not is_open),
        )
    return sorted(found.values(), key=lambda row: (-row.open, -row.severity, row.rule))


def moved(finding: Finding, path: str, line: int, by: int) -> Finding:
    """The finding when the lines of a file from `line` on have moved down by so many."""

    def place(location: Location) -> Location:
        if location.path != path or location.end_line < line:
            return location
        start = location.line + by if location.line >= line else location.line
        return Location(path, start, location.column, location.end_line + by, location.end_column)

    def notes(given: tuple[Note, ...]) -> tuple[Note, ...]:
        return tuple(Note(place(note.location), note.message) for note in given)

    if path not in {finding.location.path, *(note.location.path for note in (*finding.related, *finding.flow))}:
        return finding
    return replace(finding, location=place(finding.location), related=notes(finding.related), flow=notes(finding.flow))


def named(findings: Iterable[Finding], word: str, rule: str = "") -> list[Finding]:
    """The findings that a word means: a fingerprint, or PATH:LINE (several of one rule are twins on the line).

    Raises FilterError where it means none, or findings of several rules of which none is named."""
    known = [finding for finding in findings if rule in ("", finding.rule, finding.name)]
    found = [finding for finding in known if finding.fingerprint == word]
    if not found:
        path, _, line = word.rpartition(":")
        found = [f for f in known if f.location.path == path and str(f.location.line) == line]
    if not found:
        raise FilterError(f"`{word}` names no finding{f' of {rule}' if rule else ''}; see `archlint review list`")
    rules = sorted({finding.rule for finding in found})
    if len(rules) > 1:
        raise FilterError(f"{word} has findings of {', '.join(rules)}: say which with --rule")
    return found
