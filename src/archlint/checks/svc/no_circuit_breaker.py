"""SVC005: a service asks others, and no request is made through a circuit breaker."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.project.effects.breakers import Breakers
from archlint.project.effects.effects import EffectPoint
from archlint.project.routes.apps import asked_apps
from archlint.project.source.led_to import LedTo
from archlint.project.source.modules import Module
from archlint.project.spelling import shorten, spell
from archlint.project.values.texts import Written

_HERE = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`max_shown`: requests that a finding shows; `not_services`: kinds of libraries that talk to no other service; `mailing`:
    those that send mail, for which nobody waits."""

    max_shown: int
    not_services: tuple[str, ...]
    mailing: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """One hit for each service that makes requests, none of them through a breaker; a proof for each that is."""
    breakers, led_to = Breakers(project), project.led_to
    by_service: dict[str, list[EffectPoint]] = defaultdict(list)
    for point in breakers.requests:
        by_service[_folder_of(project, point.module)].append(point)
    for folder, points in sorted(by_service.items()):
        guarded = [point for point in points if breakers.guards(point)]
        for point in guarded:
            yield Proof(point.site, "the request is made through a breaker")
        asked = [point for point in points if _is_of_service(project, led_to, point, params)]
        if asked and not guarded:
            doubt = "a breaker of its own is there" if breakers.has_own(folder) else _nobody_comes(led_to, asked)
            doubt = doubt or ("mail alone is sent" if _all_mail(project, asked, params) else "")
            doubt = doubt or ("one request is little to break" if len({point.site for point in asked}) == 1 else "")
            yield _hit(project, folder, asked, params, doubt)


def _is_of_service(project: Project, led_to: LedTo, point: EffectPoint, params: Params) -> bool:
    """What runs again and again asks, no client or script beside it; and it asks a service."""
    if not led_to.holds(point.module) or project.by_hand.holds(point.module):
        return False
    if not {*params.not_services}.isdisjoint(project.knowledge.package_kinds(point.witness.target)):
        return False
    return not _asks_itself(project, point)


def _asks_itself(project: Project, point: EffectPoint) -> bool:
    """`post("http://localhost:8000/…")`: what is written out so is no other service."""
    call = point.call
    given = [a.value for a in call.call.arguments if a.name in (None, "url")][:1] if call is not None else []
    for value in given:
        text = project.values.text(point.module, value, point.context)
        first = text.pieces[0] if text is not None and text.pieces else None
        if isinstance(first, Written) and _HERE.match(first.text):
            return True
    return False


def _all_mail(project: Project, points: list[EffectPoint], params: Params) -> bool:
    """Whoever wrote to a provider of mail goes on without it: of four such services one was called right at blind readings."""
    mailing = {*params.mailing}
    return all(not mailing.isdisjoint(project.knowledge.package_kinds(point.witness.target)) for point in points)


def _nobody_comes(led_to: LedTo, points: list[EffectPoint]) -> str:
    """No request and no task comes to one of them: they are a command's, or nobody's.  Of 45 services that were read, both
    in which there was neither were scripts."""
    is_come_to = any(point.caller is not None and led_to.runs(point.caller) for point in points)
    return "" if is_come_to else "no request and no task comes to them"


def _hit(project: Project, folder: str, points: list[EffectPoint], params: Params, doubt: str) -> Hit:
    """A note where there is a doubt."""
    sure = not doubt and any(_has_own_client(project, point) for point in points)
    sites = sorted({point.site: point for point in points}.items())
    steps = [Step(site, f"asks by `{_shown(point)}`") for site, point in sites[: params.max_shown]]
    words = {
        "count": str(len(sites)),
        "calls": "request" + "s" * (len(sites) != 1),
        "doubt": f"; {doubt}" if doubt else "",
    }
    return Hit(
        _place(project, folder, points, sites[0][0]),
        words,
        confidence=Confidence.HIGH if sure else Confidence.LOW,
        path=tuple(steps),
        anchor=folder or ".",
    )


def _place(project: Project, folder: str, points: list[EffectPoint], first: Site) -> Site:
    """Of the service's apps the one whose program makes them, else the project's description, else the first request."""
    apps = [app for app in asked_apps(project) if _folder_of(project, app.module) == folder]
    asking = [point.module for point in points]
    main = max(apps, key=lambda app: (_loaded_by(project, app.module, asking), _beside(app.module, asking)), default=None)
    if main is not None:
        return main.site
    return Site("pyproject.toml", 0, 0) if "pyproject.toml" in project.other_files else first


def _folder_of(project: Project, module: Module) -> str:
    service = project.services.of(module)
    return service.folder if service is not None else ""


def _loaded_by(project: Project, app: Module, modules: list[Module]) -> int:
    """To how many of the modules its own imports lead."""
    imports = project.imports
    reached = imports.graph().reached({imports.number[app.name]}, ())
    return sum(reached.any_of((imports.number[module.name],)) for module in modules)


def _beside(app: Module, modules: list[Module]) -> int:
    """How many lie below the same top folder: frameworks load by name too."""
    return sum(module.path.partition("/")[0] == app.path.partition("/")[0] for module in modules)


def _shown(point: EffectPoint) -> str:
    call = point.call
    return shorten(spell(point.module.body, call.call.callee), 60) if call is not None else point.witness.target


def _has_own_client(project: Project, point: EffectPoint) -> bool:
    """The client is the library's own, or made in the program; one that comes from outside may break by itself."""
    receiver = point.call.receiver if point.call is not None else None
    if receiver is None:
        return True
    return any(
        target.name == receiver.name
        for module in project.modules.production
        for site in project.calls.in_module(module)
        for target in site.targets
    )
