"""Collections that a small limit bounds: what a query with `LIMIT 5` gives, lists filled from it, what functions hand on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Name,
    Slice,
    Starred,
    String,
    Subscript,
)
from archlint.facts.syntax import Mapping as Display
from archlint.project.listings.declared_limits import is_declared_short
from archlint.project.listings.limited_answers import LimitedAnswers
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.filled import is_empty
from archlint.project.names.known_callers import known_callers
from archlint.project.names.origins import Origins, Parameter
from archlint.project.spelling import last_name, spell
from archlint.project.values.written import FEW
from archlint.project.words import singular, words_of

if TYPE_CHECKING:
    from archlint.project.names.scopes import Binding
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 16
_LIMIT = re.compile(
    r"\blimit\s+(?:(?P<number>\d+)|[:@](?P<name>\w+)|%\((?P<keyed>\w+)\)s)(\s+offset\s+\S+)?\s*;?\s*$", re.IGNORECASE
)
_KEYS = re.compile(r"(\w+_)?(ids|keys|pks|uuids)")
_WHOSE = frozenset({"of", "by", "on", "for", "in", "at", "from", "with", "to"})
_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "enumerate", "set", "iter"})
_FETCHING = frozenset({"all", "fetchall", "scalars", "mappings", "unique", "order_by", "execution_options", "with_for_update"})
_FETCHING |= {"to_list"}
_ASKING = frozenset({"execute", "scalars", "stream"})
_FILLING = frozenset({"append", "add", "appendleft"})
_GROWING = frozenset({"extend", "update", "insert", "setdefault"})
_LOOPS = frozenset({"for", "while", "comprehension"})
_NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True)
class _Place:
    """Where an expression stands, and the small numbers that a call gave its function's parameters."""

    module: Module = field(repr=False)
    context: int
    given: Mapping[str, int]
    depth: int

    def within(self, context: int) -> _Place:
        return _Place(self.module, context, self.given, self.depth - 1)


class Limited:
    """Whether at most `most` items come, through names, lists, functions and their parameters."""

    def __init__(self, project: Project, most: int) -> None:
        self._project = project
        self._most = most
        self._origins = Origins(project)
        self._answers = LimitedAnswers(project)
        self._known: dict[tuple[str, int, int], bool] = {}

    def is_limited(self, module: Module, expr: Expr, context: int) -> bool:
        """A limit that is written in the code bounds the number of items of `expr`."""
        key = (module.path, expr.at, context)
        if key not in self._known:
            self._known[key] = False  # recursion ends here
            self._known[key] = self._is(_Place(module, context, _NOTHING, _DEPTH), expr, ())
        return self._known[key]

    def _is(self, place: _Place, expr: Expr, path: tuple[int, ...]) -> bool:
        if place.depth <= 0:
            return False
        if not path and (
            is_declared_short(self._project, place.module, expr, place.context, self._most)
            or self._answers.is_short(place.module, expr, place.context, min(self._most, FEW))
        ):
            return True
        match expr:
            case Collection(kind="tuple" | "list") if path:
                return path[0] < len(expr.items) and self._is(place, expr.items[path[0]], path[1:])
            case Await():
                return self._is(place, expr.value, path)
            case Subscript(index=(Slice(upper=upper),)) if not path:
                return (upper is not None and self._is_small(place, upper)) or self._is(place, expr.base, path)
            case Name():
                scopes = self._project.symbols.scopes(place.module)
                scope, bindings = scopes.lookup(place.context, expr.id, expr.at)
                return scope > 0 and bool(bindings) and all(self._bound(place, b, expr.id, path) for b in bindings)
            case CallRef():
                return self._called(place, self._project.calls.in_module(place.module)[expr.index], path)
            case Comprehension() if not path:
                loop = place.module.body.contexts[expr.context]
                outer = place.module.body.contexts[loop.parent]
                is_nested = outer.kind == "comprehension" and outer.at >= expr.at
                return not is_nested and loop.subject is not None and self._is(place.within(loop.parent), loop.subject, ())
            case _:
                return False

    def _bound(self, place: _Place, binding: Binding, name: str, path: tuple[int, ...]) -> bool:
        if binding.kind == "parameter":
            parameter = Parameter(Def(place.module, place.module.name, binding.function), binding.index)
            callers = self._project.calls.callers(parameter.definition)
            given = self._origins.given_anywhere(parameter)
            handed = bool(given) and len(given) == len(callers)
            return handed and all(
                (not path and self._is_written_out(o.expr))
                or self._is(_Place(o.module, o.context, _NOTHING, place.depth - 1), o.expr, path)
                for o in given
            )
        if binding.kind != "statement":
            return False
        statement = place.module.body.statements[binding.index]
        if statement.kind not in ("assign", "annotate") or statement.value is None:
            return False
        value, steps, here = statement.value, (*binding.path, *path), place.within(statement.context)
        while steps and isinstance(value, Collection) and 0 <= steps[0] < len(value.items):
            value, steps = value.items[steps[0]], steps[1:]
        if not steps and is_empty(place.module, value):
            return self._is_filled_by_few(here, name)
        return self._is(here, value, steps)

    def _is_written_out(self, expr: Expr) -> bool:
        """`[]`, `[order]`, `None`, as they are handed over: no name by which more could be put in."""
        if isinstance(expr, Collection):
            return len(expr.items) <= self._most and not any(isinstance(item, Starred) for item in expr.items)
        return isinstance(expr, Constant) and expr.value is None

    def _is_filled_by_few(self, place: _Place, name: str) -> bool:
        """One item is added in each turn of loops over few, and nothing else fills the list."""
        body = place.module.body
        function = body.contexts[place.context].function
        if function < 0:
            return False
        own, added = place.module.outline.functions[function], False
        for call in body.calls:
            callee = call.callee
            if not (type(callee) is Attribute and type(callee.base) is Name and callee.base.id == name):
                continue
            if not own.at <= call.at < own.end:
                continue  # a list of another function
            if body.contexts[call.context].function != function or callee.attr in _GROWING:
                return False
            if callee.attr in _FILLING:
                loops = [row for row in _around(place.module, call.context) if body.contexts[row].kind in _LOOPS]
                if len(loops) != 1:
                    return False
                loop = body.contexts[loops[0]]
                if loop.kind != "for" or loop.subject is None or not self._is(place.within(loop.parent), loop.subject, ()):
                    return False
                added = True
        augmented = any(
            s.kind == "augment" and spell(body, s.target) == name for s in place.module.statements_between(own.at, own.end)
        )
        return added and not augmented

    def _called(self, place: _Place, site: CallSite, path: tuple[int, ...]) -> bool:
        body, call = place.module.body, site.call
        name = last_name(body, call.callee)
        here = place.within(call.context)
        if not path and name == "limit" and call.arguments:
            return self._is_small(here, call.arguments[0].value)
        if not path and name in _SAME_ITEMS and isinstance(call.callee, Name) and call.arguments:
            return self._is(here, call.arguments[0].value, ())
        operation = site.operation
        statement = site.argument(operation.sql or operation.by_statement) if operation is not None else None
        if not path and statement is not None:
            texts = self._project.values.texts(place.module, statement, call.context)
            if texts and all(self._limits(here, site, text.rendered) for text in texts):
                return True
            return self._is(here, statement, ())  # `scalars(select(…).limit(5))`
        definitions = [t.definition for t in site.targets if t.definition is not None]
        if definitions:
            return not site.is_open and all(
                (not path and _asks_for_one(site, definition)) or self._gives_few(here, site, definition, path)
                for definition in definitions
            )
        if name in _ASKING and call.arguments and self._is(here, call.arguments[0].value, ()):
            return not path  # a session of which the type is not known
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        return name in _FETCHING and base is not None and self._is(here, base, path)

    def _gives_few(self, place: _Place, site: CallSite, definition: Def, path: tuple[int, ...]) -> bool:
        """All that the function returns is limited, with what the call gives or leaves to the defaults; beside what it writes
        out (`return []`), which alone says nothing."""
        handed = arguments_by_parameter(site.call, definition)
        numbers: dict[str, int] = {}
        for parameter in definition.function.parameters:
            value = handed.get(parameter.name, parameter.default)
            number = place.given.get(value.id) if isinstance(value, Name) else self._small(value)
            if number is not None:
                numbers[parameter.name] = number
        module = definition.module
        returns = self._project.symbols.scopes(module).returns.get(definition.index, [])
        told = [s for s in returns if path or s.value is None or not self._is_written_out(s.value)]
        return bool(told) and all(
            s.value is not None and self._is(_Place(module, s.context, numbers, place.depth - 1), s.value, path) for s in told
        )

    def _limits(self, place: _Place, site: CallSite, sql: str) -> bool:
        found = _LIMIT.search(sql)
        if found is None:
            return False
        if found["number"]:
            return int(found["number"]) <= self._most
        value = _bound_to(place.module, site, found["name"] or found["keyed"])
        return value is not None and self._is_small(place, value)

    def _is_small(self, place: _Place, expr: Expr) -> bool:
        if isinstance(expr, Name) and (
            expr.id in place.given or self._is_always_small(place, expr) or self._is_cut_down(place, expr)
        ):
            return True
        if isinstance(expr, CallRef):
            return self._is_clamp(place, expr)
        number = self._project.values.constant(place.module, expr, place.context)
        return type(number) is int and 0 <= number <= self._most

    def _is_cut_down(self, place: _Place, name: Name) -> bool:
        """`limit = max(1, min(limit, 10))` stands above."""
        if place.depth <= 0:
            return False
        _, bindings = self._project.symbols.scopes(place.module).lookup(place.context, name.id, name.at)
        if not bindings or any(each.kind != "statement" or each.path for each in bindings):
            return False
        values = [place.module.body.statements[each.index].value for each in bindings]
        here = place.within(place.context)
        return all(isinstance(value, CallRef) and self._is_clamp(here, value) for value in values)

    def _is_clamp(self, place: _Place, expr: CallRef) -> bool:
        """`min(limit, 10)`, `max(1, min(limit, 10))`"""
        call = place.module.body.calls[expr.index]
        name = call.callee.id if isinstance(call.callee, Name) else ""
        small = [self._is_small(place, argument.value) for argument in call.arguments]
        return len(small) > 1 and ((name == "min" and any(small)) or (name == "max" and all(small)))

    def _is_always_small(self, place: _Place, name: Name) -> bool:
        """A parameter that every call leaves to its small default, or gives one, be it a parameter of its own of that kind."""
        scopes = self._project.symbols.scopes(place.module)
        _, bindings = scopes.lookup(place.context, name.id, name.at)
        if len(bindings) != 1 or bindings[0].kind != "parameter":
            return False
        definition = Def(place.module, place.module.name, bindings[0].function)
        default = definition.function.parameters[bindings[0].index].default
        sites = known_callers(self._project, definition) if self._small(default) is not None else []
        return bool(sites) and all(not site.is_open and self._hands_few(place, site, definition, name.id) for site in sites)

    def _hands_few(self, place: _Place, site: CallSite, definition: Def, name: str) -> bool:
        given = arguments_by_parameter(site.call, definition).get(name)
        if isinstance(given, Name) and place.depth > 0:
            return self._is_always_small(_Place(site.module, site.call.context, _NOTHING, place.depth // 2), given)
        return given is None or self._small(given) is not None

    def _small(self, value: Expr | None) -> int | None:
        number = value.value if isinstance(value, Constant) else None
        return number if isinstance(number, int) and type(number) is int and 0 <= number <= self._most else None


def _asks_for_one(site: CallSite, definition: Def) -> bool:
    """`rooms_of(event, room_ids=[room_id])`: there is one key, of what the function says that it gives."""
    listed = _things(definition.function.name)
    for name, value in arguments_by_parameter(site.call, definition).items():
        is_one = isinstance(value, Collection) and len(value.items) == 1 and not isinstance(value.items[0], Starred)
        if is_one and _KEYS.fullmatch(name) and listed.issuperset(map(singular, words_of(name)[:-1])):
            return True
    return False


def _things(name: str) -> frozenset[str]:
    """What a function's name says before it says whose or where: the room of `rooms_of_building`."""
    return frozenset(map(singular, takewhile(lambda word: word not in _WHOSE, words_of(name))))


def _around(module: Module, context: int) -> list[int]:
    contexts, found = module.body.contexts, []
    while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
        found.append(context)
        context = contexts[context].parent
    return found


def _bound_to(module: Module, site: CallSite, name: str) -> Expr | None:
    """What a statement's variable is bound to in the call: `{"limit": n}`, `dict(limit=n)`, `limit=n`."""
    for argument in site.call.arguments:
        if argument.name == name:
            return argument.value
        if isinstance(argument.value, Display):
            for key, value in zip(argument.value.keys, argument.value.values, strict=True):
                if isinstance(key, String) and key.value == name:
                    return value
        if isinstance(argument.value, CallRef):
            for given in module.body.calls[argument.value.index].arguments:
                if given.name == name:
                    return given.value
    return None
