"""Endpoints that tell no more than that something was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, CallRef, Collection, Constant, Expr, Mapping, Name, String
from archlint.project.parts import root_name

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project


def only_acknowledges(project: Project, definition: Def) -> bool:
    """Each answer is written out in the code: `{"ok": True}`, `"", 204`, `Response(status=204)`, `redirect("/orders")`; what it
    was asked with may be in it."""
    given = frozenset(parameter.name for parameter in definition.function.parameters)
    answers = project.symbols.scopes(definition.module).returns.get(definition.index, [])
    return all(answer.value is None or _is_written_out(project, definition, answer.value, given) for answer in answers)


def _is_written_out(project: Project, definition: Def, expr: Expr, given: frozenset[str]) -> bool:
    def inside(part: Expr) -> bool:
        return _is_written_out(project, definition, part, given)

    match expr:
        case String() | Constant():
            return True
        case Name():
            return expr.id in given or expr.id.isupper()
        case Attribute():
            return expr.attr.isupper()
        case Await():
            return inside(expr.value)
        case Collection():
            return all(inside(item) for item in expr.items)
        case Mapping():
            return all(key is not None for key in expr.keys) and all(inside(value) for value in expr.values)
        case CallRef():
            site = project.calls.in_module(definition.module)[expr.index]
            is_own = any(
                target.definition is not None and target.definition.function.name != "__init__" for target in site.targets
            )
            is_told = isinstance(site.call.callee, Attribute) and root_name(site.call.callee) in _held(definition)
            return not (is_own or is_told) and all(inside(argument.value) for argument in site.call.arguments)
        case _:
            return False


def _held(definition: Def) -> frozenset[str]:
    """The names that the function gives something: what such a thing is asked (`image.getvalue()`) is an answer of its own."""
    statements = definition.module.own_statements(definition.index)
    return frozenset(s.target.id for s in statements if s.kind == "assign" and isinstance(s.target, Name))
