"""Containers that live as long as the process and that functions fill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name
from archlint.project.model import Def, Type
from archlint.project.names.container_uses import Use, adding_in, uses_in
from archlint.project.names.filled import is_empty
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OWN = frozenset({"self", "cls"})


@dataclass(frozen=True, slots=True)
class Container:
    """A name of a module; with `owner` an attribute of that class, or of its instances, one of which a module keeps.
    `is_shared`: of a class of which no module keeps one, so that all its instances have the same."""

    module: Module = field(repr=False)
    name: str
    site: Site
    owner: str = ""
    annotation: Expr | None = field(default=None, repr=False)
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Touch:
    """What one function does to a container at one place."""

    definition: Def
    use: Use

    @property
    def site(self) -> Site:
        return Site(self.definition.module.path, self.use.expr.at, self.use.expr.end)


class ProcessState:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._members = project.types.inference.members
        self._uses: dict[str, dict[str, list[Use]]] = {}

    @cached_property
    def made(self) -> tuple[Container, ...]:
        """Those of a name to which something is added somewhere."""
        return tuple(container for module in self._project.modules.production for container in self._made_in(module))

    def is_filled(self, container: Container, by: Callable[[Def], bool]) -> bool:
        """Some such function adds to it."""
        return any(by(touch.definition) for touch in self._additions(container))

    def _made_in(self, module: Module) -> Iterator[Container]:
        body, outline, adding = module.body, module.outline, self._adding
        for statement in body.statements:
            target, value = statement.target, statement.value
            name = target.id if type(target) is Name else target.attr if type(target) is Attribute else ""
            if name not in adding or statement.kind not in ("assign", "annotate"):
                continue
            if value is None or not _can_grow(module, value):
                continue
            place = body.contexts[statement.context]
            owner = f"{module.name}.{outline.classes[place.klass].qualname}" if place.klass >= 0 else ""
            site = Site(module.path, target.at, target.end) if target is not None else None
            if site is None or (owner and owner not in self._kept and place.kind != "class"):
                continue
            is_made = place.function >= 0 and outline.functions[place.function].name == "__init__"
            if isinstance(target, Name):
                if place.kind == "module" or (place.kind == "class" and self._is_shared(module, place.klass, target.id)):
                    shared = owner != "" and owner not in self._kept
                    yield Container(module, target.id, site, owner, statement.annotation, shared)
            elif (
                owner and is_made and isinstance(target, Attribute) and isinstance(target.base, Name) and target.base.id in _OWN
            ):
                yield Container(module, target.attr, site, owner, statement.annotation)

    def _is_shared(self, module: Module, row: int, name: str) -> bool:
        """All instances have that very one: none gets its own, and it is no field of a kind of record."""
        klass = module.outline.classes[row]
        over = self._members.ancestors(Type(f"{module.name}.{klass.qualname}"))
        is_plain = not klass.decorators and all(ancestor.name in self._project.symbols.classes for ancestor in over)
        known = {last_name(module.body, base) for base in klass.bases} <= {a.name.rpartition(".")[2] for a in over}
        return is_plain and known and name not in module.scopes.self_attributes.get(row, {})

    @cached_property
    def _kept(self) -> frozenset[str]:
        """The classes of the project of which a module keeps an instance under a name, and those over them."""
        found: set[str] = set()
        for module in self._project.modules.production:
            for statement in module.body.statements:
                if statement.context == 0 and type(statement.value) is CallRef and type(statement.target) is Name:
                    call = module.body.calls[statement.value.index]
                    for made in self._project.types.all(module, call.callee, call.context):
                        if made.is_class and made.name in self._project.symbols.classes:
                            found.update(ancestor.name for ancestor in self._members.ancestors(made))
        return frozenset(found)

    # what is done to one

    @cached_property
    def _adding(self) -> dict[str, dict[str, list[Use]]]:
        """Last name → path → its uses there that add: to most containers nothing is added, which few calls and statements
        tell."""
        found: dict[str, dict[str, list[Use]]] = defaultdict(dict)
        for module in self._project.modules.production:
            for name, uses in adding_in(module).items():
                found[name][module.path] = uses
        return found

    def _additions(self, container: Container) -> Iterator[Touch]:
        adding = self._adding[container.name]
        for path in self.paths(container) & adding.keys():
            yield from self._those_of(container, self._project.modules.by_path[path], adding[path])

    def touches(self, container: Container, within: AbstractSet[str] | None = None) -> Iterator[Touch]:
        """All uses of a container by functions, or those in these files."""
        paths = [container.module.path, *sorted(self.paths(container) - {container.module.path})]
        for module in (self._project.modules.by_path[path] for path in paths if within is None or path in within):
            known = self._uses.get(module.path)
            if known is None:
                known = self._uses[module.path] = uses_in(module) if module.is_production else {}
            yield from self._those_of(container, module, known.get(container.name, ()))

    def paths(self, container: Container) -> frozenset[str]:
        """The modules in which it can be used."""
        return self._project.types.inference.usage.importers(container.module) | {container.module.path}

    def _those_of(self, container: Container, module: Module, uses: Iterable[Use]) -> Iterator[Touch]:
        for use in uses:
            if self._is(module, use, container):
                yield Touch(Def(module, module.name, module.body.contexts[use.context].function), use)

    def _is(self, module: Module, use: Use, container: Container) -> bool:
        expr = use.expr
        if isinstance(expr, Attribute):
            if container.owner:
                types = self._project.types.all(module, expr.base, use.context)
                return any(container.owner in {a.name for a in self._members.ancestors(found)} for found in types)
            sources = self._project.values.sources.of(module, expr, use.context)
            return any(s.module is container.module and s.context == 0 and s.expr is not None for s in sources)
        if container.owner:
            return False
        scope, _ = module.scopes.lookup(use.context, expr.id, expr.at)
        if module is container.module:
            return scope == 0
        named = self._project.symbols.resolve_in(module, expr.id) if scope == 0 else ()
        return any(definition.module is container.module and definition.kind == "value" for definition in named)


def _can_grow(module: Module, value: Expr) -> bool:
    return is_empty(module, value) or type(value) is Mapping or (type(value) is Collection and value.kind != "tuple")
