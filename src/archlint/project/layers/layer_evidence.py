"""What bears out that folders found by their names are the layers that they are called.

A name and one import prove little: the import is wrong only if the others of the layer run the right way, if there are
enough layers for an order, and if the folder holds what its layer is there for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Name
from archlint.project.effects.task_retries import is_decorated_task
from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_groups import is_below
from archlint.project.layers.layer_inside import TELLING
from archlint.project.layers.layer_words import LAYERS, Layer
from archlint.project.model import Def, Type
from archlint.project.source.modules import Module

if TYPE_CHECKING:
    from archlint.project.program import Project

_LAYERS = 3
"""Two folders may be any pair; three make an order."""
_MAJORITY = 3
"""So many imports run the right way for one that does not."""
_STRAYS = 1
"""So few modules that import the wrong way say nothing of the others."""
_TOOLS = TELLING["infrastructure"] | {"hashing", "tokens", "settings"}
"""Kinds of libraries that make a module of the services a tool for all layers, where it knows none of them."""
_STANDARD = "standard-library"
_SCHEDULER = "scheduler"
_DRIVING = frozenset({_SCHEDULER, "http-client", "broker-client"})
"""Kinds of libraries by which a program asks others, or sets work going: no request is answered with them."""
_DOMAIN, _MODELS = "domain", "models"
_SEVERAL = 3
"""Of fewer modules nothing is said by their share."""


class LayerEvidence:
    """Questions about the layers that were found; configured ones need no evidence."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._layers = project.layers

    def doubt_of_import(self, importer: Module, other: Layer, imported: Module) -> str:
        """Why it is not proved that the importer breaks a layer by coming to a module of an outer one; empty where it is."""
        if self._layers.configured:
            return ""
        if importer.is_package and is_below(imported.name, importer.name):
            return f"`{imported.name}` is a part of the package itself"
        is_upward = self._layers.layer_of(importer) == "application" and other == "interface"
        if not self._is_ordered and not is_upward and not (self._is_named(importer) and self._is_named(imported)):
            return "two folders alone are no proof of layers"
        if not self._is_outer(other) and not self._has_ports(importer, imported):
            return f"too many imports run towards {other} for an order of layers"
        if not self._is_named(imported) and not self._speaks(imported, other):
            return f"nothing beside `{imported.name}` does what {other} is there for"
        if other == "interface" and self._declares_tables(imported):
            return f"`{imported.name}` holds tables, whatever its folder is called"
        if other == "interface" and self._is_interface_by_name_alone(imported):
            return f"`{imported.name}` answers no request, whatever it is called"
        if other == "interface" and self._is_only_beside(imported):
            return f"`{imported.name}` lies beside what answers and does nothing of it"
        if self._layers.layer_of(importer) == "infrastructure" and self._mounts(importer):
            return f"`{importer.name}` puts routers into an app, as who puts the program together does"
        if other == "interface" and not self._does(imported, other) and not _DRIVING.isdisjoint(self._layers.kinds(imported)):
            return f"`{imported.name}` asks another program, or sets work going, as infrastructure does"
        if other == "interface" and not self._does(imported, other) and imported.name.rpartition(".")[2] in words.OF_ALL:
            return f"`{imported.name}` is what all layers use"
        if self._layers.layer_of(importer) == "infrastructure" and other == "interface":
            is_called_so = words.FEATURE_MODULES.get(importer.name.rpartition(".")[2]) == other
            if is_called_so or self._answers_or_only_speaks(importer):
                return f"`{importer.name}` may be {other} itself"
            if both := _infrastructure_around(importer, imported):
                return f"`{both}` holds both: what answers there belongs to it"
            if _is_elsewhere(importer, imported) and not self._does(imported, other):
                return f"`{imported.name}` may be what another context offers to this one"
        is_inward = self._layers.layer_of(importer) == "infrastructure" and other == "application"
        if is_inward and words.FEATURE_MODULES.get(words.ending(importer.name.rpartition(".")[2])) == other:
            return f"`{importer.name}` is called {other} itself"
        if is_inward and self._is_program(importer):
            return f"`{importer.name}` is a program of its own"
        if is_inward and self._starts_work(importer):
            return f"`{importer.name}` starts what is done at its time, as an interface does"
        if is_inward and not words.TRANSFER.isdisjoint(imported.name.split(".")):
            return f"`{imported.name}` is what is taken in and given out: it belongs to whoever uses it"
        if is_inward and not words.ERRORS.isdisjoint(imported.name.split(".")) and self._is_named(imported):
            return f"`{imported.name}` is what the {other} layer asks of others to raise"
        if self._is_helper(imported, other):
            return f"`{imported.name}` is a helper that rests on nothing"
        if other == "infrastructure" and self._is_kept_as_model(importer):
            return f"`{importer.name}` holds tables, whatever its folder is called"
        if other == "infrastructure" and self.is_of_feature(importer):
            return f"`{importer.name}` holds the tables of a feature whose routes lie beside it"
        is_tool = other == "application" and not _TOOLS.isdisjoint(self._layers.kinds(imported))
        if is_tool and not any(self._layers.layer_of(edge.imported) for edge in self._project.imports.edges(imported)):
            is_technical = self._does(imported, "infrastructure")
            return f"`{imported.name}` " + ("may be infrastructure itself" if is_technical else "is a tool that knows no layer")
        return ""

    @cached_property
    def _answering(self) -> frozenset[str]:
        """The files with functions that answer requests."""
        return frozenset(each.module.path for each in self._project.unrouted | self._project.endpoints.by_definition)

    def _is_interface_by_name_alone(self, module: Module) -> bool:
        """`agents/controller.py`, in no folder of the interface, that holds what directs agents and no route."""
        *folders, name = module.name.split(".")
        is_called_so = "interface" in words.feature_layers(name)
        in_interface = any("interface" in (words.STRONG.get(part), words.WEAK.get(part)) for part in folders)
        return is_called_so and not in_interface and not module.is_package and module.path not in self._answering

    def _is_only_beside(self, module: Module) -> bool:
        """`agents/constants.py` beside `agents/api`: no name says that it is of the interface, and it imports no web framework
        and nothing of those who do."""
        parts = module.name.split(".")
        named = {word for part in parts for word in (part, words.ending(part))}
        if any("interface" in (words.STRONG.get(w), words.WEAK.get(w), words.FEATURE_MODULES.get(w)) for w in named):
            return False
        if module.is_package or self._does(module, "interface"):
            return False
        return not any(self._layers.layer_of(edge.imported) == "interface" for edge in self._project.imports.edges(module))

    def _answers_or_only_speaks(self, module: Module) -> bool:
        """It answers requests, or knows a web framework and nothing that stores: a repository that says `Depends` does not."""
        is_technical = self._does(module, "infrastructure")
        return module.path in self._answering or (self._does(module, "interface") and not is_technical)

    def _mounts(self, module: Module) -> bool:
        """It hands a router that it imports to something: `self.app.include_router(router)`."""
        imported = {given.alias or given.name for given in module.outline.imports}
        given = ((c.arguments[0].value, c.context) for c in module.body.calls if c.arguments and type(c.callee) is Attribute)
        routers = self._project.routes.tree.objects
        return any(
            isinstance(value, Name)
            and value.id in imported
            and any(each.kind == "router" for each in routers.of(module, value, context))
            for value, context in given
        )

    def _is_program(self, module: Module) -> bool:
        """It has a main part, and no other module of the program takes from it: a runner of migrations."""
        usage, by_path = self._project.types.inference.usage, self._project.modules.by_path
        return module.outline.main_guard and not any(by_path[path].is_production for path in usage.importers(module))

    def _starts_work(self, module: Module) -> bool:
        """It has tasks, or tells a scheduler what to run when."""
        return _SCHEDULER in self._layers.kinds(module) or self.has_tasks(module)

    def has_tasks(self, module: Module) -> bool:
        """Functions that run when a queue's worker comes to them."""
        rows = (row for row, function in enumerate(module.outline.functions) if function.decorators)
        return any(is_decorated_task(self._project, Def(module, module.name, row)) for row in rows)

    def _is_helper(self, module: Module, layer: Layer) -> bool:
        """It is called one, or is of the services and has functions alone; it imports nothing of the project, and no library
        that does the work of a layer."""
        has_functions = layer == "application" and not module.outline.classes
        is_called_so = has_functions or not words.HELPERS.isdisjoint(module.name.split("."))
        if not is_called_so or self._layers.kinds(module) - {_STANDARD}:
            return False
        return not any(True for _ in self._project.imports.edges(module))

    def _is_kept_as_model(self, module: Module) -> bool:
        """`models/domain/user.py`, which declares tables: beside the models that are taken in and given out."""
        folders = module.name.split(".")[:-1]
        if _DOMAIN not in folders or folders[folders.index(_DOMAIN) - 1 : folders.index(_DOMAIN)] != [_MODELS]:
            return False
        return self._declares_tables(module)

    def is_of_feature(self, module: Module) -> bool:
        """`domains/orders/entity.py`, which declares tables, beside the `controller.py` that answers, or among features of
        which several have one: the folder is cut by feature, and what it is called says nothing of a layer."""
        if self._layers.configured or self._layers.layer_of(module) != "domain" or not self._declares_tables(module):
            return False
        return self._is_cut_by_feature(module.name.rpartition(".")[0])

    def _is_cut_by_feature(self, package: str) -> bool:
        beside = sum(is_below(each, package.rpartition(".")[0]) for each in self._answering_folders)
        return package in self._answering_folders or beside >= _SEVERAL

    @cached_property
    def _answering_folders(self) -> frozenset[str]:
        """The packages with a module of the interface directly in them."""
        return frozenset(m.name.rpartition(".")[0] for m in self._layers.members("interface") if not m.is_package)

    def _declares_tables(self, module: Module) -> bool:
        classes = (Type(f"{module.name}.{klass.qualname}") for klass in module.outline.classes)
        return any(self._project.types.role(each) == "db-model" for each in classes)

    def doubt_of_domain(self, barred: int) -> str:
        """Why it is not proved that the domain is meant to be free of frameworks, `barred` of its modules not being so."""
        if self._layers.configured:
            return ""
        modules = [m for m in self._layers.members("domain") if not m.is_package]
        if barred >= _SEVERAL and barred * 2 > len(modules):
            return "most of the domain does"
        others: list[Layer] = [layer for layer in LAYERS if layer != "domain"]
        towards = [name for other in others for name in self._imports[other, "domain"]]
        is_apart = towards and any(self._is_named(module) for module in self._layers.members("infrastructure"))
        outer = [layer for layer in others if layer != "infrastructure" or not is_apart]  # it knows where that belongs
        against = [name for other in outer for name in self._imports["domain", other]]
        return "" if _runs(towards, against) else "what is called domain is not what the other layers rest on"

    @cached_property
    def _is_ordered(self) -> bool:
        return sum(bool(self._layers.members(layer)) for layer in LAYERS) >= _LAYERS

    @cached_property
    def _imports(self) -> dict[tuple[Layer, Layer], list[str]]:
        """(importing layer, imported layer) → the importing module of each import, composition roots left out."""
        found: dict[tuple[Layer, Layer], list[str]] = defaultdict(list)
        for module in self._project.modules.production:
            layer = self._layers.layer_of(module)
            if layer is None or self._layers.is_composition_root(module):
                continue
            for edge in self._project.imports.edges(module):
                other = self._layers.layer_of(edge.imported)
                if other is not None and other != layer:
                    found[layer, other].append(module.name)
        return found

    def _is_outer(self, layer: Layer) -> bool:
        """Do far more imports leave the layer inwards than come into it from inside?"""
        inner = [other for other in LAYERS if layer in self._layers.may_not_import(other)]
        free = [other for other in LAYERS if other not in self._layers.may_not_import(layer)]
        against = [name for other in inner for name in self._imports[other, layer]]
        return _runs([name for other in free for name in self._imports[layer, other]], against)

    def _has_ports(self, importer: Module, imported: Module) -> bool:
        """The infrastructure implements ports of the inner layers, or it is a domain that stands beside it, so that an order is
        meant however often it is broken; what all layers use (its logging, its settings) is none of it."""
        is_clean = self._layers.style == "clean" and self._layers.are_ports_asked
        is_meant = is_clean or self._layers.layer_of(importer) == "domain"
        if not is_meant or self._layers.layer_of(imported) != "infrastructure":
            return False
        parts = imported.name.split(".")
        if {words.STRONG[part] for part in parts if part in words.STRONG} != {"infrastructure"} or not self._is_named(importer):
            return False
        return words.OF_ALL.isdisjoint(parts) and not _is_elsewhere(importer, imported)

    @staticmethod
    def _is_named(module: Module) -> bool:
        """A word that means nothing but a layer stands in the name."""
        return not words.STRONG.keys().isdisjoint(module.name.split("."))

    def _speaks(self, module: Module, layer: Layer) -> bool:
        """Does the module do what its layer is there for, or one of a package around it that is not the whole layer?"""
        if layer not in TELLING or self._does(module, layer):
            return True
        members = self._layers.members(layer)
        parts = module.name.split(".")
        for depth in range(len(parts) - 1, 0, -1):
            package = ".".join(parts[:depth])
            inside = [m for m in members if is_below(m.name, package)]
            is_whole = depth < len(parts) - 1 and len(inside) == len(members)
            if is_whole or any(self._does(m, layer) for m in inside):
                return not is_whole
        return False

    def _does(self, module: Module, layer: Layer) -> bool:
        return not TELLING[layer].isdisjoint(self._layers.kinds(module))


def _infrastructure_around(importer: Module, imported: Module) -> str:
    """The folder in which both lie and whose name means the infrastructure alone; empty where there is none. Adapters have
    two sides."""
    parts, others = importer.name.split("."), imported.name.split(".")
    found = ""
    for depth, (part, other) in enumerate(zip(parts, others, strict=False), 1):
        if part != other:
            break
        if words.STRONG.get(part) == "infrastructure" and part not in words.ADAPTERS:
            found = ".".join(parts[:depth])
    return found


def _is_elsewhere(importer: Module, imported: Module) -> bool:
    """The modules lie in two packages side by side that are no layers: two contexts."""
    ways = zip(importer.name.split("."), imported.name.split("."), strict=False)
    apart = next(((one, other) for one, other in ways if one != other), None)
    return apart is not None and not any(words.may_be_layer(word) for word in apart)


def _runs(right: Sequence[str], wrong: Sequence[str]) -> bool:
    """Do the imports run the right way but for a few? Each is said by its importing module."""
    return len(set(wrong)) <= _STRAYS or len(right) >= len(wrong) * _MAJORITY
