"""Commits that write what the code has set on rows: `order.state = "paid"`, then `session.commit()`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name
from archlint.project.control.conditions import Conditions
from archlint.project.model import Type
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.class_attributes import bound_in
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.facts.knowledge import Operation
    from archlint.facts.syntax import Body, Statement
    from archlint.project.effects.effects import EffectPoint
    from archlint.project.model import CallSite, Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_COMMIT = "db.commit"
_STORED = "db-model"
_SETTING = "setattr"
_OWN = frozenset({"self", "cls"})
_CLOCKS = frozenset({"now", "utcnow", "today", "time", "timezone_now", "utc_now", "localtime"})


def ways_to_change(project: Project) -> Conditions:
    """Follows the effect `db.write` to what changes rows: a commit counts where its function has set one, what only sends
    what others noted down, if anything was, does not."""
    return Conditions(project, counts=changes_something, also=ChangedRows(project).are_written_by)


def changes_something(operation: Operation) -> bool:
    return not operation.flushes and _COMMIT not in operation.effect


class ChangedRows:
    """Questions about one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def are_written_by(self, point: EffectPoint) -> bool:
        """The place commits, and its function has set a column of a row before, itself or through a call."""
        commits = any(t.operation is not None and _COMMIT in t.operation.effect for t in point.point.targets)
        if not commits or point.caller is None:
            return False
        before = point.site.at
        if any(self._is_column(t, name) for each, name in self._set_in(point.caller, before) for t in each):
            return True
        sites = [site for site in self._project.calls.of(point.caller) if site.call.at < before]
        return any(self._sets_by_name(site) or self._sets_row(site) for site in sites)

    def _set_in(self, definition: Def, before: int) -> Iterator[tuple[tuple[Type, ...], str]]:
        """What a function sets up to a place, on what: (types, attribute)."""
        for base, name, context in self._settings(definition, before):
            if not (isinstance(base, Name) and base.id in _OWN):
                yield tuple(self._project.types.all(definition.module, base, context)), name

    def _settings(self, definition: Def, before: int) -> Iterator[tuple[Expr, str, int]]:
        module, function = definition.module, definition.function
        for kind in ("assign", "augment"):
            for statement in module.statements[kind]:
                target = statement.target
                is_own = function.at <= statement.at < min(before, function.end)
                if is_own and isinstance(target, Attribute) and not _is_stamp(module.body, target.attr, statement):
                    yield target.base, target.attr, statement.context

    def _sets_by_name(self, site: CallSite) -> bool:
        """`setattr(order, name, value)`"""
        if not site.call.arguments or last_name(site.module.body, site.call.callee) != _SETTING:
            return False
        types = self._project.types
        found = types.all(site.module, site.call.arguments[0].value, site.call.context)
        return any(not each.is_class and types.role(each) == _STORED for each in found)

    def _sets_row(self, site: CallSite) -> bool:
        """`order.cancel()`, `cancel(order)`: a method of a row that sets a column of it, a function that sets one of what it
        is given."""
        for target in site.targets:
            definition = target.definition
            if definition is None or definition.function.name == "__init__":
                continue
            given = arguments_by_parameter(site.call, definition)
            for base, name, context in self._settings(definition, definition.function.end):
                if not isinstance(base, Name):
                    continue
                if base.id in _OWN and site.receiver is not None and self._is_column(site.receiver, name):
                    return True
                rows = _gone_over(definition, base, context)
                value = given.get(rows or base.id)
                types = self._project.types.all(site.module, value, site.call.context) if value is not None else ()
                items = tuple(self._items(types)) if rows else types
                if any(self._is_column(found, name) for found in items or self._named(base)):
                    return True
        return False

    def _named(self, name: Name) -> tuple[Type, ...]:
        """`employee` of which nothing else is known is an `Employee`, if one class of rows is called so."""
        found = self._by_name.get(name.id.replace("_", "").lower(), ())
        return found if len(found) == 1 else ()

    @cached_property
    def _by_name(self) -> dict[str, tuple[Type, ...]]:
        found: dict[str, tuple[Type, ...]] = {}
        for name in self._project.symbols.classes:
            if self._project.types.role(Type(name)) == _STORED:
                short = name.rpartition(".")[2].lower()
                found[short] = (*found.get(short, ()), Type(name))
        return found

    def _items(self, types: Iterable[Type]) -> Iterator[Type]:
        for each in types:
            yield from (item for item in self._project.types.inference.items(each) if isinstance(item, Type))

    def is_set_by(self, module: Module, statement: Statement) -> bool:
        """`order.state = …`: of a row, and more than a stamp."""
        target = statement.target
        if not isinstance(target, Attribute) or _is_stamp(module.body, target.attr, statement):
            return False
        types = self._project.types.all(module, target.base, statement.context)
        return any(self._is_column(found, target.attr) for found in types)

    def _is_column(self, owner: Type, name: str) -> bool:
        """A class of rows, or one above it, declares the attribute."""
        types = self._project.types
        if owner.is_class or types.role(owner) != _STORED:
            return False
        return bound_in(self._project, owner, name) is not None


def _gone_over(definition: Def, item: Name, context: int) -> str:
    """`rows`, where the place stands in `for row in rows`, of whose `row` is asked."""
    contexts = definition.module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "for" and isinstance(place.target, Name) and place.target.id == item.id:
            return place.subject.id if isinstance(place.subject, Name) else ""
        context = place.parent
    return ""


def _is_stamp(body: Body, name: str, statement: Statement) -> bool:
    """It says when, how often or by whom it was asked last: `user.last_seen = now()`, `post.views += 1`."""
    value = statement.value
    if statement.kind == "augment" and isinstance(value, Constant):
        return True
    return "last" in words_of(name) or (isinstance(value, CallRef) and last_name(body, value) in _CLOCKS)
