"""What the arguments of a call decide in the function that it runs: flags, modes, and the branches they rule out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import (
    Attribute,
    Call,
    CallRef,
    Collection,
    Comparison,
    Conditional,
    Constant,
    Expr,
    Function,
    Name,
    Operation,
    Statement,
    String,
)
from archlint.facts.syntax import Mapping as Display
from archlint.project.model import CallSite, Def, argument_of
from archlint.project.names.arguments import arguments_by_parameter, receiver_of, receives_itself
from archlint.project.names.flags import Flags
from archlint.project.parts import names_in
from archlint.project.source.modules import Module
from archlint.project.spelling import spell
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.program import Project

Scalar = bool | int | float | str | None
Known = frozenset[tuple[str, Scalar]]
"""Name of a parameter (or `self.attribute`, or `#` and the row of a call that reads `**options`) → its value, where a call
decides it."""
NOTHING: Known = frozenset()
_at = attrgetter("at")
_Guarded = tuple[int, int, Expr, bool]
"""What stands between two offsets runs only if the test gives that."""


class Stand(Protocol):
    """Where something stands, as an effect does: the function around it, and the call that it is."""

    @property
    def module(self) -> Module: ...
    @property
    def site(self) -> Site: ...
    @property
    def context(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def caller(self) -> Def | None: ...
    @property
    def call(self) -> CallSite | None: ...


class Standing(Struct, frozen=True):
    """A `Stand` of something that has no effect."""

    module: Module
    site: Site
    context: int
    caller: Def | None
    call: CallSite | None = None
    kind: str = "call"


class Switches:
    """Which values a call decides, and which points they rule out."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._inline: dict[str, tuple[_Guarded, ...]] = {}
        self._flags = Flags(project)

    def handed(self, point: Stand, definition: Def, known: Known) -> Known:
        """The parameters of a callee whose values are constants in this call: given, handed on from `known`, or left
        to their defaults; and the attributes of its object that are so since it was made."""
        call = point.call
        if call is None or point.kind != "call":
            return NOTHING
        here = known_at(point, known)
        found = dict(self._of_object(point, call, definition, here))
        if not call.is_open:
            found.update(_given(call.call, definition, here))
        else:
            found.update(_named(call.call, definition, here))
            if self._flags.is_known_mapping(point):
                found.update(self._flags.left_out(call.call, definition))
        return frozenset(found.items())

    @staticmethod
    def untouched(definition: Def) -> Known:
        """The flags of a function that hold where its caller says nothing of them."""
        given = ((parameter.name, _value(parameter.default, {})) for parameter in definition.function.parameters)
        return frozenset((name, value[0]) for name, value in given if value is not None and isinstance(value[0], bool))

    def rule_out(self, point: Stand, known: Known) -> bool:
        """The point stands in a branch that the known values are not let into, or behind a return that they take."""
        if not known:
            return False
        module, at = point.module, point.site.at
        values = known_at(point, known)
        if any(_truth(test, values) is (not wanted) for test, wanted in self.tests_around(module, point.context, at)):
            return True
        function = point.caller.function if point.caller is not None else None
        return function is not None and _is_left_before(module, function, at, values)

    def decides(self, point: Stand, known: Known, own: str = "") -> bool | None:
        """Whether the known values let a point be reached: False where they rule it out, None where a branch around it asks
        for a parameter (but `own`) of which they say nothing."""
        if self.rule_out(point, known):
            return False
        asked = (
            frozenset(p.name for p in point.caller.function.parameters) - {"self", "cls", own} if point.caller else frozenset()
        )
        is_asked = (not asked.isdisjoint(names_in(point.module.body, test)) for test, _ in self.left_open(point, known))
        return None if any(is_asked) else True

    def left_open(self, point: Stand, known: Known) -> Iterator[tuple[Expr, bool]]:
        """The tests around a point of which the known values do not tell that they let it be reached, with what they must
        give."""
        values = known_at(point, known)
        tests = self.tests_around(point.module, point.context, point.site.at)
        return ((test, wanted) for test, wanted in tests if _truth(test, values) is not wanted)

    def _of_object(
        self, point: Stand, call: CallSite, definition: Def, here: Mapping[str, Scalar]
    ) -> Iterator[tuple[str, Scalar]]:
        """`self.attribute` → its value, for the object whose method is called: the caller's own, or one made in sight."""
        base = receiver_of(call)
        if base is None or not receives_itself(definition):
            return
        if isinstance(base, Name) and base.id == "self":
            yield from ((name, value) for name, value in here.items() if name.startswith("self."))
            return
        module, is_class = point.module, isinstance(base, Attribute)  # `Orders.many`, which the class makes
        if isinstance(base, Name | Attribute):
            sources = self._project.values.sources.of(module, base, point.context)
            made = sources[0] if len(sources) == 1 and not sources[0].is_parameter else None
            if made is not None and made.expr is not None and (is_class or made.module is module):
                base, module, here = made.expr, made.module, {} if is_class else here
        if isinstance(base, CallRef):
            maker = self._project.calls.in_module(module)[base.index]
            for target in maker.targets:
                if target.definition is not None and target.definition.function.name == "__init__" and not maker.is_open:
                    yield from _made_attributes(maker.call, target.definition, here)

    def tests_around(self, module: Module, context: int, at: int) -> Iterator[tuple[Expr, bool]]:
        """(test, what it must give) of the branches around a place within its function, those of expressions too."""
        contexts = module.body.contexts
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            place = contexts[context]
            if place.subject is not None and place.kind in ("if", "else"):
                yield place.subject, place.kind == "if"
            context = place.parent
        inline = self._inline.get(module.path)
        if inline is None:
            inline = self._inline[module.path] = tuple(_inline_tests(module))
        for begin, end, test, wanted in inline:
            if begin <= at < end:
                yield test, wanted


def _given(call: Call, definition: Def, values: Mapping[str, Scalar]) -> Iterator[tuple[str, Scalar]]:
    yield from _popped(definition, {argument.name for argument in call.arguments})
    given = arguments_by_parameter(call, definition)
    for parameter in definition.function.parameters:
        if parameter.kind in ("positional", "either", "keyword"):
            is_given = parameter.name in given
            value = _value(given[parameter.name], values) if is_given else _value(parameter.default, {})
            if value is not None:
                yield parameter.name, value[0]


def _named(call: Call, definition: Def, values: Mapping[str, Scalar]) -> Iterator[tuple[str, Scalar]]:
    """What a call that unpacks other arguments gives by name; behind a `*` alone, what it leaves to its default as well."""
    given = {argument.name: argument.value for argument in call.arguments}
    for parameter in definition.function.parameters:
        value = None
        if parameter.kind in ("either", "keyword") and parameter.name in given:
            value = _value(given[parameter.name], values)
        elif parameter.kind == "keyword" and "**" not in given:
            value = _value(parameter.default, {})
        if value is not None:
            yield parameter.name, value[0]


def _made_attributes(call: Call, maker: Def, values: Mapping[str, Scalar]) -> Iterator[tuple[str, Scalar]]:
    """The attributes that `__init__` sets to a value that this call decides, and nothing else of the module sets."""
    body, function = maker.module.body, maker.function
    handed = dict(_given(call, maker, values))
    stores = [s for s in body.statements if type(s.target) is Attribute]
    for statement in stores:
        target = statement.target
        if statement.kind == "assign" and statement.context == function.context and isinstance(target, Attribute):
            value = _value(statement.value, handed)
            others = [
                s for s in stores if s is not statement and isinstance(s.target, Attribute) and s.target.attr == target.attr
            ]
            if value is not None and not others and isinstance(target.base, Name) and target.base.id == "self":
                yield f"self.{target.attr}", value[0]


def known_at(point: Stand, known: Known) -> Mapping[str, Scalar]:
    """The values that still hold at a point: of the names that its function has not set again."""
    if not known or point.caller is None:
        return dict(known)
    body, function = point.module.body, point.caller.function
    parameters = {p.name for p in function.parameters}
    begin = bisect_left(body.statements, function.at, key=_at)
    before = body.statements[begin : bisect_left(body.statements, point.site.at, lo=begin, key=_at)]
    changed = {
        name
        for s in before
        if s.target is not None and s.kind in ("assign", "annotate", "augment", "for")
        for name in names_in(body, s.target)
        if name in parameters and not isinstance(s.target, Attribute)
    }
    return {name: value for name, value in known if name not in changed}


def _popped(definition: Def, given: set[str | None]) -> Iterator[tuple[str, Scalar]]:
    """`commit = options.pop("commit", False)` where the call gives no `commit`: the name's value, and that of the call."""
    function, body = definition.function, definition.module.body
    rest = next((p.name for p in function.parameters if p.kind == "**"), None)
    if rest is None:
        return
    left: dict[int, Scalar] = {}
    for index, call in enumerate(body.calls):
        if function.at <= call.at < function.end and spell(body, call.callee) in (f"{rest}.pop", f"{rest}.get"):
            key, default = argument_of(call, "0"), argument_of(call, "1")
            value = (None,) if default is None else _value(default, {})
            if value is not None and isinstance(key, String) and key.value not in given:
                left[index] = value[0]
    yield from ((f"#{index}", value) for index, value in left.items())
    for statement in body.statements:
        taken = statement.value
        if type(statement.target) is Name and type(taken) is CallRef and taken.index in left:
            yield statement.target.id, left[taken.index]


def _value(expr: Expr | None, values: Mapping[str, Scalar]) -> tuple[Scalar] | None:
    """The constant that an expression is; None where it is none."""
    match expr:
        case Constant():
            return (expr.value,)
        case String(is_bytes=False):
            return (expr.value,)
        case Collection(items=()) | Display(keys=()):
            return (False,)  # `{}` as a default holds nothing
        case Name() if expr.id in values:
            return (values[expr.id],)
        case CallRef() if f"#{expr.index}" in values:
            return (values[f"#{expr.index}"],)
        case Attribute(base=Name(id="self")) if f"self.{expr.attr}" in values:
            return (values[f"self.{expr.attr}"],)
        case _:
            return None


def _inline_tests(module: Module) -> Iterator[_Guarded]:
    """`ask() if flag else x`, `flag and ask()`."""
    for expr, _ in walk_module(module, frozenset({Conditional, Operation})):
        if type(expr) is Conditional:
            yield expr.body.at, expr.body.end, expr.test, True
            yield expr.orelse.at, expr.orelse.end, expr.test, False
        elif isinstance(expr, Operation) and expr.op in ("and", "or"):
            for test, later in pairwise(expr.operands):
                yield later.at, expr.operands[-1].end, test, expr.op == "and"


def _is_left_before(module: Module, function: Function, at: int, values: Mapping[str, Scalar]) -> bool:
    """`if not flag: return` at the function's own level, or in a `with` there, before the place."""
    contexts = module.body.contexts

    def level(context: int) -> int:
        while context != function.context and contexts[context].kind == "with":
            context = contexts[context].parent
        return context

    def leaves(statement: Statement) -> bool:
        place = contexts[statement.context]
        return (
            statement.kind in ("return", "raise")
            and statement.end <= at
            and place.kind == "if"
            and place.subject is not None
            and level(place.parent) == function.context
            and _truth(place.subject, values) is True
        )

    return any(leaves(s) for s in module.statements_between(function.at, function.end))


def _truth(test: Expr, values: Mapping[str, Scalar]) -> bool | None:
    """What a test gives with these values; None where they do not decide it."""
    match test:
        case Name() | Attribute() | Constant():
            value = _value(test, values)
            return None if value is None else bool(value[0])
        case Operation(op="not"):
            inner = _truth(test.operands[0], values)
            return None if inner is None else not inner
        case Operation(op="and" | "or"):
            ends = test.op == "or"
            truths = [_truth(side, values) for side in test.operands]
            return ends if ends in truths else None if None in truths else not ends
        case Comparison(ops=(op,), operands=(left, right)):
            return _compared(op, left, right, values)
        case _:
            return None


def _compared(op: str, left: Expr, right: Expr, values: Mapping[str, Scalar]) -> bool | None:
    one = _value(left, values)
    if one is None:
        return None
    if op in ("in", "not in") and isinstance(right, Collection):
        members = [_value(item, values) for item in right.items]
        if one in members:
            return op == "in"
        return None if None in members else op == "not in"
    other = _value(right, values)
    if other is None or op not in ("==", "!=", "is", "is not"):
        return None
    return (one == other) is (op in ("==", "is"))
