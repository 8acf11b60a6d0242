"""Which folders are layers, when nobody says so: names propose, imports and contents decide.

Two kinds of projects have layers.  *Contexts* are packages in which two or more different strong words stand side by
side (`catalog/domain`, `catalog/infrastructure`).  *Stacked* packages have weak words (`routes`, `services`, `repos`, or
a `service.py` in every feature) and count only if the imports between them run one way and the upper ones use the
lower ones.  Everything else has none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from archlint.project import layer_words as words
from archlint.project.layer_words import Layer
from archlint.project.modules import Module

if TYPE_CHECKING:
    from archlint.project.imports import ImportGraph

_MOST_BACKWARD = 0.3
"""Above this share of imports against the direction a folder's name is taken for something else than a layer."""
_LEAST_USE = 0.3
"""This share of an upper layer's modules must use a lower one before weak words are believed."""
_FEATURES = 4
"""So many packages must hold a module of a name before the name is believed to be a layer in each feature."""
_RANK: dict[Layer, int] = {"domain": 0, "infrastructure": 1, "application": 2, "interface": 3}

Kinds = Callable[[Module], frozenset[str]]
"""The kinds of libraries that a module imports (`orm`, `web-framework`)."""
Place = tuple[str, str]
"""(source root, dotted package); the root itself has the empty package."""


@dataclass(slots=True)
class Group:
    """A folder, or all modules of one name, that may be a layer."""

    layer: Layer
    place: Place
    word: str
    certain: bool
    members: list[Module] = field(default_factory=list)


def infer(modules: Sequence[Module], imports: ImportGraph, kinds: Kinds) -> dict[str, Layer]:
    """Module name → layer, for production modules; empty when the project has no layers."""
    by_root: dict[str, list[Module]] = defaultdict(list)
    for module in modules:
        by_root[module.root].append(module)
    found: dict[str, Layer] = {}
    for root in sorted(by_root):
        found |= _Root(root, by_root[root], imports, kinds).layers()
    return found


class _Root:
    def __init__(self, root: str, modules: list[Module], imports: ImportGraph, kinds: Kinds) -> None:
        self.root = root
        self.modules = modules
        self.imports = imports
        self.kinds = kinds
        self.below: dict[str, set[str]] = defaultdict(set)
        self.packages: set[str] = set()
        for module in modules:
            parts = module.local_name.split(".")
            for i, part in enumerate(parts):
                self.below[".".join(parts[:i])].add(part)
                if i + 1 < len(parts) or module.is_package:
                    self.packages.add(".".join(parts[: i + 1]))

    def layers(self) -> dict[str, Layer]:
        contexts = self._contexts()
        if contexts:
            return self._contextual(contexts)
        found: dict[str, Layer] = {}
        for top in sorted(self.below[""]):
            found |= self._stacked(top)
        return found

    # -- contexts ----------------------------------------------------------------------------------------------

    def _children(self, package: str) -> list[str]:
        return sorted(_join(package, part) for part in self.below[package])

    def _strong(self, name: str) -> Layer | None:
        """The layer of a folder by a strong word; an adapters folder with sides has none of its own."""
        if name not in self.packages:
            return None
        above, _, word = name.rpartition(".")
        outer = above.rpartition(".")[2]
        if outer in words.ADAPTERS and (sided := words.side(word)):
            return sided
        if word in words.ADAPTERS and any(words.side(part) for part in self.below[name]):
            return None
        return words.STRONG.get(word) or words.sided_adapter(word)

    def _strong_below(self, package: str) -> list[tuple[str, Layer]]:
        """Folders directly in a package (or in its adapters folder) that strong words or shared prefixes name."""
        found: list[tuple[str, Layer]] = []
        named: dict[str, list[tuple[str, Layer]]] = defaultdict(list)
        for child in self._children(package):
            word = child.rpartition(".")[2]
            layer = self._strong(child)
            if layer is not None:
                found.append((child, layer))
            elif word in words.ADAPTERS and child in self.packages:
                found += [(side, layer) for side in self._children(child) if (layer := self._strong(side))]
            elif child in self.packages and (pair := words.suffix(word)):
                named[pair[0]].append((child, pair[1]))
        for members in named.values():
            if len({layer for _, layer in members}) > 1:
                found += members
        return found

    def _contexts(self) -> dict[str, list[tuple[str, Layer]]]:
        """Packages with two or more different strong layers in them; not those inside another one's layer."""
        found: dict[str, list[tuple[str, Layer]]] = {}
        taken: list[str] = []
        for package in ["", *sorted(self.packages, key=lambda p: (p.count("."), p))]:
            if any(_is_below(package, layer) for layer in taken):
                continue
            strong = self._strong_below(package)
            if len({layer for _, layer in strong}) > 1:
                found[package] = strong
                taken += [child for child, _ in strong]
        return found

    def _contextual(self, contexts: Mapping[str, list[tuple[str, Layer]]]) -> dict[str, Layer]:
        strong = {name: layer for members in contexts.values() for name, layer in members}
        used = {name.rpartition(".")[2] for name in strong}
        inside = [context for context in contexts if context]
        for package in sorted(self.packages):
            word = package.rpartition(".")[2]
            layer = self._strong(package)
            holds = any(_is_below(context, package) for context in inside)
            if layer and word in used and not holds and not any(_is_below(package, name) for name in strong):
                strong[package] = layer
        groups = [Group(layer, (self.root, name), name, True) for name, layer in sorted(strong.items())]
        levels = sorted({above for context in contexts for above in (context, *_above(context))})
        for level in levels:
            for child in self._children(level):
                word = child.rpartition(".")[2]
                layer = words.WEAK.get(word) if word not in words.STRONG else None
                if layer and child not in strong and not any(_is_below(c, child) for c in inside):
                    groups.append(Group(layer, (self.root, child), child, False))
        assigned = self._assign({group.word: group for group in groups})
        found = {module.name: group.layer for group in _consistent(groups, self.imports) for module in group.members}
        for context in sorted(contexts):
            core = _join(context, words.CORE)
            if core in self.packages and core not in assigned:
                found |= self._core(core)
        return found

    def _assign(self, by_name: Mapping[str, Group]) -> set[str]:
        """Give each module to the outermost group above it."""
        for module in self.modules:
            parts = module.local_name.split(".")
            for i in range(1, len(parts) + 1):
                group = by_name.get(".".join(parts[:i]))
                if group is not None:
                    group.members.append(module)
                    break
        return set(by_name)

    # -- core --------------------------------------------------------------------------------------------------

    def _core(self, core: str) -> dict[str, Layer]:
        """A `core` that holds entities or use cases and no framework is domain and application."""
        inside = [m for m in self.modules if _is_below(m.local_name, core)]
        outer_kinds = frozenset({"web-framework", "orm", "driver", "cache-client", "broker-client"})
        if not inside or sum(bool(self.kinds(m) & outer_kinds) for m in inside) > len(inside) * 0.1:
            return {}
        found: dict[str, Layer] = {}
        for module in inside:
            parts = module.local_name[len(core) + 1 :].split(".")
            layer = next((layer for i in range(len(parts)) if (layer := self._core_layer(core, parts[: i + 1]))), None)
            if layer is not None:
                found[module.name] = layer
        if "domain" not in found.values():
            return {}
        return self._spread_domain(inside, found)

    def _core_layer(self, core: str, parts: list[str]) -> Layer | None:
        above = _join(core, ".".join(parts[:-1]))
        if parts[-1] in words.BESIDE_ENTITIES and self.below[above] & {"entities", "entity", "value_objects", "aggregates"}:
            return "domain"
        if parts[-1] in words.CORE_DOMAIN:
            return "domain" if ".".join((core, *parts)) in self.packages else None
        return "application" if parts[-1] in words.CORE_APPLICATION else None

    def _spread_domain(self, inside: list[Module], found: dict[str, Layer]) -> dict[str, Layer]:
        """Modules with no telling name are domain if the domain uses them, else application."""
        rest = {m.name: m for m in inside if m.name not in found and not m.is_package}
        todo = [m for m in inside if found.get(m.name) == "domain"]
        while todo:
            for edge in self.imports.edges(todo.pop()):
                if edge.imported.name in rest:
                    found[edge.imported.name] = "domain"
                    todo.append(rest.pop(edge.imported.name))
        return found | dict.fromkeys(rest, "application")

    # -- stacked -----------------------------------------------------------------------------------------------

    def _stacked(self, top: str) -> dict[str, Layer]:
        modules = [m for m in self.modules if _is_below(m.local_name, top)]
        groups = self._stack_groups(modules)
        kept = _consistent(groups, self.imports)
        if not self._is_stack(kept):
            return {}
        found = {module.name: group.layer for group in kept for module in group.members}
        return self._spread_interface(modules, kept, found)

    def _spread_interface(self, modules: list[Module], groups: list[Group], found: dict[str, Layer]) -> dict[str, Layer]:
        """What lies beside the routers of a package that holds no other layer is interface too (a web app's forms)."""
        packages = {
            package
            for group in groups
            if group.layer == "interface" and group.place[1] != "*" and (package := group.word.rpartition(".")[0]).count(".")
        }
        inside = {p: [m.name for m in modules if _is_below(m.local_name, p)] for p in sorted(packages)}
        for names in inside.values():
            if {found[name] for name in names if name in found} == {"interface"}:
                found |= dict.fromkeys(names, "interface")
        return found

    def _stack_groups(self, modules: list[Module]) -> list[Group]:
        found: dict[tuple[str, Layer], Group] = {}
        features: dict[str, set[str]] = defaultdict(set)
        for module in modules:
            place = self._folder_word(module)
            if place is not None:
                name, layer = place
                found.setdefault((name, layer), Group(layer, (self.root, name), name, False)).members.append(module)
                continue
            above, word = self._feature_word(module)
            if word:
                layer = words.FEATURE_MODULES[word]
                features[word].add(above)
                found.setdefault((f"*.{word}", layer), Group(layer, (self.root, "*"), word, False)).members.append(module)
        rare = {f"*.{word}" for word, packages in features.items() if len(packages) < _FEATURES}
        groups = [group for (name, _), group in sorted(found.items()) if name not in rare and len(group.members) > 1]
        return self._tables_only([self._as_application(group, groups) for group in groups])

    def _as_application(self, group: Group, groups: list[Group]) -> Group:
        """`handlers` are the application where other folders speak HTTP and below them others store."""
        above = group.word.rpartition(".")[0]
        beside = {
            other.layer
            for other in groups
            if other is not group
            and other.word.rpartition(".")[0] == above
            and not _is_following(other)
            and other.word.rpartition(".")[2] != "cli"
        }
        if group.word.endswith(".handlers") and {"interface", "infrastructure"} <= beside:
            return Group("application", group.place, group.word, False, group.members)
        return group

    def _tables_only(self, groups: list[Group]) -> list[Group]:
        """`models` are persistence if they define tables, application if they are operations that the interface calls
        and that use the persistence, else nothing (schemas, value types)."""
        upper = {m.name for g in groups if g.layer == "interface" for m in g.members}
        lower = {m.name for g in groups if g.layer == "infrastructure" and not _is_following(g) for m in g.members}
        kept = []
        for group in groups:
            if not _is_following(group) or sum(map(self._defines_tables, group.members)) >= len(group.members) * 0.3:
                kept.append(group)
            elif self._users(group.members, lower) * 2 > len(group.members):
                own = {m.name for m in group.members}
                if self._users([m for m in self.modules if m.name in upper], own) > 1:
                    kept.append(Group("application", group.place, group.word, False, group.members))
        return kept

    def _users(self, modules: list[Module], used: set[str]) -> int:
        """How many of the modules import one of those named."""
        return sum(any(edge.imported.name in used for edge in self.imports.edges(module)) for module in modules)

    def _defines_tables(self, module: Module) -> bool:
        classes = [c for c in module.outline.classes if c.bases and "." not in c.qualname]
        functions = [f for f in module.outline.functions if "." not in f.qualname]
        return "orm" in self.kinds(module) and 0 < len(classes) >= len(functions)

    def _folder_word(self, module: Module) -> tuple[str, Layer] | None:
        parts = module.local_name.split(".")
        depth = len(parts) if module.is_package else len(parts) - 1
        later: tuple[str, Layer] | None = None
        for i in range(1, depth):
            name, word = ".".join(parts[: i + 1]), parts[i]
            layer = words.STRONG.get(word) or words.WEAK.get(word)
            if layer is not None and not self._is_feature(name):
                if word == "entities" and "orm" in self.kinds(module):
                    layer = "infrastructure"
                return name, layer
            if word in words.FOLLOWING and later is None:
                later = name, words.FOLLOWING[word]
        return later

    def _feature_word(self, module: Module) -> tuple[str, str]:
        """(feature package, word) of a module or small package whose own name is a layer's."""
        above, _, word = module.local_name.rpartition(".")
        if module.is_package and self._is_feature(module.local_name):
            return "", ""
        return (above, word) if word in words.FEATURE_MODULES and above else ("", "")

    def _is_feature(self, package: str) -> bool:
        """A package with another layer's modules in it is a feature whatever its name (`shop/service/views.py`); for a
        name that is hardly a feature's one such module is not enough (`dependencies/repositories.py`)."""
        word = package.rpartition(".")[2]
        own = words.STRONG.get(word) or words.WEAK.get(word)
        foreign = sum(words.FEATURE_MODULES.get(part, own) != own for part in self.below[package])
        return foreign > (0 if word in words.FEATURE_NOUNS else 1)

    def _is_stack(self, groups: list[Group]) -> bool:
        """Are there two layers of which the upper uses the lower, one that speaks HTTP, and one that is no web habit?"""
        by_layer: dict[Layer, list[Module]] = defaultdict(list)
        for group in groups:
            by_layer[group.layer] += group.members
        telling = "application" in by_layer or any(g.word.rpartition(".")[2] in words.EVIDENCE for g in groups)
        upper = by_layer.get("interface") or []
        if not telling or not any("web-framework" in self.kinds(m) for m in upper):
            return False
        lower = {
            m.name for g in groups if g.layer in ("application", "infrastructure") and not _is_following(g) for m in g.members
        }
        real = [m for m in upper if not m.is_package]
        return self._users(real, lower) >= max(2, len(real) * _LEAST_USE)


def _is_following(group: Group) -> bool:
    return group.word.rpartition(".")[2] in words.FOLLOWING


def _consistent(groups: list[Group], imports: ImportGraph) -> list[Group]:
    """The groups whose imports run downwards; the one that runs most against it is dropped until all do."""
    kept = [group for group in groups if group.members]
    while True:
        rank = {module.name: (_RANK[g.layer], i) for i, g in enumerate(kept) for module in g.members}
        down, up = [0] * len(kept), [0] * len(kept)
        for group in kept:
            for module in group.members:
                _count(module, rank, imports, down, up)
        shares = [u / (u + d) if u + d else 1.0 for u, d in zip(up, down, strict=True)]
        worst = max(
            (i for i, g in enumerate(kept) if not g.certain and shares[i] > _MOST_BACKWARD),
            key=lambda i: (shares[i], kept[i].word),
            default=None,
        )
        if worst is None:
            return kept
        del kept[worst]


def _count(module: Module, rank: Mapping[str, tuple[int, int]], imports: ImportGraph, down: list[int], up: list[int]) -> None:
    mine, own = rank[module.name]
    for edge in imports.edges(module):
        other = rank.get(edge.imported.name)
        if other is None or other[0] == mine:
            continue
        tally = down if other[0] < mine else up
        tally[own] += 1
        tally[other[1]] += 1


def _join(package: str, name: str) -> str:
    return f"{package}.{name}".strip(".")


def _is_below(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def _above(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:i]) for i in range(len(parts))] if name else []
