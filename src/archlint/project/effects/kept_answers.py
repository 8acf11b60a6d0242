"""Functions that ask another service only for what a cache or a table of their own does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Comparison,
    Comprehension,
    Constant,
    Expr,
    Name,
    Operation,
    Statement,
    Subscript,
)
from archlint.project.parts import item_read, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archlint.facts.findings import Step
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_FILLING = frozenset({"setdefault", "update"})
_NOTING = frozenset({"add", "append"})
_WITHIN = frozenset({"in", "not in"})


def asks_for_what_is_missing(
    project: Project, through: Iterable[Def], steps: Iterable[Step], memo: Iterable[str], keeping: frozenset[str]
) -> bool:
    """One of the functions on the way takes its step only where what it has asked before gave nothing: something with one
    of the effects `keeping`, or a cache by a word of `memo`."""
    places, words = {step.site for step in steps}, frozenset(memo)
    return any(
        not (_missing(site.module, site.call.context) | _left_behind(site, definition)).isdisjoint(
            _asked_before(project, definition, site.site.at, words, keeping)
        )
        for definition in through
        for site in project.calls.of(definition)
        if site.site in places
    )


def _left_behind(site: CallSite, definition: Def) -> frozenset[str]:
    """What is empty behind `if kept is not None: return kept`."""
    contexts = site.module.body.contexts
    chain, row = set(), site.call.context
    while row >= 0 and contexts[row].function == definition.index:
        chain.add(row)
        row = contexts[row].parent
    found: set[str] = set()
    for statement in definition.module.own_statements(definition.index):
        test = contexts[statement.context]
        if statement.kind == "return" and statement.end <= site.call.at and test.kind == "if" and test.parent in chain:
            found.update(empty_names(test.subject, holds=False) if test.subject is not None else ())
    return frozenset(found)


def turn_asks_for_what_is_missing(
    project: Project, place: EffectPoint, loop: Loop, memo: Iterable[str], keeping: frozenset[str]
) -> bool:
    """The same in the loop's own body: `kept = cache.get(key)`, and the query only where that gave nothing."""
    if loop.mapping is not None or place.caller is None:
        return False
    at, words = place.site.at, frozenset(memo)
    missing = _missing(place.module, place.context, loop.context) | frozenset(_left_empty(loop, place))
    return bool(missing) and not missing.isdisjoint(
        _asked_before(project, place.caller, at, words, keeping, begin=loop.place.at)
    )


def turn_has_answers_ahead(loop: Loop, place: EffectPoint) -> bool:
    """`name = names.get(key)` in the loop, of a mapping that was filled ahead of it, and the query only where that gave
    nothing."""
    if loop.mapping is not None or place.caller is None:
        return False
    body, own = loop.module.body, loop.module.own_statements(place.caller.index)
    missing = _missing(place.module, place.context, loop.context) | frozenset(_left_empty(loop, place))
    for statement in loop.statements if missing else ():
        if isinstance(statement.target, Name) and statement.target.id in missing and statement.end <= place.site.at:
            known = _looked_up_in(body, statement.value)
            if known and known not in loop.derived and any(_fills(body, s, known) for s in own if s.end <= loop.place.at):
                return True
    return False


def _looked_up_in(body: Body, expr: Expr | None) -> str:
    base, _ = item_read(body, expr) or (None, None)
    return base.id if isinstance(base, Name) else ""


def _fills(body: Body, statement: Statement, known: str) -> bool:
    """`known[key] = row`, `known.setdefault(key, row)`, `known = {row.key: row for row in rows}`"""
    target, value = statement.target, statement.value
    if isinstance(target, Subscript):
        return isinstance(target.base, Name) and target.base.id == known
    if isinstance(target, Name):
        return target.id == known and isinstance(value, Comprehension) and value.kind == "dict"
    callee = body.calls[value.index].callee if isinstance(value, CallRef) else None
    is_adding = isinstance(callee, Attribute) and callee.attr in _FILLING
    return isinstance(callee, Attribute) and is_adding and isinstance(callee.base, Name) and callee.base.id == known


def _left_empty(loop: Loop, place: EffectPoint) -> Iterator[str]:
    """What is empty behind `if kept: use(kept); continue`."""
    contexts, chain = loop.module.body.contexts, loop.chain(place.context)
    for statement in loop.statements:
        test = contexts[statement.context]
        if statement.kind == "continue" and statement.end <= place.site.at and test.kind == "if" and test.parent in chain:
            yield from empty_names(test.subject, holds=False) if test.subject is not None else ()


def _missing(module: Module, context: int, outer: int = -1) -> frozenset[str]:
    """The names that are empty wherever the place is reached, by the branches in the context `outer`."""
    contexts = module.body.contexts
    found: set[str] = set()
    while context > outer and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.subject is not None and place.kind in ("if", "else"):
            found.update(empty_names(place.subject, holds=place.kind == "if"))
        context = place.parent
    return frozenset(found)


def empty_names(test: Expr, *, holds: bool) -> Iterator[str]:
    """The names that hold nothing where the test gives that."""
    yield from (part.id for part in empty_parts(test, holds=holds) if isinstance(part, Name))


def empty_parts(test: Expr, *, holds: bool) -> Iterator[Name | Attribute]:
    """The same with the attributes: `self.picture` of `if not self.picture`."""
    match test:
        case Name() | Attribute():
            if not holds:
                yield test
        case Operation(op="not"):
            yield from empty_parts(test.operands[0], holds=not holds)
        case Operation(op="and" | "or") if holds is (test.op == "and"):
            for operand in test.operands:
                yield from empty_parts(operand, holds=holds)
        case Comparison(ops=("is",) | ("is not",), operands=(Name() | Attribute() as part, Constant(value=None))):
            if holds is (test.ops == ("is",)):
                yield part
        case Comparison(ops=("is",), operands=(Name() as part, Name() | Attribute())):  # a mark: `answer is NO_VALUE`
            if holds:
                yield part
        case _:
            return


def turn_keeps_by_key(loop: Loop, place: EffectPoint) -> bool:
    """`if key not in kept:` around the place, in the loop, and `kept[key] = …` in the same branch."""
    if loop.mapping is not None:
        return False
    body = loop.module.body
    for row in loop.chain(place.context):
        test = body.contexts[row].subject if row >= 0 and body.contexts[row].kind == "if" else None
        match test:
            case Comparison(ops=("not in",), operands=(key, kept)):
                asked = spell(body, key), spell(body, kept)
                branch = body.contexts[row]
                for statement in loop.statements:
                    target = statement.target
                    if (
                        isinstance(target, Subscript)
                        and len(target.index) == 1
                        and branch.at <= statement.at < branch.end
                        and (spell(body, target.index[0]), spell(body, target.base)) == asked
                    ):
                        return True
            case _:
                continue
    return False


def turn_takes_what_is_left(loop: Loop, place: EffectPoint) -> bool:
    """`if key in done: continue` in the loop, of a set that code ahead of the loop has filled: what one call for all has done
    is left out."""
    if loop.mapping is not None:
        return False
    body = loop.module.body
    contexts, chain = body.contexts, loop.chain(place.context)
    tests = [contexts[row].subject for row in chain if row >= 0 and contexts[row].kind == "if"]
    for statement in loop.statements:
        test = contexts[statement.context]
        if statement.kind == "continue" and statement.end <= place.site.at and test.kind == "if" and test.parent in chain:
            tests.append(test.subject)
    done = {
        test.operands[1].id
        for test in tests
        if isinstance(test, Comparison) and test.ops[0] in _WITHIN and isinstance(test.operands[1], Name)
    }
    function = contexts[loop.place.parent].function if loop.place.parent >= 0 else -1
    return bool(done) and any(
        isinstance(call.callee, Attribute)
        and call.callee.attr in _NOTING
        and isinstance(call.callee.base, Name)
        and call.callee.base.id in done
        and contexts[call.context].function == function
        and call.end <= loop.place.at
        for call in body.calls
    )


def _asked_before(
    project: Project, definition: Def, at: int, memo: frozenset[str], keeping: frozenset[str], *, begin: int = -1
) -> frozenset[str]:
    """The names that the function has given what a cache or a table answered, between two offsets."""
    body = definition.module.body
    asked = {p.site for p in project.effects.points_in(definition.module, definition, keeping)}
    sites = {other.index: other for other in project.calls.of(definition) if begin <= other.site.at and other.site.end <= at}
    found: set[str] = set()
    for statement in definition.module.own_statements(definition.index):
        if not isinstance(statement.target, Name) or statement.value is None or statement.end > at:
            continue
        for part in parts_of(body, statement.value):
            other = sites.get(part.index) if type(part) is CallRef else None
            if other is not None and (other.site in asked or not memo.isdisjoint(words_of(last_name(body, other.call.callee)))):
                found.add(statement.target.id)
    return frozenset(found)
