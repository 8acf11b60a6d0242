"""SVC003: services that depend on each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, NoParams, Project, Proof, Step
from archlint.project.services.service_links import Link
from archlint.project.source.digraph import Digraph

Params = NoParams


def check(project: Project, params: NoParams) -> Iterator[Hit | Proof]:  # noqa: ARG001  the rule has nothing to set
    """A hit for each group of services that all know each other, by the imports that make a circle, else by URLs; a proof
    for each service in none, where each request that it makes names its host."""
    services, links = project.services.all, project.service_links
    number = {service.folder: i for i, service in enumerate(services)}
    taken: set[int] = set()
    for known in (_first_links(links.imports, number), _first_links((*links.imports, *links.hosts), number)):
        graph = Digraph(len(services), known)
        for group in graph.components():
            if taken.isdisjoint(group):
                taken.update(group)
                yield _hit(_circle(graph, group, known))
    for i, service in enumerate(services if len(services) > 1 else ()):
        if i not in taken and service.folder not in links.unknown:
            yield Proof(service.site, f"`{service.name}` is in no circle of services")


def _first_links(links: tuple[Link, ...], number: dict[str, int]) -> dict[tuple[int, int], Link]:
    found: dict[tuple[int, int], Link] = {}
    for link in links:
        found.setdefault((number[link.source.folder], number[link.target.folder]), link)
    return found


def _circle(graph: Digraph, group: tuple[int, ...], known: dict[tuple[int, int], Link]) -> list[Link]:
    """A shortest way from the first service of the group back to it."""
    first = group[0]
    outside = set(range(len(graph))) - set(group)
    ways = (
        graph.chain({target}, {first}, avoid=outside) for source, target in sorted(known) if source == first and target in group
    )
    back = min((way for way in ways if way is not None), key=len)
    return [known[pair] for pair in zip((first, *back), back, strict=False)]


def _hit(circle: list[Link]) -> Hit:
    names = [link.source.name for link in circle]
    by_import = all(link.kind == "import" for link in circle)
    sure = not any(link.is_nested or link.kind == "host" for link in circle)
    return Hit(
        circle[0].site,
        {"cycle": " → ".join((*names, names[0]))},
        "default" if by_import else "hosts",
        Confidence.LOW if not sure else Confidence.HIGH if by_import else Confidence.MEDIUM,
        path=tuple(Step(link.site, link.text) for link in circle),
        anchor=" ".join(sorted(names)),
    )
