"""Functions and classes that nothing which runs asks for: each name by which they could be is read all over the program."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Operation, String, Template
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef
from archlint.project.parts import PARTS
from archlint.project.source.one_off import SILENT
from archlint.project.source.uncalled import is_own_class, stood_in_for
from archlint.project.spelling import last_name
from archlint.project.walk import starts_of_reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archlint.facts.findings import Site
    from archlint.facts.syntax import Call, Function
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_VIEW = "view"
"""What a library runs only where the program names it in a route; of other classes it may find each by itself."""
_WORD = re.compile(r"[\w./:@-]+")
_PART = re.compile(r"\w+")
_EXPORTED = "__all__"
_PROTOCOL = "Protocol"
_FINDING = ("import_string", "import_object", "load_object", "locate")
"""What makes a class of the text that names it."""
_SUBCLASSES = ("__subclasses__", "__init_subclass__")
_MOST = 400
"""Places that are looked at for one answer."""

_Place = tuple[str, int, int]
"""A module's path, and the rows of the function and, outside of functions, of the class in which something stands."""


class _Dynamic(Struct, frozen=True):
    """By what names that the program makes begin, and the files that ask for attributes by names of which nothing is known."""

    begins: tuple[str, ...]
    files: frozenset[str]


class Unrun:
    """Told where routes or tasks are seen, so that it is known how the program is run. What a test runs is not run."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._idle: set[Def | str] = set()
        self._begun: set[Def | str] = set()
        self._own: dict[str, bool] = {}
        self._otherwise: dict[str, bool] = {}

    def holds_at(self, module: Module, at: int) -> bool:
        """What stands there is in a function, or in a class, that is not run."""
        inner = next((row for row, each in module.functions_around(at) if not each.name.startswith("<")), None)
        if inner is not None:
            return self.holds(Def(module, module.name, inner))
        above = [each for each in module.outline.classes if each.at <= at < each.end]
        name = f"{module.name}.{min(above, key=lambda each: each.at).qualname}" if above else ""
        klass = self._project.symbols.classes.get(name)
        return klass is not None and not self._project.led_to.is_empty and self._is_idle(klass)

    def holds(self, definition: Def) -> bool:
        """Nothing that is run calls it, hands it on or names it, nor its class. In a program of which it is not seen how it is
        run that tells of what a module that is no package imports: nobody imports there for others."""
        outer = self._outermost(definition)
        is_known = not self._project.led_to.is_empty
        if not is_known and outer.function.klass < 0:
            takers = self._imported.get(outer.function.name, {}).get(outer.module.path, ())
            is_known = any(not self._project.modules.by_path[path].is_package for path in takers)
        return is_known and self._is_idle(outer)

    def is_started(self, definition: Def, waits: Callable[[Def], bool]) -> bool:
        """Something that runs calls, hands on or names a function which its decorators only make ready to be run, and not only
        others that wait like it (`waits`). Who starts it by a name that stands nowhere in the program is not seen."""
        seen, waiting = {definition}, [definition]
        while waiting:
            for by in self._asking(waiting.pop()):
                if by is None or not (isinstance(by, Def) and waits(by)):
                    if by is None or not self._is_idle(by):
                        return True
                elif by not in seen:
                    seen.add(by)
                    waiting.append(by)
        return False

    def _is_idle(self, thing: Def | ClassDef) -> bool:
        if isinstance(thing, Def) and (klass := self._class_of(thing)) is not None and self._is_idle(klass):
            return True
        if _key(thing) in self._idle:
            return True
        waiting: list[Def | ClassDef] = [thing]
        seen: dict[Def | str, Def | ClassDef] = {_key(thing): thing}
        while waiting:
            found = waiting.pop()
            if len(seen) > _MOST or _key(found) in self._begun or self._is_begun(found):
                self._begun.add(_key(thing))
                return False
            for by in self._asking(found):
                if by is None:
                    self._begun.add(_key(thing))
                    return False
                if _key(by) not in seen:
                    seen[_key(by)] = by
                    waiting.append(by)
        self._idle.update(seen)
        return True

    # what is run by itself

    def _is_begun(self, thing: Def | ClassDef) -> bool:
        if not thing.module.is_production:
            return True
        if isinstance(thing, ClassDef):
            return self._is_found(thing)
        if self._is_loaded_otherwise(thing.module):
            return True
        function = thing.function
        endpoints = self._project.endpoints.running.get(thing, ())
        if endpoints and all(self._project.left_routers.hold(each.route) for each in endpoints):
            return False
        if thing in self._making_apps or endpoints or not SILENT.issuperset(_decorators(thing.module, function)):
            return True
        if function.klass < 0:
            return False
        is_dynamic = thing.module.path in self._dynamic.files or function.name.startswith(self._dynamic.begins)
        return is_dynamic or function.name.startswith("__") or not self._is_own(thing.owner)

    def _is_own(self, name: str) -> bool:
        """No library runs methods of the class by names of its own, nor of one that inherits from it."""
        if name not in self._own:
            self._own[name] = is_own_class(self._project, name)  # a circle of bases asks for it again
            below = self._below.get(name.rpartition(".")[2], ())
            self._own[name] = self._own[name] and all(self._is_own(klass.name) for klass in below)
        return self._own[name]

    def _is_found(self, klass: ClassDef) -> bool:
        """A library may run it though nothing names it."""
        if klass.klass.decorators or klass.klass.keywords or "." in klass.klass.qualname:
            return True
        if is_own_class(self._project, klass.name):
            is_of_kind = bool(klass.klass.bases) and (self._asks_for_subclasses or self._imports_classes)
            return is_of_kind or self._is_loaded_otherwise(klass.module)
        return self._project.types.role(Type(klass.name)) != _VIEW

    def _is_loaded_otherwise(self, module: Module) -> bool:
        """Nothing but a test imports the module, and it has no routes: who loads it may ask for what is in it by names that
        stand nowhere. Whether anybody does is another question (see `left_code`)."""
        if module.path not in self._otherwise:
            taken = (self._project.modules.by_path[path] for path in self._project.types.inference.usage.importers(module))
            is_taken = not all(other.is_test or other is module for other in taken)
            self._otherwise[module.path] = not is_taken and module.path not in self._serving
        return self._otherwise[module.path]

    @cached_property
    def _serving(self) -> frozenset[str]:
        served = (site.path for site in self._project.calls.registered("serve"))
        return frozenset((*served, *(route.site.path for route in self._project.routes.routes)))

    # who asks for it

    def _asking(self, thing: Def | ClassDef) -> Iterator[Def | ClassDef | None]:
        """What names it, None for what is run as it is loaded."""
        own = thing.klass.name if isinstance(thing, ClassDef) else thing.function.name
        targets = {thing, *stood_in_for(self._project, thing)} if isinstance(thing, Def) else set()
        for name in (own, *self._project.types.inference.usage.aliases(own)):
            for module, call in self._project.calls.written(name):
                if not isinstance(thing, Def) or self._may_run(thing, targets, module, call):
                    yield self._at(module, call.context)
            for path, row, klass in sorted(self._named.get(name, ())):
                module = self._project.modules.by_path[path]
                yield self._standing(module, row, klass)
        if isinstance(thing, ClassDef):
            yield from self._below.get(own, ())

    @cached_property
    def _making_apps(self) -> frozenset[Def]:
        """Servers are told of these in many ways."""
        containers = self._project.routes.tree.containers.values()
        return frozenset(each.function for each in containers if each.kind == "app" and each.function is not None)

    @cached_property
    def _imports_classes(self) -> bool:
        """By texts that settings or rows may hold."""
        calls = self._project.calls
        return self._project.loaded_by_name.makes_names or any(calls.written(name) for name in _FINDING)

    def _may_run(self, definition: Def, targets: set[Def], module: Module, call: Call) -> bool:
        known = {target.definition for target in self._project.calls.site(module, call).targets}
        if not known:
            return True
        if targets.isdisjoint(known):
            # one of several that are imported under its name; and what is called by a protocol of which nothing is said
            is_named = isinstance(call.callee, Name) and self._is_imported_in(definition, module)
            return is_named or any(each is not None and self._is_of_protocol(each) for each in known)
        return not (_is_coroutine(definition.function) and call.at in self._dropped(module))

    def _is_imported_in(self, definition: Def, module: Module) -> bool:
        by_path = self._imported.get(definition.function.name, {})
        return definition.function.klass < 0 and module.path in by_path.get(definition.module.path, ())

    def _is_of_protocol(self, definition: Def) -> bool:
        klass = self._class_of(definition)
        return klass is not None and any(last_name(klass.module.body, base) == _PROTOCOL for base in klass.klass.bases)

    def _dropped(self, module: Module) -> frozenset[int]:
        """Where calls begin whose results nobody takes: coroutines are made there and never run."""
        made = (s.value for s in module.statements["expression"] if isinstance(s.value, CallRef))
        return frozenset(e.at for e in made if not module.body.calls[e.index].awaited)

    def _at(self, module: Module, context: int) -> Def | ClassDef | None:
        place = module.body.contexts[context]
        return self._standing(module, place.function, place.klass)

    def _standing(self, module: Module, row: int, klass: int) -> Def | ClassDef | None:
        if row >= 0:
            outer = self._outermost(Def(module, module.name, row))
            if not outer.function.name.startswith("<"):
                return outer
            place = module.body.contexts[outer.function.outer]
            klass = place.klass
        if klass >= 0:
            return self._project.symbols.classes.get(f"{module.name}.{module.outline.classes[klass].qualname}")
        return None

    def _outermost(self, definition: Def) -> Def:
        """The function in which a nested one stands."""
        contexts, functions = definition.module.body.contexts, definition.module.outline.functions
        row = definition.index
        while (above := contexts[functions[row].outer].function) >= 0:
            row = above
        return Def(definition.module, definition.module_name, row)

    def _class_of(self, definition: Def) -> ClassDef | None:
        return self._project.symbols.classes.get(definition.owner) if definition.function.klass >= 0 else None

    # where names stand

    @cached_property
    def _imported(self) -> dict[str, dict[str, set[str]]]:
        """Name → the files that define it → those that import it."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for module in self._project.modules.production:
            for row, given in enumerate(module.outline.imports):
                for meant in self._project.symbols.imported(module, row) if given.name else ():
                    if meant.module is not None and given.name is not None:
                        found[given.name][meant.module.path].add(module.path)
        return found

    @cached_property
    def _below(self) -> dict[str, list[ClassDef]]:
        """Last name of a base → the classes that have it."""
        found: dict[str, list[ClassDef]] = defaultdict(list)
        for klass in self._project.symbols.classes.values():
            for base in klass.klass.bases:
                found[last_name(klass.module.body, base)].append(klass)
        return found

    @cached_property
    def _named(self) -> dict[str, set[_Place]]:
        """Name of a function or class → where it is used, but for calls of it in production."""
        outlines = [module.outline for module in self._project.modules.production]
        known = {f.name for outline in outlines for f in outline.functions}
        known.update(klass.name for outline in outlines for klass in outline.classes)
        known.update(alias for name in known.copy() for alias in self._project.types.inference.usage.aliases(name))
        found: dict[str, set[_Place]] = defaultdict(set)
        for module in self._project.modules.all:
            if not module.is_test:
                for name, context in self._names_of(module):
                    if name in known:
                        place = module.body.contexts[context]
                        found[name].add((module.path, place.function, -1 if place.function >= 0 else place.klass))
        return found

    def _names_of(self, module: Module) -> Iterator[tuple[str, int]]:
        body, outline = module.body, module.outline
        exported = {s.value for s in module.statements["assign"] if isinstance(s.target, Name) and s.target.id == _EXPORTED}
        called = {id(call.callee) for call in body.calls} if module.is_production else set()
        for start, context in starts_of_reading(module):
            if start in exported or any(site.at <= start.at < site.end for site in self._left_routes.get(module.path, ())):
                continue
            expr = start
            if id(start) in called:
                if not isinstance(start, Attribute):
                    if not isinstance(start, Name):
                        yield from _names_in(start, context)
                    continue
                expr = start.base
            yield from _names_in(expr, context)
        for statement in body.statements:
            yield from _names_in(statement.annotation, statement.context)
        for function in outline.functions:
            for given in (function.returns, *(p.annotation for p in function.parameters)):
                yield from _names_in(given, function.context)
            for parameter in function.parameters:
                yield from _names_in(parameter.default, function.outer)
        for klass in outline.classes:
            for given in (*klass.decorators, *(argument.value for argument in klass.keywords)):
                yield from _names_in(given, klass.context)

    @cached_property
    def _left_routes(self) -> dict[str, list[Site]]:
        """File → where it declares routes (`@router.get("/orders")`) on routers that are put nowhere: a path is no call."""
        found: dict[str, list[Site]] = defaultdict(list)
        for route in self._project.routes.routes:
            if self._project.left_routers.hold(route):
                found[route.site.path].append(route.site)
        return found

    @cached_property
    def _asks_for_subclasses(self) -> bool:
        calls = any(self._project.calls.written(name) for name in _SUBCLASSES)
        return calls or any(
            function.name in _SUBCLASSES for module in self._project.modules.production for function in module.outline.functions
        )

    @cached_property
    def _dynamic(self) -> _Dynamic:
        """`getattr(self, f"on_{event}")`, `getattr(self, name)`"""
        begins: set[str] = set()
        files: set[str] = set()
        for module, call in self._project.calls.written("getattr"):
            name = call.arguments[1].value if len(call.arguments) > 1 else None
            if isinstance(name, Template):
                name = name.parts[0]
            elif isinstance(name, Operation):
                name = name.operands[0]
            elif isinstance(name, String):
                continue
            if isinstance(name, String) and name.value:
                begins.add(name.value)
            else:
                files.add(module.path)
        return _Dynamic(tuple(sorted(begins)), frozenset(files))


def _names_in(start: Expr | None, context: int) -> Iterator[tuple[str, int]]:
    waiting = [start] if start is not None else []
    while waiting:
        part = waiting.pop()
        while type(part) is Attribute:
            yield part.attr, context
            part = part.base
        if type(part) is Name:
            yield part.id, context
        elif type(part) is String:
            if _WORD.fullmatch(part.value):
                for word in _PART.findall(part.value):
                    yield word, context
        elif (parts := PARTS.get(type(part))) is not None:
            waiting += parts(part)


def _is_coroutine(function: Function) -> bool:
    return function.is_async and not function.is_generator and not function.decorators


def _decorators(module: Module, function: Function) -> set[str]:
    return {last_name(module.body, decorator) for decorator in function.decorators}


def _key(thing: Def | ClassDef) -> Def | str:
    return thing if isinstance(thing, Def) else thing.name
