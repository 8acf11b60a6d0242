"""Values that a function has looked for, and left where there was no such thing."""

from __future__ import annotations

from collections.abc import Container, Iterator, Set
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, Body, Call, CallRef, Comparison, Constant, Expr, Name, Operation, Statement
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.values.closed_places import ACCESS, places_around
from archlint.project.values.converted_first import is_passed
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.secrets.flows import Place
    from archlint.project.source.modules import Module

_LEAVES = frozenset({"raise", "return", "continue"})
_FAULTS = frozenset({"error", "errors"})
_NOTES = frozenset({"append", "add"})
_ASK_NOTHING = frozenset(
    {"isinstance", "len", "str", "bool", "all", "any", "callable", "hasattr", "list", "set", "dict", "strip"}
)
"""Functions that tell no more than what kind of thing it is, or whether there is any."""
_KEYED = "get"
_UNNAMED = (None, "*", "**")
_LOOKING = frozenset({"get", "lookup", "find"})


def is_found_first(expr: Expr, at: Place, leaving: Set[str], finding: Container[str]) -> bool:
    """`row = find(name)`, and `if not row: raise …` behind it, before the place; or `errors.append(…)` there, and
    `if not errors:` around the place, also those that what was found tells itself: `errors = row.errors`.

    `leaving`: names of calls that end a function; `finding`: of those that end in an error where they find nothing.
    """
    body = at.module.body
    function, text = body.contexts[at.context].function, spell(body, expr)
    before = [s for s in at.module.own_statements(function) if s.at < expr.at]
    asking = {text, *(name for statement in before for name in _asks_with(body, statement, text))}
    found = {name for statement in before for asked in asking for name in found_by(body, statement, asked)}
    around = set(places_around(at.module, at.context))
    for call in at.module.own_calls(function):
        is_first = call.end <= expr.at and _has_to_find(body, call, finding) and _takes(body, call, text)
        if is_first and is_passed(body, call.context, text, around, leaving):
            return True
    empty = {spell(body, each) for row in around if (each := tested_for_nothing(body, _of_if(body, row))) is not None}
    if any(_tells_faults(body, statement, found, empty) for statement in before):
        return True
    for statement in before:
        place = body.contexts[statement.context]
        leaves = statement.kind in _LEAVES or _is_left(body, statement, leaving) or _noted_in(body, statement) in empty
        beside = place.kind == "if" and statement.context not in around and place.parent in around
        if leaves and beside and (not found.isdisjoint(missing(body, place.subject)) or _is_asked(body, place.subject, text)):
            return True
    return False


def _has_to_find(body: Body, call: Call, finding: Container[str]) -> bool:
    """`get_object_or_404(Shop, name=name)`, `Shop.objects.get(name=name)`, which ends in an error where there is none."""
    name, given = last_name(body, call.callee), call.arguments
    return name in finding or (name == _KEYED and bool(given) and all(a.name not in _UNNAMED for a in given))


def _takes(body: Body, call: Call, text: str) -> bool:
    """It is given what is spelled so, or is called on the result of what is."""
    given = (*(argument.value for argument in call.arguments), *_given(body, call.callee))
    return any(spell(body, part) == text for each in given for part in parts_of(body, each))


def _asks_with(body: Body, statement: Statement, text: str) -> Iterator[str]:
    """`query` of `query = select(Row).where(Row.name == name)`, which is asked later."""
    value = statement.value
    if statement.kind != "assign" or type(statement.target) is not Name or type(value) is not CallRef:
        return
    compared = (part for given in _given(body, value) for part in parts_of(body, given) if type(part) is Comparison)
    if any(spell(body, side) == text for each in compared for side in each.operands):
        yield statement.target.id


def _is_asked(body: Body, test: Expr | None, text: str) -> bool:
    """`if not exists(name): raise …`, `if not db.execute("…", (name,)).fetchone(): raise …`"""
    if isinstance(test, Operation) and test.op == "or":
        return any(_is_asked(body, side, text) for side in test.operands)
    asked = tested_for_nothing(body, test)
    asked = asked.value if isinstance(asked, Await) else asked
    if not isinstance(asked, CallRef) or last_name(body, asked) in _ASK_NOTHING:
        return False
    if not ACCESS.isdisjoint(words_of(last_name(body, asked))):
        return False
    return _takes(body, body.calls[asked.index], text)


def _of_if(body: Body, row: int) -> Expr | None:
    return body.contexts[row].subject if body.contexts[row].kind == "if" else None


def _tells_faults(body: Body, statement: Statement, found: Container[str], empty: Container[str]) -> bool:
    value = statement.value
    is_told = statement.kind == "assign" and isinstance(value, Attribute) and value.attr in _FAULTS
    if not is_told or not isinstance(value, Attribute) or not isinstance(value.base, Name):
        return False
    return value.base.id in found and spell(body, statement.target) in empty


def _is_left(body: Body, statement: Statement, leaving: Container[str]) -> bool:
    return statement.kind == "expression" and last_name(body, statement.value) in leaving


def _noted_in(body: Body, statement: Statement) -> str | None:
    """What a fault is added to: `errors` of `errors.append("no such field")`."""
    if statement.kind != "expression" or type(statement.value) is not CallRef:
        return None
    callee = body.calls[statement.value.index].callee
    return spell(body, callee.base) if isinstance(callee, Attribute) and callee.attr in _NOTES else None


def found_by(body: Body, statement: Statement, text: str) -> list[str]:
    """The name that holds what was found by the value: `find(name)`, `db.scalars(select(…).where(Row.id == name)).first()`."""
    value = statement.value.value if type(statement.value) is Await else statement.value
    if statement.kind != "assign" or type(statement.target) is not Name or type(value) is not CallRef:
        return []
    parts = (part for each in _given(body, value) for part in parts_of(body, each))
    return [statement.target.id] if any(spell(body, part) == text for part in parts) else []


def _given(body: Body, called: Expr) -> Iterator[Expr]:
    """The arguments of a call, and of those on whose results it is called."""
    while isinstance(called, CallRef | Attribute | Await):
        if isinstance(called, CallRef):
            yield from (argument.value for argument in body.calls[called.index].arguments)
            called = body.calls[called.index].callee
        else:
            called = called.base if isinstance(called, Attribute) else called.value


def is_known_outside(project: Project, expr: Expr, at: Place) -> bool:
    """`if library.things.get(code=value) is None: raise …` before the place: a library's own list has to have the value."""
    module, body = at.module, at.module.body
    function, text, around = body.contexts[at.context].function, spell(body, expr), set(places_around(module, at.context))
    for statement in module.own_statements(function):
        place = body.contexts[statement.context]
        if statement.at >= expr.at or statement.kind not in _LEAVES or place.kind != "if":
            continue
        asked = tested_for_nothing(body, place.subject)
        if statement.context in around or place.parent not in around or not isinstance(asked, CallRef):
            continue
        call = body.calls[asked.index]
        if any(spell(body, argument.value) == text for argument in call.arguments) and _is_list(project, module, call.callee):
            return True
    return False


def _is_list(project: Project, module: Module, callee: Expr) -> bool:
    """`library.things.get`: an object of another's module is asked for one of its own."""
    if not isinstance(callee, Attribute) or callee.attr not in _LOOKING or not isinstance(callee.base, Name | Attribute):
        return False
    root: Expr = callee.base
    while isinstance(root, Attribute):
        root = root.base
    found = project.symbols.resolve_in(module, root.id) if isinstance(root, Name) else ()
    return bool(found) and all(definition.kind == "external" for definition in found)


def missing(body: Body, test: Expr | None) -> Iterator[str]:
    """The names of which each makes the test true where it holds nothing: `row is None or row.owner != user`."""
    if isinstance(test, Operation) and test.op == "or":
        for side in test.operands:
            yield from missing(body, side)
        return
    asked = tested_for_nothing(body, test)
    if isinstance(asked, Name):
        yield asked.id


def tested_for_nothing(body: Body, test: Expr | None) -> Expr | None:
    """What is tested for being nothing, or for holding nothing."""
    match test:
        case Operation(op="not", operands=(asked,)):
            return _counted(body, asked) or asked
        case Comparison(ops=("is",) | ("==",), operands=(asked, Constant(value=None))):
            return asked
        case Comparison(ops=("==",), operands=(asked, Constant(value=0))):
            return _counted(body, asked)
        case _:
            return None


def _counted(body: Body, expr: Expr) -> Expr | None:
    """`errors` of `len(errors)`."""
    if not isinstance(expr, CallRef) or last_name(body, expr) != "len":
        return None
    return next((argument.value for argument in body.calls[expr.index].arguments), None)
