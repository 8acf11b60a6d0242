"""Parts of what was sent by which rows are looked up: what names no row goes no further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Conditional, Expr, Name, Operation, String, Subscript
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite, Def
    from archlint.project.names.handed_values import HandedValues
    from archlint.project.program import Project

_TRUTH = "bool"
_QUERIES = frozenset({"db-query", "db-manager", "db-statement", "db-result"})
_NARROWING = frozenset({"filter", "filter_by", "where", "get", "find", "exclude", "get_or_404"})


class LookedUp:
    """Of one function, which takes `values`; `reads`: the places that take them, where these are known."""

    def __init__(
        self, project: Project, definition: Def, values: HandedValues, reads: tuple[Subscript | CallRef, ...] = ()
    ) -> None:
        self._project = project
        self._module = definition.module
        self._definition = definition
        self._values = values
        self._known = reads

    def holds_for_all(self) -> bool:
        """Each part that is taken is given a name by which a row is looked up, or is made true or false."""
        asking = [site for site in self._project.calls.of(self._definition) if self._asks(site)]
        taken = list(self._taken(asking))
        known = {name for site in asking for name in self._given(site)}
        return bool(taken) and all(name is not None and (not name or name in known) for name in taken)

    def are_truths(self) -> bool:
        """Each part that is taken is made true or false."""
        taken = list(self._taken([]))
        return bool(taken) and not any(name is None or name for name in taken)

    def _taken(self, asking: list[CallSite]) -> Iterator[str | None]:
        """The names under which parts are kept: empty for what is made true or false or asked with at once, None for what
        has no name."""
        named: dict[tuple[int, int], str] = {}
        for statement in self._values.statements:
            if statement.kind == "assign" and isinstance(statement.target, Name) and statement.value is not None:
                named |= {(part.at, part.end): statement.target.id for part in self._sides(statement.value)}
        body = self._module.body
        inside = [
            (call.at, call.end)
            for call in body.calls
            if self._values.is_own(call.at) and last_name(body, call.callee) == _TRUTH
        ]
        inside += [
            (part.test.at, part.test.end)
            for statement in self._values.statements
            for part in parts_of(body, statement.value)
            if isinstance(part, Conditional)
        ]
        if self._known:
            inside += [(a.value.at, a.value.end) for site in asking for a in site.call.arguments]
        for expr in self._reads():
            if any(at <= expr.at and expr.end <= end for at, end in inside):
                yield ""
            else:
                yield named.get((expr.at, expr.end))

    def _sides(self, value: Expr) -> Iterator[Expr]:
        """`body.get("id") or 0`"""
        yield from value.operands if isinstance(value, Operation) else (value,)

    def _reads(self) -> Iterator[Expr]:
        """`body["id"]`, `body.get("id")`."""
        yield from self._known
        body = self._module.body
        for statement in self._values.statements if not self._known else ():
            for part in parts_of(body, statement.value) if statement.value is not None else ():
                if isinstance(part, Subscript) and isinstance(part.index[0], String) and self._values.holds(part.base):
                    yield part
                elif isinstance(part, CallRef):
                    callee = body.calls[part.index].callee
                    given = body.calls[part.index].arguments
                    is_got = isinstance(callee, Attribute) and callee.attr in ("get", "pop") and self._values.holds(callee.base)
                    if is_got and given and isinstance(given[0].value, String):
                        yield part

    def _asks(self, site: CallSite) -> bool:
        """A query, or a function of the project that asks and writes nothing."""
        effects = self._project.effects
        for target in site.targets:
            effect = target.operation.effect if target.operation is not None else ()
            if "db.read" in effect and "db.write" not in effect:
                return True
            below = target.definition
            if below is not None and effects.has(below, "db.read") and not effects.has(below, "db.write"):
                return True
        if last_name(self._module.body, site.call.callee) not in _NARROWING:
            return False
        whole = CallRef(site.call.at, site.call.length, site.index)
        found = {self._project.types.role(each) for each in self._project.types.all(self._module, whole, site.call.context)}
        return site.operation is not None or not found.isdisjoint(_QUERIES)

    def _given(self, site: CallSite) -> Iterator[str]:
        for argument in site.call.arguments:
            yield from names_in(self._module.body, argument.value)
