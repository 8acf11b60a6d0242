"""RES007: a call that holds the thread, reached from a coroutine function, so that the whole event loop waits."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, CallRef, Name
from archlint.project.control.conditions import Conditions, Path
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.effects.run_alone import RunAlone
from archlint.project.effects.stored_uploads import StoredUpload, StoredUploads
from archlint.project.model import Def
from archlint.project.names.parameters_run import arguments_named
from archlint.project.parts import parts_of
from archlint.project.source.one_off import OneOff, OneOffWords
from archlint.project.spelling import last_name
from archlint.project.words import words_of

_LOCAL = frozenset({"blocking", "file.write", "env.read", "log"})
_SHORT = 0.01
_POLLING = "poll"
"""What is asked so looks whether there is something, and waits only as long as it is told to."""
_ITERATED = "collections.abc.Iter"
_FAR = 3
"""Functions between a coroutine and what it computes: further down are conditions that nobody can weigh."""
_STEPS = 3
"""From the functions of the start into what only they call."""


class Params(OneOffWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ignore_calls`: callables (dotted names, or the starts of such with a dot at the end) that may hold the loop;
    `in_handlers`: those of them that are told as notes where a handler makes them itself, `whole_files`: with no doubt;
    `brief`: those that hold it so shortly that only a note is due (files, locks), `file_databases`: those of them that are told
    where a request waits for the coroutine; `transparent`: decorators under which a
    function still runs in its caller's thread; `in_files`: start of a library's names → its classes whose databases are
    local files; `on_hosts`: those whose databases are not; `tiny`: words in names of functions and
    modules that draw a few pixels, or make what is all but empty; `to_listen`: flags with which a look-up is of an address
    to listen on. `files`: how uploads are known.
    The rest: see `OneOffWords`."""

    files: LocalFileWords
    ignore_calls: tuple[str, ...]
    in_handlers: tuple[str, ...]
    whole_files: tuple[str, ...]
    brief: tuple[str, ...]
    file_databases: tuple[str, ...]
    transparent: tuple[str, ...]
    in_files: dict[str, tuple[str, ...]]
    on_hosts: tuple[str, ...]
    loop_a_request: tuple[str, ...]
    loop_shared: tuple[str, ...]
    tiny: tuple[str, ...]
    to_listen: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each call of a coroutine function that comes to a blocking one, a proof for each that is awaited."""
    once, conditions = OneOff(project, params), Conditions(project)
    outward = Conditions(project, counts=lambda operation: not operation.pending and not _LOCAL.issuperset(operation.effect))
    is_shared = any(project.calls.written(name) for name in params.loop_shared)
    alone = RunAlone(project, () if is_shared else params.loop_a_request)
    short = (target for target in params.in_handlers if target not in params.whole_files)
    brief_targets = (*params.brief, *params.file_databases, *short, *_of_files(project, params))
    uploads = {stored.call.site: stored for stored in StoredUploads(project, params.files).all()}
    storing: set[Def] = set()
    for point in project.effects.points("blocking"):
        caller = point.caller
        if caller is None or not caller.function.is_async or not point.module.is_production:
            continue
        if point.is_direct and point.call is not None and point.call.call.awaited:
            continue  # what is awaited is an asynchronous client's, whatever its type is called
        if _asks_as_it_goes(point):
            continue
        path = conditions.path(point)
        if path is not None and path.through and path.ends_in((*params.ignore_calls, *brief_targets)):
            path = outward.path(point) or path  # a file that is opened on the way hides nothing
        if path is None or _gives_awaitable(point, path) or _is_moved(path, params) or _seconds(project, path) == 0:
            continue
        handles = caller in project.endpoints.by_definition
        stores = uploads.get(point.site) if path.ends_in(params.ignore_calls) else None
        if caller in storing or (handles and _copies(project, caller, params)):
            stores = None  # it is told where the first of them is written
        told = stores is not None or (not path.through and handles and _target(path) in params.in_handlers)
        if not told and path.ends_in(params.ignore_calls):
            continue
        brief = path.kept or _is_short(project, path) or (stores is None and path.ends_in(brief_targets))
        if brief and path.ends_in(params.file_databases) and not path.kept and project.led_to.is_waited_for(caller):
            brief = False
        brief = brief or _is_of_own_address(path, params)
        brief = brief or once.runs_once(point.module, caller)
        is_note = brief or _starts_up(project, caller, frozenset(params.one_off), _STEPS) or alone.holds(caller)
        is_note = is_note or project.uncalled.holds(caller) or _is_ahead_of_serving(project, caller, point.site)
        if stores is not None:
            storing.add(caller)
        sure = Confidence.LOW if is_note else min(path.confidence, Confidence.MEDIUM) if stores is not None else path.confidence
        yield _hit(point, caller, path, sure, stores)
    yield from _computed(project, params, once, alone, conditions)
    for effect in ("http", "db.read"):
        for point in project.effects.points(effect):
            caller, call = point.caller, point.call
            if point.is_direct and call is not None and call.call.awaited and caller is not None and caller.function.is_async:
                yield Proof(point.site, f"`{point.shown}` is awaited")


def _computed(project: Project, params: Params, once: OneOff, alone: RunAlone, conditions: Conditions) -> Iterator[Hit]:
    """The first place of each coroutine function at which images, documents or tables are worked on."""
    seen: set[Def] = set()
    for point in sorted(project.effects.points("heavy"), key=lambda each: each.site):
        caller = point.caller
        if caller is None or caller in seen or not caller.function.is_async or not point.module.is_production:
            continue
        path = conditions.path(point) if not _is_threaded(point) else None
        if path is None or any(each.function.is_async for each in path.through):
            continue  # it is told where the nearest coroutine function does it
        if _is_moved(path, params) or "blocking" in _effects(path) or _is_tiny((caller, *path.through), params):
            continue
        seen.add(caller)
        is_note = path.kept or once.runs_once(point.module, caller) or alone.holds(caller)
        is_note = is_note or _starts_up(project, caller, frozenset(params.one_off), _STEPS) or len(path.through) > _FAR
        is_note = is_note or project.uncalled.holds(caller)
        yield _hit(point, caller, path, Confidence.LOW if is_note else path.confidence)


def _is_of_own_address(path: Path, params: Params) -> bool:
    """`getaddrinfo(host, 0, flags=AI_PASSIVE)`: an address to listen on is the machine's own, for which nobody is asked."""
    call = path.end.call
    given = call.call.arguments if call is not None else ()
    return call is not None and any(
        isinstance(part, Name | Attribute) and last_name(call.module.body, part) in params.to_listen
        for argument in given
        for part in parts_of(call.module.body, argument.value)
    )


def _asks_as_it_goes(point: EffectPoint) -> bool:
    """`async for row in in_thread(rows.iterator())`: the rows are fetched where what is given them goes through them."""
    operation = point.call.operation if point.call is not None else None
    if point.call is None or operation is None or not (operation.returns or "").startswith(_ITERATED):
        return False
    body, index = point.module.body, point.call.index
    return any(
        isinstance(argument.value, CallRef) and argument.value.index == index
        for place in body.contexts
        if place.is_async and place.kind == "for" and isinstance(place.subject, CallRef)
        for argument in body.calls[place.subject.index].arguments
    )


def _gives_awaitable(point: EffectPoint, path: Path) -> bool:
    """`await api.list()`, where a plain `list` returns what it calls: awaited, that is an asynchronous twin's answer."""
    if not path.through or point.call is None or not point.call.call.awaited or path.through[0].function.is_async:
        return False
    module, at = path.through[0].module, path.steps[1].site.at
    return any(s.kind == "return" and type(s.value) is CallRef and s.value.at == at for s in module.body.statements)


def _is_threaded(point: EffectPoint) -> bool:
    """`await to_thread(shrink, image)`, `await sync_to_async(shrink)(image)`."""
    operation = point.call.operation if point.call is not None else None
    return point.kind == "threaded" or point.is_handed or (operation is not None and bool(operation.threaded))


def _effects(path: Path) -> tuple[str, ...]:
    operation = path.end.call.operation if path.end.call is not None else None
    return tuple(operation.effect) if operation is not None else ()


def _is_tiny(way: tuple[Def, ...], params: Params) -> bool:
    """A picture of a few letters is drawn at once."""
    names = (word for each in way for name in (each.module.name, each.function.qualname) for word in words_of(name))
    return not set(params.tiny).isdisjoint(names)


def _is_short(project: Project, path: Path) -> bool:
    """`time.sleep(0.001)`, `poll(timeout=0.01)`: shorter than what a turn of the loop may take."""
    seconds = _seconds(project, path)
    return seconds is not None and 0 <= seconds <= _SHORT


def _seconds(project: Project, path: Path) -> float | None:
    """How long the call waits at most, where that is written down."""
    call = path.end.call
    operation = call.operation if call is not None else None
    if call is None or operation is None:
        return None
    if "sleep" in operation.effect:
        given = [argument.value for argument in call.call.arguments[:1]]
    else:
        notations = operation.timeout.given if operation.timeout is not None and _POLLING in path.end.shown else ()
        given = [value for notation in notations for value in arguments_named(call.call, notation)]
    values = (project.values.constant(call.module, value, call.call.context) for value in given)
    return next((float(each) for each in values if isinstance(each, int | float) and not isinstance(each, bool)), None)


def _of_files(project: Project, params: Params) -> tuple[str, ...]:
    """The libraries whose databases are all made to stand in local files."""
    if any(project.calls.written(name) for name in params.on_hosts):
        return ()
    return tuple(
        library for library, classes in params.in_files.items() if any(project.calls.written(name) for name in classes)
    )


def _copies(project: Project, handler: Def, params: Params) -> bool:
    """It is told by itself where the handler goes through whole files: `shutil.copyfileobj(file.file, target)`."""
    return any(target.name in params.whole_files for site in project.calls.of(handler) for target in site.targets)


def _hit(point: EffectPoint, caller: Def, path: Path, confidence: Confidence, stores: StoredUpload | None = None) -> Hit:
    words = {"call": point.shown, "function": caller.function.name, "target": _target(path)}
    steps = (Step(caller.site, f"`{caller.function.name}` runs on the event loop"), *path.steps)
    if path.through:
        words["callee"] = path.through[0].name
    message = "through" if path.through else "default"
    if stores is not None:
        message = f"{message}_stored"
        words["target"] = last_name(stores.write.module.body, stores.write.call.callee)
        steps = (*steps[: 1 + stores.through], Step(stores.write.site, "writes the file"))
    elif _is_computed(path):
        message = f"{message}_computed"
        confidence = min(confidence, Confidence.MEDIUM)
    return Hit(point.site, words, message, confidence, path=steps)


def _is_computed(path: Path) -> bool:
    """It waits for nobody: it takes the processor on purpose, as what makes a password hard to guess does."""
    operation = path.end.call.operation if path.end.call is not None else None
    return operation is not None and "heavy" in operation.effect


def _starts_up(project: Project, caller: Def, words: frozenset[str], steps: int) -> bool:
    """A function of the start, by its first word, or all that call it are; one that answers a route is none.  What the program
    is given to run it at its start is one, whatever its name."""
    if caller in project.endpoints.by_definition:
        return False
    if project.called_back.is_handed_once(caller):
        return True
    name = caller.function.name.strip("_").lower()
    if name in words or name.partition("_")[0] in words:
        return True
    sites = project.calls.callers(caller) if steps else ()
    return bool(sites) and all(
        site.caller is not None
        and site.caller != caller
        and (_is_ahead_of_serving(project, site.caller, site.site) or _starts_up(project, site.caller, words, steps - 1))
        for site in sites
    )


def _is_ahead_of_serving(project: Project, caller: Def, site: Site) -> bool:
    """The function goes on to serve: nothing else is on its loop yet."""
    return any(serve.caller == caller and serve.site > site for serve in project.calls.registered("serve"))


def _target(path: Path) -> str:
    """The library callable at the end."""
    return path.end.witness.target


def _is_moved(path: Path, params: Params) -> bool:
    """A decorator on the way may run its function in another thread."""
    return any(
        last_name(definition.module.body, decorator) not in params.transparent
        for definition in path.through
        for decorator in definition.function.decorators
    )
