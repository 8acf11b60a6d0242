"""Parsers that read named arguments out of a request: which of the arguments are text as it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Call, CallRef, Expr, String
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

READS = "request-arguments"
_DECLARES = "request-argument"
_TEXT = frozenset({"str", "text_type", "unicode"})
_CLOSED = frozenset({"int", "float", "bool", "boolean", "natural", "positive", "int_range", "UUID", "Decimal"})
_Made = tuple[str, int]


class RequestParsers:
    def __init__(self, project: Project) -> None:
        self._project = project

    def is_text(self, site: CallSite, name: str) -> bool | None:
        """Whether the argument called so, of a call that reads them all, is any text that was sent; None: nothing says it."""
        callee = site.call.callee
        if not isinstance(callee, Attribute):
            return None
        makers = self._makers(site.module, callee.base, site.call.context)
        modules = {module.path: module for module in (site.module, *makers.values())}
        told = {
            self._declares_text(module, call)
            for module in modules.values()
            for call in self._declared(module)
            if self._name(module, call) == name and self._is_of(module, call, makers)
        }
        return told.pop() if len(told) == 1 else None

    def _makers(self, module: Module, parser: Expr, context: int) -> dict[_Made, Module]:
        """The calls that make it."""
        found = self._project.values.sources.of(module, parser, context)
        return {(s.module.path, s.expr.at): s.module for s in found if isinstance(s.expr, CallRef)}

    def _declared(self, module: Module) -> list[Call]:
        sites = self._project.calls.registered(_DECLARES)
        return [site.call for site in sites if site.module is module]

    def _is_of(self, module: Module, call: Call, makers: dict[_Made, Module]) -> bool:
        callee = call.callee
        own = self._makers(module, callee.base, call.context) if isinstance(callee, Attribute) else {}
        return not own.keys().isdisjoint(makers)

    def _name(self, module: Module, call: Call) -> str:
        kept = [a.value for a in call.arguments if a.name == "dest"] or [a.value for a in call.arguments if a.name is None]
        told = self._project.values.constant(module, kept[0], call.context) if kept else None
        return told.lstrip("-").replace("-", "_") if isinstance(told, str) else ""

    def _declares_text(self, module: Module, call: Call) -> bool | None:
        """False for what is a number, or one of those that it lists."""
        given = {a.name: a.value for a in call.arguments if a.name}
        if "choices" in given:
            return False
        kind = given.get("type")
        name = last_name(module.body, kind) if kind is not None and not isinstance(kind, String) else ""
        if kind is None or name in _TEXT:
            return True
        return False if name in _CLOSED else None
