"""Why each turn of a loop has to ask for itself: under a lock of its item, in a database of its own, whether to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Name
from archlint.project.loops.batches import expression_of
from archlint.project.loops.loops import tries_again
from archlint.project.loops.stations import carried
from archlint.project.parts import names_in
from archlint.project.spelling import last_name, spell, spell_call
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Container

    from archlint.facts.syntax import Expr
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.model import CallSite
    from archlint.project.program import Project

_LOCKS = frozenset({"lock", "locked", "rlock", "mutex", "semaphore"})
_SESSIONS = frozenset({"db-session", "db-connection"})
_PARTITIONS = frozenset({"schema", "tenant", "shard"})
"""Words of what a database is divided into, each with the same tables."""
_STOPS = frozenset({"stop", "stopped", "stopping", "abort", "aborted", "cancel", "cancelled", "canceled", "shutdown"})


def is_under_own_lock(places: list[EffectPoint], loop: Loop) -> bool:
    """`with lock(f"order:{order_id}"):` around the place in the loop: what was known before it may have changed."""
    body = loop.module.body
    around = [body.contexts[row] for row in loop.chain(places[0].context)[:-1] if row >= 0] if loop.mapping is None else []
    return any(
        place.kind == "with"
        and isinstance(place.subject, CallRef)
        and not _LOCKS.isdisjoint(words_of(last_name(body, place.subject)))
        and not loop.derived.isdisjoint(names_in(body, place.subject))
        for place in around
    )


def asks_whether_to_stop(places: list[EffectPoint], loop: Loop) -> bool:
    """`if self.must_stop(): return`, told nothing of the item: the answer of the turn before is of no use."""
    for place, own in zip(places, carried(places, loop), strict=True):
        body, asked = place.module.body, expression_of(place)
        if asked is None or _STOPS.isdisjoint(words_of(last_name(body, asked))) or not own.isdisjoint(names_in(body, asked)):
            continue
        if any(c.kind == "if" and c.subject is not None and c.subject.at <= asked.at < c.subject.end for c in body.contexts):
            return True
    return False


def is_at_the_end(project: Project, place: EffectPoint) -> bool:
    """`if stop.is_set(): release(claims)`: it runs as the program ends."""
    body = place.module.body
    return any(
        holds
        and isinstance(test, CallRef)
        and isinstance(flag := body.calls[test.index].callee, Attribute)
        and flag.attr == "is_set"
        and not _STOPS.isdisjoint(words_of(last_name(body, flag.base)))
        for test, holds in project.switches.tests_around(place.module, place.context, place.site.at)
    )


def has_own_database(project: Project, place: EffectPoint, loop: Loop) -> bool:
    """`db = Store(path)` in the loop, where that opens the database of the item, and the place asks `db`."""
    body, contexts = place.module.body, loop.module.body.contexts
    if loop.mapping is not None:
        return False
    asked = {*names_in(body, expression_of(place))}
    made = [(s.target, s.value) for s in loop.statements]
    opened = [
        (contexts[row].target, contexts[row].subject) for row in loop.chain(place.context) if contexts[row].kind == "with"
    ]
    return any(
        isinstance(target, Name) and target.id in asked and _connects(project, loop, value)
        for target, value in (*made, *opened)
        if value
    ) or any(_is_of_item(project, loop, target, value, asked) for target, value in opened if value)


def _is_of_item(project: Project, loop: Loop, target: Expr | None, value: Expr, asked: set[str]) -> bool:
    """`with session_of(shard) as session:`, which the place asks; `with schema_context(tenant.schema):`"""
    body, types = loop.module.body, project.types
    if not isinstance(value, CallRef):
        return False
    call = body.calls[value.index]
    if loop.derived.isdisjoint(name for argument in call.arguments for name in names_in(body, argument.value)):
        return False
    if isinstance(target, Name):
        found = types.all(loop.module, target, loop.context) if target.id in asked else ()
        return any(types.role(t) in _SESSIONS for t in found)
    return not _PARTITIONS.isdisjoint(words_of(last_name(body, value)))


def _connects(project: Project, loop: Loop, value: Expr) -> bool:
    """A call that is told of the item connects, or what it makes does."""
    made = value.value if isinstance(value, Await) else value
    if not isinstance(made, CallRef):
        return False
    site = project.calls.in_module(loop.module)[made.index]
    given = {name for argument in site.call.arguments for name in names_in(loop.module.body, argument.value)}
    if loop.derived.isdisjoint(given):
        return False
    types = project.types
    if not any(t.definition for t in site.targets) and any(
        types.role(made_type) == "db-connection" for made_type in types.all(loop.module, made, site.call.context)
    ):
        return True
    below = [other for t in site.targets if t.definition is not None for other in project.calls.of(t.definition)]
    return any(_opens(each) for each in (site, *below))


def _opens(site: CallSite) -> bool:
    return any(target.operation is not None and target.operation.connects for target in site.targets)


def is_tried_again(place: EffectPoint, loop: Loop, writes: list[EffectPoint]) -> bool:
    """`for attempt in range(5):` around the place in the loop, which writes by what it has read: the row may have changed."""
    contexts = loop.module.body.contexts
    around = loop.chain(place.context)[:-1] if loop.mapping is None else ()
    return any(
        contexts[row].kind in ("for", "while")
        and tries_again(loop.module, row)
        and any(contexts[row].at <= write.site.at < contexts[row].end for write in writes)
        for row in around
        if row >= 0
    )


def is_for_new(query: Repeated, adding: Container[str], looking: Container[str]) -> bool:
    """`Stock.objects.get_or_create(item=item)` where the turn has made `item`: there is none yet to be looked up."""
    loop, body = query.loop, query.point.module.body
    expr = query.expression
    if loop.mapping is not None or not isinstance(expr, CallRef) or last_name(body, expr) not in looking:
        return False
    made = {
        s.target.id
        for s in loop.statements
        if isinstance(s.target, Name) and s.end <= expr.at and s.value is not None and last_name(body, s.value) in adding
    }
    given = (a.value for a in body.calls[expr.index].arguments if a.name is not None)
    return any(isinstance(value, Name) and value.id in made for value in given)


def has_own_form(query: Repeated) -> bool:
    """`if schedule.vendor: devices = devices.filter(vendor=schedule.vendor)` ahead of `devices.all()`: what the item says
    decides by which columns is asked, so that no one statement asks for all."""
    loop, expr = query.loop, query.expression
    body = loop.module.body
    callee = body.calls[expr.index].callee if isinstance(expr, CallRef) and query.point.module is loop.module else None
    asked = callee.base if isinstance(callee, Attribute) else expr
    if loop.mapping is not None or query.path.through or not isinstance(asked, Name):
        return False
    chain = loop.chain(query.point.context)
    return any(
        isinstance(statement.target, Name)
        and statement.target.id == asked.id
        and statement.end <= query.point.site.at
        and asked.id in names_in(body, statement.value)
        and any(
            body.contexts[row].kind == "if" and not loop.derived.isdisjoint(names_in(body, body.contexts[row].subject))
            for row in loop.chain(statement.context)
            if row >= 0 and row not in chain
        )
        for statement in loop.statements
    )


def was_got_before(query: Repeated) -> bool:
    """`session.get(Product, line.product_id)` of each line, where a loop over the same lines above has got them all by their
    keys: the session has them."""
    loop, call = query.loop, query.point.call
    if query.path.through or loop.mapping is not None or call is None or call.operation is None or not call.operation.keyed:
        return False
    body, over = loop.module.body, spell(loop.module.body, loop.place.subject)
    said = spell(body, call.expr)
    for other in loop.module.own_calls(loop.place.function):
        if other.at < loop.place.at and spell_call(body, other) == said:
            around = body.contexts[other.context]
            while around.parent >= 0 and around.kind not in ("for", "function"):
                around = body.contexts[around.parent]
            if around.kind == "for" and spell(body, around.subject) == over:
                return True
    return False
