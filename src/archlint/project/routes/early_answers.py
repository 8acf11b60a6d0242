"""Paths that are answered before or beside routing: middlewares that compare the request's path, tables path → handler."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.findings import Site
from archlint.facts.syntax import (
    Attribute,
    Await,
    CallRef,
    Collection,
    Comparison,
    Expr,
    Mapping,
    Name,
    Operation,
    Statement,
    String,
    Subscript,
)
from archlint.project.model import Def
from archlint.project.names.origins import Origins, Parameter
from archlint.project.routes.route_paths import RoutePaths, joined, normal
from archlint.project.routes.route_records import Handler, Route
from archlint.project.walk import walk_module

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_PATH_NAMES = frozenset({"path", "path_info", "raw_path", "PATH_INFO", "request_path", "url_path"})
_DENIALS = frozenset({"!=", "not in"})


def early_answers(project: Project) -> list[Route]:
    """The routes that no router declares, in production code; `apps` is None for all of them."""
    origins = Origins(project)
    paths = RoutePaths(project, origins)
    found: list[Route] = []
    for module in project.modules.production:
        for statement in module.statements["test"]:
            if statement.value is not None:
                found += _compared(module, statement, origins, paths)
        found += _tables(module)
    return found


def _compared(module: Module, statement: Statement, origins: Origins, paths: RoutePaths) -> Iterator[Route]:
    function = module.body.contexts[statement.context].function
    if function < 0 or statement.value is None:
        return
    for part in _parts(statement.value):
        for other, denied in _comparisons(module, part):
            texts = _paths(module, other, statement.context, origins, paths)
            if texts and _answers(module, statement, denied, of_request=not _is_bare(part)):
                handler = Handler(Def(module, module.name, function))
                site = Site(module.path, part.at, part.end)
                yield Route(tuple(joined(normal(t)) for t in texts), (), handler, site, "middleware", None, module)


def _parts(expr: Expr) -> Iterator[Expr]:
    if type(expr) is Operation and expr.op in ("and", "or", "not"):
        for operand in expr.operands:
            yield from _parts(operand)
    else:
        yield expr


def _comparisons(module: Module, expr: Expr) -> Iterator[tuple[Expr, bool]]:
    """(what the request's path is compared with, whether the branch is for all other paths)."""
    if type(expr) is Comparison and len(expr.ops) == 1:
        left, right = expr.operands
        if expr.ops[0] in ("==", "!=", "in", "not in"):
            if _is_path(module, left):
                yield right, expr.ops[0] in _DENIALS
            elif _is_path(module, right) and expr.ops[0] in ("==", "!="):
                yield left, expr.ops[0] in _DENIALS
    elif type(expr) is CallRef:
        call = module.body.calls[expr.index]
        if type(call.callee) is Attribute and call.callee.attr == "startswith" and _is_path(module, call.callee.base):
            yield from ((a.value, False) for a in call.arguments[:1])


def _is_bare(expr: Expr) -> bool:
    """A comparison of a plain variable: it may be any path, and what is returned for it any word."""
    return isinstance(expr, Comparison) and any(isinstance(o, Name) and o.id in _PATH_NAMES for o in expr.operands)


def _is_path(module: Module, expr: Expr) -> bool:
    match expr:
        case Name():
            return expr.id in _PATH_NAMES
        case Attribute():
            return expr.attr in _PATH_NAMES
        case Subscript():
            return any(isinstance(i, String) and i.value in _PATH_NAMES for i in expr.index)
        case CallRef():
            call = module.body.calls[expr.index]
            callee = call.callee
            if not isinstance(callee, Attribute):
                return False
            if callee.attr in ("rstrip", "lower", "strip", "removesuffix"):
                return _is_path(module, callee.base)
            keys = [a.value for a in call.arguments[:1]]
            return callee.attr == "get" and any(isinstance(k, String) and k.value in _PATH_NAMES for k in keys)
        case _:
            return False


def _paths(module: Module, expr: Expr, context: int, origins: Origins, paths: RoutePaths) -> list[str]:
    texts = list(paths.texts(module, expr, context, {}))
    if not texts:
        for parameter in origins.of(module, expr, context):
            if not isinstance(parameter, Parameter):
                continue
            for source in origins.given_anywhere(parameter):
                texts += paths.texts(source.module, source.expr, source.context, {})
    return [text for text in dict.fromkeys(texts) if text.startswith("/")]


def _answers(module: Module, test: Statement, denied: bool, *, of_request: bool) -> bool:
    """Where the path is the one asked for, something other than the wrapped app is returned or awaited."""
    contexts = module.body.contexts
    function = contexts[test.context].function
    branch = next(
        (row for row, c in enumerate(contexts) if c.kind == "if" and c.parent == test.context and c.subject == test.value), -1
    )
    for statement in module.own_statements(function):
        if statement.at <= test.at:
            continue
        inside = branch >= 0 and _within(module, statement.context, branch)
        if inside != denied and _is_answer(module, statement, function):
            return True
        literal = statement.kind == "return" and isinstance(statement.value, String | Mapping | Collection)
        if inside and not denied and of_request and literal:
            return True
    return False


def _within(module: Module, context: int, branch: int) -> bool:
    while context >= 0:
        if context == branch:
            return True
        context = module.body.contexts[context].parent
    return False


def _is_answer(module: Module, statement: Statement, function: int) -> bool:
    value = statement.value
    if statement.kind not in ("return", "expression") or value is None:
        return False
    awaited = isinstance(value, Await)
    inner = value.value if isinstance(value, Await) else value
    if not isinstance(inner, CallRef):
        return False
    callee = module.body.calls[inner.index].callee
    if isinstance(callee, Name):
        own = {p.name for p in module.outline.functions[function].parameters}
        if callee.id in ("send", "start_response"):
            return True
        forwards = callee.id in own or callee.id in ("app", "application", "call_next", "get_response", "handler", "next")
        return not forwards and (statement.kind == "return" or awaited)
    if isinstance(callee, CallRef):  # `await PlainTextResponse("ok")(scope, receive, send)`
        return awaited or statement.kind == "return"
    if isinstance(callee, Attribute) and isinstance(callee.base, Name) and callee.base.id in ("self", "super"):
        return callee.attr not in ("app", "application", "get_response", "inner", "wsgi_app", "wrapped")
    return statement.kind == "return"


def _tables(module: Module) -> Iterator[Route]:
    """`{"/health": HealthResource(), …}`: a table from paths to what answers them."""
    for expr, _ in walk_module(module, frozenset({Mapping})):
        if not isinstance(expr, Mapping) or not expr.keys:
            continue
        if not all(isinstance(key, String) and key.value.startswith("/") for key in expr.keys):
            continue
        for key, value in zip(expr.keys, expr.values, strict=True):
            if isinstance(key, String) and isinstance(value, CallRef | Name | Attribute):
                site = Site(module.path, key.at, key.end)
                yield Route((joined(normal(key.value)),), (), None, site, "table", None, module)
