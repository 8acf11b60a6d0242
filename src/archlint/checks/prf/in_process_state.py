"""PRF005: state that requests leave in the process for other requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Step
from archlint.facts.syntax import Attribute, Conditional, Expr, Name, Operation, Statement, String, Subscript
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
    holds; `stand_ins`: words in the names of modules and classes that stand for the real ones in tests."""

    own_words: tuple[str, ...]
    own_types: tuple[str, ...]
    storing_words: tuple[str, ...]
    stand_ins: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each container of the process through which requests tell each other something, a proof for each endpoint
    that asks a store for it."""
    requests, own, state = RunByRequests(project), _Own(project, params), project.process_state
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
        yield from _judged(project, container, writers, touches, requests)
    for definition in project.endpoints.by_definition:
        if definition.module.is_production:
            points = [point for effect in _OUTSIDE for point in project.effects.points_of(definition, effect)]
            yield from (Proof(point.site, "what it needs is kept outside of the process") for point in points[:1])


def _judged(
    project: Project, container: Container, writers: list[Touch], touches: list[Touch], requests: RunByRequests
) -> Iterator[Hit]:
    asked = [(writer, request) for writer in writers if (request := requests.of(writer.definition, WRITING)) is not None]
    if not asked:
        return
    writer, request = min(asked, key=lambda found: (len(found[1].way), found[0].site))
    readers = [t for t in touches if t.definition != writer.definition and not _has_set(t, touches)]
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
    is_note = _is_taken_for_own(container, touches) or all(
        _stands_in(writer) or _stores_too(project, writer) for writer in writers
    )
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


def _stands_in(writer: Touch) -> bool:
    """`if client: client.set(key, value)`, and in the `else` the container: only where there is no other store."""
    body = writer.definition.module.body
    context = writer.use.context
    while context >= 0 and body.contexts[context].kind not in ("function", "class", "module"):
        place = body.contexts[context]
        if place.kind == "else" and isinstance(place.subject, Name | Attribute):
            store = spell(body, place.subject)
            if any(
                isinstance(call.callee, Attribute)
                and spell(body, call.callee.base) == store
                and body.contexts[call.context].subject == place.subject
                and body.contexts[call.context].kind == "if"
                for call in body.calls
            ):
                return True
        context = place.parent
    return False


def _stores_too(project: Project, writer: Touch) -> bool:
    """`urls[name] = url` and `cache.set(name, url)`, under no other condition: other processes have it as well."""
    module, body = writer.definition.module, writer.definition.module.body
    kept = {spell(body, value) for value in writer.use.values}
    around, context = set[int](), writer.use.context
    while context >= 0:
        around.add(context)
        context = body.contexts[context].parent
    return any(
        spell(body, argument.value) in kept
        for point in project.effects.points_in(module, writer.definition, _STORING)
        if point.call is not None and point.context in around
        for argument in point.call.call.arguments
    )


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


class _Own:
    def __init__(self, project: Project, params: Params) -> None:
        self._project = project
        self._params = params

    def holds(self, container: Container, writers: list[Touch]) -> bool:
        """What is in it belongs to this process, or only saves asking again."""
        owner = container.owner.rpartition(".")[2]
        whose = (*words_of(container.module.name), *words_of(owner))
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
