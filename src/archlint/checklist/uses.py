"""Which modules work with what kind of library: the subjects of questions whose rules look at its calls."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checklist.found import Subject
from archlint.project import Project
from archlint.project.source.modules import Module


def users(project: Project, *kinds: str, but_not: str = "") -> tuple[Subject, ...]:
    """Production modules that import a library of one of the kinds (and not of kind `but_not`), each at its first import."""
    wanted = frozenset(kinds)
    using = (module for module in project.modules.production if not wanted.isdisjoint(project.layers.kinds(module)))
    return tuple(subject for module in using for subject in _first(project, module, wanted, but_not))


def _first(project: Project, module: Module, wanted: frozenset[str], but_not: str) -> Iterator[Subject]:
    for reference in project.imports.external(module):
        kinds = project.knowledge.package_kinds(reference.external)
        if not reference.given.type_checking and wanted.intersection(kinds) and but_not not in kinds:
            yield Subject(f"`{module.name}` uses {reference.external.partition('.')[0]}", reference.site)
            return
