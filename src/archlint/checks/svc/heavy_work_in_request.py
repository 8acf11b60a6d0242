"""SVC012: mail, images, documents, tables and models are worked on while a request waits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import CallRef, Comparison, Expr, Operation, String
from archlint.project.control.conditions import Conditions, Path, is_failure_path
from archlint.project.effects.effects import EffectPoint
from archlint.project.effects.mail_requests import MailRequests, MailWords
from archlint.project.effects.memoised import gives_what_is_kept
from archlint.project.effects.queued_mail import mail_is_queued
from archlint.project.effects.run_by_requests import RunByRequests
from archlint.project.effects.spared import answered_before
from archlint.project.effects.table_exports import ExportWords, TableExports
from archlint.project.loops.stations import stations
from archlint.project.model import Def, Type
from archlint.project.parts import parts_of
from archlint.project.routes.endpoints import Endpoint
from archlint.project.spelling import last_name, shorten
from archlint.project.values.started_programs import StartedPrograms
from archlint.project.words import words_of

_REQUEST = "http"
_EFFECTS = ("email", "heavy")
_PROCESS = "process"
_FEW, _MANY = 3, 10
_MOST_TOLD = 20
"""Handlers that are named beside the nearest one."""
_THREADS = frozenset({"threading.Thread", "multiprocessing.Process"})


class Params(MailWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`ignore_calls`: callables (dotted names, or the starts of such with a dot at the end) that may run in a request;
    `queues`: parts of a mail back end's name that say that it hands mail to a queue; `mail_calls`: callables whose mail goes
    to the back end of the settings; `trials`: words in names of handlers and routes that only try whether something
    works, so that the answer is what the user waits for; `tests`: those of them that say so of a function on the way;
    `files`: functions (full names) that say that a file is there; `tested`: names that say that the program is only tested;
    `triggers`: words that say that a scheduler or a queue asks; `tiny`: words in names of functions and modules on the
    way that draw a few pixels; `answering`: callables, as in `ignore_calls`, of models whose answer is what the user waits
    for: one search term is made a vector in a moment; `blank`: words in names of functions that make a table to be filled in,
    or one with a few rows to show how it looks, and `tables`: callables that write one; `programs`: what works for long when it
    is started, and `waiting`: last names of calls that wait until it is through; `exports`: how tables of
    all rows are known.  The rest: see `MailWords`."""

    exports: ExportWords
    ignore_calls: tuple[str, ...]
    queues: tuple[str, ...]
    mail_calls: tuple[str, ...]
    trials: tuple[str, ...]
    tests: tuple[str, ...]
    files: tuple[str, ...]
    tested: tuple[str, ...]
    triggers: tuple[str, ...]
    tiny: tuple[str, ...]
    answering: tuple[str, ...]
    blank: tuple[str, ...]
    tables: tuple[str, ...]
    programs: tuple[str, ...]
    waiting: tuple[str, ...]


class _Found(Struct, frozen=True):
    endpoint: Endpoint
    point: EffectPoint
    path: Path

    @property
    def rank(self) -> tuple[int, int, Site]:
        return (-self.path.confidence, len(self.path.steps), self.point.site)


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each library call that does such work in a request, at the handler nearest to it; a proof for each place
    in a handler that hands work to a queue."""
    conditions, ignored, alone = Conditions(project), params.ignore_calls, _made_for_it(project)
    if mail_is_queued(project, params.queues):
        ignored += params.mail_calls
    requests, programs = MailRequests(project, params), StartedPrograms(project)
    effects = (*_EFFECTS, _PROCESS, _REQUEST) if requests.are_any else (*_EFFECTS, _PROCESS)
    by_end: dict[Site, list[_Found]] = defaultdict(list)
    for definition, endpoints in (project.unrouted | project.endpoints.running).items():
        if not definition.module.is_production or all(project.left_routers.hold(each.route) for each in endpoints):
            continue
        for point in (point for effect in effects for point in project.effects.points_of(definition, effect)):
            path = (requests.conditions if point.effect == _REQUEST else conditions).path(point)
            if path is None or _is_ignored(path, ignored) or is_failure_path(point.module, point.context):
                continue
            if point.effect == _PROCESS and not _works_for_long(programs, path, params):
                continue
            if _is_tiny((definition, *path.through), frozenset(params.tiny)):
                continue
            by_end[path.end.site].append(_Found(endpoints[0], point, path))
        for point in project.effects.points_of(definition, "enqueue"):
            yield Proof(point.site, "the work is handed to a queue")
    for _, found in sorted(by_end.items()):
        yield _hit(project, found, params, alone)
    yield from _exported(project, params)


def _exported(project: Project, params: Params) -> Iterator[Hit]:
    """Tables of all rows that a request waits for, each at the place that writes them."""
    requests = RunByRequests(project)
    for export in TableExports(project, params.exports).all():
        request = requests.of(export.definition)
        if request is None:
            continue
        handler = request.endpoint
        words = {"handler": handler.definition.function.name, "route": shorten(handler.label, 80), "rows": export.rows}
        steps = [Step(request.way[0].site, f"`{words['handler']}` answers {words['route']}")]
        steps += [Step(each.site, f"runs {each.name}") for each in request.way[1:]]
        steps.append(Step(export.site, "writes each of them"))
        is_note = _is_excused(handler, params) or export.is_given or _is_named(request.way, frozenset(params.blank))
        yield Hit(export.site, words, "export", Confidence.LOW if is_note else Confidence.MEDIUM, path=tuple(steps))


def _made_for_it(project: Project) -> frozenset[str]:
    """The apps of a few routes beside one of many: a program that is there for such work, which the other one waits for."""
    by_app: dict[str, set[Site]] = defaultdict(set)
    for endpoint in project.endpoints.all:
        for key in endpoint.route.apps or ():
            by_app[key].add(endpoint.route.site)
    most = max((len(sites) for sites in by_app.values()), default=0)
    return frozenset(key for key, sites in by_app.items() if len(sites) <= _FEW and most >= _MANY)


def _hit(project: Project, found: list[_Found], params: Params, alone: frozenset[str]) -> Hit:
    first = min(found, key=lambda each: (_is_excused(each.endpoint, params), each.rank))
    path, handler = first.path, first.endpoint
    others = len({each.endpoint.definition for each in found}) - 1
    words = {
        "target": path.end.witness.target,
        "handler": handler.definition.function.name,
        "route": shorten(handler.label, 80),
        "others": f", and {others} more" if others else "",
    }
    is_alone = bool(handler.route.apps) and alone.issuperset(handler.route.apps or ())
    is_kept = path.kept or _is_kept(path) or any(gives_what_is_kept(project, each) for each in path.through)
    is_kept = is_kept or _is_copied(project, first.point) or _is_in_file(project, first, params)
    is_trial = _is_excused(handler, params) or _tests(path, frozenset(params.tests))
    is_blank = path.ends_in(params.tables) and _is_named((handler.definition, *path.through), frozenset(params.blank))
    is_note = is_kept or is_alone or is_trial or is_blank or _is_in_thread(project, path) or path.ends_in(params.answering)
    confidence = Confidence.LOW if is_note else path.confidence
    steps = (Step(handler.definition.site, f"`{handler.definition.function.name}` answers {words['route']}"), *path.steps)
    message = {_REQUEST: "email", _PROCESS: "heavy"}.get(first.point.effect, first.point.effect)
    return Hit(first.point.site, words, message, confidence, related=tuple(_others(first, found)), path=steps)


def _others(first: _Found, found: list[_Found]) -> Iterator[Step]:
    """Where the other handlers come to the same call, one place each."""
    told = {first.endpoint.definition}
    for each in sorted(found, key=lambda each: each.rank):
        handler = each.endpoint
        if handler.definition not in told and len(told) <= _MOST_TOLD:
            told.add(handler.definition)
            yield Step(each.point.site, f"`{handler.definition.function.name}` ({shorten(handler.label, 80)}) does, too")


def _works_for_long(programs: StartedPrograms, path: Path, params: Params) -> bool:
    """`run(["pg_dump", …])`, which waits for it."""
    end = path.end
    if end.call is None or last_name(end.module.body, end.call.call.callee) not in params.waiting:
        return False
    return programs.of(end.call) in params.programs


def _is_kept(path: Path) -> bool:
    """It is done where a registry does not have it: `if name not in models:`."""
    contexts, context = path.end.module.body.contexts, path.end.context
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "if" and isinstance(place.subject, Comparison) and place.subject.ops == ("not in",):
            return True
        context = place.parent
    return False


def _is_in_file(project: Project, found: _Found, params: Params) -> bool:
    """A function on the way answers before where the file of it is there: `if path.exists(): return send(path)`; or it is done
    where the program is tested: `if app.testing:`."""
    files, tested = frozenset(params.files), frozenset(params.tested)
    for here in stations(project, found.point, found.path):
        body = here.module.body
        around = project.switches.tests_around(here.module, here.context, here.site.at)
        before = [(test, False) for test in answered_before(here)]
        for given, gave in (*around, *before):
            is_denied = isinstance(given, Operation) and given.op == "not"
            test, holds = (given.operands[0], not gave) if isinstance(given, Operation) and is_denied else (given, gave)
            if holds and any(last_name(body, part) in tested for part in parts_of(body, test)):
                return True
            if not holds and not files.isdisjoint(_names_called(project, here, test)):
                return True
    return False


def _names_called(project: Project, here: EffectPoint, test: Expr) -> frozenset[str]:
    """The full names of the library functions that a test calls."""
    calls = project.calls.in_module(here.module)
    sites = (calls[part.index] for part in parts_of(here.module.body, test) if isinstance(part, CallRef))
    return frozenset(target.name for site in sites for target in site.targets if target.definition is None)


def _is_copied(project: Project, point: EffectPoint) -> bool:
    """It is done where a look-up gave nothing (`if picture is None:`), and the cache is told there."""
    module, context = point.module, point.context
    contexts = module.body.contexts
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        place = contexts[context]
        if place.kind == "if" and isinstance(place.subject, Comparison) and place.subject.ops == ("is",):
            told = project.effects.points_of(point.caller, "cache.write") if point.caller is not None else ()
            return any(place.at <= each.site.at < place.end for each in told)
        context = place.parent
    return False


def _is_in_thread(project: Project, path: Path) -> bool:
    """The way goes through what a class of threads or processes runs when it is started."""
    members = project.types.inference.members
    return any(
        ancestor.name in _THREADS
        for definition in path.through
        if definition.function.name == "run" and definition.function.klass >= 0
        for ancestor in members.ancestors(Type(definition.owner))
    )


def _is_excused(handler: Endpoint, params: Params) -> bool:
    """It tries something, or no person waits for it; of several handlers that come to a place it is the last to be named."""
    return _is_trial(handler, frozenset(params.trials)) or _is_triggered(handler, frozenset(params.triggers))


def _is_trial(handler: Endpoint, trials: frozenset[str]) -> bool:
    """By its name, or by the last two parts of its path: `/check/mail`."""
    names = " ".join((handler.definition.function.name, *handler.path.rstrip("/").split("/")[-2:]))
    return not trials.isdisjoint(re.split(r"[^a-z0-9]+", names.lower().replace("_", " ")))


def _is_triggered(handler: Endpoint, triggers: frozenset[str]) -> bool:
    """No person waits for it: it is a scheduler's or a queue's by its package, its path, or what it asks to be sent
    (`request.headers.get("X-Cron-Secret")`)."""
    definition = handler.definition
    module, body = definition.module, definition.module.body
    said = (
        part.value
        for call in module.own_calls(definition.index)
        for argument in call.arguments
        for part in parts_of(body, argument.value)
        if isinstance(part, String)
    )
    names = " ".join((module.local_name, definition.function.qualname, handler.path, *said))
    return not triggers.isdisjoint(re.split(r"[^a-z0-9]+", names.lower().replace("_", " ")))


def _tests(path: Path, tests: frozenset[str]) -> bool:
    """`test_email` is on the way."""
    return _is_named(path.through, tests)


def _is_named(way: tuple[Def, ...], words: frozenset[str]) -> bool:
    """One of the functions says so."""
    return any(not words.isdisjoint(words_of(definition.function.name)) for definition in way)


def _is_tiny(way: tuple[Def, ...], tiny: frozenset[str]) -> bool:
    """A picture of a few letters is drawn sooner than a worker would have it."""
    names = (name for each in way for name in (each.module.name, each.function.qualname))
    return any(not tiny.isdisjoint(words_of(part)) for name in names for part in name.split("."))


def _is_ignored(path: Path, ignored: tuple[str, ...]) -> bool:
    hashes = any(target.operation is not None and target.operation.hash is not None for target in path.end.point.targets)
    return hashes or path.ends_in(ignored)
