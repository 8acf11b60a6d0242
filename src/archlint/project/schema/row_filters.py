"""Queries of an ORM that look for rows of one table: which columns they ask, where the whole query is written in one place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Call, CallRef, Comparison, Expr, Name
from archlint.project.model import CallSite, Def, Type
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_ASKING = ("filter", "filter_by", "where", "get", "get_or_none", "aget")
_GETTING = frozenset({"get", "get_or_none", "aget"})
_NARROWING = frozenset({*_ASKING, "exclude", "having"})
_QUERIES = frozenset({"db-query", "db-statement", "db-manager"})
_SESSIONS = frozenset({"db-session", "db-extension", "db-connection"})
_SAME = frozenset({"exact", "in"})
_WITHIN = frozenset({"gt", "gte", "lt", "lte", "range", "isnull", "startswith", "contains", "icontains", "endswith", "iexact"})
_WITHIN |= {"istartswith", "iendswith", "date", "year", "month", "day", "regex", "iregex", "search"}
_LISTED = frozenset({"in_"})
_OTHER = frozenset(
    {"is_", "is_not", "isnot", "not_in", "notin_", "like", "ilike", "between", "contains", "startswith", "endswith"}
)
_MAKING = ("create", "acreate", "bulk_create", "get_or_create", "update_or_create", "insert", "insert_many")
_MODEL, _ROW = "model", "db-model"


class AskedColumn(Struct, frozen=True):
    """`kind`: `is` where it has to have one of some values, `other` for whatever else is asked of it."""

    column: str
    kind: Literal["is", "other"]
    site: Site


class RowFilter(Struct, frozen=True):
    """A query of the rows of a class, with all that it asks of their columns."""

    module: Module
    model: Type
    asked: tuple[AskedColumn, ...]
    caller: Def | None = None


def row_filters(project: Project) -> Iterator[RowFilter]:
    """Those of production code whose beginning is in sight, and that ask for columns of their own table only."""
    modules = {module.path: module for word in _ASKING for module in project.calls.rows_written(word)[0]}
    for _, module in sorted(modules.items()):
        chains: dict[int, list[CallSite]] = defaultdict(list)
        for site in project.calls.in_module(module):
            name = site.call.callee.attr if isinstance(site.call.callee, Attribute) else ""
            if name in _ASKING and site.call.arguments and (name not in _GETTING or _has_keywords(site.call)):
                chains[site.call.at].append(site)
        for sites in chains.values():
            found = _filter(project, sites)
            if found is not None:
                yield found


def _has_keywords(call: Call) -> bool:
    return all(argument.name not in (None, "*", "**") for argument in call.arguments)


def _filter(project: Project, sites: Sequence[CallSite]) -> RowFilter | None:
    last = max(sites, key=lambda site: site.call.end)
    model = _model(project, last)
    if model is None or not _begins_here(project, last) or _goes_on(last):
        return None
    asked: list[AskedColumn] = []
    for site in sites:
        told = _asked(project, site, model)
        if told is None:
            return None
        asked += told
    return RowFilter(last.module, model, tuple(asked), last.caller) if asked else None


def _model(project: Project, site: CallSite) -> Type | None:
    """The class whose rows the query that a method is called on gives."""
    base = site.call.callee.base if isinstance(site.call.callee, Attribute) else None
    if base is None:
        return None
    for type_ in project.types.all(site.module, base, site.call.context):
        if project.types.role(type_) in _QUERIES and len(type_.arguments) == 1 and not type_.is_class:
            return type_.arguments[0]
    return None


def _begins_here(project: Project, site: CallSite) -> bool:
    """`Order.objects`, `session.query(Order)`, `select(Order)`: nothing was asked before that is not seen."""
    module, body = site.module, site.module.body
    expr: Expr = site.expr
    inner: Call = site.call
    while isinstance(expr, CallRef | Attribute):
        if isinstance(expr, CallRef):
            inner = body.calls[expr.index]
            expr = inner.callee
        else:
            expr = expr.base
    callee = inner.callee
    if isinstance(callee, Name):
        return True
    base = callee.base if isinstance(callee, Attribute) else None
    if base is None:
        return False
    if any(project.types.role(t) in _SESSIONS for t in project.types.all(module, base, inner.context)):
        return True
    holder = base.base if isinstance(base, Attribute) else base
    return any(t.is_class for t in project.types.all(module, holder, inner.context))


def _goes_on(site: CallSite) -> bool:
    """The query gets a name, and is narrowed down further by it."""
    module, body = site.module, site.module.body
    around = [s for s in module.own_statements(body.contexts[site.call.context].function) if s.at <= site.call.at < s.end]
    named = {s.target.id for s in around if s.kind == "assign" and isinstance(s.target, Name)}
    callees = (call.callee for call in module.own_calls(body.contexts[site.call.context].function)) if named else ()
    return any(
        isinstance(callee, Attribute) and callee.attr in _NARROWING and _root(body.calls, callee) in named for callee in callees
    )


def _root(calls: Sequence[Call], expr: Expr) -> str:
    while isinstance(expr, CallRef | Attribute):
        expr = calls[expr.index].callee if isinstance(expr, CallRef) else expr.base
    return expr.id if isinstance(expr, Name) else ""


def _asked(project: Project, site: CallSite, model: Type) -> list[AskedColumn] | None:
    """None where not all of what is asked is understood."""
    found: list[AskedColumn] = []
    for argument in site.call.arguments:
        value = argument.value
        told = (
            _compared(project, site, model, value)
            if argument.name is None
            else _named(argument.name, Site(site.path, value.at, value.end))
        )
        if told is None:
            return None
        found.append(told)
    return found


def _named(name: str, site: Site) -> AskedColumn | None:
    column, _, lookup = name.partition("__")
    if name.startswith("*") or (lookup and lookup not in _SAME | _WITHIN):
        return None  # by a column of another table
    return AskedColumn(column, "is" if not lookup or lookup in _SAME else "other", site)


def _compared(project: Project, site: CallSite, model: Type, value: Expr) -> AskedColumn | None:
    """`Order.number == number`, `Order.number.in_(numbers)`, `Order.placed > day`"""
    body = site.module.body
    match value:
        case Comparison(operands=(Attribute() as column, other)) if len(value.ops) == 1:
            if any(isinstance(part, Attribute) and _is_of(project, site, part, None) for part in parts_of(body, other)):
                return None  # a join
            kind: Literal["is", "other"] = "is" if value.ops[0] == "==" else "other"
        case CallRef():
            callee = body.calls[value.index].callee
            if (
                not isinstance(callee, Attribute)
                or callee.attr not in _LISTED | _OTHER
                or not isinstance(callee.base, Attribute)
            ):
                return None
            column, kind = callee.base, "is" if callee.attr in _LISTED else "other"
        case _:
            return None
    if not _is_of(project, site, column, model):
        return None
    return AskedColumn(column.attr, kind, Site(site.path, column.at, column.end))


def _is_of(project: Project, site: CallSite, column: Attribute, model: Type | None) -> bool:
    """It is a column of the class, or of any that is stored."""
    types = project.types.all(site.module, column.base, site.call.context)
    if model is not None:
        return any(t.is_class and t.name == model.name for t in types)
    return any(t.is_class and project.types.role(t) == _ROW for t in types)


def grown_classes(project: Project) -> frozenset[str]:
    """The classes of whose rows there are more and more: a request or a task comes to what makes one, or what a request sends
    becomes one (`class Meta: model = Order`). In a program with neither, whatever code makes them."""
    led_to, found = project.led_to, set[str]()

    def counts(site: CallSite) -> bool:
        if not site.module.is_production or site.module.is_migration:
            return False
        return led_to.is_empty or (site.caller is not None and led_to.runs(site.caller))

    for word in _MAKING:
        for module, call in project.calls.written(word):
            if isinstance(call.callee, Attribute):
                types = project.types.all(module, call.callee.base, call.context)
                made = {t.arguments[0].name for t in types if project.types.role(t) in _QUERIES and len(t.arguments) == 1}
                found |= made if made - found and counts(project.calls.site(module, call)) else set()
    for name, klass in project.symbols.classes.items():
        if name not in found and klass.klass.bases and project.types.role(Type(name)) == _ROW:
            found |= {name} if any(counts(site) for site in project.calls.to(name)) else set()
    for module in project.modules.production:
        for statement in module.statements["assign"]:
            if isinstance(statement.target, Name) and statement.target.id == _MODEL and statement.value is not None:
                types = project.types.all(module, statement.value, statement.context)
                found |= {t.name for t in types if t.is_class and project.types.role(t) == _ROW}
    return frozenset(found)
