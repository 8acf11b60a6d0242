"""Bodies of loops that cannot do with one statement for all items: each item is a table, a message, or a call to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Expr, Name, String, Subscript, Template
from archlint.project.loops.batches import expression_of
from archlint.project.loops.own_columns import asks_own_column
from archlint.project.loops.stations import carried, stations
from archlint.project.loops.turns import made_from
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.types.entities import FunctionRef
from archlint.project.values.texts import BuiltText, Hole

if TYPE_CHECKING:
    from archlint.project.control.conditions import Path
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import LoopWords
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_BEFORE_TABLE = re.compile(r"\b(from|join|into|update|table)\s+[\"'`\[]?(\w+[\"'`\]]?\.)?[\"'`\[]?$", re.IGNORECASE)
_OUTSIDE = frozenset({"http", "rpc", "email"})
_ASKED = _OUTSIDE - {"email"}
_WORK = frozenset({"file.tree", "process"})
_CLASS = re.compile(r"[A-Z][a-z]\w*")
_WAITS = frozenset({"sleep"})
_SERVICES = frozenset({"http-client", "cloud-sdk", "model-service"})
_SERVER = "web-framework"
"""A library that is both is asked for its own errors and answers; of its client each call is known."""
_KEPT = frozenset({"db.commit"})
_THROUGH = frozenset({"try", "with"})
_LEAVING = frozenset({"continue", "break", "return"})
_MODELS = frozenset({"model", "table", "entity", "klass", "cls"})
_STATEMENTS = frozenset({"sql", "statement", "stmt", "query", "sql_query"})
"""Parameters that are given a whole statement."""
_CALLS = 3
"""From the loop to the call that goes out: what is further away seldom belongs to the item."""


class OneByOne:
    """Tells what must be done item by item, by the SQL, by the effects beside it, by names (`words`)."""

    def __init__(self, project: Project, words: LoopWords) -> None:
        self._project = project
        self._words = words
        self._reaching: dict[tuple[Def, int, frozenset[str]], bool] = {}

    def is_own_table(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """The statement asks a table that the loop's variable names: no other statement answers for it."""
        places = stations(self._project, point, path)
        return self._asks_own_class(point, loop) or any(
            self._names_table(here.module, argument.value, here.context, own)
            for here, own in zip(places, carried(places, loop), strict=True)
            if here.call is not None
            for argument in here.call.call.arguments
        )

    def _asks_own_class(self, point: EffectPoint, loop: Loop) -> bool:
        """`model.objects.filter(…)`, `session.query(model)`, where the loop goes over classes."""
        body = point.module.body
        for part in parts_of(body, expression_of(point)) if loop.mapping is None else ():
            base = part.base if isinstance(part, Attribute) and part.attr in self._words.managers else None
            given = [a.value for a in body.calls[part.index].arguments] if type(part) is CallRef else []
            named = [g for g in given if isinstance(g, Name) and g.id in _MODELS]
            if any(type(name) is Name and name.id in loop.targets for name in (base, *named)):
                return True
            if type(part) is Attribute and type(part.base) is Name and _is_class_of(loop, part.base):
                return True
        return False

    def is_own_statement(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """The loop's variable is itself the statement that is run, or tells which of several is, or which column is asked."""
        lazy = point.point.expr
        if point.kind == "evaluation" and isinstance(lazy, Name) and lazy.id in loop.targets:
            return all(s.kind == "for" or lazy.id not in names_in(loop.module.body, s.target) for s in loop.statements)
        if asks_own_column(loop, point, is_direct=not path.through):
            return True
        end = path.end.call
        if point.call is None or end is None or end.operation is None:
            return False
        statement = end.argument(end.operation.sql or end.operation.by_statement)
        if path.through and any(
            name in _STATEMENTS and isinstance(given, Name) and (given.id in loop.targets or _is_taken_of(loop, given.id))
            for name, given in arguments_by_parameter(point.call.call, path.through[0]).items()
        ):
            return True
        if path.through and isinstance(statement, Name):
            is_handed = len(path.through) == 1 and path.end.caller == path.through[0]
            statement = arguments_by_parameter(point.call.call, path.through[0]).get(statement.id) if is_handed else None
        elif path.through:
            statement = None
        if isinstance(statement, CallRef):  # `text(statement)`
            given = point.module.body.calls[statement.index].arguments
            statement = given[0].value if len(given) == 1 else None
        if isinstance(statement, Subscript):  # `queries[name]`
            return any(isinstance(index, Name) and index.id in loop.targets for index in statement.index)
        return isinstance(statement, Name) and statement.id in loop.targets

    def _names_table(self, module: Module, expr: Expr, context: int, names: frozenset[str]) -> bool:
        if not names:
            return False
        written = [s.expr for s in self._project.values.sources.of(module, expr, context) if s.module is module] or [expr]
        for template in (part for made in written for part in parts_of(module.body, made) if type(part) is Template):
            if any(not names.isdisjoint(names_in(module.body, part)) for part in _table_parts(template)):
                return True
        if isinstance(expr, Template):
            return False
        texts = self._project.values.texts(module, expr, context)
        return any(not names.isdisjoint(names_in(hole.module.body, hole.expr)) for text in texts for hole in _tables(text))

    def acts_outside(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """For each item the loop also asks or tells somebody outside, who is slower than any statement, works on
        folders; what came of it is written at once, so that it is not done twice."""
        body, place = point.module.body, loop.place
        if loop.mapping is not None:
            return False
        return any(
            not loop.derived.isdisjoint(names_in(body, site.expr))
            and (self._reaches(site, _OUTSIDE, _CALLS) or (site.call.at < point.site.at and self._reaches(site, _WORK, _CALLS)))
            for site in self._project.calls.in_module(point.module)
            if place.at <= site.call.at < place.end and (point.call is None or site.index != point.call.index)
        ) or self._works_below(path)

    def asks_others(self, point: EffectPoint, loop: Loop) -> bool:
        """Wherever the place is reached the loop also asks a service for something that belongs to the item, or it asks
        with what the query gave.  What is only told (a mail, a message) may as well go out by a queue."""
        body, place = point.module.body, loop.place
        told = {_without_await(s.value).at for s in loop.statements if s.kind == "expression" and s.value is not None}
        given = made_from(loop, point)
        return any(
            site.call.at not in told
            and not loop.derived.isdisjoint(names_in(body, site.expr))
            and (not given.isdisjoint(names_in(body, site.expr)) or _is_beside(loop, point, site))
            and self._reaches(site, _ASKED, _CALLS)
            for site in self._project.calls.in_module(point.module)
            if place.at <= site.call.at < place.end and (point.call is None or site.index != point.call.index)
        )

    def asks_others_below(self, path: Path) -> bool:
        """The function that the loop calls asks somebody outside as well, who is slower than any query."""
        calls = self._project.calls.of(path.through[0]) if path.through else ()
        return any(self._reaches(site, _OUTSIDE, _CALLS - 1) for site in calls)

    def keeps_work(self, point: EffectPoint) -> bool:
        """A commit: it keeps all that the turn has done."""
        return point.effect in _KEPT or (point.call is not None and _has_effect(point.call, _KEPT))

    def asks_for_key(self, point: EffectPoint, loop: Loop) -> bool:
        """The key that the database gives the new row is read from the answer: no statement for many rows gives it."""
        body, place = point.module.body, loop.place
        parts = (part for s in point.module.statements_between(place.at, place.end) for part in parts_of(body, s.value))
        return any(
            type(part) is Attribute
            and part.attr in self._words.row_keys
            and (part.base.at <= point.site.at < part.base.end or self._is_answer(point, part.base))
            for part in parts
        )

    def _is_answer(self, point: EffectPoint, base: Expr) -> bool:
        """The name that the call's answer is given, or the cursor that it is a method of."""
        body = point.module.body
        callee = point.call.call.callee if point.call is not None else None
        if isinstance(callee, Attribute) and spell(body, callee.base) == spell(body, base):
            return True
        kept = [s.target for s in body.statements if s.at <= point.site.at < s.end]
        return isinstance(base, Name) and any(isinstance(t, Name) and t.id == base.id for t in kept)

    def stores_upload(self, loop: Loop) -> bool:
        """The items are uploaded files, each of which is stored and noted."""
        parts = parts_of(loop.module.body, loop.place.subject)
        return any(last_name(loop.module.body, p) in self._words.uploads for p in parts if isinstance(p, Name | Attribute))

    def _works_below(self, path: Path) -> bool:
        """The function that the loop calls runs a process or takes a folder away before it writes."""
        if path.end.caller is None or path.through != (path.end.caller,):
            return False
        points = self._project.effects.points_of(path.end.caller, path.end.effect)
        last = max((p.site.at for p in points if p.is_direct), default=-1)
        return any(_has_effect(site, _WORK) and site.call.at < last for site in self._project.calls.of(path.end.caller))

    def waits(self, module: Module, loop: Loop) -> bool:
        """Each turn sleeps, in the loop's own body and under no condition."""
        return any(
            site.call.context == loop.context and _has_effect(site, _WAITS) for site in self._project.calls.in_module(module)
        )

    def _reaches(self, site: CallSite, effects: frozenset[str], depth: int) -> bool:
        """The call has one of the effects, or goes to a function with a call that has; for what is outside the libraries of
        services count as well."""
        if _has_effect(site, effects):
            return True
        if any(self._function_reaches(each, effects, depth) for each in self._handed(site)):
            return True
        kinds = self._project.knowledge.package_kinds
        return any(
            self._function_reaches(t.definition, effects, depth)
            if t.definition is not None
            else effects in (_OUTSIDE, _ASKED) and not _SERVICES.isdisjoint(of := kinds(t.name)) and _SERVER not in of
            for t in site.targets
        )

    def _handed(self, site: CallSite) -> Iterator[Def]:
        """The functions that a call of a library is given to run: `in_thread(move, old, new)`."""
        inference = self._project.types.inference
        if any(target.definition is not None for target in site.targets):
            return
        for argument in site.call.arguments[:1]:
            if isinstance(argument.value, Name | Attribute):
                for entity in inference.entities(site.module, argument.value, site.call.context):
                    if isinstance(entity, FunctionRef):
                        yield entity.definition

    def _function_reaches(self, definition: Def, effects: frozenset[str], depth: int) -> bool:
        key = definition, depth, effects
        if key not in self._reaching:
            self._reaching[key] = depth > 0 and any(
                self._reaches(site, effects, depth - 1) for site in self._project.calls.of(definition)
            )
        return self._reaching[key]

    def acknowledges(self, point: EffectPoint, loop: Loop, path: Path) -> bool:
        """The items are messages that are taken off a queue one by one: in the loop, or in what it calls for each."""
        own, place = point.module.body, loop.place
        calls = [(own, call) for call in own.calls if place.at <= call.at < place.end]
        for definition in path.through[:1]:
            body, function = definition.module.body, definition.function
            calls += [(body, call) for call in body.calls if function.at <= call.at < function.end]
        return any(last_name(body, call.callee) in self._words.acknowledging for body, call in calls)


def _is_class_of(loop: Loop, name: Name) -> bool:
    """`for slug, Service in registry.items()`: the items are classes of the program, by how they are written."""
    return name.id in loop.targets and _CLASS.fullmatch(name.id) is not None


def _without_await(expr: Expr) -> Expr:
    return expr.value if isinstance(expr, Await) else expr


def _is_beside(loop: Loop, point: EffectPoint, site: CallSite) -> bool:
    """Whoever comes to one of the two comes to the other: no branch is between them, and nothing leaves the turn."""
    contexts, chain = loop.module.body.contexts, loop.chain(point.context)
    branches = [row for row in loop.chain(site.call.context) if contexts[row].kind not in _THROUGH]
    leaves = any(
        s.kind in _LEAVING and min(point.site.at, site.call.at) < s.at < max(point.site.at, site.call.at)
        for s in loop.statements
    )
    return set(branches) <= set(chain) and not leaves


def _has_effect(site: CallSite, effects: frozenset[str]) -> bool:
    """The library call itself has one of the effects."""
    return not effects.isdisjoint(e for t in site.targets if t.operation is not None for e in t.operation.effect)


def _tables(text: BuiltText) -> list[Hole]:
    """The holes that stand where SQL names a table."""
    found, before = [], ""
    for piece in text.pieces:
        if isinstance(piece, Hole) and _BEFORE_TABLE.search(before):
            found.append(piece)
        before += piece.text
    return found


def _table_parts(template: Template) -> list[Expr]:
    """The same in an f-string as it is written."""
    found: list[Expr] = []
    before = ""
    for part in template.parts:
        if isinstance(part, String):
            before += part.value
        else:
            if _BEFORE_TABLE.search(before):
                found.append(part)
            before += "{}"
    return found


def _is_taken_of(loop: Loop, name: str) -> bool:
    """`sql = call.get("sql")`: a part of the item as it is."""
    body = loop.module.body
    given = [s.value for s in loop.statements if isinstance(s.target, Name) and s.target.id == name]
    taken = [body.calls[value.index].callee if isinstance(value, CallRef) else value for value in given]
    return bool(taken) and all(
        isinstance(part, Attribute | Subscript)
        and (isinstance(part, Subscript) or part.attr == "get" or part in given)
        and not loop.derived.isdisjoint(names_in(body, part.base))
        for part in taken
    )
