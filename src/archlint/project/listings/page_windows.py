"""Sizes of pages that come in as a field of an object: `window: Window = Depends()`, whose `limit` the client gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import CallRef, Expr, Name, Parameter, Subscript
from archlint.project.model import Def, Type
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from archlint.project.names.symbols import ClassDef
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MADE = "__init__"
_WHOLE = ("int", "int | None", "None | int", "Optional[int]")


class PageWindows:
    """`is_bounded`: an annotation or a default of a module, in one of its contexts, bounds what it is given to."""

    def __init__(self, project: Project, sizes: tuple[str, ...], is_bounded: Callable[[Module, Expr, int], bool]) -> None:
        self._project = project
        self._sizes = frozenset(sizes)
        self._is_bounded = is_bounded

    def of(self, definition: Def) -> Iterator[tuple[Parameter, str, bool]]:
        """(parameter, the field with the size, whether it is bounded) of a handler."""
        for parameter in definition.function.parameters:
            for lineage in self._filled(definition, parameter):
                if any(self._looks(each) for klass in lineage for each in _methods(klass)):
                    continue
                fields: dict[str, bool] = {}
                for klass in lineage:  # what is told further down counts
                    fields = {**dict(self._fields(klass)), **fields}
                yield from ((parameter, field, bounded) for field, bounded in fields.items())

    def _filled(self, definition: Def, parameter: Parameter) -> Iterator[list[ClassDef]]:
        """The classes of the project that the framework makes of the request for the parameter, each with its bases."""
        module, outer = definition.module, definition.function.outer
        annotation = parameter.annotation
        if annotation is None or self._is_made_by_function(definition, parameter):
            return
        asked = [annotation, *(annotation.index if isinstance(annotation, Subscript) else ())]
        found = {
            each.name: each
            for expr in asked
            for each in self._project.types.inference.annotations.types(module, expr, outer)
            if isinstance(each, Type)
        }
        classes = self._project.symbols.classes
        members = self._project.types.inference.members
        own = [classes[name] for name in found if name in classes and classes[name].module.is_production]
        for klass in own:
            yield [classes[each.name] for each in members.ancestors(Type(klass.name)) if each.name in classes]

    def _is_made_by_function(self, definition: Def, parameter: Parameter) -> bool:
        """`Depends(get_settings)`."""
        body = definition.module.body
        for expr in (parameter.default, parameter.annotation):
            for part in parts_of(body, expr):
                given = body.calls[part.index].arguments if isinstance(part, CallRef) else ()
                if any(isinstance(each.value, Name) and each.value.id[:1].islower() for each in given):
                    return True
        return False

    def _fields(self, klass: ClassDef) -> Iterator[tuple[str, bool]]:
        """The sizes that the class itself holds."""
        module = klass.module
        for made in (each for each in _methods(klass) if each.function.name == _MADE):
            for parameter in made.function.parameters:
                if parameter.name in self._sizes and self._is_kept(made, parameter.name):
                    told = self._told(module, made.function.outer, parameter.annotation, parameter.default)
                    yield from ((parameter.name, bounded) for bounded in told)
        for statement in module.body.statements:
            target = statement.target
            is_field = statement.context == klass.klass.context and statement.kind == "annotate"
            if is_field and isinstance(target, Name) and target.id in self._sizes:
                told = self._told(module, statement.context, statement.annotation, statement.value)
                yield from ((target.id, bounded) for bounded in told)

    def _told(self, module: Module, context: int, annotation: Expr | None, default: Expr | None) -> Iterator[bool]:
        if any(self._is_bounded(module, expr, context) for expr in (annotation, default) if expr is not None):
            yield True
            return
        spelled = spell(module.body, annotation)
        if spelled in _WHOLE or spelled.startswith("Annotated[int"):
            yield False

    def _is_kept(self, made: Def, name: str) -> bool:
        """`self.limit = limit`, as it came."""
        body = made.module.body
        kept = [s for s in made.module.own_statements(made.index) if last_name(body, s.target) == name]
        return (
            bool(kept) and all(isinstance(s.value, Name) and s.value.id == name for s in kept) and not self._tests(made, name)
        )

    def _tests(self, made: Def, name: str) -> bool:
        body = made.module.body
        return any(
            name in names_in(body, context.subject)
            for context in body.contexts
            if context.function == made.index and context.kind == "if" and context.subject is not None
        )

    def _looks(self, definition: Def) -> bool:
        """A validator."""
        body = definition.module.body
        return any("valid" in spell(body, decorator) for decorator in definition.function.decorators)


def _methods(klass: ClassDef) -> Iterator[Def]:
    module = klass.module
    yield from (Def(module, module.name, row) for row, f in enumerate(module.outline.functions) if f.klass == klass.index)
