"""Contexts: packages in which two or more different strong words stand side by side, and what lies around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_driving import Driving
from archlint.project.layers.layer_groups import Group, Source, consistent, is_below, join, packages_above
from archlint.project.layers.layer_inside import Inside
from archlint.project.layers.layer_words import Layer
from archlint.project.source.modules import Module


class Contexts:
    """The contexts of one source root. `found`: package → the strong folders directly in it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._packages = source.packages
        self.found = self._contexts()

    def _children(self, package: str) -> list[str]:
        return sorted(join(package, part) for part in self._source.below[package])

    def _strong(self, name: str) -> Layer | None:
        """The layer of a folder by a strong word; an adapters folder with sides has none of its own."""
        if name not in self._packages:
            return None
        above, _, word = name.rpartition(".")
        outer = above.rpartition(".")[2]
        if outer in words.ADAPTERS and (sided := words.side(word)):
            return sided
        if word in words.ADAPTERS and any(words.side(part) for part in self._source.below[name]):
            return None
        if word == words.APP and self._is_application(name):
            return "application"
        return words.STRONG.get(word) or words.sided_adapter(word)

    def _is_application(self, name: str) -> bool:
        """Of the folders directly in it those that name a layer all name this one, one surely; ports have many names."""
        inside = self._source.below[name] - words.PORTS_BESIDE
        named = {layer for part in inside if (layer := words.STRONG.get(part) or words.WEAK.get(part))}
        return named == {"application"} and any(words.STRONG.get(part) == "application" for part in inside)

    def _strong_below(self, package: str) -> list[tuple[str, Layer]]:
        """Folders directly in a package (or in its adapters folder) that strong words or shared prefixes name."""
        found: list[tuple[str, Layer]] = []
        named: dict[str, list[tuple[str, Layer]]] = defaultdict(list)
        for child in self._children(package):
            word = child.rpartition(".")[2]
            layer = self._strong(child)
            if layer is not None:
                found.append((child, layer))
            elif word in words.ADAPTERS and child in self._packages:
                found += [(side, layer) for side in self._children(child) if (layer := self._strong(side))]
            elif child in self._packages and (pair := words.suffix(word)):
                named[pair[0]].append((child, pair[1]))
        for members in named.values():
            if len({layer for _, layer in members}) > 1:
                found += members
        return found

    def _contexts(self) -> dict[str, list[tuple[str, Layer]]]:
        """Packages with two or more different strong layers in them; not those inside another one's layer."""
        found: dict[str, list[tuple[str, Layer]]] = {}
        taken: list[str] = []
        for package in ["", *sorted(self._packages, key=lambda p: (p.count("."), p))]:
            if any(is_below(package, layer) for layer in taken):
                continue
            strong = self._strong_below(package)
            if len({layer for _, layer in strong}) > 1:
                found[package] = strong
                taken += [child for child, _ in strong]
        return found

    def layers(self) -> dict[str, Layer]:
        """Module name → layer; empty where there is no context."""
        contexts = self.found
        strong = {name: layer for members in contexts.values() for name, layer in members}
        used = {name.rpartition(".")[2] for name in strong}
        inside = [context for context in contexts if context]
        for package in sorted(self._packages):
            word = package.rpartition(".")[2]
            layer = self._strong(package)
            holds = any(is_below(context, package) for context in inside)
            if layer and word in used and not holds and not any(is_below(package, name) for name in strong):
                strong[package] = layer
        groups = [Group(layer, name, True) for name, layer in sorted(strong.items())]
        levels = sorted({above for context in contexts for above in (context, *packages_above(context))})
        for level in levels:
            for child in self._children(level):
                word = child.rpartition(".")[2]
                layer = words.WEAK.get(word) if word not in words.STRONG else None
                if layer and child not in strong and not any(is_below(c, child) for c in inside):
                    groups.append(Group(layer, child, False))
        assigned = self._assign({group.word: group for group in groups})
        found = {module.name: group.layer for group in consistent(groups, self._source.imports) for module in group.members}
        found |= Inside(self._source, strong).layers() | Driving(self._source, strong).layers()
        for context in sorted(contexts):
            core = join(context, words.CORE)
            if core in self._packages and core not in assigned:
                found |= self._core(core, has_domain=any(strong.get(n) == "domain" for n, _ in contexts[context]))
        return found

    def _assign(self, by_name: Mapping[str, Group]) -> set[str]:
        """Give each module to the outermost group above it."""
        for module in self._source.modules:
            parts = module.local_name.split(".")
            for i in range(1, len(parts) + 1):
                group = by_name.get(".".join(parts[:i]))
                if group is not None:
                    group.members.append(module)
                    break
        return set(by_name)

    def _core(self, core: str, *, has_domain: bool) -> dict[str, Layer]:
        """A `core` that holds entities or use cases and no framework is domain and application; beside a domain of its own
        context (`has_domain`) only what is named so, since the rest may be configuration, and put the program together."""
        inside = [m for m in self._source.modules if is_below(m.local_name, core)]
        outer_kinds = frozenset({"web-framework", "orm", "driver", "cache-client", "broker-client"})
        if not inside or sum(bool(self._source.kinds(m) & outer_kinds) for m in inside) > len(inside) * 0.1:
            return {}
        found: dict[str, Layer] = {}
        ports: set[str] = set()
        for module in inside:
            parts = module.local_name[len(core) + 1 :].split(".")
            for i, part in enumerate(parts):
                layer = self._core_layer(core, parts[: i + 1])
                if layer is not None:
                    found[module.name] = layer
                    if part == words.PORTS:
                        ports.add(module.name)
                    break
        if "domain" not in found.values():
            return {}
        spread = self._spread_domain(inside, found, ports)
        is_named = "application" in found.values()
        return {name: layer for name, layer in spread.items() if layer == "domain" or is_named or not has_domain}

    def _core_layer(self, core: str, parts: list[str]) -> Layer | None:
        above = join(core, ".".join(parts[:-1]))
        if parts[-1] in words.BESIDE_ENTITIES and self._source.below[above] & {
            "entities",
            "entity",
            "value_objects",
            "aggregates",
        }:
            return "domain"
        if parts[-1] in words.CORE_DOMAIN:
            return "domain" if ".".join((core, *parts)) in self._packages else None
        return "application" if parts[-1] in words.CORE_APPLICATION else None

    def _spread_domain(self, inside: list[Module], found: dict[str, Layer], ports: set[str]) -> dict[str, Layer]:
        """Modules with no telling name are domain if the domain uses them, else application; so are ports (of those that
        no use case has for itself) that know the domain alone."""
        rest = {m.name: m for m in inside if m.name not in found and not m.is_package}
        domain = {name for name, layer in found.items() if layer == "domain"}
        inward = self._importing_only({m.name: m for m in inside if m.name in ports} | rest, domain)
        rest |= {name: module for name, module in inward.items() if name in ports}
        todo = [m for m in inside if m.name in domain]
        while todo:
            for edge in self._source.imports.edges(todo.pop()):
                if edge.imported.name in rest:
                    found[edge.imported.name] = "domain"
                    todo.append(rest.pop(edge.imported.name))
        return found | dict.fromkeys(rest, "application")

    def _importing_only(self, modules: Mapping[str, Module], others: Collection[str]) -> dict[str, Module]:
        """Those of the modules that import nothing but each other and `others`, directly or through each other."""
        uses = {name: {e.imported.name for e in self._source.imports.edges(m)} - set(others) for name, m in modules.items()}
        kept = dict(modules)
        while leaving := [name for name in kept if not uses[name] <= kept.keys()]:
            for name in leaving:
                del kept[name]
        return kept
