"""Rows of queries, and how the types of expressions tell a query or its result from a single row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from archlint.facts.findings import Site, Step
from archlint.facts.syntax import (
    Argument,
    Attribute,
    Body,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    Starred,
    String,
    Subscript,
)
from archlint.project.model import CallSite, Type
from archlint.project.names.arguments import receiver_of
from archlint.project.parts import calls_below, parts_of, root_name
from archlint.project.relations.gathered_conditions import conditions_given
from archlint.project.relations.grouped_sql import is_grouped
from archlint.project.schema.tenancy import Tenancy
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

Trait = Literal[
    "limited", "shared", "grouped", "own", "named", "dated", "since", "until", "asker", "state", "parted", "optional", "shown"
]
"""No more than a page of them; one of several lists that are answered together; one for each of some groups; those of one
object or person; those that somebody lists by their keys; those of one day, or of the last few; those since a day, and until
one; those of who asks, also where administrators see all; those in one state that is written in the code; those of one of
the tenants; all of them unless a client asks for fewer; those that a web page is filled with."""

_COLLECTIONS = frozenset({"db-query", "db-manager", "db-result", "db-statement"})
ASKED = _COLLECTIONS | {"db-session", "db-connection", "db-cursor", "db-extension"}
GIVES_ONE = frozenset(
    {"get", "none", "first", "one", "one_or_none", "count", "exists", "scalar", "scalar_one", "fetchone", "fetchval", "pop"}
    | {"scalar_one_or_none", "fetch_one", "fetch_val", "find_one", "aget", "afirst", "alast", "acount", "aexists"}
    | {"get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"}  # the row, and whether it is new
)
GIVES_VALUE = frozenset(
    {"len", "sum", "min", "max", "any", "all", "next", "str", "int", "bool", "float", "isinstance", "hash", "repr"}
)
_RESULTS = _COLLECTIONS | {"db-cursor"}
_LISTS = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "collections.abc.Iterable"})
_PAIR = "builtins.tuple"
_GROUPING = frozenset({"group_by", "aggregate", "having"})
_PIPELINE = "aggregate"
_DATES = frozenset({"dates", "datetimes"})
_PARTS_OF_DATES = frozenset({"date", "date_trunc", "date_part", "extract", "year", "month", "day"})
_VALUES = frozenset({"values", "values_list"})
_OF_FEW = frozenset({"role", "role_id", "is_admin", "is_staff", "is_superuser"})
"""Columns by which people are told apart of whom there are few."""
_SHIPPED = frozenset({"is_preset", "is_default", "is_system", "is_builtin", "is_built_in", "is_predefined"})
"""Columns that mark what comes with the program."""
_STATES = frozenset({"status", "state"})
_GETTING = frozenset({"get", "pop"})
_COUNTING = frozenset({"Counter", "groupby"})
_ASKERS = frozenset({"user", "me", "profile", "member", "identity", "principal", "viewer", "customer", "actor", "requester"})
_CURRENT = frozenset({"current", "my", "me", "own", "authenticated", "request", "requesting", "logged"})
"""Words before one of them that say that it is the one who asks."""
_DATED = re.compile(r"(^|_)(date|day|month|year|week)$", re.IGNORECASE)
_TIMED = re.compile(r"(^|_)(date|day|month|year|week|at|on|time|start|end|timestamp)$", re.IGNORECASE)
_MOMENT = re.compile(r"(^|_)(ago|ahead|now|today|since|until)(_|$)", re.IGNORECASE)
"""In the name of a value that is a time, whatever the column is called that is compared with it."""
_FILTERS = frozenset({"filter", "where", "filter_by", "find", "get_list_or_404"})
_UNIQUE = frozenset({"id", "pk", "uuid", "guid", "slug", "external_id", "username", "email"})
_BOUNDS: Mapping[str, tuple[Trait, ...]] = {
    ">": ("since",),
    ">=": ("since",),
    "gt": ("since",),
    "gte": ("since",),
    "<": ("until",),
    "<=": ("until",),
    "lt": ("until",),
    "lte": ("until",),
    "range": ("since", "until"),
}
_MEANT = {"in_": "in", "between": "range"}
_BY_COLUMN = {"eq": "==", "in_": "in", **{each: each for each in ("gt", "gte", "lt", "lte")}}
"""Methods of a query that compare the column that is named first: `eq("customer_id", key)`."""
_PART = "range"
"""`query.range(0, 49)`"""
_COMPARED = frozenset({"==", *_BOUNDS})
_BY_ASKER = re.compile(rf"_(by|for|of)_({'|'.join(sorted(_ASKERS))}|owner|author|account)(_id)?$")
_LIMITED_SQL = re.compile(r"\b(limit|fetch\s+(first|next)|top\s*\()\b", re.IGNORECASE)
_KEYS = frozenset({"id", "pk", "uuid", "guid", "slug", "key", "external_id", "name", "username", "email"})
_ROW_KEYS = frozenset({"id", "pk", "uuid", "guid"})
_ENDS_OF_KEYS = ("_hash", "_checksum")
_OF_OTHERS = "_id"
_Asked = Callable[[Expr], bool]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the query that begins at `expr`. `model`: the stored class, where it is known. `under`: the keys of mappings
    and the keywords of calls under which they are put, innermost first.
    `run`: where the query is run."""

    module: Module = field(repr=False)
    expr: Expr
    context: int
    model: Type | None
    steps: tuple[Step, ...] = ()
    traits: frozenset[Trait] = frozenset()
    under: tuple[str, ...] = ()
    table: str = ""
    run: Site | None = None

    def marked(self, *traits: Trait) -> Rows:
        return replace(self, traits=self.traits | frozenset(traits)) if traits else self

    def of_table(self, table: str, *traits: Trait) -> Rows:
        return replace(self.marked(*traits), table=table)

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.expr.at, self.expr.end)


class RowTypes:
    """Answers are for an expression of `module`, standing in `module.body.contexts[context]`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tenancy = Tenancy(project)

    def asks(self, module: Module, context: int, site: CallSite) -> bool:
        """The call is one of a query, a result or a session."""
        operation, base = site.operation, receiver_of(site)
        if operation is not None and (operation.by_statement or "db.read" in operation.effect):
            return True
        if base is not None and self.roles(module, context, base) & ASKED:
            return True
        return bool(self.roles(module, context, site.expr) & _COLLECTIONS)

    def narrowed(self, site: CallSite, is_asker: _Asked, is_reckoned: _Asked) -> Iterator[Trait]:
        """What a call in a query's chain, or around it, says of its rows. `is_asker`, `is_reckoned`: see `row_places`."""
        body = site.module.body
        name = last_name(body, site.call.callee)
        if name in _COUNTING:
            yield "grouped"
        base = receiver_of(site)
        is_by_groups = name in _GROUPING and not _is_by_its_key(body, site) and not is_pipeline(site)
        if is_by_groups or name in _DATES or (name == "annotate" and "values" in _chain(body, base)):
            yield "grouped"
        by = {last_name(body, argument.value) for argument in site.call.arguments}
        if name == "distinct" and (by - _UNIQUE or self._is_of_columns(site)):
            yield "grouped"
        yield from self._told_by_sql(site)
        compared = self._by_column(site)
        is_filter = name in _FILTERS or bool(compared)
        if name == _PART and base is not None and self.is_collection(site.module, site.call.context, base):
            yield "limited"
        given = (_conditions(body, argument) for argument in conditions_given(site.module, site.call))
        for conditions in (compared, *given):
            for key, op, value in conditions:
                if op == "in":
                    is_key = key in _KEYS or key.endswith(_ENDS_OF_KEYS) or self._is_of_one(site, key)
                    if is_key and not self.is_collection(site.module, site.call.context, value):
                        yield "named"
                    elif (
                        is_filter and key.endswith(_OF_OTHERS) and not self.is_collection(site.module, site.call.context, value)
                    ):
                        yield "own"  # of those that are named
                elif op in _BOUNDS:
                    bounds: tuple[Trait, ...] = ("dated",) if _BOUNDS[op] == ("since",) and is_reckoned(value) else _BOUNDS[op]
                    is_time = _TIMED.search(key) or _MOMENT.search(last_name(body, value))
                    yield from bounds if is_filter and is_time else ()
                elif is_filter and (
                    (key in _UNIQUE and (_is_given(body, value) or _is_written(value)))
                    or (_is_given(body, value) and self._is_of_one(site, key))
                ):
                    yield "named"
                elif self._tenancy.parts(key):
                    if is_filter:
                        yield "parted"
                elif is_filter and is_asker(value):
                    yield "asker"
                elif not _ASKERS.isdisjoint(_askers(value)):
                    yield "own"
                elif _DATED.search(key) or _DATED.search(last_name(body, value)):
                    yield "dated"
                elif is_filter and key in _STATES and not _is_given(body, value):
                    yield "state"
                elif is_filter and (_is_of_few(key, value) or _is_given(body, value)):
                    yield "own"

    def _by_column(self, site: CallSite) -> tuple[tuple[str, str, Expr], ...]:
        """(column, how it is compared, value) of `query.eq("customer_id", key)`."""
        op, base = _BY_COLUMN.get(last_name(site.module.body, site.call.callee)), receiver_of(site)
        given = [argument.value for argument in site.call.arguments]
        if op is None or base is None or not given or not isinstance(given[0], String):
            return ()
        is_query = self.is_collection(site.module, site.call.context, base)
        return ((given[0].value, op, given[-1]),) if is_query else ()

    def _is_of_one(self, site: CallSite, key: str) -> bool:
        """The column is unique by itself, or leads to the one thing that a row belongs to alone: `user__username`."""
        column, _, rest = key.partition("__")
        model = next(self._models(site.module, site.call.context, site.expr), None) if not rest or rest in _KEYS else None
        made = self._project.schemas.models.of_class(model.name) if model is not None else None
        alone = {unique.columns[0] for unique in made.parts.uniques if len(unique.columns) == 1} if made is not None else set()
        return not alone.isdisjoint((column, f"{column}_id"))

    @staticmethod
    def _is_of_columns(site: CallSite) -> bool:
        """All that the query asks for are dates or columns: `query(func.date(Visit.at))`, `values_list("city")`."""
        body = site.module.body
        if not _VALUES.isdisjoint(_chain(body, receiver_of(site))):
            return True
        asked = _asked_for(site)
        return bool(asked) and all(_is_column(body, each) for each in asked)

    def _told_by_sql(self, site: CallSite) -> Iterator[Trait]:
        operation = site.operation
        statement = site.argument(operation.sql or operation.by_statement) if operation is not None else None
        for text in self._project.values.texts(site.module, statement, site.call.context) if statement is not None else ():
            if _LIMITED_SQL.search(text.rendered):
                yield "limited"
            if is_grouped(text.rendered):
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

    def is_of_alike(self, module: Module, context: int, expr: Expr) -> bool:
        """Each of its items is a row: a list, a query or its result, and no pair of rows and their number."""
        types = self._project.types
        names = {found.name for found in types.all(module, expr, context) if not found.is_class}
        return self.is_many(module, context, expr) and _PAIR not in names

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


def _conditions(body: Body, argument: Argument) -> Iterator[tuple[str, str, Expr]]:
    """(attribute, how it is compared, value) of `pk__in=ids`, `user=me`, `Order.id.in_(ids)`, `Order.user_id == me`."""
    value = argument.value
    if argument.name is not None:
        key, _, op = argument.name.rpartition("__")
        if op == "in" and isinstance(value, Collection) and len(value.items) == 1 and not isinstance(value.items[0], Starred):
            yield key, "==", value.items[0]  # `members__in=[user]`
        else:
            yield (key, op, value) if op in _BOUNDS or op == "in" else (argument.name, "==", value)
        return
    for part in parts_of(body, value):
        if isinstance(part, Comparison) and len(part.ops) == 1 and part.ops[0] in _COMPARED:
            yield last_name(body, part.operands[0]), part.ops[0], part.operands[1]
        elif isinstance(part, CallRef):
            call = body.calls[part.index]
            if isinstance(call.callee, Attribute) and call.callee.attr in _MEANT and call.arguments:
                yield last_name(body, call.callee.base), _MEANT[call.callee.attr], call.arguments[0].value
            for named in call.arguments:  # `Q(owner=user) | Q(shared_with=user)`
                if named.name is not None and not named.name.startswith("*"):
                    yield named.name, "==", named.value


def _is_given(body: Body, value: Expr) -> bool:
    """It comes from somewhere else: neither a constant, nor a column of another table by which tables are joined."""
    if isinstance(value, CallRef):  # `request.args.get("shop")`, `int(shop)`, `uuid.UUID(shop)`
        callee, given = body.calls[value.index].callee, body.calls[value.index].arguments
        is_got = isinstance(callee, Attribute) and callee.attr in _GETTING and _is_given(body, callee.base)
        is_made = isinstance(callee, Name) or (isinstance(callee, Attribute) and callee.attr[:1].isupper())
        return is_got or (is_made and any(_is_given(body, each.value) for each in given))
    if isinstance(value, Attribute):
        base = value.base
        while isinstance(base, Attribute):
            base = base.base
        return isinstance(base, Name) and not base.id[:1].isupper()
    return isinstance(value, Subscript) or (isinstance(value, Name) and not value.id[:1].isupper())


def _is_of_few(key: str, value: Expr) -> bool:
    """`role="admin"`, `is_default=True`"""
    return key in _OF_FEW or (key in _SHIPPED and isinstance(value, Constant) and value.value is True)


def _is_written(value: Expr) -> bool:
    """The key of one row stands in the code."""
    return (isinstance(value, Constant) and value.value is not None) or (isinstance(value, String) and bool(value.value))


def _is_column(body: Body, expr: Expr) -> bool:
    """`Order.city`, `func.date(Order.at)`."""
    if isinstance(expr, CallRef):
        return last_name(body, expr) in _PARTS_OF_DATES
    return isinstance(expr, Attribute) and isinstance(expr.base, Name) and expr.base.id[:1].isupper()


def _asked_for(site: CallSite) -> tuple[Expr, ...]:
    """What the call is given with which a chain begins: `query(Order, func.count())`, `select(Order)`."""
    below = [*calls_below(site.module.body, site.call)]
    return tuple(argument.value for argument in below[-1].arguments) if below else ()


def is_pipeline(site: CallSite) -> bool:
    """`aggregate([{"$match": …}, …])` of a store of documents, by its stages: not each of these groups."""
    plain = [argument.value for argument in site.call.arguments if argument.name is None]
    return (
        last_name(site.module.body, site.call.callee) == _PIPELINE and bool(plain) and isinstance(plain[0], Collection | Name)
    )


def _is_by_its_key(body: Body, site: CallSite) -> bool:
    """`query(User, func.count(Order.id)).join(Order).group_by(User.id)`: one row for each user, as without it; where
    `Order.query.with_entities(User.id, func.count()).group_by(User.id)` has fewer than there are orders."""
    asked = _asked_for(site)[:1]
    of = {each.id for first in asked for each in parts_of(body, first) if isinstance(each, Name)}
    below = [*calls_below(body, site.call)]
    begun = root_name(below[-1].callee) if below else ""
    if begun[:1].isupper() and begun not in of:
        return False
    given = (argument.value for argument in site.call.arguments)
    return any(
        isinstance(key, Attribute) and key.attr in _ROW_KEYS and isinstance(key.base, Name) and key.base.id in of
        for key in given
    )


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


def _askers(value: Expr) -> Iterator[str]:
    """`user` of `request.user.id`, of `user.company`, of `current_user_id`."""
    while isinstance(value, Attribute | Subscript):
        if isinstance(value, Attribute):
            yield _last_word(value.attr)
        value = value.base
    if isinstance(value, Name):
        yield _last_word(value.id)


def names_asker(name: str) -> bool:
    """`user` of `self.user()`, `get_current_user`: what gives who asks."""
    words = words_of(name)
    return bool(words) and words[-1] in _ASKERS and (len(words) == 1 or words[-2] in _CURRENT)


def is_of_asker(value: Expr) -> bool:
    """`request.user`, `current_user["id"]`: something of a person, or a name that is one; a number may be anybody's."""
    if isinstance(value, Name):
        return words_of(value.id)[-1:] != () and words_of(value.id)[-1] in _ASKERS
    return isinstance(value, Attribute | Subscript) and not _ASKERS.isdisjoint(_askers(value))


def _last_word(name: str) -> str:
    return next((word for word in reversed(words_of(name)) if word != "id"), "")
