"""Stacks: layers named by weak words, which the imports must bear out before they are believed."""

from __future__ import annotations

from collections import defaultdict

from archlint.project.layers import layer_words as words
from archlint.project.layers.layer_groups import Group, Source, consistent, is_below, is_following
from archlint.project.layers.layer_pairs import Pairs
from archlint.project.layers.layer_words import Layer
from archlint.project.source.modules import Module

_LEAST_USE = 0.25
"""This share of an upper layer's modules must use a lower one before weak words are believed."""
_FEW = 3
"""Of so few modules that speak HTTP one that uses a lower layer is enough."""
_FEATURES = 4
"""So many packages must hold a module of a name before the name is believed to be a layer in each feature."""

_CLIENT = "http-client"
_TOLD_BY: dict[Layer, Layer] = {"interface": "interface", "domain": "application"}
"""The layer by whose modules in it a folder is found to be a feature, where those beside it have the same."""


class Stack:
    """The stack below one top-level package, if it is one; with no name, the one that the top-level packages make."""

    def __init__(self, source: Source, top: str, *, in_pairs: bool = False) -> None:
        """`in_pairs`: one module that answers requests and the services beside it, which it uses, are layers too."""
        self._source = source
        self._in_pairs = in_pairs
        self._levels = slice(1, None) if top else slice(0, 1)
        self._modules = [m for m in source.modules if not top or is_below(m.local_name, top)]

    def layers(self) -> dict[str, Layer]:
        """Module name → layer; empty where it is no stack."""
        groups = self._groups()
        kept = consistent(groups, self._source.imports, self._handing(groups))
        if not self._is_stack(kept):
            return {}
        found = {module.name: group.layer for group in kept for module in group.members}
        return found if self._in_pairs else self._spread_interface(kept, found)

    def _handing(self, groups: list[Group]) -> frozenset[str]:
        known = {module.name for group in groups for module in group.members}
        return frozenset(m.name for m in self._modules if m.name not in known and _hands(m))

    def _spread_interface(self, groups: list[Group], found: dict[str, Layer]) -> dict[str, Layer]:
        """What lies beside the routers of a package that holds no other layer is interface too (a web app's forms), but for
        folders that are named for another layer (a feature's own `models`) and for what asks other programs. A package with
        tables of its own is a feature, of which the routers alone are interface."""
        packages = {
            package
            for group in groups
            if group.layer == "interface" and self._answers(group) and (package := group.word.rpartition(".")[0]).count(".")
        }
        for package in sorted(packages):
            inside = [m for m in self._modules if is_below(m.local_name, package)]
            if {found[m.name] for m in inside if m.name in found} == {"interface"} and not any(map(self._keeps_tables, inside)):
                free = [m for m in inside if not _is_named_otherwise(m.local_name, package) and not self._asks_others(m)]
                found |= dict.fromkeys((m.name for m in free), "interface")
        return found

    def _groups(self) -> list[Group]:
        found: dict[tuple[str, Layer], Group] = {}
        features: dict[str, set[str]] = defaultdict(set)
        for module in self._modules:
            place = self._folder_word(module)
            if place is not None:
                name, layer = place
                found.setdefault((name, layer), Group(layer, name, False)).members.append(module)
                continue
            above, word = self._feature_word(module)
            if word:
                layer = words.FEATURE_MODULES[word]
                features[word].add(above)
                found.setdefault((f"*.{word}", layer), Group(layer, f"*.{word}", False)).members.append(module)
        rare = {f"*.{word}" for word, packages in features.items() if len(packages) < _FEATURES}
        groups = [group for (name, _), group in sorted(found.items()) if name not in rare and len(group.members) > 1]
        if self._in_pairs:
            groups += Pairs(self._source, self._modules, groups).groups()
        spoken = [g for g in groups if g.layer != "interface" or g.word.rpartition(".")[2] == "cli" or self._speaks(g)]
        return self._tables_only([self._as_application(group, spoken) for group in spoken])

    def _speaks(self, group: Group) -> bool:
        """Does a module of the group know a web framework? `forms` may be documents, `handlers` those of messages."""
        return any("web-framework" in self._source.kinds(module) for module in group.members)

    def _asks_others(self, module: Module) -> bool:
        """A client that lies beside the routers is no part of what answers."""
        return _CLIENT in self._source.kinds(module)

    def _answers(self, group: Group) -> bool:
        """Does it answer requests, and not just stand around those that do (`schemas/forms`)?"""
        return group.word.rpartition(".")[2] not in words.AROUND_HANDLERS and self._speaks(group)

    def _as_application(self, group: Group, groups: list[Group]) -> Group:
        """`handlers` are the application where other folders speak HTTP and below them others store."""
        above = group.word.rpartition(".")[0]
        beside = {
            other.layer
            for other in groups
            if other is not group
            and other.word.rpartition(".")[0] == above
            and not is_following(other)
            and other.word.rpartition(".")[2] not in words.AROUND_HANDLERS
        }
        if group.word.endswith(".handlers") and {"interface", "infrastructure"} <= beside:
            return Group("application", group.word, False, group.members)
        return group

    def _tables_only(self, groups: list[Group]) -> list[Group]:
        """`models` are persistence if they define tables, application if they are operations that the interface calls
        and that use the persistence, else nothing (schemas, value types)."""
        upper = {m.name for g in groups if g.layer == "interface" for m in g.members}
        lower = {m.name for g in groups if g.layer == "infrastructure" and not is_following(g) for m in g.members}
        kept = []
        for group in groups:
            if not is_following(group) or sum(map(self._defines_tables, group.members)) >= len(group.members) * 0.3:
                kept.append(group)
            elif (
                sum(map(self._holds_operations, group.members)) * 2 > len(group.members) < self._users(group.members, lower) * 2
            ):
                own = {m.name for m in group.members}
                if self._users([m for m in self._modules if m.name in upper], own) > 1:
                    kept.append(Group("application", group.word, False, group.members))
        return kept

    def _users(self, modules: list[Module], used: set[str]) -> int:
        """How many of the modules import one of those named."""
        return sum(any(edge.imported.name in used for edge in self._source.imports.edges(module)) for module in modules)

    def _holds_operations(self, module: Module) -> bool:
        """Functions, not classes: the classes of a `models` folder are what is stored, whatever they inherit it from."""
        functions = sum("." not in f.qualname for f in module.outline.functions)
        return functions > sum("." not in c.qualname for c in module.outline.classes)

    def _defines_tables(self, module: Module) -> bool:
        classes = [c for c in module.outline.classes if c.bases and "." not in c.qualname]
        functions = [f for f in module.outline.functions if "." not in f.qualname]
        return "orm" in self._source.kinds(module) and 0 < len(classes) >= len(functions)

    def _keeps_tables(self, module: Module) -> bool:
        """It defines tables, and is called so or lies in such a folder: a form looks like a table otherwise."""
        return not words.FOLLOWING.keys().isdisjoint(module.local_name.split(".")) and self._defines_tables(module)

    def _folder_word(self, module: Module) -> tuple[str, Layer] | None:
        parts = module.local_name.split(".")
        depth = len(parts) if module.is_package else len(parts) - 1
        later: tuple[str, Layer] | None = None
        for i in range(depth)[self._levels]:
            name, word = ".".join(parts[: i + 1]), parts[i]
            if word in words.TRANSFER:
                break  # `schemas/api` holds schemas
            layer = words.STRONG.get(word) or words.WEAK.get(word)
            if layer is not None and not self._is_feature(name):
                if word == "entities" and "orm" in self._source.kinds(module):
                    layer = "infrastructure"
                if layer == "application":
                    return self._stored_inside(parts[:depth], i) or (name, layer)
                return name, layer
            if word in words.FOLLOWING and later is None:
                later = name, words.FOLLOWING[word]
        return later

    def _stored_inside(self, folders: list[str], outer: int) -> tuple[str, Layer] | None:
        """`services/repositories`: what stores, below the folder of the services."""
        inner = next((i for i in range(outer + 1, len(folders)) if folders[i] in words.EVIDENCE), None)
        return (".".join(folders[: inner + 1]), "infrastructure") if inner is not None else None

    def _feature_word(self, module: Module) -> tuple[str, str]:
        """(feature package, word) of a module or small package whose own name is a layer's."""
        above, _, word = module.local_name.rpartition(".")
        if module.is_package and self._is_feature(module.local_name):
            return "", ""
        if word in words.FEATURE_MODULES:
            return (above, word) if above else ("", "")
        ending = words.ending(word)
        is_spoken = words.FEATURE_MODULES.get(ending) != "interface" or "web-framework" in self._source.kinds(module)
        return (above, ending) if ending and above and is_spoken else ("", "")

    def _is_feature(self, package: str) -> bool:
        """A package with another layer's modules in it is a feature whatever its name (`shop/service/views.py`); for a
        name that is hardly a feature's one such module is not enough (`dependencies/repositories.py`)."""
        word = package.rpartition(".")[2]
        own = words.STRONG.get(word) or words.WEAK.get(word)
        if self._holds_features(package):
            return True
        if own == "application" and {"interface", "infrastructure"} <= self._layers_inside(package):
            return True
        if own == "infrastructure" and word in words.WEAK and self._answers_inside(package):
            return True
        inside = [layer for part in self._source.below[package] if (layer := words.FEATURE_MODULES.get(part))]
        foreign = sum(layer != own and (own != "application" or layer == "interface") for layer in inside)
        return foreign > (0 if word in words.FEATURE_NOUNS else 1) or self._is_one_of_many(package, own)

    def _answers_inside(self, package: str) -> bool:
        """Does a folder of the interface directly in it know a web framework? A `database` with an `api` is what the program
        is about."""
        spoken = [f"{package}.{part}" for part in self._source.below[package] if words.WEAK.get(part) == "interface"]
        return any(
            "web-framework" in self._source.kinds(module)
            for module in self._modules
            if any(name in self._source.packages and is_below(module.local_name, name) for name in spoken)
        )

    def _layers_inside(self, package: str) -> set[Layer]:
        """The layers whose folders lie directly in a package: an `application` with a `cli` and a `db` is the program."""
        inside = (part for part in self._source.below[package] if f"{package}.{part}" in self._source.packages)
        return {layer for part in inside if (layer := words.STRONG.get(part) or words.WEAK.get(part))}

    def _holds_features(self, package: str) -> bool:
        """Do packages directly in it have layers of their own, `domain/accounts` its controllers and its services?"""
        inside = (f"{package}.{part}" for part in self._source.below[package])
        return sum(self._has_layers(name) for name in inside if name in self._source.packages) > 1 or self._is_cut(package)

    def _is_cut(self, package: str) -> bool:
        """Packages below it, however deep, have a module for each layer: `api/v1/orders/controller.py` beside `service.py`."""
        return self._source.cut[package] >= _FEATURES

    def _has_layers(self, package: str) -> bool:
        """Two folders of different layers, or a folder that answers requests and the module that it calls."""
        folders = self._layers_inside(package)
        modules = {words.FEATURE_MODULES.get(part) for part in self._source.below[package]}
        return len(folders) > 1 or (folders == {"interface"} and "application" in modules)

    def _is_one_of_many(self, package: str, own: Layer | None) -> bool:
        """Does a package named like an interface (`cli`) have endpoints of its own, as the features beside it have theirs, or
        one named like the domain (`domains`, of web sites) a service of its own?"""
        told = _TOLD_BY.get(own) if own is not None else None
        held = {part for part in self._source.below[package] if told and words.FEATURE_MODULES.get(part) == told}
        if not held:
            return False
        above = package.rpartition(".")[0]
        beside = [part for part in self._source.below[above] if part not in words.WEAK and part not in words.STRONG]
        return sum(not held.isdisjoint(self._source.below[f"{above}.{part}"]) for part in beside) >= _FEATURES

    def _is_stack(self, groups: list[Group]) -> bool:
        """Are there two layers of which the upper uses the lower, one that speaks HTTP, and one that is no web habit?"""
        by_layer: dict[Layer, list[Module]] = defaultdict(list)
        for group in groups:
            by_layer[group.layer] += group.members
        telling = any(
            (group.layer == "application" and not is_following(group)) or group.word.rpartition(".")[2] in words.EVIDENCE
            for group in groups
        )
        upper = by_layer.get("interface") or []
        if not telling or not any("web-framework" in self._source.kinds(m) for m in upper):
            return False
        lower = {
            m.name for g in groups if g.layer in ("application", "infrastructure") and not is_following(g) for m in g.members
        }
        answering = [m for m in upper if not m.is_package and "web-framework" in self._source.kinds(m)]
        least = 1 if len(answering) <= _FEW else 2
        return self._users(answering, lower | self._providers(upper, lower)) >= max(least, len(answering) * _LEAST_USE)

    def _providers(self, upper: list[Module], lower: set[str]) -> set[str]:
        """Modules of the interface that hand the lower layers to those that answer requests."""
        known = {m.name for m in upper} | lower
        beside = [m for m in self._modules if m.name not in known and _hands(m)]
        around = [m for m in (*upper, *beside) if not words.AROUND_HANDLERS.isdisjoint(m.local_name.split("."))]
        return {m.name for m in around if self._users([m], lower)}


def _is_named_otherwise(dotted: str, package: str) -> bool:
    """Does a folder or module below the package bear the name of another layer than the interface?"""
    inner = dotted[len(package) + 1 :].split(".")
    named = (words.STRONG.get(word) or words.WEAK.get(word) or words.FOLLOWING.get(word) for word in inner)
    return any(layer not in (None, "interface") for layer in named)


def _hands(module: Module) -> bool:
    return module.local_name.rpartition(".")[2] in words.HANDING
