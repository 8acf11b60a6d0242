"""Names inside one file: where each is bound, and which bindings a use may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Literal

from msgspec import Struct

from archlint.facts.syntax import Attribute, Collection, Context, Expr, FileFacts, Function, Name, Starred, Statement, Yield

BindingKind = Literal["import", "function", "class", "parameter", "statement", "comprehension"]

_EMPTY: dict[str, Binding | tuple[Binding, ...]] = {}
_NOWHERE: tuple[int, tuple[Binding, ...]] = (-1, ())
_SCOPES = frozenset({"module", "class", "function", "comprehension"})
_BINDING_STATEMENTS = frozenset({"assign", "annotate", "augment", "for", "with", "except"})


class Binding(Struct, frozen=True, gc=False):
    """One place that gives a name its value.

    `index` is the row in the table that `kind` names: imports, functions, classes, statements, contexts; for a
    parameter its position in `function`.  `path` leads into an unpacked value (`a, (b, c) = …`; -1: a starred rest).
    """

    kind: BindingKind
    at: int
    context: int
    index: int
    path: tuple[int, ...] = ()
    function: int = -1


class Scopes:
    """The scopes of one file. A scope is named by the index of the context that opens it (0: the module)."""

    def __init__(self, facts: FileFacts) -> None:
        self._outline = facts.outline
        self._body = facts.body
        contexts = facts.body.contexts
        self.scope_of: list[int] = []
        self._outer: list[int] = []
        """Scope → the one around it; the module's own is its own.  Of other contexts the scope that they stand in."""
        for index, context in enumerate(contexts):
            around = self.scope_of[context.parent] if context.parent >= 0 else 0
            self._outer.append(around)
            self.scope_of.append(index if context.kind in _SCOPES or context.parent < 0 else around)
        self._is_class = bytes(context.kind == "class" for context in contexts)
        self._is_function = bytes(context.kind == "function" for context in contexts)
        self._methods = self._own_methods(contexts)
        self._bindings: dict[int, dict[str, Binding | tuple[Binding, ...]]] = defaultdict(dict)
        """Scope → name → its one binding, as nearly all have, or all in source order: 400,000 tuples of one would be 20 MB."""
        self._redirects: dict[tuple[int, str], int] = {}
        self.self_attributes: dict[int, dict[str, list[Binding]]] = defaultdict(dict)
        """Class → attribute → the places in its methods that set `self.attribute`."""
        self.returns: dict[int, list[Statement]] = defaultdict(list)
        """Function → its `return` statements that have a value."""
        self.yields: dict[int, list[tuple[Yield, int]]] = defaultdict(list)
        """Function → its `yield` expressions that stand as a statement or on the right of one, with their context."""
        self.stars: list[int] = []
        """Rows of the module-level star imports."""
        self._fill(contexts)
        for table in self._bindings.values():
            for name, bound in table.items():
                if isinstance(bound, tuple):
                    table[name] = tuple(sorted(bound, key=lambda binding: binding.at))
        self._tables = [self._bindings.get(scope, _EMPTY) for scope in range(len(contexts))]
        """The same by the row of the scope: what is asked for most often of all."""

    def bindings(self, scope: int, name: str) -> tuple[Binding, ...]:
        """All bindings of a name in that very scope, in source order."""
        table = self._bindings.get(scope)
        found = table.get(name, ()) if table else ()
        return found if isinstance(found, tuple) else (found,)

    def names(self, scope: int) -> Iterator[str]:
        """The names bound in a scope, in the order of their first binding."""
        yield from self._bindings.get(scope, ())

    def gives_any(self, names: AbstractSet[str]) -> bool:
        """The module or one of its classes binds one of the names outside of functions."""
        for scope in (0, *[klass.context for klass in self._outline.classes]):
            table = self._bindings.get(scope)
            if table is not None and not table.keys().isdisjoint(names):  # goes through the fewer of the two
                return True
        return False

    def method_of(self, function: int) -> tuple[int, int] | None:
        """(class, method) for a method or a function nested in one; None elsewhere."""
        return self._methods[function] if function >= 0 else None

    def lookup(self, context: int, name: str, at: int) -> tuple[int, tuple[Binding, ...]]:
        """(scope, bindings) that a use of `name` at an offset may see; (-1, ()) where the file binds it nowhere.

        In the function that binds it: the latest binding before the use whose place encloses it, and those in branches
        after that one; before all of them, or from an inner function: all.  A class's body that has not bound it yet sees
        what is outside (`Text = Text`).
        """
        tables, redirects = self._tables, self._redirects
        start = scope = self.scope_of[context]
        local = True
        later = _NOWHERE
        while True:
            target = redirects.get((scope, name), scope) if redirects else scope
            found = tables[target].get(name)
            if found is not None:
                is_class = self._is_class[target]
                if not is_class or target == start:
                    bound = found if isinstance(found, tuple) else (found,)
                    if not is_class or bound[0].at <= at:
                        return target, self._reaching(bound, at) if len(bound) > 1 and local and target == scope else bound
                    later = target, bound
            if scope == 0:
                return later
            if local and self._is_function[scope]:
                local = False
            scope = self._outer[scope]

    def _reaching(self, found: tuple[Binding, ...], at: int) -> tuple[Binding, ...]:
        contexts = self._body.contexts
        before = tuple(binding for binding in found if binding.at <= at)
        for position in range(len(before) - 1, -1, -1):
            place = contexts[before[position].context]
            if place.parent < 0 or place.kind in ("function", "class") or place.at <= at < place.end:
                return before[position:]
        return before or found

    def _own_methods(self, contexts: tuple[Context, ...]) -> list[tuple[int, int] | None]:
        methods: list[tuple[int, int] | None] = []
        for index, function in enumerate(self._outline.functions):
            outer = contexts[function.outer]
            if outer.kind == "class" or (outer.function < 0 and outer.klass >= 0):
                methods.append((outer.klass, index))
            else:
                methods.append(methods[outer.function] if 0 <= outer.function < index else None)
        return methods

    def _fill(self, contexts: tuple[Context, ...]) -> None:
        outline = self._outline
        for row, function in enumerate(outline.functions):
            self._bind_parameters(row, function)
        for row, statement in enumerate(self._body.statements):
            if statement.kind in ("global", "nonlocal"):
                self._redirect(statement)
            elif statement.kind == "return":
                if statement.value is not None:
                    self.returns[contexts[statement.context].function].append(statement)
            elif statement.target is not None and statement.kind in _BINDING_STATEMENTS:
                self._bind_statement(row, statement)
            if type(statement.value) is Yield:
                self.yields[contexts[statement.context].function].append((statement.value, statement.context))
        for row, given in enumerate(outline.imports):
            if given.name == "*":
                if given.context == 0 or contexts[given.context].function < 0:
                    self.stars.append(row)
                continue
            name = given.alias or given.name or given.module.partition(".")[0]
            self._add(given.context, name, Binding("import", given.at, given.context, row))
        for row, function in enumerate(outline.functions):
            if function.name != "<lambda>":
                self._add(function.outer, function.name, Binding("function", function.at, function.outer, row))
        for row, klass in enumerate(outline.classes):
            self._add(klass.outer, klass.name, Binding("class", klass.at, klass.outer, row))
        for row, context in enumerate(contexts):
            if context.kind == "comprehension" and context.target is not None:
                for bound, path in _targets(context.target, ()):
                    if isinstance(bound, Name):
                        self._add(row, bound.id, Binding("comprehension", context.at, row, row, path))

    def _add(self, context: int, name: str, binding: Binding) -> None:
        scope = self.scope_of[context]
        if self._redirects:
            scope = self._redirects.get((scope, name), scope)
        table = self._bindings[scope]
        held = table.get(name)
        if held is None:
            table[name] = binding
        else:
            table[name] = (*held, binding) if isinstance(held, tuple) else (held, binding)

    def _bind_parameters(self, row: int, function: Function) -> None:
        for position, parameter in enumerate(function.parameters):
            binding = Binding("parameter", parameter.at, function.context, position, (), row)
            self._add(function.context, parameter.name, binding)

    def _redirect(self, statement: Statement) -> None:
        scope = self.scope_of[statement.context]
        named = statement.target or statement.value
        if not isinstance(named, Collection):
            return
        for item in named.items:
            if isinstance(item, Name):
                self._redirects[scope, item.id] = 0 if statement.kind == "global" else self._outer_binder(scope, item.id)

    def _outer_binder(self, scope: int, name: str) -> int:
        contexts = self._body.contexts
        while scope:
            scope = self.scope_of[contexts[scope].parent]
            if contexts[scope].kind == "function" and name in self._bindings.get(scope, ()):
                return scope
        return 0

    def _bind_statement(self, row: int, statement: Statement) -> None:
        if statement.target is None:
            return
        contexts = self._body.contexts
        context = statement.context
        if contexts[context].kind == "comprehension":
            if statement.kind == "assign":  # a walrus binds outside of the comprehension
                while contexts[context].kind == "comprehension":
                    context = contexts[context].parent
            else:
                return  # its variable is bound by the context itself
        inside = statement.kind in ("for", "with", "except")
        at = statement.at if inside else statement.end
        given = statement.target
        for target, path in ((given, ()),) if type(given) is not Collection else _targets(given, ()):
            if type(target) is Name:
                # a loop's or manager's name lives on after the block, so that it belongs to the place around it
                place = contexts[context].parent if statement.kind in ("for", "with") else context
                self._add(place, target.id, Binding("statement", at, place, row, path))
            elif type(target) is Attribute and type(target.base) is Name:
                method = self.method_of(contexts[context].function)
                if method is not None and self._is_self(method[1], target.base.id):
                    table = self.self_attributes[method[0]]
                    table.setdefault(target.attr, []).append(Binding("statement", at, context, row, path))

    def _is_self(self, function: int, name: str) -> bool:
        parameters = self._outline.functions[function].parameters
        return bool(parameters) and parameters[0].name == name


def _targets(target: Expr, path: tuple[int, ...]) -> Iterator[tuple[Expr, tuple[int, ...]]]:
    if type(target) is Collection:
        for position, item in enumerate(target.items):
            if type(item) is Starred:
                yield from _targets(item.value, (*path, -1))
            else:
                yield from _targets(item, (*path, position))
    else:
        yield target, path
