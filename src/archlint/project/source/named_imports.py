"""The imports as a linter of names counts them: every import below some root packages leads to what its words say.

`from shop import orders` leads to `shop.orders` if that is a module, else to `shop`, else it is of no account; whether
`shop` has such a name, and whether the import ever runs, is not asked.  Tests and migrations are modules as all others.
This is how import-linter builds its graph (grimp), so that its contracts mean the same here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.settings import Linted
from archlint.facts.syntax import Attribute, Body, Import, Name
from archlint.project.layers.contract_graph import ContractGraph, Link
from archlint.project.source.modules import Module
from archlint.project.source.roots import ancestors, join, parent

if TYPE_CHECKING:
    from archlint.project.program import Project


class NamedImports(Struct, frozen=True):
    """`missing`: root packages that the project does not hold.  `unlinked`: by these names no module imports another,
    though the project's own names say that some do, so that no contract could be broken."""

    graph: ContractGraph
    missing: tuple[str, ...]
    unlinked: bool


def named_imports(project: Project, linted: Linted) -> NamedImports:
    """The graph of the root packages of a configuration."""
    paths = sorted((*project.modules.by_path, *(path for path in project.unread if path.endswith(".py"))))
    modules: dict[str, Module | None] = {}
    missing = []
    for package in linted.root_packages:
        home = _home(project, paths, linted.folder, package)
        if home is None:
            missing.append(package)
        else:
            for name, path in _named(paths, join(home, package.replace(".", "/")), package).items():
                modules[name] = project.modules.by_path.get(path) if path else None
    links = list(_links(modules, linted))
    files = {module.name for module in modules.values() if module is not None}
    inward = any(not link.outside for link in links)
    unlinked = not inward and any(
        edge.imported.name in files for name in sorted(files) for edge in project.imports.edges(project.modules.by_name[name])
    )
    return NamedImports(ContractGraph(modules, links, by_name=True), tuple(missing), unlinked)


def _home(project: Project, paths: list[str], folder: str, package: str) -> str | None:
    """The folder from which a root package is imported: the configuration's own, its `src`, else the nearest source root."""
    below = package.replace(".", "/")
    inside = [root for root in project.modules.roots if not folder or f"{root}/".startswith(f"{folder}/")]
    further = sorted(project.modules.roots, key=lambda root: (root not in inside, root.count("/"), root))
    for home in (folder, join(folder, "src"), *further):
        start = f"{join(home, below)}/"
        at = bisect_left(paths, start)
        if at < len(paths) and paths[at].startswith(start):
            return home
    return None


def _named(paths: list[str], top: str, package: str) -> dict[str, str]:
    """Name → path of every module of a package that lies in the folder `top`; empty: a package without a file.

    Below a folder with an `__init__.py` every further one needs its own, or what lies there is no part of the package.
    """
    start = f"{top}/"
    own = paths[bisect_left(paths, start) : bisect_left(paths, f"{top}0")]  # `0` is the sign after the slash
    regular = {parent(path) for path in own if path.endswith("/__init__.py")}
    found: dict[str, str] = {}
    for path in own:
        *folders, file = path[len(start) :].split("/")
        above = [folder for folder in ancestors(path) if folder == top or folder.startswith(start)][::-1]
        if file.count(".") != 1 or not all(folder.isidentifier() for folder in folders) or not _is_part(above, regular):
            continue
        stem = file.removesuffix(".py")
        name = ".".join([package, *folders, *([] if stem == "__init__" else [stem])])
        if stem != "__init__" or not found.get(name):  # `x.py` comes before `x/__init__.py`
            found[name] = path
        for depth, folder in enumerate(above):
            if folder not in regular:
                found.setdefault(".".join([package, *folders[:depth]]), "")
    return found


def _is_part(folders: list[str], regular: set[str]) -> bool:
    """Outermost first: is each folder below a regular one regular too?"""
    first = next((i for i, folder in enumerate(folders) if folder in regular), len(folders))
    return all(folder in regular for folder in folders[first:])


def _links(modules: Mapping[str, Module | None], linted: Linted) -> Iterator[Link]:
    for name, module in sorted(modules.items()):
        if module is None:
            continue
        grouped: dict[tuple[str, bool], list[Import]] = {}
        for given in module.outline.imports:
            if not linted.type_checking and _is_for_typing(module.body, given):
                continue
            target = _target(_written(name, module.is_package, given), modules, linted)
            if target is not None and target != name:
                grouped.setdefault((target, target not in modules), []).append(given)
        for (imported, outside), imports in grouped.items():
            yield Link(name, imported, module, tuple(imports), outside)


def _is_for_typing(body: Body, given: Import) -> bool:
    """Stands in the body of an `if` whose whole test is the typing module's name, written by it or as an attribute."""
    index = given.context
    while index >= 0:
        place = body.contexts[index]
        test = place.subject
        if place.kind == "if" and (
            (isinstance(test, Name) and test.id == "TYPE_CHECKING")
            or (isinstance(test, Attribute) and test.attr == "TYPE_CHECKING")
        ):
            return True
        index = place.parent
    return False


def _written(name: str, is_package: bool, given: Import) -> str:
    """The dotted name that an import writes, absolute; empty for one that leads above the root package."""
    written = ".".join(part for part in (given.module, given.name) if part)
    if not given.level:
        return written
    parts = name.split(".")
    kept = len(parts) - given.level + is_package
    return ".".join([*parts[:kept], written]) if kept > 0 else ""


def _target(written: str, modules: Mapping[str, Module | None], linted: Linted) -> str | None:
    above = written.rpartition(".")[0]
    if written in modules or above in modules:
        return written if written in modules else above
    return _package(written, linted.root_packages) if linted.external and written else None


def _package(written: str, roots: tuple[str, ...]) -> str | None:
    """The package outside that a name belongs to: its first part; beside a root package of a namespace as many parts as
    tell it from that package. None for the namespace itself."""
    if any(root.startswith(f"{written}.") for root in roots):
        return None
    parts = written.split(".")
    longest = 0
    for root in roots:
        own = root.split(".")
        if own[0] != parts[0] or len(own) == 1:
            continue
        shared = next((i for i, (a, b) in enumerate(zip(own, parts, strict=False)) if a != b), None)
        if shared is None:  # a name below a root package that there is not
            return None
        longest = max(longest, shared)
    return ".".join(parts[: longest + 1])
