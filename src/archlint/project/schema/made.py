"""Expressions of declarations where they stand, and the library callables that they call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.schema_knowledge import SchemaPart
from archlint.facts.syntax import Call, CallRef, Expr, Name, Parameter

if TYPE_CHECKING:
    from archlint.project.source.modules import Module


@dataclass(frozen=True)
class Written:
    """An expression where it stands. `given`: names that mean something else there, as parameters and loop variables do."""

    module: Module = field(repr=False)
    expr: Expr
    context: int
    given: Mapping[str, Written] = field(default_factory=dict, repr=False)

    @property
    def site(self) -> Site:
        expr = self.expr
        if isinstance(expr, CallRef):
            call = self.module.body.calls[expr.index]
            return Site(self.module.path, call.at, call.end)
        return Site(self.module.path, expr.at, expr.end)

    def at(self, expr: Expr) -> Written:
        """Another expression of the same place; what a name that means something else there stands for."""
        given = self.given.get(expr.id) if type(expr) is Name else None
        return given if given is not None else Written(self.module, expr, self.context, self.given)

    @property
    def call(self) -> Call | None:
        return self.module.body.calls[self.expr.index] if type(self.expr) is CallRef else None


Given = tuple[str | None, Written]
"""An argument: its keyword (`*` and `**` for what is unpacked), what is given."""


@dataclass(frozen=True)
class Made:
    """A call of a library's callable that says something of a schema, or its bare name. `name`: what it is called.

    `given`: its arguments, also those that a function around it hands on; `place`: where it is asked for, if that is not
    where the library is called."""

    written: Written
    part: SchemaPart
    name: str
    call: Call | None
    given: tuple[Given, ...] = field(default=(), repr=False)
    place: Written | None = field(default=None, repr=False)

    @property
    def site(self) -> Site:
        return (self.place or self.written).site

    def argument(self, notation: str | None) -> Written | None:
        """What is given for an argument of the part; the last one of a keyword counts. `"0:name|:title"`: either.

        After a `*` argument no position is known."""
        found = (self._argument(one) for one in (notation or "").split("|"))
        return next((value for value in found if value is not None), None)

    def _argument(self, notation: str) -> Written | None:
        position, _, keyword = notation.partition(":")
        named = [value for name, value in self.given if keyword and name == keyword]
        if named:
            return named[-1]
        before = takewhile(lambda given: given[0] != "*", self.given)
        values = [value for name, value in before if name is None]
        return values[int(position)] if position.isdigit() and int(position) < len(values) else None

    def rest(self, notation: str | None) -> tuple[Written, ...]:
        """All positional arguments from the one that `"1*"` names."""
        if notation is None:
            return ()
        if not notation.endswith("*"):
            one = self.argument(notation)
            return (one,) if one is not None else ()
        return tuple(value for name, value in self.given if name is None)[int(notation[:-1] or 0) :]


def handed_on(made: Made, given: tuple[Given, ...], parameters: Sequence[Parameter]) -> tuple[Given, ...]:
    """The arguments of a call in a function, with what that hands on from the call of itself (`*args`, `**options`)."""
    stars = {p.name: p.kind for p in parameters if p.kind in ("*", "**")}
    named = {p.name for p in parameters}
    places = sum(p.kind in ("positional", "either") for p in parameters)
    positional = [one for one in given if one[0] is None][places:]
    found: list[Given] = []
    for name, value in made.given:
        kind = stars.get(value.expr.id) if isinstance(value.expr, Name) else None
        if kind is None or kind != name:
            found.append((name, value))
        elif kind == "*":
            found += positional
        else:
            found += [one for one in given if one[0] not in (None, "*", "**") and one[0] not in named]
    return tuple(found)
