"""What looks before it works (who comes, whether what was sent is in order): by its name, and by what the code of a function
or class reads, calls and refuses."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from archlint.facts.syntax import (
    Attribute,
    Body,
    Call,
    CallRef,
    Collection,
    Comparison,
    Constant,
    Expr,
    Name,
    String,
    Subscript,
)
from archlint.project.model import Def
from archlint.project.names.symbols import ClassDef
from archlint.project.spelling import last_name
from archlint.project.walk import walk_module
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

REFUSALS = frozenset({401, 403})
"""The answers to somebody who may not."""
_SHARED = frozenset({Attribute, Subscript})
_DEPTH = 3
"""Functions between the one that is asked about and the one that refuses."""
_MOST = 80
_LONGEST_KEY = 40


class Phrases:
    """Names by the words in them: `current user` is in `get_current_user` and `currentUser`."""

    def __init__(self, phrases: Iterable[str]) -> None:
        listed = sorted((phrase.replace(" ", "_") for phrase in phrases), key=lambda text: (-len(text), text))
        self._pattern = re.compile(f"(?:^|_)(?:{'|'.join(map(re.escape, listed))})(?:_|$)")
        self._known: dict[str, bool] = {}

    def in_name(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = bool(self._pattern.search("_".join(words_of(name))))
        return known


class Asking:
    """`inside`: words for what code that asks reads and calls; `sends`: words in names of functions that send somebody
    elsewhere, `entrances`: words in names of the places where people say who they are; `refusals`: answers that say no."""

    def __init__(
        self,
        project: Project,
        inside: Phrases,
        sends: Iterable[str] = (),
        entrances: Iterable[str] = (),
        refusals: frozenset[int] = REFUSALS,
    ) -> None:
        self._project = project
        self._refusals = refusals
        self._sends, self._entrances = frozenset(sends), Phrases(entrances) if entrances else None
        self._inside = inside
        self._places: dict[str, list[int]] = {}
        self._known: dict[Def, bool] = {}

    def function_asks(self, definition: Def) -> bool:
        """It, or what it calls, reads who comes or refuses those who may not."""
        known = self._known.get(definition)
        if known is None:
            known = self._known[definition] = any(self._is_told(each) for each in self._reached(definition))
        return known

    def places(self, definition: Def) -> list[int]:
        """Where the function itself does so."""
        module, function = definition.module, definition.function
        self._holds(module, function.at, function.end)
        return [at for at in self._places[module.path] if function.at <= at < function.end]

    def class_asks(self, klass: ClassDef) -> bool:
        """The same of a class: anywhere in its own code, or by what its methods call."""
        if self._holds(klass.module, klass.klass.at, klass.klass.end):
            return True
        outline = klass.module.outline
        return any(
            self.function_asks(Def(klass.module, klass.module.name, row))
            for row, function in enumerate(outline.functions)
            if function.klass == klass.index
        )

    def _is_told(self, definition: Def) -> bool:
        function = definition.function
        return self._inside.in_name(function.name) or self._holds(definition.module, function.at, function.end)

    def _reached(self, definition: Def) -> Iterator[Def]:
        """The function, those written in it, and those that it calls, near ones first."""
        waiting, seen = [(definition, 0)], {definition}
        while waiting and len(seen) < _MOST:
            current, depth = waiting.pop(0)
            yield current
            if depth == _DEPTH:
                continue
            for below in self._called(current):
                if below not in seen:
                    seen.add(below)
                    waiting.append((below, depth + 1))

    def _called(self, definition: Def) -> Iterator[Def]:
        module, function = definition.module, definition.function
        for row, inner in enumerate(module.outline.functions):
            if function.at < inner.at and inner.end <= function.end:
                yield Def(module, module.name, row)
        for site in self._project.calls.of(definition):
            for target in site.targets:
                if target.definition is not None and not target.definition.module.is_test:
                    yield target.definition

    def _holds(self, module: Module, begin: int, end: int) -> bool:
        places = self._places.get(module.path)
        if places is None:
            places = self._places[module.path] = sorted(self._found(module))
        row = bisect_left(places, begin)
        return row < len(places) and places[row] < end

    def _found(self, module: Module) -> Iterator[int]:
        """The places of a module at which somebody is asked about, or refused."""
        body = module.body
        for expr, _ in walk_module(module, _SHARED):
            if self._inside.in_name(last_two(body, expr)):
                yield expr.at
        for call in body.calls:
            given = [call.callee, *(argument.value for argument in call.arguments)]
            signs = self._inside.in_name(_looked_up(body, call)) or self._sends_away(body, call)
            if signs or any(self._is_sign(body, expr) for expr in given):
                yield call.at
        for statement in body.statements:
            if statement.kind == "return" and isinstance(statement.value, Collection):
                if any(self._is_refusal(item) for item in statement.value.items):
                    yield statement.at
            elif statement.kind in ("raise", "test") and self._inside.in_name(_tested(body, statement.value)):
                yield statement.at

    def _is_refusal(self, expr: Expr) -> bool:
        return isinstance(expr, Constant) and type(expr.value) is int and expr.value in self._refusals

    def _sends_away(self, body: Body, call: Call) -> bool:
        """`redirect("/login")`."""
        entrances = self._entrances
        if entrances is None or self._sends.isdisjoint(words_of(last_name(body, call.callee))):
            return False
        texts = (argument.value for argument in call.arguments)
        return any(isinstance(text, String) and entrances.in_name(text.value) for text in texts)

    def _is_sign(self, body: Body, expr: Expr) -> bool:
        if isinstance(expr, String):
            return len(expr.value) <= _LONGEST_KEY and " " not in expr.value and self._inside.in_name(expr.value)
        if isinstance(expr, Name | Attribute):
            return self._inside.in_name(last_two(body, expr))
        return self._is_refusal(expr)


def last_two(body: Body, expr: Expr) -> str:
    """`request_user` for `self.request.user`, `session_user_id` for `session["user_id"]`."""
    if isinstance(expr, Subscript):
        index = expr.index[0] if expr.index else None
        return f"{last_name(body, expr.base)}_{index.value}" if isinstance(index, String) else ""
    if isinstance(expr, Attribute):
        return f"{last_name(body, expr.base)}_{expr.attr}"
    return expr.id if isinstance(expr, Name) else ""


def _looked_up(body: Body, call: Call) -> str:
    """`session_user_id` for `session.get("user_id")`."""
    key = call.arguments[0].value if call.arguments else None
    if isinstance(call.callee, Attribute) and call.callee.attr == "get" and isinstance(key, String):
        return f"{last_name(body, call.callee.base)}_{key.value}"
    return ""


def _tested(body: Body, expr: Expr | None) -> str:
    """The name of what is raised or tested; `session_user` for `"user" not in session`, `compared_secret` for a value that
    is compared with `settings.SMS_SECRET`."""
    if not isinstance(expr, Comparison):
        return last_name(body, expr)
    first, second = expr.operands[:2]
    if isinstance(first, String):
        return f"{last_name(body, second)}_{first.value}"
    named = [words_of(last_name(body, operand))[-1:] for operand in (first, second) if not isinstance(operand, CallRef)]
    return "_".join(f"compared_{word}" for words in named for word in words)
