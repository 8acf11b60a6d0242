"""Writes that set the state of a row to something that the code names: `order.status = "closed"`, `update(is_active=False)`,
`{"$set": {"state": State.DONE}}`, `UPDATE orders SET state = 'closed'`."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Mapping, Name, String
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.values.written_fields import pairs_of
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_CHANGING = frozenset({"update", "set", "modify", "aupdate"})
"""Words of calls that are given the columns which they change; a row that is made begins in a state."""
_OWN = frozenset({"self", "cls"})


def sets_state(project: Project, end: EffectPoint, states: Container[str]) -> bool:
    """One of the columns that the write sets is called a state by its last word, and is given a fixed value."""
    named = [name for name, value in _given(end) if value is None or _is_fixed(value)]
    return any(words[-1:] and words[-1] in states for words in map(words_of, (*named, *_given_by_sql(project, end))))


def _given(end: EffectPoint) -> Iterator[tuple[str, Expr | None]]:
    """What the call gives by name, and what its function has set before on the object that it is called on, or, where it
    only commits, on any object but its own."""
    site, caller = end.call, end.caller
    if site is None:
        return
    changes = not _CHANGING.isdisjoint(words_of(last_name(end.module.body, site.call.callee)))
    for name, value in pairs_of(site) if changes else ():
        if isinstance(value, Mapping):
            yield from (
                (key.value, given) for key, given in zip(value.keys, value.values, strict=True) if isinstance(key, String)
            )
        else:
            yield name, value
    yield from _in_statement(end, site)
    if caller is None:
        return
    body, function, call = end.module.body, caller.function, site.call
    on = spell(body, call.callee.base) if isinstance(call.callee, Attribute) else ""
    commits = site.call.arguments == () and any("db.commit" in t.operation.effect for t in end.point.targets if t.operation)
    for statement in end.module.statements["assign"]:
        target = statement.target
        if not (function.at <= statement.at < call.at and isinstance(target, Attribute)):
            continue
        if spell(body, target.base) == on or (commits and not _is_own(target.base)):
            yield target.attr, statement.value


def _in_statement(end: EffectPoint, site: CallSite) -> Iterator[tuple[str, Expr]]:
    """What a statement that is handed on is given: `session.execute(update(Order).values(state="closed"))`."""
    calls = end.module.body.calls
    for argument in site.call.arguments[:1]:
        for part in parts_of(end.module.body, argument.value):
            if isinstance(part, CallRef) and last_name(end.module.body, calls[part.index].callee) == "values":
                yield from ((a.name, a.value) for a in calls[part.index].arguments if a.name is not None)


def _given_by_sql(project: Project, end: EffectPoint) -> Iterator[str]:
    site = end.call
    texts = project.statements.by_sink.get((site.path, site.index), ()) if site is not None else ()
    for sql in texts:
        for each in sql.facts.statements:
            if each.verb == "update":
                yield from (given.column for given in each.gives if not given.relative)


def _is_own(base: Expr) -> bool:
    return isinstance(base, Name) and base.id in _OWN


def _is_fixed(value: Expr) -> bool:
    """`"closed"`, `False`, `State.CLOSED`, `State.CLOSED.value`"""
    if isinstance(value, String | Constant):
        return not (isinstance(value, Constant) and value.value is None)
    while isinstance(value, Attribute):
        if value.attr[:1].isupper() and isinstance(value.base, Name | Attribute):
            return True
        value = value.base
    return isinstance(value, Name) and value.id[:1].isupper()
