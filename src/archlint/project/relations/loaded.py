"""Which relations a list of stored objects was loaded with, as far as the query that gives it is in sight."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Comprehension,
    Conditional,
    Expr,
    Name,
    Slice,
    Starred,
    Subscript,
)
from archlint.project.listings.view_rows import NONE, ViewRows
from archlint.project.loops.owners import KEYS, NARROWING, asked_for
from archlint.project.model import CallSite, Def, Type
from archlint.project.names.descent import Descent
from archlint.project.names.origins import Origins, Parameter
from archlint.project.parts import parts_of
from archlint.project.relations.ways_back import WaysBack
from archlint.project.routes.action_branches import returned_by_lists
from archlint.project.spelling import last_name
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 14
_ITEMS_OF_FIRST = re.compile(r"\b(arg|item)\(0")
"""In what a call gives; `instance(0)` is of the class that it is given."""
_MANAGERS = frozenset({"db-manager", "db-query"})
_JOINS = "eager-join"
_SAME_ITEMS = frozenset({"list", "tuple", "set", "sorted", "reversed", "iter", "enumerate", "tqdm", "islice", "cast", "zip"})
_ROOTS = frozenset({"db-session", "db-connection", "db-extension"})
_QUERIES = frozenset({"db-query", "db-statement", "db-result"})


@dataclass(frozen=True)
class Loaded:
    """`names` of the relations; `is_whole`: all there are; `is_known`: nothing else can have been asked for; `one`: the columns
    and relations that the query asks for one value of (`type_id`), or for none (`type_id__isnull`); `set_ahead`: the relations
    that lead back to the object whose own list it is; `is_one_row`: they are asked for by the key of one."""

    names: frozenset[str] = frozenset()
    is_whole: bool = False
    is_known: bool = False
    one: frozenset[str] = frozenset()
    set_ahead: frozenset[str] = frozenset()
    is_one_row: bool = False

    def holds(self, name: str) -> bool:
        return self.is_whole or name in self.names or name in self.set_ahead

    def leads_to_one(self, name: str, *, shared: bool) -> bool:
        """All items have the same object under the name, which the session keeps (`shared`), or none of them has one."""
        keys = {name, f"{name}_id"}
        return (shared and not keys.isdisjoint(self.one)) or not {f"{key}__isnull" for key in keys}.isdisjoint(self.one)


_UNKNOWN = Loaded()
_BARE = Loaded(is_known=True)


class LoadedRelations:
    """`loading`: last names of calls that load relations with their owners."""

    def __init__(self, project: Project, loading: tuple[str, ...]) -> None:
        self._project = project
        self._loading = frozenset(loading)
        self._origins = Origins(project)
        self._open: set[tuple[str, int, int]] = set()
        self._view = ViewRows(project)
        self._ways_back = WaysBack(project)

    def by(self, module: Module, expr: Expr, context: int, view: Type | None = None, rows: frozenset[str] = NONE) -> Loaded:
        """What is known of the items of an expression. `view`: the class that `self` is, `rows`: the names under which it
        keeps the query of its list."""
        with self._view.of(view, rows):
            return self._read(Descent(module, context, _DEPTH), expr)

    def of_view(self, view: Type, rows: frozenset[str]) -> Loaded:
        """What is known of the items of a view's list."""
        with self._view.of(view, rows):
            return self._listed(_DEPTH)

    def _listed(self, depth: int, after: str | None = None) -> Loaded:
        """What the view's own query loads. `after`: what stands behind that class in the order of look-up."""
        definition = self._view.method(after)
        if definition is not None:
            return self._returned(Descent(definition.module, definition.function.context, depth - 1), definition, lists=True)
        return self._kept(depth)

    def _kept(self, depth: int) -> Loaded:
        """`self.queryset`: what the view's class, not the one in which that is written, holds under the name."""
        given = self._view.attribute()
        if given is None:
            return _UNKNOWN
        return self._read(Descent(given[0].module, given[0].klass.context, depth - 1), given[1])

    @cached_property
    def anywhere(self) -> Loaded:
        """What any query of the program loads; known unless some name is not written in the code."""
        found = [
            self._named(Descent(site.module, site.call.context, _DEPTH), site)
            for site in self._project.calls.all
            if not site.module.is_test and last_name(site.module.body, site.call.callee) in self._loading
        ]
        return Loaded(frozenset().union(*(f.names for f in found)), False, all(f.is_known for f in found))

    def _named(self, place: Descent, site: CallSite) -> Loaded:
        """The relations that one call loads: `select_related("a__b")`, `joinedload(Order.lines)`."""
        given = [argument for argument in site.call.arguments if argument.name in (None, "*", "lookup")]
        if not given:
            return Loaded(is_whole=True, is_known=True)
        names: set[str] = set()
        is_known = True
        for argument in given:
            value = argument.value
            if argument.name == "*":
                value = Starred(value.at, value.length, value)
            found = frozenset(self._relations(place, value)) | self._below(place, value)
            is_known = is_known and bool(found)
            names |= found
        return Loaded(frozenset(names), False, is_known)

    def _below(self, place: Descent, expr: Expr) -> frozenset[str]:
        """What is loaded with the related objects, by the query that is given for them."""
        given = place.module.body.calls[expr.index].arguments[1:] if isinstance(expr, CallRef) else ()
        return frozenset[str]().union(*(self._read(place, argument.value).names for argument in given))

    def _relations(self, place: Descent, expr: Expr) -> Iterator[str]:
        if isinstance(expr, Attribute):
            yield expr.attr
        elif isinstance(expr, Starred):
            for source in self._project.values.sources.items(place.module, expr.value, place.context):
                if source.expr is not None:
                    yield from self._relations(place.at(source.module, source.context), source.expr)
        elif isinstance(expr, CallRef):
            call = place.module.body.calls[expr.index]
            for argument in call.arguments[:1]:
                yield from self._relations(place, argument.value)
        else:
            text = self._project.values.text(place.module, expr, place.context)
            if text is not None and text.is_constant:
                yield from text.rendered.replace(".", "__").split("__")

    # one expression

    def _read(self, place: Descent, expr: Expr) -> Loaded:
        key = place.module.path, expr.at, expr.end
        if place.depth <= 0 or key in self._open:
            return _UNKNOWN if place.depth <= 0 else _BARE  # `query = query.filter(…)` adds nothing to itself
        self._open.add(key)
        try:
            return self._found(place, expr)
        finally:
            self._open.discard(key)

    def _found(self, place: Descent, expr: Expr) -> Loaded:
        match expr:
            case Await() | Starred():
                return self._read(place, expr.value)
            case Conditional():
                return _either([self._read(place, expr.body), self._read(place, expr.orelse)])
            case Subscript(index=(Slice(), *_)):
                return self._read(place, expr.base)
            case Comprehension():
                loop = place.module.body.contexts[expr.context]
                is_plain = isinstance(expr.element, Name) and loop.target == expr.element
                found = self._read(place, loop.subject) if loop.subject is not None else _UNKNOWN
                return replace(found, is_known=found.is_known and is_plain)
            case CallRef():
                return self._called(place, self._project.calls.in_module(place.module)[expr.index])
            case Name():
                return self._of_origins(place, expr)
            case Attribute():
                return self._attribute(place, expr)
            case _:
                return _UNKNOWN

    def _of_origins(self, place: Descent, expr: Expr, *, is_item: bool = False) -> Loaded:
        """`is_item`: it is an object, and what is asked for is the list that it is of."""
        found: list[Loaded] = []
        for origin in self._origins.of(place.module, expr, place.context):
            if isinstance(origin, Parameter):
                found.append(self._parameter(place, origin))
            else:
                plain = not origin.path and origin.each <= is_item
                read = self._read(place.at(origin.module, origin.context), origin.expr)
                found.append(replace(read, is_known=read.is_known and plain))
        return _either(found)

    def _parameter(self, place: Descent, parameter: Parameter) -> Loaded:
        """What callers give. Of a stored object's own method not all are known: templates and serializers name it."""
        callers = self._project.calls.callers(parameter.definition)
        given = self._origins.given_anywhere(parameter)
        found = [self._read(place.at(o.module, o.context), o.expr) for o in given]
        if not found or len(given) != len(callers) or self._is_of_row(parameter):
            found.append(_UNKNOWN)
        return _either(found)

    def _is_of_row(self, parameter: Parameter) -> bool:
        if parameter.position or parameter.definition.function.klass < 0:
            return False
        return self._project.types.role(Type(parameter.definition.owner)) == "db-model"

    def _attribute(self, place: Descent, expr: Attribute) -> Loaded:
        """A view's list; a model's manager; a relation of an object, which may have been loaded with more; an object's own
        list."""
        if self._view.keeps(expr):
            return self._kept(place.depth)
        back = self._ways_back.of(place.module, expr, place.context)
        return replace(self._listed_by(place, expr), set_ahead=frozenset({back} if back is not None else ()))

    def _listed_by(self, place: Descent, expr: Attribute) -> Loaded:
        for found in self._project.types.inference.entities(place.module, expr.base, place.context):
            if isinstance(found, Type) and self._project.types.role(found) == "db-model":
                return self._of_manager(place, expr) if found.is_class else self._of_origins(place, expr.base, is_item=True)
        return _either([self._of_origins(place, expr), _UNKNOWN])

    def _of_manager(self, place: Descent, expr: Attribute) -> Loaded:
        """What a manager's own `get_queryset` loads."""
        found = [_BARE]
        for manager in self._project.types.all(place.module, expr, place.context):
            members = self._project.types.inference.members.find(manager, "get_queryset") or ()
            found += [self._returned(place, e.definition) for e in members if isinstance(e, FunctionRef)]
        return _either(found)

    def _returned(self, place: Descent, definition: Def, *, lists: bool = False) -> Loaded:
        """What a function gives; `lists`: a view's, where it is asked for its list."""
        module = definition.module
        returns = self._project.symbols.scopes(module).returns.get(definition.index, [])
        returns = returned_by_lists(module.body, returns) if lists else returns
        values = [(s.context, s.value) for s in returns if s.value is not None]
        return _either([self._read(place.at(module, context), value) for context, value in values[-4:]])

    def _called(self, place: Descent, site: CallSite) -> Loaded:
        here = place.at(place.module, site.call.context)
        callee = site.call.callee
        name = last_name(place.module.body, callee)
        base = callee.base if isinstance(callee, Attribute) else None
        if self._view.gives(place.module, callee):
            return self._listed(place.depth, self._view.behind(place.module, callee, site.call.context))
        own = self._view.own_method(place.module, callee, site.call.context)
        called = [target.definition for target in site.targets if target.definition is not None]
        definitions = [own] if own is not None else called
        if definitions:
            found = _either([self._returned(here, definition) for definition in definitions[:3]])
            above = self._read(here, base) if base is not None and self._is_query(here, base) else _BARE
            return _both(found, above)
        if isinstance(callee, Name) and name in _SAME_ITEMS and site.call.arguments:
            return self._read(here, site.call.arguments[-1 if name == "cast" else 0].value)
        told = [self._named(here, site)] if name in self._loading else []
        is_one_row = name in NARROWING and any(argument.name in KEYS for argument in site.call.arguments)
        told.append(Loaded(is_known=True, one=frozenset(asked_for(place.module.body, site.call)), is_one_row=is_one_row))
        if site.operation is not None and site.operation.register == _JOINS:
            told.append(Loaded(is_whole=True, is_known=True))
        for argument in site.call.arguments:
            told += self._loading_in(here, argument.value)
            if argument.name == "*":
                told += self._listed_loads(here, argument.value)
        return _both(self._asked(here, site, base), *told)

    def _loading_in(self, place: Descent, expr: Expr) -> Iterator[Loaded]:
        """What the calls within an argument load: `options(joinedload(Order.lines))`."""
        for part in parts_of(place.module.body, expr):
            if isinstance(part, CallRef):
                inner = self._project.calls.in_module(place.module)[part.index]
                if last_name(place.module.body, inner.call.callee) in self._loading:
                    yield self._named(place, inner)

    def _listed_loads(self, place: Descent, expr: Expr) -> Iterator[Loaded]:
        """The same of a list that is told (`options(*LOADS)`); conditions load nothing, and neither may others be known."""
        for source in self._project.values.sources.items(place.module, expr, place.context):
            if source.expr is None:
                yield _UNKNOWN
            else:
                yield from self._loading_in(place.at(source.module, source.context), source.expr)

    def _asked(self, place: Descent, site: CallSite, base: Expr | None) -> Loaded:
        """What the receiver, or the statement that is executed, brings."""
        operation = site.operation
        statement = site.argument(operation.by_statement) if operation is not None else None
        hands_on = operation is not None and operation.returns is not None and _ITEMS_OF_FIRST.search(operation.returns)
        if hands_on and site.call.arguments:
            statement = site.call.arguments[0].value  # its items are those of what it is given
        if statement is not None:
            return self._read(place, statement)
        if site.receiver is not None and self._project.types.role(site.receiver) in _ROOTS:
            return _BARE
        if base is not None and self._is_above_manager(place, base):
            return _BARE
        if base is not None and (operation is not None or self._is_query(place, base)):
            return self._read(place, base)
        if isinstance(base, CallRef) and self._view.gives(place.module, place.module.body.calls[base.index].callee):
            return self._read(place, base)  # a mixin does not know what it is mixed into
        if base is not None and self._begins_with_own_list(place, base):
            return self._read(place, base)
        return _BARE if operation is not None and self._makes_query(place, site) else _UNKNOWN

    def _begins_with_own_list(self, place: Descent, expr: Expr) -> bool:
        """`self.order.line_set.filter(open=True)`, whatever `self.order` is."""
        while isinstance(expr, CallRef):
            callee = place.module.body.calls[expr.index].callee
            if not isinstance(callee, Attribute):
                return False
            expr = callee.base
        return isinstance(expr, Attribute) and self._ways_back.of(place.module, expr, place.context) is not None

    def _is_above_manager(self, place: Descent, base: Expr) -> bool:
        """`super()` in a manager, where no class of the program above it has the method: the library's gives the bare rows."""
        row = place.module.body.contexts[place.context].klass
        if not isinstance(base, CallRef) or last_name(place.module.body, base) != "super" or row < 0:
            return False
        owner = Type(f"{place.module.name}.{place.module.outline.classes[row].qualname}")
        return self._project.types.role(owner) in _MANAGERS

    def _is_query(self, place: Descent, expr: Expr) -> bool:
        return any(
            not found.is_class and self._is_query_type(found)
            for found in self._project.types.all(place.module, expr, place.context)
        )

    def _is_query_type(self, found: Type) -> bool:
        ancestors = self._project.types.inference.members.ancestors(found)
        infos = [info for ancestor in ancestors for _, info in self._project.knowledge.infos(ancestor.name)]
        return any(info.lazy is not None or info.role in _QUERIES or info.role == "db-manager" for info in infos)

    def _makes_query(self, place: Descent, site: CallSite) -> bool:
        made = site.expr
        return isinstance(site.call.callee, Name | Attribute) and self._is_query(place, made)


def _either(found: Iterable[Loaded]) -> Loaded:
    """One of several: what one of them loads may be there."""
    ways = list(found)
    if not ways:
        return _UNKNOWN
    names = frozenset[str]().union(*(way.names for way in ways))
    one = frozenset[str]().union(*(way.one for way in ways))
    set_ahead = frozenset[str]().union(*(way.set_ahead for way in ways))
    is_one_row = all(way.is_one_row for way in ways)
    return Loaded(names, any(way.is_whole for way in ways), all(way.is_known for way in ways), one, set_ahead, is_one_row)


def _both(*found: Loaded) -> Loaded:
    """Of one query all that it was told."""
    return replace(_either(found), is_one_row=any(each.is_one_row for each in found))
