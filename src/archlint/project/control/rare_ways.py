"""Ways from a loop to a call that only few of its items take: the handler of a lookup that failed, one kind of many."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Collection, Comparison, Constant, Expr, Name, String
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.project.effects.effects import EffectPoint
    from archlint.project.loops.loops import Loop
    from archlint.project.loops.repeated import Repeated
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_OUTSIDE = frozenset({"function", "class", "module"})
_SCHEME = "http"
_ADDRESSES = frozenset({"url", "urls", "uri", "link", "href", "address", "endpoint"})
_KINDS = 3
"""Kinds of items that are told apart; of two, one may be nearly all."""


def is_in_handler(places: list[EffectPoint]) -> bool:
    """A function on the way goes on only where something has failed: `except NoResultFound: made = fetch(key)`."""
    return any(_has_handler(place) for place in places)


def stands_in_handler(loop: Loop) -> bool:
    """The whole loop clears away after a failure."""
    return _is_handled(loop.module, loop.place.parent if loop.mapping is None else loop.context)


def _has_handler(place: EffectPoint) -> bool:
    return _is_handled(place.module, place.context)


def _is_handled(module: Module, row: int) -> bool:
    contexts = module.body.contexts
    while row >= 0 and contexts[row].kind not in _OUTSIDE:
        if contexts[row].kind == "except":
            return True
        row = contexts[row].parent
    return False


def follows_one_for_all(project: Project, loop: Loop, effects: tuple[str, ...]) -> bool:
    """The loop goes one by one over what a call for all has given nothing for:
    `if (found := client.many(keys)) is None: found = [client.one(key) for key in keys]`."""
    subject = loop.place.subject if loop.mapping is None else None
    if not isinstance(subject, Name):
        return False
    module = loop.module
    body = module.body
    tests = [test for test in _tests_around(module, loop.place.parent) if test is not None]
    names = {name for test in tests for name in names_in(body, test)}
    asked = {part.index for test in tests for part in parts_of(body, test) if isinstance(part, CallRef)}
    function = body.contexts[loop.place.parent].function if names else -1
    for statement in module.own_statements(function) if function >= 0 else ():
        if isinstance(statement.target, Name) and statement.target.id in names and statement.end <= loop.place.at:
            asked.update(part.index for part in parts_of(body, statement.value) if isinstance(part, CallRef))
    sites = project.calls.in_module(module)
    return any(
        any(isinstance(argument.value, Name) and argument.value.id == subject.id for argument in sites[index].call.arguments)
        and project.effects.does(sites[index], *effects)
        for index in asked
        if sites[index].site.end <= loop.place.at
    )


def runs_items(loop: Loop, places: list[EffectPoint]) -> bool:
    """What is called is the item itself: `for job in jobs: run(job)`, where `run` says `job()`."""
    names: set[str] = {*loop.targets}
    for before, here in pairwise([None, *places]):
        if here is None or here.call is None:
            return False
        if before is not None and before.call is not None:
            given = arguments_by_parameter(before.call.call, here.caller) if here.caller is not None else {}
            names = {name for name, expr in given.items() if isinstance(expr, Name) and expr.id in names}
        callee = here.call.call.callee
        if isinstance(callee, Name) and callee.id in names:
            return True
    return False


def is_for_one_kind(call: Repeated) -> bool:
    """The loop tells several kinds of its items apart, and calls for one: `if kind == "set": … elif kind == "ask": …`."""
    loop = call.loop
    if loop.mapping is not None:
        return False
    contexts, chain = loop.module.body.contexts, loop.chain(call.point.context)
    own = next((row for row in chain if contexts[row].kind == "if"), None)
    kind = _compared(loop.module, contexts[own].subject) if own is not None else ""
    if own is None or not kind or loop.derived.isdisjoint(names_in(loop.module.body, contexts[own].subject)):
        return False
    others = [row for row in chain if contexts[row].kind == "else" and _compared(loop.module, contexts[row].subject) == kind]
    return len(others) >= _KINDS - 1


def are_kinds(loop: Loop) -> bool:
    """The items themselves are words that the loop knows: `if part == "ports": … elif part == "payroll": …`."""
    if loop.mapping is not None or not isinstance(loop.place.target, Name):
        return False
    tests = (place.subject for place in loop.module.body.contexts if loop.place.at < place.at < loop.place.end)
    known = {
        test.operands[1].value
        for test in tests
        if isinstance(test, Comparison)
        and test.ops == ("==",)
        and isinstance(test.operands[0], Name)
        and test.operands[0].id in loop.targets
        and isinstance(test.operands[1], String)
    }
    return len(known) > 1


def takes_one_of_kinds(project: Project, places: list[EffectPoint]) -> bool:
    """A function on the way is handed messages of several kinds, tells them apart, and goes on for one, or at most half
    of them: `if method == "list": return …`, `if method == "call": return ask(…)`."""
    return any(_is_one_of_kinds(project, place) for place in places)


def is_asked_by_what_comes(places: list[EffectPoint]) -> bool:
    """A function on the way, behind the first place, goes on only where what it was handed has something: `if "place" in data`;
    or is an address, and no file that lies here: `if logo.startswith("http")`; or is one of several kinds that its caller does
    not name: `if field == "picture"`."""
    return any(_tells_whether(place) for place in places[1:]) or any(_is_for_named(*pair) for pair in pairwise(places))


def _is_for_named(before: EffectPoint, here: EffectPoint) -> bool:
    """The place stands where a parameter is a text that the code says, and its caller hands on what it has."""
    definition = here.caller
    if definition is None or before.call is None:
        return False
    handed = arguments_by_parameter(before.call.call, definition)
    for test in _tests(here):
        match test:
            case Comparison(ops=("==",), operands=(Name(id=name), String())) if name in handed:
                return not isinstance(handed[name], String | Constant)
    return False


def _tests(place: EffectPoint) -> Iterator[Expr | None]:
    """What is asked around a place, innermost first, within its function."""
    return _tests_around(place.module, place.context)


def _tests_around(module: Module, row: int) -> Iterator[Expr | None]:
    contexts = module.body.contexts
    while row >= 0 and contexts[row].kind not in _OUTSIDE:
        if contexts[row].kind == "if":
            yield contexts[row].subject
        row = contexts[row].parent


def _tells_whether(place: EffectPoint) -> bool:
    body = place.module.body
    for part in (part for test in _tests(place) for part in parts_of(body, test)):
        if isinstance(part, Comparison) and part.ops == ("in",) and isinstance(part.operands[0], String):
            return isinstance(part.operands[1], Name)
        if isinstance(part, CallRef) and _asks_whether_address(body.calls[part.index]):
            return True
    return False


def _asks_whether_address(call: Call) -> bool:
    """`logo.startswith("http://")`, of what may as well be the path of a file; what is called an address is one."""
    callee, given = call.callee, call.arguments[0].value if call.arguments else None
    if not isinstance(callee, Attribute) or callee.attr != "startswith" or not isinstance(callee.base, Name):
        return False
    texts = given.items if isinstance(given, Collection) else (given,)
    is_scheme = any(isinstance(text, String) and text.value.startswith(_SCHEME) for text in texts)
    return is_scheme and _ADDRESSES.isdisjoint(words_of(callee.base.id))


def _is_one_of_kinds(project: Project, place: EffectPoint) -> bool:
    contexts, row = place.module.body.contexts, place.context
    inside = contexts[row].function if row >= 0 else -1
    kinds = {kind for test in _tests(place) if (kind := _compared(place.module, test))}
    if not kinds:
        return False
    points = project.effects.points_of(place.caller, place.effect) if place.caller is not None else ()
    branches = [each for each in contexts if each.function == inside and each.kind == "if"]
    for kind in kinds:
        alike = [each for each in branches if _compared(place.module, each.subject) == kind]
        calling = [each for each in alike if any(each.at <= point.site.at < each.end for point in points)]
        if len(alike) >= _KINDS and 2 * len(calling) <= len(alike):
            return True
    return False


def _compared(module: Module, test: Expr | None) -> str:
    """What is compared to a text; empty where nothing is."""
    match test:
        case Comparison(ops=("==",), operands=(left, String() | Constant())):
            return spell(module.body, left)
        case _:
            return ""
