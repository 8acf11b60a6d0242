"""SVC001: a service imports code of another service."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.project.services.service_links import Link
from archlint.project.source.imports import Edge, Reference


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`shared`: names of folders and modules that services may have in common."""

    shared: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each module of another service that a module imports, a proof for each service that imports none."""
    shared = frozenset(params.shared)
    importing: set[str] = set()
    for link in project.service_links.imports:
        assert link.edge is not None and link.reference is not None  # noqa: S101 - an import has them
        if not _is_shared(link.edge, shared) and not project.services.stands_on(link.source, link.target):
            importing.add(link.source.folder)
            yield _hit(project, link, link.edge, link.reference)
    holding = {service.folder for m in project.modules.production if (service := project.services.of(m)) is not None}
    for service in project.services.all if len(project.services.all) > 1 else ():
        if service.folder in holding - importing:
            yield Proof(service.site, f"`{service.name}` imports no other service")


def _is_shared(edge: Edge, shared: frozenset[str]) -> bool:
    """A folder on the way to what is imported, or its own name, says so."""
    parts = edge.imported.path.removesuffix(".py").split("/")
    return not shared.isdisjoint(part.lower() for part in parts)


def _hit(project: Project, link: Link, edge: Edge, first: Reference) -> Hit:
    words = {"importer": link.source.name, "imported": edge.imported.name, "service": link.target.name}
    message = "nested" if link.is_nested else "default" if _is_meant(project, first, edge) else "chance"
    confidence = Confidence.HIGH if message == "default" else Confidence.LOW
    return Hit(link.site, words, message, confidence, anchor=f"{link.source.name} {edge.imported.name}")


def _is_meant(project: Project, first: Reference, edge: Edge) -> bool:
    """The name leads there from a root around both services, or the importer's own service has no package called so:
    a module of `app` that is missing here may be found in another's `app` by chance."""
    if not edge.imported.root or edge.importer.path.startswith(edge.imported.root + "/"):
        return True
    top = first.given.module.partition(".")[0]
    own = (m for m in project.modules.all if m.root == edge.importer.root)
    return not any(m.local_name.partition(".")[0] == top for m in own)
