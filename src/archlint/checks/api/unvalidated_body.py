"""API016: a body is written to the database as it was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from archlint.checks.rule_api import Confidence, Hit, Project, Proof, Site, Step
from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Mapping, Name, Parameter, String, Subscript
from archlint.project.control.asking import Asking, Phrases
from archlint.project.control.conditions import Path as ConditionPath
from archlint.project.effects.effects import EffectPoint
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.class_attributes import method_in
from archlint.project.names.handed_values import HandedValues
from archlint.project.routes.endpoints import WRITING, Endpoint
from archlint.project.spelling import last_name, spell
from archlint.project.transactions.changed_rows import ways_to_change
from archlint.project.types.entities import FunctionRef
from archlint.project.values.looked_at import Look, LookedAt
from archlint.project.values.looked_up import LookedUp
from archlint.project.values.read_fields import ReadFields
from archlint.project.values.unseen_fields import Unseen, UnseenFields
from archlint.project.walk import walk_module
from archlint.project.words import words_of

_REFUSALS = frozenset({400, 422})
"""The answers to what is not in order."""
_ATTRIBUTES = frozenset({Attribute})
_SUBSCRIPTS = frozenset({Subscript})
_NEAR = 1
_SEVERAL = 3
"""Fields that go on unseen: with fewer, what the rest is asked may be all that there is to ask."""
_SHOWN = 3
_ANNOTATED = "Annotated"
_PROVIDING = frozenset({"dependencies", "provide", "depends"})
_STORED = "db-model"
_DECORATOR, _DISPATCHING = "decorator", "dispatch"
_VERBS = frozenset({"post", "put", "patch", "delete"})


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """`bodies`: attributes of a request that give what was sent, nobody having looked at it; `requests`: names of requests;
    `open_types`: annotations of a handler's parameter that let everything in, `lists`: of what holds many such; `validates`:
    words for what code that looks at it reads and calls; `free`: last words of fields that may hold any text; `not_asked`:
    words in paths and names of endpoints that take what a protocol or another program sends; `models`: classes whose
    instances look at what they are made of; `markers`: what a parameter's default is called that takes the body as it is;
    `forms`: those of `bodies` that hold texts alone; `spared`: words in names of calls that do not look at what was sent,
    whatever else they check; `secrets`: of those that take a password; `schemas`: of attributes of a class by which its base
    looks; `documents`: of decorators that only document; `guards`: of decorators that ask who comes, and not what he sends
    (`@token_required`); `compared`: of those in `secrets` that only compare."""

    bodies: tuple[str, ...]
    requests: tuple[str, ...]
    open_types: tuple[str, ...]
    lists: tuple[str, ...]
    validates: tuple[str, ...]
    free: tuple[str, ...]
    not_asked: tuple[str, ...]
    models: tuple[str, ...]
    markers: tuple[str, ...]
    forms: tuple[str, ...]
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
        bodies = _Bodies(project, definition, endpoint, params)
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
        is_asked = is_declared or bodies.are_looked_at(end)
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

    def unseen(self, definition: Def, endpoint: Endpoint, bodies: _Bodies, writes: tuple[EffectPoint, ...]) -> Iterator[Hit]:
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

    def _is_seen_apart(self, definition: Def, endpoint: Endpoint) -> bool:
        """`form.validate()`, `OrderForm(request)`, `add_url_rule("/orders", view_func=validated("order")(create))`."""
        body = definition.module.body
        for site in self._project.calls.of(definition):
            name = last_name(body, site.call.callee)
            given = (argument.value for argument in site.call.arguments)
            is_told = any(isinstance(each, Name) and each.id in self._requests for each in given)
            if self._apart.in_name(name) or (is_told and self._validates.in_name(name) and not self._others.in_name(name)):
                return True
        route = endpoint.route.site
        declared = self._project.modules.by_path[route.path].body
        inside = [each for each in declared.calls if route.at <= each.at and each.end <= route.end]
        return any(self._apart.in_name(last_name(declared, each.callee)) for each in inside)


def _is_nothing(_: Expr) -> bool:
    return False


def _end_of(path: ConditionPath, definition: Def) -> int:
    """Where the function has done what leads to the write; 0 where that is in another file."""
    site = path.steps[0].site
    return site.end if site.path == definition.module.path else 0


def _hit(endpoint: Endpoint, bodies: _Bodies, path: ConditionPath, kind: str, is_sure: bool) -> Hit:
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


class _Bodies:
    """What a function takes of a request as it was sent, and the names under which it goes on."""

    def __init__(self, project: Project, definition: Def, endpoint: Endpoint, params: Params) -> None:
        self._project = project
        self._definition = definition
        self._module, self._function = definition.module, definition.function
        self._params = params
        self._modelled = frozenset(self._of_models())
        parameter = self._parameter(endpoint)
        taken = self._read() if parameter is None else parameter
        self.site = Site(self._module.path, taken.at, taken.end) if taken is not None else None
        self.is_form = isinstance(taken, Attribute) and taken.attr in params.forms
        self._is_parameter = parameter is not None
        self._names = frozenset({parameter.name} if parameter is not None else ())
        self.values = HandedValues(project, definition, set(self._names), self.is_raw)

    def _is_own(self, at: int) -> bool:
        return self._function.at <= at < self._function.end

    def _parameter(self, endpoint: Endpoint) -> Parameter | None:
        """`order: dict` that is no part of the path."""
        for each in self._function.parameters:
            if each.annotation is None or f"{{{each.name}}}" in endpoint.path:
                continue
            annotation = self._annotated(each.annotation)
            if isinstance(annotation, Subscript) and last_name(self._module.body, annotation.base) in self._params.lists:
                annotation = annotation.index[0]
            spelled = spell(self._module.body, annotation).partition("[")[0].rpartition(".")[2]
            if spelled in self._params.open_types and not self._is_injected(each):
                return each
        return None

    def _annotated(self, annotation: Expr) -> Expr:
        """`dict` of `Annotated[dict, Body()]`; with anything else beside it, a function gives it."""
        if not isinstance(annotation, Subscript) or last_name(self._module.body, annotation.base) != _ANNOTATED:
            return annotation
        first, *others = annotation.index
        calls = self._module.body.calls
        names = {last_name(self._module.body, calls[o.index].callee) if isinstance(o, CallRef) else "" for o in others}
        return first if names <= {*self._params.markers} else annotation

    def _is_injected(self, parameter: Parameter) -> bool:
        """A function gives it (`= Depends(order_of)`, `dependencies={"order": Provide(order_of)}`); `= Body(…)` only says what
        is sent."""
        if any(parameter.name in names for names in self._provided()):
            return True
        if isinstance(parameter.default, Name | Attribute):  # `user: dict = CurrentUser`, which is a `Depends(…)`
            return True
        if not isinstance(parameter.default, CallRef):
            return False
        return last_name(self._module.body, self._module.body.calls[parameter.default.index].callee) not in self._params.markers

    def _provided(self) -> Iterator[set[str]]:
        """The names that the decorators of the function list with what gives them."""
        body = self._module.body
        for decorator in self._function.decorators:
            for argument in body.calls[decorator.index].arguments if isinstance(decorator, CallRef) else ():
                if argument.name in _PROVIDING and isinstance(argument.value, Mapping):
                    yield {key.value for key in argument.value.keys if isinstance(key, String)}

    def _read(self) -> Attribute | None:
        """The first `request.json` or `request.get_json()`."""
        found = [expr for expr, _ in walk_module(self._module, _ATTRIBUTES) if self._is_own(expr.at) and self.is_raw(expr)]
        found += [call.callee for call in self._module.body.calls if self._is_own(call.at) and self.is_raw(call.callee)]
        first = min(found, key=lambda expr: expr.at, default=None)
        return first if isinstance(first, Attribute) else None

    def is_raw(self, expr: Expr) -> bool:
        """The expression itself is a body."""
        if not isinstance(expr, Attribute) or expr.attr not in self._params.bodies:
            return False
        name = last_name(self._module.body, expr.base)
        return name in self._params.requests and name not in self._modelled

    def _of_models(self) -> Iterator[str]:
        """`req` of `req: NewOrder`, a class of pydantic."""
        for each in self._function.parameters:
            if each.name in self._params.requests and each.annotation is not None:
                found = self._project.types.all(self._module, each.annotation, self._function.outer)
                if self._looks(found):
                    yield each.name

    def _looks(self, types: Iterable[Type]) -> bool:
        """One of them is a class whose instances look at what they are made of."""
        models, members = set(self._params.models), self._project.types.inference.members
        return any(
            ancestor.name.rpartition(".")[2] in models
            for each in types
            if self._project.types.role(each) != _STORED  # whose base may be called so, too
            for ancestor in members.ancestors(Type(each.name))
        )

    def secret(self, secrets: Phrases) -> CallSite | None:
        """The call that takes something of the body for a secret: `user.set_password(body["password"])`."""
        for site in self._project.calls.of(self._definition):
            is_taken = any(self.values.holds(argument.value) for argument in site.call.arguments)
            if is_taken and secrets.in_name(last_name(self._module.body, site.call.callee)):
                return site
        return None

    def are_words(self) -> bool:
        """All that is taken of it are texts that may say anything: `request.POST["note"]`."""
        module, free = self._module, set(self._params.free)
        keys = [self._key(expr) for expr, _ in walk_module(module, _SUBSCRIPTS) if self._is_own(expr.at)]
        keys += [self._got(call) for call in module.body.calls if self._is_own(call.at)]
        named = [key for key in keys if key]
        raw = [expr for expr, _ in walk_module(module, _ATTRIBUTES) if self._is_own(expr.at) and self.is_raw(expr)]
        return bool(named) and len(raw) == len(named) and all(words_of(key)[-1:] and words_of(key)[-1] in free for key in named)

    def _key(self, expr: Expr) -> str:
        """`note` of `request.POST["note"]`."""
        if not isinstance(expr, Subscript) or not self.is_raw(expr.base) or not isinstance(expr.index[0], String):
            return ""
        return expr.index[0].value

    def _got(self, call: Call) -> str:
        """`note` of `request.POST.get("note")`."""
        is_got = isinstance(call.callee, Attribute) and call.callee.attr == "get" and self.is_raw(call.callee.base)
        first = call.arguments[0].value if is_got and call.arguments else None
        return first.value if isinstance(first, String) else ""

    def are_looked_at(self, end: int) -> bool:
        """By a decorator of the project, or by a model that is made of them before they are written."""
        return self.are_handed_in() or self._are_modelled(end)

    def _are_modelled(self, end: int) -> bool:
        """`NewUser(**body)`, of a class of pydantic."""
        for site in self._project.calls.of(self._definition):
            if site.call.at < end and any(self.values.holds(argument.value) for argument in site.call.arguments):
                whole = CallRef(site.call.at, site.call.length, site.index)
                if self._looks(self._project.types.all(self._module, whole, site.call.context)):
                    return True
        return False

    def fields(self) -> ReadFields:
        """What is read of it by keys."""
        return ReadFields(self._project, self._definition, set(self._names), self.is_raw)

    def handed_whole(self) -> Iterator[tuple[Def, ReadFields]]:
        """The functions of the project that get all of it, with what they read: `create_order(body)`."""
        whole = self.fields()
        for site in self._project.calls.of(self._definition):
            below = site.targets[0].definition if len(site.targets) == 1 else None
            if below is None or not below.module.is_production or below == self._definition:
                continue
            given = arguments_by_parameter(site.call, below)
            names = {name for name, value in given.items() if whole.is_whole(value)}
            if names:
                yield below, ReadFields(self._project, below, names, _is_nothing)

    def are_handed_in(self) -> bool:
        """A decorator of the project gives the parameter, and may have looked at it: no framework reads its annotation."""
        function = self._function
        if not self._is_parameter or not function.decorators:
            return False
        inference = self._project.types.inference
        own = (
            entity.definition
            for each in function.decorators
            for decorator in (self._module.body.calls[each.index].callee if isinstance(each, CallRef) else each,)
            for entity in inference.entities(self._module, decorator, function.outer)
            if isinstance(entity, FunctionRef)
        )
        return any(definition.module.is_production for definition in own)

    def are_weighed(self, path: ConditionPath) -> bool:
        """A function further down looks at it."""
        return self.values.are_weighed(path)

    def reach(self, path: ConditionPath) -> bool:
        """Something of the body comes to the write at the end of a way."""
        return self.values.reach(path)
