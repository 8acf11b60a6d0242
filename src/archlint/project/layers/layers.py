"""The layers of the project: which module belongs to which, in what style, and where the program is put together.

The roles are configured (`[tool.archlint.layers]`) or inferred (`layer_inference`).  The style says which direction is
right.  *clean*: ports of the domain or application are implemented in the infrastructure, which therefore points
inwards.  *layered*: interface → application → infrastructure (persistence) → domain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from archlint.facts.settings import LayerMap
from archlint.facts.syntax import Attribute, CallRef, Class, Expr, Name, Subscript
from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_inference import infer
from archlint.project.layers.layer_map import assign
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.source.assembling import fills_in, only_assembles, puts_together, registers
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.program import Project

Style = Literal["clean", "layered", "none"]
_CORE: tuple[Layer, ...] = ("domain", "application")
_PORT_BASES = frozenset({"ABC", "ABCMeta", "Protocol", "Interface"})
_INNER: dict[Style, dict[Layer, frozenset[Layer]]] = {
    "clean": {
        "domain": frozenset({"application", "infrastructure", "interface"}),
        "application": frozenset({"infrastructure", "interface"}),
        "infrastructure": frozenset({"interface"}),
        "interface": frozenset(),
    },
    "layered": {
        "domain": frozenset({"application", "infrastructure", "interface"}),
        "application": frozenset({"interface"}),
        "infrastructure": frozenset({"application", "interface"}),
        "interface": frozenset(),
    },
    "none": dict.fromkeys(LAYERS, frozenset()),
}


class Layers:
    """What is a layer here. `style` is "none" and nothing has a layer where none can be told."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.configured = project.settings.layers is not None
        self._found: Mapping[str, Layer] = {}
        if project.settings.style != "none":
            self._found = self._configured(project.settings.layers) if project.settings.layers else self._inferred()

    def layer_of(self, module: Module) -> Layer | None:
        """domain, application, infrastructure, interface; None: cross-cutting, or not known."""
        return self._found.get(module.name)

    def members(self, layer: Layer) -> tuple[Module, ...]:
        """The production modules of a layer, by name."""
        return self._members.get(layer, ())

    @cached_property
    def _members(self) -> dict[Layer, tuple[Module, ...]]:
        found: dict[Layer, list[Module]] = defaultdict(list)
        for module in self._project.modules.production:
            layer = self.layer_of(module)
            if layer is not None:
                found[layer].append(module)
        return {layer: tuple(members) for layer, members in found.items()}

    @cached_property
    def style(self) -> Style:
        """Configured, else clean if the infrastructure implements ports of the inner layers, else layered."""
        wanted = self._project.settings.style
        if not self._found or wanted == "none":
            return "none"
        if wanted != "auto":
            return wanted
        return "clean" if self.implemented_ports else "layered"

    def may_not_import(self, layer: Layer) -> frozenset[Layer]:
        """The layers that lie further out than `layer`, in this project's style."""
        return _INNER[self.style][layer]

    def is_composition_root(self, module: Module) -> bool:
        """The place where the program is put together and every layer may be named: `main`, `container`, `di`, an app
        factory."""
        name, layer = module.name.rpartition(".")[2], self.layer_of(module)
        if words.names_composition_root(name):
            return True
        if any(module.name.startswith(package + ".") or module.name == package for package in self._composition_packages):
            return True
        if layer in ("domain", "application"):
            return layer == "application" and (module.path in self._assembling or registers(module) or fills_in(module))
        if module.path in self._making_apps or puts_together(module) or _keeps_app(module):
            return True
        if words.names_first_filling(name) or (layer != "infrastructure" and words.names_entry_point(name)):
            return True
        return any(words.names_app_factory(f.name) for f in module.outline.functions if "." not in f.qualname)

    @cached_property
    def _assembling(self) -> frozenset[str]:
        """Files of the application that only make objects, for those who answer: nothing further in imports them."""
        found = {module.path for module in self.members("application") if only_assembles(module)}
        if found:
            inner = (module for layer in _CORE for module in self.members(layer) if module.path not in found)
            found -= {edge.imported.path for module in inner for edge in self._project.imports.edges(module)}
        return frozenset(found)

    @cached_property
    def _making_apps(self) -> frozenset[str]:
        """The files in which an app object is made: it takes in the routers, wherever it stands."""
        return frozenset(c.site.path for c in self._project.routes.tree.containers.values() if c.kind == "app")

    @cached_property
    def _composition_packages(self) -> frozenset[str]:
        """Packages named like a composition root with nothing of the inner layers in them, but for the application's own
        (`application/bootstrap`); a package `main` only if it holds no layer at all (it may be a blueprint)."""
        found: dict[str, bool] = {}
        for module in self._project.modules.production:
            parts = module.name.split(".")
            layer = self.layer_of(module)
            for i in range(1, len(parts) - (not module.is_package)):
                package = ".".join(parts[: i + 1])
                if words.names_composition_root(parts[i]):
                    is_own = words.means_composition_root(parts[i]) and any(map(words.may_be_layer, parts[:i]))
                    is_free = layer not in _CORE or (layer == "application" and is_own)
                    found[package] = found.get(package, True) and is_free
                elif parts[i] == "main":
                    found[package] = found.get(package, True) and layer is None
        return frozenset(package for package, is_root in found.items() if is_root)

    @cached_property
    def implemented_ports(self) -> tuple[tuple[Module, Class, Module, Class], ...]:
        """(module, abstract class, module, class): ports of domain or application implemented in the infrastructure,
        by inheritance, or by having all methods of a Protocol."""
        found = []
        protocols = [
            (module, klass, methods)
            for layer in ("domain", "application")
            for module in self.members(layer)
            for klass in module.outline.classes
            if any(_last_name(base) == "Protocol" for base in klass.bases) and len(methods := _methods(module, klass)) > 1
        ]
        for module in self.members("infrastructure"):
            for klass in module.outline.classes:
                for base in klass.bases:
                    port = self._class_named(module, base)
                    if port is None or self.layer_of(port[0]) not in ("domain", "application"):
                        continue
                    if self._is_abstract(*port, depth=0):
                        found.append((*port, module, klass))
                own = _methods(module, klass)
                found += [
                    (m, k, module, klass)
                    for m, k, methods in protocols
                    if methods <= own and (m, k, module, klass) not in found
                ]
        return tuple(found)

    @cached_property
    def are_ports_asked(self) -> bool:
        """Another module imports one of them: what lies in a file that nothing comes to turns no dependency round."""
        ports = {port.path for port, *_ in self.implemented_ports}
        production = self._project.modules.production
        return any(edge.imported.path in ports for module in production for edge in self._project.imports.edges(module, "all"))

    def _is_abstract(self, module: Module, klass: Class, depth: int) -> bool:
        """An ABC or Protocol, itself or by a base of the project; a few bases deep."""
        for expr in (*klass.bases, *(k.value for k in klass.keywords if k.name == "metaclass")):
            if _last_name(expr) in _PORT_BASES:
                return True
            base = self._class_named(module, expr) if depth < 5 else None
            if base is not None and base[1] is not klass and self._is_abstract(*base, depth=depth + 1):
                return True
        return False

    def _class_named(self, module: Module, expr: Expr) -> tuple[Module, Class] | None:
        """The project's class that a base means: defined here, or imported by name (through re-exports) or module."""
        if isinstance(expr, Subscript):
            expr = expr.base
        if isinstance(expr, Attribute) and isinstance(expr.base, Name):
            target = self._imported(module, expr.base.id)
            return None if target is None or target[1] is not None else self._class_in(target[0], expr.attr, 0)
        return self._class_in(module, expr.id, 0) if isinstance(expr, Name) else None

    def _class_in(self, module: Module, name: str, depth: int) -> tuple[Module, Class] | None:
        for klass in module.outline.classes:
            if klass.qualname == name:
                return module, klass
        target = self._imported(module, name)
        if target is None or target[1] is None or depth > 8:
            return None
        return self._class_in(target[0], target[1], depth + 1)

    def _imported(self, module: Module, name: str) -> tuple[Module, str | None] | None:
        for reference in self._project.imports.references[module.path]:
            given = reference.given
            bound = given.alias or given.name or given.module
            if bound == name and reference.module is not None:
                return reference.module, reference.name
            if (
                given.name == "*"
                and reference.module is not None
                and any(klass.qualname == name for klass in reference.module.outline.classes)
            ):
                return reference.module, name
        return None

    def kinds(self, module: Module) -> frozenset[str]:
        """The kinds of libraries that a module imports at run time, from the knowledge."""
        found = self._kinds.get(module.path)
        if found is None:
            given = self._project.imports.external(module)
            names = {reference.external for reference in given if not reference.given.type_checking}
            found = frozenset(kind for name in names for kind in self._project.knowledge.package_kinds(name))
            self._kinds[module.path] = found
        return found

    @cached_property
    def _kinds(self) -> dict[str, frozenset[str]]:
        return {}

    def _inferred(self) -> Mapping[str, Layer]:
        return infer(self._project.modules.production, self._project.imports, self.kinds)

    def _configured(self, given: LayerMap) -> Mapping[str, Layer]:
        names = [module.name for module in self._project.modules.production]
        return {name: layer for name, layer in assign(given, names).items() if layer is not None}

    @cached_property
    def description(self) -> str:
        """One line: the style, where it comes from, and the packages of each layer."""
        if not self._found:
            return "none"
        parts = []
        for layer in LAYERS:
            packages = self._packages(layer)
            if packages:
                more = f" and {len(packages) - 4} more" if len(packages) > 4 else ""
                parts.append(f"{layer}: {', '.join(packages[:4])}{more}")
        origin = "configured" if self.configured else "inferred"
        return f"{self.style} ({origin}); " + "; ".join(parts)

    def _packages(self, layer: Layer) -> list[str]:
        """The outermost packages all of whose layered modules belong to the layer."""
        inside: dict[str, set[Layer | None]] = defaultdict(set)
        for module in self._project.modules.production:
            if module.is_package and self.layer_of(module) is None:
                continue
            parts = module.name.split(".")
            for i in range(1, len(parts) + 1):
                inside[".".join(parts[:i])].add(self.layer_of(module))
        found = set()
        for module in self.members(layer):
            parts = module.name.split(".")
            names = (".".join(parts[:i]) for i in range(1, len(parts) + 1))
            found.add(next((name for name in names if inside[name] == {layer}), module.name))
        return sorted(found, key=lambda name: (name.count("."), name))


def _methods(module: Module, klass: Class) -> frozenset[str]:
    """Names of the methods that a class body defines, special ones left out."""
    index = module.outline.classes.index(klass)
    contexts = module.body.contexts
    return frozenset(
        f.name
        for f in module.outline.functions
        if f.klass == index and contexts[f.outer].kind == "class" and not f.name.startswith("__")
    )


def _last_name(expr: Expr) -> str:
    if isinstance(expr, Subscript):
        return _last_name(expr.base)
    if isinstance(expr, Attribute):
        return expr.attr
    return expr.id if isinstance(expr, Name) else ""


def _keeps_app(module: Module) -> bool:
    """`application = create_app()` beside its imports: what a server is pointed at."""
    body = module.body
    made = (s.value for s in body.statements if s.kind == "assign" and body.contexts[s.context].kind == "module")
    return any(isinstance(value, CallRef) and words.names_app_factory(last_name(body, value)) for value in made)
