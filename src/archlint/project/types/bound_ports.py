"""Which implementations production code binds to a port: `container.register(Port, Implementation)`, `bind(Port, to=…)`,
`provide(Implementation, provides=Port)`, `container[Port] = Implementation`, `{Port: Implementation}`, a provider's function
whose annotation names the port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, Expr, Mapping, Name, Subscript
from archlint.project.model import Def, Type
from archlint.project.types.entities import FunctionRef
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.source.modules import Module
    from archlint.project.types.inference import Inference

_BINDING: tuple[str, ...] = (
    "register",
    "bind",
    "provide",
    "add",
    "add_singleton",
    "add_scoped",
    "add_transient",
    "singleton",
    "transient",
)
_BINDING += ("scoped", "factory", "register_instance", "register_factory", "register_value", "bind_to", "map", "set")
_PORTS = frozenset({"provides", "interface", "service", "protocol", "port", "abstract", "base"})
_MOST_CALLS = 400
_DICTS = frozenset({Mapping})


class BoundPorts:
    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._project = inference.project

    def of(self, port: str) -> frozenset[str]:
        """The classes that are bound to the port itself; empty where none is."""
        return self._bound.get(port, frozenset())

    @cached_property
    def _bound(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for port, implementation in self._pairs():
            if port != implementation:
                found[port].add(implementation)
        return {port: frozenset(names) for port, names in found.items()}

    @cached_property
    def _ports(self) -> frozenset[str]:
        """Last names of what others derive from, or fit."""
        members, role = self._inference.members, self._project.knowledge.role
        names = set(members.subclasses)
        names |= {
            name
            for name, klass in self._project.symbols.classes.items()
            if any(role(base.name) == "protocol" for base in members.bases(klass))
        }
        return frozenset(name.rpartition(".")[2] for name in names)

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for name in _BINDING:
            for module, call in self._project.calls.written(name)[:_MOST_CALLS]:
                yield from self._of_call(module, call)
        for module in self._project.modules.production:
            for statement in module.statements["assign"]:
                target = statement.target
                if type(target) is Subscript and len(target.index) == 1 and statement.value is not None:
                    yield from self._crossed(module, target.index[0], (statement.value,), statement.context)
            for mapping, context in walk_module(module, _DICTS):
                assert isinstance(mapping, Mapping)  # noqa: S101 - it was asked for
                for key, value in zip(mapping.keys, mapping.values, strict=True):
                    if key is not None:
                        yield from self._crossed(module, key, (value,), context)
            yield from self._provided(module)

    def _of_call(self, module: Module, call: Call) -> Iterator[tuple[str, str]]:
        named = [a.value for a in call.arguments if a.name in _PORTS]
        plain = [a.value for a in call.arguments if a.name not in _PORTS and a.name not in ("*", "**")]
        if named:
            yield from self._crossed(module, named[0], plain, call.context)
        elif len(plain) > 1:
            yield from self._crossed(module, plain[0], plain[1:], call.context)

    def _crossed(self, module: Module, port: Expr, given: Iterable[Expr], context: int) -> Iterator[tuple[str, str]]:
        if not isinstance(port, Name | Attribute) or (port.id if isinstance(port, Name) else port.attr) not in self._ports:
            return
        for entity in self._inference.entities(module, port, context):
            if isinstance(entity, Type) and entity.is_class and entity.name in self._project.symbols.classes:
                for expr in given:
                    yield from ((entity.name, name) for name in self._classes(module, expr, context))

    def _classes(self, module: Module, expr: Expr, context: int) -> Iterator[str]:
        """The classes of the project that an expression is, is an instance of, or makes when it is called."""
        for entity in self._inference.entities(module, expr, context):
            made = self._inference.returns.inner(entity) if isinstance(entity, FunctionRef) else (entity,)
            yield from (t.name for t in made if isinstance(t, Type) and t.name in self._project.symbols.classes)

    def _provided(self, module: Module) -> Iterator[tuple[str, str]]:
        """By a function that a container asks: what it returns stands for what its annotation names."""
        for row, function in enumerate(module.outline.functions):
            if not function.decorators or function.returns is None:
                continue
            definition = Def(module, module.name, row)
            if not any(operation.register == "provider" for operation in self._inference.returns.decorations(definition)):
                continue
            for port in self._inference.annotations.types(module, function.returns, function.outer):
                for made in self._inference.returns.inner(FunctionRef(definition)):
                    if isinstance(port, Type) and isinstance(made, Type) and made.name in self._project.symbols.classes:
                        yield port.name, made.name
