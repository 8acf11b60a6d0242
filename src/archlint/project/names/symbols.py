"""Names across modules: what a dotted name, or a name in a module, is defined as; through imports and re-exports."""

from __future__ import annotations

import builtins
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.syntax import Class, Expr, Import, Name, Subscript
from archlint.project.model import Def
from archlint.project.names.scopes import Binding, Scopes

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ALTERNATIVES = 4
_BUILTINS = frozenset(dir(builtins))


class ClassDef(Struct, frozen=True, gc=False):
    """A class of the project: `module.outline.classes[index]`."""

    module: Module
    name: str
    index: int

    @property
    def klass(self) -> Class:
        return self.module.outline.classes[self.index]


class Definition(Struct, frozen=True, eq=False, gc=False):
    """What a name is. `name` is dotted: of the project for function, class, value; as imported for module, external.

    `module` is the defining module (for `module` the module itself, None for a namespace package); `index` the row in
    its functions or classes; `binding` how a value gets its value; `near` the module from which a module is named.
    """

    kind: Literal["function", "class", "value", "module", "external"]
    name: str
    module: Module | None = None
    index: int = -1
    binding: Binding | None = None
    near: Module | None = None

    def __eq__(self, other: object) -> bool:
        """Whatever module it is seen from."""
        return isinstance(other, Definition) and (self.name, self.kind, self.index, self.binding) == (
            other.name, other.kind, other.index, other.binding,
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.name, self.kind, self.index))


class Symbols:
    """All definitions of the project. Several answers to one question are alternatives (`try`/`except`, `if`/`else`)."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._modules = project.modules
        self._known: dict[tuple[str, str], tuple[Definition, ...]] = {}
        self._imported: dict[str, list[tuple[Definition, ...] | None]] = {}
        """Path → what each of its imports binds, as far as that was asked."""
        self._defined: dict[int, tuple[Definition, ...]] = {}
        """What a binding that is no import defines; it lives as long as its module. Many modules import the same few."""
        self._externals: dict[str, tuple[Definition, ...]] = {}

    def scopes(self, module: Module) -> Scopes:
        return module.scopes

    @cached_property
    def classes(self) -> dict[str, ClassDef]:
        """Dotted name → class, all of the project; of two with one name the last."""
        return {
            f"{module.name}.{klass.qualname}": ClassDef(module, f"{module.name}.{klass.qualname}", row)
            for module in self._modules.all
            for row, klass in enumerate(module.outline.classes)
        }

    @cached_property
    def functions(self) -> dict[str, Def]:
        """Dotted name → function, all of the project; of two with one name the last."""
        return {
            f"{module.name}.{function.qualname}": Def(module, module.name, row)
            for module in self._modules.all
            for row, function in enumerate(module.outline.functions)
        }

    @cached_property
    def classes_by_last_name(self) -> dict[str, tuple[ClassDef, ...]]:
        """Class name → the production classes of that name."""
        found: dict[str, list[ClassDef]] = defaultdict(list)
        for name, klass in sorted(self.classes.items()):
            if not (klass.module.is_test or klass.module.is_migration):
                found[name.rpartition(".")[2]].append(klass)
        return {name: tuple(classes) for name, classes in found.items()}

    def resolve(self, dotted: str) -> tuple[Definition, ...]:
        """What a dotted name is: `shop.orders.Order`, through re-exports; methods and nested classes too."""
        if dotted in self.classes:
            klass = self.classes[dotted]
            return (Definition("class", dotted, klass.module, klass.index),)
        if dotted in self.functions:
            function = self.functions[dotted]
            return (Definition("function", dotted, function.module, function.index),)
        module = self._modules.by_name.get(dotted)
        if module is not None:
            return (Definition("module", dotted, module, near=module),)
        head, _, name = dotted.rpartition(".")
        owner = self._modules.by_name.get(head)
        if owner is not None:
            return self.resolve_in(owner, name)
        if head and self._modules.by_name.get(head.partition(".")[0]) is not None:
            return tuple(
                found
                for outer in self.resolve(head)
                if outer.kind == "class" and outer.name != head
                for found in self.resolve(f"{outer.name}.{name}")
            )
        return self._external(dotted)

    def resolve_in(self, module: Module, name: str) -> tuple[Definition, ...]:
        """What `name` is at the top of `module`; builtins are external (`builtins.len`). Empty: not known."""
        key = (module.path, name)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()  # an import circle ends here
            known = self._known[key] = self._find(module, name)
        return known

    def member(self, module: Module | None, dotted: str, name: str, near: Module) -> tuple[Definition, ...]:
        """What `package.name` is for a module or namespace package known under `dotted` in `near`."""
        if module is not None:
            found = self._own(module, name)
            if found:
                return found
            dotted = module.local_name
        inner = f"{dotted}.{name}" if dotted else name
        below = self._modules.find(inner, near=module or near)
        if below is not None:
            return (Definition("module", inner, below, near=near),)
        if module is None and self._modules.is_namespace(inner, near):
            return (Definition("module", inner, None, near=near),)
        return ()

    def _find(self, module: Module, name: str) -> tuple[Definition, ...]:
        found = self._own(module, name)
        if not found and name in _BUILTINS:
            return (Definition("external", f"builtins.{name}"),)
        return found

    def _own(self, module: Module, name: str) -> tuple[Definition, ...]:
        bindings = module.scopes.bindings(0, name)
        if len(bindings) == 1:
            return self.of_binding(module, name, bindings[0])
        if bindings:
            chosen = self._alternatives(bindings)
            if len(chosen) == 1:
                return self.of_binding(module, name, chosen[0])
            found: list[Definition] = []
            for binding in chosen:
                found += self.of_binding(module, name, binding)
            return tuple(dict.fromkeys(found))[:_ALTERNATIVES] if len(found) > 1 else tuple(found)
        return self._starred(module, name)

    def _alternatives(self, bindings: tuple[Binding, ...]) -> list[Binding]:
        """The last one at the module's own level, and those in branches, loops and functions behind it."""
        last = max((row for row, binding in enumerate(bindings) if binding.context == 0), default=0)
        chosen = list(bindings[last:])
        before = bindings[last - 1].kind if last else ""
        if len(chosen) == 1 and bindings[last].kind == "statement" and before in ("function", "class"):
            chosen.append(bindings[last - 1])  # `f = decorate(f)`: the earlier one still says what it is
        return chosen[:_ALTERNATIVES]

    def _starred(self, module: Module, name: str) -> tuple[Definition, ...]:
        for row in self.scopes(module).stars:
            given = module.outline.imports[row]
            source = self._modules.find(self._absolute(module, given), near=module)
            if source is None:
                dotted = self._project.knowledge.canonical(f"{given.module}.{name}")
                if given.level == 0 and self._is_known(dotted):
                    return (Definition("external", dotted),)
                continue
            exports = source.outline.exports
            if name in exports if exports is not None else not name.startswith("_"):
                key = (source.path, f"*{name}")
                if key in self._known:  # a circle of star imports
                    found = self._known[key]
                else:
                    self._known[key] = ()
                    found = self._known[key] = self._own(source, name)
                if found:
                    return found
        return ()

    def _is_known(self, dotted: str) -> bool:
        knowledge = self._project.knowledge
        return bool(knowledge.type(dotted) or knowledge.function(dotted) or knowledge.value(dotted) or knowledge.schema(dotted))

    def of_binding(self, module: Module, name: str, binding: Binding) -> tuple[Definition, ...]:
        """What one binding of a file defines. A value's `module` is the file itself."""
        if binding.kind == "import":
            return self.imported(module, binding.index)
        known = self._defined.get(id(binding))
        if known is None:
            known = self._defined[id(binding)] = (_definition(module, name, binding),)
        return known

    def imported(self, module: Module, row: int) -> tuple[Definition, ...]:
        """What one row of a file's imports binds; empty where a project module has no such name."""
        rows = self._imported.get(module.path)
        if rows is None:
            rows = self._imported[module.path] = [None] * len(module.outline.imports)
        known = rows[row]
        if known is None:
            rows[row] = ()
            known = rows[row] = self._import(module, module.outline.imports[row])
        return known

    def outlives_call(self, module: Module, base: Expr, context: int) -> bool:
        """What is changed there (`base[…] = …`) is no local of the function: it belongs to the module or to an object."""
        while isinstance(base, Subscript):
            base = base.base
        function = module.body.contexts[context].function
        if not isinstance(base, Name) or function < 0:
            return True
        return base.id not in self.scopes(module).names(module.outline.functions[function].context)

    def _absolute(self, module: Module, given: Import) -> str:
        if given.level == 0:
            return given.module
        parts = module.package.split(".") if module.package else []
        kept = parts[: len(parts) - given.level + 1]
        return ".".join([*kept, given.module] if given.module else kept)

    def _import(self, module: Module, given: Import) -> tuple[Definition, ...]:
        dotted = self._absolute(module, given)
        if given.name is None:
            bound = dotted if given.alias else dotted.partition(".")[0]
            return self._module(module, bound) or self._external(bound)
        source = self._modules.find(dotted, near=module)
        if source is not None or given.level or self._modules.is_namespace(dotted, module):
            found = self.member(source, dotted, given.name, module)
            # A folder of the library's name that is no package hides nothing of the library.
            if found or source is not None or given.level or self._project.knowledge.library(dotted) is None:
                return found
        return self._external(f"{dotted}.{given.name}")

    def _external(self, dotted: str) -> tuple[Definition, ...]:
        known = self._externals.get(dotted)
        if known is None:
            known = self._externals[dotted] = (Definition("external", self._project.knowledge.canonical(dotted)),)
        return known

    def _module(self, near: Module, dotted: str) -> tuple[Definition, ...]:
        found = self._modules.find(dotted, near=near)
        if found is not None or self._modules.is_namespace(dotted, near):
            return (Definition("module", dotted, found, near=near),)
        return ()


def _definition(module: Module, name: str, binding: Binding) -> Definition:
    outline, row = module.outline, binding.index
    if binding.kind == "function":
        return Definition("function", f"{module.name}.{outline.functions[row].qualname}", module, row, binding)
    if binding.kind == "class":
        return Definition("class", f"{module.name}.{outline.classes[row].qualname}", module, row, binding)
    return Definition("value", f"{module.name}.{name}", module, -1, binding)
