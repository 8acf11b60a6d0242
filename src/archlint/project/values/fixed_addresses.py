"""Whether a call that connects always goes to the same server, or to one that its caller names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Expr, Name
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in, parts_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_DEPTH = 3


class FixedAddresses:
    def __init__(self, project: Project, files: tuple[str, ...]) -> None:
        """`files`: beginnings of addresses of databases that are files."""
        self._project = project
        self._files = files

    def is_file(self, site: CallSite) -> bool:
        """The first argument, as far as it is known, names a file."""
        given = [argument.value for argument in site.call.arguments][:1]
        values = self._project.values
        texts = [text.rendered for value in given for text in values.texts(site.module, value, site.call.context)]
        return any(text.startswith(self._files) for text in texts)

    def is_fixed(self, site: CallSite, way: tuple[Def, ...]) -> bool:
        """No argument comes from a parameter, unless the callers on the way give it something that is fixed."""
        return all(self._is_fixed(argument.value, way, _DEPTH) for argument in site.call.arguments)

    def _is_fixed(self, expr: Expr, way: tuple[Def, ...], depth: int) -> bool:
        definition = way[-1]
        return all(self._is_fixed_name(name, way, depth) for name in _names(definition, expr)) and all(
            self._is_fixed_attribute(part, way, depth)
            for part in parts_of(definition.module.body, expr)
            if isinstance(part, Attribute) and _is_own(definition, part.base)
        )

    def _is_fixed_name(self, name: str, way: tuple[Def, ...], depth: int) -> bool:
        definition = way[-1]
        function, module = definition.function, definition.module
        is_parameter = any(parameter.name == name for parameter in function.parameters)
        if is_parameter and not (depth > 0 and self._is_given_fixed(name, way, depth)):
            return False
        all_own = module.own_statements(definition.index)
        own = [s for s in all_own if isinstance(s.target, Name) and s.target.id == name]
        if any(s.kind not in ("assign", "annotate", "augment") for s in own):
            return False  # of a loop, or what a `with` gives
        return depth > 0 and all(s.value is None or self._is_fixed(s.value, way, depth - 1) for s in own)

    def _is_given_fixed(self, name: str, way: tuple[Def, ...], depth: int) -> bool:
        """What the caller on the way passes for a parameter, or its default."""
        definition = way[-1]
        parameter = next(p for p in definition.function.parameters if p.name == name)
        if len(way) < 2:
            return False
        sites = [s for s in self._project.calls.of(way[-2]) if any(t.definition == definition for t in s.targets)]
        for site in sites:
            value = arguments_by_parameter(site.call, definition).get(name)
            if value is None and (parameter.default is None or site.is_open):
                return False
            if value is not None and not self._is_fixed(value, way[:-1], depth - 1):
                return False
        return bool(sites)

    def _is_fixed_attribute(self, expr: Attribute, way: tuple[Def, ...], depth: int) -> bool:
        """`self.host`: what the class's methods store there is no parameter of theirs."""
        definition = way[-1]
        module, klass = definition.module, definition.function.klass
        stored = [
            s
            for s in module.body.statements
            if isinstance(s.target, Attribute)
            and s.target.attr == expr.attr
            and s.value is not None
            and module.body.contexts[s.context].klass == klass
        ]
        for statement in stored:
            row = module.body.contexts[statement.context].function
            if row >= 0 and statement.value is not None:
                owner = Def(module, module.name, row)
                if not (depth > 0 and self._is_fixed(statement.value, (owner,), depth - 1)):
                    return False
        return bool(stored) or expr.attr in self._declared(definition)

    def _declared(self, definition: Def) -> frozenset[str]:
        """What the class itself gives its objects: methods, properties, attributes with a value."""
        module, klass = definition.module, definition.function.klass
        methods = {function.name for function in module.outline.functions if function.klass == klass}
        place = module.outline.classes[klass].context
        given = {s.target.id for s in module.body.statements if s.context == place and isinstance(s.target, Name) and s.value}
        return frozenset(methods | given)


def _names(definition: Def, expr: Expr) -> Iterator[str]:
    """The names that an expression uses, but the object itself."""
    own = definition.function.parameters[0].name if definition.function.klass >= 0 and definition.function.parameters else ""
    return (name for name in names_in(definition.module.body, expr) if name != own)


def _is_own(definition: Def, base: Expr) -> bool:
    parameters = definition.function.parameters
    is_method = definition.function.klass >= 0 and bool(parameters)
    return is_method and isinstance(base, Name) and base.id == parameters[0].name
