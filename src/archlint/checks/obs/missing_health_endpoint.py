"""OBS001: an app that is served and has nothing by which its health can be asked."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof
from archlint.project.routes.apps import asked_apps
from archlint.project.routes.deployed_apps import DeployedApps
from archlint.project.routes.health import Health
from archlint.project.routes.health_words import HealthWords


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """Words as letters and digits only (`health-check` is `healthcheck`). `names`: last segments of a path that mean
    health; `short_names`: those that mean it only where few segments stand before; `ready_names`: readiness."""

    names: tuple[str, ...]
    short_names: tuple[str, ...]
    ready_names: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each app that is asked and has none, a proof for each route, probe or library that answers. It is a note
    where it is not proved that the app is a service of its own, or that nothing else answers for it."""
    words = HealthWords(frozenset(params.names), frozenset(params.short_names), frozenset(params.ready_names))
    health, deployed = Health(project, words), DeployedApps(project)
    for app in asked_apps(project):
        found = health.evidence(app)
        for evidence in {e.site: e for e in reversed(found)}.values():
            yield Proof(evidence.site, f"{evidence.text} answers for the health of `{app.name}`")
        if found:
            continue
        doubt = deployed.doubt(app) or health.front_page(app) or health.elsewhere(app)
        words_of_app = {"app": app.name, "framework": app.framework, "doubt": doubt}
        sure = Confidence.LOW if doubt else Confidence.HIGH if app.served else Confidence.MEDIUM
        yield Hit(app.site, words_of_app, "doubtful" if doubt else "default", confidence=sure, anchor=app.name)
