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
_BEGINNINGS = frozenset({CallRef, Mapping})
_FILLING = "setdefault"
_ASKING = frozenset({"get", "setdefault", "items", "keys", "values", "copy", "update", "__contains__", "__getitem__"})
"""What may be done with a mapping that takes nothing out of it."""


class Entry(Struct, frozen=True):
    """A place in a function that puts something into the mapping, which begins at the top of `owner`."""

    module: Module
    owner: Module
    name: str
    key: Expr
    context: int
    site: Site
    definition: Def


class _Filling(Struct, frozen=True):
    """What is filled, under which key, where, and the whole of it."""

    base: Expr
    key: Expr
    context: int
    whole: Expr

    @property
    def name(self) -> str:
        return self.base.id if isinstance(self.base, Name) else self.base.attr if isinstance(self.base, Attribute) else ""


class GrowingMappings:
    def __init__(self, project: Project) -> None:
        self._project = project

    @property
    def entries(self) -> Iterator[Entry]:
        """The places at which functions of production code fill mappings that begin empty at the top of their module, or of
        one that they import."""
        own = self._project.modules.by_path
        made = [(module, names) for module in self._project.modules.production if (names := self._made_empty(module))]
        every = frozenset[str]().union(*(names for _, names in made))
        fillings: dict[str, list[_Filling]] = {}
        for module, names in made:
            importers = sorted(self._project.types.inference.usage.importers(module))
            for path in (module.path, *(path for path in importers if path != module.path and own[path].is_production)):
                if path not in fillings:
                    fillings[path] = [each for each in _fillings(own[path]) if each.name in every]
                yield from self._entries(own[path], module, names, fillings[path])

    def is_emptied(self, entry: Entry) -> bool:
        """Something takes entries out of the mapping, makes it anew, asks how many there are, or is handed the mapping, so
        that nobody can tell."""
        importers = self._project.types.inference.usage.importers(entry.owner)
        own = self._project.modules.by_path
        if self._project.types.inference.usage.aliases(entry.name):
            return True  # called otherwise somewhere
        modules = [entry.owner, *(own[path] for path in sorted(importers))]
        return any(takes_out(module, entry.name) for module in modules if not module.is_test)

    def _made_empty(self, module: Module) -> frozenset[str]:
        scopes, body = self._project.symbols.scopes(module), module.body
        found: set[str] = set()
        for row, statement in enumerate(body.statements):
            target, value = statement.target, statement.value
            if type(target) is not Name or value is None or type(value) not in _BEGINNINGS:
                continue
            bindings = scopes.bindings(0, target.id)
            if len(bindings) != 1 or bindings[0].kind != "statement" or bindings[0].index != row:
                continue  # `global` makes it anew elsewhere
            if is_growing(module, value):
                found.add(target.id)
        return frozenset(found)

    def _entries(self, module: Module, owner: Module, names: frozenset[str], fillings: list[_Filling]) -> Iterator[Entry]:
        for each in fillings:
            function = module.body.contexts[each.context].function
            if each.name in names and function >= 0 and self._is_that(module, owner, each.base, each.context):
                site = Site(module.path, each.whole.at, each.whole.end)
                yield Entry(module, owner, each.name, each.key, each.context, site, Def(module, module.name, function))

    def _is_that(self, module: Module, owner: Module, base: Expr, context: int) -> bool:
        """`known` of the module itself; `known` that was imported, `state.known` of an imported module."""
        first = base.base if isinstance(base, Attribute) else base
        if not isinstance(first, Name):
            return False
        scope, bindings = self._project.symbols.scopes(module).lookup(context, first.id, first.at)
        if module is owner:
            return scope == 0 and first is base
        kind = "module" if isinstance(base, Attribute) else "value"
        return any(
            found.kind == kind and found.module is owner
            for binding in bindings
            if binding.kind == "import"
            for found in self._project.symbols.imported(module, binding.index)
        )


def _fillings(module: Module) -> Iterator[_Filling]:
    """`known[key] = …`, `known.setdefault(key, …)`"""
    for statement in module.body.statements:
        target = statement.target
        if isinstance(target, Subscript) and statement.kind in ("assign", "annotate", "augment"):
            yield _Filling(target.base, target.index[0], statement.context, target)
    for call in module.body.calls:
        callee = call.callee
        if isinstance(callee, Attribute) and callee.attr == _FILLING and call.arguments:
            yield _Filling(callee.base, call.arguments[0].value, call.context, CallRef(call.at, call.length, 0))


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
        if value is not None and statement.kind not in ("delete", "global") and hands_on(body, value, name):
            return True
    return any(context.subject is not None and _is_it(context.subject, name) for context in body.contexts)


def hands_on(body: Body, value: Expr, name: str) -> bool:
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
