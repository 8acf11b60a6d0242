"""What was read of a store and is changed, compared or made something new of before it is written again: a state that goes
on, and no copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Constant, Expr, Name, Operation, String, Subscript
from archlint.project.control.sequence import chain
from archlint.project.parts import names_in, parts_of

if TYPE_CHECKING:
    from archlint.project.model import CallSite

_CHANGES = frozenset({"update", "setdefault"})
_TURNS = frozenset({"set", "frozenset", "sorted", "list", "tuple", "str", "int"})


def is_changed(site: CallSite, value: Expr, reads: set[int]) -> bool:
    """What a read gave, however it was decoded, has been given another item before it is written: `data["at"] = now`, or
    `data.update(at=now)`."""
    module, body = site.module, site.module.body
    function = body.contexts[site.call.context].function
    own = [s for s in module.own_statements(function) if s.at < site.call.at]
    items = [s.target.base for s in own if s.kind in ("assign", "augment") and isinstance(s.target, Subscript)]
    callees = (call.callee for call in module.own_calls(function) if call.at < site.call.at)
    items += [callee.base for callee in callees if isinstance(callee, Attribute) and callee.attr in _CHANGES]
    changed = {item.id for item in items if isinstance(item, Name)} & set(names_in(body, value))
    around, waiting, seen = set(chain(module, site.call.context)), sorted(changed), set(changed)
    while waiting:
        name = waiting.pop()
        given = [s for s in own if s.kind == "assign" and isinstance(s.target, Name) and s.target.id == name]
        sure = max((s.at for s in given if s.context in around), default=-1)
        for statement in given:
            if statement.at < sure:
                continue  # replaced since
            if any(isinstance(part, CallRef) and part.index in reads for part in parts_of(body, statement.value)):
                return True
            more = set(names_in(body, statement.value)) - seen
            waiting += sorted(more)
            seen |= more
    return False


def is_taken_further(call: CallSite, value: Expr, read: CallSite) -> bool:
    """What a call hands over is made of what the read gave, on the way from there: `plan = load()`, `plan = with_step(plan)`,
    `save(plan)`. What is made in another branch is what was found there, and `found or load()` fills a miss."""
    module, body = call.module, call.module.body
    around = set(chain(module, call.call.context))
    held, made = set[str](), set[str]()
    for statement in module.own_statements(body.contexts[call.call.context].function):
        if not read.call.at < statement.end <= call.call.at + call.call.length or statement.value is None:
            continue
        names, target = set(names_in(body, statement.value)), statement.target
        is_read = any(isinstance(part, CallRef) and part.index == read.index for part in parts_of(body, statement.value))
        if isinstance(target, Subscript) and isinstance(target.base, Name) and target.base.id in held:
            made.add(target.base.id)
        if statement.kind not in ("assign", "annotate") or not isinstance(target, Name):
            continue
        if is_read:
            held.add(target.id)
        elif statement.context in around and not (held | made).isdisjoint(names) and not _chooses(statement.value):
            made.add(target.id)
    return not made.isdisjoint(names_in(body, value))


def _chooses(expr: Expr) -> bool:
    return isinstance(expr, Operation) and expr.op == "or"


def is_compared(site: CallSite, reads: set[int]) -> bool:
    """The write stands where what was read is (or is not) the same as something that is not written out: `if seen != newest`
    tells that something has changed, and is no miss."""
    module, body = site.module, site.module.body
    function = body.contexts[site.call.context].function
    own = [s for s in module.own_statements(function) if s.at < site.call.at]
    held: set[str] = set()
    for statement in own:
        is_read = any(isinstance(part, CallRef) and part.index in reads for part in parts_of(body, statement.value))
        goes_on = is_read or not held.isdisjoint(names_in(body, statement.value))
        if goes_on and statement.kind in ("assign", "annotate") and isinstance(statement.target, Name):
            held.add(statement.target.id)
    around = (body.contexts[row] for row in chain(module, site.call.context))
    tests = (place.subject for place in around if place.kind in ("if", "else") and place.subject is not None)
    equal = (part for test in tests for part in parts_of(body, test) if isinstance(part, Comparison))
    return any(
        part.ops in (("==",), ("!=",))
        and not any(isinstance(side, Constant | String) for side in part.operands)
        and any(_is_one_of(body, side, held) for side in part.operands)
        and len({name for side in part.operands for name in names_in(body, side)} - held) > 0
        for part in equal
    )


def _is_one_of(body: Body, side: Expr, names: set[str]) -> bool:
    """One of the names, also as a set or a text: `set(seen) != set(ids)`."""
    if isinstance(side, CallRef):
        call = body.calls[side.index]
        is_turned = isinstance(call.callee, Name) and call.callee.id in _TURNS and len(call.arguments) == 1
        side = call.arguments[0].value if is_turned else side
    return isinstance(side, Name) and side.id in names
