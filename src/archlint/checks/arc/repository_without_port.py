"""ARC006: a repository of the infrastructure that no port of the inner layers stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site
from archlint.project.model import Type
from archlint.project.names.symbols import ClassDef


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`repositories`: what the names of classes hold that are repositories, an expression."""

    repositories: str


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """In the clean style only: a hit for each repository that implements no port, a proof for each that does."""
    if project.layers.style != "clean" or not project.layers.are_ports_asked:
        return
    named = re.compile(params.repositories)
    implementing = {f"{module.name}.{klass.qualname}" for _, _, module, klass in project.layers.implemented_ports}
    members, asking = project.types.inference.members, _asking(project)
    for module in project.layers.members("infrastructure"):
        for row, klass in enumerate(module.outline.classes):
            name = f"{module.name}.{klass.qualname}"
            if (module.path, row) not in asking or not named.search(klass.qualname) or members.subclasses.get(name):
                continue
            site = Site(module.path, klass.name_at, klass.name_at + len(klass.name))
            if any(ancestor.name in implementing for ancestor in members.ancestors(Type(name))):
                yield Proof(site, f"`{klass.name}` implements a port")
            elif len(members.bases(ClassDef(module, name, row))) == len(klass.bases):  # else a base may be one, unseen
                yield Hit(site, {"repository": klass.name}, "default", Confidence.HIGH)


def _asking(project: Project) -> set[tuple[str, int]]:
    """(path, row) of the classes that ask or change something: what only has the name is no repository."""
    points = (point for effect in ("db.read", "db.write") for point in project.effects.points(effect))
    return {(p.module.path, p.caller.function.klass) for p in points if p.caller is not None}
