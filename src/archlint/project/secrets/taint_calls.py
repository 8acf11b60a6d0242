"""The taint through calls: into the functions of the project and back, up to the callers of a parameter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from archlint.facts.findings import Confidence, Step
from archlint.facts.syntax import Argument, Attribute, Await, Call, CallRef, Collection, Constant, Expr, Name, Statement, String
from archlint.project.model import CallSite, Def
from archlint.project.names.carrying import CARRYING_FUNCTIONS, CARRYING_METHODS, is_carrying
from archlint.project.names.origins import Parameter
from archlint.project.names.passed_arguments import arguments_of
from archlint.project.names.shared_bases import doubted, is_shared
from archlint.project.secrets.flows import CLEAN, UNKNOWN, Flow, Frame, Place, Source, guessed, joined, stepped
from archlint.project.spelling import last_name
from archlint.project.types.told_by_name import (
    CLEAN_FUNCTIONS,
    CLEAN_VERBS,
    DUMPS,
    GIVING_VERBS,
    ITEM_METHODS,
    MARKS,
    READING_VERBS,
    RELATING,
    SPEAKING,
)
from archlint.project.values.cut_values import parts_scheme, swaps_text, takes_apart
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.secrets.taint import Taint

_MOST_CALLERS = 30
_MOST_CLIMBS = 4
_MOST_RETURNS = 6
_MAPPINGS = frozenset({"builtins.dict", "typing.Mapping", "typing.Dict", "collections.abc.Mapping"})
_TAKING_KEYS = frozenset({"list", "sorted", "set", "tuple", "frozenset"})
"""Of a mapping they take the names of its fields."""


_OF_TEXTS = frozenset({"str", "bytes"})
"""Of them a method is asked with the text in its hand: `str.encode(text)`."""
_Asked = tuple[Def, int, bool, int, frozenset[str]]


class CallFlows:
    def __init__(self, taint: Taint) -> None:
        self._taint = taint
        self._project = taint.project
        self.climbs = 0
        self._climbing: set[_Asked] = set()
        self._held: dict[_Asked, Flow] = {}

    def flow(self, expr: CallRef, at: Place) -> Flow:
        """What a call gives."""
        site = self._project.calls.in_module(at.module)[expr.index]
        name = last_name(at.module.body, site.call.callee)
        at = replace(at, context=site.call.context)
        operation = site.operation
        if operation is not None and (operation.sanitizes or operation.hash is not None):
            return CLEAN
        words = words_of(name)
        swaps = swaps_text(name, site.call)
        carries = swaps or is_carrying(name)
        if (name in CLEAN_FUNCTIONS and not swaps) or not (carries or self._taint.habits.sanitizers.isdisjoint(words)):
            return CLEAN
        if words and words[0] in CLEAN_VERBS:
            return CLEAN
        if any(self._is_told_to_hide(argument) for argument in site.call.arguments):
            return CLEAN
        carried = self._carried(expr, site, name, at)
        if carried is not None:
            return carried
        return self._called(expr, site, name, at)

    def _is_told_to_hide(self, argument: Argument) -> bool:
        """`hide_password=True`"""
        is_so = type(argument.value) is Constant and argument.value.value is True
        return is_so and not self._taint.habits.sanitizers.isdisjoint(words_of(argument.name or ""))

    def _carried(self, expr: CallRef, site: CallSite, name: str, at: Place) -> Flow | None:
        """Calls of the language that hand on what they get; None for others."""
        call, callee = site.call, site.call.callee
        taint = self._taint
        if type(callee) is Attribute:
            if name in ITEM_METHODS and call.arguments:
                if len(call.arguments) > 1 and self._is_no_secret(call.arguments[1].value, at):
                    return CLEAN
                return taint.items.item(expr, callee.base, call.arguments[0].value, at)
            if any(t.definition is not None for t in site.targets):
                return None
            if name in taint.habits.bodies:
                body = taint.requests.whole(callee, at)
                if body is not None:
                    found = taint.source(expr, at, body.kind, Confidence.HIGH)
                    return Flow((replace(found, is_whole=True, fields=body.fields),))
            answered = taint.answered(expr, at)
            if answered is not None:
                return answered
            revealed = self._revealed(callee.base, name, at)
            if revealed is not None:
                return revealed
            if name in CARRYING_METHODS or swaps_text(name, call):
                if takes_apart(name, call):
                    return UNKNOWN
                if isinstance(callee.base, Name) and callee.base.id in _OF_TEXTS and call.arguments:
                    return joined(taint.flow(argument.value, at) for argument in call.arguments)
                return self._method(expr, callee.base, name, at)
        if name == "getattr" and len(call.arguments) > 1 and isinstance(call.arguments[1].value, String):
            return taint.items.item(expr, call.arguments[0].value, call.arguments[1].value, at)
        if name == "read" and isinstance(callee, Attribute):
            return self._parsed(callee.base, at)
        if name == "loads" and call.arguments:
            return self._parsed(call.arguments[0].value, at)
        if name == "locals" and not call.arguments:
            return self._locals(expr, at)
        is_kept = type(callee) is Attribute and name == "set"  # `store.set(key, secret)` gives none back
        if name in CARRYING_FUNCTIONS and not is_kept and not any(t.definition is not None for t in site.targets):
            return self._function(expr, call, name, at)
        return None

    def _is_no_secret(self, otherwise: Expr, at: Place) -> bool:
        """What stands in for a missing item tells what an item is: `intervals.get("emails", 60)`, a hash of nothing."""
        return _is_number(otherwise) or (isinstance(otherwise, CallRef) and self._taint.flow(otherwise, at).clean)

    def _parsed(self, given: Expr, at: Place) -> Flow | None:
        """What is read and parsed of a whole body is the body; of other values nothing is said."""
        sources = tuple(source for source in self._taint.flow(given, at).sources if source.is_whole)
        return Flow(sources) if sources else None

    def _revealed(self, base: Expr, name: str, at: Place) -> Flow | None:
        """A method of a masking type gives what it masks (but for its text)."""
        types = self._project.types.all(at.module, base, at.context)
        if name.startswith("__") or not any(self._project.types.role(t) == "secret" for t in types):
            return None
        naming = self._taint.vocabulary.names(last_name(at.module.body, base))
        return self._taint.named(base, at, naming, UNKNOWN, revealed=True)

    def _method(self, expr: CallRef, base: Expr, name: str, at: Place) -> Flow:
        call, taint = at.module.body.calls[expr.index], self._taint
        if name in DUMPS:
            if any(a.name in ("exclude", "include", "only", "**") for a in call.arguments):
                return CLEAN
            types = self._project.types.all(at.module, base, at.context)
            told = taint.typed(expr, at, types, whole=True) if types else None
            if told is not None:
                return told
            return taint.flow(base, at)
        if name in ("encode", "decode") and not all(isinstance(a.value, String) for a in call.arguments):
            return UNKNOWN  # no text's own method
        flows = [taint.flow(base, at)]
        if name in ("format", "join", "format_map"):
            for argument in call.arguments:
                given, picks = self._argument(argument, at), name == "format_map" or argument.name == "**"
                flows.append(guessed(given) if picks else given)  # the text says which of them it takes
        return joined(flows)

    def _function(self, expr: CallRef, call: Call, name: str, at: Place) -> Flow:
        taint = self._taint
        if name in ("vars", "asdict") and call.arguments:
            types = self._project.types.all(at.module, call.arguments[0].value, at.context)
            return (taint.typed(expr, at, types, whole=True) if types else None) or UNKNOWN
        first = call.arguments[0].value if len(call.arguments) == 1 else None
        if name in _TAKING_KEYS and isinstance(first, Attribute) and first.attr in taint.habits.wholes:
            return UNKNOWN  # the names of all headers
        if name in _TAKING_KEYS and len(call.arguments) == 1 and isinstance(call.arguments[0].value, Name):
            types = self._project.types.all(at.module, call.arguments[0].value, at.context)
            if types and all(type_.name in _MAPPINGS and not type_.is_class for type_ in types):
                return UNKNOWN  # the keys
            flow = taint.flow(call.arguments[0].value, at)
            return Flow(tuple(source for source in flow.sources if not _is_dump(source)), flow.clean)
        return joined(self._argument(a, at) for a in call.arguments)

    def _argument(self, argument: Argument, at: Place) -> Flow:
        if argument.name in (None, "*", "**"):
            return self._taint.flow(argument.value, at)
        return self._taint.items.pair(argument.name, argument.value, at)

    def _locals(self, expr: CallRef, at: Place) -> Flow:
        """`locals()` holds every parameter and variable of the function."""
        function = at.module.body.contexts[at.context].function
        if function < 0:
            return UNKNOWN
        scopes = self._project.symbols.scopes(at.module)
        vocabulary = self._taint.vocabulary
        names = scopes.names(at.module.outline.functions[function].context)
        fields = tuple(name for name in names if (n := vocabulary.names(name)) is not None and n.certain)
        if not fields:
            return UNKNOWN
        naming = vocabulary.names(fields[0])
        assert naming is not None  # noqa: S101 - chosen for it
        found = self._taint.source(expr, at, naming.kind, Confidence.HIGH)
        return Flow((replace(found, fields=fields, is_whole=True),))

    # functions of the project

    def _called(self, expr: CallRef, site: CallSite, name: str, at: Place) -> Flow:
        definitions = list(dict.fromkeys(t.definition for t in site.targets if t.definition is not None))
        if definitions and all(self._gives_mark(d) for d in definitions):
            return CLEAN
        makes = self._project.types.all(at.module, expr, at.context)
        told = self._taint.typed(expr, at, makes) if makes else None
        if told is not None and (told.sources or told.clean):
            # an object that shows nothing may be one of a subclass: the name that it is given may tell
            is_object = any(t.name in self._project.symbols.classes for t in makes)
            return UNKNOWN if told.clean and is_object else told
        inner = UNKNOWN
        if definitions and not any(d.function.name == "__init__" for d in definitions):
            inner = joined(self.returned(d, self._taint.entered(d, site, at.frame)) for d in definitions[:3])
            inner = stepped(inner, Step(site.site, f"given by `{name}`"), site.confidence)
            if self._taint.vocabulary.names(name) is None:
                inner = Flow(tuple(_doubted(s) for s in inner.sources), inner.clean)
        if inner.sources or inner.clean or self._taint.vocabulary.looks_alike(name):
            return inner
        naming = self._taint.vocabulary.names(name)
        words = words_of(name)
        if naming is not None and words[0] in READING_VERBS and not SPEAKING.isdisjoint(words):
            return CLEAN
        if naming is None or told is not None or words[0] not in GIVING_VERBS or not RELATING.isdisjoint(words):
            return inner
        sure = naming.certain or not self._taint.habits.access
        found = self._taint.source(expr, at, naming.kind, Confidence.MEDIUM if sure else Confidence.LOW)
        return Flow((replace(found, certain=False),))

    def unpacked(self, value: CallRef | Await, path: tuple[int, ...], at: Place) -> Flow:
        """One part of what a call of the project's functions gives, where each `return` writes the parts out."""
        call = value.value if isinstance(value, Await) else value
        if not isinstance(call, CallRef) or _climbed(at.frame) > _MOST_CLIMBS:
            return UNKNOWN
        site = self._project.calls.in_module(at.module)[call.index]
        definitions = list(dict.fromkeys(t.definition for t in site.targets if t.definition is not None))
        callee = site.call.callee
        if not definitions and isinstance(callee, Attribute) and parts_scheme(callee.attr, site.call):
            return CLEAN if path == (0,) else self._taint.flow(callee.base, replace(at, context=site.call.context))
        flows: list[Flow] = []
        for definition in definitions[:1]:
            place = Place(definition.module, 0, self._taint.entered(definition, site, at.frame))
            for statement in self._returns(definition):
                part = statement.value
                for step in path:
                    items = part.items if isinstance(part, Collection) else ()
                    part = items[step] if 0 <= step < len(items) else None
                flows.append(self._taint.flow(part, replace(place, context=statement.context)))
        return joined(flows) if flows and len(definitions) == 1 else UNKNOWN

    def _returns(self, definition: Def) -> list[Statement]:
        return self._project.symbols.scopes(definition.module).returns.get(definition.index, [])

    def _gives_mark(self, definition: Def) -> bool:
        """It returns what tells one row from another, whatever its annotation says."""
        values = [statement.value for statement in self._returns(definition)]
        return bool(values) and all(type(value) is Attribute and value.attr in MARKS for value in values)

    def returned(self, definition: Def, frame: Frame | None) -> Flow:
        """What a project function's `return` statements give, its parameters read from the frame."""
        module = definition.module
        if _climbed(frame) > _MOST_CLIMBS:
            return UNKNOWN
        statements = self._project.symbols.scopes(module).returns.get(definition.index, [])[-_MOST_RETURNS:]
        if not statements:
            return UNKNOWN
        flows = [(s.value, self._taint.flow(s.value, Place(module, s.context, frame))) for s in statements]
        masks = any(flow.clean and not isinstance(value, Constant | String) for value, flow in flows)
        if masks and any(flow.sources for _, flow in flows):
            return CLEAN  # where it takes the secret away in one case, there is none in the others
        return joined(flow for _, flow in flows)

    def parameter(self, given: Parameter, frame: Frame | None, named: bool, gone: frozenset[str] = frozenset()) -> Flow:
        """What a parameter holds: the frame's argument, else what the callers pass. `gone`: keys that were taken out of it.

        One that is named for a secret is one itself, unless every caller is known to pass something clean.
        """
        if frame is not None and frame.definition == given.definition:
            return joined(self._passed(given, frame.call, frame.outer, gone))
        if self.climbs >= _MOST_CLIMBS or given.name in ("self", "cls"):
            return UNKNOWN
        if words_of(given.name)[-1:] == ("name",):
            return UNKNOWN  # what a secret is called
        key = (given.definition, given.position, named, self.climbs, gone)
        known = self._held.get(key)
        if known is None:
            self._held[key] = UNKNOWN  # a circle of callers ends here
            self._climbing.add(key)
            self.climbs += 1
            try:
                sites = self._callers(given.definition)
                shared = is_shared(given.definition, sites)
                flows = [doubted(f) if shared else f for site in sites for f in self._climbed(given, site, gone)]
            finally:
                self.climbs -= 1
                self._climbing.discard(key)
            known = joined(flows) if flows else UNKNOWN
            if named:  # what has the name here is no helper's: the leak is here
                known = Flow(tuple(replace(s, handed_over=None) for s in known.sources), known.clean)
            self._held[key] = known
        elif key in self._climbing:
            self._taint.kept.met_circle()
        return known

    def _callers(self, definition: Def) -> tuple[CallSite, ...]:
        callers = self._project.calls.callers(definition)
        if definition.function.name == "__init__":
            klass = definition.name.removesuffix(".__init__")
            callers = callers or self._project.calls.to(klass)
        callers = (*callers, *self._project.handed.to(definition))
        return tuple(site for site in callers if not site.module.is_test)[:_MOST_CALLERS]

    def _climbed(self, given: Parameter, site: CallSite, gone: frozenset[str]) -> Iterator[Flow]:
        text = f"passed as `{given.name}` to `{given.definition.function.name}`"
        for flow in self._passed(given, site, None, gone):
            further = stepped(flow, Step(site.site, text), site.confidence)
            certain = (s for s in further.sources if s.certain)
            sources = tuple(replace(s, handed_over=s.handed_over or site, entered=(site, given)) for s in certain)
            yield Flow(sources, flow.clean)

    def _passed(self, given: Parameter, site: CallSite, frame: Frame | None, gone: frozenset[str]) -> Iterator[Flow]:
        """The flows of what one call gives to a parameter."""
        at = Place(site.module, site.call.context, frame)
        arguments = arguments_of(given, site)
        function = given.definition.function
        default = function.parameters[given.position].default
        if not arguments and not isinstance(default, Constant | String | None):
            yield self._taint.flow(default, Place(given.definition.module, function.outer))
        for argument in arguments:
            if given.kind == "**" and argument.name in gone:
                continue
            if given.kind == "**":
                yield self._taint.items.pair(argument.name, argument.value, at)
            else:
                yield self._taint.flow(argument.value, at)


def _climbed(frame: Frame | None) -> int:
    depth = 0
    while frame is not None:
        depth, frame = depth + 1, frame.outer
    return depth


def _is_number(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool)


def _doubted(source: Source) -> Source:
    """A doubtful word inside a function that is not named for it says little of what the function gives."""
    return source if source.certain else replace(source, confidence=Confidence.LOW)


def _is_dump(source: Source) -> bool:
    """A mapping of all fields of an object."""
    read = source.read
    if read is None or not source.fields or not isinstance(read[0], CallRef):
        return False
    return last_name(read[1].module.body, read[0]) in DUMPS
