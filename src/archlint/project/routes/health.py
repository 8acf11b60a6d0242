"""What answers for the health of an app: routes by their names, probes of deployment files, libraries; and what those reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Confidence, Site
from archlint.facts.syntax import Attribute, Collection, Name, String
from archlint.project.model import CallSite, Def
from archlint.project.parts import leaves_of
from archlint.project.routes.apps import asked_apps, service_of, setting_values
from archlint.project.routes.deployed_apps import DEPENDENCY_EFFECTS, DEPENDENCY_KINDS
from archlint.project.routes.health_words import HealthWords, is_below_resource
from archlint.project.routes.route_answers import answers_failure, answers_state, description_of, labels_of
from archlint.project.routes.route_guards import answering_functions, guards_of
from archlint.project.routes.route_records import App, Handler, Route
from archlint.project.spelling import spell
from archlint.project.types.entities import FunctionRef
from archlint.project.types.injected import Injected
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project

_DEPENDENCY_ROLES = frozenset(
    {"db-session", "db-connection", "db-cursor", "db-query", "db-manager", "db-extension", "cache-client", "broker-client"}
)
_HARMLESS_KINDS = frozenset({"web-framework", "logging", "standard-library"})
_HELD = frozenset({"state", "ctx", "extensions", "g"})
"""Where a framework's objects keep what the program gives them: nothing is known of it."""
_LIBRARY_KIND = "health-checks"
_VERBS = frozenset(
    {"get", "head", "list", "retrieve", "dispatch", "dispatch_request", "handle", "check", "__call__", "options"}
)
_ASKING = frozenset({"GET", "HEAD", "*", ""})
_DEPTH = 8


class Evidence(Struct, frozen=True):
    """A place that answers for an app's health. `route` is None for a library, or a probe of a path that no known route
    serves."""

    site: Site
    text: str
    kind: Literal["route", "probe", "library"]
    route: Route | None = None
    paths: tuple[str, ...] = ()


class Reach(Struct, frozen=True):
    """What a handler comes to. `dependency`: the first database, cache or broker that it asks, `complete`: everything
    that it calls is understood."""

    dependency: str
    site: Site | None
    complete: bool


class Health:
    """Questions about one project, with the words that a rule's parameters give."""

    def __init__(self, project: Project, words: HealthWords) -> None:
        self._project = project
        self._words = words
        self._injected = Injected(project)

    def routes(self, app: App) -> list[Route]:
        """The routes by whose names the app answers for its health, those first that surely belong to it."""
        found = [
            route
            for route in self._project.routes.routes
            if self._serves(route, app) and _is_asked(route) and self._tells(route) and not self._is_business(route)
        ]
        return sorted(found, key=lambda r: (r.apps is None, not any(map(self._words.is_clear, r.paths)), r.site))

    def _tells(self, route: Route) -> bool:
        """By its path; where that is one fixed place, also by its handler's name and by what labels it."""
        if any(self._words.is_health(path) for path in route.paths):
            return True
        fixed = any("{" not in path for path in route.paths)
        return fixed and any(self._words.is_label(label) for label in labels_of(route))

    def _is_business(self, route: Route) -> bool:
        """The state of what people work with: the word means other things too, other routes stand beside it, and the handler
        asks for data (`/budgets/status` beside `/budgets`)."""
        if route.handler is None or any(self._words.is_clear(p) or not is_below_resource(p) for p in route.paths):
            return False
        beside = {path.rpartition("/")[0] for path in route.paths}
        others = (r for r in self._project.routes.routes if r.site != route.site and r.apps == route.apps)
        has_others = any(path in beside or path.rpartition("/")[0] in beside for other in others for path in other.paths)
        return has_others and bool(self.reach(route.handler).dependency)

    def front_page(self, app: App) -> str:
        """The app's root where it answers a state and nothing else, as a health route does, or is described as one; empty
        where it is neither."""
        for route in self._project.routes.routes:
            is_root = self._serves(route, app) and _is_asked(route) and not any(path.strip("/") for path in route.paths)
            answering = answering_functions(self._project, route.handler) if is_root and route.handler is not None else []
            if any(answers_state(self._project, each) for each in answering):
                return "`/` answers a state"
            said = words_of(description_of(route)) if is_root else ()
            if any(self._words.is_label(first + second) for first, second in pairwise(said)):
                return "`/` is described as a health check"
        return ""

    def evidence(self, app: App) -> list[Evidence]:
        """Everything that answers for the app's health, the best first."""
        found = [Evidence(r.site, f"the route `{self.name(r)}`", "route", r) for r in self.routes(app)]
        probes = self.probes(app)
        # one that asks the front page is little, and it may be another program's: it counts where nothing else does
        pointed = [e for e in probes if e.paths != ("/",)]
        return [*found, *pointed, *self.libraries] or probes

    def probes(self, app: App, kinds: tuple[str, ...] = ()) -> list[Evidence]:
        """The probes of the project's own programs, with the route that each asks."""
        found: list[Evidence] = []
        for check in self._project.deployment.probes:
            if kinds and check.probe.kind not in kinds:
                continue
            route = next((r for path in check.paths if (r := self._answering(app, path)) is not None), None)
            if not self._project.deployment.owns(check) and (route is None or check.paths == ("/",)):
                continue
            if not check.paths and not self._project.deployment.runs_in(check):
                continue
            asked = ", ".join(f"`{path}`" for path in check.paths) or f"`{check.probe.command}`"
            found.append(Evidence(check.site, f"the {check.probe.kind} probe that asks {asked}", "probe", route, check.paths))
        return found

    @cached_property
    def libraries(self) -> list[Evidence]:
        """Health-check libraries that production code imports, installs, puts before its views or includes."""
        project = self._project
        found: list[Evidence] = []
        for module in project.modules.production:
            for given in module.outline.imports:
                if given.level == 0 and _LIBRARY_KIND in project.knowledge.package_kinds(given.module):
                    found.append(Evidence(Site(module.path, given.at, given.end), f"the library `{given.module}`", "library"))
        for name, site in project.routes.foreign:
            called = {word for part in name.split(".") for word in words_of(part)}
            if _LIBRARY_KIND in project.knowledge.package_kinds(name) or not self._words.clear.isdisjoint(called):
                found.append(Evidence(site, f"the routes of the library `{name}`", "library"))
        settings = [value for meaning in ("installed-apps", "middleware") for value in setting_values(project, meaning)]
        for module, expr, _ in settings:
            for text in (leaf for leaf in leaves_of(expr) if isinstance(leaf, String)):
                if _LIBRARY_KIND in project.knowledge.package_kinds(text.value):
                    site = Site(module.path, text.at, text.end)
                    found.append(Evidence(site, f"the library `{text.value}`", "library"))
        return found

    def readiness(self, app: App) -> list[Evidence]:
        """What is declared as readiness: by its name or by a readiness probe."""
        named = [
            Evidence(route.site, f"the route `{self.name(route)}`", "route", route)
            for route in self.routes(app)
            if any(self._words.is_readiness(path) for path in route.paths)
        ]
        return [*named, *self.probes(app, ("readiness",))]

    def elsewhere(self, app: App) -> str:
        """What in the project may answer for the health of the app, though it is not known to belong to it: a route that
        says so and is no other service's, or a function or class of web code that is called so; empty where there is none.
        """
        others = {other.key for other in asked_apps(self._project)} - {app.key}
        taken: set[tuple[str, str]] = set()
        for route in self._project.routes.routes:
            if route.handler is not None and route.apps:  # it is known where it answers
                taken.add(_named(route.handler))
            if not others.isdisjoint(route.apps or ()) or not route.module.is_production:
                continue
            if any(map(self._words.is_clear, route.paths)):
                return f"the route `{self.name(route)}` in {route.module.path} may answer for it"
        for module in self._project.modules.production:
            if "web-framework" not in self._project.layers.kinds(module):
                continue
            names = [d.qualname for group in (module.outline.functions, module.outline.classes) for d in group]
            free = [name for name in names if (module.path, name) not in taken and (module.path, _owner(name)) not in taken]
            found = next((last for name in free if self._words.is_label(last := name.rpartition(".")[2])), "")
            if found:
                return f"`{found}` in {module.path} may answer for it"
        return ""

    def _serves(self, route: Route, app: App) -> bool:
        if route.apps is not None:
            return app.key in route.apps
        return route.module.is_production and service_of(self._project, route.module) == service_of(self._project, app.module)

    def name(self, route: Route) -> str:
        """The path to show: one that says health, the plainest and shortest of them."""
        named = [path for path in route.paths if self._words.is_health(path)] or list(route.paths)
        return min(named, key=lambda path: ("{}" in path, len(path), path))

    def _answering(self, app: App, path: str) -> Route | None:
        """The route that serves a path: of several that may, the one with the fewest holes."""
        wanted = path.partition("?")[0].strip("/")
        found = [
            (known.count("{"), known, route)
            for route in self._project.routes.routes
            if self._serves(route, app)
            for known in route.paths
            if _matches(known, wanted)
        ]
        return min(found, key=lambda match: (match[0], match[1], match[2].site))[2] if found else None

    # what a route's handler does

    def is_guarded(self, route: Route, guards: re.Pattern[str]) -> bool:
        """Does the handler ask who comes, so that no probe gets in? Told by the names of what is put around it."""
        return route.handler is not None and any(guards.search(name) for name in guards_of(self._project, route.handler))

    def reach(self, handler: Handler) -> Reach:
        """What the handler comes to through everything that it calls, and what is run for it before."""
        answering = answering_functions(self._project, handler)
        if not answering:
            return Reach("", None, False)
        given = {d for each in answering for d in self._injected.functions(each)}
        waiting = [(d, 0) for d in (*answering, *sorted(given, key=lambda d: d.site))]
        seen: set[Def] = set()
        complete = True
        while waiting:
            definition, depth = waiting.pop(0)
            if definition in seen:
                continue
            seen.add(definition)
            for effect, witness in self._project.effects.of(definition).items():
                if effect in DEPENDENCY_EFFECTS:
                    return Reach(witness.target, witness.steps[-1].site, True)
            if definition in given and definition.function.is_generator:  # it hands a connection over, and closes it
                continue
            for site in self._project.calls.of(definition):
                if site.receiver is not None and self._project.types.role(site.receiver) in _DEPENDENCY_ROLES:
                    return Reach(site.receiver.name, site.site, True)
                inner = [t.definition for t in site.targets if t.definition is not None]
                complete = complete and (bool(inner) or self._is_harmless(site)) and depth < _DEPTH
                waiting += [(d, depth + 1) for d in (*inner, *self._handed(site))]
        return Reach("", None, complete)

    def _handed(self, site: CallSite) -> Iterator[Def]:
        """The project's functions that a call is given, itself or in a list: checks that it is to run."""
        for argument in site.call.arguments:
            value = argument.value
            for item in value.items if isinstance(value, Collection) else (value,):
                if not isinstance(item, Name | Attribute):
                    continue
                for entity in self._project.types.inference.entities(site.module, item, site.call.context):
                    if isinstance(entity, FunctionRef):
                        yield entity.definition

    def _is_harmless(self, site: CallSite) -> bool:
        """A call that is known to ask no dependency: a response, a literal's method, logging, the standard library."""
        if not _HELD.isdisjoint(spell(site.module.body, site.call.callee).split(".")):
            return False
        for target in site.targets:
            if target.operation is not None and not target.operation.effect:
                return True
            if target.name.startswith("builtins.") or target.name in self._project.symbols.classes:
                return True
            if _HARMLESS_KINDS & set(self._project.knowledge.package_kinds(target.name)):
                return True
        return False

    def can_fail(self, handler: Handler) -> bool:
        """Can it answer that the service is not able to work, by a status in the five hundreds?"""
        return any(answers_failure(self._project, definition) for definition in answering_functions(self._project, handler))

    def depends(self, app: App) -> bool:
        """Does the app's service use a database, cache, broker or cloud service, or a library that speaks to one?"""
        service = service_of(self._project, app.module)
        for module in self._project.modules.production:
            if service_of(self._project, module) != service:
                continue
            for given in module.outline.imports:
                if not given.level and DEPENDENCY_KINDS & set(self._project.knowledge.package_kinds(given.module)):
                    return True
        return bool(self.dependencies(app))

    def dependencies(self, app: App) -> dict[str, Site]:
        """What the app's service depends on (database, cache, broker) → the first place that asks it."""
        service = service_of(self._project, app.module)
        found: dict[str, Site] = {}
        for effect, word in DEPENDENCY_EFFECTS.items():
            for point in self._project.effects.points(effect):
                sure = point.is_direct and point.module.is_production and point.confidence >= Confidence.MEDIUM
                if word not in found and sure and service_of(self._project, point.module) == service:
                    found[word] = point.site
        return found


def _named(handler: Handler) -> tuple[str, str]:
    """(file, qualified name) of the function or class that answers."""
    target = handler.target
    named = target.function.qualname if isinstance(target, Def) else target.klass.qualname
    return target.module.path, named


def _owner(name: str) -> str:
    """The class that a method's qualified name begins with."""
    return name.rpartition(".")[0]


def _is_asked(route: Route) -> bool:
    return not route.methods or any(method in _ASKING for method in route.methods)


def _matches(known: str, wanted: str) -> bool:
    pattern = re.escape(known.strip("/")).replace(r"\{", "{").replace(r"\}", "}")
    pattern = re.sub(r"\{\w*\}", "[^/]*", pattern)
    return re.fullmatch(pattern, wanted) is not None and known.strip("/") != "{}"
