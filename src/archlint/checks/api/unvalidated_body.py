"""API016: a body is written to the database as it was sent."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import CallRef, Name
from archlint.project.control.asking import Asking, Phrases
from archlint.project.control.conditions import Path as ConditionPath
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import Def, Type
from archlint.project.names.class_attributes import method_in
from archlint.project.routes.endpoints import WRITING, Endpoint
from archlint.project.routes.raw_bodies import BodyWords, RawBodies
from archlint.project.spelling import last_name
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.values.looked_at import Look, LookedAt
from archlint.project.values.looked_up import LookedUp
from archlint.project.values.read_fields import ReadFields
from archlint.project.values.unseen_fields import Unseen, UnseenFields
from archlint.project.words import words_of

_REFUSALS = frozenset({400, 422})
"""The answers to what is not in order."""
_NEAR = 1
_SEVERAL = 3
"""Fields that go on unseen: with fewer, what the rest is asked may be all that there is to ask."""
_SHOWN = 3
_DECORATOR, _DISPATCHING = "decorator", "dispatch"


class Params(BodyWords, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`validates`: words for what code that looks at a body reads and calls; `not_asked`: words in paths and names of endpoints
    that take what a protocol or another program sends; `spared`: words in names of calls that do not look at what was sent,
    whatever else they check; `secrets`: of those that take a password, `compared`: of those that only compare it; `schemas`: of
    attributes of a class by which its base looks; `documents`: of decorators that only document; `guards`: of decorators that
    ask who comes, and not what he sends (`@token_required`); `apart`: of what looks at a request by itself.  The rest: see
    `BodyWords`."""

    validates: tuple[str, ...]
    not_asked: tuple[str, ...]
    spared: tuple[str, ...]
    secrets: tuple[str, ...]
    schemas: tuple[str, ...]
    documents: tuple[str, ...]
    guards: tuple[str, ...]
    compared: tuple[str, ...]
    apart: tuple[str, ...]


def check(project: Project, params: Params) -> Iterator[Hit | Proof]:
    """A hit for each endpoint that writes what a raw body holds and looks at none of it, or uses fields of it at which nothing
    looks; a proof for each that looks."""
    conditions = ways_to_change(project)
    words = Phrases(params.validates)
    validating = Asking(project, words, refusals=_REFUSALS)
    looking = LookedAt(project, words, Phrases(params.spared))
    secrets, schemas, others = Phrases(params.secrets), Phrases(params.schemas), Phrases((*params.documents, *params.guards))
    compared = Phrases(params.compared)
    fields = _Fields(project, looking, params)
    for definition, endpoints in project.endpoints.by_definition.items():
        endpoint = next((each for each in endpoints if _may_write(each) and not project.left_routers.hold(each.route)), None)
        if endpoint is None or not definition.module.is_production:
            continue
        bodies = RawBodies(project, definition, endpoint, params)
        if bodies.site is None:
            continue
        if not set(params.not_asked).isdisjoint((*words_of(endpoint.path), *words_of(definition.function.name))):
            continue
        points = project.effects.points_of(definition, "db.write")
        ways = [path for point in points if (path := conditions.path(point)) is not None]
        reached = [path for path in ways if bodies.reach(path)]
        secret = bodies.secret(secrets)
        answering = (definition, *_dispatching(project, endpoint))
        is_declared = any(_is_decorated(each, words, others) for each in answering) or _has_schema(endpoint, schemas)
        if not reached and secret is None:
            if not is_declared:
                yield from fields.unseen(definition, endpoint, bodies, points)
            continue
        end = max((at for path in reached if (at := _end_of(path, definition))), default=definition.function.end)
        is_asked = is_declared or bodies.are_looked_at(end) or fields.is_request_seen(definition)
        is_asked = is_asked or (secret is None and LookedUp(project, definition, bodies.values).holds_for_all())
        look = Look.CLOSE if is_asked or bodies.are_words() else looking.of(bodies.values, definition, end)
        if look is Look.CLOSE or any(bodies.are_weighed(path) for path in reached):
            found = () if is_declared else tuple(fields.unseen(definition, endpoint, bodies, points))
            yield from found
            if not found:
                yield Proof(bodies.site, f"`{endpoint.label}` looks at what was sent")
        elif reached:
            path = min(reached, key=lambda each: (-each.confidence, len(each.steps), each.end.site))
            is_sure = look is Look.NONE and not validating.function_asks(definition)
            yield _hit(endpoint, bodies, path, "default" if look is Look.NONE else "there", is_sure)
        elif secret is not None:
            words_said = {"endpoint": endpoint.label, "call": last_name(definition.module.body, secret.call.callee)}
            only_compares = compared.in_name(words_said["call"])
            confidence = Confidence.LOW if bodies.is_form or only_compares else Confidence.MEDIUM
            found = tuple(fields.unseen(definition, endpoint, bodies, points)) if confidence is Confidence.LOW else ()
            yield from found
            if found:
                continue
            steps = Step(bodies.site, f"takes what `{endpoint.label}` is sent"), Step(secret.site, "takes it for a password")
            yield Hit(bodies.site, words_said, "secret", confidence, path=steps)


class _Fields:
    """What is read of a body by keys."""

    def __init__(self, project: Project, looking: LookedAt, params: Params) -> None:
        self._project = project
        self._looking = looking
        self._free = frozenset(params.free)
        self._requests = frozenset(params.requests)
        self._apart, self._validates = Phrases(params.apart), Phrases(params.validates)
        self._others = Phrases((*params.guards, *params.spared))

    def unseen(self, definition: Def, endpoint: Endpoint, bodies: RawBodies, writes: tuple[EffectPoint, ...]) -> Iterator[Hit]:
        """A hit where one that must be there, or several, go on and nothing looks at them."""
        if bodies.site is None or bodies.is_form or bodies.are_handed_in() or self._is_seen_apart(definition, endpoint):
            return
        writing = [point.site.end for point in writes if point.site.at > bodies.site.at]
        own = bodies.fields()
        shown = self._unseen(own, definition, max(writing, default=definition.function.end))
        if not shown and self._looking.of(own.whole(), definition, definition.function.end, depth=0) is not Look.CLOSE:
            handed = (self._unseen(read, below, below.function.end) for below, read in bodies.handed_whole())
            shown = next((found for found in handed if found and own.by_key.keys().isdisjoint(e.key for e in found)), [])
        if shown:
            yield self._hit(endpoint, bodies.site, shown)

    def _unseen(self, read: ReadFields, definition: Def, end: int) -> list[Unseen]:
        """Of the fields that a function reads those that are worth a word."""
        found = UnseenFields(self._project, definition, read, self._looking, end)
        if not read.by_key or found.are_seen_together():
            return []
        all_unseen = found.found()
        unseen = [each for each in all_unseen if words_of(each.key)[-1:] and words_of(each.key)[-1] not in self._free]
        needed = [each for each in unseen if each.is_needed]
        going = [each for each in unseen if each.goes_on]
        are_told = len(needed) > 1 or len(going) > 1 or any(each.goes_on for each in needed)
        are_none_seen = are_told and len(all_unseen) == len(read.by_key)
        if len(going) < _SEVERAL and len(needed) < _SEVERAL and not are_none_seen:
            return []
        return going if len(going) >= _SEVERAL or not needed else needed

    def _hit(self, endpoint: Endpoint, site: Site, shown: list[Unseen]) -> Hit:
        rest = len(shown) - _SHOWN
        names = ", ".join(f"`{each.key}`" for each in shown[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
        steps = [Step(site, f"takes what `{endpoint.label}` is sent")]
        taken = next((each.taken for each in shown if each.taken is not None), None)
        if taken is not None:
            steps.append(Step(taken.site, "goes on with it"))
        return Hit(site, {"endpoint": endpoint.label, "fields": names}, "fields", Confidence.MEDIUM, path=tuple(steps))

    def is_request_seen(self, definition: Def) -> bool:
        """`self.validate(request)`: the request itself is handed to what looks, by its name."""
        body = definition.module.body
        for site in self._project.calls.of(definition):
            name = last_name(body, site.call.callee)
            given = (argument.value for argument in site.call.arguments)
            is_told = any(isinstance(each, Name) and each.id in self._requests for each in given)
            if is_told and self._validates.in_name(name) and not self._others.in_name(name):
                return True
        return False

    def _is_seen_apart(self, definition: Def, endpoint: Endpoint) -> bool:
        """`form.validate()`, `OrderForm(request)`, `add_url_rule("/orders", view_func=validated("order")(create))`."""
        body = definition.module.body
        names = (last_name(body, site.call.callee) for site in self._project.calls.of(definition))
        if self.is_request_seen(definition) or any(self._apart.in_name(name) for name in names):
            return True
        route = endpoint.route.site
        declared = self._project.modules.by_path[route.path].body
        inside = [each for each in declared.calls if route.at <= each.at and each.end <= route.end]
        return any(self._apart.in_name(last_name(declared, each.callee)) for each in inside)


def _end_of(path: ConditionPath, definition: Def) -> int:
    """Where the function has done what leads to the write; 0 where that is in another file."""
    site = path.steps[0].site
    return site.end if site.path == definition.module.path else 0


def _hit(endpoint: Endpoint, bodies: RawBodies, path: ConditionPath, kind: str, is_sure: bool) -> Hit:
    """Less sure where something is named as if it looked, or only asked whether there is something: of a page's form, whose
    values are texts, that is a note."""
    assert bodies.site is not None  # noqa: S101 - asked above
    words = {"endpoint": endpoint.label, "call": path.end.shown}
    most = Confidence.HIGH if is_sure and len(path.through) <= _NEAR else Confidence.MEDIUM
    if not is_sure and bodies.is_form:
        most = Confidence.LOW
    steps = (Step(bodies.site, f"takes what `{endpoint.label}` is sent"), *path.steps)
    return Hit(bodies.site, words, kind, min(path.confidence, most), path=steps)


def _is_decorated(definition: Def, validating: Phrases, others: Phrases) -> bool:
    """`@validate_json(schema)`, `@expect(model, validate=True)`, `@method_decorator(verify_sender)`; not what only documents
    a schema or asks who comes."""
    body = definition.module.body
    for each in definition.function.decorators:
        name = last_name(body, each)
        arguments = body.calls[each.index].arguments if isinstance(each, CallRef) else ()
        given = [a.name for a in arguments if a.name]
        if _DECORATOR in words_of(name):
            given += [last_name(body, a.value) for a in arguments if a.name is None]
        if not others.in_name(name) and any(validating.in_name(said) for said in (name, *given)):
            return True
    return False


def _dispatching(project: Project, endpoint: Endpoint) -> Iterator[Def]:
    """What a view does before any of its methods: its own `dispatch`, or that of a base."""
    view = endpoint.view
    found = method_in(project, Type(view.name), _DISPATCHING) if view is not None else None
    if found is not None:
        yield found


def _has_schema(endpoint: Endpoint, schemas: Phrases) -> bool:
    """A class that names what its base looks at: `patch_schema = Schema({…})`. A serializer is only used where it is called."""
    view = endpoint.view
    return view is not None and any(
        statement.context == view.klass.context and isinstance(statement.target, Name) and schemas.in_name(statement.target.id)
        for statement in view.module.body.statements
    )


def _may_write(endpoint: Endpoint) -> bool:
    return not endpoint.methods or not WRITING.isdisjoint(endpoint.methods)
