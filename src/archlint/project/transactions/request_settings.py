"""Settings that make a transaction of each request, and applications that leave them to whoever takes them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, String, Subscript
from archlint.facts.syntax import Mapping as Display
from archlint.project.names.setting_values import SettingValues
from archlint.project.routes.apps import is_for_developers
from archlint.project.types.entities import FunctionRef

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_REQUEST = "request-transaction"
_OUTSIDE, _DATABASES, _SERVES = "outside-request-transaction", "database-settings", "serve"


def is_hosted(project: Project) -> bool:
    """A view is taken out of such transactions, though nothing but the project's tests says with which databases it runs, and
    nothing serves it: it is for a host to make the setting, and for one that does (three wrong places of a well-known one)."""
    libraries = [library for library in project.knowledge.libraries if _DATABASES in library.settings.values()]
    values = SettingValues(project)
    places = (module for library in libraries for module, _ in values.places(library, _DATABASES))
    if not libraries or not all(map(is_for_developers, places)):
        return False
    is_served = any(site.module.is_production for site in project.calls.registered(_SERVES))
    return not is_served and any(_takes_out(project, module) for module in project.modules.production)


def _takes_out(project: Project, module: Module) -> bool:
    """By a decorator of a view, or one that is handed to another: `@method_decorator(non_atomic_requests, name="dispatch")`."""
    outline = module.outline
    marks = [(mark, f.outer) for f in outline.functions for mark in f.decorators]
    marks += [(mark, c.outer) for c in outline.classes for mark in c.decorators]
    return any(is_taken_out(project, module, mark, outer) for mark, outer in marks)


def is_taken_out(project: Project, module: Module, mark: Expr, outer: int) -> bool:
    """Whether one decorator does so."""
    inference = project.types.inference
    given = (a.value for a in module.body.calls[mark.index].arguments) if isinstance(mark, CallRef) else ()
    entities = (entity for expr in (mark, *given) for entity in inference.entities(module, expr, outer))
    operations = (inference.operation(entity) for entity in entities if not isinstance(entity, FunctionRef))
    return any(operation is not None and operation.register == _OUTSIDE for operation in operations)


def has_request_transactions(project: Project) -> bool:
    """A setting of the project makes a transaction of each request."""
    names = {n for library in project.knowledge.libraries for n, meant in library.settings.items() if meant == _REQUEST}
    return bool(names) and any(_sets_any(module, names) for module in project.modules.all if not module.is_test)


def _sets_any(module: Module, names: set[str]) -> bool:
    """`{"NAME": True}` in any value, one that a function makes too; `X["NAME"] = True`, `NAME = True` outside of functions."""
    if any(type(part) is Display and _has_true(part, names) for part in module.expressions_read.rare):
        return True
    for statement in (*module.statements["assign"], *module.statements["annotate"]):
        target = statement.target
        last = target.index[0] if type(target) is Subscript and target.index else target
        is_named = (type(last) is String and last.value in names) or (
            (type(last) is Name or type(last) is Attribute) and _name(last) in names
        )
        if is_named and module.body.contexts[statement.context].function < 0 and _is_true(statement.value):
            return True
    return False


def _has_true(display: Display, names: set[str]) -> bool:
    pairs = zip(display.keys, display.values, strict=True)
    return any(type(key) is String and key.value in names and _is_true(given) for key, given in pairs)


def _name(expr: Name | Attribute) -> str:
    return expr.id if isinstance(expr, Name) else expr.attr


def _is_true(value: Expr | None) -> bool:
    return not (isinstance(value, Constant) and not value.value)
