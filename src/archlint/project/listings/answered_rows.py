"""The queries whose rows a function returns: followed from its `return` back through names, calls and what wraps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from archlint.facts.findings import Step
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Name,
    Operation,
    Slice,
    Starred,
    Statement,
    String,
    Subscript,
    Walrus,
)
from archlint.facts.syntax import Mapping as Display
from archlint.project.listings.document_filters import told_by_filter
from archlint.project.listings.fetched_rows import FetchedRows
from archlint.project.listings.handed_functions import handed_functions
from archlint.project.listings.held_in_objects import handed_to_holder
from archlint.project.listings.optional_limits import OptionalLimits
from archlint.project.listings.row_places import (
    Place,
    is_asker,
    is_reckoned,
    narrowed_by,
    owner_of,
    run_at,
    stored_by,
    told_by,
    viewed_by,
)
from archlint.project.listings.row_sets import distinct, limited, once
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter, receiver_of
from archlint.project.names.filled import Filled, is_empty, keyed_values
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.relations.core_tables import CoreTables
from archlint.project.relations.row_types import (
    ASKED,
    GIVES_ONE,
    GIVES_VALUE,
    Rows,
    RowTypes,
    Trait,
    is_by_asker,
)
from archlint.project.routes.action_branches import returned_by_lists
from archlint.project.routes.attachments import makes_file
from archlint.project.spelling import last_name
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MOST = 12
_LIMIT = "limit"
_KEYS = frozenset({"id", "pk", "uuid", "key"})
"""Last words of what gives a key: `latest_scan_id()` is no page."""
_JOIN = "join"
"""Of texts: `";".join(emails)` is one."""
_FOR_ALL: tuple[Trait, ...] = ("limited", "asker", "optional")
"""What holds for all ways to a query if it holds for one."""
_MOST_ROWS = 40  # of one expression: what is wrapped again and again has ever more keys above it


class AnsweredRows:
    """`paging`: words in the names of what gives a page at a time; `pages`: names of what fills a web page."""

    def __init__(self, project: Project, paging: Iterable[str], pages: Iterable[str]) -> None:
        self._project = project
        self._paging = frozenset(paging)
        self._pages = frozenset(pages)
        self._origins = Origins(project)
        self._optional = OptionalLimits(self._origins)
        self._types = RowTypes(project)
        self._fetched = FetchedRows(project)
        self._tables = CoreTables(project)
        self._known: dict[object, tuple[Rows, ...]] = {}

    def of(self, definition: Def) -> tuple[Rows, ...]:
        """What is returned, each query once."""
        self._known.clear()
        return distinct(self._returned(Place(definition.module, definition.function.context), definition))

    def of_lists(self, definition: Def) -> tuple[Rows, ...]:
        """The same of a view's method, of what it returns for a list."""
        self._known.clear()
        place = Place(definition.module, definition.function.context)
        returned = returned_by_lists(definition.module.body, self._returns(definition))
        return distinct(rows for statement in returned for rows in self._read_return(place, statement))

    def of_expression(self, module: Module, expr: Expr, context: int) -> tuple[Rows, ...]:
        """What an expression gives, each query once."""
        self._known.clear()
        return distinct(self._read(Place(module, context), expr))

    def _returned(self, place: Place, definition: Def) -> Iterator[Rows]:
        for statement in self._returns(definition):
            yield from self._read_return(place, statement)

    def _returns(self, definition: Def) -> list[Statement]:
        return self._project.symbols.scopes(definition.module).returns.get(definition.index, [])[-_MOST:]

    def _read_return(self, place: Place, statement: Statement) -> tuple[Rows, ...]:
        return self._read(place.at(statement.context, place.path), statement.value) if statement.value is not None else ()

    def _read(self, place: Place, expr: Expr) -> tuple[Rows, ...]:
        given = frozenset((name, above.module.path, value.at) for name, (above, value) in place.given.items())
        key = place.module.path, expr.at, expr.end, place.path, given, place.owner
        if key not in self._known:
            self._known[key] = ()  # recursion ends here
            if place.depth > 0:
                self._known[key] = tuple(islice(once(self._found(place, expr)), _MOST_ROWS))
        return self._known[key]

    def _found(self, place: Place, expr: Expr) -> Iterator[Rows]:
        match expr:
            case Await() | Starred() | Walrus():
                yield from self._read(place, expr.value)
            case Conditional():
                yield from self._each(place, (expr.body, expr.orelse))
            case Operation(op="+" | "or" | "and" | "|"):
                yield from self._each(place, expr.operands)
            case Collection() if place.path and expr.kind == "tuple":
                if place.path[0] < len(expr.items):
                    yield from self._read(place.at(place.context, place.path[1:]), expr.items[place.path[0]])
            case Collection(kind="tuple"):  # a status and headers may stand behind
                yield from self._each(place, expr.items[:1])
            case Collection():
                yield from self._each(place, [item for item in expr.items if isinstance(item, Starred)])
            case Display():
                keys = [key.value if isinstance(key, String) else "" for key in expr.keys]
                yield from self._together(place, zip(keys, expr.values, strict=True))
            case Comprehension():
                yield from self._outermost(place, expr.context)
            case Subscript():
                yield from self._part(place, expr)
            case CallRef():
                yield from self._called(place, expr, self._project.calls.in_module(place.module)[expr.index])
            case Name():
                yield from self._named(place, expr)
            case Attribute():
                yield from self._attribute(place, expr)

    def _part(self, place: Place, expr: Subscript) -> Iterator[Rows]:
        """`rows[:50]` is a page, `rows[0]` a single row, and `answer["rows"]` all of them."""
        index = expr.index[0]
        if isinstance(index, Constant) and self._types.is_of_alike(place.module, place.context, expr.base):
            return
        found = self._read(place, expr.base)
        yield from (limited(found) if isinstance(index, Slice) and index.upper is not None else found)

    def _narrowed(self, site: CallSite, place: Place) -> Iterator[Trait]:
        ways = partial(is_asker, self._origins, place), partial(is_reckoned, self._origins, place)
        yield from self._types.narrowed(site, *ways)
        yield from told_by_filter(self._origins, site, ways[0])

    def _root(self, place: Place, context: int, expr: Expr) -> Rows:
        found = self._types.root(place.module, context, expr, place.steps)
        told = told_by(self._project, place, expr)
        if told is not None:
            return replace(found, model=told)
        if found.model is None:
            stored = stored_by(self._project, place.owner) or viewed_by(self._project, place, expr)
            table = self._tables.name_of(place.module, expr, context) if stored is None else ""
            return replace(found, model=stored, table=table)
        return replace(found, model=narrowed_by(self._project, found.model, place.owner))

    def _each(self, place: Place, parts: Iterable[Expr]) -> Iterator[Rows]:
        for part in parts:
            yield from self._read(place, part)

    def _together(self, place: Place, parts: Iterable[tuple[str, Expr]]) -> Iterator[Rows]:
        found = [(key, rows) for key, rows in ((key, self._read(place, part)) for key, part in parts) if rows]
        for key, group in found:
            for rows in group:
                under = (*rows.under, key) if key else rows.under
                yield replace(rows.marked(*(("shared",) if len(found) > 1 else ())), under=under)

    def _outermost(self, place: Place, context: int) -> Iterator[Rows]:
        """What the outermost of the loops around a place goes over."""
        contexts, loop = place.module.body.contexts, -1
        while context >= 0 and contexts[context].kind not in ("function", "class", "module"):
            if contexts[context].kind in ("for", "comprehension"):
                loop = context
            elif contexts[context].kind == "comprehension":
                break
            context = contexts[context].parent
        if loop >= 0 and contexts[loop].subject is not None:
            subject = contexts[loop].subject
            assert subject is not None  # noqa: S101 - asked above
            yield from self._read(place.at(contexts[loop].parent), subject)

    # names

    def _named(self, place: Place, expr: Name) -> Iterator[Rows]:
        ways: list[list[Rows]] = []
        asked: list[list[Rows]] = []  # where a client asks for few
        for origin in self._origins.of(place.module, expr, place.context):
            if isinstance(origin, Parameter):
                ways.append(list(self._parameter(place, origin)))
            elif is_empty(origin.module, origin.expr):
                ways.append(list(self._filled(place.at(origin.context), expr.id)))
            elif not origin.each:
                way = list(self._origin(place, origin))
                is_asked = origin.module is place.module and self._optional.are_asked_for(place, origin.context)
                (asked if is_asked and any("limited" in rows.traits for rows in way) else ways).append(way)
            if isinstance(origin, Origin) and isinstance(origin.expr, Display) and origin.module is place.module:
                ways.append(list(self._keyed(place.at(origin.context), expr.id)))
        found = [rows for way in ways for rows in way]
        if asked:
            given = [rows for way in asked for rows in way]
            found = [rows.marked("optional") for rows in found] or given
        # `query = query.limit(n)` in one branch: whoever asks for a page gets one
        kept: list[Trait] = [trait for trait in _FOR_ALL if any(trait in rows.traits for rows in found)]
        yield from (rows.marked(*kept) for rows in found)
        if not found and self._types.is_collection(place.module, place.context, expr):
            yield self._root(place, place.context, expr)

    def _origin(self, place: Place, origin: Origin) -> Iterator[Rows]:
        here = place.at(origin.context, (*origin.path, *place.path))
        if origin.module.path != place.module.path:
            here = replace(here, module=origin.module, given={})
        yield from self._read(here, origin.expr)

    def _parameter(self, place: Place, parameter: Parameter) -> Iterator[Rows]:
        own = parameter.definition.function.parameters[parameter.position]
        if own.name in place.given:
            above, expr = place.given[own.name]
            yield from self._read(replace(above, depth=place.depth - 1, path=place.path), expr)
        elif isinstance(own.default, CallRef):
            site = self._project.calls.in_module(place.module)[own.default.index]
            if site.operation is not None and site.operation.register == "dependency":
                yield from self._injected(place, site)

    def _injected(self, place: Place, site: CallSite) -> Iterator[Rows]:
        """`rows = Depends(list_rows)`."""
        for argument in site.call.arguments[:1]:
            for entity in self._project.types.inference.entities(site.module, argument.value, site.call.context):
                definition = getattr(entity, "definition", None)
                if isinstance(definition, Def):
                    yield from self._into(place, site, definition, {})

    def _filled(self, place: Place, name: str) -> Iterator[Rows]:
        filled = Filled(place.module, place.context, name)
        for expr, context in filled.whole:
            yield from self._read(place.at(context), expr)
        for context in filled.places:
            yield from self._outermost(place, context)

    def _keyed(self, place: Place, name: str) -> Iterator[Rows]:
        """`answer["data"] = rows`, of an answer that is written out before."""
        for key, value, context in keyed_values(place.module, place.context, name):
            yield from self._together(place.at(context), ((key, value),))

    def _attribute(self, place: Place, expr: Attribute) -> Iterator[Rows]:
        is_of_one = "db-model" in self._types.roles(place.module, place.context, expr.base)
        if is_of_one and not self._types.is_collection(place.module, place.context, expr):
            return  # what belongs to one object
        found = [
            rows
            for origin in self._origins.of(place.module, expr, place.context)
            if isinstance(origin, Origin) and not origin.each
            for rows in self._origin(place, origin)
        ]
        if found:
            yield from found
        elif self._types.is_collection(place.module, place.context, expr):
            # `Order().query` is asked of an object that is made for it
            is_kept = is_of_one and not isinstance(expr.base, CallRef)
            yield self._root(place, place.context, expr).marked(*(("own",) if is_kept else ()))
        else:
            yield from self._read(place, expr.base)

    # calls

    def _called(self, place: Place, expr: CallRef, site: CallSite) -> Iterator[Rows]:
        name = last_name(place.module.body, site.call.callee)
        words = words_of(name)
        base = receiver_of(site)
        if base is not None and self._is_given_none(place, name, site):
            rest = self._read(place.at(site.call.context, place.path), base)
            yield from (rows.marked("optional") for rows in rest)
            return
        if not self._paging.isdisjoint(words) and words[-1] not in _KEYS:
            yield self._root(place, place.context, expr).marked("limited")
            return
        handed = tuple(handed_functions(self._project, place, site))[:3]
        if handed:
            here = place.at(site.call.context, place.path)
            yield from (rows for run, definition in handed for rows in self._called_own(here, run, definition))
            return
        definitions = [target.definition for target in site.targets if target.definition is not None]
        gives_one = GIVES_ONE if isinstance(site.call.callee, Attribute) else GIVES_VALUE
        is_one = name in gives_one or (name == _JOIN and isinstance(receiver_of(site), String))
        if name in self._pages:
            yield from self._shown(place.at(site.call.context), site)
            return
        if makes_file(words) or (is_one and not definitions):
            return
        executed = self._fetched.executed(site)
        if executed is not None:
            root = self._root(place, executed.call.context, executed.expr)
            yield from self._fetched.named(executed, (root,))
            return
        here = place.at(site.call.context, place.path)
        types = self._project.types.all(place.module, site.call.callee, site.call.context)
        if not site.targets and self._fetched.told(site) is not None:
            yield from self._fetched.named(site, (self._root(place, site.call.context, expr),))
        elif any(found.is_class for found in types) or not site.targets:
            yield from self._carried(here, site)
        elif definitions:
            found = [rows for definition in definitions[:3] for rows in self._called_own(here, site, definition)]
            if not found and self._fetched.gives_many(site):
                found = list(self._fetched.named(site, (self._root(place, site.call.context, expr),)))
            held = handed_to_holder(self._project, self._origins, site) if not found else ()
            yield from found or (rows for value, context in held for rows in self._read(here.at(context), value))
        elif self._types.asks(here.module, here.context, site):
            yield from self._asked(here, expr, site)
        else:
            yield from self._carried(here, site)

    def _is_given_none(self, place: Place, name: str, site: CallSite) -> bool:
        """`query.limit(limit)`, which limits nothing if the client gives none."""
        given = [argument.value for argument in site.call.arguments]
        return name == _LIMIT and len(given) == 1 and self._optional.may_be_left_out(place.at(site.call.context), given[0])

    def _called_own(self, place: Place, site: CallSite, definition: Def) -> Iterator[Rows]:
        given = {key: (place, value) for key, value in arguments_by_parameter(site.call, definition).items()}
        yield from self._into(place, site, definition, given)

    def _into(self, place: Place, site: CallSite, definition: Def, given: Mapping[str, tuple[Place, Expr]]) -> Iterator[Rows]:
        steps = (*place.steps, Step(site.site, f"calls {definition.name}"))
        if len(steps) <= _MOST:
            owner, depth = owner_of(place, site), place.depth - 1
            inner = Place(definition.module, definition.function.context, given, place.path, steps, depth, owner)
            found = self._fetched.named(site, self._returned(inner, definition))
            is_own = is_by_asker(definition.function.name) or _is_told_whose(site, definition)
            yield from (rows.marked("own") for rows in found) if is_own else found

    def _shown(self, place: Place, site: CallSite) -> Iterator[Rows]:
        """The rows that a web page is filled with, each under the name that the page has for them."""
        for argument in site.call.arguments:
            under = (argument.name,) if argument.name and not argument.name.startswith("*") else ()
            for rows in self._read(place, argument.value):
                kept = rows.traits - {"shared"}
                yield replace(rows, traits=kept | {"shown"}, under=(*rows.under, *under))

    def _carried(self, place: Place, site: CallSite) -> Iterator[Rows]:
        """What wraps rows: a response, a schema, a list; or an unknown method of a query."""
        base = receiver_of(site)
        parts = [((argument.name or "").strip("*"), argument.value) for argument in site.call.arguments]
        if base is not None and not (
            isinstance(base, Name | Attribute) and self._types.roles(place.module, place.context, base) & ASKED
        ):
            parts.append(("", base))
        traits = tuple(self._narrowed(site, place))
        yield from (rows.marked(*traits) for rows in self._together(place.at(site.call.context), parts))

    def _asked(self, place: Place, expr: CallRef, site: CallSite) -> Iterator[Rows]:
        """An operation of a query, a result or a session: nothing if it gives one row or a number."""
        if not self._types.is_many(place.module, place.context, expr):
            return
        operation, base = site.operation, receiver_of(site)
        statement = site.argument(operation.by_statement) if operation is not None else None
        within = statement if statement is not None else base
        found = list(self._read(place.at(site.call.context), within)) if within is not None else []
        if not found:  # `self.filter_queryset(rows)`
            given = (argument.value for argument in site.call.arguments)
            same = [expr for expr in given if self._types.is_collection(place.module, site.call.context, expr)]
            found = list(self._each(place.at(site.call.context), same))
        traits = tuple(self._narrowed(site, place))
        root = self._root(place, place.context, expr)
        runs = operation is not None and (operation.by_statement is not None or "db.read" in operation.effect)
        for rows in self._fetched.named(site, found or [root]):
            is_run = runs and rows.run is None and rows.module is site.module
            yield replace(rows.marked(*traits), run=run_at(site) if is_run else rows.run)


def _is_told_whose(site: CallSite, definition: Def) -> bool:
    """`list_all(user_id=user.id)`, of a function that makes a condition of each keyword."""
    own = {each.name for each in definition.function.parameters}
    is_open = any(each.kind == "**" for each in definition.function.parameters)
    return is_open and any(a.name is not None and a.name not in own and a.name.endswith("_id") for a in site.call.arguments)
