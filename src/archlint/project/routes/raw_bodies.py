"""What a function takes of a request as it was sent, before anybody has looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Call, CallRef, Expr, Mapping, Name, Parameter, String, Subscript
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.handed_values import HandedValues
from archlint.project.spelling import last_name, spell
from archlint.project.types.entities import FunctionRef
from archlint.project.values.read_fields import ReadFields
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.control.asking import Phrases
    from archlint.project.control.conditions import Path as ConditionPath
    from archlint.project.program import Project
    from archlint.project.routes.endpoints import Endpoint

_ATTRIBUTES = frozenset({Attribute})
_SUBSCRIPTS = frozenset({Subscript})
_ANNOTATED = "Annotated"
_PROVIDING = frozenset({"dependencies", "provide", "depends"})
_STORED = "db-model"


class BodyWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How bodies are written.

    `bodies`: attributes of a request that give what was sent, nobody having looked at it; `requests`: names of requests;
    `open_types`: annotations of a handler's parameter that let everything in, `lists`: of what holds many such; `free`: last
    words of fields that may hold any text; `models`: classes whose instances look at what they are made of; `markers`: what a
    parameter's default is called that takes the body as it is; `forms`: those of `bodies` that hold texts alone.
    """

    bodies: tuple[str, ...]
    requests: tuple[str, ...]
    open_types: tuple[str, ...]
    lists: tuple[str, ...]
    free: tuple[str, ...]
    models: tuple[str, ...]
    markers: tuple[str, ...]
    forms: tuple[str, ...]


class RawBodies:
    """What a function takes of a request as it was sent, and the names under which it goes on."""

    def __init__(self, project: Project, definition: Def, endpoint: Endpoint, words: BodyWords) -> None:
        self._project = project
        self._definition = definition
        self._module, self._function = definition.module, definition.function
        self._words = words
        self._modelled = frozenset(self._of_models())
        parameter = self._parameter(endpoint)
        taken = self._read() if parameter is None else parameter
        self.site = Site(self._module.path, taken.at, taken.end) if taken is not None else None
        self.is_form = isinstance(taken, Attribute) and taken.attr in words.forms
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
            if isinstance(annotation, Subscript) and last_name(self._module.body, annotation.base) in self._words.lists:
                annotation = annotation.index[0]
            spelled = spell(self._module.body, annotation).partition("[")[0].rpartition(".")[2]
            if spelled in self._words.open_types and not self._is_injected(each):
                return each
        return None

    def _annotated(self, annotation: Expr) -> Expr:
        """`dict` of `Annotated[dict, Body()]`; with anything else beside it, a function gives it."""
        if not isinstance(annotation, Subscript) or last_name(self._module.body, annotation.base) != _ANNOTATED:
            return annotation
        first, *others = annotation.index
        calls = self._module.body.calls
        names = {last_name(self._module.body, calls[o.index].callee) if isinstance(o, CallRef) else "" for o in others}
        return first if names <= {*self._words.markers} else annotation

    def _is_injected(self, parameter: Parameter) -> bool:
        """A function gives it (`= Depends(order_of)`, `dependencies={"order": Provide(order_of)}`); `= Body(…)` only says what
        is sent."""
        if any(parameter.name in names for names in self._provided()):
            return True
        if isinstance(parameter.default, Name | Attribute):  # `user: dict = CurrentUser`, which is a `Depends(…)`
            return True
        if not isinstance(parameter.default, CallRef):
            return False
        return last_name(self._module.body, self._module.body.calls[parameter.default.index].callee) not in self._words.markers

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
        if not isinstance(expr, Attribute) or expr.attr not in self._words.bodies:
            return False
        name = last_name(self._module.body, expr.base)
        return name in self._words.requests and name not in self._modelled

    def _of_models(self) -> Iterator[str]:
        """`req` of `req: NewOrder`, a class of pydantic."""
        for each in self._function.parameters:
            if each.name in self._words.requests and each.annotation is not None:
                found = self._project.types.all(self._module, each.annotation, self._function.outer)
                if self._looks(found):
                    yield each.name

    def _looks(self, types: Iterable[Type]) -> bool:
        """One of them is a class whose instances look at what they are made of."""
        models, members = set(self._words.models), self._project.types.inference.members
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
        module, free = self._module, set(self._words.free)
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
                yield below, ReadFields(self._project, below, names, lambda _: False)

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
