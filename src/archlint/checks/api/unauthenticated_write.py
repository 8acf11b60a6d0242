"""API015: an endpoint that writes and asks nobody who they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute
from archlint.project.control.asking import Asking, Phrases
from archlint.project.control.conditions import Path, is_failure_path
from archlint.project.control.made_if_missing import is_made_if_missing
from archlint.project.model import Def, Type
from archlint.project.names.symbols import ClassDef
from archlint.project.routes.apps import service_of
from archlint.project.routes.endpoints import WRITING, Endpoint
from archlint.project.routes.guard_words import GuardWords
from archlint.project.routes.guards import Guards
from archlint.project.routes.mutations import mutations
from archlint.project.routes.route_records import App, Route
from archlint.project.routes.route_tree import UNKNOWN_OWNER
from archlint.project.routes.secret_lookups import looks_up_by_secret
from archlint.project.routes.senders import Senders
from archlint.project.routes.view_access import Guard
from archlint.project.source.modules import Module
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.types.provided import provided_by
from archlint.project.words import compounds_of, words_of

_FAR = 3
"""Functions between the endpoint and the write: further down are conditions that nobody can weigh."""
_SHOWN = 30
_FEW = 3
"""Where fewer than one in so many looks itself, and nothing around them does, the others were not forgotten."""
_ANSWERED = {"create": "POST", "update": "PUT", "delete": "DELETE"}
"""What a view's library does for it → the method that asks for it."""
_STEPS = frozenset({"create", "update", "destroy", "delete", "post", "put", "patch"})
"""A view's own methods, also behind `perform_`, that stand around that."""


_CERTIFIED = "CERT_REQUIRED"
_MISSING = ("get", "or", "create")


class Params(GuardWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`not_asked`: words in paths, names and modules of endpoints that are for everybody; `doubtful`: words in paths of
    endpoints that only the network, or a code that nobody can guess, keeps others from; `joins`: last words of paths under
    which people sign up; `gateways`: words in folders of apps through which others are
    reached; `signs_up`: words for what code does that keeps somebody's new password; `secrets`: last words of
    columns whose value knows only who was told it; `traces`: words in names of what only records the request; `set_aside`:
    words in names of packages and modules that are kept, and run no more; `hooks`: words in paths, names and modules of what
    other programs call; `verifies`: words for what code does that finds out whether it is they, `asks_back`: words in names of
    what asks them again what they have sent; `posted`: words in names of decorators of what answers any method, and is meant
    for what programs post."""

    not_asked: tuple[str, ...]
    doubtful: tuple[str, ...]
    joins: tuple[str, ...]
    gateways: tuple[str, ...]
    signs_up: tuple[str, ...]
    secrets: tuple[str, ...]
    traces: tuple[str, ...]
    set_aside: tuple[str, ...]
    hooks: tuple[str, ...]
    verifies: tuple[str, ...]
    asks_back: tuple[str, ...]
    posted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Write:
    """A route that writes. `path`: the way to the write, None where a library writes for the view; `is_told`: only who was
    told a secret of the row comes to it, or whom a gateway lets through."""

    route: Route
    site: Site
    label: str
    words: frozenset[str]
    guard: Guard
    path: Path | None = None
    far: int = 0
    signs_up: bool = False
    is_told: bool = False
    definition: Def | None = None


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each endpoint that writes and asks nobody, one for an app that never asks; a proof for each that asks."""
    guards = Guards(project, params)
    open_writes: dict[tuple[str, str], list[_Write]] = defaultdict(list)
    asking: dict[tuple[str, str], list[Guard]] = defaultdict(list)
    signing = Asking(project, Phrases(params.signs_up))
    posted = Phrases(params.posted)
    senders = Senders(project, Phrases(params.verifies), Phrases(params.asks_back))
    for write in (*_of_functions(project, guards, signing, params.secrets), *_of_views(project, guards)):
        place = _place(project, write.route)
        if write.guard >= Guard.CHECKS:
            asking[place].append(write.guard)
            yield Proof(write.site, f"`{write.label}` asks who comes")
        elif not write.words.isdisjoint(params.not_asked) or _is_set_aside(project, write.route.module, params):
            continue
        elif write.words.isdisjoint(params.hooks):
            open_writes[place].append(write)
        elif _is_sent_by_any(write, guards, senders, posted):
            yield _hit(write, params, "hook")
    yield from _of_mutations(project, guards, signing, params)
    gateways = _gateways(project, params)
    for place, found in open_writes.items():
        writes = [replace(write, is_told=write.is_told or _is_behind(write, gateways)) for write in found]
        if len(asking[place]) * _FEW > max(len(writes), _FEW) or _asks_anywhere(project, guards, place):
            yield from (_hit(write, params) for write in writes)
        else:
            yield from _by_app(project, writes, params)


def _is_sent_by_any(write: _Write, guards: Guards, senders: Senders, posted: Phrases) -> bool:
    """Whatever stands before it, and may refuse what has no signature, is taken for what does."""
    definition = write.definition
    if write.guard is not Guard.NONE or definition is None:
        return False
    names = (last_name(definition.module.body, each) for each in definition.function.decorators)
    if "POST" not in write.label and not any(posted.in_name(name) for name in names):
        return False
    return not guards.is_declared_with_any(write.route) and not senders.are_known(definition, write.label)


def _gateways(project: Project, params: Params) -> frozenset[tuple[str, ...]]:
    """The folders of apps that others stand behind."""
    folders = {tuple(app.site.path.split("/")[:-1]) for app in project.routes.apps}
    return frozenset(
        folder[: row + 1]
        for folder in folders
        for row, part in enumerate(folder)
        if not set(params.gateways).isdisjoint(words_of(part))
    )


def _is_behind(write: _Write, gateways: frozenset[tuple[str, ...]]) -> bool:
    """Its app lies beside one of them: who comes is asked there."""
    folders = tuple(write.site.path.split("/")[:-1])
    return any(folders[: len(each)] != each and folders[: len(each) - 1] == each[:-1] for each in gateways)


def _of_functions(project: Project, guards: Guards, signing: Asking, secrets: tuple[str, ...]) -> Iterator[_Write]:
    conditions = ways_to_change(project)
    for definition, endpoints in project.endpoints.by_definition.items():
        endpoint = next((each for each in endpoints if _may_write(each)), None)
        if endpoint is None or not definition.module.is_production or not project.effects.has(definition, "db.write"):
            continue
        points = project.effects.points_of(definition, "db.write")
        usual = (point for point in points if not is_failure_path(point.module, point.context))
        paths = [path for point in usual if (path := conditions.path(point)) is not None]
        if paths:
            path = min(paths, key=lambda each: (-each.confidence, len(each.steps), each.end.site))
            words = frozenset(
                (*words_of(endpoint.path), *_name_words(definition.function.qualname), *_module_words(definition.module))
            )
            guard = max(guards.of(each) for each in endpoints if _may_write(each))
            signs_up = guard < Guard.CHECKS and "POST" in endpoint.methods and signing.function_asks(definition)
            is_told = guard < Guard.CHECKS and looks_up_by_secret(project, (definition, *path.through), secrets)
            far, site = len(path.through), definition.site
            yield _Write(endpoint.route, site, endpoint.label, words, guard, path, far, signs_up, is_told, definition)


def _of_mutations(project: Project, guards: Guards, signing: Asking, params: Params) -> Iterator[Hit | Proof]:
    """Fields of a GraphQL request, where others of the same type ask: each has its own guard there."""
    conditions = ways_to_change(project)
    for owner, definitions in mutations(project).items():
        told = {definition: guards.of_resolver(definition) for definition in definitions}
        asking = [definition for definition, guard in told.items() if guard >= Guard.CHECKS]
        yield from (Proof(each.site, f"`{each.function.name}` asks who comes") for each in asking)
        for definition, guard in told.items():
            words = frozenset((*_name_words(definition.function.qualname), *_module_words(definition.module)))
            if not asking or guard >= Guard.CHECKS or not words.isdisjoint(params.not_asked):
                continue
            ways = conditions.ways(definition, "db.write")
            paths = [path for point, path in ways if not is_failure_path(point.module, point.context)]
            if paths and not signing.function_asks(definition):
                path = min(paths, key=lambda each: (-each.confidence, len(each.steps), each.end.site))
                named = {"mutation": definition.function.name, "type": owner.rpartition(".")[2], "call": path.end.shown}
                sure = Confidence.MEDIUM if guard is Guard.NONE and not path.kept else Confidence.LOW
                steps = (Step(definition.site, f"resolves {definition.function.name}"), *path.steps)
                yield Hit(definition.site, named, "mutation", min(sure, path.confidence), path=steps)


def _name_words(name: str) -> tuple[str, ...]:
    """Also two words that others write as one: `sign_up`."""
    return (*words_of(name), *compounds_of(name))


def _module_words(module: Module) -> tuple[str, ...]:
    return words_of(module.name.rpartition(".")[2])


def _may_write(endpoint: Endpoint) -> bool:
    return not endpoint.methods or not WRITING.isdisjoint(endpoint.methods)


def _of_views(project: Project, guards: Guards) -> Iterator[_Write]:
    """What a library writes for a view that has no method of its own for it."""
    seen: set[str] = set()
    for route in project.routes.routes:
        view = route.handler.target if route.handler is not None else None
        if not isinstance(view, ClassDef) or view.name in seen or not view.module.is_production:
            continue
        done = [method for word, method in _ANSWERED.items() if word in provided_by(project, view)]
        if done:
            seen.add(view.name)
            path = min(("/" + path.strip("/") for path in route.paths), key=lambda path: (len(path), path), default="/")
            klass = view.klass
            site = Site(view.module.path, klass.name_at, klass.name_at + len(klass.name))
            guard = max(guards.of_view(view), guards.of_route(route), *_by_methods(project, guards, view))
            words = frozenset((*words_of(path), *words_of(klass.name), *_module_words(view.module)))
            yield _Write(route, site, f"{'/'.join(done)} {path}", words, guard)


def _by_methods(project: Project, guards: Guards, view: ClassDef) -> Iterator[Guard]:
    """What its own methods ask that stand around what the library does: `create` that looks and then calls `super`."""
    for ancestor in project.types.inference.members.ancestors(Type(view.name)):
        klass = project.symbols.classes.get(ancestor.name)
        for row, function in enumerate(klass.module.outline.functions) if klass is not None else ():
            if klass is not None and function.klass == klass.index and function.name.removeprefix("perform_") in _STEPS:
                yield guards.of_resolver(Def(klass.module, klass.module.name, row))


def _is_set_aside(project: Project, module: Module, params: Params) -> bool:
    """`archive/server_old.py`, which nobody imports."""
    if set(params.set_aside).isdisjoint(words_of(module.name)):
        return False
    importers = (m for m in project.modules.production if m.path != module.path)
    return not any(edge.imported.path == module.path for m in importers for edge in project.imports.edges(m))


def _asks_anywhere(project: Project, guards: Guards, place: tuple[str, str]) -> bool:
    """Some endpoint of the service's app asks who comes, though none that writes does."""
    return any(
        guards.of(endpoint) is Guard.ASKS
        for endpoint in project.endpoints.all
        if endpoint.definition.module.is_production and _place(project, endpoint.route) == place
    )


def _place(project: Project, route: Route) -> tuple[str, str]:
    """The service of a route, and its app."""
    return service_of(project, route.module), next(iter(route.apps or ()), "")


def _by_app(project: Project, writes: list[_Write], params: Params) -> Iterator[Hit]:
    inside = {each.child for each in project.routes.tree.included.get(UNKNOWN_OWNER, ())}  # of what nobody sees
    apps = {app.key: app for app in project.routes.apps if app.key not in inside}
    by_app: dict[str, list[_Write]] = defaultdict(list)
    for write in writes:
        by_app[next(iter(write.route.apps or ()), "")].append(write)
    for key, found in sorted(by_app.items()):
        found.sort(key=lambda write: write.site)
        yield _hit_app(apps.get(key), found, params)


def _hit_app(app: App | None, found: list[_Write], params: Params) -> Hit:
    first, more = found[0], len(found) - 1
    site = app.site if app is not None else first.site
    named = app.name if app is not None else "the app"
    words = {"app": named, "endpoint": first.label, "others": f", and {more} more" if more else ""}
    confidence = min(Confidence.MEDIUM, max(_confidence(write, params) for write in found))
    if app is not None and _asks_for_certificates(app.module):
        confidence = Confidence.LOW
    related = tuple(Step(write.site, f"answers {write.label}") for write in found[:_SHOWN])
    return Hit(site, words, "app", confidence if app is not None else Confidence.LOW, related, anchor=f"app:{named}")


def _asks_for_certificates(module: Module) -> bool:
    """The server that is started beside the app takes none but those with a certificate that it knows."""
    given = [argument.value for call in module.body.calls for argument in call.arguments]
    given += [statement.value for statement in module.statements["assign"] if statement.value is not None]
    return any(isinstance(each, Attribute) and each.attr == _CERTIFIED for each in given)


def _hit(write: _Write, params: Params, message: str = "default") -> Hit:
    confidence = _confidence(write, params)
    words = {"endpoint": write.label}
    if write.path is None:
        return Hit(write.site, words, "view", confidence)
    words["call"] = write.path.end.shown
    steps = (Step(write.site, f"answers {write.label}"), *write.path.steps)
    return Hit(write.site, words, message, confidence, path=steps)


def _confidence(write: _Write, params: Params) -> Confidence:
    """Low where something may ask of which nothing is known, where it is written down that nobody is asked, and where only
    a trace of the request is kept."""
    if write.guard is not Guard.NONE or write.route.apps is None or not write.words.isdisjoint(params.doubtful):
        return Confidence.LOW
    if (
        write.is_told
        or write.signs_up
        or ("POST" in write.label and not set(params.joins).isdisjoint(_last_words(write.label)))
    ):
        return Confidence.LOW
    if write.path is None:
        return Confidence.HIGH
    end = {*words_of(write.path.end.shown), *(words_of(write.path.through[-1].function.name) if write.path.through else ())}
    makes_missing = write.label.startswith("/") and words_of(write.path.end.shown)[-3:] == _MISSING  # asked by any method
    if not end.isdisjoint(params.traces) or write.path.kept or _fills_in(write.path) or makes_missing:
        return Confidence.LOW
    return min(write.path.confidence, Confidence.MEDIUM if write.far > _FAR else Confidence.HIGH)


def _fills_in(path: Path) -> bool:
    """What was missing is made, once."""
    return is_made_if_missing(path.end.module, path.end.context, path.end.site.at)


def _last_words(label: str) -> tuple[str, ...]:
    """The words of the last two parts of a path: `users`, `user/create`."""
    return words_of(" ".join(label.split("/")[-2:]))
