"""Runs rules over small projects written in a test or in Markdown: `run_rule`, `cases`, `examples`, `mismatches`.

A case is a heading of a Markdown file with one or more fenced blocks below it.  A block is a file of a little project:
its path stands on the line before, in backticks with a colon; without one it is `example.py` (or `example.sql`,
`pyproject.toml`, … by the block's language).  A mark at the end of a line says that exactly one finding of the rule
starts there: `# error`, or `# error: words` when the words must be in its message; `# error; error: words` for two.
`-- error` marks SQL.  A case without a mark says that the rule stays silent.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from msgspec.structs import replace

from archlint import app
from archlint.adapters.processes import InProcess
from archlint.adapters.store import NoStore
from archlint.engine.analyse import analyse
from archlint.engine.config import settings_of, table_of
from archlint.facts.findings import Finding, Report
from archlint.facts.settings import Settings
from archlint.ports import FileEntry
from archlint.rulebook import Example

TODAY = "2026-01-15"
"""The day on which cases run, for suppressions that expire."""

_BLOCK_NAMES = {"py": "example.py", "python": "example.py", "sql": "example.sql", "toml": "pyproject.toml"}
_BLOCK_NAMES |= {"dockerfile": "Dockerfile", "yaml": "docker-compose.yml", "yml": "docker-compose.yml"}
_HEADING = re.compile(r"^#{2,3} +(.+?) *$")
_PATH = re.compile(r"^`([^`]+)`:? *$")
_FENCE = re.compile(r"^(`{3,}|~{3,}) *([\w.+-]*) *$")
_MARK = re.compile(r"(?:#|--) error(?P<rest>(?::| *;|\s*$).*|$)")


class MemoryFiles:
    """A tree in memory: implements `ports.Files`. Values are text or bytes."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}

    def walk(self, enter: Callable[[str], bool]) -> Iterator[FileEntry]:
        entered: dict[str, bool] = {}
        for path in self._files:
            folders = path.split("/")[:-1]
            inside = True
            for depth in range(1, len(folders) + 1):
                folder = "/".join(folders[:depth])
                if inside and folder not in entered:
                    entered[folder] = enter(folder)
                inside = inside and entered[folder]
                if not inside:
                    break
            if inside:
                yield FileEntry(path)

    def size(self, path: str) -> int:
        return len(self.read(path))

    def read(self, path: str) -> bytes:
        try:
            return self._files[path]
        except KeyError:
            raise FileNotFoundError(2, "No such file or directory", path) from None

    def above(self, name: str) -> Iterable[tuple[str, bytes]]:  # noqa: ARG002  nothing is above
        return ()


def analyse_files(files: Mapping[str, str | bytes], settings: Settings | None = None, today: str = TODAY) -> Report:
    """The report on a project in memory, with the configuration that its `pyproject.toml` or `archlint.toml` holds."""
    tree = MemoryFiles(files)
    return analyse(tree, NoStore(), InProcess(), app.tool(), settings=settings or _settings(tree), today=today)


def run_rule(rule_id: str, files: Mapping[str, str | bytes], parameters: Mapping[str, object] | None = None) -> list[Finding]:
    """The findings of one rule over a project, those that are accepted by a suppression left out.

    `parameters` replace the document's.  A rule that crashes raises RuntimeError.
    """
    rule = app.rulebook().rule(rule_id)
    settings = _settings(MemoryFiles(files))
    if rule.has_check:
        settings = replace(settings, select=(rule.id,))
    if parameters:
        settings = replace(settings, rules={**settings.rules, rule.id: dict(parameters)})
    report = analyse_files(files, settings)
    if rule.id != "RUN005" and any(crashed == rule.id for crashed in report.completeness.crashed):
        reasons = [finding.message for finding in report.findings if finding.rule == "RUN005"]
        raise RuntimeError("; ".join(reasons))
    return [finding for finding in report.active if finding.rule == rule.id]


@dataclass(frozen=True)
class Mark:
    """One expected finding: where it starts, and words that must be in its message (none: any)."""

    path: str
    line: int
    words: str = ""


@dataclass(frozen=True)
class Case:
    """A little project and what the rule must say of it."""

    title: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def marks(self) -> list[Mark]:
        return [mark for path, text in sorted(self.files.items()) for mark in _marks(path, text)]


def cases(markdown: str) -> list[Case]:
    """The cases of a Markdown text, in order. Raises ValueError for a block that is not closed, a path that is written
    twice, and a block before any heading."""
    found: list[Case] = []
    path = ""
    lines = iter(enumerate(markdown.splitlines(), 1))
    for number, line in lines:
        heading, named, fence = _HEADING.match(line), _PATH.match(line), _FENCE.match(line)
        if heading:
            found.append(Case(heading[1]))
        elif named:
            path = named[1].rstrip(":")
        elif fence:
            if not found:
                raise ValueError(f"line {number}: a block before any heading")
            target = path or _BLOCK_NAMES.get(fence[2].lower(), f"example.{fence[2] or 'txt'}")
            if target in found[-1].files:
                raise ValueError(f"line {number}: `{target}` is written twice in the case `{found[-1].title}`")
            found[-1].files[target] = _block(lines, fence[1], number)
            path = ""
    return [case for case in found if case.files]


def _block(lines: Iterator[tuple[int, str]], fence: str, opened: int) -> str:
    taken: list[str] = []
    for _, line in lines:
        if line.rstrip() == fence:
            return "".join(f"{text}\n" for text in taken)
        taken.append(line)
    raise ValueError(f"line {opened}: the block is not closed")


def example(given: Example, title: str) -> Case:
    """A document's example as a case."""
    return Case(title, dict(given) if isinstance(given, dict) else {"example.py": given})


def mismatches(rule_id: str, case: Case) -> list[str]:
    """How the rule's findings differ from the case's marks; empty when it says exactly what is marked."""
    findings = run_rule(rule_id, case.files)
    expected = Counter((mark.path, mark.line) for mark in case.marks)
    reported = Counter((finding.location.path, finding.location.line) for finding in findings)
    missing = [f"{path}:{line}: expected a finding" for path, line in sorted((expected - reported).elements())]
    extra = [
        f"{f.location.path}:{f.location.line}:{f.location.column}: not expected: {f.message}"
        for f in findings
        if (f.location.path, f.location.line) in reported - expected
    ]
    return missing + extra + list(_wrong_words(case.marks, findings))


def _wrong_words(marks: Sequence[Mark], findings: Sequence[Finding]) -> Iterable[str]:
    for mark in marks:
        here = [f.message for f in findings if (f.location.path, f.location.line) == (mark.path, mark.line)]
        if here and mark.words and not any(mark.words in message for message in here):
            yield f"{mark.path}:{mark.line}: `{mark.words}` is not in: {' | '.join(here)}"


def _marks(path: str, text: str) -> Iterator[Mark]:
    for number, line in enumerate(text.splitlines(), 1):
        match = _MARK.search(line)
        if match is None:
            continue
        for part in f"error{match['rest']}".split(";"):
            yield Mark(path, number, part.strip().removeprefix("error").lstrip(":").strip())


@cache
def _defaults() -> Settings:
    return Settings(preview=True)


def _settings(files: MemoryFiles) -> Settings:
    for path in ("archlint.toml", "pyproject.toml"):
        try:
            table = table_of(path, files.read(path).decode())
        except OSError:
            continue
        if table is not None:
            return replace(settings_of(table, path), preview=True)
    return _defaults()


__all__ = ["Case", "Mark", "MemoryFiles", "analyse_files", "cases", "example", "mismatches", "run_rule"]
