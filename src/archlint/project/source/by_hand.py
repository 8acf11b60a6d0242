"""Files that a person runs, and that end: scripts, and what is one by what it does and by nobody importing it."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from archlint.facts.syntax import Attribute, CallRef, Constant, Expr, Name, String
from archlint.project.parts import PARTS
from archlint.project.spelling import last_name
from archlint.project.walk import starts_of_reading
from archlint.project.words import words_of

if TYPE_CHECKING:
    from archlint.project.model import Def
    from archlint.project.program import Project
    from archlint.project.source.modules import Module

LASTING = re.compile(
    r"(?<![a-z])(?:daemon|consum|listen|cron|schedul|periodic|(?:re|auto)?(?:run|start|sync|send|process)"
    r"|(?:serve|server|serving|service|work(?:er|ing)?|poll(?:er|ing)?|main|app|bot)s?(?![a-z]))"
)
"""Scripts and commands named so keep a program running, or do its daily work."""
STAYING = re.compile(r"forever|serve|consum|listen|subscri|schedul|poll|work")
"""Calls named so do not come back."""
_SERVED_NAMES = frozenset({"app", "application"})
"""What servers look for in a module that nobody imports."""
_PROMPTS = frozenset({"input"})
_SHOWING = "print"
_SHOWN = frozenset({"example", "examples"})
_SAYING_NOTHING = frozenset({Constant, String, CallRef})

_Place = tuple[str, int]
"""A module's path and the row of a function in it (-1: the module's body)."""


class ByHand:
    """What tells what is run by hand whatever the words are, once for all rules."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def holds(self, module: Module) -> bool:
        """A person runs the file, and it ends. What a deployment starts is no such file, whatever it does."""
        if not module.is_production or module.path in self.asking or self._is_shown(module):
            return True
        if LASTING.search(module.name.rpartition(".")[2]) or module.path.rpartition("/")[2] in self.started:
            return False
        return module.path in self.files or module.path in self.bare

    def begins(self, module: Module) -> bool:
        """A person runs it, though it is in a package: it has a main part, and neither is it imported nor does a deployment
        name it, by its file or as a module."""
        if self.holds(module):
            return True
        is_lasting = LASTING.search(module.name.rpartition(".")[2]) is not None
        is_named = module.name in self.commanded or module.path.rpartition("/")[2] in self.started
        return module.outline.main_guard and module.path not in self._used and not is_lasting and not is_named

    @cached_property
    def bare(self) -> frozenset[str]:
        """Files beside the packages that nobody imports, and whose own body does their work: it tells what it does, calls
        their functions (`asyncio.run(fill())`), or is all that there is."""
        return frozenset(
            module.path
            for module in self._project.modules.production
            if module.path not in self._used and not self._is_in_package(module) and _does_its_work(module)
        )

    @cached_property
    def started(self) -> frozenset[str]:
        """The names of the files in the commands of deployments."""
        return frozenset(word.rpartition("/")[2] for word in self.commanded)

    @cached_property
    def commanded(self) -> frozenset[str]:
        """The words in the commands of deployments."""
        commands = (deployable.command for _, deployable in self._project.deployment.deployables)
        return frozenset(word.strip("\"',[]") for command in commands for word in command.split())

    def _is_in_package(self, module: Module) -> bool:
        return f"{module.path.rpartition('/')[0]}/__init__.py".lstrip("/") in self._project.modules.by_path

    @cached_property
    def files(self) -> frozenset[str]:
        """Files beside the packages that do something when they are run, that nobody imports and that serve nothing."""
        modules = self._project.modules
        return frozenset(
            module.path
            for module in modules.production
            if module.outline.main_guard and not self._is_in_package(module) and module.path not in self._used
        )

    @cached_property
    def asking(self) -> frozenset[str]:
        """Files that ask a person, that nobody imports and that serve nothing."""
        calls = (place for name in _PROMPTS for place in self._project.calls.written(name))
        return frozenset(module.path for module, call in calls if isinstance(call.callee, Name)) - self._used

    @cached_property
    def _used(self) -> frozenset[str]:
        """Files that production code imports, or that serve."""
        return self._imported | {site.path for site in self._project.calls.registered("serve")}

    @cached_property
    def _imported(self) -> frozenset[str]:
        modules = self._project.modules
        return frozenset(e.imported.path for m in modules.production if not m.is_script for e in self._project.imports.edges(m))

    def _is_shown(self, module: Module) -> bool:
        """`audit_example.py`, which nobody imports: how something is used, whatever it serves."""
        words = words_of(module.path.rpartition("/")[2].removesuffix(".py"))
        return len(words) > 1 and module.path not in self._imported and not _SHOWN.isdisjoint(words)

    @cached_property
    def run_as(self) -> dict[str, list[Def]]:
        """Name → the functions that are run by it."""
        found: dict[str, list[Def]] = defaultdict(list)
        for definition in self._project.effects.callers:
            found[called_by(definition)].append(definition)
        return dict(found)

    @cached_property
    def mentions(self) -> dict[str, set[_Place]]:
        """Name of a function that is run → the places of production code that use the name, whatever they mean by it."""
        found: dict[str, set[_Place]] = {name: set() for name in self.run_as}
        for module in self._project.modules.production:
            contexts = module.body.contexts
            for start, context in starts_of_reading(module):
                if type(start) is Name:  # as most are
                    if start.id in found:
                        found[start.id].add((module.path, contexts[context].function))
                    continue
                if type(start) in _SAYING_NOTHING:
                    continue
                waiting: list[Expr] = []
                part = start
                while True:
                    while type(part) is Attribute:
                        if part.attr in found:
                            found[part.attr].add((module.path, contexts[context].function))
                        part = part.base
                    if type(part) is Name:
                        if part.id in found:
                            found[part.id].add((module.path, contexts[context].function))
                    elif (parts := PARTS.get(type(part))) is not None:  # a call is read by itself
                        waiting += parts(part)
                    if not waiting:
                        break
                    part = waiting.pop()
        return found


def called_by(definition: Def) -> str:
    """The name by which code calls a function: that which makes an object by the name of its class."""
    module, function = definition.module, definition.function
    is_maker = function.name == "__init__" and function.klass >= 0
    return module.outline.classes[function.klass].name if is_maker else function.name


def _does_its_work(module: Module) -> bool:
    outline, body = module.outline, module.body
    if module.is_settings or module.scopes.gives_any(_SERVED_NAMES) or any(f.decorators for f in outline.functions):
        return False
    if any(STAYING.search(last_name(body, call.callee)) for call in body.calls):
        return False
    if not outline.functions and not outline.classes:
        return bool(body.calls)
    own = {function.name for function in outline.functions if function.outer == 0}
    for statement in module.statements["expression"]:
        if isinstance(statement.value, CallRef) and body.contexts[statement.context].function < 0:
            call = body.calls[statement.value.index]
            inner = (body.calls[a.value.index].callee for a in call.arguments if isinstance(a.value, CallRef))
            if any(isinstance(each, Name) and each.id in {_SHOWING, *own} for each in (call.callee, *inner)):
                return True
    return False
