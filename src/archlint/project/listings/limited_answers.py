"""Answers of another service of which the question says that they are short: `client.get(url, params={"limit": 5})`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, Await, Call, CallRef, Expr, Mapping, Name, Operation, Slice, String, Subscript
from archlint.project.names.origins import Origin, Origins
from archlint.project.spelling import last_name

if TYPE_CHECKING:
    from archlint.project.model import CallSite
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_SERVICE = frozenset({"http", "rpc"})
_LIMITS = frozenset({"limit", "per_page", "perPage", "page_size", "pageSize", "max_results", "maxResults", "top", "$top"})
_PAGES = frozenset({"offset", "page", "cursor", "skip", "start", "after", "page_token", "pageToken", "starting_after"})
"""What a question for the next of many pages says besides."""
_IN_ADDRESS = re.compile(r"[?&](?P<name>\$?\w+)=(?P<number>\d*)")
_OF_RECEIVER = frozenset({"json", "get", "execute"})
_OF_ARGUMENT = frozenset({"getattr", "loads", "list"})
_DEPTH = 6


class LimitedAnswers:
    def __init__(self, project: Project) -> None:
        self._project = project
        self._origins = Origins(project)

    def is_short(self, module: Module, expr: Expr, context: int, most: int) -> bool:
        """The expression is, or is a part of, what a service answers that was asked for at most so many, and for no page of
        many."""
        asked = list(self._asked(module, expr, context, _DEPTH))
        return bool(asked) and all(self._asks_for_few(site, most) for site in asked)

    def _asked(self, module: Module, expr: Expr, context: int, depth: int) -> Iterator[CallSite]:
        """The calls of a service whose answer holds the expression."""
        if depth <= 0:
            return
        match expr:
            case Await():
                yield from self._asked(module, expr.value, context, depth)
            case Attribute():
                yield from self._asked(module, expr.base, context, depth - 1)
            case Subscript() if not isinstance(expr.index[0], Slice):
                yield from self._asked(module, expr.base, context, depth - 1)
            case Operation(op="or"):
                yield from self._asked(module, expr.operands[0], context, depth - 1)
            case Name():
                for origin in self._origins.of(module, expr, context):
                    if isinstance(origin, Origin) and not origin.each and not origin.path and origin.expr is not expr:
                        yield from self._asked(origin.module, origin.expr, origin.context, depth - 1)
            case CallRef():
                site = self._project.calls.in_module(module)[expr.index]
                if site.operation is not None and not _SERVICE.isdisjoint(site.operation.effect):
                    yield site
                    return
                name, callee = last_name(module.body, site.call.callee), site.call.callee
                if isinstance(callee, Attribute) and name in _OF_RECEIVER:
                    yield from self._asked(module, callee.base, context, depth - 1)
                elif isinstance(callee, Name) and name in _OF_ARGUMENT and site.call.arguments:
                    yield from self._asked(module, site.call.arguments[0].value, context, depth - 1)
            case _:
                return

    def _asks_for_few(self, site: CallSite, most: int) -> bool:
        said = dict(self._said(site))
        limits = [number for name, number in said.items() if name in _LIMITS]
        return any(number is not None and 0 < number <= most for number in limits) and _PAGES.isdisjoint(said)

    def _said(self, site: CallSite) -> Iterator[tuple[str, int | None]]:
        """(name, number) of what the question says by name: in its arguments, its parameters, its address."""
        for name, value in self._named(site.module, site.call):
            number = self._project.values.constant(site.module, value, site.call.context)
            yield name, number if type(number) is int else _number(number)
        given = next((argument.value for argument in site.call.arguments if argument.name in (None, "url")), None)
        text = self._project.values.text(site.module, given, site.call.context) if given is not None else None
        for found in _IN_ADDRESS.finditer(text.rendered if text is not None else ""):
            yield found["name"], _number(found["number"])

    def _named(self, module: Module, call: Call) -> Iterator[tuple[str, Expr]]:
        for argument in call.arguments:
            if argument.name is not None:
                yield argument.name, argument.value
            given = [argument.value]
            if isinstance(argument.value, Name):
                origins = self._origins.of(module, argument.value, call.context)
                given += [origin.expr for origin in origins if isinstance(origin, Origin) and origin.module is module]
            for each in given:
                if isinstance(each, Mapping):
                    pairs = zip(each.keys, each.values, strict=True)
                    yield from ((key.value, value) for key, value in pairs if isinstance(key, String))


def _number(said: object) -> int | None:
    return int(said) if isinstance(said, str) and said.isdecimal() else None
