"""Who decides a parameter of which a text is made: a request, the callers that are known, or whoever calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from archlint.facts.findings import Confidence, Step
from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Lambda, Name, Parameter, String, Subscript
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.arguments import receives_itself
from archlint.project.names.handed_over import HandedOver
from archlint.project.names.origins import Parameter as Given
from archlint.project.names.passed_arguments import arguments_of
from archlint.project.parts import parts_of
from archlint.project.secrets.flows import Place
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef
from archlint.project.types.injected import Injected
from archlint.project.values.described_values import lets_through
from archlint.project.values.insertions import Inserted, Part, Reach, Spot, is_enclosed
from archlint.project.values.path_numbers import PathNumbers
from archlint.project.values.request_objects import RequestObjects
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.names.scopes import Binding
    from archlint.project.source.modules import Module
    from archlint.project.values.inserted_values import Found, InsertedValues

_MOST_CALLERS = 12
_MOST_CLIMBS = 6
_TEXT = frozenset({"builtins.str", "builtins.bytes"})
_MAPPINGS = frozenset({"dict", "Dict", "Mapping"})
_LISTS = frozenset({"list", "List", "Sequence"})
_FOR_OBJECTS = 300
"""Expressions looked at for where an object of no known class comes from."""
_ABSTRACT = frozenset({"ABC", "object"})
_KEYS = frozenset({"id", "pk"})
"""Attributes of a row that the database has made."""


class InsertedParameters:
    def __init__(self, values: InsertedValues) -> None:
        self._values = values
        self._project = values.project
        words = values.words
        self._requests = frozenset(words.request_names)
        self._parts = frozenset(words.request_parts)
        self._injected = frozenset(words.injected)
        self._sql_words = frozenset(words.sql_words)
        self._handed = RequestObjects(self._project)
        self._climbing: list[tuple[Def, int]] = []
        self._numbers = PathNumbers(self._project)
        self._later = HandedOver(self._project)
        self._injected_by = Injected(self._project)

    @contextmanager
    def afresh(self) -> Iterator[None]:
        """What is asked inside climbs as far as if it were the first."""
        climbing, self._climbing = self._climbing, []
        try:
            yield
        finally:
            self._climbing = climbing

    def of(self, module: Module, binding: Binding, expr: Expr, spot: Spot) -> Found:
        """What a parameter holds where its name is read."""
        definition = Def(module, module.name, binding.function)
        function = definition.function
        parameter = function.parameters[binding.index]
        given = Given(definition, binding.index)
        if self._values.closed.by_annotation(module, parameter.annotation, function.outer):
            return self._in_spite_of(given, expr, spot)
        frame = spot.place.frame
        if frame is not None and frame.definition == definition:
            return self._passed(
                given, frame.call, spot.framed(Place(frame.call.module, frame.call.call.context, frame.outer), None)
            )
        if binding.index == 0 and receives_itself(definition):
            return self._values.leaf(expr, spot)
        if function.name == "<lambda>":
            return self._of_lambda(definition, binding, expr, spot)
        if parameter.name in self._requests and not self._describes_body(definition, binding.index):
            return self._values.leaf(expr, spot)
        if definition in self._project.endpoints.by_definition:
            return self._of_endpoint(definition, parameter, expr, spot)
        return self._climbed(given, expr, spot)

    def _in_spite_of(self, given: Given, expr: Expr, spot: Spot) -> Found:
        """Nothing makes a value what the annotation of a plain function says: a text that is sent goes through."""
        definition, frame = given.definition, spot.place.frame
        if spot.entry is None or spot.most < Reach.SENT or self._is_converted(definition):
            return iter(())
        if frame is not None and frame.definition == definition:
            found = self._passed(
                given, frame.call, spot.framed(Place(frame.call.module, frame.call.call.context, frame.outer), None)
            )
        else:
            found = self._climbed(given, expr, spot)
        sent = (each for each in found if each.reach == Reach.SENT)
        return (replace(each, confidence=min(each.confidence, Confidence.MEDIUM)) for each in sent)

    def _is_converted(self, definition: Def) -> bool:
        """A library calls it, or what it is decorated with, and may make of a value what is annotated."""
        if definition in self._project.endpoints.by_definition:
            return True
        returns = self._project.types.inference.returns
        found = (returns.decorator_entities(definition, decorator) for decorator in definition.function.decorators)
        return any(not entities or any(not isinstance(e, FunctionRef) for e in entities) for entities in found)

    def _of_lambda(self, definition: Def, binding: Binding, expr: Expr, spot: Spot) -> Found:
        """`map(lambda part: …, parts)` gives it each item."""
        module, outer = definition.module, definition.function.outer
        for call in module.body.calls:
            first = call.arguments[0].value if len(call.arguments) == 2 else None
            is_given = isinstance(first, Lambda) and first.function == definition.index and binding.index == 0
            if is_given and last_name(module.body, call.callee) == "map":
                return self._values.items.each(call.arguments[1].value, (), spot.moved(module, outer), expr)
        return self._values.leaf(expr, spot)

    def _of_endpoint(self, definition: Def, parameter: Parameter, expr: Expr, spot: Spot) -> Found:
        types = self._annotated(definition, parameter)
        if self._is_injected(definition, parameter):
            return self._values.leaf(expr, spot)
        if any(self._project.types.is_a(t, *self._values.words.upload_types) for t in types):
            return self._values.leaf(expr, spot, Reach.SENT)
        if spot.taken and self._is_mapping_of_body(definition, parameter):
            return self._values.leaf(expr, spot, Reach.SENT)
        if any(t.name not in _TEXT and t.name not in self._project.symbols.classes for t in types) and not _is_list(types):
            return self._values.leaf(expr, spot)
        if any(self._makes_itself(t) for t in types):
            return self._values.leaf(expr, spot)
        if self._numbers.holds(definition, parameter.name, in_quotes=spot.entry is not None and is_enclosed(spot.entry.before)):
            return iter(())
        field = spot.taken[0] if spot.taken else None
        if isinstance(field, str) and self._values.attributes.is_closed_field(types, field):
            return iter(())  # `body.model_dump()["limit"]`
        is_filled = parameter.annotation is not None or self._is_in_path(definition, parameter)
        is_filled = is_filled or self._is_filled_by_routes(definition)
        if not is_filled:
            return self._values.leaf(expr, spot)
        module, outer = definition.module, definition.function.outer
        described = (parameter.default, parameter.annotation)
        is_looked_at = any(lets_through(self._project, module, each, outer) for each in described) or any(
            self._values.refused.ends_without(d, parameter.name, is_found=spot.is_fixed())
            for d in self._injected_by.functions(definition)
        )
        return self._values.leaf(expr, spot.capped() if is_looked_at else spot, Reach.SENT)

    def _is_injected(self, definition: Def, parameter: Parameter) -> bool:
        """What the framework finds for it: `user: dict = Depends(current_user)`, `Annotated[dict, Depends(current_user)]`."""
        body = definition.module.body
        given = (part for expr in (parameter.default, parameter.annotation) if expr for part in parts_of(body, expr))
        return any(isinstance(part, CallRef) and last_name(body, part) in self._injected for part in given)

    def _is_mapping_of_body(self, definition: Def, parameter: Parameter) -> bool:
        """`order: dict`, or `orders: list[dict]`, written out so, in a handler that nothing but its routes decorates."""
        written, body = parameter.annotation, definition.module.body
        if isinstance(written, Subscript) and last_name(body, written.base) in _LISTS:
            written = written.index[0]
        written = written.base if isinstance(written, Subscript) else written
        is_mapping = isinstance(written, Name | Attribute) and last_name(body, written) in _MAPPINGS
        return is_mapping and self._is_filled_by_routes(definition)

    def _describes_body(self, definition: Def, position: int) -> bool:
        """Called a request, it is what the project itself says that a request holds."""
        types = self._annotated(definition, definition.function.parameters[position])
        own = [t for t in types if t.name in self._project.symbols.classes]
        return bool(own) and all(self._values.attributes.declares_fields(t) for t in own)

    def only_brings(self, owner: Type) -> bool:
        """A class by which a handler that is served says what its request holds, and of which the code makes no object."""
        if owner.name not in self._bodies:
            return False
        return not any(site.module.is_production for site in self._project.calls.to(owner.name))

    @cached_property
    def _bodies(self) -> frozenset[str]:
        left = self._project.left_routers
        return frozenset(
            found.name
            for definition, endpoints in self._project.endpoints.by_definition.items()
            if definition.module.is_production and not all(left.hold(endpoint.route) for endpoint in endpoints)
            for position in range(len(definition.function.parameters))
            if self._is_body(definition, position)
            for found in self._annotated(definition, definition.function.parameters[position])
        )

    def _makes_itself(self, owner: Type) -> bool:
        """A class of the project's with a way of its own to be made, which describes no body: the framework, or a
        decorator, hands its object over."""
        members = self._project.types.inference.members
        if owner.name not in self._project.symbols.classes or self._values.attributes.declares_fields(owner):
            return False
        return any(a.name in self._project.symbols.classes and members.has_own(a, "__init__") for a in members.ancestors(owner))

    def _is_in_path(self, definition: Def, parameter: Parameter) -> bool:
        """What a route has no place for is given by a decorator."""
        endpoints = self._project.endpoints.by_definition[definition]
        paths = [path for endpoint in endpoints for path in (*endpoint.route.paths, endpoint.below)]
        if parameter.kind == "**" or any(f"{{{parameter.name}}}" in path for path in paths):
            return True
        return self._numbers.is_grouped(definition, parameter.name)

    def _is_filled_by_routes(self, definition: Def) -> bool:
        """It has no decorators but those of its routes: nobody else is there who could give it anything."""
        endpoints = self._project.endpoints.by_definition[definition]
        routes = {endpoint.route.site.at for endpoint in endpoints if endpoint.route.site.path == definition.module.path}
        decorators = definition.function.decorators
        return bool(decorators) and routes.issuperset(decorator.at for decorator in decorators)

    def _climbed(self, given: Given, expr: Expr, spot: Spot) -> Found:
        """What the callers pass; where none is known, whoever calls decides."""
        definition = given.definition
        key = (definition, given.position)
        if key in self._climbing:
            return iter(())
        callers = [site for site in self._callers(definition) if site.caller != definition]
        if not callers and self._numbers.holds(definition, given.name):
            return iter(())
        if not callers or len(self._climbing) >= _MOST_CLIMBS:
            named = given.kind == "**" and spot.taken[:1] == (Part.EACH,)  # names that stand in a call's source
            told = named or not self._sql_words.isdisjoint(words_of(given.name)[-1:]) or self._is_statement(given)
            told = told or _is_number(definition.function.parameters[given.position].default) or self._is_uncalled(definition)
            return self._values.leaf(expr, spot, Reach.UNPROVED if told else Reach.GIVEN, definition.function.qualname)
        if spot.entry is None and not self._values.is_new((key, *spot.way), len(self._climbing)):
            return iter(())
        self._climbing.append(key)
        try:
            return iter(list(self._from_callers(given, callers, spot)))
        finally:
            self._climbing.pop()

    def _is_uncalled(self, definition: Def) -> bool:
        """A function of the project's own, hidden by its name, in a module that looks none up by name, and whose class no
        library made: nobody calls it."""
        function, module = definition.function, definition.module
        if not function.name.startswith("_") or function.name.startswith("__"):
            return False
        if any(last_name(module.body, call.callee) == "getattr" for call in module.body.calls):
            return False
        return function.klass < 0 or self._is_own(definition.owner)

    def _is_own(self, name: str) -> bool:
        """Every class that this one inherits from is the project's."""
        ancestors = self._project.types.inference.members.ancestors(Type(name))
        known = [klass for klass in map(self._project.symbols.classes.get, (a.name for a in ancestors)) if klass is not None]
        named = {last_name(klass.module.body, base) for klass in known for base in klass.klass.bases}
        return bool(known) and named - _ABSTRACT <= {klass.name.rpartition(".")[2] for klass in known}

    def _is_statement(self, given: Given) -> bool:
        """Its type says that it holds a statement or a part of one: whoever calls writes SQL."""
        types = self._annotated(given.definition, given.definition.function.parameters[given.position])
        return bool(types) and all(self._project.types.role(t).startswith("db-") for t in types)

    def _from_callers(self, given: Given, callers: list[CallSite], spot: Spot) -> Found:
        """A text is looked at in every call that hands it over; who decides a value is told by the first few."""
        if spot.entry is not None:
            told = [list(self._from_caller(given, site, spot)) for site in callers[:_MOST_CALLERS]]
            # where some callers are run, and nobody calls the others, these are not how it is used
            is_used = any(all(found.reach != Reach.GIVEN for found in each) for each in told)
            for found in chain.from_iterable(told):
                yield replace(found, confidence=Confidence.LOW) if is_used and found.reach == Reach.GIVEN else found
            return
        for site in callers:
            with self._values.afresh():
                yield from list(self._from_caller(given, site, spot))

    def _from_caller(self, given: Given, site: CallSite, spot: Spot) -> Found:
        step = Step(site.site, f"passed as `{given.name}` to `{given.definition.function.name}`")
        place = Place(site.module, site.call.context)
        return self._passed(given, site, spot.framed(place, step, max(site.confidence, Confidence.MEDIUM)))

    def _callers(self, definition: Def) -> list[CallSite]:
        callers = self._project.calls.callers(definition)
        if definition.function.name == "__init__":
            klass = definition.name.removesuffix(".__init__")
            callers = callers or self._project.calls.to(klass)
        found = [site for site in callers if not site.module.is_test]
        return found or self._later.sites(definition) or self._called_so(definition.function.name)

    def _called_so(self, name: str) -> list[CallSite]:
        """The calls of a method called so of which nothing else is known; nothing for a name of many."""
        written = self._project.calls.written(name)
        if len(written) > _MOST_CALLERS:
            return []
        sites = [self._project.calls.in_module(module)[module.body.calls.index(call)] for module, call in written]
        return [site for site in sites if not site.targets and isinstance(site.call.callee, Attribute)]

    def _passed(self, given: Given, site: CallSite, spot: Spot) -> Found:
        """What one call gives for the parameter, or its default."""
        arguments = arguments_of(given, site)
        values = self._values
        head = spot.taken[0] if spot.taken else Part.ANY
        if given.kind == "**":
            if head is Part.EACH:  # the names are written in the call
                unpacked = [a.value for a in site.call.arguments if a.name == "**"]
                return values.all(unpacked, spot)
            named = [a.value for a in arguments if head in (a.name, Part.ANY)]
            return values.all(named, spot.inside())
        if given.kind == "*":
            chosen = arguments[head : head + 1] if isinstance(head, int) and head >= 0 else arguments
            return values.all([a.value for a in chosen], spot.inside())
        if arguments:
            return values.all([a.value for a in arguments], spot)
        function = given.definition.function
        default = function.parameters[given.position].default
        if default is None and site.is_open:
            starred = [a.value for a in site.call.arguments if a.name in ("*", "**")]
            return chain.from_iterable(values.leaf(value, spot) for value in starred[:1])
        there = spot.framed(Place(given.definition.module, function.outer), None)
        return iter(()) if isinstance(default, Constant | String) else values.walk(default, there)

    # what holds a request

    def is_sent(self, expr: Attribute, place: Place) -> bool:
        """A part of a request that its sender decides: `request.args`, `self.request.GET`."""
        if expr.attr not in self._parts:
            return False
        if self._handed.is_one(place.module, expr.base, place.context) or self._is_filled(expr.base, place):
            return True
        return isinstance(expr.base, Name | Attribute) and last_name(place.module.body, expr.base) in self._requests

    def _is_filled(self, field: Expr, place: Place) -> bool:
        """A field of a form that takes any text, and has no test of its own for it."""
        types = self._project.types.all(place.module, field, place.context)
        if not types or any(t.is_class or self._project.types.role(t) != "text-field" for t in types):
            return False
        sources = self._project.values.sources.of(place.module, field, place.context)
        return not any(self._is_tested(s.module, s.expr) for s in sources if isinstance(s.expr, CallRef))

    def _is_tested(self, module: Module, made: CallRef) -> bool:
        sites = self._project.calls.in_module(module)
        parts = (p for a in module.body.calls[made.index].arguments for p in parts_of(module.body, a.value))
        operations = (sites[part.index].operation for part in parts if isinstance(part, CallRef))
        return any(operation is not None and operation.register == "text-check" for operation in operations)

    def of_object(self, expr: Attribute, spot: Spot) -> Found:
        """An attribute of an object of which nothing more is known: sent, where the object is what a request brings."""
        reach, base = self._reach(expr, spot.place), expr.base
        made = isinstance(base, CallRef) and self._values.calls.is_closed_function(last_name(spot.place.module.body, base))
        own = isinstance(base, Name) and base.id in ("self", "cls") and expr.attr.isupper()
        if reach == Reach.UNPROVED and (made or own or expr.attr in _KEYS):
            return iter(())
        read = self._read_with(expr, spot) if reach == Reach.UNPROVED else []
        return iter(read) if read else self._values.leaf(expr, spot, reach)

    def _read_with(self, expr: Attribute, spot: Spot) -> list[Inserted]:
        """What the object was read out of: `row = find(name)`, `row.town`."""
        if spot.entry is None or spot.most < Reach.READ or not isinstance(expr.base, Name):
            return []
        with self._values.afresh(_FOR_OBJECTS), self.afresh():
            found = list(self._values.walk(expr.base, spot.taking(expr.attr)))
        return [each for each in found if each.reach == Reach.READ or (each.reach == Reach.SENT and each.is_parsed)][:1]

    def is_body(self, expr: Attribute, place: Place) -> bool:
        """A field of what the handler is handed as its request's body."""
        return self._reach(expr, place) == Reach.SENT

    def _reach(self, expr: Attribute, place: Place) -> Reach:
        root: Expr = expr
        while isinstance(root, Attribute | Subscript):
            root = root.base
        if not isinstance(root, Name) or root.id in ("self", "cls"):
            return Reach.UNPROVED
        scopes = self._project.symbols.scopes(place.module)
        for binding in scopes.lookup(place.context, root.id, root.at)[1]:
            if binding.kind == "parameter":
                definition = Def(place.module, place.module.name, binding.function)
                if definition in self._project.endpoints.by_definition and self._is_body(definition, binding.index):
                    return Reach.SENT
        return Reach.UNPROVED

    def _annotated(self, definition: Def, parameter: Parameter) -> list[Type]:
        if parameter.annotation is None:
            return []
        annotations = self._project.types.inference.annotations
        types = annotations.types(definition.module, parameter.annotation, definition.function.outer)
        return [t for t in types if isinstance(t, Type)]

    def _is_body(self, definition: Def, position: int) -> bool:
        """A parameter whose class is the project's own description of what a request holds."""
        parameter = definition.function.parameters[position]
        if isinstance(parameter.default, CallRef):
            return False
        classes = [t for t in self._annotated(definition, parameter) if t.name in self._project.symbols.classes]
        return any(self._project.types.role(t) in ("", "schema", "data") and not self._makes_itself(t) for t in classes)


def _is_number(default: Expr | None) -> bool:
    return isinstance(default, Constant) and isinstance(default.value, int | float) and not isinstance(default.value, bool)


def _is_list(types: list[Type]) -> bool:
    return any(t.arguments and all(inner.name in _TEXT for inner in t.arguments) for t in types)
