"""Rows that belong to one thing: `order.lines.all()`, `filter(order=order)`, `where(Line.order_id == order_id)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, Call, CallRef, Comparison, Expr, Name
from archlint.project.model import Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.loops.loops import Loop
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 6
_RETURNS = 3
_ID = "id"
_SAME_ITEMS = frozenset({"list", "tuple", "sorted", "reversed", "enumerate", "set", "iter"})
_NARROWING = frozenset({"filter", "filter_by", "where"})
_LISTING = _NARROWING | {"list"}
"""`Subscription.list(customer=customer_id)`"""
_ASKING = frozenset({"execute", "scalars", "stream", "stream_scalars"})
"""`session.execute(statement)`"""
_OF_RELATION = _NARROWING | {"all", "exclude", "order_by", "select_related", "prefetch_related", "iterator", "values_list"}
_OF_ROWS = frozenset({"offset", "limit", "order_by", "options", "distinct", "execution_options"})
"""What gives the same rows, or some of them."""
_WHOLE = frozenset({"objects", "queryset", "qs", "query", "session", "manager", "db"})
"""Last words in names of what gives the rows of a table, and not of one thing."""
_MARKS = frozenset({"status", "state", "type", "kind", "date", "day", "month", "year", "version", "level"})
"""Last words in names of columns that belong to no other thing."""


def are_of_one(project: Project, loop: Loop) -> bool:
    """The loop goes over the rows that belong to one thing, of which another table has a row."""
    subject = loop.place.subject if loop.mapping is None else None
    if subject is None:
        return False
    found = _sources(project, loop.module, subject, loop.place.parent, _DEPTH)
    items = frozenset(words[-1] for name in loop.targets if (words := words_of(name)))
    return any(_is_narrowed(module, part) or _is_by_own_id(module, part, items) for module, part in found)


def are_said_of_one(project: Project, loop: Loop) -> bool:
    """The loop goes over what a function gives that is named for the one that it is told of, and told of no other:
    `get_user_devices(user_id)`."""
    subject = loop.place.subject if loop.mapping is None else None
    if subject is None:
        return False
    return any(
        _is_said(project, module, part) for module, part in _sources(project, loop.module, subject, loop.place.parent, _DEPTH)
    )


def _is_said(project: Project, module: Module, expr: Expr) -> bool:
    for definition in _told_whose(project, module, expr) if isinstance(expr, CallRef) else ():
        own = [words for parameter in definition.function.parameters if (words := words_of(parameter.name))[-1:] == (_ID,)]
        if len(own) == 1 and len(own[0]) > 1 and own[0][-2] in words_of(definition.function.name):
            return True
    return False


def _is_by_own_id(module: Module, expr: Expr, items: frozenset[str]) -> bool:
    """`for order in client.search("orders", [["id", "=", order_id]])`: whoever has the id of one means that one."""
    if not isinstance(expr, CallRef):
        return False
    given = (argument.value for argument in module.body.calls[expr.index].arguments)
    names = (part.id for value in given for part in parts_of(module.body, value) if isinstance(part, Name))
    return any(words[-1] == _ID and words[-2] in items for name in names if len(words := words_of(name)) > 1)


def _sources(project: Project, module: Module, expr: Expr, context: int, depth: int) -> Iterator[tuple[Module, Expr]]:
    """What the items come from, through local names, calls that give the same items, and functions that return them."""
    yield module, expr
    if depth <= 0:
        return
    body = module.body
    match expr:
        case Await():
            yield from _sources(project, module, expr.value, context, depth - 1)
        case CallRef() if isinstance(body.calls[expr.index].callee, Name) and last_name(body, expr) in _SAME_ITEMS:
            for argument in body.calls[expr.index].arguments[:1]:
                yield from _sources(project, module, argument.value, context, depth - 1)
        case CallRef():
            callee = body.calls[expr.index].callee
            given = body.calls[expr.index].arguments
            if isinstance(callee, Attribute) and (not given or callee.attr in _OF_ROWS):  # `found.all()`
                yield from _sources(project, module, _below(module, callee.base), context, depth - 1)
            elif isinstance(callee, Attribute) and callee.attr in _ASKING:
                yield from _sources(project, module, given[0].value, context, depth - 1)
            for definition in _told_whose(project, module, expr):
                returns = project.symbols.scopes(definition.module).returns.get(definition.index, ())
                for each in returns[-_RETURNS:]:
                    if each.value is not None:
                        yield from _sources(project, definition.module, each.value, each.context, depth - 1)
        case Name():
            for source in project.values.sources.of(module, expr, context):
                if source.is_parameter:
                    yield from _handed(project, module, expr.id, context, depth - 1)
                elif source.module is module and source.expr is not None and source.expr is not expr:
                    yield from _sources(project, module, source.expr, context, depth - 1)


def _below(module: Module, expr: Expr) -> Expr:
    """`found` of `found.offset(skip).limit(most)`"""
    while isinstance(expr, CallRef):
        callee = module.body.calls[expr.index].callee
        if not isinstance(callee, Attribute) or callee.attr not in _OF_ROWS:
            break
        expr = callee.base
    return expr


def _handed(project: Project, module: Module, name: str, context: int, depth: int) -> Iterator[tuple[Module, Expr]]:
    """What the one place that calls the function hands it under the name."""
    row = module.body.contexts[context].function
    definition = Def(module, module.name, row) if row >= 0 else None
    sites = [each for each in project.calls.callers(definition) if each.module.is_production] if definition is not None else []
    if definition is None or len(sites) != 1:
        return
    value = arguments_by_parameter(sites[0].call, definition).get(name)
    if value is not None:
        yield from _sources(project, sites[0].module, value, sites[0].call.context, depth)


def _told_whose(project: Project, module: Module, expr: CallRef) -> Iterator[Def]:
    """The function of the project that is called, if it is told of one thing: `plans_of(gym_id)`."""
    site = project.calls.in_module(module)[expr.index]
    for target in site.targets[:1]:
        definition = target.definition
        given = arguments_by_parameter(site.call, definition) if definition is not None else {}
        if definition is not None and any(name.endswith("_id") for name in given):
            yield definition


def _is_narrowed(module: Module, expr: Expr) -> bool:
    body = module.body
    while isinstance(expr, CallRef):
        call = body.calls[expr.index]
        if not isinstance(call.callee, Attribute):
            return False
        if call.callee.attr in _LISTING and _names_owner(call):
            return True
        expr = call.callee.base
        if isinstance(expr, Attribute) and call.callee.attr in _OF_RELATION:
            words = words_of(expr.attr)
            return bool(words) and words[-1] not in _WHOLE and not expr.attr[:1].isupper()
    return False


def _names_owner(call: Call) -> bool:
    """A column is asked to be what a name or an attribute holds."""
    for argument in call.arguments:
        match argument.value:
            case Name() | Attribute() if argument.name is not None and _is_owner(argument.name, argument.value):
                return True
            case Comparison(ops=("==",), operands=(Attribute(attr=column), Name() | Attribute() as value)):
                if _is_owner(column, value):
                    return True
            case _:
                continue
    return False


def _is_owner(column: str, value: Expr) -> bool:
    name = value.id if isinstance(value, Name) else value.attr if isinstance(value, Attribute) else ""
    is_constant = name.isupper() or (isinstance(value, Attribute) and _is_constant(value))
    words = words_of(column)
    return bool(words) and words[-1] not in _MARKS and not column.startswith("is_") and "__" not in column and not is_constant


def _is_constant(value: Attribute) -> bool:
    """`Status.open`, `settings.TENANT`"""
    base = value.base
    return (isinstance(base, Name) and base.id[:1].isupper()) or (isinstance(base, Attribute) and base.attr[:1].isupper())
