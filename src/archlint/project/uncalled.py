"""Functions that nothing in the program runs: their name is written nowhere but where they are made."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from archlint.facts.syntax import Attribute, Name, String
from archlint.project.by_hand import read_in
from archlint.project.known_callers import runs_another
from archlint.project.led_to import LedTo
from archlint.project.model import Def
from archlint.project.one_off import PLAIN
from archlint.project.parts import PARTS
from archlint.project.spelling import last_name
from archlint.project.task_retries import tasks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archlint.facts.syntax import Class, Expr
    from archlint.project.modules import Module
    from archlint.project.program import Project

_STEPS = 3
_BARE_BASES = frozenset({"object", "ABC", "Generic", "Protocol"})
"""Bases that call no method of what is below them."""
_STARTED = re.compile(r"(lambda_)?handler|main|app|application")
"""Functions named so are what a platform looks for in a module."""
_NAME = re.compile(r"\w+([.:]\w+)*")
_LAST = re.compile(r"[.:]")
_BEGUN = re.compile(r"[a-z]\w+_")
"""The fixed part of a name that is put together: `f"handle_{kind}"`."""


class _Read(Struct, frozen=True):
    """Names that are read but not called, last words of texts that are names, those of dotted ones, and texts that names may
    begin with."""

    names: frozenset[str]
    texts: frozenset[str]
    dotted: frozenset[str]
    begun: tuple[str, ...]


class Uncalled:
    """Told only of what the program would call by its name, in a program that has routes or tasks: what others hang on
    to by a decorator, a base class or a text is called by others."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._led_to = LedTo(project)
        self._known: dict[Def, bool] = {}

    def holds(self, definition: Def | None) -> bool:
        """Nothing calls it, or only what itself is called by nothing."""
        if definition is None or self._led_to.is_empty:
            return False
        known = self._known.get(definition)
        if known is None:
            known = self._known[definition] = self._led_to.holds(definition.module) and self._is_left(definition, _STEPS)
        return known

    def _is_left(self, definition: Def, steps: int) -> bool:
        project, name, place = self._project, definition.function.name, (definition.module.path, definition.index)
        if not steps or not self._is_plain(definition):
            return False
        callers = project.effects.callers.get(definition, set()) - {place}
        if not callers:
            is_named = name in self._named or name.startswith(self._read.begun)
            return not is_named and not self._is_written_elsewhere(definition)
        if not project.by_hand.mentions.get(name, set()) <= callers | {place}:
            return False
        return all(row >= 0 and self._is_left_place(path, row, steps - 1) for path, row in sorted(callers))

    def _is_left_place(self, path: str, row: int, steps: int) -> bool:
        module = self._project.modules.by_path[path]
        return not module.is_production or self._is_left(Def(module, module.name, row), steps)

    def _is_written_elsewhere(self, definition: Def) -> bool:
        """A call by the name, but one in the function itself, or of another that is called so."""
        module, function = definition.module, definition.function
        return any(
            other.is_production
            and not (other is module and function.at <= call.at < function.end)
            and not runs_another(self._project, other, call, definition)
            for other, call in self._project.calls.written(function.name)
        )

    def _is_plain(self, definition: Def) -> bool:
        """A function of a module or a method, by its own name the only way to it."""
        module, function, project = definition.module, definition.function, self._project
        if definition in project.endpoints.by_definition or next(iter(tasks_of(project, definition)), None) is not None:
            return False
        if not PLAIN.issuperset(last_name(module.body, decorator) for decorator in function.decorators):
            return False
        kind = module.body.contexts[function.outer].kind
        if function.name.startswith("__") or not function.name or kind not in ("module", "class"):
            return False
        if kind == "module":
            return not _STARTED.fullmatch(function.name)
        if [p.name for p in function.parameters] == ["self"] and not function.name.startswith("_"):
            return False  # a template may call it
        return function.klass >= 0 and self._is_own_class(module, module.outline.classes[function.klass], function.klass)

    def _is_own_class(self, module: Module, klass: Class, row: int) -> bool:
        """No library is above it, and the program calls another of its methods: nobody else has the object."""
        names = [function.name for function in module.outline.functions if function.klass == row]
        if klass.decorators or klass.keywords or klass.name in self._read.dotted:
            return False
        if not any(self._project.calls.written(name) for name in names if not name.startswith("__")):
            return False
        return all(self._is_bare(module, base, klass.outer, _STEPS) for base in klass.bases)

    def _is_bare(self, module: Module, base: Expr, context: int, steps: int) -> bool:
        if last_name(module.body, base) in _BARE_BASES:
            return True
        found = self._project.symbols.classes.get(self._project.types.name_of(module, base, context) or "")
        if found is None or not steps or found.klass.decorators:
            return False
        return all(self._is_bare(found.module, above, found.klass.outer, steps - 1) for above in found.klass.bases)

    @cached_property
    def _named(self) -> frozenset[str]:
        """Names that something hands on, imports or spells in a text."""
        found = set(self._read.names | self._read.texts)
        for module in self._project.modules.production:
            found.update(given.name for given in module.outline.imports if given.name)
        return frozenset(found)

    @cached_property
    def _read(self) -> _Read:
        names, texts, dotted, begun = set[str](), set[str](), set[str](), set[str]()
        for module in self._project.modules.production:
            waiting = [*_not_called(module)]
            while waiting:
                part = waiting.pop()
                if type(part) is Attribute:
                    names.add(part.attr)
                    waiting.append(part.base)
                elif type(part) is Name:
                    names.add(part.id)
                elif type(part) is String:
                    if _NAME.fullmatch(part.value):
                        *before, last = _LAST.split(part.value)
                        texts.add(last)
                        if before:
                            dotted.add(last)
                    if _BEGUN.fullmatch(part.value):
                        begun.add(part.value)
                elif type(part) in PARTS:
                    waiting += PARTS[type(part)](part)
        return _Read(frozenset(names), frozenset(texts), frozenset(dotted), tuple(sorted(begun)))


def _not_called(module: Module) -> Iterator[Expr]:
    """What a module reads; of what it calls the object alone, whose method it is."""
    called = {id(call.callee) for call in module.body.calls}
    for expr, _ in read_in(module):
        if id(expr) not in called or not isinstance(expr, Attribute | Name):
            yield expr
        elif isinstance(expr, Attribute):
            yield expr.base
