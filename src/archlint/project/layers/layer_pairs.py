"""Layers of one module: the one that answers the requests of a package, and the services beside it that it uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_groups import Group, Source
from archlint.project.layers.layer_words import Layer
from archlint.project.source.modules import Module


class Pairs:
    """`routes.py` beside `services.py` or a folder of services, where the one imports the other.

    A name alone says nothing of one module: `services.py` may list programs, `views.py` hold what a database shows."""

    def __init__(self, source: Source, modules: list[Module], known: Collection[Group]) -> None:
        """`known`: the groups that were found by their folders."""
        self._source = source
        taken = {module.name for group in known for module in group.members}
        self._free = [module for module in modules if module.name not in taken and not module.is_package]
        self._folders = [group for group in known if group.layer == "application"]

    def groups(self) -> Iterator[Group]:
        """A group for each module that is a layer by itself."""
        named: dict[Layer, list[Module]] = defaultdict(list)
        for module in self._free:
            layer = words.FEATURE_MODULES.get(_word(module))
            if layer is not None:
                named[layer].append(module)
        services = {module.name: _package(module) for module in named["application"]}
        services |= {m.name: group.word.rpartition(".")[0] for group in self._folders for m in group.members}
        used: set[str] = set()
        for module in self._free:
            if _word(module) in words.SPOKEN_MODULES and "web-framework" in self._source.kinds(module):
                asked = {name for name in self._imported(module) if services.get(name) == _package(module)}
                if asked:
                    yield Group("interface", module.local_name, False, [module])
                used |= asked
        chosen = [module for module in named["application"] if module.name in used]
        yield from (Group("application", module.local_name, False, [module]) for module in chosen)
        stored = {name for module in chosen for name in self._imported(module)}
        yield from (
            Group("infrastructure", module.local_name, False, [module])
            for module in named["infrastructure"]
            if module.name in stored
        )

    def _imported(self, module: Module) -> set[str]:
        return {edge.imported.name for edge in self._source.imports.edges(module)}


def _word(module: Module) -> str:
    return module.local_name.rpartition(".")[2]


def _package(module: Module) -> str:
    return module.local_name.rpartition(".")[0]
