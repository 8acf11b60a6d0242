"""Where a name or an attribute gets its values: the expressions that are assigned to it, across modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Collection, Expr, Mapping, Name, Starred, Statement
from archlint.project.model import Type
from archlint.project.names.scopes import Binding
from archlint.project.types.entities import ModuleRef

if TYPE_CHECKING:
    from archlint.project.names.symbols import Definition
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ALTERNATIVES = 4
_ITEMS = 64
"""How many items of a display that is looped over are looked at."""
_LOOP_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Source:
    """One way in which a name gets its value.

    `expr`, evaluated in `module.body.contexts[context]`, is the value (None: nothing in the code says it). `added_to`:
    the statement `name += expr`, so that it is what comes behind the value before.  `is_parameter`: callers decide;
    `expr` is then the default, if there is one.
    """

    module: Module = field(compare=False, repr=False)
    expr: Expr | None
    context: int
    added_to: Statement | None = None
    is_parameter: bool = False


class Sources:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._open: set[tuple[str, int]] = set()
        """Subjects of loops whose items are being looked for: a loop over its own variable ends there."""

    def of(self, module: Module, expr: Expr, context: int, at: int | None = None) -> tuple[Source, ...]:
        """The sources of a `Name` or `Attribute`, alternatives in source order; empty where none is known.
        `at`: the place from which is looked back, if not that of `expr`."""
        if type(expr) is Name:
            return tuple(self._of_name(module, expr, context, expr.at if at is None else at))[:_ITEMS]
        if type(expr) is Attribute:
            return tuple(self._of_attribute(module, expr, context))[:_ITEMS]
        return ()

    def items(self, module: Module, expr: Expr, context: int, depth: int = 0) -> tuple[Source, ...]:
        """What iterating over a list, tuple, set or dict display gives, found through names; empty where unknown."""
        if type(expr) is Collection:
            return tuple(Source(module, item, context) for item in expr.items if not isinstance(item, Starred))
        if type(expr) is Mapping:
            return tuple(Source(module, key, context) for key in expr.keys if key is not None)
        found: list[Source] = []
        if depth < _LOOP_DEPTH:
            for source in self.of(module, expr, context):
                if source.expr is not None and not source.is_parameter:
                    found += self.items(source.module, source.expr, source.context, depth + 1)
        return tuple(found)

    def _of_name(self, module: Module, name: Name, context: int, at: int) -> Iterator[Source]:
        symbols = self._project.symbols
        scope, bindings = symbols.scopes(module).lookup(context, name.id, at)
        if scope > 0 or (scope == 0 and module.body.contexts[context].function < 0):
            for binding in bindings[-_ALTERNATIVES:]:
                yield from self._of_binding(module, binding)
        else:
            for definition in symbols.resolve_in(module, name.id):
                yield from self._of_definition(definition)

    def _of_definition(self, definition: Definition) -> Iterator[Source]:
        if definition.kind == "value" and definition.module is not None and definition.binding is not None:
            yield from self._of_binding(definition.module, definition.binding)

    def _of_binding(self, module: Module, binding: Binding) -> Iterator[Source]:
        match binding.kind:
            case "import":
                for definition in self._project.symbols.imported(module, binding.index):
                    yield from self._of_definition(definition)
            case "parameter":
                function = module.outline.functions[binding.function]
                yield Source(module, function.parameters[binding.index].default, function.outer, is_parameter=True)
            case "statement":
                yield from self._of_statement(module, binding)
            case "comprehension":
                place = module.body.contexts[binding.index]
                yield from self._of_loop(module, place.subject, place.parent, binding.path)
            case _:
                yield Source(module, None, binding.context)

    def _of_statement(self, module: Module, binding: Binding) -> Iterator[Source]:
        statement = module.body.statements[binding.index]
        match statement.kind:
            case "assign" | "annotate":
                yield _unpacked(module, statement.value, statement.context, binding.path)
            case "augment":
                added = statement.value if statement.operator == "+" else None
                yield Source(module, added, statement.context, added_to=statement)
            case "for":
                place = module.body.contexts[statement.context]
                yield from self._of_loop(module, place.subject, place.parent, binding.path)
            case _:
                yield Source(module, None, statement.context)

    def _of_loop(self, module: Module, subject: Expr | None, context: int, path: tuple[int, ...]) -> Iterator[Source]:
        items: tuple[Source, ...] = ()
        if subject is not None and (module.path, subject.at) not in self._open:
            self._open.add((module.path, subject.at))
            try:
                items = self.items(module, subject, context)
            finally:
                self._open.discard((module.path, subject.at))
        if not items:
            yield Source(module, None, context)
        for item in items:
            yield _unpacked(item.module, item.expr, item.context, path)

    def _of_attribute(self, module: Module, expr: Attribute, context: int) -> Iterator[Source]:
        inference = self._project.types.inference
        for base in inference.entities(module, expr.base, context):
            if type(base) is ModuleRef:
                for definition in self._project.symbols.member(base.module, base.name, expr.attr, base.near):
                    yield from self._of_definition(definition)
            elif isinstance(base, Type):
                for ancestor in inference.members.ancestors(base):
                    found = tuple(self._of_member(ancestor, expr.attr))
                    if found:
                        yield from found
                        break

    def _of_member(self, owner: Type, name: str) -> Iterator[Source]:
        klass = self._project.symbols.classes.get(owner.name)
        if klass is None:
            return
        scopes = self._project.symbols.scopes(klass.module)
        on_self = scopes.self_attributes.get(klass.index, {}).get(name, [])
        for binding in (*scopes.bindings(klass.klass.context, name)[-1:], *on_self[:_ALTERNATIVES]):
            if binding.kind == "statement":
                yield from self._of_statement(klass.module, binding)


def _unpacked(module: Module, value: Expr | None, context: int, path: tuple[int, ...]) -> Source:
    """The part of a display that an unpacking assignment takes: `a, b = "x", y`."""
    for position in path:
        if not isinstance(value, Collection) or not 0 <= position < len(value.items):
            return Source(module, None, context)
        if any(isinstance(item, Starred) for item in value.items):
            return Source(module, None, context)
        value = value.items[position]
    return Source(module, value, context)
