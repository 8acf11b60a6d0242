"""OBS002: an app that is served and cannot be asked whether what it depends on is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.project.routes.apps import asked_apps
from archlint.project.routes.deployed_apps import DeployedApps
from archlint.project.routes.health import Evidence, Health
from archlint.project.routes.health_words import HealthWords
from archlint.project.routes.route_records import App


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`names`, `short_names`, `ready_names`: as in OBS001. `guards`: a regular expression for the names of decorators,
    dependencies and permission classes that let only known users in."""

    names: tuple[str, ...]
    short_names: tuple[str, ...]
    ready_names: tuple[str, ...]
    guards: str


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each app that is asked and has none; a proof for each readiness route or probe, and for each health
    route that asks a dependency. The proof has no text where a health route asks what is not understood."""
    words = HealthWords(frozenset(params.names), frozenset(params.short_names), frozenset(params.ready_names))
    health, deployed = Health(project, words), DeployedApps(project)
    guards = re.compile(params.guards, re.IGNORECASE)
    for app in asked_apps(project):
        ready = dict(_ready(health, app, guards))
        yield from (Proof(site, text) for site, text in ready.items())
        if ready or not health.depends(app):
            continue
        alive = next((e for e in health.evidence(app) if e.route is not None), None)
        words_of_alive = {"route": health.name(alive.route)} if alive is not None and alive.route is not None else {}
        doubt = deployed.doubt(app) or ("" if deployed.depends(app) else "no dependency of its own is known")
        sure = Confidence.LOW if doubt else Confidence.HIGH if app.served else Confidence.MEDIUM
        yield Hit(
            app.site,
            {"app": app.name, "doubt": doubt, **words_of_alive},
            "doubtful" if doubt else _message(health, alive, guards),
            sure,
            (Step(alive.site, f"{alive.text} is no readiness check"),) if alive is not None else (),
            anchor=app.name,
        )


def _ready(health: Health, app: App, guards: re.Pattern[str]) -> Iterator[tuple[Site, str]]:
    """(place, what it proves) of all that may be a readiness check; an empty text for one that is not understood."""
    for evidence in health.readiness(app):
        if not _is_guarded(health, evidence, guards):
            yield evidence.site, f"{evidence.text} is the readiness check of `{app.name}`"
    for evidence in health.libraries:
        yield evidence.site, f"{evidence.text} checks what `{app.name}` depends on"
    for route in [*health.routes(app), *(e.route for e in health.probes(app) if e.route is not None and e.paths != ("/",))]:
        if route.handler is None or health.is_guarded(route, guards):
            continue
        reach = health.reach(route.handler)
        if reach.dependency:
            yield route.site, f"the route `{health.name(route)}` asks `{reach.dependency}`: it serves as readiness check"
        elif route.apps is not None and health.can_fail(route.handler):
            yield route.site, f"the route `{health.name(route)}` answers that it is not ready: it serves as readiness check"
        elif not reach.complete and route.apps is not None:
            yield route.site, ""


def _message(health: Health, alive: Evidence | None, guards: re.Pattern[str]) -> str:
    if alive is None:
        return "default"
    return "guarded" if _is_guarded(health, alive, guards) else "constant"


def _is_guarded(health: Health, evidence: Evidence, guards: re.Pattern[str]) -> bool:
    return evidence.route is not None and health.is_guarded(evidence.route, guards)
