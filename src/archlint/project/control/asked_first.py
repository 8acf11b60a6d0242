"""What a turn of a loop asks by its item before it writes: one question for all answers it, whatever is then written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name
from archlint.project.effects.statement_kind import StatementKind
from archlint.project.loops.item_keys import asks_by_key
from archlint.project.loops.stations import carried, stations
from archlint.project.parts import names_in
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project

_WHERE = re.compile(r"\bwhere\b", re.IGNORECASE)
_READ = "db.read"
_WRITES = ("db.write", "db.commit")
_NEAR = 2
"""Functions between the loop and the question: further down it may be about anything."""
_LITTLE = 2
_STEPS = 2
"""From a question back to what its statement was made of."""
_AROUND = frozenset({"with", "try"})


def asked_first(project: Project, query: Repeated, looking: Iterable[str], single: Iterable[str]) -> Repeated | None:
    """The question of a place that was found to write: of a call that looks up what it then writes (by its name, `looking`),
    or of a function that always asks for one row (calls `single`) by what it is handed of the item, ahead of the little that
    it writes."""
    other, looks = query.asks, frozenset(looking)
    if other is None or other.point.effect != _READ or other.loop.mapping is not None:
        return None
    if not _is_wide(other) or _may_fail_alone(other):
        return None
    places, path = stations(project, other.point, other.path), other.path
    own, end = carried(places, other.loop)[-1], places[-1]
    if end.call is None or not _names_any(end, own):
        return None
    looks_up = end.witness.target.rpartition(".")[2] in looks
    if not path.through:
        return other if looks_up else None
    if len(path.through) > _NEAR or len(places) != len(path.through) + 1 or _writes_much(project, path.through[0]):
        return None
    is_keyed = end.call.operation is not None and end.call.operation.keyed
    is_keyed = is_keyed or asks_by_key(end.module.body, _asked(end, end.call), own) or _asks_by_sql(project, end.call, own)
    is_asked = looks_up or (is_keyed and _gives_one(end, frozenset(single)))
    return other if is_asked and all(_is_always_asked(project, p, looks_up and p is end) for p in places[1:]) else None


def asks_of_item(project: Project, query: Repeated) -> bool:
    """What a place asks that was found to write names something of the item."""
    if query.asks is None:
        return False
    places = stations(project, query.asks.point, query.asks.path)
    return _names_any(places[-1], carried(places, query.asks.loop)[-1])


def _names_any(end: EffectPoint, own: frozenset[str]) -> bool:
    return end.call is not None and not own.isdisjoint(names_in(end.module.body, end.call.expr))


def _asked(end: EffectPoint, call: CallSite) -> list[Expr]:
    """The question, and what its function gave the names in it: `query = select(Order).where(…)`, `execute(query)`."""
    body, found = end.module.body, list[Expr]((call.expr,))
    own = end.module.own_statements(end.caller.index) if end.caller is not None else ()
    before = [s for s in own if type(s.target) is Name and s.value is not None and s.end <= end.site.at]
    for _ in range(_STEPS):
        names = {name for part in found for name in names_in(body, part)}
        found += [s.value for s in before if _named(s.target) in names and s.value is not None and s.value not in found]
    return found


def _named(target: Expr | None) -> str:
    return target.id if isinstance(target, Name) else ""


def _asks_by_sql(project: Project, call: CallSite, own: frozenset[str]) -> bool:
    """`execute("SELECT … WHERE id = ?", (item_id,))`"""
    statement = StatementKind(project.types.inference).executed(call)
    text = project.values.text(call.module, statement, call.call.context) if statement is not None else None
    if text is None or _WHERE.search(text.rendered) is None:
        return False
    given = (argument.value for argument in call.call.arguments if argument.value is not statement)
    return any(not own.isdisjoint(names_in(call.module.body, value)) for value in given)


def _may_fail_alone(query: Repeated) -> bool:
    """`try: close(order)` in the loop: what is done for one item, by a function of its own, ends with it."""
    contexts = query.loop.module.body.contexts
    return bool(query.path.through) and any(contexts[row].kind == "try" for row in query.loop.chain(query.point.context)[:-1])


def _is_wide(query: Repeated) -> bool:
    """The items are not those of one object (`order.lines.all()`), of which there are mostly a handful."""
    body, subject = query.loop.module.body, query.loop.place.subject
    if isinstance(subject, CallRef) and last_name(body, subject) == "all":
        callee = body.calls[subject.index].callee
        subject = callee.base if isinstance(callee, Attribute) else subject
    return not isinstance(subject, Attribute) or _is_class(subject.base)


def _is_class(expr: Expr) -> bool:
    return isinstance(expr, Name) and expr.id[:1].isupper()


def _gives_one(end: EffectPoint, single: frozenset[str]) -> bool:
    """The call gives one row, or its answer is asked for one: `execute(…).first()`, `rows = execute(…)`, `rows.first()`."""
    body, function = end.module.body, end.caller.function if end.caller is not None else None
    if end.call is not None and end.call.operation is not None and end.call.operation.keyed:
        return True
    kept = {s.target.id for s in body.statements if s.at <= end.site.at < s.end and isinstance(s.target, Name)}
    calls = [c for c in body.calls if function is not None and function.at <= c.at < function.end]
    asked = end.call.call.callee if end.call is not None else None
    cursor = {asked.base.id} if isinstance(asked, Attribute) and isinstance(asked.base, Name) else set()
    return any(
        last_name(body, call.callee) in single
        and (
            call.at <= end.site.at < call.end
            or not kept.isdisjoint(names_in(body, call.callee))
            or (call.at > end.site.at and not cursor.isdisjoint(names_in(body, call.callee)))
        )
        for call in calls
    )


def _writes_much(project: Project, definition: Def) -> bool:
    """It changes so many things that it is a work of its own; what is noted down for the next flush goes with that."""
    points = project.effects.points_of(definition, "db.write")
    return len({p.site for p in points if not _is_noted(p)}) > _LITTLE


def _is_noted(point: EffectPoint) -> bool:
    operation = point.call.operation if point.call is not None else None
    return operation is not None and operation.pending


def _is_always_asked(project: Project, place: EffectPoint, looks_up: bool) -> bool:
    """Its function comes there whatever it is given, before it writes anything."""
    contexts, context = place.module.body.contexts, place.context
    while contexts[context].kind in _AROUND:
        context = contexts[context].parent
    if contexts[context].kind != "function" or place.caller is None:
        return False
    written = [p.site for effect in _WRITES for p in project.effects.points_of(place.caller, effect)]
    is_end = len(place.witness.steps) == 1
    return all(place.site.at < at.at or (at == place.site and (looks_up or not is_end)) for at in written)
