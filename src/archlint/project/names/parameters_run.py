"""Callables that a function gets and runs itself: by calling them, or by handing them to what runs them elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from archlint.facts.syntax import Attribute, Call, Collection, Comprehension, Expr, Name, Starred
from archlint.project.model import Def, argument_of
from archlint.project.names.arguments import arguments_by_parameter

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project

PointKind = Literal["call", "per item", "once", "threaded", "deferred", "evaluation", "property"]


class ParametersRun:
    """Asked once a function."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[Def, dict[str, PointKind]] = {}

    def of(self, definition: Def) -> dict[str, PointKind]:
        """Parameter → how what is given for it runs; parameters that are only kept are not there."""
        known = self._known.get(definition)
        if known is None:
            known = self._known[definition] = {}
            names = {parameter.name for parameter in definition.function.parameters}
            for site in self._project.calls.of(definition) if names else ():
                callee, operation = site.call.callee, site.operation
                if type(callee) is Name and callee.id in names and not site.targets:
                    known[callee.id] = "once"
                if operation is not None:
                    for notation in operation.threaded:
                        known.update(dict.fromkeys(_names(site.call, notation, names), "threaded"))
                    for notation in operation.deferred:
                        known.update(dict.fromkeys(_names(site.call, notation, names), "deferred"))
        return known

    def given(self, site: CallSite) -> Iterator[tuple[PointKind, Expr]]:
        """What a call gives to parameters that the functions which it may run run themselves, and how."""
        for target in site.targets if site.call.arguments else ():
            runs = self.of(target.definition) if target.definition is not None else {}
            handed = arguments_by_parameter(site.call, target.definition) if target.definition is not None and runs else {}
            yield from ((kind, handed[name]) for name, kind in sorted(runs.items()) if name in handed)


def arguments_named(call: Call, notation: str) -> Iterator[Expr]:
    """The expressions that a notation names; `*` all positional ones, into `*[f(x) for …]` and lists too; `self` what the
    method is called on, by its name."""
    given: list[Expr]
    if notation == "self":
        base = call.callee.base if isinstance(call.callee, Attribute) else None
        given = [base] if isinstance(base, Name | Attribute) else []
    elif notation == "*":
        given = [a.value for a in call.arguments if a.name in (None, "*")]
    else:
        expr = argument_of(call, notation)
        given = [] if expr is None else [expr]
    for expr in given:
        inner = expr.value if isinstance(expr, Starred) else expr
        if isinstance(inner, Collection):
            yield from inner.items
        elif isinstance(inner, Comprehension):
            yield inner.element
        else:
            yield inner


def _names(call: Call, notation: str, wanted: set[str]) -> Iterator[str]:
    return (expr.id for expr in arguments_named(call, notation) if isinstance(expr, Name) and expr.id in wanted)
