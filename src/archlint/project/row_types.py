"""Rows of queries, and how the types of expressions tell a query or its result from a single row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from archlint.facts.findings import Site, Step
from archlint.facts.syntax import Argument, Attribute, Body, CallRef, Comparison, Expr, Name
from archlint.project.arguments import receiver_of
from archlint.project.credentials import words_of
from archlint.project.model import CallSite, Type
from archlint.project.parts import parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.modules import Module
    from archlint.project.program import Project

_COLLECTIONS = frozenset({"db-query", "db-manager", "db-result", "db-statement"})
ASKED = _COLLECTIONS | {"db-session", "db-connection", "db-cursor", "db-extension"}
GIVES_ONE = frozenset(
    {"get", "first", "one", "one_or_none", "count", "exists", "scalar", "scalar_one", "fetchone", "fetchval", "pop"}
)
GIVES_VALUE = frozenset(
    {"len", "sum", "min", "max", "any", "all", "next", "str", "int", "bool", "float", "isinstance", "hash", "repr"}
)
_RESULTS = _COLLECTIONS | {"db-cursor"}
_LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "collections.abc.Iterable"})
_GROUPING = frozenset({"group_by", "aggregate"})
_DATES = frozenset({"dates", "datetimes"})
_PARTS_OF_DATES = frozenset({"date", "date_trunc", "date_part", "extract", "year", "month", "day"})
_COUNTING = frozenset({"Counter", "groupby"})
_ASKERS = frozenset({"user", "me", "profile", "member", "identity", "principal", "viewer", "customer", "actor", "requester"})
_DATED = re.compile(r"(^|_)(date|day|month|year|week)$", re.IGNORECASE)
_BY_ASKER = re.compile(rf"_(by|for|of)_({'|'.join(sorted(_ASKERS))}|owner|author|account)(_id)?$")
_LIMITED_SQL = re.compile(r"\b(limit|fetch\s+(first|next)|top\s*\()\b", re.IGNORECASE)
_GROUPED_SQL = re.compile(r"\bgroup\s+by\b", re.IGNORECASE)
_KEYS = frozenset({"id", "pk", "uuid", "guid", "slug", "key", "external_id", "name", "username", "email"})


Trait = Literal["limited", "shared", "grouped", "own", "named", "dated"]
"""No more than a page of them; one of several lists that are answered together; one for each of some groups; those of who
asks; those that somebody lists by their keys; those of one day."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the query that begins at `expr`. `model`: the stored class, where it is known. `under`: the keys of mappings
    and the keywords of calls under which they are put, innermost first."""

    module: Module = field(repr=False)
    expr: Expr
    context: int
    model: Type | None
    steps: tuple[Step, ...] = ()
    traits: frozenset[Trait] = frozenset()
    under: tuple[str, ...] = ()

    def marked(self, *traits: Trait) -> Rows:
        return replace(self, traits=self.traits | frozenset(traits)) if traits else self

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.expr.at, self.expr.end)


class RowTypes:
    """Answers are for an expression of `module`, standing in `module.body.contexts[context]`."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def asks(self, module: Module, context: int, site: CallSite) -> bool:
        """The call is one of a query, a result or a session."""
        operation, base = site.operation, receiver_of(site)
        if operation is not None and (operation.by_statement or "db.read" in operation.effect):
            return True
        if base is not None and self.roles(module, context, base) & ASKED:
            return True
        return bool(self.roles(module, context, site.expr) & _COLLECTIONS)

    def narrowed(self, site: CallSite) -> Iterator[Trait]:
        """What a call in the chain of a query, or around it, says of its rows."""
        body = site.module.body
        name = last_name(body, site.call.callee)
        if name in _COUNTING:
            yield "grouped"
        base = receiver_of(site)
        if name in _GROUPING or name in _DATES or (name == "annotate" and "values" in _chain(body, base)):
            yield "grouped"
        if name == "distinct" and self._is_of_days(site.module, base):
            yield "grouped"
        yield from self._told_by_sql(site)
        for argument in site.call.arguments:
            for key, value, many in _conditions(body, argument):
                if many and key in _KEYS and not self.is_collection(site.module, site.call.context, value):
                    yield "named"
                elif not many and _asker(body, value) in _ASKERS:
                    yield "own"
                elif _DATED.search(key):
                    yield "dated"

    def _is_of_days(self, module: Module, expr: Expr | None) -> bool:
        """All that the query asks for are dates: `query(func.date(Visit.at))`."""
        calls = []
        while isinstance(expr, CallRef | Attribute):
            if isinstance(expr, CallRef):
                calls.append(module.body.calls[expr.index])
            expr = module.body.calls[expr.index].callee if isinstance(expr, CallRef) else expr.base
        asked = [argument.value for argument in calls[-1].arguments] if calls else []
        return bool(asked) and all(isinstance(e, CallRef) and last_name(module.body, e) in _PARTS_OF_DATES for e in asked)

    def _told_by_sql(self, site: CallSite) -> Iterator[Trait]:
        operation = site.operation
        statement = site.argument(operation.sql or operation.by_statement) if operation is not None else None
        for text in self._project.values.texts(site.module, statement, site.call.context) if statement is not None else ():
            if _LIMITED_SQL.search(text.rendered):
                yield "limited"
            if _GROUPED_SQL.search(text.rendered):
                yield "grouped"

    def roles(self, module: Module, context: int, expr: Expr) -> set[str]:
        """What the knowledge says that the expression may be."""
        types = self._project.types
        return {types.role(found) for found in types.all(module, expr, context) if not found.is_class}

    def is_collection(self, module: Module, context: int, expr: Expr) -> bool:
        """It is a query, or its result."""
        return bool(self.roles(module, context, expr) & _COLLECTIONS)

    def is_many(self, module: Module, context: int, expr: Expr) -> bool:
        """It is a list, a query or a result, and no single row."""
        types = self._project.types
        found = [t for t in types.all(module, expr, context) if not t.is_class]
        return any(t.name in _LISTS or types.role(t) in _RESULTS for t in found)

    def root(self, module: Module, context: int, expr: Expr, steps: tuple[Step, ...]) -> Rows:
        """The rows of the query that begins here."""
        found = Rows(module, expr, context, next(self._models(module, context, expr), None), steps)
        return found.marked("own") if _is_of_asker(module.body, expr) else found

    def _models(self, module: Module, context: int, expr: Expr) -> Iterator[Type]:
        """The stored classes whose rows an expression gives, and then those that it names."""
        types = self._project.types
        for found in types.all(module, expr, context):
            yield from (t for t in (found, *found.arguments) if types.role(t) == "db-model")
        for part in parts_of(module.body, expr):
            if isinstance(part, Name | Attribute):
                yield from (t for t in types.all(module, part, context) if types.role(t) == "db-model")


def _conditions(body: Body, argument: Argument) -> Iterator[tuple[str, Expr, bool]]:
    """(attribute, value, one of many) of `pk__in=ids`, `user=me`, `Order.id.in_(ids)`, `Order.user_id == me`."""
    value = argument.value
    if argument.name is not None:
        yield argument.name.removesuffix("__in"), value, argument.name.endswith("__in")
        return
    for part in parts_of(body, value):
        if isinstance(part, Comparison) and part.ops == ("==",):
            yield last_name(body, part.operands[0]), part.operands[1], False
        elif isinstance(part, CallRef):
            call = body.calls[part.index]
            if isinstance(call.callee, Attribute) and call.callee.attr == "in_" and call.arguments:
                yield last_name(body, call.callee.base), call.arguments[0].value, True


def _chain(body: Body, expr: Expr | None) -> Iterator[str]:
    """The methods of a chain of calls, the last first."""
    while isinstance(expr, CallRef | Attribute):
        if isinstance(expr, Attribute):
            yield expr.attr
            expr = expr.base
        else:
            expr = body.calls[expr.index].callee


def _is_of_asker(body: Body, expr: Expr) -> bool:
    """`request.user.orders.all()`: it begins with what belongs to who asks."""
    while isinstance(expr, CallRef | Attribute):
        base = body.calls[expr.index].callee if isinstance(expr, CallRef) else expr.base
        if isinstance(expr, Attribute) and isinstance(base, Attribute | Name):
            name = last_name(body, base)
            if name.islower() and words_of(name)[-1:] and words_of(name)[-1] in _ASKERS and expr.attr != "objects":
                return True
        expr = base
    return False


def is_by_asker(name: str) -> bool:
    """`orders_by_user`, `list_for_owner`: the name of a function that gives the rows of one."""
    return bool(_BY_ASKER.search(name))


def _asker(body: Body, value: Expr) -> str:
    """`user` of `request.user.id`."""
    while isinstance(value, Attribute) and value.attr in ("id", "pk", "uuid", "username", "email"):
        value = value.base
    words = words_of(last_name(body, value)) if isinstance(value, Attribute | Name) else ()
    return next((word for word in reversed(words) if word != "id"), "")
