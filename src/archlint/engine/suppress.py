"""Suppressions: comments that say which findings are accepted here, why, and until when."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from archlint.facts.findings import Location, Site
from archlint.facts.syntax import Class, FileFacts, Function
from archlint.facts.text import LineIndex

_COMMENT = re.compile(
    r"archlint\s*:\s*(?P<word>[A-Za-z-]+)[ \t]*(?:\[(?P<rules>[^\]]*)\])?[ \t]*[:—-]*[ \t]*(?P<rest>[^\r\n]*)"
)
_UNTIL = re.compile(r"\buntil[ \t]+(\d{4}-\d{2}-\d{2})\b[ \t,;:—-]*")
_SQL_COMMENT = re.compile(r"--[ \t]*archlint\s*:[^\r\n]*|/\*[ \t]*archlint\s*:.*?\*/", re.S)
_NEXT_COMMENT = re.compile(r"(?:^|\s)(?:#(?!\d)|--)")  # `#12` is an issue's number
_NEVER = 1 << 60
_HEADS = frozenset({"for", "while", "if", "with", "try"})
_BRANCHES = frozenset({"else", "except", "finally"})
_WORD_CHARACTER = re.compile(r"\w")


@dataclass
class Suppression:
    """One comment. `first`/`last` are the lines it covers; `used` the words of its brackets that covered a finding."""

    site: Site
    words: tuple[str, ...]
    reason: str
    until: str
    whole_file: bool
    first: int = 1
    last: int = 0
    problem: str = ""
    """Why it covers nothing: what is wrong with how it is written."""
    own_line: bool = False
    """Nothing else stands on its line."""
    behind: str = ""
    """Another tool's words in the same comment."""
    used: set[str] = field(default_factory=set)

    def covers(self, location: Location) -> bool:
        return self.whole_file or self.first <= location.line <= self.last

    def expired(self, today: str) -> bool:
        return bool(self.until) and self.until < today


def of_python(path: str, facts: FileFacts) -> list[Suppression]:
    """The suppressions in a Python file.

    At the end of a line it covers that line and the statements on it; beside the head of a `def` or `class` its body
    too; on a line of its own it covers the statement, `def` or `class` that follows, with all its branches.
    """
    lines = LineIndex.decode(facts.outline.lines)
    found = []
    scopes = _Scopes(facts, lines)
    for comment in facts.outline.comments:
        made = read(comment.text, Site(path, comment.at, comment.end))
        if made is None:
            continue
        line = lines.line(comment.at)
        made.own_line = comment.own_line
        made.first, made.last = scopes.below(line) if comment.own_line else scopes.beside(line)
        found.append(made)
    return found


def of_sql(path: str, text: str) -> list[Suppression]:
    """The suppressions in an SQL file: at the end of a line for that line, on its own up to the next `;`."""
    lines = LineIndex.of(text)
    found = []
    for match in _SQL_COMMENT.finditer(text):
        made = read(match.group().removesuffix("*/"), Site(path, match.start(), match.end()))
        if made is None:
            continue
        line = lines.line(match.start())
        made.first = made.last = line
        made.own_line = not text[lines.starts[line - 1] : match.start()].strip()
        if made.own_line:
            end = text.find(";", match.end())
            made.last = lines.line(end if end >= 0 else len(text))
        found.append(made)
    return found


def read(comment: str, site: Site) -> Suppression | None:
    """What one comment says, before it is known what it covers; None where it does not speak to archlint."""
    match = _COMMENT.search(comment)
    if match is None:
        return None
    word, rules = match["word"], match["rules"]
    until = _UNTIL.search(match["rest"])
    said = _UNTIL.sub("", match["rest"])
    other = _NEXT_COMMENT.search(said)
    reason = (said[: other.start()] if other else said).strip(" \t-—:;,#")
    words = tuple(dict.fromkeys(part.strip() for part in (rules or "").split(",") if part.strip()))
    made = Suppression(
        site=site,
        words=words,
        reason=reason if _WORD_CHARACTER.search(reason) else "",
        until=until[1] if until else "",
        whole_file=word == "ignore-file",
        behind=said[other.start() :].strip() if other else "",
    )
    if word not in ("ignore", "ignore-file"):
        made.problem = f"`{word}` is no word of archlint; there are `ignore` and `ignore-file`"
    elif not words:
        made.problem = f"name the rules: `archlint: {word}[RULE] reason`"
    return made


class _Scopes:
    """Which lines belong together, asked by line."""

    def __init__(self, facts: FileFacts, lines: LineIndex) -> None:
        body = facts.body
        self._statements = sorted((lines.line(s.at), lines.line(max(s.end - 1, s.at))) for s in body.statements)
        self._widest = max((last - first for first, last in self._statements), default=0)
        self._imports = sorted((lines.line(i.at), lines.line(max(i.end - 1, i.at))) for i in facts.outline.imports)
        self._blocks: list[tuple[int, int, int]] = []
        for function in facts.outline.functions:
            if function.name != "<lambda>":
                ends = [p.end for p in function.parameters]
                ends += [function.returns.end] if function.returns is not None else []
                self._blocks.append(_block(lines, function, ends))
        for klass in facts.outline.classes:
            ends = [*(b.end for b in klass.bases), *(k.value.end for k in klass.keywords)]
            self._blocks.append(_block(lines, klass, ends))
        self._compounds = _compounds(facts, lines)
        starts = [first for first, _ in (*self._statements, *self._imports)] + [first for first, _, _ in self._blocks]
        self._starts = sorted([*starts, *self._compounds])

    def beside(self, line: int) -> tuple[int, int]:
        first = last = line
        for start, head, end in self._blocks:
            if start <= line <= max(head, min(self._next_start(head) - 1, end)):
                first, last = min(first, start), max(last, end)
        for start, end in self._around(line):
            first, last = min(first, start), max(last, end)
        if (first, last) == (line, line):
            last = self._end_of_import_list(line)
        return first, last

    def below(self, line: int) -> tuple[int, int]:
        start = self._next_start(line)
        if start == _NEVER:
            return line, line
        last = max([end for first, end in self._around(start) if first == start] or [start])
        last = max([last, *(end for first, _, end in self._blocks if first == start)])
        return line, max(last, self._compounds.get(start, last))

    def _next_start(self, line: int) -> int:
        """The first line after this one on which something begins."""
        position = bisect_left(self._starts, line + 1)
        return self._starts[position] if position < len(self._starts) else _NEVER

    def _end_of_import_list(self, line: int) -> int:
        """`from a import (` has no record of its own: the names that follow it, line after line, have."""
        last = line
        for first, end in self._imports:
            if first == last + 1 and line not in self._starts:
                last = end
        return last

    def _around(self, line: int) -> list[tuple[int, int]]:
        """Statements and imports whose lines include this one."""
        position = bisect_left(self._statements, (line - self._widest, 0))
        found = []
        for first, last in self._statements[position:]:
            if first > line:
                break
            if last >= line:
                found.append((first, last))
        return found + [(first, last) for first, last in self._imports if first <= line <= last]


def _compounds(facts: FileFacts, lines: LineIndex) -> dict[int, int]:
    """First line → last line of every `for`, `while`, `if`, `with` and `try`, its other branches included."""
    found: dict[int, int] = {}
    head: dict[int, int] = {}
    for context in facts.body.contexts:
        if context.kind in _HEADS:
            head[context.parent] = lines.line(context.at)
        elif context.kind not in _BRANCHES or context.parent not in head:
            continue
        first = head[context.parent]
        found[first] = max(found.get(first, first), lines.line(max(context.end - 1, context.at)))
    return found


def _block(lines: LineIndex, defined: Function | Class, ends_of_head: list[int]) -> tuple[int, int, int]:
    """(first line with the decorators, last line of the head, last line of the body) of a `def` or `class`."""
    starts = [defined.at, defined.name_at, *(decorator.at for decorator in defined.decorators)]
    head = max([defined.name_at, *ends_of_head])
    return min(lines.line(at) for at in starts), lines.line(head), lines.line(max(defined.end - 1, defined.at))
