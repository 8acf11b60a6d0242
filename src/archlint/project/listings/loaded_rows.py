"""Expressions that load all rows of a query: at once, by a name, or by a function that does nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comparison,
    Conditional,
    Expr,
    Function,
    Name,
    Operation,
    Statement,
)
from archlint.project.loops.already_asked import relations_in
from archlint.project.model import CallSite, Def, Type
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name, spell

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SLICE = re.compile(r"\[[^\[\]]*:[^\[\]]*\]")
_BOUNDS = re.compile(
    r"\b(limit|returning|group\s+by|distinct|fetch\s+first|top\s+\d+|count|sqlite_master|information_schema|pg_catalog)\b",
    re.IGNORECASE,
)
"""What gives no more than so many rows: also what a database says of its own tables."""
_OF_KEY = re.compile(
    r"\bfrom\s+(?P<table>[\w.]+)(\s+(as\s+)?\w+)?\s+where\s+(?P<column>[\w.]+)\s*=\s*(%s|%\(\w+\)s|\?|[:$]\w+|'?\{[^}]*\}'?)\s*;?\s*$",
    re.IGNORECASE,
)
_SELECT = re.compile(r"\s*select\b", re.IGNORECASE)
_HOLDERS = frozenset({"db-session", "db-connection", "db-cursor", "db-manager"})
_PLAIN = frozenset({"staticmethod", "classmethod"})
_KEYS = frozenset({"pk", "id"})
_HELPERS = 3
_LENGTH = "len"
_LOGIC = frozenset({"and", "or", "not"})


class LoadedRows:
    """`loading`: last names of library callables that load all rows; `bounded`: those in a chain that bound its rows; `ahead`:
    calls that load relations together with their owners, or ask whether that was done."""

    def __init__(self, project: Project, loading: Iterable[str], bounded: Iterable[str], ahead: Iterable[str]) -> None:
        self._project = project
        self._loading = frozenset(loading)
        self._bounded = frozenset(bounded)
        self._words = frozenset(ahead)

    def loads(self, module: Module, expr: Expr, context: int, depth: int = _HELPERS) -> bool:
        """The value is all rows of a query, as many as there are."""
        if isinstance(expr, Name):
            given = counted_value(module, expr, context)
            return given is not None and self.loads(module, given, context, depth)
        chain = list(chain_of(module, expr))
        given = only_value(module, chain[-1], context) if isinstance(chain[-1], Name) else None
        if given is not None:  # `rows = session.scalars(…)`, `rows.all()`
            chain += chain_of(module, given)
        sites = [self._project.calls.in_module(module)[part.index] for part in chain if isinstance(part, CallRef)]
        if not sites or any(_is_entry(site) for site in sites):
            return False
        if self._is_bounded(module, expr, chain, context) or self._is_ahead(chain):
            return False
        if self._is_of_key(module, chain, context):
            return False
        definitions = [target.definition for target in sites[0].targets if target.definition is not None]
        if definitions:
            return len(definitions) == 1 == len(sites[0].targets) and self._is_loader(definitions[0], depth)
        if any(self._is_other(module, site) for site in sites[1:]):
            return False
        return self._is_lazy(module, chain, context) or self._asks(sites)

    def _is_loader(self, definition: Def, depth: int) -> bool:
        """A function of the project that gives what it has loaded, and does nothing to it."""
        function, module = definition.function, definition.module
        marks = {last_name(module.body, decorator) for decorator in function.decorators}
        if depth <= 0 or function.is_generator or not marks <= _PLAIN:
            return False
        given = [s for s in self._project.symbols.scopes(module).returns.get(definition.index, []) if s.value is not None]
        value = given[0].value if len(given) == 1 else None
        return value is not None and self.loads(module, value, given[0].context, depth - 1)

    def _is_other(self, module: Module, site: CallSite) -> bool:
        """A call of the project's, which may bound the rows; what gives the connection does not."""
        if all(target.definition is None for target in site.targets):
            return False
        whole = CallRef(site.call.at, site.call.length, site.index)
        types = self._project.types
        return not any(types.role(t) in _HOLDERS for t in types.all(module, whole, site.call.context))

    def _is_lazy(self, module: Module, chain: list[Expr], context: int) -> bool:
        """A query that is evaluated by its length, or by `await`."""
        outermost = next(part for part in chain if isinstance(part, CallRef))
        found = self._project.types.inference.entities(module, outermost, context)
        types = [each for each in found if isinstance(each, Type) and not each.is_class]
        ways = {"len"} | ({"await"} if isinstance(chain[0], Await) else set())
        over = (ancestor for each in types for ancestor in self._project.types.inference.members.ancestors(each))
        infos = [info for ancestor in over for _, info in self._project.knowledge.infos(ancestor.name)]
        return any(info.lazy is not None and not ways.isdisjoint(info.lazy.by) for info in infos)

    def _asks(self, sites: list[CallSite]) -> bool:
        callee = sites[0].call.callee
        if not isinstance(callee, Attribute) or callee.attr not in self._loading:
            return False
        known = [site.operation for site in sites if site.operation is not None]
        if any("db.read" in operation.effect or operation.by_statement is not None for operation in known):
            return True
        receiver = sites[0].receiver
        return receiver is not None and self._project.types.role(receiver) == "db-cursor"

    def _is_ahead(self, chain: list[Expr]) -> bool:
        """`block.positions.all()` of a relation that some query of the project loads with its owners."""
        call, holder = chain[0], next((part for part in chain[2:3] if isinstance(part, Attribute)), None)
        return isinstance(call, CallRef) and holder is not None and holder.attr in self.ahead

    @cached_property
    def ahead(self) -> frozenset[str]:
        """The relations that queries load with their owners; where the owner comes from is not told where it is read."""
        called = (call for word in self._words for _, call in self._project.calls.written(word))
        given = (argument.value for call in called for argument in call.arguments if argument.name is None)
        return frozenset(name for value in given for name in relations_in(value))

    def _is_of_key(self, module: Module, chain: list[Expr], context: int) -> bool:
        """`filter(pk=key)`, or what the table has once: one row or none."""
        calls = [module.body.calls[part.index] for part in chain if isinstance(part, CallRef)]
        given = [argument for call in calls for argument in call.arguments]
        asked = {argument.name for argument in given if argument.name}
        compared = [part for argument in given if argument.name is None for part in _equalities(argument.value)]
        columns = asked | {part.attr for part in compared}
        if not asked.isdisjoint(_KEYS):
            return True
        names = [part for part in chain if isinstance(part, Name)] + [part.base for part in compared]
        return bool(columns) and any(self._is_one(module, name, context, columns) for name in names)

    def _is_one(self, module: Module, name: Expr, context: int, columns: set[str]) -> bool:
        """The class's table has at most one row with such values in these columns."""
        models = self._project.schemas.models
        made = [models.of_class(t.name) for t in self._project.types.all(module, name, context) if t.is_class]
        keys = [key for each in made if each is not None for key in each.parts.keys]
        return any(all(c in columns or c.removesuffix("_id") in columns for c in key.columns) for key in keys if key.columns)

    def _is_bounded(self, module: Module, expr: Expr, chain: list[Expr], context: int) -> bool:
        """Something in the chain, or in what its first name was given or executes, takes no more than so many rows."""
        body = module.body
        texts = [spell(body, expr)]
        names = {part.id for part in chain if isinstance(part, Name)}
        called = [body.calls[part.index] for part in chain if isinstance(part, CallRef)]
        names |= {a.value.id for call in called for a in call.arguments if isinstance(a.value, Name)}
        function = body.contexts[context].function
        same = module.own_statements(function) if names else ()
        texts += [spell(body, s.value) for s in same if isinstance(s.target, Name) and s.target.id in names]
        texts += [
            spell(body, argument.value)
            for call in (module.own_calls(function) if names else ())
            if isinstance(call.callee, Attribute) and isinstance(call.callee.base, Name) and call.callee.base.id in names
            for argument in call.arguments
        ]
        words = {word for text in texts for word in text.replace("(", ".").replace(")", ".").split(".")}
        if not words.isdisjoint(self._bounded) or any(_SLICE.search(text) or _BOUNDS.search(text) for text in texts):
            return True
        executed = list(self._executed(module, names, function))
        asked = [text for text in executed if _SELECT.match(text)]
        return any(_BOUNDS.search(text) for text in executed) or (bool(asked) and all(_asks_for_one(text) for text in asked))

    def _executed(self, module: Module, names: AbstractSet[str], function: int) -> Iterator[str]:
        """The statements that an object of one of the names is given, where a name holds the text."""
        for site in self._project.calls.in_module(module) if names else ():
            callee, here = site.call.callee, module.body.contexts[site.call.context].function
            if here == function and isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id in names:
                for argument in site.call.arguments[:1]:
                    built = self._project.values.text(module, argument.value, site.call.context)
                    if built is not None:
                        yield built.rendered


def _is_entry(site: CallSite) -> bool:
    """`answer.get("students", [])`: a list that a mapping holds."""
    arguments = site.call.arguments
    is_get = isinstance(site.call.callee, Attribute) and site.call.callee.attr == "get"
    return is_get and len(arguments) > 1 and isinstance(arguments[1].value, Collection)


def _asks_for_one(statement: str) -> bool:
    """`SELECT … FROM orders WHERE order_id = ?`, and nothing else: the row of a key, or none."""
    found = _OF_KEY.search(statement)
    if found is None:
        return False
    table, column = found["table"].rpartition(".")[2].lower(), found["column"].rpartition(".")[2].lower()
    kind = column.removesuffix("_id") if column.endswith("_id") else ""
    return column == "id" or (bool(kind) and table in (kind, f"{kind}s", f"{kind}es", f"{kind.removesuffix('y')}ies"))


def only_value(module: Module, name: Name, context: int) -> Expr | None:
    """What the name is given, once, where it is used a single time."""
    body, found = module.body, _given_once(module, name, context)
    if found is None:
        return None
    _, given, inside = found
    uses = sum(name.id in names_in(body, s.value) for s in inside if s.value is not None)
    read = sum(type(p) is Name and p.id == name.id for s in inside for root in _read(s) for p in parts_of(body, root))
    return given.value if uses == read == 1 else None


def counted_value(module: Module, name: Name, context: int) -> Expr | None:
    """What the name is given, once, where no more is asked of it than how many there are, and whether there are any; at
    the first place that counts it, and at none behind it."""
    body, found = module.body, _given_once(module, name, context)
    if found is None:
        return None
    own, given, inside = found
    roots = [root for s in inside for root in _read(s)]
    roots += [each.subject for each in body.contexts if own.at < each.at < own.end and each.kind != "if"]
    read = {p.at for root in roots for p in parts_of(body, root) if type(p) is Name and p.id == name.id}
    lengths = {
        call.arguments[0].value.at
        for call in body.calls
        if own.at <= call.at < own.end and len(call.arguments) == 1 and type(call.callee) is Name and call.callee.id == _LENGTH
    }
    tests = [s.value for s in inside if s.kind == "test" and s.value is not None]
    tests += [p.test for root in roots for p in parts_of(body, root) if type(p) is Conditional]
    tested = {part.at for test in tests for part in _asked_whether(test)}
    counted = read & lengths
    return given.value if counted and min(counted) == name.at and read <= lengths | tested else None


def _given_once(module: Module, name: Name, context: int) -> tuple[Function, Statement, Sequence[Statement]] | None:
    """The function around, the only statement there that gives the name something, and all its statements; None for a
    parameter, and where there is not one such."""
    function = module.body.contexts[context].function
    if function < 0:
        return None
    own = module.outline.functions[function]
    inside = module.statements_between(own.at, own.end)
    given = [s for s in inside if type(s.target) is Name and s.target.id == name.id]
    if len(given) != 1 or given[0].kind != "assign" or any(p.name == name.id for p in own.parameters):
        return None
    return own, given[0], inside


def _asked_whether(test: Expr) -> Iterator[Name]:
    """The names of which a test asks whether they are empty."""
    if type(test) is Name:
        yield test
    elif type(test) is Operation and test.op in _LOGIC:
        for operand in test.operands:
            yield from _asked_whether(operand)


def _read(statement: Statement) -> Iterator[Expr | None]:
    yield statement.value
    yield statement.target if type(statement.target) is not Name else None


def _equalities(test: Expr) -> Iterator[Attribute]:
    """The columns in `Order.number == number`."""
    if isinstance(test, Comparison) and test.ops == ("==",):
        yield from (part for part in test.operands[:1] if isinstance(part, Attribute))


def chain_of(module: Module, expr: Expr) -> Iterator[Expr]:
    """`a.b(…).c(…)` from its end to its beginning."""
    current: Expr | None = expr
    while current is not None:
        yield current
        if isinstance(current, Await):
            current = current.value
        elif isinstance(current, CallRef):
            current = module.body.calls[current.index].callee
        else:
            current = current.base if isinstance(current, Attribute) else None
