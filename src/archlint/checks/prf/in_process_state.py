"""PRF005: state that requests leave in the process for other requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, Conditional, Expr, Name, Operation, Statement, String, Subscript
from archlint.project.effects.missing_stores import MissingStores, exclude_each_other
from archlint.project.effects.process_state import Container, Touch
from archlint.project.effects.run_by_requests import Request, RunByRequests
from archlint.project.model import Def, Type
from archlint.project.names.container_uses import Use
from archlint.project.parts import names_in
from archlint.project.routes.endpoints import WRITING
from archlint.project.spelling import spell
from archlint.project.words import words_of

_STORING = {"cache.write", "db.write"}
_OUTSIDE = ("cache.read", "cache.write", "db.read", "db.write")


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`own_words`: words in the names of what saves a repeated look-up, or belongs to the process; `own_types`: beginnings of
    the names of types whose objects do; `storing_words`: words in the names of functions that store what a container
    holds; `saving_words`: of functions that save it as a whole; `store_words`: in the names of stores that all processes
    share; `stand_ins`: words in the names of modules, classes and containers that stand for the real ones."""

    own_words: tuple[str, ...]
    own_types: tuple[str, ...]
    storing_words: tuple[str, ...]
    saving_words: tuple[str, ...]
    store_words: tuple[str, ...]
    stand_ins: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each container of the process through which requests tell each other something, a proof for each endpoint
    that asks a store for it."""
    requests, own, state = RunByRequests(project), _Own(project, params), project.process_state
    doubts = _Doubts(project, params)
    is_requested = cache(lambda d: requests.of(d, WRITING) is not None)
    for container in state.made:
        if not state.is_filled(container, is_requested):
            continue
        touches = list(state.touches(container))
        refilling = [
            t for t in touches if t.use.adds and (_fills_again(t.definition, touches) or _fills_once(t.definition, touches))
        ]
        writers = [t for t in touches if t.use.adds and t not in refilling]
        if not writers or own.holds(container, writers) or own.is_stored(touches, refilling):
            continue
        yield from _judged(container, writers, touches, requests, doubts)
    for definition in project.endpoints.by_definition:
        if definition.module.is_production:
            points = [point for effect in _OUTSIDE for point in project.effects.points_of(definition, effect)]
            yield from (Proof(point.site, "what it needs is kept outside of the process") for point in points[:1])


def _judged(
    container: Container, writers: list[Touch], touches: list[Touch], requests: RunByRequests, doubts: _Doubts
) -> Iterator[Hit]:
    asked = [(writer, request) for writer in writers if (request := requests.of(writer.definition, WRITING)) is not None]
    if not asked:
        return
    writer, request = min(asked, key=lambda found: (len(found[1].way), found[0].site))
    readers = [t for t in touches if t.definition != writer.definition and not _has_set(t, touches)]
    readers = [t for t in readers if not doubts.has_filled(t, touches)]
    found = [(t, r) for t in readers if (r := requests.of(t.definition)) is not None]
    read = [(t, r) for t, r in found if r.way[0] != request.way[0]]  # one request may tell itself what it wants
    if not read:
        return
    reader, other = min(
        read, key=lambda found: (found[1].endpoint.route == request.endpoint.route, len(found[1].way), found[0].site)
    )
    words = {
        "name": container.name,
        "endpoint": request.endpoint.label,
        "reader": f"`{other.endpoint.label}`",
    }
    path = (
        Step(request.way[0].site, f"answers {request.endpoint.label}"),
        *(Step(d.site, f"runs {d.name}") for d in request.way[1:]),
        Step(writer.site, f"puts something into `{container.name}`"),
        Step(reader.site, f"{other.endpoint.label} looks there"),
    )
    is_note = _is_taken_for_own(container, touches) or doubts.are_there(writer, writers, touches)
    known = Confidence.LOW if is_note else _confidence(request, other)
    yield Hit(container.site, words, "default", known, related=(path[-2], path[-1]), path=path)


def _is_taken_for_own(container: Container, touches: list[Touch]) -> bool:
    """An attribute of a class of which no module keeps an instance, asked by instances only: each seems to mean its own."""
    if not container.is_shared:
        return False
    return all(
        isinstance(t.use.expr, Attribute) and isinstance(t.use.expr.base, Name) and t.use.expr.base.id == "self"
        for t in touches
    )


def _is_taken_out(told: Touch, touches: list[Touch]) -> bool:
    """`busy.add(key)`, and in the `finally` of the same function `busy.discard(key)`."""
    contexts = told.definition.module.body.contexts
    for touch in touches:
        context = touch.use.context
        while touch.definition == told.definition and context >= 0 and contexts[context].kind != "function":
            if contexts[context].kind == "finally":
                return True
            context = contexts[context].parent
    return False


def _confidence(request: Request, other: Request) -> Confidence:
    far = max(len(request.way), len(other.way))
    if far == 1 and not WRITING.isdisjoint(request.endpoint.methods):
        return Confidence.HIGH
    return Confidence.MEDIUM if far <= 3 else Confidence.LOW


def _fills_again(definition: Def, touches: list[Touch]) -> bool:
    """The function answers with what is there, or with what it then puts there: what is missing is made again."""
    module, function = definition.module, definition.function
    own = module.statements_between(function.at, function.end)
    uses = [t.use for t in touches if t.definition == definition]
    if not _looks_first(own, uses):
        return False
    places = {use.expr.at for use in uses}
    derived = {
        s.target.id
        for s in own
        if s.value is not None and isinstance(s.target, Name) and any(s.at <= at < s.end for at in places)
    }
    for statement in own:
        if statement.kind != "return" or statement.value is None:
            continue
        shown = any(statement.at <= at < statement.end for at in places)
        if shown or not derived.isdisjoint(names_in(module.body, statement.value)):
            return True
    return False


def _fills_once(definition: Def, touches: list[Touch]) -> bool:
    """`if len(tags) > 0: return` ahead of all that it puts there: it is filled by who comes first, for all the same."""
    body = definition.module.body
    first = min((t.use.expr.at for t in touches if t.definition == definition and t.use.adds), default=-1)
    tests = [
        body.contexts[s.context].subject
        for s in definition.module.own_statements(definition.index)
        if s.kind == "return" and s.value is None and s.at < first and body.contexts[s.context].kind == "if"
    ]
    return any(
        t.definition == definition and not t.use.adds and test is not None and test.at <= t.use.expr.at < test.end
        for test in tests
        for t in touches
    )


def _has_set(reader: Touch, touches: list[Touch]) -> bool:
    """`answer["message"] = text`, and then `return answer`: it sets what it gives, and finds nothing of another request."""
    body, around = reader.definition.module.body, set[int]()
    context = reader.use.context
    while context >= 0 and body.contexts[context].kind not in ("class", "module"):
        around.add(context)
        context = body.contexts[context].parent
    written = {
        s.target.base.at
        for s in body.statements
        if isinstance(s.target, Subscript) and all(isinstance(key, String) for key in s.target.index)
    }
    own = [t.use for t in touches if t.definition == reader.definition and t.use.adds]
    return (
        bool(own)
        and all(u.expr.at in written for u in own)
        and any(use.context in around and use.expr.at <= reader.use.expr.at for use in own)
    )


def _looks_first(own: Sequence[Statement], uses: list[Use]) -> bool:
    """It asks what is there before it puts something there, or does both in one (`return made.setdefault(key, …)`)."""
    first = min(use.expr.at for use in uses if use.adds)
    putting = max((s for s in own if s.at <= first < s.end), key=lambda s: s.at, default=None)
    if putting is None or putting.kind == "return":
        return True
    chooses = isinstance(putting.value, Conditional) or (isinstance(putting.value, Operation) and putting.value.op == "or")
    return any(use.expr.at < putting.at or (chooses and use.expr.at < putting.end) for use in uses if not use.adds)


class _Doubts:
    """Whether others may know what is in a container all the same."""

    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._saving = frozenset(params.saving_words)
        self._missing = MissingStores(project, params.store_words)

    def are_there(self, told: Touch, writers: list[Touch], touches: list[Touch]) -> bool:
        """It stands in for a store, what goes into it is stored as well or stays only while a request is answered, all of it
        is saved, or it is filled at the start."""
        return (
            any(self._missing.stands_in(w.definition, w.use.context, w.use.expr.at) for w in writers)
            or self._stores_too(told)
            or _is_taken_out(told, touches)
            or self._is_saved(touches)
            or any(self._is_run_at_start(touch.definition) for touch in touches if touch.use.adds)
        )

    def has_filled(self, reader: Touch, touches: list[Touch]) -> bool:
        """`if names.get(key) is None: self.fill(key)`, and then `return names[key]`: what is missing is made again."""
        body = reader.definition.module.body
        filling = {touch.definition for touch in touches if touch.use.adds}
        asked = [t.use.expr.at for t in touches if t.definition == reader.definition and not t.use.adds]
        for site in self._project.calls.of(reader.definition):
            if filling.isdisjoint(target.definition for target in site.targets if target.definition is not None):
                continue
            place = body.contexts[site.call.context]
            test = place.subject if place.kind == "if" else None
            if test is not None and any(test.at <= at < test.end for at in asked):
                return True
        return False

    def _stores_too(self, writer: Touch) -> bool:
        """`urls[name] = url` and `cache.set(name, url)`, `table.save(name, url)`: other processes have it as well."""
        module, body = writer.definition.module, writer.definition.module.body
        kept = {spell(body, value) for value in writer.use.values}
        kept |= {name for value in writer.use.values for name in names_in(body, value)}
        return any(
            spell(body, argument.value) in kept
            for point in self._project.effects.points_in(module, writer.definition, _STORING)
            if point.call is not None and not exclude_each_other(module, writer.use.context, point.context)
            for argument in point.call.call.arguments
        )

    def _is_saved(self, touches: list[Touch]) -> bool:
        """A function that puts nothing into it saves it."""
        filling = {touch.definition for touch in touches if touch.use.adds}
        others = {touch.definition for touch in touches} - filling
        return any(not self._saving.isdisjoint(words_of(definition.function.name)) for definition in others)

    def _is_run_at_start(self, definition: Def) -> bool:
        """A module calls it as it is loaded, so that each process has what is stored."""
        return any(site.caller is None and site.module.is_production for site in self._project.calls.callers(definition))


class _Own:
    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._params = params

    def holds(self, container: Container, writers: list[Touch]) -> bool:
        """What is in it belongs to this process, or only saves asking again."""
        owner = container.owner.rpartition(".")[2]
        whose = (*words_of(container.module.name), *words_of(owner), *words_of(container.name))
        if not set(self._params.stand_ins).isdisjoint(whose):
            return True
        if not set(self._params.own_words).isdisjoint((*words_of(container.name), *words_of(owner))):
            return True
        types = [t for writer in writers for value in writer.use.values for t in self._types(writer, value)]
        if container.annotation is not None:
            annotations = self._project.types.inference.annotations
            told = annotations.types(container.module, container.annotation, 0)
            types += [t for t in told if isinstance(t, Type)]
        return any(self._is_own(found) for found in types)

    def is_stored(self, touches: list[Touch], refilling: list[Touch]) -> bool:
        """What is in it is stored elsewhere too, where other processes find it."""
        storing = set(self._params.storing_words)
        if any(not storing.isdisjoint(words_of(touch.definition.function.name)) for touch in touches):
            return True
        points_of = self._project.effects.points_of
        return any(points_of(touch.definition, effect) for touch in refilling for effect in ("cache.read", "db.read"))

    def _types(self, writer: Touch, value: Expr) -> tuple[Type, ...]:
        return self._project.types.all(writer.definition.module, value, writer.use.context)

    def _is_own(self, found: Type) -> bool:
        return found.is_class or found.name.startswith(self._params.own_types) or any(self._is_own(a) for a in found.arguments)
