"""ARC004: a handler that asks the database past the application layer that the other handlers use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, String
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import CallSite, Def
from archlint.project.parts import parts_of
from archlint.project.routes.handler_ways import Bypass, HandlerWays
from archlint.project.routes.layer_tables import LayerTables
from archlint.project.spelling import last_name
from archlint.project.words import words_of

_EFFECTS = frozenset({"db.read", "db.write"})

_MAJORITY = 2
"""One handler in so many, at least, goes through the layer that all are asked to use: where fewer do there is no custom that a
handler could break, and of 14 notes in such projects none was right."""
_WHOLE = Fraction(2, 3)
"""Of the handlers that come to the database, such a part at least comes to it through the layer alone. Those that have the
layer only count, look up settings or ask other programs say nothing of where rows are asked for: of nine read places that
rested on them one was right."""
_USED = 0.57
"""Where it is less since many ask beside what they leave to it, such a part comes to it through the layer: then places count
that change rows, beside handlers of the same module that have the layer do so, or by a repository."""

_WIDE = 4
"""What one handler in so many calls is about no matter of theirs: who asks, what is noted down of it."""
_MANY = 8
"""Of fewer calls nothing is said by their share."""

_HEALTH = "health"
"""What lies below it (`/health/details`) tells of health too."""


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`ignore`: packages, modules or functions (dotted names) that may ask for themselves; `ignore_calls`: last names of
    library callables that are no question, with their class where it takes one; `ignore_paths`: last segments of routes that
    ask whether the database is there, `probing` words in them by which one is for those who try out or fill a program;
    `guards`: words in names of helpers that find out who comes; `dependencies`: last names of modules of what stands before
    handlers, which a framework runs for most of them; `hooks`: methods of a view by which it tells its framework what that
    works on; `steps`: steps of a view, with the call that its framework makes there by itself; `repositories`:
    words in the names of modules and classes of the persistence layer that stand between the services and the database;
    `services`: ends of the names of classes that are services wherever they stand; `clients`: last words of the names of
    classes and modules by which another service is asked, wherever they stand."""

    ignore: tuple[str, ...]
    ignore_calls: tuple[str, ...]
    ignore_paths: tuple[str, ...]
    probing: tuple[str, ...]
    guards: tuple[str, ...]
    dependencies: tuple[str, ...]
    hooks: tuple[str, ...]
    steps: dict[str, str]
    repositories: tuple[str, ...]
    services: tuple[str, ...]
    clients: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each function that asks for a handler, or calls a repository; a proof for each handler that does
    neither and goes through the application layer."""
    if not project.layers.members("application"):
        return
    ways = HandlerWays(project, params.services)
    served = _served(project, ways, params.clients)
    tables = LayerTables(project)
    is_clean = project.layers.style == "clean"
    found = {handler: past for handler in ways.handlers if (past := _past(ways, handler, params, is_clean=is_clean))}
    for root in sorted({_service(project, handler) for handler in served}):
        own = {handler: entries for handler, entries in served.items() if _service(project, handler) == root}
        theirs = {handler: bypasses for handler, bypasses in found.items() if _service(project, handler) == root}
        custom = _Custom(project, ways, own, theirs)
        if not custom.is_one:
            continue
        for handler, entries in own.items():
            if handler not in theirs:
                yield Proof(entries[0].site, f"`{handler.function.name}` goes through the application layer")
        by_asker: dict[Def, list[Bypass]] = defaultdict(list)
        for bypass in (bypass for bypasses in theirs.values() for bypass in bypasses):
            if custom.is_in_program(bypass.handler):
                by_asker[bypass.asker].append(bypass)
        yield from (_hit(ways, bypasses, custom, tables) for bypasses in by_asker.values())


def _served(project: Project, ways: HandlerWays, clients: Collection[str]) -> dict[Def, tuple[CallSite, ...]]:
    """Handler → its calls of the application layer, but for those of another service's client, and those that a large part of
    all handlers make: the services by which everybody is known or every change is noted down are no custom of asking them
    for rows."""
    given = {
        handler: tuple(site for site in ways.entries(handler) if not _is_of_client(site, clients)) for handler in ways.handlers
    }
    users = Counter(called for entries in given.values() for called in {_called(site) for site in entries})
    wide = {called for called, count in users.items() if called[1] and count >= _MANY and count * _WIDE >= len(given)}
    found = {
        handler: tuple(site for site in entries if _called(site) not in wide or not project.effects.does(site, *_EFFECTS))
        for handler, entries in given.items()
    }
    return {handler: entries for handler, entries in found.items() if entries}


def _is_of_client(site: CallSite, clients: Collection[str]) -> bool:
    """`ShopClient().orders()`, `shop_client.get_client()`: what is asked is another service, over the network."""
    made = [target.definition for target in site.targets if target.definition is not None]
    names = (name for each in made for name in (each.owner.rpartition(".")[2], each.module.name.rpartition(".")[2]))
    return bool(made) and any(not set(words_of(name)[-1:]).isdisjoint(clients) for name in names)


def _called(site: CallSite) -> tuple[str, frozenset[Def]]:
    """The class on whose object it is called, and the functions: those of a base serve each class for something else."""
    receiver = site.receiver.name if site.receiver is not None else ""
    return receiver, frozenset(target.definition for target in site.targets if target.definition is not None)


class _Custom:
    """What is the application layer's work in this project, by the handlers that it serves (`served`) and those that come to
    the database past it (`found`)."""

    def __init__(
        self,
        project: Project,
        ways: HandlerWays,
        served: Mapping[Def, tuple[CallSite, ...]],
        found: Mapping[Def, Sequence[Bypass]],
    ) -> None:
        self._is_configured = project.layers.configured
        asked = {handler: [set(project.effects.at(site)) for site in entries] for handler, entries in served.items()}
        all_asked = [effects for each in asked.values() for effects in each]
        stored = {handler for handler, sites in served.items() if any(map(ways.gives_rows, sites))}
        self._stored = stored
        self._asking = {handler.module_name for handler in stored}
        total, kept = len(stored | found.keys()), len(stored - found.keys())
        self.is_one = self._is_configured or len(served) * _MAJORITY >= len(served.keys() | found.keys())
        self._is_majority = self._is_configured or kept >= total * _WHOLE
        self._is_half = kept * _MAJORITY >= total
        self._is_used_by_most = self._is_configured or len(stored) >= total * _USED
        is_layered = project.layers.style == "layered" and not self._is_configured
        self._stores = len(stored) * _MAJORITY >= total
        self._gives_rows = not is_layered or self._stores
        self.share = f"{'' if self._is_majority else 'only '}{kept} of {total} handlers"
        self._programs = {_program(handler) for handler in served}
        self._is_asked = any("db.read" in effects and "db.write" not in effects for effects in all_asked)
        self._is_used = bool(stored)

    def is_in_program(self, handler: Def) -> bool:
        """Handlers of the same program go through it: another program of the repository may have no such layer."""
        return self._is_configured or _program(handler) in self._programs

    def is_kept(self, bypass: Bypass, tables: LayerTables, bypasses: Sequence[Bypass], *, writes: bool) -> bool:
        """Most handlers leave all to the layer; or half do, or this one does for other rows, and most use it, those beside it
        look something up, and this one changes rows; or one of the two holds, and the layer itself changes the table that this
        one comes to. Where it is a repository that is called, and no port lies between, most go through it for what is stored:
        others send mail and write logs, and repositories are what handlers use."""
        is_beside = bypass.callee is not None or bypass.handler.module_name in self._asking
        is_used = writes and self._is_used_by_most and is_beside
        is_custom = self._is_majority or (is_used and (self._is_half or bypass.handler in self._stored))
        if not is_custom and (self._is_half or is_used):
            is_custom = any(tables.is_changed(each.path.end) for each in bypasses)
        return is_custom and (bypass.callee is None or self._gives_rows)

    def has(self, bypass: Bypass) -> bool:
        """Some handlers go through it for what this one does itself: a layer that only changes things gives no rows."""
        is_done = self._is_used if bypass.point.effect == "db.write" else self._is_asked
        return self._is_configured or is_done


def _service(project: Project, handler: Def) -> str:
    """Where several services stand side by side, each with its root, one has customs of its own."""
    return "" if project.layers.configured else handler.module.root


def _program(handler: Def) -> tuple[str, str]:
    """The top-level package, of the root from which it is imported."""
    return handler.module.root, handler.module.local_name.partition(".")[0]


def _past(ways: HandlerWays, handler: Def, params: Params, *, is_clean: bool) -> list[Bypass]:
    paths = [endpoint.path.lower().strip("/").split("/") for endpoint in ways.handlers[handler]]
    if any(_tells_of_health(parts, params) for parts in paths):
        return []
    return [bypass for bypass in ways.bypasses(handler) if not _is_free(bypass, params, is_clean=is_clean)]


def _tells_of_health(parts: Sequence[str], params: Params) -> bool:
    """`/status`, `/health/details`, `/smoke_test`; `/orders/{number}/status` is that of an order."""
    if "{" not in parts[-1] and not set(params.probing).isdisjoint(words_of(parts[-1])):
        return True
    return parts[-2:-1] == [_HEALTH] or (parts[-1] in params.ignore_paths and not any("{" in part for part in parts))


def _is_free(bypass: Bypass, params: Params, *, is_clean: bool) -> bool:
    """In the layered style the persistence layer also holds what everybody may use (sessions, pagination)."""
    names = (bypass.handler.name, bypass.asker.name)
    if any(name == entry or name.startswith(f"{entry}.") for name in names for entry in params.ignore):
        return True
    asker = bypass.asker.function
    if bypass.asker != bypass.handler and not set(params.guards).isdisjoint(words_of(asker.name)):
        return True
    if bypass.asker != bypass.handler and bypass.asker.module.name.rpartition(".")[2] in params.dependencies:
        return True
    if asker.klass >= 0 and asker.name in params.hooks:
        return True
    if asker.klass >= 0 and bypass.callee is None:
        name = _called_name(bypass)
        if params.steps.get(asker.name) == name or (name == asker.name and _is_handed_up(bypass)):
            return True  # what the framework does there by itself
    if bypass.callee is not None:
        name = bypass.callee.name.partition(".")[2].lower()
        return not is_clean and not any(word in name for word in params.repositories)
    target = bypass.path.end.witness.target
    return any(target.endswith(f".{entry}") for entry in params.ignore_calls) or _asks_server(bypass.path.end)


def _called_name(bypass: Bypass) -> str:
    call = bypass.point.call
    return last_name(call.module.body, call.call.callee) if call is not None else ""


def _is_handed_up(bypass: Bypass) -> bool:
    """`super().perform_update(serializer)`"""
    call = bypass.point.call
    callee = call.call.callee if call is not None else None
    if call is None or not isinstance(callee, Attribute) or not isinstance(callee.base, CallRef):
        return False
    return last_name(call.module.body, call.module.body.calls[callee.base.index].callee) == "super"


def _asks_server(end: EffectPoint) -> bool:
    """`SELECT current_user`, `SELECT version()`: the SQL names no table, so that no service could own what it asks."""
    call, body = end.call, end.module.body
    parts = (part for argument in call.call.arguments[:1] for part in parts_of(body, argument.value)) if call else ()
    texts = [part.value.lower().split() for part in parts if isinstance(part, String)]
    return len(texts) == 1 and texts[0][:1] == ["select"] and "from" not in texts[0]


def _hit(ways: HandlerWays, bypasses: list[Bypass], custom: _Custom, tables: LayerTables) -> Hit:
    """At the first place of the function that asks; the other places are related."""
    places: dict[Site, Bypass] = {}
    for bypass in bypasses:
        places.setdefault(bypass.point.site, bypass)
    sites = sorted(places)
    first = places[sites[0]]
    handlers = list(dict.fromkeys(bypass.handler for bypass in bypasses))
    words = {
        "handler": first.handler.function.name,
        "route": ways.handlers[first.handler][0].label + (f" and {len(handlers) - 1} more" if len(handlers) > 1 else ""),
        "asker": first.asker.function.name,
        "call": first.point.shown,
        "callee": first.callee.name if first.callee is not None else "",
        "share": custom.share,
    }
    message = "repository" if first.callee is not None else "default" if first.asker == first.handler else "helper"
    is_custom = custom.has(first)
    writes = any(bypass.point.effect == "db.write" for bypass in bypasses)
    is_kept = is_custom and custom.is_kept(first, tables, bypasses, writes=writes) and not ways.finds_or_refuses(first)
    return Hit(
        sites[0],
        words,
        message if is_custom else "aside",
        first.path.confidence if is_kept else Confidence.LOW,
        related=tuple(Step(site, f"`{places[site].point.shown}` too") for site in sites[1:]),
        path=first.path.steps,
    )
