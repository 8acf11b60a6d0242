"""Where a program writes a file: the path, and what goes into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.findings import Site
from archlint.facts.syntax import Argument, Attribute, Await, Call, CallRef, Expr, Name, String
from archlint.project.effects.local_file_words import LocalFileWords
from archlint.project.model import Def

if TYPE_CHECKING:
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

_WRITES = frozenset("wax")


class FileWrite(Struct, frozen=True):
    """`definition` writes `contents` into the file at `path`; `saves_itself`: what is written is asked to save itself."""

    definition: Def
    call: Call
    path: Expr
    contents: tuple[tuple[Expr, int], ...]
    saves_itself: bool = False

    @property
    def module(self) -> Module:
        return self.definition.module

    @property
    def site(self) -> Site:
        return Site(self.module.path, self.call.at, self.call.end)


class FileWrites:
    def __init__(self, project: Project, words: LocalFileWords) -> None:
        self._project = project
        self._words = words

    def all(self) -> list[FileWrite]:
        """Those of production functions, by place."""
        return sorted(self._found(), key=lambda write: (write.module.path, write.call.at))

    def _found(self) -> Iterator[FileWrite]:
        calls = self._project.calls
        for name in self._words.opens:
            for module, call in calls.written(name):
                yield from self._made(module, call, _opened_path(call), self._put_into(module, call))
        for name in self._words.writes:
            for module, call in calls.written(name):
                if isinstance(call.callee, Attribute) and call.arguments:
                    yield from self._made(module, call, call.callee.base, [(call.arguments[0].value, call.context)])
        for name in self._words.saves:
            for module, call in calls.written(name):
                if isinstance(call.callee, Attribute) and call.arguments and call.arguments[0].name is None:
                    content = (call.callee.base, call.context)
                    yield from self._made(module, call, call.arguments[0].value, [content], saves_itself=True)

    def _made(
        self,
        module: Module,
        call: Call,
        path: Expr | None,
        contents: list[tuple[Expr, int]],
        *,
        saves_itself: bool = False,
    ) -> Iterator[FileWrite]:
        function = module.body.contexts[call.context].function
        if path is None or not contents or function < 0:
            return
        if module.outline.functions[function].name not in self._words.writes:  # a path of the project's own
            yield FileWrite(Def(module, module.name, function), call, path, tuple(contents), saves_itself)

    def _put_into(self, module: Module, opening: Call) -> list[tuple[Expr, int]]:
        """What is written to the open file, by its methods or by functions that are given it."""
        if _opened_path(opening) is None:
            return []
        function = module.body.contexts[opening.context].function
        names = {
            s.target.id
            for s in module.body.statements
            if opening.at >= s.at and isinstance(s.target, Name) and _is_call(module, s.value, opening)
        }
        found: list[tuple[Expr, int]] = []
        for call in module.own_calls(function):
            if call.at < opening.at:
                continue
            callee = call.callee
            base = callee.base if isinstance(callee, Attribute) and callee.attr in self._words.appends else None
            if base is not None and (_is_call(module, base, opening) or (isinstance(base, Name) and base.id in names)):
                found += [(argument.value, call.context) for argument in call.arguments]
            elif any(isinstance(a.value, Name) and a.value.id in names for a in call.arguments):
                found += [(a.value, call.context) for a in call.arguments if not _is_named(a, names)]
                found += [(callee.base, call.context)] if isinstance(callee, Attribute) else []
        return found


def _opened_path(call: Call) -> Expr | None:
    """The path that is opened with a mode for writing: the first argument, or what the method is called on."""
    plain = [a.value for a in call.arguments if a.name is None]
    given = next((a.value for a in call.arguments if a.name == "mode"), None)
    on_path = isinstance(call.callee, Attribute) and ((bool(plain) and _is_mode(plain[0])) or (not plain and given is not None))
    mode = given if given is not None else plain[0 if on_path else 1] if len(plain) > (not on_path) else None
    if mode is None or not (isinstance(mode, String) and _is_mode(mode) and not _WRITES.isdisjoint(mode.value)):
        return None
    if on_path and isinstance(call.callee, Attribute):
        return call.callee.base
    named = next((a.value for a in call.arguments if a.name == "file"), None)
    return plain[0] if plain else named


def _is_mode(expr: Expr) -> bool:
    return isinstance(expr, String) and 0 < len(expr.value) <= 4 and set(expr.value) <= set("rwaxbt+U")


def _is_call(module: Module, expr: Expr | None, call: Call) -> bool:
    while isinstance(expr, Await):
        expr = expr.value
    return isinstance(expr, CallRef) and module.body.calls[expr.index] is call


def _is_named(argument: Argument, names: set[str]) -> bool:
    return isinstance(argument.value, Name) and argument.value.id in names
