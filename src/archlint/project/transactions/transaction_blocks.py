"""Blocks that are transactions: a `with` over what is committed when it is left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Await, CallRef, Constant, Expr, Name, String
from archlint.project.control.conditions import is_failure_path
from archlint.project.control.sequence import chain
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def, Target, Type
from archlint.project.spelling import last_name
from archlint.project.types.entities import External

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_BEGIN, _COMMIT = "tx.begin", "db.commit"
_COMMITS, _CLOSES = "commit", "close"
_NAMED = re.compile(r"(?<!non_)(?<![a-z])(transaction(al)?|atomic)(?![a-z])", re.IGNORECASE)
"""What is called so opens one, wherever it comes from, if it is no library's that is known to do other things."""
_STORING = frozenset({"orm", "driver", "document-store"})
_UNIT = re.compile(r"UnitOfWork|(?<![A-Z])(Uow|UoW|UOW)(?![a-z])")


class TransactionBlocks:
    """Of a library, or of a context manager of the project that opens a transaction or commits at its end."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._effects = project.effects
        self._inference = project.types.inference
        self._known: dict[tuple[str, int], bool] = {}

    def is_named(self, module: Module, expr: Expr, context: int) -> bool:
        """A decorator or manager is called a transaction, and is no tracer's."""
        if not _NAMED.search(last_name(module.body, expr)):
            return False
        callee = module.body.calls[expr.index].callee if isinstance(expr, CallRef) else expr
        kinds = [
            set(self._project.knowledge.package_kinds(entity.name))
            for entity in self._inference.entities(module, callee, context)
            if isinstance(entity, External)
        ]
        return not any(known and known.isdisjoint(_STORING) for known in kinds)

    def around(self, module: Module, context: int) -> int:
        """The outermost such `with` around a place, within its function; -1 if there is none."""
        rows = [row for row in chain(module, context) if module.body.contexts[row].kind == "with"]
        return next((row for row in reversed(rows) if self.is_block(module, row)), -1)

    def head(self, module: Module, row: int) -> Site:
        """What a `with` is about."""
        place = module.body.contexts[row]
        subject = place.subject
        return Site(module.path, subject.at, subject.end) if subject is not None else Site(module.path, place.at, place.end)

    def of(self, definition: Def) -> Iterator[int]:
        """The blocks of a function, nested ones included."""
        for row, place in enumerate(definition.module.body.contexts):
            if place.kind == "with" and place.function == definition.index and self.is_block(definition.module, row):
                yield row

    def is_block(self, module: Module, row: int) -> bool:
        known = self._known.get((module.path, row))
        if known is None:
            self._known[module.path, row] = False  # a manager that is made of itself
            known = self._known[module.path, row] = self._is_block(module, row)
        return known

    def _is_block(self, module: Module, row: int) -> bool:
        place = module.body.contexts[row]
        subject = place.subject
        if subject is None:
            return False
        if self.is_named(module, subject, place.parent):
            return True
        for expr in (subject, module.body.calls[subject.index].callee if isinstance(subject, CallRef) else subject):
            for entity in self._inference.entities(module, expr, place.parent):
                if isinstance(entity, Type) and not entity.is_class and self._is_left_so(entity):
                    return True
        return any(self._is_opened_by(point) for point in self._points_at(module, subject, place.function))

    def _points_at(self, module: Module, subject: Expr, function: int) -> Iterator[EffectPoint]:
        caller = Def(module, module.name, function) if function >= 0 else None
        for point in self._effects.points_in(module, caller, {_BEGIN, _COMMIT}):
            if subject.at <= point.site.at and point.site.end <= subject.end:
                yield point

    def _is_left_so(self, type_: Type) -> bool:
        """By what is known of a library's type, or by the name of a port whose implementation nobody can see."""
        is_unit = bool(_UNIT.search(type_.name.rpartition(".")[2])) and not self._commits_nothing(type_)
        return is_unit or self._commits_when_left(type_)

    def _commits_nothing(self, type_: Type) -> bool:
        """All classes of the project that implement it have a `commit` in which nothing stands."""
        found = [
            Def(klass.module, klass.module.name, row)
            for name in self._inference.members.subclasses.get(type_.name, ())
            if (klass := self._project.symbols.classes.get(name)) is not None and not klass.module.is_test
            for row, function in enumerate(klass.module.outline.functions)
            if function.name == "commit" and f"{klass.module.name}.{function.qualname}" == f"{name}.commit"
        ]
        return bool(found) and all(_is_empty(each) for each in found)

    def _commits_when_left(self, type_: Type) -> bool:
        for ancestor in self._inference.members.ancestors(type_):
            for _, info in self._project.knowledge.infos(ancestor.name):
                if info.leaving:
                    return "commit" in info.leaving
        return False

    def _is_opened_by(self, point: EffectPoint) -> bool:
        """A library call that begins, a manager of the project that does or commits at its end."""
        if point.is_direct:
            return point.effect == _BEGIN
        return any(self._keeps_open(target, point) for target in point.point.targets)

    def _keeps_open(self, target: Target, point: EffectPoint) -> bool:
        definition = target.definition
        if definition is None:
            return False
        if point.kind == "once":  # `__enter__` and `__exit__` of a class
            name = definition.function.name
            wanted = _BEGIN if "enter" in name else _COMMIT
            return point.effect == wanted and self._effects.has(definition, wanted) and not self._is_left_again(definition)
        return self.yields_within(definition)

    def _is_left_again(self, definition: Def) -> bool:
        """`__enter__` itself stands in the transaction: what it begins ends before the block is entered."""
        if "enter" not in definition.function.name:
            return False
        begins = [p for p in self._effects.points_of(definition, _BEGIN) if p.site.at >= definition.function.at]
        places = (c for c in definition.module.body.contexts if c.kind == "with" and c.function == definition.index)
        held = [c.subject for c in places if c.subject is not None]
        return bool(begins) and all(any(s.at <= p.site.at and p.site.end <= s.end for s in held) for p in begins)

    def yields_within(self, definition: Def) -> bool:
        """A generator function hands out what it made inside a transaction, or commits when it goes on, and not only where
        what was done with it failed."""
        function, module = definition.function, definition.module
        if not function.is_generator:
            return any(self.yields_within(inner) for inner in self._returned_managers(definition))
        for statement in module.own_statements(definition.index):
            behind = (p for p in self._effects.points_of(definition, _COMMIT) if p.site.at >= statement.end)
            if statement.kind == "yield" and (
                self.around(module, statement.context) >= 0
                or any(not _keeps_its_own(p) and not is_failure_path(p.module, p.context) for p in behind)
            ):
                return True
        return False

    def _returned_managers(self, definition: Def) -> Iterator[Def]:
        """`def transaction(self): return self._manager()`."""
        for statement in definition.module.own_statements(definition.index):
            if statement.kind == "return" and isinstance(statement.value, CallRef):
                site = self._project.calls.in_module(definition.module)[statement.value.index]
                yield from (
                    t.definition for t in site.targets if t.definition is not None and t.definition.function.is_generator
                )


def _keeps_its_own(point: EffectPoint) -> bool:
    """Another function commits, all of it in sessions that it has opened itself: a note of how a run ended."""
    below = [target.definition for target in point.point.targets if target.definition is not None]
    return not point.is_direct and bool(below) and all(_commits_what_it_opens(definition) for definition in below)


def _commits_what_it_opens(definition: Def) -> bool:
    body, function = definition.module.body, definition.function
    opened = {
        place.target.id
        for place in body.contexts
        if place.kind == "with" and place.function == definition.index and isinstance(place.target, Name)
    }
    opened |= _closed_again(definition)
    callees = [c.callee for c in definition.module.own_calls(definition.index) if last_name(body, c.callee) == _COMMITS]
    given = {parameter.name for parameter in function.parameters}
    return bool(callees) and all(
        isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id in opened - given
        for callee in callees
    )


def _closed_again(definition: Def) -> set[str]:
    """`connection = connect()`, and `connection.close()` in the same function."""
    module = definition.module
    made = {
        statement.target.id
        for statement in module.own_statements(definition.index)
        if statement.kind == "assign" and isinstance(statement.target, Name) and isinstance(statement.value, CallRef | Await)
    }
    callees = (call.callee for call in module.own_calls(definition.index))
    return {
        callee.base.id
        for callee in callees
        if isinstance(callee, Attribute) and callee.attr == _CLOSES and isinstance(callee.base, Name) and callee.base.id in made
    }


def _is_empty(definition: Def) -> bool:
    body, function = definition.module.body, definition.function
    own = (s for s in body.statements if function.at < s.at < function.end)
    return all(s.kind == "pass" or isinstance(s.value, String | Constant) for s in own)
