"""The text of a route's path: literals, constants of any module, concatenation, f-strings, functions that build it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    CallRef,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expr,
    Name,
    Operation,
    Starred,
    String,
    Subscript,
    Template,
)
from archlint.project.model import CallSite, Def
from archlint.project.names.origins import Callers, Origin, Origins, Parameter

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

HOLE = "{}"
"""Stands for a piece of a path that only the running program knows."""

_DEPTH = 12
_MOST = 8
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)[?*+]?")
_PLAIN_GROUP = re.compile(r"\((?:\?:)?(?:[^()\\]|\\.)*\)[?*+]?")
_HOLES = re.compile(r"%(?:\(\w+\))?[sdr]")
_KINDS = "string|strorempty|path|uuid|slug|alpha|ymd|re|regex"
_BEHIND = rf"<(?!(?:{_KINDS}|int|float|str|any):(?:{_KINDS})\W)(\w+):(?:int|float|str|{_KINDS})(?::[^<>]*|\([^<>]*\))?>"
"""What a parameter may be stands in front of its name with most frameworks, and behind it with some."""
_PARAMETER = re.compile(rf"{_BEHIND}|<(?:[^<>:]*:)?(\w+)>|\{{(\w*)[^{{}}]*\}}|(?<=/):(\w+)")


class RoutePaths:
    """Evaluates path expressions; several texts are alternatives, none means that nothing is known."""

    def __init__(self, project: Project, origins: Origins) -> None:
        self._project = project
        self._origins = origins
        self.open: set[Def] = set()
        """Functions on whose parameters the last texts depended without a caller or default to tell them."""

    def texts(self, module: Module, expr: Expr | None, context: int, callers: Callers) -> tuple[str, ...]:
        """The texts that the expression may be; also those inside a list, where it is one."""
        self.open = set()
        return self._texts(module, expr, context, callers, 0) if expr is not None else ()

    def _texts(self, module: Module, expr: Expr, context: int, callers: Callers, depth: int) -> tuple[str, ...]:
        if depth > _DEPTH:
            return ()
        down = depth + 1
        match expr:
            case String():
                return (expr.value,)
            case Constant():
                return (str(expr.value),) if isinstance(expr.value, int) and not isinstance(expr.value, bool) else ()
            case Template():
                return self._joined([self._texts(module, p, context, callers, down) for p in expr.parts])
            case Operation(op="+"):
                return self._joined([self._texts(module, o, context, callers, down) for o in expr.operands])
            case Operation(op="%"):
                first = self._texts(module, expr.operands[0], context, callers, down)
                given = self._texts(module, expr.operands[-1], context, callers, down) or (HOLE,)
                pieces = [piece.replace("\\", r"\\") for piece in given]
                return tuple(_HOLES.sub(piece, text) for text in first for piece in pieces)[:_MOST]
            case Operation(op="or"):
                return self._all(module, expr.operands, context, callers, down)
            case Conditional():
                return self._all(module, (expr.body, expr.orelse), context, callers, down)
            case Collection():
                return self._all(module, expr.items, context, callers, down)
            case Starred():
                return self._texts(module, expr.value, context, callers, down)
            case Comprehension():
                return self._texts(module, expr.element, expr.context, callers, down)
            case Name() | Attribute() | Subscript():
                return self._named(module, expr, context, callers, down)
            case CallRef():
                return self._called(module, expr, callers, down)
            case _:
                return ()

    def _all(self, module: Module, parts: tuple[Expr, ...], context: int, callers: Callers, depth: int) -> tuple[str, ...]:
        found = [text for part in parts for text in self._texts(module, part, context, callers, depth)]
        return tuple(dict.fromkeys(found))[:_MOST]

    def _joined(self, parts: list[tuple[str, ...]]) -> tuple[str, ...]:
        texts = [""]
        for part in parts:
            texts = [text + piece for text in texts for piece in (part or (HOLE,))][:_MOST]
        return tuple(dict.fromkeys(texts))

    def _named(self, module: Module, expr: Expr, context: int, callers: Callers, depth: int) -> tuple[str, ...]:
        found: list[str] = []
        for origin in self._origins.of(module, expr, context):
            if isinstance(origin, Parameter):
                given = self._origins.given(origin, callers)
                if not given and origin.definition not in callers:
                    self.open.add(origin.definition)
                for source in given:
                    found += self._texts(source.module, source.expr, source.context, callers, depth)
            else:
                found += self._from(origin, callers, depth)
        return tuple(dict.fromkeys(found))[:_MOST]

    def _from(self, origin: Origin, callers: Callers, depth: int) -> list[str]:
        if not origin.each and not origin.path:
            return list(self._texts(origin.module, origin.expr, origin.context, callers, depth))
        literal = list(self._origins.unpacked(origin))
        if not literal and origin.each and not origin.path:
            literal = [Origin(origin.module, origin.expr, origin.context)]
        return [t for o in literal for t in self._texts(o.module, o.expr, o.context, callers, depth)]

    def _called(self, module: Module, expr: CallRef, callers: Callers, depth: int) -> tuple[str, ...]:
        site = self._project.calls.in_module(module)[expr.index]
        found: list[str] = []
        for target in site.targets:
            if target.definition is None or target.definition in callers:
                continue
            inner = {**callers, target.definition: site}
            scopes = self._project.symbols.scopes(target.definition.module)
            for statement in scopes.returns.get(target.definition.index, [])[:4]:
                if statement.value is not None:
                    found += self._texts(target.definition.module, statement.value, statement.context, inner, depth)
        callee = site.call.callee
        if not found:
            found += self._default(site, callers, depth)
        if not found and isinstance(callee, Attribute):
            # `.format(…)`, `.rstrip("/")`, `.lower()`: the path is what the method is called on
            base = self._texts(module, callee.base, site.call.context, callers, depth)
            found += [re.sub(r"\{[^{}]*\}", HOLE, text) if callee.attr == "format" else text for text in base]
        return tuple(dict.fromkeys(found))[:_MOST]

    def _default(self, site: CallSite, callers: Callers, depth: int) -> tuple[str, ...]:
        """What stands in for a setting that is not given: `environ.get(name, default)`, `config(name, default=…)`."""
        if any(t.definition is not None for t in site.targets):
            return ()
        plain = [a.value for a in site.call.arguments if a.name is None]
        given = [a.value for a in site.call.arguments if a.name == "default"] or plain[1:][-1:]
        return self._texts(site.module, given[0], site.call.context, callers, depth) if given else ()


def normal(path: str, pattern: str = "plain") -> str:
    """A path or a regular expression for one, with parameters as `{name}`, no slashes at its ends."""
    if pattern == "regex":
        path = _GROUP.sub(r"{\1}", path)
        path = _PLAIN_GROUP.sub(HOLE, path).replace("\\Z", "").replace("\\A", "")
        path = re.sub(r"[\^$?]", "", re.sub(r"\\(.)", r"\1", path))
    else:
        path = _PARAMETER.sub(lambda m: "{" + (m[1] or m[2] or m[3] or m[4] or "") + "}", path)
    return path.strip().strip("/")


def joined(*parts: str) -> str:
    """One absolute path of normal parts: `("api", "", "health")` → `/api/health`."""
    return "/" + "/".join(part for part in parts if part)
