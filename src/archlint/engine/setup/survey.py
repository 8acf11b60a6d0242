"""What is found in a project before anything is written down about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from archlint.engine.ignores import Patterns
from archlint.engine.setup.dialects import fits, spoken
from archlint.engine.setup.excludes import Exclude, excludes
from archlint.facts.settings import LayerMap
from archlint.project import Project
from archlint.project.layers.layer_map import written
from archlint.project.layers.layer_words import Layer
from archlint.project.layers.layers import Style

_TOLD = frozenset({"web-framework", "orm", "driver", "cache-client", "broker-client", "migrations"})
_MOST_ROOTS = 8
"""More source roots than this are a listing that nobody keeps up to date; finding them works as well."""


@dataclass(frozen=True, slots=True)
class Framework:
    """A library that shapes a backend, and how many modules of the program import it."""

    name: str
    kinds: tuple[str, ...]
    modules: int


@dataclass(frozen=True)
class Survey:
    """`roots`: the program's source roots, those to be written in `fixed_roots`.  `placed` and `layers`: the inferred
    layers, by module and as they would be written; `style` theirs.  `dialects`: dialect → what tells it; `dialect` the one
    to write.  `notes`: what the user should know besides."""

    project: Project
    roots: tuple[str, ...]
    fixed_roots: tuple[str, ...]
    frameworks: tuple[Framework, ...]
    placed: Mapping[str, Layer]
    layers: LayerMap
    style: Style
    services: Mapping[str, str]
    dialects: Mapping[str, tuple[str, ...]]
    dialect: str | None
    excludes: tuple[Exclude, ...]
    notes: tuple[str, ...]


def survey(project: Project) -> Survey:
    """Looks at the whole project, whatever its configuration says of layers, services and dialect. What is to be
    excluded is out of it already."""
    left_out = excludes(project)
    project = _without(project, left_out)
    settings = project.settings
    free = project.under(replace(settings, layers=None, style="auto", services={}, dialect=None))
    production = project.modules.production
    placed = {m.name: layer for m in production if (layer := free.layers.layer_of(m)) is not None}
    dialects = spoken(project)
    only = next(iter(dialects)) if len(dialects) == 1 else None
    return Survey(
        project=project,
        roots=tuple(sorted({module.root for module in production})),
        fixed_roots=_fixed_roots(project),
        frameworks=_frameworks(project),
        placed=placed,
        layers=written(placed, [module.name for module in production]),
        style=free.layers.style,
        services=_services(free),
        dialects=dialects,
        dialect=only if only and fits(project, only) else None,
        excludes=left_out,
        notes=tuple(_notes(project)),
    )


def _without(project: Project, left_out: Sequence[Exclude]) -> Project:
    """The program that is left once the excludes hold."""
    if not left_out:
        return project
    patterns = Patterns(exclude.pattern for exclude in left_out)

    def kept(path: str) -> bool:
        return not patterns.verdict(path)

    return Project(
        files={path: facts for path, facts in project.files.items() if kept(path)},
        settings=project.settings,
        knowledge=project.knowledge,
        read_sql=project.read_sql,
        sql_files={path: text for path, text in project.sql_files.items() if kept(path)},
        deployment_files={path: facts for path, facts in project.deployment_files.items() if kept(path)},
        other_files=project.other_files,
        unread=frozenset(filter(kept, project.unread)),
    )


def _fixed_roots(project: Project) -> tuple[str, ...]:
    """The roots, if none is the project's own folder and writing them down gives every file the root that was found for
    it."""
    found = tuple(sorted({m.root for m in project.modules.production}))
    if not 0 < len(found) <= _MOST_ROOTS or "" in found:
        return ()
    fixed = project.under(replace(project.settings, roots=found))
    same = all(fixed.modules.by_path[m.path].root == m.root for m in project.modules.all)
    return found if same else ()


def _frameworks(project: Project) -> tuple[Framework, ...]:
    """By the packages' import names, the most used first."""
    counts: Counter[str] = Counter()
    kinds: dict[str, set[str]] = {}
    for module in project.modules.production:
        packages: set[str] = set()
        for reference in project.imports.external(module):
            told = set(project.knowledge.package_kinds(reference.external))
            if told & _TOLD and "standard-library" not in told:
                package = reference.external.partition(".")[0]
                packages.add(package)
                kinds.setdefault(package, set()).update(told)
        counts.update(packages)
    order = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(Framework(name, tuple(sorted(kinds[name])), counts[name]) for name in order)


def _services(project: Project) -> dict[str, str]:
    """The services that are built on their own, where there are several, each with code of its own."""
    production = project.modules.production
    found: dict[str, str] = {}
    for service in project.services.all:
        if service.folder == "." or service.folder.startswith("../") or service.folder in found.values():
            continue
        if any(module.path.startswith(f"{service.folder}/") for module in production):
            found[service.name if service.name not in found else service.folder] = service.folder
    return found if len(found) > 1 else {}


def _notes(project: Project) -> list[str]:
    notes = []
    broken = sorted(path for path in project.unread if path.endswith((".py", ".pyw")))
    if broken:
        files = "1 Python file" if len(broken) == 1 else f"{len(broken)} Python files"
        notes.append(
            f"{files} cannot be parsed (the first: {broken[0]}): every run ends with 2 until they can, or are excluded"
        )
    if not project.modules.production:
        notes.append("no module of a program was found: tests, migrations, scripts, examples and code of others do not count")
    return notes
