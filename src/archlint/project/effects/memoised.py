"""Functions whose answers are kept, so that asking again need not come to what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Expr, Name, String, Subscript
from archlint.project.names.arguments import receiver_of
from archlint.project.parts import names_in
from archlint.project.spelling import last_name, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import Def
    from archlint.project.program import Project

_STATIONS = 2
"""What asks another object, and that object's method."""
_KEEPING = frozenset({"cache.read", "cache.write"})
_EMPTYING = frozenset({"clear", "clears", "delete", "deletes", "drop", "evict", "evicts", "flush", "invalidate", "invalidates"})


def is_memoised(project: Project, definition: Def, memo: tuple[str, ...]) -> bool:
    """A decorator that keeps results, known to the knowledge or by a word (`memo`) in its name; or a method of an object that
    is called so: `@OrderCache.wrap`."""
    if any(operation.cached for operation in project.types.inference.returns.decorations(definition)):
        return True
    body, decorators = definition.module.body, definition.function.decorators
    if any(word in last_name(body, decorator).lower() for decorator in decorators for word in memo):
        return True
    callees = (body.calls[d.index].callee if isinstance(d, CallRef) else d for d in decorators)
    of_objects = (c for c in callees if isinstance(c, Attribute) and _EMPTYING.isdisjoint(words_of(c.attr)))
    return any(word in last_name(body, c.base).lower() for c in of_objects for word in memo)


def asks_a_keeper(places: list[EffectPoint], memo: tuple[str, ...]) -> bool:
    """`get_cached(key, fetcher=…)`: a call on the way goes by its name to what is kept (`cached`, `memoized`)."""
    return any(
        word.startswith(memo) and word.endswith("ed")
        for place in places
        if place.call is not None
        for word in words_of(last_name(place.module.body, place.call.call.callee))
    )


def is_kept_by_another(path: Path, places: list[EffectPoint]) -> bool:
    """`line.order.totals()`, which keeps its answer on the order: many lines may be of one order."""
    if path.kept != "object" or len(places) < _STATIONS or places[-2].call is None:
        return False
    return isinstance(receiver_of(places[-2].call), Attribute)


def fills_cache(project: Project, definition: Def, memo: tuple[str, ...]) -> bool:
    """The function looks into a cache and fills it; or it first asks something that is called so."""
    points = project.effects.points_in(definition.module, definition, _KEEPING)
    own = {p.effect for p in points if len(p.witness.steps) == 1}
    if own == _KEEPING or _keeps_by_key(project, definition) or _keeps_on_object(definition):
        return True
    if _fills_once(project, definition):
        return True
    return any(
        isinstance(site.call.callee, Attribute)
        and site.call.callee.attr.startswith("get")
        and any(word in last_name(definition.module.body, site.call.callee.base).lower() for word in memo)
        for site in project.calls.of(definition)
    )


def gives_what_is_kept(project: Project, definition: Def) -> bool:
    """`found = KNOWN.get(name)`, `if found is not None: return found`, and what is made is put there (`KNOWN[name] = made`), in
    a mapping that outlives the call."""
    module, body = definition.module, definition.module.body
    own = module.own_statements(definition.index)
    filled = {
        spell(body, s.target.base)
        for s in own
        if isinstance(s.target, Subscript) and project.symbols.outlives_call(module, s.target.base, s.context)
    }
    if not filled:
        return False
    held = {s.target.id: base for s in own if isinstance(s.target, Name) and (base := _looked_up(body, s.value)) in filled}
    for statement in own:
        place, value = body.contexts[statement.context], statement.value
        if statement.kind != "return" or place.kind != "if" or place.subject is None:
            continue
        if isinstance(value, Name) and value.id in held and value.id in names_in(body, place.subject):
            return True
        if isinstance(value, Subscript) and spell(body, value.base) in filled:
            return True
    return False


def _looked_up(body: Body, value: Expr | None) -> str:
    """`KNOWN` of `KNOWN.get(name)`."""
    callee = body.calls[value.index].callee if isinstance(value, CallRef) else None
    return spell(body, callee.base) if isinstance(callee, Attribute) and callee.attr == "get" else ""


def _keeps_by_key(project: Project, definition: Def) -> bool:
    """`if name not in KNOWN: KNOWN[name] = …`, in a mapping that outlives the call."""
    module, body = definition.module, definition.module.body
    for statement in module.own_statements(definition.index):
        target = statement.target
        if type(target) is not Subscript:
            continue
        test = body.contexts[statement.context].subject
        asks = isinstance(test, Comparison) and test.ops == ("not in",)
        if asks and isinstance(test, Comparison) and spell(body, test.operands[1]) == spell(body, target.base):
            return project.symbols.outlives_call(module, target.base, statement.context)
    return False


def _fills_once(project: Project, definition: Def) -> bool:
    """`if TOPICS: return`, and what follows fills `TOPICS`, which outlives the call."""
    module, body = definition.module, definition.module.body
    own = module.own_statements(definition.index)
    tests = [body.contexts[s.context] for s in own if s.kind == "return" and s.value is None]
    for kept in (place.subject for place in tests if place.kind == "if"):
        for statement in own if isinstance(kept, Name) else ():
            target = statement.target
            base = target.base if isinstance(target, Subscript) else target
            if isinstance(base, Name) and isinstance(kept, Name) and base.id == kept.id and statement.at > kept.at:
                return project.symbols.outlives_call(module, base, statement.context)
    return False


def _keeps_on_object(definition: Def) -> bool:
    """`try: return g.user`, and where it is not there yet it is set; or `hasattr(cls, key)` with `setattr(cls, key, made)`, or
    `hasattr(g, "user")` with `return g.user` and `g.user = made`."""
    body = definition.module.body
    calls = [call for call in definition.module.own_calls(definition.index) if len(call.arguments) > 1]
    asked, kept = (
        {
            tuple(spell(body, argument.value) for argument in call.arguments[:2])
            for call in calls
            if isinstance(call.callee, Name) and call.callee.id in names
        }
        for names in (("hasattr", "getattr"), ("setattr",))
    )
    if not asked.isdisjoint(kept):
        return True
    own = definition.module.own_statements(definition.index)
    given = {
        spell(body, s.value)
        for s in own
        if s.kind == "return"
        and isinstance(s.value, Attribute)
        and (body.contexts[s.context].kind == "try" or _asks_whether_it_has(body, body.contexts[s.context].subject, s.value))
    }
    return any(type(s.target) is Attribute and spell(body, s.target) in given for s in own)


def _asks_whether_it_has(body: Body, test: Expr | None, kept: Attribute) -> bool:
    """`hasattr(g, "user")` for `g.user`; what an object keeps itself is of that one, and there may be many."""
    if not isinstance(test, CallRef) or last_name(body, test) != "hasattr" or "self" in names_in(body, kept):
        return False
    match [argument.value for argument in body.calls[test.index].arguments]:
        case [base, String(value=name)]:
            return name == kept.attr and spell(body, base) == spell(body, kept.base)
        case _:
            return False
