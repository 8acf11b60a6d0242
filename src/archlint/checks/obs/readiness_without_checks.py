"""OBS003: a readiness check that asks none of the dependencies that the app uses."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Hit, Project, Proof, Site, Step
from archlint.project.model import Def
from archlint.project.routes.apps import asked_apps
from archlint.project.routes.health import Health
from archlint.project.routes.health_words import HealthWords
from archlint.project.routes.route_records import Route


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`names`, `short_names`, `ready_names`: as in OBS001."""

    names: tuple[str, ...]
    short_names: tuple[str, ...]
    ready_names: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each readiness route whose handler is understood and asks nothing, though the app's service uses a
    database, cache or broker; a proof for each that asks one, with no text where it is not understood."""
    words = HealthWords(frozenset(params.names), frozenset(params.short_names), frozenset(params.ready_names))
    health = Health(project, words)
    for app in asked_apps(project):
        used = health.dependencies(app)
        judged: set[Site] = set()
        for evidence in health.readiness(app):
            route = evidence.route
            if route is None or route.handler is None or evidence.paths == ("/",):  # it may be another program's front page
                continue
            place, path = _place(route), (evidence.paths or (health.name(route),))[0]
            if place in judged:
                continue
            judged.add(place)
            reach = health.reach(route.handler)
            if reach.dependency:
                yield Proof(place, f"`{path}` asks `{reach.dependency}`")
            elif used and not reach.complete:
                yield Proof(place, "")
            elif used:
                related = [Step(site, f"here it uses its {word}") for word, site in used.items()]
                related += [Step(evidence.site, evidence.text)] if evidence.site != place else []
                yield Hit(
                    place,
                    {"route": path, "app": app.name, "dependencies": " and ".join(used)},
                    related=tuple(related),
                    anchor=f"{app.name} {path}",
                )


def _place(route: Route) -> Site:
    """The handler, or the decorator right above it."""
    if route.via == "decorator" or route.handler is None:
        return route.site
    target = route.handler.target
    if isinstance(target, Def):
        return target.site
    klass = target.klass
    return Site(target.module.path, klass.name_at, klass.name_at + len(klass.name))
