"""Routes that a loop declares from a table: `for path, view in ROUTES: app.add_url_rule(path, view_func=view)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, CallRef, Collection, Expr, Mapping, Name, Operation, Starred, Template
from archlint.project.model import CallSite, Def
from archlint.project.names.origins import Callers, Origin, Origins
from archlint.project.parts import parts_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_DEPTH = 8
_MOST_ROWS = 2000
_COPIES = frozenset({"list", "tuple", "dict", "sorted", "reversed"})


class Table(Struct, frozen=True):
    """`loop`: the expression that is gone through, as its module and it.  `rows`: what it holds.  `unknown`: functions
    whose callers would tell what it holds."""

    loop: Origin
    rows: tuple[Origin, ...]
    unknown: tuple[Def, ...]


class RouteTables:
    def __init__(self, project: Project, origins: Origins) -> None:
        self._project = project
        self._origins = origins

    def of(self, site: CallSite, path: Expr | None, callers: Callers) -> Table | None:
        """The table from which a loop takes the path that a call declares; None where no loop gives it."""
        if path is None:
            return None
        loop = next(self._loops(site.module, path, site.call.context, 0), None)
        if loop is None:
            return None
        unknown: set[Def] = set()
        held = Origin(loop.module, loop.expr, loop.context)
        rows = tuple(self._rows(held, callers, unknown, 0))[:_MOST_ROWS]
        return Table(loop, rows, tuple(sorted(unknown, key=lambda d: d.name)))

    def _loops(self, module: Module, expr: Expr, context: int, depth: int) -> Iterator[Origin]:
        for part in parts_of(module.body, expr) if depth < _DEPTH else ():
            for origin in self._origins.of(module, part, context) if type(part) is Name else ():
                if isinstance(origin, Origin):
                    if origin.each:
                        yield origin
                    elif isinstance(origin.expr, Name | Operation | Template):  # `url = f"/api{row[0]}"`
                        yield from self._loops(origin.module, origin.expr, origin.context, depth + 1)

    def _rows(self, held: Origin, callers: Callers, unknown: set[Def], depth: int) -> Iterator[Origin]:
        if depth > _DEPTH:
            return
        module, expr, context = held.module, held.expr, held.context
        inner: list[Origin] = []
        match expr:
            case Collection():
                for item in expr.items:
                    if isinstance(item, Starred):
                        yield from self._rows(Origin(module, item.value, context), callers, unknown, depth + 1)
                    else:
                        yield Origin(module, item, context)
            case Mapping():
                for key, value in zip(expr.keys, expr.values, strict=True):
                    if key is not None:
                        yield Origin(module, Collection(key.at, value.end - key.at, "tuple", (key, value)), context)
                inner = [Origin(module, v, context) for k, v in zip(expr.keys, expr.values, strict=True) if k is None]
            case Operation(op="+"):
                inner = [Origin(module, operand, context) for operand in expr.operands]
            case CallRef():
                copied = self._copied(module, expr)
                inner = [Origin(module, copied, context)] if copied is not None else []
            case Name() | Attribute():
                inner = [o for o in self._named(held, callers, unknown) if not o.each and not o.path]
        for one in inner:
            yield from self._rows(one, callers, unknown, depth + 1)

    def _named(self, held: Origin, callers: Callers, unknown: set[Def]) -> Iterator[Origin]:
        for origin in self._origins.of(held.module, held.expr, held.context, every=True):
            if isinstance(origin, Origin):
                yield origin
                continue
            given = self._origins.given(origin, callers)
            if not given and origin.definition not in callers:
                unknown.add(origin.definition)
            yield from given

    def _copied(self, module: Module, expr: CallRef) -> Expr | None:
        """What holds the same rows: `sorted(ROUTES)`, `ROUTES.items()`."""
        call = module.body.calls[expr.index]
        if isinstance(call.callee, Attribute) and call.callee.attr == "items" and not call.arguments:
            return call.callee.base
        is_copy = isinstance(call.callee, Name) and call.callee.id in _COPIES and len(call.arguments) > 0
        return call.arguments[0].value if is_copy else None
