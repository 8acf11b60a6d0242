"""What tells of two writes, one behind the other, that a second run does what the first has left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Comparison, Constant, Name
from archlint.project.control.sequence import chain
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.commits import Commit

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

IF_MISSING = re.compile(
    r"if_(not_exists|not_there|missing|absent|needed)$|^(get|find)_or_(create|make)|^ensure_|_or_(attach|find|get|join|load|reuse|resume)(_|$)"
)
"""Names of functions that make what is not there."""
_SAVES = frozenset({"save", "asave"})
_CLEANS = re.compile(r"\s*DELETE\s+FROM\b.*\bWHERE\b.*(=|<|>|\bIN\s*\()\s*'", re.IGNORECASE | re.DOTALL)
"""What of many is out of use: a condition with a fixed value."""
_PUTS_IN_ONCE = re.compile(r"\bON\s+CONFLICT\b.*\bDO\s+NOTHING\b|\bINSERT\s+(OR\s+)?IGNORE\b", re.IGNORECASE | re.DOTALL)
_SETS = re.compile(r"\s*UPDATE\b", re.IGNORECASE)
_COUNTS = re.compile(r"=\s*[\w.\"]+\s*[-+*]", re.IGNORECASE)


def can_be_run_again(project: Project, first: Commit, second: Commit) -> bool:
    """Both clean up, or set fixed values and put in what is not there; both happen only where something differs from what is
    kept, or the first does and the second in any case; the second keeps the number of what is made elsewhere if it is not
    there."""
    if _is_compared(first, second) or (_is_compared(first) and _is_compared(second)):
        return True
    if _is_made_elsewhere(first, second):
        return True
    texts = [_texts(project, each) for each in (first, second)]
    if not all(texts):
        return False
    if all(_CLEANS.match(text) for each in texts for text in each):
        return True
    return all(_PUTS_IN_ONCE.search(text) for text in texts[1]) and all(map(_is_same_again, texts[0]))


def _is_same_again(text: str) -> bool:
    return bool(_PUTS_IN_ONCE.search(text)) or (bool(_SETS.match(text)) and not _COUNTS.search(text))


def _texts(project: Project, commit: Commit) -> list[str]:
    """The SQL that is given at the place itself."""
    call = commit.point.call
    if call is None or commit.path.through:
        return []
    return [sql.text for sql in project.statements.by_sink.get((commit.point.module.path, call.index), ())]


def _is_compared(commit: Commit, beside: Commit | None = None) -> bool:
    """`if name != user.name: user.name = name; user.save()`, or by a flag that is set there; where another commit is given,
    by what that does not stand in."""
    module = commit.point.module
    body = module.body
    around = {*chain(module, beside.point.context)} if beside is not None else set[int]()
    for row in chain(module, commit.point.context):
        place = body.contexts[row]
        if place.kind != "if" or place.subject is None or row in around:
            continue
        if any(map(_differs, parts_of(body, place.subject))):
            return True
        if isinstance(place.subject, Name) and any(_flagged(module, place.subject.id, place.function)):
            return True
    return False


def _flagged(module: Module, flag: str, function: int) -> Iterator[bool]:
    """For each place that sets the flag: only where something differs."""
    body = module.body
    for s in module.own_statements(function):
        is_set = isinstance(s.target, Name) and s.target.id == flag and isinstance(s.value, Constant) and s.value.value is True
        if not is_set:
            continue
        tests = (body.contexts[row].subject for row in chain(module, s.context) if body.contexts[row].kind == "if")
        yield any(_differs(part) for test in tests if test is not None for part in parts_of(body, test))


def _differs(part: object) -> bool:
    """Something is not what an object keeps."""
    return isinstance(part, Comparison) and part.ops == ("!=",) and any(isinstance(o, Attribute) for o in part.operands)


def _is_made_elsewhere(first: Commit, second: Commit) -> bool:
    """`page.draft_id = create_draft_if_not_exists(…); page.save()`"""
    body, call = second.point.module.body, second.point.call
    callee = call.call.callee if call is not None and not second.path.through else None
    if not (isinstance(callee, Attribute) and callee.attr in _SAVES):
        return False
    between = range(first.point.site.end, second.point.site.at)
    row = spell(body, callee.base)
    values = [
        s.value
        for s in body.statements
        if s.at in between and isinstance(s.target, Attribute) and spell(body, s.target.base) == row
    ]
    return bool(values) and all(isinstance(v, CallRef) and IF_MISSING.search(last_name(body, v)) for v in values)
