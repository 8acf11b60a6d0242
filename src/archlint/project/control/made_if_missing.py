"""Code that runs only where something was not found: it makes what is missing, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Constant, Expr, Name, Operation, Walrus
from archlint.project.control.sequence import chain
from archlint.project.parts import parts_of
from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MADE = frozenset({"created", "missing", "absent"})
_REFUSING = frozenset({"error", "errors", "err", "response", "resp", "redirect", "denied", "problem", "failure"})
"""What is left with is no row: `if error: return error`."""
_OLD = frozenset({"expired", "stale", "outdated", "fresh"})


def is_made_if_missing(module: Module, context: int, at: int) -> bool:
    """The place is inside `if not found:`, `if found is None:`, `if count == 0:`, `else:` of `if found:`, or a handler of
    what was not found; or it stands behind an `or`: `find() or make()`."""
    body = module.body
    statement = next((s for s in body.statements if s.context == context and s.at <= at < s.end), None)
    for part in parts_of(body, statement.value if statement is not None else None):
        if isinstance(part, Operation) and part.op == "or" and any(side.at <= at < side.end for side in part.operands[1:]):
            return True
    contexts = body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "except" or (place.kind == "if" and _misses(place.subject)):
            return True
        if place.kind == "else" and isinstance(place.subject, Name | CallRef):
            return True
        context = place.parent
    return False


def is_behind_what_was_found(module: Module, context: int, at: int) -> bool:
    """The place stands behind `if found is not None: return found`."""
    body = module.body
    around = set(chain(module, context))
    for left in body.statements:
        place = body.contexts[left.context]
        if left.kind != "return" or left.at >= at or place.kind != "if" or place.parent not in around:
            continue
        tested = [part.id for part in (place.subject, *_present(place.subject)) if isinstance(part, Name)]
        if isinstance(left.value, Name) and left.value.id in tested and _REFUSING.isdisjoint(words_of(left.value.id)):
            return any(
                isinstance(s.target, Name) and s.target.id == left.value.id and s.kind == "assign" for s in body.statements
            )
    return False


def leads_to_what_is_missing(project: Project, path: Path) -> bool:
    """Some call on the way is made on an object of which a part is `None`: `if page.code is None: page.save()`; or where a
    copy is out of date: `if page.is_stale(): page.load()`; or after a search that failed."""
    for number, step in enumerate(path.steps):
        body = project.modules.by_path[step.site.path].body
        tests = [c.subject for c in body.contexts if c.kind == "if" and c.at <= step.site.at < c.end]
        if any(not _OLD.isdisjoint(words_of(spell(body, test))) for test in tests if test is not None):
            return True
        if number == len(path.steps) - 1:
            continue
        calls = [call for call in body.calls if call.at == step.site.at and call.end == step.site.end]
        if any(_is_caught(body, call.context) for call in calls):
            return True
        absent = {spell(body, part.base) for test in tests for part in _absent(test) if isinstance(part, Attribute)}
        callees = [call.callee for call in calls]
        if any(isinstance(callee, Attribute) and spell(body, callee.base) in absent for callee in callees):
            return True
    return False


def _is_caught(body: Body, context: int) -> bool:
    """Something was not there: the row of settings, the first time."""
    while context >= 0 and body.contexts[context].kind not in ("function", "class", "module"):
        if body.contexts[context].kind == "except":
            return True
        context = body.contexts[context].parent
    return False


def _absent(test: Expr | None) -> Iterator[Expr]:
    """What is `None` where the test holds, alone or as one of several."""
    if isinstance(test, Operation) and test.op in ("or", "and"):
        for part in test.operands:
            yield from _absent(part)
    elif isinstance(test, Comparison) and test.ops == ("is",) and any(map(_is_none, test.operands)):
        yield from test.operands


def _present(test: Expr | None) -> Iterator[Expr]:
    """What is not `None` where the test holds."""
    if isinstance(test, Comparison) and test.ops == ("is not",) and any(map(_is_none, test.operands)):
        yield from test.operands


def _is_none(expr: Expr) -> bool:
    return isinstance(expr, Constant) and expr.value is None


def _misses(test: Expr | None) -> bool:
    match test:
        case Operation(op="not"):
            return True
        case Operation(op="or" | "and"):
            return any(_misses(part) for part in test.operands)
        case Comparison(ops=("is",) | ("==",)):
            return any(isinstance(side, Constant) and (side.value is None or side.value == 0) for side in test.operands)
        case Comparison(ops=("not in",)):
            return True
        case Name():  # `item, created = find_or_make(…)`
            return not _MADE.isdisjoint(words_of(test.id))
        case Walrus():  # `if missing := asked - found:`
            return not _MADE.isdisjoint(words_of(test.name))
        case _:
            return False
