"""Where a name's or an attribute's value is written: the expressions that may stand behind it, across modules.

`inference` says what *type* a value has; this says which *expression* it comes from, which is what tells one router
from another, or a path from another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Collection, Constant, Expr, Name, Subscript
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.scopes import Binding
from archlint.project.names.symbols import Definition
from archlint.project.types.entities import ModuleRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MOST = 8


class Origin(Struct, frozen=True, gc=False):
    """An expression that gives the value. `path` leads into an unpacked one; `each`: an item of it, for a loop's name."""

    module: Module
    expr: Expr
    context: int
    path: tuple[int, ...] = ()
    each: bool = False


class Parameter(Struct, frozen=True, gc=False):
    """The value is what callers give: parameter `position` of a function."""

    definition: Def
    position: int

    @property
    def name(self) -> str:
        return self.definition.function.parameters[self.position].name

    @property
    def kind(self) -> str:
        return self.definition.function.parameters[self.position].kind


Callers = dict[Def, CallSite]
"""Functions whose parameters are to be read from one call of each."""


class Origins:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._symbols = project.symbols
        self._inference = project.types.inference
        self._turns: dict[tuple[str, int], Origin] = {}

    @contextmanager
    def turn(self, loop: Origin, item: Origin) -> Iterator[None]:
        """While this is open, the names of a loop over `loop.expr` stand for what they take of one item."""
        key = (loop.module.path, loop.expr.at)
        self._turns[key] = item
        try:
            yield
        finally:
            del self._turns[key]

    @property
    def in_turn(self) -> bool:
        """Whether one item of any loop is being read, so that types, which know all items, say too much."""
        return bool(self._turns)

    def of(self, module: Module, expr: Expr, context: int, every: bool = False) -> list[Origin | Parameter]:
        """What a Name or Attribute may be given, and what a loop's name holds at a place (`row[0]`); nothing for other
        expressions. `every`: also by earlier statements of the same place (`urlpatterns = …` before `urlpatterns += …`)."""
        if type(expr) is Name:
            found = self._name(module, expr, context, every)
        elif isinstance(expr, Attribute):
            found = self._attribute(module, expr, context, every)
        elif isinstance(expr, Subscript):
            found = self._part_of_row(module, expr, context)
        else:
            return []
        return list(found)[: _MOST if not every else None]

    def module_level(self, module: Module, name: str) -> list[Origin | Parameter]:
        """All that is given to a name at the top of a module."""
        bindings = self._symbols.scopes(module).bindings(0, name)
        return [origin for binding in bindings for origin in self._binding(module, binding, True)]

    def _name(self, module: Module, expr: Name, context: int, every: bool) -> Iterator[Origin | Parameter]:
        scopes = self._symbols.scopes(module)
        scope, bindings = scopes.lookup(context, expr.id, expr.at)
        if scope > 0:
            for binding in scopes.bindings(scope, expr.id) if every else bindings[-4:]:
                yield from self._binding(module, binding, every)
            return
        if scope == 0 and not every and bindings and self._is_in_turn(module, context, bindings[-1]):
            yield from self._binding(module, bindings[-1], every)
            return
        for definition in self._symbols.resolve_in(module, expr.id):
            yield from self._definition(definition, every)

    def _definition(self, definition: Definition, every: bool) -> Iterator[Origin | Parameter]:
        if definition.kind != "value" or definition.module is None or definition.binding is None:
            return
        if every:
            yield from self.module_level(definition.module, definition.name.rpartition(".")[2])
        else:
            yield from self._binding(definition.module, definition.binding, every)

    def _binding(self, module: Module, binding: Binding, every: bool) -> Iterator[Origin | Parameter]:
        body = module.body
        match binding.kind:
            case "statement":
                statement = body.statements[binding.index]
                if statement.value is not None:
                    is_loop = statement.kind == "for"
                    yield self._item(Origin(module, statement.value, statement.context, binding.path, is_loop))
            case "comprehension":
                context = body.contexts[binding.index]
                if context.subject is not None:
                    yield self._item(Origin(module, context.subject, context.parent, binding.path, True))
            case "parameter":
                yield Parameter(Def(module, module.name, binding.function), binding.index)
            case "import":
                for definition in self._symbols.imported(module, binding.index):
                    yield from self._definition(definition, every)
            case _:
                return

    def _part_of_row(self, module: Module, expr: Subscript, context: int) -> Iterator[Origin]:
        """`for row in rows: row[0]` is what `for first, second in rows` calls `first`."""
        place = expr.index[0] if len(expr.index) == 1 else None
        if type(expr.base) is not Name or not isinstance(place, Constant) or type(place.value) is not int:
            return
        for binding in self._symbols.scopes(module).lookup(context, expr.base.id, expr.base.at)[1][-1:]:
            for origin in self._binding(module, binding, False) if self._is_of_loop(module, binding) else ():
                if isinstance(origin, Origin):
                    yield Origin(origin.module, origin.expr, origin.context, (*origin.path, place.value), origin.each)

    def _is_in_turn(self, module: Module, context: int, binding: Binding) -> bool:
        """A name at the top of a module that the very loop around its use binds: another loop below may bind it as well."""
        contexts = module.body.contexts
        if contexts[context].function >= 0:
            return False
        if binding.kind != "statement":
            return False
        if module.body.statements[binding.index].kind == "for":
            return True
        row = binding.context
        while row > 0 and contexts[row].kind != "for":
            row = contexts[row].parent
        return row > 0 and contexts[row].at <= contexts[context].at < contexts[row].end

    def _is_of_loop(self, module: Module, binding: Binding) -> bool:
        is_loop = binding.kind == "statement" and module.body.statements[binding.index].kind == "for"
        return is_loop or binding.kind == "comprehension"

    def _item(self, origin: Origin) -> Origin:
        item = self._turns.get((origin.module.path, origin.expr.at)) if origin.each and self._turns else None
        return Origin(item.module, item.expr, item.context, origin.path) if item is not None else origin

    def unpacked(self, origin: Origin) -> Iterator[Origin]:
        """As `unpacked`, also where the name of a value is unpacked: `route, view = row`."""
        if origin.each or not origin.path or type(origin.expr) is not Name:
            yield from unpacked(origin)
            return
        for source in self.of(origin.module, origin.expr, origin.context):
            if isinstance(source, Origin) and not source.each:
                yield from unpacked(Origin(source.module, source.expr, source.context, source.path + origin.path))

    def _attribute(self, module: Module, expr: Attribute, context: int, every: bool) -> Iterator[Origin | Parameter]:
        for base in self._inference.entities(module, expr.base, context):
            if type(base) is ModuleRef:
                for definition in self._symbols.member(base.module, base.name, expr.attr, base.near):
                    yield from self._definition(definition, every)
            elif isinstance(base, Type):
                yield from self._member(base, expr.attr, every)

    def _member(self, type_: Type, name: str, every: bool) -> Iterator[Origin | Parameter]:
        for ancestor in self._inference.members.ancestors(type_):
            klass = self._symbols.classes.get(ancestor.name)
            if klass is None:
                continue
            scopes = self._symbols.scopes(klass.module)
            inside = scopes.bindings(klass.klass.context, name)
            bindings = [*inside, *scopes.self_attributes.get(klass.index, {}).get(name, [])]
            for binding in bindings:
                yield from self._binding(klass.module, binding, every)
            if bindings:
                return

    # parameters

    def given(self, parameter: Parameter, callers: Callers) -> list[Origin]:
        """What one known caller gives for the parameter (all that `*args` takes), else its default."""
        caller = callers.get(parameter.definition)
        found = [] if caller is None else self._arguments(parameter, caller)
        if found or (caller is not None and parameter.kind in ("*", "**")):
            return found
        default = parameter.definition.function.parameters[parameter.position].default
        if default is None:
            return []
        return [Origin(parameter.definition.module, default, parameter.definition.function.outer)]

    def handed(self, module: Module, expr: Expr, context: int, callers: Callers) -> list[Origin]:
        """What known callers give for the parameter that an expression names; nothing for other expressions."""
        named = (o for o in self.of(module, expr, context) if isinstance(o, Parameter) and o.definition in callers)
        return [source for parameter in named for source in self.given(parameter, callers)]

    def given_anywhere(self, parameter: Parameter) -> list[Origin]:
        """What the callers give, all that are known."""
        found: list[Origin] = []
        for caller in self._project.calls.callers(parameter.definition)[:_MOST]:
            found += self._arguments(parameter, caller)
        return found

    def _arguments(self, parameter: Parameter, caller: CallSite) -> list[Origin]:
        function = parameter.definition.function
        positional = [p for p in function.parameters if p.kind in ("positional", "either", "*")]
        skip = 1 if function.klass >= 0 and positional and positional[0].name in ("self", "cls") else 0
        if skip and parameter.position == 0:
            callee = caller.call.callee
            return [Origin(caller.module, callee.base, caller.call.context)] if isinstance(callee, Attribute) else []
        values: list[Expr] = []
        plain = [a.value for a in caller.call.arguments if a.name in (None, "*")]
        place = next((row for row, p in enumerate(positional) if p.name == parameter.name), -1) - skip
        if parameter.kind == "*":
            values = plain[max(place, 0) :]
        elif place >= 0 and place < len(plain) and not any(a.name == "*" for a in caller.call.arguments):
            values = [plain[place]]
        values += [a.value for a in caller.call.arguments if a.name == parameter.name]
        return [Origin(caller.module, value, caller.call.context) for value in values]


def unpacked(origin: Origin) -> Iterator[Origin]:
    """The items of a loop's literal iterable, and what an unpacking takes of a literal; an opaque one gives nothing."""
    starts: list[Expr] = [origin.expr]
    if origin.each:
        starts = list(origin.expr.items) if isinstance(origin.expr, Collection) else []
    for start in starts:
        expr: Expr | None = start
        for step in origin.path:
            within = expr.items if isinstance(expr, Collection) else ()
            expr = within[step] if 0 <= step < len(within) else None
        if expr is not None:
            yield Origin(origin.module, expr, origin.context)
