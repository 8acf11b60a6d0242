"""Queries in a loop that ask for many rows at once: the loop goes over chunks, columns or groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Body, CallRef, Comprehension, Expr, Name
from archlint.project.names.arguments import arguments_by_parameter, parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import LoopWords
    from archlint.project.model import Def
    from archlint.project.program import Project


_LIMITING = frozenset({"limit", "batch_size", "page_size"})


class Batches:
    """Tells a query for a batch from a query for an item; by the names of what takes many keys (`words`)."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._project = project
        self._words = words

    def is_batch(self, point: EffectPoint, loop: Loop) -> bool:
        """The call takes many rows, or the loop's variable is itself a list of keys."""
        if point.call is not None and point.call.operation is not None:
            many = point.call.operation.many
            if many is not None and point.call.argument(many) is not None:
                return True
        parts = self._parts(point, loop.site.path, loop)
        named = {name for part in parts for name in self._lists(point.module.body, part)}
        return not loop.targets.isdisjoint(named) or any(self._is_gathered(point, loop, name) for name in named)

    def _is_gathered(self, point: EffectPoint, loop: Loop, name: str) -> bool:
        """The turn makes a list of keys by going through many: `keys = [row.key for row in group]`."""
        return any(
            isinstance(s.target, Name) and s.target.id == name and isinstance(s.value, Comprehension)
            for s in loop.statements
            if s.at < point.site.at and point.module is loop.module
        )

    def is_batch_below(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """The function that the loop calls asks for the members of a parameter, and the loop hands over a list that it
        has from outside, or its own variable: `for column in columns: names(all_keys, column)`."""
        end, call = path.end, point.call
        if path.through and len(path.steps) > 1 and _is_paged(path.through[0], path.steps[1].site):
            return True
        if point.kind != "call" or call is None or len(path.through) != 1 or end.caller != path.through[0]:
            return False
        definition = path.through[0]
        given = arguments_by_parameter(call.call, definition)
        if self._writes_all(end, definition, [p for p, e in given.items() if isinstance(e, Name) and e.id in loop.targets]):
            return True
        for part in self._parts(end, definition.module.path):
            for name in self._lists(end.module.body, part):
                handed = given.get(name) if parameter(definition.function, name) is not None else None
                if isinstance(handed, Name) and _is_whole(loop, handed.id):
                    return True
        return False

    def _writes_all(self, end: EffectPoint, definition: Def, handed: list[str]) -> bool:
        """A parameter is a list that the function goes through, and what it makes of the items is written at once."""
        body, function = end.module.body, definition.function
        many = end.call.argument(end.call.operation.many) if end.call is not None and end.call.operation is not None else None
        own = [c for c in body.contexts if function.at <= c.at < function.end and c.kind in ("for", "comprehension")]
        lists = {c.subject.id for c in own if isinstance(c.subject, Name) and c.subject.id in handed}
        made = set(lists)
        for statement in definition.module.statements_between(function.at, function.end):
            if not made.isdisjoint(names_in(body, statement.value)):
                made.update(names_in(body, statement.target))
        return bool(lists) and many is not None and not made.isdisjoint(names_in(body, many))

    def _parts(self, point: EffectPoint, path: str, loop: Loop | None = None) -> list[Expr]:
        """The parts of what a point stands for, and of what its names are made from there (in the loop, if given)."""
        body = point.module.body
        parts = list(parts_of(body, expression_of(point)))
        for name in [part for part in parts if isinstance(part, Name)]:
            for source in self._project.values.sources.of(point.module, name, point.context):
                made = source.expr
                if made is None or source.is_parameter or source.module.path != path:
                    continue
                if loop is None or loop.holds(Site(path, made.at, made.end)):
                    parts += parts_of(body, made)
        return parts

    def _lists(self, body: Body, part: Expr) -> list[str]:
        """The names in the place of many keys: `id__in=chunk`, `id.in_(chunk)`."""
        if type(part) is not CallRef:
            return []
        call = body.calls[part.index]
        takes_many = last_name(body, call.callee).endswith(self._words.membership)
        return [
            given.value.id
            for given in call.arguments
            if isinstance(given.value, Name)
            and (takes_many or (given.name or "").endswith((*self._words.membership, *self._words.key_lists)))
        ]


def expression_of(point: EffectPoint) -> Expr | None:
    """The expression that a point stands for."""
    if point.kind == "call" and point.call is not None:
        site = point.site
        return CallRef(site.at, site.end - site.at, point.call.index)
    return point.point.expr


def _is_paged(definition: Def, site: Site) -> bool:
    """The place in the function stands in a `while` that takes a limited number of rows in each turn, until there are
    no more."""
    body, function = definition.module.body, definition.function
    for place in body.contexts:
        if place.kind != "while" or not (function.at <= place.at <= site.at < place.end):
            continue
        ends = any(s.kind in ("break", "return") and place.at <= s.at < place.end for s in body.statements)
        if ends and any(
            last_name(body, call.callee) in _LIMITING or any(a.name in _LIMITING for a in call.arguments)
            for call in body.calls
            if place.at <= call.at < place.end
        ):
            return site.path == definition.module.path
    return False


def _is_whole(loop: Loop, name: str) -> bool:
    """The loop's own variable; or a list that is not made from it, filled in the loop (if at all) by a loop over what
    comes from outside."""
    if name in loop.targets:
        return True
    if name in loop.derived:
        return False
    body, place = loop.module.body, loop.place
    for call in body.calls:
        callee = call.callee
        if place.at <= call.at < place.end and isinstance(callee, Attribute):
            grows = isinstance(callee.base, Name) and callee.base.id == name
            if grows and not _goes_over_others(loop, call.context):
                return False
    return True


def _goes_over_others(loop: Loop, context: int) -> bool:
    """Between the loop and a place inside stands a loop over what is not made from the outer one's variable."""
    contexts = loop.module.body.contexts
    return any(
        contexts[row].kind == "for" and loop.derived.isdisjoint(names_in(loop.module.body, contexts[row].subject))
        for row in loop.chain(context)[:-1]
    )
