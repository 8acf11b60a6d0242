"""Which apps the project makes, and why each is known to be run as a server."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from archlint.facts.deployment import Deployable
from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Statement, String
from archlint.project.layers.layer_words import names_app_factory
from archlint.project.model import Def, Type
from archlint.project.routes.route_records import App, Container, Route
from archlint.project.routes.route_tree import RouteTree

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_REFERENCE = re.compile(r"(?<![\w/:])([A-Za-z_][\w.]*):([A-Za-z_]\w*)(?:\(|\b)")
_SERVE = "serve"
_GATEWAY = re.compile(r"[aw]sgi(_\w+)?|\w+_[aw]sgi")
_DEVELOPERS_SETTINGS = re.compile(r"(settings_)?(dev|devel|development|local|tests?|testing|ci|debug)(_settings)?")
_SERVED_NAMES = frozenset({"app", "application"})
"""What servers look for in a module if they are told no name."""
_PART = 4
"""An app with this part of the main one's routes is no helper of it."""


def setting_values(project: Project, meaning: str, *, of_tests: bool = False) -> Iterator[tuple[Module, Expr, int]]:
    """What the project's modules give to the framework settings of that meaning; tests are left out, and so are the settings
    that tests run with (`settings.test`), unless these are wanted."""
    names = {n for library in project.knowledge.libraries for n, meant in library.settings.items() if meant == meaning}
    for module in project.framework_settings:
        if (module.is_test and not of_tests) or not module.scopes.gives_any(names):
            continue
        for statement in module.body.statements:
            target = statement.target
            if not isinstance(target, Name) or target.id not in names or statement.value is None:
                continue
            if module.body.contexts[statement.context].function < 0:
                yield module, statement.value, statement.context


def framework_settings(project: Project) -> tuple[Module, ...]:
    """The modules that bind the name of a setting of some framework outside of functions: the few to look at for any. Of tests
    only the settings that they run with."""
    names = frozenset(name for library in project.knowledge.libraries for name in library.settings)
    asked = (module for module in project.modules.all if not module.is_test or is_for_developers(module))
    return tuple(module for module in asked if module.scopes.gives_any(names))


def is_for_developers(settings: Module) -> bool:
    """Settings that a developer's machine or a test run takes (`settings.dev`), beside those of the real thing."""
    return bool(_DEVELOPERS_SETTINGS.fullmatch(settings.local_name.rpartition(".")[2]))


def find_apps(project: Project, tree: RouteTree, roots: Mapping[str, Container]) -> tuple[App, ...]:
    """The apps among the containers, sorted by key."""
    mounted = {i.child for inclusions in tree.included.values() for i in inclusions}
    offered = _offered(project, tree, roots)
    reasons = _running(project, tree, roots) | offered
    return tuple(
        App(
            key=key,
            name=container.name,
            module=container.module,
            site=container.site,
            framework=_framework(project, container),
            mounted=key in mounted,
            served=reasons.get(key, ""),
            offered=key in offered,
        )
        for key, container in roots.items()
    )


def _framework(project: Project, container: Container) -> str:
    knowledge = project.knowledge
    if container.kind == "urls":
        return next((library.library for library in knowledge.libraries if library.route_lists), "")
    for ancestor in project.types.inference.members.ancestors(Type(container.type_name)):
        library = knowledge.library(ancestor.name)
        if library is not None:
            return library.library
    return ""


def _offered(project: Project, tree: RouteTree, roots: Mapping[str, Container]) -> dict[str, str]:
    """App key → what names it for a server from outside; the first reason found, deployment files before code."""
    found: dict[str, str] = {}
    for path, command in project.deployment.commands:
        for container in _referred(project, tree, command):
            found.setdefault(container.key, f"`{path}` runs it")
    for module in project.modules.production:
        gateway = _GATEWAY.fullmatch(module.local_name.rpartition(".")[2])
        for statement in module.body.statements:  # where a server looks for the app
            value = statement.value
            if value is None or module.body.contexts[statement.context].function >= 0:
                continue
            if gateway or _is_offered(module, statement):
                for container in _meant(project, tree, module, value, statement.context):
                    found.setdefault(container.key, f"{module.path} makes it for a server")
        for given in module.outline.imports if gateway else ():
            name = given.alias or given.name
            if name in _SERVED_NAMES and module.body.contexts[given.context].function < 0:
                for container in tree.objects.named(module, name):
                    found.setdefault(container.key, f"{module.path} hands it to a server")
    for key in (key for key, container in roots.items() if container.kind == "urls"):
        found.setdefault(key, "the project's settings name it")
    return found


def _running(project: Project, tree: RouteTree, roots: Mapping[str, Container]) -> dict[str, str]:
    """App key → the file whose code runs it."""
    found: dict[str, str] = {}
    for site in project.calls.registered(_SERVE):
        module, callee = site.module, site.call.callee
        if not module.is_production:
            continue
        exprs = [a.value for a in site.call.arguments[:1]]
        exprs += [callee.base] if isinstance(callee, Attribute) else []
        for expr in exprs:
            for container in _meant(project, tree, module, expr, site.call.context):
                found.setdefault(container.key, f"{module.path} runs it")
        if not site.call.arguments:  # the framework's own entry point serves what its settings name
            for key in (key for key, c in roots.items() if c.kind == "urls"):
                found.setdefault(key, f"{module.path} makes its server's entry point")
    return found


def _is_offered(module: Module, statement: Statement) -> bool:
    """`app = create_app()` in a module: nothing but a server wants the one object that a factory makes at import."""
    target, value = statement.target, statement.value
    if not isinstance(target, Name) or target.id not in _SERVED_NAMES or not isinstance(value, CallRef):
        return False
    callee = module.body.calls[value.index].callee
    return isinstance(callee, Name) and names_app_factory(callee.id)


def _meant(project: Project, tree: RouteTree, module: Module, expr: Expr, context: int) -> list[Container]:
    if isinstance(expr, String):
        return _referred(project, tree, expr.value)
    if isinstance(expr, Name | Attribute | CallRef):
        return list(tree.objects.of(module, expr, context))
    return []


def _referred(project: Project, tree: RouteTree, text: str) -> list[Container]:
    """The apps that `package.module:name` in a command means."""
    found: list[Container] = []
    for dotted, name in _REFERENCE.findall(text):
        module = _module(project, dotted)
        if module is not None:
            found += tree.objects.named(module, name)
    return found


def _module(project: Project, dotted: str) -> Module | None:
    found = project.modules.find(dotted)
    if found is not None:
        return found
    by_tail: dict[str, list[Module]] = defaultdict(list)
    for module in project.modules.production:
        if module.local_name.endswith(f".{dotted}"):
            by_tail[dotted].append(module)
    named = by_tail.get(dotted, [])
    return named[0] if len(named) == 1 else None


_DEVELOPERS = re.compile(r"dev(el|elopment)?(_?(app|proxy|server|test|tools?))?")
_ENTRY = re.compile(r"(.*\.)?(main|app|asgi|wsgi|server|application|run|serve|api|__main__|[a-z]+_app|app_[a-z]+)")
_WEB = re.compile(r"(.*\.)?web(app)?")
"""A library's module may be called so too, but makes no app when it is imported."""


def asked_apps(project: Project) -> tuple[App, ...]:
    """The main app of each service, where it is known to be served, and others of it that are served on their own and
    hold a good part of its routes.

    Left out are apps inside others, those of tests, examples and scripts, those without a route (an object that only
    lends its context), and those of libraries and command-line programs: nothing deploys them, nothing names them.
    """
    counts: dict[str, int] = defaultdict(int)
    metrics: dict[str, int] = defaultdict(int)
    loose: set[str] = set()
    for route in project.routes.routes:
        for key in route.apps or ():
            counts[key] += 1
            metrics[key] += _is_metrics(route)
        if route.apps is None:
            loose.add(service_of(project, route.module))
    by_service: dict[str, list[App]] = defaultdict(list)
    for app in project.routes.apps:
        service = service_of(project, app.module)
        has_routes = counts[app.key] or (app.served and service in loose)  # declared in ways that are not followed
        is_second = 0 < counts[app.key] == metrics[app.key]
        if not app.mounted and not is_second and _is_run(app.module) and has_routes and _is_served(project, app):
            by_service[service].append(app)
    chosen: list[App] = []
    for apps in by_service.values():
        main = max(apps, key=lambda app: (counts[app.key], bool(app.served), app.key))
        asked = [a for a in apps if a is main or (a.served and counts[a.key] * _PART >= counts[main.key])]
        chosen += [a for a in asked if not any(_is_beside(project, a, other, counts) for other in apps)]
    return _without_variants(project, sorted(chosen, key=lambda app: app.site))


def _is_metrics(route: Route) -> bool:
    """What a monitor scrapes: an app of nothing else is a second listener of the service."""
    target = route.handler.target if route.handler is not None else None
    name = target.function.name if isinstance(target, Def) else target.klass.name if target is not None else ""
    return name.lower() == "metrics" or all(path.rpartition("/")[2] == "metrics" for path in route.paths)


def _is_beside(project: Project, app: App, other: App, counts: Mapping[str, int]) -> bool:
    """A smaller listener of the same process: one function makes both."""
    function = project.routes.roots[app.key].function
    is_smaller = (counts[app.key], app.key) < (counts[other.key], other.key)
    return is_smaller and function is not None and function == project.routes.roots[other.key].function


def _without_variants(project: Project, apps: list[App]) -> tuple[App, ...]:
    """An app that is made in one way or another, by the branch taken, is one: the same name, module and routes."""
    seen: set[tuple[str, str, frozenset[Site]]] = set()
    kept: list[App] = []
    for app in apps:
        served = frozenset(route.site for route in project.routes.routes if app.key in (route.apps or ()))
        key = (app.module.path, app.name, served)
        if not (served and key in seen):
            kept.append(app)
        seen.add(key)
    return tuple(kept)


def _is_run(module: Module) -> bool:
    """Production code, and no server that a developer starts by hand."""
    return module.is_production and not _DEVELOPERS.fullmatch(module.local_name.rpartition(".")[2])


def service_of(project: Project, module: Module) -> str:
    """The service that a module belongs to: a configured one, else its source root."""
    for name, folder in sorted(project.settings.services.items(), key=lambda pair: (-len(pair[1]), pair)):
        if module.path.startswith(folder.rstrip("/") + "/"):
            return name
    return module.root


def _is_served(project: Project, app: App) -> bool:
    if app.served or any(d.source != "procfile" or d.command for _, d in project.deployment.deployables if is_own(d)):
        return True
    private = any(part.startswith("_") and not part.startswith("__") for part in app.module.local_name.split("."))
    if private:
        return False
    is_made_at_import = project.routes.roots[app.key].function is None
    named = _ENTRY.fullmatch(app.module.local_name) or (is_made_at_import and _WEB.fullmatch(app.module.local_name))
    return bool(named) or _is_found_by_its_package(project, app)


def _is_found_by_its_package(project: Project, app: App) -> bool:
    """A factory in the front of a top-level package: `flask --app shop run` needs no more than the package's name."""
    function, module = project.routes.roots[app.key].function, app.module
    return (
        function is not None
        and names_app_factory(function.function.name)
        and module.path.endswith(f"{module.local_name}/__init__.py")
    )


def is_own(deployable: Deployable) -> bool:
    """An image of the project's own, and no database that stands beside it."""
    return deployable.source in ("dockerfile", "procfile", "kubernetes") or bool(deployable.build)
