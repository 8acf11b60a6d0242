"""How many rows a client may ask for: the sizes of pages that a handler takes, and whether something bounds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site, Step
from archlint.facts.syntax import (
    Attribute,
    Body,
    CallRef,
    Comparison,
    Constant,
    Expr,
    Mapping,
    Name,
    Operation,
    Parameter,
    Slice,
    Statement,
    String,
    Subscript,
)
from archlint.project.listings.held_limits import LIMIT_LAST, is_held
from archlint.project.listings.page_windows import PageWindows
from archlint.project.listings.sql_limits import limit_values
from archlint.project.model import CallSite, Def
from archlint.project.names.arguments import arguments_by_parameter
from archlint.project.names.origins import Origin, Origins
from archlint.project.parts import leaves_of, parts_of
from archlint.project.spelling import last_name, spell
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 5
_PAIR = 2
_ADDED = frozenset({"+", "-"})
_LEAST = frozenset({0, 1})
"""Numbers with which it is asked whether there is a size at all."""
_ALIASES = 3
_ORDER = frozenset({"<", "<=", ">", ">="})
_AMONG = frozenset({"in", "not in"})
_LIMIT_GIVEN = re.compile(r"\blimit\s+(\$\d|\?|%s|:\w|@\w|%\(|\{)[^\s]*\s*;?\s*$", re.IGNORECASE)
_INJECTS = "dependency"
_LENGTH = "len"
_KEEPING = frozenset({"max", "int"})
"""Calls that give a number which is as large as the one they are given."""
_GIVES = frozenset({"assign", "annotate"})
_PLAIN = frozenset({"int", "int | None", "None | int", "Optional[int]", "Union[int, None]"})


class SizeWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`sizes`: names under which a client says how many rows it wants; `sent`: attributes of a request that hold what was
    sent; `bounds`: keywords that bound a parameter; `bounding`: words in names of functions that give no more than so
    many; `limiting`: methods of queries that take the number of rows; `pagers`: what makes pages of a query that is given
    first, with the parameter that takes the number of rows and comes second."""

    sizes: tuple[str, ...]
    sent: tuple[str, ...]
    bounds: tuple[str, ...]
    bounding: tuple[str, ...]
    limiting: tuple[str, ...]
    pagers: dict[str, str]


class Size(Struct, frozen=True):
    """`name` holds what the client asked for from `site` on; `bounded`: where it came in."""

    name: str
    site: Site
    bounded: bool


class PageSizes:
    def __init__(self, project: Project, words: SizeWords) -> None:
        self._project = project
        self._words = words
        self._origins = Origins(project)
        self._windows = PageWindows(project, words.sizes, self._has_bound)
        self._read: dict[str, list[Statement]] = {}

    def of(self, definition: Def, path: str) -> Iterator[Size]:
        """The sizes that a handler takes: its parameters that are none of the path, and what it reads of the request."""
        module = definition.module
        for each in definition.function.parameters:
            if each.name in self._words.sizes and f"{{{each.name}}}" not in path:
                bounded = self._bounded(definition, each)
                if bounded is not None:
                    yield Size(each.name, Site(module.path, each.at, each.end), bounded)
        for parameter, field, bounded in self._windows.of(definition):
            yield Size(f"{parameter.name}.{field}", Site(module.path, parameter.at, parameter.end), bounded)
        yield from self.read_by(definition)

    def read_by(self, definition: Def) -> Iterator[Size]:
        """The sizes that a function reads of the request, whoever calls it."""
        module = definition.module
        for statement in self._sent(module):
            if _is_in(definition, statement.at) and isinstance(statement.target, Name):
                bounded = self._is_bounding(definition, statement.value)
                yield Size(statement.target.id, Site(module.path, statement.at, statement.end), bounded)

    def _sent(self, module: Module) -> list[Statement]:
        """The statements of a module that give a size of the request a name."""
        known = self._read.get(module.path)
        if known is None:
            given = [each for each in module.body.statements if each.kind in _GIVES]
            assigned = [each for each in given if isinstance(each.target, Name) and each.value is not None]
            known = self._read[module.path] = [each for each in assigned if self._is_sent(module, each.value)]
        return known

    def _bounded(self, definition: Def, parameter: Parameter) -> bool | None:
        """By `Query(le=100)` as its default or in its annotation; None where that cannot be told."""
        module, outer = definition.module, definition.function.outer
        given = [expr for expr in (parameter.default, parameter.annotation) if expr is not None]
        if any(self._has_bound(module, expr, outer) for expr in given):
            return True
        if any(self._is_injected(module, part) for expr in given for part in parts_of(module.body, expr)):
            return None  # what gives it may have looked at it
        annotation = spell(module.body, parameter.annotation) if parameter.annotation is not None else "int"
        is_plain = annotation in _PLAIN or annotation.startswith("Annotated[int")
        return False if is_plain and given else None

    def _is_injected(self, module: Module, part: Expr) -> bool:
        """`Depends(page_size)`."""
        operation = self._project.calls.in_module(module)[part.index].operation if isinstance(part, CallRef) else None
        return operation is not None and operation.register == _INJECTS

    def _has_bound(self, module: Module, expr: Expr, context: int, depth: int = _ALIASES) -> bool:
        body = module.body
        for part in parts_of(body, expr):
            if isinstance(part, CallRef):
                if any(argument.name in self._words.bounds for argument in body.calls[part.index].arguments):
                    return True
            elif isinstance(part, Name | Attribute) and depth > 0:
                for origin in self._origins.of(module, part, context):
                    if not isinstance(origin, Origin) or origin.module is not module:
                        continue
                    if self._has_bound(module, origin.expr, origin.context, depth - 1):
                        return True
        return False

    def _is_sent(self, module: Module, expr: Expr | None) -> bool:
        """`int(request.args.get("limit", 20))`."""
        body = module.body
        for part in parts_of(body, expr):
            key: Expr | None = None
            base: Expr | None = None
            if type(part) is CallRef:
                call = body.calls[part.index]
                if isinstance(call.callee, Attribute) and call.callee.attr == "get" and call.arguments:
                    base, key = call.callee.base, call.arguments[0].value
            elif type(part) is Subscript and part.index:
                base, key = part.base, part.index[0]
            if type(key) is String and key.value in self._words.sizes and last_name(body, base) in self._words.sent:
                return True
        return False

    def _is_bounding(self, definition: Def, expr: Expr | None) -> bool:
        """`min(…, 100)`, `clamp(…)`."""
        body = definition.module.body
        return any(self._bounds(last_name(body, part)) for part in parts_of(body, expr) if isinstance(part, CallRef))

    def _bounds(self, called: str) -> bool:
        return called not in _KEEPING and not set(self._words.bounding).isdisjoint(words_of(called))

    def reached(self, definition: Def, name: str, depth: int = _DEPTH) -> tuple[Step, ...] | None:
        """The way on which the number comes to a query's limit and nothing bounds it; None if there is none."""
        if depth < 0 or self._is_looked_at(definition, name):
            return None
        for site in self._project.calls.of(definition):
            if self._is_limit_of_sql(definition, site, name):
                return (Step(site.site, "asks for so many rows"),)
            if self._limits(site) and any(_is_about(argument.value, name) for argument in site.call.arguments):
                return (Step(site.site, "asks for so many rows"),)
            paged = self._pages.get((site.path, site.index))
            if paged is not None and _is_name(_unwrapped(definition.module.body, paged), name):
                return (Step(site.site, "makes pages of so many rows"),)
            if not any(_carries(argument.value, name) for argument in site.call.arguments):
                continue
            for target in site.targets:
                if target.definition is not None:
                    below = self._below(site, target.definition, name, depth)
                    if below is not None:
                        return below
        for alias in self._aliases(definition, name):
            below = self.reached(definition, alias, depth - 1)
            if below is not None:
                return below
        return self._sliced(definition, name)

    def _aliases(self, definition: Def, name: str) -> Iterator[str]:
        """Names that are given the size as it is, or what is at least one: `size = max(1, window.size)`."""
        body = definition.module.body
        for statement in body.statements:
            target = statement.target
            if statement.kind not in _GIVES or not isinstance(target, Name) or not _is_in(definition, statement.at):
                continue
            if target.id != name and _passes(body, statement.value, name):
                yield target.id

    def _below(self, site: CallSite, callee: Def, name: str, depth: int) -> tuple[Step, ...] | None:
        given = arguments_by_parameter(site.call, callee)
        for parameter, value in given.items():
            if _carries(value, name):
                field = "" if _is_name(value, name) else f".{name.rpartition('.')[2]}"
                below = self.reached(callee, parameter + field, depth - 1)
                if below is not None:
                    return (Step(site.site, f"calls {callee.name}"), *below)
        return None

    @cached_property
    def _pages(self) -> dict[tuple[str, int], Expr]:
        """File and call → how many rows it makes a page of, as `Paginator(orders, n)` does of a query; not of a list that was
        made before, which is as long as it is, however it is cut."""
        found: dict[tuple[str, int], Expr] = {}
        for pager, parameter in self._words.pagers.items():
            for site in self._project.calls.to(pager):
                given = site.call.arguments
                sizes = [a.value for i, a in enumerate(given) if a.name == parameter or (a.name is None and i == 1)]
                if sizes and given[0].name is None and self._is_lazy(site.module, given[0].value, site.call.context):
                    found[site.path, site.index] = sizes[0]
        return found

    def _limits(self, site: CallSite) -> bool:
        """`query.limit(n)`."""
        callee = site.call.callee
        if not isinstance(callee, Attribute) or callee.attr not in self._words.limiting:
            return False
        return not any(target.definition is not None for target in site.targets)

    def _is_limit_of_sql(self, definition: Def, site: CallSite, name: str) -> bool:
        """`execute("… LIMIT ?", (n,))`, also through a function of the project that executes what it is given."""
        texts = self._project.statements.by_sink.get((site.path, site.index), ())
        taken = [value for sql in texts for value in limit_values(sql, site)]
        if any(_is_about(value, name) or _is_given(definition, name, value) for value in taken):
            return True
        given = [argument.value for argument in site.call.arguments]
        last = given[-1] if given else None
        if any(LIMIT_LAST.search(sql.text) for sql in texts) and is_held(definition, site, name):
            return True
        is_last = any(_is_name(leaf, name) for leaf in (_leaves(last)[-1:] if last is not None else ()))
        return is_last and any(_LIMIT_GIVEN.search(sql.text) for sql in texts)

    def _sliced(self, definition: Def, name: str) -> tuple[Step, ...] | None:
        """`queryset[offset : offset + limit]`, `queryset[start:end]`: a slice of what asks the database when it is cut."""
        module = definition.module
        ends = {name, *self._sums(definition, name)}
        for expr, context in walk_module(module, frozenset({Subscript})):
            if not isinstance(expr, Subscript) or not _is_in(definition, expr.at):
                continue
            cut = [index for index in expr.index if isinstance(index, Slice)]
            if any(_names(module.body, index, end) for index in cut for end in ends) and self._is_lazy(
                module, expr.base, context
            ):
                return (Step(Site(module.path, expr.at, expr.end), "asks for so many rows"),)
        return None

    def _sums(self, definition: Def, name: str) -> Iterator[str]:
        """Names of what the size is added to: `end = start + limit`."""
        body = definition.module.body
        for statement in body.statements:
            value, target = statement.value, statement.target
            is_sum = isinstance(value, Operation) and value.op == "+" and any(_is_name(each, name) for each in value.operands)
            if is_sum and isinstance(target, Name) and _is_in(definition, statement.at):
                yield target.id

    def _is_lazy(self, module: Module, expr: Expr, context: int) -> bool:
        types = [each for each in self._project.types.all(module, expr, context) if not each.is_class]
        return any(info.lazy is not None for each in types for _, info in self._project.knowledge.infos(each.name))

    def _is_looked_at(self, definition: Def, name: str) -> bool:
        """It is compared with another number, or bounded by a call; the end of a page, which it is a part of, says nothing of
        it: `offset + limit < total`, `max(0, total - limit)`."""
        body = definition.module.body
        for expr, _ in walk_module(definition.module, frozenset({Comparison})):
            if isinstance(expr, Comparison) and _is_in(definition, expr.at) and _tests(body, expr, name):
                return True
        for call in body.calls:
            bounds = self._bounds(last_name(body, call.callee)) and _is_in(definition, call.at)
            if bounds and any(_looks_at(body, argument.value, name) for argument in call.arguments):
                return True
        return False


def _passes(body: Body, value: Expr | None, name: str) -> bool:
    """`size`, `int(size)`, `max(1, size)`, `size or 10`."""
    if isinstance(value, Operation) and value.op == "or":
        return _is_name(value.operands[0], name)
    if isinstance(value, CallRef):
        call = body.calls[value.index]
        given = [argument.value for argument in call.arguments]
        return last_name(body, call.callee) in _KEEPING and any(_is_name(each, name) for each in given)
    return value is not None and _is_name(value, name)


def _is_in(definition: Def, at: int) -> bool:
    return definition.function.at <= at < definition.function.end


def _leaves(expr: Expr) -> list[Expr]:
    """What a tuple, a list or a mapping holds, in order; of another expression itself."""
    return list(expr.values) if isinstance(expr, Mapping) else list(leaves_of(expr))


def _is_name(expr: Expr, name: str) -> bool:
    """`limit`, `window.limit`."""
    if isinstance(expr, Attribute) and isinstance(expr.base, Name):
        return f"{expr.base.id}.{expr.attr}" == name
    return isinstance(expr, Name) and expr.id == name


def _counts_rows(body: Body, test: Comparison) -> bool:
    """`len(rows) > limit` asks whether there are more, and bounds nothing."""
    return any(isinstance(each, CallRef) and last_name(body, each) == _LENGTH for each in test.operands)


def _tests(body: Body, test: Comparison, name: str) -> bool:
    """It asks whether the size is above or below another number, or one of some; not whether there is any (`limit > 0`), or
    more rows."""
    if not _AMONG.isdisjoint(test.ops) and _names(body, test.operands[0], name):
        return True
    if _ORDER.isdisjoint(test.ops) or _counts_rows(body, test):
        return False
    others = [each for each in test.operands if not _names(body, each, name)]
    is_any = len(test.operands) == _PAIR and any(isinstance(each, Constant) and each.value in _LEAST for each in others)
    return not is_any and any(_looks_at(body, each, name) for each in test.operands)


def _looks_at(body: Body, expr: Expr, name: str) -> bool:
    """The size is in it, and is not added to another name or taken from one."""
    is_end = (
        isinstance(expr, Operation)
        and expr.op in _ADDED
        and any(isinstance(o, Name | Attribute) and not _is_name(o, name) for o in expr.operands)
    )
    return _names(body, expr, name) and not is_end


def _is_about(expr: Expr, name: str) -> bool:
    """`limit`, `limit + 1` by which it is seen whether there are more, and the last of a page: `skip + limit - 1`."""
    if isinstance(expr, Operation) and expr.op in _ADDED and len(expr.operands) == _PAIR:
        return any(_is_about(each, name) for each in expr.operands)
    return _is_name(expr, name)


def _is_given(definition: Def, name: str, value: Expr) -> bool:
    """The name was given the value, which a text shows in place of the name."""
    return any(
        isinstance(s.target, Name) and s.target.id == name and s.at <= value.at < s.end and _is_in(definition, value.at)
        for s in definition.module.body.statements
        if s.kind in _GIVES
    )


def _unwrapped(body: Body, expr: Expr) -> Expr:
    """`n` of `int(n)`."""
    call = body.calls[expr.index] if isinstance(expr, CallRef) else None
    is_kept = call is not None and last_name(body, call.callee) in _KEEPING and len(call.arguments) == 1
    return call.arguments[0].value if call is not None and is_kept else expr


def _carries(expr: Expr, name: str) -> bool:
    """It is the size, or the object that holds it."""
    return _is_name(expr, name) or ("." in name and isinstance(expr, Name) and expr.id == name.partition(".")[0])


def _names(body: Body, expr: Expr | None, name: str) -> bool:
    return any(_is_name(part, name) for part in parts_of(body, expr))
