"""The names that the result of a call is given: where it is assigned, and where what its function returns is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Expr, Name, Statement
from archlint.project.parts import names_in, parts_of
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_MOST_CALLERS = 8


class Results:
    def __init__(self, project: Project) -> None:
        self._project = project

    def named(self, site: CallSite) -> tuple[str, ...]:
        """The last names of the targets, in source order; an object that is filled by calls (`md5.update(…)`) counts by
        what is made of it."""
        module, body = site.module, site.module.body
        function = body.contexts[site.call.context].function
        callee = site.call.callee
        made = {callee.base.id} if isinstance(callee, Attribute) and isinstance(callee.base, Name) else set()
        found: list[str] = []
        returned = False
        for statement in module.own_statements(function):
            if not _uses(module, statement.value, site.index, made):
                continue
            if statement.kind == "assign" and isinstance(statement.target, Name | Attribute):
                found.append(last_name(body, statement.target))
                if isinstance(statement.target, Name):
                    made.add(statement.target.id)
            returned = returned or statement.kind == "return"
        if returned and site.caller is not None:
            found += self._received(site)
        return tuple(found)

    def _received(self, site: CallSite) -> Iterator[str]:
        """The targets of the calls of the function that returns it."""
        assert site.caller is not None  # noqa: S101 - asked for
        for call in self._project.calls.callers(site.caller)[:_MOST_CALLERS]:
            body = call.module.body
            for statement in body.statements:
                if _assigns(statement) and _uses(call.module, statement.value, call.index, set()):
                    yield last_name(body, statement.target)


def _assigns(statement: Statement) -> bool:
    return statement.kind == "assign" and isinstance(statement.target, Name | Attribute)


def _uses(module: Module, value: Expr | None, call: int, names: set[str]) -> bool:
    """The value holds the call, or one of the names."""
    if any(isinstance(part, CallRef) and part.index == call for part in parts_of(module.body, value)):
        return True
    return bool(names) and not names.isdisjoint(names_in(module.body, value))
