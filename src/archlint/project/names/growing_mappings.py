"""Mappings of a module that functions fill and nothing empties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Body, CallRef, Comparison, Constant, Expr, Mapping, Name, Subscript
from archlint.project.model import Def
from archlint.project.names.filled import is_empty
from archlint.project.parts import children, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MAKING = frozenset({"dict", "OrderedDict"})
_FILLING = "setdefault"
_ASKING = frozenset({"get", "setdefault", "items", "keys", "values", "copy", "update", "__contains__", "__getitem__"})
"""What may be done with a mapping that takes nothing out of it."""


class Entry(Struct, frozen=True):
    """A place in a function that puts something into the mapping."""

    module: Module
    name: str
    key: Expr
    context: int
    site: Site
    definition: Def


class GrowingMappings:
    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def entries(self) -> Iterator[Entry]:
        """The places at which functions of production code fill mappings that begin empty at the top of their module."""
        for module in self._project.modules.production:
            names = self._made_empty(module)
            if names:
                yield from self._entries(module, names)

    def is_emptied(self, entry: Entry) -> bool:
        """Something takes entries out of the mapping, makes it anew, asks how many there are, or is handed the mapping, so
        that nobody can tell."""
        importers = self._project.types.inference.usage.importers(entry.module)
        own = self._project.modules.by_path
        modules = [entry.module, *(own[path] for path in sorted(importers))]
        return any(takes_out(module, entry.name) for module in modules if not module.is_test)

    def _made_empty(self, module: Module) -> frozenset[str]:
        scopes, body = self._project.symbols.scopes(module), module.body
        found: set[str] = set()
        for name in scopes.names(0):
            bindings = scopes.bindings(0, name)
            if len(bindings) != 1 or bindings[0].kind != "statement" or bindings[0].path:
                continue  # `global` makes it anew elsewhere
            value = body.statements[bindings[0].index].value
            if value is not None and is_growing(module, value):
                found.add(name)
        return frozenset(found)

    def _entries(self, module: Module, names: frozenset[str]) -> Iterator[Entry]:
        body = module.body
        for statement in body.statements:
            target = statement.target
            if not isinstance(target, Subscript) or statement.kind not in ("assign", "annotate", "augment"):
                continue
            if isinstance(target.base, Name) and target.base.id in names:
                yield from self._entry(module, target.base, target.index[0], statement.context, target)
        for call in body.calls:
            callee = call.callee
            if not isinstance(callee, Attribute) or callee.attr != _FILLING or not call.arguments:
                continue
            if isinstance(callee.base, Name) and callee.base.id in names:
                whole = CallRef(call.at, call.length, 0)
                yield from self._entry(module, callee.base, call.arguments[0].value, call.context, whole)

    def _entry(self, module: Module, name: Name, key: Expr, context: int, whole: Expr) -> Iterator[Entry]:
        function = module.body.contexts[context].function
        scope, _ = self._project.symbols.scopes(module).lookup(context, name.id, name.at)
        if function >= 0 and scope == 0:
            site = Site(module.path, whole.at, whole.end)
            yield Entry(module, name.id, key, context, site, Def(module, module.name, function))


def is_growing(module: Module, value: Expr) -> bool:
    """A mapping that begins empty."""
    if isinstance(value, CallRef) and last_name(module.body, value) == "defaultdict":
        return True
    is_made = isinstance(value, CallRef) and last_name(module.body, value) in _MAKING
    return (isinstance(value, Mapping) or is_made) and is_empty(module, value)


def takes_out(module: Module, name: str) -> bool:
    """The module takes something out of what is called so, asks how much there is, or hands it on."""
    body = module.body
    for call in body.calls:
        callee = call.callee
        if isinstance(callee, Attribute) and callee.attr not in _ASKING and _is_it(callee.base, name):
            return True
        if any(_is_it(argument.value, name) for argument in call.arguments):
            return True  # `len(cache)`, `trim(cache)`
    for statement in body.statements:
        target, value = statement.target, statement.value
        if statement.kind == "delete" and any(_is_it(p, name) for e in (target, value) for p in parts_of(body, e)):
            return True
        if isinstance(target, Attribute) and target.attr == name:
            return True
        if isinstance(target, Subscript) and _is_it(target.base, name) and isinstance(value, Constant) and value.value is None:
            return True  # `timers[user] = None`: what was there is let go
        if value is not None and statement.kind not in ("delete", "global") and _hands_on(body, value, name):
            return True
    return any(context.subject is not None and _is_it(context.subject, name) for context in body.contexts)


def _hands_on(body: Body, value: Expr, name: str) -> bool:
    """The mapping itself, not an item of it, goes further: another name for it, an answer."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if _is_it(part, name):
            return True
        if isinstance(part, Subscript):
            waiting += part.index
        elif isinstance(part, Comparison):
            waiting += [o for o in part.operands if not _is_it(o, name)]
        elif not isinstance(part, CallRef | Attribute):
            waiting += children(body, part)
    return False


def _is_it(expr: Expr, name: str) -> bool:
    return (isinstance(expr, Name) and expr.id == name) or (isinstance(expr, Attribute) and expr.attr == name)
