"""Functions that nothing in the program runs: what is left of a class that was written whole, or was replaced."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Name
from archlint.project.model import Def, Type
from archlint.project.parts import names_in, parts_of
from archlint.project.source.one_off import PLAIN
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_WRAPS = "wraps"
_STEPS = 3
_AWAITED = frozenset({"__call__", "__aenter__", "__aexit__", "__anext__", "__await__", "__get__"})
"""The special methods that may be coroutine functions."""
_ABSTRACT = frozenset({"ABC", "Protocol", "Generic", "object"})


class Uncalled:
    """Asked of the same functions by several rules and at several places: each is looked at once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Def, bool] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._standing_names: dict[str, frozenset[str]] = {}
        self._libraries: dict[str, bool] = {}

    def holds(self, definition: Def) -> bool:
        """No production code calls it or hands it on, by its own name or by that of a method which it stands in for, and each
        call that is written with its name is known to run another; a library that gave its class a base may run it."""
        known = self._known.get(definition)
        if known is None:
            known = self._known[definition] = self._find(definition)
        return known

    def is_left(self, definition: Def, steps: int = _STEPS) -> bool:
        """The same of a function whose name does not even stand for it anywhere in its module (`jobs = {"mail": send}`), and
        of one that only such functions call."""
        if definition.function.name in self._standing(definition.module):
            return False
        if self.holds(definition):
            return True
        callers = [site.caller for site in self._project.calls.callers(definition) if site.module.is_production]
        return steps > 0 and bool(callers) and all(c is not None and self.is_left(c, steps - 1) for c in callers)

    def is_handed_on(self, definition: Def) -> bool:
        """Code imports it by its name, or names it without calling it: others may be given it to call."""
        name = definition.function.name
        is_imported = definition.function.klass < 0 and name in self._imported
        return is_imported or name in self._handed_on or name in self._standing(definition.module)

    def is_library(self, module: Module) -> bool:
        """No production code calls any function of the module, so that it says nothing that none calls one of them."""
        if module.path not in self._libraries:
            rows = range(len(module.outline.functions))
            calls = (call for row in rows for call in self._project.calls.callers(Def(module, module.name, row)))
            self._libraries[module.path] = not any(call.module.is_production for call in calls)
        return self._libraries[module.path]

    def _find(self, definition: Def) -> bool:
        project, module, function = self._project, definition.module, definition.function
        if project.led_to.is_empty or definition in project.endpoints.by_definition or _is_run_by_python(definition):
            return False
        marks = {last_name(module.body, decorator) for decorator in function.decorators}
        if function.klass < 0 and module.body.contexts[function.outer].kind != "module":
            return marks <= {*PLAIN, _WRAPS} and self._is_unapplied(definition)
        if not marks <= PLAIN:
            return False
        if function.klass >= 0 and not is_own_class(project, definition.owner):
            return False
        if function.klass < 0 and function.name in self._imported:
            return False
        own = {definition, *stood_in_for(project, definition)}
        if any(_is_run(project, each) for each in own):
            return False
        written = [(m, call) for m, call in project.calls.written(function.name) if m.is_production]
        if not all(project.calls.runs_another(m, call, own) for m, call in written):
            return False
        return function.name not in self._handed_on

    def _is_unapplied(self, inner: Def) -> bool:
        """What a decorator puts in place of a function, where nothing runs or names the decorator."""
        module, row = inner.module, inner.index
        functions, contexts = module.outline.functions, module.body.contexts
        while (above := contexts[functions[row].outer].function) >= 0:
            row = above
        outer = Def(module, module.name, row)
        is_plain = row != inner.index and outer.function.klass < 0
        return is_plain and self.holds(outer) and outer.function.name not in self._named(module)

    def _named(self, module: Module) -> frozenset[str]:
        """The names that a module uses, but for those that only call."""
        if module.path not in self._names:
            read = _read(module)
            self._names[module.path] = frozenset(name for expr in read for name in names_in(module.body, expr))
        return self._names[module.path]

    def _standing(self, module: Module) -> frozenset[str]:
        """The names that stand somewhere in a module without being called there."""
        if module.path not in self._standing_names:
            body = module.body
            called = {call.callee.at for call in body.calls}
            names = (part for expr in _read(module) for part in parts_of(body, expr) if type(part) is Name)
            self._standing_names[module.path] = frozenset(name.id for name in names if name.at not in called)
        return self._standing_names[module.path]

    @cached_property
    def _imported(self) -> frozenset[str | None]:
        """The names that production code imports from modules."""
        return frozenset(given.name for module in self._project.modules.production for given in module.outline.imports)

    @cached_property
    def _handed_on(self) -> frozenset[str]:
        """`keep` of `run(store.keep)`: the names of attributes that stand somewhere without being called."""
        found: set[str] = set()
        for module in self._project.modules.production:
            called = {call.callee.end for call in module.body.calls if type(call.callee) is Attribute}
            read = module.expressions_read.attributes
            found.update(each.attr for each in read if each.attr not in found and each.end not in called)
        return frozenset(found)


def _is_run_by_python(definition: Def) -> bool:
    """A special method: of coroutine functions few are, and `__acall__` is none."""
    function = definition.function
    return function.name.startswith("__") and not (function.is_async and function.name not in _AWAITED)


def _read(module: Module) -> list[Expr | None]:
    read: list[Expr | None] = [s.value for s in module.body.statements]
    read += [argument.value for call in module.body.calls for argument in call.arguments]
    read += [decorator for function in module.outline.functions for decorator in function.decorators]
    return read


def is_own_class(project: Project, name: str) -> bool:
    """Every class that this one inherits from is the project's, or a library's that runs nothing."""
    ancestors = project.types.inference.members.ancestors(Type(name))
    known = [klass for klass in map(project.symbols.classes.get, (a.name for a in ancestors)) if klass is not None]
    named = {last_name(klass.module.body, base) for klass in known for base in klass.klass.bases}
    return bool(known) and named - _ABSTRACT <= {klass.name.rpartition(".")[2] for klass in known}


def stood_in_for(project: Project, definition: Def) -> Iterator[Def]:
    """The methods of that name in the classes above."""
    if definition.function.klass < 0:
        return
    for ancestor in project.types.inference.members.ancestors(Type(definition.owner))[1:]:
        klass = project.symbols.classes.get(ancestor.name)
        if klass is None:
            continue
        for row, function in enumerate(klass.module.outline.functions):
            if function.klass == klass.index and function.name == definition.function.name:
                yield Def(klass.module, klass.module.name, row)


def _is_run(project: Project, definition: Def) -> bool:
    places = project.effects.callers.get(definition, ())
    return any(
        project.modules.by_path[path].is_production and (path, row) != (definition.module.path, definition.index)
        for path, row in places
    )
