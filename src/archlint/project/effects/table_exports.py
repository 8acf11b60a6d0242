"""Functions that write all rows of a query into a table of text (`csv.writer`) before they answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Attribute, Call, CallRef, Comprehension, Expr, Name, Slice, Subscript
from archlint.project.listings.loaded_rows import LoadedRows, chain_of
from archlint.project.model import CallSite, Def
from archlint.project.names.origins import Origin, Origins, Parameter
from archlint.project.spelling import last_name, shorten, spell
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_STORED = "db-model"
_STEPS = 3
_PLACES = frozenset({"function", "class", "module"})


class ExportWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`writers`: callables that give what writes rows; `one`: its methods that write one, `several`: that write many;
    `loading`: last names of library callables that load all rows; `bounded`: of those in a chain that bound its rows;
    `sizes`: words in names of arguments that say how many are wanted."""

    writers: tuple[str, ...]
    one: tuple[str, ...]
    several: tuple[str, ...]
    loading: tuple[str, ...]
    bounded: tuple[str, ...]
    sizes: tuple[str, ...]


class TableExport(Struct, frozen=True):
    """`definition` writes each of `rows` at `site`; `is_given`: they are what its callers give."""

    definition: Def
    site: Site
    rows: str
    is_given: bool


class TableExports:
    def __init__(self, project: Project, words: ExportWords) -> None:
        self._project = project
        self._words = words
        self._origins = Origins(project)
        self._rows = LoadedRows(project, words.loading, words.bounded, ())
        self._sizes = frozenset(words.sizes)

    def all(self) -> Iterator[TableExport]:
        """One a writer; what gives its lines one after the other, to be sent as they come, is left out."""
        for name in self._words.writers:
            for made in self._project.calls.to(name):
                if made.module.is_production and made.caller is not None and not made.caller.function.is_generator:
                    found = next(self._written(made, made.caller), None)
                    if found is not None:
                        yield found

    def _written(self, made: CallSite, definition: Def) -> Iterator[TableExport]:
        module, body = definition.module, definition.module.body
        given = [s.target for s in module.own_statements(definition.index) if _is_made(made, s.value)]
        names = {target.id for target in given if isinstance(target, Name)}
        for site in self._project.calls.of(definition):
            callee = site.call.callee
            if not isinstance(callee, Attribute) or not isinstance(callee.base, Name) or callee.base.id not in names:
                continue
            for rows, target, context in self._gone_over(module, site.call, callee.attr):
                if self._are_many(module, rows, target, context):
                    is_given = any(isinstance(o, Parameter) for o in self._origins.of(module, rows, context))
                    yield TableExport(definition, site.site, shorten(spell(body, rows), 60), is_given)

    def _gone_over(self, module: Module, call: Call, method: str) -> Iterator[tuple[Expr, Expr | None, int]]:
        """What the loop goes over whose items are written, the loop's variable, and where the first stands."""
        contexts = module.body.contexts
        context = call.context if method in self._words.one else -1
        while context >= 0 and contexts[context].kind not in _PLACES:
            place = contexts[context]
            if place.kind == "for" and place.subject is not None:
                yield place.subject, place.target, place.parent
                return
            context = place.parent
        for argument in call.arguments[:1] if method in self._words.several else ():
            if isinstance(argument.value, Comprehension):
                place = contexts[argument.value.context]
                if place.subject is not None:
                    yield place.subject, place.target, place.parent
            else:
                yield argument.value, None, call.context

    def _are_many(self, module: Module, rows: Expr, target: Expr | None, context: int) -> bool:
        """As many as there are: rows of a query that nothing bounds, and that are not what one object has."""
        types = self._project.types
        given = list(self._given(module, rows, context, _STEPS))
        for expr, place in given:
            chain = list(chain_of(module, expr))
            if any(self._bounds(module, part) for part in chain):
                return False
            if isinstance(chain[-1], Name) and len(chain) > 1 and self._is_row(module, chain[-1], place):
                return False
        if isinstance(target, Name):
            after = Name(target.end, target.id)
            inside = next((c for c, each in enumerate(module.body.contexts) if each.target is target), context)
            if any(not t.is_class and types.role(t) == _STORED for t in types.all(module, after, inside)):
                return True
        return any(self._rows.loads(module, expr, place) for expr, place in given if not isinstance(expr, Name))

    def _given(self, module: Module, expr: Expr, context: int, steps: int) -> Iterator[tuple[Expr, int]]:
        """The expression, and what its names were given."""
        yield expr, context
        root = list(chain_of(module, expr))[-1]
        if steps and isinstance(root, Name):
            for origin in self._origins.of(module, root, context, every=True):
                if isinstance(origin, Origin) and origin.module is module:
                    yield from self._given(module, origin.expr, origin.context, steps - 1)

    def _bounds(self, module: Module, part: Expr) -> bool:
        """`rows[:100]`, `query.limit(100)`, `list_orders(page, size)`."""
        if isinstance(part, CallRef):
            given = [(a.name or last_name(module.body, a.value)) for a in module.body.calls[part.index].arguments]
            return any(not self._sizes.isdisjoint(words_of(name)) for name in given)
        if isinstance(part, Subscript):
            return any(isinstance(each, Slice) for each in part.index)
        return isinstance(part, Attribute) and part.attr in self._words.bounded

    def _is_row(self, module: Module, name: Name, context: int) -> bool:
        types = self._project.types
        return any(not t.is_class and types.role(t) == _STORED for t in types.all(module, name, context))


def _is_made(made: CallSite, value: Expr | None) -> bool:
    return isinstance(value, CallRef) and value.index == made.index
